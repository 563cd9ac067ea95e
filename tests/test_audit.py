"""What `make audit` says: faults, none, and that nothing could be checked."""

from __future__ import annotations

import pytest

from scripts.audit import report

SOUND = {"name": "numpy", "version": "2.4", "vulns": []}
FAULTY = {
    "name": "lxml",
    "version": "6.1",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["6.2"]}, {"id": "PYSEC-2026-2"}],
}


def test_all_checked_and_sound_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([SOUND], []) == 0
    assert capsys.readouterr().out == "1 packages checked, 0 with known faults\n"


def test_a_known_fault_is_1_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([SOUND, FAULTY], ["torch"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "lxml 6.1: PYSEC-2026-1, mended in 6.2",
        "lxml 6.1: PYSEC-2026-2, mended in no version yet",
        "2 packages checked, 1 with known faults",
        "NOT CHECKED: 1 packages (torch); no database of advisories that knows them was reached",
    ]


def test_what_could_not_be_checked_is_never_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([SOUND], ["torch"]) == 3
    assert report([], []) == 3
    assert report([], [f"p{n}" for n in range(7)]) == 3
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("NOT CHECKED: 7 packages (p0, p1, p2, p3, p4, ...); no database")
