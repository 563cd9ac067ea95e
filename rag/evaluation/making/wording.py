"""English as the templates need it: one plain clause of a sentence, its subject, its verb.

Rules that could go wrong refuse the sentence: an archive has more than are needed.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from rag.evaluation.making.words import (
    AUXILIARIES,
    BASES,
    DANGLING,
    DATES,
    LINKS,
    OPENS_BADLY,
    PLAINER,
    PREPOSITIONS,
    PRESENT,
)
from rag.reading.facts import names, stems

_ATTRIBUTION = re.compile(
    r",\s(?:according\sto\s.{3,80}"
    r"|(?:[^,\s]+\s){0,8}?(?:said|says|reported|announced|confirmed)(?:\s[^,]{0,50})?"
    r"|(?:said|says)\s[^,]{3,60})\.$"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_ON_WEEKDAY = re.compile(
    rf",?\s(?:(?:late |early )?on\s)?{_WEEKDAY}(?:\s(?:morning|afternoon|evening|night))?"
    r"(?=,|\.$|\s(?:in|at|from|after|during|to|for|when|as|with|by|near|and|over|that)\s)"
)
_OPENING = re.compile(
    rf"^(?:But|And|So|Still|Meanwhile|However|In total|In all|Overall|On {_WEEKDAY}),?\s",
    re.IGNORECASE,
)
_APPOSITION = re.compile(r"^([^,]{3,60}),\s(?:an?|the|which|who|whose)\s[^,]{3,90},\s")
_UNSAFE = re.compile(
    r"[^\w\s.,’'$€£¥%&-]|_|(?:\s|^)[-‘']|\.\.|\.\s"
    r"|\b(?:today|yesterday|tomorrow|tonight|now|so far|this (?:morning|evening|afternoon)|ago)\b"
    r"|\b(?:here|there|not|never|no longer|if|unless|whether|because)\b|n['’]t\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:it|he|she|they|we|i|you|this|that|these|those|his|her|their|its|our|my|your|him|them|us"
    r"|such|another|others?|also|too|then|again|same|latter|former|both|either|neither|each|here"
    r"|there|who|which|whose|whom|said|says|told|one|similar|larger|smaller|higher|lower|bigger"
    r"|further|additional|remaining|previous|current)\b",
    re.IGNORECASE,
)
_COORDINATED = re.compile(
    r"\b(?:and|but|or|as|that|where|than|then|while)\s(?:[\w’'$%-]+\s){0,4}?"
    r"(?:is|are|was|were|has|have|had|will|would|can|could)\b"
)
_SECOND_VERB = re.compile(r"\b(?:and|but|or)\s(?:\w+ly\s)?(\w+)")
# "guards the", "papers state Orr" hide a verb; "the ferry Marigold" is a name.
_HIDDEN_VERB = re.compile(
    rf"\b[a-z]+s\s(?:the|an?)\s|-year-old\b"
    rf"|(?<!\bthe\s)(?<!\bThe\s)(?<!\ba\s)\b(?!(?:{'|'.join(sorted(LINKS))})\s)[a-z]+\s[A-Z]"
)
_FULL_NAME = re.compile(r"\b[A-Z][\w’'-]*\s[A-Z]")
_ASKING = re.compile(
    r"^(?:(?:By|For|In|To)\s)?(?:How\s(?:many|much|old|long|high|tall|wide|deep)"
    r"|(?:what|which)\s(?:percentage|year)|Who said(?:\sthat)?|When|What|Which|Who)\b",
    re.IGNORECASE,
)
_WEEKDAYS = re.compile(rf"\b{_WEEKDAY}s?\b")
_LISTED = re.compile(r"\s[A-Z]")
_WITHIN_NUMBER = re.compile(r"(?<=\d),(?=\d|\s(?:1[89]|20)\d\d\b)")
_LEAST_WORDS, _MOST_WORDS = 5, 22
_LEAST_STEMS = 4
_ARTICLES = ("The", "A", "An")
_MOST_SUBJECT = 8


@dataclass(frozen=True, slots=True)
class Clause:
    """One plain clause: what it speaks of, its first verb in two parts, and the rest.

    "The Osier Bridge was closed in May" has the subject "the Osier Bridge", the auxiliary
    "was" and the rest "closed in May"; "KSU won" has no auxiliary but the `base` "win".
    """

    subject: str
    auxiliary: str
    base: str
    rest: str

    def asked(self, rest: str) -> str:
        """Auxiliary, subject and main verb in the order of a question, before `rest`.

        >>> Clause("KSU", "", "win", "12 seats").asked("in May")
        'did KSU win in May'
        """
        words = (self.auxiliary or "did", self.subject, self.base, rest)
        return " ".join(filter(None, words))


def plain(sentence: str, common: Container[str] = ()) -> str:
    """The main clause without attribution, apposition and weekday; "" where it is not plain.

    A first word that is `common` loses its capital, so that it can stand within a question.

    >>> plain("But Quarne Line, a ferry firm, lost 40 ships on Monday, the union said.")
    'Quarne Line lost 40 ships'
    """
    text = " ".join(sentence.split())
    text = _ATTRIBUTION.sub(".", text)
    text = uncapitalised(_OPENING.sub("", text), common)
    text = _ON_WEEKDAY.sub("", text)
    text = _APPOSITION.sub(r"\1 ", text)
    if not text.endswith(".") or _UNSAFE.search(text):
        return ""
    first = _before_comma(text[:-1])
    return "" if _COORDINATED.search(first) else first


def clause(text: str) -> Clause | None:
    """The plain text divided at its first verb; None where that cannot be told for sure.

    >>> clause("the seafarers bought a hammock")
    Clause(subject='the seafarers', auxiliary='', base='buy', rest='a hammock')
    """
    words = text.split() or [""]
    verbs = (n for n, word in enumerate(words) if word in AUXILIARIES or word in BASES)
    place = next(verbs, 0)
    subject, verb, rest = " ".join(words[:place]), words[place], " ".join(words[place + 1 :])
    if not 0 < place <= _MOST_SUBJECT or not is_subject(subject):
        return None
    if verb in AUXILIARIES:
        return Clause(subject, verb, "", rest)
    if any(_is_verb(other) for other in _SECOND_VERB.findall(rest)):
        return None
    return Clause(subject, "", PLAINER.get(BASES[verb], BASES[verb]), rest)


def is_subject(words: str) -> bool:
    """Whether some words can be the subject of a question: no pronoun, no verb, no list."""
    found = words.split()
    if not found or "," in words or _POINTING.search(words):
        return False
    verbal = any(word.endswith(("ed", "ing")) for word in found if word.islower())
    if _HIDDEN_VERB.search(words):
        return False
    opens_badly = found[0].endswith("ing") or found[0].lower() in OPENS_BADLY
    return not (verbal or opens_badly or PRESENT.intersection(found))


def is_clear(question: str, answer: str) -> bool:
    """Whether a question says by itself what it is about, and does not give its answer away.

    It is of 5 to 22 words, names a person, a place or the like, and points at nothing outside
    itself. Four of its words tell something, or three with a name of two words.
    """
    body = question.rstrip("?")
    said = _ASKING.sub("", body)
    named = set(names(f"x {said}")) - DATES
    words = body.split()
    return (
        _LEAST_WORDS <= len(words) <= _MOST_WORDS
        and words[-1] not in DANGLING
        and not _WEEKDAYS.search(body)
        and len(set(asked_stems(body))) >= _LEAST_STEMS - bool(_FULL_NAME.search(said))
        and not _POINTING.search(said)
        and bool(named)
        and not re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", body, re.IGNORECASE)
    )


def asked_stems(question: str) -> list[str]:
    """The stems of what a question is about, without the words that only ask.

    >>> asked_stems("How many visitors were stranded on Quarne Island?")
    ['visitor', 'strand', 'quarn', 'island']
    """
    return stems(_ASKING.sub("", question))


def uncapitalised(sentence: str, common: Container[str]) -> str:
    """The sentence with its first word as it stands within one, if that is a `common` word.

    >>> uncapitalised("Hunters shot a wolf.", {"hunters"}), uncapitalised("Orr left.", {"hunters"})
    ('hunters shot a wolf.', 'Orr left.')
    """
    first, _, rest = sentence.partition(" ")
    if first in _ARTICLES or first.lower() in PREPOSITIONS:
        return sentence[:1].lower() + sentence[1:]
    named = first[1:].lower() != first[1:] or rest[:1].isupper() or re.match(r"I\b", first)
    if named or re.split(r"\W", first.lower())[0] not in common:
        return sentence
    return sentence[:1].lower() + sentence[1:]


def tidy(question: str) -> str:
    """The question with single spaces, a capital at its beginning and one question mark."""
    text = " ".join(question.split()).rstrip(" ,.?")
    return f"{text[:1].upper()}{text[1:]}?"


def _is_verb(word: str) -> bool:
    """Whether a word after "and" may be a second verb; a plural is taken for one, too."""
    return word in BASES or (word.islower() and word.endswith(("ed", "s")))


def _before_comma(text: str) -> str:
    """What stands before the first comma; "" where that may break a list or an opening."""
    shown = _WITHIN_NUMBER.sub("\0", text)
    first, comma, after = shown.partition(",")
    if comma and (_LISTED.match(after) or len(first.split()) < _LEAST_WORDS):
        return ""
    return first.replace("\0", ",")
