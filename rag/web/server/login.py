"""The login: a page and a cookie for people, Basic authentication for programs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, quote

from anyio import to_thread
from markupsafe import Markup

from rag.web.accounts import LONGEST_PASSWORD, Account, Accounts
from rag.web.assets import asset
from rag.web.server.asgi import (
    Asgi,
    BodyTooLarge,
    Message,
    Middleware,
    Receive,
    Send,
    client_address,
    header_map,
    read_body,
    refuse,
    remember,
    reply,
    respond,
)
from rag.web.server.attempts import AttemptCounter, Client, Guesses, LoginOutcome
from rag.web.server.downloads import FEED_PATH
from rag.web.server.logins import Logins, MemoryLogins
from rag.web.server.signing import cookie_header, read_cookie, sign, signed_value, with_headers

COOKIE = "dateline-session"
SESSION_SECONDS = 12 * 3600
DEVICE_COOKIE = "dateline-device"
DEVICE_SECONDS = 365 * 24 * 3600
_MOST_KNOWN = 4096
_REMEMBERED_SECONDS = 300.0
# Each character of a password is at most 12 in a form, such as %F0%9F%94%91.
_LARGEST_FORM = 12 * LONGEST_PASSWORD + 4096 + 3 * 4000
_DEVICE = "device"
_MINUTE = 60
_WRONG = "The name or the password is wrong."
_NEXT = "next"
_LONGEST_NEXT = 4000
_MOST_FIELDS = 16
# The page and its exports, with any query: nothing that a browser takes for another site.
_OWN_ADDRESS = re.compile(r"/(?:export/[\w.-]{1,100})?(?:\?[!$-;=?-\[\]_a-z~]*)?", re.ASCII)

_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Dateline</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<link rel="icon" href="data:,"><style>{style}</style></head><body><main><h1>Dateline</h1>'
    '<form method="post" action="login"><p role="alert">{problem}</p>'
    '<input type="hidden" name="next" value="{next}">'
    '<label>Name <input name="username" autocomplete="username" required autofocus></label>'
    '<label>Password <input name="password" type="password" autocomplete="current-password" '
    'required></label><button type="submit">Log in</button></form></main>'
    # A link to an answer ends in its place there, which no server sees.
    "<script>document.forms[0].action += location.hash</script></body></html>"
)


@dataclass(frozen=True, slots=True)
class _Proven:
    account: Account
    until: float


class Login(Middleware):
    """Passes on requests of logged-in readers, with the `account` in their scope.

    A page is led to `/login`, and from there to the address that it asked for. A program gets
    status 401 and says who it is by Basic authentication, or posts the form's fields to `/login`
    and keeps the cookie. A browser that has logged in keeps a second cookie, signed with `key`:
    strangers who fail at its account never make it wait. It opens nothing.
    """

    def __init__(
        self,
        app: Asgi,
        accounts: Accounts,
        key: bytes,
        clock: Callable[[], float] = time.monotonic,
        *,
        logins: Logins | None = None,
        counters: Callable[[str], AttemptCounter] | None = None,
    ) -> None:
        super().__init__(app)
        self._accounts = accounts
        self._device_key = key
        self._clock = clock
        self._guesses = Guesses(accounts, clock, counters)
        self._logins = logins or MemoryLogins(clock)
        self._proven: OrderedDict[bytes, _Proven] = OrderedDict()
        self._key = secrets.token_bytes(32)

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes on the requests of logged-in readers and asks all others to log in."""
        headers, path = header_map(scope["headers"]), str(scope["path"]).rstrip("/")
        if FEED_PATH.fullmatch(path):
            # Feed readers cannot log in: the token in the address says who may read it.
            await self._app(scope, receive, send)
        elif path == "/login" and scope["method"] == "POST":
            await self._log_in(scope, receive, send)
        elif path == "/login":
            await _page(send, 200, "", _next(_query(scope)))
        elif path == "/logout":
            await to_thread.run_sync(self._logins.end, read_cookie(headers, COOKIE))
            cleared = cookie_header(COOKIE, "", 0, scope)
            await respond(with_headers(send, cleared), 303, {"location": _address(scope, "/login")})
        else:
            outcome = await self._account(scope, headers)
            if outcome.account:
                scope["account"] = outcome.account
                await self._app(scope, receive, send)
            else:
                await _ask_who(scope, headers, send, outcome.wait)

    async def _account(self, scope: Message, headers: Mapping[str, str]) -> LoginOutcome:
        if account := self._unchanged(self._logins.account(read_cookie(headers, COOKIE))):
            return LoginOutcome(account)
        kind, _, encoded = headers.get("authorization", "").partition(" ")
        return await self._basic(scope, encoded) if kind.lower() == "basic" else LoginOutcome(None)

    async def _basic(self, scope: Message, encoded: str) -> LoginOutcome:
        """The account of a Basic header; a correct one is cached for some minutes by digest."""
        digest = hmac.digest(self._key, encoded.encode(), hashlib.sha256)
        proven = self._proven.get(digest)
        if proven and proven.until > self._clock() and self._unchanged(proven.account):
            return LoginOutcome(proven.account)
        try:
            name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            return LoginOutcome(None)
        outcome = await self._guesses.check(self._client(scope, name), name, password)
        if outcome.account:
            until = self._clock() + _REMEMBERED_SECONDS
            remember(self._proven, digest, _Proven(outcome.account, until), _MOST_KNOWN)
        return outcome

    def _unchanged(self, account: Account | None) -> Account | None:
        """The account, if its role and password are as they were."""
        return account if account and self._accounts.get(account.name) == account else None

    def _client(self, scope: Message, name: str) -> Client:
        """The client of a guess; its device counts only for the account it has logged in to."""
        sent = read_cookie(header_map(scope["headers"]), DEVICE_COOKIE)
        device, _, owner = signed_value(self._device_key, _DEVICE, sent).partition(":")
        return Client(client_address(scope), device if owner == name else "")

    async def _log_in(self, scope: Message, receive: Receive, send: Send) -> None:
        form = _fields((await _body(receive)).decode("utf-8", "replace"))
        name, password = (form.get(field, [""])[0] for field in ("username", "password"))
        client = self._client(scope, name)
        outcome = await self._guesses.check(client, name, password)
        wants_page = "text/html" in header_map(scope["headers"]).get("accept", "")
        if outcome.account is None:
            status = 429 if outcome.wait else 401
            why = _too_many(outcome.wait) if outcome.wait else _WRONG
            shown = _page(send, status, why, _next(form)) if wants_page else None
            await (shown or refuse(send, status, why))
            return
        send = with_headers(send, *self._cookies(scope, outcome.account, client.device))
        if wants_page:
            await respond(send, 303, {"location": _address(scope, _next(form))})
        else:
            await reply(send, 200, {"success": True})

    def _cookies(
        self, scope: Message, account: Account, device: str
    ) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
        """The cookies of a new session and of its device."""
        token = self._logins.begin(account, SESSION_SECONDS)
        value = f"{device or secrets.token_urlsafe(16)}:{account.name}"
        signed = sign(self._device_key, _DEVICE, value)
        return (
            cookie_header(COOKIE, token, SESSION_SECONDS, scope),
            cookie_header(DEVICE_COOKIE, signed, DEVICE_SECONDS, scope),
        )


def _too_many(wait: float) -> str:
    if wait < _MINUTE:
        return f"Too many attempts; try again in {math.ceil(wait)} seconds."
    return f"Too many attempts; wait {math.ceil(wait / _MINUTE)} minutes."


async def _ask_who(scope: Message, headers: Mapping[str, str], send: Send, wait: float) -> None:
    """Responds to an anonymous request: how to log in, or when to try again."""
    if wait:
        await refuse(send, 429, _too_many(wait), {"retry-after": str(math.ceil(wait))})
    elif "text/html" in headers.get("accept", "") and scope["method"] == "GET":
        query = bytes(scope.get("query_string", b"")).decode("latin-1")
        asked = f"{scope['path']}?{query}" if query else str(scope["path"])
        kept = _next({_NEXT: [asked]}) if asked != "/" else ""
        to = _address(scope, "/login")
        await respond(
            send, 303, {"location": f"{to}?{_NEXT}={quote(kept, safe='')}" if kept else to}
        )
    else:
        asks = {} if "sec-fetch-mode" in headers else {"www-authenticate": "Basic"}
        await refuse(send, 401, "log in first, at /login or by Basic authentication", asks)


async def _body(receive: Receive) -> bytes:
    """The body of a request; empty if it is longer than a form can be."""
    try:
        body, _ = await read_body(receive, _LARGEST_FORM)
    except BodyTooLarge:
        return b""
    return body


def _address(scope: Message, path: str) -> str:
    """A path of the page as seen from the one that was asked for, right below any other path."""
    above = str(scope["path"]).count("/") - 1
    return f"{'../' * above or './'}{path.lstrip('/')}"


def _query(scope: Message) -> dict[str, list[str]]:
    return _fields(bytes(scope.get("query_string", b"")).decode("latin-1"))


def _fields(written: str) -> dict[str, list[str]]:
    """The fields of a form or a query; none of one with too many."""
    try:
        return parse_qs(written, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}


def _next(fields: Mapping[str, list[str]]) -> str:
    """The address to go on to, below the page's own path; "" if it could lead elsewhere."""
    asked = fields.get(_NEXT, [""])[0]
    return asked if len(asked) <= _LONGEST_NEXT and _OWN_ADDRESS.fullmatch(asked) else ""


async def _page(send: Send, status: int, problem: str, goes_on: str) -> None:
    style = Markup(asset("login.css"))  # noqa: S704 - a file of this package
    body = str(_PAGE.format(style=style, problem=problem, next=goes_on)).encode()
    await respond(send, status, {"content-type": "text/html; charset=utf-8"}, body)
