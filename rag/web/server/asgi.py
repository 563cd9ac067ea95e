"""The types of the ASGI interface, and what a scope says of whoever sent the request."""

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
    """The address that a request comes from; of an IPv6 address the network of its household.

    A household has a whole /64 network, so one address of it says nothing.
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
    """The account that sends a request, else the visitor; "" where the page has one reader."""
    account = scope.get("account")
    return account.name if account else str(scope.get("visitor", ""))
