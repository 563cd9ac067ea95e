"""What is wrong with a file of any format is named, and nothing else is lost."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest

from rag.corpus import Read, read_file
from rag.records import Article
from rag.store.runs import Outcome, Runs
from tests.builders import open_archive
from tests.database_exports import factiva, nexis, proquest, proquest_file, rtf, uni
from tests.pdf_files import pdf
from tests.test_corpus_epub import book, page
from tests.test_corpus_europresse import article as europresse
from tests.test_corpus_mail import message
from tests.test_corpus_newsroom import component, g2, newsml, one, part
from tests.test_corpus_warc import record

pytest.importorskip("pypdfium2")
GOOD = "The ferry to Holm sailed again on day {0}, the harbour office of Vesk said in the evening."
MORE = "Harbour master number {0} told the islanders that both propellers had been mended in dock."
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BESIDE = "Fog lay over the harbour of Vesk, and the lighthouse keeper rang his bell until noon."
Text = Sequence[str] | None
"""The paragraphs of an article; None for one that is damaged."""


@dataclass(frozen=True)
class Format:
    """A format: the ending of its files, and a file of these articles."""

    suffix: str
    made: Callable[[Sequence[Text]], bytes]


def texts(count: int) -> list[Text]:
    return [(GOOD.format(n), MORE.format(n)) for n in range(count)]


def html(text: Sequence[str]) -> str:
    return "".join(f"<p>{words}</p>" for words in text)


def row(number: int, text: Sequence[str]) -> dict[str, str]:
    url = f"https://courier.example/{number}"
    return {"url": url, "title": f"Day {number}", "text": "\n\n".join(text), "date": "2025-05-03"}


def lines(items: Sequence[Text]) -> bytes:
    rows = [json.dumps(row(n, text)) if text else '{"text": ' for n, text in enumerate(items)]
    return "\n".join(rows).encode()


def array(items: Sequence[Text]) -> bytes:
    rows = [json.dumps(row(n, text)) if text else '{"text" "x"}' for n, text in enumerate(items)]
    return f"[{', '.join(rows)}]".encode()


def ninjs(items: Sequence[Text]) -> bytes:
    each = [
        {
            "uri": f"urn:lna.example:{n}",
            "type": "text",
            "headline": f"Day {n}",
            "body_xhtml": html(text) if text else {"a": 1},
            "versioncreated": "2025-05-03T08:00:00Z",
        }
        for n, text in enumerate(items)
    ]
    return json.dumps(each).encode()


def ghost(items: Sequence[Text]) -> bytes:
    posts = [
        {
            "id": str(n),
            "title": f"Day {n}",
            "status": "published",
            "html": html(text) if text else 7,
            "published_at": "2025-05-03T08:00:00.000Z",
        }
        for n, text in enumerate(items)
    ]
    return json.dumps({"db": [{"meta": {}, "data": {"posts": posts}}]}).encode()


def table(items: Sequence[Text], mark: str = ",") -> bytes:
    rows = [f'"day {n}"{mark}"{" ".join(text or [""])}"' for n, text in enumerate(items)]
    return "\n".join([f"title{mark}body", *rows]).encode()


def parquet(items: Sequence[Text]) -> bytes:
    pa = pytest.importorskip("pyarrow")
    written = pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    column = [" ".join(text) if text else None for text in items]
    written.write_table(
        pa.table({"title": [f"Day {n}" for n in range(len(items))], "text": column}), out
    )
    return out.getvalue()


def feed(items: Sequence[Text], extra: str = "") -> bytes:
    each = [
        f"<item><title>Day {n}</title><link>https://post.example/{n}</link>{extra}"
        + (f"<description>{escape(html(text))}</description></item>" if text else "<a><b</item>")
        for n, text in enumerate(items)
    ]
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/">'
        f"<channel><title>Post</title>{''.join(each)}</channel></rss>"
    ).encode()


def wordpress(items: Sequence[Text]) -> bytes:
    return feed(items, "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>")


def atom(items: Sequence[Text]) -> bytes:
    each = [
        f"<entry><title>Day {n}</title><id>tag:{n}</id>"
        + (f"<content>{' '.join(text)}</content></entry>" if text else "<a><b</entry>")
        for n, text in enumerate(items)
    ]
    head = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title>'
    return f"{head}{''.join(each)}</feed>".encode()


def newsml_g2(items: Sequence[Text]) -> bytes:
    each = [
        g2(
            content=f'<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body>{html(text)}</body></html></inlineXML>'
        ).replace("post.example:1", f"post.example:{n}")
        if text
        else '<newsItem guid="urn:x"><a><b</newsItem>'
        for n, text in enumerate(items)
    ]
    head = '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>'
    return f"{head}{''.join(each)}</itemSet></newsMessage>".encode()


def newsml_one(items: Sequence[Text]) -> bytes:
    each = [
        one(component(part(html(text)), head=f"Day {n}"), number=n)
        if text
        else "<NewsItem><a><b</NewsItem>"
        for n, text in enumerate(items)
    ]
    return newsml(*each).encode()


def archived(items: Sequence[Text]) -> bytes:
    return b"".join(
        record(f"https://courier.example/{n}", webpage(n, text) if text else b"<html></html>")
        for n, text in enumerate(items)
    )


def webpage(number: int, text: Sequence[str]) -> bytes:
    head = f"<!doctype html><html lang=en><head><title>Day {number}</title></head>"
    return (
        f"{head}<body><article><h1>Day {number}</h1>{html(text)}</article></body></html>".encode()
    )


def mailbox(items: Sequence[Text]) -> bytes:
    out = b""
    for number, text in enumerate(items):
        made = message(number, Subject=f"Day {number}")
        if text:
            made.set_content("\n\n".join(text))
        out += b"From - Sat May  3 08:00:00 2025\n" + bytes(made) + b"\n"
    return out


def epub(items: Sequence[Text]) -> bytes:
    return book(
        {
            f"d{n}.xhtml": page(f"<h1>Day {n}</h1>{html(text)}") if text else "<html><body><p>x</i>"
            for n, text in enumerate(items)
        }
    )


def substack(items: Sequence[Text]) -> bytes:
    head = "post_id,post_date,is_published,type,audience,title"
    rows = [
        f"{n}.day,2025-05-03T08:00:00.000Z,true,newsletter,everyone,Day {n}"
        for n in range(len(items))
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("posts.csv", "\n".join([head, *rows]))
        for n, text in enumerate(items):
            if text:
                archive.writestr(f"posts/{n}.day.html", html(text))
    return out.getvalue()


def nexis_text(items: Sequence[Text]) -> bytes:
    total = len(items)
    each = [
        nexis(text or (), count=f"{n} of {total} DOCUMENTS", title=f"Day {n}")
        for n, text in enumerate(items, start=1)
    ]
    return "\n".join(each).encode()


def nexis_uni(items: Sequence[Text]) -> bytes:
    each = [uni(text or (), title=f"Day {n}") for n, text in enumerate(items)]
    return rtf([paragraph for article in each for paragraph in article])


def nexis_word(items: Sequence[Text]) -> bytes:
    docx = pytest.importorskip("docx")
    made = docx.Document()
    for n, text in enumerate(items):
        for paragraph in uni(text or (), title=f"Day {n}"):
            made.add_paragraph(paragraph)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def factiva_rtf(items: Sequence[Text]) -> bytes:
    return rtf([each for n, text in enumerate(items) for each in _factiva(n, text)])


def factiva_text(items: Sequence[Text]) -> bytes:
    return "\n\n".join("\n".join(_factiva(n, text)) for n, text in enumerate(items)).encode()


def _factiva(number: int, text: Text) -> list[str]:
    header = ("Day {}", "Mira Oldenkamp", "61 words", "7 May 2024", "The Post", "ORPO", "A1")
    rights = ("English", "(c) 2024 The Post")
    title, *rest = (*header, *rights)
    number_line = f"Document ORPO000020240507ek57{number:05}"
    return factiva(text or (), number=number_line, header=(title.format(number), *rest))


def proquest_text(items: Sequence[Text]) -> bytes:
    each = [
        proquest(text or (), title=f"Day {n}", identifier=f"26155{n:05}")
        for n, text in enumerate(items)
    ]
    return proquest_file(*each).encode()


def europresse_page(items: Sequence[Text]) -> bytes:
    each = [
        europresse(
            f"Jour {n}", "Le Matin", "lundi 6 mai 2024", text=html(text or ()), no=f"news·2024·{n}"
        )
        for n, text in enumerate(items)
    ]
    return (
        f"<html><head><title>Europresse</title></head><body>{''.join(each)}</body></html>".encode()
    )


MANY = {
    "jsonl": Format(".jsonl", lines),
    "jsonl.gz": Format(".jsonl.gz", lambda items: gzip.compress(lines(items), 0)),
    "json": Format(".json", array),
    "json.gz": Format(".json.gz", lambda items: gzip.compress(array(items), 0)),
    "ninjs": Format(".json", ninjs),
    "ghost": Format(".json", ghost),
    "csv": Format(".csv", table),
    "tsv": Format(".tsv", lambda items: table(items, "\t")),
    "parquet": Format(".parquet", parquet),
    "rss": Format(".rss", feed),
    "atom": Format(".atom", atom),
    "wordpress": Format(".xml", wordpress),
    "newsml-g2": Format(".xml", newsml_g2),
    "newsml 1.2": Format(".xml", newsml_one),
    "warc": Format(".warc", archived),
    "mbox": Format(".mbox", mailbox),
    "epub": Format(".epub", epub),
    "substack": Format(".zip", substack),
    "nexis text": Format(".txt", nexis_text),
    "nexis uni rtf": Format(".rtf", nexis_uni),
    "nexis uni docx": Format(".docx", nexis_word),
    "factiva rtf": Format(".rtf", factiva_rtf),
    "factiva text": Format(".txt", factiva_text),
    "proquest": Format(".txt", proquest_text),
    "europresse": Format(".html", europresse_page),
}
SINGLE = {
    "html": Format(".html", lambda items: webpage(1, items[0] or ())),
    "pdf": Format(".pdf", lambda items: pdf([list(items[0] or ())])),
    "nitf": Format(
        ".nitf",
        lambda items: (
            b"<nitf><head/><body><body.content>%s</body.content></body></nitf>"
            % html(items[0] or ()).encode()
        ),
    ),
    "eml": Format(".eml", lambda items: mailbox(items[:1]).partition(b"\n")[2]),
    "markdown": Format(".md", lambda items: "\n\n".join(items[0] or ()).encode()),
}
ALL = MANY | SINGLE


@dataclass(frozen=True)
class Done:
    """What a run read, and what it said of the file that it was given."""

    stored: list[Article]
    told: list[Outcome]

    @property
    def failed(self) -> list[str]:
        return [each.path for each in self.told if each.kind == "failed"]

    def holds(self, number: int) -> bool:
        """Whether one article has this text, and nothing of another."""
        wanted = [GOOD.format(number), MORE.format(number)]
        found = [each.text for each in self.stored if all(words in each.text for words in wanted)]
        return len(found) == 1 and found[0].count("sailed again on day") == 1


def run(folder: Path, name: str, content: bytes) -> Done:
    """The outcome of ingesting this file with a good one beside it, which must be read."""
    inputs = folder / "news"
    inputs.mkdir()
    (inputs / "zz.md").write_text(f"# Fog\n\n{BESIDE}\n", encoding="utf-8")
    (inputs / name).write_bytes(content)
    archive = open_archive(folder / "archive")
    report = archive.ingest(inputs)
    with closing(archive.database()) as database:
        outcomes = Runs(database).outcomes(1)
    stored = [archive.article(each.article_id) for each in outcomes if each.kind == "added"]
    others = [article for article in stored if BESIDE not in article.text]
    assert len(others) == len(stored) - 1
    told = [each for each in report.notable if name in each.path]
    return Done(others, told)


@pytest.mark.parametrize("name", MANY)
def test_one_bad_article_costs_no_other(tmp_path: Path, name: str) -> None:
    first, _, third = texts(3)
    done = run(tmp_path, f"a{MANY[name].suffix}", MANY[name].made([first, None, third]))
    assert [done.holds(number) for number in range(3)] == [True, False, True]
    assert len(done.stored) == 2
    assert len(done.failed) == 1


@pytest.mark.parametrize("content", [b"", b"\n \n"], ids=["no bytes", "blanks"])
@pytest.mark.parametrize("name", ALL)
def test_an_empty_file_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    done = run(tmp_path, f"a{ALL[name].suffix}", content)
    assert done.stored == []
    assert len(done.failed) == 1


# A page, a letter and a text may end anywhere, and say nothing of it.
ENDS_ANYWHERE = {"html", "eml", "markdown"}


@pytest.mark.parametrize("name", sorted(set(ALL) - ENDS_ANYWHERE))
def test_a_file_that_is_cut_short_gives_what_it_holds_and_is_named(
    tmp_path: Path, name: str
) -> None:
    items = texts(6)
    whole = ALL[name].made(items)
    done = run(tmp_path, f"a{ALL[name].suffix}", whole[: len(whole) * 7 // 10])
    assert done.told
    if name not in NEEDS_ITS_END:
        assert all(map(done.holds, range(3)))


NEEDS_ITS_END = {"ghost", "parquet", "epub", "substack", "nexis uni docx", "pdf", "nitf"}


@pytest.mark.parametrize("name", MANY)
def test_many_articles_are_read_one_after_the_other(tmp_path: Path, name: str) -> None:
    count = 300
    path = tmp_path / f"a{MANY[name].suffix}"
    path.write_bytes(MANY[name].made(texts(count)))
    read = [each for each in read_file(path, now=NOW) if isinstance(each, Read)]
    assert len({each.article.id for each in read}) == len(read) == count
