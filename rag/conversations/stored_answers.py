"""A stored answer as an `Answer` again, over the articles it was made from.

It shows what was said then; whether that still holds is for `rag.verification.quotes.rechecking`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from rag.errors import ArchiveError, QueryError
from rag.records import (
    Answer,
    Article,
    Citation,
    Claim,
    Filters,
    Hit,
    LeftOut,
    Passage,
    Understood,
    Usage,
    WayOn,
)
from rag.records.answer_json import (
    AnswerJson,
    CitationJson,
    FiltersJson,
    HitJson,
    PassageJson,
    UnderstoodJson,
    read_answer,
)

FindArticle = Callable[[str, int | None], Article]
"""The article of an id in one revision, the newest for None; ArchiveError if there is none."""

UNREADABLE = "What is kept of this answer cannot be read; its sources cannot be shown."


def restored(stored: Mapping[str, Any], find: FindArticle) -> Answer:
    """The answer as it was given, with its citations into the revisions it was made from.

    A citation whose words are no longer kept goes to `unresolved`, and a note says so.
    Of what is no answer, the text is shown without sources.
    """
    try:
        answer = read_answer(stored)
    except QueryError:
        return _plain(stored)
    found = cache(find)
    citations = [_citation(each, found) for each in answer.citations]
    numbered = zip(answer.citations, citations, strict=True)
    lost = [each.number for each, citation in numbered if citation is None]
    numbers = ", ".join(f"[{number}]" for number in lost)
    note = f"The words behind {numbers} are no longer in the archive."
    return Answer(
        question=answer.question,
        standalone=answer.standalone,
        text=answer.text,
        as_of=answer.as_of,
        claims=() if answer.abstained else _claims(answer),
        citations=tuple(each for each in citations if each),
        unresolved=(*answer.unresolved, *lost),
        hits=tuple(hit for each in answer.hits if (hit := _hit(each, found))),
        abstained=answer.abstained,
        reason=answer.reason,
        ways_on=_ways_on(answer),
        confidence=answer.confidence,
        filters=_filters(answer.filters),
        understood=tuple(_understood(answer.standalone, each) for each in answer.understood),
        coverage=answer.coverage,
        notes=(*answer.notes, *([note] if lost else [])),
        left_out=tuple(LeftOut(each.text, tuple(each.reasons)) for each in answer.left_out),
        model=answer.model,
        usage=Usage(**answer.usage.to_dict()),
        timings=answer.timings,
    )


def _plain(stored: Mapping[str, Any]) -> Answer:
    said, asked = (str(stored.get(name, "")) for name in ("text", "question"))
    epoch = datetime.fromtimestamp(0, UTC)
    return Answer(asked, asked, said, epoch, notes=(UNREADABLE,))


def _claims(answer: AnswerJson) -> tuple[Claim, ...]:
    return tuple(
        Claim(each.start, each.end, tuple(each.citations), each.verdict, tuple(each.reasons))
        for each in answer.claims
    )


def _ways_on(answer: AnswerJson) -> tuple[WayOn, ...]:
    """What to try; of older answers the words alone are known."""
    if not answer.ways_on:
        return tuple(map(WayOn, answer.suggestions))
    return tuple(
        WayOn(each.text, each.question, tuple(each.ignore), tuple(each.drop))
        for each in answer.ways_on
    )


def _citation(said: CitationJson, find: FindArticle) -> Citation | None:
    """The citation in the revision that has its words in their place; None where there is none."""
    article = _article_with(said.quote, said.article_id, said, find)
    return Citation(said.number, article, said.start, said.end) if article else None


def _hit(said: HitJson, find: FindArticle) -> Hit | None:
    place = said.passage
    article = _article_with(place.text, said.article.id, place, find)
    if article is None:
        return None
    return Hit(
        Passage(place.id, article.id, article.revision, place.start, place.end, place.heading),
        article,
        said.score,
        said.rank,
        tuple(said.also_in),
        tuple(said.copies),
        tuple(said.versions),
    )


def _article_with(
    words: str, id_: str, place: CitationJson | PassageJson, find: FindArticle
) -> Article | None:
    """The revision that has these words in their place; None where there is none."""
    try:
        article = find(id_, place.revision)
    except ArchiveError:
        return None
    in_place = article.text[place.start : place.end] == words
    return article if in_place and 0 < len(words) == place.end - place.start else None


def _filters(said: FiltersJson) -> Filters:
    return Filters(
        published_from=said.published_from,
        published_before=said.published_before,
        publishers=tuple(said.publishers),
        language=said.language,
        as_of=said.as_of,
        section=said.section,
    )


def _understood(question: str, said: UnderstoodJson) -> Understood:
    start, end = said.start, said.end
    if start is None or end is None:
        start = max(0, question.find(said.words))
        end = start + len(said.words)
    filters = _filters(said.filters)
    return Understood(said.words, start, end, said.meaning, filters, said.strict, said.held)
