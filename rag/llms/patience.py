"""Ends a response that stays silent for too long, or comes too late, from outside."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Literal

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
        # Closing a socket does not wake the thread that reads from it; shutting it down does.
        with suppress(Exception):
            stream = response.extensions["network_stream"]
            stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        with suppress(Exception):
            response.close()

    return hang_up
