"""Serves saved conversations and collections as downloads to readers who may see them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.archive import Archive
from rag.conversations.collected import COLLECTION_KINDS, export_collection
from rag.conversations.documents import disposition, export_docx, export_html, file_name
from rag.conversations.escaping import json_without_controls
from rag.conversations.exporting import export_json, export_markdown, one_answer
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
_COLLECTION = re.compile(r"collection\.(?P<id>[\w-]{1,64})\.(?P<kind>[a-z]+)")
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
    """The route of what can be taken away.

    `/export/ID.KIND` is a conversation, `/export/ID.N.KIND` one answer of it, and
    `/export/collection.ID.KIND` a collection.
    """
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    def download(request: Request) -> Response:
        name, owner = str(request.path_params["name"]), reader_name(request.scope)
        try:
            found = _collection(archive, owner, name) or _conversation(archive, owner, name)
        except RagError as error:
            return JSONResponse({"error": without_server(str(error))}, 404)
        if found is None:
            return JSONResponse({"error": "there is nothing here"}, 404)
        named = disposition(found.name)
        return Response(found.body, 200, {**_HEADERS, "content-disposition": named}, found.media)

    return Route("/export/{name}", download)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    media: str
    body: bytes


def _collection(archive: Archive, owner: str, name: str) -> _File | None:
    asked = _COLLECTION.fullmatch(name)
    if not asked or asked["kind"] not in COLLECTION_KINDS:
        return None
    collection = archive.collections.get(owner, asked["id"])
    written = export_collection(collection, archive, asked["kind"])
    media, _ = COLLECTION_KINDS[asked["kind"]]
    # Without a mark, spreadsheets take UTF-8 for something else.
    body = written.encode("utf-8-sig" if asked["kind"] == "csv" else "utf-8", "replace")
    return _File(file_name(collection.name, asked["kind"]), media, body)


def _conversation(archive: Archive, owner: str, name: str) -> _File | None:
    asked = _NAME.fullmatch(name)
    if not asked or asked["kind"] not in _FORMS:
        return None
    media, export = _FORMS[asked["kind"]]
    kept = archive.conversations.get(owner, asked["id"])
    if asked["number"]:
        kept = one_answer(kept, int(asked["number"]))
    return _File(file_name(kept.summary.title, asked["kind"]), media, export(kept, archive))
