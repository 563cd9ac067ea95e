"""Reads a file as text piece by piece, gzipped or not, whatever its encoding."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from rag.corpus.charsets import WINDOWS, guess, is_plausible
from rag.corpus.decoding import SIZE_LIMIT, is_damaged_utf8, shown_codec, unreadable
from rag.errors import CorpusError

_GZIP_MARK = b"\x1f\x8b"
_PIECE = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WINDOWS = "dateline-windows"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """What is no UTF-8, as Windows-1252; what neither has becomes U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode(WINDOWS, "replace"), error.end


codecs.register_error(_WINDOWS, _as_windows)


def _marked(start: bytes, unmarked: str = "") -> tuple[bytes, str]:
    """The mark that a file begins with, and the encoding that it stands for."""
    return next(
        ((mark, found) for mark, found in _MARKS if start.startswith(mark)), (b"", unmarked)
    )


class _Guesses:
    """Remembers which encoding was guessed, and says it once."""

    def __init__(self) -> None:
        self._note = ""

    def guessed(self, codec: str, declared: str = "") -> None:
        """Notes that bytes were not in the declared encoding, but in this one."""
        why = f"not {declared}, though declared so" if declared else "not UTF-8"
        self._note = f"{why}; read as {shown_codec(codec)}"

    def notes(self) -> tuple[str, ...]:
        """What has been guessed since this was last asked."""
        note, self._note = self._note, ""
        return (note,) if note else ()


class TextLines(_Guesses):
    """The lines of an open file as text: UTF-8, UTF-16 with a mark, or an older code page.

    They keep their ends. No line has more than 20 MB: a longer one is broken.
    """

    def __init__(self, file: Any) -> None:
        super().__init__()
        self._file = file
        self._codec = ""

    def __iter__(self) -> Iterator[str]:
        start = self._file.peek(4)[:4]
        mark, found = _marked(start)
        self._file.read(len(mark))
        if found.startswith("utf-16"):
            yield from codecs.getreader(found)(self._file, "replace")
            return
        head = self._file.peek(_PIECE)
        if b"\r" in head and b"\n" not in head:
            yield from self._of_mac()
        while line := self._file.readline(SIZE_LIMIT):
            yield self._text(line)

    def _of_mac(self) -> Iterator[str]:
        """The lines of a file that ends them as old Macs do, and has their letters."""
        data = self._file.read(SIZE_LIMIT)
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.guessed("mac-roman")
            text = data.decode("mac-roman")
        yield from io.StringIO(text.replace("\r", "\n"))

    def _text(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            self._codec = self._codec or guess(line + self._file.peek(_PIECE))
            self.guessed(self._codec)
            return line.decode(self._codec, "replace")


class TextStream(_Guesses):
    """The text of an open file, in pieces, whatever their lengths."""

    def __init__(self, file: BinaryIO, encoding: str = "utf-8") -> None:
        super().__init__()
        # A gzipped file that is cut off gives what it holds only piece by piece.
        self._read = file.read1 if isinstance(file, gzip.GzipFile) else file.read
        start = self._read(_PIECE)
        mark, found = _marked(start, encoding)
        self._start = start[len(mark) :]
        found = codecs.lookup(found).name
        if not mark and (meant := _meant(self._start, found)):
            self.guessed(meant, "" if found == "utf-8" else shown_codec(found))
            found = meant
        self._decoder = _Utf8() if found == "utf-8" else _other(found)

    def __iter__(self) -> Iterator[str]:
        """The pieces in order. Raises CorpusError for a file that is no text."""
        piece = self._start
        while piece:
            text = self._decoder.decode(piece)
            if getattr(self._decoder, "guessed", False):
                self.guessed(WINDOWS)
            if "\x00" in text:
                msg = "a binary file: it holds NUL bytes"
                raise CorpusError(msg)
            yield text
            piece = self._read(_PIECE)
        if rest := self._decoder.decode(b"", final=True):
            yield rest


def _meant(start: bytes, codec: str) -> str:
    """The encoding of a file that begins so and cannot be in the one named; "" if it may be."""
    if codec == "utf-8":
        try:
            codecs.utf_8_decode(start, "strict", False)
        except UnicodeDecodeError:
            found = "" if is_damaged_utf8(start) else guess(start)
            return "" if found == WINDOWS else found
        return ""
    return "" if start.isascii() or is_plausible(codec, start) else guess(start)


class _Utf8(codecs.BufferedIncrementalDecoder):
    """Decodes UTF-8, and what is none as Windows-1252; `guessed` says whether there was any."""

    guessed = False

    def _buffer_decode(self, data: Any, errors: str, final: bool) -> tuple[str, int]:
        self.guessed = False
        try:
            return codecs.utf_8_decode(data, "strict", final)
        except UnicodeDecodeError:
            self.guessed = True
            return codecs.utf_8_decode(data, _WINDOWS, final)


def _other(encoding: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(encoding)("replace")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked if it is gzipped; each fault is a CorpusError."""
    try:
        with path.open("rb") as file:
            if file.peek(2)[:2] != _GZIP_MARK:
                yield file
                return
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield cast("BinaryIO", unpacked)
    except (EOFError, zlib.error) as error:
        msg = "the gzip file is damaged or cut off; what stands before that is read"
        raise CorpusError(msg) from error
    except OSError as error:
        raise CorpusError(unreadable(error)) from error
