"""What an archive holds, looked up: articles, revisions, outlets, copies. It searches nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rag.corpus.urls import canonical_id
from rag.errors import ArchiveError
from rag.indexes.opening import OpenParts
from rag.records import Article, Filters, Passage
from rag.retrieval.filters import OPTIONS, parse_as_of, parse_filters
from rag.retrieval.near_duplicates import carried_by
from rag.retrieval.retrieve import Moment, check_filters, date_text
from rag.store import Collections, Conversations, Facets, Feedback, Store

if TYPE_CHECKING:
    from rag.retrieval.history import Revision

NO_FILTERS = Filters()
_BATCH = 500
_SCHEME = "://"


class Catalogue:
    """Looks things up in one archive; each call sees the archive as it is then."""

    def __init__(self, parts: OpenParts) -> None:
        self._parts = parts

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """The stored original of one article, by its id or its address.

        Raises ArchiveError when there is none.
        """
        store = self._parts.now().store
        try:
            return store.article(article_id, revision)
        except ArchiveError:
            if _SCHEME not in article_id:
                raise
            return store.article(canonical_id(article_id), revision)

    def articles(self, filters: Filters = NO_FILTERS) -> Iterator[Article]:
        """The articles that satisfy the filters, one at a time, in the order in which they came.

        Each in the revision that counts at `filters.as_of`, or in the current one. Withdrawn
        articles are left out, and, where there are filters, those without any text.
        """
        check_filters(filters)
        if filters == NO_FILTERS:
            return (article for article, _ in self.articles_with_passages())
        store = self._parts.now().store
        return _each_once(store, store.facets().matching(filters).tolist())

    def articles_with_passages(
        self, article_ids: Sequence[str] | None = None
    ) -> Iterator[tuple[Article, list[Passage]]]:
        """The current revision of these articles, or of all, with its passages.

        In the order asked, or in that in which they came; none of a withdrawn article.
        """
        ids = self.article_ids() if article_ids is None else article_ids
        return self._parts.now().store.current(ids)

    def article_ids(self) -> list[str]:
        """The ids of all articles that ever came in, withdrawn ones among them, in that order."""
        return self._parts.now().store.changed_since(0)

    def history(self, article_id: str) -> list[Revision]:
        """Every revision of an article, by when it stood; ArchiveError where there is none."""
        from rag.retrieval.history import history

        return history(article_id, self._parts.now().store)

    def passages(self, ids: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """The passages with these ids, each with its article; those that are gone are left out."""
        return self._parts.now().store.passages(ids)

    def groups(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The group of each article that has near-duplicates, which is its original's id."""
        return self._parts.now().store.groups(article_ids)

    def members(self, groups: Collection[str]) -> dict[str, list[Article]]:
        """The articles of each of these groups of near-duplicates."""
        return self._parts.now().store.members(groups)

    def carried_by(self, article: Article, start: int, end: int) -> tuple[str, ...]:
        """The other outlets that carry these words of an article, by name."""
        return carried_by(article, start, end, self._parts.now().store)

    def filters(
        self,
        published_from: Moment = "",
        published_to: Moment = "",
        publishers: Sequence[str] | str = (),
        language: str = "",
        section: str = "",
    ) -> Filters:
        """Filters of these dates and names, checked against the archive; see `parse_filters`.

        A date is text, such as "2025-04", a date, or a datetime with a time zone; one outlet needs
        no list. Raises QueryError, with the name of the argument, for what cannot be read.
        """
        return self._filters(
            date_text(published_from, "published_from"),
            date_text(published_to, "published_to"),
            (publishers,) if isinstance(publishers, str) else publishers,
            language,
            section,
            options=("published_from", "published_to"),
        )

    def _filters(
        self,
        published_from: str,
        published_to: str,
        publishers: Sequence[str],
        language: str,
        section: str,
        options: tuple[str, str] = OPTIONS,
    ) -> Filters:
        return parse_filters(
            published_from,
            published_to,
            publishers,
            language,
            section,
            known_publishers=self.publishers() if publishers else (),
            known_sections=self.sections() if section.strip() else (),
            options=options,
        )

    def limits(
        self,
        published_from: str = "",
        published_to: str = "",
        publishers: Sequence[str] = (),
        language: str = "",
        section: str = "",
        as_of: str = "",
    ) -> tuple[Filters, datetime | None]:
        """The filters from words, as in `filters`, and the moment of `as_of`; None for "".

        What options, forms and calls of programs say beside a question. A day, month or year of
        `as_of` counts to its end. Raises QueryError for what is no date.
        """
        filters = self._filters(published_from, published_to, publishers, language, section)
        return filters, parse_as_of(as_of) if as_of else None

    def publishers(self) -> dict[str, int]:
        """Every outlet with its number of articles, the largest first."""
        return self._parts.now().store.publishers()

    def languages(self) -> dict[str, int]:
        """Every language with its number of articles, the largest first."""
        return self._parts.now().store.languages()

    def sections(self) -> dict[str, int]:
        """Every section of a newspaper with its number of articles, the largest first."""
        return self._parts.now().store.sections()

    def counts(self) -> tuple[int, int, int]:
        """Number of articles, of passages, and of passages that have a vector."""
        opened = self._parts.now()
        return (*opened.store.counts(), len(opened.dense))

    def lag(self) -> int:
        """How many changes of the archive its index by words has still to follow."""
        opened = self._parts.now()
        return max(0, opened.store.last_change() - opened.lexical.change)

    def facets(self) -> Facets:
        """Dates, outlets, languages and sections of all passages, in columns."""
        return self._parts.now().store.facets()

    @property
    def conversations(self) -> Conversations:
        """The conversations that readers had, each kept for its owner."""
        return Conversations(self._parts.now().database)

    @property
    def collections(self) -> Collections:
        """The collections of what readers starred, each kept for its owner."""
        return Collections(self._parts.now().database)

    @property
    def feedback(self) -> Feedback:
        """What readers said of answers."""
        return Feedback(self._parts.now().database)

    def state(self) -> tuple[str, int]:
        """The archive's id and the number of its newest change: what tells two states apart."""
        store = self._parts.now().store
        return store.archive_id, store.last_change()


def _each_once(store: Store, passage_ids: Sequence[int]) -> Iterator[Article]:
    seen = set()
    for first in range(0, len(passage_ids), _BATCH):
        for _, article in store.passages(passage_ids[first : first + _BATCH]).values():
            if article.id not in seen:
                seen.add(article.id)
                yield article
