"""The names that outlets go by, and where a question mentions one; not what it asks of them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_WELL_KNOWN = (
    ("abcnews", "ABC News"),
    ("aljazeera", "Al Jazeera"),
    ("apnews", "AP", "AP News", "Associated Press"),
    ("bbc", "BBC", "BBC News", "British Broadcasting Corporation"),
    ("cbsnews", "CBS", "CBS News"),
    ("cnn", "CNN", "CNN News", "Cable News Network"),
    ("dailymail", "Daily Mail", "Mail Online"),
    ("dw", "DW", "DW News", "Deutsche Welle"),
    ("economist", "Economist"),
    ("faz", "FAZ", "Frankfurter Allgemeine", "Frankfurter Allgemeine Zeitung"),
    ("foxnews", "Fox News"),
    ("ft", "FT", "Financial Times"),
    ("independent", "Independent"),
    ("latimes", "LA Times", "Los Angeles Times"),
    ("nbcnews", "NBC", "NBC News"),
    ("npr", "NPR", "NPR News", "National Public Radio"),
    ("nypost", "New York Post"),
    ("nytimes", "NYT", "New York Times"),
    ("reuters", "Reuters News", "Thomson Reuters"),
    ("scmp", "SCMP", "South China Morning Post"),
    ("sky", "Sky News"),
    ("smh", "SMH", "Sydney Morning Herald"),
    ("spiegel", "Der Spiegel"),
    ("sueddeutsche", "Süddeutsche", "Süddeutsche Zeitung"),
    ("telegraph", "Daily Telegraph", "Telegraph"),
    ("theguardian", "Guardian"),
    ("thetimes", "The Times"),
    ("usatoday", "USA Today"),
    ("washingtonpost", "Washington Post", "WaPo"),
    ("wsj", "WSJ", "Wall Street Journal"),
    ("zeit", "Die Zeit"),
)
"""The label of an outlet's host, then the names it goes by."""

# Their pages are read as an office's or a school's: "according to the CDC" names no outlet.
_NO_OUTLETS = frozenset({"gov", "mil", "edu", "int"})
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "ne", "net", "or", "org"})
_GENERIC = (
    "agency broadcasting channel corporation daily digital east international live magazine media"
    " network news newspaper newspapers north online press radio service services south television"
    " today tv weekly west"
)
_NO_SHORT_NAME = frozenset(_GENERIC.split())
_OF_THE_TRADE = _NO_SHORT_NAME | {"journal", "post", "times"}
SMALL_WORDS = (
    "about after all also an and any are as at a before between both but by can did does do during"
    " each for from had has have he how if in is it last nor of on or over she since than that then"
    " they this the to was were what when where whether which while whose who why will with"
)
_OF_MANY_PAPERS = _OF_THE_TRADE | frozenset(
    "advance advertiser advocate age argus banner bee bugle bulletin business chronicle citizen"  # noqa: SIM905
    " courier democrat dispatch eagle echo edition enquirer evening examiner express free gazette"
    " globe guardian herald independent inquirer leader mail mercury messenger mirror monitor"
    " morning nation national observer patriot print record register reporter republican review"
    " saturday sentinel standard star sun sunday telegraph tribune union voice web world".split()
)
_NO_PART_OF_A_NAME = frozenset(SMALL_WORDS.split()) | {"according", "compare", "contrast", "per"}
_LONGEST_NAME = 8
_MOST_LETTERS = 60
_ACRONYM = 4

_BESIDE_A_NAME = (
    "a and das de der des die el het la le les of the und uk us nachrichten noticias zeitung"
)
_NAMES_NOTHING = _OF_THE_TRADE | frozenset(_BESIDE_A_NAME.split())
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_HOST = re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)*\.[^\W\d_]{2,}")
_TOKEN = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_WITHIN_NAME = re.compile(r"\s+(?:[&/–-]\s+)?|/")
_PARTS = re.compile(r"\s*[()\[\]/|]\s*|\s+[–-]\s+")
_NEAR = 200
_SENTENCE_END = re.compile(r"(?:^|[.?!:])\s*$")


def is_shared_name(name: str) -> bool:
    """Whether a name has only words that papers in many places have in theirs.

    >>> is_shared_name("The Sunday Times"), is_shared_name("Straits Times")
    (True, False)
    """
    words = re.findall(r"\w+", name.casefold())
    return bool(words) and all(word == "the" or word in _OF_MANY_PAPERS for word in words)


def seems_outlet(name: str) -> bool:
    """Whether a name has a word that papers and stations in many places have in theirs.

    >>> seems_outlet("Ellsby Post"), seems_outlet("Mara Lind")
    (True, False)
    """
    return not _OF_MANY_PAPERS.isdisjoint(re.findall(r"\w+", name.casefold()))


@dataclass(frozen=True, slots=True)
class _Names:
    """Publishers by the names they go by, each without blanks and in small letters.

    `openings` are the beginnings of all names, of every length.
    """

    full: Mapping[str, tuple[str, ...]]
    initials: Mapping[str, tuple[str, ...]]
    last: Mapping[str, tuple[str, ...]]
    openings: frozenset[str]

    def may_open(self, word: str) -> bool:
        """Whether a name may begin with a word; "The" is part of none and may be said with any."""
        opening = _squeezed(_POSSESSIVE.sub("", word))
        return opening == "the" or "." in word or opening in self.openings


@dataclass(frozen=True, slots=True)
class OutletMention:
    """Characters `start` to `end` of the question, which name `publishers`."""

    start: int
    end: int
    publishers: tuple[str, ...]
    capitals: bool


@lru_cache(maxsize=4)
def _names(publishers: frozenset[str]) -> _Names:
    """The directory of names; kept, because an archive is asked more than once."""
    full: defaultdict[str, set[str]] = defaultdict(set)
    initials: defaultdict[str, set[str]] = defaultdict(set)
    last: defaultdict[str, set[str]] = defaultdict(set)
    for publisher in publishers:
        for key in _full_keys(publisher):
            full[key].add(publisher)
        for name in _spellings(publisher):
            words = name.split()
            if len(letters := _initials(name)) > 2:
                initials[letters].add(publisher)
            if len(words) > 1 and words[-1].isalpha() and words[-1].lower() not in _NO_SHORT_NAME:
                last[words[-1].casefold()].add(publisher)
    return _Names(
        {key: tuple(sorted(found)) for key, found in full.items()},
        {key: tuple(sorted(found)) for key, found in initials.items() if _one_outlet(found)},
        {key: tuple(sorted(found)) for key, found in last.items() if _one_outlet(found)},
        frozenset(key[:end] for key in (*full, *initials) for end in range(1, len(key) + 1)),
    )


def _full_keys(publisher: str) -> set[str]:
    if _HOST.fullmatch(publisher):
        keys = {_squeezed(publisher)}
        if not _NO_OUTLETS & set(publisher.casefold().split(".")):
            keys.add(_label(publisher))
    else:
        keys = {_squeezed("".join(_name_words(name))) for name in _spellings(publisher)}
    known = _known_names()
    also = [known.get(name, frozenset()) for key in keys for name in (key, key.removeprefix("the"))]
    return {key for key in keys.union(*also) if len(key) > 1}


def _spellings(publisher: str) -> list[str]:
    """A publisher's names: "Lowland News Agency (LNA)" has two, "The Post (UK)" one, hosts none."""
    if _HOST.fullmatch(publisher):
        return []
    first, *others = [name for name in _PARTS.split(publisher) if name] or [""]
    return [first, *(name for name in others if " " in name or name.casefold() == _initials(first))]


def _initials(name: str) -> str:
    """The first letters of the words that count, in small letters."""
    words = [word for word in name.split() if word.lower() not in ("of", "and")]
    return "".join(word[0] for word in _without_the(words)).casefold()


@lru_cache(maxsize=1)
def _known_names() -> Mapping[str, frozenset[str]]:
    """For each name of a well-known outlet all its names."""
    rows = [frozenset(map(_squeezed, row)) for row in _WELL_KNOWN]
    return {name: row for row in rows for name in row}


def _one_outlet(publishers: Collection[str]) -> bool:
    """Whether all of them share a full name, as bbc.com and bbc.co.uk do."""
    return bool(set.intersection(*map(_full_keys, publishers)))


def same_outlets(publishers: Sequence[str]) -> list[tuple[str, ...]]:
    """The publishers in groups that share a full name, such as two hosts of one outlet.

    Groups and their members come in the order given.

    >>> same_outlets(["bbc.com", "Radio North", "bbc.co.uk"])
    [('bbc.com', 'bbc.co.uk'), ('Radio North',)]
    """
    groups: list[list[str]] = []
    for publisher in publishers:
        keys = _full_keys(publisher)
        known = next((one for one in groups if any(keys & _full_keys(each) for each in one)), None)
        if known is None:
            groups.append([publisher])
        else:
            known.append(publisher)
    return [tuple(group) for group in groups]


def _label(host: str) -> str:
    """The part of a host that names the outlet: "bbc" of news.bbc.co.uk."""
    parts = host.casefold().split(".")[:-1]
    while len(parts) > 1 and parts[-1] in _SECOND_LEVEL:
        parts.pop()
    return _squeezed(parts[-1])


def name_of_host(host: str, stated: Sequence[str]) -> str:
    """The name of an outlet among those that its pages state; "" if none fits the host.

    The host must be spelled by the name's words or by their beginnings, so that no page passes
    for another outlet. Of several the one with the fewest words beside that counts, then the first.

    >>> name_of_host("nytimes.com", ["@nytimes", "The New York Times"])
    'The New York Times'
    >>> name_of_host("news.bbc.co.uk", ["BBC Sport", "BBC News", "BBC"])
    'BBC'
    >>> name_of_host("evil.example", ["Radio North"])
    ''
    """
    *labels, last = host.casefold().split(".")
    keys = [_squeezed(label) for label in labels if label not in _SECOND_LEVEL]
    fitting: list[tuple[int, int, str]] = []
    for place, written in enumerate(stated):
        name = " ".join(written.split())
        is_handle = name.startswith("@") or _HOST.fullmatch(name)
        if is_handle or len(name) > _MOST_LETTERS or not name.isprintable():
            continue
        for folded in (name.casefold().translate(_GERMAN), _without_marks(name.casefold())):
            words = re.findall(r"[^\W_]+", _PARTS.split(folded)[0])
            words = [word for word in words if word != last]
            if len(words) > _LONGEST_NAME or _NAMES_NOTHING.issuperset(words):
                continue
            fitting += [
                (beside, place, name)
                for key in keys
                # One word alone must be spelled in full: "r.example" is not Reuters.
                if (beside := _beside(key, words)) is not None
                and (beside + 1 < len(words) or key in words)
            ]
    return min(fitting)[2] if fitting else ""


def _beside(key: str, words: Sequence[str]) -> int | None:
    """How many words are not needed to spell `key` from left to right; None if they cannot.

    Only words that name nothing by themselves may be left out.
    """
    if not words:
        return None if key else 0
    first, *others = words
    found = [
        rest
        for end in range(1, len(first) + 1)
        if key.startswith(first[:end]) and (rest := _beside(key[end:], others)) is not None
    ]
    if first in _NAMES_NOTHING and (rest := _beside(key, others)) is not None:
        found.append(rest + 1)
    return min(found, default=None)


def _without_marks(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _squeezed(text: str) -> str:
    folded = text.casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def _without_the(words: Sequence[str]) -> Sequence[str]:
    return words[1:] if len(words) > 1 and words[0].casefold() == "the" else words


def _name_words(name: str) -> Sequence[str]:
    """The words that make the name: "The Courier" needs its article, "The Marren Courier" not."""
    words = name.split()
    return words if len(words) < 3 else _without_the(words)


def find_mentions(question: str, publishers: Collection[str]) -> Iterator[OutletMention]:
    """The names of outlets in the question from left to right, the longest at each place.

    `publishers` are spelled as the archive spells them, by name or host; those that share a
    name come together. Common nouns are no names, nor is what is part of a longer name.
    """
    if not publishers:
        return
    names = _names(frozenset(publishers))
    tokens = list(_TOKEN.finditer(question))
    # Words that no name begins with are told by a look; several may be written out for initials.
    spelled = any(token.group().casefold() in _OF_THE_TRADE for token in tokens)
    first = 0
    while first < len(tokens):
        if not spelled and not names.may_open(tokens[first].group()):
            first += 1
            continue
        for last in range(_last_of_name(question, tokens, first), first - 1, -1):
            mention = _mention(question, tokens[first : last + 1], names)
            if mention and _stands_alone(question, tokens, first, last):
                yield mention
                first = last
                break
        first += 1


def _last_of_name(question: str, tokens: Sequence[re.Match[str]], first: int) -> int:
    """The last token that may be of the same name as the first."""
    last = first
    while last + 1 < min(len(tokens), first + _LONGEST_NAME) and _WITHIN_NAME.fullmatch(
        question, tokens[last].end(), tokens[last + 1].start()
    ):
        last += 1
    return last


def _mention(question: str, tokens: Sequence[re.Match[str]], names: _Names) -> OutletMention | None:
    """What the tokens together name; None where they name no publisher."""
    words = [token.group() for token in tokens]
    words[-1] = _POSSESSIVE.sub("", words[-1])
    start = tokens[0].start()
    end = tokens[-1].start() + len(words[-1])
    if len(words) == 1 and _HOST.fullmatch(words[0]):
        keys = (_squeezed(words[0].lower().removeprefix("www.")), _label(words[0]))
        found = next((names.full[key] for key in keys if key in names.full), ())
        return OutletMention(start, end, found, True) if found else None
    bare = _without_the(words)
    capitals = bare[0][0].isupper() and bare[-1][0].isupper()
    if not capitals and not _typed_small(question, bare):
        return None
    found = _by_full_name(words, names) or (_by_short_name(words, names) if capitals else ())
    return OutletMention(start, end, found, capitals) if found else None


def _typed_small(question: str, words: Sequence[str]) -> bool:
    """Whether words without capitals may be a name: "radio north", or "bbc" where all is small."""
    if any(word[0].isupper() for word in words):
        return False
    return len(words) > 1 or (
        question == question.lower() and words[0] in _known_names() and len(words[0]) <= _ACRONYM
    )


def _by_full_name(words: Sequence[str], names: _Names) -> tuple[str, ...]:
    keys = (_squeezed("".join(words)), _squeezed("".join(_without_the(words))))
    return next((names.full[key] for key in keys if key in names.full), ())


def _by_short_name(words: Sequence[str], names: _Names) -> tuple[str, ...]:
    """By "LNA" or "the Courier", or in full where the publisher goes by its initials."""
    bare = _without_the(words)
    if len(bare) > 1:
        key = "".join(word[0] for word in bare).casefold()
        of_the_trade = any(word.casefold() in _OF_THE_TRADE for word in bare)
        return names.full.get(key, ()) if len(key) > 2 and of_the_trade else ()
    key = bare[0].casefold()
    if len(key) > 2 and bare[0].isupper() and key in names.initials:
        return names.initials[key]
    return names.last.get(key, ()) if len(words) > 1 else ()


def _stands_alone(question: str, tokens: Sequence[re.Match[str]], first: int, last: int) -> bool:
    """Whether the name is not part of a longer one, nor a word that opens a sentence."""
    name = tokens[first].group()
    if name.casefold() != "the":
        if first and _joins(question, tokens[first - 1], tokens[first]):
            return False
        if first == last and not name.isupper() and "." not in name:
            start = tokens[first].start()
            return not _SENTENCE_END.search(question, max(0, start - _NEAR), start)
    closed = _POSSESSIVE.search(tokens[last].group())
    following = tokens[last + 1 : last + 2]
    return bool(closed) or not (following and _joins(question, tokens[last], following[0]))


def _joins(question: str, left: re.Match[str], right: re.Match[str]) -> bool:
    """Whether two tokens may be of one name: both have capitals and little is between them."""
    between = question[left.end() : right.start()]
    return (
        all(token.group()[0].isupper() for token in (left, right))
        and not _NO_PART_OF_A_NAME & {left.group().casefold(), right.group().casefold()}
        and (between.isspace() or between in ("/", "-"))
    )
