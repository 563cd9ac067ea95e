"""Whether what cannot be answered is declined, and what can be answered is not.

Over an archive's labelled and unanswerable questions, and over questions that come with passages of
their own, in the layout of the RGB benchmark: a `query`, its `answer`, passages that hold it
(`positive`) and passages that do not (`negative`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.archive import Archive
from rag.config import Settings
from rag.errors import ConfigError
from rag.evaluation.answers import AnsweringSuite, answer_row, load_unanswerable
from rag.evaluation.datasets import (
    UNANSWERABLE,
    EvalQuestion,
    Record,
    Required,
    checked,
    data_name,
    data_rows,
    load_questions,
)
from rag.evaluation.labels import archive_facts, covered
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded
from rag.records import Answer, Filters

SIDES = ("positive", "negative")
_MEASURED = ("declined", "wrongly_declined", "answer_in_quotes", "model_failed")


@dataclass(frozen=True)
class Declining(AnsweringSuite):
    """Asks all questions of several data sets, and measures which are declined.

    `given` is an archive of the passages that questions came with: what is found for one of them
    is to agree on the answer, where no language model judges it.
    """

    name = "declining"
    groups = ("type",)

    sets: Sequence[Path] = ()
    given: Archive | None = field(default=None, repr=False)

    @property
    def data_set(self) -> str:
        """The names of the data sets."""
        return " + ".join(map(data_name, self.sets))

    def load(self) -> Loaded[EvalQuestion]:
        """The questions of all sets, each id after the name of its set."""
        samples: list[EvalQuestion] = []
        warnings: list[str] = []
        for path in self.sets:
            questions, odd = self._questions(path)
            warnings += odd
            samples += [replace(q, qid=f"{data_name(path)}/{q.qid}") for q in questions]
        facts = archive_facts(self.archive if any(not q.outlet for q in samples) else self._made)
        if all(question.outlet for question in samples):
            # A temporary archive has another name each time.
            facts = {name: facts[name] for name in facts if name not in ("archive", "archive_id")}
        answerable = sum(not question.unanswerable for question in samples)
        return Loaded(
            samples,
            facts | {"as_of": self.asking.dated, "answerable": answerable},
            tuple(warnings),
        )

    @property
    def _made(self) -> Archive:
        return self.given or self.archive

    def _questions(self, path: Path) -> tuple[Sequence[EvalQuestion], Sequence[str]]:
        if has_passages(path):
            return [question for question, _ in load_passages(path)], ()
        loaded = load_questions(path)
        if not any(question.relevant for question in loaded):
            return load_unanswerable(path), ()
        answered = [question for question in loaded if not question.unanswerable]
        found = covered(self.archive, answered, path, dated=False)
        return [*found.questions, *(q for q in loaded if q.unanswerable)], found.warnings

    def ask(self, sample: EvalQuestion) -> Answer:
        """The answer to one question."""
        if not sample.outlet:
            return self.asking.ask(self.archive, sample)
        own = Filters(publishers=(sample.outlet,))
        asking = replace(self.asking, filters=own, corroborated=self.asking.model is None)
        return asking.ask(self._made, sample)

    def measure(self, sample: EvalQuestion, answer: Answer) -> Row:
        """Whether the question was declined, and whether that was right."""
        archive = self._made if sample.outlet else self.archive
        row = answer_row(archive, sample, answer, self.asking)
        measures = {name: row["measures"][name] for name in _MEASURED if name in row["measures"]}
        # Calling a wrong refusal right would hide it among the worst.
        score = measures.get("declined", 1 - measures.get("wrongly_declined", 0.0))
        kind = UNANSWERABLE if sample.unanswerable else "answerable"
        named = {"type": f"{sample.qid.partition('/')[0]}: {kind}"}
        return row | named | {"measures": measures, "score": score}


@contextmanager
def declining_suite(suite: Declining, settings: Settings) -> Iterator[Declining]:
    """The suite with an archive of the passages that its questions came with, for as long.

    A data set is a folder or file of labelled questions; a file of questions that the archive
    does not answer, none of which is labelled; or a file of questions with passages, for
    which no archive is needed.
    """
    names = list(map(data_name, suite.sets))
    if repeated := [name for place, name in enumerate(names) if name in names[:place]]:
        msg = f"--data names two data sets that are both called {repeated[0]!r}; rename one"
        raise ConfigError(msg)
    given = [one for path in suite.sets if has_passages(path) for one in load_passages(path)]
    with TemporaryDirectory(prefix="dateline-") as folder:
        if not given:
            yield suite
            return
        with Archive.open(Path(folder) / "given", settings=settings) as made:
            store_passages(given, made, Path(folder))
            yield replace(suite, given=made)


class _Given(Record):
    id: int | str = ""
    query: Required
    answer: Any = None
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


def has_passages(path: Path) -> bool:
    """Whether a file holds questions with passages; what cannot be read does not."""
    first = next(iter(data_rows(path)), None) if path.is_file() else None
    return first is not None and any(side in first[1] for side in SIDES)


def load_passages(path: Path) -> list[tuple[EvalQuestion, tuple[str, ...]]]:
    """Each question twice, with its positive and with its negative passages, where it has any.

    Raises CorpusError naming file and line for a row without query or of another kind.
    """
    found = []
    for where, row in data_rows(path):
        given = checked(_Given, row, where)
        answers = tuple(_answers(given.answer))
        for side, texts in (("positive", given.positive), ("negative", given.negative)):
            qid = f"{given.id or where}/{side}"
            kind = "" if side == "positive" else UNANSWERABLE
            outlet = f"given for {qid}"
            question = EvalQuestion(qid, given.query, where, type=kind, outlet=outlet)
            if texts:
                question = replace(question, answers=() if kind else answers)
                found.append((question, tuple(text for text in texts if text.strip())))
    return found


def store_passages(
    given: Sequence[tuple[EvalQuestion, Sequence[str]]], archive: Archive, folder: Path
) -> None:
    """Puts the passages into an archive, each an article of its question's own outlet."""
    file = folder / "passages.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        texts = [(question.outlet, text) for question, some in given for text in some]
        for number, (outlet, text) in enumerate(texts):
            url = f"https://given.example/{number}"
            row = {"url": url, "title": "", "text": text, "publisher": outlet}
            lines.write(json.dumps(row) + "\n")
    archive.ingest(file)


def _answers(value: object) -> Iterator[str]:
    """The answers of a text, or of lists of such."""
    if isinstance(value, list):
        for item in value:
            yield from _answers(item)
    elif isinstance(value, str) and value.strip():
        yield value.strip()
