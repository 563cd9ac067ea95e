"""Every file of an archive, damaged in every way: the doctor finds it, and says what mends it."""

from __future__ import annotations

import json
import random
import shlex
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from rag.errors import RagError
from tests.commands import Commands, Ended
from tests.damages import Damage, Found, allowed, built, flipped, results

Sound = tuple[Path, list[Found]]
NOTE = b"This is a note about the harbour and nothing else. " * 20
PICTURE = b"\x89PNG\r\n\x1a\n" + random.Random(3).randbytes(3000)


def flip(seed: int) -> Damage:
    """Turns one bit round, at a place that the seed chooses."""
    return lambda data: flipped(data, random.Random(seed).randrange(len(data)))


WAYS: Mapping[str, Damage] = {
    "emptied": lambda _: b"",
    "cut in half": lambda data: data[: len(data) // 2],
    "cut by a byte": lambda data: data[:-1],
    "a bit": flip(1),
    "another bit": flip(2),
    "a text": lambda _: NOTE,
    "a picture": lambda _: PICTURE,
}
KINDS = ("term", "idx", "pos", "fast", "store", "fieldnorm")
FILES = [
    *("archive.db", "vectors.db", "dense.faiss", "dense.delta", "manifest.json"),
    *("writer.json", "inputs.db"),
    *("lexical/dateline.json", "lexical/meta.json", "lexical/.managed.json"),
    *(f"lexical/*.{kind}" for kind in KINDS),
    "lexical/past/*.idx",
]
FIRST = {"emptied", "cut in half", "a bit"}
"""The ways of `make test`; those of `make faults` are the others."""
GROSS = {"emptied", "cut in half", "a text", "a picture"}
NEEDED = {
    *("archive.db", "vectors.db", "dense.faiss", "dense.delta", "manifest.json"),
    "lexical/dateline.json",
}
"""Files that no archive does without: that one of them is damaged grossly cannot go unseen."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    """A sound archive, and what it finds as it is and with its indexes rebuilt."""
    archive = built(tmp_path_factory.mktemp("sound"))
    expected = allowed(archive, tmp_path_factory.mktemp("again"))
    for name in ("archive.db", "vectors.db"):
        for end in ("-wal", "-shm"):
            (archive / f"{name}{end}").unlink(missing_ok=True)
    (archive / "writer.json").write_text('{"pid": 0, "host": "x", "since": "", "purpose": ""}')
    return archive, expected


def after(archive: Path) -> Found | str:
    """What the archive finds, or why it finds nothing."""
    try:
        return results(archive)
    except RagError as error:
        return str(error)


def follow(dateline: Commands, mend: str, sound: Path) -> None:
    """Runs the commands that mend something; what is to be ingested is what it was made of."""
    for command in mend.split("; "):
        name, *words = shlex.split(command, comments=True)
        if name == "mv":
            Path(words[0]).rename(words[1])
        elif words[:2] == ["ingest", "PATH..."]:
            for source in ("in.jsonl", "new.jsonl"):
                assert dateline("ingest", sound.parent / source, *words[2:]).status == 0
        elif name == "dateline":
            ended = dateline(*words)
            assert ended.status == 0 or words[0] == "doctor", ended


def mended(dateline: Commands, archive: Path, sound: Path) -> None:
    """Lets the doctor mend what it can, then does what it says of the rest."""
    for _ in range(4):
        ended = dateline("doctor", "--fix", "--json", "--archive", archive)
        if ended.status == 0:
            return
        follow(dateline, worst(ended)["mend"], sound)
    pytest.fail(ended.out)


def worst(ended: Ended) -> dict[str, str]:
    found: list[dict[str, str]] = json.loads(ended.out)["findings"]
    return found[0]


def check(dateline: Commands, archive: Path, sound: Sound) -> bool:
    """Whether the doctor finds something in a damaged archive, which is then mended."""
    ended = dateline("doctor", "--json", "--archive", archive)
    assert "Traceback" not in ended.err
    assert ended.status in (0, 1), ended
    if ended.status == 0:
        assert after(archive) in sound[1]
        return False
    mended(dateline, archive, sound[0])
    assert after(archive) in sound[1], ended.out
    return True


@pytest.mark.parametrize("part", FILES)
def test_a_damaged_file_is_found_and_mended_or_changes_nothing(
    dateline: Commands, tmp_path: Path, sound: Sound, part: str
) -> None:
    damage_all(dateline, tmp_path, sound, part, FIRST)


@pytest.mark.faults
@pytest.mark.parametrize("part", FILES)
def test_a_file_damaged_in_other_ways_is_found_and_mended_or_changes_nothing(
    dateline: Commands, tmp_path: Path, sound: Sound, part: str
) -> None:
    damage_all(dateline, tmp_path, sound, part, WAYS.keys() - FIRST)


def damage_all(
    dateline: Commands, tmp_path: Path, sound: Sound, part: str, ways: Collection[str]
) -> None:
    """Damages one file of a sound archive in each of the ways, and has each copy mended."""
    found = set()
    for name in sorted(ways):
        damage = WAYS[name]
        folder = tmp_path / name.replace(" ", "-")
        archive = Path(shutil.copytree(sound[0], folder / "archive"))
        path = min(archive.glob(part))
        path.write_bytes(damage(path.read_bytes()))
        if check(dateline, archive, sound):
            found.add(name)
    assert found >= (GROSS.intersection(ways) if part in NEEDED else set())
