"""Finds the news agency that an article credits; knows nothing about other articles.

Only credits count: a dateline, a byline, a separate line at the top or the end. Photo
credits and agencies quoted in the text do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rag.records import Article

AGENCIES: Mapping[str, tuple[str, ...]] = {
    "AAP": ("australian associated press",),
    "AFP": ("agence france presse",),
    "ANI": (),
    "ANP": (),
    "ANSA": (),
    "Anadolu": ("anadolu agency", "anadolu ajansı"),
    "AP": ("associated press", "the associated press", "apnews"),
    "APA": (),
    "Bloomberg": ("bloomberg news",),
    "dpa": ("deutsche presse agentur",),
    "EFE": ("agencia efe",),
    "Interfax": (),
    "Kyodo": ("kyodo news",),
    "PA Media": ("press association",),
    "PTI": ("press trust of india",),
    "Reuters": ("thomson reuters",),
    "SDA": ("keystone-sda", "schweizerische depeschenagentur"),
    "SID": ("sport-informations-dienst",),
    "TASS": (),
    "The Canadian Press": ("canadian press",),
    "UPI": ("united press international",),
    "Xinhua": ("xinhua news agency",),
    "Yonhap": ("yonhap news agency",),
}
"""The known agencies by name, with their other names."""

_TOP, _END = 600, 300
_LONGEST_CREDIT = 80
_DATELINE = re.compile(
    r"^\W*[^\W\d_a-zß-ÿ]{2}[^\n()]{0,60}\((?P<name>[^\W\d_]{2,12})\)\s*(?:[-–—]|\Z)", re.MULTILINE
)
_LEAD = re.compile(r"\A(?:by|von|par|por|di|from)\b:?\s+", re.IGNORECASE)
_MARKUP = re.compile(r"\[([^\[\]]*)\]\([^()]*\)|[*_`#]+")
_ROLE = re.compile(
    r"\s+(?:staff|news|wire|reporters?|correspondents?|journalists?|(?:\w+ )?writers?|team|desk)\b"
    r".*",
    re.IGNORECASE,
)
_PARTED = re.compile(r"\s*(?:[,;|]|\s[-–—]|\bfor\b)\s*")
_ACRONYM = re.compile(r"[A-Z]{2,5}")
_SPELLED_OUT = re.compile(r"(?:[A-Z][\w.]* ){1,4}(?:News|Press) (?:Agency|Service)")
_EDGES = " \t\"'-–—()[].:©"
_COPYRIGHT = re.compile(r"\A(?:copyright|©|\(c\))\W*(?:\d{4})?\W*", re.IGNORECASE)
_CONTRIBUTED = re.compile(r"\W*(.+?) contributed (?:to|reporting)\b.*", re.IGNORECASE)
_CONTRIBUTING = re.compile(r"contribut", re.IGNORECASE)
_NOT_LETTERS = re.compile(r"[\W_]+")
_KNOWN = {
    " ".join(_NOT_LETTERS.sub(" ", alias.lower()).split()): name
    for name, others in AGENCIES.items()
    for alias in (name, *others)
}


def wire_of(article: Article) -> str:
    """The agency that the article credits as its source, "" if it credits none.

    Known agencies go by one name each; others by the capitals of their dateline or byline.
    An agency's own article comes from nobody else. A closing "... contributed to this
    report" counts only where no author is named.
    """
    for name in _credited(article):
        if name and not is_by(article.publisher, name):
            return name
    return ""


def is_agency(name: str) -> bool:
    """Whether this is a known agency, by one of its names.

    >>> is_agency("dpa"), is_agency("Associated Press"), is_agency("Mira Oldenkamp")
    (True, True, False)
    """
    return " ".join(_words(name)) in _KNOWN


def is_by(publisher: str, agency: str) -> bool:
    """Whether the outlet is the agency: by its name, its host, or the initials of either.

    >>> is_by("Lowland News Agency", "LNA"), is_by("lna.example", "LNA"), is_by("Lnaport", "LNA")
    (True, True, False)
    """
    outlet, wanted = _words(publisher), _words(agency)
    if " ".join(wanted) in (" ".join(outlet), _initials(outlet), *outlet):
        return bool(wanted)
    known = [_KNOWN.get(name) for name in (" ".join(outlet), *outlet)]
    return agency in known or (len(wanted) > 1 and _initials(wanted) in outlet)


def _credited(article: Article) -> Iterator[str]:
    """The credits of the article, the most certain first."""
    text = article.text
    for dateline in _DATELINE.finditer(text[:_TOP]):
        yield _agency(dateline["name"], unknown=True)
    for author in article.authors:
        yield _agency(author, unknown=True)
    for span in article.furniture:
        if span.kind == "byline" and span.start < _TOP:
            yield _byline(text[span.start : span.end])
    for line in _lines(text[:_TOP])[:4]:
        yield _byline(line)
    for line in reversed(_lines(text[-_END:])[-4:]):
        yield _agency(_COPYRIGHT.sub("", line))
        if not article.authors and (found := _CONTRIBUTED.fullmatch(line)):
            yield _agency(found[1])


def _byline(line: str) -> str:
    """The agency of a line such as "By LNA staff" or "Mara Lind, Reuters"."""
    plain = " ".join(_MARKUP.sub(r"\1", line).split())
    who = _LEAD.sub("", plain)
    if _CONTRIBUTING.match(who):
        return ""
    parts = [_agency(part) or _agency(_ROLE.sub("", part)) for part in _PARTED.split(who)]
    named = next(filter(None, reversed(parts)), "")
    return named or _agency(_ROLE.sub("", who), unknown=who != plain)


def _agency(words: str, *, unknown: bool = False) -> str:
    """The agency that the words name exactly; with `unknown`, also any acronym of capitals."""
    name = words.strip(_EDGES)
    if found := _KNOWN.get(" ".join(_words(name))):
        return found
    named = _SPELLED_OUT.fullmatch(name) or (unknown and _ACRONYM.fullmatch(name))
    return name if named else ""


def _words(name: str) -> list[str]:
    return _NOT_LETTERS.sub(" ", name.lower()).split()


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words)


def _lines(text: str) -> list[str]:
    """The lines short enough to be a credit."""
    found = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in found if line and len(line) <= _LONGEST_CREDIT]
