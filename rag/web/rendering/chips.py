"""Renders chips: a filter or an understood constraint, with a button that removes it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.records import Understood
from rag.web.rendering.marks import join


def chip_html(label: Markup, attributes: Markup, what: str) -> Markup:
    """A chip with a label and a remove button; `what` is the name of the button."""
    return Markup(
        '<span class="chip" dir="auto">{}<button type="button" class="drop" {} '
        'aria-label="{}">×</button></span>'
    ).format(label, attributes, text(what))


def understood_html(
    question: str, understood: Sequence[Understood], without: Sequence[str]
) -> Markup:
    """A chip for each constraint, "" for none; its button asks again without it.

    `without` are the words removed before.
    """
    chips = join(_chip(question, one, without) for one in understood)
    if not chips:
        return chips
    return Markup(
        '<div class="understood" role="group" aria-label="What your words were taken to mean">'
        "{}</div>"
    ).format(chips)


def _chip(question: str, one: Understood, without: Sequence[str]) -> Markup:
    how = "only " if one.strict else "preferably " if one.of_hits else ""
    label = Markup('<span class="what">“{}”</span> {}').format(
        text(one.words),
        text(f"{how}{one.meaning}" if one.held else f"{one.meaning}: the archive holds none"),
    )
    asked = Markup('data-question="{}" data-without="{}"').format(
        text(question), json.dumps([*without, one.words])
    )
    return chip_html(label, asked, f"Ask again without “{one.words}”")
