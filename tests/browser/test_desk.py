"""What a desk wants: operators, order by date, a card for each article, and a start page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SANK, Sites, Visitor, ask, tab

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def search(page: Page, words: str) -> Locator:
    """The cards that a search shows; opens the tab."""
    panel = tab(page, "Search")
    page.get_by_label("Search words").fill(words)
    page.keyboard.press("Enter")
    expect(panel.locator("#results [role=status], #results [role=alert]")).to_be_visible()
    return panel.locator(".results > li")


def test_operators_narrow_a_search_and_mistakes_are_explained(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus)
    expect(tab(page, "Search").locator(".operators")).to_contain_text("outlet:“Radio North”")
    cards = search(page, 'chapel -"seven people"')
    expect(cards).to_have_count(1)
    expect(cards.get_by_role("link").first).to_have_text("Chapel fire: nine dead")
    search(page, 'outlet:"the packet" date:2025-06')
    expect(cards).to_have_count(1)
    expect(cards.get_by_role("link").first).to_have_text("Marsk under water")
    results = page.locator("#results")
    search(page, "outlet:Pakcet ferry")
    expect(results.get_by_role("alert")).to_contain_text("'The Packet'")
    search(page, '"chapel')
    expect(results.get_by_role("alert")).to_contain_text("is not closed")
    search(page, "AND OR NOT")
    expect(results.get_by_role("alert")).to_contain_text("operators only; add words")
    expect(page.get_by_label("Search words")).to_have_value("AND OR NOT")
    search(page, "zzqqxx")
    expect(results.get_by_role("status")).to_contain_text("No article has the word “zzqqxx”")
    expect(cards).to_have_count(0)


def test_the_newest_come_first_and_passages_of_one_article_are_one_card(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus)
    cards = search(page, "chapel OR harbour")
    expect(cards).to_have_count(3)
    page.get_by_label("Order").click()
    page.get_by_role("option", name="Newest first").click()
    expect(cards.locator("h2")).to_have_text(
        ["Marsk under water", "Chapel fire: nine dead", "Chapel burns"]
    )


def test_more_results_come_below_those_that_are_shown(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.samples)
    cards = search(page, "the council said")
    told = page.locator("#results .told")
    expect(told).to_contain_text("The first 20 passages")
    shown = cards.count()
    page.get_by_role("button", name="Show more").click()
    expect(told).to_contain_text("The first 40 passages")
    expect(cards.nth(shown).get_by_role("link").first).to_be_focused()


def test_the_start_page_shows_what_the_archive_has(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    welcome = page.locator(".welcome")
    expect(welcome).to_contain_text("6 articles of 4 outlets, from 3 May 2025 to 10 June 2025")
    shelf = welcome.locator(".shelf section").first
    expect(shelf).to_contain_text("The Packet")
    expect(shelf.get_by_role("link")).to_have_text(["Marsk under water", "Chapel fire: nine dead"])
    shelf.get_by_role("link").first.click()
    expect(page.locator("#article h2")).to_have_text("Marsk under water")
    expect(welcome.locator(".start").last).to_contain_text("Chapel fire: nine dead")
    examples = welcome.locator("button.example")
    expect(examples.first).to_be_visible()
    ask(page, SANK)
    expect(welcome).to_have_count(0)
