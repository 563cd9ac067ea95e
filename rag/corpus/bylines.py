"""Parses the names in a byline; does not know where in an article it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from rag.corpus.wires import is_agency
from rag.language.outlet_names import name_of_host

_LEAD = re.compile(
    r"\A\s*(?:(?:by|written by|story by|words by|words(?=:)|text|von|par|por|di|door|av|af)\b:?"
    r"|(?:autor(?:in|en|es|a)?|author|auteur|reporter)\b:?)(?:\s+|$)",
    re.IGNORECASE,
)
_BY = re.compile(r"\A\s*(?:(?:written |story |words )?by)\b:?\s+(?=\S)", re.IGNORECASE)
_OPENS = re.compile(
    r"\A\s*(?:by|written by|story by|words by|(?:words|text)(?=:)|von|par|por|di)\b:?(?:\s+|$)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\[([^\[\]]*)\]\([^()]*\)|[*_`]+|<[^<>]{1,200}>")
_ROLE = re.compile(
    r"\s+(?:for|in|at|of|from|with)\s.*|\s*[|(–—·•].*|\s+-\s.*|\s*(?:https?://|@)\S*.*"
    r"|\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s.*\d.*",
    re.IGNORECASE | re.DOTALL,
)
_PARTS = re.compile(
    r"\s*[;,&/]\s*(?:and\s+)?|\s+(?:and|with|und|et|y|avec|con|com|mit)\s+"
    r"|\s+(?:e|i|és|ve|ja|и|та|και)\s+(?=\S+\s+\S)",
    re.IGNORECASE,
)
# "Mira Oldenkamp in Brenn and Tom Roby": a place between two persons.
_PLACE_BETWEEN = re.compile(
    r"(?<=\w) in [^\W\d_a-zß-ÿ][\w.'’-]*(?: [^\W\d_a-zß-ÿ][\w.'’-]*)?"
    r"(?=,? (?:and|&) [^\W\d_a-zß-ÿ]\S* \S)"
)
_BETWEEN_PERSONS = re.compile(
    r"\s*[;&]\s*(?:and\s+)?|\s+(?:and|und|et|y|og|och|en)\s+"
    r"|\s+(?:avec|with|mit|con|com)\s+(?=(?-i:[A-Z]{2,5})\b)"
    r"|\s+(?:e|i|és|ve|ja|и|та|και)\s+(?=\S+\s+\S)"
)
# "Mira Oldenkamp and Tom Roby, Brenn": behind the last of a list, a comma parts off no author.
_BEHIND_LIST = re.compile(
    r"(\s(?:and|und|et|y|e|og|och|en|i|ve|и|και)\s+[^\s,;]+(?:\s+[^\s,;]+)*)"
    r",(?!\s*(?:jr|sr|i{1,3}|iv)\b)(?!.*(?:\s(?:and|und|et|y|e|og|och|en|i|ve|и|και)\s|;)).*",
    re.IGNORECASE,
)
_PART_OF_NAME = (
    r"(?:[^\W\d_a-zß-ÿ][\w.'’-]*|de|da|del|della|der|den|van|von|zu|la|le|bin|al|el|ibn)"
)
_NAME = re.compile(rf"[^\W\d_a-zß-ÿ][\w.'’-]*(?: {_PART_OF_NAME}){{0,5}}")
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_NOT_NAMES = re.compile(
    r"\b(?:staff|correspondent|reporter|editor|editors|editorial|writer|columnist|desk|team"
    r"|agenc(?:y|ies)|contributor|bureau|newsroom|redaktion|redaktionen|rédaction|redacción"
    r"|redazione|journalist|news|online|gmbh|inc|ltd|llc|press|media|admin|unknown)\b",
    re.IGNORECASE,
)
_ROLES = re.compile(
    r"\b(?:reporter|correspondent|editor|writer|journalist|columnist|contributor|producer|chief"
    r"|korrespondent|redakteur|reporterin|redakteurin|critic|analyst|photographer)\w*\b",
    re.IGNORECASE,
)
# "Oldenkamp, Mira", "van der Meer, Jost", "Marquez Ruiz, Gabriel J.": one name before the comma,
# or several with a single one behind it.
_FAMILY_NAME_FIRST = re.compile(
    r"(?P<last>(?:(?:de|da|del|della|der|den|van|von|zu|la|le|bin|al|el|ibn|ter) ){0,3}"
    r"[^\W\d_a-zß-ÿ][\w'’-]*(?: [^\W\d_a-zß-ÿ][\w'’-]*)?)"
    r", (?P<first>[^\W\d_a-zß-ÿ][\w'’.-]*(?: [^\W\d_]\.?)*)"
)
# Offices that stand beside Korean, Japanese and Chinese names: "reporter", "correspondent", "and
# one more".
_OFFICE_BEHIND = re.compile(
    r"\s*(?:기자|선임기자|특파원|논설위원|객원기자|기자\s*외\s*\d+\s*명|외\s*\d+\s*명|記者|记者|編集委員|特派員"
    r"|[／/|｜\s]\s*\w{0,8}(?:報導|报道|报导))\Z"
)
_OFFICE_BEFORE = re.compile(r"\A(?:本报|本報)?(?:记者|記者)[:：\s]*(?=\S{2})")
_SLUG_OF_NAME = re.compile(r"([a-z]{2,}(?:[-_][a-z]{2,}){1,3})(?:[-_]?\d{1,4})?")
# What somebody else made of the article: "Photos: Abby Derby".
_OTHER_WORK = re.compile(
    r"\s*[.,;|·–—-]?\s*\b(?:photo(?:graph)?s?|photograph[sy]|pictures?|images?|fotos?|bilder?|video"
    r"|illustrations?|graphics?|grafik)\s*(?::|\bby\b|\bvon\b|\bpar\b|\bde\b).*",
    re.IGNORECASE | re.DOTALL,
)
_DEGREE = re.compile(
    r",?\s+(?:Ph\.?\s?D|Dr\.?phil|D\.?Phil|M\.?D|MBA|M\.?Sc|B\.?Sc|LL\.?[BMD]|CFA|CPA|Esq|OBE|MBE"
    r"|CBE|FRS)\b\.?(?=\s*(?:[,;&|(]|$|and\b))"
)
_WORKS_FOR = re.compile(r"\s+(?:in|for|at|from)\s+(?=[^\W\d_a-zß-ÿ]).*", re.DOTALL)
_IN_DATA = re.compile(r"""["']name["']\s{0,3}:\s{0,3}["']([^"']{2,100})["']""")
_ACCOUNTS = frozenset(
    {
        *("admin", "administrator", "webmaster", "root", "superuser", "wpadmin", "publisher"),
        *("unknown", "anonymous", "anonym", "none", "null", "undefined", "nobody", "n/a", "author"),
    }
)
_OF_ACCOUNTS = _ACCOUNTS | {
    *("user", "editor", "editors", "staff", "web", "site", "wp", "dev", "test", "demo", "support"),
    *("info", "contact", "guest", "author", "desk", "team", "news", "newsroom", "redaktion"),
    *("system", "bot", "import", "api", "cms", "digital", "online", "press", "office", "service"),
}
"""A slug with one of these words is the name of an account, not of a person."""
_EAST_ASIAN = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3]")
_ADDRESS = re.compile(r"\A(?:https?:)?//|\A/|\Awww\.|@\S+\.\w+\Z|\A@|\Ahttps?\b", re.IGNORECASE)
# "petra@post.example (Petra Oxley)", as in RSS; and an address beside a name.
_ADDRESS_FIRST = re.compile(r"\A\S+@\S+\.\w+ \(([^()]{2,100})\)\Z")
_BESIDE_NAME = re.compile(
    r"(?<=\w)[\s,;|/(–-]+(?:\S+@\S+\.\w+|@\w+|(?:https?://|www\.)\S+)\)?\s*\Z"
)
_LISTED_ADDRESS = re.compile(r"\A(?:https?://\S+?,\s*)+(?=[^\W\d_])", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\([^()]{0,60}\)(?=\s*(?:;|\Z))")
_DESK = re.compile(
    r"(?:\b(?:team|desk|newsroom|rédaction|redacción|redazione)|redaktion)\Z", re.IGNORECASE
)
_MOST_OF_DESK = 4
_LONGEST_NAME = 100
_LONGEST_FIELD = 2_000


def opens_byline(line: str) -> bool:
    """Whether the line begins like a byline: "By", or a word like it, and a name."""
    found = _OPENS.match(line)
    if found is None:
        return False
    rest = line[found.end() :]
    is_slug = _SLUG_OF_NAME.fullmatch(rest.strip(" .")) is not None
    return is_slug or _NAME.match(_MARKUP.sub(r"\1", rest)) is not None


def slug_name(text: str) -> str | None:
    """The name in a slug, "" in that of an account; None for what is no slug.

    >>> slug_name("jane-doe"), slug_name("admin-user"), slug_name("Jane Doe")
    ('Jane Doe', '', None)
    """
    found = _SLUG_OF_NAME.fullmatch(text.strip(" ."))
    if found is None:
        return "" if text.strip(" .").lower() in _ACCOUNTS else None
    words = re.split("[-_]", found[1])
    if not _OF_ACCOUNTS.isdisjoint(words):
        return ""
    return " ".join(word.capitalize() for word in words)


def parse_authors(byline: str) -> tuple[str, ...]:
    """The distinct people named in a byline, in order.

    Agencies and outlets are included only if nobody else is named.

    >>> parse_authors("By [Mara Lind and Ivo Tarn for LNA](#)"), parse_authors("By LNA")
    (('Mara Lind', 'Ivo Tarn'), ('LNA',))
    >>> parse_authors("Oldenkamp, Mira; Derby, Abby")
    ('Mira Oldenkamp', 'Abby Derby')
    """
    slugs = [slug_name(part) for part in _PARTS.split(_LEAD.sub("", byline[:_LONGEST_FIELD]))]
    if None not in slugs:
        return tuple(dict.fromkeys(filter(None, slugs)))
    line = _DEGREE.sub("", " ".join(_MARKUP.sub(r"\1", byline[:_LONGEST_FIELD]).split()))
    bare = _BY.sub("", line)
    # Behind "By", what follows two words and a comma is an office or an outlet.
    if (bare == line or " " not in bare.split(",")[0]) and (turned := _turned_all(bare)):
        return tuple(dict.fromkeys(turned))
    line = _PLACE_BETWEEN.sub("", _LEAD.sub("", _without_other_work(line)))
    line = _ROLE.sub("", line)
    if opens_byline(byline):
        line = _BEHIND_LIST.sub(r"\1", line)
    names: list[str] = []
    for part in _PARTS.split(line):
        name = part.strip(" .") if not part.endswith("r.") else part.strip()
        if names and name.lower() in _SUFFIXES:
            names[-1] += f" {name}"
        elif _NAME.fullmatch(name) and not _NOT_NAMES.search(name):
            names.append(name)
    people = [
        name
        for name in names
        if not name.startswith("The ") and (not name.isupper() or " " in name)
    ]
    # "Mira Oldenkamp, RADIO NORTH": what alone is in capitals is where she works.
    written_small = [name for name in people if not name.isupper()]
    return tuple(dict.fromkeys(written_small or people or names))


def named_authors(field: str) -> tuple[str, ...]:
    """The authors in a field of data, in order; what is no known form of name stays as it is.

    Family names that come first are turned round, slugs become names, roles and outlets behind a
    name go. Addresses, questions and accounts such as "admin" or "unknown" name nobody.

    >>> named_authors("Oldenkamp, Mira"), named_authors("mira-oldenkamp")
    (('Mira Oldenkamp',), ('Mira Oldenkamp',))
    >>> named_authors("Mira Oldenkamp, Senior Reporter"), named_authors("nieuws.example")
    (('Mira Oldenkamp',), ('nieuws.example',))
    """
    text = " ".join(_MARKUP.sub(r"\1", field[:_LONGEST_FIELD].replace("_", "-")).split())
    text = _BESIDE_NAME.sub("", _ADDRESS_FIRST.sub(r"\1", _LISTED_ADDRESS.sub("", text)))
    text = _BY.sub("", _OFFICE_BEFORE.sub("", _OFFICE_BEHIND.sub("", text)))
    if not any(map(str.isalpha, text)) or text.endswith("?"):
        return ()
    if _ADDRESS.search(text) or text.lower() in _ACCOUNTS:
        return ()
    if text[0] in "[{" and (stated := _IN_DATA.findall(text)):
        return tuple(dict.fromkeys(stated))
    text = _DEGREE.sub("", _without_other_work(text))
    if (name := slug_name(text)) is not None:
        return (name,) if name else ()
    if turned := _turned_all(text):
        return tuple(dict.fromkeys(turned))
    found: list[str] = []
    bare = _LEAD.sub("", text) if " " in text else text
    for part in _BETWEEN_PERSONS.split(bare):
        name = slug_name(part)
        found += _comma_separated(part.strip(" ,")) if name is None else [name]
    return tuple(dict.fromkeys(name for name in found if 1 < len(name) <= _LONGEST_NAME))


def _without_other_work(line: str) -> str:
    """The line without those who took its photos and the like, unless nobody else is named."""
    return _OTHER_WORK.sub("", line) or line


def is_person(name: str) -> bool:
    """Whether a name may be a person's: two words or more, none of them an office's or a desk's.

    >>> is_person("Mira Oldenkamp"), is_person("LNA"), is_person("Staff Reporter")
    (True, False, False)
    """
    if _NOT_NAMES.search(name) or not name[:1].isalpha():
        return False
    if _EAST_ASIAN.search(name) and name.upper() == name.lower():
        # Chinese, Japanese and Korean names have no blanks.
        return 2 <= len(name) <= 5
    words = name.split()
    return 1 < len(words) <= 6 and not any(map(str.isdigit, name)) and not words[0].islower()


def is_desk(name: str) -> bool:
    """Whether a name is that of a group of an outlet's writers.

    >>> is_desk("Travel Team"), is_desk("Harbour-Redaktion"), is_desk("Staff Reporter")
    (True, True, False)
    """
    return len(name.split()) <= _MOST_OF_DESK and _DESK.search(name) is not None


def is_office(name: str) -> bool:
    """Whether a name is what a writer does, and nobody's.

    >>> is_office("Staff Writer"), is_office("Mira Oldenkamp, Arts Editor")
    (True, False)
    """
    return _ROLES.search(name) is not None and not any(map(is_person, named_authors(name)))


def same_person(one: str, other: str) -> bool:
    """Whether two names differ in case, accents, hyphens and points at most.

    >>> same_person("José Álvarez", "jose-alvarez"), same_person("José", "José Álvarez")
    (True, False)
    """
    return _letters(one) == _letters(other)


def is_outlet(name: str, outlets: Iterable[str]) -> bool:
    """Whether a name is that of one of the outlets, or spells its host.

    >>> is_outlet("The Courier", ["courier.example"]), is_outlet("Mira", ["courier.example"])
    (True, False)
    """
    return any(same_person(name, each) or name_of_host(each, [name]) for each in outlets)


def _letters(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(filter(str.isalnum, folded))


def _turned_all(text: str) -> list[str]:
    """The names of "Oldenkamp, Mira; Derby, Abby"; none where one of them has another form."""
    names = []
    text = _IN_BRACKETS.sub("", text)
    parts = re.split(r"\s*;\s*| (?:and|und|et|y) ", text.strip(" ;"))
    words = [word.strip() for word in parts[0].split(",")]
    if len(parts) == 1 and len(words) > 2 and len(words) % 2 == 0 and " " not in "".join(words):
        parts = [", ".join(pair) for pair in zip(words[::2], words[1::2], strict=True)]
    for part in parts:
        found = _FAMILY_NAME_FIRST.fullmatch(part)
        if found is None or _NOT_NAMES.search(part) or is_agency(found["last"]):
            return []
        if not _is_given_name(found["first"]):
            return []
        names.append(f"{found['first']} {found['last']}")
    return names


def _is_given_name(name: str) -> bool:
    """Whether it is no "Jr." and, unless its letters are initials, not written in capitals."""
    return name.lower() not in _SUFFIXES and not (name.isupper() and len(name.split(".")[0]) > 1)


def _comma_separated(part: str) -> list[str]:
    """The persons of "Mara Lind, Ivo Tarn"; of "Mara Lind, Arts Editor" the first alone."""
    bare = re.sub(r"\s*[|(–—].*|\s+-\s.*", "", part) or part
    if is_person(before := _WORKS_FOR.sub("", bare)):
        bare = before
    names: list[str] = []
    for name in re.split(r"\s*,\s*", bare):
        if names and name.lower() in _SUFFIXES:
            names[-1] += f" {name}"
        elif names and is_agency(name):
            names.append(name)
        elif names and (_ROLES.search(name) or not is_person(name) or not _NAME.fullmatch(name)):
            break
        else:
            names.append(name)
    return names
