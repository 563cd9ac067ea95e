"""Traces the quotations of a draft's sentence: where the archive has them, and as whose words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.drafts.bearing import Evidence
from rag.language.attribution import said_by
from rag.language.quotation_marks import quotations
from rag.language.sentences import sentence_spans
from rag.language.words import Wording
from rag.records import Filters, Verdict
from rag.retrieval.snapshot import Snapshot
from rag.verification.quotes.records import Trace
from rag.verification.quotes.tracing import FEWEST_WORDS, MAX_WORDS, trace

_VERDICTS: dict[str, Verdict] = {
    "altered": "quote altered",
    "attributed to someone else": "unsupported",
    "not found": "unsupported",
}
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class TracedQuotation:
    """Characters `start` to `end` of a sentence's words, in quotation marks, and their trace."""

    start: int
    end: int
    trace: Trace

    @property
    def verdict(self) -> Verdict | None:
        """What it makes of its sentence; None where it stands as quoted or cannot tell."""
        if self.trace.outcome == "not found" and self.trace.reason.startswith("too "):
            return None
        return _VERDICTS.get(self.trace.outcome)

    @property
    def reason(self) -> str:
        """Why the quotation does not stand as it is quoted; "" where it does."""
        if self.trace.outcome == "exact" or not self.verdict:
            return ""
        if self.trace.outcome == "not found":
            words = self.trace.text
            cut = words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
            return f"“{cut}”: {self.trace.reason}"
        return self.trace.reason

    def evidence(self) -> Evidence | None:
        """The sentence that has the quotation, or what is nearest to it; None where none is."""
        if not self.trace.matches:
            return None
        match = self.trace.matches[0]
        start, end = match.citation.start, match.citation.end
        spans = sentence_spans(match.article.text, 0, None, match.article.language)
        inside = [span for span in spans if span[0] < end and start < span[1]]
        start = min([start, *(first for first, _ in inside)])
        end = max([end, *(last for _, last in inside)])
        return Evidence(match.article, start, end, 1.0, match.also_in)


def traced_quotations(words: str, snapshot: Snapshot, filters: Filters) -> list[TracedQuotation]:
    """The quotations of four words or more in a sentence, in order, each traced."""
    return list(_traced(words, snapshot, filters))


def _traced(words: str, snapshot: Snapshot, filters: Filters) -> Iterator[TracedQuotation]:
    for quotation in quotations(words):
        quoted = words[quotation.start : quotation.end]
        if not FEWEST_WORDS <= len(Wording(quoted)) <= MAX_WORDS:
            continue
        speaker = said_by(words, quotation.start, quotation.end)
        # A pronoun names nobody whom an article could have say it.
        speaker = speaker if speaker[:1].isupper() else ""
        found = trace(quoted, speaker, snapshot.store, snapshot.lexical, filters=filters)
        yield TracedQuotation(quotation.start, quotation.end, found)
