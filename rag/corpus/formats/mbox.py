"""Splits a mailbox in mbox format into its messages, whatever program wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

_FROM = b"From "
_HEADER = re.compile(rb">?[!-9;-~]{1,76}:(?:[ \t\r\n]|$)")
_HEAD = re.compile(rb"(?:[^\r\n]+\r?\n?)*")
_HEADERS = re.compile(
    rb"^(?:date|from|message-id|received|return-path|subject|to)[ \t]*:", re.MULTILINE | re.I
)
_DATE_AT_END = re.compile(
    rb"(?:\b\d{1,2}:\d\d(?::\d\d)?\b.{0,30}\b\d{4}|\b\d{4}\b.{0,4}\b\d{1,2}:\d\d(?::\d\d)?.{0,30})\s*$"
)
_NO_DATE = re.compile(rb"From\s+(?:-|\S+@\S+)?\s*$")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_LONGEST_LINE = 1 << 20


def split_messages(file: BinaryIO, most: int) -> Iterator[bytes]:
    """The messages of a mailbox in order, each without the line that separates it.

    A separator begins with "From ", ends in a date and is followed by the headers of a
    message; so "From memory, …" in a message is text. After a blank line one without a date
    separates too, as some programs write it. ">From " at the start of a line becomes "From ".
    Of a message longer than `most` bytes, `most` + 1 are returned.
    """
    before: bytearray | None = None
    for separator, message in _candidates(file, most):
        if before is None:
            before = message
        elif _HEADERS.search(_HEAD.match(message).group()):  # type: ignore[union-attr]
            yield _unquoted(before)
            before = message
        else:
            _add(before, separator + bytes(message), most)
    if before is not None:
        yield _unquoted(before)


def _candidates(file: BinaryIO, most: int) -> Iterator[tuple[bytes, bytearray]]:
    """Each line that looks like a separator with what follows it, up to the next."""
    separator, message = b"", bytearray()
    blank, waiting = True, b""
    for line in _lines(file):
        if waiting:
            if _HEADER.match(line):
                if separator:
                    yield separator, message
                separator, message = waiting, bytearray()
            else:
                _add(message, waiting, most)
            blank, waiting = False, b""
        dated = line.startswith(_FROM) and _DATE_AT_END.search(line)
        if dated or (blank and _NO_DATE.match(line)):
            waiting = line
            continue
        _add(message, line, most)
        blank = not line.strip()
    _add(message, waiting, most)
    if message or separator:
        yield separator, message


def _lines(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.readline(_LONGEST_LINE), b"")


def _add(message: bytearray, line: bytes, most: int) -> None:
    message += line[: max(0, most + 1 - len(message))]


def _unquoted(message: bytearray) -> bytes:
    return _QUOTED_FROM.sub(rb"\1", bytes(message))
