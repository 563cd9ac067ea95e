"""The language of a text as an ISO 639-1 code; knows nothing about articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType

_SAMPLE = 300
_LEAST_LETTERS = 40
_PIECES = 3
_LEAST_PIECE = 120
_LONGEST = 6_000
# Languages so near to one another that the letters of a text do not tell them apart for sure.
_NEAR = (
    frozenset({"no", "nb", "nn", "da", "sv", "fo", "is"}),
    frozenset({"hr", "bs", "sr", "sl", "mk", "bg"}),
    frozenset({"es", "gl", "pt", "ca", "an", "oc", "it", "la"}),
    frozenset({"cs", "sk", "pl"}),
    frozenset({"id", "ms", "jv", "tl"}),
    frozenset({"zu", "xh", "st", "tn", "ss", "rw", "sw"}),
    frozenset({"af", "nl", "li", "fy"}),
    frozenset({"de", "lb"}),
    frozenset({"hi", "mr", "ne", "sa"}),
    frozenset({"fa", "ur", "ar", "ps", "ku"}),
    frozenset({"et", "fi"}),
    frozenset({"tr", "az"}),
    frozenset({"fr", "wa", "br"}),
)
# Frequent words of languages with near relatives: those that only one of two has tell them apart.
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "af": "die van en het in is nie te wat vir hulle dat met op hy sy word ook aan gesê",
        "az": "və bu bir üçün də ilə olan edib onun daha",
        "ca": "el i les els del dels amb per que en un una al més no ha han aquest aquesta també",
        "cs": "se na je že v a s do který která jsou také není podle ve z po za",
        "da": "og i at er det en den til af på med for ikke som de blev har fra efter mellem også",
        "de": "der die das und zu den mit von ist für auf nicht ein eine auch es werden dass hat",
        "es": "el y los las del que en un una con por para se su no al pero también más fue",
        "et": "ja on et ei see oma mis kui ning aga ka oli",
        "fi": "ja on että ei se oli myös mutta joka ovat sekä hän",
        "gl": "o a os do da e en que un unha con por para se non é máis tamén polo pola coa",
        "it": "il la gli le di del della e in che un una con per non è si da al nel anche più sono",
        "lb": "de den an d vun ass mat fir net huet och eng dat sech gouf",
        "nl": "de het een van en in is niet te dat voor met op zijn hij wordt ook aan er heeft",
        "no": "og i at er det en den til av på med for ikke som de ble har fra etter mellom seg",
        "pl": "w i się na z do że jest nie o jak który która są oraz według przez",
        "pt": "o a os as do da e em que um uma com por para se não é ao mais também foi pelo",
        "sk": "sa na je že v a s do ktorý ktorá sú tiež nie podľa vo z po aj",
        "sv": "och i att är det en den till av på med för inte som de har från efter också mellan",
        "tr": "ve bir bu için da de ile olarak çok daha gibi",
    }
)
_FEWEST_OWN, _TIMES = 4, 4
_WORD = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"\s*([a-z]{2})(?=[-_]|\s*$)", re.IGNORECASE)


def language_code(tag: str) -> str:
    """The two-letter code at the start of a language tag; "" where there is none.

    >>> language_code("en-GB"), language_code("English")
    ('en', '')
    """
    found = _CODE.match(tag)
    return found.group(1).lower() if found else ""


def detect_language(text: str) -> str:
    """The most likely language of the first 300 characters; "" for fewer than 40 letters."""
    sample = text[:_SAMPLE]
    letters = sum(1 for _ in islice(filter(str.isalpha, sample), _LEAST_LETTERS))
    if letters < _LEAST_LETTERS:
        return ""
    import py3langid

    code: str = py3langid.classify(sample)[0]
    return code if len(code) == 2 else ""


def likely_language(declared: str, text: str) -> str:
    """The language that a page declares, unless its whole text is clearly in another one.

    The beginning, middle and end of the text must agree on the other language; if it is a near
    relative of the declared one, words must tell them apart. Without a declared language, that
    of the text.

    >>> likely_language("en", "Der Stadtrat hat am Dienstag beschlossen, den Tunnel zu schließen.")
    'de'
    """
    code = language_code(declared)
    if not code:
        return detect_language(text)
    sample = text[:_LONGEST]
    length = max(_LEAST_PIECE, -(-len(sample) // _PIECES))
    pieces = {detect_language(sample[at : at + length]) for at in range(0, len(sample), length)}
    found = pieces - {""}
    if len(found) != 1:
        return code
    (other,) = found
    near = any({code, other} <= group for group in _NEAR)
    return code if near and not _has_words_of(other, code, sample) else other


def _has_words_of(language: str, relative: str, text: str) -> bool:
    """Whether a text has the words that a language has, and its relative has not.

    >>> _has_words_of("es", "ca", "Los vecinos y las tiendas cerraron, pero el alcalde no.")
    True
    """
    counts = Counter(word.lower() for word in _WORD.findall(text))
    words, others = (
        frozenset(_WORDS.get(_STANDARD.get(code, code), "").split())
        for code in (language, relative)
    )
    own, other = (sum(counts[word] for word in each) for each in (words - others, others - words))
    return bool(others) and own >= _FEWEST_OWN and own >= _TIMES * other


_STANDARD = MappingProxyType({"nb": "no", "nn": "no"})
"""Codes of one language under another one."""
