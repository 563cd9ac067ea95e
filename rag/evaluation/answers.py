"""Whether answers hold what was asked, and are declined when they must be.

Without a language model, or with one: the questions, measures and report are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.answers.generate_or_extract import NO_EVIDENCE
from rag.archive import Archive
from rag.evaluation.datasets import UNANSWERABLE, EvalQuestion, load_questions
from rag.evaluation.labels import covered
from rag.evaluation.measures import (
    MAX_WORDS,
    calibration_error,
    capped,
    holds_answer,
    roc_auc,
    token_overlap,
)
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, Overall, Suite, columns, question_row, shown
from rag.llms import ChatModel
from rag.records import Answer, Citation, Filters
from rag.retrieval.catalogue import NO_FILTERS
from rag.verification.markers import MARKER

EXTRACTIVE = "extractive"
SEVERAL_VALUES = ("changed_over_time", "disagreement")
"""Types of questions whose answer is more than one value, each with its date."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions are put: as of their date or not, to whom, and within which filters.

    With `corroborated` only what the articles found agree on is an answer.
    """

    dated: bool = True
    model: ChatModel | None = None
    filters: Filters = NO_FILTERS
    corroborated: bool = False

    @property
    def system(self) -> str:
        """Who answers: the language model by its name, or the extractive reader."""
        return self.model.name if self.model else EXTRACTIVE

    def ask(self, archive: Archive, question: EvalQuestion) -> Answer:
        """The archive's answer."""
        return archive.ask(
            question.question,
            question.history,
            filters=self.filters,
            as_of=question.as_of if self.dated else None,
            model=self.model,
            corroborated=self.corroborated,
        )


@dataclass(frozen=True)
class AnsweringSuite(Suite[EvalQuestion, Answer]):
    """What suites share that ask questions of one archive and look at the answers."""

    uses_dates = True

    archive: Archive
    data: Path
    asking: Asking = Asking()

    @property
    def system(self) -> str:
        """Who answers."""
        return self.asking.system

    def ask(self, sample: EvalQuestion) -> Answer:
        """The answer to one question."""
        return self.asking.ask(self.archive, sample)

    def overall(self, rows: Sequence[Row]) -> Iterator[Overall]:
        """ROC AUC and calibration error of the confidence, where both labels occur.

        `confidence_auc` tells answerable from unanswerable questions; `calibration_error` is how
        far the confidence is from the share of answerable ones.
        """
        labelled = columns(
            [
                (row["confidence"], float(row["answerable"]))
                for row in rows
                if row.get("confidence") is not None and "answerable" in row
            ]
        )
        if len(set(labelled[:, 1])) > 1:
            yield Overall("confidence_auc", labelled, roc_auc)
            yield Overall("calibration_error", labelled, calibration_error)


@dataclass(frozen=True)
class Answers(AnsweringSuite):
    """Asks labelled and unanswerable questions: where the answer stands, and what is declined.

    `unanswerable` names a file of more questions that must be declined.
    """

    name = "answers"

    unanswerable: Path | None = None
    subset: str = ""
    gold_only: bool = False

    def load(self) -> Loaded[EvalQuestion]:
        """The questions that have an answer in the archive, then those that have none."""
        declinable = [q for q in load_questions(self.data) if q.unanswerable]
        chosen = [q for q in load_questions(self.data, self.subset) if not q.unanswerable]
        found = covered(
            *(self.archive, chosen, self.data), gold_only=self.gold_only, dated=self.asking.dated
        )
        answered = [question for question in found.questions if question.answers]
        known = {question.question for question in declinable}
        more = load_unanswerable(self.unanswerable) if self.unanswerable else []
        declinable += [question for question in more if question.question not in known]
        facts = {
            "as_of": self.asking.dated,
            "subset": self.subset,
            "gold_only": self.gold_only,
            "word_cap": MAX_WORDS,
            "answerable": len(answered),
            "unanswerable": len(declinable),
        }
        return found.loaded(facts)._replace(samples=[*answered, *declinable])

    def measure(self, sample: EvalQuestion, answer: Answer) -> Row:
        """The measures of one answer."""
        return answer_row(self.archive, sample, answer, self.asking)


def load_unanswerable(path: Path) -> list[EvalQuestion]:
    """The questions of type "unanswerable" of a file; all of them where none has that type."""
    loaded = load_questions(path)
    typed = [question for question in loaded if question.unanswerable] or loaded
    return [
        replace(question, qid=f"{UNANSWERABLE}/{question.qid}", type=UNANSWERABLE, answers=())
        for question in typed
    ]


def answer_row(archive: Archive, question: EvalQuestion, answer: Answer, asking: Asking) -> Row:
    """What a report says of one question: the answer's measures, its confidence and quotes."""
    if question.unanswerable:
        measures = {"declined": float(answer.abstained)}
    else:
        measures = answer_measures(answer, question.answers)
    if question.type in SEVERAL_VALUES:
        measures["both_values"] = float(quotes_both(answer, question.answers))
    return question_row(
        question,
        measures=measures | common_measures(archive, answer, asking),
        score=measures["declined" if question.unanswerable else "answer_in_quotes"],
        expected=list(question.answers),
        answerable=not question.unanswerable,
        confidence=answer.confidence,
        found=found_by(answer),
    )


def found_by(answer: Answer) -> list[dict[str, str]]:
    """What an answer quotes, for a report; the nearest article where it was declined."""
    if answer.abstained:
        return [shown(hit.article, "(declined)") for hit in answer.hits[:1]]
    return [shown(citation.article, citation.quote) for citation in answer.evidence]


def common_measures(archive: Archive, answer: Answer, asking: Asking) -> dict[str, float]:
    """Whether each citation is a slice of its article, and whether the model failed to answer.

    It did not where the reader declined in its place, for want of evidence.
    """
    measures = {}
    if answer.citations:
        measures["slice_equals_quote"] = float(verbatim(archive, answer.citations))
    if asking.model is not None:
        replaced = bool(answer.hits) and not answer.model and NO_EVIDENCE not in answer.notes
        measures["model_failed"] = float(replaced)
    return measures


def answer_measures(answer: Answer, answers: Sequence[str]) -> dict[str, float]:
    """What an answer to a question with known answers is worth; a declined one holds nothing.

    Of a language model's answer its own text is looked at too, without its markers.
    """
    quotes = [citation.quote for citation in answer.evidence]
    text = capped(quotes)
    measures = {
        "answer_in_quotes": float(holds_answer(text, answers)),
        "answer_in_first": float(holds_answer(capped(quotes[:1]), answers)),
        "token_f1": token_overlap(text, answers)[0],
        "wrongly_declined": float(answer.abstained),
    }
    if answer.model:
        written = "" if answer.abstained else capped([MARKER.sub(" ", answer.text)])
        measures["answer_in_text"] = float(holds_answer(written, answers))
        measures["text_token_f1"] = token_overlap(written, answers)[0]
    if not answer.abstained:
        words = MARKER.sub(" ", answer.text) if answer.model else " ".join(quotes)
        measures["median_words"] = float(len(words.split()))
    return measures


def quotes_both(answer: Answer, answers: Sequence[str]) -> bool:
    """Whether two of the answers are quoted, each from an article with an outlet and a date."""
    shown = [c.quote for c in answer.evidence if c.article.publisher and c.article.published]
    return sum(any(holds_answer(quote, [one]) for quote in shown) for one in answers) >= 2


def verbatim(archive: Archive, citations: Iterable[Citation]) -> bool:
    """Whether every citation is the stored article's own words at the place it names."""
    return all(
        archive.article(c.article.id, c.article.revision).text[c.start : c.end] == c.quote
        for c in citations
    )
