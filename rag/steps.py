"""The steps of both flows that `Archive` calls, each loaded when it is first called.

A search by words needs none of them, and they are most of what there is to import: the
command waits for what it uses alone. What is called here is defined where it is imported from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.on_demand import on_call

if TYPE_CHECKING:
    from rag.answers.generate_or_extract import GenerationPolicy, answer
    from rag.answers.question import Question, ReadingAids
    from rag.ingest import Ingest, IngestReport, from_network
    from rag.maintenance.removals import Removals
    from rag.questions.splitting import split
    from rag.retrieval.about_archive import answer_about_archive
    from rag.retrieval.history import later_texts
    from rag.retrieval.withdrawn import WithdrawnArticles
    from rag.sources.pages import is_address
    from rag.sources.subscriptions import Subscriptions
    from rag.verification.entailment import entailment_judge, open_checker
    from rag.verification.quotes.checking import with_quotations
    from rag.verification.quotes.rechecking import recheck, recheck_words
    from rag.verification.quotes.tracing import trace
    from rag.verification.verify import verify
else:
    GenerationPolicy = on_call("rag.answers.generate_or_extract:GenerationPolicy")
    answer = on_call("rag.answers.generate_or_extract:answer")
    Question = on_call("rag.answers.question:Question")
    ReadingAids = on_call("rag.answers.question:ReadingAids")
    Ingest = on_call("rag.ingest:Ingest")
    IngestReport = on_call("rag.ingest:IngestReport")
    from_network = on_call("rag.ingest:from_network")
    Removals = on_call("rag.maintenance.removals:Removals")
    split = on_call("rag.questions.splitting:split")
    answer_about_archive = on_call("rag.retrieval.about_archive:answer_about_archive")
    later_texts = on_call("rag.retrieval.history:later_texts")
    WithdrawnArticles = on_call("rag.retrieval.withdrawn:WithdrawnArticles")
    is_address = on_call("rag.sources.pages:is_address")
    Subscriptions = on_call("rag.sources.subscriptions:Subscriptions")
    entailment_judge = on_call("rag.verification.entailment:entailment_judge")
    open_checker = on_call("rag.verification.entailment:open_checker")
    with_quotations = on_call("rag.verification.quotes.checking:with_quotations")
    recheck = on_call("rag.verification.quotes.rechecking:recheck")
    recheck_words = on_call("rag.verification.quotes.rechecking:recheck_words")
    trace = on_call("rag.verification.quotes.tracing:trace")
    verify = on_call("rag.verification.verify:verify")

__all__ = [
    "GenerationPolicy",
    "Ingest",
    "IngestReport",
    "Question",
    "ReadingAids",
    "Removals",
    "Subscriptions",
    "WithdrawnArticles",
    "answer",
    "answer_about_archive",
    "entailment_judge",
    "from_network",
    "is_address",
    "later_texts",
    "open_checker",
    "recheck",
    "recheck_words",
    "split",
    "trace",
    "verify",
    "with_quotations",
]
