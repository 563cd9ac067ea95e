"""What a speaker is called: the word that is the subject of "said" as a full name or a phrase.

Rules are for English.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.language.analysis import analyse
from rag.language.name_matching import INSTITUTIONS, bare_name, fullest_name
from rag.language.referents import referent
from rag.language.words import without_possessive, word_set

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_WITHIN = word_set("the and of for &")
_POINTING = word_set("this that these those both all some many")
_FEW_TOKENS = 8
Places = list[int | None]
"""For each character of a shortened statement its place in the text; None for a stand-in."""


def speaker_at(text: str, left: int, doc: Doc, head: Token, places: Places) -> str:
    """The speaker at a token: the fullest name, a phrase as it stands, "" where unsure."""
    at = places[head.idx]
    before = text[: left if at is None else at]
    if head.pos_ == "PRON" or head.lower_ in _POINTING:
        return _pronoun(text, left, doc, head)
    conjuncts = [token for token in head.conjuncts if token.i > head.i]
    if conjuncts and conjuncts[-1].i - head.i <= _FEW_TOKENS:
        both = doc[head.left_edge.i : conjuncts[-1].i + 1]
        if not any(token.is_quote for token in both):
            return " ".join(both.text.split())
    apposed = [c for c in head.children if c.dep_ == "appos" and c.pos_ == "PROPN" and c.i > head.i]
    # “Orr's fellow Democrat, Bo Lind,” is called Bo Lind.
    named = head.pos_ == "PROPN" and not (apposed and any(c.dep_ == "poss" for c in head.lefts))
    if named:
        return fullest_name(before, _proper(doc, head))
    if apposed and apposed[0].i - head.i <= _FEW_TOKENS:
        return fullest_name(before, _proper(doc, apposed[0]))
    return _phrase(doc, head)


def _proper(doc: Doc, head: Token) -> str:
    """A name without titles and roles before it: "Ann Orr" of "Tolbeck mayor Ann Orr"."""
    first = head.i
    while first > head.left_edge.i and _part_of_name(doc[first - 1]):
        first -= 1
    while doc[first].pos_ != "PROPN" and first < head.i:
        first += 1
    last = head.i + 1
    while (
        last < len(doc)
        and doc[last].pos_ == "PROPN"
        and doc[last].dep_ in ("compound", "flat", "appos", "nmod")
        and doc[last - 1].whitespace_
    ):
        last += 1
    name = bare_name(without_possessive(" ".join(doc[first:last].text.split())))
    owner = next((c for c in head.lefts if c.dep_ == "poss"), None)
    if owner is not None:
        return " ".join(doc[head.left_edge.i : last].text.split())
    if name.split()[-1].casefold() in INSTITUTIONS and doc[last : last + 1].text in ("of", "for"):
        end = last + 1
        while end < len(doc) and (doc[end].text[0].isupper() or doc[end].lower_ in _WITHIN):
            end += 1
        while doc[end - 1].lower_ in _WITHIN:
            end -= 1
        last = max(last, end)
        return " ".join(doc[first:last].text.split())
    return name


def _part_of_name(token: Token) -> bool:
    if token.pos_ == "PROPN" or token.text in ("&", ".", "-"):
        return True
    return token.lower_ in ("al", "bin", "de", "van", "von", "la", "del", "der", "el", "da")


def _phrase(doc: Doc, head: Token) -> str:
    """A speaker without a name as the text has it, to the end of "of ...": "a spokeswoman of Y"."""
    last = head.i + 1
    for child in head.rights:
        if (
            child.dep_ == "prep"
            and child.i == last
            and child.lower_ in ("of", "for", "from", "at", "with", "in")
        ):
            end = child.right_edge.i + 1
            if end - child.i > 8:
                break
            last = end
    words = " ".join(doc[head.left_edge.i : last].text.split())
    first = head.left_edge
    plain = first.tag_ in ("DT", "PRP$", "NNS", "JJ", "CD") and (first.i == 0 or first.tag_ == "DT")
    return words[0].lower() + words[1:] if plain and not _shouted(first) else words


def _shouted(token: Token) -> bool:
    return len(token) > 1 and token.text.isupper()


def _pronoun(text: str, left: int, doc: Doc, head: Token) -> str:
    """Whom the pronoun of a speaker stands for, where the sentences before leave no doubt."""
    kinds = {"he": False, "she": True}
    word = head.lower_
    if word in kinds:
        own = _only_person_before(text, left, doc, head)
        if own is not None:
            return own
        return referent(text, left, "person", kinds[word]) or ""
    if word == "it":
        return referent(text, left, "thing", None, word) or ""
    if word == "they":
        return referent(text, left, "people") or ""
    return ""


def _only_person_before(text: str, left: int, doc: Doc, head: Token) -> str | None:
    """The one person that the statement names before the pronoun; "" for several, None for none."""
    if head.i < 4:
        return None
    analyse([doc.text], named=True)
    people = {
        without_possessive(name.text): name
        for name in doc.ents
        if name.label_ == "PERSON" and name.end <= head.i
    }
    if not people:
        return None
    return fullest_name(text[:left], next(iter(people))) if len(people) == 1 else ""
