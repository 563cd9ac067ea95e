"""Whether near-duplicate articles are grouped, and random pairs of articles of one week are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rag.archive import Archive
from rag.corpus.near_duplicates import RESEMBLING, SCHEME, resemblance, shingles
from rag.errors import CorpusError
from rag.evaluation.datasets import (
    Record,
    Required,
    article_id,
    checked,
    data_file,
    data_rows,
)
from rag.evaluation.labels import addresses, archive_facts, duplicate_groups, listed
from rag.evaluation.measures import SEED
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, Suite, sample_row
from rag.records import Article
from rag.store.rows import digest

PAIRS = "near_duplicates.jsonl"
RANDOM_PAIRS = 2_000
_TRIES = 20
_LARGEST = 5
_SNIPPET = 400
_HALF = 0.5

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outline:
    """What is remembered of an article: the ISO year and week, digest, title and first words."""

    week: tuple[int, int] | None
    digest: str
    title: str = ""
    start: str = ""


@dataclass(frozen=True, slots=True)
class PairSample:
    """Two articles that are near-duplicates, or are not; `shown` is the outline of each."""

    pair: Pair
    wanted: bool
    grouped: bool
    shown: tuple[Outline, Outline]

    @property
    def qid(self) -> str:
        """Both ids."""
        return " ".join(self.pair)


@dataclass(frozen=True)
class Copies(Suite[PairSample, bool]):
    """Looks at the pairs of a data folder, and at random pairs of articles of the same week.

    `grouped` is the share of the pairs in one group, or found to be one article;
    `wrongly_grouped` that of the random pairs, which hold no pair of the folder and no exact
    copies. A random pair that shares half of its shingles is a near-duplicate that the folder
    does not list: it is named in a warning, and counts as neither.
    """

    name = "copies"
    counted = "pairs"
    system = "full"
    groups = ()

    archive: Archive
    data: Path
    random_pairs: int = RANDOM_PAIRS

    @property
    def _folder(self) -> Path:
        return self.data if self.data.is_dir() else self.data.parent

    def load(self) -> Loaded[PairSample]:
        """The listed pairs that the archive holds, then the random ones."""
        outlines = {article.id: _outline(article) for article in self.archive.articles()}
        pairs = load_pairs(self.data)
        moved = addresses(self._folder, {id_ for pair in pairs for id_ in pair} - set(outlines))
        pairs = [(moved.get(one, one), moved.get(other, other)) for one, other in pairs]
        unknown = sorted({id_ for pair in pairs for id_ in pair if id_ not in outlines})
        known = [pair for pair in pairs if not set(pair).intersection(unknown)]
        if not known:
            msg = (
                f"{self.archive.folder} holds both articles of none of the pairs, such as "
                f"{pairs[0][0]!r} and {pairs[0][1]!r}; name the archive that was built from them"
            )
            raise CorpusError(msg)
        groups = duplicate_groups(self.archive, sorted(outlines))
        drawn = draw_pairs(outlines, self.random_pairs, exclude=known)
        unlisted = [pair for pair in drawn if _together(pair, groups) and self._alike(pair)]
        chosen = [pair for pair in drawn if pair not in unlisted]
        samples = [
            PairSample(
                pair, wanted, _together(pair, groups), (outlines[pair[0]], outlines[pair[1]])
            )
            for wanted, some in ((True, known), (False, chosen))
            for pair in some
        ]
        sizes, left_out = Counter(groups.values()), len(pairs) - len(known)
        named = "; ".join(f"{one!r} and {other!r}" for one, other in unlisted[:3])
        warnings = [
            f"article ids that are not in the archive: {listed(list(map(repr, unknown)))}",
            f"pairs left out, with an article missing: {left_out:,}",
            f"random pairs that are near-duplicates though not listed: {len(unlisted):,}, {named}",
        ]
        odd = (warnings[:2] if unknown else []) + (warnings[2:] if unlisted else [])
        facts = {
            "listed_pairs": len(known),
            "random_pairs": len(chosen),
            "one_article": sum(one == other for one, other in known),
            "unlisted": len(unlisted),
            "left_out": left_out,
            "wrong": sum(each.grouped and not each.wanted for each in samples),
            "groups": len(sizes),
            "largest_groups": [n for _, n in sizes.most_common(_LARGEST)],
            "alike": RESEMBLING,
            "scheme": SCHEME,
            "seed": SEED,
        }
        return Loaded(samples, archive_facts(self.archive) | facts, odd)

    def ask(self, sample: PairSample) -> bool:
        """Whether the pair is in one group."""
        return sample.grouped

    def measure(self, sample: PairSample, answer: bool) -> Row:
        """Whether that is right."""
        right = answer == sample.wanted
        shown = list(zip(sample.pair, sample.shown, strict=True))
        return sample_row(
            sample.qid,
            " / ".join(outline.title or id_ for id_, outline in shown),
            measures={"grouped" if sample.wanted else "wrongly_grouped": float(answer)},
            score=float(right),
            type="near-duplicates" if sample.wanted else "random",
            expected=["in one group" if sample.wanted else "in different groups"],
            found=[
                {"id": id_, "title": outline.title, "text": outline.start}
                for id_, outline in shown
                if not right
            ],
        )

    def _alike(self, pair: Pair) -> bool:
        """Whether half of two articles is the same."""
        found = [shingles(article.text) for article, _ in self.archive.articles_with_passages(pair)]
        return resemblance(*found) >= _HALF


def load_pairs(data: Path) -> list[Pair]:
    """The pairs of a folder's `near_duplicates.jsonl`, or of a file: fields `a` and `b`.

    Raises ConfigError without such a file, CorpusError naming the line of a bad one.
    """
    file = data_file(data, PAIRS)
    pairs = [checked(_Pair, row, where) for where, row in data_rows(file)]
    if not pairs:
        msg = f"{file} holds no pairs; write one JSON object with 'a' and 'b' a line"
        raise CorpusError(msg)
    return [(article_id(pair.a), article_id(pair.b)) for pair in pairs]


class _Pair(Record):
    a: Required
    b: Required


def draw_pairs(
    outlines: Mapping[str, Outline], count: int, exclude: Collection[Pair]
) -> list[Pair]:
    """Random pairs of articles of one week, always the same ones; fewer where few are.

    None is in `exclude`, has the same text twice or is drawn a second time.
    """
    weeks: dict[tuple[int, int], list[str]] = {}
    for id_ in sorted(outlines):
        if (week := outlines[id_].week) is not None:
            weeks.setdefault(week, []).append(id_)
    eligible = [(id_, ids) for ids in weeks.values() if len(ids) > 1 for id_ in ids]
    random = Random(SEED)  # noqa: S311 - a sample, not a secret
    refused = {frozenset(pair) for pair in exclude}
    drawn: dict[frozenset[str], Pair] = {}
    for _ in range(_TRIES * count if eligible else 0):
        one, same_week = random.choice(eligible)
        other = random.choice(same_week)
        pair = frozenset((one, other))
        differ = outlines[one].digest != outlines[other].digest
        if len(pair) == 2 and pair not in refused and differ:
            drawn.setdefault(pair, (min(one, other), max(one, other)))
        if len(drawn) == count:
            break
    return list(drawn.values())


def _outline(article: Article) -> Outline:
    date = article.published.at.isocalendar() if article.published else None
    week = (date.year, date.week) if date else None
    return Outline(week, digest(article.text.strip()), article.title, article.text[:_SNIPPET])


def _together(pair: Pair, groups: Mapping[str, str]) -> bool:
    one, other = pair
    return one == other or (one in groups and groups[one] == groups.get(other))
