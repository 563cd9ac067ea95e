"""Describes the archive in one line: its size and how it can be searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from rag.archive import Archive
from rag.conversations.escaping import text
from rag.errors import RagError
from rag.web.chat import Chat, in_page_words
from rag.web.rendering.steps import count

_ANY = ("any", "")


def facts_html(chat: Chat) -> str:
    """One line: articles, outlets, how they are searched and what writes the answers.

    A narrow window leaves out what is in the element `how`.
    """
    try:
        size, how = map(" · ".join, _facts(chat))
        return str(Markup('{}<span class="how"> · {}</span>').format(text(size), text(how)))
    except RagError as error:
        return str(text(in_page_words(str(error))))


def is_growing(archive: Archive) -> bool:
    """Whether part of the archive has no vectors yet."""
    try:
        return archive.coverage() < 1
    except RagError:
        return False


def is_changing(chat: Chat) -> bool:
    """Whether the line of `facts_html` will change soon."""
    return bool(chat.preparing()) or is_growing(chat.archive)


def outlets(archive: Archive) -> list[tuple[str, str]]:
    """Every outlet as label (with its number of articles) and stored name."""
    return _choices(archive.publishers)


def languages(archive: Archive) -> list[tuple[str, str]]:
    """Every language as label (with its number of articles) and stored code; "" is any."""
    return [_ANY, *_choices(archive.languages)]


def sections(archive: Archive) -> list[tuple[str, str]]:
    """Every section as label (with its number of articles) and stored name; "" is any."""
    return [_ANY, *_choices(archive.sections)]


def _choices(counts: Callable[[], Mapping[str, int]]) -> list[tuple[str, str]]:
    try:
        return [(f"{name} ({number:,})", name) for name, number in counts().items() if name]
    except RagError:
        return []


def _facts(chat: Chat) -> tuple[list[str], list[str]]:
    articles, passages, embedded = chat.archive.counts()
    named = len([name for name in chat.archive.publishers() if name])
    if embedded < passages:
        searched = f"searched by words, {embedded / passages:.0%} by meaning so far"
    else:
        searched = "searched by words and meaning"
    worded = f"worded by {chat.model.name}" if chat.model else "answered in the articles' own words"
    doing = [f"{chat.preparing()}…"] if chat.preparing() else []
    return [count(articles, "article"), count(named, "outlet"), *doing], [searched, worded]
