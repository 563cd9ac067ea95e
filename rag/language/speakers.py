"""Who is said to have said something: in words handed in, and in the article that quotes them.

Rules are for English. Where they cannot tell, nobody is named: better no speaker than a wrong one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from rag.language.quotation_marks import Quotation, quotations
from rag.language.words import Wording

_SAYING = (
    r"(?:said|says|saying|say|told|tells|telling|added|adds|asked|asks|wrote|writes|tweeted|posted"
    r"|replied|replies|stated|states|explained|explains|insisted|insists|warned|warns|argued|argues"
    r"|claimed|claims|admitted|announced|recalled|noted|notes|continued|concluded|declared|remarked"
    r"|commented|responded|joked|shouted|testified|acknowledged|suggested|urged|vowed|promised"
    r"|complained|confirmed|observed|predicted|[Aa]ccording to)"
)
_NAME = (
    r"(?:(?:[A-Z]\.\s?)+|[A-Z][\w’'-]*[^\W_])"
    r"(?:\s+(?:(?:de|da|del|der|den|di|dos|du|la|le|van|von|bin|al|el|of the|of)\s+)*"
    r"(?:(?:[A-Z]\.)+|[A-Z][\w’'-]*[^\W_]))*"
)
_TITLE = re.compile(r"\b(Dr|Mr|Mrs|Ms|Sen|Rep|Gov|Gen|Col|Lt|Sgt|Prof|Rev|Hon)\.\s")
_NAMED = re.compile(_NAME)
_SAID = re.compile(rf"\b{_SAYING}\b")
_DASHED = re.compile(rf"^[\s,.]*[-–—~]+\s*(?P<who>{_NAME})\b[^\n]{{0,60}}$")
_COLON = re.compile(rf"^\s*(?P<who>{_NAME})\s*:\s*$")
_SMALL_WORDS = (
    "a an and as at but by dr he her his i if in it its mr mrs ms my on or she so that the their"
    " then there these they this those to we what when where while who you yes no our for from"
    " after before monday tuesday wednesday thursday friday saturday sunday january february march"
    " april may june july august september october november december"
)
_NO_NAMES = frozenset(_SMALL_WORDS.split())
_POLITE = frozenset({"dr", "mr", "mrs", "ms"})
_PRONOUN = re.compile(r"\b(?:he|she|they|it|who|I|we|He|She|They|It|We)\b")
_CLOSED = re.compile(r"[.!?;]\s|[.!?;]?$|\n")
_OPENED = re.compile(r"(?:[.!?;”]\s|\n)")
_LONGEST_FRAME = 12
_FEWEST_SAID = 4
_BEHIND, _AHEAD = 240, 200


@dataclass(frozen=True, slots=True)
class Attributed:
    """Words in quotation marks, cut out of a text that also says who said them."""

    words: str
    speaker: str


def attributed(text: str) -> Attributed | None:
    """The quotation that a text holds and whom it has say it; None where it is no such text.

    >>> attributed('“The ferry,” Ann Orr said on Monday, “is sold.”')
    Attributed(words='The ferry, ... is sold.', speaker='Ann Orr')
    """
    quoted = quotations(text)
    words = sum(len(Wording(text[each.start : each.end])) for each in quoted)
    frame = _outside(text, quoted)
    if words < _FEWEST_SAID or len(Wording(" ".join(frame))) > _LONGEST_FRAME:
        return None
    speaker = next((found for piece in frame if (found := _speaker_of(piece))), "")
    if not speaker:
        return None
    said = " ... ".join(text[each.start : each.end] for each in quoted)
    return Attributed(said, speaker)


def said_by(text: str, start: int, end: int) -> str:
    """Whom an article has say its words from `start` to `end`; "" where it does not tell.

    >>> text = "“It is sold,” said Ann Orr, the mayor."
    >>> said_by(text, 1, 11)
    'Ann Orr'
    """
    inside = [q for q in quotations(text) if q.start <= start and end <= q.end]
    around = inside or [q for q in quotations(text) if q.start < end and start < q.end]
    if not around:
        return ""
    first, last = around[0], around[-1]
    for left, right in pairwise(around):
        if found := _subject(text[left.end + 1 : right.start - 1]):
            return found
    return _subject(_clause_after(text, last)) or _subject(_clause_before(text, first))


def same_person(one: str, other: str) -> bool:
    """Whether two names may be of the same speaker: they share a name, or one is an acronym.

    >>> same_person("President Orr", "Ann Orr"), same_person("WFC", "World Ferry Council")
    (True, True)
    """
    ours, theirs = _names(one), _names(other)
    if ours & theirs or not ours or not theirs:
        return True
    return _initials(one) == "".join(theirs) or _initials(other) == "".join(ours)


def _outside(text: str, quoted: list[Quotation]) -> list[str]:
    """What a text says before, between and after its quotations, without their marks."""
    pieces, at = [], 0
    for each in quoted:
        pieces.append(text[at : max(at, each.start - 1)])
        at = each.end + 1
    pieces.append(text[at:])
    return [piece for piece in pieces if re.search(r"\w", piece)]


def _speaker_of(frame: str) -> str:
    """Who the words around a quotation name as its speaker."""
    for pattern in (_DASHED, _COLON):
        if match := pattern.match(frame):
            return match["who"]
    return _subject(frame)


def _subject(clause: str) -> str:
    """Whom a clause with a word of saying has say it; "" where that is no name."""
    clause = _TITLE.sub(r"\1 ", clause)
    saying = _SAID.search(clause)
    if saying is None:
        return ""
    before = clause[: saying.start()]
    if not saying.group().endswith(" to"):
        if found := _first_name(before):
            return found
        if _PRONOUN.search(before) or re.search(r"[a-z]\w+\s*$", before):
            return ""
    after = clause[saying.end() :]
    if saying.group() == "told" or _PRONOUN.match(after.strip()):
        return ""
    return _first_name(after)


def _first_name(text: str) -> str:
    for match in _NAMED.finditer(text):
        words = match.group().split()
        while words and words[0].casefold() in _NO_NAMES - _POLITE:
            words = words[1:]
        if words:
            return re.sub(r"['’]s$", "", " ".join(words))
    return ""


def _clause_after(text: str, quotation: Quotation) -> str:
    """What follows a quotation in its sentence, where that can still say who said it."""
    rest = _TITLE.sub(r"\1 ", text[quotation.end + 1 : quotation.end + 1 + _AHEAD])
    closed = _CLOSED.search(rest)
    return re.split(r"[“„\"\n]", rest[: closed.start() if closed else None])[0]


def _clause_before(text: str, quotation: Quotation) -> str:
    """What leads up to a quotation in its own sentence."""
    lead = text[max(0, quotation.start - 1 - _BEHIND) : max(0, quotation.start - 1)]
    lead = _TITLE.sub(r"\1 ", lead)
    opened = [match.end() for match in _OPENED.finditer(lead)]
    return lead[opened[-1] if opened else 0 :]


def _names(name: str) -> set[str]:
    return {word for word in Wording(name).folded if len(word) > 1} - _NO_NAMES


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.findall(r"[A-Z]\w+", name)).casefold()
