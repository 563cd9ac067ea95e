"""What an archive asks of its indexes, whichever engine runs: the seam of `rag.indexes`.

An index follows the store's change log and can be built again from it at any time. Its life
(open, follow, check, compact, close) is that of `LexicalIndex` and `VectorIndex`; what one
question asks of it goes to a searcher, which belongs to one state of the archive. An engine
opens, copies and removes the index of an archive. `tests/memory_engines.py` has the smallest
engines that pass the contract tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from embeddings import Ids as Ids
from embeddings import Vector, Vectors
from rag.records import Filters
from rag.store import Facets, Store

Field = Literal["title", "text"]
Ranking = list[tuple[int, float]]
"""Passage ids with their scores, best first, equal scores by id."""

NO_CONTEXT: Mapping[str, float] = MappingProxyType({})
NO_FILTERS = Filters()
FEW_CHANGED = 5_000
"""Changed articles that are looked at alone; where more changed, all articles are."""


class LexicalSearcher(Protocol):
    """BM25 over the passages of an archive in one state, and over its articles as wholes.

    Title and text are fields with statistics of their own, whose scores are added; k1 is 1.2
    and b is .75. Wherever a query is taken, `context` has further words (as `terms` gives
    them) with what each counts beside 1 for a word of the query. Without `as_of` in the
    filters, current passages are searched, else those that were current then. How rare a word
    is, today's current passages alone decide.
    """

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are searched for; see `rag.indexes.analysis.terms`."""

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a word; see `rag.indexes.analysis.rarity`."""

    def term_weights(
        self, query: str, context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[str, float]:
        """What each word counts where it only counts whether a text has it: its rarity."""

    def search(
        self, query: str, k: int, filters: Filters, context: Mapping[str, float] = NO_CONTEXT
    ) -> Ranking:
        """The `k` best passages that satisfy the filters, with their BM25 scores.

        A query without words that the index knows finds nothing.
        """

    def scores(
        self, query: str, ids: Sequence[int], context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[int, float]:
        """The BM25 score of those of the passages that share a word with the query."""

    def article_coverage(
        self, query: str, first_passages: Sequence[int], context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[int, float]:
        """The sum of the weights of the query's words that are anywhere in each article.

        An article goes by the id of its first passage; one that shares no word is left out.
        """

    def holding(self, phrases: Sequence[str], k: int, filters: Filters = NO_FILTERS) -> list[int]:
        """At most `k` passages that have phrases word for word, those that have most first."""

    def having(self, words: str, field: Field, filters: Filters = NO_FILTERS) -> Ids:
        """All passages whose text, or whose article's title, has the words, ascending.

        One word in any of its forms, several as they follow each other. What the index does not
        tell apart (forms of a word, small words within a phrase) is the caller's to compare.
        Words that are never searched for are in no passage.
        """


class LexicalIndex(Protocol):
    """An archive's index by words, opened with its store."""

    @property
    def change(self) -> int:
        """The newest change whose current passages are in the index."""

    def __len__(self) -> int:
        """How many current passages are in the index."""

    def is_behind(self) -> bool:
        """Whether `follow` has something to do."""

    def follow(self) -> None:
        """Brings the index to the store's newest change; needs the right to write.

        Killed in between, the same call goes on from there.
        """

    def refresh(self) -> None:
        """Shows what another process has indexed since."""

    def check(self) -> None:
        """Raises StaleIndexError where the index holds other passages than it says."""

    def compact(self) -> None:
        """Follows, and leaves no word on disk of what is no longer stored."""

    def searcher(self, columns: Facets) -> LexicalSearcher:
        """The index as it is now, whatever is indexed and refreshed afterwards.

        `columns` are of the same state of the store: an engine may read filters from them.
        """

    def close(self) -> None:
        """Closes what is open; the index cannot be used any more."""


class VectorSearcher(Protocol):
    """Nearest passages by cosine, in one archive."""

    def __len__(self) -> int:
        """How many current passages have a vector."""

    def search(self, query: Vector, k: int, filters: Filters) -> Ranking:
        """The `k` passages nearest to the query by cosine that satisfy the filters.

        A passage without a vector is not found. Without `as_of` in the filters, current
        passages are searched, else those that were current then.
        """

    def scores(self, query: Vector, ids: Ids) -> dict[int, float]:
        """The cosine of those of the passages, by id, current or not, that have a vector."""


class VectorIndex(Protocol):
    """An archive's index by meaning, opened with its store and its known vectors."""

    @property
    def change(self) -> int:
        """The newest change that the index has followed."""

    @property
    def is_saved(self) -> bool:
        """Whether `save` has nothing to do."""

    def __len__(self) -> int:
        """How many current passages have a vector in the index."""

    def ids(self) -> Ids:
        """Ids of the current passages in the index, ascending."""

    def follow(self, deleted: Sequence[int] | None = None) -> None:
        """Takes in the passages whose vectors are known, and drops those superseded or deleted.

        `deleted` are the ids of all that were deleted since it last followed, where that is known.
        """

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Takes in current passages that were just embedded, all or none."""

    def refresh(self) -> None:
        """Shows what another process has saved since."""

    def save(self) -> None:
        """Writes the index to disk, whole or not at all."""

    def compact(self) -> None:
        """The same, and nothing is left of what was dropped."""

    def searcher(self, columns: Facets) -> VectorSearcher:
        """What finds passages; `columns` say which there are, and what filters look at."""

    def close(self) -> None:
        """Closes what is open; the index cannot be used any more."""


@dataclass(frozen=True, slots=True)
class VectorSource:
    """What an index by meaning is built from.

    `encoder` is the fingerprint of what makes vectors of `dimension` numbers; `known` gives
    those vectors that are known already, by the digest of what was encoded.
    """

    store: Store
    encoder: str
    dimension: int
    known: Callable[[Sequence[str]], dict[str, Vector]]


@dataclass(frozen=True, slots=True)
class IndexNote:
    """What an index notes of itself, read without opening it; 0 and "" where it notes nothing."""

    change: int = 0
    encoder: str = ""


@dataclass(frozen=True, slots=True)
class IndexFiles:
    """The names in an archive's folder that an engine writes; none for a server's.

    `pending` are files that are there only while an index is saved, and `patterns` are
    regular expressions of all paths that belong to a backup.
    """

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Engine(Protocol):
    """Where the indexes of one kind are: those of any number of archives, by their folders."""

    @property
    def files(self) -> IndexFiles:
        """The names that the engine writes in an archive's folder."""

    @property
    def packages(self) -> Mapping[str, str]:
        """The packages whose versions matter, each under the name that people know it by."""

    def exists(self, folder: Path) -> bool:
        """Whether there is an index of the archive in `folder`, sound or not."""

    def note(self, folder: Path) -> IndexNote:
        """What the index notes of itself; nothing where it is missing or damaged."""

    def delete(self, folder: Path) -> None:
        """Removes the index; the next `follow` makes it anew."""

    def copy(self, folder: Path, target: Path, archive_id: str) -> bool:
        """Copies the index for a backup, while others may write.

        False where that cannot be done: then restoring the backup builds the index again.
        """


class LexicalEngine(Engine, Protocol):
    """Opens indexes by words."""

    def open(self, folder: Path, store: Store, *, read_only: bool) -> LexicalIndex:
        """The index of the archive in `folder`; an absent one starts empty.

        Raises StaleIndexError where it is damaged, or of another archive or format, with the
        command that builds it again.
        """


class VectorEngine(Engine, Protocol):
    """Opens indexes by meaning."""

    def open(self, folder: Path, source: VectorSource, *, read_only: bool) -> VectorIndex:
        """The index of the archive in `folder`; an absent one starts empty.

        Raises EmbeddingError where it is damaged, or of another archive or encoder.
        """


@dataclass(frozen=True, slots=True)
class Engines:
    """The engine of each kind that an archive is opened with."""

    lexical: LexicalEngine
    vectors: VectorEngine

    @property
    def packages(self) -> dict[str, str]:
        """The packages of both engines, by the names that people know them by."""
        return {**self.vectors.packages, **self.lexical.packages}

    @property
    def files(self) -> IndexFiles:
        """The names that either engine writes in an archive's folder."""
        words, meaning = self.lexical.files, self.vectors.files
        return IndexFiles(
            files=words.files + meaning.files,
            folders=words.folders + meaning.folders,
            pending=words.pending + meaning.pending,
            patterns=words.patterns + meaning.patterns,
        )
