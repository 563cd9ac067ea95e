"""An empty store of either engine, and the command, each in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from pydantic import SecretStr

from rag.store import NO_SERVER, Database, Runs, Store
from tests import milvus, postgresql, ray_cluster
from tests.commands import STORE, Commands

# What somebody's own settings name is no place for tests to write to.
os.environ.pop(STORE, None)

# No test has a deadline: machines are busy. Every run makes up the same examples, so that it fails
# for what changed in the code; `make fuzz` makes up new ones.
settings.register_profile(
    "repeated", parent=settings(), deadline=None, derandomize=True, database=None
)
settings.load_profile("repeated")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A PostgreSQL for the whole run; skips what needs it where there is none."""
    with postgresql.running() as started:
        yield started


@pytest.fixture(scope="session")
def milvus_server() -> Iterator[milvus.Server]:
    """A Milvus for the whole run; skips what needs it where its packages are missing."""
    with milvus.running() as started:
        yield started


@pytest.fixture(scope="module")
def cluster() -> Iterator[ray_cluster.Nodes]:
    """A Ray cluster for the tests of one file, which may damage it; skips them without Ray."""
    with ray_cluster.nodes() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretStr]:
    """Where the store of a test is, and of every archive it opens: a file, then a server."""
    if request.param == "sqlite":
        yield NO_SERVER
        return
    server: postgresql.Server = request.getfixturevalue("postgresql_server")
    found = server.prepared()
    monkeypatch.setenv(STORE, found.get_secret_value())
    with postgresql.closed_at_the_end(monkeypatch):
        yield found


@pytest.fixture
def database(tmp_path: Path, address: SecretStr) -> Iterator[Database]:
    opened = Database(tmp_path, address, create=True)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> Store:
    """It has begun one run, so that articles can be put into it."""
    Runs(database).begin(["seeds"], datetime(2025, 5, 4, tzinfo=UTC))
    return Store(database)


@pytest.fixture
def dateline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Commands:
    """The `dateline` command in this process, where nothing is set."""
    return Commands(monkeypatch, capsys, tmp_path)
