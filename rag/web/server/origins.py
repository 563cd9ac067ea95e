"""Protects against pages of other sites: they may neither read nor write."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from rag.web.server.asgi import Asgi, Message, Receive, Send
from rag.web.server.guard import header_map, refuse

_CROSS_ORIGIN = b"access-control-"
_READING = ("GET", "HEAD")
_FOREIGN_SITES = ("cross-site", "same-site")


class SameOrigin:
    """Refuses writes by pages of other sites, and lets none of them read a response.

    To log in and to log out is to write. Gradio gives pages of any port of localhost the right
    to read; no response leaves with such a right.
    """

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes a request on, or responds with the reason for a refusal."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = header_map(scope["headers"])
        logs_out = str(scope["path"]).rstrip("/") == "/logout"
        writes = scope["method"] not in _READING or logs_out
        if writes and (foreign := _foreign(headers)):
            await refuse(send, 403, f"a page of {foreign[:80]!r} may not write here")
            return

        async def send_to_own(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = message.get("headers", ())
                left = [each for each in sent if not each[0].lower().startswith(_CROSS_ORIGIN)]
                message["headers"] = left
            await send(message)

        await self._app(scope, receive, send_to_own)


def _foreign(headers: Mapping[str, str]) -> str:
    """The other site whose page sent the request, according to the browser; "" if none did."""
    origin, site = headers.get("origin", ""), headers.get("sec-fetch-site", "")
    if site == "same-origin":
        # The browser compared what it sees; a proxy may have changed the host or its port.
        return ""
    try:
        own = not origin or urlsplit(origin).netloc == headers.get("host", "")
    except ValueError:
        own = False
    if not own:
        return origin
    return "another site" if site in _FOREIGN_SITES else ""
