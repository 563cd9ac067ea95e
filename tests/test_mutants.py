"""What `make mutants` draws and reports; mutmut itself is not run here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import mutants
from scripts.mutants import Mutant, draw, report

SOURCE = '"""A room."""\n\n\nclass Ferry:\n    def sink(self) -> int:\n        return 1\n'
NAME = "rag.answers.ferry.xǁFerryǁsink__mutmut_{}"
SHOWN = """\
# rag.answers.ferry.xǁFerryǁsink__mutmut_3: survived
--- rag/answers/ferry.py
+++ rag/answers/ferry.py
@@ -1,2 +1,2 @@
 def sink(self) -> int:
-        return 1
+        return 2
"""


@pytest.fixture(autouse=True)
def _work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which three of ten mutants have been tried."""
    monkeypatch.setattr(mutants, "WORK", tmp_path)
    for folder in (tmp_path, tmp_path / "mutants"):
        (folder / "rag" / "answers").mkdir(parents=True)
    (tmp_path / "rag" / "answers" / "ferry.py").write_text(SOURCE)
    ended: dict[str, int | None] = {NAME.format(n): None for n in range(10)}
    ended |= {NAME.format(1): 1, NAME.format(2): -24, NAME.format(3): 0}
    meta = tmp_path / "mutants" / "rag" / "answers" / "ferry.py.meta"
    meta.write_text(json.dumps({"exit_code_by_key": ended}))


def test_the_same_seed_draws_the_same_and_never_more_than_there_are() -> None:
    first = draw("answers", 4, seed=0)
    assert len(set(first)) == 4
    assert draw("answers", 4, seed=0) == first
    assert any(draw("answers", 4, seed=n) != first for n in range(1, 9))
    assert len(draw("answers", 40, seed=0)) == 10
    assert draw("language", 4, seed=0) == []


def tried(*ended: int) -> list[Mutant]:
    names = [NAME.format(n) for n in range(len(ended))]
    return [
        Mutant(name, "rag/answers/ferry.py", code) for name, code in zip(names, ended, strict=True)
    ]


def test_four_of_five_killed_are_enough_and_endless_ones_are_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = tried(1, 3, -24, 0, 1)
    assert report(found, {NAME.format(3): SHOWN}) == 0
    assert capsys.readouterr().out.splitlines() == [
        "rag/answers/ferry.py:6: rag.answers.ferry.xǁFerryǁsink__mutmut_3",
        "    - return 1",
        "    + return 2",
        "",
        "room            killed  endless  tried  share",
        "answers              4        1      5    80%",
        "all                  4        1      5    80%",
    ]


def test_a_place_that_no_test_reaches_survives(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(tried(1, 33, 1, 1), {NAME.format(1): SHOWN}) == 1
    out = capsys.readouterr().out
    assert out.startswith("rag/answers/ferry.py:6: no test reaches it: rag.answers.ferry")
    assert out.endswith("all                  3        0      4    75%\n")
