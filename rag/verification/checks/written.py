"""Numbers as a text writes them, brought into one form before they are read."""

from __future__ import annotations

import re

_SPACED = re.compile(r"(?<=\d)(,(?= \d{3}(?!\d))|\.(?= \d)) ")
_SHORT_SCALE = re.compile(r"([$€£¥]\s?\d[\d.,]{0,15}|\d(?=[mt]n\b))(m|mn|tn)\b")
_SCALES = {"m": " million", "mn": " million", "tn": " trillion"}
_ORDINAL_FIRST = re.compile(
    r"\b(second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)-(?=[a-z])", re.IGNORECASE
)


def joined_numbers(text: str) -> str:
    """The text with its numbers as others write them.

    A tokenizer leaves spaces in "1, 187", and news shortens "£3.2 million" and joins what a rank
    is of.

    >>> joined_numbers("£3.2m of 1, 187 in the second-quarter")
    '£3.2 million of 1,187 in the second quarter'
    """
    whole = _SHORT_SCALE.sub(lambda match: match[1] + _SCALES[match[2]], _SPACED.sub(r"\1", text))
    return _ORDINAL_FIRST.sub(r"\1 ", whole)
