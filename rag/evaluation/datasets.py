"""Labelled questions and other samples from disk, checked line by line; knows nothing of searching.

Questions come as `questions.jsonl`, as tasks of conversations in the layout of the mtRAG benchmark,
or with passages of their own in that of RGB (see `declining`).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from rag.corpus import canonical_id
from rag.corpus.urls import is_web_address
from rag.errors import ConfigError, CorpusError
from rag.language.dates import parse_published
from rag.records import Message
from rag.retrieval.filters import period_end

QUESTIONS = "questions.jsonl"
TASKS = ("tasks.jsonl.gz", "tasks.jsonl")
UNANSWERABLE = "unanswerable"
UNDERSPECIFIED = "underspecified"

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Required = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Record(BaseModel):
    """A row of a data file as it must be; a field that is null counts as missing."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, row: Any) -> Any:
        known = row.items() if isinstance(row, dict) else ()
        return {name: value for name, value in known if value is not None} if known else row


R = TypeVar("R", bound=Record)
Q = TypeVar("Q", bound="Sample")


class Sample(Protocol):
    """What is asked once, known by an id that no other sample of the run has."""

    @property
    def qid(self) -> str:
        """The id."""


Strings = Annotated[tuple[Required, ...], Field(min_length=1)]


class Nugget(Record):
    """One fact that an answer may hold, found by its words.

    `match` are alternatives, each of strings that must all occur. Without a `vital` one the answer
    is bad. `sentence` is where the fact stands, `day` when it happened, as 2025-06-30.
    """

    match: Annotated[tuple[Strings, ...], Field(min_length=1)]
    fact: str = ""
    vital: bool = False
    sentence: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question with what is known of its answer; `where` is the file and line it stands in.

    `gold` and `silver` are canonical article ids. `as_of` is the end of the day, month or
    year in which it was asked, None where the file gives no date. `answers` are short enough
    to be looked for as they stand; `reference` is an answer in whole sentences. With an
    `outlet` the question may be answered from that outlet's articles alone.

    A question with a `form` is labelled by `nuggets`; `stale` are facts that must not come first,
    and `expect` says what is right where no fact can be looked for.
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
    outlet: str = ""
    form: str = ""
    nuggets: tuple[Nugget, ...] = ()
    stale: tuple[Nugget, ...] = ()
    expect: str = ""

    @property
    def relevant(self) -> tuple[str, ...]:
        """The articles that answer it, gold before silver, each once."""
        return tuple(dict.fromkeys(self.gold + self.silver))

    @property
    def unanswerable(self) -> bool:
        """Whether the file says that the archive holds no answer."""
        return self.type == UNANSWERABLE


def load_questions(
    path: Path, subset: str = "", *, forms: bool | None = False
) -> list[EvalQuestion]:
    """The questions of a folder or of a file, in its order; for "small" those marked so.

    Questions with a form and nuggets are another set in the same file: with `forms` they are
    loaded, without it the others, and with None both.

    Raises ConfigError without such a file and for another subset, CorpusError naming file and
    line for a line that is not JSON, lacks a field, repeats a qid or has a field of another kind.
    """
    names = (QUESTIONS, *TASKS) if path.is_dir() else ()
    file = next((path / name for name in names if (path / name).is_file()), path)
    file = file / QUESTIONS if file.is_dir() else file
    read = _task if file.name in TASKS else _question
    questions = rows_by_qid(file, read, "questions; write one JSON object a line")
    kinds = (True, False) if forms is None else (forms,)
    asked = [question for question in questions if bool(question.form) in kinds]
    if not asked:
        some = "no question has a 'form'; reporters' questions have one"
        every = "every question has a 'form'; measure them with: dateline eval reporters"
        msg = f"{file}: {some if forms else every}"
        raise CorpusError(msg)
    if subset not in ("", "small"):
        msg = f"there is no subset {subset!r}; leave it out, or use --subset small"
        raise ConfigError(msg)
    chosen = [question for question in asked if question.small or not subset]
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


def data_rows(file: Path) -> Iterator[tuple[str, Any]]:
    """Where each row of a file of JSON lines stands, and the row."""
    for number, line in enumerate(data_text(file).split("\n"), start=1):
        if line.strip():
            where = f"{file.name}:{number}"
            try:
                yield where, json.loads(line)
            except ValueError as error:
                msg = f"{where}: not valid JSON ({error})"
                raise CorpusError(msg) from error


def rows_by_qid(file: Path, read: Callable[[Any, str], Q], wanted: str) -> list[Q]:
    """What `read` makes of each row; CorpusError without a row, and for a qid that comes twice."""
    found: dict[str, tuple[str, Q]] = {}
    for where, row in data_rows(file):
        made = read(row, where)
        if made.qid in found:
            msg = f"{where}: qid {made.qid!r} stands in {found[made.qid][0]} already; use it once"
            raise CorpusError(msg)
        found[made.qid] = where, made
    if not found:
        msg = f"{file} holds no {wanted}"
        raise CorpusError(msg)
    return [made for _, made in found.values()]


def data_json(file: Path) -> Any:
    """The JSON of a file that may be gzipped; CorpusError for what is none."""
    try:
        return json.loads(data_text(file))
    except ValueError as error:
        msg = f"{file} is no JSON, or damaged ({error}); copy it again"
        raise CorpusError(msg) from error


def data_text(file: Path) -> str:
    """The text of a file that may be gzipped; ConfigError or CorpusError for what is none."""
    try:
        content = file.read_bytes()
        return (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8-sig")
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


def checked(record: type[R], row: Any, where: str) -> R:
    """The row as such a record; CorpusError names `where`, the field and what is wrong."""
    try:
        return record.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "the row"
        if first["type"] in ("missing", "string_too_short"):
            msg = f"{where}: {name!r} is missing"
        else:
            msg = f"{where}: {name!r} is {first['input']!r:.80}: {first['msg']}"
        raise CorpusError(msg) from error


def period(date: str, where: str) -> tuple[str, datetime | None]:
    """A date as text, and the end of that day, month or year; "" and None of ""."""
    published = parse_published(date) if date else None
    if date and published is None:
        msg = f"{where}: date {date!r} cannot be read; write it as 2025-06-30"
        raise CorpusError(msg)
    return str(published or ""), period_end(published) if published else None


class _Question(Record):
    qid: Required
    question: Required
    type: Text = ""
    answerability: Text = ""
    answers: tuple[str, ...] = ()
    reference: Text = ""
    gold_ids: tuple[str, ...] = ()
    silver_ids: tuple[str, ...] = ()
    history: tuple[Message, ...] = ()
    date: Text = ""
    small: bool = False
    form: Text = ""
    answerable: bool = True
    nuggets: tuple[Nugget, ...] = ()
    stale: tuple[Nugget, ...] = ()
    expect: Text = ""


def _question(row: Any, where: str) -> EvalQuestion:
    given = checked(_Question, row, where)
    date, as_of = period(given.date, where)
    same = ("qid", "question", "answerability", "answers", "reference", "history", "small")
    return EvalQuestion(
        where=where,
        type=given.type if given.answerable else UNANSWERABLE,
        gold=tuple(map(article_id, given.gold_ids)),
        silver=tuple(map(article_id, given.silver_ids)),
        date=date,
        as_of=as_of,
        **{name: getattr(given, name) for name in (*same, "form", "nuggets", "stale", "expect")},
    )


class _Turn(Record):
    speaker: Literal["user", "agent"]
    text: str


class _Context(Record):
    document_id: Required


class _Task(Record):
    task_id: Required
    input: tuple[_Turn, ...]
    targets: tuple[_Turn, ...] = ()
    contexts: tuple[_Context, ...] = ()
    answerability: str | tuple[str, ...] = ""


def _task(row: Mapping[str, Any], where: str) -> EvalQuestion:
    """An mtRAG task: its last turn, asked after the turns before it. An article is a passage.

    Its type is "unanswerable" or "underspecified" where the task says so, else the part it plays:
    "follow-up", "clarification" or "first turn".
    """
    task = checked(_Task, row, where)
    if not task.input or task.input[-1].speaker != "user":
        msg = f"{where}: the last turn of 'input' is not the user's; it must be the question"
        raise CorpusError(msg)
    turns = [
        {"role": "user" if turn.speaker == "user" else "assistant", "content": turn.text}
        for turn in task.input
    ]
    answerability = _label(task.answerability)
    part = _label(row.get("Multi-Turn")).replace("n/a", "first turn")
    known = {
        "qid": task.task_id,
        "question": turns[-1]["content"],
        "type": answerability if answerability in (UNANSWERABLE, UNDERSPECIFIED) else part,
        "answerability": answerability,
        "reference": task.targets[0].text if task.targets else "",
        "gold_ids": [context.document_id for context in task.contexts],
        "history": turns[:-1],
    }
    return _question(known, where)


def _label(labels: object) -> str:
    """The first of some labels, or the only one, in lower case; "" of none."""
    label = labels[0] if isinstance(labels, list | tuple) and labels else labels
    return label.lower() if isinstance(label, str) else ""
