"""The tables of the first released archive."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "settings",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger),
        sa.Column("inputs", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    _create_revisions()
    _create_passages()
    op.create_table(
        "changes",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outcomes",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("article_id", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
    )


def _create_revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("article_id", sa.Text, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("superseded", sa.Boolean, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("text_digest", sa.Text, nullable=False),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("url", "title", "text")),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("published", sa.BigInteger),
        sa.Column("published_precision", sa.Text),
        sa.Column("published_zone", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("furniture", sa.JSON, nullable=False),
    )
    op.create_index("ix_revisions_text_digest", "revisions", ["text_digest"])
    op.create_index(
        "ix_revisions_current", "revisions", ["superseded", "published", "publisher", "language"]
    )


def _create_passages() -> None:
    op.create_table(
        "passages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("heading", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("superseded", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id", "revision"], ["revisions.article_id", "revisions.revision"]
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_passages_article", "passages", ["article_id", "revision"])
    op.create_index("ix_passages_current", "passages", ["superseded", "id", "digest"])
