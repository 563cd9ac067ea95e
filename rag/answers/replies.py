"""A model's reply, whatever its form, made plain text: JSON, tables, labels, footers, chatter."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence

from rag.answers.prompts import NO_ANSWER
from rag.llms import Reply, ReplySchema, cleaned, json_begun
from rag.verification.citing import sentence_places
from rag.verification.markers import MARKER, with_plain_notes

FORM = ReplySchema(
    name="answer",
    request=(
        "Reply in JSON: `answered` says whether the passages answer the question; `sentences` are "
        "those of your answer, in order, each with its `text` (without keys) and, in `passages`, "
        "the keys of the passages that it rests on. Without an answer `sentences` is empty."
    ),
    schema={
        "type": "object",
        "properties": {
            "answered": {"type": "boolean"},
            "sentences": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "text": {"type": "string"},
                        "passages": {"type": "array", "items": {"type": "string"}},
                    },
                    "required": ["text", "passages"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["answered", "sentences"],
        "additionalProperties": False,
    },
)
"""The form that a reply is asked for where a server can be bound to one."""

_TEXTS = (
    *("answer", "final_answer", "response", "reply", "text", "sentence", "sentences", "statement"),
    *("statements", "claim", "claims", "content", "result", "output", "summary", "antwort"),
)
_CITED = (
    *("passages", "passage", "citations", "citation", "sources", "source", "references", "refs"),
    *("reference", "cites", "cited", "ids", "id", "evidence", "passage_ids", "number", "quellen"),
)
_CITES = re.compile(r"passage|citation|cited|source|reference")
_ANSWERED = ("answered", "answerable", "has_answer", "found")
_OBJECT = re.compile(r"(?:\A|\n)[^\n{\[]{0,120}?\s*(?P<json>[\[{]\s*[\"{\[].*)", re.DOTALL)

_BREAK = re.compile(r"<br\s*/?>|</(?:p|li|div|h[1-6]|tr)\s*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|li|ul|ol|div|span|b|i|u|em|strong|small|h[1-6]|code|pre|tr|td|blockquote|article|section"
    r"|sentences?|statement|claim|text|summary|explanation|a|response|reply|output)(?:\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)
_ASKED_AGAIN = re.compile(r"\A\s*[*_]*(?:Q|Question|Frage)[*_]*\s*:[^\n]*\n+(?=\s*\S)")
_CONFIDENCE = re.compile(
    r"^[ \t*_]*(?:confidence|certainty|word count|words|length)(?: (?:level|score))?[ *_]*:[ *_]*"
    r"(?:very )?(?:high|medium|low|moderate|certain|\d{1,4} ?(?:%|words)?|[01]?\.\d+)[ .*_]*$\n?",
    re.IGNORECASE | re.MULTILINE,
)
_ASKS_MORE = re.compile(
    r"\n[ \t#*_]*(?:related|follow-?up|further|suggested|other|more|weitere)[ \t]+"
    r"(?:questions?|queries|topics|fragen)[ \t*_]*:?[ \t*_]*(?=\n|\Z).*\Z",
    re.IGNORECASE | re.DOTALL,
)
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|___|__)(?=\S)(.{1,2000}?)(?<=\S)\1", re.DOTALL)
_ITALIC = re.compile(r"(?<![\w*])([*_`])(?=[^\s*_`])([^*_`\n]{1,400}?)(?<=[^\s*_`])\1(?![\w*])")
_EMOJI = re.compile(
    "[ \t]?[\U0001f000-\U0001faff\u2600-\u2775\u2794-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3]+"
)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+(?P<words>[^\n]+?)[ \t]*#*$", re.MULTILINE)
_BOLD_LINE = re.compile(r"^[ \t]*(?:\*\*|__)[^\n*_.!?\[]{1,60}:?(?:\*\*|__):?[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:[-*_=─—][ \t]*){3,}$", re.MULTILINE)
_LINE_LABEL = (
    r"(?:supporting (?:quotes?|evidence|text)|sources?|references?|citations?|footnotes?|notes?"
    r"|bibliography|quellen(?:angaben?)?|"
)
_FOOTER = re.compile(
    rf"^[ \t]*[#*_]*[ \t]*{_LINE_LABEL}belege|literatur|références|fuentes"
    r"|passages?(?: cited| used)?"
    r"|(?:sources|passages) (?:cited|used))[ \t]*[*_]*[ \t]*:[*_]*(?P<same>[^\n]*)$"
    rf"|^[ \t]*[#*_]+[ \t]*{_LINE_LABEL}belege|fuentes)[ \t]*[*_]*[ \t]*$"
    rf"|^[ \t]*{_LINE_LABEL}belege|fuentes)[ \t]*$(?=\n+[ \t]*(?:[-*•][ \t]*)?[\[(]?\^?\d)",
    re.IGNORECASE | re.MULTILINE,
)
_FOOTNOTE = re.compile(
    r"^[ \t]*\[(?:\^(?P<note>\w{1,12})|(?P<mark>\d{1,3}))\][ \t]*:(?P<rest>[^\n]*)$\n?",
    re.MULTILINE,
)
_ONLY_NUMBERS = re.compile(
    r"[ \t]*(?:\[?(?:passages?|sources?|P)?[ #]?\d{1,3}(?!\d)\]?[ ,;&]*(?:and )?)+\.?",
    re.IGNORECASE,
)
_NOTE_MARK = re.compile(r"[ \t]?\[\^?(\w{1,12})\]")
_ENTRY = re.compile(
    r"^[ \t]*(?:[-*•][ \t]*)?(?:\[\^?|\()?(?P<mark>\d{1,3})[\]).:]{1,2}(?P<rest>[^\n]*)$"
)
_POINTS_AT = re.compile(r"\b(?:passage|source|P)\s*#?\[?(?P<number>\d{1,3})\b", re.IGNORECASE)
_LABEL = re.compile(
    r"\A\W{0,3}(?:(?:short|final|direct|brief|quick|concise|the)\s+)*(?:answer|response|reply|antwort|kurzantwort"
    r"|réponse|respuesta|risposta|result|summary|conclusion|bottom\s+line|in\s+short|in\s+brief|tl;?\s?dr|A)"
    r"[ \t]*[*_]*[ \t]*:[*_]*\s*"
    r"|\A(?:so,?\s+)?(?:the|my)\s+(?:(?:short|final|correct)\s+)?answer(?:\s+to\s+(?:your|the|this)\s+question)?"
    r"\s+is(?:\s+that\b|\s*:)?\s+(?!no\b|not\b|yes\b|in\b|un)",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"^[ \t#*_]*(?:final answer|relevant passages?[ \t]*:[^\n]*\n+[ \t*_]*answer)[ \t*_]*:[ \t*_]*",
    re.IGNORECASE | re.MULTILINE,
)
_SOURCES = (
    r"(?:(?:the|these|your|my)\s+)?(?:(?:provided|given|above|supplied|available|retrieved|numbered|"
    r"following|news)\s+)*(?:passages?|articles?|sources?|documents?|context|information|excerpts?|"
    r"archive|text|search\s+results|materials?|evidence|reports)"
    r"(?:\s+(?:provided|given|above|supplied|available|you\s+(?:gave|provided)))?"
)
_OPENING = re.compile(
    rf"(?:(?:based|relying)\s+(?:solely\s+|only\s+)?(?:up)?on|according\s+to|as\s+per|from|per|given|in"
    rf"|judging\s+(?:by|from)|after\s+reviewing|having\s+read|going\s+by)\s+{_SOURCES}\s*,\s*"
    r"|(?:basierend\s+auf|nach|laut|gemäß|aufgrund)\s+(?:den|der|dem)\s+(?:\w+\s+)?"
    r"(?:passagen|artikeln?|quellen|textstellen|texten)\s*,\s*"
    r"|(?:d'après|selon)\s+les\s+(?:passages|articles|sources)(?:\s+\w+)?\s*,\s*"
    rf"|{_SOURCES}\s+(?:say|state|report|indicate|show|suggest|mention|tell\s+us|make\s+(?:it\s+)?clear)"
    r"s?\s+that\s+"
    r"|(?:yes|sure|certainly|of\s+course|absolutely)\s*[!,.]\s*(?=here|i\b|based|according)"
    r"|(?:ok(?:ay)?|alright|well|right|hmm)\b[,.!]*\s*(?:let(?:['’]s|\s+me|\s+us)\s+(?:see|check|look|think)[^.!?\n]{0,40}[.!:]+\s*)?"
    r"|let(?:['’]s|\s+me|\s+us)\s+(?:see|check|look|think)[^.!?\n]{0,40}[.!:]+\s*"
    r"|(?:sure(?:\s+thing)?|certainly|of\s+course|absolutely|great\s+question|good\s+question|"
    r"thanks?(?:\s+you)?\s+for\s+(?:your\s+question|asking)|hello|hi(?:\s+there)?)\s*[!.]+\s*",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"\A[^\n.!?\[]{0,30}\b(?:here(?:'s|’s| is| are)|below is|below are|hier ist|hier sind|voici)\b"
    r"[^\n.!?\[]{0,90}:\s*",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:\(?(?:please\s+)?note\b(?:\s+that|\s*:)?\s+(?:all\s+of\s+)?(?:i|my|this|the)\b[^.!?\n\[]{0,80}\b"
    r"(?:answer|response|summary|passages?|sources?|archive)\b[^.!?\n\[]{0,160}\b"
    r"(?:provided|given|supplied|above|only|solely|alone|based)\b|\(?(?:please\s+)?note\s*:\s*(?:i|my)\b"
    r"|\(?(?:disclaimer|caveat)\s*:|(?:please\s+)?(?:let\s+me\s+know|feel\s+free|don[’']t\s+hesitate|do\s+not\s+hesitate)\b"
    r"|(?:i\s+)?hope\s+(?:this|that|it)\b[^.!?\n]{0,60}\bhelp"
    r"|(?:if\s+you(?:[’']d|\s+would)?\s+(?:have|need|want|like|wish)|should\s+you\s+(?:have|need|want|wish))"
    r"\b[^.!?\n\[]{0,160}\b(?:question|ask|know|help|detail|information|more|further|elaborate|happy)"
    r"|is\s+there\s+anything\s+else|would\s+you\s+like\s+(?:me|to\s+know)|do\s+you\s+(?:want|need)\s+(?:me|more)"
    r"|i(?:[’']m|\s+am)\s+happy\s+to\s+(?:help|provide|elaborate)|happy\s+to\s+help|thank\s+you\s+for"
    r"|wenn\s+(?:du|sie)\s+(?:weitere|noch|mehr)|ich\s+hoffe,?\s+das\s+hilft|gerne?\s+(?:helfe|beantworte)"
    r"|lass(?:en\s+sie)?\s+(?:es\s+)?mich\s+wissen|n'hésitez\s+pas|j'espère\s+que)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?]+[”\"’)]*|\n|\Z)\s*")
_STOP = re.compile(r"[.!?]+[”\"’)]*\Z")
_TABLE_ROW = re.compile(r"^[ \t]*\|?[^|\n]*\|[^\n]*$")
_MARKER_CELL = re.compile(r", (\[[^\[\]]{1,40}\])(?=,|\Z)")
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t:|-]*-{2,}[ \t:|-]*$")


def plain_text(text: str) -> str:
    """The reply as sentences with markers, without markup, footers, labels and chatter.

    >>> plain_text('{"answer": "The mill burnt.", "citations": [2]}')
    'The mill burnt [2].'
    >>> plain_text("**Answer:** The mill burnt [1]. Let me know if you need more!")
    'The mill burnt [1].'
    """
    text = cleaned(text)
    return _tidied(_from_json(text) or text)


def as_it_comes(
    stream: Generator[str, None, Reply],
) -> Generator[str, None, Reply]:
    """The pieces of a stream; of one in JSON, its sentences as they grow, without markers.

    The passages of a sentence stand behind it in JSON, so its markers come with the whole reply.
    """
    raw = shown = ""
    structured: bool | None = None
    while True:
        try:
            piece = next(stream)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        raw += piece
        if structured is None and raw.strip():
            structured = raw.lstrip().startswith(("{", "["))
            structured = structured and not re.match(r"\s*\[[\w^:# -]{1,20}\]", raw)
        if not structured:
            yield piece
            continue
        written = _from_json(raw, cited=False)
        if written.startswith(shown) and len(written) > len(shown):
            yield written[len(shown) :]
            shown = written
        else:
            yield ""


def _from_json(text: str, *, cited: bool = True) -> str:
    """The sentences of a reply in JSON, also of one that is not yet whole; "" for no JSON.

    With `cited` the passages that stand beside them are markers in them.
    """
    match = _OBJECT.match(text.strip())
    if match is None:
        return ""
    value = json_begun(match["json"])
    if not isinstance(value, dict | list):
        return ""
    said = ("\n\n" if isinstance(value, list) else " ").join(_worded(value, cited=cited))
    if isinstance(value, dict) and not said.strip():
        declined = any(value.get(name) is False for name in _ANSWERED)
        empty = any(value.get(name) in ("", [], None) for name in _TEXTS if name in value)
        return NO_ANSWER if declined and (empty or len(value) == 1) else ""
    return said.strip()


def _worded(value: object, depth: int = 0, *, cited: bool) -> Iterator[str]:
    """The sentences in a value, each with the passages that stand beside it."""
    if depth > 6:
        return
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, list):
        for one in value:
            yield from _worded(one, depth + 1, cited=cited)
    elif isinstance(value, dict):
        named = {str(name).casefold(): one for name, one in value.items()}
        text = next((named[name] for name in _TEXTS if named.get(name)), None) or _longest(named)
        said = [one for one in _worded(text, depth + 1, cited=cited) if one]
        names = [*_CITED, *(name for name in named if _CITES.search(name))]
        beside = next(
            (named[name] for name in names if named.get(name) not in (None, [], "")), None
        )
        if cited and said and not re.search(r"[\[【]", said[-1]):
            said[-1] = _with_markers(said[-1], _numbers(beside))
        yield from said


def _longest(named: Mapping[str, object]) -> str | None:
    """The longest text of an object whose names tell nothing, if it is more than a word or two."""
    said = [one for one in named.values() if isinstance(one, str) and len(one.split()) > 2]
    return max(said, key=len, default=None)


def _numbers(value: object) -> list[int]:
    """The passages' numbers in what a model lists as its citations."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int):
        return [value]
    if isinstance(value, str):
        return [int(n) for n in re.findall(r"(?<![\d.-])\d{1,3}(?![\d.-])", value)[:8]]
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    if isinstance(value, dict):
        named = next(
            (
                value[name]
                for name in ("passage", "number", "id", "index", "source", "key")
                if value.get(name) is not None
            ),
            None,
        )
        return _numbers(named)
    return []


def _with_markers(text: str, numbers: Sequence[int]) -> str:
    """The text with markers at the end of each of its sentences, before the stop."""
    marker = "".join(f"[{number}]" for number in dict.fromkeys(numbers))
    if not marker:
        return text
    for start, end in reversed(sentence_places(text)):
        stop = _STOP.search(text, start, end)
        at = stop.start() if stop else end
        text = f"{text[:at]} {marker}{text[at:]}"
    return text


def _tidied(text: str) -> str:
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _CONFIDENCE.sub("", _ASKS_MORE.sub("", _ASKED_AGAIN.sub("", text)))
    text = _EMOJI.sub("", text.replace("\u00a0", " ")).strip()
    text, footnotes = _without_footer(with_plain_notes(text))
    text = _BOLD_LINE.sub("", text)
    text = _HEADING.sub(lambda m: m["words"] if re.search(r"[.!\]]$", m["words"]) else "", text)
    text = _RULE.sub("", _without_table(text))
    text = _ITALIC.sub(r"\2", _EMPHASIS.sub(r"\2", text)).strip()
    text = re.sub(r"^[ \t]*>[ \t]?", "", text, flags=re.MULTILINE)
    if (final := _FINAL.search(text)) and text[final.end() :].strip():
        text = text[final.end() :].strip()
    for _ in range(3):
        text = _LABEL.sub("", _ANNOUNCES.sub("", text))
        if (opened := _OPENING.match(text)) and len(text) > opened.end():
            text = text[opened.end() :]
            text = text[:1].upper() + text[1:]
    text = _without_closing(text)
    if footnotes:
        text = _NOTE_MARK.sub(lambda m: footnotes.get(m[1], m[0]), text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _without_footer(text: str) -> tuple[str, dict[str, str]]:
    """The text without its list of sources, and what stands for each mark of that list.

    That is the passage that its line names, and for a mark in letters else what its line says.
    """
    marks: dict[str, str] = {}

    def note(match: re.Match[str]) -> str:
        """Nothing, in place of a footnote: it is kept for its mark."""
        named = match.groupdict()
        mark, rest = named["mark"] or named.get("note", ""), match["rest"].strip(" .")
        if pointed := _POINTS_AT.search(rest):
            marks[mark] = f" [{pointed['number']}]"
        elif not mark.isdigit():
            marks[mark] = f" [{rest}]"
        return ""

    if _FOOTNOTE.sub("", text).strip():
        text = _FOOTNOTE.sub(note, text)
    for footer in _FOOTER.finditer(text):
        if not text[: footer.start()].strip():
            continue
        for line in text[footer.end() :].splitlines():
            if entry := _ENTRY.match(line):
                note(entry)
        said, same = text[: footer.start()].rstrip(), footer["same"] or ""
        if _ONLY_NUMBERS.fullmatch(same) and not (marks or MARKER.search(said)):
            said = _with_markers(said, _numbers(re.findall(r"\d+", same)))
        return said, marks
    parts = _RULE.split(text)
    if len(parts) > 1 and parts[0].strip() and all(_is_listing(part) for part in parts[1:]):
        return parts[0].rstrip(), marks
    return text.rstrip(), marks


def _is_listing(part: str) -> bool:
    """Whether all lines of a part only list sources."""
    lines = [line for line in part.splitlines() if line.strip()]
    return all(_ENTRY.match(line) or _POINTS_AT.search(line) or len(line) < 40 for line in lines)


def _without_closing(text: str) -> str:
    """The text without an offer of more help at its end."""
    while True:
        sentences = [m.span() for m in _SENTENCE.finditer(text) if m[0].strip()]
        if len(sentences) < 2:
            return text
        start = sentences[-1][0]
        last = text[start:].strip().lstrip("*-# ")
        if not (_CLOSING.match(last) and not re.search(r"\[\w", last)):
            return text
        text = text[:start].rstrip()


def _without_table(text: str) -> str:
    """The text with each row of a table as an item of a list, without its head."""
    lines = text.split("\n")
    made: list[str] = []
    at = 0
    while at < len(lines):
        if at + 1 < len(lines) and _TABLE_ROW.match(lines[at]) and _TABLE_RULE.match(lines[at + 1]):
            at += 2
            while at < len(lines) and _TABLE_ROW.match(lines[at]):
                cells = [cell.strip() for cell in lines[at].strip().strip("|").split("|")]
                told = [cell for cell in cells if cell not in ("", "-", "—") and cell[-1] != "?"]
                if said := _MARKER_CELL.sub(r" \1", ", ".join(told)):
                    made.append(f"- {said}")
                at += 1
        else:
            made.append(lines[at])
            at += 1
    return "\n".join(made)
