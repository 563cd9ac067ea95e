"""Causes that outlets give for one thing: where they differ, each is told in its own words.

It chooses sentences of hits; whether they answer is for others to say. The rules are English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answers.candidates import CandidateSentence, relevant_sentences, weighed
from rag.answers.plans import MAX_SENTENCES, MAX_WORDS
from rag.answers.timeline import DifferingFigures
from rag.language.figures import meanings
from rag.language.words import word_count
from rag.records import Hit, Similarity

_ASKS = re.compile(
    r"\bwhy\b|\bwhat\b.{0,60}\b(?:caused|led to|triggered|brought (?:down|about)|made\b.*\b(?:fall"
    r"|collapse|sink|crash|fail|burst|break|explode|burn))\b"
    r"|\b(?:cause|reason) (?:of|for|behind)\b",
    re.IGNORECASE,
)
_GIVES = re.compile(
    r"\b(?:because|due to|owing to|caused?|as a result|resulted|led to|triggered|blamed?"
    r"|brought (?:down|about)|attributed to|the reason)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:and |but )?not (?:because(?: of)?|due to|by) (?P<cause>[^,;.]+)", re.IGNORECASE
)
_COMPARED = 16
# How close to the question the best must be, and the others compared with it.
_LEAST = 0.5
_CLOSE = 0.7
_COVERED = 0.4
# Two sentences that share so much of what the question does not say give the same cause.
_SAME_CAUSE = 0.25
_FEWEST_SHARED = 2


def several_causes(
    question: str, hits: Sequence[Hit], similarity: Similarity | None
) -> DifferingFigures | None:
    """What outlets give as the cause of what is asked about, where they differ; else None.

    A cause that one outlet denies is told with the words of another that speaks of it.
    The sentence that fits the question best comes first.
    """
    if not _ASKS.search(question):
        return None
    about = meanings(question)
    told = [sentence for sentence, _ in relevant_sentences(hits, about)]
    chosen = _distinct(_fitting(question, about, told, similarity), about)
    if len(chosen) == 1 and similarity is not None:
        chosen += _denied(chosen[0], question, told, similarity)
    fitting = _within_limits(chosen)
    return DifferingFigures(fitting, "accounts") if len(fitting) > 1 else None


def _fitting(
    question: str,
    about: frozenset[str],
    told: Sequence[CandidateSentence],
    similarity: Similarity | None,
) -> list[CandidateSentence]:
    """The sentences that give a cause and are close to the question, best first."""
    giving = [
        each
        for each in told
        if _GIVES.search(each.text) and len(about & meanings(each.text)) >= _FEWEST_SHARED
    ]
    ranked = sorted(
        weighed(question, giving, similarity, _COMPARED).values(), key=lambda each: -each.score
    )
    if not ranked or ranked[0].closeness < _LEAST:
        return []
    least = _CLOSE * ranked[0].closeness
    return [each for each in ranked if each.closeness >= least and each.coverage >= _COVERED]


def _distinct(
    ranked: Sequence[CandidateSentence], about: frozenset[str]
) -> list[CandidateSentence]:
    """One sentence for each cause, of an outlet that has given none of the others."""
    chosen: list[CandidateSentence] = []
    causes: list[frozenset[str]] = []
    for each in ranked:
        cause = meanings(each.text) - about
        again = any(_shared(cause, other) >= _SAME_CAUSE for other in causes)
        if again or each.article.publisher in [other.article.publisher for other in chosen]:
            continue
        chosen.append(each)
        causes.append(cause)
    return chosen


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _denied(
    sentence: CandidateSentence,
    question: str,
    told: Sequence[CandidateSentence],
    similarity: Similarity,
) -> list[CandidateSentence]:
    """Another outlet's sentence that comes nearest to the cause that a sentence denies."""
    denied = _DENIES.search(sentence.text)
    if denied is None:
        return []
    outlet, cause = sentence.article.publisher, meanings(denied["cause"])
    rivals = [
        each
        for each in told
        if each.article.publisher != outlet and not cause.isdisjoint(meanings(each.text))
    ]
    ranked = weighed(f"{question} {denied['cause']}", rivals, similarity, _COMPARED).values()
    near = [each for each in ranked if each.closeness >= _LEAST]
    return [max(near, key=lambda each: each.closeness)] if near else []


def _within_limits(chosen: Sequence[CandidateSentence]) -> tuple[CandidateSentence, ...]:
    """The first sentences that fit into an answer."""
    fitting: list[CandidateSentence] = []
    room = MAX_WORDS
    for each in chosen[:MAX_SENTENCES]:
        length = word_count(each.text)
        if length <= room or not fitting:
            fitting.append(each)
            room -= length
    return tuple(fitting)
