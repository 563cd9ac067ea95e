"""The page on its address: the socket, the server, and the headers of every response."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from rag.errors import ConfigError
from rag.web.assets import head, theme

LOCAL = ("127.0.0.1", "localhost", "::1")
"""The hosts that only this machine can reach."""

HEADERS = {
    # Gradio's page is made of inline styles and scripts, and compiles its templates.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'self'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
UPLOAD_LIMIT = "1mb"
_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on
_GRACE_SECONDS = 2

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there, on any free port for 0; raises ConfigError if it cannot."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        msg = f"host {host!r} is not an address of this machine ({error}); set DATELINE_HOST"
        raise ConfigError(msg) from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        msg = (
            f"cannot listen on port {port} of {host} ({error.strerror}); set DATELINE_PORT to "
            "another port, or to 0 for any free one"
        )
        raise ConfigError(msg) from error
    return listener


def page_address(host: str, port: int) -> str:
    """The address to type into a browser on this machine.

    >>> page_address("0.0.0.0", 7860)
    'http://127.0.0.1:7860'
    """
    shown = LOCAL[0] if host in _EVERY_ADDRESS else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def serve(page: Any, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serves Gradio Blocks until the process is interrupted; calls `ready` once they are up."""
    import uvicorn
    from fastapi import FastAPI
    from gradio import mount_gradio_app

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        ready()
        yield

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(_WithHeaders)
    mount_gradio_app(
        app,
        page,
        "/",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=UPLOAD_LIMIT,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        theme=theme(),
        head=head(),
    )
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_GRACE_SECONDS)
    uvicorn.Server(config).run(sockets=[listener])


class _WithHeaders:
    """Adds HEADERS to every response, streams included."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        await self._app(scope, receive, send_with_headers)
