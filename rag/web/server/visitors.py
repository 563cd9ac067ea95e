"""Tells visitors apart on an open page without a login: a signed cookie for each browser."""

from __future__ import annotations

import secrets

from rag.web.keeping import UNKNOWN_VISITOR
from rag.web.server.asgi import Asgi, Message, Receive, Send
from rag.web.server.guard import header_map
from rag.web.server.signing import cookie_header, read_cookie, sign, signed_value, with_headers

COOKIE = "dateline-visitor"
COOKIE_SECONDS = 365 * 24 * 3600
_PURPOSE = "visitor"


class Visitors:
    """Gives each browser its name, as `visitor` in the scope of its requests.

    A signed cookie from the page proves it. Requests without one are UNKNOWN_VISITOR.
    """

    def __init__(self, app: Asgi, key: bytes) -> None:
        self._app = app
        self._key = key

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes each request on with the name of its visitor."""
        if scope["type"] == "http":
            sent = read_cookie(header_map(scope["headers"]), COOKIE)
            id_ = signed_value(self._key, _PURPOSE, sent)
            scope["visitor"] = f"{UNKNOWN_VISITOR}{id_}"
            if scope["path"] == "/":
                value = sign(self._key, _PURPOSE, id_ or secrets.token_urlsafe(16))
                send = with_headers(send, cookie_header(COOKIE, value, COOKIE_SECONDS, scope))
        await self._app(scope, receive, send)
