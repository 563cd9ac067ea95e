"""An empty store, and the command, each in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from rag.store import Database, Runs, Store
from tests.commands import Commands

# No test has a deadline: machines are busy.
settings.register_profile("untimed", parent=settings(), deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path, create=True)
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
