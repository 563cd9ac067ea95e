"""Serves the page: the socket, the server, and the headers of every response."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rag.addresses import OWN_SITE
from rag.archive import Archive
from rag.errors import ConfigError
from rag.web.accounts import Accounts
from rag.web.assets import head, theme
from rag.web.server.asgi import Asgi, Message, Receive, Send, reader_name
from rag.web.server.connections import ConnectionLimits, Server, connection_settings
from rag.web.server.downloads import download_route, feed_route, picture_route
from rag.web.server.endpoints import NAMES
from rag.web.server.guard import LARGEST_FILE, LOCAL, Rate, RequestGuard, SameOrigin
from rag.web.server.login import Login
from rag.web.server.logins import SharedLogins
from rag.web.server.logs import bounded_log
from rag.web.server.proxies import BehindProxy
from rag.web.server.replicas import Replicas
from rag.web.server.routing import Arrivals, Router
from rag.web.server.sessions import Sessions, Visitors
from rag.web.server.shared_limits import SharedAttempts, SharedRate
from rag.web.server.shares import ShareLimits, Shares
from rag.web.server.signing import FRAMED, load_key
from rag.web.server.tools import PATH, Tools
from rag.web.server.uploads import UploadGuard, Uploads
from rag.web.server.watched import UNWATCHED, Watch, Watched

HEADERS = {
    # Gradio's page is made of inline styles and scripts, and compiles its templates.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    # With "no-referrer", a browser names no origin for the form of the login either.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
STREAM_HEADERS = {
    # A proxy that gathers what it passes on would show an answer when it is finished.
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
}
_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on
_GRACE_SECONDS = 2
_LAST_SECONDS = 6.0
_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Site:
    """What is served and to whom: the page, its archive, tools for programs, accounts.

    Without `accounts` nobody logs in; `only_local` then tells whether only this machine can
    reach the page. Without `uploads` no file is taken. `requests` is how many each client may
    send in a minute. What `proxies` say of the clients that they speak for is believed: these
    are addresses and networks. `root_path` is the path under which they serve the page, and
    `frames` are the sites whose pages may show it in a frame. `replicas` are the other pages of
    the archive.
    """

    page: Any
    archive: Archive
    tools: Tools | None = None
    accounts: Accounts | None = None
    uploads: Uploads | None = None
    only_local: bool = True
    requests: int = 1200
    proxies: tuple[str, ...] = ()
    root_path: str = ""
    frames: tuple[str, ...] = ()
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)
    shares: ShareLimits = field(default_factory=ShareLimits)
    watch: Watch = UNWATCHED
    replicas: Replicas | None = None

    @property
    def is_open(self) -> bool:
        """Whether other machines can reach the page without a login."""
        return self.accounts is None and not self.only_local


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at the address (port 0: any free one); ConfigError if it cannot."""
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
    name = LOCAL[0] if host in _EVERY_ADDRESS else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def serve(site: Site, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serves the site until the process is interrupted; calls `ready` once it is up."""
    import uvicorn

    config = uvicorn.Config(
        application(site, ready),
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        server_header=False,
        proxy_headers=False,
        **connection_settings(site.connections, site.proxies),
    )
    server = Server(config)
    with bounded_log(site.watch.log_format), _ended_in_time(server):
        server.run(sockets=[listener])


def application(site: Site, ready: Callable[[], None] = lambda: None) -> Any:
    """The site as an ASGI application with all its middleware."""
    from fastapi import FastAPI
    from starlette.routing import Route

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        """Starts what runs beside the page, and ends it with the page."""
        async with AsyncExitStack() as stack:
            if site.tools is not None:
                await stack.enter_async_context(site.tools.running())
            if site.replicas is not None:
                stack.push_async_callback(app.state.router.close)
                site.replicas.start()
                stack.callback(site.replicas.stop)
            if site.uploads is not None:
                await stack.enter_async_context(site.uploads.files.expiring())
            ready()
            yield

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes += [
        download_route(site.archive),
        feed_route(site.archive),
        picture_route(site.archive),
    ]
    if site.tools is not None:
        app.router.routes.append(Route(PATH, site.tools))
    _add_page(app, site)
    app.add_middleware(UploadGuard, uploads=site.uploads, takes_files=_takes_files(site.page))
    app.add_middleware(Shares, page=site.page, limits=site.shares)
    app.add_middleware(Sessions)
    _add_doors(app, site)
    app.add_middleware(SameOrigin)
    app.add_middleware(BehindProxy, proxies=site.proxies, root=site.root_path)
    if site.replicas is not None:
        router = partial(getattr, app.state, "router")
        app.add_middleware(Arrivals, replicas=site.replicas, router=router)
    if site.watch.metrics is not None:
        site.watch.metrics.watch_queue(site.page)
    app.add_middleware(Watched, archive=site.archive, watch=site.watch, root=site.root_path)
    app.add_middleware(_WithHeaders, frames=site.frames)
    return app


def _add_doors(app: Any, site: Site) -> None:
    """Adds what lets readers in, and what leads them to the page that has their session."""
    replicas = site.replicas
    shared = replicas.shared if replicas else None
    rate = SharedRate(shared, site.requests) if shared else Rate(site.requests)
    key = replicas.key if replicas else load_key(site.archive.folder)
    if replicas is not None:

        def keeps_nothing(number: int) -> bool:
            """Whether a function is one of the calls for programs, which keep no state."""
            return number in site.page.fns and site.page.fns[number].api_name in NAMES

        def routed(inner: Asgi) -> Router:
            """The application behind the router between replicas."""
            app.state.router = Router(inner, replicas, keeps_nothing)
            return app.state.router  # type: ignore[no-any-return]

        app.add_middleware(routed)
    app.add_middleware(RequestGuard, only_local=site.only_local and not site.accounts, rate=rate)
    if site.accounts and shared:
        logins, counters = SharedLogins(shared, key), partial(SharedAttempts, shared)
        app.add_middleware(Login, accounts=site.accounts, key=key, logins=logins, counters=counters)
    elif site.accounts:
        app.add_middleware(Login, accounts=site.accounts, key=key)
    elif site.is_open:
        app.add_middleware(Visitors, key=key)


@contextmanager
def _ended_in_time(server: Any) -> Iterator[None]:
    """Ends the process some seconds after the server should stop, if it still runs.

    A thread that waits for a language model cannot be interrupted, and Python waits for it
    also when the server is gone; the archive is written so that a process may end at any moment.
    """
    stopped = threading.Event()

    def watch() -> None:
        """Ends the process where it has not ended some seconds after it should have."""
        while not server.should_exit:
            if stopped.wait(_LOOK_SECONDS):
                return
        if not stopped.wait(_LAST_SECONDS):
            shutil.rmtree(os.environ.get("GRADIO_TEMP_DIR", ""), ignore_errors=True)
            os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        if not server.should_exit:
            stopped.set()


def _add_page(app: Any, site: Site) -> None:
    from gradio import mount_gradio_app

    if site.replicas is not None:
        site.page.app_id = site.page.config["app_id"] = site.replicas.app_id

    def name_of(request: Any) -> str | None:
        """Who is logged in; None for nobody."""
        return reader_name(request.scope) or None

    mount_gradio_app(
        app,
        site.page,
        "/",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=LARGEST_FILE,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        theme=theme(),
        head=head(),
        auth_dependency=name_of if site.accounts or site.is_open else None,
        allowed_paths=[],
        blocked_paths=[str(site.archive.folder.resolve())],
    )
    # Only `launch()` sets this, and without it Gradio checks no path that a request names.
    site.page.has_launched = True


def _takes_files(page: Any) -> Callable[[int, int], bool]:
    """A function that says whether a handler expects a file as the argument at a position."""
    from gradio import File

    def takes_file(number: int, place: int) -> bool:
        """Whether this input of this function takes files."""
        inputs = page.fns[number].inputs if number in page.fns else []
        return 0 <= place < len(inputs) and isinstance(inputs[place], File)

    return takes_file


def headers_for(frames: tuple[str, ...]) -> dict[str, str]:
    """HEADERS, with leave for pages of these sites to show the page in a frame."""
    headers = dict(HEADERS)
    if frames:
        policy = headers["content-security-policy"].rpartition(" ")[0]
        headers["content-security-policy"] = f"{policy} {' '.join(frames)}"
        # It can name no site; browsers of today go by the policy.
        del headers["x-frame-options"]
    return headers


class _WithHeaders:
    """Adds headers to every response, and completes responses that a stop interrupts."""

    def __init__(self, app: Asgi, frames: tuple[str, ...] = ()) -> None:
        self._app = app
        self._headers = headers_for(frames)
        self._is_framed = any(each != OWN_SITE for each in frames)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        begun = ended = False
        scope[FRAMED] = self._is_framed

        async def send_with_headers(message: Message) -> None:
            """Sends a message with the headers of safety; notes its beginning and end."""
            nonlocal begun, ended
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = self._completed(message.get("headers", ()))
            elif message["type"] == "http.response.body":
                ended = not message.get("more_body")
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except asyncio.CancelledError:
            # Open pages hold streams open; when the server stops, uvicorn cancels them.
            if not begun:
                await send({"type": "http.response.start", "status": 503, "headers": []})
            if not ended:
                await send({"type": "http.response.body", "body": b""})

    def _completed(self, given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers of a response with those that it lacks; a stream is not to be gathered."""
        sent = dict(given)
        headers = self._headers
        if sent.get(b"content-type", b"").startswith(b"text/event-stream"):
            headers = headers | STREAM_HEADERS
            sent.pop(b"cache-control", None)
        kept = [each for each in given if each[0] != b"cache-control" or each[0] in sent]
        added = [(name.encode(), value.encode()) for name, value in headers.items()]
        return [*kept, *(each for each in added if each[0] not in sent)]
