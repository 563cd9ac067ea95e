"""Serves saved conversations as downloads to readers who may see them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rag.archive import Archive
from rag.conversations.escaping import json_without_controls
from rag.conversations.exporting import export_json, export_markdown
from rag.errors import RagError
from rag.store import KeptConversation
from rag.web.server.asgi import reader_name

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

_HEADERS = {
    # Whatever stands in the file, no browser is to show it as a page of this site.
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "no-store",
}


def _json(conversation: KeptConversation, archive: Archive) -> str:
    written = json.dumps(export_json(conversation, archive), ensure_ascii=False, indent=2)
    return json_without_controls(written)


_FORMS: Mapping[str, tuple[str, Callable[[KeptConversation, Archive], str]]] = {
    "md": ("text/markdown", export_markdown),
    "json": ("application/json", _json),
}


def download_route(archive: Archive) -> Route:
    """The route that serves `/export/ID.json` and `/export/ID.md`."""
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    def download(request: Request) -> Response:
        id_, _, kind = str(request.path_params["name"]).rpartition(".")
        if kind not in _FORMS:
            return JSONResponse({"error": "there is nothing here"}, 404)
        media, form = _FORMS[kind]
        try:
            conversation = archive.conversations.get(reader_name(request.scope), id_)
            body = form(conversation, archive).encode("utf-8", "replace")
        except RagError as error:
            return JSONResponse({"error": str(error)}, 404)
        named = {"content-disposition": f'attachment; filename="dateline-{id_}.{kind}"'}
        return Response(body, 200, {**_HEADERS, **named}, media)

    return Route("/export/{name}", download)
