"""Questions that ask for several things at once, taken apart by rules on their words.

Knows nothing of filters. What no rule takes apart stays whole: half a question finds less
than all of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.language.outlet_names import SMALL_WORDS
from rag.language.periods import MONTHS, WEEKDAYS

AUXILIARY = (
    r"(?:are|can|could|did|do|does|had|has|have|is|may|might|must|shall|should|was|were|will|would)"
)
_UNIT = (
    rf"(?:{'|'.join((*WEEKDAYS, *MONTHS))}|spring|summer|autumn|winter|year|month|week|weekend"
    r"|quarter|half|round|today|yesterday|now|q[1-4]|(?:19|20)\d\d)"
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
_PRONOUN = (
    r"(?:he|her|hers|him|his|it|its|she|that|their|theirs|them|these|they|this|those|one|ones)"
)
_QUESTION = re.compile(
    r"^(?:(?:after|at|before|during|in|on|since)\b[^,?]*,\s*)?"
    rf"(?:{AUXILIARY}|how|what|when|where|which|who|whom|whose|why)\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(rf"\b{AUXILIARY}\b|['’]s\b|^who\b", re.IGNORECASE)
_JOINT = re.compile(r"(?<!\s)(?P<mark>\s*[,;?])?\s+(?:and|but)\s+|\?\s+(?=\w)", re.IGNORECASE)
# "who knew what was stolen and when it was found": no auxiliary after "when", no question.
_INVERTED = re.compile(
    rf"(?:how|when|where|why)\s+{AUXILIARY}\b"
    rf"|how\s+(?:far|long|many|much|often|old)\b(?:\s+[\w’'-]+){{0,4}}?\s+{AUXILIARY}\b"
    rf"|(?:what|which|who|whom|whose)(?!\s+(?:a|an|the|{_PRONOUN})\b)(?:\s+[\w’'-]+){{0,4}}?\s+{AUXILIARY}\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    rf"(?:who|what|which\s+\w+|how\s+(?:many|much))(?!\s+(?:a|an|the|{_PRONOUN})\b)\s+\w+"
    rf"|{AUXILIARY}\s+(?:a|an|the|{_PRONOUN}|(?-i:[A-Z])\w*)\s+\w+",
    re.IGNORECASE,
)
_OPENS_PHRASE = re.compile(r"(?:a|an|the|his|her|its|their|.*['’]s)", re.IGNORECASE)
_WORD = re.compile(r"\w(?:[\w’'-]*\w)?")
_LEANS = re.compile(rf"\b{_PRONOUN}\b", re.IGNORECASE)
_COUNTS_FOR_NOTHING = (
    f"{SMALL_WORDS} against become became being could her him his i its into many may might more"
    " most much must name not off our out shall should some such there these those under up us"
    " whom would you your"
)
_NO_SUBJECT = frozenset(_COUNTS_FOR_NOTHING.split())
_MOST_CLAUSES = 3
_ENOUGH = 3
_WHOLE = 4
"""A clause with as many words of its own needs none of the first."""


@dataclass(frozen=True, slots=True)
class Part:
    """What to search for, for one of the things that a question asks.

    `label` tells it from the others; characters `start` to `end` of the question say it.
    """

    query: str
    label: str
    start: int
    end: int


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


def clauses(question: str) -> tuple[Part, ...]:
    """The questions that are joined into one, the later ones with the subject of the first.

    >>> [part.query for part in clauses("Who won the recount, and how many voted?")]
    ['Who won the recount', 'how many voted recount']
    """
    spans = _spans(question)
    first = question[slice(*spans[0])]
    if len(spans) < 2 or _is_about_one(first, question[spans[1][0] :]):
        return ()
    return tuple(
        Part(tidy(_with_subject(words, first) if n else words), words, start, end)
        for n, (start, end) in enumerate(spans)
        for words in [question[start:end].strip(" ?")]
    )


def _spans(question: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = 0
    for joint in _JOINT.finditer(question):
        left, right = question[start : joint.start()], question[joint.end() :]
        if len(spans) < _MOST_CLAUSES - 1 and _joins(left, right, marked=_marked(joint)):
            spans.append((start, joint.start()))
            start = joint.end()
    return [*spans, (start, len(question))]


def _marked(joint: re.Match[str]) -> bool:
    return joint.group().lstrip()[0] in ",;?"


def _joins(left: str, right: str, *, marked: bool) -> bool:
    """Whether two whole questions stand on both sides."""
    quoted = left.count('"') % 2 or left.count("“") != left.count("”")
    if quoted or len(left.split()) < 2 or not _QUESTION.match(left.lstrip()):
        return False
    if marked and _PLAIN.match(right):
        return True
    return _AUXILIARY.search(left) is not None and _INVERTED.match(right) is not None


def _is_about_one(first: str, rest: str) -> bool:
    """Whether the first question says too little to be asked alone: "Who is he, and why ..."."""
    return _LEANS.search(rest) is not None and len(_counting(first)) < _ENOUGH


def _with_subject(clause: str, first: str) -> str:
    """The clause with what the first one is about, where it does not say that itself."""
    words = _counting(clause)
    named = any(word[0].isupper() for word in words[1:])
    if not _LEANS.search(clause) and (named or len(words) >= _WHOLE):
        return clause
    known = {word.casefold() for word in words}
    return " ".join([clause, *(word for word in _subject(first) if word.casefold() not in known)])


def _subject(question: str) -> Sequence[str]:
    """The names in a question and what follows its articles; where it has none, all that counts."""
    found: list[str] = []
    counting = False
    end = 0
    for match in _WORD.finditer(question):
        word = match.group()
        counts = word.lower() not in _NO_SUBJECT
        counting = counting and counts and question[end : match.start()].isspace()
        if counts and (counting or (end and word[0].isupper())):
            found.append(word)
        counting = counting or _OPENS_PHRASE.fullmatch(word) is not None
        end = match.end()
    return list(dict.fromkeys(found or ([] if _LEANS.search(question) else _counting(question))))


def _counting(clause: str) -> list[str]:
    return [word for word in _WORD.findall(clause) if word.lower() not in _NO_SUBJECT]
