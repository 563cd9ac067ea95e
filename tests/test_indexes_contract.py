"""What every engine of an index does: the embedded ones, and the smallest ones, in memory.

A new engine is added to `LEXICAL` or `VECTORS`, and passes all of this.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from embeddings import Vector
from rag.corpus.chunking import Chunk
from rag.errors import RagError
from rag.indexes.faiss_vectors import FaissEngine
from rag.indexes.milvus_server import MilvusServer
from rag.indexes.milvus_vectors import MilvusVectorEngine
from rag.indexes.milvus_words import MilvusWordsEngine
from rag.indexes.protocols import (
    NO_FILTERS,
    LexicalEngine,
    LexicalIndex,
    LexicalSearcher,
    VectorEngine,
    VectorIndex,
    VectorSearcher,
    VectorSource,
)
from rag.indexes.tantivy_index import TantivyEngine
from rag.records import Article, Filters
from rag.store import Database, Runs, Store
from tests import milvus
from tests.builders import article
from tests.memory_engines import MemoryLexicalEngine, MemoryVectorEngine

LEXICAL: list[Callable[..., LexicalEngine]] = [
    TantivyEngine,
    MemoryLexicalEngine,
    MilvusWordsEngine,
]
VECTORS: list[Callable[..., VectorEngine]] = [FaissEngine, MemoryVectorEngine, MilvusVectorEngine]
ON_A_SERVER = (MilvusWordsEngine, MilvusVectorEngine)
MAY = datetime(2025, 5, 1, tzinfo=UTC)
NEAR = 1e-3
"""FAISS keeps numbers in two bytes: cosines are off by less."""


def on(day: int) -> datetime:
    return MAY + timedelta(days=day - 1)


def put(database: Database, store: Store, day: int, *articles: Article) -> None:
    run = Runs(database).begin([], on(day))
    store.put(run, [(each, [Chunk(0, len(each.text))]) for each in articles])


@pytest.fixture(params=LEXICAL)
def engine(request: pytest.FixtureRequest) -> LexicalEngine:
    made: LexicalEngine = request.param(*server(request))
    return made


def server(request: pytest.FixtureRequest) -> list[MilvusServer]:
    """What an engine is made with that needs a server."""
    if request.param not in ON_A_SERVER:
        return []
    running: milvus.Server = request.getfixturevalue("milvus_server")
    return [running.client()]


@pytest.fixture
def index(engine: LexicalEngine, tmp_path: Path, store: Store) -> LexicalIndex:
    return engine.open(tmp_path, store, read_only=False)


def followed(index: LexicalIndex, store: Store) -> LexicalSearcher:
    index.follow()
    index.check()
    return index.searcher(store.facets())


def found(searcher: LexicalSearcher, query: str, filters: Filters = NO_FILTERS) -> list[int]:
    return [id_ for id_, _ in searcher.search(query, 10, filters)]


def test_an_empty_index_finds_nothing(index: LexicalIndex, store: Store) -> None:
    searcher = followed(index, store)
    assert (len(index), index.change, index.is_behind()) == (0, 0, False)
    assert searcher.search("fog", 5, NO_FILTERS) == []
    assert searcher.scores("fog", [1]) == searcher.article_coverage("fog", [1]) == {}
    assert searcher.holding(["fog"], 5) == []
    assert searcher.rarity("fog") == 1.0


def test_the_score_is_bm25_of_title_and_text(
    index: LexicalIndex, database: Database, store: Store
) -> None:
    walls = [article("harbour wall", "x/1", title="Ferry"), article("harbour ferry", "x/2")]
    put(database, store, 4, *walls)
    searcher = followed(index, store)
    half = math.log(2)
    # One of two passages has the word in its text, one in its title: idf = ln(1 + 1.5 / 1.5).
    # Both texts have two words. The titles have one word and none, on average half a word:
    # 1 * 2.2 / (1 + 1.2 * (.25 + .75 * 1 / .5)).
    title = half * 2.2 / (1 + 1.2 * 1.75)
    expected = [(2, pytest.approx(half, rel=1e-5)), (1, pytest.approx(title, rel=1e-5))]
    assert searcher.search("ferries", 5, NO_FILTERS) == expected
    assert searcher.search("ferries", 1, NO_FILTERS) == expected[:1]
    assert searcher.scores("ferries", [1, 7]) == dict(expected[1:])
    assert searcher.search("when?", 5, NO_FILTERS, {"wall": 0.5}) == [
        (1, pytest.approx(half / 2, rel=1e-5))
    ]
    assert searcher.rarity("harbour") == pytest.approx(math.log(1 + 998.5 / 2.5))
    assert searcher.term_weights("wall", {"mud": 0.5}) == {
        "wall": pytest.approx(math.log(1 + 999.5 / 1.5)),
        "mud": pytest.approx(0.5 * math.log(1 + 1000.5 / 0.5)),
    }


def test_equal_scores_are_ordered_by_id_whatever_is_cut_off(
    index: LexicalIndex, database: Database, store: Store
) -> None:
    put(database, store, 4, *[article("Fog.", f"x/{9 - n}") for n in range(9)])
    searcher = followed(index, store)
    for k in (0, 1, 4, 9, 20, 10**9):
        assert [id_ for id_, _ in searcher.search("fog", k, NO_FILTERS)] == list(range(1, 10))[:k]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(published_from=on(3)), [1]),
        (Filters(published_before=on(3)), [2]),
        (Filters(publishers=("Radio North", "The Herald")), [2]),
        (Filters(language="fr"), [3]),
        (Filters(section="Sport"), [1]),
        (Filters(publishers=("Radio North",), language="fr"), []),
    ],
)
def test_filters_come_before_ranking(
    index: LexicalIndex,
    database: Database,
    store: Store,
    filters: Filters,
    expected: list[int],
) -> None:
    sport = replace(article("Fog.", "x/1", day="2025-05-03"), section="Sport")
    north = article("Fog.", "x/2", day="2025-05-02", publisher="Radio North")
    put(database, store, 4, sport, north, article("Fog.", "x/3", day="", language="fr"))
    searcher = followed(index, store)
    assert [id_ for id_, _ in searcher.search("fog", 1, filters)] == expected
    assert searcher.holding(["fog"], 5, filters) == expected


def test_a_revision_is_found_in_its_time_and_counts_as_words_count_now(
    index: LexicalIndex, database: Database, store: Store
) -> None:
    put(database, store, 4, article("four died", "x/1"), article("fog bank", "x/2"))
    first = followed(index, store)
    put(database, store, 9, article("seven died", "x/1"))
    searcher = followed(index, store)
    then = Filters(as_of=on(6))
    assert [found(searcher, word) for word in ("four", "seven", "died")] == [[], [3], [3]]
    assert [found(searcher, word, then) for word in ("four", "seven", "died")] == [[1], [], [1]]
    # Nobody has "four" today: ln(1 + 2.5 / .5). One of two has "died".
    assert searcher.search("four", 5, then) == [(1, pytest.approx(math.log(6), rel=1e-5))]
    assert searcher.scores("died", [1, 2, 3]) == dict.fromkeys(
        [1, 3], pytest.approx(math.log(2), rel=1e-5)
    )
    assert searcher.holding(["four died", "seven died"], 9, then) == [1]
    assert sorted(searcher.article_coverage("died fog", [1, 2, 3])) == [1, 2, 3]
    # What was opened before sees the archive as it was.
    assert [found(first, word) for word in ("four", "seven", "died")] == [[1], [], [1]]


def test_an_article_is_covered_by_the_weights_of_its_words(
    index: LexicalIndex, database: Database, store: Store
) -> None:
    run = Runs(database).begin([], on(4))
    whole = article("The harbour wall. The ferry sank.", "x/1", title="Mud")
    store.put(run, [(whole, [Chunk(0, 17), Chunk(18, 33)])])
    put(database, store, 5, article("A harbour of mud.", "x/2"))
    searcher = followed(index, store)
    weights = searcher.term_weights("harbour ferry mud")
    assert searcher.article_coverage("harbour ferry mud", [1, 3]) == {
        1: pytest.approx(sum(weights.values()), rel=1e-5),
        3: pytest.approx(weights["harbour"] + weights["mud"], rel=1e-5),
    }
    assert searcher.article_coverage("ferry", [3]) == {}


def test_words_are_found_in_any_script_by_their_stem_and_within_compounds(
    index: LexicalIndex, database: Database, store: Store
) -> None:
    put(
        database,
        store,
        4,
        article("Der Hafentunnel ist zu.", "x/1", language="de"),
        article("Viele Häuser stehen leer.", "x/2", language="de"),
        article("港口隧道将关闭。", "x/3", language="zh"),
        article("Beneath the har-\nbour.", "x/4"),
    )
    searcher = followed(index, store)
    queries = ("Tunnel", "Hafen", "Haus", "隧道", "港", "harbour", "Türme")
    assert [found(searcher, each) for each in queries] == [[1], [1], [2], [3], [3], [4], []]
    assert searcher.article_coverage("Haus", [1, 2]) == {
        2: pytest.approx(searcher.term_weights("Haus")["haus"], rel=1e-5)
    }
    assert searcher.holding(["口隧道将", "the harbour"], 9) == [3, 4]


def test_an_irregular_plural_is_found_by_its_singular_and_the_other_way_round(
    index: LexicalIndex, database: Database, store: Store
) -> None:
    put(database, store, 4, article("64 wolves roam", "x/1"), article("A wolf was shot", "x/2"))
    searcher = followed(index, store)
    assert sorted(found(searcher, "wolf")) == sorted(found(searcher, "wolves")) == [1, 2]
    assert searcher.having("wolf", "text").tolist() == [1, 2]


def test_phrases_are_found_word_for_word(
    index: LexicalIndex, database: Database, store: Store
) -> None:
    put(
        database,
        store,
        4,
        article("ferry old", "x/1"),
        article("old ferry", "x/2"),
        article("old ferry sank", "x/3"),
    )
    searcher = followed(index, store)
    assert searcher.holding(["old ferry", "ferry sank"], 9) == [3, 2]
    assert searcher.holding(["old ferry", "ferry sank"], 1) == [3]
    assert searcher.holding([], 9) == searcher.holding(["the"], 9) == []
    assert searcher.having("ferry", "text").tolist() == [1, 2, 3]
    assert searcher.having("old ferry", "text").tolist() == [2, 3]
    assert searcher.having("old ferry", "title").tolist() == []
    assert searcher.having("the", "text").tolist() == []


def test_missed_changes_are_caught_up_with(
    engine: LexicalEngine, database: Database, store: Store, tmp_path: Path
) -> None:
    put(database, store, 4, *[article(f"boat{n} fog", f"x/{n}") for n in range(4)])
    reader = engine.open(tmp_path, store, read_only=True)
    assert (reader.is_behind(), reader.change) == (True, 0)
    followed(engine.open(tmp_path, store, read_only=False), store)
    put(database, store, 5, article("boat9 fog", "x/0"), article("boat5 fog", "x/5"))
    store.tombstones.delete(["x/1"], on(6), "")
    store.tombstones.withdraw("x/2", on(6), "wrong")
    assert reader.is_behind()
    followed(engine.open(tmp_path, store, read_only=False), store)
    reader.refresh()
    assert (reader.is_behind(), reader.change) == (False, store.last_change())
    assert (len(reader), engine.note(tmp_path).change) == (3, store.last_change())
    searcher = reader.searcher(store.facets())
    assert found(searcher, "fog") == [4, 5, 6]
    assert found(searcher, "boat1 boat2") == found(searcher, "boat0") == []
    # What was deleted counts no longer: all three have "fog".
    assert searcher.rarity("fog") == pytest.approx(math.log(1 + 997.5 / 3.5))
    store.tombstones.reinstate("x/2")
    assert found(followed(reader, store), "boat2") == [3]


def test_a_deleted_index_is_made_again(
    engine: LexicalEngine, index: LexicalIndex, database: Database, store: Store, tmp_path: Path
) -> None:
    put(database, store, 4, article("Fog.", "x/1"))
    followed(index, store)
    index.compact()
    assert engine.exists(tmp_path)
    index.close()
    engine.delete(tmp_path)
    assert (engine.exists(tmp_path), engine.note(tmp_path).change) == (False, 0)
    again = engine.open(tmp_path, store, read_only=False)
    assert again.is_behind()
    assert found(followed(again, store), "fog") == [1]


def test_an_index_of_another_archive_is_refused(
    engine: LexicalEngine, index: LexicalIndex, database: Database, store: Store, tmp_path: Path
) -> None:
    put(database, store, 4, article("Fog.", "x/1"))
    followed(index, store)
    store.archive_id = "other"
    with pytest.raises(RagError, match=r"archive_id .*rebuild it: dateline rebuild --archive"):
        engine.open(tmp_path, store, read_only=True)


def test_a_copy_is_an_index_or_is_left_to_be_built(
    engine: LexicalEngine, index: LexicalIndex, database: Database, store: Store, tmp_path: Path
) -> None:
    put(database, store, 4, article("Fog.", "x/1"))
    followed(index, store)
    target = tmp_path / "copy"
    target.mkdir()
    copied = engine.copy(tmp_path, target, store.archive_id)
    assert engine.exists(target) == copied
    assert found(followed(engine.open(target, store, read_only=False), store), "fog") == [1]


def row(*numbers: float) -> Vector:
    return np.array(numbers, dtype=np.float32)


class Known:
    """The vectors known of an archive, each under the digest of its passage."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rows: dict[str, Vector] = {}

    def learn(self, id_: int, vector: Vector) -> None:
        self.rows[self.store.digests([id_])[id_]] = vector

    def __call__(self, digests: Sequence[str]) -> dict[str, Vector]:
        return {digest: self.rows[digest] for digest in digests if digest in self.rows}


@pytest.fixture(params=VECTORS)
def vector_engine(request: pytest.FixtureRequest) -> VectorEngine:
    made: VectorEngine = request.param(*server(request))
    return made


@pytest.fixture
def known(store: Store) -> Known:
    return Known(store)


def opened(engine: VectorEngine, folder: Path, known: Known) -> VectorIndex:
    return engine.open(folder, VectorSource(known.store, "tests", 2, known), read_only=False)


def seen(index: VectorIndex, store: Store) -> VectorSearcher:
    index.follow()
    return index.searcher(store.facets())


def nearest(searcher: VectorSearcher, filters: Filters = NO_FILTERS) -> list[int]:
    return [id_ for id_, _ in searcher.search(row(1, 0), 10, filters)]


def test_an_empty_index_has_no_neighbours(
    vector_engine: VectorEngine, tmp_path: Path, known: Known
) -> None:
    index = opened(vector_engine, tmp_path, known)
    searcher = seen(index, known.store)
    assert (len(index), len(searcher), index.change, index.ids().tolist()) == (0, 0, 0, [])
    assert searcher.search(row(1, 0), 5, NO_FILTERS) == []
    assert searcher.scores(row(1, 0), np.array([1])) == {}


def test_neighbours_come_by_cosine_then_by_id(
    vector_engine: VectorEngine, tmp_path: Path, database: Database, known: Known
) -> None:
    put(database, known.store, 4, *[article(f"Boat {n}.", f"x/{n}") for n in range(5)])
    for id_, vector in ((1, row(0.6, 0.8)), (2, row(1, 0)), (3, row(0.6, 0.8)), (4, row(-1, 0))):
        known.learn(id_, vector)
    searcher = seen(opened(vector_engine, tmp_path, known), known.store)
    expected = [(2, 1.0), (1, 0.6), (3, 0.6), (4, -1.0)]
    for k in (1, 2, 3, 9):
        ranking = searcher.search(row(1, 0), k, NO_FILTERS)
        assert ranking == [(id_, pytest.approx(cosine, abs=NEAR)) for id_, cosine in expected[:k]]
    # The fifth has no vector, the sixth is none.
    assert searcher.scores(row(0, 1), np.array([3, 5, 6])) == {3: pytest.approx(0.8, abs=NEAR)}


def test_vectors_are_filtered_before_they_are_ranked(
    vector_engine: VectorEngine, tmp_path: Path, database: Database, known: Known
) -> None:
    sport = replace(article("Fog 1.", "x/1", day="2025-05-03"), section="Sport")
    north = article("Fog 2.", "x/2", day="2025-05-02", publisher="Radio North")
    put(database, known.store, 4, sport, north, article("Fog 3.", "x/3", day="", language="fr"))
    for id_ in (1, 2, 3):
        known.learn(id_, row(1, 0))
    searcher = seen(opened(vector_engine, tmp_path, known), known.store)
    for filters, expected in (
        (Filters(published_from=on(3)), [1]),
        (Filters(published_before=on(3)), [2]),
        (Filters(publishers=("Radio North",)), [2]),
        (Filters(language="fr"), [3]),
        (Filters(section="Sport"), [1]),
        (Filters(language="de"), []),
    ):
        assert [id_ for id_, _ in searcher.search(row(1, 0), 1, filters)] == expected


def test_vectors_of_a_revision_are_found_in_its_time(
    vector_engine: VectorEngine, tmp_path: Path, database: Database, known: Known
) -> None:
    put(database, known.store, 4, article("Four died.", "x/1"), article("Fog.", "x/2"))
    known.learn(1, row(0.6, 0.8))
    known.learn(2, row(1, 0))
    index = opened(vector_engine, tmp_path, known)
    assert nearest(seen(index, known.store)) == [2, 1]
    put(database, known.store, 9, article("Seven died.", "x/1"))
    known.learn(3, row(0, 1))
    searcher = seen(index, known.store)
    assert (nearest(searcher), index.ids().tolist()) == ([2, 3], [2, 3])
    assert nearest(searcher, Filters(as_of=on(6))) == [2, 1]
    assert searcher.scores(row(1, 0), np.array([1, 3])) == {
        1: pytest.approx(0.6, abs=NEAR),
        3: pytest.approx(0.0, abs=NEAR),
    }


def test_vectors_of_missed_changes_are_caught_up_with(
    vector_engine: VectorEngine, tmp_path: Path, database: Database, known: Known
) -> None:
    store = known.store
    put(database, store, 4, *[article(f"Boat {n}.", f"x/{n}") for n in range(4)])
    for id_ in (1, 2, 3):
        known.learn(id_, row(1, 0))
    reader, writer = (opened(vector_engine, tmp_path, known) for _ in range(2))
    writer.follow()
    # The fourth is embedded only now.
    writer.add([4], np.stack([row(0.6, 0.8)]))
    known.learn(4, row(0.6, 0.8))
    writer.save()
    assert (writer.is_saved, writer.ids().tolist()) == (True, [1, 2, 3, 4])
    store.tombstones.delete(["x/0"], on(6), "")
    store.tombstones.withdraw("x/1", on(6), "wrong")
    put(database, store, 7, article("Boat 5.", "x/5"))
    writer.follow()
    writer.save()
    reader.refresh()
    noted = vector_engine.note(tmp_path)
    assert (noted.change, noted.encoder) == (store.last_change(), "tests")
    assert (reader.change, reader.ids().tolist()) == (store.last_change(), [3, 4])
    assert nearest(reader.searcher(store.facets())) == [3, 4]
    store.tombstones.reinstate("x/1")
    assert nearest(seen(reader, store)) == [2, 3, 4]


def test_passages_that_are_named_as_deleted_are_dropped(
    vector_engine: VectorEngine, tmp_path: Path, database: Database, known: Known
) -> None:
    store = known.store
    put(database, store, 4, *[article(f"Boat {n}.", f"x/{n}") for n in range(3)])
    for id_ in (1, 2, 3):
        known.learn(id_, row(1, 0))
    index = opened(vector_engine, tmp_path, known)
    index.follow()
    deleted = store.tombstones.delete(["x/1"], on(6), "")
    assert [*deleted] == [2]
    index.follow([*deleted])
    assert (index.change, index.ids().tolist()) == (store.last_change(), [1, 3])
    index.compact()
    assert nearest(seen(opened(vector_engine, tmp_path, known), store)) == [1, 3]


def test_vectors_of_another_encoder_are_refused_until_the_index_is_deleted(
    vector_engine: VectorEngine, tmp_path: Path, database: Database, known: Known
) -> None:
    put(database, known.store, 4, article("Fog.", "x/1"))
    known.learn(1, row(1, 0))
    index = opened(vector_engine, tmp_path, known)
    index.follow()
    index.save()
    index.close()
    assert vector_engine.exists(tmp_path)
    other = VectorSource(known.store, "others", 2, known)
    with pytest.raises(Exception, match=r"'tests'.*'others' is asked for"):
        vector_engine.open(tmp_path, other, read_only=True)
    vector_engine.delete(tmp_path)
    assert not vector_engine.exists(tmp_path)
    again = vector_engine.open(tmp_path, other, read_only=False)
    assert nearest(seen(again, known.store)) == [1]


def test_a_copy_of_vectors_is_an_index_or_is_left_to_be_built(
    vector_engine: VectorEngine, tmp_path: Path, database: Database, known: Known
) -> None:
    put(database, known.store, 4, article("Fog.", "x/1"))
    known.learn(1, row(1, 0))
    index = opened(vector_engine, tmp_path, known)
    index.follow()
    index.save()
    target = tmp_path / "copy"
    target.mkdir()
    copied = vector_engine.copy(tmp_path, target, known.store.archive_id)
    assert vector_engine.exists(target) == copied
    assert nearest(seen(opened(vector_engine, target, known), known.store)) == [1]
