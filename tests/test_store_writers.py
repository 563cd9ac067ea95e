"""Two processes write to one PostgreSQL at once: nothing is lost, nothing is there twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from tests.commands import ROOT, STORE, child_environment
from tests.competing_writer import BOTH, OWN
from tests.postgresql import Server, database_of

NAMES = ("north", "south")
ROUNDS = 12
TEN_MINUTES = 600.0


def written_by_two(folder: Path, place: SecretStr, seconds: float) -> dict[str, int]:
    """What two writers report, together; their archives are in folders of their own."""
    environment = child_environment(**{STORE: place.get_secret_value()})
    started = []
    for name in NAMES:
        (folder / name).mkdir()
        arguments = [str(folder / name / "archive"), name, str(ROUNDS), str(seconds)]
        command = [sys.executable, "-m", "tests.competing_writer", *arguments]
        started.append(
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        )
    told = [json.loads(each.communicate()[0]) for each in started]
    assert [each["errors"] for each in told] == [[], []]
    rounds = [each["rounds"] for each in told]
    added = sum(each["outcomes"].get("added", 0) for each in told)
    revised = sum(each["outcomes"].get("revised", 0) for each in told)
    return {
        "added": added,
        "revised": revised,
        "expected": OWN * sum(rounds) + BOTH * max(rounds),
        "rounds": sum(rounds),
    }


def verified(folder: Path, server: Server, place: SecretStr, told: dict[str, int]) -> None:
    """Each article was added once; the change log has no gap; a new folder finds all of it."""
    name = database_of(place)
    assert told["added"] == told["expected"]
    ((articles, distinct),) = server.execute(
        "SELECT count(*), count(DISTINCT id) FROM articles", name
    )
    assert articles == distinct == told["added"]
    ((revisions, current),) = server.execute(
        "SELECT count(*), count(*) FILTER (WHERE NOT superseded) FROM revisions", name
    )
    assert (revisions, current) == (told["added"] + told["revised"], told["added"])
    ((first, last, changes),) = server.execute(
        "SELECT min(seq), max(seq), count(*) FROM changes", name
    )
    assert (first, last) == (1, changes)
    settings = Settings(encoder="hashing", store=place)
    for each in ("new", *(f"{writer}/archive" for writer in NAMES)):
        with Archive.open(folder / each, settings=settings, encoder=HashingEncoder()) as archive:
            assert archive.counts()[0] == told["added"]
            snapshot = archive.snapshot()
            assert snapshot.lexical.scores("story", range(1, 10)) != {}
            found = archive.search("story", 100)
            assert len({hit.article.id for hit in found}) == len(found) == 100


def test_two_writers_lose_nothing_and_add_nothing_twice(
    tmp_path: Path, postgresql_server: Server
) -> None:
    place = postgresql_server.prepared()
    told = written_by_two(tmp_path, place, 0)
    verified(tmp_path, postgresql_server, place, told)


@pytest.mark.faults
def test_two_writers_for_ten_minutes_lose_nothing_and_add_nothing_twice(
    tmp_path: Path, postgresql_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    place = postgresql_server.prepared()
    told = written_by_two(tmp_path, place, TEN_MINUTES)
    with capsys.disabled():
        print(f"\ntwo writers, ten minutes: {told}")
    verified(tmp_path, postgresql_server, place, told)
