"""Compares embedding on two nodes of a local Ray cluster with one process, in turns.

Run from a checkout: python -m scripts.embed_on_ray [--rounds 3] [--passages 1500]. Each node has
one processor, so both sides have the same two. It prints passages a second of each round, and the
ratio; what a round begins with, such as loading the model, is done before in a round that does not
count.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from rag.archive import Archive
from tests.builders import row, write_jsonl
from tests.ray_cluster import nodes

SEEDS = Path(__file__).parent.parent / "seeds"


def articles(count: int, folder: Path) -> Path:
    """So many articles of about 150 words, mixed from sentences of the seeds."""
    chance = random.Random("embed_on_ray")
    prose = " ".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.md")))
    sentences = [each for each in prose.replace("\n", " ").split(". ") if 40 < len(each) < 300]
    texts = (". ".join(chance.sample(sentences, 8)) + "." for _ in range(count))
    return write_jsonl(folder / "in.jsonl", [row(n, text) for n, text in enumerate(texts)])


def seconds(source: Path, folder: Path, on: str) -> tuple[int, float]:
    """How many passages an archive has, and how long it takes to embed them."""
    with Archive.open(folder) as archive:
        archive.ingest(source, vectors=False)
        began = time.perf_counter()
        count = archive.embed(on=on)
        return count, time.perf_counter() - began


def main() -> None:
    """Prints the rates of each round, and the median ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--passages", type=int, default=1500)
    wanted = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as made, nodes():
        folder = Path(made)
        source = articles(wanted.passages, folder)
        for turn in range(wanted.rounds + 1):
            rates = {}
            for on in ("", "ray") if turn % 2 else ("ray", ""):
                count, took = seconds(source, folder / f"{turn}{on}", on)
                rates[on] = count / took
            ratio = rates["ray"] / rates[""]
            counts = "" if turn else "  (does not count)"
            print(
                f"round {turn}: {count:,} passages, one process {rates['']:.1f}/s, "
                f"cluster {rates['ray']:.1f}/s, ratio {ratio:.2f}{counts}",
                flush=True,
            )
            ratios += [ratio] if turn else []
    print(f"median ratio {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}")


if __name__ == "__main__":
    main()
