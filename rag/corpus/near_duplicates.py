"""Finds texts with mostly the same words; knows nothing about storage or outlets.

A text is compared as the set of its shingles: every five consecutive words, as numbers.
MinHash finds candidates (texts with an equal band), and the sets themselves decide.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from rag.records import Article

Shingles = frozenset[int]

SCHEME = f"shingles-1/rensa-{RMinHash.ALGORITHM_VERSION}"
"""The version of bands and shingles; those of different schemes cannot be compared."""

RESEMBLING = 0.43
"""Texts are near-duplicates from this resemblance (Jaccard index, 0 to 1) on."""

CONTAINED = 0.8
"""So is a text with this share of its shingles in the other, from a resemblance of .2 on."""

_FIFTH = 0.2
_WORDS = 5
_FEWEST = 20
_BANDS, _ROWS = 24, 2
_SEED = 2_000
# Near-duplicates differ in the shape of quotation marks and dashes, which are no words.
_MARKS = "‘’“”„‚«»‹›–—―…·•\u00a0"
_SPACED = bytes(n if n >= 128 or chr(n).isalnum() else 32 for n in range(256))
_LONGEST_WORDS = 16
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF, _SHIFT = np.uint64(32), np.uint64(16)


def reporting(article: Article) -> str:
    """The article's text without its boilerplate, which each outlet adds."""
    parts: list[str] = []
    position = 0
    for span in article.furniture:
        parts.append(article.text[position : span.start])
        position = span.end
    parts.append(article.text[position:])
    return " ".join(parts)


def shingles(text: str) -> Shingles:
    """Every five consecutive words as a number: equal words, equal numbers, on any machine.

    Case and punctuation do not count. Scripts without spaces go by characters. A text of
    fewer than five words has none.

    >>> len(shingles("The ferry sailed again on Monday.")), len(shingles("The ferry sailed."))
    (2, 0)
    >>> shingles("“The ferry” sailed again -- today") == shingles("The ferry sailed again today")
    True
    """
    return frozenset(_shingles(text).tolist())


def bands(text: str) -> tuple[int, ...]:
    """Numbers of which near-duplicates share at least one, and other texts rarely any.

    Of pairs with a resemblance of .5, 999 in 1,000 share one; with .43, 992; with .01, 2.
    A text of fewer than 24 words has none: it could be equal by chance.
    """
    found = _shingles(text)
    if len(found) < _FEWEST:
        return ()
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        found, [0, len(found)], _BANDS * _ROWS, _SEED
    )
    lowest = np.array(matrix.to_rows()[0], dtype=np.uint64).reshape(_BANDS, _ROWS)
    places = np.arange(_BANDS, dtype=np.uint64)
    paired: npt.NDArray[np.uint64] = (lowest[:, 0] << _HALF | lowest[:, 1]) + places
    # Databases store whole numbers with a sign; 48 bits are enough to tell bands apart.
    return tuple((paired * _ODD >> _SHIFT).tolist())


def resemblance(one: AbstractSet[int], other: AbstractSet[int]) -> float:
    """The Jaccard index of two sets of shingles, 0 to 1; 0.0 if both are empty.

    >>> resemblance({1, 2, 3}, {2, 3, 4})
    0.5
    """
    either = len(one | other)
    return len(one & other) / either if either else 0.0


def near_duplicates(one: AbstractSet[int], other: AbstractSet[int]) -> bool:
    """Whether two texts are near-duplicates, or one is a shortened form of the other."""
    found = resemblance(one, other)
    return found >= RESEMBLING or (
        found >= _FIFTH and max(containment(one, other), containment(other, one)) >= CONTAINED
    )


def containment(part: AbstractSet[int], whole: AbstractSet[int]) -> float:
    """The share of a part's shingles that the whole has, 0 to 1; 0.0 for an empty part.

    >>> containment({1, 2}, {2, 3, 4})
    0.5
    """
    return len(part & whole) / len(part) if part else 0.0


def new_words(part: str, whole: AbstractSet[int]) -> int:
    """The length in words of the longest run of a text that no shingle of the whole covers.

    0 for a text of fewer than five words, which has no shingle.

    >>> whole = shingles("Four people died when the bridge fell. It was built in 1968.")
    >>> new_words("Four people died when the bridge fell. Nobody else was hurt.", whole)
    4
    """
    said = _shingles(part).tolist()
    if not said:
        return 0
    # A shingle covers its first word and the four after it; the next run begins behind them.
    longest = run_start = 0
    for first, shingle in enumerate(said):
        if shingle in whole:
            longest = max(longest, first - run_start)
            run_start = first + _WORDS
    return max(longest, len(said) + _WORDS - 1 - run_start)


def _shingles(text: str) -> npt.NDArray[np.uint64]:
    """The shingles in the order of the text, with repetitions."""
    words = _words(text)
    count = len(words) - _WORDS + 1
    if count < 1:
        return np.zeros(0, dtype=np.uint64)
    hashed = np.array(RMinHash.hash_token_sets([words])[0], dtype=np.uint64)
    joined = hashed[:count]
    for offset in range(1, _WORDS):
        joined = joined * _ODD + hashed[offset : offset + count]
    return joined


def _words(text: str) -> list[bytes]:
    plain = text.lower()
    if not plain.isascii():
        for mark in _MARKS:
            plain = plain.replace(mark, " ")
    encoded = plain.encode("utf-8", "replace").translate(_SPACED)
    words = encoded.split()
    if len(words) * _LONGEST_WORDS < len(encoded):
        return [letter.encode("utf-8", "replace") for letter in plain if letter.isalnum()]
    return words
