"""A throw-away PostgreSQL for tests, from the binaries that Debian installs.

It listens on a Unix socket in a temporary folder, so that it meets no other server. Each test
gets a database of its own, copied from an empty archive.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine

from rag.store import Database

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
MISSING = "needs PostgreSQL: apt-get install postgresql, and pip install 'dateline[postgresql]'"
ON_BOTH = pytest.mark.usefixtures("address")
"""For tests of archives: each runs with the store in a file, and then with it on a server."""

ON_SQLITE = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
"""For those among them that are about the file, or about two archives at once."""

_LOGIN = "postgres"
_OWNER = "dateline"
_PASSWORD = "s3cret-of-a-test"
_QUICK = "\n".join(
    [
        *("fsync = off", "full_page_writes = off"),
        *("max_connections = 60", "shared_buffers = 16MB"),
        *("autovacuum = off", "log_min_messages = fatal"),
    ]
)

_AS_LONG_AS_US = """
exec 3<&0
"$0" -D "$1" & server=$!
{ cat <&3 > /dev/null; kill -QUIT $server; } &
wait $server
"""
"""Runs the server until standard input ends: also where the tests are killed."""


class Server:
    """A running server; `str` of `address` is how Dateline is told of a database of it."""

    def __init__(self, folder: Path, owner: str = _OWNER, port: int = 0) -> None:
        self.folder = folder
        self._owner, self._port = owner, port
        self._data = folder / "data"
        self._names = (f"test{number}" for number in count())
        self._process: subprocess.Popen[bytes] | None = None
        options = ["--username", owner, "--auth", "trust", "--encoding", "UTF8", "--no-sync"]
        # Under another collation than "C", what Dateline does not say itself sorts differently.
        self._run("initdb", "--pgdata", self._data, "--locale", "C.UTF-8", *options)
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(f"{_QUICK}\nunix_socket_directories = '{folder}'\n")
            file.write(f"port = {port}\n" if port else "listen_addresses = ''\n")
        self.start()

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", _AS_LONG_AS_US, self._binary("postgres"), self._data],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                **self._as_owner,
            )
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends it at once, as a crash of its machine would; what was committed is there again."""
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait()
            self._process = None

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Runs a statement as the owner; its rows, if it has any."""
        import psycopg

        where = {"host": str(self.folder), "user": self._owner, "dbname": database}
        where |= {"port": self._port} if self._port else {}
        with closing(psycopg.connect(autocommit=True, **where)) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def address(self, database: str, user: str = _OWNER) -> SecretStr:
        """What DATELINE_STORE names a database of it by; a password is sent, and never asked."""
        where = f"{user}:{_PASSWORD}@/{database}?host={self.folder}"
        return SecretStr(f"postgresql+psycopg://{where}")

    def new(self) -> SecretStr:
        """The address of a new database without tables."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.address(name)

    def prepared(self) -> SecretStr:
        """The address of a new database with the tables of Dateline, empty."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY file_copy")
        return self.address(name)

    def copied(self, place: SecretStr) -> SecretStr:
        """The address of a copy of a database that nobody is connected to."""
        name, source = next(self._names), database_of(place)
        self.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
        return self.address(name)

    @cached_property
    def _template(self) -> str:
        self.execute("CREATE DATABASE prepared TEMPLATE template0")
        Database(self.folder, self.address("prepared"), create=True).close()
        return "prepared"

    def _answers(self) -> bool:
        import psycopg

        try:
            return bool(self.execute("SELECT 1"))
        except psycopg.OperationalError:
            return False

    @property
    def _as_owner(self) -> dict[str, Any]:
        # PostgreSQL refuses to run as root.
        return {"user": _LOGIN, "group": _LOGIN, "extra_groups": []} if os.geteuid() == 0 else {}

    def _run(self, program: str, *arguments: object) -> None:
        command = [self._binary(program), *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, **self._as_owner
        )
        assert done.returncode == 0, done.stderr

    def _binary(self, name: str) -> str:
        return str(BINARIES[-1].with_name(name))


def database_of(place: SecretStr) -> str:
    """The name of the database of an address."""
    return place.get_secret_value().partition("@/")[2].partition("?")[0]


@contextmanager
def closed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Closes the connections of what a test opens and leaves to the garbage collector."""
    engines: list[Engine] = []

    def recorded(*arguments: Any, **options: Any) -> Engine:
        engines.append(create_engine(*arguments, **options))
        return engines[-1]

    monkeypatch.setattr("rag.store.postgresql.create_engine", recorded)
    yield
    for engine in engines:
        engine.dispose()


@contextmanager
def running(owner: str = _OWNER, port: int = 0) -> Iterator[Server]:
    """A server for as long as it is needed; skips where it cannot be started, and says why.

    With a port it listens there, on the loopback, too.
    """
    pytest.importorskip("psycopg", reason=MISSING)
    if not BINARIES or sys.platform == "win32":
        pytest.skip(MISSING)
    # The path of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        shutil.chown(folder, _LOGIN, _LOGIN)
    folder.chmod(0o755)
    server = None
    try:
        server = Server(folder, owner, port)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
