"""How far the articles found agree on an answer: the two-source rule of a newsroom."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from rag.answers.candidates import known_names, offer, offered_dates, offered_of_a_kind
from rag.language.sentences import sentence_spans
from rag.questions.expected_answer import Asked
from rag.records import Hit

AGREED = 0.8
"""The share of the passages on the subject that must name the same thing: four in five."""

_STEEPNESS = 15.0
_ASIDE = 2.0
"""How fast a passage counts less the farther it is from the question than the nearest one."""

_CALENDAR = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|mon|tues?|wed|thu|fri|sat|sun)[a-z]*\.?"
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def agreement(asked: Asked, hits: Sequence[Hit], nearness: Mapping[int, float]) -> float:
    """The share of the passages on the subject that name the same possible answer, from 0 to 1.

    `nearness` is how near each passage is to the question, by its id: one that is far from it
    hardly counts. 0 without hits, and where no passage names anything of the kind asked for.
    That many found passages hold an answer speaks for it (Dumais et al., SIGIR 2002).

    >>> agreement(Asked("person", "", False, frozenset(["won"])), [], {})
    0.0
    """
    if not hits:
        return 0.0
    best = max(nearness.values(), default=0.0)
    weights = {
        hit.passage.id: math.exp(_ASIDE * (nearness.get(hit.passage.id, 0.0) - best))
        for hit in hits
    }
    known = known_names(hit.text for hit in hits)
    named: defaultdict[str, float] = defaultdict(float)
    for hit in hits:
        for one in _named(asked, hit, known):
            named[one] += weights[hit.passage.id]
    return max(named.values(), default=0.0) / sum(weights.values())


def corroborated(share: float) -> float:
    """How likely an answer is that this share of the passages agrees on; 0.5 at four in five.

    >>> [round(corroborated(share), 2) for share in (0.6, 0.8, 1.0)]
    [0.05, 0.5, 0.95]
    """
    return 1 / (1 + math.exp(-_STEEPNESS * (share - AGREED)))


def _named(asked: Asked, hit: Hit, known: frozenset[str]) -> frozenset[str]:
    """What a passage names that can be the answer, each once."""
    text, language = hit.article.text, hit.article.language
    spans = sentence_spans(text, hit.passage.start, hit.passage.end, language)
    return frozenset().union(*(_offered(asked, text[start:end], known) for start, end in spans))


def _offered(asked: Asked, sentence: str, known: frozenset[str]) -> frozenset[str]:
    if asked.kind == "date":
        return offered_dates(sentence) - asked.words
    if asked.kind in ("country", "state", "continent"):
        return offered_of_a_kind(asked, sentence)
    answers = {one.strip(".,") for one in offer(asked, sentence, known).answers(asked.kind)}
    if asked.kind in ("number", "percent", "money"):
        return frozenset(answers)
    # Most news names a day and a year somewhere; they answer only who asks for them.
    return frozenset(
        one for one in answers if not _CALENDAR.fullmatch(one) and not _YEAR.fullmatch(one)
    )
