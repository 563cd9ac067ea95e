"""Articles that are deleted are gone: from answers, from what was kept of these, and from disk."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from embeddings import HashingEncoder, VectorCache
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError, QueryError
from rag.maintenance.doctor import examine
from rag.records import Filters
from rag.retrieval.filters import parse_filters
from rag.store import Database, Feeds, Remark, Runs, Selection, Store, schema
from rag.store.sqlite import FILE
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands, child
from tests.postgresql import ON_BOTH, ON_SQLITE

pytestmark = ON_BOTH

NOW = datetime(2025, 7, 1, tzinfo=UTC)
QUESTION = "Who hid barrels of whisky in the lighthouse?"
SECRET = "The keeper Orla Quïst hid forty barrels of contraband whisky in the lighthouse."
LATER = "Updated May 6, 2025\n\nThe keeper Orla Quïst hid ninety barrels in the lighthouse."
TITLE = "Contraband under the lamp"
RAIN = "After a long night of rain the harbour master closed the northern pier to all ships."
FERRY = "The ferry sails on Monday. The council approved the budget."
WHISKY = "courier.example/1"


def rows(text: str = SECRET) -> list[dict[str, object]]:
    mine = [row(n, f"In story {n} the mine has its licence for {n} years.") for n in range(10, 16)]
    return [row(1, text, title=TITLE), row(2, FERRY, publisher="Radio North"), *mine]


def filled(folder: Path) -> Archive:
    """An archive in which the article of the whisky has two revisions."""
    archive = open_archive(folder / "archive")
    for text in (SECRET, LATER):
        archive.ingest(write_jsonl(folder / "in.jsonl", rows(text)))
    return archive


def delete(archive: Archive, *ids: str) -> None:
    archive.removals.delete(archive.removals.find(Selection(ids=ids)), "They asked.")


def holding(folder: Path, *words: str) -> list[str]:
    """The files that hold any of the words, as UTF-8 or as JSON has them."""
    sought = [word.encode() for word in words] + [json.dumps(w)[1:-1].encode() for w in words]
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and any(word in path.read_bytes() for word in sought)
    )


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return filled(tmp_path)


@pytest.fixture
def dateline(archive: Archive, dateline: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    monkeypatch.setenv("DATELINE_ARCHIVE", str(archive.folder))
    return dateline


@ON_SQLITE
def test_nothing_of_a_deleted_article_is_left_in_the_folder(
    archive: Archive, tmp_path: Path
) -> None:
    told = archive.ask(QUESTION, as_of=datetime(2025, 5, 5, tzinfo=UTC)).to_dict()
    assert told["citations"][0]["quote"] == SECRET
    id_, _ = archive.conversations.append("", "", told, NOW)
    archive.feedback.add("", Remark("comment", None, f"Is it true that {SECRET}"), told, NOW)
    folder = archive.folder
    (folder / "vectors.db.damaged").write_text(SECRET, encoding="utf-8")
    for name in ("uploads/1/a.md", "uploads/2/b.md", ".archive.db.1.tmp"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SECRET, encoding="utf-8")
    for name in ("uploads/1/a.md", ".archive.db.1.tmp"):
        os.utime(folder / name, (0, 0))
    assert "archive.db" in holding(folder, SECRET, TITLE)
    delete(archive, WHISKY)
    done = archive.removals.compact()
    assert done.removed == (".archive.db.1.tmp", "uploads/1/a.md", "vectors.db.damaged")
    assert done.left == ("uploads/2/b.md",)
    assert done.after < done.before
    (folder / "uploads/2/b.md").unlink()
    words = [SECRET, LATER, TITLE, "Orla", "Quïst", "contraband", "forty barrels", "ninety"]
    assert holding(folder, *words, "quist", "contraband", "nineti") == []
    kept = archive.conversations.get("", id_).turns[0]
    assert kept.question == QUESTION
    assert kept.answer["text"].startswith("[withdrawn] [1]")
    assert kept.answer["citations"][0]["quote"] == "[withdrawn]"
    (remark,) = archive.feedback.all()
    assert remark.remark.note == "Is it true that [withdrawn]"
    assert (
        archive.recheck(kept.answer)
        .citations[0]
        .reason.startswith(f"the article '{WHISKY}' was deleted on ")
    )
    with closing(VectorCache(folder / "vectors.db", read_only=True)) as cache:
        assert cache.hashes() == archive.snapshot().store.all_digests()
    assert examine(folder, Settings(encoder="hashing", chunk_tokens=32), HashingEncoder()) == []
    assert archive.counts() == (7, 7, 7)


def test_an_answer_that_is_kept_only_afterwards_does_not_quote_it_either(archive: Archive) -> None:
    told = archive.ask(QUESTION).to_dict()
    delete(archive, WHISKY)
    id_, _ = archive.conversations.append("", "", told, NOW)
    archive.feedback.add("", Remark("helpful"), told, NOW)
    for kept in (archive.conversations.get("", id_).turns[0], archive.feedback.all()[0]):
        assert "ninety" not in json.dumps(dict(kept.answer))
        assert kept.answer["citations"][0]["quote"] == "[withdrawn]"


def test_an_open_reader_no_longer_finds_it_at_its_next_question(
    archive: Archive, tmp_path: Path
) -> None:
    with open_archive(archive.folder) as reader:
        assert reader.search(QUESTION)[0].article.id == WHISKY
        delete(archive, WHISKY)
        before = datetime(2025, 5, 5, tzinfo=UTC)
        for as_of in (None, before):
            found = {hit.article.id for hit in reader.search(QUESTION, as_of=as_of)}
            assert WHISKY not in found
            assert "Orla" not in reader.ask(QUESTION, as_of=as_of).text
            assert reader.trace(SECRET, as_of=as_of).matches == ()
        with pytest.raises(ArchiveError, match=rf"'{WHISKY}' was deleted on .*; dateline search"):
            reader.article(WHISKY)
        archive.removals.compact()
        assert reader.search("budget")[0].article.id == "courier.example/2"
        assert reader.counts() == (7, 7, 7)


def test_what_is_left_is_as_if_it_had_never_been_there(archive: Archive, tmp_path: Path) -> None:
    delete(archive, WHISKY)
    fresh = open_archive(tmp_path / "fresh")
    fresh.ingest(write_jsonl(tmp_path / "rest.jsonl", rows()[1:]))
    for compacted in (False, True):
        if compacted:
            archive.removals.compact()
        for question in (QUESTION, "budget of the council", "copper licence 12"):
            found = [
                [(hit.article.id, hit.text, hit.score) for hit in one.search(question, 10)]
                for one in (archive, fresh)
            ]
            assert found[0] == found[1]


def test_another_copy_becomes_the_original(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    copies = [
        row(n, f"{SECRET} {FERRY} {RAIN}", publisher=outlet, date=f"2025-05-0{n}")
        for n, outlet in enumerate(("The Courier", "Tidings", "Radio North"), start=1)
    ]
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", copies))
    ids = [f"courier.example/{n}" for n in (1, 2, 3)]
    store = archive.snapshot().store
    assert set(store.groups(ids).values()) == {ids[0]}
    hit = archive.search(QUESTION)[0]
    assert (hit.article.id, hit.also_in) == (ids[0], ("Radio North", "Tidings"))
    delete(archive, ids[0])
    hit = archive.search(QUESTION)[0]
    assert (hit.article.id, hit.also_in) == (ids[1], ("Radio North",))
    assert archive.snapshot().store.groups(ids) == {ids[1]: ids[1], ids[2]: ids[1]}
    delete(archive, ids[1])
    assert archive.snapshot().store.groups(ids) == {}


def test_a_vector_stays_as_long_as_another_passage_has_the_same_text(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    twins = [row(n, FERRY, title="Ferry", publisher=f"Outlet {n}") for n in (1, 2)]
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", twins))
    delete(archive, "courier.example/1")
    archive.close()
    with closing(VectorCache(archive.folder / "vectors.db", read_only=True)) as cache:
        assert len(cache.hashes()) == 1
    archive = open_archive(archive.folder)
    assert archive.counts() == (1, 1, 1)
    delete(archive, "courier.example/2")
    assert archive.counts() == (0, 0, 0)
    assert archive.search("ferry") == []
    with closing(VectorCache(archive.folder / "vectors.db", read_only=True)) as cache:
        assert cache.hashes() == set()


def test_vectors_that_a_killed_deletion_left_go_with_the_next_change(
    archive: Archive, tmp_path: Path
) -> None:
    with closing(Database(archive.folder, Settings().store)) as database:
        Store(database).tombstones.delete([WHISKY], NOW, "They asked.")
    archive.ingest(write_jsonl(tmp_path / "new.jsonl", [row(30, RAIN)]))
    with closing(VectorCache(archive.folder / "vectors.db", read_only=True)) as cache:
        assert cache.hashes() == archive.snapshot().store.all_digests()
    assert archive.counts() == (8, 8, 8)


@ON_SQLITE
def test_a_few_changes_of_many_articles_leave_the_large_file_as_it_is(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    many = [row(n, f"In story {n} the mine has its licence for {n} years.") for n in range(150)]
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", many))
    reader = open_archive(archive.folder)
    assert reader.counts() == (150, 150, 150)
    path = archive.folder / "dense.faiss"
    whole = path.read_bytes()
    archive.ingest(write_jsonl(tmp_path / "new.jsonl", [row(501, FERRY), row(502, RAIN)]))
    delete(archive, "courier.example/501", "courier.example/7")
    assert path.read_bytes() == whole
    for each in (reader, open_archive(archive.folder)):
        assert each.counts() == (150, 150, 150)
        now = each.snapshot()
        ids = [id_ for id_, _ in now.vectors.search(now.dense.encode(RAIN), 200, Filters())]
        assert len(ids) == 150
        assert [now.store.passages([id_])[id_][1].id for id_ in ids[:1]] == ["courier.example/502"]
    archive.removals.compact()
    assert path.read_bytes() != whole
    settings = Settings(encoder="hashing", chunk_tokens=32)
    assert examine(archive.folder, settings, HashingEncoder()) == []
    assert reader.counts() == (150, 150, 150)


def test_it_stays_out_and_is_named_until_it_is_asked_for(
    archive: Archive, dateline: Commands, tmp_path: Path
) -> None:
    delete(archive, WHISKY)
    for _ in range(2):
        again = dateline("ingest", "in.jsonl")
        assert again.status == 0
        assert again.out == ("0 added, 0 revised, 7 unchanged, 0 duplicate, 0 failed, 1 deleted\n")
        assert "in.jsonl:1: was deleted on " in again.err
        assert "stays out; bring it back: dateline ingest in.jsonl --restore-deleted" in again.err
    other = write_jsonl(tmp_path / "other.jsonl", [row(1, "Other words.", title=TITLE)])
    assert archive.ingest(other).counts == {"deleted": 1}
    back = dateline("ingest", "in.jsonl", "--restore-deleted")
    assert back.out == "1 added, 0 revised, 7 unchanged, 0 duplicate, 0 failed\n"
    assert archive.article(WHISKY).text == LATER
    assert archive.ingest(tmp_path / "in.jsonl").counts == {"unchanged": 8}
    assert [one.article.revision for one in archive.history(WHISKY)] == [1]


def test_the_command_shows_what_it_would_delete_and_asks(
    archive: Archive, dateline: Commands, tmp_path: Path
) -> None:
    settings = {"DATELINE_CHUNK_TOKENS": "32", "DATELINE_ARCHIVE": str(archive.folder)}
    for typed in ("n\n", ""):
        kept = child(tmp_path, "delete", WHISKY, typed=typed, **settings)
        assert (kept.status, kept.out) == (
            1,
            f"{WHISKY}  The Courier, 2025-05-03, {TITLE} (2 revisions)\n",
        )
        assert "Delete 1 article for good? [y/N]" in kept.err
        assert "nothing is deleted; --yes deletes without asking" in kept.err
    assert dateline("delete", WHISKY, "--dry-run").status == 0
    would = dateline("delete", WHISKY, "--dry-run", "--json").json
    assert would["articles"] == [
        {
            "id": WHISKY,
            "title": TITLE,
            "publisher": "The Courier",
            "published": "2025-05-03",
            "revisions": 2,
        }
    ]
    assert archive.article(WHISKY).revision == 2
    done = child(tmp_path, "delete", WHISKY, typed="y\n", **settings)
    assert done.status == 0
    assert done.out.endswith("deleted 1 article\n")
    assert f"dateline compact --archive {archive.folder}" in done.err
    again = dateline("delete", WHISKY, "--yes")
    assert (again.status, again.out) == (0, "")
    assert f"{WHISKY} was deleted before" in again.err
    compacted = dateline("compact", "--json").json
    assert compacted["removed"] == []
    assert dateline("compact").out.startswith(f"compacted {archive.folder}: 0.")


def test_a_delete_that_had_committed_when_it_was_killed_ends_well_when_run_again(
    archive: Archive, dateline: Commands
) -> None:
    feed = "https://courier.example/feed"
    with closing(Database(archive.folder, Settings().store)) as database:
        Feeds(database).add(feed)
    for options in (["--publisher", "Radio North"], ["--feed", feed]):
        assert dateline("delete", *options, "--yes").status == 0
        for _ in range(2):
            again = dateline("delete", *options, "--yes")
            assert (again.status, again.out) == (0, "no article is meant; nothing is deleted\n")
            assert "all of this was deleted before; nothing is left of it" in again.err
        empty = {"articles": [], "feed": "", "already": []}
        assert dateline("delete", *options, "--yes", "--json").json == empty
    dateline("delete", "--publisher", "Radio North", "--yes").refused(
        "the archive holds no outlet 'Radio North'"
    )


def test_outlets_and_dates_select_what_is_deleted(archive: Archive, dateline: Commands) -> None:
    assert dateline("delete", "--publisher", "Radio North", "--from", "2025-06", "--yes").out == (
        "no article is meant; nothing is deleted\n"
    )
    gone = dateline("delete", "--publisher", "radio north", "--yes", "--json").json
    assert [each["id"] for each in gone["articles"]] == ["courier.example/2"]
    ended = dateline("delete", "--from", "2025-05-03", "--to", "2025-05-03", "--yes")
    assert ended.out.splitlines()[-1] == "deleted 7 articles"
    assert archive.counts() == (0, 0, 0)


def test_more_than_ten_are_counted(tmp_path: Path, dateline: Commands, archive: Archive) -> None:
    archive.ingest(write_jsonl(tmp_path / "more.jsonl", [row(n, FERRY) for n in range(30, 36)]))
    shown = dateline("delete", "--to", "2025-12", "--dry-run").out.splitlines()
    assert len(shown) == 11
    assert shown[-1] == "and 4 more"


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ([], ["nothing is selected; name articles, a feed, an outlet or dates"]),
        (["courier.example/99", "--yes"], ["holds no article 'courier.example/99'; dateline"]),
        ([WHISKY, "--to", "2025", "--yes"], [f"'{WHISKY}' is selected by its id; leave out"]),
        (["--feed", "https://x.example/f", "--yes"], ["'https://x.example/f' is no feed that is"]),
        (["--publisher", "Nobody", "--yes"], ["Nobody"]),
        ([WHISKY, "--json"], ["--json cannot ask; add --yes to delete, or --dry-run"]),
    ],
)
def test_what_cannot_be_meant_is_refused(
    dateline: Commands, arguments: list[str], parts: list[str]
) -> None:
    dateline("delete", *arguments).refused(*parts)


def test_a_feed_is_deleted_with_what_it_brought(archive: Archive, tmp_path: Path) -> None:
    feed = "https://courier.example/feed"
    with closing(Database(archive.folder, Settings().store)) as database:
        Feeds(database).add(feed)
        run = Runs(database).begin([feed], NOW)
        with database.write() as connection:
            of = schema.revisions.c.article_id == WHISKY
            connection.execute(update(schema.revisions).where(of).values(run_id=run))
    part = archive.removals.find(Selection(feed=feed, filters=filters(archive, "Radio North")))
    assert (part.articles, part.feed) == ((), "")
    found = archive.removals.find(Selection(feed=feed))
    assert ([each.id for each in found.articles], found.feed) == ([WHISKY], feed)
    archive.removals.delete(found)
    assert archive.feeds.all() == []
    with pytest.raises(ArchiveError, match="was deleted on"):
        archive.article(WHISKY)
    with pytest.raises(QueryError, match="is no feed that is followed, nor has it brought"):
        archive.removals.find(Selection(feed=feed))


def filters(archive: Archive, publisher: str):  # type: ignore[no-untyped-def]
    return parse_filters("", "", [publisher], known_publishers=archive.publishers())


def test_what_a_run_remarked_of_it_goes_too(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    odd = row(1, FERRY, date="on Whitsun, said Orla")
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", [odd]))
    with closing(archive.database()) as database:
        (noted,) = Runs(database).outcomes(1)
    assert "Orla" in noted.note
    delete(archive, "courier.example/1")
    with closing(archive.database()) as database:
        (left,) = Runs(database).outcomes(1)
    assert (left.note, left.article_id) == ("", "courier.example/1")


def test_the_doctor_says_what_compacting_is_for(archive: Archive) -> None:
    def told() -> list[str]:
        settings = Settings(encoder="hashing", chunk_tokens=32)
        return [
            f"{each.severity}: {each.what}; {each.mend}"
            for each in examine(archive.folder, settings, HashingEncoder())
        ]

    command = f"dateline compact --archive {archive.folder}"
    delete(archive, WHISKY)
    since = "1 articles were deleted since the files were last written anew"
    assert told() == [f"note: {since}; {command}"]
    with closing(VectorCache(archive.folder / "vectors.db")) as cache:
        cache.put("hashing-64-256", {"x" * 32: HashingEncoder().encode_document(["a"])[0]})
    stray = "vectors.db has 1 vectors of texts that are not stored"
    assert told() == [f"note: {stray}; {command}", f"note: {since}; {command}"]
    archive.removals.compact()
    assert told() == []


@ON_SQLITE
def test_a_log_that_somebody_still_reads_is_told(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete(archive, WHISKY)
    monkeypatch.setattr("rag.store.sqlite._BUSY_SECONDS", 0)
    with closing(sqlite3.connect(archive.folder / FILE, isolation_level=None)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM articles").fetchall()
        with pytest.raises(ArchiveError, match="is being read by another process, so that its log"):
            archive.removals.compact()
        reading.execute("COMMIT")
    archive.removals.compact()
    assert holding(archive.folder, "ninety") == []
