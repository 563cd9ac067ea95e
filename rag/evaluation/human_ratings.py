"""Answers that people rated, and pairs of which they preferred one, as two benchmarks publish them.

RAG answers with ratings from 1 to 4 come in the layout of mtRAG (tasks, documents and
evaluations), preferences in that of RAGChecker (two responses and a reference answer a row).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any, Literal

from pydantic import Field

from rag.errors import ConfigError, CorpusError
from rag.evaluation.datasets import Record, checked, data_text

Aspect = Literal["faithfulness", "completeness", "correctness", "overall"]

RATED: tuple[Aspect, ...] = ("faithfulness", "completeness")
PREFERRED: tuple[Aspect, ...] = ("correctness", "completeness", "overall")
_SPEAKERS = {"user": "Reader", "agent": "Archive"}


@dataclass(frozen=True, slots=True)
class Rated:
    """An answer from passages, and what each person gave it, on a scale from 0 to 1.

    `conversation` ends with the question. `reference` is the answer that an expert wrote,
    "" where it is this very answer.
    """

    qid: str
    conversation: str
    passages: tuple[str, ...]
    response: str
    reference: str
    ratings: Mapping[Aspect, tuple[float, ...]]

    def rating(self, aspect: Aspect) -> float:
        """The mean of what people gave it, from 0 to 1."""
        return fmean(self.ratings[aspect])


@dataclass(frozen=True, slots=True)
class Preference:
    """Two answers to a question, and how much better each person found the second.

    A label is from -2 (the first is much better) to 2 (the second is), 0 for no difference.
    """

    qid: str
    question: str
    reference: str
    first: str
    second: str
    labels: Mapping[Aspect, tuple[int, ...]]

    def label(self, aspect: Aspect) -> int:
        """-1, 0 or 1: which answer people together prefer."""
        total = sum(self.labels[aspect])
        return (total > 0) - (total < 0)


def load_human_ratings(data: Path) -> tuple[list[Rated], list[Preference]]:
    """The ratings and the preferences of every JSON file of a folder, or of one file.

    Raises ConfigError without such a file, CorpusError naming file and entry for one of
    another layout.
    """
    found = [path for path in data.glob("*") if path.name.endswith((".json", ".json.gz"))]
    files = [data] if data.is_file() else sorted(found)
    if not files:
        msg = f"{data} holds no ratings; --data needs a folder with files *.json or *.json.gz"
        raise ConfigError(msg)
    rated: list[Rated] = []
    preferences: list[Preference] = []
    for file in files:
        try:
            value = json.loads(data_text(file))
        except ValueError as error:
            msg = f"{file} is no JSON, or damaged ({error}); copy it again"
            raise CorpusError(msg) from error
        if isinstance(value, list):
            preferences += _preferences(value, file.name)
        else:
            rated += _rated(value, file.name)
    return rated, preferences


class _Response(Record):
    response: str


class _LabelledPair(Record):
    instance_id: int | str
    query: str
    gt_answer: str
    model1: _Response
    model2: _Response
    correctness_label: int
    completeness_label: int
    overall_label: int


def _preferences(rows: list[Any], name: str) -> Iterator[Preference]:
    """The rows of the same pair, one a person, as one preference."""
    pairs: dict[str, list[_LabelledPair]] = {}
    for number, row in enumerate(rows):
        pair = checked(_LabelledPair, row, f"{name}: entry {number}")
        pairs.setdefault(str(pair.instance_id), []).append(pair)
    for instance, labelled in pairs.items():
        one = labelled[0]
        labels = {
            aspect: tuple(int(getattr(each, f"{aspect}_label")) for each in labelled)
            for aspect in PREFERRED
        }
        texts = (one.query, one.gt_answer, one.model1.response, one.model2.response)
        yield Preference(f"pair {instance}", *texts, labels)


class _Text(Record):
    text: str


class _Document(_Text):
    document_id: str


class _Turn(_Text):
    speaker: Literal["user", "agent"]


class _Context(Record):
    document_id: str


class _Task(Record):
    task_id: str
    input: tuple[_Turn, ...]
    contexts: tuple[_Context, ...]
    targets: tuple[_Text, ...] = ()


class _Rating(Record):
    value: Annotated[float, Field(ge=1, le=4)]


class _Annotations(Record):
    faithfulness: dict[str, _Rating]
    completeness: dict[str, _Rating]


class _Evaluation(Record):
    task_id: str
    model_id: str
    model_response: str
    annotations: _Annotations


class _Ratings(Record):
    documents: tuple[_Document, ...]
    tasks: tuple[_Task, ...]
    evaluations: tuple[_Evaluation, ...]


def _rated(value: Any, name: str) -> Iterator[Rated]:
    known = checked(_Ratings, value, name)
    documents = {each.document_id: each.text for each in known.documents}
    tasks = {each.task_id: each for each in known.tasks}
    for number, each in enumerate(known.evaluations):
        try:
            task = tasks[each.task_id]
            passages = tuple(documents[context.document_id] for context in task.contexts)
        except KeyError as error:
            msg = f"{name}: evaluation {number} cannot be read: nothing is called {error}"
            raise CorpusError(msg) from error
        reference = task.targets[0].text if task.targets else ""
        same = reference.strip() == each.model_response.strip()
        people = {aspect: getattr(each.annotations, aspect).values() for aspect in RATED}
        turns = [f"{_SPEAKERS[turn.speaker]}: {turn.text}" for turn in task.input]
        yield Rated(
            qid=f"{each.task_id} {each.model_id}",
            conversation="\n".join(turns),
            passages=passages,
            response=each.model_response,
            reference="" if same else reference,
            ratings={a: tuple((one.value - 1) / 3 for one in given) for a, given in people.items()},
        )
