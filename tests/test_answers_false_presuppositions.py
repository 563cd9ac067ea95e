"""What a question takes for granted and an article denies; and what a correction takes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answers.candidates import relevant_sentences
from rag.answers.corrections import corrected, corrections
from rag.answers.false_presuppositions import contradiction, miscount
from rag.records import Answer, Article
from tests.builders import article, hits, open_archive, row, write_jsonl


def denied(question: str, text: str) -> str:
    found = contradiction(question, hits(article(text, title="The Lindow ferry")))
    return found.sentence.text if found else ""


REJECTED = "The council of Marsk approved the harbour tunnel on Monday by nine votes to four."


def test_the_opposite_of_what_is_asked_denies_it() -> None:
    question = "Why did the council of Marsk reject the harbour tunnel?"
    assert denied(question, REJECTED) == REJECTED


def test_not_denies_what_follows_it() -> None:
    text = "The mayor of Marsk did not resign over the harbour tunnel."
    assert denied("When did the mayor of Marsk resign over the harbour tunnel?", text) == text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Why did the council of Marsk approve the harbour tunnel?", REJECTED),
        (
            "When did the mayor of Marsk resign over the harbour tunnel?",
            "It is unclear whether the mayor of Marsk will not resign over the harbour tunnel.",
        ),
        (
            "When did the mayor of Marsk resign over the harbour tunnel?",
            "The mayor of Marsk resigned over the harbour tunnel. She did not resign in May.",
        ),
        (
            "When did the mayor of Marsk resign over the harbour tunnel?",
            "The choir of Orrenby did not sing on Sunday.",
        ),
    ],
)
def test_a_true_or_open_premise_is_left_alone(question: str, text: str) -> None:
    assert denied(question, text) == ""


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "How many goals did Mara Tell score at the Brell Cup?",
            "Mara Tell won’t play at the Brell Cup because of a knee injury.",
        ),
        (
            "How many laps did Mara Tell swim at the Brell Games?",
            "Mara Tell withdrew from the Brell Games on Friday.",
        ),
        (
            "When does Radio Pell plan to open its Marsk studio?",
            "Radio Pell has scrapped its Marsk studio.",
        ),
        (
            "Where did pilot Jon Orr crash on his trip around the lake?",
            "Jon Orr touched down safely in Marsk, where his trip around the lake had begun.",
        ),
        (
            "Why was the harbour tunnel rejected by the council?",
            "The council approved the harbour tunnel by nine votes to four.",
        ),
        (
            "When did the Orrenby lighthouse burn down?",
            "The Orrenby lighthouse never burned down, the fire service said.",
        ),
        (
            "When will Kelmark carry out its next execution?",
            "Kelmark Governor Pia Sand is commuting the sentences of all on death row before the "
            "next execution.",
        ),
    ],
)
def test_what_makes_it_impossible_denies_it(question: str, text: str) -> None:
    assert denied(question, text) == text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "How many laps did Mara Tell swim at the Brell Games?",
            "Her rival Lena Fisk withdrew from the Brell Games on Friday.",
        ),
        (
            "How many goals did Mara Tell score at the Brell Cup?",
            "Mara Tell scored four goals at the Brell Cup. She won't play at the Lindow Cup.",
        ),
        (
            "When did the prices of bread rise in Marsk?",
            "The prices of milk fell in Marsk in May.",
        ),
        (
            "Who did Brell United beat in the cup final?",
            "Brell United lost the league but beat Marsk in the cup final.",
        ),
        (
            "How did the keeper of Tolbeck Zoo die?",
            "A visitor to Tolbeck Zoo survived the attack.",
        ),
        (
            "Why did the council of Marsk reject the harbour tunnel?",
            "The mayor hoped that the council of Marsk would approve the harbour tunnel.",
        ),
    ],
)
def test_what_is_said_of_others_or_hoped_denies_nothing(question: str, text: str) -> None:
    assert denied(question, text) == ""


def test_a_wrong_number_is_met_with_the_articles_own() -> None:
    told = hits(article("The storm sank 41 boats in the harbour of Marsk."))
    found = miscount("Who owned the 47 boats that the storm sank in the harbour of Marsk?", told)
    assert found is not None
    assert (found.presumed, found.sentence.article) == ("47", told[0].article)


def test_a_number_that_any_hit_holds_is_not_wrong() -> None:
    told = hits(
        article("The storm sank 41 boats in the harbour of Marsk.", "courier.example/1"),
        article("In Tolbeck the storm sank 47 boats.", "courier.example/2"),
    )
    question = "Who owned the 47 boats that the storm sank in the harbour of Marsk?"
    assert miscount(question, told) is None
    assert miscount("Who owned the boats that the storm sank?", told) is None


NOTICE = (
    "Correction: an earlier version of this article said that the tunnel would cost 40 million "
    "crowns. The tunnel will cost 14 million crowns."
)
WRONG = "The tunnel would cost 40 million crowns, the council said."


def standing(*articles: Article) -> list[str]:
    told = hits(*articles)
    sentences = [sentence for sentence, _ in relevant_sentences(told[:1], frozenset())]
    return [each.text for each in corrected(sentences, corrections(told))]


def test_what_a_correction_took_back_gives_way_to_what_is_right() -> None:
    wrong = article(WRONG, "courier.example/1", day="2025-05-03")
    notice = article(NOTICE, "courier.example/2", day="2025-05-05")
    assert standing(wrong, notice) == ["The tunnel will cost 14 million crowns."]


def test_a_correction_speaks_for_its_own_outlet_and_for_a_while() -> None:
    notice = article(NOTICE, "courier.example/2", day="2025-05-05")
    other = article(WRONG, "north.example/1", publisher="Radio North", day="2025-05-03")
    assert standing(other, notice) == [WRONG]
    old = article(WRONG, "courier.example/0", day="2025-01-03")
    assert standing(old, notice) == [WRONG]


def test_the_notice_itself_is_not_told() -> None:
    notice = article(NOTICE, "courier.example/2", day="2025-05-05")
    assert standing(notice) == ["The tunnel will cost 14 million crowns."]


def asked(folder: Path, rows: list[dict[str, object]]) -> Answer:
    with open_archive(folder) as archive:
        archive.ingest(write_jsonl(folder.with_suffix(".jsonl"), rows), vectors=False)
        return archive.ask("What broke when the storm sank 47 boats in the harbour of Marsk?")


def test_what_a_correction_took_back_contradicts_no_question(tmp_path: Path) -> None:
    wrong = row(1, "The storm sank 41 boats in the harbour of Marsk.")
    alone = asked(tmp_path / "alone", [wrong])
    assert alone.text.startswith("The articles say otherwise:")
    assert "41 boats" in alone.text
    notice = (
        "Correction: an earlier version of this article said that the storm sank 41 boats in the "
        "harbour of Marsk. The storm broke 41 masts."
    )
    both = asked(
        tmp_path / "both",
        [wrong, row(2, notice, title="Storm sank no boats in Marsk", date="2025-05-05")],
    )
    assert "otherwise" not in both.text
    assert "41 boats" not in both.text
    assert both.reason == ""
    # The sentence that puts it right is found twice, by itself and by the notice: told once.
    assert both.text == "The Courier, 5 May 2025: The storm broke 41 masts. [1]"
