"""The remarks of readers on answers, each saved with the whole answer; judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import insert

from rag.errors import QueryError
from rag.store import schema
from rag.store.database import Database
from rag.store.redacting import without_deleted
from rag.store.rows import moment, seconds, storable

Kind = Literal["helpful", "unhelpful", "wrong citation", "comment"]
LONGEST_NOTE = 4000
"""The most characters of a remark that are saved; the rest is cut."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader says about an answer; `citation` is the number of a wrong citation.

    Raises QueryError for a kind that does not exist, a citation that the answer does not
    have, a wrong citation without its number and a comment without words.
    """

    kind: Kind
    citation: int | None = None
    note: str = ""

    def check(self, answer: Mapping[str, Any]) -> None:
        """Raises QueryError if the remark does not fit the answer."""
        if self.kind not in get_args(Kind):
            msg = f"feedback {self.kind!r} is unknown; choose one of {', '.join(get_args(Kind))}"
            raise QueryError(msg)
        if (self.citation is None) == (self.kind == "wrong citation"):
            msg = f"feedback {self.kind!r} with the citation {self.citation!r} makes no sense; "
            msg += "name the citation that is wrong, and none otherwise"
            raise QueryError(msg)
        numbers = [each.get("number") for each in answer.get("citations", ())]
        if self.citation is not None and self.citation not in numbers:
            msg = f"the answer has no citation {self.citation}; it has {numbers}"
            raise QueryError(msg)
        if self.kind == "comment" and not self.note.strip():
            msg = f"a comment of {self.note!r} says nothing; write some words"
            raise QueryError(msg)


@dataclass(frozen=True, slots=True)
class KeptRemark:
    """A saved remark, with the answer as `Answer.to_dict` gave it."""

    id: int
    owner: str
    remark: Remark
    answer: Mapping[str, Any]
    at: datetime

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values: what `dateline feedback export` writes."""
        return {
            "id": self.id,
            "owner": self.owner,
            "kind": self.remark.kind,
            "citation": self.remark.citation,
            "note": self.remark.note,
            "at": self.at.isoformat(),
            "answer": dict(self.answer),
        }


class Feedback:
    """The remarks of readers; each method is one transaction and needs no writer lock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, owner: str, remark: Remark, answer: Mapping[str, Any], now: datetime) -> int:
        """Saves a remark with the answer it is about; returns its id.

        Raises QueryError if it does not fit that answer.
        """
        remark.check(answer)
        row: dict[str, Any] = {
            "owner": owner,
            "kind": remark.kind,
            "citation": remark.citation,
            "note": storable(remark.note.strip()[:LONGEST_NOTE]),
            "at": seconds(now),
        }
        with self._database.note() as connection:
            row["answer"] = without_deleted(connection, answer)
            query = insert(schema.feedback).values(row).returning(schema.feedback.c.id)
            return int(connection.execute(query).scalar_one())

    def all(self) -> list[KeptRemark]:
        """Every remark, the oldest first."""
        table = schema.feedback
        with self._database.read() as connection:
            rows = connection.execute(table.select().order_by(table.c.id)).all()
        return [
            KeptRemark(
                row.id,
                row.owner,
                Remark(row.kind, row.citation, row.note),
                row.answer,
                moment(row.at),
            )
            for row in rows
        ]
