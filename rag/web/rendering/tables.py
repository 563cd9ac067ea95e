"""Renders tables and notices as HTML; knows nothing about their content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.web.rendering.marks import join


def table_html(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Markup]]) -> Markup:
    """A table that scrolls within its own frame; the first cell of each row is its header."""
    head = join(Markup('<th scope="col">{}</th>').format(text(each)) for each in heads)
    body = join(_row(cells) for cells in rows)
    return Markup(
        '<div class="table" role="region" aria-label="{}" tabindex="0"><table>'
        "<caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(text(caption), text(caption), head, body)


def problem_html(message: str) -> str:
    """A problem as HTML, which screen readers announce at once."""
    return str(Markup('<p class="problem" role="alert">{}</p>').format(text(message)))


def hint_html(message: str) -> Markup:
    """A hint as HTML, for a view with nothing to show."""
    return Markup('<p class="hint">{}</p>').format(text(message))


def _row(cells: Sequence[Markup]) -> Markup:
    first, *others = cells
    rest = join(Markup("<td>{}</td>").format(cell) for cell in others)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, rest)
