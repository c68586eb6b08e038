"""Outbox: what a page is to be told with the next turn, in its language."""

from koubai.errors import KoubaiError
from koubai.locale import sentence
from koubai.playground.model.workspace import Notice
from koubai.playground.protocol.outgoing import Fault, Note, OutgoingMessage
from koubai.playground.protocol.structures import LanguageCode
from koubai.playground.session.pacing import FramePacer


class Outbox:
    """``language``: that of the sentences. ``is_changed``: whether the page's State is out of date."""

    def __init__(self, language: LanguageCode, pacer: FramePacer) -> None:
        self.language = language
        self.is_changed = True
        self._pacer = pacer
        self._messages: list[OutgoingMessage] = []

    def put(self, message: OutgoingMessage) -> None:
        """Send this with the next turn."""
        self._messages.append(message)

    def put_first(self, message: OutgoingMessage) -> None:
        """Send this before all that waits."""
        self._messages.insert(0, message)

    def put_fault(self, error: KoubaiError) -> None:
        """Say what went wrong, and all of the State again, which the page may have changed already."""
        self.put(Fault(text=error.sentence(self.language)))
        self.change()

    def put_notice(self, notice: Notice) -> None:
        """Say that something happened."""
        self.put(Note(text=sentence(notice.key, self.language, **notice.values)))

    def change(self) -> None:
        """Something of what a State tells has changed."""
        self.is_changed = True
        self._pacer.refresh()

    def put_state(self, state: OutgoingMessage) -> None:
        """Send the State, and what went wrong after what explains it."""
        self._messages.append(state)
        self._messages.sort(key=lambda message: isinstance(message, Fault))

    def take(self) -> list[OutgoingMessage]:
        """All that waits; it is here no more."""
        messages, self._messages = self._messages, []
        return messages

    def clear(self) -> None:
        """Nobody is there to be told."""
        self._messages.clear()
