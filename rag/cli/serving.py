"""`dateline serve` and `mcp`: an archive for readers in a browser, and for programs."""

from __future__ import annotations

import os
import signal
import sys
import time
import webbrowser
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated

import anyio
import typer

from rag.archive import Archive
from rag.cli import terminal
from rag.cli.options import ArchiveOption, LlmOption, language_model, opened_archive
from rag.cli.samples import example_questions, sample_folder
from rag.config import Settings, load_settings
from rag.errors import ConfigError
from rag.maintenance.doctor import examine
from rag.store.shared import Shared
from rag.web.accounts import Accounts, place_of_accounts
from rag.web.answering import Answering
from rag.web.chat import Chat
from rag.web.models import configured_models
from rag.web.page import build_page
from rag.web.preparation import Preparation
from rag.web.server.endpoints import Endpoints
from rag.web.server.guard import LOCAL
from rag.web.server.replicas import Replicas
from rag.web.server.serving import Site, listen, page_address
from rag.web.server.serving import serve as serve_site
from rag.web.server.tools import Tools, has_tools, tool_server
from rag.web.server.upload_store import UploadStore, private_uploads
from rag.web.server.uploads import Uploads
from rag.web.server.watched import watching

ANY_QUESTION = "What happened?"
STOP_SECONDS = 10.0

_REMOTE = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")


def serve(
    archive: ArchiveOption = None,
    host: Annotated[str, typer.Option("--host", help="Where to listen; 127.0.0.1.")] = "",
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="The port; 7860. 0: any.")
    ] = None,
    browser: Annotated[
        bool | None,
        typer.Option(help="Open the page in a browser; by default where there is a desktop."),
    ] = None,
    samples: Annotated[
        bool | None,
        typer.Option(
            help="Fill an empty archive with the sample articles; by default if --archive is "
            "not given."
        ),
    ] = None,
) -> None:
    """Serve the page in which readers ask, search and read.

    It runs until it is stopped (Ctrl-C). If there is no archive yet, it makes one of the sample
    articles, so that you have something to ask.
    """
    given = {"archive": archive, "host": host or None, "port": port}
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = load_settings().model_copy(update=chosen)
    wanted = archive is None if samples is None else samples
    serve_page(settings, sample_folder() if wanted else None, browser=browser)


def serve_page(
    settings: Settings,
    samples: Path | None,
    *,
    browser: bool | None = None,
    started: float | None = None,
) -> None:
    """Serves the page for good; ends in order when it is interrupted or terminated.

    An archive that holds nothing is filled from the folder `samples`; without one, ConfigError
    says how to build it. `browser` says whether to open one, None where there is a desktop.
    `started` is when, by `time.monotonic`, whoever waits began to.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if browser is None:
        browser = settings.open_browser and has_desktop()
    try:
        _run(settings, samples, browser, time.monotonic() if started is None else started)
    except KeyboardInterrupt:
        terminal.note("stopped")


def _run(settings: Settings, samples: Path | None, browser: bool, started: float) -> None:
    accounts = allowed(settings)
    models = configured_models(settings, note=terminal.note)
    with (
        private_uploads() as folder,
        listen(settings.host, settings.port) as listener,
        Archive.open(settings.archive, settings=settings) as archive,
        watching(settings, archive) as watch,
        closing(Answering(archive, settings)) as answering,
    ):
        build_if_missing(archive, samples)
        known = sample_folder()
        examples = example_questions(known / "questions.jsonl", archive) if known else []
        question = examples[0] if examples else ANY_QUESTION
        replicas = _among_others(settings)
        preparation = Preparation(
            archive, question, started, terminal.say, follow=replicas is not None
        )

        def ready() -> None:
            """Says where the page is, warns if it has no login, and opens a browser."""
            address = page_address(*listener.getsockname()[:2])
            address += f"{settings.root_path}/" if settings.root_path else ""
            terminal.say(f"Dateline is at {address}")
            if settings.host not in LOCAL and accounts is None:
                terminal.note("warning: there is no login; whoever reaches this address can ask")
            preparation.start()
            answering.start()
            if browser and not open_page(address):
                terminal.note("no browser could be opened; open the address yourself")

        endpoints = Endpoints(archive, models.default, answering)
        uploads = _uploads(folder, settings, accounts, replicas)
        page = build_page(
            Chat(archive, models.default, examples, preparation.doing, models.others, answering),
            endpoints,
            # What it finds names folders: nothing for a page that is open to everybody.
            (lambda: examine(archive.folder, settings, archive.encoder)) if uploads else None,
            uploads,
        )
        site = Site(
            page=page,
            archive=archive,
            tools=Tools(endpoints) if has_tools() else None,
            accounts=accounts,
            uploads=uploads,
            only_local=settings.host in LOCAL and not settings.allow_open,
            requests=settings.web_rate,
            proxies=settings.trusted_proxies,
            root_path=settings.root_path,
            frames=settings.frame_ancestors,
            watch=watch,
            replicas=replicas,
        )
        try:
            serve_site(site, listener, ready)
        finally:
            preparation.cancel()
            preparation.join(STOP_SECONDS)


def _uploads(
    folder: Path, settings: Settings, accounts: Accounts | None, replicas: Replicas | None
) -> Uploads | None:
    """What takes files in that readers send; None where anybody could send some."""
    if settings.host not in LOCAL and accounts is None:
        return None
    shared = replicas.shared if replicas else None
    return Uploads(UploadStore(folder), settings.network, accounts, shared)


def _among_others(settings: Settings) -> Replicas | None:
    """What this page has with others of its archive; None where it is alone."""
    if not settings.replica_url:
        return None
    if not settings.store.get_secret_value():
        msg = "replica_url is for pages over one PostgreSQL; name it in DATELINE_STORE"
        raise ConfigError(msg)
    return Replicas(Shared(settings.archive, settings.store), settings.replica_url)


def allowed(settings: Settings) -> Accounts | None:
    """Who may log in, None where nobody has to; raises ConfigError where anybody could come in."""
    if settings.auth is not None:
        return Accounts(place_of_accounts(settings.auth, settings))
    if settings.host not in LOCAL and not settings.allow_open:
        msg = (
            f"host {settings.host!r} is open to other machines, and there is no login; name a file "
            "of accounts in DATELINE_AUTH (dateline user add NAME), or let anybody who reaches it "
            "ask: DATELINE_ALLOW_OPEN=1"
        )
        raise ConfigError(msg)
    return None


def build_if_missing(archive: Archive, samples: Path | None) -> None:
    """Reads the sample articles into an archive that holds nothing yet; words can be found then.

    Without samples, an archive from which everything was deleted stays as it is.

    Raises ConfigError where there is neither an archive nor a folder of samples.
    """
    if archive.exists() and (samples is None or archive.counts()[0]):
        return
    if samples is None or not samples.is_dir():
        msg = (
            f"there is no archive in {str(archive.folder)!r}; build one: dateline ingest PATH... "
            f"--archive {archive.folder}, or try the sample articles: dateline serve --samples"
        )
        raise ConfigError(msg)
    terminal.note(f"building an archive in {archive.folder} from {samples.name}/")
    archive.ingest(samples, vectors=False)


def has_desktop(
    environment: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
    *,
    watched: bool | None = None,
) -> bool:
    """Whether a browser that opens here is seen by whoever started the command.

    It is not in CI, over SSH, without a display, or where the output goes to a file or a program:
    `watched` says whether it goes to a terminal, and is found out where it is not given.

    >>> has_desktop({"DISPLAY": ":0"}, "linux", watched=True)
    True
    >>> has_desktop({"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}, "linux", watched=True)
    False
    """
    if watched is None:
        watched = sys.stdout.isatty()
    if not watched or environment.get("CI") or any(environment.get(name) for name in _REMOTE):
        return False
    return platform in ("darwin", "win32") or any(environment.get(name) for name in _DISPLAYS)


def open_page(address: str) -> bool:
    """Opens the address in the person's browser, and says whether one was started.

    A browser that would take over the terminal is not started.
    """
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    return type(browser) is not webbrowser.GenericBrowser and browser.open(address)


def mcp(archive: ArchiveOption = None, llm: LlmOption = "") -> None:
    """Offer the archive as tools to a program that speaks MCP.

    They are served over standard input and output: search, ask, quote, check and article.
    """
    with opened_archive(archive) as opened:
        endpoints = Endpoints(opened, language_model(llm))
        anyio.run(tool_server(endpoints).run_stdio_async)
