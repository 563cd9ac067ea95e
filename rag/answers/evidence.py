"""Sentences of the hits that can be evidence, each with what speaks for it as an answer.

It chooses nothing: `scoring` weighs the signals, and `plans` says what is shown. The signals that
read grammar are for English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from rag.answers.candidates import (
    READ_CHARACTERS,
    CandidateSentence,
    Vocabulary,
    day_of,
)
from rag.answers.holders import holder
from rag.answers.presenting import GOES_ON
from rag.answers.signals import (
    FACTUAL,
    Candidate,
    Key,
    Salience,
    Sought,
    asked_rarities,
    rarities,
    share,
    signals_of,
)
from rag.language.context import is_fragment, is_teaser
from rag.language.furniture import is_furniture
from rag.language.name_matching import mentions
from rag.language.sentences import MAX_SENTENCE, sentence_spans
from rag.language.words import word_count
from rag.questions.expected_answer import harm_asked
from rag.questions.form import Form, FormName
from rag.records import Hit, Similarity

READ_HITS = 8
"""How many of the best hits are read."""

SHOWN_HITS = 8
"""How many hits an answer carries at least: what was read, or what is nearest."""

_READ_MORE: Mapping[FormName, int] = MappingProxyType(
    {"chronology": 20, "overview": 12, "latest": 12, "comparison": 12, "list": 10}
)
"""How many are read for a form whose answer stands in several articles."""

_OPENINGS = 4
"""Of how many of their articles the opening is read as well: it says what an article is about."""

_OPENING_CHARACTERS = 700
_COMPARED, _COMPARED_MORE = 32, 52
"""How many sentences are compared with the question in meaning: those that share most with it."""

_FEWEST_WORDS = 4
_SURELY_WHOLE = 8
"""From how many words on a sentence is no fragment: "So did Bo Lind." has four."""

_PRESENTED_IN = 4
"""In how many of their articles who or what somebody is is looked for from beginning to end."""

_OF_NOBODY = re.compile(r"(?:No ?one|Nobody|None) (?:was|were|died)\b")
"""A short sentence that answers all the same: "Nobody was hurt."."""

_PLACED = re.compile(r" (?:in|at|on|from|of|for|with) ")

_ANSWERED_IN, _LONGEST_HEADING = 4, 14
"""In how many sentences below a question that heads a part of an article it is answered, and how
many words such a heading may have."""

_BY_FRAGMENTS = FACTUAL | {"definition"}
"""The forms that a line without a verb can answer: "Doors: 7 p.m.", "Ann Orr, a pilot."."""

_SENTENCE_CHARACTERS = 130
_NUMBERED = re.compile(r"\b([A-Za-z][a-z]{3,}) (\d{1,4})(?![\w.,:%-]*\d)(?= *[?.!]?$| [a-z])")
_MONTH = re.compile(
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|over|than|under|about|from|since|with"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that can be shown, and its signals by name, each the higher the more of it."""

    sentence: CandidateSentence
    signals: Mapping[str, float]
    score: float = 0.0

    @property
    def text(self) -> str:
        """The sentence's own words."""
        return self.sentence.text

    @property
    def day(self) -> datetime:
        """When its article appeared; one of unknown date comes before all others."""
        return day_of(self.sentence.article)


def read_hits(form: FormName, hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits that are read for a question of that form, best first."""
    return hits[: _READ_MORE.get(form, READ_HITS)]


def hits_shown(hits: Sequence[Hit], sentences: Sequence[CandidateSentence]) -> tuple[Hit, ...]:
    """The hits that an answer carries: the best, and where else one of its sentences stands."""
    cited = {each.passage for each in sentences}
    return tuple(hit for n, hit in enumerate(hits) if n < SHOWN_HITS or hit.passage.id in cited)


def collect(
    question: str,
    form: Form,
    hits: Sequence[Hit],
    vocabulary: Vocabulary,
    similarity: Similarity | None,
) -> list[Evidence]:
    """The sentences that share most with the question, with their signals.

    Read are the passages of the best hits and the openings of their first articles, in this
    order. Questions, lines of three words, furniture and what was read already are left out.
    Nothing for no hits and for a question without words.
    """
    read = read_hits(form.name, hits)
    weights = asked_rarities(question, form, vocabulary)
    if not read or not weights:
        return []
    subject = rarities(form.subject, vocabulary)
    found = _candidates(read, vocabulary)
    name = _as_named(form.subject, read)
    if form.name == "definition":
        found = _each_once([*found, *_presenting(read, name, vocabulary)])
    others = _of_others(question)
    candidates = [
        each
        for each in found
        if _can_answer(form.name, each.sentence)
        and not (others and others(each.sentence.text) and form.name != "comparison")
    ]
    if form.name in ("figure", "yes or no") and (harm := harm_asked(question)):
        candidates = _in_words_of(question, harm, candidates, vocabulary)
    most = _COMPARED_MORE if form.name in _READ_MORE else _COMPARED
    compared = _most_shared(candidates, weights, subject, most)
    held = holder(form.subject, hits) if form.name == "statement" else None
    person = held.name if held else ""
    sought = Sought(question, form, read, vocabulary, similarity, name, person)
    signals = signals_of(sought, compared, Salience(candidates))
    return [
        Evidence(replace(each.sentence, closeness=own["closeness"], coverage=own["coverage"]), own)
        for each, own in zip(compared, signals, strict=True)
    ]


def _in_words_of(
    question: str, harm: str, candidates: Sequence[Candidate], vocabulary: Vocabulary
) -> list[Candidate]:
    """The candidates with the question's words for people who died, where they have others."""
    asked = [word for word in question.split() if re.match(rf"\W*{harm}", word, re.IGNORECASE)]
    words = frozenset(vocabulary.terms(" ".join([*asked, "people"])))
    said = re.compile(rf"\b{harm}", re.IGNORECASE)
    return [
        replace(each, own=each.own | words, around=each.around | words)
        if said.search(each.sentence.text)
        else each
        for each in candidates
    ]


def _of_others(question: str) -> Callable[[str], bool] | None:
    """Whether a text is of another thing of the name and number in a question; None without one.

    >>> other = _of_others("how far away is voyager 1")
    >>> [other(text) for text in ("Voyager 2 is near.", "Voyager 1 left Voyager 2.")]
    [True, False]
    """
    named = next((each for each in _NUMBERED.finditer(question) if not _MONTH.match(each[1])), None)
    if named is None:
        return None
    name, number = named.groups()
    written = re.compile(rf"\b{re.escape(name[0].upper() + name[1:])}s? (\d+)\b(?!\.\d)")

    def of_another(text: str) -> bool:
        """Whether a text has numbers, and not the one asked for."""
        numbers = written.findall(text)
        return bool(numbers) and number not in numbers

    return of_another


def _as_named(subject: str, hits: Sequence[Hit]) -> str:
    """The subject as the hits name it: “the SLV”, where none of them names “the SLV in Marren”."""
    short = _PLACED.split(subject, 1)[0]
    if short == subject or short == short.lower():
        return subject
    return subject if any(mentions(hit.text, subject) for hit in hits) else short


def _candidates(hits: Sequence[Hit], vocabulary: Vocabulary) -> list[Candidate]:
    """Every sentence of the hits and of the openings of their first articles, each once."""
    read: list[Candidate] = []
    opened = _first_articles(hits, _OPENINGS)
    for hit in hits:
        read += _sentences(hit, hit.passage.start, hit.passage.end, vocabulary)
        if opened.pop(hit.article.id, None):
            read += _opening(hit, vocabulary)
    return _each_once(read)


def _first_articles(hits: Sequence[Hit], most: int) -> dict[str, Hit]:
    """The best hit of each of the first articles, by the article."""
    best = {hit.article.id: hit for hit in reversed(hits)}
    return {id_: best[id_] for id_ in [*dict.fromkeys(hit.article.id for hit in hits)][:most]}


def _each_once(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, each place and each text once."""
    found: dict[Key, Candidate] = {}
    texts: set[str] = set()
    for each in candidates:
        if each.key not in found and each.sentence.text not in texts:
            texts.add(each.sentence.text)
            found[each.key] = each
    return list(found.values())


def _presenting(hits: Sequence[Hit], name: str, vocabulary: Vocabulary) -> Iterator[Candidate]:
    """The sentences of the first articles that name somebody, or go on from one that does."""
    for hit in _first_articles(hits, _PRESENTED_IN).values():
        if not name or not mentions(hit.article.text[:READ_CHARACTERS], name):
            continue
        for start, stop in _without_furniture(hit, READ_CHARACTERS):
            follows = False
            for each in _sentences(hit, start, stop, vocabulary):
                text = each.sentence.text
                named = bool(mentions(text, name))
                if named or (follows and GOES_ON.match(text)):
                    yield each
                follows = named


def _opening(hit: Hit, vocabulary: Vocabulary) -> Iterator[Candidate]:
    """The sentences with which the article opens, before the passage and without furniture."""
    end = min(_OPENING_CHARACTERS + MAX_SENTENCE, hit.passage.start)
    for start, stop in _without_furniture(hit, end):
        if start < _OPENING_CHARACTERS:
            for each in _sentences(hit, start, stop, vocabulary):
                if each.sentence.start < _OPENING_CHARACTERS:
                    yield each


def _without_furniture(hit: Hit, end: int) -> list[tuple[int, int]]:
    """The parts of an article's first characters that are no furniture, in order."""
    at, end = 0, min(end, len(hit.article.text))
    parts = []
    for part in sorted(hit.article.furniture, key=lambda each: each.start):
        parts.append((at, min(part.start, end)))
        at = max(at, part.end)
    return [(start, stop) for start, stop in (*parts, (at, end)) if start < stop]


def _sentences(hit: Hit, start: int, end: int, vocabulary: Vocabulary) -> Iterator[Candidate]:
    article = hit.article
    spans = sentence_spans(article.text, start, end, article.language)
    own = [frozenset(vocabulary.terms(article.text[a:b])) for a, b in spans]
    above = frozenset(vocabulary.terms(f"{article.title} {hit.passage.heading}"))
    question, after = _question_before(article.text, start), 0
    for index, (a, b) in enumerate(spans):
        around = above.union(*own[max(0, index - 1) : index + 2])
        if asked := question if after < _ANSWERED_IN else "":
            around |= frozenset(vocabulary.terms(asked))
        sentence = CandidateSentence(article, a, b, hit.passage.id, hit.rank, 0.0)
        place = start // _SENTENCE_CHARACTERS + index
        yield Candidate(sentence, place, own[index], around, asked, after if asked else 0)
        heads = _is_question(article.text, a, b)
        question, after = (article.text[a:b], 0) if heads else (question, after + 1)


def _is_question(text: str, start: int, end: int) -> bool:
    """Whether a sentence is a question that stands on a line of its own, as a heading does."""
    if text[end - 1] != "?" or word_count(text[start:end]) > _LONGEST_HEADING:
        return False
    before = text[:start].rstrip(" ")
    return not before.strip() or before.endswith(("\n", "#", "*"))


def _question_before(text: str, start: int) -> str:
    """The question on the line before a passage; "" where that is none."""
    before = text[max(0, start - MAX_SENTENCE) : start].rstrip()
    line = before.rpartition("\n")[2].strip("#* ")
    asks = line.endswith("?") and word_count(line) <= _LONGEST_HEADING
    return line if asks and len(before) < start else ""


def _can_answer(form: FormName, sentence: CandidateSentence) -> bool:
    """Whether a sentence can be an answer: no question, furniture or fragment, no three words."""
    text, length = sentence.text, word_count(sentence.text)
    asks = text.rstrip("”\"’' ").endswith(("?", "？", "؟"))
    short = length < _FEWEST_WORDS and not _OF_NOBODY.match(text)
    if asks or short or is_furniture(text) or is_teaser(text):
        return False
    whole = length >= _SURELY_WHOLE or sentence.article.language not in ("", "en")
    return whole or form in _BY_FRAGMENTS or not is_fragment(text)


def _most_shared(
    candidates: Sequence[Candidate],
    weights: Mapping[str, float],
    subject: Mapping[str, float],
    most: int,
) -> list[Candidate]:
    """Those that share most with the question, or open an article, in reading order."""

    def promise(each: Candidate) -> float:
        """How much a sentence and those around it share with the question; more, higher up."""
        return (
            share(weights, each.around)
            + 0.5 * share(weights, each.own)
            + 0.5 * share(subject, each.around)
            + 0.4 * (each.place < 3)
            + 0.15 / each.sentence.rank
        )

    best = sorted(candidates, key=lambda each: -promise(each))[:most]
    return sorted(best, key=lambda each: (each.sentence.rank, each.sentence.start))
