"""Splits a long XML file into its items, so that a damaged one costs no other."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from rag.corpus.charsets import codec_of, declared_by_xml
from rag.corpus.decoding import EMPTY, SIZE_LIMIT
from rag.corpus.formats.text_stream import TextStream
from rag.corpus.formats.xml_trees import of_piece, parsed
from rag.errors import CorpusError

_HEAD_BYTES = 1 << 16
_LARGEST_HEAD = 8 << 20
_LONGEST_TAG = 4096
_PROLOGUE = re.compile(r"<\?[^>]*>|<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(r"<(?:([\w.-]{1,60}):)?([\w.-]{1,60})(?=[\s/>])")
_NAMESPACE = re.compile(
    r"\sxmlns(?::[\w.-]{1,60})?\s{0,9}=\s{0,9}(?:\"[^\"<]{0,400}\"|'[^'<]{0,400}')"
)
_CLOSED_BY = {"<![CDATA[": "]]>", "<!--": "-->"}
_LOOSE_AMPERSAND = re.compile(r"&(?!#?[A-Za-z0-9]{1,40};)")


@dataclass(frozen=True, slots=True)
class Opening:
    """The name of a file's outermost element, its prefix, and the encoding of the file."""

    name: str
    prefix: str
    encoding: str


def opening(file: BinaryIO) -> Opening:
    """How an XML file begins; leaves the file at its start. Raises CorpusError if it is none."""
    start = file.read(_HEAD_BYTES)
    file.seek(0)
    if not start.strip():
        raise CorpusError(EMPTY)
    encoding = _encoding(start)
    text = "".join(_first(TextStream(file, encoding)))
    file.seek(0)
    bare = _PROLOGUE.sub("", text)
    root = _ROOT.search(bare)
    if root is None:
        msg = "not valid XML: it has no element"
        raise CorpusError(msg)
    if "<!ENTITY" in bare[: root.start()]:
        msg = "declares entities, which could expand without end; remove them"
        raise CorpusError(msg)
    return Opening(root[2], root[1] or "", encoding)


class XmlItems:
    """The items of a file that begins so; `names` are those of the elements that are items."""

    def __init__(self, file: BinaryIO, begins: Opening, names: tuple[str, ...]) -> None:
        prefix = f"{begins.prefix}:" if begins.prefix and begins.name != "RDF" else ""
        listed = "|".join(re.escape(prefix + name) for name in names)
        self._token = re.compile(rf"<!\[CDATA\[|<!--|<(/?)(?:{listed})(?=[\s/>])[^<>]*?(/?)>")
        self.text = TextStream(file, begins.encoding)
        self._pieces = iter(self.text)
        self._buffer = ""
        self._at = 0
        self._namespaces = ""
        self.head: Any = None

    def __iter__(self) -> Iterator[Any | str]:
        """Each item as an element, or why it cannot be read; `head` is what comes before them."""
        start: int | None = None
        depth = 0
        while (found := self._next_token(start)) is not None:
            if found[0] in _CLOSED_BY:
                if not self._skip_past(_CLOSED_BY[found[0]], start):
                    break
                continue
            closes, closed = found[1] == "/", found[2] == "/"
            if depth == 0 and not closes:
                self._begin(found.start())
                start = found.start()
            self._at = found.end()
            depth += -1 if closes else (0 if closed else 1)
            if depth <= 0 and start is not None:
                yield self._item(self._buffer[start : self._at])
                self._buffer, self._at, start = self._buffer[self._at :], 0, None
            depth = max(depth, 0)
            if start is not None and self._at - start > SIZE_LIMIT:
                yield f"larger than the {SIZE_LIMIT >> 20} MB that one article may have"
                start = None
        self._begin(len(self._buffer))
        if start is not None:
            yield "not valid XML: the file is cut off in the midst of this item"

    def _begin(self, end: int) -> None:
        """Reads what stands before the first item."""
        if self.head is not None:
            return
        head = self._buffer[:end]
        self._namespaces = " ".join(dict.fromkeys(_by_name(_NAMESPACE.findall(head))))
        self.head = of_piece(head)

    def _item(self, text: str) -> Any | str:
        wrapped = f"<items {self._namespaces}>{text}</items>"
        for document in (wrapped, _LOOSE_AMPERSAND.sub("&amp;", wrapped)):
            with suppress(CorpusError):
                return parsed(document.encode())[0]
        try:
            return parsed(wrapped.encode())[0]
        except CorpusError as error:
            return str(error)

    def _next_token(self, start: int | None) -> re.Match[str] | None:
        while (found := self._token.search(self._buffer, self._at)) is None:
            self._at = max(self._at, len(self._buffer) - _LONGEST_TAG)
            if not self._more(start):
                return None
        return found

    def _skip_past(self, mark: str, start: int | None) -> bool:
        self._at = self._buffer.find("<!", self._at) + len("<!--")
        while (end := self._buffer.find(mark, self._at)) < 0:
            self._at = max(self._at, len(self._buffer) - len(mark))
            if not self._more(start):
                return False
        self._at = end + len(mark)
        return True

    def _more(self, start: int | None) -> bool:
        """Reads on; what stands before an item is forgotten once the head has been read."""
        piece = next(self._pieces, "")
        if self.head is None and len(self._buffer) > _LARGEST_HEAD:
            msg = "no item begins in its first 8 million characters"
            raise CorpusError(msg)
        if self.head is not None and start is None:
            self._buffer, self._at = self._buffer[self._at :], 0
        self._buffer += piece
        return bool(piece)


def _first(stream: TextStream) -> Iterator[str]:
    for piece in stream:
        yield piece[:_HEAD_BYTES]
        return


def _encoding(start: bytes) -> str:
    """The encoding to read a file with: UTF-8 where it is that, else the declared one."""
    declared = next(iter(declared_by_xml(start)), "")
    found = codec_of(declared) or "utf-8"
    with suppress(UnicodeDecodeError):
        text, _ = codecs.utf_8_decode(start, "strict", False)
        if not text.isascii():
            return "utf-8"
    # TextStream finds what UTF-16 is by its first bytes.
    return "utf-8" if found.startswith("utf-16") else found


def _by_name(declarations: list[str]) -> Iterator[str]:
    """The first declaration of each prefix."""
    seen: set[str] = set()
    for declaration in declarations:
        name = declaration.partition("=")[0].strip()
        if name not in seen:
            seen.add(name)
            yield declaration.strip()
