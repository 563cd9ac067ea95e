"""The page's HTTP server in this process, over any application, and raw connections to it."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn

from rag.web.server.asgi import Asgi
from rag.web.server.connections import ConnectionLimits, Server, connection_settings
from rag.web.server.serving import listen

PATIENCE = 20.0
PATIENT = ConnectionLimits(head=300, body=300, idle=300, write=300)


@contextmanager
def http_server(app: Asgi, limits: ConnectionLimits = PATIENT) -> Iterator[tuple[str, int]]:
    """The address of a running server."""
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
        **connection_settings(limits),
    )
    server = Server(config)
    with listen("127.0.0.1", 0) as listener:
        address: tuple[str, int] = listener.getsockname()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join()


@dataclass
class Raw:
    """A connection that sends what it likes."""

    address: tuple[str, int]
    received: bytes = b""
    socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(self.address, PATIENCE)

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def until(self, end: bytes) -> bytes:
        """What the server sends up to some bytes, which must come."""
        while end not in self.received:
            more = self.socket.recv(65536)
            assert more, f"the server closed after {self.received!r}"
            self.received += more
        found, _, self.received = self.received.partition(end)
        return found + end

    def to_end(self) -> bytes:
        """What the server sends until it closes the connection, which it must do."""
        try:
            while more := self.socket.recv(65536):
                self.received += more
        except ConnectionError:
            pass
        return self.received

    def drip(self, piece: bytes, times: int) -> bool:
        """Sends a piece again and again until the server answers or closes: whether it did."""
        for _ in range(times):
            if select.select([self.socket], [], [], 0.01)[0]:
                return True
            try:
                self.send(piece)
            except ConnectionError:
                return True
        return False
