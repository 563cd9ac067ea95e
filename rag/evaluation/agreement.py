"""How far a judge of answers agrees with people, before its verdicts are trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from embeddings import Encoder
from rag.errors import CorpusError
from rag.evaluation.grounding import similarity_by
from rag.evaluation.human_ratings import (
    PREFERRED,
    RATED,
    Aspect,
    Preference,
    Rated,
    load_human_ratings,
)
from rag.evaluation.judge import GOOD, CheckerJudge, ModelJudge, Verdicts
from rag.evaluation.labels import listed
from rag.evaluation.measures import Floats, kappa, kendall, spearman
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, Overall, Suite, columns, sample_row
from rag.llms import ChatModel


@dataclass(frozen=True)
class Agreement(Suite[Rated | Preference, Verdicts]):
    """Has a judge rate and compare what people rated and compared.

    For each aspect of a rating: Spearman's and Kendall's correlation with the mean of the
    people's ratings, kappa of good against not good, and how far off the judge is. For each
    aspect of a pair: how often the judge prefers what people together prefer, a tie counting
    half, and kappa of first, second and tie. Beside it stands how far one person agrees with
    the others. Without a `model` the checker is the judge; with an `encoder` it compares
    meanings, too.
    """

    name = "judge"
    counted = "answers and pairs"
    groups = ()

    data: Path
    model: ChatModel | None = None
    encoder: Encoder | None = field(default=None, repr=False)

    @cached_property
    def judge(self) -> CheckerJudge | ModelJudge:
        """Who judges."""
        if self.model is not None:
            return ModelJudge(self.model)
        return CheckerJudge(similarity_by(self.encoder) if self.encoder else None)

    @property
    def system(self) -> str:
        """The judge's name."""
        return self.judge.name

    @property
    def good(self) -> float:
        """The rating from which the judge calls an answer good."""
        return self.judge.good

    def load(self) -> Loaded[Rated | Preference]:
        """The rated answers, then the pairs."""
        rated, pairs = load_human_ratings(self.data)
        both: list[Rated | Preference] = [*rated, *pairs]
        items = {each.qid: each for each in both}
        if not items:
            msg = f"{self.data} holds no rated answer and no pair; nothing can be measured"
            raise CorpusError(msg)
        compared = self.encoder if self.encoder and not self.model else None
        return Loaded(
            list(items.values()),
            {
                "rated": len(rated),
                "pairs": len(pairs),
                "good_from": self.good,
                "encoder": compared.fingerprint if compared else "none",
            },
        )

    def ask(self, sample: Rated | Preference) -> Verdicts:
        """What the judge says; {} where its reply could not be read."""
        if isinstance(sample, Preference):
            return self.judge.prefer(sample)
        return self.judge.rate(sample)

    def people(self, sample: Rated | Preference) -> Verdicts:
        """What people together say."""
        if isinstance(sample, Preference):
            return {aspect: float(sample.label(aspect)) for aspect in PREFERRED}
        return {aspect: sample.rating(aspect) for aspect in RATED}

    def measure(self, sample: Rated | Preference, answer: Verdicts) -> Row:
        """How far the judge is from people: an error of a rating, agreement on a pair."""
        people = self.people(sample)
        if isinstance(sample, Preference):
            kind, question, shown = "pair", sample.question, [sample.first, sample.second]
            measures = {
                f"{aspect}_agreed": _agreed(answer[aspect], people[aspect])
                for aspect in PREFERRED
                if aspect in answer and people.get(aspect)
            }
            scores = list(measures.values())
        else:
            turns = sample.conversation.splitlines()
            kind, question, shown = "rating", turns[-1] if turns else "", [sample.response]
            measures = {
                f"{aspect}_error": abs(answer[aspect] - people[aspect])
                for aspect in RATED
                if aspect in answer
            }
            scores = [1 - error for error in measures.values()]
        verdict = ", ".join(f"{name} {value:.2f}" for name, value in answer.items())
        return sample_row(
            sample.qid,
            question,
            measures=measures,
            score=fmean(scores) if scores else 1.0,
            type=kind,
            expected=[f"{aspect} {value:.2f}" for aspect, value in people.items()],
            judge=dict(answer),
            people=dict(people),
            found=[{"id": verdict, "title": "", "text": text} for text in shown],
        )

    def overall(self, rows: Sequence[Row]) -> Iterator[Overall]:
        """Correlations and kappa."""
        for aspect in RATED:
            values = _columns(rows, "rating", aspect)
            if len(values):
                good = (values >= [self.good - 1e-9, GOOD - 1e-9]).astype(np.float64)
                yield Overall(f"{aspect}_spearman", values, spearman)
                yield Overall(f"{aspect}_kendall", values, kendall)
                yield Overall(f"{aspect}_kappa", good, kappa)
        for aspect in PREFERRED:
            values = _columns(rows, "pair", aspect)
            if len(values):
                yield Overall(f"{aspect}_preference_kappa", np.sign(values), kappa)

    def settings(self, rows: Sequence[Row]) -> Mapping[str, Any]:
        """How many replies of the judge could not be read."""
        return {"unreadable": len(_unreadable(rows))}

    def warnings(self, rows: Sequence[Row]) -> Iterator[str]:
        """Replies that could not be read."""
        if found := _unreadable(rows):
            yield f"replies of the judge that could not be read, left out: {listed(found, 1)}"

    def baseline(self) -> Suite[Rated | Preference, Verdicts] | None:
        """One person against the others."""
        return OnePerson(self.data)


@dataclass(frozen=True)
class OnePerson(Agreement):
    """How far the first person agrees with the others, of each item that several judged."""

    paired = False
    good = GOOD
    system = "one person"

    def ask(self, sample: Rated | Preference) -> Verdicts:
        """What the first person says."""
        if isinstance(sample, Preference):
            return {a: float(sample.labels[a][0]) for a in PREFERRED if len(sample.labels[a]) > 1}
        return {a: sample.ratings[a][0] for a in RATED if len(sample.ratings[a]) > 1}

    def people(self, sample: Rated | Preference) -> Verdicts:
        """What the others together say."""
        several = self.ask(sample)
        if isinstance(sample, Preference):
            return {a: float(np.sign(sum(sample.labels[a][1:]))) for a in several}
        return {a: fmean(sample.ratings[a][1:]) for a in several}


def _agreed(verdict: float, wanted: float) -> float:
    return 0.5 if verdict == 0 else float((verdict > 0) == (wanted > 0))


def _columns(rows: Sequence[Row], kind: str, aspect: Aspect) -> Floats:
    """What the judge and what people say, of the rows in which the judge says something."""
    return columns(
        [
            (row["judge"][aspect], row["people"][aspect])
            for row in rows
            if row["type"] == kind and aspect in row["judge"]
        ]
    )


def _unreadable(rows: Sequence[Row]) -> list[str]:
    return [repr(row["qid"]) for row in rows if not row["judge"]]
