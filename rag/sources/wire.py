"""One connection to one checked address, a request over it, and its body, within limits."""

from __future__ import annotations

import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import h11

from rag.errors import BrokenReplyError, TooLargeError, TooSlowError, UnreachableError
from rag.sources.addresses import Target

_PIECE = 64 * 1024
LONGEST_HEADERS = 64 * 1024


@dataclass(slots=True)
class Deadline:
    """The time limit of a whole reply."""

    url: str
    seconds: float
    clock: Callable[[], float] = time.monotonic
    _started: float = 0.0

    def __post_init__(self) -> None:
        self._started = self.clock()

    def left(self) -> float:
        """The seconds left, above 0; raises TooSlowError if there are none."""
        left = self.seconds - (self.clock() - self._started)
        if left <= 0:
            reason = "not read within the time a reply may take; try again later"
            raise TooSlowError(self.url, reason)
        return left


@dataclass(slots=True)
class Wire:
    """An open connection that limits the bytes and the time of what it reads."""

    url: str
    deadline: Deadline
    silence: float
    limit: int
    _socket: socket.socket
    _received: int = 0

    def write(self, data: bytes) -> None:
        """Sends all of the data."""
        self._socket.settimeout(min(self.silence, self.deadline.left()))
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise _lost(self.url, self.deadline, error) from error

    def read(self) -> bytes:
        """The next bytes, b"" at the end; raises TooLargeError beyond `limit` bytes in all."""
        self._socket.settimeout(min(self.silence, self.deadline.left()))
        try:
            data = self._socket.recv(_PIECE)
        except OSError as error:
            raise _lost(self.url, self.deadline, error) from error
        self._received += len(data)
        if self._received > self.limit:
            reason = f"larger than the {self.limit:,} bytes that a reply may have on the wire"
            raise TooLargeError(self.url, reason)
        return data

    def close(self) -> None:
        """Closes the connection."""
        self._socket.close()


@dataclass(frozen=True, slots=True)
class Connector:
    """Opens connections to numeric addresses; checks the certificate against the host name.

    `silence` is the longest pause of the server, in seconds; `limit` the most bytes it may
    send.
    """

    silence: float
    limit: int
    tls: ssl.SSLContext | None = None

    def connect(self, target: Target, addresses: Sequence[str], deadline: Deadline) -> Wire:
        """A connection to the first address that accepts one.

        Raises UnreachableError with the reason of the last address.
        """
        refusal: OSError | None = None
        for address in addresses:
            try:
                connected = self._connected(target, address, deadline)
            except OSError as error:
                refusal = error
            else:
                return Wire(target.url, deadline, self.silence, self.limit, connected)
        deadline.left()
        raise UnreachableError(target.url, _why(target, refusal)) from refusal

    def _connected(self, target: Target, address: str, deadline: Deadline) -> socket.socket:
        wait = min(self.silence, deadline.left())
        plain = socket.create_connection((address, target.port), timeout=wait)
        if target.scheme == "http":
            return plain
        try:
            plain.settimeout(min(self.silence, deadline.left()))
            context = self.tls or ssl.create_default_context()
            return context.wrap_socket(plain, server_hostname=target.host)
        except BaseException:
            plain.close()
            raise


def _why(target: Target, refusal: OSError | None) -> str:
    if isinstance(refusal, ssl.SSLCertVerificationError):
        return (
            f"the certificate of {target.host!r} is not trusted ({refusal.verify_message}); name "
            "its authority in SSL_CERT_FILE if it is your own"
        )
    reason = getattr(refusal, "strerror", "") or str(refusal)
    return f"no connection to {target.authority!r} ({reason}); try again later"


def _lost(url: str, deadline: Deadline, error: OSError) -> Exception:
    deadline.left()
    if isinstance(error, TimeoutError):
        return TooSlowError(url, "the server stopped sending; try again later")
    reason = error.strerror or str(error)
    return BrokenReplyError(url, f"the connection broke ({reason}); try again later")


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


GZIP = b"\x1f\x8b"
_STEP = 64 * 1024


class UnpackingError(Exception):
    """The data is not gzip, is damaged, or ends too early."""


class BombError(Exception):
    """The data unpacks to more than it may."""


def unpack(data: bytes, limit: int) -> bytes:
    r"""The data, unpacked if it is gzip; raises BombError beyond `limit` bytes.

    >>> unpack(b"<urlset/>", 100)
    b'<urlset/>'
    """
    return b"".join(unpacked([data], limit)) if data.startswith(GZIP) else data


def unpacked(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The unpacked pieces of gzip data, in order; padding after its end is ignored.

    Raises UnpackingError for data that is not gzip, is damaged or ends too early, and
    BombError before more than `limit` bytes have been unpacked.
    """
    member = _member()
    left, fed = limit, False
    for piece in pieces:
        rest = piece
        while rest:
            if member.eof:
                if not rest.startswith(GZIP[:1]):
                    break
                member, fed = _member(), False
            data = _step(member, rest, min(_STEP, left + 1))
            fed = True
            left -= len(data)
            if left < 0:
                raise BombError
            if data:
                yield data
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if fed and not member.eof:
        msg = "its compressed data ends too early"
        raise UnpackingError(msg)


def _member() -> zlib._Decompress:
    return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)


def _step(member: zlib._Decompress, data: bytes, limit: int) -> bytes:
    try:
        return member.decompress(data, limit)
    except zlib.error as error:
        msg = f"its compressed data is damaged ({error})"
        raise UnpackingError(msg) from error
