"""Conversations, feedback, uploads and accounts, as people use them in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.accounts import add_account
from rag.archive import Archive
from rag.config import Settings
from tests.browser.conftest import ADDRESS, CORPUS, PATIENCE_MS, Site, Visitor, running_app
from tests.builders import write_jsonl

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

SANK = "Which Lindow ferry sank with 41 people aboard?"
FLOODED = "Why was the harbour of Marsk flooded after days of rain?"
WORDS = "correct horse battery"
LAKE = "The lake at Brennick opened to swimmers. The water of the lake was 17 degrees warm."
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keeping")
    with Archive.open(folder / "corpus", settings=Settings(encoder="hashing")) as archive:
        archive.ingest(write_jsonl(folder / "corpus.jsonl", CORPUS))
    return folder / "corpus"


@pytest.fixture(scope="module")
def site(corpus: Path) -> Iterator[Site]:
    with running_app(corpus) as started:
        started.url = started.wait_for(ADDRESS)
        yield started


@pytest.fixture
def guest(browser: Browser) -> Iterator[Visitor]:
    """A visitor of any site, whose pages raise no error."""
    visitor = Visitor(browser)
    yield visitor
    for context in visitor.contexts:
        context.close()
    assert visitor.troubles == []
    assert [
        url for url in visitor.requests if "127.0.0.1" not in url[:24] and url[:5] == "http:"
    ] == []


def ask(page: Page, question: str) -> Locator:
    before = page.locator(".turn").count()
    box = page.get_by_label("Question")
    box.fill(question)
    box.press("Enter")
    turn = page.locator(".turn").nth(before)
    expect(turn.locator('.reply[aria-busy="false"]')).to_be_visible()
    return turn


def kept(page: Page) -> Locator:
    """The list of earlier conversations, unfolded."""
    shown = page.locator("#kept-list")
    if not shown.is_visible():
        page.get_by_role("button", name="Conversations").click()
    expect(shown.locator("ul, .note")).to_be_visible()
    return shown


def named(page: Page, title: str) -> Locator:
    return kept(page).locator("li", has_text=title)


def test_a_conversation_is_there_again_after_a_restart(guest: Visitor, corpus: Path) -> None:
    with running_app(corpus) as first:
        first.url = first.wait_for(ADDRESS)
        page = guest.visit(first)
        turn = ask(page, SANK)
        cited = turn.locator("a.cite").first.get_attribute("data-place")
        shown = turn.locator(".answer").inner_text()
        ask(page, "And how many were saved?")
        expect(page).to_have_url(re.compile(r"\?c=[\w-]{24}$"))
        address = page.url.partition("?")[2]
        page.close()
    with running_app(corpus) as second:
        second.url = second.wait_for(ADDRESS)
        page = guest.visit(second)
        expect(page.locator(".turn")).to_have_count(0)
        named(page, SANK).get_by_role("button", name=SANK, exact=True).click()
        expect(page.locator(".turn")).to_have_count(2)
        turn = page.locator(".turn").first
        assert turn.locator(".answer").inner_text() == shown
        link = turn.locator("a.cite").first
        assert link.get_attribute("data-place") == cited
        link.click()
        expect(page.locator("#cite-target")).to_have_text(
            "The Lindow ferry sank on Friday with 41 people aboard."
        )
        page.goto(f"{second.url}?{address}")
        expect(page.locator(".turn")).to_have_count(2)
        ask(page, "And who was the captain?")
        expect(named(page, SANK)).to_contain_text("3 answers")


def test_conversations_are_found_renamed_and_deleted(guest: Visitor, site: Site) -> None:
    page = guest.visit(site)
    ask(page, FLOODED)
    page.get_by_role("button", name="New conversation").click()
    expect(page).not_to_have_url(re.compile(r"\?c="))
    ask(page, "Xylophone quartz zebra?")
    kept(page)
    words = page.get_by_label("Search conversations")
    words.fill("crowns quays")
    expect(page.locator("#kept-list li")).to_have_count(1)
    item = named(page, FLOODED)
    item.get_by_role("button", name="Rename").click()
    page.keyboard.type("Marsk <b>file</b>")
    page.keyboard.press("Enter")
    expect(page.locator("#kept-list li .open")).to_have_text("Marsk <b>file</b>")
    page.get_by_role("button", name="Rename").click()
    page.keyboard.press("Escape")
    expect(page.locator("#kept-list li .open")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator("#kept-list")).to_contain_text("No conversation holds these words.")
    words.fill("")
    expect(named(page, "Xylophone")).to_have_count(1)
    expect(named(page, "Marsk")).to_have_count(0)


def test_an_unknown_link_says_so(guest: Visitor, site: Site) -> None:
    page = guest.visit(site)
    page.goto(f"{site.url}/?c=AAAAAAAAAAAAAAAAAAAAAAAA")
    expect(page.get_by_role("alert").first).to_contain_text("there is no conversation")
    ask(page, SANK)


def test_an_export_is_downloaded_and_holds(guest: Visitor, site: Site, tmp_path: Path) -> None:
    page = guest.visit(site)
    ask(page, SANK)
    item = kept(page).locator("li").first
    with page.expect_download() as waiting:
        item.get_by_role("link", name="as JSON").click()
    waiting.value.save_as(tmp_path / "kept.json")
    exported = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    assert exported["turns"][0]["answer"]["citations"][0]["quote"].startswith("The Lindow ferry")
    with page.expect_download() as waiting:
        item.get_by_role("link", name="as Markdown").click()
    assert Path(waiting.value.path()).read_text(encoding="utf-8").startswith("# Which Lindow")


def test_readers_say_what_they_think(guest: Visitor, site: Site) -> None:
    page = guest.visit(site)
    turn = ask(page, SANK)
    below = turn.locator(".feedback")
    thumb = below.get_by_role("button", name="Helpful", exact=True)
    thumb.click()
    expect(page.locator("#remarks")).to_have_text("Noted, thank you.")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    below.get_by_text("Say more").click()
    below.get_by_label("About").select_option("1")
    below.get_by_label("In your words").fill("Another <i>ferry</i>.")
    below.get_by_role("button", name="Send").click()
    expect(below.get_by_role("button", name="Send")).to_be_hidden()
    with Archive.open(site.archive, settings=Settings(encoder="hashing")) as archive:
        expect(page.locator("#remarks")).to_have_text("Noted, thank you.")
        *_, first, second = archive.feedback.all()
    assert (first.remark.kind, first.answer["question"]) == ("helpful", SANK)
    assert (second.remark.kind, second.remark.citation, second.remark.note) == (
        "wrong citation",
        1,
        "Another <i>ferry</i>.",
    )


def test_an_uploaded_article_answers_at_once(guest: Visitor, site: Site, tmp_path: Path) -> None:
    (tmp_path / "lake <b>.txt").write_text(LAKE, encoding="utf-8")
    (tmp_path / "lying.md").write_bytes(b"PK\x03\x04\xff\xfe\x00")
    (tmp_path / "program.exe").write_bytes(b"MZ")
    page = guest.visit(site)
    page.get_by_role("tab", name="Add articles").click()
    files = ["lake <b>.txt", "lying.md", "program.exe"]
    page.locator("#files input[type=file]").set_input_files([tmp_path / name for name in files])
    expect(page.locator("#files")).to_contain_text("program")
    page.get_by_role("button", name="Add these files").click()
    told = page.locator("#added li")
    expect(told.filter(has_text="1 added")).to_contain_text("lake")
    expect(page.locator("#added .problem")).to_have_count(2)
    expect(page.locator("#added")).to_contain_text("unknown file type '.exe'")
    expect(page.locator("#added .working")).to_have_count(0)
    page.get_by_role("tab", name="Ask").click()
    turn = ask(page, "How warm was the water of the lake at Brennick?")
    expect(turn).to_contain_text("17 degrees")
    page.get_by_role("tab", name="Add articles").click()
    page.get_by_role("button", name="Add these files").click()
    expect(page.locator("#added")).to_contain_text("choose 1 to 20 files at a time, not 0")


@pytest.fixture(scope="module")
def locked(corpus: Path) -> Iterator[Site]:
    users = corpus.with_name("users.json")
    for name, role in (("ada", "admin"), ("bo", "reader")):
        add_account(users, name, role, f"{WORDS} {name}")
    with running_app(corpus, DATELINE_AUTH=str(users)) as started:
        started.url = started.wait_for(ADDRESS)
        yield started


def log_in(guest: Visitor, site: Site, name: str) -> Page:
    context = guest.browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    guest.contexts.append(context)
    page = context.new_page()
    page.on("dialog", lambda dialog: guest.troubles.append(f"dialog: {dialog.message}"))
    page.goto(site.url)
    expect(page).to_have_url(re.compile("/login$"))
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(f"{WORDS} {name}")
    page.keyboard.press("Enter")
    page.get_by_label("Question").wait_for()
    return page


def test_two_people_see_nothing_of_each_other(guest: Visitor, locked: Site) -> None:
    ada, bo = log_in(guest, locked, "ada"), log_in(guest, locked, "bo")
    for page, question in ((ada, SANK), (bo, FLOODED)):
        box = page.get_by_label("Question")
        box.fill(question)
        box.press("Enter")
    for page in (ada, bo):
        expect(page.locator('.reply[aria-busy="false"]')).to_have_count(1)
    expect(ada.locator(".turn")).to_contain_text("ferry sank on Friday")
    expect(bo.locator(".turn")).to_contain_text("flooded on Monday")
    expect(named(ada, SANK)).to_have_count(1)
    expect(named(ada, FLOODED)).to_have_count(0)
    expect(named(bo, FLOODED)).to_have_count(1)
    expect(named(bo, SANK)).to_have_count(0)
    address = ada.url
    bo.goto(address)
    expect(bo.get_by_role("alert").first).to_contain_text("there is no conversation")
    share = named(ada, SANK).get_by_role("button", name="Share")
    share.click()
    expect(share).to_have_attribute("aria-pressed", "true")
    bo.goto(address)
    expect(bo.locator(".turn")).to_contain_text("ferry sank on Friday")
    ask(bo, "And how many were saved?")
    expect(named(ada, SANK)).to_contain_text("1 answer")


def test_readers_cannot_add_articles(guest: Visitor, locked: Site) -> None:
    bo, ada = log_in(guest, locked, "bo"), log_in(guest, locked, "ada")
    expect(ada.get_by_role("tab", name="Add articles")).to_be_visible()
    expect(bo.get_by_role("tab", name="Add articles")).to_have_count(0)


def test_a_wrong_password_is_refused_in_plain_words(guest: Visitor, locked: Site) -> None:
    page = guest.browser.new_page()
    guest.contexts.append(page.context)
    page.goto(locked.url)
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("wrong words here")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
