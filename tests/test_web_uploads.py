"""Files on their way in: who may send them, how many, for how long; without a browser."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from rag.web.server.upload_store import UploadLimits, UploadStore, private_uploads

LIMITS = UploadLimits(reader_bytes=100, reader_files=3, all_bytes=150, seconds=60.0)


@dataclass
class Clock:
    """A time that passes when a test says so."""

    now: float = 2e9

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> UploadStore:
    return UploadStore(tmp_path, LIMITS, clock)


def sent(store: UploadStore, reader: str, size: int, name: str = "a.md") -> Path:
    arrived = store.folder / name
    arrived.write_bytes(b"x" * size)
    return store.admit(reader, arrived)


def refusal(store: UploadStore, reader: str, size: int) -> str:
    with store.reserve(reader, size) as why:
        return why


def test_a_reader_may_send_so_many_bytes_and_no_more(store: UploadStore) -> None:
    sent(store, "ada", 60)
    assert refusal(store, "ada", 40) == ""
    assert "your files that wait" in refusal(store, "ada", 41)
    assert refusal(store, "bo", 90) == ""


def test_bytes_on_their_way_count_until_they_have_arrived(store: UploadStore) -> None:
    with store.reserve("ada", 80) as first:
        assert first == ""
        assert refusal(store, "ada", 21) != ""
    assert refusal(store, "ada", 21) == ""


def test_a_reader_may_send_so_many_files(store: UploadStore) -> None:
    for _ in range(3):
        assert store.has_room("ada", 1)
        sent(store, "ada", 0)
    assert not store.has_room("ada", 1)
    assert store.has_room("bo", 3)
    assert not store.has_room("bo", 4)
    assert "are 3 of 3" in refusal(store, "ada", 1)
    assert refusal(store, "bo", 1) == ""


def test_all_readers_together_may_send_so_much_broken_uploads_included(
    store: UploadStore, clock: Clock
) -> None:
    sent(store, "ada", 60)
    broken = store.folder / "tmpbroken"
    broken.write_bytes(b"x" * 50)
    os.utime(broken, (clock.now, clock.now))
    assert refusal(store, "bo", 40) == ""
    assert refusal(store, "bo", 41) == "too many files wait to be added; try again in some minutes"


def test_only_its_sender_can_name_a_file_and_only_until_it_is_read(store: UploadStore) -> None:
    path = str(sent(store, "ada", 5))
    assert store.owns("ada", path)
    assert not store.owns("bo", path)
    assert not store.owns("ada", "/etc/passwd")
    with store.take([path, path, "/etc/passwd", str(store.folder)]) as taken:
        assert taken == [Path(path)]
        assert not store.owns("ada", path)
        with store.take([path]) as again:
            assert again == []
        assert taken[0].read_bytes() == b"xxxxx"
    assert list(store.folder.iterdir()) == []
    assert refusal(store, "ada", 100) == ""


def test_equal_files_of_two_readers_lie_apart(store: UploadStore) -> None:
    first, second = sent(store, "ada", 5), sent(store, "bo", 5)
    assert first != second
    with store.take([str(first)]):
        pass
    assert second.read_bytes() == b"xxxxx"


def test_what_nobody_reads_in_time_is_deleted(store: UploadStore, clock: Clock) -> None:
    waiting, read = sent(store, "ada", 5), sent(store, "ada", 5, "b.md")
    broken = store.folder / "tmpbroken"
    broken.write_bytes(b"x")
    os.utime(broken, (clock.now, clock.now))
    with store.take([str(read)]):
        clock.now += 59.0
        store.remove_expired()
        assert waiting.exists()
        assert broken.exists()
        clock.now += 1.0
        store.remove_expired()
        assert not waiting.exists()
        assert not broken.exists()
        assert read.exists()
    assert not store.owns("ada", str(waiting))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path / f"dateline-{os.getuid()}"


def test_a_start_deletes_what_killed_processes_left_and_nothing_else(temporary: Path) -> None:
    temporary.mkdir(mode=0o700)
    killed, running = temporary / "uploads-killed", temporary / "uploads-running"
    for folder in (killed, running):
        folder.mkdir()
        (folder / "secret.pdf").write_bytes(b"x")
        (folder / "in-use.lock").touch()
    with FileLock(running / "in-use.lock"), private_uploads() as own:
        assert os.environ["GRADIO_TEMP_DIR"] == str(own)
        assert own.stat().st_mode & 0o077 == 0
        (own / "a.md").touch()
        assert sorted(temporary.glob("uploads-*")) == sorted([own, running])
    assert list(temporary.glob("uploads-*")) == [running]
    assert (running / "secret.pdf").exists()
    assert "GRADIO_TEMP_DIR" not in os.environ


def test_a_folder_that_others_may_read_is_not_used(temporary: Path) -> None:
    temporary.mkdir(mode=0o755)
    temporary.chmod(0o755)
    with private_uploads() as own:
        assert temporary not in own.parents
        assert own.stat().st_mode & 0o077 == 0
