"""JSON lines: every good line is read, every bad one named with its number and reason."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.corpus import Read, Unread
from rag.corpus.decoding import SIZE_LIMIT
from tests.reading import read_all

LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
FIELDS = ("id", "url", "title", "publisher", "authors", "date", "published", "language", "section")


def outcomes(path: Path, data: bytes) -> list[Read | Unread]:
    """What a file of these bytes gives."""
    return read_all(path, data)


def reason(path: Path, line: str) -> str:
    """Why the only line of a file cannot be read."""
    (outcome,) = outcomes(path, line.encode())
    assert isinstance(outcome, Unread)
    assert outcome.path == f"{path}:1"
    return outcome.reason


def read(path: Path, **fields: Any) -> Read:
    """The article of a line with these fields and a text."""
    (outcome,) = outcomes(path, json.dumps({"text": LEAD, **fields}).encode())
    assert isinstance(outcome, Read)
    return outcome


def test_every_field_is_taken(tmp_path: Path) -> None:
    outcome = read(
        tmp_path / "a.jsonl",
        id="ignored-7",
        url="https://www.harbour.example/ferry/index.html?utm_source=x",
        title=" Ferry \n returns ",
        publisher="The Harbour Post",
        authors=["Mara Lind", {"name": "Ivo Tarn"}, "Mara Lind"],
        date="2025-05-03T09:30:00+02:00",
        language="EN-gb",
        section="Coast",
    )
    article = outcome.article
    assert outcome.path == f"{tmp_path / 'a.jsonl'}:1"
    assert outcome.warnings == ()
    assert article.id == "harbour.example/ferry"
    assert article.url == "https://www.harbour.example/ferry/index.html?utm_source=x"
    assert article.title == "Ferry returns"
    assert article.text == LEAD
    assert article.publisher == "The Harbour Post"
    assert article.authors == ("Mara Lind", "Ivo Tarn")
    assert str(article.published) == "2025-05-03T07:30:00Z"
    assert (article.language, article.section, article.revision) == ("en", "Coast", 1)


def test_text_alone_is_enough(tmp_path: Path) -> None:
    article = read(tmp_path / "a.jsonl").article
    assert article.id == f"file:{tmp_path / 'a.jsonl'}:1"
    assert (article.url, article.publisher, article.authors) == ("", "", ())
    assert (article.published, article.language) == (None, "en")


def test_null_fields_are_missing_fields(tmp_path: Path) -> None:
    given_nothing = read(tmp_path / "a.jsonl", **dict.fromkeys(FIELDS))
    assert given_nothing == read(tmp_path / "a.jsonl")


def test_an_id_names_an_article_without_a_url(tmp_path: Path) -> None:
    assert read(tmp_path / "a.jsonl", id="story-7").article.id == "story-7"
    assert read(tmp_path / "a.jsonl", id=7).article.id == "7"


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ("Mara Lind and Ivo Tarn", ("Mara Lind", "Ivo Tarn")),
        ("By Mara Lind", ("Mara Lind",)),
        ([], ()),
        ("", ()),
        ([" Mara  Lind ", "", 7], ("Mara Lind",)),
    ],
)
def test_authors_are_a_list_or_a_line(
    tmp_path: Path, authors: object, expected: tuple[str, ...]
) -> None:
    assert read(tmp_path / "a.jsonl", authors=authors).article.authors == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"date": "2025/05/03"}, "2025-05-03"),
        ({"published": "May 3, 2025"}, "2025-05-03"),
        ({"date": "", "published": "2025-05"}, "2025-05"),
        ({"date": 2025}, "2025"),
        ({"date": 1746264600}, "2025-05-03T09:30:00Z"),
        ({"date": 1746264600.0}, "2025-05-03T09:30:00Z"),
    ],
)
def test_dates_come_as_date_or_published(
    tmp_path: Path, fields: dict[str, object], expected: str
) -> None:
    outcome = read(tmp_path / "a.jsonl", **fields)
    assert str(outcome.article.published) == expected
    assert outcome.warnings == ()


def test_odd_fields_are_left_out_and_reported(tmp_path: Path) -> None:
    outcome = read(tmp_path / "a.jsonl", title=["Ferry"], section=True, authors=7)
    assert outcome.warnings == (
        "field 'title' is ['Ferry'], not text; left out",
        "field 'section' is True, not text; left out",
        "field 'authors' is 7, not names; left out",
    )


def test_text_keeps_its_characters_but_for_what_cannot_be_stored(tmp_path: Path) -> None:
    line = rb'{"text": "a\r\nb\u00a0c\u0000d\ud83de\ud83d\ude00\u2028"}'
    (outcome,) = outcomes(tmp_path / "a.jsonl", line)
    assert isinstance(outcome, Read)
    assert outcome.article.text == "a\nb\u00a0c\ufffdd\ufffde😀\u2028"


def test_one_bad_line_never_stops_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps({"text": LEAD}).encode()
    lines = [good, b'{"text": ', b"", b"\xff\x81", good, b'{"title": "x"}', good]
    found = outcomes(path, b"\n".join(lines))
    assert [(type(one).__name__, one.path.rpartition(":")[2]) for one in found] == [
        ("Read", "1"), ("Unread", "2"), ("Unread", "4"), ("Read", "5"),
        ("Unread", "6"), ("Read", "7"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"text": "a"', "not valid JSON: Expecting ',' delimiter at column 13"),
        ('{"text": ' + "1" * 5_000 + "}", "not valid JSON: a number is too long"),
        ("[" * 100_000, "not valid JSON: a number is too long or the nesting too deep"),
        ("[", "a JSON array, not JSON lines; write one article a line"),
        ('["a"]', "not an article: a line must be a JSON object, not list"),
        ("7", "not an article: a line must be a JSON object, not int"),
        ('{"b": "a", "c": 1}', "the required field 'text' is missing; fields found: b, c; name it"),
        ("{}", "the required field 'text' is missing; fields found: none"),
        ('{"text": null}', "the required field 'text' is missing; fields found: text"),
        ('{"text": 7}', "field 'text' must be a string, not int"),
        ('{"text": ""}', "field 'text' is empty"),
        ('{"text": " \\n "}', "field 'text' is empty"),
        ('{"question": "When?", "answer": "Now"}', "a question, not an article"),
    ],
)
def test_the_reason_says_what_is_wrong(tmp_path: Path, line: str, expected: str) -> None:
    assert reason(tmp_path / "a.jsonl", line).startswith(expected)


def test_nul_bytes_further_down_cost_their_line_only(tmp_path: Path) -> None:
    good = json.dumps({"text": LEAD * 20}).encode() + b"\n"
    first, second, third = outcomes(tmp_path / "a.jsonl", good + b"\x00\x00\n" + good)
    assert isinstance(second, Unread)
    assert second.reason.startswith("a binary file")
    assert isinstance(first, Read)
    assert isinstance(third, Read)


def test_a_line_of_more_than_20_mb_is_named_and_the_next_one_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    long = b'{"text": "' + b"a" * (2 * SIZE_LIMIT + 10) + b'"}\n'
    first, second = outcomes(path, long + json.dumps({"text": LEAD}).encode())
    assert first == Unread(f"{path}:1", "larger than the 20 MB that one article may have; split it")
    assert isinstance(second, Read)
    assert second.path == f"{path}:2"


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.ndjson.gz", "a.JSONL.GZ", "packed.jsonl"])
def test_gzip_is_known_by_its_bytes(tmp_path: Path, name: str) -> None:
    data = gzip.compress(json.dumps({"text": LEAD}).encode() + b"\n")
    (outcome,) = outcomes(tmp_path / name, data)
    assert isinstance(outcome, Read)
    assert outcome.article.text == LEAD


def test_a_plain_file_may_be_named_gz(tmp_path: Path) -> None:
    (outcome,) = outcomes(tmp_path / "a.jsonl.gz", json.dumps({"text": LEAD}).encode())
    assert isinstance(outcome, Read)


def test_a_gzip_file_that_was_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    lines = b"".join(
        json.dumps({"id": n, "text": f"{LEAD} {n * 7919}"}).encode() + b"\n" for n in range(3)
    )
    found = outcomes(path, gzip.compress(lines)[:-9])
    assert [type(one).__name__ for one in found][-1] == "Unread"
    last = found[-1]
    assert isinstance(last, Unread)
    assert last.path == str(path)
    assert last.reason == (
        f"the gzip file is damaged or cut off after line {len(found) - 1}; those lines are read"
    )


def test_a_damaged_gzip_file_is_named(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(json.dumps({"text": LEAD}).encode()))
    data[12:20] = b"\xff" * 8
    (outcome,) = outcomes(tmp_path / "a.jsonl.gz", bytes(data))
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith("the gzip file is damaged or cut off after line 0")


def test_a_gzip_header_that_is_wrong_is_named(tmp_path: Path) -> None:
    (outcome,) = outcomes(tmp_path / "a.jsonl.gz", b"\x1f\x8b\x07" + b"x" * 20)
    assert isinstance(outcome, Unread)
    assert outcome.reason == "cannot be read: Unknown compression method"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty: it holds no text"),
        (b"\n \n", "empty: it holds no text"),
        (b"SQLite format 3\x00\x10", "a binary file: it holds NUL bytes"),
        ('{"text": "a"}'.encode("utf-16"), "UTF-16; save it as UTF-8"),
    ],
)
def test_files_that_hold_no_lines_are_named_once(
    tmp_path: Path, data: bytes, expected: str
) -> None:
    path = tmp_path / "a.jsonl"
    assert outcomes(path, data) == [Unread(str(path), expected)]


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    line = json.dumps({"text": LEAD}).encode()
    found = outcomes(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + line + b"\r\n" + line + b"\r\n")
    assert [type(one) for one in found] == [Read, Read]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {"text": st.text(max_size=60) | JSON}, optional=dict.fromkeys(FIELDS, JSON)
    )
)
def test_any_record_is_read_or_named(tmp_path: Path, record: dict[str, object]) -> None:
    (outcome,) = outcomes(tmp_path / "a.jsonl", json.dumps(record).encode())
    assert outcome.path.endswith(":1")
    if isinstance(outcome, Read):
        article = outcome.article
        assert article.id
        assert article.title
        for value in (article.id, article.url, article.title, article.text, *article.authors):
            assert value.encode() is not None
    else:
        assert outcome.reason


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80), st.sampled_from(["a.jsonl", "a.jsonl.gz"]))
def test_any_bytes_are_read_or_named(tmp_path: Path, data: bytes, name: str) -> None:
    assert outcomes(tmp_path / name, data)


def test_html_in_a_field_is_read_as_a_page_is(tmp_path: Path) -> None:
    table = "<tr><th>Party</th><th>Harbour</th><th>Mill</th></tr><tr><td>Civic</td><td></td><td>51"
    text = (
        "<p>It is 412<sup>1</sup> metres long.</p><blockquote><p>It was cold.</p>"
        f"<cite>Ada Kolm</cite></blockquote><table>{table}</td></tr></table>"
        "<figure><img src='a.jpg'><figcaption>The tunnel</figcaption></figure>"
    )
    article = read(tmp_path / "a.jsonl", text=text).article
    assert article.text == (
        "It is 412 metres long.\n\nIt was cold. — Ada Kolm\n\nParty | Harbour | Mill\n\n"
        "Civic | – | 51\n\nThe tunnel"
    )
    assert [span.kind for span in article.furniture] == ["photo credit"]


def test_a_long_text_in_another_language_than_its_field_says(tmp_path: Path) -> None:
    text = (
        "Der Tunnel im Hafen wird ab Juni für elf Wochen gesperrt, teilte die Behörde am Dienstag"
        " mit. Die Pumpen unter dem Kai werden erneuert, und der Verkehr fließt über die Brücke."
    )
    assert read(tmp_path / "a.jsonl", text=text, language="en").article.language == "de"
    assert (
        read(tmp_path / "a.jsonl", text="Die Fähre fährt.", language="en").article.language == "en"
    )
