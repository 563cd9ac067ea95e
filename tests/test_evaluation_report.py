"""Rows to measures, tables and pages: arithmetic, escaping, and runs against each other."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from rag.errors import ConfigError
from rag.evaluation.measures import interval
from rag.evaluation.report import (
    Comparison,
    Report,
    Row,
    against,
    compare,
    comparison_table,
    html_page,
    load_report,
    main_table,
    mean_measures,
    measure_values,
    run_table,
    worst,
    write_report,
)
from rag.evaluation.tables import Table, as_markdown, as_text, figure, signed, span

EVIL = '<script>alert("x")</script>'


def row(qid: str, score: float, **fields: object) -> Row:
    return {
        "qid": qid,
        "question": f"Question {qid}?",
        "type": "fact",
        "year": "2025",
        "date": "2025-06-30",
        "expected": ["courier.example/1"],
        "measures": {"Hit@1": score},
        "score": score,
        "seconds": 0.01,
        "found": [{"id": "courier.example/2", "title": "Ferry", "text": "It sank."}],
    } | fields


def report(*rows: Row, suite: str = "retrieval", **fields: object) -> Report:
    values: dict[str, object] = {
        "suite": suite,
        "data": "quiz",
        "system": "full",
        "n": len(rows),
        "measures": mean_measures(rows),
        "intervals": {name: interval(each) for name, each in measure_values(rows).items()},
        "settings": {"as_of": True, "date": "2025-07-01"},
        "timings": {"p50_ms": 10.0},
        "questions": rows,
    }
    return Report(**(values | fields))  # type: ignore[arg-type]


BASELINE = {
    "system": "baseline",
    "measures": {"Hit@1": 0.25},
    "intervals": {"Hit@1": [0.1, 0.4]},
    "timings": {},
    "tests": {"Hit@1": {"n": 4, "difference": 0.25, "interval": [0.0, 0.5], "p": 0.0004}},
}


def test_a_measure_is_the_mean_over_the_rows_that_have_it() -> None:
    rows = [
        row("a", 1, measures={"Hit@1": 1, "median_words": 9}),
        row("b", 0, measures={"Hit@1": 0, "median_words": 10}),
        row("c", 0, measures={"Hit@1": 0, "median_words": 80}),
        row("d", 0, measures={"declined": 1}),
    ]
    assert mean_measures(rows) == {
        "Hit@1": pytest.approx(1 / 3),
        "median_words": 10,
        "declined": 1,
    }
    assert mean_measures([]) == {}


def test_runs_are_compared_over_the_questions_both_have() -> None:
    before = [row("a", 0), row("b", 1), row("gone", 1), row("c", 0, measures={"declined": 1})]
    after = [row("b", 1), row("a", 1), row("new", 0), row("c", 0)]
    tests = compare(before, after)
    assert list(tests) == ["Hit@1"]
    assert (tests["Hit@1"].n, tests["Hit@1"].difference) == (2, 0.5)


def test_the_worst_come_first_and_the_full_scores_not_at_all() -> None:
    rows = [row("d", 0.5), row("c", 0), row("a", 1), row("b", 0)]
    assert [item["qid"] for item in worst(rows)] == ["b", "c", "d"]
    assert [item["qid"] for item in worst(rows, 1)] == ["b"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((0.0, ".000"), (0.6104, ".610"), (0.9996, "1.000"), (1.0, "1.000"), (-0.25, "-.250")),
        *((74.0, "74.0"), (-1.5, "-1.5"), (12345.6, "12,345.6")),
    ],
)
def test_figures_are_short(value: float, shown: str) -> None:
    assert figure(value) == shown


def test_tables_are_aligned_and_their_markdown_is_safe() -> None:
    table = Table(("measure", "n"), (("a|b\nc", "7"), ("d", "1,234")))
    assert as_text(Table(("measure", "n"), (("a", "7"), ("d", "1,234")))) == [
        "measure      n",
        "a            7",
        "d        1,234",
    ]
    assert as_markdown(table) == (
        "| measure | n |\n| --- | --- |\n| a\\|b c | 7 |\n| d | 1,234 |\n"
    )
    assert (signed(0.05), signed(-0.05), signed(0), span([0, 1])) == (
        *("+.050", "-.050", ".000"),
        "[.000, 1.000]",
    )


def test_the_main_table_sets_the_baseline_beside_the_system() -> None:
    plain = report(row("a", 1), row("b", 1))
    assert main_table(plain) == Table(
        ("measure", "full", "95 %"), (("Hit@1", "1.000", "[.342, 1.000]"),)
    )
    beside = main_table(report(row("a", 1), baseline=BASELINE))
    assert beside.heading[3:] == ("baseline", "difference", "p")
    assert beside.rows[0][3:] == (".250", "+.250", "< .001")


def test_groups_are_tables_of_their_own_and_a_missing_measure_an_empty_cell() -> None:
    groups = {"type": {"fact": {"n": 1200, "measures": {}}, "number": {"n": 1, "measures": {}}}}
    text = words(parsed(html_page(report(row("a", 1), groups=groups))))
    assert "By type type n Hit@1 fact 1,200 number 1" in text


def test_a_curve_is_drawn_where_there_is_one() -> None:
    points = [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]
    (line,) = parsed(html_page(report(row("a", 1), roc=points))).iter("polyline")
    assert (line.get("points") or "").split() == [
        *("40.0,264.0", "40.0,134.0", "170.0,4.0", "300.0,4.0"),
    ]


def test_the_markdown_says_what_ran_when() -> None:
    assert as_markdown(run_table(report(row("a", 1), row("b", 0), baseline=BASELINE))) == (
        "| data | system | dates | n | Hit@1 | run on |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| quiz | full | as of the question | 2 | .500 | 2025-07-01 |\n"
        "| quiz | baseline | not used | 2 | .250 | 2025-07-01 |\n"
    )
    undated = report(row("a", 1), settings={"as_of": False, "date": "2025-07-01"})
    assert "| quiz | full | not used | 1 | 1.000 |" in as_markdown(run_table(undated))


def parsed(page: str) -> ET.Element:
    """The page as a tree: proof that every element is closed and every text escaped."""
    return ET.fromstring(page[page.index("<html") :])


def words(tree: ET.Element) -> str:
    return " ".join(" ".join(tree.itertext()).split())


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    evil = row(
        EVIL,
        0,
        question=EVIL,
        expected=[EVIL],
        found=[{"id": EVIL, "title": EVIL, "text": EVIL + "\x00\ud800"}],
        date=EVIL,
        type=EVIL,
    )
    page = html_page(
        report(
            evil,
            row("b", 1),
            data=EVIL,
            system=EVIL,
            baseline=BASELINE | {"system": EVIL},
            groups={EVIL: {EVIL: {"n": 1, "measures": {"Hit@1": 0}}}},
            settings={"as_of": True, "date": EVIL, EVIL: EVIL},
        ),
        Comparison(EVIL, EVIL, {"Hit@1": 0.5}, compare([row("b", 0)], [row("b", 1)])),
    )
    tree = parsed(page)
    tags = {element.tag for element in tree.iter()}
    assert not tags & {"script", "link", "img", "iframe", "a"}
    assert not {name for element in tree.iter() for name in element.attrib} & {"src", "href"}
    assert words(tree).count(EVIL) >= 10
    page.encode()


def test_the_page_has_bars_tables_and_the_worst_twenty() -> None:
    rows = [row(f"q{n:02}", 0) for n in range(25)] + [row("full", 1)]
    rows[0]["found"] = []
    rows[1]["expected"] = []
    tree = parsed(html_page(report(*rows, baseline=BASELINE)))
    text = words(tree)
    assert "retrieval: full on quiz" in text
    assert "26 questions, 2025-07-01" in text
    assert "The worst 20 questions" in text
    assert text.count("Found instead:") == 20
    assert "Expected: to be declined" in text
    bars = list(tree.iter("rect"))
    # Hit@1 is 1/26 of 460 points wide, the baseline's a quarter of them.
    assert [bar.get("width") for bar in bars] == ["17.7", "115.0"]


def test_a_length_is_in_the_table_and_not_among_the_bars() -> None:
    tree = parsed(html_page(report(row("a", 1, measures={"median_words": 1.0}))))
    assert list(tree.iter("rect")) == []
    assert "median_words 1.000" in words(tree)
    assert "All questions have a full score." in words(tree)


def test_a_run_is_compared_with_an_earlier_one_on_disk(tmp_path: Path) -> None:
    earlier = report(row("a", 0), row("b", 0), row("c", 1), system="bm25")
    write_report(tmp_path / "old", earlier)
    later = report(row("a", 1), row("b", 0), row("c", 1))
    for path in (tmp_path / "old", tmp_path / "old" / "report.json"):
        comparison = against(path, load_report(path), later)
        assert comparison.system == "bm25"
        assert comparison.measures == pytest.approx({"Hit@1": 1 / 3})
        assert comparison.tests["Hit@1"].difference == pytest.approx(1 / 3)
    table = comparison_table(comparison)
    assert table.heading == ("measure", "earlier", "difference", "95 %", "p", "n")
    assert table.rows[0][:3] == ("Hit@1", ".333", "+.333")
    assert table.rows[0][5] == "3"
    write_report(tmp_path / "new", later, comparison)
    written = json.loads((tmp_path / "new" / "comparison.json").read_text(encoding="utf-8"))
    assert written["tests"]["Hit@1"]["n"] == 3
    assert "Against" in (tmp_path / "new" / "report.html").read_text(encoding="utf-8")
    assert "comparison" not in json.loads((tmp_path / "new" / "report.json").read_text())


def test_what_cannot_be_compared_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--compare .*none' has no report.json to read"):
        load_report(tmp_path / "none", "--compare")
    for content in ("{", "[]", "{}", '{"suite": "x", "questions": [{}]}'):
        (tmp_path / "report.json").write_text(content)
        with pytest.raises(ConfigError, match="is no report of an evaluation; name a --report"):
            load_report(tmp_path, "--compare")
    write_report(tmp_path, report(row("a", 1)))
    earlier = load_report(tmp_path, "--compare")
    with pytest.raises(ConfigError, match="is a report on 'retrieval', not 'answers'"):
        against(tmp_path, earlier, report(row("a", 1), suite="answers"))
    with pytest.raises(ConfigError, match="shares no question with this run"):
        against(tmp_path, earlier, report(row("b", 1)))
