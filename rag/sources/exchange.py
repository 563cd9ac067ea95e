"""One request and its reply over an open connection; follows no redirects."""

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
    """A reply: its status, headers by lower-case name, and a `body` read from the wire."""

    status: int
    headers: Mapping[str, tuple[str, ...]]
    body: Iterator[bytes]

    def header(self, name: str) -> str:
        """The first value of a header, "" if it is missing."""
        return self.headers.get(name, ("",))[0]


def ask(wire: Wire, target: Target, headers: Mapping[str, str]) -> HttpReply:
    """The reply to a GET request, whose body is not yet read.

    Raises BrokenReplyError if the reply is not HTTP, contradicts itself or has more than
    64 KiB of headers; so does the body while you read it.
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
    """The next event, which may be the end of the message."""
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
        reason = f"the reply is not valid HTTP ({error}); try again later"
        raise BrokenReplyError(wire.url, reason) from error


def _text(value: bytes) -> str:
    """A header's value: UTF-8, which servers use for addresses, else Latin-1 as in HTTP."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
