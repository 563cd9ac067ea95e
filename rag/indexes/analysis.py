"""Which words of a text are indexed and searched for: the same for every engine.

tantivy serves as a library here; an engine that analyses words in another way would find and
rank other passages.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache

import tantivy

from rag.language.function_words import function_words, question_language

FEWEST_PASSAGES = 1_000
_FUNCTION_WORDS = (
    "who whom whose what which when where why how many much did do does doing done has have had "
    "having am were been being can could would should may might must shall i my me we us our you "
    "your he him his she her hers its them theirs those from about than so any some also just"
)
"""Words of questions that tell nothing of their subject; indexed, but not searched for."""

_WORD = re.compile(r"[^\W\d_]+")


@cache
def analyzer() -> tantivy.TextAnalyzer:
    """The analyzer: words of at most 60 letters, folded and stemmed, without stop words."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def indexed_words(text: str) -> list[str]:
    """The words under which a text is indexed, in its order.

    >>> indexed_words("How the Pélicans sailed")
    ['how', 'pelican', 'sail']
    """
    words: list[str] = analyzer().analyze(text)
    return words


def terms(text: str) -> list[str]:
    """The words that are searched for: those indexed, without those that make a question.

    In a question of another language its function words are left out, too: where articles in
    it are few, they are rare, and would find any of these.

    >>> terms("How the Pélicans sailed"), terms("Quand la grève a-t-elle pris fin ?")
    (['pelican', 'sail'], ['greve', 'pris', 'fin'])
    """
    left_out = _function_words()
    if language := question_language(text):
        small = function_words(text, language)
        text = _WORD.sub(lambda word: "" if word[0].lower() in small else word[0], text)
    return [word for word in indexed_words(text) if word not in left_out]


def query_weights(query: str, context: Mapping[str, float]) -> dict[str, float]:
    """What each word counts: 1 for one of the query, as `context` says for further ones."""
    return {**context, **dict.fromkeys(terms(query), 1.0)}


def idf(passages: int, holding: int) -> float:
    """BM25's inverse document frequency of a word that so many of the passages have.

    Removed passages may be among those that have it.

    >>> round(idf(2, 1), 4)
    0.6931
    """
    return math.log(1 + (max(passages - holding, 0) + 0.5) / (holding + 0.5))


def rarity(passages: int, holding: int) -> float:
    """The `idf` of a word, where fewer than 1,000 passages count as 1,000.

    In a handful, a word that one of them has is no commoner than a word that none has.
    """
    return idf(max(passages, FEWEST_PASSAGES), holding)


@cache
def _function_words() -> frozenset[str]:
    return frozenset(indexed_words(_FUNCTION_WORDS))
