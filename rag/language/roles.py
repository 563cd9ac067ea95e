"""Who does what to whom in a sentence, where, from what, to what, and how surely, by its syntax.

It reads one sentence and compares nothing. Rules are for English.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from rag.language.analysis import analyse
from rag.language.entities import stems
from rag.language.name_matching import TITLES, name_words
from rag.language.opposites import base, near
from rag.language.speech_cues import SAYING
from rag.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Status = Literal["fact", "now", "coming", "planned", "possible", "claimed"]

SUBJECTS = word_set("nsubj nsubjpass csubj")
_OBJECTS = word_set("dobj attr acomp oprd dative npadvmod")
_CLAUSES = word_set("relcl acl advcl ccomp parataxis csubj xcomp pcomp")
_COPULAS = word_set("be is are was were been being am 's ’s remain remained remains stay stayed stays")
_CONTROLS: dict[str, frozenset[str]] = {
    "planned": frozenset(
        map(
            base,
            word_set(
                "want hope plan aim intend threaten consider propose seek try ask need promise pledge vow"
                " agree decide prepare offer demand call urge order tell require must wish attempt set due"
                " ready willing expect invite allow ban forbid recommend suggest want request have be"
            ),
        )
    ),
    "possible": frozenset(map(base, word_set("fear believe think suspect likely seem appear doubt"))),
    "claimed": frozenset(map(base, word_set("claim allege say report rumour"))),
}
_FAILS = frozenset(map(base, word_set("fail refuse decline forget neglect deny doubt")))
_DOES = frozenset(
    map(base, word_set("manage begin start continue come help force happen use get go prove turn"))
)
_PREVENTED = frozenset(
    map(base, word_set("accuse suspect charge acquit clear prevent stop ban bar instead"))
)
_POSSIBLE = word_set("may might could possibly perhaps maybe probably can")
_COMING = word_set("will shall 'll ’ll wo would")
_PLANNED = word_set("should must ought")
_CLAIMED = word_set("reportedly allegedly supposedly apparently purportedly")
_NEARLY = word_set("almost nearly virtually")
_MOVES = word_set("be is are was were been go goes went gone going put get got remain remains stay")
_CONDITIONS = word_set("if unless whether until till")
_FEARED = frozenset(
    map(base, word_set("fear hope expect believe think suspect propose suggest demand want call ask"))
)
_LONGEST_CHAIN = 12
_NO_NAMES = TITLES | word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june"
    " july august september october november december"
)


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


@dataclass(frozen=True, slots=True)
class Clause:
    """A verb or predicate ("safe", "mayor") by its base form, and what it is said with.

    `agent` does it and `patient` has it done to it, in the active and the passive alike; None
    where the sentence names nobody. `others` are its other phrases by their preposition, "by"
    for a measure without one ("fell 3 per cent"). `speaker` says so where somebody does.
    `governs`: it only says how surely another verb of the sentence is so ("plans to").
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
    quoted = _quoted(doc)
    return tuple(
        _clause(token, token.i in quoted)
        for token in doc
        if token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass", "amod", "compound")
        and token.tag_ != "MD"
    )


def _clause(verb: Token, quoted: bool) -> Clause:
    children = list(verb.children)
    passive = any(c.dep_ in ("nsubjpass", "auxpass") for c in children) or (
        verb.tag_ == "VBN" and verb.dep_ == "acl"
    )
    passive = passive or (verb.dep_ == "conj" and verb.tag_ == "VBN" and _is_passive(_first(verb)))
    subject = _subject(verb)
    objects = [c for c in children if c.dep_ in _OBJECTS and c.dep_ != "npadvmod"]
    copula = verb.lower_ in _COPULAS
    predicate = next((c for c in objects if copula and c.dep_ in ("attr", "acomp")), None)
    done_to = next((c for c in objects if c != predicate and c.dep_ in ("dobj", "oprd")), None)
    agent, patient = _argument(subject), _argument(done_to)
    if passive:
        by = next((t for c in children if c.dep_ == "agent" for t in c.children), None)
        agent, patient = _argument(by), agent
    beside = [("by", _argument(done_to))] if passive and done_to is not None else []
    denied, status, speaker = _standing(verb)
    nobody = [each for each in (agent, patient) if each is not None and each.none]
    word = base(predicate.text) if predicate is not None else _verb(verb)
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
        quoted=quoted,
        speaker=speaker,
    )


def _leans(verb: Token) -> bool:
    """Whether a verb hangs on another as "to close" and "closing" do."""
    return verb.pos_ in ("VERB", "AUX") and (
        verb.tag_ == "VBG" or any(c.lower_ == "to" for c in verb.children)
    )


def _first(verb: Token) -> Token:
    while verb.dep_ == "conj" and verb.head.pos_ in ("VERB", "AUX"):
        verb = verb.head
    return verb


def _is_passive(verb: Token) -> bool:
    return any(c.dep_ in ("nsubjpass", "auxpass") for c in verb.children)


def _subject(verb: Token) -> Token | None:
    """The subject of a verb: its own, the noun it describes, or that of what governs it."""
    for _ in range(_LONGEST_CHAIN):
        own = next((c for c in verb.children if c.dep_ in SUBJECTS), None)
        if own is not None:
            relative = own.tag_ in ("WDT", "WP") and verb.dep_ == "relcl"
            return verb.head if relative else own
        if verb.dep_ in ("acl", "relcl") and verb.tag_ != "VB":
            return verb.head
        governor = next((a for a in verb.head.ancestors if a.pos_ in ("VERB", "AUX")), None)
        if verb.dep_ == "pcomp" and governor is not None:
            told = next((c for c in governor.children if c.dep_ in ("dobj", "nsubjpass")), None)
            if told is not None and base(governor.text) in _PREVENTED:
                return told
            verb = governor
        elif verb.dep_ == "xcomp" and verb.head.pos_ in ("VERB", "AUX", "ADJ"):
            told = next((c for c in verb.head.children if c.dep_ == "dobj"), None)
            if told is not None:
                return told
            verb = verb.head
        elif verb.dep_ in ("conj", "advcl") and verb.head.pos_ in ("VERB", "AUX"):
            verb = verb.head
        else:
            return None
    return None


def _verb(verb: Token) -> str:
    """The base form with its particle: "put_off"; "on_strike" of "went on strike"."""
    word = base(verb.text)
    for child in verb.children if verb.lower_ in _MOVES else ():
        held = next((c for c in child.children if c.dep_ == "pobj"), None)
        if child.dep_ == "prep" and held is not None and not list(held.children):
            if held.pos_ == "NOUN" and held.tag_ == "NN" and child.lower_ in ("on", "in", "under"):
                return f"{child.lower_}_{base(held.text)}"
    for child in verb.children:
        joined = f"{word}_{child.lower_}"
        if child.i > verb.i and (
            child.dep_ == "prt" or (child.dep_ in ("prep", "advmod") and len(near(joined)) > 1)
        ):
            return joined
    return word


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
        if token.dep_ == "prep":
            held = next((c for c in token.children if c.dep_ == "pobj"), None)
            if held is not None and (found := _argument(held)) is not None:
                yield token.lower_, found
        elif token.dep_ in ("npadvmod", "dative") and (found := _argument(token)) is not None:
            yield "by", found
        elif token.dep_ in ("nsubj", "nsubjpass", "csubj"):
            continue
        waiting = [*token.children, *waiting]
    if predicate is not None and predicate.pos_ in ("NOUN", "PROPN"):
        if (found := _argument(predicate)) is not None:
            yield "is", found


def _standing(verb: Token) -> tuple[bool, Status, Argument | None]:
    """Whether a verb is denied, how surely it is said to be so, and by whom."""
    denied, status, speaker = False, _tense(verb), None
    token, inside = verb, False
    for _ in range(_LONGEST_CHAIN):
        words = {c.lower_ for c in token.children}
        adverbs = {c.lower_ for c in token.children if c.dep_ in ("advmod", "aux", "mark", "neg")}
        only = bool(words & {"only", "just", "merely", "necessarily"})
        longer = any(c.lower_ == "longer" and any(g.lower_ == "no" for g in c.children)
                     for c in token.children)
        nots = any(c.dep_ == "neg" or c.lower_ in ("never", "neither", "nor") for c in token.children)
        if not nots and token.dep_ == "conj" and not any(c.dep_ in ("aux", *SUBJECTS) for c in token.children) and token.tag_ == "VB":
            nots = any(c.dep_ == "neg" for c in token.head.children)
        if inside and (nots or longer):
            status = _weaker(status, "possible")
        elif not inside:
            denied = denied != ((nots and not only) or longer)
        status = _weaker(status, _by_words(adverbs, token, verb))
        head, relation = token.head, token.dep_
        if head == token:
            break
        governor = _verb(head) if head.pos_ == "VERB" else base(head.text)
        if relation == "xcomp":
            if inside and governor in _FAILS:
                status = _weaker(status, "possible")
            elif not inside:
                denied = denied != (governor in _FAILS)
            if any(c.lower_ == "to" for c in token.children):
                status = _weaker(status, _controlled(governor))
        elif relation == "ccomp" and head.pos_ in ("VERB", "AUX"):
            denied = denied != (governor in _FAILS and not inside)
            inside = True
            if governor in _FEARED and head.lower_ not in SAYING - word_set("believe believes believed think thinks thought suggest suggests suggested call calls called ask asks asked"):
                status = _weaker(status, "planned")
            elif head.lower_ in SAYING:
                status = _weaker(status, "claimed")
                speaker = speaker or _argument(_subject(head))
            elif any(c.dep_ == "neg" for c in head.children):
                status = _weaker(status, "possible")
        elif relation == "pcomp":
            above = next((a for a in head.ancestors if a.pos_ == "VERB"), head.head)
            governor = base(above.text)
            if head.lower_ == "without" or governor in ("acquit", "clear"):
                denied = not denied
            elif governor in _PREVENTED or head.lower_ in ("of", "for", "from", "about", "on") and head.head.pos_ in ("VERB", "NOUN"):
                status = _weaker(status, "possible")
            break
        elif relation == "acl" and token.tag_ == "VB":
            status = _weaker(status, "planned")
            break
        elif relation == "advcl":
            if token.tag_ == "VB" and "to" in words:
                status = _weaker(status, "planned")
            break
        elif relation == "conj" and not any(c.dep_ in SUBJECTS for c in token.children):
            if token.tag_ == "VB" and any(c.dep_ == "aux" for c in head.children):
                status = _weaker(status, _tense(head))
        elif relation not in ("conj", "parataxis", "dep"):
            break
        token = head
    speaker = speaker or _according(verb)
    if speaker is not None:
        status = _weaker(status, "claimed")
    return denied, status, speaker


_ORDER: tuple[Status, ...] = ("fact", "now", "claimed", "coming", "planned", "possible")


def _weaker(one: Status, other: Status) -> Status:
    return max(one, other, key=_ORDER.index)


def _by_words(adverbs: set[str], token: Token, verb: Token) -> Status:
    if adverbs & _CONDITIONS and token.dep_ in ("advcl", "ccomp", "conj"):
        return "possible"
    if adverbs & _POSSIBLE and not (adverbs & {"can", "could"} and any(c.dep_ == "neg" for c in token.children)):
        return "possible"
    if adverbs & _PLANNED:
        return "planned"
    if adverbs & _COMING and token == verb:
        return "coming"
    if adverbs & _CLAIMED:
        return "claimed"
    return "planned" if adverbs & _NEARLY and token == verb else "fact"


def _controlled(governor: str) -> Status:
    for status in ("planned", "possible", "claimed"):
        if governor in _CONTROLS[status]:
            return "planned" if status == "planned" else "possible" if status == "possible" else "claimed"
    if governor == "go":
        return "coming"
    return "fact" if governor in _DOES or governor in _FAILS else "planned"


def _tense(verb: Token) -> Status:
    helpers = {c.lower_ for c in verb.children if c.dep_ in ("aux", "auxpass")}
    if helpers & _COMING:
        return "coming"
    if verb.dep_ == "xcomp" and "to" in helpers:
        return "fact"
    if verb.tag_ == "VB" and not helpers and verb.dep_ != "ROOT":
        return "planned" if verb.dep_ == "advcl" else "now"
    if verb.tag_ in ("VBZ", "VBP", "VBG") and not helpers & {"was", "were", "had", "has", "have"}:
        return "now"
    present = helpers & {"is", "are", "'s", "’s", "am", "be", "do", "does"}
    return "now" if present else "fact"


def _according(verb: Token) -> Argument | None:
    """Whom "according to" names in the clause of a verb or of what governs it."""
    for child in verb.children:
        if child.lower_ == "according":
            to = next((c for c in child.children if c.lower_ == "to"), None)
            return _argument(next((c for c in to.children if c.dep_ == "pobj"), None)) if to else None
    return None


def _quoted(doc: Doc) -> frozenset[int]:
    """The places of the words between quotation marks."""
    inside, found = False, set()
    for token in doc:
        if token.text in ("“", "„", "«", "``"):
            inside = True
        elif token.text in ("”", "»", "''"):
            inside = False
        elif token.text == '"':
            inside = not inside
        elif inside:
            found.add(token.i)
    return frozenset(found)
