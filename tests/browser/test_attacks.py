"""Every string of `tests/attacks/` in articles, questions and names: all of it stays text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visitor, ask, build, running_app, tab
from tests.builders import row

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

FOLDER = Path(__file__).parents[1] / "attacks"
KINDS = ("html", "markdown", "templates", "citations", "injection", "characters")
TOPICS = ("quarry", "lantern", "orchard", "ferryman", "glacier", "bakery")
WHAT_WENT_WRONG = """() => ({
  ran: window.pwned ?? null,
  made: [...document.querySelectorAll("#chat *, #reading *")].filter((each) =>
    each.matches("script, iframe, object, embed, svg:not([class]), video, form, base, meta")
      || [...each.attributes].some((one) => /^on/.test(one.name))
      || /^javascript:/i.test(each.getAttribute("href") ?? "")
      || /evil/.test(each.getAttribute("src") ?? "")
      || /pwned/.test(each.id)
  ).map((each) => each.outerHTML.slice(0, 200)),
  marks: document.querySelectorAll("#cite-target").length,
})"""


def lines(kind: str) -> list[str]:
    return (FOLDER / f"{kind}.txt").read_text(encoding="utf-8").splitlines()


def literal(line: str) -> str:
    """A line as a text field has it that is read as these very characters, and not as HTML."""
    return line.replace("&", "&amp;").replace("<", "&lt;")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One article for each kind of attack, whose text, title, outlet and author are attacks."""
    rows = [
        row(
            number,
            f"The {topic} of Brennick was opened by the mayor of Brennick. "
            + "\n\n".join(f"The {topic} said: {literal(line)}" for line in lines(kind)),
            title=f"{topic} {literal(lines(kind)[0])}",
            publisher=literal(lines(kind)[1]),
            authors=[literal(lines(kind)[-1])],
            section=literal(lines(kind)[0]),
        )
        for number, (kind, topic) in enumerate(list(zip(KINDS, TOPICS, strict=True)))
    ]
    with running_app(build(tmp_path_factory.mktemp("attacks") / "site", rows)) as started:
        yield started


@pytest.fixture
def page(visitor: Visitor, site: Site) -> Iterator[Page]:
    """A page that runs no foreign script and makes no element that an attack would."""
    opened = visitor.visit(site)
    yield opened
    wrong = opened.evaluate(WHAT_WENT_WRONG)
    assert wrong["ran"] is None
    assert wrong["made"] == []
    assert wrong["marks"] <= 1


@pytest.mark.parametrize(("kind", "topic"), list(zip(KINDS, TOPICS, strict=True)))
def test_an_article_stays_text(page: Page, kind: str, topic: str) -> None:
    ask(page, f"Who opened the {topic} of Brennick?")
    page.locator("a.cite").first.click()
    expect(page.locator("#cite-target")).to_be_focused()
    # Markup that is not shown is still there, and stays text.
    article = page.locator("#article .body").text_content() or ""
    for line in lines(kind):
        assert " ".join(line.split()) in " ".join(article.split())
    tab(page, "Search")
    page.get_by_label("Search words").fill(topic)
    page.keyboard.press("Enter")
    expect(page.locator(".results li").first).to_contain_text(topic)
    tab(page, "Evidence")
    expect(page.locator("#evidence .told")).to_contain_text(topic)
    tab(page, "Archive")
    expect(page.locator("#held table")).to_be_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_stays_text_also_when_it_is_opened_again(page: Page, kind: str) -> None:
    question = f"quarry {' '.join(lines(kind)[:6])}"[:900]
    ask(page, question)
    expect(page.locator("h2.question").first).to_contain_text(" ".join(question.split())[:60])
    tab(page, "Conversations")
    expect(page.locator("#kept-list li").first).to_be_visible()
    page.reload()
    expect(page.locator("h2.question").first).to_contain_text(" ".join(question.split())[:60])


def test_odd_questions_are_answered_or_refused_in_plain_words(page: Page) -> None:
    box = page.get_by_label("Question")
    for question, said in [
        ("word " * 10_000, "question"),
        ("\x00\x01\x1b[31m ferry \x7f", ""),
        ("‮quarry kcinnerB fo", ""),
        ("?", ""),
    ]:
        box.fill(question)
        box.press("Enter")
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
        expect(page.locator('.reply[aria-busy="true"]')).to_have_count(0)
        if said:
            expect(page.locator("#notice")).to_contain_text(said)


def test_a_double_click_on_everything_asks_once(page: Page) -> None:
    page.get_by_label("Question").fill("Who opened the quarry of Brennick?")
    page.get_by_role("button", name="Ask", exact=True).dblclick()
    expect(page.locator('.turn .reply[aria-busy="false"]')).to_have_count(1)
    page.get_by_role("tab", name="Archive").dblclick()
    page.get_by_role("tab", name="Ask").dblclick()
    page.locator("a.cite").first.dblclick()
    expect(page.locator("#cite-target")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)
