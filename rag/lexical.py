"""Ranks passages by their words (BM25, tantivy); follows the store's change log.

The folder `lexical/` is derived: deleting it loses nothing but the time to rebuild it.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tantivy

from rag.errors import StaleIndexError
from rag.files import write_atomically
from rag.records import Article, Filters, Passage
from rag.store import Store
from rag.store.rows import seconds

FORMAT = 1
TITLE_WEIGHT = 1.0
_FOLDER = "lexical"
_STATE = "dateline.json"
_HEAP_BYTES = 64_000_000
_SPARE = 8
_ANALYZER = "news"
_UNKNOWN_DATE = -(2**62)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("passage", stored=False, indexed=True, fast=True)
    builder.add_text_field("article", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", tokenizer_name=_ANALYZER, index_option="position")
    builder.add_text_field("text", tokenizer_name=_ANALYZER, index_option="position")
    builder.add_integer_field("published", stored=False, indexed=True, fast=True)
    builder.add_text_field("publisher", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


class LexicalIndex:
    """BM25 over title and text of every current passage of one archive."""

    def __init__(self, folder: Path, archive_id: str) -> None:
        """Opens the index; an absent one starts empty.

        Raises StaleIndexError when it is damaged, of another format or of another archive.
        """
        self._folder = folder / _FOLDER
        self._archive_id = archive_id
        self._analyzer = _analyzer()
        self._schema = _schema()
        self.change = 0
        self._index: tantivy.Index | None = None
        if (self._folder / _STATE).exists():
            self._open()

    @staticmethod
    def delete(folder: Path) -> None:
        """Removes the index from an archive folder; the next `catch_up` makes it anew."""
        shutil.rmtree(folder / _FOLDER, ignore_errors=True)

    def catch_up(self, store: Store) -> None:
        """Brings the index to the store's newest change; needs the right to write.

        A kill in between costs at most a repetition: articles are replaced, not added.
        """
        target = store.last_change()
        if target == self.change:
            return
        index = self._index or self._create()
        writer = index.writer(_HEAP_BYTES, num_threads=1)
        for article, passages in store.current(store.changed_since(self.change)):
            writer.delete_documents_by_term("article", article.id)
            for document in _documents(article, passages):
                writer.add_document(document)
        self._save_state(self.change, upcoming=target)
        writer.commit()
        writer.wait_merging_threads()
        self._save_state(target)
        index.reload()

    def search(self, query: str, k: int, filters: Filters) -> list[tuple[int, float]]:
        """The `k` best passages with their BM25 scores, best first, ties by passage id.

        A query without words that the index knows finds nothing.
        """
        terms = list(dict.fromkeys(self.terms(query)))
        if self._index is None or not terms or k < 1:
            return []
        searcher = self._index.searcher()
        wanted = self._query(terms, filters)
        fetch = k + _SPARE
        hits = searcher.search(wanted, limit=fetch, count=False).hits
        # tantivy cuts a row of equal scores anywhere: fetch until the row at k is whole.
        while len(hits) == fetch and hits[-1][0] == hits[k - 1][0]:
            fetch *= 4
            hits = searcher.search(wanted, limit=fetch, count=False).hits
        ids = searcher.fast_field_values("passage", [address for _, address in hits])
        found = [(int(id_ or 0), float(hit[0])) for id_, hit in zip(ids, hits, strict=True)]
        return sorted(found, key=lambda item: (-item[1], item[0]))[:k]

    def refresh(self) -> None:
        """Shows what another process has committed since."""
        state = self._folder / _STATE
        if state.exists() and (self._index is None or self._read_state()["change"] != self.change):
            self._open()

    def terms(self, text: str) -> list[str]:
        """The words of a text as the index knows them: folded, stemmed, without stop words."""
        return list(self._analyzer.analyze(text))

    def rarity(self, term: str) -> float:
        """Inverse document frequency of an indexed word, as BM25 counts it."""
        if self._index is None:
            return 1.0
        searcher = self._index.searcher()
        held = searcher.doc_freq("text", term)
        return math.log(1 + (searcher.num_docs - held + 0.5) / (held + 0.5))

    def _query(self, terms: list[str], filters: Filters) -> tantivy.Query:
        must, should = tantivy.Occur.Must, tantivy.Occur.Should
        words = tantivy.Query.boolean_query(
            [(should, self._term(term, "title", TITLE_WEIGHT)) for term in terms]
            + [(should, self._term(term, "text", 1.0)) for term in terms]
        )
        conditions = [(must, query) for query in self._conditions(filters)]
        return tantivy.Query.boolean_query([(must, words), *conditions]) if conditions else words

    def _term(self, term: str, field: str, weight: float) -> tantivy.Query:
        query = tantivy.Query.term_query(self._schema, field, term, index_option="freq")
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)

    def _conditions(self, filters: Filters) -> Iterable[tantivy.Query]:
        query = tantivy.Query
        conditions = []
        if filters.published_from or filters.published_before:
            low = seconds(filters.published_from) if filters.published_from else _UNKNOWN_DATE + 1
            high = seconds(filters.published_before) if filters.published_before else 2**62
            conditions.append(
                query.range_query(
                    self._schema,
                    "published",
                    tantivy.FieldType.Integer,
                    low,
                    high,
                    include_upper=False,
                )
            )
        if filters.publishers:
            wanted = list(filters.publishers)
            conditions.append(query.term_set_query(self._schema, "publisher", wanted))
        if filters.language:
            conditions.append(query.term_query(self._schema, "language", filters.language))
        return [query.const_score_query(condition, 0.0) for condition in conditions]

    def _create(self) -> tantivy.Index:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        self._save_state(0)
        self._index = tantivy.Index(self._schema, path=str(self._folder), reuse=False)
        self._index.register_tokenizer(_ANALYZER, self._analyzer)
        return self._index

    def _open(self) -> None:
        state = self._read_state()
        expected = {"format": FORMAT, "archive_id": self._archive_id}
        for name, value in expected.items():
            if state[name] != value:
                msg = f"{self._folder} has {name} {state[name]!r}, expected {value!r}; "
                raise StaleIndexError(msg + self._mend())
        try:
            self._index = tantivy.Index.open(str(self._folder))
        except ValueError as error:
            msg = f"{self._folder} is damaged ({error}); {self._mend()}"
            raise StaleIndexError(msg) from error
        self._index.register_tokenizer(_ANALYZER, self._analyzer)
        self.change = state["change"]

    def _mend(self) -> str:
        return f"rebuild it: dateline rebuild --archive {self._folder.parent}"

    def _read_state(self) -> dict[str, Any]:
        try:
            state = json.loads((self._folder / _STATE).read_text(encoding="utf-8"))
            known = {name: state[name] for name in ("format", "archive_id", "change")}
            # Killed between a commit and the next note, the index is further than noted.
            if state["upcoming"] and self._opstamp() != state["opstamp"]:
                known["change"] = state["upcoming"]
        except (OSError, ValueError, TypeError, KeyError) as error:
            msg = f"{self._folder / _STATE} cannot be read ({error}); {self._mend()}"
            raise StaleIndexError(msg) from error
        return known

    def _save_state(self, change: int, upcoming: int = 0) -> None:
        """Notes how far the index has come, and how far the commit to follow will take it."""
        state = {
            "format": FORMAT,
            "archive_id": self._archive_id,
            "change": change,
            "upcoming": upcoming,
            "opstamp": self._opstamp(),
        }
        write_atomically(self._folder / _STATE, json.dumps(state).encode())
        self.change = change

    def _opstamp(self) -> int:
        """The number of tantivy's last commit; 0 before the first."""
        meta = self._folder / "meta.json"
        return int(json.loads(meta.read_text(encoding="utf-8"))["opstamp"]) if meta.exists() else 0


def _documents(article: Article, passages: list[Passage]) -> Iterator[tantivy.Document]:
    published = seconds(article.published.at) if article.published else _UNKNOWN_DATE
    for passage in passages:
        body = article.text[passage.start : passage.end]
        yield tantivy.Document(
            passage=passage.id,
            article=article.id,
            title=article.title,
            text=f"{passage.heading}\n{body}" if passage.heading else body,
            published=published,
            publisher=article.publisher,
            language=article.language,
        )
