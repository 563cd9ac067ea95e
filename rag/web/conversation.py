"""The state of one session: its questions, its answers and the targets of their citations.

It has references to articles, not articles, so a long conversation stays small.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from rag.records import Answer, Article, Citation, Hit, Message

NEAREST = 3
"""The most articles that a declined answer offers."""

Kind = Literal["cite", "near"]
_PLACE = (str, int, int, int)


@dataclass(frozen=True, slots=True)
class Reference:
    """Characters `start` to `end` of one revision of an article."""

    kind: Kind
    article_id: str
    revision: int
    start: int
    end: int

    def place(self) -> str:
        """The reference as text for a link, so that no session has to remember it.

        >>> Reference("near", "a.example/1", 2, 0, 5).place()
        '["a.example/1", 2, 0, 5]'
        """
        return json.dumps([self.article_id, self.revision, self.start, self.end])


def reference_at(place: str, kind: Kind) -> Reference | None:
    """The reference in the text of a `place`; None for any other text."""
    try:
        fields = json.loads(place)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, list) or [type(field) for field in fields] != list(_PLACE):
        return None
    return Reference(kind, *fields)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its reply as HTML.

    `references` are known by the keys that links in `html` carry, such as "cite-2-1".
    `searched` is the question as it was searched for, and `passages` the ids of what was
    found. A turn is not `finished` while its answer is being written, and `declined` where
    there is no answer. `saved_number` is its number in the archive, 0 if it is not saved.
    """

    question: str
    html: str
    text: str = ""
    references: Mapping[str, Reference] = field(default_factory=dict, hash=False)
    finished: bool = True
    declined: bool = False
    searched: str = ""
    passages: tuple[int, ...] = ()
    saved_number: int = 0

    def shown(self) -> str:
        """The turn as HTML, with its number in the archive, by which links name it."""
        if not self.saved_number:
            return self.html
        numbered = f'<section class="turn" data-answer="{self.saved_number}"'
        return self.html.replace('<section class="turn"', numbered, 1)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of one session, oldest first.

    `id` is its id in the archive, "" until it is saved; `owner` is its reader, "" if nobody
    logs in.
    """

    turns: tuple[Turn, ...] = ()
    id: str = ""
    owner: str = ""

    def history(self, before: int | None = None) -> list[Message]:
        """The messages of the conversation, for a follow-up question.

        Of the turns before this one alone, where a turn is asked again.
        """
        turns = self.turns if before is None else self.turns[: max(0, before - 1)]
        return [message for turn in turns for message in _messages(turn)]

    def html(self) -> list[str]:
        """Every turn as HTML, oldest first."""
        return [turn.shown() for turn in self.turns]

    def reference(self, key: str) -> Reference | None:
        """The target of a link of this conversation; None for an unknown key."""
        return next((t.references[key] for t in self.turns if key in t.references), None)

    def first_key(self) -> str:
        """The key of the last turn's first reference; "" if it has none."""
        return next(iter(self.turns[-1].references), "") if self.turns else ""

    def with_turn(self, turn: Turn) -> Conversation:
        """The conversation with one more turn."""
        return replace(self, turns=(*self.turns, turn))


def citation_key(number: int, citation: Citation, kind: Kind = "cite") -> str:
    """The key of a citation in the answer to question `number`: "cite-2-1", "near-2-1"."""
    return f"{kind}-{number}-{citation.number}"


def kind_of(answer: Answer) -> Kind:
    """What the citations of an answer are: near sentences where it is declined."""
    return "near" if answer.abstained else "cite"


def nearest(answer: Answer) -> list[Hit]:
    """The best hit of each of the nearest articles; none where nearest sentences are cited."""
    best: dict[str, Hit] = {}
    for hit in () if answer.nearest else answer.hits:
        best.setdefault(hit.article.id, hit)
    return list(best.values())[:NEAREST]


def references(number: int, answer: Answer) -> dict[str, Reference]:
    """The target of each link in the answer to question `number`, by key."""
    kind = kind_of(answer)
    found = {
        citation_key(number, each, kind): reference_to(kind, each.article, (each.start, each.end))
        for each in answer.citations
    }
    for place, hit in enumerate(nearest(answer) if answer.abstained else (), start=1):
        span = (hit.passage.start, hit.passage.end)
        found[f"near-{number}-{place}"] = reference_to("near", hit.article, span)
    return found


def reference_to(kind: Kind, article: Article, span: tuple[int, int] = (0, 0)) -> Reference:
    """The reference to these characters of an article, or to all of it."""
    return Reference(kind, article.id, article.revision, *span)


def _messages(turn: Turn) -> Iterator[Message]:
    yield Message("user", turn.question)
    if turn.text:
        yield Message("assistant", turn.text)
