"""What only a PostgreSQL can do to a store: be away, be another's, be shared, break off."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select, text

from embeddings import HashingEncoder
from rag.addresses import store_address
from rag.archive import Archive
from rag.config import Settings, load_settings
from rag.corpus.chunking import Chunk
from rag.errors import ArchiveError, ConfigError, StaleIndexError
from rag.maintenance.backup import back_up, restore
from rag.maintenance.copying import copy_archive
from rag.maintenance.doctor import examine
from rag.records import Filters
from rag.store import (
    NO_SERVER,
    Conversations,
    Database,
    Feedback,
    Remark,
    Runs,
    Selection,
    Store,
    postgresql,
    schema,
)
from rag.store.sqlite import FILE
from rag.web.chat import Chat
from rag.web.conversation import Conversation
from rag.web.facts import facts_html
from rag.web.form import Form
from tests.builders import article, row, write_jsonl
from tests.commands import Commands
from tests.postgresql import Server, closed_at_the_end, database_of, running

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SECRET = "s3cret-of-a-test"
FERRY = "The ferry Marigold ran aground off Grevesand on Friday. All 41 passengers came ashore."


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with closed_at_the_end(monkeypatch):
        yield


@pytest.fixture
def server(postgresql_server: Server) -> Server:
    """The same, by a shorter name."""
    return postgresql_server


@pytest.fixture
def place(server: Server) -> SecretStr:
    """The address of a database with our tables, empty."""
    return server.prepared()


def opened(folder: Path, place: SecretStr) -> Archive:
    settings = Settings(encoder="hashing", chunk_tokens=32, store=place)
    return Archive.open(folder, settings=settings, encoder=HashingEncoder())


def settings(place: SecretStr = NO_SERVER) -> Settings:
    return Settings(encoder="hashing", chunk_tokens=32, store=place)


# What is said where it does not work


def refused(folder: Path, place: SecretStr, *parts: str) -> None:
    """Opening it fails with all of these words, and without the password."""
    with pytest.raises(ArchiveError) as raised:
        Database(folder, place)
    told = str(raised.value)
    assert [part for part in parts if part not in told] == [], told
    assert SECRET not in told


def test_a_server_that_is_down_is_named_with_what_to_do(tmp_path: Path) -> None:
    place = SecretStr(f"postgresql+psycopg://ada:{SECRET}@127.0.0.1:1/news")
    refused(tmp_path, place, "PostgreSQL at 127.0.0.1:1/news", "cannot be reached", "start it")
    with (
        opened(tmp_path / "a", place) as archive,
        pytest.raises(ArchiveError, match="cannot be reached"),
    ):
        archive.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY)]))
    assert not (tmp_path / "a").exists()


def test_a_database_that_is_not_there_is_named(tmp_path: Path, server: Server) -> None:
    refused(tmp_path, server.address("nowhere"), "/nowhere", "does not exist", "createdb")


def test_a_login_that_is_refused_is_named(tmp_path: Path, server: Server) -> None:
    place = server.address("postgres", user="nobody_here")
    refused(tmp_path, place, "refuses the login", "DATELINE_STORE")


def test_an_empty_database_holds_no_archive_until_something_is_ingested(
    tmp_path: Path, server: Server
) -> None:
    place = server.new()
    refused(tmp_path, place, "PostgreSQL at", "holds no archive", "dateline ingest")
    assert not Database.exists(tmp_path, place)
    with opened(tmp_path / "a", place) as archive:
        assert not archive.exists()
        archive.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY)]))
        assert archive.exists()
        assert not (tmp_path / "a" / FILE).exists()
        assert archive.search("lifeboat ferry")[0].text == FERRY


@pytest.mark.parametrize("name", ["bookmarks", "alembic_version", "revisions"])
def test_tables_of_another_program_are_refused(tmp_path: Path, server: Server, name: str) -> None:
    place = server.new()
    server.execute(f"CREATE TABLE {name} (id integer)", database_of(place))
    refused(tmp_path, place, "tables of another program", name, "createdb")
    with pytest.raises(ArchiveError, match="another program"):
        Database(tmp_path, place, create=True)


def test_a_newer_archive_is_refused(tmp_path: Path, server: Server, place: SecretStr) -> None:
    server.execute("UPDATE alembic_version SET version_num = '9999'", database_of(place))
    refused(tmp_path, place, "newer Dateline", "9999")


def test_a_database_that_cannot_hold_every_letter_is_refused(
    tmp_path: Path, server: Server
) -> None:
    server.execute("CREATE DATABASE latin ENCODING LATIN1 LOCALE 'C' TEMPLATE template0")
    refused(tmp_path, server.address("latin"), "LATIN1, not UTF8", "createdb --encoding UTF8")


def test_a_version_that_is_too_old_is_named(
    tmp_path: Path, place: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.postgresql.OLDEST", 99)
    refused(tmp_path, place, "is of version 1", "Dateline needs 99 or newer")


def test_a_schema_that_is_not_there_is_named(tmp_path: Path, server: Server) -> None:
    place = SecretStr(f"{server.new().get_secret_value()}&options=-csearch_path%3Dnewsroom")
    with pytest.raises(ArchiveError, match=r"no schema .*CREATE SCHEMA"):
        Database(tmp_path, place, create=True)


def test_without_rights_nothing_is_written_and_the_grants_are_named(
    tmp_path: Path, server: Server, place: SecretStr
) -> None:
    server.execute("DROP ROLE IF EXISTS guest")
    server.execute("CREATE ROLE guest LOGIN")
    guest = server.address(database_of(place), user="guest")
    refused(tmp_path, guest, "no right", "GRANT")
    server.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest", database_of(place))
    with closing(Database(tmp_path, guest, read_only=True)) as reading:
        assert not Conversations(reading).can_save()
        with pytest.raises(ArchiveError, match=r"no right .*GRANT"):
            Conversations(reading).append("", "", {"question": "Why?", "text": ""}, NOW)
    with pytest.raises(ArchiveError, match=r"no right .*GRANT"):
        opened(tmp_path / "a", guest).ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY)]))
    server.execute("DROP OWNED BY guest", database_of(place))
    server.execute("DROP ROLE guest")
    new = server.new()
    server.execute("CREATE ROLE visitor LOGIN")
    with pytest.raises(ArchiveError, match=r"no right .*GRANT"):
        Database(tmp_path, server.address(database_of(new), user="visitor"), create=True)
    server.execute("DROP ROLE visitor")


def test_a_login_that_only_serves_the_page_needs_the_rights_that_the_guide_names(
    tmp_path: Path, server: Server, place: SecretStr
) -> None:
    with opened(tmp_path / "a", place) as archive:
        archive.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY)]))
    server.execute("CREATE ROLE page LOGIN")
    name, kept = database_of(place), "conversations, turns, feedback, settings"
    server.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO page", name)
    server.execute(f"GRANT INSERT, UPDATE, DELETE ON {kept} TO page", name)
    server.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO page", name)
    try:
        with opened(tmp_path / "b", server.address(name, user="page")) as archive:
            answer = archive.ask("How many passengers came ashore?").to_dict()
            assert "41 passengers" in answer["text"]
            id_, _ = archive.conversations.append("", "", answer, NOW)
            archive.conversations.share("", id_, shared=True)
            archive.feedback.add("", Remark("helpful"), answer, NOW)
            assert archive.embed() == 1
            archive.conversations.delete("", id_)
            with pytest.raises(ArchiveError, match="no right"):
                archive.ingest(write_jsonl(tmp_path / "b.jsonl", [row(2, "Fog.")]))
    finally:
        server.execute("DROP OWNED BY page", name)
        server.execute("DROP ROLE page")


def test_a_standby_may_be_read_and_says_where_to_write(
    tmp_path: Path, server: Server, place: SecretStr
) -> None:
    name = database_of(place)
    server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with closing(Database(tmp_path, place, read_only=True)) as reading:
        assert Runs(reading).last() == 0
        with pytest.raises(ArchiveError, match=r"may only be read .*primary server"):
            Runs(reading).begin(["a"], NOW)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql+psycopg://ada:{SECRET}@x@db.example/news",
        f"postgresql+psycopg://ada:{SECRET}@db.example:port/news",
        f"postgresql+psycopg://ada:{SECRET}/x@y@db.example/news",
    ],
)
def test_an_address_that_cannot_be_one_is_not_repeated(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match="%40 for @") as raised:
        Database(tmp_path, SecretStr(address))
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("address", ["mysql://ada@db/news", "news.db", f"ada:{SECRET}@db/news"])
def test_another_kind_of_address_is_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DATELINE_STORE", address)
    with pytest.raises(ConfigError, match=r"'store': it must begin with postgresql") as raised:
        load_settings()
    assert address not in str(raised.value)


def test_a_setting_never_shows_its_password() -> None:
    known = Settings(store=SecretStr(f"postgres://ada:{SECRET}@db.example/news"))
    assert SECRET not in f"{known!r} {known} {known.model_dump()}"
    assert known.store.get_secret_value() == f"postgresql+psycopg://ada:{SECRET}@db.example/news"


def test_the_folder_of_another_archive_is_not_mixed_with_one_on_a_server(
    tmp_path: Path, filled: Path, server: Server, place: SecretStr
) -> None:
    new = write_jsonl(tmp_path / "new.jsonl", [row(1, FERRY)])
    with opened(filled, server.new()) as empty, pytest.raises(ArchiveError, match="is empty, and "):
        empty.ingest(new)
    with opened(tmp_path / "other", place) as other:
        other.ingest(new)
    with opened(filled, place) as mixed:
        with pytest.raises(StaleIndexError, match="dateline rebuild"):
            mixed.search("ferry")
        mixed.rebuild()
        assert [hit.text for hit in mixed.search("ferry Marigold")] == [FERRY]


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        place = SecretStr(f"postgresql://ada:{SECRET}@127.0.0.1:{port}/news?connect_timeout=1")
        refused(tmp_path, store_address(place), "cannot be reached", f":{port}/news")


# In the middle of work


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("53100", "has no room left"),
        ("53300", "has no connection to spare"),
        ("57P01", "cannot be reached, or broke off"),
        ("40P01", "is in use by somebody else"),
        ("42501", "gives this user no right to do that"),
        ("54000", "cannot store a text"),
        ("XX001", "holds no whole Dateline archive"),
        ("P0001", "refuses that"),
    ],
)
def test_what_a_server_says_in_the_middle_is_told_and_nothing_is_half_written(
    tmp_path: Path, server: Server, place: SecretStr, state: str, told: str
) -> None:
    name = database_of(place)
    failing = f"BEGIN RAISE EXCEPTION 'no more' USING ERRCODE = '{state}'; END"
    server.execute(
        f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ {failing} $$", name
    )
    server.execute("CREATE TRIGGER one BEFORE INSERT ON bands EXECUTE FUNCTION fail()", name)
    with closing(Database(tmp_path, place)) as database:
        store, run = Store(database), Runs(database).begin(["a"], NOW)
        items = [
            (article(f"Fog on day {n} in the whole harbour. " * 9, f"x/{n}"), []) for n in (1, 2)
        ]
        with pytest.raises(ArchiveError, match=rf"{told} \(no more"):
            store.put(run, items)
        assert (store.counts(), store.last_change(), store.publishers()) == ((0, 0), 0, {})
        server.execute("DROP TRIGGER one ON bands", name)
        store.put(run, items)
        assert store.counts() == (2, 0)


def test_a_server_that_breaks_off_leaves_nothing_half_written_and_is_found_again(
    tmp_path: Path,
) -> None:
    with running() as server:
        place = server.new()
        with opened(tmp_path / "a", place) as archive:
            archive.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY)]))
            with closing(Database(tmp_path, place)) as database:
                store, run = Store(database), Runs(database).begin(["b"], NOW)

                def half_written() -> None:
                    with database.write() as connection:
                        connection.execute(insert(schema.articles).values(id="x/2", revision=1))
                        server.stop()
                        connection.execute(insert(schema.articles).values(id="x/3", revision=1))

                with pytest.raises(ArchiveError, match="cannot be reached, or broke off"):
                    half_written()
                for call in (store.counts, database.replaced, lambda: archive.search("ferry")):
                    with pytest.raises(ArchiveError, match="cannot be reached"):
                        call()
                server.start()
                assert store.counts() == (1, 1)
                store.put(run, [(article("Fog.", "x/2"), [Chunk(0, 4)])])
            assert [hit.text for hit in archive.search("ferry Marigold")] == [FERRY]


def test_who_waits_too_long_for_another_writer_is_told(
    tmp_path: Path, place: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = "set_config('lock_timeout', '50ms', true)"
    impatient = postgresql._TAKE_TURN.replace("set_config('lock_timeout', '30s', true)", quick)
    monkeypatch.setattr(postgresql, "_TAKE_TURN", impatient)
    with closing(Database(tmp_path, place)) as one, closing(Database(tmp_path, place)) as other:
        with one.write(), pytest.raises(ArchiveError, match=r"in use by somebody else"):
            Runs(other).begin(["a"], NOW)
        assert Runs(other).begin(["a"], NOW) == 1


def test_an_archive_that_was_replaced_is_opened_again(
    tmp_path: Path, server: Server, place: SecretStr
) -> None:
    with closing(Database(tmp_path, place)) as database:
        assert not database.replaced()
        server.execute("DROP SCHEMA public CASCADE", database_of(place))
        assert database.replaced()
        server.execute("CREATE SCHEMA public", database_of(place))
        Database(tmp_path, place, create=True).close()
        assert database.replaced()


def test_the_page_says_that_the_server_is_away_and_works_again_by_itself(tmp_path: Path) -> None:
    with running() as server, opened(tmp_path / "a", server.new()) as archive:
        archive.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY)]))
        chat = Chat(archive)

        def asked() -> str:
            last = list(chat.ask(Form("How many passengers came ashore?"), Conversation()))[-1]
            return last.problem or last.conversation.turns[-1].text

        assert "41 passengers" in asked()
        server.stop()
        assert asked() == postgresql.UNAVAILABLE
        assert facts_html(chat) == postgresql.UNAVAILABLE
        server.start()
        assert "41 passengers" in asked()


# Text as in SQLite


def test_texts_are_sorted_compared_and_folded_as_in_sqlite(
    tmp_path: Path, place: SecretStr
) -> None:
    ids = ["x/a", "x/B", "x/é", "x/_", "x/Z", "x/ä", "x/b", "x/😀", "x/ﬀ"]
    texts = ["The Ferry ÉTOILE 100% sank_", "the ferry étoile", "a_b", "100 %", "aXb"]
    asked = ["ferry", "FERRY", "Étoile", "étoile", "ÉTOILE", "100%", "a_b", "\\", "'; --"]
    found = []
    for address in (NO_SERVER, place):
        with closing(Database(tmp_path, address, create=True)) as database:
            Runs(database).begin(["a"], NOW)
            store = Store(database)
            store.put(1, [(article(f"{id_}.", id_), []) for id_ in ids])
            store.put(1, [(article(each, f"y/{n}"), []) for n, each in enumerate(texts)])
            selected = store.tombstones.find(Selection(filters=Filters(language="en")))
            words = [[a.id for a in store.containing(word, 9)] for word in asked]
            names = [[a.id for a in store.signed(word)] for word in asked]
            found.append(([one.id for one in selected], words, names))
    assert found[0] == found[1]
    assert found[0][0][:9] == [f"x/{c}" for c in ["B", "Z", "_", "a", "b", "ä", "é", "ﬀ", "😀"]]
    assert found[0][1][:5] == [["y/0", "y/1"], ["y/0", "y/1"], ["y/0"], ["y/1"], ["y/0"]]


def test_a_text_that_no_server_can_store_is_named_and_stores_nothing(
    tmp_path: Path, place: SecretStr
) -> None:
    with closing(Database(tmp_path, place)) as database:
        Runs(database).begin(["a"], NOW)
        with pytest.raises(ArchiveError, match="cannot store a text"):
            Store(database).put(1, [(article("Fog\x00.", "x/1"), []), (article("A.", "x/2"), [])])
        assert Store(database).counts() == (0, 0)


def test_what_is_too_long_to_be_looked_up_is_named_and_the_rest_is_stored(
    tmp_path: Path, place: SecretStr
) -> None:
    letters = "".join(chr(0x4E00 + n) for n in range(900))
    rows = [row(1, FERRY), row(2, "Fog.", publisher=letters), row(3, "Rain.", id=letters, url="")]
    file = write_jsonl(tmp_path / "a.jsonl", rows)
    with opened(tmp_path / "a", place) as archive:
        report = archive.ingest(file, vectors=False)
        assert dict(report.counts) == {"added": 1, "failed": 2}
        told = sorted(one.note[:10] for one in report.failures)
        assert told == ["its id '一丁", "its outlet"]
        assert archive.counts()[0] == 1
    with opened(tmp_path / "b", NO_SERVER) as archive:
        assert dict(archive.ingest(file, vectors=False).counts) == {"added": 3}


def test_words_of_readers_that_no_server_can_store_break_nothing(
    tmp_path: Path, place: SecretStr
) -> None:
    odd = "Fog\x00 or \ud83d rain?"
    with closing(Database(tmp_path, place)) as database:
        Runs(database).begin(["a"], NOW)
        kept, remarks, store = Conversations(database), Feedback(database), Store(database)
        id_, _ = kept.append("ada", "", {"question": odd, "text": odd}, NOW)
        remarks.add("ada", Remark("comment", note=odd), {"question": odd, "text": odd}, NOW)
        assert kept.rename("ada", id_, odd) == "Fog\ufffd or \ufffd rain?"
        assert [one.id for one in kept.find("ada", "rain?")] == [id_]
        assert remarks.all()[0].remark.note == "Fog\ufffd or \ufffd rain?"
        assert store.containing(odd, 5) == store.signed(odd) == []
        with pytest.raises(ArchiveError, match="holds no article"):
            store.article(odd)


# Several writers


def test_two_machines_write_at_once_and_nothing_is_lost_or_stored_twice(
    tmp_path: Path, place: SecretStr
) -> None:
    shared = [row(n, f"Story {n} is told by both, in the same words.") for n in range(40)]
    own = [[row(100 * m + n, f"Machine {m} tells {n}.") for n in range(20)] for m in (1, 2)]
    files = [write_jsonl(tmp_path / f"{m}.jsonl", [*shared, *own[m]]) for m in (0, 1)]
    archives = [opened(tmp_path / f"machine{m}", place) for m in (0, 1)]
    together, counts = Barrier(2), [{}, {}]

    def work(machine: int) -> None:
        together.wait()
        counts[machine] = dict(archives[machine].ingest(files[machine]).counts)

    threads = [Thread(target=work, args=(machine,)) for machine in (0, 1)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(each.get("added", 0) for each in counts) == 80
    assert sum(each.get("unchanged", 0) for each in counts) == 40
    for archive in archives:
        assert archive.counts()[:2] == (80, 80)
        found = archive.search("machine tells", 50)
        assert len([hit for hit in found if hit.text.startswith("Machine")]) == 40
        archive.close()
    with closing(Database(tmp_path, place)) as database, database.read() as connection:
        assert connection.scalars(select(schema.revisions.c.revision).distinct()).all() == [1]
        assert len(connection.scalars(select(schema.changes.c.article_id)).all()) == 80


def test_changes_are_seen_in_the_order_of_their_numbers(tmp_path: Path, place: SecretStr) -> None:
    """A reader that has seen change n never misses a smaller one."""
    writers, each = 4, 15
    databases = [Database(tmp_path, place) for _ in range(writers)]
    run = Runs(databases[0]).begin(["a"], NOW)
    together = Barrier(writers + 1)

    def write(number: int) -> None:
        together.wait()
        for n in range(each):
            Store(databases[number]).put(run, [(article("A.", f"x/{number}/{n}"), [])])

    threads = [Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    followed: list[str] = []
    with closing(Database(tmp_path, place, read_only=True)) as reading:
        store, last = Store(reading), 0
        together.wait()
        while len(followed) < writers * each:
            newest = store.last_change()
            new = store.changed_since(last)
            followed += [id_ for id_ in new if id_ not in followed]
            last = newest
            if not any(thread.is_alive() for thread in threads) and newest == store.last_change():
                followed += [id_ for id_ in store.changed_since(last) if id_ not in followed]
                break
    for thread in threads:
        thread.join()
    for database in databases:
        database.close()
    assert sorted(followed) == sorted(f"x/{w}/{n}" for w in range(writers) for n in range(each))


def test_a_number_is_never_seen_before_a_smaller_one_that_is_still_to_come(
    tmp_path: Path, place: SecretStr
) -> None:
    with closing(Database(tmp_path, place)) as one, closing(Database(tmp_path, place)) as other:
        seen: list[int] = []
        ready = Barrier(2)

        def later() -> None:
            ready.wait()
            with other.write() as connection:
                connection.execute(insert(schema.changes).values(article_id="x/2"))

        with one.write() as connection:
            connection.execute(insert(schema.changes).values(article_id="x/1"))
            thread = Thread(target=later)
            thread.start()
            ready.wait()
            waiting = text(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            )
            with closing(Database(tmp_path, place, read_only=True)) as reading:
                while not seen:
                    with reading.read() as watching:
                        if watching.scalar(waiting):
                            seen.append(Store(reading).last_change())
        thread.join()
        assert seen == [0]
        assert Store(one).changed_since(0) == ["x/1", "x/2"]


def test_what_was_deleted_while_a_run_reads_stays_out(tmp_path: Path, place: SecretStr) -> None:
    with closing(Database(tmp_path, place)) as database:
        store, run = Store(database), Runs(database).begin(["a"], NOW)
        store.put(run, [(article("Fog.", "x/1"), [])])
        store.tombstones.delete(["x/1"], NOW.replace(hour=1), "They asked.")
        assert store.put(run, [(article("Fog.", "x/1"), [])]) == {"x/1": "deleted"}
        assert store.counts() == (0, 0)
        again = Runs(database).begin(["a"], NOW.replace(hour=2))
        assert store.put(again, [(article("Fog.", "x/1"), [])]) == {"x/1": "added"}


def test_a_machine_follows_what_another_stores(
    tmp_path: Path, place: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.indexes.opening._FOLLOW_SECONDS", 0.0)
    with opened(tmp_path / "one", place) as one, opened(tmp_path / "other", place) as other:
        one.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY)]))
        assert [hit.text for hit in other.search("Marigold")] == [FERRY]
        one.ingest(write_jsonl(tmp_path / "b.jsonl", [row(2, "The mine has its licence.")]))
        assert other.search("licence of the mine")[0].article.title == "Story 2"
        one.removals.delete(one.removals.find(Selection(ids=("courier.example/1",))))
        assert "Story 1" not in [hit.article.title for hit in other.search("Marigold")]


# Moving an archive


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """An archive in a folder, with something in most tables, and numbers that are gone."""
    rows = [row(n, f"In story {n} the ferry sails. It costs {n} crowns.") for n in range(1, 30)]
    with opened(tmp_path / "from", NO_SERVER) as archive:
        archive.ingest(write_jsonl(tmp_path / "a.jsonl", rows))
        revised = [row(3, "In story 3 the ferry sails after all."), row(30, "Fog.")]
        archive.ingest(write_jsonl(tmp_path / "b.jsonl", revised))
        answer = archive.ask("What does story 7 cost?").to_dict()
        archive.conversations.append("ada", "", answer, NOW)
        found = archive.removals.find(Selection(ids=("courier.example/30",)))
        archive.removals.delete(found, "They asked.")
        archive.removals.withdraw("courier.example/5", "Wrong.")
    return tmp_path / "from"


def test_an_archive_moves_to_a_server_and_back_and_is_the_same(
    tmp_path: Path, filled: Path, server: Server
) -> None:
    place = server.new()
    there = copy_archive(filled, place.get_secret_value(), settings(), HashingEncoder())
    assert SECRET not in there.place
    counted = {table.name: table.rows for table in there.tables}
    assert (counted["articles"], counted["revisions"], counted["deletions"]) == (29, 30, 1)
    back = copy_archive(filled, str(tmp_path / "back"), settings(place), HashingEncoder())
    assert back.tables == there.tables
    # The folder's indexes and vectors go with the copy on the server, as they are.
    with opened(filled, NO_SERVER) as source, opened(filled, place) as copied:
        assert copied.counts() == source.counts()
        assert copied.state() == source.state()
        assert copied.search("ferry in story 7") == source.search("ferry in story 7")
    for folder, address in ((filled, place), (tmp_path / "back", NO_SERVER)):
        found = examine(folder, settings(address), HashingEncoder())
        assert [(one.check, one.severity) for one in found] == [("deleted", "note")]
        with opened(folder, address) as archive:
            archive.ingest(write_jsonl(tmp_path / "c.jsonl", [row(31, "The ferry is new.")]))
            assert archive.state()[1] == 34
            assert min(archive.passages(range(1, 90))) == 1
            new = archive.search("The ferry is new.")[0].passage
            assert new.id == 32


def test_a_target_that_is_not_empty_is_refused(
    tmp_path: Path, filled: Path, server: Server
) -> None:
    place = server.new()
    copy_archive(filled, place.get_secret_value(), settings(), HashingEncoder())
    for target in (place.get_secret_value(), str(filled)):
        with pytest.raises(ArchiveError, match=r"holds an archive already|not empty"):
            copy_archive(filled, target, settings(), HashingEncoder())
    others = server.new()
    server.execute("CREATE TABLE bookmarks (id integer)", database_of(others))
    with pytest.raises(ArchiveError, match="another program"):
        copy_archive(filled, others.get_secret_value(), settings(), HashingEncoder())


def test_a_copy_that_fails_leaves_no_row_and_can_be_made_again(
    tmp_path: Path, filled: Path, server: Server
) -> None:
    place = server.new()
    with closing(sqlite3.connect(filled / FILE)) as rows, rows:
        rows.execute("UPDATE deletions SET why = 'a' || char(0) || 'b'")
    with pytest.raises(ArchiveError, match="cannot store a text"):
        copy_archive(filled, place.get_secret_value(), settings(), HashingEncoder())
    with closing(Database(tmp_path, place)) as database:
        assert Store(database).counts() == (0, 0)
    with closing(sqlite3.connect(filled / FILE)) as rows, rows:
        rows.execute("UPDATE deletions SET why = 'b'")
    server.execute("DELETE FROM settings", database_of(place))
    made = copy_archive(filled, place.get_secret_value(), settings(), HashingEncoder())
    assert {table.name: table.rows for table in made.tables}["articles"] == 29


def test_the_command_copies_and_tells_each_table(
    tmp_path: Path, filled: Path, server: Server, dateline: Commands
) -> None:
    place = server.new().get_secret_value()
    done = dateline("copy", "--archive", filled, "--to", place)
    assert (done.status, SECRET in done.out + done.err) == (0, False), done
    assert "        29  articles  sha256 " in done.out
    again = dateline("copy", "--archive", filled, "--to", place)
    again.refused("holds an archive already")
    dateline("copy", "--archive", filled, "--to", "mysql://ada:x@db/news").refused(
        "must begin with"
    )


# Backups, the doctor, compacting, sizes


def test_a_backup_of_a_server_is_an_archive_in_a_folder(
    tmp_path: Path, filled: Path, server: Server
) -> None:
    place = server.new()
    copy_archive(filled, place.get_secret_value(), settings(), HashingEncoder())
    made = back_up(filled, tmp_path / "friday", settings(place), HashingEncoder())
    assert (made.articles, (tmp_path / "friday" / FILE).exists()) == (29, True)
    restore(tmp_path / "friday", tmp_path / "again", settings(place), HashingEncoder())
    with opened(tmp_path / "again", NO_SERVER) as archive, opened(filled, place) as source:
        assert archive.state() == source.state()
        assert archive.search("story 7") == source.search("story 7")


def test_the_doctor_examines_a_store_on_a_server(
    tmp_path: Path, server: Server, place: SecretStr
) -> None:
    folder = tmp_path / "a"
    with opened(folder, place) as archive:
        archive.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY)]))
    assert examine(folder, settings(place), HashingEncoder()) == []
    name = database_of(place)
    server.execute("CREATE TABLE notes (id integer)", name)
    server.execute("CREATE INDEX only_one ON articles (revision)", name)
    server.execute("UPDATE revisions SET text = 'The ferry was built in 1903.'", name)
    found = {each.check: each for each in examine(folder, settings(place), HashingEncoder())}
    assert "1 articles or passages are damaged" in found["content"].what
    assert found["content"].mend.startswith("dateline restore BACKUP NEW_FOLDER; ")
    assert "psql --command 'DROP TABLE \"notes\"'" in found["unknown"].mend
    server.stop()
    try:
        down = examine(folder, settings(place), HashingEncoder())
    finally:
        server.start()
    assert [(one.check, one.severity) for one in down] == [("store", "fatal")]
    assert "cannot be reached" in down[0].what


def test_compacting_writes_the_tables_anew(tmp_path: Path, server: Server, filled: Path) -> None:
    place = server.new()
    copy_archive(filled, place.get_secret_value(), settings(), HashingEncoder())
    node = "SELECT relfilenode FROM pg_class WHERE relname = 'revisions'"
    before = server.execute(node, database_of(place))
    with opened(filled, place) as archive:
        archive.removals.compact()
        assert archive.snapshot().store.tombstones.not_compacted() == 0
    assert server.execute(node, database_of(place)) != before


def test_info_names_the_server_and_its_size(
    tmp_path: Path, place: SecretStr, dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_STORE", place.get_secret_value())
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY)])
    assert dateline("ingest", "a.jsonl").status == 0
    held = dateline("info", "--json").json
    assert held["articles"] == 1
    assert held["sizes"]["postgresql"] > 100_000
    assert held["versions"]["postgresql"].split(".")[0].isdecimal()
    assert SECRET not in json.dumps(held)
