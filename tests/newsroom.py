"""An invented newsroom whose server publishes, revises, repeats itself, fails and takes back.

The same seed gives the same hour: what stands on the server at the end is known article by
article, so that an archive fed by it can be compared with one that is built at once.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from tests.misbehaving import Answer, Site, reply, reset

BEGINNING = datetime(2025, 5, 3, 8, 0, tzinfo=UTC)
SHIPS = [
    "Marigold",
    "Tamarisk",
    "Heron",
    "Lapwing",
    "Juniper",
    "Sorrel",
    "Bracken",
    "Petrel",
    "Gannet",
    "Yarrow",
    "Fulmar",
    "Teasel",
    "Dunlin",
    "Campion",
    "Avocet",
    "Bryony",
    "Curlew",
    "Larkspur",
    "Whimbrel",
    "Foxglove",
]
PORTS = [
    "Grevesand",
    "Lindow",
    "Marsk",
    "Orrin",
    "Plover",
    "Tarnholm",
    "Vessery",
    "Ulmack",
    "Skerry",
    "Hallow",
]
CARGO = [
    "barley",
    "copper",
    "timber",
    "glass",
    "wool",
    "paper",
    "cement",
    "salt",
    "coal",
    "cheese",
    "honey",
    "rope",
    "tiles",
    "apples",
    "slate",
    "candles",
    "leather",
    "bricks",
    "lamps",
    "grain",
]
WORDS = [
    "autumn",
    "barrier",
    "bridge",
    "budget",
    "canal",
    "captain",
    "chapel",
    "clinic",
    "coast",
    "council",
    "court",
    "crane",
    "crew",
    "customs",
    "depot",
    "dock",
    "dredger",
    "engine",
    "export",
    "farmer",
    "fence",
    "fishing",
    "fog",
    "freight",
    "garden",
    "gate",
    "grant",
    "harbour",
    "hearing",
    "hotel",
    "hull",
    "inquiry",
    "island",
    "kiln",
    "ladder",
    "ledger",
    "library",
    "lighthouse",
    "lock",
    "loan",
    "market",
    "mast",
    "mayor",
    "meadow",
    "mill",
    "museum",
    "night",
    "notice",
    "office",
    "oil",
    "orchard",
    "owner",
    "parish",
    "permit",
    "pier",
    "pilot",
    "pond",
    "price",
    "quarry",
    "quay",
    "quota",
    "railway",
    "rain",
    "repair",
    "ridge",
    "river",
    "road",
    "rudder",
    "sail",
    "school",
    "seal",
    "shed",
    "ship",
    "shore",
    "signal",
    "sluice",
    "spring",
    "square",
    "stable",
    "station",
    "storm",
    "strike",
    "summer",
    "surveyor",
    "tariff",
    "tax",
    "theatre",
    "tide",
    "toll",
    "tower",
    "train",
    "tug",
    "union",
    "valley",
    "vicar",
    "vote",
    "wagon",
    "wall",
    "warden",
    "warehouse",
    "water",
    "weather",
    "weir",
    "whale",
    "wharf",
    "wheel",
    "windmill",
    "winter",
    "wood",
    "workshop",
    "yard",
]
VERBS = [
    "crossed",
    "delayed",
    "favoured",
    "ignored",
    "joined",
    "measured",
    "opened",
    "passed",
    "praised",
    "reached",
]


@dataclass
class Story:
    """One article as it stands, and how the newsroom names it."""

    number: int
    host: str
    full: bool
    published: datetime
    title: str
    paragraphs: list[str]
    guid: str
    version: int = 1
    withdrawn: bool = False

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/{self.number}.html"


@dataclass
class Newsroom:
    """The newsroom's stories and its server; each `minute` something happens."""

    site: Site
    seed: int
    stories: list[Story] = field(default_factory=list)
    minutes: int = 0
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    @property
    def feeds(self) -> tuple[str, str]:
        """The addresses of its feeds: one that sums up, one that has the texts in full."""
        return self.site.url("/news.xml"), self.site.url("/full.json")

    def minute(self) -> None:
        """Publishes, revises and takes back, then serves all of it, now and then badly."""
        self.minutes += 1
        for _ in range(self.random.choice((1, 1, 2, 3))):
            self._publish()
        for story in self.random.sample(self.stories, min(len(self.stories), 2)):
            if self.random.random() < 0.6 and not story.withdrawn:
                self._revise(story)
        self.serve(failing=True)

    def serve(self, *, failing: bool) -> None:
        """Puts everything on the server; where it is failing, some of it breaks for once."""
        self.random.shuffle(self.stories)
        for story in self.stories:
            self._says(story.path, page(story), failing)
        self._says("/news.xml", self._summaries(), failing)
        self._says("/full.json", self._in_full(), failing)

    def _says(self, path: str, answer: bytes, failing: bool) -> None:
        broken = failing and self.random.random() < 0.12
        self.site.says(path, *([self.random.choice(FAILURES)(answer)] if broken else []), answer)

    def _publish(self) -> None:
        number = len(self.stories) + 1
        kind = self.random.random()
        ship, cargo = self.random.choice(SHIPS), self.random.choice(CARGO)
        story = Story(
            number,
            "localhost" if kind < 0.15 else "127.0.0.1",
            kind > 0.6,
            BEGINNING + timedelta(minutes=self.minutes, seconds=number),
            f"{ship} brings {cargo} to {self.random.choice(PORTS)}",
            [self._sentence() for _ in range(5)],
            f"urn:{number}" if self.random.random() < 0.9 else "urn:same",
        )
        story.paragraphs[0] = self._fact(ship, cargo)
        copied = [other for other in self.stories if other.host == "127.0.0.1" and not other.full]
        if story.host == "localhost" and copied:
            original = self.random.choice(copied)
            story.title, story.paragraphs = original.title, list(original.paragraphs)
        if story.full:
            story.paragraphs += [self._sentence() for _ in range(12)]
        self.stories.append(story)

    def _revise(self, story: Story) -> None:
        story.version += 1
        kind = self.random.random()
        ship, cargo = story.title.split()[0], story.title.split()[2]
        if kind < 0.15:
            story.withdrawn = True
            story.paragraphs = [
                "Retraction: The Courier has withdrawn this article, because its source lied."
            ]
        elif kind < 0.5:
            was, story.paragraphs[0] = story.paragraphs[0], self._fact(ship, cargo)
            told = f"Correction: An earlier version of this article said that {was[0].lower()}"
            story.paragraphs.append(f"{told}{was[1:]}")
        else:
            story.paragraphs.insert(1, self._sentence())

    def _fact(self, ship: str, cargo: str) -> str:
        count, days = self.random.randint(12, 900), self.random.randint(2, 40)
        return f"The {ship} carried {count} crates of {cargo} and took {days} days for it."

    def _sentence(self) -> str:
        one, two, three, four = self.random.sample(WORDS, 4)
        who, verb = self.random.choice(PORTS), self.random.choice(VERBS)
        return f"The {one} {two} of {who} {verb} the {three} {four} {self.random.randint(2, 99)}."

    def _summaries(self) -> bytes:
        items = [_item(self.site, story) for story in self.stories if not story.full]
        if items and self.random.random() < 0.3:
            items.append(self.random.choice(items))
        body = f"<rss version='2.0'><channel><title>News</title>{''.join(items)}</channel></rss>"
        return reply(body.encode(), content_type="application/rss+xml")

    def _in_full(self) -> bytes:
        items = [
            {
                "id": story.guid,
                "url": story.path,
                "title": story.title,
                "date_published": story.published.isoformat(),
                "content_html": html(story),
            }
            for story in self.stories
            if story.full
        ]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Full", "items": items}
        return reply(json.dumps(feed).encode(), content_type="application/feed+json")


def html(story: Story) -> str:
    """The story's paragraphs as HTML."""
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs)


def page(story: Story) -> bytes:
    """The reply with the story's page."""
    head = (
        f"<title>{story.title}</title><meta property='article:published_time' "
        f"content='{story.published.isoformat()}'>"
    )
    body = f"<article><h1>{story.title}</h1>{html(story)}</article>"
    return reply(f"<html><head>{head}</head><body>{body}</body></html>".encode())


def _item(site: Site, story: Story) -> str:
    link = site.url(story.path, story.host)
    date = f"{story.published:%a, %d %b %Y %H:%M:%S} GMT"
    return (
        f"<item><title>{story.title}</title><link>{link}</link><guid isPermaLink='false'>"
        f"{story.guid}</guid><pubDate>{date}</pubDate><description>Version {story.version}."
        "</description></item>"
    )


def _cut(answer: bytes) -> Answer:
    return answer[: len(answer) // 2]


FAILURES: tuple[Callable[[bytes], Answer], ...] = (
    lambda _: reply(status=500),
    lambda _: reply(status=503, retry_after="3600"),
    lambda _: reset,
    lambda _: b"",
    _cut,
)
