"""An archive opened with other engines than the embedded ones answers as it does with these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Protocol

import pytest

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ConfigError
from rag.indexes.engines import open_engines
from rag.indexes.protocols import Engines
from rag.records import Filters
from rag.retrieval.filters import parse_as_of
from rag.store.tombstones import Selection
from tests import memory_engines, test_indexes_contract
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands
from tests.memory_engines import MemoryLexicalEngine, MemoryVectorEngine

ROOT = Path(__file__).parent.parent
SETTINGS = Settings(encoder="hashing", chunk_tokens=32, index="tests.memory_engines:engines")
FERRY = "The ferry Marigold ran aground off Grevesand on Friday. All 41 passengers were rescued."
ROWS = [
    row(1, FERRY),
    row(2, "The council passed a budget of 12 million crowns.", publisher="Radio North"),
    row(3, "The ferry company of Grevesand has three ships.", date="2025-05-10"),
    *(row(n, f"Boat {n} of the fleet left the harbour.") for n in range(4, 30)),
]
REVISED = [row(1, FERRY.replace("41", "43"), date="2025-05-06")]
QUERIES = ("ferry Grevesand", "budget crowns", "boats of the harbour fleet", "passengers rescued")
FILTERS = (
    Filters(),
    Filters(publishers=("Radio North",)),
    Filters(published_before=parse_as_of("2025-05-04")),
    Filters(as_of=parse_as_of("2025-05-05")),
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with opened(tmp_path / "archive") as archive:
        filled(archive, tmp_path)
        yield archive


def opened(folder: Path) -> Archive:
    engines = Engines(MemoryLexicalEngine(), MemoryVectorEngine())
    return Archive.open(folder, settings=SETTINGS, encoder=HashingEncoder(), engines=engines)


def filled(archive: Archive, folder: Path) -> None:
    archive.ingest(write_jsonl(folder / "in.jsonl", ROWS))
    archive.ingest(write_jsonl(folder / "new.jsonl", REVISED))


def hits(archive: Archive) -> list[tuple[str, str, object]]:
    return [
        (hit.article.id, hit.text, pytest.approx(hit.score, abs=0.01))
        for query in QUERIES
        for filters in FILTERS
        for hit in archive.search(query, 5, filters=filters)
    ]


def test_an_archive_answers_with_engines_in_memory(archive: Archive) -> None:
    answer = archive.ask("Where did the ferry Marigold run aground?")
    assert "The ferry Marigold ran aground off Grevesand on Friday." in answer.text
    assert answer.citations[0].article.id == "courier.example/1"
    assert archive.counts() == (29, archive.counts()[1], archive.counts()[1])
    written = {path.name.partition("-")[0] for path in archive.folder.iterdir()}
    assert written == {"archive.db", "vectors.db", "inputs.db", "writer.lock"}


def test_other_engines_find_what_the_embedded_ones_find(archive: Archive, tmp_path: Path) -> None:
    with open_archive(tmp_path / "embedded") as embedded:
        filled(embedded, tmp_path)
        found = hits(embedded)
        assert len(found) > 20
        assert hits(archive) == found
        for one in (archive, embedded):
            one.removals.delete(one.removals.find(Selection(ids=("courier.example/3",))))
            one.removals.withdraw("courier.example/2", "wrong")
            one.rebuild()
        assert hits(archive) == hits(embedded) != found


def test_a_process_that_opens_later_sees_what_was_indexed(archive: Archive) -> None:
    found = hits(archive)
    # Another engine has none of it, and builds its indexes from the store and the vectors.
    with opened(archive.folder) as again:
        assert hits(again) == found
        assert again.coverage() == 1.0


def section() -> list[str]:
    """The three steps of "An engine of an index" in ARCHITECTURE.md, each as one line."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    _, _, after = text.partition("- **An engine of an index:**")
    steps, _, _ = after.partition("\n- **")
    return [" ".join(step.split()) for step in re.split(r"\n  \d\. ", steps)[1:]]


def names(step: str) -> list[str]:
    """What a step sets in code."""
    return re.findall(r"`([^`]+)`", step)


def members(protocol: type[Protocol]) -> set[str]:  # type: ignore[valid-type]
    """What a class has to have to be one of a protocol."""
    own = (vars(each) for each in protocol.__mro__ if each.__module__ == protocol.__module__)
    found = {name for each in own for name in each}
    return {name for name in found if not name.startswith("_") or name == "__len__"}


def test_the_first_step_names_the_members_that_an_engine_has() -> None:
    first, _, _ = section()
    assert "`tests/memory_engines.py` has the smallest engine of each kind" in first
    named = [name for name in names(first) if name[0].isupper() or name.startswith("rag.indexes.p")]
    classes = [name.removeprefix("rag.indexes.protocols.") for name in named]
    assert classes == [
        *("LexicalEngine", "VectorEngine"),
        *("LexicalIndex", "VectorIndex"),
        *("LexicalSearcher", "VectorSearcher"),
    ]
    protocols = import_module("rag.indexes.protocols")
    for name in classes:
        ours = getattr(memory_engines, f"Memory{name}")
        public = {each for each in dir(ours) if not each.startswith("_") or each == "__len__"}
        assert public == members(getattr(protocols, name)), name
    assert import_module("rag.indexes.analysis").terms("How the ferries sailed") == [
        "ferri",
        "sail",
    ]


def test_the_second_step_names_where_an_engine_is_tested() -> None:
    _, second, _ = section()
    *lists, path = names(second)
    assert lists == ["LEXICAL", "VECTORS"]
    assert ROOT / path == Path(test_indexes_contract.__file__)
    first, second_list = (getattr(test_indexes_contract, name) for name in lists)
    assert (MemoryLexicalEngine in first, MemoryVectorEngine in second_list) == (True, True)


def test_the_third_step_opens_an_archive_with_the_engines(
    dateline: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, third = section()
    engines, line, call = names(third)
    assert (engines, call) == ("rag.indexes.protocols.Engines", "Archive.open(engines=…)")
    monkeypatch.setenv(*line.split("="))
    write_jsonl(tmp_path / "in.jsonl", ROWS)
    assert dateline("ingest", "in.jsonl", "--archive", "other").status == 0
    assert not (tmp_path / "other" / "lexical").exists()
    assert (
        "Marigold" in dateline("ask", "Where did the ferry run aground?", "--archive", "other").out
    )
    # What a server holds is not copied: it is built again where a backup is restored.
    assert dateline("backup", "kept", "--archive", "other").status == 0
    assert dateline("restore", "kept", "again").status == 0
    assert dateline("search", "ferry Marigold", "-k", 1, "--archive", "again", "--json").json
    assert dateline("doctor", "--archive", "again").status == 0


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("milky way", "'milky way' is no index; name one of: embedded, milvus, or MODULE:FUNCTION"),
        (":engines", "':engines' is no index"),
        ("tests.memory_engines:", "'tests.memory_engines:' is no index"),
        ("no_such_module:engines", "'no_such_module:engines' cannot be imported .* install it"),
        (".relative:engines", "'.relative:engines' cannot be imported"),
        ("tests.memory_engines:no_such", "has no function 'no_such'; check its name"),
        ("tests.memory_engines:MemoryRows", "has no function"),
        ("rag.indexes.analysis:str", "has no function"),
        ("builtins:repr", "'builtins:repr' returns str, not rag.indexes.protocols.Engines"),
        ("builtins:__name__", "'builtins:__name__' is no function"),
    ],
)
def test_a_setting_that_names_no_engines_is_an_error_that_says_so(index: str, message: str) -> None:
    expected = rf"setting 'index' \(DATELINE_INDEX\): .*{message}"
    with pytest.raises(ConfigError, match=expected):
        open_engines(Settings(index=index))
