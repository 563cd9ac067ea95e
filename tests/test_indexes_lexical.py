"""BM25 over title and text: what is found, in what order, after changes and damage."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from rag.corpus.chunking import Chunk
from rag.errors import StaleIndexError
from rag.indexes.lexical import LexicalIndex
from rag.indexes.word_index import WordIndex
from rag.records import Article, Filters
from rag.store import NO_DELTA, AsOfDelta, Database, Runs, Store
from tests.builders import article


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    database = Database(tmp_path, create=True)
    Runs(database).begin([], datetime(2025, 6, 1, tzinfo=UTC))
    yield Store(database)
    database.close()


def put(store: Store, *articles: Article) -> None:
    store.put(1, [(a, [Chunk(0, len(a.text))]) for a in articles])


def filled(folder: Path, store: Store) -> LexicalIndex:
    index = LexicalIndex(folder, store.archive_id)
    index.catch_up(store)
    return index


def delta_of(added: list[int], removed: list[int]) -> AsOfDelta:
    return AsOfDelta(np.array(added, dtype=np.int64), np.array(removed, dtype=np.int64))


def ids(index: LexicalIndex, query: str, filters: Filters = Filters()) -> list[int]:  # noqa: B008
    return [id_ for id_, _ in index.search(query, 10, filters)]


def test_the_score_is_bm25(tmp_path: Path, store: Store) -> None:
    put(store, article("harbour wall", "x/1"), article("harbour ferry", "x/2"))
    index = filled(tmp_path, store)
    # One of two passages holds "ferri", once, and is of average length (2 words):
    # idf = ln(1 + 1.5 / 1.5); tf part = 1 * 2.2 / (1 + 1.2) = 1.
    assert index.search("ferries", 5, Filters()) == [(2, pytest.approx(math.log(2), rel=1e-5))]
    # Two passages count as a thousand when it comes to how rare a word is.
    assert index.rarity("ferri") == pytest.approx(math.log(1 + 999.5 / 1.5))
    assert index.rarity("harbour") == pytest.approx(math.log(1 + 998.5 / 2.5))


def test_words_are_folded_and_stemmed_and_stop_words_dropped(tmp_path: Path, store: Store) -> None:
    put(store, article("The Pélican sails", "x/1"))
    index = filled(tmp_path, store)
    assert index.terms("The Pélican was SAILING!") == ["pelican", "sail"]
    assert ids(index, "pelicans") == [1]
    assert ids(index, "the was") == []
    assert ids(index, "?!") == []


def test_titles_count_and_equal_scores_are_ordered_by_id(tmp_path: Path, store: Store) -> None:
    put(store, article("Fog.", "x/2", title="Ferry"), article("Fog.", "x/1", title="Ferry"))
    assert ids(filled(tmp_path, store), "ferry") == [1, 2]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), [1, 2, 3]),
        (Filters(published_from=datetime(2025, 5, 3, tzinfo=UTC)), [1]),
        (Filters(published_before=datetime(2025, 5, 3, tzinfo=UTC)), [2]),
        (Filters(publishers=("Radio North",)), [2]),
        (Filters(language="fr"), [3]),
        (Filters(publishers=("Radio North",), language="fr"), []),
    ],
)
def test_filters_come_before_ranking(
    tmp_path: Path, store: Store, filters: Filters, expected: list[int]
) -> None:
    put(
        store,
        article("Fog.", "x/1", day="2025-05-03"),
        article("Fog.", "x/2", day="2025-05-02", publisher="Radio North"),
        article("Fog.", "x/3", day="", language="fr"),
    )
    assert sorted(ids(filled(tmp_path, store), "fog", filters)) == expected


def test_a_revision_replaces_what_was_found(tmp_path: Path, store: Store) -> None:
    put(store, article("Four died.", "x/1"))
    index = filled(tmp_path, store)
    put(store, article("Seven died.", "x/1"))
    index.catch_up(store)
    assert (ids(index, "four"), ids(index, "seven"), ids(index, "died")) == ([], [2], [2])


@pytest.mark.parametrize("few", [0, 1_000])
def test_superseded_words_are_found_where_they_are_asked_for(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("rag.indexes.lexical._FEW", few)
    put(store, article("Four died.", "x/1"), article("Fog over the harbour.", "x/2"))
    index = filled(tmp_path, store)
    assert not (tmp_path / "lexical" / "past").exists()
    put(store, article("Seven died.", "x/1"))
    index.catch_up(store)
    past = delta_of([1], [3])

    def found(query: str, delta: AsOfDelta) -> list[int]:
        return [id_ for id_, _ in index.search(query, 9, Filters(), delta=delta)]

    assert [found("four seven died fog", each) for each in (NO_DELTA, past)] == [[3, 2], [1, 2]]
    assert (found("seven", past), found("four", NO_DELTA)) == ([], [])
    assert index.holding(["four died", "seven died"], 9) == [3]
    assert index.holding(["four died", "seven died"], 9, Filters(), past) == [1]
    late = Filters(published_from=datetime(2025, 5, 4, tzinfo=UTC))
    assert index.search("died", 9, late, delta=past) == []
    assert sorted(index.article_coverage("died harbour", [1, 2, 3])) == [1, 2, 3]
    assert sorted(index.scores("died", [1, 2, 3])) == [1, 3]


def test_superseded_words_count_what_they_count_among_current_ones(
    tmp_path: Path, store: Store
) -> None:
    put(store, *[article(f"word{n} harbour", f"x/{n}") for n in range(8)])
    index = filled(tmp_path, store)
    put(store, *[article(f"other{n} harbour", f"x/{n}") for n in range(4)])
    index.catch_up(store)
    # All of them are of average length, so that a word counts its rarity alone. Among the
    # eight current ones all have "harbour", one has "word5", and none has "word1".
    harbour, one, none = (math.log(1 + (8 - n + 0.5) / (n + 0.5)) for n in (8, 1, 0))
    delta = delta_of([1, 2, 3, 4], [9, 10, 11, 12])
    found = index.search("harbour word1 word5", 9, Filters(), delta=delta)
    assert [id_ for id_, _ in found[:2]] == [2, 6]
    assert {id_ for id_, _ in found[2:]} == {1, 3, 4, 5, 7, 8}
    expected = [harbour + none, harbour + one, *[harbour] * 6]
    assert [score for _, score in found] == [pytest.approx(each, rel=1e-5) for each in expected]


def test_revisions_change_no_score_of_what_stands(tmp_path: Path, store: Store) -> None:
    put(store, *[article(f"Boat {n} left the harbour of Vesk.", f"x/{n}") for n in range(9)])
    index = filled(tmp_path, store)
    for words in ("Fog.", "Fog over the harbour.", "The ferry sank in the harbour."):
        put(store, article(words, "x/1"))
        index.catch_up(store)
    found = index.search("harbour ferry", 9, Filters())
    shutil.rmtree(tmp_path / "lexical")
    assert filled(tmp_path, store).search("harbour ferry", 9, Filters()) == found
    assert (len(found), found[0][0]) == (9, 12)


def test_as_many_are_found_as_are_wanted_where_many_are_left_out(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, *[article("Fog.", f"x/{n}") for n in range(200)])
    index = filled(tmp_path, store)
    delta = delta_of([], [*range(1, 190), 195])
    wanted = [*range(190, 195), *range(196, 201)]
    for few in (0, 1_000):
        monkeypatch.setattr("rag.indexes.lexical._FEW", few)
        for k in (1, 3, 10, 20):
            found = index.search("fog", k, Filters(), delta=delta)
            assert [id_ for id_, _ in found] == wanted[:k]


def test_a_past_that_is_missing_or_behind_is_made_up_for(tmp_path: Path, store: Store) -> None:
    put(store, article("Four died.", "x/1"))
    index = filled(tmp_path, store)
    put(store, article("Seven died.", "x/1"))
    assert index.is_behind(store)
    index.catch_up(store)
    assert not index.is_behind(store)
    shutil.rmtree(tmp_path / "lexical" / "past")
    without = LexicalIndex(tmp_path, store.archive_id)
    assert without.is_behind(store)
    without.catch_up(store)
    past = delta_of([1], [2])
    assert [id_ for id_, _ in without.search("four", 9, Filters(), delta=past)] == [1]
    state = tmp_path / "lexical" / "past" / "dateline.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"change": 1, "upcoming": 0}))
    behind = LexicalIndex(tmp_path, store.archive_id)
    assert behind.is_behind(store)
    behind.catch_up(store)
    assert [id_ for id_, _ in behind.search("four", 9, Filters(), delta=past)] == [1]


def test_a_past_that_holds_less_than_the_store_is_damaged(tmp_path: Path, store: Store) -> None:
    put(store, article("Four died.", "x/1"), article("Five died.", "x/2"))
    index = filled(tmp_path, store)
    put(store, article("Seven died.", "x/1"))
    index.catch_up(store)
    put(store, article("Nine died.", "x/2"))
    index.catch_up(store)
    past = tmp_path / "lexical" / "past"
    WordIndex(past, store.archive_id, "mend it").take(store.last_change(), [])
    with pytest.raises(StaleIndexError, match=r"lexical/past is damaged .*dateline rebuild"):
        LexicalIndex(tmp_path, store.archive_id).check(store)


def test_a_flipped_bit_among_the_marks_of_removal_is_found(tmp_path: Path, store: Store) -> None:
    put(store, *[article(f"Boat {n}.", f"x/{n}") for n in range(3)])
    folder = tmp_path / "words"
    index = WordIndex(folder, "a", "mend it")
    index.take(3, store.current(["x/0", "x/1", "x/2"]))
    assert (index.held(), index.is_worn(), index.holding("text", "boat")) == (3, False, 3)
    index.take(4, [], ["x/1"])
    # What was removed still counts as holding its words, until all is taken anew.
    assert (index.held(), index.is_worn(), index.holding("text", "boat")) == (2, True, 3)
    (marks,) = folder.glob("*.del")
    content = bytearray(marks.read_bytes())
    content[0] ^= 1
    marks.write_bytes(content)
    with pytest.raises(StaleIndexError, match=r"words is damaged \(.*its checksum\); mend it"):
        WordIndex(folder, "a", "mend it")


def test_another_process_sees_a_commit_after_refresh(tmp_path: Path, store: Store) -> None:
    reader = LexicalIndex(tmp_path, store.archive_id)
    assert ids(reader, "fog") == []
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    reader.refresh()
    assert (ids(reader, "fog"), reader.change) == ([1], 1)


def test_changes_committed_twice_are_indexed_once(tmp_path: Path, store: Store) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    state = tmp_path / "lexical" / "dateline.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"change": 0}))
    assert ids(filled(tmp_path, store), "fog") == [1]


def test_a_deleted_index_is_made_again(tmp_path: Path, store: Store) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    LexicalIndex.delete(tmp_path)
    assert ids(LexicalIndex(tmp_path, store.archive_id), "fog") == []
    assert ids(filled(tmp_path, store), "fog") == [1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"format": 99}, "format 99, expected 2"), ({"archive_id": "other"}, "archive_id 'other'")],
)
def test_an_index_of_something_else_is_stale(
    tmp_path: Path, store: Store, change: dict[str, object], reason: str
) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    state = tmp_path / "lexical" / "dateline.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | change))
    with pytest.raises(StaleIndexError, match=rf"{reason}.*dateline rebuild"):
        LexicalIndex(tmp_path, store.archive_id)


@pytest.mark.parametrize("name", ["dateline.json", "meta.json"])
def test_a_damaged_index_names_the_command_that_rebuilds(
    tmp_path: Path, store: Store, name: str
) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    (tmp_path / "lexical" / name).write_bytes(b"\x00not json")
    with pytest.raises(StaleIndexError, match="dateline rebuild"):
        LexicalIndex(tmp_path, store.archive_id)


def test_truncated_segments_name_the_command_that_rebuilds(tmp_path: Path, store: Store) -> None:
    put(store, article("Fog over the harbour.", "x/1"))
    filled(tmp_path, store)
    for path in (tmp_path / "lexical").iterdir():
        if path.suffix in (".term", ".idx", ".fast", ".pos", ".fieldnorm", ".store"):
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StaleIndexError, match="dateline rebuild"):
        LexicalIndex(tmp_path, store.archive_id).search("fog", 5, Filters())


def test_an_article_is_covered_by_the_rarity_of_its_words(tmp_path: Path, store: Store) -> None:
    whole = article("The harbour wall. The ferry sank.", "x/1")
    store.put(1, [(whole, [Chunk(0, 17), Chunk(18, 33)])])
    put(store, article("A harbour of mud.", "x/2"))
    index = filled(tmp_path, store)
    harbour, ferry, mud = (index.rarity(term) for term in ("harbour", "ferri", "mud"))
    # The first passage stands for its article, and "ferry" is in the second one of it.
    assert index.article_coverage("ferry, harbour, mud", [1, 3]) == {
        1: pytest.approx(harbour + ferry),
        3: pytest.approx(harbour + mud),
    }
    assert index.article_coverage("ferry", [3]) == {}
    assert index.article_coverage("harbour", [3], {"mud": 0.5}) == {
        3: pytest.approx(harbour + 0.5 * mud)
    }


def test_carried_words_count_less_and_the_scores_of_known_passages_can_be_asked(
    tmp_path: Path, store: Store
) -> None:
    put(store, article("harbour wall", "x/1"), article("harbour ferry", "x/2"))
    index = filled(tmp_path, store)
    half = pytest.approx(0.5 * math.log(2), rel=1e-5)
    assert index.search("when?", 5, Filters(), {"ferri": 0.5}) == [(2, half)]
    assert index.scores("ferry", [1, 2], {"wall": 0.5}) == {
        1: half,
        2: pytest.approx(math.log(2), rel=1e-5),
    }
    assert index.scores("ferry", []) == {}
