"""Several people whom one name in a question may mean, each with the sentence that presents them.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rag.answers.candidates import READ_CHARACTERS, CandidateSentence, english_articles
from rag.language.analysis import analyse
from rag.language.introductions import introductions
from rag.language.name_matching import INSTITUTIONS, alike, bare_name, mentions, name_words
from rag.language.sentences import sentence_spans
from rag.language.speakers import is_of_person
from rag.language.words import Wording, word_set
from rag.questions.form import Form
from rag.records import Article, Hit

_MOST = 4
_FAR_RARER = 0.2
"""Who has less than this share of the articles of the best known is not meant."""

_SENTENCES_TRIED = 6
_PRESENTS = 0.3
_PLACES = word_set("lake mount mt port fort cape river st saint north south east west new old team")
_POSSESSIVES = word_set("his her their my our its")
_NAME = re.compile(r"[A-Z]")


@dataclass(frozen=True, slots=True)
class Namesake:
    """A bearer of a name: the full name, and the sentence that says best who that is."""

    name: str
    sentence: CandidateSentence
    role: str

    @property
    def presented(self) -> str:
        """The full name with what the sentence says of it: "Ivo Brandt (the mayor)"."""
        words = self.role.lower().split()
        tells = any(word.isalpha() for word in words) and words[0] not in _POSSESSIVES
        return f"{self.name} ({self.role})" if tells else self.name


@dataclass(slots=True)
class _Bearer:
    """One bearer as the articles have it: each with the mentions of the full name in it."""

    name: str
    own: str
    articles: list[tuple[Hit, list[int]]]


def namesakes(form: Form, hits: Sequence[Hit]) -> tuple[Namesake, ...]:
    """The people whom the one name that a question is about may mean; () for fewer than two.

    Only English articles are read, and only people whom a sentence presents count. Who has far
    fewer articles than another is left out. The one with the most articles comes first; ties
    keep the order of the hits. Of "who is Ann?" the given name is looked for.
    """
    asked = name_words(form.subject)
    if len(asked) != 1 or len(asked[0]) < 2:
        return ()
    bearers = _bearers(asked[0], hits)
    most = max((len(each.articles) for each in bearers), default=0)
    known = [each for each in bearers if len(each.articles) >= _FAR_RARER * most]
    if len(known) < 2:
        return ()
    known.sort(key=lambda each: -len(each.articles))
    found = [one for each in known[:_MOST] if (one := _presented(each)) is not None]
    apart = _merged(found, {each.name: each for each in known})
    return tuple(apart) if len(apart) > 1 else ()


def _bearers(asked: str, hits: Sequence[Hit]) -> list[_Bearer]:
    """Whose surname it is, else whose given name, in the order of the hits."""
    by_place: tuple[dict[str, _Bearer], dict[str, _Bearer]] = ({}, {})
    for hit in english_articles(hits):
        found: dict[tuple[int, str], list[int]] = {}
        names: dict[tuple[int, str], str] = {}
        for at, name, place, own in _full_names(hit.article, asked):
            found.setdefault((place, own), []).append(at)
            names.setdefault((place, own), name)
        for (place, own), starts in found.items():
            known = by_place[place]
            key = next((other for other in known if _same(own, other)), own)
            bearer = known.setdefault(key, _Bearer(names[place, own], own, []))
            bearer.articles.append((hit, starts))
    surnames, given = by_place
    return list((surnames or given).values())


def _full_names(article: Article, asked: str) -> Iterator[tuple[int, str, int, str]]:
    """Each full name with the word asked for: its place, itself, 0 where it ends with the word
    and 1 where it begins with it, and the word that tells its bearer from others.
    """
    text = article.text[:READ_CHARACTERS]
    for each in mentions(text, asked):
        if each.likeness < 1:
            continue
        name = bare_name(" ".join(text[each.start : each.end].split()))
        words = name_words(name)
        if len(words) < 2 or len(name.split()) < 2 or not _can_be_person(name, words):
            continue
        if words[-1] == asked:
            yield each.start, name, 0, words[0]
        elif words[0] == asked:
            yield each.start, name, 1, words[-1]


def _can_be_person(name: str, words: Sequence[str]) -> bool:
    capitals = all(_NAME.match(word) for word in (name.split()[0], name.split()[-1]))
    shouted = name.isupper()
    return capitals and not shouted and not set(words) & (INSTITUTIONS | _PLACES)


def _same(one: str, other: str) -> bool:
    """Whether two given names may be one: an initial, a short form or a typo of the other."""
    return one.startswith(other) or other.startswith(one) or alike(one, other)


def _presented(bearer: _Bearer) -> Namesake | None:
    """The bearer with the best of the first sentences that say who it is; None without one.

    None also where no sentence has the name as that of a person, nor gives it a role of one.
    """
    best: tuple[tuple[float, int], Namesake] | None = None
    person = False
    for hit, left, right in islice(_naming(bearer), _SENTENCES_TRIED):
        sentence = hit.article.text[left:right]
        person = person or _names_person(sentence, bearer.name)
        said = [i for i in introductions(sentence, bearer.name) if i.strength >= _PRESENTS]
        if not said:
            continue
        role = sentence[said[0].start : said[0].end]
        person = person or is_of_person(role)
        worth = said[0].strength, len(role)
        if best is None or worth > best[0]:
            place = CandidateSentence(hit.article, left, right, hit.passage.id, hit.rank, 0.0)
            best = worth, Namesake(bearer.name, place, " ".join(role.split()))
    return best[1] if best and person else None


def _naming(bearer: _Bearer) -> Iterator[tuple[Hit, int, int]]:
    """The sentences with the full name, each with its place; best hit first."""
    for hit, starts in bearer.articles:
        text = hit.article.text
        end = min(len(text), READ_CHARACTERS)
        for left, right in sentence_spans(text, 0, end, hit.article.language):
            if any(left <= at < right for at in starts):
                yield hit, left, right


def _names_person(sentence: str, name: str) -> bool:
    """Whether the name stands in the sentence as that of a person, not of a place or a firm."""
    [doc] = analyse([sentence], named=True)
    for mention in mentions(sentence, name):
        kinds = {
            each.label_
            for each in doc.ents
            if each.start_char < mention.end and mention.start < each.end_char
        }
        if "PERSON" in kinds or not kinds:
            return True
    return False


def _merged(found: Sequence[Namesake], bearers: dict[str, _Bearer]) -> list[Namesake]:
    """Each person once: who is presented alike and never beside the other is the same one.

    "Joe Orr, the governor" and "Joseph Orr, governor of Vesk" are one.
    """
    apart: list[Namesake] = []
    for each in found:
        if not any(_one_person(each, other, bearers) for other in apart):
            apart.append(each)
    return apart


def _one_person(one: Namesake, other: Namesake, bearers: dict[str, _Bearer]) -> bool:
    ids = [{hit.article.id for hit, _ in bearers[each.name].articles} for each in (one, other)]
    if ids[0] & ids[1] or one.name[0] != other.name[0]:
        return False
    ours, theirs = (set(Wording(each.role).folded) - _SMALL for each in (one, other))
    fewer = min(len(ours), len(theirs))
    return fewer > 0 and 2 * len(ours & theirs) >= fewer


_SMALL = word_set("a an the of for in at and is was who has had been to its his her")
