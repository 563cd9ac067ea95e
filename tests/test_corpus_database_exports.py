"""Exports of research databases: one file is many articles, each with what is its own."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus import Read, Unread
from rag.corpus.drafts import Draft
from rag.corpus.formats import factiva, nexis, nexis_uni, proquest
from rag.corpus.formats.export_fields import date_of, language_of, people, section_of
from rag.corpus.formats.exports import recognised
from rag.corpus.plain import PlainReader
from rag.records import Article
from tests.database_exports import (
    RULE,
    TUNNEL,
    WARD,
    one_line,
    proquest_file,
    rtf,
    uni,
)
from tests.database_exports import (
    factiva as factiva_document,
)
from tests.database_exports import (
    nexis as nexis_document,
)
from tests.database_exports import (
    proquest as proquest_record,
)
from tests.pdf_files import pdf
from tests.reading import read_all

TWO = nexis_document(TUNNEL, count="1 of 2 DOCUMENTS") + nexis_document(
    WARD,
    count="2 of 2 DOCUMENTS",
    outlet="Brenn Courier (Brenn)",
    date="May 9, 2024 Thursday",
    title="Night ward to shut",
    above=("BYLINE: Tom Roby", "SECTION: NEWS; Pg. 2", "LENGTH: 42 words"),
)
COVER = (
    "Date and Time: Friday, 10. May 2024 09:31:00 CEST",
    "Job Number: 00000001",
    "Documents (2)",
    "1. Harbour tunnel to close",
    "Search Terms: tunnel or ward",
    "2. Night ward to shut",
    "\f",
)
TWO_UNI = (
    *uni(TUNNEL),
    "\f",
    *uni(
        WARD,
        outlet="Brenn Courier(Brenn)",
        date="May 9, 2024 Thursday",
        title="Night ward to shut",
        above=("Section:\xa0NEWS; Pg. 2", "Length:\xa042 words", "Byline:\xa0Tom Roby"),
        below=("Classification", "Language:\xa0ENGLISH", "Load-Date:\xa0May 12, 2024"),
    ),
)
TWO_FACTIVA = factiva_document(TUNNEL) + factiva_document(
    WARD,
    number="Document BRENCO0020240509ek5900002",
    header=(
        *("Night ward to shut", "By Tom Roby", "42 words", "9 May 2024", "Brenn Courier (Brenn)"),
        *("BRENCO", "2; National", "English", "Copyright 2024 Brenn Courier"),
    ),
)
CODES = (
    "HD\tHarbour tunnel to close\t",
    "BY\tMira Oldenkamp\t",
    "WC\t61 words\t",
    "PD\t7 May 2024\t",
    "ET\t14:05 GMT\t",
    "SN\tThe Orrelstad Post\t",
    "SC\tORPO\t",
    "SE\tNews\t",
    "LA\tEnglish\t",
    f"LP\t{one_line(TUNNEL[:1])}\t",
    f"TD\t{one_line(TUNNEL[1:])}\t",
    "NS\tgcat : Politics\t",
    "AN\tDocument ORPO000020240507ek570001\t",
)
TWO_PROQUEST = proquest_file(
    proquest_record(TUNNEL),
    proquest_record(
        WARD,
        title="Night ward to shut",
        author="Roby, Tom; van der Berg, Anna",
        identifier="2615580762",
        outlet="Brenn Courier (Brenn); Brenn",
        date="May 9, 2024",
    ),
)


def outcomes(folder: Path, name: str, content: str | bytes) -> list[Read | Unread]:
    return read_all(folder / name, content)


def articles(folder: Path, name: str, content: str | bytes) -> list[Article]:
    found = outcomes(folder, name, content)
    assert all(isinstance(outcome, Read) for outcome in found), found
    return [outcome.article for outcome in found if isinstance(outcome, Read)]


def html(paragraphs: Sequence[str]) -> str:
    shown = "".join(f"<div class=c0><p>{words}</p></div>" for words in paragraphs if words)
    return f"<html><head><meta charset=utf-8></head><body>{shown}</body></html>"


def word(paragraphs: Sequence[str]) -> bytes:
    docx = pytest.importorskip("docx")
    made = docx.Document()
    for words in paragraphs:
        made.add_page_break() if words == "\f" else made.add_paragraph(words)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def blocks(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


EVERY: dict[str, str | bytes | Sequence[str]] = {
    "nexis.txt": TWO,
    "nexis.TXT": TWO.replace("\n", "\r\n").encode("utf-8-sig"),
    "nexis.rtf": rtf(blocks(TWO)),
    "nexis.docx": blocks(TWO),
    "nexis.html": html(blocks(TWO)),
    "uni.rtf": rtf([*COVER, *TWO_UNI]),
    "uni.doc": rtf([*COVER, *TWO_UNI]),
    "uni.docx": [*COVER, *TWO_UNI],
    "uni.txt": "\n\n".join((*COVER, *TWO_UNI)),
    "uni.html": html([words for words in TWO_UNI if words != "\f"]),
    "factiva.rtf": rtf(TWO_FACTIVA),
    "factiva.docx": TWO_FACTIVA,
    "factiva.txt": "\n".join(TWO_FACTIVA),
    "proquest.txt": TWO_PROQUEST,
    "proquest.rtf": rtf([line for line in TWO_PROQUEST.split("\n") if line]),
}


@pytest.mark.parametrize("name", EVERY)
def test_each_article_has_its_own_title_outlet_day_byline_and_text(
    tmp_path: Path, name: str
) -> None:
    content = EVERY[name]
    data = content if isinstance(content, str | bytes) else word(content)
    tunnel, ward = articles(tmp_path, name, data)
    assert (tunnel.title, ward.title) == ("Harbour tunnel to close", "Night ward to shut")
    assert (tunnel.publisher, ward.publisher) == ("The Orrelstad Post", "Brenn Courier")
    assert str(tunnel.published)[:10] == "2024-05-07"
    assert str(ward.published)[:10] == "2024-05-09"
    assert tunnel.authors == ("Mira Oldenkamp",)
    assert ward.authors[0] == "Tom Roby"
    assert (tunnel.text, ward.text) == (one_line(TUNNEL), one_line(WARD))
    assert (tunnel.language, ward.language) == ("en", "en")
    assert tunnel.id != ward.id


@pytest.mark.parametrize(
    ("name", "content", "section", "published"),
    [
        ("a.txt", TWO, "NEWS", "2024-05-07"),
        ("a.rtf", rtf(TWO_UNI), "NEWS", "2024-05-07T09:20Z"),
        ("a.rtf", rtf(CODES), "News", "2024-05-07T14:05Z"),
        ("a.txt", "\n".join(CODES), "News", "2024-05-07T14:05Z"),
        ("a.txt", TWO_PROQUEST, "News", "2024-05-07"),
    ],
)
def test_section_and_time_are_those_of_the_article(
    tmp_path: Path, name: str, content: str | bytes, section: str, published: str
) -> None:
    first = articles(tmp_path, name, content)[0]
    assert (first.section, str(first.published)) == (section, published)


def test_the_zone_of_a_time_is_kept(tmp_path: Path) -> None:
    text = nexis_document(TUNNEL, date="May 7, 2024 Tuesday 11:30 PM EDT")
    (article,) = articles(tmp_path, "a.txt", text)
    assert article.published is not None
    assert str(article.published) == "2024-05-08T03:30Z"
    assert article.published.zone == "EDT"


LANGUAGES = [
    ("Dokument 1 von 1", "Dienstag 7. Mai 2024", "AUTOR", "RUBRIK", "LÄNGE: 61 Wörter",
     "UPDATE: 8. Mai 2024", "SPRACHE: GERMAN; DEUTSCH", "de"),
    ("Document 1 de 1", "7 mai 2024", "AUTEUR", "RUBRIQUE", "LONGUEUR: 61 mots",
     "DATE-CHARGEMENT: 8 mai 2024", "LANGUE: FRENCH; FRANÇAIS", "fr"),
    ("1 of 1 DOCUMENTS", "7 de mayo de 2024 martes", "AUTOR", "SECCIÓN", "LONGITUD: 61 palabras",
     "FECHA-DE-CARGA: 8 de mayo de 2024", "IDIOMA: SPANISH; ESPAÑOL", "es"),
    ("1 of 1 DOCUMENTS", "7 mei 2024", "AUTEUR", "RUBRIEK", "LENGTE: 61 woorden",
     "LOAD-DATE: May 8, 2024", "TAAL: Dutch / Nederlands", "nl"),
    ("1 of 1 DOCUMENTS", "7 maggio 2024", "AUTORE", "SEZIONE", "LUNGHEZZA: 61 parole",
     "LOAD-DATE: May 8, 2024", "LINGUA: ITALIAN; ITALIANO", "it"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "date", "author", "section", "length", "loaded", "language", "code"), LANGUAGES
)
def test_labels_are_known_in_other_languages(
    tmp_path: Path,
    count: str,
    date: str,
    author: str,
    section: str,
    length: str,
    loaded: str,
    language: str,
    code: str,
) -> None:
    text = nexis_document(
        ("Tunnel.",),
        count=count,
        date=date,
        above=(f"{author}: Mira Oldenkamp", f"{section}: Lokales", length),
        below=(loaded, language),
    )
    for encoding in ("utf-8", "cp1252", "utf-16"):
        (article,) = articles(tmp_path, "a.txt", text.encode(encoding))
        assert str(article.published) == "2024-05-07"
        assert article.authors == ("Mira Oldenkamp",)
        assert (article.section, article.language, article.text) == ("Lokales", code, "Tunnel.")


def test_windows_1252_is_read_with_a_warning(tmp_path: Path) -> None:
    text = nexis_document(("Der Rat hat beschlossen, den Tunnel zu schließen.",)).encode("cp1252")
    (outcome,) = outcomes(tmp_path, "a.txt", text)
    assert isinstance(outcome, Read)
    assert outcome.warnings == ("not UTF-8; read as Windows-1252",)
    assert outcome.article.text.endswith("schließen.")


def test_labels_of_the_newer_form_are_known_in_german(tmp_path: Path) -> None:
    paragraphs = uni(
        ("Der Rat hat entschieden.",),
        date="Dienstag 7. Mai 2024",
        title="Tunnel wird geschlossen;Elf Wochen Umleitung",
        above=("Rubrik:\xa0POLITIK; S. 4", "Länge:\xa061 Wörter", "Autor:\xa0Mira Oldenkamp"),
        body="Haupttext",
        below=("Klassifizierung", "Sprache:\xa0GERMAN; DEUTSCH", "Update:\xa08. Mai 2024"),
        end="Ende des Dokuments",
    )
    (article,) = articles(tmp_path, "a.rtf", rtf(paragraphs))
    assert article.title == "Tunnel wird geschlossen"
    assert article.text == "Elf Wochen Umleitung\n\nDer Rat hat entschieden."
    assert (article.section, article.language) == ("POLITIK", "de")
    assert article.authors == ("Mira Oldenkamp",)


def test_what_surrounds_the_text_of_a_document_is_typed(tmp_path: Path) -> None:
    text = nexis_document(
        TUNNEL,
        title="Harbour tunnel to close;\nEleven weeks of detours",
        above=(
            "BYLINE: Mira Oldenkamp and Tom\nRoby in Brenn",
            "SECTION: Section A; Column 1; Foreign Desk; Pg. 3",
            "LENGTH: 61 words",
            "DATELINE: ORRELSTAD",
        ),
        below=(
            "GRAPHIC: Photo: the tunnel",
            "CORRECTION: An article on Tuesday misstated the cost. It is 6.4 million.",
            "LOAD-DATE: May 12, 2024",
            "URL: http://www.orrelstad-post.example/tunnel",
        ),
    )
    (article,) = articles(tmp_path, "a.txt", text)
    typed = [(span.kind, article.text[span.start : span.end]) for span in article.furniture]
    assert typed == [
        ("heading", "Eleven weeks of detours"),
        ("dateline", "ORRELSTAD"),
        ("photo credit", "Photo: the tunnel"),
    ]
    assert article.title == "Harbour tunnel to close"
    assert article.authors == ("Mira Oldenkamp", "Tom Roby")
    assert article.section == "Foreign Desk"
    assert article.url == "http://www.orrelstad-post.example/tunnel"
    assert "Correction: An article on Tuesday misstated the cost." in article.text


def test_paragraphs_that_look_like_labels_are_text(tmp_path: Path) -> None:
    body = (
        *TUNNEL,
        "UPDATE: The council has since voted again.",
        "Language: the drivers spoke Danish.",
        "Copyright law was debated.",
    )
    (article,) = articles(tmp_path, "a.txt", nexis_document(body))
    assert article.text == one_line(body)
    (article,) = articles(tmp_path, "a.rtf", rtf(uni(body)))
    assert article.text == one_line(body)
    (article,) = articles(tmp_path, "b.txt", proquest_file(proquest_record(body)))
    assert article.text == one_line(body)


@pytest.mark.parametrize(
    ("changed", "title", "published"),
    [
        ({"title": ""}, "The council of Orrelstad voted", "2024-05-07"),
        ({"date": ""}, "Harbour tunnel to close", "None"),
        ({"count": ""}, "Harbour tunnel to close", "2024-05-07"),
        ({"gap": "\n"}, "Harbour tunnel to close", "2024-05-07"),
        ({"date": "May 7, 2024 Tuesday\n      Late Edition"}, "Harbour tunnel to", "2024-05-07"),
    ],
)
def test_a_document_may_lack_a_part(
    tmp_path: Path, changed: dict[str, str], title: str, published: str
) -> None:
    (article,) = articles(tmp_path, "a.txt", nexis_document(TUNNEL, **changed))
    assert article.title.startswith(title)
    assert str(article.published) == published
    assert article.publisher == "The Orrelstad Post"
    assert article.text == one_line(TUNNEL)


def test_a_title_may_stand_above_the_date_and_labels_below_the_text(tmp_path: Path) -> None:
    text = (
        "1 of 1 DOCUMENTS".center(78)
        + "\n\n"
        + "Orrel Agency".center(78)
        + "\n\nTunnel closes; ferry sails\nonce more\n\n"
        + "April 20, 2003, Sunday".center(78)
        + "\n\n\nThe tunnel closed on Sunday.\n\nNobody was hurt.\n\n"
        + "SECTION: Politics\n\nLENGTH: 8 words\n\nLOAD-DATE: April 21, 2003\n"
    )
    (article,) = articles(tmp_path, "a.txt", text)
    assert article.title == "Tunnel closes; ferry sails once more"
    assert (article.publisher, article.section) == ("Orrel Agency", "Politics")
    assert str(article.published) == "2003-04-20"
    assert article.text == "The tunnel closed on Sunday.\n\nNobody was hurt."


def test_the_same_document_has_the_same_id_in_every_export(tmp_path: Path) -> None:
    (first, _) = articles(tmp_path, "a.txt", TWO)
    (alone,) = articles(tmp_path, "b.rtf", rtf(blocks(nexis_document(TUNNEL))))
    assert first.id == alone.id
    assert first.id.startswith("nexis:")
    (coded,) = articles(tmp_path, "c.rtf", rtf(CODES))
    (listed, _) = articles(tmp_path, "d.txt", "\n".join(TWO_FACTIVA))
    assert coded.id == listed.id == "factiva:orpo000020240507ek570001"
    (record, _) = articles(tmp_path, "e.txt", TWO_PROQUEST)
    assert record.id == "proquest:2615580761"


def test_proquest_loses_spaces_in_its_labels(tmp_path: Path) -> None:
    text = TWO_PROQUEST.replace("ProQuest document ID", "ProQuest documentID")
    text = text.replace("Publication title", "Publicationtitle").replace(
        "Document URL", "DocumentURL"
    )
    (tunnel, ward) = articles(tmp_path, "a.txt", text)
    assert (tunnel.id, ward.publisher) == ("proquest:2615580761", "Brenn Courier")
    assert tunnel.text == one_line(TUNNEL)


def test_proquest_as_a_document_has_tables_of_fields(tmp_path: Path) -> None:
    def record(title: str, identifier: str) -> list[str]:
        return [
            *(title, "Oldenkamp, Mira", "ProQuest document link", "ABSTRACT", "It closes."),
            *("FULL TEXT", "The council voted.", "Location: nobody knows.", "DETAILS"),
            "Publication title:\tThe Orrelstad Post; Orrelstad\t",
            "Publication date:\tMay 7, 2024\t",
            f"ProQuest document ID:\t{identifier}\t",
            *("LINKS", "Terms and Conditions Contact ProQuest", "\f"),
        ]

    contents = ["Table of contents", "1. Tunnel", "2. Ward", "\f"]
    paragraphs = [*contents, *record("Tunnel", "1"), *record("Ward", "2")]
    found = articles(tmp_path, "a.rtf", rtf(paragraphs))
    assert [article.title for article in found] == ["Tunnel", "Ward"]
    assert [article.id for article in found] == ["proquest:1", "proquest:2"]
    assert {article.text for article in found} == {"The council voted.\n\nLocation: nobody knows."}
    assert {article.authors for article in found} == {("Mira Oldenkamp",)}
    numbered = [
        words
        for number, title in enumerate(("Tunnel", "Ward"), start=1)
        for words in (f"Document {number} of 2", *record(title, str(number)))
    ]
    again = articles(tmp_path, "b.rtf", rtf(numbered))
    assert [article.title for article in again] == ["Tunnel", "Ward"]


FACTIVA_HTML = """<html><head><meta charset="utf-8"></head><body>
<div id="article-1" class="article"><div class="article deArticle"><p>
<div>Lokales</div><div id="hd"><span class='deHeadline'> Tunnel wird geschlossen </span></div>
<div class="author">Von Mira Oldenkamp</div><div>664 W\u00f6rter </div><div>7 Mai 2024</div>
<div>14:05</div><div>Orreler Blatt</div><div>ORBL</div><div>18</div><div>Deutsch</div>
<div>(c) 2024 Orreler Blatt</div></p>
<p class="articleParagraph dearticleParagraph"> Der <b>Tunnel</b><br>schlie\u00dft. </p>
<table><tr><td>Jahr</td><td>1974</td></tr></table>
<pre class="articleParagraph dearticleParagraph">Zwei.\n\nDrei.</pre>
<p>Dokument ORBL000020240507ek570001</p></div></div><br/>
<div class="article enArticle"><p><div id="hd"><span>Empty</span></div><div>0 words</div></p></div>
<div class="article zhcnArticle"><p><div id="hd"><span>\u96a7\u9053</span></div><div>61 \u5b57</div>
<div>2024 \u5e74 5 \u6708 8 \u65e5</div><div>\u6e2f\u53e3\u62a5</div></p>
<p class="articleParagraph zhcnarticleParagraph">\u5173\u95ed\u3002</p></div>
<table id="search"><tr><td>Text</td><td>tunnel</td></tr></table></body></html>"""


def test_factiva_pages_have_an_element_for_each_article(tmp_path: Path) -> None:
    tunnel, empty, chinese = outcomes(tmp_path, "a.html", FACTIVA_HTML)
    assert isinstance(tunnel, Read)
    assert isinstance(chinese, Read)
    found = tunnel.article
    assert found.title == "Tunnel wird geschlossen"
    assert (found.publisher, found.section, found.language) == ("Orreler Blatt", "Lokales", "de")
    assert (found.authors, str(found.published)) == (("Mira Oldenkamp",), "2024-05-07T14:05Z")
    assert found.text == "Der Tunnel schließt.\n\nJahr | 1974\n\nZwei.\n\nDrei."
    assert empty == Unread(f"{tmp_path / 'a.html'}:2", "the document 'Empty' holds no text")
    assert (chinese.article.title, chinese.article.publisher) == ("隧道", "港口报")
    assert str(chinese.article.published) == "2024-05-08"
    assert chinese.warnings[0].startswith("it has no document number at its end")


def test_factiva_pages_may_have_tables_of_codes(tmp_path: Path) -> None:
    rows = "".join(
        "<tr><td><b>{}</b></td><td>{}</td></tr>".format(*line.rstrip("\t").split("\t"))
        for line in CODES
    )
    page = f"<div class='article enArticle'><table>{rows}</table></div>"
    other = page.replace("Harbour", "Old").replace("570001", "570002")
    first, second = articles(tmp_path, "a.html", f"<html><body>{page}{other}</body></html>")
    assert (first.title, second.title) == ("Harbour tunnel to close", "Old tunnel to close")
    assert (first.text, first.authors) == (one_line(TUNNEL), ("Mira Oldenkamp",))
    assert str(second.published) == "2024-05-07T14:05Z"


def test_a_bad_article_among_good_ones_is_named(tmp_path: Path) -> None:
    three = [
        nexis_document(TUNNEL, count="1 of 3 DOCUMENTS"),
        nexis_document((), count="2 of 3 DOCUMENTS", title="A photograph"),
        nexis_document(WARD, count="3 of 3 DOCUMENTS"),
    ]
    first, bad, last = outcomes(tmp_path, "a.txt", "".join(three))
    assert isinstance(first, Read)
    assert isinstance(last, Read)
    reason = "the document 'A photograph' holds no text"
    assert bad == Unread(f"{tmp_path / 'a.txt'}:2", reason)
    assert last.path == f"{tmp_path / 'a.txt'}:3"
    records = proquest_file(proquest_record(TUNNEL), proquest_record((), title="A photograph"))
    first, bad = outcomes(tmp_path, "b.txt", records)
    reason = "the record 'A photograph' holds no full text"
    assert bad == Unread(f"{tmp_path / 'b.txt'}:2", reason)


@pytest.mark.parametrize(
    ("name", "content", "warning"),
    [
        ("a.txt", TWO[: TWO.index("LOAD-DATE", len(TWO) // 2)], "it has no fields below its text"),
        ("a.rtf", rtf(TWO_UNI)[:-260], "it has no end mark"),
        ("a.txt", "\n".join(TWO_FACTIVA[:-2]), "it has no document number at its end"),
    ],
)
def test_an_article_that_is_cut_short_has_a_warning(
    tmp_path: Path, name: str, content: str | bytes, warning: str
) -> None:
    first, last = outcomes(tmp_path, name, content)
    assert isinstance(first, Read)
    assert isinstance(last, Read)
    assert first.warnings == ()
    assert last.warnings[0].startswith(warning)


def test_a_pdf_of_many_articles_is_refused_with_their_number(tmp_path: Path) -> None:
    lines = [words for words in TWO_UNI if words != "\f"]
    pages = [[f"60,{780 - 14 * n}:{' '.join(w.split())}" for n, w in enumerate(lines)]]
    (outcome,) = outcomes(tmp_path, "a.pdf", pdf(pages))
    assert isinstance(outcome, Unread)
    assert outcome.reason == (
        "seems to hold 2 articles of a Nexis Uni export, which cannot be told apart in a PDF; "
        "export them as text, DOCX or RTF"
    )


@pytest.mark.parametrize(
    "text",
    [
        "The report ends with the words\n\nEnd of Document\n\nand is a story of its own.",
        "The archive\n\n1 of 3 documents\n\nwas lost. Section: none. Length: short.",
        "Full text: the speech\n\nThe mayor spoke.\n\nLanguage: plain.",
        "The file\n\nDocument ORPO000020240507ek570001\n\nwas stolen on Monday.",
        "Body\n\nof evidence is what the court wants. Length: a year.",
    ],
)
def test_stories_about_such_files_stay_stories(tmp_path: Path, text: str) -> None:
    (article,) = articles(tmp_path, "a.txt", text)
    assert article.text == text


def test_a_hundred_thousand_articles_need_no_more_memory_than_a_few(tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    one = nexis_document(WARD, count="{} of 100000 DOCUMENTS")
    with path.open("w", encoding="utf-8") as file:
        for number in range(1, 100_001):
            file.write(one.replace("{}", str(number)))
    reader = PlainReader().read(path)
    tracemalloc.start()
    try:
        for _ in range(20):
            next(reader)
        _, few = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for _ in range(200):
            next(reader)
        _, more = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert more < few + (1 << 20)


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *TWO.split("\n"),
                *TWO_UNI,
                *TWO_FACTIVA,
                *CODES,
                *TWO_PROQUEST.split("\n"),
                *("", "\f", RULE, "End of Document", "Body", "FULL TEXT", "DETAILS"),
            ]
        ),
        st.text(max_size=30),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(LINES)
def test_any_lines_are_read_or_named_by_every_kind(lines: list[str]) -> None:
    flat = [part for line in lines for part in (line.splitlines() or [""])]
    recognised(flat)
    for kind in (nexis, nexis_uni, factiva, proquest):
        for outcome in kind.articles(iter(flat), "a"):
            assert outcome.path.startswith("a:")
            if isinstance(outcome, Draft):
                assert outcome.text
                ends = [block.end for block in outcome.blocks]
                assert all(
                    outcome.text[block.start : block.end] == block.words for block in outcome.blocks
                )
                assert ends == sorted(ends)
            else:
                assert outcome.reason


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Sunday Times (London)", "Sunday Times (London)"),
        ("Sunday Times (Johannesburg)", "Sunday Times (Johannesburg)"),
        ("The Herald (South Africa)", "The Herald (South Africa)"),
        ("The Herald (Online)", "The Herald"),
        ("Brenn Courier (Brenn)", "Brenn Courier"),
        ("Orrel News Agency (ONA)", "Orrel News Agency (ONA)"),
    ],
)
def test_an_outlet_keeps_its_place_only_where_others_have_its_name(
    tmp_path: Path, written: str, name: str
) -> None:
    (found,) = articles(tmp_path, "a.txt", nexis_document(TUNNEL, outlet=written))
    assert found.publisher == name


def test_proquest_writes_the_place_apart(tmp_path: Path) -> None:
    records = [
        proquest_record(TUNNEL, outlet=outlet, identifier=f"{n}")
        for n, outlet in enumerate(["The Times; London (UK)", "The Orrelstad Post; Orrelstad"])
    ]
    found = articles(tmp_path, "a.txt", proquest_file(*records))
    assert [each.publisher for each in found] == ["The Times (London)", "The Orrelstad Post"]


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("December 30, 2008 Tuesday 6:10 PM  EST", "December 30, 2008 6:10 PM EST"),
        ("Mittwoch 31. August 2011", "31. August 2011"),
        ("7 de mayo de 2024 martes", "7 de mayo de 2024"),
        ("April 20, 2003, Sunday", "April 20, 2003"),
        ("2024年5月7日", "2024年5月7日"),
        ("January 2009", "January 2009"),
        ("2010 Football World Cup", ""),
        ("Edition 1; Scotland", ""),
    ],
)
def test_dates_are_found_among_weekdays_and_editions(line: str, date: str) -> None:
    assert date_of(line) == date


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("Oldenkamp, Mira; Roby, Tom", ("Mira Oldenkamp", "Tom Roby")),
        ("PRUIM, FRED", ("FRED PRUIM",)),
        ("Mira Oldenkamp, Tom Roby", ("Mira Oldenkamp", "Tom Roby")),
        ("By Mira Oldenkamp in Brenn and Tom Roby", ("Mira Oldenkamp",)),
        ("Letters", ()),
        ("Report from The Pioneer brought to you by Orrel Syndication.", ()),
    ],
)
def test_people_of_author_fields(names: str, found: tuple[str, ...]) -> None:
    assert people(names)[: len(found) or None] == found


def test_languages_and_sections_are_named_in_many_ways() -> None:
    assert [language_of(name) for name in ("ENGLISH", "Deutsch", "Anglais", "Español", "?")] == [
        *("en", "de", "en", "es", "")
    ]
    assert section_of("S. 7 Ausg. 167") == ""
    assert section_of("POLITICS; Version:28") == "POLITICS"
