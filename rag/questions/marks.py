"""A question as people type it, tidied; when and by whom articles were published, marked in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rag.language.outlet_names import OutletMention, find_mentions
from rag.questions.asked_words import one_slip
from rag.questions.times import publication_times

END = " \t\r\n.,;:!?…-–—\"“”'*()"
"""Marks that may stand around a question and say nothing."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, for words in whatever case."""
    return re.compile(pattern, re.IGNORECASE)


def plain(text: str) -> str:
    """The text in one line, without marks around it and with the words of the trade mended."""
    return mended(" ".join(text.split()).strip(END))


OUTLET, TIME, LANGUAGE = "\x00", "\x01", "\x02"
"""The signs that stand for an outlet, a time and a language of articles."""

_READ_AT = datetime(2200, 1, 1, tzinfo=UTC)
"""When times are looked for; only where they stand counts, not which days they are."""

_LEADS_TO_TIME = compiled(
    r"(?:\b(?:in|on|from|of|for|during|dated|since|at|within|over|around)"
    r"(?:\s+(?:the\s+(?:month|year|day|week)\s+of|the|all(?:\s+of)?))?|,)\s*$"
)
_OWN_LEAD = compiled(
    r"(?:of|since|after|before|until|till|up to|between|from|in|on|during|over|within|this|last"
    r"|past|the (?:last|past)|yesterday|today|tonight|earlier|prior|following|no later)\b"
)
_BARE_YEAR = compiled(r"\s*(?P<year>(?:1[89]|20)\d\d)\s*[.?!]*\s*")
_MEDIA = (
    r"(?:articles?|stories|story|pieces|reports|reporting|coverage|headlines|news|items|archives?)"
)
_PUBLISHES = (
    r"(?:publish(?:ed)?|print(?:ed)?|report(?:ed)?(?: on)?|wr(?:ite|ote|itten)|carr(?:y|ied)"
    r"|cover(?:ed)?|run|ran|have|had|got|about)"
)


_AND = r"\s*(?:,|&|(?:,\s*)?(?:and|or)\b)\s*(?:(?:from|by|in)\s+)?"
_AFTER_THE = re.compile(r"(?<=\bthe )\w|(?<=\bby )\w|(?<=\bfrom )\w")
_JOINED = compiled(_AND)
_SEVERAL_OUTLETS = compiled(rf"\x00(?:{_AND}\x00)+")


@dataclass(frozen=True, slots=True)
class Marked:
    """A question with signs in the place of its times and outlets, and where those stood."""

    text: str
    times: tuple[tuple[int, int], ...]
    outlets: tuple[OutletMention, ...]


def mark(question: str, publishers: Collection[str]) -> Marked:
    """The question with signs for the times and outlets that say which articles are meant.

    Those that a topic or a name holds stay as they are: "articles about CNN".

    >>> mark("articles from 2015", ()).times
    ((14, 18),)
    """
    times = list(_times(question))
    outlets: list[OutletMention] = []
    leads = [(lead, end) for _, end, lead in times]
    for mention in _mentions(question, publishers):
        if any(start < mention.end and mention.start < end for start, end in leads):
            continue
        joined = outlets and _JOINED.fullmatch(question, outlets[-1].end, mention.start)
        if joined or _publishes(question, mention, leads):
            outlets.append(mention)
    signs = [(lead, end, TIME) for _, end, lead in times]
    signs += [(each.start, each.end, OUTLET) for each in outlets]
    text = question
    for start, end, sign in sorted(signs, reverse=True):
        text = f"{text[:start]} {sign} {text[end:]}"
    text = _SEVERAL_OUTLETS.sub(OUTLET, text)
    return Marked(text, tuple((start, end) for start, end, _ in times), tuple(outlets))


def _mentions(question: str, publishers: Collection[str]) -> list[OutletMention]:
    """The outlets that are named; in small letters also by a short name, as in "the courier"."""
    found = list(find_mentions(question, publishers))
    if question != question.lower():
        return found
    typed = _AFTER_THE.sub(lambda word: word[0].upper(), question)
    more = find_mentions(typed, publishers) if len(typed) == len(question) else ()
    free = [e for e in more if all(e.end <= one.start or one.end <= e.start for one in found)]
    return sorted([*found, *free], key=lambda one: one.start)


def _times(question: str) -> Iterator[tuple[int, int, int]]:
    """Where a time stands that says when articles appeared, and where what leads to it starts.

    A year that is part of a name, such as "the 2020 election", is none.
    """
    for found in publication_times(question, _READ_AT):
        before, after = question[: found.start], question[found.end :]
        lead = _LEADS_TO_TIME.search(before)
        opens = not before.strip(END)
        if lead and not re.match(r"\s+[\w'-]+\s+(?:race|election|war)", after):
            yield found.start, found.end, lead.start()
        elif opens or _OWN_LEAD.match(found.words) or _OUTLET_BEFORE.search(before):
            yield found.start, found.end, found.start
    if year := _BARE_YEAR.fullmatch(question):
        yield year.start("year"), year.end("year"), year.start("year")


_OUTLET_BEFORE = re.compile(r"\b[A-Z][\w.]*,?\s*$")


def _publishes(question: str, mention: OutletMention, times: Sequence[tuple[int, int]]) -> bool:
    """Whether the question asks for what an outlet published, not for what is said of it."""
    for start, end in sorted(times, reverse=True):
        blank = " " * (end - start)
        question = question[:start] + blank + question[end:]
    before, after = question[: mention.start], question[mention.end :]
    if not before.strip(END) and not after.strip(END):
        return True
    if re.search(
        r"\b(?:from|by|in|of|published by|that|which|does|did|has|have|do)\s+$", before, re.I
    ):
        asks = re.search(r"\b(?:that|which|does|did|has|have|do)\s+$", before, re.I)
        return not asks or re.match(rf"\s+(?:also\s+)?{_PUBLISHES}\b", after, re.I) is not None
    return re.match(rf"(?:'s)?\s+{_MEDIA}\b", after, re.I) is not None


_TRADE = (
    "article",
    "articles",
    "outlet",
    "outlets",
    "archive",
    "language",
    "languages",
    "newspaper",
    "newspapers",
    "published",
    "publish",
    "oldest",
    "newest",
    "mention",
)
_KNOWN = frozenset((*_TRADE, "archived", "archives", "mentions"))
_WORD = re.compile(r"[A-Za-z]{6,}")


def mended(text: str) -> str:
    """The text with slips of one letter in the words of the trade put right."""
    return _WORD.sub(lambda found: _mend(found[0]), text)


def _mend(word: str) -> str:
    small = word.lower()
    if small in _KNOWN:
        return word
    return next((each for each in _TRADE if _is_slip(small, each)), word)


def _is_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too many or swapped with the next, but not the first."""
    moved = len(typed) != len(meant) or sorted(typed) == sorted(meant)
    return moved and typed[0] == meant[0] and one_slip(typed, meant)
