"""Finds when a page's article first appeared: its own data first, then what the page shows.

The most trusted place of the data that states a date counts; an instant with its zone comes before
the same moment by a clock without zone. What a page only shows counts where its data have nothing.
Dates of comments, lists and videos never count, and day and month are never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from rag.corpus.page_graph import Graph, Node
from rag.language.dates import parse_published
from rag.records import Published

_PUBLISHED = (
    "article:published_time", "article:published:time", "article:published", "og:published_time",
    "og:article:published_time", "article:published_date", "published_time", "datepublished",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
    "publish-date", "publish_date", "publishdate", "publication_date", "publisheddate",
    "published-date", "published_date", "published_at", "date.available", "dc.date.issued",
    "dcterms.issued", "dc.issued", "citation_publication_date", "prism.publicationdate",
    "originalpublicationdate", "article_date_original", "pubdate", "pub_date", "rbpubdate",
    "shareaholic:article_published_time", "analyticsattributes.articledate", "bt:pubdate",
    "article.published",
)  # fmt: skip
CREATED = (
    "date", "dc.date", "dcterms.date", "dc:date", "dc.date.created", "dcterms.created",
    "dc:created", "dc.created", "date.created", "article:created", "created", "date_created",
    "citation_date", "citation_online_date", "displaydate", "content_create_date", "timestamp",
)  # fmt: skip
"""Meta elements with a date that may be that of the last change as well."""
_OF_CHANGE = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "last-modified",
    "lastmod", "revision_date", "revised", "datemodified",
)  # fmt: skip
_PAGE_TYPES = frozenset({"webpage", "creativework", "itempage", "recipe", "review", "claimreview"})
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)?\s*\Z")
_ODD_CLOCK = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)[-:](\d\d)[-:](\d\d)(?::\d+|\.\d+)?(Z|[+-].*)?\Z")
_SPACED_OFFSET = re.compile(r"(\d) (?=[+-]\d\d:?\d\d\Z)")
_IN_ADDRESS = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[/-](1[0-2]|0?[1-9])[/-](?:(3[01]|[12]\d|0[1-9])(?=/|-|_|\.|\Z)|([1-9])(?=/|\Z))"
    r"|(?<=[/-])((?:19|20)\d\d)(1[0-2]|0[1-9])(3[01]|[12]\d|0[1-9])(?=/|-|_|\.|\Z)"
)
_DAY_FIRST_SEGMENT = re.compile(r"(?<=/)(3[01]|2\d|1[3-9])-(1[0-2]|0[1-9])-((?:19|20)\d\d)(?=/|\Z)")
_WIDEST_OFFSET = timedelta(hours=14)
_QUARTER = timedelta(minutes=15)
_A_REPRINT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Stated:
    """A date as a place of the page states it, and the moment that it names."""

    text: str
    moment: Published

    @property
    def is_instant(self) -> bool:
        """Whether it names a moment by the clock together with its zone."""
        return self.moment.zone != "" and self.moment.precision in ("minute", "second")


def stated_date(
    graph: Graph, article: Node | None, meta: Sequence[tuple[str, str]], url: str
) -> str:
    """The date of the page's data, as text for `parse_published`; "" where they have none.

    An address that has an earlier day than the data by more than two days shows the first
    publication, and counts. So does an earlier date in meta elements, if the data call the date
    of the last change that of publication.
    """
    stated = list(_read(_of_data(graph, article, meta)))
    if stated and article is not None and _is_of_change(stated[0], article):
        first = [
            each for each in _read(_of_meta(meta, _PUBLISHED)) if _is_long_before(each, stated[0])
        ]
        stated = first + stated
    found = _first_published(stated)
    addressed = date_in_address(url)
    if found is None:
        return ""
    if addressed and found.moment.at.date() - addressed > _A_REPRINT:
        return addressed.isoformat()
    return found.text


def _is_of_change(stated: Stated, article: Node) -> bool:
    """Whether the article's data have the same date for its last change."""
    changed = [each.moment.at.date() for each in _read(article.texts("dateModified"))]
    return stated.moment.at.date() in changed


def _is_long_before(one: Stated, other: Stated) -> bool:
    return other.moment.at.date() - one.moment.at.date() > _A_REPRINT


def unread_date(graph: Graph, article: Node | None, meta: Sequence[tuple[str, str]]) -> str:
    """The first date of publication that the data state, even if it cannot be read; else ""."""
    return next((value for value in _of_data(graph, article, meta) if value), "")


def is_of_last_change(text: str, article: Node | None, meta: Sequence[tuple[str, str]]) -> bool:
    """Whether the page's data have this very moment for the last change as well."""
    moment, values = parse_published(text), _changes(article, meta)
    return moment is not None and any(each.moment.at == moment.at for each in _read(values))


def changed_date(article: Node | None, meta: Sequence[tuple[str, str]]) -> str:
    """When the article was last changed by the page's data; "" where they do not say."""
    return next((each.text for each in _read(_changes(article, meta))), "")


def _changes(article: Node | None, meta: Sequence[tuple[str, str]]) -> list[str]:
    values = list(article.texts("dateModified")) if article is not None else []
    return values + [value for key, value in meta if key in _OF_CHANGE]


def date_in_address(url: str) -> date | None:
    """The day in a web address; None where it has none.

    >>> date_in_address("https://harbour.example/2024/03/02/ferry-returns/").isoformat()
    '2024-03-02'
    """
    path = url.partition("?")[0]
    for found in _IN_ADDRESS.finditer(path):
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            return date(year, month, day)
        except ValueError:
            continue
    for found in _DAY_FIRST_SEGMENT.finditer(path):
        day, month, year = map(int, found.groups())
        with suppress(ValueError):
            return date(year, month, day)
    return None


def _of_data(graph: Graph, article: Node | None, meta: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Every date of publication that the page states, the most trusted place first."""
    if article is not None:
        yield from sorted(article.texts("datePublished"))
        for node in graph.nodes:
            # The same article once more, in microdata beside JSON-LD.
            again = node is not article and not node.path and node.types & article.types
            if again and _headline(node) in ("", _headline(article)):
                yield from node.texts("datePublished")
    yield from _of_meta(meta, _PUBLISHED)
    if article is not None:
        yield from article.texts("dateCreated", "uploadDate")
    for node in graph.nodes:
        if not node.path and node.types & _PAGE_TYPES:
            yield from node.texts("datePublished", "dateCreated")
    yield from _of_meta(meta, CREATED)


def _headline(node: Node) -> str:
    return next(node.texts("headline", "name"), "").casefold()


def _of_meta(meta: Sequence[tuple[str, str]], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield from (value for key, value in meta if key == name)


def _read(values: Iterator[str] | Sequence[str]) -> Iterator[Stated]:
    for value in values:
        text = _plain(value)
        moment = parse_published(text)
        if moment is not None and moment.precision not in ("month", "year"):
            yield Stated(text, moment)


def _plain(value: str) -> str:
    """The date as `parse_published` reads it; midnight without a zone of its own is a day."""
    if found := _MIDNIGHT.fullmatch(value):
        return found[1]
    if found := _ODD_CLOCK.fullmatch(value):
        return f"{found[1]}T{found[2]}:{found[3]}:{found[4]}{found[5] or ''}"
    return _SPACED_OFFSET.sub(r"\1", value)


def _first_published(found: Sequence[Stated]) -> Stated | None:
    """The most trusted date, made exact by another place that names the same moment."""
    if not found:
        return None
    best = found[0]
    if best.moment.precision == "day":
        exact = (each for each in found[1:] if each.moment.precision != "day")
        same_day = (each for each in exact if _local_day(each) == _local_day(best))
        return next(same_day, best)
    if best.is_instant and not is_utc(best.moment.zone):
        return best
    for each in found[1:]:
        if each.is_instant and not is_utc(each.moment.zone) and _clock(each) == _clock(best):
            # A local time that one place stamps as UTC, or leaves without zone.
            return each
    if not best.is_instant:
        for each in found[1:]:
            if each.is_instant and may_be_same(best.moment, each.moment):
                return each
    return best


def is_utc(zone: str) -> bool:
    """Whether the zone that a date gives is UTC by one of its names; "" is none."""
    return zone.upper() in ("Z", "UTC", "GMT", "+00:00", "+0000", "+00")


def _clock(stated: Stated) -> str:
    """What the text shows to the minute, without its zone."""
    return re.sub(r"\D", "", stated.text)[:12]


def _local_day(stated: Stated) -> str:
    return re.sub(r"\D", "", stated.text)[:8]


def may_be_same(local: Published, instant: Published) -> bool:
    """Whether a time without zone may be that instant by the clocks of some zone."""
    apart = local.at.replace(second=0) - instant.at.replace(second=0)
    return abs(apart) <= _WIDEST_OFFSET and apart % _QUARTER == timedelta()
