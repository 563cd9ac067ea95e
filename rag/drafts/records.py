"""What the check of a draft finds, and its JSON; frozen, and fit to be printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from rag.records import Citation, Filters, Verdict, citation_json
from rag.records.answer_json import CitationJson, FiltersJson, Listed, Model, Moment, Place
from rag.records.display import CLAIM_COLUMNS, cited_html, cited_rows, frame, short, table_html
from rag.verification.quotes.records import Change, TraceOutcome

if TYPE_CHECKING:
    import pandas

VERDICTS: tuple[Verdict, ...] = ("supported", "partly", "unsupported", "quote altered")
"""The verdicts in the order in which they are counted."""

NOTHING = "nothing to verify"
"""What is said of a sentence without a verdict."""

_NO_LABELS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class CheckedQuote:
    """Characters `start` to `end` of a draft, which it quotes, and where the archive has them.

    `citation` is the number of the citation that has them or what is nearest, 0 for none;
    `said_by` is whom the article has say it.
    """

    start: int
    end: int
    outcome: TraceOutcome
    reason: str
    citation: int = 0
    said_by: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """Characters `start` to `end` of a draft, and how far the archive bears them out.

    `verdict` is None where there is nothing to verify, and `nothing` then says why ("a
    question"). `citations` are the numbers of what it rests on; of a sentence that is not borne
    out, of what comes nearest.
    """

    start: int
    end: int
    verdict: Verdict | None
    nothing: str = ""
    reasons: tuple[str, ...] = ()
    citations: tuple[int, ...] = ()
    quotations: tuple[CheckedQuote, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft, its sentences in order, and the words of the archive that they were held against.

    `sentences_in_all` counts those of the whole draft. What begins at `unchecked_from` was not
    reached, for the time was up: the same call with `start` there goes on. It is None where all
    is checked. `begun` is the offset from which this check began.
    """

    text: str
    sentences: tuple[CheckedSentence, ...]
    citations: tuple[Citation, ...]
    sentences_in_all: int
    as_of: datetime
    filters: Filters = field(default_factory=Filters)
    begun: int = 0
    unchecked_from: int | None = None
    also_in: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    coverage: float = 1.0
    seconds: float = 0.0

    def __repr__(self) -> str:
        return f"<CheckedDraft {short(self.text)!r}: {self.summary}>"

    def _repr_html_(self) -> str:
        """The summary, each sentence with its verdict, and the cited words, each linked."""
        rows = "".join(
            f"<tr><td>{escape(one.verdict or one.nothing)}</td><td>{escape(self._words(one))}"
            f"{escape(''.join(f' [{number}]' for number in one.citations))}</td>"
            f"<td>{escape('; '.join(one.reasons))}</td></tr>"
            for one in self.sentences
        )
        table = table_html(("verdict", "sentence", "why"), rows)
        cited = cited_html(self.citations)
        return f"<section><p>{escape(self.summary)}</p>{table}{cited}</section>"

    def _words(self, sentence: CheckedSentence) -> str:
        return self.text[sentence.start : sentence.end]

    @property
    def counts(self) -> dict[str, int]:
        """How many sentences have each verdict, and how many have nothing to verify."""
        found = Counter[str](one.verdict or NOTHING for one in self.sentences)
        return {name: found[name] for name in (*VERDICTS, NOTHING)}

    @property
    def summary(self) -> str:
        """The counts in words, and how much was checked where that is not all."""
        return summary_of(self)

    def to_json(self) -> CheckJson:
        """The check as the model of its JSON."""
        return CheckJson(
            text=self.text,
            summary=self.summary,
            counts=self.counts,
            sentences=[_sentence_json(one, self.text) for one in self.sentences],
            citations=[
                CheckCitationJson(
                    **citation_json(one).model_dump(),
                    also_in=list(self.also_in.get(one.number, ())),
                )
                for one in self.citations
            ],
            sentences_in_all=self.sentences_in_all,
            begun=self.begun,
            complete=self.unchecked_from is None,
            unchecked_from=self.unchecked_from,
            as_of=self.as_of,
            filters=FiltersJson.of(self.filters),
            coverage=round(self.coverage, 4),
            seconds=round(self.seconds, 4),
        )

    def to_dict(self) -> dict[str, Any]:
        """The check as plain JSON values: what `dateline check --json` prints."""
        return self.to_json().to_dict()

    def to_pandas(self) -> pandas.DataFrame:
        """A table with a row for each sentence and citation; needs pandas."""
        rows: list[dict[str, Any]] = []
        for one in self.sentences:
            reasons = "; ".join(one.reasons) or one.nothing
            known = {"sentence": self._words(one), "verdict": one.verdict, "reasons": reasons}
            rows += cited_rows(known, one.citations, self.citations)
        return frame(rows, CLAIM_COLUMNS)


class ChangeJson(Model):
    """A stretch of a word diff: what the draft has, and what the article has for it."""

    kind: Literal["same", "replaced", "missing", "added"]
    asked: str = Field(description="The draft's words.")
    stored: str = Field(description="The article's words.")


class CheckedQuoteJson(Model):
    """Quoted words of a draft: draft[start:end]."""

    text: str
    start: Place
    end: Place
    outcome: TraceOutcome
    reason: str
    citation: int | None = Field(description="The number of what has the words, or is nearest.")
    said_by: str = Field(description='Whom the article has say it; "" where it does not tell.')
    changes: Listed[ChangeJson] = Field(description="A word diff where the article has others.")


class CheckedSentenceJson(Model):
    """A sentence of a draft: draft[start:end]."""

    text: str
    start: Place
    end: Place
    verdict: Verdict | None = Field(description="Null where there is nothing to verify.")
    nothing_to_verify: str = Field(description='Why, such as "a question"; "" where there is.')
    reasons: Listed[str] = Field(description="Why the verdict is not a better one.")
    citations: Listed[int] = Field(
        description="The numbers of what it rests on, or of what comes nearest."
    )
    quotations: Listed[CheckedQuoteJson]


class CheckCitationJson(CitationJson):
    """The exact words of an article: its text[start:end]."""

    number: int = Field(description="As in the citations of the sentences.")
    also_in: Listed[str] = Field(description="The other outlets that carry the same text.")


class CheckJson(Model):
    """A draft held against an archive, sentence by sentence."""

    text: str = Field(description="The draft as it was given.")
    summary: str = Field(description="The counts in words, and how much was checked.")
    counts: dict[str, int] = Field(description="How many sentences have each verdict.")
    sentences: Listed[CheckedSentenceJson] = Field(description="Those checked, in order.")
    citations: Listed[CheckCitationJson]
    sentences_in_all: int
    begun: Place = Field(description="The offset from which this check began.")
    complete: bool = Field(description="Whether the draft was checked to its end.")
    unchecked_from: Place | None = Field(description="Where to go on; null where it is complete.")
    as_of: Moment
    filters: FiltersJson
    coverage: float = Field(description="Passages found by meaning, from 0 to 1.")
    seconds: float


def summary_of(checked: CheckedDraft, labels: Mapping[str, str] = _NO_LABELS) -> str:
    """How many sentences have which verdict, in words, and where the check ended early.

    `labels` are other words for verdicts.
    """
    done, total = len(checked.sentences), checked.sentences_in_all
    named = [
        f"{count:,} {'with ' if name == NOTHING else ''}{labels.get(name, name)}"
        for name, count in checked.counts.items()
        if count
    ]
    of_all = f"{done:,} of {total:,}" if done < total else f"{done:,}"
    counted = f"{of_all} {'sentence' if total == 1 else 'sentences'}: {', '.join(named) or 'none'}."
    if checked.unchecked_from is None:
        return counted
    share = checked.unchecked_from / len(checked.text)
    return (
        f"{counted} The time was up at character {checked.unchecked_from:,} of "
        f"{len(checked.text):,} ({share:.0%}); the rest is not checked yet."
    )


def _sentence_json(one: CheckedSentence, draft: str) -> CheckedSentenceJson:
    return CheckedSentenceJson(
        text=draft[one.start : one.end],
        start=one.start,
        end=one.end,
        verdict=one.verdict,
        nothing_to_verify=one.nothing,
        reasons=list(one.reasons),
        citations=list(one.citations),
        quotations=[
            CheckedQuoteJson(
                text=draft[quote.start : quote.end],
                start=quote.start,
                end=quote.end,
                outcome=quote.outcome,
                reason=quote.reason,
                citation=quote.citation or None,
                said_by=quote.said_by,
                changes=[ChangeJson.of(change) for change in quote.changes],
            )
            for quote in one.quotations
        ],
    )
