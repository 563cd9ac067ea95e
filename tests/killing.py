"""What child processes share that kill themselves on the way, for tests of what is left then."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Collection
from types import FrameType
from typing import Any


class Steps:
    """Counts calls of functions named `changing`, before and after each; at the fatal one it dies.

    Functions of psycopg named `asking` count, too. With `fatal` 0 it never dies.
    """

    def __init__(self, fatal: int, changing: Collection[str], asking: Collection[str] = ()) -> None:
        self.seen = 0
        self._fatal = fatal
        self._changing = changing
        self._asking = asking

    def count(self) -> int:
        """One more step."""
        self.seen += 1
        if self.seen == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def profile(self, frame: FrameType, event: str, called: Any) -> None:
        """Called by the interpreter before and after each call."""
        if event in {"c_call", "c_return"}:
            counts = getattr(called, "__name__", "") in self._changing
        else:
            code = frame.f_code
            counts = code.co_name in self._asking and "psycopg" in code.co_filename
        if counts:
            self.count()


def forked(run: Callable[[int], int]) -> tuple[int, str]:
    """The exit status of a child, and what it wrote; `run` gets a pipe, and returns the status."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            status = run(writing)
        except BaseException:
            os.write(writing, traceback.format_exc().encode()[-60_000:])
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended), said
