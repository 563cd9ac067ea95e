"""Gives each reader a share of the server: calls, streams, and turns in the queue."""

from __future__ import annotations

import random
import re
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from rag.web.keeping import UNKNOWN_VISITOR
from rag.web.server.asgi import (
    Asgi,
    Message,
    Middleware,
    Receive,
    Send,
    client_address,
    refuse,
    remember,
)

_PLACE = "dateline.place"
_MOST_OWNERS = 4096
_PAUSE = 0.01
"""How long Gradio's queue pauses, in seconds, where there is nothing to do: its own pauses of a
millisecond take a tenth of a processor from an idle server."""
_CALLS = re.compile(r"/gradio_api/(?:queue/join/?|(?:call|run|api)/.+)|/mcp/?")
_STREAMS = re.compile(
    r"/gradio_api/(?:queue/data/?|upload_progress/?|(?:call|heartbeat)/.+)|/mcp/?"
)


@dataclass(frozen=True, slots=True)
class Share:
    """The most that one reader may have at the same time.

    `calls` counts questions and other calls from their request to their end, `running` those of
    them that are being answered; the others wait. `streams` bring answers to open pages, each of
    which has one or two. `unread` counts the messages of answers that nobody has read.
    """

    calls: int
    running: int
    streams: int
    unread: int = 512


@dataclass(frozen=True, slots=True)
class ShareLimits:
    """The shares of an account or a visitor, of an address, and of a page for this machine only.

    Anybody can be a new visitor, so visitors also take of the share of their address.
    """

    reader: Share = Share(calls=16, running=4, streams=32)
    address: Share = Share(calls=64, running=6, streams=128, unread=1024)
    machine: Share = Share(calls=64, running=64, streams=128, unread=2048)


class _Owner(NamedTuple):
    name: str
    share: Share


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """The owners of the shares that one request uses; its reader comes first."""

    owners: tuple[_Owner, ...]


@dataclass(slots=True)
class _Open:
    """The places of the requests that are not fully answered."""

    calls: set[_Place] = field(default_factory=set)
    streams: set[_Place] = field(default_factory=set)


class Shares(Middleware):
    """Refuses requests beyond a reader's share; `page` is the Gradio page that it protects.

    Gradio's own queue is asked for the events that wait or run, so every event counts until it
    has ended, however it ends.
    """

    def __init__(self, app: Asgi, page: Any, limits: ShareLimits) -> None:
        super().__init__(app)
        self._page = page
        self._limits = limits
        self._open = _Open()
        page._queue.sleep_when_free = _PAUSE
        _take_turns(page._queue)
        _bound_unread(page._queue)

    async def answer(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes a request on, or responds that the reader's share is used up."""
        place, path = _Place(self._owners(scope)), scope["path"]
        reads = scope["method"] in ("GET", "HEAD")
        opened, why = set[_Place](), ""
        if reads and _STREAMS.fullmatch(path):
            opened, why = self._open.streams, self._too_many_streams(place)
        elif not reads and _CALLS.fullmatch(path):
            opened, why = self._open.calls, self._too_many_calls(place)
        if why:
            await refuse(send, 429, why)
            return
        scope[_PLACE] = place
        opened.add(place)
        try:
            await self._app(scope, receive, send)
        finally:
            opened.discard(place)

    def _owners(self, scope: Message) -> tuple[_Owner, ...]:
        """The owners of the shares that a request uses."""
        if account := scope.get("account"):
            return (_Owner(f"user {account.name}", self._limits.reader),)
        visitor = scope.get("visitor")
        if visitor is None:
            return (_Owner("this machine", self._limits.machine),)
        address = _Owner(f"address {client_address(scope)}", self._limits.address)
        known = visitor != UNKNOWN_VISITOR
        return (_Owner(visitor, self._limits.reader), address) if known else (address,)

    def _too_many_streams(self, place: _Place) -> str:
        used = _used(self._open.streams)
        for owner in place.owners:
            if used[owner.name] >= owner.share.streams:
                return f"{owner.share.streams} pages or streams are open; close one of them"
        return ""

    def _too_many_calls(self, place: _Place) -> str:
        of_events = {each for event in _events(self._page._queue) if (each := _place(event))}
        used = _used(self._open.calls | of_events)
        for owner in place.owners:
            if used[owner.name] >= owner.share.calls:
                most = owner.share.calls
                return f"{most} of your questions are waiting; ask again when one is answered"
        return ""


def _used(places: set[_Place]) -> Counter[str]:
    return Counter(owner.name for place in places for owner in place.owners)


def _running_events(queue: Any) -> Iterator[Any]:
    for job in queue.active_jobs:
        yield from job or ()


def _events(queue: Any) -> Iterator[Any]:
    """The waiting and the running events of the queue."""
    for waiting in queue.event_queue_per_concurrency_id.values():
        yield from waiting.queue
    yield from _running_events(queue)


def _place(event: Any) -> _Place | None:
    return event.request.scope.get(_PLACE)  # type: ignore[no-any-return]


def _owners_of(event: Any) -> tuple[_Owner, ...]:
    place = _place(event)
    return place.owners if place else ()


def _take_turns(queue: Any) -> None:
    """Makes the queue run next an event of the reader with the fewest running events.

    Gradio answers in the order of arrival: whoever asks many questions would have them all
    answered first. Of readers with equally many, the one who was served longest ago is next.
    """
    turn, served = count(1), dict[str, int]()

    def get_events() -> tuple[list[Any], bool, str] | None:
        """The next events to answer, of whoever has the fewest running."""
        running = _used({each for event in _running_events(queue) if (each := _place(event))})

        def order(event: Any) -> tuple[int, int]:
            """How many answers its owner has running, then how many were served."""
            name = _owners_of(event)[0].name if _owners_of(event) else ""
            return running[name], served.get(name, 0)

        ids = list(queue.event_queue_per_concurrency_id)
        random.shuffle(ids)  # As Gradio does: no function comes before another.
        for id_ in ids:
            waiting = queue.event_queue_per_concurrency_id[id_]
            limit = waiting.concurrency_limit
            if limit is not None and waiting.current_concurrency >= limit:
                continue
            free = [event for event in waiting.queue if not _runs_enough(event, running)]
            if free:
                first = min(free, key=order)
                waiting.queue.remove(first)
                _note_served(queue, served, first, next(turn))
                return [first], first.fn.batch, id_
        return None

    queue.get_events = get_events


def _bound_unread(queue: Any) -> None:
    """Forgets the session with most unread messages of a reader who has too many of them.

    Gradio keeps every message until a client reads it, and a client need not.
    """
    sessions = OrderedDict[str, set[str]]()
    put = queue.send_message

    def send_message(event: Any, message: Any) -> None:
        """Sends a message, and drops sessions whose messages nobody reads."""
        waiting = queue.pending_messages_per_session
        if event.session_hash not in waiting:
            return  # Forgotten while it was answered.
        put(event, message)
        for owner in _owners_of(event):
            own = sessions.get(owner.name, set()) | {event.session_hash}
            unread = {each: waiting[each].qsize() for each in own if each in waiting}
            if sum(unread.values()) > owner.share.unread:
                fullest = max(unread, key=lambda each: unread[each])
                waiting.pop(fullest)
                queue.pending_event_ids_session.pop(fullest, None)
                del unread[fullest]
            remember(sessions, owner.name, set(unread), _MOST_OWNERS)

    queue.send_message = send_message


def _runs_enough(event: Any, running: Counter[str]) -> bool:
    return any(running[owner.name] >= owner.share.running for owner in _owners_of(event))


def _note_served(queue: Any, served: dict[str, int], event: Any, turn: int) -> None:
    """Records when the readers in the queue were served last; forgets all others."""
    present = {owner.name for each in (event, *_events(queue)) for owner in _owners_of(each)}
    for gone in served.keys() - present:
        del served[gone]
    for owner in _owners_of(event):
        served[owner.name] = turn
