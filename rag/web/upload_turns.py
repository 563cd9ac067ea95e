"""One queue for what readers add, at whichever page of an archive; knows nothing about Gradio."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from rag.errors import ArchiveError
from rag.store.shared import Shared
from rag.web.adding import Adding

_KIND = "upload"
_LASTS_SECONDS = 30.0
_RENEW_SECONDS = 5.0
_LOOK_SECONDS = 0.5


def in_turn(
    shared: Shared | None, reader: str, begin: Callable[[], Iterator[Adding]]
) -> Iterator[Adding]:
    """The states of what `begin` adds, after all that came before it has been added.

    Who waits sees who is at work. What a page was adding that has gone is passed over after
    30 seconds. Without `shared` there is one page, and nobody waits. Raises ArchiveError where
    the store cannot be reached.
    """
    if shared is None:
        yield from begin()
        return
    place = _Place(shared, reader)
    try:
        while ahead := place.ahead():
            yield Adding(f"waiting until others have added theirs; {ahead[0]}", ())
            time.sleep(_LOOK_SECONDS)
        for state in begin():
            place.doing = state.doing
            yield state
    finally:
        place.leave()


def now_adding(shared: Shared) -> list[str]:
    """What is being added at the moment and what waits, in their order, each in plain words."""
    return [_words(each) for each in shared.all(_KIND).values()]


class _Place:
    """A place in the queue, which says every few seconds that it is still wanted."""

    def __init__(self, shared: Shared, reader: str) -> None:
        self.doing = "waiting"
        self._shared = shared
        self._reader = reader
        self._key = f"{time.time():020.6f} {secrets.token_hex(8)}"
        self._left = threading.Event()
        self._say()
        threading.Thread(target=self._stay, daemon=True).start()

    def ahead(self) -> list[str]:
        """What comes before, in plain words."""
        return [_words(each) for key, each in self._shared.all(_KIND).items() if key < self._key]

    def leave(self) -> None:
        """Makes room for the next."""
        self._left.set()
        with suppress(ArchiveError):
            self._shared.drop(_KIND, self._key)

    def _stay(self) -> None:
        while not self._left.wait(_RENEW_SECONDS):
            with suppress(ArchiveError):
                self._say()
        # It may have said so once more while it left.
        with suppress(ArchiveError):
            self._shared.drop(_KIND, self._key)

    def _say(self) -> None:
        value = json.dumps({"reader": self._reader, "doing": self.doing})
        self._shared.put(_KIND, self._key, value, _LASTS_SECONDS)


def _words(value: str) -> str:
    """What one of the queue does.

    >>> _words('{"reader": "ada", "doing": "a.jsonl: 2 of 8"}')
    'ada: a.jsonl: 2 of 8'
    """
    found = json.loads(value)
    return f"{found['reader'] or 'somebody'}: {found['doing'] or 'about to end'}"
