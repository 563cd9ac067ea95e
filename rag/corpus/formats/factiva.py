"""Reads the exports of Factiva as lines: RTF, text and tables of field codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.export_fields import (
    CELL,
    PAGE_BREAK,
    TOO_LONG,
    Gathering,
    body_paragraphs,
    clock_of,
    date_of,
    language_of,
    outlet_name,
    people,
)
from rag.corpus.formats.layout import lay_out, one_line
from rag.errors import CorpusError

NAME = "Factiva"
ACCESSION = r"[A-Za-z][A-Za-z0-9]{1,7}0{2,7}[12]\d{3}[01]\d[0-3]\d[a-z0-9]{5,12}"
_DOCUMENT = re.compile(rf"^\s*(?:AN\s+)?[^\W\d_]{{2,14}}:? ?({ACCESSION})\s*$")
CODES = (
    *("CLM", "SE", "HD", "BY", "CR", "WC", "PD", "ET", "SN", "SC", "ED", "PG", "VOL", "LA", "CY"),
    *("LP", "TD", "CT", "RF", "ART", "CO", "IN", "NS", "RE", "IPC", "IPD", "PUB", "AN", "CX"),
)
_CODE = re.compile(
    rf"^\s{{0,8}}({'|'.join(CODES)})(?:[ \xa0]{{0,4}}[\t|{CELL}]|[ \xa0]{{2}}|\s*$)(.*)$"
)
_WORDS = re.compile(
    r"^\d[\d.,\s\xa0]{0,11}(?:words?|wörter|woerter|mots|palabras|parole|woorden|palavras|ord|słów"
    r"|слов[ао]?|字|語|文字|단어|parol[ae]|paraules|slov|szó|kelime)$",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"^\s*(?:\(c\)|©|copyright\b|\(copyright\))", re.IGNORECASE)
_SOURCE_CODE = re.compile(r"^[A-Z0-9]{2,8}$")
_FOOT = re.compile(
    r"^(?:page|seite|pagina|página) \d+ |^(?:©|\(c\)) ?\d{4} (?:factiva|dow jones)", re.IGNORECASE
)
_BYLINE_LENGTH = 100
_HEADER_LENGTH = 24
CUT_SHORT = "it has no document number at its end; the export may be cut short"


@dataclass(slots=True)
class FactivaArticle:
    """An article's parts as Factiva shows them; `note` are paragraphs of corrections."""

    fields: dict[str, str] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    warnings: tuple[str, ...] = ()


def document_number(line: str) -> str:
    """The number in a line such as "Document ORPO000020240507ek570001j"; "" in other lines."""
    found = _DOCUMENT.match(line) if len(line) < 80 else None
    return found[1] if found else ""


def counts_words(line: str) -> bool:
    """Whether a line is a count of words, such as "664 Wörter"."""
    return len(line) < 40 and _WORDS.match(line) is not None


def recognises(lines: Sequence[str]) -> bool:
    """Whether these lines are of such an export."""
    return any(map(document_number, lines)) and any(
        counts_words(line.strip()) or (_CODE.match(line) and _coded(line)[0] in ("WC", "PD"))
        for line in lines
    )


def articles(lines: Iterable[str], where: str) -> Iterator[Draft | Unread]:
    """The article of each document, with the path "file:number", counted from 1."""
    number, gathering, below = 1, Gathering(), False
    for line in lines:
        if below and line.strip() and not _FOOT.match(line.strip()):
            # Fields of an index may follow the number of the document that they are about.
            below = False
        if identifier := document_number(line):
            yield _article(f"{where}:{number}", gathering, identifier, first=number == 1)
            number, gathering, below = number + 1, Gathering(), True
        elif not below:
            gathering.add(line)
    rest = gathering.lines
    if gathering.too_long or any(counts_words(line.strip()) or _coded(line)[0] for line in rest):
        yield _article(f"{where}:{number}", gathering, "", first=number == 1)


def _article(where: str, gathering: Gathering, identifier: str, *, first: bool) -> Draft | Unread:
    if gathering.too_long:
        return Unread(where, TOO_LONG)
    lines = [line for line in gathering.lines if not _FOOT.match(line.strip())]
    coded = sum(_coded(line)[0] in ("HD", "WC", "PD", "SN", "LP") for line in lines) >= 2
    parts = _of_codes(lines) if coded else _of_positions(lines, first=first)
    if not identifier:
        parts.warnings = (CUT_SHORT,)
    return draft_of(where, parts, identifier)


def draft_of(where: str, parts: FactivaArticle, identifier: str) -> Draft | Unread:
    """The article of these parts, or why there is none; `identifier` is its document number."""
    fields = parts.fields
    title = one_line(fields.get("HD", ""))
    try:
        text, blocks = lay_out((None, words) for words in parts.body)
    except CorpusError as error:
        return Unread(where, str(error))
    if not text:
        named = f" {title!r:.80}" if title else ""
        return Unread(where, f"the document{named} holds no text")
    day, clock = date_of(fields.get("PD", "")), clock_of(fields.get("ET", ""))
    return Draft(
        where,
        text,
        blocks,
        title=title,
        source_id=f"factiva:{identifier.casefold()}" if identifier else "",
        publisher=outlet_name(one_line(fields.get("SN", ""))),
        authors=people(fields.get("BY", "")),
        date=f"{day} {clock}" if day and clock else day,
        dated=True,
        language=language_of(one_line(fields.get("LA", ""))),
        section=one_line(fields.get("SE", "") or fields.get("CLM", "")),
        warnings=parts.warnings,
    )


def _coded(line: str) -> tuple[str, str]:
    found = _CODE.match(line)
    return (found[1], found[2].strip(f" \t|{CELL}")) if found else ("", "")


def _of_codes(lines: Sequence[str]) -> FactivaArticle:
    """The parts of an article whose lines begin with the codes of their fields."""
    parts, code = FactivaArticle(), ""
    for line in lines:
        opened, value = _coded(line)
        code = opened or code
        words = value if opened else line.strip(f" \t|{CELL}{PAGE_BREAK}")
        add_coded(parts, code, words)
    return parts


def add_coded(parts: FactivaArticle, code: str, words: str) -> None:
    """Adds the words of a field to the parts: text, or a value with others before it."""
    if not words:
        return
    if code in ("LP", "TD", "CT"):
        parts.body.append(words)
    elif code:
        before = parts.fields.get(code, "")
        parts.fields[code] = f"{before} {words}" if before else words


def _of_positions(lines: Sequence[str], *, first: bool) -> FactivaArticle:
    """The parts of an article whose fields are known by their order only."""
    kept = [line.strip(f" \t|{CELL}") for line in lines]
    pages = [n for n, line in enumerate(kept) if line == PAGE_BREAK]
    counted = next((n for n, line in enumerate(kept) if counts_words(line)), 0)
    start = max((n + 1 for n in pages if n < counted), default=0)
    head = [line for line in kept[start:counted] if line]
    rest = ["" if line == PAGE_BREAK else line for line in kept[counted:]]
    places = [n for n, line in enumerate(rest) if line]
    fields, length = below_words([rest[n] for n in places])
    fields.update(above_words(head[-2:] if first else head))
    body = rest[places[length] :] if length < len(places) else []
    return FactivaArticle(fields, list(body_paragraphs(body)))


def above_words(head: Sequence[str]) -> Mapping[str, str]:
    """The fields above the count of words: a section, the headline, a byline.

    >>> above_words(["Night ward to shut", "By Tom Roby"])
    {'HD': 'Night ward to shut', 'BY': 'By Tom Roby'}
    """
    if not head:
        return {}
    *above, last = head
    if above and len(last) <= _BYLINE_LENGTH and people(last):
        section = {"SE": above[-2]} if len(above) > 1 else {}
        return {**section, "HD": above[-1], "BY": last}
    return {**({"SE": above[-1]} if above else {}), "HD": last}


def below_words(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """The fields from the count of words to the copyright, and how many lines they have.

    They are date, time, source, its code, page or edition, and language. Without a copyright
    line the language is the last of them.
    """
    head = lines[:_HEADER_LENGTH]
    rights = next((n for n, line in enumerate(head) if _RIGHTS.match(line)), -1)
    if rights < 0:
        spoken = (n for n, line in enumerate(head) if n > 2 and _is_language(line))
        rights = next(spoken, min(len(head), 5) - 1)
    fields: dict[str, str] = {}
    for line in head[: rights + 1]:
        if counts_words(line) or _RIGHTS.match(line):
            continue
        if "PD" not in fields:
            if date_of(line):
                fields["PD"] = line
        elif "SN" not in fields and "ET" not in fields and clock_of(line):
            fields["ET"] = line
        elif "SN" not in fields:
            fields["SN"] = line
        elif "SC" not in fields and _SOURCE_CODE.match(line):
            fields["SC"] = line
        elif _is_language(line):
            fields["LA"] = line
        else:
            fields.setdefault("PG", line)
    return fields, rights + 1


def _is_language(line: str) -> bool:
    return len(line) < 40 and len(line) > 2 and bool(language_of(line))
