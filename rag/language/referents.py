"""Whom or what a pronoun or a description stands for, looked for in the sentences before it.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from rag.language.analysis import analyse
from rag.language.entities import QUOTED
from rag.language.furniture import is_furniture
from rag.language.name_matching import bare_name, fullest_name
from rag.language.sentences import sentence_spans
from rag.language.words import without_possessive, word_set

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Referent = Literal["person", "people", "thing"]
"""What a pronoun or description can stand for."""

PERSON_PRONOUNS = word_set("he she him her his hers")
PLURAL_PRONOUNS = word_set("they them their theirs both neither")
THING_PRONOUNS = word_set("it its")
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
_PERSON_NOUNS = re.compile(
    r"(?:.*(?:man|woman|-year-old|person|ist|ician|ologist|[^i]er|[^it]or|ess|ant)|[a-z]*(?:boy"
    r"|girl|teen|mother"
    r"|father|victim|suspect|president|candidate|nominee|star|pilot|chief|athlete|guy|kid|child|son"
    r"|daughter|coach|official|sheriff|pope|king|queen|prince|princess|chair|boss|hero|patient"
    r"|driver"
    r"|player|politician|veteran|graduate|native|democrat|republican|rookie|champion|ex-president"
    r"|billionaire|dad|mom|aide|judge|attorney|spy|artist|student|defendant|senior|parent))$"
)
_NO_PERSON = word_set(
    "paper number order letter matter weather water power computer center centre chapter"
    " tower disaster river border factor motor sector error color colour harbor harbour"
    " mirror door floor plant restaurant grant warrant business process press success"
    " hurricane monster newspaper helicopter theater theatre winter summer shelter user"
    " cancer fewer other another winner mayor"
) - {"mayor", "winner"}
_PLACES = word_set("city country state town village island region nation county province")
_ORGANISATIONS = word_set(
    "company firm agency organization organisation group bank airline carrier manufacturer maker"
    " automaker retailer chain publisher university college charity nonprofit union party team club"
    " band museum newspaper broadcaster startup corporation foundation department ministry board"
    " commission committee council association giant brand operator developer"
)
_SAYS = word_set("said says told added wrote asked explained noted recalled tweeted")
_SHORT = 6
_LOOKED_AT = 6
"""So many sentences before one are looked at for its referent."""

_PARAGRAPH = re.compile(r"\n\s*\n|\n")


def referent(
    text: str, at: int, kind: Referent, female: bool | None = None, word: str = ""
) -> str | None:
    """Whom or what a word of this kind at character `at` stands for; None if unsure.

    `female` is True for "she", False for "he", None where the word does not say.
    """
    before = _sentences_before(text, at)
    docs = analyse([text[left:right] for left, right in before], named=True)
    for place, doc in zip(before, docs, strict=True):
        found = _in_sentence(doc, kind, female, word)
        if found is _UNSURE:
            return None
        if isinstance(found, str):
            name = fullest_name(text[: place[1]], found)
            fits = _fits(text[:at], name, female) and "/" not in name
            if kind == "person" and " " not in name and not _is_person_name(doc, found):
                return None
            return name if fits and (kind != "thing" or name == found) else None
    return None


def _is_person_name(doc: Doc, name: str) -> bool:
    return any(ent.label_ == "PERSON" and name in ent.text for ent in doc.ents)


_UNSURE = object()


def main_subject(doc: Doc) -> Token | None:
    """The subject of the main clause; of what is said, where the speaker comes after it."""
    for root in (token for token in doc if token.dep_ == "ROOT"):
        found = [child for child in root.children if child.dep_ in SUBJECTS]
        if found:
            return found[0]
        return None
    return None


def is_female(word: str) -> bool | None:
    """Whether a pronoun is a woman's ("she") or a man's ("he"); None where it is neither."""
    if word in ("she", "her", "hers"):
        return True
    return False if word in ("he", "him", "his") else None


def _sentences_before(text: str, at: int) -> list[tuple[int, int]]:
    """The sentences before `at` in its paragraph and the one before, the nearest first."""
    breaks = [gap.end() for gap in _PARAGRAPH.finditer(text, max(0, at - 3_000), at)]
    breaks = [cut for cut in breaks if text[cut:at].strip()] or breaks
    first = max(0, at - 3_000)
    own = breaks[-1] if breaks else first
    earlier = [cut for cut in breaks if text[cut:own].strip()]
    begin = earlier[-1] if earlier else first
    spans = [*sentence_spans(text, begin, own), *sentence_spans(text, own, at)]
    near = [span for span in reversed(spans) if span[1] <= at][:_LOOKED_AT]
    return [(left, right) for left, right in near if not is_furniture(text[left:right])]


def _in_sentence(doc: Doc, kind: Referent, female: bool | None, word: str) -> object:
    """The referent in one sentence; _UNSURE where it could be several, None where none is."""
    if kind == "person":
        return _person(doc, female)
    if kind == "people":
        return _people(doc)
    return _thing(doc, word)


def _names(doc: Doc, labels: Sequence[str]) -> list[Token]:
    """The head of each name with such a label, quoted names and those that only own left out."""
    quoted = [match.span() for match in QUOTED.finditer(doc.text)]
    heads = []
    for name in doc.ents:
        inside = any(a < name.start_char < b for a, b in quoted)
        if name.label_ in labels and not inside:
            heads.append(name.root)
    return heads


def _person(doc: Doc, female: bool | None) -> object:
    people = {_shown(head): head for head in _names(doc, ("PERSON",))}
    subject = main_subject(doc)
    if subject is not None:
        for name, head in people.items():
            if _same_place(head, subject) and _gender_of(head) in (None, female):
                return name
        if speaking := _speaking(doc):
            return speaking
        if subject.lower_ in PERSON_PRONOUNS:
            agrees = female is None or is_female(subject.lower_) in (None, female)
            # A pronoun of the same gender goes on: its own referent stands further back.
            return None if agrees and not people else _UNSURE
        if _may_be_surname(subject):
            return _proper(subject)
        if _is_person(subject):
            return _UNSURE
    fitting = [
        name
        for name, head in people.items()
        if _gender_of(head) in (None, female) and _surely_named(head, name)
    ]
    if len(fitting) == 1 and len(people) == 1:
        return fitting[0]
    return _UNSURE if people else None


def _speaking(doc: Doc) -> str:
    """The one name that is the subject of a word of saying; "" for none, several, or an outlet."""
    found = {
        _proper(token)
        for token in doc
        if token.dep_ == "nsubj" and token.head.lower_ in _SAYS and _may_be_surname(token)
    }
    return found.pop() if len(found) == 1 else ""


def _may_be_surname(token: Token) -> bool:
    """Whether a name may be a person's: it is one, or one word that a first name can confirm."""
    if token.pos_ != "PROPN" or any(child.dep_ == "det" for child in token.children):
        return False
    return token.ent_type_ in ("", "PERSON") or " " not in _proper(token)


def _proper(token: Token) -> str:
    """A name with the capitalised words right before it, without titles."""
    first = token.i
    while first and token.doc[first - 1].pos_ == "PROPN":
        first -= 1
    return bare_name(without_possessive(token.doc[first : token.i + 1].text))


def _surely_named(head: Token, name: str) -> bool:
    """Whether a name that is no subject is a person's, as far as its words show."""
    return " " in name and not any(child.dep_ == "det" for child in head.children)


def is_person_noun(word: str) -> bool:
    """Whether a noun in small letters can only be a person: "mayor", "58-year-old"."""
    return bool(_PERSON_NOUNS.match(word)) and word not in _NO_PERSON


def _is_person(subject: Token) -> bool:
    word = subject.lower_.removesuffix("s") if subject.tag_ == "NNS" else subject.lower_
    return (subject.pos_ == "NOUN" and is_person_noun(word)) or subject.lower_ in (
        "people",
        "police",
        "residents",
    )


def _people(doc: Doc) -> object:
    subject = main_subject(doc)
    if subject is None:
        return None
    conjuncts = [subject, *subject.conjuncts]
    if len(conjuncts) > 1 and all(token.pos_ == "PROPN" for token in conjuncts):
        return doc[subject.left_edge.i : max(t.i for t in conjuncts) + 1].text
    if subject.tag_ == "NNS" and _is_person(subject):
        phrase = doc[subject.left_edge.i : subject.i + 1].text
        return phrase if len(phrase.split()) <= _SHORT else _UNSURE
    return None if subject.lower_ in PLURAL_PRONOUNS else _UNSURE


def _thing(doc: Doc, word: str) -> object:
    """The organisation or place that "the company", "the city" or "it" can only stand for."""
    if word in _PLACES:
        labels: tuple[str, ...] = ("GPE", "LOC")
    elif word in _ORGANISATIONS or word in THING_PRONOUNS:
        labels = ("ORG",)
    else:
        return _UNSURE
    things = {_shown(head): head for head in _names(doc, labels)}
    subject = main_subject(doc)
    if subject is not None:
        for name, head in things.items():
            if _same_place(head, subject):
                return name
        if subject.lower_ in THING_PRONOUNS or subject.lower_ in _ORGANISATIONS:
            return None if not things else _UNSURE
    if len(things) == 1 and word not in THING_PRONOUNS:
        return next(iter(things))
    return _UNSURE if things or word in THING_PRONOUNS else None


def _same_place(head: Token, subject: Token) -> bool:
    """Whether a name is the subject, or an apposition to it."""
    return head == subject or (head.dep_ == "appos" and head.head == subject)


def _shown(head: Token) -> str:
    """The name to which a token belongs, without its title and a possessive ending."""
    span = next(name for name in head.doc.ents if name.start <= head.i < name.end)
    shown = without_possessive(span.text)
    return bare_name(shown) if span.label_ == "PERSON" else re.sub(r"^[Tt]he ", "", shown)


_FEMALE = re.compile(
    r"\b(?:Mrs|Ms|Miss|Queen|Princess|Duchess|Dame|Lady|Sister|actress|congresswoman|spokeswoman"
    r"|chairwoman|businesswoman|mother|daughter|wife|widow|sister|woman|girl|councilwoman"
    r"|heroine)\b",
    re.IGNORECASE,
)
_MALE = re.compile(
    r"\b(?:Mr|King|Prince|Duke|Pope|Lord|Sir|Brother|congressman|spokesman|chairman|businessman"
    r"|father|son|husband|widower|brother|man|boy|councilman|actor)\b",
    re.IGNORECASE,
)


def _gender_of(head: Token) -> bool | None:
    """Whether the words of a name's own phrase make it a woman's or a man's; None if neither."""
    top = head.head if head.dep_ in ("appos", "compound") else head
    near = [*top.lefts, *(child for child in top.children if child.dep_ == "appos"), top]
    shown = " ".join(token.text for token in near)
    if _FEMALE.search(shown):
        return True
    return False if _MALE.search(shown) else None


def _fits(before: str, name: str, female: bool | None) -> bool:
    """Whether a text has never given a name a title of the other gender."""
    if female is None:
        return True
    last = re.escape(name.split()[-1])
    wrong = r"Mr\.?" if female else r"(?:Mrs|Ms|Miss)\.?"
    return not re.search(rf"\b{wrong}\s(?:\w+\s)?{last}\b", before)
