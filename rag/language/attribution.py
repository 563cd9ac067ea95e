"""Who says what in an article: quotations and reported speech with their speakers.

Rules are for English. Where they cannot tell, nobody is named: better no speaker than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.language.entities import Quotation, quotations
from rag.language.sentences import sentence_spans
from rag.language.speech_cues import SAYING, Cue, cues_of, quoted_in, read_together
from rag.language.words import Wording, word_set

_NAME = (
    r"(?:[A-Z][\w’'.-]*[^\W_]|[A-Z])(?: (?:(?:de|da|del|der|den|la|van|von|bin|al|of|the) ){0,2}"
    r"(?:[A-Z]\.|[A-Z][\w’'.-]*[^\W_])){0,4}"
)
_DASHED = re.compile(rf"^[\s,.]*[-–—~]+\s*(?P<who>{_NAME})\b[^\n]{{0,60}}$")
_COLON = re.compile(rf"^\s*(?P<who>{_NAME})\s*:\s*$")
_OPENS = re.compile(r"\s*[“\"]")
_LEADS_ON = re.compile(r":\s*$")
_PARAGRAPH = re.compile(r"[^\n]+")
_REACH = 60
"""A quotation belongs to a word of saying that is no further from it, in characters."""
_FEWEST_WORDS = 4
"""Fewer words in quotation marks, which nobody is said to say, are a title or a term."""
_FEWEST_SAID, _LONGEST_FRAME = 4, 12
_ASKED = re.compile(
    rf"(?:[\w’'.-]+ ){{1,5}}?(?:{'|'.join(sorted(SAYING))})\b(?![^\n]*[:“\"])|(?:said|asked|wrote"
    rf"|says|asks)\b"
)
"""What goes on after a quoted question: “Why?” Orr said more than once."""
_BACK = 3
"""So many paragraphs before a passage are read for who is speaking."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Characters `start` to `end` of a text are the words, or the sense, of `speaker`.

    `quoted` tells a quotation (without its marks) from reported speech. `speaker` is a name in
    the fullest form that the text had before, or a phrase as it stands ("her agent"); "" where
    it is not sure. `cue` is the word that says so: "said", "according to"; "" without one.
    """

    speaker: str
    start: int
    end: int
    quoted: bool
    cue: str


@dataclass(frozen=True, slots=True)
class Attributed:
    """Words in quotation marks, cut out of a text that also says that somebody said them."""

    words: str
    speaker: str


def attributions(text: str, start: int, end: int) -> list[Attribution]:
    """What of `text[start:end]` is somebody's words, in order; text before it is read for names.

    Those that reach into the range come whole. A quotation inside reported speech comes besides
    it. Quotations of fewer than four words come only where the text says who said them.

    >>> text = "Ann Orr sold it. “I am glad,” she said."
    >>> attributions(text, 17, 39)
    [Attribution(speaker='Ann Orr', start=18, end=28, quoted=True, cue='said')]
    """
    paragraphs = [match.span() for match in _PARAGRAPH.finditer(text)]
    inside = [n for n, (left, right) in enumerate(paragraphs) if left < end and right > start]
    if not inside:
        return []
    first = inside[0]
    while first > max(0, inside[0] - _BACK) and _OPENS.match(text, paragraphs[first][0]):
        first -= 1
    last = inside[-1]
    while last + 1 < min(len(paragraphs), inside[-1] + _BACK) and _left_open(
        text, paragraphs[last]
    ):
        last += 1
    found: list[Attribution] = []
    carried = ""
    read = [_statements(text, *place) for place in paragraphs[first : last + 1]]
    read_together(text, [each for statements in read for each in statements])
    for statements in read:
        ours, carried = _paragraph(text, statements, carried)
        found += ours
    found = _filled_backwards(text, found, paragraphs)
    return [each for each in found if each.start < end and each.end > start]


def said_by(text: str, start: int, end: int) -> str:
    """Whom an article has say its quoted words from `start` to `end`; "" where it names nobody.

    >>> text = "“It is sold,” said Ann Orr, the mayor."
    >>> said_by(text, 1, 11)
    'Ann Orr'
    """
    said = (each for each in attributions(text, start, end) if each.quoted and each.speaker)
    first = next(said, None)
    return _name(first) if first else ""


def _name(said: Attribution) -> str:
    """The speaker's name without an article before it; "" where it is no name."""
    name = re.sub(r"^(?:[Tt]he|[Aa]n?) (?=[A-Z])", "", said.speaker)
    return name if name[:1].isupper() else ""


def attributed(text: str) -> Attributed | None:
    """The quotation that a text holds and whom it has say it; None where it is no such text.

    `speaker` is "" where the text has somebody say it without a name: "he said".

    >>> attributed('“The ferry,” Ann Orr said on Monday, “is sold.”')
    Attributed(words='The ferry, ... is sold.', speaker='Ann Orr')
    """
    quoted = quotations(text)
    words = sum(len(Wording(text[each.start : each.end])) for each in quoted)
    frame = _outside(text, quoted)
    if words < _FEWEST_SAID or len(Wording(" ".join(frame))) > _LONGEST_FRAME:
        return None
    said_here = [
        each for each in attributions(text, quoted[0].start, quoted[-1].end) if each.quoted
    ]
    speaker = next(filter(None, map(_name, said_here)), "")
    if not speaker and not any(each.cue for each in said_here):
        return None
    said = " ... ".join(text[each.start : each.end] for each in quoted)
    return Attributed(said, speaker)


def _outside(text: str, quoted: Sequence[Quotation]) -> list[str]:
    """What a text says before, between and after its quotations, without their marks."""
    pieces, at = [], 0
    for each in quoted:
        pieces.append(text[at : max(at, each.start - 1)])
        at = each.end + 1
    pieces.append(text[at:])
    return [piece for piece in pieces if re.search(r"\w", piece)]


def _left_open(text: str, paragraph: tuple[int, int]) -> bool:
    """Whether a quotation is open at the end of a paragraph and goes on in the next."""
    shown = text[slice(*paragraph)]
    return shown.rfind("“") > shown.rfind("”") or shown.count('"') % 2 == 1


def _paragraph(
    text: str, statements: Sequence[tuple[int, int]], carried: str
) -> tuple[list[Attribution], str]:
    """The attributions of a paragraph's statements, and who may go on speaking in the next one.

    `carried` is who spoke at the end of the paragraph before, where a quotation may go on.
    """
    found: list[Attribution] = []
    speaking = carried
    for left, right in statements:
        marks = quoted_in(text, left, right)
        leads_on = right == statements[-1][1] and bool(_LEADS_ON.search(text[left:right]))
        cues = cues_of(text, left, right, marks, leads_on)
        bare = not re.search(
            r"\w", "".join(_outside(text[left:right], quotations(text[left:right])))
        )
        for cue in cues:
            if cue.said is not None and not any(_same_place(cue.said, quote) for quote in marks):
                found.append(Attribution(cue.speaker, *cue.said, quoted=False, cue=cue.verb))
        for quote in marks:
            said = _nearest(text, cues, quote)
            few = len(Wording(text[quote.start : quote.end])) < _FEWEST_WORDS
            if said is not None:
                found.append(Attribution(said.speaker, quote.start, quote.end, True, said.verb))
            elif not few:
                speaker = speaking if bare else _by_layout(text, left, right, quote)
                found.append(Attribution(speaker, quote.start, quote.end, True, ""))
        if cues:
            speakers = {cue.speaker for cue in cues}
            speaking = cues[-1].speaker if len(speakers) == 1 else ""
        elif not bare:
            speaking = ""
    goes_on = speaking
    return sorted(found, key=lambda each: (each.start, -each.end)), goes_on


def _same_place(said: tuple[int, int], quote: Quotation) -> bool:
    """Whether reported speech is no more than one quotation."""
    return quote.start - 2 <= said[0] and said[1] <= quote.end + 2


def _by_layout(text: str, left: int, right: int, quote: Quotation) -> str:
    """Who is named after a dash or before a colon beside a quotation."""
    if match := _DASHED.match(text[quote.end + 1 : right]):
        return match["who"]
    if match := _COLON.match(text[left : quote.start - 1]):
        return match["who"]
    return ""


def _filled_backwards(
    text: str, found: Sequence[Attribution], paragraphs: Sequence[tuple[int, int]]
) -> list[Attribution]:
    """Quotations left open, whose speaker is named only where they end."""
    filled = list(found)
    for place in range(len(filled) - 2, -1, -1):
        ours, next_one = filled[place], filled[place + 1]
        if ours.speaker or ours.cue or not ours.quoted or not next_one.quoted:
            continue
        between = text[ours.end : next_one.start]
        apart = "\n" in between
        if re.search(r"\w", between) or (apart and "”" in between.split("\n")[0]):
            continue
        filled[place] = replace(ours, speaker=next_one.speaker)
    return filled


def _statements(text: str, begin: int, stop: int) -> list[tuple[int, int]]:
    """The sentences of a paragraph, those that one quotation holds together as one."""
    marks = [(begin + q.start, begin + q.end) for q in quotations(text[begin:stop])]
    joined: list[tuple[int, int]] = []
    for left, right in sentence_spans(text, begin, stop):
        if (joined and any(a < joined[-1][1] <= b and left <= b for a, b in marks)) or (
            joined and _goes_on(text[slice(*joined[-1])], text[left:right])
        ):
            joined[-1] = (joined[-1][0], right)
        else:
            joined.append((left, right))
    return joined


def _goes_on(before: str, after: str) -> bool:
    """Whether a sentence only says whose words the quotation before it was."""
    if re.match(r"[a-z]", after):
        return True
    return bool(re.search(r"[?!][”\"]$", before) and _OPENS.match(before) and _ASKED.match(after))


def _nearest(text: str, cues: Sequence[Cue], quote: Quotation) -> Cue | None:
    """The word of saying to which a quotation belongs; None where none is near enough."""

    def distance(cue: Cue) -> int:
        """How far a cue is from the quotation, in characters."""
        far = _is_title(text[cue.end : quote.start], text[quote.start : quote.end])
        if (
            not far
            and cue.said is not None
            and cue.said[0] <= quote.start
            and quote.end <= cue.said[1] + 1
        ):
            return 0
        if cue.start < quote.start and quote.end < cue.end:
            return _REACH + 1
        if cue.end <= quote.start:
            return quote.start - cue.end + _REACH * far
        return max(0, cue.start - quote.end) // 2

    best = min(cues, key=distance, default=None)
    return best if best is not None and distance(best) <= _REACH else None


def _is_title(between: str, quoted: str) -> bool:
    """Whether quoted words are the name of something: 'director of the film “Long Way Home”'."""
    lead = between.rstrip(" “\"‘'`")
    last = re.search(r"(\w+)$", lead)
    return quoted[:1].isupper() and last is not None and last[1] not in _LEADING


_LEADING = word_set("that as and but because if when how why is was be like")
