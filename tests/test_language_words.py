"""Words of a text, folded: what counts as the same, and where each of them stands."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.indexes.analysis import terms
from rag.language.entities import quotations
from rag.language.words import Wording, function_words, question_language, shortened
from rag.verification.quotes.matching import literal_runs, runs

ODD = st.text(alphabet="ab AB1,.5%-–—’'“”\"[]…é\u00ad\u200b\u0301\n\u00a0ﬁ漢¥\u2212", max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“It’s over,” he said", '"it\'s over" HE SAID'),
        ("the well-known ferry — sold", "the well known ferry - sold"),
        ("a  ferry\u00a0and\n\nits crew…", "a ferry and its crew"),
        ("co\u00adopera\u200btion", "cooperation"),
        ("Café Peña", "Cafe\u0301 Pena"),
        ("ﬁve ＡＢＣ", "five abc"),
        ("5 % of 1,100 boats", "5% of 1100 boats"),
        ("5% of R&D", "5 percent of R and D"),
        ("3.5bn crowns", "3.5 bn crowns"),
    ],
)
def test_typography_is_no_difference(one: str, other: str) -> None:
    assert Wording(one).folded == Wording(other).folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("41 boats", "47 boats"),
        ("1.5 million", "15 million"),
        ("$5 each", "£5 each"),
        ("5% fell", "5 fell"),
        ("it fell to -5 degrees", "it fell to 5 degrees"),
        ("it fell to −5 degrees", "it fell to 5 degrees"),
        ("they won", "they won’t"),
        ("9:30", "9:45"),
        ("हिन्दी", "हन्द"),
    ],
)
def test_what_is_said_is_a_difference(one: str, other: str) -> None:
    assert Wording(one).folded != Wording(other).folded


def test_a_dash_between_figures_is_no_sign() -> None:
    assert Wording("from 5-10 or 5 – 10").folded == ["from", "5", "10", "or", "5", "10"]


def test_scripts_without_spaces_go_by_their_characters() -> None:
    wording = Wording("船は月曜日に出た。")
    assert wording.folded == list("船は月曜日に出た")
    assert wording.find(list("月曜")) == 2


@given(ODD)
def test_words_are_ordered_places_in_the_text(text: str) -> None:
    wording = Wording(text)
    places = [wording.span(n, n) for n in range(len(wording))]
    assert all(start < end for start, end in places)
    assert all(left[1] <= right[0] for left, right in pairwise(places))
    assert all(word and word == word.casefold() for word in wording.folded)


@given(ODD, st.data())
def test_any_words_of_a_text_are_found_in_it(text: str, data: st.DataObject) -> None:
    wording = Wording(text)
    if not len(wording):
        assert wording.find(["a"]) == -1
        return
    first = data.draw(st.integers(0, len(wording) - 1))
    last = data.draw(st.integers(first, len(wording) - 1))
    sought = wording.folded[first : last + 1]
    assert first in list(wording.occurrences(sought))
    assert wording.find(sought) <= first
    assert wording.find(sought, first) == first


def test_words_are_found_whole_from_a_place_on() -> None:
    wording = Wording("The ferry, the ferryman and the ferry.")
    assert wording.find(["the", "ferry"]) == 0
    assert wording.find(["the", "ferry"], 1) == 5
    assert wording.find(["ferr"]) == -1
    assert wording.find([]) == -1
    assert list(wording.occurrences(["the"])) == [0, 2, 5]
    assert wording.span(2, 3) == (11, 23)


def test_the_words_of_stretches_follow_each_other_only_where_little_is_between() -> None:
    text = "“We will win,” Ann Orr said, “and soon.” He left.\n\n“Never.”"
    spoken = Wording(text).within([(each.start, each.end) for each in quotations(text)])
    assert spoken.folded == ["we", "will", "win", "and", "soon", "\x00", "never"]
    assert text[slice(*spoken.span(2, 3))] == "win,” Ann Orr said, “and"
    far = f"“We win.” {'word ' * 26}“And soon.”"
    apart = Wording(far).within([(each.start, each.end) for each in quotations(far)])
    assert apart.folded == ["we", "win", "\x00", "and", "soon"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('“No,” he said. "Go on." «Oui» ‘Yes’', ["No,", "Go on.", "Oui", "Yes"]),
        ("It’s the players’ game, and 'tis ours", []),
        ("“He said ‘no’ twice”", ["He said ‘no’ twice"]),
        ("“First paragraph.\n\n“Second.” End", ["First paragraph.", "Second."]),
        ("He said ``leave it'' and `go now'.", ["leave it", "go now"]),
        ("„Nein“, sagte er", ["Nein"]),
        ('a 6" plank', []),
    ],
)
def test_quotations_stand_between_marks(text: str, found: list[str]) -> None:
    assert [text[each.start : each.end] for each in quotations(text)] == found


@given(ODD)
def test_quotations_are_ordered_and_apart(text: str) -> None:
    found = quotations(text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the ferry will be sold", [("the ferry will be sold", 0)]),
        ("the whole ferry … will be sold", [("the whole ferry", 0), ("will be sold", 100)]),
        ("the whole ferry. . . will be sold", [("the whole ferry", 0), ("will be sold", 100)]),
        ("the whole ferry [...] will be sold", [("the whole ferry", 0), ("will be sold", 100)]),
        ("... the ferry will be sold ...", [("the ferry will be sold", 0)]),
        ("the ferry ... will be sold", [("the ferry", 0), ("will be sold", 12)]),
        ("[The mayor] will be sold", [("will be sold", 0)]),
        ("he want[ed] the old ferry", [("he", 0), ("the old ferry", 6)]),
        ("[T]he ferry [sic] sails", [("the ferry", 0), ("sails", 6)]),
    ],
)
def test_an_excerpt_is_divided_where_words_are_left_out_or_put_in(
    text: str, expected: list[tuple[str, int]]
) -> None:
    assert [(" ".join(run.wording.folded), run.gap) for run in runs(text)] == expected
    assert len(literal_runs(text)) == 1


@given(ODD)
def test_the_runs_of_an_excerpt_hold_words_and_the_first_needs_none_before_it(text: str) -> None:
    found = runs(text)
    assert all(len(run.wording) for run in found)
    assert all(run.gap in (0, 6, 12, 100) for run in found)


def test_a_value_that_is_too_long_is_cut_at_a_word_if_there_is_one() -> None:
    assert shortened("abcde", 5) == "abcde"
    assert shortened("abcdefgh", 5) == "abcd…"
    assert shortened("ab cdefgh", 5) == "ab…"
    assert shortened("abcd fgh", 5) == "abcd…"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Quand la grève des ferries a-t-elle pris fin ?", "fr"),
        ("Wie viele Menschen starben beim Einsturz der Brücke?", "de"),
        ("¿Cuándo terminó la huelga de los ferris?", "es"),
        ("Quando è finito lo sciopero dei traghetti?", "it"),
        ("Wanneer eindigde de staking van de veerboten?", "nl"),
        ("När slutade strejken på färjorna?", "sv"),
        ("When did the ferry strike end?", ""),
        ("Who is Anna von der Marsk?", ""),
        ("Summarise the E. coli outbreak in Marsk", ""),
        ("mayor of marren", ""),
        ("La Torre", ""),
        ("Когда?", ""),
        ("", ""),
        ("Quand la grève a-t-elle pris fin ? " * 18, ""),
    ],
)
def test_function_words_give_the_language_away(question: str, language: str) -> None:
    assert question_language(question) == language


def test_english_and_unknown_languages_have_no_list() -> None:
    assert function_words("When did it end?", "en") == frozenset()
    assert function_words("When did it end?", "xx") == frozenset()


def test_only_what_tells_of_the_subject_is_searched_for() -> None:
    assert terms("Wann endete der Streik der Fähren?") == ["endet", "streik", "fahren"]
    assert terms("When did the strike end?") == ["strike", "end"]
