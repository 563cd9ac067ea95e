"""Which files of a watched folder are read: those that are new or changed, and stand still."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.corpus.change_polling import ChangePoller


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


def write(path: Path, text: str, at: int) -> Path:
    """Writes a file that was changed `at` seconds after 1970."""
    path.write_text(text)
    os.utime(path, (at, at))
    return path


def test_a_file_is_read_once_it_stands_still(news: Path) -> None:
    poller = ChangePoller([news])
    one = write(news / "a.md", "Fog", 1)
    assert poller.poll() == ([], [])
    write(one, "Fog lay", 2)
    assert poller.poll() == ([], [])
    assert poller.poll() == ([one], [])
    assert poller.poll() == ([one], [])
    poller.mark_read([one])
    assert poller.poll() == ([], [])


def test_what_changes_is_read_again_and_what_stays_is_not(news: Path) -> None:
    poller = ChangePoller([news])
    one, other = write(news / "a.md", "Fog", 1), write(news / "b.md", "Rain", 1)
    poller.poll()
    poller.mark_read(poller.poll()[0])
    write(other, "Snow", 2)
    assert poller.poll() == ([], [])
    assert poller.poll() == ([other], [])
    one.unlink()
    poller.mark_read([other])
    assert poller.poll() == ([], [])
    write(one, "Fog", 1)
    poller.poll()
    assert poller.poll() == ([one], [])


def test_a_change_between_a_look_and_the_reading_is_seen_later(news: Path) -> None:
    poller = ChangePoller([news])
    one = write(news / "a.md", "Fog", 1)
    poller.poll()
    assert poller.poll() == ([one], [])
    write(one, "Fog again", 5)
    poller.mark_read([one])
    poller.poll()
    assert poller.poll() == ([one], [])


def test_what_is_wrong_is_named_once_and_again_when_it_comes_back(news: Path) -> None:
    poller = ChangePoller([news])
    (news / "loop.md").symlink_to(news / "loop.md")
    ((), (wrong,)) = map(tuple, poller.poll())
    assert "loop.md" in wrong.path
    assert poller.poll() == ([], [])
    (news / "loop.md").unlink()
    poller.poll()
    (news / "loop.md").symlink_to(news / "loop.md")
    assert len(poller.poll()[1]) == 1


def test_an_empty_folder_is_nothing_wrong_and_may_vanish(news: Path) -> None:
    poller = ChangePoller([news])
    assert poller.poll() == ([], [])
    news.rmdir()
    assert [one.path for one in poller.poll()[1]] == [str(news)]
    news.mkdir()
    one = write(news / "a.md", "Fog", 1)
    poller.poll()
    assert poller.poll() == ([one], [])


def test_files_of_other_kinds_and_hidden_ones_are_left_alone(news: Path) -> None:
    (news / ".draft.md").write_text("Fog")
    (news / "picture.bin").write_bytes(b"\x00")
    poller = ChangePoller([news])
    poller.poll()
    assert [path.name for path in poller.poll()[0]] == []
