"""How much of a claim's wording stands in what it cites, in words, in order and in meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.language.entities import QUOTED, stems
from rag.language.moments import without_moments
from rag.language.opposites import base, implied, near, reworded, verbs
from rag.language.quantities import without_quantities
from rag.records import Similarity
from rag.verification.checks.additions import held
from rag.verification.checks.evidence import Evidence, Finding, Sentence, bases_of, sentence
from rag.verification.checks.naming import abbreviates

SUPPORTED_SHARE = 0.55
"""A claim is supported if this share of its content words stands in the cited text."""

PARTLY_SHARE = 0.3
"""Below SUPPORTED_SHARE, and from here on, it is partly supported."""

_SHOWN_WORDS = 3
_RUN = 3
_COMPARED = 32
_WINDOWS_COMPARED = 4
_NEAREST = 6
_FEWEST = 3
_COPIED = 0.3
_WHOLE = 0.7
_ALL = 0.9
_TOGETHER = 0.85
_LONG = 5
_CLAUSE = re.compile(
    r"[,;:]\s(?:(?:and|but|while|which|who)\s)?"
    r"|\s(?:and|but|while|which|who|because|as|after|before|when|although|including|such as)\s"
)
_MODAL = re.compile(r"\b(?:may|might|must|need|shall|ought)\b")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


@dataclass(frozen=True, slots=True)
class Wording:
    """Shares from 0 to 1 of a claim that its evidence holds.

    `coverage` counts content words anywhere, in its own or other words, `copied` those that stand
    there as they are; `runs` three words in a row, in the one
    sentence that holds most; `closeness` is the cosine with the nearest sentence and the
    nearest few together, `weakest` that of the clause with the least; both are None where
    meanings were not compared. `missing` are content words.
    """

    coverage: float
    runs: float
    closeness: float | None
    weakest: float | None
    missing: tuple[str, ...]
    copied: float = 1.0
    empty: bool = False


def wording(claim: str, evidence: Evidence, similarity: Similarity | None = None) -> Wording:
    """How much of the claim's wording the evidence holds."""
    said = without_quantities(without_moments(claim))
    said = _MODAL.sub(" ", said)
    sought = frozenset(stems(said))
    known = _known(said, evidence)
    missing = [
        word
        for word, joined in _with_next(said).items()
        if set(stems(word)) - known
        and not (held(word, evidence) or not reworded(base(joined)).isdisjoint(evidence.context))
    ]
    lost = frozenset(stem for word in missing for stem in stems(word))
    close = weakest = None
    if similarity is not None and evidence.sentences:
        close, weakest = _closeness(claim, evidence, similarity)
    return Wording(
        coverage=len(sought - lost) / len(sought) if sought else 1.0,
        runs=_runs(sentence(claim), evidence.sentences),
        closeness=close,
        weakest=weakest,
        missing=tuple(missing),
        copied=len(sought & evidence.stems) / len(sought) if sought else 1.0,
        empty=not sought and said.split() == claim.split(),
    )


def lacking(found: Wording) -> Iterator[Finding]:
    """Too small a share of the content words."""
    if found.empty:
        yield Finding("partly", "it holds no word that could be looked up", "words")
    elif found.coverage < SUPPORTED_SHARE:
        missing = ", ".join(found.missing[:_SHOWN_WORDS])
        reason = f"the cited text does not mention {missing}"
        partly = found.coverage >= PARTLY_SHARE
        yield Finding("partly" if partly else "unsupported", reason, "words")


def joined(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """That a claim is stitched together: copied in part, its words from sentences far apart.

    A claim in its own words has hardly three in a row from the article, and one that shortens a
    sentence most of them; in between, one sentence has to hold its words together. A
    text of few sentences may be summed up in one. Names and verbs
    that say little may come from anywhere.
    """
    said = sentence(QUOTED.sub(" ", claim))
    if len(evidence.sentences) < _LONG or not _COPIED <= _runs(said, evidence.sentences) < _WHOLE:
        return
    small = evidence.small_words
    wanted = frozenset(
        base(word)
        for at, word in enumerate(said.words)
        if stems(word) and not (word[0].isupper() and (at or word.lower() not in small))
    ) - verbs("vague")
    there = [bases_of(one.text) for one in evidence.sentences]
    copied = wanted & frozenset().union(*there)
    if not wanted or len(copied) < _ALL * len(wanted):
        return
    meant = [each.union(*map(implied, each), *map(near, each)) for each in there]
    together = max(len(copied & each) for each in meant)
    if together < _TOGETHER * len(copied):
        yield Finding("partly", "its words stand in the article, but not together", "joined")


def _with_next(text: str) -> dict[str, str]:
    """The words of a text, each with the one after it: "put" and "put_off"."""
    words = [*_WORD.findall(text), ""]
    found: dict[str, str] = {}
    for one, two in pairwise(words):
        found.setdefault(one, f"{one}_{two}")
    return found


def _known(said: str, evidence: Evidence) -> frozenset[str]:
    """The content words that count as held: a name may also stand elsewhere in the article.

    So may the outlet, that it reported something, and a name may stand there in full.
    """
    names = {stem for word in _WORD.findall(said) if word[0].isupper() for stem in stems(word)}
    lost = names - evidence.stems
    short = [word for word in _WORD.findall(said) if word.isupper() and abbreviates(word, evidence)]
    told = frozenset(stems(" ".join(["reported", *evidence.outlets, *short])))
    return evidence.stems | told | (lost & evidence.known if lost else frozenset())


def _runs(said: Sentence, sentences: Sequence[Sentence]) -> float:
    """The share of the claim's runs of three words that one sentence holds."""
    wanted = _in_a_row(said)
    held = [len(wanted & _in_a_row(one)) for one in sentences]
    return max(held, default=0) / len(wanted) if wanted else 0.0


def _in_a_row(one: Sentence) -> frozenset[tuple[str, ...]]:
    words = [word.casefold() for word in one.words]
    return frozenset(tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


def _closeness(claim: str, evidence: Evidence, similarity: Similarity) -> tuple[float, float]:
    """The mean of the best sentence's cosine and that of the best few in a row; the weakest clause.

    Sentences are compared that share most words; with clauses, those nearest to the claim.
    """
    said = sentence(claim)
    texts = [one.text for one in evidence.sentences]
    order = sorted(
        range(len(texts)), key=lambda at: -len(evidence.sentences[at].stems & said.stems)
    )
    compared = sorted(order[:_COMPARED])
    alone = similarity(claim, [texts[at] for at in compared])
    nearest = sorted(zip(alone, compared, strict=True), reverse=True)[:_NEAREST]
    best = float(nearest[0][0])
    if math.isclose(best, 1.0, abs_tol=1e-3):
        return best, best
    windows = [" ".join(texts[max(0, n - 1) : n + 2]) for _, n in nearest[:_WINDOWS_COMPARED]]
    together = max(similarity(claim, list(dict.fromkeys(windows)))) if len(texts) > 1 else best
    close = (best + together) / 2
    near = [texts[n] for _, n in nearest]
    parts = clauses(claim)
    weakest = min(max(similarity(part, near)) for part in parts) if len(parts) > 1 else best
    return float(close), float(weakest)


def clauses(claim: str) -> list[str]:
    """The clauses of a claim, each of three content words or more; the claim if it has but one.

    >>> clauses("The ferry left Osk harbour early, and Ann Orr stayed behind.")
    ['The ferry left Osk harbour early', 'Ann Orr stayed behind.']
    """
    found: list[str] = []
    begun = ""
    for part in _CLAUSE.split(claim):
        begun = f"{begun} {part}".strip()
        if len(stems(begun)) >= _FEWEST:
            found.append(begun)
            begun = ""
    if found and begun:
        found[-1] = f"{found[-1]} {begun}"
    return found or [claim]
