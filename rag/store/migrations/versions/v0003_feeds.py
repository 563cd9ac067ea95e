"""Feeds are followed: what is known of each, and which of its entries have been dealt with."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables, empty: an archive of an earlier format follows no feed."""
    op.create_table(
        "feeds",
        sa.Column("url", sa.Text, primary_key=True),
        *(sa.Column(n, sa.Text, nullable=False) for n in ("title", "etag", "modified", "digest")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed_entries",
        sa.Column("feed", sa.Text, sa.ForeignKey("feeds.url"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
