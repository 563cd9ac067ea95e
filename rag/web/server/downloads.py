"""Serves saved conversations as downloads to readers who may see them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rag.archive import Archive
from rag.conversations.documents import export_docx, export_html
from rag.conversations.escaping import json_without_controls
from rag.conversations.exporting import export_json, export_markdown, one_answer
from rag.conversations.filenames import disposition, file_name
from rag.errors import RagError
from rag.store import KeptConversation
from rag.store.postgresql import without_server
from rag.web.server.asgi import reader_name

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

Export = Callable[[KeptConversation, Archive], bytes]

_NAME = re.compile(r"(?P<id>[\w-]{1,64})(?:\.(?P<number>[1-9]\d{0,5}))?\.(?P<kind>[a-z]+)")
_HEADERS = {
    # Whatever stands in the file, no browser is to show it as a page of this site.
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "no-store",
}


def _json(conversation: KeptConversation, archive: Archive) -> str:
    written = json.dumps(export_json(conversation, archive), ensure_ascii=False, indent=2)
    return json_without_controls(written)


def _text(export: Callable[[KeptConversation, Archive], str]) -> Export:
    return lambda kept, archive: export(kept, archive).encode("utf-8", "replace")


_FORMS: Mapping[str, tuple[str, Export]] = {
    "md": ("text/markdown", _text(export_markdown)),
    "html": ("text/html", _text(export_html)),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        export_docx,
    ),
    "json": ("application/json", _text(_json)),
}


def download_route(archive: Archive) -> Route:
    """The route of `/export/ID.KIND` and, for one answer of a conversation, `/export/ID.N.KIND`."""
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    def download(request: Request) -> Response:
        asked = _NAME.fullmatch(str(request.path_params["name"]))
        if not asked or asked["kind"] not in _FORMS:
            return JSONResponse({"error": "there is nothing here"}, 404)
        media, export = _FORMS[asked["kind"]]
        try:
            kept = archive.conversations.get(reader_name(request.scope), asked["id"])
            if asked["number"]:
                kept = one_answer(kept, int(asked["number"]))
            body = export(kept, archive)
        except RagError as error:
            return JSONResponse({"error": without_server(str(error))}, 404)
        named = disposition(file_name(kept.summary.title, asked["kind"]))
        return Response(body, 200, {**_HEADERS, "content-disposition": named}, media)

    return Route("/export/{name}", download)
