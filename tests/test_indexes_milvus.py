"""An archive whose indexes are on a Milvus: the same hits, and what happens when a server fails."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError, ConfigError
from rag.indexes import milvus_server as servers
from rag.indexes.milvus_server import MilvusServer
from rag.indexes.milvus_vectors import milvus_engines
from rag.records import Filters, Hit
from rag.retrieval.filters import parse_as_of
from rag.store.postgresql import UNAVAILABLE, without_server
from rag.store.tombstones import Selection
from tests import milvus
from tests.builders import row, write_jsonl
from tests.commands import Commands
from tests.postgresql import ON_BOTH

SEEDS = Path(__file__).parent.parent / "seeds"
ROWS = [
    row(1, "The ferry Marigold ran aground off Grevesand. All 41 passengers were rescued."),
    row(2, "The council passed a budget of 12 million crowns.", publisher='Radio "North"'),
    row(3, "The zeppelin of Grevesand has landed."),
    row(4, "Der Hafentunnel ist zu.", language="de"),
]
REVISED = [row(1, "The ferry Marigold ran aground. All 43 passengers were rescued by boats.")]
EVERY_EIGHTH = 8
NEAR = 2e-3


@pytest.fixture
def settings(milvus_server: milvus.Server) -> Settings:
    return Settings(
        encoder="hashing", chunk_tokens=32, milvus_uri=milvus_server.uri, milvus_timeout=60
    )


def opened(folder: Path, settings: Settings) -> Archive:
    return Archive.open(
        folder, settings=settings, encoder=HashingEncoder(), engines=milvus_engines(settings)
    )


def fill(archive: Archive, rows: list[dict[str, object]] = ROWS) -> None:
    archive.ingest(write_jsonl(archive.folder.parent / "in.jsonl", rows))


def ids(archive: Archive, query: str, **filters: Any) -> list[str]:
    found = archive.search(query, 5, filters=Filters(**filters))
    return [hit.article.id.rpartition("/")[2] for hit in found if query.split()[0] in hit.text]


def is_same(found: list[Hit], expected: list[Hit]) -> bool:
    """Whether two lists of hits are the same but for the order of those that score alike."""
    scores = {hit.passage.id: hit.score for hit in expected}
    return len(found) == len(expected) and all(
        abs(one.score - other.score) < NEAR
        and abs(scores.get(one.passage.id, other.score) - other.score) < NEAR
        for one, other in zip(found, expected, strict=True)
    )


def test_the_seeds_are_found_as_the_embedded_engines_find_them(
    tmp_path: Path, settings: Settings, milvus_server: milvus.Server
) -> None:
    settings = settings.model_copy(update={"chunk_tokens": 192})
    folder, encoder = tmp_path / "archive", HashingEncoder()
    with Archive.open(folder, settings=settings, encoder=encoder) as embedded:
        embedded.ingest(SEEDS)
        with opened(folder, settings) as archive:
            lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
            asked = [json.loads(line)["question"] for line in lines[::EVERY_EIGHTH]]
            assert len(asked) == 29
            archive.search("ferry")
            milvus_server.flush()
            same = [is_same(archive.search(q, 10), embedded.search(q, 10)) for q in asked]
            assert sum(same) / len(asked) >= 0.98


@ON_BOTH
def test_every_command_works_with_the_setting(
    dateline: Commands,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    milvus_server: milvus.Server,
) -> None:
    monkeypatch.setenv(milvus.INDEX, "milvus")
    monkeypatch.setenv(milvus.URI, milvus_server.uri)
    monkeypatch.setenv("DATELINE_ENCODER", "hashing")
    write_jsonl(tmp_path / "in.jsonl", ROWS)
    assert dateline("ingest", "in.jsonl", "--archive", "a").status == 0
    assert not (tmp_path / "a" / "lexical").exists()
    assert not (tmp_path / "a" / "dense.faiss").exists()
    write_jsonl(tmp_path / "in.jsonl", REVISED)
    assert dateline("ingest", "in.jsonl", "--archive", "a").status == 0
    assert "43" in dateline("ask", "How many passengers were rescued?", "--archive", "a").out
    assert dateline("delete", "courier.example/3", "--yes", "--archive", "a").status == 0
    assert "zeppelin" in stored(milvus_server)
    for command in (["compact"], ["rebuild"], ["doctor"], ["info"], ["backup", "kept"]):
        ended = dateline(*command, "--archive", "a")
        assert ended.status == 0, ended
    assert "zeppelin" not in stored(milvus_server)
    found = dateline("search", "ferry", "--archive", "a", "--publisher", "The Courier", "--json")
    assert found.json[0]["article"]["id"] == "courier.example/1"
    assert "courier.example/2" not in [each["article"]["id"] for each in found.json]


def stored(server: milvus.Server) -> str:
    """Everything that is on the server's disk."""
    files = [path for path in (server.folder / "data").rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("latin-1") for path in files)


def test_a_copy_of_an_archive_has_an_index_of_its_own(tmp_path: Path, settings: Settings) -> None:
    with opened(tmp_path / "one", settings) as one:
        fill(one)
        assert ids(one, "ferry") == ["1"]
        shutil.copytree(one.folder, tmp_path / "two")
        with opened(tmp_path / "two", settings) as two:
            two.removals.delete(two.removals.find(Selection(ids=("courier.example/1",))))
            two.rebuild()
            assert (ids(two, "ferry"), ids(two, "council")) == ([], ["2"])
        one.rebuild()
        assert ids(one, "ferry") == ["1"]
        shutil.copy(tmp_path / "one" / "milvus.json", tmp_path / "milvus.json")
    with opened(tmp_path / "three", settings) as three:
        fill(three)
        (three.folder / "milvus.json").write_bytes((tmp_path / "milvus.json").read_bytes())
    with (
        opened(tmp_path / "three", settings) as three,
        pytest.raises(ArchiveError, match=r"archive_id .*; rebuild it: dateline rebuild"),
    ):
        three.search("ferry")


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
@ON_BOTH
def test_machines_that_share_a_store_share_the_index(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings.model_copy(update={"store": Settings().store})
    with opened(tmp_path / "one", settings) as one:
        fill(one)
        written = steps(monkeypatch)
        with opened(tmp_path / "two", settings) as two:
            assert (ids(two, "ferry"), two.coverage()) == (["1"], 1.0)
            assert written == []
            fill(two, [row(5, "A ferry sank.")])
        assert sorted(ids(one, "ferry")) == ["1", "5"]


def steps(monkeypatch: pytest.MonkeyPatch, fatal: int = -1) -> list[str]:
    """Lists what is written on servers; the step `fatal` dies before it does anything."""
    done: list[str] = []

    def listed(real: Callable[..., Any]) -> Callable[..., Any]:
        def write(*arguments: Any, **options: Any) -> Any:
            done.append(real.__name__)
            if len(done) == fatal:
                raise KeyboardInterrupt
            return real(*arguments, **options)

        return write

    for name in ("put", "remove", "_make", "_point"):
        monkeypatch.setattr(MilvusServer, name, listed(getattr(MilvusServer, name)))
    return done


def test_a_process_may_die_before_any_step(tmp_path: Path, settings: Settings) -> None:
    with opened(tmp_path / "archive", settings) as archive:
        fill(archive)
    for fatal in range(1, 40):
        copied = tmp_path / f"copy{fatal}"
        shutil.copytree(tmp_path / "archive", copied)
        with pytest.MonkeyPatch.context() as patched:
            done = steps(patched, fatal)
            try:
                with opened(copied, settings) as archive:
                    # Of the copy nothing is indexed yet: this makes all of it.
                    assert ids(archive, "ferry") == ["1"]
                    fill(archive, REVISED)
                    archive.removals.delete(
                        archive.removals.find(Selection(ids=("courier.example/3",)))
                    )
                    archive.removals.compact()
            except KeyboardInterrupt:
                pass
            else:
                assert {"put", "remove", "_make", "_point"} <= {*done}
                return
        with opened(copied, settings) as archive:
            assert ids(archive, "ferry") == ["1"]
            fill(archive, REVISED)
            assert "43" in archive.search("passengers", 5)[0].text
            assert (ids(archive, "ferry"), archive.coverage()) == (["1"], 1.0)
    pytest.fail("it never ended")


def test_filters_have_names_in_any_spelling(tmp_path: Path, settings: Settings) -> None:
    with opened(tmp_path / "archive", settings) as archive:
        fill(archive)
        fill(archive, REVISED)
        assert ids(archive, "council", publishers=('Radio "North"', "Fjällposten")) == ["2"]
        assert ids(archive, "council", publishers=("Radio North\\",)) == []
        assert ids(archive, "ferry", as_of=parse_as_of("2025-05-05")) == ["1"]
        found = archive.search("passengers", 5, filters=Filters(as_of=parse_as_of("2025-05-05")))
        assert ["41" in hit.text for hit in found[:1]] == [True]
        assert "Hafentunnel" in archive.search("Tunnel", 5)[0].text


def test_a_server_that_stops_is_named_and_comes_back(tmp_path: Path) -> None:
    with milvus.running() as server:
        settings = Settings(
            encoder="hashing", chunk_tokens=32, milvus_uri=server.uri, milvus_timeout=1
        )
        patient = settings.model_copy(update={"milvus_timeout": 60.0})
        with opened(tmp_path / "archive", patient) as archive:
            fill(archive)
        with opened(tmp_path / "archive", settings) as archive:
            assert ids(archive, "ferry") == ["1"]
            server.stop()
            named = rf"Milvus at 127.0.0.1:{server.port} cannot be reached.*; start it"
            with pytest.raises(ArchiveError, match=named) as raised:
                archive.search("ferry")
            assert without_server(str(raised.value)) == UNAVAILABLE
            with pytest.raises(ArchiveError, match=named):
                fill(archive, REVISED)
        with opened(tmp_path / "archive", settings) as unconnected:
            with pytest.raises(ArchiveError, match=named):
                unconnected.search("ferry")
            server.start()
        with opened(tmp_path / "archive", patient) as archive:
            # What was stored while the server was away is indexed now.
            fill(archive, REVISED)
            assert "43" in archive.search("passengers", 5)[0].text


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("auth check failure, please check tok3n", r"refuses the login \(.*\*\*\*.*_TOKEN"),
        ("PrivilegeInsert: permission deny to desk:tok3n", "no right to do that .* grant"),
        ("database not found[database=news]", "no such database .* DATELINE_MILVUS_DATABASE"),
        ("quota exceeded: memory limit", "has no room left"),
        ("collection not loaded", "is not ready"),
        ("Deadline Exceeded", "does not answer in time .* DATELINE_MILVUS_TIMEOUT"),
        ("something odd", r"refuses that \(something odd\); its log may say more"),
    ],
)
def test_what_a_server_says_becomes_what_to_do(
    milvus_server: milvus.Server, monkeypatch: pytest.MonkeyPatch, said: str, message: str
) -> None:
    from pymilvus import MilvusClient, MilvusException

    def refuse(*_arguments: object, **_options: object) -> None:
        raise MilvusException(message=said)

    server = MilvusServer(milvus_server.uri, SecretStr("desk:tok3n"))
    monkeypatch.setattr(MilvusClient, "query", refuse)
    with pytest.raises(ArchiveError, match=message) as raised:
        server.count("dateline", "id > 0")
    assert "tok3n" not in str(raised.value)


def test_an_older_server_is_not_used(
    milvus_server: milvus.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(servers.OLDEST, "milvus_lite", (99, 1))
    with pytest.raises(ArchiveError, match=r"version 'milvus_lite-3\..*needs 99.1 or newer"):
        milvus_server.client().has("dateline")


@pytest.mark.parametrize(
    "uri", ["", "localhost:19530", "http://", "file.db", "http://me:pass@db:1", "http://db:port"]
)
def test_an_address_that_is_none_is_not_repeated(uri: str) -> None:
    with pytest.raises(ConfigError, match=r"DATELINE_MILVUS_URI.*http://HOST:PORT") as raised:
        milvus_engines(Settings(milvus_uri=uri))
    assert "pass" not in str(raised.value)


def test_a_login_goes_to_no_server_that_only_the_file_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dateline.toml").write_text('milvus_uri = "http://elsewhere.example:1"\n')
    monkeypatch.setenv("DATELINE_MILVUS_TOKEN", "desk:secret")
    with pytest.raises(ConfigError, match="must be where 'milvus_uri' is") as raised:
        milvus_engines(Settings())
    assert "secret" not in str(raised.value)
