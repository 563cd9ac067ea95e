"""The names in a byline; knows nothing about where in an article it stands."""

from __future__ import annotations

import re

_LEAD = re.compile(r"\s*(?:by|written by|story by)\b:?\s+", re.IGNORECASE)
_MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|[*_`]+")
_ROLE = re.compile(
    r"\s+(?:for|in|at|of|from|with)\s.*|\s*[|(–—].*|\s+-\s.*|\s*(?:https?://|@)\S*.*", re.IGNORECASE | re.DOTALL
)
_PARTS = re.compile(r"\s*[;,&/]\s*(?:and\s+)?|\s+(?:and|with|und|et|y)\s+", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [\w.'’-]+){0,5}")
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_NOT_NAMES = re.compile(
    r"\b(?:staff|correspondent|reporter|editor|writer|columnist|desk|team|agenc(?:y|ies)|contributor|bureau)\b",
    re.IGNORECASE,
)


def parse_authors(byline: str) -> tuple[str, ...]:
    """The people named by a byline, in its order and each once; agencies after "for" are left out.

    >>> parse_authors("By [Mara Lind and Ivo Tarn for LNA](#)")
    ('Mara Lind', 'Ivo Tarn')
    """
    line = " ".join(_MARKUP.sub(r"\1", byline).split())
    line = _ROLE.sub("", _LEAD.sub("", line))
    names: list[str] = []
    for part in _PARTS.split(line):
        name = part.strip(" .") if not part.endswith("r.") else part.strip()
        if names and name.lower() in _SUFFIXES:
            names[-1] += f" {name}"
        elif _NAME.fullmatch(name) and not name[0].islower() and not _NOT_NAMES.search(name):
            names.append(name)
    return tuple(dict.fromkeys(names))
