"""Kept answers in which deleted articles are quoted: in conversations and in readers' remarks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from rag.store import schema
from rag.store.redacting import mentioned, redacted, without_words, words_of

_TURNS, _FEEDBACK = schema.turns.c, schema.feedback.c


def blank_answers(connection: Connection, article_ids: Collection[str]) -> None:
    """Takes the words of articles out of all that is kept of what readers were told.

    A conversation that has quoted one may have said its words again later, without a
    citation: all its answers are looked through.
    """
    gone = set(article_ids)
    turns = _turns(connection, gone)
    if turns:
        query = update(schema.turns).where(
            _TURNS.conversation_id == bindparam("of"), _TURNS.number == bindparam("nth")
        )
        connection.execute(query.values(answer=bindparam("told")), turns)
    remarks = _remarks(connection, gone)
    if remarks:
        query = update(schema.feedback).where(_FEEDBACK.id == bindparam("of"))
        query = query.values(answer=bindparam("told"), note=bindparam("said"))
        connection.execute(query, remarks)


def as_it_may_be_kept(connection: Connection, answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as it is to be kept now: what it rests on may have been deleted meanwhile."""
    deletions = schema.deletions.c
    query = select(deletions.article_id).where(deletions.article_id.in_(mentioned(answer)))
    gone = set(connection.scalars(query))
    return redacted(answer, gone) if gone else dict(answer)


def _turns(connection: Connection, gone: set[str]) -> list[dict[str, Any]]:
    rows: Any = connection.execute(
        select(_TURNS.conversation_id, _TURNS.number, _TURNS.answer).order_by(
            _TURNS.conversation_id, _TURNS.number
        )
    )
    changed = []
    for of, group in groupby(rows, key=lambda row: row.conversation_id):
        told = [(row.number, row.answer) for row in group if isinstance(row.answer, dict)]
        for number, new in _conversation(told, gone):
            changed.append({"of": of, "nth": number, "told": new})
    return changed


def _conversation(
    told: Sequence[tuple[int, dict[str, Any]]], gone: set[str]
) -> list[tuple[int, dict[str, Any]]]:
    """The answers of one conversation that are others without the words, by number."""
    words = [text for _, answer in told for text in words_of(answer, gone)]
    if not words and not any(mentioned(answer) & gone for _, answer in told):
        return []
    new = [(number, answer, redacted(answer, gone, words)) for number, answer in told]
    return [(number, after) for number, before, after in new if after != before]


def _remarks(connection: Connection, gone: set[str]) -> list[dict[str, Any]]:
    query = select(_FEEDBACK.id, _FEEDBACK.note, _FEEDBACK.answer)
    changed = []
    for row in connection.execute(query):
        if isinstance(row.answer, dict) and mentioned(row.answer) & gone:
            said = without_words(row.note, words_of(row.answer, gone))
            told = redacted(row.answer, gone)
            changed.append({"of": row.id, "told": told, "said": said})
    return changed
