"""Whether what cannot be answered is declined, and what can be answered is not.

Over an archive's labelled and unanswerable questions, and over questions that come with passages of
their own, in the layout of the RGB benchmark: a `query`, its `answer`, passages that hold it
(`positive`) and passages that do not (`negative`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.archive import Archive
from rag.config import Settings
from rag.errors import ConfigError, CorpusError
from rag.evaluation.answers import Asking, answer_row, confidence_measures, load_unanswerable
from rag.evaluation.archive_access import archive_facts
from rag.evaluation.datasets import (
    UNANSWERABLE,
    EvalQuestion,
    data_name,
    data_rows,
    load_questions,
    text_list,
)
from rag.evaluation.labels import covered
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, Overall, Suite
from rag.records import Answer, Filters

SIDES = ("positive", "negative")
_MEASURED = ("declined", "wrongly_declined", "answer_in_quotes", "model_failed")


@dataclass(frozen=True, slots=True)
class Passages:
    """A question with the only passages it may be answered from; `outlet` names them."""

    question: EvalQuestion
    passages: tuple[str, ...]

    @property
    def outlet(self) -> str:
        """The outlet under which its passages, and no others, stand in an archive."""
        return f"given for {self.question.qid}"


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the archive it is asked of, and how; `data` names its data set."""

    question: EvalQuestion
    archive: Archive = field(repr=False)
    asking: Asking = field(repr=False)
    data: str

    @property
    def qid(self) -> str:
        """The question's id, which is its own only within its data set."""
        return f"{self.data}/{self.question.qid}"


@dataclass(frozen=True)
class Declining(Suite[Case, Answer]):
    """Asks all questions of the data sets, and measures which are declined."""

    name = "declining"
    groups = ("type",)

    cases: Sequence[Case]
    data_set: str = ""
    system: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    odd: tuple[str, ...] = ()

    def load(self) -> Loaded[Case]:
        """The questions."""
        answerable = sum(not case.question.unanswerable for case in self.cases)
        return Loaded(self.cases, {**self.facts, "answerable": answerable}, self.odd)

    def warm_up(self, sample: Case) -> None:
        """Searches once in each archive."""
        for archive in dict.fromkeys(case.archive for case in self.cases):
            archive.search(sample.question.question, 1)

    def ask(self, sample: Case) -> Answer:
        """The answer to one question."""
        return sample.asking.ask(sample.archive, sample.question)

    def measure(self, sample: Case, answer: Answer) -> Row:
        """Whether the question was declined, and whether that was right."""
        row = answer_row(sample.archive, sample.question, answer, sample.asking)
        measures = {name: row["measures"][name] for name in _MEASURED if name in row["measures"]}
        declinable = sample.question.unanswerable
        # Calling a wrong refusal right would hide it among the worst.
        score = measures["declined"] if declinable else 1 - measures["wrongly_declined"]
        kind = "unanswerable" if declinable else "answerable"
        named = {"qid": sample.qid, "type": f"{sample.data}: {kind}"}
        return row | named | {"measures": measures, "score": score}

    def overall(self, rows: Sequence[Row]) -> Iterator[Overall]:
        """How well the confidence tells answerable questions from others."""
        return confidence_measures(rows)


@contextmanager
def declining_suite(
    archive: Archive, data: Sequence[Path], asking: Asking, settings: Settings
) -> Iterator[Declining]:
    """The suite over data sets; an archive made of given passages goes afterwards.

    A data set is a folder or file of labelled questions; a file of questions that the archive
    does not answer, none of which is labelled; or a file of questions with passages, for
    which no archive is needed: what was found for one question is to agree on the answer
    (`corroborated`), where no language model judges it.
    """
    names = [data_name(path) for path in data]
    if repeated := [name for place, name in enumerate(names) if name in names[:place]]:
        msg = f"--data names two data sets that are both called {repeated[0]!r}; rename one"
        raise ConfigError(msg)
    cases: list[Case] = []
    warnings: list[str] = []
    given: list[tuple[str, Passages]] = []
    for name, path in zip(names, data, strict=True):
        if has_passages(path):
            given += [(name, one) for one in load_passages(path)]
            continue
        loaded = load_questions(path)
        if any(question.relevant for question in loaded):
            found = covered(archive, [q for q in loaded if not q.unanswerable], path, dated=False)
            warnings += found.warnings
            loaded = [*found.questions, *(q for q in loaded if q.unanswerable)]
        else:
            loaded = load_unanswerable(path)
        cases += [Case(question, archive, asking, name) for question in loaded]
    facts = archive_facts(archive) if cases else {}
    with TemporaryDirectory(prefix="dateline-") as folder:
        made = Archive.open(Path(folder) / "given", settings=settings)
        with made:
            if given:
                store_passages([one for _, one in given], made, Path(folder))
            for name, one in given:
                own = replace(
                    asking,
                    filters=Filters(publishers=(one.outlet,)),
                    corroborated=asking.model is None,
                )
                cases.append(Case(one.question, made, own, name))
            # A temporary archive has another name each time.
            passing = ("archive", "archive_id")
            facts = facts or {k: v for k, v in archive_facts(made).items() if k not in passing}
            yield Declining(
                cases,
                " + ".join(names),
                asking.system,
                facts | {"as_of": asking.dated},
                tuple(warnings),
            )


def has_passages(path: Path) -> bool:
    """Whether a file holds questions with passages; what cannot be read does not."""
    first = next(iter(data_rows(path)), None) if path.is_file() else None
    return first is not None and any(side in first[1] for side in SIDES)


def load_passages(path: Path) -> list[Passages]:
    """Each question twice, with its positive and with its negative passages, where it has any.

    Raises CorpusError naming file and line for a row without query or of another kind.
    """
    found = []
    for where, row in data_rows(path):
        query = row.get("query")
        if not isinstance(query, str) or not query.strip():
            msg = f"{where}: 'query' must be the question, not {query!r:.80}"
            raise CorpusError(msg)
        for side in SIDES:
            texts = text_list(row, side, where)
            answerable = side == "positive"
            question = EvalQuestion(
                qid=f"{row.get('id', where)}/{side}",
                question=query.strip(),
                where=where,
                type=side if answerable else UNANSWERABLE,
                answers=tuple(_answers(row.get("answer"))) if answerable else (),
            )
            if texts:
                found.append(Passages(question, tuple(text for text in texts if text.strip())))
    return found


def store_passages(given: Sequence[Passages], archive: Archive, folder: Path) -> None:
    """Puts the passages into an archive, each an article of its question's own outlet."""
    texts = [(one.outlet, text) for one in given for text in one.passages]
    file = folder / "passages.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for number, (outlet, text) in enumerate(texts):
            url = f"https://given.example/{number}"
            row = {"url": url, "title": "", "text": text, "publisher": outlet}
            lines.write(json.dumps(row) + "\n")
    archive.ingest(file)


def _answers(value: object) -> Iterator[str]:
    """The answers of a text, or of lists of such."""
    if isinstance(value, list):
        for item in value:
            yield from _answers(item)
    elif isinstance(value, str) and value.strip():
        yield value.strip()
