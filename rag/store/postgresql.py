"""The store on a PostgreSQL server: what PostgreSQL does in its own way, and its errors.

`rag.store.sqlite` has the same members for a file. Writers take turns by an advisory lock, which
each transaction that writes holds until it has committed. So the change log is numbered in the
order in which its changes can be seen, whoever writes.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import registry
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from rag.errors import ArchiveError, ConfigError
from rag.store.rows import DamagedRowError
from rag.store.sqlite import Named

OLDEST = 13
"""The oldest version of PostgreSQL that Dateline works with."""

UNAVAILABLE = (
    "The server that holds the articles does not answer. Ask again in a moment; if that does not "
    "help, tell whoever runs this page."
)
_NAMED = "PostgreSQL at "
_SERVERS = (_NAMED, "Milvus at ")
_PORT = 5432
_CONNECTION = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""What is asked of a connection, unless the address says otherwise: no wait without an end."""

_LOST = "lost connection"
_UNSTORABLE = "22021"
_TAKE_TURN = (
    "SELECT set_config('lock_timeout', '30s', true), "
    "pg_advisory_xact_lock(hashtextextended(current_schema(), 4097))"
)
_STATE = (
    "SELECT current_setting('server_version_num')::int / 10000 AS version, "
    "current_setting('server_encoding') AS encoding, current_schema() AS schema"
)
_HERE = "relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
_TABLES = f"SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND {_HERE}"  # noqa: S608
_INDEXES = (
    f"SELECT relname FROM pg_class c WHERE relkind = 'i' AND {_HERE} "  # noqa: S608
    "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)"
)
_COUNTERS = (
    "SELECT t.relname AS name, c.oid::regclass::text AS sequence, "  # noqa: S608
    "pg_sequence_last_value(c.oid) AS last FROM pg_class c "
    "JOIN pg_depend d ON d.objid = c.oid AND d.deptype = 'a' "
    f"JOIN pg_class t ON t.oid = d.refobjid WHERE c.relkind = 'S' AND c.{_HERE}"
)
_OTHERS = f"{_TABLES} AND relname = ANY(:tables) AND NOT pg_has_role(relowner, 'USAGE')"
_SIZE = f"SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND {_HERE}"  # noqa: S608
_CAN_NOTE = "SELECT NOT pg_is_in_recovery() AND has_table_privilege('turns', 'INSERT')"

registry.register("dateline.postgresql", "rag.store.postgresql_dialect", "Dialect")


class PostgresServer:
    """A database of a PostgreSQL server; `str` names it in messages, without user and password.

    Raises ConfigError for an address that cannot be one, and where psycopg is not installed.
    """

    is_shared = True
    """Whether processes that do not share the archive's folder may write at the same time."""

    longest_key = 2_500
    """The most bytes of a text that rows are looked up by: a third of a page, and some to spare."""

    def __init__(self, folder: Path, address: SecretStr) -> None:
        self.folder = folder
        self._url = _parsed(address)
        host = self._url.host or self._url.query.get("host") or "localhost"
        port = self._url.port or self._url.query.get("port") or _PORT
        self._name = f"{_NAMED}{host}:{port}/{self._url.database or ''}"

    def __str__(self) -> str:
        return self._name

    def is_there(self) -> bool:
        """Whether the database can be asked; raises nothing: opening it says what is wrong."""
        return True

    def engine(self, *, read_only: bool) -> Engine:
        """A pool of connections; each is tried before it is used, so that it may break meanwhile.

        Nobody is asked yet. `read_only` changes nothing: what only reads says so itself.
        """
        try:
            engine = create_engine(
                self._url,
                pool_pre_ping=True,
                use_native_hstore=False,
                connect_args={n: v for n, v in _CONNECTION.items() if n not in self._url.query},
            )
        except ImportError as error:
            install = "pip install 'dateline[postgresql]'"
            msg = f"a store on PostgreSQL needs psycopg ({error}); install it: {install}"
            raise ConfigError(msg) from error
        event.listen(engine, "begin", _begin)
        # What psycopg warns of, as a statement fails, comes as our error, too.
        logging.getLogger("psycopg").setLevel(logging.ERROR)
        return engine

    def reading(self, engine: Engine) -> Engine:
        """The engine for transactions that see one state from start to end."""
        return engine.execution_options(isolation_level="REPEATABLE READ")

    def writing(self, engine: Engine) -> Engine:
        """The engine for transactions that write: each sees what was committed before its turn."""
        return engine.execution_options(isolation_level="READ COMMITTED", writes=True)

    def is_frozen(self) -> bool:
        """Whether the store cannot change while it is open: never."""
        return False

    def tables(self, connection: Connection) -> set[str]:
        """The names of all tables of the schema."""
        return set(connection.scalars(text(_TABLES)))

    def names(self, connection: Connection) -> list[Named]:
        """The tables, and the indexes that belong to no constraint, sorted by kind and name."""
        kinds = {"index": _INDEXES, "table": _TABLES}
        found = [(kind, name) for kind in kinds for name in connection.scalars(text(kinds[kind]))]
        return sorted(found)

    def check(self, connection: Connection) -> None:
        """Raises ArchiveError where the server is too old, or the database cannot hold texts."""
        state = connection.execute(text(_STATE)).one()
        if state.version < OLDEST:
            msg = f"{self} is of version {state.version}; Dateline needs {OLDEST} or newer"
            raise ArchiveError(msg)
        if state.encoding != "UTF8":
            make = "createdb --encoding UTF8 --template template0 NAME"
            msg = f"{self} encodes texts as {state.encoding}, not UTF8; make another: {make}"
            raise ArchiveError(msg)
        if state.schema is None:
            msg = f"{self} has no schema to hold the archive; make one: CREATE SCHEMA NAME"
            raise ArchiveError(msg)

    def refuse_others(self, tables: Collection[str]) -> None:
        """Raises for a schema with tables, but those of another program."""
        held = ", ".join(sorted(tables)[:3])
        msg = (
            f"{self} holds tables of another program ({held}); give Dateline a database of its "
            "own, and name that in DATELINE_STORE: createdb NAME"
        )
        raise ArchiveError(msg)

    def identity(self, engine: Engine) -> object:
        """What differs once the archive was removed or replaced; None without one."""
        with self.reading(engine).connect() as connection:
            return connection.scalar(text("SELECT to_regclass('revisions')::oid::text"))

    def can_note(self, engine: Engine) -> bool:
        """Whether the server lets this login write what readers add."""
        with self.reading(engine).connect() as connection:
            return bool(connection.scalar(text(_CAN_NOTE)))

    def verify(self, _connection: Connection) -> None:
        """Does nothing: PostgreSQL checks its pages itself, as they are read."""

    def compact(self, engine: Engine, tables: Sequence[str]) -> None:
        """Writes the tables anew without deleted content.

        Raises ArchiveError where somebody keeps reading for 30 seconds, and where the tables
        belong to another login.
        """
        alone = engine.execution_options(isolation_level="AUTOCOMMIT")
        with alone.connect() as connection:
            others = connection.scalars(text(_OTHERS), {"tables": list(tables)}).all()
            if others:
                msg = (
                    f"{self} lets only their owner write its tables anew ({others[0]} and others); "
                    "name the owner's login in DATELINE_STORE, and run it again"
                )
                raise ArchiveError(msg)
            connection.exec_driver_sql("SET lock_timeout = '30s'")
            try:
                connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(tables)}")
            finally:
                connection.exec_driver_sql("RESET lock_timeout")

    def drop(self, connection: Connection, unknown: Collection[Named]) -> None:
        """Removes the `unknown` indexes."""
        for name in [name for kind, name in unknown if kind == "index"]:
            quoted = name.replace('"', '""')
            connection.exec_driver_sql(f'DROP INDEX IF EXISTS "{quoted}"')

    def drop_command(self, table: str) -> str:
        """The command that takes out a table of another program."""
        return f"psql --command 'DROP TABLE \"{table}\"' {self._url.database or ''}"

    def counters(self, connection: Connection) -> dict[str, int]:
        """The highest number that each table with numbers of its own has given to a row."""
        rows = connection.execute(text(_COUNTERS))
        return {row.name: row.last for row in rows if row.last is not None}

    def count_from(self, connection: Connection, counters: dict[str, int]) -> None:
        """Lets tables give rows higher numbers than these."""
        for row in connection.execute(text(_COUNTERS)).all():
            if row.name in counters:
                values = {"sequence": row.sequence, "last": counters[row.name]}
                connection.execute(text("SELECT setval(:sequence, :last)"), values)

    @property
    def version(self) -> tuple[str, str]:
        """What reads and writes the store, and its version."""
        engine = self.engine(read_only=True)
        try:
            with self.translated(), engine.connect() as connection:
                return "postgresql", str(connection.scalar(text("SHOW server_version")))
        finally:
            engine.dispose()

    def bytes_used(self, engine: Engine) -> dict[str, int]:
        """The bytes of what lies elsewhere than in the archive's folder, by name."""
        with self.reading(engine).connect() as connection:
            return {"postgresql": int(connection.scalar(text(_SIZE)) or 0)}

    def missing(self) -> str:
        """The error message where there is no archive."""
        ingest = f"dateline ingest PATH... --archive {self.folder}"
        return f"{self} holds no archive; build one: {ingest}"

    def damaged(self, reason: str) -> str:
        """The error message for a damaged archive."""
        one_line = " ".join(reason.split())
        return (
            f"{self} holds no whole Dateline archive ({one_line}); take a backup into a new "
            f"database: {self.start_over()}"
        )

    def lost(self) -> str:
        """The error message where there is no archive, though the folder has indexes of one."""
        copy = f"DATELINE_STORE= dateline copy --archive {self.folder} --to ADDRESS"
        return (
            f"{self} is empty, and {self.folder} has the indexes of an archive; copy that first: "
            f"{copy}; or name a new folder: --archive"
        )

    def start_over(self) -> str:
        """The commands that put a backup in the place of a damaged archive."""
        return (
            "dateline restore BACKUP NEW_FOLDER; "
            "DATELINE_STORE= dateline copy --archive NEW_FOLDER --to ADDRESS"
        )

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns errors of the database into an ArchiveError that says how to fix it."""
        try:
            yield
        except IntegrityError as error:
            msg = f"{self}: {self._reason(error)}"
            raise ArchiveError(msg) from error
        except DBAPIError as error:
            raise ArchiveError(self._explain(_state(error), self._reason(error))) from error
        except PoolTimeoutError as error:
            msg = f"{self} has been asked too much at once; try again"
            raise ArchiveError(msg) from error
        except (DamagedRowError, json.JSONDecodeError) as error:
            raise ArchiveError(self.damaged(str(error))) from error

    def _reason(self, error: DBAPIError) -> str:
        reason = " ".join(str(error.orig).split())
        password = self._url.password or self._url.query.get("password")
        return reason.replace(str(password), "***") if password else reason

    def _explain(self, state: str, reason: str) -> str:
        for states, what, mend in _EXPLAINED:
            if state.startswith(states):
                return f"{self} {what} ({reason}); {mend}"
        return f"{self} refuses that ({reason}); its log may say more"


def _state(error: DBAPIError) -> str:
    """The state of SQL that the server gave, or what stands for an error of psycopg's own."""
    if state := getattr(error.orig, "sqlstate", None):
        return str(state)
    if isinstance(error, DataError):
        return _UNSTORABLE
    if not isinstance(error, InterfaceError | OperationalError):
        return ""
    # Where no connection comes about, psycopg passes on the server's words, but not its state.
    message = str(error.orig)
    return next((state for words, state in _REFUSALS if words.search(message)), _LOST)


_REFUSALS = (
    (re.compile(r'database ".*" does not exist'), "3D000"),
    (re.compile(r'role ".*" (does not exist|is not permitted)|authentication|pg_hba'), "28000"),
    (re.compile(r"no password supplied|permission denied for database"), "28000"),
    (re.compile(r"too many (clients|connections)|connection slots"), "53300"),
)
"""How a server refuses a connection, in English; in other languages its words must do."""


_EXPLAINED: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("28",),
        "refuses the login",
        "name another user or password in DATELINE_STORE, or allow it in pg_hba.conf",
    ),
    (
        ("3D000",),
        "does not exist",
        "make it: createdb --encoding UTF8 --template template0 NAME, or name another in "
        "DATELINE_STORE",
    ),
    (
        ("42501",),
        "gives this user no right to do that",
        "let the owner of the database grant it: GRANT ALL ON SCHEMA public TO ...; GRANT ALL ON "
        "ALL TABLES IN SCHEMA public TO ...; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ...",
    ),
    (
        ("53100", "53200"),
        "has no room left",
        "free disk space or memory there and run the same command again",
    ),
    (
        ("53300", "53400"),
        "has no connection to spare",
        "raise max_connections, or end some processes, and try again",
    ),
    (("55P03", "55006", "57014", "40"), "is in use by somebody else", "wait for it and try again"),
    (("25006",), "may only be read", "name the primary server in DATELINE_STORE"),
    (
        ("22021", "22P05", "22P02", "54"),
        "cannot store a text",
        "take it out of what you ingest and run the same command again",
    ),
    (
        ("42", "XX"),
        "holds no whole Dateline archive",
        "restore a backup, or ingest into a new database",
    ),
    (
        ("08", "57P", "58", _LOST),
        "cannot be reached, or broke off",
        "start it or mend the network, then run the same command again",
    ),
)
"""By how a state of SQL begins: what it means, and what to do."""


def without_server(message: str) -> str:
    """An error message for readers: where the server is and what it said is not theirs to know.

    >>> without_server("PostgreSQL at db.example:5432/news cannot be reached").partition(".")[0]
    'The server that holds the articles does not answer'
    """
    return UNAVAILABLE if any(name in message for name in _SERVERS) else message


def _parsed(address: SecretStr) -> URL:
    """The address for our dialect; its errors never show it, because it may hold a password."""
    try:
        url = make_url(address.get_secret_value())
    except (ArgumentError, ValueError):
        url = None
    if url is None or "@" in (url.host or "") or "@" in (url.database or ""):
        msg = (
            "the address in DATELINE_STORE cannot be read; write it as "
            "postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE, with %40 for @, %2F for / and "
            "%25 for % in a password"
        )
        raise ConfigError(msg) from None
    return url.set(drivername="dateline+postgresql")


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(_TAKE_TURN)
