"""One hit for what several articles say in the same words; knows nothing about ranking."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from rag.corpus.near_duplicates import Shingles, containment, new_words, shingles
from rag.language.changed_figures import changed_figures
from rag.records import Article, Filters, Hit, Passage
from rag.store import Store

Ranked = tuple[float, Passage, Article]

SAYS = 0.5
"""An article says what a passage says when it holds this much of its shingles ..."""

NEWS = 8
"""... and lacks fewer words in a row: so many are no rewording but a sentence of its own."""

_PART = 0.25
_NO_FILTERS = Filters()
_UNDATED = datetime.min.replace(tzinfo=UTC)


def distinct_hits(
    ranked: Sequence[Ranked],
    k: int,
    store: Store,
    filters: Filters = _NO_FILTERS,
    *,
    all_copies: bool = False,
) -> list[Hit]:
    """The first `k` hits with their copies named; what copies say alike is one hit.

    Copies that were not ranked are named too, whatever the other filters ask: they say where
    a text appeared. Only the dates count, so that nothing is told of that is published later,
    and copies are compared as they stood. With `all_copies` every passage is a hit of its own.
    """
    groups = store.groups(sorted({article.id for _, _, article in ranked}))
    hits = as_they_are(ranked, k) if all_copies else collapse_copies(ranked, k, groups)
    shown = sorted({groups[hit.article.id] for hit in hits if hit.article.id in groups})
    return name_copies(hits, groups, store.members(shown, filters)) if shown else hits


def carried_by(article: Article, start: int, end: int, store: Store) -> tuple[str, ...]:
    """The other outlets that carry characters `start` to `end` of an article, in copies of it."""
    if start >= end:
        return ()
    groups = store.groups([article.id])
    hit = Hit(Passage(0, article.id, article.revision, start, end), article, 0.0, 1)
    return name_copies([hit], groups, store.members(set(groups.values())))[0].also_in


def as_they_are(ranked: Iterable[Ranked], k: int) -> list[Hit]:
    """The first `k` passages, each a hit of its own."""
    first = list(ranked)[:k]
    return [Hit(passage, article, score, n) for n, (score, passage, article) in enumerate(first, 1)]


def collapse_copies(ranked: Iterable[Ranked], k: int, groups: Mapping[str, str]) -> list[Hit]:
    """The first `k` hits, where passages that say the same in one group's articles are one.

    The group's best ranked article stands for the others; the original, by whose id a group
    goes, where scores are equal. An outlet's later version stands for its earlier one. A
    passage with a sentence that the article that stands does not hold, or holds with another
    figure, remains a hit of its own, so that nothing is hidden; of two that differ in a figure
    the newer comes first. Equal texts are one hit whatever their group.
    """
    ordered = sorted(
        ranked, key=lambda item: (-item[0], groups.get(item[2].id, item[2].id) != item[2].id)
    )
    standing = _Standing(ordered, groups)
    slots: dict[str, _Slot] = {}
    for score, passage, article in ordered:
        stands, carrier = standing.instead_of(passage, article)
        slot = slots.setdefault(_text(stands, carrier), _Slot(score, stands, carrier))
        slot.same.append(article)
    first = _newer_first(slots, standing.rivals)[:k]
    return [
        _naming(Hit(slot.passage, slot.article, score, rank), slot.same, slot.same_cluster(groups))
        for rank, (slot, score) in enumerate(first, start=1)
    ]


def name_copies(
    hits: Iterable[Hit], groups: Mapping[str, str], members: Mapping[str, Sequence[Article]]
) -> list[Hit]:
    """The hits with those articles of their groups that say the same, ranked or not."""
    words = _Words()
    named = []
    for hit in hits:
        same_cluster = members.get(groups.get(hit.article.id, ""), ())
        same = [
            other
            for other in same_cluster
            if words.repeats(other, hit.passage, hit.article)
            and not changed_figures(hit.text, other.text)
        ]
        named.append(_naming(hit, same, {other.id for other in same}))
    return named


@dataclass(slots=True)
class _Slot:
    """A hit in the making, and the articles whose passages it stands for."""

    score: float
    passage: Passage
    article: Article
    same: list[Article] = field(default_factory=list)

    def same_cluster(self, groups: Mapping[str, str]) -> set[str]:
        """Ids of those of the articles that are in the group of the one that stands."""
        group = groups.get(self.article.id)
        return {each.id for each in self.same if group and groups.get(each.id) == group}


def _newer_first(
    slots: Mapping[str, _Slot], rivals: Iterable[tuple[str, str]]
) -> list[tuple[_Slot, float]]:
    """The slots with their scores, best first; of rivals the newer takes the better place."""
    order, scores = list(slots), [slot.score for slot in slots.values()]
    for pair in rivals:
        if all(text in slots for text in pair):
            ahead, behind = sorted(order.index(text) for text in pair)
            if _date(slots[order[behind]].article) > _date(slots[order[ahead]].article):
                order[ahead], order[behind] = order[behind], order[ahead]
    return [(slots[text], score) for text, score in zip(order, scores, strict=True)]


class _Standing:
    """Which article of a group stands for what another one says."""

    def __init__(self, ordered: Sequence[Ranked], groups: Mapping[str, str]) -> None:
        self._groups = groups
        self._words = _Words()
        self._articles: dict[str, dict[str, Article]] = {}
        self._passages: dict[str, list[Passage]] = {}
        for _, passage, article in ordered:
            if group := groups.get(article.id):
                self._articles.setdefault(group, {}).setdefault(article.id, article)
                self._passages.setdefault(article.id, []).append(passage)
        self.rivals: list[tuple[str, str]] = []
        """Texts that say the same with other figures, in pairs."""
        self._heard = {
            group: [_newest_of_its_outlet(list(found.values()))]
            for group, found in self._articles.items()
        }

    def instead_of(self, passage: Passage, article: Article) -> tuple[Passage, Article]:
        """The passage that says the same in the article that stands; else the passage itself."""
        heard = self._heard.get(self._groups.get(article.id, ""), [article])
        for standing in heard:
            if standing.id == article.id:
                return passage, article
            if not self._words.repeats(standing, passage, article):
                continue
            found = self._nearest(passage, article, standing)
            if found is None:
                continue
            if not changed_figures(_text(passage, article), standing.text):
                return found, standing
            self.rivals.append((_text(found, standing), _text(passage, article)))
        heard.append(article)
        return passage, article

    def _nearest(self, passage: Passage, article: Article, standing: Article) -> Passage | None:
        """The ranked passage of the article that stands that holds most of what is said."""
        said = _text(passage, article)
        shares = {
            place: self._words.share(said, _text(other, standing))
            for place, other in enumerate(self._passages[standing.id])
        }
        best = max(shares, key=lambda place: (shares[place], -place))
        return self._passages[standing.id][best] if shares[best] >= _PART else None


class _Words:
    """The shingles of texts, each made once."""

    def __init__(self) -> None:
        self._made: dict[str, Shingles] = {}

    def repeats(self, other: Article, passage: Passage, article: Article) -> bool:
        """Whether another article holds all that a passage says, but for edits."""
        said = _text(passage, article)
        if self.share(said, other.text) < SAYS:
            return False
        return new_words(said, self._of(other.text)) < NEWS

    def share(self, part: str, whole: str) -> float:
        """How much of a text stands in another; of one too short for shingles, all or nothing."""
        said = self._of(part)
        return containment(said, self._of(whole)) if said else float(part.strip() in whole)

    def _of(self, text: str) -> Shingles:
        if text not in self._made:
            self._made[text] = shingles(text)
        return self._made[text]


def _newest_of_its_outlet(found: Sequence[Article]) -> Article:
    """The best ranked of a group's articles, or the newest version of it by the same outlet."""
    first = found[0]
    versions = [each for each in found if each.publisher == first.publisher != ""] or [first]
    return max(versions, key=_date)


def _date(article: Article) -> datetime:
    return article.published.at if article.published else _UNDATED


def _naming(hit: Hit, same: Iterable[Article], same_cluster: Collection[str]) -> Hit:
    """The hit with articles that say the same: other outlets' copies, its own outlet's versions.

    Only `same_cluster` are versions: two articles of an outlet may share a paragraph alone.
    """
    own = hit.article
    found = {each.id: each for each in same if each.id != own.id}
    copies = {id_: each for id_, each in found.items() if each.publisher != own.publisher}
    versions = (found.keys() - copies.keys()) & set(same_cluster)
    return replace(
        hit,
        also_in=tuple(sorted({*hit.also_in, *(each.publisher for each in copies.values())} - {""})),
        copies=tuple(sorted({*hit.copies, *copies})),
        versions=tuple(sorted({*hit.versions, *versions})),
    )


def _text(passage: Passage, article: Article) -> str:
    return article.text[passage.start : passage.end]
