"""What words of a question were taken to ask for, as HTML, each with a button that drops it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from rag.escaping import text
from rag.records import Understood


def understood_html(
    question: str, understood: Sequence[Understood], without: Sequence[str]
) -> Iterator[Markup]:
    """A note for each; its button asks again with it, and `without` what was dropped before."""
    for one in understood:
        how = "only" if one.strict else "preferred"
        yield Markup(
            '<p class="note">“{}” was taken as: {}{} <button type="button" class="drop"'
            ' data-question="{}" data-without="{}" aria-label="Ask again without “{}”">×</button>'
            "</p>"
        ).format(
            text(one.words),
            text(one.meaning),
            f" ({how})." if one.held else ", of which the archive holds nothing.",
            text(question),
            json.dumps([*without, one.words]),
            text(one.words),
        )
