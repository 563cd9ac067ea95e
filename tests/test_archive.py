"""The straight line, through the public door: ingest, search, ask; with an encoder that counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from rag.errors import (
    ArchiveError,
    ConfigError,
    LockedError,
    ProviderError,
    QueryError,
    StaleIndexError,
)
from rag.llms import ScriptedModel
from rag.records import Filters, Message
from rag.retrieval.filters import parse_as_of
from rag.store import writer_lock
from tests.builders import drained, open_archive, row, write_jsonl
from tests.old_formats import take_back
from tests.postgresql import ON_BOTH, ON_SQLITE

pytestmark = ON_BOTH

FERRY = (
    "The ferry Marigold ran aground off Grevesand on Friday. "
    "All 41 passengers were brought ashore by lifeboat. "
    "The harbour master, Ilse Brandt, said the channel was not marked."
)
BUDGET = "The council passed a budget of 12 million crowns. The library will close on Sundays."
ROWS = [row(1, FERRY), row(2, BUDGET, date="2025-05-10", publisher="Radio North")]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    opened = open_archive(tmp_path / "archive")
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS))
    return opened


def found(archive: Archive, query: str, **options: object) -> list[str]:
    return [hit.article.id for hit in archive.search(query, **options)]  # type: ignore[arg-type]


def test_who_wishes_to_write_is_let_in_between_two_batches_of_an_embedding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.indexes.dense._BATCH", 1)
    old = write_jsonl(tmp_path / "old.jsonl", [row(n, f"Fog, day {n}.") for n in range(1, 9)])
    new = write_jsonl(tmp_path / "new.jsonl", [row(9, FERRY)])
    archive, other = open_archive(tmp_path / "archive"), open_archive(tmp_path / "archive")
    archive.ingest(old, vectors=False)
    happened: list[str] = []
    refused = Event()

    def come_in() -> None:
        while "in" not in happened:
            try:
                other.ingest(new, vectors=False)
                happened.append("in")
            except LockedError:
                refused.set()

    newcomer = Thread(target=come_in)

    def progress(_step: str, done: int, total: int) -> None:
        happened.append(f"{done} of {total}")
        if done == 1 and newcomer.ident is None:
            newcomer.start()
            assert refused.wait(60)

    assert archive.embed(progress) == 9
    newcomer.join()
    assert happened[:2] == ["0 of 8", "1 of 8"]
    assert happened[-1] == "9 of 9"
    assert "in" in happened
    assert archive.coverage() == 1.0
    assert found(archive, "ferry Marigold")[0] == "courier.example/9"


def test_articles_come_in_once_and_are_found(archive: Archive, tmp_path: Path) -> None:
    assert archive.counts() == (2, 2, 2)
    assert archive.coverage() == 1.0
    hits = archive.search("library on Sundays", k=1)
    assert [(hit.rank, hit.article.title, hit.text) for hit in hits] == [(1, "Story 2", BUDGET)]
    again = archive.ingest(tmp_path / "in.jsonl")
    assert dict(again.counts) == {"unchanged": 2}
    assert archive.counts() == (2, 2, 2)


def test_words_are_searchable_without_vectors_and_vectors_follow(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS), vectors=False)
    assert archive.counts() == (2, 2, 0)
    assert archive.coverage() == 0.0
    assert found(archive, "lifeboat") == ["courier.example/1"]
    assert archive.ask("How many passengers were brought ashore?").coverage == 0.0
    assert archive.embed() == 2
    assert archive.coverage() == 1.0
    assert archive.embed() == 0


def test_a_new_text_supersedes_the_old_one(archive: Archive, tmp_path: Path) -> None:
    changed = row(1, FERRY.replace("41", "47"))
    report = archive.ingest(write_jsonl(tmp_path / "new.jsonl", [changed]))
    assert dict(report.counts) == {"revised": 1}
    assert archive.article("courier.example/1").revision == 2
    assert "41 passengers" in archive.article("courier.example/1", 1).text
    texts = [hit.text for hit in archive.search("passengers", k=10)]
    assert sum("passengers" in text for text in texts) == 1


def test_the_same_words_count_once_and_name_the_other_outlets(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    copies = [row(1, FERRY), row(2, FERRY, publisher="Radio North"), row(3, BUDGET)]
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", copies))
    hits = archive.search("lifeboat passengers")
    assert (hits[0].article.publisher, hits[0].also_in) == ("The Courier", ("Radio North",))
    assert [hit.rank for hit in hits] == [1, 2]


def test_copies_with_small_edits_are_one_hit_and_keep_what_they_add(tmp_path: Path) -> None:
    wire = f"GREVESAND (LNA) - {FERRY} She had warned the owner twice."
    carried = (
        wire.replace("brought ashore", "taken ashore") + " A choir sang on the pier all night."
    )
    rows = [
        row(1, carried, date="2025-05-03"),
        row(2, wire, publisher="Lowland News Agency", date="2025-05-02"),
        row(3, carried.replace("twice", "once"), publisher="Radio North", date="2025-05-09"),
        row(4, BUDGET),
    ]
    archive = open_archive(tmp_path / "archive")
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
    found = [(h.article.id, h.also_in) for h in archive.search("harbour master Ilse Brandt", k=3)]
    assert found == [
        ("courier.example/2", ("Radio North", "The Courier")),
        ("courier.example/3", ("The Courier",)),  # with the choir, which the agency has not
        ("courier.example/2", ("Radio North", "The Courier")),
    ]
    dated = archive.search("harbour master Ilse Brandt", k=2, as_of=parse_as_of("2025-05-03"))
    assert [(hit.article.id, hit.also_in) for hit in dated] == [
        ("courier.example/2", ("The Courier",)),
        ("courier.example/1", ()),
    ]
    assert len(archive.search("ferry", k=9, filters=Filters(publishers=("Radio North",)))) == 2


@ON_SQLITE
def test_an_archive_of_an_older_format_is_searched_and_then_grouped(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    copies = [row(1, FERRY), row(2, f"{FERRY} It was dark.", publisher="Radio North")]
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", copies))
    archive.close()
    take_back(archive.folder, "0001")
    archive = open_archive(archive.folder)
    assert len(archive.search("harbour master")) == 2
    archive.ingest(tmp_path / "in.jsonl")
    assert [len(hit.also_in) for hit in archive.search("harbour master")] == [1]


def test_filters_and_as_of_come_before_ranking(archive: Archive) -> None:
    on_radio = archive.filters(publishers=["radio north"])
    assert found(archive, "ferry budget", filters=on_radio) == ["courier.example/2"]
    assert found(archive, "ferry budget", as_of=parse_as_of("2025-05-09")) == ["courier.example/1"]
    assert found(archive, "budget", as_of=parse_as_of("2025-05-09")) == []
    assert found(archive, "budget", as_of=parse_as_of("2024")) == []


def test_an_answer_quotes_the_articles_exactly(archive: Archive) -> None:
    answer = archive.ask("How many passengers were brought ashore by lifeboat?")
    assert not answer.abstained
    first = answer.citations[0]
    assert first.quote == "All 41 passengers were brought ashore by lifeboat."
    assert answer.text.startswith(f"The Courier, 3 May 2025: {first.quote} [1]")
    for citation in answer.citations:
        stored = archive.article(citation.article.id, citation.article.revision)
        assert stored.text[citation.start : citation.end] == citation.quote
    claim = answer.claims[0]
    assert answer.text[claim.start : claim.end].endswith(f"{first.quote} [1]")
    assert (claim.citations, claim.verdict) == ((1,), "supported")


def test_declining_is_an_answer_that_names_the_nearest(archive: Archive) -> None:
    answer = archive.ask("Which striker won the football cup in Norway?")
    assert (answer.abstained, answer.citations, answer.claims) == (True, (), ())
    assert answer.reason.startswith(("nothing found", "found but not answered"))
    nothing = archive.ask("ferry", filters=Filters(language="fr"))
    assert (nothing.abstained, nothing.reason) == (
        True,
        "nothing found: no article that the filters leave shares a word or a meaning "
        "with the question",
    )
    assert nothing.suggestions == ("drop the filter on the language 'fr'",)
    assert nothing.text == "The archive holds nothing on this."


def test_answers_are_plain_json(archive: Archive) -> None:
    answer = archive.ask("How many passengers were brought ashore by lifeboat?").to_dict()
    assert json.loads(json.dumps(answer)) == answer
    assert set(answer) >= {
        *("question", "text", "abstained", "reason", "claims", "citations", "unresolved"),
        *("as_of", "filters", "hits", "usage", "timings"),
    }
    assert set(answer["citations"][0]) == {
        *("number", "article_id", "title", "publisher", "published", "url", "start", "end"),
        *("revision", "pages", "quote"),
    }
    assert answer["citations"][0]["published"] == "2025-05-03"


def test_a_model_writes_the_answer_and_its_markers_are_resolved(archive: Archive) -> None:
    model = ScriptedModel("All 41 passengers came ashore by lifeboat [1]. A whale helped [9].")
    pieces, answer = drained(
        archive.stream("How many passengers were brought ashore?", model=model)
    )
    assert len(pieces) > 1
    assert [c.quote for c in answer.citations] == [
        "All 41 passengers were brought ashore by lifeboat."
    ]
    assert (answer.unresolved, answer.model) == ((9,), "scripted")
    assert [claim.verdict for claim in answer.claims] == ["supported"]
    assert "“A whale helped.” (no passage is cited)" in answer.notes[-1]
    shown = model.asked[0][-1].content + model.asked[0][0].content
    assert "All 41 passengers were brought ashore by lifeboat." in shown


def test_a_model_that_fails_is_replaced_by_the_articles_own_words(archive: Archive) -> None:
    model = ScriptedModel(ProviderError("the server at http://127.0.0.1:1 refused"))
    answer = archive.ask("How many passengers were brought ashore by lifeboat?", model=model)
    assert answer.citations[0].quote == "All 41 passengers were brought ashore by lifeboat."
    assert "refused" in answer.notes[0]
    assert answer.model == ""


def test_no_hits_means_no_model_call(archive: Archive) -> None:
    model = ScriptedModel()
    assert archive.ask("ferry", filters=Filters(language="fr"), model=model).abstained
    assert model.asked == []


def test_a_follow_up_is_asked_with_the_question_before_it(archive: Archive) -> None:
    history = [Message("user", "Who is the harbour master?"), Message("assistant", "Ilse Brandt.")]
    answer = archive.ask("Did she say the channel was marked?", history)
    assert answer.standalone == "Did the harbour master say the channel was marked?"
    assert "the channel was not marked" in answer.text


@pytest.mark.parametrize("query", ["", "  \n"])
def test_an_empty_question_is_refused(archive: Archive, query: str) -> None:
    with pytest.raises(QueryError, match="the question is empty"):
        archive.search(query)
    with pytest.raises(QueryError, match="the question is empty"):
        archive.ask(query)


def test_an_overlong_question_is_refused(archive: Archive) -> None:
    with pytest.raises(QueryError, match="4,001 characters; 4,000 are the most"):
        archive.ask("a" * 4_001)
    assert archive.ask("a" * 4_000).abstained


@ON_SQLITE
def test_a_missing_archive_names_the_command_that_builds_it(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "none")
    for use in (archive.counts, archive.embed, archive.rebuild, lambda: archive.search("a")):
        with pytest.raises(ArchiveError, match=r"no archive in .*none.*dateline ingest PATH"):
            use()
    assert not (tmp_path / "none").exists()


def test_paths_may_stand_in_a_list(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    files = [write_jsonl(tmp_path / f"{n}.jsonl", [item]) for n, item in enumerate(ROWS)]
    assert archive.ingest([files[0], str(files[1])], vectors=False).counts == {"added": 2}
    assert archive.ingest((files[0],), files[1]).counts == {"unchanged": 2}
    with pytest.raises(QueryError, match="must be text or a Path, not None"):
        archive.ingest([files[0], None])  # type: ignore[list-item]


@ON_SQLITE
def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="is a file; name a folder"):
        Archive.open(tmp_path / "file", encoder=HashingEncoder())
    with pytest.raises(ArchiveError, match="cannot make the folder"):
        open_archive(tmp_path / "file" / "below").ingest(tmp_path)


def test_two_writers_at_once_are_refused_and_readers_are_not(archive: Archive) -> None:
    with writer_lock(archive.folder, "ingest"):
        with pytest.raises(LockedError, match=rf"process {os.getpid()}"):
            archive.ingest(archive.folder)
        assert found(open_archive(archive.folder), "lifeboat")[0] == "courier.example/1"


def test_a_running_reader_sees_what_another_process_ingests(
    archive: Archive, tmp_path: Path
) -> None:
    assert found(archive, "volcano") == []
    new = write_jsonl(tmp_path / "new.jsonl", [row(3, "The volcano is quiet.")])
    code = (
        "from pathlib import Path\n"
        "from tests.builders import open_archive\n"
        f"open_archive(Path({str(archive.folder)!r})).ingest({str(new)!r})\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)
    assert found(archive, "volcano")[0] == "courier.example/3"
    assert archive.counts() == (3, 3, 3)


def test_another_encoder_is_refused_and_rebuild_mends_it(archive: Archive) -> None:
    archive.close()
    other = Archive.open(
        archive.folder, settings=Settings(chunk_tokens=32), encoder=HashingEncoder(32)
    )
    with pytest.raises(StaleIndexError, match=r"hashing-64.*hashing-32.*dateline rebuild"):
        other.search("ferry")
    other.rebuild()
    assert other.counts() == (2, 2, 0)
    other.embed()
    assert found(other, "lifeboat")[0] == "courier.example/1"


def test_another_passage_length_is_refused(archive: Archive, tmp_path: Path) -> None:
    other = Archive.open(
        archive.folder, settings=Settings(chunk_tokens=64), encoder=HashingEncoder()
    )
    with pytest.raises(StaleIndexError, match="passages of 32 tokens, the settings ask for 64"):
        other.ingest(tmp_path / "in.jsonl")


@pytest.mark.parametrize("name", ["lexical", "dense.faiss", "manifest.json"])
def test_a_lost_index_is_rebuilt_without_embedding_again(archive: Archive, name: str) -> None:
    before = [hit.passage.id for hit in archive.search("ferry budget")]
    archive.close()
    path = archive.folder / name
    for file in path.iterdir() if path.is_dir() else [path]:
        file.write_bytes(b"damaged")
    fresh = open_archive(archive.folder)
    with pytest.raises(StaleIndexError, match="dateline rebuild --archive"):
        fresh.search("ferry budget")
    fresh.rebuild()
    assert [hit.passage.id for hit in fresh.search("ferry budget")] == before
    assert fresh.counts() == (2, 2, 2)
