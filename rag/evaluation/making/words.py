"""The words that the templates know: small closed lists of English, and the verbs of news."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


AUXILIARIES = _words("is are was were has have had will would can could should must may might")
"""Verbs that change places with the subject in a question."""

PREPOSITIONS = _words(
    "in at on from for to with by after during since across as into over between through under "
    "against about when while where before until because among within without"
)
"""Words that may follow a number and what is counted."""

NO_NOUN = PREPOSITIONS | _words(
    "of or and than per a an the out more other additional later earlier who that which"
)
"""Words that end what is counted, or come before it and make it unclear."""

BETWEEN = (PREPOSITIONS - {"to"}) | _words("a an the his her its their of no")
"""Words that may not stand between a verb and the number that is its object."""

PLURALS = _words("people men women children police staff troops personnel")
"""Plurals without an "s"."""

CURRENCIES = _words("crowns kroner kronor rupees rand lira shekels pesos dirhams riyals")
"""Currencies that `rag.reading.facts` takes for something counted."""

SPANS_OF_TIME = _words("years months weeks days hours minutes seconds year month week day hour")
"""What is counted there is a time, not a thing."""

MONEY_VERBS = _words(
    "pay spend raise donate earn lose win invest receive get borrow lend save give cost owe "
    "award grant"
)
"""Verbs that take a sum of money as their object."""

OPENS_BADLY = _words(
    "after before when while as since if although though with in at by for from during under "
    "among of on to through like without despite last next every no what how why once until "
    "within across along amid given then even only nearly about roughly any"
)
"""Words that no subject begins with."""

PRESENT = _words(
    "say says state states claim claims show shows think believe expect expects estimate plan "
    "plans want wants include includes make makes report reports suggest suggests"
)
"""Verbs in the present that would hide in a subject."""

DANGLING = AUXILIARIES | PREPOSITIONS | _words("and or but of the a an that than")
"""Words that a question never ends with."""

LINKS = _words("of the and in for at de la van von del on a an to")
"""Small words within names."""

DATES = _words(
    "January February March April May June July August September October November December "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Jan Feb Aug Sept Oct Nov Dec"
)
"""Names that tell a time and nothing else."""

NO_PLACES = DATES | _words("Congress Parliament English French German Spanish")
"""Names that follow "in" and are no places."""

_REGULAR = (
    "abandon acquire add adopt approve arrest arrive attend attract award ban borrow cancel "
    "capture carry close collapse collect complete construct create crash damage debut deliver "
    "deploy deport destroy detain die discover displace donate earn employ end escape establish "
    "evacuate expand expel export file finish free gather graduate grant hire host import "
    "injure introduce invest join kill land launch marry move name open operate order own play "
    "plant premiere produce publish purchase raise ratify receive record recruit reject release "
    "rescue resign retire return sack save score seize serve settle ship sign slash start store "
    "test travel treat unveil vaccinate visit walk wound"
)
_IRREGULAR = (
    "become became,begin began,break broke,bring brought,build built,buy bought,catch caught,"
    "come came,cost cost,cut cut,draw drew,find found,fly flew,give gave,go went,grow grew,"
    "hit hit,hold held,keep kept,lead led,leave left,lend lent,lose lost,make made,meet met,"
    "pay paid,rise rose,fall fell,run ran,sell sold,send sent,shut shut,sink sank,spend spent,"
    "steal stole,take took,teach taught,win won,write wrote"
)
_DOUBLED = _words("ban ship expel")
_AMERICAN = "canceled cancel,traveled travel"
_PLAINER = (
    "acquire buy,construct build,detain arrest,discover find,injure hurt,launch start,"
    "purchase buy,receive get,recruit hire,sack dismiss,slash cut,wound hurt"
)

_SYNONYMS = (
    "employees workers,workers employees,attorneys lawyers,lawyers attorneys,attorney lawyer,"
    "lawyer attorney,physicians doctors,doctors physicians,movie film,film movie,movies films,"
    "films movies,kids children,children kids,firm company,company firm,firms companies,"
    "companies firms,residents inhabitants,inhabitants residents,homes houses,houses homes,"
    "planes aircraft,aircraft planes,blaze fire,illness disease,disease illness,murder killing,"
    "error mistake,mistake error,huge enormous,enormous huge,large big,big large,"
    "passengers travellers,fans supporters,supporters fans,donated gave,canceled called off,"
    "cancelled called off,injured hurt,wounded hurt,purchased bought,acquired bought,"
    "constructed built,arrested detained,detained arrested,annual yearly,yearly annual,"
    "assistance help,gathered met,individuals people,cash money,reduce cut,begin start,"
    "require need,obtain get,vehicles cars,jobs posts,difficult hard,crucial vital,"
    "important vital,quickly fast,tough hard,rapid fast,significant major,entire whole,"
    "whole entire,dangerous risky,risky dangerous"
)


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(pair.split(" ", 1)[0], pair.split(" ", 1)[1]) for pair in text.split(",")]


def _past(base: str) -> str:
    if base in _DOUBLED:
        return f"{base}{base[-1]}ed"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    return f"{base}d" if base.endswith("e") else f"{base}ed"


BASES = (
    {_past(base): base for base in _REGULAR.split()}
    | {past: base for base, past in _pairs(_IRREGULAR)}
    | dict(_pairs(_AMERICAN))
)
"""The past tense of verbs that news is full of -> their infinitive."""

PLAINER = dict(_pairs(_PLAINER))
"""Verbs -> commoner ones of the same meaning."""

SYNONYMS = dict(_pairs(_SYNONYMS))
"""Common words -> others that can stand in their place in nearly every sentence."""

FIRST_PERSON = dict(
    _pairs(
        "i they,we they,me them,us them,my their,our their,mine theirs,ours theirs,"
        "myself themselves,ourselves themselves,here there"
    )
)
"""Words of somebody who speaks -> those in which others report it."""
