"""Which English words a text bears out by another word, and which say the opposite.

For the first, synonyms, derived words and one step up count.

From WordNet 3.1, whose licence stands beside its file; `scripts/build_synonyms.py` writes that.
"""

from __future__ import annotations

import gzip
from functools import cache, lru_cache
from importlib.resources import files

from rag.language.entities import stems


@lru_cache(20_000)
def implied(word: str) -> frozenset[str]:
    """The base forms that a text with a base form may be said to have too, itself among them.

    They are loose, as all senses of a word count: they let a claim pass, and prove nothing. Words
    that the lexicon lacks imply themselves.

    >>> from rag.language.opposites import base
    >>> base("quit") in implied(base("resignation")), base("boat") in implied(base("ferry"))
    (True, True)
    >>> base("ferry") in implied(base("boat"))
    False
    """
    others = _lines("wordnet_en").get(word, "").split()
    return frozenset([word, *others]) if stems(word) else frozenset([word])


def kinds(noun: str) -> frozenset[str]:
    """The base forms of the general nouns for what a noun names in its first senses; mostly empty.

    >>> from rag.language.opposites import base
    >>> base("vehicle") in kinds(base("lorry")), base("lorry") in kinds(base("vehicle"))
    (True, False)
    """
    return frozenset(_lines("wordnet_kinds_en").get(noun, "").split())


def antonyms(word: str) -> frozenset[str]:
    """The base forms that say the opposite of a base form in one of its usual senses; mostly empty.

    >>> from rag.language.opposites import base
    >>> base("absent") in antonyms(base("present")), antonyms(base("ferry"))
    (True, frozenset())
    """
    return frozenset(_lines("wordnet_opposites_en").get(word, "").split())


def listed(word: str) -> bool:
    """Whether WordNet has other words for a base form, or a kind of what it names."""
    return any(word in _lines(name) for name in _TABLES)


_TABLES = ("wordnet_en", "wordnet_kinds_en", "wordnet_opposites_en")


@cache
def _lines(name: str) -> dict[str, str]:
    path = files("rag.language").joinpath("lexicons", f"{name}.txt.gz")
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return dict(line.split("\t", 1) for line in lines)
