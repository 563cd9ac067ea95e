"""Saved feeds and WordPress exports: an article for each entry, drafts left out, damage apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus import Read, Unread
from rag.corpus.formats.text_fields import is_html, line_of, read_text
from tests.reading import read_all, texts

TUNNEL = "The council of Orrelstad voted on Tuesday to close the harbour tunnel."
WARD = "The hospital in Brenn will close its night ward in June."
RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Post</title>
<link>https://post.example/</link><language>en-gb</language>
<item><title>Tunnel &amp; ferry</title><link>https://post.example/1</link>
<guid isPermaLink="false">g1</guid><dc:creator>Mira Oldenkamp</dc:creator>
<pubDate>Tue, 07 May 2024 18:30:00 +0200</pubDate><category>City</category>
<description>Short.</description>
<content:encoded><![CDATA[<p>{TUNNEL}</p><script>x()</script><p>{WARD}</p>]]></content:encoded></item>
<item><title>Ward</title><guid isPermaLink="false">g2</guid>
<author>tom@post.example (Tom Roby)</author>
<description>&lt;p&gt;{WARD}&lt;/p&gt;</description></item>
<item><title>Nothing</title><link>https://post.example/3</link></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Post</title>
<entry><title type="html">Tunnel &amp;amp; ferry</title><id>tag:post.example,2024:1</id>
<link rel="self" href="https://post.example/1.atom"/><link href="https://post.example/1"/>
<published>2024-05-07T18:30:00+02:00</published><updated>2024-05-09T08:00:00Z</updated>
<author><name>Mira Oldenkamp</name></author><category term="city" label="City"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TUNNEL}</p><p>{WARD}</p></div>
</content></entry>
<entry><title>Ward</title><id>tag:post.example,2024:2</id><updated>2024-05-08T08:00:00Z</updated>
<content>{WARD} Rates are &lt;5% &amp; falling.</content></entry></feed>"""
WXR = f"""<?xml version="1.0" encoding="UTF-8" ?>
<!-- an export with an <item> in a comment -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The Post</title><language>en</language><wp:wxr_version>1.2</wp:wxr_version>
<wp:author><wp:author_login><![CDATA[mira]]></wp:author_login>
<wp:author_display_name><![CDATA[Mira Oldenkamp]]></wp:author_display_name></wp:author>
<item><title>Tunnel</title><link>https://post.example/tunnel</link>
<dc:creator><![CDATA[mira]]></dc:creator><guid isPermaLink="false">https://post.example/?p=1</guid>
<excerpt:encoded><![CDATA[An excerpt.]]></excerpt:encoded>
<content:encoded><![CDATA[<!-- wp:paragraph -->
{TUNNEL} It says </item> here.

{WARD}
[caption id="a"]<img src="a.jpg"/> The pipe[/caption]]]></content:encoded>
<wp:post_date>2024-05-07 18:30:00</wp:post_date>
<wp:post_date_gmt>2024-05-07 16:30:00</wp:post_date_gmt>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<category domain="post_tag" nicename="x">roads</category>
<category domain="category" nicename="city"><![CDATA[City]]></category></item>
{{more}}</channel></rss>"""


def entry(status: str = "publish", kind: str = "post", text: str = WARD) -> str:
    return (
        f"<item><title>x</title><content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type></item>"
    )


def read(folder: Path, content: str | bytes, name: str = "a.xml") -> list[Read | Unread]:
    return read_all(folder / name, content)


@pytest.mark.parametrize("name", ["a.xml", "a.rss"])
def test_rss(tmp_path: Path, name: str) -> None:
    first, second, third = read(tmp_path, RSS, name)
    assert isinstance(first, Read)
    article = first.article
    assert article.text == f"{TUNNEL}\n\n{WARD}"
    assert (article.id, article.title) == ("post.example/1", "Tunnel & ferry")
    assert (article.publisher, article.authors) == ("post.example", ("Mira Oldenkamp",))
    assert (str(article.published), article.section) == ("2024-05-07T16:30:00Z", "City")
    assert (article.language, first.path) == ("en", f"{tmp_path}/{name}:1")
    assert isinstance(second, Read)
    article = second.article
    assert (article.id, article.text, article.publisher) == ("g2", WARD, "The Post")
    assert article.authors == ("Tom Roby",)
    assert second.warnings == (
        "the feed has a summary of it only",
        "no date found; kept as unknown",
    )
    assert third == Unread(f"{tmp_path}/{name}:3", "the entry holds no text")


def test_a_channels_title_names_the_outlet_whose_host_it_spells(tmp_path: Path) -> None:
    items = "".join(
        f"<item><title>Ward</title><link>https://{host}/1</link><description>{WARD}</description></item>"
        for host in ("orrelpost.example", "herald.example")
    )
    feed = f"<rss version='2.0'><channel><title>The Orrel Post</title>{items}</channel></rss>"
    named, other = read(tmp_path, feed, "a.rss")
    assert isinstance(named, Read)
    assert isinstance(other, Read)
    assert (named.article.publisher, other.article.publisher) == (
        "The Orrel Post",
        "herald.example",
    )


def test_atom(tmp_path: Path) -> None:
    first, second = read(tmp_path, ATOM, "a.atom")
    assert isinstance(first, Read)
    article = first.article
    assert (article.id, article.text) == ("post.example/1", f"{TUNNEL}\n\n{WARD}")
    assert (article.title, article.authors) == ("Tunnel & ferry", ("Mira Oldenkamp",))
    assert (str(article.published), article.section) == ("2024-05-07T16:30:00Z", "City")
    assert isinstance(second, Read)
    assert second.article.text == f"{WARD} Rates are <5% & falling."
    assert second.article.id == "tag:post.example,2024:2"


def test_wordpress(tmp_path: Path) -> None:
    others = [("draft", "post"), ("draft", "post"), ("future", "post"), ("inherit", "attachment")]
    more = "".join(entry(*other) for other in [*others, ("publish", "page"), ("publish", "story")])
    outcomes = read(tmp_path, WXR.replace("{more}", more))
    first, story, rest = outcomes
    assert isinstance(first, Read)
    article = first.article
    assert article.text == f"{TUNNEL} It says here.\n\n{WARD}\n\nThe pipe"
    assert (article.id, article.publisher) == ("post.example/tunnel", "The Post")
    assert (article.authors, article.section) == (("Mira Oldenkamp",), "City")
    assert str(article.published) == "2024-05-07T16:30:00Z"
    assert isinstance(story, Read)
    assert (story.article.text, story.path) == (WARD, f"{tmp_path}/a.xml:7")
    counted = "2 draft, 1 future, 1 attachment, 1 page"
    reason = f"left out, because they are no published articles: {counted}"
    assert rest == Unread(f"{tmp_path}/a.xml", reason, skipped=True)


def test_a_damaged_entry_costs_no_other(tmp_path: Path) -> None:
    more = entry(text="Fog.") + "<item><title>x</b></item>" + entry(text="Rain.")
    outcomes = read(tmp_path, WXR.replace("{more}", more))
    assert texts(outcomes)[1] == "Fog."
    assert texts(outcomes)[2].startswith("! not valid XML: Opening and ending tag mismatch")
    assert texts(outcomes)[3:] == ["Rain."]
    cut = WXR.replace("{more}", more)[: -len("</item></channel></rss>")]
    assert texts(read(tmp_path, cut))[3:] == [
        "! not valid XML: the file is cut off in the midst of this item"
    ]


def test_common_faults_of_feeds_are_seen_through(tmp_path: Path) -> None:
    loose = RSS.replace("<description>Short.", "<description>A & B&nbsp;&copy;.")
    assert texts(read(tmp_path, f"\n\n{loose}"))[0] == f"{TUNNEL}\n\n{WARD}"
    cyrillic = RSS.replace("UTF-8", "windows-1251").replace(TUNNEL, "Мост закрыт.")
    for content in (cyrillic.encode("cp1251"), b"\n " + cyrillic.encode("cp1251")):
        assert texts(read(tmp_path, content))[0] == f"Мост закрыт.\n\n{WARD}"
    # What is valid UTF-8 is read as that, whatever the file declares.
    assert texts(read(tmp_path, cyrillic.encode()))[0] == f"Мост закрыт.\n\n{WARD}"
    western = RSS.replace("UTF-8", "iso-8859-1").replace(TUNNEL, "“Zoë” – ‘fog’")
    assert texts(read(tmp_path, western.encode("cp1252")))[0] == f"“Zoë” – ‘fog’\n\n{WARD}"
    wrong = RSS.replace(TUNNEL, "Zoë came.").encode("cp1252")
    outcome = read(tmp_path, wrong)[0]
    assert isinstance(outcome, Read)
    assert outcome.article.text == f"Zoë came.\n\n{WARD}"
    assert outcome.warnings == ("not UTF-8; read as Windows-1252",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<rss version='2.0'><channel><title>x</title></channel></rss>", "the feed holds no entry"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'/>", "the feed holds no entry"),
        ("<?xml version='1.0' encoding='klingon'?><rss/>", "the feed holds no entry"),
        ("<!DOCTYPE rss [<!ENTITY y 'ha'>]><rss><item>&y;</item></rss>", "declares entities"),
        ("plain text", "not valid XML: it has no element"),
        ("<rss><channel><item>", "not valid XML: the file is cut off in the midst of this"),
        ("<rss>" + "<item><title>a</title></item>" * 3, "the entry holds no text"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: str, reason: str) -> None:
    found = texts(read(tmp_path, content))
    assert found
    assert all(text.startswith(f"! {reason}") for text in found)


def test_many_entries_are_read_one_by_one(tmp_path: Path) -> None:
    entries = "".join(
        f"<item><guid>g{n}</guid><description>Fog {n}.</description></item>" for n in range(3_000)
    )
    found = texts(read(tmp_path, f"<rss><channel>{entries}</channel></rss>"))
    assert found == [f"Fog {n}." for n in range(3_000)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<p>It rained.</p><p>Fog&nbsp;came.</p>", "It rained.\n\nFog came."),
        ("It rained.<br><br>Fog came.", "It rained.\n\nFog came."),
        ("It rained.\nFog <b>came</b>.\nWind.", "It rained.\n\nFog came.\n\nWind."),
        ("It rained.\n\nFog <i>came</i>\nlate.", "It rained.\n\nFog came late."),
        ("<div>\n\n<p>It rained.</p>\n\n</div>", "It rained."),
        ("<ul><li>Rain</li><li>Fog</li></ul>", "• Rain\n\n• Fog"),
        ("&lt;p&gt;It rained.&lt;/p&gt;&lt;p&gt;Fog.&lt;/p&gt;", "It rained.\n\nFog."),
        ("Fog &amp; wind &#8211; &ldquo;rain&rdquo;", "Fog & wind – “rain”"),
        ("<p>One</p><script>alert(1)</script><style>p{}</style><p>Two</p>", "One\n\nTwo"),
        ("Rates < 5% & > 2%", "Rates < 5% & > 2%"),
        ("if a<b and c>d then", "if a<b and c>d then"),
        ("He wrote <sic> and <unclear>", "He wrote <sic> and <unclear>"),
        ("I <3 fog", "I <3 fog"),
        ("Mail <mira@post.example> now", "Mail <mira@post.example> now"),
        ("One.\n\nTwo & three.", "One.\n\nTwo & three."),
    ],
)
def test_html_in_a_field_is_read_as_html_and_plain_text_is_left(value: str, expected: str) -> None:
    assert read_text(value)[0] == expected


@given(st.text("<>/pbriad&;#\n -!x", max_size=60))
def test_any_field_is_read_and_its_paragraphs_are_slices(value: str) -> None:
    text, blocks = read_text(value)
    assert all(text[block.start : block.end] == block.words for block in blocks if is_html(value))
    assert is_html(value) or "&" in value or text == value
    assert "\n" not in line_of(value)


def test_what_a_feed_says_of_itself_counts_for_its_entries(tmp_path: Path) -> None:
    feed = ATOM.replace(
        "<entry>",
        "<author><name>Abby Derby</name></author><link href='https://post.example/'/><entry>",
        1,
    ).replace('<link href="https://post.example/1"/>', '<link href="news/1"/>')
    first, second = read_all(tmp_path / "a.atom", feed)
    assert isinstance(first, Read)
    assert isinstance(second, Read)
    assert (first.article.url, first.article.authors) == (
        "https://post.example/news/1",
        ("Mira Oldenkamp",),
    )
    assert second.article.authors == ("Abby Derby",)


def test_coauthors_of_wordpress_and_what_its_codes_show_are_read_as_it_shows_them(
    tmp_path: Path,
) -> None:
    several = WXR.replace(
        '<category domain="post_tag"',
        '<category domain="author" nicename="cap-mira"><![CDATA[mira]]></category>'
        '<category domain="author" nicename="cap-tom"><![CDATA[Tom Roby]]></category>'
        '<category domain="post_tag"',
        1,
    ).replace("<!-- wp:paragraph -->", '[gallery ids="1,2"]')
    outcome = next(each for each in read_all(tmp_path / "a.xml", several) if isinstance(each, Read))
    assert outcome.article.authors == ("Mira Oldenkamp", "Tom Roby")
    assert outcome.article.section == "City"
    assert "[" not in outcome.article.text


@pytest.mark.parametrize(
    "card",
    [
        '<div class="kg-card kg-signup-card"><h2>Join us</h2><p>News in your inbox</p></div>',
        '<p class="button-wrapper" data-attrs="{}"><a class="button" href="x">Join us</a></p>',
        '<div class="subscription-widget-wrap-editor"><p>Join us</p></div>',
        '<figure class="kg-card kg-bookmark-card"><a href="x"><div>Join us</div></a></figure>',
    ],
)
def test_cards_and_buttons_between_paragraphs_are_no_text(card: str) -> None:
    assert read_text(f"<p>{TUNNEL}</p>{card}<p>{WARD}</p>")[0] == f"{TUNNEL}\n\n{WARD}"
