"""Which articles may hold an excerpt, by the word index; the words themselves decide later."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.indexes.protocols import LexicalSearcher
from rag.language.letter_pairs import dense_runs, pairs_of
from rag.language.words import Wording
from rag.records import Article, Filters
from rag.store import Store
from rag.verification.quotes.alignment import Run

_WINDOW = 8
_WINDOWS = 6
_EVERY = 60
_PASSAGES = 48
_BATCH = 12
_CONTAINING = 32
_PLAIN = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+){0,5}")
_FEWEST_LETTERS = 4
_NEAR_PASSAGES = 24
_NEAR_ARTICLES = 8
_RAREST = 20
_HEAVIEST = 8.0
_STOP_WORD = 0.5
_NO_FILTERS = Filters()


class Candidates:
    """Looks for articles that share phrases or rare words with an excerpt."""

    def __init__(
        self, store: Store, lexical: LexicalSearcher, filters: Filters = _NO_FILTERS
    ) -> None:
        self._store = store
        self._lexical = lexical
        self._filters = filters
        self._weights: dict[str, float] = {}

    def holding(self, runs: Sequence[Run]) -> Iterator[list[Article]]:
        """The articles with a passage that holds part of the runs word for word, most first.

        They come in batches, so that whoever has found enough need not read the rest.
        """
        phrases = [phrase for run in runs for phrase in _windows(run.wording)]
        found = self._lexical.holding(phrases, _PASSAGES, self._filters)
        for first in range(0, len(found), _BATCH):
            yield self._articles(found[first : first + _BATCH])

    def containing(self, runs: Sequence[Run]) -> list[Article]:
        """The articles whose text has the longest plain stretch of the runs, indexed or not."""
        longest = _longest_plain(runs)
        found = self._store.containing(longest, _CONTAINING, self._filters) if longest else []
        return [article for article in found if self._admits(article)]

    def withdrawn(self, runs: Sequence[Run]) -> list[Article]:
        """The same of withdrawn articles, in all their revisions, whenever these stood."""
        longest = _longest_plain(runs)
        return self._store.tombstones.containing(longest, _CONTAINING) if longest else []

    def why_withdrawn(self, article: Article) -> str:
        """When an article was withdrawn, and why; "" where it no longer is."""
        found = self._store.tombstones.withdrawn([article.id])
        return str(found[article.id]) if article.id in found else ""

    def sharing(self, runs: Sequence[Run]) -> list[Article]:
        """The few articles with a passage that shares most of the runs' rare words."""
        words = sorted(
            {word for run in runs for word in [*run.wording.folded, *pairs_of(run.wording.text)]},
            key=lambda word: (-self.weight(word), word),
        )
        found = self._lexical.search(" ".join(words[:_RAREST]), _NEAR_PASSAGES, self._filters)
        return self._articles([id_ for id_, _ in found])[:_NEAR_ARTICLES]

    def copies(self, articles: Sequence[Article]) -> dict[str, str]:
        """The group of each of the articles that is a near-duplicate of others."""
        return self._store.groups(sorted(article.id for article in articles))

    def members(self, groups: set[str]) -> list[Article]:
        """The articles of these groups."""
        found = self._store.members(sorted(groups), self._filters) if groups else {}
        every = (article for group in sorted(found) for article in found[group])
        return [article for article in every if self._admits(article)]

    def checked(self, article: Article) -> Article:
        """The article, read again; raises ArchiveError where it is not what was stored."""
        return self._store.article(article.id, article.revision)

    def weight(self, word: str) -> float:
        """How rare a word is in the archive; little for words that no index holds."""
        if word not in self._weights:
            terms = self._lexical.terms(word)
            rarity = sum(map(self._lexical.rarity, terms)) if terms else _STOP_WORD
            self._weights[word] = min(rarity, _HEAVIEST)
        return self._weights[word]

    def telling(self, runs: Sequence[Run]) -> float:
        """How rare the words of the runs are together: the sum over their different stems."""
        terms = {term for run in runs for term in self._lexical.terms(run.wording.text)}
        return sum(map(self._lexical.rarity, terms))

    def _admits(self, article: Article) -> bool:
        """Whether an article satisfies the filters but for the dates, which the store applies."""
        asked = self._filters
        if asked.publishers and article.publisher not in asked.publishers:
            return False
        if asked.section and article.section.casefold() != asked.section.casefold():
            return False
        return not asked.language or article.language == asked.language

    def _articles(self, passage_ids: Sequence[int]) -> list[Article]:
        found = self._store.passages(passage_ids)
        articles = [found[id_][1] for id_ in passage_ids if id_ in found]
        return list({article.id: article for article in articles}.values())


def _longest_plain(runs: Sequence[Run]) -> str:
    """The longest stretch of a few plain words; "" where there is none of two.

    Of scripts without spaces, four letters that follow each other are enough.
    """
    texts = [run.wording.text for run in runs]
    plain = [match.group() for text in texts for match in _PLAIN.finditer(text)]
    longest = max(plain, key=len, default="")
    dense = max((each for text in texts for each in dense_runs(text)), key=len, default="")
    if len(dense) >= max(_FEWEST_LETTERS, len(longest) // _FEWEST_LETTERS):
        return dense
    return longest if " " in longest else ""


def _windows(wording: Wording) -> Iterator[str]:
    """Stretches of the words to look up: a passage may end anywhere, but not in all of them."""
    length = len(wording)
    if length <= _WINDOW:
        starts = [0]
    else:
        count = min(_WINDOWS, 2 + length // _EVERY)
        starts = [(length - _WINDOW) * n // (count - 1) for n in range(count)]
    for start in starts:
        left, right = wording.span(start, min(start + _WINDOW, length) - 1)
        yield wording.text[left:right]
