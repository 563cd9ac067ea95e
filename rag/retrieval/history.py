"""How an article came to be what it is: its revisions, and what each changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

from rag.corpus.notices import Notice, find_notices
from rag.errors import ArchiveError
from rag.records import Answer, Article, Citation, article_dict
from rag.store import STILL, UNKNOWN_DATE, KeptRevision, Store
from rag.verification.quotes.records import Change, word_diff

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PARAGRAPH = re.compile(r"\S[^\n]*")
_ENDS = 8
_FIELDS = ("title", "publisher", "authors", "published", "language", "section")


@dataclass(frozen=True, slots=True)
class Revision:
    """One text of an article, which stood from `since` until `until`; None is ever and still.

    `notices` are what it says of itself. `changes` is a word diff from the revision before it
    in time, () for the first one; `fields` are the names of what else is another. `run` is
    the ingest run that brought it, which began at `arrived`.
    """

    article: Article
    since: datetime | None
    until: datetime | None
    run: int
    arrived: datetime
    notices: tuple[Notice, ...] = ()
    changes: tuple[Change, ...] = ()
    fields: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values: what `dateline article --history --json` prints a list of."""
        return {
            **article_dict(self.article),
            "revision": self.article.revision,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "run": self.run,
            "arrived": self.arrived.isoformat(),
            "notices": [_notice_dict(self.article, notice) for notice in self.notices],
            "changes": [change.to_dict() for change in self.changes],
            "fields": list(self.fields),
            "text": self.article.text,
        }


def history(article_id: str, store: Store) -> list[Revision]:
    """Every revision of an article in the order in which they stood.

    Raises ArchiveError when the archive holds no such article.
    """
    kept = store.revisions(article_id)
    if not kept:
        msg = f"the archive holds no article {article_id!r}; dateline search finds ids"
        raise ArchiveError(msg)
    return list(_revisions(kept))


def later_texts(answer: Answer, store: Store) -> Answer:
    """The answer with a note for each article that it cites in a text replaced since."""
    cited: dict[tuple[str, int], list[Citation]] = {}
    for each in answer.citations:
        cited.setdefault((each.article.id, each.article.revision), []).append(each)
    ended = store.superseded_since([id_ for id_, _ in cited]) if cited else {}
    notes = [
        f"{''.join(f'[{each.number}]' for each in found)} cites revision {revision} of "
        f"“{found[0].article.title or id_}”, as it stood then; the outlet has published a later "
        f"text, which stands since {_moment(ended[id_, revision]):%Y-%m-%d %H:%M} UTC"
        for (id_, revision), found in cited.items()
        if (id_, revision) in ended
    ]
    return replace(answer, notes=(*answer.notes, *notes)) if notes else answer


def text_changes(before: str, after: str) -> tuple[Change, ...]:
    r"""The word diff of two texts, paragraph by paragraph; () where they are equal.

    >>> [(c.asked, c.stored) for c in text_changes("It sank.", "It sank.\nFour died.")]
    [('It sank.', 'It sank.'), ('', 'Four died.')]
    """
    return () if before == after else tuple(_changes(before, after))


def condensed(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The same diff, in which long stretches that did not change are cut to a few words."""
    return tuple(
        replace(change, stored=_ends(change.stored)) if change.kind == "same" else change
        for change in changes
    )


def _ends(words: str) -> str:
    split = words.split()
    if len(split) <= 2 * _ENDS:
        return words
    return " ".join([*split[:_ENDS], "…", *split[-_ENDS:]])


def _revisions(kept: Sequence[KeptRevision]) -> Iterator[Revision]:
    before: Article | None = None
    for each in kept:
        article = each.article
        yield Revision(
            article=article,
            since=None if each.since == UNKNOWN_DATE else _moment(each.since),
            until=None if each.until == STILL else _moment(each.until),
            run=each.run,
            arrived=_moment(each.arrived),
            notices=find_notices(article.text, article.published),
            changes=text_changes(before.text, article.text) if before else (),
            fields=_other_fields(before, article) if before else (),
        )
        before = article


def _changes(before: str, after: str) -> Iterator[Change]:
    old, new = _PARAGRAPH.findall(before), _PARAGRAPH.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        gone, come = "\n".join(old[a:b]), "\n".join(new[c:d])
        if tag == "equal":
            yield Change("same", gone, come)
        elif tag == "insert":
            yield Change("missing", "", come)
        elif tag == "delete":
            yield Change("added", gone, "")
        else:
            # Where only the marks between the words differ, there is no diff of words.
            yield from word_diff(gone, come) or [Change("replaced", gone, come)]


def _other_fields(before: Article, after: Article) -> tuple[str, ...]:
    return tuple(name for name in _FIELDS if getattr(before, name) != getattr(after, name))


def _moment(at: int) -> datetime:
    return _EPOCH + timedelta(seconds=at)


def _notice_dict(article: Article, notice: Notice) -> dict[str, Any]:
    return {
        "kind": notice.kind,
        "start": notice.start,
        "end": notice.end,
        "at": str(notice.at) if notice.at else None,
        "text": article.text[notice.start : notice.end],
    }
