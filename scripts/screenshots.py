"""Writes the pictures of the web chat in docs/, over the sample corpus.

Run from a checkout with the `test` extra installed: python scripts/screenshots.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs"
QUESTION = "How high was the damage of the flood?"
DIFFERING = "What caused the collapse of the Osier Bridge?"
"""A question to which two outlets give different answers, for the picture of the evidence."""

WIDE = (1280, 800)
TALLEST = 1400
"""How high the window may grow until a whole answer is in it."""

PHONE = (390, 844)
WHOLE = """() => {
  const reply = [...document.querySelectorAll('.reply')].at(-1);
  const box = reply.getBoundingClientRect();
  const seen = (x, y) => reply.contains(document.elementFromPoint(x, y));
  return seen(box.left + 5, box.top + 5) && seen(box.left + 5, box.bottom - 5);
}"""
"""Whether the first and the last line of the last reply are in view, and nothing covers them."""

ADDRESS = "Dateline is at "
ALL_EMBEDDED = "embedded "


@contextmanager
def running_app(archive: Path) -> Iterator[str]:
    """The address of the app over a fresh archive of the samples, with every vector in it."""
    environment = {**os.environ, "DATELINE_ARCHIVE": str(archive), "DATELINE_PORT": "0"}
    command = [sys.executable, str(ROOT / "app.py")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _address(process)
        finally:
            process.terminate()


def answered(
    browser: Browser, address: str, size: tuple[int, int], question: str, *, dark: bool = False
) -> Page:
    """A page of this size on which a question has been answered and nothing moves."""
    width, height = size
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page.goto(address)
    box = page.get_by_label("Question")
    box.fill(question)
    box.press("Enter")
    page.locator('.reply[aria-busy="false"]').wait_for()
    return page


def show_whole_answer(page: Page) -> None:
    """Makes the window as high as the whole answer needs; fails where it does not get into view."""
    for height in range(page.viewport_size["height"] if page.viewport_size else 0, TALLEST, 20):
        page.set_viewport_size({"width": WIDE[0], "height": height})
        if page.evaluate(WHOLE):
            return
    sys.exit(f"the answer is not whole in a window of {TALLEST} pixels")


def take(page: Page, name: str) -> None:
    """Writes what is seen, with no pointer over it."""
    page.mouse.move(0, 0)
    TARGET.mkdir(exist_ok=True)
    page.screenshot(path=TARGET / name)
    print(f"wrote {(TARGET / name).relative_to(ROOT)}")


def take_all(browser: Browser, address: str) -> None:
    """An answer with its citation opened, its evidence, and the same on a phone in the dark."""
    page = answered(browser, address, WIDE, QUESTION)
    page.locator("a.cite").first.click()
    page.wait_for_function("document.activeElement.id === 'cite-target'")
    show_whole_answer(page)
    take(page, "screenshot.png")
    page = answered(browser, address, WIDE, DIFFERING)
    page.get_by_role("tab", name="Evidence").click()
    page.locator("#evidence .chart").wait_for()
    take(page, "evidence.png")
    take(answered(browser, address, PHONE, QUESTION, dark=True), "phone.png")


def main() -> None:
    """Starts the app and a browser, and takes the pictures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "archive") as address,
        sync_playwright() as playwright,
    ):
        path = shutil.which("chromium") or shutil.which("google-chrome")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        take_all(browser, address)
        browser.close()


def _address(process: subprocess.Popen[str]) -> str:
    address = ""
    assert process.stdout
    for line in process.stdout:
        if line.startswith(ADDRESS):
            address = line.removeprefix(ADDRESS).strip()
        if line.startswith(ALL_EMBEDDED):
            return address
    sys.exit("the app ended before it was ready; its own message says why")


if __name__ == "__main__":
    main()
