"""From a question to hits: understood, ranked for what it needs, merged, copies collapsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from types import MappingProxyType
from typing import Any, cast, get_args

from rag.errors import QueryError
from rag.language.entities import other_wording
from rag.language.periods import ways_to_write
from rag.llms import ChatModel
from rag.observing import Trail
from rag.questions.about_archive import without_chat
from rag.questions.constraints import ignoring, understand
from rag.questions.followup import FollowUp
from rag.questions.form import Form, form_understood, read_form, reported_form, whole_form
from rag.questions.rewriting import resolve
from rag.questions.sub_queries import round_robin, split_needs
from rag.questions.times import Recency, named_day, recency
from rag.records import Filters, Hit, Message, Role, Understood
from rag.retrieval.filters import parse_date, period_end
from rag.retrieval.near_duplicates import Ranked, distinct_hits
from rag.retrieval.ranking import DEPTH, Query, best_first, rank
from rag.retrieval.snapshot import Snapshot
from rag.store import Store

RECENCY: Mapping[Recency, float] = MappingProxyType(
    {"latest": 1.0, "open": 0.75, "at the time": 0.0, "timeless": 0.0}
)
"""What an article of today gains, by what the question asks for; see LOG.md."""

MAX_QUERY_CHARACTERS = 4_000
"""The longest question that is answered."""
_SPARE = 10
_EXPLAINING = 5
"""So many of the first passages' articles are read for what a short form stands for."""

_NO_FILTERS = Filters()
Moment = datetime | date | str
"""A moment: a datetime with a time zone, or a day, which counts to its end, as date or text."""

Turn = Message | Mapping[str, str]
"""A turn of a conversation: a Message, or a dict such as {"role": "user", "content": "Why?"}."""

_ROLES = get_args(Role)


@dataclass(frozen=True, slots=True)
class Request:
    """A question with all that whoever asks says beside it.

    `ignore` are words that are not to be taken for a date, an outlet or a form. `understood` is
    given where nothing else is to be understood, `parts` where rules are not to split the question.
    With `all_copies` every copy is a hit of its own. Raises QueryError for a question that is
    empty or longer than 4,000 characters.
    """

    question: str
    history: Sequence[Message] = ()
    filters: Filters = _NO_FILTERS
    as_of: datetime | None = None
    understood: Sequence[Understood] | None = None
    ignore: Sequence[str] = ()
    parts: Sequence[str] = ()
    all_copies: bool = False

    def __post_init__(self) -> None:
        check_query(self.question)


@dataclass(frozen=True, slots=True)
class Search:
    """A question as it is searched for: what it takes over from the conversation is in it.

    `understood` is what its words ask of a hit, beside the `filters`, which always hold.
    """

    asked: FollowUp
    form: Form
    filters: Filters
    as_of: datetime
    understood: tuple[Understood, ...] = ()
    all_copies: bool = False
    parts: tuple[str, ...] = ()

    def query(self, text: str, filters: Filters) -> Query:
        """What is ranked for a text that is part of the question, or all of it.

        Where a day is asked for, articles that name it count as those published then do.
        """
        days = {
            named_day(one)
            for one in self.understood
            if not one.strict or one.filters.published_from == filters.published_from
        } - {None}
        day = days.pop() if len(days) == 1 else None
        return Query(
            text=text,
            filters=filters,
            as_of=self.as_of,
            preferred=tuple(
                one.filters for one in self.understood if one.of_hits and not one.strict
            ),
            recency=RECENCY[recency(self.asked.question, self.understood)],
            context=self.asked.context,
            share=self.asked.share,
            day=day,
            whenever=replace(
                filters,
                published_from=self.filters.published_from,
                published_before=self.filters.published_before,
            ),
        )


def prepare(
    request: Request,
    snapshot: Snapshot,
    model: ChatModel | None = None,
    trail: Trail | None = None,
) -> Search:
    """The request with its follow-up resolved, by the model where there is one, and understood.

    Where the words that tell the form of the question are to be ignored, or where `understood`
    is given, it asks for a fact. Raises QueryError for words to ignore of which nothing is
    understood.
    """
    now, facets = request.as_of or datetime.now(UTC), snapshot.facets
    asked = resolve(request.question, without_chat(request.history), now, facets, model)
    if trail:
        trail.at("understand")
    understood = request.understood
    form = Form("fact", subject=asked.question)
    if understood is None:
        limits = understand(asked, now, facets)
        read = reported_form(asked.question, limits) or read_form(asked.question)
        shown = form_understood(read, asked.question)
        understood = (*limits, *shown)
        dropped = shown and shown[0].words.casefold() in map(str.casefold, request.ignore)
        form = form if dropped else read
    filters = request.filters.no_later_than(request.as_of)
    # Who ignores all its words says that it is not about the archive, and here it is not.
    whole = form_understood(whole_form("archive", asked.question), asked.question)
    ignored = {words.strip().casefold() for words in request.ignore}
    outside = [one for one in whole if one.words.casefold() in ignored]
    understood = [
        one for one in ignoring((*understood, *outside), request.ignore) if one not in outside
    ]
    return Search(
        asked=asked,
        form=form,
        filters=filters,
        as_of=now,
        understood=tuple(_named_elsewhere(one, filters, snapshot) for one in understood),
        all_copies=request.all_copies,
        parts=tuple(request.parts),
    )


def _named_elsewhere(one: Understood, filters: Filters, snapshot: Snapshot) -> Understood:
    """The same, held where it is a day without articles that articles of other days name."""
    day = named_day(one)
    if one.held or day is None:
        return one
    if not snapshot.lexical.holding(ways_to_write(day), 1, filters):
        return one
    return replace(one, held=True, meaning=f"{one.meaning}, named in articles of other days")


def retrieve(search: Search, k: int, snapshot: Snapshot) -> list[Hit]:
    """The `k` passages that match the question best, best first; copies are one hit.

    A question that asks for several things is searched for once for each of them, and each
    gives its best in turn; a hit's score is then at most that of the hit before it. Where one of
    the best articles explains a short form ("the Harbour Transport Authority (HTA)"), passages
    with either form are found, whichever the question has. Ties are broken by article id, then
    by place in the article. Raises QueryError for filters that the question contradicts,
    ArchiveError where what would be returned is not what was once stored.
    """
    asked = search.asked.question
    needs = split_needs(asked, search.understood, search.filters, search.parts)
    copies = search.all_copies
    queries = [search.query(need.query, need.filters) for need in needs]
    found = [_hits(query, k, snapshot, all_copies=copies) for query in queries]
    hits = found[0] if len(found) == 1 else _merged(found, k)
    snapshot.store.verify([(hit.passage, hit.article) for hit in hits])
    return hits


def _merged(found: Sequence[Sequence[Hit]], k: int) -> list[Hit]:
    """The first `k` of what each need found, each giving its best in turn."""
    merged = round_robin(found, lambda hit: hit.passage.id)[:k]
    scores = accumulate((hit.score for hit in merged), min)
    return [
        replace(hit, score=score, rank=place)
        for place, (hit, score) in enumerate(zip(merged, scores, strict=True), start=1)
    ]


def _hits(query: Query, k: int, snapshot: Snapshot, *, all_copies: bool) -> list[Hit]:
    query = replace(query, depth=max(DEPTH, 2 * k))
    scores = rank(query, snapshot)
    store, enough = snapshot.store, 2 * k + _SPARE
    ranked = _ranked(scores, enough, store)
    if other := other_wording(query.text, _first_texts(ranked)):
        again = rank(replace(query, text=other), snapshot)
        scores = best_first(
            {id_: max(scores.get(id_, 0.0), again.get(id_, 0.0)) for id_ in scores | again}
        )
        ranked = _ranked(scores, enough, store)
    hits = distinct_hits(ranked, k, store, query.filters, all_copies=all_copies)
    if len(hits) == k or len(ranked) == len(scores):
        return hits
    # Only where many passages are copies; reading them all costs ten times as much.
    ranked = _ranked(scores, len(scores), store)
    return distinct_hits(ranked, k, store, query.filters, all_copies=all_copies)


def _first_texts(ranked: Sequence[Ranked]) -> Iterator[str]:
    """The texts of the articles of the first few passages, each once, best first."""
    articles = {article.id: article for _, _, article in ranked[:_EXPLAINING]}
    return (article.text for article in articles.values())


def _ranked(scores: Mapping[int, float], count: int, store: Store) -> list[Ranked]:
    """What the first `count` scores are of, and all that equal the last of them; best first."""
    best = list(scores)[:count]
    if best:
        best = [id_ for id_, score in scores.items() if score >= scores[best[-1]]]
    found = store.passages(best)
    return sorted(
        ((scores[id_], *found[id_]) for id_ in best if id_ in found),
        key=lambda item: (-item[0], item[2].id, item[1].start),
    )


def check_query(query: str) -> None:
    """Raises QueryError for a query that cannot be searched for."""
    if not isinstance(query, str):
        msg = f"the question must be text, not {query!r:.80}"
        raise QueryError(msg)
    if not query.strip():
        msg = "the question is empty; ask about something in the archive"
        raise QueryError(msg)
    if len(query) > MAX_QUERY_CHARACTERS:
        msg = f"the question has {len(query):,} characters; {MAX_QUERY_CHARACTERS:,} are the most"
        raise QueryError(msg)


def moment(value: Moment | None, name: str) -> datetime | None:
    """The moment as a datetime; a day, month or year counts to its end, in UTC.

    Raises QueryError, with the name of the argument, for what is no moment.

    >>> str(moment("2025-06", "as_of"))
    '2025-07-01 00:00:00+00:00'
    """
    if value is None or (isinstance(value, datetime) and value.utcoffset() is not None):
        return value
    if isinstance(value, str):
        return period_end(parse_date(value, name))
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC) + timedelta(days=1)
    raise _no_moment(value, name)


def date_text(value: Moment, name: str) -> str:
    """A day or a moment as text that `parse_date` reads; text stays as it is.

    Raises QueryError, with the name of the argument, for what is no date.

    >>> date_text(date(2025, 6, 1), "published_from")
    '2025-06-01'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value.isoformat(timespec="seconds")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise _no_moment(value, name)


def _no_moment(value: Any, name: str) -> QueryError:
    return QueryError(
        f"{name} must be a datetime with a time zone, a date, or text such as '2025-06-30', "
        f"not {value!r}"
    )


def turns(history: Sequence[Turn]) -> tuple[Message, ...]:
    """The turns as messages; raises QueryError for what is no turn."""
    if isinstance(history, str | Mapping):
        msg = f"history must be a list of messages, not {history!r}"
        raise QueryError(msg)
    return tuple(_turn(each) for each in history)


def _turn(value: Any) -> Message:
    if isinstance(value, Message):
        return value
    if isinstance(value, Mapping):
        role, content = value.get("role"), value.get("content")
        if role in _ROLES and isinstance(content, str):
            return Message(cast("Role", role), content)
    roles = ", ".join(map(repr, _ROLES))
    msg = (
        f"a message of the history must have a role ({roles}) and a text as its content, "
        f"not {value!r}"
    )
    raise QueryError(msg)


def check_filters(filters: Any) -> None:
    """Raises QueryError where it is given something else than Filters."""
    if not isinstance(filters, Filters):
        msg = (
            f"filters must be Filters, not {filters!r}; "
            "archive.filters(published_from='2025-04', publishers=['Radio North']) makes them"
        )
        raise QueryError(msg)


def check_k(k: Any) -> None:
    """Raises QueryError where the number of hits is not a whole number of 1 or more."""
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        msg = f"k must be a whole number of 1 or more, not {k!r}"
        raise QueryError(msg)


def request_of(
    question: str,
    history: Sequence[Turn],
    filters: Filters,
    as_of: Moment | None,
    understood: Sequence[Understood] | None = None,
    ignore: Sequence[str] = (),
) -> Request:
    """The request that these arguments make; raises QueryError, with the name of a wrong one."""
    check_filters(filters)
    return Request(question, turns(history), filters, moment(as_of, "as_of"), understood, ignore)
