"""A Milvus server: its address, its collections, its rows; knows nothing of passages.

All that a server does in its own way is here: errors become ours and name the server, without
its token. Writes are seen by whoever asks after them: collections have strong consistency.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from rag.errors import ArchiveError, ConfigError

if TYPE_CHECKING:
    from pymilvus import CollectionSchema, MilvusClient
    from pymilvus.milvus_client.index import IndexParams

Row = dict[str, Any]
Sparse = dict[int, float]
Found = list[tuple[int, float, Row]]
"""What one query finds: ids, inner products, and the fields that were asked for."""

MOST_FOUND = 16_384
"""The most rows that a server finds for one query."""

OLDEST = {"milvus": (2, 6), "milvus_lite": (3, 2)}
_NAMED = "Milvus at "
_AT_ONCE = 500
_PORT = 19_530
_WRITING = 6
"""So many times as long as a search may take may writing some rows."""

_NOT_LOADED = re.compile(r"collection not (fully )?loaded|is loading|in state 'released'", re.I)
_AWAY = "cannot be reached, or does not answer in time"
_VERSION = re.compile(r"(?:(milvus_lite)-)?v?(\d+)\.(\d+)")
_EXPLAINED: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"unauthenticated|auth check fail|invalid (token|user|password|api)", re.I),
        "refuses the login",
        "name another in DATELINE_MILVUS_TOKEN, as USER:PASSWORD or a key",
    ),
    (
        re.compile(r"permission ?denied|privilege|permission deny", re.I),
        "gives this user no right to do that",
        "let its administrator grant CollectionReadWrite and CollectionAdmin on dateline_*",
    ),
    (
        re.compile(r"database not found|database .*not exist", re.I),
        "has no such database",
        "make it there, or name another in DATELINE_MILVUS_DATABASE",
    ),
    (
        re.compile(r"quota|rate limit|memory limit|disk (quota|full)|no space|force deny", re.I),
        "has no room left",
        "free memory or disk there, or raise its quotas, and run the same command again",
    ),
    (
        re.compile(
            r"unavailable|connect|deadline|timeout|timed out|reset|broken|closed|not ready", re.I
        ),
        _AWAY,
        "start it, mend the network or raise DATELINE_MILVUS_TIMEOUT, and run the same "
        "command again",
    ),
)
"""What a server says, what it means, and what to do."""


class NoCollectionError(ArchiveError):
    """The server has no such collection, or no longer."""


class NotLoadedError(ArchiveError):
    """The server has a collection on its disk, and not in its memory."""


class MilvusServer:
    """A server, connected at the first request; `str` names it in messages.

    Raises ConfigError for an address that cannot be one.
    """

    def __init__(
        self,
        uri: str,
        token: SecretStr,
        *,
        database: str = "",
        ca_file: Path | None = None,
        timeout: float = 10.0,
    ) -> None:
        try:
            parts = urlsplit(uri)
            self._name = f"{_NAMED}{parts.hostname}:{parts.port or _PORT}"
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            msg = (
                "setting 'milvus_uri' (DATELINE_MILVUS_URI): write it as http://HOST:PORT or "
                "https://HOST:PORT, and the login into DATELINE_MILVUS_TOKEN"
            )
            raise ConfigError(msg)
        self._uri = uri
        self._token = token
        self._database = database
        self._ca_file = ca_file
        self._timeout = timeout
        self._connected: MilvusClient | None = None
        self._lock = Lock()

    def __str__(self) -> str:
        return self._name + (f"/{self._database}" if self._database else "")

    @property
    def version(self) -> str:
        """The server's version, as it says."""
        with self._named_errors():
            return str(self.connected().get_server_version(timeout=self._timeout))

    def has(self, name: str) -> bool:
        """Whether there is a collection of that name, which may be an alias."""
        with self._named_errors():
            return bool(self.connected().has_collection(name, timeout=self._timeout))

    def create(self, name: str, schema: CollectionSchema, indexes: IndexParams) -> None:
        """Makes an empty collection, and what it had before goes; `name` becomes its alias."""
        target = self._unused(name)
        self._make(target, schema, indexes)
        self._point(name, target)

    def copy(self, name: str, schema: CollectionSchema, indexes: IndexParams) -> None:
        """Writes a collection anew, so that nothing is left of rows that were removed.

        Whoever searches meanwhile finds what was there before.
        """
        target = self._unused(name)
        self._make(target, schema, indexes)
        for rows in self.all(name, "", ["*"]):
            self.put(target, rows)
        self._point(name, target)

    def drop(self, name: str) -> None:
        """Removes a collection, and what was left of writing it anew."""
        with self._named_errors():
            client = self.connected()
            client.drop_alias(name, timeout=self._timeout)
            for each in _both(name):
                client.drop_collection(each, timeout=self._timeout * _WRITING)

    def put(self, name: str, rows: Sequence[Row], *, partial: bool = False) -> None:
        """Adds rows, or replaces those of the same id; `partial` changes some of their fields."""
        for first in range(0, len(rows), _AT_ONCE):
            with self._named_errors():
                self.connected().upsert(
                    name,
                    list(rows[first : first + _AT_ONCE]),
                    timeout=self._timeout * _WRITING,
                    partial_update=partial,
                )

    def remove(self, name: str, ids: Sequence[int]) -> None:
        """Removes rows by their ids."""
        for first in range(0, len(ids), _AT_ONCE):
            with self._named_errors():
                some = list(ids[first : first + _AT_ONCE])
                self.connected().delete(name, ids=some, timeout=self._timeout * _WRITING)

    def count(self, name: str, condition: str) -> int:
        """How many rows satisfy a condition."""
        with self._named_errors():
            found = self.connected().query(
                name, filter=condition, output_fields=["count(*)"], timeout=self._timeout
            )
            return int(found[0]["count(*)"])

    def rows(self, name: str, condition: str, fields: Sequence[str]) -> list[Row]:
        """The rows that satisfy a condition, at most MOST_FOUND of them.

        A server that was started again may first have to load the collection.
        """
        try:
            return self._rows(name, condition, fields)
        except NotLoadedError:
            with self._named_errors():
                self.connected().load_collection(name, timeout=self._timeout * _WRITING)
            return self._rows(name, condition, fields)

    def all(self, name: str, condition: str, fields: Sequence[str]) -> Iterator[list[Row]]:
        """All rows that satisfy a condition, some at a time, by their ids."""
        with self._named_errors():
            found = self.connected().query_iterator(
                name,
                batch_size=_AT_ONCE,
                filter=condition,
                output_fields=list(fields),
                timeout=self._timeout * _WRITING,
            )
            try:
                while rows := found.next():
                    yield [dict(each) for each in rows]
            finally:
                found.close()

    def search(
        self,
        name: str,
        field: str,
        queries: Sequence[Any],
        *,
        k: int,
        condition: str,
        fields: Sequence[str] = (),
    ) -> list[Found]:
        """For each query the rows with the highest inner product: id, product, fields."""
        if not queries:
            return []
        with self._named_errors():
            found = self.connected().search(
                name,
                data=list(queries),
                anns_field=field,
                filter=condition,
                limit=min(k, MOST_FOUND),
                output_fields=list(fields),
                timeout=self._timeout,
            )
            return [
                [(int(hit["id"]), float(hit["distance"]), dict(hit["entity"])) for hit in hits]
                for hits in found
            ]

    def _rows(self, name: str, condition: str, fields: Sequence[str]) -> list[Row]:
        with self._named_errors():
            found = self.connected().query(
                name,
                filter=condition,
                output_fields=list(fields),
                limit=MOST_FOUND,
                timeout=self._timeout,
            )
            return [dict(each) for each in found]

    def _make(self, name: str, schema: CollectionSchema, indexes: IndexParams) -> None:
        with self._named_errors():
            client, most = self.connected(), self._timeout * _WRITING
            client.drop_collection(name, timeout=most)
            client.create_collection(name, schema=schema, consistency_level="Strong", timeout=most)
            # Loading waits for all of them; the client would look for each twice a second.
            client.create_index(name, indexes, timeout=most, sync=False)
            client.load_collection(name, timeout=most)

    def _unused(self, name: str) -> str:
        """That of both collections of a name which it does not stand for."""
        with self._named_errors():
            client, (first, second) = self.connected(), _both(name)
            if not client.has_collection(name, timeout=self._timeout):
                return first
            used = client.describe_alias(name, timeout=self._timeout)["collection_name"]
            return second if used == first else first

    def _point(self, name: str, target: str) -> None:
        """Lets a name stand for another collection, in one step, and removes the one of before."""
        with self._named_errors():
            client = self.connected()
            if client.has_collection(name, timeout=self._timeout):
                client.alter_alias(target, name, timeout=self._timeout)
            else:
                client.create_alias(target, name, timeout=self._timeout)
            for other in _both(name):
                if other != target:
                    client.drop_collection(other, timeout=self._timeout * _WRITING)

    def connected(self) -> MilvusClient:
        """The client of the server, connected; its errors are its own."""
        with self._lock:
            if self._connected is None:
                self._connected = self._connect()
            return self._connected

    def _connect(self) -> MilvusClient:
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            install = "pip install 'dateline[milvus]'"
            msg = f"an index on Milvus needs pymilvus ({error}); install it: {install}"
            raise ConfigError(msg) from error
        # What pymilvus writes of an error comes as our error, too.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        more = {"server_pem_path": str(self._ca_file)} if self._ca_file else {}
        client = MilvusClient(
            self._uri,
            token=self._token.get_secret_value(),
            db_name=self._database,
            timeout=self._timeout,
            dedicated=True,
            **more,
        )
        self._check_version(str(client.get_server_version(timeout=self._timeout)))
        return client

    def _check_version(self, version: str) -> None:
        found = _VERSION.match(version)
        kind = (found[1] if found else None) or "milvus"
        if found is None or (int(found[2]), int(found[3])) < OLDEST[kind]:
            oldest = ".".join(map(str, OLDEST[kind]))
            msg = f"{self} is of version {version!r}; Dateline needs {oldest} or newer: update it"
            raise ArchiveError(msg)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Turns errors of the client into an ArchiveError that says what to do."""
        try:
            yield
        except ArchiveError:
            raise
        except Exception as error:
            if not type(error).__module__.startswith(("pymilvus", "grpc")):
                raise
            found = self._explained(error)
            if _AWAY in str(found):
                self._disconnect()
            raise found from None

    def _disconnect(self) -> None:
        """Gives up a connection that broke: the client does not mend every one of them."""
        with self._lock:
            broken, self._connected = self._connected, None
        if broken is not None:
            with suppress(Exception):
                broken.close()

    def _explained(self, error: Exception) -> ArchiveError:
        reason = " ".join(str(getattr(error, "message", "") or error).split())
        if secret := self._token.get_secret_value():
            for part in (secret, secret.partition(":")[2] or secret):
                reason = reason.replace(part, "***")
        if getattr(error, "code", 0) == 100 or "collection not found" in reason.lower():
            return NoCollectionError(f"{self} does not have the index any more ({reason:.200})")
        if _NOT_LOADED.search(reason):
            return NotLoadedError(f"{self} is not ready ({reason:.200}); wait and try again")
        for pattern, what, mend in _EXPLAINED:
            if pattern.search(reason):
                return ArchiveError(f"{self} {what} ({reason:.200}); {mend}")
        return ArchiveError(f"{self} refuses that ({reason:.300}); its log may say more")


def quoted(values: Sequence[str]) -> str:
    """Texts as a condition lists them."""
    return json.dumps(list(values), ensure_ascii=False)


def _both(name: str) -> tuple[str, str]:
    """The two collections that a name may stand for."""
    return f"{name}_a", f"{name}_b"
