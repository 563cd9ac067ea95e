"""Answers that people rated, and pairs of which they preferred one, as two benchmarks publish them.

RAG answers with ratings from 1 to 4 come in the layout of mtRAG (tasks, documents and
evaluations), preferences in that of RAGChecker (two responses and a reference answer a row).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from rag.errors import ConfigError, CorpusError
from rag.evaluation.datasets import data_json

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

    Raises ConfigError without such a file, CorpusError naming the file for one of another layout.
    """
    found = [path for path in data.glob("*") if path.name.endswith((".json", ".json.gz"))]
    files = [data] if data.is_file() else sorted(found)
    if not files:
        msg = f"{data} holds no ratings; --data needs a folder with files *.json or *.json.gz"
        raise ConfigError(msg)
    rated: list[Rated] = []
    preferences: list[Preference] = []
    for file in files:
        value = data_json(file)
        try:
            if isinstance(value, list):
                preferences += _preferences(value)
            else:
                rated += _rated(value)
        except (TypeError, KeyError, ValueError, IndexError) as error:
            msg = (
                f"{file.name} holds neither documents, tasks and evaluations of answers nor "
                f"labelled pairs of them ({error!r})"
            )
            raise CorpusError(msg) from error
    return rated, preferences


def _preferences(rows: Sequence[Any]) -> Iterator[Preference]:
    """The rows of the same pair, one a person, as one preference."""
    pairs: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        pairs.setdefault(str(row["instance_id"]), []).append(row)
    for instance, labelled in pairs.items():
        one = labelled[0]
        yield Preference(
            qid=f"pair {instance}",
            question=str(one["query"]),
            reference=str(one["gt_answer"]),
            first=str(one["model1"]["response"]),
            second=str(one["model2"]["response"]),
            labels={a: tuple(int(row[f"{a}_label"]) for row in labelled) for a in PREFERRED},
        )


def _rated(value: Mapping[str, Any]) -> Iterator[Rated]:
    documents = {each["document_id"]: str(each["text"]) for each in value["documents"]}
    tasks = {each["task_id"]: each for each in value["tasks"]}
    for each in value["evaluations"]:
        task, response = tasks[each["task_id"]], str(each["model_response"])
        reference = str(task["targets"][0]["text"]) if task.get("targets") else ""
        turns = [f"{_SPEAKERS[turn['speaker']]}: {turn['text']}" for turn in task["input"]]
        yield Rated(
            qid=f"{each['task_id']} {each['model_id']}",
            conversation="\n".join(turns),
            passages=tuple(documents[context["document_id"]] for context in task["contexts"]),
            response=response,
            reference="" if reference.strip() == response.strip() else reference,
            ratings={
                aspect: tuple(_rating(given) for given in each["annotations"][aspect].values())
                for aspect in RATED
            },
        )


def _rating(given: Mapping[str, Any]) -> float:
    """A rating from 1 to 4 as a number from 0 to 1."""
    value = (float(given["value"]) - 1) / 3
    if not 0 <= value <= 1:
        msg = f"rating {given['value']!r} is not from 1 to 4"
        raise ValueError(msg)
    return value
