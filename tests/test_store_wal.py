"""What counts as lost in a write-ahead log: what was committed, and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.store.sqlite import torn_log
from tests.builders import row, write_jsonl
from tests.commands import child
from tests.damages import mounted

HEADER, FRAME = 32, 24 + 4096


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of which five committed changes, seven pages, are in the log alone."""
    path = tmp_path / "whole.db"
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE one (x)")
        for number in range(5):
            connection.execute("INSERT INTO one VALUES (?)", [number])
            connection.commit()
        for end in ("", "-wal", "-shm"):
            (tmp_path / f"copy.db{end}").write_bytes((tmp_path / f"whole.db{end}").read_bytes())
    assert log(copy).stat().st_size == HEADER + 7 * FRAME
    return copy


def log(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


def rows(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM one").fetchone()[0])


def test_a_whole_log_has_lost_nothing(database: Path) -> None:
    assert torn_log(database) == ""
    assert rows(database) == 5


@pytest.mark.parametrize("length", [10, 24, 1000, FRAME - 1, FRAME, FRAME + 300])
def test_pages_that_were_never_committed_are_no_loss(database: Path, length: int) -> None:
    data = log(database).read_bytes()
    # A page of a change that has no end yet: its size of the database then is 0.
    page = data[HEADER : HEADER + 4] + bytes(4) + data[16:24] + bytes(8) + b"x" * 4096
    log(database).write_bytes(data + (page * 2)[:length])
    assert torn_log(database) == ""
    assert rows(database) == 5


def test_a_committed_page_behind_a_damaged_one_is_lost(database: Path) -> None:
    data = bytearray(log(database).read_bytes())
    data[HEADER + 4 * FRAME + 100] ^= 1
    log(database).write_bytes(data)
    assert torn_log(database) == f"{log(database)} is whole for 4 of 7 pages"
    database.with_name("copy.db-shm").unlink()
    assert torn_log(database) == f"{log(database)} is whole for 4 of 7 pages"
    assert rows(database) == 2


def test_a_log_that_is_cut_off_has_lost_what_was_committed(database: Path) -> None:
    log(database).write_bytes(log(database).read_bytes()[: HEADER + 6 * FRAME + 50])
    assert torn_log(database) == f"{log(database)} is whole for 6 of 7 pages"
    log(database).write_bytes(log(database).read_bytes()[: HEADER + 6 * FRAME])
    assert torn_log(database) == f"{log(database)} is whole for 6 of 7 pages"
    assert rows(database) == 4


def test_a_full_disk_loses_nothing_and_the_doctor_says_so(tmp_path: Path) -> None:
    text = "In story {0} the mine has its licence for {0} years. " * 40
    source = write_jsonl(tmp_path / "in.jsonl", [row(n, text.format(n)) for n in range(1, 200)])
    disk = tmp_path / "disk"
    with mounted(disk, "size=1m"):
        full = child(tmp_path, "ingest", source, "--archive", disk / "a", "--no-vectors")
        full.refused("no room to write", "run the same command again")
        assert log(disk / "a/archive.db").exists()
        with mounted(disk, "remount,size=200m"):
            doctor = child(tmp_path, "doctor", "--archive", disk / "a")
            assert "lost" not in doctor.out
            assert "the last run (1) never ended" in doctor.out
            assert child(tmp_path, "ingest", source, "--archive", disk / "a").status == 0
            after = child(tmp_path, "doctor", "--archive", disk / "a")
            assert (after.status, "is sound" in after.out) == (0, True)
