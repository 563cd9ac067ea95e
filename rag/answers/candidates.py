"""Sentences of hits that may be shown, and what each offers as an answer: names, numbers, dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Protocol

from rag.language.context import is_background
from rag.language.figures import meanings
from rag.language.name_matching import CONTINENT, COUNTRY, STATE
from rag.language.quantities import CURRENCY
from rag.language.sentences import sentence_spans
from rag.questions.expected_answer import HARM, Asked, Kind, own_words
from rag.records import Article, Hit, Similarity


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


READ_CHARACTERS = 20_000
"""So much of an article is read for who somebody in it is."""

_NAME = re.compile(r"[A-Z][\w’'.-]*\w|[A-Z]")
_ENDING = re.compile(r"[’']s?$")
_BEGINNING = re.compile(r"(?:^|[.!?:”\"]\s+)[\s“\"‘'(]*$")
_FUNCTION_WORDS = _words(
    "the a an and but or in on at of to for from with by as if it its he she they we you i this "
    "that these those his her their our my your there here when while after before since during "
    "although though because what who which where how why not no yes so then than also now more "
    "most many some all one two three"
)
_LETTERS = re.compile(r"[^\W\d_]{5,}")
_MISTYPED = 0.83
_DIFFERENT = 2
"""By how many letters at most a mistyped word is longer or shorter than the one that is meant."""

_AUXILIARIES = _words("is are was were did does do has have had will would can could should")
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|March|Mar\.|April|Apr\.?|May|June|July|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DAY_OF_MONTH = re.compile(rf"\b({_MONTH})\s(\d{{1,2}})\b")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(
    r"\b(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty"
    r"|fifty|hundred|thousand|million|billion|trillion|half|third)\b",
    re.IGNORECASE,
)
_NONE = r"(?:no|nobody|none|no one|without)\b"
_PERCENT = re.compile(r"\d\s?%|\bper ?cent\b", re.IGNORECASE)
_PERSON = re.compile(
    r"\b[A-Z][\w’'-]+(?:\s(?:[A-Z]\.|de|von|van|al|bin|del|la|Mc)?\s?[A-Z][\w’'-]+)+"
)
_TITLE = re.compile(r"[“\"‘']([A-Z][^”\"’']{1,60})[,.!?]?[”\"’']")
_PATTERNS: dict[Kind, re.Pattern[str]] = {
    "country": COUNTRY,
    "state": STATE,
    "continent": CONTINENT,
    "money": re.compile(
        r"[$£€¥]\s?\d|\b(?<!\d[,.])\d[\d,.]*\s?(?:million|billion|thousand)?\s?"
        rf"(?:{CURRENCY}|cents)\b",
        re.IGNORECASE,
    ),
    "date": re.compile(
        rf"\b{_MONTH}\s\d|\b\d{{1,2}}\.? {_MONTH}|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
        rf"|\b(?:1[6-9]|20)\d\d\b|\b{_MONTH}\b|yesterday|tomorrow|\d{{1,2}}:\d\d|\b\d+ [ap]\.?m"
    ),
}
_QUANTITIES = ("number", "percent", "money", "date")

# What is offered where the kind is probably, but not surely met; 1 is a sure one.
_NO_NAME = 0.5
_OTHER_NAME = 0.6
_COMMON_NOUN = 0.7
_OTHER_UNIT = 0.6
_OTHER_AGE = 0.5
_LONG_VERB = 7
_AGE = re.compile(
    r"\b\d{1,3}[- ](?:year|month)s?[- ]old\b|, \d{1,3}(?=[,.]| and )|\baged? \d"
    r"|\b(?:is|was|turn(?:s|ed)|at|age of) (?:only |just |now )?\d{1,3}\b(?=[,.;]| and | when|$)"
)
_VOTED = re.compile(
    r"\bvot\w+ (?:\w+ ){0,3}?\d+ ?(?:[-–]|to) ?\d+|\b\d+ ?(?:[-–]|to) ?\d+ vot|\bvotes to \d",
    re.IGNORECASE,
)
_PRICE = re.compile(r"[$£€¥]\s?\d[\d,.]*(?:\s?(?:million|billion|trillion|thousand|[mb]n?)\b)?")
_OF_BEFORE = 0.2
"""Of an earlier event: "the storm of last year killed 51"."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The names and numbers of a sentence that the question lacks, and how well they fit it.

    `fit` is 1 where the sentence holds something of the very kind that is asked for, and 0
    where it holds nothing that can be the answer.
    """

    names: frozenset[str]
    numbers: frozenset[str]
    fit: float

    def answers(self, kind: Kind) -> frozenset[str]:
        """Those that can be the answer to a question for that kind."""
        if kind in _QUANTITIES:
            return self.numbers
        return self.names | self.numbers if kind in ("thing", "any") else self.names


def known_names(texts: Iterable[str]) -> frozenset[str]:
    """The words that stand capitalised within a sentence somewhere, in lower case.

    Such a word is a name at the beginning of a sentence too.

    >>> sorted(known_names(["Boats of Brell sank.", "Then Orr left."]))
    ['brell', 'orr']
    """
    return frozenset(name for text in texts for name, begins in _capitalised(text) if not begins)


def names_asked(question: str) -> frozenset[str]:
    """The names in a question, in lower case; its first word may be one, a question word is none.

    >>> sorted(names_asked("Which Brell firm did Orr buy?"))
    ['brell', 'orr']
    """
    return (
        frozenset(name for name, _begins in _capitalised(question) if name not in _FUNCTION_WORDS)
        - _AUXILIARIES
    )


def offer(asked: Asked, sentence: str, known: frozenset[str]) -> Offer:
    """What a sentence offers to a question; `known` as `known_names` gives them.

    >>> from rag.questions.expected_answer import asked_for
    >>> found = offer(asked_for("Which town flooded?"), "Orrenby flooded.", frozenset(["orrenby"]))
    >>> sorted(found.names), found.fit
    (['orrenby'], 1.0)
    """
    names = frozenset(
        name
        for name, begins in _capitalised(sentence)
        if len(name) > 1
        and name not in asked.words
        and name not in _FUNCTION_WORDS
        and (not begins or name in known)
    )
    numbers = frozenset(match[0].lower() for match in _NUMBER.finditer(sentence)) - asked.words
    return Offer(names, numbers, _fit(asked, sentence, names, numbers))


def names_one(asked: Asked, text: str) -> bool:
    """Whether a text names something of the very kind that a question asks for.

    >>> from rag.questions.expected_answer import asked_for
    >>> who = asked_for("Who won?")
    >>> names_one(who, "Ann Orr won."), names_one(who, "It won.")
    (True, False)
    """
    named = offer(asked, text, known_names([text]))
    return named.fit == 1 and bool(named.answers(asked.kind))


def offered_of_a_kind(asked: Asked, sentence: str) -> frozenset[str]:
    """The countries, states or continents in a sentence that the question lacks, in lower case.

    >>> from rag.questions.expected_answer import asked_for
    >>> sorted(offered_of_a_kind(asked_for("Which country won?"), "Peru beat Chile."))
    ['chile', 'peru']
    """
    found = (match[0] for match in _PATTERNS[asked.kind].finditer(sentence))
    return frozenset(text.lower() for text in found if not own_words(text) <= asked.words)


def offered_dates(sentence: str) -> frozenset[str]:
    """The years, and the days of a month, in a sentence.

    >>> sorted(offered_dates("Opened on May 3, 2019, by 40 people."))
    ['2019', 'may 3']
    """
    days = (f"{month[:3].lower()} {day}" for month, day in _DAY_OF_MONTH.findall(sentence))
    return frozenset([*_YEAR.findall(sentence), *days])


@lru_cache(1_024)
def _capitalised(text: str) -> tuple[tuple[str, bool], ...]:
    """Each capitalised word in lower case, and whether a sentence begins with it."""
    return tuple(
        (_ENDING.sub("", match[0]).lower(), bool(_BEGINNING.search(text[: match.start()])))
        for match in _NAME.finditer(text)
    )


def _fit(asked: Asked, sentence: str, names: frozenset[str], numbers: frozenset[str]) -> float:
    kind = asked.kind
    if kind in _PATTERNS:
        return float(_new(asked, (match[0] for match in _PATTERNS[kind].finditer(sentence))))
    if kind == "number":
        return _fit_of_number(asked, sentence, numbers)
    if kind == "percent":
        return float(bool(numbers and _PERCENT.search(sentence)))
    if kind == "person":
        people = (match[0] for match in _PERSON.finditer(sentence))
        full = any(not own_words(person) & asked.words for person in people)
        return 1.0 if full else _NO_NAME * bool(names)
    if kind == "work":
        titled = _new(asked, (match[1] for match in _TITLE.finditer(sentence)))
        return 1.0 if titled else _OTHER_NAME * bool(names)
    if kind == "thing":
        return 1.0 if names else _NO_NAME
    if kind == "name" and asked.common and not names:
        return _COMMON_NOUN
    return float(bool(names) or kind == "any")


def _new(asked: Asked, found: Iterable[str]) -> bool:
    """Whether any of what was found says more than the question does."""
    return any(not own_words(text) <= asked.words for text in found)


def _fit_of_number(asked: Asked, sentence: str, numbers: frozenset[str]) -> float:
    question = " ".join(asked.words)
    for harm in HARM.values():
        if re.search(rf"\b{harm}", question):
            return _fit_of_harm(harm, sentence, numbers)
    if {"how", "old"} <= asked.words:
        return 1.0 if _AGE.search(sentence) else _OTHER_AGE * bool(numbers)
    if not numbers or not asked.unit:
        return float(bool(numbers))
    if asked.unit == "vote" and _VOTED.search(sentence):
        return 1.0
    # "How many were arrested?" is answered by "53 arrests" as well.
    done = [word[:-2] for word in asked.words if word.endswith("ed") and len(word) >= _LONG_VERB]
    units = "|".join(map(re.escape, [asked.unit, *done]))
    counted = rf"{_NUMBER.pattern}(?:[\s-]+[\w’'-]+){{0,3}}?[\s-]+(?:{units})"
    if re.search(counted, sentence, re.IGNORECASE):
        return 1.0
    return _OTHER_UNIT * (_NUMBER.search(_PRICE.sub(" ", sentence)) is not None)


def _fit_of_harm(harm: str, sentence: str, numbers: frozenset[str]) -> float:
    """How well a sentence says how many died or were hurt; "no casualties" says it as well.

    One that tells of years ago says little, since its figure is of an earlier event.
    """
    if re.search(rf"\b{_NONE}[^.;]{{0,40}}\b{harm}", sentence, re.IGNORECASE):
        return 1.0
    if not numbers:
        return 0.0
    near = rf"{_NUMBER.pattern}[^.;]{{0,60}}\b{harm}|\b{harm}[^.;]{{0,80}}{_NUMBER.pattern}"
    if is_background(sentence):
        return _OF_BEFORE
    return 1.0 if re.search(near, sentence, re.IGNORECASE) else _OTHER_UNIT


class Vocabulary(Protocol):
    """What the archive knows of words."""

    def terms(self, text: str) -> list[str]:
        """The words of a text, folded and stemmed, without stop words."""
        ...

    def rarity(self, term: str) -> float:
        """Inverse document frequency: high for a word that few passages hold."""
        ...


@dataclass(frozen=True, slots=True)
class CandidateSentence:
    """Characters `start` to `end` of an article, scored as an answer; higher is better.

    `coverage` is the share of the question's words, by rarity, that stand in it, beside it
    or in its title and heading; `closeness` its cosine with the question, 0 if unknown.
    """

    article: Article
    start: int
    end: int
    passage: int
    rank: int
    coverage: float
    closeness: float = 0.0
    score: float = 0.0

    @property
    def text(self) -> str:
        """The sentence's own words."""
        return self.article.text[self.start : self.end]


COVERAGE_WEIGHT = 0.5
"""What the share of the question around a sentence counts where its cosine counts 1."""


def relevant_sentences(
    hits: Sequence[Hit], about: frozenset[str]
) -> Iterator[tuple[CandidateSentence, frozenset[str]]]:
    """The sentences of the hits, best hit first, each with the meanings of the words around it.

    Around are its neighbours in the passage, the passage's heading and the article's title;
    `coverage` is the share of `about` among them. A text that several hits hold comes once.
    """
    seen: set[str] = set()
    for hit in hits:
        article, passage = hit.article, hit.passage
        spans = sentence_spans(article.text, passage.start, passage.end, article.language)
        own = [meanings(article.text[start:end]) for start, end in spans]
        above = meanings(f"{article.title} {passage.heading}")
        for place, (start, end) in enumerate(spans):
            if article.text[start:end] in seen:
                continue
            seen.add(article.text[start:end])
            around = above.union(*own[max(0, place - 1) : place + 2])
            coverage = len(about & around) / max(1, len(about))
            yield CandidateSentence(article, start, end, passage.id, hit.rank, coverage), around


def weighed(
    question: str, sentences: Sequence[CandidateSentence], similarity: Similarity | None, most: int
) -> dict[CandidateSentence, CandidateSentence]:
    """The `most` sentences with the largest coverage, each with its closeness and score.

    Without `similarity` all are equally close.
    """
    best = sorted(dict.fromkeys(sentences), key=lambda each: -each.coverage)[:most]
    close: Sequence[float] = [1.0] * len(best)
    if similarity is not None and best:
        close = similarity(question, [each.text for each in best])
    return {
        each: replace(each, closeness=near, score=near + COVERAGE_WEIGHT * each.coverage)
        for each, near in zip(best, close, strict=True)
    }


def respelt(question: str, hits: Sequence[Hit], vocabulary: Vocabulary) -> Mapping[str, str]:
    """For each mistyped word of a question, the word of the hits that it is meant for.

    Mistyped is a word that no passage of the archive has, where the hits have one much like it:
    with the same first letter, and a capital where the question's has one. Acronyms are none.
    """
    unknown = vocabulary.rarity("")
    strange = []
    for word in dict.fromkeys(_LETTERS.findall(question)):
        terms = vocabulary.terms(word)
        known = any(vocabulary.rarity(term) < unknown for term in terms)
        if terms and not known and not word.isupper():
            strange.append(word)
    if not strange:
        return {}
    texts = (f"{hit.article.title} {hit.text}" for hit in hits)
    found = {word.casefold(): word for text in texts for word in _LETTERS.findall(text)}
    meant = {word: _meant(word, found) for word in strange}
    return {word: other for word, other in meant.items() if other}


def _meant(word: str, found: Mapping[str, str]) -> str:
    folded = word.casefold()
    if folded in found:
        return ""
    near = [
        each
        for each, written in found.items()
        if each[0] == folded[0]
        and abs(len(each) - len(folded)) <= _DIFFERENT
        and (written[0].isupper() or word[0].islower())
    ]
    swapped = [each for each in near if sorted(each) == sorted(folded)]
    alike = swapped or get_close_matches(folded, near, 1, _MISTYPED)
    return found[alike[0]] if alike else ""


def day_of(article: Article) -> datetime:
    """When the article appeared; one of unknown date comes before all others."""
    return article.published.at if article.published else datetime.min.replace(tzinfo=UTC)


def english_articles(hits: Sequence[Hit]) -> Iterator[Hit]:
    """The best hit of each article that is in English, or in an unknown language, in order."""
    seen: set[str] = set()
    for hit in hits:
        article = hit.article
        if article.id not in seen and article.language in ("", "en"):
            seen.add(article.id)
            yield hit
