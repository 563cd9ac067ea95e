"""Whether a word that the article lacks is put into its wording, or stands for other words of it.

"The stormy regatta" puts a word to what the article has as "the regatta", and "with her parents"
another thing in the place of "with her husband". Where the article has other words in another
form, as in "the regatta, in high winds", the claim may say the same in its own. Rules are for
English.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rag.language.analysis import analyse
from rag.language.entities import numbers, stems
from rag.language.moments import without_moments
from rag.language.opposites import base, contraries, offices, reworded, things, verbs
from rag.language.synonyms import implied
from rag.language.words import word_set
from rag.verification.checks.evidence import Evidence, sentence

if TYPE_CHECKING:
    from spacy.tokens import Token

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
_CAUSED = word_set("cause trigger prompt spark blame")
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
    mine = _bases(token.doc)
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
            return base(each.head.text) in frozenset(map(base, _CAUSED))
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


def _bases(tokens: Iterable[Token]) -> frozenset[str]:
    return frozenset(base(each.text) for each in tokens if _says(each))


def _says(token: Token) -> bool:
    return token.text.isalpha() and bool(stems(token.text))
