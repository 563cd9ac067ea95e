"""Which English words say the opposite, the same or more generally the same: one table for all.

The widest part is from WordNet 3.1, whose licence stands beside its files;
`scripts/build_synonyms.py` writes those.
"""

from __future__ import annotations

import gzip
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rag.language.entities import stems


@lru_cache(20_000)
def implied(word: str) -> frozenset[str]:
    """The base forms that a text with a base form may be said to have too, itself among them.

    They are loose, as all senses of a word count: they let a claim pass, and prove nothing. Words
    that the lexicon lacks imply themselves.

    >>> from rag.language.opposites import base
    >>> base("quit") in implied(base("resignation")), base("boat") in implied(base("ferry"))
    (True, True)
    >>> base("ferry") in implied(base("boat"))
    False
    """
    others = _lines("wordnet_en").get(word, "").split()
    return frozenset([word, *others]) if stems(word) else frozenset([word])


def kinds(noun: str) -> frozenset[str]:
    """The base forms of the general nouns for what a noun names in its first senses; mostly empty.

    >>> from rag.language.opposites import base
    >>> base("vehicle") in kinds(base("lorry")), base("lorry") in kinds(base("vehicle"))
    (True, False)
    """
    return frozenset(_lines("wordnet_kinds_en").get(noun, "").split())


def antonyms(word: str) -> frozenset[str]:
    """The base forms that say the opposite of a base form in one of its usual senses; mostly empty.

    >>> from rag.language.opposites import base
    >>> base("absent") in antonyms(base("present")), antonyms(base("ferry"))
    (True, frozenset())
    """
    return frozenset(_lines("wordnet_opposites_en").get(word, "").split())


def listed(word: str) -> bool:
    """Whether WordNet has other words for a base form, or a kind of what it names."""
    return any(word in _lines(name) for name in _TABLES)


_TABLES = ("wordnet_en", "wordnet_kinds_en", "wordnet_opposites_en")


@cache
def _lines(name: str) -> dict[str, str]:
    path = files("rag.language").joinpath("lexicons", f"{name}.txt.gz")
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return dict(line.split("\t", 1) for line in lines)


_COUNTERS = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject\w*|refus\w+|declin\w+|stop\w*|halt\w*|prevent\w*|avoid\w*"
    r"|escap\w+|avert\w*|evad\w+|exclud\w+|beyond|without|lack\w*|fail\w*|rul(?:e|ed|es|ing) out"
    r"|instead|needs?|still has to|await\w*|pending|yet|drop(?:s|ped|ping)?|abandon\w*|scrap\w*"
    r"|cancel\w*|call(?:s|ed|ing)? off|ceas\w+|oppos\w+|objection\w*|absen\w+|miss(?:es|ed|ing)?"
    r"|acquit\w*|clear(?:s|ed)?|hardly|scarcely|barely|despite|unchanged|intact|untouched"
    r"|dismiss\w*|disput\w+|condemn\w*"
    r"|barr?ed|bann\w+|suspend\w*|unable|impossible|resist\w*|withdr[ae]w\w*)(?!\w)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_REACH = 60
"""A word counters another that is no further from it, in characters."""


@lru_cache(20_000)
def base(word: str) -> str:
    """The base form of an irregular verb, stemmed; the stem of any other word, "" for none.

    A phrasal verb is joined by "_": only its first word is stemmed.

    >>> base("threw_out"), base("Sunk"), base("approved") == base("approve")
    ('throw_out', 'sink', True)
    """
    head, _, particle = word.lower().partition("_")
    head = _irregular().get(head, head)
    found = stems(head)
    stem = str(found[0]) if found else head
    return f"{stem}_{particle}" if particle else stem


def base_set(words: str) -> frozenset[str]:
    """The base forms of a list of words that is written as one string.

    >>> base_set("ran Sunk") == {base("run"), "sink"}
    True
    """
    return frozenset(map(base, words.split()))


def is_irregular_past(word: str) -> bool:
    """Whether a word is another form of an irregular verb: "fell", "lost".

    >>> is_irregular_past("Fell"), is_irregular_past("fall"), is_irregular_past("men")
    (True, False, False)
    """
    written = word.lower()
    return _irregular().get(written, written) != written and not other_number(word)


def other_number(word: str) -> str:
    """The plural of an irregular noun, or the singular of its plural; "" for any other word.

    >>> other_number("Wolf"), other_number("wolves"), other_number("ferry")
    ('wolves', 'wolf', '')
    """
    return _numbers().get(word.lower(), "")


def opposites(word: str) -> frozenset[str]:
    """The base forms of the words that say the opposite of a base form; empty for most.

    >>> base("approve") in opposites(base("vote_down"))
    True
    """
    return _pairs("opposites").get(word, frozenset())


def contraries(word: str) -> frozenset[str]:
    """The opposites of a base form, and the words that deny it of the same time: "shut" of "open".

    >>> base("cut") in contraries(base("raise")), base("cut") in opposites(base("raise"))
    (True, False)
    """
    wide = antonyms(word) - converses(word) - near(word)
    return opposites(word) | _pairs("contraries").get(word, frozenset()) | wide


def same(word: str) -> frozenset[str]:
    """The base forms that say the same as a base form, itself among them."""
    return _groups("same").get(word, frozenset([word]))


def near(word: str) -> frozenset[str]:
    """The base forms that another sentence may have for the same act, itself among them.

    They are looser than those of `same`: they let a claim pass, and prove nothing.

    >>> base("gathered") in near(base("collect"))
    True
    """
    return _groups("near").get(word, frozenset([word])) | same(word)


def reworded(word: str) -> frozenset[str]:
    """The base forms by which other sentences may tell of the same, itself among them.

    The loosest of all: whole fields of news stand in one line. They let a claim pass, and prove
    nothing.

    >>> base("layoffs") in reworded(base("sack")), base("jailed") in reworded(base("prison"))
    (True, True)
    """
    return _paraphrases().get(word, frozenset([word])) | near(word)


def in_dictionary(word: str) -> bool:
    """Whether a lexicon has an English word in some form: names and mistyped words are in none.

    >>> in_dictionary("resigned"), in_dictionary("largest"), in_dictionary("denmark")
    (True, True, False)
    """
    stem = base(word)
    forms = (stem, stem.removesuffix("est"), stem.removesuffix("er"))
    return any(listed(form) or form in _paraphrases() for form in forms)


@cache
def _paraphrases() -> dict[str, frozenset[str]]:
    fields = _read("paraphrases_en").values()
    return _grouped(line for field in fields for line in field)


def offices(word: str) -> frozenset[str]:
    """The base forms that a sentence may have for the same office, itself among them."""
    return _groups("offices").get(word, frozenset([word]))


def converses(word: str) -> frozenset[str]:
    """The base forms that tell an act from its other side: "sell" of "buy"; mostly empty."""
    return _pairs("converse").get(word, frozenset())


@cache
def verbs(kind: str) -> frozenset[str]:
    """The base forms of a list of the lexicon: take_part, stay_away, achieve, end, light, vague."""
    return base_set(_lexicon()[kind])


def particles(verb: str) -> frozenset[str]:
    """The particles with which the tables know a verb, given by its base form: "down" of "vote"."""
    return _particles().get(verb, frozenset())


@cache
def _particles() -> dict[str, frozenset[str]]:
    lines = [side for pair in _lexicon()["opposites"] for side in pair]
    lists = [_lexicon()[kind] for kind in ("take_part", "stay_away", "end", "light")]
    found: defaultdict[str, set[str]] = defaultdict(set)
    for word in " ".join([*lines, *_lexicon()["same"], *lists]).split():
        head, _, particle = base(word).partition("_")
        if particle:
            found[head].add(particle)
    return {head: frozenset(known) for head, known in found.items()}


@cache
def _lexicon() -> dict[str, Any]:
    return _read("verbs_en")


def _read(name: str) -> dict[str, Any]:
    path = files("rag.language").joinpath("lexicons", f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _irregular() -> dict[str, str]:
    irregular = f"{_lexicon()['irregular']};{_lexicon()['irregular_nouns']}"
    lines = [line.split() for line in irregular.split(";")]
    return {form: forms[0] for forms in lines for form in forms}


@cache
def _numbers() -> dict[str, str]:
    pairs = [line.split() for line in _lexicon()["irregular_nouns"].split(";")]
    return {one: other for pair in pairs for one, other in (pair, pair[::-1])}


@cache
def _pairs(kind: str) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in (map(base_set, pair) for pair in _lexicon()[kind]):
        for word, theirs in (*((w, other) for w in one), *((w, one) for w in other)):
            found[word] |= theirs
    return {word: frozenset(theirs) for word, theirs in found.items()}


def things(noun: str) -> frozenset[str]:
    """The base forms of the nouns that news uses for the same thing, itself among them."""
    return _groups("things").get(noun, frozenset([noun]))


@cache
def _groups(kind: str) -> dict[str, frozenset[str]]:
    return _grouped(_lexicon()[kind])


def _grouped(lines: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each word of some lines, by its base form, the words of all its lines."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for group in map(base_set, lines):
        for word in group:
            found[word] |= group
    return {word: frozenset(group) for word, group in found.items()}


def counters(text: str, word: str) -> bool:
    """Whether a text may deny an act, `word` by its base form, by a word close to it.

    A "not" is for the syntax to read.

    >>> counters("Rovers escaped relegation.", base("relegated"))
    True
    >>> counters("The plan was rejected.", base("reject"))
    False
    """
    own = near(word) | {word}
    acts = [match.start() for match in _WORD.finditer(text) if base(match[0]) == word]
    return any(
        base(match[0].split()[0]) not in own
        and (not acts or min(abs(match.start() - at) for at in acts) <= _REACH)
        for match in _COUNTERS.finditer(text)
    )
