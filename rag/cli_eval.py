"""`dateline eval ...` and `dateline bench`: options in, reports out; `rag.evaluation` does it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rag import terminal
from rag.cli_options import ArchiveOption, opened_archive
from rag.config import load_settings
from rag.evaluation.answers import AnswerOptions, evaluate_answers
from rag.evaluation.bench import BenchOptions, bench_table
from rag.evaluation.bench import bench as run_bench
from rag.evaluation.copies import CopiesOptions, evaluate_copies
from rag.evaluation.report import Earlier, against, comparison_table, load_earlier, main_table
from rag.evaluation.retrieval import RetrievalOptions, evaluate_retrieval
from rag.evaluation.runner import Evaluated, write_report
from rag.evaluation.systems import SystemName
from rag.evaluation.tables import Table, as_text

eval_app = typer.Typer(help="Measure the archive against labelled questions.", no_args_is_help=True)

DataOption = Annotated[
    Path, typer.Option("--data", help="Folder with questions.jsonl, or such a file.")
]
ReportOption = Annotated[
    Path, typer.Option("--report", help="Folder for report.json, report.html, report.md.")
]
SubsetOption = Annotated[
    str, typer.Option("--subset", help='"small": only the questions marked small.')
]
GoldOption = Annotated[
    bool, typer.Option("--gold-only", help="Only gold ids are relevant, not silver ones.")
]
DatedOption = Annotated[
    bool, typer.Option("--as-of/--no-as-of", help="Ask each question as of its own date.")
]
CompareOption = Annotated[
    Path | None, typer.Option("--compare", help="Report of an earlier run, for a paired test.")
]
SystemOption = Annotated[
    SystemName, typer.Option("--system", help="The whole search, or a part of it alone.")
]


@eval_app.command()
def retrieval(
    data: DataOption,
    report: ReportOption,
    archive: ArchiveOption = None,
    system: SystemOption = "full",
    subset: SubsetOption = "",
    gold_only: GoldOption = False,
    as_of: DatedOption = True,
    baseline: Annotated[bool, typer.Option(help="Measure plain BM25 beside it.")] = True,
    compare: CompareOption = None,
) -> None:
    """Whether the right article is found: Hit@1/5/10, RR@10, nDCG@10 with intervals."""
    now = datetime.now(UTC)
    earlier = load_earlier(compare) if compare else None
    options = RetrievalOptions(data, report, now, system, subset, gold_only, as_of, baseline)
    with opened_archive(archive) as opened, terminal.progress() as progress:
        evaluated = evaluate_retrieval(opened, options, progress)
    _finish(evaluated, report, earlier)


@eval_app.command()
def answers(
    data: DataOption,
    report: ReportOption,
    archive: ArchiveOption = None,
    unanswerable: Annotated[
        Path | None,
        typer.Option("--unanswerable", help="Questions that must be declined, a file."),
    ] = None,
    subset: SubsetOption = "",
    gold_only: GoldOption = False,
    as_of: DatedOption = True,
    compare: CompareOption = None,
) -> None:
    """Whether answers hold what was asked, and are declined when they must be."""
    now = datetime.now(UTC)
    earlier = load_earlier(compare) if compare else None
    options = AnswerOptions(data, report, now, unanswerable, subset, gold_only, as_of)
    with opened_archive(archive) as opened, terminal.progress() as progress:
        evaluated = evaluate_answers(opened, options, progress)
    _finish(evaluated, report, earlier)


@eval_app.command()
def copies(
    data: Annotated[
        Path, typer.Option("--data", help="Folder with near_duplicates.jsonl, or such a file.")
    ],
    report: ReportOption,
    archive: ArchiveOption = None,
    compare: CompareOption = None,
) -> None:
    """Whether near-duplicate articles are grouped, and random pairs of one week are not."""
    earlier = load_earlier(compare) if compare else None
    options = CopiesOptions(data, datetime.now(UTC))
    with opened_archive(archive) as opened, terminal.progress() as progress:
        evaluated = evaluate_copies(opened, options, progress)
    _finish(evaluated, report, earlier)


def bench(
    archive: ArchiveOption = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Questions to search for; default: titles.")
    ] = None,
    articles: Annotated[
        Path | None, typer.Option("--input", help="Articles to time the word index with.")
    ] = None,
    texts: Annotated[
        int, typer.Option("--texts", min=0, help="Passages to time the embedding with.")
    ] = 256,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Time searching, indexing and embedding on this machine."""
    options = BenchOptions(data, articles, texts)
    with opened_archive(archive) as opened, terminal.progress() as progress:
        results = run_bench(opened, load_settings(), options, progress)
    if as_json:
        terminal.print_json(results)
    else:
        _say(bench_table(results))


def _finish(evaluated: Evaluated, folder: Path, earlier: Earlier | None) -> None:
    report = evaluated.report
    comparison = against(earlier, report) if earlier else None
    write_report(folder, report, comparison)
    for warning in evaluated.warnings:
        terminal.note(warning)
    terminal.say(f"{report.suite}: {report.system} on {report.data}, {report.n:,} {report.counted}")
    _say(main_table(report))
    if comparison is not None:
        terminal.say(f"against {comparison.report} ({comparison.system})")
        _say(comparison_table(comparison))
    terminal.note(f"written to {folder}: report.html, report.md, report.json")


def _say(table: Table) -> None:
    for line in as_text(table):
        terminal.say(line)
