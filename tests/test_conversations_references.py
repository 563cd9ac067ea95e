"""References of quotations in each style, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rag.conversations.references import STYLES, Style, quotation, reference
from rag.records import Article, Citation, Published

URL = "https://courier.example/1"
DAY = Published(datetime(2025, 9, 3, tzinfo=UTC), "day")
FERRY = Article(
    "courier.example/1",
    URL,
    "Ferry sinks off Cape Orrin",
    'It sank. "We had four minutes," said Ilse Varga.',
    "The Courier",
    ("Ada Brandt",),
    DAY,
)
SANK = Citation(1, FERRY, 0, 8)
SAID = Citation(2, FERRY, 9, 48)


def of(**fields: object) -> Citation:
    return Citation(1, replace(FERRY, **fields), 0, 8)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("style", "written"),
    [
        (
            "plain",
            "“It sank.” — Ada Brandt, “Ferry sinks off Cape Orrin,” The Courier, "
            f"3 September 2025, {URL}",
        ),
        (
            "markdown",
            "> It sank.\n>\n> — Ada Brandt, [Ferry sinks off Cape Orrin]"
            "(<https://courier.example/1>), *The Courier*, 3 September 2025",
        ),
        (
            "ap",
            "“It sank,” according to Ada Brandt in The Courier on Sept. 3, 2025 "
            f"(“Ferry sinks off Cape Orrin,” {URL}).",
        ),
        (
            "chicago",
            "“It sank.” Ada Brandt, “Ferry sinks off Cape Orrin,” The Courier, September 3, 2025, "
            f"{URL}.",
        ),
        (
            "bibtex",
            "@article{brandt2025ferry,\n"
            "  author = {Ada Brandt},\n"
            "  title = {{Ferry sinks off Cape Orrin}},\n"
            "  journal = {The Courier},\n"
            "  year = {2025},\n"
            "  month = sep,\n"
            "  day = {3},\n"
            f"  url = {{{URL}}},\n"
            "  quotation = {It sank.},\n"
            "}",
        ),
    ],
)
def test_a_quotation_in_each_style(style: Style, written: str) -> None:
    assert quotation(SANK, style) == written


@pytest.mark.parametrize(
    ("authors", "plain", "chicago", "bibtex"),
    [
        ((), "", "", None),
        (("A. B.", "C. D."), "A. B. and C. D., ", "A. B. and C. D., ", "A. B. and C. D."),
        (
            ("A. B.", "C. D.", "E. F."),
            "A. B., C. D. and E. F., ",
            "A. B., C. D., and E. F., ",
            "A. B. and C. D. and E. F.",
        ),
        (
            ("A. B.", "C. D.", "E. F.", "G. H."),
            "A. B., C. D., E. F. and G. H., ",
            "A. B. et al., ",
            "A. B. and C. D. and E. F. and G. H.",
        ),
    ],
)
def test_no_two_three_and_four_authors(
    authors: tuple[str, ...], plain: str, chicago: str, bibtex: str | None
) -> None:
    cited = of(authors=authors)
    assert quotation(cited, "plain").startswith(f"“It sank.” — {plain}“Ferry sinks")
    assert quotation(cited, "chicago").startswith(f"“It sank.” {chicago}“Ferry sinks")
    line = f"  author = {{{bibtex}}},\n"
    assert (line in quotation(cited, "bibtex")) == bool(authors)
    who = plain.removesuffix(", ")
    attributed = f"{who} in The Courier" if who else "The Courier"
    assert quotation(cited, "ap").startswith(f"“It sank,” according to {attributed} on Sept.")


def test_a_body_is_one_author_for_bibtex() -> None:
    cited = of(authors=("Ada Brandt", "Reporters and Editors of Lindow", "Lindow News, Inc."))
    assert (
        "author = {Ada Brandt and {Reporters and Editors of Lindow} and {Lindow News, Inc.}}"
        in quotation(cited, "bibtex")
    )


def test_what_is_not_known_is_left_out() -> None:
    undated = of(published=None)
    assert (
        quotation(undated)
        == f"“It sank.” — Ada Brandt, “Ferry sinks off Cape Orrin,” The Courier, {URL}"
    )
    assert "The Courier, n.d., https" in quotation(undated, "chicago")
    assert "according to Ada Brandt in The Courier (“Ferry" in quotation(undated, "ap")
    assert "year" not in quotation(undated, "bibtex")
    homeless = of(publisher="", url="file:/a.pdf")
    assert (
        quotation(homeless)
        == "“It sank.” — Ada Brandt, “Ferry sinks off Cape Orrin,” 3 September 2025"
    )
    assert quotation(homeless, "ap") == (
        "“It sank,” according to Ada Brandt on Sept. 3, 2025 (“Ferry sinks off Cape Orrin”)."
    )
    assert quotation(homeless, "bibtex").startswith("@misc{brandt2025ferry,\n")
    untitled = of(title="", authors=())
    assert quotation(untitled) == f"“It sank.” — The Courier, 3 September 2025, {URL}"
    assert quotation(untitled, "markdown").endswith(
        "[courier.example/1](<https://courier.example/1>), *The Courier*, 3 September 2025"
    )
    bare = of(title="", authors=(), publisher="", published=None, url="")
    assert [quotation(bare, style) for style in STYLES] == [
        "“It sank.”",
        "> It sank.",
        "“It sank.”",
        "“It sank.” n.d.",
        "@misc{article,\n  quotation = {It sank.},\n}",
    ]


@pytest.mark.parametrize(
    ("precision", "plain", "ap", "chicago"),
    [
        ("year", "2025", "The Courier 2025 (", "2025"),
        ("month", "September 2025", "The Courier September 2025 (", "September 2025"),
        ("minute", "3 September 2025", "The Courier on Sept. 3, 2025 (", "September 3, 2025"),
    ],
)
def test_a_date_is_as_exact_as_it_is_known(
    precision: str, plain: str, ap: str, chicago: str
) -> None:
    cited = of(published=replace(DAY, precision=precision), authors=())
    assert f"The Courier, {plain}, http" in quotation(cited)
    assert ap in quotation(cited, "ap")
    assert f"The Courier, {chicago}, http" in quotation(cited, "chicago")


def test_the_day_is_that_of_the_place() -> None:
    night = Published(datetime(2025, 5, 3, 22, 30, tzinfo=UTC), "minute", "+02:00")
    assert "May 4, 2025" in quotation(of(published=night), "chicago")
    assert "month = may,\n  day = {4}" in quotation(of(published=night), "bibtex")


def test_quotation_marks_within_are_single_where_the_style_has_them_so() -> None:
    assert quotation(SAID).startswith('“"We had four minutes," said Ilse Varga.” — ')
    assert quotation(SAID, "ap").startswith("“‘We had four minutes,’ said Ilse Varga,” according")
    assert quotation(SAID, "chicago").startswith("“‘We had four minutes,’ said Ilse Varga.” Ada")
    titled = of(title="“Enough” is enough, says “Bo”")
    assert "“‘Enough’ is enough, says ‘Bo’,” The" in quotation(titled, "chicago")


def test_a_title_that_asks_has_no_second_mark_but_in_chicago() -> None:
    asks = of(title="Who pays?")
    assert "“Who pays?” The Courier" in quotation(asks)
    assert "(“Who pays?” https" in quotation(asks, "ap")
    assert "“Who pays?,” The Courier" in quotation(asks, "chicago")


def test_quotations_that_ask_or_break_off_keep_their_mark() -> None:
    for stored, written in (
        ("Who pays?", "“Who pays?”"),
        ("And then—", "“And then—”"),
        ("“He left.”", "“‘He left,’”"),
        ("No stop", "“No stop,”"),
    ):
        cited = Citation(1, replace(FERRY, text=stored), 0, len(stored))
        assert quotation(cited, "ap").startswith(f"{written} according to")


def test_bibtex_escapes_what_it_would_obey() -> None:
    cited = of(
        title="50% of R&D #1 costs $5_000 {so} ~ \\input{x} ^",
        url="https://a.example/a_b%20c{d}",
        publisher="Öre & Åland",
    )
    written = quotation(cited, "bibtex")
    assert (
        "title = {{50\\% of R\\&D \\#1 costs \\$5\\_000 \\textbraceleft{}so\\textbraceright{} "
        "\\textasciitilde{} \\textbackslash{}input\\textbraceleft{}x\\textbraceright{} "
        "\\textasciicircum{}}},"
    ) in written
    assert "url = {https://a.example/a_b%20c%7Bd%7D}," in written
    assert "journal = {Öre \\& Åland}," in written
    assert written.count("{") == written.count("}")


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"title": "The ferry’s end"}, "brandt2025ferry"),
        ({"authors": ("José Núñez",)}, "nunez2025ferry"),
        ({"authors": (), "title": ""}, "courier2025"),
        ({"authors": ("Иван",), "title": "Паром", "published": None}, "article"),
    ],
)
def test_keys_are_plain_letters(fields: dict[str, object], key: str) -> None:
    assert quotation(of(**fields), "bibtex").partition("{")[2].startswith(f"{key},\n")


def test_markdown_makes_nothing_of_an_article() -> None:
    cited = of(
        title="[x](javascript:1) *a*", publisher="![p](http://e)", url="https://a.example/<b>)(c"
    )
    written = quotation(cited, "markdown")
    assert "[\\[x\\](javascript:1) \\*a\\*](<https://a.example/%3Cb%3E)(c>)" in written
    assert "*\\!\\[p\\](http://e)*" in written


def test_pages_are_named() -> None:
    report = Article("r.pdf", "", "Flood report", "One. Two.", "Ministry", pages=(0, 5))
    assert quotation(Citation(1, report, 5, 9)) == "“Two.” — “Flood report,” Ministry, page 2"
    assert "pages = {1--2}" in quotation(Citation(1, report, 0, 9), "bibtex")


def test_an_article_has_a_reference_without_a_quotation() -> None:
    assert reference(FERRY, "chicago", "page 4").endswith("September 3, 2025, page 4, " + URL + ".")
