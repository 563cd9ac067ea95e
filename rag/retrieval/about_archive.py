"""Answers questions about the archive and about Dateline by counting, not by searching."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from rag.answers.about_archive import (
    COUNTED_LISTED,
    MOST_LISTED,
    Holdings,
    ListedArticle,
    OutletCount,
    word_holdings,
)
from rag.corpus.bylines import opens_byline
from rag.corpus.notices import find_notices
from rag.errors import QueryError
from rag.indexes.analysis import indexed_words, terms
from rag.language.languages import language_name
from rag.language.outlet_names import same_outlets
from rag.language.periods import day_in_words
from rag.language.sentences import sentence_spans
from rag.questions.about_archive import AboutArchive, read_about_archive
from rag.questions.constraints import ignoring
from rag.questions.sub_queries import merged
from rag.questions.times import publication_times
from rag.records import Answer, Article, Filters, Hit, Passage, Understood
from rag.retrieval.retrieve import Request
from rag.retrieval.snapshot import Snapshot
from rag.store import UNKNOWN_DATE
from rag.store.filter_columns import Integers

NEAR = 12
"""An article mentions a topic of several words where all stand within so many words."""

OPENING_WORDS = 80
"""How many words make the opening of an article: the first sentence or two, or a paragraph more."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BATCH = 400
_ZONES = timedelta(hours=14)
_YEARS_BACK = 40
_RECENT = 40
_POINTING = frozenset(
    "he her here him his it its she that their them then there these this".split()
)
_POINTING_WORDS = re.compile(r"[a-z]+")
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
_PARAGRAPH = re.compile(r"[^\n]+")
_TRADE = (
    r"(?:reporter|correspondent|editor|writer|journalist|columnist|producer|critic|contributor"
    r"|photographer|freelancer?|intern|fellow|blogger|author of this)"
)
_SHORTEST_LEAD = 5
_CAPITALS = re.compile(r"\b[A-Z][\w-]*[a-z]\w*(?: [A-Z][\w-]*[a-z]\w*)+")


@dataclass(frozen=True, slots=True)
class _Scope:
    """The articles that a question asks about by time and outlet, newest first, undated last.

    Each goes by the id of its first passage. `understood` is what says so.
    """

    openings: tuple[int, ...]
    filters: Filters
    understood: tuple[Understood, ...]
    notes: tuple[str, ...] = ()


def answer_about_archive(
    request: Request, snapshot: Snapshot, standalone: str = ""
) -> Answer | None:
    """The answer to a question about the archive or about Dateline; None for any other.

    `standalone` is the question with what it takes over from the conversation, where that is
    another one. Only articles that the filters leave count, as they stood at `as_of`; none
    withdrawn. Raises QueryError for filters that the question contradicts, ArchiveError where
    an article that would be shown is not what was once stored.
    """
    started = time.perf_counter()
    question = standalone or request.question
    asked = read_about_archive(question, snapshot.facets.publishers)
    if asked is None or _points_back(asked):
        return None
    scope = _scope(asked, replace(request, question=question), snapshot)
    held = _holdings(asked, scope, snapshot) if scope else None
    if scope is None or held is None:
        return None
    snapshot.store.verify([(each.passage, each.article) for each in held.listed])
    worded = word_holdings(held)
    return Answer(
        question=request.question,
        standalone=question,
        text=worded.text,
        as_of=request.as_of or datetime.now(UTC),
        claims=worded.claims,
        citations=worded.citations,
        hits=tuple(
            Hit(each.passage, each.article, 1.0, rank)
            for rank, each in enumerate(held.listed, start=1)
        ),
        confidence=1.0,
        filters=request.filters,
        understood=scope.understood,
        notes=scope.notes,
        timings={"retrieval": time.perf_counter() - started, "reading": 0.0},
    )


def _points_back(asked: AboutArchive) -> bool:
    """Whether the topic or author is a word for what was spoken of before: search knows more."""
    words = _POINTING_WORDS.findall(f"{asked.topic} {asked.author}".casefold())
    return bool(words) and _POINTING.issuperset(words)


# The articles in scope


def _scope(asked: AboutArchive, request: Request, snapshot: Snapshot) -> _Scope | None:
    """Which articles count; None where nothing is left of what was asked.

    Where nothing appeared at a time that is given without its year, or by its distance from
    today, the latest such time counts of which the archive has an article, and a note says so.
    """
    base = request.filters.no_later_than(request.as_of)
    if asked.is_chat:
        return _Scope(_openings(base, snapshot), base, ())
    now = request.as_of or datetime.now(UTC)
    newest = snapshot.facets.span()
    moments = [now]
    if newest and asked.times:
        last = min(now, newest[1] + timedelta(days=1))
        last = datetime(last.year, last.month, last.day, tzinfo=UTC)
        moments += [last - timedelta(days=round(365.25 * years)) for years in range(_YEARS_BACK)]
    first: _Scope | None = None
    for moment in moments:
        scope = _scope_at(moment, asked, request, snapshot)
        if scope is None:
            return None
        if first is not None and scope.understood == first.understood:
            if moment == moments[1]:
                continue
            break
        first = first or scope
        if scope.openings:
            return scope if scope is first else replace(scope, notes=(_moved(scope, now),))
    return first


def _scope_at(
    moment: datetime, asked: AboutArchive, request: Request, snapshot: Snapshot
) -> _Scope | None:
    understood: Sequence[Understood] | None = request.understood
    if understood is None:
        understood = ignoring(_understood(asked, request.question, moment), request.ignore)
    if asked.kind == "reported" and not understood:
        return None
    base = request.filters.no_later_than(request.as_of)
    if asked.language:
        base = replace(base, language=_code(asked.language, snapshot))
    filters = merged(base, understood)
    openings = _openings(filters, snapshot)
    if any(one.filters.published_from or one.filters.published_before for one in understood):
        openings = _by_local_day(openings, base, understood, snapshot)
    return _Scope(openings, filters, tuple(understood))


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


def _moved(scope: _Scope, now: datetime) -> str:
    times = [one for one in scope.understood if not one.filters.publishers]
    words = ", ".join(f"“{one.words}”" for one in times)
    meant = ", ".join(one.meaning for one in times)
    return (
        f"As of {day_in_words(now.date())} the archive holds no article of {words}; this is the "
        f"latest such time of which it holds any: {meant}."
    )


def _code(language: str, snapshot: Snapshot) -> str:
    """The code of a language by its English name; of one that no article is in, its name."""
    codes = [code for code in snapshot.facets.languages if code]
    return next((code for code in codes if language_name(code) == language), language.casefold())


def _openings(filters: Filters, snapshot: Snapshot) -> tuple[int, ...]:
    """The first passage of each article that satisfies the filters, the newest article first."""
    facets = snapshot.facets
    found = np.unique(facets.openings(facets.matching(filters)))
    if not len(found):
        return ()
    published = facets.published_at(found)
    return tuple(found[np.lexsort((found, -published))].tolist())


def _by_local_day(
    openings: Sequence[int], base: Filters, understood: Sequence[Understood], snapshot: Snapshot
) -> tuple[int, ...]:
    """Those that appeared in the times understood by the calendar of where they appeared.

    Only near the edges of a time may that differ from its days in UTC.
    """
    wide = _openings(_shifted(base, understood, _ZONES), snapshot)
    sure = set(_openings_or_none(_shifted(base, understood, -_ZONES), snapshot))
    times = [one.filters for one in understood if one.strict]
    doubtful = [id_ for id_ in wide if id_ not in sure]
    within = {
        id_
        for id_, (_, article) in _read(doubtful, snapshot)
        if all(_is_within(article, each, id_ in openings) for each in times)
    }
    return tuple(id_ for id_ in wide if id_ in sure or id_ in within)


def _shifted(base: Filters, understood: Sequence[Understood], by: timedelta) -> Filters:
    """The filters with the times understood so much wider at both ends; `base` stays."""
    wide = [
        replace(
            one,
            filters=replace(
                one.filters,
                published_from=one.filters.published_from and one.filters.published_from - by,
                published_before=one.filters.published_before and one.filters.published_before + by,
            ),
        )
        for one in understood
    ]
    return merged(base, wide)


def _openings_or_none(filters: Filters, snapshot: Snapshot) -> tuple[int, ...]:
    start, before = filters.published_from, filters.published_before
    return () if start and before and start >= before else _openings(filters, snapshot)


def _is_within(article: Article, wanted: Filters, in_utc: bool) -> bool:
    published = article.published
    if published is None or not published.zone or published.precision not in ("minute", "second"):
        return in_utc
    try:
        offset = datetime.fromisoformat(f"2000-01-01T00:00:00{published.zone}").utcoffset()
    except ValueError:
        return in_utc
    at = published.at + (offset or timedelta())
    after_start = wanted.published_from is None or at >= wanted.published_from
    return after_start and (wanted.published_before is None or at < wanted.published_before)


# What they are


def _holdings(asked: AboutArchive, scope: _Scope, snapshot: Snapshot) -> Holdings | None:
    """What the archive holds of what is asked; None where another reading is likelier."""
    held = Holdings(asked, _scope_words(asked, scope), count=len(scope.openings))
    first, last = _span(scope.openings, snapshot)
    held = replace(held, first=first, last=last)
    if asked.is_chat:
        languages = _counts(scope.openings, "language", snapshot)
        examples = _examples(scope.openings, snapshot)
        return replace(held, languages=languages, examples=examples)
    if asked.author:
        return _by_author(held, scope, snapshot)
    chosen = scope.openings
    if asked.topic:
        about, mentioning = _naming(asked.topic, scope.openings, snapshot)
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
        return replace(held, languages=_counts(chosen, "language", snapshot))
    if kind == "outlets" or held.asked.per == "outlet":
        return replace(held, outlets=_outlets(chosen, snapshot))
    if held.asked.per:
        return replace(held, periods=_periods(chosen, held.asked.per, snapshot))
    distinct = _distinct(chosen, snapshot)
    if kind in ("oldest", "newest", "span"):
        first, last = _span(chosen, snapshot)
        dated = _dated(chosen, snapshot)
        ends = {"oldest": dated[-1:], "newest": dated[:1], "span": (*dated[-1:], *dated[:1])}[kind]
        return replace(held, first=first, last=last, listed=_listed(ends, snapshot))
    most = COUNTED_LISTED if kind == "count" else MOST_LISTED
    if kind == "count" and not (held.scope or held.asked.topic):
        return replace(held, distinct=distinct)
    return replace(held, distinct=distinct, listed=_listed(chosen[:most], snapshot))


def _scope_words(asked: AboutArchive, scope: _Scope) -> str:
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


def _span(openings: Sequence[int], snapshot: Snapshot) -> tuple[datetime | None, datetime | None]:
    dated = _dated(openings, snapshot)
    if not dated:
        return None, None
    ends = snapshot.facets.published_at(np.array([dated[-1], dated[0]], dtype=np.int64))
    first, last = (_EPOCH + timedelta(seconds=int(at)) for at in ends)
    return first, last


def _dated(openings: Sequence[int], snapshot: Snapshot) -> tuple[int, ...]:
    published = snapshot.facets.published_at(np.array(openings, dtype=np.int64))
    return tuple(id_ for id_, at in zip(openings, published, strict=True) if at != UNKNOWN_DATE)


def _column(openings: Sequence[int], values: Integers, snapshot: Snapshot) -> Integers:
    places = np.searchsorted(snapshot.facets.ids, np.array(openings, dtype=np.int64))
    column: Integers = values[places]
    return column


def _counts(openings: Sequence[int], name: str, snapshot: Snapshot) -> tuple[tuple[str, int], ...]:
    """How many articles each outlet or language has, the most first, then by name."""
    facets = snapshot.facets
    column, known = {
        "publisher": (facets.publisher, facets.publishers),
        "language": (facets.language, facets.languages),
    }[name]
    counted = Counter(known[place] for place in _column(openings, column, snapshot).tolist())
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _outlets(openings: Sequence[int], snapshot: Snapshot) -> tuple[OutletCount, ...]:
    """The outlets with their articles; hosts of one outlet are counted together."""
    counted = dict(_counts(openings, "publisher", snapshot))
    found = [
        OutletCount(
            group[0],
            sum(counted[name] for name in group),
            tuple((name, counted[name]) for name in group[1:]),
        )
        for group in same_outlets([name for name in counted if name])
    ]
    if "" in counted:
        found.append(OutletCount("", counted[""]))
    return tuple(sorted(found, key=lambda one: (not one.name, -one.articles, one.name)))


def _periods(openings: Sequence[int], per: str, snapshot: Snapshot) -> tuple[tuple[str, int], ...]:
    """How many articles appeared in each month or year, in the order of time."""
    published = snapshot.facets.published_at(np.array(openings, dtype=np.int64))
    days = [_EPOCH + timedelta(seconds=int(at)) for at in published if at != UNKNOWN_DATE]
    counted = Counter((day.year, day.month if per == "month" else 1) for day in days)
    found = [
        (f"{datetime(year, month, 1, tzinfo=UTC):{'%B %Y' if per == 'month' else '%Y'}}", count)
        for (year, month), count in sorted(counted.items())
    ]
    undated = len(openings) - len(days)
    return (*found, ("date unknown", undated)) if undated else tuple(found)


def _distinct(openings: Sequence[int], snapshot: Snapshot) -> int:
    """How many texts there are among the articles, where near-duplicates are one."""
    owners = snapshot.store.owners(openings)
    ids = [owners[id_] for id_ in openings if id_ in owners]
    groups: dict[str, str] = {}
    for first in range(0, len(ids), _BATCH):
        groups |= snapshot.store.groups(ids[first : first + _BATCH])
    return len({groups.get(id_, id_) for id_ in ids})


def _read(
    openings: Sequence[int], snapshot: Snapshot
) -> Iterator[tuple[int, tuple[Passage, Article]]]:
    for first in range(0, len(openings), _BATCH):
        batch = openings[first : first + _BATCH]
        found = snapshot.store.passages(batch)
        yield from ((id_, found[id_]) for id_ in batch if id_ in found)


def _listed(openings: Sequence[int], snapshot: Snapshot) -> tuple[ListedArticle, ...]:
    return tuple(
        ListedArticle(article, passage, *_opening_sentence(article, passage))
        for _, (passage, article) in _read(openings, snapshot)
    )


def _opening_sentence(article: Article, passage: Passage) -> tuple[int, int]:
    """The first sentence of an article that says something; a correction's notice does not."""
    text = article.text[passage.start : passage.end]
    spans = sentence_spans(text) or [(0, len(text))]
    notices = find_notices(article.text, article.published)
    fits = [
        (start, end)
        for start, end in spans
        if len(text[start:end].split()) >= _SHORTEST_LEAD
        and not any(
            each.start < passage.start + end and passage.start + start < each.end
            for each in notices
        )
    ]
    start, end = (fits or spans)[0]
    return passage.start + start, passage.start + end


# By topic


def _naming(
    topic: str, openings: Sequence[int], snapshot: Snapshot
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The articles about a topic, and all that mention it, in the order given.

    One is about it whose title and first 80 words have all its words, in whatever form.
    """
    query = _POSSESSIVE.sub("", topic)
    wanted = frozenset(terms(query))
    if not wanted:
        return (), ()
    whole = sum(snapshot.lexical.term_weights(query).values())
    covered = snapshot.lexical.article_coverage(query, openings)
    holding = [id_ for id_ in openings if covered.get(id_, 0.0) >= whole * (1 - 1e-6)]
    about: list[int] = []
    mentioning: list[int] = []
    for id_, (passage, article) in _read(holding, snapshot):
        is_about = wanted <= {*indexed_words(f"{article.title}\n{_lead(article, passage)}")}
        about += [id_] if is_about else []
        if is_about or len(wanted) == 1 or _stand_close(wanted, indexed_words(article.text)):
            mentioning.append(id_)
    return tuple(about), tuple(mentioning)


def _lead(article: Article, passage: Passage) -> str:
    """The first 80 words of an article, without the notices and what else is no reporting."""
    text = article.text[passage.start :]
    words = list(re.finditer(r"\S+", text))[:OPENING_WORDS]
    return text[: words[-1].end()] if words else ""


def _stand_close(wanted: frozenset[str], words: Iterable[str]) -> bool:
    """Whether all the words stand within a dozen of the text's words."""
    last: dict[str, int] = {}
    for place, word in enumerate(words):
        if word in wanted:
            last[word] = place
            if len(last) == len(wanted) and place - min(last.values()) < NEAR:
                return True
    return False


# By author


def _by_author(held: Holdings, scope: _Scope, snapshot: Snapshot) -> Holdings | None:
    """The articles that somebody signed, and those that credit them; None for a doubtful name."""
    name = held.asked.author
    owners = snapshot.store.owners(scope.openings)
    opening = {article_id: id_ for id_, article_id in owners.items()}
    found: dict[int, tuple[bool, tuple[int, int] | None]] = {}
    for article in snapshot.store.signed(name, scope.filters):
        signed = _signs(article, name)
        if article.id in opening and signed is not None:
            found[opening[article.id]] = signed
    if held.asked.doubtful and not found:
        return None
    ordered = [id_ for id_ in scope.openings if id_ in found]
    ordered.sort(key=lambda id_: not found[id_][0])
    most = COUNTED_LISTED if held.asked.kind == "count" else MOST_LISTED
    listed = tuple(
        ListedArticle(article, passage, *(found[id_][1] or _opening_sentence(article, passage)))
        for id_, (passage, article) in _read(ordered[:most], snapshot)
    )
    signed_by = sum(is_author for is_author, _ in found.values())
    return replace(
        held,
        count=signed_by,
        credited=len(found) - signed_by,
        distinct=_distinct(ordered, snapshot),
        listed=listed,
    )


def _signs(article: Article, name: str) -> tuple[bool, tuple[int, int] | None] | None:
    """Whether somebody is an article's author or is credited in a note, and where it says so.

    None for who is only written about.
    """
    rule = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    listed = any(rule.search(author) for author in article.authors)
    spans = [span for span in article.furniture if span.kind == "byline"]
    for span in spans:
        line = article.text[span.start : span.end]
        if rule.search(line):
            return listed or opens_byline(line), (span.start, span.end)
    if listed:
        return True, None
    note = re.compile(
        rf"\W*{re.escape(name)},?\s+(?:(?:covers|reports|writes|contributed|can be reached|"
        rf"helped)\b|(?:is|was)\s+(?:an?|the)\b[^.]{{0,80}}\b{_TRADE}\b|[^.]{{0,40}}\b{_TRADE}\b"
        rf"[^.]{{0,20}}\W*$)|\W*(?:contributing|contributors?|reporting by|written by|editing by|"
        rf"additional reporting|with reporting)\b[^\n]*(?<!\w){re.escape(name)}(?!\w)",
        re.IGNORECASE,
    )
    for paragraph in _PARAGRAPH.finditer(article.text):
        if note.match(paragraph[0]):
            start, end = (sentence_spans(paragraph[0]) or [(0, len(paragraph[0]))])[0]
            return False, (paragraph.start() + start, paragraph.start() + end)
    return None


# Examples


def _examples(openings: Sequence[int], snapshot: Snapshot) -> tuple[str, ...]:
    """Questions that this archive can be asked, about names in its newest headlines."""
    outlets = {name.casefold() for name in snapshot.facets.publishers}
    subjects: list[str] = []
    day = ""
    for _, (passage, article) in _read(openings[:_RECENT], snapshot):
        for name in _headline_names(article, passage):
            known = {word for one in subjects for word in one.split()}
            if name.casefold() not in outlets and known.isdisjoint(name.split()):
                subjects.append(name)
                break
        if not day and article.publisher and article.published:
            day = f"What did {article.publisher} report on {_day(article)}?"
    asks = ("What is the latest on {}?", "Tell me about {}.", "How many articles mention {}?")
    found = [ask.format(name) for ask, name in zip(asks, subjects, strict=False)]
    return tuple([*found, day] if day else found)


def _headline_names(article: Article, passage: Passage) -> Iterator[str]:
    """Names of two words or three that stand in an article's opening and in its headline."""
    for found in _CAPITALS.finditer(_lead(article, passage)):
        words = found[0].split()
        for length in (3, 2):
            for first in range(len(words) - length + 1):
                name = " ".join(words[first : first + length])
                if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", article.title):
                    yield name


def _day(article: Article) -> str:
    return day_in_words(article.published.at.date()) if article.published else ""
