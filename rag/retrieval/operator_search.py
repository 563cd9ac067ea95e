"""The articles that satisfy the operators of a search, and their passages, ranked.

A leaf of the search is looked up in the index by words or in the filter columns; what follows from
AND, OR and NOT is worked out on sets of articles, each by the id of its first passage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import cast

import numpy as np

from rag.errors import QueryError
from rag.indexes.analysis import phrase_words, terms
from rag.indexes.protocols import Field, Ids
from rag.language.normalizing import ExactWords
from rag.language.outlet_names import find_mentions
from rag.questions.operators import Both, Either, Leaf, Node, Without
from rag.questions.sub_queries import merged
from rag.records import Filters, Understood
from rag.retrieval.filters import named_one, parse_date, period_end
from rag.retrieval.snapshot import Snapshot

MOST_COMPARED = 30_000
"""So many passages are read for words that must stand exactly as written: some seconds' work."""

_BATCH = 400
_RANGE = ".."


@dataclass(slots=True)
class Matching:
    """Which articles satisfy a node within some filters; `passages` are those with its words."""

    snapshot: Snapshot
    filters: Filters
    passages: set[int] = field(default_factory=set)

    def articles(self, node: Node, *, wanted: bool = True) -> Ids:
        """The first passages of the articles that satisfy the node, ascending.

        Words that no index has, such as "the", are in every article.
        """
        match node:
            case Both():
                return np.intersect1d(
                    self.articles(node.left, wanted=wanted),
                    self.articles(node.right, wanted=wanted),
                )
            case Either():
                return np.union1d(
                    self.articles(node.left, wanted=wanted),
                    self.articles(node.right, wanted=wanted),
                )
            case Without():
                return np.setdiff1d(self.every(), self.articles(node.node, wanted=not wanted))
            case Leaf():
                return self._leaf(node, wanted=wanted)

    def every(self) -> Ids:
        """The first passages of all articles within the filters, ascending."""
        return self._openings(self.snapshot.facets.matching(self.filters))

    def _openings(self, ids: Ids) -> Ids:
        return np.unique(self.snapshot.facets.first_passages(ids))

    def _leaf(self, leaf: Leaf, *, wanted: bool) -> Ids:
        if leaf.field == "author":
            return self._signed(leaf.text)
        if leaf.field not in ("", "title"):
            return self._narrowed(leaf)
        if not (phrase_words(leaf.text) if leaf.exact else terms(leaf.text)):
            if leaf.exact or leaf.field:
                msg = f"“{leaf.text}” has only words that are in every article; add a rarer one"
                raise QueryError(msg)
            return self.every()
        found = [self._having(leaf, cast("Field", name)) for name in _fields(leaf)]
        ids = np.unique(np.concatenate(found))
        if wanted:
            self.passages.update(ids.tolist())
        return self._openings(ids)

    def _narrowed(self, leaf: Leaf) -> Ids:
        """The articles that satisfy a limit; none where no article within the filters can."""
        own = _strict(leaf, self.snapshot)
        try:
            return self._openings(self.snapshot.facets.matching(_both(self.filters, [own])))
        except QueryError:
            # In a part of the search, this is no mistake: "outlet:A OR outlet:B" beside a filter.
            return self.snapshot.facets.ids[:0]

    def _having(self, leaf: Leaf, name: Field) -> Ids:
        ids = self.snapshot.lexical.having(leaf.text, name, self.filters)
        # The index may lag behind the columns, and knows no section and no exact moment.
        ids = np.intersect1d(ids, self.snapshot.facets.matching(self.filters))
        if name == "title":
            # Each passage has its article's title: one of them is enough to be read and shown.
            ids = self._openings(ids)
        if not leaf.exact:
            return ids
        if len(ids) > MOST_COMPARED:
            msg = (
                f"“{leaf.text}” may be in {len(ids):,} passages, and {MOST_COMPARED:,} are the "
                "most that are compared word for word; add an outlet or a date, or leave out "
                "its quotation marks"
            )
            raise QueryError(msg)
        sought = ExactWords(leaf.text)
        store, kept = self.snapshot.store, []
        for batch in _batches(ids.tolist()):
            for id_, (passage, article) in store.passages(batch).items():
                text = article.text[passage.start : passage.end]
                if sought.stand_in(article.title if name == "title" else text):
                    kept.append(id_)
        return np.array(sorted(kept), dtype=np.int64)

    def _signed(self, name: str) -> Ids:
        """The articles with an author whose name has these words; QueryError without any."""
        sought = ExactWords(name)
        found, authors = self.snapshot.store.by_author(sought.stand_in, self.filters)
        if not found:
            named_one(name, authors, "author")
        passages = self.snapshot.store.passage_ids(found)
        ids = np.array(sorted(passages), dtype=np.int64)
        allowed = np.intersect1d(ids, self.snapshot.facets.matching(self.filters))
        return self._openings(allowed)


def limited(filters: Filters, limits: Sequence[Leaf], snapshot: Snapshot) -> Filters:
    """The filters, and all that the limits of a search ask for; of several outlets any will do.

    Raises QueryError for what is no date, an outlet or section that the archive does not have,
    with names like it, and for dates and filters that contradict each other.
    """
    return _both(filters, [_strict(leaf, snapshot) for leaf in limits])


def _both(filters: Filters, limits: Sequence[Understood]) -> Filters:
    """`merged`, and the section of a limit, which no question's words ask for."""
    sections = {one.filters.section for one in limits} | {filters.section}
    if len(sections - {""}) > 1:
        named = " and ".join(map(repr, sorted(sections - {""})))
        msg = f"an article has one section, and the search asks for {named}; leave one out"
        raise QueryError(msg)
    return replace(merged(filters, limits), section="".join(sections))


def _fields(leaf: Leaf) -> Sequence[str]:
    return ("title",) if leaf.field else ("text", "title")


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[first : first + _BATCH] for first in range(0, len(ids), _BATCH))


def _strict(leaf: Leaf, snapshot: Snapshot) -> Understood:
    """A limit as what it asks of hits."""
    words = f"{leaf.field}:{leaf.text}"
    return Understood(words, 0, 0, words, _filters(leaf, snapshot), strict=True)


def _filters(leaf: Leaf, snapshot: Snapshot) -> Filters:
    facets, name = snapshot.facets, f"{leaf.field}:"
    if leaf.field == "outlet":
        return Filters(publishers=_outlets(leaf.text, facets.publishers))
    if leaf.field == "language":
        return Filters(language=leaf.text.lower())
    if leaf.field == "section":
        return Filters(section=named_one(leaf.text, facets.sections, "section"))
    if leaf.field == "after":
        return Filters(published_from=parse_date(leaf.text, name).at)
    if leaf.field == "before":
        return Filters(published_before=parse_date(leaf.text, name).at)
    first, _, last = leaf.text.partition(_RANGE)
    start = parse_date(first, name).at
    before = period_end(parse_date(last or first, name))
    if start >= before:
        msg = f"date:{leaf.text} ends before it begins; write the earlier date first"
        raise QueryError(msg)
    return Filters(published_from=start, published_before=before)


def _outlets(name: str, known: Collection[str]) -> tuple[str, ...]:
    """The outlets of a name: as they are spelled, or as they are mentioned in a question."""
    spelled = [each for each in known if each and each.casefold() == name.casefold()]
    if spelled:
        return tuple(spelled)
    for mention in find_mentions(f"the {name}", [each for each in known if each]):
        if mention.end - mention.start >= len(name):
            return mention.publishers
    return (named_one(name, list(known), "outlet"),)


def shown_first(first_passages: Ids, passages: Collection[int], snapshot: Snapshot) -> Ids:
    """The passages of these articles that have what was looked for; else each one's first."""
    ids = np.array(sorted(passages), dtype=np.int64)
    ids = ids[np.isin(snapshot.facets.first_passages(ids), first_passages)]
    without = np.setdiff1d(first_passages, snapshot.facets.first_passages(ids))
    return np.union1d(ids, without)


def newest_first(scores: Mapping[int, float], snapshot: Snapshot, most: int) -> list[int]:
    """The passages, those of the newest articles first, the best `most` of each; undated last."""
    facets = snapshot.facets
    ids = np.array(list(scores), dtype=np.int64)
    values = np.array([scores[id_] for id_ in ids.tolist()], dtype=np.float64)
    first_passages = facets.first_passages(ids)
    order = np.lexsort((ids, -values, first_passages, -facets.published_at(ids)))
    seen: dict[int, int] = {}
    chosen = []
    for place in order.tolist():
        opening = int(first_passages[place])
        seen[opening] = seen.get(opening, 0) + 1
        if seen[opening] <= most:
            chosen.append(int(ids[place]))
    return chosen


def all_of(words: Sequence[str]) -> Node | None:
    """What has all of the words; None without any."""
    leaves: list[Node] = [Leaf(word) for word in words]
    return reduce(Both, leaves) if leaves else None
