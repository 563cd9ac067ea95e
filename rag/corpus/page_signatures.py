"""Finds who signed an article on its page: a name by itself above its first or below its last line.

Such a line has no "By", so it counts only if it cannot be a heading or a place: the name is set
apart from the text, and the text does not speak of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rag.corpus.bylines import is_person, named_authors
from rag.corpus.page_heading import heading_of
from rag.corpus.written_dates import written_dates

_SET_APART = ("strong", "b", "em", "i")
_RIGHT = re.compile(r"text-align\s*:\s*(?:right|end)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[/&]\s*|\s*,\s+")
_BEFORE_DATE = re.compile(r"\s*[|·•–—]\s*")
_WORD = re.compile(r"[^\W\d_][\w.'’-]*")
_ENDS = re.compile(r"[.!?…:]\Z")
_LONGEST = 80
_LONG = 120
_MOST_AT_END = 3
_MOST_NAMES = 4
_MOST_PARAGRAPHS = 2_000
_MOST_BELOW_HEADING = 120


def signed_by(tree: Any) -> list[str]:
    """The persons who signed the article of a page: above its text, else below it; [] for none.

    Above it, "NAME | DATE" below the heading is a signature as well.
    """
    paragraphs = _paragraphs_of_article(tree)
    words = [" ".join(each.text_content().split()) for each in paragraphs]
    long = [place for place, text in enumerate(words) if len(text) >= _LONG]
    if not long:
        return _dated_name(tree)
    first, last = long[0], long[-1]
    for place in (*range(first), *range(last + 1, min(len(words), last + 1 + _MOST_AT_END))):
        names = _names(words[place])
        rest = " ".join(text for number, text in enumerate(words) if number != place)
        if names and _is_set_apart(paragraphs[place]) and not _speaks_of(rest, names):
            return names
    return _dated_name(tree)


def _paragraphs_of_article(tree: Any) -> Sequence[Any]:
    """The paragraphs of the element that holds the most text in paragraphs of its own."""
    sizes: Counter[Any] = Counter()
    children: dict[Any, list[Any]] = {}
    for paragraph in tree.iter("p"):
        parent = paragraph.getparent()
        if parent is not None:
            sizes[parent] += len(paragraph.text_content())
            children.setdefault(parent, []).append(paragraph)
    if not sizes:
        return ()
    [(largest, _)] = sizes.most_common(1)
    return [each for each in children[largest] if not each.text_content().isspace()][
        :_MOST_PARAGRAPHS
    ]


def _is_set_apart(paragraph: Any) -> bool:
    """Whether all words of a paragraph are in bold or italics, or stand at the right."""
    if _RIGHT.search(paragraph.get("style") or "") or paragraph.get("align") == "right":
        return True
    whole = "".join(paragraph.text_content().split())
    marked = (each for each in paragraph.iter(*_SET_APART))
    return any("".join(each.text_content().split()) == whole for each in marked)


def _names(line: str) -> list[str]:
    """The persons of a line that has nothing but names; [] for any other line."""
    if not line or len(line) > _LONGEST or _ENDS.search(line):
        return []
    parts = _BETWEEN.split(line)
    names = [name for part in parts for name in named_authors(part)]
    whole = len(names) == len(parts) <= _MOST_NAMES
    return names if whole and all(map(_is_full_name, names)) else []


def _is_full_name(name: str) -> bool:
    words = name.split()
    return (
        is_person(name)
        and 2 <= len(words) <= 4
        and all(_WORD.fullmatch(word) and word[0].isupper() for word in words)
    )


def _speaks_of(text: str, names: Sequence[str]) -> bool:
    """Whether a text has the last or the first word of one of the names."""
    words = {word.casefold() for word in _WORD.findall(text)}
    return any(word.casefold() in words for name in names for word in name.split())


def _dated_name(tree: Any) -> list[str]:
    """The persons of "NAME | DATE" below the page's heading; [] without such a line."""
    for line in _lines_below_heading(tree):
        name, mark, rest = _first_part(line)
        if mark and (names := _names(name)) and next(written_dates(rest), ""):
            return names
    return []


def _lines_below_heading(tree: Any) -> Iterator[str]:
    heading = next(iter(tree.iter("h1")), None)
    if heading is None:
        heading = heading_of(tree)
    if heading is None:
        return
    for count, element in enumerate(heading.xpath("following::*")):
        if count >= _MOST_BELOW_HEADING:
            return
        if element.tag in ("p", "div", "span", "address", "li") and len(element) <= 4:
            line = " ".join(element.text_content().split())
            if len(line) >= _LONG and element.tag == "p":
                return
            if 0 < len(line) < _LONG:
                yield line


def _first_part(line: str) -> tuple[str, str, str]:
    found = _BEFORE_DATE.search(line)
    if found is None:
        return line, "", ""
    return line[: found.start()], found.group(), line[found.end() :]
