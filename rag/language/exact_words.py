"""Whether words stand in a text exactly as they are written, whatever is between them."""

from __future__ import annotations

import re
import unicodedata

from rag.language.normalizing import LINE_CUT, normalized

_TOKEN = re.compile(r"[^\W_]+")
_HYPHEN = re.compile(LINE_CUT)
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)


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
