"""Reads the JSON export of a Ghost site; drafts and pages are left out and counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.left_out import left_out
from rag.corpus.formats.text_fields import Text, line_of, read_text
from rag.corpus.urls import is_web_address
from rag.errors import CorpusError

_PUBLISHED = ("published", "sent")
_SITE = "__GHOST_URL__"
_DEEPEST = 60
_CARD, _LIST = 10, 3
_TAGS: Mapping[str, str] = {
    "paragraph": "p",
    "heading": "h2",
    "list": "ul",
    "listitem": "li",
    "quote": "blockquote",
    "aside": "blockquote",
}
_SECTIONS = frozenset({"p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"})
_BESIDE = frozenset({"email", "email-cta", "signup", "product", "call-to-action", "paywall"})
"""Cards that ask readers for something, or that are shown in e-mails alone."""


def is_ghost(document: Mapping[str, Any]) -> bool:
    """Whether a JSON document is an export of Ghost, of version 1 or later."""
    return bool(_tables(document))


def ghost_drafts(where: str, document: Mapping[str, Any]) -> Iterator[Draft | Unread]:
    """The article of each published post, with the path "file:number", and a count of the others.

    Raises CorpusError where there is no post.
    """
    tables = _tables(document)
    posts = _rows(tables, "posts")
    if not posts:
        msg = "the Ghost export holds no post"
        raise CorpusError(msg)
    people = _joined(tables, "posts_authors", "author_id", "users")
    sections = _joined(tables, "posts_tags", "tag_id", "tags")
    site = next((r.get("value") for r in _rows(tables, "settings") if r.get("key") == "title"), "")
    skipped: Counter[str] = Counter()
    for number, post in enumerate(posts, start=1):
        status = str(post.get("status") or "published")
        if status not in _PUBLISHED:
            skipped[status] += 1
        elif post.get("type") == "page" or post.get("page") in (1, True):
            skipped["page"] += 1
        else:
            yield _post(f"{where}:{number}", post, line_of(str(site or "")), (people, sections))
    yield from left_out(where, skipped)


def _post(
    where: str, post: Mapping[str, Any], site: str, joined: tuple[Mapping[str, list[str]], ...]
) -> Draft | Unread:
    title = line_of(str(post.get("title") or ""))
    text, blocks = _text(post, title)
    if not text.strip():
        return Unread(where, "the post holds no text")
    people, sections = (names.get(_key(post, "id"), []) for names in joined)
    url = str(post.get("canonical_url") or "").replace(_SITE, "")
    return Draft(
        where,
        text,
        blocks,
        title=title,
        url=url if is_web_address(url) else "",
        source_id=f"ghost:{post.get('uuid') or post.get('slug') or post.get('id')}",
        publisher=site,
        authors=tuple(people),
        date=str(post.get("published_at") or post.get("created_at") or ""),
        dated=True,
        language=str(post.get("locale") or ""),
        section=next(iter(sections), ""),
    )


def _text(post: Mapping[str, Any], title: str) -> Text:
    """The text of the HTML, else of one of the editors' own formats, else as it was sent."""
    for name in ("html", "lexical", "mobiledoc", "plaintext"):
        value = post.get(name)
        if not isinstance(value, str) or not value.strip():
            continue
        html = value if name in ("html", "plaintext") else _as_html(value)
        text, blocks = read_text(html.replace(_SITE, ""), title)
        if text.strip():
            return text, blocks
    return "", ()


def _as_html(document: str) -> str:
    """The blocks of a document of one of Ghost's editors, as HTML; "" if it cannot be read."""
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    if isinstance(sections := found.get("sections"), list):
        cards = found.get("cards")
        listed = cards if isinstance(cards, list) else []
        return "".join(_of_section(section, listed) for section in sections)
    return _of_node(found.get("root"), 0)


def _of_section(section: Any, cards: list[Any]) -> str:
    """A section of mobiledoc: [1, "p", markers], [3, "ul", items] or [10, number of a card]."""
    if not isinstance(section, list) or len(section) < 2:
        return ""
    kind, name, *inner = section
    if kind == _CARD:
        card = cards[name] if isinstance(name, int) and 0 <= name < len(cards) else None
        data = card[-1] if isinstance(card, list) and card and card[0] not in _BESIDE else None
        return _card(data) if isinstance(data, dict) else ""
    if kind == _LIST:
        items = inner[0] if inner and isinstance(inner[0], list) else []
        return f"<ul>{''.join(f'<li>{_of_markers(item)}</li>' for item in items)}</ul>"
    tag = name if name in _SECTIONS else "p"
    return f"<{tag}>{_of_markers(inner[0] if inner else None)}</{tag}>"


def _of_markers(markers: Any) -> str:
    """The words of markers, each of which is [0, opened, closed, "words"]."""
    listed = markers if isinstance(markers, list) else []
    last = [each[-1] for each in listed if isinstance(each, list) and each]
    return escape("".join(words for words in last if isinstance(words, str)))


def _of_node(node: Any, depth: int) -> str:
    """A node of lexical and what is in it, without cards that are shown in e-mails alone."""
    if not isinstance(node, dict) or depth > _DEEPEST:
        return ""
    kind = str(node.get("type") or "").removeprefix("extended-")
    if kind in _BESIDE:
        return ""
    text, children = node.get("text"), node.get("children")
    inner = escape(text) if isinstance(text, str) else ""
    inner += "".join(_of_node(each, depth + 1) for each in children or [])
    tag = _TAGS.get(kind, "")
    if kind == "linebreak":
        return "<br>"
    return (f"<{tag}>{inner}</{tag}>" if tag else inner) + _card(node)


def _card(data: Mapping[str, Any]) -> str:
    """The HTML of a card; what it has in Markdown as it stands."""
    found = data.get("html") or data.get("markdown")
    return found if isinstance(found, str) else ""


def _tables(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tables of the export by name; empty if the document is none."""
    db = document.get("db")
    holder = db[0] if isinstance(db, list) and db else document
    data = holder.get("data") if isinstance(holder, dict) and "meta" in holder else None
    return data if isinstance(data, dict) and "posts" in data else {}


def _rows(tables: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = tables.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _joined(tables: Mapping[str, Any], between: str, key: str, to: str) -> dict[str, list[str]]:
    """The names of the rows of a table that belong to each post, in the posts' order."""
    names = {_key(row, "id"): line_of(str(row.get("name") or "")) for row in _rows(tables, to)}
    found: dict[str, list[str]] = {}
    for row in sorted(_rows(tables, between), key=lambda row: _order(row.get("sort_order"))):
        if name := names.get(_key(row, key)):
            found.setdefault(_key(row, "post_id"), []).append(name)
    if to == "users":
        for post in _rows(tables, "posts"):
            # Exports of version 1 and 2 name one author in the post itself.
            if name := names.get(_key(post, "author_id")):
                found.setdefault(_key(post, "id"), [name])
    return found


def _key(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name))


def _order(value: object) -> int:
    return value if isinstance(value, int) else 0
