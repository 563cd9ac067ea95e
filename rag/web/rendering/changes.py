"""Renders what checking changed of a language model's words: left out, or written once more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from markupsafe import Markup

from rag.answers.repair import LEFT_OUT, MENDED
from rag.conversations.escaping import text
from rag.records import Answer, LeftOut
from rag.verification.markers import without_markers
from rag.web.rendering.marks import join

MOST_WORDS = 3_000
"""Longer texts are not compared word by word: that takes too long."""

_WORDS = re.compile(r"\s*\S+")


def changes_html(answer: Answer, first: str = "") -> Markup:
    """The sentences left out, with reasons, and the changes of a mended answer; "" for none.

    `first` is what the model first wrote, "" where that is not known any more.
    """
    left_out = join(map(_left_out, answer.left_out))
    listed = Markup("<p>{}</p><ul>{}</ul>").format(_heading(len(answer.left_out)), left_out)
    parts = (listed if left_out else "", _mended(answer, first))
    if not any(parts):
        return Markup("")
    return Markup(
        '<div class="changes" role="group" aria-label="Changed by checking">{}</div>'
    ).format(join(map(Markup, parts)))


def is_shown_as_change(note: str, answer: Answer) -> bool:
    """Whether `changes_html` already says what a note of the answer says."""
    return bool(answer.left_out) and note.startswith(LEFT_OUT)


def _heading(number: int) -> str:
    what = "one sentence" if number == 1 else f"{number} sentences"
    return f"Checking left out {what} of the model's answer:"


def _left_out(one: LeftOut) -> Markup:
    why = Markup(' <span class="why">{}</span>').format(text("; ".join(one.reasons)))
    return Markup('<li dir="auto"><del>{}</del>{}</li>').format(
        text(one.text), why if one.reasons else ""
    )


def _mended(answer: Answer, first: str) -> Markup:
    """The first version as it became the answer: words that went, and words that came."""
    before, after = (_WORDS.findall(without_markers(each)) for each in (first, answer.text))
    if MENDED not in answer.notes or not before or max(len(before), len(after)) > MOST_WORDS:
        return Markup("")
    return Markup(
        '<details open><summary>What changed in it</summary><p dir="auto">{}</p></details>'
    ).format(join(_compared(before, after)))


def _compared(before: list[str], after: list[str]) -> Iterator[Markup]:
    for how, *(a, b, c, d) in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            yield text("".join(after[c:d]))
            continue
        if a < b:
            yield Markup("<del>{}</del>").format(text("".join(before[a:b])))
        if c < d:
            yield Markup("<ins>{}</ins>").format(text("".join(after[c:d])))
