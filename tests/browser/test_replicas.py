"""Several pages over one archive: a browser whose requests go to any of them, and one is killed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, SANK, Visitor, ask, tab
from tests.builders import row, write_jsonl
from tests.postgresql import Server
from tests.replicas import Pages, running_pages

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

ANSWERED = '.turn .reply[aria-busy="false"]'


@pytest.fixture
def pages(tmp_path: Path, postgresql_server: Server) -> Iterator[Pages]:
    with running_pages(tmp_path, postgresql_server.prepared(), 2) as begun:
        yield begun


def logged_in(visitor: Visitor, pages: Pages, name: str) -> Page:
    """The page of somebody who has logged in at the proxy."""
    page = visitor.browser.new_context().new_page()
    visitor.contexts.append(page.context)
    page.goto(pages.url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(f"{PASSWORD} {name}")
    page.keyboard.press("Enter")
    page.get_by_label("Question").wait_for()
    return page


def test_a_conversation_goes_on_wherever_its_requests_arrive_and_whichever_page_is_killed(
    visitor: Visitor, pages: Pages, tmp_path: Path
) -> None:
    page = logged_in(visitor, pages, "ada")
    ask(page, SANK)
    expect(page.locator(ANSWERED)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?c=[\w-]{24}$"))
    ask(page, "When was that?")
    expect(page.locator(ANSWERED)).to_have_count(2)

    new = write_jsonl(tmp_path / "new.jsonl", [row(9, "The kiosk of Marsk sells waffles.")])
    tab(page, "Add articles")
    page.locator("#files input[type=file]").set_input_files(new)
    expect(page.locator("#files")).to_contain_text("new")
    page.get_by_role("button", name="Add these files").click()
    expect(page.locator("#added")).to_contain_text("1 added")
    tab(page, "Ask")

    owners = pages.owners()
    pages.kill(next(iter(owners.values())))
    box = page.get_by_label("Question")
    box.fill("What does the kiosk of Marsk sell?")
    box.press("Enter")
    expect(page.locator(ANSWERED)).to_have_count(3)
    expect(page.locator(".turn").last).to_contain_text("waffles")
