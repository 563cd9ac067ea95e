"""A narrow window's filters, and the pages of a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rag.archive import Archive
from rag.config import Settings
from tests.browser.conftest import CORPUS, Site, Sites, Visitor, ask, build, running_app, tab
from tests.pdf_files import pdf

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

ASKED = "What has the railway company dug at Brask?"
COLOURED = """image => {
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const drawn = canvas.getContext('2d');
  drawn.drawImage(image, 0, 0);
  const points = drawn.getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let at = 0; at < points.length; at += 4) count += points[at] - points[at + 2] > 60;
  return count;
}"""
REPORT = [
    ["Bridges of the north", "", "Brask has a tunnel that the railway company dug in 1931."],
    ["The piers of the Osmund viaduct are eleven metres thick, the inspectors wrote."],
]


def test_the_filters_of_a_phone_are_a_sheet(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus, width=390, height=844)
    fold, sheet = (
        page.get_by_role("button", name="Filters"),
        page.get_by_role("group", name="Filters", exact=True),
    )
    expect(fold).to_have_attribute("aria-expanded", "false")
    before = page.locator("#log").bounding_box()
    fold.click()
    expect(sheet).to_be_focused()
    box = sheet.bounding_box()
    assert box
    assert (box["x"], box["width"], round(box["y"] + box["height"])) == (0, 390, 844)
    assert page.locator("#log").bounding_box() == before
    sheet.get_by_label("From").fill("2025-06")
    sheet.get_by_role("button", name="Done").click()
    expect(sheet).to_be_hidden()
    expect(fold).to_be_focused()
    expect(page.locator("#chosen")).to_contain_text("From 2025-06")
    # A touch beside it closes it, and does nothing else.
    fold.click()
    expect(sheet).to_be_focused()
    page.mouse.click(200, 50)
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("tab", name="Ask", exact=True)).to_have_attribute(
        "aria-selected", "true"
    )
    fold.click()
    expect(sheet).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_in_a_wide_window_the_filters_unfold(visitor: Visitor, sites: Sites) -> None:
    page = visitor.visit(sites.corpus)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From").fill("2025-06")
    page.get_by_label("Question").click()
    expect(page.locator("#chosen")).to_contain_text("From 2025-06")
    expect(page.get_by_label("From", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Done")).to_be_hidden()
    tab(page, "Saved")
    expect(page.get_by_role("button", name="Filters")).to_be_hidden()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path]]:
    """An app with an article of a PDF, and that file."""
    pytest.importorskip("pypdfium2")
    folder = tmp_path_factory.mktemp("printed")
    file = folder / "report.pdf"
    file.write_bytes(pdf(REPORT))
    place = build(folder / "site", CORPUS)
    with Archive.open(place, settings=Settings(encoder="hashing")) as archive:
        archive.ingest(file)
    with running_app(place) as site:
        yield site, file


def test_the_page_of_a_cited_sentence_is_shown_as_a_picture(
    visitor: Visitor, printed: tuple[Site, Path]
) -> None:
    site, file = printed
    page = visitor.visit(site)
    turn = ask(page, ASKED)
    turn.locator("a.cite").first.click()
    panel = page.get_by_role("region", name="Cited article")
    expect(panel.locator("#cite-target")).to_contain_text("Brask has a tunnel")
    picture = panel.get_by_role("img", name="Page 1 of ")
    expect(picture).to_be_hidden()
    assert not [url for url in visitor.requests if "/page/1.png" in url]
    panel.get_by_text("Page 1 as a picture").click()
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 1000)
    # On the page, black on white, only the cited words have a colour.
    assert picture.evaluate(COLOURED) > 1_000
    file.write_bytes(pdf([["Another text."], ["And nothing of what was cited stands here."]]))
    page.reload()
    turn = ask(page, ASKED)
    turn.locator("a.cite").first.click()
    panel.get_by_text("Page 1 as a picture").click()
    expect(panel).to_contain_text("its file has changed, or is gone")
    # The browser says so, too.
    assert [each for each in visitor.troubles if "404" in each]
    visitor.troubles.clear()
