"""The short text of each tool's result, for a reader who does not read its structured content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rag.language.words import shortened

_SHOWN = 300
_MOST_TEXT = 4_000
_MOST_LISTED = 20


def text_of(name: str, found: Any) -> str:
    """What the call of this name found, in a few lines; `found` has plain values of JSON."""
    return "\n".join(_WORDED[name](found))


def _of_search(hits: Any) -> Iterator[str]:
    if not hits:
        yield "Nothing was found."
    for hit in hits[:_MOST_LISTED]:
        words = shortened(hit["passage"]["text"], _SHOWN)
        yield f"{hit['rank']}. {_named(hit['article'])}: {words}"
    if len(hits) > _MOST_LISTED:
        yield f"and {len(hits) - _MOST_LISTED} more"


def _of_ask(answer: Any) -> Iterator[str]:
    yield answer["text"]
    yield from (f"Note: {note}" for note in answer["notes"])
    if answer["citations"]:
        yield "Nearest, but no answer:" if answer["abstained"] else "Sources:"
    for one in answer["citations"]:
        yield f"[{one['number']}] {_named(one, 'article_id')}: “{shortened(one['quote'], _SHOWN)}”"


def _of_quote(trace: Any) -> Iterator[str]:
    reason = f": {trace['reason']}" if trace["reason"] else ""
    yield f"{trace['outcome'].capitalize()}{reason}."
    for match in trace["matches"][:_MOST_LISTED]:
        said = f", said by {match['said_by']}" if match["said_by"] else ""
        yield f"{_named(match['article'])}{said}: “{shortened(match['quote'], _SHOWN)}”"


def _of_check(checked: Any) -> Iterator[str]:
    yield checked["summary"]
    doubted = [one for one in checked["sentences"] if one["verdict"] not in (None, "supported")]
    citations = {one["number"]: one for one in checked["citations"]}
    for one in doubted[:_MOST_LISTED]:
        reasons = f" ({'; '.join(one['reasons'])})" if one["reasons"] else ""
        yield f"- {one['verdict']}: “{shortened(one['text'], _SHOWN)}”{reasons}"
        for number in one["citations"][:1]:
            near = citations[number]
            yield f"  nearest: {_named(near, 'article_id')}: “{shortened(near['quote'], _SHOWN)}”"
    if len(doubted) > _MOST_LISTED:
        yield f"and {len(doubted) - _MOST_LISTED} more that are not supported"
    if not checked["complete"]:
        yield f"To go on, call check with start={checked['unchecked_from']}."


def _of_article(article: Any) -> Iterator[str]:
    yield _named(article)
    if article["withdrawn"]:
        yield "This article was withdrawn."
    yield ""
    yield article["text"][:_MOST_TEXT]
    if len(article["text"]) > _MOST_TEXT:
        yield f"… {len(article['text']) - _MOST_TEXT:,} more characters"


_WORDED: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "search": _of_search,
    "ask": _of_ask,
    "quote": _of_quote,
    "check": _of_check,
    "article": _of_article,
}


def _named(article: Mapping[str, Any], key: str = "id") -> str:
    """The outlet, the date, the title and the id of an article, as far as they are known."""
    where = ", ".join(filter(None, [article["publisher"], article["published"]]))
    return " — ".join(filter(None, [where, article["title"]])) + f" [{article[key]}]"
