"""Serves what is new for a saved search as an Atom feed, to whoever knows its address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

from rag.archive import Archive
from rag.conversations.atom import MEDIA_TYPE, FeedPlace, atom_feed, last_arrival
from rag.errors import RagError
from rag.web.server.asgi import Message

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

FEED_PATH = re.compile(r"/alerts/(?P<token>[\w-]{43})\.atom")
"""The path of a feed; its token is all that a feed reader needs, also where others log in."""

_NEVER = datetime.fromtimestamp(0, UTC)
_HEADERS = {
    # Whatever stands in the feed, no browser is to run it as a page of this site.
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, no-cache",
    "x-robots-tag": "noindex",
}


def feed_path(token: str) -> str:
    """The address of a feed, relative to the page's.

    >>> feed_path("T")
    'alerts/T.atom'
    """
    return f"alerts/{token}.atom"


def feed_route(archive: Archive) -> Route:
    """The route of the feeds of all saved searches of an archive."""
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    def feed(request: Request) -> Response:
        found = FEED_PATH.fullmatch(str(request.scope["path"]))
        try:
            alert = archive.alerts.by_token(found["token"]) if found else None
            if alert is None:
                why = "there is no such feed; its address may have been renewed"
                return JSONResponse({"error": why}, 404)
            page = page_url(request.scope)
            place = FeedPlace(archive.state()[0], page + feed_path(alert.saved.token), page)
            body = atom_feed([alert], place)
            # A reader that goes by dates alone must learn of what a feed has no more.
            changed = max(last_arrival(alert), archive.removals.last_removal() or _NEVER)
        except RagError:
            why = "the archive cannot be read now; try again later"
            return JSONResponse({"error": why}, 503, {"retry-after": "600"})
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {
            **_HEADERS,
            "etag": tag,
            "last-modified": format_datetime(changed.astimezone(UTC), usegmt=True),
        }
        if _is_known(request.headers, tag, changed):
            return Response(None, 304, headers)
        return Response(body, 200, headers, f"{MEDIA_TYPE}; charset=utf-8")

    return Route("/alerts/{name}", feed, methods=["GET", "HEAD"])


def page_url(scope: Message) -> str:
    """The address of the page as its readers see it, with a slash at its end."""
    headers = dict(scope["headers"])
    host = headers.get(b"host", b"").decode("latin-1")
    return f"{scope.get('scheme', 'http')}://{host}{scope.get('root_path', '')}/"


def _is_known(headers: Mapping[str, str], tag: str, changed: datetime) -> bool:
    """Whether whoever asks has the feed as it is; a tag says it more surely than a date."""
    if sent := headers.get("if-none-match"):
        tags = {each.strip().removeprefix("W/") for each in sent.split(",")}
        return tag in tags or "*" in tags
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
        return since.tzinfo is not None and changed.replace(microsecond=0) <= since
    except (TypeError, ValueError):
        return False
