"""Measures declining: what cannot be answered is, and what can be answered is not.

Over an archive's labelled and unanswerable questions, and over questions that come with
passages of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.archive import Archive, Progress
from rag.config import Settings
from rag.errors import ConfigError
from rag.evaluation.answers import Asking, ask_row, load_unanswerable, measured
from rag.evaluation.datasets import EvalQuestion, load_questions
from rag.evaluation.given import Given, is_given, load_given, store_given
from rag.evaluation.journal import Journal, Row
from rag.evaluation.labels import answerable
from rag.evaluation.measures import spread
from rag.evaluation.report import Report
from rag.evaluation.runner import Evaluated, archive_facts, archive_state, data_name
from rag.evaluation.summary import grouped
from rag.llms import ChatModel
from rag.records import Filters

_KEPT = ("declined", "wrongly_declined", "answer_in_quotes", "model_failed")


@dataclass(frozen=True, slots=True)
class DecliningOptions:
    """What to measure; `settings` are those of the archive made of given passages."""

    data: tuple[Path, ...]
    report: Path
    now: datetime
    settings: Settings
    dated: bool = True
    model: ChatModel | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """A question, the archive it is asked of, and how."""

    question: EvalQuestion
    archive: Archive
    asking: Asking
    data: str


def evaluate_declining(
    archive: Archive, options: DecliningOptions, progress: Progress
) -> Evaluated:
    """Asks all questions of the data sets, and measures which are declined.

    A data set is a folder or file of labelled questions; a file of questions that the archive
    does not answer, none of which is labelled; or a file of questions with passages, for
    which no archive is needed: what was found for one question is to agree on the answer
    (`corroborated`), where no language model judges it. Interrupted, the same call goes on
    where it stopped.
    """
    names = [data_name(path) for path in options.data]
    if len(set(names)) < len(names):
        msg = f"--data names two data sets that are both called {_repeated(names)!r}; rename one"
        raise ConfigError(msg)
    with _cases(archive, options, progress) as (cases, warnings):
        rows = _rows(cases, options, progress)
        measures, intervals = measured(rows)
        report = Report(
            suite="declining",
            data=" + ".join(names),
            system=Asking(model=options.model).system,
            n=len(rows),
            measures=measures,
            intervals=intervals,
            settings=_facts(cases)
            | {"as_of": options.dated, "date": f"{options.now:%Y-%m-%d}"}
            | {"answerable": sum(row["answerable"] for row in rows)},
            timings=spread([row["seconds"] for row in rows]),
            by_type=grouped(rows, lambda row: str(row["type"])),
            questions=rows,
        )
    return Evaluated(report, warnings)


@contextmanager
def _cases(
    archive: Archive, options: DecliningOptions, progress: Progress
) -> Iterator[tuple[list[_Case], tuple[str, ...]]]:
    """All questions with where and how they are asked; what was made for it goes afterwards."""
    asking = Asking(options.dated, options.model)
    cases: list[_Case] = []
    warnings: list[str] = []
    given: list[tuple[str, Given]] = []
    for path in options.data:
        name = data_name(path)
        if is_given(path):
            given += [(name, one) for one in load_given(path)]
            continue
        questions, odd = _asked(archive, path)
        warnings += odd
        cases += [_Case(question, archive, asking, name) for question in questions]
    with TemporaryDirectory(prefix="dateline-") as folder:
        if not given:
            yield cases, tuple(warnings)
            return
        with Archive.open(Path(folder) / "given", settings=options.settings) as made:
            progress("reading", 0, len(given))
            store_given([one for _, one in given], made, Path(folder))
            for name, one in given:
                limited = replace(
                    asking,
                    filters=Filters(publishers=(one.outlet,)),
                    corroborated=options.model is None,
                )
                cases.append(_Case(one.question, made, limited, name))
            yield cases, tuple(warnings)


def _asked(archive: Archive, path: Path) -> tuple[Sequence[EvalQuestion], tuple[str, ...]]:
    """The questions of a data set that the archive can be measured on, and what is odd."""
    loaded = load_questions(path)
    if not any(question.relevant for question in loaded):
        return load_unanswerable(path), ()
    labelled = answerable(archive, [q for q in loaded if not q.unanswerable], path)
    unlabelled = [question for question in loaded if question.unanswerable]
    return [*labelled.questions, *unlabelled], labelled.warnings


def _rows(cases: Sequence[_Case], options: DecliningOptions, progress: Progress) -> list[Row]:
    by_qid = {f"{case.data}/{case.question.qid}": case for case in cases}
    questions = [replace(case.question, qid=qid) for qid, case in by_qid.items()]
    asked = {
        "suite": "declining",
        "questions": [asdict(question) for question in questions],
        "dated": options.dated,
        "system": Asking(model=options.model).system,
        "archives": [archive_state(one) for one in _own(cases)],
    }
    for one in dict.fromkeys(case.archive for case in cases):
        one.search(cases[0].question.question, 1)
    journal = Journal(options.report, "declining", asked)

    def row(question: EvalQuestion) -> Row:
        case = by_qid[question.qid]
        found = ask_row(case.archive, question, case.asking)
        kept = {name: found["measures"][name] for name in _KEPT if name in found["measures"]}
        kind = "unanswerable" if question.unanswerable else "answerable"
        # Calling a wrong refusal right would hide it among the worst.
        score = kept["declined"] if question.unanswerable else 1 - kept["wrongly_declined"]
        return found | {"measures": kept, "score": score, "type": f"{case.data}: {kind}"}

    return journal.complete(questions, row, lambda done, total: progress("answering", done, total))


def _own(cases: Sequence[_Case]) -> list[Archive]:
    """The archives that will be there again when the same is measured another time."""
    return list(dict.fromkeys(case.archive for case in cases if not case.asking.filters.publishers))


def _facts(cases: Sequence[_Case]) -> dict[str, object]:
    """What is said of the archive: the one that was named, else the one that was made."""
    named = _own(cases) or [case.archive for case in cases]
    return dict(archive_facts(named[0]))


def _repeated(names: Sequence[str]) -> str:
    return next(name for place, name in enumerate(names) if name in names[:place])
