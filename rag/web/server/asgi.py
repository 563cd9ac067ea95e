"""What every middleware needs: the types of ASGI, who asks, bodies read and replayed, replies."""

from __future__ import annotations

import ipaddress
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, TypeVar

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

_IPV6_NETWORK = 64
_K = TypeVar("_K")
_V = TypeVar("_V")


class Middleware:
    """Stands before an application; `answer` gets its requests, anything else goes past it."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers a request, or passes it on."""
        inner = self.answer if scope["type"] == "http" else self._app
        await inner(scope, receive, send)

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes a request on, or responds with the reason for a refusal."""
        raise NotImplementedError


def remember(known: OrderedDict[_K, _V], key: _K, value: _V, most: int) -> None:
    """Puts a value last; of more than `most`, the one that was put there longest ago goes."""
    known[key] = value
    known.move_to_end(key)
    if len(known) > most:
        known.popitem(last=False)


def client_address(scope: Message) -> str:
    """The address of the client; for IPv6 its /64 network.

    One household has a whole /64 network, so a single address says nothing.
    """
    address = str((scope.get("client") or ("",))[0])[:64]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), _IPV6_NETWORK), strict=False))


def is_near(
    host: str, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]
) -> bool | None:
    """Whether an address is of this machine or one of the networks; None for what is none."""
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return None
    address = getattr(parsed, "ipv4_mapped", None) or parsed
    return address.is_loopback or any(address in network for network in networks)


def reader_name(scope: Message) -> str:
    """The account or the visitor that sends a request; "" if the page has one reader."""
    account = scope.get("account")
    return account.name if account else str(scope.get("visitor", ""))


class BodyTooLarge(Exception):  # noqa: N818 - an outcome that every caller answers, not a fault
    """A body is longer than the limit."""


async def read_body(receive: Receive, most: int) -> tuple[bytes, Receive]:
    """The body, and a `receive` that gives the application the same body again.

    Raises BodyTooLarge after more than `most` bytes, and never has more than these and one
    message in memory. If the client disconnects early, the body is what arrived, and
    `receive` reports the disconnect after it.
    """
    body, more, gone = bytearray(), True, False
    while more:
        message = await receive()
        gone = message["type"] == "http.disconnect"
        body += message.get("body", b"")
        more = message.get("more_body", False) and not gone
        if len(body) > most:
            raise BodyTooLarge
    whole = bytes(body)
    return whole, replay(whole, receive, gone=gone)


def replay(body: bytes, receive: Receive, *, gone: bool = False) -> Receive:
    """A `receive` that gives this body, then the messages of `receive`.

    If the client has `gone`, the body is incomplete, and a disconnect follows it.
    """
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": gone}]
    if gone:
        waiting.append({"type": "http.disconnect"})

    async def again() -> Message:
        """The next message: first those that were read already."""
        return waiting.pop(0) if waiting else await receive()

    return again


def with_length(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers with the length of this body, in the place of any other length."""
    others = [pair for pair in headers if pair[0].lower() != b"content-length"]
    return [*others, (b"content-length", str(len(body)).encode())]


def header_map(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers of a request by lower-case name; the last one if a name repeats."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}


async def refuse(send: Send, status: int, why: str, headers: Mapping[str, str] = {}) -> None:
    """Responds with a status and its reason, as JSON."""
    await reply(send, status, {"error": why, "detail": why}, headers)


async def reply(
    send: Send, status: int, value: Mapping[str, Any], headers: Mapping[str, str] = {}
) -> None:
    """Responds with a status and a JSON object."""
    body = json.dumps(value).encode()
    await respond(send, status, {"content-type": "application/json", **headers}, body)


async def respond(
    send: Send, status: int, headers: Mapping[str, str] = {}, body: bytes = b""
) -> None:
    """Responds with a status, headers and a body, whose length is added."""
    listed = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    listed = with_length(listed, body)
    await send({"type": "http.response.start", "status": status, "headers": listed})
    await send({"type": "http.response.body", "body": body})
