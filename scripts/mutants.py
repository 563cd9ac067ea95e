"""Changes the code in one place at a time; counts the changes that tests notice: `make mutants`.

mutmut makes the mutants; a seeded sample of them is tried in each room, because a whole run takes
hours. Prints the share killed, and each survivor with its file, line and change. Exits with 1
where fewer than the required share are killed.
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
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "mutants"
ROOMS = ("retrieval", "answers", "verification", "language")
TESTS = (
    *(f"tests/test_{room}_*.py" for room in (*ROOMS, "quotes")),
    "tests/test_archive.py",
)
"""The tests that are tried: those of the rooms, and of an archive that answers."""

REQUIRED = 0.8
_PROCESSES = "2"
_COPIED = ("rag", "embeddings", "tests", "app.py", "conftest.py", "pyproject.toml")
_KILLED = frozenset({1, 3, -24, 24, 36, 152, 255, -11, -9})
"""Exit codes of tests that fail, do not end or break down."""

_NO_TESTS = frozenset({5, 33})
_NOTHING = "no mutant has this name"
_NAME = re.compile(r"(?P<module>[\w.]+)\.x(?:_|ǁ(?P<owner>\w+)ǁ)(?P<function>\w+)__mutmut_\d+")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one place in a function, and how the tests ended on it."""

    name: str
    file: str
    ended: int | None

    @property
    def killed(self) -> bool:
        """Whether a test noticed the change."""
        return self.ended in _KILLED


def main() -> int:
    """The exit status: 0 where enough mutants were killed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=60, help="mutants tried in each room")
    parser.add_argument("--seed", type=int, default=0, help="another seed draws other mutants")
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=ROOMS)
    given = parser.parse_args()
    if given.number < 1:
        parser.error(f"--number is {given.number}; try 1 mutant or more")
    set_up(given.rooms)
    print("making mutants and recording which tests reach them ...", flush=True)
    prepared = mutmut("run", "--max-children", _PROCESSES, _NOTHING)
    if not (WORK / "mutants" / "mutmut-stats.json").exists():
        print(prepared[-5000:])
        return 2
    drawn = [m for room in given.rooms for m in draw(room, given.number, given.seed)]
    print(f"trying {len(drawn)} mutants ...", flush=True)
    log = mutmut("run", "--max-children", _PROCESSES, *(mutant.name for mutant in drawn))
    names = {mutant.name for mutant in drawn}
    tried = [m for room in given.rooms for m in mutants(room) if m.name in names]
    if any(mutant.ended is None for mutant in tried):
        print(log[-5000:])
        return 2
    return report(tried)


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
        "process_isolation": "forkserver",
        "timeout_multiplier": 5.0,
        "timeout_constant": 4.0,
        "track_dependencies": False,
        "use_git_change_detection": False,
    }
    written = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    with (WORK / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[tool.mutmut]\n{written}")
    tomllib.loads((WORK / "pyproject.toml").read_text(encoding="utf-8"))


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


def report(tried: Sequence[Mutant]) -> int:
    """The exit status, after the survivors and the share killed have been printed."""
    survivors = [mutant for mutant in tried if not mutant.killed]
    for mutant in survivors:
        removed, added = change(mutant)
        reached = "" if mutant.ended not in _NO_TESTS else " (no test reaches it)"
        print(f"\n{mutant.file}:{line(mutant, removed)}{reached}  {mutant.name}")
        print("\n".join([*(f"  - {one}" for one in removed), *(f"  + {one}" for one in added)]))
    print(f"\n{'room':<14}{'killed':>7}{'tried':>7}{'share':>7}")
    for room in ROOMS:
        share([mutant for mutant in tried if mutant.file.startswith(f"rag/{room}/")], room)
    share(tried, "all")
    return int(len(survivors) > (1 - REQUIRED) * len(tried))


def share(tried: Sequence[Mutant], name: str) -> None:
    """Prints a row of the table, where any mutant was tried."""
    killed = sum(mutant.killed for mutant in tried)
    if tried:
        print(f"{name:<14}{killed:>7}{len(tried):>7}{killed / len(tried):>7.0%}")


def change(mutant: Mutant) -> tuple[list[str], list[str]]:
    """The lines that the mutant removes, and those that it puts in their place."""
    shown = mutmut("show", mutant.name).splitlines()
    at = next((n for n, one in enumerate(shown) if one.startswith("@@")), len(shown))
    return (
        [one[1:].strip() for one in shown[at:] if one.startswith("-")],
        [one[1:].strip() for one in shown[at:] if one.startswith("+")],
    )


def line(mutant: Mutant, removed: Sequence[str]) -> int:
    """The line of the source that the mutant changes; where its function begins, if not found."""
    source = (WORK / mutant.file).read_text(encoding="utf-8")
    match = _NAME.fullmatch(mutant.name)
    wanted = match["function"] if match else ""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == wanted:
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                if removed and lines[number - 1].strip() == removed[0]:
                    return number
    return 1


if __name__ == "__main__":
    sys.exit(main())
