"""Changes the code in one place at a time; counts the changes that tests notice: `make mutants`.

mutmut makes the mutants, one for each place in a function that has no decorator, and finds the
tests that reach each; tables and patterns at the top of a module are left alone. A whole run
takes hours, so a seeded sample of each room is tried. Prints each survivor with its place and its
change, then the share killed. Exits with 0 where that is 80 % or more, with 1 where it is less,
and with 2 where mutmut could not try them.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "mutants"
ROOMS = ("retrieval", "answers", "verification", "language")
TESTS = (
    *(f"tests/test_{room}_*.py" for room in (*ROOMS, "quotes", "questions")),
    "tests/test_archive.py",
)
"""The tests that are tried: those of the rooms, of questions, and of an archive that answers."""

REQUIRED = 80
"""So many of a hundred must be killed."""

UNTRIED = 2
_PROCESSES = "2"
_COPIED = ("rag", "embeddings", "tests", "app.py", "conftest.py", "pyproject.toml")
_FAILED = frozenset({1, 3, -9, -11})
_ENDLESS = frozenset({24, -24, 36, 152, 255})
_UNREACHED = frozenset({5, 33})
"""Exit codes: a test fails or breaks down; none ends in time; no test reaches the place."""

_NOTHING = "no mutant has this name"
_NAME = re.compile(r"[\w.]+\.x(?:_|ǁ\w+ǁ)(?P<function>\w+)__mutmut_\d+")
_LAST_OUTPUT = 5_000


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one place in a function, and how the tests ended on it, None before that."""

    name: str
    file: str
    ended: int | None

    @property
    def killed(self) -> bool:
        """Whether the tests noticed the change: one failed, or did not end."""
        return self.ended in _FAILED | _ENDLESS


def main() -> int:
    """The exit status, after the survivors and the share killed have been printed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=60, help="mutants tried in each room")
    parser.add_argument("--seed", type=int, default=0, help="another seed draws other mutants")
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=ROOMS)
    given = parser.parse_args()
    if given.number < 1:
        parser.error(f"--number is {given.number}; try 1 mutant or more")
    set_up(given.rooms)
    print("making mutants and recording which tests reach them ...", flush=True)
    # A run that names no mutant makes them all, records the tests and then stops.
    log = mutmut("run", "--max-children", _PROCESSES, _NOTHING)
    names = {m.name for room in given.rooms for m in draw(room, given.number, given.seed)}
    if names and (WORK / "mutants" / "mutmut-stats.json").exists():
        print(f"trying {len(names)} mutants ...", flush=True)
        log = mutmut("run", "--max-children", _PROCESSES, *sorted(names))
    tried = [m for room in given.rooms for m in mutants(room) if m.name in names]
    if not tried or any(mutant.ended is None for mutant in tried):
        print(f"{log[-_LAST_OUTPUT:]}\nmutmut did not try every mutant; mend what it says above")
        return UNTRIED
    return report(tried, {m.name: mutmut("show", m.name) for m in tried if not m.killed})


def set_up(rooms: Sequence[str]) -> None:
    """Copies what the tests need into a folder of its own, with the settings of mutmut."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    for name in _COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, WORK / name, ignore=ignored)
        else:
            shutil.copy2(ROOT / name, WORK / name)
    tests = sorted(str(p.relative_to(ROOT)) for pattern in TESTS for p in ROOT.glob(pattern))
    settings = {
        "source_paths": ["rag", "embeddings"],
        "only_mutate": [f"rag/{room}/*" for room in rooms],
        "also_copy": ["app.py", "conftest.py"],
        "pytest_add_cli_args": ["-p", "no:xdist", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": tests,
        # Threads of an index do not survive a fork of the process that has run the tests.
        "process_isolation": "forkserver",
        "timeout_multiplier": 5.0,
        "timeout_constant": 4.0,
        "track_dependencies": False,
        "use_git_change_detection": False,
    }
    written = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    with (WORK / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[tool.mutmut]\n{written}")


def mutmut(*arguments: str) -> str:
    """What mutmut prints, run in the working folder."""
    command = [sys.executable, "-c", "from mutmut.__main__ import cli; cli()", *arguments]
    environment = {**os.environ, "PYTHONPATH": "", "HF_HUB_OFFLINE": "1"}
    ended = subprocess.run(
        command, cwd=WORK, env=environment, text=True, capture_output=True, check=False
    )
    return ended.stdout + ended.stderr


def mutants(room: str) -> Iterator[Mutant]:
    """All mutants of a room, and how the tests ended on each that was tried."""
    folder = WORK / "mutants"
    for path in sorted((folder / "rag" / room).rglob("*.meta")):
        file = str(path.relative_to(folder).with_suffix(""))
        found = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        yield from (Mutant(name, file, ended) for name, ended in found.items())


def draw(room: str, number: int, seed: int) -> list[Mutant]:
    """A sample of the mutants of a room, the same for the same seed."""
    every = sorted(mutants(room), key=lambda mutant: mutant.name)
    return random.Random(f"{seed} {room}").sample(every, min(number, len(every)))


def report(tried: Sequence[Mutant], shown: Mapping[str, str]) -> int:
    """The exit status, after the survivors and the share killed have been printed.

    `shown` has the difference that each survivor makes, as mutmut shows it.
    """
    survivors = [mutant for mutant in tried if not mutant.killed]
    for mutant in survivors:
        changed = [one for one in _difference(shown[mutant.name]) if one[0] in "-+"]
        reached = "no test reaches it: " if mutant.ended in _UNREACHED else ""
        print(f"{mutant.file}:{_line(mutant, changed)}: {reached}{mutant.name}")
        print("".join(f"    {one[0]} {one[1:].strip()}\n" for one in changed))
    print(f"{'room':<14}{'killed':>8}{'endless':>9}{'tried':>7}{'share':>7}")
    for room in ROOMS:
        _print_share(room, [one for one in tried if one.file.startswith(f"rag/{room}/")])
    _print_share("all", tried)
    return int(100 * (len(tried) - len(survivors)) < REQUIRED * len(tried))


def _print_share(name: str, tried: Sequence[Mutant]) -> None:
    if tried:
        killed = sum(mutant.killed for mutant in tried)
        endless = sum(mutant.ended in _ENDLESS for mutant in tried)
        print(f"{name:<14}{killed:>8}{endless:>9}{len(tried):>7}{killed / len(tried):>7.0%}")


def _difference(shown: str) -> list[str]:
    """The lines of a unified difference, without its head."""
    lines = shown.splitlines()
    first = next((n for n, one in enumerate(lines) if one.startswith("@@")), len(lines))
    return [one for one in lines[first + 1 :] if one]


def _line(mutant: Mutant, changed: Sequence[str]) -> int:
    """The line of the source that a mutant changes; the function's first where it is not found."""
    source = (WORK / mutant.file).read_text(encoding="utf-8")
    lines = [one.strip() for one in source.splitlines()]
    match = _NAME.fullmatch(mutant.name)
    removed = next((one[1:].strip() for one in changed if one[0] == "-"), "")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and match and node.name == match["function"]:
            within = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            return next((n for n in within if lines[n - 1] == removed), node.lineno)
    return 1


if __name__ == "__main__":
    sys.exit(main())
