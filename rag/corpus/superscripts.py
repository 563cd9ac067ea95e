"""Superscripts and subscripts as a reader sees them: footnote marks apart from figures.

A mark that points to a footnote is left out: glued to a figure, it would make another figure.
"""

from __future__ import annotations

import re
from typing import Any

_RAISED = str.maketrans("0123456789+-−–()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_NOTE_CLASS = re.compile(r"foot-?note|note-?ref|noteref|\breference\b|\bcitation\b|endnote", re.I)
_NOTE_TARGET = re.compile(r"#.{0,20}?(?:fn|foot|note|cite|ref|endn)", re.IGNORECASE)
_MARK = re.compile(
    r"[\[(]?(?:\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,6}|[*†‡§¶#]{1,3}|[a-d]|[ivx]{1,4})[\])]?"
)
_NUMBER = re.compile(r"[+−–-]?\d{1,3}")
_UNIT = re.compile(
    r"(?<![^\W\d_])(?:[kcdmµ]?m|km|ft|in|yd|mi|sq|s|h|kg|ha|Meter|metres?|Kilometer|м|км|см)$"
)
_POWER = re.compile(r"(?:[×x·*⋅]\s?|(?<![\d.,]))10$")
_PRICE = re.compile(r"[$€£¥]\s?\d{1,3}(?:[,.']\d{3})*$")
_HOUR = re.compile(r"(?<![\d.,])(?:[01]?\d|2[0-4])$")
_ORDINAL_A = frozenset({"es", "pt", "it", "gl", "ca"})


def is_note_link(element: Any) -> bool:
    """Whether an element is a mark that points to a footnote, by its role, class or target."""
    if "noteref" in (element.get("role") or "") + (element.get("epub:type") or ""):
        return True
    if _NOTE_CLASS.search(element.get("class") or "") and element.tag in ("a", "sup", "span"):
        return _MARK.fullmatch("".join(element.itertext()).strip()) is not None
    if element.tag == "a" and _NOTE_TARGET.match(element.get("href") or ""):
        return _MARK.fullmatch("".join(element.itertext()).strip()) is not None
    return False


def raised(words: str, before: str, after: str, language: str = "") -> str:
    """A superscript as it stands in plain text, between the text `before` and `after` it.

    "" for a footnote mark. A letter keeps its place ("3rd"), an exponent becomes one
    character ("m²"), raised cents and minutes get their point or colon.

    >>> raised("1", "about 412", " metres"), raised("2", "10 m", " of tiles"), raised("rd", "3", "")
    ('', '²', 'rd')
    """
    words = " ".join(words.split())
    line = before.rstrip()
    if not _MARK.fullmatch(words) and not _NUMBER.fullmatch(words):
        return words
    if _NUMBER.fullmatch(words):
        if after.lstrip()[:1] in ("/", "⁄") and after.strip():
            return (" " if line[-1:].isdigit() else "") + words
        if special := _figure(words, line):
            return special
    if words == "a" and language[:2] in _ORDINAL_A and line[-1:].isdigit():
        return words
    if words == "d" and language[:2] == "fr" and line[-1:].isdigit():
        return words
    return "" if line else words


def _figure(words: str, line: str) -> str:
    """A raised number that belongs to what stands before it; "" for one that does not."""
    if len(words) == 2 and words.isdigit() and _PRICE.search(line[-16:]):
        return "." + words
    if len(words) == 2 and words.isdigit() and words[0] < "6" and words[1] in "05":
        return ":" + words if _HOUR.search(line[-4:]) else ""
    if _UNIT.search(line[-12:]) and words in ("2", "3", "4", "-1", "−1", "–1", "-2", "−2", "–2"):
        return words.translate(_RAISED)
    if _POWER.search(line[-4:]) and words != "1":
        return words.translate(_RAISED)
    if words[0] in "+-−–" and line[-1:].isdigit():
        return words.translate(_RAISED)
    return ""


def lowered(words: str, before: str) -> str:
    """A subscript as it stands in plain text: with letters as it is, after a figure set apart.

    >>> lowered("2", "of CO"), lowered("2", "is 1011")
    ('2', '₂')
    """
    words = " ".join(words.split())
    if before[-1:].isdigit() and words.isdigit():
        return words.translate(_LOWERED)
    return words
