"""Whether a system finds the right article, and how far up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from rag.archive import Archive
from rag.evaluation.datasets import EvalQuestion, load_questions
from rag.evaluation.labels import covered
from rag.evaluation.measures import DEPTH, ranking_measures
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, Suite, question_row
from rag.evaluation.systems import (
    PASSAGES,
    Rank,
    RankedArticle,
    Split,
    SystemName,
    archive_system,
    best_of_each,
    splitter,
)
from rag.llms import ChatModel

_SNIPPET = 400


@dataclass(frozen=True)
class Retrieval(Suite[EvalQuestion, list[RankedArticle]]):
    """Ranks articles for labelled questions: Hit@1/5/10, RR@10 and nDCG@10.

    `dated` asks each question as of its date. `split` says what divides a question that asks for
    several things; "model" is `model`. The `plain` baseline is measured beside the system.
    """

    name = "retrieval"

    archive: Archive
    data: Path
    method: SystemName = "full"
    subset: str = ""
    gold_only: bool = False
    dated: bool = True
    plain: bool = True
    split: Split = "rules"
    model: ChatModel | None = None

    @property
    def system(self) -> str:
        """The name of the system."""
        return self.method

    @cached_property
    def rank(self) -> Rank:
        """The system; raises ConfigError where it cannot be had."""
        return archive_system(self.archive, self.method, splitter(self.split, self.model))

    def load(self) -> Loaded[EvalQuestion]:
        """The questions of which the archive holds a relevant article."""
        ranking_measures((), ())  # A missing package is better known now than after an hour.
        chosen = load_questions(self.data, self.subset)
        found = covered(self.archive, chosen, self.data, gold_only=self.gold_only, dated=self.dated)
        _ = self.rank
        splitting = f"model {self.model.name}" if self.split == "model" and self.model else "none"
        facts = {"as_of": self.dated, "subset": self.subset, "gold_only": self.gold_only}
        if self.split != "rules":
            facts["split"] = splitting
        return found.loaded({**facts, "passages_ranked": PASSAGES})

    def ask(self, sample: EvalQuestion) -> list[RankedArticle]:
        """The first articles, each with its best passage."""
        found = self.rank(sample, sample.as_of if self.dated else None)
        return best_of_each(found, DEPTH)

    def measure(self, sample: EvalQuestion, answer: list[RankedArticle]) -> Row:
        """The measures of one ranking."""
        measures = ranking_measures(sample.relevant, [item.article_id for item in answer])
        return question_row(
            sample,
            measures=measures,
            score=measures["RR@10"],
            expected=list(sample.relevant),
            found=[
                {"id": item.article_id, "title": item.title, "text": item.passage[:_SNIPPET]}
                for item in answer
            ],
        )

    def baseline(self) -> Suite[EvalQuestion, list[RankedArticle]] | None:
        """Plain BM25; ConfigError without its package."""
        if not self.plain or self.method == "baseline":
            return None
        other = replace(self, method="baseline")
        _ = other.rank
        return other

    def files(self, rows: Sequence[Row]) -> Mapping[str, str]:
        """The rankings and the relevant articles in TREC's formats; scores stand for ranks."""
        run = [
            f"{_token(row['qid'])} Q0 {_token(item['id'])} {rank} {DEPTH + 1 - rank} {self.system}"
            for row in rows
            for rank, item in enumerate(row["found"], start=1)
        ]
        qrels = [
            f"{_token(row['qid'])} 0 {_token(id_)} 1" for row in rows for id_ in row["expected"]
        ]
        files = {"run.trec": run, "qrels.trec": qrels}
        return {name: "".join(f"{line}\n" for line in lines) for name, lines in files.items()}


def _token(text: str) -> str:
    """The text without white space, which separates the fields of TREC's formats."""
    return "%20".join(text.split())
