"""The share of passages that agree on an answer, and answers that must be corroborated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.answers.agreement import AGREED, agreement, corroborated
from rag.answers.generate_or_extract import MODEL_DECLINED, share_held
from rag.archive import Archive
from rag.llms import ScriptedModel
from rag.questions.expected_answer import asked_for
from rag.records import Claim, Hit
from tests.builders import article, hits, open_archive, row, write_jsonl

WHO = "Who won the regatta of Quarne?"
WINNER = "The regatta of Quarne was won by Ilse Brandt."
CROWD = "The regatta of Quarne drew a crowd to the harbour."
OTHER = "At the regatta of Quarne the cup was handed over by Odo Lunn."


def stories(*texts: str) -> list[Hit]:
    return hits(*(article(text, f"courier.example/{n}") for n, text in enumerate(texts, start=1)))


def agreed(question: str, texts: Sequence[str], *nearness: float) -> float:
    near = dict(enumerate(nearness or [1.0] * len(texts), start=1))
    return agreement(asked_for(question), stories(*texts), near)


def test_the_share_that_names_the_same_is_counted() -> None:
    assert agreed(WHO, [WINNER, WINNER, CROWD, OTHER]) == 0.5
    assert agreed(WHO, [CROWD, CROWD]) == 0.0
    assert agreed(WHO, [WINNER]) == 1.0


def test_a_passage_that_names_it_twice_counts_once() -> None:
    assert agreed(WHO, [f"{WINNER} Later Ilse Brandt spoke.", OTHER]) == 0.5


def test_a_passage_aside_from_the_subject_hardly_counts() -> None:
    # The second is 0.5 farther away than the first: it weighs exp(-2 * 0.5).
    aside = math.exp(-1)
    assert agreed(WHO, [WINNER, CROWD], 1.0, 0.5) == pytest.approx(1 / (1 + aside))
    assert agreed(WHO, [CROWD, WINNER], 1.0, 0.5) == pytest.approx(aside / (1 + aside))


def test_days_and_years_answer_only_who_asks_for_them() -> None:
    dated = ["On Friday, May 9, 2025, the quay was full.", "On Friday, May 9, 2025, it rained."]
    assert agreed(WHO, dated) == 0.0
    assert agreed("When was the regatta of Quarne?", dated) == 1.0
    assert agreed("When was the regatta of 2025?", ["In 2025.", "It was on June 1, 2024."]) == 0.5


def test_countries_and_numbers_are_told_apart_from_names() -> None:
    texts = ["Odo Lunn of Peru won.", "Ilse Brandt of Peru came second.", "Orr came 14th."]
    assert agreed("Which country won?", texts) == pytest.approx(2 / 3)
    # The same person of two countries: a person is no country.
    assert agreed("Which country won?", ["Odo Lunn of Peru won.", "Odo Lunn of Chad won."]) == 0.5
    numbers = ["Brandt counted 41 boats.", "There were 41.", "Lunn saw 52."]
    assert agreed("How many boats sailed?", numbers) == pytest.approx(2 / 3)


def test_four_in_five_is_the_turning_point() -> None:
    assert AGREED == 0.8
    assert corroborated(0.8) == 0.5
    # 15 * (1 - 0.8) = 3.
    assert corroborated(1.0) == pytest.approx(1 / (1 + math.exp(-3)))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    opened = open_archive(tmp_path / "archive")
    closings = ("It rained.", "The cup is silver.", "Bells rang.", "Boats sailed home.")
    told = [row(n, f"{WINNER} {closing}") for n, closing in enumerate(closings, start=1)]
    told.append(row(5, "The harbour of Orrenby was dredged by Tam Holt. It took a month."))
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", told))
    return opened


def test_only_what_the_articles_agree_on_is_answered(archive: Archive) -> None:
    told = archive.ask(WHO, corroborated=True)
    assert "Ilse Brandt" in told.text
    assert not told.abstained
    alone = "Who dredged the harbour of Orrenby?"
    assert "Tam Holt" in archive.ask(alone).text
    refused = archive.ask("When was the cup of Quarne made of silver?", corroborated=True)
    assert refused.abstained
    assert refused.confidence < 0.5


def test_a_disagreement_is_the_reason(tmp_path: Path) -> None:
    opened = open_archive(tmp_path / "archive")
    firsts = ("Ilse Brandt", "Odo Lunn", "Tam Holt", "Una Marsh", "Piet Orr")
    texts = [f"The regatta of Quarne was won by {name}, says a boatman." for name in firsts]
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", [row(n, t) for n, t in enumerate(texts)]))
    answer = opened.ask(WHO, corroborated=True)
    assert answer.abstained
    assert answer.reason == (
        "found but not answered: too few of the articles found agree on an answer"
    )


def test_a_corroborated_answer_asks_no_model(archive: Archive) -> None:
    model = ScriptedModel()
    assert "Ilse Brandt" in archive.ask(WHO, model=model, corroborated=True).text
    assert model.asked == []


def test_a_models_confidence_is_the_archives_times_what_holds(archive: Archive) -> None:
    sure = archive.ask(WHO).confidence
    held = archive.ask(WHO, model=ScriptedModel(f"{WINNER} [1]"))
    assert held.claims[0].verdict == "supported"
    assert held.confidence == pytest.approx(sure)
    assert set(held.timings) == {"retrieval", "reading"}
    half = f"{WINNER} [1] The regatta was won by Ilse Brandt and cheered [1]."
    partly = archive.ask(WHO, model=ScriptedModel(half, half))
    assert [claim.verdict for claim in partly.claims] == ["supported", "partly"]
    assert partly.confidence == pytest.approx(sure * (1 + 0.5) / 2)
    declined = archive.ask(WHO, model=ScriptedModel("The passages do not say."))
    assert (declined.abstained, declined.notes) == (False, (MODEL_DECLINED,))
    assert declined.confidence == pytest.approx(sure)
    claims = [
        Claim(0, 1, (1,), "supported"),
        Claim(2, 3, (1,), "partly"),
        Claim(4, 5, (), "unsupported"),
    ]
    assert share_held(claims) == 0.5
    assert share_held([]) == 1.0
