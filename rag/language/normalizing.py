"""A text as it is compared: what a reader does not see is gone; knows where each letter stood.

Soft hyphens, zero-width characters, ligatures, full-width and half-width forms, marks that
stand apart from their letters, vowel points and footnote marks beside figures make no
difference between texts. The text itself is never changed: this is for analysis alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

_HYPHENS = "[-‐¬⸗=]"
LINE_CUT = rf"{_HYPHENS}(?<=[^\W\d_]{_HYPHENS})[ \t]*\r?\n[ \t]*(?:\r?\n[ \t]*)?(?=[^\W\d_])"
"""What stands where a word goes on in the next line: a hyphen, as scans and old prints have it."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]+"
)
_SOFT = re.compile("[\u00ad\u200b\u2060\ufeff]+")
_SOFT_HYPHEN_AT_LINE_END = re.compile(r"\u00ad(?=[\u00ad\u200b-\u200d]*[ \t]*\r?\n)")
_NOTE_MARK = re.compile(
    r"[\u00b9\u00b2\u00b3\u2070\u2074-\u2079](?<=[\d\u00b2\u00b3\u00b9\u2070-\u2079].)|[\u2120\u2122]"
)
# Latin letters, and the marks and spaces between words, are compared as they are.
_UNUSUAL = re.compile(
    "[^\x00-\u00a9\u00ab\u00ac\u00ae-\u00b1\u00b4\u00b6\u00b7\u00bb\u00bf-\u012f\u0131\u0134-\u013e"
    "\u0141-\u0148\u014a-\u017e\u2010\u2012-\u2016\u2018-\u2026\u2030\u2032-\u203a\u20ac\u202f]"
)
_NOT_ASCII = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")
_JAMO = re.compile("[\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\ud7b0-\ud7ff\uff9e-\uffdc]")
_LETTERS = frozenset({0, 8, 103, 118, 129, 130, 132})
"""Combining classes of marks that are letters: those of kana, vowels of Thai, Lao and Tibetan."""
_TOKEN = re.compile(r"[^\W_]+")
_HYPHEN = re.compile(LINE_CUT)
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)


def is_usual(text: str) -> bool:
    """Whether a text has Latin letters and usual marks alone, and so is compared as it is."""
    return text.isascii() or not _UNUSUAL.search(text)


def without_invisible(text: str) -> str:
    """The text without what no reader sees in it, such as soft hyphens.

    >>> without_invisible("coun\u00adcil")
    'council'
    """
    return text if text.isascii() else _SOFT.sub("", text)


def normalized(text: str) -> str:
    r"""The text as it is compared; the text itself where nothing in it has to be seen through.

    >>> normalized("the of\ufb01ce’s coun\u00adcil, \uff14\uff11\uff12 metres, 412² feet")
    'the office’s council, 412 metres, 412  feet'
    """
    return text if is_usual(text) else _seen(_marked(text))


class Normalized:
    r"""A text with what `normalized` makes of it, as `text`, and where its characters stand.

    >>> made = Normalized("of\ufb01ce")
    >>> made.text, made.span(2, 4)
    ('office', (2, 3))
    """

    def __init__(self, text: str) -> None:
        self.text = normalized(text)
        self._places: list[tuple[int, int]] | None = None
        if self.text != text:
            self._places = [place for piece in _pieces(text) for place in piece]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters `start` to `end` of the normalized text stand in the text itself.

        At least one character must be among them.
        """
        if self._places is None:
            return start, end
        return self._places[start][0], self._places[end - 1][1]


def _pieces(text: str) -> Iterator[list[tuple[int, int]]]:
    """The place in the text of each character of its normalized form, a piece at a time."""
    marked = _marked(text)
    at = 0
    for found in _NOT_ASCII.finditer(marked):
        start, end = found.span()
        yield [(n, n + 1) for n in range(at, start)]
        if _seen(found[0]) == found[0]:
            yield [(n, n + 1) for n in range(start, end)]
        else:
            for first, last in _clusters(found[0]):
                place = start + first, start + last
                yield [place] * len(_seen(found[0][first:last]))
        at = end
    yield [(n, n + 1) for n in range(at, len(marked))]


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text that normalization changes independently of each other."""
    first = 0
    for at in range(1, len(text)):
        if not _joins(text[at]):
            yield first, at
            first = at
    yield first, len(text)


@lru_cache(maxsize=4_096)
def _joins(character: str) -> bool:
    """Whether a character may become one with those before it, or vanishes."""
    return bool(
        unicodedata.category(character)[0] == "M"
        or _JAMO.match(character)
        or _INVISIBLE.match(character)
    )


def _marked(text: str) -> str:
    """The text, as long as before, with a hyphen for each that is only seen at a line's end."""
    text = _NOTE_MARK.sub(" ", text)
    return _SOFT_HYPHEN_AT_LINE_END.sub("-", text).replace("\u0130", "I")


def _seen(text: str) -> str:
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return plain if plain.isascii() else _marks().sub("", plain)


@cache
def _marks() -> re.Pattern[str]:
    """The marks over, under and within letters that no composed character has."""
    marks = (chr(code) for code in range(0x300, 0x1E00))
    dropped = "".join(mark for mark in marks if unicodedata.combining(mark) not in _LETTERS)
    # Those of Thai, Lao and Khmer that are no vowels have no combining class.
    dropped += "\u0e47\u0e4c-\u0e4e\u0ecc\u0ecd\u17c9-\u17d3"
    return re.compile(f"[{dropped}\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\ua670-\ua67d]+")


class ExactWords:
    """Words that follow each other; capitals, accents, and the signs between them do not count.

    >>> ExactWords("bank of England").stand_in("The Bank  of “England” said")
    True
    >>> ExactWords("bank of England").stand_in("banks of England")
    False
    """

    def __init__(self, words: str) -> None:
        self._words = _plain(words)
        # Scripts without spaces show no ends of words.
        self._anywhere = bool(_UNSPACED.search(words))

    def stand_in(self, text: str) -> bool:
        """Whether the words stand in the text; never where there are none."""
        if not self._words:
            return False
        plain = _plain(text)
        if self._anywhere:
            return self._words.replace(" ", "") in plain.replace(" ", "")
        return f" {self._words} " in f" {plain} "


def _plain(text: str) -> str:
    """The words of a text, folded, with one space between them; an apostrophe ends one."""
    whole = _HYPHEN.sub("", normalized(text))
    if not whole.isascii():
        apart = unicodedata.normalize("NFKD", whole)
        whole = "".join(each for each in apart if not unicodedata.combining(each))
    return " ".join(_TOKEN.findall(whole.casefold()))
