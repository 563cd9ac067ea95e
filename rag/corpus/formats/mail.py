"""Reads e-mail: each newsletter is an article, in a file (`.eml`) or a mailbox (`.mbox`)."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from rag.corpus.boilerplate import Block, paragraphs
from rag.corpus.decoding import EMPTY, SIZE_LIMIT, clean, decode, read_bytes, unreadable
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.layout import lay_out, markup_parts, one_line
from rag.corpus.urls import is_web_address
from rag.errors import CorpusError

_ANGLED = re.compile(r"<([^<>\s]+)>")
_HEADERS = frozenset({"from", "subject", "date", "message-id", "received", "return-path"})
_HTML, _PLAIN = "text/html", "text/plain"
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


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
            with closing(mailbox.mbox(path, create=False)) as box:
                for number, key in enumerate(box.iterkeys(), start=1):
                    yield _outcome(f"{printable_path(path)}:{number}", box.get_bytes(key))
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


def _draft(where: str, message: EmailMessage) -> Draft:
    if not _HEADERS & {name.lower() for name in message}:
        msg = "no e-mail message: it has none of the headers that one has"
        raise CorpusError(msg)
    text, blocks, warnings = _text(message)
    name, address = _sender(message)
    identifier = _ANGLED.search(_header(message, "Message-ID"))
    archived = _ANGLED.search(_header(message, "Archived-At"))
    url = archived.group(1) if archived else ""
    return Draft(
        where,
        text,
        blocks,
        title=_header(message, "Subject"),
        url=url if is_web_address(url) else "",
        source_id=f"mid:{identifier.group(1)}" if identifier else "",
        publisher=name or address.rpartition("@")[2].lower(),
        date=_header(message, "Date"),
        dated=True,
        language=_header(message, "Content-Language").partition(",")[0],
        warnings=warnings + _left_out(message),
    )


def _text(message: EmailMessage) -> tuple[str, tuple[Block, ...], tuple[str, ...]]:
    """The first HTML with words, else the first plain text; its blocks; warnings."""
    for kind in (_HTML, _PLAIN):
        for part in _parts(message, kind):
            content, warnings = _content(part)
            if not content:
                continue
            if kind == _PLAIN:
                return content, tuple(paragraphs(content)), warnings
            text, blocks = lay_out(markup_parts(_tree(content)))
            if text:
                return text, blocks, warnings
    msg = "the message holds no text"
    raise CorpusError(msg)


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
    try:
        return clean(data.decode(charset)).strip(), ()
    except (LookupError, ValueError):
        text, warnings = decode(data)
        return text.strip(), warnings


def _tree(page: str) -> Any:
    from lxml import html

    return html.document_fromstring(_XML_DECLARATION.sub("", page) or "<html/>")


def _sender(message: EmailMessage) -> tuple[str, str]:
    """The name and the address of the sender."""
    name, _, rest = _header(message, "From").rpartition("<")
    return one_line(name.strip(" \"'")), rest.rstrip("> ")


def _header(message: EmailMessage, name: str) -> str:
    """A header as one line; "" if it is missing or malformed."""
    try:
        return one_line(str(message.get(name, "")))
    except (ValueError, TypeError, IndexError, AttributeError):
        return ""


def _left_out(message: EmailMessage) -> tuple[str, ...]:
    """A warning for each attachment, which is not read."""
    names = [
        one_line(part.get_filename() or part.get_content_type())
        for part in message.walk()
        if part.get_content_disposition() == "attachment"
    ]
    return tuple(f"its attachment {name!r:.80} is not read" for name in names)
