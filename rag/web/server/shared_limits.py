"""The limits of requests and of wrong passwords, counted together by all pages of an archive.

Where the store cannot be reached, each page counts alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable

from rag.errors import ArchiveError
from rag.store.shared import Shared
from rag.web.server.attempts import FAILURE_SECONDS, AttemptCounter
from rag.web.server.guard import BURST_SECONDS, Rate

_log = logging.getLogger(__name__)


class SharedRate(Rate):
    """Limits the requests of each client to a number a minute, at whatever page they arrive."""

    waits = True

    def __init__(self, shared: Shared, a_minute: int) -> None:
        super().__init__(a_minute)
        self._shared = shared
        self._step = 60 / a_minute

    def wait(self, client: str) -> float:
        """Counts a request of the client; returns 0, or the seconds to wait if none is left."""
        burst = max(self._step, BURST_SECONDS)
        try:
            return self._shared.spend("rate", _key(client), step=self._step, burst=burst)
        except ArchiveError:
            return super().wait(client)


class SharedAttempts(AttemptCounter):
    """Counts the attempts of each key within FAILURE_SECONDS, at whatever page they are made."""

    def __init__(self, shared: Shared, name: str) -> None:
        super().__init__()
        self._shared = shared
        self._name = f"attempts of a {name}"

    def take(self, key: str, most: int) -> float:
        """Counts an attempt and returns 0; after `most`, returns the seconds to wait instead."""

        def taken(found: str, now: float) -> tuple[str, float]:
            """The failures kept, and how many seconds to wait if there are too many."""
            times = [each for each in _times(found) if each + FAILURE_SECONDS > now]
            if len(times) >= most:
                return json.dumps(times), times[0] + FAILURE_SECONDS - now
            return json.dumps([*times, round(now, 3)]), 0.0

        wait = self._changed(key, taken)
        return super().take(key, most) if wait is None else wait

    def give_back(self, key: str) -> None:
        """Counts one attempt less, for example a successful one."""
        if self._changed(key, lambda found, _now: (json.dumps(_times(found)[:-1]), 0.0)) is None:
            super().give_back(key)

    def _changed(self, key: str, step: Callable[[str, float], tuple[str, float]]) -> float | None:
        """What a step makes of the stored attempts; None where the store cannot be reached."""
        try:
            return self._shared.change(self._name, _key(key), FAILURE_SECONDS, step)
        except ArchiveError as error:
            _log.warning("this page counts wrong passwords alone: %s", error)
            return None


def _times(found: str) -> list[float]:
    return list(json.loads(found or "[]"))


def _key(client: str) -> str:
    """A name under which a client is counted, and not known."""
    return hashlib.sha256(client.encode("utf-8", "replace")).hexdigest()[:32]
