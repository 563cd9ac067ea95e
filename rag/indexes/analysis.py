"""Which words of a text are indexed and searched for: the same for every engine.

tantivy serves as a library here; an engine that analyses words in another way would find and
rank other passages. A word is indexed as it stands, by its English stem. Also indexed, after all
of these, are its stem in the language of its article, the letters of scripts without spaces,
and the parts of words that a line's end cuts.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType

import tantivy

from rag.indexes.protocols import LexicalSearcher
from rag.language.letter_pairs import asked_pairs, pairs, single_letters, with_runs
from rag.language.normalizing import LINE_CUT, is_usual, normalized
from rag.language.opposites import other_number
from rag.language.words import function_words, question_language

VERSION = 2
"""Of what this module makes of a text; an index made by another version has to be made anew."""

STEMMERS: Mapping[str, str] = MappingProxyType(
    {
        "ar": "arabic",
        "da": "danish",
        "de": "german",
        "el": "greek",
        "es": "spanish",
        "fi": "finnish",
        "fr": "french",
        "hu": "hungarian",
        "it": "italian",
        "nb": "norwegian",
        "nl": "dutch",
        "nn": "norwegian",
        "no": "norwegian",
        "pt": "portuguese",
        "ro": "romanian",
        "ru": "russian",
        "sv": "swedish",
        "tr": "turkish",
    }
)
"""tantivy's stemmers besides the English one, by the language's code."""

FEWEST_PASSAGES = 1_000
_FUNCTION_WORDS = (
    "who whom whose what which when where why how many much did do does doing done has have had "
    "having am were been being can could would should may might must shall i my me we us our you "
    "your he him his she her hers its them theirs those from about than so any some also just"
)
"""Words of questions that tell nothing of their subject; indexed, but not searched for."""

COMPOUNDING = frozenset({"da", "de", "fi", "hu", "nb", "nl", "nn", "no", "sv"})
"""Languages that write compounds as one word."""

REST = "[0-9a-z]{3,}"
"""The rest of a compound, folded. Letters of any script take twelve times as long to compile."""

_SHORTEST_FIRST = 5
_SHORTEST_LAST = 4
_SHORTEST_COMPOUND = 7
_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"[^\W_]+")
_HYPHEN = re.compile(LINE_CUT)
_CUT = re.compile(rf"(?<![^\W\d_])[^\W\d_]+(?:{LINE_CUT}[^\W\d_]+)+")


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


def indexed_text(text: str, language: str = "") -> str:
    r"""What the analyzer gets of a text in some language; the text itself, where it is plain.

    >>> indexed_text("the har-\nbour"), indexed_text("两米")
    ('the harbour har bour', ' 两米  两 米')
    >>> indexed_text("Häuser", "de")
    'Häuser haus0de0'
    """
    plain = normalized(text)
    whole = _HYPHEN.sub("", plain)
    cuts = _CUT.findall(plain) if whole != plain else []
    parts = [part for cut in cuts for part in _HYPHEN.split(cut)]
    more = [*parts, *stems(whole, language)]
    more += [_backwards(stem) for stem in more if _is_long_compound(stem)]
    if not is_usual(whole):
        more += single_letters(whole)
    return " ".join([_shown(whole, pairs), *more]) if more else _shown(whole, pairs)


def indexed_words(text: str, language: str = "") -> list[str]:
    """The words under which a text is indexed: in its order, then those that were added.

    >>> indexed_words("How the Pélicans sailed")
    ['how', 'pelican', 'sail']
    """
    words: list[str] = analyzer().analyze(indexed_text(text, language))
    return words


def asked_text(text: str) -> str:
    """What the analyzer gets of words that are searched for, all of which it looks for."""
    return _shown(_HYPHEN.sub("", normalized(text)), asked_pairs)


def phrase_text(text: str) -> str:
    """What the analyzer gets of words that are to follow each other."""
    return _shown(_HYPHEN.sub("", normalized(text)), pairs)


def phrase_words(text: str) -> list[str]:
    """The words that follow each other wherever a text stands word for word."""
    words: list[str] = analyzer().analyze(phrase_text(text))
    return words


def terms(text: str) -> list[str]:
    """The words that are searched for: those indexed, without those that make a question.

    In a question of another language its function words are left out, too: where articles in
    it are few, they are rare, and would find any of these.

    >>> terms("How the Pélicans sailed"), terms("Quand la grève a-t-elle pris fin ?")
    (['pelican', 'sail'], ['greve', 'pris', 'fin'])
    """
    return list(_terms(text))


@lru_cache(2_048)
def _terms(text: str) -> Sequence[str]:
    left_out = _function_words()
    return tuple(word for word in analyzer().analyze(_telling(text)) if word not in left_out)


def term_stems(text: str, languages: Collection[str]) -> dict[str, tuple[str, ...]]:
    """For the `terms` of a text that have any, how articles in these languages have its stem.

    Where the text gives its own language away, only in that one.

    An irregular plural counts as a stem of its English singular, and the other way round.

    >>> term_stems("Häuser", ["de", "en"]), term_stems("two wolves", [])
    ({'hauser': ('haus0de0',)}, {'wolv': ('wolf',)})
    """
    own = question_language(text)
    known = [own] if own in languages else sorted(STEMMERS.keys() & languages)
    found: dict[str, dict[str, None]] = {}
    for word in _TOKEN.findall(_telling(text)):
        stemmed = dict.fromkeys(stem for code in known for stem in stems(word, code))
        if not own:
            stemmed |= dict.fromkeys(analyzer().analyze(other_number(word)))
        for term in analyzer().analyze(word):
            found.setdefault(term, {}).update(stemmed)
    return {term: tuple(stemmed) for term, stemmed in found.items() if stemmed}


def stemmed_terms(text: str, language: str) -> list[str]:
    """The words of a text by their stems in one language, without its function words.

    >>> stemmed_terms("Die Häuser und das Haus", "de")
    ['haus0de0', 'haus0de0']
    """
    asked = asked_text(text)
    small = function_words(asked, language)
    return stems(
        _WORD.sub(lambda word: "" if word[0].lower() in small else word[0], asked), language
    )


def stems(text: str, language: str) -> list[str]:
    """The stems of a text's words, marked with its language; none without a stemmer for it."""
    if language not in STEMMERS:
        return []
    found = _stemmer(language).analyze(text)
    return [f"{stem.translate(_unaccented())}0{language}0" for stem in found]


class QuestionVocabulary:
    """Words by their stems in the language that a question gives away; in English, else.

    `terms` divides the question and the sentences it is compared with alike: “Gewerkschaften”
    and “Gewerkschaft” are one word to a German question.
    """

    def __init__(self, question: str, lexical: LexicalSearcher) -> None:
        self._language = question_language(question)
        self._lexical = lexical

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are compared; those that make a question are left out."""
        if self._language not in STEMMERS:
            return self._lexical.terms(text)
        return stemmed_terms(text, self._language)

    def rarity(self, term: str) -> float:
        """The inverse document frequency of one of the `terms`."""
        return self._lexical.rarity(term)


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


def compounds(stem: str, term: str) -> tuple[str, ...]:
    """Patterns of what is indexed of longer words that end with a stem, or begin with its word.

    None for a language that does not write compounds as one word, nor of what is too short.

    >>> compounds("tunnel0de0", "tunnel"), compounds("haf0de0", "hafen")
    (('lennut[0-9a-z]{3,}0de1', 'tunnel[0-9a-z]{3,}0de0'), ('hafen[0-9a-z]{3,}0de0',))
    """
    if "0" not in stem:
        return ()
    word, language, _ = stem.rsplit("0", 2)
    if language not in COMPOUNDING:
        return ()
    first = term if term.startswith(word) else word
    ends = (f"{word[::-1]}{REST}0{language}1",) if len(word) >= _SHORTEST_LAST else ()
    begins = (f"{first}{REST}0{language}0",) if len(first) >= _SHORTEST_FIRST else ()
    return ends + begins


def _is_long_compound(stem: str) -> bool:
    word, _, language = stem.removesuffix("0").rpartition("0")
    return language in COMPOUNDING and len(word) >= _SHORTEST_COMPOUND


def _backwards(stem: str) -> str:
    """A long stem as it is looked for by its end: from its last letter to its first."""
    word, language, _ = stem.rsplit("0", 2)
    return f"{word[::-1]}0{language}1"


def _telling(text: str) -> str:
    """What is searched for of a text, without the function words of its language."""
    asked = asked_text(text)
    language = question_language(text)
    return _without_function_words(asked, language) if language else asked


def _without_function_words(text: str, language: str) -> str:
    small = function_words(text, language)
    return _WORD.sub(lambda word: "" if word[0].lower() in small else word[0], text)


def _shown(plain: str, made_of: Callable[[str], list[str]]) -> str:
    """A normalized text with its words apart, in whatever script."""
    return plain if is_usual(plain) else with_runs(plain, made_of).translate(_unaccented())


@cache
def _unaccented() -> dict[int, str]:
    """Greek letters without accents, and the е that Russian may write ё."""
    greek = map(chr, (*range(0x370, 0x400), *range(0x1F00, 0x2000)))
    plain = {ord(one): unicodedata.normalize("NFD", one)[0] for one in greek if one.isalpha()}
    return {**plain, ord("ς"): "σ", ord("Σ"): "σ", ord("ё"): "е", ord("Ё"): "Е"}


@cache
def _stemmer(language: str) -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(56))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer(STEMMERS[language]))
        .filter(tantivy.Filter.ascii_fold())
        .build()
    )


@cache
def _function_words() -> frozenset[str]:
    return frozenset(indexed_words(_FUNCTION_WORDS))
