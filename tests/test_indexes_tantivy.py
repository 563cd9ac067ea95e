"""BM25 over title and text: what is found, in what order, after changes and damage."""

from __future__ import annotations

import json
import math
import shutil
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from rag.corpus.chunking import Chunk
from rag.errors import StaleIndexError
from rag.indexes.tantivy_index import TantivyEngine, TantivyIndex, TantivySearcher
from rag.indexes.word_index import WordIndex
from rag.records import Article, Filters
from rag.store import UNKNOWN_DATE, Database, Runs, Store
from rag.store.rows import seconds
from tests.builders import article

AT = datetime(2025, 6, 1, tzinfo=UTC)
THEN = Filters(as_of=AT)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    database = Database(tmp_path, create=True)
    Runs(database).begin([], datetime(2025, 6, 1, tzinfo=UTC))
    yield Store(database)
    database.close()


def put(store: Store, *articles: Article) -> None:
    store.put(1, [(a, [Chunk(0, len(a.text))]) for a in articles])


def filled(folder: Path, store: Store) -> TantivyIndex:
    index = TantivyIndex(folder, store)
    index.follow()
    return index


def searching(
    index: TantivyIndex,
    store: Store,
    then: Sequence[int] = (),
    not_yet: Sequence[int] = (),
) -> TantivySearcher:
    """The index as seen with columns in which, `THEN`, these passages stood, and these did not."""
    columns = store.facets()
    at = seconds(AT)
    since = np.where(np.isin(columns.ids, not_yet), at, UNKNOWN_DATE)
    until = np.where(np.isin(columns.ids, then), at, columns.until)
    return index.searcher(replace(columns, since=since, until=until))


def ids(
    index: TantivyIndex,
    store: Store,
    query: str,
    filters: Filters = Filters(),  # noqa: B008
) -> list[int]:
    return [id_ for id_, _ in searching(index, store).search(query, 10, filters)]


def test_the_score_is_bm25(tmp_path: Path, store: Store) -> None:
    put(store, article("harbour wall", "x/1"), article("harbour ferry", "x/2"))
    index = filled(tmp_path, store)
    # One of two passages holds "ferri", once, and is of average length (2 words):
    # idf = ln(1 + 1.5 / 1.5); tf part = 1 * 2.2 / (1 + 1.2) = 1.
    seen = searching(index, store)
    assert seen.search("ferries", 5, Filters()) == [(2, pytest.approx(math.log(2), rel=1e-5))]
    # Two passages count as a thousand when it comes to how rare a word is.
    assert seen.rarity("ferri") == pytest.approx(math.log(1 + 999.5 / 1.5))
    assert seen.rarity("harbour") == pytest.approx(math.log(1 + 998.5 / 2.5))


def test_words_are_folded_and_stemmed_and_stop_words_dropped(tmp_path: Path, store: Store) -> None:
    put(store, article("The Pélican sails", "x/1"))
    index = filled(tmp_path, store)
    assert searching(index, store).terms("The Pélican was SAILING!") == ["pelican", "sail"]
    assert ids(index, store, "pelicans") == [1]
    assert ids(index, store, "the was") == []
    assert ids(index, store, "?!") == []


def test_titles_count_and_equal_scores_are_ordered_by_id(tmp_path: Path, store: Store) -> None:
    put(store, article("Fog.", "x/2", title="Ferry"), article("Fog.", "x/1", title="Ferry"))
    assert ids(filled(tmp_path, store), store, "ferry") == [1, 2]


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
    assert sorted(ids(filled(tmp_path, store), store, "fog", filters)) == expected


def test_a_revision_replaces_what_was_found(tmp_path: Path, store: Store) -> None:
    put(store, article("Four died.", "x/1"))
    index = filled(tmp_path, store)
    put(store, article("Seven died.", "x/1"))
    index.follow()
    assert (ids(index, store, "four"), ids(index, store, "seven"), ids(index, store, "died")) == (
        [],
        [2],
        [2],
    )


@pytest.mark.parametrize("few", [0, 1_000])
def test_superseded_words_are_found_where_they_are_asked_for(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("rag.indexes.tantivy_index._FEW", few)
    put(store, article("Four died.", "x/1"), article("Fog over the harbour.", "x/2"))
    index = filled(tmp_path, store)
    assert not (tmp_path / "lexical" / "past").exists()
    put(store, article("Seven died.", "x/1"))
    index.follow()
    seen = searching(index, store, [1], [3])

    def found(query: str, filters: Filters) -> list[int]:
        return [id_ for id_, _ in seen.search(query, 9, filters)]

    assert [found("four seven died fog", each) for each in (Filters(), THEN)] == [[3, 2], [1, 2]]
    assert (found("seven", THEN), found("four", Filters())) == ([], [])
    assert seen.holding(["four died", "seven died"], 9) == [3]
    assert seen.holding(["four died", "seven died"], 9, THEN) == [1]
    late = replace(THEN, published_from=datetime(2025, 5, 4, tzinfo=UTC))
    assert seen.search("died", 9, late) == []
    assert sorted(seen.article_coverage("died harbour", [1, 2, 3])) == [1, 2, 3]
    assert sorted(seen.scores("died", [1, 2, 3])) == [1, 3]


def test_superseded_words_count_what_they_count_among_current_ones(
    tmp_path: Path, store: Store
) -> None:
    put(store, *[article(f"word{n} harbour", f"x/{n}") for n in range(8)])
    index = filled(tmp_path, store)
    put(store, *[article(f"other{n} harbour", f"x/{n}") for n in range(4)])
    index.follow()
    # All of them are of average length, so that a word counts its rarity alone. Among the
    # eight current ones all have "harbour", one has "word5", and none has "word1".
    harbour, one, none = (math.log(1 + (8 - n + 0.5) / (n + 0.5)) for n in (8, 1, 0))
    seen = searching(index, store, [1, 2, 3, 4], [9, 10, 11, 12])
    found = seen.search("harbour word1 word5", 9, THEN)
    assert [id_ for id_, _ in found[:2]] == [2, 6]
    assert {id_ for id_, _ in found[2:]} == {1, 3, 4, 5, 7, 8}
    expected = [harbour + none, harbour + one, *[harbour] * 6]
    assert [score for _, score in found] == [pytest.approx(each, rel=1e-5) for each in expected]


def test_revisions_change_no_score_of_what_stands(tmp_path: Path, store: Store) -> None:
    put(store, *[article(f"Boat {n} left the harbour of Vesk.", f"x/{n}") for n in range(9)])
    index = filled(tmp_path, store)
    for words in ("Fog.", "Fog over the harbour.", "The ferry sank in the harbour."):
        put(store, article(words, "x/1"))
        index.follow()
    found = searching(index, store).search("harbour ferry", 9, Filters())
    shutil.rmtree(tmp_path / "lexical")
    again = searching(filled(tmp_path, store), store)
    assert again.search("harbour ferry", 9, Filters()) == found
    assert (len(found), found[0][0]) == (9, 12)


def test_as_many_are_found_as_are_wanted_where_many_are_left_out(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, *[article("Fog.", f"x/{n}") for n in range(200)])
    index = filled(tmp_path, store)
    seen = searching(index, store, not_yet=[*range(1, 190), 195])
    wanted = [*range(190, 195), *range(196, 201)]
    for few in (0, 1_000):
        monkeypatch.setattr("rag.indexes.tantivy_index._FEW", few)
        for k in (1, 3, 10, 20):
            found = seen.search("fog", k, THEN)
            assert [id_ for id_, _ in found] == wanted[:k]


def test_a_past_that_is_missing_or_behind_is_made_up_for(tmp_path: Path, store: Store) -> None:
    put(store, article("Four died.", "x/1"))
    index = filled(tmp_path, store)
    put(store, article("Seven died.", "x/1"))
    assert index.is_behind()
    index.follow()
    assert not index.is_behind()
    shutil.rmtree(tmp_path / "lexical" / "past")
    without = TantivyIndex(tmp_path, store)
    assert without.is_behind()
    without.follow()
    seen = searching(without, store, [1], [2])
    assert [id_ for id_, _ in seen.search("four", 9, THEN)] == [1]
    state = tmp_path / "lexical" / "past" / "dateline.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"change": 1, "upcoming": 0}))
    behind = TantivyIndex(tmp_path, store)
    assert behind.is_behind()
    behind.follow()
    assert [id_ for id_, _ in searching(behind, store, [1], [2]).search("four", 9, THEN)] == [1]


def test_a_past_that_holds_less_than_the_store_is_damaged(tmp_path: Path, store: Store) -> None:
    put(store, article("Four died.", "x/1"), article("Five died.", "x/2"))
    index = filled(tmp_path, store)
    put(store, article("Seven died.", "x/1"))
    index.follow()
    put(store, article("Nine died.", "x/2"))
    index.follow()
    past = tmp_path / "lexical" / "past"
    WordIndex(past, store.archive_id, "mend it").take(store.last_change(), [])
    with pytest.raises(StaleIndexError, match=r"lexical/past is damaged .*dateline rebuild"):
        TantivyIndex(tmp_path, store).check()


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
    reader = TantivyIndex(tmp_path, store)
    assert ids(reader, store, "fog") == []
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    reader.refresh()
    assert (ids(reader, store, "fog"), reader.change) == ([1], 1)


def test_changes_committed_twice_are_indexed_once(tmp_path: Path, store: Store) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    state = tmp_path / "lexical" / "dateline.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"change": 0}))
    assert ids(filled(tmp_path, store), store, "fog") == [1]


def test_a_deleted_index_is_made_again(tmp_path: Path, store: Store) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    TantivyEngine().delete(tmp_path)
    assert ids(TantivyIndex(tmp_path, store), store, "fog") == []
    assert ids(filled(tmp_path, store), store, "fog") == [1]


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
        TantivyIndex(tmp_path, store)


@pytest.mark.parametrize("name", ["dateline.json", "meta.json"])
def test_a_damaged_index_names_the_command_that_rebuilds(
    tmp_path: Path, store: Store, name: str
) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    (tmp_path / "lexical" / name).write_bytes(b"\x00not json")
    with pytest.raises(StaleIndexError, match="dateline rebuild"):
        TantivyIndex(tmp_path, store)


def test_truncated_segments_name_the_command_that_rebuilds(tmp_path: Path, store: Store) -> None:
    put(store, article("Fog over the harbour.", "x/1"))
    filled(tmp_path, store)
    for path in (tmp_path / "lexical").iterdir():
        if path.suffix in (".term", ".idx", ".fast", ".pos", ".fieldnorm", ".store"):
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StaleIndexError, match="dateline rebuild"):
        searching(TantivyIndex(tmp_path, store), store).search("fog", 5, Filters())


def test_an_article_is_covered_by_the_rarity_of_its_words(tmp_path: Path, store: Store) -> None:
    whole = article("The harbour wall. The ferry sank.", "x/1")
    store.put(1, [(whole, [Chunk(0, 17), Chunk(18, 33)])])
    put(store, article("A harbour of mud.", "x/2"))
    index = filled(tmp_path, store)
    seen = searching(index, store)
    harbour, ferry, mud = (seen.rarity(term) for term in ("harbour", "ferri", "mud"))
    # The first passage stands for its article, and "ferry" is in the second one of it.
    assert seen.article_coverage("ferry, harbour, mud", [1, 3]) == {
        1: pytest.approx(harbour + ferry),
        3: pytest.approx(harbour + mud),
    }
    assert seen.article_coverage("ferry", [3]) == {}
    assert seen.article_coverage("harbour", [3], {"mud": 0.5}) == {
        3: pytest.approx(harbour + 0.5 * mud)
    }


def test_carried_words_count_less_and_the_scores_of_known_passages_can_be_asked(
    tmp_path: Path, store: Store
) -> None:
    put(store, article("harbour wall", "x/1"), article("harbour ferry", "x/2"))
    index = filled(tmp_path, store)
    seen = searching(index, store)
    half = pytest.approx(0.5 * math.log(2), rel=1e-5)
    assert seen.search("when?", 5, Filters(), {"ferri": 0.5}) == [(2, half)]
    assert seen.scores("ferry", [1, 2], {"wall": 0.5}) == {
        1: half,
        2: pytest.approx(math.log(2), rel=1e-5),
    }
    assert seen.scores("ferry", []) == {}


def note(folder: Path, **changes: object) -> dict[str, object]:
    """What the index in a folder notes of itself, with changes; a value of None leaves it out."""
    path = folder / "lexical" / "dateline.json"
    noted = json.loads(path.read_text()) | changes
    noted = {name: value for name, value in noted.items() if value is not None}
    path.write_text(json.dumps(noted))
    return noted


def flip(folder: Path, pattern: str) -> None:
    path = min((folder / "lexical").glob(pattern))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_every_file_of_a_commit_is_noted_with_its_size_and_checksum(
    tmp_path: Path, store: Store
) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    noted = note(tmp_path)["files"]
    folder = tmp_path / "lexical"
    contents = {path.name: path.read_bytes() for path in folder.glob("*.*") if len(path.stem) == 32}
    assert len(contents) >= 6
    assert noted == {
        name: f"{len(content)}:{zlib.crc32(content):08x}" for name, content in contents.items()
    }


@pytest.mark.parametrize("pattern", ["*.term", "*.idx", "*.fast", "*.store"])
def test_a_flipped_bit_in_a_file_is_found(tmp_path: Path, store: Store, pattern: str) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    flip(tmp_path, pattern)
    with pytest.raises(StaleIndexError, match=r"lexical is damaged \(\w+\.\w+ does not have its"):
        TantivyIndex(tmp_path, store)


def test_a_file_that_is_not_noted_is_found(tmp_path: Path, store: Store) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    note(tmp_path, files={})
    with pytest.raises(StaleIndexError, match=r"does not have its checksum\); rebuild it"):
        TantivyIndex(tmp_path, store)


@pytest.mark.parametrize(
    "unnoted",
    [{"files": None}, {"change": 0, "upcoming": 1, "opstamp": 0, "files": {}}],
    ids=["of an earlier version", "whose writer was killed after its commit"],
)
def test_an_index_that_is_not_noted_is_used_and_noted_by_the_next_writer(
    tmp_path: Path, store: Store, unnoted: dict[str, object]
) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    noted = note(tmp_path)
    note(tmp_path, **unnoted)
    reader = TantivyIndex(tmp_path, store)
    assert (ids(reader, store, "fog"), reader.is_behind()) == ([1], False)
    filled(tmp_path, store)
    assert note(tmp_path) == noted
    flip(tmp_path, "*.idx")
    with pytest.raises(StaleIndexError, match="does not have its checksum"):
        TantivyIndex(tmp_path, store)


def test_a_writer_that_is_killed_again_leaves_an_earlier_version_usable(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, article("Fog.", "x/1"))
    filled(tmp_path, store)
    note(tmp_path, files=None)
    put(store, article("Mist.", "x/2"))

    plain = WordIndex._save_state

    def killed(self: WordIndex, change: int, upcoming: int = 0) -> None:
        plain(self, change, upcoming)
        raise KeyboardInterrupt

    writer = TantivyIndex(tmp_path, store)
    with monkeypatch.context() as patched:
        patched.setattr(WordIndex, "_save_state", killed)
        with pytest.raises(KeyboardInterrupt):
            writer.follow()
    del writer
    again = filled(tmp_path, store)
    assert [ids(again, store, word) for word in ("fog", "mist")] == [[1], [2]]
