"""The language of a text as an ISO 639-1 code; knows nothing about articles."""

from __future__ import annotations

import re
from itertools import islice

_SAMPLE = 300
_LEAST_LETTERS = 40
_PIECES = 3
_LEAST_PIECE = 120
_LONGEST = 6_000
# Languages so near to one another that the letters of a text do not tell them apart for sure.
_NEAR = (
    frozenset({"no", "nb", "nn", "da", "sv", "fo", "is"}),
    frozenset({"hr", "bs", "sr", "sl", "mk", "bg"}),
    frozenset({"es", "gl", "pt", "ca", "an", "oc", "it", "la"}),
    frozenset({"cs", "sk", "pl"}),
    frozenset({"id", "ms", "jv", "tl"}),
    frozenset({"zu", "xh", "st", "tn", "ss", "rw", "sw"}),
    frozenset({"af", "nl", "li", "fy"}),
    frozenset({"de", "lb"}),
    frozenset({"hi", "mr", "ne", "sa"}),
    frozenset({"fa", "ur", "ar", "ps", "ku"}),
    frozenset({"et", "fi"}),
    frozenset({"tr", "az"}),
    frozenset({"fr", "wa", "br"}),
)
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


def likely_language(declared: str, text: str) -> str:
    """The language that a page declares, unless its whole text is clearly in another one.

    The beginning, middle and end of the text must agree on the other language, and it must be no
    near relative of the declared one. Without a declared language, that of the text.

    >>> likely_language("en", "Der Stadtrat hat am Dienstag beschlossen, den Tunnel zu schließen.")
    'de'
    """
    code = language_code(declared)
    if not code:
        return detect_language(text)
    sample = text[:_LONGEST]
    length = max(_LEAST_PIECE, -(-len(sample) // _PIECES))
    pieces = {detect_language(sample[at : at + length]) for at in range(0, len(sample), length)}
    found = pieces - {""}
    if len(found) != 1:
        return code
    (other,) = found
    return code if any({code, other} <= group for group in _NEAR) else other
