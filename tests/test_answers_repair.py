"""What becomes of a reply that does not hold: asked for again, cut back, or given up."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answers import repair
from rag.answers.prompts import NO_ANSWER, Fault
from rag.answers.repair import BROKEN_OFF, LEFT_OUT, MENDED, Again, Repaired, declines, faults_of
from rag.errors import ProviderError
from rag.llms import Reply
from rag.records import Hit, Passage, Usage
from rag.verification.citing import FAILING, Cited, cite
from tests.builders import article

FERRY = article("The ferry Osprey sank off Brell. Five sailors were saved.", "courier.example/1")
MILL = article("The old mill burnt on Tuesday, killing 41 people.", "courier.example/2")
HITS = tuple(
    Hit(Passage(rank, one.id, 1, 0, len(one.text)), one, 1.0, rank)
    for rank, one in enumerate((FERRY, MILL), start=1)
)
GOOD = "The ferry Osprey sank off Brell [1]."
BAD = "The mill burnt, killing 47 people [2]."
RIGHT = BAD.replace("47", "41")
MADE_UP = "A whale swam to Sweden [7]."


class Model:
    """Replies once, and remembers what it was told."""

    def __init__(self, reply: str | Exception) -> None:
        self.reply = reply
        self.told: list[Sequence[Fault]] = []

    def __call__(self, faults: Sequence[Fault]) -> Reply:
        self.told.append(faults)
        if isinstance(self.reply, Exception):
            raise self.reply
        return Reply(self.reply, Usage(9, 4))


def mend(reply: str, hits: Sequence[Hit], again: Again | None, used: int = 9) -> Repaired:
    def bind(text: str, reserved: Collection[int] = ()) -> Cited:
        return cite(text, hits, reserved=reserved)

    return repair.mend(Reply(reply, Usage(0, used)), bind, again, limit=10)


def bind(text: str, reserved: Collection[int] = ()) -> Cited:
    return cite(text, HITS, reserved=reserved)


def outcome(mended: Repaired) -> tuple[str, tuple[str, ...]]:
    return mended.cited.text, mended.notes


def test_a_reply_that_holds_is_left_alone_and_nobody_is_asked_again() -> None:
    model = Model("")
    assert outcome(mend(GOOD, HITS, model)) == (GOOD, ())
    assert model.told == []


def test_the_sentences_at_fault_are_named_as_the_model_wrote_them() -> None:
    right = BAD.replace("47", "41")
    model = Model(f"1. {right}")
    mended = mend(f"{GOOD} {BAD}", HITS, model)
    ((fault,),) = model.told
    assert (fault.sentence, fault.start, fault.end) == (BAD, len(GOOD) + 1, len(GOOD) + 39)
    assert fault.reasons == ("the article says 41, not 47",)
    assert outcome(mended) == (f"{GOOD} {right}", (MENDED,))


def test_idle_words_beside_what_holds_are_left_out_without_asking_again() -> None:
    model = Model(GOOD)
    text, notes = outcome(mend(f"Here you are: {GOOD} Hope it helps!", HITS, model))
    assert (text, model.told) == (f"Here you are: {GOOD}", [])
    assert "“Hope it helps!”" in notes[0]


def test_without_a_second_chance_what_fails_is_left_out_and_named() -> None:
    text, notes = outcome(mend(f"{BAD} {GOOD}", HITS, None))
    assert text == GOOD
    assert notes == (
        "Left out of the language model's answer, as the articles do not bear it out: "
        "“The mill burnt, killing 47 people.” (the article says 41, not 47).",
    )


@pytest.mark.parametrize(
    ("second", "text"),
    [
        (ProviderError("gone"), GOOD),
        ("Pears are green.", GOOD),
        (NO_ANSWER, GOOD),
        (f"{GOOD} Five sailors were saved [1]. {BAD}", f"{GOOD} Five sailors were saved [2]."),
    ],
)
def test_a_second_reply_that_does_not_hold_either_leaves_the_better_of_the_two(
    second: str | Exception, text: str
) -> None:
    mended = mend(f"{GOOD} {BAD}", HITS, Model(second))
    assert mended.cited.text == text
    assert mended.notes[-1].startswith(LEFT_OUT)
    assert (MENDED in mended.notes) is (text != GOOD)


@pytest.mark.parametrize(
    ("second", "text", "left_out"),
    [
        (f"1. {RIGHT}\n2. leave out", f"{RIGHT} {GOOD}".replace("[1]", "[2]"), ["swam"]),
        (f"2. Leave it out.\n1. {RIGHT}", f"{RIGHT} {GOOD}".replace("[1]", "[2]"), ["swam"]),
        (f"1) {RIGHT}", f"{RIGHT} {GOOD}".replace("[1]", "[2]"), ["swam"]),
        (f"{RIGHT} {GOOD}", f"{RIGHT} {GOOD}".replace("[1]", "[2]"), []),
        (f"1. {BAD}\n2. {NO_ANSWER}", GOOD, ["47", "swam"]),
        (f"1. {RIGHT}\n2. Cats [2].", f"{RIGHT} {GOOD}".replace("[1]", "[2]"), ["Cats"]),
    ],
)
def test_each_sentence_gets_its_own_in_its_place_and_what_is_given_up_is_named(
    second: str, text: str, left_out: list[str]
) -> None:
    mended = mend(f"{BAD} {GOOD} {MADE_UP}", HITS, Model(second))
    assert mended.cited.text == text.replace("people [2]", "people [1]")
    noted = " ".join(note for note in mended.notes if note.startswith(LEFT_OUT))
    assert noted.count("” (") == len(left_out)
    assert all(words in noted for words in left_out)


@pytest.mark.parametrize("second", [ProviderError("gone"), "Pears are green.", BAD, ""])
def test_where_nothing_holds_nothing_is_left(second: str | Exception) -> None:
    mended = mend(BAD, HITS, Model(second))
    assert (mended.cited.claims, mended.cited.citations, mended.declined) == ((), (), False)


def test_a_model_that_declines_has_answered() -> None:
    assert mend(NO_ANSWER, HITS, Model("")).declined
    second = mend(BAD, HITS, Model(NO_ANSWER))
    assert (second.declined, second.cited.text) == (True, NO_ANSWER)


@pytest.mark.parametrize(
    ("text", "says_nothing"),
    [
        (NO_ANSWER, True),
        ("The passages do not mention who won.", True),
        ("The archive doesn't say. None of the articles gives no cause.", True),
        ("The articles provided hold nothing about pears.", True),
        ("This is not stated in the passages.", True),
        ("The passages do not mention who won [1].", True),
        ("The passages do not say. The ferry sank.", False),
        ("No ship may pass, says the treaty.", False),
        ("", False),
    ],
)
def test_declining_is_known_in_a_models_own_words(text: str, says_nothing: bool) -> None:
    assert declines(cite(text, ())) is says_nothing


def test_a_sentence_about_what_is_not_told_may_stand_beside_what_is() -> None:
    text = f"{GOOD} The passages do not say why."
    assert outcome(mend(text, HITS, None)) == (text, ())


def test_numbers_that_lead_nowhere_stay_listed_and_are_nobodys() -> None:
    mended = mend(f"{MADE_UP} {GOOD}", HITS, None)
    assert (mended.cited.text, mended.cited.unresolved) == (GOOD, (7,))
    one = mend("A whale swam to Sweden [4][1]. Five sailors were saved [1].", HITS, None).cited
    assert (one.text, one.unresolved) == ("Five sailors were saved [1].", (4,))


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        (f"{GOOD} Five sailors were sav", GOOD),
        (f"{GOOD} The mill burnt on Tuesday, killing 41 people [2]", "both"),
        (f"{GOOD} Five sailors were saved.", f"{GOOD} Five sailors were saved. [2]"),
        ("The ferry Osprey sank off Brell [1]", "The ferry Osprey sank off Brell [1]"),
        (f"- {GOOD}\n- {BAD}\n", f"- {GOOD}"),
    ],
)
def test_a_last_sentence_that_is_broken_off_is_left_out(reply: str, left: str) -> None:
    mended = mend(reply, HITS, None)
    assert mended.cited.text.strip() == (reply if left == "both" else left)
    assert (BROKEN_OFF in mended.notes) is ("were sav" in reply and "saved" not in reply)


def test_an_only_sentence_is_broken_off_where_the_reply_has_all_its_tokens() -> None:
    short = "Five sailors were saved"
    assert outcome(mend(short, HITS, None)) == (f"{short} [1]", ())
    cut = mend(short, HITS, None, used=10)
    assert (cut.cited.text, cut.notes) == ("", (BROKEN_OFF,))
    assert outcome(mend(GOOD, HITS, None, used=10)) == (GOOD, ())


def test_what_was_said_before_is_not_said_again() -> None:
    again = f"{GOOD} Five sailors were saved [1]. {GOOD.upper()} {GOOD}"
    text = f"{GOOD} Five sailors were saved [2]."
    assert outcome(mend(again, HITS, None)) == (text, ())


def test_many_sentences_that_are_left_out_are_not_all_named() -> None:
    text = " ".join(f"The mill burnt, killing {n} people [2]." for n in range(51, 56))
    (note,) = mend(f"{GOOD} {text}", HITS, None).notes
    assert note.count("“") == 3
    assert note.endswith(" and 2 more.")


@given(st.lists(st.sampled_from([GOOD, BAD, MADE_UP, NO_ANSWER, "Five", "- ", "\n\n", "1. "])))
def test_whatever_is_left_holds(parts: list[str]) -> None:
    mended = mend(" ".join(parts), HITS, None)
    assert [
        claim for claim in mended.cited.claims if claim.citations and claim.verdict in FAILING
    ] == []
    known = {citation.number for citation in mended.cited.citations}
    assert known.isdisjoint(mended.cited.unresolved)
    assert all(f"[{number}]" in mended.cited.text for number in known)


def test_faults_stand_where_they_say() -> None:
    text = f"So: {BAD}\n{GOOD}"
    assert all(
        text[f.start : f.end].strip() == f.sentence for f in faults_of(text, cite(text, HITS))
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{GOOD} Pay rises by 6.", GOOD),
        (f"{GOOD} Five sailors were sav", GOOD),
        (f"{GOOD} Five sailors were saved.", f"{GOOD} Five sailors were saved. [2]"),
        (f"{GOOD} The captain was J.", GOOD),
        (f"{GOOD} [", GOOD),
        (f"{GOOD} Five sailors were saved. [1", f"{GOOD} Five sailors were saved. [2]"),
    ],
)
def test_a_reply_out_of_tokens_loses_its_unfinished_last_sentence(text: str, left: str) -> None:
    mended = repair.mend(Reply(text, finish="length"), bind, None, limit=10)
    assert mended.cited.text == left
    cut = repair.CUT_AT_LIMIT.format(limit=10)
    assert (cut in mended.notes) is (left == GOOD or text.endswith("[1"))


def test_a_reply_that_ended_by_itself_is_never_broken_off() -> None:
    whole = Reply(f"{GOOD} Five sailors were saved", Usage(0, 99), finish="stop")
    mended = repair.mend(whole, bind, None, limit=10)
    assert (mended.cited.text, mended.notes) == (f"{GOOD} Five sailors were saved [2]", ())
    filtered = repair.mend(Reply("Five were sav", finish="filtered"), bind, None, limit=10)
    assert filtered.notes == (repair.FILTERED,)


def test_what_a_server_did_is_said_before_all_else() -> None:
    read = "The server read only a part."
    assert repair.mend(Reply(GOOD, notes=(read,)), bind, None, 99).notes == (read,)


def test_a_refusal_cites_nothing_and_one_that_goes_on_is_a_partial_answer() -> None:
    refused = mend("None of the passages mention a whale [2].", HITS, None)
    assert refused.declined
    assert (refused.cited.text, refused.cited.citations) == (
        "None of the passages mention a whale.",
        (),
    )
    partial = mend(f"The passages do not say why. However, {GOOD}", HITS, None)
    assert not partial.declined
    assert partial.cited.text == f"The passages do not say why. However, {GOOD}"
    assert [claim.citations for claim in partial.cited.claims] == [(1,)]
    chatty = mend("The passages do not say why. You could ask the harbour master.", HITS, None)
    assert (chatty.declined, chatty.cited.text) == (True, "The passages do not say why.")
