"""Articles, revisions, passages, the change log and runs, in a real database file."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from rag.corpus.chunking import Chunk
from rag.errors import ArchiveError, LockedError
from rag.records import Filters, Passage, Published, Span
from rag.store import UNKNOWN_DATE, Database, Outcome, Runs, Store, writer_lock
from rag.store.database import HEAD
from tests.builders import article

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def test_an_article_comes_back_as_it_was_stored(store: Store) -> None:
    stored = replace(
        article("By Mara Lind\n\nIt sank.", title="Ferry lost", furniture=[Span(0, 12, "byline")]),
        authors=("Mara Lind",),
        published=Published(datetime(2025, 5, 3, 7, 30, tzinfo=UTC), "minute", "+02:00"),
        section="news",
    )
    store.put(1, [(stored, [Chunk(14, 22, "At sea")])])
    assert store.article(stored.id) == stored
    assert store.passages([1]) == {1: (Passage(1, stored.id, 1, 14, 22, "At sea"), stored)}
    assert store.counts() == (1, 1)


def test_new_text_is_a_new_revision_and_the_old_one_stays(store: Store) -> None:
    first = article("Four died.")
    second = article("Seven people died.")
    store.put(1, [(first, [Chunk(0, 10)])])
    store.put(1, [(second, [Chunk(0, 18)])])
    assert store.article(first.id) == replace(second, revision=2)
    assert store.article(first.id, revision=1) == first
    assert [id_ for id_, _ in store.current_digests()] == [2]
    assert store.passage_ids([first.id]) == [1, 2]
    assert store.facets().matching(Filters()).tolist() == [2]


def test_articles_are_classified_by_what_a_reader_sees(store: Store) -> None:
    old = article("Four died.")
    store.put(1, [(old, [])])
    other_url = replace(old, url="https://www.courier.example/ferry?utm_source=x")
    corrected = replace(old, title="A correction")
    new = article("Fog.", "courier.example/fog")
    assert store.classify([old, other_url, corrected, new]) == [
        "unchanged",
        "unchanged",
        "revised",
        "added",
    ]


def test_the_change_log_names_each_changed_article_once_in_order(store: Store) -> None:
    one, two = article("A.", "x/1"), article("B.", "x/2")
    store.put(1, [(one, []), (two, [])])
    assert (store.last_change(), store.changed_since(0)) == (2, ["x/1", "x/2"])
    store.put(1, [(article("A again.", "x/1"), [])])
    assert store.changed_since(0) == ["x/1", "x/2"]
    assert store.changed_since(2) == ["x/1"]
    assert store.changed_since(3) == []


def test_current_gives_articles_in_the_order_asked_with_their_passages(store: Store) -> None:
    store.put(1, [(article("A. B.", "x/1"), [Chunk(0, 2), Chunk(3, 5)])])
    store.put(1, [(article("C.", "x/2"), [])])
    found = list(store.current(["x/2", "x/none", "x/1"]))
    assert [(a.id, [p.id for p in passages]) for a, passages in found] == [
        ("x/2", []),
        ("x/1", [1, 2]),
    ]


def test_equal_encoded_texts_have_equal_digests(store: Store) -> None:
    store.put(1, [(article("It sank. It sank.", "x/1"), [Chunk(0, 8), Chunk(9, 17)])])
    store.put(1, [(article("It sank.", "x/2", title="Lost"), [Chunk(0, 8)])])
    digests = store.digests([1, 2, 3])
    assert digests[1] == digests[2] != digests[3]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), [1, 2, 3]),
        (Filters(published_from=datetime(2025, 5, 3, tzinfo=UTC)), [1]),
        (Filters(published_before=datetime(2025, 5, 3, tzinfo=UTC)), [2]),
        (Filters(publishers=("Radio North",)), [2]),
        (Filters(publishers=("Radio North", "The Courier")), [1, 2, 3]),
        (Filters(language="fr"), [3]),
        (Filters(section="Sport"), [2]),
        (Filters(section="sport"), []),
    ],
)
def test_filters_leave_the_passages_that_satisfy_them(
    store: Store, filters: Filters, expected: list[int]
) -> None:
    new = article("A.", "x/1", day="2025-05-03")
    old = article("B.", "x/2", day="2025-05-02", publisher="Radio North")
    old = replace(old, section="Sport")
    undated = article("C.", "x/3", day="", language="fr")
    store.put(1, [(a, [Chunk(0, 2)]) for a in (new, old, undated)])
    assert store.facets().matching(filters).tolist() == expected


def test_outlets_are_counted_the_largest_first(store: Store) -> None:
    for number, publisher in enumerate(["Radio North", "The Courier", "Radio North"]):
        store.put(1, [(article("A.", f"x/{number}", publisher=publisher), [])])
    assert store.publishers() == {"Radio North": 2, "The Courier": 1}
    assert store.languages() == {"en": 3}
    assert store.sections() == {"": 3}


def test_a_failing_put_leaves_nothing(store: Store) -> None:
    unknown_run = 99
    with pytest.raises(ArchiveError, match=r"(?i)foreign key"):
        store.put(unknown_run, [(article("A.", "x/1"), [])])
    assert store.counts() == (0, 0)
    assert store.last_change() == 0


def test_an_unknown_article_or_revision_is_named(store: Store) -> None:
    with pytest.raises(ArchiveError, match=r"no article 'x/1'; dateline search"):
        store.article("x/1")
    store.put(1, [(article("A.", "x/1"), [])])
    with pytest.raises(ArchiveError, match="no article 'x/1' revision 7"):
        store.article("x/1", 7)


def test_settings_are_kept(database: Database) -> None:
    store = Store(database)
    store.set_setting("chunk_tokens", "128")
    store.set_setting("chunk_tokens", "192")
    assert (store.setting("chunk_tokens"), store.setting("other")) == ("192", "")
    assert Store(database).archive_id == store.archive_id != ""


def test_a_run_keeps_one_outcome_for_each_input(database: Database) -> None:
    runs = Runs(database)
    run = runs.begin(["a", "b"], NOW)
    runs.record(run, [Outcome("b", "failed", note="empty"), Outcome("a", "added", "x/1")])
    runs.record(run, [Outcome("b", "added", "x/2")])
    runs.record(run, [])
    runs.finish(run, NOW)
    assert runs.outcomes(run) == [Outcome("a", "added", "x/1"), Outcome("b", "added", "x/2")]
    assert runs.last() == run == 1


def test_the_migrations_make_the_tables_that_the_code_describes(database: Database) -> None:
    with database.read() as connection:
        context = pytest.importorskip("alembic.migration").MigrationContext.configure(connection)
        schema = pytest.importorskip("rag.store.schema")
        compare = pytest.importorskip("alembic.autogenerate").compare_metadata
        assert compare(context, schema.metadata) == []
        assert context.get_current_revision() == HEAD


def test_no_archive_is_an_error_that_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"no archive in .*dateline ingest PATH"):
        Database(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"this is not a database, it is a text of some length" * 100, "not a database"),
        (b"", ""),
    ],
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "archive.db").write_bytes(content)
    if not content:
        Database(tmp_path).close()
        return
    with pytest.raises(ArchiveError, match=reason):
        Database(tmp_path)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "archive.db") as connection:
        connection.execute("CREATE TABLE bookmarks (id INTEGER)")
    connection.close()
    with pytest.raises(ArchiveError, match=r"not a Dateline archive .*bookmarks"):
        Database(tmp_path)


def test_a_newer_archive_is_refused(tmp_path: Path) -> None:
    Database(tmp_path, create=True).close()
    with sqlite3.connect(tmp_path / "archive.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(ArchiveError, match=r"newer Dateline .*9999"):
        Database(tmp_path)


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with (
        writer_lock(tmp_path, "ingest"),
        pytest.raises(LockedError, match=r"written by process \d+ .*\(ingest\)"),
        writer_lock(tmp_path, "embed"),
    ):
        pass
    with writer_lock(tmp_path, "embed"):
        assert (tmp_path / "writer.json").exists()
    assert not (tmp_path / "writer.json").exists()


def test_facets_know_the_date_and_the_first_passage_of_each_passage(store: Store) -> None:
    store.put(1, [(article("A. B.", "x/1"), [Chunk(0, 2), Chunk(3, 5)])])
    store.put(1, [(article("C.", "x/2", day=""), [Chunk(0, 2)])])
    facets = store.facets()
    ids = np.array([1, 2, 3, 9], dtype=np.int64)
    may = int(datetime(2025, 5, 3, tzinfo=UTC).timestamp())
    assert facets.published_at(ids).tolist() == [may, may, UNKNOWN_DATE, UNKNOWN_DATE]
    assert facets.first_passages(ids).tolist() == [1, 1, 3, 0]
    assert store.facets() is facets
    store.put(1, [(article("A again.", "x/1"), [Chunk(0, 8)])])
    assert store.facets().matching(Filters()).tolist() == [3, 4]
    assert store.facets().first_passages(np.array([1, 4], dtype=np.int64)).tolist() == [1, 4]


def test_facets_of_an_empty_archive_hold_nothing(store: Store) -> None:
    assert store.facets().first_passages(np.array([1], dtype=np.int64)).tolist() == [0]
    assert store.facets().matching(Filters(language="en")).tolist() == []
