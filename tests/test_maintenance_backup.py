"""Backups: taken while others write, checked file by file, and refused where anything is off."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import row, write_jsonl
from tests.commands import Commands, child_environment
from tests.damages import QUERIES, Found, allowed, built, flipped, opened, results, room
from tests.waiting_writer import waiting_writer


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Found]]:
    archive = built(tmp_path_factory.mktemp("sound"))
    return archive, allowed(archive, tmp_path_factory.mktemp("again"))


@pytest.fixture
def archive(sound: tuple[Path, list[Found]], tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound[0], tmp_path / "archive"))


@pytest.fixture
def backup(archive: Path, dateline: Commands) -> Path:
    assert dateline("backup", "kept", "--archive", archive).status == 0
    return archive.parent / "kept"


def test_a_backup_is_an_archive_and_restores_to_the_same(
    archive: Path, sound: tuple[Path, list[Found]], dateline: Commands
) -> None:
    made = dateline("backup", "kept", "--archive", archive)
    assert (made.status, made.err) == (0, "")
    assert made.out.startswith("kept holds 60 articles, ")
    assert made.out.endswith("MB, checked\n")
    listed = json.loads((archive.parent / "kept" / "backup.json").read_text())
    assert {"archive.db", "vectors.db", "dense.faiss", "manifest.json"} < set(listed["files"])
    assert (
        listed["files"]["archive.db"]["size"] == (archive.parent / "kept/archive.db").stat().st_size
    )
    assert (listed["articles"], listed["rebuilt"]) == (60, [])
    assert results(archive.parent / "kept") in sound[1]
    restored = dateline("restore", "kept", "again")
    assert restored.out == f"again holds 60 articles as of {listed['made']}, checked\n"
    assert results(archive.parent / "again") in sound[1]
    assert dateline("doctor", "--archive", "again").out == "again is sound\n"
    assert dateline("info", "--archive", "again", "--json").json["embedded"] == 60


def test_a_restored_archive_goes_on_where_the_backup_was_taken(
    backup: Path, dateline: Commands, tmp_path: Path
) -> None:
    assert dateline("restore", backup, "again").status == 0
    more = write_jsonl(tmp_path / "more.jsonl", [row(100, "The harbour wall fell down.")])
    assert dateline("ingest", more, "--archive", "again").out.startswith("1 added")
    found = dateline("search", "harbour wall fell", "--archive", "again", "--json").json
    assert found[0]["article"]["id"] == "courier.example/100"


def test_a_backup_is_taken_while_another_process_writes(dateline: Commands, tmp_path: Path) -> None:
    sources = [
        write_jsonl(
            tmp_path / f"{part}.jsonl",
            [row(n, f"The night train {n} came late to town {n}.") for n in range(part, part + 20)],
        )
        for part in (0, 20, 40)
    ]
    with waiting_writer(tmp_path / "archive", *sources) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        for stored in (20, 40, 60):
            assert writer.stdout.readline() == "embedding\n"
            # The writer holds its lock, its articles are stored and not yet embedded.
            assert dateline("backup", f"kept{stored}").out.startswith(
                f"kept{stored} holds {stored} "
            )
            assert dateline("restore", f"kept{stored}", f"again{stored}").status == 0
            writer.stdin.write("\n")
            writer.stdin.flush()
        writer.communicate()
        assert writer.returncode == 0
    for stored in (20, 40, 60):
        info = dateline("info", "--archive", f"again{stored}", "--json").json
        assert (info["articles"], info["embedded"]) == (stored, stored - 20)
        assert dateline("embed", "--archive", f"again{stored}").out == "embedded 20 passages\n"
        assert dateline("doctor", "--archive", f"again{stored}").status in (0, 1)
    with opened(tmp_path / "archive") as whole, opened(tmp_path / "again60") as again:
        for query in QUERIES:
            ours, theirs = (
                [(hit.article.id, hit.text) for hit in one.search(query, 30)]
                for one in (whole, again)
            )
            assert ours == theirs


def test_every_file_of_a_backup_is_checked(backup: Path, dateline: Commands) -> None:
    names = sorted(json.loads((backup / "backup.json").read_text())["files"])
    of_each_kind = {Path(name).suffix or Path(name).name: name for name in names}
    assert len(of_each_kind) > 5
    for name in of_each_kind.values():
        whole = (backup / name).read_bytes()
        (backup / name).write_bytes(flipped(whole, len(whole) // 2))
        refused = dateline("restore", backup, "again").refused("use another backup")
        assert f"{backup / name} has another checksum than when it was written" in refused
        (backup / name).write_bytes(whole[:-1])
        short = f"has {len(whole) - 1:,} bytes instead of {len(whole):,}"
        dateline("restore", backup, "again").refused(f"{backup / name} {short}")
        (backup / name).unlink()
        dateline("restore", backup, "again").refused(f"{backup / name} is missing, though")
        (backup / name).write_bytes(whole)
        assert not (backup.parent / "again").exists()
    assert dateline("restore", backup, "again").status == 0


DAMAGED_LISTS: dict[str, Callable[[dict[str, object]], object]] = {
    "it is of format 2, this Dateline reads 1": lambda told: told | {"format": 2},
    "it names '../archive.db', which is no file of an archive": lambda told: (
        told
        | {
            "files": {
                "archive.db": {"size": 1, "sha256": ""},
                "../archive.db": {"size": 1, "sha256": ""},
            }
        }
    ),
    "it does not name archive.db": lambda told: told | {"files": {}},
    "backup.json is damaged": lambda _: [],
}


@pytest.mark.parametrize("reason", DAMAGED_LISTS)
def test_a_list_that_is_damaged_or_foreign_is_refused(
    backup: Path, dateline: Commands, reason: str
) -> None:
    told = json.loads((backup / "backup.json").read_text())
    (backup / "backup.json").write_text(json.dumps(DAMAGED_LISTS[reason](told)))
    dateline("restore", backup, "again").refused(reason, "use another backup")
    assert not (backup.parent / "again").exists()


def test_what_is_no_backup_is_refused(backup: Path, dateline: Commands) -> None:
    (backup / "backup.json").write_bytes(b"\xff{")
    dateline("restore", backup, "again").refused("backup.json is damaged")
    (backup / "backup.json").unlink()
    dateline("restore", backup, "again").refused("is no backup: it has no backup.json")
    dateline("restore", "nowhere", "again").refused("'nowhere' is no backup")


def test_a_link_in_a_backup_is_refused(backup: Path, dateline: Commands, tmp_path: Path) -> None:
    (backup / "vectors.db").replace(tmp_path / "vectors.db")
    (backup / "vectors.db").symlink_to(tmp_path / "vectors.db")
    dateline("restore", backup, "again").refused("vectors.db is a link", "use another backup")
    assert not (tmp_path / "again").exists()


def test_an_index_that_was_left_out_is_built_again(
    backup: Path, sound: tuple[Path, list[Found]], dateline: Commands
) -> None:
    told = json.loads((backup / "backup.json").read_text())
    files = {name: facts for name, facts in told["files"].items() if "lexical" not in name}
    left_out = told | {"files": files, "rebuilt": ["lexical"]}
    (backup / "backup.json").write_text(json.dumps(left_out))
    shutil.rmtree(backup / "lexical")
    assert dateline("restore", backup, "again").status == 0
    assert results(backup.parent / "again") in sound[1]
    assert dateline("doctor", "--archive", "again").status == 0


def test_nothing_is_written_over_and_nothing_half_done_is_left(
    archive: Path, backup: Path, dateline: Commands
) -> None:
    before = sorted(path.name for path in archive.parent.iterdir())
    dateline("backup", "kept", "--archive", archive).refused(
        "'kept' is there already", "new folder"
    )
    dateline("restore", backup, archive).refused("is there already and not empty", "new folder")
    dateline("backup", "other", "--archive", "none").refused("there is no archive in 'none'")
    with room(20_000):
        dateline("backup", "other", "--archive", archive).refused("no room to write")
    with room(20_000):
        dateline("restore", backup, "other").refused("no room to write")
    assert sorted(path.name for path in archive.parent.iterdir()) == before
    assert dateline("restore", backup, "other").status == 0


KILLED = """
import os, signal, sys
from rag.cli import main
from rag.maintenance import backup
backup._refuse_unsound = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main()
"""


def killed(folder: Path, *arguments: str) -> Path:
    """What a command leaves that is killed before its copy has its name."""
    command = [sys.executable, "-c", KILLED, *arguments]
    done = subprocess.run(command, cwd=folder, env=child_environment(), check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = folder.glob(".*.partial")
    return left


def test_what_a_killed_backup_or_restore_left_goes_at_the_next(
    archive: Path, backup: Path, dateline: Commands
) -> None:
    folder = archive.parent
    left = killed(folder, "backup", "monday", "--archive", "archive")
    ended = dateline("backup", "tuesday", "--archive", archive)
    assert (ended.status, left.exists()) == (0, False)
    assert ended.err == f"removed {left}, which a backup or restore that was killed had left\n"
    left = killed(folder, "restore", "kept", "again")
    ended = dateline("restore", backup, "again")
    assert (ended.status, left.exists()) == (0, False)
    assert ended.err == f"removed {left}, which a backup or restore that was killed had left\n"


def test_what_others_have_left_or_are_at_work_on_stays(
    archive: Path, backup: Path, dateline: Commands
) -> None:
    folder = archive.parent
    left = killed(folder, "backup", "monday", "--archive", "archive")
    host = left.name.partition("@")[2]
    mine = left.rename(folder / f".monday.{os.getpid()}@{host}")
    there = Path(shutil.copytree(mine, folder / ".monday.4000000@elsewhere.partial"))
    foreign = folder / f".x.4000000@{host}"
    (foreign / "photos").mkdir(parents=True)
    assert dateline("backup", "tuesday", "--archive", archive).err == ""
    assert all(path.exists() for path in (mine, there, foreign))
    for path in [there, *there.rglob("*")]:
        os.utime(path, (0, 0))
    assert f"removed {there}" in dateline("backup", "friday", "--archive", archive).err
    assert not there.exists()


def test_an_index_that_is_damaged_is_left_out_and_built_again(
    archive: Path, sound: tuple[Path, list[Found]], dateline: Commands
) -> None:
    path = archive / "dense.faiss"
    path.write_bytes(path.read_bytes()[:100])
    made = dateline("backup", "kept", "--archive", archive)
    assert made.status == 0
    assert made.err == (
        "the index 'dense' is in use, or damaged; it is left out, dateline restore builds it\n"
    )
    assert dateline("restore", "kept", "again").status == 0
    assert results(archive.parent / "again") in sound[1]


def test_an_archive_that_is_not_sound_is_not_backed_up(archive: Path, dateline: Commands) -> None:
    with closing(sqlite3.connect(archive / "archive.db")) as connection, connection:
        connection.execute("UPDATE revisions SET title = 'Another' WHERE revision = 1")
    refused = dateline("backup", "kept", "--archive", archive)
    refused.refused("does not have its checksum", f"see: dateline doctor --archive {archive}")
    assert not (archive.parent / "kept").exists()


def test_another_encoder_in_the_settings_is_no_fault_of_a_backup(
    backup: Path, dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_ENCODER", "minilm")
    assert dateline("restore", backup, "again").status == 0
    dateline("search", "harbour", "--archive", "again").refused("hashing-64-256")
