"""Writes the server's log as text or JSON, and limits it, so that no client can fill the disk."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from rag.observing import Event, QuestionAsked, request_id
from rag.web.server.asgi import remember

MOST_OF_A_KIND = 10
"""The most records of one kind in a minute."""

LONGEST_LINE = 2000
LONGEST_RECORD = 8000
BURST_BYTES = 256 << 10
BYTES_A_MINUTE = 64 << 10
JSON_TIMES = 64
"""How many times as much a log in JSON may hold: a line for each request and question."""
EACH = "each"
"""The attribute of a record that is written however many of its kind there are."""
FIELDS = "fields"
"""The attribute of a record with what stands beside its message in JSON."""

LogFormat = Literal["text", "json"]
_MINUTE = 60.0
_MOST_KINDS = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Clock = Callable[[], float]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Kind:
    since: float
    written: int = 0
    left_out: int = 0


class RepeatFilter(logging.Filter):
    """Passes MOST_OF_A_KIND records of one kind in a minute, and counts the others.

    Records of one kind come from one line of code with one type of exception. Only the first
    of a minute has its traceback. The next one that is written says how many were left out.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: OrderedDict[tuple[str, int, str], _Kind] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record is written; a repeated one loses its traceback."""
        if getattr(record, EACH, False):
            return True
        kind = self._kind(record)
        if kind.written >= MOST_OF_A_KIND:
            kind.left_out += 1
            return False
        if kind.written and record.exc_info:
            record.exc_info = record.exc_text = None
        if kind.left_out:
            record.msg = f"{record.getMessage()} ({kind.left_out:,} more of these were left out)"
            record.args = ()
            kind.left_out = 0
        kind.written += 1
        return True

    def _kind(self, record: logging.LogRecord) -> _Kind:
        raised = record.exc_info[0] if record.exc_info else None
        key = (record.pathname, record.lineno, raised.__name__ if raised else "")
        kind = self._kinds.get(key) or _Kind(self._clock())
        if self._clock() - kind.since >= _MINUTE:
            kind.since, kind.written = self._clock(), 0
        remember(self._kinds, key, kind, _MOST_KINDS)
        return kind


class BoundedFormatter(logging.Formatter):
    """Formats a record, with at most LONGEST_LINE characters a line and LONGEST_RECORD in all.

    Control characters, which can change what a terminal shows, become "?".
    """

    def format(self, record: logging.LogRecord) -> str:
        """The text of the record."""
        text = _CONTROL.sub("?", super().format(record)[: 2 * LONGEST_RECORD])
        lines = (_shortened(line, LONGEST_LINE) for line in text.split("\n"))
        return _shortened("\n".join(lines), LONGEST_RECORD)


class JsonFormatter(BoundedFormatter):
    """Formats a record as a JSON object on one line: `time`, `level`, `logger`, `message`.

    `request_id` is there where a request is worked for, and `exception` where one was raised.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of the record."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _shortened(record.getMessage(), LONGEST_LINE),
        }
        said |= getattr(record, FIELDS, {})
        if id_ := said.get("request_id") or request_id():
            said["request_id"] = id_
        if record.exc_info:
            said["exception"] = _shortened(self.formatException(record.exc_info), LONGEST_RECORD)
        return json.dumps(said, ensure_ascii=True)


def log_question(event: Event) -> None:
    """Logs how a question ended and what its steps took, in seconds; none of its words."""
    if isinstance(event, QuestionAsked):
        steps: dict[str, float] = {}
        for step in event.steps:
            steps[step.name] = round(steps.get(step.name, 0.0) + step.seconds, 4)
        fields = {"outcome": event.outcome, "steps": steps, "request_id": event.request_id}
        fields |= {"model": event.model} if event.model else {}
        _log.info("question", extra={EACH: True, FIELDS: fields})


class BoundedStream:
    """Writes at most BYTES_A_MINUTE on average and BURST_BYTES at once; counts what it drops.

    With `times` it may be so many times as much.
    """

    def __init__(self, stream: TextIO, clock: Clock = time.monotonic, times: int = 1) -> None:
        self._stream = stream
        self._clock = clock
        self._times = times
        self._left = float(BURST_BYTES * times)
        self._seen = clock()
        self._dropped = 0

    def write(self, text: str) -> int:
        """Writes the text if there is room for it; returns its number of characters."""
        now, size = self._clock(), len(text.encode("utf-8", "replace"))
        refilled = self._left + (now - self._seen) * self._times * BYTES_A_MINUTE / _MINUTE
        self._left, self._seen = min(BURST_BYTES * self._times, refilled), now
        if size > self._left or (self._dropped and self._left < BURST_BYTES / 8):
            self._dropped += size
            return len(text)
        if self._dropped:
            self._stream.write(f"\n{self._dropped:,} bytes of the log were left out\n")
            self._dropped = 0
        self._left -= size
        self._stream.write(text)
        return len(text)

    def __getattr__(self, name: str) -> object:
        """Any other attribute, from the stream."""
        return getattr(self._stream, name)


@contextmanager
def bounded_log(form: LogFormat = "text", clock: Clock = time.monotonic) -> Iterator[None]:
    """Limits the log of this process and its standard error until the context ends."""
    in_json = form == "json"
    stream = BoundedStream(sys.stderr, clock, times=JSON_TIMES if in_json else 1)
    with redirect_stderr(stream):  # type: ignore[type-var]
        handler = logging.StreamHandler(sys.stderr)
        handler.addFilter(RepeatFilter(clock))
        plain = BoundedFormatter("%(levelname)s: %(message)s")
        handler.setFormatter(JsonFormatter() if in_json else plain)
        root, ours = logging.getLogger(), logging.getLogger(__name__.partition(".")[0])
        level = ours.level
        root.addHandler(handler)
        if in_json:
            ours.setLevel(logging.INFO)
        try:
            yield
        finally:
            ours.setLevel(level)
            root.removeHandler(handler)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} ... ({len(text):,} characters)"
