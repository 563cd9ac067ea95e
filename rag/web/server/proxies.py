"""Takes from a trusted proxy what it says of a request: host, path, https and client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address, ip_network

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from rag.addresses import path_prefix
from rag.web.server.asgi import Asgi, Message, Middleware, Receive, Send, respond, with_length
from rag.web.server.guard import LOCAL, host_name

_SPOKEN = b"x-forwarded-"
# Gradio would believe it of anybody.
_GRADIO_SERVER = b"x-gradio-server"
_BASE = b'<base href="./" />'
_MANIFEST = b'<link rel="manifest" href="/'
_HTTP_PORTS = {"http": "80", "https": "443"}


class BehindProxy(Middleware):
    """Gives each request the address that its reader sees; `root_path` of the scope is its prefix.

    The prefix is `root`, else what a trusted proxy names in `X-Forwarded-Prefix`. A proxy may
    strip it from the path or not: what is behind this never sees it in a path. Headers of
    clients and proxies that are not trusted are dropped.
    """

    def __init__(self, app: Asgi, *, proxies: Sequence[str] = (), root: str = "") -> None:
        self._networks = [ip_network(each) for each in _with_mapped(proxies)]
        self._root = root
        super().__init__(app)
        if proxies:
            named = [str(each) for each in self._networks]
            self._app = ProxyHeadersMiddleware(app, named)  # type: ignore[arg-type, assignment]

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes a request on as its reader sent it, or leads it to the page's own address."""
        said = self._said(scope)
        prefix = self._root or _prefix(said.get("prefix", ""))
        path = str(scope["path"])
        if prefix and path == prefix:
            await _lead(send, prefix, bytes(scope.get("query_string", b"")))
            return
        seen = {**scope, "root_path": prefix, "headers": _headers(scope, said)}
        if prefix and path.startswith(f"{prefix}/"):
            seen["path"] = path.removeprefix(prefix)
            raw = bytes(scope.get("raw_path") or path.encode())
            seen["raw_path"] = raw.removeprefix(prefix.encode())
        if prefix and seen["path"] == "/":
            send = _Rebased(send, prefix).send
        await self._app(seen, receive, send)

    def _said(self, scope: Message) -> Mapping[str, str]:
        """What a trusted proxy says, by the rest of its headers' names; of others, nothing."""
        host = str((scope.get("client") or ("",))[0])
        try:
            address = ip_address(host)
        except ValueError:
            return {}
        if not any(address in network for network in self._networks):
            return {}
        said: dict[str, str] = {}
        for name, value in scope["headers"]:
            if name.startswith(_SPOKEN):
                key = name.removeprefix(_SPOKEN).decode("latin-1")
                text = value.decode("latin-1")
                said[key] = f"{said[key]},{text}" if key in said else text
        return said


def _with_mapped(networks: Iterable[str]) -> list[str]:
    """The networks, IPv4 ones also as IPv4-mapped IPv6, as dual-stack sockets name clients."""
    parsed = [ip_network(each) for each in networks]
    mapped = [
        f"::ffff:{each.network_address}/{each.prefixlen + 96}"
        for each in parsed
        if each.version == 4
    ]
    return [*map(str, parsed), *mapped]


def _prefix(said: str) -> str:
    """The prefix that proxies name, the outermost first; "" if they name none that can be one."""
    try:
        return path_prefix("/".join(each.strip().strip("/") for each in said.split(",")))
    except ValueError:
        return ""


def _headers(scope: Message, said: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers with the host and the scheme that the reader sees.

    Of several proxies, the first one saw the reader: its word comes first.
    """
    given = [
        (name, value)
        for name, value in scope["headers"]
        if not name.startswith(_SPOKEN) and name != _GRADIO_SERVER
    ]
    if not said:
        return given
    scheme = _first(said, "proto").lower() or str(scope.get("scheme", "http"))
    sent = next((value.decode("latin-1") for name, value in given if name == b"host"), "")
    host = _seen_host(sent, said, scheme)
    others = [pair for pair in given if pair[0] != b"host"]
    told = [(b"host", host.encode("latin-1"))] if host else []
    told += [(b"x-forwarded-proto", scheme.encode("latin-1"))] if "proto" in said else []
    told += [(b"x-forwarded-for", said["for"].encode("latin-1"))] if "for" in said else []
    return [*told, *others]


def _seen_host(sent: str, said: Mapping[str, str], scheme: str) -> str:
    """The host, and the port if it is not the usual one, as the reader's browser names them."""
    host = _first(said, "host") or sent
    # A page of a foreign name may send any header: it does not become a page of this machine.
    if host_name(host) in LOCAL and host_name(sent) not in LOCAL:
        host = sent
    port, bare = _first(said, "port"), host.rpartition("]")[2]
    if port.isdigit() and ":" not in bare and host and port != _HTTP_PORTS.get(scheme):
        return f"{host}:{port}"
    return host


def _first(said: Mapping[str, str], name: str) -> str:
    return said.get(name, "").split(",")[0].strip()


async def _lead(send: Send, prefix: str, query: bytes) -> None:
    """Leads from `/news` to `/news/`, where the page's relative addresses are right."""
    to = prefix.encode() + b"/" + (b"?" + query if query else b"")
    await respond(send, 307, {"location": to.decode("latin-1")})


class _Rebased:
    """Sends the page with addresses that start with the prefix; anything else as it is.

    Gradio's page takes its files from beside its own address, which is wrong where a proxy serves
    it at `/news` without a slash, and its manifest from the root of the site.
    """

    def __init__(self, send: Send, prefix: str) -> None:
        self._send = send
        self._prefix = prefix.encode()
        self._start: Message | None = None
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        """Takes a part of the response; the page is sent when all of it is there."""
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                body = self._rebased(bytes(self._body))
                headers = with_length(self._start.get("headers", ()), body)
                await self._send({**self._start, "headers": headers})
                await self._send({"type": "http.response.body", "body": body})

    def _rebased(self, page: bytes) -> bytes:
        # Before it finds the page's own icon, a browser would ask for one at the root of the site.
        icon = b'<link rel="icon" href="data:," />'
        page = page.replace(_BASE, b'<base href="%s/" />%s' % (self._prefix, icon), 1)
        return page.replace(_MANIFEST, _MANIFEST + self._prefix[1:] + b"/", 1)


def _is_html(start: Message) -> bool:
    headers = dict(start.get("headers", ()))
    return bytes(headers.get(b"content-type", b"")).startswith(b"text/html")
