"""Guards uploads: who may send files, how many, for how long, and where calls may name them.

Gradio takes a file in two steps: the page posts it to `/gradio_api/upload`, then names its path in
the argument of an event. `UploadGuard` stands before both. A path, or an address in its place, is
refused in any other argument of any other call, so that nobody can name a file of this machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.store.shared import Shared
from rag.web.accounts import Accounts, Role
from rag.web.keeping import has_role
from rag.web.server.asgi import (
    Asgi,
    BodyTooLarge,
    Message,
    Middleware,
    Receive,
    Send,
    header_map,
    read_body,
    reader_name,
    refuse,
    replay,
    with_length,
)
from rag.web.server.guard import LARGEST_REQUEST, TOO_LARGE, UPLOAD_PATH, client_of
from rag.web.server.upload_store import UploadStore

MAY_ADD: tuple[Role, ...] = ("editor", "admin")
NOT_ALLOWED = "Your account may ask, but not add articles; an editor can."
NO_UPLOADS = "this page takes no files; run dateline ingest where its archive is"
_CALLS = ("/gradio_api/queue/join", "/gradio_api/call/", "/gradio_api/run/", "/gradio_api/api/")
_FILE_KEYS = ("path", "is_file", "_type", "meta")
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Uploads:
    """The settings for adding articles from the page; with `network`, from addresses too.

    Where there are `accounts`, by editors and admins alone. `files` is what they have sent. Several
    pages of one archive have one queue, in what they have `shared`.
    """

    files: UploadStore
    network: bool = False
    accounts: Accounts | None = None
    shared: Shared | None = None

    def allowed(self, name: str) -> bool:
        """Whether the account may add articles."""
        return has_role(self.accounts, name, MAY_ADD)


class UploadGuard(Middleware):
    """Accepts files from readers who may add articles, and lets calls name only these files.

    `takes_files` says whether the handler of a number expects a file as its argument at a place.
    Without `uploads` no file is taken.
    """

    def __init__(
        self, app: Asgi, uploads: Uploads | None, takes_files: Callable[[int, int], bool]
    ) -> None:
        super().__init__(app)
        self._uploads = uploads
        self._takes_files = takes_files

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes a request on, or responds with the reason for a refusal."""
        path = str(scope["path"])
        if scope["method"] != "POST":
            await self._app(scope, receive, send)
        elif path.rstrip("/") == UPLOAD_PATH:
            await self._upload(scope, receive, send)
        elif path.startswith(_CALLS):
            await self._call(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _upload(self, scope: Message, receive: Receive, send: Send) -> None:
        length = header_map(scope["headers"]).get("content-length")
        if self._uploads is None:
            await refuse(send, 403, NO_UPLOADS)
            return
        if not self._uploads.allowed(reader_name(scope)):
            await refuse(send, 403, NOT_ALLOWED)
            return
        if length is None:
            await refuse(send, 411, "say in Content-Length how many bytes the files have")
            return
        with self._uploads.files.reserve(client_of(scope), int(length)) as refusal:
            if refusal:
                await refuse(send, 413, refusal)
                return
            admission = _Admission(self._uploads.files, client_of(scope), send)
            await self._app(scope, receive, admission.send)

    async def _call(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            body, _ = await read_body(receive, LARGEST_REQUEST)
            call = json.loads(body)
        except BodyTooLarge:
            await refuse(send, 413, TOO_LARGE)
            return
        except (ValueError, RecursionError):
            await refuse(send, 400, "the request is no JSON that this page sends")
            return
        if not isinstance(call, dict) or self._names_a_foreign_file(call, client_of(scope)):
            await refuse(send, 400, "files can only be added, by those who may; send them first")
            return
        # What was looked at is what goes on, however else the same bytes could be read.
        try:
            checked = json.dumps(call, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            await refuse(send, 400, "the text holds half a character (a lone surrogate)")
            return
        headers = with_length(scope["headers"], checked)
        await self._app({**scope, "headers": headers}, replay(checked, receive), send)

    def _names_a_foreign_file(self, call: dict[str, Any], reader: str) -> bool:
        """Whether a call names a file where none belongs, or one of another reader.

        What is expected loses its addresses: a file is where it was stored, and nowhere else.
        """
        arguments, number = call.get("data"), call.get("fn_index")
        rest = {key: value for key, value in call.items() if key != "data"}
        if _has_file(rest):
            return True
        if not isinstance(arguments, list) or type(number) is not int:
            return _has_file(arguments)
        for place, argument in enumerate(arguments):
            if not _has_file(argument):
                continue
            files = argument if isinstance(argument, list) else [argument]
            if self._uploads is None or not self._takes_files(number, place):
                return True
            for position, file in enumerate(files):
                path = file.get("path") if isinstance(file, dict) else None
                if not isinstance(path, str) or not self._uploads.files.owns(reader, path):
                    return True
                files[position] = {"path": path, "meta": {"_type": "gradio.FileData"}}
            arguments[place] = files
        return False


class _Admission:
    """One upload: moves the files that Gradio stored to private paths of the reader."""

    def __init__(self, files: UploadStore, reader: str, send: Send) -> None:
        self._files = files
        self._reader = reader
        self._send = send
        self._start: Message = {}
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        """Takes Gradio's response, and sends the paths that calls can name in its place."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        stored = self._start["status"] == 200
        paths = [Path(each) for each in json.loads(self._body)] if stored else []
        if not self._files.has_room(self._reader, len(paths)):
            for path in paths:
                path.unlink(missing_ok=True)
            await refuse(self._send, 413, "too many files wait to be added; send fewer at a time")
            return
        try:
            moved = [str(self._files.admit(self._reader, each)) for each in paths]
        except OSError:
            await refuse(self._send, 503, "the files arrived twice at once; send them again")
            return
        body = json.dumps(moved).encode() if stored else bytes(self._body)
        await self._send({**self._start, "headers": with_length(self._start["headers"], body)})
        await self._send({"type": "http.response.body", "body": body})


def _has_file(value: Any, depth: int = 0) -> bool:
    """Whether a value contains what any version of Gradio takes for a file."""
    if depth > _DEEPEST:
        return True
    if isinstance(value, dict):
        inner = value.values()
        return any(key in value for key in _FILE_KEYS) or any(
            _has_file(each, depth + 1) for each in inner
        )
    return isinstance(value, list) and any(_has_file(each, depth + 1) for each in value)
