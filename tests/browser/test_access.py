"""The page on a phone, in the dark, by a screen reader; axe-core finds no fault with it."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import SANK, Sites, Visitor, ask, tab

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
FEWEST_RULES = 20
TABS = ("Search", "Check", "Evidence", "Archive", "Conversations", "Saved", "Add articles")
PASTED = (
    "The Lindow ferry sank on Friday with 43 people aboard. All 41 people were saved. Why? "
    "“We had five minutes to leave her,” said the captain, Ilse Varga."
)


def faults(page: Page) -> list[str]:
    """What axe-core finds wrong at levels A and AA, with the element it is wrong of."""
    result: dict[str, Any] = Axe().run(page, options={"runOnly": list(LEVELS)}).response
    assert len(result["passes"]) >= FEWEST_RULES
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in result["violations"]]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_tab_has_a_fault(visitor: Visitor, sites: Sites, dark: bool) -> None:
    page = visitor.visit(sites.corpus, dark=dark)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(23, 24, 26)" if dark else "rgb(251, 250, 247)")
    assert faults(page) == []
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From", exact=True).fill("2025")
    ask(page, "Why was the harbour of Marsk flooded in 1931?")
    ask(page, "Xylophone quartz zebra?")
    turn = ask(page, SANK)
    turn.locator("summary", has_text="How this was found").click()
    turn.locator("summary", has_text="Comment").click()
    turn.locator("a.cite").first.hover()
    assert faults(page) == []
    tab(page, "Search")
    page.get_by_label("Search words").fill("ferry on 3 May 2025")
    page.keyboard.press("Enter")
    expect(page.locator(".results li").first).to_be_visible()
    assert faults(page) == []
    tab(page, "Check")
    assert faults(page) == []
    page.get_by_label("Draft or quotation").fill(PASTED)
    page.get_by_role("button", name="Check as a draft").click()
    expect(page.locator("#check-status .told")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Trace as a quotation").click()
    expect(page.locator(".traced")).to_be_visible()
    assert faults(page) == []
    tab(page, "Evidence")
    expect(page.locator("#evidence table").first).to_be_visible()
    assert faults(page) == []
    tab(page, "Archive")
    page.get_by_role("button", name="The Courier").click()
    page.get_by_role("button", name="Check health").click()
    expect(page.locator("#health")).to_contain_text("Nothing is wrong")
    assert faults(page) == []
    tab(page, "Conversations")
    expect(page.locator("#kept-list li").first).to_be_visible()
    assert faults(page) == []
    tab(page, "Saved")
    expect(page.locator("#saved-list .hint").first).to_be_visible()
    assert faults(page) == []
    tab(page, "Add articles")
    expect(page.locator("#files")).to_be_visible()
    assert faults(page) == []


def test_the_login_has_no_fault(visitor: Visitor, sites: Sites) -> None:
    for dark in (False, True):
        page = visitor.open(sites.locked, dark=dark)
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        result = Axe().run(page, options={"runOnly": list(LEVELS)}).response
        assert [each["id"] for each in result["violations"]] == []


def test_a_screen_reader_hears_the_answer_and_not_its_markup(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus)
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "polite")
    ask(page, SANK)
    heard = log.aria_snapshot()
    assert 'heading "You asked: Which Lindow ferry sank with 41 people aboard?"' in heard
    assert 'link "[1] The Courier, 3 May 2025"' in heard
    assert "The Lindow ferry sank on Friday with 41 people aboard." in heard
    assert "<" not in heard
    assert "class=" not in heard


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_phone_has_the_article_as_a_sheet_over_the_chat(
    visitor: Visitor, sites: Sites, dark: bool
) -> None:
    page = visitor.visit(sites.corpus, width=390, height=844, dark=dark)
    expect(page.get_by_role("heading", name="Dateline")).to_be_in_viewport()
    top = page.locator("#top").bounding_box()
    assert top
    assert top["height"] <= 48
    turn = ask(page, SANK)
    sheet, target = page.locator("#reading"), page.locator("#cite-target")
    expect(sheet).to_be_hidden()
    expect(page.get_by_label("Question")).to_be_in_viewport()
    assert faults(page) == []
    turn.locator("a.cite").nth(1).click()
    expect(target).to_be_focused()
    expect(target).to_be_in_viewport()
    assert faults(page) == []
    page.get_by_role("link", name="Back to the answer").click()
    expect(turn.locator("a.cite").nth(1)).to_be_focused()
    expect(sheet).to_be_hidden()
    turn.locator("a.cite").first.press("Enter")
    expect(target).to_be_focused()
    page.get_by_role("button", name="Close the article").click()
    expect(sheet).to_be_hidden()
    expect(turn.locator("a.cite").first).to_be_focused()
    turn.locator("a.cite").first.press("Enter")
    expect(target).to_be_focused()
    page.mouse.click(200, 40)
    expect(sheet).to_be_hidden()
    for name in TABS:
        panel = tab(page, name)
        expect(panel).to_be_visible()
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
        assert faults(page) == []


def test_nothing_moves_for_whoever_wants_no_motion(visitor: Visitor, sites: Sites) -> None:
    sites.model.released.clear()
    page = visitor.visit(sites.samples)
    page.locator("button.example").first.click()
    expect(page.locator(".turn .streaming")).to_be_visible()
    moving = """() => document.getAnimations().filter((one) => {
      const target = one.effect.target;
      return target.closest("#log, #article") && one.effect.getTiming().iterations === Infinity;
    }).length"""
    assert page.evaluate(moving) == 0
    page.get_by_role("button", name="Stop").click()
    sites.model.released.set()
