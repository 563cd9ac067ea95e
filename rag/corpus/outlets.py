"""The names of outlets by host, from the files `outlets.toml` in folders."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.corpus.decoding import read_bytes
from rag.corpus.drafts import Read, Unread, printable_path
from rag.corpus.links import Roots
from rag.corpus.urls import is_web_address, publisher_of
from rag.errors import CorpusError

OUTLETS_FILE = "outlets.toml"
_TABLE = "outlets"
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_EXAMPLE = f'write "courier.example" = "The Courier" below [{_TABLE}]'


@dataclass(frozen=True, slots=True)
class Outlets:
    """The names that the folders being ingested give to the outlets of their articles.

    The name comes from the nearest `outlets.toml` that has the article's host: in the folder
    of its file or above, up to the folder that you ingest; in the same folder for a file
    that you name. A file that cannot be used, or is a link out of the folders, names
    nothing: `find_files` reports it.
    """

    tops: frozenset[Path] = frozenset()
    _read: dict[Path, Mapping[str, str]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, paths: Sequence[Path]) -> Outlets:
        """The names that apply to the files at `paths`; reads nothing yet."""
        return cls(frozenset(path if path.is_dir() else path.parent for path in paths))

    def reach(self, outlets_file: Path) -> bool:
        """Whether the file is no link, or a link to a file within the folders."""
        return not outlets_file.is_symlink() or Roots(self.tops).hold(outlets_file)

    def named(self, outcome: Read | Unread, file: Path) -> Read | Unread:
        """The outcome of reading `file`, with the outlet's name if only its host was known."""
        if isinstance(outcome, Unread):
            return outcome
        article = outcome.article
        host = publisher_of(article.url)
        if not host or article.publisher != host:
            return outcome
        return replace(outcome, article=replace(article, publisher=self._name(host, file)))

    def names_above(self, file: Path) -> str:
        """The names that apply to the articles in `file`, as text; "" if there are none."""
        return "\n".join(str(sorted(names.items())) for names in self._above(file) if names)

    def _name(self, host: str, file: Path) -> str:
        return next((names[host] for names in self._above(file) if host in names), host)

    def _above(self, file: Path) -> Iterator[Mapping[str, str]]:
        """The names in the folder of `file` and in those above, nearest first."""
        above = list(file.parents)
        top = max((n for n, folder in enumerate(above) if folder in self.tops), default=-1)
        return (self._beside(folder) for folder in above[: top + 1])

    def _beside(self, folder: Path) -> Mapping[str, str]:
        if folder not in self._read:
            path = folder / OUTLETS_FILE
            names = read_outlets(path) if path.is_file() and self.reach(path) else {}
            self._read[folder] = {} if isinstance(names, Unread) else names
        return self._read[folder]


def read_outlets(path: Path) -> Mapping[str, str] | Unread:
    """The outlets' names by host (as `publisher_of` gives it), or why the file is wrong."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
        table = tomllib.loads(text)
    except CorpusError as error:
        return Unread(printable_path(path), str(error))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return Unread(f"{printable_path(path)}:{line}", "not UTF-8; save it as UTF-8")
    except (ValueError, RecursionError) as error:
        return Unread(
            f"{printable_path(path)}:{_line_of_error(error, text)}", f"not valid TOML: {error}"
        )
    try:
        return _checked(table)
    except _WrongEntryError as error:
        return Unread(f"{printable_path(path)}:{_line_of(error.key, text)}", str(error))


class _WrongEntryError(CorpusError):
    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{reason}; {_EXAMPLE}")
        self.key = key


def _checked(table: Mapping[str, Any]) -> Mapping[str, str]:
    for key in table:
        if key != _TABLE:
            raise _WrongEntryError(key, f"unknown key {key!r}")
    entries = table.get(_TABLE, {})
    if not isinstance(entries, dict):
        raise _WrongEntryError(_TABLE, f"{_TABLE!r} is no table")
    names: dict[str, str] = {}
    for key, value in entries.items():
        host = publisher_of(key)
        name = _name(key, value)
        if names.setdefault(host, name) != name:
            raise _WrongEntryError(key, f"{host!r} has two names, {names[host]!r} and {name!r}")
    return names


def _name(key: str, value: object) -> str:
    # TOML reads an unquoted courier.example as a table "courier" with a key "example".
    if isinstance(value, dict):
        raise _WrongEntryError(key, f"the host that begins with {key!r} is not in quotes")
    if not is_web_address(key) or " " in key.strip():
        raise _WrongEntryError(key, f"{key!r} is no host")
    if not isinstance(value, str) or not value.strip():
        raise _WrongEntryError(key, f"the name of {key!r} is {value!r:.60}, not text")
    return " ".join(value.split())


def _line_of_error(error: Exception, text: str) -> int:
    """The line that a TOML error names; the last line if it names the end of the file."""
    found = _AT_LINE.search(str(error))
    return int(found.group(1)) if found else text.rstrip().count("\n") + 1


def _line_of(key: str, text: str) -> int:
    """The first line that begins with a key; 1 if the key is written with escapes."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip(" \t\"'[").startswith(key):
            return number
    return 1
