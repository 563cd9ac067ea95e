"""Reads a file as text piece by piece, gzipped or not, whatever its encoding."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from rag.corpus.decoding import unreadable
from rag.errors import CorpusError

GUESSED = "not UTF-8; read as Windows-1252"
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
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_WINDOWS, _as_windows)


class TextStream:
    """The text of an open file, in pieces; `guessed` says whether bytes were not UTF-8."""

    def __init__(self, file: BinaryIO, encoding: str = "utf-8") -> None:
        # A gzipped file that is cut off gives what it holds only piece by piece.
        self._read = file.read1 if isinstance(file, gzip.GzipFile) else file.read
        start = self._read(_PIECE)
        mark, found = next(((m, e) for m, e in _MARKS if start.startswith(m)), (b"", encoding))
        self.guessed = False
        self._start = start[len(mark) :]
        self._decoder = _Utf8() if codecs.lookup(found).name == "utf-8" else _other(found)

    def __iter__(self) -> Iterator[str]:
        """The pieces in order. Raises CorpusError for a file that is no text."""
        piece = self._start
        while piece:
            text = self._decoder.decode(piece)
            self.guessed = getattr(self._decoder, "guessed", False)
            if "\x00" in text:
                msg = "a binary file: it holds NUL bytes"
                raise CorpusError(msg)
            yield text
            piece = self._read(_PIECE)
        if rest := self._decoder.decode(b"", final=True):
            yield rest


class _Utf8(codecs.BufferedIncrementalDecoder):
    """Decodes UTF-8, and what is none as Windows-1252; `guessed` says whether there was any."""

    guessed = False

    def _buffer_decode(self, data: Any, errors: str, final: bool) -> tuple[str, int]:
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
