"""Each target of the fuzzer takes its seeds."""

from __future__ import annotations

import pytest

from scripts.fuzz.targets import TARGETS

SEEDS = [(name, number) for name, each in TARGETS.items() for number in range(len(each.seeds))]


@pytest.mark.parametrize(("name", "number"), SEEDS)
def test_a_target_takes_its_seeds(name: str, number: int) -> None:
    target = TARGETS[name]
    target.run(target.seeds[number])
