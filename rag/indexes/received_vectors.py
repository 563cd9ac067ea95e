"""What a server sends as embeddings -> unit rows in the order of the texts; asks nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import numpy as np

from embeddings import Vector, Vectors
from rag.llms.server_events import error_text


def read_vectors(reply: object, count: int) -> Vectors:
    """One float32 unit row for each of `count` texts, ordered by `index`.

    Takes a reply of OpenAI's form or its list alone, with numbers as a list or in base64
    (float32, little-endian), and a list in a list. Items without any `index` are in the order
    of the texts. Raises ValueError, to follow the server's name in a sentence, for anything else:
    another count, an index twice, vectors of several lengths, of zeros or of no numbers.

    >>> read_vectors({"data": [{"index": 1, "embedding": [0, 2]},
    ...                        {"index": 0, "embedding": [3, 4]}]}, 2).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 1.0]]
    """
    if said := (error_text(reply) if isinstance(reply, dict) and "data" not in reply else ""):
        msg = f"failed: “{said}”"
        raise ValueError(msg)
    items = reply.get("data") if isinstance(reply, dict) else reply
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        msg = (
            "sends no list of embeddings; check DATELINE_ENCODER_BASE_URL (it usually ends in /v1)"
        )
        raise ValueError(msg)
    if len(items) != count:
        msg = f"sends {len(items)} vectors for {count} texts; see its log"
        raise ValueError(msg)
    rows = [_row(item.get("embedding")) for item in _in_order(items)]
    lengths = sorted({len(row) for row in rows})
    if len(lengths) != 1:
        msg = f"sends vectors of {lengths[0]} and of {lengths[-1]} numbers in one answer"
        raise ValueError(msg)
    return np.stack(rows)


def _in_order(items: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    numbers = [item.get("index") for item in items]
    if all(number is None for number in numbers):
        return items
    if sorted(n if isinstance(n, int) else -1 for n in numbers) != list(range(len(items))):
        msg = "numbers its vectors wrongly: each index must be there once"
        raise ValueError(msg)
    return sorted(items, key=lambda item: int(item["index"]))


def _row(embedding: object) -> Vector:
    """A vector of length 1."""
    try:
        if isinstance(embedding, str):
            decoded = base64.b64decode(embedding, validate=True)
            row = np.frombuffer(decoded, dtype="<f4").astype(np.float64)
        else:
            row = np.array(embedding, dtype=np.float64)
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        msg = "sends a vector that is neither numbers nor their base64"
        raise ValueError(msg) from error
    if row.ndim == 2 and len(row) == 1:
        row = row[0]
    if row.ndim == 2:
        msg = "sends a vector for each token; start it so that it pools them, as with --pooling"
        raise ValueError(msg)
    if row.ndim != 1 or not len(row):
        msg = "sends a vector without numbers"
        raise ValueError(msg)
    with np.errstate(over="ignore"):
        length = float(np.linalg.norm(row))
    if not np.isfinite(row).all() or not 0 < length < np.inf:
        msg = "sends a vector of zeros, or with numbers that are none; see its log"
        raise ValueError(msg)
    return (row / length).astype(np.float32)
