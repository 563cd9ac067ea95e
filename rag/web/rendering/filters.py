"""The filters that are set as HTML: a chip for each, with a button that drops it."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.web.form import LIMITS, NAMES, Form
from rag.web.rendering.chips import chip_html
from rag.web.rendering.marks import join

_NAMES = dict(zip(LIMITS, NAMES, strict=True))


def filters_html(form: Form, every: str) -> str:
    """A chip for each filter, "" where none is set; of several, one drops `every` filter."""
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
        shown = value.strip() if isinstance(value, str) else ", ".join(value)
        if shown:
            yield chip_html(
                Markup('<span class="what">{}</span> {}').format(name, text(shown)),
                Markup('data-name="{}"').format(limit),
                f"Drop the filter {name}: {shown}",
            )
