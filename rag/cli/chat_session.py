"""A conversation with an archive: its turns, and what the last answer's citations point at.

It neither prints nor reads anything.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from rag.archive import Archive
from rag.errors import QueryError
from rag.language.sentences import sentence_spans
from rag.llms import ChatModel
from rag.observing import Streamed
from rag.records import Answer, Article, Citation, Filters, Message
from rag.retrieval.catalogue import NO_FILTERS
from rag.verification.quotes.records import RecheckedCitation

CONTEXT_SENTENCES = 2
"""How many sentences are shown before and after a cited one."""

_CONTEXT_CHARACTERS = 1_500


@dataclass(frozen=True, slots=True)
class Scope:
    """What holds for every question of a conversation: filters, and the date it is asked as of."""

    filters: Filters = NO_FILTERS
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """A question and what was said to it; `answer` is None where it was stopped midway."""

    question: str
    text: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """A citation between the sentences around it, and whether the archive still bears it out."""

    citation: Citation
    before: tuple[str, ...]
    after: tuple[str, ...]
    now: RecheckedCitation


class ChatSession:
    """One conversation: a question is asked with those before it and their answers.

    Citations belong to their answer, so that its numbers start at 1.
    """

    def __init__(
        self, archive: Archive, model: ChatModel | None = None, scope: Scope = Scope()
    ) -> None:
        self.archive = archive
        self.scope = scope
        self.turns: tuple[ChatTurn, ...] = ()
        self._model = model

    def history(self) -> list[Message]:
        """The conversation as the next question is asked with it."""
        return [message for turn in self.turns for message in _messages(turn)]

    def ask(
        self, question: str, *, ignore: Sequence[str] = (), literal: bool = False
    ) -> Generator[str, None, Answer]:
        """Yields pieces of the answer as they are written and returns it whole.

        The words to `ignore` ask for no date or outlet; those of a `literal` question never do.

        Closed or interrupted before its end, what was written of it by then stays in the
        conversation, and the model's request ends. A question that is refused does not stay.
        """
        written: list[str] = []
        stream = self.archive.stream(
            question,
            self.history(),
            filters=self.scope.filters,
            as_of=self.scope.as_of,
            understood=() if literal else None,
            ignore=ignore,
            model=self._model,
        )
        streamed = Streamed(stream)
        try:
            with closing(stream):
                for piece in streamed:
                    written.append(piece)
                    yield piece
        except (GeneratorExit, KeyboardInterrupt):
            self.turns = (*self.turns, ChatTurn(question, "".join(written)))
            raise
        answer = streamed.whole
        self.turns = (*self.turns, ChatTurn(question, answer.text, answer))
        return answer

    def context(self, number: int) -> Context:
        """What the last answer cites as `[number]`, between its neighbours in the article.

        Raises QueryError where it cites nothing by that number.
        """
        last = self.turns[-1].answer if self.turns else None
        cited = {citation.number: citation for citation in last.citations} if last else {}
        if last is None or number not in cited:
            listed = ", ".join(f"[{known}]" for known in cited) or "nothing"
            msg = f"the last answer has no citation [{number}]; it cites {listed}"
            raise QueryError(msg)
        rechecked = self.archive.recheck(last.to_json()).citations
        now = next(each for each in rechecked if each.number == number)
        return Context(cited[number], *surroundings(cited[number]), now)


def surroundings(citation: Citation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sentences before a citation and those after it, furniture left out.

    >>> text = "It blew. The ferry sank. Nobody died."
    >>> surroundings(Citation(1, Article("a", "", "", text), 9, 24))
    (('It blew.',), ('Nobody died.',))
    """
    article, start, end = citation.article, citation.start, citation.end
    first = max(0, start - _CONTEXT_CHARACTERS)
    before = _sentences(article, first, start)
    # A stretch that begins inside the article may begin inside a sentence, or end in one.
    whole = before[1:] if first else before
    last = min(len(article.text), end + _CONTEXT_CHARACTERS)
    return tuple(whole[-CONTEXT_SENTENCES:]), tuple(
        _sentences(article, end, last)[:CONTEXT_SENTENCES]
    )


def _sentences(article: Article, start: int, end: int) -> list[str]:
    return [
        article.text[first:last]
        for first, last in sentence_spans(article.text, start, end, article.language)
        if not any(span.start < last and first < span.end for span in article.furniture)
    ]


def _messages(turn: ChatTurn) -> list[Message]:
    asked = Message("user", turn.question)
    return [asked, Message("assistant", turn.text)] if turn.text else [asked]
