"""Figures of runs in the tables of a README."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import ConfigError
from rag.evaluation.report import paste
from tests.commands import Commands

README = """# Ours

| data | system | dates | n | Hit@1 | run on |
| --- | --- | --- | --- | --- | --- |
| quiz | full | not used | 9 | .100 | 2025-01-01 |
| other | full | not used | 7 | .300 | 2025-01-01 |

| data | system | dates | n | declined | both_values | run on |
| --- | --- | --- | --- | --- | --- | --- |
| quiz | extractive | not used | 9 | .900 | .500 | 2025-01-01 |

The end.
"""


def report(folder: Path, measures: dict[str, float], **fields: object) -> Path:
    folder.mkdir()
    value = {
        "suite": "retrieval",
        "data": "quiz",
        "system": "full",
        "n": 12,
        "measures": measures,
        "intervals": {},
        "settings": {"as_of": False, "date": "2025-02-02"},
        "timings": {},
    }
    (folder / "report.json").write_text(json.dumps(value | fields), encoding="utf-8")
    return folder


def pasted(tmp_path: Path, *folders: Path) -> list[str]:
    readme = tmp_path / "README.md"
    readme.write_text(README, encoding="utf-8")
    paste(folders, readme)
    return readme.read_text(encoding="utf-8").splitlines()


def test_the_row_of_the_same_run_is_replaced(tmp_path: Path) -> None:
    lines = pasted(tmp_path, report(tmp_path / "r", {"Hit@1": 0.25}))
    assert lines[4] == "| quiz | full | not used | 12 | .250 | 2025-02-02 |"
    before = README.splitlines()
    assert lines[:4] + lines[5:] == before[:4] + before[5:]


def test_another_run_comes_at_the_end_of_the_table_with_its_baseline(tmp_path: Path) -> None:
    dated = {"settings": {"as_of": True, "date": "2025-02-02"}}
    baseline = {"baseline": {"system": "bm25", "measures": {"Hit@1": 0.5}, "tests": {}}}
    lines = pasted(tmp_path, report(tmp_path / "r", {"Hit@1": 0.25}, **dated, **baseline))
    assert lines[4:9] == [
        "| quiz | full | not used | 9 | .100 | 2025-01-01 |",
        "| other | full | not used | 7 | .300 | 2025-01-01 |",
        "| quiz | full | as of the question | 12 | .250 | 2025-02-02 |",
        "| quiz | bm25 | not used | 12 | .500 | 2025-02-02 |",
        "",
    ]


def test_a_column_that_was_not_measured_has_a_dash(tmp_path: Path) -> None:
    lines = pasted(tmp_path, report(tmp_path / "r", {"declined": 0.8}, system="extractive"))
    assert lines[9] == "| quiz | extractive | not used | 12 | .800 | – | 2025-02-02 |"


def test_without_a_table_nothing_is_written(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(README, encoding="utf-8")
    good, odd = report(tmp_path / "a", {"Hit@1": 0.5}), report(tmp_path / "b", {"x": 0.5})
    with pytest.raises(ConfigError, match=r"no table with the columns: \| data .* \| x \| run on"):
        paste([good, odd], readme)
    assert readme.read_text(encoding="utf-8") == README


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(README, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"has no report\.json to read"):
        paste([tmp_path], readme)
    (tmp_path / "report.json").write_text('{"suite": "x"}', encoding="utf-8")
    with pytest.raises(ConfigError, match="is no report of an evaluation"):
        paste([tmp_path], readme)
    with pytest.raises(ConfigError, match=r"--into .* cannot be read"):
        paste([report(tmp_path / "r", {"Hit@1": 0.5})], tmp_path / "none.md")


def test_the_command_says_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dateline = Commands(monkeypatch, capsys, tmp_path)
    readme = tmp_path / "README.md"
    readme.write_text(README, encoding="utf-8")
    folder = report(tmp_path / "r", {"Hit@1": 0.25})
    ended = dateline("eval", "table", folder, "--into", readme)
    assert (ended.status, ended.out) == (0, f"wrote 1 report(s) into {readme}\n")
    assert ".250" in readme.read_text(encoding="utf-8")
