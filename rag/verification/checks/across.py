"""Claims in another language than the articles that they cite: figures and names agree or not.

What a sentence means cannot be told by words here, so a claim in which all of these agree is
`partly` supported, with the reason, unless a judge reads both languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from rag.language.entities import folded, numbers
from rag.language.identification import detect_language
from rag.language.languages import language_name, language_of
from rag.language.words import question_language, word_set
from rag.verification.checks.evidence import Evidence, Finding, mismatch

_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = word_set("the of and to was were is are that with from by for has have had not")
_FEWEST_ENGLISH = 2
_ONLY_ENGLISH = word_set("the and that with were")
_NAME = re.compile(r"\b([^\W\d_a-z][\w’'-]+)[ \u00a0](?=([^\W\d_a-z][\w’'-]+))")


def claim_language(claim: str) -> str:
    """The code of the language that a claim is surely in; "" where it is too short to tell.

    >>> claim_language("Die Löhne steigen um 6,5 Prozent."), claim_language("The pay was raised.")
    ('de', 'en')
    """
    words = frozenset(map(str.lower, _WORD.findall(claim)))
    if len(words & _ENGLISH) >= _FEWEST_ENGLISH or words & _ONLY_ENGLISH:
        return "en"
    return question_language(claim) or detect_language(claim)


def across(claim: str, evidence: Evidence, mine: str, theirs: Sequence[str]) -> Iterator[Finding]:
    """What speaks against a claim in one language by articles in others, "en" among them."""
    found = [*_numbers(claim, evidence, mine, theirs), *_names(claim, evidence)]
    yield from found
    lacking = [code for code in (mine, *theirs) if code != "en" and language_of(code) is None]
    if found:
        return
    if lacking:
        names = " and ".join(map(language_name, lacking))
        yield Finding("partly", f"not fully checked for want of rules for {names}", "language")
    else:
        both = f"{language_name(mine)} and {' and '.join(map(language_name, theirs))}"
        reason = f"its figures and names agree; its meaning was not compared between {both}"
        yield Finding("partly", reason, "language")


def _numbers(claim: str, evidence: Evidence, mine: str, theirs: Sequence[str]) -> Iterator[Finding]:
    """The numbers that the articles do not have; none where a language has no rules.

    Words do not tell which sentence of an article such a claim rests on.
    """
    said = _values(claim, mine)
    texts = evidence.around
    there = [each for text in texts for code in theirs for each in _values(text, code) or ()]
    if said is None or any(_values("", code) is None for code in theirs):
        return
    dates = {Decimal(n) for day in evidence.dates for n in (day.year, day.month, day.day)}
    known = {value for value, _ in there} | dates
    for value, shown in said:
        if value not in known:
            cited = [
                each
                for text in evidence.texts
                for code in theirs
                for each in _values(text, code) or ()
            ]
            yield mismatch(shown, [text for _, text in cited], "number")


def _values(text: str, code: str) -> list[tuple[Decimal, str]] | None:
    """The numbers of a text with how it writes them; None where its language has no rules."""
    if code == "en":
        return [(Decimal(str(each.value)).normalize(), each.text) for each in numbers(text)]
    language = language_of(code)
    if language is None:
        return None
    return [
        (each.value.normalize(), text[each.start : each.end]) for each in language.numbers(text)
    ]


def _names(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """A surname that follows a first name of the article, where that has another one.

    In languages that write nouns with a capital, other names cannot be told.
    """
    texts = " ".join(evidence.around)
    for match in _NAME.finditer(claim):
        first, last = match[1], match[2]
        if folded(first) not in evidence.names or folded(last) in folded(texts):
            continue
        rivals = re.findall(rf"\b{re.escape(first)} ([^\W\d_a-z][\w’'-]+)", texts)
        if rivals:
            yield mismatch(f"{first} {last}", [f"{first} {each}" for each in rivals], "name")
