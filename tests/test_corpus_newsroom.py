"""NITF and NewsML-G2, as news agencies send them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus import Read, Unread
from rag.corpus.notices import find_notices
from tests.reading import read_all, read_article

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
    return read_all(folder / name, content)


def article(folder: Path, content: str | bytes) -> Read:
    return read_article(folder / "a.xml", content)


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
        ("<rss><channel/></rss>", "the feed holds no entry"),
        ("<urlset/>", "its root element 'urlset' is no newsroom XML; known: NewsML-G2"),
        (
            "<packageItem><itemRef/><itemRef/></packageItem>",
            "a packageItem of NewsML-G2 holds no article but 2 'itemRef'",
        ),
        ("<nitf><body/></nitf>", "the NITF document holds no text"),
        ("<newsMessage><itemSet/></newsMessage>", "the message holds no item"),
        (NITF[:400], "not valid XML: "),
        (NITF.encode()[:700] + b"\xff\xfe" + NITF.encode()[700:], "not valid XML: "),
        ("<a>" * 100_000, "not valid XML: "),
    ],
    ids=[
        "empty",
        "rss",
        "other",
        "package",
        "no body",
        "no item",
        "cut off",
        "broken",
        "deep",
    ],
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


EMBARGO = "<embargoed>{until}</embargoed>"
NOTE = "Corrects length of pipe in par 2 to 412 metres, not 214."
G2 = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:post.example:1"
 version="3" xml:lang="en"><itemMeta><itemClass qcode="ninat:text"/><provider qcode="nprov:ORP"/>
<versionCreated>2024-05-09T08:00:00+02:00</versionCreated>{meta}</itemMeta><contentMeta>
<contentCreated>2024-05-07T17:00:00+02:00</contentCreated><headline>Harbour tunnel to close
</headline><dateline>ORRELSTAD (ORP) -</dateline></contentMeta>
<contentSet>{content}</contentSet></newsItem>"""
PAGE = (
    '<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">'
    "<body><h1>Harbour tunnel to close</h1><div><span>Local</span><span>ORP</span></div>"
    '<figure><img src="a.jpg"/><div class="byline">Pim Jansma/ORP</div>'
    f"<figcaption>Engineer in the tube.</figcaption></figure><p>{LEAD}</p></body></html>"
    "</inlineXML>"
)


def g2(meta: str = "", content: str = PAGE) -> str:
    return G2.format(meta=meta, content=content)


def test_an_embargoed_item_is_no_evidence_before_its_embargo_ends(tmp_path: Path) -> None:
    until = "2031-01-01T00:00:00+02:00"
    assert reason(tmp_path, g2(EMBARGO.format(until=until))) == (
        f"embargoed until {until}; read it again after that"
    )
    assert reason(tmp_path, g2("<embargoed/>")).startswith(
        "embargoed, and the end of it, 'further notice', cannot be read"
    )
    over = article(tmp_path, g2(EMBARGO.format(until="2024-05-09T00:00:00+02:00")))
    assert str(over.article.published) == "2024-05-08T22:00:00Z"
    assert over.warnings == ("was embargoed; dated by the end of that, 2024-05-08T22:00:00Z",)
    assert str(article(tmp_path, g2()).article.published) == "2024-05-07T15:00:00Z"


def test_an_embargoed_item_of_a_message_costs_no_other(tmp_path: Path) -> None:
    items = g2(EMBARGO.format(until="2031-01-01")) + g2()
    first, second = read(tmp_path, f"<newsMessage><itemSet>{items}</itemSet></newsMessage>")
    assert first == Unread(
        f"{tmp_path}/a.xml:1", "embargoed until 2031-01-01; read it again after that", skipped=True
    )
    assert isinstance(second, Read)


def test_an_editor_s_note_that_corrects_is_a_correction_of_the_article(tmp_path: Path) -> None:
    outcome = article(tmp_path, g2(f"<edNote>{NOTE}</edNote>"))
    found = outcome.article
    assert found.text.endswith(f"{LEAD}\n\nEditor’s note: {NOTE}")
    assert [notice.kind for notice in find_notices(found.text)] == ["correction"]
    assert outcome.warnings == ()
    for note, kind in {
        "CORRECTION: The pipe is 412 metres long.": "correction",
        "Clarifies that the vote was secret.": "clarification",
        "Replaces earlier version, which had the wrong length.": "replacement",
        "Correcting the mayor's name.": "correction",
    }.items():
        noted = article(tmp_path, g2(f"<edNote>{note}</edNote>")).article.text
        assert [notice.kind for notice in find_notices(noted)] == [kind], note
    marked = article(tmp_path, g2('<signal qcode="sig:correction"/>'))
    assert marked.warnings == (
        "its publisher marks this version as a correction, without saying of what",
    )
    advice = article(tmp_path, g2("<edNote>Text 250 words</edNote>"))
    assert advice.article.text.endswith(LEAD)
    assert advice.warnings == ("editor's note, not stored: 'Text 250 words'",)


def test_labels_and_pictures_are_apart_from_the_text(tmp_path: Path) -> None:
    found = article(tmp_path, g2()).article
    assert found.publisher == "ORP"
    assert found.text.split("\n\n") == [
        "Harbour tunnel to close",
        "ORRELSTAD (ORP) -",
        "Local ORP",
        "Pim Jansma/ORP",
        "Engineer in the tube.",
        LEAD,
    ]
    kinds = {found.text[span.start : span.end]: span.kind for span in found.furniture}
    assert kinds["ORRELSTAD (ORP) -"] == "dateline"
    assert kinds["Pim Jansma/ORP"] == kinds["Engineer in the tube."] == "photo credit"


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (
            "<inlineXML><events><event><name>Council</name><start>2024-05-21T19:00</start></event>"
            "<event><name>Ferry</name></event></events></inlineXML>",
            "its content is 'events' with 2 'event'",
        ),
        (
            "<inlineXML><sports-content><team>A</team><team>B</team><team>C</team>"
            "</sports-content></inlineXML>",
            "its content is 'sports-content' with 3 'team'",
        ),
        ('<inlineData contenttype="text/csv">a,b\n1,2</inlineData>', "its content is elsewhere"),
        ('<inlineData encoding="base64">Zm9n</inlineData>', "its content is elsewhere"),
        ('<remoteContent href="a.jpg"/>', "its content is elsewhere"),
    ],
    ids=["events", "sports", "table", "encoded", "picture"],
)
def test_what_is_no_prose_is_never_flattened_into_text(
    tmp_path: Path, content: str, kinds: str
) -> None:
    found = reason(tmp_path, g2(content=content))
    assert found.startswith(f"the news item holds no text: {kinds}")


def test_inline_html_that_is_escaped_is_read_as_html(tmp_path: Path) -> None:
    escaped = '<inlineData contenttype="text/html">&lt;p&gt;Fog.&lt;/p&gt;&lt;p&gt;Rain.&lt;/p&gt;'
    text = article(tmp_path, g2(content=f"{escaped}</inlineData>")).article.text
    assert text == "ORRELSTAD (ORP) -\n\nFog.\n\nRain."


def test_a_damaged_item_of_a_message_costs_no_other(tmp_path: Path) -> None:
    items = g2() + g2(content="<inlineXML><p>Fog</b></inlineXML>") + g2()
    outcomes = read(tmp_path, f"<newsMessage><itemSet>{items}</itemSet></newsMessage>")
    assert [type(outcome) for outcome in outcomes] == [Read, Unread, Read]
    assert isinstance(outcomes[1], Unread)
    assert outcomes[1].reason.startswith("not valid XML: ")


def test_nitf_has_embargoes_notes_and_states(tmp_path: Path) -> None:
    docdata = "<docdata>"
    held = NITF.replace(docdata, '<docdata><date.release norm="20310101T000000Z"/>')
    assert reason(tmp_path, held).startswith("embargoed until 20310101T000000Z")
    killed = NITF.replace(docdata, '<docdata management-status="killed">')
    assert reason(tmp_path, killed) == "its publisher says that it is killed"
    noted = NITF.replace(docdata, '<docdata><correction info="Ninety people, not nine."/>')
    text = article(tmp_path, noted).article.text
    assert text.endswith("\n\nCorrection: Ninety people, not nine.")
    assert [notice.kind for notice in find_notices(text)] == ["correction"]


def one(components: str, status: str = '<Status FormalName="Usable"/>', number: int = 1) -> str:
    return (
        "<NewsItem><Identification><NewsIdentifier><ProviderId>post.example</ProviderId>"
        f"<DateId>20240507</DateId><NewsItemId>tunnel-{number}</NewsItemId>"
        '<RevisionId PreviousRevision="0" Update="N">2</RevisionId><PublicIdentifier>'
        f"urn:newsml:post.example:20240507:tunnel-{number}:2</PublicIdentifier></NewsIdentifier>"
        "</Identification><NewsManagement><FirstCreated>20240507T163000Z</FirstCreated>"
        f"{status}</NewsManagement>{components}</NewsItem>"
    )


def newsml(*items: str) -> str:
    return f'<?xml version="1.0"?><NewsML Version="1.2"><NewsEnvelope/>{"".join(items)}</NewsML>'


LINES = "<NewsLines><HeadLine>{head}</HeadLine><ByLine>Mira Oldenkamp</ByLine></NewsLines>"
PART = (
    '<NewsComponent><Role FormalName="{role}"/>{more}<ContentItem>{kind}<DataContent>{data}'
    "</DataContent></ContentItem></NewsComponent>"
)


def component(*inner: str, head: str = "Harbour tunnel to close", more: str = "") -> str:
    lines = LINES.format(head=head)
    return f"<NewsComponent{more}>{lines}{''.join(inner)}</NewsComponent>"


def part(data: str, role: str = "Main", kind: str = "", more: str = "") -> str:
    return PART.format(role=role, data=data, kind=kind, more=more)


def test_newsml_one(tmp_path: Path) -> None:
    parts = [
        part("p {color: red}", "StyleSheet", '<MimeType FormalName="text/css"/>'),
        part("<p>Harbour tunnel to close</p>", "HeadLine"),
        part(
            f"<nitf><body><body.content><p>{LEAD}</p><p>It rained.</p></body.content></body></nitf>"
        ),
        part("<p>The tube. Photo: Pim Jansma</p>", "Caption"),
    ]
    outcome = article(tmp_path, newsml(one(component(*parts))))
    found = outcome.article
    assert found.text == f"{LEAD}\n\nIt rained."
    assert (found.id, found.title) == (
        "urn:newsml:post.example:20240507:tunnel-1",
        "Harbour tunnel to close",
    )
    assert (found.authors, found.publisher) == (("Mira Oldenkamp",), "post.example")
    assert str(found.published) == "2024-05-07T16:30:00Z"
    assert outcome.path == f"{tmp_path}/a.xml"


def test_newsml_one_with_many_items_and_many_languages(tmp_path: Path) -> None:
    language = '<DescriptiveMetadata><Language FormalName="{}"/></DescriptiveMetadata>'
    german = component(language.format("de"), part("<p>Es regnet.</p>"), head="Regen")
    english = component(language.format("en"), part("<p>It rains.</p>"), head="Rain")
    many = f"<NewsComponent>{german}{english}</NewsComponent>"
    outcomes = read(tmp_path, newsml(one(many), one(component(part("Fog.\n\nWind.")), number=2)))
    found = [outcome.article for outcome in outcomes if isinstance(outcome, Read)]
    assert [(each.title, each.text, each.language) for each in found[:2]] == [
        ("Regen", "Es regnet.", "de"),
        ("Rain", "It rains.", "en"),
    ]
    assert found[2].text == "Fog.\n\nWind."
    assert len({each.id for each in found}) == 3
    where = f"{tmp_path}/a.xml"
    assert [outcome.path for outcome in outcomes] == [f"{where}:1#1", f"{where}:1#2", f"{where}:2"]


def test_newsml_one_chooses_one_of_equivalent_texts(tmp_path: Path) -> None:
    parts = [part(f"{LEAD} It rained."), part(f"<p>{LEAD}</p><p>It rained.</p>")]
    equivalent = component(*parts, more=' EquivalentsList="yes"')
    assert article(tmp_path, newsml(one(equivalent))).article.text == f"{LEAD}\n\nIt rained."
    parts = [part(f"<p>{LEAD}</p>"), part("<p>It rained.</p>")]
    assert article(tmp_path, newsml(one(component(*parts)))).article.text == f"{LEAD}\n\nIt rained."


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (
            one(component(part("<p>Fog.</p>")), '<Status FormalName="Canceled"/>'),
            "its publisher says that it is canceled",
        ),
        (
            one(
                component(part("<p>Fog.</p>")),
                '<Status FormalName="Embargoed"/><StatusWillChange><FutureStatus '
                'FormalName="Usable"/><DateAndTime>20310101T000000Z</DateAndTime></StatusWillChange>',
            ),
            "embargoed until 20310101T000000Z; read it again after that",
        ),
        (
            one(component(part("Zm9n", kind='<MediaType FormalName="Photo"/>'))),
            "the news item holds no text; its media: Photo",
        ),
        ("", "the NewsML holds no news item"),
        ("<NewsItem><NewsComponent>", "not valid XML: the file is cut off in the midst of this"),
    ],
    ids=["canceled", "embargoed", "photo", "empty", "cut off"],
)
def test_newsml_one_that_holds_no_article_is_named(tmp_path: Path, item: str, told: str) -> None:
    content = newsml(item) if not item.endswith("<NewsComponent>") else f"<NewsML>{item}"
    assert reason(tmp_path, content).startswith(told)


def test_an_advisory_line_that_corrects_is_a_correction(tmp_path: Path) -> None:
    line = (
        '<NewsLines><NewsLine><NewsLineType FormalName="AdvisoryLine"/><NewsLineText>{}'
        "</NewsLineText></NewsLine></NewsLines>"
    )
    corrects = one(component(line.format("CORRECTS number of beds"), part(f"<p>{LEAD}</p>")))
    text = article(tmp_path, newsml(corrects)).article.text
    assert text == f"{LEAD}\n\nEditor’s note: CORRECTS number of beds"
    assert [notice.kind for notice in find_notices(text)] == ["correction"]
