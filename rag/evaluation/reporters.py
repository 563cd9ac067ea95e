"""Whether answers give what reporters ask for: who is, what did she say, what is new, and the rest.

A question has a form and is labelled with facts (nuggets), each found by its words in the answer's
text and quotes. What cannot be found by words (chat, questions about the archive) is shown for a
person to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import fmean
from typing import Final, get_args

from rag.evaluation.answers import AnsweringSuite, common_measures, found_by
from rag.evaluation.datasets import EvalQuestion, Nugget, load_questions
from rag.evaluation.labels import covered
from rag.evaluation.measures import interval
from rag.evaluation.report import Row, mean_measures, measure_values
from rag.evaluation.runner import Loaded, question_row
from rag.evaluation.tables import Table, figure, span
from rag.language.words import shortened
from rag.questions.form import FormName, read_form
from rag.records import Answer
from rag.verification.markers import without_markers

FORMS: Final[Mapping[str, tuple[FormName, ...]]] = {
    "who_is": ("definition",),
    "did_say": ("statement",),
    "what_happened": ("event",),
    "latest": ("latest",),
    "brief": ("overview",),
    "timeline": ("chronology",),
    "topic": ("topic",),
    "why_how": ("cause",),
    "list": ("list",),
    "compare": ("comparison",),
    "yes_no": ("yes or no",),
    "number_date": ("figure", "date"),
    "holdings": ("archive",),
    "chat": ("chat",),
}
"""How a question of each form may be read; follow-ups and near misses are of any form."""

LONG = ("brief", "timeline")
"""Forms whose answers are long on purpose, so that their length is not measured."""

_OPENING = 300
"""Characters of an answer without citations that count as its first sentence."""

_SHOWN = 240
_UNIFIED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


@dataclass(frozen=True)
class Reporters(AnsweringSuite):
    """Asks the questions that have a form, each in the last minute of its day."""

    name = "reporters"
    groups = ()

    def load(self) -> Loaded[EvalQuestion]:
        """The questions, but for those whose articles the archive does not hold."""
        loaded = load_questions(self.data, forms=True)
        dated = self.asking.dated
        found = covered(
            *(self.archive, loaded, self.data),
            dated=dated,
            needs_article=lambda question: bool(question.relevant),
        )
        asked = [_on_its_day(question) for question in found.questions]
        return found.loaded({"as_of": dated})._replace(samples=asked)

    def measure(self, sample: EvalQuestion, answer: Answer) -> Row:
        """The measures of one answer, with all that a person needs to judge it."""
        measures = reporters_measures(sample, answer)
        read = read_form(answer.standalone or sample.question).name
        if allowed := FORMS.get(sample.form):
            measures["form_recognised"] = float(read in allowed)
        # Without facts there is nothing to be right or wrong about.
        score = measures.get("vital", measures.get("near_miss_right", 1.0))
        labelled = {} if sample.expect else {"answerable": not sample.unanswerable}
        return question_row(
            sample,
            measures=measures | common_measures(self.archive, answer, self.asking),
            score=score,
            form=sample.form,
            read_as=read,
            expect=sample.expect,
            expected=[nugget.fact for nugget in sample.nuggets if nugget.vital],
            abstained=answer.abstained,
            cites=len(answer.evidence),
            words=len(_text(answer).split()),
            text=answer.text,
            confidence=answer.confidence,
            found=found_by(answer),
            **labelled,
        )

    def tables(self, rows: Sequence[Row]) -> Mapping[str, Table]:
        """The measures by form, how forms were read, and what a person is to judge."""
        return {
            "By form, with 95 % intervals": by_form(rows),
            "Forms as they were read": confusion(rows),
            "To be judged by a person": to_judge(rows),
        }


def reporters_measures(question: EvalQuestion, answer: Answer) -> dict[str, float]:
    """What an answer is worth by its facts; a declined one holds none.

    `vital` and `all` are the shares of facts in it, `first` and `stale_first` whether its first
    quoted sentence has a vital one, or only one that no longer holds. `on_topic` is the share of
    citations that are of a labelled article or hold a fact. A near miss is right when it is
    declined, or when the answer says what is true instead.
    """
    vital = [nugget for nugget in question.nuggets if nugget.vital]
    text = normalised(_everything(answer))
    if question.unanswerable:
        corrected = bool(vital) and bool(answer.reason) and _share(vital, text) == 1
        return {
            "near_miss_right": float(answer.abstained or corrected),
            "near_miss_declined": float(answer.abstained),
        }
    first = normalised(answer.evidence[0].quote) if answer.evidence else text[:_OPENING]
    good = any(holds(nugget, first) for nugget in vital)
    measures = {"answered": float(not answer.abstained)}
    if vital:
        measures |= {"vital": _share(vital, text), "first": float(good)}
    if question.nuggets:
        measures["all"] = _share(question.nuggets, text)
    if question.stale:
        outdated = any(holds(nugget, first) for nugget in question.stale)
        measures["stale_first"] = float(outdated and not good)
    if answer.evidence and question.gold:
        measures["on_topic"] = fmean(_on_topic(question, answer))
    if not answer.abstained and question.form not in LONG:
        measures["median_words"] = float(len(_text(answer).split()))
    return measures


def normalised(text: str) -> str:
    """The text in lower case, its quotes and dashes unified, one space between words.

    >>> normalised("“No”,  she said – twice")
    '"no", she said - twice'
    """
    return " ".join(text.translate(_UNIFIED).lower().split())


def holds(nugget: Nugget, text: str) -> bool:
    """Whether a normalised text holds the fact: all strings of one of its alternatives.

    >>> holds(Nugget(match=(("nine", "dead"), ("ninth victim",))), "nine people are dead")
    True
    """
    return any(all(normalised(word) in text for word in words) for words in nugget.match)


def by_form(rows: Sequence[Row]) -> Table:
    """A row for all questions and one for each form: how many, and each measure's interval."""
    names = list(mean_measures(rows))
    forms = list(dict.fromkeys(str(row["form"]) for row in rows))
    groups = {"all": rows} | {form: _of(form, rows) for form in forms}
    cells = tuple(
        (form, f"{len(group):,}", *_cells(group, names)) for form, group in groups.items()
    )
    return Table(("form", "n", *names), cells)


def confusion(rows: Sequence[Row]) -> Table:
    """For each form that was asked, how often it was read as what, and the share read right."""
    read = {str(row["read_as"]) for row in rows if row["form"] in FORMS}
    columns = [name for name in get_args(FormName) if name in read]
    cells = []
    for form in FORMS:
        asked = _of(form, rows)
        counts = [sum(row["read_as"] == name for row in asked) for name in columns]
        right = fmean(row["measures"]["form_recognised"] for row in asked) if asked else 0.0
        if asked:
            cells.append((form, *(str(count or "") for count in counts), figure(right)))
    return Table(("asked", *columns, "right"), tuple(cells))


def to_judge(rows: Sequence[Row]) -> Table:
    """The answers to questions that have no facts to look for, beside what is expected."""
    heading = ("qid", "question", "expected", "declined", "citations", "words", "answer")
    return Table(
        heading,
        tuple(
            (
                *(str(row[name]) for name in ("qid", "question", "expect")),
                "yes" if row["abstained"] else "no",
                *(str(row[name]) for name in ("cites", "words")),
                shortened(str(row["text"]), _SHOWN),
            )
            for row in rows
            if row["expect"]
        ),
    )


def _on_its_day(question: EvalQuestion) -> EvalQuestion:
    """The question as of a minute before its day ends, so that "today" is that day."""
    as_of = question.as_of
    return replace(question, as_of=as_of - timedelta(minutes=1)) if as_of else question


def _everything(answer: Answer) -> str:
    """All words in which a fact may stand: the text and the quotes; none of a declined answer."""
    quotes = [citation.quote for citation in answer.evidence]
    return "" if answer.abstained else " ".join([answer.text, *quotes])


def _text(answer: Answer) -> str:
    return without_markers(answer.text)


def _share(nuggets: Sequence[Nugget], text: str) -> float:
    return fmean(holds(nugget, text) for nugget in nuggets)


def _on_topic(question: EvalQuestion, answer: Answer) -> Iterator[bool]:
    for citation in answer.evidence:
        quote = normalised(citation.quote)
        named = citation.article.id in question.gold
        yield named or any(holds(nugget, quote) for nugget in question.nuggets)


def _of(form: str, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["form"] == form]


def _cells(rows: Sequence[Row], names: Sequence[str]) -> Iterator[str]:
    """Each measure of the rows with its interval; nothing where no row has it."""
    means, values = mean_measures(rows), measure_values(rows)
    for name in names:
        bounds = interval(values.get(name, ()), median=name.startswith("median"))
        yield f"{figure(means[name])} {span(bounds)}" if name in means else ""
