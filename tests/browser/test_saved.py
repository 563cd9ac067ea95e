"""Saved searches with what is new, stars and collections, as people use them in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import feedparser
import pytest
from playwright.sync_api import Locator, Page, expect

from rag.archive import Archive
from rag.config import Settings
from rag.store import Selection
from tests.browser.conftest import CORPUS, SANK, Site, Visitor, ask, build, running_app, tab
from tests.browser.test_access import faults
from tests.builders import row, write_jsonl

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

SECOND = row(7, "A second ferry sank off Marsk with 41 people aboard.", title="Second ferry")
REVISED = row(2, "The harbour of Marsk flooded again: a ferry sank.", title="Marsk under water")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A page of its own, whose readers are told apart by a cookie."""
    archive = build(tmp_path_factory.mktemp("saved") / "corpus", CORPUS)
    with running_app(archive, DATELINE_ALLOW_OPEN="1") as started:
        yield started


def add(site: Site, folder: Path, *rows: dict[str, object]) -> None:
    with Archive.open(site.archive, settings=Settings(encoder="hashing")) as archive:
        archive.ingest(write_jsonl(folder / "more.jsonl", rows))


def saved(page: Page) -> Locator:
    """The lists of what is saved, in their tab."""
    page.get_by_role("tab", name=re.compile("^Saved")).click()
    shown = page.locator("#saved-list")
    expect(shown.get_by_role("heading", name="Collections")).to_be_visible()
    return shown


def said(page: Page, words: str) -> None:
    expect(page.locator("#copied")).to_contain_text(words)


def search(page: Page, words: str) -> None:
    tab(page, "Search")
    page.get_by_label("Search words").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator("#results .told")).to_contain_text(f"“{words}”")


def put_into(menu: Locator, name: str) -> None:
    """Opens a star's menu by keyboard and begins a collection there."""
    menu.locator("summary").focus()
    menu.page.keyboard.press("Enter")
    field = menu.get_by_label("New collection")
    field.fill(name)
    field.press("Enter")
    said(menu.page, f"Starred in “{name}”.")


def test_a_saved_search_says_what_is_new_until_it_is_opened(
    visitor: Visitor, site: Site, tmp_path: Path
) -> None:
    page = visitor.visit(site)
    search(page, "ferry")
    page.get_by_role("button", name="Save this search").click()
    said(page, "Saved as “ferry”.")
    expect(page.get_by_role("tab", name="Saved", exact=True)).to_be_visible()
    add(site, tmp_path, SECOND, REVISED)
    page.reload()
    expect(page.get_by_role("tab", name="Saved 2 new")).to_be_visible()
    shown = saved(page)
    expect(shown.locator(".badge")).to_have_text("2 new")
    assert faults(page) == []
    shown.get_by_role("button", name="ferry", exact=True).click()
    opened = page.locator("#saved-opened")
    expect(opened.get_by_role("heading", name="ferry", exact=True)).to_be_focused()
    expect(opened.locator(".state")).to_have_text(["Revised", "New"])
    expect(opened.get_by_role("heading", level=3)).to_have_text(
        ["Marsk under water", "Second ferry"]
    )
    expect(page.get_by_role("tab", name="Saved", exact=True)).to_be_visible()
    assert faults(page) == []
    opened.get_by_role("link", name="Second ferry").click()
    expect(page.locator("#article h2")).to_have_text("Second ferry")
    opened.get_by_role("button", name="Search again").click()
    expect(page.get_by_label("Search words")).to_have_value("ferry")
    expect(page.locator("#results .results > li").first).to_be_visible()
    shown = saved(page)
    expect(shown.locator(".badge")).to_have_count(0)
    shown.get_by_role("button", name="Rename “ferry”").click()
    page.keyboard.type("Ferries")
    page.keyboard.press("Enter")
    expect(shown.locator(".open")).to_have_text("Ferries")
    shown.get_by_role("button", name="Delete “Ferries”").click()
    shown.get_by_role("button", name="Delete for good").click()
    expect(shown).to_contain_text("Nothing is saved yet.")


def test_a_question_keeps_its_filters_and_is_asked_again(visitor: Visitor, site: Site) -> None:
    page = visitor.visit(site)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From", exact=True).fill("2025-05")
    turn = ask(page, SANK)
    turn.locator("summary", has_text="More").click()
    turn.get_by_role("button", name="Save this question").click()
    said(page, f"Saved as “{SANK}”.")
    page.goto(site.url)
    shown = saved(page)
    expect(shown.locator(".when")).to_contain_text("from 2025-05")
    shown.get_by_role("button", name=SANK, exact=True).click()
    page.locator("#saved-opened").get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn .question")).to_contain_text(SANK)
    expect(page.locator("#chosen")).to_contain_text("2025-05")
    expect(page.locator('.turn .reply[aria-busy="false"]')).to_be_visible()
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("As of", exact=True).fill("2025-06")
    search(page, "ferry")
    page.get_by_role("button", name="Save this search").click()
    said(page, "Clear “As of” to save it.")


def test_a_saved_search_whose_outlet_is_gone_says_so_and_stays(
    visitor: Visitor, site: Site, tmp_path: Path
) -> None:
    stray = row(8, "A trawler ran aground off Marsk.", publisher="Short-lived Herald")
    add(site, tmp_path, stray)
    page = visitor.visit(site)
    search(page, 'trawler outlet:"Short-lived Herald"')
    page.get_by_role("button", name="Save this search").click()
    said(page, "Saved as")
    with Archive.open(site.archive, settings=Settings(encoder="hashing")) as archive:
        archive.removals.delete(archive.removals.find(Selection(("courier.example/8",))))
    page.reload()
    shown = saved(page)
    expect(shown.locator(".problem")).to_contain_text("Short-lived Herald")
    assert faults(page) == []
    shown.locator(".open").first.click()
    expect(page.locator("#saved-opened .problem")).to_contain_text("Short-lived Herald")
    add(site, tmp_path, stray | {"url": "https://courier.example/9"})
    page.reload()
    shown = saved(page)
    expect(shown.locator(".badge")).to_have_text("1 new")
    expect(shown.locator(".problem")).to_have_count(0)


def test_a_feed_is_read_by_whoever_knows_its_address(visitor: Visitor, site: Site) -> None:
    page = visitor.visit(site)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    search(page, "harbour")
    page.get_by_role("button", name="Save this search").click()
    said(page, "Saved as")
    shown = saved(page)
    menu = shown.locator("details.menu")
    menu.locator("summary").click()
    assert faults(page) == []
    menu.get_by_role("button", name="Copy the address").click()
    said(page, "The feed's address is copied.")
    address = str(page.evaluate("navigator.clipboard.readText()"))
    assert address.startswith(f"{site.url}/alerts/")
    with urlopen(address) as got:
        feed = feedparser.parse(got.read())
    assert feed.feed.title == "Dateline: harbour"
    assert feed.entries[0].link == "https://courier.example/2"
    menu.locator("summary").click()
    menu.get_by_role("button", name="New address").click()
    link = shown.get_by_role("link", name="Open the feed", include_hidden=True)
    expect(link).not_to_have_attribute("href", address.removeprefix(f"{site.url}/"))


def test_articles_and_sentences_are_starred_by_keyboard_into_collections(
    visitor: Visitor, site: Site, tmp_path: Path
) -> None:
    page = visitor.visit(site)
    search(page, "chapel")
    star = page.locator("#results .star").first
    put_into(star, "Fire")
    expect(star.locator("summary")).to_contain_text("Starred")
    expect(star.get_by_role("button", name="Fire")).to_have_attribute("aria-pressed", "true")
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(star.locator("summary")).to_be_focused()
    tab(page, "Ask")
    turn = ask(page, SANK)
    put_into(turn.locator(".taking .star"), "Ferry")
    turn.locator("a.cite").first.click()
    pane = page.locator("#article .star")
    expect(pane.locator("summary")).to_contain_text("Starred")
    pane.locator("summary").click()
    pane.get_by_label("What to star").select_option("The whole article")
    pane.get_by_role("button", name="Fire").click()
    said(page, "Starred in “Fire”.")
    assert faults(page) == []
    shown = saved(page)
    expect(shown.locator("li .when")).to_have_text([re.compile("stars?"), "2 stars"])
    shown.get_by_role("button", name="Fire", exact=True).click()
    opened = page.locator("#saved-opened")
    expect(opened.locator("ol > li")).to_have_count(2)
    assert faults(page) == []
    with page.expect_download() as waiting:
        shown.get_by_role("link", name="“Fire” as BibTeX").click()
    assert Path(waiting.value.path()).read_text(encoding="utf-8").count("@article{") == 2
    opened.get_by_role("button", name="Take “Ferry sinks").click()
    expect(opened.locator("ol > li")).to_have_count(1)
    with Archive.open(site.archive, settings=Settings(encoder="hashing")) as archive:
        chapel = opened.locator("a[data-place]").get_attribute("data-place") or ""
        archive.removals.withdraw(chapel.split('"')[1], "Legal")
    shown.get_by_role("button", name="Fire", exact=True).click()
    expect(opened.locator(".state")).to_have_text("Withdrawn")
    expect(opened).not_to_contain_text("Chapel")
    assert faults(page) == []


def test_readers_do_not_see_what_others_saved(visitor: Visitor, site: Site) -> None:
    page = visitor.visit(site)
    expect(saved(page)).to_contain_text("Nothing is saved yet.")
    expect(saved(page)).to_contain_text("Nothing is starred yet.")


def test_on_a_phone_in_the_dark_nothing_overflows_or_lacks_contrast(
    visitor: Visitor, site: Site
) -> None:
    page = visitor.visit(site, width=390, height=844, dark=True)
    search(page, "ferry")
    page.get_by_role("button", name="Save this search").click()
    said(page, "Saved as")
    star = page.locator("#results .star").first
    put_into(star, "A collection with a name of some length, to be read on a phone")
    assert faults(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.keyboard.press("Escape")
    shown = saved(page)
    shown.locator(".open").last.click()
    expect(page.locator("#saved-opened ol > li")).to_have_count(1)
    assert faults(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
