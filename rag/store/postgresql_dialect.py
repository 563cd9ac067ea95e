"""PostgreSQL as SQLAlchemy speaks it, but comparing and sorting texts as SQLite does.

Loaded by SQLAlchemy when an engine is made, because it takes a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg
from sqlalchemy.types import Text

from rag.store.rows import storable


class _Types(PGTypeCompiler):
    """Columns of text sort by code point, in whatever language the database is."""

    def visit_TEXT(self, type_: Text, **options: Any) -> str:  # noqa: N802
        """The type of a text; in the definition of a column with its collation."""
        name = super().visit_TEXT(type_, **options)
        is_column = isinstance(options.get("type_expression"), Column)
        return f'{name} COLLATE "C"' if is_column and not type_.collation else name


class _Statements(PGCompiler_psycopg):
    """LIKE does not distinguish a from A, but é from É."""

    def visit_like_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """A comparison that folds the case of English letters only."""
        compared = binary._clone()
        compared.left = binary.left.collate("C")
        return str(super().visit_ilike_op_binary(compared, operator, **kw))  # type: ignore[no-untyped-call]


class Dialect(PGDialect_psycopg):
    """psycopg 3, with the types and comparisons above."""

    supports_statement_cache = True
    type_compiler_cls = _Types
    statement_compiler = _Statements

    def do_execute(self, cursor: Any, statement: Any, parameters: Any, context: Any = None) -> None:
        """Executes a statement; a reader may look for characters that no text can have."""
        if isinstance(parameters, Mapping) and statement.startswith("SELECT"):
            parameters = {
                name: storable(value) if isinstance(value, str) else value
                for name, value in parameters.items()
            }
        super().do_execute(cursor, statement, parameters, context)  # type: ignore[no-untyped-call]

    def _get_server_version_info(self, connection: Any) -> tuple[int, int]:
        # Servers that speak the protocol without being PostgreSQL name themselves in other words.
        number = connection.connection.driver_connection.info.server_version
        return number // 10_000, number % 10_000
