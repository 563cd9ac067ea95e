"""Passes each request on to the page that owns its session, and takes in what others pass on.

What is passed on has been let in already: who asks, and from where, is signed. Whoever receives
it answers, and passes nothing on again.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
from anyio import to_thread

from rag.web.accounts import Account
from rag.web.server.asgi import (
    Asgi,
    BodyTooLarge,
    Message,
    Middleware,
    Receive,
    Send,
    read_body,
    refuse,
    reply,
)
from rag.web.server.guard import LARGEST_REQUEST, UPLOAD_PATH
from rag.web.server.replicas import Replicas
from rag.web.server.sessions import named_in, named_outside

HEADER = b"x-dateline-replica"
MOVED = "the server that had this session has gone; load the page again"
APP_ID_PATH = "/gradio_api/app_id"
_ID_HEADER = b"x-request-id"
_WRONG_PAGE = 421
_MOVED = 409
_CALL = re.compile(r"/gradio_api/call/(?:v2/)?[^/]+/?")
_BY_NUMBER = re.compile(r"/gradio_api/(?:queue/join|run/predict)/?")
_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", HEADER})
# Gradio says something on each of its streams every 15 seconds.
_TIMEOUT = httpx2.Timeout(60.0, connect=3.0)
_MOST_AT_ONCE = 1000


class Router(Middleware):
    """Answers here what belongs here, and passes on to other pages what belongs there.

    `keeps_nothing` says whether the handler of a number may be called in any session: then a
    program whose page has gone is answered; a page is asked to load itself again.
    """

    def __init__(self, app: Asgi, replicas: Replicas, keeps_nothing: Callable[[int], bool]) -> None:
        super().__init__(app)
        self._replicas = replicas
        self._keeps_nothing = keeps_nothing
        self._client: httpx2.AsyncClient | None = None

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers a request that a reader sent to this page."""
        try:
            named, body, receive = await _named(scope, receive)
        except (BodyTooLarge, RecursionError):
            await self._app(scope, receive, send)
            return
        own = self._replicas.id
        owner = await self._owner(named[0]) if named else own
        if owner != own:
            content = _stream(receive) if body is None else body
            if await self._pass_on(owner, scope, content, receive, send):
                return
            # The files of an upload have been read, and cannot be sent again.
            if body is None and scope["method"] == "POST":
                await refuse(send, _MOVED, MOVED)
                return
            await to_thread.run_sync(lambda: self._replicas.owner(named[0], instead_of=owner))
        await self._here(named, body, scope, receive, send)

    async def arrived(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers a request that another page passed on."""
        try:
            named, body, receive = await _named(scope, receive)
        except (BodyTooLarge, RecursionError):
            named, body = [], None
        await self._here(named, body, scope, receive, send)

    async def close(self) -> None:
        """Closes the connections to other pages."""
        if self._client is not None:
            await self._client.aclose()

    async def _owner(self, session: str) -> str:
        """The owner of a session, which is there as far as anybody knows."""
        pages = self._replicas
        owner = pages.known_owner(session) or await to_thread.run_sync(pages.owner, session)
        if owner == pages.id or pages.address_of(owner):
            return owner
        if await to_thread.run_sync(lambda: pages.address_of(owner, look=True)):
            return owner
        return await to_thread.run_sync(lambda: pages.owner(session, instead_of=owner))

    async def _here(
        self, named: list[str], body: bytes | None, scope: Message, receive: Receive, send: Send
    ) -> None:
        path = str(scope["path"])
        taken = any(map(self._replicas.is_taken, named))
        if path.rstrip("/") == APP_ID_PATH:
            id_ = "moved" if taken else self._replicas.app_id
            await reply(send, 200, {"app_id": id_, "replicas": True})
        elif taken and self._is_of_a_page(path, body):
            await refuse(send, _MOVED, MOVED)
        elif scope["method"] == "POST" and _CALL.fullmatch(path):
            await self._app(scope, receive, _Noted(self._replicas, send).send)
        else:
            await self._app(scope, receive, send)

    def _is_of_a_page(self, path: str, body: bytes | None) -> bool:
        """Whether a request needs what the owner of its session knew."""
        if path.rstrip("/") == UPLOAD_PATH or path.startswith("/gradio_api/heartbeat/"):
            return True
        if not _BY_NUMBER.fullmatch(path):
            return False
        number = json.loads(body or b"{}").get("fn_index")
        return not (type(number) is int and self._keeps_nothing(number))

    async def _pass_on(
        self, to: str, scope: Message, content: Any, receive: Receive, send: Send
    ) -> bool:
        """Whether the other page has answered; if not, nothing has been sent."""
        query = bytes(scope.get("query_string", b"")).decode("latin-1")
        url = f"{self._replicas.address_of(to)}{scope['path']}" + (f"?{query}" if query else "")
        if self._client is None:
            limits = httpx2.Limits(max_connections=_MOST_AT_ONCE, max_keepalive_connections=20)
            self._client = httpx2.AsyncClient(trust_env=False, timeout=_TIMEOUT, limits=limits)
        headers = [each for each in scope["headers"] if each[0] not in _HOP]
        headers += [(HEADER, self._replicas.signed(to, _said(scope)).encode())]
        headers += [(_ID_HEADER, str(scope.get("dateline.request_id", "")).encode())]
        request = self._client.build_request(
            scope["method"], url, headers=_once(headers), content=content
        )
        answered = False
        async with anyio.create_task_group() as group:

            async def stop_when_gone() -> None:
                """Ends the passing on when the reader has left."""
                while (await receive())["type"] != "http.disconnect":
                    pass
                group.cancel_scope.cancel()

            try:
                response = await self._client.send(request, stream=True)
                async with _closing(response):
                    if response.status_code == _WRONG_PAGE and HEADER.decode() in response.headers:
                        return False
                    answered = True
                    group.start_soon(stop_when_gone)
                    await _relay(response, send)
            except httpx2.TransportError:
                # Cut off in the middle, an answer ends without its end, as it would without us.
                if not answered:
                    return False
            group.cancel_scope.cancel()
        return True


class Arrivals:
    """Takes in what other pages pass on; who asks is what they say, and who they are is signed."""

    def __init__(self, app: Asgi, replicas: Replicas, router: Callable[[], Router]) -> None:
        self._app = app
        self._replicas = replicas
        self._router = router

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers what was passed on, or lets a request of a reader through."""
        sent = next((value for name, value in scope.get("headers", ()) if name == HEADER), None)
        said = self._replicas.read(sent.decode("latin-1")) if sent else None
        if said is None:
            await self._app(scope, receive, send)
            return
        asked = [scope["method"], scope["path"]]
        if said["to"] != self._replicas.id or said["asked"] != asked:
            await refuse(send, _WRONG_PAGE, MOVED, {HEADER.decode(): "gone"})
            return
        seen = {**scope, **said["scope"], "client": tuple(said["client"])}
        seen["headers"] = [each for each in scope["headers"] if each[0] != HEADER]
        if account := said["account"]:
            seen["account"] = Account(**account)
        await self._router().arrived(seen, receive, send)


class _Noted:
    """Notes that the results of a call by name are fetched here, before its caller knows."""

    def __init__(self, replicas: Replicas, send: Send) -> None:
        self._replicas = replicas
        self._send = send
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        """Passes on a part of the response."""
        self._body += message.get("body", b"")
        if message["type"] == "http.response.body" and not message.get("more_body"):
            try:
                event = json.loads(self._body).get("event_id")
            except (ValueError, AttributeError):
                event = None
            if isinstance(event, str):
                await to_thread.run_sync(self._replicas.owner, event)
        await self._send(message)


async def _named(scope: Message, receive: Receive) -> tuple[list[str], bytes | None, Receive]:
    """The sessions that a request names, and its body unless it is an upload's."""
    named = named_outside(scope)
    if scope["method"] != "POST" or str(scope["path"]).rstrip("/") == UPLOAD_PATH:
        return named, None if scope["method"] == "POST" else b"", receive
    body, again = await read_body(receive, LARGEST_REQUEST)
    return [*named, *named_in(body)], body, again


async def _stream(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        yield message.get("body", b"")


def _said(scope: Message) -> dict[str, Any]:
    """What another page must know of a request that is passed on to it."""
    account = scope.get("account")
    known = ("scheme", "root_path", "visitor")
    return {
        "asked": [scope["method"], scope["path"]],
        "client": list(scope.get("client") or ("", 0)),
        "scope": {name: scope[name] for name in known if name in scope},
        "account": {"name": account.name, "role": account.role, "stamp": account.stamp}
        if account
        else None,
    }


def _once(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers, each name of ours once: the last one."""
    ours = dict(headers)
    return [
        *(each for each in headers if each[0] != _ID_HEADER),
        *([(_ID_HEADER, ours[_ID_HEADER])] if ours.get(_ID_HEADER) else []),
    ]


@asynccontextmanager
async def _closing(response: httpx2.Response) -> AsyncIterator[None]:
    """Closes a response at the end, whatever happens."""
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await response.aclose()


async def _relay(response: httpx2.Response, send: Send) -> None:
    headers = [
        (name.lower(), value)
        for name, value in response.headers.raw
        if name.lower() not in _HOP and name.lower() != _ID_HEADER
    ]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    async for part in response.aiter_raw():
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
