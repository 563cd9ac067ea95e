"""Redacts deleted articles in saved answers: those of conversations and of readers' remarks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from rag.store import schema
from rag.store.redacting import mentioned, redacted, without_words, words_of
from rag.store.rows import storable

_TURNS, _FEEDBACK = schema.turns.c, schema.feedback.c


def redact_saved_answers(connection: Connection, article_ids: Collection[str]) -> None:
    """Removes the words of articles from every saved answer and remark.

    A conversation that has quoted an article may repeat its words later without a citation,
    so this goes through all its answers.
    """
    gone = set(article_ids)
    turns = _turns(connection, gone)
    if turns:
        query = update(schema.turns).where(
            _TURNS.conversation_id == bindparam("of"), _TURNS.number == bindparam("nth")
        )
        connection.execute(query.values(answer=bindparam("redacted")), turns)
    remarks = _remarks(connection, gone)
    if remarks:
        query = update(schema.feedback).where(_FEEDBACK.id == bindparam("of"))
        query = query.values(answer=bindparam("redacted"), note=bindparam("remark"))
        connection.execute(query, remarks)


def without_deleted(connection: Connection, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as it can be saved now, redacted if a source was deleted in the meantime."""
    answer = storable(dict(answer))
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
        answers = [(row.number, row.answer) for row in group if isinstance(row.answer, dict)]
        for number, new in _conversation(answers, gone):
            changed.append({"of": of, "nth": number, "redacted": new})
    return changed


def _conversation(
    answers: Sequence[tuple[int, dict[str, Any]]], gone: set[str]
) -> list[tuple[int, dict[str, Any]]]:
    """The answers of one conversation that redacting changes, with their numbers."""
    words = [text for _, answer in answers for text in words_of(answer, gone)]
    if not words and not any(mentioned(answer) & gone for _, answer in answers):
        return []
    new = [(number, answer, redacted(answer, gone, words)) for number, answer in answers]
    return [(number, after) for number, before, after in new if after != before]


def _remarks(connection: Connection, gone: set[str]) -> list[dict[str, Any]]:
    query = select(_FEEDBACK.id, _FEEDBACK.note, _FEEDBACK.answer)
    changed = []
    for row in connection.execute(query):
        if isinstance(row.answer, dict) and mentioned(row.answer) & gone:
            note = without_words(row.note, words_of(row.answer, gone))
            answer = redacted(row.answer, gone)
            changed.append({"of": row.id, "redacted": answer, "remark": note})
    return changed
