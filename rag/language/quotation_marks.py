"""Where a text is in quotation marks; compares no texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUOTED = re.compile(
    r"[“„](?P<curly>[^“”„\n]+)(?:[”“]|(?=\n|\Z))|\"(?P<straight>[^\"\n]+)\""
    r"|«(?P<angle>[^«»\n]+)»|»(?P<inward>[^«»\n]+)[«»]"
    r"|「(?P<corner>[^「」\n]+)」|『(?P<white>[^『』\n]+)』|(?<!\w)‘(?P<single>[^‘\n]+?)’(?!\w)"
    r"|(?<!\w)(?:'|``|`)(?=\w)(?P<typed>[^`\n]{1,1000}?)(?<=[\w.,!?])(?:''|')(?!\w)"
)


QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]")
"""A quotation with its marks, double ones, also over several lines."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Characters `start` to `end` of a text, which stand between quotation marks."""

    start: int
    end: int


def quotations(text: str) -> list[Quotation]:
    """What stands between quotation marks, in order; quotations within quotations left out.

    Quoted speech that goes on in the next paragraph is open at the end of this one.

    >>> [text[q.start : q.end] for text in ['“No,” he said. "Go on."'] for q in quotations(text)]
    ['No,', 'Go on.']
    """
    found = []
    for match in _QUOTED.finditer(text):
        start, end = match.span(match.lastgroup or 0)
        found.append(Quotation(start, end))
    return found
