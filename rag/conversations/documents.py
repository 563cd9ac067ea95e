"""What is taken away: a conversation as HTML that loads nothing or for Word, an answer as text.

Whatever a reader, an article or a model wrote is text in both: none of it becomes markup, a
link, a picture or a field. Addresses of articles become links where they are web pages.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from rag.answers.wording import spoken_pages
from rag.archive import Archive
from rag.conversations.escaping import (
    BLANK_LINES,
    for_xml,
    json_without_controls,
    one_line_markdown,
    text,
    web_address,
    without_controls,
)
from rag.conversations.exporting import (
    NEAREST,
    asked_at,
    cited_articles,
    export_json,
    export_markdown,
    minute,
    readable_answer,
)
from rag.conversations.references import reference
from rag.errors import QueryError
from rag.records import Answer, Citation
from rag.records.answer_json import AnswerJson, CitationJson
from rag.store import KeptConversation, KeptTurn

WORD_MISSING = "Word files need python-docx; install it: pip install 'dateline[formats]'"

_Digests = Mapping[tuple[str, Any], str | None]
_STYLE = Markup("""
:root { color-scheme: light dark; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.6;
  font-family: Charter, Georgia, "Liberation Serif", serif; overflow-wrap: anywhere; }
h1, h2 { line-height: 1.3; } h2 { margin-top: 2.5rem; }
.asked, figcaption { font: .85rem/1.5 system-ui, sans-serif; opacity: .8; }
figure { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid; }
blockquote { margin: 0; white-space: pre-wrap; }
""")
_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<title>{}</title><style>{}</style></head><body>\n<h1 dir="auto">{}</h1>\n{}\n</body></html>\n'
)
_LONGEST = 80
_LONGEST_BYTES = 180
_FORBIDDEN = re.compile(
    r"[\\/:*?\"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_UNTITLED = "Dateline"


def export_html(kept: KeptConversation, archive: Archive) -> str:
    """The conversation as one HTML file: each answer with its quotes and where they stand."""
    digests = _digests(kept, archive)
    turns = [part for turn in kept.turns for part in _turn_html(turn, digests)]
    title = text(without_controls(kept.summary.title))
    begun = Markup('<p class="asked">Exported from Dateline; begun {}.</p>').format(
        minute(kept.summary.started)
    )
    return str(_PAGE.format(title, _STYLE, title, Markup("\n").join([begun, *turns])))


def export(kept: KeptConversation, archive: Archive, kind: str) -> bytes:
    """The file of a conversation, of one of the kinds `md`, `html`, `docx` and `json`."""
    if kind == "docx":
        return export_docx(kept, archive)
    if kind == "json":
        written = json.dumps(export_json(kept, archive), ensure_ascii=False, indent=2)
        written = json_without_controls(f"{written}\n")
    else:
        written = (export_html if kind == "html" else export_markdown)(kept, archive)
    return written.encode("utf-8", "replace")


def export_docx(kept: KeptConversation, archive: Archive) -> bytes:
    """The same as a Word document; raises QueryError where python-docx is not installed."""
    try:
        from docx import Document
    except ImportError as error:
        raise QueryError(WORD_MISSING) from error
    digests = _digests(kept, archive)
    document = Document()
    document.core_properties.title = for_xml(kept.summary.title)[:255]
    document.core_properties.author = "Dateline"
    document.add_heading(for_xml(kept.summary.title), level=0)
    document.add_paragraph(f"Exported from Dateline; begun {minute(kept.summary.started)}.")
    for turn in kept.turns:
        _add_turn(document, turn, digests)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


@cache
def can_write_word() -> bool:
    """Whether python-docx is installed."""
    return find_spec("docx") is not None


def _digests(kept: KeptConversation, archive: Archive) -> _Digests:
    answers = [readable_answer(turn) for turn in kept.turns]
    return {(each.id, each.revision): each.digest for each in cited_articles(answers, archive)}


def _paragraphs(turn: KeptTurn, answer: AnswerJson | None) -> list[str]:
    words = answer.text if answer else str(turn.answer.get("text", ""))
    shown = [part.strip() for part in BLANK_LINES.split(words) if part.strip()]
    return [*shown, NEAREST] if answer and answer.abstained and answer.citations else shown


def _origin(said: CitationJson) -> str:
    names = (said.publisher, said.published, said.title)
    return f"[{said.number}] {', '.join(name for name in names if name)}"


def _place(said: CitationJson, digests: _Digests) -> str:
    digest = digests.get((said.article_id, said.revision))
    return (
        f"article {said.article_id}, revision {said.revision}, characters {said.start} to "
        f"{said.end}, digest {digest}"
    )


def _turn_html(turn: KeptTurn, digests: _Digests) -> Iterator[Markup]:
    answer = readable_answer(turn)
    yield Markup('<h2 dir="auto">{}</h2>').format(_shown(turn.question))
    yield Markup('<p class="asked">{}</p>').format(asked_at(turn, answer))
    for paragraph in _paragraphs(turn, answer):
        yield Markup('<p dir="auto">{}</p>').format(_shown(paragraph))
    for said in answer.citations if answer else ():
        address = web_address(said.url)
        link = Markup('<a href="{0}" rel="noopener noreferrer nofollow">{0}</a><br>').format(
            text(address)
        )
        yield Markup(
            '<figure><blockquote dir="auto">{}</blockquote><figcaption>{}<br>{}{}</figcaption>'
            "</figure>"
        ).format(
            _shown(said.quote),
            _shown(_origin(said)),
            link if address else "",
            _shown(_place(said, digests)),
        )


def _shown(words: str) -> Markup:
    return text(without_controls(words))


def _add_turn(document: Any, turn: KeptTurn, digests: _Digests) -> None:
    answer = readable_answer(turn)
    document.add_heading(for_xml(turn.question), level=1)
    document.add_paragraph(for_xml(asked_at(turn, answer)))
    for paragraph in _paragraphs(turn, answer):
        document.add_paragraph(for_xml(paragraph))
    for said in answer.citations if answer else ():
        document.add_paragraph(for_xml(said.quote), style="Intense Quote")
        lines: Sequence[str] = (_origin(said), web_address(said.url), _place(said, digests))
        document.add_paragraph(for_xml("\n".join(filter(None, lines))))


def answer_plain(answer: Answer) -> str:
    """The question, the answer as it was given, and its sources by number."""
    sources = [
        f"[{each.number}] {reference(each.article, 'plain', _pages(each))}"
        for each in answer.citations
    ]
    return _joined(answer, answer.question, answer.text, sources)


def answer_markdown(answer: Answer) -> str:
    """The same as Markdown: nothing that anybody wrote becomes markup."""
    paragraphs = [one_line_markdown(each) for each in BLANK_LINES.split(answer.text)]
    sources = [
        rf"\[{each.number}\] {reference(each.article, 'markdown', _pages(each))}  "
        for each in answer.citations
    ]
    question = f"**{one_line_markdown(answer.question)}**"
    return _joined(answer, question, "\n\n".join(filter(None, paragraphs)), sources)


def _joined(answer: Answer, question: str, words: str, sources: list[str]) -> str:
    nearest = [NEAREST] if answer.abstained and sources else []
    listed = "\n".join([*nearest, *sources]).rstrip()
    return "\n\n".join(filter(None, [question, words.strip(), listed]))


def _pages(cited: Citation) -> str:
    return spoken_pages(cited.article, cited.start, cited.end)


def file_name(title: str, kind: str) -> str:
    """The title as a name of a file of this kind, without what any system forbids in one.

    >>> file_name("Who paid? 10/12: <the> town...", "md")
    'Who paid 10 12 the town.md'
    """
    plain = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", title))
    words = " ".join(plain.encode("utf-8", "ignore").decode().split())[:_LONGEST]
    while len(words.encode()) > _LONGEST_BYTES:
        words = words[:-1]
    name = words.strip(" .…-_~")
    if not name or _RESERVED.match(name):
        name = f"{_UNTITLED} {name}".strip()
    return f"{name}.{kind}"


def disposition(name: str) -> str:
    """The header that has a browser keep what it gets as a file of this name.

    >>> print(disposition("Où ?.md"))
    attachment; filename="Ou _.md"; filename*=UTF-8''O%C3%B9%20%3F.md
    """
    marked = unicodedata.normalize("NFKD", name)
    plain = "".join(each for each in marked if not unicodedata.combining(each))
    ascii_name = re.sub(r"[^A-Za-z0-9 ._()'-]", "_", plain)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
