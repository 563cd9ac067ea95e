"""`dateline eval ...`: options in, reports out; `rag.evaluation` does it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.cli import terminal
from rag.cli.options import (
    ArchiveOption,
    language_model,
    opened_archive,
    settings_of_own_archives,
)
from rag.config import load_settings
from rag.errors import ConfigError
from rag.evaluation.answers import Answers, Asking
from rag.evaluation.citations import Citations
from rag.evaluation.conversation import Conversation
from rag.evaluation.copies import Copies
from rag.evaluation.declining import Declining, declining_suite
from rag.evaluation.faults import FAULTS_MADE, Faults
from rag.evaluation.grounding import Grounding
from rag.evaluation.judge import Agreement
from rag.evaluation.make_questions import make_questions as run_make_questions
from rag.evaluation.pages import Pages
from rag.evaluation.quotes import Quotes
from rag.evaluation.report import (
    against,
    comparison_table,
    load_report,
    main_table,
    paste,
    write_report,
)
from rag.evaluation.reporters import Reporters
from rag.evaluation.retrieval import Retrieval
from rag.evaluation.runner import Suite, evaluate
from rag.evaluation.systems import Split, SystemName
from rag.evaluation.tables import as_text
from rag.evaluation.with_model import OUTCOMES, WithModel
from rag.indexes.encoding import open_encoder
from rag.llms import ChatModel
from rag.verification.judge import entailment_judge, open_checker
from rag.verification.verify import verify

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
CheckerOption = Annotated[
    str,
    typer.Option("--checker", help="Also ask this cross-encoder for NLI or consistency."),
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
    with opened_archive(archive) as opened:
        suite = Retrieval(
            *(opened, data, system, subset, gold_only, as_of, baseline, split), model=model
        )
        _run(suite, report, compare)


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
    sample: Annotated[
        int | None,
        typer.Option("--sample", min=1, help="With --llm: ask only so many, spread over the set."),
    ] = None,
    compare: CompareOption = None,
) -> None:
    """Whether answers hold what was asked, and are declined when they must be.

    With --llm reporters' questions are asked, too, and every question once more without it.
    """
    asking = Asking(as_of, _model(llm))
    if sample and not llm:
        msg = "--sample is for a language model; name it with --llm"
        raise ConfigError(msg)
    with opened_archive(archive) as opened:
        options = (opened, data, asking, unanswerable, subset, gold_only)
        _run(WithModel(*options, sample) if llm else Answers(*options), report, compare)


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
    asking = Asking(as_of, _model(llm))
    with opened_archive(archive) as opened:
        asked = Declining(opened, data[0], asking, data)
        with declining_suite(asked, settings_of_own_archives()) as suite:
            _run(suite, report, compare)


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
    asking = Asking(as_of, _model(llm))
    with opened_archive(archive) as opened:
        _run(Citations(opened, data, asking, subset, _model(judge)), report, compare)


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
    with opened_archive(archive) as opened:
        _run(Conversation(opened, data, Asking(as_of, _model(llm))), report, compare)


@eval_app.command()
def reporters(
    data: DataOption,
    report: ReportOption,
    archive: ArchiveOption = None,
    as_of: DatedOption = True,
    llm: MeasuredModelOption = "",
    compare: CompareOption = None,
) -> None:
    """Whether answers give what reporters ask for, by the form of the question."""
    with opened_archive(archive) as opened:
        _run(Reporters(opened, data, Asking(as_of, _model(llm))), report, compare)


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
    with opened_archive(archive) as opened:
        _run(Copies(opened, data), report, compare)


@eval_app.command()
def quotes(
    data: Annotated[Path, typer.Option("--data", help="Folder with quotes.jsonl, or such a file.")],
    report: ReportOption,
    archive: ArchiveOption = None,
    compare: CompareOption = None,
) -> None:
    """Whether excerpts are traced to their articles, and foreign ones to none."""
    with opened_archive(archive) as opened:
        _run(Quotes(opened, data), report, compare)


@eval_app.command()
def pages(
    data: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="A copy of the test pages of fundus or of htmldate."),
    ],
    report: ReportOption,
    compare: CompareOption = None,
) -> None:
    """Whether real pages are read right: date, authors, title and paragraphs."""
    _run(Pages(data), report, compare)


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
    checker: CheckerOption = "",
    compare: CompareOption = None,
) -> None:
    """Whether supported claims score above others, by people's labels."""
    named = open_encoder(load_settings()) if encoder else None
    _run(Grounding(data, named, open_checker(checker)), report, compare)


@eval_app.command()
def faults(
    report: ReportOption,
    archive: ArchiveOption = None,
    n: Annotated[int, typer.Option("--n", min=1, help="How many faults to make.")] = FAULTS_MADE,
    checker: CheckerOption = "",
    compare: CompareOption = None,
) -> None:
    """Whether one thing changed in a claim is caught: a number, name, date, unit and so on."""
    model = open_checker(checker)
    check = partial(verify, judge=entailment_judge(model)) if model else verify
    with opened_archive(archive) as opened:
        _run(Faults(opened, n, check=check), report, compare)


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
    named = open_encoder(load_settings()) if encoder and not llm else None
    _run(Agreement(data, _model(llm), named), report, compare)


@eval_app.command("make-questions")
def make_questions(
    out: Annotated[Path, typer.Option("--out", help="File to write, one question a line.")],
    archive: ArchiveOption = None,
    llm: Annotated[str, typer.Option("--llm", help="The language model that writes them.")] = "",
    count: Annotated[int, typer.Option("--n", min=1, help="How many questions.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other articles.")] = 0,
) -> None:
    """Have a language model write labelled questions about the articles of an archive."""
    model = language_model(llm)
    if model is None:
        msg = "a language model writes the questions; name it with --llm or DATELINE_LLM_MODEL"
        raise ConfigError(msg)
    with opened_archive(archive) as opened, terminal.progress() as progress:
        made = run_make_questions(opened, out, model, progress, count=count, seed=seed)
    for reason, number in made.refused.items():
        terminal.note(f"replies not used, {reason}: {number:,}")
    terminal.note(f"{len(made.rows):,} questions written to {out}")


@eval_app.command()
def table(
    reports: Annotated[list[Path], typer.Argument(help="Folders that --report named.")],
    into: Annotated[Path, typer.Option("--into", help="A Markdown file with tables of runs.")],
) -> None:
    """Write what earlier runs measured into the tables of a page."""
    paste(reports, into)
    terminal.say(f"wrote {len(reports)} report(s) into {into}")


def _model(name: str) -> ChatModel | None:
    """The language model of that name; without a name none is measured."""
    return language_model(name) if name else None


def _run(suite: Suite[Any, Any], folder: Path, compare: Path | None) -> None:
    """Evaluates a suite and writes its report, beside the earlier one if there is one."""
    earlier = load_report(compare, "--compare") if compare else None
    with terminal.progress() as progress:
        evaluated = evaluate(suite, folder, datetime.now(UTC), progress)
    report = evaluated.report
    comparison = against(compare, earlier, report) if compare and earlier else None
    write_report(folder, report, comparison, evaluated.files)
    for warning in evaluated.warnings:
        terminal.note(warning)
    terminal.say(f"{report.suite}: {report.system} on {report.data}, {report.n:,} {report.counted}")
    terminal.print_lines(as_text(main_table(report)))
    if OUTCOMES in report.tables:
        terminal.say(OUTCOMES)
        terminal.print_lines(as_text(report.tables[OUTCOMES]))
    if comparison is not None:
        terminal.say(f"against {comparison.report} ({comparison.system})")
        terminal.print_lines(as_text(comparison_table(comparison)))
    terminal.note(f"written to {folder}: report.html, report.md, report.json")
