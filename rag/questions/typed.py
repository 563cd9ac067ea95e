"""Questions as people type them: marks around them, slips in the words of the trade."""

from __future__ import annotations

import re

END = " \t\r\n.,;:!?…-–—\"“”'*()"
"""Marks that may stand around a question and say nothing."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, for words in whatever case."""
    return re.compile(pattern, re.IGNORECASE)


def plain(text: str) -> str:
    """The text in one line, without marks around it and with the words of the trade mended."""
    return mended(" ".join(text.split()).strip(END))


_TRADE = (
    "article",
    "articles",
    "outlet",
    "outlets",
    "archive",
    "language",
    "languages",
    "newspaper",
    "newspapers",
    "published",
    "publish",
    "oldest",
    "newest",
    "mention",
)
_KNOWN = frozenset((*_TRADE, "archived", "archives", "mentions"))
_WORD = re.compile(r"[A-Za-z]{6,}")


def mended(text: str) -> str:
    """The text with slips of one letter in the words of the trade put right."""
    return _WORD.sub(lambda found: _mend(found[0]), text)


def _mend(word: str) -> str:
    small = word.lower()
    if small in _KNOWN:
        return word
    return next((each for each in _TRADE if _one_slip(small, each)), word)


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too many or swapped with the next, but not the first."""
    if typed[0] != meant[0]:
        return False
    if len(typed) == len(meant):
        wrong = [
            place for place, pair in enumerate(zip(typed, meant, strict=True)) if len({*pair}) > 1
        ]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return swapped and typed[wrong[0]] + typed[wrong[1]] == meant[wrong[1]] + meant[wrong[0]]
    short, long = sorted((typed, meant), key=len)
    if len(long) != len(short) + 1:
        return False
    return any(long[:place] + long[place + 1 :] == short for place in range(1, len(long)))
