"""Limits requests by path, size and rate, before anything else sees them."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from anyio import to_thread

from rag.web.server.asgi import (
    Asgi,
    Message,
    Middleware,
    Receive,
    Send,
    client_address,
    header_map,
    refuse,
    remember,
)
from rag.web.server.endpoints import NAMES

LOCAL = ("127.0.0.1", "localhost", "::1")
"""The host names that only this machine can reach."""

UPLOAD_PATH = "/gradio_api/upload"
LARGEST_REQUEST = 1 << 20
TOO_LARGE = f"a request may have {LARGEST_REQUEST >> 20} MB at most"
LARGEST_FILE = 50 << 20
LARGEST_UPLOAD = 2 * LARGEST_FILE
"""The most bytes of the files in one upload."""

# The page calls its handlers by number, at `run/predict` and `queue/join`. Gradio serves much more
# than this page uses: files, proxies, monitoring, listings, editors.
_SERVED = re.compile(
    r"/|/(?:login|logout|config|theme\.css|favicon\.ico|robots\.txt|manifest\.json|mcp)/?"
    r"|/(?:assets|static|svelte|export)/.+|/page/\d{1,6}\.png|/alerts/[\w-]{43}\.atom"
    r"|/gradio_api/(?:info|app_id|login_check|startup-events|upload|upload_progress|reset|cancel"
    r"|queue/join|queue/data|theme\.css)/?"
    r"|/gradio_api/(?:heartbeat/[^/]+|run/predict)/?"
    rf"|/gradio_api/(?:call|call/v2|run|api)/(?:{'|'.join(NAMES)})(?:/[^/]+)?/?"
)
_UNCOUNTED = re.compile(
    r"/(?:assets|static|svelte)/.+|/theme\.css|/favicon\.ico|/gradio_api/app_id/?"
)
_MOST_CLIENTS = 4096
BURST_SECONDS = 15.0
"""A client may send what it may send in so many seconds at once."""

_CROSS_ORIGIN = b"access-control-"
_READING = ("GET", "HEAD")
_FOREIGN_SITES = ("cross-site", "same-site")


class Rate:
    """Limits the requests of each client to a number a minute, a quarter of it at once.

    Clients that have not been seen for long are forgotten first: the memory is bounded.
    `clock` tells seconds.
    """

    waits = False
    """Whether counting may take a while, so that no event loop should wait for it."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_second = a_minute / 60
        self._most = max(1.0, self._a_second * BURST_SECONDS)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Counts a request of the client; returns 0, or the seconds to wait if none is left."""
        now = self._clock()
        left, seen = self._left.get(client, (self._most, now))
        left = min(self._most, left + (now - seen) * self._a_second)
        allowed = left >= 1
        remember(self._left, client, (left - 1 if allowed else left, now), _MOST_CLIENTS)
        return 0.0 if allowed else (1 - left) / self._a_second


class RequestGuard(Middleware):
    """Refuses requests that neither the page nor a program would send.

    A page that only this machine can reach answers to no other name, so that no foreign page
    can come in by a name of its own.
    """

    def __init__(self, app: Asgi, *, only_local: bool, rate: Rate) -> None:
        super().__init__(app)
        self._only_local = only_local
        self._rate = rate

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes a request on, or responds with the reason for a refusal."""
        headers = header_map(scope["headers"])
        status, why = self._refusal(scope, headers)
        counted = not status and not _UNCOUNTED.fullmatch(scope["path"])
        if counted and (wait := await self._wait(client_of(scope))):
            status, why = 429, f"too many requests; try again in {max(1, round(wait))} s"
        if status:
            await refuse(send, status, why)
            return
        # Nothing behind this door goes by cookies, and Starlette decodes them slowly.
        without = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        most = _most_bytes(scope["path"])
        await self._app({**scope, "headers": without}, _limited(receive, most), send)

    def _refusal(self, scope: Message, headers: Mapping[str, str]) -> tuple[int, str]:
        path, host = str(scope["path"]), headers.get("host", "")
        if self._only_local and host_name(host) not in LOCAL:
            return 421, f"this page does not answer to the host {host[:80]!r}; use localhost"
        if not _SERVED.fullmatch(path):
            return 404, "there is nothing here"
        length, most = headers.get("content-length", "0"), _most_bytes(path)
        if not length.isdigit() or int(length) > most:
            return 413, f"a request may have {most >> 20} MB at most; send less at a time"
        return 0, ""

    async def _wait(self, client: str) -> float:
        if self._rate.waits:
            return await to_thread.run_sync(self._rate.wait, client)
        return self._rate.wait(client)


def _most_bytes(path: str) -> int:
    return LARGEST_UPLOAD if path.rstrip("/") == UPLOAD_PATH else LARGEST_REQUEST


def client_of(scope: Message) -> str:
    """The client: the account's name if there is a login, else the address."""
    account = scope.get("account")
    return f"user {account.name}" if account else client_address(scope)


def host_name(host: str) -> str:
    """The name in a `Host` header, without the port; "" for what is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _limited(receive: Receive, most: int) -> Receive:
    """A `receive` that disconnects once the body is longer than announced."""
    received = 0

    async def counted() -> Message:
        """The next message; the end of the connection where the body is too long."""
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        return {"type": "http.disconnect"} if received > most else message

    return counted


class SameOrigin(Middleware):
    """Refuses writes by pages of other sites, and lets none of them read a response.

    To log in and to log out is to write. Gradio gives pages of any port of localhost the right
    to read; no response leaves with such a right.
    """

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes a request on, or responds with the reason for a refusal."""
        headers = header_map(scope["headers"])
        logs_out = str(scope["path"]).rstrip("/") == "/logout"
        writes = scope["method"] not in _READING or logs_out
        if writes and (foreign := _foreign(headers)):
            await refuse(send, 403, f"a page of {foreign[:80]!r} may not write here")
            return

        async def send_to_own(message: Message) -> None:
            """Sends a message without headers that let other sites read it."""
            if message["type"] == "http.response.start":
                sent = message.get("headers", ())
                left = [each for each in sent if not each[0].lower().startswith(_CROSS_ORIGIN)]
                message["headers"] = left
            await send(message)

        await self._app(scope, receive, send_to_own)


def _foreign(headers: Mapping[str, str]) -> str:
    """The other site whose page sent the request, according to the browser; "" if none did."""
    origin, site = headers.get("origin", ""), headers.get("sec-fetch-site", "")
    if site == "same-origin":
        # The browser compared what it sees; a proxy may have changed the host or its port.
        return ""
    try:
        own = not origin or urlsplit(origin).netloc == headers.get("host", "")
    except ValueError:
        own = False
    if not own:
        return origin
    return "another site" if site in _FOREIGN_SITES else ""
