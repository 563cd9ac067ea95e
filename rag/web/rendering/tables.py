"""Tables and notices of the page's views as HTML; knows nothing about what is in them."""

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


def problem_html(said: str) -> str:
    """Why something cannot be shown, announced at once."""
    return str(Markup('<p class="problem" role="alert">{}</p>').format(text(said)))


def hint_html(said: str) -> Markup:
    """What is to be said where there is nothing to show."""
    return Markup('<p class="hint">{}</p>').format(text(said))


def _row(cells: Sequence[Markup]) -> Markup:
    first, *others = cells
    rest = join(Markup("<td>{}</td>").format(cell) for cell in others)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, rest)
