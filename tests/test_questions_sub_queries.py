"""What a question needs found, and how the findings are merged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import QueryError
from rag.questions.sub_queries import Need, merged, round_robin, split_needs
from rag.records import Filters, Understood


def day(text: str) -> datetime:
    """Midnight of that day."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def during(first: str = "", before: str = "") -> Filters:
    """Filters for a time; "" leaves an end open."""
    return Filters(day(first) if first else None, day(before) if before else None)


def heard(question: str, words: str, filters: Filters, strict: bool = True) -> Understood:
    """What these words of the question were taken to ask."""
    start = question.index(words)
    return Understood(words, start, start + len(words), f"as {words}", filters, strict)


def outlet(question: str, words: str, *publishers: str) -> Understood:
    """An outlet that the question names."""
    return heard(question, words, Filters(publishers=publishers))


MAY = during("2025-05-01", "2025-06-08")
JUNE = during("2025-06-01", "2025-07-08")


def test_most_questions_have_one_need() -> None:
    question = "Who won in May, according to LNA?"
    both = [heard(question, "in May", MAY), outlet(question, "LNA", "Lowland News Agency")]
    expected = Filters(day("2025-05-01"), day("2025-06-08"), ("Lowland News Agency",))
    assert split_needs(question, both) == (Need(question, expected, ""),)
    assert split_needs(question, ()) == (Need(question, Filters(), ""),)


def test_preferences_are_no_filters() -> None:
    question = "Who won in May?"
    assert split_needs(question, [heard(question, "in May", MAY, strict=False)]) == (
        Need(question, Filters()),
    )


def test_outlets_are_asked_one_by_one() -> None:
    question = "What did the Courier and the BBC each report about the flood in May?"
    understood = [
        outlet(question, "the Courier", "The Marren Courier"),
        outlet(question, "the BBC", "bbc.co.uk", "bbc.com"),
        heard(question, "in May", MAY),
    ]
    start, before = MAY.published_from, MAY.published_before
    query = "the flood in May?"
    assert split_needs(question, understood) == (
        Need(query, Filters(start, before, ("The Marren Courier",)), "the Courier"),
        Need(query, Filters(start, before, ("bbc.co.uk", "bbc.com")), "the BBC"),
    )


def test_an_outlet_that_is_named_twice_is_one() -> None:
    question = "According to LNA, what did the LNA report?"
    understood = [outlet(question, "LNA", "LNA"), outlet(question, "the LNA", "LNA")]
    assert split_needs(question, understood) == (Need(question, Filters(publishers=("LNA",))),)


def test_an_outlet_that_was_dropped_is_not_asked() -> None:
    question = "What did the Courier and LNA each report about the flood?"
    [need] = split_needs(question, [outlet(question, "LNA", "LNA")])
    assert need == Need(question, Filters(publishers=("LNA",)))


def test_things_are_asked_one_by_one() -> None:
    question = "Which flooded more in May, Tolbeck or Kelmark?"
    assert split_needs(question, [heard(question, "in May", MAY)]) == (
        Need("Which flooded more in May Tolbeck?", MAY, "Tolbeck"),
        Need("Which flooded more in May Kelmark?", MAY, "Kelmark"),
    )


def test_each_thing_has_its_own_time() -> None:
    question = "Which was hotter, May or June?"
    times = [heard(question, "May", MAY), heard(question, "June", JUNE)]
    needs = split_needs(question, times)
    assert [(need.label, need.filters) for need in needs] == [("May", MAY), ("June", JUNE)]


def test_clauses_are_asked_one_by_one() -> None:
    question = "Who won the recount in May, and how many voted?"
    assert split_needs(question, [heard(question, "in May", MAY)]) == (
        Need("Who won the recount in May", MAY, "Who won the recount in May"),
        Need("how many voted recount", MAY, "how many voted"),
    )


def test_a_clause_with_a_time_of_its_own_has_no_other() -> None:
    question = "Who won the recount in May, and who won the run-off in June, according to LNA?"
    understood = [
        heard(question, "in May", MAY),
        heard(question, "in June", JUNE),
        outlet(question, "LNA", "LNA"),
    ]
    first, later = split_needs(question, understood)
    assert first.filters == MAY
    assert later.filters == Filters(JUNE.published_from, JUNE.published_before, ("LNA",))


def test_a_change_has_an_earlier_and_a_later_half() -> None:
    question = "How did the toll change between Monday and Friday?"
    # Monday 3 to Friday 7 March and a week of grace: the middle is the 5th at noon.
    week = heard(question, "between Monday and Friday", during("2025-03-03", "2025-03-15"))
    middle = datetime(2025, 3, 5, 12, tzinfo=UTC)
    assert split_needs(question, [week]) == (
        Need("How did the toll change Monday?", Filters(day("2025-03-03"), middle), "Monday"),
        Need("How did the toll change Friday?", Filters(middle, day("2025-03-15")), "Friday"),
    )


def test_a_change_within_days_has_halves_too() -> None:
    question = "How did the toll change between Monday and Friday?"
    week = heard(question, "between Monday and Friday", during("2025-03-03", "2025-03-07"))
    first, last = split_needs(question, [week])
    assert first.filters == during("2025-03-03", "2025-03-05")
    assert last.filters == during("2025-03-05", "2025-03-07")


def test_a_change_without_known_or_closed_times_has_no_halves() -> None:
    question = "How did the toll change between Monday and Friday?"
    since = heard(question, "between Monday", during("2025-03-03"))
    assert [need.filters for need in split_needs(question, ())] == [Filters(), Filters()]
    assert [need.filters for need in split_needs(question, [since])] == [since.filters] * 2


def test_a_change_between_two_known_times_has_both() -> None:
    question = "How did the toll change between May and June?"
    times = [heard(question, "between May", MAY), heard(question, "June", JUNE)]
    assert [need.filters for need in split_needs(question, times)] == [MAY, JUNE]


def test_before_and_after_meet_at_the_event() -> None:
    question = "What did he say before and after the vote on 9 August?"
    vote = heard(question, "after the vote on 9 August", during("2024-08-09"))
    assert split_needs(question, [vote]) == (
        Need(
            "What did he say before the vote on 9 August?",
            during("", "2024-08-09"),
            "before the vote on 9 August",
        ),
        Need(
            "What did he say after the vote on 9 August?",
            during("2024-08-09"),
            "after the vote on 9 August",
        ),
    )
    until = heard(question, "the vote on 9 August", during("", "2024-08-09"))
    assert split_needs(question, [until]) == split_needs(question, [vote])


def test_then_is_a_filter_and_now_is_none() -> None:
    question = "Is the toll higher now than in May, according to LNA?"
    lna = outlet(question, "LNA", "LNA")
    time = heard(question, "in May", MAY, strict=False)
    then, now = split_needs(question, [time, lna])
    assert then.filters == Filters(MAY.published_from, MAY.published_before, ("LNA",))
    assert now.filters == Filters(publishers=("LNA",))
    assert (then.label, now.label) == ("in May", "now")


def test_times_that_exclude_each_other_are_two_needs() -> None:
    question = "What did the mayor say in May and in June?"
    times = [heard(question, "in May", MAY), heard(question, "in June", JUNE)]
    # They share a week of grace only.
    assert split_needs(question, times) == (
        Need(question, MAY, "in May"),
        Need(question, JUNE, "in June"),
    )


def test_a_time_within_another_is_one_need() -> None:
    question = "What did the mayor say on 3 June in June 2025?"
    third = heard(question, "on 3 June", during("2025-06-03", "2025-06-11"))
    times = [third, heard(question, "in June 2025", JUNE)]
    assert split_needs(question, times) == (Need(question, third.filters),)
    since = heard(question, "on 3 June", during("2025-05-20"))
    assert split_needs(question, [since, times[1]]) == (Need(question, JUNE),)


def test_outlets_and_times_are_asked_each_with_each() -> None:
    question = "What did the Courier and LNA each report in May and in June?"
    understood = [
        outlet(question, "the Courier", "The Marren Courier"),
        outlet(question, "LNA", "LNA"),
        heard(question, "in May", MAY),
        heard(question, "in June", JUNE),
    ]
    labels = [need.label for need in split_needs(question, understood)]
    assert labels == ["the Courier, in May", "the Courier, in June", "LNA, in May", "LNA, in June"]


def test_a_long_text_is_not_taken_apart() -> None:
    question = "Which flooded more, Tolbeck or Kelmark?"
    assert len(split_needs(f"{'x' * 560} {question}", ())) == 1
    assert len(split_needs(" " * 561 + question, ())) == 2
    assert len(split_needs(" " * 562 + question, ())) == 1


def test_given_filters_hold_for_every_need() -> None:
    question = "Which flooded more, Tolbeck or Kelmark?"
    given_filters = Filters(publishers=("LNA",), language="en")
    needs = split_needs(question, (), given_filters)
    assert [need.filters for need in needs] == [given_filters, given_filters]


def test_merged_filters_are_the_narrowest() -> None:
    question = "Who won in May, according to LNA and Radio North?"
    understood = [
        heard(question, "in May", MAY),
        outlet(question, "LNA", "LNA"),
        outlet(question, "Radio North", "Radio North"),
        heard(question, "won", during("2026-01-01"), strict=False),
    ]
    given_filters = Filters(day("2025-05-10"), day("2025-12-01"), language="en")
    assert merged(given_filters, understood) == Filters(
        day("2025-05-10"), day("2025-06-08"), ("LNA", "Radio North"), "en"
    )
    one = Filters(publishers=("Radio North", "Kelmark Ledger"))
    assert merged(one, understood).publishers == ("Radio North",)
    assert merged(one, ()) == one


CONTRADICTIONS = [
    (
        during("2025-07-01"),
        [("in May", MAY)],
        "the filters (from 2025-07-01) and 'in May' (from 2025-05-01, before 2025-06-08)",
    ),
    (
        Filters(),
        [("in May", MAY), ("after", during("2025-06-08"))],
        "'in May' (from 2025-05-01, before 2025-06-08) and 'after' (from 2025-06-08)",
    ),
    (
        Filters(publishers=("LNA", "Radio North")),
        [("CNN", Filters(publishers=("cnn.com",)))],
        "the filters (by 'LNA' or 'Radio North') and 'CNN' (by 'cnn.com')",
    ),
    (
        Filters(language="en"),
        [("in French", Filters(language="fr"))],
        "the filters (in language 'en') and 'in French' (in language 'fr')",
    ),
]


@pytest.mark.parametrize(("given_filters", "asked", "said"), CONTRADICTIONS)
def test_a_contradiction_names_both(
    given_filters: Filters, asked: list[tuple[str, Filters]], said: str
) -> None:
    understood = [heard(words, words, filters) for words, filters in asked]
    with pytest.raises(QueryError, match="contradict each other: no article satisfies both") as e:
        merged(given_filters, understood)
    assert str(e.value).startswith(f"{said} contradict")


def test_given_filters_that_leave_no_room_for_a_need_are_an_error() -> None:
    question = "What did the Courier and LNA each report about the flood?"
    understood = [
        outlet(question, "the Courier", "The Marren Courier"),
        outlet(question, "LNA", "LNA"),
    ]
    with pytest.raises(QueryError, match=r"the filters \(by 'LNA'\) and 'the Courier'"):
        split_needs(question, understood, Filters(publishers=("LNA",)))


@pytest.mark.parametrize(
    ("rankings", "expected"),
    [
        ([], ""),
        ([""], ""),
        (["abc"], "abc"),
        (["abc", "xyz"], "axbycz"),
        (["abc", "abc"], "abc"),
        (["abc", "bad"], "abcd"),
        (["abcdef", "x", "yz"], "axybzcdef"),
        (["aab", "cc"], "acb"),
    ],
)
def test_rankings_take_turns(rankings: list[str], expected: str) -> None:
    assert "".join(round_robin(rankings, str)) == expected


def test_items_are_told_apart_by_their_key() -> None:
    assert round_robin([["a1", "b1"], ["a2", "c2"]], lambda item: item[0]) == ["a1", "c2", "b1"]


@given(st.lists(st.text(alphabet="abcdef", max_size=6), max_size=4))
def test_every_ranking_is_represented_as_often_as_it_can(rankings: list[str]) -> None:
    items = round_robin(rankings, str)
    assert sorted(items) == sorted(set("".join(rankings)))
    for ranking in filter(None, rankings):
        assert min(items.index(item) for item in ranking) < len(rankings)


WORDS = "Who What did is how many and , ? the Tolbeck or more LNA May June before after now between"


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join), st.booleans())
def test_no_question_raises_and_none_is_without_need(question: str, strict: bool) -> None:
    filters = {"LNA": Filters(publishers=("LNA",)), "May": MAY, "June": JUNE}
    understood = [
        heard(question, words, asked, strict)
        for words, asked in filters.items()
        if words in question
    ]
    needs = split_needs(question, understood)
    assert needs
    assert len(needs) > 1 or needs[0].query == question
    assert len({need.label for need in needs}) == len(needs) or len(needs) > 2
