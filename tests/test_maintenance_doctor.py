"""What the doctor says of each thing that can be wrong, and what is left of it after --fix."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import zlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from embeddings import FaissIndex, HashingEncoder, Manifest
from rag.config import Settings
from rag.maintenance.doctor import Finding, examine, is_sound
from rag.maintenance.doctor.disk import check_room
from rag.maintenance.doctor.findings import listed, worst_first
from rag.store import Database, Feeds, PollAttempts, writer_lock
from tests.builders import row, write_jsonl
from tests.commands import Commands, many
from tests.damages import Found, allowed, built, locked, mounted, results
from tests.old_formats import take_back

NOW = datetime(2026, 1, 5, tzinfo=UTC)
TOWN = "courier.example/20"
OTHER = "courier.example/21"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Found]]:
    archive = built(tmp_path_factory.mktemp("sound"))
    return archive, allowed(archive, tmp_path_factory.mktemp("again"))


@pytest.fixture
def expected(sound: tuple[Path, list[Found]]) -> list[Found]:
    """What the archive may find."""
    return sound[1]


@pytest.fixture
def archive(sound: tuple[Path, list[Found]], tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound[0], tmp_path / "archive"))


def changed(archive: Path, *statements: str) -> None:
    """Changes rows behind Dateline's back."""
    with closing(sqlite3.connect(archive / "archive.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def found(archive: Path, now: datetime | None = None) -> list[Finding]:
    return examine(archive, Settings(encoder="hashing"), HashingEncoder(), now)


def test_nothing_is_found_in_a_sound_archive_and_nothing_is_written(
    dateline: Commands, archive: Path
) -> None:
    before = {
        path: path.stat().st_mtime_ns for path in archive.rglob("*.*") if "-shm" not in path.name
    }
    assert found(archive) == []
    after = {path: path.stat().st_mtime_ns for path in before}
    assert after == before
    ended = dateline("doctor", "--archive", archive)
    assert (ended.status, ended.out, ended.err) == (0, f"{archive} is sound\n", "")
    assert dateline("doctor", "--archive", archive, "--json").json == {
        "archive": str(archive),
        "sound": True,
        "mended": [],
        "failed": [],
        "findings": [],
    }


ROWS_WRONG = {
    "1 passages belong to no revision: 70": (
        "INSERT INTO passages VALUES (70, 'gone', 1, 0, 5, '', 'x', 1)",
        "rows wrong fixable",
    ),
    "1 revisions belong to no article: 'courier.example/20'": (
        f"DELETE FROM articles WHERE id = '{TOWN}'",
        "rows wrong",
    ),
    "69 revisions came by no run": ("DELETE FROM runs", "rows wrong"),
    "1 rows of copies belong to no article: 'gone'": (
        "INSERT INTO copies (article_id) VALUES ('gone')",
        "rows wrong fixable",
    ),
    "1 bands belong to no article: 999": (
        "INSERT INTO bands VALUES (1, 999)",
        "rows wrong fixable",
    ),
    "1 outcomes belong to no run: 'a.md'": (
        "INSERT INTO outcomes VALUES (99, 'a.md', 'added', NULL, '')",
        "rows wrong",
    ),
    "1 entries belong to no feed: 'k'": (
        "INSERT INTO feed_entries VALUES ('https://courier.example/feed', 'k', '')",
        "rows wrong fixable",
    ),
    "1 turns belong to no conversation: 'c1'": (
        "INSERT INTO turns (conversation_id, number, question, answer, at)"
        " VALUES ('c1', 1, 'Why?', '{}', 0)",
        "rows wrong",
    ),
    "1 articles are missing in the change log: 'courier.example/20'": (
        f"DELETE FROM changes WHERE article_id = '{TOWN}'",
        "changes wrong",
    ),
    "the change log knows 1 unknown articles: 'gone'": (
        "INSERT INTO changes (article_id) VALUES ('gone')",
        "changes wrong",
    ),
    "1 articles have not one current revision: 'courier.example/20'": (
        f"UPDATE revisions SET superseded = 1 WHERE article_id = '{TOWN}'",
        "revisions wrong",
    ),
    "1 passages of revisions that are superseded count as current: 21": (
        f"UPDATE revisions SET superseded = 1 WHERE article_id = '{TOWN}'",
        "revisions wrong",
    ),
    "1 articles have not one current revision: 'courier.example/3'": (
        "UPDATE revisions SET superseded = 0 WHERE article_id = 'courier.example/3'",
        "revisions wrong",
    ),
    "article 'courier.example/20' does not have its checksum": (
        f"UPDATE revisions SET title = 'Another' WHERE article_id = '{TOWN}'",
        "content fatal",
    ),
    "passage 21 of article 'courier.example/20' does not have its checksum": (
        f"UPDATE passages SET end = end - 1 WHERE article_id = '{TOWN}'",
        "content fatal",
    ),
    "passage 21 of article 'courier.example/20' is a slice from 0 to 9999 of ": (
        f"UPDATE passages SET end = 9999 WHERE article_id = '{TOWN}'",
        "content fatal",
    ),
    "article 'courier.example/20' marks characters 3 to 9999 as byline": (
        f"""UPDATE revisions SET furniture = '[[3, 9999, "byline"]]' WHERE article_id = '{TOWN}'""",
        "content fatal",
    ),
    "article 'courier.example/20' cannot be read: JSONDecodeError": (
        f"UPDATE revisions SET furniture = '[[' WHERE article_id = '{TOWN}'",
        "content fatal",
    ),
    "article 'courier.example/20' does not have the checksum of its text": (
        f"UPDATE revisions SET text_digest = '' WHERE article_id = '{TOWN}'",
        "content fatal",
    ),
    "is not named as its address 'https://evil.example/20' would have it": (
        f"UPDATE revisions SET url = 'https://evil.example/20' WHERE article_id = '{TOWN}'",
        "content fatal",
    ),
    "the archive has lost its id": (
        "DELETE FROM settings WHERE name = 'archive_id'",
        "settings wrong fixable",
    ),
    "passages have at most 32 tokens, the settings ask for 192": (
        "UPDATE settings SET value = '32' WHERE name = 'chunk_tokens'",
        "settings odd",
    ),
    "1 articles are not compared for copies: 'courier.example/20'": (
        f"DELETE FROM copies WHERE article_id = '{TOWN}'",
        "copies odd fixable",
    ),
    "1 groups of copies are not named by a member: 'nobody'": (
        f"UPDATE copies SET group_id = 'nobody' WHERE article_id = '{TOWN}'",
        "copies odd fixable",
    ),
    "copies were compared by 'shingles-0'": (
        "UPDATE settings SET value = 'shingles-0' WHERE name = 'near_duplicates'",
        "copies odd fixable",
    ),
    "60 articles are dated after the run that brought them: 'courier.example/0'": (
        "UPDATE runs SET started = 0",
        "dates odd",
    ),
    "run 2 began 1:00:00 before run 1": (
        "UPDATE runs SET started = 1770000000 - 3600 * id",
        "clock note",
    ),
    "runs 2 began later than now, ": (
        "UPDATE runs SET started = 9999999999 WHERE id = 2",
        "clock odd",
    ),
    "the last run (2) never ended": ("UPDATE runs SET finished = NULL WHERE id = 2", "runs odd"),
    "1 runs never ended: 1; later ones did": (
        "UPDATE runs SET finished = NULL WHERE id = 1",
        "runs note",
    ),
    "1 inputs of the last run (2) failed": (
        "INSERT INTO outcomes VALUES (2, 'a.md', 'failed', NULL, 'empty')",
        "runs note",
    ),
    "https://courier.example/feed has not been read ever": (
        "INSERT INTO feeds (url, title, etag, modified, digest)"
        " VALUES ('https://courier.example/feed', '', '', '', '')",
        "feeds note",
    ),
}


@pytest.mark.parametrize("what", ROWS_WRONG)
def test_rows_that_are_wrong_are_found_and_mended_where_nothing_is_lost(
    dateline: Commands, archive: Path, expected: list[Found], what: str
) -> None:
    statement, kind = ROWS_WRONG[what]
    changed(archive, statement)
    findings = dateline("doctor", "--json", "--archive", archive)
    assert "Traceback" not in findings.err
    (one,) = [one for one in json.loads(findings.out)["findings"] if what in one["what"]]
    fixable = " fixable" if one["fixable"] else ""
    assert f"{one['check']} {one['severity']}{fixable}" == kind
    assert findings.status == int("note" not in kind)
    assert one["means"].endswith(".")
    assert one["mend"]
    fixed = dateline("doctor", "--fix", "--archive", archive)
    if fixable:
        assert (fixed.status, fixed.out) == (0, f"{archive} is sound\n")
        assert fixed.err.startswith("mended: ")
        assert results(archive) in expected
    else:
        assert what in fixed.out


def only(findings: list[Finding], check: str) -> Finding:
    (one,) = [finding for finding in findings if finding.check == check]
    return one


def fixed(dateline: Commands, archive: Path) -> None:
    ended = dateline("doctor", "--fix", "--archive", archive)
    assert ended.status == 0, ended


TRIGGER = """CREATE TRIGGER "a "" b" AFTER INSERT ON revisions BEGIN
UPDATE revisions SET title = 'stolen' WHERE article_id = new.article_id; END"""


def test_triggers_and_views_of_others_never_run_and_are_taken_out(
    dateline: Commands, archive: Path, sound: tuple[Path, list[Found]], expected: list[Found]
) -> None:
    changed(archive, TRIGGER, "CREATE VIEW odd AS SELECT * FROM articles")
    source = sound[0].parent / "new.jsonl"
    for command in (["search", "harbour"], ["ingest", source], ["delete", TOWN, "--yes"]):
        dateline(*command, "--archive", archive).refused(
            "holds the trigger 'a \" b', the view 'odd', which Dateline never makes",
            f"take them out: dateline doctor --fix --archive {archive}",
        )
    (one,) = found(archive)
    assert (one.check, one.severity, one.fixable) == ("foreign", "fatal", True)
    assert one.mend == f"dateline doctor --fix --archive {archive}"
    fixed(dateline, archive)
    assert found(archive) == []
    assert results(archive) in expected
    with closing(sqlite3.connect(archive / "archive.db")) as rows:
        assert rows.execute("SELECT name FROM sqlite_master WHERE rootpage = 0").fetchall() == []


def test_indexes_of_others_are_taken_out_and_their_tables_named(
    dateline: Commands, archive: Path
) -> None:
    changed(
        archive,
        "CREATE INDEX only_one ON revisions (abs(run_id))",
        "CREATE TABLE notes (text)",
    )
    index, table = (one for one in found(archive) if one.check == "unknown")
    assert (index.what, index.fixable) == ("archive.db holds 1 indexes of others: 'only_one'", True)
    assert (table.what, table.fixable) == ("archive.db holds 1 tables of others: 'notes'", False)
    assert table.mend == f"sqlite3 {archive}/archive.db 'DROP TABLE \"notes\"'"
    assert dateline("doctor", "--fix", "--archive", archive).status == 1
    assert [one.what for one in found(archive)] == [table.what]
    changed(archive, "DROP TABLE notes")
    assert found(archive) == []


@pytest.mark.parametrize("file", ["vectors.db", "inputs.db"])
def test_triggers_in_what_is_derived_never_run(
    dateline: Commands, archive: Path, sound: tuple[Path, list[Found]], file: str
) -> None:
    table = {"vectors.db": "vector", "inputs.db": "input"}[file]
    with closing(sqlite3.connect(archive / file)) as derived, derived:
        derived.execute(f"CREATE TRIGGER t AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END")
    source = write_jsonl(archive.parent / "more.jsonl", [row(900, "Snow fell on the harbour.")])
    ended = dateline("ingest", source, "--archive", archive)
    if file == "vectors.db":
        ended.refused("vectors.db holds the trigger 't', which no cache has; move it away")
        (archive / file).unlink()
        ended = dateline("ingest", source, "--archive", archive)
    assert ended.status == 0, ended
    assert dateline("ingest", source, "--archive", archive).status == 0
    with closing(sqlite3.connect(archive / file)) as derived:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        assert derived.execute(query).fetchall() == []


def test_what_killed_processes_left_is_removed(dateline: Commands, archive: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    noted = {"pid": gone.pid, "host": socket.gethostname(), "since": "now", "purpose": "ingest"}
    (archive / "writer.json").write_text(json.dumps(noted))
    (archive / "lexical" / f".dateline.json.{gone.pid}.tmp").write_text("{")
    one = only(found(archive), "leftovers")
    assert (one.severity, one.fixable) == ("note", True)
    assert one.what == (
        f"a process that was killed left '.dateline.json.{gone.pid}.tmp', 'writer.json'"
    )
    assert dateline("doctor", "--archive", archive).status == 0
    fixed(dateline, archive)
    assert found(archive) == []
    assert not (archive / "writer.json").exists()


def test_what_a_process_at_work_has_written_is_left_alone(archive: Path) -> None:
    with writer_lock(archive, "ingest"):
        (archive / f".x.{os.getpid()}.tmp").write_text("{")
        (archive / "dense.faiss.new").write_text("half of it")
        changed(archive, "UPDATE runs SET finished = NULL WHERE id = 2")
        assert found(archive) == []


def test_while_another_writes_nothing_is_mended(dateline: Commands, archive: Path) -> None:
    shutil.rmtree(archive / "lexical")
    with writer_lock(archive, "ingest"):
        ended = dateline("doctor", "--fix", "--archive", archive)
    ended.refused("is being written by process", "(ingest)")


def test_a_save_that_was_cut_off_is_finished(
    dateline: Commands, archive: Path, expected: list[Found]
) -> None:
    shutil.copy(archive / "dense.faiss", archive / "dense.faiss.new")
    (archive / "manifest.json.new").write_text("{")
    one = only(found(archive), "leftovers")
    assert (one.severity, one.fixable) == ("note", True)
    fixed(dateline, archive)
    assert found(archive) == []
    assert results(archive) in expected


def test_what_was_put_aside_is_told_and_left(dateline: Commands, archive: Path) -> None:
    (archive / "vectors.db.damaged").write_text("x")
    one = only(found(archive), "leftovers")
    assert (one.severity, one.mend) == ("note", f"rm -r {archive}/vectors.db.damaged")
    fixed(dateline, archive)
    assert (archive / "vectors.db.damaged").exists()


@pytest.mark.parametrize("name", ["lexical", "vectors.db", "dense.faiss", "manifest.json"])
def test_what_is_no_file_or_no_folder_is_put_aside(
    dateline: Commands, archive: Path, expected: list[Found], name: str
) -> None:
    path = archive / name
    if path.is_dir():
        shutil.rmtree(path)
        path.write_text("The harbour.")
    else:
        path.unlink()
        path.mkdir()
    one = only(found(archive), "files")
    assert (one.severity, one.fixable) == ("wrong", True)
    assert one.what.startswith(f"{path} is a ")
    again = dateline("doctor", "--fix", "--json", "--archive", archive)
    assert (archive / f"{name}.damaged").exists()
    if name == "vectors.db":
        assert next(each["check"] for each in json.loads(again.out)["findings"]) == "vectors"
        assert dateline("rebuild", "--archive", archive).status == 0
    dateline("embed", "--archive", archive)
    assert results(archive) in expected


def test_a_folder_in_place_of_the_store_is_fatal(dateline: Commands, archive: Path) -> None:
    for path in archive.glob("archive.db*"):
        path.unlink()
    (archive / "archive.db").mkdir()
    one = only(found(archive), "files")
    assert (one.severity, one.fixable) == ("fatal", False)
    assert dateline("doctor", "--archive", archive).status == 1


def test_no_archive_is_fatal_and_nothing_is_made(dateline: Commands, tmp_path: Path) -> None:
    ended = dateline("doctor", "--fix")
    assert ended.status == 1
    assert "fatal: there is no archive.db in 'archive'" in ended.out
    assert "mend: dateline ingest PATH... --archive archive" in ended.out
    assert list(tmp_path.iterdir()) == []


def test_a_lost_store_is_not_taken_for_an_empty_one(archive: Path) -> None:
    for path in archive.glob("archive.db*"):
        path.unlink()
    (archive / "archive.db").touch()
    one = only(found(archive), "store")
    assert (one.severity, one.fixable) == ("fatal", False)
    assert one.mend.startswith(f"mv {archive} {archive}.damaged; dateline ingest PATH...")


def test_an_older_format_is_brought_up_to_date(
    dateline: Commands, archive: Path, expected: list[Found]
) -> None:
    take_back(archive, "0001")
    one = only(found(archive), "format")
    assert (one.severity, one.fixable) == ("odd", True)
    assert one.mend == f"dateline rebuild --archive {archive}"
    ended = dateline("doctor", "--fix", "--archive", archive)
    assert ended.status == 0
    # What an older format hides is found, and mended, once it is brought up to date.
    assert ended.err.splitlines() == [
        "mended: brought the tables up to date",
        "mended: compared all articles for copies again",
    ]
    assert results(archive) in expected


def test_a_newer_format_is_fatal(archive: Path) -> None:
    changed(archive, "UPDATE alembic_version SET version_num = '9999'")
    one = only(found(archive), "store")
    assert (one.severity, one.mend) == ("fatal", "pip install --upgrade dateline")


def test_another_encoder_is_named_and_nothing_is_rebuilt_for_it(
    dateline: Commands, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_ENCODER", "minilm")
    ended = dateline("doctor", "--fix", "--json", "--archive", archive)
    told = json.loads(ended.out)
    (one,) = told["findings"]
    assert (one["check"], one["severity"], one["fixable"]) == ("encoder", "wrong", False)
    assert "'hashing-64-256'" in one["what"]
    assert "MiniLM" in one["what"]
    assert (ended.status, told["mended"]) == (1, [])


def test_without_vectors_the_command_that_embeds_is_named(
    dateline: Commands, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "in.jsonl", [row(1, "Fog lay over the harbour.")])
    assert dateline("ingest", "in.jsonl", "--no-vectors").status == 0
    one = only(found(Path("archive")), "coverage")
    assert (one.severity, one.what, one.mend) == (
        "odd",
        "1 of 1 passages have no vector",
        "dateline embed --archive archive",
    )
    assert dateline("embed").status == 0
    assert dateline("doctor").status == 0


def test_vectors_that_are_lost_are_told_before_the_index_is(
    dateline: Commands, archive: Path, expected: list[Found]
) -> None:
    for path in archive.glob("vectors.db*"):
        path.unlink()
    (one,) = found(archive)
    assert (one.check, one.severity, one.fixable) == ("vectors", "odd", False)
    assert one.what == "the vectors of 60 passages are in the index, not in vectors.db"
    assert results(archive) in expected
    for command in one.mend.split("; "):
        assert dateline(*command.split()[1:]).status == 0
    assert found(archive) == []
    assert results(archive) in expected


def spoiled(archive: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(archive / "vectors.db")) as connection, connection:
        connection.execute(statement, values)


NOT_A_NUMBER = struct.pack("<f", float("nan")) * 64


@pytest.mark.parametrize(
    ("statement", "values", "wrong"),
    [
        (
            "UPDATE vector SET value = ?, checksum = ? WHERE id = 9",
            [NOT_A_NUMBER, zlib.crc32(NOT_A_NUMBER)],
            "has numbers that are none",
        ),
        ("UPDATE vector SET value = ? WHERE id = 9", [b"1234"], "has 4 bytes instead of 256"),
        ("UPDATE vector SET checksum = 1 WHERE id = 9", [], "does not have its checksum"),
        ("UPDATE vector SET encoder = 9 WHERE id = 9", [], "is of no known encoder"),
    ],
)
def test_a_vector_that_is_none_is_found_and_computed_again(
    dateline: Commands,
    archive: Path,
    expected: list[Found],
    statement: str,
    values: list[object],
    wrong: str,
) -> None:
    spoiled(archive, statement, *values)
    one = next(each for each in found(archive) if each.check == "vectors")
    assert wrong in one.what
    assert one.severity == "wrong"
    assert dateline("doctor", "--fix", "--archive", archive).status in (0, 1)
    dateline("embed", "--archive", archive)
    assert [each for each in found(archive) if each.severity != "note"] == []
    assert results(archive) in expected


def test_a_vector_under_the_id_of_another_passage_is_found(
    dateline: Commands, archive: Path, expected: list[Found]
) -> None:
    noted = json.loads((archive / "manifest.json").read_bytes())
    manifest = Manifest(**{name: noted[name] for name in Manifest.__dataclass_fields__})
    index = FaissIndex.open(archive, manifest)
    texts = ["The harbour wall", "A night train"]
    index.remove([20, 21])
    index.add([20, 21], np.stack(list(HashingEncoder().encode_document(texts))))
    index.save(archive)
    one = only(found(archive), "meanings")
    assert (one.severity, one.what) == ("wrong", "2 passages have the vector of another: 20, 21")
    fixed(dateline, archive)
    assert results(archive) in expected


def test_words_of_other_texts_under_the_same_ids_are_found(
    dateline: Commands, archive: Path, expected: list[Found], tmp_path: Path
) -> None:
    rows = [row(n, "Snow fell on the quiet volcano.") for n in range(60)]
    write_jsonl(tmp_path / "other.jsonl", rows)
    changes = [
        {**each, "text": f"Snow fell on the quiet volcano, {n}."} for n, each in enumerate(rows)
    ]
    write_jsonl(tmp_path / "more.jsonl", changes[:9])
    for name in ("other.jsonl", "more.jsonl"):
        assert dateline("ingest", name, "--archive", "other").status == 0
    shutil.rmtree(archive / "lexical")
    shutil.copytree(tmp_path / "other" / "lexical", archive / "lexical")
    with closing(Database(archive, read_only=True)) as database, database.read() as connection:
        name = connection.exec_driver_sql(
            "SELECT value FROM settings WHERE name = 'archive_id'"
        ).scalar_one()
    for path in (archive / "lexical").rglob("dateline.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"archive_id": name}))
    one = only(found(archive), "words")
    assert (one.severity, one.fixable) == ("wrong", True)
    assert one.what.startswith("the word index does not find 6")
    fixed(dateline, archive)
    assert results(archive) in expected


def test_a_word_index_that_is_behind_catches_up(
    dateline: Commands, archive: Path, expected: list[Found]
) -> None:
    shutil.rmtree(archive / "lexical")
    one = only(found(archive), "words")
    assert (one.severity, one.what) == ("note", "the word index follows 0 of 69 changes")
    fixed(dateline, archive)
    assert found(archive) == []
    assert results(archive) in expected


@pytest.mark.parametrize("index", ["lexical/dateline.json", "manifest.json"])
def test_an_index_that_is_ahead_tells_of_articles_that_are_lost(
    dateline: Commands, archive: Path, sound: tuple[Path, list[Found]], index: str
) -> None:
    path = archive / index
    path.write_text(json.dumps(json.loads(path.read_text()) | {"change": 99}))
    one = only(found(archive), "log")
    assert (one.severity, one.fixable) == ("wrong", False)
    assert "follows change 99, the store ends at 69" in one.what
    assert one.mend == (
        f"dateline rebuild --archive {archive}; dateline ingest PATH... --archive {archive}"
    )
    assert dateline("rebuild", "--archive", archive).status == 0
    assert dateline("ingest", sound[0].parent / "new.jsonl", "--archive", archive).status == 0
    assert found(archive) == []


def test_dates_are_held_against_the_clock(archive: Path, dateline: Commands) -> None:
    early = list(found(archive, datetime(2025, 1, 1, tzinfo=UTC)))
    one = only(early, "dates")
    assert one.severity == "odd"
    assert one.what.startswith("60 articles are dated later than today, 2025-01-01: 'courier")
    source = write_jsonl(archive.parent / "old.jsonl", [row(99, "A king.", date="1612-05-03")])
    assert dateline("ingest", source, "--archive", archive).status == 0
    assert only(found(archive), "dates").what == (
        "1 articles are dated before 1800: 'courier.example/99'"
    )


def test_an_article_under_two_spellings_of_its_address_is_found(archive: Path) -> None:
    new = "www.courier.example/20/"
    for table in ("revisions", "passages", "changes", "copies"):
        changed(archive, f"UPDATE {table} SET article_id = '{new}' WHERE article_id = '{OTHER}'")
    changed(archive, f"UPDATE articles SET id = '{new}' WHERE id = '{OTHER}'")
    changed(archive, f"UPDATE revisions SET url = '' WHERE article_id = '{new}'")
    one = only(found(archive), "ids")
    assert one.severity == "odd"
    assert one.what == f"1 articles are stored under two ids: ('{TOWN}', '{new}')"


def test_feeds_that_are_silent_or_fail_are_told(archive: Path) -> None:
    url = "https://courier.example/feed"
    with closing(Database(archive)) as database:
        feeds = Feeds(database)
        feeds.add(url)
        read = PollAttempts().after_success(datetime(2026, 1, 4, tzinfo=UTC))
        feeds.note(url, read)
        assert [one for one in found(archive, NOW) if one.check == "feeds"] == []
        assert only(found(archive, datetime(2026, 1, 12, tzinfo=UTC)), "feeds").what == (
            f"{url} has not been read since 2026-01-04"
        )
        feeds.note(url, read.after_failure(NOW, "status 500"))
        one = only(found(archive, NOW), "feeds")
    assert (one.severity, one.what) == (
        "odd",
        f"{url} has not been read since 2026-01-04: status 500",
    )
    assert one.mend == f"dateline feed poll {url} --archive {archive}"


def test_a_disk_with_little_room_is_told(archive: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=3m"):
        shutil.copytree(archive, disk / "archive")
        (one,) = check_room(disk / "archive")
    assert (one.check, one.severity) == ("disk", "odd")
    assert "MB are free, the archive has 0 MB" in one.what or "1 MB" in one.what


def test_an_archive_that_may_only_be_read_is_examined_and_not_mended(
    archive: Path, expected: list[Found]
) -> None:
    doctor = ["doctor", "--json", "--archive", archive]
    with locked(archive):
        (sound, _), _ = many(archive.parent, [doctor, [*doctor, "--fix"]], unprivileged=True)
    (note,) = sound.json["findings"]
    assert (note["check"], note["severity"]) == ("files", "note")
    assert note["mend"] == f"chmod -R u+rwX {archive}"
    shutil.rmtree(archive / "lexical")
    with locked(archive):
        (found, failed), _ = many(archive.parent, [doctor, [*doctor, "--fix"]], unprivileged=True)
    assert [each["check"] for each in found.json["findings"]] == ["files", "words"]
    assert failed.status == 1
    (told,) = json.loads(failed.out)["failed"]
    assert f"{archive} cannot be read or written" in told
    assert results(archive) in expected


def test_a_file_that_cannot_be_read_is_fatal_until_it_can(archive: Path) -> None:
    (archive / "dense.faiss").chmod(0)
    doctor = ["doctor", "--json", "--archive", archive]
    (ended,), _ = many(archive.parent, [doctor], unprivileged=True)
    (one,) = json.loads(ended.out)["findings"]
    assert (ended.status, one["check"], one["severity"]) == (1, "files", "fatal")
    assert one["what"] == f"'{archive}/dense.faiss' cannot be read: permission denied"
    subprocess.run(one["mend"].split(), check=True)
    assert found(archive) == []


def test_wrong_settings_are_no_finding(dateline: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_ENCODER", "nonsense")
    dateline("doctor").refused("setting 'encoder'", "'nonsense'")


def test_the_worst_is_told_first_and_notes_are_sound() -> None:
    note = Finding("a", "note", "", "", "")
    odd = Finding("b", "odd", "", "", "", "rebuild")
    fatal = Finding("c", "fatal", "", "", "")
    assert worst_first([note, odd, fatal, note]) == [fatal, odd, note, note]
    assert (is_sound([note]), is_sound([note, odd]), is_sound([])) == (True, False, True)
    assert odd.to_dict() == {
        "check": "b",
        "severity": "odd",
        "what": "",
        "means": "",
        "mend": "",
        "fixable": True,
    }
    assert listed(["a"] * 6) == "'a', 'a', 'a', 'a', 'a' and 1 more"
