"""Articles in: read, chunk, store and index by words; vectors follow in `rag.dense`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path

from rag.chunking import CountTokens, chunk_all
from rag.corpus import Outlets, Read, Unread, count_articles, find_files, read_file
from rag.lexical import LexicalIndex
from rag.store import Outcome, OutcomeKind, Runs, Store
from rag.store.rows import article_digest

Progress = Callable[[int, int], None]
_BATCH = 64
_COMMIT_SECONDS = 5.0
"""How long an article may wait, at most, before it can be found by its words."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of the inputs of one run; `notable` are the failures and odd articles."""

    counts: Counter[OutcomeKind]
    notable: tuple[Outcome, ...]

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The inputs that are not in the archive, each with the reason."""
        return tuple(outcome for outcome in self.notable if outcome.kind == "failed")


@dataclass(frozen=True, slots=True)
class Arriving:
    """What comes from elsewhere than files, and the inputs that it is read from."""

    inputs: Sequence[str] = ()
    outcomes: Iterable[Read | Unread] = ()


NOTHING = Arriving()


@dataclass(slots=True)
class Ingest:
    """One ingest run; a killed one is taken up by running it again."""

    store: Store
    runs: Runs
    lexical: LexicalIndex
    count_tokens: CountTokens
    limit: int
    now: datetime
    _seen: dict[str, tuple[str, str]] = field(default_factory=dict)

    def run(
        self, paths: Sequence[Path], progress: Progress, arriving: Arriving = NOTHING
    ) -> IngestReport:
        """Reads every input once; `progress` is called with the articles done and in all.

        What cannot be read is named in the report and stops nothing. An article that is
        already stored with the same content costs no chunking, indexing or embedding.
        """
        self.store.group_pending()
        run_id = self.runs.begin([*map(str, paths), *arriving.inputs], self.now)
        files = list(find_files(paths))
        total = sum(1 if isinstance(file, Unread) else count_articles(file) for file in files)
        total += len(arriving.inputs)
        outcomes_read = chain(self._read(files, Outlets.of(paths)), arriving.outcomes)
        counts: Counter[OutcomeKind] = Counter()
        notable: list[Outcome] = []
        committed = time.monotonic()
        for batch in _batches(outcomes_read):
            outcomes = self._take(run_id, batch)
            counts.update(outcome.kind for outcome in outcomes)
            notable.extend(outcome for outcome in outcomes if outcome.note)
            progress(counts.total(), max(total, counts.total()))
            if time.monotonic() - committed > _COMMIT_SECONDS:
                self.lexical.catch_up(self.store)
                committed = time.monotonic()
        self.lexical.catch_up(self.store)
        self.runs.finish(run_id, self.now)
        return IngestReport(counts, tuple(notable))

    def _read(self, files: Iterable[Path | Unread], outlets: Outlets) -> Iterator[Read | Unread]:
        for file in files:
            if isinstance(file, Unread):
                yield file
            else:
                for outcome in read_file(file, now=self.now):
                    yield outlets.named(outcome, file)

    def _take(self, run_id: int, batch: Sequence[Read | Unread]) -> list[Outcome]:
        read = [item for item in batch if isinstance(item, Read)]
        outcomes = [
            Outcome(item.path, "failed", note=item.reason)
            for item in batch
            if isinstance(item, Unread)
        ]
        fresh: list[Read] = []
        for item in read:
            again = self._again(item)
            if again is None:
                fresh.append(item)
            else:
                outcomes.append(again)
        kinds = self.store.classify([item.article for item in fresh])
        changed = [i.article for i, kind in zip(fresh, kinds, strict=True) if kind != "unchanged"]
        if changed:
            passages = chunk_all(changed, self.count_tokens, self.limit)
            self.store.put(run_id, list(zip(changed, passages, strict=True)))
        for item, kind in zip(fresh, kinds, strict=True):
            note = "; ".join(item.warnings)
            outcomes.append(Outcome(item.path, kind, item.article.id, note))
        self.runs.record(run_id, outcomes)
        return outcomes

    def _again(self, item: Read) -> Outcome | None:
        """What to say of an article whose id has come before in this run; else None."""
        digest = article_digest(item.article)
        first, path = self._seen.setdefault(item.article.id, (digest, item.path))
        if path == item.path:
            return None
        if first == digest:
            return Outcome(item.path, "duplicate", item.article.id)
        note = f"same article id {item.article.id!r} as {path} but other text; the first was kept"
        return Outcome(item.path, "failed", item.article.id, f"{note}: give each its own URL")


def _batches(items: Iterable[Read | Unread]) -> Iterator[list[Read | Unread]]:
    """The items in batches; what comes slowly does not wait for a batch to be full."""
    batch: list[Read | Unread] = []
    began = time.monotonic()
    for item in items:
        batch.append(item)
        if len(batch) == _BATCH or time.monotonic() - began > _COMMIT_SECONDS:
            yield batch
            batch, began = [], time.monotonic()
    if batch:
        yield batch
