"""Made-up articles and vectors, as many as wanted: for measuring size and speed, never quality."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import Encoder, Vectors

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

_OUTLETS, _REPORTERS = 60, 500
_FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
_DAYS = 3650
_COPIED = 0.03
_SENTENCES, _SPREAD, _MOST_SENTENCES = 24, 0.6, 200
_TITLE = 7
_TOPICS = 1_000

ArticleRow = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Generator:
    """Articles whose words follow Zipf's law, and whose lengths are lognormal.

    The same seed gives the same articles, each known by its number, so that a longer run
    begins with a shorter one. Three in a hundred are another outlet's copies of the one
    before.
    """

    seed: int = 0

    def rows(self, count: int, first: int = 0) -> Iterator[ArticleRow]:
        """The articles `first` to `first + count`, as JSONL input has them."""
        words = _vocabulary()
        shares = 1 / (np.arange(len(words)) + _FLATTENED)
        below = np.cumsum(shares / shares.sum())
        before: ArticleRow | None = None
        for number in range(first, first + count):
            chance = np.random.default_rng((self.seed, number))
            if chance.random() < _COPIED and before is not None:
                yield before | _source(number, chance) | {"date": before["date"]}
                continue
            sentences = np.clip(chance.lognormal(np.log(_SENTENCES), _SPREAD), 2, _MOST_SENTENCES)
            lengths = np.clip(chance.normal(21, 8, int(sentences)), 5, 50).astype(np.int64)
            places = np.searchsorted(below[:-1], chance.random(_TITLE + int(lengths.sum())))
            drawn = iter([words[place] for place in places])
            title, *texts = [
                " ".join(islice(drawn, int(n))).capitalize() for n in (_TITLE, *lengths)
            ]
            paragraphs = [
                " ".join(f"{text}." for text in texts[at : at + 3])
                for at in range(0, len(texts), 3)
            ]
            before = {"title": title, "text": "\n\n".join(paragraphs)} | _source(number, chance)
            yield before


class StandIn:
    """An encoder of vectors by chance, with another encoder's name, dimension and tokens.

    Vectors lie around a thousand points, as those of texts do: an index that divides the
    space finds them as fast as it finds real ones. The same text has the same vector.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.fingerprint = encoder.fingerprint
        self.dimension = encoder.dimension
        self.max_tokens = encoder.max_tokens
        self.count_tokens = encoder.count_tokens
        self.encoded = 0
        chance = np.random.default_rng(0)
        self._topics = chance.standard_normal((_TOPICS, encoder.dimension), dtype=np.float32)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """A unit row for each text, which tells nothing of it."""
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            chance = np.random.default_rng(zlib.crc32(text.encode("utf-8", "replace")))
            topic = self._topics[chance.integers(_TOPICS)]
            row[:] = topic + chance.standard_normal(self.dimension, dtype=np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """The same as `encode_query`; counts the texts in `encoded`."""
        self.encoded += len(texts)
        return self.encode_query(texts)


def write_articles(path: Path, rows: Iterable[ArticleRow]) -> Path:
    """Writes articles as JSON lines and returns the path."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def _source(number: int, chance: np.random.Generator) -> ArticleRow:
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
