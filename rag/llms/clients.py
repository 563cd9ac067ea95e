"""The client of one server that speaks OpenAI's protocol: whom it trusts, and what it sends."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

from rag.config import is_openai
from rag.errors import ConfigError
from rag.language.words import word_set
from rag.llms.failures import Names, Server, is_loopback, said_by

if TYPE_CHECKING:
    from openai import APIError, OpenAI

_FIRST_PAUSE = 0.5
_ASK_AGAIN = frozenset({408, 409, 425, 429})
_OWN_FAULT = 500
_NO_QUOTA = re.compile(r"insufficient|billing|balance|credit|exceeded your current quota", re.I)
_CONNECT_SECONDS = 20.0
_AZURE = (".azure.com", ".azure-api.net", ".azure.us", ".azure.cn")
_HEADERS = word_set(
    "accept accept-encoding connection content-length content-type host transfer-encoding"
    " user-agent"
)


def without_system(asked: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The messages with the system's text at the head of the first turn of the user."""
    system = "\n\n".join(one["content"] for one in asked if one["role"] == "system")
    rest = [dict(one) for one in asked if one["role"] != "system"]
    if system and rest:
        rest[0]["content"] = f"{system}\n\n{rest[0]['content']}"
    return rest


def trusting(ca_file: str, names: Names) -> ssl.SSLContext:
    """What trusts the system's certificates and the one in the file."""
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(ca_file)
    except (OSError, ValueError) as error:
        file = f"{names.setting('ca_file')} {ca_file!r}"
        msg = f"{file} holds no certificate that can be read ({error})"
        raise ConfigError(msg) from error
    return context


def pause(error: APIError, attempt: int) -> float | None:
    """How many seconds to wait before asking again; None where that does not help.

    That is what the server says, in milliseconds, in seconds or as a date, else .5 and twice as
    many each time.
    """
    response = getattr(error, "response", None)
    if response is None:
        return _FIRST_PAUSE * (1 << attempt)
    status: int = response.status_code
    if status not in _ASK_AGAIN and status < _OWN_FAULT:
        return None
    if _NO_QUOTA.search(f"{said_by(error)} {error.code or ''}"):
        return None
    for header, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with suppress(KeyError, ValueError):
            return max(0.0, float(response.headers[header]) * unit)
    with suppress(KeyError, ValueError, TypeError, OverflowError):
        date = parsedate_to_datetime(response.headers["retry-after"])
        return max(0.0, date.timestamp() - time.time())
    return _FIRST_PAUSE * (1 << attempt)


def open_client(
    server: Server, seconds: float, headers: Mapping[str, str], ca_file: str = ""
) -> OpenAI:
    """A client that sends key and headers to this server alone, and asks nothing twice by itself.

    It waits `seconds` for an answer. `ca_file` holds the certificate that signed the server's;
    ConfigError where it cannot be read.
    """
    from httpx2 import Timeout
    from openai import DefaultHttpxClient, OpenAI

    def own_headers(request: Any) -> None:
        """Takes away what OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS and the like add for OpenAI."""
        if not is_openai(server.base_url):
            for name in set(request.headers) - _HEADERS:
                del request.headers[name]
            request.headers["authorization"] = f"Bearer {server.api_key or 'none'}"
            if server.api_key and (parts.hostname or "").endswith(_AZURE):
                request.headers["api-key"] = server.api_key
        request.headers.update(headers)

    parts = urlsplit(server.base_url)
    return OpenAI(
        base_url=parts._replace(query="").geturl(),
        default_query=dict(parse_qsl(parts.query)),
        api_key=server.api_key or "none",
        timeout=cast("Any", Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds))),
        max_retries=0,
        http_client=DefaultHttpxClient(
            verify=trusting(ca_file, server.names) if ca_file else True,
            # A proxy named in the environment cannot reach a server on this machine.
            trust_env=not is_loopback(server.base_url),
            # What is asked, with its passages, goes to nobody but the server that is named.
            follow_redirects=False,
            event_hooks={"request": [own_headers]},
        ),
    )
