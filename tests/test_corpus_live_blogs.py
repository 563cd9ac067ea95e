"""Live blogs: each post under its time and heading, and the story's own title."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus.chunking import chunk
from tests.test_corpus_page_text import PARAGRAPHS, STORY, TITLE, article, page, read

POSTS = [
    ("2024-05-07T21:40:00+02:00", "21:40", "Vote is over", STORY[0]),
    ("2024-05-07T20:15:00+02:00", "20:15", "Mayor speaks", STORY[1]),
    ("2024-05-06T18:05:00+02:00", "18:05", "Engineer heard", STORY[2]),
]
DATED = [
    "2024-05-07 21:40 — Vote is over",
    "2024-05-07 20:15 — Mayor speaks",
    "2024-05-06 18:05 — Engineer heard",
]
UNDATED = ["21:40 — Vote is over", "20:15 — Mayor speaks", "18:05 — Engineer heard"]
LIVE = '{"@context":"https://schema.org","@type":"LiveBlogPosting","headline":"Tunnel vote live"%s}'


def script(updates: str = "") -> str:
    """The data of a live blog, with these updates."""
    return f'<script type="application/ld+json">{LIVE % updates}</script>'


def posts(markup: str) -> str:
    """The three posts in this markup."""
    return "".join(
        markup.format(stamp=stamp, clock=clock, heading=heading, words=words)
        for stamp, clock, heading, words in POSTS
    )


@pytest.mark.parametrize(
    ("head", "body", "headings"),
    [
        (
            script(',"liveBlogUpdate":[{"@type":"BlogPosting","headline":"Vote is over"}]'),
            '<div class="live-feed">'
            + posts(
                '<article class="post"><time datetime="{stamp}">{clock}</time><h2>{heading}</h2>'
                "<p>{words}</p></article>"
            )
            + "</div>",
            DATED,
        ),
        (
            "",
            '<div class="live-blog">'
            + posts(
                '<div class="block" itemprop="liveBlogUpdate"><p class="block-time"><time datetime='
                '"{stamp}">{clock} CEST</time></p><h2>{heading}</h2><div><p>{words}</p></div></div>'
            )
            + "</div>",
            DATED,
        ),
        (
            "",
            '<ul class="liveblog-feed">'
            + posts(
                '<li class="entry"><span class="time">{clock}</span><h3>{heading}</h3>'
                "<p>{words}</p></li>"
            )
            + "</ul>",
            UNDATED,
        ),
    ],
    ids=["data and posts", "microdata", "clock times alone"],
)
def test_posts_stand_under_their_time_and_heading(
    tmp_path: Path, head: str, body: str, headings: list[str]
) -> None:
    html = page(
        f"<main><h1>Tunnel vote live</h1>{body}</main>", title="Tunnel vote live", head=head
    )
    found = read(tmp_path, html).article
    assert found.title == "Tunnel vote live"
    blocks = [block for block in found.text.split("\n\n") if block != found.title]
    assert blocks == [each for pair in zip(headings, STORY[:3], strict=True) for each in pair]
    passages = chunk(found, lambda texts: [len(text.split()) for text in texts], 200)
    assert [passage.heading for passage in passages] == headings


def test_posts_that_only_the_data_have_are_read_from_them(tmp_path: Path) -> None:
    updates = (
        ',"liveBlogUpdate":[{"@type":"BlogPosting","headline":"Vote is over","datePublished":'
        f'"2024-05-07T19:40:00Z","articleBody":"<p>{STORY[0]}</p><p>It rains.</p>"}},'
        f'{{"datePublished":"2024-05-07T18:15Z","articleBody":"{STORY[1]}"}}]'
    )
    html = page("<main><h1>Tunnel vote live</h1></main>", title="x", head=script(updates))
    found = read(tmp_path, html).article
    assert found.title == "Tunnel vote live"
    assert found.text.removeprefix("Tunnel vote live\n\n").split("\n\n") == [
        "2024-05-07 19:40 UTC — Vote is over",
        STORY[0],
        "It rains.",
        "2024-05-07 18:15 UTC",
        STORY[1],
    ]


def test_comments_with_times_are_no_posts(tmp_path: Path) -> None:
    comments = posts(
        '<div class="comment"><time datetime="{stamp}">{clock}</time><p>I think that is dear.</p>'
        "</div>"
    )
    html = article(PARAGRAPHS).replace("</main>", f'</main><section class="comments">{comments}')
    assert read(tmp_path, html).article.text.split("\n\n") == [TITLE, *STORY]
