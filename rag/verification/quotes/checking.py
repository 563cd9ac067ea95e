"""The quotation marks of a claim against the articles it cites: pure, no archive is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from rag.language.attribution import said_by
from rag.language.entities import Quotation, quotations, stems
from rag.language.speakers import same_person
from rag.language.words import Wording
from rag.records import Article, Citation, Verdict
from rag.verification.citing import FAILING, Check, Judged
from rag.verification.markers import without_markers
from rag.verification.quotes.matching import Excerpt, Found, excerpt, find_exact, find_nearest
from rag.verification.quotes.records import CheckedQuotation, TraceOutcome, word_diff

FEWEST_WORDS = 3
"""Fewer words in quotation marks are a title or a term, not what somebody said."""

_SMALL_WORD = 0.25
_VERDICTS: Mapping[TraceOutcome, Verdict] = {
    "altered": "quote altered",
    "not found": "quote altered",
    "attributed to someone else": "unsupported",
}


def with_quotations(check: Check) -> Check:
    """The same check, and each quotation held against the cited articles as `trace` holds it.

    Altered words make a quotation altered, another speaker makes a claim unsupported; a
    verdict that is worse already stays.
    """

    def both(claim: str, evidence: Sequence[Citation]) -> Judged:
        """The check's verdict, and that on the claim's quotations if it passes."""
        verdict, reasons = check(claim, evidence)
        if verdict in FAILING or not evidence:
            return verdict, reasons
        articles = [citation.article for citation in evidence]
        for found in check_quotations(without_markers(claim), articles):
            if found.outcome != "exact":
                return _VERDICTS[found.outcome], (*reasons, found.reason)
        return verdict, reasons

    return both


def check_quotations(text: str, articles: Sequence[Article]) -> tuple[CheckedQuotation, ...]:
    """Each quotation of three words or more: whether one of the articles has it.

    It is "attributed to someone else" where the text and the article name different speakers.
    The number of its citation is the article's place among those given, from 1.
    """
    known = list({article.id: article for article in articles}.values())
    return tuple(
        _checked(text, quotation, known)
        for quotation in quotations(text)
        if len(Wording(text[quotation.start : quotation.end])) >= FEWEST_WORDS
    )


def _checked(text: str, quotation: Quotation, articles: Sequence[Article]) -> CheckedQuotation:
    start, end = quotation.start, quotation.end
    sought = excerpt(text[start:end])
    if place := _exact(sought, articles):
        speaker = said_by(text, start, end)
        told = said_by(place.article.text, place.start, place.end)
        if same_person(speaker, told):
            return CheckedQuotation(start, end, "exact", "", place)
        reason = f"the article has {told} say it, not {speaker}"
        return CheckedQuotation(start, end, "attributed to someone else", reason, place)
    if place := _nearest(sought, articles):
        changes = word_diff(sought.text, place.quote)
        reason = f"the article has “{place.quote}”"
        return CheckedQuotation(start, end, "altered", reason, place, changes)
    reason = "it does not stand in the cited article" if articles else "no article is cited for it"
    return CheckedQuotation(start, end, "not found", reason)


def _exact(sought: Excerpt, articles: Sequence[Article]) -> Citation | None:
    """The first article that has all the words."""
    for number, article in enumerate(articles, start=1):
        if found := find_exact(sought, article, Wording(article.text)):
            return _citation(number, found)
    return None


def _nearest(sought: Excerpt, articles: Sequence[Article]) -> Citation | None:
    """The article that has most of the words, if it has enough."""
    near = [
        (number, found)
        for number, article in enumerate(articles, 1)
        if (found := find_nearest(sought, article, Wording(article.text), _weigh))
    ]
    return _citation(*max(near, key=lambda each: each[1].share)) if near else None


def _citation(number: int, found: Found) -> Citation:
    return Citation(number, found.article, found.start, found.end)


@lru_cache(maxsize=4_096)
def _weigh(word: str) -> float:
    return 1.0 if stems(word) or not word.isalpha() else _SMALL_WORD
