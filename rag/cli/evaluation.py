"""`dateline eval ...`: options in, reports out; `rag.evaluation` does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from rag import terminal
from rag.archive import Archive, Progress
from rag.cli.options import ArchiveOption, language_model, opened_archive
from rag.config import load_settings
from rag.evaluation.agreement import JudgeOptions, evaluate_judge
from rag.evaluation.answers import AnswerOptions, evaluate_answers
from rag.evaluation.citations import CitationOptions, evaluate_citations
from rag.evaluation.conversation import ConversationOptions, evaluate_conversation
from rag.evaluation.copies import CopiesOptions, evaluate_copies
from rag.evaluation.declining import DecliningOptions, evaluate_declining
from rag.evaluation.faults import FAULTS_MADE, FaultOptions, evaluate_faults
from rag.evaluation.grounding import GroundingOptions, evaluate_grounding
from rag.evaluation.make_questions import Made, MakeOptions
from rag.evaluation.make_questions import make_questions as run_make_questions
from rag.evaluation.pasting import paste
from rag.evaluation.quotes import QuotesOptions, evaluate_quotes
from rag.evaluation.report import Earlier, against, comparison_table, load_earlier, main_table
from rag.evaluation.retrieval import RetrievalOptions, evaluate_retrieval
from rag.evaluation.runner import Evaluated, write_report
from rag.evaluation.systems import Split, SystemName
from rag.evaluation.tables import as_text
from rag.indexes.encoding import open_encoder
from rag.llms import ChatModel

_Options = TypeVar("_Options")

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
MeasuredModelOption = Annotated[
    str,
    typer.Option(
        "--llm", help="Measure this language model; without it the articles' own sentences."
    ),
]
JudgeOption = Annotated[
    str,
    typer.Option("--judge", help="Let this language model decide on support, beside the checker."),
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
    split: Annotated[
        Split, typer.Option("--split", help="What divides questions that ask for several things.")
    ] = "rules",
    llm: Annotated[str, typer.Option("--llm", help="The model of --split model.")] = "",
    compare: CompareOption = None,
) -> None:
    """Whether the right article is found: Hit@1/5/10, RR@10, nDCG@10 with intervals."""
    model = language_model(llm) if split == "model" else None
    options = RetrievalOptions(
        data, report, datetime.now(UTC), system, subset, gold_only, as_of, baseline, split, model
    )
    _measure(evaluate_retrieval, options, archive, report, compare)


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
    llm: MeasuredModelOption = "",
    compare: CompareOption = None,
) -> None:
    """Whether answers hold what was asked, and are declined when they must be."""
    model = _model(llm)
    options = AnswerOptions(
        data, report, datetime.now(UTC), unanswerable, subset, gold_only, as_of, model
    )
    _measure(evaluate_answers, options, archive, report, compare)


@eval_app.command()
def declining(
    data: Annotated[
        list[Path],
        typer.Option(
            "--data",
            help="Labelled questions, unanswerable ones, or ones with passages; may be repeated.",
        ),
    ],
    report: ReportOption,
    archive: ArchiveOption = None,
    as_of: DatedOption = True,
    llm: MeasuredModelOption = "",
    compare: CompareOption = None,
) -> None:
    """Whether what cannot be answered is declined, and what can be is not; with ROC curve."""
    options = DecliningOptions(
        tuple(data), report, datetime.now(UTC), load_settings(), as_of, _model(llm)
    )
    _measure(evaluate_declining, options, archive, report, compare)


@eval_app.command()
def citations(
    data: DataOption,
    report: ReportOption,
    archive: ArchiveOption = None,
    subset: SubsetOption = "",
    as_of: DatedOption = True,
    llm: MeasuredModelOption = "",
    judge: JudgeOption = "",
    compare: CompareOption = None,
) -> None:
    """Whether what answers cite supports their sentences: ALCE citation recall and precision."""
    options = CitationOptions(
        data, report, datetime.now(UTC), subset, as_of, _model(llm), _model(judge)
    )
    _measure(evaluate_citations, options, archive, report, compare)


@eval_app.command()
def conversation(
    data: DataOption,
    report: ReportOption,
    archive: ArchiveOption = None,
    as_of: DatedOption = True,
    llm: MeasuredModelOption = "",
    compare: CompareOption = None,
) -> None:
    """Whether last turns are answered, or declined, with the conversation before them."""
    options = ConversationOptions(data, report, datetime.now(UTC), as_of, _model(llm))
    _measure(evaluate_conversation, options, archive, report, compare)


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
    options = CopiesOptions(data, datetime.now(UTC))
    _measure(evaluate_copies, options, archive, report, compare)


@eval_app.command()
def quotes(
    data: Annotated[Path, typer.Option("--data", help="Folder with quotes.jsonl, or such a file.")],
    report: ReportOption,
    archive: ArchiveOption = None,
    compare: CompareOption = None,
) -> None:
    """Whether excerpts are traced to their articles, and foreign ones to none."""
    options = QuotesOptions(data, report, datetime.now(UTC))
    _measure(evaluate_quotes, options, archive, report, compare)


@eval_app.command()
def grounding(
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            help="JSON lines of claim, references, attribution_label; or article, "
            "summary_sentences.",
        ),
    ],
    report: ReportOption,
    encoder: Annotated[
        bool, typer.Option("--encoder/--no-encoder", help="Compare meanings, or words alone.")
    ] = True,
    compare: CompareOption = None,
) -> None:
    """Whether claims that their evidence bears out are told from others, by people's labels."""
    earlier = load_earlier(compare) if compare else None
    named = open_encoder(load_settings().encoder) if encoder else None
    options = GroundingOptions(data, report, datetime.now(UTC), named)
    with terminal.progress() as progress:
        evaluated = evaluate_grounding(options, progress)
    _finish(evaluated, report, earlier)


@eval_app.command()
def faults(
    report: ReportOption,
    archive: ArchiveOption = None,
    n: Annotated[int, typer.Option("--n", min=1, help="How many faults to make.")] = FAULTS_MADE,
    compare: CompareOption = None,
) -> None:
    """Whether a number, name, date, unit, negation or quotation changed in a claim is caught."""
    _measure(evaluate_faults, FaultOptions(datetime.now(UTC), n), archive, report, compare)


@eval_app.command()
def judge(
    data: Annotated[
        Path, typer.Option("--data", help="Folder with human ratings, *.json or *.json.gz.")
    ],
    report: ReportOption,
    llm: Annotated[
        str, typer.Option("--llm", help="Judge by this language model, not by the checker.")
    ] = "",
    encoder: Annotated[
        bool, typer.Option("--encoder/--no-encoder", help="Compare meanings, too; far slower.")
    ] = False,
    compare: CompareOption = None,
) -> None:
    """How far a judge of answers agrees with people: the checker, or a language model."""
    earlier = load_earlier(compare) if compare else None
    named = open_encoder(load_settings().encoder) if encoder and not llm else None
    options = JudgeOptions(data, report, datetime.now(UTC), _model(llm), named)
    with terminal.progress() as progress:
        evaluated = evaluate_judge(options, progress)
    _finish(evaluated, report, earlier)


@eval_app.command("make-questions")
def make_questions(
    out: Annotated[Path, typer.Option("--out", help="File to write, one question a line.")],
    archive: ArchiveOption = None,
    count: Annotated[int, typer.Option("--n", min=1, help="How many questions.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other questions.")] = 0,
    llm: Annotated[
        str, typer.Option("--llm", help="Let this language model write them, not templates.")
    ] = "",
) -> None:
    """Make labelled questions from the articles of an archive, some of them unanswerable."""
    options = MakeOptions(out, count, seed, _model(llm))
    with opened_archive(archive) as opened, terminal.progress() as progress:
        made = run_make_questions(opened, options, progress)
    _say_made(made, out)


@eval_app.command()
def table(
    reports: Annotated[list[Path], typer.Argument(help="Folders that --report named.")],
    into: Annotated[Path, typer.Option("--into", help="A Markdown file with tables of runs.")],
) -> None:
    """Write what earlier runs measured into the tables of a README."""
    paste(reports, into)
    terminal.say(f"wrote {len(reports)} report(s) into {into}")


def _model(name: str) -> ChatModel | None:
    """The language model of that name; without a name none is measured."""
    return language_model(name) if name else None


def _measure(
    evaluate: Callable[[Archive, _Options, Progress], Evaluated],
    options: _Options,
    archive: Path | None,
    report: Path,
    compare: Path | None,
) -> None:
    """Evaluates the archive and writes the report, beside the earlier one if there is one."""
    earlier = load_earlier(compare) if compare else None
    with opened_archive(archive) as opened, terminal.progress() as progress:
        evaluated = evaluate(opened, options, progress)
    _finish(evaluated, report, earlier)


def _finish(evaluated: Evaluated, folder: Path, earlier: Earlier | None) -> None:
    report = evaluated.report
    comparison = against(earlier, report) if earlier else None
    write_report(folder, report, comparison)
    for warning in evaluated.warnings:
        terminal.note(warning)
    terminal.say(f"{report.suite}: {report.system} on {report.data}, {report.n:,} {report.counted}")
    terminal.print_lines(as_text(main_table(report)))
    if comparison is not None:
        terminal.say(f"against {comparison.report} ({comparison.system})")
        terminal.print_lines(as_text(comparison_table(comparison)))
    terminal.note(f"written to {folder}: report.html, report.md, report.json")


def _say_made(made: Made, out: Path) -> None:
    for kind, number in made.types.items():
        terminal.say(f"{kind}: {number:,}")
    for reason, number in made.refused.items():
        terminal.note(f"replies not used, {reason}: {number:,}")
    terminal.note(f"{len(made.rows):,} questions written to {out}")
