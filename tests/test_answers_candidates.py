"""What sentences offer to a question, by example."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answers.candidates import known_names, names_asked, offer, respelt
from rag.language.name_matching import CONTINENT, COUNTRY, STATE
from rag.questions.expected_answer import asked_for
from rag.records import Hit, Passage
from tests.builders import article

NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("question", "sentence", "fit"),
    [
        ("Which firm left Orrenby?", "In Orrenby the Haldgroot works closed.", 1.0),
        ("Which firm left Orrenby?", "In Orrenby the works closed.", 0.0),
        ("Which animal left Orrenby?", "In Orrenby the heron left.", 0.7),
        ("Which animal left Orrenby?", "In Orrenby a Lisk wolf left.", 1.0),
        ("Who led it?", "In May it was led by Ilse van Brandt.", 1.0),
        ("Who led it?", "In the end Brandt led it.", 0.5),
        ("Who beat Ilse Brandt?", "She, Ilse Brandt, lost.", 0.0),
        ("Which country left?", "In May it was Peru.", 1.0),
        ("Which country beat Peru?", "In May Peru lost to Orrenby.", 0.0),
        ("Which state won?", "In May it was North Dakota.", 1.0),
        ("Which continent won?", "In May it was Asia.", 1.0),
        ("Which film won?", "It was “The Heron”.", 1.0),
        ("Which film won?", "In May it was the Heron.", 0.6),
        ("Which film won?", "It rose slowly.", 0.0),
        ("How many boats sank?", "In all 41 old boats sank.", 1.0),
        ("How many boats sank?", "It took 41 hours.", 0.6),
        ("How many boats sank?", "They sank.", 0.0),
        ("How many boats sank?", "They cost $41.50 or so.", 0.0),
        ("How many people were arrested?", "There were 41 arrests by noon.", 1.0),
        ("Did 41 or more boats sink? How many?", "All 41 sank.", 0.0),
        ("How many people died in Vesk?", "The death toll in Vesk rose to nine.", 1.0),
        ("How many were killed in Vesk?", "At least nine people have died there.", 1.0),
        ("How many people died in Vesk?", "Ash fell, but no casualties were reported.", 1.0),
        ("How many were injured in Vesk?", "Nobody was hurt when it fell.", 1.0),
        ("How many people died in Vesk?", "Nine boats lay on the shore.", 0.6),
        ("How many people died in Vesk?", "The storm of last year left 51 dead.", 0.2),
        ("How many people died in Vesk?", "The storm was loud.", 0.0),
        ("By how many votes did it pass?", "The council voted 31-24 for it.", 1.0),
        ("By how many votes did it pass?", "It passed by 31 votes to 24.", 1.0),
        ("How old is Orr?", "The former mayor is only 38 and left.", 1.0),
        ("How old is Orr?", "Orr, 38, left.", 1.0),
        ("How old is Orr?", "Orr sold 38 boats.", 0.5),
        ("How much did the winner get?", "She gets $4,000.", 1.0),
        ("How far is it?", "It is 41 away.", 1.0),
        ("How much was paid?", "They paid $4 million.", 1.0),
        ("How much was paid?", "They paid 4 million marks.", 1.0),
        ("How much was paid?", "They paid 300 Canadian dollars.", 1.0),
        ("How much was paid?", "They paid 80 rupees.", 1.0),
        ("How much was paid?", "They paid 4 million crowns.", 1.0),
        ("How much was paid?", "They paid 4 men.", 0.0),
        ("What percentage fell?", "It fell by 12 per cent.", 1.0),
        ("What percentage fell?", "It fell by 12 metres.", 0.0),
        ("When was it?", "It was on 24 March.", 1.0),
        ("When was it?", "It was on Friday.", 1.0),
        ("When was it?", "It was fast.", 0.0),
        ("What fell?", "It was the Marigold.", 1.0),
        ("What fell?", "It rose slowly.", 0.5),
        ("Why did it fall?", "It rose slowly.", 1.0),
    ],
)
def test_a_sentence_fits_what_is_asked_for(question: str, sentence: str, fit: float) -> None:
    assert offer(asked_for(question), sentence, NOBODY).fit == fit


def test_the_first_word_is_a_name_where_it_is_one_elsewhere() -> None:
    asked = asked_for("Which firm left?")
    assert offer(asked, "Haldgroot left.", NOBODY).names == NOBODY
    known = known_names(["It was Haldgroot’s. The end. “Then it left.”"])
    assert known == {"haldgroot"}
    assert offer(asked, "Haldgroot left.", known).names == {"haldgroot"}


def test_what_answers_depends_on_the_kind() -> None:
    sentence = "Some say Brandt sold 41 boats."
    numbers = offer(asked_for("How many boats?"), sentence, NOBODY)
    assert numbers.names == {"brandt"}
    assert numbers.numbers == {"41"}
    assert numbers.answers("number") == {"41"}
    assert numbers.answers("person") == {"brandt"}
    assert numbers.answers("thing") == {"brandt", "41"}


def test_names_of_a_question_leave_out_its_question_words() -> None:
    assert names_asked("Did Orr's boat leave Quarne? Which boat?") == {"orr", "quarne"}
    assert names_asked("which boat?") == NOBODY


def test_places_are_found_whole() -> None:
    assert [m[0] for m in COUNTRY.finditer("New Zealand, the U.S. and Nigeria; Malian")] == [
        *("New Zealand", "U.S.", "Nigeria"),
    ]
    assert [m[0] for m in STATE.finditer("West Virginia and Texas")] == ["West Virginia", "Texas"]
    assert [m[0] for m in CONTINENT.finditer("Asia Minor")] == ["Asia"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_sentence_makes_some_offer(question: str, sentence: str) -> None:
    asked = asked_for(question)
    found = offer(asked, sentence, known_names([sentence]))
    assert 0 <= found.fit <= 1
    assert not found.names & asked.words


class Archive:
    """An archive whose passages have these words, all equally rare."""

    def __init__(self, words: str) -> None:
        self._words = words.split()

    def terms(self, text: str) -> list[str]:
        return [word.strip("?.,").lower() for word in text.split()]

    def rarity(self, term: str) -> float:
        return 3.0 if term in self._words else 5.0


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("the Tolbeck brigde collapse", {"brigde": "bridge"}),  # two letters swapped
        ("the Tolbeck brige collapse", {"brige": "bridge"}),
        ("orchestera in Tolbeck", {"orchestera": "orchestra"}),
        ("who is oksara vendeling", {"oksara": "Oksana", "vendeling": "Vendelin"}),
        ("Tolbek and its bridge", {"Tolbek": "Tolbeck"}),
        ("Bridget of Tolbeck", {}),  # a name is no common noun
        ("fridge in Tolbeck", {}),  # another first letter
        ("BRIGE", {}),  # an acronym
        ("what of the mill", {}),
        ("the colour of the sky", {}),
        ("", {}),
    ],
)
def test_mistyped_words_are_read_as_words_of_the_hits(question: str, meant: dict[str, str]) -> None:
    text = "A bridge fell in Tolbeck. The orchestra of Oksana Vendelin played."
    found = article(text)
    hit = Hit(Passage(1, found.id, 1, 0, len(text)), found, 1.0, 1)
    archive = Archive("bridge tolbeck orchestra oksana vendelin the of and its in who is collapse")
    assert dict(respelt(question, [hit], archive)) == meant


def test_a_word_that_the_archive_has_is_not_mistyped() -> None:
    text = "A levee broke in Tolbeck, and the water rose."
    found = article(text)
    hit = Hit(Passage(1, found.id, 1, 0, len(text)), found, 1.0, 1)
    assert respelt("what of the leveee", [hit], Archive("levee")) == {"leveee": "levee"}
    assert respelt("what of the leveee", [hit], Archive("levee leveee")) == {}
