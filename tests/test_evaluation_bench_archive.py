"""What archives of several sizes cost, and what updates cost: shapes and arithmetic, no speed."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree

from embeddings import HashingEncoder
from rag.errors import ConfigError
from rag.evaluation.bench_archive import disk_bytes, updates_table
from rag.evaluation.bench_data import Generator, StandIn, write_articles
from rag.evaluation.growth import growth_chart, growth_table, write_growth
from tests.builders import row, write_jsonl
from tests.commands import Commands

SVG = "{http://www.w3.org/2000/svg}"


def measured(articles: int, value: float) -> dict[str, Any]:
    """A size whose figures are all `value`."""
    keys = (
        *("words_cpu_seconds", "words_seconds", "vectors_seconds", "words_peak_mb", "disk_mb"),
        *("vectors_peak_mb", "open_seconds", "reader_peak_mb", "unchanged_files_per_second"),
        *("vectors_cpu_seconds", "search_cpu_ms", "unchanged_files_per_cpu_second"),
    )
    search = {"p50_ms": value, "p95_ms": value}
    return dict.fromkeys(keys, value) | {"articles": articles, "passages": 7, "search": search}


def test_sizes_are_measured_and_put_into_a_page(dateline: Commands, tmp_path: Path) -> None:
    page = tmp_path / "limits.md"
    page.write_text("Before.\n<!-- sizes -->\nold\n<!-- end of sizes -->\nAfter.\n")
    (one,) = dateline("bench", "sizes", "--n", 5, "--into", page, "--json").json
    assert (one["articles"], one["embedded"]) == (5, one["passages"])
    assert one["passages"] >= 5
    assert one["unchanged_cost_nothing"]
    assert one["unchanged_files_cost_nothing"]
    assert one["unchanged_encoded"] == 0
    assert one["disk_mb"] == pytest.approx(sum(one["disk"].values()), abs=0.3)
    assert one["disk"]["archive.db"] > 0
    text = page.read_text()
    assert text.startswith("Before.\n<!-- sizes -->\n| articles | 5 |\n")
    assert text.endswith("<!-- end of sizes -->\nAfter.\n")
    assert "old" not in text
    chart = etree.fromstring((tmp_path / "limits.svg").read_bytes())
    assert len(chart.findall(f".//{SVG}polyline")) == 7


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
    refused = dateline("bench", "sizes", "--n", 4, "--input", short)
    refused.refused("in.jsonl holds 3 articles; 4 are needed: lower --n")
    dateline("bench", "sizes", "--n", 4, "--input", "no.jsonl").refused("no.jsonl cannot be read")
    dateline("bench", "sizes", "--n", 1, "--folder", tmp_path).refused("not empty", "new folder")
    page = tmp_path / "page.md"
    with pytest.raises(ConfigError, match=r"page\.md cannot be read.*name a Markdown page"):
        write_growth(page, [measured(10, 1)])
    page.write_text("Nothing.")
    with pytest.raises(ConfigError, match=r"no lines <!-- sizes -->"):
        write_growth(page, [measured(10, 1)])


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


def test_a_chart_has_logarithmic_axes() -> None:
    chart = etree.fromstring(growth_chart([measured(10, 1), measured(1000, 100)]).encode())
    panels = chart.findall(f"{SVG}g")
    assert [len(panel.findall(f"{SVG}polyline")) for panel in panels] == [2, 3, 1, 1]
    # Two powers of ten across and up: both lines go from corner to corner.
    (line,) = panels[2].findall(f"{SVG}polyline")
    assert line.get("points") == "0.0,190.0 260.0,0.0"


def test_a_table_has_a_column_for_each_size() -> None:
    table = growth_table([measured(10, 1.5), measured(1000, 2000.0)])
    assert table.heading == ("articles", "10", "1,000")
    assert ("disk, MB", "1.5", "2,000.0") in table.rows


def test_a_longer_run_of_articles_begins_with_a_shorter_one(tmp_path: Path) -> None:
    some = list(Generator(seed=3).rows(200))
    assert list(islice(Generator(seed=3).rows(400), 200)) == some
    assert len({one["url"] for one in some}) == 200
    copies = [n for n in range(1, 200) if some[n]["text"] == some[n - 1]["text"]]
    assert 1 <= len(copies) <= 15
    assert all(some[n]["date"] == some[n - 1]["date"] for n in copies)
    path = write_articles(tmp_path / "in.jsonl", some[:2])
    assert [json.loads(line) for line in path.read_text().splitlines()] == some[:2]


def test_the_stand_in_counts_and_gives_the_same_text_the_same_unit_vector() -> None:
    encoder = StandIn(HashingEncoder())
    rows = encoder.encode_document(["fog", "rain", "fog"])
    assert encoder.encoded == 3
    assert encoder.fingerprint == HashingEncoder().fingerprint
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert rows[0].tolist() == rows[2].tolist() == encoder.encode_query(["fog"])[0].tolist()
    assert encoder.encoded == 3
    assert float(rows[0] @ rows[1]) < 0.9


def test_what_stands_beside_a_database_counts_to_it(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"1234")
    (tmp_path / "archive.db-wal").write_bytes(b"12")
    (tmp_path / "lexical").mkdir()
    (tmp_path / "lexical" / "a").write_bytes(b"123")
    sizes = [disk_bytes(tmp_path / name) for name in ("archive.db", "lexical", "none")]
    assert sizes == [6, 3, 0]
