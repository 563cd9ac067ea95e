"""What a page shows around its article: leads, signatures, days by the clocks of the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus import Read
from rag.language.dates import local_time
from tests.reading import read_article

TITLE = "Harbour tunnel to close for eleven weeks"
LEAD = "Traders on the quay fear for their summer, and the mayor promises a ferry."
TEXT = """<p>The council of Orrelstad voted on Tuesday to close the harbour tunnel for eleven
weeks while its drains are replaced.</p><p>Engineer Lio Vantongeren said that 412 metres of pipe had
rusted through. The work will cost 6.2 million crowns, the council was told that evening.</p>"""
OUTLET = (
    '<meta name="author" content="Orrelstad Post">'
    '<meta property="og:site_name" content="Orrelstad Post">'
)


def read(folder: Path, body: str, head: str = "") -> Read:
    """The article of a page with this body and head."""
    return read_article(
        folder / "page.html",
        f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>',
    )


def page(above: str = "", below: str = "", text: str = TEXT) -> str:
    """A story with this above and below its text."""
    return f'<article><h1>{TITLE}</h1>{above}<div class="body">{text}{below}</div></article>'


@pytest.mark.parametrize(
    "lead",
    [
        f'<div class="x1 expressive">{LEAD}</div>',
        f'<section class="story-teaser"><p class="teaser__text">{LEAD}</p></section>',
        f"<h2>{LEAD}</h2>",
        f"<header><span>Harbour</span><p>{LEAD}</p></header>",
    ],
)
def test_a_sentence_between_title_and_text_is_the_lead(tmp_path: Path, lead: str) -> None:
    article = read(tmp_path, page(lead)).article
    assert LEAD in article.text.split("\n\n")
    assert article.text.index(LEAD) < article.text.index("The council")
    assert not any(span.start <= article.text.index(LEAD) < span.end for span in article.furniture)


@pytest.mark.parametrize(
    "other",
    [
        "<figure><figcaption>The tunnel's north mouth on Monday evening.</figcaption></figure>",
        '<div class="author-bio">Mira Oldenkamp has written on the harbour since 2009.</div>',
        "<p>This story is available exclusively to Orrelstad Post subscribers. Join now.</p>",
    ],
)
def test_captions_links_and_notices_are_no_lead(tmp_path: Path, other: str) -> None:
    article = read(tmp_path, page(other)).article
    assert article.text.split("\n\n")[1].startswith("The council of Orrelstad voted")


@pytest.mark.parametrize(
    ("above", "below", "authors"),
    [
        ("", "<p style='text-align:right'><b>Mira Oldenkamp</b></p>", ("Mira Oldenkamp",)),
        (
            "",
            "<p><strong>Mira Oldenkamp / Abby Derby</strong></p>",
            ("Mira Oldenkamp", "Abby Derby"),
        ),
        (
            "<div><span>Mira Oldenkamp |</span><span>7 May 2024</span></div>",
            "",
            ("Mira Oldenkamp",),
        ),
        # The text speaks of him: a caption or a heading.
        ("", "<p><strong>Lio Vantongeren</strong></p>", ("Orrelstad Post",)),
        # No name set apart from the text.
        ("", "<p>Mira Oldenkamp</p>", ("Orrelstad Post",)),
        ("", "<p><strong>Read more tomorrow.</strong></p>", ("Orrelstad Post",)),
    ],
)
def test_who_signs_an_article_wrote_it(
    tmp_path: Path, above: str, below: str, authors: tuple[str, ...]
) -> None:
    assert read(tmp_path, page(above, below), OUTLET).article.authors == authors


@pytest.mark.parametrize(
    ("url", "stated", "extra", "local"),
    [
        # Germany has one time; in May that is two hours ahead of UTC.
        ("https://post.example.de/a", "2024-05-07T22:30:00Z", "", "2024-05-08T00:30:00+02:00"),
        ("https://post.example.de/a", "2024-01-07T18:30:00", "", "2024-01-07T18:30:00+01:00"),
        # The scripts name the same moment.
        ("https://post.example/a", "2024-05-08T02:25:54Z",
         '<script>var a = {"d": "2024-05-07T22:25:54-04:00"}</script>',
         "2024-05-07T22:25:54-04:00"),
        # Another moment in a script says nothing.
        ("https://post.example/a", "2024-05-08T02:25:54Z",
         '<script>var a = {"d": "2024-05-07T21:00:00-04:00"}</script>',
         "2024-05-08T02:25:54+00:00"),
        # Brazil has several times, and the ending of Tuvalu is sold to anybody.
        ("https://post.example.br/a", "2024-05-07T22:30:00Z", "", "2024-05-07T22:30:00+00:00"),
        ("https://post.example.tv/a", "2024-05-07T22:30:00Z", "", "2024-05-07T22:30:00+00:00"),
        # All that is known of the place is the day.
        ("https://post.example/2024/05/08/a", "2024-05-07T22:30:00Z", "",
         "2024-05-08T00:00:00+00:00"),
    ],
)  # fmt: skip
def test_a_moment_is_shown_by_the_clocks_of_the_place(
    tmp_path: Path, url: str, stated: str, extra: str, local: str
) -> None:
    head = (
        f'<link rel="canonical" href="{url}">{extra}'
        f'<meta property="article:published_time" content="{stated}">'
    )
    found = read(tmp_path, page(), head).article.published
    assert found is not None
    assert local_time(found).isoformat() == local


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ("<p>8.5.24</p>", "2024-05-08"),
        ("<p>25/05/2024</p>", "2024-05-25"),
        ("<p>27.5.2024 - The council met again on the drains of the tunnel, which were last renewed"
         " in 1983 and have suffered from salt and frost ever since then.</p>", "2024-05-27"),
        ("<p>Born 28 January 1975</p>", "None"),
        ("<p>Posted</p><p>23 May 2024</p>", "2024-05-23"),
        ("<p>05/07/2024</p>", "None"),
    ],
)  # fmt: skip
def test_dates_beside_the_heading(tmp_path: Path, above: str, day: str) -> None:
    assert str(read(tmp_path, page(above)).article.published) == day


def test_the_heading_is_the_one_that_the_title_repeats(tmp_path: Path) -> None:
    site = f"<h1>Orrelstad Post</h1><p>1 May 2024</p>{'<p>Menu</p>' * 20}"
    body = f"{site}<h2>{TITLE}</h2><p>7 May 2024</p>"
    head = f"<title>{TITLE} | Orrelstad Post</title>"
    assert str(read(tmp_path, f"{body}{TEXT}", head).article.published) == "2024-05-07"


def test_scripts_date_a_page_if_they_all_name_one_day(tmp_path: Path) -> None:
    one = '<script>var a = {"publishedAt": "2024-05-07T08:00:00+02:00"}</script>'
    other = '<script>var b = {"publishedAt": "2023-01-02T08:00:00+02:00"}</script>'
    assert str(read(tmp_path, page(), one).article.published) == "2024-05-07T06:00:00Z"
    assert read(tmp_path, page(), one + other).article.published is None


def test_the_date_of_the_last_change_gives_way_to_an_earlier_one(tmp_path: Path) -> None:
    changed = '<meta name="date" content="2024-05-09">'
    shown = '<time datetime="2024-05-07">7 May</time>'
    assert str(read(tmp_path, page(shown), changed).article.published) == "2024-05-07"
    assert str(read(tmp_path, page(), changed).article.published) == "2024-05-09"


def test_what_stands_beside_the_name_in_a_byline_is_no_author(tmp_path: Path) -> None:
    byline = (
        '<div class="byline"><span>By <a>Mira Oldenkamp</a></span>'
        "<span>Harbour correspondent, Orrelstad Post</span></div>"
    )
    found = read(tmp_path, f"<h1>{TITLE}</h1>{byline}{TEXT}")
    assert found.article.authors == ("Mira Oldenkamp",)
    outlet = read(tmp_path, f"<h1>{TITLE}</h1><p>By Mira Oldenkamp, Post</p>{TEXT}")
    assert outlet.article.authors == ("Mira Oldenkamp",)


def test_a_date_of_change_counts_where_there_is_no_other(tmp_path: Path) -> None:
    found = read(tmp_path, f"<h1>{TITLE}</h1><div>Updated 6:14 PM, Tue May 7, 2024</div>{TEXT}")
    assert found.article.published is not None
    assert str(local_time(found.article.published).date()) == "2024-05-07"
    assert any("change" in warning for warning in found.warnings)


def test_the_day_is_that_of_a_countrys_mainland(tmp_path: Path) -> None:
    head = (
        '<link rel="canonical" href="https://post.co.nz/tunnel">'
        '<meta property="article:published_time" content="2024-05-07T13:30:00Z">'
    )
    found = read(tmp_path, f"<h1>{TITLE}</h1>{TEXT}", head)
    assert found.article.published is not None
    assert local_time(found.article.published).isoformat() == "2024-05-08T01:30:00+12:00"


def test_what_is_stated_for_parsely_is_read(tmp_path: Path) -> None:
    stated = (
        f'{{"title":"{TITLE}","pub_date":"2024-05-07T16:30:00Z",'
        '"authors":["Mira Oldenkamp","Tom Roby"]}'
    )
    head = f"<meta name='parsely-page' content='{stated}'>"
    found = read(tmp_path, f"<h1>{TITLE}</h1>{TEXT}", head).article
    assert (found.authors, str(found.published)) == (
        ("Mira Oldenkamp", "Tom Roby"),
        "2024-05-07T16:30:00Z",
    )


def test_a_title_has_no_soft_hyphens(tmp_path: Path) -> None:
    found = read(tmp_path, f"<h1>Har\u00adbour tunnel to close for eleven weeks</h1>{TEXT}")
    assert found.article.title == TITLE
