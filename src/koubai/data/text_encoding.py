"""The bytes of a text file as UTF-8, from the encodings that spreadsheets write."""

import codecs
import re

from koubai.errors import InputError

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NO_TEXT = ("unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined", "utf-7")  # escapes, not encodings of files


def as_utf8(content: bytes, encoding: str | None, path: str) -> tuple[bytes, str]:
    """Return ``content`` as UTF-8 without a mark, and the encoding that it was in: the given one, or the one that was guessed.

    InputError where it doesn't fit the encoding, or isn't text.
    """
    if encoding is None:
        encoding = _guessed(content)
    elif not _is_known(encoding):
        raise InputError("table-encoding-name", value=encoding)
    if encoding == "utf-8" and content.isascii():
        text = content
    else:
        text = _decoded(content, encoding, path).removeprefix("\ufeff").encode()
    if b"\0" in text:
        raise InputError("table-binary", path=path, offset=content.find(b"\0"))
    return text, encoding


def _guessed(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    return "utf-8" if _fits(content, "utf-8") or not _fits(content, "cp932") or b"\0" in content else "cp932"


def _fits(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
        return False
    return True


def _is_known(encoding: object) -> bool:
    try:
        known = codecs.lookup(encoding)  # type: ignore[arg-type]
        if known.name not in _NO_TEXT:
            b"a".decode(known.name)  # a LookupError for those that aren't of text
    except UnicodeDecodeError:
        return True
    except (LookupError, TypeError, ValueError):
        return False
    return known.name not in _NO_TEXT


def _decoded(content: bytes, encoding: str, path: str) -> str:
    try:
        text = content.decode(encoding)
        text.encode()  # some decoders let halves of letters pass
    except UnicodeDecodeError as error:
        offset = error.start
        if b"\0" in content[: offset + 1] and "16" not in encoding:
            raise InputError("table-binary", path=path, offset=content.find(b"\0")) from error
        line = len(re.split("\r\n|\r|\n", content[:offset].decode(encoding, "replace")))
        raise InputError("table-encoding", path=path, encoding=encoding, offset=offset, line=line) from error
    except UnicodeError as error:
        raise InputError("table-encoding-none", path=path, encoding=encoding) from error
    return text
