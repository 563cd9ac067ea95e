"""What ingest and questions cost on text made to be slow: it grows with its length, not faster.

Each step runs on the same few characters again and again. Where that takes longer than `FLOOR`,
a quarter of it is measured too: four times the text may take at most `MOST` times as long.
These are ratios within one run; linear steps are at 4, quadratic ones at 16. Formats that are
read in a worker process have its limits instead, see `test_corpus_apart`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import rag.language.sentences
from rag.archive import Archive
from rag.corpus import read_file
from rag.corpus.assembling import assemble
from rag.corpus.chunking import chunk
from rag.corpus.formats.fields import record_draft
from rag.corpus.near_duplicates import bands, reporting
from rag.corpus.notices import retraction
from rag.corpus.wires import wire_of
from rag.language.entities import quotations
from rag.language.outlet_names import find_mentions
from rag.language.sentences import sentence_spans
from rag.questions.times import find_dates
from rag.records import Span
from rag.retrieval.retrieve import MAX_QUERY_CHARACTERS
from rag.verification.markers import without_markers
from rag.verification.quotes.tracing import MAX_CHARACTERS, MAX_WORDS
from rag.web.conversation import reference_to
from rag.web.rendering.answers import partial_html
from rag.web.rendering.body import body_html
from rag.web.server.signing import read_cookie
from tests.builders import article, open_archive, row, words, write_jsonl

NOW = datetime(2025, 6, 1, tzinfo=UTC)
FLOOR, MOST = 0.06, 10.0
LENGTH = 16_000
MARKS = "`“”\"'‘’«([{<>&*_#|\\/-–—.,;:!?… \t\n\r0aAé中。~=+$%@•\u0301\u200b\u202eש😀\u00a0\x1c"
PIECES = (
    "a |A |Aa |1,|1 |1. |((|[[|](|[a](|![|<a|</a>|<!--|&#|**|**a |_a |said |in May |and |Mr. |“a” "
    '|"a" |\'a |‘a |1 2 |1.|https://|a.b|@a |1999-|Jan |Jan 1 |2020 |# a\n|a\n\n|\n- |> |a: b\n'
    "|`a|```\n|…\n|By A |updated |1:00 |Read more: |(AP) — |correction: |This story was updated "
    "|%20|&a=|12/|=\n"
)
UNITS = (*MARKS, *PIECES.split("|"))
ASKED = (
    "how many |what is |who said |when did |which of |or |and what is |the |The Courier |between "
    "|since |in 2020 |Jan |Jan 1 |2020 |it |than |A's |a'|; |? |?a |a, |“a” |$1 |1. |1 |3 May 2025 "
    "|A or |[1] |…|last week |Monday, |is to |are a |Marigold |A of the |compared with "
)
QUESTIONS = tuple(ASKED.split("|"))
FERRY = "The ferry Marigold ran aground. “The channel was not marked,” said Ilse Brandt on Friday."


def seconds(step: Callable[[str], object], text: str) -> float:
    """The processor time of one run."""
    began = time.process_time()
    step(text)
    return time.process_time() - began


def too_fast_growing(
    step: Callable[[str], object], units: Iterable[str], length: int, floor: float = FLOOR
) -> list[str]:
    """The units on which the step takes more than `MOST` times as long for four times as many."""
    step(FERRY)
    found: list[str] = []
    for unit in units:
        whole = (unit * length)[:length]
        quarter = whole[: length // 4]
        if seconds(step, whole) < floor:
            continue
        long = min(seconds(step, whole) for _ in range(2))
        short = min(seconds(step, quarter) for _ in range(3))
        if long >= floor and long > MOST * short:
            found.append(f"{unit!r}: {short:.3f} s, {long:.3f} s")
    return found


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    opened = open_archive(tmp_path / "archive")
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", [row(n, f"{FERRY} {n}") for n in range(3)]))
    return opened


@pytest.mark.parametrize("mark", ["`", "“"])
def test_the_segmenter_sees_a_window_of_an_article_of_quotation_marks(
    mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []
    segment = rag.language.sentences.get_sentence_boundaries

    def counted(language: str, text: str) -> list[dict[str, int]]:
        shown.append(len(text))
        found: list[dict[str, int]] = segment(language, text)
        return found

    monkeypatch.setattr(rag.language.sentences, "get_sentence_boundaries", counted)
    opened = open_archive(tmp_path / "archive")
    path = tmp_path / "marks.txt"
    path.write_text(f"{FERRY}\n\n{mark * 150_000}", encoding="utf-8")
    report = opened.ingest(path)
    assert report.counts == {"added": 1}
    assert max(shown) == 4_000
    # Each character is shown to find sentences, and again to divide those that are long.
    assert sum(shown) < 3 * 150_000
    assert [hit.article.text.count(mark) >= 150_000 for hit in opened.search("channel")] == [True]


def test_the_end_of_a_window_ends_no_sentence() -> None:
    text = "Rain fell on the long quay of Vesk. " * 600 + "Rain " * 3_000 + "fell. It was over."
    found = [text[start:end] for start, end in sentence_spans(text)]
    assert found[:600] == ["Rain fell on the long quay of Vesk."] * 600
    assert [len(sentence) for sentence in found[600:]] == [1_999] * 7 + [1_005, 12]


@pytest.mark.parametrize("suffix", [".txt", ".md", ".jsonl"])
def test_reading_an_article_grows_with_its_length(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"article{suffix}"

    def read(text: str) -> None:
        content = json.dumps({"text": text, "language": "en"}) if suffix == ".jsonl" else text
        path.write_bytes(content.encode())
        list(read_file(path, now=NOW))

    assert too_fast_growing(read, UNITS, LENGTH) == []


def test_dividing_and_comparing_an_article_grows_with_its_length() -> None:
    def divide(text: str) -> None:
        read = assemble(record_draft("a.jsonl:1", {"text": f"{FERRY} {text}"}, ()), NOW).article
        chunk(read, words, 128)
        retraction(f"{text} retracted")
        wire_of(read)
        bands(reporting(read))

    assert too_fast_growing(divide, UNITS, LENGTH) == []


@pytest.mark.parametrize(
    "field", ["title", "url", "id", "publisher", "authors", "date", "language", "section"]
)
def test_settling_a_field_grows_with_its_length(field: str) -> None:
    def settle(text: str) -> None:
        assemble(record_draft("a.jsonl:1", {"text": FERRY, field: text}, ()), NOW)

    assert too_fast_growing(settle, UNITS, LENGTH) == []


@pytest.mark.parametrize("language", ["da", "it"])
def test_dividing_a_text_of_another_language_grows_with_its_length(language: str) -> None:
    def divide(text: str) -> None:
        sentence_spans(text, language=language)

    assert too_fast_growing(divide, [*MARKS, "A. ", "1. ", "۔ ", "“a. "], LENGTH) == []


def test_marks_in_a_text_are_found_in_time_that_grows_with_its_length() -> None:
    def find(text: str) -> None:
        quotations(text)
        without_markers(text)

    assert too_fast_growing(find, UNITS, LENGTH) == []


def test_understanding_a_question_grows_with_its_length(archive: Archive) -> None:
    def ask(text: str) -> None:
        if text.strip():
            archive.ask(text)

    assert too_fast_growing(ask, QUESTIONS, MAX_QUERY_CHARACTERS, floor=0.3) == []


def test_finding_times_and_outlets_grows_with_the_length_of_a_text() -> None:
    def find(text: str) -> None:
        find_dates(text, NOW)
        list(find_mentions(text, ("The Courier", "Radio North")))

    units = ["Jan ", "2020 ", "Jan 1 ", "in May ", "Monday ", "Courier ", "The Courier ", "A "]
    assert too_fast_growing(find, units, LENGTH) == []


def test_tracing_words_grows_with_their_length(archive: Archive) -> None:
    def trace(text: str) -> None:
        archive.trace(" ".join(f"channel was not marked {text}".split()[:MAX_WORDS]))

    units = [
        "a",
        "[",
        "…",
        "... ",
        "[a] ",
        "'a ",
        "“a” ",
        "A",
        "0",
        "a-",
        "channel ",
        "not marked ",
    ]
    assert too_fast_growing(trace, units, MAX_CHARACTERS - 100, floor=0.3) == []


def test_showing_an_article_of_headings_grows_with_its_length() -> None:
    def show(text: str) -> None:
        starts = range(0, len(text) - 4, 6)
        shown = article(text, furniture=[Span(start, start + 3, "heading") for start in starts])
        body_html(shown, reference_to("cite", shown, (0, 1)))
        partial_html(text)

    assert too_fast_growing(show, ["# a\n\n\n"], 4 * LENGTH) == []
    marks = [
        "[",
        "*",
        "**a",
        "_a",
        "`",
        "<",
        "![",
        "](",
        "> ",
        "- ",
        "|",
        "a|b\n",
        "&",
        "\\",
        "[a](b",
    ]
    assert too_fast_growing(show, marks, LENGTH) == []


def test_reading_a_cookie_grows_with_its_length() -> None:
    def read(text: str) -> None:
        read_cookie({"cookie": f'a="{text}"'}, "a")

    assert too_fast_growing(read, (*UNITS, "\\1", "; ", "a=b;"), LENGTH) == []
