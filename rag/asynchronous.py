"""The archive for programs that run an event loop: each call works in a thread of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Sequence
from contextlib import closing
from functools import partial, update_wrapper
from os import PathLike
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import anyio.to_thread

from rag.archive import Archive
from rag.records import Answer, Article, Filters
from rag.retrieval.catalogue import NO_FILTERS
from rag.retrieval.retrieve import Turn

P = ParamSpec("P")
T = TypeVar("T")


def _in_thread(
    method: Callable[Concatenate[Archive, P], T],
) -> Callable[Concatenate[AsyncArchive, P], Coroutine[Any, Any, T]]:
    async def call(self: AsyncArchive, /, *args: P.args, **options: P.kwargs) -> T:
        """What the method returns, from a thread of its own."""
        return await anyio.to_thread.run_sync(partial(method, self.archive, *args, **options))

    update_wrapper(call, method)
    return call


class AsyncArchive:
    """An archive whose methods are awaited; they take and return what those of `Archive` do.

    >>> async def main() -> None:
    ...     async with AsyncArchive.open("archive") as archive:
    ...         answer = await archive.ask("When does the ferry strike end?")
    ...         print(answer.text)
    """

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    @classmethod
    def open(cls, folder: str | PathLike[str] = "archive", **options: Any) -> AsyncArchive:
        """The archive in `folder`, with the options of `Archive.open`."""
        return cls(Archive.open(folder, **options))

    filters = _in_thread(Archive.filters)
    ingest = _in_thread(Archive.ingest)
    embed = _in_thread(Archive.embed)
    search = _in_thread(Archive.search)
    understand = _in_thread(Archive.understand)
    ask = _in_thread(Archive.ask)
    article = _in_thread(Archive.article)
    trace = _in_thread(Archive.trace)
    check = _in_thread(Archive.check)
    recheck = _in_thread(Archive.recheck)
    close = _in_thread(Archive.close)

    async def articles(self, filters: Filters = NO_FILTERS) -> AsyncGenerator[Article]:
        """Yields the articles that satisfy the filters, as `Archive.articles` does."""
        listed = await anyio.to_thread.run_sync(self.archive.articles, filters)
        while (article := await anyio.to_thread.run_sync(next, listed, None)) is not None:
            yield article

    async def stream(
        self, question: str, history: Sequence[Turn] = (), **options: Any
    ) -> AsyncGenerator[str | Answer]:
        """Yields pieces of the answer as they are written, and the checked Answer last.

        The options are those of `Archive.stream`.
        """
        with closing(self.archive.stream(question, history, **options)) as pieces:
            while True:
                piece = await anyio.to_thread.run_sync(_next, pieces)
                yield piece
                if isinstance(piece, Answer):
                    return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<AsyncArchive {str(self.archive.folder)!r}>"


def _next(pieces: Generator[str, None, Answer]) -> str | Answer:
    try:
        return next(pieces)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
