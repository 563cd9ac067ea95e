"""Reads the documents of Nexis Uni and Lexis Advance: each ends with "End of Document"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.export_fields import (
    PAGE_BREAK,
    TOO_LONG,
    Gathering,
    date_of,
    joined,
    paragraphs_in,
)
from rag.corpus.formats.nexis_documents import Document, draft_of
from rag.corpus.formats.nexis_labels import ends_text, is_copyright, label_of

NAME = "Nexis Uni"
_END = re.compile(
    r"^\s*(?:end of document|ende des dokuments|fin du document|fin del documento"
    r"|fine del documento|einde (?:van )?(?:het )?document|fim do documento)\s*$",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"^(?:body|text|haupttext|textkörper|corps|texte|cuerpo|texto|corpo|testo|tekst)$",
    re.IGNORECASE,
)
_CLASSIFICATION = re.compile(
    r"^(?:classification|klassifi[kz]\w{0,12}|clasificación|classificazione|classificatie"
    r"|classificação)$",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"^(?:graphics?|grafik|graphique|gráficos?|grafiek)$", re.IGNORECASE)
_CAPTIONS = 8
_NO_TITLE = re.compile(
    r"^(?:page \d+ of \d+|date and time|job number|documents? \(\d+\)|client/matter|search terms"
    r"|search type|narrowed by|content type|user name|\d{1,4}\. )",
    re.IGNORECASE,
)
_CUT_SHORT = "it has no end mark; the export may be cut short"


def ends_document(line: str) -> bool:
    """Whether a line is "End of Document", in any language of the interface."""
    return len(line) < 80 and _END.match(line) is not None


def recognises(lines: Sequence[str]) -> bool:
    """Whether these lines are of such an export."""
    if not any(map(ends_document, lines)):
        return any(_TEXT.match(line.strip()) for line in lines) and {"length", "loaded"} <= {
            label_of(line.strip())[0] for line in lines if ":" in line
        }
    return any(
        _TEXT.match(line.strip()) or label_of(line.strip())[0] in ("length", "loaded", "section")
        for line in lines
    )


def articles(lines: Iterable[str], where: str) -> Iterator[Draft | Unread]:
    """The article of each document, with the path "file:number", counted from 1.

    Cover pages and lists of the documents are no articles. A last document without its end
    mark has a warning.
    """
    number, gathering = 1, Gathering()
    for line in lines:
        if ends_document(line):
            yield _article(f"{where}:{number}", gathering, first=number == 1)
            number, gathering = number + 1, Gathering()
        else:
            gathering.add(line)
    rest = list(paragraphs_in(gathering.lines))
    if gathering.too_long or any(_TEXT.match(joined(each)) for each in rest):
        yield _article(f"{where}:{number}", gathering, first=number == 1, warnings=(_CUT_SHORT,))


def _article(
    where: str, gathering: Gathering, *, first: bool, warnings: tuple[str, ...] = ()
) -> Draft | Unread:
    if gathering.too_long:
        return Unread(where, TOO_LONG)
    paragraphs = list(_paragraphs(_after_cover(gathering.lines)))
    text = next((n for n, words in enumerate(paragraphs) if _TEXT.match(words)), None)
    fields: dict[str, str] = {}
    below = _below(paragraphs, 0 if text is None else text + 1)
    head_end = below if text is None else text
    labels = next((n for n in range(head_end) if _is_label(paragraphs[n])), head_end)
    dated = _dated(paragraphs[:labels])
    for words in paragraphs[labels:head_end]:
        _keep(fields, words)
    body = [] if text is None else paragraphs[text + 1 : below]
    _keep_below(fields, paragraphs[below:])
    title, outlet = _head(paragraphs, labels, dated, first=first)
    return draft_of(
        where,
        Document(
            outlet=outlet,
            date=date_of(paragraphs[dated]) if dated >= 0 else "",
            title=title,
            fields=fields,
            body=body,
            warnings=warnings,
        ),
    )


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """The paragraphs; each line is one where dates, labels and marks have no blank around them."""
    for paragraph in paragraphs_in(lines):
        if len(paragraph) > 1 and any(_is_mark(line) for line in paragraph):
            yield from paragraph
        else:
            yield joined(paragraph)


def _is_mark(line: str) -> bool:
    return _TEXT.match(line) is not None or _is_label(line) or bool(date_of(line))


def _after_cover(lines: Sequence[str]) -> Sequence[str]:
    """The lines after the last page break above the text."""
    start = 0
    for number, line in enumerate(lines):
        if _TEXT.match(line.strip()):
            break
        if line.strip(" ") == PAGE_BREAK and any(each.strip() for each in lines[number:]):
            start = number + 1
    return lines[start:]


def _is_label(words: str) -> bool:
    return bool(label_of(words)[0]) or is_copyright(words)


def _dated(head: Sequence[str]) -> int:
    """The index of the last paragraph above the labels that is a date; -1 if there is none."""
    for number in range(len(head) - 1, -1, -1):
        if date_of(head[number]) and not _NO_TITLE.match(head[number]):
            return number
    return -1


def _head(
    paragraphs: Sequence[str], labels: int, dated: int, *, first: bool
) -> tuple[list[str], str]:
    """The title and the outlet, which stands between title and date."""
    above = paragraphs[: dated if dated >= 0 else labels]
    named = [words for words in above if not _NO_TITLE.match(words) and not is_copyright(words)]
    if len(named) < 2:
        return list(named), ""
    # Above the first document may be a list of all, or the terms of the search.
    title = named[-2:-1] if first else named[:-1]
    return [" ".join(title)], named[-1]


def _below(paragraphs: Sequence[str], start: int) -> int:
    """The index at which the text ends: labels, a classification or captions stand below it."""
    end = next((n for n in range(start, len(paragraphs)) if _ends(paragraphs[n])), len(paragraphs))
    while end > start and (is_copyright(paragraphs[end - 1]) or ends_text(paragraphs[end - 1])):
        end -= 1
    captions = range(end - 1, max(start, end - _CAPTIONS) - 1, -1)
    return next((n for n in captions if _PICTURE.match(paragraphs[n])), end)


def _ends(words: str) -> bool:
    return _CLASSIFICATION.match(words) is not None or ends_text(words)


def _keep(fields: dict[str, str], words: str) -> None:
    name, value = label_of(words)
    if name and value:
        fields.setdefault(name, value)


def _keep_below(fields: dict[str, str], paragraphs: Sequence[str]) -> None:
    captions: list[str] = []
    pictures = False
    for words in paragraphs:
        if _PICTURE.match(words):
            pictures = True
        elif _is_label(words) or _ends(words):
            pictures = False
            _keep(fields, words)
        elif pictures:
            captions.append(words)
    if captions:
        fields.setdefault("picture", " ".join(captions))
