"""Answers questions about the archive and about Dateline by counting, not by searching."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rag.answers.about_archive import (
    COUNTED_LISTED,
    MOST_LISTED,
    Holdings,
    ListedArticle,
    word_holdings,
)
from rag.questions.about_archive import AboutArchive, read_about_archive, without_chat
from rag.questions.form import form_understood, whole_form
from rag.questions.rewriting import resolve
from rag.records import Answer, Hit
from rag.retrieval.listing import (
    count_distinct,
    counts,
    dated_first_passages,
    example_questions,
    listed_articles,
    naming,
    opening_sentence,
    outlet_counts,
    period_counts,
    read,
    signs_it,
    span,
)
from rag.retrieval.retrieve import Request
from rag.retrieval.scope import Scope, find_scope, scope_words
from rag.retrieval.snapshot import Snapshot

_POINTING = re.compile(
    r"(?:(?:he|her|here|him|his|it|its|she|that|theirs?|them|then|there|these|this|\W)+)",
    re.IGNORECASE,
)


def answer_about_archive(
    request: Request, snapshot: Snapshot, standalone: str = ""
) -> Answer | None:
    """The answer to a question about the archive or about Dateline; None for any other.

    `standalone` is the question as a model made it whole; where it is not given, rules take
    over what the question leans on. Only articles that the filters leave count, as they stood at
    `as_of`; none withdrawn. Raises QueryError for filters that the question contradicts,
    ArchiveError where an article that would be shown is not what was once stored.
    """
    started = time.perf_counter()
    facets, now = snapshot.facets, request.as_of or datetime.now(UTC)
    whole = resolve(request.question, without_chat(request.history), now, facets)
    question = standalone or whole.question
    asked = read_about_archive(question, facets.publishers)
    if asked is None and not standalone:
        # "And which outlets do you have?" is whole as it is; "And in May?" is not.
        as_typed = read_about_archive(request.question, facets.publishers)
        if as_typed and as_typed.kind != "reported":
            question, asked = request.question, as_typed
    if asked is None or _points_back(asked, leans=whole.leans and not standalone):
        return None
    shown = form_understood(whole_form("chat" if asked.is_chat else "archive", question), question)
    if question.casefold() in map(str.casefold, request.ignore):
        return None
    scope = find_scope(asked, replace(request, question=question), snapshot)
    held = _holdings(asked, scope, snapshot) if scope else None
    if scope is None or held is None:
        return None
    snapshot.store.verify([(each.passage, each.article) for each in held.listed])
    worded = word_holdings(held)
    return Answer(
        question=request.question,
        standalone=question,
        text=worded.text,
        as_of=now,
        claims=worded.claims,
        citations=worded.citations,
        hits=tuple(
            Hit(each.passage, each.article, 1.0, rank)
            for rank, each in enumerate(held.listed, start=1)
        ),
        confidence=1.0,
        filters=request.filters,
        understood=(*scope.understood, *shown),
        notes=scope.notes,
        timings={"retrieval": time.perf_counter() - started, "reading": 0.0},
    )


def _points_back(asked: AboutArchive, *, leans: bool) -> bool:
    """Whether it is about what was spoken of before, without naming it: search knows more.

    "What did the Courier report?" in a thread is about the subject of that.
    """
    words = f"{asked.topic} {asked.author}".strip()
    if leans and asked.kind == "reported" and not asked.times:
        return True
    return bool(words) and _POINTING.fullmatch(words) is not None


def _holdings(asked: AboutArchive, scope: Scope, snapshot: Snapshot) -> Holdings | None:
    """What the archive holds of what is asked; None where another reading is likelier."""
    held = Holdings(asked, scope_words(asked, scope), count=len(scope.first_passages))
    first, last = span(scope.first_passages, snapshot)
    held = replace(held, first=first, last=last)
    if asked.is_chat:
        languages = counts(scope.first_passages, "language", snapshot)
        examples = example_questions(scope.first_passages, snapshot)
        return replace(held, languages=languages, examples=examples)
    if asked.author:
        return _by_author(held, scope, snapshot)
    chosen = scope.first_passages
    if asked.topic:
        about, mentioning = naming(asked.topic, scope.first_passages, snapshot)
        wide = asked.mentioning or asked.kind == "outlets" or not about
        chosen = mentioning if wide else about
        held = replace(held, count=len(about), mentions=len(mentioning))
    if asked.kind == "reported" and not chosen and not asked.outlets:
        return None
    return _filled(held, chosen, snapshot)


def _filled(held: Holdings, chosen: Sequence[int], snapshot: Snapshot) -> Holdings:
    """The holdings with what its kind shows of the articles chosen."""
    kind = held.asked.kind
    if kind == "languages":
        return replace(held, languages=counts(chosen, "language", snapshot))
    if kind == "outlets" or held.asked.per == "outlet":
        return replace(held, outlets=outlet_counts(chosen, snapshot))
    if held.asked.per:
        return replace(held, periods=period_counts(chosen, held.asked.per, snapshot))
    distinct = count_distinct(chosen, snapshot)
    if kind in ("oldest", "newest", "span"):
        first, last = span(chosen, snapshot)
        dated = dated_first_passages(chosen, snapshot)
        ends = {"oldest": dated[-1:], "newest": dated[:1], "span": (*dated[-1:], *dated[:1])}[kind]
        return replace(held, first=first, last=last, listed=listed_articles(ends, snapshot))
    most = COUNTED_LISTED if kind == "count" else MOST_LISTED
    if kind == "count" and not (held.scope or held.asked.topic):
        return replace(held, distinct=distinct)
    return replace(held, distinct=distinct, listed=listed_articles(chosen[:most], snapshot))


def _by_author(held: Holdings, scope: Scope, snapshot: Snapshot) -> Holdings | None:
    """The articles that somebody signed, and those that credit them; None for a doubtful name."""
    name = held.asked.author
    owners = snapshot.store.owners(scope.first_passages)
    opening = {article_id: id_ for id_, article_id in owners.items()}
    found: dict[int, tuple[bool, tuple[int, int] | None]] = {}
    for article in snapshot.store.signed(name, scope.filters):
        signed = signs_it(article, name)
        if article.id in opening and signed is not None:
            found[opening[article.id]] = signed
    if held.asked.doubtful and not found:
        return None
    ordered = [id_ for id_ in scope.first_passages if id_ in found]
    ordered.sort(key=lambda id_: not found[id_][0])
    most = COUNTED_LISTED if held.asked.kind == "count" else MOST_LISTED
    listed = tuple(
        ListedArticle(article, passage, *(found[id_][1] or opening_sentence(article, passage)))
        for id_, (passage, article) in read(ordered[:most], snapshot)
    )
    signed_by = sum(is_author for is_author, _ in found.values())
    return replace(
        held,
        count=signed_by,
        credited=len(found) - signed_by,
        distinct=count_distinct(ordered, snapshot),
        listed=listed,
    )
