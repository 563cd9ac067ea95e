"""The running app as programs see it: Gradio's API, MCP, downloads, the login."""

from __future__ import annotations

import base64
import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import jsonschema
import pytest
from mcp import StdioServerParameters
from mcp.client import Client as ToolClient
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from rag.archive import Archive
from rag.config import Settings
from rag.records import hit_json
from rag.web.accounts import add_account
from rag.web.server.endpoints import NAMES
from rag.web.server.serving import HEADERS
from tests.browser.conftest import CORPUS, Site, running_app
from tests.builders import write_jsonl
from tests.commands import child_environment

pytestmark = pytest.mark.enable_socket

# In a process of its own: the client leaves a connection open when it ends.
_CLIENT = """
import json, sys
from gradio_client import Client
url, auth, calls = json.loads(sys.argv[1])
try:
    client = Client(url, verbose=False, auth=tuple(auth) if auth else None)
except Exception as error:
    print(json.dumps([f"{type(error).__name__}: {error}"]))
    sys.exit()
found = []
for name, given in calls:
    try:
        found.append(client.predict(**given, api_name=f"/{name}"))
    except Exception as error:
        found.append(f"{type(error).__name__}: {error}")
print(json.dumps(found))
client.close()
"""

SANK = "Which Lindow ferry sank with 41 people aboard?"
SAVED = "All 41 people were saved"
DRAFT = "All 41 people were saved. Was it calm? A purple penguin of Zorbia ate twelve violins."
WORDS = "correct horse battery"
DOCS = Path(__file__).parents[1] / "docs"
ANSWER, HITS = (
    json.loads((DOCS / f"{name}.schema.json").read_text(encoding="utf-8"))
    for name in ("answer", "hits")
)
NOW = datetime(2025, 6, 20, tzinfo=UTC)
PATHS = (Path(__file__).parent / "attacks" / "paths.txt").read_text().splitlines()


@dataclass(frozen=True)
class Served:
    """One app that nobody logs in to, and one over the same articles with accounts."""

    free: Site
    locked: Site


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    users = folder / "users.json"
    for name, role in (("ada", "admin"), ("eve", "editor"), ("bo", "reader")):
        add_account(users, name, role, f"{WORDS} {name}")
    rows = write_jsonl(folder / "corpus.jsonl", CORPUS)
    with ExitStack() as stack:
        sites = []
        for name, settings in (("free", {}), ("locked", {"DATELINE_AUTH": str(users)})):
            with Archive.open(folder / name, settings=Settings(encoder="hashing")) as archive:
                archive.ingest(rows)
            sites.append(stack.enter_context(running_app(folder / name, **settings)))
        yield Served(*sites)


@dataclass(frozen=True)
class Reply:
    """How the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request(
    site: Site,
    path: str,
    *,
    method: str = "GET",
    name: str = "",
    body: bytes | None = None,
    **headers: str,
) -> Reply:
    """Sends a path exactly as it is written, as `name` where there is one."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    if name:
        given = base64.b64encode(f"{name}:{WORDS} {name}".encode()).decode()
        sent["authorization"] = f"Basic {given}"
    try:
        connection.request(method, path, body, sent)
        got = connection.getresponse()
        found = {key.lower(): value for key, value in got.getheaders()}
        return Reply(got.status, found, got.read())
    finally:
        connection.close()


@pytest.fixture
def archive(served: Served) -> Iterator[Archive]:
    settings = Settings(encoder="hashing")
    with Archive.open(served.free.archive, settings=settings) as opened:
        yield opened


def test_five_endpoints_are_public_and_nothing_else(served: Served) -> None:
    info = json.loads(request(served.free, "/gradio_api/info").body)
    assert sorted(info["named_endpoints"]) == sorted(f"/{name}" for name in NAMES)
    assert info["unnamed_endpoints"] == {}


def called(
    site: Site, *calls: tuple[str, dict[str, object]], auth: tuple[str, str] | None = None
) -> list[Any]:
    """What gradio_client gets for each call, or the error that it raises, as text."""
    told = json.dumps([site.url, auth, calls])
    done = subprocess.run(
        [sys.executable, "-c", _CLIENT, told], capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout))


def test_a_program_gets_what_the_command_prints(served: Served, archive: Archive) -> None:
    limits = {"published_from": "2025-05-01", "publishers": ["The Courier"]}
    found, answer, traced, checked, article = called(
        served.free,
        ("search", {"query": "Lindow ferry", "k": 2, **limits}),
        ("ask", {"question": SANK, "as_of": "2025-06-20"}),
        ("quote", {"text": SAVED, "as_of": "2025-06-20"}),
        ("check", {"text": DRAFT, "as_of": "2025-06-20", **limits}),
        ("article", {"article_id": "courier.example/1"}),
    )
    filters = archive.filters("2025-05-01", "", ["The Courier"])
    hits = [hit_json(hit).to_dict() for hit in archive.search("Lindow ferry", 2, filters=filters)]
    assert found == json.loads(json.dumps(hits))
    jsonschema.validate(found, HITS)
    jsonschema.validate(answer, ANSWER)
    wanted = archive.ask(SANK, as_of=datetime.fromisoformat(answer["as_of"])).to_dict()
    assert answer | {"timings": {}} == json.loads(json.dumps(wanted | {"timings": {}}))
    assert traced == archive.trace(SAVED).to_dict()
    day = datetime.fromisoformat(checked["as_of"])
    wanted = archive.check(DRAFT, filters=filters, as_of=day).to_dict()
    assert checked | {"seconds": 0} == json.loads(json.dumps(wanted | {"seconds": 0}))
    assert checked["counts"]["supported"] == 1
    assert all(DRAFT[one["start"] : one["end"]] == one["text"] for one in checked["sentences"])
    stored = archive.article("courier.example/1")
    assert (article["text"], article["revision"]) == (stored.text, 1)
    cited = answer["citations"][0]
    assert article["text"][cited["start"] : cited["end"]] == cited["quote"]


def test_a_call_may_leave_out_the_values_that_have_defaults(
    served: Served, archive: Archive
) -> None:
    assert over_http(served.free, "quote", [SAVED, ""]) == [archive.trace(SAVED).to_dict()]
    eight = ["Lindow ferry", 2, "", "", [], "", "", ""]
    (hits,) = over_http(served.free, "search", eight)
    assert [hit["passage"]["id"] for hit in hits] == [
        hit.passage.id for hit in archive.search("Lindow ferry", 2)
    ]


def over_http(site: Site, name: str, values: list[Any]) -> Any:
    """What a call returns that is made with values alone, without Gradio's client."""
    call, body = f"/gradio_api/call/{name}", json.dumps({"data": values}).encode()
    sent = request(site, call, method="POST", body=body, content_type="application/json")
    lines = request(site, f"{call}/{json.loads(sent.body)['event_id']}").body.decode().splitlines()
    return json.loads(lines[lines.index("event: complete") + 1].removeprefix("data: "))


def test_the_example_of_the_guide_runs(served: Served) -> None:
    guide = (Path(__file__).parents[1] / "docs" / "developer.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(from gradio_client.*?)```", guide, re.DOTALL)
    for shown, here in (
        ("http://127.0.0.1:7860", served.free.url),
        ("What caused the collapse of the Osier Bridge?", SANK),
    ):
        assert shown in example
        example = example.replace(shown, here)
    code = example + "\nprint(answer['abstained'], len(answer['citations']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"False [1-9]\n", done.stdout)


def test_a_program_is_told_what_is_wrong(served: Served) -> None:
    told = called(
        served.free,
        ("ask", {"question": ""}),
        ("search", {"query": "ferry", "k": 1000}),
        ("article", {"article_id": "none"}),
        ("search", {"query": "ferry", "published_from": "soon"}),
        ("ask", {"question": "word " * 10_000}),
        ("check", {"text": "..."}),
        ("check", {"text": DRAFT, "seconds": 3600}),
    )
    parts = (
        "AppError: the question is empty",
        "AppError: k must be from 1 to 100, not 1000",
        "AppError: the archive holds no article 'none'",
        "'soon' is not a date",
        "AppError: the question",
        "AppError: the draft '...' has no words",
        "AppError: seconds must be from 1 to 60, not 3600",
    )
    assert all(part in one for part, one in zip(parts, told, strict=True)), told


async def _tools(target: Any) -> dict[str, Any]:
    async with ToolClient(target) as client:
        listed = (await client.list_tools()).tools
        calls = {
            "search": {"query": "Lindow ferry", "k": 1, "publishers": ["Lake Post"]},
            "ask": {"question": SANK},
            "quote": {"text": SAVED},
            "check": {"text": DRAFT},
            "article": {"article_id": "courier.example/1"},
        }
        found = {name: await client.call_tool(name, given) for name, given in calls.items()}
        wrong = await client.call_tool("article", {"article_id": "none"})
        place = "dateline://articles/courier.example/1"
        read = [
            (await client.read_resource(uri)).contents[0] for uri in (place, f"{place}?revision=1")
        ]
        try:
            await client.read_resource("dateline://articles/none")
        except MCPError as error:
            missing = str(error)
        return {
            "version": client.server_info.version,
            "names": [tool.name for tool in listed],
            "titles": [tool.title for tool in listed],
            "hints": {
                (one.read_only_hint, one.destructive_hint, one.open_world_hint)
                for tool in listed
                if (one := tool.annotations)
            },
            "schemas": {tool.name: tool.output_schema for tool in listed},
            "described": [tool.description or "" for tool in listed],
            "results": {name: each.structured_content for name, each in found.items()},
            "texts": {name: each.content[0].text for name, each in found.items()},
            "wrong": (wrong.is_error, wrong.content[0].text),
            "templates": [
                each.uri_template
                for each in (await client.list_resource_templates()).resource_templates
            ],
            "read": [(each.text, each.mime_type) for each in read],
            "missing": missing,
            "others": [
                len((await client.list_resources()).resources),
                len((await client.list_prompts()).prompts),
            ],
        }


def _check_tools(got: dict[str, Any], archive: Archive) -> None:
    assert got["names"] == list(NAMES)
    assert got["titles"][3] == "Check a draft"
    assert got["hints"] == {(True, False, False)}
    assert got["version"] == version("dateline")
    offered = got["schemas"]
    assert offered["ask"]["properties"].keys() == ANSWER["properties"].keys()
    for name, schema in (("search", HITS), ("ask", ANSWER), ("check", offered["check"])):
        found = got["results"][name]
        jsonschema.validate(found, offered[name])
        jsonschema.validate(found["result"] if name == "search" else found, schema)
    assert "news archive" in got["described"][0]
    assert all("Args:" in each for each in got["described"])
    assert got["results"]["search"]["result"][0]["article"]["publisher"] == "Lake Post"
    assert "sank on Friday with 41 people aboard" in got["results"]["ask"]["text"]
    assert got["results"]["quote"] == archive.trace(SAVED).to_dict()
    assert got["wrong"][0]
    assert "the archive holds no article 'none'" in got["wrong"][1]
    assert got["others"] == [0, 0]


def _check_texts(got: dict[str, Any], archive: Archive) -> None:
    texts = got["texts"]
    stored = archive.article("courier.example/1").text
    assert texts["search"].startswith("1. Lake Post, 2025-05-04 — Calm weather, a loss at the cape")
    assert got["results"]["ask"]["text"] in texts["ask"]
    assert "[1] The Courier, 2025-05-03 — Ferry sinks off Cape Orrin [courier" in texts["ask"]
    assert texts["quote"].startswith("Exact.\nThe Courier, 2025-05-03 — ")
    assert texts["check"].startswith(
        "3 sentences: 1 supported, 1 unsupported, 1 with nothing to verify.\n"
        "- unsupported: “A purple penguin of Zorbia ate twelve violins.” (nothing in the archive"
    )
    assert texts["article"].endswith(stored)
    assert got["templates"] == ["dateline://articles/{+article_id}{?revision}"]
    assert got["read"] == [(stored, "text/plain")] * 2
    assert "the archive holds no article 'none'" in got["missing"]


def test_an_mcp_client_lists_and_calls_the_tools(served: Served, archive: Archive) -> None:
    got = anyio.run(_tools, f"{served.free.url}/mcp")
    _check_tools(got, archive)
    _check_texts(got, archive)


def test_the_same_tools_are_served_over_standard_input(served: Served, archive: Archive) -> None:
    started = StdioServerParameters(
        command=sys.executable,
        args=["-m", "rag.cli", "mcp", "--archive", str(served.free.archive)],
        env=child_environment(),
        cwd=str(served.free.archive.parent),
    )
    got = anyio.run(_tools, started)
    _check_tools(got, archive)
    _check_texts(got, archive)


def test_every_answer_carries_the_headers(served: Served) -> None:
    for path in ("/", "/config", "/gradio_api/info", "/nothing", "/theme.css"):
        found = request(served.free, path).headers
        assert {name: found.get(name) for name in HEADERS} == HEADERS
        assert "server" not in found
    policy = HEADERS["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out(served: Served, path: str) -> None:
    filled = path.format(archive=served.free.archive, folder=served.free.archive.parent)
    got = request(served.free, filled)
    assert got.status in (400, 403, 404, 405, 422) or path.startswith("/config")
    assert b"root:" not in got.body
    assert b"SQLite" not in got.body
    assert b"scrypt" not in got.body
    assert b"Traceback" not in got.body


def test_a_foreign_page_and_a_foreign_name_are_refused(served: Served) -> None:
    evil = request(served.free, "/config", host="evil.example")
    assert evil.status == 421
    written = request(
        served.free,
        "/gradio_api/queue/join",
        method="POST",
        body=b"{}",
        origin="http://evil.example",
        content_type="application/json",
    )
    assert written.status == 403


def test_too_much_at_once_is_refused_before_it_is_read(served: Served) -> None:
    got = request(served.free, "/gradio_api/call/ask", method="POST", content_length="200000000")
    assert got.status == 413
    got = request(served.free, "/gradio_api/upload", method="POST", content_length="209715200")
    assert (got.status, b"100 MB at most" in got.body) == (413, True)


def test_each_reader_has_so_many_streams_and_no_more(served: Served) -> None:
    def opened(name: str, number: int) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(urlsplit(served.locked.url).netloc, timeout=20)
        stack.callback(connection.close)
        given = base64.b64encode(f"{name}:{WORDS} {name}".encode()).decode()
        path = f"/gradio_api/heartbeat/{name}{number}"
        connection.request("GET", path, headers={"authorization": f"Basic {given}"})
        return stack.enter_context(connection.getresponse())

    with ExitStack() as stack:
        assert [opened("eve", n).status for n in range(32)] == [200] * 32
        refused = opened("eve", 32)
        assert refused.status == 429
        assert json.loads(refused.read())["error"].startswith("32 pages or streams are open")
        assert opened("bo", 0).status == 200


def test_a_conversation_is_downloaded_as_a_file(served: Served, archive: Archive) -> None:
    said = archive.ask(SANK, as_of=NOW).to_dict()
    id_, _ = archive.conversations.append("", "", said, NOW)
    got = request(served.free, f"/export/{id_}.json")
    assert got.status == 200
    assert json.loads(got.body)["turns"][0]["answer"] == said
    title = "Which Lindow ferry sank with 41 people aboard"
    assert got.headers["content-disposition"] == (
        f"attachment; filename=\"{title}.json\"; filename*=UTF-8''{title.replace(' ', '%20')}.json"
    )
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert request(served.free, f"/export/{id_}.md").body.startswith(b"# Which Lindow ferry")
    for wrong in (f"/export/{id_}.exe", "/export/none.json", f"/export/{id_}"):
        assert request(served.free, wrong).status == 404


def test_only_the_owner_downloads_unless_it_is_shared(served: Served) -> None:
    settings = Settings(encoder="hashing")
    with Archive.open(served.locked.archive, settings=settings) as archive:
        said = archive.ask(SANK, as_of=NOW).to_dict()
        id_, _ = archive.conversations.append("ada", "", said, NOW)
        path = f"/export/{id_}.json"
        assert request(served.locked, path).status == 401
        assert request(served.locked, path, name="bo").status == 404
        assert request(served.locked, path, name="ada").status == 200
        archive.conversations.share("ada", id_, shared=True)
        assert request(served.locked, path, name="bo").status == 200


def test_programs_log_in_too(served: Served) -> None:
    site = served.locked
    for path in ("/gradio_api/info", "/config", "/mcp", "/gradio_api/call/ask", "/theme.css"):
        assert request(site, path).status == 401
    quote = ("quote", {"text": SAVED})
    assert "AuthenticationError" in called(site, quote, auth=("bo", "wrong words here"))[0]
    assert called(site, quote, auth=("bo", f"{WORDS} bo"))[0]["outcome"] == "exact"
    assert anyio.run(_tools_as, f"{site.url}/mcp", "bo")["names"] == list(NAMES)


async def _tools_as(url: str, name: str) -> dict[str, Any]:
    async with httpx2.AsyncClient(auth=(name, f"{WORDS} {name}")) as http:
        return await _tools(streamable_http_client(url, http_client=http))


def test_no_secret_is_shown_anywhere(served: Served) -> None:
    info = request(served.locked, "/config", name="bo").body
    page = request(served.locked, "/", name="bo").body
    for secret in (WORDS.encode(), b"scrypt", b"users.json"):
        assert secret not in info + page
    log = served.locked.archive.with_suffix(".log").read_text()
    assert WORDS not in log


def test_the_app_opens_itself_to_nobody_unasked(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parents[1] / "app.py")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=child_environment(DATELINE_HOST="0.0.0.0", DATELINE_PORT="0"),
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "is open to other machines, and there is no login" in done.stderr
    assert "Traceback" not in done.stderr
