"""What speaks for a sentence as an answer: signals by name, each the higher the more of it.

Those that read grammar are for English.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.answers.candidates import (
    READ_CHARACTERS,
    CandidateSentence,
    Vocabulary,
    day_of,
    known_names,
    offer,
)
from rag.answers.presenting import PRESENTED, presented
from rag.language.attribution import attributions
from rag.language.name_matching import mentions
from rag.language.speakers import matches_speaker
from rag.language.words import word_count
from rag.questions.expected_answer import asked_for, own_words, without_names
from rag.questions.form import Form, read_form
from rag.records import Hit, Similarity

FACTUAL = frozenset({"fact", "figure", "date", "list"})
"""The forms that ask for one relation of a subject, which an archive may know nothing of."""

_RELATED = 8
_OPENS = 3
_ANOTHER = 0.3
_BY_OFFICE = 0.8
"""What a speaker counts for who is known only by the office that is asked for, or by age."""
_SHORT = 9
_FRESH_DAYS = 14
_DAY = 86_400
_BESIDE = 600
_FADING, _MUCH = 0.7, 0.5
"""What each sentence leaves of a question that heads a part, and the share it must have."""

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
_OF_AGE = re.compile(r"the (\d{1,3})-year-old\b", re.IGNORECASE)
_AGE = re.compile(r",? (?:aged )?(\d{1,3})(?=[,.;)]| and )")
_QUOTED = re.compile(r"[“\"][^”\"]{12,}")
_LEANS = re.compile(
    r"^[“\"']?(?:But |And |So )?(?:[Hh]e|[Ss]he|[Ii]t|[Tt]hey|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts|[Tt]his"
    r"|[Tt]hat|[Tt]hese|[Tt]hose|[Ww]e|I)\b"
)
_FINISHED = re.compile(r"[.!?…][\s”\"’'»)\]*]*$")
_ENUMERATES = re.compile(r"(?:[^,;]{2,60}[,;]){2,}[^,;]{0,60}\b(?:and|or)\b|:\s(?:[^,]+,){2}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, about how many stand before it in its article, and the words of it and around.

    `above` is the question that heads its part of the article, `after` sentences before; or "".
    """

    sentence: CandidateSentence
    place: int
    own: frozenset[str]
    around: frozenset[str]
    above: str = ""
    after: int = 0

    @property
    def key(self) -> tuple[str, int]:
        """Its article and its place there, by which candidates are told apart and ordered."""
        return self.sentence.article.id, self.sentence.start


Key = tuple[str, int]
Signals = Mapping[str, float]
Weights = Mapping[str, float]
Terms = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sought:
    """A question with its form, the hits that are read for it, and how words and texts compare.

    `name` is the subject as the hits name it; `person` is who holds the office that a statement
    is asked of, "" where none is.
    """

    question: str
    form: Form
    hits: Sequence[Hit]
    vocabulary: Vocabulary
    similarity: Similarity | None
    name: str
    person: str = ""

    @property
    def titles(self) -> dict[str, str]:
        """The title of each article that has one, best hit first."""
        return {hit.article.id: hit.article.title for hit in self.hits if hit.article.title}

    def closeness(self, words: str, texts: Sequence[str]) -> Sequence[float]:
        """How near some words are to each text in meaning; 0 where that is not known."""
        known = self.similarity and words and texts
        return self.similarity(words, texts) if known and self.similarity else [0.0] * len(texts)


def signals_of(
    sought: Sought, candidates: Sequence[Candidate], salience: Salience
) -> list[Signals]:
    """The signals of each candidate, all of the same names, in the order of the candidates."""
    parts = (
        _of_meaning(sought, candidates),
        _of_words(sought, candidates),
        _of_place(sought, candidates),
        _of_content(sought, candidates),
    )
    signals = [
        {"salience": salience(each.own)} | meaning | words | place | content
        for each, meaning, words, place, content in zip(candidates, *parts, strict=True)
    ]
    relations = _relations(sought, candidates, signals)
    return [own | {"relation": relation} for own, relation in zip(signals, relations, strict=True)]


def _of_meaning(sought: Sought, candidates: Sequence[Candidate]) -> list[dict[str, float]]:
    """How near each sentence and its title are in meaning; 0 where that is not known."""
    texts = [each.sentence.text for each in candidates]
    closeness, titles = sought.closeness, sought.titles
    close = closeness(sought.question, texts)
    to_titles = closeness(sought.question, list(titles.values()))
    near_titles = dict(zip(titles, to_titles, strict=True))
    beside = _beside(candidates, close)
    columns = zip(
        candidates,
        close,
        closeness(sought.form.subject, texts),
        closeness(sought.form.matter, texts),
        closeness(without_names(sought.question), texts),
        strict=True,
    )
    return [
        {
            "closeness": own,
            "to subject": to_subject,
            "to matter": to_matter,
            "related": related,
            "beside": beside[each.key],
            "title": near_titles.get(each.sentence.article.id, 0.0),
        }
        for each, own, to_subject, to_matter, related in columns
    ]


def _of_words(sought: Sought, candidates: Sequence[Candidate]) -> list[dict[str, float]]:
    """What share of the words of the question, and of its parts, stands in and around each."""
    form, vocabulary = sought.form, sought.vocabulary
    weights = asked_rarities(sought.question, form, vocabulary)
    subject, matter = rarities(form.subject, vocabulary), rarities(form.matter, vocabulary)
    sides = [rarities(side, vocabulary) for side in form.sides]
    titles = {id_: frozenset(vocabulary.terms(title)) for id_, title in sought.titles.items()}
    in_titles = [titles.get(each.sentence.article.id, frozenset()) for each in candidates]
    return [
        {
            "coverage": share(weights, each.around),
            "own": share(weights, each.own),
            "subject": share(subject, each.own),
            "subject near": share(subject, each.around),
            "matter": share(matter, each.own),
            "matter near": share(matter, each.around),
            "sides": max((share(side, each.own) for side in sides), default=0.0),
            "asked above": _asked_above(form, weights, each, title, vocabulary.terms),
            "headline": share(weights, title),
            "echoes": _overlap(title, each.own),
        }
        for each, title in zip(candidates, in_titles, strict=True)
    ]


def _asked_above(
    form: Form, weights: Weights, candidate: Candidate, title: Collection[str], terms: Terms
) -> float:
    """How far its own article asks, above a sentence, what is asked; a title need not be said."""
    if not candidate.above or read_form(candidate.above).name != form.name:
        return 0.0
    new = {term: rarity for term, rarity in weights.items() if term not in title}
    shared = share(new or weights, frozenset(terms(candidate.above)))
    return _FADING**candidate.after * shared if shared >= _MUCH else 0.0


def _of_place(sought: Sought, candidates: Sequence[Candidate]) -> list[dict[str, float]]:
    """How good the hit of each sentence is, how new its article, and how early it stands there."""
    newest = max(day_of(hit.article) for hit in sought.hits)
    best = max(hit.score for hit in sought.hits)
    scores = {hit.passage.id: hit.score for hit in reversed(sought.hits)}
    found = []
    for each in candidates:
        sentence = each.sentence
        age = (newest - day_of(sentence.article)).total_seconds() / _DAY
        found.append(
            {
                "rank": 1 / sentence.rank,
                "first": float(sentence.rank == 1),
                "behind": min(1.0, best - scores.get(sentence.passage, best)),
                "lead": 1 / (1 + each.place),
                "opens": float(each.place < _OPENS),
                "fresh": math.exp(-age / _FRESH_DAYS) if sentence.article.published else 0.0,
            }
        )
    return found


def _of_content(sought: Sought, candidates: Sequence[Candidate]) -> list[dict[str, float]]:
    """What each sentence says: whom it names and has speak, what it offers, how it is built."""
    form, titles = sought.form, sought.titles
    name = sought.name
    named = {each.key for each in candidates if mentions(each.sentence.text, name)}
    titled = {id_ for id_, title in titles.items() if mentions(title, name)}
    introduced: Mapping[Key, float] = {}
    if form.name in PRESENTED:
        introduced = presented(form.name, name, candidates, named)
    if sought.person:
        named |= {each.key for each in candidates if mentions(each.sentence.text, sought.person)}
    spoken = _spoken(sought, candidates)
    asked, known = asked_for(sought.question), known_names(hit.text for hit in sought.hits)
    headlines = [own_words(title) for title in titles.values()]
    found = []
    for each in candidates:
        text = each.sentence.text
        offered = offer(asked, text, known)
        answers = offered.answers(asked.kind)
        repeated = max((sum(one in title for title in headlines) for one in answers), default=0)
        says = each.key in named and _SPEECH.search(text) is not None
        fits = spoken.get(each.key, ())
        found.append(
            {
                "mentions": float(each.key in named),
                "titled": float(each.sentence.article.id in titled),
                "introduces": introduced.get(each.key, 0.0),
                "says": float(says),
                "says quoted": float(says and _QUOTED.search(text) is not None),
                "speaks": max(fits, default=0.0),
                "another speaks": float(bool(fits) and max(fits) < _ANOTHER),
                "names": min(1.0, len(offered.names) / 6),
                "numbers": min(1.0, len(offered.numbers) / 3),
                "fit": offered.fit,
                "headlines": min(1.0, repeated / 3),
            }
            | dict(_of_form(text))
        )
    return found


@lru_cache(4_096)
def _of_form(text: str) -> Mapping[str, float]:
    """How a sentence is built: its length, and whether it quotes, explains, dates or lists."""
    length = word_count(text)
    patterns = {"quoted": _QUOTED, "cause": _CAUSE, "dated": _DATED}
    patterns |= {"enumerates": _ENUMERATES, "leans": _LEANS}
    return {
        "length": min(1.0, length / 40),
        "short": float(length < _SHORT),
        "unfinished": float(_FINISHED.search(text) is None),
    } | {name: float(pattern.search(text) is not None) for name, pattern in patterns.items()}


def _relations(
    sought: Sought, candidates: Sequence[Candidate], signals: Sequence[Signals]
) -> list[float]:
    """The cosine of question and sentence, both without their names, of the most promising.

    Names match easily where an archive knows the subject but not the answer. Only where one
    relation of a subject is asked for; 0 for the others.
    """
    found = [0.0] * len(candidates)
    if sought.similarity is None or sought.form.name not in FACTUAL:
        return found
    promise = [
        own["closeness"] + 0.6 * own["coverage"] + 0.6 * own["fit"] - 0.3 * own["behind"]
        for own in signals
    ]
    best = sorted(range(len(candidates)), key=lambda place: -promise[place])[:_RELATED]
    texts = [without_names(candidates[place].sentence.text) for place in best]
    close = sought.closeness(without_names(sought.question), texts)
    for place, cosine in zip(best, close, strict=True):
        found[place] = cosine
    return found


def _beside(candidates: Sequence[Candidate], close: Sequence[float]) -> dict[Key, float]:
    """How close the nearer of a sentence's neighbours is to the question; 0 without one."""
    known = {each.key: near for each, near in zip(candidates, close, strict=True)}
    ordered = sorted(known)
    found = dict.fromkeys(ordered, 0.0)
    for one, other in pairwise(ordered):
        if one[0] == other[0] and other[1] - one[1] < _BESIDE:
            found[one] = max(found[one], known[other])
            found[other] = max(found[other], known[one])
    return found


def _spoken(sought: Sought, candidates: Sequence[Candidate]) -> Mapping[Key, Sequence[float]]:
    """How well the speakers of each sentence, or of a part of it, fit whom the question means."""
    found: defaultdict[Key, list[float]] = defaultdict(list)
    form, person = sought.form, sought.person
    if form.name != "statement":
        return found
    ages = _ages(person or form.subject, sought.hits)
    by_passage: defaultdict[tuple[str, int], list[Candidate]] = defaultdict(list)
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
            aged = _OF_AGE.match(said.speaker)
            if aged and aged[1] in ages:
                fit = max(fit, _BY_OFFICE)
            if person and fit < _ANOTHER:
                fit = _BY_OFFICE * matches_speaker(said.speaker, person, text)
            for each in same:
                if said.start < each.sentence.end and said.end > each.sentence.start:
                    found[each.key].append(fit)
    return found


def _ages(name: str, hits: Sequence[Hit]) -> frozenset[str]:
    """How old the hits say that somebody is: "Ann Orr, 58,"."""
    texts = {hit.article.id: hit.article.text[:READ_CHARACTERS] for hit in hits}.values()
    found = (_AGE.match(text, each.end) for text in texts for each in mentions(text, name))
    return frozenset(age[1] for age in found if age)


def asked_rarities(question: str, form: Form, vocabulary: Vocabulary) -> dict[str, float]:
    """How rare each word is that a question asks about.

    Words that only tell its form ("the latest on") count where it has no others.
    """
    start, end = read_form(question).cue
    parts = " ".join((form.subject, form.matter, *form.sides))
    cue = frozenset(vocabulary.terms(question[start:end])) - frozenset(vocabulary.terms(parts))
    asked = rarities(question, vocabulary)
    return {term: rarity for term, rarity in asked.items() if term not in cue} or asked


def rarities(text: str, vocabulary: Vocabulary) -> dict[str, float]:
    """How rare each word of a text is, by the word; without stop words."""
    return {term: vocabulary.rarity(term) for term in vocabulary.terms(text)}


def share(weights: Mapping[str, float], words: frozenset[str]) -> float:
    """The share of the words, by their weights, that are among the others; 0 of none."""
    total = sum(weights.values())
    return sum(w for term, w in weights.items() if term in words) / total if total else 0.0


def _overlap(words: frozenset[str], others: frozenset[str]) -> float:
    return len(words & others) / len(words) if words else 0.0


class Salience:
    """How much of what all the sentences speak of a sentence speaks of (Nenkova, 2005)."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._counts = Counter(term for each in candidates for term in each.own)
        self._most = max(self._counts.values(), default=1)

    def __call__(self, words: frozenset[str]) -> float:
        """The mean of how often its words are used, the most used counting 1; 0 of none."""
        return sum(self._counts[term] for term in words) / self._most / len(words) if words else 0.0
