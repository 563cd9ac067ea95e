"""Whether a path stays within the folders that were named, whatever links lead to it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

LEADS_OUT = (
    "a link that leads out of the folder, left out; name the file or folder itself to read it"
)


class Roots:
    """Folders that were named, each by where it really is: a named folder may be a link itself."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._real = tuple(_ended(one) for one in folders)

    def hold(self, path: Path) -> bool:
        """Whether what the path leads to lies in one of the folders, or is one."""
        return _ended(path).startswith(self._real)


def _ended(path: Path) -> str:
    """Where the path really leads, with a separator at its end: /news is not above /newsroom."""
    return os.path.realpath(path).rstrip(os.sep) + os.sep
