"""Checks the installed packages against published advisories: `make audit`.

Asks the package index first, then the OSV database, about each package in `.venv`. Exits with
0 where every package was checked and none has a known fault, with 1 where one has, and with 3
where some or all could not be checked: nothing is said about those.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

FAULTY = 1
UNCHECKED = 3
SERVICES = ("pypi", "osv")
OWN = "dateline"
_SECONDS = 600
_SHOWN = 5


def main() -> int:
    """The exit status, after every finding has been printed."""
    checked: dict[str, Mapping[str, Any]] = {}
    unchecked: set[str] = set()
    for service in SERVICES:
        answers = {one["name"]: one for one in ask(service) if one["name"] != OWN}
        checked |= {name: one for name, one in answers.items() if "vulns" in one}
        unchecked = (unchecked | set(answers)) - set(checked)
        if checked and not unchecked:
            break
    return report(list(checked.values()), sorted(unchecked))


def ask(service: str) -> list[dict[str, Any]]:
    """What pip-audit says of each package with this service; nothing where it has no answer."""
    command = [sys.executable, "-m", "pip_audit", "--local", "--format", "json"]
    command += ["--progress-spinner", "off", "--vulnerability-service", service]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
        dependencies: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        print(f"{service}: no answer in {_SECONDS} seconds")
        return []
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        print(f"{service}: no answer ({last:.200})")
        return []
    return dependencies


def report(checked: Sequence[Mapping[str, Any]], unchecked: Sequence[str]) -> int:
    """Prints what was found, and returns the exit status that says it."""
    faulty = [one for one in checked if one["vulns"]]
    for one in faulty:
        for fault in one["vulns"]:
            fixed = ", ".join(fault.get("fix_versions", ())) or "no version yet"
            print(f"{one['name']} {one['version']}: {fault['id']}, mended in {fixed}")
    print(f"{len(checked):,} packages checked, {len(faulty):,} with known faults")
    if unchecked or not checked:
        names = ", ".join(unchecked[:_SHOWN]) + (", ..." if len(unchecked) > _SHOWN else "")
        what = f"{len(unchecked):,} packages ({names})" if unchecked else "the packages"
        print(f"NOT CHECKED: {what}; no database of advisories that knows them was reached")
    if faulty:
        return FAULTY
    return UNCHECKED if unchecked or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
