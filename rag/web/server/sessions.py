"""Who a visitor of an open page is, and which reader each session belongs to."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import parse_qsl

from rag.web.keeping import UNKNOWN_VISITOR
from rag.web.server.asgi import (
    Asgi,
    BodyTooLarge,
    Message,
    Middleware,
    Receive,
    Send,
    header_map,
    read_body,
    reader_name,
    refuse,
)
from rag.web.server.endpoints import NAMES
from rag.web.server.guard import LARGEST_REQUEST, TOO_LARGE, UPLOAD_PATH
from rag.web.server.signing import cookie_header, read_cookie, sign, signed_value, with_headers

REMEMBERED_SECONDS = 24 * 3600.0
_MOST_SESSIONS = 20_000
_MOST_OF_ONE = 1000
_LONGEST = 128
_FIELD = "session_hash"
# Gradio looks up the results of a call by name where it looks up those of a session.
_IN_PATH = re.compile(rf"/gradio_api/(?:heartbeat|call/(?:v2/)?(?:{'|'.join(NAMES)}))/([^/]+)/?")
_OTHERS = "this session is another reader's; reload the page"

VISITOR_COOKIE = "dateline-visitor"
VISITOR_SECONDS = 365 * 24 * 3600
_PURPOSE = "visitor"


class Owners:
    """The reader of each session, for a day after its last use; `clock` returns seconds.

    A reader with too many sessions loses the one used longest ago, and so do all together.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._used: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._of_reader: dict[str, OrderedDict[str, None]] = {}

    def admit(self, session: str, reader: str) -> bool:
        """Whether the session belongs to this reader; a free session does from now on."""
        now = self._clock()
        owner, used = self._used.get(session, (reader, now))
        if owner != reader:
            if used + REMEMBERED_SECONDS > now:
                return False
            self._forget(session)
        self._used[session] = (reader, now)
        self._used.move_to_end(session)
        own = self._of_reader.setdefault(reader, OrderedDict())
        own[session] = None
        own.move_to_end(session)
        if len(own) > _MOST_OF_ONE:
            self._forget(next(iter(own)))
        if len(self._used) > _MOST_SESSIONS:
            self._forget(next(iter(self._used)))
        return True

    def _forget(self, session: str) -> None:
        reader, _ = self._used.pop(session)
        own = self._of_reader[reader]
        del own[session]
        if not own:
            del self._of_reader[reader]


class Sessions(Middleware):
    """Refuses requests that name a session of another reader.

    Where the page has one reader, all sessions are theirs. Clients of an open page that send no
    cookie count as one reader.
    """

    def __init__(self, app: Asgi, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(app)
        self._owners = Owners(clock)

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes a request on, or responds with the reason for a refusal."""
        if not (name := reader_name(scope)):
            await self._app(scope, receive, send)
            return
        named = named_outside(scope)
        if scope["method"] == "POST" and str(scope["path"]).rstrip("/") != UPLOAD_PATH:
            try:
                body, receive = await read_body(receive, LARGEST_REQUEST)
                named += named_in(body)
            except BodyTooLarge:
                await refuse(send, 413, TOO_LARGE)
                return
            except RecursionError:
                await refuse(send, 400, "the request is nested too deeply")
                return
        if any(len(each) > _LONGEST for each in named):
            await refuse(send, 400, f"the name of a session has {_LONGEST} characters at most")
        elif all(self._owners.admit(each, name) for each in named):
            await self._app(scope, receive, send)
        else:
            await refuse(send, 403, _OTHERS)


def named_outside(scope: Message) -> list[str]:
    """The sessions named in the path and the query."""
    query = bytes(scope.get("query_string", b"")).decode("latin-1")
    found = [value for name, value in parse_qsl(query) if name == _FIELD]
    in_path = _IN_PATH.fullmatch(str(scope["path"]))
    return [*found, in_path[1]] if in_path else found


def named_in(body: bytes) -> list[str]:
    """The sessions named in a JSON object; several if it repeats the field."""
    try:
        # An object as the list of its pairs: parsers differ in which of equal names they take.
        fields = json.loads(body, object_pairs_hook=list)
    except ValueError:
        return []
    pairs = [each for each in fields if isinstance(each, tuple)] if isinstance(fields, list) else ()
    return [value for name, value in pairs if name == _FIELD and isinstance(value, str)]


class Visitors(Middleware):
    """Gives each browser its name, as `visitor` in the scope of its requests.

    A signed cookie from the page proves it. Requests without one are UNKNOWN_VISITOR.
    """

    def __init__(self, app: Asgi, key: bytes) -> None:
        super().__init__(app)
        self._key = key

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes each request on with the name of its visitor."""
        sent = read_cookie(header_map(scope["headers"]), VISITOR_COOKIE)
        id_ = signed_value(self._key, _PURPOSE, sent)
        scope["visitor"] = f"{UNKNOWN_VISITOR}{id_}"
        if scope["path"] == "/":
            value = sign(self._key, _PURPOSE, id_ or secrets.token_urlsafe(16))
            send = with_headers(send, cookie_header(VISITOR_COOKIE, value, VISITOR_SECONDS, scope))
        await self._app(scope, receive, send)
