"""When a saved page was seen at its address, as whoever saved it wrote into it."""

from __future__ import annotations

import re

_WITHIN = 4_096
_ADDRESS = re.compile(r"https?://web\.archive\.org/web/(\d{14})(?:[a-z]{2}_)?/http")
_WAYBACK = re.compile(
    r"FILE ARCHIVED ON (\d\d:\d\d:\d\d) ([A-Z][a-z]{2,8} \d{1,2}, \d{4}) AND RETRIEVED"
)
_SINGLE_FILE = re.compile(
    r"Page saved with SingleFile\s[^>]{0,2000}?saved date: (?:[A-Z][a-z]{2} )?"
    r"([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})"
)
_MODIFIED = re.compile(
    r"<meta\b[^>]{0,300}?(?:property|name|itemprop)\s*=\s*[\"']?"
    r"(?:article:modified_time|og:updated_time|dateModified|last-modified|DC\.date\.modified)"
    r"[\"']?\s[^>]{0,100}?content\s*=\s*[\"']([^\"'>]{4,40})[\"']",
    re.IGNORECASE,
)
_JSON_MODIFIED = re.compile(r'"dateModified"\s*:\s*"([^"]{4,40})"')


def captured_in_page(page: str) -> str:
    """The time at which a page was saved: by the Wayback Machine or by SingleFile; "" if unknown.

    >>> captured_in_page("<!-- FILE ARCHIVED ON 12:00:00 May 09, 2024 AND RETRIEVED FROM -->")
    'May 09, 2024 12:00:00 UTC'
    """
    if found := _SINGLE_FILE.search(page, 0, _WITHIN):
        month, day, year, clock, zone = found.groups()
        return f"{day} {month} {year} {clock} {zone}"
    # Its comment stands at the end.
    for start in (0, max(0, len(page) - _WITHIN)):
        if found := _WAYBACK.search(page, start, start + _WITHIN):
            return f"{found.group(2)} {found.group(1)} UTC"
    found = _ADDRESS.search(page)
    return f"{found.group(1)[:8]}T{found.group(1)[8:]}Z" if found else ""


def modified_in_page(page: str) -> str:
    """The time of its last change that a page states; "" if it states none."""
    found = _MODIFIED.search(page) or _JSON_MODIFIED.search(page)
    return found.group(1) if found else ""
