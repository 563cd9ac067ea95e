"""One article in three revisions: each is evidence for its own time, and for no other."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from rag.evaluation.datasets import EvalQuestion
from rag.evaluation.systems import archive_system
from rag.records import Filters
from tests.builders import open_archive, row, write_jsonl
from tests.postgresql import ON_BOTH, ON_SQLITE

pytestmark = ON_BOTH

QUESTION = "How many passengers of the Marigold were brought ashore by lifeboat?"
TOLLS = {1: "All 41 passengers", 2: "Only 38 passengers", 3: "As many as 44 passengers"}
BUDGET = "The council passed a budget of 12 million crowns. The library will close on Sundays."


def told(revision: int) -> str:
    """Revision 1 is of 3 May, when the article appeared; 2 and 3 say when they were made."""
    updated = {2: "Updated May 5, 2025, 12:00 p.m. UTC\n\n", 3: "Updated May 8, 2025\n\n"}
    ferry = "The ferry Marigold ran aground off Grevesand on Friday."
    saved = f"{TOLLS[revision]} of the Marigold were brought ashore by lifeboat."
    return f"{updated.get(revision, '')}{ferry} {saved}"


def ingest(archive: Archive, revision: int, *, vectors: bool = True) -> None:
    rows = [row(1, told(revision), title="Ferry aground"), row(2, BUDGET, publisher="Radio North")]
    source = write_jsonl(archive.folder.parent / f"{revision}.jsonl", rows)
    archive.ingest(source, vectors=vectors)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    opened = open_archive(tmp_path_factory.mktemp("revised") / "archive")
    for revision in TOLLS:
        ingest(opened, revision)
    return opened


TIMES = [
    (datetime(2025, 5, 3, tzinfo=UTC), 0),
    (datetime(2025, 5, 4, tzinfo=UTC), 1),
    (datetime(2025, 5, 5, 12, tzinfo=UTC), 1),
    (datetime(2025, 5, 5, 12, 1, tzinfo=UTC), 2),
    (datetime(2025, 5, 8, tzinfo=UTC), 2),
    (datetime(2025, 5, 9, tzinfo=UTC), 3),
    (None, 3),
]
"""A moment, and the revision that stood just before it."""


@pytest.mark.parametrize(("as_of", "stands"), TIMES)
def test_a_search_finds_the_text_that_stood(
    archive: Archive, as_of: datetime | None, stands: int
) -> None:
    hits = archive.search(QUESTION, as_of=as_of)
    ferries = [hit for hit in hits if hit.article.id == "courier.example/1"]
    assert {hit.article.revision for hit in ferries} == ({stands} if stands else set())
    assert all(
        archive.article(h.article.id, h.article.revision).text == h.article.text for h in hits
    )
    if stands:
        assert hits[0] == ferries[0]
        assert any(TOLLS[stands] in hit.text for hit in ferries)


@pytest.mark.parametrize(("as_of", "stands"), TIMES)
def test_an_answer_cites_the_text_that_stood_and_says_that_it_was_replaced(
    archive: Archive, as_of: datetime | None, stands: int
) -> None:
    answer = archive.ask(QUESTION, as_of=as_of)
    if not stands:
        assert answer.abstained
        return
    cited = answer.to_dict()["citations"][0]
    assert (cited["article_id"], cited["revision"]) == ("courier.example/1", stands)
    assert cited["quote"].startswith(TOLLS[stands])
    notes = [note for note in answer.notes if "later text" in note]
    since = {1: "2025-05-05 12:00", 2: "2025-05-08 00:00"}
    expected = (
        [
            f"[1][2] cites revision {stands} of “Ferry aground”, as it stood then; the outlet has "
            f"published a later text, which stands since {since[stands]} UTC"
        ]
        if stands < 3
        else []
    )
    assert notes == expected


@pytest.mark.parametrize(("as_of", "stands"), TIMES)
def test_words_are_traced_in_the_text_that_stood(
    archive: Archive, as_of: datetime | None, stands: int
) -> None:
    for revision, toll in TOLLS.items():
        words = f"{toll} of the Marigold were brought ashore by lifeboat"
        trace = archive.trace(words, as_of=as_of)
        exact = [match.article.revision for match in trace.matches if not match.changes]
        assert exact == ([stands] if revision == stands else [])
        assert trace.outcome != "exact" or revision == stands
    if not stands:
        assert archive.trace("brought ashore by lifeboat", as_of=as_of).matches == ()


@pytest.mark.parametrize("system", ["full", "hybrid", "vectors", "bm25"])
@pytest.mark.parametrize(("as_of", "stands"), TIMES)
def test_the_systems_that_are_measured_see_the_text_that_stood(
    archive: Archive, system: str, as_of: datetime | None, stands: int
) -> None:
    rank = archive_system(archive, system)  # type: ignore[arg-type]
    found = rank(EvalQuestion("q", QUESTION, "questions.jsonl:1"), as_of)
    tolls = {toll for toll in TOLLS.values() for item in found if toll in item.passage}
    assert tolls == ({TOLLS[stands]} if stands else set())


def test_a_search_without_vectors_finds_it_as_well(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    for revision in TOLLS:
        ingest(archive, revision, vectors=False)
    for as_of, stands in TIMES:
        revisions = {h.article.revision for h in archive.search("lifeboat", as_of=as_of)}
        assert revisions == ({stands} if stands else set())
    # Embedding includes what was superseded before it could be, and counts what stands.
    assert archive.embed() == 4
    assert archive.coverage() == 1.0
    assert archive.embed() == 0


def test_superseded_texts_change_nothing_of_what_is_found_now(tmp_path: Path) -> None:
    revised, fresh = (
        open_archive(tmp_path / "a" / "archive"),
        open_archive(tmp_path / "b" / "archive"),
    )
    for archive in (revised, fresh):
        archive.folder.parent.mkdir()
    for revision in TOLLS:
        ingest(revised, revision)
    ingest(fresh, 3)
    for question in (QUESTION, "council budget", "ferry 41 38"):
        found = [
            [(hit.article.id, hit.text, hit.score) for hit in archive.search(question, 10)]
            for archive in (revised, fresh)
        ]
        assert found[0] == found[1]
    assert revised.counts() == fresh.counts()
    assert revised.coverage() == 1.0


def test_a_text_that_says_it_is_older_takes_its_place_before_the_newer_one(
    archive: Archive, tmp_path: Path
) -> None:
    late = open_archive(tmp_path / "late")
    for revision in (1, 3, 2):
        ingest(late, revision)
    for as_of, stands in TIMES:
        texts = [[hit.text for hit in one.search(QUESTION, as_of=as_of)] for one in (archive, late)]
        assert texts[0] == texts[1], stands


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
def test_the_newest_text_of_a_file_stands_wherever_its_row_is(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    days = {1: "2025-05-04", 2: "2025-05-05", 3: "2025-05-08"}
    others = iter(range(10, 210))
    rows = []
    for revision in order:
        text = f"The ferry Marigold ran aground. {TOLLS[revision]} of it were brought ashore."
        rows.append({**row(1, text), "updated": days[revision]})
        rows += [row(next(others), f"{BUDGET} It is number {n}.") for n in range(64)]
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", rows), vectors=False)
        [found] = [each for each in archive.articles() if "Marigold" in each.text]
        assert TOLLS[3] in found.text
        for day, revision in ((4, 1), (5, 1), (6, 2), (8, 2), (9, 3)):
            as_of = datetime(2025, 5, day, 12 * (day == 4), tzinfo=UTC)
            hits = archive.search("Marigold aground ashore", as_of=as_of)
            assert [TOLLS[revision] in hit.text for hit in hits[:1]] == [True], day


@ON_SQLITE
def test_ingesting_the_same_again_writes_nothing(archive: Archive, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(archive.folder, tmp_path / "archive"))
    again = Archive.open(
        folder, settings=Settings(encoder="hashing", chunk_tokens=32), encoder=HashingEncoder()
    )
    write_jsonl(tmp_path / "3.jsonl", [row(1, told(3), title="Ferry aground")])
    write_jsonl(tmp_path / "2.jsonl", [row(1, told(2), title="Ferry aground")])
    kept = {
        path: path.stat().st_mtime_ns
        for path in (*folder.rglob("lexical/**/*"), folder / "dense.faiss")
        if path.suffix in (".json", ".idx", ".term", ".del", ".faiss")
    }
    report = again.ingest(tmp_path / "3.jsonl", tmp_path / "2.jsonl", vectors=False)
    assert report.counts["revised"] == 0
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert any("past" in str(path) for path in kept)


@ON_SQLITE
def test_a_rebuilt_archive_finds_the_same(archive: Archive, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(archive.folder, tmp_path / "archive"))
    rebuilt = open_archive(folder)
    rebuilt.rebuild()
    for as_of, _ in TIMES:
        assert rebuilt.search(QUESTION, as_of=as_of) == archive.search(QUESTION, as_of=as_of)


def test_a_retracted_article_answers_nothing(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    ingest(archive, 1)
    assert archive.search("lifeboat")
    rows = [row(1, f"This article has been retracted.\n\n{told(1)}", title="Ferry aground")]
    archive.ingest(write_jsonl(tmp_path / "again.jsonl", rows))
    assert archive.search("lifeboat", filters=Filters(publishers=("The Courier",))) == []
    assert archive.ask(QUESTION).abstained
    before = datetime(2025, 5, 4, tzinfo=UTC)
    for as_of in (None, before):
        hits = archive.search("lifeboat council", as_of=as_of)
        assert {hit.article.id for hit in hits} <= {"courier.example/2"}
        words = f"{TOLLS[1]} of the Marigold were brought ashore by lifeboat"
        assert archive.trace(words, as_of=as_of).outcome == "not found"
    assert archive.counts() == (2, 1, 1)
    assert archive.article("courier.example/1").revision == 2
    archive.rebuild()
    assert archive.search("lifeboat", filters=Filters(publishers=("The Courier",))) == []


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=5), st.integers(2, 10))
def test_two_revisions_are_never_found_together(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], day: int
) -> None:
    archive = open_archive(tmp_path_factory.mktemp("any") / "archive")
    for revision in order:
        ingest(archive, revision)
    for as_of in (None, datetime(2025, 5, day, 13, tzinfo=UTC)):
        hits = archive.search(QUESTION, 10, as_of=as_of, all_copies=True)
        found = {(hit.article.id, hit.article.revision) for hit in hits}
        assert len(found) == len({id_ for id_, _ in found})
    archive.close()


def test_what_is_superseded_while_an_archive_is_open_is_found_in_it(tmp_path: Path) -> None:
    archive, reader = open_archive(tmp_path / "archive"), open_archive(tmp_path / "archive")
    ingest(archive, 1)
    before = datetime(2025, 5, 4, tzinfo=UTC)
    meaning = archive_system(reader, "vectors")
    for revision in (1, 2, 3):
        ingest(archive, revision)
        reader.search(QUESTION, as_of=before)
        found = meaning(EvalQuestion("q", QUESTION, "questions.jsonl:1"), before)
        assert found[0].passage.endswith(told(1)[-40:])


def test_what_is_embedded_after_it_was_superseded_is_found_in_an_open_archive(
    tmp_path: Path,
) -> None:
    archive, reader = open_archive(tmp_path / "archive"), open_archive(tmp_path / "archive")
    ingest(archive, 1)
    for revision in (2, 3):
        ingest(archive, revision, vectors=False)
    before = datetime(2025, 5, 7, tzinfo=UTC)
    question = EvalQuestion("q", QUESTION, "questions.jsonl:1")
    stood = [found.passage for found in archive_system(reader, "vectors")(question, before)]
    archive.embed()
    reader.counts()
    then = [found.passage for found in archive_system(reader, "vectors")(question, before)]
    assert (len(stood), len(then)) == (1, 2)
    assert TOLLS[2] in then[0]


def test_an_older_retraction_that_comes_in_late_takes_back_nothing(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    ingest(archive, 3)
    retracted = row(1, "Updated May 5, 2025\n\nThis article has been retracted.")
    archive.ingest(write_jsonl(tmp_path / "late.jsonl", [retracted]))
    answer = archive.ask(QUESTION)
    assert "As many as 44 passengers" in answer.citations[0].quote
    assert archive.removals.withdrawal("courier.example/1") is None
    # One that is newer than what stands takes it back.
    newer = row(1, "Updated May 9, 2025\n\nThis article has been retracted.")
    archive.ingest(write_jsonl(tmp_path / "newer.jsonl", [newer]))
    assert archive.ask(QUESTION).reason.startswith("withdrawn: ")
