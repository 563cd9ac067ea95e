"""Serves what is no page: exports, pictures of PDF pages, and feeds of saved searches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from threading import BoundedSemaphore

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from rag.archive import Archive
from rag.conversations.atom import MEDIA_TYPE, FeedPlace, atom_feed, last_arrival
from rag.conversations.collected import COLLECTION_KINDS, export_collection
from rag.conversations.documents import disposition, export, file_name
from rag.conversations.exporting import one_answer
from rag.corpus.formats.pdf_pictures import page_picture
from rag.errors import RagError
from rag.store.postgresql import without_server
from rag.web.server.asgi import Message, reader_name

_NAME = re.compile(r"(?P<id>[\w-]{1,64})(?:\.(?P<number>[1-9]\d{0,5}))?\.(?P<kind>[a-z]+)")
_COLLECTION = re.compile(r"collection\.(?P<id>[\w-]{1,64})\.(?P<kind>[a-z]+)")
_HEADERS = {
    # Whatever stands in the file, no browser is to show it as a page of this site.
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "no-store",
}

_AT_ONCE = 2
_PATIENCE = 10

FEED_PATH = re.compile(r"/alerts/(?P<token>[\w-]{43})\.atom")
"""The path of a feed; its token is all that a feed reader needs, also where others log in."""

_NEVER = datetime.fromtimestamp(0, UTC)
_FEED_HEADERS = _HEADERS | {"cache-control": "private, no-cache", "x-robots-tag": "noindex"}


_MEDIA = {
    "md": "text/markdown",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


def download_route(archive: Archive) -> Route:
    """The route of what can be taken away.

    `/export/ID.KIND` is a conversation, `/export/ID.N.KIND` one answer of it, and
    `/export/collection.ID.KIND` a collection.
    """

    def download(request: Request) -> Response:
        """The reader's collection or conversation of this name, as a file."""
        name, owner = str(request.path_params["name"]), reader_name(request.scope)
        try:
            found = _collection(archive, owner, name) or _conversation(archive, owner, name)
        except RagError as error:
            return JSONResponse({"error": without_server(str(error))}, 404)
        if found is None:
            return JSONResponse({"error": "there is nothing here"}, 404)
        return found

    return Route("/export/{name}", download)


def _file(name: str, media: str, body: bytes) -> Response:
    return Response(body, 200, {**_HEADERS, "content-disposition": disposition(name)}, media)


def _collection(archive: Archive, owner: str, name: str) -> Response | None:
    asked = _COLLECTION.fullmatch(name)
    if not asked or asked["kind"] not in COLLECTION_KINDS:
        return None
    collection = archive.collections.get(owner, asked["id"])
    written = export_collection(collection, archive, asked["kind"])
    media, _ = COLLECTION_KINDS[asked["kind"]]
    # Without a mark, spreadsheets take UTF-8 for something else.
    body = written.encode("utf-8-sig" if asked["kind"] == "csv" else "utf-8", "replace")
    return _file(file_name(collection.name, asked["kind"]), media, body)


def _conversation(archive: Archive, owner: str, name: str) -> Response | None:
    asked = _NAME.fullmatch(name)
    if not asked or asked["kind"] not in _MEDIA:
        return None
    kept = archive.conversations.get(owner, asked["id"])
    if asked["number"]:
        kept = one_answer(kept, int(asked["number"]))
    kind = asked["kind"]
    return _file(file_name(kept.summary.title, kind), _MEDIA[kind], export(kept, archive, kind))


def picture_route(archive: Archive) -> Route:
    """The route of pictures: `/page/N.png?article=ID&revision=N` is a page of that article's file.

    `start` and `end`, offsets in the article's text, are the words that are marked on it. No
    other file can be named: the article must be in the archive, and its words on the page.
    """
    drawing = BoundedSemaphore(_AT_ONCE)

    def picture(request: Request) -> Response:
        """The picture of the page on which the cited words are."""
        asked = request.query_params
        numbers = asked.get("revision", ""), asked.get("start", "0"), asked.get("end", "0")
        if not all(map(_is_number, numbers)):
            return PlainTextResponse("there is nothing here", 404, _HEADERS)
        revision, start, end = map(int, numbers)
        try:
            article = archive.article(asked.get("article", ""), revision)
            if archive.removals.withdrawal(article.id):
                return PlainTextResponse("the article was withdrawn", 404, _HEADERS)
            if not drawing.acquire(timeout=_PATIENCE):
                return PlainTextResponse("too many pages are drawn", 503, _HEADERS)
            try:
                drawn = page_picture(article, int(request.path_params["page"]), (start, end))
            finally:
                drawing.release()
        except RagError as error:
            return PlainTextResponse(without_server(str(error)), 404, _HEADERS)
        return Response(drawn, 200, _HEADERS, "image/png")

    return Route("/page/{page:int}.png", picture)


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 10


def feed_path(token: str) -> str:
    """The address of a feed, relative to the page's.

    >>> feed_path("T")
    'alerts/T.atom'
    """
    return f"alerts/{token}.atom"


def feed_route(archive: Archive) -> Route:
    """The route of the feeds of all saved searches of an archive."""

    def feed(request: Request) -> Response:
        """The feed of a saved search, by its secret address."""
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
            **_FEED_HEADERS,
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
