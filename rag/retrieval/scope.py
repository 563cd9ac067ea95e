"""Which articles a question about the archive is about, by time, outlet and language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from rag.language.languages import language_name
from rag.language.periods import day_in_words
from rag.questions.about_archive import AboutArchive
from rag.questions.constraints import ignoring
from rag.questions.form import form_understood, whole_form
from rag.questions.sub_queries import merged
from rag.questions.times import publication_times
from rag.records import Filters, Understood
from rag.retrieval.listing import first_passages_of
from rag.retrieval.retrieve import Request
from rag.retrieval.snapshot import Snapshot

_YEARS_BACK = 40


@dataclass(frozen=True, slots=True)
class Scope:
    """The articles that a question asks about by time and outlet, newest first, undated last.

    Each goes by the id of its first passage. `understood` is what says so.
    """

    first_passages: tuple[int, ...]
    filters: Filters
    understood: tuple[Understood, ...]
    notes: tuple[str, ...] = ()


def find_scope(asked: AboutArchive, request: Request, snapshot: Snapshot) -> Scope | None:
    """Which articles count; None where nothing is left of what was asked.

    Where nothing appeared at a time that is given without its year, or by its distance from
    today, the latest such time counts of which the archive has an article, and a note says so.
    """
    base = request.filters.no_later_than(request.as_of)
    if asked.is_chat:
        return Scope(first_passages_of(base, snapshot), base, ())
    now = request.as_of or datetime.now(UTC)
    newest = snapshot.facets.span
    moments = [now]
    if newest and asked.times:
        last = min(now, newest[1] + timedelta(days=1))
        last = datetime(last.year, last.month, last.day, tzinfo=UTC)
        moments += [last - timedelta(days=round(365.25 * years)) for years in range(_YEARS_BACK)]
    first: Scope | None = None
    for moment in moments:
        scope = _scope_at(moment, asked, request, snapshot)
        if scope is None:
            return None
        if first is not None and scope.understood == first.understood:
            if moment == moments[1]:
                continue
            break
        first = first or scope
        if scope.first_passages:
            return scope if scope is first else replace(scope, notes=(_moved(scope, now),))
    return first


def _scope_at(
    moment: datetime, asked: AboutArchive, request: Request, snapshot: Snapshot
) -> Scope | None:
    understood: Sequence[Understood] | None = request.understood
    if understood is None:
        # That it is about the archive is a reading as well, which whoever asks can drop.
        whole = form_understood(whole_form("archive", request.question), request.question)
        named = _understood(asked, request.question, moment)
        left = ignoring((*named, *whole), request.ignore)
        understood = [one for one in left if one not in whole]
    if asked.kind == "reported" and not understood:
        return None
    base = request.filters.no_later_than(request.as_of)
    if asked.language:
        base = replace(base, language=_code(asked.language, snapshot))
    filters = merged(base, understood)
    return Scope(first_passages_of(filters, snapshot), filters, tuple(understood))


def _understood(asked: AboutArchive, question: str, moment: datetime) -> tuple[Understood, ...]:
    """The times and outlets that the question restricts articles to, in its order."""
    starts = {start for start, _ in asked.times}
    found = [one for one in publication_times(question, moment) if one.start in starts]
    if asked.times and not found:
        # A bare year is read as a time only beside a word that says so.
        (start, end), lead = asked.times[0], "articles from "
        read = publication_times(f"{lead}{question[start:end]}", moment)
        found = [replace(one, start=start, end=end) for one in read]
    found += [
        Understood(
            question[each.start : each.end],
            each.start,
            each.end,
            f"published by {' or '.join(each.publishers)}",
            Filters(publishers=each.publishers),
            strict=True,
        )
        for each in asked.outlets
    ]
    return tuple(sorted(found, key=lambda one: one.start))


def _moved(scope: Scope, now: datetime) -> str:
    times = [one for one in scope.understood if not one.filters.publishers]
    words = ", ".join(f"“{one.words}”" for one in times)
    meant = ", ".join(one.meaning for one in times)
    return (
        f"{words} was read as {meant}, the latest that has any article as of "
        f"{day_in_words(now.date())}."
    )


def _code(language: str, snapshot: Snapshot) -> str:
    """The code of a language by its English name; of one that no article is in, its name."""
    codes = [code for code in snapshot.facets.languages if code]
    return next((code for code in codes if language_name(code) == language), language.casefold())


def scope_words(asked: AboutArchive, scope: Scope) -> str:
    """The outlets, language and times that count, as they stand after "articles"."""
    words = [f"in {asked.language}"] if asked.language and not asked.is_chat else []
    outlets = [name for one in scope.understood for name in one.filters.publishers]
    words += [f"by {' or '.join(dict.fromkeys(outlets))}"] if outlets else []
    for one in scope.understood:
        if one.filters.publishers:
            continue
        lead = one.meaning.partition(" ")[0]
        led = lead in ("since", "before", "after", "up")
        words.append(one.meaning if led else f"of {one.meaning}")
    return " ".join(words)
