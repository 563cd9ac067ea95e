"""Says how many entries of an export are no published articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rag.corpus.drafts import Unread


def left_out(where: str, kinds: Counter[str]) -> Iterator[Unread]:
    """One outcome that counts what was left out, the most frequent kind first; none for nothing.

    >>> list(left_out("a.json", Counter({"draft": 2, "page": 1})))[0].reason
    'left out, because they are no published articles: 2 draft, 1 page'
    """
    if kinds:
        counted = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common(8))
        reason = f"left out, because they are no published articles: {counted}"
        yield Unread(where, reason, skipped=True)
