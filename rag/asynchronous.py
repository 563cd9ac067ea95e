"""The archive for programs that run an event loop: each call works in a thread of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial, update_wrapper
from os import PathLike
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import anyio.to_thread

from rag.archive import Archive
from rag.records import Answer

P = ParamSpec("P")
T = TypeVar("T")


def _in_thread(
    method: Callable[Concatenate[Archive, P], T],
) -> Callable[Concatenate[AsyncArchive, P], Awaitable[T]]:
    async def call(self: AsyncArchive, /, *args: P.args, **options: P.kwargs) -> T:
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
    search = _in_thread(Archive.search)
    ask = _in_thread(Archive.ask)
    article = _in_thread(Archive.article)
    trace = _in_thread(Archive.trace)
    check = _in_thread(Archive.check)
    recheck = _in_thread(Archive.recheck)
    close = _in_thread(Archive.close)

    async def stream(self, question: str, **options: Any) -> AsyncGenerator[str | Answer]:
        """Yields pieces of the answer as they are written, and the checked Answer last.

        The options are those of `Archive.stream`.
        """
        pieces = self.archive.stream(question, **options)
        while True:
            piece = await anyio.to_thread.run_sync(partial(_next, pieces))
            yield piece
            if isinstance(piece, Answer):
                return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()


def _next(pieces: Any) -> str | Answer:
    try:
        return next(pieces)  # type: ignore[no-any-return]
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
