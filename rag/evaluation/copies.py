"""Measures whether near-duplicate articles are grouped, and others are not."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from pathlib import Path
from typing import Any

from rag.archive import Archive, Progress
from rag.corpus.near_duplicates import ALIKE, SCHEME, resemblance, shingles
from rag.errors import CorpusError
from rag.evaluation.baseline import current_articles
from rag.evaluation.journal import Row
from rag.evaluation.pairs import SEED, Pair, Told, data_folder, draw_pairs, load_pairs, readdressed
from rag.evaluation.report import Report
from rag.evaluation.runner import Evaluated, archive_facts
from rag.evaluation.summary import summarise
from rag.records import Article
from rag.store.rows import digest

RANDOM_PAIRS = 2_000
_NAMED = 3
_LARGEST = 5
_SNIPPET = 400
_BATCH = 500
_HALF = 0.5
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class CopiesOptions:
    """What to measure; `now` dates the report."""

    data: Path
    now: datetime
    random_pairs: int = RANDOM_PAIRS


def evaluate_copies(archive: Archive, options: CopiesOptions, progress: Progress) -> Evaluated:
    """Measures the pairs of a data folder, and random pairs of articles of the same week.

    `grouped` is the share of the pairs in one group, or found to be one article;
    `wrongly_grouped` that of the random pairs, which hold no pair of the folder and no exact
    copies. A random pair that shares half of its shingles is a near-duplicate that the folder
    does not list: it is named in a warning, and counts as neither. Raises ConfigError without
    the pairs, CorpusError for pairs that cannot be measured.
    """
    started = time.perf_counter()
    told = {each.id: _told(each) for each in _counted(archive, progress)}
    listed = readdressed(load_pairs(options.data), told, options.data)
    held = [pair for pair in listed if all(id_ in told for id_ in pair)]
    if not held:
        msg = (
            f"{archive.folder} holds both articles of none of the pairs, such as "
            f"{listed[0][0]!r} and {listed[0][1]!r}; name the archive that was built from them"
        )
        raise CorpusError(msg)
    groups = _groups(archive, sorted(told))
    sample = draw_pairs(told, options.random_pairs, exclude=held)
    unlisted = [pair for pair in sample if _together(pair, groups) and _alike(archive, pair)]
    rows = [_row("grouped", pair, told, groups) for pair in held]
    rows += [_row("wrongly_grouped", pair, told, groups) for pair in sample if pair not in unlisted]
    settings = archive_facts(archive) | {
        "one_article": sum(one == other for one, other in held),
        "unlisted": len(unlisted),
        "left_out": len(listed) - len(held),
        "groups": len(set(groups.values())),
        "largest_groups": [n for _, n in Counter(groups.values()).most_common(_LARGEST)],
    }
    report = _report(options, rows, settings, time.perf_counter() - started)
    return Evaluated(report, (*_unknown(listed, told), *_unlisted(unlisted)))


def share_interval(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share as Wilson gives it, which also tells of shares of 0 and 1.

    >>> low, high = share_interval(0.0, 2_000)
    >>> round(low, 4), round(high, 4)
    (0.0, 0.0019)
    """
    if not n:
        return 0.0, 0.0
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + (_Z / (2 * n)) ** 2)
    return max(0.0, middle - half), min(1.0, middle + half)


def _report(
    options: CopiesOptions, rows: Sequence[Row], settings: Mapping[str, Any], seconds: float
) -> Report:
    measures = summarise(rows)
    sizes = Counter(name for row in rows for name in row["measures"])
    return Report(
        suite="copies",
        data=data_folder(options.data).resolve().name,
        system="full",
        n=sizes["grouped"],
        measures=measures,
        intervals={name: share_interval(value, sizes[name]) for name, value in measures.items()},
        settings={
            **settings,
            "as_of": False,
            "random_pairs": sizes["wrongly_grouped"],
            "wrong": sum(row["measures"].get("wrongly_grouped", 0) == 1 for row in rows),
            "alike": ALIKE,
            "scheme": SCHEME,
            "seed": SEED,
            "date": f"{options.now:%Y-%m-%d}",
        },
        timings={"seconds": round(seconds, 2)},
        counted="pairs",
        questions=rows,
    )


def _counted(archive: Archive, progress: Progress) -> Iterator[Article]:
    total, *_ = archive.counts()
    for number, article in enumerate(current_articles(archive)):
        if number % _BATCH == 0:
            progress("reading", number, total)
        yield article
    progress("reading", total, total)


def _told(article: Article) -> Told:
    date = article.published.at.isocalendar() if article.published else None
    week = (date.year, date.week) if date else None
    return Told(week, digest(article.text.strip()), article.title, article.text[:_SNIPPET])


def _groups(archive: Archive, ids: Sequence[str]) -> dict[str, str]:
    groups: dict[str, str] = {}
    for first in range(0, len(ids), _BATCH):
        groups |= archive.groups(ids[first : first + _BATCH])
    return groups


def _together(pair: Pair, groups: Mapping[str, str]) -> bool:
    one, other = pair
    return one == other or (one in groups and groups[one] == groups.get(other))


def _row(measure: str, pair: Pair, told: Mapping[str, Told], groups: Mapping[str, str]) -> Row:
    together = _together(pair, groups)
    wanted = measure == "grouped"
    return {
        "qid": " ".join(pair),
        "question": " / ".join(told[id_].title or id_ for id_ in pair),
        "type": "near-duplicates" if wanted else "random",
        "year": "",
        "date": "",
        "expected": ["in one group" if wanted else "in different groups"],
        "measures": {measure: float(together)},
        "score": float(together == wanted),
        "found": [{"id": id_, "title": told[id_].title, "text": told[id_].start} for id_ in pair]
        if together != wanted
        else [],
    }


def _alike(archive: Archive, pair: Pair) -> bool:
    """Whether two articles are near-duplicates by what all agree on: half of it is the same."""
    found = [shingles(article.text) for article, _ in archive.articles(pair)]
    return resemblance(*found) >= _HALF


def _unlisted(pairs: Sequence[Pair]) -> Iterator[str]:
    if pairs:
        named = "; ".join(" and ".join(map(repr, pair)) for pair in pairs[:_NAMED])
        yield f"random pairs that are near-duplicates though not listed: {len(pairs):,}, {named}"


def _unknown(pairs: Sequence[Pair], known: Collection[str]) -> Iterator[str]:
    unknown = sorted({id_ for pair in pairs for id_ in pair if id_ not in known})
    if unknown:
        named = ", ".join(map(repr, unknown[:_NAMED])) + (", ..." if len(unknown) > _NAMED else "")
        left_out = sum(any(id_ not in known for id_ in pair) for pair in pairs)
        yield f"article ids that are not in the archive: {len(unknown):,}, {named}"
        yield f"pairs left out, with an article missing: {left_out:,}"
