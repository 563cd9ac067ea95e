"""Answers that people rated, and pairs of which they preferred one, as two benchmarks publish them.

RAG answers with ratings from 1 to 4 come in the layout of mtRAG (tasks, documents and
evaluations), preferences in that of RAGChecker (two responses and a reference answer a row).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from rag.errors import ConfigError, CorpusError

Aspect = Literal["faithfulness", "completeness", "correctness", "overall"]

RATED: tuple[Aspect, ...] = ("faithfulness", "completeness")
PREFERRED: tuple[Aspect, ...] = ("correctness", "completeness", "overall")
LOWEST, HIGHEST = 1.0, 4.0
_SUFFIXES = (".json", ".json.gz")
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
        """The mean of what people gave it."""
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


@dataclass(frozen=True, slots=True)
class HumanRatings:
    """What a folder holds of both kinds."""

    rated: tuple[Rated, ...] = ()
    preferences: tuple[Preference, ...] = ()


def load_human_ratings(data: Path) -> HumanRatings:
    """The ratings of every JSON file of a folder, or of one file.

    Raises ConfigError without such a file, CorpusError naming file and entry for one of
    another layout.
    """
    files = [data] if data.is_file() else sorted(_json_files(data))
    if not files:
        msg = f"{data} holds no ratings; --data needs a folder with files *.json or *.json.gz"
        raise ConfigError(msg)
    rated: list[Rated] = []
    preferences: list[Preference] = []
    for file in files:
        value = _value(file)
        if isinstance(value, list):
            preferences += _preferences(value, file.name)
        else:
            rated += _rated(value, file.name)
    return HumanRatings(tuple(rated), tuple(preferences))


def _json_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*") if path.name.endswith(_SUFFIXES))


def _value(file: Path) -> Any:
    try:
        content = file.read_bytes()
        return json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)
    except OSError as error:
        msg = f"cannot read {file} ({error.strerror or error}); copy it again"
        raise CorpusError(msg) from error
    except (ValueError, EOFError, zlib.error) as error:
        msg = f"{file} is no JSON, or damaged ({error}); copy it again"
        raise CorpusError(msg) from error


def _preferences(rows: Sequence[Any], name: str) -> Iterator[Preference]:
    """The rows of the same pair, one a person, as one preference."""
    pairs: dict[str, list[Mapping[str, Any]]] = {}
    for number, row in enumerate(rows):
        try:
            pairs.setdefault(str(row["instance_id"]), []).append(row)
            _labels([row])
        except (TypeError, KeyError, ValueError) as error:
            msg = f"{name}: entry {number} is no labelled pair of answers ({error!r})"
            raise CorpusError(msg) from error
    for instance, labelled in pairs.items():
        one = labelled[0]
        yield Preference(
            qid=f"pair {instance}",
            question=str(one["query"]),
            reference=str(one["gt_answer"]),
            first=str(one["model1"]["response"]),
            second=str(one["model2"]["response"]),
            labels=_labels(labelled),
        )


def _labels(rows: Sequence[Mapping[str, Any]]) -> dict[Aspect, tuple[int, ...]]:
    for row in rows:
        _ = row["query"], row["gt_answer"], row["model1"]["response"], row["model2"]["response"]
    return {aspect: tuple(int(row[f"{aspect}_label"]) for row in rows) for aspect in PREFERRED}


def _rated(value: Any, name: str) -> Iterator[Rated]:
    try:
        documents = {each["document_id"]: str(each["text"]) for each in value["documents"]}
        tasks = {each["task_id"]: each for each in value["tasks"]}
        evaluations = list(value["evaluations"])
    except (TypeError, KeyError) as error:
        msg = f"{name}: no ratings in it: {error!r}; it needs documents, tasks and evaluations"
        raise CorpusError(msg) from error
    for number, each in enumerate(evaluations):
        try:
            yield _rating(each, tasks[each["task_id"]], documents)
        except (TypeError, KeyError, ValueError, IndexError) as error:
            msg = f"{name}: evaluation {number} cannot be read ({error!r})"
            raise CorpusError(msg) from error


def _rating(
    evaluation: Mapping[str, Any], task: Mapping[str, Any], documents: Mapping[str, str]
) -> Rated:
    response = str(evaluation["model_response"])
    targets = task.get("targets") or [{"text": ""}]
    reference = str(targets[0]["text"])
    turns = [f"{_SPEAKERS[turn['speaker']]}: {turn['text']}" for turn in task["input"]]
    return Rated(
        qid=f"{evaluation['task_id']} {evaluation['model_id']}",
        conversation="\n".join(turns),
        passages=tuple(documents[each["document_id"]] for each in task["contexts"]),
        response=response,
        reference="" if reference.strip() == response.strip() else reference,
        ratings={
            aspect: tuple(_on_one(given) for given in evaluation["annotations"][aspect].values())
            for aspect in RATED
        },
    )


def _on_one(given: Mapping[str, Any]) -> float:
    """A rating from 1 to 4 as a number from 0 to 1."""
    value = (float(given["value"]) - LOWEST) / (HIGHEST - LOWEST)
    if not 0 <= value <= 1:
        msg = f"rating {given['value']!r} is not from 1 to 4"
        raise ValueError(msg)
    return value
