"""Files found in folders, and the articles in them counted."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from rag.corpus import Outlets, Unread, count_articles, find_files
from tests.builders import row, write_jsonl
from tests.commands import Commands


def folder(root: Path, *names: str) -> Path:
    """A folder with files of these names, each with one letter in it."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a", encoding="utf-8")
    return root


def found(*paths: Path) -> list[str]:
    """The names of the files found, and the reasons of those that cannot be read."""
    root = os.path.commonpath([str(path) for path in paths])
    return [
        f"{os.path.relpath(one.path, root)}: {one.reason}"
        if isinstance(one, Unread)
        else os.path.relpath(one, root)
        for one in find_files(paths)
    ]


def test_a_folder_is_walked_in_order_of_name(tmp_path: Path) -> None:
    folder(tmp_path, "b.md", "a/2.txt", "a/10.html", "a/z/1.jsonl", "c.jsonl.gz", "B.md")
    assert found(tmp_path) == ["B.md", "a/10.html", "a/2.txt", "a/z/1.jsonl", "b.md", "c.jsonl.gz"]


def test_hidden_files_are_passed_over_and_unknown_types_counted(tmp_path: Path) -> None:
    folder(tmp_path, "a.md", ".b.md", ".git/c.md", "d.odt", "x/e.ODT", "e", "columns.toml")
    left_out = "3 files of unknown types were left out: .odt (2), without an ending"
    assert found(tmp_path) == ["a.md", f".: {left_out}"]
    assert found(tmp_path / "x")[1:] == [".: 1 file of an unknown type was left out: .odt"]


def test_files_that_describe_a_corpus_are_passed_over(tmp_path: Path) -> None:
    folder(tmp_path, "a.md", "README.md", "x/Sources.md", "questions.jsonl", "x/questions.md")
    assert found(tmp_path) == ["a.md", "x/questions.md"]


def test_a_file_that_is_named_itself_is_taken(tmp_path: Path) -> None:
    folder(tmp_path, "README.md", ".hidden.md")
    assert found(tmp_path / "README.md", tmp_path / ".hidden.md") == ["README.md", ".hidden.md"]


def test_a_named_file_of_unknown_type_is_reported_with_the_known_ones(tmp_path: Path) -> None:
    folder(tmp_path, "a.odt", "b")
    (first, second) = find_files([tmp_path / "a.odt", tmp_path / "b"])
    assert isinstance(first, Unread)
    folder(tmp_path, "a.md", ".b.md", ".git/c.md", "d.odt", "e", "f.txt~", "g.bak")
    assert isinstance(second, Unread)
    assert second.reason.startswith("unknown file type ''; known: ")


def test_a_missing_path_is_reported_and_the_others_are_found(tmp_path: Path) -> None:
    folder(tmp_path, "a.md")
    assert found(tmp_path / "no", tmp_path / "a.md") == ["no: no such file or folder", "a.md"]


def test_a_folder_without_articles_is_reported(tmp_path: Path) -> None:
    folder(tmp_path, "x/a.odt", "y/a.md")
    (outcome, _, path) = find_files([tmp_path / "x", tmp_path / "y"])
    assert isinstance(outcome, Unread)
    assert outcome.path == str(tmp_path / "x")
    assert outcome.reason.startswith("holds no article; known file types: .atom, .csv, ")
    assert path == tmp_path / "y/a.md"


def test_each_file_is_found_once(tmp_path: Path) -> None:
    folder(tmp_path, "a.md", "x/b.md")
    assert found(tmp_path / "a.md", tmp_path, tmp_path / "x", tmp_path) == ["a.md", "x/b.md"]


def test_links_that_lead_in_circles_end(tmp_path: Path) -> None:
    folder(tmp_path, "x/a.md", "y/b.md")
    (tmp_path / "x/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "x/self.md").symlink_to(tmp_path / "x/self.md")
    (tmp_path / "y/other").symlink_to(tmp_path / "x", target_is_directory=True)
    assert found(tmp_path) == ["x/a.md", "x/self.md: a link that leads nowhere", "y/b.md"]


def test_a_link_within_the_folders_that_are_named_is_followed(tmp_path: Path) -> None:
    folder(tmp_path, "x/a.md")
    (tmp_path / "y").mkdir()
    (tmp_path / "y/b.md").symlink_to(tmp_path / "x/a.md")
    assert list(find_files([tmp_path / "y/b.md"])) == [tmp_path / "y/b.md"]
    assert list(find_files([tmp_path])) == [tmp_path / "x/a.md"]
    assert list(find_files([tmp_path / "y", tmp_path / "x"])) == [tmp_path / "y/b.md"]


def test_a_link_that_leads_out_of_the_named_folder_is_skipped_and_named(tmp_path: Path) -> None:
    folder(tmp_path, "secret/a.md", "news/b.md", "newsroom/c.md")
    (tmp_path / "news/file.md").symlink_to(tmp_path / "secret/a.md")
    (tmp_path / "news/folder").symlink_to(tmp_path / "secret")
    (tmp_path / "news/near.md").symlink_to("../newsroom/c.md")
    (tmp_path / "news/other.odt").symlink_to(tmp_path / "secret/a.md")
    (tmp_path / "news/up").symlink_to("..")
    (tmp_path / "news/within").symlink_to(tmp_path / "news")
    outcomes = list(find_files([tmp_path / "news"]))
    left_out = [one for one in outcomes if isinstance(one, Unread)]
    assert [one for one in outcomes if isinstance(one, Path)] == [tmp_path / "news/b.md"]
    names = ("file.md", "folder", "near.md", "up")
    assert [one.path for one in left_out] == [str(tmp_path / "news" / name) for name in names]
    assert {(one.reason, one.skipped) for one in left_out} == {
        (
            "a link that leads out of the folder, left out; name the file or folder itself to "
            "read it",
            True,
        )
    }


def test_a_link_that_is_named_itself_is_followed(tmp_path: Path) -> None:
    folder(tmp_path, "x/a.md", "x/b/c.md")
    (tmp_path / "y").symlink_to(tmp_path / "x")
    (tmp_path / "x/up").symlink_to("b")
    assert found(tmp_path / "y") == ["a.md", "b/c.md"]


def test_files_found_in_a_folder_must_still_lie_in_it_when_they_are_read(tmp_path: Path) -> None:
    folder(tmp_path, "news/a.md", "news/x/b.md", "secret/b.md")
    files = [tmp_path / "news/a.md", tmp_path / "news/x/b.md"]
    assert list(find_files(files, [tmp_path / "news"])) == files
    (tmp_path / "news/x/b.md").unlink()
    (tmp_path / "news/x").rmdir()
    (tmp_path / "news/x").symlink_to(tmp_path / "secret")
    (one, other) = find_files(files, [tmp_path / "news"])
    assert one == files[0]
    assert isinstance(other, Unread)
    assert (other.path, other.skipped) == (str(files[1]), True)


def test_outlets_that_a_link_fetches_from_elsewhere_name_nothing(tmp_path: Path) -> None:
    folder(tmp_path, "news/a.md")
    (tmp_path / "outlets.toml").write_text('[outlets]\n"courier.example" = "Spy"\n')
    (tmp_path / "news/outlets.toml").symlink_to(tmp_path / "outlets.toml")
    assert found(tmp_path / "news")[1].startswith("outlets.toml: a link that leads out of")
    assert Outlets.of([tmp_path / "news"]).names_above(tmp_path / "news/a.md") == ""
    assert "Spy" in Outlets.of([tmp_path]).names_above(tmp_path / "news/a.md")


def test_ingest_names_what_it_skips_and_does_not_fail(dateline: Commands, tmp_path: Path) -> None:
    write_jsonl(folder(tmp_path / "news", "x/.empty") / "a.jsonl", [row(1, "Fog lay at Osk.")])
    (tmp_path / "private.txt").write_text("The password of the server is marmalade.")
    (tmp_path / "news/link.txt").symlink_to(tmp_path / "private.txt")
    ended = dateline("ingest", "news", "--no-vectors")
    assert (ended.status, "1 added" in ended.out, "1 skipped" in ended.out) == (0, True, True)
    assert "news/link.txt: a link that leads out of the folder, left out; name" in ended.err
    assert "marmalade" not in dateline("search", "password marmalade").out
    again = dateline("ingest", "news", "news/link.txt", "--no-vectors")
    assert "1 added, 0 revised, 1 unchanged" in again.out


def test_watch_names_what_it_skips_once(dateline: Commands, tmp_path: Path) -> None:
    write_jsonl(folder(tmp_path / "news", "x/.empty") / "a.jsonl", [row(1, "Fog lay at Osk.")])
    (tmp_path / "private.txt").write_text("The password of the server is marmalade.")
    (tmp_path / "news/link.txt").symlink_to(tmp_path / "private.txt")
    ended = dateline("watch", "news", "--once", "--look", "0.01")
    assert ended.status == 0
    assert (ended.out + ended.err).count("news/link.txt: a link that leads out") == 1
    assert "marmalade" not in dateline("search", "password marmalade").out


def test_a_broken_link_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "gone.md")
    (tmp_path / "b.odt").symlink_to(tmp_path / "gone.odt")
    assert found(tmp_path) == ["a.md: a link that leads nowhere"]


def test_a_pipe_is_reported_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    assert found(tmp_path / "a.md") == [".: not a regular file"]
    assert found(tmp_path) == ["a.md: not a regular file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_reported(tmp_path: Path) -> None:
    folder(tmp_path, "a.md", "x/b.md")
    (tmp_path / "x").chmod(0)
    try:
        assert found(tmp_path) == ["a.md", "x: cannot be read: Permission denied"]
    finally:
        (tmp_path / "x").chmod(0o700)


def test_a_name_that_is_no_text_is_found(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md"))
    path.write_text("a", encoding="utf-8")
    assert list(find_files([tmp_path])) == [path]


def test_a_folder_of_1000_files_of_which_three_are_bad(tmp_path: Path) -> None:
    folder(tmp_path, *[f"{number // 100}/{number:04}.md" for number in range(997)])
    for name in ("0/x.md", "5/x.md", "9/x.md"):
        (tmp_path / name).symlink_to("gone")
    outcomes = list(find_files([tmp_path]))
    assert len(outcomes) == 1_000
    bad = [one.path for one in outcomes if isinstance(one, Unread)]
    assert bad == [str(tmp_path / name) for name in ("0/x.md", "5/x.md", "9/x.md")]


def test_articles_are_counted_by_lines_or_files(tmp_path: Path) -> None:
    lines = b'{"text": "a"}\n\n \r\nnot json\n{"text": "b"}'
    (tmp_path / "a.jsonl").write_bytes(lines)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines))
    folder(tmp_path, "a.md", "a.txt", "a.html", "a.odt")
    names = ["a.jsonl", "a.jsonl.gz", "a.md", "a.txt", "a.html", "a.odt", "gone.md", "gone.jsonl"]
    assert [count_articles(tmp_path / name) for name in names] == [3, 3, 1, 1, 1, 0, 0, 0]


def test_what_cannot_be_read_counts_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\x00\x01\n\x02\n")
    (tmp_path / "b.jsonl.gz").write_bytes(b"\x1f\x8b\x07" + b"x" * 20)
    (tmp_path / "c.jsonl").touch()
    (tmp_path / "d.jsonl").mkdir()
    names = ["a.jsonl", "b.jsonl.gz", "c.jsonl", "d.jsonl"]
    assert [count_articles(tmp_path / name) for name in names] == [0, 0, 0, 0]


def test_a_gzip_file_that_was_cut_off_counts_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"{}\n" * 3)[:-8])
    assert count_articles(path) in (0, 3)
