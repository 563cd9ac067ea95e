"""Citation markers in every form that models produce; knows nothing about what they cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WIDEST_RANGE = 20

_LABEL = (
    r"(?:(?:passage|source|citation|cite|reference|ref|document|doc|article|id)s?\b\s*[.:#]?\s*"
    r"(?:[PS](?=\d))?|[PS](?=\d))"
)
_NUMBER = rf"(?:\^|\#|{_LABEL})?\d{{1,3}}"
_AND = r"\s*(?:,\s*and\b|[,;&–—-]|and\b)\s*"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"

MARKER = re.compile(
    rf"\\?[\[【［〔]{{1,2}}\s*(?P<numbers>{_NUMBER}(?:{_AND}{_NUMBER})*)"
    r"(?:\s*†[^\]】］〕\n]{0,80})?\s*\\?[\]】］〕]{1,2}(?:\([^()\s]*\))?"
    rf"|\(\s*(?P<named>{_LABEL}\d{{1,3}}(?:{_AND}{_NUMBER})*)\s*\)"
    r"|<sup>\s*\[?(?P<tagged>\d{1,3}(?:\s*[,;–—-]\s*\d{1,3})*)\]?\s*</sup>"
    # Raised after a digit or a short word it is a power: 10⁶, km².
    rf"|(?:(?<=[^\W\d_]{{4}})|(?<=[.,;:!?)”’\"'»]))(?P<raised>[{_RAISED}]{{1,3}}"
    rf"(?:[,–⁻][{_RAISED}]{{1,3}})*)",
    re.IGNORECASE,
)
"""A marker: `[1]`, `[1, 2]`, `[1-3]`, `[^1]`, `【1†source】`, `[Passage 1]`, `(source 2)`, `so.¹`.

A bare `(1)` is none: lists are numbered so, and a passage's own `[1]` is shown to a model as `(1)`.
"""

_RAISED_NOTE = re.compile(
    rf"^[ \t]*(?:(?P<mark>[{_RAISED}]{{1,2}})(?=[ \t]*\S)"
    rf"|(?P<star>[*†‡]{{1,2}})(?=[ \t]*{_LABEL}\d))",
    re.MULTILINE | re.IGNORECASE,
)
_SPACED = re.compile(rf"(?<![ \t])[ \t]*(?:{MARKER.pattern})", re.IGNORECASE)
_LABELS = re.compile(rf"\^|#|{_LABEL}", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)(?:\s*[–—⁻-]\s*(\d+))?")
_LOWERED = str.maketrans(_RAISED, "0123456789")


@dataclass(frozen=True, slots=True)
class Marker:
    """Characters `start` to `end` of a text, and the passages' numbers that they name."""

    start: int
    end: int
    numbers: tuple[int, ...]


def markers(text: str) -> Iterator[Marker]:
    """The markers of a text, in order; a range stands for all its numbers, up to 21 of them.

    >>> [marker.numbers for marker in markers("It sank [2, 5-7]. It burnt.¹")]
    [(2, 5, 6, 7), (1,)]
    """
    for match in MARKER.finditer(text):
        listed: list[int] = []
        for first, last in _RANGE.findall(_numbers(match)):
            low, high = int(first), int(last or first)
            wide = not low <= high <= low + _WIDEST_RANGE
            listed += [low, high] if wide else range(low, high + 1)
        yield Marker(match.start(), match.end(), tuple(dict.fromkeys(listed)))


def without_markers(text: str) -> str:
    """The text without its markers and the blanks before them.

    >>> without_markers("It sank [1, 2], they say 【3】.")
    'It sank, they say.'
    """
    return _SPACED.sub("", text)


def disarmed(text: str) -> str:
    """The text with numbers in parentheses where it has markers: nobody takes them for citations.

    >>> disarmed("It sank [3].")
    'It sank (3).'
    """
    return MARKER.sub(lambda match: f"({_numbers(match)})", text)


def with_plain_notes(text: str) -> str:
    r"""The text with `[^1]` for each raised number that a line below it explains.

    >>> with_plain_notes("It sank.¹ It burnt.²\n\n¹ Passage 3")
    'It sank.[^1] It burnt.²\n\n[^1]: Passage 3'
    """
    for note in reversed(list(_RAISED_NOTE.finditer(text))):
        above, star = text[: note.start()], note["star"]
        plain = f"[^{note['mark'].translate(_LOWERED) if not star else f'star{len(star)}'}]"
        starred = re.compile(rf"(?<=[.!?\w]){re.escape(star or '')}(?=\s|$)")
        same = [*starred.finditer(above)] if star else [*_raised(above, note["mark"])]
        for marker in reversed(same):
            above = above[: marker.start()] + plain + above[marker.end() :]
        if same:
            text = f"{above}{plain}:{text[note.end() :]}"
    return text


def _raised(text: str, mark: str) -> Iterator[re.Match[str]]:
    return (match for match in MARKER.finditer(text) if match["raised"] == mark)


def _numbers(match: re.Match[str]) -> str:
    """The numbers of a marker as they are listed in it, without labels."""
    found = next(group for group in match.groups() if group)
    return _LABELS.sub("", found).translate(_LOWERED)
