"""Tasks of multi-turn conversations, as the mtRAG benchmark writes them, as labelled questions.

A task is the last turn of a conversation with the passages that its answer rests on; here
it becomes a row in the shape of `questions.jsonl`. An article is a passage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rag.errors import CorpusError

TASKS = ("tasks.jsonl.gz", "tasks.jsonl")
_ROLES = {"user": "user", "agent": "assistant"}
_FIRST_TURN = "n/a"


def question_row(task: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A task as a row of `questions.jsonl`: the last turn asked, with the turns before it.

    Its type is "unanswerable" or "underspecified" where the task says so, else the part the
    question plays: "follow-up", "clarification", or "first turn" where it plays none. Its
    reference is what a person had answered. Raises CorpusError naming `where` for a task
    that lacks a field or has one of another kind.
    """
    turns = _objects(task, "input", where)
    if not turns:
        msg = f"{where}: 'input' holds no turn; the last one is the question"
        raise CorpusError(msg)
    messages = [_message(turn, where, "input") for turn in turns]
    if messages[-1]["role"] != "user":
        msg = f"{where}: the last turn of 'input' is not the user's; it must be the question"
        raise CorpusError(msg)
    return {
        "qid": task.get("task_id"),
        "question": messages[-1]["content"],
        "type": _type(task),
        "answerability": _first(task.get("answerability")),
        "reference": _reference(task, where),
        "gold_ids": [_document(context, where) for context in _objects(task, "contexts", where)],
        "history": messages[:-1],
    }


def _objects(task: Mapping[str, Any], name: str, where: str) -> Sequence[Mapping[str, Any]]:
    value = task.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        msg = f"{where}: {name!r} must be a list of objects, not {value!r:.80}"
        raise CorpusError(msg)
    return value


def _message(turn: Mapping[str, Any], where: str, name: str) -> dict[str, str]:
    role = _ROLES.get(str(turn.get("speaker")))
    if role is None or not isinstance(turn.get("text"), str):
        msg = (
            f"{where}: a turn of {name!r} must have 'text' and a 'speaker' that is "
            f"{' or '.join(_ROLES)}, not {turn.get('speaker')!r:.40}"
        )
        raise CorpusError(msg)
    return {"role": role, "content": turn["text"]}


def _document(context: Mapping[str, Any], where: str) -> str:
    document = context.get("document_id")
    if not isinstance(document, str) or not document.strip():
        msg = f"{where}: a context has the 'document_id' {document!r:.80}; it must name a passage"
        raise CorpusError(msg)
    return document


def _reference(task: Mapping[str, Any], where: str) -> str:
    targets = _objects(task, "targets", where)
    return _message(targets[0], where, "targets")["content"] if targets else ""


def _type(task: Mapping[str, Any]) -> str:
    label = _first(task.get("answerability"))
    if label in ("unanswerable", "underspecified"):
        return label
    part = _first(task.get("Multi-Turn"))
    return "first turn" if part == _FIRST_TURN else part


def _first(labels: object) -> str:
    """The first of some labels, or the only one, in lower case; "" of none."""
    label = labels[0] if isinstance(labels, list) and labels else labels
    return label.lower() if isinstance(label, str) else ""
