"""Fetches politely: respects robots.txt, pauses between requests, leaves busy hosts alone."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Protocol

from protego import Protego

from rag.config import PREFIX, Settings
from rag.errors import (
    BusyError,
    ConfigError,
    FetchError,
    ForbiddenAddressError,
    RobotsError,
    StatusError,
    TooSlowError,
    UnreachableError,
)
from rag.sources.addresses import AddressGuard, Target, parse_target
from rag.sources.fetcher import AGENT, NOTHING_KNOWN, Fetched, Fetcher, Validators

_BUSY = frozenset({429, 503})
_WITHOUT_REPLY = (ForbiddenAddressError, TooSlowError, UnreachableError)
_SHORTEST_WAIT = 1.0
_LONGEST_RETRY_AFTER = 86_400.0
_LONGEST_ROBOTS = 512 * 1024
"""RFC 9309 has a crawler read at least this much; the rest is ignored."""


class Clock(Protocol):
    """Tells the time and waits; a test has one that does not really wait."""

    def time(self) -> float:
        """Seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Returns when the seconds have passed."""
        ...


class SystemClock:
    """The machine's clock."""

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Returns when the seconds have passed."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class PolitenessPolicy:
    """The pause between two requests to a host, and how often a busy server is asked.

    Times are in seconds. A busy server is asked `tries` times in all, and waited for at most
    `patience` each time. A longer delay in robots.txt is respected up to `patience`, too.
    """

    delay: float = 1.0
    tries: int = 3
    patience: float = 30.0


@dataclass(slots=True)
class Visitor:
    """Fetches addresses one after another within a policy; caches robots.txt for one run."""

    fetcher: Fetcher
    policy: PolitenessPolicy = field(default_factory=PolitenessPolicy)
    clock: Clock = field(default_factory=SystemClock)
    _rules: dict[str, Protego | FetchError] = field(default_factory=dict)
    _asked: dict[str, float] = field(default_factory=dict)
    _busy: dict[str, str] = field(default_factory=dict)
    _retry_after: dict[str, float] = field(default_factory=dict)

    def visit(
        self,
        url: str,
        kinds: Collection[str],
        known: Validators = NOTHING_KNOWN,
        named_by: str = "",
    ) -> Fetched:
        """The content at `url` as `Fetcher.fetch` returns it, redirects under the same rules.

        `named_by` is the address of the page or feed that links to `url`, "" if you named it.
        Raises its errors, RobotsError if robots.txt forbids it, and BusyError if the host
        asks for a longer pause than the policy allows, then for each later address too.
        """
        if named_by:
            self.fetcher.guard.check_step(parse_target(named_by), parse_target(url))
        wait = self.policy.delay
        for tries_left in reversed(range(self.policy.tries)):
            try:
                return self.fetcher.fetch(url, kinds, known, self._permit)
            except StatusError as error:
                if error.status not in _BUSY:
                    raise
                wait = self._next_wait(error, wait)
                if not tries_left or wait > self.policy.patience:
                    raise self._gave_up(error, wait) from error
            self.clock.sleep(wait)
        msg = f"tries must be positive, not {self.policy.tries!r}"
        raise ValueError(msg)

    def retry_after(self, url: str) -> float:
        """The pause that the host of `url` asked for, in seconds; 0.0 if it asked for none."""
        return self._retry_after.get(parse_target(url).host, 0.0)

    def _next_wait(self, error: StatusError, last: float) -> float:
        requested = _seconds(error.retry_after, self.clock.time())
        return (
            max(_SHORTEST_WAIT, 2 * last)
            if requested is None
            else max(requested, self.policy.delay)
        )

    def _gave_up(self, error: StatusError, wait: float) -> BusyError:
        host = parse_target(error.url).host
        self._retry_after[host] = wait
        self._busy[host] = (
            f"{host!r} is busy (status {error.status}) and asks for a pause of "
            f"{wait:,.0f} s; run the same command later"
        )
        return BusyError(error.url, self._busy[host])

    def _permit(self, target: Target) -> None:
        if target.host in self._busy:
            raise BusyError(target.url, self._busy[target.host])
        rules = self._rules_of(target)
        if not rules.can_fetch(target.url, AGENT):
            raise RobotsError(target.url, f"{target.origin}/robots.txt asks not to be read there")
        self._leave_time(target, rules.crawl_delay(AGENT) or 0.0)

    def _leave_time(self, target: Target, requested: float = 0.0) -> None:
        """Waits until the delay since the last request to the host is over."""
        delay = max(self.policy.delay, min(requested, self.policy.patience))
        now = self.clock.time()
        last = self._asked.get(target.host)
        # If the clock was set back, the wait is still one delay at most.
        wait = 0.0 if last is None else min(delay, last + delay - now)
        if wait > 0:
            self.clock.sleep(wait)
        self._asked[target.host] = self.clock.time()

    def _rules_of(self, target: Target) -> Protego:
        if target.origin not in self._rules:
            self._rules[target.origin] = self._read_rules(f"{target.origin}/robots.txt")
        rules = self._rules[target.origin]
        if isinstance(rules, FetchError):
            raise type(rules)(target.url, rules.reason)
        return rules

    def _read_rules(self, address: str) -> Protego | FetchError:
        """The rules of robots.txt (without one, all is allowed), or why they are not known."""
        try:
            fetched = self.fetcher.fetch(address, (), permit=self._leave_time)
        except StatusError as error:
            if error.status < 500 and error.status not in _BUSY:
                return Protego.parse("")
            return RobotsError(address, f"{address!r} cannot be read ({error.reason})")
        except FetchError as error:
            if error.url == address and isinstance(error, _WITHOUT_REPLY):
                return error
            return RobotsError(address, f"{address!r} cannot be read ({error.reason})")
        return Protego.parse(fetched.body[:_LONGEST_ROBOTS].decode("utf-8", "replace"))


def _seconds(retry_after: str, now: float) -> float | None:
    """The pause of a Retry-After header, in seconds from `now`; None if it states none.

    At most a day: longer ones are mistakes, such as seconds since 1970.
    """
    text = retry_after.strip()
    try:
        requested = (
            float(text) if text.isdecimal() else parsedate_to_datetime(text).timestamp() - now
        )
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, requested), _LONGEST_RETRY_AFTER)


def visitor(settings: Settings, asked: str) -> Visitor:
    """A visitor that does what the settings allow; `asked` is an address for the error message.

    Raises ConfigError, before any request, if the network is not enabled.
    """
    if not settings.network:
        msg = (
            f"{asked!r} is on the network, which is not enabled; set network = true in "
            f"dateline.toml, or {PREFIX}NETWORK=true"
        )
        raise ConfigError(msg)
    policy = PolitenessPolicy(delay=settings.network_delay)
    return Visitor(Fetcher(AddressGuard(settings.network_hosts)), policy)
