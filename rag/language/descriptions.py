"""How much a word, a phrase or a clause says of what somebody or something is.

Rules are for English.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.language.analysis import is_negated
from rag.language.name_matching import TITLES, is_role
from rag.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_COPULAS = word_set(
    "is are was were be been being 's ’s become becomes became remain remains remained"
)
_TAKING, _OFFICE_TAKEN = word_set("took takes"), word_set("oath office over helm charge")
_ROLE_VERBS = word_set(
    "serves served serve works worked work plays played acts acted leads led heads headed runs"
    " represents represented owns owned chairs chaired directs directed holds held coached"
    " competes competed consists consisted comprises comprised"
)
_DEEDS = word_set("founded co-founded won joined invented discovered created wrote helped")
_MAKING = word_set(
    "formed founded established created born launched invented named known called considered"
    " described nicknamed dubbed appointed elected nominated re-elected reelected selected"
    " chosen sworn crowned hired based made designed discovered developed built introduced"
    " promoted credited recognized recognised regarded remembered released published owned"
    " headquartered designated listed classified identified set comprised composed"
)
_LEADING = word_set("serving leading running representing")
_ORIGINS = word_set("grew began started originated emerged evolved arose")
_ORIGINS_FROM = word_set("out as from")
KINDS = re.compile(
    r"(?:gang|group|band|party|company|firm|festival|agency|movement|organi[sz]ation|app|platform"
    r"|network|website|charity|foundation|militia|cartel|cult|museum|airline|brand|magazine|newspaper"
    r"|chain|bank|union|club|team|league|ship|ferry|vessel|rocket|spacecraft|telescope|satellite|drug"
    r"|vaccine|virus|variant|disease|syndrome|storm|hurricane|comet|asteroid|planet|island|river|bridge"
    r"|dam|mine|plant|film|movie|series|show|album|song|book|novel|game|model|material|software|tool"
    r"|program|programme|project|mission|law|bill|act|treaty|theory|conspiracy|cryptocurrency|family"
    r"|dynasty|tribe|language|religion|church|sect|neighborhood|neighbourhood|suburb|village|town|city"
    r"|district|region|province|country)$"
)
"""Nouns for what a name may be a name of."""

_TIMES = word_set(
    "today tomorrow yesterday tonight week month year day morning afternoon evening night weekend"
    " time hour minute decade century season"
)
_TEMPORARY = word_set(
    "one part able sure time day way thing reason case example fan target subject victim"
    " source place sign people problem truth something nothing lot kind right wrong mistake"
)
_EMPTY_ROLES = TITLES | word_set(
    "man woman person people boy girl guy couple pair one others other group thing friend"
    " colleague sources source star"
)
_OFFICES = word_set(
    "senator representative governor general colonel professor judge justice president"
    " minister chancellor secretary mayor king queen prince princess pope cardinal bishop"
    " archbishop rabbi imam congressman congresswoman ambassador commissioner sheriff"
    " attorney coach"
)


def strength_of(verb: Token) -> float:
    """How much a verb with its complement says of what its subject is; 0 for nothing."""
    if is_negated(verb):
        return 0.0
    if verb.lower_ in _COPULAS and verb.dep_ not in ("aux", "auxpass"):
        nouns = [child for child in verb.children if _is_complement(child)]
        told = [child for child in nouns if child.lower_ not in _TEMPORARY or _of(child)]
        if not told:
            return 0.0
        if any(child.tag_ == "MD" for child in verb.children):
            return 0.4
        content = content_words(verb.doc, told[0].left_edge.i, told[0].right_edge.i + 1)
        return weight_of(content) * (1.0 if verb.lower_ in ("is", "are", "was", "were") else 0.95)
    passive = any(child.dep_ == "auxpass" for child in verb.children)
    if verb.lower_ in _MAKING and (passive or verb.dep_ == "acl"):
        return (
            0.85
            if any(child.pos_ != "PUNCT" and child.i > verb.i for child in verb.children)
            else 0.3
        )
    if verb.lower_ in _TAKING and _takes_office(verb):
        return 0.85
    if verb.lower_ in _ROLE_VERBS:
        return 0.6
    if verb.lower_ in _ORIGINS and any(c.lower_ in _ORIGINS_FROM for c in verb.children):
        return 0.6
    if verb.lower_ in _DEEDS and any(child.dep_ == "dobj" for child in verb.children):
        return 0.4
    return 0.0


def _takes_office(verb: Token) -> bool:
    """Whether somebody takes the oath, or takes over, as what a word for a role says."""
    parts = [child for child in verb.subtree if child.i > verb.i]
    taken = any(child.lower_ in _OFFICE_TAKEN and child.head == verb for child in parts)
    return taken and any(
        child.lower_ == "as" and any(can_be_role(role) for role in child.children)
        for child in parts
    )


def _is_complement(token: Token) -> bool:
    """Whether a complement is a noun, "one of the mills", or a role taken for an adjective."""
    if token.dep_ in ("attr", "oprd", "dobj"):
        return token.pos_ in ("NOUN", "PROPN") or (token.lower_ == "one" and _of(token))
    return token.dep_ == "acomp" and is_role(token.text)


def _of(token: Token) -> bool:
    return any(child.lower_ == "of" for child in token.children)


def tells(verb: Token) -> bool:
    """Whether a clause that hangs on a name says what it is, not just what it did."""
    if verb.tag_ in ("VBN", "VBG") and not any(c.dep_ in ("aux", "auxpass") for c in verb.children):
        return verb.lower_ in _MAKING or verb.lower_ in _LEADING
    return strength_of(verb) > 0 or verb.lower_ in _MAKING


def content_words(doc: Doc, first: int, last: int) -> list[Token]:
    """The tokens from `first` to before `last` that say something: no articles, no "of"."""
    return [
        token for token in doc[first:last] if token.pos_ in ("NOUN", "PROPN", "ADJ", "NUM", "VERB")
    ]


def can_be_role(token: Token) -> bool:
    """Whether a word can be what somebody is: a noun, or a title written with a capital."""
    if token.pos_ == "NOUN":
        return token.lower_ not in _TIMES
    if token.pos_ == "ADJ":
        return is_role(token.text)
    return token.pos_ == "PROPN" and (token.lower_ in TITLES or is_role(token.text))


def weight_of(content: list[Token]) -> float:
    """From the number of telling words: one alone "gymnast" .75, a bare title .3, three 1."""
    words = [token.lower_.strip(".") for token in content]
    telling = sum(word not in _EMPTY_ROLES for word in words)
    offices = sum(word in _OFFICES for word in words)
    if not telling and not offices:
        return 0.3
    return {1: 0.7, 2: 0.9}.get(telling + offices, 1.0)


_FIRSTS = word_set("first youngest oldest fastest tallest longest longest-serving only last")
_BECOMING = word_set("be is was become becomes became becoming makes made make making")

_ENOUGH = 0.9


def first_of_its_kind(doc: Doc, after: int, head: Token) -> Token | None:
    """The noun of "made history as the first woman to run it", said of a name with that head.

    None where the name is not the first of anything, and where its own verb says enough.
    """
    top = head
    while top.dep_ in ("compound", "appos", "nmod") and top.head != top:
        top = top.head
    for token in doc[after:]:
        what = token.head
        if token.lower_ not in _FIRSTS or what.pos_ not in ("NOUN", "PROPN"):
            continue
        verb = what.head.head if what.dep_ == "pobj" else what.head
        said = verb == top.head and strength_of(verb) >= _ENOUGH
        if verb.lower_ in _BECOMING and not said and _leads_up(verb, top):
            return what
    return None


def _leads_up(verb: Token, top: Token) -> bool:
    """Whether a verb belongs to the clause whose subject a name is, or hangs on the name."""
    while verb not in (top, top.head):
        if verb.dep_ not in ("advcl", "relcl", "pcomp", "prep", "xcomp", "conj"):
            return False
        verb = verb.head
    return True
