"""The shape of the code: size budgets, docstrings, and what must not happen at import."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted([*ROOT.glob("rag/**/*.py"), *ROOT.glob("embeddings/**/*.py"), ROOT / "app.py"])
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
FUNCTIONS = [
    (path, node)
    for path, tree in TREES.items()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
]


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([argument for argument in given if argument.arg not in ("self", "cls")])


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: _lines(path) for path in FILES}
    assert {path.name: n for path, n in lengths.items() if n > 400} == {}


def test_functions_are_short() -> None:
    lengths = sorted(_length(node) for _, node in FUNCTIONS)
    longest = [f"{path.name}:{node.name}" for path, node in FUNCTIONS if _length(node) > 60]
    assert longest == []
    assert statistics.median(lengths) <= 10
    assert sum(length <= 30 for length in lengths) >= 0.9 * len(lengths)


def test_nine_functions_in_ten_have_at_most_four_parameters() -> None:
    counts = [_parameters(node) for _, node in FUNCTIONS]
    assert sum(count <= 4 for count in counts) >= 0.9 * len(counts)


def test_every_module_and_public_name_says_what_it_is() -> None:
    silent = [f"{path.name}" for path, tree in TREES.items() if not ast.get_docstring(tree)]
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node) and not _is_nested(tree, node):
                silent.append(f"{path.name}:{node.name}")
    assert silent == []


def _is_nested(tree: ast.Module, node: ast.AST) -> bool:
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n is not node]
    return any(node in ast.walk(function) for function in functions)


DOORS = ("archive.py", "desk.py", "catalogue.py")
"""Where callers come in: a search by words loads nothing of what answers, ingests or checks."""


def test_our_own_modules_are_imported_at_the_top() -> None:
    hidden = [
        f"{path.name}:{inner.lineno}"
        for path, node in FUNCTIONS
        for inner in ast.walk(node)
        if path.name not in DOORS
        and isinstance(inner, ast.ImportFrom)
        and (inner.module or "").split(".")[0] in ("rag", "embeddings")
    ]
    assert hidden == []


ENGINES = re.compile(r"tantivy|faiss|dense\.faiss|manifest\.json", re.IGNORECASE)
OF_ENGINES = {
    *("analysis", "engines", "faiss_vectors", "segments", "tantivy_index"),
    *("tantivy_queries", "word_index"),
    *("milvus_collection", "milvus_rows", "milvus_server", "milvus_vectors", "milvus_words"),
    # tantivy's analyzers stem words and drop common ones here; nothing is searched.
    *("entities", "words"),
}


def test_only_their_own_modules_know_the_engines_of_the_indexes() -> None:
    knowing = {path for path in FILES if ENGINES.search(path.read_text(encoding="utf-8"))}
    rooms = {path for path in knowing if path.is_relative_to(ROOT / "rag")}
    assert {path.stem for path in rooms} - OF_ENGINES == set()


def test_no_module_has_the_name_of_a_standard_one() -> None:
    clashes = {path.stem for path in FILES} & (sys.stdlib_module_names - {"__init__"})
    assert clashes == set()


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("rag", "torch sentence_transformers faiss gradio openai trafilatura dateparser"),
        ("rag.cli", "torch sentence_transformers gradio openai trafilatura dateparser"),
        ("embeddings", "torch sentence_transformers faiss"),
    ],
)
def test_importing_loads_nothing_heavy(module: str, heavy: str) -> None:
    code = (
        f"import sys, {module}\nprint([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
