"""A model's text without what is not meant for a reader: thoughts, channels, tokens, fences."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_THINK = (
    r"(?i:(?:\w{1,12}:)?(?:think(?:ing)?|thoughts?|reasoning|reflection|scratchpad|analysis"
    r"|inner_monologue|chain_of_thought|cot))"
)
_BARS = r"[|｜]"
_NAME = r"[A-Za-z0-9_▁ ]{1,40}"
_TOKEN = re.compile(
    rf"(?P<channel>(?:<\|start\|>\s*assistant\s*)?<\|channel\|>\s*(?P<kind>\w+)[^<|]{{0,60}}?"
    rf"(?:<\|constrain\|>\s*\w+\s*)?<\|message\|>|<\|channel>(?P<other>\w+)\n?)"
    rf"|(?P<open><{_THINK}(?:\s[^<>]{{0,80}})?>|\[THINK\]|◁think▷"
    rf"|<\|(?:begin_of_thought|START_THINKING)\|>|<unused94>(?:thought\n)?)"
    rf"|(?P<empty><{_THINK}\s*/>)"
    rf"|(?P<close></{_THINK}\s*>|\[/THINK\]|◁/think▷|<\|(?:end_of_thought|END_THINKING)\|>"
    rf"|<unused95>|<channel\|>)"
    r"|(?P<other_turn>(?:<\|im_start\|>|<start_of_turn>|<\|start_header_id\|>|<[|｜])"
    r"\s*(?:user|human|system|User)\b(?:<\|end_header_id\|>|[|｜]>)?|\[INST\])"
    r"|(?P<role>(?:<\|im_start\|>|<start_of_turn>|<\|start\|>|<\|start_header_id\|>)"
    r"\s*(?:assistant|model)\b[ \t]*(?:<\|end_header_id\|>)?\n*|\[/INST\]"
    r"|<[|｜](?:assistant|Assistant)[|｜]>\n?)"
    r"|(?P<wrapper></?(?:answer|final_answer|final|response|output|result)\s*>)"
    rf"|(?P<token><{_BARS}{_NAME}{_BARS}>|</?s>|<(?:eos|bos|pad|unk|end_of_turn|start_of_turn)>)"
)
_LAST_PART = re.compile(r",?\s*(?:\"(?:[^\"\\]|\\.)*\"?\s*:?|[\w.+-]+)\s*\Z")
_BEGUN = re.compile(
    r"(?:<\|channel\|>(?:(?!<\|message\|>)[^\n]){0,120}"
    r"|(?:<\|im_start\|>|<start_of_turn>|<\|start\|>|<\|start_header_id\|>|<\|channel>)\s*\w{0,12}"
    r"(?:\s*<[^<>\n]{0,30})?|<unused94>\w{0,7}|<[^<>\n]{0,80}|\[/?[A-Z]{0,5}|◁/?\w{0,6}▷?)\Z"
)
_SILENT = frozenset({"analysis", "commentary", "thought", "thinking", "think", "reasoning"})
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[\w+-]*[ \t]*(?:\n|\Z)", re.MULTILINE)
_FENCE_BEGUN = re.compile(r"(?:^|\n)[ \t]*(?:`{1,3}|~{1,3}|```[\w+-]*|~~~[\w+-]*)[ \t]*\Z")
# What is left of the channels where a server takes the tokens out of the text.
_BARE_ANALYSIS = re.compile(r"\A\s*analysis(?=[A-Z])")
_BARE_FINAL = re.compile(r"assistant(?:commentary.{0,2000}?assistant)?final(?=\S)", re.DOTALL)
_OPENERS = (
    *("okay", "ok", "alright", "hmm", "so,", "wait", "let me", "let's", "first, i", "first, let"),
    *("we need", "we have", "we are", "i need", "i should", "i have to", "the user", "to answer"),
    *("the question is", "the question asks", "looking at", "thinking", "thought process"),
)
_ALOUD = re.compile(rf"\A\W{{0,5}}(?:{'|'.join(_OPENERS)})(?!\w)", re.IGNORECASE)
_LABELLED = re.compile(r"(?:^|\n)[ \t*#]*(?:final )?answer[ \t*]*:[ \t*]*", re.IGNORECASE)
_CITES = re.compile(r"[\[【(]\s*[A-Za-z: ]{0,12}\d{1,3}\s*[\]】)]")


@dataclass(slots=True)
class Cleaner:
    """Takes the raw pieces of one reply; gives the text that a reader may see.

    `closed_alone` says that thoughts ended which never began: what had come before was no
    text. With `holds` a text is held back until its thoughts have ended, as is one that
    begins like somebody who thinks aloud.
    """

    holds: bool = False
    text: str = ""
    thoughts: int = 0
    closed_alone: bool = False
    _raw: str = ""
    _shown: int = 0
    _line: int = 0
    _before_line: int = 0
    _thinking: bool = False
    _opened: bool = False
    _nested: int = 0
    _before: str = ""
    _ended: bool = False
    _half: str = ""
    _unclosed: str = ""

    def feed(self, raw: str) -> str:
        """The text that the piece adds; "" while the model thinks."""
        self._raw += self._whole_characters(raw)
        begun = _BEGUN.search(self._raw)
        self._read(self._raw[: begun.start()] if begun else self._raw)
        self._raw = self._raw[begun.start() :] if begun else ""
        return self._next()

    def end(self, *, finished: bool = True) -> str:
        """What was held back; `finished` says that the model ended by itself."""
        self._read(self._raw + ("\N{REPLACEMENT CHARACTER}" if self._half else ""))
        self._raw = self._half = ""
        if not self.text.strip() and not self.closed_alone and self._unclosed and finished:
            self.text = _answer_in(self._unclosed)
        if not self.text.strip() and _CITES.search(self._before) and not _ALOUD.match(self._before):
            self.text = self._before
        self.holds = False
        self._nested = 0
        bare = _BARE_ANALYSIS.match(self.text)
        if bare:
            final = _BARE_FINAL.search(self.text)
            self.thoughts += len(self.text)
            self.text = self.text[final.end() :] if final else ""
        self.text = _FENCE.sub("", self.text).strip()
        added = self.text[self._shown :]
        self._shown = len(self.text)
        return added

    @property
    def thinking(self) -> bool:
        """Whether what comes now is a thought, or may turn out to be one."""
        return self._thinking or (not self._shown and bool(self.text.strip()))

    def _whole_characters(self, raw: str) -> str:
        """The piece with characters put together whose halves came apart."""
        raw = self._half + raw
        self._half = raw[-1:] if "\ud800" <= raw[-1:] <= "\udbff" else ""
        raw = raw[: len(raw) - len(self._half)]
        if _SURROGATE.search(raw):
            raw = raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return _CONTROLS.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))

    def _read(self, raw: str) -> None:
        position = 0
        for token in _TOKEN.finditer(raw):
            self._take(raw[position : token.start()])
            self._obey(token)
            position = token.end()
        self._take(raw[position:])

    def _take(self, text: str) -> None:
        if self._thinking:
            self.thoughts += len(text)
            self._unclosed += text
        elif not self._ended:
            self.text += text if self.text.strip() else text.lstrip()

    def _obey(self, token: re.Match[str]) -> None:
        match token.lastgroup:
            case "open":
                self._begin_thought()
            case "close":
                self._end_thought()
            case "channel" | "kind" | "other":
                kind = (token["kind"] or token["other"]).casefold()
                self._thinking = kind in _SILENT
                self._opened = True
                self._unclosed = ""
            case "other_turn":
                # A model that goes on writes what it thinks others would say.
                self._ended = bool(self.text.strip())
            case _:
                if self._thinking and token[0] in ("<|end|>", "<|return|>"):
                    self._thinking = False

    def _begin_thought(self) -> None:
        self._nested += self._thinking
        self._opened = self._thinking = True
        self._unclosed = ""

    def _end_thought(self) -> None:
        nested = self._nested > 0 and not self._thinking
        if nested:
            self._nested -= 1
            self.thoughts += len(self.text)
            self.text = ""
        elif not self._thinking and not self._opened:
            self.closed_alone = True
            self.thoughts += len(self.text)
            self._before, self.text = self.text, ""
            self._shown = self._line = self._before_line = 0
        self._thinking = False
        self._opened = True
        self._unclosed = ""
        self.holds = False

    def _next(self) -> str:
        """What may be shown by now of the text that has not been shown."""
        if self._may_be_thought() or _BARE_ANALYSIS.match(self.text):
            return ""
        tail = _FENCE.sub("", self.text[self._line :])
        begun = _FENCE_BEGUN.search(tail)
        ready = tail[: begun.start()] if begun else tail
        # Line ends wait for what follows them: none is left at the end.
        ready = ready.rstrip() if ready.isspace() else ready.rstrip("\n")
        added = ready[max(0, self._shown - self._before_line) :]
        self._shown = max(self._shown, self._before_line + len(ready))
        self._settle()
        return added

    def _settle(self) -> None:
        """Notes how much of the text is whole lines, so that these are not read again."""
        line = self.text.rfind("\n", self._line) + 1
        if line > self._line and not self.text.endswith("\n"):
            self._before_line += len(_FENCE.sub("", self.text[self._line : line]))
            self._line = line

    def _may_be_thought(self) -> bool:
        if self._nested and not self._thinking and not self._shown:
            # A thought within a thought, or a mere mention of one: the next end tells.
            return True
        if self.closed_alone or self._opened:
            return False
        if self.holds or _ALOUD.match(self.text):
            return True
        begun = self.text.lstrip().casefold()
        return not self._shown and any(
            one.startswith(begun) for one in (*_OPENERS, "analysis") if len(begun) <= len(one)
        )


def cleaned(text: str) -> str:
    """A whole reply as a reader may see it.

    >>> cleaned("<think>A mill?</think>The mill burnt.<|im_end|>")
    'The mill burnt.'
    """
    cleaner = Cleaner()
    cleaner.feed(text)
    cleaner.end()
    return cleaner.text


def _answer_in(thoughts: str) -> str:
    r"""The answer that stands at the end of thoughts which were never closed; "" without one.

    >>> _answer_in("Let me see.\n\nThe mill burnt [2].")
    'The mill burnt [2].'
    """
    labelled = list(_LABELLED.finditer(thoughts))
    if labelled:
        return thoughts[labelled[-1].end() :].strip()
    *before, last = thoughts.strip().split("\n\n")
    return last.strip() if before and _CITES.search(last) and not _ALOUD.match(last) else ""


def json_begun(text: str) -> Any:
    """The value in JSON that a text begins with, closed where it is cut; None for none.

    >>> json_begun('{"sentences": ["It sank.", "It b')
    {'sentences': ['It sank.', 'It b']}
    """
    decoder = json.JSONDecoder(strict=False)
    for _ in range(4):
        with_ends = _closed(text)
        try:
            return decoder.raw_decode(with_ends)[0]
        except (ValueError, RecursionError):
            cut = _LAST_PART.sub("", text, count=1)
            if cut == text:
                return None
            text = cut
    return None


def _closed(text: str) -> str:
    """The text with the strings, lists and objects that it opens closed."""
    open_parts: list[str] = []
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            open_parts.append("]" if character == "[" else "}")
        elif character in "]}" and open_parts:
            open_parts.pop()
            if not open_parts:
                return text
    tail = '"' if in_string else ""
    if escaped:
        text = text[:-1]
    return (text + tail if in_string else text.rstrip().rstrip(",")) + "".join(reversed(open_parts))
