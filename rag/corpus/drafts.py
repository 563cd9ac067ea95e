"""What travels through the corpus: a format's `Draft`, then what was `Read` or `Unread`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rag.corpus.boilerplate import Block
from rag.errors import CorpusError
from rag.records import Article

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Read:
    """One article as it was read, where it lay, and what a reader of the log should know.

    Not `settled` where the same text will be read otherwise later: its date is yet to come.
    """

    article: Article
    path: str
    warnings: tuple[str, ...] = ()
    settled: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """One input that was not read, and why; `path` is "file" or "file:line".

    What is `skipped` could be read, but is none of what was named.
    """

    path: str
    reason: str
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A web page as it came: where it was in the end, and in what encoding the server says.

    `date` and `authors` are what others, such as a feed, say where the page says nothing.
    """

    url: str
    data: bytes
    charset: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What one format says about an article, before id, date and language are settled.

    An empty field was not given; what it misses may still stand in the text (a
    title line, a byline, a date line, an original URL). `dated` formats usually
    carry a date, so that its absence is worth a warning. `created` is when the file
    was made, which dates its article where nothing else does. `pages` are where the
    pages begin, as `Article.pages` has them.
    """

    path: str
    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    url: str = ""
    given_id: str = ""
    publisher: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    dated: bool = False
    language: str = ""
    section: str = ""
    warnings: tuple[str, ...] = ()
    created: str = ""
    pages: tuple[int, ...] = ()


class Reader(Protocol):
    """Reads every article of a file whose name ends in one of `suffixes` (lower case).

    Content that makes no article is yielded as `Unread` or, where the whole file
    is meant, raised as `CorpusError` with the bare reason.
    """

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of file names that this reader takes."""
        ...

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """Each article of the file, in its order."""
        ...


def guarded(reader: Reader, path: Path) -> Iterator[Draft | Unread]:
    """What the reader yields; whatever error a library has with the file is a CorpusError.

    A library's fault with one file must not stop the others; it is named all the same. Only
    MemoryError is let pass.
    """
    try:
        yield from reader.read(path)
    except (CorpusError, MemoryError):
        raise
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        msg = f"damaged, or of a kind that cannot be read ({said:.200})"
        raise CorpusError(msg) from error


def shown(path: Path) -> str:
    r"""The path as one line that can be printed and stored; odd bytes become U+FFFD.

    >>> shown(Path("news/a.md")), shown(Path("a\nb.md"))
    ('news/a.md', 'a\\nb.md')
    """
    text = str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _CONTROL.sub(lambda found: repr(found.group())[1:-1], text)
