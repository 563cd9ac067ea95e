"""Texts -> vectors -> nearest neighbours; knows nothing about what the texts are."""

from embeddings.cache import VectorCache
from embeddings.encoders import (
    Encoder,
    HashingEncoder,
    SentenceEncoder,
    SentenceTransformerEncoder,
    load_encoder,
)
from embeddings.entailment import CrossEncoderEntailment, Entailment, EntailmentModel
from embeddings.errors import (
    CorruptIndexError,
    EmbeddingError,
    EncoderError,
    RefusedByDiskError,
    StaleIndexError,
)
from embeddings.faiss_index import FaissIndex
from embeddings.index_files import Manifest
from embeddings.rerankers import CrossEncoderReranker, Reranker
from embeddings.vectors import Ids, Vector, Vectors

__all__ = [
    "CorruptIndexError",
    "CrossEncoderEntailment",
    "CrossEncoderReranker",
    "EmbeddingError",
    "Encoder",
    "EncoderError",
    "Entailment",
    "EntailmentModel",
    "FaissIndex",
    "HashingEncoder",
    "Ids",
    "Manifest",
    "RefusedByDiskError",
    "Reranker",
    "SentenceEncoder",
    "SentenceTransformerEncoder",
    "StaleIndexError",
    "Vector",
    "VectorCache",
    "Vectors",
    "load_encoder",
]
