"""Whether the checker tells claims that their evidence supports from others, by people's labels.

Data are JSON lines of one of two kinds, told apart by their fields: `claim`, `references` and
`attribution_label` ("attributable" or not); or `article` and `summary_sentences`, each with a
`sentence` and `responses` ("yes" or "no") of several people, whose majority is the label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from embeddings import Encoder, EntailmentModel, Vector
from rag.errors import CorpusError
from rag.evaluation.datasets import Record, Required, Text, checked, data_rows
from rag.evaluation.measures import Floats, roc_auc
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, Overall, Suite, columns, sample_row
from rag.indexes.encoding import RecentVectors
from rag.records import Similarity
from rag.verification.verify import SUPPORT_THRESHOLD, grounding

ATTRIBUTABLE = "attributable"
_SNIPPET = 400


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A claim, the texts that should support it, and whether people say that they do."""

    qid: str
    claim: str
    evidence: tuple[str, ...]
    grounded: bool
    where: str
    type: str = ""


@dataclass(frozen=True)
class Grounding(Suite[LabelledClaim, float]):
    """Scores every claim, and compares the scores with people's labels.

    ROC AUC needs no threshold; balanced accuracy and macro-F1 are those of scores of
    `SUPPORT_THRESHOLD` and more. Without `encoder` and `checker` words and rules alone decide.
    """

    name = "grounding"
    counted = "claims"
    groups = ("type",)

    data: Path
    encoder: Encoder | None = field(default=None, repr=False)
    checker: EntailmentModel | None = field(default=None, repr=False)

    @property
    def system(self) -> str:
        """The checker, and whether it compares meanings and asks a model for entailment."""
        added = ["encoder"] * bool(self.encoder) + ["entailment"] * bool(self.checker)
        return " with ".join(["checker", *[" and ".join(added)] * bool(added)])

    @cached_property
    def similarity(self) -> Similarity | None:
        """How near texts are to a claim in meaning; None without an encoder."""
        return similarity_by(self.encoder) if self.encoder else None

    def load(self) -> Loaded[LabelledClaim]:
        """The claims."""
        claims = {claim.qid: claim for claim in load_claims(self.data)}
        settings = {
            "encoder": self.encoder.fingerprint if self.encoder else "",
            "entailment": bool(self.checker),
            "threshold": SUPPORT_THRESHOLD,
            "grounded": sum(claim.grounded for claim in claims.values()),
        }
        return Loaded(list(claims.values()), settings)

    def ask(self, sample: LabelledClaim) -> float:
        """The checker's score, from 0 to 1."""
        return grounding(sample.claim, sample.evidence, self.similarity, self.checker)

    def measure(self, sample: LabelledClaim, answer: float) -> Row:
        """Whether the score is on the right side of the threshold."""
        right = float((answer >= SUPPORT_THRESHOLD) == sample.grounded)
        shown = {"id": sample.where, "title": f"score {answer:.2f}"}
        return sample_row(
            sample.qid,
            sample.claim,
            measures={"accuracy": right},
            score=right,
            type=sample.type,
            expected=["grounded" if sample.grounded else "not grounded"],
            grounded=sample.grounded,
            grounding=answer,
            found=[shown | {"text": text[:_SNIPPET]} for text in sample.evidence[:1] if not right],
        )

    def overall(self, rows: Sequence[Row]) -> Iterator[Overall]:
        """ROC AUC, and the measures at the threshold that are no means over claims."""
        scored = columns([(row["grounding"], float(row["grounded"])) for row in rows])
        yield Overall("roc_auc", scored, roc_auc)
        yield Overall("macro_f1", scored, macro_f1)
        yield Overall("balanced_accuracy", scored, balanced_accuracy)


def similarity_by(encoder: Encoder) -> Similarity:
    """The cosine of texts with a claim, by that encoder; recent texts are not encoded again."""
    recent = RecentVectors(encoder)

    @lru_cache(1)
    def encoded(claim: str) -> Vector:
        """The vector of a claim."""
        vector: Vector = encoder.encode_query([claim])[0]
        return vector

    def similarity(claim: str, texts: Sequence[str]) -> list[float]:
        """The cosines of texts with a claim."""
        return [float(cosine) for cosine in recent.encode_sentences(texts) @ encoded(claim)]

    return similarity


def macro_f1(scores: Floats, labels: Floats) -> float:
    """The mean F1 of both labels at the threshold."""
    from sklearn.metrics import f1_score

    found = f1_score(
        labels > 0,
        scores >= SUPPORT_THRESHOLD,
        labels=[False, True],
        average="macro",
        zero_division=0,
    )
    return float(found)


def balanced_accuracy(scores: Floats, labels: Floats) -> float:
    """The mean share of each label that is right at the threshold; nan without both."""
    from sklearn.metrics import balanced_accuracy_score

    if len(set(labels)) < 2:
        return float("nan")
    return float(balanced_accuracy_score(labels > 0, scores >= SUPPORT_THRESHOLD))


def load_claims(path: Path) -> list[LabelledClaim]:
    """The claims of a file in either format, in its order; CorpusError names a bad line."""
    found: list[LabelledClaim] = []
    for where, row in data_rows(path):
        if isinstance(row, dict) and "article" in row:
            summary = checked(_Summary, row, where)
            for number, judged in enumerate(summary.summary_sentences, start=1):
                yes = sum(answer.response == "yes" for answer in judged.responses)
                grounded = yes > len(judged.responses) / 2
                qid, evidence = f"{where}#{number}", (summary.article,)
                found.append(LabelledClaim(qid, judged.sentence, evidence, grounded, where))
        else:
            one = checked(_Claim, row, where)
            known = (one.references, one.attribution_label == ATTRIBUTABLE, where, one.src_dataset)
            found.append(LabelledClaim(one.id or where, one.claim, *known))
    if len({claim.grounded for claim in found}) < 2:
        msg = f"{path} needs claims that are grounded and claims that are not"
        raise CorpusError(msg)
    return found


class _Claim(Record):
    id: Text = ""
    claim: Required
    references: tuple[str, ...]
    attribution_label: Required
    src_dataset: Text = ""


class _Response(Record):
    response: str


class _Sentence(Record):
    sentence: Required
    responses: tuple[_Response, ...]


class _Summary(Record):
    article: Required
    summary_sentences: tuple[_Sentence, ...] = ()
