"""The types of the ASGI interface, and the sender of a request according to its scope."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

_IPV6_NETWORK = 64


def client_address(scope: Message) -> str:
    """The address of the client; for IPv6 its /64 network.

    One household has a whole /64 network, so a single address says nothing.
    """
    address = str((scope.get("client") or ("",))[0])[:64]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), _IPV6_NETWORK), strict=False))


def reader_name(scope: Message) -> str:
    """The account or the visitor that sends a request; "" if the page has one reader."""
    account = scope.get("account")
    return account.name if account else str(scope.get("visitor", ""))
