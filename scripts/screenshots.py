"""Writes docs/screenshot.png: the web chat over the sample corpus, with a citation opened.

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

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "screenshot.png"
QUESTION = "What caused the collapse of the Osier Bridge?"
SIZE = (1280, 800)
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


def take(page: Page, address: str) -> None:
    """Asks the question, opens its first citation and writes the picture."""
    page.goto(address)
    box = page.get_by_label("Question")
    box.fill(QUESTION)
    box.press("Enter")
    page.locator("a.cite").first.click()
    page.locator("#cite-target").wait_for()
    page.mouse.move(0, 0)
    page.wait_for_function("document.activeElement.id === 'cite-target'")
    TARGET.parent.mkdir(exist_ok=True)
    page.screenshot(path=TARGET)


def main() -> None:
    """Starts the app and a browser, and takes the picture."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "archive") as address,
        sync_playwright() as playwright,
    ):
        path = shutil.which("chromium") or shutil.which("google-chrome")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        width, height = SIZE
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        take(context.new_page(), address)
        browser.close()
    print(f"wrote {TARGET.relative_to(ROOT)}")


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
