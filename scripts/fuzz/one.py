"""One target in this process: `python -m scripts.fuzz.one TARGET FOLDER SECONDS`."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import atheris

from scripts.fuzz.__main__ import LONGEST_INPUT, LONGEST_SECONDS, MOST_MEGABYTES

with atheris.instrument_imports(include=["rag.corpus", "rag.sources", "rag.sources"]):
    from scripts.fuzz.targets import TARGETS


def main(name: str, folder: Path, seconds: int) -> None:
    """Fuzzes until the time is over, or something is found."""
    warnings.simplefilter("ignore")
    target = TARGETS[name]
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed{number}").write_bytes(seed)
        # What is imported at first use is no part of an input's time.
        target.run(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={LONGEST_SECONDS}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-max_len={LONGEST_INPUT}",
        f"-artifact_prefix={folder}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
