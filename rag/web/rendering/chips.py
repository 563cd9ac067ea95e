"""Chips: what is set or was understood, each with a button that drops it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.records import Understood
from rag.web.rendering.marks import join


def chip_html(said: Markup, attributes: Markup, what: str) -> Markup:
    """What is said, with a button beside it that drops it; `what` names the button."""
    return Markup(
        '<span class="chip" dir="auto">{}<button type="button" class="drop" {} '
        'aria-label="{}">×</button></span>'
    ).format(said, attributes, text(what))


def understood_html(
    question: str, understood: Sequence[Understood], without: Sequence[str]
) -> Markup:
    """A chip for each, "" where there is none; its button asks again with it.

    `without` is what was dropped before.
    """
    chips = join(_chip(question, one, without) for one in understood)
    if not chips:
        return chips
    return Markup(
        '<div class="understood" role="group" aria-label="What your words were taken to mean">'
        "{}</div>"
    ).format(chips)


def _chip(question: str, one: Understood, without: Sequence[str]) -> Markup:
    how = "only" if one.strict else "preferably"
    said = Markup('<span class="what">“{}”</span> {}').format(
        text(one.words),
        text(f"{how} {one.meaning}" if one.held else f"{one.meaning}: the archive holds none"),
    )
    asked = Markup('data-question="{}" data-without="{}"').format(
        text(question), json.dumps([*without, one.words])
    )
    return chip_html(said, asked, f"Ask again without “{one.words}”")
