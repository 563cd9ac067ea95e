"""One question, from a request to a checked answer, on one snapshot of an archive."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace

from embeddings import EntailmentModel
from rag.answers.generate_or_extract import GenerationPolicy, answer
from rag.answers.question import Question, ReadingAids
from rag.config import Settings
from rag.indexes.analysis import QuestionVocabulary
from rag.llms import ChatModel, Metered
from rag.observing import Outcome, QuestionAsked, Trail, notify, request_id
from rag.questions.splitting import split
from rag.records import Answer
from rag.retrieval.about_archive import answer_about_archive
from rag.retrieval.history import later_texts
from rag.retrieval.retrieve import Request, prepare, retrieve
from rag.retrieval.snapshot import Snapshot
from rag.retrieval.withdrawn import WithdrawnArticles
from rag.verification.judge import entailment_judge
from rag.verification.quotes.checking import with_quotations

ANSWER_HITS = 20
"""How many hits a question is answered from."""


class Asking:
    """Answers the questions of one archive; what is known of its withdrawn articles is kept."""

    def __init__(self, settings: Settings, checker: EntailmentModel | None) -> None:
        self._settings = settings
        judge = entailment_judge(checker) if checker else None
        self._trust = GenerationPolicy(
            settings.llm_repair, settings.llm_judge, judge, with_quotations
        )
        self._withdrawn = WithdrawnArticles()

    def stream(
        self, request: Request, snapshot: Snapshot, model: ChatModel | None, *, corroborated: bool
    ) -> Generator[str, None, Answer]:
        """Yields pieces of the answer; returns the checked Answer. See `Archive.stream`."""
        trail, id_ = Trail(), request_id()
        outcome: Outcome = "failed"
        try:
            given = yield from self._answered(
                request, snapshot, model, trail, corroborated=corroborated
            )
            outcome = "declined" if given.abstained else "answered"
            return given
        except GeneratorExit:
            outcome = "stopped"
            raise
        finally:
            trail.end()
            notify(QuestionAsked(id_, outcome, tuple(trail.steps), model.name if model else ""))

    def _answered(
        self,
        request: Request,
        snapshot: Snapshot,
        model: ChatModel | None,
        trail: Trail,
        *,
        corroborated: bool,
    ) -> Generator[str, None, Answer]:
        started = time.perf_counter()
        trail.at("resolve")
        meter = Metered(model) if model else None
        counted = answer_about_archive(request, snapshot)
        search = prepare(request, snapshot, None if counted else meter, trail)
        if counted is None and meter and search.asked.question != request.question:
            counted = answer_about_archive(request, snapshot, search.asked.question)
        if counted is not None:
            yield counted.text
            return later_texts(counted, snapshot.store)
        if meter and self._settings.llm_split:
            search = replace(search, parts=split(search.asked.question, meter))
        trail.at("search")
        hits = retrieve(search, ANSWER_HITS, snapshot)
        asked = Question(
            text=request.question,
            standalone=search.asked.standalone,
            form=search.form,
            history=tuple(request.history),
            filters=request.filters,
            as_of=search.as_of,
            understood=search.understood,
            coverage=snapshot.coverage,
            retrieval_seconds=time.perf_counter() - started,
            holdings=snapshot.facets.span,
            corroborated=corroborated,
            trail=trail,
        )
        vocabulary = QuestionVocabulary(asked.standalone, snapshot.lexical)
        reader = ReadingAids(vocabulary, snapshot.similarity())
        given = answer(asked, hits, reader, model, self._trust)
        query = search.query(search.asked.question, search.filters)
        result = yield from self._withdrawn.check(asked, query, hits, snapshot, given)
        trail.at("check")
        result = later_texts(result, snapshot.store)
        return replace(result, usage=meter.usage + result.usage) if meter else result
