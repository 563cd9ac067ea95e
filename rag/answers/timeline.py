"""Figures for one thing that several articles tell: which came last, and where outlets differ.

It chooses and orders sentences of hits; whether they answer is for others to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from rag.answers.candidates import CandidateSentence, day_of, relevant_sentences, weighed
from rag.answers.one_thing import of_one_thing, sought
from rag.answers.plans import MAX_SENTENCES, MAX_WORDS, PLANS, alike
from rag.language.entities import number_places
from rag.language.figures import Figure, Quantity, figures, meanings, quantity
from rag.language.quantities import CURRENCY
from rag.language.words import word_count
from rag.questions.form import FormName
from rag.records import Hit, Similarity

How = Literal["changed", "differ", "several", "accounts"]
"""A figure changed; outlets differ on it; several are told; or outlets give several causes."""

AT_ONCE = timedelta(days=3)
"""Outlets that give other figures within so short a time differ; later, the figure may be new."""

SAME_STORY = timedelta(days=183)
"""Figures given farther apart are of another year's poll, fire or contest."""

# A figure that is corrected or grows rarely does so by more.
_FARTHEST = 5.0
# Of what is known to be the thing, others must be at least so close to the question.
_CLOSE = 0.7
# So close where the figure is known, or its article names a known one as the earlier.
_RECALLING = 0.5
# So much of the question must stand around the best sentence, and so close must it be.
_COVERED = 0.3
_FIT = 0.1
_COMPARED = 24
_LOOKED_AT = 3
_AS_IT_STANDS = frozenset[FormName]({"event", "latest", "overview", "topic"})
OF_THEN = re.compile(
    r"\b(?:first|initial(?:ly)?|original(?:ly)?|earlier|previous(?:ly)?|before|at the time|until"
    r"|used to|once|preliminary|forecast)\b",
    re.IGNORECASE,
)
"""Words by which a sentence says that a figure was so once."""

_COUNTED = re.compile(
    rf"\s+(?:[mb]illion |thousand )?(?:(?P<money>{CURRENCY})\b|(?P<thing>[a-z]+(?: [a-z]+)?))"
)
"""What stands behind a figure that counts something."""


@dataclass(frozen=True, slots=True)
class DifferingFigures:
    """Sentences that give different figures for one thing, the latest figure first.

    `given` holds every figure with each sentence that gives it, the latest figure first.
    """

    sentences: tuple[CandidateSentence, ...]
    how: How
    given: tuple[tuple[float, CandidateSentence], ...] = ()


@dataclass(frozen=True, slots=True)
class _Told:
    """A figure as a sentence tells it; `fit` counts the words asked about in its clause.

    `belongs` says that it is a figure of the thing asked about, by its noun or by those words.
    """

    sentence: CandidateSentence
    figure: Figure
    fit: int
    belongs: bool
    around: frozenset[str] = frozenset()

    @property
    def day(self) -> datetime:
        """When the article appeared; one of unknown date comes before all others."""
        return day_of(self.sentence.article)


def several_figures(
    question: str, hits: Sequence[Hit], similarity: Similarity | None
) -> DifferingFigures | None:
    """What the hits tell of a quantity for which they give several figures; else None.

    A figure's time is that of the first article that gives it, so that an article that
    looks back changes no order. One that many articles give is cited where it is told best.
    """
    asked = quantity(question)
    if asked is None:
        return None
    told = _told_of(question, asked, hits, similarity)
    if not told:
        return None
    ordered = _latest_first(told)
    chosen = _chosen(ordered, told)
    if len({each.figure.value for each in chosen}) < 2:
        return None
    sentences = tuple(dict.fromkeys(each.sentence for each in chosen))
    given = tuple(
        (value, each.sentence)
        for value in ordered
        for each in told
        if each.figure.value == value and not each.figure.earlier
    )
    return DifferingFigures(sentences, _how(ordered[0], ordered[1], told), given)


def later_figure(
    claim: str, hits: Sequence[Hit], similarity: Similarity | None
) -> CandidateSentence | None:
    """The sentence with the latest figure, where one in a claim was taken back since; else None.

    It was where a sentence tells it as what was said or true before ("from 412 votes to 287"), and
    where it counts people who died or were hurt, of whom later articles count more.

    A claim asks for each of its figures: "38 million crowns" for how much money, "412 votes" for
    how many votes. None where the claim says itself that it was so once.
    """
    return None if OF_THEN.search(claim) else _later_figure(claim, hits, similarity)


def with_later_figures(
    form: FormName,
    shown: Sequence[CandidateSentence],
    hits: Sequence[Hit],
    similarity: Similarity | None,
) -> tuple[CandidateSentence, ...]:
    """The sentences, and behind each whose figure was taken back since the one that says so.

    Only where the form tells how a matter stands; where it tells the newest first, in that order.
    Only the first few are looked at, for each figure is looked for in all hits.
    """
    told = list(shown)
    for each in shown[:_LOOKED_AT] if form in _AS_IT_STANDS else ():
        later = _later_figure(each.text, hits, similarity)
        if later is not None and not any(alike(later.text, one.text) for one in told):
            told.insert(told.index(each) + 1, later)
    if len(told) > len(shown) and PLANS[form].order == "newest":
        told.sort(key=lambda each: day_of(each.article).date(), reverse=True)
    return tuple(told)


def _later_figure(
    claim: str, hits: Sequence[Hit], similarity: Similarity | None
) -> CandidateSentence | None:
    for question in _asked_by(claim):
        asked = quantity(question)
        said = figures(claim, asked) if asked else []
        now = {each.value for each in said if not each.earlier}
        told = _told_of(question, asked, hits, similarity) if asked and now else []
        if not asked or now.isdisjoint(each.figure.value for each in told):
            continue
        last = _latest_first(told)[0]
        recalled = any(each.figure.earlier and each.figure.value in now for each in told)
        grown = asked.heads == meanings("people") and last > max(now)
        if last not in {each.value for each in said} and (recalled or grown):
            own = [each for each in told if each.figure.value == last and not each.figure.earlier]
            return max(own, key=lambda each: each.sentence.score).sentence if own else None
    return None


def _asked_by(claim: str) -> Iterator[str]:
    """A question for each figure of a claim that counts something."""
    for start, number in number_places(claim):
        end = start + len(number.text)
        counted = _COUNTED.match(claim, end)
        if number.kind in ("day", "percent") or not counted:
            continue
        rest = f"{claim[:start]}{claim[end:]}".strip().rstrip(".")
        asks = "How much money" if counted["money"] else f"How many {counted['thing']}"
        yield f"{asks} {rest}?"


def _told_of(
    question: str, asked: Quantity, hits: Sequence[Hit], similarity: Similarity | None
) -> list[_Told]:
    """The figures of the hits for what is asked, of one thing; none where there is only one."""
    found = _weighed(question, list(_told(asked, hits)), similarity)
    told = _alike(found, asked)
    if len({each.figure.value for each in told}) < 2:
        return []
    return _alike(_of_one_thing(question, asked, found, hits), asked)


def _told(asked: Quantity, hits: Sequence[Hit]) -> Iterator[_Told]:
    """The figures of the hits that can be the quantity."""
    for sentence, around in relevant_sentences(hits, asked.about):
        for figure in figures(sentence.text, asked):
            fit = len(asked.about & figure.clause)
            yield _Told(sentence, figure, fit, _belongs(asked, figure, fit, around), around)


def _belongs(asked: Quantity, figure: Figure, fit: int, around: frozenset[str]) -> bool:
    """Whether a figure is one of the thing: by a noun of its own, or by the words about it."""
    if asked.heads in (frozenset(), meanings("people")):
        return fit > 0
    of_it = figure.named or not asked.heads.isdisjoint(figure.clause)
    return of_it and not asked.about.isdisjoint(around)


def _weighed(question: str, told: Sequence[_Told], similarity: Similarity | None) -> list[_Told]:
    """The figures by how well their sentences fit the question, best first."""
    scored = weighed(question, [each.sentence for each in told], similarity, _COMPARED)
    kept = [
        replace(each, sentence=scored[each.sentence]) for each in told if each.sentence in scored
    ]
    return sorted(kept, key=lambda each: -each.sentence.score - _FIT * min(each.fit, 2))


def _of_one_thing(
    question: str, asked: Quantity, told: Sequence[_Told], hits: Sequence[Hit]
) -> list[_Told]:
    """Those that measure what the question asks about, by the syntax of their sentences."""
    agreed = of_one_thing(
        sought(question, asked, hits), [(each.sentence, each.figure, each.around) for each in told]
    )
    return [each for each, is_of_it in zip(told, agreed, strict=True) if is_of_it]


def _alike(told: Sequence[_Told], asked: Quantity) -> list[_Told]:
    """Those that give the same quantity as the best one: of each article one, and its history."""
    best = next((each for each in told if each.belongs), None)
    if best is None or min(best.sentence.coverage, best.sentence.closeness) < _COVERED:
        return []
    near = [each for each in told if _comparable(each, best, asked)]
    own: dict[str, _Told] = {}
    for each in near:
        if each.belongs and not each.figure.earlier:
            own.setdefault(each.sentence.article.id, each)
    known = [each for each in own.values() if _fits(each, best)]
    known += _linked(near, known)
    said = {each.figure.value for each in known}
    recalling = {e.sentence.article.id for e in near if e.figure.earlier and e.figure.value in said}
    for id_, each in own.items():
        if each in known or each.sentence.closeness < _RECALLING * best.sentence.closeness:
            continue
        if id_ in recalling or each.figure.value in said:
            known.append(each)
    return known + _linked(near, known)


def _comparable(told: _Told, best: _Told, asked: Quantity) -> bool:
    """Whether two figures could be of one thing by their size and the time of their articles."""
    least, most = sorted((told.figure.value, best.figure.value))
    of_a_size = asked.unit == "clock" or most <= _FARTHEST * least
    return of_a_size and abs(told.day - best.day) <= SAME_STORY


def _fits(told: _Told, best: _Told) -> bool:
    """Whether a sentence fits the question nearly as well as the best one."""
    one, other = told.sentence, best.sentence
    if one.coverage < _COVERED:
        return False
    if one.closeness >= _CLOSE * other.closeness:
        return True
    return told.fit > 1 and one.score >= _CLOSE * other.score


def _linked(near: Sequence[_Told], known: Sequence[_Told]) -> list[_Told]:
    """Those that a sentence tells beside a known one, as what was before or came after it."""
    return [
        each
        for each in near
        if each not in known
        and any(
            each.sentence == other.sentence and (each.figure.earlier or other.figure.earlier)
            for other in known
        )
    ]


def _latest_first(told: Sequence[_Told]) -> list[float]:
    """The values, the one that was first given last before the others; then the best told."""
    first: dict[float, tuple[date, bool, float]] = {}
    for each in sorted(told, key=lambda each: -each.sentence.score):
        value, day, now = each.figure.value, each.day.date(), not each.figure.earlier
        known = first.get(value, (day, now, each.sentence.score))
        first[value] = (min(day, known[0]), min(now, known[1]), known[2])
    return sorted(first, key=lambda value: first[value], reverse=True)


def _chosen(ordered: Sequence[float], told: Sequence[_Told]) -> list[_Told]:
    """For each value the sentence that tells it best, while there is room."""
    chosen: list[_Told] = []
    room = MAX_WORDS
    for value in ordered:
        own = [each for each in told if each.figure.value == value]
        best = max(own, key=lambda each: (not each.figure.earlier, each.sentence.score))
        if best.sentence in [each.sentence for each in chosen]:
            chosen.append(best)
            continue
        length = word_count(best.sentence.text)
        sentences = {each.sentence for each in chosen}
        if (chosen and length > room) or len(sentences) == MAX_SENTENCES:
            continue
        chosen.append(best)
        room -= length
    return chosen


def _how(last: float, before: float, told: Sequence[_Told]) -> How:
    """Whether the last figure took the place of the one before, or stands against it."""
    new, old = ([each for each in told if each.figure.value == one] for one in (last, before))
    if {each.sentence for each in new} & {each.sentence for each in old if each.figure.earlier}:
        return "changed"
    outlets = [{each.sentence.article.publisher for each in side} for side in (new, old)]
    days = [min(each.day for each in side) for side in (new, old)]
    apart = not outlets[0] & outlets[1] and days[0] - days[1] <= AT_ONCE
    return "differ" if apart else "several"
