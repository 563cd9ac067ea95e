"""A page among the others of the same archive: who is there, and whose session is whose.

A session of Gradio's lives in one process. The first page that hears of a session owns it, and says
so in the store; `rag.web.server.routing` passes on what belongs to another. Where the owner has
gone, whoever notices takes the session over.
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
import threading
import time
from collections import OrderedDict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rag.errors import ArchiveError
from rag.store.shared import FOR_GOOD, LookedUp, Shared
from rag.web.server.asgi import remember
from rag.web.server.signing import sign, signed_value

BEAT_SECONDS = 3.0
GONE_SECONDS = 10.0
"""A page that has not said for so long that it is there is gone."""

SESSION_SECONDS = 24 * 3600.0
_CACHED_SECONDS = 3600.0
_TIDY_BEATS = 20
_MOST_SESSIONS = 20_000
_OLDEST_SECONDS = 60
_PURPOSE = "replica"
_log = logging.getLogger(__name__)


class Replicas:
    """The pages of one archive; this one is reached by the others at `address`.

    `key` signs the cookies of all of them, and `app_id` is what Gradio's page knows them by. Raises
    ArchiveError where the store cannot be reached.
    """

    def __init__(self, shared: Shared, address: str) -> None:
        self.shared = shared
        self.address = address.rstrip("/")
        self.id = secrets.token_hex(8)
        self.key = bytes.fromhex(shared.claim("key", "signing", secrets.token_hex(32), FOR_GOOD))
        id_ = str(secrets.randbits(48))
        self.app_id = int(shared.claim("key", f"app {_versions()}", id_, FOR_GOOD))
        self._owners: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._taken: OrderedDict[str, None] = OrderedDict()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._say_here()
        self._others = LookedUp(lambda: shared.all("replica"), BEAT_SECONDS)

    def start(self) -> None:
        """Says from now on that this page is there."""
        self._thread.start()

    def stop(self) -> None:
        """Says that this page has gone; its sessions are taken over at once."""
        self._stopping.set()
        try:
            self.shared.drop("replica", self.id)
        except ArchiveError as error:
            _log.warning("the other pages will notice: %s", error)

    def known_owner(self, session: str) -> str:
        """The id of the page that owns a session, as far as it is known here; else ""."""
        owner, at = self._owners.get(session, ("", 0.0))
        return owner if at + _CACHED_SECONDS > time.monotonic() else ""

    def owner(self, session: str, *, instead_of: str = "") -> str:
        """The id of the page that owns a session: this one, where nobody does or `instead_of` did.

        Where the store cannot be reached, this page serves it for now.
        """
        try:
            owner = self.shared.claim(
                "session", session, self.id, SESSION_SECONDS, instead_of=instead_of
            )
        except ArchiveError:
            return self.id
        remember(self._owners, session, (owner, time.monotonic()), _MOST_SESSIONS)
        if instead_of and owner == self.id:
            remember(self._taken, session, None, _MOST_SESSIONS)
        return owner

    def is_taken(self, session: str) -> bool:
        """Whether a session was another page's, so that this one knows nothing of its past."""
        return session in self._taken

    def address_of(self, id_: str, *, look: bool = False) -> str:
        """Where another page is reached; "" if it has gone. With `look` the store is asked now."""
        try:
            return (self._others.now() if look else self._others()).get(id_, "")
        except ArchiveError:
            return ""

    def signed(self, to: str, said: dict[str, Any]) -> str:
        """What is said to another page, signed for it."""
        value = json.dumps({**said, "to": to, "at": time.time()}).encode()
        return sign(self.key, _PURPOSE, base64.urlsafe_b64encode(value).decode())

    def read(self, text: str) -> dict[str, Any] | None:
        """What another page says; None where none of ours has said it just now."""
        value = signed_value(self.key, _PURPOSE, text)
        if not value:
            return None
        said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(value))
        return said if abs(time.time() - said["at"]) <= _OLDEST_SECONDS else None

    def _say_here(self) -> None:
        self.shared.put("replica", self.id, self.address, GONE_SECONDS)

    def _run(self) -> None:
        beats = 0
        while not self._stopping.wait(BEAT_SECONDS):
            beats += 1
            try:
                self._say_here()
                if beats % _TIDY_BEATS == 0:
                    self.shared.tidy()
            except ArchiveError as error:
                _log.warning("the other pages cannot be told that this one is there: %s", error)


def _versions() -> str:
    """What a page in a browser has to be loaded anew for."""
    try:
        own = version("dateline")
    except PackageNotFoundError:
        own = "0"
    return f"{own} on {version('gradio')}"
