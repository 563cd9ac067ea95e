"""Models for entailment: tiny ones made here, loaded by their folder, and the judge they make."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from embeddings import CrossEncoderEntailment, EncoderError, Entailment
from rag.errors import ConfigError
from rag.records import Citation
from rag.verification.judge import Judgement, entailment, entailment_judge, first_of, open_checker
from rag.verification.verify import grounding, verify
from tests.builders import article
from tests.cross_encoder import tiny

NLI = ("contradiction", "entailment", "neutral")


def test_the_label_called_entailment_counts_wherever_it_stands(tmp_path: Path) -> None:
    model = CrossEncoderEntailment(str(tiny(tmp_path, (0.0, math.log(2), 0.0), NLI)))
    pair = ("The ferry sank.", "A ferry sank.")
    # Shares of 1, 2 and 1.
    found = model.judge([pair, pair])
    assert [each.entailed for each in found] == pytest.approx([0.5, 0.5])
    assert [each.contradicted for each in found] == pytest.approx([0.25, 0.25])
    assert model.judge([]) == []


@pytest.mark.parametrize(
    ("biases", "names", "entailed"),
    [
        ((0.0,), (), 0.5),
        ((0.0, math.log(3)), (), 0.75),
        ((math.log(3), 0.0), ("consistent", "inconsistent"), 0.75),
        ((math.log(3), 0.0), ("not_entailment", "entailment"), 0.25),
    ],
)
def test_models_with_one_or_two_labels_are_read(
    tmp_path: Path, biases: Sequence[float], names: Sequence[str], entailed: float
) -> None:
    model = CrossEncoderEntailment(str(tiny(tmp_path, biases, names)))
    [found] = model.judge([("It sank.", "It sank.")])
    assert (found.entailed, found.contradicted) == (pytest.approx(entailed), 0.0)


def test_what_is_no_such_model_is_refused_with_the_setting(tmp_path: Path) -> None:
    folder = str(tiny(tmp_path, (0.0, 0.0, 0.0)))
    with pytest.raises(EncoderError, match="none of its labels says so"):
        CrossEncoderEntailment(folder).judge([("a", "b")])
    named = open_checker("no/where")
    assert named is not None
    with pytest.raises(ConfigError, match=r"DATELINE_CHECKER\): the cross-encoder 'no/where'"):
        named.judge([("a", "b")])
    assert open_checker("") is None


class ByWord:
    """Entailed where the premise has the word, else contradicted; remembers what it was asked."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.batches: list[list[tuple[str, str]]] = []

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        self.batches.append(list(pairs))
        return [Entailment(0.9) if self.word in one else Entailment(0.1, 0.8) for one, _ in pairs]


FIRE = "A mill in Brell burnt on Tuesday, killing 41 people."
FOGGY = "It was foggy. The ferry sank. Nobody swam. Rain fell. A dog barked."


def test_a_passage_is_read_whole_and_in_parts_in_one_batch() -> None:
    model = ByWord("ferry")
    assert entailment("A boat sank.", [FOGGY], model) == Entailment(0.9)
    assert [premise for premise, _ in model.batches[0]] == [
        FOGGY,
        "It was foggy. The ferry sank. Nobody swam.",
        "Nobody swam. Rain fell. A dog barked.",
    ]
    assert len(model.batches) == 1
    assert entailment("A boat sank.", [], model) is None


def cited(text: str) -> list[Citation]:
    return [Citation(1, article(text, day="2031-03-05"), 0, len(text))]


def test_the_model_decides_what_rules_leave_open_and_overrules_no_fact() -> None:
    yes, no = entailment_judge(ByWord("mill")), entailment_judge(ByWord("ferry"))
    assert verify("Flames devoured a works.", cited(FIRE), judge=yes)[0] == "supported"
    assert verify("Flames devoured a works.", cited(FIRE), judge=no)[0] == "unsupported"
    for false in (
        FIRE.replace("41", "47"),
        FIRE.replace("Brell", "Vane"),
        FIRE.replace("Tuesday", "Friday"),
        "“It fell,” Ann Orr of Brell said, when a mill burnt on Tuesday.",
    ):
        assert verify(false, cited(FIRE), judge=yes)[0] != "supported"


def test_a_verbatim_claim_and_a_refuted_one_are_not_put_to_the_model() -> None:
    model = ByWord("mill")
    judge = entailment_judge(model)
    assert verify(FIRE, cited(FIRE), judge=judge) == ("supported", ())
    verify(FIRE.replace("41", "47"), cited(FIRE), judge=judge)
    assert model.batches == []


def test_judges_are_asked_in_turn_until_one_finds_support() -> None:
    partly, yes = Judgement("partly", "x"), Judgement("supported")
    both = first_of(lambda *_: partly, None, lambda *_: yes)
    assert both is not None
    assert both("a", ["b"]) == yes
    unsure = first_of(lambda *_: partly, lambda *_: None)
    assert unsure is not None
    assert unsure("a", ["b"]) == partly
    assert first_of(None) is None


def test_entailment_moves_the_score() -> None:
    told = "Flames ate a works in Brell."
    high = grounding(told, [FIRE], None, ByWord("mill"))
    assert high > grounding(told, [FIRE]) > grounding(told, [FIRE], None, ByWord("ferry"))
