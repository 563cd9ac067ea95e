"""A session's conversation to and from the archive; knows nothing about Gradio."""

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
"""The owner of a request without a cookie where nobody logs in; nothing is kept for it.

Other visitors' names begin with it. No account has such a name, for no colon may be in one.
"""

_log = logging.getLogger(__name__)


def keep(archive: Archive, conversation: Conversation, answer: Answer) -> Conversation:
    """The conversation, whose last turn this answers, as it is kept from now on.

    It is as it was where nothing can be kept. One that has been deleted meanwhile begins anew.
    """
    try:
        kept = archive.conversations
        if conversation.owner == UNKNOWN_VISITOR or not kept.can_save():
            return conversation
        said, now = answer.to_dict(), datetime.now(UTC)
        try:
            id_, number = kept.append(conversation.owner, conversation.id, said, now)
            earlier = conversation.turns[:-1]
        except QueryError:
            id_, number = kept.append(conversation.owner, "", said, now)
            earlier = unkept(conversation).turns[:-1]
    except RagError:
        _log.exception("the answer could not be kept")
        return conversation
    last = replace(conversation.turns[-1], kept=number)
    return replace(conversation, id=id_, turns=(*earlier, last))


def unkept(conversation: Conversation) -> Conversation:
    """The same conversation where nothing of it is kept, such as one that was deleted."""
    turns = tuple(replace(turn, kept=0) for turn in conversation.turns)
    return replace(conversation, id="", turns=turns)


def has_role(accounts: Accounts | None, name: str, roles: Collection[Role]) -> bool:
    """Whether somebody of this name has one of the roles; everybody does where nobody logs in."""
    if accounts is None:
        return True
    account = accounts.get(name)
    return account is not None and account.role in roles


def owner_of(request: Any) -> str:
    """The name of whoever sent a request of the page, "" where the page has one reader."""
    return (request.username if request else None) or ""
