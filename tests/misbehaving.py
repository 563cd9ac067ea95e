"""A web server on 127.0.0.1 that sends what it is told, byte for byte, well or badly."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_TLS = b"\x16\x03"
NO_ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Site:
    """Where the server is, what was asked of it, and what it is to answer, by path.

    An answer is bytes, or a function that is given the connection. Each list of answers
    is worked off; its last one stays.
    """

    port: int = 0
    scheme: str = "http"
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a path of this server."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def says(self, path: str, *answers: Answer) -> str:
        """Sets the answers for a path, and returns its address."""
        self.answers[path] = list(answers)
        return self.url(path)

    def pages(self) -> list[str]:
        """The paths that were asked for, without those of robots.txt."""
        return [path for path in self.asked if path != "/robots.txt"]


Answer = bytes | Callable[[socket.socket, Site], None]


def reply(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """A sound reply; a header that is given replaces the usual one, underscores as hyphens."""
    given = {name.replace("_", "-").title(): value for name, value in headers.items()}
    usual = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
    lines = [f"{name}: {value}" for name, value in (usual | given).items() if value]
    head = "\r\n".join([f"HTTP/1.1 {status} Something", *lines])
    return head.encode() + b"\r\n\r\n" + body


def drip(head: bytes, piece: bytes) -> Callable[[socket.socket, Site], None]:
    """Sends the head, then the piece every millisecond until whoever asked hangs up."""

    def send(connection: socket.socket, site: Site) -> None:
        connection.sendall(head)
        while not site.released.wait(0.001):
            connection.sendall(piece)

    return send


def flood(head: bytes, piece: bytes) -> Callable[[socket.socket, Site], None]:
    """Sends the head, then the piece over and over until whoever asked hangs up."""

    def send(connection: socket.socket, site: Site) -> None:
        connection.sendall(head)
        while not site.released.is_set():
            connection.sendall(piece)

    return send


def hang(head: bytes) -> Callable[[socket.socket, Site], None]:
    """Sends the head, then nothing, and keeps the connection open."""

    def send(connection: socket.socket, site: Site) -> None:
        connection.sendall(head)
        site.released.wait()

    return send


def reset(connection: socket.socket, _site: Site) -> None:
    """Breaks the connection off, as a machine does that goes down."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@contextmanager
def site(
    answers: Mapping[str, Answer] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Site]:
    """A running server; unless told otherwise it has no robots.txt and nothing else."""
    state = Site(scheme="https" if tls else "http")
    for path, answer in ({"/robots.txt": NO_ROBOTS} | dict(answers or {})).items():
        state.says(path, answer)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        state.port = listening.getsockname()[1]
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                with suppress(OSError):
                    connection, _ = listening.accept()
                    if state.released.is_set():
                        connection.close()
                        return
                    thread = threading.Thread(target=_serve, args=(connection, state, tls))
                    thread.start()
                    threads.append(thread)

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield state
        finally:
            state.released.set()
            socket.create_connection(("127.0.0.1", state.port)).close()
            accepting.join()
            for thread in threads:
                thread.join()


def _serve(connection: socket.socket, state: Site, tls: ssl.SSLContext | None) -> None:
    # Whoever asked may hang up at any moment.
    with suppress(OSError), connection:
        served = tls.wrap_socket(connection, server_side=True) if tls else connection
        with served:
            _answer(served, state)


def _answer(connection: socket.socket, state: Site) -> None:
    lines = _request(connection)
    if not lines:
        return
    path = lines[0].split()[1]
    state.asked.append(path)
    state.headers.append(
        {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    )
    waiting = state.answers.get(path, [NO_ROBOTS])
    answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
    if callable(answer):
        answer(connection, state)
    else:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)


def _request(connection: socket.socket) -> list[str]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece or piece.startswith(_TLS):
            return []
        data += piece
    return data.decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")
