"""Chooses the title of a page's article among those that the page states, without the outlet's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

_LAST_PART = re.compile(
    r"(?P<title>.*\S)(?:\s+[-–—|*·•»›:/]\s+|\s*[|｜ㅣ»]\s*|(?<=\S)[:：](?=\S)|\s+--?\s+|--|-(?=\S))(?P<part>\S.*)\Z",
    re.DOTALL,
)
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_HOST = re.compile(r"(?:https?://)?(?:www\.|amp\.|m\.)?([^/\s]+)")
_BY = re.compile(r"(?:by|von|par|por|di)\s+\w.{2,40}", re.IGNORECASE)
_LEAST = 4
_MOST_PARTS = 4


class Titles(NamedTuple):
    """What a page calls its article, in the places where pages do; "" or () where it does not."""

    headline: str = ""
    social: str = ""
    headings: Sequence[str] = ()
    window: str = ""
    stated: str = ""


def chosen_title(titles: Titles, outlets: Collection[str]) -> str:
    """The title that most places agree on, without the names of `outlets` at its end.

    A tie goes to the headline of the article's own data, then to the heading of the page. A
    heading that no other place repeats counts only if it is the page's one.

    >>> page = Titles(social="Tunnel to close - Orrelstad Post", headings=("Tunnel to close",))
    >>> chosen_title(page, ["Orrelstad Post"])
    'Tunnel to close'
    """
    names = {_squeezed(name) for outlet in outlets for name in _names(outlet)} - {""}
    given = [titles.headline, *titles.headings, titles.social, titles.stated, titles.window]
    full = {_squeezed(title) for title in given if title}
    cut = {title: _without_outlet(title, names, full) for title in given if title}
    headings = [cut[title] for title in titles.headings if title]
    others = [cut[title] for title in (titles.headline, titles.social, titles.stated, titles.window) if title]
    agreed = [each for each in headings if any(_squeezed(each) == _squeezed(other) for other in others)]
    heading = (agreed or (headings if len(headings) == 1 else []) or [""])[0]
    order = [cut.get(titles.headline, ""), heading, *others[1 if titles.headline else 0 :]]
    order = [title for title in order if title] or headings
    if not order:
        return ""
    votes = {_squeezed(title): 0 for title in order}
    for title in order:
        votes[_squeezed(title)] += 1
    return max(order, key=lambda title: votes[_squeezed(title)])


def _names(outlet: str) -> Iterator[str]:
    """An outlet's name, and of a host its label: "www.post.example" is also "post"."""
    yield outlet.lstrip("@")
    if "." in outlet and (found := _HOST.fullmatch(outlet.strip())):
        yield found[1]
        yield from found[1].split(".")[:1]


def _without_outlet(title: str, names: Collection[str], full: Collection[str]) -> str:
    """The title without the last parts that name an outlet or section, or the day."""
    for _ in range(_MOST_PARTS):
        found = _LAST_PART.fullmatch(title)
        if found is None or len(found["title"]) < _LEAST:
            break
        if not _is_outlet(found["part"], names) and _squeezed(found["title"]) not in full:
            shorter = _LAST_PART.fullmatch(found["title"])
            whole = found["title"]
            if shorter is None or not (_is_outlet(shorter["part"], names) or _squeezed(shorter["title"]) in full):
                break
            if not (_DATE.fullmatch(found["part"]) or _BY.fullmatch(found["part"]) or _squeezed(shorter["title"]) in full):
                break
            title = whole
            continue
        title = found["title"]
    return title.strip()


def _is_outlet(part: str, names: Collection[str]) -> bool:
    key = _squeezed(part)
    bare = key.removeprefix("the").removeprefix("der").removeprefix("die")
    return any(
        name in (key, bare) or key == name.removeprefix("the") or (len(name) >= _LEAST and (key.startswith(name) or name.startswith(key) and len(key) >= _LEAST))
        for name in names
    )


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
