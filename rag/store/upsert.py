"""Adds and revises articles: what each incoming article is, and the rows that it becomes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import Connection, Table, and_, func, insert, or_, select, update

from rag.corpus.chunking import Chunk, embedding_text
from rag.corpus.notices import retraction
from rag.records import Article
from rag.store import schema
from rag.store.revisions import (
    UNKNOWN_DATE,
    intervals,
    is_late,
    published_seconds,
    updated_seconds,
    valid_since,
)
from rag.store.rows import article_digest, article_record, article_row, digest, is_superseded

Stored = Literal["added", "revised", "unchanged"]
Settled = Literal["added", "revised", "unchanged", "deleted"]
Item = tuple[Article, Sequence[Chunk]]
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Seen:
    """When a text was seen at its address, in seconds since 1970.

    `by_change`: its own data say that it was last changed then, and it was seen by nobody else
    than this run. That orders it only among texts that state such a moment, too.
    """

    at: int
    by_change: bool = False


NEVER: Mapping[str, Seen] = MappingProxyType({})
"""For articles of which nothing says when they were seen at their addresses."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A numbered revision with its passages, valid from `since`; None for an unknown date.

    A `late` one is older than the current revision and is stored as superseded.
    """

    article: Article
    chunks: Sequence[Chunk]
    since: int | None
    late: bool = False


def classify(
    connection: Connection, articles: Sequence[Article], seen: Mapping[str, Seen] = NEVER
) -> list[Stored]:
    """For each article, whether it is added, revises a stored one, or changes nothing.

    `seen` is as in `arrivals`.
    """
    known = digests(connection, [article.id for article in articles])
    differing = [a for a in articles if known.get(a.id, "") not in ("", article_digest(a))]
    repeated = _repeated(connection, differing, seen) if differing else frozenset()
    kinds: list[Stored] = []
    for article in articles:
        if article.id not in known:
            kinds.append("added")
        elif known[article.id] == article_digest(article) or article.id in repeated:
            kinds.append("unchanged")
        else:
            kinds.append("revised")
    return kinds


def settled(
    connection: Connection,
    run_id: int,
    articles: Sequence[Article],
    seen: Mapping[str, Seen] = NEVER,
) -> dict[str, Settled]:
    """What becomes of each article, by id, now that nobody else can write.

    What somebody else has stored since it was read is "unchanged", and what they have deleted
    since the run began is "deleted".
    """
    deletions, runs = schema.deletions.c, schema.runs.c
    began = select(runs.started).where(runs.id == run_id).scalar_subquery()
    query = select(deletions.article_id).where(
        deletions.article_id.in_([each.id for each in articles]), deletions.at > began
    )
    found: dict[str, Settled] = {}
    for article, kind in zip(articles, classify(connection, articles, seen), strict=True):
        found[article.id] = kind
    return found | dict.fromkeys(connection.scalars(query), "deleted")


def arrivals(
    connection: Connection, run_id: int, items: Sequence[Item], seen: Mapping[str, Seen] = NEVER
) -> list[Arrival]:
    """The articles as they will be stored, with revision number and start of validity.

    `seen` has by id when a text was seen at its address, for those of which that is known, such
    as the pages of a web archive. It orders them: one that was seen before the current revision
    became valid is late.
    """
    ids = [article.id for article, _ in items]
    table = schema.revisions.c
    newest = select(table.article_id, func.max(table.revision)).where(table.article_id.in_(ids))
    numbers = {row[0]: row[1] for row in connection.execute(newest.group_by(table.article_id))}
    stored = _current(connection, numbers)
    run = connection.scalar(select(schema.runs.c.started).where(schema.runs.c.id == run_id))
    found = []
    for article, chunks in items:
        numbered = replace(article, revision=numbers.get(article.id, 0) + 1)
        if before := stored.get(article.id):
            found.append(_revision(numbered, chunks, before, run or 0, seen.get(article.id)))
        else:
            # The first is valid from its publication, but later ones were seen after this.
            own = seen.get(article.id)
            found.append(Arrival(numbered, chunks, own.at if own else published_seconds(article)))
    return found


def supersede(connection: Connection, found: Sequence[Arrival]) -> None:
    """Marks the revisions that the arrivals replace as superseded."""
    for arrival in found:
        article = arrival.article
        if article.revision == 1:
            continue
        if arrival.late:
            _put_after(connection, arrival)
            continue
        query = update(schema.articles).where(schema.articles.c.id == article.id)
        connection.execute(query.values(revision=article.revision))
        for old in (schema.revisions, schema.passages):
            query = update(old).where(old.c.article_id == article.id)
            connection.execute(query.values(superseded=True))


def stand_from(connection: Connection, moments: Mapping[str, int]) -> None:
    """Makes the current revisions valid from these moments, unless they are later; by id."""
    table, articles = schema.revisions.c, schema.articles.c
    for id_, moment in moments.items():
        number = select(articles.revision).where(articles.id == id_).scalar_subquery()
        query = update(schema.revisions).where(
            table.article_id == id_,
            table.revision == number,
            or_(table.standing_from.is_(None), table.standing_from < moment),
        )
        connection.execute(query.values(standing_from=moment))


def store(connection: Connection, run_id: int, found: Sequence[Arrival]) -> None:
    """Inserts the arrivals with their passages and change records."""
    new = [{"id": each.article.id, "revision": 1} for each in found if each.article.revision == 1]
    rows: dict[Table, list[dict[str, Any]]] = {
        schema.articles: new,
        schema.revisions: [_revision_row(run_id, each) for each in found],
        schema.passages: [row for each in found for row in _passage_rows(each)],
        schema.changes: [{"article_id": each.article.id} for each in found],
    }
    for table, values in rows.items():
        if values:
            connection.execute(insert(table), values)


def retract(connection: Connection, run_id: int, found: Sequence[Arrival]) -> None:
    """Withdraws the articles whose new text is a retraction by the outlet."""
    run = connection.scalar(select(schema.runs.c.started).where(schema.runs.c.id == run_id))
    table = schema.articles
    for arrival in found:
        article = arrival.article
        reason = "" if arrival.late else retraction(article.text)[:_LONGEST_REASON]
        if reason:
            query = update(table).where(table.c.id == article.id, table.c.withdrawn_at.is_(None))
            connection.execute(query.values(withdrawn_at=run, withdrawn_why=reason))


def digests(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """The digest of the current revision of each stored article; others are left out."""
    table = schema.revisions
    query = select(table.c.article_id, table.c.digest)
    query = query.where(table.c.article_id.in_(ids), is_superseded(table, False))
    return {row.article_id: row.digest for row in connection.execute(query)}


def _repeated(
    connection: Connection, articles: Sequence[Article], seen: Mapping[str, Seen]
) -> frozenset[str]:
    """The ids of the articles that repeat an older revision which is already stored.

    Of two that one run stored, the older one comes again whenever its input is read again.
    """
    table = schema.revisions.c
    digests = {article.id: article_digest(article) for article in articles}
    query = select(table.article_id, table.digest, table.run_id)
    query = query.where(table.article_id.in_(digests), table.digest.in_(digests.values()))
    known = {id_: run for id_, digest, run in connection.execute(query) if digests[id_] == digest}
    stored = _current(connection, known)
    return frozenset(
        a.id
        for a in articles
        if a.id in known
        and (
            known[a.id] == stored[a.id].run
            or _precedes(a, stored[a.id], seen.get(a.id))
            or _is_dated_before(a, stored[a.id].article)
        )
    )


def _precedes(article: Article, current: _CurrentRevision, seen: Seen | None) -> bool:
    may_order = seen is not None and (not seen.by_change or current.states_moment)
    if seen is not None and may_order and current.stored_from is not None:
        return seen.at < current.stored_from
    return is_late(article, current.article)


def _is_dated_before(article: Article, current: Article) -> bool:
    own, other = published_seconds(article), published_seconds(current)
    return own is not None and other is not None and own < other


@dataclass(frozen=True, slots=True)
class _CurrentRevision:
    """A current revision, its run, and when it became valid, in seconds since 1970.

    `stored_from` is that moment as it is stored: of a first revision, when it was seen.
    `states_moment`: it is neither its publication nor the start of its run, `arrived`.
    """

    article: Article
    since: int
    run: int
    stored_from: int | None
    arrived: int

    @property
    def states_moment(self) -> bool:
        """Whether the text came with a moment of its own."""
        return self.stored_from not in (None, published_seconds(self.article), self.arrived)


def _current(connection: Connection, ids: Collection[str]) -> dict[str, _CurrentRevision]:
    if not ids:
        return {}
    table, articles, runs = schema.revisions, schema.articles.c, schema.runs.c
    current = and_(articles.id == table.c.article_id, articles.revision == table.c.revision)
    query = select(table, runs.started).join(schema.articles, current)
    query = query.join(schema.runs, runs.id == table.c.run_id)
    validity = intervals(connection, ids)
    found = {}
    for row in connection.execute(query.where(table.c.article_id.in_(ids))):
        since = UNKNOWN_DATE if row.published is None else row.published
        since = validity.get((row.article_id, row.revision), (since, 0))[0]
        found[row.article_id] = _CurrentRevision(
            article_record(row), since, row.run_id, row.standing_from, row.started
        )
    return found


def _revision(
    article: Article, chunks: Sequence[Chunk], before: _CurrentRevision, run: int, seen: Seen | None
) -> Arrival:
    if _precedes(article, before, seen):
        return Arrival(article, chunks, seen.at if seen else updated_seconds(article), late=True)
    if seen is not None and seen.by_change and seen.at <= (before.stored_from or before.since):
        # It was changed in silence: until this run, the text before it was seen.
        seen = None
    since = valid_since(article, before.article, before.since, seen.at if seen else run)
    return Arrival(article, chunks, since)


def _put_after(connection: Connection, late: Arrival) -> None:
    """Makes the current revision valid from its update: before that, the late one was."""
    table, articles = schema.revisions, schema.articles.c
    current = select(table).join(
        schema.articles,
        and_(articles.id == table.c.article_id, articles.revision == table.c.revision),
    )
    row = connection.execute(current.where(table.c.article_id == late.article.id)).one()
    updated = updated_seconds(article_record(row))
    query = update(table).where(
        table.c.article_id == row.article_id, table.c.revision == row.revision
    )
    since = max(at for at in (updated, row.standing_from, late.since) if at is not None)
    connection.execute(query.values(standing_from=since))


def _revision_row(run_id: int, arrival: Arrival) -> dict[str, Any]:
    return article_row(arrival.article) | {
        "run_id": run_id,
        "superseded": arrival.late,
        "standing_from": arrival.since,
    }


def _passage_rows(arrival: Arrival) -> Iterator[dict[str, Any]]:
    article = arrival.article
    for part in arrival.chunks:
        encoded = embedding_text(article, part.start, part.end, part.heading)
        yield {
            "article_id": article.id,
            "revision": article.revision,
            "start": part.start,
            "end": part.end,
            "heading": part.heading,
            "digest": digest(encoded),
            "superseded": arrival.late,
        }
