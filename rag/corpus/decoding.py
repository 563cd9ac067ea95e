"""Decodes bytes to the text that all offsets refer to; knows no format."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rag.corpus.charsets import (
    WINDOWS,
    codec_of,
    declared_by_xml,
    guess,
    is_plausible,
    likeliest_first,
    seven_bit_codec,
)
from rag.corpus.mojibake import undone, without_c1
from rag.errors import CorpusError
from rag.language.words import storable_text

SIZE_LIMIT = 20 * 1024 * 1024
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WINDOWS_PAGE = re.compile(r"^125\d$|^874$|^932$|^949$")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_XML_DECLARATION = re.compile(r"<\?xml\b[^>]{0,500}\?>", re.IGNORECASE)
_TOO_LARGE = f"larger than the {SIZE_LIMIT // 1024**2} MB that one article may have; split it"
_BINARY = "a binary file, or text without a byte order mark in UTF-16; save it as UTF-8"
EMPTY = "empty: it holds no text"
_MOST_LOST = 3
_SAVED_TWICE = "its UTF-8 had been read as another encoding and saved again; read as it was meant"


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


def decode(
    data: bytes, *, declared: Sequence[str] = (), lossy: bool = False
) -> tuple[str, tuple[str, ...]]:
    r"""The text of `data` with line ends as "\n", and notes on what is not certain about it.

    UTF-8 and UTF-16 are recognised by their marks, UTF-8 also without, whatever is declared.
    Else the first of the `declared` labels that can be true counts, and a false one is named.
    If none is, the encoding is guessed, and the note says which. UTF-8 that had been read as
    another encoding and saved again is read as it was meant. Raises `CorpusError` for binary,
    empty and undecodable data, and for damaged UTF-8 unless `lossy`: then the bytes that are
    damaged are U+FFFD, and counted.

    >>> decode(b"caf\xc3\xa9\r\n")
    ('café\n', ())
    >>> decode(b"\x93Closed\x94", declared=["iso-8859-1"])
    ('“Closed”', ())
    """
    text, notes = _decoded(data, declared, lossy)
    if not text or text.isspace():
        raise CorpusError(EMPTY)
    if meant := undone(text):
        text, notes = meant, (*notes, _SAVED_TWICE)
    return clean(text), notes


def decode_xml(data: bytes, charset: str = "") -> tuple[bytes, tuple[str, ...]]:
    """An XML document as UTF-8 without its declaration, and the notes of `decode`.

    `charset` is that of the server. Blank lines before the declaration do not matter.
    """
    labels = [label for label in (charset, *declared_by_xml(data)) if label]
    text, notes = decode(data, declared=labels, lossy=True)
    return _XML_DECLARATION.sub("", text.lstrip("\ufeff \t\n")).encode(), notes


def clean(text: str) -> str:
    r"""The text with line ends as "\n" and characters that cannot be stored as U+FFFD.

    C1 controls become the characters of Windows-1252 that they were meant to be.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and "\x00" not in text:
        return text
    return storable_text(without_c1(text))


def _decoded(data: bytes, declared: Sequence[str], lossy: bool) -> tuple[str, tuple[str, ...]]:
    if data.startswith(_UTF16_MARKS):
        return _printable(_strictly(data, "utf-16")), ()
    if b"\x00" in data:
        return _printable(_strictly(data, _wide(data))), ()
    if codec := seven_bit_codec(data, declared):
        with suppress(UnicodeError):
            return _printable(data.decode(codec)), ()
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        if lenient := _damaged(data):
            if not lossy:
                msg = f"damaged UTF-8 at byte {error.start}; fix it or save it as UTF-8 again"
                raise CorpusError(msg) from error
            return _printable(lenient), _lost(lenient, "UTF-8")
    return _as_declared(data, declared) or _as_guessed(data, declared)


def _wide(data: bytes) -> str:
    """The encoding of markup in UTF-16 without a mark; raises CorpusError for binary data."""
    encodings = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
    if data[:2] not in encodings:
        raise CorpusError(_BINARY)
    return encodings[data[:2]]


def _as_declared(data: bytes, declared: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """The text in the first declared encoding that can be true; None if none can."""
    known = likeliest_first(declared)
    for codec, label in known.items():
        text = data.decode(codec, "replace")
        lost = text.count("\ufffd")
        if lost > max(_MOST_LOST, len(text) // 1_000) or not is_plausible(codec, data):
            continue
        notes = _lost(text, label)
        if any(data.decode(other, "replace") != text for other in known if other != codec):
            labels = " and as ".join(dict.fromkeys(map(repr, declared)))
            notes = (f"declared as {labels:.200}; read as {label}", *notes)
        return _printable(text), notes
    return None


def _as_guessed(data: bytes, declared: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    false = " or ".join(label for label in dict.fromkeys(declared) if codec_of(label))
    why = f"not {false:.200}, though declared so" if false else "not UTF-8"
    codec = guess(data)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        codec = WINDOWS
        text = _strictly(data, codec)
    return _printable(text), (f"{why}; read as {shown_codec(codec)}",)


def _lost(text: str, name: str) -> tuple[str, ...]:
    """A note on the bytes that became U+FFFD, if any did."""
    lost = text.count("\ufffd")
    return (f"{lost:,} bytes are not {name:.40}; shown as \ufffd",) if lost else ()


def shown_codec(codec: str) -> str:
    """A name of Python's for an encoding as people write it.

    >>> shown_codec("cp1252"), shown_codec("iso8859-2"), shown_codec("utf-16-le")
    ('Windows-1252', 'ISO-8859-2', 'UTF-16')
    """
    name = _WINDOWS_PAGE.sub(r"Windows-\g<0>", codec.removeprefix("cp"))
    name = name.replace("iso8859", "iso-8859").removesuffix("-le").removesuffix("-be")
    return name if name.startswith("Windows") else name.upper()


def _printable(text: str) -> str:
    if _CONTROL.search(text):
        raise CorpusError(_BINARY)
    return text


def is_damaged_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 but for a few that are broken."""
    return bool(_damaged(data))


def _damaged(data: bytes) -> str:
    """The text of UTF-8 with a few broken bytes; "" for another encoding.

    Text in a one-byte encoding almost never holds valid UTF-8 sequences by chance.
    """
    lenient = data.decode("utf-8-sig", "replace")
    broken = lenient.count("\ufffd")
    return lenient if sum(character > "\x7f" for character in lenient) > 2 * broken else ""


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        msg = (
            f"neither UTF-8 nor {shown_codec(encoding)} (byte {data[error.start]:#04x} "
            f"at {error.start}); save it as UTF-8"
        )
        raise CorpusError(msg) from error
