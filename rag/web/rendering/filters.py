"""Renders the chosen filters as HTML: a chip for each, with a button that removes it."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.web.form import LIMITS, NAMES, Form
from rag.web.rendering.chips import chip_html
from rag.web.rendering.marks import join

_NAMES = dict(zip(LIMITS, NAMES, strict=True))


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
    for limit, name in _NAMES.items():
        value = getattr(form, limit)
        label = value.strip() if isinstance(value, str) else ", ".join(value)
        if label:
            yield chip_html(
                Markup('<span class="what">{}</span> {}').format(name, text(label)),
                Markup('data-name="{}"').format(limit),
                f"Drop the filter {name}: {label}",
            )
