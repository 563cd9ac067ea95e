"""Articles made up by chance, as many as wanted: for measuring size and speed, never quality."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_COMMON = (
    "the of to and in a that is for on was with as it by at from be are has an his said he were "
    "had but not this have their will its they who been which about would more one or after when "
    "there we than also new her she up out over last year two people first no other into could "
    "some time you if what before so while all may can most"
)
_ONSETS, _VOWELS, _ENDS = "bdfghklmnprstv", "aeiou", ("", "n", "r")
_VOCABULARY = 40_000
_FLATTENED = 2.7
"""Zipf's law as Mandelbrot has it: the commonest words are less common than their rank says."""

_OUTLETS = 60
_REPORTERS = 500
_FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
_DAYS = 3650
_COPIED = 0.03
_SENTENCES, _SPREAD, _MOST_SENTENCES = 24, 0.6, 200
_TITLE = 7

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Generator:
    """Articles whose words follow Zipf's law, and whose lengths are lognormal.

    The same seed gives the same articles, each known by its number, so that a longer run
    begins with a shorter one. Three in a hundred are another outlet's copies of the one
    before.
    """

    seed: int = 0

    def rows(self, count: int, first: int = 0) -> Iterator[Row]:
        """The articles `first` to `first + count`, as JSONL input has them."""
        words = _vocabulary()
        shares = 1 / (np.arange(len(words)) + _FLATTENED)
        below = np.cumsum(shares / shares.sum())
        before: Row | None = None
        for number in range(first, first + count):
            chance = np.random.default_rng((self.seed, number))
            copied = chance.random() < _COPIED
            if copied and before is not None:
                yield before | _named(number, chance) | {"date": before["date"]}
                continue
            lengths = _lengths(chance)
            drawn = np.searchsorted(below[:-1], chance.random(_TITLE + int(lengths.sum())))
            before = _told([words[place] for place in drawn], lengths) | _named(number, chance)
            yield before


def write_articles(path: Path, rows: Iterable[Row]) -> Path:
    """Writes articles as JSON lines and returns the path."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def _lengths(chance: np.random.Generator) -> npt.NDArray[np.int64]:
    """How many words each sentence of an article has."""
    sentences = chance.lognormal(np.log(_SENTENCES), _SPREAD)
    count = int(np.clip(sentences, 2, _MOST_SENTENCES))
    return np.clip(chance.normal(21, 8, count), 5, 50).astype(np.int64)


def _told(words: list[str], lengths: npt.NDArray[np.int64]) -> Row:
    """The words as a title, sentences, and paragraphs of three of these."""
    ends = np.cumsum(lengths) + _TITLE
    sentences = [
        " ".join(words[end - length : end]).capitalize() + "."
        for end, length in zip(ends, lengths, strict=True)
    ]
    paragraphs = [" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]
    return {"title": " ".join(words[:_TITLE]).capitalize(), "text": "\n\n".join(paragraphs)}


def _named(number: int, chance: np.random.Generator) -> Row:
    outlet = int(chance.integers(_OUTLETS))
    day = _FIRST_DAY + timedelta(days=int(chance.integers(_DAYS)))
    return {
        "url": f"https://outlet{outlet}.example/{day.year}/story-{number}",
        "publisher": f"Outlet {outlet}",
        "date": day.date().isoformat(),
        "authors": [f"Reporter {int(chance.integers(_REPORTERS))}"],
        "language": "en",
    }


def _vocabulary() -> list[str]:
    """The commonest words of English, then made-up ones of two syllables."""
    syllables = ["".join(parts) for parts in product(_ONSETS, _VOWELS, _ENDS)]
    made = ["".join(pair) for pair in product(syllables, repeat=2)]
    common = _COMMON.split()
    order = np.random.default_rng(1).permutation(len(made))[: _VOCABULARY - len(common)]
    return [*common, *(made[place] for place in order)]
