from __future__ import annotations

import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from rag.archive import Archive
from rag.config import Settings
from tests.browser.conftest import FERRY, FIRST_ANSWER, PATIENCE_MS, Site, Sites, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

SANK = "Which Lindow ferry sank with 41 people aboard?"
FLOODED = "Why was the harbour of Marsk flooded after days of rain?"
expect.set_options(timeout=PATIENCE_MS)


def ask(page: Page, question: str) -> Locator:
    """Asks by typing and returns the finished turn."""
    before = page.locator(".turn").count()
    box = page.get_by_label("Question")
    box.fill(question)
    box.press("Enter")
    turn = page.locator(".turn").nth(before)
    expect(turn.locator('.reply[aria-busy="false"]')).to_be_visible()
    return turn


def cited(site: Site, question: str, number: int) -> str:
    """The stored words that citation `number` of the answer must show."""
    with Archive.open(site.archive, settings=Settings(encoder="hashing")) as archive:
        citation = archive.ask(question).citations[number - 1]
        stored = archive.article(citation.article.id)
        return stored.text[citation.start : citation.end]


def focused(page: Page) -> str:
    """The focused element's tag, id and text."""
    return str(
        page.evaluate(
            "() => { const e = document.activeElement;"
            " return [e.tagName, e.id, e.innerText].join('|') }"
        )
    )


def test_a_question_is_answered_and_a_click_shows_the_cited_sentence(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus)
    expect(page).to_have_title("Dateline")
    assert page.evaluate("document.documentElement.lang") == "en"
    expect(page.locator("#facts")).to_contain_text("3 articles · 3 outlets")
    turn = ask(page, SANK)
    expect(turn).to_contain_text("The Courier, 3 May 2025: The Lindow ferry sank on Friday")
    mark = page.locator("#cite-target")
    expect(mark).to_be_visible()
    assert mark.text_content() == cited(sites.corpus, SANK, 1)
    assert focused(page).startswith("TEXTAREA")
    link = turn.locator("a.cite").nth(1)
    link.click()
    expect(mark).to_have_text(cited(sites.corpus, SANK, 2))
    expect(mark).to_be_focused()
    assert mark.text_content() == cited(sites.corpus, SANK, 2)
    expect(link).to_have_attribute("aria-current", "true")
    expect(turn.locator("[aria-current]")).to_have_count(1)


def test_the_panel_shows_the_whole_article_and_where_it_is_from(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus)
    ask(page, SANK)
    panel = page.get_by_role("region", name="Cited article")
    expect(panel.get_by_role("heading")).to_have_text("Ferry sinks off Cape Orrin")
    expect(panel.locator(".facts")).to_contain_text("By Ada Brandt · 3 May 2025 · Original")
    paragraphs = panel.locator(".body p").all_text_contents()
    assert paragraphs == FERRY.split("\n\n")
    expect(panel.locator(".furniture").first).to_have_text(re.compile(r"LINDOW \(RNA\) -"))
    original = panel.get_by_role("link", name="Original")
    expect(original).to_have_attribute("href", "https://courier.example/1")
    expect(original).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(original).to_have_attribute("target", "_blank")


def test_the_keyboard_is_enough(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    expect(page.get_by_label("Question")).to_be_focused()
    page.keyboard.type(SANK)
    page.keyboard.press("Enter")
    links = page.locator("a.cite")
    expect(links.last).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(links.last).to_be_focused()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#cite-target")).to_be_focused()
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Escape")
    expect(links.last).to_be_focused()


def test_a_declined_answer_looks_different_and_offers_the_nearest_articles(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus)
    turn = ask(page, "Xylophone quartz zebra?")
    expect(turn.locator(".declined")).to_contain_text("The archive does not answer this.")
    expect(turn.locator("a.cite")).to_have_count(0)
    nearest = turn.get_by_role("link", name="Marsk under water")
    nearest.click()
    expect(page.locator("#article h2")).to_have_text("Marsk under water")
    expect(page.locator("#cite-target.near")).to_be_focused()


def test_a_filter_that_cannot_be_read_loses_nothing(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From").fill("someday")
    question = page.get_by_label("Question")
    question.fill(FLOODED)
    page.get_by_role("button", name="Ask", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("From: 'someday' is not a date; write it as 2020-09-11")
    expect(question).to_have_value(FLOODED)
    expect(page.locator(".turn")).to_have_count(0)
    page.get_by_label("From").fill("2025-06")
    question.press("Enter")
    expect(page.locator(".turn")).to_contain_text("The harbour of Marsk flooded on Monday")
    expect(page.locator(".turn .note")).to_have_text("Searched only from 2025-06-01.")
    expect(alert).to_be_empty()
    expect(question).to_have_value("")


def test_what_was_understood_is_shown_and_can_be_dropped(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    turn = ask(
        page, "Why was the harbour of Marsk flooded in 1931 after days of rain on 3 May 2025?"
    )
    expect(turn.locator(".note")).to_have_count(2)
    drop = turn.get_by_role("button", name="Ask again without “on 3 May 2025”")
    drop.click()
    again = page.locator(".turn").nth(1)
    expect(again.locator('.reply[aria-busy="false"]')).to_contain_text("flooded on Monday")
    expect(again.get_by_role("button", name="Ask again without")).to_have_count(1)


def test_an_outlet_can_be_chosen(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Outlets").click()
    page.get_by_role("option", name="The Packet (1)").click()
    page.keyboard.press("Escape")
    turn = ask(page, SANK)
    expect(turn).to_contain_text("Searched only by The Packet.")
    expect(turn).not_to_contain_text("Courier")


def test_an_empty_question_is_refused_in_words(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("the question is empty")
    expect(page.locator(".turn")).to_have_count(0)


def test_what_articles_and_questions_contain_stays_inert(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    question = (
        "Zorbing contest? <img src=x onerror=alert(6)> ${alert(7)} {{8}} ![](http://evil.example)"
    )
    turn = ask(page, question)
    expect(turn.get_by_role("heading")).to_have_text("You asked: " + question)
    expect(page.locator("#article h2")).to_have_text("<img src=x onerror=alert(5)>")
    body = page.locator("#article .body")
    expect(body).to_contain_text("![crowds](http://evil.example/p.png?q=secret)")
    expect(body).to_contain_text('{{constructor.constructor("alert(4)")()}}')
    expect(body).to_contain_text("**Bold** $x^2$.")
    expect(body).to_contain_text("Nothing else happened & nobody cared.")
    inert = page.locator("#log, #article").locator("img, script, iframe, b, strong, style, svg")
    expect(inert).to_have_count(0)
    expect(page.locator("#article article")).to_have_count(1)


def test_a_follow_up_is_understood_from_what_came_before(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    ask(page, "The captain of the ferry")
    turn = ask(page, "What had she said, the captain?")
    expect(turn).to_contain_text("Ilse Varga")
    expect(turn.locator("a.cite").first).to_have_attribute("href", "#cite-2-1")
    page.locator(".turn").first.locator("a.cite").first.click()
    expect(page.locator("#article article")).to_have_attribute("data-key", "cite-1-1")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#article")).to_contain_text("Choose a citation")


def test_two_people_see_nothing_of_each_other(visitor: Visitor, sites: Sites) -> None:
    one, other = visitor.visit(sites.corpus), visitor.visit(sites.corpus)
    ask(one, SANK)
    ask(other, FLOODED)
    ask(one, "Who was the captain of the ferry?")
    expect(one.locator(".turn")).to_have_count(2)
    expect(other.locator(".turn")).to_have_count(1)
    expect(one.locator("#log")).not_to_contain_text(FLOODED)
    expect(other.locator("#article h2")).to_have_text("Marsk under water")
    expect(one.locator("#article h2")).to_have_text("Ferry sinks off Cape Orrin")


def test_a_phone_has_the_article_below_the_chat(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus, width=390, height=844)
    turn = ask(page, SANK)
    expect(page.locator("#cite-target")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    chat, panel = page.locator("#chat").bounding_box(), page.locator("#reading").bounding_box()
    assert chat
    assert panel
    assert chat["y"] + chat["height"] <= panel["y"]
    expect(page.get_by_label("Question")).to_be_in_viewport()
    turn.locator("a.cite").nth(1).click()
    expect(page.locator("#cite-target")).to_be_focused()
    expect(page.locator("#cite-target")).to_be_in_viewport()
    page.get_by_role("link", name="Back to the answer").click()
    expect(turn.locator("a.cite").nth(1)).to_be_focused()


CONTRAST = """(selectors) => {
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c[3] !== 0) return c;
    }
    return [255, 255, 255];
  };
  return selectors.map((selector) => {
    const e = document.querySelector(selector);
    if (!e) return [selector, 0];
    const pair = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((a, b) => b - a);
    return [selector, (pair[0] + 0.05) / (pair[1] + 0.05)];
  });
}"""
TEXTS = [
    "#masthead h1",
    "#masthead p",
    "#facts p",
    "#log .question",
    "#log .answer p",
    "#log .origin",
    "#log .note",
    "#log .declined p",
    "#log a.near",
    "#log a.cite:not([aria-current])",
    "#log a.cite[aria-current]",
    "#ask",
    "#clear",
    "#question textarea",
    "#filters button span",
    "#filters label span",
    "#filters input",
    "#article .outlet",
    "#article h2",
    "#article .facts",
    "#article .original",
    "#article .furniture",
    "#cite-target",
]


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_is_legible_in_light_and_in_dark(
    visitor: Visitor, sites: Sites, dark: bool
) -> None:
    page = visitor.visit(sites.corpus, dark=dark)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From").fill("2025")
    ask(page, "Xylophone quartz zebra?")
    ask(page, SANK)
    expect(page.locator("#log [aria-current]")).to_have_count(1)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(23, 24, 26)" if dark else "rgb(251, 250, 247)")
    measured: list[Any] = page.evaluate(CONTRAST, TEXTS)
    assert [(name, round(ratio, 1)) for name, ratio in measured if ratio < 4.5] == []


def test_the_first_start_builds_the_samples_and_offers_questions_about_them(
    visitor: Visitor, sites: Sites
) -> None:
    assert re.fullmatch(r"\d+\.\d s", sites.samples.wait_for(FIRST_ANSWER))
    page = visitor.visit(sites.samples)
    expect(page.locator("#facts")).to_contain_text("searched by words and meaning")
    expect(page.locator("button.example")).to_have_count(4)


def test_a_streamed_answer_can_be_stopped(visitor: Visitor, sites: Sites) -> None:
    sites.model.released.clear()
    page = visitor.visit(sites.samples)
    page.locator("button.example").first.click()
    streaming = page.locator(".turn .streaming")
    expect(streaming).to_have_text("The ferry sank [1].")
    expect(streaming.get_by_role("link")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".turn .note")).to_contain_text("Stopped.")
    expect(page.locator(".turn")).to_contain_text("The ferry sank [1].")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    sites.model.released.set()


def test_a_model_that_fails_is_replaced_and_the_page_says_so(
    visitor: Visitor, sites: Sites
) -> None:
    sites.model.released.clear()
    page = visitor.visit(sites.samples)
    page.locator("button.example").first.click()
    expect(page.locator(".turn .streaming")).to_have_text("The ferry sank [1].")
    sites.model.released.set()
    expect(page.locator(".turn .note").first).to_contain_text("The language model did not answer")
    page.locator(".turn a.cite").first.click()
    expect(page.locator("#cite-target")).to_be_focused()


def test_the_page_offers_programs_no_endpoint(sites: Sites) -> None:
    with urllib.request.urlopen(f"{sites.corpus.url}/gradio_api/info") as response:
        assert json.load(response) == {"named_endpoints": {}, "unnamed_endpoints": {}}
        assert "img-src 'self' data: blob:;" in response.headers["content-security-policy"]
