"""Limits guesses of passwords, and decides whose guess is checked next; knows no HTTP.

The counters follow OWASP's "Slow Down Online Guessing Attacks with Device Cookies": a client
that has logged in to an account before holds a signed cookie and is counted apart, so that
the failures of strangers never lock it out. An address alone is never counted: others share it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from threading import Lock

import anyio

from rag.web.accounts import Account, Accounts
from rag.web.server.asgi import remember

MOST_FAILURES = 10
"""The most failures of one client at one account within FAILURE_SECONDS."""

MOST_FAILURES_OF_ALL = 50
"""The most failures at one account of all clients that never logged in to it."""

FAILURE_SECONDS = 15 * 60
_MOST_REMEMBERED = 4096
_CHECKED_TOGETHER = 2
_MOST_WAITING = 200
_MOST_WAITING_OF_ONE = 50
_BUSY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Client:
    """The client: its address, and the device that its cookie proves for the account, or ""."""

    address: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class LoginOutcome:
    """The opened account or None; `wait` is in seconds, above 0 if nothing was checked."""

    account: Account | None
    wait: float = 0.0


class AttemptCounter:
    """Counts the attempts of each key within FAILURE_SECONDS; `clock` returns seconds.

    May be called from any thread. The keys that were tried longest ago are forgotten first.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tried: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, key: str, most: int) -> float:
        """Counts an attempt and returns 0; after `most`, returns the seconds to wait instead."""
        now = self._clock()
        tried = self._tried.get(key, deque())
        while tried and tried[0] + FAILURE_SECONDS <= now:
            tried.popleft()
        if len(tried) >= most:
            return tried[0] + FAILURE_SECONDS - now
        tried.append(now)
        remember(self._tried, key, tried, _MOST_REMEMBERED)
        return 0.0

    def give_back(self, key: str) -> None:
        """Counts one attempt less, for example a successful one."""
        if tried := self._tried.get(key):
            tried.pop()


class QueueFullError(Exception):
    """Too many guesses are waiting to be checked."""


@dataclass(eq=False)
class _Waiter:
    keys: tuple[str, str]
    ready: anyio.Event = field(default_factory=anyio.Event)


class Turns:
    """Lets two guesses run at once; waiting clients take turns.

    A client or an account with many waiting gets no second place while anybody else waits.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[_Waiter]] = OrderedDict()
        self._working: list[_Waiter] = []

    @asynccontextmanager
    async def turn(self, client: str, account: str) -> AsyncIterator[None]:
        """Waits for a place and keeps it until the end; raises QueueFullError if too many wait."""
        line = self._waiting.get(client, ())
        in_all = sum(map(len, self._waiting.values()))
        if len(line) >= _MOST_WAITING_OF_ONE or in_all >= _MOST_WAITING:
            raise QueueFullError
        waiter = _Waiter((client, account))
        self._waiting.setdefault(client, deque()).append(waiter)
        self._start_next()
        try:
            await waiter.ready.wait()
            yield
        finally:
            if waiter.ready.is_set():
                self._working.remove(waiter)
            else:
                self._leave_line(waiter)
            self._start_next()

    def _start_next(self) -> None:
        while self._waiting and len(self._working) < _CHECKED_TOGETHER:
            waiter = self._next()
            self._leave_line(waiter)
            self._working.append(waiter)
            waiter.ready.set()

    def _next(self) -> _Waiter:
        """The first waiter that shares no client or account with a running one, else the first."""
        at_work = {key for waiter in self._working for key in waiter.keys}
        lines = self._waiting.values()
        apart = (each for line in lines for each in line if at_work.isdisjoint(each.keys))
        return next(apart, None) or next(iter(lines))[0]

    def _leave_line(self, waiter: _Waiter) -> None:
        client = waiter.keys[0]
        self._waiting[client].remove(waiter)
        self._waiting.move_to_end(client)
        if not self._waiting[client]:
            del self._waiting[client]


@dataclass(eq=False)
class _Check:
    done: anyio.Event = field(default_factory=anyio.Event)
    account: Account | None = None
    skipped: bool = True


class Guesses:
    """Checks guesses of passwords, each counted before it is checked.

    Equal guesses that are made at the same time are checked once. Names without an account
    are counted and checked as others are, so that no answer tells which names there are.
    """

    def __init__(
        self,
        accounts: Accounts,
        clock: Callable[[], float] = time.monotonic,
        counters: Callable[[str], AttemptCounter] | None = None,
    ) -> None:
        counter = counters or (lambda _name: AttemptCounter(clock))
        self._accounts = accounts
        self._by_client = counter("client")
        self._by_account = counter("account")
        # Separate, so that invented names do not push out the failures at real ones.
        self._by_client_unknown = counter("client of nobody")
        self._by_account_unknown = counter("nobody")
        self._counting = Lock()
        self._opened_from: OrderedDict[str, None] = OrderedDict()
        self._turns = Turns()
        self._checks: dict[bytes, _Check] = {}
        self._key = secrets.token_bytes(32)

    async def check(self, client: Client, name: str, password: str) -> LoginOutcome:
        """The account of the name and the password, or a wait after too many failures."""
        guess = f"{name}\0{password}".encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._key, guess, hashlib.sha256)
        counted, wait = await anyio.to_thread.run_sync(self._count, client, name)
        running = self._checks.get(digest)
        if running is not None:
            await running.done.wait()
        elif wait:
            return LoginOutcome(None, wait)
        else:
            running = await self._checked(digest, client, name, password)
        if running.account is not None:
            wait = 0.0
            self._remember(client, name)
        elif running.skipped:
            wait = max(wait, _BUSY_SECONDS)
        if running.account is not None or running.skipped:
            await anyio.to_thread.run_sync(self._give_back, counted)
        return LoginOutcome(running.account, wait)

    def _count(self, client: Client, name: str) -> tuple[list[tuple[AttemptCounter, str]], float]:
        """The counters of an attempt, and 0; or none and the seconds to wait after too many."""
        known = self._accounts.get(name) is not None
        by_client = self._by_client if known else self._by_client_unknown
        by_account = self._by_account if known else self._by_account_unknown
        who = _at(client, name)
        limits = [(by_client, who, MOST_FAILURES)]
        if not client.device and who not in self._opened_from:
            limits.append((by_account, name[:64], MOST_FAILURES_OF_ALL))
        counted: list[tuple[AttemptCounter, str]] = []
        for attempts, key, most in limits:
            with self._counting:
                wait = attempts.take(key, most)
            if wait:
                self._give_back(counted)
                return [], wait
            counted.append((attempts, key))
        return counted, 0.0

    def _give_back(self, counted: list[tuple[AttemptCounter, str]]) -> None:
        with self._counting:
            for attempts, key in counted:
                attempts.give_back(key)

    async def _checked(self, digest: bytes, client: Client, name: str, password: str) -> _Check:
        check = self._checks[digest] = _Check()
        lane = f"device {client.device}" if client.device else f"address {client.address}"
        # Guesses of strangers at an account do not delay the devices of its owner.
        account = lane if client.device else f"account {name[:64]}"
        try:
            async with self._turns.turn(lane, account):
                check.account = await anyio.to_thread.run_sync(self._accounts.check, name, password)
                check.skipped = False
        except QueueFullError:
            pass
        finally:
            del self._checks[digest]
            check.done.set()
        return check

    def _remember(self, client: Client, name: str) -> None:
        remember(self._opened_from, _at(client, name), None, _MOST_REMEMBERED)


def _at(client: Client, name: str) -> str:
    """The key of a client at an account."""
    return f"{client.device or client.address[:64]} {name[:64]}"
