"""Near-duplicates in a real database: grouped as they come in, regrouped when revised."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from rag.errors import ArchiveError
from rag.records import Article, Filters
from rag.store import Database, OldFormatError, Runs, Store, schema
from rag.store import duplicate_groups as grouping
from tests.builders import article
from tests.old_formats import take_back

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def numbered(first: int, after: int) -> str:
    """Words that are numbers: `after - first - 4` shingles."""
    return " ".join(f"n{word}" for word in range(first, after))


def story(number: int, text: str, **fields: str) -> Article:
    return article(text, f"x/{number}", title=f"Title {number}", **fields)  # type: ignore[arg-type]


def put(store: Store, *articles: Article) -> None:
    store.put(1, [(each, []) for each in articles])


def ids(store: Store) -> dict[str, str]:
    return store.groups(store.changed_since(0))


def rows(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(schema.bands)) or 0


def test_near_duplicates_are_grouped_within_a_batch_and_with_what_is_stored(store: Store) -> None:
    put(store, story(1, numbered(0, 104)), story(2, numbered(500, 604)))
    assert ids(store) == {}
    put(store, story(3, numbered(20, 124)), story(4, numbered(10, 114)), story(5, "Too short."))
    assert ids(store) == {"x/1": "x/1", "x/3": "x/1", "x/4": "x/1"}
    assert store.groups(["x/2", "x/5", "x/none"]) == {}


def test_the_order_of_arrival_does_not_matter_to_a_pair(tmp_path: Path) -> None:
    found = []
    for name, order in (("one", [1, 2, 3]), ("two", [3, 2, 1])):
        (tmp_path / name).mkdir()
        with closing(Database(tmp_path / name, create=True)) as database:
            Runs(database).begin(["seeds"], NOW)
            store = Store(database)
            for number in order:
                put(store, story(number, numbered(number, number + 104)))
            found.append(ids(store))
    assert found[0] == found[1] == {"x/1": "x/1", "x/2": "x/1", "x/3": "x/1"}


def test_a_group_goes_by_the_agencys_article_and_the_copy_says_where_it_is_from(
    store: Store, database: Database
) -> None:
    text = numbered(0, 60)
    put(store, story(1, f"VESK (LNA) — {text}", day="2025-05-01"))
    put(store, story(2, text, publisher="Lowland News Agency", day="2025-05-02"))
    assert ids(store) == {"x/1": "x/2", "x/2": "x/2"}
    with database.read() as connection:
        found = connection.execute(select(schema.copies.c.article_id, schema.copies.c.wire))
        assert sorted(map(tuple, found)) == [("x/1", "LNA"), ("x/2", None)]


def test_a_revised_article_leaves_its_group_and_finds_another(
    store: Store, database: Database
) -> None:
    put(store, story(1, numbered(0, 60)), story(2, numbered(0, 60)), story(3, numbered(0, 60)))
    put(store, story(4, numbered(500, 560)))
    assert rows(database) == 4 * 24
    put(store, story(1, numbered(500, 560)))
    assert ids(store) == {"x/1": "x/1", "x/2": "x/2", "x/3": "x/2", "x/4": "x/1"}
    assert rows(database) == 4 * 24
    put(store, story(4, numbered(700, 760)))
    assert ids(store) == {"x/2": "x/2", "x/3": "x/2"}


def test_what_is_taken_out_leaves_nothing_behind(store: Store, database: Database) -> None:
    put(store, story(1, numbered(0, 60)), story(2, numbered(0, 60)), story(3, numbered(0, 60)))
    with database.write() as connection:
        grouping.forget(connection, ["x/1", "x/none"])
    assert ids(store) == {"x/2": "x/2", "x/3": "x/2"}
    assert rows(database) == 2 * 24
    with database.write() as connection:
        grouping.forget(connection, ["x/2", "x/3"])
    assert (ids(store), rows(database)) == ({}, 0)


def test_words_under_five_titles_are_a_template_and_group_nobody(
    store: Store, database: Database
) -> None:
    for number in range(4):
        put(store, story(number, numbered(0, 60)))
    assert set(ids(store).values()) == {"x/0"}
    put(store, story(4, numbered(0, 60)), story(5, numbered(0, 60)))
    assert ids(store) == {}
    assert rows(database) == 4 * 24
    put(store, story(6, numbered(0, 60), publisher="Radio North"))
    assert "x/6" in ids(store)


def test_of_a_large_group_64_members_are_enough_to_find_it(
    store: Store, database: Database
) -> None:
    texts = [numbered(0, 60) + f" outlet {number}" for number in range(70)]
    put(store, *(story(n, text, publisher=f"Outlet {n}") for n, text in enumerate(texts)))
    put(store, story(99, numbered(0, 60), publisher="Outlet 99"))
    assert len(ids(store)) == 71
    assert rows(database) == 64 * 24


def test_the_members_of_groups_are_current_and_known_to_be_published_before(store: Store) -> None:
    text = numbered(0, 60)
    put(store, story(3, text, day="2025-05-03"), story(2, text, day="2025-05-02"))
    put(store, story(1, text, day=""), story(4, numbered(500, 560)))
    put(store, story(2, f"{text} again", day="2025-05-02"))
    assert set(ids(store).values()) == {"x/2"}

    def members(before: datetime | None) -> list[tuple[str, int]]:
        found = store.members({"x/2", "x/none"}, Filters(published_before=before))
        return [(each.id, each.revision) for each in found.get("x/2", [])]

    assert members(None) == [("x/1", 1), ("x/2", 2), ("x/3", 1)]
    assert members(datetime(2025, 5, 3, tzinfo=UTC)) == [("x/2", 2)]
    assert store.members([]) == {}


def test_a_put_that_fails_groups_nobody(store: Store) -> None:
    with pytest.raises(ArchiveError, match=r"(?i)foreign key"):
        store.put(99, [(story(1, numbered(0, 60)), []), (story(2, numbered(0, 60)), [])])
    assert store.groups(["x/1", "x/2"]) == {}


def test_an_archive_of_format_1_is_grouped_by_the_next_writer(tmp_path: Path) -> None:
    with closing(Database(tmp_path, create=True)) as database:
        Runs(database).begin(["seeds"], NOW)
        stories = [story(n, numbered(500 * (n % 70), 500 * (n % 70) + 60)) for n in range(140)]
        put(Store(database), *stories)
    take_back(tmp_path, "0001")
    with pytest.raises(OldFormatError, match="older format"):
        Database(tmp_path, read_only=True)
    with closing(Database(tmp_path)) as database:
        store = Store(database)
        assert (ids(store), store.group_pending()) == ({}, 140)
        pairs = [(f"x/{n}", f"x/{n + 70}") for n in range(70)]
        assert ids(store) == {each: min(pair) for pair in pairs for each in pair}
        assert store.group_pending() == 0


def test_another_way_of_comparing_groups_all_anew(store: Store, database: Database) -> None:
    put(store, story(1, numbered(0, 60)), story(2, numbered(0, 60)))
    store.set_setting("near_duplicates", "shingles of another kind")
    assert store.group_pending() == 2
    assert ids(store) == {"x/1": "x/1", "x/2": "x/1"}
    assert (rows(database), store.group_pending()) == (2 * 24, 0)
