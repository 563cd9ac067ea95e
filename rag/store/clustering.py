"""Groups near-duplicates as articles come in one after another; pure, knows no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.corpus.wires import is_by

_COMPARED = 16
_TEMPLATE = 5
_UNDATED = 2**62


@dataclass(frozen=True, slots=True)
class Member:
    """What grouping knows of an article; `wire` is the agency it credits, "" for none."""

    article_id: str
    publisher: str = ""
    title: str = ""
    published: int | None = None
    wire: str = ""


class Groups:
    """Articles in groups of near-duplicates; an article outside all of them stands alone.

    A group does not grow by chains: a newcomer must be a near-duplicate of half of its
    members, or of eight. So a row of articles, each like the next, does not become one group.
    """

    def __init__(self, grouped: Iterable[tuple[Member, str]] = ()) -> None:
        self._members: dict[str, Member] = {}
        self._group: dict[str, frozenset[str]] = {}
        together: dict[str, set[str]] = {}
        for member, group in grouped:
            self._members[member.article_id] = member
            together.setdefault(group, set()).add(member.article_id)
        for ids in together.values():
            self._set(frozenset(ids))

    def join(self, member: Member, alike: Sequence[Member]) -> None:
        """Groups a newcomer with the articles it resembles, and so these with each other."""
        for each in (member, *alike):
            self._members[each.article_id] = each
        votes = Counter(self._of(each.article_id) for each in alike)
        joined = [group for group, n in votes.items() if 2 * n >= min(len(group), _COMPARED)]
        self._set(frozenset({member.article_id}).union(*joined))

    def leave(self, article_ids: Iterable[str]) -> None:
        """Removes articles from their groups."""
        for article_id in article_ids:
            rest = self._of(article_id) - {article_id}
            self._set(frozenset({article_id}))
            if rest:
                self._set(rest)

    def size(self, article_id: str) -> int:
        """The number of articles in the article's group, itself included: 1 or more."""
        return len(self._of(article_id))

    def labels(self) -> dict[str, str | None]:
        """The group of each article: the id of the group's original, None for an article alone.

        The original is the article of the agency that the others credit, else the earliest;
        of several the first by id.
        """
        originals = {
            group: self._original(group) if len(group) > 1 else None
            for group in set(self._group.values())
        }
        return {article_id: originals[group] for article_id, group in self._group.items()}

    def _of(self, article_id: str) -> frozenset[str]:
        return self._group.get(article_id, frozenset({article_id}))

    def _set(self, group: frozenset[str]) -> None:
        for article_id in group:
            self._group[article_id] = group

    def _original(self, group: frozenset[str]) -> str:
        members = [self._members[article_id] for article_id in group]
        wires = {member.wire for member in members if member.wire}

        def place(member: Member) -> tuple[bool, int, str]:
            is_copy = not any(is_by(member.publisher, wire) for wire in wires)
            date = _UNDATED if member.published is None else member.published
            return is_copy, date, member.article_id

        return min(members, key=place).article_id


def is_template(member: Member, same_words: Iterable[Member]) -> bool:
    """Whether an outlet publishes the same words under five or more titles.

    Such words are a notice or what is left of a page that needs a login: not reporting.
    """
    by_outlet = [other for other in same_words if other.publisher == member.publisher != ""]
    return len({each.title for each in (member, *by_outlet)}) >= _TEMPLATE
