"""Adds what readers save: searches, and stars in collections."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("owner", "name")),
        sa.Column("query", sa.JSON, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        *(sa.Column(n, sa.BigInteger, nullable=False) for n in ("created", "seen", "seen_at")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_saved_searches_owner", "saved_searches", ["owner"])
    op.create_index("ix_saved_searches_token", "saved_searches", ["token"], unique=True)
    op.create_table(
        "collections",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("owner", "name")),
        sa.Column("created", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_collections_owner", "collections", ["owner"])
    op.create_table(
        "stars",
        sa.Column("collection_id", sa.Text, sa.ForeignKey("collections.id"), primary_key=True),
        sa.Column("article_id", sa.Text, primary_key=True),
        *(
            sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)
            for name in ("revision", "start", "end")
        ),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
