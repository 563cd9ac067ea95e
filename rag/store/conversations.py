"""The conversations that readers had, each kept for its owner alone; answers nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

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
from rag.store.blanking import as_it_may_be_kept
from rag.store.database import Database
from rag.store.rows import DamagedRowError, seconds

TITLE_LENGTH = 80
"""How many characters of its first question a conversation is called by."""

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
    """The conversations of an archive; each method is one transaction, beside any writer.

    `owner` is a reader's name, "" where nobody logs in. No method tells of another owner's
    conversation: it is as if there were none of its id.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def kept(self) -> bool:
        """Whether conversations can be kept here: not where the archive may only be read."""
        return self._database.can_note()

    def append(
        self, owner: str, id_: str, answer: Mapping[str, Any], now: datetime
    ) -> tuple[str, int]:
        """Adds an answer, as `Answer.to_dict` gives it; returns the conversation and its number.

        An `id_` of "" begins a conversation, called by its question.
        Raises QueryError where the owner has no such conversation.
        """
        turns = schema.turns
        question = str(answer.get("question", ""))
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
                "answer": as_it_may_be_kept(connection, answer),
                "at": seconds(now),
            }
            connection.execute(insert(turns).values(row))
            _change(connection, id_, changed=seconds(now))
        return id_, number

    def find(self, owner: str | None, words: str = "") -> list[Summary]:
        """The owner's conversations, the last changed first, at most `MOST_LISTED`.

        With `words`, those in whose title, questions or answers each of them occurs. An
        owner of None lists everybody's.
        """
        table = schema.conversations
        query = (
            select(table, _count(), _is_shared())
            .where(_belongs(owner))
            .order_by(table.c.changed.desc(), table.c.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query if words.strip() else query.limit(MOST_LISTED)).all()
            said = _said(connection, owner) if words.strip() else {}
        wanted = words.casefold().split()
        found = [row for row in rows if all(word in said[row.id] for word in wanted)]
        return [_summary(row) for row in found[:MOST_LISTED]]

    def answer(self, owner: str, id_: str, number: int) -> Mapping[str, Any]:
        """An answer of a conversation by its number; raises QueryError where there is none."""
        turns = self.get(owner, id_).turns
        found = next((turn.answer for turn in turns if turn.number == number), None)
        if found is None:
            msg = f"conversation {id_!r} has no answer {number}; it has {len(turns)}"
            raise QueryError(msg)
        return found

    def get(self, owner: str | None, id_: str) -> KeptConversation:
        """A conversation with its turns; an owner of None may see everybody's.

        Raises QueryError where there is none of the id, or it is another's and not shared.
        """
        table, turns = schema.conversations, schema.turns
        query = select(table, _count(), _is_shared()).where(table.c.id == id_)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is None or not (row.shared or owner in (None, row.owner)):
                raise QueryError(_unknown(id_))
            said = turns.select().where(turns.c.conversation_id == id_).order_by(turns.c.number)
            kept = tuple(
                KeptTurn(each.number, each.question, _answer(each.answer), _moment(each.at))
                for each in connection.execute(said)
            )
            return KeptConversation(_summary(row), row.owner, kept)

    def share(self, owner: str, id_: str, *, shared: bool) -> None:
        """Lets whoever knows the id read a conversation, or no longer.

        Raises QueryError where the owner has no such conversation.
        """
        settings = schema.settings
        with self._database.note() as connection:
            _require(connection, owner, id_)
            connection.execute(delete(settings).where(settings.c.name == _SHARED + id_))
            if shared:
                connection.execute(insert(settings).values(name=_SHARED + id_, value="1"))

    def rename(self, owner: str, id_: str, title: str) -> str:
        """Calls a conversation by another name, and returns it as it is kept.

        Raises QueryError for an empty name, and where the owner has no such conversation.
        """
        kept = _title(title)
        if not kept:
            msg = f"{title!r} is no name for a conversation; give it some letters"
            raise QueryError(msg)
        with self._database.note() as connection:
            _require(connection, owner, id_)
            _change(connection, id_, title=kept)
        return kept

    def delete(self, owner: str, id_: str) -> None:
        """Deletes a conversation with its turns; QueryError where the owner has none such."""
        table, turns, settings = schema.conversations, schema.turns, schema.settings
        with self._database.note() as connection:
            _require(connection, owner, id_)
            connection.execute(delete(settings).where(settings.c.name == _SHARED + id_))
            connection.execute(delete(turns).where(turns.c.conversation_id == id_))
            connection.execute(delete(table).where(table.c.id == id_))


def _begin(connection: Connection, owner: str, question: str, now: datetime) -> str:
    row = {
        "id": secrets.token_urlsafe(_ID_BYTES),
        "owner": owner,
        "title": _title(question) or _UNTITLED,
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


def _said(connection: Connection, owner: str | None) -> dict[str, str]:
    """All that was said in each of the owner's conversations, for words to be looked for in."""
    table, turns = schema.conversations, schema.turns
    # SQLite knows the lower case of English letters alone.
    query = (
        select(table.c.id, table.c.title, turns.c.question, turns.c.answer["text"].as_string())
        .join_from(table, turns, isouter=True)
        .where(_belongs(owner))
    )
    said: dict[str, list[str]] = {}
    for id_, *texts in connection.execute(query):
        said.setdefault(id_, []).extend(text for text in texts if text)
    return {id_: "\n".join(texts).casefold() for id_, texts in said.items()}


def _require(connection: Connection, owner: str, id_: str) -> None:
    table = schema.conversations
    query = select(table.c.id).where(table.c.id == id_, table.c.owner == owner)
    if connection.scalar(query) is None:
        raise QueryError(_unknown(id_))


def _unknown(id_: str) -> str:
    return f"there is no conversation {id_[:64]!r}; it may have been deleted"


def _title(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= TITLE_LENGTH else plain[: TITLE_LENGTH - 1].rstrip() + "…"


def _summary(row: Any) -> Summary:
    times = _moment(row.started), _moment(row.changed)
    return Summary(row.id, row.title, *times, row.turns, bool(row.shared))


def _answer(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        msg = f"a kept answer is {type(value).__name__}, not an object"
        raise DamagedRowError(msg)
    return value


def _moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
