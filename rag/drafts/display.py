"""A checked draft as a notebook shows it, and as rows of a table; all text is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from rag.records.display import cited_html, cited_rows, table_html

if TYPE_CHECKING:
    from rag.drafts.records import CheckedDraft, CheckedSentence


def checked_html(checked: CheckedDraft) -> str:
    """The summary, each sentence with its verdict, and the cited words, each linked."""
    rows = "".join(
        f"<tr><td>{escape(_said(one))}</td><td>{escape(checked.text[one.start : one.end])}"
        f"{escape(''.join(f' [{number}]' for number in one.citations))}</td>"
        f"<td>{escape('; '.join(one.reasons))}</td></tr>"
        for one in checked.sentences
    )
    table = table_html(("verdict", "sentence", "why"), rows)
    return (
        f"<section><p>{escape(checked.summary)}</p>{table}{cited_html(checked.citations)}</section>"
    )


def checked_rows(checked: CheckedDraft) -> Iterator[dict[str, Any]]:
    """A row for each sentence of a draft and each citation of it, in their order."""
    for one in checked.sentences:
        words, reasons = checked.text[one.start : one.end], "; ".join(one.reasons) or one.nothing
        said = {"sentence": words, "verdict": one.verdict, "reasons": reasons}
        yield from cited_rows(said, one.citations, checked.citations)


def _said(one: CheckedSentence) -> str:
    return one.verdict or one.nothing
