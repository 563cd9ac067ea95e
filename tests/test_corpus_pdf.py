"""PDF: paragraphs out of lines, pages kept, and files that hold no text named."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus import Read, Unread
from rag.corpus.formats.pdf_lines import Line, paragraphs_of
from tests.pdf_files import pdf
from tests.reading import read_article, read_only

pytest.importorskip("pypdfium2")
FIRST = [
    "The ferry sailed again on Monday after eleven",
    "weeks in dock, the harbour office said, and it",
    "carried ninety people to the island.",
    "",
    "Nobody was hurt, and the mayor was glad of it.",
]


def read(folder: Path, data: bytes) -> Read | Unread:
    return read_only(folder / "a.pdf", data)


def article(folder: Path, data: bytes) -> Read:
    return read_article(folder / "a.pdf", data)


def test_lines_become_paragraphs_and_pages_are_kept(tmp_path: Path) -> None:
    found = article(tmp_path, pdf([FIRST, [], ["The tide was high."]])).article
    assert found.text == (
        "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said, "
        "and it carried ninety people to the island.\n\n"
        "Nobody was hurt, and the mayor was glad of it.\n\n"
        "The tide was high."
    )
    assert found.pages == (0, 179, 179)
    start = found.text.index("The tide")
    assert start == 179
    assert found.pages_of(start, start + 18) == [3]
    assert found.pages_of(0, 10) == [1]
    assert found.pages_of(start - 20, start + 1) == [1, 2, 3]


def test_the_line_of_outlet_date_and_author_names_them_and_is_no_part_of_a_paragraph(
    tmp_path: Path,
) -> None:
    line = "Harbour Post, 2 May 2025 · By Mara Lind"
    found = article(tmp_path, pdf([["Ferry sails", line, *FIRST]])).article
    assert (found.title, found.publisher, found.authors) == (
        "Ferry sails",
        "Harbour Post",
        ("Mara Lind",),
    )
    assert str(found.published) == "2025-05-02"
    assert line in [found.text[span.start : span.end] for span in found.furniture]


def test_a_sentence_that_goes_on_on_the_next_page_is_whole(tmp_path: Path) -> None:
    pages = [["The ferry sailed on Monday and"], ["carried ninety people."]]
    found = article(tmp_path, pdf(pages)).article
    assert found.text == "The ferry sailed on Monday and carried ninety people."
    assert found.pages == (0, found.text.index("carried"))
    assert found.pages_of(0, len(found.text)) == [1, 2]


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    lines = [
        "60,780:The ferry sailed again on Monday with",
        "60,766:ninety people, and the harbour office",
        "330,780:said that it will sail again on",
        "330,766:Tuesday if the wind allows.",
    ]
    assert article(tmp_path, pdf([lines])).article.text == (
        "The ferry sailed again on Monday with ninety people, and the harbour office "
        "said that it will sail again on Tuesday if the wind allows."
    )


def test_running_heads_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    names = ["fog", "rain", "snow"]
    pages = [
        ["The Weekly Courier", "", f"There was {name} on the island.", f"60,40:Page {n}"]
        for n, name in enumerate(names, start=1)
    ]
    found = article(tmp_path, pdf(pages)).article
    assert found.text == "\n\n".join(f"There was {name} on the island." for name in names)
    assert found.pages == (0, 30, 61)


def test_a_line_on_two_pages_of_two_is_no_running_head(tmp_path: Path) -> None:
    assert article(tmp_path, pdf([["It rained."], ["It rained."]])).article.text == (
        "It rained.\n\nIt rained."
    )


def test_page_numbers_and_list_items_stand_alone(tmp_path: Path) -> None:
    lines = ["The ferry carries:", "\u2022 ninety people", "\u2022 twelve cars", "60,40:- 7 -"]
    found = article(tmp_path, pdf([lines, ["It sailed in 2024.", "60,40:8 of 9"]])).article
    assert found.text == (
        "The ferry carries:\n\n\u2022 ninety people\n\n\u2022 twelve cars\n\nIt sailed in 2024."
    )


def test_hyphens_go_only_where_the_document_knows_the_word(tmp_path: Path) -> None:
    lines = ["The harbour is old and the har-", "bour is deep, and the well-", "known pilot left."]
    assert article(tmp_path, pdf([lines])).article.text == (
        "The harbour is old and the harbour is deep, and the well-known pilot left."
    )


def test_what_is_known_of_the_file_is_taken(tmp_path: Path) -> None:
    info = {
        "Title": "Ferry sails",
        "Author": "Mara Lind",
        "CreationDate": "D:20250503101500+02'00'",
    }
    outcome = article(tmp_path, pdf([FIRST], info=info))
    assert outcome.article.title == "Ferry sails"
    assert outcome.article.authors == ("Mara Lind",)
    assert str(outcome.article.published) == "2025-05-03T08:15:00Z"
    warning = "no date found; dated by when the file was made, 2025-05-03T08:15:00Z"
    assert outcome.warnings == (warning,)


def test_a_date_in_the_text_comes_before_that_of_the_file(tmp_path: Path) -> None:
    info = {"CreationDate": "D:20251224101500Z", "Title": "Microsoft Word - ferry.docx"}
    outcome = article(
        tmp_path, pdf([["Ferry sails again", "", "3 May 2025", "", *FIRST]], info=info)
    )
    assert str(outcome.article.published) == "2025-05-03"
    assert outcome.warnings == ()
    assert outcome.article.title == "Ferry sails again"


@pytest.mark.parametrize(
    "named", ["about:blank", "https://post.example/a?b=1", "Document1", "Slide 1"]
)
def test_a_title_that_a_program_wrote_is_none(tmp_path: Path, named: str) -> None:
    shown = pdf([["Ferry sails again", "", *FIRST]], info={"Title": named})
    assert article(tmp_path, shown).article.title == "Ferry sails again"


def test_a_date_of_the_file_in_the_future_is_none(tmp_path: Path) -> None:
    outcome = article(tmp_path, pdf([FIRST], info={"CreationDate": "D:20990101000000Z"}))
    assert outcome.article.published is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty: it holds no text"),
        (b"%PDF-1.7\nfoo", "damaged, or no PDF file: "),
        (pdf([FIRST])[:300], "damaged, or no PDF file: "),
        (
            pdf([FIRST], locked=True),
            "encrypted: it opens with a password only; save it without one",
        ),
        (pdf([[], []]), "no text layer: its 2 pages are pictures or empty; recognise the text"),
        (pdf([[]]), "no text layer: its 1 page is pictures or empty; recognise the text first"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    outcome = read(tmp_path, data)
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith(reason)


def test_pages_without_text_are_told_where_they_are_most(tmp_path: Path) -> None:
    outcome = article(tmp_path, pdf([FIRST, [], []]))
    assert outcome.warnings == ("2 of 3 pages hold no text; they may be pictures",)


def test_a_pdf_of_5000_pages_is_read_as_far_as_it_may_be(tmp_path: Path) -> None:
    pages = [[f"There was fog number {n} on the island."] for n in range(1, 5_001)]
    outcome = article(tmp_path, pdf(pages))
    assert outcome.warnings == ("has 5,000 pages; only the first 2,000 are read: split it",)
    assert len(outcome.article.pages) == 2_000
    end = len(outcome.article.text)
    assert outcome.article.text.endswith("There was fog number 2000 on the island.")
    assert outcome.article.pages_of(end - 5, end) == [2_000]


def test_what_is_set_larger_is_a_title_or_a_heading() -> None:
    def line(words: str, y: float, size: float = 10.0) -> Line:
        return Line(words, 50.0, 50.0 + 5 * len(words), y, size)

    page = [
        line("Ferry sails", 700, 20),
        line("The ferry sailed on Monday, the harbour said.", 670),
        line("On the island", 640, 13),
        line("Ninety people went ashore, and the band played.", 620),
    ]
    assert [(one.kind, one.words) for one in paragraphs_of([page])] == [
        ("title", page[0].words),
        (None, page[1].words),
        ("heading", page[2].words),
        (None, page[3].words),
    ]


def test_the_largest_of_the_first_lines_is_the_title() -> None:
    sizes = [12.0, 24.0, 10.0, 10.0, 30.0]
    page = [
        Line(words, 50.0, 400.0, 700.0 - 40 * n, size)
        for n, (words, size) in enumerate(
            zip(
                ["Courier Weekly", "Ferry sails", "It sailed. " * 5, "It rained. " * 5, "!"],
                sizes,
                strict=True,
            )
        )
    ]
    kinds = [one.kind for one in paragraphs_of([page])]
    assert kinds == ["heading", "heading", None, None, "title"]
    assert [one.kind for one in paragraphs_of([page[:4]])] == ["heading", "title", None, None]


def test_no_pages_are_no_paragraphs() -> None:
    assert paragraphs_of([]) == paragraphs_of([[], []]) == []


def test_a_head_on_both_of_two_pages_is_left_out(tmp_path: Path) -> None:
    head = "Harbour Courier, Saturday 3 May 2025"
    found = article(
        tmp_path, pdf([[head, "", *FIRST], [head, "", "The tide was high.", "", "End."]])
    )
    assert head not in found.article.text
    assert found.article.text.startswith("The ferry sailed again")
