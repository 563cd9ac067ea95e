"""Labelled questions and other samples from disk, checked line by line; knows nothing of searching.

Questions come as `questions.jsonl`, as tasks of conversations in the layout of the mtRAG benchmark,
or with passages of their own in that of RGB (see `declining`).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.corpus import canonical_id, parse_published
from rag.corpus.urls import is_web_address
from rag.errors import ConfigError, CorpusError
from rag.records import Message
from rag.retrieval.filters import period_end

QUESTIONS = "questions.jsonl"
TASKS = ("tasks.jsonl.gz", "tasks.jsonl")
UNANSWERABLE = "unanswerable"
UNDERSPECIFIED = "underspecified"
_ROLES = ("user", "assistant", "system")
_SPEAKERS = {"user": "user", "agent": "assistant"}


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question with what is known of its answer; `where` is the file and line it stands in.

    `gold` and `silver` are canonical article ids. `as_of` is the end of the day, month or
    year in which it was asked, None where the file gives no date. `answers` are short enough
    to be looked for as they stand; `reference` is an answer in whole sentences.
    """

    qid: str
    question: str
    where: str
    type: str = ""
    answerability: str = ""
    answers: tuple[str, ...] = ()
    reference: str = ""
    gold: tuple[str, ...] = ()
    silver: tuple[str, ...] = ()
    history: tuple[Message, ...] = ()
    date: str = ""
    as_of: datetime | None = None
    small: bool = False

    @property
    def relevant(self) -> tuple[str, ...]:
        """The articles that answer it, gold before silver, each once."""
        return tuple(dict.fromkeys(self.gold + self.silver))

    @property
    def unanswerable(self) -> bool:
        """Whether the file says that the archive holds no answer."""
        return self.type == UNANSWERABLE


def load_questions(path: Path, subset: str = "") -> list[EvalQuestion]:
    """The questions of a folder or of a file, in its order; for "small" those marked so.

    Raises ConfigError without such a file and for another subset, CorpusError naming file and
    line for a line that is not JSON, lacks a field, repeats a qid or has a field of another kind.
    """
    names = (QUESTIONS, *TASKS) if path.is_dir() else ()
    file = next((path / name for name in names if (path / name).is_file()), path)
    file = file / QUESTIONS if file.is_dir() else file
    questions: dict[str, EvalQuestion] = {}
    for where, row in data_rows(file):
        question = _question(_task(row, where) if file.name in TASKS else row, where)
        if earlier := questions.get(question.qid):
            msg = f"{where}: qid {question.qid!r} stands in {earlier.where} already; use it once"
            raise CorpusError(msg)
        questions[question.qid] = question
    if not questions:
        msg = f"{file} holds no questions; write one JSON object a line"
        raise CorpusError(msg)
    if subset not in ("", "small"):
        msg = f"there is no subset {subset!r}; leave it out, or use --subset small"
        raise ConfigError(msg)
    chosen = [question for question in questions.values() if question.small or not subset]
    if not chosen:
        msg = 'no question is marked "small": true; leave --subset out'
        raise ConfigError(msg)
    return chosen


def article_id(given: str) -> str:
    """The id by which an archive knows an article that a question names.

    >>> article_id("www.Harbour.example/ferry/index.html"), article_id("n7")
    ('harbour.example/ferry', 'n7')
    """
    bare = given.strip()
    if "://" in bare:
        return canonical_id(bare)
    is_page = "/" in bare and is_web_address(bare)
    return canonical_id(f"https://{bare}") if is_page else bare


def data_name(path: Path) -> str:
    """What a data set is called: its folder, or the file where that has a name of its own."""
    resolved = path.resolve()
    return resolved.parent.name if resolved.name == QUESTIONS else resolved.stem


def data_file(data: Path, name: str) -> Path:
    """The file of that name in a folder, or the named file; ConfigError where there is none."""
    file = data / name if data.is_dir() else data
    if not file.is_file():
        msg = f"cannot read {file}; --data needs a folder with {name}, or such a file"
        raise ConfigError(msg)
    return file


def data_rows(file: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Where each row of a file of JSON lines stands, and the row."""
    try:
        content = file.read_bytes()
        text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8"
        raise CorpusError(msg) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        msg = f"{file} is damaged or no gzip file ({error}); copy it again"
        raise CorpusError(msg) from error
    except OSError as error:
        msg = (
            f"cannot read {file} ({error.strerror}); --data needs a folder with {QUESTIONS} "
            f"or {TASKS[0]}, or such a file"
        )
        raise ConfigError(msg) from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            where = f"{file.name}:{number}"
            yield where, _object(line, where)


def text_field(row: Mapping[str, Any], name: str, where: str, *, required: bool = False) -> str:
    """The text of a row's field without surrounding space, "" where it is missing.

    Raises CorpusError naming `where` for another kind of value, and for a missing one if
    `required`.
    """
    value = row.get(name) or ""
    if not isinstance(value, str):
        msg = f"{where}: {name!r} must be text, not {value!r:.80}"
        raise CorpusError(msg)
    if required and not value.strip():
        msg = f"{where}: {name!r} is missing"
        raise CorpusError(msg)
    return value.strip()


def text_list(row: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """The texts of a row's field, none where it is missing; CorpusError for another kind."""
    value = row.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        msg = f"{where}: {name!r} must be a list of texts, not {value!r:.80}"
        raise CorpusError(msg)
    return tuple(value)


def date_field(row: Mapping[str, Any], where: str) -> tuple[str, datetime | None]:
    """The date of a row as text, and the end of that day, month or year; "" and None without."""
    text = text_field(row, "date", where)
    published = parse_published(text) if text else None
    if text and published is None:
        msg = f"{where}: date {text!r} cannot be read; write it as 2025-06-30"
        raise CorpusError(msg)
    return str(published or ""), period_end(published) if published else None


def _object(line: str, where: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        msg = f"{where}: not valid JSON ({error})"
        raise CorpusError(msg) from error
    if not isinstance(row, dict):
        msg = f"{where}: a line must be a JSON object, not {type(row).__name__}"
        raise CorpusError(msg)
    return row


def _question(row: Mapping[str, Any], where: str) -> EvalQuestion:
    date, as_of = date_field(row, where)
    return EvalQuestion(
        qid=text_field(row, "qid", where, required=True),
        question=text_field(row, "question", where, required=True),
        where=where,
        type=text_field(row, "type", where),
        answerability=text_field(row, "answerability", where),
        answers=text_list(row, "answers", where),
        reference=text_field(row, "reference", where),
        gold=tuple(map(article_id, text_list(row, "gold_ids", where))),
        silver=tuple(map(article_id, text_list(row, "silver_ids", where))),
        history=_history(row, where),
        date=date,
        as_of=as_of,
        small=bool(row.get("small")),
    )


def _history(row: Mapping[str, Any], where: str) -> tuple[Message, ...]:
    turns = row.get("history") or []
    try:
        messages = [Message(turn["role"], turn["content"]) for turn in turns]
    except (TypeError, KeyError) as error:
        msg = f"{where}: 'history' must be a list of objects with 'role' and 'content'"
        raise CorpusError(msg) from error
    for message in messages:
        if message.role not in _ROLES or not isinstance(message.content, str):
            msg = f"{where}: 'history' has a turn by {message.role!r}; use {', '.join(_ROLES)}"
            raise CorpusError(msg)
    return tuple(messages)


def _task(task: Mapping[str, Any], where: str) -> dict[str, Any]:
    """An mtRAG task as a row of `questions.jsonl`: the last turn, with the turns before it.

    An article is a passage. Its type is "unanswerable" or "underspecified" where the task says
    so, else the part it plays: "follow-up", "clarification" or "first turn".
    """
    turns = [_turn(turn, where, "input") for turn in _objects(task, "input", where)]
    if not turns or turns[-1]["role"] != "user":
        msg = f"{where}: the last turn of 'input' is not the user's; it must be the question"
        raise CorpusError(msg)
    targets = [_turn(turn, where, "targets") for turn in _objects(task, "targets", where)]
    documents = [context.get("document_id") for context in _objects(task, "contexts", where)]
    for document in documents:
        if not isinstance(document, str) or not document.strip():
            msg = f"{where}: a context has the 'document_id' {document!r:.80}; name a passage"
            raise CorpusError(msg)
    answerability = _label(task.get("answerability"))
    part = _label(task.get("Multi-Turn")).replace("n/a", "first turn")
    return {
        "qid": task.get("task_id"),
        "question": turns[-1]["content"],
        "type": answerability if answerability in (UNANSWERABLE, UNDERSPECIFIED) else part,
        "answerability": answerability,
        "reference": targets[0]["content"] if targets else "",
        "gold_ids": documents,
        "history": turns[:-1],
    }


def _objects(task: Mapping[str, Any], name: str, where: str) -> Sequence[Mapping[str, Any]]:
    value = task.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        msg = f"{where}: {name!r} must be a list of objects, not {value!r:.80}"
        raise CorpusError(msg)
    return value


def _turn(turn: Mapping[str, Any], where: str, name: str) -> dict[str, str]:
    role = _SPEAKERS.get(str(turn.get("speaker")))
    if role is None or not isinstance(turn.get("text"), str):
        msg = (
            f"{where}: a turn of {name!r} must have 'text' and a 'speaker' that is "
            f"{' or '.join(_SPEAKERS)}, not {turn.get('speaker')!r:.40}"
        )
        raise CorpusError(msg)
    return {"role": role, "content": turn["text"]}


def _label(labels: object) -> str:
    """The first of some labels, or the only one, in lower case; "" of none."""
    label = labels[0] if isinstance(labels, list) and labels else labels
    return label.lower() if isinstance(label, str) else ""
