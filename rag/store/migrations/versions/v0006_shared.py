"""Adds what pages that serve one archive share."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table, empty."""
    op.create_table(
        "shared",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("kind", "key")),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("until", sa.Float(53), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_shared_until", "shared", ["until"])
