"""Outlets named by a file `outlets.toml` in the folder that is ingested."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus import Read, Unread, find_files, read_file
from rag.corpus.outlets import OUTLETS_FILE, Outlets, OutletSettings, read_outlets

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SEEDS = Path(__file__).parent.parent / "seeds"
LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."
EXAMPLE = 'write "courier.example" = "The Courier" below [outlets]'


def story(folder: Path, name: str = "a.md", host: str = "courier.example") -> Path:
    """An article of that host."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    text = f"# Ferry returns\n\n{LEAD}\n\nOriginal url: https://www.{host}/{name}\n"
    path.write_text(text, encoding="utf-8")
    return path


def names(folder: Path, *lines: str) -> Path:
    """A file of outlets' names with these lines below the table's head."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / OUTLETS_FILE
    path.write_text("\n".join(["[outlets]", *lines, ""]), encoding="utf-8")
    return path


def publishers(*paths: Path) -> dict[str, str]:
    """The publisher of each article found, by the file's name; reasons of what is unread."""
    outlets = Outlets.of(paths)
    result = {}
    for file in find_files(paths):
        if isinstance(file, Unread):
            result[file.path] = file.reason
            continue
        for outcome in read_file(file, now=NOW):
            named = outlets.named(outcome, file)
            assert isinstance(named, Read)
            result[file.name] = named.article.publisher
    return result


def test_a_host_gets_the_name_that_the_folder_gives_it(tmp_path: Path) -> None:
    story(tmp_path), story(tmp_path / "x", "b.md"), story(tmp_path, "c.md", "packet.example")
    names(tmp_path, '"courier.example" = "The Courier"')
    expected = {"a.md": "The Courier", "b.md": "The Courier", "c.md": "packet.example"}
    assert publishers(tmp_path) == expected


def test_nothing_but_the_publisher_changes(tmp_path: Path) -> None:
    file = story(tmp_path)
    (before,) = read_file(file, now=NOW)
    names(tmp_path, '"courier.example" = "The Courier"')
    after = Outlets.of([tmp_path]).named(before, file)
    assert isinstance(before, Read)
    assert isinstance(after, Read)
    assert (before.article.publisher, after.article.publisher) == ("courier.example", "The Courier")
    assert (after.path, after.warnings) == (before.path, before.warnings)
    assert (after.article.id, after.article.text) == (before.article.id, before.article.text)


def test_without_a_file_the_publisher_stays_the_host(tmp_path: Path) -> None:
    story(tmp_path)
    assert publishers(tmp_path) == {"a.md": "courier.example"}


def test_a_publisher_of_its_own_is_kept(tmp_path: Path) -> None:
    line = '{"text": "%s", "url": "https://courier.example/1", "publisher": "Courier on Sunday"}'
    (tmp_path / "a.jsonl").write_text(line % LEAD, encoding="utf-8")
    names(tmp_path, '"courier.example" = "The Courier"')
    assert publishers(tmp_path) == {"a.jsonl": "Courier on Sunday"}


def test_the_folder_names_an_outlet_before_its_own_page_does(tmp_path: Path) -> None:
    for name, host in (("a.html", "courier.example"), ("b.html", "packet.example")):
        word = host.partition(".")[0].capitalize()
        (tmp_path / name).write_text(
            f'<html><head><link rel="canonical" href="https://{host}/1"><meta '
            f'property="og:site_name" content="The {word} Post"></head>'
            f"<body><article><h1>Ferry sails</h1><p>{LEAD}</p></article></body></html>",
            encoding="utf-8",
        )
    names(tmp_path, '"courier.example" = "The Courier"')
    assert publishers(tmp_path) == {"a.html": "The Courier", "b.html": "The Packet Post"}


def test_an_article_without_a_url_has_no_publisher(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LEAD, encoding="utf-8")
    names(tmp_path, '"courier.example" = "The Courier"')
    assert publishers(tmp_path) == {"a.txt": ""}


def test_every_line_of_a_jsonl_file_is_named(tmp_path: Path) -> None:
    lines = [f'{{"text": "{LEAD}", "url": "https://courier.example/{n}"}}' for n in (1, 2)]
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    names(tmp_path, '"courier.example" = "The Courier"')
    outlets = Outlets.of([tmp_path])
    outcomes = [outlets.named(outcome, file) for outcome in read_file(file, now=NOW)]
    assert [isinstance(one, Read) and one.article.publisher for one in outcomes] == [
        "The Courier",
        "The Courier",
    ]


def test_the_nearest_file_that_knows_the_host_decides(tmp_path: Path) -> None:
    names(tmp_path, '"courier.example" = "The Courier"', '"packet.example" = "The Packet"')
    names(tmp_path / "x", '"courier.example" = "The Old Courier"')
    (
        story(tmp_path),
        story(tmp_path / "x/y", "b.md"),
        story(tmp_path / "x", "c.md", "packet.example"),
    )
    expected = {"a.md": "The Courier", "b.md": "The Old Courier", "c.md": "The Packet"}
    assert publishers(tmp_path) == expected


def test_a_file_above_the_folder_does_not_count(tmp_path: Path) -> None:
    names(tmp_path, '"courier.example" = "The Courier"')
    story(tmp_path / "x")
    assert publishers(tmp_path / "x") == {"a.md": "courier.example"}
    assert publishers(tmp_path / "x", tmp_path) == {"a.md": "The Courier"}


def test_a_file_beside_an_article_that_is_named_itself_counts(tmp_path: Path) -> None:
    names(tmp_path, '"courier.example" = "The Courier"')
    assert publishers(story(tmp_path)) == {"a.md": "The Courier"}
    assert publishers(story(tmp_path / "x")) == {"a.md": "courier.example"}


def test_a_relative_folder_is_no_different(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names(tmp_path / "x", '"courier.example" = "The Courier"')
    story(tmp_path / "x/y")
    for folder, path in [(tmp_path, "x"), (tmp_path / "x", "."), (tmp_path / "x/y", "..")]:
        monkeypatch.chdir(folder)
        assert publishers(Path(path)) == {"a.md": "The Courier"}


def test_what_is_unread_stays_as_it_is(tmp_path: Path) -> None:
    unread = Unread("a.md", "empty")
    assert Outlets.of([tmp_path]).named(unread, tmp_path / "a.md") is unread


def names_in(path: Path) -> Mapping[str, str]:
    found = read_outlets(path)
    assert isinstance(found, OutletSettings), found
    return found.names


def test_hosts_are_known_however_they_are_written(tmp_path: Path) -> None:
    path = names(
        tmp_path,
        '"https://WWW.Courier.example/" = "  The \\t Courier "',
        '"courier.example" = "The Courier"',
        "'münchen.example' = 'Die Woche'",
    )
    assert names_in(path) == {
        "courier.example": "The Courier",
        "xn--mnchen-3ya.example": "Die Woche",
    }


def test_an_empty_file_names_nothing(tmp_path: Path) -> None:
    path = tmp_path / OUTLETS_FILE
    path.write_bytes(b"\xef\xbb\xbf# none yet\r\n")
    assert names_in(path) == {}


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("[outlets]\n\n\"a.example\" 'A'\n", 3, "not valid TOML: "),
        ('[outlets]\n"a.example" = "A\n', 2, "not valid TOML: "),
        ('[outlets]\n"a.example" =\n\n', 2, "not valid TOML: "),
        ('[outlets]\n"a.example" = "A"\n"a.example" = "B"\n', 3, "not valid TOML: "),
        ("\n[outlet]\n", 2, f"unknown key 'outlet'; {EXAMPLE}"),
        ('"a.example" = "A"\n', 1, f"unknown key 'a.example'; {EXAMPLE}"),
        ("outlets = 3\n", 1, f"'outlets' is no table; {EXAMPLE}"),
        (
            '[outlets]\n"b.example" = "B"\na.example = "A"\n',
            3,
            f"the host that begins with 'a' is not in quotes; {EXAMPLE}",
        ),
        ('[outlets]\n"The A" = "a.example"\n', 2, f"'The A' is no host; {EXAMPLE}"),
        ('[outlets]\n"\\u0041" = "a.example"\n', 1, f"'A' is no host; {EXAMPLE}"),
        (
            '[outlets]\n"a.example" = 3\n',
            2,
            f"the name of 'a.example' is 3, not text; {EXAMPLE}",
        ),
        (
            '[outlets]\n"a.example" = " "\n',
            2,
            f"the name of 'a.example' is ' ', not text; {EXAMPLE}",
        ),
        (
            '[outlets]\n"a.example" = "A"\n"www.a.example" = "B"\n',
            3,
            f"'a.example' has two names, 'A' and 'B'; {EXAMPLE}",
        ),
    ],
)
def test_a_wrong_file_is_named_with_its_line(
    tmp_path: Path, content: str, line: int, reason: str
) -> None:
    path = tmp_path / OUTLETS_FILE
    path.write_text(content, encoding="utf-8")
    outcome = read_outlets(path)
    assert isinstance(outcome, Unread)
    assert outcome.path == f"{path}:{line}"
    assert outcome.reason.startswith(reason)


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / OUTLETS_FILE
    path.write_bytes('[outlets]\n"a.example" = "Die Brücke"\n'.encode("cp1252"))
    assert read_outlets(path) == Unread(f"{path}:2", "not UTF-8; save it as UTF-8")


def test_nesting_without_end_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / OUTLETS_FILE
    path.write_text("a = " + "[" * 50_000, encoding="utf-8")
    outcome = read_outlets(path)
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith("not valid TOML: ")


def test_articles_beside_a_wrong_file_are_read_and_the_file_is_reported_once(
    tmp_path: Path,
) -> None:
    story(tmp_path), story(tmp_path, "b.md")
    names(tmp_path, '"courier.example" = 3')
    reason = f"the name of 'courier.example' is 3, not text; {EXAMPLE}"
    wrong = {f"{tmp_path / OUTLETS_FILE}:2": reason}
    expected = {"a.md": "courier.example", "b.md": "courier.example"} | wrong
    assert publishers(tmp_path) == expected
    assert publishers(tmp_path / "a.md", tmp_path / "b.md") == expected
    found = [one for one in find_files([tmp_path, tmp_path / "a.md"]) if isinstance(one, Unread)]
    assert [one.path for one in found] == list(wrong)


def test_a_missing_link_or_a_pipe_is_reported_and_never_opened(tmp_path: Path) -> None:
    story(tmp_path / "x"), story(tmp_path / "y", "b.md")
    (tmp_path / "x" / OUTLETS_FILE).symlink_to("gone")
    os.mkfifo(tmp_path / "y" / OUTLETS_FILE)
    assert publishers(tmp_path) == {
        "a.md": "courier.example",
        "b.md": "courier.example",
        f"{tmp_path}/x/{OUTLETS_FILE}": "a link that leads nowhere",
        f"{tmp_path}/y/{OUTLETS_FILE}": "not a regular file",
    }


def test_a_folder_of_that_name_is_a_folder(tmp_path: Path) -> None:
    story(tmp_path / OUTLETS_FILE)
    assert publishers(tmp_path) == {"a.md": "courier.example"}


def test_a_file_of_names_is_no_article(tmp_path: Path) -> None:
    path = names(tmp_path, '"courier.example" = "The Courier"')
    assert next(iter(publishers(tmp_path).values())).startswith("holds no article; known")
    assert publishers(path)[str(path)].startswith("unknown file type '.toml'; known")


def test_the_sample_corpus_is_of_six_outlets() -> None:
    assert set(publishers(SEEDS).values()) == {
        "Kelmark Ledger",
        "Lowland News Agency",
        "Radio North",
        "The Grevesand Packet",
        "The Marren Courier",
        "The Tolbeck Gazette",
    }


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="[]outles=\"'.ab\n #{}\\u01", max_size=60))
def test_no_content_raises(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    path = tmp_path_factory.getbasetemp() / "odd.toml"
    path.write_text(f"[outlets]\n{content}", encoding="utf-8")
    outcome = read_outlets(path)
    if isinstance(outcome, Unread):
        line = int(outcome.path.rpartition(":")[2])
        assert 1 <= line <= content.count("\n") + 2
