"""What an archive offers to ask about: its articles, one of each group of copies, and its words."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from rag.archive import Archive
from rag.evaluation.baseline import current_articles
from rag.reading.facts import stems
from rag.records import Article, Passage
from rag.retrieval.filters import period_end
from rag.sentences import sentence_spans

MOST_ARTICLES = 5_000
"""From how many articles, drawn at random, questions are made at most."""

Progress = Callable[[str, int, int], None]

_BATCH = 500
_CORRECTED = re.compile(
    r"^\W*correction\b|\bcorrections?:|\b(?:was|been) (?:corrected|updated to correct)"
    r"|\bearlier version of this",
    re.IGNORECASE | re.MULTILINE,
)
_OF_PEOPLE = ("ers", "ents", "ists")
_LOWER = re.compile(r"(?<=\s)[a-z]+\b")
_WITHIN = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+\b")


@dataclass(frozen=True, slots=True)
class Material:
    """An article to ask about; `copies` holds the near-duplicates that tell the same."""

    article: Article
    passages: tuple[Passage, ...]
    copies: tuple[Article, ...] = ()

    @property
    def date(self) -> str:
        """The day after it appeared, when a question about it is asked; "" if that is unknown."""
        published = self.article.published
        return f"{period_end(published):%Y-%m-%d}" if published else ""

    @property
    def sentences(self) -> Iterator[str]:
        """The sentences of its passages, which hold no furniture."""
        text, language = self.article.text, self.article.language
        for passage in self.passages:
            for start, end in sentence_spans(text, passage.start, passage.end, language):
                yield text[start:end]

    def gold(self, answers: Collection[str]) -> tuple[str, ...]:
        """The ids of the article and of those of its copies that hold one of the answers."""
        held = (c.id for c in self.copies if any(answer in c.text for answer in answers))
        return (self.article.id, *held)


def materials(archive: Archive, seed: int, progress: Progress) -> list[Material]:
    """English articles in their current revision, the original of each group of copies.

    Those that say they were corrected are left out: which figure stands is not clear to a rule.
    """
    ids = sorted(archive.article_ids())
    groups: dict[str, str] = {}
    for first in range(0, len(ids), _BATCH):
        groups |= archive.groups(ids[first : first + _BATCH])
    originals = [id_ for id_ in ids if groups.get(id_, id_) == id_]
    Random(seed).shuffle(originals)  # noqa: S311 - a sample, not a secret
    chosen = originals[:MOST_ARTICLES]
    found = []
    for done, (article, passages) in enumerate(archive.articles(chosen)):
        if done % _BATCH == 0:
            progress("reading", done, len(chosen))
        if article.language == "en" and not _CORRECTED.search(article.text):
            copies = (
                archive.members([article.id]).get(article.id, []) if article.id in groups else []
            )
            others = tuple(copy for copy in copies if copy.id != article.id)
            found.append(Material(article, tuple(passages), others))
    progress("reading", len(chosen), len(chosen))
    return found


def common_words(texts: Iterable[str]) -> frozenset[str]:
    """The words that stand in the texts with a small letter more often than with a capital.

    What begins a sentence does not count. With a word goes the same with an "s" behind it.

    >>> "hunters" in common_words(["So the hunters met Lena Hunters, and the hunters left Orr."])
    True
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_LOWER.findall(text))
        counts.subtract(word.lower() for word in _WITHIN.findall(text))
    small = {word for word, count in counts.items() if count > 0}
    return frozenset(small | {f"{word}s" for word in small if not counts[f"{word}s"]})


class SmallLetters:
    """The common words without those that are names in one article.

    A word such as "customers" or "residents" is common unless it is a name there.

    >>> "bond" in SmallLetters(frozenset({"bond"}), "In the last minute Bond saved again.")
    False
    """

    def __init__(self, common: frozenset[str], text: str) -> None:
        self._common = common
        self._named = {word.lower() for word in _WITHIN.findall(text)}

    def __contains__(self, word: object) -> bool:
        known = word in self._common or (isinstance(word, str) and word.endswith(_OF_PEOPLE))
        return known and word not in self._named


class Occurrences:
    """Which articles hold which of the wanted words, by their stems."""

    def __init__(self, archive: Archive, wanted: Collection[str], progress: Progress) -> None:
        """Reads every current article of the archive once."""
        # A set of ids for each stem of a hundred thousand articles would not fit into memory.
        self._holders = {stem: array("L") for stem in wanted}
        self._ids: list[str] = []
        total, *_ = archive.counts()
        for number, article in enumerate(current_articles(archive)):
            if number % _BATCH == 0:
                progress("checking", number, total)
            self._ids.append(article.id)
            for stem in self._holders.keys() & stems(f"{article.title}\n{article.text}"):
                self._holders[stem].append(number)
        progress("checking", total, total)

    def holding(self, wanted: Sequence[str]) -> set[str]:
        """The ids of the articles that hold all of the stems; of no stems, none."""
        holders = sorted((self._holders[stem] for stem in set(wanted)), key=len)
        found = set(holders[0]) if holders else set()
        for other in holders[1:]:
            found.intersection_update(other)
        return {self._ids[number] for number in found}
