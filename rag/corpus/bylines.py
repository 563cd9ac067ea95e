"""Parses the names in a byline; does not know where in an article it is."""

from __future__ import annotations

import re

_LEAD = re.compile(r"\A\s*(?:by|written by|story by|von|par|por|di)\b:?(?:\s+|$)", re.IGNORECASE)
_MARKUP = re.compile(r"\[([^\[\]]*)\]\([^()]*\)|[*_`]+")
_ROLE = re.compile(
    r"\s+(?:for|in|at|of|from|with)\s.*|\s*[|(–—].*|\s+-\s.*|\s*(?:https?://|@)\S*.*",
    re.IGNORECASE | re.DOTALL,
)
_PARTS = re.compile(r"\s*[;,&/]\s*(?:and\s+)?|\s+(?:and|with|und|et|y)\s+", re.IGNORECASE)
_PART_OF_NAME = (
    r"(?:[^\W\d_a-zß-ÿ][\w.'’-]*|de|da|del|della|der|den|van|von|zu|la|le|bin|al|el|ibn)"
)
_NAME = re.compile(rf"[^\W\d_a-zß-ÿ][\w.'’-]*(?: {_PART_OF_NAME}){{0,5}}")
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_NOT_NAMES = re.compile(
    r"\b(?:staff|correspondent|reporter|editor|writer|columnist|desk|team|agenc(?:y|ies)|contributor|bureau)\b",
    re.IGNORECASE,
)


def opens_byline(line: str) -> bool:
    """Whether the line begins like a byline: "By", or a word like it, and a name."""
    found = _LEAD.match(line)
    return found is not None and _NAME.match(_MARKUP.sub(r"\1", line[found.end() :])) is not None


def parse_authors(byline: str) -> tuple[str, ...]:
    """The distinct people named in a byline, in order.

    Agencies and outlets are included only if nobody else is named.

    >>> parse_authors("By [Mara Lind and Ivo Tarn for LNA](#)"), parse_authors("By LNA")
    (('Mara Lind', 'Ivo Tarn'), ('LNA',))
    """
    line = " ".join(_MARKUP.sub(r"\1", byline).split())
    line = _ROLE.sub("", _LEAD.sub("", line))
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
    return tuple(dict.fromkeys(people or names))
