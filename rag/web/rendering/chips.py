"""Renders chips: a filter or an understood constraint, with a button that removes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.records import Understood
from rag.web.form import LIMITS, Form
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
    """A chip for each reading, "" for none; its button asks again without it.

    `without` are the words dropped before: each has a chip, whose button asks again with it.
    """
    chips = join(_chip(question, one, without) for one in understood)
    chips += join(_dropped(question, words, without) for words in dict.fromkeys(without))
    if not chips:
        return chips
    return Markup(
        '<div class="understood" role="group" aria-label="What your words were taken to mean">'
        "{}</div>"
    ).format(chips)


def _chip(question: str, one: Understood, without: Sequence[str]) -> Markup:
    how = "only " if one.strict else "preferably " if one.of_hits else "read as: "
    quoted = Markup('<span class="what">“{}”</span> ').format(text(one.words))
    label = Markup("{}{}").format(
        # All its words stand above the chip.
        quoted if one.words != question else "",
        text(f"{how}{one.meaning}" if one.held else f"{one.meaning}: the archive holds none"),
    )
    asked = again_attributes(question, [*without, one.words])
    return chip_html(label, asked, f"Ask again without “{one.words}”")


def _dropped(question: str, words: str, without: Sequence[str]) -> Markup:
    others = [each for each in without if each != words]
    return Markup(
        '<span class="chip dropped" dir="auto"><span class="what">“{}”</span> not used'
        '<button type="button" class="drop" {} aria-label="{}">↺</button></span>'
    ).format(text(words), again_attributes(question, others), text(f"Ask again with “{words}”"))


def again_attributes(question: str, without: Sequence[str]) -> Markup:
    """The attributes of a button that asks a question with none of these words understood."""
    return Markup('data-question="{}" data-without="{}"').format(
        text(question), json.dumps(list(without))
    )


def filters_html(form: Form, every: str) -> str:
    """A chip for each filter, and one that clears all if there are several; "" for none."""
    chips = list(_chips(form))
    if len(chips) > 1:
        chips.append(
            Markup(
                '<button type="button" class="chip all" data-name="{}">Clear all</button>'
            ).format(every)
        )
    return str(join(chips))


def _chips(form: Form) -> Iterator[Markup]:
    for limit, name in LIMITS.items():
        value = getattr(form, limit)
        label = value.strip() if isinstance(value, str) else ", ".join(value)
        if label:
            yield chip_html(
                Markup('<span class="what">{}</span> {}').format(name, text(label)),
                Markup('data-name="{}"').format(limit),
                f"Drop the filter {name}: {label}",
            )
