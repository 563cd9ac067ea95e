"""One archive's collection on a Milvus server, brought up to its change log.

Both kinds of index are in it: a row has a passage's words, and its vector once it is known. A row
says at which change it was added, and at which it ended; so a searcher sees the archive as it
was at a change, and rows of a change that is not yet noted are not seen by anybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from rag.errors import StaleIndexError
from rag.indexes import milvus_rows as rows
from rag.indexes.analysis import VERSION
from rag.indexes.milvus_server import MilvusServer, NoCollectionError, Row, quoted
from rag.records import Article, Passage
from rag.store import STILL, Store
from rag.store.files import write_atomically
from rag.store.revisions import ALWAYS, Intervals

FORMAT = 1
FILE = "milvus.json"
"""In the archive's folder: which archive it was that this folder's index is of, and where."""

_ARTICLES_AT_ONCE = 100
_SAMPLE = 300
_DRIFT = 1.25
_MOST_SAMPLED = 16_000
_RARE = 1_000

InField = tuple[str, str]
"""A field and a word in it."""


@dataclass(frozen=True, slots=True)
class Note:
    """What an index notes of itself on the server.

    `means` are the mean lengths when its words were weighed; `saved` counts up whenever vectors
    were added.
    """

    archive_id: str
    format: int = FORMAT
    analysis: int = VERSION
    change: int = 0
    means: Mapping[str, float] = field(default_factory=dict)
    dimension: int = 0
    encoder: str = ""
    vectors: int = 0
    saved: int = 0


@dataclass(frozen=True, slots=True)
class Folder:
    """An archive's folder, which notes where its index is."""

    path: Path

    def noted(self) -> dict[str, str]:
        """Archive and collection as they are noted; {} where nothing is, or nothing readable."""
        with suppress(OSError, ValueError):
            found = json.loads((self.path / FILE).read_bytes())
            if isinstance(found, dict):
                return {str(key): str(value) for key, value in found.items()}
        return {}

    def check(self, store: Store) -> None:
        """Raises StaleIndexError where the folder's index is of another archive."""
        noted = self.noted().get("archive_id", store.archive_id)
        if noted != store.archive_id:
            msg = f"{self.path / FILE} has archive_id {noted!r}, expected {store.archive_id!r}; "
            raise StaleIndexError(msg + self.mend)

    def note(self, store: Store, collection: str) -> None:
        """Notes where the archive's index is."""
        known = {"archive_id": store.archive_id, "collection": collection}
        if self.noted() != known:
            write_atomically(self.path / FILE, json.dumps(known).encode())

    def forget(self) -> None:
        """Notes nothing any more."""
        (self.path / FILE).unlink(missing_ok=True)

    @property
    def mend(self) -> str:
        """The command that builds the index again."""
        return f"rebuild it: dateline rebuild --archive {self.path}"


def read_note(server: MilvusServer, name: str) -> Note | None:
    """What the index in a collection notes; None without one. StaleIndexError if it is damaged."""
    try:
        found = server.rows(name, f"id == {rows.NOTE}", ["title"]) if server.has(name) else []
    except NoCollectionError:
        return None
    try:
        return Note(**json.loads(found[0]["title"])) if found else None
    except (ValueError, TypeError, KeyError) as error:
        msg = f"{server} holds another format of index in {name!r} ({error})"
        raise StaleIndexError(msg) from error


class ArchiveRows:
    """The rows of one archive; `name` is their collection, one for each copy of an archive."""

    def __init__(self, server: MilvusServer, folder: Folder, store: Store) -> None:
        """Reads what the index notes; raises StaleIndexError for another archive or format."""
        self.server = server
        self.folder = folder
        self.store = store
        folder.check(store)
        self.name = self.name_of(store)
        self.note = self._read()
        self._counts: dict[tuple[int, int, str], int] = {}
        self._holding: tuple[int, dict[InField, int]] = (0, {})
        self._means: tuple[int, Mapping[str, float]] = (-1, {})

    @staticmethod
    def name_of(store: Store) -> str:
        """The collection of an archive; a copy of the archive has another."""
        return re.sub(r"\W", "_", f"dateline_{store.archive_id}_{store.identity}", flags=re.ASCII)

    def refresh(self) -> None:
        """Reads again how far the index has come."""
        self.note = self._read()

    def is_behind(self) -> bool:
        """Whether `follow` has something to do."""
        return self.note.change < self.store.last_change() or self.note.analysis != VERSION

    def follow(self, dimension: int = 0) -> None:
        """Brings the rows up to the store's newest change, with room for vectors.

        Where somebody does so on another machine, it is left to them. Killed in between, the
        same call goes on from there: rows are replaced, never added twice.
        """
        with self.store.following() as alone:
            if not alone:
                return
            self.refresh()
            newest, anew = self.store.last_change(), self.note.analysis != VERSION
            lacks_room = bool(dimension) and dimension != self.note.dimension
            if not newest or not (self.is_behind() or lacks_room):
                return
            if not self.note.change or lacks_room:
                self._create(dimension or self.note.dimension)
            changed = self.store.changed_since(0 if anew else self.note.change)
            self._bring(changed, newest, self.note.means if not anew else self._sampled())
            self._drifted(newest)

    def save(self, note: Note) -> None:
        """Notes something on the server."""
        text = json.dumps(asdict(note))
        self.server.put(self.name, [rows.note_row(text, note.dimension)])
        self.note = note

    def compact(self) -> None:
        """Writes the collection anew, so that nothing is left of what was removed."""
        if self.note.change:
            size = self.note.dimension
            self.server.copy(self.name, rows.schema(size), rows.indexes(size))

    def count(self, condition: str) -> int:
        """How many rows satisfy a condition; asked once as long as nothing changes."""
        if not self.note.change:
            return 0
        key = (self.note.change, self.note.saved, condition)
        if key not in self._counts:
            if len(self._counts) > _MOST_SAMPLED:
                self.count_again()
            self._counts[key] = self.server.count(self.name, condition)
        return self._counts[key]

    def holding(self, change: int, words: Iterable[InField]) -> dict[InField, int]:
        """How many passages that were current at a change have each word in its field.

        Asked once as long as nothing changes: of all words that are rare at once, by searching for
        each of them, and of the others one by one.
        """
        if self._holding[0] != change or len(self._holding[1]) > _MOST_SAMPLED:
            self._holding = (change, {})
        known, asked = self._holding[1], dict.fromkeys(words)
        new = [each for each in asked if each not in known and each[1]]
        visible = rows.visible(change)
        queries = [{rows.place(*each): 1.0} for each in new]
        found = self.server.search(self.name, "words", queries, k=_RARE, condition=visible)
        for (name, word), hits in zip(new, found, strict=True):
            number = len(hits)
            if number >= _RARE:
                number = self.count(f"{rows.has_any(name, [word])} and {visible}")
            known[name, word] = number
        return {each: known.get(each, 0) for each in asked}

    def count_again(self) -> None:
        """Forgets what was counted, because rows have changed."""
        self._counts = {}

    def means(self, change: int) -> Mapping[str, float]:
        """The mean lengths of the passages that were current at a change.

        Of so many as one query finds, evenly spread; so of all of them in all but large archives.
        """
        if self._means[0] != change:
            visible = rows.visible(change)
            buckets = max(1, rows.BUCKETS * _MOST_SAMPLED // (self.count(visible) or 1))
            some = f"{visible} and bucket < {buckets}"
            fields = [f"{name}_length" for name in rows.FIELDS]
            found = self.server.rows(self.name, some, fields)
            self._means = (change, rows.mean_lengths(found))
        return self._means[1]

    def _read(self) -> Note:
        try:
            note = read_note(self.server, self.name)
        except StaleIndexError as error:
            msg = f"{error}; {self.folder.mend}"
            raise StaleIndexError(msg) from error
        note = note or Note(self.store.archive_id)
        for name, expected in (("format", FORMAT), ("archive_id", self.store.archive_id)):
            if (found := getattr(note, name)) != expected:
                msg = (
                    f"{self.server} has {name} {found!r} in {self.name!r}, expected {expected!r}; "
                )
                raise StaleIndexError(msg + self.folder.mend)
        return note

    def _create(self, dimension: int) -> None:
        self.folder.note(self.store, self.name)
        self.server.create(self.name, rows.schema(dimension), rows.indexes(dimension))
        self.save(Note(self.store.archive_id, means=self._sampled(), dimension=dimension))

    def _sampled(self) -> Mapping[str, float]:
        """The mean lengths of some of the stored passages, evenly spread."""
        ids = self.store.changed_since(0)
        found = self._rows(ids[:: max(1, len(ids) // _SAMPLE)], dict.fromkeys(rows.FIELDS, 1.0))
        return rows.mean_lengths([row for row, is_current in found if is_current])

    def _drifted(self, newest: int) -> None:
        """Weighs all words anew where passages are of other lengths than they were."""
        noted, means = self.note.means, self.means(newest)
        if any(not 1 / _DRIFT < means[name] / noted[name] < _DRIFT for name in rows.FIELDS):
            self._bring(self.store.changed_since(0), newest, means, anew=True)

    def _bring(
        self, ids: Sequence[str], newest: int, means: Mapping[str, float], *, anew: bool = False
    ) -> None:
        """Has the rows of articles be as the store has them at the newest change."""
        anew = anew or self.note.analysis != VERSION
        for first in range(0, len(ids), _ARTICLES_AT_ONCE):
            self._replace(ids[first : first + _ARTICLES_AT_ONCE], newest, means, anew=anew)
        self.save(replace(self.note, change=newest, means=means, analysis=VERSION))

    def _replace(
        self, ids: Sequence[str], newest: int, means: Mapping[str, float], *, anew: bool
    ) -> None:
        there = self._there(ids)
        new, changed = [], []
        for row, is_current in self._rows(ids, means, {} if anew else there):
            known = there.pop(row["id"], None)
            if known is None:
                new.append(rows.added(row, newest, self.note.dimension, current=is_current))
                continue
            known_end = min(known["ended"], newest)
            row["ended"] = STILL if is_current else known_end
            if any(known[name] != row[name] for name in ("since", "until", "ended")) or anew:
                changed.append(row)
        self.server.put(self.name, new)
        self.server.put(self.name, changed, partial=True)
        self.server.remove(self.name, sorted(there))

    def _there(self, ids: Sequence[str]) -> dict[int, Row]:
        """When the rows of articles began and ended, by their ids."""
        condition = f"article in {quoted(ids)}"
        found = self.server.all(self.name, condition, ["since", "until", "ended"])
        return {row["id"]: row for some in found for row in some}

    def _rows(
        self, ids: Sequence[str], means: Mapping[str, float], there: Mapping[int, Row] | None = None
    ) -> Iterator[tuple[Row, bool]]:
        """The row of each passage of articles, and whether it is current.

        Of those that are `there`, only when they were valid.
        """
        validity = self.store.validity(ids)
        for texts, is_current in ((self.store.current(ids), True), (self.store.past(ids), False)):
            for article, passages in texts:
                new = [each for each in passages if each.id not in (there or {})]
                if len(new) == len(passages):
                    made = rows.rows_of(article, passages, means, validity)
                else:
                    made = _spans(article, passages, validity)
                yield from ((row, is_current) for row in made)


def _spans(article: Article, passages: Sequence[Passage], validity: Intervals) -> Iterator[Row]:
    since, until = validity.get((article.id, article.revision), ALWAYS)
    yield from ({"id": each.id, "since": since, "until": until} for each in passages)
