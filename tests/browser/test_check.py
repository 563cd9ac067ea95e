"""The tab "Check" in a browser: a draft and a quotation pasted, checked and read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site, Sites, Visitor, build, running_app, tab
from tests.builders import row

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

DRAFT = (
    "# Ferry sinks off Cape Orrin\n\nThe Lindow ferry sank on Friday with **43** people aboard. "
    "All 41 people were saved. Why did it sink?\n\n"
    "“We had five minutes to leave her,” said the captain, Ilse Varga."
)


PASTE = """(box, words) => {
  box.value = words;
  box.dispatchEvent(new Event('input', { bubbles: true }));
}"""
SAID = {
    "el": ("«Το λιμάνι ανήκει σε όλους», είπε ο Νίκος Βέλλης.", "όλους", "λίγους"),
    "ru": ("«Мы ждали этого моста сорок лет», сказал Павел Горин.", "сорок", "тридцать"),
    "ar": ("قال سمير داود: «لم نر البحر هكذا منذ ثلاثين عاما».", "ثلاثين", "عشرين"),
    "zh": ("市长说：“港口属于所有人，不属于一个家族。”", "所有人", "商人们"),
    "hi": ("महापौर ने कहा, “कोई बच्चा भूखा नहीं पढ़ेगा।”", "भूखा", "अकेला"),
}
"""Of languages in five scripts a sentence with a quotation, a word of it, and another word."""


@pytest.fixture(scope="module")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An archive with an article in each of five scripts."""
    rows = [row(n, said, language=code) for n, (code, (said, *_)) in enumerate(SAID.items())]
    with running_app(build(tmp_path_factory.mktemp("abroad") / "site", rows)) as started:
        yield started


def paste(page: Page, words: str, button: str = "Check as a draft") -> Locator:
    """Pastes the words into the tab, presses a button, and returns the tab's panel."""
    panel = tab(page, "Check")
    page.get_by_label("Draft or quotation").fill(words)
    page.get_by_role("button", name=button).click()
    return panel


def sentence(panel: Locator, words: str) -> Locator:
    return panel.locator(".checked > li").filter(has_text=words)


def test_a_draft_is_checked_and_its_evidence_opens(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    panel = paste(page, DRAFT)
    expect(panel.locator("#check-status .told")).to_have_text(
        "5 sentences: 2 supported, 1 not supported, 1 quotation altered, 1 with nothing to verify."
    )
    sank = sentence(panel, "with **43** people aboard")
    expect(sank.locator(".verdict")).to_contain_text("not supported")
    expect(sank.locator(".why")).to_contain_text("The article says 41, not 43.")
    sank.get_by_role("link").click()
    mark = page.locator("#cite-target")
    expect(mark).to_have_text("The Lindow ferry sank on Friday with 41 people aboard.")
    expect(mark).to_be_focused()
    expect(sank.get_by_role("link")).to_have_attribute("aria-current", "true")
    said = sentence(panel, "said the captain")
    expect(said.locator(".difference del")).to_contain_text("five")
    expect(said.locator(".difference ins")).to_contain_text("four")
    said.get_by_role("link").click()
    expect(mark).to_contain_text("We had four minutes to leave her")
    page.get_by_role("link", name="Back to the list").click()
    expect(said.get_by_role("link")).to_be_focused()
    question = sentence(panel, "Why did it sink?")
    expect(question).to_contain_text("nothing to verify: a question")
    panel.get_by_label("Show only what is not supported").check()
    expect(question).to_be_hidden()
    expect(sentence(panel, "All 41 people were saved.")).to_be_hidden()
    expect(sank).to_be_visible()


def test_a_quotation_is_traced(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    trace = "Trace as a quotation"
    panel = paste(page, "“We had four minutes to leave her,” said Ilse Varga", trace)
    expect(panel.locator(".traced")).to_contain_text("as quoted")
    expect(panel.locator(".traced .origin")).to_contain_text("said by Ilse Varga")
    expect(panel.locator(".traced .origin")).to_contain_text("also carried by Lake Post")
    panel.locator(".traced a.open").click()
    expect(page.locator("#cite-target.cite")).to_be_focused()
    paste(page, "“We had five minutes to leave her,” said Ilse Varga", trace)
    expect(panel.locator(".traced .difference del")).to_contain_text("five")
    paste(page, "“We had four minutes to leave her,” said Bo Lind", trace)
    expect(panel.locator(".traced .verdict")).to_contain_text("someone else’s words")
    paste(page, "Nobody on the quays of Marsk has ever played violins", trace)
    expect(panel.locator(".traced .verdict")).to_contain_text("not found")


def test_quotations_in_five_scripts_are_traced(visitor: Visitor, abroad: Site) -> None:
    page = visitor.visit(abroad)
    for said, word, other in SAID.values():
        quoted = said[min(said.find(each) for each in "«“" if each in said) + 1 :]
        quoted = quoted[: min(quoted.find(each) for each in "»”" if each in quoted)]
        panel = paste(page, quoted, "Trace as a quotation")
        expect(panel.locator(".traced .sentence")).to_have_text(quoted)
        expect(panel.locator(".traced .verdict")).to_contain_text("as quoted")
        panel = paste(page, quoted.replace(word, other), "Trace as a quotation")
        expect(panel.locator(".traced .difference del")).to_contain_text(other)
        expect(panel.locator(".traced .difference ins")).to_contain_text(word)


def test_filters_hold_and_bad_input_is_explained(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    panel = paste(page, "...")
    problem = panel.get_by_role("alert")
    expect(problem).to_contain_text("the draft '...' has no words")
    paste(page, "")
    expect(problem).to_contain_text("the draft is empty")
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("As of", exact=True).fill("2025-06-01")
    page.keyboard.press("Tab")
    paste(page, "Damage to the quays is put at six million crowns.")
    expect(panel.locator("#check-status .told")).to_contain_text("1 not supported")
    page.get_by_role("button", name="Drop the filter As of: 2025-06-01").click()
    paste(page, "Damage to the quays is put at six million crowns.")
    expect(panel.locator("#check-status .told")).to_contain_text("1 supported")


def test_a_long_draft_is_stopped_and_goes_on_where_it_was(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    draft = " ".join(f"Keeper {n} of Lindow saw the ferry sink on Friday." for n in range(600))
    panel = paste(page, draft)
    expect(panel.get_by_role("progressbar", name="Sentences checked")).to_be_visible()
    expect(panel.locator(".checked > li").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    status = panel.locator("#check-status .told")
    expect(status).to_contain_text("of 600 sentences.")
    shown = panel.locator(".checked > li").count()
    page.get_by_role("button", name="Check the rest").click()
    expect(panel.locator(".checked > li").nth(shown)).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(status).to_contain_text("of 600 sentences.")
    words = panel.locator(".checked > li .sentence").all_inner_texts()
    assert words == [
        f"Keeper {n} of Lindow saw the ferry sink on Friday." for n in range(len(words))
    ]


def test_a_draft_of_fifty_thousand_words_is_taken_whole(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    draft = "\n\n".join(f"Keeper {n} of Lindow saw the ferry sink." for n in range(6_250))
    panel = tab(page, "Check")
    # As a browser pastes: Playwright's own way takes time by the square of the length.
    page.get_by_label("Draft or quotation").evaluate(PASTE, draft)
    page.get_by_role("button", name="Check as a draft").click()
    expect(panel.locator(".checked > li").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(panel.locator("#check-status .told")).to_contain_text("of 6,250 sentences.")
    expect(page.get_by_role("button", name="Check the rest")).to_be_visible()
    expect(page.get_by_label("Draft or quotation")).to_have_value(draft)


def test_what_is_pasted_stays_when_the_page_is_loaded_again(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    tab(page, "Check")
    page.get_by_label("Draft or quotation").fill(DRAFT)
    page.reload()
    page.get_by_label("Question").wait_for()
    tab(page, "Check")
    expect(page.get_by_label("Draft or quotation")).to_have_value(DRAFT)


def test_what_an_attacker_pastes_is_shown_as_text(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    attack = 'Ferry <img src=x onerror="alert(1)"> ${alert(2)} {{constructor}} sank on Friday.'
    panel = paste(page, attack)
    expect(panel.locator(".checked .sentence")).to_have_text(attack)
    paste(page, attack, "Trace as a quotation")
    expect(panel.locator(".traced .sentence")).to_have_text(attack)


def test_who_may_ask_may_check(visitor: Visitor, sites: Sites) -> None:
    page = visitor.log_in(sites.locked, "bo")
    panel = paste(page, "All 41 people were saved.")
    expect(panel.locator("#check-status .told")).to_contain_text("1 supported")


def test_on_a_phone_nothing_is_wider_than_the_screen(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus, width=390, height=844, dark=True)
    panel = paste(page, DRAFT + " " + "Wordwithoutend" * 40)
    expect(panel.locator("#check-status .told")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    sentence(panel, "with **43** people aboard").get_by_role("link").click()
    expect(page.locator("#cite-target")).to_be_in_viewport()
