"""Pairs of articles to measure grouping with: those a data folder lists, and random ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rag.errors import ConfigError, CorpusError
from rag.evaluation.datasets import article_id, data_rows, text_field
from rag.evaluation.labels import addresses

PAIRS = "near_duplicates.jsonl"
SEED = 2_000
_TRIES = 20

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept of an article while pairs are drawn: its ISO year and week, and how it begins.

    `text` is equal for exact copies and for nothing else.
    """

    week: tuple[int, int] | None
    text: str
    title: str = ""
    start: str = ""


def load_pairs(data: Path) -> list[Pair]:
    """The pairs of a folder's `near_duplicates.jsonl`, or of a file: fields `a` and `b`.

    Raises ConfigError without such a file, CorpusError naming the line of a bad one.
    """
    file = data / PAIRS if data.is_dir() else data
    if not file.is_file():
        msg = f"cannot read {file}; --data needs a folder with {PAIRS}, or such a file"
        raise ConfigError(msg)
    pairs = [
        (
            article_id(text_field(row, "a", where, required=True)),
            article_id(text_field(row, "b", where, required=True)),
        )
        for where, row in data_rows(file)
    ]
    if not pairs:
        msg = f"{file} holds no pairs; write one JSON object with 'a' and 'b' a line"
        raise CorpusError(msg)
    return pairs


def draw_pairs(told: Mapping[str, Told], count: int, exclude: Collection[Pair]) -> list[Pair]:
    """Random pairs of articles with the same `week`, always the same ones; fewer where few are.

    None is in `exclude`, has the same `text` twice or is drawn a second time.
    """
    weeks: dict[tuple[int, int], list[str]] = {}
    for id_ in sorted(told):
        if (week := told[id_].week) is not None:
            weeks.setdefault(week, []).append(id_)
    eligible = [(id_, ids) for ids in weeks.values() if len(ids) > 1 for id_ in ids]
    random = Random(SEED)  # noqa: S311 - a sample, not a secret
    refused = {frozenset(pair) for pair in exclude}
    drawn: dict[frozenset[str], Pair] = {}
    for _ in range(_TRIES * count if eligible else 0):
        one, same_week = random.choice(eligible)
        other = random.choice(same_week)
        pair = frozenset((one, other))
        if len(pair) == 2 and pair not in refused and told[one].text != told[other].text:
            drawn.setdefault(pair, (min(one, other), max(one, other)))
        if len(drawn) == count:
            break
    return list(drawn.values())


def readdressed(pairs: Sequence[Pair], known: Collection[str], data: Path) -> list[Pair]:
    """The pairs with ids that only the data's own articles file explains put right."""
    unknown = {id_ for pair in pairs for id_ in pair} - set(known)
    found = addresses(data_folder(data), unknown) if unknown else {}
    return [(found.get(a, a), found.get(b, b)) for a, b in pairs]


def data_folder(data: Path) -> Path:
    """The folder that is named, or that the named file is in."""
    return data if data.is_dir() else data.parent
