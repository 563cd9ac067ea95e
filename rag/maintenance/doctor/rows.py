"""What the doctor finds in `archive.db`: rows that do not fit together, dates, runs and feeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from rag.corpus import near_duplicates
from rag.maintenance.doctor.findings import Finding, listed
from rag.store import Database, Feeds, PollAttempts, Store, ingest_command
from rag.store.inspection import STRAYS, Inspection, RunFacts
from rag.store.sqlite import FILE

_SILENT = timedelta(days=7)
_TOLERANCE = timedelta(days=1)
_OR_RESTORE = "A backup brings all back: dateline restore BACKUP NEW_FOLDER."


class RowChecks:
    """The checks of one open `archive.db`; each yields findings."""

    def __init__(self, folder: Path, database: Database, store: Store, now: datetime) -> None:
        self._folder = folder
        self._place = database.place
        self._name = str(database.place) if database.is_shared else FILE
        self._rows = Inspection(database)
        self._store = store
        self._now = now
        self._fix = f"dateline doctor --fix --archive {folder}"
        self._again = database.place.start_over()

    def check_content(self) -> Iterator[Finding]:
        """Whether every revision and every passage is what was once stored."""
        damaged = list(self._rows.damaged_rows())
        if damaged:
            what = f"{len(damaged):,} articles or passages are damaged: {'; '.join(damaged[:3])}"
            means = f"They are refused, so that nothing wrong is quoted. {_OR_RESTORE}"
            yield Finding("content", "fatal", what, means, self._again)

    def check_unknown(self) -> Iterator[Finding]:
        """Whether the file defines nothing but what Dateline does."""
        unknown = self._rows.unknown()
        if indexes := [name for kind, name in unknown if kind == "index"]:
            what = f"{self._name} holds {len(indexes):,} indexes of others: {listed(indexes)}"
            means = "They may slow writing down, or refuse articles."
            yield Finding("unknown", "odd", what, means, self._fix, "foreign")
        if tables := [name for kind, name in unknown if kind == "table"]:
            what = f"{self._name} holds {len(tables):,} tables of others: {listed(tables)}"
            means = "Nothing reads them; who made them may know what they are for."
            yield Finding("unknown", "odd", what, means, self._place.drop_command(tables[0]))

    def check_strays(self) -> Iterator[Finding]:
        """Whether every row belongs to what it says it does."""
        for stray in STRAYS:
            if keys := self._rows.stray(stray):
                yield Finding(
                    "rows",
                    "wrong",
                    f"{len(keys):,} {stray.what}: {listed(keys)}",
                    f"The rows that they belong to are damaged or gone. {_OR_RESTORE}",
                    self._fix if stray.derived else self._again,
                    "stray rows" if stray.derived else "",
                )

    def check_revisions(self) -> Iterator[Finding]:
        """Whether every article has one current revision, and its passages are current."""
        yield from self._wrong(
            self._rows.without_current_revision(),
            "articles have not one current revision",
            f"They are not found, or in a version that is not the last. {_OR_RESTORE}",
        )
        yield from self._wrong(
            self._rows.wrongly_current(),
            "passages of revisions that are superseded count as current",
            f"They are found and quoted as if nobody had revised them. {_OR_RESTORE}",
        )

    def _wrong(self, ids: Sequence[object], what: str, means: str) -> Iterator[Finding]:
        if ids:
            problem = f"{len(ids):,} {what}: {listed(ids)}"
            yield Finding("revisions", "wrong", problem, means, self._again)

    def check_changes(self) -> Iterator[Finding]:
        """Whether the change log, which the indexes follow, is complete."""
        if unlogged := self._rows.unlogged():
            what = f"{len(unlogged):,} articles are missing in the change log: {listed(unlogged)}"
            means = f"No index takes them in. {_OR_RESTORE}"
            yield Finding("changes", "wrong", what, means, self._again)
        if unknown := self._rows.unknown_changes():
            what = f"the change log knows {len(unknown):,} unknown articles: {listed(unknown)}"
            means = f"Articles were lost, or something else changed their rows. {_OR_RESTORE}"
            yield Finding("changes", "wrong", what, means, self._again)

    def check_settings(self, chunk_tokens: int) -> Iterator[Finding]:
        """Whether the archive knows its own name, and the length of its passages."""
        if not self._store.archive_id:
            what = "the archive has lost its id"
            means = "Its indexes cannot be told from those of another archive."
            yield Finding("settings", "wrong", what, means, self._fix, "rebuild")
        kept = self._store.setting("chunk_tokens")
        if kept and kept != str(chunk_tokens):
            what = f"passages have at most {kept} tokens, the settings ask for {chunk_tokens}"
            means = "It can be searched, but nothing can be added with these settings."
            yield Finding("settings", "odd", what, means, f"export DATELINE_CHUNK_TOKENS={kept}")

    def check_copies(self) -> Iterator[Finding]:
        """Whether every article has been compared with the others for copies."""
        means = "Copies of a story may be shown as several hits, or two stories as one."
        broken = [
            f"{len(ids):,} {what}: {listed(ids)}"
            for ids, what in (
                (self._rows.ungrouped(), "articles are not compared for copies"),
                (self._rows.broken_groups(), "groups of copies are not named by a member"),
            )
            if ids
        ]
        scheme = self._store.setting("near_duplicates")
        if scheme != near_duplicates.SCHEME:
            broken += [f"copies were compared by {scheme!r}, now it is {near_duplicates.SCHEME!r}"]
        for what in broken:
            yield Finding("copies", "odd", what, means, self._fix, "regroup")

    def check_ids(self) -> Iterator[Finding]:
        """Whether no article is stored twice under two spellings of its address."""
        if pairs := self._rows.same_but_for_spelling():
            what = f"{len(pairs):,} articles are stored under two ids: {listed(pairs)}"
            means = "The same article may be found and cited twice."
            command = f"dateline delete {pairs[0][1]!r} --archive {self._folder}"
            yield Finding("ids", "odd", what, means, command)

    def check_dates(self) -> Iterator[Finding]:
        """Whether articles are from a time that they can be from."""
        future = set(self._rows.dated_after(self._now))
        late = [one for one in self._rows.dated_after_their_run() if one not in future]
        found: dict[str, Sequence[str]] = {
            f"are dated later than today, {self._now:%Y-%m-%d}": sorted(future),
            "are dated before 1800": self._rows.dated_before_1800(),
            "are dated after the run that brought them": late,
        }
        for odd, ids in found.items():
            if ids:
                what = f"{len(ids):,} articles {odd}: {listed(ids)}"
                means = "Their dates, or the clock of this machine, were wrong: searches use them."
                command = f"{ingest_command(self._folder)}  # once their dates are right"
                yield Finding("dates", "odd", what, means, command)

    def check_runs(self, *, writing: bool) -> Iterator[Finding]:
        """Whether the runs that brought the articles came to their end."""
        runs = self._rows.runs()
        open_runs = [run for run in runs if run.finished is None]
        if open_runs and not writing:
            yield self._unfinished(open_runs, is_last=open_runs[-1] is runs[-1])
        if runs and runs[-1].failed:
            what = f"{runs[-1].failed:,} inputs of the last run ({runs[-1].number}) failed"
            command = self._ingest(runs[-1])
            means = "They are not in the archive; the same command names each with its reason."
            yield Finding("runs", "note", what, means, command)
        yield from self._clock(runs)

    def _unfinished(self, runs: Sequence[RunFacts], *, is_last: bool) -> Finding:
        numbers = listed([run.number for run in runs])
        if is_last:
            what = f"the last run ({runs[-1].number}) never ended"
            means = "It was stopped or killed: what it had not read yet is missing."
            return Finding("runs", "odd", what, means, self._ingest(runs[-1]))
        what = f"{len(runs):,} runs never ended: {numbers}; later ones did"
        means = "They were stopped or killed. If nobody has run them again, something is missing."
        return Finding("runs", "note", what, means, self._ingest(runs[-1]))

    def _ingest(self, run: RunFacts) -> str:
        shown = " ".join(run.inputs[:3]) + (" ..." if len(run.inputs) > 3 else "")
        return f"dateline ingest {shown} --archive {self._folder}"

    def _clock(self, runs: Sequence[RunFacts]) -> Iterator[Finding]:
        for earlier, later in pairwise(runs):
            if later.started < earlier.started:
                back = timedelta(seconds=earlier.started - later.started)
                what = f"run {later.number} began {back} before run {earlier.number}"
                means = "The clock of this machine was put back in between; nothing is wrong by it."
                yield Finding("clock", "note", what, means, "timedatectl status")
        ahead = [run.number for run in runs if run.started > (self._now + _TOLERANCE).timestamp()]
        if ahead:
            what = f"runs {listed(ahead)} began later than now, {self._now:%Y-%m-%d %H:%M}"
            means = "The clock of this machine is, or was, wrong: dates in questions are off."
            yield Finding("clock", "odd", what, means, "timedatectl status")

    def check_feeds(self, feeds: Feeds) -> Iterator[Finding]:
        """Whether every feed that is followed has been read, and lately."""
        asked = feeds.attempts()
        for feed in feeds.all():
            known = asked.get(feed.url, PollAttempts())
            last = known.succeeded
            since = f"since {last:%Y-%m-%d}" if last else "ever"
            if known.failures:
                what = f"{feed.url} has not been read {since}: {known.reason:.200}"
            elif last is None or last < self._now - _SILENT:
                what = f"{feed.url} has not been read {since}"
            else:
                continue
            means = "What is new in it is not in the archive."
            command = f"dateline feed poll {feed.url} --archive {self._folder}"
            yield Finding("feeds", "odd" if last else "note", what, means, command)
