"""The straight line from articles to answers: open, ingest, search, ask."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings import Encoder, Reranker
from rag.config import Settings, load_settings
from rag.drafts.desk import FactDesk
from rag.errors import ConfigError
from rag.indexes.encoding import NamedEncoder, RecentVectors, open_encoder, open_reranker
from rag.indexes.engines import open_engines
from rag.indexes.opening import ArchiveFolder, Opened, OpenParts, give_up
from rag.indexes.protocols import Engines
from rag.indexes.workers import Note, Workers
from rag.llms import ChatModel
from rag.records import Answer, Filters, Hits, Similarity, Understood
from rag.retrieval.catalogue import NO_FILTERS
from rag.retrieval.finding import Found, find
from rag.retrieval.retrieve import Moment, Request, Turn, check_k, prepare, request_of
from rag.retrieval.snapshot import Snapshot
from rag.store import Database, Runs
from rag.store.inputs import KnownInputs

if TYPE_CHECKING:
    from rag.asking import Asking
    from rag.cluster.on_cluster import OnCluster
    from rag.ingest import Ingest, IngestReport
    from rag.maintenance.removals import Removals
    from rag.retrieval.alerts import Alerts
    from rag.sources.subscriptions import Subscriptions

Progress = Callable[[str, int, int], None]
"""Called with the step ("reading" or "embedding"), the items done and the items in all."""


def _silent(_step: str, _done: int, _total: int) -> None:
    """Shows no progress."""


class Archive(FactDesk):
    """A news archive in one folder: takes articles in, finds passages, answers questions.

    A folder without an archive can be opened; the first `ingest` creates it. Any number
    of processes may search while one ingests. Safe to use from several threads.

    >>> archive = Archive.open("archive")                         # doctest: +SKIP
    >>> archive.ingest("seeds/")                                  # doctest: +SKIP
    >>> print(archive.ask("When does the ferry strike end?").text)  # doctest: +SKIP
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        encoder: Encoder,
        reranker: Reranker | None,
        engines: Engines,
    ) -> None:
        self.folder = folder
        self.encoder = encoder
        self.engines = engines
        self._settings = settings
        self._reranker = reranker
        self._recent = RecentVectors(encoder)
        self._is_given = False
        self._disk = ArchiveFolder(folder, settings.chunk_tokens, encoder, engines, settings.store)
        super().__init__(OpenParts(self._disk))

    @classmethod
    def open(
        cls,
        folder: str | PathLike[str] = "archive",
        *,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
        engines: Engines | None = None,
    ) -> Archive:
        """The archive in `folder`, existing or still to be made.

        `encoder`, `reranker` and `engines` stand for those named in the settings. Nothing
        heavy is loaded before the first search by meaning.
        """
        settings = settings or load_settings()
        path = Path(folder)
        if path.exists() and not path.is_dir():
            msg = f"{str(path)!r} is a file; name a folder"
            raise ConfigError(msg)
        opened = cls(
            path,
            settings,
            NamedEncoder(encoder) if encoder else open_encoder(settings),
            reranker or open_reranker(settings.reranker),
            engines or open_engines(settings),
        )
        opened._is_given = encoder is not None
        return opened

    def ingest(
        self,
        *paths: str | PathLike[str] | Sequence[str | PathLike[str]],
        vectors: bool = True,
        limit: int = 100,
        within: Sequence[Path] = (),
        restore_deleted: bool = False,
        missing_ok: bool = False,
        publisher: str = "",
        published: str = "",
        on: str = "",
        note: Note = lambda _line: None,
        progress: Progress = _silent,
    ) -> IngestReport:
        """Reads files, folders and web addresses into the archive; says what became of each.

        They may stand in a list. An address is a page's or a sitemap's, of which at most `limit`
        pages are read; it needs the setting `network`, else ConfigError is raised. Articles can
        be found by their words within seconds; with `vectors` their passages are embedded
        afterwards. Stopped at any moment, the same call goes on from there. Files in the folders
        `within` have their outlets named as if these were read. What was deleted stays out, and
        is named, unless `restore_deleted`. `publisher` and `published` (a date) are those of
        articles in files that name none. `on` a Ray cluster, "ray://HOST:PORT", or "ray" for this
        machine, files are read and passages embedded there, with the same result. Raises
        CorpusError, and reads nothing, where a path does not exist, unless `missing_ok`,
        QueryError for what is no path or date, and LockedError while another process writes.
        """
        from rag.corpus.files import check_exist
        from rag.corpus.outlets import GivenFacts
        from rag.ingest import IngestReport, from_network
        from rag.sources.pages import files_and_addresses

        self._parts.check_open()
        given = GivenFacts.of(publisher, published)
        inputs, urls = files_and_addresses(paths)
        if not missing_ok:
            check_exist(inputs)
        report, embedding = IngestReport(), partial(progress, "embedding")
        with self._cluster(on, note) as cluster:
            encoding = cluster.encoding if cluster else None
            for part in from_network(urls, limit, self._settings).parts():
                with self._disk.to_write("ingest", create=True) as opened:
                    show = partial(progress, "reading")
                    job = replace(self._job(opened), restore_deleted=restore_deleted, given=given)
                    if cluster:
                        job.reading = cluster.reading(job.now, job.sandbox)
                    report += job.run(inputs, show, part, within)
                    embed = self._disk.embed_in_turn
                    turn = embed(opened, embedding, encoding) if vectors else (0, 0)
                self._disk.embed_the_rest(turn, embedding, encoding)
                inputs = []
        return report

    @contextmanager
    def _cluster(self, on: str, note: Note) -> Iterator[OnCluster | None]:
        if not on:
            yield None
            return
        from rag.cluster.on_cluster import on_cluster

        given = self.encoder if self._is_given else None
        with on_cluster(on, self._settings, (self.encoder, given), note) as joined:
            yield joined

    @cached_property
    def _asking(self) -> Asking:
        from rag.asking import Asking

        return Asking(self._settings, self._checker)

    @property
    def feeds(self) -> Subscriptions:
        """The feeds that the archive follows: to add, remove, list and poll."""
        from rag.sources.subscriptions import Subscriptions

        return Subscriptions(self._disk, self._settings, self._job)

    @property
    def removals(self) -> Removals:
        """What takes articles away: to withdraw, reinstate, delete and compact."""
        from rag.maintenance.removals import Removals

        return Removals(self._disk, self._parts.now)

    @property
    def alerts(self) -> Alerts:
        """The saved searches and questions, and what is new for each: to add, list and remove."""
        from rag.retrieval.alerts import Alerts

        return Alerts(self._parts.now, self.snapshot)

    def _job(self, opened: Opened) -> Ingest:
        from rag.ingest import Ingest

        return Ingest(
            store=opened.store,
            runs=Runs(opened.database),
            lexical=opened.lexical,
            count_tokens=self.encoder.count_tokens,
            limit=self._settings.chunk_tokens,
            now=datetime.now(UTC),
            inputs=KnownInputs(self.folder),
        )

    def embed(
        self,
        progress: Progress = _silent,
        *,
        workers: int = 1,
        on: str = "",
        note: Note = lambda _line: None,
    ) -> int:
        """Embeds every passage that has no vector yet; returns how many there were.

        With `workers` as many processes do it, each with the encoder loaded once, or as many
        requests at once where a server encodes; `note` gets a line where one was killed, which
        loses nothing. `on` is as in `ingest`. Raises LockedError while another process writes;
        later ones are let in between batches.
        """
        self._parts.check_open()
        show = partial(progress, "embedding")
        if on:
            with self._cluster(on, note) as cluster:
                return self._disk.embed(show, give_up, cluster.encoding if cluster else None)
        if workers == 1:
            return self._disk.embed(show, give_up)
        own = self.encoder if self._is_given or self._settings.is_served else None
        with Workers(workers, self._settings, own, note) as pool:
            return self._disk.embed(show, give_up, pool)

    def rebuild(self) -> None:
        """Builds both indexes again from the store and the vectors already computed.

        A damaged `vectors.db` is put aside; what can be read of it is taken over.
        """
        self._parts.check_open()
        self._parts.release()
        self._disk.rebuild()

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = NO_FILTERS,
        as_of: Moment | None = None,
        understood: Sequence[Understood] | None = None,
        ignore: Sequence[str] = (),
        all_copies: bool = False,
        parts: Sequence[str] = (),
        sort: str = "relevance",
    ) -> Hits:
        """The `k` passages that match best, best first, as articles stood at `as_of`.

        Copies of one story are one hit, which names the other outlets, unless `all_copies`
        asks for each. The dates and outlets that the query names count, and those that it
        takes over from the `history`, but for the words to `ignore`. Where `understood` is
        given, it decides instead; with () the query is taken literally. `parts` are the
        questions that it is made of, where rules are not to split it. `sort` "newest" puts the
        newest articles first. Operators are obeyed: "exact words", AND, OR, NOT, -word, title:,
        author:, outlet:, section:, language:, date:, after:, before: (`questions.operators`).
        `as_of` is now by default; then undated articles are found too. Raises QueryError for an
        empty or overlong query and for unknown words to ignore, ArchiveError without an archive.
        """
        request = request_of(query, history, filters, as_of, understood, ignore)
        request = replace(request, parts=parts, all_copies=all_copies)
        return Hits(self.find(request, k, sort).hits)

    def find(self, request: Request, k: int = 10, sort: str = "relevance") -> Found:
        """What `search` finds, with what was understood of the request."""
        check_k(k)
        return find(request, k, self.snapshot(), sort)

    def understand(
        self, question: str, as_of: Moment | None = None, history: Sequence[Turn] = ()
    ) -> tuple[Understood, ...]:
        """The dates and outlets that a question names, or takes over from the conversation.

        A time of which the archive holds nothing is a preference only. Raises QueryError for
        an empty or overlong question.
        """
        request = request_of(question, history, NO_FILTERS, as_of)
        understood = prepare(request, self.snapshot()).understood
        return tuple(one for one in understood if one.of_hits)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        filters: Filters = NO_FILTERS,
        as_of: Moment | None = None,
        understood: Sequence[Understood] | None = None,
        ignore: Sequence[str] = (),
        model: ChatModel | None = None,
        corroborated: bool = False,
    ) -> Answer:
        """Answers from the archive with citations, or says that it holds no answer.

        With `model` it writes the answer; else sentences of the articles are the answer.
        What the question names counts as in `search`. With `corroborated` only what the
        articles found agree on is an answer: that four in five of them name the same.
        """
        stream = self.stream(
            question,
            history,
            filters=filters,
            as_of=as_of,
            understood=understood,
            ignore=ignore,
            model=model,
            corroborated=corroborated,
        )
        while True:
            try:
                next(stream)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        filters: Filters = NO_FILTERS,
        as_of: Moment | None = None,
        understood: Sequence[Understood] | None = None,
        ignore: Sequence[str] = (),
        model: ChatModel | None = None,
        corroborated: bool = False,
    ) -> Generator[str, None, Answer]:
        """Yields pieces of the answer as they are written; returns the checked Answer.

        The returned text stands, also where it differs from the pieces: markers are
        renumbered, and a model that fails in the middle is replaced.
        """
        request = request_of(question, history, filters, as_of, understood, ignore)
        snapshot = self.snapshot()
        return (yield from self._asking.stream(request, snapshot, model, corroborated=corroborated))

    def snapshot(self) -> Snapshot:
        """The archive as it is now: what one question is searched, read and answered from."""
        opened = self._parts.now()
        facets = opened.store.facets()
        return Snapshot(
            store=opened.store,
            lexical=opened.lexical.searcher(facets),
            vectors=opened.dense.searcher(facets),
            dense=opened.dense,
            facets=facets,
            embedded=len(opened.dense),
            recent=self._recent,
            reranker=self._reranker,
        )

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are searched for: folded, stemmed, without stop words."""
        return self.snapshot().lexical.terms(text)

    def word_scores(self, question: str, ids: Sequence[int]) -> dict[int, float]:
        """The BM25 score of those of the passages that share a word with the question."""
        return self.snapshot().lexical.scores(question, ids)

    def similarity(self) -> Similarity | None:
        """The cosines of texts with a question; None where the archive has no vectors."""
        return self.snapshot().similarity()

    def coverage(self) -> float:
        """The share of passages that can be found by meaning; 1.0 in an empty archive."""
        return self.snapshot().coverage

    def exists(self) -> bool:
        """Whether there is an archive; raises ArchiveError where its server cannot be reached."""
        return self._disk.exists()

    def database(self) -> Database:
        """The store alone, opened to read and to be closed; ArchiveError without an archive."""
        return self._disk.database()

    def close(self) -> None:
        """Closes the files; a closed archive raises ArchiveError when it is used."""
        self._parts.close()

    def __enter__(self) -> Archive:
        return self

    def __repr__(self) -> str:
        return f"<Archive {str(self.folder)!r}>"

    def __exit__(self, *_error: object) -> None:
        self.close()
