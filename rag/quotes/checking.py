"""The quotation marks of an answer against the articles it cites: pure, no archive is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rag.quotes.differences import word_diff
from rag.quotes.marks import Quotation, quotations
from rag.quotes.matching import Excerpt, Found, excerpt, find_exact, find_nearest
from rag.quotes.records import CheckedQuotation
from rag.quotes.speakers import said_by, same_person
from rag.quotes.wording import Wording
from rag.reading.facts import stems
from rag.records import Answer, Article, Citation

FEWEST_WORDS = 3
"""Fewer words in quotation marks are a title or a term, not what somebody said."""

_SMALL_WORD = 0.25


def check_answer(answer: Answer) -> tuple[CheckedQuotation, ...]:
    """Every quotation of an answer's claims, held against what its claim cites.

    What the answer cites elsewhere, or was made from, is where else a quotation may stand.
    """
    cited = {citation.number: citation.article for citation in answer.citations}
    at_hand = [*cited.values(), *(hit.article for hit in answer.hits)]
    return tuple(
        replace(found, start=claim.start + found.start, end=claim.start + found.end)
        for claim in answer.claims
        for found in check_quotations(
            answer.text[claim.start : claim.end],
            [cited[number] for number in claim.citations if number in cited],
            at_hand,
        )
    )


def check_quotations(
    text: str, own: Sequence[Article], others: Sequence[Article] = ()
) -> tuple[CheckedQuotation, ...]:
    """Each quotation of three words or more: whether an article of `own` has it.

    It is "elsewhere" where only one of `others` has it, and "attributed to someone else"
    where the text and the article name different speakers. The number of its citation is the
    place of the article among `own`, then `others`, from 1.
    """
    known = _distinct([*own, *others])
    first = len(_distinct(own))
    return tuple(
        _checked(text, quotation, known[:first], known[first:])
        for quotation in quotations(text)
        if len(Wording(text[quotation.start : quotation.end])) >= FEWEST_WORDS
    )


def _checked(
    text: str, quotation: Quotation, own: Sequence[Article], others: Sequence[Article]
) -> CheckedQuotation:
    start, end = quotation.start, quotation.end
    sought = excerpt(text[start:end])
    if place := _exact(sought, own):
        speaker, source = said_by(text, start, end), _said(place)
        if same_person(speaker, source):
            return CheckedQuotation(start, end, "exact", "", place)
        reason = f"the article has {source} say it, not {speaker}"
        return CheckedQuotation(start, end, "attributed to someone else", reason, place)
    if place := _exact(sought, others, len(own)):
        reason = (
            f"it stands in {place.article.title or place.article.id}, which is not cited for it"
        )
        return CheckedQuotation(start, end, "elsewhere", reason, place)
    if place := _nearest(sought, own):
        changes = word_diff(sought.text, place.quote)
        reason = f"the article has “{place.quote}”"
        return CheckedQuotation(start, end, "altered", reason, place, changes)
    reason = "it does not stand in the cited article" if own else "no article is cited for it"
    return CheckedQuotation(start, end, "not found", reason)


def _exact(sought: Excerpt, articles: Sequence[Article], before: int = 0) -> Citation | None:
    """The first article that has all the words; those before it are counted."""
    for number, article in enumerate(articles, before + 1):
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


def _said(place: Citation) -> str:
    return said_by(place.article.text, place.start, place.end)


def _distinct(articles: Sequence[Article]) -> list[Article]:
    return list({article.id: article for article in articles}.values())


@lru_cache(maxsize=4_096)
def _weigh(word: str) -> float:
    return 1.0 if stems(word) or not word.isalpha() else _SMALL_WORD
