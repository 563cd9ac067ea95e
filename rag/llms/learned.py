"""What is learned of a server and its model while the process runs, so that it is asked once."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_NAMES: Mapping[str, re.Pattern[str]] = {
    "response_format": re.compile(
        r"response_?format|json_?schema|structured[ _]outputs?|guided_json|grammar|\bschema\b",
        re.IGNORECASE,
    ),
    "chat_template_kwargs": re.compile(r"chat_template_kwargs|enable_thinking", re.IGNORECASE),
    "reasoning_effort": re.compile(r"reasoning_?effort|reasoning effort", re.IGNORECASE),
    "reasoning": re.compile(r"\breasoning\b(?!_?\s?effort)", re.IGNORECASE),
    "thinking": re.compile(r"\bthinking\b", re.IGNORECASE),
}
"""How servers name what they reject, where they do not name the field itself."""

_SYSTEM_ROLE = re.compile(
    r"(?:system|developer)['\"`]?\s*(?:role|message|prompt|instruction)"
    r"|role['\"`]?[^.]{0,60}['\"`]?\b(?:system|developer)\b|only (?:user|assistant)[^.]{0,40}roles?"
    r"|roles? must alternate|conversation must start with (?:a )?user",
    re.IGNORECASE,
)
_STREAM = re.compile(r"\bstream(?:s|ed|ing)?\b", re.IGNORECASE)
_CONTEXT = re.compile(
    r"context[ _]?(?:length|size|window|limit)|maximum context"
    r"|exceeds? (?:the )?(?:available )?context"
    r"|prompt is too long|too many (?:input )?tokens|reduce the length|input token count"
    r"|tokens? .{0,60}exceeds? .{0,40}maximum|too large for model|context_length_exceeded"
    r"|(?:input|prompt)[^.]{0,60}longer than|maximum (?:input|prompt|sequence) length",
    re.IGNORECASE,
)
_LIMIT = "max_tokens"
_OTHER_LIMIT = "max_completion_tokens"
_FORM = "response_format"
_STREAM_OPTIONS = "stream_options"


def is_about_roles(complaint: str) -> bool:
    """Whether a server complains of the system's turn, or that turns must alternate."""
    return bool(_SYSTEM_ROLE.search(complaint))


@dataclass(slots=True)
class Learned:
    """What one model at one server has shown so far; shared by all threads of the process.

    `rejected` are fields of a request that it takes no more; `other_limit` says that it knows
    the limit of a reply as `max_completion_tokens`; `no_system` that it takes no system text;
    `no_stream` that it sends a reply only as a whole; `thinks` that it thinks; `thinks_aloud`
    that its thoughts begin unannounced.
    """

    rejected: set[str] = field(default_factory=set)
    other_limit: bool = False
    no_system: bool = False
    no_stream: bool = False
    thinks: bool = False
    thinks_aloud: bool = False

    def request(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options without what is rejected."""
        named = {name: value for name, value in options.items() if name not in self.rejected}
        if self.no_stream:
            named = {name: value for name, value in named.items() if name != _STREAM_OPTIONS}
            named["stream"] = False
        if self.other_limit and _LIMIT in named:
            named[_OTHER_LIMIT] = named.pop(_LIMIT)
        return {name: value for name, value in named.items() if name not in self.rejected}

    def learn(self, complaint: str, sent: Iterable[str]) -> bool:
        """Notes what a complaint rejects of the fields that were sent; whether that is anything.

        Where it names no field, those go that answers can do without.
        """
        if is_about_context(complaint):
            return False
        fields = [name for name in sent if name not in ("model", "messages", "stream")]
        named = [name for name in fields if re.search(rf"\b{name}\b", complaint)]
        named = named or [n for n in fields if n in _NAMES and _NAMES[n].search(complaint)]
        if is_about_roles(complaint) and not named and not self.no_system:
            self.no_system = True
            return True
        if _STREAM.search(complaint) and not named and not self.no_stream:
            self.no_stream = True
            return True
        if _LIMIT in named and (_OTHER_LIMIT in complaint or len(named) == 1):
            # OpenAI's reasoning models know the limit by the other name only.
            self.other_limit = True
            return True
        optional = [name for name in fields if name == _STREAM_OPTIONS or name in _NAMES]
        self.rejected |= set(named or optional)
        return bool(named or optional)

    def forget_form(self) -> None:
        """Notes that asking for a form of reply brings none."""
        self.rejected.add(_FORM)

    @property
    def takes_forms(self) -> bool:
        """Whether a reply may be asked for by a schema."""
        return _FORM not in self.rejected


_known: dict[tuple[str, str], Learned] = {}
_lock = threading.Lock()


def learned(base_url: str, model: str) -> Learned:
    """What is known of this model at this server; the same object for everyone who asks."""
    with _lock:
        return _known.setdefault((base_url, model), Learned())


def forget(base_url: str) -> None:
    """Forgets all that is known of a server, as when another one stands at its address."""
    with _lock:
        for key in [key for key in _known if key[0] == base_url]:
            del _known[key]


def is_about_context(complaint: str) -> bool:
    """Whether a server complains that question and reply are too long for its model.

    >>> is_about_context("This model's maximum context length is 8192 tokens.")
    True
    """
    return bool(_CONTEXT.search(complaint))
