"""Claims and evidence that are not both English: numbers, days, names, negation, as rules go.

Whatever else such a claim says is not checked. So only the same sentence is supported; a claim in
another language than its articles is `partly`, with the reason, unless a judge reads both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from rag.language.entities import folded, numbers
from rag.language.identification import detect_language, language_code
from rag.language.languages import Language, language_name, language_of
from rag.language.words import question_language, word_set
from rag.records import Citation
from rag.verification.checks.evidence import Evidence, Finding, mismatch

_SHARED = 0.6


def foreign(citations: Sequence[Citation]) -> tuple[str, ...]:
    """The codes of the cited articles' languages other than English, in order."""
    articles = {citation.article.id: citation.article for citation in citations}.values()
    codes = (language_code(each.language) or detect_language(each.text) for each in articles)
    return tuple(dict.fromkeys(code for code in codes if code not in ("", "en")))


def by_language(claim: str, evidence: Evidence, codes: Sequence[str]) -> Iterator[Finding]:
    """What speaks against a claim whose evidence is in these languages, other than English."""
    language = language_of(codes[0]) if len(codes) == 1 else None
    if language is None:
        names = " and ".join(map(language_name, codes))
        yield Finding("partly", f"not checked for want of rules for {names}", "language")
        return
    held = [each.text for each in evidence.sentences]
    found = [*_missing_numbers(claim, held, language), *_days(claim, held, language)]
    found += _negation(claim, held, language)
    yield from found
    if not found and not any(_is_same(claim, text, language) for text in held):
        reason = f"not fully checked for want of rules for {language.name}"
        yield Finding("partly", reason, "language")


def _missing_numbers(claim: str, held: Sequence[str], language: Language) -> Iterator[Finding]:
    there = {
        number.value: text[number.start : number.end]
        for text in held
        for number in language.numbers(text)
    }
    for number in language.numbers(claim):
        if number.value not in there:
            said = claim[number.start : number.end]
            yield mismatch(said, list(there.values()), "number")


def _days(claim: str, held: Sequence[str], language: Language) -> Iterator[Finding]:
    """A month or weekday of the claim where the cited text names others."""
    said, there = language.words(claim), {w for text in held for w in language.words(text)}
    for names in language.calendar:
        for word in said:
            if word in names and word not in there and there & names:
                yield mismatch(word, sorted(there & names), "date")


def _negation(claim: str, held: Sequence[str], language: Language) -> Iterator[Finding]:
    """A word that either the claim or the nearest cited sentence denies, and the other has."""
    said = set(language.words(claim)) - language.fillers
    if not said or not held:
        return
    nearest = max(held, key=lambda text: len(said & set(language.words(text))))
    there = set(language.words(nearest)) - language.fillers
    if len(said & there) < _SHARED * len(said):
        return
    mine, theirs = language.denied(claim), language.denied(nearest)
    if wrong := sorted(mine & there - theirs):
        yield Finding("unsupported", f"the article does not deny “{wrong[0]}”", "stance")
    elif wrong := sorted(theirs & said - mine):
        yield Finding("unsupported", f"the article denies “{wrong[0]}”", "stance")


def _is_same(claim: str, text: str, language: Language) -> bool:
    """Whether both say the same words, and the same numbers however they are written."""
    here, there = ([n.value for n in language.numbers(each)] for each in (claim, text))
    negations = [len(language.negation.findall(each)) for each in (claim, text)]
    same = language.words(claim) == language.words(text)
    return same and here == there and negations[0] == negations[1]


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
