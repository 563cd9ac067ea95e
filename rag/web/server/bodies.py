"""Reads the whole body of a request and replays it for the application; parses nothing."""

from __future__ import annotations

from collections.abc import Iterable

from rag.web.server.asgi import Message, Receive


class BodyTooLarge(Exception):  # noqa: N818 - an outcome that every caller answers, not a fault
    """A body is longer than the limit."""


async def read_body(receive: Receive, most: int) -> tuple[bytes, Receive]:
    """The body, and a `receive` that gives the application the same body again.

    Raises BodyTooLarge after more than `most` bytes, and never has more than these and one
    message in memory. If the client disconnects early, the body is what arrived, and
    `receive` reports the disconnect after it.
    """
    body, more, gone = bytearray(), True, False
    while more:
        message = await receive()
        gone = message["type"] == "http.disconnect"
        body += message.get("body", b"")
        more = message.get("more_body", False) and not gone
        if len(body) > most:
            raise BodyTooLarge
    whole = bytes(body)
    return whole, replay(whole, receive, gone=gone)


def replay(body: bytes, receive: Receive, *, gone: bool = False) -> Receive:
    """A `receive` that gives this body, then the messages of `receive`.

    If the client has `gone`, the body is incomplete, and a disconnect follows it.
    """
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": gone}]
    if gone:
        waiting.append({"type": "http.disconnect"})

    async def again() -> Message:
        return waiting.pop(0) if waiting else await receive()

    return again


def with_length(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers with the length of this body, in the place of any other length."""
    others = [pair for pair in headers if pair[0].lower() != b"content-length"]
    return [*others, (b"content-length", str(len(body)).encode())]
