"""Chooses the title of a page's article among those that the page states, without the outlet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

_LAST_PART = re.compile(
    r"(?P<title>.*\S)(?:\s+[-–—|*·•»›:/]{1,2}\s+|\s*[|｜ㅣ»]\s*|[:：]|--?)(?P<part>\S.*)", re.DOTALL
)
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_BY = re.compile(r"(?:by|von|par|por|di)\s+\w.{2,40}", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://)?(?:www\.|amp\.|m\.)?([^/\s]+\.[^/\s]{2,})/?")
_ARTICLE = re.compile(r"\A(?:the|der|die|das|le|la|el|il)(?=.{4})")
_LEAST = 4
_MOST_PARTS = 4
_LONGEST = 1_000


def choose_title(
    social: str, headline: str, headings: Sequence[str], window: str, outlets: Collection[str]
) -> str:
    """The title of an article: the first that the page gives, without the outlet at its end.

    The places are asked in this order: what the page gives to be shared (`og:title`), the
    headline of the article's data, the page's heading, the title of the window. Of several
    headings the one that another place repeats counts, else the first.

    >>> choose_title("Tunnel to close - The Post", "", ["Tunnel to close"], "", ["Post"])
    'Tunnel to close'
    """
    keys = {_key(name) for outlet in outlets for name in _names(outlet)} - {""}
    stated = [" ".join(title.split())[:_LONGEST] for title in (social, headline, window)]
    shown = [" ".join(title.split())[:_LONGEST] for title in headings if title.strip()]
    whole = {_key(title) for title in (*stated, *shown) if title}
    own_social, own_headline, own_window = (_without_outlet(title, keys, whole) for title in stated)
    repeated = {_key(own_social), _key(own_headline), _key(own_window)}
    heading = next((each for each in shown if _key(each) in repeated), shown[0] if shown else "")
    return own_social or own_headline or _without_outlet(heading, keys, whole) or own_window


def _names(outlet: str) -> Iterator[str]:
    """An outlet's name, and of a host also its first label: "post" of "www.post.example"."""
    yield outlet.lstrip("@")
    if found := _HOST.fullmatch(outlet.strip()):
        yield found[1]
        yield found[1].split(".")[0]


def _without_outlet(title: str, keys: Collection[str], whole: Collection[str]) -> str:
    """The title without the parts from an outlet's name on, or as another place has it whole."""
    rest, cut = title, title
    for _ in range(_MOST_PARTS):
        found = _LAST_PART.fullmatch(rest)
        if found is None or len(found["title"]) < _LEAST:
            break
        rest = found["title"].rstrip()
        names_outlet = _is_outlet(found["part"], keys)
        if names_outlet or _key(rest) in whole:
            cut = rest
        elif not (_DATE.fullmatch(found["part"]) or _BY.fullmatch(found["part"])) and cut == title:
            # A section or a place may stand before the outlet's name, and nothing behind it.
            break
    return cut


def _is_outlet(part: str, keys: Collection[str]) -> bool:
    """Whether a part is an outlet's name, or one is the other with a word more ("NTV Haber")."""
    key = _key(part)
    forms = {key, _ARTICLE.sub("", key)}
    for name in keys:
        bare = _ARTICLE.sub("", name)
        if forms & {name, bare}:
            return True
        shorter, longer = sorted((key, name), key=len)
        if len(shorter) >= _LEAST - 1 and longer.startswith(shorter) and len(part) <= 3 * len(name):
            return True
    return False


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
