"""Chooses the title of a page's article among those that the page states, without the outlet."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

_LAST_PART = re.compile(
    r"(?P<title>.*\S)(?:\s+[-–—|*·•»›:/]{1,2}\s+|\s*[|｜ㅣ»_]\s*|[:：]|--?)(?P<part>\S.*)",
    re.DOTALL,
)
_FIRST_PART = re.compile(
    r"(?P<part>\S.{0,60}?)(?:\s+[-–—|*·•»›:/]{1,2}\s+|\s*[|｜ㅣ»]\s*|[:：]\s+)(?P<title>\S.*)",
    re.DOTALL,
)
_HOST = re.compile(r"(?:https?://)?(?:www\.|amp\.|m\.)?([^/\s]+\.[^/\s]{2,})/?")
_ARTICLE = re.compile(r"\A(?:the|der|die|das|le|la|el|il)(?=.{4})")
_OF_THE_TRADE = re.compile(
    r"news|online|zeitung|magazine?|tv|nachrichten|noticias|haber|digital|web|live", re.IGNORECASE
)
_TAG = re.compile(
    r"</?(?:a|b|br|cite|em|font|i|mark|q|small|span|strong|sub|sup|u|wbr)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_BAR = re.compile(r"\s+[|｜ㅣ]\s+")
_LEAST = 4
_MOST_PARTS = 4
_FEWEST_WORDS = 4
# Between blanks: words that end no title.
_ENDS_NONE = (
    " a an and at by for from of or the to with"
    " aber als das dem den der des die ein eine einen für im mit oder und von vom zum zur"
    " au aux avec ce dans de du en et la le les ou par pour sur un une"
    " con da dei del della di e el il las los nel o para per por una y"
    " een het met om te van voor "
)
_LONGEST = 1_000


def choose_title(
    shared: Sequence[str],
    headline: str,
    headings: Sequence[str],
    window: str,
    outlets: Collection[str],
) -> str:
    """The title of an article: the first that the page gives, without the outlet at its end.

    The places are asked in this order: what the page gives to be shared (the first of `shared`),
    the headline of the article's data, the page's heading, the title of the window. Of several
    headings the one that another place repeats counts, else the first. A section before or
    behind a bar goes where the data or a heading have the rest alone. A title that breaks off is
    completed by a heading.

    >>> choose_title(["Tunnel to close - The Post"], "", ["Tunnel to close"], "", ["Post"])
    'Tunnel to close'
    >>> choose_title(["Cycling | Vesk wins the tour"], "Vesk wins the tour", [], "", [])
    'Vesk wins the tour'
    """
    shared, headings = list(map(_plain, shared)), list(map(_plain, headings))
    headline, window = _plain(headline), _plain(window)
    keys = _keys(outlets)
    social = next(iter(shared), "")
    stated = [" ".join(title.split())[:_LONGEST] for title in (social, headline, window)]
    shown = [" ".join(title.split())[:_LONGEST] for title in headings if title.strip()]
    others = [" ".join(title.split())[:_LONGEST] for title in shared[1:]]
    whole = {_key(title) for title in (*stated, *shown, *others) if title}
    stated = [_without_prefix(title, keys, whole) for title in stated]
    own_social, own_headline, own_window = (_without_outlet(title, keys, whole) for title in stated)
    repeated = {_key(own_social), _key(own_headline), _key(own_window)}
    heading = next((each for each in shown if _key(each) in repeated), shown[0] if shown else "")
    own_social = _between_bars(own_social, {_key(own_headline), *map(_key, shown)})
    own_heading = _without_outlet(heading, keys, whole)
    return _completed(own_social or own_headline or own_heading or own_window, shown)


def _plain(title: str) -> str:
    return _TAG.sub(lambda tag: " " if "br" in tag[0] and "wbr" not in tag[0] else "", title)


def _completed(title: str, headings: Sequence[str]) -> str:
    """The heading that goes on where a title breaks off; else the title.

    It breaks off at an ellipsis, or behind a word that ends no title.

    >>> _completed("Tunnel to close for", ["Tunnel to close for a year"])
    'Tunnel to close for a year'
    """
    start = title.rstrip(" .…")
    words = start.casefold().split()
    if len(words) < _FEWEST_WORDS:
        return title
    breaks_off = title.endswith(("…", "...")) or f" {words[-1]} " in _ENDS_NONE
    goes_on = (each for each in headings if each.startswith(f"{start} "))
    return next(goes_on, title) if breaks_off else title


def _between_bars(title: str, known: Collection[str]) -> str:
    """The part of the title that another place has as a whole, if bars part it from the rest.

    A heading has it, too, that begins with another part, as a section's name above the title.
    """
    parts = _BAR.split(title)
    others = [key for key in known if key != _key(title)]
    below = {key.removeprefix(_key(part)) for part in parts for key in others}
    known = {*known, *below}
    found = (part for part in parts if len(_key(part)) > _LEAST and _key(part) in known)
    return next(found, title) if len(parts) > 1 else title


def _keys(outlets: Collection[str]) -> Mapping[str, bool]:
    """The outlets' names as keys, and whether a word more may follow: not behind part of a host.

    "www.post.example" also goes by "post.example" and "post".
    """
    keys: dict[str, bool] = {}
    for outlet in outlets:
        if found := _HOST.fullmatch(outlet.strip()):
            keys |= {_key(found[1]): False, _key(found[1].split(".")[0]): False}
        else:
            keys[_key(outlet)] = True
    return {key: may_extend for key, may_extend in keys.items() if key}


def _without_outlet(title: str, keys: Mapping[str, bool], whole: Collection[str]) -> str:
    """The title without the parts from an outlet's name on, or as another place has it whole.

    A section may stand before the outlet's name, the day or the author behind it.
    """
    rest, cut, mark = title, title, ""
    for _ in range(_MOST_PARTS):
        found = _LAST_PART.fullmatch(rest)
        if found is None or len(found["title"]) < _LEAST:
            break
        between, rest = rest[len(found["title"]) : found.start("part")], found["title"].rstrip()
        if _is_outlet(found["part"], keys) or _key(rest) in whole:
            cut, mark = rest, between
        elif mark and between == mark and _may_be_section(found["part"], rest):
            # One word between the title and the outlet: "Tunnel to close – Local – The Post".
            return rest
    return cut


def _may_be_section(part: str, title: str) -> bool:
    """Whether a part is one word with a capital, and so many stand before it as in a title."""
    return part.isalpha() and part[0].isupper() and len(title.split()) >= _FEWEST_WORDS


def _without_prefix(title: str, keys: Mapping[str, bool], whole: Collection[str]) -> str:
    """The title without an outlet's name before it, if another place has the rest as a whole."""
    found = _FIRST_PART.fullmatch(title)
    if found is None or not _is_outlet(found["part"], keys) or _key(found["title"]) not in whole:
        return title
    return found["title"]


def _is_outlet(part: str, keys: Mapping[str, bool]) -> bool:
    """Whether a part is an outlet's name, or one has a last word more ("NTV Haber" of NTV)."""
    key = _key(part)
    bare = {form for name in keys for form in (name, _ARTICLE.sub("", name))}
    if key in bare or _ARTICLE.sub("", key) in bare:
        return True
    without_last = _key(" ".join(part.split()[:-1]))
    if without_last in keys and _OF_THE_TRADE.fullmatch(part.split()[-1]):
        return True
    longer = [name for name, may_extend in keys.items() if may_extend and len(name) > 2]
    return without_last in longer or (
        len(key) > _LEAST and any(name.startswith(key) for name in longer)
    )


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
