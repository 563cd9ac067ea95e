"""A whole Ray cluster dies under a client: an error soon, nothing half-written, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from embeddings import HashingEncoder
from rag.maintenance.doctor import examine
from tests import ray_cluster
from tests.browser.conftest import free_port
from tests.builders import write_jsonl
from tests.commands import ROOT, child_environment
from tests.test_cluster import ROWS, SETTINGS, opened, state

SOON = 120

_INGEST = """
import sys
from pathlib import Path
from rag.errors import ProviderError
from tests.test_cluster import Slow, opened
folder, articles, client = sys.argv[1:]
archive = opened(Path(folder), Slow(Path(folder).parent / "go"))
try:
    archive.ingest(articles, on=client)
except ProviderError as error:
    sys.exit(f"error: {error}")
"""


@pytest.fixture
def head(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A cluster of one machine, started as docs/deploy.md says, and its address for clients."""
    ray_cluster.prepare()
    pytest.importorskip("ray", reason=ray_cluster.MISSING)
    port = free_port()
    options = ["--node-ip-address=127.0.0.1", "--port=0", f"--ray-client-server-port={port}"]
    command = [Path(sys.executable).with_name("ray"), "start", "--block", "--head", *options]
    with (
        (tmp_path / "ray.log").open("wb") as log,
        subprocess.Popen(
            [*command, "--include-dashboard=false", "--num-cpus=2"],
            stdout=log,
            stderr=log,
            env=child_environment(),
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process, f"ray://127.0.0.1:{port}"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.faults
def test_when_the_whole_cluster_is_lost_the_command_says_so_and_goes_on_later(
    head: tuple[subprocess.Popen[bytes], str], tmp_path: Path
) -> None:
    process, client = head
    articles = write_jsonl(tmp_path / "in.jsonl", ROWS)
    folder = tmp_path / "archive"
    begin = [sys.executable, "-c", _INGEST, folder, articles, client]
    while True:
        child = subprocess.Popen(
            begin, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=child_environment()
        )
        while not (tmp_path / "begun").exists() and child.poll() is None:
            assert process.poll() is None, (tmp_path / "ray.log").read_text()
            threading.Event().wait(0.05)
        if child.poll() is None:
            break
        # The cluster is not there yet: nothing has been read.
        assert "does not answer" in child.communicate()[1]
    os.killpg(process.pid, signal.SIGKILL)
    _, said = child.communicate(timeout=SOON)
    assert child.returncode == 1, said
    assert f"error: lost the Ray cluster {client}" in said, said
    assert "nothing that was stored or embedded is lost" in said
    found = examine(folder, SETTINGS, HashingEncoder(), datetime.now(UTC))
    assert [each.check for each in found if each.severity != "note"] == ["coverage"]
    with opened(folder) as archive, opened(tmp_path / "alone") as alone:
        archive.ingest(articles)
        alone.ingest(articles)
        assert state(archive) == state(alone)
