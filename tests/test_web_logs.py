from __future__ import annotations

import io
import logging
import sys
import traceback

import pytest

from rag.web.server.logs import (
    BURST_BYTES,
    BYTES_A_MINUTE,
    LONGEST_LINE,
    LONGEST_RECORD,
    MOST_OF_A_KIND,
    BoundedFormatter,
    BoundedStream,
    RepeatFilter,
    bounded_log,
)


class Clock:
    """A time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def record(message: str, *given: object, line: int = 1, raised: bool = False) -> logging.LogRecord:
    found = None
    if raised:
        try:
            raise OSError(message)
        except OSError:
            found = sys.exc_info()
    return logging.LogRecord("a", logging.WARNING, "a.py", line, message, given, found)


def test_ten_records_of_a_kind_are_written_in_a_minute_and_the_others_are_counted() -> None:
    clock = Clock()
    repeats = RepeatFilter(clock)
    written = [repeats.filter(record("%s came", n)) for n in range(1010)]
    assert written == [True] * MOST_OF_A_KIND + [False] * 1000
    assert repeats.filter(record("another", line=2))
    clock.now += 60
    next_one = record("%s came", "one")
    assert repeats.filter(next_one)
    assert next_one.getMessage() == "one came (1,000 more of these were left out)"
    after = record("%s came", "two")
    assert repeats.filter(after)
    assert after.getMessage() == "two came"


def test_only_the_first_of_a_kind_has_a_traceback() -> None:
    clock = Clock()
    repeats, shown = RepeatFilter(clock), []
    for minute in (0, 60):
        clock.now += minute
        for _ in range(3):
            each = record("failed", raised=True)
            assert repeats.filter(each)
            shown.append(each.exc_info is not None)
    # Without their tracebacks they are still of the same kind.
    assert shown == [True, False, False] * 2


def test_a_thousand_kinds_are_remembered() -> None:
    repeats = RepeatFilter(Clock())
    for line in range(1500):
        repeats.filter(record("x", line=line))
    assert len(repeats._kinds) == 1000


def test_a_line_and_a_record_have_a_longest_length_and_no_control_characters() -> None:
    formatter = BoundedFormatter("%(levelname)s: %(message)s")
    assert formatter.format(record("\x1b[31mred\x07\x9b")) == "WARNING: ?[31mred??"
    line = formatter.format(record("x" * 5000))
    assert line == f"WARNING: {'x' * (LONGEST_LINE - 9)} ... (5,009 characters)"
    many = formatter.format(record("line\n" * 100_000))
    assert LONGEST_RECORD < len(many) < LONGEST_RECORD + 40


def test_a_stream_takes_so_much_at_once_and_so_much_a_minute() -> None:
    clock, target = Clock(), io.StringIO()
    stream = BoundedStream(target, clock)
    for _ in range(BURST_BYTES // 1024 + 100):
        assert stream.write("x" * 1024) == 1024
    assert len(target.getvalue()) == BURST_BYTES
    clock.now += 60
    stream.write("later\n")
    said = f"\n{100 * 1024:,} bytes of the log were left out\nlater\n"
    assert target.getvalue()[BURST_BYTES:] == said
    for _ in range(200):
        stream.write("z" * 1024)
    assert target.getvalue().count("z") == (BYTES_A_MINUTE - len("later\n")) // 1024 * 1024


def test_what_libraries_print_is_bounded_too(capsys: pytest.CaptureFixture[str]) -> None:
    with bounded_log(clock=Clock()):
        for number in range(400):
            logging.getLogger("a.b").warning("warning %d", number)
            try:
                raise ValueError("x" * 1000)
            except ValueError:
                traceback.print_exc()
    printed = capsys.readouterr().err
    assert "WARNING: warning 9\n" in printed
    assert "warning 10" not in printed
    assert BURST_BYTES - 2000 < len(printed) <= BURST_BYTES
    print("after", file=sys.stderr)
    assert capsys.readouterr().err == "after\n"
