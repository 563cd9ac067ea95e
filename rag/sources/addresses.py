"""Parses web addresses and decides which machines may be asked; fetches nothing."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import SplitResult, quote, urlsplit

from rag.errors import ForbiddenAddressError, TooSlowError, UnreachableError

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the numeric addresses of a host and port; raises OSError if there are none."""

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2_000
_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_PATH_CHARACTERS = "/%:@!$&'()*+,;=~"
# Addresses that `ip_address.is_global` accepts: special blocks with a few reachable addresses (with
# Oracle's metadata server 192.0.0.192 among them), services that many machines answer for,
# and the server that each machine at Azure gets its keys from.
_NO_ONES = tuple(
    IPv4Network(block)
    for block in (
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
        "168.63.129.16/32",
    )
)
# Whatever carries an IPv4 address within it (mapped, NAT64, 6to4, Teredo) is outside of these
# or refused by name, as is what RFC 9637 keeps for documentation.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_OF_THEM = tuple(
    IPv6Network(block) for block in ("2002::/16", "2001::/23", "2620:4f:8000::/48", "3fff::/20")
)


@dataclass(frozen=True, slots=True)
class Target:
    """A web address: the server to connect to, and the path to ask for.

    `host` is in ASCII and lower case, `path` percent-encoded and with the query.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host, with the port unless it is the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port, to which a robots.txt belongs."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The whole address without the fragment."""
        return self.origin + self.path


def parse_target(url: str) -> Target:
    """The address in `url`; raises ForbiddenAddressError if it is invalid or ambiguous.

    >>> parse_target("HTTPS://Courier.example:443/f\u00e4hre?a=1#top").url
    'https://courier.example/f%C3%A4hre?a=1'
    """
    text = url.strip(" \t\r\n")
    if len(text) > _LONGEST:
        reason = f"longer than the {_LONGEST} characters that an address may have"
        raise ForbiddenAddressError(text[:80] + "\u2026", reason)
    if odd := _ODD.search(text):
        escaped = f"%{ord(odd.group()):02X}"
        reason = f"contains {odd.group()!r}, which no address may; write it as {escaped}"
        raise ForbiddenAddressError(text, reason)
    parts, port = _split(text)
    if "@" in parts.netloc:
        # A password must not appear in a message.
        bare = f"{parts.scheme}://{parts.hostname or ''}/"
        reason = "names a user or a password; leave out the part before the '@'"
        raise ForbiddenAddressError(bare, reason)
    if parts.scheme not in _PORTS:
        reason = f"its scheme is {parts.scheme!r}; only http and https addresses are read"
        raise ForbiddenAddressError(text, reason)
    path = quote(parts.path or "/", safe=_PATH_CHARACTERS, errors="replace")
    query = quote(parts.query, safe=_PATH_CHARACTERS + "?[]", errors="replace")
    return Target(
        parts.scheme,
        _host(text, parts),
        _PORTS[parts.scheme] if port is None else port,
        path + (f"?{query}" if query else ""),
    )


def _split(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ForbiddenAddressError(text, f"is no web address: {error}") from error
    if port == 0:
        raise ForbiddenAddressError(text, "names port 0, which no server has")
    return parts, port


def _host(text: str, parts: SplitResult) -> str:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        literal = _numeric(host)
        if literal is None or "%" in host:
            reason = f"{host!r} is no address of version 6; leave out a zone behind '%'"
            raise ForbiddenAddressError(text, reason)
        return str(literal)
    name = host.removesuffix(".")
    try:
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_name = ""
    if not _HOST.fullmatch(ascii_name.lower()):
        raise ForbiddenAddressError(text, f"{host!r} is no host; write it as in 'courier.example'")
    return ascii_name.lower()


def _numeric(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address belongs to one machine on the public internet.

    False for every block of IANA's registries of special-purpose IPv4 and IPv6 addresses
    (RFC 6890), reachable or not, and for the metadata servers of clouds, which hand out keys.

    >>> is_public(ip_address("9.9.9.9")), is_public(ip_address("64:ff9b::10.0.0.1"))
    (True, False)
    """
    if isinstance(address, IPv6Address):
        carried = any(address in network for network in _NOT_OF_THEM)
        return address in _GLOBAL_UNICAST and not carried and address.is_global
    special = address.is_multicast or address.is_reserved
    return address.is_global and not special and not any(address in block for block in _NO_ONES)


def resolve(host: str, port: int) -> list[str]:
    """The distinct addresses of a host, from the resolver of the operating system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Decides which machines may be asked; `allowed` hosts may be anywhere."""

    allowed: Collection[str] = ()
    resolve: Resolve = resolve
    public: Callable[[IPv4Address | IPv6Address], bool] = is_public

    def addresses(self, target: Target, seconds: float) -> list[str]:
        """The checked numeric addresses of the target.

        Raises ForbiddenAddressError if any of them is not public and the host is not allowed,
        UnreachableError if there is none.
        """
        found = [_numeric(text) for text in self._looked_up(target, seconds)]
        known = [address for address in found if address is not None]
        if not known:
            raise UnreachableError(target.url, f"the host {target.host!r} has no address")
        if not self.is_allowed(target.host):
            for address in known:
                if not self.public(address):
                    reason = (
                        f"{target.host!r} leads to {str(address)!r}, which is not on the public "
                        "internet; if the server is yours, name its host in network_hosts"
                    )
                    raise ForbiddenAddressError(target.url, reason)
        return [str(address) for address in known]

    def is_allowed(self, host: str) -> bool:
        """Whether the host is one of the allowed ones, ignoring case."""
        return host in {name.strip().strip("[]").removesuffix(".").lower() for name in self.allowed}

    def check_step(self, origin: Target, target: Target) -> None:
        """Raises ForbiddenAddressError if an outside server leads to an allowed host.

        A page of a stranger must not make Dateline read the newsroom's own servers.
        """
        if self.is_allowed(target.host) and not self.is_allowed(origin.host):
            reason = (
                f"{origin.authority!r} leads to a host of network_hosts from outside of them; "
                "name the address itself if you mean it"
            )
            raise ForbiddenAddressError(target.url, reason)

    def _looked_up(self, target: Target, seconds: float) -> Sequence[str]:
        if _numeric(target.host) is not None:
            return [target.host]
        answers: SimpleQueue[Sequence[str] | OSError] = SimpleQueue()

        def ask() -> None:
            """Puts the addresses of the host, or the error, into the queue."""
            try:
                answers.put(self.resolve(target.host, target.port))
            except OSError as error:
                answers.put(error)

        # The system's resolver has no time limit, so it runs on in its own thread.
        Thread(target=ask, daemon=True).start()
        try:
            answer = answers.get(timeout=seconds)
        except Empty:
            reason = f"the host {target.host!r} was not found in time; try again later"
            raise TooSlowError(target.url, reason) from None
        if isinstance(answer, OSError):
            reason = f"the host {target.host!r} is not known ({answer.strerror or answer})"
            raise UnreachableError(target.url, f"{reason}; check the spelling") from answer
        return answer
