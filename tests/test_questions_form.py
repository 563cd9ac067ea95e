"""Which form a question has, whatever its spelling, and what fills it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.questions.form import Form, form_understood, read_form
from rag.records import Filters


def slots(question: str) -> tuple[str, str, str]:
    form = read_form(question)
    return form.name, form.subject, form.matter


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Who is Jorun Teague?", "Jorun Teague"),
        ("whos jorun teague", "jorun teague"),
        ("WHO IS JORUN TEAGUE", "JORUN TEAGUE"),
        ("Who Was Jorun Teague", "Jorun Teague"),
        ("who's Jorun Teague and what did she build?", "Jorun Teague"),
        ("jorun teague, who is she?", "jorun teague"),
        ("Can you tell me who Jorun Teague is?", "Jorun Teague"),
        ("waht is the Harl Weir Trust", "the Harl Weir Trust"),
        ("What on earth is QX-12 and why does it matter?", "QX-12"),
        ("What is a levee?", "a levee"),
        ("who is the rev osric dahlen", "the rev osric dahlen"),
        ("Who is Dr. Teague?", "Dr. Teague"),
        ("What does KSU stand for?", "KSU"),
    ],
)
def test_a_definition_asks_who_or_what_something_is(question: str, subject: str) -> None:
    assert slots(question) == ("definition", subject, "")


@pytest.mark.parametrize(
    ("question", "subject", "matter"),
    [
        ("What did Jorun Teague say about the mine?", "Jorun Teague", "the mine"),
        ("what has the pope said about the abbey", "the pope", "the abbey"),
        ("what does oskel's governor think of the cull", "oskel's governor", "the cull"),
        ("How did Quarne Line react to the strike?", "Quarne Line", "the strike"),
        ("What was Jorun Teague's response to the ruling?", "Jorun Teague", "the ruling"),
        ("Did Jorun Teague comment on the leak?", "Jorun Teague", "the leak"),
        ("what jorun teague said about the toll", "jorun teague", "the toll"),
        ("Where does the mayor stand on the tram?", "the mayor", "the tram"),
        ("reactions to the verdict", "", "the verdict"),
    ],
)
def test_a_statement_has_a_speaker_and_what_was_spoken_of(
    question: str, subject: str, matter: str
) -> None:
    assert slots(question) == ("statement", subject, matter)


@pytest.mark.parametrize(
    ("question", "name", "subject"),
    [
        ("what hapened to the ferry Isbel?", "event", "the ferry Isbel"),
        ("Skarrow mine what happened", "event", "Skarrow mine"),
        ("whats going on with the tram", "event", "the tram"),
        ("What's the latest on the mine?", "latest", "the mine"),
        ("any news about the ferry strike", "latest", "the ferry strike"),
        ("where do things stand with the merger?", "latest", "the merger"),
        ("Where does the inquiry stand now?", "latest", "the inquiry"),
        ("the wolf cull latest", "latest", "the wolf cull"),
        ("Is the ferry strike over? What's the lastest?", "latest", "the ferry strike"),
        ("Summarise the tax leak for me", "overview", "the tax leak"),
        ("give me some background on the merger pls", "overview", "the merger"),
        ("Tell me about the Pellard boat", "overview", "the Pellard boat"),
        ("what was the tax leak all about", "overview", "the tax leak"),
        ("catch me up on the mine", "overview", "the mine"),
        ("timline of the tax leak", "chronology", "the tax leak"),
        ("How did the ferry strike unfold?", "chronology", "the ferry strike"),
        ("pellard boat", "topic", "pellard boat"),
        ("Osier Bridge?", "topic", "Osier Bridge"),
        ("On the Osier Bridge", "topic", "the Osier Bridge"),
        ("re: ferry strike", "topic", "ferry strike"),
        ("got anything on the tax leak?", "overview", "the tax leak"),
        ("anything new on the mine", "latest", "the mine"),
    ],
)
def test_a_whole_is_asked_of_a_subject(question: str, name: str, subject: str) -> None:
    assert slots(question) == (name, subject, "")


@pytest.mark.parametrize(
    ("question", "name", "subject", "matter"),
    [
        ("Why did Jorun Teague resign?", "cause", "Jorun Teague", "resign"),
        ("how come the tram was late", "cause", "the tram", "was late"),
        ("What caused the flood?", "cause", "the flood", ""),
        ("how do the locks work", "cause", "the locks", "work"),
        (
            "How many people died in the mill fire on Sunday?",
            "figure",
            "the mill fire",
            "people died",
        ),
        ("death toll of the mill fire", "figure", "the mill fire", "death toll"),
        ("what is the ferry fare now", "figure", "the ferry fare", "the ferry fare"),
        ("How old is Jorun Teague?", "figure", "Jorun Teague", ""),
        ("About the mill fire: how many were saved?", "figure", "the mill fire", "were saved"),
        ("what did brell line announce at its rally", "list", "brell line", "its rally"),
        ("what was inflation in Oskel in march", "figure", "Oskel in march", "inflation"),
        ("how much did the bridge cost", "figure", "the bridge", "cost"),
        (
            "When did the ferry strike at Grevesand begin?",
            "date",
            "the ferry strike at Grevesand",
            "begin",
        ),
        ("What day will the court rule?", "date", "the court", "rule"),
        ("Has the tram opened?", "yes or no", "the tram", "opened"),
        (
            "Did Jorun Teague really say she was leaving?",
            "yes or no",
            "Jorun Teague",
            "really say she was leaving",
        ),
        ("Is it true that the mine closed?", "yes or no", "true that the mine closed", ""),
        ("Which schools were shut?", "list", "schools were shut", ""),
        ("who are the candidates for mayor", "list", "the candidates for mayor", ""),
        ("Name all the outlets that were sued", "list", "outlets that were sued", ""),
    ],
)
def test_a_question_about_one_thing_says_what_of_it(
    question: str, name: str, subject: str, matter: str
) -> None:
    assert slots(question) == (name, subject, matter)


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("How does the new offer compare with the old one?", ("the new offer", "the old one")),
        (
            "difference between the Tolle flood and the Vess flood",
            ("the Tolle flood", "the Vess flood"),
        ),
        ("compare Teague and Dahlen on the mine", ("Teague", "Dahlen on the mine")),
        ("How do Teague and Dahlen differ?", ("Teague", "Dahlen")),
        ("how many died in the fire, do the reports agree?", ()),
    ],
)
def test_a_comparison_has_sides(question: str, sides: tuple[str, ...]) -> None:
    form = read_form(question)
    assert (form.name, form.sides) == ("comparison", sides)


@pytest.mark.parametrize(
    "question",
    [
        "Which country won the sailing cup?",
        "Who won the run-off?",
        "Who was elected mayor of Marren?",
        "Who is the head of Quarne Line?",
        "What is the capital of Oskel?",
        "What is the name of the ferry?",
        "Who said that the tin would last?",
        "What do experts say made the bridge fall?",
        "Where was the boat found?",
        "The council has voted to close which school?",
        "A dog named Pepper helped customs. Which breed is it?",
    ],
)
def test_any_other_single_thing_is_a_fact(question: str) -> None:
    assert read_form(question).name == "fact"


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("My editor wants an explainer on the mine. Why did the pumps fail?", "cause"),
        ("I need to know when the tram opens", "date"),
        ("Why did the pumps fail? Give me a timeline.", "chronology"),
        ("Hi, who is Jorun Teague? I met her once.", "definition"),
        ("According to the Gazette, how many sheep were lost?", "figure"),
        ("thanks, and why did she leave?", "cause"),
    ],
)
def test_of_several_sentences_the_one_that_asks_decides(question: str, name: str) -> None:
    assert read_form(question).name == name


def test_the_form_is_a_reading_that_asks_nothing_of_hits() -> None:
    question = "so, whos jorun teague?"
    (shown,) = form_understood(read_form(question), question)
    assert (shown.words, shown.start, shown.end) == ("whos", 4, 8)
    assert shown.meaning == "who or what “jorun teague” is"
    assert (shown.filters, shown.strict, shown.held, shown.of_hits) == (
        Filters(),
        False,
        True,
        False,
    )
    for unsaid in ("pellard boat", "Who won the run-off?", "?"):
        assert form_understood(read_form(unsaid), unsaid) == ()


@pytest.mark.parametrize("question", ["", "?", "??? ...", "ใครคือนายก"])
def test_what_cannot_be_read_is_a_fact(question: str) -> None:
    assert read_form(question) == Form("fact", subject=question)


@example("IF/0")
@given(st.text(max_size=80))
def test_whatever_is_asked_the_slots_are_its_own_words(question: str) -> None:
    form = read_form(question)
    start, end = form.cue
    assert 0 <= start <= end <= len(question)
    for words in (form.subject, *form.sides):
        assert words in question


@pytest.mark.parametrize(
    ("question", "name", "subject"),
    [
        ("whats wrong with the ferry", "event", "the ferry"),
        ("what's the matter with Harl Weir?", "event", "Harl Weir"),
        ("what did jorun teague die of", "cause", "jorun teague"),
        ("what killed the whales", "cause", "the whales"),
        ("what does a year at oskel cost", "figure", "a year at oskel"),
    ],
)
def test_everyday_wordings_have_the_form_of_what_they_mean(
    question: str, name: str, subject: str
) -> None:
    assert slots(question)[:2] == (name, subject)
