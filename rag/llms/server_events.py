"""What a chat server sends, byte by byte, made events; nothing that it sends can crash it."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Ending = Literal["stop", "length", "filtered", "tool", "refused", "failed"]
"""What the reason that a server gives for the end of a reply comes to."""

MOST_CHARACTERS = 8_000_000
"""A server that sends more in one event or one whole message is not read on."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_FIELD = re.compile(r"(?:event|id|retry|:)")
_DONE = "[DONE]"
_ENDINGS: Mapping[str, Ending] = MappingProxyType(
    {
        **dict.fromkeys(("length", "max_tokens", "model_length", "max_output_tokens"), "length"),
        **dict.fromkeys(
            (
                *("content_filter", "safety", "recitation", "blocklist", "prohibited_content"),
                *("content-filter", "sensitive", "spii", "guardrail_intervened"),
            ),
            "filtered",
        ),
        **dict.fromkeys(("tool_calls", "function_call", "tool_use", "tool_call"), "tool"),
        "refusal": "refused",
        **dict.fromkeys(
            ("error", "abort", "aborted", "network_error", "insufficient_system_resource"), "failed"
        ),
    }
)
_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_text", "thinking", "thought")


class UnreadableError(Exception):
    """What came is no chat answer; the text says what it is instead."""


class ServerSaidError(Exception):
    """The server reports an error in the middle of its answer, in these words."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a server sent: text, thoughts, a refusal, an ending, what was used.

    `done` is the end that the protocol has for a whole stream.
    """

    text: str = ""
    thought: str = ""
    refusal: str = ""
    ending: Ending | None = None
    used: Mapping[str, int] = field(default_factory=dict)
    done: bool = False

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return self == Event()


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """What the bytes of a response say, in order, be it a stream of events or one message.

    Comments, blank lines, `null` and what has another form than expected say nothing.
    Raises ServerSaidError for an error that comes as an event, UnreadableError for a web page
    and for a damaged event.

    >>> [event.text for event in events([b'data: {"choices":[{"delta":{"content":"So"}}]}'])]
    ['So']
    """
    for value in _values(chunks):
        if value == _DONE:
            yield Event(done=True)
        else:
            event = _event(value)
            if not event.empty:
                yield event


def error_text(value: object) -> str:
    """The words of an error in JSON, as the servers lay it out; "" where it holds none.

    >>> error_text({"error": {"message": "out of memory", "code": 500}})
    'out of memory'
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "; ".join(filter(None, map(error_text, value)))
    if not isinstance(value, dict):
        return ""
    known = ("message", "msg", "error", "detail", "error_description", "errors", "reason")
    for name in known:
        if text := error_text(value.get(name)):
            where = [str(part) for part in value.get("loc") or () if part != "body"]
            return f"{'.'.join(where)}: {text}" if where else text
    return ""


def _values(chunks: Iterable[bytes]) -> Iterator[Any]:
    """The JSON values, and `[DONE]`, of events; else of lines, or of all that came."""
    data: list[str] = []
    rest: list[str] = []
    for line in _lines(chunks):
        if line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
            if (value := _json("\n".join(data))) is not None:
                data = []
                yield value
        elif not line.strip():
            yield from _complete(data)
            data = []
        elif not rest and line.lstrip().startswith("{") and (value := _json(line)) is not None:
            yield value
        elif not _FIELD.match(line):
            rest.append(line)
    yield from _complete(data)
    yield from _message(rest)


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    pending = ""
    for chunk in chunks:
        *lines, pending = _LINE_END.split(pending + decoder.decode(chunk))
        yield from lines
        if len(pending) > MOST_CHARACTERS:
            msg = f"a single line of more than {MOST_CHARACTERS} characters"
            raise UnreadableError(msg)
    yield pending + decoder.decode(b"", final=True)


def _json(text: str) -> Any:
    """The value; None for what is no JSON, and for `null`."""
    text = text.strip()
    if text == _DONE:
        return _DONE
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _complete(data: list[str]) -> Iterator[Any]:
    """An event that is over and no JSON: damaged if it begins like it, else a sign of life."""
    text = "\n".join(data).strip()
    if text.startswith(("{", "[")):
        msg = f"a damaged event ({text[:60]!r})"
        raise UnreadableError(msg)
    return iter(())


def _message(lines: list[str]) -> Iterator[Any]:
    """What came without events: one message, laid out in lines."""
    text = "\n".join(lines).strip()
    if not text:
        return
    if (value := _json(text)) is not None:
        yield from value if isinstance(value, list) else (value,)
    elif text.startswith("<"):
        msg = "a web page"
        raise UnreadableError(msg)
    else:
        msg = f"text that is no JSON ({text[:60]!r})"
        raise UnreadableError(msg)


def _event(value: object) -> Event:
    if not isinstance(value, dict):
        return Event()
    if value.get("error") or value.get("object") == "error" or value.get("type") == "error":
        raise ServerSaidError(error_text(value) or "an error without words")
    used = _used(value)
    choices = value.get("choices")
    choice = _first(choices) if isinstance(choices, list) and choices else value
    if not isinstance(choice, dict):
        return Event(used=used)
    if choice is not value and (words := error_text(choice.get("error"))):
        raise ServerSaidError(words)
    said = next((c for n in ("delta", "message") if isinstance(c := choice.get(n), dict)), {})
    text, thought = _parts(said.get("content"))
    if not said and isinstance(choice.get("text"), str):
        text = choice["text"]
    thought += next((t for n in _THOUGHTS if (t := _plain(said.get(n)))), "")
    called = said.get("tool_calls") or said.get("function_call")
    return Event(
        text=text,
        thought=thought,
        refusal=_plain(said.get("refusal")),
        ending=_ending(choice) or ("tool" if called else None),
        used=used,
    )


def _ending(choice: Mapping[str, Any]) -> Ending | None:
    reason = choice.get("finish_reason") or choice.get("done_reason")
    return _ENDINGS.get(reason.casefold(), "stop") if isinstance(reason, str) and reason else None


def _first(choices: list[Any]) -> object:
    """The first of several replies to one question, which may come mixed."""
    named = [one for one in choices if isinstance(one, dict)]
    return next((one for one in named if one.get("index", 0) in (0, None)), None)


def _parts(content: object) -> tuple[str, str]:
    """The text and the thoughts of a content that is a string, a part or a list of parts."""
    if isinstance(content, str):
        return content, ""
    text = thought = ""
    for part in content if isinstance(content, list) else (content,):
        if isinstance(part, str):
            text += part
        elif isinstance(part, dict):
            kind = str(part.get("type") or "text")
            if any(word in kind for word in ("think", "reason", "thought")):
                thought += _plain(part)
            elif kind in ("text", "output_text", "text_delta"):
                text += _plain(part)
    return text, thought


def _plain(value: object) -> str:
    """All the text in a value of unknown form."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(_plain, value))
    if isinstance(value, dict):
        names = ("text", "value", "content", "thinking", "reasoning", "summary")
        return next((text for name in names if (text := _plain(value.get(name)))), "")
    return ""


def _used(value: Mapping[str, Any]) -> dict[str, int]:
    """The tokens that an event counts, by name; what it leaves out is left out."""
    nested = value.get("x_groq")
    usage = value.get("usage") or (nested.get("usage") if isinstance(nested, dict) else None)
    if not isinstance(usage, dict):
        return {}
    details = usage.get("prompt_tokens_details")
    named = {
        "prompt": usage.get("prompt_tokens", usage.get("input_tokens")),
        "completion": usage.get("completion_tokens", usage.get("output_tokens")),
        "cached": details.get("cached_tokens") if isinstance(details, dict) else None,
    }
    return {
        name: int(count)
        for name, count in named.items()
        if isinstance(count, int | float) and not isinstance(count, bool) and 0 <= count < 1e12
    }
