"""The archive's source of truth on disk; indexes are derived from it elsewhere."""

from rag.store.database import Database, OldFormatError, damaged_store, ingest_command
from rag.store.facets import UNKNOWN_DATE, Facets
from rag.store.feeds import Feeds, FollowedFeed
from rag.store.lock import writer_lock
from rag.store.runs import Outcome, OutcomeKind, Runs
from rag.store.store import Store, Stored

__all__ = [
    "UNKNOWN_DATE",
    "Database",
    "Facets",
    "Feeds",
    "FollowedFeed",
    "OldFormatError",
    "Outcome",
    "OutcomeKind",
    "Runs",
    "Store",
    "Stored",
    "damaged_store",
    "ingest_command",
    "writer_lock",
]
