"""Articles and vectors made of an archive's own: as many as wanted, to measure size and speed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from embeddings import EmbeddingError, Encoder, VectorCache, Vectors
from rag.archive import Archive
from rag.errors import ConfigError
from rag.evaluation.bench_data import ArticleRow
from rag.indexes.dense import VECTORS
from rag.language.sentences import sentence_spans

_MOST_SENTENCES, _MOST_VECTORS = 20_000, 20_000
_FEWEST = 20
_SENTENCES, _SPREAD, _LONGEST = 48, 0.5, 160
_MIXED = 3
_NOISE = 0.35
"""The length of what is by chance in a vector, beside the 1 of what is mixed."""
_FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
_DAYS = 3650
_OUTLETS = 60


@dataclass(frozen=True, slots=True)
class Material:
    """The sentences, titles and vectors of an archive, of which others are made."""

    sentences: tuple[str, ...]
    titles: tuple[str, ...]
    vectors: Vectors

    def rows(self, count: int, first: int = 0) -> Iterator[ArticleRow]:
        """The articles `first` to `first + count`, as JSONL input has them.

        Sentences are drawn by chance, some 48 an article, so each is in many. An article is
        known by its number: a longer run begins with a shorter one.
        """
        for number in range(first, first + count):
            chance = np.random.default_rng((7, number))
            length = np.clip(chance.lognormal(np.log(_SENTENCES), _SPREAD), 4, _LONGEST)
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
    """An encoder whose vectors are mixed of real ones, with another encoder's name and tokens.

    Each is the sum of three real vectors with weights by chance, normalised, with some noise, and
    normalised again. The same text has the same vector.
    """

    def __init__(self, encoder: Encoder, vectors: Vectors) -> None:
        self.fingerprint = encoder.fingerprint
        self.dimension = vectors.shape[1]
        self.max_tokens = encoder.max_tokens
        self.count_tokens = encoder.count_tokens
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
        """The same as `encode_query`."""
        return self.encode_query(texts)


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
