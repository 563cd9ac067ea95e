"""What a question takes for granted and an article says otherwise.

The rules are English, and few: they would rather miss a false premise than deny a true one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rag.answers.candidate_sentences import CandidateSentence, survey
from rag.language.figures import meanings
from rag.records import Hit

# Each word or phrase, and what says the opposite of it.
_OPPOSITES = (
    ("reject dismiss", "approve back adopt pass accept endorse"),
    ("invalid unlawful illegal void", "valid lawful legal"),
    ("guilty convict", "acquit innocent clear"),
    ("win beat defeat", "lose"),
    ("rise increase grow climb", "fall decrease drop decline shrink"),
    ("refuse decline", "agree accept"),
    ("ban forbid prohibit", "allow permit legalise"),
    ("close shut", "reopen"),
    ("kill die", "survive"),
    ("cancel scrap abandon", "confirm proceed"),
)
_REJECTED = re.compile(
    r"\b(?:throw(?:n|s|ing)?|threw) out\b|\b(?:vot|turn)(?:e|es|s|ed|ing)? down\b"
    r"|\bstr[iu](?:c?k)\w* down\b",
    re.IGNORECASE,
)
_NOT_WORDS = "not never no nobody none neither nor without cannot nothing"
_NOT = frozenset(_NOT_WORDS.split())
_HEDGES_WORDS = (
    "whether if may might could would should must unless expected likely until before asked "
    "plans plan hopes proposed to will"
)
_HEDGES = frozenset(_HEDGES_WORDS.split())
# How many words after "not" it denies, and after "whether" it leaves open.
_REACH = 3
_HEDGED = 8
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[,;:.!?—–()“”\"]")
_NO_DENIAL_WORDS = "only just merely necessarily the quite enough yet far"
_NO_DENIAL = frozenset(_NO_DENIAL_WORDS.split())
_OPENS, _CLOSES = frozenset("“„«"), frozenset("”»")
# So much of the question must stand around the sentence that denies; in it so many words of
# the question, unless it says nothing else ("Nobody was hurt").
_LEAST_COVERED = 0.5
_AS_COVERED = 0.15
_FEWEST_SHARED = 3


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A sentence that says otherwise, and the word of the question that it speaks against."""

    sentence: CandidateSentence
    presumed: str


@dataclass(frozen=True, slots=True)
class _Word:
    """A content word; `denied` or left `open` where it stands."""

    text: str
    meaning: str
    denied: bool
    open: bool


def contradiction(question: str, hits: Sequence[Hit]) -> Contradiction | None:
    """A sentence of the hits that denies what the question takes for granted; else None.

    It denies a word of the question ("nobody was hurt") or says its opposite ("approved" for
    "threw out"), and no sentence that is as near to the question says the word itself.
    """
    if not _ASKS.search(question):
        return None
    about = meanings(question)
    presumed = {
        word.meaning: word.text
        for word in _words(question)
        if not word.denied and not word.text[0].isupper()
    }
    told = [
        (sentence, _words(sentence.text))
        for sentence, _ in survey(hits, about)
        if sentence.coverage >= _LEAST_COVERED - _AS_COVERED
    ]
    found = [
        Contradiction(sentence, presumed[meaning])
        for sentence, words in told
        if sentence.coverage >= _LEAST_COVERED and _is_about(words, about)
        for meaning in _spoken_against(words, presumed)
        if not _is_affirmed(meaning, sentence.coverage, told)
    ]
    return max(found, key=lambda each: each.sentence.coverage, default=None)


def _is_about(words: Sequence[_Word], about: frozenset[str]) -> bool:
    """Whether a sentence is about what is asked: by the words they share, or for want of others."""
    said = {word.meaning for word in words}
    shared = sum(not about.isdisjoint({one, *_opposites(one)}) for one in said)
    return shared >= _FEWEST_SHARED or shared == len(said)


def _spoken_against(words: Sequence[_Word], presumed: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word.open:
            continue
        if word.denied and word.meaning in presumed:
            yield word.meaning
        if not word.denied:
            yield from (one for one in presumed if word.meaning in _opposites(one))


def _is_affirmed(
    meaning: str, coverage: float, told: Sequence[tuple[CandidateSentence, list[_Word]]]
) -> bool:
    """Whether a sentence as near to the question says the word, or denies its opposite."""
    return any(
        (word.meaning == meaning and not word.denied)
        or (word.meaning in _opposites(meaning) and word.denied)
        for sentence, words in told
        if sentence.coverage >= coverage - _AS_COVERED
        for word in words
    )


def _words(text: str) -> list[_Word]:
    """The content words of a text, with what stands before each in its clause."""
    found: list[_Word] = []
    clause: list[str] = []
    quoted = False
    for written in _TOKEN.findall(_REJECTED.sub("rejected", text)):
        if not written[0].isalnum():
            quoted = (not quoted) if written == '"' else (quoted or written in _OPENS)
            quoted = quoted and written not in _CLOSES
            clause = []
            continue
        for meaning in () if _is_not(written.lower()) else meanings(written):
            before = clause[-_REACH:]
            denied = any(map(_is_not, before)) and _NO_DENIAL.isdisjoint(before)
            hedged = quoted or not _HEDGES.isdisjoint(clause[-_HEDGED:])
            found.append(_Word(written, meaning, denied, hedged))
        clause.append(written.lower())
    return found


def _is_not(word: str) -> bool:
    return word in _NOT or word.endswith(("n't", "n’t"))


@cache
def _opposites(meaning: str) -> frozenset[str]:
    """The meanings that say the opposite of one."""
    sides = [tuple(meanings(side) for side in pair) for pair in _OPPOSITES]
    return frozenset().union(
        *(other for one, other in (*sides, *((b, a) for a, b in sides)) if meaning in one)
    )
