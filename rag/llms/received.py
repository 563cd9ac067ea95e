"""One reply as it comes in, in time: its text, its thoughts, how it ended, what is wrong."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from rag.llms.cleaning import Cleaner
from rag.llms.failures import BROKEN, Names
from rag.llms.model import Finish
from rag.llms.server_events import Ending, Event

_CHARACTERS_PER_TOKEN = 16
_SENTENCE_END = re.compile(r"[.!?…。！？؟।:|\]】)}»”\"'*`¹²³⁴⁵⁶⁷⁸⁹⁰]\s*\Z")


@dataclass(slots=True)
class Received:
    """What came of one reply so far; a reply may have `limit` tokens, its thoughts `room`."""

    cleaner: Cleaner
    limit: int
    room: int
    thought: bool = False
    refusal: str = ""
    ending: Ending | None = None
    used: dict[str, int] = field(default_factory=dict)
    too_long: bool = False
    _done: bool = False
    _pieces: int = 0
    _events: int = 0

    def take(self, event: Event) -> str:
        """The text that an event adds; "" where it adds none, or the limit is reached."""
        self.used |= event.used
        self.refusal += event.refusal
        self.ending = event.ending or self.ending
        self._done = self._done or event.done
        self.thought = self.thought or bool(event.thought.strip())
        if not (event.text or event.thought):
            return ""
        self._events += 1
        if event.text and self._pieces == self.limit:
            return self._stop()
        piece = self.cleaner.feed(event.text) if event.text else ""
        self._pieces += bool(piece)
        most = self.limit * _CHARACTERS_PER_TOKEN
        written = len(self.cleaner.text)
        endless = self._events > 4 * (self.limit + self.room) or written > 4 * most
        if endless or (self._pieces > 1 and written > most):
            self._stop()
        return piece

    def end(self) -> str:
        """What of the text was held back until now."""
        if self.cleaner.closed_alone:
            self.thought = True
        rest = self.cleaner.end(finished=self.ending in (None, "stop"))
        self.thought = self.thought or bool(self.cleaner.thoughts)
        return rest

    @property
    def text(self) -> str:
        """The text for a reader."""
        return self.cleaner.text

    @property
    def says_nothing(self) -> bool:
        """Whether the reply ended in order, but without a word for the reader."""
        ordinary = self.ending in (None, "stop", "length") and not self.refusal
        return ordinary and not self.text.strip()

    @property
    def finish(self) -> Finish:
        """Why it ended, as a reply says it."""
        match self.ending:
            case "length" | "filtered":
                return self.ending
            case None:
                return "stop" if self._done else "unknown"
        return "stop"

    def trouble(self, names: Names) -> str:
        """Why this is no reply, and what mends it; "" where it is one."""
        if self.refusal.strip():
            return f"refuses to answer: “{' '.join(self.refusal.split())[:300]}”"
        if self.ending == "failed":
            return BROKEN
        if self.text.strip():
            broken = self.ending is None and not self._done and not _SENTENCE_END.search(self.text)
            return BROKEN if broken else ""
        match self.ending:
            case "refused":
                return "refuses to answer, without a reason"
            case "filtered":
                return (
                    "wrote nothing that its content filter let through (content_filter); ask in "
                    "other words, or choose another model"
                )
            case "tool":
                return (
                    "called a tool instead of answering (tool_calls), and Dateline offers none; "
                    "choose another model"
                )
        if self.thought:
            return self._only_thought(names)
        return (
            "returned an empty answer; check the model's name, and that "
            f"{names.setting('base_url')} is that of an OpenAI-compatible API "
            "(it usually ends in /v1)"
        )

    def _only_thought(self, names: Names) -> str:
        spent = self.used.get("completion")
        tokens = f"its {spent:,} tokens" if spent else "its tokens"
        if self.ending == "length" or self.too_long:
            return (
                f"spent {tokens} on thinking and wrote no answer; raise "
                f"{names.setting('max_tokens')} and {names.setting('context_tokens')}, or turn its "
                f"thinking down in {names.setting('extra')}"
            )
        return (
            "only thought and wrote no answer; turn its thinking down in "
            f"{names.setting('extra')}, or choose another model"
        )

    def _stop(self) -> str:
        self.too_long = True
        self.ending = "length"
        return ""


Late = Literal["silent", "unfinished"]


class LateError(Exception):
    """The server was `silent` for too long, or `unfinished` when its time was up."""

    def __init__(self, how: Late) -> None:
        super().__init__(how)
        self.how = how


class Patience:
    """The bytes of one response, as long as they are in time.

    The first word may come until `first`, each further byte within `pause` seconds of the one
    before, and all of them until `until` (both on the monotonic clock). Only the time spent
    waiting for the server counts. `spoken` is set by whoever hears the first word.
    """

    def __init__(self, first: float, pause: float, until: float) -> None:
        self.spoken = False
        self._first, self._pause, self._until = first, pause, until
        self._due: float | None = None
        self._over = False
        self._fired = False
        self._changed = threading.Condition()

    def chunks(self, response: Any) -> Iterator[bytes]:
        """The chunks of a response; raises LateError where they do not come in time."""
        waiter = threading.Thread(target=self._wait, args=(_hanging_up(response),), daemon=True)
        waiter.start()
        try:
            received = response.iter_bytes()
            while (chunk := self._next(received)) is not None:
                yield chunk
        finally:
            with self._changed:
                self._over = True
                self._changed.notify()

    def _next(self, received: Iterator[bytes]) -> bytes | None:
        now = time.monotonic()
        due = min(self._until, now + self._pause if self.spoken else self._first)
        if due <= now:
            raise self._late(due)
        self._set(due)
        try:
            chunk = next(received, None)
        except Exception as error:
            if self._fired:
                raise self._late(due) from error
            raise
        self._set(None)
        if chunk is None and self._fired:
            raise self._late(due)
        return chunk

    def _late(self, due: float) -> LateError:
        return LateError("unfinished" if due >= self._until else "silent")

    def _set(self, due: float | None) -> None:
        with self._changed:
            self._due = due
            self._changed.notify()

    def _wait(self, hang_up: Callable[[], None]) -> None:
        with self._changed:
            while not self._over:
                left = None if self._due is None else self._due - time.monotonic()
                if left is not None and left <= 0:
                    self._fired = True
                    hang_up()
                    return
                self._changed.wait(left)


def _hanging_up(response: Any) -> Callable[[], None]:
    """Closes the connection of a response, also under a thread that waits for its bytes."""

    def hang_up() -> None:
        """Ends the connection, so that a thread that reads from it wakes."""
        # Closing a socket does not wake the thread that reads from it; shutting it down does.
        with suppress(Exception):
            stream = response.extensions["network_stream"]
            stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        with suppress(Exception):
            response.close()

    return hang_up
