"""The text of an article in its panel: Markdown, folded furniture, marked words, menus."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.conversations.references import at_sentence
from rag.corpus.boilerplate import find_furniture
from rag.corpus.markdown import markdown_draft
from rag.records import Article, Span
from rag.store.tombstones import Selection
from rag.web.chat import Chat
from rag.web.conversation import Reference
from rag.web.rendering.article import article_html
from rag.web.rendering.body import Body, body_html
from rag.web.rendering.markdown import blocks_of, is_markdown
from rag.web.rendering.taking import sentence_link
from rag.web.tabs.links import NO_SENTENCE, linked_panel
from rag.web.views.opened import OpenedArticle
from tests.builders import article, open_archive, row, write_jsonl

ELEMENTS = {
    "p",
    "pre",
    "h3",
    "h4",
    "h5",
    "h6",
    "th",
    "td",
    "mark",
    "span",
    "strong",
    "em",
    "code",
    "a",
} | {"br", "blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr"}
PIECES = st.sampled_from(
    [
        *("**", "*", "_", "`", "[a](http://b.example)", "![p](q)", "\n", "\n\n", "> ", "- ", "1. "),
        *("# ", "|", "|---|---|\n", "a", "b c", "&amp;", "\\*", "<b>", "<http://x>", "    ", "\t"),
        *(
            "---",
            "===",
            "```",
            "  \n",
            "[x]: http://y\n",
            "\r\n",
            "\0",
            "a | b\n-|-\n",
            "<br>",
            "é",
        ),
    ]
)
ODD = st.lists(PIECES, min_size=1, max_size=25).map("".join) | st.text(
    alphabet="ab .<>&\"'\n\r\t[]()!1*_`${}#|-\u202e\u00a0é", min_size=1, max_size=60
)


class Shown(HTMLParser):
    """What HTML holds: all text, what a reader sees of it, and what of that is marked."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.all = self.seen = self.marked = ""
        self.tags: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(markup)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "br":
            self._open.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        classes = " ".join(each for _, each in self._open).split()
        if "instead" not in classes:
            self.all += data
        if "syntax" in classes:
            return
        self.seen += data
        if any(tag == "mark" for tag, _ in self._open):
            self.marked += data


def rendered(text: str, start: int = 0, end: int = 0, **fields: object) -> Body:
    story = replace(Article("courier.example/a.md", "", "", text), **fields)  # type: ignore[arg-type]
    return body_html(story, Reference("cite", story.id, 1, start, end))


def shown(text: str, quote: str = "", **fields: object) -> Shown:
    start = text.index(quote) if quote else 0
    return Shown(str(rendered(text, start, start + len(quote), **fields).html))


def words(value: str) -> str:
    return "".join(value.replace("\0", "\ufffd").split())


@settings(max_examples=300)
@given(ODD, st.data())
def test_the_mark_holds_what_is_seen_of_the_cited_characters_and_nothing_is_lost(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    for name in ("courier.example/a.md", "courier.example/1"):
        story = Article(name, "", "", text)
        body = Shown(str(body_html(story, Reference("cite", name, 1, start, end)).html))
        assert set(body.tags) <= ELEMENTS
        assert words(body.all) == words(text)
        runs = [run for block in blocks_of(story) for run in block.runs]
        assert [run.start for run in runs[1:]] == sorted(run.start for run in runs[1:])
        expected = "".join(
            text[max(start, run.start) : min(end, run.end)] if run.shown is None else run.shown
            for run in runs
            if not run.syntax and start < run.end and run.start < end
        )
        if words(expected):
            assert words(body.marked) == words(expected)


@given(st.text(alphabet="ab .,;\n", min_size=1, max_size=80), st.data())
def test_in_plain_text_the_mark_is_the_stored_slice(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    story = article(text)
    found = str(body_html(story, Reference("cite", story.id, 1, start, end)).html)
    marks = [html.unescape(each) for each in re.findall(r"<mark[^>]*>(.*?)</mark>", found, re.S)]
    assert all(each in text[start:end] for each in marks)
    assert words("".join(marks)) == words(text[start:end])
    assert found.count('id="cite-target"') == min(1, len(marks))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("# Ferry *sinks* #\n\nIt **sank**.", "Ferry sinks\nIt sank.\n"),
        ("By [Wilma Stroud](#)", "By Wilma Stroud\n"),
        ('See [the log](https://a.example/x "t") now', "See the log now\n"),
        ("A <https://z.example/> b", "A https://z.example/ b\n"),
        ("***both*** and **one *two* one**", "both and one two one\n"),
        ("5 \\* 3 &amp; 4 * 2 * snake_case_name", "5 * 3 & 4 * 2 * snake_case_name\n"),
        ("`a*b*` and ``c`d``", "a*b* and c`d\n"),
        ("> quoted\n> twice\n\nend", "quoted\ntwice\nend\n"),
        ("- one\n- two\n\n3. three", "one\ntwo\nthree\n"),
        ("![crowds on the quay](http://e.example/p.png)", "crowds on the quay\n"),
        ("a<br>b<br/>c", "abc\n"),
        ("<div><b>bold</b></div> <lived> 3 < 4", "bold <lived> 3 < 4\n"),
        ("[see][1]\n\n[1]: https://a.example/", "see\n"),
        ("| a | b |\n|---|---|\n| 1 | |\n| x\\|y | **z** |", "a\nb\n1\n\nx\\|y\nz\n"),
        ("~~~\ncode *x*\n~~~\nend", "code *x*\nend\n"),
        ("One.\r\nTwo **b**.\r\n\r\nThree.", "One.\nTwo b.\nThree.\n"),
        ("Tide\n----\n\n* * *\n\nend", "Tide\n\nend\n"),
    ],
)
def test_a_reader_sees_no_syntax(text: str, seen: str) -> None:
    assert re.sub(r"\n+", "\n", shown(text).seen) == re.sub(r"\n+", "\n", seen)


def test_structure_becomes_elements() -> None:
    found = str(rendered("# A\n\n## B\n\n1986. C\n\n> D [e](https://x.example/?a=1&b=2)").html)
    assert '<h3 dir="auto"><span class="syntax"># </span>A</h3>' in found
    assert '<ol start="1986"><li><p dir="auto"><span class="syntax">1986. </span>C</p>' in found
    assert "<blockquote><p" in found
    assert (
        '<a href="https://x.example/?a=1&amp;b=2" target="_blank" '
        'rel="noopener noreferrer nofollow ugc" title="https://x.example/?a=1&amp;b=2">'
    ) in found


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](data:text/html,y)",
        "[x](//evil.example)",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        "**a** <script>alert(1)</script><form action=x><input></form>",
        '**a** <img src=x onerror="alert(1)">',
        '[x](https://a.example/"onmouseover="alert)',
    ],
)
def test_nothing_of_an_article_becomes_script_picture_or_form(text: str) -> None:
    found = Shown(str(rendered(text).html))
    assert set(found.tags) <= ELEMENTS
    raw = str(rendered(text).html)
    assert not re.search(r'href="(?!https://)|\son\w+="|src=', re.sub(r">[^<]*<", "><", raw))


def test_a_cited_sentence_with_markup_is_one_mark_around_it() -> None:
    text = "MARREN — The **council** [approved](https://a.example) it. Then *it* left."
    body = rendered(text, text.index("The"), text.index(" Then"))
    found = str(body.html)
    assert found.count("<mark") == 1
    assert Shown(found).marked == "The council approved it."
    assert body.cited == "The council approved it."


def test_a_passage_over_blocks_is_marked_in_each_of_them() -> None:
    text = "One **a**.\n\n- two\n- three\n\nFour."
    body = rendered(text, 4, text.index("three") + 2)
    found = str(body.html)
    assert re.findall(r"<mark[^>]*>", found) == [
        '<mark id="cite-target" class="cite" tabindex="-1">',
        '<mark class="cite">',
        '<mark class="cite">',
    ]
    assert body.cited == "a. two th"


def test_rows_of_a_plain_file_are_a_table() -> None:
    rows = "Barges wait.\n\nDay | North\n\nMonday | 9\n\nTuesday | 18\n\nHome | Sport"
    found = shown(rows, "Monday | 9", id="file:/a.html")
    assert (found.all.split(), found.marked) == (rows.split(), "Monday9")
    assert found.tags.count("table") == 1
    assert [found.tags.count(tag) for tag in ("thead", "tr", "th", "td")] == [1, 4, 2, 6]


def test_a_single_row_and_rows_that_nobody_reports_are_no_table() -> None:
    assert "table" not in shown("Day | North\n\nBarges wait.", id="file:/a.html").tags
    links = "Home | Sport\n\nNews | Weather"
    span = Span(0, len(links), "related link")
    assert "table" not in shown(links, id="file:/a.html", furniture=(span,)).tags


def test_cited_markup_alone_is_shown() -> None:
    text = "See [x](https://a.example/long) end"
    start = text.index("https")
    assert shown(text, "https://a.example").marked == "https://a.example"
    assert rendered(text, start, start + 5).cited == "https"


def draft_article(text: str) -> Article:
    """An article as a Markdown file of this text is read."""
    draft = markdown_draft("a.md", text)
    furniture = find_furniture(text, draft.blocks)
    return replace(article(text, title="Council backs merger"), furniture=furniture)


FILE = """
# Council backs merger

By [Wilma Stroud](#)

June 18, 2025

**Peder Lanyon / The Tolbeck Gazette**

MARREN — The council approved the merger on Tuesday evening, after a debate of seven hours.

## Ward safe

The ward is guaranteed until 31 December 2027, and the posts to be lost remain at 210.

[Related: the long road to a merger](https://a.example/2)
"""


def folded(story: Article, start: int = 0, end: int = 0) -> list[str]:
    found = str(body_html(story, Reference("cite", story.id, 1, start, end)).html)
    blocks = re.findall(r'<\w+ dir="auto" class="[^"]*folded[^"]*">(.*?)</\w+>\n', found, re.DOTALL)
    return [Shown(each).seen for each in blocks]


def test_what_the_head_says_and_nobody_reports_is_folded_away() -> None:
    story = replace(draft_article(FILE), authors=("Wilma Stroud",))
    assert folded(story) == [
        "Council backs merger",
        "By Wilma Stroud",
        "June 18, 2025",
        "Peder Lanyon / The Tolbeck Gazette",
        "Related: the long road to a merger",
    ]
    opened = article_html(OpenedArticle(story, 1), "cite-1-1", Reference("cite", story.id, 1, 0, 0))
    assert 'title="Also shows title, byline, date, photo credit, related link and markup"' in opened


def test_what_the_head_does_not_say_stays() -> None:
    story = draft_article(FILE)
    other = replace(story, title="Another title", published=None)
    assert folded(other) == [
        "Peder Lanyon / The Tolbeck Gazette",
        "Related: the long road to a merger",
    ]
    start = story.text.index("**Peder")
    assert "Peder Lanyon / The Tolbeck Gazette" not in folded(story, start + 2, start + 8)


def test_a_title_that_opens_the_text_is_shown_once() -> None:
    story = article("Ferry sinks\n\nIt sank.", title="“Ferry sinks”")
    assert folded(story) == ["Ferry sinks"]
    assert folded(article("It sank.\n\nFerry sinks", title="Ferry sinks")) == []


def test_front_matter_is_folded_away() -> None:
    text = "---\ntitle: Ferry\nurl: https://a.example\n---\n\nIt **sank**."
    front = text.partition("\n\n")[0]
    story = replace(article(text), furniture=(Span(0, len(front), "title"),))
    assert folded(story) == [front]
    assert "It sank." in shown(text).seen


def test_prose_is_not_read_as_markdown() -> None:
    prose = "Sales rose 5 * 3.\n\n1986. A year.\n\n    indented\n\n- a\n\nsnake_case ** footnote"
    assert not is_markdown(article(prose))
    assert "<ol" not in str(body_html(article(prose), Reference("cite", "a", 1, 0, 1)).html)
    for text in ("## Head\n\na", "**Now:** a", "[a](https://b.example)", "a|b\n---|---\n1|2"):
        assert is_markdown(article(text))


def test_lines_that_are_full_are_joined_and_others_kept() -> None:
    full = "The ferry went down two miles off Cape Orrin, in\ncalm weather."
    assert 'class="wrapped"' in str(rendered(full).html)
    assert "wrapped" not in str(rendered("12 Quay Street\nLindow").html)


@pytest.mark.parametrize(
    ("url", "quote", "page", "address"),
    [
        ("https://a.example/1", "It sank.", 0, "https://a.example/1#:~:text=It%20sank."),
        ("https://a.example/1#top", "a", 0, "https://a.example/1#top:~:text=a"),
        ("https://a.example/1#:~:text=old", "a", 0, "https://a.example/1#:~:text=a"),
        (
            "https://a.example/1?x=1&y=2",
            "Six, or so: well-known & loved – “yes”",
            0,
            "https://a.example/1?x=1&y=2#:~:text=Six%2C%20or%20so%3A%20well%2Dknown%20%26%20loved"
            "%20%E2%80%93%20%E2%80%9Cyes%E2%80%9D",
        ),
        (
            "https://a.example/1",
            "one two three-four five, six seven eight nine ten",
            0,
            "https://a.example/1#:~:text=one%20two%20three%2Dfour%20five%2C,seven%20eight%20nine%20ten",
        ),
        ("https://a.example/r.PDF?v=2", "It sank.", 3, "https://a.example/r.PDF?v=2#page=3"),
        ("https://a.example/1", "", 0, "https://a.example/1"),
        ("javascript:alert(1)", "a", 0, ""),
        ("", "a", 0, ""),
        ("https://a.example/1", "a\ud800", 0, "https://a.example/1#:~:text=a%3F"),
    ],
)
def test_the_original_opens_at_the_sentence(url: str, quote: str, page: int, address: str) -> None:
    assert at_sentence(url, quote, page) == address


def test_the_menu_copies_the_quotation_as_it_is_read() -> None:
    story = replace(article("The **ferry** sank.", title="Loss"), url="https://a.example/1")
    cited = Reference("cite", story.id, 1, 0, 19)
    opened = html.unescape(article_html(OpenedArticle(story, 1), "cite-1-1", cited))
    assert "“The ferry sank.” — “Loss,” The Courier, 3 May 2025, https://a.example/1" in opened
    assert "“The ferry sank,” according to The Courier on May 3, 2025 (“Loss,”" in opened
    assert 'data-link="?article=courier.example%2Fferry&revision=1&at=0-19"' in opened
    assert "#:~:text=The%20ferry%20sank." in opened


def test_an_article_opened_without_a_sentence_has_its_reference_to_copy() -> None:
    story = article("It sank.", title="Loss")
    opened = article_html(OpenedArticle(story, 1), "near-1", Reference("near", story.id, 1, 0, 0))
    assert "Reference as" in opened
    assert "Link to this sentence" not in opened


def test_a_link_opens_the_sentence_or_says_why_not(tmp_path: Path) -> None:
    text = "The ferry sank off Orrin. All lived."
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, text), row(2, "Marsk flooded.")]))
        chat = Chat(archive)
        link = sentence_link(Reference("cite", "courier.example/1", 1, 26, 36))
        asked = {name: values[0] for name, values in parse_qs(link[1:]).items()}
        opened = linked_panel(chat, asked)
        assert Shown(opened.partition('<div class="body">')[2].partition("</div>")[0]).marked == (
            "All lived."
        )
        assert "Back to" not in opened
        for broken in ({"at": "x"}, {"at": "9"}, {"revision": "0"}, {"revision": "1" * 40}):
            assert NO_SENTENCE in linked_panel(chat, asked | broken)
        assert "no article" in linked_panel(chat, asked | {"article": "gone.example/1"})
        assert "revision" in linked_panel(chat, asked | {"revision": "7"})
        far = linked_panel(chat, asked | {"at": "5-9999999999"})
        assert "erry sank off Orrin. All lived.</mark>" in far
        archive.removals.withdraw("courier.example/1", "A source was not protected.")
        withdrawn = linked_panel(chat, asked)
        assert "This article was withdrawn on" in withdrawn
        assert "A source was not protected." in withdrawn
        assert "nor the sentence that you followed to it." in withdrawn
        assert "All lived" not in withdrawn
        found = archive.removals.find(Selection(ids=("courier.example/2",)))
        archive.removals.delete(found)
        gone = linked_panel(chat, asked | {"article": "courier.example/2"})
        assert "deleted on" in gone
