"""The claims of `tests/claims`, labelled before the checker saw them: how many it misjudges."""

from __future__ import annotations

import tomllib
from pathlib import Path

from rag.records import Citation
from rag.verification.verify import verify
from tests.builders import article

SETS = Path(__file__).parent / "claims"


def misjudged(*names: str) -> tuple[int, int, int, int]:
    """True claims, those not marked supported, false claims, and those marked supported."""
    counts = [0, 0, 0, 0]
    for name in names:
        for told in tomllib.loads((SETS / f"{name}.toml").read_text(encoding="utf-8"))["evidence"]:
            text = told["text"].strip()
            source = article(text, title=told["title"], publisher=told["publisher"], day=told["day"])
            cited = [Citation(1, source, 0, len(text))]
            for place, label in ((0, "true"), (2, "false")):
                supported = [verify(claim, cited)[0] == "supported" for claim in told[label]]
                counts[place] += len(supported)
                counts[place + 1] += supported.count(label == "false")
    return counts[0], counts[1], counts[2], counts[3]
