"""Serves pages of PDF files as pictures to whoever may read the articles that came from them."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from rag.archive import Archive
from rag.corpus.formats.pdf_pictures import page_picture
from rag.errors import RagError
from rag.store.postgresql import without_server

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

_AT_ONCE = 2
_PATIENCE = 10
_HEADERS = {"content-security-policy": "default-src 'none'; sandbox", "cache-control": "no-store"}


def picture_route(archive: Archive) -> Route:
    """The route of pictures: `/page/N.png?article=ID&revision=N` is a page of that article's file.

    `start` and `end`, offsets in the article's text, are the words that are marked on it. No
    other file can be named: the article must be in the archive, and its words on the page.
    """
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    drawing = BoundedSemaphore(_AT_ONCE)

    def picture(request: Request) -> Response:
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
