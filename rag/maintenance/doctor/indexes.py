"""What the doctor finds in the two indexes and in the vectors, held against the store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path

import numpy as np

from embeddings import EmbeddingError, Encoder, VectorCache
from rag.errors import RagError
from rag.indexes.dense import VECTORS, DenseIndex, VectorOpening
from rag.indexes.protocols import Engines, LexicalIndex
from rag.maintenance.doctor.disk import lost_changes
from rag.maintenance.doctor.findings import Finding, Remedy, Severity, listed
from rag.store import Store

_WORDS = 6
_SAMPLES = 100
_ALIKE = 0.9
_COMMAND = re.compile(r"\b(?:dateline|mv|chmod|pip) [^;()]+")
_WORD = re.compile(r"[^\W\d_]{4,40}")


def finding_of(
    check: str, severity: Severity, error: RagError, means: str, remedy: Remedy = ""
) -> Finding:
    """A finding out of an error, which says what is wrong and then what mends it."""
    what, _, mend = str(error).partition("; ")
    commands = [found.strip() for found in _COMMAND.findall(mend)]
    return Finding(check, severity, what, means, "; ".join(commands) or mend, remedy)


class IndexChecks:
    """The checks of what is derived from one open store; each yields findings."""

    def __init__(self, folder: Path, store: Store, encoder: Encoder, engines: Engines) -> None:
        self._folder = folder
        self._store = store
        self._encoder = encoder
        self._engines = engines
        self._fix = f"dateline doctor --fix --archive {folder}"
        self._rebuild = f"dateline rebuild --archive {folder}"

    def check_words(self) -> Iterator[Finding]:
        """Whether the word index is whole and finds every passage."""
        means = "Passages are not found by their words, or wrong ones are."
        try:
            lexical = self._engines.lexical.open(self._folder, self._store, read_only=True)
        except RagError as error:
            yield finding_of("words", "wrong", error, means, "rebuild")
            return
        with closing(lexical):
            yield from self._words_of(lexical, means)

    def _words_of(self, lexical: LexicalIndex, means: str) -> Iterator[Finding]:
        newest = self._store.last_change()
        try:
            if lexical.change > newest:
                noted = f"the word index follows change {lexical.change:,}"
                yield lost_changes(self._folder, f"{noted}, the store ends at {newest:,}")
                return
            if lexical.is_behind():
                what = f"the word index follows {lexical.change:,} of {newest:,} changes"
                if lexical.change == newest:
                    what = "the word index was made by an earlier version of Dateline"
                behind = "The newest articles are not found before the next search catches up."
                yield Finding("words", "note", what, behind, self._fix, "catch up")
                return
            lexical.check()
            missing = list(self._not_found(lexical))
        except RagError as error:
            yield finding_of("words", "wrong", error, means, "rebuild")
            return
        if missing:
            what = f"the word index does not find {len(missing):,} passages: {listed(missing)}"
            yield Finding("words", "wrong", what, means, self._rebuild, "rebuild")

    def _not_found(self, lexical: LexicalIndex) -> Iterator[int]:
        """Ids of passages, superseded ones too, that some of their own words do not find."""
        searcher = lexical.searcher(self._store.facets())
        ids = self._store.changed_since(0)
        for article, passages in chain(self._store.current(ids), self._store.past(ids)):
            chosen = {}
            for passage in passages:
                words = _WORD.findall(article.text, passage.start, passage.end)
                text = " ".join(sorted(set(words), key=lambda word: (-len(word), word))[:_WORDS])
                if searcher.terms(text):
                    chosen[passage.id] = text
            if chosen:
                scores = searcher.scores(" ".join(chosen.values()), list(chosen))
                yield from (id_ for id_ in chosen if id_ not in scores)

    def check_vectors(self) -> Iterator[Finding]:
        """Whether `vectors.db` is whole, and every vector in it is one."""
        path = self._folder / VECTORS
        try:
            with closing(VectorCache(path, read_only=True)) as cache:
                wrong = "; ".join(cache.problems()[:3])
        except EmbeddingError as error:
            wrong = str(error).partition("; ")[0]
        if wrong:
            means = "What can be read of it is taken over; the rest has to be embedded again."
            command = f"{self._rebuild}; dateline embed --archive {self._folder}"
            yield Finding("vectors", "wrong", f"{path}: {wrong}", means, command, "rebuild")

    def check_deleted(self) -> Iterator[Finding]:
        """Whether anything may be left on disk of what was deleted."""
        command = f"dateline compact --archive {self._folder}"
        # Whether the file can be read at all, check_vectors tells.
        known: set[str] = set()
        with (
            suppress(EmbeddingError),
            closing(VectorCache(self._folder / VECTORS, read_only=True)) as cache,
        ):
            known = cache.hashes()
        if stray := len(known - self._store.all_digests()):
            what = f"vectors.db has {stray:,} vectors of texts that are not stored"
            means = "They are of articles that were deleted, or of a store that was lost."
            yield Finding("deleted", "note", what, means, command)
        if deleted := self._store.tombstones.not_compacted():
            what = f"{deleted:,} articles were deleted since the files were last written anew"
            means = "They are found nowhere, but words of theirs may be left in the files."
            yield Finding("deleted", "note", what, means, command)

    def check_meanings(self) -> Iterator[Finding]:
        """Whether the vector index is whole, of this archive and encoder, and complete."""
        means = "Passages are not found by meaning."
        newest = self._store.last_change()
        if (noted := self._engines.vectors.note(self._folder).change) > newest:
            what = f"the vector index follows change {noted:,}, the store ends at {newest:,}"
            yield lost_changes(self._folder, what)
            return
        try:
            opening = VectorOpening(self._folder, self._engines.vectors)
            dense = DenseIndex(self._store, self._encoder, opening, read_only=True)
        except RagError as error:
            finding = finding_of("meanings", "wrong", error, means, "rebuild")
            yield self._other_encoder() or finding
            return
        with closing(dense):
            pending = dense.pending()
            lost, wrong = self._compared(dense, set(pending))
        if wrong:
            what = f"{len(wrong):,} passages have the vector of another: {listed(wrong)}"
            yield Finding("meanings", "wrong", what, means, self._rebuild, "rebuild")
        if lost:
            what = f"the vectors of {len(lost):,} passages are in the index, not in vectors.db"
            less = "Nothing is missing yet; they have to be embedded again when it is rebuilt."
            command = f"{self._rebuild}; dateline embed --archive {self._folder}"
            yield Finding("vectors", "odd", what, less, command)
        if pending:
            total = len(pending) + len(dense)
            what = f"{len(pending):,} of {total:,} passages have no vector"
            less = "They are found by their words, not by meaning."
            yield Finding("coverage", "odd", what, less, f"dateline embed --archive {self._folder}")

    def _compared(self, dense: DenseIndex, pending: set[int]) -> tuple[list[int], list[int]]:
        """Passages whose vector is in the index alone, and, among a hundred, under a wrong id."""
        indexed = [one for one in self._store.current_digests() if one[0] not in pending]
        with closing(VectorCache(self._folder / VECTORS, read_only=True)) as cache:
            known = cache.known(self._encoder.fingerprint, [digest for _, digest in indexed])
            lost = [id_ for id_, digest in indexed if digest not in known]
            some = [one for one in indexed if one[1] in known]
            some = some[:: max(1, len(some) // _SAMPLES)]
            vectors = cache.get(self._encoder.fingerprint, [digest for _, digest in some])
        searcher = dense.searcher(self._store.facets())
        wrong = []
        for id_, digest in some:
            found = searcher.scores(vectors[digest], np.array([id_]))
            if found.get(id_, 0.0) < _ALIKE:
                wrong.append(id_)
        return lost, wrong

    def _other_encoder(self) -> Finding | None:
        noted = self._engines.vectors.note(self._folder).encoder
        if noted in ("", self._encoder.fingerprint):
            return None
        what = f"the vectors are by encoder {noted!r}, the settings ask for "
        return Finding(
            "encoder",
            "wrong",
            what + repr(self._encoder.fingerprint),
            "Questions cannot be compared with passages: set DATELINE_ENCODER back to what it "
            "was, or let all passages be embedded by the new encoder.",
            f"{self._rebuild}; dateline embed --archive {self._folder}",
        )
