"""Makes an article of named fields: a row of a table, a line or an entry of JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from rag.corpus.breaking_off import without_end
from rag.corpus.bylines import (
    is_office,
    is_outlet,
    is_person,
    named_authors,
    opens_byline,
    parse_authors,
    slug_name,
)
from rag.corpus.drafts import Draft
from rag.corpus.formats.columns import COLUMNS_FILE, Fields, fields_of, listed
from rag.corpus.formats.left_out import NOT_PUBLISHED, TEXT_MISSING
from rag.corpus.formats.text_fields import Text, line_of, read_text
from rag.corpus.urls import is_web_address, publisher_of
from rag.errors import CorpusError
from rag.language.dates import local_time, parse_published

Record = Mapping[str, Any]

_NONE = frozenset({"none", "null", "nan", "nat", "n/a", "undefined"})
_LINES = (
    *("id", "url", "title", "publisher", "date", "language", "section"),
    *("captured", "modified"),
)
_INNER = (
    *(
        "name",
        "rendered",
        "value",
        "main",
        "basic",
        "original",
        "$date",
        "$oid",
        "$numberLong",
        "#text",
    ),
    *("displayName", "display_name", "full_name", "text", "title"),
)
_DRAFTS = frozenset(
    {
        *("draft", "auto-draft", "pending", "private", "future", "scheduled", "trash", "inherit"),
        *("unpublished", "deleted", "canceled", "cancelled", "withheld", "killed", "spiked"),
    }
)
_NO = frozenset({"false", "no", "0"})
_REMOVED = frozenset({"[removed]", "[deleted]"})
_CUT_OFF = re.compile(r"\s*\[\+(\d{1,9}) chars\]\s*\Z")
_QUOTED = re.compile(r"'([^'\[\]]{1,200})'|\"([^\"\[\]]{1,200})\"")
_INNER_NAME = re.compile(r"['\"]name['\"]\s{0,3}:\s{0,3}(['\"])(.{1,200}?)\1")
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)?")
_OTHER_ROLE = re.compile(r"photo|illustrat|graphic|video|camera|translat", re.IGNORECASE)
_OF_BLOCK = ("content", "text", "html", "data", "items")
_IN_ORDER = ("summary", "lead", "headline", "heading", "sections", "paragraphs")
_DEEPEST = 6
_LONGEST_DAY = 20
_LONGEST_LIST = 4_000
_CUT_AT = "\u2026"


def record_draft(
    where: str,
    record: Record,
    warnings: tuple[str, ...],
    configured: Mapping[str, str] | None = None,
) -> Draft:
    """The article of a record by the names of its fields; `configured` ones come first.

    Raises CorpusError for a record that has no text or was not published.
    """
    fields = fields_of(tuple(record), tuple((configured or {}).items()))
    return fields_draft(where, record, fields, warnings)


def fields_draft(
    where: str, record: Record, fields: Fields, warnings: tuple[str, ...] = ()
) -> Draft:
    """The article of a record that has its fields under these names.

    Of several names for one field, the first that is not empty counts. Raises CorpusError
    for a record that has no text or was not published.
    """
    _refuse_unpublished(record, fields)
    odd: list[str] = []
    known = {field: _line(record, field, fields, odd) for field in _LINES}
    known["date"] = _exact(known["date"], record, fields)
    if fields.get("publisher"):
        if address := _page_address(known["publisher"]):
            # The outlet may be named behind it.
            known["url"] = known["url"] or address
            others = tuple(name for name in fields["publisher"] if record.get(name) != address)
            known["publisher"] = _line(record, "publisher", {"publisher": others}, odd) or address
        known["publisher"] = publisher_name(known["publisher"])
    title = without_outlet(known["title"], known["publisher"])
    (text, blocks), notes = _text(record, fields, title)
    return Draft(
        where,
        text,
        blocks,
        title=title,
        url=known["url"],
        source_id=known["id"],
        publisher=known["publisher"],
        authors=_without_outlets(_authors(record, fields, odd), known["publisher"], known["url"]),
        date=known["date"],
        language=known["language"],
        section=known["section"],
        embargoed=_embargo(record, fields),
        captured=known["captured"],
        modified=known["modified"],
        warnings=(*warnings, *notes, *odd),
    )


def publisher_name(value: str) -> str:
    """The name of an outlet; of an address or a host, the host as articles have it.

    >>> publisher_name("The Courier"), publisher_name("https://www.courier.example/news")
    ('The Courier', 'courier.example')
    >>> publisher_name("{'id': None, 'name': 'The Courier'}")
    'The Courier'
    """
    # pandas writes an inner object as Python does.
    if value.startswith("{") and (inner := _INNER_NAME.search(value)):
        return inner[2]
    is_host = "." in value and " " not in value and value == value.lower()
    return publisher_of(value) if is_host or value.startswith(("http://", "https://")) else value


def _page_address(source: str) -> str:
    """The address of a page that stands as the source of an article, not that of a whole site."""
    return source if is_web_address(source) and urlsplit(source).path.strip("/") else ""


def people_of(value: Any) -> tuple[str, ...]:
    """The distinct names in a byline, a list of names, or a list of objects with names."""
    if isinstance(value, str):
        listed_names = value.strip()
        if listed_names[:1] == "[" and len(listed_names) <= _LONGEST_LIST:
            return _distinct(one or two for one, two in _QUOTED.findall(listed_names))
        return parse_authors(line_of(value)) or _distinct(named_authors(line_of(value)))
    if isinstance(value, dict) and isinstance(value.get("by"), list):
        value = value["by"]
    listed_entries = value if isinstance(value, list | tuple) else [value]
    entries = [each for each in listed_entries if not _OTHER_ROLE.search(_role(each))]
    written = [line_of(name) for name in map(_inner, entries) if isinstance(name, str)]
    names = [name for each in written for name in _people_in(each)]
    slugs = {name: of_slug for name in names if (of_slug := slug_name(name)) is not None}
    found = [slugs.get(name, name) for name in names]
    # Beside a person, "Staff Writer" is what she is.
    offices = [name for name in found if is_office(name)] if any(map(is_person, found)) else []
    return _distinct(name for name in found if name not in offices)


def _role(entry: Any) -> str:
    """What a person in a list did for the article, where the entry says so."""
    said = entry.get("role") if isinstance(entry, dict) else ""
    return said if isinstance(said, str) else ""


def _people_in(entry: str) -> tuple[str, ...]:
    """The people of an entry of a list, which may be a byline; none of what names nobody."""
    if opens_byline(entry):
        return parse_authors(entry)
    return (entry,) if named_authors(entry) else ()


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    found = (" ".join(name.split()) for name in names)
    return tuple(dict.fromkeys(name for name in found if name and name.casefold() not in _NONE))


def _refuse_unpublished(record: Record, fields: Fields) -> None:
    for name in fields.get("status", ()):
        value = record.get(name)
        said = str(value).strip().casefold()
        is_flag = name.casefold().endswith("published")
        if said in _DRAFTS or value is False or (is_flag and said in _NO):
            msg = f"{NOT_PUBLISHED}{said if said in _DRAFTS else 'draft'}"
            raise CorpusError(msg)


def _text(record: Record, fields: Fields, title: str) -> tuple[Text, tuple[str, ...]]:
    wrong = ""
    for name in fields.get("text", ()):
        value = _looked_up(record, name)
        value = _inner(value)
        if isinstance(value, list | dict):
            value = _block(value) or value
        if _is_none(value):
            continue
        if not isinstance(value, str):
            wrong = wrong or f"field {name!r} must be a string, not {type(value).__name__}"
            continue
        if value.strip().casefold() in _REMOVED:
            msg = "its publisher has removed it"
            raise CorpusError(msg)
        found, notes = _whole(value, title)
        if found[0] and not found[0].isspace():
            return found, notes
        wrong = wrong or f"field {name!r} is empty"
    summary = _summary(record, fields, title)
    if summary is not None:
        return summary, ("has no text but a summary; that is read",)
    raise CorpusError(wrong or _missing(record, fields))


def _block(value: Any, depth: int = 0) -> str:
    """The words of a block of a text: {"content": "…"}, {"data": {"text": "…"}}, or their items."""
    if isinstance(value, str) or depth > _DEEPEST:
        return value if isinstance(value, str) else ""
    if isinstance(value, list):
        return "\n\n".join(filter(None, (_block(each, depth + 1) for each in value)))
    if not isinstance(value, dict):
        return ""
    if isinstance(children := value.get("children"), list):
        return "".join(_block(each, depth + 1) for each in children)
    inner = (_block(value.get(name), depth + 1) for name in _OF_BLOCK)
    parts = (_block(value.get(name), depth + 1) for name in _IN_ORDER)
    return next(filter(None, inner), "") or "\n\n".join(filter(None, parts))


def _whole(value: str, title: str) -> tuple[Text, tuple[str, ...]]:
    """The text, and a warning if a service has cut it off."""
    cut = _CUT_OFF.search(value[-40:])
    if cut is None:
        return read_text(value, title), ()
    begun = value[: len(value) - len(cut[0])]
    begun = begun if begun.endswith((_CUT_AT, "...")) else f"{begun}{_CUT_AT}"
    note = f"holds the beginning of the text only: {int(cut[1]):,} characters are missing"
    text, blocks = read_text(begun, title)
    return (text, without_end(text, blocks)), (note,)


def _summary(record: Record, fields: Fields, title: str) -> Text | None:
    """The summary of a record that is an article in all but its text; else None."""
    if not title or not (fields.get("url") or fields.get("date")):
        return None
    for name in fields.get("summary", ()):
        value = _inner(record.get(name))
        if isinstance(value, str) and not _is_none(value):
            found = read_text(value, title)
            if found[0] and not found[0].isspace():
                return found[0], without_end(*found)
    return None


def _missing(record: Record, fields: Fields) -> str:
    if "question" in record:
        return (
            "a question, not an article: it has 'question' but no 'text'; "
            "leave question files out, they are for `dateline eval`"
        )
    for name in fields.get("text", ()):
        if isinstance(_looked_up(record, name), str):
            return f"field {name!r} is empty"
    found = listed(sorted(map(str, record)))
    return f'{TEXT_MISSING}; fields found: {found}; name it in a file {COLUMNS_FILE}: text = "..."'


def _line(record: Record, field: str, fields: Fields, odd: list[str]) -> str:
    """The first value of a field that is not empty, as one line; "" if there is none."""
    for name in fields.get(field, ()):
        value = _looked_up(record, name)
        if isinstance(value, list | tuple):
            value = next(iter(value), None) if field in ("section", "language") else value
        inner = _inner(value)
        if _is_none(inner):
            continue
        found = _string(inner)
        if found is None:
            odd.append(f"field {name!r} is {value!r:.60}, not text; left out")
        elif found:
            return found
    return ""


def _exact(day: str, record: Record, fields: Fields) -> str:
    """The date, made exact by another field that names a time of the same day.

    Midnight without a zone, or in UTC, is how tables write a day.
    """
    if found := _MIDNIGHT.fullmatch(day):
        day = found[1]
    others = [name for name in fields.get("date", ()) if name in record]
    if len(others) < 2 or len(day) > _LONGEST_DAY:
        return day
    moment = parse_published(day)
    if moment is None or moment.precision != "day":
        return day
    for name in others:
        value = _string(_inner(_looked_up(record, name))) or ""
        other = parse_published(value) if not _MIDNIGHT.fullmatch(value) else None
        exact = other is not None and other.precision in ("minute", "second")
        if other and exact and local_time(other).date() == moment.at.date():
            return value
    return day


def _authors(record: Record, fields: Fields, odd: list[str]) -> tuple[str, ...]:
    for name in fields.get("authors", ()):
        value = _looked_up(record, name)
        if _is_none(value) or (name == "credits" and not isinstance(value, dict)):
            continue
        if not isinstance(value, str | list | tuple | dict):
            odd.append(f"field {name!r} is {value!r:.60}, not names; left out")
        elif found := people_of(value):
            return found
    return ()


def _without_outlets(names: tuple[str, ...], publisher: str, url: str) -> tuple[str, ...]:
    """The names without the outlet's own, unless it is the only one."""
    outlets = [each for each in (publisher, publisher_of(url)) if each]
    return tuple(name for name in names if not is_outlet(name, outlets)) or names


def _embargo(record: Record, fields: Fields) -> str:
    """The end of the embargo as the record writes it; "" if there is none."""
    for name in fields.get("embargoed", ()):
        value = _inner(_looked_up(record, name))
        written = _string(value) or ""
        if not _is_none(value) and written and written.casefold() not in _NO:
            return written
    return ""


def _looked_up(record: Record, name: str) -> Any:
    """The value under a name; a configured name with dots leads into inner objects."""
    if name in record or "." not in name:
        return plain_value(record.get(name))
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return plain_value(value)


def plain_value(value: Any) -> Any:
    """A value of a table as a JSON value."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


def _inner(value: Any) -> Any:
    """The words of an object such as {"rendered": "..."}; other values as they are."""
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = next((value[name] for name in _INNER if value.get(name) is not None), value)
    return value


def _is_none(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip() or (len(value) < 12 and value.strip().casefold() in _NONE)
    return value is None or (isinstance(value, float) and math.isnan(value))


def _string(value: object) -> str | None:
    """The value as one line; None if it cannot be text."""
    if isinstance(value, str):
        return line_of(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if value == value // 1 and math.isfinite(value) else str(value)
    return None


def without_outlet(title: str, publisher: str) -> str:
    """The title without the outlet's name at its end, which search services add.

    >>> without_outlet("Ferry sails - The Courier", "The Courier")
    'Ferry sails'
    """
    if not publisher:
        return title
    for mark in (" - ", " | ", " – ", " — "):
        start, found, end = title.rpartition(mark)
        if found and start and end.casefold() == publisher.casefold():
            return start
    return title
