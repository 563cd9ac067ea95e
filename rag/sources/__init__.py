"""Web addresses to articles: the guarded fetcher, pages, sitemaps, feeds and subscriptions.

Only this package uses the network. It must not know questions or answers. Start reading with
`fetcher`, then `pages` and `polling`.
"""

from rag.sources.addresses import AddressGuard, Target, parse_target
from rag.sources.fetcher import NOTHING_KNOWN, Fetched, Fetcher, FetchLimits, Validators
from rag.sources.pages import Pages, is_address
from rag.sources.polling import Poll, Update
from rag.sources.unpacking import unpack
from rag.sources.visiting import Clock, PolitenessPolicy, SystemClock, Visitor, visitor

__all__ = [
    "NOTHING_KNOWN",
    "AddressGuard",
    "Clock",
    "FetchLimits",
    "Fetched",
    "Fetcher",
    "Pages",
    "PolitenessPolicy",
    "Poll",
    "SystemClock",
    "Target",
    "Update",
    "Validators",
    "Visitor",
    "is_address",
    "parse_target",
    "unpack",
    "visitor",
]
