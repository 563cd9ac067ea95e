"""What goes wrong while the page is open, and what is wrong with what it is given."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rag.web.adding import LARGEST_UNPACKED
from rag.web.server.guard import LARGEST_FILE
from tests.browser.conftest import SANK, Sites, Visitor, ask, tab

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

REFUSED = re.compile(
    "ERR_CONNECTION_REFUSED|Unexpected error Cancelled|ERR_INCOMPLETE_CHUNKED|stream was cut off"
)

# What is refused has no progress either, for which Gradio's page asks.
TOO_LARGE = re.compile("status of 413|status of 404|^Response$")


def test_a_restart_in_mid_answer_loses_nothing(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.samples)
    sites.model.mode, sites.model.pieces = "ok", ["The hangers of the bridge had rusted [1]."]
    ask(page, "What caused the collapse of the Osier Bridge?")
    expect(page).to_have_url(re.compile(r"\?c=[\w-]{24}$"))
    sites.model.mode, sites.model.pieces = "stalls", ["The ferry ", "sank [1]. "]
    sites.model.released.clear()
    box = page.get_by_label("Question")
    box.fill("Who was at the wheel of the bus?")
    box.press("Enter")
    expect(page.locator('.turn .reply[aria-busy="true"]')).to_be_visible()
    sites.samples.restart()
    expect(box).to_have_value("Who was at the wheel of the bus?", timeout=40_000)
    expect(page.locator(".turn")).to_have_count(1)
    sites.model.released.set()
    sites.model.mode = "ok"
    box.press("Enter")
    expect(page.locator('.turn .reply[aria-busy="false"]')).to_have_count(2)
    sites.model.mode = "stalls"
    visitor.troubles[:] = [each for each in visitor.troubles if not REFUSED.search(each)]


def test_a_tab_that_is_closed_in_mid_answer_ends_its_request(
    visitor: Visitor, sites: Sites
) -> None:
    sites.model.hung_up.clear()
    sites.model.mode = "endless"
    try:
        page = visitor.visit(sites.samples)
        page.locator("button.example").first.click()
        expect(page.locator(".turn .streaming")).to_be_visible()
        page.close()
        assert sites.model.hung_up.wait(20)
    finally:
        sites.model.mode = "stalls"


def test_files_that_are_too_large_or_lie_are_refused_each_with_its_reason(
    visitor: Visitor, sites: Sites, tmp_path: Path
) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(200 << 20)
    with gzip.open(tmp_path / "bomb.jsonl.gz", "wb", compresslevel=1) as packed:
        for _ in range((LARGEST_UNPACKED >> 24) + 1):
            packed.write(bytes(1 << 24))
    (tmp_path / "lying.md").write_bytes(b"PK\x03\x04\xff\xfe\x00")
    page = visitor.visit(sites.kept)
    tab(page, "Add articles")
    chosen = page.locator("#files input[type=file]")
    chosen.set_input_files(tmp_path / "huge.txt")
    expect(page.locator("body")).to_contain_text(
        re.compile(rf"{LARGEST_FILE >> 20} MB|too large|exceed", re.IGNORECASE)
    )
    chosen.set_input_files([tmp_path / "bomb.jsonl.gz", tmp_path / "lying.md"])
    expect(page.locator("#files")).to_contain_text("lying")
    page.get_by_role("button", name="Add these files").click()
    problems = page.locator("#added .problem")
    expect(problems).to_have_count(2)
    expect(problems.first).to_contain_text("it unpacks to more than the 200 MB")
    tab(page, "Ask")
    ask(page, SANK)
    visitor.troubles[:] = [each for each in visitor.troubles if not TOO_LARGE.search(each)]
