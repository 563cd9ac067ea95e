"""Claims on evidence that is not English: numbers, days and negation, where there are rules.

Whatever else a claim says is not checked, so nothing but the same sentence is supported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.language.identification import detect_language, language_code
from rag.language.languages import Language, language_name, language_of
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
    found = [*_numbers(claim, held, language), *_days(claim, held, language)]
    found += _negation(claim, held, language)
    yield from found
    if not found and not any(_is_same(claim, text, language) for text in held):
        reason = f"not fully checked for want of rules for {language.name}"
        yield Finding("partly", reason, "language")


def _numbers(claim: str, held: Sequence[str], language: Language) -> Iterator[Finding]:
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
