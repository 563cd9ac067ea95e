"""What programs that watch the page may ask, and the id of each request; answers no reader."""

from __future__ import annotations

import hmac
import logging
import re
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from threading import Lock
from typing import Any

from anyio import to_thread

from rag.archive import Archive
from rag.config import Settings
from rag.observing import observed_by, request_named, requests_found_by
from rag.web.server.asgi import (
    Asgi,
    Message,
    Middleware,
    Receive,
    Send,
    header_map,
    is_near,
    refuse,
    reply,
    respond,
)
from rag.web.server.logs import EACH, FIELDS, LogFormat, log_question
from rag.web.server.metrics import Metrics
from rag.web.server.tracing import is_wanted, traced

ID_HEADER = "x-request-id"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SCOPE_ID = "dateline.request_id"
_FORWARDED = frozenset({"x-forwarded-for", "x-real-ip", "forwarded", "via"})
_READY_SECONDS = 2.0
_FIXED = re.compile(
    r"/|/(?:healthz|readyz|metrics|login|logout|config|theme\.css|favicon\.ico|robots\.txt|mcp)"
    r"|/gradio_api/(?:info|upload|queue/join|queue/data|run/predict|cancel|reset)"
)
_NAMED = re.compile(r"/gradio_api/(?:call|run|api)/(?:v2/)?(search|ask|quote|check|article)\b")
_KINDS = re.compile(r"/(assets|static|svelte|export|gradio_api)/")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """What can be watched of a page, and by whom.

    `/metrics` is there where there are `metrics`. This machine and the networks of `allow` read
    them, or, where there is a `token`, whoever has it. What a proxy passes on needs the token.
    """

    metrics: Metrics | None = None
    allow: tuple[str, ...] = ()
    token: str = ""
    log_format: LogFormat = "text"

    def may_read(self, client: str, headers: dict[str, str]) -> bool:
        """Whether a client at this address, that sends these headers, may read the metrics."""
        if self.token:
            sent = headers.get("authorization", "")
            return hmac.compare_digest(sent.encode(), f"Bearer {self.token}".encode())
        if _FORWARDED & headers.keys():
            return False
        return bool(is_near(client, map(ip_network, self.allow)))


UNWATCHED = Watch()


@contextmanager
def watching(settings: Settings, archive: Archive) -> Iterator[Watch]:
    """What the settings let be watched of a page over this archive, until the context ends."""
    with ExitStack() as stack:
        metrics = Metrics(archive) if settings.metrics else None
        if metrics:
            stack.enter_context(observed_by(metrics.observe))
        if settings.log_format == "json":
            stack.enter_context(observed_by(log_question))
        if is_wanted(settings.otel):
            stack.enter_context(traced())
        stack.enter_context(requests_found_by(_id_of_event))
        token = settings.metrics_token.get_secret_value()
        yield Watch(metrics, settings.metrics_allow, token, settings.log_format)


class Watched(Middleware):
    """Answers `/healthz`, `/readyz` and `/metrics`, and gives each request an id.

    The id is the client's own `X-Request-ID` where it looks like one; the response bears it.
    """

    def __init__(self, app: Asgi, archive: Archive, watch: Watch, root: str = "") -> None:
        super().__init__(app)
        self._ready = _Readiness(archive)
        self._watch = watch
        self._root = root

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers a program that watches, or passes the request on."""
        headers = header_map(scope["headers"])
        given = headers.get(ID_HEADER, "")
        id_ = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        scope[_SCOPE_ID] = id_
        path = str(scope["path"]).removeprefix(self._root) or "/"
        began, status = time.perf_counter(), 0

        async def marked(message: Message) -> None:
            """Sends a message with the request's id; notes its status."""
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                named = (ID_HEADER.encode(), id_.encode())
                message = {**message, "headers": [*message.get("headers", ()), named]}
            await send(message)

        try:
            with request_named(id_):
                await self._answer(path, scope, receive, marked)
        finally:
            self._note(id_, scope["method"], route(path), status or 500, began)

    async def _answer(self, path: str, scope: Message, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
        elif path == "/healthz":
            await reply(send, 200, {"status": "ok"})
        elif path == "/readyz":
            ready = await to_thread.run_sync(self._ready.now)
            said = "ready" if ready else "the archive cannot be read; the log says why"
            await reply(send, 200 if ready else 503, {"status": said})
        elif path == "/metrics" and self._watch.metrics is not None:
            client = str((scope.get("client") or ("",))[0])
            if self._watch.may_read(client, header_map(scope["headers"])):
                body, kind = await to_thread.run_sync(self._watch.metrics.text)
                headers = {"content-type": kind, "cache-control": "no-store"}
                await respond(send, 200, headers, body)
            else:
                await refuse(send, 403, "only programs that may watch this page read its metrics")
        else:
            await self._app(scope, receive, send)

    def _note(self, id_: str, method: str, named: str, status: int, began: float) -> None:
        if self._watch.metrics is not None:
            self._watch.metrics.request(named, status)
        if self._watch.log_format == "json":
            seconds = round(time.perf_counter() - began, 4)
            fields = {"request_id": id_, "method": method, "route": named}
            told = {**fields, "status": status, "seconds": seconds}
            _log.info("request", extra={EACH: True, FIELDS: told})


class _Readiness:
    """Whether the archive can be read; looked up again after two seconds."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = Lock()
        self._ready = False
        self._looked = -_READY_SECONDS

    def now(self) -> bool:
        """Whether it can be read now, or could a moment ago."""
        with self._lock:
            if time.monotonic() - self._looked >= _READY_SECONDS:
                try:
                    self._archive.counts()
                    self._ready = True
                # Whatever it is, the answer is that the page is not ready.
                except Exception as error:
                    _log.warning("the page is not ready: %s", error)
                    self._ready = False
                self._looked = time.monotonic()
            return self._ready


def route(path: str) -> str:
    """The path as metrics name it: one of a few, whatever is asked for.

    >>> route("/gradio_api/call/ask/a1b2"), route("/assets/index.js"), route("/wp-login.php")
    ('/gradio_api/call/ask', '/assets', 'other')
    """
    if found := _NAMED.match(path):
        return f"/gradio_api/call/{found[1]}"
    if _FIXED.fullmatch(path.rstrip("/") or "/"):
        return path.rstrip("/") or "/"
    found = _KINDS.match(path)
    return f"/{found[1]}" if found else "other"


def _id_of_event() -> str:
    """The id of the request that put an event into Gradio's queue, in the thread that runs it."""
    loaded = sys.modules.get("gradio.context")
    asked: Any = loaded.LocalContext.request.get(None) if loaded else None
    if isinstance(asked, Sequence):
        asked = asked[0] if asked else None
    scope = getattr(getattr(asked, "request", asked), "scope", None)
    return str(scope.get(_SCOPE_ID, "")) if isinstance(scope, dict) else ""
