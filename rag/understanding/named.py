"""The times and outlets that a question names, against what the archive holds of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rag.records import Understood
from rag.store import Facets
from rag.understanding.outlets import find_outlets
from rag.understanding.times import find_dates


def named_in(question: str, as_of: datetime, facets: Facets) -> tuple[Understood, ...]:
    """What a question names, in its order; a time of which nothing is held only prefers."""
    found = (*find_dates(question, as_of), *find_outlets(question, facets.publishers))
    return tuple(
        one
        if not one.strict or len(facets.matching(one.filters))
        else replace(one, strict=False, held=False)
        for one in sorted(found, key=lambda one: one.start)
    )
