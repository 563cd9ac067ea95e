"""The options that several commands share, and the archive that they open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.archive import Archive
from rag.cli import terminal
from rag.config import Settings, load_settings
from rag.errors import QueryError
from rag.llms import ChatModel, configured_model
from rag.store import NO_SERVER

FAILED_INPUTS = 1
"""The exit status where some inputs failed, and are named."""

ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "--archive", help="Folder of the archive; default $DATELINE_ARCHIVE or ./archive."
    ),
]
FromOption = Annotated[str, typer.Option("--from", help="Published on or after: 2020-09-11, 2020.")]
ToOption = Annotated[str, typer.Option("--to", help="Published on or before: 2020-09-11, 2020.")]
PublisherOption = Annotated[
    list[str] | None, typer.Option("--publisher", help="Outlet; may be given several times.")
]
LanguageOption = Annotated[str, typer.Option("--language", help="Two-letter code, such as en.")]
SectionOption = Annotated[
    str, typer.Option("--section", help="Only this section, as the outlets call it: sport.")
]
AsOfOption = Annotated[
    str, typer.Option("--as-of", help="Use articles as they stood on this date, and none later.")
]
IgnoreOption = Annotated[
    list[str] | None,
    typer.Option("--ignore", help='Words not to take for a date or an outlet: "last week".'),
]
LiteralOption = Annotated[
    bool, typer.Option("--literal", help="Take no words for dates or outlets.")
]
LlmOption = Annotated[
    str,
    typer.Option(
        "--llm", help="A model's name, or a table's in dateline.toml; none: no model is asked."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def opened_archive(folder: Path | None) -> Iterator[Archive]:
    """The archive of `--archive`, else of the settings; closed at the end."""
    settings = load_settings()
    with Archive.open(folder or settings.archive, settings=settings) as archive:
        yield archive


def settings_of_own_archives() -> Settings:
    """The settings for archives that a command makes for itself: each store is in its folder."""
    return load_settings().model_copy(update={"store": NO_SERVER})


def language_model(name: str) -> ChatModel | None:
    """The model of `--llm`, else of the settings; says where a key goes that a file sends."""
    return configured_model(load_settings(), name, note=terminal.note)


def saved_object(file: Path, holds: str, named: str, written: str) -> dict[str, Any]:
    """The JSON object in a file that a command wrote; raises QueryError for anything else.

    `holds`, `named` and `written` say in the errors what it is to be, and where it comes from.
    """
    try:
        value = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        msg = f"{str(file)!r} is not JSON ({error}); give what {written}"
        raise QueryError(msg) from error
    except OSError as error:
        msg = f"cannot read {str(file)!r} ({error.strerror}); name the file of {named}"
        raise QueryError(msg) from error
    if not isinstance(value, dict):
        msg = f"{str(file)!r} holds no {holds}; give what {written}"
        raise QueryError(msg)
    return value
