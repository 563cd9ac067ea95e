"""The times and outlets that a question names, against what the archive holds of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, partial

from rag.errors import QueryError
from rag.language.comparisons import tidy
from rag.language.outlet_names import SMALL_WORDS, OutletMention, find_mentions
from rag.language.temporal_expressions import is_name
from rag.questions.followup import FollowUp
from rag.questions.times import find_dates, recency
from rag.records import Filters, Understood
from rag.store import Facets

_GOING_ON = re.compile(
    r"(?:\W+|\b(?:also|and|but|or|so|then|how|what|the|about|of|at|by|during|for|from|in|on)\b)*",
    re.IGNORECASE,
)
"""What a question may say beside names that it puts in the place of others."""

_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
_Replacement = tuple[int, int, str]
"""Characters of a question, by start and end, and the words that take their place."""


def named_in(question: str, as_of: datetime, facets: Facets) -> tuple[Understood, ...]:
    """What a question names, in its order; a time of which nothing is held only prefers.

    Where a time without a year has no articles, the latest such time that has is meant.
    """
    days = cache(partial(facets.days, as_of))
    found = (*find_dates(question, as_of, days), *find_outlets(question, facets.publishers))
    return tuple(
        one
        if not one.strict or len(facets.matching(one.filters))
        else replace(one, strict=False, held=False)
        for one in sorted(found, key=lambda one: one.start)
    )


def understand(asked: FollowUp, as_of: datetime, facets: Facets) -> tuple[Understood, ...]:
    """What a question names, after what it takes over from the questions that it leans on.

    A time or an outlet of those is a preference, and only where the question names no other.
    It has no place in the question: `start` and `end` are 0.
    """
    own = named_in(asked.question, as_of, facets)
    if not (asked.leans or asked.whole):
        return own
    taken: tuple[Understood, ...] = ()
    for question in reversed(asked.earlier):
        earlier = [one for one in named_in(question, as_of, facets) if one.held]
        known = {_is_outlet(one) for one in (*own, *taken)}
        taken = (*(one for one in earlier if _is_outlet(one) not in known), *taken)
    if recency(asked.question, own) == "latest":
        taken = tuple(one for one in taken if _is_outlet(one))
    return (*(replace(one, start=0, end=0, strict=False) for one in taken), *own)


def ignoring(understood: Sequence[Understood], ignore: Sequence[str]) -> tuple[Understood, ...]:
    """What was understood without that of the words to ignore, in whatever case these are.

    Raises QueryError for words of which nothing was understood.
    """
    dropped = {words.strip().casefold() for words in ignore}
    if unknown := dropped - {one.words.casefold() for one in understood}:
        listed = ", ".join(repr(one.words) for one in understood) or "no date and no outlet"
        msg = f"--ignore {min(unknown)!r}: the question asks for {listed}"
        raise QueryError(msg)
    return tuple(one for one in understood if one.words.casefold() not in dropped)


def completed(asked: FollowUp, as_of: datetime, facets: Facets) -> FollowUp:
    """The follow-up as a whole question, where all it does is to name another outlet or time.

    "And the Courier?" after "What did Radio North report in May?" asks what the Courier
    reported in May. So do the questions that it leans on.
    """
    if not asked.leans:
        return asked
    chain: list[str] = []
    whole = ""
    for question in (*asked.earlier, asked.question):
        whole = _completed(chain[-1], question, as_of, facets) if chain else ""
        chain[-1:] = [whole] if whole else [*chain[-1:], question]
    *earlier, question = chain
    if not whole:
        return replace(asked, earlier=tuple(earlier))
    return FollowUp(question, tuple(earlier), share=asked.share if earlier else 0.0)


def _completed(before: str, question: str, as_of: datetime, facets: Facets) -> str:
    """The question before with the outlets and the time that this one names; "" if that is not all.

    The question before must say where they belong: it asks for one outlet's articles, or names
    at most one time, and not as part of a name.
    """
    outlets = list(find_mentions(question, facets.publishers))
    dates = find_dates(question, as_of)
    if not (outlets or dates) or len(dates) > 1 or not _names_only(question, outlets, dates):
        return ""
    replacements: list[_Replacement] = []
    if outlets:
        asked = find_outlets(before, facets.publishers)
        if len(asked) != 1:
            return ""
        words = question[outlets[0].start : outlets[-1].end]
        replacements.append((asked[0].start, asked[0].end, words))
    for date in dates:
        known = find_dates(before, as_of)
        if len(known) > 1 or any(is_name(before[: d.start], before[d.end :]) for d in known):
            return ""
        end = len(before.rstrip(" ?.!"))
        replacements += [(d.start, d.end, _in_its_year(date, d, as_of)) for d in known] or [
            (end, end, f" {date.words}")
        ]
    for start, end, words in sorted(replacements, reverse=True):
        before = f"{before[:start]}{words}{before[end:]}"
    return before


def _in_its_year(date: Understood, before: Understood, as_of: datetime) -> str:
    """The words of a date, with the year of the one before where they name none and can."""
    year = _YEAR.search(before.words)
    dated = f"{date.words} {year[0]}" if year and not _YEAR.search(date.words) else date.words
    return dated if [each.words for each in find_dates(dated, as_of)] == [dated] else date.words


def _names_only(
    question: str, outlets: Sequence[OutletMention], dates: Sequence[Understood]
) -> bool:
    """Whether a question says nothing beside these but that it goes on, and asks for reports."""
    for date in dates:
        blank = " " * (date.end - date.start)
        question = f"{question[: date.start]}{blank}{question[date.end :]}"
    rest = without_outlets(question, [(each.start, each.end) for each in outlets])
    return _GOING_ON.fullmatch(rest) is not None


def _is_outlet(one: Understood) -> bool:
    return bool(one.filters.publishers)


_FRAME = 60
"""How many characters before and after a name are looked at."""

_CARRIED = (
    r"(?:accounts?|articles?|coverage|dispatch(?:es)?|editorials?|front page|headlines?|news item"
    r"|pieces?|reporting|reports?|stor(?:y|ies)|versions?|write-?up)"
)
_TO_CARRY = (
    r"(?:carr(?:y|ied)|cover(?:ed|s)?|describe[ds]?|print(?:ed|s)?|reports?|reported|writes?|wrote)"
)
_STATES = r"(?:claim|give|name|put|quote|say|state)"
_END = rf"(?:\s*(?:$|[,.;:?!)\"”—–])|\s+(?:{'|'.join(SMALL_WORDS.split())})\b)"
_CLOSE = r"\s*(?:$|[,.;:?!)])"
_AUXILIARY = r"(?:did|do|does|had|has|have|how|that|when|where|which|while|what)"
_TOGETHER = r"(?:\s+(?:also|both|each|first|originally|separately|still|then))*"
_AGAINST = r"(?:and|from|than|to|unlike|versus|vs\.?|whereas|while|with)"
_Frame = tuple[re.Pattern[str], re.Pattern[str]]

_GAP = "\x00"
"""Stands for a name while the words around it are taken out."""

_AND = r"\s*(?:,|(?:,\s*)?(?:and|or|nor|as well as|&|versus|vs\.?)\b)\s*(?:in\s+)?"
_GAPS = rf"{_GAP}(?:['’]s?)?(?:{_AND}{_GAP}(?:['’]s?)?)*"
_ABOUT = r"(?:\s+(?:about|as to|of|on|over)\b)?"
_TO_HAVE = r"\b(?:did|do|does|has|have)\s+"
_THEIRS = (
    rf"(?:(?:an?|the)\s+)?(?:{_CARRIED}\s+(?:by|from|in|of)\s+)?{_GAPS}(?:\s+{_CARRIED}{_ABOUT})?"
)
_ASKING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:\bcompare\s+)?(?:\b(?:how|what|where|why)\s+)?(?:{_TO_HAVE})?{_GAPS}(?<={_GAP}){_TOGETHER}\s+"
        rf"(?:{_TO_CARRY}|{_STATES}|says?|said|(?:dis)?agree|contradict|differ)\b{_ABOUT}",
        rf"(?:\b(?:how|where|why)\s+)?{_TO_HAVE}{_GAPS}\s+{_CARRIED}{_ABOUT}",
        r"\b(?:agree|compared?|contradict|differ|differs|different)\s+(?:(?:from|to|with)\s+)?"
        rf"{_THEIRS}",
        r"(?:\b(?:are|is|what)\s+(?:are|is|there)\s+(?:an?|any|the)\s+differences?\s+)?"
        r"(?:\b(?:according to|between|by|compare|from|in|on|with)\s+)?"
        rf"{_THEIRS}(?:\s+and\s+{_THEIRS})?",
    )
)


def _frames(*pairs: tuple[str, str]) -> tuple[_Frame, ...]:
    """What must stand right before a name, and right after it, for each frame."""
    return tuple(
        (re.compile(rf"(?:{before})\s*$", re.IGNORECASE), re.compile(after, re.IGNORECASE))
        for before, after in pairs
    )


_CARRIES = _frames(
    (r"\baccording to", _END),
    (r"\b(?:carried|covered|printed|published|reported) (?:by|in|on)", _END),
    (r"\b(?:mentioned|quoted|read|seen|stated|written) in", _END),
    (rf"\b{_CARRIED} (?:by|from|in)", rf"{_END}|\s+(?:claim|describe|mention|say|state)s?\b"),
    (r"", rf"['’]s?(?:\s+(?:own|first|original|earlier|later|latest))?\s+{_CARRIED}\b"),
    (rf"(?:^|[^\w\s]|\b(?!{_AUXILIARY}\b)\w+)", rf"\s+{_CARRIED}\b"),
    (r"\b(?:edition|front page|headline) of", _END),
    (r"^in", r"\s*,"),
)
"""Words that ask for an outlet's articles, whatever else the question is about."""

_REPORTS = _frames(
    (rf"\b{_AUXILIARY}", rf"{_TOGETHER}\s+{_TO_CARRY}\b"),
    (r"^", r"\s+(?:reported|reports|wrote|writes)\b"),
)
_IN_A_PAPER = _frames((r"\bin", _CLOSE))
"""Both these also fit an outlet's own affairs: "did CNN report a loss", "jobs in the Ledger"."""

_COMPARED = _frames(
    (rf"\b{_AUXILIARY}", r"\s+(?:still\s+)?(?:contradict|(?:dis)?agree|differ|diverge)\b"),
    (rf"\b{_AUXILIARY}", rf"\s+(?:both|each|separately)\s+{_STATES}\b"),
    (rf"\b{_AUXILIARY}", rf"\s+{_STATES}\b[^.?]*\b(?:conflicting|different)\b"),
)
"""Only of several outlets together: one alone may agree to be sold."""

_MAY_CARRY = _frames(
    (r"\b(?:interviewed by|interview with|sp(?:eak|eaking|oke) to|talk(?:ed|ing) to|told)", _END),
    (r"\b(?:analysis|investigation|made public|revealed|obtained) by", _END),
    (rf"\b{_AUXILIARY}", rf"{_TOGETHER}\s+(?:say|says|said|claim|claims)\b"),
    (r"", r"['’]s?\s+(?:interview|investigation|reporters?|correspondents?)\b"),
    (r"\b(?:heard|interviewed|said|say|spoke)\b[^,;.]*\bon", _CLOSE),
)
_OTHER_SIDE = _frames(
    (rf"\b{_AGAINST}(?:\s+(?:that|those|what) (?:of|in|from))?", _END),
    (rf"\b{_AGAINST}", rf"['’]s?{_CLOSE}"),
)
_COMPARING = re.compile(
    r"\b(?:(?:dis)?agree|compare[ds]?|contradicts?|differs?|different|than|unlike|versus|vs|whereas"
    r"|while)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(rf"(?:['’]s?)?{_AND}", re.IGNORECASE)
_ITS_OWN_AFFAIRS = re.compile(
    r"\b(?:advertis\w+|audience|boss|ceo|chair(?:man|woman)?|chief executive|earnings|editors?"
    r"|income|invest\w*|jobs?|journalists?|loss(?:es)?|owners?|profits?|revenues?|sales|shares?"
    r"|staff|stakes?|subscribers?|turnover|viewers|worked)\b",
    re.IGNORECASE,
)


def find_outlets(question: str, publishers: Collection[str]) -> tuple[Understood, ...]:
    """The outlets whose articles the question asks for, in order of mention.

    `publishers` are spelled as the archive spells them, by name or host; those that share a
    name come together. Strict where the words ask for what the outlet carries, a preference
    where they may as well ask what it did or what happened to it; outlets that are merely
    mentioned are left out. So are common nouns and names that are part of a longer one.

    >>> [found] = find_outlets("What did the Courier report?", ["The Marren Courier"])
    >>> found.words, found.meaning
    ('the Courier', 'published by The Marren Courier')
    """
    groups = _groups(question, list(find_mentions(question, publishers)))
    verdicts = [_verdict(question, group) for group in groups]
    if len(groups) > 1 and _COMPARING.search(question):
        verdicts = _compared(verdicts, [_fits(_OTHER_SIDE, question, group) for group in groups])
    return tuple(
        _understood(question, mention, verdict)
        for group, verdict in zip(groups, verdicts, strict=True)
        if verdict is not None
        for mention in group
    )


def without_outlets(question: str, spans: Sequence[tuple[int, int]]) -> str:
    """The question without the outlets at `spans` and the words that ask for what they carry.

    >>> without_outlets("What did LNA and CNN each report about the flood?", [(9, 12), (17, 20)])
    'the flood?'
    """
    text = question.replace(_GAP, " ")
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}{_GAP}{text[end:]}"
    for frame in _ASKING:
        text = frame.sub(" ", text)
    text = tidy(text)
    return text if re.search(r"\w{2}", text) else question


def _compared(verdicts: Sequence[bool | None], other_side: Sequence[bool]) -> list[bool | None]:
    """The verdicts where one outlet is held against another that is asked about."""
    asked = any(verdict is not None for verdict in verdicts)
    if not asked or not any(other_side):
        return list(verdicts)
    return [
        True if other or verdict is not None else None
        for verdict, other in zip(verdicts, other_side, strict=True)
    ]


def _understood(question: str, mention: OutletMention, strict: bool) -> Understood:
    return Understood(
        words=question[mention.start : mention.end],
        start=mention.start,
        end=mention.end,
        meaning=f"published by {' or '.join(mention.publishers)}",
        filters=Filters(publishers=mention.publishers),
        strict=strict,
    )


def _groups(question: str, mentions: Sequence[OutletMention]) -> list[list[OutletMention]]:
    """Outlets named in one breath come together: "the Courier and Radio North"."""
    groups: list[list[OutletMention]] = []
    for mention in mentions:
        if groups and _JOINED.fullmatch(question, groups[-1][-1].end, mention.start):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _verdict(question: str, group: Sequence[OutletMention]) -> bool | None:
    """True where the outlets' articles are asked for, False where perhaps, else None."""
    about_itself = _ITS_OWN_AFFAIRS.search(question) is not None
    if _fits(_CARRIES, question, group) or (len(group) > 1 and _fits(_COMPARED, question, group)):
        return True
    if _fits(_REPORTS, question, group):
        return not about_itself
    if not all(mention.capitals for mention in group):
        return None
    if _fits(_IN_A_PAPER, question, group):
        return None if about_itself or _broadcasts(question, group) else True
    return False if _fits(_MAY_CARRY, question, group) else None


def _broadcasts(question: str, group: Sequence[OutletMention]) -> bool:
    """Whether a name is one that news is heard or seen on, so that "in" says something else."""
    name = question[group[-1].start : group[-1].end]
    return (
        name.split()[-1].isupper()
        or re.search(r"\b(?:News|Radio|TV|Television)\b", name) is not None
    )


def _fits(frames: Sequence[_Frame], question: str, group: Sequence[OutletMention]) -> bool:
    start = max(0, group[0].start - _FRAME)
    before = ("…" if start else "") + question[start : group[0].start]
    after = question[group[-1].end : group[-1].end + _FRAME]
    return any(left.search(before) and right.match(after) for left, right in frames)
