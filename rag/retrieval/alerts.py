"""Saved searches and questions, and what is new for each since its reader last looked.

Where to start reading: `Alerts.all`. New is what the archive took in since then, whenever it was
published: a passage gets a higher id than all that are stored before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from rag.errors import QueryError
from rag.indexes.opening import Opened
from rag.indexes.protocols import Ids
from rag.language.words import storable_text
from rag.records import Article, Filters, Passage, article_dict
from rag.records.display import short
from rag.retrieval.filters import parse_filters
from rag.retrieval.finding import check_order, find, matching_within
from rag.retrieval.retrieve import Request
from rag.retrieval.snapshot import Snapshot
from rag.store import STILL, SavedQuery, SavedSearch, SavedSearches
from rag.store.saved_searches import check_kind

MOST_LISTED = 200
"""So many new articles are listed of one saved search; all are counted."""

OF_A_QUESTION = 20
"""What is new for a question is among so many passages that come nearest to it."""

COVERED = 0.5
"""So much of the weight of a question's words an article must have to be new for it."""

IN_A_FEED = 50
"""So many articles are in a feed, the last to arrive."""

_RECENT = 50_000
"""A feed is looked for among so many passages that came in last."""


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article that came in since, and the passage that was looked for in it.

    `revised` says that an earlier text of it was in the archive before; `arrived` is when the
    run began that brought it. `also_in` names other outlets whose copies came in as well.
    """

    article: Article
    passage: Passage
    arrived: datetime
    revised: bool = False
    also_in: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        passage = self.passage
        return {
            "article": article_dict(self.article),
            "revision": self.article.revision,
            "passage": {
                "id": passage.id,
                "start": passage.start,
                "end": passage.end,
                "text": self.article.text[passage.start : passage.end],
            },
            "arrived": self.arrived.isoformat(),
            "revised": self.revised,
            "also_in": list(self.also_in),
        }


@dataclass(frozen=True, slots=True)
class Alert:
    """A saved search with what is new for it, the last to arrive first; copies count once.

    `total` counts all that is new. `problem` says why it cannot be searched as it was saved, ""
    where it can. `upto` is what `Alerts.mark_seen` takes once a reader has looked.
    """

    saved: SavedSearch
    new: tuple[NewArticle, ...] = ()
    total: int = 0
    problem: str = ""
    upto: int = 0

    def __repr__(self) -> str:
        problem = f"; {self.problem}" if self.problem else ""
        return f"<Alert {short(self.saved.name)!r}: {self.total:,} new{problem}>"

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values: one element of what `dateline alerts --json` prints."""
        saved, query = self.saved, self.saved.query
        filters = ("published_from", "published_to", "language", "section", "sort")
        return {
            "id": saved.id,
            "name": saved.name,
            "kind": query.kind,
            "words": query.words,
            "filters": {
                **{name: getattr(query, name) for name in filters},
                "publishers": list(query.publishers),
            },
            "seen_at": saved.seen_at.isoformat(),
            "new": self.total,
            "articles": [each.to_dict() for each in self.new],
            "problem": self.problem,
        }


class Alerts:
    """The saved searches of one reader: the one of a page without login, or one by name.

    >>> archive.alerts.add("ferry strike", publishers=["Radio North"])   # doctest: +SKIP
    >>> for alert in archive.alerts.all():                               # doctest: +SKIP
    ...     print(alert.saved.name, alert.total)
    """

    def __init__(
        self, opened: Callable[[], Opened], snapshot: Callable[[], Snapshot], owner: str = ""
    ) -> None:
        self._opened = opened
        self._snapshot = snapshot
        self.owner = owner

    def of(self, owner: str) -> Alerts:
        """Those of another reader, by the name of an account."""
        return Alerts(self._opened, self._snapshot, owner)

    def add(self, words: str, name: str = "", *, kind: str = "search", **filters: Any) -> Alert:
        """Saves a search, or with `kind` "question" a question; nothing is new for it yet.

        The filters are `published_from`, `published_to`, `publishers`, `language` and `section`,
        as `Archive.limits` takes them, `sort`, and words to `ignore`. What is saved already is
        returned as it is. Raises QueryError for what could not be searched for.
        """
        check_kind(kind)
        try:
            query = SavedQuery(storable_text(words).strip(), kind, **_plain_values(filters))  # type: ignore[arg-type]
        except TypeError as error:
            msg = f"a saved search has no such filter: {', '.join(sorted(filters))}"
            raise QueryError(msg) from error
        return self.save(query, name)

    def save(self, query: SavedQuery, name: str = "") -> Alert:
        """The same for what is a `SavedQuery` already."""
        opened, snapshot = self._opened(), self._snapshot()
        check_order(query.sort)
        matching_within(
            _request(query, _limits(query, snapshot)), snapshot.facets.ids[:0], snapshot
        )
        saved = self._searches(opened).add(self.owner, name, query, _newest(opened, snapshot))
        return self._alert(saved, opened, snapshot)

    def all(self) -> list[Alert]:
        """Every saved search with what is new for it, by name."""
        opened, snapshot = self._opened(), self._snapshot()
        saved = self._searches(opened).all(self.owner)
        return [self._alert(each, opened, snapshot) for each in saved]

    def get(self, id_: str) -> Alert:
        """A saved search with what is new for it; QueryError for an unknown id."""
        opened, snapshot = self._opened(), self._snapshot()
        return self._alert(self._searches(opened).get(self.owner, id_), opened, snapshot)

    def mark_seen(self, alert: Alert) -> None:
        """Has nothing be new any more that this alert counts; what came in later stays new."""
        self._searches(self._opened()).mark_seen(self.owner, alert.saved.id, alert.upto)

    def rename(self, id_: str, name: str) -> str:
        """Renames a saved search and returns its name; QueryError for an empty one."""
        return self._searches(self._opened()).rename(self.owner, id_, name)

    def renew(self, id_: str) -> str:
        """Gives the feed of a saved search a new token; its old address leads nowhere then."""
        return self._searches(self._opened()).renew(self.owner, id_)

    def remove(self, id_: str) -> None:
        """Deletes a saved search with its feed; QueryError for an unknown id."""
        self._searches(self._opened()).delete(self.owner, id_)

    def can_save(self) -> bool:
        """Whether anything can be saved here: False where the archive may only be read."""
        return self._searches(self._opened()).can_save()

    def recent(self, alert: Alert) -> Alert:
        """The same with the last articles that arrived for it, seen or not: what its feed has."""
        opened, snapshot = self._opened(), self._snapshot()
        newest = _newest(opened, snapshot)
        saved = replace(alert.saved, seen=max(0, newest - _RECENT))
        found = self._alert(saved, opened, snapshot, IN_A_FEED)
        new = (replace(each, revised=each.article.revision > 1) for each in found.new)
        return replace(found, saved=alert.saved, new=tuple(new))

    def by_token(self, token: str) -> Alert | None:
        """What is in the feed with this token, whoever owns it; None where there is no such one."""
        saved = self._searches(self._opened()).by_token(token)
        return self.recent(Alert(saved)) if saved else None

    def _searches(self, opened: Opened) -> SavedSearches:
        return SavedSearches(opened.database)

    def _alert(
        self, saved: SavedSearch, opened: Opened, snapshot: Snapshot, most: int = MOST_LISTED
    ) -> Alert:
        upto = max(saved.seen, _newest(opened, snapshot))
        try:
            query, problem = _without_lost(saved.query, snapshot)
            within = _since(saved.seen, snapshot)
            ids = _new_for(query, within, snapshot) if query else []
        except QueryError as error:
            return Alert(saved, problem=str(error), upto=upto)
        new = self._listed(ids[:most], saved.seen, opened) if ids else ()
        total = len(new) if len(ids) <= most else len(ids)
        return Alert(saved, new, total, problem, upto)

    def _listed(self, ids: Sequence[int], seen: int, opened: Opened) -> tuple[NewArticle, ...]:
        """The articles of these passages in their order; copies of one story are one of them."""
        found = opened.store.passages(ids)
        articles = [found[id_][1].id for id_ in ids if id_ in found]
        arrivals = self._searches(opened).arrivals(articles, seen)
        groups = opened.store.groups(articles)
        new: dict[str, NewArticle] = {}
        for passage, article in (found[id_] for id_ in ids if id_ in found):
            key, arrival = groups.get(article.id, article.id), arrivals.get(article.id)
            if arrival is None:
                continue
            if key not in new:
                new[key] = NewArticle(article, passage, arrival.at, arrival.revised)
            elif article.publisher not in (new[key].article.publisher, *new[key].also_in, ""):
                also = (*new[key].also_in, article.publisher)
                new[key] = replace(new[key], also_in=also)
        return tuple(new.values())


def _plain_values(filters: dict[str, Any]) -> dict[str, Any]:
    """The filters as they are saved: texts without spaces around them, outlets as a tuple."""
    found = dict(filters)
    for name in ("publishers", "ignore"):
        found[name] = tuple(found.get(name) or ())
    return {
        name: storable_text(value).strip() if isinstance(value, str) else value
        for name, value in found.items()
    }


def _limits(query: SavedQuery, snapshot: Snapshot) -> Filters:
    return parse_filters(
        query.published_from,
        query.published_to,
        query.publishers,
        query.language,
        query.section,
        known_publishers=snapshot.facets.publishers,
        known_sections=snapshot.facets.sections,
    )


def _request(query: SavedQuery, filters: Filters) -> Request:
    return Request(query.words, filters=filters, ignore=query.ignore)


def _without_lost(query: SavedQuery, snapshot: Snapshot) -> tuple[SavedQuery | None, str]:
    """The query without outlets that are gone from the archive, and what to say of them.

    None where nothing is left to be searched: it is as before once they are there again.
    """
    known = {name.casefold() for name in snapshot.facets.publishers}
    gone = [name for name in query.publishers if name.casefold() not in known]
    left = tuple(name for name in query.publishers if name.casefold() in known)
    named = ", ".join(f"“{name}”" for name in gone)
    if gone and not left:
        return None, f"the archive has no article of {named} any more; nothing can be new in it"
    sections = {name.casefold() for name in snapshot.facets.sections}
    if query.section and query.section.casefold() not in sections:
        lost = f"“{query.section}”"
        return None, f"the archive has no section {lost} any more; nothing can be new in it"
    problem = f"the archive has no article of {named} any more; the others are searched"
    return replace(query, publishers=left), problem if gone else ""


def _newest(opened: Opened, snapshot: Snapshot) -> int:
    """The highest id of a passage that both the columns and the words of the snapshot have."""
    highest = int(snapshot.facets.ids[-1]) if len(snapshot.facets.ids) else 0
    if opened.lexical.change >= snapshot.facets.change:
        return highest
    behind = opened.store.changed_since(opened.lexical.change)
    return min([highest, *(id_ - 1 for id_ in opened.store.passage_ids(behind))])


def _since(seen: int, snapshot: Snapshot) -> Ids:
    """The ids of the current passages that were stored after the passage `seen`, ascending."""
    facets = snapshot.facets
    first = int(np.searchsorted(facets.ids, seen, side="right"))
    later: Ids = facets.ids[first:]
    current: Ids = later[facets.until[first:] == STILL]
    return current


def _new_for(query: SavedQuery, within: Ids, snapshot: Snapshot) -> list[int]:
    """One passage of each article `within` that is new for a query, the last to arrive first."""
    request = _request(query, _limits(query, snapshot))
    if query.kind == "search":
        return matching_within(request, within, snapshot)
    first_passages = np.unique(snapshot.facets.first_passages(within))
    covered = snapshot.lexical.article_coverage(query.words, first_passages.tolist())
    least = COVERED * sum(snapshot.lexical.term_weights(query.words).values())
    fitting = {opening for opening, weight in covered.items() if weight >= least}
    # Most of what comes in has nothing to do with a question: then nothing is searched.
    hits = find(request, OF_A_QUESTION, snapshot).hits if fitting else ()
    near = {hit.passage.id for hit in hits} & set(within.tolist())
    ids = np.array(sorted(near), dtype=np.int64)
    found: dict[int, int] = {}
    for opening, id_ in zip(
        snapshot.facets.first_passages(ids).tolist(), ids.tolist(), strict=True
    ):
        if opening in fitting:
            found.setdefault(opening, id_)
    return [found[opening] for opening in sorted(found, reverse=True)]
