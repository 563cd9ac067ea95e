"""The language of a text as an ISO 639-1 code; knows nothing about articles."""

from __future__ import annotations

import re
from itertools import islice

_SAMPLE = 300
_LEAST_LETTERS = 40
_CODE = re.compile(r"\s*([a-z]{2})(?=[-_]|\s*$)", re.IGNORECASE)


def language_code(tag: str) -> str:
    """The two-letter code at the start of a language tag; "" where there is none.

    >>> language_code("en-GB"), language_code("English")
    ('en', '')
    """
    found = _CODE.match(tag)
    return found.group(1).lower() if found else ""


def detect_language(text: str) -> str:
    """The most likely language of the first 300 characters; "" for fewer than 40 letters."""
    sample = text[:_SAMPLE]
    letters = sum(1 for _ in islice(filter(str.isalpha, sample), _LEAST_LETTERS))
    if letters < _LEAST_LETTERS:
        return ""
    import py3langid

    code: str = py3langid.classify(sample)[0]
    return code if len(code) == 2 else ""
