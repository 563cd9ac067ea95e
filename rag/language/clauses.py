"""Two questions joined into one, taken apart; knows nothing of filters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.comparisons import AUXILIARY, Part, tidy
from rag.language.outlet_names import SMALL_WORDS

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
        Part(tidy(_completed(words, first) if n else words), words, start, end)
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


def _completed(clause: str, first: str) -> str:
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
