"""Vectors on disk, by encoder and content: added, read, forgotten, damaged, shared."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import (
    CorruptIndexError,
    EmbeddingError,
    RefusedByDiskError,
    StaleIndexError,
    VectorCache,
)
from embeddings.vectors import Vector


def vector(*numbers: float) -> Vector:
    return np.array(numbers, dtype=np.float32)


def as_lists(found: dict[str, Vector]) -> dict[str, list[float]]:
    return {name: row.tolist() for name, row in found.items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vectors.db"


@pytest.fixture
def filled(path: Path) -> Path:
    with VectorCache(path) as cache:
        cache.put("first", {"a": vector(0.6, 0.8), "b": vector(1, 0)})
        cache.put("second", {"a": vector(0, 0, 1)})
    return path


def test_a_vector_comes_back_as_it_was_put(filled: Path) -> None:
    with VectorCache(filled) as cache:
        found = cache.get("first", ["a"])
    assert found["a"].dtype == np.float32
    assert np.array_equal(found["a"], vector(0.6, 0.8))


def test_unknown_hashes_are_left_out(filled: Path) -> None:
    with VectorCache(filled) as cache:
        assert as_lists(cache.get("first", ["b", "nobody"])) == {"b": [1, 0]}
        assert cache.known("first", ["b", "nobody"]) == {"b"}
        assert cache.get("first", []) == {}
        assert cache.known("first", []) == set()


def test_each_encoder_has_vectors_of_its_own(filled: Path) -> None:
    with VectorCache(filled) as cache:
        assert as_lists(cache.get("second", ["a", "b"])) == {"a": [0, 0, 1]}
        assert (cache.count("first"), cache.count("second"), cache.count("third")) == (2, 1, 0)
        assert cache.get("third", ["a"]) == {}


def test_the_first_vector_under_a_hash_stays(filled: Path) -> None:
    with VectorCache(filled) as cache:
        cache.put("first", {"a": vector(0, 1), "c": vector(0, 1)})
        assert cache.get("first", ["a"])["a"].tolist() == pytest.approx([0.6, 0.8])
        assert cache.get("first", ["c"])["c"].tolist() == [0, 1]
        assert cache.count("first") == 3


def test_putting_nothing_makes_no_encoder(path: Path) -> None:
    with VectorCache(path) as cache:
        cache.put("first", {})
        cache.put("first", {"a": vector(1, 0, 0)})
        assert cache.count("first") == 1


def test_delete_forgets_a_hash_for_every_encoder(filled: Path) -> None:
    with VectorCache(filled) as cache:
        cache.delete(["a", "nobody"])
        assert (cache.count("first"), cache.count("second")) == (1, 0)
        cache.delete([])
        assert cache.known("first", ["a", "b"]) == {"b"}


def test_what_is_not_retained_is_forgotten_and_gone_from_the_file_once_compacted(
    filled: Path,
) -> None:
    gone, kept = vector(0.25, 0.125).tobytes(), vector(1, 0).tobytes()
    with VectorCache(filled) as cache:
        cache.put("first", {"c": vector(0.25, 0.125)})
        assert cache.hashes() == {"a", "b", "c"}
        assert cache.retain({"b", "nobody"}) == 3
        assert cache.hashes() == {"b"}
        cache.compact()
    content = b"".join(path.read_bytes() for path in filled.parent.glob("vectors.db*"))
    assert (gone in content, kept in content) == (False, True)
    with VectorCache(filled) as cache:
        assert cache.problems() == []
        assert cache.retain(set()) == 1


def test_more_hashes_than_one_query_takes(path: Path) -> None:
    names = [f"hash {number}" for number in range(12_000)]
    with VectorCache(path) as cache:
        cache.put("e", {name: vector(number) for number, name in enumerate(names)})
        found = cache.get("e", names)
        assert len(found) == 12_000
        assert [found[names[i]].tolist() for i in (0, 4_999, 5_000, 11_999)] == [
            [0],
            [4_999],
            [5_000],
            [11_999],
        ]
        assert cache.known("e", names) == set(names)
        cache.delete(names[:6_000])
        assert cache.count("e") == 6_000


@settings(max_examples=30)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
        st.lists(
            st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=3, max_size=3
        ),
        max_size=8,
    )
)
def test_any_text_is_a_hash_and_any_finite_number_is_kept(rows: dict[str, list[float]]) -> None:
    with tempfile.TemporaryDirectory() as folder, VectorCache(Path(folder, "v.db")) as cache:
        cache.put("e", {name: vector(*row) for name, row in rows.items()})
        assert as_lists(cache.get("e", list(rows))) == rows


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ({"c": np.array([1.0, 0.0])}, "must be float32, not float64"),
        ({"c": vector(1, 0, 0)}, "encoder 'first' have 2 numbers, not 3"),
        ({"c": vector(1, 0), "d": vector(1)}, "same shape"),
        ({"c": vector(1, 0), "d": vector(np.nan, 0)}, "vector 1 holds a number that is not finite"),
        ({"c": vector(1, 0), "d\0": vector(1, 0)}, r"must not hold a NUL character: 'd\\x00'"),
        ({"c": np.ones((1, 2), dtype=np.float32)}, r"shape \(n, 2\), not \(1, 1, 2\)"),
    ],
)
def test_unusable_vectors_are_refused_and_none_is_kept(
    filled: Path, vectors: dict[str, Vector], message: str
) -> None:
    with VectorCache(filled) as cache:
        with pytest.raises(ValueError, match=message):
            cache.put("first", vectors)
        assert cache.count("first") == 2
        cache.put("first", {"c": vector(1, 0)})
        assert cache.count("first") == 3


def test_many_threads_share_one_cache(path: Path) -> None:
    def work(number: int) -> None:
        for i in range(20):
            name = f"{number}-{i}"
            cache.put("e", {name: vector(number, i)})
            results.append(cache.get("e", [name])[name].tolist() == [number, i])

    results: list[bool] = []
    with VectorCache(path) as cache:
        threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [True] * 80
        assert cache.count("e") == 80


def test_a_reader_sees_what_a_writer_put_meanwhile(path: Path) -> None:
    with VectorCache(path) as writer, VectorCache(path, read_only=True) as reader:
        assert reader.count("e") == 0
        writer.put("e", {"a": vector(1, 0)})
    with VectorCache(path) as writer, VectorCache(path, read_only=True) as reader:
        writer.put("e", {"b": vector(0, 1)})
        assert reader.known("e", ["a", "b"]) == {"a", "b"}


KILLED = """
import sys
from pathlib import Path
import numpy as np
from embeddings import VectorCache
cache = VectorCache(Path(sys.argv[1]))
number = 0
while True:
    rows = {f"{number}-{i}": np.array([number, i], dtype=np.float32) for i in range(50)}
    cache.put("e", rows)
    print(number, flush=True)
    number += 1
"""


@pytest.mark.parametrize("batches", [1, 7])
def test_what_was_put_before_a_kill_is_there_and_whole(path: Path, batches: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        for _ in range(batches):
            last = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        child.wait()
    with VectorCache(path) as cache:
        names = [f"{number}-{i}" for number in range(last + 1) for i in range(50)]
        found = cache.get("e", names)
        assert [found[name].tolist() for name in names[-2:]] == [[last, 48], [last, 49]]
        assert len(found) == len(names)
        assert cache.count("e") % 50 == 0


def test_a_missing_file_reads_as_empty_and_is_not_made(path: Path) -> None:
    with VectorCache(path, read_only=True) as cache:
        assert cache.get("e", ["a"]) == {}
        assert cache.known("e", ["a"]) == set()
        assert cache.count("e") == 0
        with pytest.raises(RefusedByDiskError, match=r"vectors\.db cannot be used: .*readonly"):
            cache.put("e", {"a": vector(1)})
    assert not path.exists()


def test_a_file_without_tables_reads_as_empty_and_is_filled_by_a_writer(path: Path) -> None:
    path.touch()
    with VectorCache(path, read_only=True) as cache:
        assert cache.count("e") == 0
    with VectorCache(path) as cache:
        cache.put("e", {"a": vector(1)})
        assert cache.count("e") == 1


def test_a_reader_may_not_write(filled: Path) -> None:
    with VectorCache(filled, read_only=True) as cache:
        assert cache.count("first") == 2
        with pytest.raises(RefusedByDiskError, match=r"vectors\.db cannot be used: .*readonly"):
            cache.put("first", {"c": vector(1, 0)})
        with pytest.raises(RefusedByDiskError, match=r"vectors\.db cannot be used: .*readonly"):
            cache.delete(["a"])
        assert cache.count("first") == 2


@contextmanager
def read_only_folder() -> Iterator[Path]:
    """A folder that this process cannot write to, even if it is run by root."""
    # pytest's own folders are closed to other users.
    folder = Path(tempfile.mkdtemp())
    is_root = os.geteuid() == 0
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(stat.S_IRWXU)
        shutil.rmtree(folder)


def close_folder(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65_534)


def test_a_read_only_folder_can_be_read_but_not_written(filled: Path) -> None:
    with read_only_folder() as folder:
        copy = folder / "vectors?.db"
        shutil.copy(filled, copy)
        close_folder(folder)
        with VectorCache(copy, read_only=True) as cache:
            assert as_lists(cache.get("first", ["b"])) == {"b": [1, 0]}
        with pytest.raises(EmbeddingError, match="cannot be used: "), VectorCache(copy) as cache:
            cache.put("first", {"c": vector(1, 0)})
        with pytest.raises(EmbeddingError, match=r"new\.db cannot be used: unable to open"):
            VectorCache(folder / "new.db")


def test_a_full_disk_is_named_and_what_was_there_stays(filled: Path) -> None:
    rows = {str(i): np.full(2, i, dtype=np.float32) for i in range(5_000)}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with VectorCache(filled) as cache:
        resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, limits[1]))
        try:
            with pytest.raises(EmbeddingError, match=r"vectors\.db cannot be used: "):
                cache.put("first", rows)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert cache.count("first") == 2
        cache.put("first", rows)
        assert cache.count("first") == 5_002


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    "content", [b"not a database at all, but some notes " * 40, b"\x00" * 4096]
)
def test_a_foreign_file_is_named_and_left_alone(
    path: Path, content: bytes, read_only: bool
) -> None:
    path.write_bytes(content)
    with pytest.raises(CorruptIndexError, match=r"vectors\.db is not a vector cache or is damaged"):
        VectorCache(path, read_only=read_only)
    assert path.read_bytes() == content


@pytest.mark.parametrize("read_only", [False, True])
def test_the_database_of_another_application_is_named_and_left_alone(
    path: Path, read_only: bool
) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA application_id = 66")
        db.execute("CREATE TABLE recipe (name TEXT)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(CorruptIndexError, match=r"vectors\.db is a database of another .*0x42"):
        VectorCache(path, read_only=read_only)
    assert path.read_bytes() == before


def test_another_format_version_is_named_with_ours(filled: Path) -> None:
    with sqlite3.connect(filled) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(StaleIndexError, match="has format version 7, this version reads 1"):
        VectorCache(filled)


def test_a_cut_off_file_is_damaged(path: Path) -> None:
    names = [str(number) for number in range(500)]
    with VectorCache(path) as cache:
        cache.put("e", {name: np.ones(64, dtype=np.float32) for name in names})
    path.write_bytes(path.read_bytes()[:40_960])
    with (
        pytest.raises(CorruptIndexError, match=r"vectors\.db is not a vector cache or is damaged"),
        VectorCache(path) as cache,
    ):
        cache.get("e", names)


def test_a_vector_of_the_wrong_length_is_damage(filled: Path) -> None:
    with sqlite3.connect(filled) as db:
        db.execute("UPDATE vector SET value = x'00000000' WHERE hash = 'b'")
    db.close()
    with VectorCache(filled) as cache:
        assert list(cache.get("first", ["a"])) == ["a"]
        with pytest.raises(CorruptIndexError, match="vector of 'b' has 4 bytes instead of 8"):
            cache.get("first", ["a", "b"])


def test_a_flipped_bit_in_a_vector_is_damage(path: Path) -> None:
    with VectorCache(path) as cache:
        cache.put("e", {"a": vector(1.5, 2.5), "b": vector(0.25, 0.75)})
    content = path.read_bytes()
    blob = vector(1.5, 2.5).tobytes()
    assert content.count(blob) == 1
    path.write_bytes(content.replace(blob, vector(1.5, 2.625).tobytes()))
    with VectorCache(path) as cache:
        assert as_lists(cache.get("e", ["b"])) == {"b": [0.25, 0.75]}
        with pytest.raises(CorruptIndexError, match="vector of 'a' does not have its checksum"):
            cache.get("e", ["a"])


def test_a_folder_or_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"cannot be used: unable to open database file"):
        VectorCache(tmp_path)
    with pytest.raises(EmbeddingError, match=r"nowhere/v\.db cannot be used: unable to open"):
        VectorCache(tmp_path / "nowhere" / "v.db")


def test_a_closed_cache_says_so(filled: Path) -> None:
    cache = VectorCache(filled)
    cache.close()
    cache.close()
    with pytest.raises(EmbeddingError, match=r"vectors\.db cannot be used: .*closed database"):
        cache.count("first")


def test_closing_leaves_one_file(filled: Path) -> None:
    assert [path.name for path in filled.parent.iterdir()] == ["vectors.db"]
