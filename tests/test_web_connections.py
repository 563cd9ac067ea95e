"""Connections that keep the server waiting, over real sockets."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rag.web.server.asgi import Message, Receive, Send
from rag.web.server.connections import ConnectionLimits, Connections, most_connections
from tests.browser.conftest import CORPUS, FIRST_ANSWER, build, running_app
from tests.http_server import PATIENCE, PATIENT, Raw, http_server

pytestmark = pytest.mark.enable_socket

HOST = b"Host: localhost\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
SOON = 0.1


def limits(
    head: float = 300, body: float = 300, idle: float = 300, write: float = 300, slowest: int = 1
) -> ConnectionLimits:
    return ConnectionLimits(head, body, slowest, idle, write)


def post(path: bytes, framing: bytes) -> bytes:
    return b"POST " + path + b" HTTP/1.1\r\n" + HOST + framing + b"\r\n\r\n"


@dataclass
class Application:
    """Answers by path: at once, after the body, in a stream, without an end, or when released."""

    ended: threading.Event = field(default_factory=threading.Event)
    waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    released: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = {
            "/": self.at_once,
            "/size": self.size,
            "/stream": self.stream,
            "/endless": self.endless,
            "/wait": self.wait,
        }[scope["path"]]
        await answer(receive, send)

    async def at_once(self, _receive: Receive, send: Send, body: bytes = b"done") -> None:
        length = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": body})

    async def size(self, receive: Receive, send: Send) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.ended.set()
                return
            size += len(message["body"])
            more = message["more_body"]
        await self.at_once(receive, send, b"%d bytes" % size)

    async def stream(self, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(5):
            await asyncio.sleep(SOON)
            body = b"event %d;" % number
            await send({"type": "http.response.body", "body": body, "more_body": number < 4})

    async def endless(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        gone = asyncio.create_task(receive())
        while not gone.done() or gone.result()["type"] != "http.disconnect":
            if gone.done():
                gone = asyncio.create_task(receive())
            await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
            await asyncio.sleep(0)
        self.ended.set()

    async def wait(self, receive: Receive, send: Send) -> None:
        self.waiting.release()
        await asyncio.to_thread(self.released.wait, PATIENCE)
        await self.at_once(receive, send)


def test_a_head_has_to_come_in_time() -> None:
    with http_server(Application(), limits(head=SOON)) as address, Raw(address) as raw:
        raw.send(b"GET / HTTP/1.1\r\nHost:")
        got = raw.to_end()
    assert got.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert got.endswith(b"The request took too long.")


def test_a_head_that_comes_in_drips_gets_no_more_time() -> None:
    with http_server(Application(), limits(head=SOON)) as address, Raw(address) as raw:
        raw.send(b"GET / HTTP/1.1\r\nX: ")
        assert raw.drip(b"x", 2000)
        assert raw.to_end().startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_sends_nothing_is_closed_without_a_word() -> None:
    with http_server(Application(), limits(head=SOON)) as address, Raw(address) as raw:
        assert raw.to_end() == b""


def test_the_second_head_of_a_connection_has_to_come_in_time_too() -> None:
    with http_server(Application(), limits(head=SOON)) as address, Raw(address) as raw:
        raw.send(GET)
        raw.until(b"done")
        raw.send(b"GET /")
        assert raw.to_end().startswith(b"HTTP/1.1 408 ")


def test_an_idle_connection_is_closed() -> None:
    with http_server(Application(), limits(idle=SOON)) as address, Raw(address) as raw:
        raw.send(GET)
        raw.until(b"done")
        assert raw.to_end() == b""


@pytest.mark.parametrize("framing", [b"Content-Length: 10", b"Transfer-Encoding: chunked"])
def test_a_body_has_to_go_on(framing: bytes) -> None:
    app = Application()
    with http_server(app, limits(body=SOON)) as address, Raw(address) as raw:
        raw.send(post(b"/size", framing))
        assert raw.to_end().startswith(b"HTTP/1.1 408 ")
        assert app.ended.wait(PATIENCE)


def test_a_body_in_drips_is_too_slow() -> None:
    slow = limits(body=SOON, slowest=100_000)
    with http_server(Application(), slow) as address, Raw(address) as raw:
        raw.send(post(b"/size", b"Content-Length: 1000000"))
        assert raw.drip(b"x", 2000)
        assert raw.to_end().startswith(b"HTTP/1.1 408 ")


def test_a_slow_body_that_goes_on_is_taken_to_its_end() -> None:
    with http_server(Application(), limits(body=0.5)) as address, Raw(address) as raw:
        raw.send(post(b"/size", b"Content-Length: 101"))
        assert not raw.drip(b"x", 100)
        raw.send(b"x")
        raw.until(b"101 bytes")


def test_a_body_that_goes_on_after_its_answer_is_not_read_for_ever() -> None:
    with http_server(Application(), limits(idle=SOON)) as address, Raw(address) as raw:
        raw.send(post(b"/", b"Transfer-Encoding: chunked"))
        raw.until(b"done")
        assert raw.drip(b"1\r\nx\r\n", 2000)
        assert raw.to_end() == b""


def test_a_client_that_takes_nothing_is_given_up() -> None:
    app = Application()
    with http_server(app, limits(write=SOON)) as address, Raw(address) as raw:
        raw.send(GET.replace(b"/ ", b"/endless ", 1))
        assert app.ended.wait(PATIENCE)


def test_a_stream_outlives_every_limit() -> None:
    short = limits(head=SOON, body=SOON, idle=SOON, write=SOON)
    with http_server(Application(), short) as address, Raw(address) as raw:
        raw.send(GET.replace(b"/ ", b"/stream ", 1))
        got = raw.to_end()
    assert [b"event %d;" % number in got for number in range(5)] == [True] * 5
    assert got.endswith(b"0\r\n\r\n")


def test_a_new_connection_takes_the_place_of_the_oldest_that_asks_nothing() -> None:
    app = Application()
    few = ConnectionLimits(head=300, idle=300, most=3)
    with http_server(app, few) as address, ExitStack() as stack:
        busy = stack.enter_context(Raw(address))
        busy.send(GET.replace(b"/ ", b"/wait ", 1))
        assert app.waiting.acquire(timeout=PATIENCE)
        first, second, third = (stack.enter_context(Raw(address)) for _ in range(3))
        assert first.to_end() == b""
        for raw in (third, second):
            raw.send(GET)
            raw.until(b"done")
        app.released.set()
        busy.until(b"done")


def test_connections_that_wait_for_answers_keep_their_places() -> None:
    app = Application()
    few = ConnectionLimits(head=300, idle=300, most=2)
    with http_server(app, few) as address, ExitStack() as stack:
        busy = [stack.enter_context(Raw(address)) for _ in range(2)]
        for raw in busy:
            raw.send(GET.replace(b"/ ", b"/wait ", 1))
            assert app.waiting.acquire(timeout=PATIENCE)
        late = stack.enter_context(Raw(address))
        assert late.to_end() == b""
        app.released.set()
        for raw in busy:
            raw.until(b"done")


class Stranger:
    """A connection from an address, as far as `Connections` knows one."""

    def __init__(self, host: str, opened: Connections) -> None:
        self.client = (host, 1)
        self.dropped = False
        self.admitted = opened.admit(self)  # type: ignore[arg-type]
        opened.set_waiting(self, waiting=True)  # type: ignore[arg-type]
        self.opened = opened

    def drop(self) -> None:
        self.dropped = True
        self.opened.remove(self)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "dropped"),
    [
        ("192.0.2.7", [True, False, False]),
        ("::ffff:192.0.2.7", [True, False, False]),
        ("2001:db8::7", [True, False, False]),
        ("127.0.0.1", [False, False, False]),
        ("::1", [False, False, False]),
        ("198.51.100.4", [False, False, False]),
        ("::ffff:198.51.100.4", [False, False, False]),
    ],
)
def test_one_address_has_its_share_unless_it_is_a_proxy(host: str, dropped: list[bool]) -> None:
    opened = Connections(ConnectionLimits(most=100, most_of_address=2), ["198.51.100.0/24"])
    other = Stranger("203.0.113.9", opened)
    strangers = [Stranger(host, opened) for _ in range(3)]
    assert [each.dropped for each in strangers] == dropped
    assert (other.dropped, [each.admitted for each in strangers]) == (False, [True] * 3)


def test_an_address_whose_connections_all_work_gets_no_more() -> None:
    opened = Connections(ConnectionLimits(most=100, most_of_address=1))
    busy = Stranger("192.0.2.7", opened)
    opened.set_waiting(busy, waiting=False)  # type: ignore[arg-type]
    assert not Stranger("192.0.2.7", opened).admitted
    assert Stranger("192.0.2.8", opened).admitted
    busy.drop()
    assert Stranger("192.0.2.7", opened).admitted


def test_half_of_the_open_files_stay_free() -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        assert (most_connections(500), most_connections(100)) == (128, 100)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_request_of_two_lengths_is_the_last_of_its_connection() -> None:
    with http_server(Application(), PATIENT) as address, Raw(address) as raw:
        both = b"Content-Length: 30\r\nTransfer-Encoding: chunked"
        raw.send(post(b"/size", both) + b"1\r\nx\r\n0\r\n\r\n" + GET)
        got = raw.to_end()
    assert got.endswith(b"1 bytes")
    assert got.count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"\x16\x03\x01\x00\xff\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n"),
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 2_000_000, b"HTTP/1.1 400 "),
        (post(b"/size", b"Transfer-Encoding: chunked") + b"zz\r\n", b"HTTP/1.1 400 "),
        (b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 OK\r\n"),
    ],
)
def test_what_is_no_request_is_answered_and_closed(request_: bytes, answer: bytes) -> None:
    with http_server(Application(), PATIENT) as address, Raw(address) as raw:
        try:
            raw.send(request_)
        except ConnectionError:
            pytest.skip("the server closed before it had read all")
        assert raw.to_end().startswith(answer)


def test_a_body_that_breaks_after_its_answer_leaves_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with http_server(Application(), PATIENT) as address, Raw(address) as raw:
        raw.send(post(b"/", b"Transfer-Encoding: chunked"))
        raw.until(b"done")
        raw.send(b"zz\r\n")
        assert raw.to_end() == b""
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_another_protocol_is_not_spoken_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with http_server(Application(), PATIENT) as address, Raw(address) as raw:
        raw.send(GET.replace(HOST, HOST + b"Connection: upgrade\r\nUpgrade: websocket\r\n"))
        raw.until(b"done")
    assert caplog.records == []


def test_pipelined_requests_are_answered_in_order() -> None:
    with http_server(Application(), PATIENT) as address, Raw(address) as raw:
        raw.send(post(b"/size", b"Content-Length: 3") + b"abc" + GET + GET[:9])
        raw.until(b"3 bytes")
        raw.until(b"done")
        raw.send(GET[9:])
        raw.until(b"done")


def test_a_thousand_half_open_requests_leave_the_page_usable(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 2000:
        pytest.skip("this process may not open enough files itself")
    archive = build(tmp_path / "flooded", CORPUS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (400, hard))  # The app inherits it.
    try:
        app = running_app(archive)
        site = app.__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with ExitStack() as stack:
        stack.push(app.__exit__)
        parts = urlsplit(site.url)
        address = (parts.hostname or "", parts.port or 0)
        site.wait_for(FIRST_ANSWER)
        for _ in range(1100):
            half = stack.enter_context(Raw(address))
            with suppress(ConnectionError):
                half.send(b"GET /config HTTP/1.1\r\nHost: localhost\r\n")
        with Raw(address) as raw:
            raw.send(b"GET /config HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
            assert raw.to_end().startswith(b"HTTP/1.1 200 OK\r\n")
        log = site.log.read_text(encoding="utf-8")
    assert "too many connections; the oldest ones without a request are closed" in log
    assert len(log) < 10_000
