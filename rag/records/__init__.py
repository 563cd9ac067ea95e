"""The records that pass between the steps; frozen, with no behaviour beyond their own fields."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, overload

from rag.records import display
from rag.records.answer_json import (
    AnswerJson,
    ClaimJson,
    FiltersJson,
    LeftOutJson,
    UnderstoodJson,
    UsageJson,
    WayOnJson,
)
from rag.records.answer_json import FilterName as FilterName
from rag.records.answer_json import Verdict as Verdict
from rag.records.asked import Filters as Filters
from rag.records.asked import Understood as Understood
from rag.records.asked import WayOn as WayOn
from rag.records.published import Precision as Precision
from rag.records.published import Published as Published
from rag.records.published import posted
from rag.records.to_json import article_dict as article_dict
from rag.records.to_json import article_json as article_json
from rag.records.to_json import citation_json as citation_json
from rag.records.to_json import hit_json as hit_json

if TYPE_CHECKING:
    import pandas

FurnitureKind = Literal[
    "title",
    "byline",
    "date",
    "dateline",
    "photo credit",
    "related link",
    "heading",
    "original url",
    "newsletter",
    "cut off",
]
Role = Literal["system", "user", "assistant"]
Similarity = Callable[[str, Sequence[str]], Sequence[float]]
"""A text and others to the cosine of each with it: how close they are in meaning."""

_NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of an article's text that are furniture, not reporting."""

    start: int
    end: int
    kind: FurnitureKind


@dataclass(frozen=True, slots=True)
class Article:
    """One revision of an article; `text` is the stored original that every offset points into.

    `id` comes from the canonical URL, never from the text. `publisher` is the
    outlet; "" where it is unknown. `language` is an ISO 639-1 code, "" where unknown.
    `pages` are the offsets at which its pages begin, in order; what has none has no pages.
    """

    id: str
    url: str
    title: str
    text: str
    publisher: str = ""
    authors: tuple[str, ...] = ()
    published: Published | None = None
    language: str = ""
    section: str = ""
    revision: int = 1
    furniture: tuple[Span, ...] = ()
    pages: tuple[int, ...] = ()

    __repr__ = display.article_repr
    _repr_html_ = display.article_html
    _repr_markdown_ = display.article_markdown

    def to_dict(self) -> dict[str, Any]:
        """The article with its text as plain JSON values."""
        return {
            **article_dict(self),
            "authors": list(self.authors),
            "language": self.language,
            "section": self.section,
            "revision": self.revision,
            "text": self.text,
        }

    def pages_of(self, start: int, end: int) -> list[int]:
        """The numbers, from 1, of the pages on which these characters stand; none without pages.

        >>> Article("a", "", "", "One. Two.", pages=(0, 5)).pages_of(0, 9)
        [1, 2]
        """
        if not self.pages:
            return []
        first, last = bisect_right(self.pages, start), bisect_right(self.pages, max(start, end - 1))
        return list(range(first, last + 1))


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one revision; `article.text[start:end]` is the passage's text.

    `id` is the key that indexes know it by; `heading` is the nearest heading above it.
    """

    id: int
    article_id: str
    revision: int
    start: int
    end: int
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage as the search ranked it; a higher `score` is better, `rank` starts at 1.

    `also_in` names the other outlets that carry the same text, `copies` holds the ids of
    their articles. `versions` holds the ids of the same outlet's other versions of it.
    """

    passage: Passage
    article: Article
    score: float
    rank: int
    also_in: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()

    __repr__ = display.hit_repr

    @property
    def text(self) -> str:
        """The passage's own words."""
        return self.article.text[self.passage.start : self.passage.end]

    @property
    def published(self) -> Published | None:
        """When its words appeared: the post of a live blog has a time of its own."""
        return posted(self.passage.heading, self.article.published) or self.article.published

    def to_dict(self) -> dict[str, Any]:
        """The hit as plain JSON values: one element of what `dateline search --json` prints."""
        return hit_json(self).to_dict()

    def _repr_html_(self) -> str:
        return display.hits_html([self])


class Hits(list[Hit]):
    """Hits, best first: a list that a notebook shows as a table, as it does a slice of it."""

    _repr_html_ = display.hits_html

    @overload
    def __getitem__(self, place: SupportsIndex) -> Hit: ...
    @overload
    def __getitem__(self, place: slice) -> Hits: ...
    def __getitem__(self, place: SupportsIndex | slice) -> Hit | Hits:
        found = super().__getitem__(place)
        return Hits(found) if isinstance(found, list) else found

    def to_dict(self) -> list[dict[str, Any]]:
        """What `dateline search --json` prints."""
        return [hit.to_dict() for hit in self]

    def to_pandas(self) -> pandas.DataFrame:
        """A row for each hit, with the columns `rag.records.display.HIT_COLUMNS`."""
        return display.frame(display.hit_rows(self), display.HIT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words that a claim rests on, as characters `start` to `end` of the article."""

    number: int
    article: Article
    start: int
    end: int

    __repr__ = display.citation_repr

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.article.text):
            msg = (
                f"citation {self.number} spans {self.start}:{self.end}, "
                f"outside the {len(self.article.text)} characters of {self.article.id!r}"
            )
            raise ValueError(msg)

    @property
    def quote(self) -> str:
        """The cited words: a slice of the stored text, so it cannot differ from it."""
        return self.article.text[self.start : self.end]

    def to_dict(self) -> dict[str, Any]:
        """The citation as plain JSON values."""
        return citation_json(self).to_dict()


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer (characters `start` to `end` of it) and what it rests on."""

    start: int
    end: int
    citations: tuple[int, ...]
    verdict: Verdict
    reasons: tuple[str, ...] = ()

    def to_json(self, answer_text: str) -> ClaimJson:
        """The claim as it is written in the answer that has this text."""
        return ClaimJson(
            text=answer_text[self.start : self.end],
            start=self.start,
            end=self.end,
            citations=list(self.citations),
            verdict=self.verdict,
            reasons=list(self.reasons),
        )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A sentence that a model wrote and checking left out of the answer, and why."""

    text: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens a language model read and wrote, and requests; zero where none was asked.

    `cost` is in US dollars, 0 where no prices are set.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0
    cost: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.requests + other.requests,
            self.cost + other.cost,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with the exact text it rests on, or the reason why there is none.

    `citations` are numbered as the markers `[n]` in `text`; `unresolved` holds the
    marker numbers that point at no passage. When `abstained`, it makes no claims, `reason` says
    why, `hits` hold the nearest passages, `citations` the nearest sentences, if any, and
    `ways_on` what to try; an answer that contradicts what the question takes for granted has a
    `reason`, too. `understood` is what words of the
    question, and of those it leans on, were taken to ask for beside `filters`. `coverage` is
    the share of passages that could be searched by meaning. `notes` tell the reader what went
    otherwise than asked. `left_out` is what checking took out of a model's words.
    """

    question: str
    standalone: str
    text: str
    as_of: datetime
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    unresolved: tuple[int, ...] = ()
    hits: tuple[Hit, ...] = ()
    abstained: bool = False
    reason: str = ""
    ways_on: tuple[WayOn, ...] = ()
    confidence: float = 0.0
    filters: Filters = _NO_FILTERS
    understood: tuple[Understood, ...] = ()
    coverage: float = 1.0
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    model: str = ""
    usage: Usage = Usage()
    timings: Mapping[str, float] = field(default_factory=dict)

    __repr__ = display.answer_repr
    __str__ = display.answer_str
    _repr_html_ = display.answer_html
    _repr_markdown_ = display.answer_markdown

    def __post_init__(self) -> None:
        if self.abstained and self.claims:
            msg = f"a declined answer makes no claims, not {len(self.claims)}"
            raise ValueError(msg)

    @property
    def understood_as(self) -> str:
        """The question as it was made whole; "" where it was answered as it was asked."""
        same = self.standalone.split() == self.question.split()
        return "" if same else self.standalone

    @property
    def suggestions(self) -> tuple[str, ...]:
        """What to try where there is no answer, in words."""
        return tuple(way.text for way in self.ways_on)

    @property
    def evidence(self) -> tuple[Citation, ...]:
        """The citations that the answer rests on: none of a declined one."""
        return () if self.abstained else self.citations

    @property
    def nearest(self) -> tuple[Citation, ...]:
        """The sentences that come nearest to a declined answer: none of any other."""
        return self.citations if self.abstained else ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain JSON values: what the command line and the API return."""
        return self.to_json().to_dict()

    def to_pandas(self) -> pandas.DataFrame:
        """A row for each sentence and citation, columns `rag.records.display.CLAIM_COLUMNS`."""
        return display.frame(display.claim_rows(self), display.CLAIM_COLUMNS)

    def to_json(self) -> AnswerJson:
        """The answer as the model of its JSON; shares, confidence and seconds to four places."""
        return AnswerJson(
            question=self.question,
            standalone=self.standalone,
            text=self.text,
            abstained=self.abstained,
            reason=self.reason,
            suggestions=list(self.suggestions),
            ways_on=[WayOnJson.of(way) for way in self.ways_on],
            confidence=round(self.confidence, 4),
            claims=[claim.to_json(self.text) for claim in self.claims],
            citations=[citation_json(citation) for citation in self.citations],
            unresolved=list(self.unresolved),
            as_of=self.as_of,
            filters=FiltersJson.of(self.filters),
            understood=[UnderstoodJson.of(one) for one in self.understood],
            hits=[hit_json(hit) for hit in self.hits],
            coverage=round(self.coverage, 4),
            notes=list(self.notes),
            left_out=[LeftOutJson.of(each) for each in self.left_out],
            model=self.model,
            usage=UsageJson.of(self.usage),
            timings={name: round(seconds, 4) for name, seconds in self.timings.items()},
        )
