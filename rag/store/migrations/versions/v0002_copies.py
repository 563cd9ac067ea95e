"""Near-duplicates are grouped; articles that are stored already are so at the next ingest."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables, empty: an article without a row in `copies` is yet to be grouped."""
    op.create_table(
        "copies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Text, sa.ForeignKey("articles.id"), nullable=False),
        sa.Column("group_id", sa.Text),
        sa.Column("wire", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_copies_article_id", "copies", ["article_id"], unique=True)
    op.create_index("ix_copies_group_id", "copies", ["group_id"])
    op.create_table(
        "bands",
        sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("copy_id", sa.Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
