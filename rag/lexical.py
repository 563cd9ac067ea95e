"""Ranks passages by their words (BM25, tantivy); follows the store's change log.

The folder `lexical/` is derived: deleting it loses nothing but the time to rebuild it.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import tantivy

from rag.errors import ArchiveError, StaleIndexError
from rag.files import NO_RIGHT, NO_ROOM, disk_error, write_atomically
from rag.records import Article, Filters, Passage
from rag.segments import META, verify_segments
from rag.store import UNKNOWN_DATE, Store
from rag.store.rows import seconds

FORMAT = 2
_FOLDER = "lexical"
_STATE = "dateline.json"
_LOCKS = ".tantivy-*.lock"
_HEAP_BYTES = 64_000_000
_SPARE = 8
_NOTHING: Mapping[str, float] = MappingProxyType({})
_FEWEST_PASSAGES = 1_000
_ANALYZER = "news"
_FUNCTION_WORDS = (
    "who whom whose what which when where why how many much did do does doing done has have had "
    "having am were been being can could would should may might must shall i me my we us our you "
    "your he him his she her hers its them theirs those from about than so any some also just"
)
"""Words of questions that tell nothing of their subject; indexed, but not searched for."""

_SYSTEM_ERROR = re.compile(r"os error (\d+)")


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("passage", stored=False, indexed=True, fast=True)
    builder.add_text_field("article", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", tokenizer_name=_ANALYZER, index_option="position")
    builder.add_text_field("text", tokenizer_name=_ANALYZER, index_option="position")
    # All words of an article, beside its first passage.
    builder.add_text_field("whole", tokenizer_name=_ANALYZER, index_option="basic")
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
    """BM25 over the current passages of one archive, and over its articles as wholes.

    Wherever a query is taken, `carried` are further words (as `terms` gives them) with what
    each counts beside 1 for a word of the query.
    """

    def __init__(self, folder: Path, archive_id: str) -> None:
        """Opens the index; an absent one starts empty.

        Raises StaleIndexError when it is damaged, of another format or of another archive.
        """
        self._folder = folder / _FOLDER
        self._archive_id = archive_id
        self._analyzer = _analyzer()
        self._function_words = frozenset(self._analyzer.analyze(_FUNCTION_WORDS))
        self._schema = _schema()
        self.change = 0
        self._index: tantivy.Index | None = None
        self._whole: set[str] = set()
        if self.exists(folder):
            self._open()

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether the archive folder holds an index, sound or not."""
        return all((folder / _FOLDER / name).exists() for name in (_STATE, META))

    @staticmethod
    def delete(folder: Path) -> None:
        """Removes the index from an archive folder; the next `catch_up` makes it anew."""
        # Gone first, it keeps a reader from opening what is being removed.
        (folder / _FOLDER / _STATE).unlink(missing_ok=True)
        shutil.rmtree(folder / _FOLDER, ignore_errors=True)

    def catch_up(self, store: Store) -> None:
        """Brings the index to the store's newest change; needs the right to write.

        A kill in between costs at most a repetition: articles are replaced, not added.
        """
        target = store.last_change()
        if target != self.change:
            with self._named_errors():
                self._take(store, target)
        self.check(store)

    def check(self, store: Store) -> None:
        """Raises StaleIndexError where the index holds other passages than it says."""
        if not self._agrees(store):
            msg = f"{self._folder} is damaged (it does not hold what archive.db holds); "
            raise StaleIndexError(msg + self._mend())

    def search(
        self, query: str, k: int, filters: Filters, carried: Mapping[str, float] = _NOTHING
    ) -> list[tuple[int, float]]:
        """The `k` best passages with their BM25 scores, best first, ties by passage id.

        A query without words that the index knows finds nothing.
        """
        return self._best(self._words(query, carried), self._conditions(filters), k)

    def scores(
        self, query: str, ids: Sequence[int], carried: Mapping[str, float] = _NOTHING
    ) -> dict[int, float]:
        """The BM25 score of those of the passages that share a word with the query."""
        return self._among(self._words(query, carried), ids)

    def article_coverage(
        self, query: str, openings: Sequence[int], carried: Mapping[str, float] = _NOTHING
    ) -> dict[int, float]:
        """The sum of the rarity of the query's words that stand anywhere in each article.

        An article goes by the id of its first passage; one that shares no word is left out.
        """
        weights = self._weights(query, carried)
        words = [
            tantivy.Query.const_score_query(
                self._term(term, "whole", 1.0), weight * self.rarity(term)
            )
            for term, weight in weights.items()
        ]
        return self._among(words, openings)

    def holding(self, phrases: Sequence[str], k: int) -> list[int]:
        """At most `k` passages that hold phrases word for word, those that hold most first."""
        quoted = ['"' + re.sub(r'["\\]', " ", phrase) + '"' for phrase in phrases]
        with self._named_errors():
            # Only the parser knows which words the analyzer leaves out between others.
            queries = [i.parse_query(each, ["text"]) for each in quoted if (i := self._index)]
        return [id_ for id_, _ in self._best(queries, [], k)]

    def _weights(self, query: str, carried: Mapping[str, float]) -> dict[str, float]:
        return {**carried, **dict.fromkeys(self.terms(query), 1.0)}

    def _words(self, query: str, carried: Mapping[str, float]) -> list[tantivy.Query]:
        weights = self._weights(query, carried)
        return [
            self._term(term, field, weights[term])
            for field in ("title", "text")
            for term in weights
        ]

    def _among(self, words: Sequence[tantivy.Query], ids: Sequence[int]) -> dict[int, float]:
        among = tantivy.Query.term_set_query(self._schema, "passage", list(ids))
        return dict(self._best(words, [among], len(ids)))

    def _best(
        self, words: Sequence[tantivy.Query], conditions: Sequence[tantivy.Query], k: int
    ) -> list[tuple[int, float]]:
        """The `k` best passages with their scores, best first."""
        if self._index is None or not words or k < 1:
            return []
        with self._named_errors():
            return _ranked(self._index.searcher(), _query(words, conditions), k)

    def refresh(self) -> None:
        """Shows what another process has committed since."""
        if not self.exists(self._folder.parent):
            return
        if self._index is None or self._read_state()["change"] != self.change:
            self._open()

    def terms(self, text: str) -> list[str]:
        """The words of a text as the index knows them: folded, stemmed, without stop words.

        The words that only make a question of it ("when did ... have") are left out too.
        """
        return [term for term in self._analyzer.analyze(text) if term not in self._function_words]

    def rarity(self, term: str) -> float:
        """Inverse document frequency of an indexed word, as BM25 counts it.

        An index of fewer than 1,000 passages counts as one of 1,000: in a handful, a word
        that one of them holds is no commoner than a word that none does.
        """
        if self._index is None:
            return 1.0
        with self._named_errors():
            searcher = self._index.searcher()
            held = searcher.doc_freq("text", term)
        passages = max(searcher.num_docs, _FEWEST_PASSAGES)
        return math.log(1 + (passages - held + 0.5) / (held + 0.5))

    def _term(self, term: str, field: str, weight: float) -> tantivy.Query:
        option = "basic" if field == "whole" else "freq"
        query = tantivy.Query.term_query(self._schema, field, term, index_option=option)
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)

    def _conditions(self, filters: Filters) -> list[tantivy.Query]:
        query = tantivy.Query
        conditions = []
        if filters.published_from or filters.published_before:
            low = seconds(filters.published_from) if filters.published_from else UNKNOWN_DATE + 1
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
        return conditions

    def _take(self, store: Store, target: int) -> None:
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
        with self._named_errors():
            verify_segments(self._folder, self._whole)
            index = _opened(self._folder)
            if index.schema != self._schema:
                msg = f"{META} tells of other fields"
                raise ValueError(msg)
            index.register_tokenizer(_ANALYZER, self._analyzer)
        self._index = index
        self.change = state["change"]

    def _agrees(self, store: Store) -> bool:
        """Whether the index, where it claims the newest change, holds as many passages."""
        # Held before stored, stored before newest: a writer at work makes it the newer.
        held = self._index.searcher().num_docs if self._index else 0
        _, stored = store.counts()
        newest = store.last_change()
        return self.change < newest or (self.change, held) == (newest, stored)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Turns what tantivy and the disk raise into errors that say what mends it."""
        try:
            yield
        except OSError as error:
            raise disk_error(self._folder, error) from error
        except BaseException as error:
            # A panic of tantivy's arrives as a PanicException, which is no Exception.
            if not isinstance(error, ValueError) and type(error).__name__ != "PanicException":
                raise
            raise self._explained(error) from error

    def _explained(self, error: BaseException) -> ArchiveError:
        found = _SYSTEM_ERROR.search(str(error))
        number = int(found[1]) if found else 0
        if number in NO_ROOM | NO_RIGHT:
            return disk_error(self._folder, OSError(number, os.strerror(number)))
        return StaleIndexError(f"{self._folder} is damaged ({error}); {self._mend()}")

    def _mend(self) -> str:
        return f"rebuild it: dateline rebuild --archive {self._folder.parent}"

    def _read_state(self) -> dict[str, Any]:
        try:
            state = json.loads((self._folder / _STATE).read_bytes())
            known = {name: state[name] for name in ("format", "archive_id", "change")}
            # Killed between a commit and the next note, the index is further than noted.
            if state["upcoming"] and self._opstamp() != state["opstamp"]:
                known["change"] = state["upcoming"]
        except OSError as error:
            raise disk_error(self._folder, error) from error
        except (ValueError, TypeError, KeyError) as error:
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
        self._share()
        self.change = change

    def _share(self) -> None:
        """Lets other users read what tantivy writes for its own user alone."""
        mode = (self._folder / _STATE).stat().st_mode & 0o777
        for name in (META, ".managed.json"):
            if (self._folder / name).exists():
                (self._folder / name).chmod(mode)

    def _opstamp(self) -> int:
        """The number of tantivy's last commit; 0 before the first."""
        meta = self._folder / META
        return int(json.loads(meta.read_bytes())["opstamp"]) if meta.exists() else 0


def _query(words: Sequence[tantivy.Query], conditions: Sequence[tantivy.Query]) -> tantivy.Query:
    """Any of the words, and all conditions; what only narrows down adds nothing to a score."""
    must, should = tantivy.Occur.Must, tantivy.Occur.Should
    any_word = tantivy.Query.boolean_query([(should, word) for word in words])
    narrowed = [(must, tantivy.Query.const_score_query(query, 0.0)) for query in conditions]
    return tantivy.Query.boolean_query([(must, any_word), *narrowed]) if narrowed else any_word


def _ranked(searcher: tantivy.Searcher, wanted: tantivy.Query, k: int) -> list[tuple[int, float]]:
    fetch = k + _SPARE
    hits = searcher.search(wanted, limit=fetch, count=False).hits
    # tantivy cuts a row of equal scores anywhere: fetch until the row at k is whole.
    while len(hits) == fetch and hits[-1][0] == hits[k - 1][0]:
        fetch *= 4
        hits = searcher.search(wanted, limit=fetch, count=False).hits
    ids = searcher.fast_field_values("passage", [address for _, address in hits])
    found = [(int(id_ or 0), float(hit[0])) for id_, hit in zip(ids, hits, strict=True)]
    return sorted(found, key=lambda item: (-item[1], item[0]))[:k]


def _opened(folder: Path) -> tantivy.Index:
    # To read, tantivy writes a lock file; where it may not, links to its files do as well.
    if os.access(folder, os.W_OK) and all(os.access(p, os.W_OK) for p in folder.glob(_LOCKS)):
        return tantivy.Index.open(str(folder))
    with TemporaryDirectory(prefix="dateline-", ignore_cleanup_errors=True) as links:
        for path in folder.resolve().iterdir():
            if not path.match(_LOCKS):
                Path(links, path.name).symlink_to(path)
        return tantivy.Index.open(links)


def _documents(article: Article, passages: list[Passage]) -> Iterator[tantivy.Document]:
    published = seconds(article.published.at) if article.published else UNKNOWN_DATE
    bodies = [article.text[passage.start : passage.end] for passage in passages]
    whole = "\n".join([article.title, *bodies])
    for passage, body in zip(passages, bodies, strict=True):
        yield tantivy.Document(
            passage=passage.id,
            article=article.id,
            title=article.title,
            text=f"{passage.heading}\n{body}" if passage.heading else body,
            whole=whole if passage is passages[0] else "",
            published=published,
            publisher=article.publisher,
            language=article.language,
        )
