"""Addresses in settings and headers: the store, the page's path, its proxies, who frames it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_network

from pydantic import SecretStr

_LONGEST_PATH = 200
# The rest could mean something else in a header, in a cookie or in the page.
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_HOST = r"(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]"
_SITE = re.compile(rf"(?:https?://)?(?:{_HOST})(?::(?:\d{{1,5}}|\*))?", re.IGNORECASE)
OWN_SITE = "'self'"
_STORE = "postgresql+psycopg://"
_STORES = (_STORE, "postgresql://", "postgres://")
_OWN_NAMES = (
    *("assets", "config", "export", "favicon.ico", "gradio_api", "login", "logout"),
    *("healthz", "mcp", "metrics", "readyz", "robots.txt", "static", "svelte", "theme.css"),
)


def path_prefix(value: str) -> str:
    """The path under which a proxy serves the page, without a slash at its end; "" for none.

    Raises ValueError for anything but plain names between slashes, and for a path that begins
    with a name of the page's own, because a request for either would look the same.

    >>> path_prefix("news/"), path_prefix("/desk/news"), path_prefix("/")
    ('/news', '/desk/news', '')
    """
    inner = value.strip().strip("/")
    path = f"/{inner}" if inner else ""
    if len(path) > _LONGEST_PATH or not _PATH.fullmatch(path):
        msg = f"{value[:80]!r} must be a path of plain letters, digits, '-', '_' and '.', as /news"
        raise ValueError(msg)
    if inner.split("/")[0] in _OWN_NAMES:
        msg = f"{value[:80]!r} begins with a name of the page's own; choose another, as /news"
        raise ValueError(msg)
    return path


def store_address(value: SecretStr) -> SecretStr:
    """The address of a PostgreSQL, as SQLAlchemy writes it; "" for none.

    Raises ValueError for any other address, and does not repeat it: it may hold a password.

    >>> store_address(SecretStr("postgres://ada@db.example/news")).get_secret_value()
    'postgresql+psycopg://ada@db.example/news'
    """
    address = value.get_secret_value().strip()
    start = next((start for start in _STORES if address.startswith(start)), "")
    if address and not start:
        msg = f"it must begin with {_STORE}, or be empty for archive.db in the archive's folder"
        raise ValueError(msg)
    return SecretStr(_STORE * bool(address) + address[len(start) :])


def check_networks(networks: Iterable[str]) -> None:
    """Raises ValueError unless each is an address or a network, and none is everybody."""
    for each in networks:
        try:
            everybody = ip_network(each).prefixlen == 0
        except ValueError:
            everybody = True
        if everybody:
            msg = f"{each!r} must be an address or a network, such as 10.0.0.2 or 10.0.0.0/24"
            raise ValueError(msg)


def framing_sites(values: Iterable[str]) -> tuple[str, ...]:
    """The sites as a Content-Security-Policy names them; raises ValueError for anything else.

    A site has no path. `*` alone would be every site, and is refused.

    >>> framing_sites(["https://intranet.example", "*.corp.example", "self"])
    ('https://intranet.example', '*.corp.example', "'self'")
    """
    sites = [OWN_SITE if each in ("self", OWN_SITE) else each.rstrip("/") for each in values]
    for each in sites:
        if each != OWN_SITE and not _SITE.fullmatch(each):
            msg = f"{each[:80]!r} must be a site, such as https://intranet.example, or self"
            raise ValueError(msg)
    return tuple(sites)
