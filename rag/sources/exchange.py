"""One request and its reply over an open connection, read strictly; follows nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import h11

from rag.errors import BrokenReplyError
from rag.sources.addresses import Target
from rag.sources.wire import Wire

LONGEST_HEADERS = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Status and headers of a reply, by lower-case name; `body` is read from the wire."""

    status: int
    headers: Mapping[str, tuple[str, ...]]
    body: Iterator[bytes]

    def header(self, name: str) -> str:
        """The value of a header, "" where it is missing; of several, the first."""
        return self.headers.get(name, ("",))[0]


def ask(wire: Wire, target: Target, headers: Mapping[str, str]) -> HttpReply:
    """Sends a GET request and reads the reply's head.

    Raises BrokenReplyError where the reply is not HTTP, contradicts itself or has more
    than 64 KiB of headers; so does the body while it is read.
    """
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEADERS)
    request = h11.Request(
        method="GET",
        target=target.path,
        headers=[("Host", target.authority), ("Connection", "close"), *headers.items()],
    )
    wire.write((connection.send(request) or b"") + (connection.send(h11.EndOfMessage()) or b""))
    event = _next(connection, wire)
    while not isinstance(event, h11.Response):
        event = _next(connection, wire)
    found: dict[str, tuple[str, ...]] = {}
    for name, value in event.headers:
        key = name.decode("ascii").lower()
        found[key] = (*found.get(key, ()), _text(value))
    return HttpReply(event.status_code, found, _body(connection, wire))


def _body(connection: h11.Connection, wire: Wire) -> Iterator[bytes]:
    while isinstance(event := _next(connection, wire), h11.Data):
        yield bytes(event.data)


def _next(connection: h11.Connection, wire: Wire) -> h11.Event:
    """The next event; the end of the message, too, is one."""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Event):
                return event
            data = wire.read()
            if not data and connection.their_state is h11.SEND_RESPONSE:
                reason = "the server closed the connection without a reply in HTTP; try again later"
                raise BrokenReplyError(wire.url, reason)
            connection.receive_data(data)
    except h11.RemoteProtocolError as error:
        reason = f"the reply is not sound HTTP ({error}); try again later"
        raise BrokenReplyError(wire.url, reason) from error


def _text(value: bytes) -> str:
    """A header's value; servers write addresses in UTF-8 where HTTP means Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
