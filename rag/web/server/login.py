"""The login: a page, a cookie for people, Basic authentication for programs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

import anyio
from markupsafe import Markup

from rag.accounts import Account, Accounts
from rag.web.assets import asset
from rag.web.server.asgi import Asgi, Message, Receive, Send
from rag.web.server.bodies import BodyTooLarge, read_body
from rag.web.server.guard import header_map, refuse, reply

COOKIE = "dateline-session"
SESSION_SECONDS = 12 * 3600
MOST_FAILURES = 10
FAILURE_SECONDS = 15 * 60
_MOST_SESSIONS = 10_000
_MOST_KNOWN = 4096
_REMEMBERED_SECONDS = 300.0
_LARGEST_FORM = 8192
_CHECKED_TOGETHER = 2
_WRONG = "The name or the password is wrong."

_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Dateline</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<link rel="icon" href="data:,"><style>{style}</style></head><body><main><h1>Dateline</h1>'
    '<form method="post" action="login"><p role="alert">{problem}</p>'
    '<label>Name <input name="username" autocomplete="username" required autofocus></label>'
    '<label>Password <input name="password" type="password" autocomplete="current-password" '
    'required></label><button type="submit">Log in</button></form></main></body></html>'
)


@dataclass(frozen=True, slots=True)
class _Session:
    account: Account
    until: float


class Attempts:
    """How often somebody failed to log in lately; `clock` tells seconds.

    Whoever fails MOST_FAILURES times waits FAILURE_SECONDS; the oldest are forgotten first.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, who: str) -> float:
        """The seconds that this one has to wait before the next attempt; 0 for none."""
        failed = self._failed.get(who)
        if failed is None or len(failed) < MOST_FAILURES:
            return 0.0
        return max(0.0, failed[0] + FAILURE_SECONDS - self._clock())

    def fail(self, who: str) -> None:
        """Notes a failure."""
        failed = self._failed.setdefault(who, deque(maxlen=MOST_FAILURES))
        failed.append(self._clock())
        self._failed.move_to_end(who)
        if len(self._failed) > _MOST_KNOWN:
            self._failed.popitem(last=False)


class Login:
    """Lets in who has logged in: the request's scope then holds the `account`.

    A page is led to `/login`; a program gets status 401 and says who it is by Basic
    authentication, or posts the form's fields to `/login` and keeps the cookie.
    """

    def __init__(
        self, app: Asgi, accounts: Accounts, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._accounts = accounts
        self._clock = clock
        self._attempts = Attempts(clock)
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._proven: OrderedDict[bytes, _Session] = OrderedDict()
        self._key = secrets.token_bytes(32)
        self._checking = anyio.Semaphore(_CHECKED_TOGETHER)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes the requests of those who are logged in on, and asks all others who they are."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, path = header_map(scope["headers"]), str(scope["path"]).rstrip("/")
        if path == "/login" and scope["method"] == "POST":
            await self._log_in(scope, receive, send)
        elif path == "/login":
            await _page(send, 200, "")
        elif path == "/logout":
            self._sessions.pop(_cookie(headers), None)
            await _redirect(send, "login", _cookie_header("", 0, scope))
        elif account := await self._account(scope, headers):
            scope["account"] = account
            await self._app(scope, receive, send)
        elif "text/html" in headers.get("accept", "") and scope["method"] == "GET":
            await _redirect(send, "/login")
        else:
            asks = {} if "sec-fetch-mode" in headers else {"www-authenticate": "Basic"}
            await refuse(send, 401, "log in first, at /login or by Basic authentication", asks)

    async def _account(self, scope: Message, headers: Mapping[str, str]) -> Account | None:
        session = self._sessions.get(_cookie(headers))
        if account := self._still(session):
            return account
        kind, _, encoded = headers.get("authorization", "").partition(" ")
        return await self._basic(scope, encoded) if kind.lower() == "basic" else None

    async def _basic(self, scope: Message, encoded: str) -> Account | None:
        """Who the header names; a right one is remembered for some minutes, by its digest."""
        digest = hmac.digest(self._key, encoded.encode(), hashlib.sha256)
        proven = self._proven.get(digest)
        if account := self._still(proven):
            return account
        try:
            name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            return None
        account, _ = await self._checked(scope, name, password)
        if account:
            self._proven[digest] = _Session(account, self._clock() + _REMEMBERED_SECONDS)
            if len(self._proven) > _MOST_KNOWN:
                self._proven.popitem(last=False)
        return account

    def _still(self, session: _Session | None) -> Account | None:
        """Whose session it is, unless it has ended or the account has been changed since."""
        if session is None or session.until <= self._clock():
            return None
        known = self._accounts.get(session.account.name)
        return known if known == session.account else None

    async def _checked(
        self, scope: Message, name: str, password: str
    ) -> tuple[Account | None, float]:
        """The account, or None; and how long to wait where there were too many failures."""
        address = str((scope.get("client") or ("",))[0])
        tried = (f"address {address}", f"name {name[:64]}")
        wait = max(map(self._attempts.wait, tried))
        if wait:
            return None, wait
        async with self._checking:
            account = await anyio.to_thread.run_sync(self._accounts.check, name, password)
        if account is None:
            for who in tried:
                self._attempts.fail(who)
        return account, 0.0

    async def _log_in(self, scope: Message, receive: Receive, send: Send) -> None:
        form = parse_qs((await _body(receive)).decode("utf-8", "replace"))
        name, password = (form.get(field, [""])[0] for field in ("username", "password"))
        account, wait = await self._checked(scope, name, password)
        wants_page = "text/html" in header_map(scope["headers"]).get("accept", "")
        if account is None:
            status = 429 if wait else 401
            why = f"Too many attempts; wait {wait / 60:.0f} minutes." if wait else _WRONG
            await (_page(send, status, why) if wants_page else refuse(send, status, why))
            return
        token = secrets.token_urlsafe(32)
        self._sessions[token] = _Session(account, self._clock() + SESSION_SECONDS)
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        cookie = _cookie_header(token, SESSION_SECONDS, scope)
        if wants_page:
            await _redirect(send, "/", cookie)
        else:
            await reply(send, 200, {"success": True}, cookie)


def _cookie(headers: Mapping[str, str]) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _cookie_header(token: str, seconds: int, scope: Message) -> dict[str, str]:
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    value = f"{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return {"set-cookie": value}


async def _body(receive: Receive) -> bytes:
    """What is sent; nothing of a body that is longer than a form."""
    try:
        body, _ = await read_body(receive, _LARGEST_FORM)
    except BodyTooLarge:
        return b""
    return body


async def _page(send: Send, status: int, problem: str) -> None:
    style = Markup(asset("login.css"))  # noqa: S704 - a file of this package
    body = str(_PAGE.format(style=style, problem=problem)).encode()
    headers = {"content-type": "text/html; charset=utf-8", "content-length": str(len(body))}
    await _answer(send, status, headers, body)


async def _redirect(send: Send, to: str, headers: Mapping[str, str] = {}) -> None:
    await _answer(send, 303, {"location": to, "content-length": "0", **headers}, b"")


async def _answer(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": listed})
    await send({"type": "http.response.body", "body": body})
