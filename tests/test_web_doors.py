"""Every route that Gradio registers, tried with files and addresses that are not to be had."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from rag.archive import Archive
from rag.config import Settings
from rag.web.accounts import add_account
from rag.web.server.endpoints import NAMES
from rag.web.server.uploads import NOT_ALLOWED
from tests.browser.conftest import CORPUS, PASSWORD, ROOT, Site, running_app
from tests.builders import write_jsonl

pytestmark = pytest.mark.enable_socket

SECRET = "the canary sings at a quarter past four"
NOBODY, READER, EDITOR = "", "bo", "eve"
FILE = {"meta": {"_type": "gradio.FileData"}}
# What must never be served: the canary, a password's hash, a database, a file of the system.
FORBIDDEN = re.compile(rb"canary sings|scrypt\$|SQLite format 3|root:x?:0:0")


@dataclass(frozen=True)
class Target:
    """A running page, what nobody may get at, and the routes and handlers that Gradio registers."""

    site: Site
    secret: Path
    listener: socket.socket
    registered: Mapping[str, Any]

    @property
    def routes(self) -> list[tuple[str, str]]:
        """Every route, by method and path."""
        return [(method, path) for method, path in self.registered["routes"]]

    @property
    def handlers(self) -> dict[int, int]:
        """Every handler's number, and how many arguments it has."""
        return dict(self.registered["handlers"])

    @property
    def taking(self) -> tuple[int, int]:
        """The one handler that takes files, and the place of this argument."""
        ((number, place),) = self.registered["taking"]
        return number, place

    @property
    def attacks(self) -> list[str]:
        """Paths and addresses, as an attacker would name them."""
        address = f"http://127.0.0.1:{self.listener.getsockname()[1]}/x"
        own = self.site.archive
        files = [self.secret, own / "archive.db", own.parent / "users.json", "/etc/passwd"]
        return [*map(str, files), "../../../../etc/passwd", "/dev/zero", f"file://{own}", address]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("doors")
    secret = folder / "secret.txt"
    secret.write_text(SECRET)
    users = folder / "users.json"
    for name, role in ((READER, "reader"), (EDITOR, "editor")):
        add_account(users, name, role, f"{PASSWORD} {name}")
    with ExitStack() as stack:
        with Archive.open(folder / "archive", settings=Settings(encoder="hashing")) as archive:
            archive.ingest(write_jsonl(folder / "corpus.jsonl", CORPUS))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        listener.settimeout(0)
        settings = {"DATELINE_AUTH": str(users), "DATELINE_WEB_RATE": "1000000"}
        site = stack.enter_context(running_app(folder / "archive", **settings))
        yield Target(site, secret, listener, registered(folder / "archive", secret))


def registered(archive: Path, secret: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.registered", str(archive), str(secret)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return dict(json.loads(done.stdout))


@dataclass(frozen=True)
class Reply:
    """How the server answered; of a stream, what came first."""

    status: int
    body: bytes


def send(target: Target, name: str, method: str, path: str, body: Any = None) -> Reply:
    """One request, as it is written, as `name` where there is one."""
    connection = http.client.HTTPConnection(urlsplit(target.site.url).netloc, timeout=10)
    headers = {"content-type": "application/json"}
    if name:
        given = base64.b64encode(f"{name}:{PASSWORD} {name}".encode()).decode()
        headers["authorization"] = f"Basic {given}"
    try:
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, sent, headers)
        got = connection.getresponse()
        whole = got.getheader("content-length") is not None
        return Reply(got.status, got.read() if whole else got.read1(1 << 16))
    finally:
        connection.close()


def nothing_got_out(target: Target, reply: Reply) -> None:
    assert FORBIDDEN.search(reply.body) is None
    with suppress(BlockingIOError):
        connection, _ = target.listener.accept()
        connection.close()
        pytest.fail("the server called an address that a reader named")


def upload_folders(target: Target) -> list[Path]:
    """Where the page keeps what is sent, as the system shows it of the running process."""
    assert target.site.process
    environment = Path(f"/proc/{target.site.process.pid}/fd")
    locks = [each.resolve() for each in environment.iterdir() if each.name.isdigit()]
    return [each.parent for each in locks if each.name == "in-use.lock"]


def files_sent(target: Target) -> int:
    """How many text files wait there; folders that the page removes meanwhile count as empty."""
    walked = (files for folder in upload_folders(target) for _, _, files in os.walk(folder))
    return sum(name.endswith(".txt") for files in walked for name in files)


def test_the_walk_knows_gradios_routes_and_the_pages_handlers(target: Target) -> None:
    paths = {path for _, path in target.routes}
    assert {"/gradio_api/file={path_or_url:path}", "/gradio_api/queue/join", "/config"} <= paths
    assert {"/gradio_api/upload", "/gradio_api/proxy={url_path:path}"} <= paths
    assert len(target.routes) > 60
    assert len(target.handlers) > 20


@pytest.mark.parametrize("name", [NOBODY, READER, EDITOR])
def test_no_route_serves_a_file_that_a_path_names(target: Target, name: str) -> None:
    for method, path in target.routes:
        if path.startswith("/login"):
            # The login is ours, and takes so many wrong names and no more.
            continue
        for attack in target.attacks:
            for written in (attack, quote(attack, safe="")):
                filled = re.sub(r"\{[^}]*\}", lambda _, w=written: w, path)
                query = "&".join(f"{key}={quote(attack)}" for key in ("path", "file", "deep_link"))
                reply = send(target, name, method, quote(f"/{filled.lstrip('/')}?{query}", "/?=&%"))
                nothing_got_out(target, reply)
                assert reply.status < 500


@pytest.mark.parametrize("name", [NOBODY, READER, EDITOR])
def test_no_handler_takes_a_file_that_was_not_sent(target: Target, name: str) -> None:
    refused = 401 if name == NOBODY else 400
    for number, arguments in target.handlers.items():
        for place in range(arguments):
            for attack in target.attacks:
                data: list[Any] = [""] * arguments
                forms = [{"path": attack, **FILE}, {"path": "", "url": attack, **FILE}]
                for form in (forms[0], forms[1], [forms[0]], {"a": [forms]}):
                    data[place] = form
                    call = {"data": data, "fn_index": number, "session_hash": f"walk {name}"}
                    reply = send(target, name, "POST", "/gradio_api/queue/join", call)
                    assert reply.status == refused
                    nothing_got_out(target, reply)


@pytest.mark.parametrize("name", [READER, EDITOR])
@pytest.mark.parametrize("road", ["call", "run", "api", "call/v2"])
def test_no_call_by_name_takes_a_file(target: Target, name: str, road: str) -> None:
    for call in NAMES:
        for attack in target.attacks:
            file = {"path": attack, **FILE}
            for body in (
                {"data": [file, file]},
                {"data": [], "event_data": file},
                {"query": file, "question": file, "text": file, "article_id": file},
                {"data": [""], "fn_index": target.taking[0], "trigger_id": file},
            ):
                reply = send(target, name, "POST", f"/gradio_api/{road}/{call}", body)
                assert reply.status == 400
                nothing_got_out(target, reply)


def test_what_is_no_json_or_names_a_file_twice_does_not_pass(target: Target) -> None:
    number, place = target.taking
    data = ", ".join(
        ["null"] * place + [f'{{"path": "a", "path": "{target.secret}", "meta": {{}}}}']
    )
    for body in (
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        f'{{"data": [{data}], "fn_index": {number}, "session_hash": "walk eve"}}'.encode(),
        f'{{"fn_index": {number}, "data": [], "session_hash": {{"path": "a"}}}}'.encode(),
        f'{{"data": [{data}], "fn_index": "{number}", "session_hash": "walk eve"}}'.encode(),
    ):
        reply = send(target, EDITOR, "POST", "/gradio_api/queue/join", body)
        assert reply.status == 400


@pytest.mark.parametrize("road", ["queue/join", "run/search", "call/ask"])
def test_half_a_character_is_refused_in_plain_words(target: Target, road: str) -> None:
    call = b'{"data": ["ferry \\ud800"], "session_hash": "half"}'
    reply = send(target, READER, "POST", f"/gradio_api/{road}", call)
    assert reply.status == 400
    assert json.loads(reply.body)["error"] == "the text holds half a character (a lone surrogate)"


def upload(target: Target, name: str, files: dict[str, bytes]) -> Reply:
    parts = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n'
        b"Content-Type: text/plain\r\n\r\n%s\r\n" % (file.encode(), held)
        for file, held in files.items()
    )
    connection = http.client.HTTPConnection(urlsplit(target.site.url).netloc, timeout=20)
    headers = {"content-type": "multipart/form-data; boundary=b"}
    if name:
        given = base64.b64encode(f"{name}:{PASSWORD} {name}".encode()).decode()
        headers["authorization"] = f"Basic {given}"
    try:
        connection.request("POST", "/gradio_api/upload", parts + b"--b--\r\n", headers)
        got = connection.getresponse()
        return Reply(got.status, got.read())
    finally:
        connection.close()


def test_only_editors_send_files_and_only_the_sender_can_name_them(target: Target) -> None:
    assert upload(target, NOBODY, {"a.txt": b"x"}).status == 401
    refused = upload(target, READER, {"a.txt": b"x"})
    assert (refused.status, json.loads(refused.body)["error"]) == (403, NOT_ALLOWED)
    stored = upload(target, EDITOR, {"a.txt": b"A ferry sank."})
    assert stored.status == 200
    (path,) = json.loads(stored.body)
    assert Path(path).read_bytes() == b"A ferry sank."
    (folder,) = upload_folders(target)
    assert folder in Path(path).parents
    number, place = target.taking
    count = target.handlers[number]
    call: dict[str, Any] = {"data": [None] * count, "fn_index": number, "session_hash": "own"}
    call["data"][place] = [{"path": path, "url": "http://127.0.0.1:9/x", **FILE}]
    of_reader = {**call, "session_hash": "another"}
    assert send(target, READER, "POST", "/gradio_api/queue/join", of_reader).status == 400
    other = next(n for n, inputs in target.handlers.items() if inputs and n != number)
    elsewhere = {**call, "fn_index": other}
    assert send(target, EDITOR, "POST", "/gradio_api/queue/join", elsewhere).status == 400
    assert send(target, EDITOR, "POST", "/gradio_api/queue/join", call).status == 200
    said = send(target, EDITOR, "GET", "/gradio_api/queue/data?session_hash=own")
    assert said.status == 200
    nothing_got_out(target, said)


def test_no_request_brings_more_files_than_a_reader_may_have(target: Target) -> None:
    """Of 100 files at most, 101 that come together do not stay."""
    before = files_sent(target)
    many = upload(target, EDITOR, {f"{number}.txt": b"%d" % number for number in range(101)})
    assert many.status == 413
    assert json.loads(many.body)["error"].startswith("too many files wait to be added")
    assert files_sent(target) <= before


def test_a_reader_fills_no_disk(target: Target) -> None:
    """Two files of 90 MB fit into the 200 MB of a reader, and a third does not."""
    large = b"\0" * (45 << 20)
    assert upload(target, EDITOR, {"a.txt": large, "b.txt": large}).status == 200
    assert upload(target, EDITOR, {"a.txt": large, "b.txt": large}).status == 200
    full = upload(target, EDITOR, {"c.txt": large})
    assert full.status == 413
    assert (
        "your files that wait to be added have 180 MB of 200 MB" in json.loads(full.body)["error"]
    )


def test_gradio_itself_refuses_paths_when_the_doors_before_it_are_open(target: Target) -> None:
    """The check that `launch()` would turn on is on in the page as it is mounted."""
    assert target.registered["unguarded"] == 500
    assert target.registered["copied"] == []
