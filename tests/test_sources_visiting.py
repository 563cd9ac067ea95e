"""A polite guest at a real server, by a clock of its own: robots.txt, pauses, busy servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from rag.errors import (
    BusyError,
    ForbiddenAddressError,
    RobotsError,
    StatusError,
    UnreachableError,
    WrongTypeError,
)
from rag.sources.addresses import AddressGuard
from rag.sources.fetcher import Fetcher, FetchLimits
from rag.sources.visiting import PolitenessPolicy, SystemClock, Visitor
from tests.misbehaving import Answer, Site, reply, site

HTML = ("text/html",)
PAGE = b"<html>The ferry sailed.</html>"
MAY_3 = 1746262800.0
"""Saturday, 3 May 2025, 09:00:00 GMT."""


@dataclass
class OwnClock:
    """Goes on by one second for each look at it, and as far as it is told to sleep."""

    now: float = MAY_3
    slept: list[float] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def server() -> Iterator[Site]:
    with site({"/a": reply(PAGE), "/b": reply(PAGE), "/c": reply(PAGE)}) as running:
        yield running


@pytest.fixture
def clock() -> OwnClock:
    return OwnClock()


@pytest.fixture
def visitor(clock: OwnClock) -> Visitor:
    fetcher = Fetcher(AddressGuard(("127.0.0.1",)), FetchLimits(wire=2_000_000))
    return Visitor(fetcher, PolitenessPolicy(delay=2.0, tries=3, patience=30.0), clock)


def robots(text: str) -> bytes:
    """A reply with a robots.txt."""
    return reply(text.encode(), content_type="text/plain")


def test_a_host_is_left_its_time_between_requests(
    server: Site, visitor: Visitor, clock: OwnClock
) -> None:
    assert visitor.visit(server.url("/a"), HTML).body == PAGE
    assert (server.asked, clock.slept) == (["/robots.txt", "/a"], [2.0])
    clock.now += 0.5
    visitor.visit(server.url("/b"), HTML)
    assert (server.asked, clock.slept) == (["/robots.txt", "/a", "/b"], [2.0, 1.5])
    clock.now += 5
    visitor.visit(server.url("/c"), HTML)
    assert clock.slept == [2.0, 1.5]


def test_a_clock_that_is_set_back_costs_no_more_than_the_delay(
    server: Site, visitor: Visitor, clock: OwnClock
) -> None:
    visitor.visit(server.url("/a"), HTML)
    clock.now -= 86_400
    visitor.visit(server.url("/b"), HTML)
    assert clock.slept == [2.0, 2.0]


@pytest.mark.parametrize(("wish", "kept"), [("0.5", 2.0), ("7", 7.0), ("9000", 30.0)])
def test_the_delay_of_robots_is_kept_up_to_a_point(
    server: Site, visitor: Visitor, clock: OwnClock, wish: str, kept: float
) -> None:
    server.says("/robots.txt", robots(f"User-agent: *\nCrawl-delay: {wish}\n"))
    visitor.visit(server.url("/a"), HTML)
    assert clock.slept == [kept]


def test_robots_are_heeded_as_the_standard_reads_them(server: Site, visitor: Visitor) -> None:
    rules = (
        "User-agent: *\nAllow: /\nDisallow: /a\nDisallow: /*?print\nDisallow: /c$\nAllow: /a/x\n"
    )
    server.says("/robots.txt", robots(rules))
    for path in ("/a", "/b?print=1", "/c"):
        with pytest.raises(RobotsError, match=r"/robots\.txt asks not to be read there"):
            visitor.visit(server.url(path), HTML)
    server.says("/a/x", reply(PAGE))
    assert visitor.visit(server.url("/a/x"), HTML).body == PAGE
    assert visitor.visit(server.url("/b"), HTML).body == PAGE
    assert server.asked == ["/robots.txt", "/a/x", "/b"]


def test_the_rules_for_this_program_go_before_those_for_all(server: Site, visitor: Visitor) -> None:
    rules = "User-agent: *\nDisallow:\n\nUser-agent: dateline\nDisallow: /\n"
    server.says("/robots.txt", robots(rules))
    with pytest.raises(RobotsError):
        visitor.visit(server.url("/a"), HTML)


def test_the_target_of_a_redirect_is_asked_for_leave_too(server: Site, visitor: Visitor) -> None:
    server.says("/robots.txt", robots("User-agent: *\nDisallow: /b"))
    server.says("/a", reply(status=302, location="/b"))
    with pytest.raises(RobotsError, match=rf"^'{server.url('/b')}': "):
        visitor.visit(server.url("/a"), HTML)
    assert server.asked == ["/robots.txt", "/a"]


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_no_robots_allow_everything(server: Site, visitor: Visitor, status: int) -> None:
    server.says("/robots.txt", reply(status=status))
    assert visitor.visit(server.url("/a"), HTML).body == PAGE


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (reply(status=500), "status 500: the server failed"),
        (reply(status=429), "status 429: the server got too many requests"),
        (b"", "the server closed the connection"),
        (reply(b"a" * 3_000_000), "announces 3,000,000 bytes"),
        (reply(status=302, location="http://10.0.0.7/robots.txt"), "not on the public internet"),
    ],
)
def test_robots_that_cannot_be_read_allow_nothing(
    server: Site, visitor: Visitor, answer: Answer, message: str
) -> None:
    server.says("/robots.txt", answer)
    for _ in range(2):
        with pytest.raises(
            RobotsError, match=rf"^'.*/a': '.*/robots\.txt' cannot be read .*{message}"
        ):
            visitor.visit(server.url("/a"), HTML)
    assert server.pages() == []
    assert server.asked.count("/robots.txt") == 1


def test_only_the_beginning_of_long_robots_is_heeded(server: Site, visitor: Visitor) -> None:
    comment = "#" + "x" * 99 + "\n"
    text = "User-agent: *\nDisallow: /b\n" + comment * 6000 + "Disallow: /a\n"
    server.says("/robots.txt", robots(text))
    assert visitor.visit(server.url("/a"), HTML).body == PAGE
    with pytest.raises(RobotsError):
        visitor.visit(server.url("/b"), HTML)


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00D\x00i", b"Disallow\x00: /\n\xe9", b"<html>", b"Crawl-delay: x"]
)
def test_nonsense_in_robots_allows_everything(server: Site, visitor: Visitor, body: bytes) -> None:
    server.says("/robots.txt", reply(body))
    assert visitor.visit(server.url("/a"), HTML).body == PAGE


def test_what_is_wrong_with_the_host_is_said_of_the_page(server: Site, clock: OwnClock) -> None:
    with pytest.raises(
        ForbiddenAddressError, match=rf"^'{server.url('/a')}': '127\.0\.0\.1' leads"
    ):
        Visitor(Fetcher()).visit(server.url("/a"), HTML)
    with pytest.raises(ForbiddenAddressError, match="its scheme is 'file'"):
        Visitor(Fetcher()).visit("file:///etc/passwd", HTML)

    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    visitor = Visitor(Fetcher(AddressGuard((), unknown)), clock=clock)
    for path in ("a", "b"):
        with pytest.raises(
            UnreachableError, match=rf"^'http://courier\.example/{path}': .* not known"
        ):
            visitor.visit(f"http://courier.example/{path}", HTML)
    assert server.asked == []


def test_a_busy_server_is_asked_again_when_it_wishes(
    server: Site, visitor: Visitor, clock: OwnClock
) -> None:
    server.says("/a", reply(status=429, retry_after="9"), reply(status=503), reply(PAGE))
    assert visitor.visit(server.url("/a"), HTML).body == PAGE
    assert server.pages() == ["/a"] * 3
    assert clock.slept == [2.0, 9.0, 18.0]


@pytest.mark.parametrize(
    ("retry_after", "waits"),
    [
        ("Sat, 03 May 2025 09:00:12 GMT", [2.0, 10.0]),
        ("Sat, 03 May 2025 08:00:00 GMT", [2.0, 2.0]),
        ("0", [2.0, 2.0]),
        ("soon", [2.0, 4.0]),
        ("-5", [2.0, 4.0]),
        ("Mon, 99 Foo 99999 99:99:99", [2.0, 4.0]),
    ],
)
def test_the_wish_is_read_in_both_its_forms(
    server: Site, visitor: Visitor, clock: OwnClock, retry_after: str, waits: list[float]
) -> None:
    server.says("/a", reply(status=503, retry_after=retry_after), reply(PAGE))
    visitor.visit(server.url("/a"), HTML)
    assert clock.slept == waits


@pytest.mark.parametrize("retry_after", ["31", "9" * 90, "Fri, 31 Dec 9999 00:00:00 GMT"])
def test_a_server_that_wants_more_time_is_left_alone(
    server: Site, visitor: Visitor, clock: OwnClock, retry_after: str
) -> None:
    server.says("/a", reply(status=429, retry_after=retry_after))
    for path in ("/a", "/b"):
        with pytest.raises(BusyError, match=r"is busy \(status 429\) and asks .* run the same"):
            visitor.visit(server.url(path), HTML)
    assert (server.pages(), clock.slept) == (["/a"], [2.0])


@pytest.mark.parametrize(
    ("retry_after", "wish"), [("31", 31.0), ("9" * 90, 86_400.0), ("1767225600", 86_400.0)]
)
def test_no_wish_is_longer_than_a_day(
    server: Site, visitor: Visitor, retry_after: str, wish: float
) -> None:
    url = server.says("/a", reply(status=429, retry_after=retry_after))
    with pytest.raises(BusyError):
        visitor.visit(url, HTML)
    assert visitor.retry_after(url) == wish


def test_a_server_that_stays_busy_is_left_alone(
    server: Site, visitor: Visitor, clock: OwnClock
) -> None:
    server.says("/a", reply(status=503))
    with pytest.raises(BusyError, match="a pause of 16 s"):
        visitor.visit(server.url("/a"), HTML)
    assert (server.pages(), clock.slept) == (["/a"] * 3, [2.0, 4.0, 8.0])


def test_other_failures_are_not_tried_again(server: Site, visitor: Visitor) -> None:
    server.says("/a", reply(status=500))
    with pytest.raises(StatusError, match="status 500"):
        visitor.visit(server.url("/a"), HTML)
    with pytest.raises(WrongTypeError):
        visitor.visit(server.url("/b"), ("text/xml",))
    assert server.pages() == ["/a", "/b"]


def test_what_a_stranger_names_is_not_asked_of_the_newsrooms_servers(
    server: Site, visitor: Visitor
) -> None:
    url = server.url("/a")
    with pytest.raises(
        ForbiddenAddressError, match=r"'radio\.example' leads to a host of network_hosts"
    ):
        visitor.visit(url, HTML, named_by="https://radio.example/feed")
    assert server.asked == []
    assert visitor.visit(url, HTML, named_by=server.url("/feed")).body == PAGE


def test_a_guest_that_never_tries_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="tries must be positive, not 0"):
        Visitor(Fetcher(), PolitenessPolicy(tries=0)).visit("http://courier.example/", HTML)


def test_the_clock_of_the_machine_goes_on() -> None:
    clock = SystemClock()
    before = clock.time()
    clock.sleep(0.001)
    assert clock.time() > before
