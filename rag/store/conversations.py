"""The saved conversations, each visible to its owner only, and the remarks of readers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    func,
    insert,
    literal,
    select,
    true,
    update,
)

from rag.errors import QueryError
from rag.store import schema
from rag.store.database import Database
from rag.store.redacting import without_deleted
from rag.store.rows import DamagedRowError, moment, put_setting, seconds, short_name, storable

MOST_LISTED = 200
_ID_BYTES = 18
_UNTITLED = "Untitled"
_SHARED = "shared conversation "


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as a list shows it; `changed` is when it was last added to.

    One that is `shared` can be read by whoever knows its id.
    """

    id: str
    title: str
    started: datetime
    changed: datetime
    turns: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question and its answer, as `Answer.to_dict` gave it."""

    number: int
    question: str
    answer: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptConversation:
    """A conversation with all its turns, oldest first."""

    summary: Summary
    owner: str
    turns: tuple[KeptTurn, ...]


class Conversations:
    """The conversations of an archive; each method is one transaction and needs no writer lock.

    `owner` is a reader's name, "" if nobody logs in. Methods treat another owner's
    conversation like an unknown id.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def can_save(self) -> bool:
        """Whether this process can save conversations: False if the archive is read-only."""
        return self._database.can_note()

    def append(
        self, owner: str, id_: str, answer: Mapping[str, Any], now: datetime
    ) -> tuple[str, int]:
        """Saves an answer; returns the conversation's id and the answer's number, from 1.

        The answer is as `Answer.to_dict` gives it. An `id_` of "" starts a conversation
        with the question as its title. Raises QueryError if the owner has no such conversation.
        """
        turns = schema.turns
        question = storable(str(answer.get("question", "")))
        with self._database.note() as connection:
            if id_:
                _require(connection, owner, id_)
            else:
                id_ = _begin(connection, owner, question, now)
            highest = select(func.max(turns.c.number)).where(turns.c.conversation_id == id_)
            number = int(connection.scalar(highest) or 0) + 1
            row = {
                "conversation_id": id_,
                "number": number,
                "question": question,
                "answer": without_deleted(connection, answer),
                "at": seconds(now),
            }
            connection.execute(insert(turns).values(row))
            _change(connection, id_, changed=seconds(now))
        return id_, number

    def find(self, owner: str | None, words: str = "") -> list[Summary]:
        """The owner's conversations, last changed first, at most `MOST_LISTED`.

        With `words`, only those with every word in the title, the questions or the answers.
        An owner of None lists all conversations.
        """
        table = schema.conversations
        query = (
            select(table, _count(), _is_shared())
            .where(_belongs(owner))
            .order_by(table.c.changed.desc(), table.c.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query if words.strip() else query.limit(MOST_LISTED)).all()
            texts = _searchable_texts(connection, owner) if words.strip() else {}
        wanted = words.casefold().split()
        found = [row for row in rows if all(word in texts[row.id] for word in wanted)]
        return [_summary(row) for row in found[:MOST_LISTED]]

    def answer(self, owner: str, id_: str, number: int) -> Mapping[str, Any]:
        """An answer of a conversation by its number; raises QueryError if there is none."""
        turns = self.get(owner, id_).turns
        found = next((turn.answer for turn in turns if turn.number == number), None)
        if found is None:
            msg = f"conversation {id_!r} has no answer {number}; it has {len(turns)}"
            raise QueryError(msg)
        return found

    def get(self, owner: str | None, id_: str) -> KeptConversation:
        """A conversation with its turns; an owner of None sees all conversations.

        Raises QueryError if the id is unknown, or belongs to another owner and is not shared.
        """
        table, turns = schema.conversations, schema.turns
        query = select(table, _count(), _is_shared()).where(table.c.id == id_)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is None or not (row.shared or owner in (None, row.owner)):
                raise QueryError(_unknown(id_))
            query = turns.select().where(turns.c.conversation_id == id_).order_by(turns.c.number)
            loaded = tuple(
                KeptTurn(each.number, each.question, _answer(each.answer), moment(each.at))
                for each in connection.execute(query)
            )
            return KeptConversation(_summary(row), row.owner, loaded)

    def share(self, owner: str, id_: str, *, shared: bool) -> None:
        """Shares a conversation with everybody who knows its id, or stops sharing it.

        Raises QueryError where the owner has no such conversation.
        """
        with self._database.note() as connection:
            _require(connection, owner, id_)
            put_setting(connection, _SHARED + id_, "1" if shared else "")

    def rename(self, owner: str, id_: str, title: str) -> str:
        """Renames a conversation; returns the title as saved.

        Raises QueryError for an empty name, and if the owner has no such conversation.
        """
        saved = short_name(title)
        if not saved:
            msg = f"{title!r} is not a title for a conversation; enter at least one letter"
            raise QueryError(msg)
        with self._database.note() as connection:
            _require(connection, owner, id_)
            _change(connection, id_, title=saved)
        return saved

    def delete(self, owner: str, id_: str) -> None:
        """Deletes a conversation with its turns; raises QueryError if the owner has no such one."""
        table, turns = schema.conversations, schema.turns
        with self._database.note() as connection:
            _require(connection, owner, id_)
            put_setting(connection, _SHARED + id_)
            connection.execute(delete(turns).where(turns.c.conversation_id == id_))
            connection.execute(delete(table).where(table.c.id == id_))


def _begin(connection: Connection, owner: str, question: str, now: datetime) -> str:
    row = {
        "id": secrets.token_urlsafe(_ID_BYTES),
        "owner": owner,
        "title": short_name(question) or _UNTITLED,
        "started": seconds(now),
        "changed": seconds(now),
    }
    connection.execute(insert(schema.conversations).values(row))
    return str(row["id"])


def _change(connection: Connection, id_: str, **values: object) -> None:
    table = schema.conversations
    connection.execute(update(table).where(table.c.id == id_).values(values))


def _belongs(owner: str | None) -> ColumnElement[bool]:
    return true() if owner is None else schema.conversations.c.owner == owner


def _is_shared() -> Any:
    settings = schema.settings
    name = literal(_SHARED) + schema.conversations.c.id
    return select(settings.c.name).where(settings.c.name == name).exists().label("shared")


def _count() -> Any:
    turns = schema.turns
    return (
        select(func.count())
        .where(turns.c.conversation_id == schema.conversations.c.id)
        .scalar_subquery()
        .label("turns")
    )


def _searchable_texts(connection: Connection, owner: str | None) -> dict[str, str]:
    """The title, questions and answers of each of the owner's conversations, case-folded."""
    table, turns = schema.conversations, schema.turns
    # SQLite folds the case of English letters only.
    query = (
        select(table.c.id, table.c.title, turns.c.question, turns.c.answer["text"].as_string())
        .join_from(table, turns, isouter=True)
        .where(_belongs(owner))
    )
    found: dict[str, list[str]] = {}
    for id_, *texts in connection.execute(query):
        found.setdefault(id_, []).extend(text for text in texts if text)
    return {id_: "\n".join(texts).casefold() for id_, texts in found.items()}


def _require(connection: Connection, owner: str, id_: str) -> None:
    table = schema.conversations
    query = select(table.c.id).where(table.c.id == id_, table.c.owner == owner)
    if connection.scalar(query) is None:
        raise QueryError(_unknown(id_))


def _unknown(id_: str) -> str:
    return f"there is no conversation {id_[:64]!r}; it may have been deleted"


def _summary(row: Any) -> Summary:
    times = moment(row.started), moment(row.changed)
    return Summary(row.id, row.title, *times, row.turns, bool(row.shared))


def _answer(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        msg = f"a saved answer is {type(value).__name__}, not an object"
        raise DamagedRowError(msg)
    return value


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
