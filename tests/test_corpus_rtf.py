"""RTF: characters of many alphabets, what is no text of the document, and bad files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus import Read, Unread
from rag.corpus.formats.export_fields import CELL, PAGE_BREAK
from rag.corpus.formats.rtf import RichText
from rag.errors import CorpusError
from tests.database_exports import rtf
from tests.reading import read_only

HEAD = rb"{\rtf1\ansi\ansicpg1252\deff0"
LEAD = "The ferry sailed again on Monday, the harbour office said."


def lines(body: bytes, head: bytes = HEAD) -> list[str]:
    return list(RichText(io.BytesIO(head + body + b"}")).lines())


def outcome(folder: Path, data: bytes, name: str = "a.rtf") -> Read | Unread:
    return read_only(folder / name, data)


def test_a_file_is_one_article_with_title_and_author(tmp_path: Path) -> None:
    info = rb"{\info{\title Ferry sails}{\author Mara Lind}{\creatim\yr2024\mo5}}"
    body = rb"\pard\qc\b Ferry sails\b0\par\pard " + LEAD.encode() + rb"\par It rained.\par"
    found = outcome(tmp_path, HEAD + info + body + b"}")
    assert isinstance(found, Read)
    article = found.article
    assert article.title == "Ferry sails"
    assert article.authors == ("Mara Lind",)
    assert article.text == f"Ferry sails\n\n{LEAD}\n\nIt rained."
    assert [span.kind for span in article.furniture] == ["title"]
    assert found.warnings == ()


def test_a_short_first_line_is_the_title(tmp_path: Path) -> None:
    found = outcome(tmp_path, rtf(["Ferry sails", LEAD]))
    assert isinstance(found, Read)
    assert found.article.title == "Ferry sails"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"Caf\'e9 \ldblquote x\rdblquote\~y\_z\emdash", "Café “x”\xa0y-z—"),
        (rb"\u8217?\u-10179?\u-8703 ?", "’😁"),
        (rb"\uc2\u26085\'93\'fa!\uc0\u8364 x", "日!€x"),
        (rb"{\f1 \'cf\'f0\'e8}vet{\f2\'93\'fa\'96\'7b}", "Приvet日本"),
        (rb"\{a\}\\b", r"{a}\b"),
        (b"on\ne\r\n \\\nline", "one "),
        (rb"opt\-ional {\v hidden}{\deleted gone}word", "optional word"),
        (rb"{\field{\*\fldinst{HYPERLINK \"http://a.example\"}}{\fldrslt link}}", "link"),
        (rb"{\*\unknown no}{\footnote no}{\pict\bin5 }{{}x}{\header no\par}yes", "yes"),
    ],
)
def test_characters_and_what_is_no_text(body: bytes, text: str) -> None:
    fonts = rb"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}"
    assert lines(fonts + body)[0] == text


def test_paragraphs_cells_and_pages_are_lines() -> None:
    body = rb"\trowd a\cell b\cell\row one\line two\par\page three"
    assert lines(body) == [
        *(f"a{CELL}b{CELL}", "", "one", "two", ""),
        *("", "", PAGE_BREAK, "three"),
    ]


def test_tables_of_an_article_have_rows(tmp_path: Path) -> None:
    found = outcome(tmp_path, rtf([LEAD, "Party\tVotes\t", "Union\t412\t"]))
    assert isinstance(found, Read)
    assert found.article.text == f"{LEAD}\n\nParty | Votes\n\nUnion | 412"


@pytest.mark.parametrize("name", ["a.txt", "a.doc"])
def test_rtf_under_another_name_is_read(tmp_path: Path, name: str) -> None:
    found = outcome(tmp_path, rtf(["Ferry sails", LEAD]), name)
    assert isinstance(found, Read)
    assert found.article.title == "Ferry sails"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b" \n", "empty: it holds no text"),
        (LEAD.encode(), r"no RTF file: it does not begin with {\rtf"),
        (b"PK\x03\x04", "no RTF file: it is a ZIP archive, such as .docx"),
        (b"%PDF-1.7", "no RTF file: it is a PDF; name it .pdf"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "no RTF file: it is an old Word file; open it and save it as .docx or .rtf",
        ),
        (HEAD + b"}", "holds no text"),
        (
            HEAD + b"{" * 5_000,
            "its groups are nested more than 2,000 deep; the file may be malicious",
        ),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    assert outcome(tmp_path, data) == Unread(str(tmp_path / "a.rtf"), reason)


def test_a_file_that_is_cut_short_has_a_warning(tmp_path: Path) -> None:
    found = outcome(tmp_path, rtf(["Ferry sails", LEAD])[:-20])
    assert isinstance(found, Read)
    assert found.warnings == ("the file ends before its last group does; it may be cut short",)


def test_a_paragraph_without_end_is_refused() -> None:
    with pytest.raises(CorpusError, match="a paragraph of more than 20 MB"):
        lines(b"x" * (21 << 20))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(blacklist_categories=("Cc", "Cs")), min_size=1), max_size=8))
def test_words_survive_whatever_their_alphabet(paragraphs: list[str]) -> None:
    read = list(RichText(io.BytesIO(rtf(paragraphs))).lines())
    assert [line for line in read if line] == [words for words in paragraphs if words]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    *(rb"\par", rb"\u8217?", rb"\'93", rb"\bin3 ", rb"\uc9", rb"{\*\x", b"{", b"}"),
                    *(rb"\f1", rb"{\fonttbl{\f1\fcharset128 A;}}", rb"\cell", rb"\row", b"\\"),
                    *(rb"{\info{\title ", rb"\ansicpg99999", rb"\u99999999999 ", b"text\n"),
                ]
            ),
            st.binary(max_size=12),
        ),
        max_size=40,
    )
)
def test_any_bytes_are_read_or_named(pieces: list[bytes]) -> None:
    for line in RichText(io.BytesIO(HEAD + b"".join(pieces))).lines():
        line.encode()


def test_a_token_may_lie_across_the_pieces_that_are_read(tmp_path: Path) -> None:
    words = [f"w{number} caf\N{LATIN SMALL LETTER E WITH ACUTE}" for number in range(20_000)]
    assert [line for line in RichText(io.BytesIO(rtf(words))).lines() if line] == words
