"""Conversations, feedback, uploads and accounts, as people use them in a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from rag.archive import Archive
from rag.config import Settings
from tests.browser.conftest import FLOODED, SANK, Sites, Visitor, ask, tab

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

LAKE = "The lake at Brennick opened to swimmers. The water of the lake was 17 degrees warm."


def kept(page: Page) -> Locator:
    """The list of earlier conversations, in their tab."""
    tab(page, "Conversations")
    shown = page.locator("#kept-list")
    expect(shown.locator("ul, .note")).to_be_visible()
    return shown


def named(page: Page, title: str) -> Locator:
    return kept(page).locator("li", has_text=title)


def test_a_conversation_is_there_again_after_a_restart(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.kept)
    turn = ask(page, SANK)
    cited = turn.locator("a.cite").first.get_attribute("data-place")
    shown = turn.locator(".answer").inner_text()
    ask(page, "And how many were saved?")
    expect(page).to_have_url(re.compile(r"\?c=[\w-]{24}$"))
    address = page.url.partition("?")[2]
    page.close()
    sites.kept.restart()
    page = visitor.visit(sites.kept)
    expect(page.locator(".turn")).to_have_count(0)
    named(page, SANK).first.get_by_role("button", name=SANK, exact=True).click()
    expect(page.get_by_role("tab", name="Ask")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".turn")).to_have_count(2)
    turn = page.locator(".turn").first
    assert turn.locator(".answer").inner_text() == shown
    link = turn.locator("a.cite").first
    assert link.get_attribute("data-place") == cited
    link.click()
    expect(page.locator("#cite-target")).to_have_text(
        "The Lindow ferry sank on Friday with 41 people aboard."
    )
    page.goto(f"{sites.kept.url}?{address}")
    expect(page.locator(".turn")).to_have_count(2)
    ask(page, "And who was the captain?")
    expect(named(page, SANK).first).to_contain_text("3 answers")


def test_conversations_are_found_renamed_and_deleted(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.kept)
    ask(page, FLOODED)
    expect(page).to_have_url(re.compile(r"\?c="))
    page.get_by_role("button", name="New conversation").click()
    expect(page).not_to_have_url(re.compile(r"\?c="))
    ask(page, "Xylophone quartz zebra?")
    kept(page)
    words = page.get_by_label("Search conversations")
    words.fill("Monday three")
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
    expect(named(page, "Xylophone").first).to_be_visible()
    expect(named(page, "Marsk <b>file</b>")).to_have_count(0)


def test_words_typed_while_the_list_is_on_its_way_are_looked_for(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.kept)
    ask(page, FLOODED)
    held: list[Route] = []
    page.route("**/run/predict*", lambda route: held.append(route), times=1)
    with page.expect_request("**/run/predict*"):
        tab(page, "Conversations")
    page.get_by_label("Search conversations").fill("no such word")
    held[0].continue_()
    expect(page.locator("#kept-list")).to_contain_text("No conversation holds these words.")


def test_an_unknown_link_says_so(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.kept)
    page.goto(f"{sites.kept.url}/?c=AAAAAAAAAAAAAAAAAAAAAAAA")
    expect(page.locator("#notice")).to_contain_text("there is no conversation")
    ask(page, SANK)


def test_an_export_is_downloaded_and_holds(visitor: Visitor, sites: Sites, tmp_path: Path) -> None:
    page = visitor.visit(sites.kept)
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


def test_readers_say_what_they_think(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.kept)
    turn = ask(page, SANK)
    below = turn.locator(".feedback")
    thumb = below.get_by_role("button", name="Helpful", exact=True)
    thumb.click()
    expect(page.locator("#remarks")).to_have_text("Noted, thank you.")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    below.get_by_text("Comment").click()
    below.get_by_label("About").select_option("1")
    below.get_by_label("In your words").fill("Another <i>ferry</i>.")
    below.get_by_role("button", name="Send").click()
    expect(below.get_by_role("button", name="Send")).to_be_hidden()
    with Archive.open(sites.kept.archive, settings=Settings(encoder="hashing")) as archive:
        expect(page.locator("#remarks")).to_have_text("Noted, thank you.")
        *_, first, second = archive.feedback.all()
    assert (first.remark.kind, first.answer["question"]) == ("helpful", SANK)
    assert (second.remark.kind, second.remark.citation, second.remark.note) == (
        "wrong citation",
        1,
        "Another <i>ferry</i>.",
    )


def test_an_uploaded_article_answers_at_once(
    visitor: Visitor, sites: Sites, tmp_path: Path
) -> None:
    (tmp_path / "lake <b>.txt").write_text(LAKE, encoding="utf-8")
    (tmp_path / "lying.md").write_bytes(b"PK\x03\x04\xff\xfe\x00")
    (tmp_path / "program.exe").write_bytes(b"MZ")
    page = visitor.visit(sites.kept)
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
    expect(page.locator("#added")).to_contain_text("no file is chosen yet")


def test_an_upload_without_outlet_and_date_is_asked_for_them(
    visitor: Visitor, sites: Sites, tmp_path: Path
) -> None:
    file = tmp_path / "organ.txt"
    file.write_text("The organ of Pellmoor has 1,204 pipes again, the parish said.", "utf-8")
    page = visitor.visit(sites.kept)
    panel = tab(page, "Add articles")
    told = panel.locator("#added li").filter(has_text="organ.txt")

    def add() -> None:
        # What was sent before is cleared away first.
        expect(page.locator("#files")).not_to_contain_text("organ")
        page.locator("#files input[type=file]").set_input_files(file)
        expect(page.locator("#files")).to_contain_text("organ")
        panel.get_by_role("button", name="Add these files").click()

    add()
    expect(told.first).to_contain_text("Fill in the outlet and the date above and add it again.")
    panel.get_by_label("Outlet, where a file names none").fill("Pellmoor Post")
    panel.get_by_label("Date, where a file has none").fill("someday")
    add()
    expect(panel.locator("#added")).to_contain_text(
        "'someday' is not a date; write it as 2020-09-11"
    )
    # The file is still there: nothing has been read.
    expect(page.locator("#files")).to_contain_text("organ")
    panel.get_by_label("Date, where a file has none").fill("2025-07-02")
    panel.get_by_role("button", name="Add these files").click()
    expect(told.first).to_contain_text("1 revised")
    expect(panel.locator("#added")).not_to_contain_text("add it again")
    tab(page, "Ask")
    turn = ask(page, "How many pipes has the organ of Pellmoor?")
    expect(turn).to_contain_text("Pellmoor Post, 2 July 2025")


def test_two_people_see_nothing_of_each_other(visitor: Visitor, sites: Sites) -> None:
    ada, bo = visitor.log_in(sites.locked, "ada"), visitor.log_in(sites.locked, "bo")
    for page, question in ((ada, SANK), (bo, FLOODED)):
        box = page.get_by_label("Question")
        box.fill(question)
        box.press("Enter")
    for page in (ada, bo):
        expect(page.locator('.reply[aria-busy="false"]')).to_have_count(1)
    expect(ada.locator(".turn")).to_contain_text("ferry sank on Friday")
    expect(bo.locator(".turn")).to_contain_text("flooded on Monday")
    expect(ada).to_have_url(re.compile(r"\?c="))
    address = ada.url
    expect(named(ada, SANK)).to_have_count(1)
    expect(named(ada, FLOODED)).to_have_count(0)
    expect(named(bo, FLOODED)).to_have_count(1)
    expect(named(bo, SANK)).to_have_count(0)
    bo.goto(address)
    expect(bo.locator("#notice")).to_contain_text("there is no conversation")
    share = named(ada, SANK).get_by_role("button", name="Share")
    share.click()
    expect(share).to_have_attribute("aria-pressed", "true")
    bo.goto(address)
    expect(bo.locator(".turn")).to_contain_text("ferry sank on Friday")
    tab(bo, "Ask")
    ask(bo, "And how many were saved?")
    expect(named(ada, SANK)).to_contain_text("1 answer")


def test_readers_cannot_add_articles(visitor: Visitor, sites: Sites) -> None:
    bo, ada = visitor.log_in(sites.locked, "bo"), visitor.log_in(sites.locked, "ada")
    expect(ada.get_by_role("tab", name="Add articles")).to_be_visible()
    expect(bo.get_by_role("tab", name="Add articles")).to_have_count(0)


def test_only_admins_examine_the_archive_and_see_paths(
    visitor: Visitor, sites: Sites, tmp_path: Path
) -> None:
    file = tmp_path / "no articles.md"
    file.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with Archive.open(sites.locked.archive, settings=Settings(encoder="hashing")) as archive:
        assert len(archive.ingest(file).failures) == 1
    for name, said in (("bo", "Your account may not examine"), ("ada", "Nothing is wrong")):
        page = visitor.log_in(sites.locked, name)
        tab(page, "Archive")
        expect(page.locator("#held")).to_contain_text("no articles.md")
        shown = page.locator("#held").inner_text()
        assert (str(tmp_path) in shown) == (name == "ada")
        page.get_by_role("button", name="Check health").click()
        expect(page.locator("#health")).to_contain_text(said)


def test_a_wrong_password_is_refused_in_plain_words(visitor: Visitor, sites: Sites) -> None:
    page = visitor.open(sites.locked)
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("wrong words here")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    visitor.troubles[:] = [each for each in visitor.troubles if "401" not in each]


def test_two_visitors_of_an_open_page_see_only_their_own(visitor: Visitor, sites: Sites) -> None:
    first, second = visitor.visit(sites.free), visitor.visit(sites.free)
    ask(first, SANK)
    expect(first).to_have_url(re.compile(r"\?c=[\w-]{24}$"))
    linked = first.url
    ask(second, FLOODED)
    expect(kept(first).locator("li")).to_have_count(1)
    expect(kept(second).locator("li")).to_have_count(1)
    expect(named(second, FLOODED)).to_be_visible()
    second.goto(linked)
    expect(second.get_by_text("there is no conversation")).to_be_visible()
    expect(second.locator(".turn")).to_have_count(0)
    named(first, SANK).get_by_role("button", name="Share").click()
    expect(named(first, SANK).locator(".share")).to_have_attribute("aria-pressed", "true")
    second.goto(linked)
    expect(second.locator(".turn")).to_have_count(1)


def test_a_question_asked_before_the_conversation_is_there_goes_on_with_it(
    visitor: Visitor, sites: Sites
) -> None:
    page = visitor.visit(sites.kept)
    ask(page, SANK)
    expect(page).to_have_url(re.compile(r"\?c=[\w-]{24}$"))
    address = page.url
    held: list[Route] = []
    page.route("**/gradio_api/run/predict*", lambda route: held.append(route))
    with page.expect_request("**/gradio_api/run/predict*"):
        page.reload()
    box = page.get_by_label("Question")
    box.fill(FLOODED)
    box.press("Enter")
    expect(page.locator(".turn")).to_have_count(0)
    while held:
        held.pop().continue_()
    page.unroute("**/gradio_api/run/predict*")
    expect(page.locator('.turn .reply[aria-busy="false"]')).to_have_count(2)
    expect(page.locator(".turn").last).to_contain_text("three days of rain")
    expect(named(page, SANK).first).to_contain_text("2 answers")
    assert page.url == address
