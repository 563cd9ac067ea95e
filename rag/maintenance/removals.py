"""What takes articles away: withdrawing them, deleting them, and compacting what is left."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import ArchiveError, QueryError
from rag.indexes.opening import ArchiveFolder, Opened
from rag.sources.addresses import parse_target
from rag.store import Feeds, Listed, Selection, Withdrawal
from rag.store.files import disk_error
from rag.store.rows import digest

_BATCH = 200
_SETTLED_SECONDS = 600
"""So long ago a file must have been left that nobody can be at work on it."""

_LAST = "deleted"
_LEFT_BEHIND = ("**/.*.tmp", "uploads/*/*", "*.damaged")


@dataclass(frozen=True, slots=True)
class DeletionPreview:
    """What a selection means: articles, and a `feed` that will no longer be followed, or "".

    `already` are those of its ids that were deleted before.
    """

    articles: tuple[Listed, ...]
    feed: str = ""
    already: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "articles": [article.to_dict() for article in self.articles],
            "feed": self.feed,
            "already": list(self.already),
        }


@dataclass(frozen=True, slots=True)
class Compacted:
    """The bytes of an archive before and after; files that were `removed`, and that are `left`.

    What is left was put there so lately that somebody may be at work on it.
    """

    before: int
    after: int
    removed: tuple[str, ...]
    left: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        removed, left = list(self.removed), list(self.left)
        return {"before": self.before, "after": self.after, "removed": removed, "left": left}


@dataclass(frozen=True, slots=True)
class Removals:
    """The removals from one archive; `reader` gives it open to be read.

    Each that writes raises LockedError while another process does.
    """

    _disk: ArchiveFolder = field(repr=False)
    _reader: Callable[[], Opened] = field(repr=False)

    def find(self, which: Selection) -> DeletionPreview:
        """The articles that would be deleted, by id; changes nothing.

        Raises QueryError where nothing is selected, and for a feed that nobody knows;
        ArchiveError for the id of an article that the archive never held.
        """
        if which == Selection():
            msg = "nothing is selected; name articles, a feed, an outlet or dates"
            raise QueryError(msg)
        if which.ids and which != Selection(ids=which.ids):
            msg = f"{which.ids[0]!r} is selected by its id; leave out the feed, outlets and dates"
            raise QueryError(msg)
        opened = self._reader()
        feed = parse_target(which.feed).url if which.feed else ""
        articles = opened.store.tombstones.find(Selection(which.ids, feed, which.filters))
        if which.ids:
            return DeletionPreview(tuple(articles), "", _already(opened, which, articles))
        followed = feed in [each.url for each in Feeds(opened.database).all()]
        if feed and not followed and not articles:
            msg = f"{feed!r} is no feed that is followed, nor has it brought an article; "
            raise QueryError(msg + "see: dateline feed list")
        whole = followed and which == Selection(feed=which.feed)
        return DeletionPreview(tuple(articles), feed if whole else "")

    def delete(self, found: DeletionPreview, why: str = "", request: str = "") -> None:
        """Deletes what was found: from the store, the indexes, the vectors and kept answers.

        Killed at any moment, the same call goes on from there; `request` is whatever stands
        for what was asked, so that `was_last` knows it again. What is left of it in free parts
        of the files, `compact` takes away.
        """
        ids = [article.id for article in found.articles]
        now = datetime.now(UTC)
        with self._disk.to_write("delete") as opened:
            if request and (found.articles or found.feed):
                opened.store.set_setting(_LAST, digest(request))
            passages: dict[int, str] = {}
            for first in range(0, len(ids), _BATCH):
                passages |= opened.store.tombstones.delete(ids[first : first + _BATCH], now, why)
            if found.feed:
                Feeds(opened.database).remove(found.feed)
            opened.lexical.follow()
            opened.dense.forget(ids, passages)

    def was_last(self, request: str) -> bool:
        """Whether this is what the last deletion was asked: there may be nothing left of it."""
        return self._reader().store.setting(_LAST) == digest(request)

    def withdraw(self, article_id: str, why: str) -> None:
        """Has an article answer nothing and be found by no search, until it is reinstated.

        Raises ArchiveError for an unknown article, QueryError for one withdrawn already and
        where no reason is given.
        """
        if not why.strip():
            msg = f"withdrawing {article_id!r} needs a reason for its readers; give one: --why"
            raise QueryError(msg)
        with self._disk.to_write("withdraw") as opened:
            opened.store.tombstones.withdraw(article_id, datetime.now(UTC), " ".join(why.split()))
            _follow(opened)

    def reinstate(self, article_id: str) -> None:
        """Takes a withdrawal back, an editor's or an outlet's own.

        Raises ArchiveError for an unknown article, QueryError for one that is not withdrawn.
        """
        with self._disk.to_write("withdraw") as opened:
            opened.store.tombstones.reinstate(article_id)
            _follow(opened)

    def withdrawal(self, article_id: str) -> Withdrawal | None:
        """When and why an article was withdrawn; None for any other."""
        return self._reader().store.tombstones.withdrawn([article_id]).get(article_id)

    def last_removal(self) -> datetime | None:
        """When an article was last withdrawn or deleted; None if none ever was."""
        return self._reader().store.tombstones.last_removal()

    def compact(self) -> Compacted:
        """Writes all files anew, so that nothing of what was deleted is left in them.

        What killed processes and earlier repairs have left is removed, too. Needs room for
        the largest file twice over. Raises ArchiveError where the disk refuses, or another
        process keeps an old state from being overwritten; the same call goes on from there.
        """
        folder = self._disk.folder
        before = _size(folder)
        with self._disk.to_write("compact") as opened:
            opened.database.compact()
            opened.lexical.compact()
            opened.dense.compact()
            removed, left = _sweep(folder)
            opened.store.tombstones.compacted()
        return Compacted(before, _size(folder), removed, left)


def _already(opened: Opened, which: Selection, articles: list[Listed]) -> tuple[str, ...]:
    """The selected ids that were deleted before; raises ArchiveError for one never held."""
    found = {article.id for article in articles}
    missing = [id_ for id_ in which.ids if id_ not in found]
    deleted = opened.store.tombstones.deleted(missing)
    for id_ in missing:
        if id_ not in deleted:
            msg = f"the archive holds no article {id_!r}; dateline search finds ids"
            raise ArchiveError(msg)
    return tuple(missing)


def _follow(opened: Opened) -> None:
    """Brings the indexes to the store's newest change."""
    opened.lexical.follow()
    opened.dense.follow()
    opened.dense.save()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _sweep(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Removes what was left behind, and names it; then what is too new to be removed."""
    removed, left = [], []
    settled = time.time() - _SETTLED_SECONDS
    found = {path for pattern in _LEFT_BEHIND for path in folder.glob(pattern)}
    try:
        for path in sorted(found):
            name = path.relative_to(folder).as_posix()
            if path.suffix != ".damaged" and path.lstat().st_mtime > settled:
                left.append(name)
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            removed.append(name)
    except OSError as error:
        raise disk_error(folder, error) from error
    return tuple(removed), tuple(left)
