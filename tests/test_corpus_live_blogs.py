"""Live blogs: each post under its time and heading, and the story's own title."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus.chunking import chunk
from tests.builders import open_archive
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


CLOCKS = '<section class="post"><h3><span>{clock}</span> {heading}</h3><p>{words}</p></section>'


@pytest.mark.parametrize(
    ("published", "clocks", "days"),
    [
        # Newest first, past midnight.
        (
            "2024-05-07T21:00:00+02:00",
            ["0.10 CEST", "22.55 CEST", "21:40"],
            ["2024-05-08 00:10", "2024-05-07 22:55", "2024-05-07 21:40"],
        ),
        # Oldest first, in halves of the day.
        (
            "2024-05-07T21:00:00+02:00",
            ["9.40pm", "10.55pm", "12.10am"],
            ["2024-05-07 21:40", "2024-05-07 22:55", "2024-05-08 00:10"],
        ),
        # The page's data are in UTC, its clocks are not.
        (
            "2024-05-07T19:00:00Z",
            ["8.55pm BST", "8.10pm"],
            ["2024-05-07 20:55 +01:00", "2024-05-07 20:10 +01:00"],
        ),
        # Without a clock of its own, the page gives them no day.
        ("2024-05-07", ["20:55", "20:10"], ["20:55", "20:10"]),
    ],
)
def test_clocks_of_posts_are_placed_on_days(
    tmp_path: Path, published: str, clocks: list[str], days: list[str]
) -> None:
    body = "".join(
        CLOCKS.format(clock=clock, heading=f"Post {number}", words=STORY[number])
        for number, clock in enumerate(clocks)
    )
    head = f'<meta property="article:published_time" content="{published}">'
    html = page(f"<main><h1>{TITLE}: live</h1>{body}</main>", title=f"{TITLE}: live", head=head)
    found = read(tmp_path, html).article
    passages = chunk(found, lambda texts: [len(text.split()) for text in texts], 200)
    assert [each.heading for each in passages] == [
        f"{day} — Post {number}" for number, day in enumerate(days)
    ]
    assert [found.text[each.start : each.end] for each in passages] == STORY[: len(clocks)]


def test_a_hit_in_a_post_has_the_time_of_the_post(tmp_path: Path) -> None:
    body = posts(
        '<div class="block"><time datetime="{stamp}">{clock}</time><h2>{heading}</h2><p>{words}</p>'
        "</div>"
    )
    head = script(',"datePublished":"2024-05-06T17:00:00+02:00"')
    html = page(f"<main><h1>Tunnel vote live</h1>{body}</main>", title="x", head=head)
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    archive = open_archive(tmp_path / "archive")
    archive.ingest(tmp_path / "page.html")
    times = {hit.passage.heading: str(hit.published) for hit in archive.search(" ".join(STORY))}
    assert times == dict(
        zip(DATED, ["2024-05-07T19:40Z", "2024-05-07T18:15Z", "2024-05-06T16:05Z"], strict=True)
    )


def test_comments_with_times_are_no_posts(tmp_path: Path) -> None:
    comments = posts(
        '<div class="comment"><time datetime="{stamp}">{clock}</time><p>I think that is dear.</p>'
        "</div>"
    )
    html = article(PARAGRAPHS).replace("</main>", f'</main><section class="comments">{comments}')
    assert read(tmp_path, html).article.text.split("\n\n") == [TITLE, *STORY]


@pytest.mark.parametrize("name", ["post__title", "post-words"])
def test_a_heading_by_its_class_or_by_the_data_is_one(tmp_path: Path, name: str) -> None:
    updates = ',"liveBlogUpdate":[{}]'.format(
        ",".join(f'{{"headline":"{heading}"}}' for _, _, heading, _ in POSTS)
        if name == "post-words"
        else ""
    )
    shown = posts(
        '<div class="post"><time datetime="{stamp}">{clock}</time>'
        f'<div class="{name}">{{heading}}</div><p>{{words}}</p></div>'
    )
    found = read(tmp_path, page(shown, head=script(updates), title=TITLE)).article
    paragraphs = found.text.split("\n\n")
    assert [each for each in paragraphs if " — " in each] == DATED


DAYS_ABOVE = (
    "<h2>Wednesday, 8 May</h2><div class=entry><h3>8.15 am: Talks begin</h3><p>{0}</p></div>"
    "<h2>Tuesday, 7 May 2024</h2><div class=entry><h3>2.30 pm: 2,000 march</h3><p>{1}</p></div>"
    "<div class=entry><h3>6.10 am: No bus runs</h3><p>{2}</p></div>"
)
IN_BOLD = (
    "<h2>Wednesday, 8 May</h2><p><strong>8.15 am: Talks begin</strong> {0}</p>"
    "<h2>Tuesday, 7 May 2024</h2><p><strong>2.30 pm: 2,000 march</strong> {1}</p>"
    "<p><b>6.10 am – No bus runs</b> {2}</p>"
)


@pytest.mark.parametrize("markup", [DAYS_ABOVE, IN_BOLD])
def test_days_that_stand_above_posts_are_theirs(tmp_path: Path, markup: str) -> None:
    body = f"<article><h1>Bus strike live</h1><p>{STORY[3]}</p>{markup.format(*STORY)}</article>"
    meta = '<meta property="article:published_time" content="2024-05-07T05:00:00+02:00">'
    text = read(tmp_path, page(body, title="Bus strike live", head=meta)).article.text
    headings = [line for line in text.split("\n\n") if line.startswith("2024-")]
    assert headings == [
        "2024-05-08 08:15 — Talks begin",
        "2024-05-07 14:30 — 2,000 march",
        "2024-05-07 06:10 — No bus runs",
    ]
    assert "Tuesday, 7 May" not in text
    assert all(words in text for words in STORY[:3])
