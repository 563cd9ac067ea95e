"""Limits connections: how many may be open, and how long each may keep the server waiting."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from rag.web.server.asgi import client_address, is_near

try:
    import resource
except ImportError:  # pragma: no cover - Windows has no such limit
    resource = None  # type: ignore[assignment]

Phase = Literal["head", "idle", "body", "rest", "answer", "end"]

_AT_THE_DOOR = 2048

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The time limits of a connection, in seconds, and the most that may be open.

    A request's head has `head` seconds. Its body has to bring `slowest` bytes a second,
    measured over `body` seconds. A connection without a request is closed after `idle`, and one
    whose client takes nothing of an answer after `write`.
    """

    head: float = 15.0
    body: float = 30.0
    slowest: int = 500
    idle: float = 5.0
    write: float = 60.0
    most: int = 512
    most_of_address: int = 256


def connection_settings(limits: ConnectionLimits, proxies: Sequence[str] = ()) -> dict[str, Any]:
    """The settings of `uvicorn.Config` that apply the limits.

    Addresses of `proxies` and of this machine speak for many readers: no limit of an address
    applies to them.
    """
    opened = Connections(limits, proxies)
    return {
        "http": partial(Connection, limits=limits, opened=opened),
        "ws": "none",
        "timeout_keep_alive": limits.idle,
        # This many are accepted at once, before the first of them can be refused.
        "backlog": max(1, opened.most // 8),
    }


def most_connections(wanted: int) -> int:
    """The most connections: as many as wanted, but at most half of the open files."""
    if resource is None:
        return wanted
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return wanted if files == resource.RLIM_INFINITY else max(1, min(wanted, files // 2))


class Server(uvicorn.Server):
    """A server whose queue of connections is longer than what it accepts at once."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to accept connections."""
        await super().startup(sockets)
        for each in sockets or ():
            each.listen(_AT_THE_DOOR)


class Connections:
    """The open connections; a new one replaces the oldest without a request."""

    def __init__(self, limits: ConnectionLimits, proxies: Sequence[str] = ()) -> None:
        self.most = most_connections(limits.most)
        self._most_of_address = limits.most_of_address
        self._proxies = [ipaddress.ip_network(each) for each in proxies]
        self._open: dict[Connection, str] = {}
        self._of_address: Counter[str] = Counter()
        self._waiting: OrderedDict[Connection, None] = OrderedDict()

    def admit(self, new: Connection) -> bool:
        """Whether there is room for a new connection; if so, it counts as open from now on."""
        host = new.client[0] if new.client else ""
        address = client_address({"client": (host, 0)})
        alone = is_near(host, self._proxies) is False
        crowded = alone and self._of_address[address] >= self._most_of_address
        if crowded or len(self._open) >= self.most:
            _log.warning("too many connections; the oldest ones without a request are closed")
            theirs = (each for each in self._waiting if not crowded or self._open[each] == address)
            oldest = next(theirs, None)
            if oldest is None:
                return False
            oldest.drop()
        self._open[new] = address
        self._of_address[address] += 1
        return True

    def set_waiting(self, connection: Connection, waiting: bool) -> None:
        """Records whether a connection waits for a request; the longest wait comes first."""
        if not waiting:
            self._waiting.pop(connection, None)
        elif connection in self._open:
            self._waiting.setdefault(connection)

    def remove(self, connection: Connection) -> None:
        """Removes a connection."""
        self._waiting.pop(connection, None)
        address = self._open.pop(connection, None)
        if address is not None:
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]


class Connection(H11Protocol):
    """A connection that closes when its client keeps the server waiting for too long."""

    def __init__(
        self, *arguments: Any, limits: ConnectionLimits, opened: Connections, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._opened = opened
        self._slowest = limits.slowest
        self._seconds: dict[Phase, float] = {
            "head": limits.head,
            "body": limits.body,
            "rest": limits.idle,
            "end": limits.write,
        }
        self._write_seconds = limits.write
        self._phase: Phase = "answer"
        self._received = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._write_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Waits for the first request if there is room for another connection."""
        super().connection_made(transport)
        if self._opened.admit(self):
            self._watch("head")
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancels all timers."""
        for timer in (self._deadline, self._write_deadline):
            if timer is not None:
                timer.cancel()
        self._opened.remove(self)
        super().connection_lost(exc)

    def drop(self) -> None:
        """Closes the connection at once."""
        self._opened.remove(self)
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Handles data from the client."""
        self._received += len(data)
        super().data_received(data)
        self._watch(self._next_phase())

    def on_response_complete(self) -> None:
        """Waits for the next request, or closes."""
        super().on_response_complete()
        phase = self._next_phase()
        # uvicorn itself closes an idle connection; the time of the head runs from its first byte.
        self._watch("idle" if phase == "head" else phase)

    def timeout_keep_alive_handler(self) -> None:
        """Closes an idle connection."""
        super().timeout_keep_alive_handler()
        self._watch("end")

    def pause_writing(self) -> None:
        """Waits for a client that does not read its response."""
        super().pause_writing()
        self._write_deadline = self.loop.call_later(self._write_seconds, self.drop)

    def resume_writing(self) -> None:
        """Continues, because the client has read something."""
        super().resume_writing()
        if self._write_deadline is not None:
            self._write_deadline.cancel()
            self._write_deadline = None

    def send_400_response(self, msg: str) -> None:
        """Responds to an invalid request; a response that has begun is cut off."""
        self._refuse(400, msg)

    def _unsupported_upgrade_warning(self) -> None:
        """Logs nothing: a client may ask for another protocol, and the response is HTTP."""

    def _next_phase(self) -> Phase:
        """The phase that the connection waits in."""
        if self.transport.is_closing():
            return "end"
        if self.conn.their_state is h11.SEND_BODY:
            return "rest" if self.cycle.response_complete else "body"
        return "head" if self.cycle is None or self.cycle.response_complete else "answer"

    def _watch(self, phase: Phase) -> None:
        """Sets the deadline of this phase unless it is set."""
        names = {name for name, _ in self.cycle.scope["headers"]} if self.cycle else set()
        if {b"content-length", b"transfer-encoding"} <= names:
            # Its sender may see the end of this request, and so a second request, elsewhere.
            self.cycle.keep_alive = False
        if phase == self._phase:
            return
        self._phase = phase
        self._opened.set_waiting(self, phase in ("head", "idle"))
        self._set_deadline()

    def _set_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._received = 0
        seconds = self._seconds.get(self._phase)
        self._deadline = self.loop.call_later(seconds, self._expire) if seconds else None

    def _expire(self) -> None:
        if self._phase == "body" and self._is_fast_enough():
            self._set_deadline()
        elif self._phase == "body" or (self._phase == "head" and self.conn.trailing_data[0]):
            self._refuse(408, "The request took too long.")
            self._watch("end")
        else:
            self.drop()

    def _is_fast_enough(self) -> bool:
        """Whether the client sends its body fast enough, or waits for the application."""
        waits = self.flow.read_paused or self.cycle.waiting_for_100_continue
        return waits or self._received >= self._slowest * self._seconds["body"]

    def _refuse(self, status: int, why: str) -> None:
        """Responds and closes; if a response has begun, only closes."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.drop()
            return
        kind, length = (b"content-type", b"text/plain"), (b"content-length", b"%d" % len(why))
        headers = [kind, length, (b"connection", b"close")]
        for event in (
            h11.Response(status_code=status, headers=headers, reason=STATUS_PHRASES[status]),
            h11.Data(data=why.encode("ascii")),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
