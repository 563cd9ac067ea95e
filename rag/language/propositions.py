"""What a sentence says of whom: each verb with its subject and object, denied, open or so.

Built on the dependency analysis of English sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from rag.language.analysis import analyse, is_negated, is_passive, quoted_tokens
from rag.language.certainty import SUBJECTS
from rag.language.entities import stems
from rag.language.opposites import base, base_set, particles
from rag.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

Tense = Literal["done", "now", "coming"]

_OBJECTS = word_set("dobj attr acomp oprd dative")
_OTHER_CLAUSES = word_set("conj cc advcl ccomp parataxis relcl acl mark punct csubj")
_MODALS = word_set("may might could would should must can ca ought shall")
_HEDGES = word_set(
    "reportedly allegedly supposedly apparently possibly perhaps maybe probably"
    " likely almost nearly"
    " virtually practically barely hardly scarcely partly partially initially originally formerly"
    " previously necessarily once briefly falsely temporarily purportedly only"
    " mostly largely unlikely"
)
_NOBODY = word_set("nobody none nothing neither no")
_FACT_VERBS = base_set(
    "confirm announce reveal find discover learn prove show realise realize know note acknowledge"
    " admit see hear remember"
)
_FAILS = base_set("fail refuse decline forget neglect")
_DOES = base_set("manage begin start continue go come")
_ABLE = word_set("can ca could")
_DECIDED = base_set("announce confirm decide")
_IS = base_set("be remain stay")
_LEFT_OPEN = word_set("if whether unless until")
_SOURCES = word_set(
    "police officials official authorities prosecutors court ministry government council spokesman"
    " chairman chairwoman president mayor minister governor chief director secretary"
    " sheriff service"
    " authority association league union federation spokeswoman spokesperson"
    " organisers organizers investigators firefighters company agency"
    " department office hospital rescuers coastguard doctors judge operator airline club"
)
_SAYING = base_set("say tell report state add write")


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of a subject or object by their stems; `head` is the word it hangs on.

    `plain` tells that nothing before the head changes what it names ("a similar bill"), `some`
    that it names a number of them ("three passengers"), `every` all of them. `none`: nobody.
    """

    head: str = ""
    words: frozenset[str] = frozenset()
    pronoun: bool = False
    none: bool = False
    plain: bool = True
    some: bool = False
    every: bool = False


@dataclass(frozen=True, slots=True)
class Proposition:
    """A verb by its base form ("sink", "vote_down") or a predicate ("mayor"), and what it says.

    `agent` does it and `patient` has it done to it, in the active and the passive alike. `rest`
    are the stems of all else in its clause. `denied`: it is said not to be so. `open`: it is
    not said to be so, but perhaps, planned, asked for, quoted or claimed by somebody.
    """

    verb: str
    agent: Phrase
    patient: Phrase
    rest: frozenset[str]
    denied: bool
    open: bool
    tense: Tense
    predicate: bool = False
    passive: bool = False
    there: bool = False

    @property
    def words(self) -> frozenset[str]:
        """The stems of everything that it says."""
        return self.agent.words | self.patient.words | self.rest | {self.verb.partition("_")[0]}


@lru_cache(1_024)
def propositions(sentence: str) -> tuple[Proposition, ...]:
    """What an English sentence says, one for each of its verbs that has a subject, in order.

    >>> found = propositions("The ferry did not sink.")[0]
    >>> found.verb, found.agent.head, found.denied, found.tense
    ('sink', 'ferri', True, 'done')
    """
    doc = analyse([sentence])[0]
    quoted = quoted_tokens(doc)
    verbs = (token for token in doc if token.pos_ in ("VERB", "AUX"))
    return tuple(found for token in verbs for found in _said(token, quoted))


def _said(verb: Token, quoted: frozenset[int]) -> Iterator[Proposition]:
    if verb.dep_ in ("aux", "auxpass", "amod", "compound"):
        return
    first = _first(verb)
    own = [child for child in verb.children if child.dep_ in SUBJECTS]
    subject = own[0] if own else _inherited(verb)
    there = any(child.dep_ == "expl" for child in verb.children)
    if subject is None and not there:
        return
    passive = is_passive(verb)
    passive = passive or (
        not own and verb.dep_ == "conj" and verb.tag_ == "VBN" and is_passive(first)
    )
    objects = [child for child in verb.children if child.dep_ in _OBJECTS]
    is_be = base(verb.text) in _IS
    predicate = next((c for c in objects if is_be and c.dep_ in ("attr", "acomp")), None)
    doer = _phrase(_meant(subject, verb))
    done_to = _phrase(next((c for c in objects if c != predicate), None))
    if passive:
        by = [c for c in verb.children if c.dep_ == "agent"]
        agents = [t for c in by for t in c.children if t.dep_ == "pobj"]
        doer, done_to = _phrase(agents[0] if agents else None), doer
    word = base(predicate.text) if predicate is not None else _verb(verb)
    taken = {subject if not there else None, *(c for c in objects if c != predicate)}
    rest = _rest(verb, taken)
    denied = _denied(verb, subject, [*objects])
    fails, open_ = _left_open(verb, quoted)
    open_ = open_ or (predicate is not None and not _phrase(predicate).plain and not denied)
    yield Proposition(
        verb=word,
        agent=doer,
        patient=done_to,
        rest=rest - {word},
        denied=denied != fails,
        open=open_,
        tense=_tense(verb, first),
        predicate=predicate is not None,
        passive=passive,
        there=there,
    )


def _first(verb: Token) -> Token:
    """The verb that a chain of joined verbs begins with."""
    while verb.dep_ == "conj" and verb.head.pos_ in ("VERB", "AUX") and not _has_subject(verb):
        verb = verb.head
    return verb


def _has_subject(verb: Token) -> bool:
    return any(child.dep_ in (*SUBJECTS, "expl") for child in verb.children)


def _inherited(verb: Token) -> Token | None:
    """The subject of a verb that has none of its own: that of its governor."""
    while verb.dep_ in ("conj", "xcomp") and verb.head.pos_ in ("VERB", "AUX"):
        verb = verb.head
        for child in verb.children:
            if child.dep_ in SUBJECTS:
                return child
    return None


def _meant(subject: Token | None, verb: Token) -> Token | None:
    """Whom "it" means in "the firm said it would close": the one who says so."""
    if subject is None or subject.lower_ not in ("it", "he", "she", "they") or verb.dep_ != "ccomp":
        return subject
    speakers = [c for c in verb.head.children if c.dep_ == "nsubj" and c.i < subject.i]
    return speakers[0] if speakers and verb.head.pos_ == "VERB" else subject


def _phrase(token: Token | None) -> Phrase:
    if token is None:
        return Phrase()
    if token.tag_ in ("WDT", "WP") and token.head.dep_ == "relcl":
        token = token.head.head
    parts = [
        each
        for each in token.subtree
        if not any(
            a.dep_ in ("relcl", "acl", "appos") and token.is_ancestor(a)
            for a in (each, *each.ancestors)
        )
    ]
    words = frozenset(base(each.text) for each in parts if stems(each.text))
    before = {each.lower_ for each in token.children if each.i < token.i}
    return Phrase(
        base(token.text) if stems(token.text) else token.lower_,
        words,
        pronoun=token.tag_ in ("PRP", "DT", "WP", "WDT"),
        none=token.lower_ in _NOBODY or "no" in before,
        plain=before.isdisjoint(_OTHER),
        some=any(c.dep_ == "nummod" for c in token.children) or not before.isdisjoint(_SOME),
        every=not before.isdisjoint(_EVERY),
    )


_SOME = word_set("some several many few most half two three part parts")
_EVERY = word_set("all every each both whole entire")
_OTHER = word_set(
    "similar another other different former previous proposed draft fake alleged would-be earlier"
    " second third fourth possible potential acting deputy few some most half neither either"
)


def _verb(verb: Token) -> str:
    word = base(verb.text)
    known = particles(word)
    for child in verb.children:
        if (
            child.i > verb.i
            and child.lower_ in known
            and child.dep_ in ("prt", "prep", "advmod", "acomp")
        ):
            return f"{word}_{child.lower_}"
        if child.dep_ == "dobj" and child.lower_ in known:
            return f"{word}_{child.lower_}"
    return word


def _rest(verb: Token, taken: set[Token | None]) -> frozenset[str]:
    found: set[str] = set()
    for child in verb.children:
        if child in taken or child.dep_ in _OTHER_CLAUSES or child.dep_ in SUBJECTS:
            continue
        found |= {base(each.text) for each in child.subtree if stems(each.text)}
    return frozenset(found)


def _denied(verb: Token, subject: Token | None, objects: list[Token]) -> bool:
    first = _first(verb)
    nots = [c for c in verb.children if c.dep_ == "neg" or c.lower_ in ("never", "neither", "nor")]
    if first != verb and not nots and _shares_auxiliary(verb):
        nots = [c for c in first.children if c.dep_ == "neg"]
    only = any(c.lower_ in ("only", "just", "merely", "necessarily") for c in verb.children)
    longer = any(c.lower_ == "longer" for c in verb.subtree if c.head.i == verb.i)
    of_none = subject is not None and _phrase(subject).none
    none = any(_phrase(each).none for each in objects)
    count = bool(nots or longer) + of_none + none
    return count % 2 == 1 and not (nots and only)


def _shares_auxiliary(verb: Token) -> bool:
    return verb.tag_ in ("VB", "VBN", "VBG") and not any(c.dep_ == "aux" for c in verb.children)


def _left_open(verb: Token, quoted: frozenset[int]) -> tuple[bool, bool]:
    """Whether what governs a verb denies it, and whether anything leaves it open."""
    fails = False
    is_open = verb.i in quoted or verb.doc[-1].text == "?"
    is_open = is_open or any(c.dep_ == "preconj" for c in verb.children)
    token = verb
    while True:
        words = {c.lower_ for c in token.children if c.dep_ in ("aux", "advmod", "mark", "neg")}
        words |= {
            c.lower_ for each in token.children if each.dep_ == "advmod" for c in each.children
        }
        modals = words & _MODALS
        unable = modals <= _ABLE and is_negated(token)
        decided = modals == {"would"} and token.dep_ == "ccomp"
        decided = decided and base(token.head.text) in _DECIDED
        is_open = is_open or not words.isdisjoint(_HEDGES | _LEFT_OPEN)
        is_open = is_open or (bool(modals) and not unable and not decided)
        asides = [c for c in token.children if c.dep_ == "parataxis"]
        is_open = is_open or not all(_vouched(each, base(each.text), verb) for each in asides)
        head, relation = token.head, token.dep_
        if head == token or head.pos_ not in ("VERB", "AUX", "NOUN", "PROPN", "ADJ"):
            break
        governor = base(head.text)
        if relation == "xcomp":
            if governor in _FAILS:
                fails = not fails
            elif governor not in _DOES or head.lower_ == "going":
                is_open = is_open or head.lower_ != "going"
            if is_negated(head):
                fails = not fails
        elif relation == "ccomp" and head.pos_ not in ("VERB", "AUX"):
            break
        elif relation == "ccomp":
            is_open = is_open or not _vouched(head, governor, token)
            denied = is_negated(head)
            is_open = is_open or denied
        elif relation in ("acl", "pcomp", "advcl", "csubj"):
            is_open = True
        elif relation == "conj" and not _has_subject(token):
            pass
        elif relation == "conj":
            head_marks = {c.lower_ for c in head.children if c.dep_ == "mark"}
            is_open = is_open or not head_marks.isdisjoint(_LEFT_OPEN)
            if head.dep_ not in ("ccomp", "conj"):
                break
        elif relation in ("relcl", "appos"):
            break
        token = head
    # A condition after the verb: "will sail if"; and what "not" denies besides the verb.
    for child in verb.children:
        if child.lower_ in ("until", "till") or (
            child.dep_ == "advcl" and any(c.lower_ in ("until", "because") for c in child.children)
        ):
            is_open = is_open or is_negated(verb)
        if child.dep_ == "advcl" and any(
            c.dep_ == "mark" and c.lower_ in ("if", "unless") for c in child.children
        ):
            is_open = True
    return fails, is_open


def _vouched(head: Token, governor: str, clause: Token) -> bool:
    """Whether what is said is told as so: found, confirmed; or said by those who have to know."""
    if governor in _FACT_VERBS:
        return True
    if governor not in _SAYING:
        return False
    speakers = [c for c in head.children if c.dep_ == "nsubj"]
    inner = [c for c in clause.children if c.dep_ in SUBJECTS]
    if not speakers or not inner:
        return False
    known = any(each.lower_ in _SOURCES for each in speakers[0].subtree)
    return known and inner[0].tag_ != "PRP" and speakers[0].lower_ != inner[0].lower_


def _tense(verb: Token, first: Token) -> Tense:
    helpers = {c.lower_ for c in verb.children if c.dep_ in ("aux", "auxpass")}
    if not helpers and first != verb and verb.tag_ in ("VB", "VBN", "VBG"):
        helpers = {c.lower_ for c in first.children if c.dep_ in ("aux", "auxpass")}
    governor = verb.head if verb.dep_ == "xcomp" else None
    if helpers & {"will", "wo", "'ll", "’ll", "shall", "would"} or (
        governor and governor.lower_ == "going"
    ):
        return "coming"
    if governor is not None and not helpers - {"to"}:
        return _tense(governor, _first(governor))
    if helpers & {"did", "had", "was", "were", "has", "have", "'ve", "’ve"}:
        progressive = verb.tag_ == "VBG" and not helpers & {"was", "were", "had"}
        return "now" if progressive else "done"
    if verb.tag_ in ("VBD", "VBN") and not helpers & {"is", "are", "am", "be", "'s", "’s", "'re"}:
        return "done"
    if verb.tag_ == "VBN" and helpers & {"'s", "’s"}:
        return "done"
    return "now"
