"""Models that think before they write: which do, the room that takes, how servers take less."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

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
