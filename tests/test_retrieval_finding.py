"""What a search with operators finds, in which order, and what it says where it finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.errors import QueryError
from rag.language.normalizing import ExactWords
from rag.retrieval.retrieve import Request
from tests.builders import open_archive, row, write_jsonl

ROWS = [
    row(1, "The ferry sank in calm weather.", title="Loss at sea", authors=["Ada Brandt"]),
    row(2, "The ferries struck for a week.", title="Strike", date="2025-06-10"),
    row(
        3,
        "The chapel burnt down. A ferry was late.",
        title="Fire in Vessery",
        publisher="The Packet",
        date="2025-04-01",
        authors=["Ilse Muñoz", "Bo Varga"],
    ),
    row(4, "The weather was calm, said Ada Brandt.", publisher="The Packet", date="2025-07-01"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder: Path = tmp_path_factory.mktemp("finding")
    with open_archive(folder / "archive") as opened:
        opened.ingest(write_jsonl(folder / "in.jsonl", ROWS))
        yield opened


def found(archive: Archive, query: str, sort: str = "relevance") -> list[int]:
    """The numbers of the articles found, in their order, each once."""
    hits = archive.search(query, sort=sort)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    return list(dict.fromkeys(int(hit.article.id.rpartition("/")[2]) for hit in hits))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("ferry AND weather", [1]),
        ("ferry AND (chapel OR weather)", [1, 3]),
        ("ferry -weather", [2, 3]),
        ("ferry NOT (weather OR chapel)", [2]),
        ("chapel OR strike", [2, 3]),
        ('"calm weather"', [1]),
        ('"Calm, weather"', [1]),
        ('"ferries"', [2]),
        ('"loss at sea"', [1]),
        ('weather -"calm weather"', [4]),
        ("title:strike", [2]),
        ("title:ferry", []),
        ("author:brandt", [1]),
        ('author:"ilse munoz"', [3]),
        ("author:varga -chapel", []),
        ("outlet:Packet", [3, 4]),
        ('outlet:"the packet" AND ferry', [3]),
        ("ferry AND (outlet:Packet OR title:strike)", [2, 3]),
        ("ferry AND -outlet:Packet", [1, 2]),
        ("date:2025-06", [2]),
        ("after:2025-06-10", [2, 4]),
        ("before:2025-06-10", [1, 3]),
        ("date:2025-05..2025-06", [1, 2]),
        ("ferry AND the AND who", [1, 2, 3]),
        ("ferry AND zzqqxx", []),
    ],
)
def test_operators_are_obeyed(archive: Archive, query: str, numbers: list[int]) -> None:
    assert sorted(found(archive, query)) == numbers


def test_the_newest_come_first_on_demand(archive: Archive) -> None:
    assert found(archive, "ferry OR weather", "newest") == [4, 2, 1, 3]
    assert found(archive, "ferry", "newest") == [2, 1, 3]
    assert found(archive, "outlet:Packet") == [4, 3]
    with pytest.raises(QueryError, match=r"^sort 'oldest' is no order; choose relevance or newest"):
        archive.search("ferry", sort="oldest")


def test_operators_say_what_they_looked_for_and_how_many_match(archive: Archive) -> None:
    few = archive.find(Request("ferry -chapel"), 1)
    assert (len(few.hits), few.articles, few.words) == (1, 2, "ferry")
    none = archive.find(Request("ferry AND zzqqxx"), 5)
    assert (none.hits, none.articles, none.nothing) == ((), 0, "No article satisfies all of it.")


def test_words_that_stand_nowhere_and_are_near_nothing_find_nothing(archive: Archive) -> None:
    nothing = archive.find(Request("zzqqxx"))
    assert nothing.hits == ()
    assert nothing.nothing == (
        "No article has the word “zzqqxx”, and nothing in the archive comes near in meaning."
    )
    several = archive.find(Request("zzqqxx qqzzyy")).nothing
    assert several.startswith("No article has any of these words, and nothing")
    assert archive.find(Request("zzqqxx ferry")).hits
    assert archive.find(Request("the")).nothing == ""


def test_plain_words_are_searched_for_as_ever(archive: Archive) -> None:
    literal = archive.search("ferry weather", understood=())
    assert [hit.passage.id for hit in archive.search("ferry weather")] == [
        hit.passage.id for hit in literal
    ]
    # Taken literally, and in a conversation, operators are words.
    assert archive.search('"calm weather" -ferry', understood=())
    within = archive.search("ferry outlet:Packet")
    assert {hit.article.publisher for hit in within} == {"The Packet"}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("ferry outlet:Pakcet", "no outlet 'Pakcet'; it holds 'The Packet'"),
        ("author:Brand", "no author 'Brand'; it holds 'Ada Brandt'"),
        ("date:soon", "date: 'soon' is not a date"),
        ("after:2025-06 before:2025-05", "contradict each other"),
        ("date:2025-06..2025-05", "ends before it begins"),
        ('"of the"', "only words that are in every article"),
        ("outlet:Packet AND", "AND needs words"),
    ],
)
def test_mistakes_are_explained(archive: Archive, query: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        archive.search(query)
    assert message in str(caught.value)


def test_words_that_stand_everywhere_are_not_compared_one_by_one(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.retrieval.operator_search.MOST_COMPARED", 2)
    with pytest.raises(QueryError, match="“ferry” may be in 3 passages, and 2 are the most"):
        archive.search('"ferry"')
    assert found(archive, '"ferry" outlet:Packet') == [3]


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("Ilse Varga", "by ILSE VARGA’s crew", True),
        ("harbour", "the har-\nbour", True),
        ("harbour", "harbours", False),
        ("Muñoz", "Munoz said", True),
        ("东京", "在东京的人", True),
        ("", "anything", False),
        ("!", "anything!", False),
    ],
)
def test_exact_words(words: str, text: str, expected: bool) -> None:
    assert ExactWords(words).stand_in(text) is expected
