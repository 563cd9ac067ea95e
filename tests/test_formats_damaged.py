"""Files of every format, damaged at random: each is read or named; texts keep their words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rag.corpus import Read, Unread, read_file
from rag.corpus.formats.layout import lay_out, markup_parts
from rag.corpus.formats.pdf_lines import Line, paragraphs_of
from rag.corpus.sandbox import Sandbox, SandboxLimits
from tests.pdf_files import pdf
from tests.test_corpus_epub import book, page
from tests.test_corpus_feeds import RSS, WXR, entry
from tests.test_corpus_mail import HTML, message
from tests.test_corpus_newsroom import LEAD, NITF, component, g2, newsml, one, part
from tests.test_corpus_tables import export_of_substack
from tests.test_corpus_warc import RECORDS

docx = pytest.importorskip("docx")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def word_file() -> bytes:
    made = docx.Document()
    made.add_heading("Ferry", 1)
    made.add_paragraph("It sailed.")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def letter() -> bytes:
    made = message()
    made.set_content("It sailed.")
    made.add_alternative(HTML, subtype="html")
    return bytes(made)


FILES = {
    ".pdf": pdf([["The ferry sailed.", "", "It rained."], ["Page two."]], info={"Title": "Ferry"}),
    ".docx": word_file(),
    ".epub": book({"one.xhtml": page(f"<h1>Ferry</h1><p>{'It sailed. ' * 20}</p>")}),
    ".xml": NITF.encode(),
    ".warc": RECORDS[1] + RECORDS[0],
    ".csv": b'title,text,date\nFerry,"It\nsailed.",2025-05-03\nFog,It came.,\n',
    ".json": b'{"articles": [{"title": "Fog", "text": "<p>It came.</p>"}, {"content": "Rain."}]}',
    ".rss": RSS.encode(),
    ".wxr": WXR.replace("{more}", entry("draft") + entry()).encode(),
    ".newsml": newsml(one(component(part(f"<p>{LEAD}</p>"))), one(component(), number=2)).encode(),
    ".nitf": g2("<edNote>Corrects the day.</edNote>").encode(),
    ".zip": export_of_substack(),
    ".eml": letter(),
    ".mbox": b"From a\n" + letter() + b"\nFrom b\n" + letter(),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxLimits(seconds=60.0)) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 40)), max_size=4),
)
def test_a_damaged_file_is_read_or_named(
    sandbox: Sandbox, folder: Path, suffix: str, damages: list[tuple[float, bytes, int]]
) -> None:
    data = bytearray(FILES[suffix])
    for place, put, length in damages:
        start = int(place * len(data))
        data[start : start + length] = put
    path = folder / f"a{suffix}"
    path.write_bytes(data)
    outcomes = list(read_file(path, now=NOW, sandbox=sandbox))
    assert outcomes
    for outcome in outcomes:
        if isinstance(outcome, Unread):
            assert "\n" not in outcome.reason
            continue
        assert isinstance(outcome, Read)
        size = len(outcome.article.text)
        assert outcome.article.text.strip()
        assert all(0 <= span.start < span.end <= size for span in outcome.article.furniture)
        assert list(outcome.article.pages) == sorted(outcome.article.pages)


LINES = st.builds(
    Line,
    st.text("ab c.-é", min_size=1, max_size=8)
    .map(lambda text: " ".join(text.split()))
    .filter(bool),
    left=st.sampled_from([50.0, 60.0, 300.0]),
    right=st.floats(310, 500),
    y=st.floats(20, 800),
    size=st.sampled_from([8.0, 10.0, 20.0]),
    hyphen=st.booleans(),
)


def letters(text: str) -> str:
    return "".join(text.split()).replace("-", "")


@given(st.lists(st.lists(LINES, max_size=5), max_size=2))
def test_paragraphs_keep_every_letter_in_its_order_and_know_their_pages(
    pages: list[list[Line]],
) -> None:
    # What both of two pages have at an edge is their running head, and left out.
    heads = [{line.words for line in lines} for lines in pages]
    assume(len(pages) < 2 or heads[0].isdisjoint(heads[1]))
    paragraphs = paragraphs_of(pages)
    text, blocks = lay_out((each.kind, each.words) for each in paragraphs)
    assert letters(text) == letters("".join(line.words for lines in pages for line in lines))
    assert [block.words for block in blocks] == [each.words for each in paragraphs]
    begun = [number for each in paragraphs for number, _ in each.pages]
    assert sorted(set(begun)) == [number for number, lines in enumerate(pages) if lines]
    for each in paragraphs:
        assert all(0 <= offset < len(each.words) for _, offset in each.pages)


TAGS = ["p", "div", "b", "td", "tr", "table", "br", "h1", "li", "script", "x:y", "!--", "a href="]
MARKUP = st.lists(
    st.one_of(
        st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
        st.text("ab \n&;<é\u2028\ufffe", max_size=6),
    ),
    max_size=30,
)


@given(MARKUP)
def test_any_markup_is_laid_out_as_lines_that_are_slices(parts: list[str]) -> None:
    from lxml import html

    root = html.document_fromstring(f"<html><body>start {''.join(parts)}</body></html>")
    text, blocks = lay_out(markup_parts(root))
    assert all(text[block.start : block.end] == block.words for block in blocks)
    assert "\n\n".join(block.words for block in blocks) == text
    assert all(block.words == " ".join(block.words.split()) for block in blocks)
    assert text.startswith("start")
