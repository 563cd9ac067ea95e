"""Reads the exports of ProQuest: records of labelled fields, with the full text among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.export_fields import (
    CELL,
    PAGE_BREAK,
    TOO_LONG,
    Gathering,
    body_paragraphs,
    date_of,
    language_of,
    outlet_name,
    people,
)
from rag.corpus.formats.layout import Part, lay_out, one_line
from rag.errors import CorpusError

NAME = "ProQuest"
_NAMES: Mapping[str, Sequence[str]] = {
    "text": (
        *(
            "full text",
            "fulltext",
            "texte intégral",
            "volltext",
            "texto completo",
            "testo completo",
        ),
        *("volledige tekst", "texte complet"),
    ),
    "title": ("title", "titre", "titel", "título", "titolo"),
    "author": ("author", "authors", "auteur", "autor", "autore", "verfasser", "autores", "byline"),
    "outlet": (
        *("publication title", "titre de la publication", "titre de publication"),
        *("titel der publikation", "publikationstitel", "título de publicación"),
        *("título de la publicación", "titolo pubblicazione", "título da publicação"),
        *("titel van publicatie",),
    ),
    "info": ("publication info", "source", "informations de publication"),
    "date": (
        *("publication date", "date de publication", "date de parution", "publikationsdatum"),
        *("fecha de publicación", "erscheinungsdatum", "data di pubblicazione"),
        *("data de publicação", "datum van publicatie"),
    ),
    "year": ("publication year", "année de publication", "erscheinungsjahr"),
    "section": ("section", "rubrique", "sektion", "sección", "sezione", "seção"),
    "language": (
        *(
            "language of publication",
            "language",
            "langue de publication",
            "langue de la publication",
        ),
        *("sprache der publikation", "publikationssprache", "idioma de la publicación"),
        *("idioma de publicación", "lingua di pubblicazione", "idioma da publicação"),
    ),
    "id": (
        *("proquest document id", "identifiant de document proquest", "id du document proquest"),
        *("proquest-dokument-id", "id de documento proquest", "id del documento de proquest"),
        *("id documento proquest",),
    ),
    "url": (
        *("document url", "url du document", "dokument-url", "url del documento"),
        *("url do documento", "url documento"),
    ),
    "other": (
        *("abstract", "résumé", "zusammenfassung", "resumen", "links", "liens", "subject"),
        *("subjects", "sujet", "thema", "materia", "business indexing term", "location", "people"),
        *("company / organization", "company", "pages", "first page", "publisher", "issn", "isbn"),
        *("place of publication", "country of publication", "publication subject", "source type"),
        *("document type", "copyright", "last updated", "database", "identifier / keyword"),
        *(
            "document feature",
            "volume",
            "issue",
            "number of pages",
            "dateline",
            "column",
            "edition",
        ),
        *(
            "supplement",
            "classification",
            "product name",
            "e-issn",
            "eissn",
            "number of references",
        ),
        *("accession number", "publication frequency", "correspondence author", "credit line"),
        "credit",
        *("start page", "doi", "pmid", "illustrations", "caption", "éditeur", "base de données"),
        *("type de source", "type de document", "herausgeber", "datenbank", "dokumenttyp"),
    ),
}
# ProQuest loses spaces now and then: "DocumentURL".
_FIELDS = {name.replace(" ", ""): field for field, names in _NAMES.items() for name in names}
_LABEL = re.compile(
    rf"^(?P<name>[^\W\d_][\w /'’-]{{1,40}}?)\s*(?::(?=\s|\xa0|$)|[:\s]*[{CELL}\t|])"
)
_LONGEST_LABEL = 80
_LONGEST_INFO = 400
_RULE = re.compile(r"^\s*_{20,}\s*$")
_COUNT = re.compile(
    r"^\s*(?:document|dokument|documento|documento) \d[\d.,]{0,8}"
    r" (?:of|de|von|di|van) \d[\d.,]{0,8}\s*$",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"^\s*(?:proquest document link|lien vers le document proquest|proquest-dokumentlink"
    r"|enlace de documentos? de proquest)\s*$",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^(?:full text|abstract(?: \(english\)| \(abstract\))?|details|links|headnote"
    r"|table of contents"
    r"|texte intégral|résumé|détails|liens|volltext|zusammenfassung|texto completo|resumen)$",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"^(?:contact us at|contact proquest|database copyright|copyright of|terms and conditions|©)",
    re.IGNORECASE,
)
_DETAILS = re.compile(
    r"^(?:details|détails|einzelheiten|detalles|dettagli|detalhes)$", re.IGNORECASE
)
_NO_TEXT = re.compile(r"^(?:not available|none available|null)\.?$", re.IGNORECASE)
_PLACE = re.compile(r"[;\[]")
_INFO = re.compile(r"^(?P<outlet>[^;\[\]]{2,120}?)\s*[;\[]")
# "Tunnel to close: [Final Edition]": what a database puts behind the headline.
_EDITION = re.compile(r"\s*:\s*\[[^\[\]]{0,40}\bedition\]$", re.IGNORECASE)
_FULL_STOP = re.compile(r"(?<=\w{3})\.$")
_MOST_ABOVE_LINK = 3
_CUT_SHORT = "it has no fields below its text; the export may be cut short"


def recognises(lines: Sequence[str]) -> bool:
    """Whether these lines are of such an export."""
    fields = {field_of(line.strip())[0] for line in lines if len(line) < 20_000}
    linked = any(map(is_link, lines))
    headed = any(_HEADING.match(line.strip()) for line in lines)
    if {"text", "id"} <= fields or {"text", "outlet", "date"} <= fields:
        return True
    return (linked or "id" in fields) and (headed or "text" in fields)


def is_link(line: str) -> bool:
    """Whether a line links to the document in the database, as each record does once."""
    return len(line) < 80 and _LINK.match(line) is not None


def field_of(line: str) -> tuple[str, str]:
    """The field that a line begins and its value; two empty strings for other lines.

    >>> field_of("Publication title: The Orrelstad Post")
    ('outlet', 'The Orrelstad Post')
    """
    found = _LABEL.match(line[:_LONGEST_LABEL])
    field = _FIELDS.get(_bare(found["name"]), "") if found else ""
    return (field, line[found.end() :].strip(f" \xa0\t|{CELL}")) if found and field else ("", "")


def articles(lines: Iterable[str], where: str) -> Iterator[Draft | Unread]:
    """The article of each record, with the path "file:number", counted from 1."""
    number = 0
    for gathering in _records(lines):
        if gathering.too_long:
            number += 1
            yield Unread(f"{where}:{number}", TOO_LONG)
            continue
        fields, body = _taken_apart(gathering.lines)
        if not body and fields.keys() <= {"title", "other"}:
            # A cover page, a table of contents, or the foot of the file.
            continue
        number += 1
        yield _article(f"{where}:{number}", fields, body)


def _records(lines: Iterable[str]) -> Iterator[Gathering]:
    """The lines of each record: rules, counts or links to the document part them."""
    gathering = Gathering()
    linked = False
    for line in lines:
        if _RULE.match(line) or _COUNT.match(line):
            yield gathering
            gathering, linked = Gathering(), False
            continue
        if is_link(line):
            if linked:
                above = _title_lines(gathering.lines)
                gathering.lines[len(gathering.lines) - len(above) :] = []
                yield gathering
                gathering = Gathering()
                for each in above:
                    gathering.add(each)
            linked = True
        gathering.add(line)
    yield gathering


def _title_lines(lines: Sequence[str]) -> list[str]:
    """The title and authors that stand above the link of the next record."""
    found: list[str] = []
    words = 0
    for line in reversed(lines):
        bare = line.strip(f" \t|{CELL}{PAGE_BREAK}")
        if words and (not bare and words >= _MOST_ABOVE_LINK - 1):
            break
        if field_of(bare)[0] or CELL in line or _FOOT.match(bare) or words == _MOST_ABOVE_LINK:
            break
        found.append(line)
        words += bool(bare)
    return found[::-1]


def _taken_apart(lines: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The fields of a record, and the lines of its text."""
    bare = [line.strip(f" \t|{PAGE_BREAK}") for line in lines]
    start = next((n for n, line in enumerate(bare) if _opens_text(line)), len(bare))
    end = _end_of_text(bare, start)
    fields = _fields(bare[end:])
    fields = _fields(bare[:start]) | fields
    top = _top(lines[:start])
    if top and (fields or start < len(bare)):
        fields.setdefault("title", top[0])
        if len(top) > 1 and people(top[1]):
            fields.setdefault("author", top[1])
    if start == len(bare):
        return fields, []
    _, value = field_of(bare[start])
    opening = [value] if value and not _NO_TEXT.match(value) else []
    text = (line.replace(CELL, " | ") for line in bare[start + 1 : end])
    return fields, [*opening, *text]


def _top(lines: Sequence[str]) -> list[str]:
    """The title and authors: what stands above the link to the document, or the first field."""
    bare = [line.strip(f" \t|{CELL}{PAGE_BREAK}") for line in lines]
    link = next((n for n, line in enumerate(bare) if _LINK.match(line)), -1)
    above = range(link - 1, -1, -1)
    begin = next((n for n in above if PAGE_BREAK in lines[n] or _is_field(bare[n])), -1)
    if near := list(filter(None, bare[begin + 1 : max(link, 0)])):
        return near[-_MOST_ABOVE_LINK:]
    end = next((n for n, line in enumerate(lines) if _is_field(line.strip())), len(lines))
    return list(filter(None, bare[:end]))


def _opens_text(line: str) -> bool:
    return field_of(line)[0] == "text" or _FIELDS.get(_bare(line), "") == "text"


def _bare(name: str) -> str:
    return "".join(name.split()).casefold()


def _is_field(line: str) -> bool:
    return bool(field_of(line)[0] or CELL in line or _HEADING.match(line) or _LINK.match(line))


def _end_of_text(bare: Sequence[str], start: int) -> int:
    """The line at which the text ends: a heading, or fields from there to the end."""
    headings = (n for n in range(len(bare) - 1, start, -1) if _DETAILS.match(bare[n]))
    if (heading := next(headings, 0)) > start:
        return heading
    end = number = len(bare)
    while number > start + 1:
        number -= 1
        opens_paragraph = not bare[number - 1] and bool(bare[number])
        if not opens_paragraph:
            continue
        if _is_field(bare[number]) or _FOOT.match(bare[number]):
            end = number
        elif not _LABEL.match(bare[number][:_LONGEST_LABEL]):
            # A label that is not known is a field where known ones stand above it.
            break
    return end


def _fields(lines: Sequence[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    waiting = ""
    for line in lines:
        name, value = field_of(line)
        if name and name != "text" and value and not _NO_TEXT.match(value):
            fields.setdefault(name, value)
        elif waiting and line and not name:
            fields.setdefault(waiting, line)
        waiting = name if name and not value else waiting if not line else ""
    return fields


def _article(where: str, fields: Mapping[str, str], body: Sequence[str]) -> Draft | Unread:
    title = _EDITION.sub("", one_line(fields.get("title", "")))
    parts: list[Part] = [(None, words) for words in body_paragraphs(body)]
    try:
        text, blocks = lay_out(parts)
    except CorpusError as error:
        return Unread(where, str(error))
    if not text:
        named = f" {title!r:.80}" if title else ""
        return Unread(where, f"the record{named} holds no full text")
    info = fields.get("info", "")[:_LONGEST_INFO]
    outlet = fields.get("outlet", "") or (found["outlet"] if (found := _INFO.match(info)) else "")
    identifier = fields.get("id", "")
    below = {"id", "outlet", "date"} & set(fields)
    return Draft(
        where,
        text,
        blocks,
        title=title,
        source_id=f"proquest:{identifier}" if identifier.isdigit() else "",
        publisher=_publisher(outlet),
        authors=_authors(fields.get("author", "")),
        date=date_of(fields.get("date", "")) or date_of(info) or fields.get("year", ""),
        dated=True,
        language=language_of(fields.get("language", "")),
        section=one_line(fields.get("section", "")),
        warnings=() if below else (_CUT_SHORT,),
    )


def _publisher(outlet: str) -> str:
    """The outlet of "The Post; London (UK)", as other databases write it: "The Post (London)"."""
    name, place, *_ = (*map(one_line, _PLACE.split(outlet)), "")
    city = place.partition("(")[0].strip(" ,")
    return outlet_name(f"{name} ({city})" if city and not name.endswith(")") else name)


def _authors(names: str) -> tuple[str, ...]:
    """The people in "Last, First; Last, First", the order in which ProQuest has all names."""
    turned = []
    for name in names.split(";"):
        last, comma, first = name.partition(",")
        first = _FULL_STOP.sub("", first.strip())
        turned.append(f"{first} {last.strip()}" if comma else name.strip())
    return people("; ".join(turned))
