from __future__ import annotations

import hashlib
import json
import resource
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import (
    CorruptIndexError,
    EmbeddingError,
    FaissIndex,
    Manifest,
    RefusedByDiskError,
    StaleIndexError,
    Vectors,
)
from embeddings.vectors import Vector

FILES = ["dense.delta", "dense.faiss", "manifest.json"]

HALF = 1e-3
"""How far a number of two bytes may be off near 1."""

MANIFEST = Manifest(encoder="plane-1", dimension=2, chunk_limit=180, store_id="s1")
EAST, NORTH, NORTHEAST = [1, 0], [0, 1], [0.6, 0.8]


def rows(*vectors: list[float]) -> Vectors:
    return np.array(vectors, dtype=np.float32).reshape(len(vectors), -1)


def vector(*numbers: float) -> Vector:
    return np.array(numbers, dtype=np.float32)


def ids(*numbers: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(numbers, dtype=np.int64)


@pytest.fixture
def index() -> FaissIndex:
    index = FaissIndex(MANIFEST)
    index.add([30, 10, 20], rows(NORTH, EAST, NORTHEAST))
    return index


def clusters(count: int, dimension: int = 16, seed: int = 1) -> Vectors:
    """Unit vectors around twenty centres, as passages lie around topics."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((20, dimension))
    spread = 0.5 * random.standard_normal((count, dimension))
    vectors = centres[random.integers(0, 20, count)] + spread
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def best(vectors: Vectors, numbers: list[int], query: Vector, k: int) -> list[int]:
    """The ids that plain arithmetic finds, best first."""
    return [numbers[row] for row in np.lexsort((numbers, -(vectors @ query)))[:k]]


def test_the_nearest_come_first_with_their_inner_products(index: FaissIndex) -> None:
    found = index.search(vector(1, 0), 3)
    assert found == [(10, 1.0), (20, pytest.approx(0.6, abs=HALF)), (30, 0.0)]
    assert index.search(vector(0, 1), 2) == [(30, 1.0), (20, pytest.approx(0.8, abs=HALF))]
    assert index.search(vector(-1, 0), 1) == [(30, 0.0)]


def test_an_index_says_which_ids_it_has(index: FaissIndex) -> None:
    assert len(index) == 3
    assert index.ids().tolist() == [10, 20, 30]
    assert index.ids().dtype == np.int64


def test_more_answers_than_there_are_vectors_are_not_made_up(index: FaissIndex) -> None:
    assert [number for number, _ in index.search(vector(1, 0), 100)] == [10, 20, 30]


def test_an_empty_index_finds_nothing() -> None:
    empty = FaissIndex(MANIFEST)
    assert empty.search(vector(1, 0), 5) == []
    assert empty.search(vector(1, 0), 5, ids(1)) == []
    assert empty.ids().tolist() == []
    empty.add([], np.empty((0, 2), dtype=np.float32))
    assert empty.remove([4]) == 0
    assert len(empty) == 0


def test_equal_scores_are_ordered_by_id_even_where_k_cuts_them() -> None:
    numbers = [7 * i % 101 for i in range(100)]
    index = FaissIndex(MANIFEST)
    index.add(numbers, rows(*[NORTH] * 100))
    index.add([500], rows(EAST))
    assert index.search(vector(0, 1), 4) == [(number, 1.0) for number in sorted(numbers)[:4]]
    assert [n for n, _ in index.search(vector(1, 0.5), 3)] == [500, *sorted(numbers)[:2]]
    allowed = ids(*sorted(numbers)[50:])
    assert [n for n, _ in index.search(vector(0, 1), 2, allowed)] == sorted(numbers)[50:52]


def test_only_allowed_ids_are_found(index: FaissIndex) -> None:
    assert index.search(vector(1, 0), 5, ids(30, 20)) == [
        (20, pytest.approx(0.6, abs=HALF)),
        (30, 0.0),
    ]
    assert index.search(vector(1, 0), 1, ids(30)) == [(30, 0.0)]
    assert index.search(vector(1, 0), 5, ids(30, 30, 99, -1, -30)) == [(30, 0.0)]
    assert index.search(vector(1, 0), 5, ids(99)) == []
    assert index.search(vector(1, 0), 5, ids(-1)) == []
    assert index.search(vector(1, 0), 5, ids()) == []


def test_ids_may_be_far_apart() -> None:
    far = 2**62
    index = FaissIndex(MANIFEST)
    index.add([far, 1, 0], rows(EAST, NORTH, NORTHEAST))
    assert index.search(vector(1, 0), 1) == [(far, 1.0)]
    assert index.search(vector(1, 0), 3, ids(far, 1)) == [(far, 1.0), (1, 0.0)]
    assert index.search(vector(1, 0), 3, ids(0, 1)) == [(0, pytest.approx(0.6, abs=HALF)), (1, 0.0)]


@given(st.lists(st.integers(0, 400), unique=True, max_size=60), st.integers(1, 30), st.data())
def test_the_ranking_is_that_of_plain_arithmetic(
    numbers: list[int], k: int, data: st.DataObject
) -> None:
    grid = st.tuples(st.integers(-3, 3), st.integers(-3, 3))
    points = data.draw(st.lists(grid, min_size=len(numbers), max_size=len(numbers)))
    allowed = data.draw(st.none() | st.lists(st.integers(0, 400), max_size=40))
    index = FaissIndex(MANIFEST)
    index.add(numbers, np.array(points, dtype=np.float32).reshape(-1, 2))
    score = {number: 2 * x - y for number, (x, y) in zip(numbers, points, strict=True)}
    wanted = [n for n in numbers if allowed is None or n in allowed]
    found = index.search(vector(2, -1), k, None if allowed is None else ids(*allowed))
    assert found == [(n, score[n]) for n in sorted(wanted, key=lambda n: (-score[n], n))[:k]]


def test_removed_ids_are_gone_and_counted(index: FaissIndex) -> None:
    assert index.remove([10, 99, 10]) == 1
    assert index.ids().tolist() == [20, 30]
    assert [number for number, _ in index.search(vector(1, 0), 5)] == [20, 30]
    assert index.remove([10]) == 0
    assert index.remove([]) == 0
    index.add([10], rows(NORTH))
    assert index.search(vector(0, 1), 2) == [(10, 1.0), (30, 1.0)]


def test_the_ids_handed_out_are_a_copy(index: FaissIndex) -> None:
    index.ids()[0] = 77
    assert index.ids().tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    ("numbers", "vectors", "message"),
    [
        ([5, 20], rows(EAST, EAST), "id 20 is given twice or is in the index already"),
        ([5, 6, 5], rows(EAST, EAST, EAST), "id 5 is given twice or is in the index already"),
        ([5, -4], rows(EAST, EAST), "ids must not be negative: -4"),
        ([5], rows(EAST, EAST), "1 ids were given for 2 vectors"),
        ([5], rows([1, 0, 0]), r"must have shape \(n, 2\), not \(1, 3\)"),
        ([5], vector(1, 0), r"must have shape \(n, 2\), not \(2,\)"),
        ([5], np.array([[1.0, 0.0]]), "must be float32, not float64"),
        ([5, 6], rows(EAST, [np.nan, 0]), "vector 1 holds a number that is not finite"),
        ([5], rows([np.inf, 0]), "vector 0 holds a number that is not finite"),
    ],
)
def test_unusable_input_is_refused_and_the_index_stays(
    index: FaissIndex, numbers: list[int], vectors: Vectors, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        index.add(numbers, vectors)
    assert index.ids().tolist() == [10, 20, 30]
    assert len(index.search(vector(1, 0), 9)) == 3


@pytest.mark.parametrize(
    ("query", "k", "message"),
    [
        (vector(1, 0), 0, "k must be at least 1, not 0"),
        (vector(1, 0, 0), 3, r"must have shape \(n, 2\), not \(1, 3\)"),
        (rows(EAST), 3, r"must have shape \(n, 2\), not \(1, 1, 2\)"),
        (np.array([1.0, 0.0]), 3, "must be float32, not float64"),
        (vector(np.nan, 0), 3, "holds a number that is not finite"),
    ],
)
def test_an_unusable_query_is_refused(
    index: FaissIndex, query: Vector, k: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        index.search(query, k)


def test_threads_may_search_while_one_adds_and_removes() -> None:
    vectors = clusters(400)
    index = FaissIndex(replace(MANIFEST, dimension=16))
    index.add(range(200), vectors[:200])
    wrong: list[int] = []

    def search() -> None:
        for number in range(0, 200, 2):
            if index.search(vectors[number], 1)[0][0] != number:
                wrong.append(number)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for first in range(200, 400, 10):
        index.add(range(first, first + 10), vectors[first : first + 10])
        index.remove([first - 199])
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(index) == 380


def test_searching_leaves_the_number_of_threads_as_it_was(index: FaissIndex) -> None:
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(before + 1)
    try:
        index.search(vector(1, 0), 1)
        assert faiss.omp_get_max_threads() == before + 1
    finally:
        faiss.omp_set_num_threads(before)


WIDE = replace(MANIFEST, dimension=16)


@pytest.fixture(scope="module")
def many() -> Vectors:
    return clusters(6_000)


@pytest.fixture
def large(many: Vectors) -> FaissIndex:
    """An index that outgrew its limit at the second of its two additions."""
    index = FaissIndex(WIDE, exact_limit=1_000)
    index.add(range(0, 2_000, 2), many[:1_000])
    index.add(range(2_000, 12_000, 2), many[1_000:])
    return index


def recall(index: FaissIndex, vectors: Vectors, numbers: list[int], k: int = 10) -> float:
    """The share of the true ten nearest that are found, over fifty queries among the clusters."""
    allowed = None if len(numbers) == len(index) else ids(*numbers)
    queries = clusters(50, seed=1) + 0.05 * clusters(50, seed=2)
    shared = [
        {number for number, _ in index.search(query, k, allowed)}
        & set(best(vectors, numbers, query, k))
        for query in queries
    ]
    return sum(map(len, shared)) / (50 * k)


def test_a_large_index_is_compressed_and_finds_what_arithmetic_finds(
    large: FaissIndex, many: Vectors, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    numbers = list(range(0, 12_000, 2))
    assert len(large) == 6_000
    assert large.ids().tolist() == numbers
    assert recall(large, many, numbers) >= 0.95
    large.save(tmp_path)
    # 16 bytes a vector and 8 an id; 153 lists of 16 four-byte numbers and little else.
    assert 6_000 * 24 < (tmp_path / "dense.faiss").stat().st_size < 6_000 * 24 + 20_000
    assert capfd.readouterr() == ("", "")


def test_a_large_index_scores_close_to_the_inner_product(large: FaissIndex, many: Vectors) -> None:
    number, score = large.search(many[2_500], 1)[0]
    assert number == 5_000
    assert score == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("share", [300, 20, 2])
def test_a_filter_on_a_large_index_loses_nothing(
    large: FaissIndex, many: Vectors, share: int
) -> None:
    allowed = list(range(0, 12_000, 2 * share))
    assert recall(large, many[::share], allowed) >= 0.95
    found = large.search(many[0], 10_000, ids(*allowed, 1, 3))
    assert sorted(number for number, _ in found) == allowed


def test_a_large_index_gives_all_it_has_if_asked(large: FaissIndex, many: Vectors) -> None:
    found = large.search(many[3], 20_000)
    assert sorted(number for number, _ in found) == list(range(0, 12_000, 2))
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)


def test_equal_vectors_in_a_large_index_are_ordered_by_id(large: FaissIndex, many: Vectors) -> None:
    numbers = [20_000 + 7 * i % 101 for i in range(100)]
    large.add(numbers, np.repeat(-many[:1], 100, axis=0))
    assert [number for number, _ in large.search(-many[0], 5)] == sorted(numbers)[:5]


def test_a_large_index_takes_and_gives_up_ids(large: FaissIndex, many: Vectors) -> None:
    assert large.remove([5_000, 5_001, 5_002]) == 2
    assert large.search(many[2_500], 1)[0][0] not in (5_000, 5_002)
    with pytest.raises(ValueError, match="id 5004 is given twice or is in the index already"):
        large.add([5_004], many[:1])
    large.add([5_000], many[2_500:2_501])
    assert large.search(many[2_500], 1)[0][0] == 5_000
    assert len(large) == 5_999
    assert large.remove(range(12_000)) == 5_999
    assert large.search(many[0], 3) == []


def test_a_large_index_is_the_same_after_opening(
    large: FaissIndex, many: Vectors, tmp_path: Path
) -> None:
    large.remove([0, 2])
    large.save(tmp_path)
    opened = FaissIndex.open(tmp_path, WIDE)
    assert opened.ids().tolist() == list(range(4, 12_000, 2))
    assert [opened.search(query, 5) for query in many[:20]] == [
        large.search(query, 5) for query in many[:20]
    ]
    opened.add([1], many[:1])
    assert opened.search(many[0], 1)[0][0] == 1


def test_an_index_just_above_its_limit_is_large_and_one_at_it_exact(many: Vectors) -> None:
    index = FaissIndex(WIDE, exact_limit=1_000)
    index.add(range(1_000), many[:1_000])
    exact = index.search(many[999], 1)[0]
    assert exact == (999, pytest.approx(1, abs=HALF))
    index.add([1_000], many[1_000:1_001])
    assert index.search(many[999], 1)[0] == (999, pytest.approx(1, abs=0.02))
    assert index.search(many[999], 1)[0] != exact


@pytest.fixture
def saved(index: FaissIndex, tmp_path: Path) -> Path:
    index.manifest = replace(index.manifest, change=57)
    index.save(tmp_path)
    return tmp_path


def test_an_opened_index_is_the_one_saved(saved: Path) -> None:
    opened = FaissIndex.open(saved, MANIFEST)
    assert opened.manifest == replace(MANIFEST, change=57, count=3)
    assert opened.ids().tolist() == [10, 20, 30]
    assert opened.search(vector(1, 0), 2) == [(10, 1.0), (20, pytest.approx(0.6, abs=HALF))]
    opened.add([40], rows(EAST))
    assert opened.manifest.count == 4
    assert FaissIndex.open(saved, MANIFEST).manifest.count == 3
    assert sorted(path.name for path in saved.iterdir()) == FILES


def test_the_manifest_can_be_read_by_people(saved: Path) -> None:
    content, delta = ((saved / f"dense.{each}").read_bytes() for each in ("faiss", "delta"))
    assert json.loads((saved / "manifest.json").read_text()) == {
        "encoder": "plane-1",
        "dimension": 2,
        "chunk_limit": 180,
        "store_id": "s1",
        "change": 57,
        "count": 3,
        "format_version": 1,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "delta": {"size": len(delta), "sha256": hashlib.sha256(delta).hexdigest()},
    }


def test_an_empty_index_can_be_saved_and_opened(tmp_path: Path) -> None:
    FaissIndex(MANIFEST).save(tmp_path)
    opened = FaissIndex.open(tmp_path, MANIFEST)
    assert opened.manifest == MANIFEST
    opened.add([1], rows(EAST))
    assert opened.search(vector(1, 0), 1) == [(1, 1.0)]


def test_what_there_is_in_a_folder(saved: Path, index: FaissIndex) -> None:
    assert FaissIndex.exists(saved)
    first = FaissIndex.stamp(saved)
    assert first == FaissIndex.stamp(saved) != b""
    index.remove([10])
    index.save(saved)
    assert FaissIndex.stamp(saved) != first
    FaissIndex.delete(saved)
    FaissIndex.delete(saved)
    assert not FaissIndex.exists(saved)
    assert FaissIndex.stamp(saved) == b""
    assert list(saved.iterdir()) == []


@pytest.mark.parametrize(
    ("field", "found", "wanted"),
    [
        ("format_version", 1, 2),
        ("encoder", "plane-1", "plane-2"),
        ("dimension", 2, 3),
        ("chunk_limit", 180, 200),
        ("store_id", "s1", "s2"),
    ],
)
def test_an_index_built_from_something_else_is_stale(
    saved: Path, field: str, found: object, wanted: Any
) -> None:
    message = rf"manifest\.json: {field} is {found!r}, but {wanted!r} is asked for"
    with pytest.raises(StaleIndexError, match=message):
        FaissIndex.open(saved, replace(MANIFEST, **{field: wanted}))


def test_change_and_count_do_not_make_an_index_stale(saved: Path) -> None:
    assert FaissIndex.open(saved, replace(MANIFEST, change=3, count=1)).manifest.change == 57


def edit(folder: Path, **values: Any) -> None:
    path = folder / "manifest.json"
    kept = {**json.loads(path.read_text()), **values}
    path.write_text(json.dumps({name: value for name, value in kept.items() if value is not ...}))


def forge(folder: Path, content: bytes) -> None:
    """Put other content in the index file, with a manifest that vouches for it."""
    (folder / "dense.faiss").write_bytes(content)
    edit(folder, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def content_of(index: Any) -> bytes:
    return bytes(faiss.serialize_index(index).tobytes())


def refused(folder: Path, message: str) -> None:
    with pytest.raises(CorruptIndexError, match=message):
        FaissIndex.open(folder, MANIFEST)


def test_a_damaged_index_file_is_named(saved: Path) -> None:
    path = saved / "dense.faiss"
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    refused(saved, rf"dense\.faiss has {len(whole) - 5} bytes instead of {len(whole)}")
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    refused(saved, r"dense\.faiss does not have the checksum that manifest\.json gives")
    path.write_bytes(b"x" * len(whole))
    refused(saved, r"dense\.faiss does not have the checksum that manifest\.json gives")
    path.write_bytes(b"")
    refused(saved, rf"dense\.faiss has 0 bytes instead of {len(whole)}")
    path.unlink()
    refused(saved, r"dense\.faiss is missing, though manifest\.json tells of it")
    assert FaissIndex.exists(saved)


def test_a_damaged_manifest_is_named(saved: Path) -> None:
    path = saved / "manifest.json"
    for content in (b"", b"{", b"[1, 2]", b"\xff\xfe", b'"text"', b"null", b"{}"):
        path.write_bytes(content)
        refused(saved, r"manifest\.json is not a manifest of an index")
    path.unlink()
    refused(saved, r"manifest\.json is missing")
    assert FaissIndex.exists(saved)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"colour": "red"}, "manifest of an index .*'colour'"),
        ({"sha256": ...}, "manifest of an index .*sha256"),
        ({"encoder": ...}, "manifest of an index .*encoder"),
        ({"change": -1}, "manifest of an index .*change is -1"),
        ({"change": "57"}, "manifest of an index .*change is '57'"),
        ({"count": 4}, "dense.delta tells of 3 vectors, manifest.json of 4"),
    ],
)
def test_a_manifest_that_cannot_be_true_is_refused(
    saved: Path, values: dict[str, Any], message: str
) -> None:
    edit(saved, **values)
    refused(saved, message)


def test_files_that_another_program_wrote_are_refused(saved: Path) -> None:
    forge(saved, b"these are notes")
    refused(saved, r"dense\.faiss is not a FAISS index")
    flat = faiss.IndexFlatIP(2)
    flat.add(rows(EAST, NORTH, NORTHEAST))
    forge(saved, content_of(flat))
    refused(saved, r"dense\.faiss is of type IndexFlatIP, which is never written here")
    forge(saved, content_of(flat)[:-4])
    refused(saved, r"dense\.faiss is not a FAISS index")
    longer = faiss.IndexIDMap(faiss.IndexFlatIP(3))
    longer.add_with_ids(rows([1, 0, 0], [0, 1, 0], [0, 0, 1]), ids(1, 2, 3))
    forge(saved, content_of(longer))
    refused(saved, r"holds vectors of 3 numbers, manifest\.json tells of 2")
    other = FaissIndex(MANIFEST)
    other.add([10, 20, 31], rows(EAST, EAST, EAST))
    (saved / "other").mkdir()
    other.save(saved / "other")
    forge(saved, (saved / "other" / "dense.faiss").read_bytes())
    refused(saved, r"has other ids in dense\.faiss than in dense\.delta")


@pytest.fixture
def changed(large: FaissIndex, many: Vectors, tmp_path: Path) -> Path:
    """A saved index of which little was changed after it was opened."""
    large.save(tmp_path)
    opened = FaissIndex.open(tmp_path, WIDE, exact_limit=1_000, lazy=True)
    change(opened, many)
    opened.save(tmp_path)
    return tmp_path


def change(index: FaissIndex, many: Vectors) -> None:
    """One goes, two come, of which one goes again; one goes and comes back."""
    index.remove([4])
    index.add([1, 3], many[:2])
    index.remove([3, 6])
    index.add([6], many[3:4])


def test_what_changed_is_written_without_the_rest(
    changed: Path, large: FaissIndex, many: Vectors
) -> None:
    whole = (changed / "dense.faiss").read_bytes()
    # Headers of 128 bytes, an id for each of 6,000, two that are out, two in, and their vectors.
    assert (changed / "dense.delta").stat().st_size == 4 * 128 + 8 * 6_004 + 2 * 64
    change(large, many)
    opened = FaissIndex.open(changed, WIDE)
    assert opened.ids().tolist() == large.ids().tolist() == [0, 1, 2, *range(6, 12_000, 2)]
    for query in many[:20]:
        assert opened.search(query, 5) == large.search(query, 5)
        assert opened.scores(query, ids(1, 4, 6)) == large.scores(query, ids(1, 4, 6))
    opened.add(range(20_000, 20_116), many[:116])
    opened.save(changed)
    assert (changed / "dense.faiss").read_bytes() == whole
    # 120 of 6,000 are a fiftieth.
    opened.add([30_000], many[:1])
    opened.save(changed)
    assert (changed / "dense.faiss").read_bytes() != whole
    assert len(FaissIndex.open(changed, WIDE)) == 6_117


def test_a_lazy_index_reads_nothing_to_be_changed(changed: Path, many: Vectors) -> None:
    path = changed / "dense.faiss"
    whole = path.read_bytes()
    path.write_bytes(bytes(len(whole)))
    lazy = FaissIndex.open(changed, WIDE, lazy=True)
    lazy.remove([8])
    lazy.add([5], many[:1])
    lazy.save(changed)
    with pytest.raises(CorruptIndexError, match=r"dense\.faiss does not have the checksum"):
        lazy.search(many[0], 1)
    path.write_bytes(whole)
    assert lazy.search(many[4], 3) == FaissIndex.open(changed, WIDE).search(many[4], 3)
    path.write_bytes(whole[:-1])
    with pytest.raises(CorruptIndexError, match=r"dense\.faiss has \d+ bytes instead of"):
        FaissIndex.open(changed, WIDE, lazy=True)


def test_a_whole_index_has_nothing_of_what_went_out(tmp_path: Path) -> None:
    index = FaissIndex(MANIFEST)
    index.add(range(100), rows(NORTHEAST, *[NORTH] * 99))
    index.save(tmp_path)
    one = np.array(NORTHEAST, dtype="<f2").tobytes()
    index.remove([0])
    index.save(tmp_path)
    assert one in (tmp_path / "dense.faiss").read_bytes()
    index.save(tmp_path, whole=True)
    assert one not in (tmp_path / "dense.faiss").read_bytes()
    assert len(FaissIndex.open(tmp_path, MANIFEST)) == 99


def test_an_index_that_is_known_takes_over_what_another_process_saved(
    changed: Path, many: Vectors
) -> None:
    reader = FaissIndex.open(changed, WIDE)
    writer = FaissIndex.open(changed, WIDE, lazy=True)
    writer.manifest = replace(writer.manifest, change=9)
    writer.remove([1, 8])
    writer.add([11], many[:1])
    writer.save(changed)
    # What the reader has taken in by itself is in what was saved, or is not known there.
    reader.remove([8])
    reader.add([11, 13], many[[0, 5]])
    assert FaissIndex.open(changed, WIDE, known=reader) is reader
    opened = FaissIndex.open(changed, WIDE)
    assert reader.manifest == opened.manifest == writer.manifest
    assert reader.ids().tolist() == opened.ids().tolist() == writer.ids().tolist()
    assert [reader.search(query, 5) for query in many[:9]] == [
        opened.search(query, 5) for query in many[:9]
    ]
    # Of what it has dropped, it has no vector any more.
    reader.remove([10])
    assert FaissIndex.open(changed, WIDE, known=reader) is not reader
    writer.save(changed, whole=True)
    fresh = FaissIndex.open(changed, WIDE, known=opened)
    assert fresh is not opened
    assert fresh.ids().tolist() == writer.ids().tolist()


def test_an_index_of_which_the_files_are_lost_is_written_whole(
    changed: Path, many: Vectors
) -> None:
    lost, other = (FaissIndex.open(changed, WIDE) for _ in range(2))
    FaissIndex.delete(changed)
    lost.add([5], many[:1])
    lost.save(changed)
    assert len(FaissIndex.open(changed, WIDE)) == 6_001
    other.remove([0])
    other.save(changed)
    assert len(FaissIndex.open(changed, WIDE)) == 5_999


def test_a_few_vectors_more_make_an_exact_index_approximate(many: Vectors, tmp_path: Path) -> None:
    index = FaissIndex(WIDE, exact_limit=1_000)
    index.add(range(999), many[:999])
    index.save(tmp_path)
    lazy = FaissIndex.open(tmp_path, WIDE, exact_limit=1_000, lazy=True)
    lazy.add([999, 1_000], many[999:1_001])
    lazy.save(tmp_path)
    # One byte a number, and less for what tells of the lists than another byte.
    assert (tmp_path / "dense.faiss").stat().st_size < 1_001 * 8 + 1_001 * 16 * 2
    assert FaissIndex.open(tmp_path, WIDE).search(many[1_000], 1)[0][0] == 1_000


def probes(folder: Path) -> int:
    """How many inverted lists are read for a query."""
    return int(faiss.read_index(str(folder / "dense.faiss")).nprobe)


def test_the_more_vectors_are_in_the_same_lists_the_fewer_lists_are_read(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    vectors = random.standard_normal((60_000, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = FaissIndex(WIDE, exact_limit=4_000)
    index.add(range(5_000), vectors[:5_000])
    index.save(tmp_path)
    few = probes(tmp_path)
    index.add(range(5_000, 8_000), vectors[5_000:8_000])
    index.save(tmp_path)
    assert probes(tmp_path) == few
    index.add(range(8_000, 60_000), vectors[8_000:])
    index.save(tmp_path)
    assert probes(tmp_path) < few
    found = [{n for n, _ in index.search(query, 10)} for query in vectors[:50]]
    near = [set(best(vectors, [*range(60_000)], query, 10)) for query in vectors[:50]]
    assert sum(len(a & b) for a, b in zip(found, near, strict=True)) >= 0.95 * 500
    index.remove(range(60_000))
    index.save(tmp_path)
    assert len(FaissIndex.open(tmp_path, WIDE)) == 0


def test_an_index_of_an_earlier_version_has_no_delta(saved: Path) -> None:
    (saved / "dense.delta").unlink()
    edit(saved, delta=...)
    for lazy in (False, True):
        opened = FaissIndex.open(saved, MANIFEST, lazy=lazy)
        assert opened.ids().tolist() == [10, 20, 30]
        assert opened.search(vector(1, 0), 1) == [(10, 1.0)]
    opened.add([40], rows(EAST))
    opened.save(saved)
    assert len(FaissIndex.open(saved, MANIFEST)) == 4


def test_a_damaged_delta_is_named(saved: Path) -> None:
    path = saved / "dense.delta"
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    refused(saved, rf"dense\.delta has {len(whole) - 5} bytes instead of {len(whole)}")
    path.write_bytes(whole[:-5] + b"x" + whole[-4:])
    refused(saved, r"dense\.delta does not have the checksum that manifest\.json gives")
    for content in (b"notes", b"", whole[:-5], b"x" * len(whole)):
        path.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        edit(saved, delta={"size": len(content), "sha256": sha256})
        refused(saved, r"dense\.delta is not what was written there: ")
    path.unlink()
    refused(saved, r"dense\.delta is missing, though manifest\.json tells of it")


def test_a_copy_has_what_changed(changed: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("copy")
    assert FaissIndex.copy(changed, target)
    assert FaissIndex.open(target, WIDE).ids().tolist() == [0, 1, 2, *range(6, 12_000, 2)]
    (changed / "dense.delta").write_bytes(b"torn")
    assert not FaissIndex.copy(changed, target)
    assert not FaissIndex.exists(target)


# Saves generation 2 over generation 1 and kills itself at the n-th event in the folder.
KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from embeddings import FaissIndex, Manifest
folder, left = Path(sys.argv[1]), int(sys.argv[2])
if sys.argv[3:]:
    index = FaissIndex.open(folder, Manifest("plane-1", 2, 180, "s1"), lazy=True)
    index.manifest = replace(index.manifest, change=2)
    index.remove([1])
    index.add([900], np.ones((1, 2), dtype=np.float32))
else:
    index = FaissIndex(Manifest("plane-1", 2, 180, "s1", change=2))
    index.add(range(200), np.full((200, 2), 0.5, dtype=np.float32))
def watch(event, arguments):
    global left
    if event in ("open", "os.rename", "os.remove") and str(folder) in str(arguments[0]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
index.save(folder)
"""


def test_a_kill_at_any_instant_of_saving_leaves_the_old_or_the_new_index(tmp_path: Path) -> None:
    seen: list[int] = []
    for instant in range(1, 20):
        folder = tmp_path / str(instant)
        folder.mkdir()
        index = FaissIndex(replace(MANIFEST, change=1))
        index.add([1, 2, 3], rows(NORTH, EAST, NORTHEAST))
        index.save(folder)
        command = [sys.executable, "-c", KILLED, str(folder), str(instant)]
        status = subprocess.run(command, check=False).returncode
        opened = FaissIndex.open(folder, MANIFEST)
        seen.append(opened.manifest.change)
        assert len(opened) == {1: 3, 2: 200}[seen[-1]]
        opened.manifest = replace(opened.manifest, change=3)
        opened.save(folder)
        assert FaissIndex.open(folder, MANIFEST).manifest.change == 3
        assert sorted(path.name for path in folder.iterdir()) == FILES
        if status == 0:
            break
        assert status == -signal.SIGKILL
    # Read the manifest, open the new files, open and rename the manifest, open the folder,
    # rename both, open the folder.
    assert seen == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2]


def test_a_kill_at_any_instant_of_saving_a_delta_leaves_the_old_or_the_new_index(
    tmp_path: Path,
) -> None:
    seen: list[int] = []
    for instant in range(1, 20):
        folder = tmp_path / str(instant)
        folder.mkdir()
        index = FaissIndex(replace(MANIFEST, change=1))
        index.add(range(200), rows(*[NORTH] * 200))
        index.save(folder)
        filed = (folder / "dense.faiss").stat().st_ino
        command = [sys.executable, "-c", KILLED, str(folder), str(instant), "delta"]
        status = subprocess.run(command, check=False).returncode
        opened = FaissIndex.open(folder, MANIFEST)
        seen.append(opened.manifest.change)
        kept = {1: [*range(200)], 2: [0, *range(2, 200), 900]}[seen[-1]]
        assert opened.ids().tolist() == kept
        assert opened.search(vector(1, 0), 1) == [(0, 0.0) if seen[-1] == 1 else (900, 1.0)]
        opened.manifest = replace(opened.manifest, change=3)
        opened.save(folder)
        assert FaissIndex.open(folder, MANIFEST).ids().tolist() == kept
        assert (folder / "dense.faiss").stat().st_ino == filed
        assert sorted(path.name for path in folder.iterdir()) == FILES
        if status == 0:
            break
        assert status == -signal.SIGKILL
    # Read the manifest twice, open the new file, open and rename the manifest, open the folder,
    # rename, open the folder.
    assert seen == [1, 1, 1, 1, 1, 2, 2, 2, 2]


def test_an_unfinished_replacement_is_finished_before_the_next_begins(tmp_path: Path) -> None:
    seen = []
    for instant in range(1, 12):
        old, new = tmp_path / f"{instant} old", tmp_path / f"{instant} new"
        for folder, count in ((old, 1), (new, 2)):
            folder.mkdir()
            index = FaissIndex(MANIFEST)
            index.add(range(count), rows(*[EAST] * count))
            index.save(folder)
        (new / "dense.faiss").rename(old / "dense.faiss.new")
        (new / "dense.delta").rename(old / "dense.delta.new")
        (new / "manifest.json").rename(old / "manifest.json")
        assert len(FaissIndex.open(old, MANIFEST)) == 2
        command = [sys.executable, "-c", KILLED, str(old), str(instant)]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        seen.append(len(FaissIndex.open(old, MANIFEST)))
    # Four more events come first: read and rename each pending file.
    assert seen == [2, 2, 2, 2, 2, 2, 2, 2, 2, 200, 200]


def test_readers_see_one_generation_while_a_writer_replaces_it(tmp_path: Path) -> None:
    def write() -> None:
        for change in range(2, 60):
            index.add([change], rows(EAST))
            index.manifest = replace(index.manifest, change=change)
            index.save(tmp_path)

    index = FaissIndex(replace(MANIFEST, change=1))
    index.add([0, 1], rows(EAST, EAST))
    index.save(tmp_path)
    writer = threading.Thread(target=write)
    writer.start()
    changes = []
    while writer.is_alive():
        opened = FaissIndex.open(tmp_path, MANIFEST)
        assert opened.ids().tolist() == list(range(opened.manifest.change + 1))
        changes.append(opened.manifest.change)
    writer.join()
    assert changes == sorted(changes)


def test_a_full_disk_is_named_and_the_old_index_stays(saved: Path) -> None:
    index = FaissIndex(MANIFEST)
    index.add(range(50_000), np.zeros((50_000, 2), dtype=np.float32))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, limits[1]))
    try:
        with pytest.raises(
            RefusedByDiskError, match=r"the index in .* cannot be written: .*too large"
        ):
            index.save(saved)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(FaissIndex.open(saved, MANIFEST)) == 3
    assert sorted(path.name for path in saved.iterdir()) == FILES


def test_a_disk_that_is_full_for_what_changed_leaves_the_old_index(tmp_path: Path) -> None:
    index = FaissIndex(MANIFEST)
    index.add(range(10_000), np.zeros((10_000, 2), dtype=np.float32))
    index.save(tmp_path)
    index.remove([0])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, limits[1]))
    try:
        with pytest.raises(RefusedByDiskError, match=r"the index in .* cannot be written: "):
            index.save(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(FaissIndex.open(tmp_path, MANIFEST)) == 10_000
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    index.save(tmp_path)
    assert len(FaissIndex.open(tmp_path, MANIFEST)) == 9_999


def test_files_that_cannot_be_reached_are_named(index: FaissIndex, tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"the index in .*nowhere cannot be written: "):
        index.save(tmp_path / "nowhere")
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(EmbeddingError, match=r"cannot be read: .*manifest\.json"):
        FaissIndex.open(tmp_path, MANIFEST)
    with pytest.raises(EmbeddingError, match=r"cannot be read: .*manifest\.json"):
        FaissIndex.stamp(tmp_path)
    with pytest.raises(EmbeddingError, match=r"cannot be deleted: .*manifest\.json"):
        FaissIndex.delete(tmp_path)
