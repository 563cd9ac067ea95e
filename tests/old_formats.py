"""Takes an archive back to an earlier format, step by step, as its tables were then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from rag.store.sqlite import FILE

TAKEN_BACK = {
    "0005": "DROP TABLE shared;",
    "0004": "DROP TABLE stars; DROP TABLE collections; DROP TABLE saved_searches;",
    "0003": (
        "DROP TABLE feedback; DROP TABLE turns; DROP TABLE conversations; DROP TABLE deletions;"
        "ALTER TABLE articles DROP COLUMN withdrawn_at;"
        "ALTER TABLE articles DROP COLUMN withdrawn_why;"
        "ALTER TABLE revisions DROP COLUMN pages;"
        "ALTER TABLE revisions DROP COLUMN standing_from;"
    ),
    "0002": "DROP TABLE feed_entries; DROP TABLE feeds;",
    "0001": ("DROP TABLE bands; DROP TABLE copies; DELETE FROM settings WHERE name LIKE 'near%';"),
}
"""What undoes the step after each format, the newest first."""


def take_back(folder: Path, step: str) -> None:
    """Makes `archive.db` in the folder what format `step` would have it be."""
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        for earlier, script in TAKEN_BACK.items():
            if earlier >= step:
                connection.executescript(script)
        connection.execute("UPDATE alembic_version SET version_num = ?", (step,))
