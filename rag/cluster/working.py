"""What a worker of a cluster does: it reads parcels and encodes texts; it knows no archive."""

from __future__ import annotations

import hashlib
import pickle
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder, Vectors
from rag.cluster.parcels import Parcel
from rag.config import Settings
from rag.corpus.chunking import chunk_all
from rag.corpus.drafts import Read, Unread
from rag.corpus.sandbox import Sandbox
from rag.errors import ConfigError, RagError
from rag.indexes.encoding import open_encoder
from rag.store.inputs import readers_mark

Packed = NDArray[np.uint8]
"""Orders as bytes, which all workers of a machine share."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What every worker needs to know: the encoder, how long passages are, whose code it is.

    `encoder` was given in Python, else the settings name it; without either, as where a server
    encodes, passages are left to be cut. No key or password is among the settings.
    """

    encoder: Encoder | None
    settings: Mapping[str, Any]
    fingerprint: str
    chunk_tokens: int
    code: bytes

    def packed(self) -> tuple[str, Packed]:
        """The orders as they are sent, with a name that no others have."""
        data = pickle.dumps(self)
        return hashlib.sha256(data).hexdigest(), np.frombuffer(data, dtype=np.uint8)


class Worker:
    """Carries out orders; it opens the encoder once. Raises ConfigError where it must not."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._sandbox = Sandbox()
        self._encoder = orders.encoder
        where = f"the machine {socket.gethostname()!r} of the cluster"
        if orders.code != readers_mark():
            msg = f"{where} runs another version of Dateline; install the same on all machines"
            raise ConfigError(msg)
        if self._encoder is None and orders.settings:
            try:
                self._encoder = open_encoder(Settings.model_construct(**orders.settings))
            except RagError as error:
                msg = f"{where}: {error}"
                raise ConfigError(msg) from error
        if self._encoder and self._encoder.fingerprint != orders.fingerprint:
            msg = f"{where} has another encoder than this one; name one that is the same on all"
            raise ConfigError(msg)

    def read(self, sent: tuple[Parcel, datetime]) -> list[Read | Unread]:
        """What is in a parcel, with the passages of each article."""
        parcel, now = sent
        outcomes = list(parcel.read(now, self._sandbox))
        if self._encoder is None:
            return outcomes
        articles = [each.article for each in outcomes if isinstance(each, Read)]
        cut = iter(chunk_all(articles, self._encoder.count_tokens, self._orders.chunk_tokens))
        return [
            replace(each, passages=tuple(next(cut))) if isinstance(each, Read) else each
            for each in outcomes
        ]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text."""
        if self._encoder is None:
            msg = "there is no encoder to encode with"
            raise ConfigError(msg)
        return self._encoder.encode_document(texts)

    def close(self) -> None:
        """Ends the sandbox."""
        self._sandbox.close()


_at_work: dict[str, Worker] = {}
"""The worker of this process, by the name of its orders."""


def perform(orders: Packed, name: str, work: str, sent: Any) -> Any:
    """Does a piece of work, `read` or `encode`; returns a RagError rather than raise it."""
    try:
        if name not in _at_work:
            for former in _at_work.values():
                former.close()
            _at_work.clear()
            # Whoever sends orders may run code on the cluster anyhow.
            _at_work[name] = Worker(pickle.loads(orders.tobytes()))  # noqa: S301
        return getattr(_at_work[name], work)(sent)
    except RagError as error:
        return error
