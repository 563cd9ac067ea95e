"""Checks that links do not lead out of the named folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

LEADS_OUT = (
    "a link that leads out of the folder, left out; name the file or folder itself to read it"
)


class Roots:
    """The named folders, by their real paths: a named folder may be a link itself."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._real = tuple(_ended(one) for one in folders)

    def hold(self, path: Path) -> bool:
        """Whether the real path is one of the folders or lies in one."""
        return _ended(path).startswith(self._real)


def _ended(path: Path) -> str:
    """The real path with a separator at its end, so that /news is no prefix of /newsroom."""
    return os.path.realpath(path).rstrip(os.sep) + os.sep
