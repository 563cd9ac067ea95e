"""How surely a sentence has it that a verb is so: fact, coming, planned, possible, claimed, denied.

It climbs from a verb to what governs it in spaCy's tree. Rules are for English.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rag.language.analysis import is_negated
from rag.language.opposites import base, base_set, near
from rag.language.speech_cues import SAYING
from rag.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

Status = Literal["fact", "now", "coming", "planned", "wanted", "possible", "claimed"]

SUBJECTS = word_set("nsubj nsubjpass csubj")
_LONGEST_CHAIN = 12
_CONTROLS: dict[Status, frozenset[str]] = {
    "planned": base_set(
        "plan aim intend promise pledge vow agree decide prepare order tell require must set"
        " due ready willing expect allow ban forbid have be need"
    ),
    "wanted": base_set(
        "want hope threaten consider propose seek try ask offer demand call urge wish attempt"
        " invite recommend suggest request"
    ),
    "possible": base_set("fear believe think suspect likely seem appear doubt"),
    "claimed": base_set("claim allege say report rumour"),
}
_FAILS = base_set("fail refuse decline forget neglect deny doubt")
_DOES = base_set("manage begin start continue come help force happen use get go prove turn")
_PREVENTED = base_set("accuse suspect charge acquit clear prevent stop ban bar instead")
_POSSIBLE = word_set("may might could possibly perhaps maybe probably can")
_COMING = word_set("will shall 'll ’ll wo would")
_PLANNED = word_set("should must ought")
_CLAIMED = word_set("reportedly allegedly supposedly apparently purportedly")
_NEARLY = word_set("almost nearly virtually")
_NOT_SO = SAYING - word_set(
    "believe believes believed think thinks thought suggest suggests suggested call calls called"
    " ask asks asked"
)
_MOVES = word_set("be is are was were been go goes went gone going put get got remain remains stay")
_CONDITIONS = word_set("if unless whether until till provided providing once")
_PROVIDED = word_set("provided providing assuming supposing")
_OPEN_THINGS = base_set("interest delay hesitation difficulty trouble")
_FEARED = base_set("fear hope expect believe think suspect propose suggest demand want call ask")


def standing(verb: Token) -> tuple[bool, Status, Token | None]:
    """Whether a verb is denied, how surely it is said to be so, and by whom."""
    denied, status, speaker = False, _tense(verb), None
    token, inside = verb, False
    for _ in range(_LONGEST_CHAIN):
        adverbs = {c.lower_ for c in token.children if c.dep_ in ("advmod", "aux", "mark", "neg")}
        no = _negated(token)
        if inside and no:
            status = _weaker(status, "possible")
        elif not inside:
            denied = denied != no
        status = _weaker(status, _by_words(adverbs, token, verb))
        head, relation = token.head, token.dep_
        if head == token:
            break
        governor = verb_of(head) if head.pos_ == "VERB" else base(head.text)
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
            if head.lower_ in _PROVIDED and head.dep_ != "ROOT":
                status = _weaker(status, "possible")
            if governor in _FEARED and head.lower_ not in _NOT_SO:
                status = _weaker(status, "wanted")
            elif head.lower_ in SAYING:
                status = _weaker(status, "claimed")
                speaker = speaker or subject_of(head)
            elif is_negated(head):
                status = _weaker(status, "possible")
        elif relation == "pcomp":
            turned, weaker = _after_preposition(head)
            denied, status = denied != turned, _weaker(status, weaker)
            break
        elif relation == "acl" and token.tag_ == "VB":
            status = _weaker(status, "planned")
            break
        elif relation == "advcl":
            if token.tag_ == "VB" and any(c.lower_ == "to" for c in token.children):
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


def _negated(token: Token) -> bool:
    """Whether a verb has a "not" of its own, or shares that of the verb it is joined to."""
    words = {c.lower_ for c in token.children}
    longer = any(
        c.lower_ == "longer" and any(each.lower_ == "no" for each in c.children)
        for c in token.children
    )
    nots = any(c.dep_ == "neg" or c.lower_ in ("never", "neither", "nor") for c in token.children)
    shares = token.dep_ == "conj" and token.tag_ == "VB"
    if shares and not nots and not any(c.dep_ in ("aux", *SUBJECTS) for c in token.children):
        nots = is_negated(token.head)
    only = bool(words & {"only", "just", "merely", "necessarily"})
    return (nots and not only) or longer


def _after_preposition(preposition: Token) -> tuple[bool, Status]:
    """Whether "without", "accused of" and the like deny what follows, and how they leave it."""
    above = next((a for a in preposition.ancestors if a.pos_ == "VERB"), preposition.head)
    governor = base(above.text)
    if preposition.lower_ in _PROVIDED:
        return False, "possible"
    if preposition.lower_ == "without" or governor in ("acquit", "clear"):
        return True, "fact"
    of = preposition.lower_ in ("of", "for", "from", "about", "on")
    left_open = governor in _PREVENTED or (of and preposition.head.pos_ in ("VERB", "NOUN"))
    left_open = left_open or base(preposition.head.text) in _OPEN_THINGS
    return False, "possible" if left_open else "fact"


_ORDER: tuple[Status, ...] = ("fact", "now", "claimed", "coming", "planned", "wanted", "possible")


def _weaker(one: Status, other: Status) -> Status:
    return max(one, other, key=_ORDER.index)


def _by_words(adverbs: set[str], token: Token, verb: Token) -> Status:
    conditions = adverbs & _CONDITIONS
    if token.tag_ == "VBD":
        # "Led until her mast broke" says that it broke.
        conditions = conditions - {"until", "till", "once"}
    if conditions and token.dep_ in ("advcl", "ccomp", "conj"):
        return "possible"
    if "whether" in conditions and token.dep_ == "xcomp":
        return "possible"
    if "should" in adverbs and _inverted(token):
        return "possible"
    if adverbs & _POSSIBLE and not (adverbs & {"can", "could"} and is_negated(token)):
        return "possible"
    if adverbs & _PLANNED:
        return "planned"
    if adverbs & _COMING and token == verb:
        return "coming"
    if adverbs & _CLAIMED:
        return "claimed"
    return "planned" if adverbs & _NEARLY and token == verb else "fact"


def _inverted(token: Token) -> bool:
    """Whether a clause is a condition without "if": "Should she fail, …"."""
    should = next((c for c in token.children if c.lower_ == "should"), None)
    asks = token.doc[-1].text == "?"
    return should is not None and should.is_sent_start is True and not asks


def _controlled(governor: str) -> Status:
    for status, verbs in _CONTROLS.items():
        if governor in verbs:
            return status
    if governor == "go":
        return "coming"
    return "fact" if governor in _DOES or governor in _FAILS else "planned"


def _tense(verb: Token) -> Status:
    helpers = {c.lower_ for c in verb.children if c.dep_ in ("aux", "auxpass")}
    if helpers & _COMING:
        return "coming"
    if verb.dep_ == "xcomp" and "to" in helpers:
        return "fact"
    if verb.tag_ == "VB" and "to" in helpers:
        return "planned"
    if verb.tag_ == "VB" and not helpers and verb.dep_ != "ROOT":
        return "planned" if verb.dep_ == "advcl" else "now"
    if verb.tag_ in ("VBZ", "VBP", "VBG") and not helpers & {"was", "were", "had", "has", "have"}:
        return "now"
    present = helpers & {"is", "are", "'s", "’s", "am", "be", "do", "does"}
    return "now" if present else "fact"


def _according(verb: Token) -> Token | None:
    """Whom "according to" names in the clause of a verb or of what governs it."""
    for child in verb.children:
        if child.lower_ == "according":
            to = next((c for c in child.children if c.lower_ == "to"), None)
            return next((c for c in to.children if c.dep_ == "pobj"), None) if to else None
    return None


def subject_of(verb: Token) -> Token | None:
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


def verb_of(verb: Token) -> str:
    """The base form with its particle: "put_off"; "on_strike" of "went on strike"."""
    word = base(verb.text)
    for child in verb.children if verb.lower_ in _MOVES else ():
        held = next((c for c in child.children if c.dep_ == "pobj"), None)
        bare = held is not None and held.tag_ == "NN" and not list(held.children)
        if bare and held and child.dep_ == "prep" and child.lower_ in ("on", "in", "under"):
            return f"{child.lower_}_{base(held.text)}"
    for child in verb.children:
        joined = f"{word}_{child.lower_}"
        if child.i > verb.i and (
            child.dep_ == "prt" or (child.dep_ in ("prep", "advmod") and len(near(joined)) > 1)
        ):
            return joined
    return word


def first_of_chain(verb: Token) -> Token:
    """The first of the verbs that are joined to this one by "and"."""
    while verb.dep_ == "conj" and verb.head.pos_ in ("VERB", "AUX"):
        verb = verb.head
    return verb
