"""Which questions lean on the conversation, what they take over, and that others take nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answers.prompts import NO_ANSWER
from rag.answers.wording import decline
from rag.questions.followup import (
    MOST_CHARACTERS,
    REPLY_WORDS,
    FollowUp,
    follow_up,
    leans,
    standalone_question,
)
from rag.records import Article, Hit, Message, Passage

FIRST = "When did the ferry strike at Grevesand begin?"
HISTORY = [Message("user", FIRST), Message("assistant", "It began on 2 April. [1]")]


def conversation(*turns: str) -> list[Message]:
    """Turns of the user and the assistant in alternation."""
    return [
        Message("assistant" if number % 2 else "user", turn) for number, turn in enumerate(turns)
    ]


@pytest.mark.parametrize(
    "question",
    [
        "And when did it end?",
        "What about the harbour?",
        "Any recent examples of ferry strikes in Grevesand?",
        "Why?",
        "Who won?",
        "Regional differences",
        "How do I apply?",
        "Who is their leader?",
        "How many people did that affect?",
        "How many goals did she score in the final?",
        "Which team did he play for before the war?",
        "What did the transport company say about it?",
        "How does Quarne Line do it?",
        "Did it lead to any political changes?",
        "Why did this happen?",
        "Which of these ships were sold to Denmark?",
        "When was that decided?",
        "Which one was the cheaper ship?",
        "Who else was arrested in Marren?",
        "Did the harbour master say the same?",
        "Which of the ships was the latter?",
        "How many had been killed in Marren by then?",
        "How many sailors still live there?",
        "how long did the last two last?",
        "who is the mayor",
        "was anyone hurt",
        "was bail refused",
        "who was the oldest victim",
    ],
)
def test_a_question_that_continues_or_refers_back_leans(question: str) -> None:
    assert leans(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which outlet reported the Skarrow mine licence first?",
        "Did the mayor of Brell keep her promise?",
        "What made the betting company drop its offer?",
        "How many people had their tax records stolen?",
        "When did divers last check the piers before it fell?",
        "Which retailer announced this week that shops will close?",
        "Who was elected mayor this Monday?",
        "Which minister said that taxes will rise?",
        "Who are the people that signed the petition?",
        "How are those who lost homes being helped?",
        "Is it possible to visit the abbey of Saint Ombre?",
        "How long did it take to raise the sunken boat?",
        "Why was the former mayor of Marren arrested?",
        "What did ministers promise at the same time in parliament?",
        "Who saw both the mayor and the bishop leave?",
        "Why did voters choose trams instead of buses?",
        "Why does the IT department of the city want money?",
        "Are there wolves in the Lisk uplands?",
        "Putin Lukashenko talks",
        "What happened in 1953?",
        "みなと市場はいつ移転しますか",
        "who is the king of denmark",
        "what did dahlen say",
        "why did achterby say she resigned",
        "skarrow mine",
        "what is rage bait",
    ],
)
def test_a_question_that_names_its_subject_does_not_lean(question: str) -> None:
    assert not leans(question)


def test_a_leaning_question_takes_over_the_last_exchange_in_full() -> None:
    assert follow_up(" And when did it end? ", HISTORY) == FollowUp(
        "And when did it end?", (FIRST,), "It began on 2 April.", 1.0
    )
    asked = follow_up("And when did it end?", HISTORY)
    assert asked.context == f"{FIRST} It began on 2 April."
    assert asked.standalone == f"{FIRST} And when did it end?"


def test_a_question_that_shares_a_content_word_takes_over_half_and_reads_as_it_is() -> None:
    question = "Which unions supported the ferry crews in April?"
    asked = follow_up(question, HISTORY)
    assert (asked.share, asked.context) == (0.5, f"{FIRST} It began on 2 April.")
    assert asked.standalone == question
    of_reply = follow_up("Was the second week of April warmer?", HISTORY)
    assert of_reply.share == 0.5
    words_alone = conversation("Why did the strikes start?", "Over pay.")
    assert follow_up("Which striking crews returned first?", words_alone).share == 0.5


def test_a_change_of_subject_takes_nothing_over() -> None:
    question = "Which outlet reported the Skarrow mine licence first?"
    assert follow_up(question, HISTORY) == FollowUp(question, (), "", 0.0)
    assert follow_up(question, HISTORY).context == ""
    assert standalone_question(question, HISTORY) == question


def test_without_an_earlier_question_nothing_is_taken_over() -> None:
    for history in ([], [Message("assistant", "Hello.")], [Message("system", "Be brief.")]):
        assert follow_up("And when did it end?", history) == FollowUp("And when did it end?")
        assert standalone_question("Why?", history) == "Why?"


def test_questions_that_lean_in_turn_are_followed_back_to_their_subject() -> None:
    turns = conversation(
        "What did the abbey lose?",
        "Two panels.",
        "Who won the run-off for mayor of Marren?",
        "Osric Dahlen.",
        "And what had he done before?",
        "He drove a tram.",
    )
    asked = follow_up("How old is he?", turns)
    subject = ("Who won the run-off for mayor of Marren?", "And what had he done before?")
    assert (asked.earlier, asked.reply) == (subject, "He drove a tram.")
    assert asked.standalone == " ".join([*subject, "How old is he?"])


def test_at_most_three_questions_are_followed_back() -> None:
    turns = conversation("Who won in Marren?", "A.", "Why?", "B.", "When?", "C.", "How?", "D.")
    assert follow_up("And now?", turns).earlier == ("Why?", "When?", "How?")


def test_the_reply_counts_up_to_forty_words_and_without_markers() -> None:
    long = " ".join(f"word{number}" for number in range(REPLY_WORDS + 5))
    asked = follow_up("Why?", conversation(FIRST, f"One [1][2] two【3†source】 {long}"))
    assert asked.reply.split()[:3] == ["One", "two", "word0"]
    assert asked.reply.split()[-1] == "word37"
    assert len(asked.reply.split()) == REPLY_WORDS


def test_of_a_long_question_its_end_is_taken_over_and_it_does_not_lean_itself() -> None:
    pasted = "It said this. " * 60 + "Who wrote that?"
    assert not leans(pasted)
    (end,) = follow_up("And when?", conversation(pasted)).earlier
    assert end.endswith("It said this. Who wrote that?")
    assert pasted.endswith(f" {end}")
    assert MOST_CHARACTERS - 10 < len(end) < MOST_CHARACTERS
    unbroken = conversation("x" * 9_999, "y" * 9_999)
    assert len(follow_up("And when?", unbroken).standalone) == MOST_CHARACTERS + 10
    assert len(follow_up("And when?", unbroken).reply) == MOST_CHARACTERS


def test_a_declined_answer_is_not_taken_over() -> None:
    article = Article("a", "", "Wolves return to Lisk", "Wolves.")
    nearest = decline([Hit(Passage(1, "a", 1, 0, 7), article, 1.0, 1)]).text
    assert "Wolves return to Lisk" in nearest
    for reply in (NO_ANSWER, nearest, decline([]).text):
        assert follow_up("And now?", conversation(FIRST, reply)).context == FIRST


def test_an_answer_to_an_earlier_question_is_not_taken_for_one_to_the_last() -> None:
    interrupted = [*HISTORY, Message("user", "Who led the crews at Grevesand?")]
    asked = follow_up("And for how long?", interrupted)
    assert (asked.earlier, asked.reply) == (("Who led the crews at Grevesand?",), "")


def test_instructions_among_the_turns_are_passed_over() -> None:
    asked = follow_up("And when did it end?", [*HISTORY, Message("system", "Be brief.")])
    assert asked.reply == "It began on 2 April."


@given(
    st.text(max_size=60),
    st.lists(
        st.builds(Message, st.sampled_from(["user", "assistant", "system"]), st.text(max_size=60)),
        max_size=5,
    ),
)
def test_whatever_is_said_the_question_stays_last_and_whole(
    question: str, history: list[Message]
) -> None:
    asked = follow_up(question, history)
    assert asked.question == question.strip()
    assert asked.standalone.endswith(asked.question)
    assert asked.share in (0.0, 0.5, 1.0)
    assert asked.share > 0 or asked.context == ""
    assert len(asked.earlier) <= 3
    assert len(asked.reply.split()) <= REPLY_WORDS
