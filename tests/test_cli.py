"""The command as its users and their scripts meet it: arguments in, text, JSON and a status out."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from rag.cli.command import loaded
from rag.cli.command_list import GROUPS
from rag.cli.serving import has_desktop
from rag.cli.terminal import progress_lines
from tests.builders import row, write_jsonl
from tests.commands import Commands, Ended, child, child_command, child_environment, many

LISTED = {name: entry for group in GROUPS.values() for name, entry in group.items()}
FERRY = (
    "The ferry Marigold ran aground off Grevesand on Friday. "
    "All 41 passengers were brought ashore by lifeboat."
)
BUDGET = "The council passed a budget of 12 million crowns. The library will close on Sundays."
FRENCH = "Le conseil a adopté le budget de la ville. La bibliothèque fermera le dimanche."
GOOD = [
    row(1, FERRY, title="Ferry aground"),
    row(2, BUDGET, date="2025-05-10", publisher="Radio North"),
    row(3, FERRY, date="2025-05-04", publisher="Radio North"),
    row(
        4,
        FRENCH,
        date="2025-06",
        publisher="La Presse du Nord",
        language="fr",
        section="Politique",
    ),
]
MIXED: list[dict[str, object]] = [*GOOD, GOOD[0], {"title": "Story 6"}]
FERRY_HIT_KEYS = ["rank", "score", "article", "passage", "also_in", "copies", "versions"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """An archive of the four good articles, and how the child that built it ended."""
    folder = tmp_path_factory.mktemp("built")
    source = write_jsonl(folder / "in.jsonl", MIXED)
    source.write_text(source.read_text() + '{"text": \n', encoding="utf-8")
    return folder / "archive", child(folder, "ingest", "in.jsonl")


@pytest.fixture
def archive(built: tuple[Path, Ended]) -> Path:
    return built[0]


def numbers(hits: list[dict[str, Any]]) -> set[str]:
    """The numbers that the articles of these hits have in their ids."""
    return {hit["article"]["id"].rpartition("/")[2] for hit in hits}


def test_ingest_prints_one_line_of_result_and_names_what_failed(built: tuple[Path, Ended]) -> None:
    _, ended = built
    assert ended.status == 1
    assert ended.out == "4 added, 0 revised, 0 unchanged, 1 duplicate, 2 failed\n"
    errors = [line for line in ended.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 2
    assert re.match(r"error: in\.jsonl:6: .*'text' is missing", errors[0])
    assert re.match(r"error: in\.jsonl:7: not valid JSON", errors[1])
    assert "\x1b" not in ended.err + ended.out


def test_ingest_says_how_to_name_an_outlet_and_a_date_that_files_lack(
    dateline: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "bell.txt"
    file.write_text("The bell of Vessery rang for the first time in years.", encoding="utf-8")
    folder = str(tmp_path / "archive")
    lacking = dateline("ingest", str(file), "--archive", folder)
    asked = f"dateline ingest FILE --publisher NAME --date DATE --archive {folder}"
    assert f"to name them: {asked}" in lacking.err
    given = ("--publisher", "Vessery Post", "--date", "2025-05-03")
    named = dateline("ingest", str(file), *given, "--archive", folder)
    assert named.out.startswith("0 added, 1 revised")
    assert "to name them" not in named.err
    found = json.loads(dateline("search", "bell", "--json", "--archive", folder).out)
    assert found[0]["article"]["publisher"] == "Vessery Post"
    assert found[0]["article"]["published"] == "2025-05-03"
    refused = dateline("ingest", str(file), "--date", "someday", "--archive", folder)
    assert "'someday' is not a date" in refused.err
    assert refused.status == 2


def test_the_same_again_changes_nothing_and_a_new_text_revises(
    dateline: Commands, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "in.jsonl", GOOD)
    assert dateline("ingest", "in.jsonl").status == 0
    again = dateline("ingest", "in.jsonl")
    assert (again.status, again.out) == (
        0,
        "0 added, 0 revised, 4 unchanged, 0 duplicate, 0 failed\n",
    )
    write_jsonl(tmp_path / "new.jsonl", [row(2, BUDGET.replace("12", "14"))])
    revised = dateline("ingest", "new.jsonl")
    assert revised.out.startswith("0 added, 1 revised")
    assert "14 million" in dateline("search", "council budget", "-k", 1).out


def test_search_prints_the_json_of_the_contract(dateline: Commands, archive: Path) -> None:
    hits = dateline("search", "ferry aground, passengers", "--archive", archive, "--json").json
    assert [list(hit) for hit in hits] == [FERRY_HIT_KEYS] * len(hits)
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit["score"] for hit in hits] == sorted((h["score"] for h in hits), reverse=True)
    first = hits[0]
    assert first["article"] == {
        "id": "courier.example/1",
        "title": "Ferry aground",
        "publisher": "The Courier",
        "published": "2025-05-03",
        "url": "https://courier.example/1",
    }
    assert first["passage"] == {
        "id": 1,
        "revision": 1,
        "start": 0,
        "end": len(FERRY),
        "heading": "",
        "pages": [],
        "text": FERRY,
    }
    assert first["also_in"] == ["Radio North"]


def test_search_prints_hits_to_read(dateline: Commands, archive: Path) -> None:
    found = dateline("search", "ferry aground, passengers", "--archive", archive, "-k", 1)
    assert found.out == (
        "1. The Courier, 3 May 2025: Ferry aground (also in Radio North)\n"
        f"   {FERRY}\n"
        "   https://courier.example/1\n\n"
    )
    assert (found.status, found.err) == (0, "")


def test_ask_prints_the_json_of_the_contract(dateline: Commands, archive: Path) -> None:
    question = "How many passengers were brought ashore by lifeboat?"
    answer = dateline("ask", question, "--archive", archive, "--json").json
    assert set(answer) >= {
        *("question", "text", "abstained", "reason", "claims", "citations", "unresolved"),
        *("as_of", "filters", "hits", "usage", "timings"),
    }
    assert (answer["question"], answer["abstained"]) == (question, False)
    claim, citation = answer["claims"][0], answer["citations"][0]
    assert set(claim) == {"text", "start", "end", "citations", "verdict", "reasons"}
    assert answer["text"][claim["start"] : claim["end"]] == claim["text"]
    assert citation == {
        "number": 1,
        "article_id": "courier.example/1",
        "title": "Ferry aground",
        "publisher": "The Courier",
        "published": "2025-05-03",
        "url": "https://courier.example/1",
        "revision": 1,
        "start": FERRY.index("All 41"),
        "end": len(FERRY),
        "pages": [],
        "quote": "All 41 passengers were brought ashore by lifeboat.",
    }


def test_ask_prints_the_answer_and_where_it_stands(dateline: Commands, archive: Path) -> None:
    asked = "How many passengers were brought ashore by lifeboat?"
    answered = dateline("ask", asked, "--archive", archive)
    assert answered.status == 0
    assert "All 41 passengers were brought ashore by lifeboat. [1]" in answered.out
    assert answered.out.endswith("\n\n[1] [2] Ferry aground — https://courier.example/1\n")


def test_declining_is_an_answer_with_status_0(dateline: Commands, archive: Path) -> None:
    declined = dateline(
        "ask", "Who won the football cup in Norway?", "--archive", archive, "--json"
    )
    assert declined.json["abstained"] is True
    assert declined.json["citations"] == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {"1", "2", "4"}),
        (["--from", "2025-05-04"], {"2", "3", "4"}),
        (["--to", "2025-05-09"], {"1"}),
        (["--from", "2025-06", "--to", "2025-06"], {"4"}),
        (["--publisher", "radio north"], {"2", "3"}),
        (["--publisher", "Radio North", "--publisher", "La Presse du Nord"], {"2", "3", "4"}),
        (["--language", "fr"], {"4"}),
        (["--section", "politique"], {"4"}),
        (["--as-of", "2025-05-03"], {"1"}),
        (["--as-of", "2024"], set()),
    ],
)
def test_filters_limit_what_is_found(
    dateline: Commands, archive: Path, options: list[str], expected: set[str]
) -> None:
    query = "ferry budget bibliothèque library passengers"
    found = dateline("search", query, "--archive", archive, "--json", *options).json
    assert numbers(found) == expected
    asked = dateline("ask", query, "--archive", archive, "--json", *options).json
    assert numbers(asked["hits"]) <= expected


def test_the_archive_is_the_option_else_the_setting_else_the_folder_archive(
    dateline: Commands, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = dateline("info")
    missing.refused("there is no archive in 'archive'", "dateline ingest PATH... --archive archive")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("DATELINE_ARCHIVE", str(archive))
    assert dateline("info", "--json").json["articles"] == 4
    elsewhere = dateline("info", "--archive", tmp_path / "other")
    elsewhere.refused(f"there is no archive in '{tmp_path / 'other'}'")


def test_info_counts_what_there_is(dateline: Commands, archive: Path) -> None:
    told = dateline("info", "--archive", archive)
    lines = told.out.splitlines()
    assert lines[:3] == [
        "4 articles, 4 passages, 4 embedded",
        "       dates  2025-05-03 to 2025-06-01",
        "   languages  en 3, fr 1",
    ]
    assert "     encoder  hashing-64-256, 100% of the passages embedded" in lines
    assert lines[-3:] == [
        "       2  Radio North",
        "       1  La Presse du Nord",
        "       1  The Courier",
    ]


def test_vectors_may_follow_later(dateline: Commands, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in.jsonl", GOOD)
    read = dateline("ingest", "in.jsonl", "--no-vectors")
    assert read.status == 0
    assert read.err.endswith("not embedded yet: dateline embed --archive archive\n")
    by_words = dateline("search", "lifeboat", "--json")
    assert numbers(by_words.json) == {"1"}
    assert by_words.err.startswith("0% of the passages are embedded")
    assert by_words.err.endswith("(dateline embed --archive archive)\n")
    assert dateline("embed").out == "embedded 4 passages\n"
    assert dateline("embed").out == "embedded 0 passages\n"
    assert dateline("search", "lifeboat", "--json").err == ""
    assert dateline("rebuild").out == "rebuilt the indexes of archive\n"
    assert dateline("info", "--json").json["embedded"] == 4


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["serach"], ["No such command 'serach'", "dateline --help"]),
        (["search"], ["Missing argument 'query'", "dateline search --help"]),
        (["ask"], ["Missing argument 'question'"]),
        (["ingest"], ["Missing argument 'paths'", "dateline ingest --help"]),
        (["search", "x", "--publsher", "y"], ["--publsher", "--publisher"]),
        (["search", "x", "-k", "0"], ["'-k'", "greater than or equal to 1"]),
        (["search", "x", "-k", "many"], ["'-k'", "valid integer"]),
        (["search", "x", "--from"], ["--from"]),
        (["search", "  "], ["the question is empty"]),
        (["ask", "x" * 10_001], ["10,001 characters"]),
        (["search", "x", "--from", "2025-06", "--to", "2025-05"], ["contradict", "'2025-06'"]),
        (["search", "x", "--from", "2025-02-30"], ["--from '2025-02-30' is not a date"]),
        (["ask", "x", "--as-of", "soon"], ["--as-of 'soon' is not a date; write it as 2020"]),
        (["search", "x", "--publisher", "Curier"], ["no outlet 'Curier'", "'The Courier'"]),
    ],
)
def test_wrong_usage_is_one_clear_message(
    dateline: Commands, archive: Path, arguments: list[str], parts: list[str]
) -> None:
    place = ["--archive", str(archive)] if len(arguments) > 1 and arguments[-1] != "--from" else []
    ended = dateline(*arguments, *place)
    ended.refused(*parts)
    assert ended.out == ""
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "parts"),
    [
        ("DATELINE_ARCHIV", "a", ["unknown setting 'DATELINE_ARCHIV'", "DATELINE_ARCHIVE"]),
        ("DATELINE_CHUNK_TOKENS", "many", ["'chunk_tokens'", "valid integer"]),
        ("DATELINE_ENCODER", "nonsense", ["setting 'encoder'", "'nonsense'", "'minilm'"]),
    ],
)
def test_wrong_settings_are_one_clear_message(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch, name: str, value: str, parts: list[str]
) -> None:
    monkeypatch.setenv(name, value)
    ended = dateline("info")
    ended.refused(*parts)
    assert ended.out == ""


def test_a_file_in_place_of_the_archive_is_refused(dateline: Commands, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    dateline("info", "--archive", "file").refused("'file' is a file; name a folder")
    below = dateline("ingest", "file", "--archive", "file/below")
    below.refused("cannot make the folder file/below", "--archive")


def commands_of(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from commands_of(command, (*path, name))


def every_command() -> list[tuple[str, ...]]:
    return [(), *(path for name in LISTED for path in commands_of(loaded(name), (name,)))]


@pytest.mark.parametrize("path", every_command())
def test_every_command_explains_itself(dateline: Commands, path: tuple[str, ...]) -> None:
    told = dateline(*path, "--help")
    assert (told.status, told.err) == (0, "")
    assert f"Usage: {' '.join(('dateline', *path))}" in told.out
    assert "\x1b" not in told.out


def test_the_list_says_of_each_command_what_it_says_itself() -> None:
    own = {name: (loaded(name).help or "").partition("\n")[0] for name in LISTED}
    assert own == {name: entry.help for name, entry in LISTED.items()}


def test_all_commands_are_listed_under_their_headings_and_none_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys; from rag.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'rag.archive', 'numpy', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=child_environment(COLUMNS="100"),
        check=True,
    )
    assert done.stdout.endswith("[]\n")
    lines = done.stdout.splitlines()
    headings = [line.split("─ ")[1].split(" ─")[0] for line in lines if "─ " in line]
    assert headings == ["Options", *GROUPS]
    listed = [line.split()[1] for line in lines if line.startswith("│ ") and line[2].isalpha()]
    assert listed == [name for name, entry in LISTED.items() if not entry.hidden]


def test_it_says_its_version_and_takes_h_for_help(dateline: Commands) -> None:
    assert dateline("--version").out == f"dateline {metadata.version('dateline')}\n"
    assert dateline("-h").out == dateline("--help").out
    assert dateline("feed", "list", "-h").out == dateline("feed", "list", "--help").out


def test_a_paragraph_of_help_fills_its_lines(dateline: Commands) -> None:
    # The source breaks the line after "that".
    assert "input that fails, with the reason" in dateline("ingest", "--help").out


@pytest.mark.parametrize(
    ("typed", "offered"), [("as", ["ask"]), ("feed p", ["poll"]), ("search --pub", ["--publisher"])]
)
def test_a_shell_completes_commands_and_options(
    tmp_path: Path, typed: str, offered: list[str]
) -> None:
    asked = {
        "_DATELINE_COMPLETE": "complete_bash",
        "COMP_WORDS": f"dateline {typed}",
        "COMP_CWORD": str(len(typed.split())),
    }
    completed = subprocess.run(
        [sys.executable, "-c", "from rag.cli import main; main()"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=child_environment(**asked),
        check=False,
    )
    assert (completed.returncode, completed.stdout.split()) == (0, offered)


@pytest.mark.parametrize("source", ["bad.jsonl", "nowhere", "empty"])
def test_a_failed_ingest_leaves_no_folder_behind(
    dateline: Commands, tmp_path: Path, source: str
) -> None:
    (tmp_path / "bad.jsonl").write_text("{\n")
    (tmp_path / "empty").mkdir()
    before = sorted(each.name for each in tmp_path.iterdir())
    dateline("ingest", source, "--archive", "new/archive").refused(source, status=1)
    assert sorted(each.name for each in tmp_path.iterdir()) == before


def test_a_failed_ingest_leaves_an_archive_that_was_there(
    dateline: Commands, tmp_path: Path
) -> None:
    assert dateline("ingest", write_jsonl(tmp_path / "in.jsonl", GOOD[:1])).status == 0
    (tmp_path / "bad.jsonl").write_text("{\n")
    assert dateline("ingest", "bad.jsonl").status == 1
    assert dateline("info", "--json").json["articles"] == 1


def test_an_article_is_opened_by_its_id_and_by_its_address(
    dateline: Commands, archive: Path
) -> None:
    shown = dateline("open", "courier.example/1", "--archive", archive)
    assert shown.out.splitlines() == [
        "Ferry aground, The Courier, 2025-05-03",
        "https://courier.example/1",
        "",
        FERRY,
    ]
    address = "https://www.courier.example/1?utm_source=mail"
    assert dateline("open", address, "--archive", archive) == shown
    assert dateline("article", "courier.example/1", "--archive", archive) == shown
    missing = dateline("open", "https://courier.example/none", "--archive", archive)
    missing.refused("no article 'courier.example/none'")


def test_progress_is_plain_lines_where_there_is_no_terminal(
    dateline: Commands, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "in.jsonl", GOOD)
    lines = dateline("ingest", "in.jsonl").err.splitlines()
    assert [line for line in lines if "of 4" in line] == [
        "reading: 4 of 4",
        "embedding: 0 of 4",
        "embedding: 4 of 4",
    ]


def test_a_terminal_breaks_lines_between_words_and_leaves_addresses_whole(
    archive: Path, tmp_path: Path
) -> None:
    wide = {"FORCE_COLOR": "1", "COLUMNS": "24"}
    found = child(tmp_path, "search", "ferry", "-k", "1", "--archive", archive, **wide)
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line).rstrip() for line in found.out.splitlines()]
    body = [line for line in lines if line.startswith("   ")]
    assert " ".join(line.strip() for line in body) == f"{FERRY} https://courier.example/1"
    assert all(len(line) <= 24 for line in lines if "https:" not in line)
    assert "   https://courier.example/1" in lines


def test_a_declined_answer_gives_its_reason_and_ways_on(dateline: Commands, archive: Path) -> None:
    ended = dateline("ask", "Who won the football cup in Norway?", "--archive", archive, "--json")
    said = dateline("ask", "Who won the football cup in Norway?", "--archive", archive)
    assert ended.json["reason"] in said.out
    assert ended.json["suggestions"]
    assert all(f"  - {each}" in said.out for each in ended.json["suggestions"])


def test_progress_lines_come_every_ten_seconds() -> None:
    written: list[str] = []
    times = iter([0.0, 4.0, 9.9, 10.0, 15.0, 31.0])
    show = progress_lines(written.append, times.__next__)
    for done in (0, 1, 2, 3, 4, 1_500):
        show("reading", done, 2_000)
    assert written == ["reading: 0 of 2,000", "reading: 3 of 2,000", "reading: 1,500 of 2,000"]


@pytest.mark.parametrize(
    ("environment", "platform", "watched", "found"),
    [
        ({"DISPLAY": ":0"}, "linux", True, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True, True),
        ({}, "linux", True, False),
        ({}, "darwin", True, True),
        ({}, "win32", True, True),
        ({"SSH_CONNECTION": "192.0.2.1 22 192.0.2.2 22"}, "darwin", True, False),
        ({"DISPLAY": "localhost:10.0", "SSH_TTY": "/dev/pts/0"}, "linux", True, False),
        ({"DISPLAY": ":0", "CI": "true"}, "linux", True, False),
        ({"DISPLAY": ":0"}, "linux", False, False),
        ({}, "darwin", False, False),
    ],
)
def test_a_browser_is_opened_only_where_somebody_sees_it(
    environment: dict[str, str], platform: str, watched: bool, found: bool
) -> None:
    assert has_desktop(environment, platform, watched=watched) is found


def test_called_with_nothing_it_explains_itself(dateline: Commands) -> None:
    told = dateline()
    assert told.status == 0
    for name in ("ingest", "search", "ask", "embed", "rebuild", "info"):
        assert f" {name} " in told.out


class Ascii(io.TextIOWrapper):
    """Standard output that knows no accents."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="ascii")

    def text(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode("ascii")


def test_output_that_knows_no_accents_gets_question_marks_and_escapes(
    dateline: Commands, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", shown := Ascii())
    dateline("search", "bibliothèque", "--archive", archive, "-k", 1)
    assert "Le conseil a adopt? le budget" in shown.text()
    monkeypatch.setattr(sys, "stdout", shown := Ascii())
    dateline("search", "bibliothèque", "--archive", archive, "-k", 1, "--json")
    assert json.loads(shown.text())[0]["passage"]["text"] == FRENCH
    ended = child(archive.parent, "ask", "Où est la bibliothèque ?", PYTHONIOENCODING="ascii")
    assert ended.status == 0, ended.err
    assert (ended.out + ended.err).isascii()


def test_articles_are_shown_as_they_are_and_cannot_command_the_terminal(
    dateline: Commands, tmp_path: Path
) -> None:
    text = "A [bold]red[/bold] :car: stood \\[here] \x1b[31mon\x07 Monday."
    write_jsonl(tmp_path / "in.jsonl", [row(1, text, title="[i]Car[/i]")])
    assert dateline("ingest", "in.jsonl").status == 0
    out = dateline("search", "car").out
    assert "A [bold]red[/bold] :car: stood \\[here] \ufffd[31mon\ufffd Monday." in out
    assert "[i]Car[/i]" in out
    assert dateline("search", "car", "--json").json[0]["passage"]["text"] == text


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_has_seen_enough_is_no_error(archive: Path, options: list[str]) -> None:
    process = subprocess.Popen(
        child_command("search", "ferry", "--archive", archive, *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(),
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), err) == (141, "")


def test_a_full_disk_under_the_output_is_an_error(archive: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            child_command("search", "ferry", "--archive", archive),
            stdout=full,
            stderr=subprocess.PIPE,
            env=child_environment(),
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "error: the output: No space left on device\n")


def test_interrupted_it_says_so_and_goes_on_when_called_again(
    dateline: Commands, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "in.jsonl", [row(n, f"Story number {n}.") for n in range(200)])
    inserts = 0

    def interrupt(_frame: FrameType, event: str, called: Any) -> None:
        # A batch of 64 articles is five of them: the seventh is in the second batch.
        nonlocal inserts
        if event == "c_call" and getattr(called, "__name__", "") == "executemany":
            inserts += 1
            if inserts == 7:
                raise KeyboardInterrupt

    sys.setprofile(interrupt)
    try:
        stopped = dateline("ingest", "in.jsonl")
    finally:
        sys.setprofile(None)
    assert (stopped.status, stopped.out) == (130, "")
    assert "stopped; nothing is lost, the same command goes on from here" in stopped.err
    again = dateline("ingest", "in.jsonl")
    assert again.out.startswith("136 added, 0 revised, 64 unchanged")
    assert dateline("info", "--json").json["embedded"] == 200


def test_what_needs_words_alone_loads_no_model(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in.jsonl", GOOD)
    commands = [
        ["ingest", "in.jsonl", "--no-vectors"],
        ["search", "lifeboat", "--json"],
        ["ask", "How many passengers were brought ashore by lifeboat?", "--json"],
        ["info"],
        ["rebuild"],
    ]
    ended, loaded = many(tmp_path, commands, DATELINE_ENCODER="minilm")
    assert [one.status for one in ended] == [0] * 5, ended
    assert numbers(ended[1].json) == {"1"}
    assert (ended[2].json["coverage"], len(ended[2].json["hits"])) == (0.0, 1)
    assert loaded == []


def test_what_was_understood_is_said_and_can_be_ignored(dateline: Commands, archive: Path) -> None:
    question = "What did The Courier report on 3 May 2025?"
    told = dateline("search", question, "--archive", archive)
    assert "'on 3 May 2025': 3 May 2025, only (--ignore 'on 3 May 2025')" in told.err
    assert "published by The Courier, only" in told.err
    fewer = dateline("ask", question, "--archive", archive, "--ignore", "on 3 may 2025", "--json")
    understood = [one["words"] for one in json.loads(fewer.out)["understood"]]
    assert understood == ["The Courier", question]
    assert dateline("search", question, "--archive", archive, "--literal").err == ""
    wrong = dateline("ask", question, "--archive", archive, "--ignore", "last week")
    assert wrong.status == 2
    readings = f"'The Courier', 'on 3 May 2025', '{question}'"
    assert f"--ignore 'last week': the question asks for {readings}" in wrong.err
