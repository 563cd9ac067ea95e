"""What pages show beside their data: dates, bylines, titles and text that one could overlook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import html

from rag.corpus import Read, Unread
from rag.corpus.page_graph import read_graph
from tests.reading import read_only

TITLE = "Harbour tunnel to close for eleven weeks"
FIRST = (
    "The council of Orrelstad voted on Tuesday to close the harbour tunnel for eleven weeks while"
    " its drains are replaced."
)
SECOND = (
    "Engineer Lio Vantongeren said that 412 metres of pipe had rusted through. The work will cost"
    " 6.2 million crowns, the council heard that evening."
)
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p>"
CHANGED = "no date of publication found; dated by when the page was last changed"


def outcome(folder: Path, body: str, head: str = "") -> Read | Unread:
    """What becomes of a page with this body and head."""
    return read_only(
        folder / "page.html",
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{head}</head>'
        f"<body>{body}</body></html>",
    )


def read(
    folder: Path, above: str = "", below: str = "", *, head: str = "", title: str = TITLE
) -> Read:
    """The article of a page with this above and below its text."""
    body = f"<main><article><h1>{title}</h1>{above}{TEXT}</article>{below}</main>"
    found = outcome(folder, body, head)
    assert isinstance(found, Read)
    return found


def news(**fields: object) -> str:
    """A script with the data of the article."""
    article = json.dumps({"@type": "NewsArticle", "headline": TITLE} | fields)
    return f'<script type="application/ld+json">{article}</script>'


RELATED = '<ul class="links"><li><time datetime="2019-07-30">30 July 2019</time> Old</li></ul>'


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ("<ul><li>27 June 2019</li></ul>", RELATED, "2019-06-27"),
        ("<p><time>29.04.2020, 12:01 Uhr</time></p>", "", "2020-04-29T12:01Z"),
        (
            '<p><span>Published on</span> <time datetime="2022-01-26">26 Jan</time></p>',
            '<p>Updated <time datetime="2022-01-27">27 Jan</time></p>',
            "2022-01-26",
        ),
        ("", "<p>Last changed: 31.10.2023<br>Published on: 01.11.2023</p>", "2023-11-01"),
        ("", '<aside class="sidebar"><p>Published</p><p>23 May 2019</p></aside>', "2019-05-23"),
        ('<div class="PublishDate">29 January 2019</div>', RELATED, "2019-01-29"),
        ('<abbr class="published" title="06-08-2009">6 August 2009</abbr>', "", "2009-08-06"),
        (
            '<p><time datetime="2024-05-07T18:30:00+02:00[Europe/Berlin]">7 May</time></p>',
            "",
            "2024-05-07T16:30:00Z",
        ),
        ("<p>7 พฤษภาคม 2567</p>", "", "2024-05-07"),
    ],
)
def test_the_date_beside_the_heading_or_with_a_label_counts(
    tmp_path: Path, above: str, below: str, expected: str
) -> None:
    found = read(tmp_path, above, below)
    assert (str(found.article.published), found.warnings) == (expected, ())


@pytest.mark.parametrize(
    "above",
    [
        "<p>The next meeting will be held on 5 February 2025</p>",
        "<p>Report for 14. - 20. January 2025</p>",
        '<blockquote class="instagram-media"><time datetime="2018-03-12T19:30:12Z">12 March 2018'
        "</time></blockquote>",
    ],
)
def test_events_spans_and_posts_of_other_sites_date_nothing(tmp_path: Path, above: str) -> None:
    assert read(tmp_path, above).article.published is None


@pytest.mark.parametrize(
    ("below", "head", "expected"),
    [
        ("<footer><p>Last updated: 14 January 2022, 09:25</p></footer>", "", "2022-01-14T09:25Z"),
        ("<p>Diese Seite wurde zuletzt am 29. Januar 2020 geändert.</p>", "", "2020-01-29"),
        (
            "",
            '<meta property="og:updated_time" content="2022-01-27T18:34:20+01:00">',
            "2022-01-27T17:34:20Z",
        ),
    ],
)
def test_a_change_that_is_shown_is_noted(
    tmp_path: Path, below: str, head: str, expected: str
) -> None:
    found = read(tmp_path, below=below, head=head)
    assert (str(found.article.published), found.warnings) == (expected, (CHANGED,))


def test_a_day_in_the_address_is_made_exact_by_the_page_and_not_moved(tmp_path: Path) -> None:
    head = '<link rel="canonical" href="https://post.example/2007/05/20/results">'
    race = "<p>The race of 19 May 2007</p>"
    assert str(read(tmp_path, race, head=head).article.published) == "2007-05-20"
    exact = '<time datetime="2007-05-20T08:15:00+02:00">20 May</time>'
    found = read(tmp_path, exact + race, head=head)
    assert str(found.article.published) == "2007-05-20T06:15:00Z"


@pytest.mark.parametrize(
    ("author", "byline", "expected"),
    [
        ("By MIRA OLDENKAMP in Orrelstad and ABBY DERBY in Holm", "",
         ("MIRA OLDENKAMP", "ABBY DERBY")),
        ("Mira Oldenkamp, PhD", "", ("Mira Oldenkamp",)),
        ("Mira Oldenkamp for Orrelstad Post", "", ("Mira Oldenkamp",)),
        ("[{'name': 'Mira Oldenkamp'}, {'name': 'Abby Derby'}]", "",
         ("Mira Oldenkamp", "Abby Derby")),
        ("Text: Mira Oldenkamp, Photos: Abby Derby", "", ("Mira Oldenkamp",)),
        ("admin", "<p>Words: Mira Oldenkamp. Photos: Abby Derby</p>", ("Mira Oldenkamp",)),
        ("admin", "", ()),
    ],
)  # fmt: skip
def test_authors_are_who_wrote_it_without_degree_place_or_account(
    tmp_path: Path, author: str, byline: str, expected: tuple[str, ...]
) -> None:
    head = news(author={"@type": "Person", "name": author})
    assert read(tmp_path, byline, head=head).article.authors == expected


def test_the_account_of_a_site_gives_way_to_who_signed(tmp_path: Path) -> None:
    account = {"@type": "Person", "name": "Orrel P", "url": "https://post.example/author/admin/"}
    signed = "<p><strong>Mira Oldenkamp</strong></p>"
    assert read(tmp_path, signed, head=news(author=account)).article.authors == ("Mira Oldenkamp",)
    assert read(tmp_path, head=news(author=account)).article.authors == ("Orrel P",)


@pytest.mark.parametrize(
    ("shared", "heading", "expected"),
    [
        ("Harbour tunnel to close for", TITLE, TITLE),
        ("Harbour tunnel to close …", TITLE, TITLE),
        (TITLE, f"{TITLE} Traders fear for summer", TITLE),
        ("<em>Harbour</em> tunnel<br>to close", "Closed", "Harbour tunnel to close"),
    ],
)
def test_titles_are_whole_and_without_markup(
    tmp_path: Path, shared: str, heading: str, expected: str
) -> None:
    content = shared.replace("<", "&lt;").replace(">", "&gt;")
    head = f'<meta property="og:title" content="{content}">'
    assert read(tmp_path, head=head, title=heading).article.title == expected


def test_text_in_the_shadow_of_a_component_is_read(tmp_path: Path) -> None:
    body = f'<h1>{TITLE}</h1><x-story><template shadowrootmode="open">{TEXT}</template></x-story>'
    found = outcome(tmp_path, body)
    assert isinstance(found, Read)
    assert found.article.text == f"{FIRST}\n\n{SECOND}"


def test_text_that_only_a_script_has_is_read_beside_a_heading_and_a_menu(tmp_path: Path) -> None:
    state = json.dumps({"page": {"story": {"body": TEXT + f"<p>{FIRST}</p>"}}})
    body = f'<a href="/">Home</a><h1>{TITLE}</h1><div id="root"></div>'
    found = outcome(tmp_path, f'{body}<script type="application/json">{state}</script>')
    assert isinstance(found, Read)
    assert FIRST in found.article.text
    assert SECOND in found.article.text


def test_a_page_with_a_heading_and_a_menu_alone_is_no_article(tmp_path: Path) -> None:
    found = outcome(tmp_path, f'<a href="/">Home</a><h1>{TITLE}</h1><div id="root"></div>')
    assert isinstance(found, Unread)
    assert found.reason == "no article text found in the page"


def test_what_one_thing_holds_never_hides_the_article_behind_it(tmp_path: Path) -> None:
    mentions = [{"@type": "Thing", "name": f"thing {number}"} for number in range(9_000)]
    article = {"@type": "NewsArticle", "headline": TITLE, "author": "Mira Oldenkamp"}
    for graph in ([{"@type": "WebPage", "mentions": mentions}, article], [*mentions, article]):
        script = json.dumps({"@context": "https://schema.org", "@graph": graph})
        head = f'<script type="application/ld+json">{script}</script>'
        assert read(tmp_path, head=head).article.authors == ("Mira Oldenkamp",)
        assert len(read_graph(html.fromstring(f"<html><head>{head}</head></html>")).nodes) <= 5_000


def test_a_meta_date_of_the_last_change_yields_to_the_line_above_the_heading(
    tmp_path: Path,
) -> None:
    body = f"<article><div>05.02.2020 - Redaktion: Ada Kolm</div><h1>{TITLE}</h1>{TEXT}</article>"
    found = outcome(tmp_path, body, '<meta name="date" content="2020-02-12">')
    assert isinstance(found, Read)
    assert str(found.article.published) == "2020-02-05"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("January 19, 2020 / 12:25 PM / Updated 8 hours ago", "2020-01-19"),
        ("January 19, 2020 (updated January 20, 2020)", "2020-01-19"),
        ("January 20, 2020 / 4:40 AM", "2020-01-20T09:40Z"),
        ("Updated January 19, 2020", "2020-01-20T09:40Z"),
        ("", "2020-01-20T09:40Z"),
    ],
)
def test_a_date_of_publication_that_is_that_of_the_last_change(
    tmp_path: Path, line: str, day: str
) -> None:
    head = (
        '<meta property="og:article:published_time" content="2020-01-20T09:40+00:00">'
        '<meta name="REVISION_DATE" content="2020-01-20T09:40+00:00">'
    )
    found = outcome(tmp_path, f"<article><div>{line}</div><h1>{TITLE}</h1>{TEXT}</article>", head)
    assert isinstance(found, Read)
    assert str(found.article.published).startswith(day)


def test_a_card_of_another_article_dates_nothing(tmp_path: Path) -> None:
    card = (
        '<a href="/other"><h3>Bridge opens after nine years</h3><div>24 October 2023</div></a>'
        '<a href="/again"><h3>Ferry sails again to Holm</h3><div>24 October 2023</div></a>'
    )
    found = outcome(tmp_path, f"<main><h1>{TITLE}</h1>{TEXT}</main><div>{card}</div>")
    assert isinstance(found, Read)
    assert found.article.published is None


def test_the_clock_of_a_site_dates_nothing(tmp_path: Path) -> None:
    clock = '<header><time datetime="2023-11-01">1 November 2023</time><nav>News</nav></header>'
    found = outcome(tmp_path, f"{clock}<article><h1>{TITLE}</h1>{TEXT}</article>")
    assert isinstance(found, Read)
    assert found.article.published is None


def test_a_caption_dates_nothing(tmp_path: Path) -> None:
    picture = "<figure><img src='a.jpg'><figcaption>The tunnel on 1 May 2024</figcaption></figure>"
    line = "<div>May 3, 2024 / Updated 2 hours ago</div>"
    found = outcome(tmp_path, f"<article><h1>{TITLE}</h1>{picture}{line}{TEXT}</article>")
    assert isinstance(found, Read)
    assert str(found.article.published) == "2024-05-03"


def test_a_heading_with_other_dashes_than_the_title_is_the_heading(tmp_path: Path) -> None:
    body = (
        f"<div><h2>Harbour tunnel - eleven weeks</h2><p><b>31 October 2023.</b> {FIRST}</p></div>"
        f"<p>{SECOND}</p><aside><h3>Harbour tunnel</h3><span>24 October 2023</span></aside>"
    )
    found = outcome(tmp_path, body, "<title>Harbour tunnel – eleven weeks</title>")
    assert isinstance(found, Read)
    assert str(found.article.published) == "2023-10-31"


def test_a_date_and_a_clock_without_a_blank_between_them_are_no_other_year(tmp_path: Path) -> None:
    line = "<div>Jonny<span>28.09.19</span><span>12:45</span></div>"
    found = outcome(tmp_path, f"<article><h1>{TITLE}</h1>{line}{TEXT}</article>")
    assert isinstance(found, Read)
    assert found.article.published is None or found.article.published.at.year == 2019


def test_a_header_with_the_heading_and_the_menu_dates_the_article(tmp_path: Path) -> None:
    head = (
        f"<header><nav>News</nav><h1>{TITLE}<small>Ada Kolm,"
        " <time datetime='2020-02-23'>23.2.</time></small></h1></header>"
    )
    found = outcome(tmp_path, f"{head}<article><h1>{TITLE}</h1>{TEXT}</article>")
    assert isinstance(found, Read)
    assert str(found.article.published) == "2020-02-23"


@pytest.mark.parametrize(
    ("head", "above", "expected"),
    [
        # A draft was made before the article appeared.
        ('<meta name="date" content="2022-01-21T15:38:44+01:00">',
         '<time itemprop="datePublished" datetime="2022-01-27">27.01.2022</time>', "2022-01-27"),
        # Nothing appears after its last change.
        ('<meta name="date" content="2020-04-29T11:52:23+02:00">',
         "<p>Stand: 28.04.2020 18:00 Uhr</p>", "2020-04-28T18:00Z"),
        # The attribute is of a change, the words are of the publication.
        ("", '<time datetime="2019-07-03T10:18:46Z">Publié le 29 juin 2019</time>', "2019-06-29"),
    ],
)  # fmt: skip
def test_what_is_shown_counts_against_dates_of_drafts_and_changes(
    tmp_path: Path, head: str, above: str, expected: str
) -> None:
    assert str(read(tmp_path, above, head=head).article.published) == expected


def test_a_change_shown_without_a_zone_is_by_the_clocks_of_the_country(tmp_path: Path) -> None:
    head = '<link rel="canonical" href="https://www.orrelstadpost.de/a">'
    found = read(tmp_path, "<p>Stand: 06.11.2023, 18:30 Uhr</p>", head=head)
    assert str(found.article.published) == "2023-11-06T17:30:00Z"


def test_a_page_without_headings_has_its_title_date_and_author_in_bold(tmp_path: Path) -> None:
    head = f"<title>{TITLE} - Orrelstad Post</title>"
    body = f"<table><tr><td><font size=5><b>{TITLE}</b></font><br>By Mira Oldenkamp<br>6 May 2003"
    found = outcome(tmp_path, f"{body}<br><br>{FIRST}<br><br>{SECOND}</td></tr></table>", head)
    assert isinstance(found, Read)
    assert (found.article.title, str(found.article.published)) == (TITLE, "2003-05-06")


@pytest.mark.parametrize(
    ("head", "above", "authors"),
    [
        ('<meta name="author" content="Orrelstad Post">',
         "<p>Von Mira Oldenkamp und Abby Derby</p>",
         ("Mira Oldenkamp", "Abby Derby")),
        ('<meta name="author" content="Mira Oldenkamp mira@orrelstadpost.example">', "",
         ("Mira Oldenkamp",)),
        ("", "<p>Par Mira Oldenkamp avec AFP</p>", ("Mira Oldenkamp",)),
        ("", "<ul><li><strong>Autorin/Autor</strong> Mira Oldenkamp</li></ul>",
         ("Mira Oldenkamp",)),
    ],
)  # fmt: skip
def test_persons_come_before_the_outlet(
    tmp_path: Path, head: str, above: str, authors: tuple[str, ...]
) -> None:
    head += '<link rel="canonical" href="https://www.orrelstad-post.example/a">'
    assert read(tmp_path, above, head=head).article.authors == authors


def test_an_outlets_name_before_the_title_goes(tmp_path: Path) -> None:
    head = (
        '<meta property="og:site_name" content="Post">'
        f'<meta property="og:title" content="Post: {TITLE}">'
    )
    assert read(tmp_path, head=head).article.title == TITLE


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("<div>Published 11:14 PM EDT, Tuesday, May 14, 2024</div>", "2024-05-15T03:14Z"),
        ("<div>07.32 Uhr, 14. Mai 2024</div>", "2024-05-14T07:32Z"),
        ("<div>12.30 Uhr am 24. Mai 2024</div>", "2024-05-24T12:30Z"),
        ("<p>2024年3月4日 18時30分</p>", "2024-03-04T18:30Z"),
        ("<p>24 มี.ค. 2567 10:12 น.</p>", "2024-03-24T10:12Z"),
        ('<span class="ts" data-timestamp="1709439000">Yesterday</span>', "2024-03-03T04:10:00Z"),
    ],
)
def test_a_clock_counts_before_its_day_and_in_other_scripts(
    tmp_path: Path, above: str, expected: str
) -> None:
    assert str(read(tmp_path, above).article.published) == expected


@pytest.mark.parametrize(
    ("above", "authors"),
    [
        ('<p class="signature">Julie Morel avec AFP</p>', ("Julie Morel",)),
        ('<div class="author"><i>Posted on</i> <a>Mira Oldenkamp</a></div>', ("Mira Oldenkamp",)),
        ('<div class="author">Автор: Мария Кузнецова</div>', ("Мария Кузнецова",)),
        ('<div class="writer">كتب: سامي النجار</div>', ("سامي النجار",)),
        ("<p>来源:临江日报 记者:李晓明</p>", ("李晓明",)),
        (
            '<address aria-label="Contributors"><a rel="author">Hetty Cole</a> in Brenn and '
            '<a rel="author">Dan Amadi</a></address>',
            ("Hetty Cole", "Dan Amadi"),
        ),
        (
            '<p class="assinatura">Por Bea Lopes e Caio Prado, Santa Orrel</p>',
            ("Bea Lopes", "Caio Prado"),
        ),
    ],
)
def test_what_a_page_calls_a_byline_names_its_authors(
    tmp_path: Path, above: str, authors: tuple[str, ...]
) -> None:
    assert read(tmp_path, above).article.authors == authors
