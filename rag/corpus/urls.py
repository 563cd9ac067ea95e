"""Turns web addresses into article ids and publishers; fetches nothing."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import quote, urljoin

from rag.language.words import word_set

_SCHEME = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//\s*", re.IGNORECASE)
_MOBILE = re.compile(r"^(?:m|mobile|amp)\.")
_DEFAULT_PORT = re.compile(r"(?:\.|:(?:80|443)?)+$")
_ESCAPED_AMPERSAND = re.compile(r"&(?:amp;)+")
_QUERY_IN_PATH = re.compile(r"&(?=[\w.-]+=)")
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
_TAIL = re.compile(
    r"(?:/|(?<=/)index\.(?:html?|php)|[!'\"<>,;\s]|&(?:quot|apos|lt|gt|nbsp|#\d+)?;?|%(?:20|22|27|3C|3E))+$"
)
_SLASHES = re.compile(r"//+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_TRACKING_PREFIX = ("utm_", "mc_", "pk_", "at_", "ns_")
_TRACKING = word_set(
    "amp cmp cmpid dclid fbclid feedname feedtype gclid icid igshid ito mbid msclkid ncid ocid"
    " outputtype ref ref_src referer referrer smid smtyp spref src sr_share yclid"
)
_WEB_ADDRESS = re.compile(
    r"\s*(?:https?:)?(?://)?(?:[\w-]+\.)+[^\W\d_][\w-]+(?::\d+)?(?:[/?#]\S*)?\s*$"
    r"|\s*https?://[\w.\[\]:-]+(?:[/?#]\S*)?\s*$",
    re.IGNORECASE,
)
_LONGEST = 2_000
_SLUG_NUMBER = re.compile(r"[a-z]?\d{5,}")


def canonical_id(url: str) -> str:
    """The part of a web address that identifies the article, however it was linked.

    Scheme, host case, `www.`, default ports, `/index.html`, trailing slashes, fragments and
    tracking parameters do not count. Idempotent.

    >>> canonical_id("https://www.Harbour.example/2024/ferry/index.html?utm_source=a#top")
    'harbour.example/2024/ferry'
    """
    address = _ESCAPED_AMPERSAND.sub("&", url.partition("#")[0].strip())
    while scheme := _SCHEME.match(address):
        address = address[scheme.end() :]
    address, _, query = address.partition("?")
    host, slash, path = address.partition("/")
    path, _, path_query = _split_at(_QUERY_IN_PATH, slash + path)
    path = _TAIL.sub("", _normalised(_SLASHES.sub("/", _SESSION.sub("", path)), "/:@!$&'()*+,;="))
    parameters = sorted(
        _normalised(part, "/:@!$'()*+,;=?[]")
        for part in f"{path_query}&{query}".split("&")
        if part and not _tracks(part)
    )
    return _host(host) + path + ("?" + "&".join(parameters) if parameters else "")


def publisher_of(url: str) -> str:
    """The host without `www.`, which serves as the name of an unnamed outlet.

    >>> publisher_of("https://www.harbour.example/2024/ferry")
    'harbour.example'
    """
    return canonical_id(url).partition("/")[0].partition("?")[0]


def urljoined(base: str, link: str) -> str:
    """The address of a link on the page `base`; "" for an empty or invalid link."""
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""


def is_same_site(url: str, named: str) -> bool:
    """Whether the page at `url` may have the id of `named`: same host, and no front page.

    >>> is_same_site("https://m.harbour.example/ferry?x=1", "https://www.harbour.example/ferry")
    True
    >>> is_same_site("https://evil.example/ferry", "https://harbour.example/ferry")
    False
    """
    own, other = publisher_of(url), publisher_of(named)
    same_host = other in (own, _MOBILE.sub("", own))
    front_page = canonical_id(named) == other
    return named == url or (same_host and (not front_page or canonical_id(url) == own))


def is_web_address(url: str) -> bool:
    """Whether the text is the address of a web page; "#" and "n/a" are not.

    >>> is_web_address("harbour.example/ferry"), is_web_address("n/a")
    (True, False)
    """
    return len(url) <= _LONGEST and _WEB_ADDRESS.match(url) is not None


def slug_words(url: str) -> str:
    """The words of the last path segment with two or more, capitalised; "" if none has.

    >>> slug_words("https://harbour.example/2024/03/ferry-returns-a71419/")
    'Ferry returns'
    """
    for segment in reversed(canonical_id(url).partition("?")[0].split("/")[1:]):
        stem = re.sub(r"\.\w{2,5}$", "", segment)
        words = [word for word in re.split(r"[-_+]|%20", stem) if word]
        while words and _SLUG_NUMBER.fullmatch(words[-1]):
            words.pop()
        if sum(word.isalpha() and len(word) > 1 for word in words) > 1:
            joined = " ".join(words)
            return joined[0].upper() + joined[1:]
    return ""


def _split_at(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    found = pattern.search(text)
    if found is None:
        return text, "", ""
    return text[: found.start()], found.group(), text[found.end() :]


def _host(host: str) -> str:
    name = "".join(host.rpartition("@")[2].lower().split())
    with suppress(UnicodeError):
        name = "".join(name.encode("idna").decode("ascii").split())
    name = _normalised(name, "[]:").lower()
    name = _DEFAULT_PORT.sub("", name)
    while name.startswith("www."):
        name = name[4:]
    return name


def _normalised(text: str, safe: str) -> str:
    escaped = _ESCAPE.sub(_shortest, _LONE_PERCENT.sub("%25", text))
    return quote(escaped, safe=safe + "%", errors="replace")


def _shortest(escape: re.Match[str]) -> str:
    character = chr(int(escape.group(1), 16))
    return character if character in _UNRESERVED else escape.group().upper()


def _tracks(part: str) -> bool:
    name, _, value = part.partition("=")
    key = name.strip().lower()
    # CNN marks its feeds with cid=external-feeds_...; elsewhere cid=123 is the article.
    return (
        key in _TRACKING
        or key.startswith(_TRACKING_PREFIX)
        or (key == "cid" and not value.isdigit())
    )
