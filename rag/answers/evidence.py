"""Sentences of the hits that can be evidence, each with what speaks for it as an answer.

It chooses nothing: `scoring` weighs the signals, `plans` decides what is shown.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rag.answers.candidate_answers import known_names, offer
from rag.answers.candidate_sentences import CandidateSentence, Vocabulary, day_of
from rag.language.attribution import attributions
from rag.language.context import depends_on_context, is_furniture
from rag.language.introductions import introductions
from rag.language.name_matching import mentions
from rag.language.sentences import sentence_spans
from rag.language.speakers import matches_speaker
from rag.questions.expected_answer import Asked, asked_for, own_words, without_names
from rag.questions.form import Form
from rag.records import Article, Hit, Similarity

READ_HITS = 8
"""How many of the best hits are read."""

_OPENINGS = 4
"""Of how many of their articles the opening is read as well: it says what an article is about."""

_OPENING_CHARACTERS = 700
_COMPARED = 40
"""How many sentences are compared with the question in meaning: those that share most with it."""

_RELATED = 12
_FEWEST_WORDS = 4
_FRESH_DAYS = 14
_DAY = 86_400

_CAUSE = re.compile(
    r"\b(?:because|due to|owing to|thanks to|caus(?:e[ds]?|ing)|as a result|result(?:ed|ing)? (?:in|from)"
    r"|led to|lead(?:s|ing)? to|trigger(?:ed|s|ing)?|blam(?:e[ds]?|ing)|prompt(?:ed|s|ing)|attribut\w+ to"
    r"|the reason|reasons? (?:for|why|behind)|so that|in order to|stem(?:s|med)? from|after|amid|since|driv(?:en|ing) by"
    r"|contribut\w+ to|in response to|explain(?:s|ed)?|means? that|by \w+ing)\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(
    r"\b(?:said|says|told|added|wrote|tweeted|posted|replied|stated|insisted|warned|argued|claimed|admitted"
    r"|announced|acknowledged|testified|asserted|responded|answered|described|called|asked|reiterated|noted"
    r"|accus\w+|apologi[sz]ed?|condemned|praised|defended|denied|reacted|statement|spoke)\b"
)
_DATED = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d{1,2}\b|\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:19|20)\d\d\b|\byesterday\b|\blast (?:week|month|year)\b"
)
_QUOTED = re.compile(r"[“\"][^”\"]{12,}")
_PRONOUN = re.compile(
    r"^[“\"']?(?:He|She|It|They|His|Her|Their|Its|This|That|These|Those|We|I|The (?:company|pair|group|move|man|woman|couple)|But (?:he|she|it|they))\b"
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


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence at a place of its article, with the words of it and of what is around it."""

    sentence: CandidateSentence
    place: int
    own: frozenset[str]
    around: frozenset[str]


def collect(
    question: str,
    form: Form,
    hits: Sequence[Hit],
    vocabulary: Vocabulary,
    similarity: Similarity | None,
) -> list[Evidence]:
    """The sentences that share most with the question, with their signals, in reading order.

    Read are the passages of the best hits and the openings of their first articles. Questions,
    lines of three words and what an article says twice are left out.
    """
    first = hits[:READ_HITS]
    weights = {term: vocabulary.rarity(term) for term in vocabulary.terms(question)}
    if not first or not weights:
        return []
    places = _places(first, vocabulary)
    total = sum(weights.values()) or 1.0
    subject = _words(form.subject, vocabulary, weights)
    matter = _words(form.matter, vocabulary, weights)
    salience = _salience(places)
    quick = sorted(
        places,
        key=lambda each: -(
            _share(weights, each.around)
            + 0.5 * _share(weights, each.own)
            + 0.5 * _share(subject, each.around)
            + (0.4 if each.place < 3 else 0.0)
            + 0.15 / each.sentence.rank
        ),
    )[:_COMPARED]
    compared = sorted(quick, key=lambda each: (each.sentence.rank, each.sentence.start))
    titles = {hit.article.id: hit.article.title for hit in first if hit.article.title}
    close, near_titles = _closeness(question, compared, titles, similarity)
    asked = asked_for(question)
    known = known_names(hit.text for hit in first)
    headlines = [own_words(title) for title in titles.values()]
    newest = max(day_of(hit.article) for hit in first)
    best = max(hit.score for hit in first)
    scores = {hit.passage.id: hit.score for hit in reversed(first)}
    texts = [each.sentence.text for each in compared]
    def closeness(words: str) -> Sequence[float]:
        return similarity(words, texts) if similarity and words else [0.0] * len(texts)
    to_subject, to_matter = closeness(form.subject), closeness(form.matter)
    related = closeness(without_names(question))
    around = {(e.sentence.article.id, e.sentence.start): c for e, c in zip(compared, close, strict=True)}
    order = sorted(around)
    beside = {}
    for at, key in enumerate(order):
        beside[key] = max((around[order[o]] for o in (at - 1, at + 1) if 0 <= o < len(order) and order[o][0] == key[0] and abs(order[o][1] - key[1]) < 600), default=0.0)
    asks_who = form.name in ("definition", "topic", "overview")
    named_in = {id(each): bool(form.subject and mentions(each.sentence.text, form.subject)) for each in compared}
    titled = {id_: bool(form.subject and mentions(title, form.subject)) for id_, title in titles.items()}
    introduced = _introduced(form, [e for e in compared if named_in[id(e)]]) if asks_who else {}
    spoken = _spoken(form, compared) if form.name == "statement" else {}
    found = []
    for index, (each, near) in enumerate(zip(compared, close, strict=True)):
        text = each.sentence.text
        offered = offer(asked, text, known)
        length = len(text.split())
        article = each.sentence.article
        signals = {
            "closeness": near,
            "title": near_titles.get(article.id, 0.0),
            "coverage": _share(weights, each.around),
            "own": _share(weights, each.own),
            "subject": _share(subject, each.own),
            "subject near": _share(subject, each.around),
            "matter": _share(matter, each.own),
            "matter near": _share(matter, each.around),
            "rank": 1 / each.sentence.rank,
            "behind": min(1.0, best - scores.get(each.sentence.passage, best)),
            "lead": 1 / (1 + each.place),
            "opening": float(each.place < 4),
            "length": min(1.0, length / 40),
            "short": float(length < 9),
            "names": min(1.0, len(offered.names) / 6),
            "numbers": min(1.0, len(offered.numbers) / 3),
            "quoted": float(bool(_QUOTED.search(text))),
            "fit": offered.fit,
            "headlines": min(1.0, max((sum(one in t for t in headlines) for one in offered.answers(asked.kind)), default=0) / 3),
            "cause": float(bool(_CAUSE.search(text))),
            "speech": float(bool(_SPEECH.search(text))),
            "dated": float(bool(_DATED.search(text))),
            "fresh": math.exp(-(newest - day_of(article)).total_seconds() / _DAY / _FRESH_DAYS) if article.published else 0.0,
            "leans": float(bool(_PRONOUN.search(text))),
            "salience": salience(each.own),
            "to subject": to_subject[index],
            "to matter": to_matter[index],
            "related": related[index],
            "beside": beside[article.id, each.sentence.start],
            "mentions": float(named_in[id(each)]),
            "titled": float(titled.get(article.id, False)),
            "introduces": introduced.get(id(each), 0.0),
            "says": float(named_in[id(each)] and bool(_SPEECH.search(text))),
            "says quoted": float(named_in[id(each)] and bool(_SPEECH.search(text)) and bool(_QUOTED.search(text))),
            "speaks": max(spoken.get(id(each), [0.0])),
            "another speaks": float(max(spoken.get(id(each), [1.0])) < 0.3),
            "first rank": float(each.sentence.rank == 1),
        }
        found.append(Evidence(replace(each.sentence, closeness=near, coverage=signals["coverage"]), signals))
    return found


def _places(hits: Sequence[Hit], vocabulary: Vocabulary) -> list[_Place]:
    """Every sentence of the hits and of the openings of their first articles, each once."""
    found: dict[tuple[str, int], _Place] = {}
    texts: set[str] = set()
    articles = dict.fromkeys(hit.article.id for hit in hits)
    opened = list(articles)[:_OPENINGS]
    for hit in hits:
        windows = [(hit.passage.start, hit.passage.end)]
        if hit.article.id in opened and hit.passage.start > 0:
            opened.remove(hit.article.id)
            windows.append((0, min(_OPENING_CHARACTERS, hit.passage.start)))
        for start, end in windows:
            for place in _sentences(hit, start, end, vocabulary):
                key = (hit.article.id, place.sentence.start)
                if key not in found and place.sentence.text not in texts:
                    texts.add(place.sentence.text)
                    found[key] = place
    return list(found.values())


def _sentences(hit: Hit, start: int, end: int, vocabulary: Vocabulary) -> Iterable[_Place]:
    article = hit.article
    spans = sentence_spans(article.text, start, end, article.language)
    own = [frozenset(vocabulary.terms(article.text[a:b])) for a, b in spans]
    above = frozenset(vocabulary.terms(f"{article.title} {hit.passage.heading}"))
    before = _count_sentences(article, start)
    for index, (a, b) in enumerate(spans):
        if not _tells(article.text[a:b]):
            continue
        around = above.union(*own[max(0, index - 1) : index + 2])
        sentence = CandidateSentence(article, a, b, hit.passage.id, hit.rank, 0.0)
        yield _Place(sentence, before + index, own[index], around)


def _spoken(form: Form, places: Sequence[_Place]) -> dict[int, list[float]]:
    """How well whoever says each sentence, or a part of it, fits whom the question names."""
    found: dict[int, list[float]] = {}
    by_article: dict[str, list[_Place]] = {}
    for each in places:
        by_article.setdefault(each.sentence.article.id, []).append(each)
    for same in by_article.values():
        article = same[0].sentence.article
        first, last = min(e.sentence.start for e in same), max(e.sentence.end for e in same)
        fits: dict[str, float] = {}
        for said in attributions(article.text, first, last):
            if not said.speaker:
                continue
            if said.speaker not in fits:
                fits[said.speaker] = matches_speaker(said.speaker, form.subject, article.text)
            for each in same:
                if said.start < each.sentence.end and said.end > each.sentence.start:
                    found.setdefault(id(each), []).append(fits[said.speaker])
    return found


def _introduced(form: Form, places: Sequence[_Place]) -> dict[int, float]:
    return {
        id(each): max((i.strength for i in introductions(each.sentence.text, form.subject)), default=0.0)
        for each in places[:16]
    }


def _count_sentences(article: Article, start: int) -> int:
    """About how many sentences stand before a place: news has one in 130 characters."""
    return start // 130


def _tells(text: str) -> bool:
    return (
        not text.rstrip("”\"’' ").endswith("?")
        and len(text.split()) >= _FEWEST_WORDS
        and not is_furniture(text)
    )


def _words(text: str, vocabulary: Vocabulary, weights: Mapping[str, float]) -> dict[str, float]:
    return {term: weights.get(term) or vocabulary.rarity(term) for term in vocabulary.terms(text)}


def _share(weights: Mapping[str, float], words: frozenset[str]) -> float:
    """The share of the words, by their weights, that are among the others; 0 of none."""
    total = sum(weights.values())
    return sum(w for term, w in weights.items() if term in words) / total if total else 0.0


def _salience(places: Sequence[_Place]):  # type: ignore[no-untyped-def]
    """How much of what all the sentences speak of a sentence speaks of (Nenkova, 2005)."""
    counts = Counter(term for each in places for term in each.own)
    most = max(counts.values(), default=1)
    return lambda own: sum(counts[t] / most for t in own) / len(own) if own else 0.0


def _closeness(
    question: str,
    places: Sequence[_Place],
    titles: Mapping[str, str],
    similarity: Similarity | None,
) -> tuple[Sequence[float], dict[str, float]]:
    if similarity is None:
        return [0.0] * len(places), {}
    close = similarity(question, [*(each.sentence.text for each in places), *titles.values()])
    return close[: len(places)], dict(zip(titles, close[len(places) :], strict=True))
