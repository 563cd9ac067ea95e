"""Who does what to whom in a sentence, where, from what, to what, and how surely, by its syntax.

It reads one sentence and compares nothing. Rules are for English.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.language.analysis import analyse, is_passive, quoted_tokens
from rag.language.certainty import Status, first_of_chain, standing, subject_of, verb_of
from rag.language.entities import stems
from rag.language.name_matching import TITLES, name_words
from rag.language.opposites import base
from rag.language.periods import CALENDAR_NAMES
from rag.language.speech_cues import SAYING
from rag.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_OBJECTS = word_set("dobj attr acomp oprd dative npadvmod")
_CLAUSES = word_set("relcl acl advcl ccomp parataxis csubj xcomp pcomp")
_ASIDES = word_set("relcl acl advcl pcomp")
_REASONS = word_set("because since as")
_COPULAS = word_set(
    "be is are was were been being am 's ’s remain remained remains stay stayed stays"
)
_NO_NAMES = TITLES | CALENDAR_NAMES


@dataclass(frozen=True, slots=True)
class Argument:
    """A phrase of a clause: characters `start` to `end` of the sentence.

    `head` is the base form of the word it hangs on, `words` those of all its content words.
    `names` are the folded words of the name that it is or is said to be, titles left out;
    `all_names` are those of every name in it. `pronoun`: it stands for something else. `none`:
    "nobody", "no ship".
    """

    head: str
    words: frozenset[str]
    names: frozenset[str]
    all_names: frozenset[str]
    start: int
    end: int
    pronoun: bool = False
    none: bool = False

    @property
    def name_bases(self) -> frozenset[str]:
        """The base forms of the words of its names, which are among its `words` too."""
        return frozenset(map(base, self.all_names))


@dataclass(frozen=True, slots=True)
class Clause:
    """A verb or predicate ("safe", "mayor") by its base form, and what it is said with.

    `agent` does it and `patient` has it done to it, in the active and the passive alike; None
    where the sentence names nobody. `others` are its other phrases by their preposition, "by"
    for a measure without one ("fell 3 per cent"). `speaker` says so where somebody does.
    `governs`: it only says how surely another verb of the sentence is so ("plans to"). `aside`: it
    says more of a word, or when or what for, and gives no reason ("the house haunted by ghosts").
    """

    verb: str
    shown: str
    start: int
    agent: Argument | None
    patient: Argument | None
    others: tuple[tuple[str, Argument], ...]
    denied: bool
    status: Status
    predicate: bool = False
    governs: bool = False
    aside: bool = False
    quoted: bool = False
    speaker: Argument | None = None

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """All its phrases that are no pronouns."""
        found = [self.agent, self.patient, *(each for _, each in self.others)]
        return tuple(each for each in found if each is not None and not each.pronoun)


@lru_cache(2_048)
def clauses_of(sentence: str) -> tuple[Clause, ...]:
    """What an English sentence says, one clause for each of its verbs, in order.

    >>> [found] = clauses_of("The firm was not sold to Ann Orr by the bank.")
    >>> found.verb, found.agent.head, found.patient.head, found.denied
    ('sell', 'bank', 'firm', True)
    """
    [doc] = analyse([sentence])
    quoted = quoted_tokens(doc)
    return tuple(
        _clause(token, token.i in quoted)
        for token in doc
        if token.pos_ in ("VERB", "AUX")
        and token.dep_ not in ("aux", "auxpass", "amod", "compound")
        and token.tag_ != "MD"
    )


def _clause(verb: Token, quoted: bool) -> Clause:
    children = list(verb.children)
    passive = is_passive(verb) or (verb.tag_ == "VBN" and verb.dep_ == "acl")
    passive = passive or (
        verb.dep_ == "conj" and verb.tag_ == "VBN" and is_passive(first_of_chain(verb))
    )
    subject = subject_of(verb)
    objects = [c for c in children if c.dep_ in _OBJECTS and c.dep_ != "npadvmod"]
    copula = verb.lower_ in _COPULAS
    predicate = next((c for c in objects if copula and c.dep_ in ("attr", "acomp")), None)
    done_to = next((c for c in objects if c != predicate and c.dep_ in ("dobj", "oprd")), None)
    agent, patient = _argument(subject), _argument(done_to)
    if passive:
        by = next((t for c in children if c.dep_ == "agent" for t in c.children), None)
        agent, patient = _argument(by), agent
    beside = [("by", _argument(done_to))] if passive and done_to is not None else []
    if passive and done_to is not None and done_to.dep_ == "dobj":
        # "She was given a book" has the book given to her.
        patient, beside = _argument(done_to), [("to", _argument(subject))]
    denied, status, source = standing(verb)
    speaker = _argument(source)
    nobody = [each for each in (agent, patient) if each is not None and each.none]
    word = base(predicate.text) if predicate is not None else verb_of(verb)
    return Clause(
        verb=word,
        shown=predicate.text if predicate is not None else verb.text,
        start=verb.idx,
        agent=agent,
        patient=patient,
        others=(*_others(verb, predicate), *((how, each) for how, each in beside if each)),
        denied=denied != (len(nobody) % 2 == 1),
        status=status,
        predicate=predicate is not None,
        governs=any(c.dep_ == "xcomp" and _leans(c) for c in children)
        or (verb.lower_ in SAYING and any(c.dep_ == "ccomp" for c in children))
        or (verb.lower_ in SAYING and verb.head.dep_ == "ccomp"),
        aside=_is_aside(verb),
        quoted=quoted,
        speaker=speaker,
    )


def _is_aside(verb: Token) -> bool:
    marks = {child.lower_ for child in verb.children if child.dep_ == "mark"}
    return verb.dep_ in _ASIDES and marks.isdisjoint(_REASONS)


def _leans(verb: Token) -> bool:
    """Whether a verb hangs on another as "to close" and "closing" do."""
    return verb.pos_ in ("VERB", "AUX") and (
        verb.tag_ == "VBG" or any(c.lower_ == "to" for c in verb.children)
    )


def _argument(token: Token | None) -> Argument | None:
    if token is None:
        return None
    inside = [each for each in token.subtree if not _apart(each, token)]
    named = list(_apposed(token))
    core = [each for head in named for each in (head, *_compounds(head))]
    owned = any(c.dep_ == "poss" for c in token.children)
    before = {c.lower_ for c in token.children if c.i < token.i}
    return Argument(
        head=base(token.text) if stems(token.text) else token.lower_,
        words=frozenset(base(each.text) for each in inside if stems(each.text)),
        names=_names(core),
        all_names=_names(inside),
        start=inside[0].idx,
        end=inside[-1].idx + len(inside[-1]),
        pronoun=token.tag_ in ("PRP", "WP", "WDT", "EX") or (token.tag_ == "DT" and not owned),
        none=token.lower_ in ("nobody", "none", "nothing", "neither") or "no" in before,
    )


def _apart(each: Token, head: Token) -> bool:
    """Whether a word belongs to a clause of its own within the phrase, or is joined to it."""
    if each.i == head.i:
        return False
    for above in (each, *each.ancestors):
        if above.i == head.i:
            return False
        if above.dep_ in ("relcl", "acl", "advcl") or (above.dep_ == "punct" and above.is_quote):
            return True
    return False


def _apposed(token: Token) -> Iterator[Token]:
    """A noun and those that stand beside it for the same: "the owner, the former miner Ann Orr"."""
    yield token
    for child in token.children:
        if child.dep_ == "appos" and not any(each.dep_ == "nummod" for each in child.children):
            yield from _apposed(child)


def _compounds(head: Token) -> Iterator[Token]:
    for child in head.children:
        if child.dep_ in ("compound", "flat", "nmod") and child.text[:1].isupper():
            yield child


def _names(tokens: list[Token]) -> frozenset[str]:
    found: set[str] = set()
    for token in tokens:
        joined = token.dep_ == "compound" and token.head.pos_ == "PROPN"
        if token.pos_ == "PROPN" or (token.text[:1].isupper() and (token.i or joined)):
            found |= {word for word in name_words(token.text) if word not in _NO_NAMES}
    return frozenset(word for word in found if len(word) > 1 and not word.isdigit())


def _others(verb: Token, predicate: Token | None) -> Iterator[tuple[str, Argument]]:
    """The phrases after prepositions in the clause, and measures without one."""
    waiting = list(verb.children)
    while waiting:
        token = waiting.pop(0)
        if token.dep_ in _CLAUSES or token.dep_ in ("cc", "punct", "agent"):
            continue
        if token.dep_ == "conj" and token.pos_ in ("VERB", "AUX"):
            continue
        if token.dep_ == "prep" or (token.dep_ == "dative" and token.pos_ == "ADP"):
            held = next((c for c in token.children if c.dep_ == "pobj"), None)
            if held is not None and (found := _argument(held)) is not None:
                yield token.lower_, found
        elif token.dep_ in ("npadvmod", "dative") and (found := _argument(token)) is not None:
            yield "to" if token.dep_ == "dative" else "by", found
        elif token.dep_ in ("nsubj", "nsubjpass", "csubj"):
            continue
        waiting = [*token.children, *waiting]
    named = predicate is not None and predicate.pos_ in ("NOUN", "PROPN")
    if named and (found := _argument(predicate)) is not None:
        yield "is", found
