"""Reads JSON value by value, so that a large or damaged file costs neither memory nor articles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from rag.corpus.decoding import SIZE_LIMIT
from rag.errors import CorpusError

_SPACE = re.compile(r"[\s\ufeff]*")
_ONLY_SPACE = re.compile(r"\s*")
_LIST_BEGINS = re.compile(r"\[\s*\{")
_LONGEST_GAP = 200
_NEXT_OBJECT = re.compile(
    rf"\}}\s{{0,{_LONGEST_GAP // 2 - 2}}},?\s{{0,{_LONGEST_GAP // 2}}}(?=\{{)"
)
_LARGEST_WHOLE = 256 << 20
_MARK = re.compile(r'"(?P<name>(?:[^"\\]+|\\.)*+)(?:"(?P<is_name>\s*:)?|\\?\Z)|[\[\]{}]', re.DOTALL)
_CLOSED_BY = {"[": "]", "{": "}"}
_NEAR_END = 12
_TRIES = 200
_PIECE_AHEAD = 1 << 20
_CUT_OFF = "not valid JSON: the file is cut off in the midst of an entry"


@dataclass(frozen=True, slots=True)
class Damage:
    """A piece of a JSON file that is no JSON, and why."""

    reason: str


class Rest(dict[str, Any]):
    """What stands beside the lists of an object."""


class _CutOffError(CorpusError):
    """The file ends in the midst of a value."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of the file; `listed` where it stands in a list, and what stands before the list."""

    value: Any
    listed: bool = False
    before: Mapping[str, Any] = field(default_factory=dict)


def entries(pieces: Iterable[str], lists: frozenset[str]) -> Iterator[Entry | Damage]:
    """The entries of each list in a JSON text, then what stands beside them, one by one.

    Lists are the outermost one, and those of objects under one of the names `lists` in the
    outermost object. An object comes last, as an entry; one that has had lists is a `Rest`.
    Several values in a row are read as if they stood in a list. Damage does not stop what
    comes after it, where that can be told. Raises CorpusError for a text that is no JSON.
    """
    buffer = _Buffer(iter(pieces))
    if buffer.peek() not in ("[", "{"):
        msg = "not valid JSON: it begins with neither [ nor {"
        raise CorpusError(msg)
    while first := buffer.peek():
        if first == "[":
            buffer.at += 1
            yield from _listed(buffer)
        elif first == "{":
            buffer.at += 1
            yield from _members(buffer, lists)
        elif first in ",\x1e":
            buffer.at += 1
        else:
            yield Damage(f"not JSON after character {buffer.place:,}; the rest is left out")
            return


@dataclass(slots=True)
class _Open:
    """A list or an object that has begun, and where the last whole value in it ends."""

    closed_by: str
    is_listed: bool
    whole_until: int = 0
    has_articles: bool = False


class _Buffer:
    """The text that has been read and not been used; `at` is where the next value begins."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self.text = ""
        self.at = 0
        self._pieces = pieces
        self._dropped = 0
        self._ended = False
        self._decoder = json.JSONDecoder()

    @property
    def place(self) -> int:
        """The number of characters before the next value."""
        return self._dropped + self.at

    def peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more(1):
                return ""

    def value(self, limit: int) -> Any:
        """The next value; where there is none, `at` stays and this raises.

        Raises ValueError or RecursionError for what is no JSON, CorpusError for a value
        beyond `limit`, and _CutOffError where the file ends in the midst of it.
        """
        while True:
            try:
                value, end = self._decoder.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                in_string = error.msg.startswith("Unterminated")
                if not in_string and error.pos <= len(self.text) - _NEAR_END:
                    raise
                if not self._more(len(self.text) - self.at):
                    if error.pos < len(self.text.rstrip()) and not in_string:
                        raise
                    raise _CutOffError(_CUT_OFF) from error
            else:
                # A number may go on in the next piece.
                if end < len(self.text) or not self._more(1):
                    self.at = end
                    return value
            if len(self.text) - self.at > limit + _PIECE_AHEAD:
                msg = f"larger than the {limit >> 20} MB that it may have"
                raise CorpusError(msg)

    def begins_objects(self) -> bool:
        """Whether a list of objects begins here."""
        while not (found := _LIST_BEGINS.match(self.text, self.at)):
            if not _ONLY_SPACE.fullmatch(self.text, self.at + 1) or not self._more(1):
                return False
        return found is not None

    def next_object(self, like: frozenset[str]) -> dict[str, Any] | None:
        """The next object that has about these names; None if there is none."""
        for _ in range(_TRIES):
            found = _NEXT_OBJECT.search(self.text, self.at + 1)
            if found is None:
                self.at = max(self.at, len(self.text) - _LONGEST_GAP)
                if not self._more(1):
                    return None
                continue
            self.at = found.end()
            with suppress(ValueError, RecursionError, CorpusError):
                began = self.place
                value = self.value(SIZE_LIMIT)
                if isinstance(value, dict) and 2 * len(like & value.keys()) >= len(like):
                    return value
                self.at -= self.place - began
        return None

    def _more(self, wanted: int) -> bool:
        """Reads at least so many more characters; False at the end of the file."""
        if self._ended:
            return False
        read: list[str] = []
        while wanted > 0 and (piece := next(self._pieces, "")):
            read.append(piece)
            wanted -= len(piece)
        self._ended = not read
        self.text = self.text[self.at :] + "".join(read)
        self._dropped += self.at
        self.at = 0
        return bool(read)


def _listed(buffer: _Buffer) -> Iterator[Entry | Damage]:
    """The entries of the list that has just begun."""
    like: frozenset[str] = frozenset()
    while (first := buffer.peek()) != "]":
        if first == ",":
            buffer.at += 1
            continue
        if not first:
            yield Damage("not valid JSON: the file is cut off before the end of its list")
            return
        place = buffer.place
        try:
            value = buffer.value(SIZE_LIMIT)
        except _CutOffError as error:
            yield Damage(str(error))
            buffer.at = len(buffer.text)
            return
        except (ValueError, RecursionError, CorpusError) as error:
            yield Damage(f"{_why(error)} (the entry at character {place:,})")
            value = buffer.next_object(like)
            if value is None:
                buffer.at = len(buffer.text)
                return
        if isinstance(value, dict):
            like = like or frozenset(value)
        yield Entry(value, listed=True)
    buffer.at += 1


def _members(buffer: _Buffer, lists: frozenset[str]) -> Iterator[Entry | Damage]:
    """The entries of the lists of the object that has just begun, and what is left of it."""
    rest: dict[str, Any] = {}
    name = ""
    streamed = False
    try:
        while (first := buffer.peek()) != "}":
            if first == ",":
                buffer.at += 1
                continue
            name = buffer.value(SIZE_LIMIT)
            if buffer.peek() != ":" or not isinstance(name, str):
                raise _CutOffError(_CUT_OFF) if not buffer.peek() else ValueError
            buffer.at += 1
            if buffer.peek() == "[" and name in lists and buffer.begins_objects():
                buffer.at += 1
                streamed = True
                for each in _listed(buffer):
                    yield replace(each, before=rest) if isinstance(each, Entry) else each
            else:
                rest[name] = buffer.value(_LARGEST_WHOLE)
    except (ValueError, RecursionError, CorpusError) as error:
        is_cut = isinstance(error, _CutOffError)
        if not (streamed and is_cut):
            if is_cut and (whole := _before_cut(buffer.text[buffer.at :], lists)):
                rest[name] = whole
            if is_cut and any(isinstance(each, dict | list) for each in rest.values()):
                yield Entry(rest)
            yield Damage(_why(error))
        buffer.at = len(buffer.text)
        return
    buffer.at += 1
    yield Entry(Rest(rest) if streamed else rest)


def _before_cut(text: str, lists: frozenset[str]) -> Any:
    """A value that is cut off, closed behind the last whole object of its `lists`.

    What stands behind a list that is whole is closed behind its last whole value.

    >>> _before_cut('{"a": {"posts": [{"b": "]"}, {"b": "c', frozenset({"posts"}))
    {'a': {'posts': [{'b': ']'}]}}
    """
    open_: list[_Open] = []
    name = ""
    for found in _MARK.finditer(text):
        if found["name"] is not None:
            name = found["name"] if found["is_name"] else ""
        elif closed_by := _CLOSED_BY.get(found[0]):
            open_.append(_Open(closed_by, closed_by == "]" and name in lists))
        elif len(open_) > 1:
            inner = open_.pop()
            open_[-1].whole_until = found.end()
            open_[-1].has_articles |= inner.has_articles or open_[-1].is_listed
    for depth, one in enumerate(open_, start=1):
        if one.has_articles:
            closing = "".join(each.closed_by for each in reversed(open_[:depth]))
            with suppress(ValueError, RecursionError):
                return json.loads(text[: one.whole_until] + closing)
    return None


def _why(error: Exception) -> str:
    if isinstance(error, CorpusError):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"not valid JSON: {error.msg}"
    if isinstance(error, RecursionError) or error.args:
        return "not valid JSON: a number is too long or the nesting too deep"
    return "not valid JSON: a name without a value"
