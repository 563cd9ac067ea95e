"""Chooses among drafts: one of each group of copies, spread over types, outlets and months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from random import Random

from rag.evaluation.making.drafts import Draft, DraftType
from rag.evaluation.making.paraphrasing import in_other_words, shorter
from rag.evaluation.making.survey import Material, Occurrences
from rag.evaluation.making.wording import asked_stems, is_clear

_TURNS: tuple[DraftType, ...] = (
    *("number", "who_said", "date", "number", "who_said"),
    *("date", "number", "who_said", "date", "age"),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft with the article it was made from."""

    material: Material
    draft: Draft


def spread(candidates: Sequence[Candidate], count: int, seed: int) -> list[Candidate]:
    """At most `count` candidates, one an article, in the order in which they are taken.

    The types take turns; of a type, the candidate is next whose outlet, and then whose month,
    has been taken least. What is left to chance the seed decides.
    """
    shuffled = sorted(candidates, key=lambda c: (c.material.article.id, c.draft.question))
    Random(seed).shuffle(shuffled)  # noqa: S311 - a sample, not a secret
    waiting = {kind: [c for c in shuffled if c.draft.type == kind] for kind in _TURNS}
    waiting = {kind: some for kind, some in waiting.items() if some}
    taken: list[Candidate] = []
    seen: Counter[str] = Counter()
    for kind in islice(cycle(_TURNS), len(_TURNS) * (count + 1)):
        if len(taken) == count:
            break
        left = [c for c in waiting.get(kind, ()) if not seen[_key(c, "article")]]
        waiting[kind] = left
        if left:
            best = min(left, key=lambda c: (seen[_key(c, "outlet")], seen[_key(c, "month")]))
            seen.update(_key(best, name) for name in ("article", "outlet", "month"))
            taken.append(best)
    return taken


def in_turn(found: Sequence[Material]) -> list[Material]:
    """The articles in an order in which outlets, and of an outlet months, take turns."""
    outlets: Counter[str] = Counter()
    months: Counter[str] = Counter()
    placed = []
    for material in found:
        outlet = material.article.publisher
        month = f"{outlet} {material.article.published}"[: len(outlet) + 8]
        placed.append(((months[month], outlets[outlet]), material))
        outlets[outlet] += 1
        months[month] += 1
    return [material for _, material in sorted(placed, key=lambda pair: pair[0])]


def particular(candidates: Sequence[Candidate], found: Occurrences) -> Iterator[Candidate]:
    """The candidates that no other article could answer, in as few and as other words as may be.

    No other article holds all of a question's words, before common ones are replaced.
    """
    for candidate in candidates:
        article, draft = candidate.material.article, candidate.draft
        own = {article.id, *(copy.id for copy in candidate.material.copies)}
        for question in shorter(draft.question):
            clear = question == draft.question or is_clear(question, draft.answers[0])
            if clear and found.holding(asked_stems(question)) <= own:
                said = in_other_words(question)
                yield Candidate(candidate.material, replace(draft, question=said))
                break


def _key(candidate: Candidate, name: str) -> str:
    article = candidate.material.article
    if name == "article":
        return f"article {article.id}"
    return f"outlet {article.publisher}" if name == "outlet" else f"month {article.published}"[:13]
