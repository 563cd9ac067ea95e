"""Groups that grow by half of their members, never by chains, and what their original is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.store.duplicate_groups import Groups, Member, is_template


def member(article_id: str, publisher: str = "", day: int | None = 0, wire: str = "") -> Member:
    return Member(article_id, publisher, published=day, wire=wire)


A, B, C, D = (member(letter) for letter in "abcd")


def together(groups: Groups) -> list[list[str]]:
    """The ids of each group, sorted, those alone included."""
    found: dict[str, list[str]] = {}
    for article_id, group in sorted(groups.labels().items()):
        found.setdefault(group or article_id, []).append(article_id)
    return sorted(found.values())


def test_an_article_like_no_other_stands_alone() -> None:
    groups = Groups()
    groups.join(A, [])
    assert groups.labels() == {"a": None}
    assert (groups.size("a"), groups.size("unheard of")) == (1, 1)


def test_a_newcomer_joins_what_it_is_like_and_joins_them_with_each_other() -> None:
    groups = Groups()
    groups.join(A, [])
    groups.join(B, [])
    groups.join(C, [A, B])
    assert groups.labels() == {"a": "a", "b": "a", "c": "a"}
    assert groups.size("b") == 3


def test_a_group_takes_in_only_who_is_like_half_of_it() -> None:
    groups = Groups([(A, "a"), (B, "a"), (C, "a")])
    groups.join(D, [C])
    assert together(groups) == [["a", "b", "c"], ["d"]]
    groups.join(D, [B, C])
    assert together(groups) == [["a", "b", "c", "d"]]


def test_a_row_of_articles_each_like_the_next_does_not_become_one_group() -> None:
    row = [member(f"{number:02}") for number in range(12)]
    groups = Groups()
    for before, each in pairwise(row):
        groups.join(each, [before])
    assert [len(group) for group in together(groups)] == [3, 3, 3, 3]


@pytest.mark.parametrize(("like", "size"), [(7, 30), (8, 31)])
def test_eight_members_are_enough_for_a_large_group(like: int, size: int) -> None:
    crowd = [member(f"{number:02}") for number in range(30)]
    groups = Groups((each, "00") for each in crowd)
    groups.join(A, crowd[:like])
    assert groups.size("00") == size


def test_who_leaves_leaves_the_others_together_and_the_last_one_alone() -> None:
    groups = Groups([(A, "a"), (B, "a"), (C, "a")])
    groups.leave(["a"])
    assert groups.labels() == {"a": None, "b": "b", "c": "b"}
    groups.leave(["c", "unheard of"])
    assert groups.labels() == {"a": None, "b": None, "c": None, "unheard of": None}


@pytest.mark.parametrize(
    ("members", "original"),
    [
        ([member("a", "The Courier", 5), member("b", "Radio North", 4)], "b"),
        ([member("a", "The Courier", None), member("b", "Radio North", 4)], "b"),
        ([member("b", "The Courier", 4), member("a", "Radio North", 4)], "a"),
        ([member("a", "The Courier", 1, "LNA"), member("b", "lna.example", 9)], "b"),
        ([member("a", "The Courier", 1, "LNA"), member("b", "Radio North", 0, "LNA")], "b"),
        ([member("a", "lna.example", 9), member("b", "lna.example", 8, "AP")], "b"),
    ],
)
def test_the_original_is_the_agencys_own_article_else_the_earliest(
    members: list[Member], original: str
) -> None:
    groups = Groups([(each, "whatever") for each in members])
    assert set(groups.labels().values()) == {original}


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=10))
def test_every_article_is_in_one_group_that_goes_by_a_member(likes: list[list[int]]) -> None:
    groups = Groups()
    for number, like in enumerate(likes):
        groups.join(member(str(number)), [member(str(n)) for n in like if n < number])
    labels = groups.labels()
    assert sorted(labels) == sorted(map(str, range(len(likes))))
    for article_id, group in labels.items():
        assert (group is None) == (groups.size(article_id) == 1)
        assert group is None or labels[group] == group


def test_the_same_words_under_five_titles_of_one_outlet_are_a_template() -> None:
    def titled(number: int, publisher: str = "The Courier") -> Member:
        return Member(str(number), publisher, f"Title {number}")

    assert is_template(titled(0), [titled(n) for n in (1, 2, 3, 4)])
    assert not is_template(titled(0), [titled(n) for n in (1, 2, 3)])
    assert not is_template(titled(0), [titled(n) for n in (1, 2, 3, 3)])
    assert not is_template(titled(0), [titled(n, "Radio North") for n in (1, 2, 3, 4)])
    assert not is_template(titled(0, ""), [titled(n, "") for n in (1, 2, 3, 4)])
