"""The page under a path of another site, behind real proxies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from rag.web.accounts import add_account
from rag.web.server.asgi import Message, Receive, Send
from tests.browser.conftest import (
    CORPUS,
    PASSWORD,
    SANK,
    Site,
    Visitor,
    ask,
    build,
    free_port,
    running_app,
    tab,
)
from tests.http_server import http_server
from tests.reverse_proxy import NGINX, gathering, nginx

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

OWN = {"DATELINE_TRUSTED_PROXIES": "127.0.0.1"}
FAILING = re.compile("status of|ERR_FAILED|^Response$|Connection errored out|preload CSS|cut off")
MOVED = pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")


class Behind:
    """Sites, and the same ones as their readers see them through a proxy."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._count = 0

    def site(self, **settings: str) -> Site:
        """A page with these settings."""
        self._count += 1
        archive = build(self._folder / f"site{self._count}", CORPUS)
        return self._stack.enter_context(running_app(archive, **settings))

    def nginx(self, site: Site, prefix: str, **kind: Any) -> Site:
        """The site behind nginx, which names the prefix or not, strips it or not."""
        self._count += 1
        folder = self._folder / f"nginx{self._count}"
        folder.mkdir()
        started = nginx(folder, free_port(), target(site), prefix, **kind)
        return seen(site, self._stack.enter_context(started), prefix)

    def other(self, site: Site, prefix: str, **kind: Any) -> Site:
        """The site behind a proxy that names nothing."""
        started = gathering(free_port(), target(site), prefix, **kind)
        return seen(site, self._stack.enter_context(started), prefix)


def target(site: Site) -> str:
    """Where a proxy finds the site, whatever its path."""
    return "/".join(site.url.split("/")[:3])


def seen(site: Site, address: str, prefix: str) -> Site:
    return Site(site.archive, site.settings, f"{address}{prefix}/")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    with ExitStack() as stack:
        yield Behind(tmp_path_factory.mktemp("behind"), stack)


@pytest.fixture(scope="module")
def plain(behind: Behind) -> Site:
    """A page that believes this machine's proxies."""
    return behind.site(**OWN)


def works(page: Page) -> None:
    """Asks, opens a citation, and saves the answer as a file."""
    turn = ask(page, SANK)
    expect(turn).to_contain_text("41 people aboard")
    turn.locator("a.cite").first.click()
    expect(page.locator("#article mark").first).to_be_visible()
    tab(page, "Conversations")
    with page.expect_download() as saved:
        page.locator("a[download]").first.click()
    assert "Which Lindow ferry" in Path(saved.value.path()).read_text(encoding="utf-8")


@MOVED
@pytest.mark.parametrize("strips", [True, False])
def test_nginx_serves_the_page_under_a_path_that_it_names(
    visitor: Visitor, behind: Behind, plain: Site, strips: bool
) -> None:
    works(visitor.visit(behind.nginx(plain, "/desk/news", strips=strips)))


def test_a_proxy_that_names_no_path_needs_the_setting(visitor: Visitor, behind: Behind) -> None:
    site = behind.site(DATELINE_ROOT_PATH="/news")
    assert site.url.endswith("/news/")
    works(visitor.visit(behind.other(site, "/news")))
    works(visitor.visit(site))


def test_an_answer_comes_through_a_proxy_that_gathers_it(visitor: Visitor, behind: Behind) -> None:
    site = behind.site(DATELINE_ROOT_PATH="/news")
    page = visitor.visit(behind.other(site, "/news", whole=True))
    expect(ask(page, SANK)).to_contain_text("41 people aboard")


def test_without_the_setting_the_page_says_which_is_missing(
    visitor: Visitor, behind: Behind, plain: Site
) -> None:
    site = behind.other(plain, "/w1")
    # Gradio asks the root of the site.
    visitor.own.append(target(site))
    page = visitor.visit(site)
    said = page.locator("#server .failed")
    expect(said).to_contain_text("can set DATELINE_ROOT_PATH=/w1 and start it again")
    box = page.get_by_label("Question")
    box.fill(SANK)
    box.press("Enter")
    expect(said).to_contain_text("What you typed is still here.")
    expect(box).to_have_value(SANK)
    visitor.troubles[:] = [each for each in visitor.troubles if not FAILING.search(each)]


@pytest.mark.parametrize(
    ("call", "answer", "words"),
    [
        ("join", {"status": 502, "body": "<h1>Bad Gateway</h1>"}, "gets no answer from it"),
        ("join", {"status": 413, "body": ""}, "more than the server before Dateline lets through"),
        ("join", {"status": 200, "body": "<h1>Log in</h1>"}, "a login that has run out"),
        ("join", None, "could not be reached, and nothing was sent"),
        ("data", {"status": 504, "body": ""}, "did not wait for the answer"),
        ("data", None, "connection broke before the answer was finished"),
        (
            "data",
            {"status": 200, "body": "data: {}\n\n", "content_type": "text/event-stream"},
            "connection broke before the answer was finished",
        ),
    ],
)
def test_a_call_that_fails_says_so_and_loses_no_question(
    visitor: Visitor, plain: Site, call: str, answer: dict[str, Any] | None, words: str
) -> None:
    page = visitor.visit(plain)

    def fails(route: Route) -> None:
        if answer is None:
            route.abort()
        else:
            route.fulfill(**{"content_type": "text/html", **answer})

    page.route(f"**/queue/{call}*", fails)
    box = page.get_by_label("Question")
    box.fill(SANK)
    box.press("Enter")
    said = page.locator("#server .failed")
    expect(said).to_contain_text(words)
    expect(said).to_contain_text("What you typed is still here.")
    page.unroute(f"**/queue/{call}*")
    # Gradio loads the page again where a stream failed; both outlast that.
    page.reload()
    expect(box).to_have_value(SANK)
    box.press("Enter")
    expect(page.locator('.turn .reply[aria-busy="false"]')).to_be_visible()
    expect(said).to_be_empty()
    visitor.troubles[:] = [each for each in visitor.troubles if not FAILING.search(each)]


@MOVED
def test_a_link_that_a_login_interrupts_is_opened_after_it(
    visitor: Visitor, behind: Behind, tmp_path: Path
) -> None:
    users = tmp_path / "users.json"
    add_account(users, "bo", "reader", f"{PASSWORD} bo")
    site = behind.nginx(behind.site(DATELINE_AUTH=str(users), **OWN), "/news")
    page = visitor.open(site)
    page.goto(f"{site.url}?article=a1&at=0-10#answer-1")
    expect(page).to_have_url(re.compile(r"/news/login\?next="))
    page.get_by_label("Name").fill("bo")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("Name").fill("bo")
    page.get_by_label("Password").fill(f"{PASSWORD} bo")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}?article=a1&at=0-10#answer-1")
    page.get_by_label("Question").wait_for()
    works(page)
    cookies = {each["name"]: each["path"] for each in page.context.cookies()}
    assert cookies == {"dateline-session": "/news", "dateline-device": "/news"}
    visitor.troubles[:] = [each for each in visitor.troubles if "status of 401" not in each]


def test_only_a_site_that_is_named_shows_the_page_in_a_frame(
    visitor: Visitor, behind: Behind, plain: Site
) -> None:
    async def intranet(scope: Message, receive: Receive, send: Send) -> None:
        shown = scope["query_string"].decode()
        body = f'<!doctype html><title>Intranet</title><iframe src="{shown}"></iframe>'.encode()
        head = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    with http_server(intranet) as (host, port):
        around = f"http://{host}:{port}"
        framed = behind.site(DATELINE_FRAME_ANCESTORS=around)
        visitor.own += [around, framed.url]
        page = visitor.open(plain)
        page.goto(f"{around}/?{framed.url}")
        inside = page.frame_locator("iframe")
        inside.get_by_label("Question").fill(SANK)
        inside.get_by_label("Question").press("Enter")
        expect(inside.locator(".turn")).to_contain_text("41 people aboard")
        page.goto(f"{around}/?{plain.url}")
        expect(inside.get_by_label("Question")).to_have_count(0)
    assert [each for each in visitor.troubles if "frame-ancestors" in each]
    visitor.troubles.clear()
