"""Who holds the office that a question names: "the head of the hospital", "oregon's governor".

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from rag.answers.candidates import (
    READ_CHARACTERS,
    CandidateSentence,
    day_of,
    english_articles,
)
from rag.language.analysis import analyse
from rag.language.furniture import is_furniture
from rag.language.introductions import introductions
from rag.language.name_matching import (
    INSTITUTIONS,
    bare_name,
    fullest_name,
    is_role,
    mentions,
    name_words,
)
from rag.language.opposites import base
from rag.language.sentences import sentence_spans
from rag.language.speakers import OFFICES, role_words
from rag.language.words import without_possessive, word_set
from rag.records import Hit

_SENTENCES_TRIED = 48
_STATES_ROLE = 0.3
_NOT_NOW = word_set(
    "former ex formerly once late predecessor successor candidate nominee elect contender bid"
    " hopeful next future would-be runner-up deputy vice assistant aide spokesperson lawyer wife"
    " husband son daughter widow"
)
"""Words beside an office that say that somebody does not hold it, or another one."""

_AT_THE_HEAD = word_set("head leader executive")
_HEADS = word_set(
    "head leader executive director president chair principal dean superintendent manager owner"
    " commissioner chairperson rector"
)
"""What "the head", "the leader" and "the boss" of an institution may be called."""

_GENERAL = INSTITUTIONS | word_set(
    "company firm club state city town provincial national regional local village team newly new"
    " current acting designated long-time veteran its the a an his her outgoing first female"
    " labor labour conservative republican democratic democrat liberal social christian green"
    " socialist left-wing right-wing centrist independent main lead top senior"
)
"""Words beside an office that do not say whose it is; parties among them."""

_PERSON_LENGTH = 60
_BEFORE = 160
_ITS = re.compile(r"\bits\b")
"""“As its chief executive”: of what the text before names, so many characters of it."""

_TAKES_OFFICE = re.compile(
    r"\b(?<!will be )(?<!to be )(?:t(?:ook|akes) (?:the oath|office|over)"
    r"|(?:was|is|were|been) (?:\w+ ){0,1}"
    r"(?:sworn in|elected|appointed|named|chosen|installed|inaugurated|hired|re-elected)"
    r"|became|becomes|has become|sworn in|confirmed)\b(?: (?:as|the|new|its|their))* "
    r"(?P<office>[^,;:.]{3,80})"
)

_LEAVES = re.compile(
    r"(?:, [^.;:]{1,120}?,)? (?:\w+ly )?(?:has |had |was |is to )?(?:resign(?:s|ed)?|quits?|died"
    r"|dies|(?:step|stand)(?:s|ped)? down|stood down|sacked|dismissed|fired|ousted)\b"
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds an office, and the sentence that says so."""

    name: str
    sentence: CandidateSentence


@dataclass(frozen=True, slots=True)
class Office:
    """An office as words that are folded and spelt one way: what it is, and of what.

    With `newly` only who takes it over is asked for, not who has it, and with `new` whoever a
    sentence calls new or has take office comes first.
    """

    role: frozenset[str]
    of: frozenset[str]
    besides: frozenset[str]
    newly: bool = False
    new: bool = False

    def given_by(self, phrase: str, near: str, around: str) -> int | None:
        """How surely a phrase beside a name gives it this office.

        3 where the phrase says of what the office is, 2 where the sentence or the title does
        (`near`), 1 where only the text `around` does, -1 where it is of something else, and None
        where it is another office, or not held.
        """
        piece = re.split(r"(?<=\w)[,;:]", phrase)[0]
        said = set(role_words(piece)) | set(name_words(f"x {piece}"))
        if _WHO.search(piece):
            said |= {_VERBS[word] for word in said if word in _VERBS}
        heads = self.role <= _AT_THE_HEAD
        led = self.role <= _LED_BY and _LEADS_IT.search(piece)
        if not (said & _HEADS if heads else led or self.role <= said):
            return None
        if said & (_NOT_NOW - self.besides) or (self.besides & _NOT_NOW) - said:
            return None
        all_words = said | set(role_words(f"{near} {around}"))
        if _shared(self.of, all_words) < len(self.of):
            return -1 if self._of_another(piece) else None
        shared = _shared(self.of, said)
        # "Alaska Airlines" is another than "Hawaiian Airlines".
        if shared and (shared == len(self.of) or not self._of_another(piece, self.of)):
            return 3
        if self._of_another(piece):
            return -1
        if heads and len(said - word_set("the a an x")) == 1:
            return None
        if _shared(self.of, set(role_words(near))) == len(self.of):
            return 2
        return None if heads else 1

    def _of_another(self, piece: str, besides: frozenset[str] = frozenset()) -> bool:
        """Whether a phrase ties its office to something by a name, "of ..." or a noun before.

        Words `besides` the general ones do not name another.
        """
        known = self.role | _HEADS | _GENERAL | OFFICES | besides
        owner = re.split(r"\b(?:of|for|at)\b", piece)
        others = [word for part in owner[1:] for word in role_words(part)]
        words = owner[0].split()
        others += [w for each in words[1:] if each[:1].isupper() for w in role_words(each)]
        places = [n for n, each in enumerate(words) if set(role_words(each)) & known - _GENERAL]
        # "The mission's scientist" is of what the text is about.
        if places and places[0] > 0 and not _OWNER.fullmatch(words[places[0] - 1]):
            others += role_words(words[places[0] - 1])
        return any(word not in known for word in others)


def _shared(wanted: frozenset[str], words: set[str]) -> int:
    """How many of the words are among the others, in whatever form."""
    bases = set(map(base, words))
    return sum(word in words or base(word) in bases for word in wanted)


def office_asked(subject: str) -> Office | None:
    """The office that the subject of a question is, as in "the mayor of Tolbeck"; None for others.

    It must be of something or somewhere: "the mayor" alone may be any.

    >>> office = office_asked("vestland's governor")
    >>> sorted(office.role), sorted(office.of)
    (['governor'], ['vestland'])
    """
    if taken := _SUCCEEDS.match(subject):
        office = office_asked(subject[taken.end() :])
        return office and replace(office, newly=True)
    subject = _ARTICLE.sub("", subject)
    if verb := _LEADS.match(subject):
        return _office(_VERBS[verb[1].lower()], subject[verb.end() :])
    if parted := _OF.match(subject):
        return _office(parted["role"], parted["of"])
    if parted := _OWNED.match(subject):
        return _office(parted["role"], parted["of"])
    *before, last = subject.split() or [""]
    return _office(last, " ".join(before)) if len(subject.split()) <= _FEW_WORDS else None


def _office(role: str, of: str) -> Office | None:
    """The office with these words; None where the first are no role, or the second nothing."""
    words = frozenset(role_words(role))
    words |= {"executive"} if "chief executive" in role.lower() else frozenset()
    besides = frozenset(name_words(f"x {role} {of}")) & _NOT_NOW
    known = frozenset(word for word in words if word in OFFICES or word in _HEADS or is_role(word))
    rest = ((words - known) | frozenset(role_words(of))) - _SMALL
    new = _NEW.match(role) is not None
    return Office(known, rest - besides, besides, new=new) if known and rest - besides else None


_VERBS = {
    "heads": "head",
    "lead": "leader",
    "run": "head",
    "leads": "leader",
    "led": "leader",
    "headed": "head",
    "runs": "head",
    "ran": "head",
    "chairs": "chair",
    "chaired": "chair",
    "owns": "owner",
    "owned": "owner",
    "founded": "founder",
    "directs": "director",
    "directed": "director",
    "coaches": "coach",
    "manages": "manager",
    "edits": "editor",
}
_WHO = re.compile(r"\bwho\b")
_LED_BY, _LEADS_IT = word_set("chair"), re.compile(r"\bwho (?:heads|headed|leads|led)\b")
"""Who "heads the inquiry" is its chair, though the head of a firm may not be."""
_LEADS = re.compile(rf"(?:who )?({'|'.join(_VERBS)})\b ", re.IGNORECASE)
_SUCCEEDS = re.compile(
    r"(?:who )?(?:(?:has|have|had|will|is|was|to) )*(?:(?:replac|succeed)(?:e[ds]?|s|ed|ing)?"
    r"|t(?:akes?|ook|aking) over from)\b ",
    re.IGNORECASE,
)
_OWNER = re.compile(r"[a-z][\w-]*['’]s?")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NEW = re.compile(r"\b(?:new|acting|interim|incoming)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"the ", re.IGNORECASE)
_OF = re.compile(r"(?P<role>(?:[^\s,]+ ){1,4}?)(?:of|for|at|in) (?P<of>.+)", re.IGNORECASE)
_OWNED = re.compile(r"(?P<of>[^,]+?)['’]s? (?P<role>(?:[^\s,]+ ?){1,4})$")
_FEW_WORDS = 4
_SMALL = word_set("into over behind under new all who what main lead top")


def holder(subject: str, hits: Sequence[Hit], *, past: bool = False) -> Holder | None:
    """Who holds the office that is asked for; None where no sentence says so.

    The newest article counts, since offices change hands; of one day the best hit. Whom a
    sentence calls a former holder, a deputy or a candidate is none, and who resigns or dies in
    it is one only where nobody else is, or where the question asks who it was in the `past`.
    """
    office = office_asked(subject)
    if office is None:
        return None
    found: list[tuple[tuple[bool, bool, date, int, int], Holder]] = []
    elsewhere: set[str] = set()
    taking_office: set[str] = set()
    leaving: set[str] = set()
    for hit, left, right in islice(_naming(office, hits), _SENTENCES_TRIED):
        text = hit.article.text
        sentence = text[left:right]
        above = text[max(0, left - _BEFORE) : left] if _ITS.search(sentence) else ""
        near = f"{hit.article.title} {above} {sentence}"
        for name in _people(sentence, office):
            phrases = [
                each
                for each in _presenting(sentence, name)
                if not office.newly or _NEW.search(each)
            ]
            taken = [*_taking_office(sentence, name)]
            fresh = not office.new or bool(taken) or any(map(_NEW.search, phrases))
            phrases += (each for each in taken if not (office.newly and _YEAR.search(each)))
            given = [office.given_by(phrase, near, hit.text) for phrase in phrases]
            surely = max((each for each in given if each is not None), default=0)
            if surely > 0:
                place = CandidateSentence(hit.article, left, right, hit.passage.id, hit.rank, 0.0)
                full = fullest_name(text[:READ_CHARACTERS], name)
                worth = fresh, surely > 1, day_of(hit.article).date(), surely, -hit.rank
                if _leaves(sentence, name):
                    leaving.add(name_words(name)[-1])
                found.append((worth, Holder(full, place)))
                if any((office.given_by(each, near, hit.text) or 0) > 1 for each in taken):
                    taking_office.add(name_words(name)[-1])
            elif -1 in given and not office.newly:
                elsewhere.add(name_words(name)[-1])
    elsewhere -= taking_office
    left_over = [each for each in found if name_words(each[1].name)[-1] not in elsewhere]
    if not past:
        left_over = [e for e in left_over if name_words(e[1].name)[-1] not in leaving] or left_over
    return max(left_over, key=lambda each: each[0])[1] if left_over else None


def _presenting(sentence: str, name: str) -> Iterator[str]:
    """What the sentence says of who somebody is."""
    for each in introductions(sentence, name):
        if each.strength >= _STATES_ROLE:
            yield sentence[each.start : each.end]


def _leaves(sentence: str, name: str) -> bool:
    """Whether somebody leaves office in the sentence: "Orr, the mayor, resigned"."""
    return any(_LEAVES.match(sentence, each.end) for each in mentions(sentence, name))


def _taking_office(sentence: str, name: str) -> Iterator[str]:
    """As what somebody takes office in the sentence: "Orr was sworn in as mayor of Tolbeck"."""
    for mention in mentions(sentence, name)[:1]:
        if found := _TAKES_OFFICE.search(sentence, mention.end):
            yield found["office"]


def _naming(office: Office, hits: Sequence[Hit]) -> Iterator[tuple[Hit, int, int]]:
    """The sentences that have a word of the office, each once, best hit first."""
    wanted = _HEADS if office.role <= _AT_THE_HEAD | _LED_BY else office.role
    for hit in english_articles(hits):
        article = hit.article
        end = min(len(article.text), READ_CHARACTERS)
        for left, right in sentence_spans(article.text, 0, end, article.language):
            words = set(role_words(article.text[left:right]))
            if article.text[left:right].startswith("#") or is_furniture(article.text[left:right]):
                continue
            if wanted & (words | {_VERBS[word] for word in words if word in _VERBS}):
                yield hit, left, right


def _people(sentence: str, office: Office) -> Iterator[str]:
    """What may be the names of people in a sentence, without titles."""
    [doc] = analyse([sentence], named=True)
    found = [each.text for each in doc.ents if each.label_ == "PERSON"]
    found += [match[0] for match in _FULL_NAME.finditer(sentence)]
    known: set[tuple[str, ...]] = set()
    for each in found:
        name = bare_name(without_possessive(" ".join(each.split())))
        words = name_words(name)
        if len(name) > _PERSON_LENGTH or not words or words in known:
            continue
        known.add(words)
        if not set(words) <= OFFICES | office.of and not set(words) & INSTITUTIONS:
            yield name


_FULL_NAME = re.compile(r"[A-Z][a-zß-ÿ][\w’'-]* (?:[A-Z]\. |(?:de|van|von|al|bin) )?[A-Z][\w’'-]+")
