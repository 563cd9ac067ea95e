"""Sentences as exact offsets; knows the habits of news prose, but nothing about articles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from sentencex import get_sentence_boundaries

MAX_SENTENCE = 2_000
"""No sentence is longer, in characters; a longer one is cut at white space."""

LONG_SENTENCE = 400
"""From this length on, a sentence is also divided between the sentences it quotes."""

_WINDOW = 4_000
"""The segmenter sees so many characters at a time."""

_CHARACTERS_PER_MARK = 8
"""Where there are more punctuation marks than one in so many characters, it is no prose."""

_SPACE = re.compile(r"\s*")
_MARK = re.compile(r"[^\w\s]")
_BLANK_LINE = re.compile(r"\n\s*\n")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_WIDE_SPACE = re.compile(r"[^\S\t\n\r\f\v ]")
_LIST_MARKER = re.compile(r"^[ \t]*(?:[•►▪‣◦*-]|\d{1,3}[.)])[ \t]+", re.MULTILINE)
_NO_QUOTES = str.maketrans(dict.fromkeys("“”„«»‘’\"'", " "))
_CLOSING = frozenset("”»’")
_QUOTES = frozenset("“”„«»‘’\"'")

# What the segmenter takes for the end of a sentence, and is none, by the words on both sides.
_TITLE = re.compile(
    r"(?:^|[^\w.])(?:Mrs?|Ms|Dr|Sen|Sens|Rep|Reps|Gov|Lt|Col|Gen|Sgt|Capt|Maj|Prof|Rev|Hon)\.$"
)
_NUMERO = re.compile(r"(?:^|\W)(?:Nos?|Vol|Fig|Art|pp)\.$")
_CLOCK = re.compile(r"[ap]\.m\.$")
_AFTER_CLOCK = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Feb|March|April|May|June|July|Aug|Sept"
    r"|Oct"
    r"|Nov|Dec)|Eastern|Pacific|Central|Mountain|[ECMP][SD]?T|GMT|BST|CES?T|UTC)\b"
)
_INITIAL = re.compile(r"(?:^|[^\w.])(?:[A-Z]-)?[A-Z]\.$")
_NEXT_INITIAL = re.compile(r"[A-Z]\.(?:\W|$)")
_LOWER_WORD = re.compile(r"[a-z]+[\s,;:.!?]")
_JOINED = tuple(
    (re.compile(before), re.compile(after))
    for before, after in (
        # A saint after a hyphen or colon, as in St. Orr-St. Lind High School
        (r"[^\w\s.]St\.$", r"[A-Z]"),
        (r"(?:^|[\s(-])(?:vs|v)\.$", r"[A-Z\d“\"‘-]"),
        # A direction in an address, as in 308 N. Second Street
        (r"\d\s[NSEW]\.$", r"[A-Z][a-z]|\d"),
        # A party and its state, as in D-N. Y or D-Wash. − one of
        (r"\b[DRI]-[A-Z]\.$", r"[A-Z][.,]"),
        (r"\b[DRI]-[A-Z][a-z]*\.$", r"[-−–—]"),
        (r"(?:^|\W)(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$", r"\d"),
        # Initials of a name, as in J.D. Orr, and not a country before a new sentence
        (
            r"(?:^|[\s“\"(])(?!U\.S|U\.K|U\.N|E\.U|D\.C|N\.[YJCHMD]|S\.[CD]|L\.A|R\.I|B\.C|A\.D"
            r"|A\.I|T\.V"
            r"|M\.D|I\.D|P\.O)[A-Z]\.[A-Z]\.$",
            r"(?!(?:The|An?|He|She|It|They|We|I|You|In|On|At|But|And|His|Her|This|That|For|If"
            r"|As)\b)[A-Z][a-z]",
        ),
    )
)
"""What stands before and after a false end that passages are still cut at, in pairs."""

_LONG = 20_000
"""Longer texts are not remembered."""

_OPEN_ENDED = re.compile(r"[!?…]\W*$|(?:^|\W)(?:[A-Z][a-z]{0,4}|[A-Z])\.$")
_AFTER_BRACKET = re.compile(r"(?<=[.!?][)\]])\s+(?=[“\"‘(]?[A-Z])")


def sentence_spans(
    text: str,
    start: int = 0,
    end: int | None = None,
    language: str = "en",
    *,
    passages: bool = False,
) -> list[tuple[int, int]]:
    """The sentences of `text[start:end]` as offsets into `text`, in order and apart.

    Every character but white space stands in exactly one of them, and none begins
    or ends with white space. A blank line always ends a sentence. `language` is an
    ISO 639-1 code; "" and unknown ones are read as English. With `passages`, a few
    abbreviations end a sentence ("Orr v. Lind", "Vesk-St. Orr"), as they did when the
    passages of older archives were cut: the same article keeps the same passages.

    >>> sentence_spans("Mr. Osk left. “Go.” He did.")
    [(0, 13), (14, 19), (20, 27)]
    """
    first = slice(start, end).indices(len(text))[0]
    part = text[start:end]
    # A question looks at the same passages again and again; an ingest does not.
    read = _spans.__wrapped__ if passages or len(part) > _LONG else _spans
    found = read(part, language or "en", passages)
    return [(first + left, first + right) for left, right in found]


@lru_cache(2_048)
def _spans(text: str, language: str, passages: bool) -> Sequence[tuple[int, int]]:
    """The sentences of a text."""
    spans: list[tuple[int, int]] = []
    for offset, paragraph in _paragraphs(text):
        pieces = _trimmed(paragraph, _cuts(paragraph, language))
        for left, right in _repaired(paragraph, pieces, passages):
            for a, b in _shortened(paragraph, left, right, language, passages):
                spans.append((offset + a, offset + b))
    return tuple(spans)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Each paragraph with its offset."""
    at = 0
    for gap in _BLANK_LINE.finditer(text):
        yield at, text[at : gap.start()]
        at = gap.end()
    yield at, text[at:]


def _cuts(text: str, language: str) -> list[int]:
    """Where the segmenter ends a sentence, the end of the text last."""
    # The segmenter does not look inside list items, so it is not shown what marks them.
    marks = [mark.span() for mark in _LIST_MARKER.finditer(text)]
    shown = _LIST_MARKER.sub(lambda mark: " " * len(mark[0]), text) if marks else text
    # It counts on a space being one byte, and panics after "! " where it is U+00A0.
    cuts = [*_ends(_WIDE_SPACE.sub(" ", shown), language), len(text)]
    if not marks:
        return cuts
    within = {at for start, end in marks for at in range(start + 1, end + 1)}
    return sorted({*cuts} - within | {start for start, _ in marks} | {len(text)})


def _ends(text: str, language: str) -> Iterator[int]:
    """Where the segmenter ends a sentence within the text.

    Its time grows with the square of the quotation marks that it sees, and no other thread
    runs meanwhile: so it sees a window, and the next one begins where a sentence does.
    """
    start = 0
    while len(text) - start > _WINDOW:
        ends = [start + end for end in _segmented(text[start : start + _WINDOW], language)]
        # What follows the window could still join its last sentences.
        sure = [end for end in ends if end <= start + _WINDOW - MAX_SENTENCE] or ends
        yield from sure
        start = sure[-1] if sure else start + _WINDOW
    for end in _segmented(text[start:], language):
        yield start + end


def _segmented(text: str, language: str) -> list[int]:
    # With some languages' abbreviations (Danish, Italian) each full stop takes a third of a
    # millisecond; what consists of stops is no prose, and is read as English.
    if language != "en" and len(_MARK.findall(text)) * _CHARACTERS_PER_MARK > len(text):
        language = "en"
    try:
        found = get_sentence_boundaries(language, text)
    except UnicodeEncodeError:
        # A lone surrogate (JSON can carry one) has no UTF-8 form, which the segmenter needs.
        found = get_sentence_boundaries(language, _LONE_SURROGATE.sub("\ufffd", text))
    return [boundary["end_index"] for boundary in found[:-1]]


def _trimmed(text: str, cuts: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The pieces between cuts without the white space around them; empty ones left out."""
    start = 0
    for cut in cuts:
        piece = text[start:cut]
        stripped = piece.strip()
        if stripped:
            left = start + len(piece) - len(piece.lstrip())
            yield left, left + len(stripped)
        start = cut


def _repaired(text: str, spans: Iterable[tuple[int, int]], passages: bool) -> list[tuple[int, int]]:
    """The spans with false ends joined and sentences after a closing bracket divided."""
    whole: list[tuple[int, int]] = []
    for start, end in spans:
        if whole and _is_one(
            text[max(whole[-1][0], whole[-1][1] - 16) : whole[-1][1]], text, start, passages
        ):
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    if not passages:
        whole = _opened_by_their_marks(text, whole)
    divided: list[tuple[int, int]] = []
    for start, end in whole:
        at = start
        if ")" in (sentence := text[start:end]) or "]" in sentence:
            for gap in _AFTER_BRACKET.finditer(text, start, end):
                divided.append((at, gap.start()))
                at = gap.end()
        divided.append((at, end))
    return divided


def _opened_by_their_marks(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, each with the quotation mark that opens it and stands at the end of another."""
    found: list[tuple[int, int]] = []
    begin = -1
    for place, (first, end) in enumerate(spans):
        start = first if begin < 0 else begin
        begin = -1
        cut = _before_quotes(text, end)
        if start < cut < end and text[cut] not in _CLOSING and place + 1 < len(spans):
            begin, end = cut, start + len(text[start:cut].rstrip())
        found.append((start, end))
    return found


def _is_one(before: str, text: str, at: int, passages: bool) -> bool:
    """Whether the sentence that ends in `before` goes on at `text[at]`."""
    after = text[at : at + 16]
    if "a" <= after[0] <= "z":
        return bool(_OPEN_ENDED.search(before) and _LOWER_WORD.match(after))
    if before[-1] != ".":
        return False
    if _TITLE.search(before):
        return True
    if _CLOCK.search(before):
        return bool(_AFTER_CLOCK.match(after))
    if _NUMERO.search(before):
        return after[0].isdigit()
    if _INITIAL.search(before) and _NEXT_INITIAL.match(after):
        return True
    return not passages and any(
        ours.search(before) and theirs.match(after) for ours, theirs in _JOINED
    )


def _shortened(
    text: str, start: int, end: int, language: str, passages: bool
) -> Iterator[tuple[int, int]]:
    """The span, or its parts where it is long: at quoted sentences, then at white space."""
    if end - start < LONG_SENTENCE:
        yield start, end
        return
    sentence = text[start:end]
    cuts = _cuts(sentence.translate(_NO_QUOTES), language)
    cuts = sorted(_before_quotes(sentence, cut) for cut in cuts)
    for left, right in _repaired(sentence, _trimmed(sentence, cuts), passages):
        for a, b in _within_limit(sentence, left, right):
            yield start + a, start + b


def _within_limit(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span in pieces of at most MAX_SENTENCE, cut at white space where there is any."""
    while end - start > MAX_SENTENCE:
        window = text[start : start + MAX_SENTENCE + 1]
        words = window.rsplit(None, 1)
        whole = window[-1].isspace() or len(words) == 1
        stop = start + min(len(window.rstrip() if whole else words[0]), MAX_SENTENCE)
        yield start, stop
        space = _SPACE.match(text, stop)
        start = space.end() if space else stop
    yield start, end


def _before_quotes(text: str, cut: int) -> int:
    """`cut`, moved in front of quotation marks that open what follows it."""
    at = cut
    while at > 1 and text[at - 1] in _QUOTES and text[at - 2].isspace():
        at -= 1
    return at
