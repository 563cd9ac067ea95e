"""How far one text follows from another, as a cross-encoder for NLI or consistency sees it."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from embeddings.encoders import without_progress_bars
from embeddings.errors import EncoderError

_BATCH = 16
_REMEMBERED = 4_096
_ENTAILS = re.compile(
    r"(?<!not[_ -])(?<!non[_ -])(?<!no[_ -])(?:entail|support|consistent|factual|attributable)",
    re.I,
)
_NO = re.compile(
    r"\b(?:not|non|no|un|in)[_ -]?(?:entail|support|consistent|factual|attribut)", re.I
)
_CONTRADICTS = re.compile(r"contradict|refut", re.IGNORECASE)
_UNNAMED = re.compile(r"LABEL_\d+$")


@dataclass(frozen=True, slots=True)
class Entailment:
    """How likely a text follows from another, and contradicts it, each from 0 to 1.

    `contradicted` is 0 where the model has no label for it.
    """

    entailed: float
    contradicted: float = 0.0


class EntailmentModel(Protocol):
    """Says of pairs of texts whether the second follows from the first."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        """One judgement for each (premise, hypothesis), in order."""


class CrossEncoderEntailment:
    """A sentence-transformers cross-encoder for NLI or consistency: a folder, or on this machine.

    Models with one label give the probability of "follows"; of two, the one that is called so or,
    where they bear no names, the second; of three, one must be called entailment. Nothing is
    downloaded, and no code of a model is run. It is loaded at its first use; any number of
    threads may call. Judgements of the last 4,096 pairs are remembered.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._model: Any = None
        self._known: OrderedDict[tuple[str, str], Entailment] = OrderedDict()

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        """One judgement for each (premise, hypothesis), in order; new pairs in batches of 16.

        Raises EncoderError where the model is not on this machine or is no such model.
        """
        with self._lock:
            new = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
            found = {pair: self._known[pair] for pair in pairs if pair in self._known}
            if new:
                found |= zip(new, self._judged(new), strict=True)
            for pair in pairs:
                self._known[pair] = found[pair]
                self._known.move_to_end(pair)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return [found[pair] for pair in pairs]

    def _judged(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        from torch.nn import Identity

        if self._model is None:
            self._model = _load(self._name)
        labels = _labels(self._model, self._name)
        logits = self._model.predict(
            list(pairs),
            batch_size=_BATCH,
            activation_fn=Identity(),
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return [_entailment(row, labels) for row in logits]


def _load(name: str) -> Any:
    from sentence_transformers import CrossEncoder

    try:
        with without_progress_bars():
            return CrossEncoder(
                name,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        msg = f"the cross-encoder {name!r} cannot be loaded from this machine: {error}"
        raise EncoderError(msg) from error


def _labels(model: Any, name: str) -> tuple[int, int]:
    """The places of "follows" and "contradicts" among a model's labels; -1 for none."""
    names = {int(n): str(label) for n, label in dict(model.config.id2label).items()}
    count = int(model.num_labels)
    if count == 1:
        return 0, -1
    follows = [n for n, label in names.items() if _ENTAILS.search(label) and not _NO.search(label)]
    if len(follows) == 1:
        against = [n for n, label in names.items() if _CONTRADICTS.search(label)]
        return follows[0], against[0] if against else -1
    if count == 2 and all(map(_UNNAMED.match, names.values())):
        return 1, -1
    listed = ", ".join(names.values())
    msg = f"{name!r} is no model for entailment: none of its labels says so ({listed})"
    raise EncoderError(msg)


def _entailment(logits: Any, labels: tuple[int, int]) -> Entailment:
    import numpy as np

    row = np.atleast_1d(np.asarray(logits, dtype=np.float64))
    if len(row) == 1:
        return Entailment(float(1 / (1 + np.exp(-row[0]))))
    shares = np.exp(row - row.max())
    shares /= shares.sum()
    follows, against = labels
    return Entailment(float(shares[follows]), float(shares[against]) if against >= 0 else 0.0)
