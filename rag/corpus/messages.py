"""Converts a reader's outcomes to lines of JSON for the worker process, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from rag.corpus.boilerplate import Block
from rag.corpus.drafts import Draft, Unread

_DRAFT = tuple(field.name for field in fields(Draft))


def line(message: Mapping[str, Any]) -> bytes:
    """A message as one line of JSON."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def outcome_message(outcome: Draft | Unread) -> dict[str, Any]:
    """The outcome as plain JSON values."""
    if isinstance(outcome, Unread):
        return {"unread": [outcome.path, outcome.reason, outcome.skipped]}
    draft = {name: getattr(outcome, name) for name in _DRAFT}
    draft["blocks"] = [[b.start, b.end, b.words, b.kind] for b in outcome.blocks]
    return {"draft": draft}


def outcome_of(message: Mapping[str, Any]) -> Draft | Unread:
    """The outcome in a message of `outcome_message`.

    >>> outcome_of(outcome_message(Unread("a.pdf", "empty")))
    Unread(path='a.pdf', reason='empty', skipped=False)
    """
    if "unread" in message:
        return Unread(*message["unread"])
    draft: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in message["draft"].items()
    }
    return Draft(**draft | {"blocks": tuple(Block(*block) for block in draft["blocks"])})
