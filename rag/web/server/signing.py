"""Signs cookies with the server's key, so that nobody else can make them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from rag.store.files import write_atomically
from rag.web.server.asgi import Message, Send

KEY_FILE = "signing.key"
FRAMED = "dateline.framed"
"""Whether pages of other sites may frame the page, in the scope of a request."""

_KEY_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_log = logging.getLogger(__name__)


def load_key(folder: Path) -> bytes:
    """The server's key, from a file in `folder` that only its owner may read.

    It is made where there is none. A damaged key, or one that others may read, is replaced:
    what it signed is void then. Where the folder cannot be written, the key lasts as long as
    the process.
    """
    path = folder / KEY_FILE
    try:
        key, mode = path.read_bytes(), path.stat().st_mode
        if len(key) == _KEY_BYTES and not mode & _OTHERS:
            return key
        _log.warning("%s is damaged or can be read by others; a new key replaces it", path)
    except OSError:
        pass
    key = secrets.token_bytes(_KEY_BYTES)
    try:
        write_atomically(path, key, mode=0o600)
    except OSError as error:
        _log.warning("%s cannot be written (%s); the key ends with this process", path, error)
    return key


def sign(key: bytes, purpose: str, value: str) -> str:
    """The value with its signature, which is valid for this purpose only."""
    return f"{value}.{_signature(key, purpose, value)}"


def signed_value(key: bytes, purpose: str, text: str) -> str:
    """The value that was signed for this purpose; "" if the signature is wrong."""
    value, _, signature = text.rpartition(".")
    right = _signature(key, purpose, value).encode()
    return value if hmac.compare_digest(signature.encode("utf-8", "replace"), right) else ""


def _signature(key: bytes, purpose: str, value: str) -> str:
    signed = f"{purpose}\n{value}".encode("utf-8", "replace")
    return base64.urlsafe_b64encode(hmac.digest(key, signed, hashlib.sha256)).decode().rstrip("=")


def read_cookie(headers: Mapping[str, str], name: str) -> str:
    """The value of a cookie that was sent; "" for none, and of equal names the first.

    A browser sends the one with the longest path first: that of the page under `/news` comes
    before that of another page at the root of the same site.
    Quoted values are not decoded: no cookie of this server has one, and Python takes a time
    that grows with the square of their length.
    """
    pairs = (each.partition("=") for each in headers.get("cookie", "").split(";"))
    return next((value.strip() for key, _, value in pairs if key.strip() == name), "")


def cookie_header(name: str, value: str, seconds: int, scope: Message) -> tuple[bytes, bytes]:
    """The header that sets a cookie, hidden from scripts and from pages of other sites.

    It is for the page's own path. Where pages of other sites may frame the page, https lets the
    browser send it to the page in their frame as well; `SameOrigin` keeps those from writing.
    """
    secure = scope.get("scheme") == "https"
    same = "None" if secure and scope.get(FRAMED) else "Lax"
    path = scope.get("root_path") or "/"
    cookie = f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite={same}"
    cookie += "; Secure" if secure else ""
    return b"set-cookie", cookie.encode()


def with_headers(send: Send, *headers: tuple[bytes, bytes]) -> Send:
    """A `send` that adds these headers to the response."""

    async def adding(message: Message) -> None:
        """Sends a message with the signed headers."""
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *headers]
        await send(message)

    return adding
