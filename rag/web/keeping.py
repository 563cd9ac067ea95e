"""Saves a session's conversation in the archive; knows nothing about Gradio."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rag.archive import Archive
from rag.errors import QueryError, RagError
from rag.records import Answer
from rag.web.accounts import Accounts, Role
from rag.web.conversation import Conversation

UNKNOWN_VISITOR = "visitor:"
"""The owner of a request without a cookie on a page without login; nothing is saved for it.

Other visitors' names begin with it. Account names cannot contain its colon.
"""

_log = logging.getLogger(__name__)


def keep(archive: Archive, conversation: Conversation, answer: Answer) -> Conversation:
    """The conversation with its last turn saved; unchanged if nothing can be saved.

    A conversation that was deleted in the meantime is saved as a new one.
    """
    try:
        saved = archive.conversations
        if conversation.owner == UNKNOWN_VISITOR or not saved.can_save():
            return conversation
        content, now = answer.to_dict(), datetime.now(UTC)
        try:
            id_, number = saved.append(conversation.owner, conversation.id, content, now)
            earlier = conversation.turns[:-1]
        except QueryError:
            id_, number = saved.append(conversation.owner, "", content, now)
            earlier = unkept(conversation).turns[:-1]
    except RagError:
        _log.exception("the answer could not be saved")
        return conversation
    last = replace(conversation.turns[-1], saved_number=number)
    return replace(conversation, id=id_, turns=(*earlier, last))


def unkept(conversation: Conversation) -> Conversation:
    """The conversation without ids in the archive, for example after it was deleted."""
    turns = tuple(replace(turn, saved_number=0) for turn in conversation.turns)
    return replace(conversation, id="", turns=turns)


def has_role(accounts: Accounts | None, name: str, roles: Collection[Role]) -> bool:
    """Whether the account has one of the roles; always True if nobody logs in."""
    if accounts is None:
        return True
    account = accounts.get(name)
    return account is not None and account.role in roles


def owner_of(request: Any) -> str:
    """The name of the reader who sent a request, "" if the page has one reader."""
    return (request.username if request else None) or ""
