"""A throw-away Milvus for tests: milvus-lite's server, in a process of its own, on this machine.

It speaks the protocol of a Milvus, and is slow: what it shows is that the answers are right.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from rag.indexes.milvus_server import MilvusServer

URI = "DATELINE_MILVUS_URI"
INDEX = "DATELINE_INDEX"
MISSING = "needs Milvus: pip install 'dateline[milvus]' milvus-lite"
_HOST = "127.0.0.1"

_AS_LONG_AS_US = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from milvus_lite.cmdline import main
sys.argv = ["milvus-lite", "server", *sys.argv[1:]]
main()
"""
"""Runs the server until standard input ends: also where the tests are killed."""


class Server:
    """A running server, all of whose rows are in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind((_HOST, 0))
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def uri(self) -> str:
        """What DATELINE_MILVUS_URI names it by."""
        return f"http://{_HOST}:{self.port}"

    def client(self) -> MilvusServer:
        """What an engine asks it through."""
        return MilvusServer(self.uri, SecretStr(""))

    def start(self) -> None:
        """Starts it, and waits until it listens."""
        options = ["--data-dir", str(self.folder / "data"), "--host", _HOST]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _AS_LONG_AS_US, *options, "--port", str(self.port)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # It imports packages, and writes nothing beside them.
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )
        while not self._listens():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends it at once, as a crash of its machine would; what was written is there again."""
        if self._process is not None:
            self._process.kill()
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        """Has it index what it holds in memory, which it searches more slowly."""
        client = self.client().connected()
        for name in client.list_collections():
            client.flush(name)

    def _listens(self) -> bool:
        try:
            socket.create_connection((_HOST, self.port), timeout=1).close()
        except OSError:
            return False
        return True


def is_missing() -> bool:
    """Whether a package is missing that the server or its client needs."""
    return not all(map(importlib.util.find_spec, ("pymilvus", "milvus_lite")))


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as it is needed; skips where it cannot be started, and says why."""
    if is_missing():
        pytest.skip(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="milvus"))
    server = None
    try:
        server = Server(folder)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
