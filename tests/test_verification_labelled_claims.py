"""The claims of `tests/claims`, labelled before the checker saw them: how many it misjudges.

A set is a TOML file of articles, each with true and false claims; some begin with their kind.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rag.records import Citation
from rag.verification.verify import verify
from tests.builders import article

SETS = Path(__file__).parent / "claims"
FROM = "first second third fourth fifth sixth seventh eighth ninth tenth"
"""The sets that rules were made from."""

OTHERS = "eleventh twelfth"
"""The sets that no rule was made from: they show what the rules are worth on claims of others."""

KIND = re.compile(r"^[a-z]+: ")


def supported(source: dict[str, Any], claims: list[str]) -> int:
    """How many of the claims the checker finds supported by the whole article."""
    text = source["text"].strip()
    whole = article(text, title=source["title"], publisher=source["publisher"], day=source["day"])
    cited = [Citation(1, whole, 0, len(text))]
    return sum(verify(KIND.sub("", claim), cited)[0] == "supported" for claim in claims)


@pytest.mark.parametrize(
    ("names", "true", "false", "most_flagged", "most_supported"),
    [(FROM, 528, 555, 94, 68), (OTHERS, 420, 420, 190, 196)],
)
def test_no_more_true_claims_are_flagged_and_no_more_false_ones_pass(
    names: str, true: int, false: int, most_flagged: int, most_supported: int
) -> None:
    files = [SETS / f"{name}.toml" for name in names.split()]
    read = [tomllib.loads(file.read_text(encoding="utf-8"))["evidence"] for file in files]
    articles = [each for found in read for each in found]
    assert sum(len(each["true"]) for each in articles) == true
    assert sum(len(each["false"]) for each in articles) == false
    assert true - sum(supported(each, each["true"]) for each in articles) <= most_flagged
    assert sum(supported(each, each["false"]) for each in articles) <= most_supported


def test_each_set_is_checked() -> None:
    assert sorted(file.stem for file in SETS.glob("*.toml")) == sorted(f"{FROM} {OTHERS}".split())
