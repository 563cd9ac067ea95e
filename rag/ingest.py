"""Articles in: read, chunk, store and index by words; vectors follow in `rag.indexes.dense`."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from rag.config import Settings
from rag.corpus import Outlets, Read, Unread, count_articles, find_files
from rag.corpus.chunking import Chunk, CountTokens, chunk_all
from rag.corpus.drafts import one_of_each, printable_path
from rag.corpus.formats.columns import settings_beside
from rag.corpus.formats.substack import texts_beside
from rag.corpus.oddities import Oddities
from rag.corpus.outlets import NOTHING_GIVEN, GivenFacts
from rag.corpus.readers import Reading, ReadingHere
from rag.corpus.sandbox import Sandbox
from rag.corpus.urls import is_web_address
from rag.indexes.protocols import LexicalIndex
from rag.language.words import shared_words
from rag.records import Article
from rag.records.display import report_repr
from rag.sources.pages import Pages
from rag.sources.visiting import visitor
from rag.store import Outcome, OutcomeKind, Runs, Store
from rag.store.inputs import Articles, Known, KnownInputs, mark, texts_of
from rag.store.rows import article_digest, seconds
from rag.store.upsert import Seen

Progress = Callable[[int, int], None]
_T = TypeVar("_T")
_LINE = re.compile(r":\d+$")
_MOST = 0.6
_BATCH = 64
_LOOKED_UP = 256
_COMMIT_SECONDS = 5.0
"""How long an article may wait, at most, before it can be found by its words."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of the inputs: `notable` failed or has a note, `odd` are new ones to look at."""

    counts: Counter[OutcomeKind] = field(default_factory=Counter)
    notable: tuple[Outcome, ...] = ()
    odd: Oddities = field(default_factory=Oddities)

    def __repr__(self) -> str:
        return report_repr(self.counts, len(self.odd.articles()))

    def __add__(self, other: IngestReport) -> IngestReport:
        """What became of the inputs of both."""
        notable = self.notable + other.notable
        return IngestReport(self.counts + other.counts, notable, self.odd + other.odd)

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The inputs that are not in the archive, each with the reason."""
        return tuple(outcome for outcome in self.notable if outcome.kind == "failed")


@dataclass(frozen=True, slots=True)
class Arriving:
    """What comes from elsewhere than files, and the inputs that it is read from.

    `met` are the texts that have come from these inputs before: by id, by digest, the path.
    """

    inputs: Sequence[str] = ()
    outcomes: Iterable[Read | Unread] = ()
    met: dict[str, dict[str, str]] = field(default_factory=dict)

    def parts(self) -> Iterator[Arriving]:
        """The same in parts, at least one, each of which has come when it is yielded.

        So nobody has to keep others from writing while a server takes its time.
        """
        batches = _batches(self.outcomes)
        yield replace(self, outcomes=next(batches, []))
        for batch in batches:
            yield replace(self, outcomes=batch)


def from_network(urls: Sequence[str], limit: int, settings: Settings) -> Arriving:
    """What the pages at some addresses hold, and at most `limit` pages of each sitemap.

    Raises ConfigError where there is an address and the network is not enabled.
    """
    if not urls:
        return Arriving()
    pages = Pages(visitor(settings, urls[0]), limit, datetime.now(UTC))
    return Arriving(urls, pages.read(urls))


@dataclass(frozen=True, slots=True)
class Held:
    """A file that need not be read, and what is in it."""

    path: str
    articles: Articles


Item = Read | Unread | Held


@dataclass(slots=True)
class Ingest:
    """One ingest run; a killed one is taken up by running it again.

    What is `given` is of articles in files that do not say it themselves. `reading` reads the
    files, else this process does.
    """

    store: Store
    runs: Runs
    lexical: LexicalIndex
    count_tokens: CountTokens
    limit: int
    now: datetime
    inputs: KnownInputs
    sandbox: Sandbox = field(default_factory=Sandbox)
    reading: Reading | None = None
    restore_deleted: bool = False
    given: GivenFacts = NOTHING_GIVEN
    _deleted: Mapping[str, datetime] = field(default_factory=dict)
    _seen: dict[str, dict[str, str]] = field(default_factory=dict)
    _newest: dict[str, datetime] = field(default_factory=dict)
    _found: dict[str, tuple[bytes, Articles]] = field(default_factory=dict)
    _refused: set[str] = field(default_factory=set)
    _odd: Oddities = field(default_factory=Oddities)

    def run(
        self,
        paths: Sequence[Path],
        progress: Progress,
        arriving: Arriving | None = None,
        within: Sequence[Path] = (),
    ) -> IngestReport:
        """Reads every input once; `progress` is called with the articles done and in all.

        Files below the folders `within` have their outlets named as if these were ingested,
        and no link leads out of them.
        What cannot be read is named in the report and stops nothing. An article that is
        already stored with the same content costs no chunking, indexing or embedding; a file
        that has not changed since, and all of whose articles are stored, is not read. What
        was deleted stays out, and is named, unless `restore_deleted`.
        """
        arriving = arriving or Arriving()
        self._seen = arriving.met
        self._deleted = {} if self.restore_deleted else self.store.tombstones.deleted()
        self.store.group_pending()
        run_id = self.runs.begin([*map(str, paths), *arriving.inputs], self.now)
        files = list(find_files(paths, within))
        total = sum(1 if isinstance(file, Unread) else count_articles(file) for file in files)
        total += len(arriving.inputs)
        outlets = Outlets.of([*paths, *within], self.given)
        outcomes_read = chain(self._read(files, outlets), arriving.outcomes)
        counts: Counter[OutcomeKind] = Counter()
        notable: list[Outcome] = []
        committed = time.monotonic()
        with self.sandbox:
            for batch in _batches(outcomes_read):
                outcomes = self._take(run_id, batch)
                counts.update(outcome.kind for outcome in outcomes)
                notable.extend(outcome for outcome in outcomes if outcome.note)
                progress(counts.total(), max(total, counts.total()))
                if time.monotonic() - committed > _COMMIT_SECONDS:
                    self.lexical.follow()
                    committed = time.monotonic()
        self.inputs.keep(self._taken())
        self.lexical.follow()
        self.runs.finish(run_id, self.now)
        return IngestReport(counts, tuple(notable), self._odd)

    def _read(self, files: Iterable[Path | Unread], outlets: Outlets) -> Iterator[Item]:
        marked: dict[Path, bytes] = {}
        reading = self.reading or ReadingHere(self.now, self.sandbox)
        for item in reading(self._to_read(files, outlets, marked)):
            if isinstance(item, tuple):
                file, outcomes = item
                yield from self._settle(file, outcomes, marked.pop(file, None), outlets)
            else:
                yield item

    def _to_read(
        self, files: Iterable[Path | Unread], outlets: Outlets, marked: dict[Path, bytes]
    ) -> Iterator[Path | Unread | Held]:
        """The files to read, whose marks are put among those `marked`, and those that need not."""
        waiting = iter(files)
        while some := list(islice(waiting, _LOOKED_UP)):
            marks = dict(_marks(some, outlets))
            held = self._held(marks)
            for file in some:
                if isinstance(file, Unread):
                    yield file
                elif unchanged := held.get(_key(file)):
                    yield Held(printable_path(file), unchanged)
                else:
                    if found := marks.get(_key(file)):
                        marked[file] = found
                    yield file

    def _settle(
        self,
        file: Path,
        outcomes: Iterable[Read | Unread],
        found: bytes | None,
        outlets: Outlets,
    ) -> Iterator[Item]:
        """What is in the file; remembers it where all of it was read, once and for all."""
        articles: list[Known] = []
        settled = True
        for outcome in outcomes:
            named = outlets.named(outcome, file)
            if isinstance(named, Read) and named.settled:
                article, at = named.article, named.path.removeprefix(printable_path(file))
                note = "; ".join(named.warnings)
                articles.append(Known(article.id, article_digest(article), at, note))
            else:
                settled = False
            yield named
        if settled and found is not None:
            self._found[_key(file)] = (found, tuple(articles))

    def _held(self, marks: Mapping[str, bytes]) -> dict[str, Articles]:
        """The files that need not be read: all they hold is stored as in them, or was deleted."""
        known = self.inputs.known(marks)
        stored = self.store.article_digests([one.id for held in known.values() for one in held])
        return {
            path: held
            for path, held in known.items()
            if all(
                id_ in self._deleted or stored.get(id_) in digests
                for id_, digests in texts_of(held).items()
            )
        }

    def _take(self, run_id: int, batch: Sequence[Item]) -> list[Outcome]:
        if all(isinstance(item, Held) for item in batch):
            return list(self._unread(batch))
        read = [item for item in batch if isinstance(item, Read)]
        outcomes = [
            Outcome(item.path, "skipped" if item.skipped else "failed", note=item.reason)
            for item in batch
            if isinstance(item, Unread)
        ]
        fresh: list[Read] = []
        for item in read:
            again = self._again(item.article.id, article_digest(item.article), item.path)
            if again is None:
                fresh.append(item)
            else:
                outcomes.append(again)
        for texts in one_of_each(fresh):
            outcomes += self._put(run_id, texts)
        self.runs.record(run_id, outcomes)
        return [*outcomes, *self._unread(batch)]

    def _put(self, run_id: int, texts: Sequence[Read]) -> list[Outcome]:
        """Stores articles of different ids, and says what became of each."""
        outcomes, fitting, seen = [], [], {}
        for item in texts:
            article = item.article
            if why := self.store.too_long(article) or self._misfit(item):
                outcomes.append(Outcome(item.path, "failed", article.id, why))
                self._refused.add(article_digest(article))
                continue
            fitting.append(item)
            if moment := self._seen_at(item):
                seen[article.id] = moment
        kinds = self.store.classify([item.article for item in fitting], seen)
        new = [item for item, kind in zip(fitting, kinds, strict=True) if kind != "unchanged"]
        changed = [item.article for item in new]
        became: Mapping[str, OutcomeKind] = {}
        if changed:
            became = self.store.put(run_id, list(zip(changed, self._cut(new), strict=True)), seen)
        withdrawn = self._withdrawn(changed)
        for item, expected in zip(fitting, kinds, strict=True):
            kind = became.get(item.article.id, expected)
            stays_out = ["somebody has just deleted it"] if kind == "deleted" else []
            told = [*item.warnings, *withdrawn.get(item.article.id, ()), *stays_out]
            outcomes.append(Outcome(item.path, kind, item.article.id, "; ".join(told)))
            if kind in ("added", "revised"):
                self._odd.look_at(item.path, item.article)
        return outcomes

    def _cut(self, items: Sequence[Read]) -> list[Sequence[Chunk]]:
        """The passages of each article."""
        uncut = [item.article for item in items if item.passages is None]
        cut = iter(chunk_all(uncut, self.count_tokens, self.limit))
        return [next(cut) if item.passages is None else item.passages for item in items]

    def _seen_at(self, item: Read) -> Seen | None:
        """When a text was seen, or changed by its own data; a page that was fetched is seen now."""
        if at := item.captured or self._state_of(item):
            return Seen(seconds(at))
        was_fetched = is_web_address(item.path)
        return Seen(seconds(item.changed), True) if item.changed and not was_fetched else None

    def _state_of(self, item: Read) -> datetime | None:
        """The moment of one of several texts of an article; None for the first that a run meets.

        That one is valid from its own moment as soon as another text of the article comes in.
        """
        id_ = item.article.id
        newest = self._newest.get(id_)
        if item.dated and (newest is None or item.dated > newest):
            self._newest[id_] = item.dated
        if len(self._seen[id_]) < 2:
            return None
        if newest and item.dated:
            self.store.stand_from({id_: seconds(newest)})
        return item.dated

    def _taken(self) -> dict[str, tuple[bytes, Articles]]:
        """The files that need not be read again: those of which no text was refused."""
        return {
            path: (found, articles)
            for path, (found, articles) in self._found.items()
            if self._refused.isdisjoint(one.digest for one in articles)
        }

    def _misfit(self, item: Read) -> str:
        """Why a text is no state of the article of that id that came before it; "" if it is one.

        What was captured at one address is; other texts must share most of their words.
        """
        id_ = item.article.id
        if len(self._seen[id_]) < 2:
            return ""
        stored = next((article for article, _ in self.store.current([id_])), None)
        if item.captured or stored is None or shared_words(stored.text, item.article.text) >= _MOST:
            return ""
        others = [path for path in self._seen[id_].values() if path != item.path]
        note = f"same article id {id_!r} as {others[0]} but other text; the first was kept"
        return f"{note}: give each its own URL"

    def _withdrawn(self, changed: Sequence[Article]) -> dict[str, tuple[str, str]]:
        """What to say of those that answer nothing, though a text of theirs has just come in."""
        return {
            id_: (f"{found}", f"it answers nothing until: dateline withdraw --undo {id_}")
            for id_, found in self.store.tombstones.withdrawn([each.id for each in changed]).items()
        }

    def _unread(self, batch: Sequence[Item]) -> Iterator[Outcome]:
        """What became of the articles in files that were not read; it is counted, not kept."""
        for held in batch:
            if isinstance(held, Held):
                for one in held.articles:
                    path = held.path + one.at
                    again = self._again(one.id, one.digest, path)
                    yield again or Outcome(path, "unchanged", one.id, one.note)

    def _again(self, article_id: str, digest: str, path: str) -> Outcome | None:
        """What to say of what was deleted, or whose text has come before in this run; else None."""
        if at := self._deleted.get(article_id):
            command = f"dateline ingest {_LINE.sub('', path)} --restore-deleted"
            note = f"was deleted on {at:%Y-%m-%d} and stays out; bring it back: {command}"
            return Outcome(path, "deleted", article_id, note)
        known = self._seen.setdefault(article_id, {})
        if known.setdefault(digest, path) != path:
            return Outcome(path, "duplicate", article_id)
        return None


def _key(file: Path) -> str:
    return printable_path(file.absolute())


def _marks(files: Iterable[Path | Unread], outlets: Outlets) -> Iterator[tuple[str, bytes]]:
    names: dict[Path, str] = {}
    for file in files:
        if isinstance(file, Path):
            if file.parent not in names:
                names[file.parent] = outlets.names_above(file)
            # A file that cannot be read is reported when that is tried.
            with suppress(OSError):
                beside = settings_beside(file) + texts_beside(file)
                yield _key(file), mark(file, names[file.parent] + beside)


def _batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    """The items in batches; what comes slowly does not wait for a batch to be full."""
    batch: list[_T] = []
    began = time.monotonic()
    for item in items:
        batch.append(item)
        if len(batch) == _BATCH or time.monotonic() - began > _COMMIT_SECONDS:
            yield batch
            batch, began = [], time.monotonic()
    if batch:
        yield batch
