"""What the doctor says of an archive: one finding for each thing that is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Severity = Literal["fatal", "wrong", "odd", "note"]
"""Cannot be used; answers are wrong or missing; somebody should look; good to know."""

Remedy = Literal[
    "",
    "aside",
    "remove",
    "foreign",
    "migrate",
    "catch up",
    "stray rows",
    "regroup",
    "rebuild",
    "save",
]
"""What `dateline doctor --fix` does about a finding; "" where it can do nothing."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `what` with its values, what it `means`, and what mends it.

    `mend` is a command, or several in a row.
    """

    check: str
    severity: Severity
    what: str
    means: str
    mend: str
    remedy: Remedy = ""

    @property
    def fixable(self) -> bool:
        """Whether `dateline doctor --fix` mends it, without losing anything."""
        return bool(self.remedy)

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        shown = {name: value for name, value in asdict(self).items() if name != "remedy"}
        return shown | {"fixable": self.fixable}


def is_sound(findings: Iterable[Finding]) -> bool:
    """Whether nothing was found but what is only good to know."""
    return all(finding.severity == "note" for finding in findings)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The findings by how bad they are, else in the order given."""
    return sorted(findings, key=lambda finding: get_args(Severity).index(finding.severity))


def listed(items: Sequence[object]) -> str:
    """The first few of the items, and how many more there are.

    >>> listed(["a", "b"]), listed(range(7))
    ("'a', 'b'", '0, 1, 2, 3, 4 and 2 more')
    """
    shown = ", ".join(repr(item) for item in items[:_SHOWN])
    more = len(items) - _SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
