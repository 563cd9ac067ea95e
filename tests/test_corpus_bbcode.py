"""BBCode in a text field is read as what it means; brackets of reporting stay."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from rag.corpus import Read, read_file
from tests.reading import NOW, read_article


def text_of(folder: Path, value: str) -> str:
    """The text of an article whose text field has this value."""
    return read_article(
        folder / "a.jsonl", json.dumps({"title": "Ferry", "text": value})
    ).article.text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("[b]VESK[/b] - It [i]sailed[/i].", "VESK - It sailed."),
        ("[b:1a2b3c4d]VESK[/b:1a2b3c4d] won.", "VESK won."),
        ("See [url=https://a.example/x?y=1]the list[/url] & 3 < 5.", "See the list & 3 < 5."),
        ("It sailed. [url]https://a.example[/url]", "It sailed. https://a.example"),
        ("It sailed.\n[img]https://a.example/p.jpg[/img]\nIt sank.", "It sailed.\n\nIt sank."),
        ("[quote=Ada Kolm]It was cold.[/quote]It sank.", "It was cold. — Ada Kolm\n\nIt sank."),
        ('[quote="Ada Kolm";p=12]It was cold.[/quote]', "It was cold. — Ada Kolm"),
        ("Boats:[list][*]One boat[*]Two boats[/list]", "Boats:\n\n• One boat\n\n• Two boats"),
        ("[size=150][color=#ff0000]It sank.[/color][/size]", "It sank."),
        ("First line of it.\nSecond [u]line[/u].", "First line of it.\n\nSecond line."),
        ("[h2]Next[/h2]It sailed.", "Next\n\nIt sailed."),
        ("<p>It [b]sailed[/b] &amp; sank.</p>", "It sailed & sank."),
    ],
)
def test_tags_become_what_they_mean(tmp_path: Path, value: str, text: str) -> None:
    assert text_of(tmp_path, value) == text


@pytest.mark.parametrize(
    "value",
    [
        "“He [the mayor] won,” she said [sic].",
        "The list [b] and the list [i] differ.",
        "It cost [url=x] nothing.",
        "a[i] = b[i]",
    ],
)
def test_brackets_of_reporting_stay(tmp_path: Path, value: str) -> None:
    assert text_of(tmp_path, value) == value


def test_it_is_read_in_tables_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["title", "text"], ["Ferry", "It [b]sailed[/b]."]])
    (found,) = read_file(path, now=NOW)
    assert isinstance(found, Read)
    assert found.article.text == "It sailed."


def test_very_many_open_tags_are_read_in_time(tmp_path: Path) -> None:
    assert text_of(tmp_path, "[b]" * 20_000 + "It sailed.[/b]") == "It sailed."
