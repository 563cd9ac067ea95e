"""What went wrong at a chat server, in words: the server's own, and the setting that mends it."""

from __future__ import annotations

import html
import re
import socket
import ssl
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.llms.learned import is_about_context
from rag.llms.server_events import ServerSaidError, UnreadableError, error_text

if TYPE_CHECKING:
    import openai

BROKEN = "broke off its answer; ask again, or see its log"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SHOWN = 300
_REDIRECTS = range(300, 400)
_SHORTEST_SECRET = 4
_SECRETS = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|key|or-v1|hf|AIza)[-_][\w-]{6,}[*\w.-]*|\bBearer\s+[\w.~+/=-]{6,}"
    r"|(?<=://)[^/\s@]+:[^/\s@]+@|\b[0-9a-f]{32,}\b|\beyJ[\w-]{10,}\.[\w.-]+",
    re.IGNORECASE,
)
_QUOTA = re.compile(
    r"insufficient[_ ](?:quota|balance|credit)|quota|billing|credit|out of funds|balance",
    re.IGNORECASE,
)
_FILTER = re.compile(
    r"content[_ -]?(?:filter|management|policy)|responsible ?ai|safety (?:system|filter)"
    r"|moderation",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\s*<(?:!doctype|html|head|\?xml)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,80}>([^<]{1,200})</title>", re.IGNORECASE)
_TLS_PORT = re.compile(r"WRONG_VERSION_NUMBER|record layer|UNKNOWN_PROTOCOL|HTTP_REQUEST", re.I)


@dataclass(frozen=True, slots=True)
class Names:
    """How the user named what can be set: a table of `dateline.toml`, else variables.

    `key` is where the key comes from, or would come from; `prefix` begins the variables.
    """

    table: str = ""
    key: str = ""
    prefix: str = "DATELINE_LLM_"

    def setting(self, name: str) -> str:
        """The setting as it is to be looked for.

        >>> Names("local").setting("timeout"), Names().setting("timeout")
        ('timeout in [llms.local]', 'DATELINE_LLM_TIMEOUT')
        """
        return f"{name} in [llms.{self.table}]" if self.table else self.prefix + name.upper()


@dataclass(frozen=True, slots=True)
class Server:
    """A server as an error message speaks of it."""

    base_url: str
    names: Names
    api_key: str
    secrets: Collection[str] = ()

    def blotted(self, words: str) -> str:
        """A server's words on one line, cut, without keys and passwords."""
        for secret in sorted({self.api_key, *self.secrets}, key=len, reverse=True):
            if len(secret) >= _SHORTEST_SECRET:
                words = words.replace(secret, "***")
        words = " ".join(_SECRETS.sub("***", words).split())
        return f"{words[:_SHOWN].rstrip()} …" if len(words) > _SHOWN else words

    def quoted(self, words: str) -> str:
        """A server's words, quoted after a colon, to follow what they are about; "" for none."""
        said = self.blotted(words)
        return f": “{said}”" if said else ""


def said_by(error: openai.APIError) -> str:
    """The server's own words in an error, or the title of its page; "" where there are none."""
    body = getattr(error, "body", None)
    if (words := error_text(body)) and not _PAGE.match(words):
        return words
    response = getattr(error, "response", None)
    text = response.text if response is not None else ""
    if titled := _TITLE.search(text):
        return html.unescape(" ".join(titled[1].split()))
    return "" if "<" in text[:200] else text.strip().removeprefix("{}")


def code_of(error: openai.APIError) -> str:
    """The code and the kind that a server gives its error."""
    return " ".join(str(part) for part in (error.code, error.type) if part)


def connection_problem(error: BaseException, server: Server) -> str:
    """Why there is no connection, told apart, with what mends it."""
    parts = urlsplit(server.base_url)
    host = parts.hostname or ""
    url = server.names.setting("base_url")
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"has a certificate that is not trusted ({cause.verify_message}); name the file of "
                f"the certificate that signed it in {server.names.setting('ca_file')}"
            )
        if isinstance(cause, ssl.SSLError):
            if _TLS_PORT.search(str(cause)):
                return f"does not speak TLS there; try http:// in {url}"
            return f"cannot agree with Dateline on TLS ({cause.reason or 'no reason given'})"
        if isinstance(cause, socket.gaierror):
            return f"cannot be found: the name {host!r} has no address; check {url}"
        if isinstance(cause, ConnectionRefusedError):
            return (
                f"cannot be reached: the connection is refused; see that it runs, and check {url}"
            )
        if "ProxyError" in type(cause).__name__:
            said = server.blotted(str(cause))
            return (
                f"cannot be reached through the proxy of the environment ({said}); check "
                f"HTTPS_PROXY and HTTP_PROXY, or name {host!r} in NO_PROXY"
            )
    return f"cannot be reached; see that it runs, and check {url}"


def status_problem(error: openai.APIStatusError, server: Server) -> str:
    """What the server says by its status, in its words, with what mends it."""
    names, status = server.names, error.status_code
    words = said_by(error)
    said = server.quoted(words)
    about = f"{words} {code_of(error)}"
    model, url = names.setting("model"), names.setting("base_url")
    if status in _REDIRECTS:
        where = server.blotted(error.response.headers.get("location", "nowhere"))
        return f"leads to {where!r}, which is not asked; if you trust that server, name it in {url}"
    if status in (401, 403) and not server.api_key:
        return f"asks for an API key, and none is sent to it{said}; set {names.key}"
    if is_about_context(about):
        context = names.setting("context_tokens")
        return f"finds the question with its passages too long for it{said}; lower {context}"
    if _FILTER.search(about) and status < 500:
        return f"does not let the question with its passages through its filter{said}"
    if status == 401:
        return f"refuses the API key{said}; check {names.key}"
    if status == 402 or (status == 429 and _QUOTA.search(about)):
        return f"says that the account is out of quota or money ({status}){said}; see its billing"
    if status == 403:
        return f"refuses this account, model or place (403){said}"
    if status == 404:
        hint = "" if "/v" in urlsplit(server.base_url).path else " (it usually ends in /v1)"
        return f"knows no such model or page (404){said}; check {model} and {url}{hint}"
    if status == 413:
        return f"finds the question too large (413){said}; lower {names.setting('context_tokens')}"
    if status == 429:
        return f"takes no more questions now (429){said}; wait, or check the account's limits"
    if status >= 500:
        return f"failed with status {status}{said}; ask again, or see its log"
    return f"rejects the request ({status}){said}"


def other_problem(error: BaseException, server: Server) -> str:
    """What an answer is that cannot be read."""
    url = server.names.setting("base_url")
    if isinstance(error, ServerSaidError):
        return f"failed in the middle of its answer{server.quoted(str(error))}"
    if isinstance(error, UnreadableError):
        what = server.blotted(str(error))
        return f"sent {what}, which is no chat answer; check {url} (it usually ends in /v1)"
    if isinstance(error, ssl.SSLError | OSError):
        return BROKEN
    return f"sent something that is no chat answer ({type(error).__name__}); check {url}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen = 0
    while error is not None and seen < 20:
        yield error
        error = error.__cause__ or error.__context__
        seen += 1


def is_loopback(base_url: str) -> bool:
    """Whether the server is on this machine."""
    return urlsplit(base_url).hostname in LOOPBACK


def host(base_url: str) -> str:
    """The server's host, with its port where the URL names one."""
    return urlsplit(base_url).netloc.rpartition("@")[2]


def address(url: str) -> str:
    """The URL without user name, password and query, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
