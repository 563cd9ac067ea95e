"""A tiny server that speaks OpenAI's protocol on 127.0.0.1, well or badly."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from rag.llms.learned import forget

Mode = Literal[
    "ok",
    "one chunk",
    "no usage",
    "rejects stream_options",
    "rejects max_tokens",
    "400",
    "401",
    "404",
    "429",
    "429 once",
    "429 for an hour",
    "500",
    "error event",
    "drop",
    "cut short",
    "slow",
    "stalls",
    "endless",
    "pings",
    "not JSON",
    "HTML",
    "empty",
    "elsewhere",
]
_STATUS: dict[str, tuple[int, str]] = {
    "400": (400, "the pot is full\nand 'sk-secret' is your key"),
    "401": (401, "wrong key sk-secret"),
    "404": (404, "no such model"),
    "429": (429, "too many"),
    "500": (500, "out of memory"),
}


@dataclass
class FakeServer:
    """What the server was asked, where it is, and how it answers from now on."""

    url: str
    mode: Mode = "ok"
    pieces: Sequence[str] = ()
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    elsewhere: str = ""
    answer: Callable[[dict[str, Any]], Raw] | None = None
    released: threading.Event = field(default_factory=threading.Event)
    hung_up: threading.Event = field(default_factory=threading.Event)
    connections: list[socket.socket] = field(default_factory=list)


@dataclass(frozen=True)
class Raw:
    """A response byte by byte: each of `parts` is a chunk of the body, sent by itself.

    With `drops` the connection ends before the body does.
    """

    parts: Sequence[bytes]
    status: int = 200
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"content-type": "text/event-stream"}
    )
    drops: bool = False


def event(value: object) -> bytes:
    """A value as an event of a stream."""
    return f"data: {json.dumps(value)}\n\n".encode()


def delta(content: object = None, **fields: Any) -> bytes:
    """An event that adds to a reply; `finish_reason` and the delta's other fields by name."""
    ended = fields.pop("finish_reason", None)
    said = fields | ({} if content is None else {"content": content})
    return event({"choices": [{"index": 0, "delta": said, "finish_reason": ended}]})


DONE = b"data: [DONE]\n\n"


def refusal(status: int, body: object, **headers: str) -> Raw:
    """A response that reports an error in JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Raw([json.dumps(body).encode()], status, {"content-type": "application/json"} | named)


@contextmanager
def llm_server(
    mode: Mode,
    pieces: Sequence[str] = ("The mill ", "burnt [1]."),
    answer: Callable[[dict[str, Any]], Raw] | None = None,
) -> Iterator[FakeServer]:
    """A running server that answers every question in `mode` with `pieces`.

    With `answer` it sends what that returns for the body of each request.
    """
    state = FakeServer("", mode, pieces)
    state.answer = answer

    class Handler(_Handler):
        pass

    Handler.state = state
    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    # Another server may have had this port, and what it rejected is remembered.
    forget(state.url)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.released.set()
        server.shutdown()
        # A client that asks again and again keeps its connection open.
        for connection in state.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that is done may reset the connection; that is no error of the test.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: FakeServer

    @property
    def mode(self) -> Mode:
        return self.state.mode

    def setup(self) -> None:
        self.state.connections.append(self.request)
        super().setup()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.state.asked.append(body)
        self.state.paths.append(self.path)
        self.state.keys.append(self.headers["authorization"])
        self.state.headers.append({name.lower(): value for name, value in self.headers.items()})
        try:
            self._answer(body)
        except (BrokenPipeError, ConnectionResetError):
            self.state.hung_up.set()
            self.close_connection = True

    def _answer(self, body: dict[str, Any]) -> None:
        rejected = self.mode.removeprefix("rejects ")
        if self.state.answer:
            self._send_raw(self.state.answer(body))
        elif rejected in body:
            self._refuse(400, f"Unsupported parameter: '{rejected}'")
        elif self.mode == "429 once" and len(self.state.asked) == 1:
            self._refuse(429, "too many")
        elif self.mode == "429 for an hour":
            self._send(429, "application/json", b"{}", ("retry-after", "3600"))
        elif self.mode in _STATUS:
            self._refuse(*_STATUS[self.mode])
        elif self.mode == "HTML":
            self._send(200, "text/html", b"<p>It works!</p>")
        elif self.mode == "elsewhere":
            where = f"{self.state.elsewhere}/chat/completions"
            self._send(307, "application/json", b"{}", ("location", where))
        elif self.mode == "slow":
            self.state.released.wait()
            self.close_connection = True
        else:
            self._stream(body)

    def _refuse(self, status: int, message: str) -> None:
        self._send(status, "application/json", json.dumps({"error": {"message": message}}).encode())

    def _send(
        self,
        status: int,
        kind: str,
        body: bytes,
        retry: tuple[str, str] = ("retry-after-ms", "1"),
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header(*retry)
        self.end_headers()
        self.wfile.write(body)

    def _send_raw(self, raw: Raw) -> None:
        self.send_response(raw.status)
        for name, value in raw.headers.items():
            self.send_header(name, value)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for part in raw.parts:
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        if raw.drops:
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")

    def _stream(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        if self.mode == "one chunk":
            self._delta({"content": "".join(self.state.pieces)}, finish_reason="stop")
            self._data("")
            return
        self._delta({"role": "assistant"})
        if self.mode == "not JSON":
            self._data("data: {oops\n\n")
        if self.mode == "error event":
            self._event({"error": {"message": "the model crashed"}})
        while self.mode == "pings":
            self._data(": still here\n\n")
        while self.mode == "endless":
            self._delta({"content": "so "})
        if self.mode != "empty":
            for piece in self.state.pieces:
                self._delta({"content": piece})
        if self.mode == "stalls":
            self.state.released.wait()
        if self.mode in {"drop", "stalls"}:
            self.close_connection = True
            return
        if self.mode != "cut short":
            self._delta({}, finish_reason="stop")
            if "stream_options" in body and self.mode != "no usage":
                self._event({"choices": [], "usage": {"prompt_tokens": 31, "completion_tokens": 5}})
            self._data("data: [DONE]\n\n")
        self._data("")

    def _delta(self, delta: dict[str, str], finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        self._event({"id": "1", "object": "chat.completion.chunk", "choices": [choice]})

    def _event(self, event: dict[str, Any]) -> None:
        self._data(f"data: {json.dumps(event)}\n\n")

    def _data(self, text: str) -> None:
        """One chunk of the body; an empty one ends it."""
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test's output stays clean."""
