"""The tables of `archive.db`; changing them needs a step in `rag/store/migrations/versions`."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData()

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started", BigInteger, nullable=False),
    Column("finished", BigInteger),
    Column("inputs", JSON, nullable=False),
    sqlite_autoincrement=True,
)

articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("withdrawn_at", BigInteger),
    Column("withdrawn_why", Text),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("superseded", Boolean, nullable=False, default=False),
    Column("digest", Text, nullable=False),
    Column("text_digest", Text, nullable=False, index=True),
    Column("run_id", Integer, ForeignKey("runs.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("published", BigInteger),
    Column("published_precision", Text),
    Column("published_zone", Text),
    Column("language", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("furniture", JSON, nullable=False),
    Column("pages", JSON, nullable=False, server_default=text("'[]'")),
    Column("standing_from", BigInteger),
    Index("ix_revisions_current", "superseded", "published", "publisher", "language"),
)

passages = Table(
    "passages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("heading", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("superseded", Boolean, nullable=False, default=False),
    ForeignKeyConstraint(
        ["article_id", "revision"], ["revisions.article_id", "revisions.revision"]
    ),
    Index("ix_passages_article", "article_id", "revision"),
    Index("ix_passages_current", "superseded", "id", "digest"),
    sqlite_autoincrement=True,
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("article_id", Text, nullable=False),
    sqlite_autoincrement=True,
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("run_id", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("article_id", Text),
    Column("note", Text, nullable=False),
)

copies = Table(
    "copies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Text, ForeignKey("articles.id"), nullable=False, unique=True, index=True),
    Column("group_id", Text, index=True),
    Column("wire", Text),
    sqlite_autoincrement=True,
)
"""The near-duplicates of each article: the original of its group, the agency it credits."""

bands = Table(
    "bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("copy_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""The bands that near-duplicates share; see `rag.corpus.near_duplicates`."""

feeds = Table(
    "feeds",
    metadata,
    Column("url", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The followed feeds, with the last headers of their servers."""

feed_entries = Table(
    "feed_entries",
    metadata,
    Column("feed", Text, ForeignKey("feeds.url"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The entries of each feed that have been read, with their digests."""

deletions = Table(
    "deletions",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The ids of deleted articles, so that ingest does not add them again."""

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

turns = Table(
    "turns",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversations.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("question", Text, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The questions of each conversation with their answers, as `Answer.to_dict()` gives them."""

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("citation", Integer),
    Column("note", Text, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""The remarks of readers, each with the whole answer."""

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("query", JSON, nullable=False),
    Column("token", Text, nullable=False, unique=True, index=True),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The searches and questions of readers; `seen` is the highest passage id that each has seen."""

collections = Table(
    "collections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

stars = Table(
    "stars",
    metadata,
    Column("collection_id", Text, ForeignKey("collections.id"), primary_key=True),
    Column("article_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("end", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""What readers starred: places in articles, none of their words, and the microsecond they did."""

shared = Table(
    "shared",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("until", Float(53), nullable=False, index=True),
    sqlite_with_rowid=False,
)
"""What pages that serve one archive share; a value counts until that second of the epoch."""
