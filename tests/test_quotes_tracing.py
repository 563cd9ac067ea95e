"""`archive.trace` and `dateline quote`: where words stand in a small archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.archive import Archive
from rag.errors import ArchiveError, QueryError
from rag.verification.quotes.records import Trace
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands

FERRY = (
    "“The ferry Marigold will be sold by the end of May,” said Ann Orr, the mayor of Tolbeck. "
    "Its 41 sailors keep their jobs, the harbour office promised on Tuesday evening. "
    "“Nobody asked the islanders,” Bo Lind told Radio North, “and nobody ever will.”"
)
KEEPERS = ["Ansel", "Brandt", "Corin", "Dagny", "Edda", "Falk", "Gerda", "Holm"]
LONG = " ".join(
    f"Keeper {name} lit the lamp of the lighthouse at Grevesand in winter {year}, and wrote down "
    f"what ships went past."
    for year, name in enumerate(KEEPERS, 1901)
)
WIRE = (
    "The reservoir above Brell holds water for nine days only, the water board reported on "
    "Monday. Gardens must not be watered, and the baths of the town stay closed until it rains. "
    "The board will meet again on Thursday to decide about the mills along the river."
)
ARTICLES: list[dict[str, object]] = [
    row(1, FERRY, title="Ferry to be sold"),
    row(2, LONG, title="Keepers"),
    row(3, WIRE.replace("nine days", "nine “dry” days"), publisher="Radio North"),
    row(4, WIRE, date="2025-05-02", publisher="Lowland News"),
    row(5, WIRE, date="2025-05-04", publisher="The Courier"),
    row(6, "The mayor of Brell resigned over the matter of the seven bridges.", date="2025-05-09"),
    row(7, "It rained. The mayor of Brell resigned over the matter of the seven bridges. So what."),
    *(
        row(n, f"Story {n}. He said so in a short statement on Friday evening.")
        for n in range(20, 44)
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("traced")
    with open_archive(place / "archive") as archive:
        archive.ingest(write_jsonl(place / "in.jsonl", ARTICLES), vectors=False)
    return place / "archive"


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    with open_archive(folder) as opened:
        yield opened


def told(trace: Trace) -> list[str]:
    """The numbers of the articles that hold the words, the best first."""
    for match in trace.matches:
        place = match.citation
        assert place.quote == match.article.text[place.start : place.end]
        assert all(place.start <= start < end <= place.end for start, end in match.parts)
    return [match.article.id.rpartition("/")[2] for match in trace.matches]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (
            "Its 41 sailors keep their jobs, the harbour office",
            "Its 41 sailors keep their jobs, the harbour office",
        ),
        (
            '"the ferry  marigold\nwill be sold by the end of May,"',
            "“The ferry Marigold will be sold by the end of May,”",
        ),
        (
            "The ferry Marigold ... by the end of May",
            "The ferry Marigold will be sold by the end of May",
        ),
        (
            "“[It] will be sold by the end of May”",
            "will be sold by the end of May,",
        ),
        (
            "Nobody asked the islanders, and nobody ever will",
            "Nobody asked the islanders,” Bo Lind told Radio North, “and nobody ever will",
        ),
    ],
)
def test_words_are_exact_whatever_their_typography(archive: Archive, text: str, quote: str) -> None:
    trace = archive.trace(text)
    assert (trace.outcome, trace.reason, told(trace)) == ("exact", "", ["1"])
    assert trace.matches[0].citation.quote == quote
    assert trace.matches[0].changes == ()


def test_an_excerpt_may_span_many_passages_and_need_no_vectors(archive: Archive) -> None:
    words = LONG.split()
    assert archive.counts()[2] == 0
    trace = archive.trace(" ".join(words[5:-5]))
    assert (trace.outcome, told(trace)) == ("exact", ["2"])
    assert len(trace.matches[0].citation.quote.split()) == len(words) - 10
    shortened = archive.trace(" ".join([*words[5:30], "...", *words[60:90]]))
    assert (shortened.outcome, told(shortened)) == ("exact", ["2"])
    assert len(shortened.matches[0].parts) == 2


def test_altered_words_are_shown_beside_those_of_the_article(archive: Archive) -> None:
    trace = archive.trace("Its 47 sailors keep their jobs, the harbour office promised")
    assert (trace.outcome, told(trace)) == ("altered", ["1"])
    assert trace.reason == "the article has “41”, not “47”"
    changed = [each for each in trace.matches[0].changes if each.kind != "same"]
    assert [(each.asked, each.stored) for each in changed] == [("47", "41")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "Its 41 sailors never keep their jobs, the harbour office promised",
            "the article does not have “never”",
        ),
        (
            "Its 41 sailors keep jobs, the harbour office promised on Tuesday",
            "the article has “their” besides",
        ),
    ],
)
def test_words_put_in_and_left_out_are_alterations(
    archive: Archive, text: str, reason: str
) -> None:
    trace = archive.trace(text)
    assert (trace.outcome, trace.reason) == ("altered", reason)


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        (
            "The islanders’ lawyer said: “Nobody asked the islanders, but nobody ever will.”",
            "altered",
            "the article has “and”, not “but”",
        ),
        (
            "“Nobody asked the islanders,” he said later on, “but nobody ever will.”",
            "altered",
            "the article has “and”, not “but”",
        ),
        (
            "Nobody asked the islanders, but nobody ever will",
            "altered",
            "the article has “and”, not “but”",
        ),
        ("He often said that “nobody asked the islanders”.", "exact", ""),
        (
            "“The ferry Marigold will be sold by the end of May,” said the mayor of Tolbeck. "
            "Its 41 sailors keep",
            "altered",
            "the article has “Ann Orr” besides",
        ),
    ],
)
def test_of_words_that_somebody_is_said_to_say_the_quotation_is_traced(
    archive: Archive, text: str, outcome: str, reason: str
) -> None:
    trace = archive.trace(text)
    assert (trace.outcome, trace.reason, trace.speaker) == (outcome, reason, "")


@pytest.mark.parametrize(
    ("text", "speaker", "outcome", "reason"),
    [
        ("“Nobody asked the islanders,” said Bo Lind", "", "exact", ""),
        (
            "“Nobody asked the islanders,” said Ann Orr",
            "",
            "attributed to someone else",
            "the article has Bo Lind say it",
        ),
        (
            "Nobody asked the islanders",
            "Ann Orr",
            "attributed to someone else",
            "the article has Bo Lind say it",
        ),
        ("The ferry Marigold will be sold", "Mayor Orr", "exact", ""),
        (
            "Its 41 sailors keep their jobs",
            "Ann Orr",
            "exact",
            "the article does not tell whether Ann Orr said it",
        ),
    ],
)
def test_who_said_it_is_compared_with_who_is_said_to_have(
    archive: Archive, text: str, speaker: str, outcome: str, reason: str
) -> None:
    trace = archive.trace(text, speaker=speaker)
    assert (trace.outcome, trace.reason, told(trace)) == (outcome, reason, ["1"])


def test_copies_are_one_match_of_the_text_that_agrees_best_then_the_earliest(
    archive: Archive,
) -> None:
    whole = archive.trace("Gardens must not be watered, and the baths of the town stay closed")
    assert told(whole) == ["4"]
    assert whole.matches[0].also_in == ("Radio North", "The Courier")
    assert [id_.rpartition("/")[2] for id_ in whole.matches[0].copies] == ["3", "5"]
    marked = archive.trace("holds water for nine “dry” days only")
    assert told(marked) == ["3"]


def test_other_stories_with_the_same_words_follow_the_earliest(archive: Archive) -> None:
    trace = archive.trace("The mayor of Brell resigned over the matter of the seven bridges")
    assert told(trace) == ["7", "6"]
    assert [match.citation.number for match in trace.matches] == [1, 2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The ferry", "too short to be traced: 4 words are the fewest"),
        ("“and so on, and [others]”", "too common to be traced"),
        ("He said so in a short statement on Friday evening", "too common to be traced"),
        ("He said so in a long statement on Friday evening", "no article|too common"),
        ("The striker of Vell scored three goals in the second half", "no article of the archive"),
        ("The lighthouse was sold with its garden to the water board", "no article of the archive"),
    ],
)
def test_nothing_is_found_by_chance(archive: Archive, text: str, reason: str) -> None:
    trace = archive.trace(text)
    assert (trace.outcome, trace.matches) == ("not found", ())
    assert any(part in trace.reason for part in reason.split("|"))


def test_furniture_is_found_where_it_stands_exactly(tmp_path: Path) -> None:
    text = (
        "The bridge at Vell was closed after the storm on Sunday night.\n\n"
        "Related: Ferry pilots of Grevesand ask for better radios\n\n"
        "Engineers will look at its seven arches this week."
    )
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", [row(1, text)]), vectors=False)
        trace = archive.trace("Ferry pilots of Grevesand ask for better radios")
        assert (trace.outcome, told(trace)) == ("exact", ["1"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "the text is empty; give the words"),
        ("“…!”", "holds no word; give the words"),
        ("ferry " * 100_000, "has 100,000 words and 600,000 characters; 2,000 and 20,000"),
        ("x" * 20_001, "has 1 words and 20,001 characters"),
    ],
)
def test_what_cannot_be_traced_is_refused(archive: Archive, text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        archive.trace(text)


def test_without_an_archive_nothing_is_traced(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no archive in"):
        open_archive(tmp_path / "none").trace("the ferry Marigold will be sold")


@pytest.fixture
def dateline(dateline: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    return dateline


def test_the_command_prints_where_words_stand(dateline: Commands, folder: Path) -> None:
    ended = dateline("quote", "Nobody ever asked the islanders", "--archive", folder)
    assert ended.status == 0
    assert ended.out.splitlines() == [
        "altered: the article does not have “ever”",
        "1. The Courier, 3 May 2025: Ferry to be sold",
        "   Nobody [-ever-] asked the islanders",
        "   said by Bo Lind",
        f"   https://courier.example/1, characters {FERRY.index('Nobody')} to "
        f"{FERRY.index('Nobody') + 26}",
        "",
    ]
    copied = dateline("quote", "the baths of the town stay closed", "--archive", folder)
    assert "Story 4 (also in Radio North, The Courier)" in copied.out
    nothing = dateline("quote", "the striker of Vell scored", "--archive", folder)
    assert nothing.out.startswith("not found: ")
    assert nothing.status == 0


def test_the_command_prints_json(dateline: Commands, folder: Path) -> None:
    text = "Nobody asked the islanders"
    value: dict[str, Any] = dateline(
        "quote", text, "--speaker", "Ann Orr", "--archive", folder, "--json"
    ).json
    [match] = value.pop("matches")
    assert value == {
        "text": text,
        "outcome": "attributed to someone else",
        "reason": "the article has Bo Lind say it",
        "speaker": "Ann Orr",
    }
    assert match.pop("article") == {
        "id": "courier.example/1",
        "title": "Ferry to be sold",
        "publisher": "The Courier",
        "published": "2025-05-03",
        "url": "https://courier.example/1",
    }
    start = FERRY.index(text)
    assert match == {
        "start": start,
        "end": start + len(text),
        "quote": text,
        "parts": [[start, start + len(text)]],
        "changes": [],
        "said_by": "Bo Lind",
        "also_in": [],
        "copies": [],
    }


def test_the_command_refuses_what_cannot_be_traced(dateline: Commands, folder: Path) -> None:
    dateline("quote", "", "--archive", folder).refused("the text is empty")
    dateline("quote", "word " * 100_000, "--archive", folder).refused("has 100,000 words")
    dateline("quote", "the ferry was sold", "--archive", "none").refused("there is no archive")
