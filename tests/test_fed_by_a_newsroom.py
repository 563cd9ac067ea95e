"""An archive fed by a newsroom's feeds, killed throughout, is the one built at once in the end.

What "the same" means: the same current articles, field by field, and copies; the same passages; and
for a reader the same hits in the same order, and the same answers and citations. Numbers of
revisions and ids of passages tell of how it came about, and are left out.
"""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from tests.commands import ROOT, child_environment
from tests.misbehaving import Site, site
from tests.newsroom import Newsroom, Story

pytestmark = pytest.mark.enable_socket
SETTINGS = Settings(encoder="hashing", chunk_tokens=64)
STORED = {
    "articles": (
        "a.id, r.url, r.title, r.text, r.publisher, r.authors, r.published, r.language, r.section, "
        "r.furniture, a.withdrawn_at IS NULL FROM articles a JOIN revisions r "
        "ON r.article_id = a.id AND r.revision = a.revision ORDER BY a.id"
    ),
    "superseded": (
        "article_id, count(*) FROM revisions WHERE NOT superseded GROUP BY 1 HAVING count(*) > 1"
    ),
    "passages": (
        'article_id, start, "end", heading, digest FROM passages WHERE NOT superseded ORDER BY 1, 2'
    ),
    "copies": "article_id, group_id, wire FROM copies ORDER BY 1",
    "feeds": "url, title, digest FROM feeds ORDER BY 1",
    "entries": "feed, key, digest FROM feed_entries ORDER BY 1, 2",
}


class Children:
    """The process that forks a `dateline` for each command."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.killed_polls"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=child_environment(
                DATELINE_NETWORK="true",
                DATELINE_NETWORK_HOSTS="127.0.0.1 localhost",
                DATELINE_NETWORK_DELAY="0",
                DATELINE_CHUNK_TOKENS=str(SETTINGS.chunk_tokens),
                OMP_NUM_THREADS="1",
                PYTHONPATH=str(ROOT),
            ),
        )

    def __call__(self, *arguments: str, fatal: int = 0) -> dict[str, Any]:
        """How the command ended, the steps it took and what it printed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = {"arguments": arguments, "fatal": fatal}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        ended: dict[str, Any] = json.loads(self._process.stdout.readline())
        return ended

    def done(self, *arguments: str) -> str:
        """What a command that succeeds prints."""
        ended = self(*arguments)
        assert ended["status"] == 0, ended["said"]
        return str(ended["said"])

    def close(self) -> None:
        """Ends the process, which waits for its next line."""
        self._process.communicate()
        assert self._process.returncode == 0


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    running = Children(tmp_path)
    yield running
    running.close()


@pytest.fixture
def server() -> Iterator[Site]:
    with site() as running:
        yield running


def follow(children: Children, newsroom: Newsroom, folder: str) -> None:
    """Has an archive follow the newsroom's feeds."""
    for url in newsroom.feeds:
        children.done("feed", "add", url, "--archive", folder)


def fed(children: Children, newsroom: Newsroom, minutes: int) -> tuple[int, int]:
    """Feeds an archive for so many minutes; how many of the polls were killed, and were not."""
    chosen = random.Random(newsroom.seed)
    watch = ("watch", "--feeds", "--once", "--every", "0", "--archive", "fed")
    poll = ("feed", "poll", "--archive", "fed")
    killed, ended, usual = 0, 0, 400
    for _ in range(minutes):
        newsroom.minute()
        fatal = chosen.randint(1, 2 * usual) if chosen.random() < 0.75 else 0
        done = children(*chosen.choice((watch, poll)), fatal=fatal)
        if done["status"] == -signal.SIGKILL:
            killed += 1
            continue
        assert done["status"] in (0, 1), done["said"]
        ended, usual = ended + 1, done["steps"]
    newsroom.serve(failing=False)
    children.done(*poll)
    return killed, ended


def stored(folder: Path) -> dict[str, list[Any]]:
    """What the archive's database holds now."""
    with sqlite3.connect(folder / "archive.db") as connection:
        found = {
            name: list(connection.execute(f"SELECT {query}")) for name, query in STORED.items()
        }
    connection.close()
    return found


def seen(folder: Path, questions: list[str]) -> dict[str, Any]:
    """What a reader sees: counts, what each question finds, in order, and its answer."""
    with Archive.open(folder, settings=SETTINGS, encoder=HashingEncoder()) as archive:
        archive.snapshot().store.verify_all()
        hits = {question: archive.search(question, 30) for question in questions}
        return {
            "counts": archive.counts(),
            "found": {
                question: [(hit.article.id, hit.text, hit.also_in) for hit in found]
                for question, found in hits.items()
            },
            "answers": [told(archive.ask(question).to_dict()) for question in questions],
        }


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what tells when it was given, and how its articles came about."""
    kept = {k: v for k, v in answer.items() if k not in ("timings", "as_of", "hits", "filters")}
    kept["citations"] = [{k: v for k, v in c.items() if k != "revision"} for c in kept["citations"]]
    return kept


def question_on(story: Story) -> str:
    """What is asked about a story."""
    ship, _, goods = story.title.split()[:3]
    return f"How many crates of {goods} did the {ship} carry?"


def compare(children: Children, newsroom: Newsroom, folder: Path) -> None:
    """The fed archive against one that is built at once, and against what the newsroom knows."""
    follow(children, newsroom, "whole")
    children.done("feed", "poll", "--archive", "whole")
    one, other = stored(folder / "fed"), stored(folder / "whole")
    for name, rows in other.items():
        assert one[name] == rows, name
    texts = {row[0]: row[3] for row in one["articles"]}
    assert len(texts) == len(newsroom.stories)
    for story in newsroom.stories:
        text = texts[f"{story.host}:{newsroom.site.port}{story.path}"]
        assert [each for each in story.paragraphs if each not in text] == []
    gone = {question_on(story) for story in newsroom.stories if story.withdrawn}
    questions = list(dict.fromkeys(question_on(story) for story in newsroom.stories[:25]))
    ours, theirs = seen(folder / "fed", questions), seen(folder / "whole", questions)
    assert ours["counts"] == theirs["counts"]
    assert ours["found"] == theirs["found"]
    withdrawn = {row[0] for row in one["articles"] if not row[-1]}
    for question, answer, other_answer in zip(
        questions, ours["answers"], theirs["answers"], strict=True
    ):
        cited = {each["article_id"] for each in answer["citations"]}
        assert not cited & withdrawn
        # Only who has read a story before it was withdrawn knows that it would have answered.
        assert answer == other_answer or (
            question in gone and answer["reason"].startswith("withdrawn: ")
        )


def test_an_archive_killed_throughout_is_the_same_in_the_end(
    children: Children, server: Site, tmp_path: Path
) -> None:
    newsroom = Newsroom(server, seed=1)
    follow(children, newsroom, "fed")
    killed, ended = fed(children, newsroom, 8)
    assert killed >= 2
    assert killed + ended == 8
    compare(children, newsroom, tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_an_hour_of_kills_leaves_the_same_archive(
    children: Children, server: Site, tmp_path: Path, seed: int
) -> None:
    newsroom = Newsroom(server, seed)
    follow(children, newsroom, "fed")
    killed, _ended = fed(children, newsroom, 60)
    assert killed >= 15
    compare(children, newsroom, tmp_path)
