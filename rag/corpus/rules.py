"""Recognises paragraphs of boilerplate; each rule sees one paragraph only."""

from __future__ import annotations

import re

from rag.corpus.bylines import opens_byline
from rag.language.furniture import is_credit, is_newsletter, is_related_link
from rag.language.outlet_names import seems_outlet
from rag.language.words import word_set
from rag.records import FurnitureKind

_ORIGINAL = re.compile(
    r"(?:original(?:ly)? (?:url|link|source|article|published (?:at|on))|source url) ?:",
    re.IGNORECASE,
)
_LONGEST = 700

_NAME = r"[^\W\d_a-zß-ÿ][\w.'’-]*"
_NAMES = rf"{_NAME}(?: {_NAME}){{1,3}}"
_SIGNATURE = re.compile(rf"(?:--?|–|—) ?{_NAMES}(?:(?:, | and |; ){_NAMES}){{0,5}}$")
_CONTRIBUTING = re.compile(r"Contribut(?:ing|ors?|ed)(?: by)?: ?(?=[A-Z])")
_CAPTION = re.compile(
    r"[*_]{0,3}(?:Table|Figure|Fig\.|Chart|Graphic) \d{1,3}[a-z]? ?[.:–—|-] ?(?=[^\W_])"
)
_CAPTION_WORDS = 25
_SMALL_WORDS = word_set(
    "and for of in the with from to at de la van von der den y & wire reports staff"
)
_BYLINE_WORDS = 16
_NAME_LINE_WORDS = 8
_DATE_SHAPE = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)?[.,]? (?:of |de )?[^\W\d_]{3,12}\.?,? (?:de )?\d{4}\b"
    r"|\b[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b"
    r"|(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?!\d)"
    r"|\d{4}年\d{1,2}月\d{1,2}日"
)
_DATE_LINE_WORDS = 12
BESIDE_A_DATE = " ,|·•–—-"
"""What stands between a date and the names in its line."""
_BYLINE_BEHIND = re.compile(r"\s[|·•–—-]\s(?=(?:written )?by\s)\S+(?:\s\S+){1,9}$", re.IGNORECASE)
_PLAIN_IN_DATE_LINE = 3

_CUT = ("-", "‐", "¬")
"""How a line ends whose last word goes on in the next one."""
_TERMINAL = re.compile(r"[.!?…。！？।॥؟۔։።:;,]['\"’”)\]»]*$")
_WIDE = re.compile("[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60]")
_REPORTING_LENGTH = 80
_SENTENCE_LENGTH = 20
_HEADING_WORDS = 10
_NO_HEADING = re.compile(
    r"[-–—•*►▶♦·>|#(]|\(?(?:\d+|[a-zA-Z])[.)]|\d{1,2}:\d\d"
    r"|.*(?:: |[@$£€%]|https?:|\b(?:said|says|told|said)\b|[^\W\d_]{3,}[.!?] |\d\D+\d)",
    re.DOTALL,
)
_QUESTION_HEADING = re.compile(
    r"(?:who|what|when|where|why|how|which|whose|is|are|was|were|do|does|did|can|could|will|would|should|has|have)"
    r"\b[^.!?\"“”]{4,}\?$",
    re.IGNORECASE,
)

_CAPITALS = r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’-]*"
_CAPITAL_PLACE = rf"(?=[A-ZÀ-ÖØ-Þ.'’ -]{{3}}){_CAPITALS}(?:[ /]{_CAPITALS}){{0,4}}"
_PLACE = rf"{_NAME}(?:,? (?:of |de |la |el )?{_NAME}){{0,4}}"
_REGION = rf"(?:, {_NAME}(?: {_NAME}){{0,2}}){{0,2}}"
_DAY = r"(?:, (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8})(?:,? \d{4})?)?"
_WIRE = r"(?:CNN(?: Business)?|AP|AFP|Reuters|REUTERS|UPI|BBC|dpa|DPA)"
_DASH = r"(?:\s+(?:--?|–|−)\s+|\s*(?:—|―)\s*)"
_DATELINE = re.compile(
    rf"[*_]{{0,3}}(?:"
    rf"{_CAPITAL_PLACE}{_REGION}{_DAY}(?: ?\([A-Z][\w&. -]{{1,30}}\))?[*_]{{0,3}}{_DASH}"
    rf"|{_PLACE}{_DAY} ?\([A-Z][\w&. -]{{1,30}}\)[*_]{{0,3}}{_DASH}"
    rf"|(?:{_PLACE}{_DAY} )?\({_WIRE}\)[*_]{{0,3}}(?:{_DASH}|\s+)"
    rf"|(?:{_PLACE} )?{_WIRE}[*_]{{0,3}}{_DASH}"
    r")(?=[^a-zß-ÿ\s])"
)
_DATELINE_ALONE = re.compile(rf"(?:{_PLACE} )?(?:{_WIRE}\s*(?:--?|[–—−―])|\({_WIRE}\))$")
_DATELINE_LENGTH = 100
# Thai, Lao, Burmese and Khmer write neither spaces between words nor full stops; names are shorter.
_UNSPACED_SENTENCE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]{25}")


def paragraph_kind(words: str) -> FurnitureKind | None:
    """The kind of a paragraph that is boilerplate at any position; None for all others.

    >>> paragraph_kind("Read more: Ferry returns"), paragraph_kind("The ferry sailed.")
    ('related link', None)
    """
    if len(words) > _LONGEST:
        return None
    if _ORIGINAL.match(words):
        return "original url"
    if _CAPTION.match(words) and len(words.split()) <= _CAPTION_WORDS:
        return "heading"
    if is_newsletter(words):
        return "newsletter"
    if is_related_link(words):
        return "related link"
    if is_credit(words):
        return "photo credit"
    if _SIGNATURE.match(words) or _CONTRIBUTING.match(words):
        return "byline"
    return None


def is_byline(words: str) -> bool:
    """Whether a paragraph near the top names the author: "By Mara Lind, arts editor"."""
    names = words.split()
    if len(names) > _BYLINE_WORDS or not opens_byline(words):
        return False
    return _capitalised(names[1:]) or not _TERMINAL.search(words)


def is_name_line(words: str) -> bool:
    """Whether a line above the reporting has names only: of an author, an outlet, an agency."""
    names = words.split()
    return (
        len(names) <= _NAME_LINE_WORDS
        and not words.endswith(_CUT)
        and not _TERMINAL.search(words)
        and not _UNSPACED_SENTENCE.search(words)
        and not any(map(str.isdigit, words))
        and _capitalised(names)
    )


def is_date_line(words: str) -> bool:
    """Whether a paragraph near the top is a date and little else, readable or not."""
    if is_outlet_line(words):
        return True
    words = _BYLINE_BEHIND.sub("", words)
    found = _DATE_SHAPE.search(words) if len(words) <= 120 else None
    if found is None or len(words.split()) > _DATE_LINE_WORDS:
        return False
    rest = words[: found.start()] + words[found.end() :]
    return len(re.findall(r"[^\W\d_]{6,}", _DATE_SHAPE.sub("", rest))) < _PLAIN_IN_DATE_LINE


def is_outlet_line(words: str) -> bool:
    """Whether a line has an outlet, a date and at most an author.

    >>> is_outlet_line("Harbour Post, 3 May 2025"), is_outlet_line("Lake Corran, 3 May 2025")
    (True, False)
    """
    words = _BYLINE_BEHIND.sub("", words)
    found = _DATE_SHAPE.search(words)
    name = _DATE_SHAPE.sub("", words).strip(BESIDE_A_DATE)
    return found is not None and seems_outlet(name) and is_name_line(name)


def width(words: str) -> int:
    """The length of words in columns: a Chinese, Japanese or Korean character takes two.

    >>> width("Ferry"), width("渡船")
    (5, 4)
    """
    return len(words) if words.isascii() else len(words) + len(_WIDE.findall(words))


def is_reporting(words: str) -> bool:
    """Whether a paragraph is long enough, or ends like a sentence, to be reporting."""
    size = width(words)
    return size >= _REPORTING_LENGTH or (
        size >= _SENTENCE_LENGTH and _TERMINAL.search(words) is not None
    )


def is_heading(words: str) -> bool:
    """Whether a paragraph looks like a heading: at most ten words and no end of a sentence."""
    if len(words) > _REPORTING_LENGTH or len(words.split()) > _HEADING_WORDS:
        return False
    if _QUESTION_HEADING.match(words):
        return True
    return (
        not words[0].islower()
        and any(map(str.isalpha, words))
        and not _TERMINAL.search(words)
        and not words.endswith(_CUT)
        and not _NO_HEADING.match(words)
    )


def dateline_end(text: str, start: int, end: int) -> int:
    """The offset of the sentence after a dateline at `start`; 0 if there is no dateline.

    >>> dateline_end("VESK, March 3 (LNA) – Boats sailed.", 0, 35)
    22
    """
    limit = min(end, start + _DATELINE_LENGTH)
    if _DATELINE_ALONE.match(text, start, limit):
        return end
    found = _DATELINE.match(text, start, limit)
    return found.end() if found else 0


def _capitalised(names: list[str]) -> bool:
    return all(not name[0].islower() or name.strip(",") in _SMALL_WORDS for name in names)
