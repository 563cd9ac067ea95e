"""Reads the text exports of LexisNexis: documents numbered "1 of 10 DOCUMENTS"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.export_fields import TOO_LONG, Gathering, date_of, joined, people
from rag.corpus.formats.nexis_documents import Document, draft_of
from rag.corpus.formats.nexis_labels import (
    ends_text,
    is_copyright,
    is_shouted_label,
    label_of,
    opens_text,
)

NAME = "LexisNexis"
_COUNT = re.compile(
    r"^\s*(?:FOCUS\b[ -]*)?(?:\d[\d.,]{0,8} (?:of|von|de|van|di|av|sur) \d[\d.,]{0,8}"
    r" (?:documents?|documenten|documentos?|documenti|dokumente?n?)"
    r"|(?:document|dokument|documento) \d[\d.,]{0,8} (?:of|von|de|van|di|av|sur)"
    r" \d[\d.,]{0,8})\s*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+$", re.IGNORECASE)
_CUT_SHORT = "it has no fields below its text, as those before it have; it may be cut short"
# "UPDATE: The council has since voted" is text; with a date it is a label.
_NEWS_MAY_BEGIN_WITH = frozenset({"", "loaded", "language", "text"})
_CENTRED = 4
_TOP = 8
_NEAR = 6
_TITLE = 300
_BYLINE = 100
_APPENDED = re.compile(
    r"(?:corrections?|clarifications?|editor[’']s notes?) (?:is |are )?appended\W*", re.IGNORECASE
)


@dataclass(slots=True)
class _Paragraph:
    """Lines without a blank one between them; `centred` if any is set in from the left."""

    lines: list[str]
    centred: bool

    @property
    def words(self) -> str:
        """The lines as one."""
        return joined(self.lines)


@dataclass(slots=True)
class _Parts:
    """An article as it is taken apart."""

    outlet: str = ""
    date: str = ""
    title: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    complete: bool = False
    cut_short: bool = False
    too_long: bool = False

    def keep(self, name: str, value: str) -> None:
        """Keeps the first value of a field."""
        if value:
            self.fields.setdefault(name, value)


def begins_document(line: str) -> bool:
    """Whether a line counts the documents of an export: "2 of 10 DOCUMENTS"."""
    return len(line) < 200 and _COUNT.match(line) is not None


def recognises(lines: Sequence[str]) -> bool:
    """Whether these lines are of such an export, of many documents or of one."""
    fields = {label_of(line)[0] for line in map(str.strip, lines) if is_shouted_label(line)}
    if any(map(begins_document, lines)):
        return bool(fields & {"length", "loaded", "byline", "section", "kind"})
    return {"length", "loaded"} <= fields


def articles(lines: Iterable[str], where: str) -> Iterator[Draft | Unread]:
    """The article of each document, with the path "file:number", counted from 1."""
    number, gathering = 0, Gathering()
    complete = False
    for line in lines:
        if not begins_document(line):
            gathering.add(line)
            continue
        if number:
            parts = _taken_apart(gathering)
            complete = complete or parts.complete
            yield _outcome(f"{where}:{number}", parts)
        number, gathering = number + 1, Gathering()
    parts = _taken_apart(gathering)
    parts.cut_short = complete and not parts.complete
    yield _outcome(f"{where}:{max(1, number)}", parts)


def _taken_apart(gathering: Gathering) -> _Parts:
    parts = _Parts(too_long=gathering.too_long)
    paragraphs = _by_label(_paragraphs(gathering.lines))
    top = _top(parts, paragraphs)
    start = _labels(parts, paragraphs, top)
    end = _tail(parts, paragraphs, start)
    parts.body = [paragraph.words for paragraph in paragraphs[start:end]]
    parts.complete = end < len(paragraphs)
    return parts


def _outcome(where: str, parts: _Parts) -> Draft | Unread:
    if parts.too_long:
        return Unread(where, TOO_LONG)
    if parts.cut_short and not (parts.date and parts.fields):
        return Unread(where, _CUT_SHORT)
    return draft_of(
        where,
        Document(
            outlet=parts.outlet,
            date=parts.date,
            title=parts.title,
            below=parts.below,
            fields=parts.fields,
            body=parts.body,
            warnings=(_CUT_SHORT,) if parts.cut_short else (),
        ),
    )


def _paragraphs(lines: Iterable[str]) -> Iterator[_Paragraph]:
    kept: list[str] = []
    for line in (*lines, ""):
        if line.strip():
            kept.append(line)
        elif kept:
            centred = any(line[:_CENTRED].isspace() for line in kept)
            yield _Paragraph([line.strip() for line in kept], centred)
            kept = []


def _by_label(paragraphs: Iterable[_Paragraph]) -> list[_Paragraph]:
    """The paragraphs, parted where a line within one begins with a label in capitals."""
    found: list[_Paragraph] = []
    for paragraph in paragraphs:
        begin = 0
        for index, line in enumerate(paragraph.lines):
            if index > begin and label_of(line)[0] and is_shouted_label(line):
                found.append(_Paragraph(paragraph.lines[begin:index], paragraph.centred))
                begin = index
        found += _length_alone(_Paragraph(paragraph.lines[begin:], paragraph.centred))
    return found


def _length_alone(paragraph: _Paragraph) -> list[_Paragraph]:
    """Parts the count of words, which has one line, from a text that follows at once."""
    if len(paragraph.lines) > 1 and label_of(paragraph.lines[0])[0] == "length":
        first, *rest = paragraph.lines
        return [_Paragraph([first], False), _Paragraph(rest, False)]
    return [paragraph]


def _top(parts: _Parts, paragraphs: Sequence[_Paragraph]) -> int:
    """Reads outlet, date and title; returns the index of what follows them."""
    opens = (index for index in range(len(paragraphs)) if _opens(paragraphs, index))
    label = next(opens, len(paragraphs))
    dated = _dated(paragraphs, label)
    above = [each for each in paragraphs[: max(dated, 0)] if not is_copyright(each.lines[0])]
    if not above and dated > 0 and len(lines := paragraphs[dated - 1].lines) > 1:
        # The outlet right below the line of the rights.
        above = [_Paragraph(lines[-1:], centred=True)] if not is_copyright(lines[-1]) else []
    if dated >= 0:
        parts.date = _date_within(paragraphs[dated])
        _above_date(parts, above, paragraphs[dated])
        start = dated + 1
        label = next((i for i in range(start, len(paragraphs)) if _opens(paragraphs, i)), label)
    else:
        start = next((i for i in range(label) if not is_copyright(paragraphs[i].lines[0])), label)
        _above_date(parts, paragraphs[start : start + 1], None)
        start = min(start + 1, label)
    centred = dated >= 0 and paragraphs[dated].centred
    while start < label and _is_edition(paragraphs[start], centred):
        start += 1
    return _below_date(parts, paragraphs, start, max(start, label))


def _dated(paragraphs: Sequence[_Paragraph], label: int) -> int:
    """The index of the paragraph with the date; -1 if there is none."""
    head = paragraphs[:_TOP]
    for index, paragraph in enumerate(head):
        if paragraph.centred and _date_within(paragraph) and not is_copyright(paragraph.lines[0]):
            return index
    for index, paragraph in enumerate(head[:label]):
        if date_of(paragraph.words) and not label_of(paragraph.lines[0])[0]:
            return index if not is_copyright(paragraph.lines[0]) else -1
    return -1


def _above_date(parts: _Parts, above: Sequence[_Paragraph], dated: _Paragraph | None) -> None:
    """The outlet is centred, where anything is; what is not begins the title."""
    centred = [each for each in above if each.centred]
    for paragraph in above:
        name, value = label_of(paragraph.lines[0])
        if address := _address(paragraph):
            parts.keep("url", address)
        elif name:
            parts.keep(name, joined([value, *paragraph.lines[1:]]))
        elif not parts.outlet and (paragraph.centred or not centred):
            parts.outlet = paragraph.words
        elif not paragraph.centred:
            parts.title += paragraph.lines
    if not parts.outlet and dated is not None and not date_of(dated.lines[0]):
        parts.outlet = dated.lines[0]


def _address(paragraph: _Paragraph) -> str:
    """The web address that a paragraph is, which may be broken into lines; else ""."""
    whole = "".join(paragraph.lines)
    return whole if _ADDRESS.match(whole) else ""


def _is_edition(paragraph: _Paragraph, centred: bool) -> bool:
    """Whether a paragraph below the date is another date, an edition, or a broadcast's name.

    So is the line that says that a correction stands below.
    """
    line = paragraph.lines[0]
    if is_copyright(line) or _APPENDED.fullmatch(line):
        return True
    return centred and paragraph.centred and not label_of(line)[0]


def _below_date(parts: _Parts, paragraphs: Sequence[_Paragraph], start: int, label: int) -> int:
    """Reads title and byline; returns where labels or text begin, which have no title above."""
    if label - start > _NEAR or label == len(paragraphs):
        label = start
    titled = bool(parts.title or parts.fields.get("title"))
    if label == start and not titled and start < len(paragraphs):
        name, _ = label_of(paragraphs[start].lines[0])
        if not name and len(paragraphs) > start + 1 and len(paragraphs[start].words) <= _TITLE:
            parts.title += paragraphs[start].lines
            return start + 1
    for paragraph in paragraphs[start:label]:
        if address := _address(paragraph):
            parts.keep("url", address)
        elif not titled and not parts.title:
            parts.title += paragraph.lines
        elif people(paragraph.words) and len(paragraph.words) < _BYLINE:
            parts.keep("byline", paragraph.words)
        elif titled:
            # What stands below the date of a document with its title above is text.
            return start
        else:
            parts.below.append(paragraph.words)
        start += 1
    return start


def _opens(paragraphs: Sequence[_Paragraph], index: int) -> bool:
    """Whether labels begin here: one that is known, or one in capitals with others below."""
    line = paragraphs[index].lines[0]
    name, _ = label_of(line)
    if opens_text(name) and (is_shouted_label(line) or not paragraphs[index].centred):
        return True
    return is_shouted_label(line) and _label_below(paragraphs, index)


def _label_below(paragraphs: Sequence[_Paragraph], index: int) -> bool:
    """Whether a known label is near, and nothing but labels before it."""
    for paragraph in paragraphs[index + 1 : index + 1 + _NEAR]:
        line = paragraph.lines[0]
        if opens_text(label_of(line)[0]) and is_shouted_label(line):
            return True
        if not is_shouted_label(line):
            return False
    return False


def _date_within(paragraph: _Paragraph) -> str:
    return next(filter(None, map(date_of, (*paragraph.lines, paragraph.words))), "")


def _labels(parts: _Parts, paragraphs: Sequence[_Paragraph], start: int) -> int:
    """Reads the labels above the text; returns the index at which the text begins."""
    for index in range(start, len(paragraphs)):
        paragraph = paragraphs[index]
        name, value = label_of(paragraph.lines[0])
        known = opens_text(name) or (name and _label_below(paragraphs, index))
        if not known and not (
            is_shouted_label(paragraph.lines[0]) and _label_below(paragraphs, index)
        ):
            return index
        if name == "text":
            paragraph.lines[:1] = [value] if value else []
            return index if paragraph.lines else index + 1
        if name:
            parts.keep(name, joined([value, *paragraph.lines[1:]]))
    return len(paragraphs)


def _tail(parts: _Parts, paragraphs: Sequence[_Paragraph], start: int) -> int:
    """Reads the labels below the text; returns the index at which the text ends."""
    late = (
        index
        for index in range(start, len(paragraphs))
        if ends_text(paragraphs[index].lines[0]) and is_shouted_label(paragraphs[index].lines[0])
    )
    end = next(late, len(paragraphs))
    while end > start and _is_below(paragraphs[end - 1]):
        end -= 1
    waiting = ""
    for paragraph in paragraphs[end:]:
        name, value = label_of(paragraph.lines[0])
        if name:
            parts.keep(name, joined([value, *paragraph.lines[1:]]))
        elif waiting and not is_copyright(paragraph.lines[0]):
            # A label may stand alone above its value.
            parts.keep(waiting, paragraph.words)
        waiting = "" if value else name
    return end


def _is_below(paragraph: _Paragraph) -> bool:
    line = paragraph.lines[0]
    if is_copyright(line) or ends_text(line):
        return True
    name, _ = label_of(line)
    return name not in _NEWS_MAY_BEGIN_WITH and is_shouted_label(line)
