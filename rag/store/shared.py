"""What pages that serve one archive share: small values that expire; knows nothing of the web.

Each call is one transaction of its own, waits for no writer of articles, and is short. The times
are those of the store, so that the clocks of several machines need not agree.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, text

from rag.errors import ArchiveError, RagError
from rag.store.database import store_place

FOR_GOOD = 1e12
"""Seconds of a value that does not expire."""

_PAUSE_SECONDS = 1.0
_PATIENCE_SECONDS = 20.0
_SERVER_NOW = "extract(epoch FROM clock_timestamp())::float8"
_FILE_NOW = "((julianday('now') - 2440587.5) * 86400.0)"
_PUT = (
    "INSERT INTO shared (kind, key, value, until) VALUES (:kind, :key, :value, {now} + :seconds) "
    "ON CONFLICT (kind, key) DO UPDATE SET "
)
_OVER = "value = excluded.value, until = excluded.until"
_CLAIM = (
    "value = CASE WHEN {over} THEN excluded.value ELSE shared.value END, "
    "until = CASE WHEN {over} OR shared.value = excluded.value "
    "THEN excluded.until ELSE shared.until END RETURNING value"
)
_FREE = "(shared.until <= {now} OR shared.value = :instead_of)"
# The theoretical arrival time of the generic cell rate algorithm, as `until`.
_AHEAD = "CASE WHEN shared.until > {now} THEN shared.until ELSE {now} END + :step"
_SPEND = (
    "value = CASE WHEN {ahead} - {now} > :burst THEN 'no' ELSE 'yes' END, "
    "until = CASE WHEN {ahead} - {now} > :burst THEN shared.until ELSE {ahead} END "
    "RETURNING value, until - {now}"
)
_GET = "SELECT value FROM shared WHERE kind = :kind AND key = :key AND until > {now}"
_ALL = "SELECT key, value FROM shared WHERE kind = :kind AND until > {now} ORDER BY key"
_TIDY = "DELETE FROM shared WHERE until <= {now}"
_DROP = "DELETE FROM shared WHERE kind = :kind AND key = :key"
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Shared:
    """The shared values of the archive in `folder`, or on the server at the address.

    A value has a kind and a key; after its seconds it is gone. Every method raises ArchiveError
    where the store cannot be reached, and then at once for a second, so that no page waits again
    and again. Safe to use from several threads.
    """

    def __init__(self, folder: Path, server: SecretStr) -> None:
        self._place = store_place(folder, server)
        self._engine: Engine | None = None
        self._calls = threading.Condition()
        self._running = 0
        self._down: tuple[float, str] = (0.0, "")
        now = _SERVER_NOW if self._place.is_shared else _FILE_NOW
        self._now = now
        self._locked = " FOR UPDATE" if self._place.is_shared else ""

    def get(self, kind: str, key: str) -> str | None:
        """A value; None where there is none, or no longer."""
        with self._connection() as connection:
            found = connection.scalar(self._sql(_GET), {"kind": kind, "key": key})
        return None if found is None else str(found)

    def all(self, kind: str) -> dict[str, str]:
        """The values of a kind, by their keys in order."""
        with self._connection() as connection:
            rows = connection.execute(self._sql(_ALL), {"kind": kind})
            return {row.key: row.value for row in rows}

    def put(self, kind: str, key: str, value: str, seconds: float) -> None:
        """Sets a value for so long."""
        with self._connection() as connection:
            connection.execute(self._sql(_PUT + _OVER), _row(kind, key, value, seconds))

    def claim(
        self, kind: str, key: str, value: str, seconds: float, *, instead_of: str = ""
    ) -> str:
        """The value that counts: this one, unless another came first and is not `instead_of`."""
        statement = self._sql(_PUT + _CLAIM.replace("{over}", _FREE))
        row = _row(kind, key, value, seconds) | {"instead_of": instead_of}
        with self._connection() as connection:
            return str(connection.scalar(statement, row))

    def drop(self, kind: str, key: str) -> None:
        """Removes a value, if it is there."""
        with self._connection() as connection:
            connection.execute(self._sql(_DROP), {"kind": kind, "key": key})

    def spend(self, kind: str, key: str, *, step: float, burst: float) -> float:
        """Takes one of what comes back every `step` seconds; returns 0, or the seconds to wait.

        So many as come back in `burst` seconds may be taken at once.
        """
        statement = self._sql(_PUT + _SPEND.replace("{ahead}", _AHEAD))
        row = _row(kind, key, "yes", step) | {"step": step, "burst": burst}
        with self._connection() as connection:
            allowed, ahead = connection.execute(statement, row).one()
        return 0.0 if allowed == "yes" else max(0.0, float(ahead) + step - burst)

    def change(
        self, kind: str, key: str, seconds: float, step: Callable[[str, float], tuple[str, _T]]
    ) -> _T:
        """What `step` returns of the value ("" for none) and the store's time; its text is stored.

        Nobody else changes the value meanwhile.
        """
        with self._connection() as connection:
            row = _row(kind, key, "", seconds)
            untouched = "value = shared.value"
            connection.execute(self._sql(_PUT + untouched), row)
            query = "SELECT CASE WHEN until > {now} THEN value ELSE '' END, {now} FROM shared "
            query += f"WHERE kind = :kind AND key = :key{self._locked}"
            value, now = connection.execute(self._sql(query), row).one()
            row["value"], found = step(value, float(now))
            connection.execute(self._sql(_PUT + _OVER), row)
        return found

    def tidy(self) -> None:
        """Deletes what has expired."""
        with self._connection() as connection:
            connection.execute(self._sql(_TIDY))

    def close(self) -> None:
        """Closes the connections, once no call uses one; later calls raise ArchiveError."""
        with self._calls:
            self._down = math.inf, f"{self._place} has been closed"
            self._calls.wait_for(lambda: not self._running, _PATIENCE_SECONDS)
            if self._engine is not None:
                self._engine.dispose()

    def _sql(self, statement: str) -> Any:
        return text(statement.replace("{now}", self._now))

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with self._calls:
            until, why = self._down
            if time.monotonic() < until:
                raise ArchiveError(why)
            if self._engine is None:
                self._engine = self._place.engine(read_only=False)
            self._running += 1
        try:
            with self._place.translated(), self._engine.begin() as connection:
                yield connection
        except ArchiveError as error:
            until = max(self._down[0], time.monotonic() + _PAUSE_SECONDS)
            self._down = until, str(error)
            raise
        finally:
            with self._calls:
                self._running -= 1
                self._calls.notify_all()


def _row(kind: str, key: str, value: str, seconds: float) -> dict[str, Any]:
    return {"kind": kind, "key": key, "value": value, "seconds": seconds}


class LookedUp(Generic[_T]):
    """A value that is looked up again in the background, where it is older than `seconds`.

    The first time is waited for. Where looking fails later, the value stays.
    """

    def __init__(self, look: Callable[[], _T], seconds: float = 1.0) -> None:
        self._look = look
        self._seconds = seconds
        self._lock = threading.Lock()
        self._value = look()
        self._at = time.monotonic()

    def __call__(self) -> _T:
        """The value of a moment ago."""
        if time.monotonic() - self._at > self._seconds and self._lock.acquire(blocking=False):
            threading.Thread(target=self._again, daemon=True).start()
        return self._value

    def set(self, value: _T) -> None:
        """Sets the value, until it is looked up again."""
        self._value = value

    def now(self) -> _T:
        """The value, looked up at once; raises what looking raises."""
        self._value = self._look()
        self._at = time.monotonic()
        return self._value

    def _again(self) -> None:
        try:
            self.now()
        except RagError as error:
            _log.warning("what pages share stays as it was: %s", error)
        finally:
            self._at = time.monotonic()
            self._lock.release()
