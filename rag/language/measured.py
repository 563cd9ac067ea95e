"""What a figure in a sentence measures, and of whom or what, by the sentence's own syntax.

Rules are for English. Which figures are asked for, and how they compare, is for others to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from rag.language.analysis import analyse
from rag.language.entities import stems
from rag.language.periods import CALENDAR_NAMES

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")
_CHAIN = ("nummod", "compound", "quantmod", "nmod", "amod", "appos", "conj")
_SHARED_SUBJECT = ("xcomp", "advcl", "conj", "pcomp", "dep")
_PLACE_WORDS = ("in", "at", "near", "across", "around", "outside")
_COMPARING = ("than", "before", "after", "like", "unlike", "behind", "since")
_OF = ("of", "by")
_CLASSIFYING = ("compound", "amod", "nmod", "poss")
_SENTENCE_LIMIT = 30


@dataclass(frozen=True, slots=True)
class Measured:
    """What one figure measures; names are their words in lower case, () where there are none.

    `owner` is the name to which the noun phrase of the figure gives it ("Orr's 24 hours", "the
    record of 24 hours by Orr"), `subject` the name that is the subject of its clause. `named` are
    all names of that clause, but for what it is compared with, `place` the name of where it was.
    `qualities` are stems that tell the thing counted from others of its kind ("electoral" votes),
    `share_of` those of what it is a share of ("45 % of voters"), `nouns` those of the common
    nouns of the clause.
    """

    owner: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()
    place: tuple[str, ...] = ()
    qualities: frozenset[str] = frozenset()
    share_of: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()


def measured(sentence: str, start: int, end: int) -> Measured:
    """What the figure at characters `start` to `end` of a sentence measures.

    All is empty where no word of the sentence stands there. A relative pronoun is what it
    stands for; other pronouns are left open.

    >>> found = measured("Ann Orr spoke for 25 hours, longer than Bo Lund, who took 24.", 57, 59)
    >>> found.subject, found.owner
    (('bo', 'lund'), ())
    """
    [doc] = analyse([sentence])
    number = _number(doc, start, end)
    if number is None:
        return Measured()
    chain = list(_noun_phrase(number))
    verb = _verb(chain[-1])
    subject = _subject(verb) if verb is not None else None
    inside = {token.i for token in chain}
    if subject is not None and subject.i in inside:
        subject = None
    clause = list(_clause(verb)) if verb is not None else list(doc)
    return Measured(
        owner=next(filter(None, map(_name, _owners(chain))), ()),
        subject=_name(subject) if subject is not None else (),
        named=frozenset(word for token in clause for word in _name(token)),
        place=next(filter(None, map(_name, _places(chain, verb))), ()),
        qualities=_qualities(chain),
        share_of=_share_of(chain),
        nouns=_stems(token for token in clause if token.pos_ == "NOUN"),
    )


def _number(doc: Doc, start: int, end: int) -> Token | None:
    """The last number among the tokens of a figure, else the first token there."""
    tokens = [token for token in doc if token.idx < end and start < token.idx + len(token)]
    return next((token for token in reversed(tokens) if token.pos_ == "NUM"), None) or next(
        iter(tokens), None
    )


def _noun_phrase(number: Token) -> Iterator[Token]:
    """The number and the nouns above it: "24", "hours", "record" of "the record of 24 hours"."""
    token = number
    for _ in range(_SENTENCE_LIMIT):
        yield token
        above = token.head
        if above is token:
            return
        if token.dep_ in _CHAIN and above.pos_ in ("NOUN", "PROPN", "NUM", "SYM"):
            token = above
        elif token.dep_ == "pobj" and above.lower_ == "of" and above.head.pos_ == "NOUN":
            token = above.head
        else:
            return


def _owners(chain: list[Token]) -> Iterator[Token]:
    beside = [each for token in chain for each in token.children if each.dep_ == "conj"]
    for token in [*chain, *beside]:
        for child in token.children:
            if child.dep_ == "poss":
                yield child
            elif child.dep_ == "acl":
                agents = (each for each in child.children if each.dep_ == "agent")
                yield from (each for agent in agents for each in agent.children)
            elif child.dep_ in ("prep", "agent") and child.lower_ in _OF:
                yield from (each for each in child.children if each.dep_ == "pobj")


def _verb(token: Token) -> Token | None:
    """The verb of the clause in which a token stands."""
    for above in token.ancestors:
        if above.pos_ in ("VERB", "AUX"):
            return above
    return None


def _subject(verb: Token) -> Token | None:
    """The subject of a verb, that of the verb on which it leans, or what it says more of."""
    for _ in range(_SENTENCE_LIMIT):
        own = next((each for each in verb.children if each.dep_ in _SUBJECTS), None)
        if verb.dep_ in ("relcl", "acl") and (own is None or own.tag_ in ("WP", "WDT")):
            return verb.head
        if own is not None:
            return None if own.dep_ == "expl" else own
        if verb.dep_ not in _SHARED_SUBJECT or verb.head.pos_ not in ("VERB", "AUX"):
            return None
        verb = verb.head
    return None


def _clause(verb: Token) -> Iterator[Token]:
    """The tokens of a verb's own clause, without those that have a subject of their own."""
    yield verb
    waiting = list(verb.children)
    while waiting:
        token = waiting.pop()
        own = any(each.dep_ in _SUBJECTS for each in token.children)
        compared = token.dep_ == "prep" and token.lower_ in _COMPARING
        if token.dep_ == "relcl" or compared or (own and token.pos_ in ("VERB", "AUX")):
            continue
        yield token
        waiting += token.children


def _places(chain: list[Token], verb: Token | None) -> Iterator[Token]:
    for token in [*chain, *([verb] if verb is not None else [])]:
        for child in token.children:
            if child.dep_ == "prep" and child.lower_ in _PLACE_WORDS:
                yield from (each for each in child.children if each.dep_ == "pobj")


def _name(token: Token) -> tuple[str, ...]:
    """The words of the name that a token is the head of, or of a name that says which it is."""
    if token.pos_ != "PROPN" or token.lower_.rstrip(".") in CALENDAR_NAMES:
        return ()
    before = [each for each in token.children if each.dep_ in ("compound", "flat", "nmod")]
    words = sorted([*(each for each in before if each.pos_ == "PROPN"), token], key=attrgetter("i"))
    return tuple(word.lower_.replace(".", "") for word in words)


def _qualities(chain: list[Token]) -> frozenset[str]:
    return _stems(
        child
        for token in chain[1:2]
        for child in token.children
        if child.dep_ in _CLASSIFYING and child.pos_ in ("NOUN", "ADJ", "PROPN")
    )


def _share_of(chain: list[Token]) -> frozenset[str]:
    """Of what a percentage is a share: the head of the phrase after its "of"."""
    for token in chain[1:]:
        if token.lower_ not in ("%", "percent", "cent"):
            continue
        for child in token.children:
            if child.dep_ == "prep" and child.lower_ in ("of", "among"):
                return _stems(each for each in child.children if each.dep_ == "pobj")
    return frozenset()


def _stems(tokens: Iterable[Token]) -> frozenset[str]:
    return frozenset(stems(" ".join(token.text for token in tokens)))
