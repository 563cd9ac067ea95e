"""The records of reading: a format's `Draft`, then `Read` or `Unread`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rag.corpus.boilerplate import Block
from rag.errors import CorpusError
from rag.records import Article

if TYPE_CHECKING:
    from rag.corpus.chunking import Chunk

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Read:
    """One article as read, the path of its file, and warnings for the log.

    `settled` is False if a later run may read it differently, because its date is in the future.
    `captured` is when somebody saw this text at its address, in UTC, where the file says so;
    `dated` the latest moment that the file gives for it: its change, else its publication, and
    `changed` its change alone.
    `site_name` is the outlet's name where only its page states it. `passages` are those of the
    article, where whoever read it has also cut them.
    """

    article: Article
    path: str
    warnings: tuple[str, ...] = ()
    settled: bool = True
    captured: datetime | None = None
    dated: datetime | None = None
    site_name: str = ""
    passages: tuple[Chunk, ...] | None = None
    changed: datetime | None = None


def one_of_each(items: Sequence[Read]) -> Iterator[list[Read]]:
    """The articles in lists that have each id once: the states of one address, oldest first."""
    if len({item.article.id for item in items}) == len(items):
        yield list(items)
        return
    states: dict[str, list[Read]] = {}
    for item in items:
        states.setdefault(item.article.id, []).append(item)
    for each in states.values():
        moments = [at for item in each if (at := item.captured or item.dated)]
        if len(moments) == len(each):
            each[:] = [each[n] for n in sorted(range(len(each)), key=moments.__getitem__)]
    for turn in range(max(map(len, states.values()))):
        yield [each[turn] for each in states.values() if turn < len(each)]


@dataclass(frozen=True, slots=True)
class Unread:
    """One input that was not read, and why, on one line; `path` is "file" or "file:line".

    `skipped` inputs could be read, but are not among those that you named, or are no published
    articles: drafts, or what is embargoed.
    """

    path: str
    reason: str
    skipped: bool = False

    def __post_init__(self) -> None:
        # Libraries quote what they could not read, with its line breaks.
        object.__setattr__(self, "reason", " ".join(self.reason.split()))


@dataclass(frozen=True, slots=True)
class Page:
    """A web page as received: its final address and the charset that the server states.

    `date` and `authors` come from a feed, for pages that state none.
    """

    url: str
    data: bytes
    charset: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as one format has it, before id, date and language are set.

    Empty fields are missing in the format; the text may still have them (a title line, a
    byline, a date line, an original URL). `dated` formats usually have a date, so that a
    missing one is worth a warning. `created` is when the file was made and `made_by` whom its
    properties call its author; each counts if nothing else names a date or an author. `pages`
    are the starts of pages, as in `Article.pages`.
    `embargoed` is when the embargo ends, as the format writes it; "" for none.
    `captured` is when the text was seen at its address, `modified` when it was last changed.
    `site_names` are what the page calls its outlet; one that fits its host names it.
    """

    path: str
    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    url: str = ""
    source_id: str = ""
    publisher: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    dated: bool = False
    language: str = ""
    section: str = ""
    warnings: tuple[str, ...] = ()
    created: str = ""
    made_by: str = ""
    pages: tuple[int, ...] = ()
    embargoed: str = ""
    captured: str = ""
    modified: str = ""
    site_names: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads every article of a file whose name ends in one of `suffixes` (lower case).

    Content without an article is yielded as `Unread`; if the whole file has none, `read`
    raises `CorpusError` with the reason.
    """

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of file names that this reader reads."""
        ...

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """Each article of the file, in order."""
        ...


def guarded(reader: Reader, path: Path) -> Iterator[Draft | Unread]:
    """The outcomes of the reader; any error of a library becomes a CorpusError.

    So a fault with one file is reported and does not stop the others. MemoryError passes.
    """
    try:
        yield from reader.read(path)
    except (CorpusError, MemoryError):
        raise
    except Exception as error:
        message = " ".join(f"{type(error).__name__}: {error}".split())
        msg = f"damaged, or of a kind that cannot be read ({message:.200})"
        raise CorpusError(msg) from error


def printable_path(path: Path) -> str:
    r"""The path as one printable line; bytes that are no text become U+FFFD.

    >>> printable_path(Path("news/a.md")), printable_path(Path("a\nb.md"))
    ('news/a.md', 'a\\nb.md')
    """
    text = str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _CONTROL.sub(lambda found: repr(found.group())[1:-1], text)
