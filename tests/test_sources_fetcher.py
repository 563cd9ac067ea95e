"""The fetcher against a real server that misbehaves: each case ends, with the right error."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import (
    BrokenReplyError,
    FetchError,
    ForbiddenAddressError,
    RedirectError,
    StatusError,
    TooLargeError,
    TooSlowError,
    UnreachableError,
    WrongTypeError,
)
from rag.sources.addresses import AddressGuard, Target, parse_target
from rag.sources.fetcher import Fetcher, FetchLimits, Validators
from rag.sources.wire import Deadline, Wire, ask
from tests.misbehaving import Answer, Site, drip, flood, hang, reply, reset, site

HTML = ("text/html",)
OK = b"HTTP/1.1 200 OK\r\n"
PAGE = b"<html>The ferry sailed.</html>"
SMALL = FetchLimits(wire=200_000, unpacked=300_000)
BRIEF = FetchLimits(seconds=0.05)


def fetcher(limits: FetchLimits = SMALL, *hosts: str) -> Fetcher:
    """One that may ask 127.0.0.1 and these hosts."""
    return Fetcher(AddressGuard(allowed=("127.0.0.1", *hosts)), limits)


@pytest.fixture
def server() -> Iterator[Site]:
    with site() as running:
        yield running


def test_a_page_is_read_with_its_type_and_validators(server: Site) -> None:
    headers = {"etag": '"a1"', "last_modified": "Sat, 03 May 2025 09:00:00 GMT"}
    url = server.says("/a?b=1", reply(PAGE, **headers))
    found = fetcher().fetch(f"{url}#top", HTML)
    assert (found.url, found.kind, found.charset, found.body) == (url, "text/html", "utf-8", PAGE)
    assert found.validators == Validators('"a1"', "Sat, 03 May 2025 09:00:00 GMT")
    assert not found.unchanged
    sent = server.headers[0]
    assert sent["host"] == f"127.0.0.1:{server.port}"
    assert (sent["user-agent"], sent["accept-encoding"]) == ("Dateline", "gzip")
    assert sent["connection"] == "close"


def test_what_has_not_changed_is_not_sent_again(server: Site) -> None:
    known = Validators('"a1"', "Sat, 03 May 2025 09:00:00 GMT")
    url = server.says("/", b"HTTP/1.1 304 Not Modified\r\n\r\n")
    found = fetcher().fetch(url, HTML, known)
    assert (found.unchanged, found.body, found.validators) == (True, b"", known)
    assert server.headers[0]["if-none-match"] == '"a1"'
    assert server.headers[0]["if-modified-since"] == known.modified
    with pytest.raises(StatusError, match="status 304: no content"):
        fetcher().fetch(url, HTML)


@pytest.mark.parametrize("value", ["x" * 1001, "caf\u00e9"])
def test_validators_that_could_not_be_sent_back_are_not_kept(server: Site, value: str) -> None:
    url = server.says("/", reply(PAGE, etag=value))
    assert fetcher().fetch(url, HTML).validators == Validators()


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(PAGE, mtime=0),
        gzip.compress(PAGE[:9], mtime=0) + gzip.compress(PAGE[9:], mtime=0),
    ],
)
def test_gzip_is_unpacked(server: Site, packed: bytes) -> None:
    url = server.says("/", reply(packed, content_encoding="gzip"))
    assert fetcher().fetch(url, HTML).body == PAGE


def test_chunks_and_bodies_without_a_length_are_read(server: Site) -> None:
    chunked = OK + b"Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    url = server.says("/", chunked + b"3\r\nfer\r\n2\r\nry\r\n0\r\n\r\n")
    assert fetcher().fetch(url, HTML).body == b"ferry"
    server.says("/", OK + b"Content-Type: text/html\r\n\r\nferry")
    assert fetcher().fetch(url, HTML).body == b"ferry"


CHUNKED = OK + b"Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
LENGTH = OK + b"Content-Type: text/html\r\nContent-Length: "
BOMB = gzip.compress(bytes(3_000_000), mtime=0)
MISBEHAVIOUR: dict[str, tuple[Answer, type[FetchError], str]] = {
    "endless body": (
        flood(CHUNKED, b"400\r\n" + bytes(1024) + b"\r\n"),
        TooLargeError,
        "larger than the 265,536 bytes that a reply may have on the wire",
    ),
    "endless body, no length": (
        flood(OK + b"Content-Type: text/html\r\n\r\n", bytes(1024)),
        TooLargeError,
        "on the wire",
    ),
    "500 MB announced": (
        hang(LENGTH + b"524288000\r\n\r\n"),
        TooLargeError,
        "announces 524,288,000 bytes; 200,000 are the most",
    ),
    "huge header": (flood(OK, b"X-A: " + b"a" * 1000 + b"\r\n"), BrokenReplyError, "valid HTTP"),
    "one endless header": (flood(OK + b"X-Header: ", b"a" * 1000), BrokenReplyError, "valid HTTP"),
    "endless interim replies": (
        flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        TooLargeError,
        "on the wire",
    ),
    "endless chunk extension": (
        flood(CHUNKED + b"3;", b"a" * 1000),
        BrokenReplyError,
        "valid HTTP",
    ),
    "gzip bomb": (
        reply(BOMB, content_encoding="gzip"),
        TooLargeError,
        "unpacks to more than the 300,000 bytes",
    ),
    "bomb of members": (
        reply(gzip.compress(bytes(1000), mtime=0) * 400, content_encoding="x-gzip"),
        TooLargeError,
        "unpacks to more",
    ),
    "gzip cut short": (
        reply(gzip.compress(PAGE, mtime=0)[:-9], content_encoding="gzip"),
        BrokenReplyError,
        "compressed data ends too early",
    ),
    "no gzip at all": (
        reply(PAGE, content_encoding="gzip"),
        BrokenReplyError,
        "compressed data is damaged",
    ),
    "encoded twice": (
        reply(gzip.compress(BOMB, mtime=0), content_encoding="gzip, gzip"),
        BrokenReplyError,
        "'gzip, gzip', which was not asked for",
    ),
    "encoding not asked for": (reply(PAGE, content_encoding="br"), BrokenReplyError, "'br'"),
    "length too long": (reply(PAGE, content_length="300"), BrokenReplyError, "valid HTTP"),
    "closed in the middle": (CHUNKED + b"400\r\nferry", BrokenReplyError, "valid HTTP"),
    "closed in the headers": (OK + b"Content-Type: te", BrokenReplyError, "without a reply"),
    "closed at once": (b"", BrokenReplyError, "closed the connection without a reply"),
    "broken off": (reset, BrokenReplyError, "the connection broke .Connection reset"),
    "two lengths": (
        LENGTH + b"3\r\nContent-Length: 5\r\n\r\nferry",
        BrokenReplyError,
        "valid HTTP",
    ),
    "no number as length": (LENGTH + b"-1\r\n\r\n", BrokenReplyError, "valid HTTP"),
    "bad chunk": (CHUNKED + b"zz\r\nferry", BrokenReplyError, "valid HTTP"),
    "another protocol": (b"220 mail.example ready\r\n", BrokenReplyError, "reply in HTTP"),
    "HTTP 0.9": (PAGE, BrokenReplyError, "reply in HTTP"),
    "a switch of protocols": (
        b"HTTP/1.1 101 Switching\r\nUpgrade: other\r\n\r\n",
        BrokenReplyError,
        "valid HTTP",
    ),
    "wrong type": (
        reply(PAGE, content_type="application/octet-stream"),
        WrongTypeError,
        "of type 'application/octet-stream'; what is read: text/html",
    ),
    "no type": (reply(PAGE, content_type=""), WrongTypeError, "of no type"),
    "missing": (reply(status=404), StatusError, "status 404: there is nothing at this address"),
    "failing": (reply(status=500), StatusError, "status 500: the server failed"),
    "part of it": (reply(PAGE, status=206), StatusError, "status 206: no content"),
    "nowhere": (reply(status=302), RedirectError, "sends on .status 302., to 'nowhere'"),
    "two ways": (
        b"HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\n\r\n",
        RedirectError,
        "to '/a, /b'",
    ),
    "to itself": (reply(status=302, location="/case"), RedirectError, "in a circle, back to"),
    "to a broken address": (reply(status=302, location="http://[::1"), RedirectError, "no address"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISBEHAVIOUR)
def test_misbehaviour_ends_with_its_error(server: Site, case: str) -> None:
    answer, error, message = MISBEHAVIOUR[case]
    url = server.says("/case", answer)
    with pytest.raises(error, match=message) as raised:
        fetcher().fetch(url, HTML)
    assert type(raised.value) is error
    assert str(raised.value).startswith(f"'{url}': ")
    assert raised.value.url == url


@pytest.mark.parametrize(
    "answer",
    [
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(OK, b"X-Header: a\r\n"),
        drip(CHUNKED, b"1\r\na\r\n"),
    ],
)
def test_a_slow_drip_ends_with_the_time_of_the_whole(server: Site, answer: Answer) -> None:
    with pytest.raises(TooSlowError, match="within the time a reply may take"):
        fetcher(BRIEF).fetch(server.says("/", answer), HTML)


@pytest.mark.parametrize("head", [b"", OK, CHUNKED + b"4\r\nfe"])
def test_a_silent_server_ends_with_the_time_of_silence(server: Site, head: bytes) -> None:
    with pytest.raises(TooSlowError, match="stopped sending"):
        fetcher(FetchLimits(silence=0.02)).fetch(server.says("/", hang(head)), HTML)


def test_the_time_of_the_whole_covers_every_redirect(server: Site) -> None:
    now = iter(range(0, 1000, 4))
    one = Fetcher(
        AddressGuard(("127.0.0.1",)), FetchLimits(seconds=60), clock=lambda: float(next(now))
    )
    for number in range(5):
        server.says(f"/{number}", reply(status=302, location=f"/{number + 1}"))
    server.says("/5", reply(PAGE))
    with pytest.raises(TooSlowError, match="within the time"):
        one.fetch(server.url("/0"), HTML)
    assert 0 < len(server.asked) < 6


def test_redirects_are_followed_up_to_a_number(server: Site) -> None:
    for number in range(7):
        server.says(f"/{number}", reply(status=301 + number % 2, location=f"/{number + 1}"))
    server.says("/7", reply(PAGE))
    assert fetcher().fetch(server.url("/2"), HTML).url == server.url("/7")
    with pytest.raises(
        RedirectError, match=r"^'.*/1': redirects more than 5 times, last to '.*/7'"
    ):
        fetcher().fetch(server.url("/1"), HTML)


def test_a_circle_of_redirects_is_named(server: Site) -> None:
    server.says("/a", reply(status=307, location="/b"))
    server.says("/b", reply(status=308, location=server.url("/a#top")))
    with pytest.raises(RedirectError, match=r"^'.*/a': redirects in a circle, back to '.*/a'"):
        fetcher().fetch(server.url("/a"), HTML)


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("file:///etc/passwd", r"sends to 'file:///etc/passwd': its scheme is 'file'"),
        ("//10.0.0.7/", r"^'http://10\.0\.0\.7/': '10\.0\.0\.7' leads to .* network_hosts"),
        ("http://[::ffff:10.0.0.7]/", "not on the public internet"),
        ("http://169.254.169.254/latest", "not on the public internet"),
        ("http://guest:secret@127.0.0.1/", "names a user or a password"),
        ("http://127.0.0.1/a%20b c", "contains ' '"),
    ],
)
def test_redirects_are_checked_like_addresses(server: Site, location: str, message: str) -> None:
    url = server.says("/", reply(status=302, location=location))
    with pytest.raises(ForbiddenAddressError, match=message) as raised:
        fetcher().fetch(url, HTML)
    assert "secret" not in str(raised.value)
    assert server.asked == ["/"]


def test_the_address_that_was_checked_is_connected_to(server: Site) -> None:
    server.says("/", reply(PAGE))
    answers = iter([["127.0.0.1"], ["10.0.0.7"]])
    guard = AddressGuard(("courier.example",), lambda _host, _port: next(answers))
    found = Fetcher(guard).fetch(server.url("/", "Courier.Example"), HTML)
    assert found.body == PAGE
    assert server.headers[0]["host"] == f"courier.example:{server.port}"
    assert next(answers) == ["10.0.0.7"]


def test_a_public_address_beside_a_private_one_is_not_asked(server: Site) -> None:
    guard = AddressGuard((), lambda _host, _port: ["9.9.9.9", "127.0.0.1"])
    with pytest.raises(ForbiddenAddressError, match=r"'courier\.example' leads to '127\.0\.0\.1'"):
        Fetcher(guard).fetch(server.url("/", "courier.example"), HTML)
    assert server.asked == []


def within(*allowed: str) -> AddressGuard:
    """One to whom 127.0.0.1 is public, and every other address private."""
    addresses = {"courier.example": "127.0.0.1", "intranet.example": "127.0.0.2"}
    return AddressGuard(
        allowed, lambda host, _port: [addresses[host]], lambda one: str(one) == "127.0.0.1"
    )


def test_nobody_outside_leads_to_the_newsrooms_own_servers(server: Site) -> None:
    location = "http://intranet.example/"
    url = server.says("/", reply(status=302, location=location)).replace(
        "127.0.0.1", "courier.example"
    )
    for guard, message in (
        (within("intranet.example"), rf"^'{location}': 'courier.example:\d+' leads to a host of"),
        (within(), rf"^'{location}': 'intranet\.example' leads to '127\.0\.0\.2', which is not"),
    ):
        with pytest.raises(ForbiddenAddressError, match=message):
            Fetcher(guard).fetch(url, HTML)
    server.says("/", reply(status=302, location="/a"))
    server.says("/a", reply(PAGE))
    assert Fetcher(within("courier.example")).fetch(url, HTML).body == PAGE


def test_each_hop_is_permitted_first(server: Site) -> None:
    server.says("/a", reply(status=302, location="/b"))
    server.says("/b", reply(PAGE))
    hops: list[str] = []

    def permit(target: Target) -> None:
        hops.append(target.path)
        if len(hops) == 2:
            raise RedirectError(target.url, "not wanted")

    with pytest.raises(RedirectError, match="not wanted"):
        fetcher().fetch(server.url("/a"), HTML, permit=permit)
    assert (hops, server.asked) == (["/a", "/b"], ["/a"])


def test_the_next_address_is_tried_where_one_refuses(server: Site) -> None:
    server.says("/", reply(PAGE))
    guard = AddressGuard(("courier.example",), lambda _host, _port: ["::1", "127.0.0.1"])
    assert Fetcher(guard).fetch(server.url("/", "courier.example"), HTML).body == PAGE


def test_no_server_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match=rf"no connection to '127\.0\.0\.1:{port}' \("):
        fetcher().fetch(f"http://127.0.0.1:{port}/", HTML)


def test_no_proxy_of_the_environment_is_used(server: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://10.0.0.7:3128")
    assert fetcher().fetch(server.says("/", reply(PAGE)), HTML).body == PAGE


def test_headers_are_read_in_latin_letters_too(server: Site) -> None:
    server.says("/caf%C3%A9", reply(PAGE))
    for name in (b"caf\xc3\xa9", b"caf\xe9"):
        server.says("/", b"HTTP/1.1 302 Found\r\nLocation: /" + name + b"\r\n\r\n")
        assert fetcher().fetch(server.url(), HTML).url == server.url("/caf%C3%A9")


def test_hundreds_of_sound_headers_are_read(server: Site) -> None:
    headers = {f"x_{number}": "\u00e9" * 20 for number in range(300)}
    assert fetcher().fetch(server.says("/", reply(PAGE, **headers)), HTML).body == PAGE


HEADS = [
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 301 \r\n", b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/9.9 1\r\n", b"Content-Length: 3\r\n", b"Content-Length: 9999999999\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"Location: \xff\r\n",
    b": x\r\n", b" folded\r\n", b"X\x00: 1\r\n", b"Connection: upgrade\r\n", b"\r\n", b"\n\n",
    b"3\r\nabc\r\n", b"0\r\n\r\n", b"abc", b"\x00",
]  # fmt: skip


@given(st.lists(st.sampled_from(HEADS) | st.binary(max_size=9), max_size=12).map(b"".join))
def test_any_reply_is_read_or_refused(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        target = parse_target("http://courier.example/a")
        wire = Wire(target.url, Deadline(target.url, 60), 60, 100_000, ours)
        with suppress(BrokenReplyError):
            found = ask(wire, target, {})
            assert 200 <= found.status < 1000
            assert all(name == name.lower() for name in found.headers)
            assert len(b"".join(found.body)) <= len(data)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of courier.example, signed by itself."""
    if (openssl := which("openssl")) is None:
        pytest.skip("no openssl to make a certificate with")
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=courier.example", "-addext", "subjectAltName=DNS:courier.example"]
    command = [
        openssl,
        "req",
        "-x509",
        *options,
        *name,
        "-keyout",
        path,
        "-out",
        path.with_suffix(".crt"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Site]:
    """A server with TLS that notes the names it is asked under."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    names: list[str] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with site({"/": reply(PAGE)}, context) as running:
        running.names = names
        yield running


@pytest.fixture
def trusting(certificate: Path) -> Callable[[str], Fetcher]:
    """A fetcher that trusts the certificate and finds every host here."""

    def make(host: str) -> Fetcher:
        guard = AddressGuard((host,), lambda _host, _port: ["127.0.0.1"])
        return Fetcher(guard, SMALL, ssl.create_default_context(cafile=certificate))

    return make


def test_the_name_is_kept_for_the_certificate(
    secure: Site, trusting: Callable[[str], Fetcher]
) -> None:
    found = trusting("courier.example").fetch(secure.url("/", "courier.example"), HTML)
    assert (found.body, secure.names) == (PAGE, ["courier.example"])


def test_another_servers_certificate_is_refused(
    secure: Site, trusting: Callable[[str], Fetcher]
) -> None:
    with pytest.raises(UnreachableError, match=r"certificate of 'radio\.example' is not trusted"):
        trusting("radio.example").fetch(secure.url("/", "radio.example"), HTML)
    assert secure.asked == []


def test_a_redirect_out_of_tls_is_refused(secure: Site, trusting: Callable[[str], Fetcher]) -> None:
    secure.says("/", reply(status=301, location="http://courier.example/"))
    with pytest.raises(RedirectError, match=r"from https to 'http://courier\.example/'"):
        trusting("courier.example").fetch(secure.url("/", "courier.example"), HTML)


def test_a_server_without_tls_is_named(server: Site) -> None:
    with pytest.raises(UnreachableError, match="no connection to"):
        fetcher().fetch(f"https://127.0.0.1:{server.port}/", HTML)
