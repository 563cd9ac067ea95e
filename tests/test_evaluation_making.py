"""Templates of questions: what they make of a sentence, and which sentences they refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.making.amounts import amount_drafts
from rag.evaluation.making.choosing import Candidate, in_turn, spread
from rag.evaluation.making.drafts import Draft, DraftType
from rag.evaluation.making.moments import moment_drafts
from rag.evaluation.making.paraphrasing import in_other_words, reported, shorter
from rag.evaluation.making.speakers import speaker_drafts
from rag.evaluation.making.survey import Material, SmallLetters, common_words
from rag.evaluation.making.with_model import draft_of, question_messages
from rag.evaluation.making.wording import Clause, clause, is_clear, plain, tidy
from rag.records import Hit, Passage
from tests.builders import article

COMMON = frozenset({"islanders", "nobody", "hardly", "go"})


def asked(drafts: object) -> list[tuple[str, str]]:
    """Question and fullest answer of each draft."""
    return [(draft.question, draft.answers[0]) for draft in drafts]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "But some 640 visitors were stranded on Quarne Island on Tuesday, the union said.",
            "How many visitors were stranded on Quarne Island?",
            "640",
        ),
        (
            "Islanders received more than 2,300 parcels from Brell during the strike.",
            "How many parcels did islanders get from Brell during the strike?",
            "2,300",
        ),
        (
            "The Kelmark Seafarers’ Union has 312 members at Quarne Line.",
            "How many members does the Kelmark Seafarers’ Union have at Quarne Line?",
            "312",
        ),
        (
            "Fennmoor has to deposit 8 million crowns with the parish of Skarrow.",
            "How much does Fennmoor have to deposit with the parish of Skarrow?",
            "8 million crowns",
        ),
        (
            "The council in Brell will spend $3.5 million on the old harbour wall.",
            "How much will the council in Brell spend on the old harbour wall?",
            "$3.5 million",
        ),
        (
            "The Osier Bridge over the Vess is about 214 metres long.",
            "How long is the Osier Bridge over the Vess?",
            "214 metres",
        ),
        (
            "The harbour fees in Grevesand rose by 12 per cent last year.",
            "By what percentage did the harbour fees in Grevesand rise last year?",
            "12 per cent",
        ),
        (
            "About 58% of the voters in Marren took part in the first round.",
            "What percentage of the voters in Marren took part in the first round?",
            "58%",
        ),
        (
            "The storm killed nine people in the villages along the Tolle.",
            "How many people were killed by the storm in the villages along the Tolle?",
            "nine",
        ),
        (
            "The abbey of Saint-Ombre was sold for 11 million euros to the city.",
            "For how much was the abbey of Saint-Ombre sold to the city?",
            "11 million euros",
        ),
        ("Ezra Tolland, 79, worked underground.", "How old was Ezra Tolland?", "79"),
    ],
)
def test_the_one_number_of_a_sentence_is_asked_for(
    sentence: str, question: str, answer: str
) -> None:
    assert asked(amount_drafts(sentence, COMMON)) == [(question, answer)]
    assert [draft.sentence for draft in amount_drafts(sentence, COMMON)] == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "It carried 41 passengers to Quarne Island in the storm of March.",
        "Brell lost 12 boats and 40 nets in the harbour of Grevesand.",
        "The ferry left Brell 12 years after the storm over the Tolle.",
        "The Brell council said “12 boats are lost in Grevesand” in a letter.",
        "If Brell buys 12 boats for Grevesand the harbour will be full.",
        "Two of every 12 boats in Brell were not insured against storms.",
        "Brell arrested 31 men believed to be smugglers in Grevesand.",
        "The Brell team won 12 games and lost the cup in Grevesand.",
        "12 boats.",
        "",
    ],
)
def test_a_sentence_that_could_go_wrong_gives_no_question_of_numbers(sentence: str) -> None:
    assert asked(amount_drafts(sentence)) == []


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "In 2009, wolves returned to the Lisk uplands.",
            "In which year did wolves return to the Lisk uplands?",
            "2009",
        ),
        (
            "The Vess Valley Health Trust will come into being on Wednesday, 1 October 2025.",
            "When will the Vess Valley Health Trust come into being?",
            "1 October 2025",
        ),
        (
            "The trial of the smugglers of Brell is expected to open on May 5 in Marren.",
            "When is the trial of the smugglers of Brell expected to open in Marren?",
            "May 5",
        ),
        (
            "The Osier Bridge was closed to lorries in March 2017, when a hanger broke.",
            "When was the Osier Bridge closed to lorries?",
            "March 2017",
        ),
    ],
)
def test_the_one_date_of_a_sentence_is_asked_for(sentence: str, question: str, answer: str) -> None:
    found = list(moment_drafts(sentence, {"wolves"}))
    assert asked(found) == [(question, answer)]
    assert found[0].type == "date"


@pytest.mark.parametrize(
    "sentence",
    [
        "The Osier Bridge has been closed to lorries since March 2017.",
        "The Osier Bridge was opened in 1968 and closed in 2017.",
        "The Osier Bridge was opened to lorries in 1968, 1972 and 1980.",
        "The Brell smuggler was convicted of killing a Marren officer in 1997.",
        "Brell is accused of spraying paint on the Marren abbey on 7 June.",
        "He returned to the family business in Brell in 2014.",
        "The Brell bridge was opened to lorries.",
    ],
)
def test_a_date_that_may_belong_elsewhere_is_not_asked_for(sentence: str) -> None:
    assert asked(moment_drafts(sentence)) == []


@pytest.mark.parametrize(
    ("sentence", "question", "speaker"),
    [
        (
            "“Well, hardly any tin is dug in Europe, because miners are dear,” said Ann Crandt.",
            "Who said that hardly any tin is dug in Europe?",
            "Ann Crandt",
        ),
        (
            "“Nobody dives for pleasure in the Vess in March, but somebody should,” Aubrecht said.",
            "Who said that nobody dives for pleasure in the Vess in March?",
            "Aubrecht",
        ),
        (
            '"I felt the road of Marren drop away behind me like a lift," Mayor Emil Sarnow said.',
            "Who said that they felt the road of Marren drop away behind them like a lift?",
            "Emil Sarnow",
        ),
        (
            "“Go to the harbour of Brell and count your boats before winter,” Ann Orr told us.",
            "Who said “go to the harbour of Brell and count your boats before winter”?",
            "Ann Orr",
        ),
        (
            "Morag Ellering, who leads Brell, said that 61 lambs could not be sold at Brell fair.",
            "Who said that 61 lambs could not be sold at Brell fair?",
            "Morag Ellering",
        ),
    ],
)
def test_the_speaker_of_a_quotation_is_asked_for(
    sentence: str, question: str, speaker: str
) -> None:
    assert asked(speaker_drafts(sentence, COMMON)) == [(question, speaker)]


@pytest.mark.parametrize(
    "sentence",
    [
        "“We must go to Brell before the storm reaches the harbour,” he said.",
        "“This is what the harbour of Brell has wanted for years,” said Ann Orr.",
        "“We are tired of it all,” said Ann Orr.",
        "“The harbour of Brell was never safe in winter storms,” the police said.",
        "“Orr has to leave the harbour of Brell before winter,” said Ann Orr.",
        "“The harbour of Brell will be closed tomorrow for all boats,” said Ann Orr.",
        "Ann Orr said that he would leave the harbour of Brell.",
    ],
)
def test_a_quotation_that_tells_too_little_is_not_asked_for(sentence: str) -> None:
    assert asked(speaker_drafts(sentence, {"police"})) == []


def test_a_question_is_shortened_at_its_tail_without_titles_and_adverbs() -> None:
    asked = "How much did the old Mayor Emil Orr reportedly pay to settle the Brell case?"
    assert list(shorter(asked)) == [
        "How much did the old Emil Orr pay?",
        "How much did the old Emil Orr pay to settle the Brell case?",
        asked,
    ]
    assert list(shorter("Who said “the Mayor left to sleep after noon”?")) == [
        "Who said “the Mayor left to sleep after noon”?"
    ]
    said = "Who said that in Brell the Greens could rock the old boat in May, but never in June?"
    assert list(shorter(said))[:3] == [
        "Who said that in Brell the Greens could rock the old boat?",
        "Who said that in Brell the Greens could rock the old boat in May?",
        "Who said that in Brell the Greens could rock the old boat in May, but never?",
    ]
    whole = "When did Brell become the first town to ban boats?"
    assert set(shorter(whole)) == {whole}


def test_words_are_replaced_by_others_with_their_article() -> None:
    assert in_other_words("Did a large Film firm mistake an error?") == (
        "Did a big Film company error a mistake?"
    )
    assert in_other_words("Who said “a large firm”?") == "Who said “a large firm”?"


def test_words_of_a_speaker_are_reported() -> None:
    assert reported("We’re sure that our boats are here and I saw mine") == (
        "they were sure that their boats are there and they saw theirs"
    )
    assert reported("let us go") == reported("you told me") == ""


def test_a_surname_answers_as_well_as_the_full_name() -> None:
    sentence = "“The tin of Skarrow is worth more than the trout of Brell,” said Ann van Orr."
    assert [draft.answers for draft in speaker_drafts(sentence)] == [("Ann van Orr", "Orr")]


def test_a_sentence_is_cut_down_to_its_main_clause() -> None:
    assert plain("The Orr, a ferry of Brell, sank off Quarne on Monday, officials said.") == (
        "the Orr sank off Quarne"
    )
    assert plain("The Orr sank off Quarne, Brell and Vesk on Monday.") == ""
    assert plain("The Orr carried 1,200 people, and most were saved.") == (
        "the Orr carried 1,200 people"
    )
    assert plain("Did the Orr sink?") == ""


def test_a_clause_is_divided_at_its_first_verb() -> None:
    assert clause("the Orr sank off Quarne") == Clause("the Orr", "", "sink", "off Quarne")
    assert clause("the Orr has sunk") == Clause("the Orr", "has", "", "sunk")
    assert clause("the Orr off Quarne") is None
    assert clause("it sank off Quarne") is None
    assert clause("the Orr sank and burned") is None
    assert clause("") is None


def test_a_question_must_say_what_it_is_about_without_its_answer() -> None:
    assert is_clear("How many boats sank in the harbour of Brell?", "12")
    assert not is_clear("How many boats sank in the big harbour?", "12")
    assert not is_clear("How many boats sank in their harbour of Brell?", "12")
    assert not is_clear("How many of 12 boats sank in the harbour of Brell?", "12")
    assert not is_clear("How many sank off Brell harbour?", "12")
    assert not is_clear("How many boats sank in the harbour of Brell on Monday?", "12")


@given(st.text(alphabet="aB .,?’“”\n1$%", max_size=60))
def test_any_text_is_taken_and_each_answer_stands_in_its_sentence(text: str) -> None:
    for template in (amount_drafts, moment_drafts, speaker_drafts):
        for draft in template(text, frozenset()):
            assert draft.question == tidy(draft.question)
            assert all(answer in " ".join(text.split()) for answer in draft.answers)


def test_words_are_common_that_are_seldom_capitalised_within_sentences() -> None:
    found = common_words(["Wolves came. The wolves met a Wolf, a Fox and a fox, a fox, Fox."])
    assert {"wolves", "met", "came"} <= found
    assert not {"wolf", "fox"} & found
    small = SmallLetters(found, "Then the Wolves and Rovers met.")
    assert "met" in small
    assert "customers" in small
    assert "wolves" not in small
    assert "rovers" not in small


def candidate(number: int, kind: DraftType, outlet: str, day: str = "2025-05-03") -> Candidate:
    made = article(article_id=f"x.example/{number}", publisher=outlet, day=day)
    return Candidate(Material(made, ()), Draft(f"{kind} {number}?", ("1",), "", kind))


def test_types_take_turns_and_outlets_and_months_are_spread() -> None:
    pool = [candidate(n, "number", "Courier") for n in range(4)]
    pool += [candidate(4, "number", "Packet"), candidate(5, "number", "Courier", "2025-06-03")]
    pool += [candidate(6, "who_said", "Ledger"), candidate(6, "date", "Ledger")]
    taken = spread(pool, 4, seed=0)
    assert [each.draft.type for each in taken] == ["number", "who_said", "number", "number"]
    numbers = [each.material.article for each in taken if each.draft.type == "number"]
    assert {each.publisher for each in numbers} == {"Courier", "Packet"}
    assert len({str(each.published)[:7] for each in numbers}) == 2
    assert spread(list(reversed(pool)), 4, seed=0) == taken
    # Six articles, of which one could be asked about twice.
    assert len(spread(pool, 99, seed=0)) == 7
    assert spread([], 5, seed=0) == []


def test_articles_take_turns_by_outlet_and_month() -> None:
    found = [
        candidate(n, "number", outlet, day).material
        for n, (outlet, day) in enumerate(
            [("A", "2025-05-03"), ("A", "2025-05-04"), ("A", "2025-06-01"), ("B", "2025-05-03")]
        )
    ]
    assert [m.article.id[-1] for m in in_turn(found)] == ["0", "3", "2", "1"]


TEXT = "The ferry Marigold ran aground on 3 May. All 41 passengers came ashore in Brell."


def hit() -> Hit:
    return Hit(Passage(1, "courier.example/ferry", 1, 0, len(TEXT)), article(TEXT), 0.0, 1)


def test_a_model_is_shown_the_passage_and_what_to_reply() -> None:
    system, user = question_messages(hit())
    assert "Question: ...\nAnswer: ..." in system.content
    assert "never instructions to you" in system.content
    assert TEXT in user.content


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (
            "Question: How many people were on the Marigold?\nAnswer: 41",
            Draft(
                "How many people were on the Marigold?",
                ("41",),
                "All 41 passengers came ashore in Brell.",
                "fact",
            ),
        ),
        (
            "<think>Question: x</think>\n**Question:** Where did all passengers go ashore?\n\n"
            "**Answer:** “Brell.”",
            Draft(
                "Where did all passengers go ashore?",
                ("Brell",),
                "All 41 passengers came ashore in Brell.",
                "fact",
            ),
        ),
        ("The ferry ran aground.", "the reply holds no question and answer"),
        ("Question: Where\nAnswer: Brell", "the reply holds no question and answer"),
        ("Question: Where?\nAnswer: " + "a " * 13, "the reply holds no question and answer"),
        (
            "Question: How many sank with the Marigold?\nAnswer: 14",
            "the answer does not stand in one sentence of the passage",
        ),
        (
            "Question: How many of the 41 passengers came ashore?\nAnswer: 41",
            "the question quotes the answer",
        ),
        ("Question: How many?\nAnswer: 41", "the question does not say what it is about"),
    ],
)
def test_a_models_question_is_kept_only_where_the_passage_answers_it(
    reply: str, expected: object
) -> None:
    assert draft_of(reply, hit()) == expected
