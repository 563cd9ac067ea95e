"""One connection to one checked address, within a time and a size; speaks no HTTP."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.errors import BrokenReplyError, TooLargeError, TooSlowError, UnreachableError
from rag.sources.addresses import Target

_PIECE = 64 * 1024


@dataclass(slots=True)
class Deadline:
    """When a reply has to be there, whatever its pieces take."""

    url: str
    seconds: float
    clock: Callable[[], float] = time.monotonic
    _started: float = 0.0

    def __post_init__(self) -> None:
        self._started = self.clock()

    def left(self) -> float:
        """The seconds left; raises TooSlowError when there are none."""
        left = self.seconds - (self.clock() - self._started)
        if left <= 0:
            reason = "not read within the time a reply may take; try again later"
            raise TooSlowError(self.url, reason)
        return left


@dataclass(slots=True)
class Wire:
    """An open connection; what is read from it is counted and timed."""

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
        """What came next, b"" at the end; raises TooLargeError when it was too much in all."""
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
        """Ends the connection."""
        self._socket.close()


@dataclass(frozen=True, slots=True)
class Connector:
    """Opens connections by number; the certificate is checked against the name.

    `silence` is how many seconds the server may say nothing, `limit` how many bytes it
    may send.
    """

    silence: float
    limit: int
    tls: ssl.SSLContext | None = None

    def connect(self, target: Target, addresses: Sequence[str], deadline: Deadline) -> Wire:
        """A connection to the first of the addresses that takes it.

        Raises UnreachableError with the last one's reason.
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
    told = getattr(refusal, "strerror", "") or str(refusal)
    return f"no connection to {target.authority!r} ({told}); try again later"


def _lost(url: str, deadline: Deadline, error: OSError) -> Exception:
    deadline.left()
    if isinstance(error, TimeoutError):
        return TooSlowError(url, "the server fell silent; try again later")
    told = error.strerror or str(error)
    return BrokenReplyError(url, f"the connection broke ({told}); try again later")
