"""Which addresses are asked, and how they are read: odd forms, private ranges, name look-ups."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ForbiddenAddressError, TooSlowError, UnreachableError
from rag.sources.addresses import AddressGuard, is_public, parse_target, resolve

URL_PIECES = [
    "http://", "https://", "HTTP:", "//", "/", "\\", "@", ":", "%", "%00", "#", "?", "[", "]",
    "::1", "courier.example", "xn--", "..", "\u2100", "\uff0e", "\u00e9", "\ud800", "80", "99999",
    "127.1", " ", "\n",
]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://courier.example", "http://courier.example/"),
        (" HTTP://Courier.EXAMPLE.:80/a#b\n", "http://courier.example/a"),
        ("https://courier.example:443/a/../b?x=[1]&y=%20", "https://courier.example/a/../b?x=[1]&y=%20"),
        ("http://courier.example:8080/?", "http://courier.example:8080/"),
        ("http://f\u00e4hre.example/\u00e4?\u00f6", "http://xn--fhre-loa.example/%C3%A4?%C3%B6"),
        ("http://courier\uff0eexample/", "http://courier.example/"),
        ("http://[2606:4700::0001]:81/", "http://[2606:4700::1]:81/"),
        ("http://a_b.courier.example/\udcff", "http://a_b.courier.example/?".replace("?", "%3F")),
    ],
)  # fmt: skip
def test_an_address_is_asked_for_in_one_form(url: str, expected: str) -> None:
    assert parse_target(url).url == expected


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("file:///etc/passwd", "its scheme is 'file'; only http and https"),
        ("ftp://courier.example/a", "its scheme is 'ftp'"),
        ("courier.example/a", "its scheme is ''"),
        ("gopher://127.0.0.1:70/_x", "its scheme is 'gopher'"),
        ("http:///a", "'' is no host"),
        ("http://courier.example:0/", "port 0"),
        ("http://courier.example:99999/", "is no web address: Port out of range"),
        ("http://courier.example:8o/", "is no web address: Port could not be cast"),
        ("http://[::1", "is no web address: Invalid IPv6 URL"),
        ("http://[fe80::1%25eth0]/", "no address of version 6"),
        ("http://courier.example\\@127.0.0.1/", r"contains '\\\\', .* write it as %5C"),
        ("http://courier.example/a\r\nHost: b", r"contains '\\r'"),
        ("http://cou\trier.example/", r"contains '\\t'"),
        ("http://-.example/", "'-.example' is no host"),
        ("http://a..example/", "is no host; write it as in 'courier.example'"),
        ("http://cou%72ier.example/", "is no host"),
        (f"http://{'a' * 64}.example/", "is no host"),
        ("http://" + "\u00e9" * 64 + ".example/", "is no host"),
        (f"http://courier.example/{'a' * 2000}", "longer than the 2000 characters"),
        ("http://a\u2100b.example/", "is no web address: netloc"),
    ],
)  # fmt: skip
def test_an_odd_address_is_refused_by_name(url: str, message: str) -> None:
    with pytest.raises(ForbiddenAddressError, match=message):
        parse_target(url)


@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_a_password_is_not_repeated(scheme: str) -> None:
    with pytest.raises(ForbiddenAddressError, match="names a user or a password") as raised:
        parse_target(f"{scheme}://guest:secret@courier.example/a")
    assert str(raised.value).startswith(f"'{scheme}://courier.example/': ")


@given(st.lists(st.sampled_from(URL_PIECES), max_size=9).map("".join) | st.text(max_size=30))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"http://{text}"):
        try:
            target = parse_target(url)
        except ForbiddenAddressError:
            continue
        assert target.url.isascii()
        assert not set(" \r\n\\@") & set(target.authority)
        assert parse_target(target.url) == target


@pytest.mark.parametrize(
    "address",
    [
        "9.9.9.9", "1.1.1.1", "168.63.129.15", "168.63.129.17", "192.0.1.1", "192.31.197.1",
        "2606:4700::1111", "2a00:1450::1", "2620:4f:8001::1",
    ],
)  # fmt: skip
def test_a_public_address_may_be_asked(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.0.1", "169.254.9.1",
        "172.16.0.1", "172.31.255.1", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::10.0.0.1", "::ffff:9.9.9.9", "::ffff:10.0.0.1",
        "::ffff:0:10.0.0.1", "64:ff9b::9.9.9.9", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
        "2002:0a00:0001::1", "2002:0909:0909::1", "3fff::1", "fc00::1", "fd00::1", "fe80::1",
        "fe80::1%1", "fec0::1", "ff02::1", "5f00::1",
        # The metadata servers of clouds, and what carries their addresses.
        "169.254.169.254", "169.254.170.2", "169.254.0.23", "100.100.100.200", "192.0.0.192",
        "168.63.129.16", "fd00:ec2::254", "fd20:ce::254", "fe80::a9fe:a9fe",
        "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "::ffff:168.63.129.16", "64:ff9b::a83f:8110",
        # Special blocks that are reachable in part.
        "192.0.0.9", "192.0.0.10", "192.31.196.1", "192.52.193.1", "192.175.48.1",
        "2001:1::1", "2001:3::1", "2001:4:112::1", "2001:20::1", "2620:4f:8000::1",
    ],
)  # fmt: skip
def test_every_other_address_may_not(address: str) -> None:
    assert not is_public(ip_address(address))
    guard = AddressGuard((), lambda _host, _port: ["9.9.9.9", address])
    with pytest.raises(ForbiddenAddressError, match=r"leads to .*name its host in network_hosts"):
        guard.addresses(parse_target("http://courier.example/"), 60)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_an_address_by_number_is_checked_without_a_look_up(host: str) -> None:
    def unasked(_host: str, _port: int) -> Sequence[str]:
        raise AssertionError

    with pytest.raises(ForbiddenAddressError, match="not on the public internet"):
        AddressGuard((), unasked).addresses(parse_target(f"http://{host}/"), 60)


def test_a_public_host_is_asked_by_number() -> None:
    asked: list[tuple[str, int]] = []

    def known(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["9.9.9.9", "2606:4700::1111"]

    target = parse_target("https://courier.example/")
    assert AddressGuard((), known).addresses(target, 60) == ["9.9.9.9", "2606:4700::1111"]
    assert asked == [("courier.example", 443)]


@pytest.mark.parametrize("name", ["News.Intranet.Example.", " news.intranet.example"])
def test_a_host_of_the_newsroom_may_be_anywhere(name: str) -> None:
    guard = AddressGuard((name,), lambda _host, _port: ["10.0.0.1"])
    assert guard.addresses(parse_target("http://NEWS.intranet.example/"), 60) == ["10.0.0.1"]
    with pytest.raises(
        ForbiddenAddressError, match=r"'x\.intranet\.example' leads to '10\.0\.0\.1'"
    ):
        guard.addresses(parse_target("http://x.intranet.example/"), 60)


def test_an_allowed_address_of_version_6_is_written_as_in_addresses() -> None:
    assert AddressGuard(("[::1]",)).addresses(parse_target("http://[::1]/"), 60) == ["::1"]


def test_a_host_without_an_address_is_named() -> None:
    target = parse_target("http://courier.example/")

    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(UnreachableError, match=r"'courier\.example' is not known .Name or service"):
        AddressGuard((), unknown).addresses(target, 60)
    for answer in ([], ["nonsense"]):
        with pytest.raises(UnreachableError, match=r"'courier\.example' has no address"):
            AddressGuard((), lambda _host, _port, answer=answer: answer).addresses(target, 60)


def test_a_slow_look_up_ends_in_time() -> None:
    released = threading.Event()

    def slow(_host: str, _port: int) -> Sequence[str]:
        released.wait()
        return []

    with pytest.raises(TooSlowError, match=r"'courier\.example' was not found in time"):
        AddressGuard((), slow).addresses(parse_target("http://courier.example/"), 0.01)
    released.set()


def test_the_system_knows_its_own_name() -> None:
    assert set(resolve("localhost", 80)) <= {"127.0.0.1", "::1"}
    assert resolve("127.0.0.1", 80) == ["127.0.0.1"]
