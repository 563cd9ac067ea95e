"""An archive as one question sees it, from the search to the last check of its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embeddings import Reranker
from rag.indexes.dense import DenseIndex
from rag.indexes.encoding import RecentVectors
from rag.indexes.protocols import LexicalSearcher, VectorSearcher
from rag.records import Similarity
from rag.store import Facets, Store


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The parts of an archive in one state, taken once for each question.

    `facets` decide which passages there are: what the store or the index of vectors has taken
    in since is not found. `embedded` is the number of passages that had a vector.
    """

    store: Store
    lexical: LexicalSearcher
    vectors: VectorSearcher
    dense: DenseIndex
    facets: Facets
    embedded: int
    recent: RecentVectors
    reranker: Reranker | None = None

    @property
    def coverage(self) -> float:
        """The share of current passages with a vector, from 0 to 1; 1.0 of an empty archive."""
        passages = self.facets.current
        return min(1.0, self.embedded / passages) if passages else 1.0

    def similarity(self) -> Similarity | None:
        """The cosines of texts with a question; None where the archive has no vectors."""
        if not self.embedded:
            return None

        def similarity(question: str, texts: Sequence[str]) -> list[float]:
            """The cosines of texts with a question."""
            asked = self.dense.encode(question)
            rows = self.recent.encode_sentences(texts)
            return [float(cosine) for cosine in rows @ asked]

        return similarity
