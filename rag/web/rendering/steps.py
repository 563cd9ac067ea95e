"""Renders the steps of an answer as HTML, for readers who open them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.records import Answer, Filters
from rag.web.rendering.marks import VERDICTS, join


def steps_html(answer: Answer, *, as_of: str = "", by_words: int | None = None) -> Markup:
    """The steps as closed details: what was understood, found, read and checked.

    `by_words` is how many of the passages found share a word with the question.
    """
    rows = [
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(
            name,
            join(Markup('<span dir="auto">{}</span>').format(text(line)) for line in lines),
        )
        for name, lines in _steps(answer, as_of, by_words)
        if lines
    ]
    return Markup(
        '<details class="steps"><summary>How this was found</summary><dl>{}</dl></details>'
    ).format(join(rows))


def describe_filters(filters: Filters, as_of: str = "") -> str:
    """The filters in words: "from 2025-03-01, by Radio North"; "" without filters."""
    parts = [
        f"from {filters.published_from:%Y-%m-%d}" if filters.published_from else "",
        f"before {filters.published_before:%Y-%m-%d}" if filters.published_before else "",
        f"by {' or '.join(filters.publishers)}" if filters.publishers else "",
        f"in language {filters.language!r}" if filters.language else "",
        f"in section {filters.section!r}" if filters.section else "",
        f"what was published up to {as_of}" if as_of else "",
    ]
    return ", ".join(part for part in parts if part)


def _steps(answer: Answer, as_of: str, by_words: int | None) -> Iterator[tuple[str, Sequence[str]]]:
    yield "Searched for", [answer.understood_as] if answer.understood_as else []
    yield "Understood", list(_understood(answer))
    yield "Filters", [describe_filters(answer.filters, as_of) or "none"]
    yield "Found", list(_found(answer, by_words))
    yield "Searched by meaning", [f"{answer.coverage:.0%} of the archive"]
    yield "Worded by", [spent(answer) if answer.model else "the articles' own words, quoted"]
    yield "Confidence", [f"{answer.confidence:.0%}"]
    yield "Reason", [answer.reason] if answer.reason else []
    yield "Checked", list(_checked(answer))
    times = [f"{name} {seconds:.2f} s" for name, seconds in answer.timings.items()]
    yield "Time", [", ".join(times)] if times else []


def _understood(answer: Answer) -> Iterator[str]:
    if not any(one.of_hits for one in answer.understood):
        yield "no date and no outlet in the question"
    for one in answer.understood:
        how = " (required)" if one.strict else " (preferred)" if one.of_hits else ""
        yield f"“{one.words}”: {one.meaning}{how if one.held else ' (nothing held)'}"


def _found(answer: Answer, by_words: int | None) -> Iterator[str]:
    articles = {hit.article.id: hit.article for hit in answer.hits}
    outlets = {article.publisher for article in articles.values() if article.publisher}
    passages = len(answer.hits)
    yield (
        f"{count(passages, 'passage')} of {count(len(articles), 'article')} "
        f"by {count(len(outlets), 'outlet')}"
    )
    if by_words is not None and passages:
        rest = f", {passages - by_words} only its meaning" if by_words < passages else ""
        yield f"{by_words} share words with the question{rest}"


def spent(answer: Answer) -> str:
    """The model of an answer, and what it took: requests, tokens, seconds, and dollars if priced.

    >>> from datetime import UTC, datetime
    >>> from rag.records import Usage
    >>> answer = Answer("?", "?", "", datetime.now(UTC), model="tiny", usage=Usage(1_831, 142, 1))
    >>> spent(answer)
    'tiny · 1 request · 1,831 tokens read, 142 written'
    """
    used = answer.usage
    seconds = sum(answer.timings.values())
    return " · ".join(
        filter(
            None,
            [
                answer.model,
                count(used.requests, "request") if used.requests else "",
                f"{used.prompt_tokens:,} tokens read, {used.completion_tokens:,} written"
                if used.prompt_tokens
                else "",
                f"{seconds:.1f} s" if seconds else "",
                f"${used.cost:.{2 if used.cost >= 1 else 4}f}" if used.cost else "",
            ],
        )
    )


def _checked(answer: Answer) -> Iterator[str]:
    for place, claim in enumerate(answer.claims, start=1):
        reasons = "; ".join(claim.reasons)
        words = VERDICTS[claim.verdict][1]
        yield f"sentence {place}: {words}{f' ({reasons})' if reasons else ''}"


def count(number: int, noun: str) -> str:
    """The number with its noun: "1 article", "2,000 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
