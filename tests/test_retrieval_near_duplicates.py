"""One hit for what several articles say alike; nothing hidden, every outlet named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.chunking import Chunk
from rag.records import Article, Filters, Hit, Passage, hit_json
from rag.retrieval.near_duplicates import (
    Ranked,
    carried_by,
    collapse_copies,
    distinct_hits,
    name_copies,
)
from rag.store import Database, Runs, Store
from tests.builders import article

GROUND = "The ferry Marigold ran aground off Grevesand on Friday with 41 passengers on board."
ASHORE = "All of them were brought ashore by the lifeboat of the village before it was dark."
MASTER = "The harbour master Ilse Brandt said that the channel had not been marked since May."
CHOIR = "A choir from Vesk was on its way to a contest and sang in the church that night."


def carried(letter: str, *sentences: str, publisher: str = "", day: str = "2025-05-03") -> Article:
    return article(" ".join(sentences), letter, publisher=publisher or f"Outlet {letter}", day=day)


def passages(score: float, source: Article, *sentences: str) -> Ranked:
    """The passage of an article that goes from its first to its last sentence given."""
    start = source.text.index(sentences[0])
    end = source.text.index(sentences[-1]) + len(sentences[-1])
    return score, Passage(hash((source.id, start)), source.id, 1, start, end), source


def shown(hits: list[Hit]) -> list[tuple[str, str]]:
    return [(hit.article.id, hit.text) for hit in hits]


def test_the_best_ranked_of_a_group_stands_for_the_others() -> None:
    one, two = carried("a", GROUND, ASHORE), carried("b", GROUND.replace("with", "and"), ASHORE)
    ranked = [passages(3.0, two, *two.text.split(". ")), passages(2.0, one, GROUND, ASHORE)]
    hits = collapse_copies(ranked, 10, {"a": "a", "b": "a"})
    assert [(hit.article.id, hit.score, hit.rank) for hit in hits] == [("b", 3.0, 1)]
    assert (hits[0].also_in, hits[0].copies, hits[0].versions) == (("Outlet a",), ("a",), ())


def test_what_is_in_no_group_stays_apart_unless_it_is_the_same_text() -> None:
    one, two = carried("a", GROUND, ASHORE), carried("b", GROUND, ASHORE.upper())
    ranked = [passages(3.0, one, GROUND, ASHORE), passages(2.0, two, GROUND, ASHORE.upper())]
    assert len(collapse_copies(ranked, 10, {})) == 2
    same = [passages(3.0, one, GROUND), passages(2.0, two, GROUND)]
    hits = collapse_copies(same, 10, {})
    assert [(hit.article.id, hit.also_in) for hit in hits] == [("a", ("Outlet b",))]


def test_of_equal_scores_the_original_stands() -> None:
    one, two = carried("a", GROUND), carried("b", GROUND)
    ranked = [passages(2.0, one, GROUND), passages(2.0, two, GROUND)]
    assert shown(collapse_copies(ranked, 10, {"a": "b", "b": "b"})) == [("b", GROUND)]
    assert shown(collapse_copies(ranked, 10, {"a": "a", "b": "a"})) == [("a", GROUND)]


def test_a_passage_that_tells_more_is_a_hit_of_its_own() -> None:
    short, long = carried("a", GROUND, ASHORE), carried("b", GROUND, ASHORE, CHOIR)
    ranked = [passages(3.0, short, GROUND, ASHORE), passages(2.0, long, GROUND, ASHORE, CHOIR)]
    hits = collapse_copies(ranked, 10, {"a": "a", "b": "a"})
    assert shown(hits) == [("a", short.text), ("b", long.text)]
    assert [hit.rank for hit in hits] == [1, 2]


def test_what_two_copies_add_alike_is_one_hit() -> None:
    short = carried("a", GROUND, ASHORE)
    two, three = carried("b", GROUND, CHOIR), carried("c", GROUND, CHOIR)
    ranked = [
        passages(3.0, short, GROUND),
        passages(2.5, two, CHOIR),
        passages(2.0, three, CHOIR),
        passages(1.5, three, GROUND),
    ]
    hits = collapse_copies(ranked, 10, dict.fromkeys("abc", "a"))
    assert [(*each, hit.also_in) for each, hit in zip(shown(hits), hits, strict=True)] == [
        ("a", GROUND, ("Outlet c",)),
        ("b", CHOIR, ("Outlet c",)),
    ]


def test_a_rewording_is_no_news() -> None:
    source = carried("a", GROUND, ASHORE)
    copy = carried("b", GROUND.replace("ran aground off", "was stranded near"), ASHORE)
    ranked = [passages(3.0, source, GROUND, ASHORE), passages(2.0, copy, "The", ASHORE)]
    assert [hit.also_in for hit in collapse_copies(ranked, 10, {"a": "a", "b": "a"})] == [
        ("Outlet b",)
    ]


def test_the_newer_version_of_an_outlet_answers_with_its_own_passage() -> None:
    old = carried("a", GROUND, ASHORE, publisher="The Courier", day="2025-05-03")
    new = carried("b", MASTER, GROUND, ASHORE, publisher="The Courier", day="2025-05-04")
    ranked = [
        passages(3.0, old, GROUND, ASHORE),
        passages(2.0, new, MASTER),
        passages(1.0, new, GROUND, ASHORE),
    ]
    hits = collapse_copies(ranked, 10, {"a": "a", "b": "a"})
    assert shown(hits) == [("b", f"{GROUND} {ASHORE}"), ("b", MASTER)]
    assert [(hit.score, hit.also_in, hit.versions) for hit in hits] == [
        (3.0, (), ("a",)),
        (2.0, (), ()),
    ]


def test_an_older_version_keeps_what_the_newer_one_has_dropped() -> None:
    old = carried("a", GROUND, CHOIR, publisher="The Courier", day="2025-05-03")
    new = carried("b", GROUND, ASHORE, publisher="The Courier", day="2025-05-04")
    ranked = [passages(3.0, old, CHOIR), passages(2.0, new, GROUND)]
    hits = collapse_copies(ranked, 10, {"a": "a", "b": "a"})
    assert shown(hits) == [("a", CHOIR), ("b", GROUND)]


def test_a_version_without_a_date_counts_as_the_oldest() -> None:
    dated = carried("a", GROUND, publisher="The Courier")
    undated = carried("b", GROUND, publisher="The Courier", day="")
    ranked = [passages(3.0, undated, GROUND), passages(2.0, dated, GROUND)]
    assert shown(collapse_copies(ranked, 10, {"a": "a", "b": "a"})) == [("a", GROUND)]


def test_a_copy_stays_where_the_passage_that_says_the_same_was_not_ranked() -> None:
    whole = carried("a", GROUND, ASHORE, MASTER)
    copy = carried("b", GROUND, ASHORE, MASTER)
    ranked = [passages(3.0, whole, GROUND), passages(2.0, copy, MASTER)]
    hits = collapse_copies(ranked, 10, {"a": "a", "b": "a"})
    assert shown(hits) == [("a", GROUND), ("b", MASTER)]


def test_passages_too_short_for_shingles_are_compared_as_they_are() -> None:
    one, two = carried("a", "It sank.", GROUND), carried("b", GROUND, "It sank.", "Nobody died.")
    ranked = [passages(3.0, one, "It sank."), passages(2.0, two, "It sank.")]
    ranked += [passages(1.0, two, "Nobody died.")]
    hits = collapse_copies(ranked, 10, {"a": "a", "b": "a"})
    assert shown(hits) == [("a", "It sank."), ("b", "Nobody died.")]


def test_no_more_than_k_hits_but_all_of_their_copies() -> None:
    one, two, three = (carried(letter, GROUND, ASHORE) for letter in "abc")
    ranked = [passages(3.0, one, GROUND), passages(2.0, two, ASHORE), passages(1.0, three, GROUND)]
    hits = collapse_copies(ranked, 1, {})
    assert [(hit.article.id, hit.also_in) for hit in hits] == [("a", ("Outlet c",))]
    assert collapse_copies(ranked, 0, {}) == collapse_copies([], 5, {}) == []


def test_copies_that_were_not_ranked_are_named_where_they_say_the_same() -> None:
    source, copy = carried("a", GROUND, CHOIR), carried("b", GROUND, ASHORE)
    version = carried("c", GROUND, publisher="Outlet a")
    unnamed = article(CHOIR, "d", publisher="")
    score, passage, _ = passages(1.0, source, GROUND)
    _, song, _ = passages(1.0, source, CHOIR)
    hits = [Hit(passage, source, score, 1), Hit(song, source, score, 2)]
    named = name_copies(hits, {"a": "a"}, {"a": [source, copy, version, unnamed]})
    assert [(hit.also_in, hit.copies, hit.versions) for hit in named] == [
        (("Outlet b",), ("b",), ("c",)),
        ((), ("d",), ()),
    ]
    told = hit_json(named[0]).to_dict()
    assert [told[name] for name in ("also_in", "copies", "versions")] == [
        ["Outlet b"],
        ["b"],
        ["c"],
    ]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), max_size=12))
def test_each_article_is_heard_and_ranks_run_from_one(chosen: list[tuple[str, int]]) -> None:
    sentences = [GROUND, ASHORE, MASTER, CHOIR]
    sources = {
        "a": carried("a", GROUND, ASHORE),
        "b": carried("b", GROUND, ASHORE, MASTER),
        "c": carried("c", CHOIR, MASTER),
        "d": carried("d", *sentences, publisher="Outlet c"),
    }
    ranked = [
        passages(float(-n), sources[letter], sentences[number])
        for n, (letter, number) in enumerate(chosen)
        if sentences[number] in sources[letter].text
    ]
    hits = collapse_copies(ranked, 99, dict.fromkeys("abcd", "a"))
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    # Every sentence that was ranked is shown, and none of them twice.
    told = [source.text[p.start : p.end] for _, p, source in ranked]
    assert sorted(hit.text for hit in hits) == sorted(set(told))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    database = Database(tmp_path, create=True)
    Runs(database).begin(["seeds"], datetime(2025, 6, 1, tzinfo=UTC))
    yield Store(database)
    database.close()


def stored(store: Store, *articles: Article) -> list[Ranked]:
    """Stores the articles, each as one passage, and ranks these as they come."""
    store.put(1, [(each, [Chunk(0, len(each.text))]) for each in articles])
    found = store.passages(store.passage_ids([each.id for each in articles]))
    return [(9.0 - number, *found[number]) for number in sorted(found)]


def test_every_outlet_in_the_archive_is_named_that_carries_it_by_then(store: Store) -> None:
    text = (GROUND, ASHORE, MASTER)
    copies = [carried(letter, *text, day=f"2025-05-0{n}") for n, letter in enumerate("abc", 1)]
    ranked = stored(store, *copies, carried("d", CHOIR, CHOIR.upper()))
    hits = distinct_hits([ranked[1], ranked[3]], 10, store)
    assert [(hit.article.id, hit.also_in) for hit in hits] == [
        ("b", ("Outlet a", "Outlet c")),
        ("d", ()),
    ]
    before = datetime(2025, 5, 3, tzinfo=UTC)
    hits = distinct_hits([ranked[1], ranked[3]], 10, store, Filters(published_before=before))
    assert [hit.also_in for hit in hits] == [("Outlet a",), ()]


def test_the_other_outlets_of_the_characters_chosen_are_named(store: Store) -> None:
    one = carried("a", GROUND, ASHORE, MASTER)
    stored(store, one, carried("b", GROUND, ASHORE, MASTER), carried("c", CHOIR, CHOIR.upper()))
    assert carried_by(one, 0, len(one.text), store) == ("Outlet b",)
    assert carried_by(one, 5, 5, store) == ()


def test_all_copies_shows_each_with_the_others_named(store: Store) -> None:
    ranked = stored(store, *(carried(letter, GROUND, ASHORE, MASTER) for letter in "abc"))
    hits = distinct_hits(ranked, 2, store, all_copies=True)
    assert [(hit.article.id, hit.rank, hit.also_in) for hit in hits] == [
        ("a", 1, ("Outlet b", "Outlet c")),
        ("b", 2, ("Outlet a", "Outlet c")),
    ]
    assert len(distinct_hits(ranked, 2, store)) == 1
    assert distinct_hits([], 5, store) == []


COST = "The salvage firm from Vesk will be paid 5.9 million crowns for the work."


def test_a_copy_with_another_figure_is_a_hit_of_its_own_and_the_newer_comes_first() -> None:
    first = carried("a", GROUND, COST)
    later = carried("b", GROUND, COST.replace("5.9", "6.2"), day="2025-05-04")
    third = carried("c", GROUND, COST, day="2025-05-05")
    groups = {"a": "a", "b": "a", "c": "a"}
    ranked = [
        passages(3.0, first, GROUND, COST),
        passages(2.0, later, GROUND, COST.replace("5.9", "6.2")),
        passages(1.0, third, GROUND, COST),
    ]
    hits = collapse_copies(ranked, 10, groups)
    assert [(hit.article.id, hit.score, hit.rank, hit.also_in) for hit in hits] == [
        ("b", 3.0, 1, ()),
        ("a", 2.0, 2, ("Outlet c",)),
    ]
    named = name_copies(hits, groups, {"a": [first, later, third]})
    assert [hit.also_in for hit in named] == [(), ("Outlet c",)]
