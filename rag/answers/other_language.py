"""Hits for a question that is not in English: those of its language, or what names let through."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.languages import language_name
from rag.language.words import function_words
from rag.records import Hit

_WORD = re.compile(r"[^\W_]+")
_ABOUT = 0.5
"""What share of the question's telling words an article in its language must have."""

_FEWEST_LETTERS = 3
_STEM = 5


def usable_hits(question: str, language: str, hits: Sequence[Hit]) -> tuple[Sequence[Hit], str]:
    """The hits from which such a question can be answered, and a note on their language.

    Articles in the language of the question count where one of them has half of its telling
    words. Else those in other languages count that have one of its names or numbers, since
    only these are written alike across languages. The note is "" where the articles are in the
    language of the question, and where there are none.
    """
    telling = _telling(question, language)
    own = [hit for hit in hits if hit.article.language == language]
    shares = [_share(telling, _words(f"{hit.article.title} {hit.text}")) for hit in own]
    if telling and max(shares, default=0.0) >= _ABOUT:
        return hits, ""
    names = _names(question, language)
    others = [
        hit
        for hit in hits
        if hit.article.language != language and names & _words(f"{hit.article.title} {hit.text}")
    ]
    if not others:
        return (), ""
    spoken = sorted({language_name(hit.article.language or "en") for hit in others})
    note = (
        f"You asked in {language_name(language)}; the archive has little on this in that language,"
        f" so these articles are in {' and '.join(spoken)}"
    )
    return others, note


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text))


def _telling(question: str, language: str) -> frozenset[str]:
    """The words of a question that tell its subject, by the lists of function words."""
    words = {word for word in _words(question) if len(word) >= _FEWEST_LETTERS or word.isdigit()}
    return frozenset(words - function_words(question, language))


def _names(question: str, language: str) -> frozenset[str]:
    """The telling words with a capital or a digit; the first word begins the sentence."""
    telling = _telling(question, language)
    found = list(_WORD.finditer(question))
    return frozenset(
        match[0].casefold()
        for place, match in enumerate(found)
        if match[0].casefold() in telling
        and (match[0].isdigit() or (match[0][0].isupper() and (place or len(found) == 1)))
    )


def _share(telling: frozenset[str], words: frozenset[str]) -> float:
    """The share of the words that an article has, an inflected form counting as the word."""
    stems = {word[:_STEM] for word in words}
    return sum(word[:_STEM] in stems for word in telling) / len(telling) if telling else 0.0
