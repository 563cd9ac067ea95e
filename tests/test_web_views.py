"""What people look at beside an answer, over small archives whose every figure is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.records import Filters, Hit, Passage
from rag.retrieval.retrieve import Request
from rag.web.rendering.chart import chart_html
from rag.web.views.evidence import events, evidence, hits_of, sayings, subject_of
from rag.web.views.found import count_by_words, find, sought_words
from rag.web.views.opened import open_words
from rag.web.views.shelves import last_failures, list_articles, shelves
from rag.web.views.start import start_of
from tests.builders import article, open_archive, row, write_jsonl

FERRY = (
    "The Lindow ferry sank on Friday with 41 people aboard. "
    "She went down two miles off Cape Orrin, in calm weather, and all 41 were saved. "
    '"We had four minutes to leave her," said Ilse Varga, the captain.'
)
SEVEN = "The old chapel burnt down on Tuesday. The fire killed seven people, the police said."
NINE = "Nine people were killed by the fire in the chapel, the brigade said on 15 May 2025."
ROWS = [
    row(1, FERRY, title="Ferry sinks"),
    row(2, FERRY, title="Ferry lost", publisher="Lake Post", date="2025-05-04"),
    row(3, SEVEN, title="Chapel burns", date="2025-05-14"),
    row(4, NINE, title="Nine dead", publisher="The Packet", date="2025-06-01", section="Home"),
    row(5, "Nobody knows when this was written.", publisher="The Packet", date=""),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("views")
    with open_archive(folder / "archive") as opened:
        opened.ingest(write_jsonl(folder / "corpus.jsonl", [*ROWS, {"title": "No text"}]))
        yield opened


def hit(text: str, day: str = "2025-05-07", article_id: str = "x/1") -> Hit:
    """A hit on the whole of an article."""
    told = article(text, article_id, day=day)
    return Hit(Passage(1, told.id, 1, 0, len(text)), told, 1.0, 1)


def test_an_event_has_the_day_it_names_counted_from_its_articles_own() -> None:
    # 7 May 2025 is a Wednesday.
    past, ahead = events(
        [hit("The mill burnt on Monday. Trials of the owners will begin on Monday. It rained.")]
    )
    assert (past.named, past.days) == ("Monday", (date(2025, 5, 5), date(2025, 5, 5)))
    assert (past.text, past.published) == ("The mill burnt on Monday.", date(2025, 5, 7))
    assert ahead.days == (date(2025, 5, 12), date(2025, 5, 12))


def test_the_chart_has_the_words_of_each_event_beside_its_number() -> None:
    drawn = str(chart_html(events([hit("Ann & Orr’s mill burnt on Monday.")])))
    assert ">1</text>" in drawn
    assert ">Ann &amp; Orr’s mill burnt</text>" in drawn


def test_events_are_in_the_order_they_happened_each_sentence_once() -> None:
    said = "The mill burnt on 3 March 2024."
    found = events([hit(f"The dam broke on 2 May 2025. {said}"), hit(said, article_id="x/2")])
    assert [each.days[0] for each in found] == [date(2024, 3, 3), date(2025, 5, 2)]
    assert found[0].article.id == "x/1"


MIXED = (
    "Ann Orr opened the mill on Monday. The ferry sank on Tuesday. "
    '"It is a fine mill to work in," Ann Orr said. "The ferry was old and slow," Bo Lund said.'
)


def test_events_and_quotations_are_about_the_subject() -> None:
    about = subject_of("Who is Ann Orr?")
    mixed = hit("In Tolle much happened. " * 20 + MIXED)
    assert [each.text for each in events([mixed], about)] == ["Ann Orr opened the mill on Monday."]
    assert [each.speaker for each in sayings([mixed], about)] == ["Ann Orr"]
    assert len(events([mixed])) == len(sayings([mixed])) == 2


def test_an_article_whose_lead_names_the_subject_is_about_it() -> None:
    about = subject_of("latest on Ann Orr")
    assert len(events([hit(MIXED)], about)) == 2
    assert subject_of("zebra").leads(hit(MIXED).article) is False


@pytest.mark.parametrize(
    "text", ["", "It rained.", "The mill was built in 1904.", "Monday | 9 | 7"]
)
def test_what_names_no_day_is_no_event(text: str) -> None:
    assert events([hit(text)]) == []


def test_quotations_stand_by_their_speakers_the_unnamed_last() -> None:
    spoken = (
        '"Nobody told us anything at all." The room was dark. '
        '"We had four minutes to leave her," said Ilse Varga. "Fire!" was heard. '
        'Olaf Brandt said: "The engine had been failing for weeks."'
    )
    found = sayings([hit(spoken)])
    assert [each.speaker for each in found] == ["Ilse Varga", "Olaf Brandt", ""]
    assert found[0].words.startswith("We had four minutes to leave her")
    assert found[0].article.text[found[0].start : found[0].end] == found[0].words


def test_words_that_several_articles_quote_come_once_from_one_that_names_who() -> None:
    quote = "We had four minutes to leave her"
    found = sayings(
        [hit(f'"{quote}," it was heard.'), hit(f'"{quote}," said Ilse Varga.', article_id="x/2")]
    )
    assert [(each.speaker, each.article.id) for each in found] == [("Ilse Varga", "x/2")]


def test_evidence_sets_differing_outlets_side_by_side(archive: Archive) -> None:
    question = "How many people did the fire in the chapel kill?"
    hits = archive.search(question, 5)
    shown = evidence(archive, question, hits)
    assert shown.account is not None
    assert {each.article.publisher for each in shown.account.sentences} == {
        "The Courier",
        "The Packet",
    }
    assert (date(2025, 5, 13), date(2025, 5, 13)) in [each.days for each in shown.events]
    nothing = evidence(archive, "zebra", [])
    assert (nothing.events, nothing.sayings, nothing.account) == ((), (), None)


def test_passages_are_hits_again_in_their_order_without_those_that_are_gone(
    archive: Archive,
) -> None:
    known = [each.passage.id for each in archive.search("chapel", 2)]
    found = hits_of(archive, [*reversed(known), 10_000])
    assert [each.passage.id for each in found] == [*reversed(known)]
    assert [each.rank for each in found] == [1, 2]


def test_a_search_tells_where_its_words_stand(archive: Archive) -> None:
    first = find(archive, Request("ferries sinking"), 1).hits[0]
    text = first.hit.article.text
    assert [text[start:end] for start, end in first.words] == ["ferry"]
    other = Hit(Passage(1, "x", 1, 4, 10), first.hit.article, 1.0, 1)
    assert sought_words(other, "ferry", archive.snapshot().lexical.terms) == ()


def test_all_words_of_a_search_are_marked_by_one_state_of_the_archive(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = []
    now = Archive.snapshot
    monkeypatch.setattr(Archive, "snapshot", lambda self: states.append(1) or now(self))
    assert len(find(archive, Request("ferry chapel"), 10).hits) > 1
    assert len(states) == 2


def test_an_opened_article_names_who_else_carries_its_words(archive: Archive) -> None:
    opened = open_words(archive, "courier.example/1", 1, (0, 10))
    assert (opened.also_in, opened.latest, opened.now) == (("Lake Post",), 1, None)
    assert open_words(archive, "courier.example/3", 1, (0, 10_000)).also_in == ()
    assert open_words(archive, "courier.example/1", 1, (5, 5)).also_in == ()


def test_shelves_count_the_articles_of_outlets_by_month_the_largest_first(
    archive: Archive,
) -> None:
    found = shelves(archive)
    assert [(each.publisher, each.articles, dict(each.months)) for each in found] == [
        ("The Courier", 2, {"2025-05": 2}),
        ("The Packet", 2, {"": 1, "2025-06": 1}),
        ("Lake Post", 1, {"2025-05": 1}),
    ]
    assert found[0].first == datetime(2025, 5, 3, tzinfo=UTC)
    assert found[0].last == datetime(2025, 5, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("chosen", "titles"),
    [
        ({}, ["Nine dead", "Chapel burns", "Ferry lost", "Ferry sinks", "Story 5"]),
        ({"publisher": "The Packet"}, ["Nine dead", "Story 5"]),
        ({"month": "2025-05"}, ["Chapel burns", "Ferry lost", "Ferry sinks"]),
        ({"month": ""}, ["Story 5"]),
        ({"publisher": "Nobody"}, []),
        ({"filters": Filters(section="Home")}, ["Nine dead"]),
    ],
)
def test_articles_are_listed_the_newest_first(
    archive: Archive, chosen: dict[str, object], titles: list[str]
) -> None:
    listing = list_articles(archive, **chosen)  # type: ignore[arg-type]
    assert [each.title for each in listing.articles] == titles
    assert listing.total == len(titles)


def test_what_failed_last_is_named(archive: Archive) -> None:
    (failed,) = last_failures(archive)
    assert failed.path.endswith("corpus.jsonl:6")
    assert "text" in failed.note


def test_passages_found_by_words_are_counted(archive: Archive) -> None:
    answer = archive.ask("Which Lindow ferry sank?")
    words = {"lindow", "ferry", "sank"}
    sharing = [
        each
        for each in answer.hits
        if words & set(f"{each.article.title} {each.article.text}".lower().split())
    ]
    assert count_by_words(archive, answer) == len(sharing)


def test_each_example_of_the_start_page_is_answered(tmp_path: Path) -> None:
    mill = "The Orrenby Mill burnt down on Friday night. {} people were hurt at the Orrenby Mill."
    bridge = "The Osier Bridge will cost {} million crowns, the council of Marren said on Monday."
    day = {"date": "2025-05-03"}
    rows = [
        row(1, mill.format("Nine"), title="Orrenby Mill burns", publisher="The Courier", **day),
        row(2, mill.format("Seven"), title="Fire at Orrenby Mill", publisher="The Packet", **day),
        row(3, bridge.format(5), title="Osier Bridge to cost 5 million", **day),
    ]
    dearer = row(3, bridge.format(7), title="Osier Bridge to cost 7 million", **day)
    with open_archive(tmp_path / "archive") as archive:
        for number, given in enumerate((rows, [dearer])):
            archive.ingest(write_jsonl(tmp_path / f"{number}.jsonl", given))
        examples = start_of(archive).examples
        assert examples[:2] == (
            "Where do The Courier and The Packet differ about Orrenby Mill?",
            "What is the latest on Osier Bridge?",
        )
        assert not [question for question in examples if archive.ask(question).abstained]
