"""The page on its address, and what goes on behind it once it is up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from rag.archive import Archive
from rag.config import Settings
from rag.errors import ConfigError, RagError
from rag.web.assets import asset, theme

LOCAL = ("127.0.0.1", "localhost", "::1")
_UPLOAD_LIMIT = "1mb"


def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0; raises ConfigError where nothing can listen on it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        msg = f"host {host!r} is not an address of this machine ({error}); set DATELINE_HOST"
        raise ConfigError(msg) from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            return int(probe.getsockname()[1])
        except OSError as error:
            msg = (
                f"cannot listen on port {port} of {host} ({error.strerror}); set DATELINE_PORT "
                "to another port, or to 0 for any free one"
            )
            raise ConfigError(msg) from error


def launch(page: Any, settings: Settings) -> str:
    """The address at which the page is served from now on."""
    port = free_port(settings.host, settings.port)
    page.launch(
        server_name=settings.host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        max_file_size=_UPLOAD_LIMIT,
        theme=theme(),
        css=asset("page.css"),
    )
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{shown}:{port}"


class Preparation:
    """Asks a first question, then embeds what has no vector yet, beside the running page.

    `tell` is called with what there is to report. `stop` ends it within a batch; what is
    embedded by then is kept.
    """

    def __init__(
        self, archive: Archive, question: str, started: float, tell: Callable[[str], None]
    ) -> None:
        self._archive = archive
        self._question = question
        self._started = started
        self._tell = tell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="preparation")

    def start(self) -> None:
        """Begins, and returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Returns when the work has ended."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._archive.ask(self._question)
            self._tell(f"first answer after {time.monotonic() - self._started:.1f} s")
            if self._archive.coverage() < 1:
                count = self._archive.embed(self._go_on)
                self._tell(f"embedded {count:,} passages: all can be found by meaning now")
        except _StoppedError:
            return
        except RagError as error:
            self._tell(f"not everything can be found by meaning: {error}")

    def _go_on(self, _step: str, _done: int, _total: int) -> None:
        if self._stopping.is_set():
            raise _StoppedError


class _StoppedError(Exception):
    """The preparation was told to stop."""
