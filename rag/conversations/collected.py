"""A collection of stars as it stands in the archive now, and as a file to take away.

What it shows is read from the archive each time: nothing of a withdrawn or deleted article is
in it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from string import ascii_lowercase
from typing import Any, Literal

from rag.answers.wording import introduction
from rag.archive import Archive
from rag.conversations.escaping import (
    json_without_controls,
    one_line_markdown,
    without_controls,
)
from rag.conversations.exporting import minute
from rag.conversations.references import Style, quotation, reference
from rag.corpus.notices import find_notices
from rag.errors import ArchiveError
from rag.language.words import as_sentence, shortened
from rag.records import Article, Citation, article_dict
from rag.store import Collection, Star

StarState = Literal["unchanged", "revised", "corrected", "withdrawn", "deleted"]
FORMAT = "dateline collection"
VERSION = 1
COLUMNS = (
    *("outlet", "authors", "published", "title", "url", "quote", "state", "note"),
    *("article_id", "revision", "start", "end"),
)
"""The columns of a collection as CSV."""

_CORRECTING = frozenset({"correction", "clarification", "retraction"})
_LONGEST_NOTICE = 300
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_KEY = re.compile(r"(?<=\{)[^,]*(?=,)")


@dataclass(frozen=True, slots=True)
class Collected:
    """A star as the archive has it now: the starred text, and what became of it since.

    `article` is the starred revision, None where its text may not be shown any more; `origin`
    then says of which outlet and day it was, if that is still known. `note` says in a sentence
    what changed, "" where nothing did.
    """

    star: Star
    article: Article | None
    state: StarState = "unchanged"
    note: str = ""
    origin: str = ""

    @property
    def citation(self) -> Citation | None:
        """The starred words; None where the whole article is starred, or its text is gone."""
        if self.article is None or self.star.is_whole:
            return None
        end = min(self.star.end, len(self.article.text))
        if not 0 <= self.star.start < end:
            return None
        return Citation(1, self.article, self.star.start, end)

    @property
    def quote(self) -> str:
        """The starred words, "" for a whole article and where they may not be shown."""
        return self.citation.quote if self.citation else ""

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        known = article_dict(self.article) if self.article else {"id": self.star.article_id}
        authors = list(self.article.authors) if self.article else []
        return {
            "article": known | {"authors": authors},
            "revision": self.star.revision,
            "start": self.star.start,
            "end": self.star.end,
            "quote": self.quote or None,
            "state": self.state,
            "note": self.note,
        }


def collected(collection: Collection, archive: Archive) -> list[Collected]:
    """The stars of a collection in their order, each with its state."""
    return [_collected(star, archive) for star in collection.stars]


def export_collection(collection: Collection, archive: Archive, kind: str) -> str:
    """The collection as "md", "csv", "bib" or "json", with the state of each of its stars.

    Of what was withdrawn or deleted, there is a line that says so, and none of its words.
    """
    return COLLECTION_KINDS[kind][1](collection, collected(collection, archive))


def _collected(star: Star, archive: Archive) -> Collected:
    try:
        latest = archive.article(star.article_id)
    except ArchiveError as error:
        return Collected(star, None, "deleted", as_sentence(str(error).partition(";")[0]))
    withdrawal = archive.removals.withdrawal(star.article_id)
    if withdrawal:
        origin = introduction(latest).removesuffix(": ")
        return Collected(star, None, "withdrawn", as_sentence(str(withdrawal)), origin)
    try:
        article = archive.article(star.article_id, star.revision)
    except ArchiveError:
        note = "The text that was starred was deleted; the article was added again later."
        return Collected(star, None, "deleted", note)
    if latest.revision <= article.revision:
        return Collected(star, article)
    state, note = _since(star, article, latest, archive)
    return Collected(star, article, state, note)


def _since(
    star: Star, article: Article, latest: Article, archive: Archive
) -> tuple[StarState, str]:
    """Whether a newer revision corrects an article or only revises it, and whether words stand."""
    known = {_words(article, each.start, each.end) for each in find_notices(article.text)}
    new = [
        words
        for each in find_notices(latest.text, latest.published)
        if each.kind in _CORRECTING and (words := _words(latest, each.start, each.end)) not in known
    ]
    note = f"Revision {latest.revision} has replaced it."
    citation = Collected(star, article).citation
    if citation:
        holds = archive.recheck_words(citation).status == "holds"
        stand = (
            "the starred words still stand in it" if holds else "the starred words are not in it"
        )
        note = f"Revision {latest.revision} has replaced it; {stand}."
    if not new:
        return "revised", note
    return "corrected", f"{note} It says: {shortened(new[0], _LONGEST_NOTICE)}"


def _words(article: Article, start: int, end: int) -> str:
    return " ".join(article.text[start:end].split())


def _markdown(collection: Collection, found: list[Collected]) -> str:
    lines = [f"# {one_line_markdown(collection.name)}", ""]
    lines += [f"Exported from Dateline on {minute(datetime.now(UTC))}.", ""]
    for each in found:
        lines += [_taken(each, "markdown") or f"> \\[{each.state}\\] {_origin(each)}", ""]
        if each.note:
            lines += [f"**{each.state.capitalize()}.** {one_line_markdown(each.note)}", ""]
    return without_controls("\n".join(lines).rstrip() + "\n")


def _origin(each: Collected) -> str:
    return one_line_markdown(each.origin or each.star.article_id)


def _taken(each: Collected, style: Style) -> str:
    """The quotation with its reference, or the reference alone; "" where there is no text."""
    if each.citation:
        return quotation(each.citation, style)
    return reference(each.article, style) if each.article else ""


def _csv(_collection: Collection, found: list[Collected]) -> str:
    written = io.StringIO()
    rows = csv.DictWriter(written, COLUMNS)
    rows.writeheader()
    for each in found:
        rows.writerow({name: cell(value) for name, value in _row(each).items()})
    return written.getvalue()


def _row(each: Collected) -> dict[str, object]:
    known = each.to_dict()
    article = known["article"]
    return {
        "outlet": article.get("publisher", ""),
        "authors": "; ".join(article["authors"]),
        "published": article.get("published") or "",
        "title": article.get("title", ""),
        "url": article.get("url", ""),
        "quote": each.quote,
        "state": each.state,
        "note": each.note,
        "article_id": each.star.article_id,
        **{name: known[name] for name in ("revision", "start", "end")},
    }


def cell(value: object) -> object:
    """The value; a spreadsheet takes what begins with one of these signs for a formula."""
    if not isinstance(value, str):
        return value
    shown = without_controls(value)
    return f"'{shown}" if value.startswith(_FORMULA) else shown


def _bibtex(collection: Collection, found: list[Collected]) -> str:
    used: set[str] = set()
    parts = [f"% {_comment(collection.name)}"]
    for each in found:
        entry = _taken(each, "bibtex")
        state = f"{each.state}: {each.note}" if each.note else ""
        where = "" if entry else f" ({each.star.article_id})"
        lines = [f"% {_comment(state + where)}"] if state else []
        parts.append("\n".join([*lines, _unique(entry, used)] if entry else lines))
    return without_controls("\n\n".join(parts) + "\n")


def _comment(words: str) -> str:
    # An @ begins an entry, wherever it stands.
    return " ".join(words.split()).replace("@", "(at)")


def _unique(entry: str, used: set[str]) -> str:
    """The entry with a key that no other has: BibTeX refuses a file with a key twice."""
    found = _KEY.search(entry)
    key = found[0] if found else ""
    names = (
        f"{key}{suffix}" for suffix in chain(("", *ascii_lowercase), (f"-{n}" for n in count(1)))
    )
    name = next(each for each in names if each not in used)
    used.add(name)
    return _KEY.sub(name, entry, count=1)


def _json(collection: Collection, found: list[Collected]) -> str:
    value = {
        "format": FORMAT,
        "version": VERSION,
        "id": collection.id,
        "name": collection.name,
        "created": collection.created.isoformat(),
        "stars": [each.to_dict() for each in found],
    }
    return json_without_controls(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


COLLECTION_KINDS: Mapping[str, tuple[str, Callable[[Collection, list[Collected]], str]]] = {
    "md": ("text/markdown", _markdown),
    "csv": ("text/csv", _csv),
    "bib": ("application/x-bibtex", _bibtex),
    "json": ("application/json", _json),
}
"""What a collection can be taken away as: by the ending of the file, its media type and writer."""
