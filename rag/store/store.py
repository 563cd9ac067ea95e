"""The archive's source of truth: articles with their revisions, passages and a change log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from uuid import uuid4

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from rag.corpus import near_duplicates
from rag.errors import ArchiveError
from rag.records import Article, Filters, Passage
from rag.store import duplicate_groups, listing, schema, upsert
from rag.store.database import Database
from rag.store.filter_columns import Facets, load_facets
from rag.store.revisions import (
    STILL,
    Intervals,
    KeptRevision,
    count_in_use,
    digests_in_use,
    intervals,
    list_revisions,
)
from rag.store.rows import (
    article_record,
    check_article,
    check_passage,
    passage_record,
    put_setting,
    revision_of,
)
from rag.store.tombstones import Tombstones, restored

_BATCH = 500
_GROUPED_TOGETHER = 64
_NO_FILTERS = Filters()
_SCHEME = "near_duplicates"

# What every question asks is put together once: that takes as long as the database does.
_IDS: BindParameter[int | str] = bindparam("ids", expanding=True)
_LAST_CHANGE = select(func.max(schema.changes.c.seq))
_PASSAGES = select(schema.passages).where(schema.passages.c.id.in_(_IDS))
_REVISIONS = select(schema.revisions).where(schema.revisions.c.article_id.in_(_IDS))
_DIGESTS = (
    select(schema.passages.c.id, schema.passages.c.digest, schema.revisions.c.digest)
    .join_from(schema.passages, schema.revisions)
    .where(schema.passages.c.id.in_(_IDS))
)


class Store:
    """Articles and passages in a database; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._facets: Facets | None = None
        self._counts = (-1, (0, 0))
        self.archive_id = self.setting("archive_id")
        if not self.archive_id and not database.read_only:
            self.first_setting(_SCHEME, near_duplicates.SCHEME)
            self.archive_id = self.first_setting("archive_id", uuid4().hex)

    @property
    def identity(self) -> str:
        """What tells the archive from its copies, which have the same `archive_id`."""
        return self._database.identity

    def following(self) -> AbstractContextManager[bool]:
        """Whether nobody else follows the change log meanwhile; see `Database.following`."""
        return self._database.following()

    @property
    def tombstones(self) -> Tombstones:
        """The withdrawn and the deleted articles."""
        return Tombstones(self._database)

    def setting(self, name: str) -> str:
        """A value stored with the archive, "" if it was never set."""
        query = select(schema.settings.c.value).where(schema.settings.c.name == name)
        with self._database.read() as connection:
            return connection.scalar(query) or ""

    def first_setting(self, name: str, value: str) -> str:
        """The value stored with the archive: this one, if none was stored before."""
        table = schema.settings
        with self._database.write() as connection:
            known = connection.scalar(select(table.c.value).where(table.c.name == name))
            if not known:
                put_setting(connection, name, value)
            return known or value

    def set_setting(self, name: str, value: str) -> None:
        """Stores a value with the archive."""
        with self._database.write() as connection:
            put_setting(connection, name, value)

    def classify(
        self, articles: Sequence[Article], seen: Mapping[str, upsert.Seen] = upsert.NEVER
    ) -> list[upsert.Stored]:
        """For each article, whether `put` would add it, revise it, or leave it unchanged."""
        with self._database.read() as connection:
            return upsert.classify(connection, articles, seen)

    def article_digests(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The digest of the current revision of each stored article; others are left out."""
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for first in range(0, len(article_ids), _BATCH):
                found |= upsert.digests(connection, article_ids[first : first + _BATCH])
        return found

    def too_long(self, article: Article) -> str:
        """Why this store cannot look an article up by its id or its outlet; "" where it can."""
        limit = self._database.place.longest_key
        for name, value in (("id", article.id), ("outlet", article.publisher)):
            if limit is not None and len(value.encode()) > limit:
                place = self._database.place
                return f"its {name} {value[:40]!r}... is longer than the {limit:,} bytes of {place}"
        return ""

    def put(
        self,
        run_id: int,
        items: Sequence[upsert.Item],
        seen: Mapping[str, upsert.Seen] = upsert.NEVER,
    ) -> Mapping[str, upsert.Settled]:
        """Stores new articles and new revisions, with their passages and change records.

        The old revision of an article stays and is marked superseded. A late arrival, which is
        older than the current revision, is stored as superseded. `seen` is as in
        `upsert.arrivals`. All or nothing: a process that dies here leaves the archive as it was.
        Returns what became of each article by its id, as in `upsert.settled`, where several
        machines may write; else {}, for it became what `classify` said.
        """
        became: Mapping[str, upsert.Settled] = {}
        with self._database.write() as connection:
            if self._database.is_shared:
                became = upsert.settled(connection, run_id, [each for each, _ in items], seen)
                items = [each for each in items if became[each[0].id] in ("added", "revised")]
            found = upsert.arrivals(connection, run_id, items, seen)
            current = [each.article for each in found if not each.late]
            duplicate_groups.forget(connection, [each.id for each in current if each.revision > 1])
            upsert.supersede(connection, found)
            upsert.store(connection, run_id, found)
            restored(connection, [each.article.id for each in found])
            upsert.retract(connection, run_id, found)
            duplicate_groups.place(connection, current)
        return became

    def stand_from(self, moments: Mapping[str, int]) -> None:
        """Makes the current revision of each article valid from a moment, unless it is later.

        Moments are in seconds since 1970, by article id. An article's earliest revision is valid
        from its publication, whatever its moment.
        """
        with self._database.write() as connection:
            upsert.stand_from(connection, moments)

    def group_pending(self) -> int:
        """Groups the articles that were never grouped; returns how many there were.

        Each batch is one transaction. If the comparison has changed, all articles are pending.
        """
        if self.setting(_SCHEME) != near_duplicates.SCHEME:
            with self._database.write() as connection:
                duplicate_groups.clear(connection)
            self.set_setting(_SCHEME, near_duplicates.SCHEME)
        done, last = 0, ""
        while True:
            with self._database.read() as connection:
                ids = duplicate_groups.pending(connection, last, _GROUPED_TOGETHER)
            if not ids:
                return done
            with self._database.write() as connection:
                # On a server, somebody else may have grouped them since.
                ids = duplicate_groups.pending(connection, last, _GROUPED_TOGETHER)
                duplicate_groups.place(
                    connection, [article for article, _ in listing.current(connection, ids)]
                )
            done, last = done + len(ids), ids[-1] if ids else last

    def groups(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The group of each article that has near-duplicates: the id of the group's original."""
        with self._database.read() as connection:
            return duplicate_groups.group_ids(connection, article_ids)

    def members(
        self, groups: Collection[str], filters: Filters = _NO_FILTERS
    ) -> dict[str, list[Article]]:
        """The articles of each group, sorted by id, in the revision valid at `filters.as_of`.

        With `published_before`, only articles that are known to be published before it.
        """
        with self._database.read() as connection:
            return duplicate_groups.members(connection, groups, filters)

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """One revision of an article, the current one by default.

        Raises ArchiveError if the archive has no such article or revision.
        """
        table = schema.revisions
        which = ~table.c.superseded if revision is None else table.c.revision == revision
        query = select(table).where(table.c.article_id == article_id, which)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is not None:
                return listing.checked_record(row)
        wanted = f"{article_id!r}" + (f" revision {revision}" if revision else "")
        reason = self.tombstones.missing(article_id) if revision is None else ""
        msg = f"{reason or f'the archive holds no article {wanted}'}; dateline search finds ids"
        raise ArchiveError(msg)

    def revisions(self, article_id: str) -> list[KeptRevision]:
        """Every revision of an article, in the order they were valid; [] for an unknown id."""
        with self._database.read() as connection:
            return list_revisions(connection, article_id)

    def superseded_since(self, article_ids: Collection[str]) -> dict[tuple[str, int], int]:
        """When each superseded revision stopped being valid, in seconds since 1970."""
        with self._database.read() as connection:
            found = intervals(connection, article_ids)
        return {key: until for key, (_, until) in found.items() if until != STILL}

    def validity(self, article_ids: Collection[str]) -> Intervals:
        """When each revision of those of the articles was valid that have several."""
        with self._database.read() as connection:
            return intervals(connection, article_ids)

    def containing(self, words: str, limit: int, filters: Filters = _NO_FILTERS) -> list[Article]:
        """The first `limit` articles, by id, whose text contains the exact words.

        Reads every text, so it also finds what the indexes leave out, such as boilerplate. Of
        the filters, only the dates count.
        """
        with self._database.read() as connection:
            return list(islice(listing.containing(connection, words, filters), limit))

    def signed(self, name: str, filters: Filters = _NO_FILTERS) -> list[Article]:
        """The articles whose text or list of authors contains a name, in whatever case, by id.

        Of the filters, only the dates count. Letters beyond ASCII match in their own case.
        """
        with self._database.read() as connection:
            return listing.signed(connection, name, filters)

    def by_author(
        self, fits: Callable[[str], bool], filters: Filters = _NO_FILTERS
    ) -> tuple[list[str], list[str]]:
        """The ids of the articles with an author whose name fits, and all authors by name.

        Of the filters, only the dates count.
        """
        with self._database.read() as connection:
            return listing.by_author(connection, fits, filters)

    def owners(self, passage_ids: Sequence[int]) -> dict[int, str]:
        """The article id of each of these passages; unknown ones are left out."""
        with self._database.read() as connection:
            return listing.owners(connection, passage_ids)

    def passages(self, ids: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """The passages with these ids, each with the revision that it is a slice of."""
        with self._database.read() as connection:
            found = list(map(passage_record, connection.execute(_PASSAGES, {"ids": ids})))
            of = {"ids": sorted({passage.article_id for passage in found})}
            read = map(article_record, connection.execute(_REVISIONS, of))
            articles = {(article.id, article.revision): article for article in read}
            return {p.id: (p, revision_of(p, articles)) for p in found}

    def verify(self, found: Sequence[tuple[Passage, Article]]) -> None:
        """Raises ArchiveError if a passage or its article differs from what was stored.

        `passages` does not do this: most of what it returns is ranked and never shown.
        """
        wanted = {"ids": [passage.id for passage, _ in found]}
        with self._database.read() as connection:
            stored = {id_: digests for id_, *digests in connection.execute(_DIGESTS, wanted)}
            for passage, article in found:
                encoded, whole = stored.get(passage.id, ("", ""))
                check_article(article, whole)
                check_passage(passage, article, encoded)

    def verify_all(self) -> None:
        """Raises ArchiveError if the file is damaged or an article differs from what was stored."""
        self._database.verify()
        logged = sum(len(passages) for _, passages in self.current(self.changed_since(0)))
        if logged != self.counts()[1]:
            reason = "its change log is incomplete"
            raise ArchiveError(self._database.place.damaged(reason))

    def last_change(self) -> int:
        """The number of the newest change, 0 in an empty archive."""
        with self._database.read() as connection:
            return _last_change(connection)

    def changed_since(self, seq: int) -> list[str]:
        """Ids of the articles that changed after change `seq`, in the order they first did."""
        table = schema.changes
        query = (
            select(table.c.article_id)
            .where(table.c.seq > seq)
            .group_by(table.c.article_id)
            .order_by(func.min(table.c.seq))
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def current(self, article_ids: Sequence[str]) -> Iterator[tuple[Article, list[Passage]]]:
        """The current revision of each article with its passages, in the order of the ids.

        Withdrawn articles are left out.
        """
        for first in range(0, len(article_ids), _BATCH):
            with self._database.read() as connection:
                yield from listing.current(connection, article_ids[first : first + _BATCH])

    def past(self, article_ids: Sequence[str]) -> Iterator[tuple[Article, list[Passage]]]:
        """The superseded revisions of each article with their passages, in the order of the ids.

        Withdrawn articles are left out.
        """
        for first in range(0, len(article_ids), _BATCH):
            with self._database.read() as connection:
                yield from listing.past(connection, article_ids[first : first + _BATCH])

    def passage_ids(self, article_ids: Sequence[str]) -> list[int]:
        """The ids of all passages of these articles, superseded ones included."""
        table = schema.passages
        query = select(table.c.id).where(table.c.article_id.in_(article_ids))
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def current_digests(self, article_ids: Sequence[str] | None = None) -> list[tuple[int, str]]:
        """Id and digest of the encoded text of each current passage (of articles), by id."""
        with self._database.read() as connection:
            return list(digests_in_use(connection, superseded=False, article_ids=article_ids))

    def past_digests(self) -> list[tuple[int, str]]:
        """Id and digest of the encoded text of every superseded passage, sorted by id."""
        with self._database.read() as connection:
            return list(digests_in_use(connection, superseded=True))

    def all_digests(self) -> set[str]:
        """The digests of the encoded texts of all passages, withdrawn articles included."""
        with self._database.read() as connection:
            return set(connection.scalars(select(schema.passages.c.digest)))

    def past_count(self) -> int:
        """The number of superseded passages, withdrawn articles excluded."""
        with self._database.read() as connection:
            return count_in_use(connection, superseded=True)

    def digests(self, ids: Sequence[int]) -> dict[int, str]:
        """The digest of the encoded text of each of these passages."""
        table = schema.passages
        query = select(table.c.id, table.c.digest).where(table.c.id.in_(ids))
        with self._database.read() as connection:
            return {row.id: row.digest for row in connection.execute(query)}

    def facets(self) -> Facets:
        """The filter columns of all passages, read again after each change of the archive."""
        with self._database.read() as connection:
            change = _last_change(connection)
            if self._facets is None or self._facets.change != change:
                self._facets = load_facets(connection, change)
            return self._facets

    def publishers(self) -> dict[str, int]:
        """The number of articles of each outlet, largest first."""
        with self._database.read() as connection:
            return listing.counted_by(connection, "publisher")

    def languages(self) -> dict[str, int]:
        """The number of articles in each language, largest first."""
        with self._database.read() as connection:
            return listing.counted_by(connection, "language")

    def sections(self) -> dict[str, int]:
        """The number of articles in each newspaper section, largest first."""
        with self._database.read() as connection:
            return listing.counted_by(connection, "section")

    def counts(self) -> tuple[int, int]:
        """The number of articles, and of current passages of those not withdrawn."""
        with self._database.read() as connection:
            change = _last_change(connection)
            if self._counts[0] != change:
                articles = connection.scalar(select(func.count()).select_from(schema.articles)) or 0
                self._counts = change, (articles, count_in_use(connection, superseded=False))
            return self._counts[1]


def _last_change(connection: Connection) -> int:
    return connection.scalar(_LAST_CHANGE) or 0
