"""The words of a language that tell nothing of a subject, and the language that they give away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tantivy

_STOP_LISTS: Mapping[str, str] = MappingProxyType(
    {
        "da": "danish",
        "de": "german",
        "es": "spanish",
        "fi": "finnish",
        "fr": "french",
        "hu": "hungarian",
        "it": "italian",
        "nl": "dutch",
        "no": "norwegian",
        "pt": "portuguese",
        "ru": "russian",
        "sv": "swedish",
    }
)
"""The lists of stop words that tantivy has besides the English one, by the language's code."""

_OF_QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "da": "hvem hvad hvor hvornår hvorfor hvordan hvilken hvilket hvilke mange meget",
        "de": "wer wen wem wessen was wann wo woher wohin warum wieso weshalb wie viel viele "
        "welche welcher welches hat gibt",
        "es": "qué quién quiénes cuál cuáles cuándo cuánto cuánta cuántos cuántas dónde cómo por",
        "fi": "kuka mikä milloin missä miksi miten kuinka moni monta",
        "fr": "qui que quoi quel quelle quels quelles quand combien comment pourquoi où est "
        "ce a il elle ils elles t s sont ont été",
        "hu": "ki mi mikor hol miért hogyan mennyi hány melyik",
        "it": "chi che cosa quale quali quando quanto quanta quanti quante dove come perché",
        "nl": "wie wat wanneer waar waarom hoe hoeveel welk welke",
        "no": "hvem hva hvor når hvorfor hvordan hvilken hvilket hvilke mange mye",
        "pt": "quem que qual quais quando quanto quanta quantos quantas onde como por",
        "ru": "кто что когда где почему как сколько какой какая какие",
        "sv": "vem vad var när varför hur vilken vilket vilka många mycket",
    }
)
_ENGLISH = (
    "a about after all an and any are as at be been before but by can could did do does for from "
    "had has have he her him his how i if in into is it its latest me more my new no not of on or "
    "our out over said say says she should since so some still than that the their them then there "
    "these they this those to under up us was we were what when where which while who whom whose "
    "why will with would you your"
)
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
_FEWEST_WORDS = 4
_FEWEST = 2
_LONGEST = 600
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=256)
def question_language(text: str) -> str:
    """The language that a question's function words give away; "" for English and where few do.

    At least two different ones of two letters, in four words or more, and more of them than
    English ones. Of languages with equally many it is the first by code. It needs far fewer
    words than `rag.language.identification.detect_language`, but knows few languages. A text
    of more than 600 characters is no question.

    >>> question_language("Quand la grève a-t-elle pris fin ?"), question_language("Who left?")
    ('fr', '')
    """
    if len(text) > _LONGEST:
        return ""
    words = frozenset(_WORD.findall(text.lower()))
    english = len(words & _ENGLISH_WORDS)
    # Few questions in another language have three words of English ones.
    if len(words) < _FEWEST_WORDS or english > _FEWEST:
        return ""
    counts = {code: _count(text, code) for code in sorted(_STOP_LISTS)}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= max(_FEWEST, english + 1) else ""


def _count(text: str, language: str) -> int:
    """How many function words a text has; single letters may be initials."""
    return sum(len(word) > 1 for word in function_words(text, language))


def function_words(text: str, language: str) -> frozenset[str]:
    """Those words of a text that are function words of a language, by its code, in lower case.

    None for English, whose own list is with the index, and for languages without a list.

    >>> sorted(function_words("Quand la grève a-t-elle pris fin ?", "fr"))
    ['a', 'elle', 'la', 'quand', 't']
    """
    if language not in _STOP_LISTS:
        return frozenset()
    words = _WORD.findall(text.lower())
    left = frozenset(_analyzer(language).analyze(" ".join(words)))
    asking = frozenset(_OF_QUESTIONS[language].split())
    return frozenset(word for word in words if word not in left or word in asking)


@cache
def _analyzer(language: str) -> tantivy.TextAnalyzer:
    import tantivy

    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.stopword(_STOP_LISTS[language]))
        .build()
    )
