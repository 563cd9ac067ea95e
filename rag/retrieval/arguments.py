"""What a caller in Python gives a question, checked: moments, earlier turns, filters, numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast, get_args

from rag.errors import QueryError
from rag.records import Filters, Message, Role, Understood
from rag.retrieval.filters import parse_date, period_end
from rag.retrieval.retrieve import Request

Moment = datetime | date | str
"""A moment: a datetime with a time zone, or a day, which counts to its end, as date or text."""

Turn = Message | Mapping[str, str]
"""A turn of a conversation: a Message, or a dict such as {"role": "user", "content": "Why?"}."""

_ROLES = get_args(Role)


def moment(value: Moment | None, name: str) -> datetime | None:
    """The moment as a datetime; a day, month or year counts to its end, in UTC.

    Raises QueryError, with the name of the argument, for what is no moment.

    >>> str(moment("2025-06", "as_of"))
    '2025-07-01 00:00:00+00:00'
    """
    if value is None or (isinstance(value, datetime) and value.utcoffset() is not None):
        return value
    if isinstance(value, str):
        return period_end(parse_date(value, name))
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC) + timedelta(days=1)
    raise _no_moment(value, name)


def date_text(value: Moment, name: str) -> str:
    """A day or a moment as text that `parse_date` reads; text stays as it is.

    Raises QueryError, with the name of the argument, for what is no date.

    >>> date_text(date(2025, 6, 1), "published_from")
    '2025-06-01'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value.isoformat(timespec="seconds")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise _no_moment(value, name)


def _no_moment(value: Any, name: str) -> QueryError:
    return QueryError(
        f"{name} must be a datetime with a time zone, a date, or text such as '2025-06-30', "
        f"not {value!r}"
    )


def turns(history: Sequence[Turn]) -> tuple[Message, ...]:
    """The turns as messages; raises QueryError for what is no turn."""
    if isinstance(history, str | Mapping):
        msg = f"history must be a list of messages, not {history!r}"
        raise QueryError(msg)
    return tuple(_turn(each) for each in history)


def _turn(value: Any) -> Message:
    if isinstance(value, Message):
        return value
    if isinstance(value, Mapping):
        role, content = value.get("role"), value.get("content")
        if role in _ROLES and isinstance(content, str):
            return Message(cast("Role", role), content)
    roles = ", ".join(map(repr, _ROLES))
    msg = (
        f"a message of the history must have a role ({roles}) and a text as its content, "
        f"not {value!r}"
    )
    raise QueryError(msg)


def check_filters(filters: Any) -> None:
    """Raises QueryError where it is given something else than Filters."""
    if not isinstance(filters, Filters):
        msg = (
            f"filters must be Filters, not {filters!r}; "
            "archive.filters(published_from='2025-04', publishers=['Radio North']) makes them"
        )
        raise QueryError(msg)


def check_k(k: Any) -> None:
    """Raises QueryError where the number of hits is not a whole number of 1 or more."""
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        msg = f"k must be a whole number of 1 or more, not {k!r}"
        raise QueryError(msg)


def request_of(
    question: str,
    history: Sequence[Turn],
    filters: Filters,
    as_of: Moment | None,
    understood: Sequence[Understood] | None = None,
    ignore: Sequence[str] = (),
) -> Request:
    """The request that these arguments make; raises QueryError, with the name of a wrong one."""
    check_filters(filters)
    return Request(question, turns(history), filters, moment(as_of, "as_of"), understood, ignore)
