"""What a chat model is asked to split, against a golden file, and what its reply is worth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ProviderError
from rag.llms import ScriptedModel
from rag.questions.splitting import MOST_WORDS, split, split_messages, split_questions
from rag.questions.sub_queries import split_needs
from rag.records import Filters, Understood
from tests.golden_files import matches_golden

ASKED = "Did the Courier or Radio North put the damage at Tolbeck at 3 million?"
COURIER = "Did the Courier put the damage at Tolbeck at 3 million?"
RADIO = "Did Radio North put the damage at Tolbeck at 3 million?"


def test_the_messages_read_as_in_the_golden_file() -> None:
    assert matches_golden("split_messages", split_messages(f" {ASKED}\n"))


@pytest.mark.parametrize(
    "reply",
    [
        f"{COURIER}\n{RADIO}",
        f"\n- {COURIER}\n\n- {RADIO}\n",
        f"1. {COURIER}\n2. {RADIO}",
        f"<think>Two?\nYes?</think>\n{COURIER}\n{RADIO}",
    ],
)
def test_one_question_a_line_is_used(reply: str) -> None:
    assert split_questions(reply, ASKED) == (COURIER, RADIO)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        ASKED,
        f"{COURIER} {RADIO}",
        f"Here they are:\n{COURIER}\n{RADIO}",
        f"{COURIER}\n{COURIER.upper()}",
        f"{COURIER}\n{RADIO}\nIt was 3 million.",
        f"{COURIER}\nDid Radio North put the damage at Marsk at 3 million?\n{RADIO}",
        f"{COURIER}\nDid Radio North put the damage at Tolbeck at 4 million?",
        f"{COURIER}\nDid the Courier say more?",
        "\n".join(f"{'Why ' * n}did {COURIER}" for n in range(5)) + f"\n{RADIO}",
        f"{COURIER}\n{'So ' * MOST_WORDS}{RADIO}",
        f"<think>{COURIER}\n{RADIO}",
    ],
)
def test_any_other_reply_leaves_the_question_to_the_rules(reply: str) -> None:
    assert split_questions(reply, ASKED) == ()


def test_a_model_splits_and_one_that_fails_does_not() -> None:
    model = ScriptedModel(f"{COURIER}\n{RADIO}", ProviderError("gone"))
    assert split(ASKED, model) == (COURIER, RADIO)
    assert split(ASKED, model) == ()


def test_a_question_that_joins_nothing_costs_no_call() -> None:
    model = ScriptedModel()
    assert split("When did the mill at Osk burn?", model) == ()
    assert model.asked == []


def test_each_question_is_searched_for_with_what_its_own_words_ask() -> None:
    courier = Filters(publishers=("Courier",))
    radio = Filters(publishers=("Radio North",))
    may = Filters(published_from=datetime(2031, 5, 1, tzinfo=UTC))
    understood = (
        Understood("the Courier", 4, 15, "", courier, True),
        Understood("Radio North", 19, 30, "", radio, True),
        Understood("in May", 0, 6, "", may, True),
    )
    first, second = split_needs(ASKED, understood, given=(COURIER, RADIO))
    assert (first.query, first.filters.publishers) == (COURIER, ("Courier",))
    assert (second.query, second.filters.publishers) == (RADIO, ("Radio North",))
    assert first.filters.published_from == second.filters.published_from == may.published_from
    (whole,) = split_needs(ASKED, understood, given=(ASKED,))
    assert (whole.query, whole.filters.publishers) == (ASKED, ("Courier", "Radio North"))


@given(st.text(alphabet="AB 3?\n-1.<think>/", max_size=60))
def test_whatever_is_replied_it_is_no_split_or_one_into_two_to_four(reply: str) -> None:
    parts = split_questions(reply, "A or B?")
    assert parts == () or 2 <= len(parts) <= 4
    assert all(part.endswith("?") for part in parts)
