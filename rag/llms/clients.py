"""The client of one server that speaks OpenAI's protocol: whom it trusts, and what it sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

from rag.config import is_openai
from rag.llms.failures import Server, is_loopback
from rag.llms.requests import trusting

if TYPE_CHECKING:
    from openai import OpenAI

_CONNECT_SECONDS = 20.0
_AZURE = (".azure.com", ".azure-api.net", ".azure.us", ".azure.cn")
_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
    }
)


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
