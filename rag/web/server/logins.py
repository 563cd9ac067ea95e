"""Who has logged in: remembered by one page, or proven by a cookie to all that serve an archive."""

from __future__ import annotations

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from rag.errors import ArchiveError
from rag.store.shared import LookedUp, Shared
from rag.web.accounts import Account, Role
from rag.web.server.asgi import remember
from rag.web.server.signing import sign, signed_value

_MOST = 10_000
_MOST_OF_ONE = 100
_PURPOSE = "login"
_ENDED = "logout"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Login:
    account: Account
    until: float


class MemoryLogins:
    """Logins that end with the process. Of too many, the earliest end first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: OrderedDict[str, _Login] = OrderedDict()

    def begin(self, account: Account, seconds: float) -> str:
        """The token of a new login."""
        token = secrets.token_urlsafe(32)
        self._begun[token] = _Login(account, self._clock() + seconds)
        own = [each for each, begun in self._begun.items() if begun.account.name == account.name]
        if len(own) > _MOST_OF_ONE:
            # Whoever logs in again and again ends their own logins, and nobody else's.
            del self._begun[own[0]]
        elif len(self._begun) > _MOST:
            self._begun.popitem(last=False)
        return token

    def account(self, token: str) -> Account | None:
        """The account as it was when the login began; None if it has ended."""
        begun = self._begun.get(token)
        return begun.account if begun and begun.until > self._clock() else None

    def end(self, token: str) -> None:
        """Ends a login, if there is one."""
        self._begun.pop(token, None)


class SharedLogins:
    """Logins that every page with the same `key` knows; an end counts everywhere after a second.

    The token is the account, signed, so that nobody has to be asked for it.
    """

    def __init__(self, shared: Shared, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._shared = shared
        self._key = key
        self._clock = clock
        self._ended_here: OrderedDict[str, None] = OrderedDict()
        self._ended = LookedUp(lambda: frozenset(shared.all(_ENDED)))

    def begin(self, account: Account, seconds: float) -> str:
        """The token of a new login."""
        until = int(self._clock() + seconds)
        fields = (account.name, account.role, account.stamp, until, secrets.token_urlsafe(12))
        return sign(self._key, _PURPOSE, ":".join(map(str, fields)))

    def account(self, token: str) -> Account | None:
        """The account as it was when the login began; None if it has ended."""
        fields = signed_value(self._key, _PURPOSE, token).split(":")
        if len(fields) != 5 or float(fields[3]) <= self._clock():
            return None
        if fields[4] in self._ended_here or fields[4] in self._ended():
            return None
        role: Role = next(each for each in get_args(Role) if each == fields[1])
        return Account(fields[0], role, fields[2])

    def end(self, token: str) -> None:
        """Ends a login; where the store cannot be reached, this page alone knows of it."""
        fields = signed_value(self._key, _PURPOSE, token).split(":")
        if len(fields) != 5:
            return
        remember(self._ended_here, fields[4], None, _MOST)
        try:
            left = max(0.0, float(fields[3]) - self._clock())
            self._shared.put(_ENDED, fields[4], fields[0], left)
        except ArchiveError as error:
            _log.warning("a logout is known to this page alone: %s", error)


Logins = MemoryLogins | SharedLogins
"""What remembers who has logged in; `end` may be called from any thread."""
