"""What a claim adds to what it cites: a modifier, place, cause or thing that is not there.

"The stormy regatta" says more than "the regatta", and "sold in haste" more than "sold". What a
claim leaves out is a matter of other checks. Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.language.analysis import analyse, quoted_tokens
from rag.language.entities import numbers, stems
from rag.language.moments import without_moments
from rag.language.opposites import (
    base,
    base_set,
    contraries,
    implied,
    offices,
    reworded,
    things,
    verbs,
)
from rag.language.quantities import without_quantities
from rag.language.words import word_set
from rag.verification.checks.evidence import Evidence, Finding, bases_of, sentence

if TYPE_CHECKING:
    from spacy.tokens import Token


_ROOT = 5
_FIRST_PART = 4
_SHORTEST = 3
_NEAR = 2
_MODIFIERS = frozenset({"amod", "advmod", "acomp"})
_PLACED = frozenset({"prep", "agent", "mark", "prt", "cc", "det", "aux", "auxpass", "neg", "pcomp"})


def additions(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """The first word of a claim that no word of the cited text bears out, names and verbs apart.

    Times and numbers are for other checks; what a verb adds, for that of roles. Words as general
    as "person" or "roughly" add nothing.
    """
    yield from _owned_by_another(claim, evidence)
    plain = frozenset(without_quantities(without_moments(claim)).replace("’", "'").split())
    plain = frozenset(word.strip(".,;:!?()“”\"'[]").removesuffix("'s") for word in plain)
    [doc] = analyse([claim])
    quoted = quoted_tokens(doc)
    for token in doc:
        if token.i in quoted or token.text not in plain or not _adds(token):
            continue
        modifies = token.dep_ in _MODIFIERS
        if _qualified(token, claim, evidence) if modifies else held(token.text, evidence):
            continue
        if inserted(token, evidence):
            reason = f"the article does not say “{token.text.lower()}”"
            yield Finding("partly", reason, "added")
            return


def _owned_by_another(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """That the article has "Osk's council" and never one of the place or person of the claim."""
    for token in analyse([claim])[0]:
        name = token.text[0].isupper() and token.text.lower() not in evidence.small_words
        if token.dep_ != "poss" or not name or token.head.pos_ != "NOUN":
            continue
        thing = base(token.head.text)
        there = [each.text for each in evidence.statements if thing in bases_of(each.text)]
        if any(re.search(rf"\b{re.escape(token.text)}\b", text) for text in there):
            continue
        owned = rf"\b([A-Z]\w+)['’]s? (?:\w+ )?{re.escape(token.head.text)}\b"
        others = [match[1] for text in there for match in re.finditer(owned, text)]
        if others and len(others) == len(there):
            thing_of = f"{others[0]}'s {token.head.text}"
            reason = f"the article says {thing_of}, not {token.text}'s {token.head.text}"
            yield Finding("partly", reason, "role")
            return


def _qualified(token: Token, claim: str, evidence: Evidence) -> bool:
    """Whether the cited text has a modifier: so, or in other words where it is of the same."""
    form = base(token.text)
    if form in verbs("general") or form in verbs("vague") or form in evidence.context:
        return True
    alike = reworded(form) | things(form) | offices(form)
    if not alike.isdisjoint(evidence.context):
        return True
    near_by = evidence.about(sentence(claim), _NEAR, 0)
    words = frozenset().union(*(bases_of(each.text) for each in near_by))
    return any(form in implied(word) or _same_root(form, word) for word in words)


def _same_root(one: str, two: str) -> bool:
    return len(one) > _ROOT and two.startswith(one[:_ROOT])


def _compound(form: str, other: str) -> bool:
    """Whether a word is the first part of another: "altar" of "altarpiece"."""
    return (
        len(form) >= _FIRST_PART
        and len(other) >= len(form) + _FIRST_PART
        and other.startswith(form)
    )


def held(word: str, evidence: Evidence) -> bool:
    """Whether what is cited, with what stands around it, has a word or another for the same."""
    form = base(word)
    if form in verbs("general") or form in verbs("vague") or form in evidence.implied:
        return True
    if not (reworded(form) | things(form) | offices(form)).isdisjoint(evidence.context):
        return True
    return any(_same_root(form, each) or _compound(form, each) for each in evidence.context)


def _adds(token: Token) -> bool:
    """Whether a word says something of its own: a noun, an adjective, an adverb; no name."""
    if len(token.text) < _SHORTEST or not token.text.isalpha() or not stems(token.text):
        return False
    if token.pos_ in ("PROPN", "NUM", "PRON", "DET", "ADP", "SCONJ", "CCONJ", "PART", "INTJ"):
        return False
    if token.dep_ in _PLACED or (token.text[0].isupper() and token.i):
        return False
    if token.dep_ == "appos" and token.head.pos_ == "PROPN" and base(token.text) in verbs("bodies"):
        return False
    return token.pos_ not in ("VERB", "AUX") or token.dep_ == "amod"


_SENTENCES = 3
_CORE = {
    "nsubj": "subject",
    "nsubjpass": "object",
    "dobj": "object",
    "attr": "predicate",
    "acomp": "predicate",
    "oprd": "predicate",
}
_OF_NOUNS = word_set("amod compound nmod poss appos")
_OF_VERBS = word_set("advmod prep agent npadvmod advcl")
_CAUSES = word_set("because due owing after following over thanks despite")
_CAUSED = base_set("cause trigger prompt spark blame")
_JOINED = word_set("compound nmod")


def inserted(token: Token, evidence: Evidence) -> bool:
    """Whether a word of the claim hangs on a word of the article that has nothing in its place.

    A noun is in the place of another where both are subject or object of the same verb, or hang on
    it by the same preposition: then the two are of different things. A cause that the article lacks
    is always put in.
    """
    head, how = _governor(token)
    if _is_cause(token):
        return True
    if (how == "amod" and token.i > head.i) or (how in _JOINED and head.pos_ == "PROPN"):
        return False
    mine = frozenset(base(each.text) for each in token.doc if _says(each))
    found = False
    for other in _occurrences(head, evidence):
        if _has_another(how, token, other, mine):
            return False
        found = True
    return found


def _governor(token: Token) -> tuple[Token, str]:
    """What a word hangs on, past those that it is joined to, and how: by which preposition."""
    while token.dep_ == "conj" or (token.dep_ == "compound" and token.head.pos_ == "NOUN"):
        token = token.head
    if token.dep_ in ("pobj", "pcomp"):
        return token.head.head, token.head.lower_
    if token.dep_ == "advmod" and token.head.dep_ == "amod":
        return token.head.head, "amod"
    return token.head, token.dep_


def _is_cause(token: Token) -> bool:
    """Whether a word is part of what a claim gives as a reason: "because of", "caused by"."""
    for each in (token, *token.ancestors):
        if each.dep_ == "agent":
            return base(each.head.text) in _CAUSED
        if each.dep_ in ("prep", "pcomp") and each.lower_ in _CAUSES:
            return True
        if each.dep_ == "advcl":
            marks = {child.lower_ for child in each.children if child.dep_ in ("mark", "aux")}
            return bool(marks & (_CAUSES | {"since", "to"}))
        if each.pos_ in ("VERB", "AUX"):
            return False
    return False


def _occurrences(head: Token, evidence: Evidence) -> Iterator[Token]:
    """The tokens with the base form of a word of the claim, in the sentences most like it."""
    if not _says(head):
        return
    near = evidence.about(sentence(head.doc.text), _SENTENCES, 0)
    for doc in analyse([each.text for each in near]):
        yield from (each for each in doc if base(each.text) == base(head.text))


def _has_another(how: str, token: Token, other: Token, mine: frozenset[str]) -> bool:
    """Whether a word of the article has something else that may be what the claim's word is."""
    if how in _CORE:
        return not any(
            _CORE.get(child.dep_) == _CORE[how] and child.pos_ in ("NOUN", "ADJ")
            for child in other.children
        )
    against = contraries(base(token.text))
    classes = _OF_NOUNS if how in _OF_NOUNS else {"advmod"} if how == "advmod" else _OF_VERBS
    found = False
    for child in other.children:
        words = [each for each in child.subtree if _unmatched(each, mine)]
        if words and (child.lower_ == how or any(base(each.text) in against for each in words)):
            return False
        found = found or (child.dep_ in classes and bool(words))
    return found


def _unmatched(token: Token, mine: frozenset[str]) -> bool:
    """Whether a word of the article says something that no word of the claim says."""
    form = base(token.text)
    if not _says(token) or numbers(token.text) or not without_moments(token.text).strip():
        return False
    if token.pos_ in ("PROPN", "NUM") or form in verbs("general") or form in verbs("vague"):
        return False
    return mine.isdisjoint(reworded(form) | things(form) | offices(form) | implied(form))


def _says(token: Token) -> bool:
    return token.text.isalpha() and bool(stems(token.text))
