"""Lets work that can wait give way to readers; knows nothing of what the work is."""

from __future__ import annotations

import os
from contextlib import suppress

_NICE = 15


def give_way() -> None:
    """From now on this process runs as far as others leave room, where the system knows how.

    So do the threads and processes that it begins later; one that is nicer already stays so.
    """
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(max(0, _NICE - os.nice(0)))
