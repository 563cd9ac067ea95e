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
from rag.errors import CorpusError, QueryError
from rag.language.dates import in_zone, is_zone, parse_published
from rag.records import Published

OUTLETS_FILE = "outlets.toml"
_TABLE, _ZONES = "outlets", "zones"
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_EXAMPLE = f'write "courier.example" = "The Courier" below [{_TABLE}]'


_NO_ZONE = "no time zone such as 'Europe/Berlin'"


@dataclass(frozen=True, slots=True)
class OutletSettings:
    """What one `outlets.toml` says: the outlets' names by host (as `publisher_of` gives it).

    `zones` has their time zones by host, or by name in small letters.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)


NO_OUTLETS = OutletSettings()


@dataclass(frozen=True, slots=True)
class GivenFacts:
    """The outlet and the date of articles that name none; "" and None where none is given."""

    publisher: str = ""
    published: Published | None = None

    @classmethod
    def of(cls, publisher: str, published: str) -> GivenFacts:
        """What somebody has typed; raises QueryError for what is no date."""
        date = parse_published(published) if published.strip() else None
        if published.strip() and date is None:
            msg = f"{published[:40]!r} is not a date; write it as 2020-09-11"
            raise QueryError(msg)
        return cls(publisher.strip(), date)


NOTHING_GIVEN = GivenFacts()


@dataclass(frozen=True, slots=True)
class Outlets:
    """The names that the folders being ingested give to the outlets of their articles.

    They can also give their time zones: an article that states no zone of its own appeared by
    the clocks of its outlet.

    The name comes from the nearest `outlets.toml` that has the article's host: in the folder
    of its file or above, up to the folder that you ingest; in the same folder for a file
    that you name. A file that cannot be used, or is a link out of the folders, names
    nothing: `find_files` reports it. What is `given` is of articles that do not say it themselves.
    """

    tops: frozenset[Path] = frozenset()
    given: GivenFacts = NOTHING_GIVEN
    _read: dict[Path, OutletSettings] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, paths: Sequence[Path], given: GivenFacts = NOTHING_GIVEN) -> Outlets:
        """The names that apply to the files at `paths`; reads nothing yet."""
        tops = frozenset(path if path.is_dir() else path.parent for path in paths)
        return cls(tops, given)

    def reach(self, outlets_file: Path) -> bool:
        """Whether the file is no link, or a link to a file within the folders."""
        return not outlets_file.is_symlink() or Roots(self.tops).hold(outlets_file)

    def named(self, outcome: Read | Unread, file: Path) -> Read | Unread:
        """The outcome of reading `file`, with the outlet's name if only its page or host named it.

        Its date is in the outlet's zone, if it has none of its own.
        """
        if isinstance(outcome, Unread):
            return outcome
        article = outcome.article
        host = publisher_of(article.url)
        publisher = article.publisher or self.given.publisher
        if host and publisher in (host, outcome.site_name):
            publisher = next(
                (own.names[host] for own in self._above(file) if host in own.names), publisher
            )
        keys = (host, article.publisher.casefold(), publisher.casefold())
        zone = next((own.zones[k] for own in self._above(file) for k in keys if k in own.zones), "")
        published = article.published or self.given.published
        if zone and published:
            published = in_zone(published, zone)
        if (publisher, published) == (article.publisher, article.published):
            return outcome
        changed = replace(article, publisher=publisher, published=published)
        return replace(outcome, article=changed)

    def names_above(self, file: Path) -> str:
        """What applies to the articles in `file`, as text; "" if nothing does."""
        given = [str(self.given)] if self.given != NOTHING_GIVEN else []
        above = [str(own) for own in self._above(file) if own != NO_OUTLETS]
        return "\n".join([*above, *given])

    def _above(self, file: Path) -> Iterator[OutletSettings]:
        """The settings in the folder of `file` and in those above, nearest first."""
        above = list(file.parents)
        top = max((n for n, folder in enumerate(above) if folder in self.tops), default=-1)
        return (self._beside(folder) for folder in above[: top + 1])

    def _beside(self, folder: Path) -> OutletSettings:
        if folder not in self._read:
            path = folder / OUTLETS_FILE
            found = read_outlets(path) if path.is_file() and self.reach(path) else NO_OUTLETS
            self._read[folder] = NO_OUTLETS if isinstance(found, Unread) else found
        return self._read[folder]


def read_outlets(path: Path) -> OutletSettings | Unread:
    """The outlets' names and time zones in a file, or why the file is wrong."""
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


def _checked(table: Mapping[str, Any]) -> OutletSettings:
    for key in table:
        if key not in (_TABLE, _ZONES):
            raise _WrongEntryError(key, f"unknown key {key!r}")
    names, zones = (table.get(key, {}) for key in (_TABLE, _ZONES))
    for key, entries in ((_TABLE, names), (_ZONES, zones)):
        if not isinstance(entries, dict):
            raise _WrongEntryError(key, f"{key!r} is no table")
    return OutletSettings(_names(names), _zones(zones))


def _zones(entries: Mapping[str, Any]) -> Mapping[str, str]:
    zones: dict[str, str] = {}
    for key, value in entries.items():
        if isinstance(value, dict):
            raise _WrongEntryError(key, f"the host that begins with {key!r} is not in quotes")
        if not isinstance(value, str) or not is_zone(value):
            raise _WrongEntryError(key, f"the zone of {key!r} is {value!r:.60}, {_NO_ZONE}")
        zones[publisher_of(key) if is_web_address(key) else key.casefold()] = value
    return zones


def _names(entries: Mapping[str, Any]) -> Mapping[str, str]:
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
