"""The commands of docs/deploy.md without compose, run in one shell with other ports and folders."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag.archive import Archive
from tests import milvus, postgresql, ray_cluster
from tests.browser.conftest import PASSWORD, free_port
from tests.commands import ROOT, child_environment
from tests.replicas import Program
from tests.reverse_proxy import NGINX

PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("### Without compose\n")[2].partition("\n### ")[0]
COMMANDS = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
INSTALL, *SET_UP, TEAR_DOWN = COMMANDS
SEEDS = ROOT / "seeds"
EVERY_NINTH = 9
PORTS = ("19530", "10001", "7861", "7862", "443")

_NGINX = """pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/conf.d/*.conf;
}}
"""
_SHELL = """
exec 3>&1 > {log} 2>&1
set -e -x
{set_up}
echo ready >&3
read -r _
{tear_down}
"""


class Machine:
    """A folder in the place of a machine: its PostgreSQL, its nginx, and ports that are free."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {port: str(free_port()) for port in PORTS}
        self.store_port = free_port()
        (folder / "conf.d").mkdir()
        (folder / "nginx.conf").write_text(_NGINX.format(folder=folder), encoding="utf-8")

    def here(self, text: str) -> str:
        """What stands on the page, with the folder and the ports of this test."""
        changes = {
            "runuser -u postgres -- ": "",
            "@127.0.0.1/news": f"@127.0.0.1:{self.store_port}/news",
            "/var/lib/dateline": str(self.folder / "dateline"),
            "/etc/nginx/conf.d": str(self.folder / "conf.d"),
            "/etc/ssl": str(self.folder),
            "ingest news/": f"ingest {SEEDS}",
            "https://news.example/": "https://news.example:443/",
            "--role admin": f"--role admin <<< '{PASSWORD} ada'",
            # Its own port of a cluster may be that of another test's.
            "ray start ": "ray start --port=0 ",
        }
        for old, new in changes.items():
            text = text.replace(old, new)
        text = re.sub(r"\bnginx (?=-)", f"{NGINX} -p {self.folder} -c nginx.conf ", text)
        ports = "|".join(PORTS)
        return re.sub(rf"\b({ports})\b", lambda found: self.ports[found[1]], text)

    def environment(self) -> dict[str, str]:
        """That of a clean shell, where PostgreSQL's own commands find this server."""
        kept = {n: v for n, v in child_environment().items() if not n.startswith("DATELINE_")}
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(self.store_port), "PGUSER": "postgres"}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return kept | place | {"PATH": path, "DATELINE_ENCODER": "minilm"}

    def url(self, port: str) -> str:
        """Where a page is that the documentation has at a port."""
        return f"http{'s' * (port == '443')}://127.0.0.1:{self.ports[port]}"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    if milvus.is_missing():
        pytest.skip(milvus.MISSING)
    pytest.importorskip("ray", reason=ray_cluster.MISSING)
    if not (NGINX and shutil.which("openssl") and shutil.which("curl")):
        pytest.skip("needs nginx, openssl and curl")
    made = Machine(tmp_path)
    with postgresql.running(owner="postgres", port=made.store_port):
        subprocess.run([NGINX, "-p", tmp_path, "-c", "nginx.conf"], check=True)
        try:
            yield made
        finally:
            subprocess.run([NGINX, "-p", tmp_path, "-c", "nginx.conf", "-s", "stop"], check=True)


@contextmanager
def brought_up(machine: Machine) -> Iterator[subprocess.Popen[str]]:
    """The shell in which all commands have run but those that take everything down."""
    (nginx,) = re.findall(r"```nginx\n(.*?)```", SECTION, re.DOTALL)
    (machine.folder / "conf.d" / "dateline.conf").write_text(machine.here(nginx))
    log = machine.folder / "log"
    parts = {"log": log, "set_up": "".join(SET_UP), "tear_down": TEAR_DOWN}
    script = machine.folder / "commands.sh"
    script.write_text(machine.here(_SHELL.format(**parts)), encoding="utf-8")
    with subprocess.Popen(
        ["bash", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=machine.folder,
        env=machine.environment(),
        start_new_session=True,
    ) as shell:
        assert shell.stdout is not None
        try:
            assert shell.stdout.readline() == "ready\n", log.read_text(errors="replace")[-4000:]
            yield shell
        finally:
            if shell.poll() is None:
                os.killpg(shell.pid, signal.SIGKILL)


def said(answer: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """The text of an answer, and what it cites."""
    return answer["text"], [(each["article_id"], each["quote"]) for each in answer["citations"]]


def answers(url: str, certificate: Path, questions: Sequence[str]) -> list[Any]:
    """What a page says to somebody who has logged in."""
    reader = Program(url, certificate)
    assert reader.log_in("ada") == 200
    return [said(reader.ask(each)) for each in questions]


def test_the_commands_install_what_they_need() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (named,) = re.findall(r"\.\[([a-z,]+)\]", INSTALL)
    assert {"postgresql", "milvus", "ray"} <= {*named.split(",")}
    assert {*named.split(",")} <= {*extras["optional-dependencies"]}


@pytest.mark.faults
@pytest.mark.enable_socket
def test_the_commands_bring_everything_up_and_take_it_down(machine: Machine) -> None:
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines[::EVERY_NINTH]]
    assert len(questions) == 26
    with Archive.open(machine.folder / "embedded") as archive:
        archive.ingest(SEEDS)
        expected = [said(archive.ask(each).to_dict()) for each in questions]
    certificate = machine.folder / "news.example.pem"
    with brought_up(machine) as shell:
        for port in ("7861", "7862"):
            assert answers(machine.url(port), certificate, questions) == expected
        assert answers(machine.url("443"), certificate, questions[:4]) == expected[:4]
        printed = (machine.folder / "log").read_text(encoding="utf-8", errors="replace")
        assert re.search(rf"Ray: 1 node, .*ray://127.0.0.1:{machine.ports['10001']}", printed)
        assert not (machine.folder / "dateline" / "replica1" / "lexical").exists()
        shell.communicate("\n", timeout=120)
        assert shell.returncode == 0, (machine.folder / "log").read_text(errors="replace")[-4000:]
    assert not (machine.folder / "dateline").exists()
    assert list((machine.folder / "conf.d").iterdir()) == []
