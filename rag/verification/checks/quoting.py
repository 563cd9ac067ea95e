"""Whether the quotations of a claim stand in the cited articles, and are said by who said them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from rag.language.attribution import attributions
from rag.language.entities import folded, long_quotations, quotations
from rag.language.opposites import base, implied, near
from rag.language.speakers import matches_speaker
from rag.language.words import Wording, word_set
from rag.verification.checks.differences import is_source
from rag.verification.checks.evidence import Evidence, Finding, bases_of, sentence

_NEAR = 0.5
_LEFT_OUT = re.compile(r"(?<!\s)\s*[\[(]?\.\.\.[\])]?\s*")
_FITS = 0.5
_FEW = 2


def quoting(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """Quotations that stand nowhere in the cited articles, or are somebody else's words."""
    for quotation in long_quotations(claim):
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
    for few in _few_words(claim):
        if not any(_stands_in(few, text) for text in (*evidence.folded, *evidence.folded_around)):
            reason = f"“{few}” does not stand in the cited article"
            yield Finding("partly", reason, "quotation")


def _few_words(claim: str) -> list[str]:
    """What stands between quotation marks and is a word or two."""
    found = [claim[each.start : each.end] for each in quotations(claim)]
    return [words for words in found if 1 <= len(words.split()) <= _FEW and words.strip(" .,")]


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
    """That the articles have somebody else say the words than the claim."""
    by = [
        each.speaker for each in attributions(claim, 0, len(claim)) if each.quoted and each.speaker
    ]
    said_by = [name for name in by if name[:1].isupper()]
    if not said_by:
        return
    found = [
        (text, speaker)
        for text in evidence.around
        for speaker in _speakers(quotation, text)
        if speaker
    ]
    for text, speaker in found:
        if any(matches_speaker(speaker, name, text) >= _FITS for name in said_by):
            return
    if found:
        other, claimed = found[0][1], " ".join(said_by)
        words = quotation.rstrip(" ,")
        reason = f"the article has {other} saying “{words}”, not {claimed}"
        yield Finding("unsupported", reason, "quotation")


def _speakers(quotation: str, text: str) -> Iterator[str]:
    """Whom a text has say the words, each time that it has them; "" where it names nobody."""
    first = next((part for part in _LEFT_OUT.split(quotation) if part.strip()), quotation)
    words = Wording(first)
    there = Wording(text)
    for at in there.occurrences(words.folded) if words.folded else ():
        start, end = there.span(at, at + len(words) - 1)
        yield next(
            (
                each.speaker
                for each in attributions(text, start, end)
                if each.quoted and each.speaker
            ),
            "",
        )


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


_FEWEST = 2
_MOST_OF_IT = 0.6
_MAY_BE = 0.35
_PRONOUNS = word_set("he she they it we i who one you this that")


def sayers(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """The speaker of a claim, where the article gives the same words to others and none to them."""
    for said in attributions(claim, 0, len(claim)):
        speaker = said.speaker.strip()
        if not speaker or speaker.lower() in _PRONOUNS or is_source(speaker, evidence):
            continue
        words = _content(claim[said.start : said.end])
        if len(words) < _FEWEST:
            continue
        found = list(_who_says(words, evidence))
        best = max((share for share, _, _ in found), default=0.0)
        if best < _MOST_OF_IT:
            continue
        likely = [(who, article) for share, who, article in found if share >= best - 0.1]
        if all(who and not _is(speaker, who, article, evidence) for who, article in likely):
            reason = f"the article has {likely[0][0]} saying so, not {speaker}"
            yield Finding("unsupported", reason, "role")
            return


def _who_says(words: frozenset[str], evidence: Evidence) -> Iterator[tuple[float, str, str]]:
    """How much of the words somebody says in an article, who, and the article.

    What nobody is said to say comes as said by "".
    """
    for article in evidence.around:
        taken = attributions(article, 0, len(article))
        for each in taken:
            yield _share(words, article[each.start : each.end]), each.speaker, article
        for held in evidence.statements:
            inside = any(one.start < held.end and held.start < one.end for one in taken)
            if held.article == article and not inside:
                yield _share(words, held.text), "", article


def _share(words: frozenset[str], text: str) -> float:
    there = bases_of(text)
    meant = there.union(*map(implied, there), *map(near, there))
    return len(words & meant) / len(words)


def _content(text: str) -> frozenset[str]:
    one = sentence(text)
    return frozenset(base(word) for word in one.words if base(word) in one.stems)


def _is(speaker: str, other: str, article: str, evidence: Evidence) -> bool:
    """Whether two phrases may be for one speaker: by name, by half of it, or by a role.

    A role that the article has no word for, such as "his lawyer", may be anybody's.
    """
    if other.lower() in _PRONOUNS:
        return True
    roles = bases_of(speaker) - {"the", "a", "of", "his", "her", "their", "its"}
    if not re.search(r"[A-Z]", speaker) and not roles <= evidence.vocabulary:
        return True
    fits = max(matches_speaker(other, speaker, article), matches_speaker(speaker, other, article))
    return fits >= _MAY_BE or bool(roles & bases_of(other))
