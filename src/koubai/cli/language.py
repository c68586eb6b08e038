"""Which language a person reads: --lang, else KOUBAI_LANG, else the locale."""

import locale
from collections.abc import Mapping, Sequence
from itertools import pairwise

from koubai.errors import InputError
from koubai.locale import LANGUAGES


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Look up which of LANGUAGES a person reads, before the rest is parsed: help and errors are in it. InputError else."""
    asked = [value for name, value in pairwise([*arguments, ""]) if name == "--lang"]
    asked += [word.removeprefix("--lang=") for word in arguments if word.startswith("--lang=")]
    if asked:
        return _checked(asked[-1], "--lang")
    if environment.get("KOUBAI_LANG"):
        return _checked(environment["KOUBAI_LANG"], "KOUBAI_LANG")
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), None)
    return _of_locale(named if named is not None else locale.getlocale()[0] or "")


def _of_locale(name: str) -> str:
    """Find the language of a locale: ja_JP.UTF-8 is ja, Japanese_Japan is ja, anything unknown is en."""
    word = name.lower().replace("-", "_").split(".")[0].split("_")[0]
    known = {"japanese": "ja", "english": "en"}.get(word, word)
    return known if known in LANGUAGES else "en"


def _checked(value: str, where: str) -> str:
    if value not in LANGUAGES:
        raise InputError("language", name=where, value=value, choices=", ".join(LANGUAGES))
    return value
