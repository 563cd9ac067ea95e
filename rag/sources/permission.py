"""Makes a visitor from the settings, which say whether and how the network may be used."""

from __future__ import annotations

from rag.config import PREFIX, Settings
from rag.errors import ConfigError
from rag.sources.addresses import AddressGuard
from rag.sources.fetcher import Fetcher
from rag.sources.visiting import PolitenessPolicy, Visitor


def visitor(settings: Settings, asked: str) -> Visitor:
    """A visitor that does what the settings allow; `asked` is an address for the error message.

    Raises ConfigError, before any request, if the network is not enabled.
    """
    if not settings.network:
        msg = (
            f"{asked!r} is on the network, which is not enabled; set network = true in "
            f"dateline.toml, or {PREFIX}NETWORK=true"
        )
        raise ConfigError(msg)
    policy = PolitenessPolicy(delay=settings.network_delay)
    return Visitor(Fetcher(AddressGuard(settings.network_hosts)), policy)
