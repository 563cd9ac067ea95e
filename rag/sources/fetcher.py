"""Fetches the bytes at an address and checks every hop; nothing else uses the network."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urljoin

from rag.errors import (
    BrokenReplyError,
    ForbiddenAddressError,
    RedirectError,
    StatusError,
    TooLargeError,
    WrongTypeError,
)
from rag.sources.addresses import AddressGuard, Target, parse_target
from rag.sources.wire import (
    LONGEST_HEADERS,
    BombError,
    Connector,
    Deadline,
    HttpReply,
    UnpackingError,
    ask,
    unpacked,
)

AGENT = "Dateline"
"""The name of this program for servers and in robots.txt."""

_MEGABYTE = 1024 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_LONGEST_VALIDATOR = 1_000
_PLAIN_ENCODINGS = frozenset({"", "identity"})
_GZIP_ENCODINGS = frozenset({"gzip", "x-gzip"})

Permit = Callable[[Target], None]
"""Called before each hop; raises a FetchError to forbid it."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The limits of one fetch: seconds in all and of silence, bytes, and redirects."""

    seconds: float = 60.0
    silence: float = 15.0
    wire: int = 20 * _MEGABYTE
    unpacked: int = 50 * _MEGABYTE
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Validators:
    """The last headers of a server about the content, to ask only for changes."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Fetched content: its `url` after redirects, and `kind`, its lower-case media type.

    If it is `unchanged`, the validators are still valid and the body is empty.
    """

    url: str
    kind: str
    charset: str
    body: bytes
    validators: Validators
    unchanged: bool = False


NOTHING_KNOWN = Validators()


def _anyone(_target: Target) -> None:
    """Permits every hop."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Reads web addresses within limits; ignores proxies of the environment.

    `tls` replaces the system's certificates, `clock` replaces `time.monotonic`.
    """

    guard: AddressGuard = field(default_factory=AddressGuard)
    limits: FetchLimits = field(default_factory=FetchLimits)
    tls: ssl.SSLContext | None = None
    clock: Callable[[], float] = time.monotonic

    def fetch(
        self,
        url: str,
        kinds: Collection[str],
        known: Validators = NOTHING_KNOWN,
        permit: Permit = _anyone,
    ) -> Fetched:
        """The content at `url`, if its media type is one of `kinds` (empty: any).

        Each hop looks its host up once, checks the numeric address and connects to it. Time
        spent in `permit` does not count. Raises a FetchError, one class for each failure.
        """
        target = parse_target(url)
        visited = [target.url]
        left = self.limits.seconds
        while True:
            permit(target)
            deadline = Deadline(target.url, left, self.clock)
            found = self._hop(target, deadline, kinds, known)
            if isinstance(found, Fetched):
                return found
            target = self._followed(visited, target, found)
            left = deadline.left()

    def _hop(
        self, target: Target, deadline: Deadline, kinds: Collection[str], known: Validators
    ) -> Fetched | str:
        """The content, or the address that the server redirects to."""
        addresses = self.guard.addresses(target, deadline.left())
        connector = Connector(self.limits.silence, self.limits.wire + LONGEST_HEADERS, self.tls)
        with closing(connector.connect(target, addresses, deadline)) as wire:
            reply = ask(wire, target, _request_headers(kinds, known))
            if reply.status in _REDIRECTS:
                return _location(target, reply)
            if reply.status == _NOT_MODIFIED and known != NOTHING_KNOWN:
                return Fetched(target.url, "", "", b"", known, unchanged=True)
            _check_status(target, reply)
            kind, charset = _kind(target, reply, kinds)
            body = self._body(target, reply)
            return Fetched(target.url, kind, charset, body, _validators(reply))

    def _followed(self, visited: list[str], target: Target, location: str) -> Target:
        try:
            following = parse_target(location)
        except ForbiddenAddressError as error:
            reason = f"sends to {error.url!r}: {error.reason}"
            raise ForbiddenAddressError(target.url, reason) from error
        if target.scheme == "https" and following.scheme == "http":
            reason = f"sends from https to {following.url!r}; name that address if you trust it"
            raise RedirectError(target.url, reason)
        self.guard.check_step(target, following)
        if following.url in visited:
            raise RedirectError(visited[0], f"redirects in a circle, back to {following.url!r}")
        if len(visited) > self.limits.redirects:
            reason = (
                f"redirects more than {self.limits.redirects} times, last to "
                f"{following.url!r}; name the address it ends at"
            )
            raise RedirectError(visited[0], reason)
        visited.append(following.url)
        return following

    def _body(self, target: Target, reply: HttpReply) -> bytes:
        limit = self.limits.wire
        announced = reply.header("content-length")
        if announced.isdecimal() and int(announced) > limit:
            reason = f"announces {int(announced):,} bytes; {limit:,} are the most that are read"
            raise TooLargeError(target.url, reason)
        encoding = ", ".join(reply.headers.get("content-encoding", ())).strip().lower()
        if encoding in _PLAIN_ENCODINGS:
            return b"".join(reply.body)
        if encoding not in _GZIP_ENCODINGS:
            reason = f"encoded as {encoding!r:.80}, which was not asked for; only gzip is unpacked"
            raise BrokenReplyError(target.url, reason)
        return self._unpacked(target, reply.body)

    def _unpacked(self, target: Target, body: Iterator[bytes]) -> bytes:
        try:
            return b"".join(unpacked(body, self.limits.unpacked))
        except BombError as error:
            reason = f"unpacks to more than the {self.limits.unpacked:,} bytes that are read"
            raise TooLargeError(target.url, reason) from error
        except UnpackingError as error:
            raise BrokenReplyError(target.url, str(error)) from error


def _request_headers(kinds: Collection[str], known: Validators) -> dict[str, str]:
    headers = {
        "User-Agent": AGENT,
        "Accept": ", ".join([*sorted(kinds), "*/*;q=0.1"]),
        "Accept-Encoding": "gzip",
    }
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.modified:
        headers["If-Modified-Since"] = known.modified
    return headers


def _location(target: Target, reply: HttpReply) -> str:
    named = set(reply.headers.get("location", ()))
    if len(named) != 1 or not min(named):
        several = ", ".join(sorted(named)) or "nowhere"
        raise RedirectError(target.url, f"sends on (status {reply.status}), to {several!r:.200}")
    try:
        return urljoin(target.url, named.pop())
    except ValueError as error:
        raise RedirectError(target.url, f"sends to what is no address: {error}") from error


def _check_status(target: Target, reply: HttpReply) -> None:
    if reply.status == 200:
        return
    meaning = {
        401: "the server asks for a login",
        402: "the server asks for payment",
        403: "the server forbids it",
        404: "there is nothing at this address; check its spelling",
        410: "the content was removed from this address",
        429: "the server got too many requests; try again later",
    }.get(
        reply.status, "the server failed; try again later" if reply.status >= 500 else "no content"
    )
    retry_after = reply.header("retry-after")[:100]
    raise StatusError(target.url, f"status {reply.status}: {meaning}", reply.status, retry_after)


def _kind(target: Target, reply: HttpReply, kinds: Collection[str]) -> tuple[str, str]:
    named = reply.header("content-type")
    kind = named.partition(";")[0].strip().lower()
    if kinds and kind not in kinds:
        what = f"of type {kind!r:.80}" if kind else "of no type"
        raise WrongTypeError(target.url, f"{what}; what is read: {', '.join(sorted(kinds))}")
    charset = _CHARSET.search(named)
    return kind, charset.group(1).lower() if charset else ""


def _validators(reply: HttpReply) -> Validators:
    """The validators that are safe to send back: one short line of printable ASCII each."""
    values = [reply.header(name).strip() for name in ("etag", "last-modified")]
    valid = [
        v if len(v) <= _LONGEST_VALIDATOR and v.isascii() and v.isprintable() else ""
        for v in values
    ]
    return Validators(*valid)
