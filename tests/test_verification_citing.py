"""From markers to exact citations."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Article, Span
from rag.verification.citing import CHOSEN, FOUND, NAMED, Cited, cite
from tests.builders import article, hit

MILL_TEXT = (
    "BRELL (HP) — A mill burnt on Tuesday, killing 41 people. “We lost everything we had,” said "
    "Ann Orr. Photo: Tim Vane\nThe fire began at noon. The council met on 12 May."
)
MILL = article(
    MILL_TEXT,
    "post.example/mill",
    publisher="Harbour Post",
    furniture=(
        Span(0, 13, "dateline"),
        Span(MILL_TEXT.index("Photo"), MILL_TEXT.index("Photo") + 15, "photo credit"),
    ),
)
FERRY = article(
    "The ferry Osprey sank. Five sailors were saved, the coast guard said. Its captain is 62.",
    "radio.example/ferry",
    publisher="Radio North",
)
HITS = (hit(MILL, 1), hit(FERRY, 2))
DEATHS = "A mill burnt on Tuesday, killing 41 people."
SAVED = "Five sailors were saved, the coast guard said."
SANK = "The ferry Osprey sank."


def quotes(cited: Cited) -> list[str]:
    return [citation.quote for citation in cited.citations]


def claims(cited: Cited) -> list[tuple[str, tuple[int, ...]]]:
    return [(cited.text[claim.start : claim.end], claim.citations) for claim in cited.claims]


def test_each_claim_is_bound_to_the_sentence_that_bears_it_out() -> None:
    cited = cite("The ferry sank [2]. The mill fire killed 41. [1] Why?", HITS)
    assert cited.text == "The ferry sank [1]. The mill fire killed 41. [2] Why?"
    assert quotes(cited) == [SANK, DEATHS]
    assert [citation.number for citation in cited.citations] == [1, 2]
    assert claims(cited) == [
        ("The ferry sank [1].", (1,)),
        ("The mill fire killed 41. [2]", (2,)),
        ("Why?", ()),
    ]
    assert [claim.verdict for claim in cited.claims] == ["supported", "supported", "unsupported"]
    assert cited.unresolved == ()


@pytest.mark.parametrize(
    ("marker", "rewritten"),
    [
        ("[2]", "[1]"),
        ("[2,1]", "[1]"),
        ("[2][1]", "[1]"),
        ("[1-2]", "[1]"),
        ("【2†source】", "[1]"),
        ("[Passage 2]", "[1]"),
        ("[2](http://evil.example)", "[1]"),
        ("[2][2]", "[1]"),
        ("[2, 7]", "[1][7]"),
        ("[2, 1, 7]", "[1][7]"),
        ("[7]", "[7]"),
        ("[900-901]", "[900-901]"),
    ],
)
def test_markers_of_every_form_become_plain_ones(marker: str, rewritten: str) -> None:
    cited = cite(f"The ferry Osprey sank{marker}.", HITS)
    assert cited.text == f"The ferry Osprey sank{rewritten}."
    assert claims(cited)[0][0] == cited.text


def test_each_part_of_a_sentence_is_bound_by_its_own_words() -> None:
    cited = cite("The ferry Osprey sank [2] and its captain is 62 [2].", HITS)
    assert cited.text == "The ferry Osprey sank [1] and its captain is 62 [2]."
    assert quotes(cited) == [SANK, "Its captain is 62."]
    assert claims(cited) == [(cited.text, (1, 2))]


def test_two_sentences_are_cited_where_no_single_one_holds_the_numbers() -> None:
    cited = cite("Five sailors, whose captain is 62, were saved [2].", HITS)
    assert cited.text == "Five sailors, whose captain is 62, were saved [1][2]."
    assert quotes(cited) == [SAVED, "Its captain is 62."]


def test_the_same_sentence_is_cited_under_one_number() -> None:
    cited = cite("The ferry sank [2]. Osprey sank, the ferry [2]! Sailors were saved [2].", HITS)
    assert cited.text == "The ferry sank [1]. Osprey sank, the ferry [1]! Sailors were saved [2]."
    assert quotes(cited) == [SANK, SAVED]


def test_a_marker_that_opens_a_line_belongs_to_that_line() -> None:
    cited = cite("[1] The mill burnt.\n[2] The ferry sank.\n[1]", HITS)
    # The marker on the last line belongs to the ferry, of which its passage knows nothing.
    assert claims(cited) == [("[1] The mill burnt.", (1,)), ("[2] The ferry sank.", (2,))]
    assert cited.text == "[1] The mill burnt.\n[2] The ferry sank."
    assert quotes(cited) == [DEATHS, SANK]


def test_markers_that_point_nowhere_stay_and_never_come_to_point_somewhere() -> None:
    text = "The ferry sank [2]. Five were saved [2]. The captain is 62 [2]. Osk wept [3][0]."
    cited = cite(text, HITS)
    assert cited.unresolved == (3, 0)
    assert [citation.number for citation in cited.citations] == [1, 2, 4]
    assert cited.text == (
        "The ferry sank [1]. Five were saved [2]. The captain is 62 [4]. Osk wept [3][0]."
    )
    assert cited.claims[-1].reasons == ("no passage is cited",)


def test_furniture_is_never_cited() -> None:
    cited = cite("Tim Vane took the photo [1]. The dateline is Brell (HP) [1].", HITS)
    assert all("Vane" not in quote and "BRELL" not in quote for quote in quotes(cited))
    credit = hit(MILL, 1, MILL.furniture[1].start, MILL.furniture[1].end)
    assert cite("Tim Vane took it [1].", [credit]).unresolved == (1,)


def test_only_the_passage_shown_is_cited() -> None:
    first = hit(FERRY, 1, 0, len(SANK))
    assert quotes(cite("The captain is 62 [1].", [first])) == [SANK]


def test_text_without_words_or_markers_is_left_alone() -> None:
    assert cite("", HITS) == Cited("", (), (), ())
    assert cite(" [1]\n", HITS) == Cited(" [1]\n", (), (), (1,))
    assert cite("Nothing.", HITS).text == "Nothing."


def test_the_check_decides_the_verdict() -> None:
    cited = cite("The ferry sank [2].", HITS, lambda claim, evidence: ("partly", (claim,)))
    assert cited.claims[0].verdict == "partly"
    assert cited.claims[0].reasons == ("The ferry sank [1].",)


def test_a_sentence_without_a_marker_is_bound_to_what_bears_it_out() -> None:
    cited = cite("Five sailors were saved. The captain owns nine cats.", HITS)
    assert cited.text == "Five sailors were saved. [1] The captain owns nine cats."
    assert quotes(cited) == [SAVED]
    assert (cited.claims[0].verdict, cited.claims[0].reasons) == ("supported", (FOUND,))
    assert cited.claims[1].citations == ()


def test_a_sentence_that_cites_the_wrong_passage_is_bound_to_the_right_one() -> None:
    cited = cite("- The ferry Osprey sank [1].\n- The mill burnt on Tuesday [1].", HITS)
    assert cited.text == "- The ferry Osprey sank. [1]\n- The mill burnt on Tuesday [2]."
    assert quotes(cited) == [SANK, DEATHS]
    assert cited.claims[0].reasons == (FOUND,)


OTHERS = article(
    "A mill in Brell burnt on Tuesday, killing 47 people, the radio said. Nobody praised the "
    "firemen. The council met on 14 May.",
    "radio.example/mill",
    publisher="Radio North",
)


@pytest.mark.parametrize(
    "claim",
    [
        "A mill burnt on Tuesday, killing 47 people",
        "The council met on 14 May",
        "Nobody praised the firemen",
        "“We lost everything we had,” said Tim Vane",
    ],
)
def test_a_sentence_that_its_own_passage_refutes_is_found_nowhere_else(claim: str) -> None:
    praised = article("The mayor praised the firemen.", "post.example/praise")
    also = article(f"{claim}, a reader wrote.", "post.example/reader")
    hits = [hit(article(MILL_TEXT, "post.example/mill"), 1), hit(praised, 2), hit(OTHERS, 3)]
    cites = 2 if "praised" in claim else 1
    refuted = cite(f"{claim} [{cites}].", [*hits, hit(also, 4)])
    assert refuted.claims[0].verdict in ("unsupported", "quote altered")
    assert refuted.claims[0].reasons != (FOUND,)
    # Without a marker, or with one to a passage on something else, it is found.
    for other in ("", " [1]" if cites == 2 else " [2]"):
        found = cite(f"{claim}{other}.", [*hits, hit(also, 4)])
        assert (found.claims[0].verdict, found.claims[0].reasons) == ("supported", (FOUND,))


def test_a_passage_that_only_says_less_refutes_nothing() -> None:
    less = article("A mill burnt in Brell on Tuesday.", "brell.example/mill")
    cited = cite("A mill burnt on Tuesday, killing 41 people [3].", [*HITS, hit(less, 3)])
    assert (cited.claims[0].verdict, cited.claims[0].reasons) == ("supported", (FOUND,))
    assert quotes(cited) == [DEATHS]


@pytest.mark.parametrize("bare", ["The answer is 62.", "Osprey.", "The answer: Osprey, Ann Orr."])
def test_a_bare_name_or_number_is_bound_to_nothing(bare: str) -> None:
    assert cite(bare, HITS).citations == ()


def test_a_made_up_source_is_not_replaced() -> None:
    cited = cite("The ferry Osprey sank [7].", HITS)
    assert (cited.text, cited.unresolved) == ("The ferry Osprey sank [7].", (7,))
    assert cited.claims[0].verdict == "unsupported"


def test_of_many_passages_cited_only_those_stay_that_bear_the_sentence_out() -> None:
    others = [hit(article(f"Pears are green, said {n}.", f"b.example/{n}"), n) for n in range(3, 8)]
    hits = [*HITS, *others]
    cited = cite("The ferry Osprey sank [1-7].", hits)
    assert cited.text == "The ferry Osprey sank [1]."
    assert quotes(cited) == [SANK]
    assert cited.claims[0].reasons == (CHOSEN,)
    few = cite("The ferry Osprey sank [1-4].", hits)
    assert (few.text, few.claims[0].reasons) == ("The ferry Osprey sank [1].", (CHOSEN,))
    every = cite("The ferry Osprey sank [1-6].", [hit(another_ferry(n), n) for n in range(1, 7)])
    assert every.text == "The ferry Osprey sank [1][2][3][4]."


def test_a_bare_name_is_bound_to_the_sentence_that_is_most_like_the_question() -> None:
    asked = "Who says that they lost everything?"
    cited = cite("Ann Orr.", HITS, question=asked)
    assert cited.text == "Ann Orr. [1]"
    assert quotes(cited) == ["“We lost everything we had,” said Ann Orr."]
    assert (cited.claims[0].verdict, cited.claims[0].reasons) == ("partly", (NAMED,))
    assert cite("Bo Lund.", HITS, question=asked).citations == ()


def test_a_head_before_a_colon_is_no_part_of_what_must_stand_there() -> None:
    cited = cite("- When: a mill burnt on Tuesday [1].\n- Captain: 62 [2].", HITS)
    assert [claim.verdict for claim in cited.claims] == ["supported", "supported"]
    # "Murder" stands nowhere in the article: it is a statement, and no head.
    (claim,) = cite("Murder: five sailors [2].", HITS).claims
    assert claim.verdict != "supported"


def another_ferry(number: int) -> Article:
    return article(SANK, f"c.example/{number}")


def test_a_word_that_many_sentences_have_binds_less_than_one_that_few_have() -> None:
    text = "A ferry left its harbour. A ferry saw its harbour. A ferry has a harbour. A mast broke."
    told = hit(article(text, "radio.example/mast"), 1)
    # "ferry" and "harbour" stand in three sentences, 1/3 each; "mast" in one alone, 1.
    cited = cite("In harbour the ferry lost a mast [1].", [told], lambda *_: ("supported", ()))
    assert quotes(cited) == ["A mast broke."]


def test_reserved_numbers_are_given_to_no_citation_and_places_lie_in_the_given_text() -> None:
    text = "So. The ferry sank [2]. The mill burnt on Tuesday [1]."
    cited = cite(text, HITS, reserved=(1, 3))
    assert [citation.number for citation in cited.citations] == [2, 4]
    assert [text[start:end] for start, end in cited.places] == [
        "So.",
        "The ferry sank [2].",
        "The mill burnt on Tuesday [1].",
    ]


@given(st.lists(st.sampled_from(
    ["The ferry sank", " 41 ", "[1]", "[2]", "[1, 2]", "[3]", "【2】", "[1-9]", ".", " ", "\n",
     "\n\n", "- ", "“", "”", "x"]), max_size=14))  # fmt: skip
def test_every_marker_resolves_or_is_listed_and_claims_are_apart(parts: list[str]) -> None:
    cited = cite("".join(parts), HITS)
    assert all(c.article.text[c.start : c.end] == c.quote for c in cited.citations)
    known = {citation.number for citation in cited.citations}
    assert len(known) == len(cited.citations)
    assert known.isdisjoint(cited.unresolved)
    assert all(f"[{number}]" in cited.text for number in known)
    assert all(set(claim.citations) <= known for claim in cited.claims)
    assert all(one.end <= two.start for one, two in pairwise(cited.claims))
    texts = [text for text, _ in claims(cited)]
    assert all(text == text.strip() != "" for text in texts)
