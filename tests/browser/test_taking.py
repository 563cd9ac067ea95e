"""The article pane and what readers take away: copies, links, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rag.archive import Archive
from rag.config import Settings
from tests.browser.conftest import (
    FERRY,
    SANK,
    Site,
    Sites,
    Visitor,
    ask,
    running_app,
    tab,
)
from tests.builders import row, write_jsonl

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
MERGER = """
# Council backs merger of the Vessery clinics

By [Wilma Stroud](#)

June 18, 2025

**Peder Lanyon / The Gazette**

VESSERY — The council of Vessery **approved** the merger of its clinics on *Tuesday* by 31 votes.

## Ward safe until 2027

The [maternity ward](https://gazette.example/ward) is guaranteed, the council said:

- beds in Marren: 40
- beds in Vessery: 12

| Clinic | Posts |
|---|---|
| Marren | 210 |
| Vessery | 90 |

> Two & a half years is 1,700 babies, so I am not complaining – tonight.

![The ward](http://evil.example/p.png) <script>window.pwned = 1</script>
"""
APPROVED = "How many votes approved the merger of the Vessery clinics?"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An archive with a Markdown file and one article to withdraw."""
    folder = tmp_path_factory.mktemp("taking")
    (folder / "merger.md").write_text(MERGER, encoding="utf-8")
    rows = [
        row(1, FERRY, title="Ferry sinks off Cape Orrin", authors=["Ada Brandt"]),
        row(2, "The secret tunnel of Brennick was found. It leads to the bank."),
    ]
    with Archive.open(folder / "archive", settings=Settings(encoder="hashing")) as archive:
        archive.ingest(folder / "merger.md")
        archive.ingest(write_jsonl(folder / "a.jsonl", rows))
    with running_app(folder / "archive") as started:
        yield started


def allow_copying(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])


def copied(page: Page) -> str:
    """What was copied last, once the page says that it was."""
    expect(page.locator("#copied")).to_contain_text(re.compile("opied"))
    return str(page.evaluate("navigator.clipboard.readText()"))


def faults(page: Page) -> list[str]:
    result = Axe().run(page, options={"runOnly": list(LEVELS)}).response
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in result["violations"]]


def test_markdown_is_read_and_no_syntax_seen(visitor: Visitor, site: Site) -> None:
    page = visitor.visit(site)
    ask(page, APPROVED)
    mark = page.locator("#cite-target")
    expect(mark).to_be_visible()
    assert mark.inner_text() == (
        "The council of Vessery approved the merger of its clinics on Tuesday by 31 votes."
    )
    body = page.locator("#article .body")
    seen = body.inner_text()
    assert not re.search(r"\*\*|\]\(|^#|\|---", seen, re.MULTILINE)
    expect(body.get_by_role("heading")).to_have_text([re.compile("Ward safe until 2027")])
    expect(body.locator("ul li")).to_have_count(2)
    expect(body.locator("table tr")).to_have_count(3)
    expect(body.locator("blockquote")).to_contain_text("Two & a half years")
    link = body.get_by_role("link", name="maternity ward")
    expect(link).to_have_attribute("href", "https://gazette.example/ward")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow ugc")
    expect(body.locator("img, script, form")).to_have_count(0)
    assert page.evaluate("window.pwned ?? null") is None


def test_title_byline_and_date_stand_once_and_the_stored_text_is_a_click_away(
    visitor: Visitor, site: Site
) -> None:
    page = visitor.visit(site)
    ask(page, APPROVED)
    article = page.locator("#article article")
    expect(article).to_be_visible()
    seen = article.inner_text()
    for once in ("Council backs merger of the Vessery clinics", "Wilma Stroud", "18 June 2025"):
        assert seen.count(once) == 1
    for folded in ("June 18, 2025", "Peder Lanyon"):
        assert folded not in seen
    switch = article.get_by_role("button", name="As stored")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    stored = article.locator(".body").inner_text()
    assert "[Wilma Stroud](#)" in stored
    assert "**Peder Lanyon / The Gazette**" in stored
    assert "![The ward](http://evil.example/p.png)" in stored
    assert faults(page) == []
    switch.click()
    expect(article.get_by_text("June 18, 2025")).to_be_hidden()


def test_the_original_opens_at_the_sentence(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    ask(page, SANK)
    expect(page.get_by_role("link", name="Original")).to_have_attribute(
        "href",
        "https://courier.example/1#:~:text=The%20Lindow%20ferry%20sank,with%2041%20people%20aboard.",
    )


def test_citations_are_gone_through_one_by_one(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    turn = ask(page, SANK)
    number = turn.locator("a.cite").count()
    assert number >= 2
    which = page.locator("#article .which")
    expect(which).to_have_text(f"1 of {number}")
    expect(page.get_by_role("button", name="Previous citation")).to_be_disabled()
    page.get_by_role("button", name="Next citation").click()
    expect(which).to_have_text(f"2 of {number}")
    expect(turn.locator("a.cite").nth(1)).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Previous citation").click()
    expect(which).to_have_text(f"1 of {number}")
    tab(page, "Search")
    page.get_by_label("Search words").fill("ferry chapel")
    page.keyboard.press("Enter")
    page.locator(".results a").first.click()
    expect(which).to_have_text(re.compile("^1 of "))
    page.get_by_role("button", name="Next result").click()
    expect(which).to_have_text(re.compile("^2 of "))


def test_words_are_found_in_the_article(visitor: Visitor, site: Site) -> None:
    page = visitor.visit(site)
    turn = ask(page, APPROVED)
    expect(turn.locator("q").first).to_have_text(
        "The council of Vessery approved the merger of its clinics on Tuesday by 31 votes."
    )
    box = page.get_by_label("Find in article")
    count = page.locator("#article .count")
    box.fill("vessery approved the")
    expect(count).to_have_text("1 of 1")
    assert page.evaluate("[...CSS.highlights.get('found-now')].map(String)") == [
        "Vessery **approved** the"
    ]
    box.fill("beds IN")
    expect(count).to_have_text("1 of 2")
    box.press("Enter")
    expect(count).to_have_text("2 of 2")
    box.press("Enter")
    expect(count).to_have_text("1 of 2")
    box.press("Shift+Enter")
    expect(count).to_have_text("2 of 2")
    box.fill("a.b(")
    expect(count).to_have_text("none")
    box.fill("peder lanyon")
    expect(count).to_have_text("1 of 1")
    expect(page.locator("#article .body").get_by_text("Peder Lanyon")).to_be_visible()
    box.press("Escape")
    expect(box).to_have_value("")
    expect(count).to_be_empty()
    box.press("1")
    expect(box).to_have_value("1")


def test_a_quotation_is_copied_with_its_reference(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    allow_copying(page)
    ask(page, SANK)
    menu = page.locator("#article details.menu:not(.star)")
    quote = "The Lindow ferry sank on Friday with 41 people aboard."
    for name, start in (
        ("Plain text", f"“{quote}” — Ada Brandt, “Ferry sinks off Cape Orrin,” The Courier, 3 May"),
        ("Markdown", f"> {quote}\n>\n> — Ada Brandt, [Ferry sinks"),
        ("AP style", f"“{quote[:-1]},” according to Ada Brandt in The Courier on May 3, 2025"),
        ("Chicago style", f"“{quote}” Ada Brandt, “Ferry sinks off Cape Orrin,” The Courier, May"),
        ("BibTeX", "@article{brandt2025ferry,\n  author = {Ada Brandt},"),
    ):
        menu.locator("summary").click()
        assert faults(page) == []
        menu.get_by_role("button", name=name).click()
        assert copied(page).startswith(start)
        expect(menu).not_to_have_attribute("open", "")
    menu.locator("summary").click()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_a_link_to_a_sentence_opens_it_and_says_when_it_was_withdrawn(
    visitor: Visitor, site: Site
) -> None:
    page = visitor.visit(site)
    allow_copying(page)
    ask(page, "Where was the secret tunnel of Brennick found, and where does it lead?")
    sentence = page.locator("#cite-target").inner_text()
    menu = page.locator("#article details.menu:not(.star)")
    menu.locator("summary").click()
    menu.get_by_role("button", name="Link to this sentence").click()
    link = copied(page)
    assert link.startswith(f"{site.url}/?article=courier.example%2F2&revision=1&at=")
    other = visitor.visit(site)
    other.goto(link)
    expect(other.locator("#cite-target")).to_have_text(sentence)
    expect(other.locator("#cite-target")).to_be_focused()
    expect(other.locator("#article .return")).to_have_count(0)
    ask(other, APPROVED)
    expect(other).to_have_url(re.compile(r"/\?c=[\w-]+$"))
    with Archive.open(site.archive, settings=Settings(encoder="hashing")) as archive:
        archive.removals.withdraw("courier.example/2", "It named a source.")
    other.goto(link)
    expect(other.locator("#article")).to_contain_text("This article was withdrawn on")
    expect(other.locator("#article")).to_contain_text("It named a source.")
    expect(other.locator("#article")).to_contain_text("nor the sentence that you followed to it.")
    expect(other.locator("#article")).not_to_contain_text("tunnel")
    other.goto(f"{site.url}/?article=courier.example%2F2&revision=1&at=x")
    expect(other.locator("#article")).to_contain_text("This link names no sentence")


def test_an_answer_is_copied_linked_to_and_shared(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.free)
    allow_copying(page)
    ask(page, "Xylophone quartz zebra?")
    turn = ask(page, SANK)
    expect(page).to_have_url(re.compile(r"\?c=[\w-]{24}$"))
    turn.get_by_role("button", name="Copy", exact=True).click()
    words = copied(page)
    assert words.startswith(f"{SANK}\n\nThe Courier, 3 May 2025: The Lindow ferry sank on Friday")
    assert "[1] Ada Brandt, “Ferry sinks off Cape Orrin,” The Courier, 3 May 2025, https" in words
    turn.locator("summary", has_text="More").click()
    assert faults(page) == []
    turn.get_by_role("button", name="Copy as Markdown").click()
    assert copied(page).startswith(f"**{SANK}**\n\nThe Courier")
    turn.locator("summary", has_text="More").click()
    turn.get_by_role("button", name="Copy link to this answer").click()
    expect(page.locator("#copied")).to_contain_text("Share lets others open it, too.")
    link = copied(page)
    assert link == page.url + "#answer-2"
    other = visitor.visit(sites.free)
    other.goto(link)
    expect(other.locator("#notice")).to_contain_text("there is no conversation")
    turn.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator("#copied")).to_contain_text("Shared, and the link is copied")
    assert copied(page) == link
    expect(tab(page, "Conversations").locator("button.share")).to_have_attribute(
        "aria-pressed", "true"
    )
    other.goto("about:blank")
    other.goto(link)
    expect(other.locator(".turn")).to_have_count(2)
    expect(other.locator(".turn").nth(1).locator(".question")).to_be_focused()


def test_the_list_of_conversations_shares_and_says_so(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.free)
    allow_copying(page)
    ask(page, SANK)
    expect(page).to_have_url(re.compile(r"\?c=[\w-]{24}$"))
    share = tab(page, "Conversations").locator("li button.share").first
    share.click()
    expect(page.locator("#copied")).to_contain_text("Shared, and the link is copied")
    assert copied(page) == page.url
    expect(share).to_have_attribute("aria-pressed", "true")
    share.click()
    expect(page.locator("#copied")).to_have_text("No longer shared: the link opens for you alone.")
    expect(share).to_have_attribute("aria-pressed", "false")


def test_answers_and_conversations_are_kept_as_files_named_by_their_titles(
    visitor: Visitor, sites: Sites, tmp_path: Path
) -> None:
    page = visitor.visit(sites.kept)
    ask(page, "Xylophone quartz zebra?")
    turn = ask(page, SANK)
    expect(page).to_have_url(re.compile(r"\?c=[\w-]{24}$"))
    for name, ending in (("Markdown", "md"), ("HTML", "html"), ("Word", "docx"), ("JSON", "json")):
        turn.locator("summary", has_text="More").click()
        with page.expect_download() as waiting:
            turn.get_by_role("button", name=f"Save as {name}").click()
        assert waiting.value.suggested_filename == (
            f"Which Lindow ferry sank with 41 people aboard.{ending}"
        )
        assert Path(waiting.value.path()).stat().st_size > 200
    item = tab(page, "Conversations").locator("#kept-list li").first
    for name in ("Markdown", "HTML", "Word", "JSON"):
        with page.expect_download() as waiting:
            item.get_by_role("link", name=f"as {name}").click()
        assert waiting.value.suggested_filename.startswith("Xylophone quartz zebra.")
        waiting.value.save_as(tmp_path / f"all.{name}")
    assert "ferry sank on Friday" in (tmp_path / "all.HTML").read_text(encoding="utf-8")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_pane_has_no_fault_on_a_phone(visitor: Visitor, site: Site, dark: bool) -> None:
    page = visitor.visit(site, width=390, height=844, dark=dark)
    turn = ask(page, APPROVED)
    turn.get_by_role("link", name="[1]").first.click()
    expect(page.locator("#cite-target")).to_be_visible()
    assert faults(page) == []
    page.locator("#article details.menu:not(.star) summary").click()
    assert faults(page) == []
    page.get_by_label("Find in article").fill("beds")
    expect(page.locator("#article .count")).to_have_text("1 of 2")
    assert faults(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.keyboard.press("Escape")
    expect(page.get_by_label("Find in article")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator("#cite-target")).to_be_hidden()
    turn.locator("summary", has_text="More").click()
    assert faults(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
