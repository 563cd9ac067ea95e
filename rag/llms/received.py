"""One reply as it comes in: its text, its thoughts, how it ended, and what is wrong with that."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rag.llms.cleaning import Cleaner
from rag.llms.failures import BROKEN, Names
from rag.llms.model import Finish
from rag.llms.server_events import Ending, Event

_CHARACTERS_PER_TOKEN = 16
_SENTENCE_END = re.compile(r"[.!?…。！？؟।:|\]】)}»”\"'*`¹²³⁴⁵⁶⁷⁸⁹⁰]\s*\Z")


@dataclass(slots=True)
class Received:
    """What came of one reply so far; a reply may have `limit` tokens, its thoughts `room`."""

    cleaner: Cleaner
    limit: int
    room: int
    thought: bool = False
    refusal: str = ""
    ending: Ending | None = None
    used: dict[str, int] = field(default_factory=dict)
    too_long: bool = False
    _done: bool = False
    _pieces: int = 0
    _events: int = 0

    def take(self, event: Event) -> str:
        """The text that an event adds; "" where it adds none, or the limit is reached."""
        self.used |= event.used
        self.refusal += event.refusal
        self.ending = event.ending or self.ending
        self._done = self._done or event.done
        self.thought = self.thought or bool(event.thought.strip())
        if not (event.text or event.thought):
            return ""
        self._events += 1
        if event.text and self._pieces == self.limit:
            return self._stop()
        piece = self.cleaner.feed(event.text) if event.text else ""
        self._pieces += bool(piece)
        most = self.limit * _CHARACTERS_PER_TOKEN
        written = len(self.cleaner.text)
        endless = self._events > 4 * (self.limit + self.room) or written > 4 * most
        if endless or (self._pieces > 1 and written > most):
            self._stop()
        return piece

    def end(self) -> str:
        """What of the text was held back until now."""
        if self.cleaner.closed_alone:
            self.thought = True
        rest = self.cleaner.end(finished=self.ending in (None, "stop"))
        self.thought = self.thought or bool(self.cleaner.thoughts)
        return rest

    @property
    def text(self) -> str:
        """The text for a reader."""
        return self.cleaner.text

    @property
    def says_nothing(self) -> bool:
        """Whether the reply ended in order, but without a word for the reader."""
        ordinary = self.ending in (None, "stop", "length") and not self.refusal
        return ordinary and not self.text.strip()

    @property
    def finish(self) -> Finish:
        """Why it ended, as a reply says it."""
        match self.ending:
            case "length" | "filtered":
                return self.ending
            case None:
                return "stop" if self._done else "unknown"
        return "stop"

    def trouble(self, names: Names) -> str:
        """Why this is no reply, and what mends it; "" where it is one."""
        if self.refusal.strip():
            return f"refuses to answer: “{' '.join(self.refusal.split())[:300]}”"
        if self.ending == "failed":
            return BROKEN
        if self.text.strip():
            broken = self.ending is None and not self._done and not _SENTENCE_END.search(self.text)
            return BROKEN if broken else ""
        match self.ending:
            case "refused":
                return "refuses to answer, without a reason"
            case "filtered":
                return (
                    "wrote nothing that its content filter let through (content_filter); ask in "
                    "other words, or choose another model"
                )
            case "tool":
                return (
                    "called a tool instead of answering (tool_calls), and Dateline offers none; "
                    "choose another model"
                )
        if self.thought:
            return self._only_thought(names)
        return (
            "returned an empty answer; check the model's name, and that "
            f"{names.setting('base_url')} is that of an OpenAI-compatible API "
            "(it usually ends in /v1)"
        )

    def _only_thought(self, names: Names) -> str:
        spent = self.used.get("completion")
        tokens = f"its {spent:,} tokens" if spent else "its tokens"
        if self.ending == "length" or self.too_long:
            return (
                f"spent {tokens} on thinking and wrote no answer; raise "
                f"{names.setting('max_tokens')} and {names.setting('context_tokens')}, or turn its "
                f"thinking down in {names.setting('extra')}"
            )
        return (
            "only thought and wrote no answer; turn its thinking down in "
            f"{names.setting('extra')}, or choose another model"
        )

    def _stop(self) -> str:
        self.too_long = True
        self.ending = "length"
        return ""
