"""Articles and vectors that say nothing: to measure size and speed, never quality.

They are put together from the sentences and vectors of an archive, or from made-up ones.
"""

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

from embeddings import EmbeddingError, Encoder, VectorCache, Vectors
from rag.archive import Archive
from rag.errors import ConfigError
from rag.indexes.dense import VECTORS
from rag.language.sentences import sentence_spans

_COMMON = (
    "the of to and in a that is for on was with as it by at from be are has an his said he were "
    "had but not this have their will its they who been which about would more one or after when "
    "there we than also new her she up out over last year two people first no other into could "
    "some time you if what before so while all may can most"
)
_SYLLABLES = tuple(map("".join, product("bdfghklmnprstv", "aeiou", ("", "n", "r"))))
_FLATTENED = 2.7
"""Zipf's law as Mandelbrot has it: the commonest words are less common than their rank says."""

_MOST_SENTENCES, _MOST_VECTORS, _FEWEST = 20_000, 20_000, 20
_SPREAD, _SHORTEST, _LONGEST = 0.5, 4, 160
_TOPICS = 1_000
_MIXED = 3
_NOISE = 0.35
"""The length of what is by chance in a vector, beside the 1 of what is mixed."""

_TITLE = 7
_FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
_DAYS, _OUTLETS = 3650, 60

ArticleRow = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Material:
    """The sentences, titles and vectors of which others are made.

    An article has `length` sentences at the median.
    """

    sentences: tuple[str, ...]
    titles: tuple[str, ...]
    vectors: Vectors
    length: int = 48

    def rows(self, count: int, first: int = 0) -> Iterator[ArticleRow]:
        """The articles `first` to `first + count`, as JSONL input has them.

        Sentences are drawn by chance, so each is in many. An article is known by its number: a
        longer run begins with a shorter one.
        """
        for number in range(first, first + count):
            chance = np.random.default_rng((7, number))
            length = np.clip(chance.lognormal(np.log(self.length), _SPREAD), _SHORTEST, _LONGEST)
            drawn = [
                self.sentences[n] for n in chance.integers(len(self.sentences), size=int(length))
            ]
            day = _FIRST_DAY + timedelta(days=int(chance.integers(_DAYS)))
            outlet = int(chance.integers(_OUTLETS))
            yield {
                "url": f"https://outlet{outlet}.example/{day.year}/story-{number}",
                "title": self.titles[int(chance.integers(len(self.titles)))],
                "text": "\n\n".join(" ".join(drawn[n : n + 4]) for n in range(0, len(drawn), 4)),
                "publisher": f"Outlet {outlet}",
                "date": day.date().isoformat(),
                "language": "en",
            }


class Mixing:
    """An encoder whose vectors are mixed of others, with another encoder's name and tokens.

    Each is the sum of three vectors with weights by chance, normalised, with some noise, and
    normalised again. The same text has the same vector.
    """

    def __init__(self, encoder: Encoder, vectors: Vectors) -> None:
        self.fingerprint = encoder.fingerprint
        self.dimension = vectors.shape[1]
        self.max_tokens = encoder.max_tokens
        self.count_tokens = encoder.count_tokens
        self.encoded = 0
        self._vectors = vectors

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """A unit row for each text, which tells nothing of it."""
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            chance = np.random.default_rng(zlib.crc32(text.encode("utf-8", "replace")))
            drawn = self._vectors[chance.integers(len(self._vectors), size=_MIXED)]
            mixed = chance.dirichlet(np.ones(_MIXED)).astype(np.float32) @ drawn
            noise = chance.standard_normal(self.dimension, dtype=np.float32)
            row[:] = mixed / np.linalg.norm(mixed) + _NOISE * noise / np.linalg.norm(noise)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """The same as `encode_query`; counts the texts in `encoded`."""
        self.encoded += len(texts)
        return self.encode_query(texts)


def made_up(dimension: int) -> Material:
    """Sentences whose words follow Zipf's law, and vectors by chance."""
    chance = np.random.default_rng(0)
    words = [*_COMMON.split(), *map("".join, product(_SYLLABLES, repeat=2))]
    shares = 1 / (np.arange(len(words)) + _FLATTENED)
    lengths = np.clip(chance.normal(21, 8, _MOST_SENTENCES), _TITLE, 50).astype(np.int64)
    drawn = iter(chance.choice(words, int(lengths.sum()), p=shares / shares.sum()))
    sentences = [f"{' '.join(islice(drawn, int(n)))}.".capitalize() for n in lengths]
    titles = [" ".join(sentence.split()[:_TITLE]) for sentence in sentences]
    vectors = chance.standard_normal((_TOPICS, dimension), dtype=np.float32)
    return Material(tuple(sentences), tuple(titles), vectors, length=24)


def material_of(archive: Archive) -> Material:
    """The sentences, titles and vectors of an archive, 20,000 of each at most.

    Raises ConfigError where it has fewer than twenty sentences or vectors.
    """
    sentences: dict[str, None] = {}
    titles: dict[str, None] = {}
    for article in archive.articles():
        titles[article.title.strip() or "Untitled"] = None
        for start, end in sentence_spans(article.text):
            sentences[" ".join(article.text[start:end].split())] = None
        if len(sentences) >= _MOST_SENTENCES:
            break
    vectors = _vectors(archive)
    if min(len(sentences), len(vectors)) < _FEWEST:
        msg = (
            f"{archive.folder} has {len(sentences):,} sentences and {len(vectors):,} vectors; "
            f"{_FEWEST} of each are needed: ingest more articles, or dateline embed"
        )
        raise ConfigError(msg)
    return Material(tuple(sentences)[:_MOST_SENTENCES], tuple(titles), vectors)


def _vectors(archive: Archive) -> Vectors:
    fingerprint = archive.encoder.fingerprint
    try:
        with VectorCache(archive.folder / VECTORS, read_only=True) as cache:
            hashes = sorted(cache.hashes())[:_MOST_VECTORS]
            found = list(cache.get(fingerprint, hashes).values())
    except EmbeddingError as error:
        raise ConfigError(str(error)) from error
    return np.stack(found) if found else np.empty((0, 0), dtype=np.float32)


def write_articles(path: Path, rows: Iterable[ArticleRow]) -> Path:
    """Writes articles as JSON lines and returns the path."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path
