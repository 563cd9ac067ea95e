"""Fields that the exports of research databases share: dates, people, languages, sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from rag.corpus.bylines import parse_authors
from rag.corpus.decoding import SIZE_LIMIT
from rag.corpus.formats.layout import one_line
from rag.language.dates import parse_published
from rag.language.identification import language_code
from rag.language.outlet_names import is_shared_name

PAGE_BREAK = "\f"
"""A line by itself where a new page or section of a document begins."""

CELL = "\x1f"
"""Ends a cell of a table within a line."""

_LONGEST_DATE_LINE = 120
_DATE = re.compile(
    r"(?P<date>\b[^\W\d_]{3,12}\.? \d{1,2},? \d{4}\b"
    r"|(?<!\d)\d{1,2}(?:st|nd|rd|th|er)?\.? (?:de |d')?[^\W\d_]{3,12}\.?,? (?:de |del )?\d{4}\b"
    r"|(?<!\d)\d{4}-\d\d-\d\d(?!\d)|(?<!\d)\d{4} ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일])"
    r"(?P<rest>.*)"
)
_CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2})[:.h](\d\d)(?::(\d\d))?(?!\d)\s*([AaPp]\.?\s?[Mm]\b\.?)?"
    r"\s*(?:(?:UTC|GMT)?\s?(?P<offset>[+−-]\d\d?:?\d\d)|(?P<zone>(?-i:[A-Z]{2,5})\b))?"
)
_MONTH_AND_YEAR = re.compile(r"[^\W\d_]{3,12}\.?,? \d{4}")
_LAST_FIRST = re.compile(r"([^\W\d][\w.'’ -]{0,40}),\s*([^\W\d][\w.'’ -]{0,40})")
_NOT_PEOPLE = re.compile(
    r"^(?:anonymous|unknown author|no author|none|letters?|editorial|staff)$", re.IGNORECASE
)
_ROLE_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,80}[)\]]")
_PAGE = re.compile(
    r"^(?:p[pg]?\b\.?|pages?\b|s\b\.?|seiten?\b|blz\b\.?|pág\b\.?|pag\b\.?)\s*[\w.,:;/ +-]{0,24}$"
    r"|^(?:version|versie|column|ausg|spalte|vol|issue|no|nr)\b[.: ]*[\w.-]{0,12}$"
    r"|^s\. ?\d+ ausg\. ?\d+$",
    re.IGNORECASE,
)
_NEWSPAPER_PART = re.compile(r"^(?:section|sect|part|teil|cahier)\.? ?\w{1,3}$", re.IGNORECASE)
_WIDEST_MARGIN, _NARROWEST_MARGIN = 110, 36
_SHORT_LINE = 0.75
_ENDED = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_SHORT_BYLINE = 4
_MOST_NAMES = 2_000
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "pl", "ru")
# "The Orrel Post (London)": where a paper appears is not its name, an abbreviation is one.
_PLACE = re.compile(
    r" \((?:UK|USA?|(?=[^()]*[a-zà-ÿ])[A-ZÀ-Þ][^\W\d_]+(?:[ ,.;&-]+[^\W\d_]+\.?){0,5})\)$"
)


def date_of(line: str) -> str:
    """The date in a line as it is written, with its time and zone; "" if there is none.

    Weekdays and editions are left out, so that `parse_published` reads the rest.

    >>> date_of("May 7, 2024 Tuesday 9:20 AM GMT"), date_of("Late Edition")
    ('May 7, 2024 9:20 AM GMT', '')
    """
    words = one_line(line)
    if len(words) > _LONGEST_DATE_LINE:
        return ""
    found = _DATE.search(words)
    if found is None:
        whole = _MONTH_AND_YEAR.fullmatch(words)
        return words if whole and parse_published(words) else ""
    value = found["date"]
    clock = _CLOCK.search(found["rest"])
    if clock is not None and parse_published(timed := f"{value} {_time(clock)}") is not None:
        return timed
    return value if parse_published(value) is not None else ""


def clock_of(line: str) -> str:
    """The time in a line that is nothing but a time, with its zone; "" for other lines.

    >>> clock_of("14:05 GMT"), clock_of("412 words")
    ('14:05 GMT', '')
    """
    found = _CLOCK.fullmatch(one_line(line))
    return _time(found) if found else ""


def _time(clock: re.Match[str]) -> str:
    hour, minute, second, half, *_ = clock.groups()
    time = f"{hour}:{minute}" + (f":{second}" if second else "")
    return " ".join(filter(None, (time, half, clock["offset"] or clock["zone"])))


def people(names: str) -> tuple[str, ...]:
    """The people of an author field, also of "Last, First; Last, First".

    >>> people("Oldenkamp, Mira; Roby, Tom"), people("Mira Oldenkamp (now), Tom Roby in Brenn")
    (('Mira Oldenkamp', 'Tom Roby'), ('Mira Oldenkamp', 'Tom Roby'))
    """
    line = _ROLE_IN_BRACKETS.sub("", one_line(names[:_MOST_NAMES])).strip(" .;,")
    parts = [part.strip() for part in line.split(";") if part.strip()]
    turned = [_LAST_FIRST.fullmatch(part) for part in parts]
    if parts and all(match and _one_person(match) for match in turned):
        return tuple(
            dict.fromkeys(f"{match[2].strip()} {match[1].strip()}" for match in turned if match)
        )
    if _NOT_PEOPLE.match(line):
        return ()
    found = dict.fromkeys(name for part in parts for name in parse_authors(part))
    return tuple(
        name
        for name in found
        if not _NOT_PEOPLE.match(name) and (" " in name or len(line.split()) <= _SHORT_BYLINE)
    )


def _one_person(match: re.Match[str]) -> bool:
    """Whether "A, B" is one name turned round, and not two people."""
    last, first = match[1].split(), match[2].split()
    return len(last) == 1 or (len(first) == 1 and len(last) <= 3 and not last[0].istitle())


def language_of(names: str) -> str:
    """The ISO 639-1 code of a language that is named in one of many languages, else "".

    >>> language_of("GERMAN; DEUTSCH"), language_of("Dutch / Nederlands"), language_of("en-GB")
    ('de', 'nl', 'en')
    """
    if code := language_code(names):
        return code
    for name in re.split(r"[;,/()|]", names):
        if code := _language_codes().get(" ".join(name.split()).casefold(), ""):
            return code
    return ""


@lru_cache(maxsize=1)
def _language_codes() -> Mapping[str, str]:
    from babel import Locale

    codes: dict[str, str] = {}
    for locale in _LANGUAGES:
        for code, name in Locale(locale).languages.items():
            if len(code) == 2:
                codes.setdefault(name.casefold(), code)
    for code in codes.copy().values():
        own = Locale(code).language_name if code in _LANGUAGES else None
        if own:
            codes.setdefault(own.casefold(), code)
    return codes


def section_of(line: str) -> str:
    """The section of a newspaper without page, column and version.

    >>> section_of("NEWS; Pg. 1"), section_of("Section A; Column 1; Foreign Desk; Pg. 3")
    ('NEWS', 'Foreign Desk')
    """
    parts = [part.strip() for part in one_line(line).split(";")]
    named = [part for part in parts if part and not _PAGE.match(part)]
    desks = [part for part in named if not _NEWSPAPER_PART.match(part)]
    return next(iter(desks or named), "")


def paragraphs_in(lines: Iterable[str]) -> Iterator[list[str]]:
    """The lines of each paragraph, stripped; blank lines and page breaks part paragraphs."""
    paragraph: list[str] = []
    for line in lines:
        words = line.strip()
        if words:
            paragraph.append(words)
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def body_paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """The paragraphs of a text whose lines are paragraphs, or are wrapped at a margin."""
    for paragraph in paragraphs_in(lines):
        if not _is_wrapped(paragraph):
            yield from paragraph
            continue
        short = _SHORT_LINE * max(map(len, paragraph))
        begin = 0
        for number, line in enumerate(paragraph, start=1):
            if number == len(paragraph) or (len(line) < short and _ENDED.search(line)):
                yield joined(paragraph[begin:number])
                begin = number


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether the lines of a paragraph are one, broken at a margin."""
    broken = lines[:-1]
    if not broken or max(map(len, lines)) > _WIDEST_MARGIN:
        return False
    run_on = sum(len(line) >= _NARROWEST_MARGIN and not _ENDED.search(line) for line in broken)
    return run_on * 2 > len(broken)


class Gathering:
    """The lines of one article as they come; drops them once they are more than one may have."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.too_long = False
        self._size = 0

    def add(self, line: str) -> None:
        """Adds a line, or remembers that there are too many."""
        self._size += len(line) + 1
        if self._size > SIZE_LIMIT:
            self.too_long = True
            self.lines.clear()
        if not self.too_long:
            self.lines.append(line)


TOO_LONG = f"longer than the {SIZE_LIMIT >> 20} MB that one article may have"


def joined(lines: Sequence[str]) -> str:
    """The lines of a paragraph as one, words that were cut at a line end left as they are."""
    return one_line(" ".join(lines))


def outlet_name(written: str) -> str:
    """The name of an outlet without the place that a database puts behind it.

    A name that papers in several places have keeps its place, so that they stay apart.

    >>> outlet_name("The Orrel Post (London)"), outlet_name("Lowland News Agency (LNA)")
    ('The Orrel Post', 'Lowland News Agency (LNA)')
    >>> outlet_name("Sunday Times (Johannesburg)"), outlet_name("Sunday Times (Online)")
    ('Sunday Times (Johannesburg)', 'Sunday Times')
    """
    name, place = _PLACE.sub("", written), _PLACE.search(written)
    if name and place and is_shared_name(name) and not is_shared_name(place[0].strip(" ()")):
        return written
    return name or written
