"""Who may come in, how often a password may be guessed, and who is who where nobody logs in."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import stat
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

import anyio
import pytest

from rag.archive import Archive
from rag.config import Settings
from rag.web.accounts import LONGEST_PASSWORD, Account, Accounts, add_account
from rag.web.keeping import UNKNOWN_VISITOR
from rag.web.server.attempts import (
    FAILURE_SECONDS,
    MOST_FAILURES,
    MOST_FAILURES_OF_ALL,
    AttemptCounter,
    Client,
    Guesses,
    LoginOutcome,
    QueueFullError,
    Turns,
)
from rag.web.server.guard import SameOrigin
from rag.web.server.login import DEVICE_COOKIE, Login
from rag.web.server.sessions import REMEMBERED_SECONDS, VISITOR_COOKIE, Owners
from rag.web.server.signing import KEY_FILE, load_key, sign, signed_value
from tests.browser.conftest import CORPUS, Site, build, running_app
from tests.test_web_limits import KEY, Clock, ask, form, inside

pytestmark = pytest.mark.enable_socket

WORDS = "correct horse battery"
NAMES = ("ada", "bo", "cy", "dee", "eve")
NOW = datetime(2025, 6, 20, tzinfo=UTC)
SANK = "Which Lindow ferry sank with 41 people aboard?"
OWN_PROXY = "127.0.0.1"


@dataclass(frozen=True)
class Reply:
    """How the server answered, with the cookies that it set."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Mapping[str, str]

    @property
    def cookie(self) -> str:
        """The cookies as a browser sends them."""
        return "; ".join(f"{name}={value.split(';')[0]}" for name, value in self.cookies.items())


def send(site: Site, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Reply:
    """Sends one request; its answer's body is read unless it streams."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=60)
    given = {name.replace("_", "-"): value for name, value in headers.items() if value}
    try:
        connection.request(method, path, body or None, given)
        got = connection.getresponse()
        found = [(name.lower(), value) for name, value in got.getheaders()]
        streams = "event-stream" in dict(found).get("content-type", "")
        cookies = dict(value.split("=", 1) for name, value in found if name == "set-cookie")
        return Reply(got.status, dict(found), b"" if streams else got.read(), cookies)
    finally:
        connection.close()


def log_in(site: Site, name: str, password: str, address: str, **headers: str) -> Reply:
    """Logs in through a proxy on this machine, which says that the client has this address."""
    body = f"username={name}&password={quote_plus(password)}".encode()
    return send(site, "/login", "POST", body, x_forwarded_for=address, **headers)


@dataclass(frozen=True)
class Served:
    """A page with accounts behind a trusted proxy, and one that is open to everybody."""

    locked: Site
    free: Site


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    for name in NAMES:
        add_account(folder / "users.json", name, "reader", f"{WORDS} {name}")
    settings = {"DATELINE_AUTH": str(folder / "users.json"), "DATELINE_TRUSTED_PROXIES": OWN_PROXY}
    with (
        running_app(build(folder / "locked", CORPUS), **settings) as locked,
        running_app(build(folder / "free", CORPUS), DATELINE_ALLOW_OPEN="1") as free,
    ):
        # Asked before threads do: only one of them could read where it is.
        assert locked.url != free.url
        yield Served(locked, free)


def test_of_300_guesses_at_once_ten_are_checked_and_nobody_else_waits(served: Served) -> None:
    def guess(number: int) -> int:
        return log_in(served.locked, "ada", f"guess {number}", "192.0.2.1").status

    with ThreadPoolExecutor(30) as pool:
        guessed = [pool.submit(guess, number) for number in range(300)]
        other = pool.submit(log_in, served.locked, "bo", f"{WORDS} bo", "192.0.2.1")
        statuses = Counter(each.result() for each in guessed)
    assert statuses == {401: MOST_FAILURES, 429: 300 - MOST_FAILURES}
    assert other.result().status == 200
    locked_out = log_in(served.locked, "ada", f"{WORDS} ada", "192.0.2.1")
    assert (locked_out.status, b"wait 15 minutes" in locked_out.body) == (429, True)
    assert log_in(served.locked, "ada", f"{WORDS} ada", "192.0.2.2").status == 200


def test_what_a_client_says_of_its_address_is_not_believed(served: Served) -> None:
    """The proxy adds the address that it sees to the right of what the client sent."""
    addresses = [f"198.51.100.{number}, 192.0.2.7" for number in range(MOST_FAILURES + 1)]
    got = [log_in(served.locked, "cy", f"guess {each}", each).status for each in addresses]
    assert got == [*[401] * MOST_FAILURES, 429]
    assert log_in(served.locked, "cy", f"{WORDS} cy", "192.0.2.7, 192.0.2.8").status == 200


def test_a_device_that_logged_in_before_is_not_locked_out_by_strangers(served: Served) -> None:
    address, site = "192.0.2.20", served.locked
    devices = {
        name: log_in(site, name, f"{WORDS} {name}", address)
        .cookies["dateline-device"]
        .split(";")[0]
        for name in ("dee", "eve")
    }
    for number in range(MOST_FAILURES):
        assert log_in(site, "dee", f"guess {number}", address).status == 401
    assert log_in(site, "dee", f"{WORDS} dee", address).status == 429
    others = (devices["eve"], devices["dee"][:-1], "x:dee", f"x:dee.{'A' * 43}", ".")
    for other in others:
        cookie = f"{DEVICE_COOKIE}={other}"
        assert log_in(site, "dee", f"{WORDS} dee", address, cookie=cookie).status == 429
    own = f"{DEVICE_COOKIE}={devices['dee']}"
    assert log_in(site, "dee", f"{WORDS} dee", address, cookie=own).status == 200
    for number in range(MOST_FAILURES):
        assert log_in(site, "dee", f"guess {number}", address, cookie=own).status == 401
    assert log_in(site, "dee", f"{WORDS} dee", address, cookie=own).status == 429


def test_a_program_that_has_to_wait_is_told_how_long(served: Served) -> None:
    for number in range(MOST_FAILURES + 1):
        given = base64.b64encode(f"nobody:guess {number}".encode()).decode()
        got = send(served.locked, "/config", authorization=f"Basic {given}")
        assert got.status == (429 if number == MOST_FAILURES else 401)
    assert 0 < int(got.headers["retry-after"]) <= FAILURE_SECONDS


def test_only_a_trusted_proxy_says_whether_a_page_is_secure(served: Served) -> None:
    """Nothing is trusted that the setting does not name, this machine's own address included."""
    secure = log_in(
        served.locked, "bo", f"{WORDS} bo", "192.0.2.30", x_forwarded_proto="https"
    ).cookies
    assert [value.endswith("; Secure") for value in secure.values()] == [True, True]
    got = send(served.free, "/", x_forwarded_proto="https")
    assert got.cookies["dateline-visitor"].endswith(
        "; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
    )


def test_another_sites_page_can_neither_log_in_nor_log_out(served: Served) -> None:
    site, address = served.locked, "192.0.2.40"
    own = site.url
    for origin in ("http://evil.example", "null", "http://localhost:1", "http://["):
        got = log_in(site, "bo", f"{WORDS} bo", address, origin=origin)
        assert (got.status, got.cookies) == (403, {})
    crossed = log_in(site, "bo", f"{WORDS} bo", address, sec_fetch_site="same-site")
    assert (crossed.status, crossed.cookies) == (403, {})
    cookie = log_in(site, "bo", f"{WORDS} bo", address, origin=own).cookie
    assert send(site, "/logout", cookie=cookie, sec_fetch_site="cross-site").status == 403
    assert send(site, "/config", cookie=cookie).status == 200
    assert send(site, "/logout", cookie=cookie, sec_fetch_site="none").status == 303
    assert send(site, "/config", cookie=cookie).status == 401


def test_no_page_of_another_origin_may_read_an_answer(served: Served) -> None:
    for origin in ("http://localhost:3000", "http://127.0.0.1:3000", "http://evil.example"):
        for path in ("/config", "/", "/gradio_api/info"):
            got = send(served.free, path, origin=origin)
            assert got.status == 200
            assert [name for name in got.headers if name.startswith("access-control")] == []
        asked = send(
            served.free, "/config", "OPTIONS", origin=origin, access_control_request_method="GET"
        )
        assert asked.status == 403
        assert [name for name in asked.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        *(("http://evil.example", 403), ("null", 403), ("http://localhost:1", 403)),
        *(("http://localhost", 403), ("http://localhost:7860", 200), ("", 200)),
    ],
)
def test_another_sites_page_may_not_write(origin: str, status: int) -> None:
    headers = {"origin": origin} if origin else {}
    got = ask(SameOrigin(inside), "/gradio_api/queue/join", method="POST", headers=headers)
    assert got.status == status
    assert ask(SameOrigin(inside), "/config", headers=headers).status == 200


def test_every_password_that_can_be_set_can_be_typed(tmp_path: Path) -> None:
    longest = "\N{KEY}" * LONGEST_PASSWORD
    add_account(tmp_path / "users.json", "ada", "reader", longest)
    app = Login(inside, Accounts(tmp_path / "users.json"), KEY)

    def status(password: str) -> int:
        return ask(app, "/login", method="POST", bodies=form("ada", quote_plus(password))).status

    assert (status(longest), status(longest + "x"), status(longest[:-1])) == (200, 401, 401)


def _quickly_hashed(password: str) -> str:
    digest = hashlib.scrypt(password.encode(), salt=b"salt", n=2, r=1, p=1, dklen=32)
    salt, hashed = (base64.b64encode(each).decode() for each in (b"salt", digest))
    return f"scrypt$2$1$1${salt}${hashed}"


class Counting(Accounts):
    """Accounts whose passwords are quick to check, and that count how many were."""

    def __init__(self, folder: Path, *names: str) -> None:
        users = [
            {"name": name, "role": "reader", "password": _quickly_hashed(WORDS)} for name in names
        ]
        path = folder / "quick.json"
        path.touch(0o600)
        path.write_text(json.dumps({"users": users}))
        super().__init__(path)
        self.checked = 0
        self.may_check = threading.Event()
        self.may_check.set()

    def check(self, name: str, password: str) -> Account | None:
        self.may_check.wait()
        self.checked += 1
        return super().check(name, password)


def guess(guesses: Guesses, address: str, password: str, *, device: str = "") -> LoginOutcome:
    """What one guess at ada's password finds."""
    return anyio.run(guesses.check, Client(address, device), "ada", password)


def test_all_strangers_together_fail_fifty_times_and_then_wait(tmp_path: Path) -> None:
    clock, accounts = Clock(), Counting(tmp_path, "ada")
    guesses = Guesses(accounts, clock)
    assert guess(guesses, "192.0.2.99", WORDS).account is not None
    for number in range(MOST_FAILURES_OF_ALL):
        clock.now += 1
        assert guess(guesses, f"192.0.2.{number % 25}", f"guess {number}") == LoginOutcome(None)
    assert accounts.checked == 51
    assert guess(guesses, "198.51.100.1", WORDS) == LoginOutcome(None, FAILURE_SECONDS - 49.0)
    assert accounts.checked == 51
    # Where ada has logged in from before, and on a device of hers, she still can.
    assert guess(guesses, "192.0.2.99", WORDS).account is not None
    assert guess(guesses, "198.51.100.1", WORDS, device="phone").account is not None
    clock.now += FAILURE_SECONDS - 49
    assert guess(guesses, "198.51.100.1", WORDS).account is not None
    assert guess(guesses, "198.51.100.2", "wrong") == LoginOutcome(None)


def test_right_guesses_do_not_count(tmp_path: Path) -> None:
    guesses = Guesses(Counting(tmp_path, "ada"), Clock())
    for _ in range(MOST_FAILURES_OF_ALL + 1):
        assert guess(guesses, "192.0.2.1", WORDS).account is not None


async def _together(accounts: Counting, passwords: list[str]) -> list[LoginOutcome]:
    guesses, found = Guesses(accounts, Clock()), list[LoginOutcome]()

    async def one(password: str) -> None:
        found.append(await guesses.check(Client("192.0.2.1"), "ada", password))

    accounts.may_check.clear()
    async with anyio.create_task_group() as group:
        for password in passwords:
            group.start_soon(one, password)
        await anyio.wait_all_tasks_blocked()
        accounts.may_check.set()
    return found


def test_a_program_may_send_many_requests_with_its_right_password_at_once(tmp_path: Path) -> None:
    accounts = Counting(tmp_path, "ada")
    found = anyio.run(_together, accounts, [WORDS] * 40)
    assert [each.account is not None for each in found] == [True] * 40
    assert accounts.checked == 1


def test_equal_guesses_at_once_count_each(tmp_path: Path) -> None:
    accounts = Counting(tmp_path, "ada")
    found = anyio.run(_together, accounts, ["wrong"] * 40)
    assert Counter(bool(each.wait) for each in found) == {False: MOST_FAILURES, True: 30}
    assert accounts.checked == 1


def test_names_without_an_account_are_counted_as_others_are(tmp_path: Path) -> None:
    waits = {}
    for name in ("ada", "zoe"):
        guesses = Guesses(Counting(tmp_path, "ada"), Clock())
        found = [
            anyio.run(guesses.check, Client(f"192.0.2.{number // 11}"), name, f"guess {number}")
            for number in range(12)
        ]
        waits[name] = [each.wait for each in found]
    assert waits["ada"] == waits["zoe"]
    assert waits["ada"][8:12] == [0.0, 0.0, FAILURE_SECONDS, 0.0]


def test_attempts_are_forgotten_in_time_and_their_memory_is_bounded() -> None:
    clock = Clock()
    attempts = AttemptCounter(clock)
    for _ in range(3):
        assert attempts.take("ada", 3) == 0.0
        clock.now += 1
    assert attempts.take("ada", 3) == FAILURE_SECONDS - 3
    attempts.give_back("ada")
    assert (attempts.take("ada", 3), attempts.take("bo", 3)) == (0.0, 0.0)
    clock.now += FAILURE_SECONDS - 3
    assert (attempts.take("ada", 3), attempts.take("ada", 3)) == (0.0, 1.0)
    for number in range(5000):
        attempts.take(f"name {number}", 3)
    assert len(attempts._tried) == 4096
    assert attempts.take("ada", 1) == 0.0


async def _served_in_order(waiting: list[tuple[str, str]]) -> list[tuple[str, str]]:
    turns, order = Turns(), []

    async def one(client: str, account: str) -> None:
        async with turns.turn(client, account):
            order.append((client, account))
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        for client, account in waiting:
            group.start_soon(one, client, account)
    return order


@pytest.mark.parametrize(
    "flood",
    [
        [("flooder", f"account {number}") for number in range(20)],
        [(f"flooder {number}", "ada") for number in range(20)],
        [("flooder", "ada")] * 20,
    ],
    ids=["many accounts", "many addresses", "one account"],
)
def test_whoever_comes_after_a_flood_is_served_next(flood: list[tuple[str, str]]) -> None:
    late = ("colleague", "bo")
    order = anyio.run(_served_in_order, [*flood, late])
    # Two were at work already when the colleague came.
    assert order.index(late) == 2
    assert sorted(order) == sorted([*flood, late])


def test_a_queue_takes_so_many_and_no_more() -> None:
    with pytest.raises(ExceptionGroup) as raised:
        anyio.run(_served_in_order, [("flooder", "ada")] * 53)
    assert [type(each) for each in raised.value.exceptions] == [QueueFullError]
    with pytest.raises(ExceptionGroup) as raised:
        anyio.run(_served_in_order, [(f"flooder {number}", "ada") for number in range(204)])
    assert [type(each) for each in raised.value.exceptions] == [QueueFullError] * 2


def test_guesses_that_find_the_queue_full_are_not_counted(tmp_path: Path) -> None:
    names = [f"name-{number}" for number in range(60)]
    accounts = Counting(tmp_path, *names)
    accounts.may_check.clear()
    guesses = Guesses(accounts, Clock())

    async def run() -> list[LoginOutcome]:
        found: list[LoginOutcome] = []

        async def one(name: str) -> None:
            found.append(await guesses.check(Client("192.0.2.1"), name, "wrong"))

        async with anyio.create_task_group() as group:
            for name in names:
                group.start_soon(one, name)
            await anyio.wait_all_tasks_blocked()
            accounts.may_check.set()
        return found

    assert Counter(each.wait for each in anyio.run(run)) == {0.0: 52, 5.0: 8}
    assert sum(len(tried) for tried in guesses._by_client._tried.values()) == 52


def visitor(site: Site) -> tuple[str, str]:
    """The cookie and the name of a new browser."""
    cookie = send(site, "/").cookie
    return cookie, name_of(site, cookie)


def name_of(site: Site, cookie: str) -> str:
    """Whom the page takes a browser for."""
    return str(json.loads(send(site, "/config", cookie=cookie).body)["username"])


def call(site: Site, event: str, session: str, cookie: str, **sent: Any) -> Reply:
    """Calls the handler of an event of the conversations' tab as the page does."""
    config = json.loads(send(site, "/config", cookie=cookie).body)
    parts = {each["id"]: each["props"].get("elem_id") for each in config["components"]}
    found = [
        each
        for each in config["dependencies"]
        for part, name in each["targets"]
        if name == event and parts[part] not in ("saved", "saved-opened")
    ]
    body = {
        "data": [None] * len(found[-1]["inputs"]),
        "fn_index": found[-1]["id"],
        "session_hash": session,
        "event_data": sent,
        "trigger_id": found[-1]["targets"][0][0],
    }
    return send(
        site,
        "/gradio_api/run/predict",
        "POST",
        json.dumps(body).encode(),
        cookie=cookie,
        content_type="application/json",
    )


def kept(site: Site, owner: str) -> str:
    """The id of a conversation that is kept for this owner."""
    with Archive.open(site.archive, settings=Settings(encoder="hashing")) as archive:
        said = archive.ask(SANK, as_of=NOW).to_dict()
        return archive.conversations.append(owner, "", said, NOW)[0]


def test_visitors_of_an_open_page_see_export_and_delete_only_their_own(served: Served) -> None:
    site = served.free
    (own, name), (other, second) = visitor(site), visitor(site)
    assert name != second
    id_ = kept(site, name)
    assert SANK.encode() in call(site, "input", "own list", own).body
    for number, cookie in enumerate((other, "")):
        listed = call(site, "input", f"list {number}", cookie).body
        assert (b'class=\\"note\\"' in listed, SANK.encode() in listed) == (True, False)
        assert send(site, f"/export/{id_}.json", cookie=cookie).status == 404
        for what in ("delete", "rename", "share"):
            said = call(
                site, "change_kept", f"change {number}", cookie, id=id_, what=what, value="true"
            )
            assert b"there is no conversation" in said.body
    assert send(site, f"/export/{id_}.json", cookie=own).status == 200
    call(site, "change_kept", "own", own, id=id_, what="share", value="true")
    assert send(site, f"/export/{id_}.json", cookie=other).status == 200
    call(site, "change_kept", "own", own, id=id_, what="delete", value="")
    assert send(site, f"/export/{id_}.json", cookie=own).status == 404


def test_a_visitors_cookie_cannot_be_made_and_outlasts_a_restart(served: Served) -> None:
    site = served.free
    cookie, name = visitor(site)
    assert name.startswith(UNKNOWN_VISITOR)
    value = cookie.partition("=")[2]
    id_, _, signature = value.rpartition(".")
    key = (site.archive / KEY_FILE).read_bytes()
    wrong = ("", id_, f"other.{signature}", f"{id_}.", value[:-1], sign(key, "device", id_))
    for forged in wrong:
        assert name_of(site, f"{VISITOR_COOKIE}={forged}") == UNKNOWN_VISITOR
    assert stat.S_IMODE((site.archive / KEY_FILE).stat().st_mode) == 0o600
    site.restart()
    assert name_of(site, cookie) == name
    assert send(site, "/", cookie=cookie).cookie == cookie


def test_no_account_can_have_a_visitors_name(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="cannot be a name"):
        add_account(tmp_path / "users.json", f"{UNKNOWN_VISITOR}x", "reader", WORDS)


def test_nothing_is_kept_for_clients_without_a_cookie(served: Served) -> None:
    got = call(served.free, "input", "no cookie", "")
    assert b"allow this browser to store cookies for this page" in got.body


def sessions_of(site: Site, cookie: str, session: str) -> list[int]:
    """The statuses of each request that may name a session."""
    json_type = {"content_type": "application/json", "cookie": cookie}
    event = {"session_hash": session, "fn_index": 0, "event_id": "x", "data": []}
    named = json.dumps(event).encode()
    own = hashlib.sha256(cookie.encode()).hexdigest()
    twice = json.dumps({"session_hash": own})[:-1].encode() + b", " + named[1:]
    query = f"session_hash={own}&session_hash={session}"
    got = [
        send(site, f"/gradio_api/queue/data?session_hash={session}", cookie=cookie),
        send(site, f"/gradio_api/queue/data?{query}", cookie=cookie),
        *(
            send(site, f"/gradio_api/{path}/{session}", cookie=cookie)
            for path in ("heartbeat", "call/search", "call/v2/ask")
        ),
        *(
            send(site, f"/gradio_api/{path}", "POST", body, **json_type)
            for path in ("queue/join", "cancel", "reset", "run/predict", "api/search", "call/ask")
            for body in (named, twice)
        ),
    ]
    return [each.status for each in got]


@pytest.mark.parametrize("login", [True, False], ids=["accounts", "visitors"])
def test_a_session_is_its_first_users_alone(served: Served, login: bool) -> None:
    if login:
        site = served.locked
        cookies = [
            log_in(site, name, f"{WORDS} {name}", "192.0.2.50").cookie for name in ("bo", "eve")
        ]
    else:
        site = served.free
        cookies = [visitor(site)[0], visitor(site)[0]]
    assert send(site, "/gradio_api/heartbeat/first", cookie=cookies[0]).status == 200
    assert set(sessions_of(site, cookies[1], "first")) == {403}
    # What else it could ask for its own session, Gradio would complain about in the log.
    cancelled = b'{"session_hash": "first", "fn_index": 0, "event_id": "x"}'
    for path in ("cancel", "reset"):
        given = {"content_type": "application/json", "cookie": cookies[0]}
        assert send(site, f"/gradio_api/{path}", "POST", cancelled, **given).status == 200
    assert send(site, "/gradio_api/heartbeat/first", cookie=cookies[0]).status == 200
    assert send(site, f"/gradio_api/heartbeat/{'x' * 129}", cookie=cookies[0]).status == 400


def test_a_session_is_free_a_day_after_its_last_use_and_its_memory_is_bounded() -> None:
    clock = Clock()
    owners = Owners(clock)
    assert owners.admit("s", "ada")
    clock.now += REMEMBERED_SECONDS - 1
    assert (owners.admit("s", "bo"), owners.admit("s", "ada")) == (False, True)
    clock.now += REMEMBERED_SECONDS
    assert (owners.admit("s", "bo"), owners.admit("s", "ada")) == (True, False)
    for number in range(1001):
        assert owners.admit(f"of cy {number}", "cy")
    # One reader's many sessions push out nobody else's.
    assert (owners.admit("of cy 0", "ada"), owners.admit("s", "ada")) == (True, False)
    for number in range(30_000):
        assert owners.admit(f"of {number}", f"reader {number}")
    assert len(owners._used) == 20_000
    assert len(owners._of_reader) == 20_000


def test_a_key_is_made_once_and_replaced_where_others_could_read_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = load_key(tmp_path)
    assert (len(key), load_key(tmp_path)) == (32, key)
    signed = sign(key, "visitor", "a.b")
    assert signed_value(key, "visitor", signed) == "a.b"
    assert signed_value(key, "device", signed) == ""
    (tmp_path / KEY_FILE).chmod(0o640)
    second = load_key(tmp_path)
    assert second != key
    assert "can be read by others" in caplog.text
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    (tmp_path / KEY_FILE).write_bytes(b"short")
    assert len(load_key(tmp_path)) == 32
    assert len(load_key(tmp_path / "none")) == 32
    assert "the key ends with this process" in caplog.text
