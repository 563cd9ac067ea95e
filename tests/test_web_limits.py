from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest

from rag.web.accounts import Accounts, add_account
from rag.web.server.asgi import Asgi, BodyTooLarge, Message, Receive, Send, read_body, refuse
from rag.web.server.guard import LARGEST_REQUEST, LARGEST_UPLOAD, Rate, RequestGuard
from rag.web.server.login import SESSION_SECONDS, Login

WORDS = "correct horse battery"
KEY = bytes(32)
PAGE = {"accept": "text/html"}


@dataclass
class Clock:
    """A time that passes when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Got:
    """How a request was answered."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def error(self) -> str:
        return str(json.loads(self.body)["error"])


async def _asked(app: Asgi, scope: Message, bodies: list[bytes]) -> Got:
    got, waiting = Got(), list(bodies)

    async def receive() -> Message:
        if not waiting:
            return {"type": "http.disconnect"}
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            got.status = message["status"]
            # Of equal names the first: the session's cookie comes before the device's.
            got.headers = {n.decode(): v.decode() for n, v in reversed(message["headers"])}
        else:
            got.body += message.get("body", b"")

    await app(scope, receive, send)
    return got


def ask(
    app: Asgi,
    path: str = "/",
    *,
    method: str = "GET",
    headers: Mapping[str, str] = {},
    bodies: list[bytes] | None = None,
    client: str = "192.0.2.1",
) -> Got:
    given = {"host": "localhost:7860"} | dict(headers)
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "scheme": "http",
        "client": (client, 1),
        "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in given.items()],
    }
    run: Callable[[], Awaitable[Got]] = lambda: _asked(app, scope, bodies or [b""])  # noqa: E731
    return anyio.run(run)


async def inside(scope: Message, receive: Receive, send: Send) -> None:
    """Says who asks, and how many bytes came."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        size += len(message["body"])
        more = message["more_body"]
    account = scope.get("account")
    said = {"name": account.name if account else "", "size": size}
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(said).encode()})


def guard(*, only_local: bool = True, rate: int = 6000) -> RequestGuard:
    return RequestGuard(inside, only_local=only_local, rate=Rate(rate))


def test_a_quarter_of_a_minutes_requests_may_come_at_once_and_then_one_by_one() -> None:
    clock = Clock()
    rate = Rate(60, clock)
    assert [rate.wait("a") for _ in range(15)] == [0.0] * 15
    assert rate.wait("a") == 1.0
    assert rate.wait("b") == 0.0
    clock.now += 0.5
    assert rate.wait("a") == 0.5
    clock.now += 0.5
    assert rate.wait("a") == 0.0
    clock.now += 3600
    assert [rate.wait("a") for _ in range(16)] == [*[0.0] * 15, 1.0]


def test_no_more_than_so_many_clients_are_remembered() -> None:
    clock = Clock()
    rate = Rate(4, clock)
    assert (rate.wait("first"), rate.wait("first")) == (0.0, 15.0)
    for number in range(5000):
        rate.wait(f"client {number}")
    assert len(rate._left) == 4096
    assert rate.wait("first") == 0.0


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/config", "/login", "/assets/index.js", "/theme.css", "/export/a.json"),
        "/page/12.png",
        *("/gradio_api/info", "/gradio_api/queue/join", "/gradio_api/heartbeat/x", "/mcp"),
        *("/gradio_api/call/search", "/gradio_api/call/ask/0a1b", "/gradio_api/upload"),
    ],
)
def test_what_the_page_is_made_of_is_served(path: str) -> None:
    assert ask(guard(), path).status == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/monitoring", "/gradio_api/proxy=http://a.example", "/gradio_api/runs", "/docs"),
        *("/gradio_api/vibe-edit", "/gradio_api/openapi.json", "/gradio_api/deep_link"),
        *("/gradio_api/run-history/records", "/..", "/assets", "/gradio_api/process_recording"),
        *("/gradio_api/stream/a", "/archive.db", "/gradio_api/dev/reload", "/mcp/x"),
        *("/gradio_api/file=/tmp/x", "/gradio_api/token", "/gradio_api/call/take_files"),
    ],
)
def test_what_the_page_does_not_need_is_not_there(path: str) -> None:
    got = ask(guard(), path)
    assert (got.status, got.error) == (404, "there is nothing here")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:7860", "[::1]:7860", "LOCALHOST:1"])
def test_a_local_page_answers_to_this_machines_names(host: str) -> None:
    assert ask(guard(), headers={"host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil.example", "[", "192.0.2.7"],
)
def test_a_local_page_answers_to_no_other_name(host: str) -> None:
    assert ask(guard(), headers={"host": host}).status == 421
    assert ask(guard(only_local=False), headers={"host": host}).status == 200


def test_a_request_may_be_so_large_and_no_larger() -> None:
    def of(size: int, path: str = "/gradio_api/queue/join") -> int:
        length = {"content-length": str(size)}
        return ask(guard(), path, method="POST", headers=length).status

    assert (of(LARGEST_REQUEST), of(LARGEST_REQUEST + 1)) == (200, 413)
    upload = "/gradio_api/upload"
    assert (of(LARGEST_UPLOAD, upload), of(LARGEST_UPLOAD + 1, upload)) == (200, 413)
    assert ask(guard(), "/", headers={"content-length": "-1"}).status == 413
    assert ask(guard(), "/", headers={"content-length": "much"}).status == 413


def test_a_body_that_is_longer_than_it_says_is_cut_off() -> None:
    pieces = [b"x" * (LARGEST_REQUEST // 4)] * 6
    got = ask(guard(), "/gradio_api/queue/join", method="POST", bodies=pieces)
    assert json.loads(got.body)["size"] == LARGEST_REQUEST


def _read(*messages: Message, most: int = 4) -> tuple[bytes, list[Message]]:
    """What `read_body` gives, and what the application receives after it."""
    left = list(messages)

    async def receive() -> Message:
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def run() -> tuple[bytes, list[Message]]:
        body, again = await read_body(receive, most)
        return body, [await again(), await again()]

    return anyio.run(run)


def test_a_body_that_was_read_can_be_read_again() -> None:
    first = {"type": "http.request", "body": b"ab", "more_body": True}
    whole = {"type": "http.request", "body": b"abcd", "more_body": False}
    gone = {"type": "http.disconnect"}
    last = {"type": "http.request", "body": b"cd"}
    assert _read(first, last) == (b"abcd", [whole, gone])
    assert _read({"type": "http.request"}) == (b"", [whole | {"body": b""}, gone])
    assert _read(first, gone) == (b"ab", [first, gone])
    with pytest.raises(BodyTooLarge):
        _read(first, last, most=3)


def test_nothing_behind_the_door_decodes_a_cookie() -> None:
    seen: list[list[tuple[bytes, bytes]]] = []

    async def inner(scope: Message, receive: Receive, send: Send) -> None:
        seen.append(scope["headers"])
        await refuse(send, 200, "")

    app = RequestGuard(inner, only_local=True, rate=Rate(600))
    given = {"host": "localhost", "cookie": f'a="{"!" * 9}"', "accept": "*/*"}
    assert ask(app, headers=given).status == 200
    assert seen == [[(b"host", b"localhost"), (b"accept", b"*/*")]]


def test_too_many_requests_are_told_when_to_come_again() -> None:
    app = guard(rate=4)
    assert ask(app).status == 200
    got = ask(app)
    assert (got.status, got.error) == (429, "too many requests; try again in 15 s")
    assert ask(app, client="192.0.2.2").status == 200
    assert ask(app, "/assets/index.js").status == 200


def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def app(scope: Message, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    for wrapped in (RequestGuard(app, only_local=True, rate=Rate(1)), Login(app, _accounts(), KEY)):
        anyio.run(lambda each=wrapped: _asked(each, {"type": "lifespan"}, []))  # type: ignore[misc]
    assert seen == ["lifespan", "lifespan"]


class _accounts(Accounts):  # noqa: N801 - stands for a file that costs a second to make
    def __init__(self) -> None:
        pass


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("users") / "users.json"
    add_account(path, "ada", "admin", WORDS)
    return path


def basic(name: str, password: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"authorization": f"Basic {encoded}"}


def form(name: str, password: str) -> list[bytes]:
    return [f"username={name}&password={password.replace(' ', '+')}".encode()]


def log_in(app: Asgi, **changed: Any) -> Got:
    return ask(app, "/login", method="POST", bodies=form("ada", WORDS), **changed)


def test_a_page_is_led_to_the_login_and_a_program_is_told_of_it(users: Path) -> None:
    app = Login(inside, Accounts(users), KEY)
    led = ask(app, headers=PAGE)
    assert (led.status, led.headers["location"]) == (303, "./login")
    told = ask(app, "/gradio_api/info")
    assert (told.status, told.headers["www-authenticate"]) == (401, "Basic")
    assert "www-authenticate" not in ask(app, headers={"sec-fetch-mode": "cors"}).headers
    shown = ask(app, "/login", headers=PAGE)
    assert shown.status == 200
    assert b'<form method="post" action="login">' in shown.body
    for path in ("/export/a.json", "/mcp", "/assets/x.js", "/gradio_api/file=x", "/config"):
        assert ask(app, path).status == 401


def test_a_session_lasts_half_a_day_and_until_logout(users: Path) -> None:
    clock = Clock()
    app = Login(inside, Accounts(users), KEY, clock)
    got = log_in(app)
    assert (got.status, json.loads(got.body)) == (200, {"success": True})
    cookie, *rules = got.headers["set-cookie"].split("; ")
    assert rules == ["Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Lax"]
    with_cookie = {"cookie": f"other=1; {cookie}"}
    assert json.loads(ask(app, headers=with_cookie).body)["name"] == "ada"
    clock.now += SESSION_SECONDS
    assert ask(app, headers=with_cookie).status == 401
    again = log_in(app, headers=PAGE)
    assert (again.status, again.headers["location"]) == (303, "./")
    fresh = {"cookie": again.headers["set-cookie"].split(";")[0]}
    assert ask(app, headers=fresh).status == 200
    assert ask(app, "/logout", headers=fresh).headers["set-cookie"].startswith("dateline-session=;")
    assert ask(app, headers=fresh).status == 401
    for odd in ("dateline-session", "dateline-session=", "\x00=;;", "dateline-session=guess"):
        assert ask(app, headers={"cookie": odd}).status == 401


def test_an_account_that_changes_has_to_log_in_again(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    add_account(path, "ada", "admin", WORDS)
    app = Login(inside, Accounts(path), KEY)
    cookie = {"cookie": log_in(app).headers["set-cookie"].split(";")[0]}
    assert ask(app, headers=cookie).status == 200
    add_account(path, "ada", "reader", WORDS)
    assert ask(app, headers=cookie).status == 401


def test_an_account_with_too_many_sessions_ends_its_own_oldest(tmp_path: Path) -> None:
    users = tmp_path / "users.json"
    salt, cheap = b"salt", {"n": 2, "r": 8, "p": 1, "dklen": 32}
    digest = hashlib.scrypt(WORDS.encode(), salt=salt, **cheap)
    hashed = f"scrypt$2$8$1${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
    rows = [{"name": each, "role": "reader", "password": hashed} for each in ("ada", "bo")]
    users.write_text(json.dumps({"users": rows}))
    users.chmod(0o600)
    app = Login(inside, Accounts(users), KEY)

    def cookie(name: str) -> dict[str, str]:
        got = ask(app, "/login", method="POST", bodies=form(name, WORDS))
        return {"cookie": got.headers["set-cookie"].split(";")[0]}

    ada, *bos = cookie("ada"), *(cookie("bo") for _ in range(101))
    statuses = [ask(app, headers=each).status for each in (ada, bos[0], bos[1], bos[100])]
    assert statuses == [200, 401, 200, 200]


def test_programs_say_who_they_are_with_each_request(users: Path) -> None:
    clock = Clock()
    app = Login(inside, Accounts(users), KEY, clock)
    for _ in range(2):
        assert json.loads(ask(app, headers=basic("ada", WORDS)).body)["name"] == "ada"
    clock.now += 3600
    assert ask(app, headers=basic("ada", WORDS)).status == 200
    assert ask(app, headers=basic("ada", "wrong")).status == 401
    for odd in ("Basic", "Basic !", "Basic YQ==", "Bearer x", "Basic " + "A" * 4000, "Basic /w=="):
        assert ask(app, headers={"authorization": odd}).status == 401


def test_a_form_that_is_too_long_is_no_login(users: Path) -> None:
    app = Login(inside, Accounts(users), KEY)
    long = [*form("ada", WORDS), b"&" * 20_000]
    assert ask(app, "/login", method="POST", bodies=long).status == 401
