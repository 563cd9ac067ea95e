"""Measures whether excerpts are traced to the articles they come from, and foreign ones to none."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.archive import Archive, Progress
from rag.corpus import canonical_id, parse_published
from rag.errors import ConfigError, CorpusError
from rag.evaluation.copies import share_interval
from rag.evaluation.datasets import EvalQuestion, article_id, data_rows, text_field
from rag.evaluation.journal import Journal, Row
from rag.evaluation.measures import spread
from rag.evaluation.report import Report
from rag.evaluation.runner import Evaluated, archive_facts, archive_state, data_name, question_row
from rag.evaluation.summary import summarise
from rag.quotes.records import Trace
from rag.records import Article
from rag.understanding.outlet_names import find_mentions

QUOTES = "quotes.jsonl"
FOREIGN = "foreign"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class QuotesOptions:
    """What to measure; `now` dates the report."""

    data: Path
    report: Path
    now: datetime


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An excerpt with what is known of its article; all but the words is empty for a foreign one.

    A field that the file leaves empty is not compared.
    """

    asked: EvalQuestion
    title: str = ""
    publisher: str = ""
    url: str = ""

    @property
    def foreign(self) -> bool:
        """Whether no article of the data has it."""
        return not self.asked.gold


def load_excerpts(data: Path) -> list[Excerpt]:
    """The excerpts of a folder's `quotes.jsonl`, or of a file, in its order.

    A row has `qid` and `excerpt`; and `gold_id`, `title`, `publisher`, `date` and `url` unless
    the excerpt is foreign. Raises ConfigError without such a file, CorpusError for a bad row.
    """
    file = data / QUOTES if data.is_dir() else data
    if not file.is_file():
        msg = f"cannot read {file}; --data needs a folder with {QUOTES}, or such a file"
        raise ConfigError(msg)
    excerpts: dict[str, Excerpt] = {}
    for where, row in data_rows(file):
        excerpt = _excerpt(row, where)
        if excerpt.asked.qid in excerpts:
            msg = f"{where}: qid {excerpt.asked.qid!r} stands in the file already; use it once"
            raise CorpusError(msg)
        excerpts[excerpt.asked.qid] = excerpt
    if not excerpts:
        msg = f"{file} holds no excerpts; write one JSON object with 'qid' and 'excerpt' a line"
        raise CorpusError(msg)
    return list(excerpts.values())


def evaluate_quotes(archive: Archive, options: QuotesOptions, progress: Progress) -> Evaluated:
    """Traces every excerpt, and compares what is told of its article with what is known.

    `fully_right` is the share with article, title, publisher, date and URL all right;
    `foreign_declined` that of foreign excerpts that are traced to no article. Interrupted, the
    same call goes on where it stopped.
    """
    loaded = load_excerpts(options.data)
    known = set(archive.article_ids())
    excerpts = [each for each in loaded if each.foreign or known.intersection(each.asked.gold)]
    if not any(not each.foreign for each in excerpts) and any(not e.foreign for e in loaded):
        msg = f"{archive.folder} holds none of the excerpts' articles; name their archive"
        raise CorpusError(msg)
    by_qid = {each.asked.qid: each for each in excerpts}
    asked = {"suite": "quotes", "excerpts": excerpts}
    rows = Journal(options.report, "quotes", archive_state(archive) | asked).complete(
        [each.asked for each in excerpts],
        lambda question: _row(archive, by_qid[question.qid]),
        lambda done, total: progress("tracing", done, total),
    )
    measures = summarise(rows)
    sizes = Counter(name for row in rows for name in row["measures"])
    report = Report(
        suite="quotes",
        data=data_name(options.data),
        system="full",
        n=len(rows),
        measures=measures,
        intervals={name: share_interval(value, sizes[name]) for name, value in measures.items()},
        settings=archive_facts(archive)
        | {
            "as_of": False,
            "labelled": sum(not each.foreign for each in excerpts),
            "foreign": sum(each.foreign for each in excerpts),
            "left_out": len(loaded) - len(excerpts),
            "date": f"{options.now:%Y-%m-%d}",
        },
        timings=spread([row["seconds"] for row in rows]),
        counted="excerpts",
        questions=rows,
    )
    return Evaluated(report, tuple(_warnings(loaded, known)))


def wrong_fields(excerpt: Excerpt, article: Article) -> list[str]:
    """What is told of the excerpt's article and is not what the data says, by name.

    Ids and URLs are compared by their canonical form, dates as far as both are known, outlets
    by the names they go by: "CNN" is cnn.com.
    """
    date = str(article.published or "")
    compared = {
        "article": article.id in excerpt.asked.gold,
        "title": _same_words(excerpt.title, article.title),
        "publisher": _same_outlet(excerpt.publisher, article.publisher),
        "date": not excerpt.asked.date or (date != "" and _agree(excerpt.asked.date, date)),
        "url": not excerpt.url or canonical_id(excerpt.url) == canonical_id(article.url),
    }
    return [name for name, right in compared.items() if not right]


def _excerpt(row: Mapping[str, Any], where: str) -> Excerpt:
    url, date = text_field(row, "url", where), text_field(row, "date", where)
    gold = text_field(row, "gold_id", where)
    published = parse_published(date) if date else None
    if date and published is None:
        msg = f"{where}: date {date!r} cannot be read; write it as 2025-06-30"
        raise CorpusError(msg)
    ids = [article_id(each) for each in (gold, url) if each and gold]
    asked = EvalQuestion(
        qid=text_field(row, "qid", where, required=True),
        question=text_field(row, "excerpt", where, required=True),
        where=where,
        type="" if gold else FOREIGN,
        gold=tuple(dict.fromkeys(ids)),
        date=str(published or ""),
    )
    return Excerpt(asked, text_field(row, "title", where), text_field(row, "publisher", where), url)


def _row(archive: Archive, excerpt: Excerpt) -> Row:
    started = time.perf_counter()
    trace = archive.trace(excerpt.asked.question)
    seconds = time.perf_counter() - started
    if excerpt.foreign:
        wrong: list[str] = []
        measures = {"foreign_declined": float(not trace.matches)}
    else:
        wrong = wrong_fields(excerpt, trace.matches[0].article) if trace.matches else ["article"]
        measures = {"fully_right": float(not wrong)}
    if trace.matches:
        measures["slice_equals_quote"] = float(_verbatim(archive, trace))
    return question_row(excerpt.asked) | {
        "expected": list(excerpt.asked.gold[:1]) or ["not found"],
        "measures": measures,
        "score": measures["foreign_declined" if excerpt.foreign else "fully_right"],
        "outcome": trace.outcome,
        "wrong": wrong,
        "seconds": seconds,
        "found": [
            {"id": each.article.id, "title": each.article.title, "text": each.citation.quote}
            for each in trace.matches[:_NAMED]
        ],
    }


def _verbatim(archive: Archive, trace: Trace) -> bool:
    """Whether every place that is told of holds the quote in the stored article."""
    places = [match.citation for match in trace.matches]
    return all(
        archive.article(each.article.id, each.article.revision).text[each.start : each.end]
        == each.quote
        for each in places
    )


def _same_words(told: str, held: str) -> bool:
    return not told or told.casefold().split() == held.casefold().split()


def _same_outlet(told: str, held: str) -> bool:
    if not told or told.casefold() == held.casefold():
        return True
    return any(
        one in mention.publishers
        for name, one in ((told, held), (held, told))
        for mention in find_mentions(f"according to {name}", [one])
    )


def _agree(one: str, other: str) -> bool:
    """Whether two dates say the same as far as both are known: "2025-05" and "2025-05-03"."""
    return one.startswith(other) or other.startswith(one)


def _warnings(excerpts: Sequence[Excerpt], known: Collection[str]) -> Iterator[str]:
    lost = [e for e in excerpts if not e.foreign and not set(known).intersection(e.asked.gold)]
    if lost:
        named = ", ".join(f"{each.asked.gold[0]!r}" for each in lost[:_NAMED])
        yield f"excerpts left out, whose article is not in the archive: {len(lost):,}, {named}"
