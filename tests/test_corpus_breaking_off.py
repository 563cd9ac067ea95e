"""What breaks off is reporting up to its last whole sentence; the half one is never evidence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.corpus import Read, read_file
from rag.corpus.boilerplate import paragraphs
from rag.corpus.breaking_off import without_end

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE = "The council of Orrelstad voted on Tuesday to close the harbour tunnel for eleven weeks."
HALF = "Engineer Lio Vantongeren said that the pipes had"


def cut_off(found: Read) -> list[str]:
    """The parts of an article's text that are known to break off."""
    article = found.article
    spans = (span for span in article.furniture if span.kind == "cut off")
    return [article.text[span.start : span.end] for span in spans]


def read(path: Path, content: str) -> Read:
    path.write_text(content, encoding="utf-8")
    (found,) = (each for each in read_file(path, now=NOW) if isinstance(each, Read))
    return found


@pytest.mark.parametrize(
    "half",
    [
        f"{HALF}…",
        f"{HALF} ...",
        f"{HALF} […]",
        f"{HALF} [Read more]",
        f"{HALF}… Continue reading →",
    ],
)
def test_the_sentence_that_breaks_off_is_apart(half: str) -> None:
    text = f"{WHOLE} {half}"
    assert [(each.words, each.kind) for each in without_end(text, paragraphs(text))] == [
        (WHOLE, None),
        (half, "cut off"),
    ]


@pytest.mark.parametrize(
    "text",
    [WHOLE, f"“{WHOLE}”", "She paused ... and left the hall.", "They wanted more.", "Read more."],
)
def test_a_text_with_an_end_stays_whole(text: str) -> None:
    (only,) = without_end(text, paragraphs(text))
    assert (only.words, only.kind) == (text, None)


def test_only_the_mark_goes_behind_a_whole_sentence() -> None:
    text = f"{WHOLE} [...]"
    whole, mark = without_end(text, paragraphs(text))
    assert (whole.words, whole.kind) == (WHOLE, None)
    assert (mark.words, mark.kind) == ("[...]", "cut off")


@pytest.mark.parametrize("half", [f"{HALF}…", HALF])
def test_a_page_before_a_paywall(tmp_path: Path, half: str) -> None:
    wall = "<h3>Subscribe to continue reading</h3><p>Already a subscriber? Sign in.</p>"
    body = f"<p>{WHOLE}</p><p>{WHOLE.replace('council', 'court')} {half}</p><div>{wall}</div>"
    head = "<head><title>Tunnel to close</title></head>"
    html = f"<html lang=en>{head}<body><article><h1>Tunnel to close</h1>{body}</article></body>"
    found = read(tmp_path / "a.html", html)
    assert cut_off(found) == [half]
    assert found.warnings[0] == "only the start of the article: the rest lies behind a paywall"


def test_an_answer_of_a_search_service(tmp_path: Path) -> None:
    entry = {
        "url": "https://post.example/a",
        "title": "Tunnel to close",
        "content": f"{WHOLE} {HALF}… [+1234 chars]",
        "publishedAt": "2024-05-07T16:30:00Z",
    }
    found = read(tmp_path / "a.json", json.dumps({"status": "ok", "articles": [entry]}))
    assert found.article.text == f"{WHOLE} {HALF}…"
    assert cut_off(found) == [f"{HALF}…"]


def test_the_summary_of_a_feed(tmp_path: Path) -> None:
    item = (
        "<item><title>Tunnel to close</title><link>https://post.example/a</link>"
        f"<description>{WHOLE} {HALF} [...]</description></item>"
    )
    found = read(tmp_path / "a.rss", f"<rss version='2.0'><channel>{item}</channel></rss>")
    assert cut_off(found) == [f"{HALF} [...]"]
    assert "the feed has a summary of it only" in found.warnings
