"""One tantivy index of passages on disk: opened, written and checked; ranks by a given query.

It follows the store's change log as far as it is told to. What a question means to it, and
which passages belong in it, is for `rag.indexes.tantivy_index` to say.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import tantivy

from rag.errors import ArchiveError, StaleIndexError
from rag.indexes.analysis import VERSION, analyzer, indexed_text
from rag.indexes.segments import META, Checksums, checksums, differing
from rag.records import Article, Passage
from rag.store import UNKNOWN_DATE
from rag.store.files import NO_RIGHT, NO_ROOM, disk_error, write_atomically
from rag.store.rows import seconds

FORMAT = 2
_STATE = "dateline.json"
COPIED_FIRST = (_STATE, META)
"""What an index notes of itself: a copy of it must not be newer than that of the rest."""

_LOCKS = ".tantivy-*.lock"
_HEAP_BYTES = 64_000_000
_SPARE = 64
"""So many more are fetched than asked for: a second search costs more than these."""

_SMALL = 2_000
_WEAR = 0.1
_ANALYZER = "news"
Admits = Callable[[npt.NDArray[np.int64]], npt.NDArray[np.bool_]]
"""For each of some passages whether it may be found."""

_SYSTEM_ERROR = re.compile(r"os error (\d+)")


class WordIndex:
    """Passages by their words in one folder, with `change`, the newest change they are in."""

    def __init__(self, folder: Path, archive_id: str, mend: str) -> None:
        """Opens the index; an absent one starts empty.

        Raises StaleIndexError when it is damaged, of another format or of another archive,
        with `mend`, what mends it.
        """
        self.change = 0
        self.schema = _schema()
        self._analysis = VERSION
        self._folder = folder
        self._archive_id = archive_id
        self._mend = mend
        self._index: tantivy.Index | None = None
        self._fixed: tantivy.Searcher | None = None
        self._is_noted = True
        self._noted: Checksums = {}
        self._verified: dict[str, str] = {}
        if self.exists(folder):
            self._open()

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether the folder holds an index, sound or not."""
        return all((folder / name).exists() for name in (_STATE, META))

    @staticmethod
    def noted_change(folder: Path) -> int:
        """The newest change that the index notes; 0 where it is missing or damaged."""
        try:
            return int(json.loads((folder / _STATE).read_bytes())["change"])
        except (OSError, ValueError, TypeError, KeyError):
            return 0

    @staticmethod
    def delete(folder: Path) -> None:
        """Removes the index and all that lies beside it."""
        # Gone first, it keeps a reader from opening what is being removed.
        (folder / _STATE).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    @property
    def is_open(self) -> bool:
        """Whether there is an index to be searched."""
        return self._index is not None

    @property
    def is_outdated(self) -> bool:
        """Whether its words were made by another version; they are found less well until then."""
        return self._analysis != VERSION

    def refresh(self) -> None:
        """Shows what another process has committed since."""
        if not self.exists(self._folder):
            return
        state = self._read_state()
        if self._index is None or (state["change"], state["analysis"]) != (
            self.change,
            self._analysis,
        ):
            self._open()

    def frozen(self) -> WordIndex:
        """The index as it is now, to be searched, whatever is committed afterwards."""
        same = copy(self)
        same._fixed = self._index.searcher() if self._index else None
        return same

    def settle(self) -> None:
        """Notes the state of an index whose writer was killed before it did."""
        if self._index is not None and not self._is_noted:
            with self._named_errors():
                self._save_state(self.change)

    def is_worn(self) -> bool:
        """Whether it is time to take everything anew, as removed passages still count as held.

        They make words seem commoner than they are, until nothing of their segment is kept.
        """
        with self._named_errors():
            deletes = [each["deletes"] or {} for each in self._meta()["segments"]]
        removed: int = sum(each.get("num_deleted_docs", 0) for each in deletes)
        return removed > (0 if self.held() < _SMALL else self.held() * _WEAR)

    def take(
        self,
        change: int,
        texts: Iterable[tuple[Article, Sequence[Passage]]],
        replaced: Sequence[str] | None = None,
    ) -> None:
        """Adds passages as of a change, in the place of all of the articles `replaced`.

        None replaces whatever is in the index. A kill in between costs at most a repetition.
        """
        with self._named_errors():
            index = self._index or self._create()
            writer = index.writer(_HEAP_BYTES, num_threads=1)
            if replaced is None:
                writer.delete_all_documents()
            for article_id in replaced or ():
                writer.delete_documents_by_term("article", article_id)
            for article, passages in texts:
                for document in _documents(article, passages):
                    writer.add_document(document)
            self._save_state(self.change, upcoming=change)
            writer.commit()
            writer.wait_merging_threads()
            self._analysis = VERSION if replaced is None else self._analysis
            self._save_state(change)
            index.reload()

    def compact(self, texts: Iterable[tuple[Article, Sequence[Passage]]]) -> None:
        """Writes the index anew from all its texts, and removes the files of before."""
        if self._index is None:
            return
        with self._named_errors():
            self.take(self.change, texts)
            writer = self._index.writer(_HEAP_BYTES, num_threads=1)
            writer.garbage_collect_files()
            writer.wait_merging_threads()

    def held(self) -> int:
        """How many passages are in the index."""
        return self._searcher(self._index).num_docs if self._index else 0

    def holding(self, field: str, term: str) -> int:
        """How many passages have a word in a field; may count some that were removed."""
        if self._index is None:
            return 0
        with self._named_errors():
            return self._searcher(self._index).doc_freq(field, term)

    def parsed(self, phrases: Iterable[str], field: str) -> list[tantivy.Query]:
        """Queries for phrases: only the parser knows which words the analyzer leaves out."""
        with self._named_errors():
            return [i.parse_query(each, [field]) for each in phrases if (i := self._index)]

    def best(
        self, query: tantivy.Query, k: int, admits: Admits | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best passages with their scores, best first, ties by passage id.

        Of those that `admits` says may be found, where it is given.
        """
        if self._index is None or k < 1:
            return []
        with self._named_errors():
            return _ranked(self._searcher(self._index), query, k, admits)

    def damaged(self, reason: str) -> StaleIndexError:
        """The error that says what is wrong with the index, and what mends it."""
        return StaleIndexError(f"{self._folder} is damaged ({reason}); {self._mend}")

    def _searcher(self, index: tantivy.Index) -> tantivy.Searcher:
        return self._fixed or index.searcher()

    def _create(self) -> tantivy.Index:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._save_state(0)
        self._index = tantivy.Index(self.schema, path=str(self._folder), reuse=False)
        self._index.register_tokenizer(_ANALYZER, analyzer())
        return self._index

    def _open(self) -> None:
        state = self._read_state()
        expected = {"format": FORMAT, "archive_id": self._archive_id}
        for name, value in expected.items():
            if state[name] != value:
                msg = f"{self._folder} has {name} {state[name]!r}, expected {value!r}; "
                raise StaleIndexError(msg + self._mend)
        with self._named_errors():
            state = self._verified_state(state)
            index = _opened(self._folder)
            if index.schema != self.schema:
                msg = f"{META} tells of other fields"
                raise ValueError(msg)
            index.register_tokenizer(_ANALYZER, analyzer())
        self._index = index
        self.change = state["change"]
        self._analysis = state["analysis"]
        self._noted, self._is_noted = state["files"], state["is_noted"]

    def _verified_state(self, state: dict[str, Any]) -> dict[str, Any]:
        """The state, or a newer one, in which every file is as noted; else raises ValueError."""
        while wrong := differing(
            self._folder, state["files"], self._verified, every=state["is_noted"]
        ):
            newer = self._read_state()
            if newer == state:
                msg = f"{wrong} does not have its checksum"
                raise ValueError(msg)
            # A writer committed between the two reads.
            state = newer
        return state

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
        return self.damaged(str(error))

    def _read_state(self) -> dict[str, Any]:
        """What is noted of the index; `is_noted` where that tells of its last commit."""
        try:
            state = json.loads((self._folder / _STATE).read_bytes())
            known = {name: state[name] for name in ("format", "archive_id", "change")}
            # Earlier versions noted no files, and not how words were made.
            known |= {"files": dict(state.get("files") or {}), "is_noted": "files" in state}
            known |= {"analysis": state.get("analysis", 1)}
            # Killed between a commit and the next note, the index is further than noted.
            if state["upcoming"] and self._opstamp() != state["opstamp"]:
                known |= {"change": state["upcoming"], "is_noted": False}
        except OSError as error:
            raise disk_error(self._folder, error) from error
        except (ValueError, TypeError, KeyError) as error:
            msg = f"{self._folder / _STATE} cannot be read ({error}); {self._mend}"
            raise StaleIndexError(msg) from error
        return known

    def _save_state(self, change: int, upcoming: int = 0) -> None:
        """Notes how far the index has come, and how far the commit to follow will take it."""
        if not upcoming or not self._is_noted:
            self._note_files()
        state = {
            "format": FORMAT,
            "analysis": self._analysis,
            "archive_id": self._archive_id,
            "change": change,
            "upcoming": upcoming,
            "opstamp": self._opstamp(),
            "files": self._noted,
        }
        write_atomically(self._folder / _STATE, json.dumps(state).encode())
        self._share()
        self.change = change

    def _note_files(self) -> None:
        """Computes the checksums of the files of the last commit."""
        there = (self._folder / META).exists()
        self._noted = checksums(self._folder, self._verified) if there else {}
        self._verified |= self._noted
        self._is_noted = True

    def _share(self) -> None:
        """Lets other users read what tantivy writes for its own user alone."""
        mode = (self._folder / _STATE).stat().st_mode & 0o777
        for name in (META, ".managed.json"):
            if (self._folder / name).exists():
                (self._folder / name).chmod(mode)

    def _opstamp(self) -> int:
        """The number of tantivy's last commit; 0 before the first."""
        return int(self._meta()["opstamp"])

    def _meta(self) -> dict[str, Any]:
        """What tantivy notes of its last commit."""
        meta = self._folder / META
        nothing = {"opstamp": 0, "segments": []}
        return dict(json.loads(meta.read_bytes())) if meta.exists() else nothing


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


def _ranked(
    searcher: tantivy.Searcher, wanted: tantivy.Query, k: int, admits: Admits | None
) -> list[tuple[int, float]]:
    # tantivy takes the memory for as many as it is asked for, and ends the process without it.
    most = searcher.num_docs + 1
    fetch = min(k + _SPARE, most)
    while True:
        hits = searcher.search(wanted, limit=fetch, count=False).hits
        ids = searcher.fast_field_values("passage", [address for _, address in hits])
        found = [(int(id_ or 0), float(hit[0])) for id_, hit in zip(ids, hits, strict=True)]
        if admits is not None and found:
            admitted = admits(np.array([id_ for id_, _ in found], dtype=np.int64))
            found = [item for item, kept in zip(found, admitted.tolist(), strict=True) if kept]
        # tantivy cuts a row of equal scores anywhere: fetch until the row at k is whole.
        if len(hits) < fetch or (len(found) >= k and found[k - 1][1] > float(hits[-1][0])):
            return sorted(found, key=lambda item: (-item[1], item[0]))[:k]
        fetch = min(4 * fetch, most)


def _opened(folder: Path) -> tantivy.Index:
    # To read, tantivy writes a lock file; where it may not, links to its files do as well.
    if os.access(folder, os.W_OK) and all(os.access(p, os.W_OK) for p in folder.glob(_LOCKS)):
        return tantivy.Index.open(str(folder))
    with TemporaryDirectory(prefix="dateline-", ignore_cleanup_errors=True) as links:
        for path in folder.resolve().iterdir():
            if path.is_file() and not path.match(_LOCKS):
                Path(links, path.name).symlink_to(path)
        return tantivy.Index.open(links)


def _documents(article: Article, passages: Sequence[Passage]) -> Iterator[tantivy.Document]:
    published = seconds(article.published.at) if article.published else UNKNOWN_DATE
    language = article.language
    title = indexed_text(article.title, language)
    bodies = [indexed_text(article.text[each.start : each.end], language) for each in passages]
    whole = "\n".join([title, *bodies])
    for passage, body in zip(passages, bodies, strict=True):
        heading = indexed_text(passage.heading, language)
        yield tantivy.Document(
            passage=passage.id,
            article=article.id,
            title=title,
            text=f"{heading}\n{body}" if heading else body,
            whole=whole if passage is passages[0] else "",
            published=published,
            publisher=article.publisher,
            language=article.language,
        )
