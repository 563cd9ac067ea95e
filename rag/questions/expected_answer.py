"""What kind of thing a question asks for, by its question words and the noun that follows.

The rules are English; a question they do not know asks for a "thing", which most sentences
offer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.language.opposites import is_irregular_past
from rag.questions.form import FormName, read_form

Kind = Literal[
    "person",
    "place",
    "country",
    "state",
    "continent",
    "name",
    "work",
    "number",
    "percent",
    "money",
    "date",
    "thing",
    "any",
]


_OF_ONE_THING: frozenset[FormName] = frozenset({"fact", "figure", "date"})
"""The forms of question that one name, number or day can answer."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD = re.compile(r"\w+")
_POSSESSIVE = re.compile(r"[’']s\b")
_INTERROGATIVE = re.compile(r"\b(?:which|what)\b")
_MONEY = re.compile(
    r"\b(?:cost|pay|paid|sell|sold|worth|fined?|price|value|damages?|money|spen[dt]|spending"
    r"|raised?"
    r"|earn|settle|auction|award|buy|bought|acquire|fund|funding|gets?|got|receive[ds]?|owed?)\b"
)
_AMOUNT = re.compile(
    r"\b(?:how (?:big|high|large|low|small|steep)|what)(?:[’']?s| (?:is|was|are|were|will be))"
    r" (?:[\w’'-]+ ){1,4}?(?:bail|bonus|bounty|costs?|debts?|deficit|fares?|fees?|fine|jackpot"
    r"|payout|price|prize money|ransom|reward|salary|settlement|severance|wages?)\b"
    r"(?=\W*$| (?:of|for|in|at|on|to|from|now|today|that|paid|imposed|set"
    r"|(?:[a-z’'-]+ ){1,2}(?:got|paid|gets))\b)"
)
_CHANGES = re.compile(
    r"\bhow much (?:did|do|does|has|have|had|will) .+? (?:ris(?:e|en)|increased?|grown?|fall(?:en)?"
    r"|drop(?:ped)?|declined?|decreased?|climb(?:ed)?|jump(?:ed)?|gone? (?:up|down)|changed?)\b"
)
"""“How much did prices rise?” asks for a share as well as for an amount."""

_PERCENT = re.compile(
    r"\bhow\b.{0,20}\bper ?cent|\bwhat (?:percent|percentage|share)\b"
    r"|\bper ?cent(?:age)?\b.{0,40}\?$"
)
_NUMBER = re.compile(
    r"\bhow (?:many|long|old|far|high|big|tall|often|fast|few|large|deep|heavy)\b"
    r"|\b(?:number|amount|age|magnitude|rate)\b.{0,40}\?$|\bwhat (?:number|age|fraction)\b"
)
_DATE = re.compile(
    r"^when\b|\bwhen (?:did|is|was|will|does|do|are|were)\b(?!.*\b(?:which|what|who|where|how)\b)"
    r"|\b(?:what|which) (?:day|month|date|year|decade|winter|summer)\b|\bdate of\b"
    r"|\b(?:release|premiere) date\b|\btime of\b|\bat what time\b"
)
_WHO = re.compile(r"\b(?:who|whom|whose)\b")
_OPEN = re.compile(r"\b(?:why|how)\b")

# Where the noun phrase that says what is asked for begins: the last match of the first to match.
_PHRASES = (
    re.compile(r"\b(?:name|title) of (?:the |an? |this |that )?([^?,.;:]+)", re.IGNORECASE),
    re.compile(
        r"\b(?:which|what) (?!(?:is|are|was|were|did|does|do|has|will|would|have)\b)([^?,.;:]+)",
        re.IGNORECASE,
    ),
    re.compile(r"\bhow (?:many|much) ([^?,.;:]+)", re.IGNORECASE),
    re.compile(
        r"\b(?:what|which|who) (?:is|are|was|were) (?:the |an? )?([^?,.;:]+)", re.IGNORECASE
    ),
)
_PHRASE_ENDS = _words(
    "is are was were did does do has have had will would can could should this that who to of in "
    "on for at from with about after recently just currently now reportedly also by and or as "
    "during being be it its the a an he she they we his her their our"
)
_LONGEST_PHRASE = 4

_PEOPLE = _words(
    "actor actress singer rapper star superstar musician president minister politician senator "
    "governor lawmaker representative justice judge golfer player athlete quarterback swimmer "
    "runner sprinter gymnast artist celebrity author writer director filmmaker coach billionaire "
    "official ceo leader candidate queen king prince princess monarch person man woman republican "
    "democrat comedian host legend icon model driver striker footballer boxer champion winner "
    "mogul executive founder secretary chief congressman congresswoman mayor resident figure "
    "scientist astronaut journalist anchor member"
)
_PLACES = _words(
    "city citie town island region province capital county countie airport park resort location "
    "place area"
)
_WORKS = _words(
    "movie film show series book novel song album game single musical cartoon title program"
)
_NAMED = _words(
    "company companie airline automaker retailer team firm brand university school store network "
    "bank platform app club party agency organization name"
)
_COMMON = _words(
    "animal food item insect drink product fruit vegetable material creature sport word phrase "
    "color colour ingredient instrument mode transport dish snack spice flower tree plant body "
    "part disease method activity object kind type thing find gas metal vehicle crop dairy meat "
    "weapon substance drug"
)
HARM = {
    "died": r"(?:death|dead\b|die[ds]?\b|dying|kill|fatal|casualt|lives\b)",
    "injured": r"(?:injur|hurt\b|wound|casualt)",
}
"""Words that say of people what a question counts them for, by one of them."""

_NATIONS = frozenset(["country", "countrie", "nation"])


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for; `focus` is its noun phrase, such as "social media platform".

    `common` says that the answer is probably no name ("which animal"), and `words` are the
    question's own words.
    """

    kind: Kind
    focus: str
    common: bool
    words: frozenset[str]

    @property
    def unit(self) -> str:
        """The last word of the focus in its singular: what a number counts."""
        return self.focus.split()[-1].lower().rstrip("s") if self.focus else ""


def asked_for(question: str) -> Asked:
    """What the question asks for, by its words.

    >>> asked = asked_for("How many people died in the flood?")
    >>> asked.kind, asked.focus, asked_for("Which Tolbeck firm won?").kind
    ('number', 'people', 'name')
    """
    focus = _focus(question)
    heads = {word.rstrip("s") for word in focus.lower().split()}
    return Asked(_kind(question.lower(), focus), focus, bool(heads & _COMMON), own_words(question))


def own_words(text: str) -> frozenset[str]:
    """The words of a text in lower case, without possessive endings."""
    return frozenset(_WORD.findall(_POSSESSIVE.sub("", text.lower())))


def without_names(text: str) -> str:
    """The text without capitalised words and quoted names, its first word kept.

    What is left is the relation that is asked about or told.

    >>> without_names("In which shipyard was the ferry Lady Isbel built?")
    'In which shipyard was the ferry built?'
    """
    words = text.split()
    rest = [word for word in words[1:] if not word[0].isupper() and word[0] not in '“"']
    return " ".join(words[:1] + rest)


def particular(question: str) -> Asked | None:
    """The one thing of a known kind that a question asks for, such as a person; None for none.

    >>> particular("How many sank?").kind, particular("What happened?"), particular("Who is Orr?")
    ('number', None, None)
    """
    if read_form(question).name not in _OF_ONE_THING:
        return None
    asked = asked_for(question)
    return None if asked.kind in ("thing", "any") else asked


def _kind(text: str, focus: str) -> Kind:
    """The kind by the question's words, in lower case: quantities first, then nouns."""
    quantity = _quantity(text)
    if quantity is not None:
        return quantity
    nouns = [_singular(word) for word in reversed(focus.lower().split())]
    named = next((kind for noun in nouns if (kind := _kind_of_noun(noun)) is not None), None)
    if named is not None and (named != "name" or _INTERROGATIVE.search(text)):
        return named
    interrogative = _INTERROGATIVE.search(text)
    if not interrogative and _WHO.search(text):
        return "person"
    if not interrogative and re.search(r"\bwhere\b", text):
        return "place"
    if re.search(r"\bwhich\b", text):
        return "name"
    return "any" if _OPEN.search(text) else "thing"


def _quantity(text: str) -> Kind | None:
    if _CHANGES.search(text):
        return "number"
    if re.search(r"\bhow much\b|\bwhat (?:does|did|do|will|would) .+? (?:cost|earn)\b", text):
        return "money" if _MONEY.search(text) else "number"
    if _AMOUNT.search(text):
        return "money"
    if _PERCENT.search(text):
        return "percent"
    if _NUMBER.search(text):
        return "number"
    return "date" if _DATE.search(text) else None


def _kind_of_noun(noun: str) -> Kind | None:
    if noun in _NATIONS:
        return "country"
    if noun == "state":
        return "state"
    if noun == "continent":
        return "continent"
    if noun in _PEOPLE:
        return "person"
    if noun in _PLACES:
        return "place"
    if noun in _WORKS:
        return "work"
    return "name" if noun in _NAMED else None


def _focus(question: str) -> str:
    for phrase in _PHRASES:
        found = phrase.findall(question)
        if found:
            return _noun_phrase(found[-1])
    return ""


def _noun_phrase(text: str) -> str:
    """The first words of a text, up to a verb, a preposition or the like."""
    words = text.split()
    if words[:1] == ["of"]:
        words = [word for word in words[1:] if word.lower() not in ("the", "these", "those")]
    taken: list[str] = []
    for word in words[:_LONGEST_PHRASE]:
        lower = word.lower().strip("’'“”\"")
        verb = lower.endswith(("ed", "ly")) or is_irregular_past(lower)
        if lower in _PHRASE_ENDS or (taken and verb):
            break
        taken.append(word.strip('“”"'))
    return " ".join(taken)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def harm_asked(question: str) -> str:
    """The pattern of the words for what a question counts people for; "" where it does not.

    "Was anyone hurt?" asks for it as well.

    >>> bool(harm_asked("how many people died in the flood")), harm_asked("how many boats sank")
    (True, '')
    """
    counts = re.search(
        r"\bhow many\b|\b(?:number|toll)\b|\b(?:any|some)(?:one|body)\b", question, re.IGNORECASE
    )
    found = (harm for harm in HARM.values() if re.search(rf"\b{harm}", question, re.IGNORECASE))
    return next(found, "") if counts else ""


def tells_of_harm(harm: str, text: str) -> bool:
    """Whether a text tells of people to whom that happened, by the pattern of `harm_asked`."""
    return re.search(rf"\b(?:{harm}|toll|victims?|bodies)", text, re.IGNORECASE) is not None
