"""Names as people write them: where a text has one, its fullest form, whether two agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from rag.language.periods import CALENDAR_NAMES
from rag.language.words import Wording, without_possessive, word_set

_TITLE_WORDS = (
    "mr mrs ms miss dr sir dame lord lady sen sens senator rep reps representative gov governor gen"
    " general col colonel lt lieutenant sgt sergeant capt captain maj major prof professor rev"
    " reverend hon judge justice president vice prime minister chancellor secretary mayor king"
    " queen prince princess pope cardinal bishop archbishop rabbi imam sheikh saint chief officer"
    " detective attorney congressman congresswoman ambassador commissioner sheriff deputy coach"
)
TITLES = frozenset(_TITLE_WORDS.split())
"""Words of rank before a name, folded; "Vice" and "Prime" among them."""

_BELONGING = word_set("pope king queen prince princess sheikh saint lady sir lord dame")
INSTITUTIONS = word_set(
    "office department ministry committee council court agency bureau university institute"
    " association group party street avenue hotel school hospital church center centre bank house"
    " board chamber academy federation society league union organization organisation college fund"
    " authority administration division service"
)
"""Words that end the name of an institution, or stand before its "of": "Office for Ferries"."""

_PARTICLES = word_set("de da del der den di dos du la le van von bin al el ben ibn ter y")
_WORD = re.compile(
    r"(?:[^\W\d_]\.)+(?!\w)|(?:[Aa]l|[Ee]l|[Bb]in)(?=-[^\W\d_])|[^\W_](?:[\w&]|['’.-](?=\w))*"
)
"""An initial, a particle that a hyphen may join to a name ("al-Sabri", "al Sabri"), a word."""
_FEWEST_FUZZY = 5
_ALIKE = 0.86
_SMALL_WORDS = CALENDAR_NAMES | word_set(
    "a an the he she it they we i you his her its their this that these those who what when"
    " where why how and but or so if in on at by for from with as to of after before while"
    " because since until during then there here not no yes one some many most all both each"
    " every new also now speaking asked according"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `start` to `end` of a text, which name someone.

    `likeness` is 1 where it spells the name as asked, less for a typo or half a name.
    """

    start: int
    end: int
    likeness: float


def name_words(name: str) -> tuple[str, ...]:
    """The folded words of a name, without titles before it and a possessive ending.

    >>> name_words("Sen. Ann van Orr’s"), name_words("the FDA"), name_words("LK-99")
    (('ann', 'van', 'orr'), ('fda',), ('lk-99',))
    """
    words = [_folded(match[0]) for match in _WORD.finditer(name)]
    while len(words) > 1 and (words[0] in TITLES or words[0] in ("the", "a", "an")):
        words = words[1:]
    return tuple(words)


def folded_words(text: str) -> frozenset[str]:
    """The words of a text as names are compared by: without case, accents and possessive endings.

    >>> sorted(folded_words("Orr’s café"))
    ['cafe', 'orr']
    """
    return frozenset(_folded(match[0]) for match in _WORD.finditer(text))


def mentions(text: str, name: str) -> list[Mention]:
    """Where a text names `name`: the whole name, its last word, or else a near spelling; in order.

    A mention includes first and middle names that the text has and the question left out.

    >>> text = "Claudia Sheinbaum won; Sheinbaum is first."
    >>> [text[each.start : each.end] for each in mentions(text, "sheinbaum")]
    ['Claudia Sheinbaum', 'Sheinbaum']
    """
    asked = name_words(name)
    if not asked:
        return []
    words = [_Word(match[0], match.start()) for match in _WORD.finditer(text)]
    found = list(_in_full(text, words, asked))
    if len(asked) > 1:
        taken = {at for each in found for at in range(each.start, each.end)}
        found += [each for each in _by_last(text, words, asked) if each.start not in taken]
    best = max((each.likeness >= 1 for each in found), default=False)
    return sorted(
        (each for each in found if each.likeness >= 1 or not best or each.likeness == _HALF),
        key=lambda each: each.start,
    )


def fullest_name(text: str, name: str) -> str:
    """The fullest form in which a text has a name before: "Orr" may be "Ann Orr".

    The name as it is, where the text has no fuller one or two that differ.

    >>> fullest_name("Ann Orr, the mayor, ...", "Orr"), fullest_name("Ann Orr, Bo Orr", "Orr")
    ('Ann Orr', 'Orr')
    """
    words = name.split()
    if len(words) != 1 or not words[0][:1].isupper():
        return name
    last = without_possessive(words[0])
    pattern = (
        rf"(?<![\w.])((?:[^\W\d_a-zß-ÿ][\w’'.-]*[ \u00a0]){{1,3}}"
        rf"(?:(?:{'|'.join(sorted(_PARTICLES))})[ ])?{re.escape(last)})(?![\w-])"
    )
    full: dict[tuple[str, ...], str] = {}
    for match in re.finditer(pattern, text):
        kept = bare_name(match[1]).split()
        if len(kept) > 1:
            full.setdefault((_folded(kept[0]), last), " ".join(kept))
    return next(iter(full.values())) if len(full) == 1 else name


def bare_name(name: str) -> str:
    """A name without titles, days and small words before it; those that belong to it stay.

    >>> [bare_name(name) for name in ("State Sen. Ann Orr", "Monday Ann Orr", "Pope Leo")]
    ['Ann Orr', 'Ann Orr', 'Pope Leo']
    """
    words = name.split()
    small = next((n for n, word in enumerate(words) if _folded(word) not in _SMALL_WORDS), 0)
    before = [
        at
        for at, word in enumerate(words[:-1])
        if at < small or (_folded(word) in TITLES and not word.endswith(("'s", "’s")))
    ]
    roles = [at for at, word in enumerate(words[:-2]) if is_role(word)]
    before = sorted({*before, *roles})
    if not before or words[-1].casefold() in INSTITUTIONS:
        return name
    first = before[-1] + 1
    if len(words) - first == 1 and _folded(words[first - 1]) in _BELONGING:
        first -= 1
    return " ".join(words[first:])


def is_role(word: str) -> bool:
    """Whether a word alone says what somebody does: "gymnast", "founder"; offices left out."""
    return bool(_ROLE_ENDING.search(word.casefold()))


def alike(one: str, other: str) -> bool:
    """Whether two folded words are the same or differ as a typo does.

    >>> alike("chusovitna", "chusovitina"), alike("orr", "ort")
    (True, False)
    """
    if one == other:
        return True
    if one[:1] != other[:1] and "-" not in one:
        return False
    if "-" in one and other in one.split("-")[1:] and len(other) >= _FEWEST_FUZZY:
        return True
    if min(len(one), len(other)) < _FEWEST_FUZZY or one[0] != other[0]:
        return False
    if abs(len(one) - len(other)) > 2 or any(map(str.isdigit, one + other)):
        return False
    return SequenceMatcher(None, one, other).ratio() >= _ALIKE


_ROLE_ENDING = re.compile(
    r"(?:..(?:man|woman|ist|ician|ologist|eur|smith)|director|founder|leader|minister|manager"
    r"|author"
    r"|actor|actress|singer|player|officer|owner|creator|producer|editor|reporter|writer|driver"
    r"|speaker|lawyer|striker|keeper|designer|adviser|advisor|lawmaker|candidate|nominee|gymnast"
    r"|star|boss|chair|executive|head|analyst|hostage|climber|runner|swimmer|boxer|rapper|teen"
    r"|teenager|mother|father|co-founder|ceo|spokesperson)$"
)

_HALF = 0.8
_TYPO = 0.9


@dataclass(frozen=True, slots=True)
class _Word:
    shown: str
    start: int

    @property
    def folded(self) -> str:
        """The word without case, accents and possessive ending, by which words are compared."""
        return _folded(self.shown)

    @property
    def end(self) -> int:
        """The place after its last character, without a possessive ending."""
        return self.start + len(without_possessive(self.shown))

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter or a digit, as names do."""
        return self.shown[:1].isupper() or self.shown[:1].isdigit()


def _in_full(text: str, words: Sequence[_Word], asked: Sequence[str]) -> Iterator[Mention]:
    after = 0
    for at, word in enumerate(words):
        if at < after or not alike(word.folded, asked[0]):
            continue
        last, exact = _matched(text, words, at, asked)
        if last < 0:
            continue
        first = _widened_left(text, words, at, asked)
        last = _widened_right(text, words, last, asked)
        yield Mention(words[first].start, words[last].end, 1.0 if exact else _TYPO)
        after = last + 1


def _matched(text: str, words: Sequence[_Word], at: int, asked: Sequence[str]) -> tuple[int, bool]:
    """The last of the words from `at` on that spell the name; -1 where they do not."""
    place, exact = at, True
    for number, wanted in enumerate(asked):
        if number and place < len(words) and not alike(words[place].folded, wanted):
            # A middle name or an initial may stand between.
            if not words[place].capital or place + 1 >= len(words):
                return -1, False
            place += 1
        if place >= len(words) or not alike(words[place].folded, wanted):
            return -1, False
        if number and not _adjoining(text, words[place - 1], words[place]):
            return -1, False
        exact = exact and words[place].folded == wanted
        place += 1
    return place - 1, exact


def _by_last(text: str, words: Sequence[_Word], asked: Sequence[str]) -> Iterator[Mention]:
    """The last word of a name alone, as news texts have it after the first time."""
    for at, word in enumerate(words):
        if not word.shown[:1].isupper() or word.folded != asked[-1]:
            continue
        before = words[at - 1] if at else None
        if before and before.capital and _adjoining(text, before, word):
            known = before.folded in TITLES or before.folded in _SMALL_WORDS
            if not known:
                continue
        follower = words[at + 1] if at + 1 < len(words) else None
        if follower and follower.capital and _adjoining(text, word, follower):
            continue
        yield Mention(word.start, word.end, _HALF)


def _widened_left(text: str, words: Sequence[_Word], at: int, asked: Sequence[str]) -> int:
    """The first word of the name that the text has, where the question gave only its end."""
    if len(asked) > 1 or not any(map(str.isupper, words[at].shown)):
        return at
    first = at
    while first and _adjoining(text, words[first - 1], words[first]):
        before = words[first - 1]
        named = before.shown[:1].isupper() and not before.shown.endswith(("'s", "’s"))
        if (before.folded in _PARTICLES and first > 1 and words[first - 2].capital) or (
            named and before.folded not in TITLES and before.folded not in _SMALL_WORDS
        ):
            first -= 1
        else:
            break
    return first if at - first <= 3 else at


def _widened_right(text: str, words: Sequence[_Word], at: int, asked: Sequence[str]) -> int:
    if not words[at].shown[:1].isupper() or words[at].shown.endswith(("'s", "’s")):
        return at
    last = at
    while last + 1 < len(words) and _adjoining(text, words[last], words[last + 1]):
        after = words[last + 1]
        if not after.shown[:1].isupper() or after.folded in _SMALL_WORDS or last - at >= 3:
            break
        last += 1
    return last


def _adjoining(text: str, one: _Word, other: _Word) -> bool:
    """Whether nothing but a space (or the stop of a title) stands between two words."""
    between = text[one.start + len(one.shown) : other.start]
    return between in (" ", "\u00a0", ". ", "", "-") and (between != ". " or len(one.shown) <= 4)


@lru_cache(maxsize=65_536)
def _folded(word: str) -> str:
    plain = without_possessive(word).replace(".", "")
    if "-" in plain or "&" in plain:
        return "-".join("".join(Wording(part).folded) for part in plain.split("-"))
    return "".join(Wording(plain).folded) or plain.casefold()


_COUNTRIES = """
Afghanistan|Albania|Algeria|Andorra|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas
|Bahrain|Bangladesh|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|Bosnia|Botswana|Brazil
|Brunei|Bulgaria|Burkina Faso|Burundi|Cambodia|Cameroon|Canada|Cape Verde|Chad|Chile|China|Colombia
|Comoros|Congo|Costa Rica|Croatia|Cuba|Cyprus|Czechia|Czech Republic|Denmark|Djibouti|Dominica
|Dominican Republic|Ecuador|Egypt|El Salvador|England|Eritrea|Estonia|Eswatini|Ethiopia|Fiji
|Finland|France|Gabon|Gambia|Georgia|Germany|Ghana|Greece|Grenada|Guatemala|Guinea|Guyana|Haiti
|Honduras|Hong Kong|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory Coast
|Jamaica|Japan|Jordan|Kazakhstan|Kenya|Kiribati|Kosovo|Kuwait|Kyrgyzstan|Laos|Latvia|Lebanon
|Lesotho|Liberia|Libya|Liechtenstein|Lithuania|Luxembourg|Madagascar|Malawi|Malaysia|Maldives|Mali
|Malta|Mauritania|Mauritius|Mexico|Moldova|Monaco|Mongolia|Montenegro|Morocco|Mozambique|Myanmar
|Namibia|Nauru|Nepal|Netherlands|New Zealand|Nicaragua|Niger|Nigeria|North Korea|North Macedonia
|Norway|Oman|Pakistan|Palau|Panama|Papua New Guinea|Paraguay|Peru|Philippines|Poland|Portugal
|Qatar|Romania|Russia|Rwanda|Samoa|San Marino|Saudi Arabia|Scotland|Senegal|Serbia|Seychelles
|Sierra Leone|Singapore|Slovakia|Slovenia|Solomon Islands|Somalia|South Africa|South Korea
|South Sudan|Spain|Sri Lanka|Sudan|Suriname|Sweden|Switzerland|Syria|Taiwan|Tajikistan|Tanzania
|Thailand|Togo|Tonga|Trinidad|Tunisia|Turkey|Turkmenistan|Tuvalu|Uganda|Ukraine
|United Arab Emirates|UAE|United Kingdom|UK|U[.]K[.]|United States|USA|US|U[.]S[.]|Uruguay
|Uzbekistan|Vanuatu|Vatican|Venezuela|Vietnam|Wales|Yemen|Zambia|Zimbabwe
"""
_STATES = """
Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii
|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan
|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico
|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island
|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia
|Wisconsin|Wyoming
"""
_CONTINENTS = "Africa|Antarctica|Asia|Europe|North America|South America|Oceania|Australia"


def _any_of(names: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{names.replace(chr(10), '')})(?!\w)")


COUNTRY = _any_of(_COUNTRIES)
STATE = _any_of(_STATES)
CONTINENT = _any_of(_CONTINENTS)

_ADJECTIVES = """
American:United States,US,U.S.,USA,America,USMNT;British:Britain,UK,U.K.,United Kingdom
English:England;Scottish:Scotland;Welsh:Wales;Irish:Ireland;French:France;German:Germany
Spanish:Spain;Dutch:Netherlands,Holland;Portuguese:Portugal;Polish:Poland;Danish:Denmark
Swedish:Sweden;Finnish:Finland;Norwegian:Norway;Swiss:Switzerland;Greek:Greece
Turkish:Turkey,Türkiye;Chinese:China;Japanese:Japan;Korean:Korea;Vietnamese:Vietnam;Thai:Thailand
Israeli:Israel;Iraqi:Iraq;Iranian:Iran;Saudi:Saudi Arabia;Pakistani:Pakistan;Afghan:Afghanistan
Indian:India;Russian:Russia;Ukrainian:Ukraine;Belarusian:Belarus;Hungarian:Hungary;Czech:Czechia
Slovak:Slovakia;Belgian:Belgium;Italian:Italy;Austrian:Austria;Canadian:Canada;Mexican:Mexico
Brazilian:Brazil;Argentine:Argentina;Chilean:Chile;Egyptian:Egypt;Lebanese:Lebanon
Filipino:Philippines;Australian:Australia;European:Europe,EU;African:Africa;Asian:Asia
Icelandic:Iceland;Venezuelan:Venezuela;Peruvian:Peru;Colombian:Colombia;Cuban:Cuba
Taiwanese:Taiwan;Nigerian:Nigeria;Kenyan:Kenya;Syrian:Syria;Yemeni:Yemen;Jordanian:Jordan
Libyan:Libya;Tunisian:Tunisia;Moroccan:Morocco;Palestinian:Palestine,Gaza,West Bank
Californian:California;Texan:Texas;Parisian:Paris;Londoner:London
"""
_PLACES_OF = dict(
    pair.split(":") for line in _ADJECTIVES.split("\n") for pair in line.split(";") if pair
)


def is_of_place(one: str, two: str) -> bool:
    """Whether one of two words is an adjective of a place, and the other a name of that place.

    >>> is_of_place("French", "France"), is_of_place("UK", "British"), is_of_place("UK", "French")
    (True, True, False)
    """
    pairs = ((one, two), (two, one))
    return any(place in _PLACES_OF.get(adjective, "").split(",") for adjective, place in pairs)
