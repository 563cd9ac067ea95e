"""Faults put into true sentences, true ones said otherwise, and what a checker makes of both."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from rag.archive import Archive
from rag.cli import main
from rag.errors import ConfigError
from rag.evaluation.faults import Faults, make_claims
from rag.evaluation.seeding import FAULTS, REPHRASINGS, Spare, rephrase, seed_fault
from rag.records import Citation, Verdict
from tests.builders import article, open_archive, row, write_jsonl
from tests.evaluation_data import measured

SPARE = Spare(["Vane"], ["yellow"], ["Brandt"])

# Published on a Saturday.
STORY = (
    "Ilse Marrow sold 41 boats in Brell on Monday, the harbour office said. "
    "“We lost every single thing,” Marrow told the council of Brell. "
    "The damage was 12 million crowns, and 1,187 people may leave the island in June. "
    "On the island of Osk, the ferry of Otto Quill did not sail for two days. "
    "The council of Osk has paid 30 per cent of the 9 million crowns since 2021. "
    "In the end Marrow was fined by the harbour office of Brell, which Quill leads."
)


def seeded(sentence: str, kind: str, seed: int = 1) -> str:
    fault = seed_fault(sentence, kind, SPARE, Random(seed))
    assert fault is not None
    return f"{fault.text} ({fault.changed})"


@pytest.mark.parametrize(
    ("kind", "sentence", "expected"),
    [
        ("name", "So Marrow left.", None),
        ("name", "So Vane left.", "So Brandt left. (Vane -> Brandt)"),
        ("date", "It sank in March 2031.", None),
        ("unit", "It is 5 km long.", "It is 5 miles long. (km -> miles)"),
        ("unit", "It got 1.2 million votes.", "It got 1.2 billion votes. (million -> billion)"),
        ("unit", "It rose 5 per cent.",
         "It rose 5 percentage points. (per cent -> percentage points)"),
        ("unit", "It took two days.", "It took two weeks. (days -> weeks)"),
        ("unit", "It took a few days.", None),
        ("unit", "It cost €5.", "It cost £5. (€ -> £)"),
        ("opposite", "Prices rose again.", "Prices fell again. (rose -> fell)"),
        ("opposite", "“Prices rose,” he said.", None),
        ("negation", "It was sold.", "It was not sold. ( -> not)"),
        ("negation", "It can’t sail.", "It can sail. (can’t -> can)"),
        ("negation", "It was not sold.", "It was sold. (was not -> was)"),
        ("negation", "It may rain.", "It will rain. (may -> will)"),
        ("quotation", "“We may lose,” he said.", "“We may yellow,” he said. (lose -> yellow)"),
    ],
)  # fmt: skip
def test_a_fault_changes_one_thing(kind: str, sentence: str, expected: str | None) -> None:
    fault = seed_fault(sentence, kind, SPARE, Random(1))
    if expected:
        assert seeded(sentence, kind) == expected
    elif fault is not None:
        assert fault.text != sentence


@pytest.mark.parametrize("seed", range(8))
def test_numbers_and_dates_become_others_of_their_shape(seed: int) -> None:
    number = seed_fault("Of 1,250 boats 12.5 per cent sank.", "number", SPARE, Random(seed))
    assert number is not None
    old, new = number.changed.split(" -> ")
    assert old in ("1,250", "12.5")
    assert ("." in new) == (old == "12.5")
    word = seed_fault("Two boats sank.", "number", SPARE, Random(seed))
    assert word is not None
    assert word.changed.startswith("Two -> ")
    assert word.changed.split(" -> ")[1][0].isupper()
    day = seed_fault("It sank on Monday.", "date", SPARE, Random(seed))
    assert day is not None
    assert day.changed.split(" -> ")[1] in (
        "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
    )  # fmt: skip
    year = seed_fault("It sank on 3 May 2031.", "date", SPARE, Random(seed))
    assert year is not None
    assert year.text != "It sank on 3 May 2031."


@pytest.mark.parametrize("kind", FAULTS)
def test_where_nothing_can_be_changed_there_is_no_fault(kind: str) -> None:
    assert seed_fault("Rain came everywhere.", kind, Spare((), (), ()), Random(1)) is None


@pytest.mark.parametrize(
    ("kind", "sentence", "expected"),
    [
        ("reported", "The ferry sank.", "The Courier reported that the ferry sank."),
        ("reported", "Orr left.", "The Courier reported that Orr left."),
        ("reported", "“It sank,” he said.", None),
        ("number in words", "So 41 boats sank.", "So forty-one boats sank."),
        ("number in words", "So 12 boats sank.", "So twelve boats sank."),
        ("number in words", "So two boats sank.", "So 2 boats sank."),
        ("number in words", "It ended 3-1.", None),
        ("rounded", "So 1,187 boats sank.", "So about 1,200 boats sank."),
        ("rounded", "So 38,906 boats sank.", "So about 39,000 boats sank."),
        ("rounded", "So over 1,187 boats sank.", None),
        ("rounded", "So 1,200 boats sank.", None),
        ("date resolved", "It sank on Monday.", "It sank on 28 April 2025."),
        ("date resolved", "It sank on Saturday.", "It sank on 3 May 2025."),
        ("date resolved", "It will sink on Monday.", None),
        ("date resolved", "It sank on Monday 28 April.", None),
        ("name shortened", "So Ilse Marrow left.", "So Marrow left."),
        ("name shortened", "So Otto Quill left.", None),
        ("moved", "On the island of Osk, the ferry sank.", "The ferry sank on the island of Osk."),
        ("moved", "On the island, the ferry, an old one, sank.", None),
    ],
)
def test_a_rule_says_a_sentence_otherwise_or_not_at_all(
    kind: str, sentence: str, expected: str | None
) -> None:
    told = article(f"{sentence} She sold it, Marrow said. Then Marrow left. Quill stayed.")
    assert rephrase(sentence, kind, told) == expected


def test_an_undated_article_resolves_no_day_and_one_without_outlet_reports_nothing() -> None:
    undated = article("It sank on Monday.", day="", publisher="")
    assert rephrase("It sank on Monday.", "date resolved", undated) is None
    assert rephrase("It sank on Monday.", "reported", undated) is None


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = open_archive(tmp_path / "archive")
    rows = [row(1, STORY), row(2, "Nur ein Satz, der nicht zählt, steht hier.", language="de")]
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", rows), vectors=False)
    yield opened
    opened.close()


def test_claims_are_faults_of_all_kinds_then_true_ones_and_always_the_same() -> None:
    told = [article(STORY)]
    made = make_claims(told, 14, 0)
    assert made == make_claims(told, 14, 0)
    false = [claim for claim in made if claim.changed]
    true = [claim for claim in made if not claim.changed]
    assert {claim.type for claim in false} == set(FAULTS)
    assert {claim.type for claim in true} <= {"verbatim", *REPHRASINGS}
    assert all(claim.text not in STORY for claim in false)
    assert all((claim.text in STORY) == (claim.type == "verbatim") for claim in true)
    assert {claim.citation.quote for claim in made} <= {
        claim.citation.quote for claim in true if claim.type == "verbatim"
    } | {claim.citation.quote for claim in true}
    assert [claim.text for claim in make_claims(told, 14, 7)] != [claim.text for claim in made]


def test_what_is_caught_and_what_is_flagged_is_counted(archive: Archive, tmp_path: Path) -> None:
    def lenient(claim: str, _evidence: Sequence[Citation]) -> tuple[Verdict, tuple[str, ...]]:
        flagged = "reported that" in claim
        return ("partly", ("reported",)) if flagged else ("supported", ())

    evaluated = measured(Faults(archive, 9, check=lenient), tmp_path / "out")
    report = evaluated.report
    assert (report.suite, report.counted) == ("faults", "claims")
    rows = report.questions
    false = [one for one in rows if "caught" in one["measures"]]
    caught = [one for one in false if "reported that" in one["question"]]
    assert report.measures["caught"] == pytest.approx(len(caught) / len(false))
    true = [one for one in rows if "caught" not in one["measures"]]
    flagged = [one for one in true if one["type"] == "reported"]
    assert report.measures["wrongly_flagged"] == pytest.approx(len(flagged) / len(true))
    assert report.measures["wrongly_flagged_verbatim"] == 0.0
    assert report.settings["faults"] + report.settings["true_claims"] == report.n == len(rows)
    low, high = report.intervals["wrongly_flagged_verbatim"]
    assert low == pytest.approx(0.0)
    assert 0.0 < high < 1.0


def test_the_checker_catches_numbers_and_spares_what_is_true(
    archive: Archive, tmp_path: Path
) -> None:
    evaluated = measured(Faults(archive, 9), tmp_path / "out")
    assert evaluated.report.measures["caught_number"] == 1.0
    assert evaluated.report.measures["wrongly_flagged"] == 0.0


def test_too_few_sentences_are_told_and_none_is_an_error(tmp_path: Path) -> None:
    bare = open_archive(tmp_path / "bare")
    bare.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, "Who knows?")]), vectors=False)
    with pytest.raises(ConfigError, match="has no sentence to put a fault into"):
        measured(Faults(bare), tmp_path / "out")
    text = "The boat of the harbour was sold to the council."
    bare.ingest(write_jsonl(tmp_path / "b.jsonl", [row(2, text)]), vectors=False)
    evaluated = measured(Faults(bare, 20), tmp_path / "out")
    assert evaluated.warnings == (
        "faults made: 2 of 20; the archive has too few sentences",
        "no sentence of the archive takes a fault of: number, name, date, unit, quotation",
    )
    bare.close()


def test_the_command_prints_the_table_and_writes_the_report(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATELINE_ENCODER", "hashing")
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    out = archive.folder.parent / "out"
    line = ["dateline", "eval", "faults", "--report", str(out), "--n", "6"]

    def typed(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", [*line, "--archive", str(archive.folder), *options])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code in (0, None)
        return capsys.readouterr().out

    assert typed().splitlines()[0].startswith("faults: checker on archive, ")
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["measures"]["caught_number"] == 1.0
    assert "against" in typed("--compare", str(out))
