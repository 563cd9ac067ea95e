"""The feeds of an archive: kept, listed, forgotten; and archives from before there were any."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ArchiveError
from rag.store import Database, Feeds, FollowedFeed, Store
from tests.old_formats import take_back

NEWS = "https://courier.example/feed.xml"
RADIO = "https://radio.example/rss"


def test_a_feed_is_followed_once_and_forgotten(database: Database) -> None:
    feeds = Feeds(database)
    assert feeds.all() == []
    assert [feeds.add(NEWS), feeds.add(RADIO), feeds.add(NEWS)] == [True, True, False]
    assert feeds.all() == [FollowedFeed(NEWS), FollowedFeed(RADIO)]
    assert [feeds.remove(NEWS), feeds.remove(NEWS)] == [True, False]
    assert feeds.all() == [FollowedFeed(RADIO)]


def test_how_far_a_feed_was_read_replaces_what_was_known(database: Database) -> None:
    feeds = Feeds(database)
    feeds.add(NEWS)
    feeds.add(RADIO)
    first = FollowedFeed(NEWS, "The Courier", '"a"', "Sat", "d1", {"u1": "1", "u2": "2"})
    second = FollowedFeed(NEWS, "Courier", "", "Sun", "d2", {"u2": "3"})
    for state in (first, second):
        feeds.save(state)
        assert feeds.all() == [state, FollowedFeed(RADIO)]
    feeds.remove(NEWS)
    feeds.save(second)
    assert feeds.all() == [FollowedFeed(RADIO)]


def test_an_archive_of_an_earlier_format_learns_to_follow(tmp_path: Path) -> None:
    database = Database(tmp_path, create=True)
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO settings VALUES ('chunk_tokens', '32')")
    database.close()
    take_back(tmp_path, "0002")
    with pytest.raises(ArchiveError, match=r"of an older format \(0002\)"):
        Database(tmp_path, read_only=True)
    again = Database(tmp_path)
    feeds = Feeds(again)
    assert feeds.add(NEWS)
    assert Store(again).setting("chunk_tokens") == "32"
    assert feeds.all() == [FollowedFeed(NEWS)]
    again.close()
