"""What a page believes of the proxies before it, and where a login leads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urljoin

import anyio
import pytest

from rag.config import load_settings
from rag.errors import ConfigError
from rag.web.accounts import Accounts, add_account
from rag.web.server.asgi import Asgi, Message, Receive, Send
from rag.web.server.guard import SameOrigin
from rag.web.server.login import Login
from rag.web.server.proxies import BehindProxy
from rag.web.server.serving import HEADERS, headers_for
from rag.web.server.signing import FRAMED, cookie_header, read_cookie
from tests.test_web_limits import KEY, PAGE, WORDS, Got, _asked, ask, form, inside

PROXY, STRANGER = "10.0.0.2", "192.0.2.9"


async def seen(scope: Message, receive: Receive, send: Send) -> None:
    """Answers with what is seen of the request."""
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    found = {
        "path": scope["path"],
        "root": scope["root_path"],
        "scheme": scope["scheme"],
        "client": scope["client"][0],
        "host": headers.get("host"),
        "others": sorted(name for name in headers if name.startswith("x-")),
    }
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(found).encode()})


def got(path: str, headers: Mapping[str, str], *, client: str = PROXY, root: str = "") -> Got:
    app = BehindProxy(seen, proxies=(PROXY,), root=root)
    return ask(app, path, headers=headers, client=client)


def test_a_trusted_proxy_says_what_the_reader_sees_and_nobody_else_does() -> None:
    said = {
        "x-forwarded-prefix": "/news/",
        "x-forwarded-host": "desk.example",
        "x-forwarded-proto": "https, http",
        "x-forwarded-for": STRANGER,
        "x-gradio-server": "http://evil.example",
    }
    assert json.loads(got("/config", said).body) == {
        "path": "/config",
        "root": "/news",
        "scheme": "https",
        "client": STRANGER,
        "host": "desk.example",
        "others": ["x-forwarded-for", "x-forwarded-proto"],
    }
    assert json.loads(got("/config", said, client=STRANGER).body) == {
        "path": "/config",
        "root": "",
        "scheme": "http",
        "client": STRANGER,
        "host": "localhost:7860",
        "others": [],
    }


@pytest.mark.parametrize(
    ("said", "root"),
    [
        *(
            ("/news", "/news"),
            ("news/", "/news"),
            ("/", ""),
            ("", ""),
            ("/desk, /news", "/desk/news"),
        ),
        *(("//evil.example", "/evil.example"), ("/a/../b", ""), ('/"><script>', ""), ("/a b", "")),
        *(("/n;Path=/", ""), ("/mcp", ""), ("/gradio_api/x", ""), ("/" + "n" * 300, "")),
    ],
)
def test_only_a_plain_path_is_a_prefix(said: str, root: str) -> None:
    assert json.loads(got("/config", {"x-forwarded-prefix": said}).body)["root"] == root


@pytest.mark.parametrize(
    ("path", "inner"),
    [
        ("/news/config", "/config"),
        ("/config", "/config"),
        ("/newsroom", "/newsroom"),
        ("/news/", "/"),
    ],
)
def test_a_prefix_is_cut_off_where_the_proxy_left_it(path: str, inner: str) -> None:
    found = json.loads(got(path, {}, client=STRANGER, root="/news").body)
    assert (found["path"], found["root"]) == (inner, "/news")


def test_the_path_without_a_slash_leads_to_the_page() -> None:
    led = got("/news", {}, root="/news")
    assert (led.status, led.headers["location"]) == (307, "/news/")


@pytest.mark.parametrize(
    ("sent", "said", "host"),
    [
        ("news.example", {"port": "8443", "proto": "https"}, "news.example:8443"),
        ("news.example", {"port": "443", "proto": "https"}, "news.example"),
        ("[2001:db8::1]", {"port": "81"}, "[2001:db8::1]:81"),
        ("10.0.0.5:7860", {"host": "news.example:81, inner"}, "news.example:81"),
        ("evil.example", {"host": "localhost"}, "evil.example"),
        ("127.0.0.1:7860", {"host": "localhost:8080"}, "localhost:8080"),
    ],
)
def test_the_host_is_the_one_in_the_readers_address_bar(
    sent: str, said: Mapping[str, str], host: str
) -> None:
    headers = {"host": sent} | {f"x-forwarded-{name}": value for name, value in said.items()}
    assert json.loads(got("/config", headers).body)["host"] == host


def test_the_page_takes_its_files_from_below_its_path() -> None:
    async def page(scope: Message, receive: Receive, send: Send) -> None:
        html = (b"content-type", b"text/html; charset=utf-8")
        await send({"type": "http.response.start", "status": 200, "headers": [html]})
        body = b'<base href="./" /><link rel="manifest" href="/manifest.json" />'
        for part, more in ((body[:20], True), (body[20:], False)):
            await send({"type": "http.response.body", "body": part, "more_body": more})

    found = ask(BehindProxy(page, root="/news"))
    assert found.body == (
        b'<base href="/news/" /><link rel="icon" href="data:," />'
        b'<link rel="manifest" href="/news/manifest.json" />'
    )
    assert found.headers["content-length"] == str(len(found.body))


def test_cookies_are_for_the_page_alone_and_the_nearest_counts() -> None:
    def rules(**scope: object) -> str:
        return cookie_header("a", "b", 9, scope)[1].decode().partition("; ")[2]

    assert rules() == "Path=/; Max-Age=9; HttpOnly; SameSite=Lax"
    assert (
        rules(root_path="/news", scheme="https")
        == "Path=/news; Max-Age=9; HttpOnly; SameSite=Lax; Secure"
    )
    framed = {FRAMED: True, "scheme": "https"}
    assert rules(**framed) == "Path=/; Max-Age=9; HttpOnly; SameSite=None; Secure"
    assert rules(**{FRAMED: True}).endswith("SameSite=Lax")
    assert read_cookie({"cookie": "a=near; b=1; a=far"}, "a") == "near"


def test_a_browser_that_sees_one_origin_is_believed_whatever_host_the_proxy_sends() -> None:
    for site, status in (("same-origin", 200), ("cross-site", 403), ("same-site", 403), ("", 403)):
        headers = {"origin": "https://news.example", "sec-fetch-site": site}
        headers = {name: value for name, value in headers.items() if value}
        found = ask(SameOrigin(inside), "/login", method="POST", headers=headers)
        assert found.status == status


@pytest.fixture
def login(tmp_path: Path) -> Asgi:
    add_account(tmp_path / "users.json", "ada", "reader", WORDS)
    return BehindProxy(Login(inside, Accounts(tmp_path / "users.json"), KEY), root="/news")


def asked(app: Asgi, path: str, query: str) -> Got:
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "scheme": "http",
        "client": (STRANGER, 1),
        "headers": [(b"accept", b"text/html")],
    }
    return anyio.run(lambda: _asked(app, scope, [b""]))


@pytest.mark.parametrize(
    ("path", "query", "kept"),
    [
        ("/", "article=a1&at=3-9", "%2F%3Farticle%3Da1%26at%3D3-9"),
        ("/", "c=a%20b", "%2F%3Fc%3Da%2520b"),
        ("/export/a.md", "", "%2Fexport%2Fa.md"),
        *(("/", "", ""), ("/config", "x=1", "")),
        ("/", "x=" + "y" * 5000, ""),
    ],
)
def test_a_login_remembers_which_address_it_interrupted(
    login: Asgi, path: str, query: str, kept: str
) -> None:
    led = asked(login, path, query)
    wanted = f"/news/login?next={kept}" if kept else "/news/login"
    assert (led.status, urljoin(f"/news{path}", led.headers["location"])) == (303, wanted)


def test_a_login_is_found_below_a_path_that_the_proxy_does_not_name(tmp_path: Path) -> None:
    add_account(tmp_path / "users.json", "ada", "reader", WORDS)
    app = BehindProxy(Login(inside, Accounts(tmp_path / "users.json"), KEY))
    for path in ("/", "/export/a.md"):
        led = asked(app, path, "")
        assert urljoin(f"/news{path}", led.headers["location"]).partition("?")[0] == "/news/login"
    assert asked(app, "//evil.example", "").headers["location"] == "../login"


@pytest.mark.parametrize(
    ("asked_for", "to"),
    [
        ("%2F%3Farticle%3Da1%26at%3D3-9", "/news/?article=a1&at=3-9"),
        ("%2Fexport%2Fa.md", "/news/export/a.md"),
        *((wrong, "/news/") for wrong in ("", "%2F%2Fevil.example", "https:%2F%2Fevil.example")),
        *((wrong, "/news/") for wrong in ("%2F%5Cevil.example", "%2F%3Fa%0D%0ASet-Cookie:x=1")),
        *(
            (wrong, "/news/")
            for wrong in ("%2Fexport%2F..%2Flogout", "javascript:alert(1)", "%2F%3F%22>")
        ),
    ],
)
def test_a_login_goes_on_below_the_page_and_nowhere_else(
    login: Asgi, asked_for: str, to: str
) -> None:
    bodies = [form("ada", WORDS)[0] + f"&next={asked_for}".encode()]
    led = ask(login, "/login", method="POST", headers=PAGE, bodies=bodies)
    assert (led.status, urljoin("/news/login", led.headers["location"])) == (303, to)
    shown = asked(login, "/login", f"next={asked_for}").body.decode()
    assert ('name="next" value="">' in shown) == (to == "/news/")


def test_sites_may_frame_the_page_only_if_the_setting_names_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert HEADERS["content-security-policy"].endswith("; frame-ancestors 'none'")
    assert (headers_for(())["x-frame-options"], load_settings({}).frame_ancestors) == ("DENY", ())
    monkeypatch.setenv(
        "DATELINE_FRAME_ANCESTORS", "self, https://intranet.example/ *.corp.example:81"
    )
    sites = load_settings().frame_ancestors
    headers = headers_for(sites)
    assert headers["content-security-policy"].endswith(
        "; frame-ancestors 'self' https://intranet.example *.corp.example:81"
    )
    assert "x-frame-options" not in headers
    for wrong in (
        "*",
        "https://a.example/page",
        "a;script-src",
        "'unsafe-inline'",
        "ftp://a.example",
    ):
        monkeypatch.setenv("DATELINE_FRAME_ANCESTORS", wrong)
        with pytest.raises(ConfigError, match=r"'frame_ancestors': .* must be a site"):
            load_settings()


def test_the_root_path_is_a_plain_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for given, path in (("news", "/news"), ("/a/b-c/", "/a/b-c"), ("/", "")):
        monkeypatch.setenv("DATELINE_ROOT_PATH", given)
        assert load_settings().root_path == path
    for wrong in ("https://a.example/news", "/../x", "/a b", "/export", "/mcp/x"):
        monkeypatch.setenv("DATELINE_ROOT_PATH", wrong)
        with pytest.raises(ConfigError, match=r"^setting 'root_path': "):
            load_settings()
