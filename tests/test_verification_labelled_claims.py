"""The claims of `tests/claims`, labelled before the checker saw them: how many it misjudges.

A set is a TOML file of articles, each with true and false claims; some begin with their kind.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from rag.records import Citation
from rag.verification.verify import verify
from tests.builders import article

SETS = Path(__file__).parent / "claims"
KIND = re.compile(r"^[a-z]+: ")


def supported(source: dict[str, Any], claims: list[str]) -> int:
    """How many of the claims the checker finds supported by the whole article."""
    text = source["text"].strip()
    whole = article(text, title=source["title"], publisher=source["publisher"], day=source["day"])
    cited = [Citation(1, whole, 0, len(text))]
    return sum(verify(KIND.sub("", claim), cited)[0] == "supported" for claim in claims)


def test_no_more_true_claims_are_flagged_and_no_more_false_ones_pass() -> None:
    files = sorted(SETS.glob("*.toml"))
    read = [tomllib.loads(file.read_text(encoding="utf-8"))["evidence"] for file in files]
    articles = [each for found in read for each in found]
    true = sum(len(each["true"]) for each in articles)
    false = sum(len(each["false"]) for each in articles)
    assert (true, false) == (528, 555)
    assert true - sum(supported(each, each["true"]) for each in articles) <= 94
    assert sum(supported(each, each["false"]) for each in articles) <= 68
