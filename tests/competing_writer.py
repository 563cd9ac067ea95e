"""A process that writes as another one does.

As a program: FOLDER NAME ROUNDS SECONDS. It ingests small files until it has done ROUNDS of them
and SECONDS have passed: new articles of its own, new ones that the other writer adds as well, and
revisions of these. DATELINE_STORE names the server. At the end it prints what became of them.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import load_settings
from rag.errors import RagError
from tests.builders import row, write_jsonl

OWN, BOTH, REVISED = 3, 4, 2
"""Articles of each round: of this writer alone, of both, and revisions of those of both."""


def rows(name: str, turn: int) -> list[dict[str, object]]:
    """What a writer adds in a round; both may add the same article at the same time."""
    own = [
        _row(f"{name}-{turn}-{n}", f"The {name} desk filed story {n} of round {turn}. It is brief.")
        for n in range(OWN)
    ]
    both = [
        _row(f"both-{turn}-{n}", f"Both desks filed story {n} of round {turn}. It is long.")
        for n in range(BOTH)
    ]
    earlier = max(0, turn - 5)
    revised = [
        _row(f"both-{earlier}-{n}", f"The {name} desk mended story {n} of round {earlier}.")
        for n in range(REVISED)
    ]
    return [*own, *both, *(revised if turn > 5 else [])]


def _row(id_: str, text: str) -> dict[str, object]:
    return row(0, text, url=f"https://courier.example/{id_}", title=f"Story {id_}")


def main(folder: Path, name: str, least: int, seconds: float) -> None:
    """Writes, and prints the outcomes, the errors and the number of rounds."""
    until, turn = time.monotonic() + seconds, 0
    outcomes: Counter[str] = Counter()
    errors: list[str] = []
    with Archive.open(folder, settings=load_settings(), encoder=HashingEncoder()) as archive:
        while turn < least or time.monotonic() < until:
            source = write_jsonl(folder.parent / f"{name}.jsonl", rows(name, turn))
            try:
                report = archive.ingest(source, vectors=False)
                outcomes.update(report.counts)
                errors += [each.note for each in report.failures]
            except RagError as error:
                errors.append(str(error))
            turn += 1
    print(json.dumps({"outcomes": outcomes, "errors": errors, "rounds": turn}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
