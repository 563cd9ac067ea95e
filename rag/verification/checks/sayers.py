"""Whether the words that a claim puts into somebody's mouth are that person's in the article.

The article's quotations and reported speech are compared by their content words, quoted or not: a
claim reports in its own words what somebody said in others. Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.attribution import attributions
from rag.language.opposites import base, near
from rag.language.speakers import matches_speaker
from rag.language.synonyms import implied
from rag.language.words import word_set
from rag.verification.checks.differences import is_source
from rag.verification.checks.evidence import Evidence, Finding, bases_of, sentence

_FEWEST = 2
_MOST_OF_IT = 0.6
_FITS = 0.35
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
    return fits >= _FITS or bool(roles & bases_of(other))
