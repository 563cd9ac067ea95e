"""Labelled questions from disk, checked line by line; knows nothing about searching."""

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
from rag.evaluation.mtrag import TASKS, question_row
from rag.records import Message
from rag.retrieval.filters import period_end

QUESTIONS = "questions.jsonl"
UNANSWERABLE = "unanswerable"
_ROLES = ("user", "assistant", "system")


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
    def year(self) -> str:
        """The year it was asked in; "" where the file gives no date."""
        return self.date[:4]

    @property
    def unanswerable(self) -> bool:
        """Whether the file says that the archive holds no answer."""
        return self.type == UNANSWERABLE


def load_questions(path: Path) -> list[EvalQuestion]:
    """The questions of a folder or of a file, in its order.

    A folder holds `questions.jsonl`, or tasks of conversations as `rag.evaluation.mtrag`
    reads them. Raises ConfigError without such a file, CorpusError naming file and line for
    a line that is not JSON, lacks a field, repeats a qid or has a field of another kind.
    """
    file = _file(path)
    questions: dict[str, EvalQuestion] = {}
    for where, row in data_rows(file):
        question = _question(row, where)
        if question.qid in questions:
            msg = (
                f"{question.where}: qid {question.qid!r} stands in "
                f"{questions[question.qid].where} already; each question needs its own"
            )
            raise CorpusError(msg)
        questions[question.qid] = question
    if not questions:
        msg = f"{file} holds no questions; write one JSON object a line"
        raise CorpusError(msg)
    return list(questions.values())


def subset_of(questions: Sequence[EvalQuestion], name: str) -> list[EvalQuestion]:
    """The questions marked `"small": true` for "small", all of them for "".

    Raises ConfigError for another name and where no question is marked.
    """
    if not name:
        return list(questions)
    if name != "small":
        msg = f"there is no subset {name!r}; leave it out, or use --subset small"
        raise ConfigError(msg)
    marked = [question for question in questions if question.small]
    if not marked:
        msg = 'no question is marked "small": true; leave --subset out'
        raise ConfigError(msg)
    return marked


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


def _file(path: Path) -> Path:
    """The file of questions that a folder holds; of a folder without one, the usual name."""
    if not path.is_dir():
        return path
    names = (QUESTIONS, *TASKS)
    return next((path / name for name in names if (path / name).is_file()), path / QUESTIONS)


def data_rows(file: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Where each row of a file stands, and the row in the shape of `questions.jsonl`."""
    for number, line in enumerate(_text_of(file).split("\n"), start=1):
        if line.strip():
            where = f"{file.name}:{number}"
            row = _object(line, where)
            yield where, question_row(row, where) if file.name in TASKS else row


def _text_of(file: Path) -> str:
    try:
        content = file.read_bytes()
        if file.suffix == ".gz":
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
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


def _question(row: Mapping[str, Any], where: str) -> EvalQuestion:
    date, as_of = _date(row, where)
    return EvalQuestion(
        qid=text_field(row, "qid", where, required=True),
        question=text_field(row, "question", where, required=True),
        where=where,
        type=text_field(row, "type", where),
        answerability=text_field(row, "answerability", where),
        answers=_texts(row, "answers", where),
        reference=text_field(row, "reference", where),
        gold=tuple(map(article_id, _texts(row, "gold_ids", where))),
        silver=tuple(map(article_id, _texts(row, "silver_ids", where))),
        history=_history(row, where),
        date=date,
        as_of=as_of,
        small=bool(row.get("small")),
    )


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


def _texts(row: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = row.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        msg = f"{where}: {name!r} must be a list of texts, not {value!r:.80}"
        raise CorpusError(msg)
    return tuple(value)


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


def _date(row: Mapping[str, Any], where: str) -> tuple[str, datetime | None]:
    text = text_field(row, "date", where)
    if not text:
        return "", None
    published = parse_published(text)
    if published is None:
        msg = f"{where}: date {text!r} cannot be read; write it as 2025-06-30"
        raise CorpusError(msg)
    return str(published), period_end(published)
