"""Prints, as JSON, what Gradio registers for the page over an archive, and how its own check holds.

Run as a process of its own: Gradio leaves event loops open where it is not launched.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from rag.archive import Archive
from rag.config import Settings
from rag.web.chat import Chat
from rag.web.page import build_page
from rag.web.server.endpoints import Endpoints
from rag.web.server.serving import Site, application
from rag.web.server.upload_store import UploadStore, private_uploads
from rag.web.server.uploads import Uploads


def main(archive_folder: str, secret: str) -> None:
    settings = Settings(encoder="hashing")
    with (
        private_uploads() as folder,
        Archive.open(archive_folder, settings=settings) as archive,
    ):
        uploads = Uploads(UploadStore(folder))
        page = build_page(Chat(archive), Endpoints(archive), list, uploads)
        app = application(Site(page, archive, uploads=uploads))
        mounted = next(each.app for each in app.routes if getattr(each, "path", None) == "")
        found: dict[str, Any] = {
            "routes": sorted({(m, r.path) for r in _leaves(mounted) for m in r.methods or ()}),
            "handlers": sorted((number, len(fn.inputs)) for number, fn in page.fns.items()),
            "taking": [
                (number, place)
                for number, fn in page.fns.items()
                for place, part in enumerate(fn.inputs)
                if part.get_block_name() == "file"
            ],
        }
        # No door of ours: only Gradio's own check is left.
        app.user_middleware.clear()
        file = {"path": secret, "meta": {"_type": "gradio.FileData"}}
        with TestClient(app, raise_server_exceptions=False) as client:
            said = client.post("/gradio_api/run/search", json={"data": [file] + [None] * 7})
        found["unguarded"] = said.status_code
        found["copied"] = [
            str(each)
            for each in folder.rglob("*")
            if each.is_file() and Path(secret).read_bytes() == each.read_bytes()
        ]
        print(json.dumps(found))


def _leaves(app: Any) -> Iterator[Any]:
    for route in app.routes:
        if getattr(route, "methods", None):
            yield route
        else:
            # FastAPI keeps an included router as it was, and its paths without the prefix.
            inner = getattr(route, "original_router", route)
            yield from _leaves(inner) if getattr(inner, "routes", None) else ()


if __name__ == "__main__":
    main(*sys.argv[1:])
