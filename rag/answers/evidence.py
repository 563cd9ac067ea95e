"""Sentences of the hits that can be evidence, each with what speaks for it as an answer.

It chooses nothing: `scoring` weighs the signals, and `plans` says what is shown. The signals that
read grammar are for English.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

from rag.answers.candidate_answers import known_names, offer
from rag.answers.candidate_sentences import CandidateSentence, Vocabulary, day_of
from rag.language.attribution import attributions, matches_speaker
from rag.language.furniture import is_furniture
from rag.language.introductions import introductions
from rag.language.name_matching import mentions
from rag.language.sentences import sentence_spans
from rag.questions.expected_answer import asked_for, own_words, without_names
from rag.questions.form import Form, FormName
from rag.records import Hit, Similarity

READ_HITS = 8
"""How many of the best hits are read."""

_READ_MORE: Mapping[FormName, int] = MappingProxyType(
    {"chronology": 20, "overview": 12, "latest": 12, "comparison": 12, "list": 10}
)
"""How many are read for a form whose answer stands in several articles."""

_OPENINGS = 4
"""Of how many of their articles the opening is read as well: it says what an article is about."""

_OPENING_CHARACTERS = 700
_COMPARED, _COMPARED_MORE = 40, 64
"""How many sentences are compared with the question in meaning: those that share most with it."""

_INTRODUCED = 16
_FEWEST_WORDS = 4
_SHORT = 9
_FRESH_DAYS = 14
_DAY = 86_400
_SENTENCE_CHARACTERS = 130
_BESIDE = 600

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CAUSE = re.compile(
    r"\b(?:because|due to|owing to|thanks to|caus(?:e[ds]?|ing)|as a result"
    r"|result(?:ed|ing)? (?:in|from)|led to|leads? to|leading to|trigger(?:ed|s|ing)?"
    r"|blam(?:e[ds]?|ing)|prompt(?:ed|s|ing)|attribut\w+ to|the reason|reasons? (?:for|why|behind)"
    r"|so that|in order to|stem(?:s|med)? from|driven by|contribut\w+ to|in response to"
    r"|explain(?:s|ed)?|means? that|amid|since|after|by \w+ing)\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(
    r"\b(?:said|says|told|added|wrote|tweeted|posted|replied|stated|insisted|warned|argued|claimed"
    r"|admitted|announced|acknowledged|testified|asserted|responded|answered|described|called"
    r"|asked|reiterated|noted|accus\w+|apologi[sz]ed?|condemned|praised|defended|denied|reacted"
    r"|statement|spoke)\b"
)
_DATED = re.compile(
    rf"\b{_MONTH}[a-z]*\.? \d{{1,2}}\b|\b\d{{1,2}} {_MONTH}|\b(?:19|20)\d\d\b|\byesterday\b"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\blast (?:week|month|year)\b"
)
_QUOTED = re.compile(r"[“\"][^”\"]{12,}")
_LEANS = re.compile(
    r"^[“\"']?(?:But |And |So )?(?:[Hh]e|[Ss]he|[Ii]t|[Tt]hey|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts|[Tt]his"
    r"|[Tt]hat|[Tt]hese|[Tt]hose|[Ww]e|I)\b"
)
_ENUMERATES = re.compile(r"(?:[^,;]{2,60}[,;]){2,}[^,;]{0,60}\b(?:and|or)\b|:\s(?:[^,]+,){2}")


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
class _Candidate:
    """A sentence, about how many stand before it in its article, and the words of it and around."""

    sentence: CandidateSentence
    place: int
    own: frozenset[str]
    around: frozenset[str]

    @property
    def key(self) -> tuple[str, int]:
        """Its article and its place there, by which candidates are told apart and ordered."""
        return self.sentence.article.id, self.sentence.start


Key = tuple[str, int]


def read_hits(form: FormName, hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits that are read for a question of that form, best first."""
    return hits[: _READ_MORE.get(form, READ_HITS)]


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
    weights = _rarities(question, vocabulary)
    if not read or not weights:
        return []
    subject, matter = _rarities(form.subject, vocabulary), _rarities(form.matter, vocabulary)
    candidates = _candidates(read, vocabulary)
    most = _COMPARED_MORE if form.name in _READ_MORE else _COMPARED
    compared = _most_shared(candidates, weights, subject, most)
    texts = [each.sentence.text for each in compared]
    titles = {hit.article.id: hit.article.title for hit in read if hit.article.title}

    def closeness(words: str) -> Sequence[float]:
        return similarity(words, texts) if similarity and words else [0.0] * len(texts)

    close = closeness(question)
    to_subject, to_matter = closeness(form.subject), closeness(form.matter)
    related = closeness(without_names(question))
    title_texts = list(titles.values())
    near_titles = similarity(question, title_texts) if similarity else [0.0] * len(titles)
    near_title = dict(zip(titles, near_titles, strict=True))
    echoed = {id_: frozenset(vocabulary.terms(title)) for id_, title in titles.items()}
    named = {each.key for each in compared if mentions(each.sentence.text, form.subject)}
    titled = {id_ for id_, title in titles.items() if mentions(title, form.subject)}
    beside = _beside(compared, close)
    salient = _Salience(candidates)
    introduced = _introduced(form, [each for each in compared if each.key in named])
    spoken = _spoken(form, compared)
    sides = [_rarities(side, vocabulary) for side in form.sides]
    asked, known = asked_for(question), known_names(hit.text for hit in read)
    headlines = [own_words(title) for title in title_texts]
    newest = max(day_of(hit.article) for hit in read)
    best = max(hit.score for hit in read)
    scores = {hit.passage.id: hit.score for hit in reversed(read)}

    found = []
    for index, each in enumerate(compared):
        text, article = texts[index], each.sentence.article
        offered = offer(asked, text, known)
        answers = offered.answers(asked.kind)
        repeated = max((sum(one in title for title in headlines) for one in answers), default=0)
        says, quoted = bool(_SPEECH.search(text)), bool(_QUOTED.search(text))
        names_subject = each.key in named
        fits = spoken.get(each.key, ())
        age = (newest - day_of(article)).total_seconds() / _DAY
        length = len(text.split())
        signals = {
            "closeness": close[index],
            "to subject": to_subject[index],
            "to matter": to_matter[index],
            "related": related[index],
            "beside": beside[each.key],
            "title": near_title.get(article.id, 0.0),
            "coverage": _share(weights, each.around),
            "own": _share(weights, each.own),
            "subject": _share(subject, each.own),
            "subject near": _share(subject, each.around),
            "matter": _share(matter, each.own),
            "matter near": _share(matter, each.around),
            "sides": max((_share(side, each.own) for side in sides), default=0.0),
            "mentions": float(names_subject),
            "titled": float(article.id in titled),
            "echoes": _overlap(echoed.get(article.id, frozenset()), each.own),
            "rank": 1 / each.sentence.rank,
            "first": float(each.sentence.rank == 1),
            "behind": min(1.0, best - scores.get(each.sentence.passage, best)),
            "lead": 1 / (1 + each.place),
            "fresh": math.exp(-age / _FRESH_DAYS) if article.published else 0.0,
            "salience": salient(each.own),
            "length": min(1.0, length / 40),
            "short": float(length < _SHORT),
            "names": min(1.0, len(offered.names) / 6),
            "numbers": min(1.0, len(offered.numbers) / 3),
            "fit": offered.fit,
            "headlines": min(1.0, repeated / 3),
            "quoted": float(quoted),
            "says": float(names_subject and says),
            "says quoted": float(names_subject and says and quoted),
            "speaks": max(fits, default=0.0),
            "another speaks": float(bool(fits) and max(fits) < 0.3),
            "introduces": introduced.get(each.key, 0.0),
            "cause": float(bool(_CAUSE.search(text))),
            "dated": float(bool(_DATED.search(text))),
            "enumerates": float(bool(_ENUMERATES.search(text))),
            "leans": float(bool(_LEANS.search(text))),
        }
        sentence = replace(
            each.sentence,
            closeness=close[index],
            coverage=signals["coverage"],
        )
        found.append(Evidence(sentence, signals))
    return found


def _candidates(hits: Sequence[Hit], vocabulary: Vocabulary) -> list[_Candidate]:
    """Every sentence of the hits and of the openings of their first articles, each once."""
    found: dict[Key, _Candidate] = {}
    texts: set[str] = set()
    opened = set(list(dict.fromkeys(hit.article.id for hit in hits))[:_OPENINGS])
    for hit in hits:
        windows = [(hit.passage.start, hit.passage.end)]
        if hit.article.id in opened:
            opened.remove(hit.article.id)
            windows += _opening(hit)
        for start, end in windows:
            for each in _sentences(hit, start, end, vocabulary):
                if each.key not in found and each.sentence.text not in texts:
                    texts.add(each.sentence.text)
                    found[each.key] = each
    return list(found.values())


def _opening(hit: Hit) -> Iterator[tuple[int, int]]:
    """The parts of the article's opening that stand before the passage and are no furniture."""
    at, end = 0, min(_OPENING_CHARACTERS, hit.passage.start)
    for part in sorted(hit.article.furniture, key=lambda each: each.start):
        if at < min(part.start, end):
            yield at, min(part.start, end)
        at = max(at, part.end)
    if at < end:
        yield at, end


def _sentences(hit: Hit, start: int, end: int, vocabulary: Vocabulary) -> Iterator[_Candidate]:
    article = hit.article
    spans = sentence_spans(article.text, start, end, article.language)
    own = [frozenset(vocabulary.terms(article.text[a:b])) for a, b in spans]
    above = frozenset(vocabulary.terms(f"{article.title} {hit.passage.heading}"))
    for index, (a, b) in enumerate(spans):
        if _can_answer(article.text[a:b]):
            around = above.union(*own[max(0, index - 1) : index + 2])
            sentence = CandidateSentence(article, a, b, hit.passage.id, hit.rank, 0.0)
            yield _Candidate(sentence, start // _SENTENCE_CHARACTERS + index, own[index], around)


def _can_answer(text: str) -> bool:
    """Whether a sentence can be an answer: no question, line of three words or furniture."""
    asks = text.rstrip("”\"’' ").endswith("?")
    return not asks and len(text.split()) >= _FEWEST_WORDS and not is_furniture(text)


def _most_shared(
    candidates: Sequence[_Candidate],
    weights: Mapping[str, float],
    subject: Mapping[str, float],
    most: int,
) -> list[_Candidate]:
    """Those that share most with the question, or open an article, in reading order."""

    def promise(each: _Candidate) -> float:
        return (
            _share(weights, each.around)
            + 0.5 * _share(weights, each.own)
            + 0.5 * _share(subject, each.around)
            + 0.4 * (each.place < 3)
            + 0.15 / each.sentence.rank
        )

    best = sorted(candidates, key=lambda each: -promise(each))[:most]
    return sorted(best, key=lambda each: (each.sentence.rank, each.sentence.start))


def _rarities(text: str, vocabulary: Vocabulary) -> dict[str, float]:
    return {term: vocabulary.rarity(term) for term in vocabulary.terms(text)}


def _share(weights: Mapping[str, float], words: frozenset[str]) -> float:
    """The share of the words, by their weights, that are among the others; 0 of none."""
    total = sum(weights.values())
    return sum(w for term, w in weights.items() if term in words) / total if total else 0.0


def _overlap(words: frozenset[str], others: frozenset[str]) -> float:
    return len(words & others) / len(words) if words else 0.0


class _Salience:
    """How much of what all the sentences speak of a sentence speaks of (Nenkova, 2005)."""

    def __init__(self, candidates: Sequence[_Candidate]) -> None:
        self._counts = Counter(term for each in candidates for term in each.own)
        self._most = max(self._counts.values(), default=1)

    def __call__(self, words: frozenset[str]) -> float:
        """The mean of how often its words are used, the most used counting 1; 0 of none."""
        return sum(self._counts[term] for term in words) / self._most / len(words) if words else 0.0


def _beside(candidates: Sequence[_Candidate], close: Sequence[float]) -> dict[Key, float]:
    """How close the nearer of a sentence's neighbours is to the question; 0 without one."""
    known = {each.key: near for each, near in zip(candidates, close, strict=True)}
    ordered = sorted(known)
    found = dict.fromkeys(ordered, 0.0)
    for one, other in pairwise(ordered):
        if one[0] == other[0] and other[1] - one[1] < _BESIDE:
            found[one] = max(found[one], known[other])
            found[other] = max(found[other], known[one])
    return found


def _introduced(form: Form, candidates: Sequence[_Candidate]) -> dict[Key, float]:
    """How well each sentence says who or what the subject is, where that may be wanted."""
    if form.name not in ("definition", "topic", "overview"):
        return {}
    return {
        each.key: max(
            (i.strength for i in introductions(each.sentence.text, form.subject)), default=0.0
        )
        for each in candidates[:_INTRODUCED]
    }


def _spoken(form: Form, candidates: Sequence[_Candidate]) -> Mapping[Key, Sequence[float]]:
    """How well the speakers of each sentence, or of a part of it, fit whom the question names."""
    found: defaultdict[Key, list[float]] = defaultdict(list)
    if form.name != "statement":
        return found
    by_passage: defaultdict[tuple[str, int], list[_Candidate]] = defaultdict(list)
    for each in candidates:
        by_passage[each.sentence.article.id, each.sentence.passage].append(each)
    for same in by_passage.values():
        text = same[0].sentence.article.text
        first = min(each.sentence.start for each in same)
        last = max(each.sentence.end for each in same)
        for said in attributions(text, first, last):
            if not said.speaker:
                continue
            fit = matches_speaker(said.speaker, form.subject, text)
            for each in same:
                if said.start < each.sentence.end and said.end > each.sentence.start:
                    found[each.key].append(fit)
    return found
