"""Reads e-mail: each newsletter is an article, in a file (`.eml`) or a mailbox (`.mbox`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from rag.corpus.boilerplate import Block, paragraphs
from rag.corpus.bylines import is_person
from rag.corpus.charsets import declared_by_page
from rag.corpus.decoding import EMPTY, SIZE_LIMIT, decode, read_bytes, unreadable
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.flowed import unflowed
from rag.corpus.formats.forwarding import find_forwarded, is_forward, unquoted
from rag.corpus.formats.layout import markup_layout, one_line
from rag.corpus.formats.mbox import split_messages
from rag.corpus.rules import is_reporting
from rag.corpus.urls import is_web_address
from rag.errors import CorpusError
from rag.language.furniture import is_mail_foot, is_mail_head

_ANGLED = re.compile(r"<([^<>\s]+)>")
_HEADERS = frozenset({"from", "subject", "date", "message-id", "received", "return-path"})
_HTML, _PLAIN = "text/html", "text/plain"
_MESSAGE = "message/rfc822"
_MOST_FORWARDS = 5
# What stands below two hyphens, as mail programs set a signature apart (RFC 3676).
_SIGNATURE = re.compile(r"\s*^-- ?$(?:\r?\n.*){1,8}\s*\Z", re.MULTILINE)
_ZONE = re.compile(r"[+-]\d{4}\b")
_NAMED_ZONE = re.compile(r"\b(?:[A-Z]{1,4}T|UTC|Z|MES?Z)\b|\b(?:UTC|GMT)[+-]\d")


@dataclass(frozen=True, slots=True)
class MailReader:
    """Reads the message of a file: its HTML if it has some, else its plain text."""

    suffixes: tuple[str, ...] = (".eml",)

    def read(self, path: Path) -> Iterator[Draft]:
        """The message as an article: subject, sender, date and text."""
        data = read_bytes(path)
        if not data.strip():
            raise CorpusError(EMPTY)
        yield _draft(printable_path(path), _message(data))


@dataclass(frozen=True, slots=True)
class MailboxReader:
    """Reads every message of a mailbox in mbox format."""

    suffixes: tuple[str, ...] = (".mbox",)

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """Each message in order, with the path "file:number"."""
        try:
            with path.open("rb") as file:
                start = file.read(5)
            if not start:
                raise CorpusError(EMPTY)
            if start != b"From ":
                msg = 'no mailbox: it does not begin with "From "; save a single message as .eml'
                raise CorpusError(msg)
            with path.open("rb") as file:
                for number, data in enumerate(split_messages(file, SIZE_LIMIT), start=1):
                    yield _outcome(f"{printable_path(path)}:{number}", data)
        except OSError as error:
            raise CorpusError(unreadable(error)) from error


def _outcome(where: str, data: bytes) -> Draft | Unread:
    try:
        return _draft(where, _message(data))
    except CorpusError as error:
        return Unread(where, str(error))


def _message(data: bytes) -> EmailMessage:
    if len(data) > SIZE_LIMIT:
        msg = f"larger than the {SIZE_LIMIT >> 20} MB that one message may have"
        raise CorpusError(msg)
    return BytesParser(policy=policy.default).parsebytes(data)


def _draft(where: str, outer: EmailMessage) -> Draft:
    if not _HEADERS & {name.lower() for name in outer}:
        msg = "no e-mail message: it has none of the headers that one has"
        raise CorpusError(msg)
    message = _attached(outer)
    text, blocks, warnings = _text(message)
    name, address = _sender(_header(message, "From"))
    author, outlet = _person_of(name)
    identifier = _ANGLED.search(_header(message, "Message-ID"))
    archived = _ANGLED.search(_header(message, "Archived-At"))
    url = archived.group(1) if archived else ""
    draft = Draft(
        where,
        text,
        blocks,
        title=_header(message, "Subject"),
        url=url if is_web_address(url) else "",
        source_id=f"mid:{identifier.group(1)}" if identifier else "",
        publisher=outlet or address.rpartition("@")[2].lower(),
        authors=(author,) if author else (),
        date=_header(message, "Date"),
        dated=True,
        language=_header(message, "Content-Language").partition(",")[0],
        warnings=warnings + _left_out(message),
    )
    return _as_forwarded(draft)


def _attached(message: EmailMessage) -> EmailMessage:
    """The message that is attached to one which forwards it; any other one itself."""
    for _ in range(_MOST_FORWARDS):
        parts = [part for part in message.walk() if part.get_content_type() == _MESSAGE]
        inner = parts[0].get_payload() if len(parts) == 1 else None
        if not (isinstance(inner, list) and inner and isinstance(inner[0], EmailMessage)):
            break
        # Bounces and digests have one attached too.
        if message.get_content_type() != "multipart/mixed" or not _text_of_any(inner[0]):
            break
        message = inner[0]
    return message


def _text_of_any(message: EmailMessage) -> str:
    with suppress(CorpusError):
        return _text(message)[0]
    return ""


def _as_forwarded(draft: Draft) -> Draft:
    """The draft of what a message forwards, as its sender sent it; else the draft itself."""
    found = None
    if (text := unquoted(draft.text)) != draft.text:
        found = find_forwarded(draft.title, text, paragraphs(text))
    found = found or find_forwarded(draft.title, draft.text, draft.blocks)
    if found is None:
        if not is_forward(draft.title):
            return draft
        note = "forwarded, by its subject; its sender and date are those of who forwarded it"
        return replace(draft, warnings=(*draft.warnings, note))
    name, address = _sender(found.sender)
    author, outlet = _person_of(name)
    notes = ("what stands above the forwarded text is left out",) if found.left_out else ()
    zone = _ZONE.search(draft.date)
    has_zone = _ZONE.search(found.date) or _NAMED_ZONE.search(found.date)
    return replace(
        draft,
        text=found.text,
        blocks=found.blocks,
        title=found.subject,
        publisher=outlet or address.rpartition("@")[2].lower(),
        authors=(author,) if author else (),
        # Mail programs write it by the clock of whoever forwards.
        date=found.date if has_zone or not zone else f"{found.date} {zone.group()}",
        created=draft.date,
        warnings=(*draft.warnings, *notes),
    )


def _text(message: EmailMessage) -> tuple[str, tuple[Block, ...], tuple[str, ...]]:
    """The first HTML with words, else the first plain text; its blocks; warnings."""
    for kind in (_HTML, _PLAIN):
        for part in _parts(message, kind):
            content, warnings = _content(part)
            if not content:
                continue
            if kind == _PLAIN:
                content = _SIGNATURE.sub("", content) or content
                found = content, tuple(paragraphs(content))
            else:
                found = markup_layout(content)
            if found[0]:
                return *_without_frame(*found), warnings
    msg = "the message holds no text"
    raise CorpusError(msg)


def _without_frame(text: str, blocks: tuple[Block, ...]) -> tuple[str, tuple[Block, ...]]:
    """The text without what newsletters put around it: links to a browser, how to unsubscribe."""
    first, last = 0, len(blocks)
    while first < last and is_mail_head(blocks[first].words):
        first += 1
    for place in range(last - 1, first, -1):
        if is_mail_foot(blocks[place].words):
            last = place
        elif is_reporting(blocks[place].words):
            break
    if (first, last) == (0, len(blocks)) or first == last:
        return text, blocks
    start, end = blocks[first].start, blocks[last - 1].end
    moved = (replace(b, start=b.start - start, end=b.end - start) for b in blocks[first:last])
    return text[start:end], tuple(moved)


def _parts(message: EmailMessage, kind: str) -> Iterator[Any]:
    for part in message.walk():
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
            yield part


def _content(part: Any) -> tuple[str, tuple[str, ...]]:
    """The text of a part, decoded as it says, else as it seems to be."""
    data = part.get_payload(decode=True) or b""
    charset = str(part.get_content_charset() or "")
    if not data.strip():
        return "", ()
    labels = [charset] if charset else []
    if part.get_content_type() == _HTML:
        labels += declared_by_page(data)
    text, warnings = decode(data, declared=labels, lossy=True)
    if str(part.get_param("format", "")).lower() == "flowed":
        text = unflowed(text, delete_blanks=str(part.get_param("delsp", "")).lower() == "yes")
    return text.strip(), warnings


def _sender(value: str) -> tuple[str, str]:
    """The name and the address of a sender, as mail programs write them."""
    name, _, rest = value.rpartition("<")
    # Outlook writes "Name [mailto:address]", others the address alone.
    named, _, mailto = value.partition("[mailto:")
    if mailto and not name:
        name, rest = named, mailto
    return one_line(name.strip(" \"'*")), rest.strip("<>] ")


def _person_of(name: str) -> tuple[str, str]:
    """The person and the newsletter of "Mira Oldenkamp from Harbour Letters"; else ("", name)."""
    for mark in (" from ", " at "):
        person, _, outlet = name.partition(mark)
        if outlet and is_person(person):
            return person, outlet
    return "", name


def _header(message: EmailMessage, name: str) -> str:
    """A header as one line, its encoded words decoded; "" if it is missing or malformed."""
    raw = next((str(v) for key, v in message.raw_items() if key.lower() == name.lower()), "")
    data = raw.encode("utf-8", "surrogateescape")
    with suppress(CorpusError, ValueError, TypeError, IndexError, AttributeError, HeaderParseError):
        if not raw.isascii():
            raw = decode(data, lossy=True)[0]
        if "=?" not in raw:
            return one_line(raw)
        return one_line("".join(_words(*each) for each in decode_header(raw)))
    return ""


def _words(words: bytes | str, charset: str | None) -> str:
    """A part of a header; without a charset it is text of the header itself."""
    if isinstance(words, str):
        return words
    if charset is None:
        return words.decode("raw-unicode-escape", "replace")
    return decode(words, declared=[charset], lossy=True)[0] if words.strip() else " "


def _left_out(message: EmailMessage) -> tuple[str, ...]:
    """A warning for each attachment, which is not read."""
    names = [
        one_line(part.get_filename() or part.get_content_type())
        for part in message.walk()
        if part.get_content_disposition() == "attachment"
    ]
    return tuple(f"its attachment {name!r:.80} is not read" for name in names)
