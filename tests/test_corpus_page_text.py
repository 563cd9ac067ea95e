"""The text of a web page: all of the article, nothing else, and every block apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus import Read
from rag.corpus.notices import find_notices
from tests.reading import read_article

TITLE = "Harbour tunnel to close for eleven weeks"
STORY = [
    "The council of Orrelstad voted on Tuesday to close the harbour tunnel for eleven weeks while"
    " its drains are replaced.",
    "Engineer Lio Vantongeren told councillors that 412 metres of pipe had rusted through. The"
    " work will cost 6.2 million crowns.",
    "Shopkeepers on Quay Street asked for a ferry in the meantime, and the mayor promised to"
    " answer them within ten days.",
    "The tunnel was opened in 1974 and carries about 19,000 vehicles a day, most of them between"
    " six and nine in the morning.",
]
PARAGRAPHS = "".join(f"<p>{words}</p>" for words in STORY)
WALL = (
    "<p>We and our 812 partners store and access information on your device, such as cookies.</p>"
    "<p>With your permission we may use precise geolocation data. You may click to consent.</p>"
)
PARTS = [
    f"On the {part} alone the city will spend {cost} thousand crowns, engineer Lio Vantongeren told"
    " the council on Tuesday, because they were last renewed long ago."
    for part, cost in zip(
        ("drains", "pumps", "lamps", "tiles", "rails", "gates", "doors", "fans", "pipes", "signs"),
        range(100, 470, 37),
        strict=False,
    )
]


def page(body: str, *, title: str = TITLE, head: str = "", language: str = "en") -> str:
    """A page with this body."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title} |'
        f" Orrelstad Post</title>{head}</head><body>{body}</body></html>"
    )


def article(body: str) -> str:
    """A page whose article has the title and this body."""
    return page(f"<main><article><h1>{TITLE}</h1>{body}</article></main>")


def read(tmp_path: Path, html: str) -> Read:
    """The article of a page."""
    return read_article(tmp_path / "page.html", html)


def paragraphs(tmp_path: Path, html: str) -> list[str]:
    """The paragraphs of a page's article without its title."""
    found = read(tmp_path, html).article.text.split("\n\n")
    return found[1:] if found[0] == TITLE else found


def parts(first: int, after: int) -> str:
    """Paragraphs of a long story."""
    return "".join(f"<p>{words}</p>" for words in PARTS[first:after])


@pytest.mark.parametrize(
    "body",
    [
        f'<div class="cookie-consent">{WALL}</div><aside id="content"><div class="post">'
        f"<h1>{TITLE}</h1>{PARAGRAPHS}</div></aside>",
        f'<div class="cookie-consent">{WALL}<p>Your preferences apply to this website only and can'
        " be changed at any time by returning to this site.</p></div>"
        f'<aside id="content"><div class="post"><h1>{TITLE}</h1>{PARAGRAPHS}</div></aside>',
        f'<div class="cookie">{WALL}</div><footer><h1>{TITLE}</h1>{PARAGRAPHS}</footer>',
        f'<form id="aspnetForm" action="/"><div><h1>{TITLE}</h1>{PARAGRAPHS}</div></form>',
        f'<div class="wall">{WALL}</div><div id="comments" style="display:none"><h1>{TITLE}</h1>'
        f"{PARAGRAPHS}</div>",
        f'<header class="sidebar"><h1>{TITLE}</h1>{PARAGRAPHS}</header><section>{WALL}</section>',
    ],
    ids=["aside", "long wall", "footer", "form", "hidden comments", "header"],
)
def test_the_story_is_found_in_whatever_element_it_stands(tmp_path: Path, body: str) -> None:
    assert paragraphs(tmp_path, page(body)) == STORY


@pytest.mark.parametrize(
    "body",
    [
        f'<div class="row"><div class="articleBody">{parts(0, 5)}</div></div><div class="ad">'
        f'Advertisement</div><div class="row"><div class="articleBody">{parts(5, 10)}</div></div>',
        f'<section class="text-block">{parts(0, 4)}</section><aside class="promo"><p>Read our guide'
        " to the harbour, with all the best places to eat and to stay in town.</p></aside>"
        f'<section class="text-block">{parts(4, 7)}</section><section class="text-block">'
        f"{parts(7, 10)}</section>",
        f'<div itemprop="articleBody" class="a1">{parts(0, 5)}</div><div class="banner">Ad</div>'
        f'<div itemprop="articleBody" class="a2">{parts(5, 10)}</div>',
        f'<div class="body-free">{parts(0, 2)}</div><div class="body-paid paywall">{parts(2, 10)}'
        "</div>",
        f'<div class="article-body top">{parts(0, 5)}</div><div class="article-body bottom">'
        f"{parts(5, 10)}</div>",
    ],
    ids=["two of a class", "three sections", "microdata", "paid part", "names that differ"],
)
def test_a_body_in_several_containers_is_read_whole(tmp_path: Path, body: str) -> None:
    assert paragraphs(tmp_path, article(body)) == PARTS


def test_the_next_story_of_an_endless_page_is_not_taken_in(tmp_path: Path) -> None:
    other = (
        '<article><h1>Orchestra plays</h1><div class="articleBody"><p>The orchestra of Lorn plays'
        " again on Friday, its conductor said after the long summer break.</p></div></article>"
    )
    html = article(f'<div class="articleBody">{parts(0, 5)}</div>').replace(
        "</main>", f"{other}</main>"
    )
    assert paragraphs(tmp_path, html) == PARTS[:5]


def test_cards_and_notes_besides_the_story_are_left_out(tmp_path: Path) -> None:
    cards = "".join(
        f'<div class="card"><h3><a href="/{n}">Storm number {n} comes back to the harbour</a></h3>'
        f"<p>Our reporters in town have more on this, and on what the mayor said of it.</p></div>"
        for n in range(4)
    )
    label = '<div class="ad">Advertisement</div>'
    body = f"{PARAGRAPHS}{label}<div class='cards'>{cards}</div>"
    assert paragraphs(tmp_path, article(body)) == STORY


@pytest.mark.parametrize(
    "body",
    [
        f"<main><article><h1>{TITLE}</h1>{'<br><br>'.join(STORY)}<br/></article></main>",
        f"<table><tr><td><font><b>{TITLE}</b></font><br><br>{'<br><br>'.join(STORY)}</td></tr>"
        "</table>",
        f"<main><article><h1>{TITLE}</h1>{STORY[0]}<p>{STORY[1]}</p>{STORY[2]}<div>{STORY[3]}</div>"
        "</article></main>",
        f'<div id="c"><h1>{TITLE}</h1>{STORY[0]}<br/><br/>{STORY[1]}<p>&nbsp;</p>{STORY[2]}<br><br>'
        f"{STORY[3]}</div>",
        f'<main><article><h1>{TITLE}</h1><span class="lead">{STORY[0]}</span>'
        + "".join(f"<p>{words}</p>" for words in STORY[1:])
        + "</article></main>",
    ],
    ids=["breaks", "layout table", "mixed", "no article element", "span"],
)
def test_text_without_paragraphs_of_its_own_is_read(tmp_path: Path, body: str) -> None:
    assert paragraphs(tmp_path, page(body)) == STORY


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '<aside class="correction"><p>Correction, 9 May: an earlier version of this article'
            " said that the work would cost 5.9 million crowns.</p></aside>",
            "Correction, 9 May: an earlier version of this article said that the work would cost"
            " 5.9 million crowns.",
        ),
        (
            "<footer><p><em>This article was amended on 9 May to correct the cost, which is 6.2"
            " million crowns.</em></p></footer>",
            "This article was amended on 9 May to correct the cost, which is 6.2 million crowns.",
        ),
        (
            '<aside class="note"><h4>Correction</h4><p>The length of pipe was given as 421 metres.'
            " It is 412.</p></aside>",
            "Correction: The length of pipe was given as 421 metres. It is 412.",
        ),
        (
            '<div class="article-correction">The cost is 6.2 million crowns; we had it at 5.9'
            " million.</div>",
            "Correction: The cost is 6.2 million crowns; we had it at 5.9 million.",
        ),
        (
            '</article><section class="corrections"><p>Correction: this story first said that the'
            " tunnel was opened in 1947.</p></section><article>",
            "Correction: this story first said that the tunnel was opened in 1947.",
        ),
        (
            '<aside class="korrektur"><p>Korrektur: In einer früheren Version stand, dass die'
            " Arbeiten 5,9 Millionen Kronen kosten.</p></aside>",
            "Korrektur: In einer früheren Version stand, dass die Arbeiten 5,9 Millionen Kronen"
            " kosten.",
        ),
    ],
    ids=[
        "aside",
        "footer",
        "heading",
        "name of the element",
        "behind the article",
        "German",
    ],
)
def test_a_correction_is_part_of_the_text_and_known_as_one(
    tmp_path: Path, body: str, expected: str
) -> None:
    text = read(tmp_path, article(PARAGRAPHS + body)).article.text
    assert text.split("\n\n")[1:] == [*STORY, expected]
    assert [notice.kind for notice in find_notices(text)] == ["correction"]


def test_the_correction_of_another_story_is_not_taken_in(tmp_path: Path) -> None:
    other = "<aside><article><p>Correction: an earlier version of this story misspelled Lorn.</p>"
    html = article(PARAGRAPHS).replace("</main>", f"{other}</article></aside></main>")
    assert paragraphs(tmp_path, html) == STORY


def test_the_caption_of_a_table_is_no_reporting(tmp_path: Path) -> None:
    table = "<table><caption>How the <b>wards</b> voted</caption><tr><th>Ward</th><th>Yes</th></tr>"
    html = article(f"{PARAGRAPHS}{table}<tr><td>Harbour</td><td>4,112</td></tr></table>")
    found = read(tmp_path, html).article
    spans = [found.text[span.start : span.end] for span in found.furniture]
    assert "How the wards voted" in spans
    assert not any(" | " in span for span in spans)


def test_cells_keep_their_place_below_their_heads(tmp_path: Path) -> None:
    table = """<table><thead><tr><th rowspan="2">Ward</th><th colspan="2">Labour League</th>
<th rowspan="2">Turnout</th></tr><tr><th>2019</th><th>2024</th></tr></thead>
<tr><td colspan="4">Old districts</td></tr>
<tr><td rowspan="2">Harbour</td><td>4,112</td><td></td><td>61.2%</td></tr>
<tr><td>&nbsp;</td><td>3,405</td><td>57.9%</td></tr>
<tr><td>Quay</td><td colspan="2">no candidate</td>
<td><ul><li>06:00</li><li>20:15</li></ul></td></tr>
</table>"""
    assert paragraphs(tmp_path, article(PARAGRAPHS + table))[4:] == [
        "Ward | Labour League | Labour League | Turnout",
        "Ward | 2019 | 2024 | Turnout",
        "Old districts",
        "Harbour | 4,112 | – | 61.2%",
        "Harbour | – | 3,405 | 57.9%",
        "Quay | no candidate | no candidate | 06:00; 20:15",
    ]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("412<sup>1</sup> metres", "412 metres"),
        ('6,200<sup><a href="#fn12">[12]</a></sup> crowns', "6,200 crowns"),
        ('40<a class="footnote-ref" href="#fn:4">4</a> boats', "40 boats"),
        ("5.9<sup>*</sup> million, 2024<sup>2,3</sup>", "5.9 million, 2024"),
        ("rusted.<sup>3</sup> Then", "rusted. Then"),
        ('7<span style="vertical-align: super">5</span> posts', "7 posts"),
        ("10 m<sup>2</sup> and 3 km<sup>2</sup>", "10 m² and 3 km²"),
        ("10<sup>6</sup> cells, 3 × 10<sup>-4</sup>", "10⁶ cells, 3 × 10⁻⁴"),
        ("the 3<sup>rd</sup>, M<sup>me</sup> Roy", "the 3rd, Mme Roy"),
        ("CO<sub>2</sub>", "CO2"),
        ("$4<sup>99</sup> at 18<sup>30</sup>", "$4.99 at 18:30"),
        ("1<sup>1</sup>/<sub>2</sub> cups", "1 1/2 cups"),
    ],
)
def test_figures_stay_apart_from_what_is_raised(tmp_path: Path, markup: str, expected: str) -> None:
    body = f"{PARAGRAPHS}<p>The report of the harbour office says this: {markup}.</p>"
    assert paragraphs(tmp_path, article(body))[4].removesuffix(".") == (
        f"The report of the harbour office says this: {expected}"
    )


def test_blocks_within_one_element_never_run_together(tmp_path: Path) -> None:
    body = (
        "<div>The rules are these:<ul><li><p>Ambulances are let through at all times.</p><ul>"
        "<li>Drivers call first.</li><li>A marshal opens gate B.</li></ul></li></ul>"
        "<ol><li><span>First, the west tube is emptied.</span></li></ol>The council meets again."
        "</div><p><b>What comes next</b><br>The pipes are cut<br>out.</p>"
        '<p>Red<span style="display:block">and blue lights will be on.</span></p>'
    )
    assert paragraphs(tmp_path, article(PARAGRAPHS + body))[4:] == [
        "The rules are these:",
        "• Ambulances are let through at all times.",
        "• Drivers call first.",
        "• A marshal opens gate B.",
        "• First, the west tube is emptied.",
        "The council meets again.",
        "What comes next",
        "The pipes are cut out.",
        "Red",
        "and blue lights will be on.",
    ]


@pytest.mark.parametrize(
    "quote",
    [
        "<blockquote><p>{}</p><footer>— <cite>Ada Brink, mayor</cite></footer></blockquote>",
        "<blockquote><p>{}</p><p><cite>Ada Brink, mayor</cite></p></blockquote>",
        "<blockquote>{}<cite>Ada Brink, mayor</cite></blockquote>",
        "<figure><blockquote><p>{}</p></blockquote><figcaption>Ada Brink, mayor</figcaption></fig"
        "ure>",
        "<blockquote><p>{}</p></blockquote><p>— Ada Brink, mayor</p>",
        '<div class="pull-quote"><p>{}</p><span class="quote-author">Ada Brink, mayor</span></div>',
    ],
)
def test_a_quoted_block_keeps_its_speaker(tmp_path: Path, quote: str) -> None:
    words = "I would rather close a tunnel than bury a driver in the sea."
    body = f"<p>{STORY[0]}</p>{quote.format(words)}" + "".join(f"<p>{w}</p>" for w in STORY[1:])
    assert f"{words} — Ada Brink, mayor" in paragraphs(tmp_path, article(body))


def test_a_title_in_a_quotation_is_no_speaker(tmp_path: Path) -> None:
    body = f"{PARAGRAPHS}<blockquote><p>I read it in <cite>The Post</cite> today.</p></blockquote>"
    assert paragraphs(tmp_path, article(body))[4] == "I read it in The Post today."


def test_a_page_whose_data_alone_have_the_text_is_read_from_them(tmp_path: Path) -> None:
    body = "\\n\\n".join(PARTS[:5])
    head = (
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",'
        f'"headline":"{TITLE}","articleBody":"{body}"}}</script>'
    )
    html = page(f"<main><h1>{TITLE}</h1><div id='app'>Loading…</div></main>", head=head)
    assert paragraphs(tmp_path, html) == PARTS[:5]


def test_readings_and_words_for_screen_readers(tmp_path: Path) -> None:
    body = (
        f"{PARAGRAPHS}<p>The town of <ruby>尹<rt>ユン</rt></ruby> has "
        '<a href="/x">a plan<span class="sr-only">, opens in a new window</span></a> for the'
        " winter.</p>"
    )
    assert paragraphs(tmp_path, article(body))[4] == (
        "The town of 尹(ユン) has a plan for the winter."
    )


def test_a_deep_page_and_a_wide_table_are_bounded(tmp_path: Path) -> None:
    deep = "<div>" * 600 + f"<p>{STORY[0]}</p>" + "</div>" * 600
    wide = f"<table><tr><th>Ward</th>{'<td colspan=999999999>1</td>' * 9}</tr></table>"
    assert paragraphs(tmp_path, article(PARAGRAPHS + wide + deep))[:4] == STORY


def test_a_page_that_a_program_builds_is_read_from_its_script(tmp_path: Path) -> None:
    data = "".join(f"\\u003cp\\u003e{words}\\u003c/p\\u003e" for words in STORY)
    html = page(f'<div id="app"></div><script>push([1,"a","{data}"])</script>')
    assert paragraphs(tmp_path, html) == STORY


def test_short_lines_with_a_button_and_a_menu_are_no_text(tmp_path: Path) -> None:
    box = (
        '<div class="inread"><p>Harbour Letters</p><p>How will the tunnel change the quay?</p>'
        "<button>Join</button></div>"
    )
    menu = '<td><a href="/a">Front</a><br><a href="/b">News</a><br><a href="/c">Weather</a></td>'
    first, *rest = (f"<p>{words}</p>" for words in STORY)
    body = f"<table><tr>{menu}<td><b>{TITLE}</b>{first}{box}{''.join(rest)}</td></tr></table>"
    assert paragraphs(tmp_path, page(body)) == STORY


def test_japanese_paragraphs_and_the_headings_of_their_parts_are_read(tmp_path: Path) -> None:
    story = [
        "オレルスタッド市議会は火曜日、港のトンネルを11週間閉鎖し、排水管を交換することを決めた。市が同日に発表した。",
        "技師のリオさんは、412メートルの配管が腐食していたと議員に説明した。工事には6億円かかるという。",
        "商店主らは渡し船を求めている。",
    ]
    rest = [f"<p>{words}</p>" for words in story[1:]]
    body = (
        f'<section class="content"><h1>トンネル閉鎖へ</h1><div class="body"><p>{story[0]}</p><div>'
        f'<section class="part"><h2 class="body-title">配管が腐食</h2><div class="body-text">'
        f"{''.join(rest)}</div></section></div></div></section>"
    )
    found = paragraphs(tmp_path, page(body, title="トンネル閉鎖へ", language="ja"))
    assert found[-4:] == [story[0], "配管が腐食", *story[1:]]
