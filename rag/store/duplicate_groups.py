"""Groups of near-duplicates in the database: made on ingest, read with one query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from rag.corpus.near_duplicates import Shingles, bands, near_duplicates, reporting, shingles
from rag.corpus.wires import is_by, wire_of
from rag.records import Article, Filters
from rag.store import schema
from rag.store.revisions import valid_articles
from rag.store.rows import article_record, in_range, seconds

_COMPARED = 16
_TEMPLATE = 5
_UNDATED = 2**62


@dataclass(frozen=True, slots=True)
class Member:
    """What grouping knows of an article; `wire` is the agency it credits, "" for none."""

    article_id: str
    publisher: str = ""
    title: str = ""
    published: int | None = None
    wire: str = ""


class Groups:
    """Articles in groups of near-duplicates; an article outside all of them stands alone.

    A group does not grow by chains: a newcomer must be a near-duplicate of half of its
    members, or of eight. So a row of articles, each like the next, does not become one group.
    """

    def __init__(self, grouped: Iterable[tuple[Member, str]] = ()) -> None:
        self._members: dict[str, Member] = {}
        self._group: dict[str, frozenset[str]] = {}
        together: dict[str, set[str]] = {}
        for member, group in grouped:
            self._members[member.article_id] = member
            together.setdefault(group, set()).add(member.article_id)
        for ids in together.values():
            self._set(frozenset(ids))

    def join(self, member: Member, alike: Sequence[Member]) -> None:
        """Groups a newcomer with the articles it resembles, and so these with each other."""
        for each in (member, *alike):
            self._members[each.article_id] = each
        votes = Counter(self._of(each.article_id) for each in alike)
        joined = [group for group, n in votes.items() if 2 * n >= min(len(group), _COMPARED)]
        self._set(frozenset({member.article_id}).union(*joined))

    def leave(self, article_ids: Iterable[str]) -> None:
        """Removes articles from their groups."""
        for article_id in article_ids:
            rest = self._of(article_id) - {article_id}
            self._set(frozenset({article_id}))
            if rest:
                self._set(rest)

    def size(self, article_id: str) -> int:
        """The number of articles in the article's group, itself included: 1 or more."""
        return len(self._of(article_id))

    def labels(self) -> dict[str, str | None]:
        """The group of each article: the id of the group's original, None for an article alone.

        The original is the article of the agency that the others credit, else the earliest;
        of several the first by id.
        """
        originals = {
            group: self._original(group) if len(group) > 1 else None
            for group in set(self._group.values())
        }
        return {article_id: originals[group] for article_id, group in self._group.items()}

    def _of(self, article_id: str) -> frozenset[str]:
        return self._group.get(article_id, frozenset({article_id}))

    def _set(self, group: frozenset[str]) -> None:
        for article_id in group:
            self._group[article_id] = group

    def _original(self, group: frozenset[str]) -> str:
        members = [self._members[article_id] for article_id in group]
        wires = {member.wire for member in members if member.wire}

        def place(member: Member) -> tuple[bool, int, str]:
            """The order of originals: a wire's own text first, then the earliest."""
            is_copy = not any(is_by(member.publisher, wire) for wire in wires)
            date = _UNDATED if member.published is None else member.published
            return is_copy, date, member.article_id

        return min(members, key=place).article_id


def is_template(member: Member, same_words: Iterable[Member]) -> bool:
    """Whether an outlet publishes the same words under five or more titles.

    Such words are a notice or what is left of a page that needs a login: not reporting.
    """
    by_outlet = [other for other in same_words if other.publisher == member.publisher != ""]
    return len({each.title for each in (member, *by_outlet)}) >= _TEMPLATE


_COPIES = schema.copies.c
_REVISIONS = schema.revisions.c
_BANDS = schema.bands.c
_GROUPS = select(_COPIES.article_id, _COPIES.group_id).where(
    _COPIES.article_id.in_(bindparam("ids", expanding=True)), _COPIES.group_id.is_not(None)
)
_CANDIDATES = 32
"""The most articles that a newcomer is compared with, those sharing most bands first."""

_ENOUGH = 64
"""The first members of a group that get bands; later members are not used to find it."""


def group_ids(connection: Connection, article_ids: Sequence[str]) -> dict[str, str]:
    """The group of each article that is in one; the others are left out."""
    found = connection.execute(_GROUPS, {"ids": article_ids})
    return {row.article_id: row.group_id for row in found}


def members(
    connection: Connection, groups: Collection[str], filters: Filters
) -> dict[str, list[Article]]:
    """The articles of each group, sorted by id, in the revision valid at `filters.as_of`.

    With `published_before`, only articles that are known to be published before it.
    """
    query = _with_current(select(_COPIES.group_id, schema.revisions))
    query = query.where(schema.articles.c.withdrawn_at.is_(None))
    rows = connection.execute(query.where(_COPIES.group_id.in_(groups))).all()
    articles = {row.article_id: article_record(row) for row in rows}
    if filters.as_of is not None:
        articles = valid_articles(connection, articles, filters.as_of)
    bounded = Filters(published_before=filters.published_before)
    found: dict[str, list[Article]] = {}
    for row in sorted(rows, key=lambda row: row.article_id):
        article = articles.get(row.article_id)
        if article and in_range(bounded, article.published):
            found.setdefault(row.group_id, []).append(article)
    return found


def forget(connection: Connection, article_ids: Sequence[str]) -> None:
    """Removes articles from their groups, before they are revised or deleted."""
    stored = _stored(connection, _COPIES.article_id.in_(article_ids))
    groups = _groups_of(connection, stored)
    before = groups.labels()
    groups.leave(each.member.article_id for each in stored)
    _save(connection, before, groups.labels())
    stale = [{"of": each.copy_id, "at": band} for each in stored for band in bands(each.text)]
    if stale:
        query = delete(schema.bands)
        query = query.where(_BANDS.copy_id == bindparam("of"), _BANDS.band == bindparam("at"))
        connection.execute(query, stale)
    connection.execute(delete(schema.copies).where(_COPIES.article_id.in_(article_ids)))


def place(connection: Connection, articles: Sequence[Article]) -> None:
    """Groups new articles with stored ones and with each other, one after another."""
    if not articles:
        return
    newcomers = _enrol(connection, articles)
    found = {each.copy_id: bands(each.text) for each in newcomers}
    buckets = _buckets(connection, found.values())
    near = {id_ for own in found.values() for id_ in _candidates(own, buckets)}
    stored = _stored(connection, _COPIES.id.in_(near)) if near else []
    groups = _groups_of(connection, stored)
    before = groups.labels()
    known = {each.copy_id: each for each in (*stored, *newcomers)}
    rows: list[dict[str, int]] = []
    for newcomer in newcomers:
        own = found[newcomer.copy_id]
        if _join(newcomer, [known[id_] for id_ in _candidates(own, buckets)], groups):
            for band in own:
                buckets.setdefault(band, []).append(newcomer.copy_id)
                rows.append({"band": band, "copy_id": newcomer.copy_id})
    _save(connection, before, groups.labels())
    if rows:
        connection.execute(insert(schema.bands), rows)


def pending(connection: Connection, after: str, count: int) -> list[str]:
    """At most `count` ids after `after` of articles that were never grouped."""
    query = (
        select(schema.articles.c.id)
        .where(~exists().where(_COPIES.article_id == schema.articles.c.id))
        .where(schema.articles.c.id > after)
        .order_by(schema.articles.c.id)
        .limit(count)
    )
    return list(connection.scalars(query))


def clear(connection: Connection) -> None:
    """Deletes every group and every band."""
    for table in (schema.bands, schema.copies):
        connection.execute(delete(table))


@dataclass(slots=True)
class _Known:
    """An article as it is compared; its shingles are computed on first use."""

    copy_id: int
    member: Member
    text: str
    _shingles: Shingles | None = None

    @property
    def shingles(self) -> Shingles:
        """The shingles of the text, which are what is compared."""
        if self._shingles is None:
            self._shingles = shingles(self.text)
        return self._shingles


def _join(newcomer: _Known, candidates: Sequence[_Known], groups: Groups) -> bool:
    """Groups a newcomer with its near-duplicates; returns whether it gets bands."""
    same = [each for each in candidates if each.shingles == newcomer.shingles]
    if is_template(newcomer.member, [each.member for each in same]):
        outlet = newcomer.member.publisher
        groups.leave(e.member.article_id for e in same if e.member.publisher == outlet)
        return False
    alike = [each for each in candidates if near_duplicates(each.shingles, newcomer.shingles)]
    groups.join(newcomer.member, [each.member for each in alike])
    return groups.size(newcomer.member.article_id) <= _ENOUGH


def _candidates(own: Sequence[int], buckets: Mapping[int, Sequence[int]]) -> list[int]:
    """The articles that share most bands; ties go to the older one."""
    shared = Counter(id_ for band in own for id_ in buckets.get(band, ()))
    return sorted(shared, key=lambda id_: (-shared[id_], id_))[:_CANDIDATES]


def _buckets(connection: Connection, found: Iterable[Sequence[int]]) -> dict[int, list[int]]:
    """The articles that have each of the bands."""
    wanted = sorted({band for own in found for band in own})
    query = select(_BANDS.band, _BANDS.copy_id).where(_BANDS.band.in_(wanted))
    buckets: dict[int, list[int]] = {}
    for band, copy_id in connection.execute(query):
        buckets.setdefault(band, []).append(copy_id)
    return buckets


def _enrol(connection: Connection, articles: Sequence[Article]) -> list[_Known]:
    """Inserts a row for each article, in no group yet."""
    members = [_member(article, wire_of(article)) for article in articles]
    rows = [{"article_id": each.article_id, "wire": each.wire or None} for each in members]
    connection.execute(insert(schema.copies), rows)
    query = select(_COPIES.article_id, _COPIES.id)
    query = query.where(_COPIES.article_id.in_([each.article_id for each in members]))
    ids = {row.article_id: row.id for row in connection.execute(query)}
    return [
        _Known(ids[article.id], member, reporting(article))
        for article, member in zip(articles, members, strict=True)
    ]


def _stored(connection: Connection, which: ColumnElement[bool]) -> list[_Known]:
    """The stored articles that meet the condition, ready to be compared."""
    query = _with_current(select(_COPIES.id, _COPIES.wire, schema.revisions))
    found = []
    for row in connection.execute(query.where(which)):
        article = article_record(row)
        found.append(_Known(row.id, _member(article, row.wire or ""), reporting(article)))
    return found


def _groups_of(connection: Connection, stored: Iterable[_Known]) -> Groups:
    """The groups that these articles are in, with all their members."""
    labels = set(group_ids(connection, [each.member.article_id for each in stored]).values())
    if not labels:
        return Groups()
    columns = (_REVISIONS.publisher, _REVISIONS.title, _REVISIONS.published)
    query = _with_current(select(_COPIES.article_id, _COPIES.group_id, _COPIES.wire, *columns))
    rows = connection.execute(query.where(_COPIES.group_id.in_(labels)))
    return Groups(
        (Member(row.article_id, row.publisher, row.title, row.published, row.wire or ""), row[1])
        for row in rows
    )


def _save(
    connection: Connection, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> None:
    """Saves the groups that changed."""
    changed = [
        {"of": article_id, "group_id": group}
        for article_id, group in after.items()
        if group != before.get(article_id)
    ]
    if changed:
        query = update(schema.copies).where(_COPIES.article_id == bindparam("of"))
        connection.execute(query.values(group_id=bindparam("group_id")), changed)


def _member(article: Article, wire: str) -> Member:
    published = seconds(article.published.at) if article.published else None
    return Member(article.id, article.publisher, article.title, published, wire)


def _with_current(query: Select[Any]) -> Select[Any]:
    """The query over copies, joined with the current revisions of their articles.

    Joins by key: with `NOT superseded` the database would read every current revision.
    """
    articles = schema.articles.c
    return query.join(schema.articles, articles.id == _COPIES.article_id).join(
        schema.revisions,
        and_(_REVISIONS.article_id == articles.id, _REVISIONS.revision == articles.revision),
    )
