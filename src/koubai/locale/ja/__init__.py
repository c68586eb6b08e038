"""Japanese: what the commands and errors say, and the words of the playground's page."""

from koubai.locale.ja import general, page

SENTENCES = {**general.SENTENCES, **page.SENTENCES}
