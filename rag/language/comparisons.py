"""Questions that ask for several things at once, taken apart by rules on their words.

Knows nothing of filters. What no rule takes apart stays whole: half a question finds less
than all of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """What to search for, for one of the things that a question asks.

    `label` tells it from the others; characters `start` to `end` of the question say it.
    """

    query: str
    label: str
    start: int
    end: int


AUXILIARY = (
    r"(?:are|can|could|did|do|does|had|has|have|is|may|might|must|shall|should|was|were|will|would)"
)
_UNIT = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july"
    r"|august|september|october|november|december|spring|summer|autumn|winter|year|month|week"
    r"|weekend|quarter|half|round|today|yesterday|now|q[1-4]|(?:19|20)\d\d)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?\b"
_TIME = (
    r"(?:(?:the|its|early|mid|late|last|this|previous|first|second|third|final|(?:start|end) of)"
    rf"[ -])*(?:{_DAY}\s+)?{_UNIT}\b(?:\s+{_DAY})?(?:,?\s+\d{{4}}\b)?"
)
_CHANGED = (
    r"(?:change[ds]?|develop(?:ed)?|differ(?:ed|s)?|evolved?|fall(?:en)?|grow(?:n)?|moved?|rise(?:n)?"
    r"|shift(?:ed)?)"
)
_BETWEEN_TIMES = re.compile(
    rf"^(?:how\s+{AUXILIARY}|what(?:\s+(?:had|has|have))?(?=\s+changed))\b[^?]*\b{_CHANGED}\b[^?]*?"
    rf"\s(?P<frame>(?:between|from)\s+(?P<a>{_TIME})\s+(?:and|to)\s+(?P<b>{_TIME}))",
    re.IGNORECASE,
)
_BEFORE_AND_AFTER = re.compile(
    r"\b(?P<both>(?P<a>before|after)\s+(?:and|versus|vs\.?)\s+(?P<b>after|before))"
    r"\s+(?P<event>[^,;?]*\w)",
    re.IGNORECASE,
)
_NOW = r"(?P<now>now|nowadays|today|currently)"
_AGAINST = r"(?:and|or|than|versus|vs\.?|compared\s+(?:with|to))"
_NOW_THAN_THEN = re.compile(
    rf"\b{_NOW}\b[^?]*?(?P<joint>\s*,?\s+{_AGAINST}(?:\s+(?:it|they|there)\s+(?:was|were))?"
    r"(?:\s+(?:in|on|at|during))?(?:\s+the)?\s+)$",
    re.IGNORECASE,
)
_THEN_AND_NOW = re.compile(rf"\s*,?\s+{_AGAINST}\s+{_NOW}\b", re.IGNORECASE)

_NAME = r"(?:(?-i:[A-Z])[\w’'-]*(?:\s+(?:of\s+(?:the\s+)?)?(?-i:[A-Z])[\w’'-]*)*)"
_THING = r"(?:(?!or\b)[\w’'-]+\s+){0,5}?(?!or\b)[\w’'-]+"
_STEMS = (
    "bigg|busi|cheap|clos|cold|costli|deep|earli|fast|great|heavi|high|hott|larg|long|low|near|old"
    "|poor|rich|short|slow|small|soon|strong|tall|warm|weak|wid|young"
)
_MORE = re.compile(
    r"\b(?:more|most|less|least|fewer|fewest|better|best|worse|worst|first|last|later|further"
    rf"|(?:{_STEMS})(?:er|est))\b",
    re.IGNORECASE,
)
_CHOICES = (
    re.compile(
        rf"^(?P<shared>(?:which|who|whose|what|where)\b[^,?:;–—]*)[,:;–—]\s*(?P<a>{_THING})"
        rf"\s+or\s+(?P<b>{_THING})(?P<rest>)\s*\??$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?P<shared>{AUXILIARY})\s+(?P<a>(?:the\s+)?{_NAME})\s+or\s+(?P<b>(?:the\s+)?{_NAME})"
        r"(?P<rest>\s+[^,?]+?)\s*\??$",
        re.IGNORECASE,
    ),
)
_ONE = r"(?:(?!\b(?:and|against|compare|differ|diverge|to|with)\b)[^,?.;])+?"
_COMPARISONS = (
    re.compile(
        rf"^(?:what|which)\s+{AUXILIARY}\s+the\s+(?:\w+\s+)?differences?(?P<shared>\s+in\s+{_ONE})?"
        rf"\s+between\s+(?P<a>{_ONE})\s+and\s+(?P<b>{_ONE})\s*\??$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^how\s+{AUXILIARY}\s+(?P<a>{_ONE})\s+(?:(?:differ|diverge)\s+from|compare\s+(?:with|to))"
        rf"\s+(?P<b>{_ONE})(?P<shared>)\s*\??$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?:compare|contrast)\s+(?P<a>{_ONE})\s+(?:and|with|to|against)\s+(?P<b>{_ONE})"
        r"(?P<shared>)\s*[?.]?$",
        re.IGNORECASE,
    ),
)
_ARTICLES = frozenset({"a", "an", "the"})
_OWNER = re.compile(rf"(?:the\s+)?{_NAME}['’]s?$", re.IGNORECASE)
_OWNED = re.compile(rf"(?:the\s+)?{_NAME}['’]s?\s+(?P<what>.+)", re.IGNORECASE)
_OF_A_NAME = re.compile(
    rf"(?P<what>.+\s(?:at|by|for|in|of|on))\s+(?:the\s+)?{_NAME}", re.IGNORECASE
)
_BARE_NAME = re.compile(rf"(?:the\s+)?{_NAME}", re.IGNORECASE)
_THAT_OF = re.compile(r"(?:that|those)\s+(?:at|by|for|in|of|on)\s+", re.IGNORECASE)


def things(question: str) -> tuple[Part, ...]:
    """The two things that a question compares, each with the words that are said of both.

    >>> [part.query for part in things("Which flooded more, Tolbeck or Kelmark?")]
    ['Which flooded more Tolbeck?', 'Which flooded more Kelmark?']
    """
    for pattern in _CHOICES:
        if (found := pattern.search(question.strip())) and _MORE.search(question):
            return _parts(question, found, "{shared} {thing}{rest}?")
    for pattern in _COMPARISONS:
        if found := pattern.search(question.strip()):
            return _parts(question, found, "{thing}{shared}")
    return ()


def _parts(question: str, found: re.Match[str], form: str) -> tuple[Part, ...]:
    indent = len(question) - len(question.lstrip())
    said = {name: words or "" for name, words in found.groupdict().items()}
    a, b = said["a"], said["b"]
    return tuple(
        Part(
            tidy(form.format(thing=thing, **said)),
            thing,
            found.start(name) + indent,
            found.end(name) + indent,
        )
        for name, thing in (("a", _completed(a, b)), ("b", _completed(b, a)))
    )


def _completed(thing: str, other: str) -> str:
    """A thing of which only the owner is said, with the rest as it is said of the other.

    >>> _completed("Marren's", "Tolbeck's debts"), _completed("Marren", "the debts of Tolbeck")
    ("Marren's debts", 'the debts of Marren')
    >>> _completed("spoken", "printed sources")
    'spoken sources'
    """
    words = other.split()
    if thing.isalpha() and thing.islower() and len(words) == 2 and other.islower():
        return f"{thing} {words[1]}" if words[0] not in _ARTICLES else thing
    if _OWNER.fullmatch(thing) and (owned := _OWNED.fullmatch(other)):
        return f"{thing} {owned['what']}"
    bare = _THAT_OF.sub("", thing)
    if _BARE_NAME.fullmatch(bare) and not _BARE_NAME.fullmatch(other):
        of_a_name = _OF_A_NAME.fullmatch(other)
        return f"{of_a_name['what']} {bare}" if of_a_name else thing
    return thing


def ends_of_change(question: str) -> tuple[Part, ...]:
    """The two times between which something changed: "between Monday and Friday"."""
    found = _BETWEEN_TIMES.search(question)
    if found is None:
        return ()
    start, end = found.span("frame")
    return tuple(
        Part(_with(question, start, end, found[side]), found[side], start, end) for side in "ab"
    )


def sides_of_event(question: str) -> tuple[Part, ...]:
    """What is asked before something and after it, "before" first: "before and after the vote"."""
    found = _BEFORE_AND_AFTER.search(question)
    if found is None or found["a"].lower() == found["b"].lower():
        return ()
    return tuple(
        Part(_with(question, *found.span("both"), side), f"{side} {found['event']}", *found.span())
        for side in ("before", "after")
    )


def then_and_now(question: str, start: int, end: int) -> tuple[Part, ...]:
    """The date at `start` to `end` and the present, where a question holds them against each other.

    >>> question = "Is the toll higher now than in March?"
    >>> [part.label for part in then_and_now(question, 28, 36)]
    ['in March', 'now']
    """
    if found := _THEN_AND_NOW.match(question, end):
        rest = _with(question, start, found.end(), "")
    elif found := _NOW_THAN_THEN.search(question[:start]):
        rest = _with(_with(question, found.start("joint"), end, ""), *found.span("now"), "")
    else:
        return ()
    then = question[start:end].strip()
    now_at = found.span("now")
    if not (then and rest.strip(" ?")):
        return ()
    return (
        Part(f"{rest.rstrip(' ?')} {then}?", then, start, end),
        Part(rest, found["now"], *now_at),
    )


def tidy(text: str) -> str:
    """The words with single blanks between them, and nothing but words before a mark."""
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"[ ,;]+(?=[.?!](?:\s|$))| +(?=[,;:])", "", text).strip(" ,;")


def _with(question: str, start: int, end: int, words: str) -> str:
    """The question with other words from `start` to `end`."""
    return tidy(f"{question[:start]} {words} {question[end:]}")
