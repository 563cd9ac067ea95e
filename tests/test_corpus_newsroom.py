"""NITF and NewsML-G2, as news agencies send them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.corpus import Read, Unread, read_file

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEAD = "The ferry sailed again on Monday, the harbour office said."
NITF = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "nitf-3-2.dtd">
<nitf xml:lang="en"><head><title>ferry</title>
<docdata><doc-id id-string="LNA-77"/><date.issue norm="20250503T081500Z"/></docdata>
<pubdata name="The Courier" position.section="Harbour" date.publication="20250504"/></head>
<body><body.head><hedline><hl1>Ferry  sails
again</hl1></hedline><byline>By <person>Mara Lind</person> and <person>Jon Eide</person></byline>
<distributor>LNA</distributor></body.head>
<body.content><block><p>The ferry sailed again on Monday, the harbour office&nbsp;said.</p>
<media media-type="image"><media-reference source="a.jpg"/><media-caption>The ferry. Photo: LNA
</media-caption></media><hl2>On the island</hl2><p>Ninety <em>people</em> went<br/>ashore.</p>
</block></body.content></body></nitf>
"""
ITEM = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:lna.example:1"
 version="2" xml:lang="de"><itemMeta><itemClass qcode="ninat:text"/>
<provider><name>LNA</name></provider><versionCreated>2025-05-04T10:00:00+02:00</versionCreated>
<firstCreated>2025-05-03T10:15:00+02:00</firstCreated><pubStatus qcode="stat:{status}"/></itemMeta>
<contentMeta><by>By Mara Lind</by><headline>Ferry sails again</headline><language tag="en"/>
<subject qcode="a:1"><name>Harbour</name></subject></contentMeta>
<contentSet>{content}</contentSet></newsItem>"""
XHTML = (
    '<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">'
    f"<head><title>x</title></head><body><h2>Dock</h2><p>{LEAD}</p></body></html></inlineXML>"
)


def read(folder: Path, content: str | bytes, name: str = "a.xml") -> list[Read | Unread]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_file(path, now=NOW))


def article(folder: Path, content: str | bytes) -> Read:
    (outcome,) = read(folder, content)
    assert isinstance(outcome, Read), outcome
    return outcome


def reason(folder: Path, content: str | bytes) -> str:
    (outcome,) = read(folder, content)
    assert isinstance(outcome, Unread), outcome
    return outcome.reason


def item(content: str = XHTML, status: str = "usable") -> str:
    return ITEM.format(content=content, status=status)


def test_nitf(tmp_path: Path) -> None:
    found = article(tmp_path, NITF).article
    assert found.id == "nitf:LNA-77"
    assert found.text == (
        f"{LEAD}\n\nThe ferry. Photo: LNA\n\nOn the island\n\nNinety people went ashore."
    )
    assert [(span.kind, found.text[span.start : span.end]) for span in found.furniture] == [
        ("photo credit", "The ferry. Photo: LNA"),
        ("heading", "On the island"),
    ]
    assert found.title == "Ferry sails again"
    assert found.publisher == "The Courier"
    assert found.authors == ("Mara Lind", "Jon Eide")
    assert str(found.published) == "2025-05-03T08:15:00Z"
    assert (found.language, found.section) == ("en", "Harbour")


def test_newsml_with_html(tmp_path: Path) -> None:
    outcome = article(tmp_path, item())
    found = outcome.article
    assert found.id == "urn:newsml:lna.example:1"
    assert found.text == f"Dock\n\n{LEAD}"
    assert (found.title, found.publisher) == ("Ferry sails again", "LNA")
    assert found.authors == ("Mara Lind",)
    assert str(found.published) == "2025-05-03T08:15:00Z"
    assert (found.language, found.section) == ("en", "Harbour")
    assert outcome.warnings == ()


def test_newsml_with_nitf_and_with_plain_text(tmp_path: Path) -> None:
    nitf = NITF[NITF.index("<nitf") :]
    content = f'<inlineXML contenttype="application/nitf+xml">{nitf}</inlineXML>'
    assert article(tmp_path, item(content)).article.text.startswith(f"{LEAD}\n\nThe ferry. Photo")
    content = f'<inlineData contenttype="text/plain">{LEAD}\n\nIt rained.</inlineData>'
    assert article(tmp_path, item(content)).article.text == f"{LEAD}\n\nIt rained."


def test_a_message_has_an_article_for_each_item(tmp_path: Path) -> None:
    items = [item(), item(status="canceled"), item("<remoteContent href='a'/>"), "<packageItem/>"]
    message = (
        '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header/>'
        f"<itemSet>{''.join(items)}<odd/></itemSet></newsMessage>"
    )
    first, *others = read(tmp_path, message)
    assert isinstance(first, Read)
    assert first.path == f"{tmp_path}/a.xml:1"
    where = f"{tmp_path}/a.xml"
    assert others == [
        Unread(f"{where}:2", "its publisher says that it is canceled"),
        Unread(f"{where}:3", "the news item holds no text: its content is elsewhere, or no text"),
        Unread(f"{where}:5", "element 'odd' is no news item"),
    ]


@pytest.mark.parametrize(
    ("label", "encoding"), [("klingon", "utf-8"), ("ISO-8859-1", "cp1252"), ("UTF-16", "utf-16")]
)
def test_the_encoding_is_the_one_declared_or_the_one_it_has(
    tmp_path: Path, label: str, encoding: str
) -> None:
    content = NITF.replace("UTF-8", label).replace("Ninety", "“Ninety” –").encode(encoding)
    (outcome,) = read(tmp_path, content)
    assert isinstance(outcome, Read), outcome
    assert "“Ninety” – people" in outcome.article.text
    assert outcome.warnings == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "empty: it holds no text"),
        ("<rss><channel/></rss>", "its root element 'rss' is no newsroom XML; known: NewsML-G2"),
        ("<nitf><body/></nitf>", "the NITF document holds no text"),
        ("<newsMessage><itemSet/></newsMessage>", "the message holds no item"),
        (NITF[:400], "not valid XML: "),
        (NITF.encode()[:700] + b"\xff\xfe" + NITF.encode()[700:], "not valid XML: "),
        ("<a>" * 100_000, "not valid XML: "),
    ],
    ids=["empty", "rss", "no body", "no item", "cut off", "broken", "deep"],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: str | bytes, told: str) -> None:
    assert reason(tmp_path, content).startswith(told)


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("SECRET", encoding="utf-8")
    secret = (tmp_path / "secret.txt").as_uri()
    for declared in ('<!ENTITY x "ha"><!ENTITY y "&x;&x;">', f'<!ENTITY y SYSTEM "{secret}">'):
        text = f"<!DOCTYPE nitf [{declared}]><nitf><body><body.content><p>&y;</p>"
        document = f"{text}</body.content></body></nitf>"
        assert reason(tmp_path, document).startswith("declares entities")


def test_the_encoding_that_the_file_declares_is_used(tmp_path: Path) -> None:
    text = NITF.replace("UTF-8", "ISO-8859-1").replace("Ninety", "Zoë").encode("latin-1")
    assert "Zoë people" in article(tmp_path, text).article.text
