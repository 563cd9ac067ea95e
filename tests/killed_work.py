"""Child processes for test_kill: each does one piece of work and may kill itself on the way.

Started once, it imports what the work needs and then forks a child for each line of JSON on
standard input; it prints how the child ended, how many steps it saw and what came of it. A step is
the moment before or after a call that changes something on disk or asks a server, or a thousand
instructions of a database. At step `fatal` (0: never) the child sends itself SIGKILL. What it
encodes is appended to `log`, a digest a line.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401  (what a migration imports is no part of its work)
from pydantic import SecretStr
from sqlalchemy import text

from embeddings import HashingEncoder, Vectors
from embeddings.vectors import load_faiss
from rag import ingest
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError
from rag.indexes import dense
from rag.maintenance import removals
from rag.maintenance.doctor import examine
from rag.store import Remark, Selection
from tests.killing import Steps, forked

CHANGING = {
    *("execute", "executemany", "executescript", "commit", "rollback", "add_document"),
    *("delete_documents_by_term", "wait_merging_threads", "reload", "write_index", "write"),
    *("delete_all_documents", "garbage_collect_files"),
    *("fsync", "replace", "rename", "unlink", "mkdir", "rmdir", "open", "truncate", "chmod"),
}
ASKING = {"execute", "executemany", "commit", "rollback", "wait"}
"""What psycopg calls before it sends something to a server, or waits for what that says."""

_INSTRUCTIONS = 1_000
AS_OF = datetime(2025, 6, 30, tzinfo=UTC)
QUERIES = ("When does the ferry strike end?", "copper mine licence", "How much does story 7 cost?")
STORED = {
    "articles": "id, revision FROM articles ORDER BY 1",
    "revisions": (
        "article_id, revision, superseded, digest, furniture FROM revisions ORDER BY 1, 2"
    ),
    "passages": (
        'article_id, revision, start, "end", heading, digest, superseded FROM passages '
        "ORDER BY 1, 2, 3"
    ),
    "texts": (
        'p.article_id, p.revision, substr(text, start + 1, "end" - start) FROM passages p '
        "JOIN revisions r ON r.article_id = p.article_id AND r.revision = p.revision "
        "ORDER BY 1, 2, start"
    ),
    "changes": "article_id FROM changes ORDER BY seq",
    "groups": "article_id, group_id, wire FROM copies ORDER BY 1",
    "bands": "band, count(*) FROM bands GROUP BY 1 ORDER BY 1",
    "outcomes": "DISTINCT article_id FROM outcomes ORDER BY 1",
    "deletions": "article_id, why FROM deletions ORDER BY 1",
    "turns": "number, answer FROM turns ORDER BY 1",
}


class Counted(Steps):
    """Counts what changes something on disk or asks a server, and instructions of SQLite."""

    def __init__(self, fatal: int) -> None:
        super().__init__(fatal, CHANGING, ASKING)

    def begin(self) -> None:
        """From here on steps are counted, in the databases opened from here on too."""
        connect = sqlite3.connect

        def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*arguments, **options)
            connection.set_progress_handler(self.count, _INSTRUCTIONS)
            return connection

        sqlite3.connect = connected  # type: ignore[assignment]
        sys.setprofile(self.profile)


class LoggingEncoder(HashingEncoder):
    """Writes down a digest of every text before it encodes it."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        with self._log.open("a", encoding="utf-8") as file:
            file.writelines(hashlib.sha256(text.encode()).hexdigest() + "\n" for text in texts)
        return super().encode_document(texts)


def _state(archive: Archive, _source: str) -> dict[str, Any]:
    """All that two archives must have in common to be the same for whoever uses them."""
    with closing(archive.database()) as database, database.read() as connection:
        stored = {
            name: [list(map(str, row)) for row in connection.execute(text(f"SELECT {query}"))]
            for name, query in STORED.items()
        }
    archive.snapshot().store.verify_all()
    answers = [archive.ask(question, as_of=AS_OF).to_dict() for question in QUERIES]
    for answer in answers:
        answer.pop("timings")
        for hit in answer["hits"]:
            hit.pop("score")
            # A server does not give a number again that a killed transaction was given.
            hit["passage"].pop("id")
    return {
        "stored": stored,
        "counts": list(archive.counts()),
        "found": found(archive),
        "answers": answers,
    }


def found(archive: Archive) -> list[list[Any]]:
    """What each query finds, in order."""
    searches = [archive.search(query, 30, all_copies=True, as_of=AS_OF) for query in QUERIES]
    return [
        [number, hit.rank, hit.article.id, hit.article.revision, hit.text]
        for number, hits in enumerate(searches)
        for hit in hits
    ]


def _look(archive: Archive, _source: str) -> list[list[Any]]:
    """What is found where a reader opens the archive as it was left; nothing where none is."""
    try:
        return found(archive)
    except ArchiveError as error:
        if not str(error).startswith("there is no archive"):
            raise
        return []


def _doctor(archive: Archive, _source: str) -> list[str]:
    """What the doctor finds that is more than good to know."""
    kept = archive.snapshot().store.setting("chunk_tokens")
    settings = archive._settings.model_copy(update={"chunk_tokens": int(kept)})
    found = examine(archive.folder, settings, HashingEncoder(), datetime.now(UTC))
    return [f"{each.check}: {each.what}" for each in found if each.severity != "note"]


def _converse(archive: Archive, question: str) -> None:
    """Keeps an answer, in a conversation and in a remark on it."""
    answer = archive.ask(question, as_of=AS_OF).to_dict()
    archive.conversations.append("", "", answer, AS_OF)
    archive.feedback.add("", Remark("helpful"), answer, AS_OF)


def _delete(archive: Archive, ids: str) -> None:
    found = archive.removals.find(Selection(ids=tuple(ids.split())))
    archive.removals.delete(found, "They asked.")


WORK: dict[str, Callable[[Archive, str], object]] = {
    "ingest": lambda archive, source: archive.ingest(source) and None,
    "ingest words": lambda archive, source: archive.ingest(source, vectors=False) and None,
    "embed": lambda archive, _: archive.embed(),
    "rebuild": lambda archive, _: archive.rebuild(),
    "converse": _converse,
    "delete": _delete,
    "compact": lambda archive, _: archive.removals.compact() and None,
    "doctor": _doctor,
    "look": _look,
    "state": _state,
}


def _child(job: dict[str, Any], report: int) -> int:
    settings = Settings(
        encoder="hashing", chunk_tokens=job["chunk_tokens"], store=SecretStr(job["store"])
    )
    encoder = LoggingEncoder(Path(job["log"]))
    archive = Archive.open(job["folder"], settings=settings, encoder=encoder)
    steps = Counted(job["fatal"])
    if job["counted"]:
        steps.begin()
    result = WORK[job["work"]](archive, job["source"])
    sys.setprofile(None)
    with os.fdopen(report, "w", encoding="utf-8") as pipe:
        json.dump({"steps": steps.seen, "result": result}, pipe)
    return 0


def _forked(job: dict[str, Any]) -> dict[str, Any]:
    """Does one piece of work in a child; its exit status, the steps it saw, what it said."""
    status, said = forked(lambda pipe: _child(job, pipe))
    return {"status": status, "said": said}


def main() -> None:
    """Reads jobs until there are no more."""
    load_faiss()
    with suppress(ImportError):
        import psycopg  # noqa: F401  (what connects to a server is no part of the work either)
    # Small archives are worked on in several batches, as large ones are.
    dense._BATCH, dense._SAVE_EVERY, ingest._BATCH, removals._BATCH = 32, 64, 16, 8
    for line in sys.stdin:
        print(json.dumps(_forked(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
