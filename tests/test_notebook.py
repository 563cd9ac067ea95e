"""The notebook in `docs` runs from its first cell to its last, and shows what it says."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_the_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    notebook = json.loads((ROOT / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(each["source"]) for each in notebook["cells"] if each["cell_type"] == "code"]
    names: dict[str, object] = {}
    shown = [run(cell, names) for cell in cells]
    counts, hits, frame, answer, cited, claims, titles, later, _ = shown
    assert counts["added"] > 40
    assert hits._repr_html_().count("<tr><td>") == 5
    assert list(frame["rank"]) == [1, 2, 3, 4, 5]
    assert not answer.abstained
    assert cited.quote in answer.text
    assert set(claims["verdict"]) == {"supported"}
    assert titles
    assert later.standalone != later.question


def run(cell: str, names: dict[str, object]) -> object:
    """What a notebook shows of a cell: the value of its last line, where that is an expression."""
    body = ast.parse(cell).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
