"""When each revision stood: what it says itself, what its date says, and when it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from rag.corpus.chunking import Chunk
from rag.records import Article, Filters, Published
from rag.store import NO_DELTA, STILL, UNKNOWN_DATE, Database, Runs, Store, schema
from rag.store.revisions import is_late, valid_since
from rag.store.rows import seconds
from tests.builders import article

MAY = datetime(2025, 5, 1, tzinfo=UTC)


def on(day: int, hour: int = 0) -> int:
    return seconds(MAY + timedelta(days=day - 1, hours=hour))


def told(words: str, updated: int = 0, day: str = "2025-05-03", article_id: str = "x/1") -> Article:
    """An article that says it was updated at noon of that day of May, if of any."""
    line = f"Updated May {updated}, 2025, 12:00 p.m. UTC\n\n" if updated else ""
    return article(f"{line}{words}", article_id, day=day)


def put(database: Database, store: Store, run_on: int, *articles: Article) -> None:
    run = Runs(database).begin([], MAY + timedelta(days=run_on - 1))
    store.put(run, [(each, [Chunk(0, len(each.text))]) for each in articles])


def stood(store: Store, article_id: str = "x/1") -> list[tuple[int, int, int]]:
    return [(each.article.revision, each.since, each.until) for each in store.revisions(article_id)]


def test_a_revision_stands_from_its_own_moment_else_its_date_else_its_run(
    database: Database, store: Store
) -> None:
    put(database, store, 4, told("One."))
    put(database, store, 6, told("Two.", updated=5))
    put(database, store, 9, told("Three.", updated=5, day="2025-05-07"))
    put(database, store, 12, told("Four.", updated=5, day="2025-05-07"))
    # The line of 5 May stands in the third revision too, so it does not tell of that change.
    assert stood(store) == [
        (1, on(3), on(5, 12)),
        (2, on(5, 12), on(7)),
        (3, on(7), on(12)),
        (4, on(12), STILL),
    ]


@pytest.mark.parametrize(
    ("updated", "day", "since"),
    [
        (5, "2025-05-03", on(5, 12)),
        (0, "2025-05-06", on(6)),
        (0, "2025-05-03", on(10)),
        (0, "2025-05-01", on(10)),
        (0, "", on(10)),
        (2, "2025-05-03", on(10)),
        (20, "2025-05-03", on(10)),
    ],
)
def test_what_is_said_must_lie_between_the_text_before_and_the_run(
    updated: int, day: str, since: int
) -> None:
    assert valid_since(told("Two.", updated, day), told("One."), on(3), on(10)) == since
    assert valid_since(told("Two.", updated, day), told("One."), on(15), on(10)) == on(15)


def test_what_was_updated_earlier_comes_late_and_does_not_stand_now(
    database: Database, store: Store
) -> None:
    put(database, store, 4, told("One."))
    put(database, store, 9, told("Three.", updated=8))
    late = told("Two.", updated=6)
    assert store.classify([late]) == ["revised"]
    put(database, store, 11, late)
    assert stood(store) == [
        (1, on(3), on(6, 12)),
        (3, on(6, 12), on(8, 12)),
        (2, on(8, 12), STILL),
    ]
    assert store.article("x/1").revision == 2
    assert [each.revision for each, _ in store.current(["x/1"])] == [2]
    assert [each.revision for each, _ in store.past(["x/1"])] == [1, 3]
    # Once more it changes nothing, and neither does what stands.
    assert store.classify([late, told("Three.", updated=8)]) == ["unchanged", "unchanged"]
    put(database, store, 13, told("Five.", updated=12))
    assert [each[0] for each in stood(store)] == [1, 3, 2, 4]


def test_a_late_text_stands_before_an_only_one_that_says_it_is_newer(
    database: Database, store: Store
) -> None:
    put(database, store, 9, told("Two.", updated=8))
    put(database, store, 11, told("One.", updated=6))
    assert stood(store) == [(2, on(3), on(8, 12)), (1, on(8, 12), STILL)]


def test_only_what_both_say_makes_a_text_late() -> None:
    stands = told("Three.", updated=8)
    assert is_late(told("Two.", updated=6), stands)
    assert not is_late(told("Two."), stands)
    assert not is_late(told("Two.", updated=6), told("Three."))
    assert not is_late(told("Two.", updated=8), stands)
    same_day = article("Updated May 8, 2025\n\nTwo.", "x/1")
    assert not is_late(same_day, stands)
    assert is_late(article("Updated May 7, 2025\n\nTwo.", "x/1"), stands)


def test_words_that_come_back_are_a_new_revision(database: Database, store: Store) -> None:
    for run, words in ((4, "One."), (5, "Two."), (6, "One.")):
        assert store.classify([told(words)]) == ["added" if run == 4 else "revised"]
        put(database, store, run, told(words))
    assert stood(store) == [(1, on(3), on(5)), (2, on(5), on(6)), (3, on(6), STILL)]


def test_an_archive_that_did_not_keep_it_tells_it_all_the_same(
    database: Database, store: Store
) -> None:
    put(database, store, 4, told("One."))
    put(database, store, 6, told("Two.", updated=5))
    put(database, store, 9, told("Three.", updated=5))
    with database.write() as connection:
        connection.execute(update(schema.revisions).values(standing_from=None))
    assert stood(store) == [(1, on(3), on(5, 12)), (2, on(5, 12), on(9)), (3, on(9), STILL)]
    put(database, store, 11, told("Four."))
    assert stood(store)[-1] == (4, on(11), STILL)


def test_an_only_revision_and_an_undated_one_stand_for_ever(
    database: Database, store: Store
) -> None:
    put(database, store, 4, told("One."), told("One.", day="", article_id="x/2"))
    assert stood(store) == [(1, on(3), STILL)]
    assert stood(store, "x/2") == [(1, UNKNOWN_DATE, STILL)]
    assert store.revisions("x/none") == []
    put(database, store, 6, told("Two.", day="", article_id="x/2"))
    assert stood(store, "x/2") == [(1, UNKNOWN_DATE, on(6)), (2, on(6), STILL)]


def test_filters_leave_the_passages_that_stood(database: Database, store: Store) -> None:
    put(database, store, 4, told("One."), told("Else.", article_id="x/2"))
    put(database, store, 6, told("Two.", updated=5))

    def matching(day: int) -> list[int]:
        at = MAY + timedelta(days=day - 1)
        found = store.facets().matching(Filters(published_before=at, as_of=at))
        return [int(id_) for id_ in found]

    assert matching(3) == []
    assert matching(5) == [1, 2]
    assert matching(6) == [2, 3]
    assert store.facets().matching(Filters()).tolist() == [2, 3]
    before = MAY + timedelta(days=4)
    delta = store.facets().delta(Filters(as_of=before))
    assert (delta.added.tolist(), delta.removed.tolist()) == ([1], [3])
    assert store.facets().delta(Filters()) is NO_DELTA
    assert store.superseded_since(["x/1", "x/2"]) == {("x/1", 1): on(5, 12)}


def test_copies_are_told_of_as_they_stood(database: Database, store: Store) -> None:
    words = " ".join(f"word{n}" for n in range(60))
    one, other = told(words), told(words, article_id="x/2")
    put(database, store, 4, one, replace(other, publisher="Radio North"))
    put(database, store, 6, replace(told(f"{words} more", 5, article_id="x/2"), publisher="North"))
    assert store.groups(["x/1", "x/2"]) == {"x/1": "x/1", "x/2": "x/1"}

    def members(as_of: datetime | None) -> list[tuple[str, int]]:
        found = store.members(["x/1"], Filters(as_of=as_of))["x/1"]
        return [(each.publisher, each.revision) for each in found]

    assert members(None) == [("The Courier", 1), ("North", 2)]
    assert members(MAY + timedelta(days=4)) == [("The Courier", 1), ("Radio North", 1)]


def test_words_are_found_in_the_texts_that_stood(database: Database, store: Store) -> None:
    put(database, store, 4, told("Four died."), told("Four sank.", article_id="x/2"))
    put(database, store, 6, told("Seven died.", updated=5))

    def holding(words: str, day: int) -> list[tuple[str, int]]:
        at = MAY + timedelta(days=day - 1)
        found = store.containing(words, 9, Filters(published_before=at, as_of=at))
        return [(each.id, each.revision) for each in found]

    assert holding("Four", 5) == [("x/1", 1), ("x/2", 1)]
    assert holding("Four", 6) == [("x/2", 1)]
    assert (holding("Seven", 5), holding("Seven", 6)) == ([], [("x/1", 2)])
    assert [each.id for each in store.containing("Four", 9)] == ["x/2"]


@pytest.mark.parametrize("late", [False, True])
def test_an_outlet_that_takes_its_article_back_withdraws_it(
    database: Database, store: Store, late: bool
) -> None:
    put(database, store, 4, told("Four died.", updated=4 if late else 0))
    taken_back = (
        "Updated May 3, 2025\n\nThis article has been retracted."
        if late
        else ("This article has been retracted.\n\nFour died.")
    )
    put(database, store, 6, article(taken_back, "x/1"))
    with database.read() as connection:
        row = connection.execute(schema.articles.select()).one()
    why = None if late else "This article has been retracted."
    assert (row.withdrawn_at, row.withdrawn_why) == (None if late else on(6), why)
    assert store.facets().matching(Filters()).tolist() == ([1] if late else [])
    assert store.past_count() == (1 if late else 0)
    assert len(list(store.past(["x/1"]))) == (1 if late else 0)
    assert [each.id for each in store.containing("Four", 9)] == (["x/1"] if late else [])


TEXTS = st.tuples(
    st.sampled_from(["One.", "Two.", "Three."]),
    st.integers(0, 9),
    st.sampled_from(["", "2025-05-02", "2025-05-04", "2025-05-08"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_at_any_time_one_text_stands_and_now_it_is_the_current_one(
    texts: Sequence[tuple[str, int, str]],
) -> None:
    with TemporaryDirectory() as folder:
        database = Database(Path(folder), create=True)
        store = Store(database)
        for run, (words, updated, day) in enumerate(texts, start=3):
            new = told(words, updated, day)
            if store.classify([new]) != ["unchanged"]:
                put(database, store, run, new)
        kept = store.revisions("x/1")
        assert all(a.until == b.since for a, b in pairwise(kept))
        assert all(each.since <= each.until for each in kept)
        assert (kept[-1].until, kept[-1].article) == (STILL, store.article("x/1"))
        assert sorted(each.article.revision for each in kept) == list(range(1, len(kept) + 1))
        facets = store.facets()
        for days in range(14):
            at = MAY + timedelta(days=days, hours=13)
            assert len(facets.matching(Filters(as_of=at))) <= 1
        assert len(facets.matching(Filters())) == 1
        database.close()


def test_a_date_of_the_future_does_not_stand_before_it(database: Database, store: Store) -> None:
    future = replace(told("One."), published=Published(MAY + timedelta(days=40), "day"))
    put(database, store, 4, future)
    put(database, store, 6, replace(future, text="Two."))
    assert stood(store) == [(1, on(41), on(41)), (2, on(41), STILL)]
