"""Numbers as a text writes them, brought into one form before they are read."""

from __future__ import annotations

import re

_SPACED = re.compile(r"(?<=\d)(,(?= \d{3}(?!\d))|\.(?= \d)) ")
_SHORT_SCALE = re.compile(r"([$€£¥]\s?\d[\d.,]{0,15}|\d(?=[mt]n\b))(m|mn|tn)\b")
_SCALES = {"m": " million", "mn": " million", "tn": " trillion"}
_ORDINAL_FIRST = re.compile(
    r"\b(second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)-(?=[a-z])", re.IGNORECASE
)

_IN_WORDS = (
    (re.compile(r"\bhalf (?:a|of a|the) year\b|\bhalf-year\b", re.IGNORECASE), "six months"),
    (re.compile(r"\bhalf an hour\b|\bhalf-hour\b", re.IGNORECASE), "30 minutes"),
    (re.compile(r"\bquarter of an hour\b", re.IGNORECASE), "15 minutes"),
    (re.compile(r"\ba fortnight\b", re.IGNORECASE), "two weeks"),
)


def joined_numbers(text: str) -> str:
    """The text with its numbers as others write them.

    A tokenizer leaves spaces in "1, 187", and news shortens "£3.2 million", joins what a rank is
    of, and has "half a year" for six months.

    >>> joined_numbers("£3.2m of 1, 187 in the second-quarter, half a year on")
    '£3.2 million of 1,187 in the second quarter, six months on'
    """
    whole = _SHORT_SCALE.sub(lambda match: match[1] + _SCALES[match[2]], _SPACED.sub(r"\1", text))
    for words, figure in _IN_WORDS:
        whole = words.sub(figure, whole)
    return _ORDINAL_FIRST.sub(r"\1 ", whole)
