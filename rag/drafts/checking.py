"""Checks a draft sentence by sentence: nothing to verify, or a verdict with its evidence."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from rag.answers.candidates import CandidateSentence
from rag.answers.crosscheck import OUTDATED, said_of
from rag.drafts.bearing import Bearings, Borne, Evidence
from rag.drafts.records import CheckedDraft, CheckedQuote, CheckedSentence
from rag.drafts.sentences import DraftSentence, draft_sentences
from rag.errors import QueryError
from rag.language.attribution import said_by
from rag.language.entities import quotations
from rag.language.sentences import sentence_spans
from rag.language.words import Wording
from rag.questions.followup import leans
from rag.records import Citation, Filters, Verdict
from rag.retrieval.snapshot import Snapshot
from rag.verification.citing import Check
from rag.verification.quotes.checking import check_quotations
from rag.verification.quotes.records import Trace
from rag.verification.quotes.tracing import FEWEST_WORDS, MAX_WORDS, trace

_VERDICTS: dict[str, Verdict] = {
    "altered": "quote altered",
    "attributed to someone else": "unsupported",
    "not found": "unsupported",
}
_SHOWN = 60
MAX_CHARACTERS = 1_000_000
"""The longest draft that is checked."""

LEANING, STANDING = 1.0, 0.5
"""How much the sentence before counts where one leans on it ("He resigned."), and elsewhere."""

_CONTEXT = 4
_NO_FILTERS = Filters()


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


def traced_quotations(
    words: str, snapshot: Snapshot, filters: Filters
) -> Iterator[TracedQuotation]:
    """The quotations of four words or more in a sentence, in order, each traced."""
    for quotation in quotations(words):
        quoted = words[quotation.start : quotation.end]
        if not FEWEST_WORDS <= len(Wording(quoted)) <= MAX_WORDS:
            continue
        speaker = said_by(words, quotation.start, quotation.end)
        # A pronoun names nobody whom an article could have say it.
        speaker = speaker if speaker[:1].isupper() else ""
        found = trace(quoted, speaker, snapshot.store, snapshot.lexical, filters=filters)
        yield TracedQuotation(quotation.start, quotation.end, found)


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """A draft with all that whoever checks it says beside it.

    It is checked from the sentence at or after the offset `start`, for at most `seconds`, or to
    its end where that is None. Raises QueryError for a draft without words, for one that is too
    long, and for a `start` outside it.
    """

    text: str
    filters: Filters = _NO_FILTERS
    as_of: datetime | None = None
    start: int = 0
    seconds: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            msg = f"the draft must be text, not {self.text!r}"
            raise QueryError(msg)
        if not self.text.strip():
            msg = "the draft is empty; give the text that is to be checked"
            raise QueryError(msg)
        if len(self.text) > MAX_CHARACTERS:
            msg = (
                f"the draft has {len(self.text):,} characters; {MAX_CHARACTERS:,} are the most "
                "that can be checked; check it in parts"
            )
            raise QueryError(msg)
        if not len(Wording(self.text)):
            msg = f"the draft {self.text.strip()!r:.40} has no words; there is nothing to check"
            raise QueryError(msg)
        if not 0 <= self.start <= len(self.text):
            msg = f"start {self.start:,} is outside the {len(self.text):,} characters of the draft"
            raise QueryError(msg)


@dataclass(slots=True)
class _Book:
    """Numbers citations as they are first needed: one for each place in an article."""

    citations: list[Citation] = field(default_factory=list)
    also_in: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _numbers: dict[tuple[str, int, int, int], int] = field(default_factory=dict)

    def number(self, evidence: Evidence) -> int:
        """The number of the citation of this evidence."""
        article = evidence.article
        place = (article.id, article.revision, evidence.start, evidence.end)
        if place not in self._numbers:
            number = len(self.citations) + 1
            self._numbers[place] = number
            self.citations.append(evidence.citation(number))
            if evidence.also_in:
                self.also_in[number] = evidence.also_in
        return self._numbers[place]


class _Checker:
    """Checks the sentences of one draft, one after the other."""

    def __init__(self, request: DraftRequest, snapshot: Snapshot, check: Check) -> None:
        self._filters = request.filters.no_later_than(request.as_of)
        self._snapshot = snapshot
        self._bearings = Bearings(snapshot, check, self._filters, request.as_of)
        self._known: dict[tuple[str, str], tuple[Borne, list[TracedQuotation]]] = {}
        self.book = _Book()

    def checked(self, one: DraftSentence, before: str) -> CheckedSentence:
        """The verdict on a sentence, which may continue what stands `before` it."""
        borne, traced = self._borne(one, before)
        return CheckedSentence(
            start=one.start,
            end=one.end,
            verdict=borne.verdict,
            reasons=borne.reasons,
            citations=tuple(dict.fromkeys(map(self.book.number, borne.evidence))),
            quotations=tuple(self._quote(one, each) for each in traced),
        )

    def _borne(self, one: DraftSentence, before: str) -> tuple[Borne, list[TracedQuotation]]:
        words = one.words
        leaning = leans(words)
        key = (words, before if leaning else "")
        if key not in self._known:
            traced = list(traced_quotations(words, self._snapshot, self._filters))
            having = [each.evidence() for each in traced if each.trace.outcome == "exact"]
            share = LEANING if leaning else STANDING
            known = [each for each in having if each is not None]
            borne = self._bearings.bear_out(
                words, before, share, language=one.language, known=known
            )
            if borne.verdict == "supported" and not known:
                later = self._bearings.later_figure(words, before, share)
                borne = _overtaken(borne, later) if later else borne
            self._known[key] = (_with_quotations(words, borne, traced), traced)
        return self._known[key]

    def _quote(self, one: DraftSentence, traced: TracedQuotation) -> CheckedQuote:
        start, end = one.span(traced.start, traced.end)
        evidence = traced.evidence()
        match = traced.trace.matches[0] if traced.trace.matches else None
        return CheckedQuote(
            start=start,
            end=end,
            outcome=traced.trace.outcome,
            reason=traced.trace.reason,
            citation=self.book.number(evidence) if evidence else 0,
            said_by=match.said_by if match else "",
            changes=match.changes if match else (),
        )


def _overtaken(borne: Borne, later: CandidateSentence) -> Borne:
    """The verdict where a later article has another figure for what is said."""
    evidence = Evidence(later.article, later.start, later.end)
    return Borne("partly", (said_of(OUTDATED, later),), (*borne.evidence, evidence))


def _with_quotations(words: str, borne: Borne, traced: Sequence[TracedQuotation]) -> Borne:
    """The verdict, and what the traces of the sentence's quotations make of it."""
    failed = [each for each in traced if each.verdict]
    if failed:
        worst: Verdict = (
            "quote altered"
            if any(each.verdict == "quote altered" for each in failed)
            else "unsupported"
        )
        near = [each.evidence() for each in failed if each.verdict == worst]
        evidence = tuple(each for each in near if each is not None)
        reasons = tuple(dict.fromkeys(each.reason for each in failed))
        return Borne(worst, reasons, evidence or borne.evidence)
    if borne.verdict != "quote altered":
        return borne
    # Few words that no article has in any form are not altered ones.
    articles = [each.article for each in borne.evidence]
    altered = any(each.outcome == "altered" for each in check_quotations(words, articles))
    return borne if altered else replace(borne, verdict="unsupported")


def check_draft(
    request: DraftRequest,
    snapshot: Snapshot,
    check: Check,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[CheckedDraft, None, CheckedDraft]:
    """Yields what is checked so far after each sentence; returns it all.

    Every sentence of the draft is checked, or `unchecked_from` says where the first stands that
    the time did not reach; at least one is checked. `check` says whether cited text bears words
    out. A sentence that stands in the draft twice has one verdict, unless it leans on others.
    """
    begun = clock()
    sentences = draft_sentences(request.text)
    checker = _Checker(request, snapshot, check)
    so_far = CheckedDraft(
        text=request.text,
        sentences=(),
        citations=(),
        sentences_in_all=len(sentences),
        as_of=request.as_of or datetime.now(UTC),
        filters=request.filters,
        begun=request.start,
        coverage=snapshot.coverage,
    )
    earlier = [one for one in sentences if one.start < request.start][-_CONTEXT:]
    before = next((one.words for one in reversed(earlier) if not one.nothing()), "")
    for one in sentences:
        if one.start < request.start:
            continue
        late = request.seconds is not None and clock() - begun >= request.seconds
        if late and so_far.sentences:
            return replace(so_far, unchecked_from=one.start)
        nothing = one.nothing()
        found = (
            CheckedSentence(one.start, one.end, None, nothing)
            if nothing
            else checker.checked(one, before)
        )
        before = before if nothing else one.words
        so_far = replace(
            so_far,
            sentences=(*so_far.sentences, found),
            citations=tuple(checker.book.citations),
            also_in=checker.book.also_in,
            seconds=clock() - begun,
        )
        yield so_far
    return so_far
