"""What updates cost: shapes and arithmetic, no speed."""

from __future__ import annotations

from pathlib import Path

from rag.evaluation.bench_archive import updates_table
from tests.builders import row, write_jsonl
from tests.commands import Commands


def test_updates_are_measured_over_given_articles(dateline: Commands, tmp_path: Path) -> None:
    rows = [row(n, f"Ferry {n} sailed. It carried {n} crates of wool.") for n in range(304)]
    source = write_jsonl(tmp_path / "in.jsonl", rows)
    found = dateline("bench", "archive", "--n", 4, "--input", source, "--idle", 0, "--json").json
    assert (found["built"]["articles"], found["adding"]["added"]) == (4, 200)
    assert found["adding"]["passages"] == 200
    assert found["adding"]["ratio"] > 1
    assert found["unchanged"]["unchanged_files_cost_nothing"]
    assert found["reading"]["written"] == 100
    assert found["reading"]["idle"]["queries"] == 2


def test_what_cannot_be_measured_is_said(dateline: Commands, tmp_path: Path) -> None:
    short = write_jsonl(tmp_path / "in.jsonl", [row(n, "Fog.") for n in range(3)])
    refused = dateline("bench", "archive", "--n", 4, "--input", short)
    refused.refused("in.jsonl holds 3 articles; 4 are needed: lower --n")
    dateline("bench", "archive", "--n", 4, "--input", "no.jsonl").refused("no.jsonl cannot be read")
    dateline("bench", "archive", "--n", 1, "--folder", tmp_path).refused("not empty", "new folder")


def test_what_was_reached_is_told_by_the_limits() -> None:
    spread = {"p50_ms": 1.0, "p95_ms": 20.0}
    results = {
        "adding": {"articles": 8194, "ratio": 1.299},
        "unchanged": {
            "unchanged_files_per_second": 4999.0,
            "unchanged_files_cost_nothing": True,
            "unchanged_encoded": 0,
        },
        "reading": {"idle": spread, "writing": spread | {"p95_ms": 40.0}, "ratio": 2.0},
    }
    rows = updates_table(results).rows
    assert [line[-1] for line in rows] == ["yes", "no", "yes", "no"]
    assert rows[0][:2] == (
        "adding 100 articles to 8,194, against embedding them alone",
        "1.30 times",
    )
    assert "(20 to 40 ms)" in rows[3][0]
    results["unchanged"]["unchanged_encoded"] = 1
    assert updates_table(results).rows[2][1:] == ("something", "nothing", "no")
