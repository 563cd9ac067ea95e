"""How an index differs from its file: what came in and went out since that was written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from embeddings.errors import CorruptIndexError
from embeddings.vectors import Ids, Vector, Vectors, present


@dataclass(slots=True)
class Delta:
    """The ids in the file, ascending, those of them that are out, and vectors that are in."""

    filed: Ids
    removed: set[int] = field(default_factory=set)
    added: dict[int, Vector] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many vectors came in or went out."""
        return len(self.removed) + len(self.added)

    def ids(self) -> Ids:
        """All ids that are in, ascending."""
        kept = self.filed[~present(self.filed, _sorted(self.removed))]
        return np.sort(np.concatenate([kept, _sorted(self.added)]), kind="stable")

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Notes what came in."""
        self.added.update(zip(ids.tolist(), vectors.copy(), strict=True))

    def remove(self, ids: Ids) -> None:
        """Notes what went out."""
        self.removed.update(id_ for id_ in ids.tolist() if self.added.pop(id_, None) is None)

    def vectors(self, ids: Ids, dimension: int) -> Vectors:
        """The vectors of ids that came in."""
        rows = [self.added[id_] for id_ in ids.tolist()]
        return np.array(rows, dtype=np.float32).reshape(-1, dimension)

    def write(self, file: BinaryIO, dimension: int) -> None:
        """Writes all of it, as four arrays of numpy's own format."""
        added = _sorted(self.added)
        for array in (self.filed, _sorted(self.removed), added, self.vectors(added, dimension)):
            np.save(file, array, allow_pickle=False)

    @staticmethod
    def read(file: BinaryIO, name: str) -> "Delta":
        """What `write` wrote; CorruptIndexError, which names it, where it is something else."""
        try:
            filed, removed, ids, vectors = (np.load(file, allow_pickle=False) for _ in range(4))
            return Delta(
                filed, set(removed.tolist()), dict(zip(ids.tolist(), vectors, strict=True))
            )
        except (ValueError, EOFError) as error:
            msg = f"{name} is not what was written there: {error}"
            raise CorruptIndexError(msg) from error


def _sorted(ids: Iterable[int]) -> Ids:
    return np.array(sorted(ids), dtype=np.int64)
