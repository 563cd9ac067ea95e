"""Each reader's share of the server, over a page of Gradio whose one call waits to be released."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI

from rag.web.accounts import Account
from rag.web.keeping import UNKNOWN_VISITOR
from rag.web.server.asgi import Asgi, Message, Receive, Send
from rag.web.server.shares import Share, ShareLimits, Shares
from tests.http_server import PATIENCE, Raw, http_server

pytestmark = [
    pytest.mark.enable_socket,
    # Gradio counts its calls with an option that pandas will drop.
    pytest.mark.filterwarnings("ignore:.*no_silent_downcasting"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

CALL = "/gradio_api/call/ask"
FEW = ShareLimits(
    reader=Share(calls=3, running=2, streams=2),
    address=Share(calls=5, running=3, streams=3),
    machine=Share(calls=4, running=4, streams=4),
)


class Names:
    """Says who sends a request, by its header."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            who = dict(scope["headers"]).get(b"who", b"").decode()
            kind, _, name = who.partition(" ")
            if kind == "user":
                scope["account"] = Account(name, "reader")
            elif kind == "visitor":
                scope["visitor"] = UNKNOWN_VISITOR + name
                scope["client"] = ("192.0.2.7", 1)
        await self._app(scope, receive, send)


@dataclass
class Desk:
    """A running page: what it was asked, in order, and how to let it answer."""

    address: tuple[str, int]
    asked: list[str] = field(default_factory=list)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    opened: ExitStack = field(default_factory=ExitStack)
    queue: Any = None

    def answer(self, question: str) -> str:
        self.asked.append(question)
        self.begun.release()
        assert self.turns.acquire(timeout=PATIENCE)
        return f"answer to {question}"

    def wait_begun(self, number: int) -> None:
        for _ in range(number):
            assert self.begun.acquire(timeout=PATIENCE)

    def send(self, who: str, path: str, body: Any = None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        self.opened.callback(connection.close)
        headers = {"who": who, "content-type": "application/json"}
        method = "GET" if body is None else "POST"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        return self.opened.enter_context(connection.getresponse())

    def ask(self, who: str, question: str) -> tuple[int, Any]:
        """The status, and the event or the reason why there is none."""
        got = self.send(who, CALL, {"data": [question]})
        said = json.loads(got.read())
        return got.status, said.get("event_id") or said["detail"]

    def result(self, who: str, event: str) -> str:
        """Reads a stream to its end."""
        return self.send(who, f"{CALL}/{event}").read().decode()

    def release(self, number: int = 100) -> None:
        self.turns.release(number)


@contextmanager
def desk(limits: ShareLimits = FEW, at_once: int = 8) -> Iterator[Desk]:
    opened = Desk(("", 0))

    async def application() -> Asgi:
        with gr.Blocks(analytics_enabled=False) as page:
            gr.api(opened.answer, api_name="ask")
            gr.api(opened.answer, api_name="now", queue=False)
        page.queue(default_concurrency_limit=at_once, max_size=200)
        opened.queue = page._queue
        app = FastAPI()
        gr.mount_gradio_app(app, page, "/", ssr_mode=False)
        app.add_middleware(Shares, page=page, limits=limits)
        app.add_middleware(Names)
        return app

    # Gradio would make an event loop, and leave it open, where none runs.
    with http_server(asyncio.run(application())) as address:
        opened.address = address
        try:
            yield opened
        finally:
            opened.opened.close()
            opened.release()


def test_a_reader_has_a_share_of_the_queue_and_others_have_theirs() -> None:
    with desk() as page:
        got = [page.ask("user ada", f"a{n}") for n in range(5)]
        assert [status for status, _ in got] == [200, 200, 200, 429, 429]
        why = "3 of your questions are waiting; ask again when one is answered"
        assert got[3][1] == why
        page.wait_begun(2)
        status, event = page.ask("user bo", "b0")
        assert status == 200
        page.wait_begun(1)
        assert page.asked[2:] == ["b0"]
        page.release()
        assert "answer to b0" in page.result("user bo", event)
        for _, each in got[:3]:
            assert "event: complete" in page.result("user ada", each)
        assert page.ask("user ada", "again")[0] == 200


def test_four_hundred_posts_at_once_leave_room_for_others() -> None:
    with desk(ShareLimits()) as page:
        statuses: list[int] = []
        threads = [
            threading.Thread(
                target=lambda: statuses.extend(page.ask("user ada", "?")[0] for _ in range(25))
            )
            for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (statuses.count(200), statuses.count(429)) == (16, 384)
        page.wait_begun(4)
        assert page.ask("user bo", "b")[0] == 200
        page.wait_begun(1)
        assert page.asked == ["?"] * 4 + ["b"]


def test_a_new_visitor_takes_of_the_share_of_the_address() -> None:
    with desk() as page:
        got = [page.ask(f"visitor {n}", str(n))[0] for n in range(6)]
        assert got == [200] * 5 + [429]
        assert page.ask("visitor ", "nobody")[0] == 429
        assert page.ask("user ada", "a")[0] == 200


def test_a_page_for_this_machine_has_one_reader() -> None:
    with desk() as page:
        assert [page.ask("", str(n))[0] for n in range(5)] == [200] * 4 + [429]


def test_a_question_that_is_cancelled_counts_no_more() -> None:
    with desk() as page:
        first = [page.ask("user ada", str(n))[1] for n in range(3)]
        page.wait_begun(2)
        assert page.ask("user ada", "more")[0] == 429
        body = {"session_hash": first[2], "fn_index": 0, "event_id": first[2]}
        assert page.send("user ada", "/gradio_api/cancel", body).status == 200
        assert page.ask("user ada", "more")[0] == 200


def test_a_question_whose_reader_has_gone_counts_no_more() -> None:
    with desk() as page:
        events = [page.ask("user ada", str(n))[1] for n in range(3)]
        page.wait_begun(2)
        with Raw(page.address) as raw:
            raw.send(
                f"GET {CALL}/{events[2]} HTTP/1.1\r\nHost: a\r\nWho: user ada\r\n\r\n".encode()
            )
            raw.until(b"text/event-stream")
        assert any(page.ask("user ada", "more")[0] == 200 for _ in range(500))


def test_answers_that_nobody_reads_are_forgotten_and_others_are_not() -> None:
    """Each answer makes three messages or more; ada may leave eight of them unread."""
    few = ShareLimits(reader=Share(calls=3, running=2, streams=2, unread=8))
    with desk(few) as page:
        page.release()
        kept = page.ask("user bo", "kept")[1]
        page.wait_begun(1)
        for number in range(12):
            assert any(page.ask("user ada", str(number))[0] == 200 for _ in range(500))
            page.wait_begun(1)
        waiting = page.queue.pending_messages_per_session
        assert sum(each.qsize() for each in waiting.values()) <= 8 + 8
        assert "answer to kept" in page.result("user bo", kept)
        assert any(page.ask("user ada", "last")[0] == 200 for _ in range(500))


def test_whoever_asks_much_does_not_come_first() -> None:
    with desk(at_once=1) as page:
        for question in ("a0", "a1", "a2"):
            page.ask("user ada", question)
        page.wait_begun(1)
        for question in ("b0", "b1"):
            page.ask("user bo", question)
        event = page.ask("user cy", "c0")[1]
        for _ in range(6):
            page.release(1)
        page.wait_begun(5)
        page.result("user cy", event)
        assert page.asked == ["a0", "b0", "c0", "a1", "b1", "a2"]


def test_calls_that_skip_the_queue_count_too() -> None:
    with desk() as page:
        body = {"data": ["now"], "session_hash": "s"}
        done: list[int] = []

        def run() -> None:
            done.append(page.send("user ada", "/gradio_api/run/now", body).status)

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        page.wait_begun(3)
        for path in ("run/now", "api/now", "call/ask", "call/v2/ask", "queue/join"):
            assert page.send("user ada", f"/gradio_api/{path}", body).status == 429
        assert page.send("user ada", "/mcp", body).status == 429
        page.release()
        for thread in threads:
            thread.join()
        assert done == [200] * 3
        assert page.ask("user ada", "?")[0] == 200


def test_so_many_streams_are_open_at_once() -> None:
    with desk() as page:
        opened = [page.send("user ada", f"/gradio_api/heartbeat/{n}") for n in range(3)]
        assert [got.status for got in opened] == [200, 200, 429]
        assert "2 pages or streams are open" in opened[2].read().decode()
        assert page.send("user bo", "/gradio_api/heartbeat/b").status == 200
        assert page.ask("user ada", "?")[0] == 200


def test_twenty_readers_of_one_machine_are_answered_at_once() -> None:
    with desk(ShareLimits()) as page:
        page.release(20)
        found: list[str] = []

        def ask(number: int) -> None:
            event = page.ask("", str(number))[1]
            found.append(page.result("", event))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum("event: complete" in each for each in found) == 20


def test_an_idle_server_does_not_look_for_work_a_thousand_times_a_second() -> None:
    with desk() as page:
        assert page.ask("user ada", "a")[0] == 200
        assert page.queue.sleep_when_free == 0.01
