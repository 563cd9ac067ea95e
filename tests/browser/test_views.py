"""The other tabs: filters, search, evidence and the archive."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SANK, Sites, Visitor, ask, tab

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def filters(page: Page) -> None:
    """Unfolds the filters."""
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_label("As of", exact=True)).to_be_visible()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option).click()
    page.keyboard.press("Escape")


def test_filters_narrow_an_answer_and_are_dropped_as_chips(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    filters(page)
    choose(page, "Outlets", "The Packet (2)")
    choose(page, "Section", "Sea (2)")
    page.get_by_label("From", exact=True).fill("2025-05")
    page.get_by_label("As of", exact=True).fill("2025")
    page.keyboard.press("Tab")
    chips = page.locator("#chosen .chip:not(.all)")
    expect(chips).to_have_text(
        ["From 2025-05×", "Outlets The Packet×", "Section Sea×", "As of 2025×"]
    )
    turn = ask(page, SANK)
    expect(turn.locator(".declined")).to_contain_text("Drop the filter on the section 'Sea'")
    expect(turn).to_contain_text("by The Packet, in section 'Sea', what was published up to 2025")
    page.get_by_role("button", name="Drop the filter Outlets: The Packet").click()
    expect(chips).to_have_count(3)
    turn = ask(page, SANK)
    expect(turn.locator(".answer")).to_contain_text("The Lindow ferry sank on Friday")
    page.get_by_role("button", name="Clear all").click()
    expect(chips).to_have_count(0)
    expect(page.get_by_label("From", exact=True)).to_have_value("")
    expect(page.get_by_label("Section", exact=True)).to_have_value("any")


def test_a_search_marks_its_words_and_opens_what_it_finds(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    panel = tab(page, "Search")
    page.get_by_label("Search words").fill("ferries sinking")
    page.keyboard.press("Enter")
    first = panel.locator(".results li").first
    expect(first.locator("mark").first).to_have_text("ferry")
    expect(first).to_contain_text("Also carried by Lake Post")
    first.get_by_role("link").click()
    expect(page.locator("#article h2")).to_have_text("Ferry sinks off Cape Orrin")
    expect(page.locator("#cite-target.near")).to_be_focused()
    expect(first.get_by_role("link")).to_have_attribute("aria-current", "true")
    page.get_by_label("Search words").fill("ferry on 3 May 2025")
    page.get_by_role("button", name="Search", exact=True).click()
    chip = panel.locator(".understood .chip")
    expect(chip).to_contain_text("3 May 2025")
    chip.get_by_role("button").click()
    expect(chip).to_contain_text("“on 3 May 2025” not used")


def test_evidence_tells_when_who_and_where_outlets_differ(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    panel = tab(page, "Evidence")
    expect(panel).to_contain_text("Ask a question first")
    page.get_by_label("Evidence for").fill("How many people did the chapel fire in Vessery kill?")
    page.keyboard.press("Enter")
    sides = panel.locator(".sides li")
    expect(sides).to_have_count(2)
    expect(panel.locator(".sides")).to_contain_text("The Courier, 14 May 2025")
    expect(panel.locator(".sides")).to_contain_text("Nine people were killed")
    rows = panel.get_by_role("table", name="Events in the order they happened").locator("tbody tr")
    tuesday = rows.filter(has_text="burnt down on Tuesday")
    expect(tuesday).to_contain_text("13 May 2025")
    expect(tuesday).to_contain_text("“Tuesday")
    expect(tuesday).to_contain_text("14 May 2025")
    expect(panel.get_by_role("img")).to_have_attribute("aria-label", re.compile("^Chart of"))
    sides.first.get_by_role("link").click()
    expect(page.locator("#cite-target")).to_be_focused()
    tab(page, "Ask")
    ask(page, SANK)
    tab(page, "Evidence")
    page.get_by_label("Evidence for").fill("")
    page.get_by_role("button", name="Show").click()
    said = panel.get_by_role("table", name="Quotations by speaker").locator("tbody tr")
    expect(said).to_contain_text(["Ilse Varga"])
    expect(said.first).to_contain_text("We had four minutes to leave her,")


def test_the_archive_is_shown_by_outlet_and_month(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    panel = tab(page, "Archive")
    expect(panel.locator(".figures")).to_contain_text(re.compile(r"Articles\s*6"))
    expect(panel.locator(".figures")).to_contain_text(re.compile(r"Found by meaning\s*100%"))
    outlets = panel.get_by_role("table", name="Articles by outlet").locator("tbody tr")
    expect(outlets).to_have_count(4)
    expect(outlets.first).to_contain_text("14 May 2025")
    expect(outlets.first).to_contain_text("days ago")
    expect(panel).to_contain_text("No input failed.")
    panel.get_by_role("button", name="June 2025").click()
    expect(page.locator("#listed li")).to_have_count(1)
    outlets.first.get_by_role("button", name="The Courier").click()
    expect(page.locator("#listed")).to_contain_text("2 articles")
    page.get_by_role("link", name="Chapel burns").click()
    expect(page.locator("#article h2")).to_have_text("Chapel burns")
    page.get_by_role("button", name="Check health").click()
    expect(page.locator("#health")).to_contain_text("Nothing is wrong")
