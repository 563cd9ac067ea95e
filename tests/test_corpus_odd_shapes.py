"""Pages, tables and exports in the odd shapes in which they come, each read as it is meant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.corpus import Read, Unread, read_file
from rag.records import Article
from tests.database_exports import TUNNEL, WARD, nexis, proquest, proquest_file
from tests.test_corpus_feeds import RSS
from tests.test_corpus_newsroom import g2
from tests.test_corpus_page_text import PARAGRAPHS, STORY, TITLE, page

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = '<link rel="canonical" href="https://courier.example/tunnel">'
ARTICLE = (
    f'"@type":"NewsArticle","headline":"{TITLE}",'
    '"datePublished":"2024-05-07T18:30:00+02:00","author":'
)


def outcomes(folder: Path, name: str, content: str) -> list[Read | Unread]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return list(read_file(path, now=NOW))


def only(folder: Path, name: str, content: str) -> Article:
    (found,) = outcomes(folder, name, content)
    assert isinstance(found, Read), found
    return found.article


def web(folder: Path, head: str = "", body: str = PARAGRAPHS, heading: str = TITLE) -> Article:
    shown = f"<main><article><h1>{heading}</h1>{body}</article></main>"
    return only(folder, "a.html", page(shown, title=TITLE, head=URL + head))


def data(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    "scripts",
    [
        # A comment within a comment of JavaScript, a spare comma, authors in another script.
        data("<!--\n{" + ARTICLE + '[{"@id":"#a"},{"@id":"#b"}],}\n//-->')
        + data('[{"@id":"#a","@type":"Person","name":"Mara Lind"},{"@id":"#b","name":"Ivo Tarn"}]'),
        # Lists within a list, and the article as what a page is about.
        data(
            '[[{"@type":"WebPage","datePublished":"2011-01-01","mainEntity":{'
            + ARTICLE
            + '[{"name":"Mara Lind"},{"name":"Ivo Tarn"}]}}]]'
        ),
    ],
)
def test_data_in_odd_wrappings(tmp_path: Path, scripts: str) -> None:
    found = web(tmp_path, scripts)
    assert str(found.published) == "2024-05-07T16:30:00Z"
    assert found.authors == ("Mara Lind", "Ivo Tarn")


def test_a_zone_may_stand_between_the_clock_and_the_day(tmp_path: Path) -> None:
    head = '<meta property="article:published_time" content="2024-01-17T00:30:00">'
    line = "<p>Published 12.30am AEDT, January 17, 2024</p>"
    assert str(web(tmp_path, head, line + PARAGRAPHS).published) == "2024-01-16T13:30:00Z"


def test_a_date_in_parts_of_a_labelled_line_counts(tmp_path: Path) -> None:
    line = (
        "<p>Dieser Beitrag wurde am <nobr>7. Mai 2024</nobr> um <nobr>18:30</nobr> "
        "veröffentlicht und unter <a href='/t'>Tunnel</a> abgelegt.</p>"
    )
    assert str(web(tmp_path, "", f"{PARAGRAPHS}{PARAGRAPHS}{line}").published) == "2024-05-07"


def test_a_section_above_the_title_is_no_part_of_it(tmp_path: Path) -> None:
    social = f'<meta property="og:title" content="{TITLE} | Harbour">'
    heading = f"<span>Harbour</span> <span>{TITLE}</span>"
    assert web(tmp_path, social, heading=heading).title == TITLE
    named = f"Harbour | {TITLE}"
    social = f'<meta property="og:title" content="{named}">'
    assert web(tmp_path, social, heading=named).title == named


def test_tables_may_be_told_by_their_roles(tmp_path: Path) -> None:
    rows = [("columnheader", "Line", "Boats"), ("cell", "Holm", "3"), ("cell", "Orrel", "1")]
    table = "".join(
        f'<div role="row"><span role="{role}">{one}</span><span role="{role}">{other}</span></div>'
        for role, one, other in rows
    )
    text = web(tmp_path, "", f'{PARAGRAPHS}<div role="table">{table}</div>').text
    assert [block for block in text.split("\n\n") if "|" in block] == [
        "Line | Boats",
        "Holm | 3",
        "Orrel | 1",
    ]


def test_what_leads_back_from_a_note_is_left_out(tmp_path: Path) -> None:
    notes = '<ol><li id="f1"><p>Figures of the county for 2023. <a href="#r1">↩</a></p></li></ol>'
    assert "↩" not in web(tmp_path, "", PARAGRAPHS + notes).text


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "<h2>Met jouw toestemming</h2><p>Sundbode en derde partijen gebruiken cookies om je"
            " een goede ervaring te bieden.</p><p>Je kunt je keuze altijd aanpassen.</p>",
            "a consent notice, no article",
        ),
        (
            "<p>Lo sentimos, el contenido que buscas ya no está disponible.</p>"
            "<p>Es posible que el enlace haya caducado.</p>",
            "a page that says it is missing, no article",
        ),
    ],
)
def test_walls_and_lost_pages_of_more_kinds(tmp_path: Path, body: str, told: str) -> None:
    (found,) = outcomes(tmp_path, "a.html", page(f"<main>{body}</main>", title=TITLE))
    assert isinstance(found, Unread)
    assert found.reason == told


@pytest.mark.parametrize(
    "wall",
    [
        "<p>Den här artikeln är för dig som är prenumerant.</p><p>Logga in eller bli prenumerant.",
        "<h3>Create a free account to continue reading</h3><p>Registration is free.</p>",
    ],
)
def test_what_stands_before_such_a_wall_is_kept(tmp_path: Path, wall: str) -> None:
    found = web(tmp_path, "", f"<p>{STORY[0]}</p><p>{STORY[1][:-9]} …</p><div>{wall}</div>")
    assert STORY[0] in found.text
    assert "prenumerant" not in found.text
    assert "account" not in found.text


def test_a_table_of_a_spreadsheet_may_name_its_separator(tmp_path: Path) -> None:
    names = "Titel;Datum;Zeitung;Autor;Ressort;Volltext"
    content = f"sep=;\n{names}\nTunnel;7.5.2024;Orreler Bote;Mara Lind;Stadt;{STORY[0]}\n"
    found = only(tmp_path, "a.csv", content)
    assert (found.title, found.publisher, found.section) == ("Tunnel", "Orreler Bote", "Stadt")
    assert (found.authors, str(found.published)) == (("Mara Lind",), "2024-05-07")
    assert found.text == STORY[0]


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ({"date": "2024-05-07 00:00:00"}, "2024-05-07"),
        ({"date": "2024-05-07T00:00:00.000Z"}, "2024-05-07"),
        ({"date": "2024-05-07 00:10:00"}, "2024-05-07T00:10:00Z"),
        ({"date": "2024-05-07", "dateTime": "2024-05-07T12:20:00Z"}, "2024-05-07T12:20:00Z"),
        ({"date": "2024-05-07", "dateTime": "2024-05-09T12:20:00Z"}, "2024-05-07"),
    ],
)
def test_days_of_tables_are_days_unless_a_time_of_them_is_named(
    tmp_path: Path, fields: dict[str, str], date: str
) -> None:
    found = only(tmp_path, "a.json", json.dumps([{"title": "T", "text": STORY[0], **fields}]))
    assert str(found.published) == date


def test_answers_of_more_services(tmp_path: Path) -> None:
    paper = {
        "headline": {"main": "Tunnel to Close"},
        "abstract": "Short.",
        "lead_paragraph": STORY[0],
        "pub_date": "2024-05-07T16:30:00+0000",
        "byline": {"original": "By Mara Lind and Ivo Tarn"},
        "web_url": "https://courier.example/1",
    }
    found = only(tmp_path, "a.json", json.dumps({"response": {"docs": [paper]}}))
    assert (found.text, found.authors) == (STORY[0], ("Mara Lind", "Ivo Tarn"))
    nodes = [
        {"id": "1", "attributes": {"title": "T", "status": True, "body": {"value": STORY[0]}}},
        {"id": "2", "attributes": {"title": "U", "status": False, "body": {"value": STORY[1]}}},
    ]
    read, *rest = outcomes(tmp_path, "b.json", json.dumps({"data": nodes}))
    assert isinstance(read, Read)
    assert [each.skipped for each in rest if isinstance(each, Unread)] == [True]
    names = ["Mara Lind", "Https Www.Courier.Example Author Ivo Tarn"]
    found = only(tmp_path, "c.json", json.dumps([{"maintext": STORY[0], "authors": names}]))
    assert found.authors == ("Mara Lind",)


def test_the_foot_that_wordpress_adds_to_a_feed_is_left_out(tmp_path: Path) -> None:
    foot = '<p>The post <a href="/1">Tunnel</a> appeared first on <a href="/">Post</a>.</p>]]>'
    first, *_ = outcomes(tmp_path, "a.rss", RSS.replace("]]>", foot, 1))
    assert isinstance(first, Read)
    assert "appeared first" not in first.article.text
    assert "harbour tunnel" in first.article.text


def test_a_note_to_editors_may_correct_in_a_later_sentence(tmp_path: Path) -> None:
    note = "CORRECTS paragraph 3: the pipe is 412 metres, not 214."
    text = only(tmp_path, "a.xml", g2(f"<edNote>Eds: UPDATES with quote. {note}</edNote>")).text
    assert text.endswith(f"Editor’s note: {note}")


def two_of_nexis(above: Sequence[str]) -> str:
    address = ("URL: https://www.post.example", "LOAD-DATE: May 8, 2024", "LANGUAGE: ENGLISH")
    first = nexis(TUNNEL, count="1 of 2 DOCUMENTS", below=address)
    second = nexis(WARD, count="2 of 2 DOCUMENTS", below=address, title="Ward to shut")
    return first + second.replace("Ward to shut", "\n\n".join([*above, "Ward to shut"]))


def test_the_address_of_an_outlet_is_not_that_of_its_articles(tmp_path: Path) -> None:
    read = outcomes(tmp_path, "a.txt", two_of_nexis(["Correction Appended"]))
    found = [each.article for each in read if isinstance(each, Read)]
    assert len({each.id for each in found}) == 2
    assert [each.title for each in found] == ["Harbour tunnel to close", "Ward to shut"]


def test_proquest_has_fields_that_nobody_knows(tmp_path: Path) -> None:
    record = proquest(TUNNEL, title="Harbour tunnel to close: [Final Edition]")
    odd = "Credit: By Mira Oldenkamp\n\nFull text availability: Some restrictions.\n\nSubject:"
    found = only(tmp_path, "a.txt", proquest_file(record.replace("Subject:", odd, 1)))
    assert found.title == "Harbour tunnel to close"
    assert found.text == "\n\n".join(" ".join(each.split()) for each in TUNNEL)


VOTE, COST = STORY[0], STORY[1]
CZECH = (
    "Rada města Orrelstad v úterý rozhodla, že tunel bude jedenáct týdnů zavřený, protože potrubí"
    " zrezivělo. Inženýr řekl radě, že oprava přijde na devět milionů korun."
)


def test_a_feed_in_another_encoding_than_it_declares(tmp_path: Path) -> None:
    feed = (
        '<?xml version="1.0" encoding="{}"?><rss version="2.0"><channel><title>Post</title>'
        f"<item><title>Tunel</title><guid>a</guid><description>{CZECH}</description></item>"
        "</channel></rss>"
    )
    for declared in ("utf-8", "iso-8859-1"):
        path = tmp_path / "a.rss"
        path.write_bytes(feed.format(declared).encode("cp1250"))
        (found,) = read_file(path, now=NOW)
        assert isinstance(found, Read)
        assert found.article.text == CZECH
        assert "read as Windows-1250" in found.warnings[0]
    path.write_bytes(f"title;text\nTunel;{CZECH}\n".encode("cp1250"))
    table = path.rename(tmp_path / "a.csv")
    (found,) = read_file(table, now=NOW)
    assert isinstance(found, Read)
    assert (found.article.text, found.warnings[0]) == (CZECH, "not UTF-8; read as Windows-1250")


def test_rdfa_is_read_with_its_scopes(tmp_path: Path) -> None:
    body = (
        '<aside vocab="https://schema.org/" typeof="Event"><meta property="datePublished" '
        'content="2024-01-01T08:00:00Z"></aside><div vocab="https://schema.org/" '
        f'typeof="NewsArticle"><h1 property="headline">{TITLE}</h1><meta property="datePublished" '
        'content="2024-05-07T18:30:00+02:00"><span property="author" typeof="Person">'
        f'<span property="name">Mira Oldenkamp</span></span>{PARAGRAPHS}</div>'
    )
    found = only(tmp_path, "a.html", page(body, title=TITLE, head=URL))
    assert str(found.published) == "2024-05-07T16:30:00Z"
    assert found.authors == ("Mira Oldenkamp",)


def test_indented_lines_are_paragraphs(tmp_path: Path) -> None:
    lines = "<br>\n&nbsp;&nbsp;&nbsp;".join(STORY)
    shown = page(f"<div id=txt><h1>{TITLE}</h1>{lines}<br></div>", title=TITLE)
    assert only(tmp_path, "a.html", shown).text.split("\n\n")[1:] == list(STORY)


def test_a_section_between_title_and_outlet_goes(tmp_path: Path) -> None:
    named = '<meta property="og:site_name" content="Østposten"><meta property="og:title" content="'
    found = web(tmp_path, f'{named}{TITLE} – Lokalt – Østposten">', heading="")
    assert found.title == TITLE
    found = web(tmp_path, f'{named}{TITLE} – Lokalt">', heading="")
    assert found.title == f"{TITLE} – Lokalt"


def test_a_place_between_two_persons_and_more_words_for_and(tmp_path: Path) -> None:
    people = {
        "By Mira Oldenkamp in Brenn and Tom Roby": ("Mira Oldenkamp", "Tom Roby"),
        "Por Délia Prado e Rui Sande | Folha": ("Délia Prado", "Rui Sande"),
        "Maria Carvalho e Melo": ("Maria Carvalho e Melo",),
    }
    for author, expected in people.items():
        script = data("{" + ARTICLE + json.dumps(author) + "}")
        assert web(tmp_path, script).authors == expected, author
    byline = "<div>By <a href='/m'>Mira Oldenkamp</a> <span>Tuesday, March 4th, 2025</span></div>"
    assert web(tmp_path, body=byline + PARAGRAPHS).authors == ("Mira Oldenkamp",)


def test_the_outlet_and_the_photographer_of_a_list_are_no_authors(tmp_path: Path) -> None:
    record = {"title": TITLE, "text": VOTE, "url": "https://thecourier.example/a"}
    names = ["Mira Oldenkamp", "The Courier", {"name": "Pim Jansma", "role": "photographer"}]
    found = only(tmp_path, "a.json", json.dumps(record | {"authors": names}))
    assert found.authors == ("Mira Oldenkamp",)
    found = only(tmp_path, "a.json", json.dumps(record | {"authors": ["The Courier"]}))
    assert found.authors == ("The Courier",)


def test_blocks_of_a_text_are_its_paragraphs(tmp_path: Path) -> None:
    story = {
        "headlines": {"basic": TITLE},
        "first_publish_date": "2024-05-07T16:30:00Z",
        "credits": {"by": [{"name": "Mira Oldenkamp"}]},
        "content_elements": [
            {"type": "text", "content": f"<p>{VOTE}</p>"},
            {"type": "image", "caption": "The tube"},
            {"type": "list", "items": [{"content": COST}]},
        ],
    }
    found = only(tmp_path, "a.json", json.dumps(story))
    assert (found.title, found.authors) == (TITLE, ("Mira Oldenkamp",))
    assert found.text == f"{VOTE}\n\n{COST}"
    blocks = [{"type": "paragraph", "data": {"text": VOTE}}]
    spans = [{"_type": "block", "children": [{"text": "It "}, {"text": "rained."}]}]
    rows = [{"title": TITLE, "blocks": blocks}, {"title": TITLE, "body": spans, "id": "b"}]
    assert [each.article.text for each in outcomes(tmp_path, "a.json", json.dumps(rows))] == [
        VOTE,
        "It rained.",
    ]


def test_editors_of_ghost_keep_lists_and_leave_out_what_only_mails_show(tmp_path: Path) -> None:
    def text(words: str) -> dict[str, object]:
        return {"type": "extended-text", "text": words}

    children = [
        {"type": "paragraph", "children": [text("One & all.")]},
        {"type": "html", "html": "<p>Between.</p>"},
        {
            "type": "list",
            "children": [
                {"type": "listitem", "children": [text("First")]},
                {"type": "listitem", "children": [text("Second")]},
            ],
        },
        {"type": "email-cta", "html": "<p>Upgrade</p>"},
    ]
    lexical = json.dumps({"root": {"type": "root", "children": children}})
    mobile = json.dumps(
        {
            "version": "0.3.1",
            "cards": [["html", {"html": "<p>Between.</p>"}]],
            "sections": [
                [1, "p", [[0, [], 0, "One & all."]]],
                [10, 0],
                [3, "ul", [[[0, [], 0, "First"]], [[0, [], 0, "Second"]]]],
            ],
        }
    )
    posts = [
        {"id": "1", "title": "A", "lexical": lexical, "status": "published"},
        {"id": "2", "title": "B", "mobiledoc": mobile, "status": "published"},
    ]
    export = json.dumps({"db": [{"meta": {}, "data": {"posts": posts}}]})
    expected = "One & all.\n\nBetween.\n\n• First\n\n• Second"
    assert [each.article.text for each in outcomes(tmp_path, "a.json", export)] == [expected] * 2


def test_short_codes_and_buttons_are_no_text(tmp_path: Path) -> None:
    row = {"text": f'<p>{VOTE}</p>\n[newsletter id="3"]\n<p>{COST} [sic]</p>'}
    assert only(tmp_path, "a.json", json.dumps(row)).text == f"{VOTE}\n\n{COST} [sic]"


def test_ninjs_of_superdesk(tmp_path: Path) -> None:
    item = {
        "guid": "urn:newsml:post.example:1",
        "type": "text",
        "pubstatus": "usable",
        "headline": TITLE,
        "byline": "<p>By <b>Mira Oldenkamp</b></p>",
        "body_html": f"<p>{VOTE}</p>",
        "authors": [{"name": "Pim Jansma", "role": "photographer"}],
        "versioncreated": "2024-05-07T16:30:00+0000",
        "ednote": "Corrects cost in par 2 to 6.2 million, not 5.9.",
    }
    found = only(tmp_path, "a.json", json.dumps(item))
    assert (found.id, found.authors) == ("urn:newsml:post.example:1", ("Mira Oldenkamp",))
    assert found.text == f"{VOTE}\n\nEditor’s note: {item['ednote']}"


def test_newsml_of_superdesk_and_escaped_markup(tmp_path: Path) -> None:
    escaped = f"&lt;p&gt;{VOTE}&lt;/p&gt;&lt;p&gt;{COST}&lt;/p&gt;"
    lines = f"<NewsLines><Headline>{TITLE}</Headline><ByLine>Mira Oldenkamp</ByLine></NewsLines>"
    nitf = f"<nitf><body><body.content><![CDATA[{escaped}]]></body.content></body></nitf>"
    for content in (escaped, nitf):
        item = (
            f"<NewsML><NewsItem><NewsComponent>{lines}<NewsComponent><Role FormalName='BodyText'/>"
            f"<ContentItem><DataContent>{content}</DataContent></ContentItem></NewsComponent>"
            "</NewsComponent></NewsItem></NewsML>"
        )
        found = only(tmp_path, "a.xml", item)
        assert (found.title, found.authors) == (TITLE, ("Mira Oldenkamp",))
        assert found.text == f"{VOTE}\n\n{COST}"


def test_the_main_headline_the_byline_and_the_marked_note_of_newsml_g2(tmp_path: Path) -> None:
    nitf = (
        "<nitf><body><body.head><byline>By Mira Oldenkamp<byttl>Post Writer</byttl></byline>"
        f"</body.head><body.content><p>{VOTE}</p></body.content></body></nitf>"
    )
    item = (
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:g:1"><itemMeta>'
        '<edNote role="ednoterole:correction">Adds a word; corrects age to 99 years.</edNote>'
        '</itemMeta><contentMeta><headline role="hlrole:short">Tunnel</headline>'
        f'<headline role="hlrole:main">{TITLE}</headline></contentMeta><contentSet>'
        f'<inlineXML contenttype="application/nitf+xml">{nitf}</inlineXML></contentSet></newsItem>'
    )
    found = only(tmp_path, "a.xml", item)
    assert (found.title, found.authors) == (TITLE, ("Mira Oldenkamp",))
    assert found.text.endswith("Correction: Adds a word; corrects age to 99 years.")


def test_an_entry_of_a_planet_is_of_its_source(tmp_path: Path) -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Planet</title><entry><title>A</title>'
        "<id>x</id><source><title>The Courier</title><id>https://courier.example/</id></source>"
        f'<content type="html">&lt;p&gt;{VOTE}&lt;/p&gt;</content></entry></feed>'
    )
    assert only(tmp_path, "a.atom", feed).publisher == "The Courier"


def test_proquest_has_the_title_above_its_publication_info(tmp_path: Path) -> None:
    record = (
        f"{'_' * 60}\n\n{TITLE}\n\nAuthor: Oldenkamp, Mira\n\nPublication info: The Post ; Brenn."
        f" 7 May 2024: 3.\n\nProQuest document link\n\nFULL TEXT\n\n{VOTE}\n\nDETAILS\n\n"
        "Publication title: The Post; Brenn\n\nPublication date: 7 May 2024\n\n"
        "ProQuest document ID: 3051\n"
    )
    found = only(tmp_path, "a.txt", record)
    assert (found.title, found.authors) == (TITLE, ("Mira Oldenkamp",))


def test_europresse_numbers_its_issues_and_names_offsets(tmp_path: Path) -> None:
    export = (
        '<html><body><article><span class="DocPublicationName">Le Courrier, no. 12345</span>'
        '<span class="DocHeader">mardi 7 mai 2024 - 06:12 UTC +0200 31 mots</span>'
        f'<p class="rdp__articletitle">{TITLE}</p><div class="docOcurrContainer"><p>{VOTE}</p>'
        "</div></article></body></html>"
    )
    found = only(tmp_path, "a.html", export)
    assert found.publisher == "Le Courrier"
    assert str(found.published) == "2024-05-07T04:12Z"


def test_a_word_cut_at_the_end_of_the_first_line_is_no_byline(tmp_path: Path) -> None:
    row = {"title": TITLE, "text": "Passen-\ngers who wish to alight must ask."}
    assert not only(tmp_path, "a.json", json.dumps(row)).furniture


def test_a_headline_counts_before_a_title(tmp_path: Path) -> None:
    row = {"heading": "TUNNEL CLOSED.", "title": {"value": "The Argus"}, "articleText": VOTE}
    assert only(tmp_path, "a.json", json.dumps(row)).title == "TUNNEL CLOSED."


def test_a_button_of_substack_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    button = '<p class="button-wrapper"><a class="button"><span>Subscribe now</span></a></p>'
    (tmp_path / "posts/1.a.html").write_text(f"<p>{VOTE}</p>{button}<p>{COST}</p>")
    table = "post_id,post_date,is_published,title\n1.a,2024-05-07T16:30:00Z,true,Tunnel\n"
    assert only(tmp_path, "posts.csv", table).text == f"{VOTE}\n\n{COST}"
