"""Joins the lines of mail in "format=flowed" (RFC 3676) to the paragraphs that were written."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"(>*) ?(.*)", re.DOTALL)
_SIGNATURE = "-- "


def unflowed(text: str, *, delete_blanks: bool = False) -> str:
    r"""The text with each flowed paragraph on one line; a paragraph of several lines stands alone.

    A line that ends in a blank goes on in the next one of the same depth of quotation. With
    `delete_blanks` ("DelSp=yes") that blank belongs to the format, not to the text.

    >>> unflowed("The ferry \nsailed.\nIt was full.\n")
    'The ferry sailed.\n\nIt was full.'
    """
    paragraphs: list[tuple[str, list[str]]] = []
    goes_on = False
    for line in text.splitlines():
        found = _QUOTED.fullmatch(line)
        depth, words = (found[1], found[2]) if found else ("", line)
        is_signature = words == _SIGNATURE
        flows = words.endswith(" ") and not is_signature
        if goes_on and paragraphs and paragraphs[-1][0] == depth and not is_signature:
            paragraphs[-1][1].append(words)
        else:
            paragraphs.append((depth, [words]))
        if flows and delete_blanks:
            paragraphs[-1][1][-1] = words[:-1]
        goes_on = flows
    lines: list[str] = []
    before = ("", [""])
    for depth, parts in paragraphs:
        apart = len(parts) > 1 or len(before[1]) > 1
        if apart and before[1][-1] and parts[-1]:
            lines.append(depth if depth == before[0] else "")
        lines.append(f"{depth} {''.join(parts)}".strip() if depth else "".join(parts).rstrip())
        before = (depth, parts)
    return "\n".join(lines).strip("\n")
