"""Asking as people do it: editing, what to ask next, keys, a model that thinks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FLOODED, SANK, Sites, Visitor, ask
from tests.browser.test_access import faults
from tests.llm_server import DONE, Raw, delta

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

LATER = "Which ferry was lost with 41 aboard?"


def test_what_to_ask_next_has_an_answer(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    turn = ask(page, SANK)
    ideas = turn.locator(".follow-ups button")
    expect(ideas.first).to_be_visible()
    words = ideas.all_inner_texts()
    assert 1 <= len(words) <= 3
    assert any("Ilse Varga" in each for each in words)
    assert faults(page) == []
    ideas.first.click()
    following = page.locator(".turn").nth(1)
    expect(following.locator(".question")).to_have_text(f"You asked: {words[0]}")
    expect(following.locator('.reply[aria-busy="false"] .answer')).to_be_visible()
    expect(turn.locator(".follow-ups")).to_have_count(0)


def test_a_question_is_edited_where_it_stands_and_asked_again(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus)
    turn = ask(page, SANK)
    button = turn.get_by_role("button", name="Edit and ask again")
    button.click()
    box = turn.get_by_label("Your words, edited")
    expect(box).to_be_focused()
    expect(box).to_have_value(SANK)
    assert faults(page) == []
    box.press("Escape")
    expect(box).to_have_count(0)
    expect(button).to_be_focused()
    button.press("Enter")
    turn.get_by_label("Your words, edited").fill(LATER)
    page.keyboard.press("Enter")
    again = page.locator(".turn").nth(1)
    expect(again.locator(".question")).to_have_text(f"You asked: {LATER}")
    expect(again.locator('.reply[aria-busy="false"]')).to_be_visible()
    expect(page.get_by_label("Question")).to_have_value("")


def test_the_question_stays_in_view_while_its_answer_is_read(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus, height=460)
    turn = ask(page, SANK)
    turn.locator("summary", has_text="How this was found").click()
    expect(turn.locator(".steps dl")).to_be_visible()
    log = page.locator("#log")
    log.evaluate("(log) => log.scrollTo(0, log.scrollHeight / 3)")
    assert log.evaluate("(log) => log.scrollTop") > 60
    expect(turn.locator(".question")).to_be_in_viewport()


@pytest.mark.parametrize(("width", "height"), [(1280, 700), (390, 700)])
def test_each_new_question_stands_at_the_top_however_short_its_answer(
    visitor: Visitor, sites: Sites, width: int, height: int
) -> None:
    page = visitor.visit(sites.corpus, width=width, height=height)
    tops = []
    for question in (SANK, FLOODED, SANK, FLOODED):
        turn = ask(page, question)
        expect(turn.locator(".feedback button").first).to_be_visible()
        tops.append(turn.evaluate("(turn) => turn.getBoundingClientRect().top"))
    log = page.locator("#log").evaluate("(log) => Math.max(0, log.getBoundingClientRect().top)")
    # The first stands below the tabs of the phone; each later one where the conversation begins.
    assert tops[1:] == pytest.approx([0 if width < 900 else log] * 3, abs=10)


def test_the_tabs_of_a_phone_are_one_row_that_shows_the_chosen_one(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus, width=390, height=700)
    tabs = page.locator("#views [role=tab]")
    assert len(set(tabs.evaluate_all("(all) => all.map((tab) => tab.offsetTop)"))) == 1
    expect(tabs.last).not_to_be_in_viewport()
    tabs.last.evaluate("(tab) => tab.click()")
    expect(tabs.last).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390


def test_an_article_that_opens_by_itself_is_scrolled_only_as_far_as_its_sentence_needs(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus, height=560)
    page.add_style_tag(
        content="#article article::after {content: ''; display: block; height: 99em}"
    )
    ask(page, SANK)
    expect(page.locator("#cite-target")).to_be_in_viewport(ratio=1)
    expect(page.locator("#article .outlet")).to_be_in_viewport(ratio=1)


def test_keys_go_to_the_answer_and_letters_to_the_question(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    box = page.get_by_label("Question")
    ask(page, SANK)
    page.keyboard.press("2")
    expect(page.locator("#cite-target")).to_be_focused()
    expect(page.locator("#article article")).to_have_attribute("data-key", "cite-1-2")
    expect(box).to_have_value("")
    ask(page, FLOODED)
    expect(page.locator("#log")).to_be_focused()
    page.keyboard.type("Why 2?")
    expect(box).to_be_focused()
    expect(box).to_have_value("Why 2?")


def test_an_articles_words_stand_apart_and_need_no_verdict(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    turn = ask(page, SANK)
    quoted = turn.locator("blockquote.quoted").first
    expect(quoted.locator("q").first).to_have_text(
        "The Lindow ferry sank on Friday with 41 people aboard."
    )
    expect(quoted.locator(".origin")).to_have_text("The Courier, 3 May 2025:")
    expect(turn.locator(".verdict")).to_have_count(0)


def test_a_model_thinks_then_writes_and_is_checked(visitor: Visitor, sites: Sites) -> None:
    true = "Rust in the steel hangers caused the Osier Bridge to fall"

    def thoughts(asked: dict[str, Any]) -> Iterator[bytes]:
        yield delta(reasoning_content="Passage 1 names the cause.")
        sites.model.released.wait()
        sites.model.released.clear()
        passages = str(asked["messages"][-1]["content"]).partition("Rust in the steel hangers")[0]
        yield delta(f"{true} [{re.findall(r'<passage (P[0-9]+)>', passages)[-1]}].")
        sites.model.released.wait()
        yield delta(finish_reason="stop") + DONE

    sites.model.released.clear()
    sites.model.answer = lambda asked: Raw(thoughts(asked))  # type: ignore[arg-type]
    try:
        page = visitor.visit(sites.samples)
        box = page.get_by_label("Question")
        box.fill("What caused the collapse of the Osier Bridge?")
        box.press("Enter")
        expect(page.locator(".turn .working")).to_have_text("The model is thinking")
        expect(page.locator(".turn")).not_to_contain_text("names the cause")
        sites.model.released.set()
        expect(page.locator(".turn .streaming")).to_contain_text("Rust in the steel hangers")
        expect(page.locator(".turn .working")).to_have_text("Writing; not checked yet")
        sites.model.released.set()
        expect(page.locator('.turn .reply[aria-busy="false"]')).to_be_visible()
        expect(page.locator(".turn .answer .verdict.supported")).to_have_count(1)
        assert faults(page) == []
    finally:
        sites.model.answer = None
        sites.model.released.set()


def test_another_model_words_the_next_answer(visitor: Visitor, sites: Sites) -> None:
    question = "What caused the collapse of the Osier Bridge?"
    said = ["Rust in the steel hangers caused the Osier Bridge to fall [1]."]
    sites.model.mode, sites.model.pieces = "ok", said
    try:
        page = visitor.visit(sites.samples)
        chosen = page.get_by_label("Answer worded by")
        chosen.click()
        page.get_by_role("option", name="second (other)").click()
        turn = ask(page, question)
        expect(turn.locator(".note").first).to_contain_text("other · 1 request")
        assert sites.model.asked[-1]["model"] == "other"
        asked = len(sites.model.asked)
        chosen.click()
        page.get_by_role("option", name="The articles' own words").click()
        own = ask(page, "Who is the mayor of Grevesand?")
        expect(own.locator(".note", has_text="tokens read")).to_have_count(0)
        assert len(sites.model.asked) == asked
    finally:
        sites.model.mode, sites.model.pieces = "stalls", ["The ferry ", "sank [1]. "]
