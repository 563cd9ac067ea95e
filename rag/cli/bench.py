"""`dateline bench`: how fast this machine is, what updates cost, and how costs grow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from rag.cli import terminal
from rag.cli.options import ArchiveOption, JsonOption, opened_archive, settings_of_own_archives
from rag.config import load_settings
from rag.errors import ConfigError
from rag.evaluation.bench import BenchOptions, bench_table
from rag.evaluation.bench import bench as run_bench
from rag.evaluation.bench_archive import (
    IDLE_SECONDS,
    Place,
    measure_updates,
    updates_table,
)
from rag.evaluation.bench_data import Material, made_up, material_of
from rag.evaluation.scale import (
    SIZES,
    machine,
    measure_scale,
    scale_table,
    write_into,
    write_report,
)
from rag.evaluation.tables import as_text
from rag.indexes.encoding import open_encoder

bench_app = typer.Typer(invoke_without_command=True)

GivenOption = Annotated[
    Path | None,
    typer.Option("--input", help="Articles, a JSONL file; else they are generated."),
]
KeepOption = Annotated[
    Path | None, typer.Option("--folder", help="Where to build; else a temporary folder.")
]


@bench_app.callback()
def bench(
    context: typer.Context,
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
    as_json: JsonOption = False,
) -> None:
    """Measure how fast this machine searches, indexes and embeds.

    The commands below measure more.
    """
    if context.invoked_subcommand:
        return
    options = BenchOptions(data, articles, texts)
    with opened_archive(archive) as opened, terminal.progress() as progress:
        results = run_bench(opened, settings_of_own_archives(), options, progress)
    if as_json:
        terminal.print_json(results)
    else:
        terminal.print_lines(as_text(bench_table(results)))


@bench_app.command("archive")
def updates(
    count: Annotated[
        int, typer.Option("--n", min=1, help="Articles in the archive before anything is added.")
    ] = 8194,
    given: GivenOption = None,
    folder: KeepOption = None,
    idle: Annotated[
        float, typer.Option("--idle", min=0, help="Seconds that a reader is timed alone, twice.")
    ] = IDLE_SECONDS,
    as_json: JsonOption = False,
) -> None:
    """Measure what updates cost: adding articles, looking again, reading meanwhile.

    An archive is built for it, with vectors by chance; what is added to it is embedded by
    the encoder of the settings. 300 articles more than --n are needed.
    """
    material = made_up(open_encoder(load_settings()).dimension)
    with _place(folder, material, given) as place, terminal.progress() as progress:
        results = measure_updates(place, count, progress, idle)
    if as_json:
        terminal.print_json(results)
    else:
        terminal.print_lines(as_text(updates_table(results)))
        terminal.note("kill points, damage and fuzzing: make faults, make test, make fuzz")


@bench_app.command()
def scale(
    archive: ArchiveOption = None,
    passages: Annotated[
        list[int] | None,
        typer.Option(
            "--passages",
            min=100,
            help="About how many passages; repeatable. 10000, 100000, 1000000.",
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="A folder for scale.json, scale.md and scale.svg."),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help="A Markdown page to put the table in, and a chart beside it."),
    ] = None,
    folder: KeepOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure what archives of many passages cost, and how that grows.

    Their texts are put together from sentences of the archive, their vectors mixed from its
    vectors: nothing is embedded. A million passages need 10 GB of disk and half an hour.
    """
    wanted = sorted(set(passages or SIZES))
    with opened_archive(archive) as opened:
        material = material_of(opened)
    with _place(folder, material) as place, terminal.progress() as progress:
        measured = measure_scale(place, wanted, progress)
    if as_json:
        terminal.print_json(measured)
    else:
        terminal.print_lines(as_text(scale_table(measured)))
    if report is not None:
        write_report(report, measured, machine())
        terminal.note(f"written to {report}")
    if into is not None:
        terminal.note(f"written to {into} and {write_into(into, measured, machine())}")


@contextmanager
def _place(folder: Path | None, material: Material, given: Path | None = None) -> Iterator[Place]:
    """Where to build, which is empty: what was left there would be measured."""
    if folder is None:
        with TemporaryDirectory(prefix="dateline-") as temporary:
            yield Place(Path(temporary), settings_of_own_archives(), material, given)
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{str(folder)!r} is there already and not empty; name a new folder with --folder"
        raise ConfigError(msg)
    folder.mkdir(parents=True, exist_ok=True)
    yield Place(folder, settings_of_own_archives(), material, given)
