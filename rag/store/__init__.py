"""The archive's source of truth, a file or a server; indexes are derived from it elsewhere."""

from rag.store.conversations import (
    Conversations,
    Feedback,
    KeptConversation,
    KeptRemark,
    KeptTurn,
    Remark,
    Summary,
)
from rag.store.database import NO_SERVER, Database, OldFormatError, ingest_command, store_place
from rag.store.feeds import Feeds, FollowedFeed, PollAttempts
from rag.store.files import others_waiting, writer_lock
from rag.store.filter_columns import NO_DELTA, AsOfDelta, Facets
from rag.store.revisions import STILL, UNKNOWN_DATE, KeptRevision
from rag.store.runs import Outcome, OutcomeKind, Runs
from rag.store.saved_searches import SavedQuery, SavedSearch, SavedSearches
from rag.store.starred import Collection, Collections, Star
from rag.store.store import Store
from rag.store.tombstones import Listed, Selection, Tombstones, Withdrawal
from rag.store.upsert import Stored

__all__ = [
    "NO_DELTA",
    "NO_SERVER",
    "STILL",
    "UNKNOWN_DATE",
    "AsOfDelta",
    "Collection",
    "Collections",
    "Conversations",
    "Database",
    "Facets",
    "Feedback",
    "Feeds",
    "FollowedFeed",
    "KeptConversation",
    "KeptRemark",
    "KeptRevision",
    "KeptTurn",
    "Listed",
    "OldFormatError",
    "Outcome",
    "OutcomeKind",
    "PollAttempts",
    "Remark",
    "Runs",
    "SavedQuery",
    "SavedSearch",
    "SavedSearches",
    "Selection",
    "Star",
    "Store",
    "Stored",
    "Summary",
    "Tombstones",
    "Withdrawal",
    "ingest_command",
    "others_waiting",
    "store_place",
    "writer_lock",
]
