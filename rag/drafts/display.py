"""A checked draft as a notebook shows it, and as rows of a table; all text is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from rag.records.display import cited_html, placed

if TYPE_CHECKING:
    from rag.drafts.records import CheckedDraft, CheckedSentence

COLUMNS = (
    "sentence", "verdict", "reasons", "citation", "quote", "publisher", "published", "title",
    "url", "article_id", "start", "end",
)  # fmt: skip
"""What a table of a checked draft has: a row for each sentence and citation of it."""


def checked_html(checked: CheckedDraft) -> str:
    """The summary, each sentence with its verdict, and the cited words, each linked."""
    rows = "".join(
        f"<tr><td>{escape(_said(one))}</td><td>{escape(checked.text[one.start : one.end])}"
        f"{escape(''.join(f' [{number}]' for number in one.citations))}</td>"
        f"<td>{escape('; '.join(one.reasons))}</td></tr>"
        for one in checked.sentences
    )
    head = "".join(f"<th>{name}</th>" for name in ("verdict", "sentence", "why"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return (
        f"<section><p>{escape(checked.summary)}</p>{table}{cited_html(checked.citations)}</section>"
    )


def checked_rows(checked: CheckedDraft) -> Iterator[dict[str, Any]]:
    """A row for each sentence of a draft and each citation of it, in their order."""
    cited = {each.number: each for each in checked.citations}
    for one in checked.sentences:
        sentence: dict[str, Any] = {
            "sentence": checked.text[one.start : one.end],
            "verdict": one.verdict,
            "reasons": "; ".join(one.reasons) or one.nothing,
        }
        for number in one.citations or (None,):
            row = dict(sentence)
            if number in cited:
                each = cited[number]
                row |= {"citation": number, "quote": each.quote}
                row |= placed(each.article, each.start, each.end)
            yield row


def _said(one: CheckedSentence) -> str:
    return one.verdict or one.nothing
