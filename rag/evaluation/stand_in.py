"""An encoder that gives vectors by chance: for measuring what an archive costs beside it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from embeddings import Encoder, Vectors

_TOPICS = 1_000
_SCATTER = 1.0


class StandIn:
    """Takes another encoder's place, with its name, dimension and tokens, and is far faster.

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
            row[:] = topic + _SCATTER * chance.standard_normal(self.dimension, dtype=np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """The same as `encode_query`; counts the texts in `encoded`."""
        self.encoded += len(texts)
        return self.encode_query(texts)
