"""Sums up the entries of a file that are no articles: drafts are counted, as are missing texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rag.corpus.drafts import Unread
from rag.errors import CorpusError

NOT_PUBLISHED = "not published: "
"""How the reason of an entry that was not published begins; its state follows."""

TEXT_MISSING = "the required field 'text' is missing"
"""How the reason of an entry without a text begins."""

_MOST_PENDING = 10_000
_T = TypeVar("_T")


def left_out(where: str, kinds: Counter[str]) -> Iterator[Unread]:
    """One outcome that counts what was left out, the most frequent kind first; none for nothing.

    >>> list(left_out("a.json", Counter({"draft": 2, "page": 1})))[0].reason
    'left out, because they are no published articles: 2 draft, 1 page'
    """
    if kinds:
        counted = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common(8))
        reason = f"left out, because they are no published articles: {counted}"
        yield Unread(where, reason, skipped=True)


def summed_up(where: str, outcomes: Iterable[_T | Unread]) -> Iterator[_T | Unread]:
    """The outcomes with those that were not published as one count at the end.

    Raises CorpusError with a count if several entries lack a text and none is an article.
    """
    kinds: Counter[str] = Counter()
    pending: list[Unread] = []
    textless = 0
    found = False
    for outcome in outcomes:
        reason = outcome.reason if isinstance(outcome, Unread) else ""
        if reason.startswith(NOT_PUBLISHED):
            kinds[reason.removeprefix(NOT_PUBLISHED)] += 1
        elif isinstance(outcome, Unread) and not found and reason.startswith(TEXT_MISSING):
            textless += 1
            if textless <= _MOST_PENDING:
                pending.append(outcome)
        else:
            found = True
            yield from pending
            pending.clear()
            yield outcome
    if not found and textless > 1:
        rest = pending[0].reason.removeprefix(TEXT_MISSING)
        msg = f"none of its {textless:,} records has a text{rest}"
        raise CorpusError(msg)
    yield from pending
    yield from left_out(where, kinds)
