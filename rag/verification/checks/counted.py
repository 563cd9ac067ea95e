"""Whether figures that belong together in a claim do so in the article: scores, votes, intervals.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.entities import NUMERALS, numbers
from rag.language.name_matching import name_words
from rag.verification.checks.evidence import Evidence, Finding

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
_ADVERBS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month"}
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
            yield (1.0, _ADVERBS.get(match["adverb"].lower(), "year")), match[0]
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
