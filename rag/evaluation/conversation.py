"""The last turns of conversations: what is found, what is said, what is declined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.errors import CorpusError
from rag.evaluation.answers import AnsweringSuite, answer_measures, common_measures
from rag.evaluation.datasets import UNANSWERABLE, UNDERSPECIFIED, EvalQuestion, load_questions
from rag.evaluation.labels import covered
from rag.evaluation.measures import MAX_WORDS, capped, token_overlap
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, question_row, shown
from rag.records import Answer
from rag.verification.markers import without_markers

ANSWERABLE = "answerable"
HITS = 5
LATE_TURN = 7
"""Turns from this one on are counted together: few conversations last so long."""


@dataclass(frozen=True)
class Conversation(AnsweringSuite):
    """Asks the last turn of every conversation with the turns before it."""

    name = "conversation"
    groups = ("type", "turn")

    def load(self) -> Loaded[EvalQuestion]:
        """All last turns, but for those with an answer that the archive does not hold."""
        loaded = load_questions(self.data)
        if not any(question.history for question in loaded):
            msg = f"no question of {self.data} has a 'history'; a conversation has earlier turns"
            raise CorpusError(msg)
        dated = self.asking.dated
        found = covered(self.archive, loaded, self.data, dated=dated, needs_article=has_answer)
        return found.loaded({"as_of": dated, "word_cap": MAX_WORDS})

    def measure(self, sample: EvalQuestion, answer: Answer) -> Row:
        """The measures of one answer."""
        kind = answerability(sample)
        measures = conversation_measures(answer, sample)
        turn = 1 + sum(message.role == "user" for message in sample.history)
        expected = sample.reference or "; ".join(sample.answers)
        text = "(declined)" if answer.abstained else spoken(answer)
        # To ask back is neither to answer nor to decline: the confidence is not judged by it.
        known = {} if kind == UNDERSPECIFIED else {"answerable": kind != UNANSWERABLE}
        return question_row(
            sample,
            type=kind,
            turn=f"{LATE_TURN} and later" if turn >= LATE_TURN else str(turn),
            expected=[expected] if has_answer(sample) else [],
            score=measures.get("token_recall", float(answer.abstained)),
            measures=measures | common_measures(self.archive, answer, self.asking),
            confidence=answer.confidence,
            standalone=answer.standalone,
            found=[shown(hit.article, text) for hit in answer.hits[:1]],
            **known,
        )

    def settings(self, rows: Sequence[Row]) -> Mapping[str, Any]:
        """How many questions there are of each answerability."""
        return dict(sorted(Counter(str(row["type"]) for row in rows).items()))


def answerability(question: EvalQuestion) -> str:
    """Whether the last turn has an answer: "answerable", "partial", "unanswerable" ...

    "underspecified" is a question that has to be asked more exactly first.
    """
    return question.answerability or (UNANSWERABLE if question.unanswerable else ANSWERABLE)


def has_answer(question: EvalQuestion) -> bool:
    """Whether the last turn has an answer, or part of one."""
    return answerability(question) not in (UNANSWERABLE, UNDERSPECIFIED)


def conversation_measures(answer: Answer, question: EvalQuestion) -> dict[str, float]:
    """What the answer to a last turn is worth, by whether there is one to be had.

    The words said (at most 80) are compared with the reference, or with the short answers
    where there is none. `Hit@5` is whether a relevant article is among the first five that
    the answer was read from.
    """
    kind = answerability(question)
    if kind == UNANSWERABLE:
        return {"declined": float(answer.abstained)}
    if kind == UNDERSPECIFIED:
        return {"underspecified_declined": float(answer.abstained)}
    references = [question.reference] if question.reference else question.answers
    f1, recall = token_overlap(spoken(answer), references)
    known = answer_measures(answer, references)
    near = list(dict.fromkeys((h.article.id, *h.copies, *h.versions) for h in answer.hits))[:HITS]
    hit = any(set(group).intersection(question.relevant) for group in near)
    measures = {f"Hit@{HITS}": float(hit), "token_f1": f1, "token_recall": recall}
    return measures | {
        name: known[name] for name in ("wrongly_declined", "median_words") if name in known
    }


def spoken(answer: Answer) -> str:
    """The words of an answer that are looked at: a model's own, else the quoted ones."""
    if answer.abstained:
        return ""
    if answer.model:
        return capped([without_markers(answer.text)])
    return capped(citation.quote for citation in answer.citations)
