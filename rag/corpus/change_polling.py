"""Finds the files of folders that have changed since the last poll; opens none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.corpus.drafts import Unread, printable_path
from rag.corpus.files import find_files

_Stamp = tuple[int, int, int]


@dataclass(slots=True)
class ChangePoller:
    """Finds changed files in folders by size, time and inode.

    A file that is removed is forgotten, so it counts as new when it comes back.
    """

    folders: Sequence[Path]
    _stamps: dict[Path, _Stamp] = field(default_factory=dict)
    _read: dict[Path, _Stamp] = field(default_factory=dict)
    _reported: frozenset[Unread] = frozenset()

    def poll(self) -> tuple[list[Path], list[Unread]]:
        """The files to read, and the new problems in the folders.

        A new or changed file is returned once two polls in a row find it the same.
        """
        found = list(find_files(self.folders))
        stamps = {
            path: stamp for path in found if isinstance(path, Path) if (stamp := _stamp(path))
        }
        settled = [path for path, stamp in stamps.items() if self._stamps.get(path) == stamp]
        self._stamps = stamps
        self._read = {path: stamp for path, stamp in self._read.items() if path in stamps}
        wrong = frozenset(one for one in found if isinstance(one, Unread) and not self._is_top(one))
        fresh, self._reported = wrong - self._reported, wrong
        unread = [path for path in settled if self._read.get(path) != stamps[path]]
        return unread, sorted(fresh, key=lambda one: one.path)

    def mark_read(self, paths: Sequence[Path]) -> None:
        """Marks files as read, in the state of the last poll."""
        self._read |= {path: self._stamps[path] for path in paths if path in self._stamps}

    def _is_top(self, found: Unread) -> bool:
        """Whether it only reports a named folder as empty, which may change."""
        return any(found.path == printable_path(top) and top.is_dir() for top in self.folders)


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
