"""Whether figures of several sentences measure the thing that a question asks about.

A unit that agrees is not enough: hours may be another speaker's, votes another contest's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answers.candidates import CandidateSentence, known_names, names_asked
from rag.language.figures import Figure, Quantity, meanings, same_meaning
from rag.language.measured import Measured, measured
from rag.language.moments import moments, without_moments
from rag.questions.form import read_form
from rag.records import Hit

_WORD = re.compile(r"[^\W_]+")
_PEOPLE = meanings("people dead injured")
_PAYS = re.compile(r"\b(?:pay|pays|paid|paying)\b", re.IGNORECASE)
_FOR = re.compile(r"\bfor\b", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question's figure is of: the names it says, its subject, its time.

    `thing` are the meanings of its subject, `subject` the words of one that is a name; both are
    empty where the question has none. Names are single words in lower case. `pays_for` says that
    it asks what was paid for something, not to somebody.
    """

    quantity: Quantity
    names: frozenset[str]
    subject: frozenset[str]
    thing: frozenset[str]
    months: frozenset[int]
    years: frozenset[int]
    pays_for: bool


def sought(question: str, quantity: Quantity, hits: Sequence[Hit]) -> Sought:
    """What the figures of a question must be of.

    In a question without capitals a word is a name where the hits write it with one only.
    """
    plain = without_moments(question)
    names = _names(plain, hits)
    subject = without_moments(read_form(question).subject)
    words = [word.lower() for word in _WORD.findall(subject) if meanings(word)]
    is_name = bool(words) and names.issuperset(words)
    times = moments(question, None)
    return Sought(
        quantity,
        names,
        frozenset(words) if is_name else frozenset(),
        meanings(subject),
        frozenset(each.month for each in times if each.month),
        frozenset(each.year for each in times if each.year),
        bool(_PAYS.search(question) and _FOR.search(question)),
    )


def _names(question: str, hits: Sequence[Hit]) -> frozenset[str]:
    asked = frozenset(part for name in names_asked(question) for part in _WORD.findall(name))
    if asked:
        return asked
    texts = [hit.article.text[hit.passage.start : hit.passage.end] for hit in hits]
    written = {word for text in texts for word in _WORD.findall(text)}
    known = known_names(texts)
    return frozenset(word for word in _WORD.findall(question) if word in known - written)


def of_one_thing(
    sought: Sought, told: Sequence[tuple[CandidateSentence, Figure, frozenset[str]]]
) -> list[bool]:
    """For each figure, in its sentence with the meanings around it, whether it is of the thing."""
    found = [measured(sentence.text, each.start, each.end) for sentence, each, _ in told]
    at_place = {
        sentence.text
        for (sentence, _, _), each in zip(told, found, strict=True)
        if not sought.names.isdisjoint(each.place)
    }
    words: dict[str, frozenset[str]] = {}
    agreed = []
    for (sentence, figure, around), each in zip(told, found, strict=True):
        elsewhere = bool(each.place) and sought.names.isdisjoint(each.place)
        agreed.append(
            _same_owner(sought, each)
            and not (elsewhere and sentence.text in at_place)
            and (figure.earlier or _same_thing(sought, sentence, figure, around, each, words))
        )
    return agreed


def _same_owner(sought: Sought, found: Measured) -> bool:
    """Whether the figure is given to nobody else than the names of the question."""
    if not sought.names:
        return True
    if found.owner and sought.names.isdisjoint(found.owner):
        return False
    other = bool(found.subject) and sought.names.isdisjoint(found.subject)
    return not (other and sought.subject and sought.subject.isdisjoint(found.named))


def _same_thing(
    sought: Sought,
    sentence: CandidateSentence,
    figure: Figure,
    around: frozenset[str],
    found: Measured,
    words: dict[str, frozenset[str]],
) -> bool:
    article = sentence.article
    if article.id not in words:
        words[article.id] = _words(f"{article.title}\n{article.text}")
    if 2 * len(sought.names & words[article.id]) < len(sought.names):
        return False
    if sought.thing and sought.thing.isdisjoint(around):
        return False
    if sought.pays_for and _PAYS.search(sentence.text) and not _FOR.search(sentence.text):
        return False
    return (
        _same_time(sought, sentence)
        and _same_kind(sought.quantity, figure, found)
        and _same_share(sought.quantity, figure, found)
    )


def _same_time(sought: Sought, sentence: CandidateSentence) -> bool:
    """Whether a sentence names the month and the year of the question, or none."""
    times = moments(sentence.text, None)
    months = {each.month for each in times if each.month}
    years = {each.year for each in times if each.year}
    return not (
        (sought.months and months and sought.months.isdisjoint(months))
        or (sought.years and years and sought.years.isdisjoint(years))
    )


def _same_kind(quantity: Quantity, figure: Figure, found: Measured) -> bool:
    """Whether what is counted is of the kind asked for: electoral votes are no popular ones."""
    free = quantity.unit != "count" or not _PEOPLE.isdisjoint(quantity.heads)
    if not (figure.named or free or _meant(found.nouns) & quantity.heads):
        return False
    own = _meant(found.qualities) - quantity.about - quantity.heads
    asked = quantity.qualities
    return not (
        asked
        and own
        and asked.isdisjoint(_meant(found.qualities))
        and asked.isdisjoint(figure.clause)
    )


def _same_share(quantity: Quantity, figure: Figure, found: Measured) -> bool:
    """Whether a percentage is a share of what the question asks for."""
    if quantity.unit != "percent" or not quantity.whole:
        return True
    return not quantity.whole.isdisjoint(_meant(found.share_of) or figure.clause)


def _meant(stems: frozenset[str]) -> frozenset[str]:
    return frozenset(same_meaning(stem) for stem in stems)


def _words(text: str) -> frozenset[str]:
    undotted = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
    return frozenset(_WORD.findall(undotted.lower()))
