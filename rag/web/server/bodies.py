"""A request's body, read whole before the application reads it again; parses nothing."""

from __future__ import annotations

from rag.web.server.asgi import Message, Receive


class BodyTooLarge(Exception):  # noqa: N818 - an outcome that every caller answers, not a fault
    """A body is longer than its reader takes."""


async def read_body(receive: Receive, most: int) -> tuple[bytes, Receive]:
    """The body, and a `receive` from which the application gets the same body again.

    Raises BodyTooLarge once more than `most` bytes have come, and holds no more than those
    and one message. Where the client goes away before the end, the bytes are those that came,
    and the application is told after them that the client has gone.
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
    """A `receive` that gives this body, and what `receive` gives from then on.

    Where the client has `gone`, the body is no whole one, and the application learns of it.
    """
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": gone}]
    if gone:
        waiting.append({"type": "http.disconnect"})

    async def again() -> Message:
        return waiting.pop(0) if waiting else await receive()

    return again
