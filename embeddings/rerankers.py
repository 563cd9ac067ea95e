"""How well texts answer a query, each read together with it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Protocol

from embeddings.encoders import without_progress_bars
from embeddings.errors import EncoderError


class Reranker(Protocol):
    """Judges texts against a query one by one, more slowly and better than cosines do."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers the query, from 0 to 1."""


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder with one label: a folder, or a model on this machine.

    Nothing is downloaded. The model is loaded at its first use; any number of threads may
    call. (Nogueira and Cho, 2019.)
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loaded: list[Any] = []

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers the query, from 0 to 1: the logistic of the model's score."""
        if not texts:
            return []
        from torch.nn import Sigmoid

        pairs = [(query, text) for text in texts]
        judged = self._model().predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False)
        return [float(score) for score in judged]

    def _model(self) -> Any:
        with self._lock:
            if not self._loaded:
                self._loaded.append(_load(self._name))
            return self._loaded[0]


def _load(name: str) -> Any:
    from sentence_transformers import CrossEncoder

    try:
        with without_progress_bars():
            model = CrossEncoder(
                name,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        msg = f"the cross-encoder {name!r} cannot be loaded from this machine: {error}"
        raise EncoderError(msg) from error
    if model.num_labels != 1:
        msg = f"{name!r} is no reranker: it gives {model.num_labels} scores to a text, not one"
        raise EncoderError(msg)
    return model
