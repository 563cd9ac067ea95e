"""Where an excerpt stands in a text, and in what its words differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.words import Wording
from rag.records import Span
from rag.verification.quotes.matching import align, excerpt, find_exact, find_nearest, nearest, runs
from rag.verification.quotes.records import shown, word_diff
from tests.builders import article

STORY = (
    "The council met on Tuesday. “The ferry Marigold will be sold by the end of May,” Ann Orr, "
    "the mayor of Tolbeck, told reporters, “and its 41 sailors will keep their jobs.”\n\n"
    "The harbour office had warned of a sale. The ferry will be sold to Brell."
)

WORDS = ["ab", "cd", "ef", "1", "2"]


def _places(sought: str, text: str = STORY) -> list[str]:
    found = align(runs(sought), Wording(text))
    return [text[start:end] for start, end in found.spans] if found else []


@pytest.mark.parametrize(
    ("sought", "places"),
    [
        ("the FERRY Marigold will be sold", ["The ferry Marigold will be sold"]),
        ("the ferry will be sold", ["The ferry will be sold"]),
        ("The ferry ... will be sold by", ["The ferry", "will be sold by"]),
        ("[It] will be sold by the end", ["will be sold by the end"]),
        ("The [old] Marigold will be sold", ["The", "Marigold will be sold"]),
        ("sailors will keep [those] jobs", ["sailors will keep", "jobs"]),
        ("end of May ... and its 41 sailors", ["end of May", "and its 41 sailors"]),
        ("the end of May and its 41 sailors", ["the end of May", "and its 41 sailors"]),
        ("their jobs The harbour office", ["their jobs.”\n\nThe harbour office"]),
        ("the ferry Marigold was sold", []),
        ("and its 47 sailors", []),
        ("its 41 sailors ... on Tuesday", []),
    ],
)
def test_all_words_must_stand_there_in_their_order(sought: str, places: list[str]) -> None:
    assert _places(sought) == places


def test_so_much_may_be_left_out_and_no_more() -> None:
    def text(words: int) -> str:
        return f"the old ferry {'sea ' * words}was sold on Monday"

    assert _places("the old ferry … was sold on Monday", text(100))
    assert not _places("the old ferry … was sold on Monday", text(101))
    assert not _places("the old … was sold on Monday", text(101))
    assert not _places("ferry … was sold on Monday", text(13))


def test_the_parts_of_an_elided_quotation_share_no_word() -> None:
    sought = runs("the old ferry … old ferry sank")
    # Twice the same two words: an article that has them once does not have all of it.
    once = Wording("the old ferry sank")
    assert align(sought, once) is None
    near = nearest(sought, once, lambda _word: 1.0)
    assert near is not None
    # The first part takes three words, the second finds one of its three: four of six.
    assert near.parts == ((0, 2), (3, 3))
    assert near.share == pytest.approx(4 / 6)
    assert _places("the old ferry … old ferry sank", "the old ferry, an old ferry sank") == [
        "the old ferry",
        "old ferry sank",
    ]


def test_of_several_places_the_shortest_counts() -> None:
    text = "A ferry came late. A ferry came one day late. A ferry came late."
    found = align(runs("a ferry came ... late"), Wording(text))
    assert found is not None
    assert found.spans == ((0, 12), (13, 17))
    # Two parts: the first place is not taken before the others have been looked at.
    later = align(runs("a ferry came ... late"), Wording("A ferry came one day late. " + text))
    assert later is not None
    assert later.spans == ((27, 39), (40, 44))


def test_the_nearest_place_is_looked_for_where_other_words_weigh_more() -> None:
    # The first half has all the words twice, in no order; the second has them once, in theirs.
    decoy = "brell near sank ferry old the brell near sank ferry old the"
    text = f"{'sea ' * 20}{decoy} {'sea ' * 20}the old ferry sank near brell"
    near = nearest(runs("the old ferry sank near brell"), Wording(text), lambda _word: 1.0)
    assert near is not None
    assert (near.share, near.parts) == (1.0, ((52, 57),))


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30), st.data())
def test_a_part_of_a_text_stands_in_it(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    sought = " ".join(words[first : last + 1])
    found = align(runs(sought), Wording(text))
    assert found is not None
    assert [text[start:end] for start, end in found.spans] == [sought]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30, unique=True), st.data())
def test_words_that_do_not_repeat_are_nearest_where_they_stand(
    words: list[str], data: st.DataObject
) -> None:
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    sought = " ".join(words[first : last + 1])
    near = nearest(runs(sought), Wording(text), lambda _word: 1.0)
    assert near is not None
    assert (near.share, near.dense) == (1.0, 1.0)


def test_the_nearest_place_bears_most_of_the_weight() -> None:
    sought = "The harbour office had never warned of a sale"
    near = nearest(runs(sought), Wording(STORY), lambda word: 4.0 if word == "harbour" else 1.0)
    assert near is not None
    assert [STORY[start:end] for start, end in near.spans] == [
        "The harbour office had warned of a sale"
    ]
    # Eight of nine words stand there, with 11 of the 12 that all weigh.
    assert near.share == pytest.approx(11 / 12)
    assert near.dense == 1.0
    assert near.weight == 11.0


def test_a_word_changed_at_an_end_is_part_of_the_place() -> None:
    near = nearest(runs("That ferry Marigold will be sunk"), Wording(STORY), lambda _word: 1.0)
    assert near is not None
    assert STORY[slice(*near.spans[0])] == "The ferry Marigold will be sold"
    assert nearest(runs("zebra giraffe"), Wording(STORY), lambda _word: 1.0) is None


def test_a_stray_word_far_off_is_not_part_of_the_place() -> None:
    text = "The ferry Marigold sank near Brell after a fire on the lower deck in May."
    near = nearest(runs("The ferry Marigold sank near Tolbeck in"), Wording(text), lambda _w: 1.0)
    assert near is not None
    assert text[slice(*near.spans[0])] == "The ferry Marigold sank near Brell after"


def test_the_place_takes_the_marks_that_the_text_has_at_its_ends() -> None:
    held = article(STORY)
    wording = Wording(STORY)
    for sought, quote, agreement in [
        ("“The ferry Marigold will be sold by the end of May,”", None, 0),
        ('"The ferry Marigold will be sold by the end of May,"', None, 1),
        ("the ferry Marigold will be sold", "The ferry Marigold will be sold", 1),
        ("the Marigold will be sold!", None, None),
        ("The ferry Marigold: will be sold", "The ferry Marigold will be sold", 2),
    ]:
        found = find_exact(excerpt(sought), held, wording)
        assert (found.agreement if found else None) == agreement
        if found:
            wanted = quote or "“The ferry Marigold will be sold by the end of May,”"
            assert STORY[found.start : found.end] == found.quote == wanted


def test_brackets_of_the_article_itself_are_taken_as_they_stand() -> None:
    text = "“He thinks he is [bigger than the club] and in a way he is.”"
    found = find_exact(
        excerpt("he is [bigger than the club] and in a way"), article(text), Wording(text)
    )
    assert found is not None
    assert found.quote == "he is [bigger than the club] and in a way"
    assert len(found.parts) == 1


def test_furniture_is_found_only_where_it_stands_exactly() -> None:
    text = "The ferry sailed. Related: The ferry Marigold was sold to Brell in May"
    held = article(text, furniture=[Span(18, len(text), "related link")])
    assert find_exact(excerpt("Marigold was sold to Brell in May"), held, Wording(text))
    altered = excerpt("The ferry Marigold was given to Brell in May")
    assert find_nearest(altered, held, Wording(text), lambda _word: 1.0) is None
    plain = article(text)
    found = find_nearest(altered, plain, Wording(text), lambda _word: 1.0)
    assert found is not None
    assert found.quote == "The ferry Marigold was sold to Brell in May"


def test_a_word_diff_says_what_was_put_for_what() -> None:
    changes = word_diff("The 47 old sailors left now", "The 41 sailors never left now.")
    assert [(each.kind, each.asked, each.stored) for each in changes] == [
        ("same", "The", "The"),
        ("replaced", "47 old", "41"),
        ("same", "sailors", "sailors"),
        ("missing", "", "never"),
        ("same", "left now", "left now"),
    ]
    assert shown(changes) == "The [-47 old-]{+41+} sailors {+never+} left now"
    assert shown(word_diff("a b c", "a c")) == "a [-b-] c"


def test_a_sign_between_two_changes_is_changed_with_them() -> None:
    # "hot" for "cold" in Thai, which share one consonant, and two words for two in Chinese.
    thai = word_diff("ในฤดูร้อนอีกต่อไป", "ในฤดูหนาวอีกต่อไป")
    chinese = word_diff("在夏天和早上", "在冬天或早上")
    assert [(each.asked, each.stored) for each in thai if each.kind != "same"] == [("ร้อน", "หนาว")]
    assert [(each.asked, each.stored) for each in chinese if each.kind != "same"] == [
        ("夏天和", "冬天或")
    ]
    assert word_diff("“It’s SOLD…”", "it's sold") == ()


@given(
    st.lists(st.sampled_from(WORDS), max_size=12),
    st.lists(st.sampled_from(WORDS), max_size=12),
)
def test_a_word_diff_loses_no_word_of_either_text(ours: list[str], theirs: list[str]) -> None:
    changes = word_diff(" ".join(ours), " ".join(theirs))
    if ours == theirs:
        assert changes == ()
        return
    assert " ".join(each.asked for each in changes).split() == ours
    assert " ".join(each.stored for each in changes).split() == theirs
    assert all((each.kind == "same") == (each.asked == each.stored) for each in changes)
