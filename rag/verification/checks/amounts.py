"""Whether the numbers of a claim, with their units, stand in what it cites, or follow from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from rag.language.entities import NUMERALS, numbers
from rag.language.moments import without_moments
from rag.language.name_matching import name_words
from rag.language.opposites import base, base_set, kinds
from rag.language.quantities import Quantity, joined_numbers, quantities, quantity_places
from rag.verification.checks.evidence import Evidence, Finding, mismatch
from rag.verification.checks.saying import NOT_COUNTED, SHARES, figures_of

_RATE = re.compile(
    r"\s*(?:[\w’'-]+\s){0,2}?(?:(?P<every>(?:a|an|per|each|every)\s(?P<unit>second|minute|hour|day"
    r"|night|week|month|quarter|year|decade|person|head|household|pupil|passenger|customer|car|trip"
    r"|ticket|kilo|kilogram|tonne|litre|mile|kilomet(?:re|er)))|(?P<adverb>hourly|daily|weekly|monthly"
    r"|annually|yearly))\b(?!\s(?:later|ago|earlier|before|after|old))",
    re.IGNORECASE,
)
_ANIMAL = base("animal")
_PEOPLE = base_set("people person persons men women children")
_MEASURES = ("length", "mass", "volume", "area", "speed", "degrees", "power")
_ADVERBS = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "annually": "year",
    "yearly": "year",
}


def amounts(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """The numbers that no number of the cited text bears out, exactly or rounded where it says so.

    What a claim works out itself may differ: "by two, from eight to ten".
    """
    plain = joined_numbers(without_moments(claim))
    claimed = quantities(plain)
    same = [held for held in evidence.quantities if any(_equal(held, said) for said in claimed)]
    free = [held for held in evidence.quantities if held not in same]
    for said in claimed:
        # A number that the claim gives as it is cannot also be what it rounds another to.
        bearing = [held for held in same if _equal(held, said)]
        bearing += [held for held in free if held.entails(said)]
        if bearing and not _only_bare(said, bearing, evidence):
            continue
        if worked_out(said, plain, evidence):
            continue
        rivals = [
            _shown(held)
            for held in free
            if _comparable(held, said) and not any(held.entails(other) for other in claimed)
        ]
        yield mismatch(_shown(said), rivals, "number")
    yield from _of_no_people(claimed, evidence)
    yield from _rates(plain, evidence)


def _only_bare(said: Quantity, bearing: Sequence[Quantity], evidence: Evidence) -> bool:
    """Whether numbers without a unit bear out one with a unit, which the article gives otherwise.

    "19 miles" is not the 19 of "19 to 12" where the article has "nine miles". Money, times and
    shares are often left without their unit.
    """
    if said.unit.split(" ")[-1] not in _MEASURES or any(held.unit or held.noun for held in bearing):
        return False
    return any(held.unit == said.unit for held in evidence.quantities)


def _equal(held: Quantity, said: Quantity) -> bool:
    return held.entails(said) and said.entails(held)


def _comparable(held: Quantity, said: Quantity) -> bool:
    """Whether one can stand in the other's place: the same measure, or the same number."""
    return held.unit == said.unit or held.value == said.value


def _shown(quantity: Quantity) -> str:
    """The number as it is written, and for a plain one also on which side the true one lies."""
    side = {"above": "more than ", "below": "less than "}.get(quantity.bound, "")
    return f"{side}{quantity.text}"


def _of_no_people(claimed: Sequence[Quantity], evidence: Evidence) -> Iterator[Finding]:
    """A number of people that the article has only of animals: "204 sheep"."""
    for said in claimed:
        if base(said.noun) not in _PEOPLE:
            continue
        there = [base(held.noun) for held in evidence.quantities if held.entails(said)]
        if there and all(noun not in _PEOPLE and _ANIMAL in kinds(noun) for noun in there):
            held = next(each for each in evidence.quantities if each.entails(said))
            reason = f"the article says {held.text} {held.noun}, not {said.noun}"
            yield Finding("unsupported", reason, "number")


def _rates(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """A number "a month" that the article gives a year, or for no time at all."""
    for _, said, rate in _with_rates(claim):
        if not rate:
            continue
        there: list[str] = []
        around = [found for each in evidence.sentences for found in _with_rates(each.text)]
        for _, held, other in around:
            if held.entails(said):
                there.append(other)
        if there and not any(there) and rate in {each for _, _, each in around}:
            continue
        if there and rate not in there:
            known = next(filter(None, there), "")
            shown = (
                f"the article says {said.text} a {known}" if known else "the article does not say"
            )
            reason = f"{shown}, not a {rate}" if known else f"{shown} {said.text} a {rate}"
            yield Finding("unsupported", reason, "number")


def _with_rates(text: str) -> Iterator[tuple[int, Quantity, str]]:
    """Each number with its place and for what it is given: "month" of "5 marks a month"."""
    for at, quantity in quantity_places(text):
        match = _RATE.match(text, at + len(quantity.text))
        unit = (match["unit"] or _ADVERBS[match["adverb"].lower()]).lower() if match else ""
        yield at, quantity, unit


_YEAR = 12.0
_DAY, _WEEK = 86_400.0, 604_800.0
_MONTH = 30.4
"""The days of a month, on average."""
_LEEWAY = 0.04
_FEWEST = 13.0
"""A smaller number without a unit is worked out only where the claim says that it is."""
_CALENDAR_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20)\d\d(?![\d.,]\d|\d)")
_COMPARED = re.compile(
    r"\b(?:by|more|less|fewer|higher|lower|longer|shorter|older|younger|cheaper|dearer|difference|apart"
    r"|ahead|down|up|majority|margin|lead|gap|below|above|short of)\b",
    re.IGNORECASE,
)
_SUMMED = re.compile(
    r"\b(?:total\w*|altogether|together|overall|combined|sum|in all)\b", re.IGNORECASE
)
_ONE_IN = re.compile(r"\b(?:one|1) (?:in|out of)(?: every)? (?P<of>\d+|[a-z]+)\b", re.IGNORECASE)
_MULTIPLES = {"twice": 2.0, "double": 2.0, "doubled": 2.0, "triple": 3.0, "tripled": 3.0}
_COUNTS = {"both": 2, "twice": 2, "pair": 2, "pairs": 2, "trio": 3}


def worked_out(said: Quantity, claim: str, evidence: Evidence) -> bool:
    """Whether one step leads from the cited numbers to that of a claim.

    A step is a difference, a sum, a price times a number, a share or a multiple in words, a change
    in per cent, the years between two years, days as months, a century, or a share as "one in
    three".

    >>> text = Evidence(["Of those in pairs 37 recovered, and 25 of the others."])
    >>> worked_out(quantities("62 recovered")[0], "62 recovered", text)
    True
    """
    return (
        _in_words(said, evidence)
        or _one_in(said, claim, evidence)
        or _century(said, claim, evidence)
        or any(_as_long(held, said) for held in evidence.quantities)
        or any(_is(value, said) for value in _years_between(said, evidence))
        or any(_is(value, said) for value in _computed(said, claim, evidence))
    )


def _is(value: float, said: Quantity) -> bool:
    """Whether a number in the smallest unit is that of the claim, exactly or as it rounds it."""
    plain = value / said.factor
    return replace(said, value=plain, bound="", step=1e-9 * max(plain, 1.0)).entails(said)


def _computed(said: Quantity, claim: str, evidence: Evidence) -> Iterator[float]:
    """What two cited numbers give, in the smallest unit of the claim's.

    They stand in one sentence or two in a row, or anywhere where the claim compares or sums up.
    """
    steps = [
        step for step, words in ((_differences, _COMPARED), (_sums, _SUMMED)) if words.search(claim)
    ]
    sure = bool(said.unit) or said.value >= _FEWEST
    if said.unit in NOT_COUNTED or not (sure or steps):
        return
    texts = [sentence.text for sentence in evidence.sentences]
    close = [" ".join(texts)] if steps else map(" ".join, pairwise([*texts, ""]))
    for text in close:
        found = figures_of(text)
        for one, two in combinations(found, 2):
            for step in steps or (_differences, _sums, _products):
                yield from step(one, two, said)
        words = set(re.findall(r"[a-z]+", text.lower()))
        times = [SHARES[word] / 100 for word in words & SHARES.keys()]
        times += [_MULTIPLES[word] for word in words & _MULTIPLES.keys()]
        for held in found:
            if held.unit == said.unit and held.unit != "percent":
                yield from (part for by in times for part in (_size(held) * by, _size(held) / by))


def _differences(one: Quantity, two: Quantity, said: Quantity) -> Iterator[float]:
    a, b = _alike(one, two, said)
    yield abs(a - b)
    if said.unit == "percent" and one.unit == two.unit != "" and one.value > 0:
        yield abs(_size(one) - _size(two)) / _size(one) * 100


def _sums(one: Quantity, two: Quantity, said: Quantity) -> Iterator[float]:
    yield sum(_alike(one, two, said))


def _products(one: Quantity, two: Quantity, said: Quantity) -> Iterator[float]:
    """A price, a length or a time for each, so many times."""
    if {one.unit, two.unit} == {"", said.unit} != {""}:
        yield _size(one) * _size(two)


def _alike(one: Quantity, two: Quantity, said: Quantity) -> tuple[float, float]:
    """Both in the smallest unit of the claim's; two that are equally nothing where they differ.

    One number may leave out the unit that the other has, and ages leave out both.
    """
    units = {one.unit, two.unit} - {""}
    known = {"", "points", *units - {"percent"}} if units else {"", "months"}
    if len(units) > 1 or said.unit not in known:
        return 0.0, 0.0
    factor = max(one.factor, two.factor) if units else said.factor
    a, b = (held.value * (held.factor if held.unit else factor) for held in (one, two))
    return (a, b) if said.unit or not units else (a / factor, b / factor)


def _size(quantity: Quantity) -> float:
    return quantity.value * quantity.factor


def _in_words(said: Quantity, evidence: Evidence) -> bool:
    """Whether the cited text has a share in words ("a fifth"), or "both" for two."""
    words = frozenset(re.findall(r"[a-z]+", " ".join(evidence.texts).lower()))
    if said.unit == "percent":
        return any(round(said.value) == SHARES[word] for word in words & SHARES.keys())
    return not said.unit and any(said.value == _COUNTS[word] for word in words & _COUNTS.keys())


def _as_long(held: Quantity, said: Quantity) -> bool:
    """Whether a span in days or weeks is one in months or years: "90 days" is three months."""
    spans = {each.unit: _size(each) for each in (held, said)}
    if spans.keys() != {"time", "months"} or spans["time"] < _WEEK:
        return False
    days, months = spans["time"] / _DAY, spans["months"]
    return abs(days - months * _MONTH) <= _LEEWAY * days


def _years_between(said: Quantity, evidence: Evidence) -> Iterator[float]:
    """The months between two years of the cited text, and from one to its article's day."""
    if said.unit != "months" or said.factor != _YEAR:
        return
    years = sorted({*_years(evidence)})
    yield from ((later - earlier) * _YEAR for earlier, later in combinations(years, 2))
    if evidence.published is not None:
        yield from ((evidence.published.year - year) * _YEAR for year in years)


def _years(evidence: Evidence) -> list[int]:
    return [int(match[0]) for text in evidence.texts for match in _CALENDAR_YEAR.finditer(text)]


def _century(said: Quantity, claim: str, evidence: Evidence) -> bool:
    """Whether a number is that of the century of a year in the cited text: 1886 for "19th"."""
    if said.unit != "rank" or not re.search(rf"\b{re.escape(said.text)}[ -]centur", claim):
        return False
    return any((year - 1) // 100 + 1 == said.value for year in _years(evidence))


def _one_in(said: Quantity, claim: str, evidence: Evidence) -> bool:
    """Whether the number of "one in three" is a share that the cited text has: "a third", 33%."""
    for match in _ONE_IN.finditer(claim):
        counted = quantities(match["of"])
        if counted and counted[0].value == said.value > 1:
            share = Quantity(round(100 / said.value), "percent", match[0], "about", step=5)
            there = any(held.entails(share) for held in evidence.quantities)
            return there or _in_words(share, evidence)
    return False


_PLAIN = rf"(?:\d{{1,6}}|{'|'.join(NUMERALS[1:])})"
_PAIR = re.compile(
    rf"(?<![\w.,:–-])(?P<one>{_PLAIN})(?:\s(?:votes\s)?to\s|\s?[-–]\s?)(?P<two>{_PLAIN})(?![\w:–-]|[.,]\d)",
    re.IGNORECASE,
)
_EVERY = re.compile(
    rf"\bevery\s(?:(?P<count>{_PLAIN}|other)\s)?(?P<unit>second|minute|hour|day|week|month|year)s?\b"
    r"|\b(?P<adverb>hourly|daily|weekly|monthly|yearly|annually)\b",
    re.IGNORECASE,
)
_TEAM = r"[A-Z][\w’'.&-]*(?: [A-Z][\w’'.&-]*){0,3}"
_SCORE = re.compile(
    rf"(?:^|\n|[.:] )(?P<one>{_TEAM}) (?P<a>\d{{1,3}}),? (?P<two>{_TEAM}) (?P<b>\d{{1,3}})\b"
)
_WON = re.compile(
    rf"(?P<one>{_TEAM}) (?:(?:ha(?:ve|d|s) )?(?P<win>beats?|defeated|beaten|overcame|won against)"
    rf"|(?:were |was )?(?P<lose>lost to|lose to|lost against|beaten by|defeated by))"
    rf" (?P<two>{_TEAM})"
)


def counted(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """Pairs, intervals and results of matches that are others in the article."""
    yield from _pairs(claim, evidence)
    yield from _intervals(claim, evidence)
    yield from _results(claim, evidence)


def _pairs(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """For example, "by 19 to 2" where the article has "19 to 12": half of a pair is no pair."""
    there = [each for text in evidence.around for each in _PAIR.finditer(text)]
    known = {frozenset((_value(each["one"]), _value(each["two"]))) for each in there}
    for said in _PAIR.finditer(claim):
        mine = frozenset((_value(said["one"]), _value(said["two"])))
        rivals = [pair for pair in known if pair & mine]
        if mine not in known and rivals:
            shown = next(
                each[0] for each in there if {_value(each["one"]), _value(each["two"])} & mine
            )
            yield Finding("unsupported", f"the article says {shown}, not {said[0]}", "number")


def _intervals(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """For example, "every eight hours" where the article has "every hour"."""
    there = dict(_every("\n".join(evidence.texts)))
    for (count, unit), shown in _every(claim):
        others = [held for (_, its), held in there.items() if its == unit]
        if others and (count, unit) not in there:
            yield Finding("unsupported", f"the article says {others[0]}, not {shown}", "number")


def _every(text: str) -> Iterator[tuple[tuple[float, str], str]]:
    for match in _EVERY.finditer(text):
        if match["adverb"]:
            yield (1.0, _ADVERBS[match["adverb"].lower()]), match[0]
        else:
            word = (match["count"] or "1").lower()
            count = 2.0 if word == "other" else _value(word)
            yield (count, match["unit"].lower()), match[0]


def _results(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """Who won a match, where the article has only "Rovers 2, Town 1"."""
    for said in _WON.finditer(claim):
        first, second = name_words(said["one"]), name_words(said["two"])
        winner, loser = (first, second) if said["win"] else (second, first)
        for held in (each for text in evidence.around for each in _SCORE.finditer(text)):
            one, two = name_words(held["one"]), name_words(held["two"])
            ahead, behind = (one, two) if int(held["a"]) >= int(held["b"]) else (two, one)
            if not (set(winner) & set(one + two) and set(loser) & set(one + two)):
                continue
            if set(winner) & set(behind) and set(loser) & set(ahead):
                shown = held[0].strip(" .:\n")
                yield Finding("unsupported", f"the article says {shown}", "role")
                return


def _value(word: str) -> float:
    found = numbers(word)
    return found[0].value if found else 1.0
