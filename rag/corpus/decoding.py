"""Decodes bytes to the text that all offsets refer to; knows no format."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from pathlib import Path

from rag.errors import CorpusError

SIZE_LIMIT = 20 * 1024 * 1024
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_TOO_LARGE = f"larger than the {SIZE_LIMIT // 1024**2} MB that one article may have; split it"
_BINARY = "a binary file, or text without a byte order mark in UTF-16; save it as UTF-8"
EMPTY = "empty: it holds no text"
_WINDOWS = "cp1252"
# Python knows more encodings than texts use; a megabyte of punycode takes minutes.
_OF_NAMES_AND_SOURCES = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
)
_NAMES = {"cp1252": "Windows-1252", "utf-16": "UTF-16"}


def read_bytes(path: Path) -> bytes:
    """The bytes of a file with one article; raises `CorpusError` if unreadable or too large."""
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise CorpusError(unreadable(error)) from error
    return limited(data)


def limited(data: bytes) -> bytes:
    """The bytes, unchanged; raises `CorpusError` if they are too long for one article."""
    if len(data) > SIZE_LIMIT:
        raise CorpusError(_TOO_LARGE)
    return data


def unreadable(error: OSError) -> str:
    """The reason of an operating system error, for a message."""
    return f"cannot be read: {error.strerror or error}"


def decode(data: bytes, *, fallback: str = _WINDOWS) -> tuple[str, tuple[str, ...]]:
    r"""The text of `data` with line ends as "\n", and a warning if its encoding was guessed.

    UTF-8 and UTF-16 are recognised by their marks, UTF-8 also without. Else this tries
    `fallback`, then Windows-1252 if every byte is defined in it. Raises
    `CorpusError` for binary, empty and undecodable data.

    >>> decode(b"caf\xc3\xa9\r\n")
    ('café\n', ())
    """
    text, guessed = _decoded(data, fallback)
    if not text or text.isspace():
        raise CorpusError(EMPTY)
    warnings = (f"not UTF-8; read as {_NAMES.get(guessed, guessed)}",) if guessed else ()
    return clean(text), warnings


def clean(text: str) -> str:
    r"""The text with line ends as "\n" and characters that cannot be stored as U+FFFD."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if _is_storable(text) else _UNSTORABLE.sub("\ufffd", text)


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _decoded(data: bytes, fallback: str) -> tuple[str, str]:
    """The text, and the encoding if it had to be guessed."""
    if data.startswith(_UTF16_MARKS):
        return _printable(_strictly(data, "utf-16")), ""
    if b"\x00" in data:
        raise CorpusError(_BINARY)
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        if fallback == _WINDOWS:
            _refuse_damaged(data, error.start)
    if not is_no_encoding_of_texts(fallback):
        with suppress(UnicodeError, LookupError):
            return _printable(data.decode(fallback)), fallback
    return _printable(_strictly(data, _WINDOWS)), _WINDOWS


def is_no_encoding_of_texts(name: str) -> bool:
    """Whether the name is an encoding of Python that no page or feed uses."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return not found._is_text_encoding or found.name in _OF_NAMES_AND_SOURCES


def _printable(text: str) -> str:
    if _CONTROL.search(text):
        raise CorpusError(_BINARY)
    return text


def _refuse_damaged(data: bytes, start: int) -> None:
    """Raises CorpusError for UTF-8 with a few broken bytes, which would decode to other letters.

    Text in a one-byte encoding almost never holds valid UTF-8 sequences by chance.
    """
    lenient = data.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    if sum(character > "\x7f" for character in lenient) > 2 * broken:
        msg = f"damaged UTF-8 at byte {start}; fix it or save it as UTF-8 again"
        raise CorpusError(msg)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        msg = (
            f"neither UTF-8 nor {_NAMES[encoding]} (byte {data[error.start]:#04x} "
            f"at {error.start}); save it as UTF-8"
        )
        raise CorpusError(msg) from error
