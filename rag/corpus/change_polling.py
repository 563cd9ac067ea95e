"""Which files of folders are to be read, from one look to the next; opens none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.corpus.drafts import Unread, shown
from rag.corpus.files import find_files

_Stamp = tuple[int, int, int]


@dataclass(slots=True)
class Looks:
    """What has changed in folders from one look to the next, by the files' sizes and times.

    A file that goes is forgotten, so that it counts as new when it comes again.
    """

    folders: Sequence[Path]
    _last: dict[Path, _Stamp] = field(default_factory=dict)
    _taken: dict[Path, _Stamp] = field(default_factory=dict)
    _named: frozenset[Unread] = frozenset()

    def look(self) -> tuple[list[Path], list[Unread]]:
        """The files to be read, and what is newly wrong with what lies in the folders.

        A file that is new or has changed is to be read once it is as it was at the last look.
        """
        found = list(find_files(self.folders))
        stamps = {
            path: stamp for path in found if isinstance(path, Path) if (stamp := _stamp(path))
        }
        settled = [path for path, stamp in stamps.items() if self._last.get(path) == stamp]
        self._last = stamps
        self._taken = {path: stamp for path, stamp in self._taken.items() if path in stamps}
        wrong = frozenset(one for one in found if isinstance(one, Unread) and not self._is_top(one))
        fresh, self._named = wrong - self._named, wrong
        unread = [path for path in settled if self._taken.get(path) != stamps[path]]
        return unread, sorted(fresh, key=lambda one: one.path)

    def took(self, paths: Sequence[Path]) -> None:
        """Counts files as read, as they were at the last look."""
        self._taken |= {path: self._last[path] for path in paths if path in self._last}

    def _is_top(self, found: Unread) -> bool:
        """Whether it only says that a folder is empty, which may change."""
        return any(found.path == shown(top) and top.is_dir() for top in self.folders)


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
