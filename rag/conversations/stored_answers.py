"""A kept answer (`Answer.to_dict()`) as an `Answer` again, over the articles it was made from.

It shows what was said then; whether that still holds is for `rag.verification.quotes.rechecking`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from rag.errors import ArchiveError
from rag.records import (
    Answer,
    Article,
    Citation,
    Claim,
    Filters,
    Hit,
    Passage,
    Understood,
    Usage,
)

FindArticle = Callable[[str, int | None], Article]
"""The article of an id in one revision, the newest for None; ArchiveError if there is none."""

UNREADABLE = "What is kept of this answer cannot be read; its sources cannot be shown."


def restored(kept: Mapping[str, Any], find: FindArticle) -> Answer:
    """The answer as it was given, with its citations into the revisions it was made from.

    A citation whose words are no longer kept goes to `unresolved`, and a note says so.
    Of what is no answer, the text is shown without sources.
    """
    found = cache(find)
    try:
        answer = _answer(kept)
        citations, lost = _citations(kept, found)
        hits = [hit for each in kept["hits"] if (hit := _hit(each, found))]
    except (KeyError, TypeError, ValueError, AttributeError):
        return _plain(kept)
    note = f"The words behind {_numbers(lost)} are no longer in the archive."
    return replace(
        answer,
        citations=tuple(citations),
        unresolved=(*answer.unresolved, *lost),
        hits=tuple(hits),
        notes=(*answer.notes, *([note] if lost else [])),
    )


def _answer(kept: Mapping[str, Any]) -> Answer:
    usage = kept.get("usage", {})
    return Answer(
        question=str(kept["question"]),
        standalone=str(kept["standalone"]),
        text=str(kept["text"]),
        as_of=datetime.fromisoformat(kept["as_of"]),
        claims=tuple(
            Claim(
                int(each["start"]),
                int(each["end"]),
                tuple(each["citations"]),
                each["verdict"],
                tuple(each["reasons"]),
            )
            for each in kept["claims"]
        ),
        unresolved=tuple(kept["unresolved"]),
        abstained=bool(kept["abstained"]),
        reason=str(kept["reason"]),
        suggestions=tuple(kept.get("suggestions", ())),
        confidence=float(kept.get("confidence", 0.0)),
        filters=_filters(kept["filters"]),
        understood=tuple(_understood(str(kept["standalone"]), each) for each in kept["understood"]),
        coverage=float(kept.get("coverage", 1.0)),
        notes=tuple(kept.get("notes", ())),
        model=str(kept.get("model", "")),
        usage=Usage(usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)),
        timings=dict(kept.get("timings", {})),
    )


def _plain(kept: Mapping[str, Any]) -> Answer:
    said = str(kept.get("text", "")) if isinstance(kept, Mapping) else ""
    asked = str(kept.get("question", "")) if isinstance(kept, Mapping) else ""
    epoch = datetime.fromtimestamp(0, UTC)
    return Answer(asked, asked, said, epoch, notes=(UNREADABLE,))


def _citations(kept: Mapping[str, Any], find: FindArticle) -> tuple[list[Citation], list[int]]:
    """The citations that can still be shown, and the numbers of the others."""
    shown: list[Citation] = []
    lost: list[int] = []
    for each in kept["citations"]:
        number, start, end = int(each["number"]), int(each["start"]), int(each["end"])
        article = _article_with(each, find)
        if article is None:
            lost.append(number)
        else:
            shown.append(Citation(number, article, start, end))
    return shown, lost


def _article_with(told: Mapping[str, Any], find: FindArticle) -> Article | None:
    """The revision that has the cited words in their place; None where there is none."""
    try:
        article = find(str(told["article_id"]), told.get("revision"))
    except ArchiveError:
        return None
    start, end, quote = int(told["start"]), int(told["end"]), told["quote"]
    return article if quote and article.text[start:end] == quote else None


def _hit(told: Mapping[str, Any], find: FindArticle) -> Hit | None:
    place = told["passage"]
    try:
        article = find(str(told["article"]["id"]), place.get("revision"))
    except ArchiveError:
        return None
    start, end = int(place["start"]), int(place["end"])
    if not place["text"] or article.text[start:end] != place["text"]:
        return None
    passage = Passage(int(place["id"]), article.id, article.revision, start, end)
    return Hit(
        passage,
        article,
        float(told["score"]),
        int(told["rank"]),
        tuple(told["also_in"]),
        tuple(told["copies"]),
        tuple(told["versions"]),
    )


def _filters(told: Mapping[str, Any]) -> Filters:
    return Filters(
        published_from=_moment(told.get("from")),
        published_before=_moment(told.get("before")),
        publishers=tuple(told.get("publishers", ())),
        language=str(told.get("language", "")),
        section=str(told.get("section", "")),
    )


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


def _understood(question: str, told: Mapping[str, Any]) -> Understood:
    words = str(told["words"])
    start = max(0, question.find(words))
    return Understood(
        words,
        start,
        start + len(words),
        str(told["meaning"]),
        _filters(told["filters"]),
        bool(told["strict"]),
        bool(told["held"]),
    )


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(f"[{number}]" for number in numbers)
