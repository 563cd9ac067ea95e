"""Reads ninjs, the JSON of news agencies, in versions 1 to 3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rag.corpus.decoding import clean
from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.editor_notes import with_note
from rag.corpus.formats.fields import people_of
from rag.corpus.formats.layout import one_line
from rag.corpus.formats.text_fields import Text, line_of, read_text
from rag.corpus.urls import is_web_address
from rag.errors import CorpusError

_MARKS = frozenset(
    {
        *("bodies", "headlines", "versioncreated", "representationtype", "pubstatus", "ednote"),
        *("body_text", "body_xhtml", "body_html", "copyrightholder", "associations", "renditions"),
        *("usageterms", "altids", "infosources", "$standard", "eventdetails", "profile"),
    }
)
_LEAST_MARKS = 2
_WITHOUT_TEXT = frozenset({"picture", "graphic", "video", "audio", "event", "planning"})
_STATUSES = frozenset({"canceled", "cancelled", "withheld"})
_DEEPEST = 8


def is_ninjs(record: Mapping[str, Any]) -> bool:
    """Whether an object is a ninjs item: it says so, or has an address and fields of ninjs."""
    standard = record.get("standard") or record.get("$standard")
    if isinstance(standard, dict) and standard.get("name") == "ninjs":
        return True
    names = {str(name).lower() for name in record}
    # Superdesk writes "guid".
    named = isinstance(record.get("uri"), str) or isinstance(record.get("guid"), str)
    return named and len(names & _MARKS) >= _LEAST_MARKS


def ninjs_drafts(
    where: str, record: Mapping[str, Any], warnings: tuple[str, ...] = ()
) -> Iterator[Draft | Unread]:
    """The article of an item, and those of the texts that are associated with it.

    Raises CorpusError for an item that holds no text, is cancelled or withheld.
    """
    item = _Item(record)
    inner = list(_associated(item, 0))
    text, blocks = item.text()
    if text or not inner:
        yield item.draft(where, (text, blocks), warnings)
    for number, each in enumerate(inner, start=1):
        place = f"{where}#{number}"
        try:
            yield each.draft(place, each.text(), warnings)
        except CorpusError as error:
            yield Unread(place, str(error))


class _Item:
    """An item whose names are looked up without their capitals, which differ by version."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.fields = {str(name).lower(): value for name, value in record.items()}

    def line(self, *names: str) -> str:
        """The first text under the names, as one line; "" if there is none."""
        values = (self.fields.get(name) for name in names)
        return next((line_of(clean(v)) for v in values if isinstance(v, str) and v.strip()), "")

    def named(self, *names: str) -> str:
        """The name of the first entry of a list under the names."""
        for name in names:
            value = self.fields.get(name)
            for entry in value if isinstance(value, list) else [value]:
                if isinstance(entry, dict) and isinstance(found := entry.get("name"), str):
                    return one_line(found)
        return ""

    def title(self) -> str:
        """The main headline, else the first one."""
        values = self.values("headlines")
        main = [value for role, _, value in values if role == "main"]
        first = next(iter([*main, *(value for _, _, value in values)]), "")
        return line_of(clean(first)) or self.line("headline", "title")

    def values(self, name: str) -> list[tuple[str, str, str]]:
        """The role, content type and words of each entry of a list such as `bodies`."""
        listed = self.fields.get(name)
        found: list[tuple[str, str, str]] = []
        for entry in listed if isinstance(listed, list) else []:
            inner = _Item(entry) if isinstance(entry, dict) else _Item({"value": entry})
            value = inner.fields.get("value")
            if isinstance(value, str) and value.strip():
                found.append((inner.line("role"), inner.line("contenttype"), value))
        return found

    def text(self) -> Text:
        """The body as HTML if there is one, else as plain text; empty if there is none."""
        bodies = [(kind or role, value) for role, kind, value in self.values("bodies")]
        bodies += [
            (name, value)
            for name, value in self.fields.items()
            if name.startswith("body_") and isinstance(value, str) and value.strip()
        ]
        for kind, value in sorted(bodies, key=lambda body: _preference(body[0])):
            found = _read(kind, value, self.title())
            if found[0].strip():
                return found
        return "", ()

    def draft(self, where: str, content: Text, warnings: tuple[str, ...]) -> Draft:
        """The article; raises CorpusError where the item is none."""
        status = self.line("pubstatus").rpartition(":")[2].lower()
        if status in _STATUSES:
            msg = f"its publisher says that it is {status}"
            raise CorpusError(msg)
        if not content[0].strip():
            kind = self.line("type") or "ninjs"
            msg = f"the {kind!r:.30} item holds no text"
            raise CorpusError(msg)
        (text, blocks), notes = with_note(content, self.line("ednote"))
        uri = self.line("uri", "guid")
        return Draft(
            where,
            text,
            blocks,
            title=self.title(),
            url=uri if is_web_address(uri) and "/" in uri else "",
            source_id=uri,
            publisher=self.named("infosources", "infosource")
            or self.line("copyrightholder", "source"),
            authors=people_of(self.line("by", "byline")),
            date=self.line("contentcreated", "firstcreated", "versioncreated"),
            dated=True,
            language=self.line("language"),
            section=self.named("subjects", "subject"),
            embargoed=self.line("embargoed"),
            warnings=(*warnings, *notes),
        )


def _read(kind: str, value: str, title: str) -> Text:
    if "plain" in kind or kind in ("text", "body_text"):
        return read_text(value.strip(), title, html=False)
    return read_text(value, title, html=True if "html" in kind else None)


def _preference(kind: str) -> int:
    """HTML first, then unknown kinds and plain text, last other XML."""
    lowered = kind.lower()
    if "html" in lowered:
        return 0
    return 2 if "xml" in lowered or "nitf" in lowered else 1


def _associated(item: _Item, depth: int) -> Iterator[_Item]:
    """The associated items that have a body, and those associated with them."""
    value = item.fields.get("associations")
    entries = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    for entry in entries:
        if not isinstance(entry, dict) or depth > _DEEPEST:
            continue
        inner = _Item(entry)
        if inner.line("type").lower() not in _WITHOUT_TEXT and inner.text()[0]:
            yield inner
        yield from _associated(inner, depth + 1)
