"""The ingest runs of an archive, with one outcome for each input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, insert, select, update

from rag.store import schema
from rag.store.database import Database
from rag.store.rows import seconds

OutcomeKind = Literal["added", "revised", "unchanged", "duplicate", "failed", "deleted", "skipped"]
"""`deleted`: the article was deleted from the archive, so it is not added again.

`skipped`: a link that leads out of the folders that you named, a draft, or what is embargoed.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one input: a file, or a line of one.

    `note` says why it failed, or what was odd about an article that was stored.
    """

    path: str
    kind: OutcomeKind
    article_id: str = ""
    note: str = ""


class Runs:
    """The ingest runs of an archive, the newest last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, inputs: Sequence[str], started: datetime) -> int:
        """Opens a run and returns its number."""
        row = {"inputs": list(inputs), "started": seconds(started)}
        with self._database.write() as connection:
            query = insert(schema.runs).values(row).returning(schema.runs.c.id)
            return int(connection.execute(query).scalar_one())

    def record(self, run_id: int, outcomes: Sequence[Outcome]) -> None:
        """Saves outcomes; a second one for the same path replaces the first."""
        if not outcomes:
            return
        table = schema.outcomes
        rows = {
            outcome.path: {
                "run_id": run_id,
                "path": outcome.path,
                "outcome": outcome.kind,
                "article_id": outcome.article_id or None,
                "note": outcome.note,
            }
            for outcome in outcomes
        }
        with self._database.write() as connection:
            connection.execute(
                table.delete().where(table.c.run_id == run_id, table.c.path.in_(list(rows)))
            )
            connection.execute(insert(table), list(rows.values()))

    def finish(self, run_id: int, finished: datetime) -> None:
        """Closes a run; one that stays open was interrupted."""
        table = schema.runs
        query = update(table).where(table.c.id == run_id).values(finished=seconds(finished))
        with self._database.write() as connection:
            connection.execute(query)

    def outcomes(self, run_id: int) -> list[Outcome]:
        """The outcomes of one run, sorted by path."""
        table = schema.outcomes
        query = select(table).where(table.c.run_id == run_id).order_by(table.c.path)
        with self._database.read() as connection:
            return [
                Outcome(row.path, row.outcome, row.article_id or "", row.note)
                for row in connection.execute(query)
            ]

    def last(self) -> int:
        """The number of the newest run, 0 if there is none."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(schema.runs.c.id))) or 0
