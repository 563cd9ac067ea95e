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
