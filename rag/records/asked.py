"""What is asked of articles: filters, what words were taken to ask, and what to ask instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rag.errors import QueryError
from rag.records.answer_json import FilterName


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must satisfy; an empty field asks nothing.

    A hit is published at or after `published_from` and before `published_before`,
    by one of `publishers`, in `language` (ISO 639-1), in a newspaper's `section`. Articles
    whose date is unknown satisfy no date filter. It is of the revision that stood just before
    `as_of`, of the current one where that is not given.
    """

    published_from: datetime | None = None
    published_before: datetime | None = None
    publishers: tuple[str, ...] = ()
    language: str = ""
    as_of: datetime | None = None
    section: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.publishers, str) or not isinstance(self.publishers, Sequence):
            msg = (
                f"publishers must be names in a tuple, such as ('Radio North',), "
                f"not {self.publishers!r}"
            )
            raise QueryError(msg)
        object.__setattr__(self, "publishers", tuple(self.publishers))
        for name in ("published_from", "published_before", "as_of"):
            moment = getattr(self, name)
            if moment is not None and not (isinstance(moment, datetime) and moment.tzinfo):
                msg = (
                    f"{name} must be a datetime with a time zone, not {moment!r}; for dates in "
                    "words, archive.filters(published_from='2025-04') makes filters"
                )
                raise QueryError(msg)

    def no_later_than(self, as_of: datetime | None) -> Filters:
        """The same filters, and the articles as they stood at `as_of`, where it is given.

        Nothing published after it, and the revisions of that time. Undated articles drop out then.
        """
        if as_of is None:
            return self
        before = min(filter(None, [self.published_before, as_of]), default=as_of)
        return replace(self, published_before=before, as_of=as_of)

    def without(self, names: Sequence[FilterName]) -> Filters:
        """The same filters but for those of these names, which ask nothing then.

        >>> Filters(publishers=("Radio North",), language="fr").without(["publishers"])
        Filters(published_from=None, published_before=None, publishers=(), language='fr', \
as_of=None, section='')
        """
        nothing = Filters()
        return replace(self, **{name: getattr(nothing, name) for name in names})


@dataclass(frozen=True, slots=True)
class Understood:
    """What some words of a question were taken to ask of a hit; whoever asks may drop it.

    The words are characters `start` to `end` of the question as it was resolved, or of one
    before it, and both are 0 then. `meaning` says in plain words what was made of them, such
    as "7 to 13 September 2020". When `strict`, hits must satisfy `filters`; otherwise those
    that do are preferred. `held` is False where they had to, but the archive holds nothing
    that does. Without filters it says what kind of answer is asked for, and asks nothing of hits.
    """

    words: str
    start: int
    end: int
    meaning: str
    filters: Filters
    strict: bool
    held: bool = True

    @property
    def of_hits(self) -> bool:
        """Whether it asks anything of a hit: not where it only tells the form of the question."""
        return self.filters != Filters()


@dataclass(frozen=True, slots=True)
class WayOn:
    """What to try where there is no answer: `text` says it to a reader, the rest does it.

    `question` is what to ask next, with the conversation before the declined question, with
    words to `ignore`, and without the filters to `drop`. Advice without a `question` can only
    be read.
    """

    text: str
    question: str = ""
    ignore: tuple[str, ...] = ()
    drop: tuple[FilterName, ...] = ()
