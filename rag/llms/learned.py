"""What is known of a server and its model: by their names, and by what they did so far."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

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


MOST_ROOM = 4_096
"""How many tokens a model may think, at most, beside those of its reply."""

ROOM_SHARE = 4
"""Thinking takes one part in this many of a model's context at most."""

# "r1", "qwq" and "o4-mini" as words of a name: "qwen3-8b" thinks, "qwen3-coder" does not.
_THINKERS = re.compile(
    r"(?:^|[-_/:. ])(?:o[1-9]|gpt-?5[\w.]*|gpt-oss|codex|r1|r1t\d?|qwq|qvq|reason\w*|think\w*"
    r"|magistral"
    r"|deepseek-(?:v3\.[1-9]|v[4-9])\w*|glm-?(?:4\.[5-9]|[5-9])\w*|minimax-m\d\w*|kimi-k2-think\w*"
    r"|seed-oss|nemotron\w*|exaone-deep|phi-?4-(?:mini-)?reasoning|marco-o1|grok-[3-9]-mini|grok-4\w*"
    r"|gemini-[2-9]\.5\w*|gemini-[3-9]\w*|gemma-?4\w*|qwen-?3(?:\.\d)?|smollm3\w*|hunyuan-\w*|ernie-x1)"
    r"(?=$|[-_/:. @])",
    re.IGNORECASE,
)
_NO_THINKERS = re.compile(
    r"instruct|coder|non-?think|no-?think|non-?reason|embed|gpt-5-chat", re.IGNORECASE
)
_ALOUD = re.compile(r"(?:^|[-_/:.])(?:r1|qwq|think\w*|reason\w*)(?=$|[-_/:.])", re.IGNORECASE)
_QWEN_LIKE = re.compile(r"qwen-?3|glm|smollm3|hunyuan|nemotron|deepseek-v", re.IGNORECASE)
_EFFORT = "reasoning_effort"


def thinks(model: str) -> bool:
    """Whether a model of this name is known to think before it writes.

    >>> thinks("Qwen/Qwen3-8B"), thinks("gpt-4o-mini"), thinks("qwen3-coder:30b")
    (True, False, False)
    """
    return bool(_THINKERS.search(model)) and not _NO_THINKERS.search(model)


def thinks_aloud(model: str) -> bool:
    """Whether a model of this name may begin with thoughts that nothing announces."""
    return bool(_ALOUD.search(model)) and not _NO_THINKERS.search(model)


def room(context_tokens: int, max_tokens: int) -> int:
    """How many tokens of the context are for thoughts; never so many that passages have none.

    >>> room(8_192, 600), room(32_768, 600), room(1_024, 500)
    (2048, 4096, 12)
    """
    free = context_tokens - 2 * max_tokens
    return max(0, min(MOST_ROOM, context_tokens // ROOM_SHARE, free // 2))


def less_thinking(base_url: str, model: str) -> dict[str, Any]:
    """What to put into a request so that a model thinks little, or not at all, by server.

    A server that does not know a field passes over it, or says so and is asked without it.
    """
    host = urlsplit(base_url).hostname or ""
    if host.endswith("openrouter.ai"):
        return {"reasoning": {"effort": "low"}}
    if host.endswith("deepseek.com"):
        return {} if "reasoner" in model else {"thinking": {"type": "disabled"}}
    if host.endswith("mistral.ai"):
        return {}
    if host.endswith("groq.com"):
        return {_EFFORT: "none" if _QWEN_LIKE.search(model) else "low"}
    if host.endswith((".openai.com", ".azure.com", ".x.ai", "googleapis.com")):
        return {_EFFORT: "low"}
    if _QWEN_LIKE.search(model):
        return {"chat_template_kwargs": {"enable_thinking": False}, _EFFORT: "none"}
    return {_EFFORT: "low"}
