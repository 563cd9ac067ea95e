"""Follow-ups made whole by rules: what they take from the turn before, and new subjects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.questions.completion import Completed, completed_by
from rag.questions.followup import is_courtesy, without_courtesies
from rag.questions.rewriting import resolve_by_rules
from rag.records import Message
from tests.builders import no_facets

AS_OF = datetime(2031, 3, 9, tzinfo=UTC)
TOLL = "How many people died in the mill fire?"


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        # Those whom the question before counts give way to others.
        (TOLL, "And the injured?", "How many were injured in the mill fire?"),
        (TOLL, "and the missing", "How many are missing in the mill fire?"),
        ("What happened at Harl Weir?", "the injured?", "How many were injured at Harl Weir?"),
        (
            "Who was killed in the mill fire?",
            "And the injured?",
            "How many were injured in the mill fire?",
        ),
        (TOLL, "who were they?", "Who were the people who died in the mill fire?"),
        (
            "How many nurses were sacked at Tolbeck?",
            "Who were they?",
            "Who were the nurses sacked at Tolbeck?",
        ),
        # A thing is not done, what somebody does is.
        (
            "Is Orr Line buying the ferry?",
            "When will it be done?",
            "When will Orr Line buying the ferry be done?",
        ),
        # Of "xorrik bond" the name gives way, as no dictionary has it.
        ("what was xorrik bond", "what about lindak?", "What was lindak bond?"),
        # A name gives way to one of its kind.
        (
            "How does Oskel plan to stop the flood?",
            "What about Marsk?",
            "How does Marsk plan to stop the flood?",
        ),
        (
            "how does oskel plan to stop the flood",
            "what about marsk",
            "How does marsk plan to stop the flood?",
        ),
        ("How many sheep died in Oskel?", "and in Marsk?", "How many sheep died in Marsk?"),
        ("How did the mayor react?", "what about the bishop?", "How did the bishop react?"),
        ("How long was the first hearing?", "and the second?", "How long was the second hearing?"),
        ("Who won the 2020 run-off?", "And in 2016?", "Who won the 2016 run-off?"),
        (
            "What happened on the last Isbel voyage?",
            "what about the one before that?",
            "What happened on the Isbel voyage before the last one?",
        ),
        # A word alone asks for something else about the same.
        ("Did the mill burn down?", "why?", "Why did the mill burn down?"),
        ("When did the mill burn down?", "Why?", "Why did the mill burn down?"),
        ("Why did the mill burn down?", "when was that?", "When did the mill burn down?"),
        ("latest on the ferry strike", "how long?", "How long did the ferry strike last?"),
        ("latest on the ferry strike", "and the cost?", "What was the cost of the ferry strike?"),
        # Pronouns.
        (
            "Who is Jorun Teague?",
            "what did she say about the mine?",
            "What did Jorun Teague say about the mine?",
        ),
        ("who is jorun teague", "whose boat did she sink?", "Whose boat did jorun teague sink?"),
        (
            "Is the ferry strike over?",
            "How long did it last?",
            "How long did the ferry strike last?",
        ),
        (
            "When did the ferry strike at Grevesand begin?",
            "And when did it end?",
            "When did the ferry strike at Grevesand end?",
        ),
        (
            "Which unions joined the strike?",
            "why did they join?",
            "Why did the unions that joined the strike join?",
        ),
        ("Who is Jorun Teague?", "What is her job?", "What is Jorun Teague’s job?"),
        (
            "What happened to the Skarrow mine?",
            "who owns it?",
            "Who owns the Skarrow mine?",
        ),
        (
            "What happened at the mill?",
            "why did it happen?",
            "Why did it happen at the mill?",
        ),
        (
            "whats going on with the teachers in oskel",
            "what do they want",
            "What do the teachers in oskel want?",
        ),
        ("when is king harl coronation", "who will crown him", "Who will crown king harl?"),
        (
            "What happened to Ann Orr's visa?",
            "Why was she sent home?",
            "Why was Ann Orr sent home?",
        ),
        ("latest on the trial of ann orr", "what did she say", "What did ann orr say?"),
        ("who is ann orr", "what did she say about it?", "What did ann orr say?"),
        ("what happened to ann orrs son", "how old was he", "How old was ann orrs son?"),
        (
            "where did they find the wolf den in oskel",
            "and the first one?",
            "Where did they find the first wolf den in oskel?",
        ),
        # What it leaves out.
        (
            "What did the mayor say about the toll?",
            "what did the bishop say?",
            "What did the bishop say about the toll?",
        ),
        ("Did the old pope die?", "when's the funeral?", "When's the funeral of the old pope?"),
        ("Who died in Oskel?", "is the outbreak over?", "Is the outbreak in Oskel over?"),
        ("How many people are ill in Oskel?", "is the strike over", "Is the strike in Oskel over?"),
        (
            "What caused the outbreak in Oskel?",
            "is the outbreak over?",
            "Is the outbreak in Oskel over?",
        ),
        (
            "What happened at Harl Weir on Monday?",
            "why did they open the gates?",
            "Why did they open the gates at Harl Weir on Monday?",
        ),
        (
            "Has the tram opened?",
            "Is that good for shops?",
            "Is it good for shops if the tram has opened?",
        ),
    ],
)
def test_a_follow_up_is_made_whole(before: str, question: str, whole: str) -> None:
    completed = completed_by(question, before, "")
    assert completed
    assert replace(completed, sure=True) == Completed(whole)


@pytest.mark.parametrize(
    ("before", "reply", "question", "whole"),
    [
        (
            "who caught the fever in oskel",
            "A farmer caught the fever, the Vesk Health Department said.",
            "is he well now",
            "Is the one who caught the fever in oskel well now?",
        ),
        (
            "Who won the run-off?",
            "Osric Dahlen of the Labour League won it.",
            "how old is he?",
            "How old is Osric Dahlen?",
        ),
        (
            "Which ship hit the pier?",
            "The cargo ship Isbel hit it at dawn.",
            "had it crashed before?",
            "Had the cargo ship Isbel crashed before?",
        ),
        (
            "Who bought the club?",
            "The club’s fans bought it.",
            "How many of them paid?",
            "How many of the club’s fans paid?",
        ),
        (
            "What happened on Mill Lane?",
            "Police shot a 51-year-old Orrenby woman on Mill Lane on Monday.",
            "was she armed?",
            "Was the 51-year-old Orrenby woman armed?",
        ),
        (
            "What happened at the port?",
            "Police seized cocaine.",
            "what was it worth?",
            "About the port: what was it worth?",
        ),
        (
            "Who was elected mayor?",
            "Osric Dahlen was.",
            "when?",
            "When was Osric Dahlen elected mayor?",
        ),
    ],
)
def test_what_was_asked_for_is_named_by_the_answer(
    before: str, reply: str, question: str, whole: str
) -> None:
    completed = completed_by(question, before, reply)
    assert completed
    assert replace(completed, sure=True) == Completed(whole)


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (TOLL, "What about the ferry strike?", "Tell me about the ferry strike"),
        ("Who was elected mayor of Marren?", "and the tax leak?", "Tell me about the tax leak"),
    ],
)
def test_a_noun_of_another_kind_is_a_new_subject(before: str, question: str, whole: str) -> None:
    assert completed_by(question, before, "") == Completed(whole, anew=True)


@pytest.mark.parametrize(
    "question", ["港はいつ移転しますか", "Wann hat der Zoll die Tiere gefunden?"]
)
def test_a_question_in_another_language_is_left_as_it_is(question: str) -> None:
    assert completed_by(question, "Wie viele Wölfe sah der Förster?", "") is None


def test_where_no_rule_knows_how_there_is_nothing() -> None:
    assert completed_by("Why?", "Who resigned in Brell?", "") is None
    assert completed_by("What about the fire?", TOLL, "") is None
    assert completed_by("And?", TOLL, "") is None
    assert completed_by("And why?", "", "") is None


def turns(*texts: str) -> list[Message]:
    return [Message("assistant" if at % 2 else "user", text) for at, text in enumerate(texts)]


def test_a_thread_keeps_its_subject_until_another_is_named() -> None:
    history = turns(
        TOLL, "Nine died.", "What about the ferry strike?", "It is over.", "Thanks!", "Gladly."
    )
    last = resolve_by_rules("How long did it last?", history, AS_OF, no_facets())
    assert last.question == last.standalone == "How long did the ferry strike last?"
    assert (last.earlier, last.share, last.whole) == (
        ("Tell me about the ferry strike",),
        0.5,
        True,
    )
    anew = resolve_by_rules("What about the ferry strike?", history[:2], AS_OF, no_facets())
    assert (anew.question, anew.context, anew.share) == ("Tell me about the ferry strike", "", 0.0)


@pytest.mark.parametrize(
    ("question", "anew"),
    [
        ("latest on the ferry", True),
        ("any news on the mill?", False),
        ("latest on that", None),
        ("what happened to the ferry", False),
        ("what happened to the driver", None),
    ],
)
def test_news_of_a_story_stays_news_in_a_running_chat(question: str, anew: bool | None) -> None:
    made = completed_by(question, TOLL, "")
    whole = f"{question[0].upper()}{question[1:].rstrip('?')}?"
    assert (made and made.anew if made and made.question == whole else None) is anew


def test_courtesies_are_passed_over_with_what_was_replied() -> None:
    history = turns(TOLL, "Nine died.", "cheers, that was really useful", "You are welcome.")
    assert without_courtesies(history) == history[:2]
    thanked = resolve_by_rules("thank you!", history, AS_OF, no_facets())
    assert (thanked.question, thanked.context) == ("thank you!", "")
    injured = resolve_by_rules("and the injured?", history, AS_OF, no_facets())
    assert injured.question == "How many were injured in the mill fire?"


@pytest.mark.parametrize("turn", ["Thanks!", "cheers, really helpful", "good morning", "ok great"])
def test_thanks_and_greetings_are_courtesies(turn: str) -> None:
    assert is_courtesy(turn)


@pytest.mark.parametrize("turn", ["", "thanks, and the injured?", "ok, why?", "The ferry strike"])
def test_what_asks_is_no_courtesy(turn: str) -> None:
    assert not is_courtesy(turn)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_said_the_outcome_has_words(question: str, before: str, reply: str) -> None:
    made = completed_by(question, before, reply)
    assert made is None or any(map(str.isalnum, made.question))


@pytest.mark.parametrize(
    "asked", ["was the mill damaged", "did the roof fall?", "who found the boat?"]
)
def test_a_question_with_a_subject_of_its_own_stays_as_it_is_asked(asked: str) -> None:
    found = completed_by(asked, "Tell me about the ferry strike", "")
    assert found is not None
    assert (found.as_asked, found.sure) == (True, False)
    turns = [Message("user", "Tell me about the ferry strike"), Message("assistant", "It ended.")]
    made = resolve_by_rules(asked, turns, AS_OF, no_facets())
    assert (made.standalone, made.share, made.sure) == (asked, 0.5, False)
