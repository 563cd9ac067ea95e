"""Web addresses to bytes, guarded: what the network may do to this machine is decided here."""

from rag.fetching.addresses import Guard, Target, parse_target
from rag.fetching.fetcher import NOTHING_KNOWN, Fetched, Fetcher, Limits, Validators
from rag.fetching.unpacking import unpack
from rag.fetching.visiting import Clock, Manners, SystemClock, Visitor

__all__ = [
    "NOTHING_KNOWN",
    "Clock",
    "Fetched",
    "Fetcher",
    "Guard",
    "Limits",
    "Manners",
    "SystemClock",
    "Target",
    "Validators",
    "Visitor",
    "parse_target",
    "unpack",
]
