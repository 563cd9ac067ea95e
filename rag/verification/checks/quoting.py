"""Whether the quotations of a claim stand in the cited articles, and are said by who said them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from rag.language.entities import folded, names, quotations
from rag.language.sentences import sentence_spans
from rag.verification.checks.evidence import Evidence, Finding

_NEAR = 0.5
_LEFT_OUT = re.compile(r"(?<!\s)\s*[\[(]?\.\.\.[\])]?\s*")
_QUOTED = re.compile(r"[“„\"«][^“”„\"«»]*[”“\"»]?|(?<!\w)‘[^‘]*?’(?!\w)")
_SAYS = re.compile(
    r"\b(?:said|says|saying|told|tells|added|adds|asked|wrote|writes|replied|explained|warned|argued"
    r"|claimed|admitted|announced|noted|insisted|according to)\b"
)


def quoting(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """Quotations that stand nowhere in the cited articles, or are somebody else's words."""
    for quotation in quotations(claim):
        if any(_stands_in(quotation, text) for text in (*evidence.folded, *evidence.folded_around)):
            yield from _of_another(quotation, claim, evidence)
            continue
        nearest = _nearest(quotation, evidence.texts)
        reason = (
            f"the article has “{nearest}”, not “{quotation}”"
            if nearest
            else f"“{quotation}” does not stand in the cited article"
        )
        yield Finding("quote altered", reason, "quotation")


def _stands_in(quotation: str, text: str) -> bool:
    """Whether the parts of a quotation, between marks of omission, follow each other there."""
    position = 0
    for part in _LEFT_OUT.split(folded(quotation).strip(" '.,;:!?")):
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def _of_another(quotation: str, claim: str, evidence: Evidence) -> Iterator[Finding]:
    """That the article names another speaker in the sentence that holds the words."""
    said_by = _speakers(claim)
    sentences = (text[start:end] for text in evidence.around for start, end in sentence_spans(text))
    holders = [one for one in sentences if _stands_in(quotation, folded(one))]
    if not said_by or not holders:
        return
    speakers = [name for holder in holders for name in _speakers(holder)]
    told = {folded(name) for name in speakers}
    if speakers and not any(folded(name) in told for name in said_by):
        other, claimed = " ".join(dict.fromkeys(speakers)), " ".join(said_by)
        words = quotation.rstrip(" ,")
        reason = f"the article has {other} saying “{words}”, not {claimed}"
        yield Finding("unsupported", reason, "quotation")


def _speakers(text: str) -> list[str]:
    """The names in a sentence outside its quotations, where it says that somebody spoke."""
    outside = _QUOTED.sub(" then ", text)
    return names(outside) if _SAYS.search(outside) else []


def _nearest(quotation: str, texts: Sequence[str]) -> str:
    """As many words of the cited text as the quotation has, where the two agree; else ""."""
    sought = _bare_words(quotation)
    best, wording = _NEAR, ""
    for text in texts:
        words = text.split()
        there = _bare_words(text)
        block = SequenceMatcher(None, there, sought, autojunk=False).find_longest_match()
        start = max(0, block.a - block.b)
        window = there[start : start + len(sought)]
        ratio = SequenceMatcher(None, window, sought, autojunk=False).ratio()
        if ratio >= best:
            best, wording = ratio, " ".join(words[start : start + len(sought)])
    return wording.strip("“”\"‘’'.,;")


def _bare_words(text: str) -> list[str]:
    return [folded(word).strip("'.,;:!?()") for word in text.split()]
