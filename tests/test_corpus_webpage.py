"""HTML pages: the article found, its metadata read, its paragraphs kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.corpus import Read, Unread, read_file
from tests.reading import NOW, read_article

LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."
BODY = "Divers had found a crack in the hull in December and the yard replaced nine plates."
META = """<meta property="article:published_time" content="2024-03-02T09:30:00+02:00">
<meta name="author" content="Mara Lind"><meta property="og:site_name" content="The Harbour Post">
<link rel="canonical" href="https://www.harbour.example/2024/03/02/ferry-returns/">"""
PIECES = [
    "<html>", "<body>", "<p>", "</p>", "<article>", "<h1>", "</h1>", "<ul><li>", "</li></ul>",
    "<table><tr><td>", "</td></tr></table>", "<blockquote>", "</blockquote>", LEAD, "<br>",
    "<time datetime='x'>", "<title>", "</title>", "<html lang=''>", "<script>", "&#0;", "&#xD800;",
    "<?xml version='1.0' encoding='x'?>", "\x00", " ",
]  # fmt: skip


def page(*, head: str = META, body: str = "", html: str = '<html lang="en-GB">') -> str:
    """A page with navigation and a footer around an article."""
    return f"""<!doctype html>{html}<head><title>Ferry returns | The Harbour Post</title>{head}
</head><body><nav><a href="/">Home</a> <a href="/news">News</a></nav><article>
<h1>Ferry returns to Lorn Sound</h1><p>{LEAD}</p>{body}<p>{BODY}</p></article>
<footer>Copyright The Harbour Post</footer></body></html>"""


def read(path: Path, html: str, encoding: str = "utf-8") -> Read:
    """The article of a page."""
    return read_article(path, html.encode(encoding))


def unread(path: Path, data: bytes) -> str:
    """Why a page cannot be read."""
    path.write_bytes(data)
    (outcome,) = read_file(path, now=NOW)
    assert isinstance(outcome, Unread)
    return outcome.reason


def test_a_page_is_read_in_full(tmp_path: Path) -> None:
    outcome = read(tmp_path / "a.html", page())
    article = outcome.article
    assert article.text == f"Ferry returns to Lorn Sound\n\n{LEAD}\n\n{BODY}"
    assert article.id == "harbour.example/2024/03/02/ferry-returns"
    assert article.title == "Ferry returns to Lorn Sound"
    assert article.publisher == "The Harbour Post"
    assert article.authors == ("Mara Lind",)
    assert str(article.published) == "2024-03-02T07:30:00Z"
    assert article.language == "en"
    assert [(span.kind, span.start, span.end) for span in article.furniture] == [("title", 0, 27)]
    assert outcome.warnings == ()


def test_headings_lists_quotes_and_tables_are_paragraphs_of_their_own(tmp_path: Path) -> None:
    body = (
        "<h2>A costly winter</h2><p>Tickets cost <b>4.50</b><br>crowns.</p>"
        "<ul><li>First boat at 6:10</li><li>Last boat at 22:40</li></ul>"
        "<blockquote><p>We are glad.</p></blockquote>"
        "<table><tr><th>Port</th><th>Fare</th></tr><tr><td>Vesk</td><td>4.50</td></tr></table>"
    )
    article = read(tmp_path / "a.html", page(body=body)).article
    assert article.text.split("\n\n")[2:-1] == [
        "A costly winter",
        "Tickets cost 4.50 crowns.",
        "• First boat at 6:10",
        "• Last boat at 22:40",
        "We are glad.",
        "Port | Fare",
        "Vesk | 4.50",
    ]
    headings = [article.text[s.start : s.end] for s in article.furniture if s.kind == "heading"]
    assert headings == ["A costly winter"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta itemprop="datePublished" content="2024-03-02">', "2024-03-02"),
        ('<meta name="parsely-pub-date" content="2024-03-02T07:30:00Z">', "2024-03-02T07:30:00Z"),
        (
            '<script type="application/ld+json">{"datePublished": "2024-03-02T07:30Z"}</script>',
            "2024-03-02T07:30Z",
        ),
        ('<link rel="canonical" href="https://h.example/2024/03/02/ferry">', "2024-03-02"),
    ],
)
def test_the_date_is_found_where_pages_keep_it(tmp_path: Path, head: str, expected: str) -> None:
    outcome = read(tmp_path / "a.html", page(head=head))
    assert str(outcome.article.published) == expected
    assert outcome.warnings == ()


def test_a_page_without_metadata_keeps_its_text(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    outcome = read(path, page(head="", html="<html>"))
    article = outcome.article
    assert outcome.warnings == ("no date found; kept as unknown",)
    assert article.id == f"file:{path}"
    assert (article.url, article.authors, article.language) == ("", (), "en")


def test_the_name_of_the_site_serves_where_the_address_is_missing(tmp_path: Path) -> None:
    head = '<meta property="og:site_name" content="The Harbour Post">'
    assert read(tmp_path / "a.html", page(head=head)).article.publisher == "The Harbour Post"


def test_an_impossible_date_is_reported(tmp_path: Path) -> None:
    head = '<meta property="article:published_time" content="2024-13-02">'
    outcome = read(tmp_path / "a.html", page(head=head))
    assert outcome.warnings == ("date '2024-13-02' cannot be read; kept as unknown",)


def test_the_declared_encoding_is_used(tmp_path: Path) -> None:
    html = page(head='<meta charset="koi8-r">', body="<p>Паром вернулся в понедельник.</p>")
    article = read(tmp_path / "a.html", html, "koi8-r").article
    assert "Паром вернулся в понедельник." in article.text


def test_an_undeclared_encoding_is_guessed_and_reported(tmp_path: Path) -> None:
    outcome = read(tmp_path / "a.htm", page(body="<p>Café “Lorn” is open.</p>"), "cp1252")
    assert "Café “Lorn” is open." in outcome.article.text
    assert outcome.warnings == ("not UTF-8; read as Windows-1252",)


def test_xhtml_with_an_xml_declaration_is_read(tmp_path: Path) -> None:
    html = '<?xml version="1.0" encoding="utf-8"?>' + page()
    assert LEAD in read(tmp_path / "a.xhtml", html).article.text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty: it holds no text"),
        (b"hello", "not an HTML page"),
        (b"<html></html>", "no article text found in the page"),
        (b"<html><body><nav><a href='/'>Home</a></nav></body></html>", "no article text found"),
        (b"\x89PNG\x00", "a binary file"),
    ],
)
def test_pages_without_an_article_are_named(tmp_path: Path, data: bytes, expected: str) -> None:
    assert unread(tmp_path / "a.html", data).startswith(expected)


def test_nothing_is_printed_about_pages(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    read(tmp_path / "a.html", page())
    unread(tmp_path / "b.html", b"<html></html>")
    assert capfd.readouterr() == ("", "")


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_any_page_is_read_or_named(tmp_path: Path, html: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(html, encoding="utf-8")
    (outcome,) = read_file(path, now=NOW)
    if isinstance(outcome, Read):
        article = outcome.article
        assert all(0 <= span.start < span.end <= len(article.text) for span in article.furniture)
        assert article.text.encode()
    else:
        assert outcome.reason
