"""The index by words on a Milvus server: ranks as tantivy does; see `rag.indexes.milvus_rows`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from rag.errors import StaleIndexError
from rag.indexes import analysis
from rag.indexes import milvus_rows as rows
from rag.indexes.milvus_collection import FILE, ArchiveRows, Folder, InField, read_note
from rag.indexes.milvus_server import MOST_FOUND, Found, MilvusServer, Row
from rag.indexes.protocols import NO_CONTEXT, NO_FILTERS, Field, Ids, IndexFiles, IndexNote, Ranking
from rag.records import Filters
from rag.store import Facets, Store

FILES = IndexFiles(files=(FILE,))
PACKAGES = MappingProxyType({"pymilvus": "pymilvus"})
SPARE = 8
_IDS_AT_ONCE = 2_000
_SLACK = 1e-5
_SCORED = ("words", *(f"{name}_{what}" for name in rows.FIELDS for what in ("length", "mean")))


class MilvusEngine:
    """What both indexes of archives on a server have in common: one collection for both."""

    files = FILES
    packages = PACKAGES

    def __init__(self, server: MilvusServer) -> None:
        self._server = server
        self._to_be_dropped: set[Path] = set()

    def exists(self, folder: Path) -> bool:
        """Whether the folder notes that there is an index; the server is not asked."""
        return "collection" in Folder(folder).noted()

    def note(self, folder: Path) -> IndexNote:
        """What the index notes of itself; nothing where it is missing or damaged."""
        try:
            name = Folder(folder).noted().get("collection", "")
            note = read_note(self._server, name) if name else None
        except StaleIndexError:
            return IndexNote()
        return IndexNote(note.change, note.encoder) if note else IndexNote()

    def delete(self, folder: Path) -> None:
        """Removes the index, words and vectors, as soon as it is opened to be written."""
        Folder(folder).forget()
        self._to_be_dropped.add(folder)

    def copy(self, folder: Path, target: Path, archive_id: str) -> bool:
        """False: a backup has no server, and is indexed where it is restored."""
        del folder, target, archive_id
        return False

    def rows(self, folder: Path, store: Store, *, read_only: bool) -> ArchiveRows:
        """The rows of an archive, without any where they are to be dropped first."""
        if folder in self._to_be_dropped and not read_only:
            self._server.drop(ArchiveRows.name_of(store))
            self._to_be_dropped.discard(folder)
        return ArchiveRows(self._server, Folder(folder), store)


class MilvusWordsEngine(MilvusEngine):
    """Opens and removes the word indexes of archives; see `LexicalEngine`."""

    def open(self, folder: Path, store: Store, *, read_only: bool) -> MilvusWords:
        """The index of the archive; an absent one starts empty."""
        return MilvusWords(self.rows(folder, store, read_only=read_only))


class MilvusWords:
    """The words of one archive's passages; see `LexicalIndex`."""

    def __init__(self, archive: ArchiveRows) -> None:
        self._rows = archive

    @property
    def change(self) -> int:
        """The newest change whose current passages are in the index."""
        return self._rows.note.change

    def __len__(self) -> int:
        return self._rows.count(rows.visible(self.change))

    def is_behind(self) -> bool:
        """Whether `follow` has something to do, or vectors that are known are still to be put in.

        Opening the archive to write does either.
        """
        note = self._rows.note
        lacks_vectors = bool(note.dimension) and note.vectors < note.change
        return self._rows.is_behind() or lacks_vectors

    def follow(self) -> None:
        """Brings the index to the store's newest change; needs the right to write."""
        self._rows.follow()
        self.check()

    def refresh(self) -> None:
        """Shows what another process has indexed since."""
        self._rows.refresh()

    def check(self) -> None:
        """Raises StaleIndexError where the index holds other passages than it says."""
        found = len(self), self._rows.count(f"added <= {self.change} and ended <= {self.change}")
        kept, newest = self._rows.store.counts()[1], self._rows.store.last_change()
        stored = kept, self._rows.store.past_count()
        if self.change >= newest and (self.change, found) != (newest, stored):
            msg = (
                f"{self._rows.server} does not hold what the store holds: {found[0]:,} current and "
                f"{found[1]:,} past passages in the place of {stored[0]:,} and {stored[1]:,}; "
            )
            raise StaleIndexError(msg + self._rows.folder.mend)

    def compact(self) -> None:
        """Follows, and leaves no word in the collection of what is no longer stored."""
        self._rows.follow()
        self._rows.compact()
        self.check()

    def searcher(self, columns: Facets) -> MilvusWordsSearcher:
        """The index as it is now, whatever is indexed and refreshed afterwards."""
        return MilvusWordsSearcher(self._rows, columns)

    def close(self) -> None:
        """Does nothing: the connection serves other indexes, too."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is searched for: what it counts in a field in each form, and as a part."""

    field: str
    forms: Mapping[int, float]
    parts: Mapping[int, float]

    def score(self, row: Row, mean: float) -> float:
        """What it adds to the score of a passage: the form counts that counts most."""
        words, length = row["words"], row[f"{self.field}_length"]
        scores = [weight for place, weight in self.parts.items() if place in words]
        for place, weight in self.forms.items():
            if place in words:
                often = rows.frequency(row, self.field, words[place])
                scores.append(weight * rows.saturated(often, length, mean))
        return max(scores, default=0.0)


class MilvusWordsSearcher:
    """BM25 over the passages of one archive as they were at a change; see `LexicalSearcher`."""

    def __init__(self, archive: ArchiveRows, columns: Facets) -> None:
        self._rows = archive
        self._change = archive.note.change
        self._weighed_for = archive.note.means
        self._languages = analysis.STEMMERS.keys() & columns.languages

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are searched for."""
        return analysis.terms(text)

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a word."""
        return self._rarities([term])[term]

    def term_weights(
        self, query: str, context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[str, float]:
        """What each word counts where it only counts whether a text has it: its rarity."""
        weights = analysis.query_weights(query, context)
        rarities = self._rarities(list(weights))
        return {term: weight * rarities[term] for term, weight in weights.items()}

    def search(
        self, query: str, k: int, filters: Filters, context: Mapping[str, float] = NO_CONTEXT
    ) -> Ranking:
        """The `k` best passages that satisfy the filters, with their BM25 scores.

        The server ranks by what is never less than the score; so more of its best are scored
        until none that is left can be among the `k`.
        """
        words = self._words(query, context) if k > 0 else []
        if not words:
            return []
        asked = self._query(words)
        condition = rows.condition(filters, self._change)
        # What the server ranks by differs little: seldom are more than these needed.
        fetch = 2 * k + SPARE
        while True:
            (hits,) = self._search("words", [asked], fetch, condition, _SCORED)
            best = self._scored(words, {id_: row for id_, _, row in hits})[:k]
            least = hits[-1][1] * (1 + _SLACK) if len(hits) >= min(fetch, MOST_FOUND) else -1.0
            if (len(best) == k and best[-1][1] > least) or least < 0 or fetch >= MOST_FOUND:
                return best
            fetch *= 4

    def scores(
        self, query: str, ids: Sequence[int], context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[int, float]:
        """The BM25 score of those of the passages that share a word with the query."""
        words = self._words(query, context) if len(ids) else []
        if not words:
            return {}
        found = {
            row["id"]: row
            for among in self._among(ids)
            for row in self._rows.server.rows(self._rows.name, among, ("id", *_SCORED))
        }
        return dict(self._scored(words, found))

    def article_coverage(
        self, query: str, first_passages: Sequence[int], context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[int, float]:
        """The sum of the weights of the query's words that are anywhere in each article."""
        weights = self.term_weights(query, context) if len(first_passages) else {}
        stems = analysis.term_stems(query, self._languages)
        asked = [
            dict.fromkeys((rows.place("whole", form) for form in _all_forms(term, stems)), 1.0)
            for term in weights
        ]
        covered: dict[int, float] = {}
        for among in self._among(first_passages) if asked and self._change else ():
            found = self._search("whole", asked, _IDS_AT_ONCE, among)
            for weight, hits in zip(weights.values(), found, strict=True):
                for id_, _, _ in hits:
                    covered[id_] = covered.get(id_, 0.0) + weight
        return dict(sorted(covered.items(), key=lambda item: (-item[1], item[0])))

    def holding(self, phrases: Sequence[str], k: int, filters: Filters = NO_FILTERS) -> list[int]:
        """At most `k` passages that have phrases word for word, those that have most first."""
        counts: dict[int, int] = {}
        for phrase in phrases if k > 0 else ():
            for id_ in self._with_phrase("text", phrase, filters):
                counts[id_] = counts.get(id_, 0) + 1
        return sorted(counts, key=lambda id_: (-counts[id_], id_))[:k]

    def having(self, words: str, field: Field, filters: Filters = NO_FILTERS) -> Ids:
        """All passages whose text, or whose article's title, has the words, ascending."""
        if len(terms := analysis.terms(words)) == 1:
            stems = analysis.term_stems(words, self._languages)
            forms = list(_all_forms(terms[0], stems))
            found = self._with(rows.has_any(field, forms), filters)
        else:
            found = self._with_phrase(field, words, filters)
        return np.unique(np.array(list(found), dtype=np.int64))

    def _with_phrase(self, field: str, phrase: str, filters: Filters) -> Iterator[int]:
        words = analysis.phrase_words(phrase)
        return self._with(rows.has_phrase(field, words), filters) if words else iter(())

    def _with(self, words: str, filters: Filters) -> Iterator[int]:
        if self._change:
            condition = f"{words} and {rows.condition(filters, self._change)}"
            for some in self._rows.server.all(self._rows.name, condition, ["id"]):
                yield from (row["id"] for row in some)

    def _words(self, query: str, context: Mapping[str, float]) -> list[Word]:
        """The words of a query in each field, weighed by how rare they are there."""
        if not self._change:
            return []
        stems = analysis.term_stems(query, self._languages)
        weights = analysis.query_weights(query, context)
        idf = self._idf([form for term in weights for form in (term, *stems.get(term, ()))])
        found = []
        for term, weight in weights.items():
            forms = (term, *stems.get(term, ()))
            longer = [part for stem in forms[1:] for part in rows.parts(stem, term)]
            for name in rows.FIELDS:
                weighed = {rows.place(name, form): weight * idf[name, form] for form in forms}
                half = weight * idf[name, term] / 2
                parts = dict.fromkeys((rows.place(name, part) for part in longer), half)
                found.append(Word(name, weighed, parts))
        return found

    def _query(self, words: Sequence[Word]) -> dict[int, float]:
        """The sparse vector of a query, whose product with a passage's is at least its score.

        Passages were weighed for a mean length; where it has grown since, they count for more.
        """
        means, asked = self._rows.means(self._change), dict[int, float]()
        for word in words:
            grown = max(1.0, means[word.field] / self._weighed_for[word.field])
            for place, weight in (*word.forms.items(), *word.parts.items()):
                asked[place] = asked.get(place, 0.0) + weight * grown
        return asked

    def _scored(self, words: Sequence[Word], found: Mapping[int, Row]) -> Ranking:
        means = self._rows.means(self._change)
        scores = {
            id_: sum(word.score(row, means[word.field]) for word in words)
            for id_, row in found.items()
        }
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return [(id_, score) for id_, score in ranked if score > 0]

    def _search(
        self,
        field: str,
        queries: Sequence[object],
        k: int,
        condition: str,
        fields: Sequence[str] = (),
    ) -> list[Found]:
        return self._rows.server.search(
            self._rows.name, field, queries, k=k, condition=condition, fields=fields
        )

    def _among(self, ids: Sequence[int]) -> Iterator[str]:
        """Conditions for some of these passages each."""
        numbers = [int(id_) for id_ in ids]
        for first in range(0, len(numbers), _IDS_AT_ONCE):
            some = numbers[first : first + _IDS_AT_ONCE]
            yield f"added <= {self._change} and id in {some}"

    def _passages(self) -> int:
        return self._rows.count(rows.visible(self._change))

    def _rarities(self, terms: Sequence[str]) -> dict[str, float]:
        if not self._change:
            return dict.fromkeys(terms, 1.0)
        holding = self._rows.holding(self._change, [("text", term) for term in terms])
        return {term: analysis.rarity(self._passages(), holding["text", term]) for term in terms}

    def _idf(self, words: Sequence[str]) -> dict[InField, float]:
        """The inverse document frequency of each word in each field."""
        asked = [(name, word) for name in rows.FIELDS for word in words]
        passages, holding = self._passages(), self._rows.holding(self._change, asked)
        return {each: analysis.idf(passages, holding[each]) for each in asked}


def _all_forms(term: str, stems: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A word as it stands, by its stems, and as a part of longer words."""
    own = stems.get(term, ())
    yield from (term, *own)
    for stem in own:
        yield from rows.parts(stem, term)
