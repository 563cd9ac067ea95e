"""What a sentence needs from those before it, and which are no reporting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.context import (
    antecedent,
    depends_on_context,
    is_background,
    is_continuation,
    is_fragment,
    is_teaser,
)
from rag.language.furniture import is_furniture


@pytest.mark.parametrize(
    "sentence",
    [
        "He left.",
        "It was sold in May.",
        "Her father, Bo Lind, left.",
        "The firm closed its mill.",
        "The 58-year-old was arrested.",
        "The pair met in May.",
        "Both were sold.",
        "This is the first ferry.",
        "But that was not all.",
        "So did Ann Orr.",
        "“He is glad,” she said.",
    ],
)
def test_a_sentence_depends_on_what_its_subject_stands_for(sentence: str) -> None:
    assert depends_on_context(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Ann Orr left.",
        "The mayor of Vesk left.",
        "The storm that hit Vesk killed five.",
        "The government said no.",
        "It is unclear whether he left.",
        "There was no ferry.",
        "In his speech, Orr said no.",
        "“We are glad,” Orr said.",
    ],
)
def test_a_sentence_with_a_subject_of_its_own_does_not(sentence: str) -> None:
    assert not depends_on_context(sentence)


@pytest.mark.parametrize(
    ("before", "sentence", "name"),
    [
        ("Ann Orr sold the ferry. ", "She left.", "Ann Orr"),
        ("Ann Orr is the mayor.\n\nOn Monday Orr met nobody in Vesk.\n\n", "She left.", "Ann Orr"),
        ("Mr. Bo Lind met Ms. Ann Orr in Vesk. ", "He left.", "Bo Lind"),
        ("Brell Line Inc. sold the ferry.\n\n", "The company closed its mill.", "Brell Line Inc."),
        ("Ann Orr and Bo Lind met. ", "The pair left.", "Ann Orr and Bo Lind"),
        ("The mayor met Ann Orr. ", "He left.", None),
        ("Ms. Ann Orr sold the ferry. ", "He left.", None),
        ("It rained. ", "He left.", None),
        ("Ann Orr sold it.\n\nIt rained.\n\nIt snowed.\n\n", "She left.", None),
        ("", "She left.", None),
        ("Ann Orr sold the ferry. ", "Bo Lind left.", None),
        ("Bo Lind, a clerk, sold the ferry. ", "The mayor left.", None),
        ("Bo Lind became mayor in May. Lind sold the ferry. ", "The mayor left.", "Bo Lind"),
        ("Bo Lind died.\n\nDov Orr lived.\n\n", "“He was 71,” said his son, Al Lind.", "Bo Lind"),
    ],
)
def test_the_subject_stands_for_the_name_before_it_or_nobody(
    before: str, sentence: str, name: str | None
) -> None:
    text = before + sentence
    assert antecedent(text, len(before), len(text)) == name


@pytest.mark.parametrize(
    ("sentence", "fragment"),
    [
        ("So did Ann Orr.", True),
        ("Not so fast.", True),
        ("He did.", True),
        ("A mess.", True),
        ("Here’s what we know.", True),
        ("The mill burnt.", False),
        ("Call 911.", False),
        ("Ann Orr said so in May.", False),
    ],
)
def test_a_fragment_has_no_verb_or_says_nothing(sentence: str, fragment: bool) -> None:
    assert is_fragment(sentence) is fragment


@pytest.mark.parametrize(
    "sentence",
    [
        "A man walks past a ferry in Vesk on March 3, 2031.",
        "Ann Orr/Getty Images",
        "02:57 - Source: CNN",
        "Pictured: the ferry",
        "Reach Bo Lind on X at @bolind.",
        "Follow Bo Lind on Twitter",
        "This story was updated to add a comment.",
        "Contributing: Ann Orr",
        "Related: Ferry sold",
        "Click here to sign up.",
        "Read more about it here.",
        "Bo Lind and Ann Orr contributed to this report.",
        "On Monday’s episode of The Ferry podcast: the mayor speaks.",
        "For the latest news, view our live updates.",
        "Play the Courier’s daily crossword puzzle.",
        "Follow live as crews free the barge.",
        "",
        "FOR IMMEDIATE RELEASE: June 3, 2031",
        "CONTACT: Ann Orr, 555-0100, ann@orr.example",
        "Phone: +44 20 7946 0000",
        "For further details contact the press office of the harbour.",
    ],
)
def test_what_surrounds_the_reporting_is_furniture(sentence: str) -> None:
    assert is_furniture(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "This story is about a ferry.",
        "The ferry was seen on March 3, 2031.",
        "The law takes effect on Jan. 1, 2034.",
        "Watch what you say, Orr said.",
        "Play the ball and not the man, Orr told the boys before the match began, and they did so.",
        "He follows Orr on Twitter.",
        "Follow the money, Orr said.",
        "Orr reads the news on Facebook.",
        "Contact with the ferry was lost at noon.",
        "Phone companies raised their prices by 300 crowns.",
        "Contacts: Orr said that there were none.",
    ],
)
def test_reporting_is_no_furniture(sentence: str) -> None:
    assert not is_furniture(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Here's a look at how the law has played out since the strike.",
        "As the mill prepares to open, here’s what to know about the vote.",
        "Here is a list of the bridges that closed.",
        "Here are the latest figures on the flood:",
        "Here’s where the outbreak has left people ill.",
        "Courier correspondent Ann Orr fills us in.",
        "The mill issued the following response to The Courier.",
        "Correction: This story was updated to say which mill burnt.",
        "AI-assisted summary The mill burnt.",
        "MoreJudges complain about the mill",
        "That's not all.",
    ],
)
def test_what_only_announces_is_a_teaser(sentence: str) -> None:
    assert is_teaser(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Here the mill burnt in 1903.",
        "Here's what happened: the mill burnt and two people died.",
        "“Here’s a look at my mill,” Orr said as she opened the door.",
        "Orr said here is what she wants, and left.",
        "Correction: An earlier version gave the wrong toll; nine people died.",
        "Update: nine people died.",
        "Correction: This story was updated to say that the mill has not burnt.",
        "Moreover, the mill burnt.",
        "Readers of the paper left.",
        "The ministry issued a statement on the mill.",
    ],
)
def test_what_says_something_is_no_teaser(sentence: str) -> None:
    assert not is_teaser(sentence)


def test_a_very_long_text_is_no_teaser() -> None:
    assert not is_teaser("Here is what " + "a, " * 20_000)
    assert not is_teaser("x, " * 20_000 + "here is what")


@pytest.mark.parametrize(
    ("sentence", "continues", "background"),
    [
        ("But the mill burnt.", True, False),
        ("“And the mill burnt,” Orr said.", True, False),
        ("Plus, the mill burnt.", True, False),
        ("Meanwhile, the mill had burnt two years earlier.", True, True),
        ("Andrew Orr left.", False, False),
        ("Orr left, but the mill burnt.", False, False),
        ("The mill initially refused.", False, True),
        ("Orr, who won last year, left.", False, True),
        ("The mill stood for decades.", False, True),
        ("Orr won the vote last night.", False, False),
    ],
)
def test_how_a_sentence_stands_to_what_is_reported(
    sentence: str, continues: bool, background: bool
) -> None:
    assert (is_continuation(sentence), is_background(sentence)) == (continues, background)


@given(st.text(alphabet="Ann Orr she The.\n“”’'", max_size=60), st.integers(0, 60))
def test_odd_text_names_nobody_or_words_of_its_own(text: str, start: int) -> None:
    depends_on_context(text)
    is_fragment(text)
    is_furniture(text)
    found = antecedent(text, start, len(text))
    assert found is None or all(word in text for word in found.split())
