"""What a claim adds to what it cites: a modifier, place, cause or thing that is not there.

"The stormy regatta" says more than "the regatta", and "sold in haste" more than "sold". What a
claim leaves out is a matter of other checks. Rules are for English.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.language.analysis import analyse
from rag.language.entities import stems
from rag.language.moments import without_moments
from rag.language.opposites import base, near, offices, things, verbs
from rag.language.quantities import without_quantities
from rag.language.quotation_marks import quoted_tokens
from rag.verification.checks.evidence import Evidence, Finding

if TYPE_CHECKING:
    from spacy.tokens import Token

_ROOT = 5
_SHORTEST = 3
_PLACED = frozenset({"prep", "agent", "mark", "prt", "cc", "det", "aux", "auxpass", "neg", "pcomp"})


def additions(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """The first word of a claim that no word of the cited text bears out, names and verbs apart.

    Times and numbers are for other checks; what a verb adds, for that of roles. Words as general
    as "person" or "roughly" add nothing.
    """
    plain = frozenset(without_quantities(without_moments(claim)).replace("’", "'").split())
    plain = frozenset(word.strip(".,;:!?()“”\"'[]").removesuffix("'s") for word in plain)
    [doc] = analyse([claim])
    quoted = quoted_tokens(doc)
    for token in doc:
        if token.i in quoted or token.text not in plain or not _adds(token):
            continue
        if not held(token.text, evidence):
            reason = f"the article does not say “{token.text.lower()}”"
            yield Finding("partly", reason, "added")
            return


def held(word: str, evidence: Evidence) -> bool:
    """Whether what is cited, with what stands around it, has a word or another for the same."""
    form = base(word)
    if form in verbs("general") or form in verbs("vague") or form in evidence.implied:
        return True
    if not (near(form) | things(form) | offices(form)).isdisjoint(evidence.context):
        return True
    root = form[:_ROOT]
    return len(form) > _ROOT and any(each.startswith(root) for each in evidence.context)


def _adds(token: Token) -> bool:
    """Whether a word says something of its own: a noun, an adjective, an adverb; no name."""
    if len(token.text) < _SHORTEST or not token.text.isalpha() or not stems(token.text):
        return False
    if token.pos_ in ("PROPN", "NUM", "PRON", "DET", "ADP", "SCONJ", "CCONJ", "PART", "INTJ"):
        return False
    if token.dep_ in _PLACED or (token.text[0].isupper() and token.i):
        return False
    return token.pos_ not in ("VERB", "AUX") or token.dep_ == "amod"
