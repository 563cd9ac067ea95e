"""Reads Rich Text Format a piece at a time: text files of word processors and of databases."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from rag.corpus.decoding import EMPTY, SIZE_LIMIT
from rag.corpus.formats.export_fields import CELL, PAGE_BREAK
from rag.errors import CorpusError

_CHUNK = 1 << 16
_LONGEST_TOKEN = 64
_DEEPEST = 2_000
_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z])|(?P<brace>[{}])|[\r\n\x00]+|(?P<text>[^\\{}\r\n\x00]+)|\\"
)
# What is in these groups is no text of the document.
_LEFT_OUT = frozenset(
    [
        *(b"colortbl", b"stylesheet", b"listtable", b"listoverridetable", b"revtbl", b"rsidtbl"),
        *(b"filetbl", b"generator", b"header", b"headerl", b"headerr", b"headerf", b"footer"),
        *(b"footerl", b"footerr", b"footerf", b"footnote", b"pict", b"objdata", b"annotation"),
        *(b"atnid", b"atnauthor", b"atntime", b"atnref", b"atnicn", b"bkmkstart", b"bkmkend"),
        *(b"fldinst", b"tc", b"tcn", b"xe", b"themedata", b"datastore", b"latentstyles"),
        *(b"colorschememapping", b"xmlnstbl", b"nonesttables", b"shpinst", b"shptxt", b"info"),
        *(b"ftnsep", b"ftnsepc", b"ftncn", b"aftnsep", b"aftnsepc", b"aftncn", b"private"),
    ]
)
_CHARACTERS: Mapping[bytes, str] = {
    b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ", b"qmspace": " ",
    b"tab": "\t", b"cell": CELL, b"nestcell": CELL,
}  # fmt: skip
_CODEPAGES: Mapping[int, str] = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_NAMED_CODEPAGES: Mapping[bytes, str] = {b"mac": "mac_roman", b"pc": "cp437", b"pca": "cp850"}
_PARAGRAPH = frozenset([b"par", b"row", b"nestrow"])
_BREAK = frozenset([b"page", b"sect", b"pagebb"])
_OTHER_KINDS = {
    b"PK\x03\x04": "it is a ZIP archive, such as .docx",
    b"\xd0\xcf\x11\xe0": "it is an old Word file; open it and save it as .docx or .rtf",
    b"%PDF": "it is a PDF; name it .pdf",
}


@dataclass(slots=True)
class _Group:
    """What holds within a pair of braces."""

    left_out: bool = False
    hidden: bool = False
    fonts: bool = False
    field: str = ""
    skip: int = 1
    encoding: str = ""


class RichText:
    """The text of an RTF file; `title`, `author` and `complete` are known once it is read.

    Raises CorpusError if the file is none. Page heads, footnotes, comments, pictures and hidden
    or deleted text are left out.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.complete = False
        self._file = file
        self._group = _Group()
        self._stack: list[_Group] = []
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._encoding = "cp1252"
        self._decoder: codecs.IncrementalDecoder | None = None
        self._line: list[str] = []
        self._size = 0
        self._known = {"title": "", "author": ""}
        self._to_skip = 0
        self._bytes_to_skip = 0
        self._ready: list[str] = []

    @property
    def title(self) -> str:
        """The title in the document's properties."""
        return self._known["title"]

    @property
    def author(self) -> str:
        """The author in the document's properties."""
        return self._known["author"]

    def lines(self) -> Iterator[str]:
        """The lines in order; a blank one follows each paragraph and row of a table.

        `CELL` ends a cell; `PAGE_BREAK` is a line where a page or section begins.
        """
        data = self._file.read(_CHUNK)
        _refuse_other_kinds(data)
        while data:
            more = self._file.read(_CHUNK)
            end = len(data) - (_LONGEST_TOKEN if more else 0)
            place = self._take(data, end)
            yield from self._ready
            self._ready.clear()
            data = data[place:] + more
            if not more and place >= end:
                break
        self._end_line()
        yield from self._ready
        self._ready.clear()
        self.complete = not self._stack and self._bytes_to_skip == 0

    def _take(self, data: bytes, end: int) -> int:
        """Reads the tokens that begin before `end`; returns where the next one begins."""
        place = 0
        while place < end:
            if self._bytes_to_skip:
                step = min(self._bytes_to_skip, len(data) - place)
                self._bytes_to_skip -= step
                place += step
                continue
            token = _TOKEN.match(data, place)
            if token is None:
                place += 1
                continue
            place = token.end()
            self._read(token)
        return place

    def _read(self, token: re.Match[bytes]) -> None:
        kind = token.lastgroup
        if kind == "text":
            self._add_bytes(token["text"])
        elif kind == "hex":
            self._add_bytes(bytes([int(token["hex"], 16)]))
        elif kind == "brace":
            self._open() if token["brace"] == b"{" else self._close()
        elif kind == "symbol":
            self._symbol(token["symbol"])
        elif token["word"]:
            number = token["number"]
            self._word(token["word"], None if number is None else int(number))

    def _open(self) -> None:
        self._to_skip = 0
        if len(self._stack) >= _DEEPEST:
            msg = f"its groups are nested more than {_DEEPEST:,} deep; the file may be malicious"
            raise CorpusError(msg)
        self._stack.append(self._group)
        above = self._group
        self._group = _Group(
            above.left_out, above.hidden, above.fonts, above.field, above.skip, above.encoding
        )

    def _close(self) -> None:
        self._to_skip = 0
        self._flush()
        if self._stack:
            self._group = self._stack.pop()

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._group.left_out = True
        elif symbol in (b"\n", b"\r"):
            self._end_paragraph()
        elif symbol in b"{}\\":
            self._add_bytes(symbol)
        elif symbol == b"~":
            self._add("\xa0")
        elif symbol == b"_":
            self._add("-")

    def _word(self, word: bytes, number: int | None) -> None:
        group = self._group
        if word == b"bin":
            self._bytes_to_skip = max(0, number or 0)
        elif word == b"fonttbl":
            group.fonts = group.left_out = True
        elif word in (b"title", b"author") and group.left_out:
            group.field = word.decode()
        elif word in _LEFT_OUT:
            group.left_out = True
        elif word == b"f" and number is not None:
            self._font_chosen(number)
        elif word == b"fcharset" and group.fonts:
            self._fonts[self._font] = _CODEPAGES.get(number or 0, "")
        elif word == b"ansicpg" and number:
            self._encoding = _known_codepage(number) or self._encoding
        elif word in _NAMED_CODEPAGES:
            self._encoding = _NAMED_CODEPAGES[word]
        elif word == b"uc":
            group.skip = max(0, number or 0)
        elif word == b"u" and number is not None:
            self._add(chr(number % 0x10000))
            self._to_skip = group.skip
        elif word in (b"v", b"deleted"):
            group.hidden = number != 0
        elif word == b"plain":
            group.hidden = False
        elif not group.left_out:
            self._laid_out(word)

    def _laid_out(self, word: bytes) -> None:
        if word in _CHARACTERS:
            self._add(_CHARACTERS[word])
        elif word in _PARAGRAPH:
            self._end_paragraph()
        elif word == b"line":
            self._end_line()
        elif word in _BREAK:
            self._end_paragraph()
            self._ready.append(PAGE_BREAK)

    def _font_chosen(self, number: int) -> None:
        if self._group.fonts:
            self._font = number
        else:
            self._flush()
            self._group.encoding = self._fonts.get(number, "")

    def _add_bytes(self, data: bytes) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        if not data or (self._group.left_out and not self._group.field) or self._group.hidden:
            return
        encoding = self._group.encoding or self._encoding
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._keep(self._decoder.decode(data))

    def _flush(self) -> None:
        """Ends the bytes of one encoding."""
        if self._decoder is not None:
            self._keep(self._decoder.decode(b"", final=True))
            self._decoder = None

    def _add(self, text: str) -> None:
        self._flush()
        if not self._group.hidden and (not self._group.left_out or self._group.field):
            self._keep(text)

    def _keep(self, text: str) -> None:
        if self._group.left_out:
            if self._group.field and len(self._known[self._group.field]) < _CHUNK:
                self._known[self._group.field] += text
            return
        self._size += len(text)
        if self._size > SIZE_LIMIT:
            msg = f"has a paragraph of more than {SIZE_LIMIT >> 20} MB"
            raise CorpusError(msg)
        self._line.append(text)

    def _end_line(self) -> None:
        self._flush()
        text = "".join(self._line)
        self._line.clear()
        self._size = 0
        if text.strip():
            # Characters beyond U+FFFF come as two halves.
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        self._ready.append(text)

    def _end_paragraph(self) -> None:
        if not self._group.left_out:
            self._end_line()
            self._ready.append("")


def _known_codepage(number: int) -> str:
    name = "utf-8" if number == 65001 else f"cp{number}"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _refuse_other_kinds(start: bytes) -> None:
    if not start.strip():
        raise CorpusError(EMPTY)
    if start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{\\rtf"):
        return
    for mark, kind in _OTHER_KINDS.items():
        if start.startswith(mark):
            msg = f"no RTF file: {kind}"
            raise CorpusError(msg)
    msg = r"no RTF file: it does not begin with {\rtf"
    raise CorpusError(msg)
