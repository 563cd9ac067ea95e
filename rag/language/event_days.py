"""When what a sentence reports happens: its day, looking back or ahead as its verb does.

Rules are for English, and read the syntax of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from rag.language.analysis import analyse
from rag.language.furniture import CELLS
from rag.language.moments import Days, Moment, moments, span_of
from rag.language.speech_cues import SAYING
from rag.language.words import shortened, word_set

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_MODALS = word_set("will shall would could may might should must ll wo")
_PLANNING = word_set(
    "plan plans planned planning hope hopes hoped hoping expect expects expected intend intends"
    " intended offer offers offered agree agrees agreed aim aims aimed promise promises promised"
    " vow vows vowed pledge pledges pledged threaten threatens threatened schedule schedules"
    " scheduled slated due set poised likely ready prepare prepares prepared preparing want wants"
    " wanted decide decides decided propose proposes proposed ask asks asked order orders ordered"
    " invite invites invited urge urges urged call calls called need needs postpone postpones"
    " postponed delay delays delayed announce announces announced"
)
_STRONGLY_PLANNING = word_set(
    "plan plans planned planning scheduled slated due poised expected expects intends hopes hoping"
)
_TIMETABLED = word_set(
    "is are begins begin starts start opens open closes close ends end expires expire meets meet"
    " votes vote returns return resumes resume arrives arrive leaves leave go goes takes faces"
    " hears"
)
_DURING = word_set("in during back")
_PRESENT_HELPERS = word_set("is are does do ’s 's")
_MOVED = word_set("postpone postpones postponed move moves moved delayed rescheduled adjourned")
_AHEAD = ("for", "until", "till", "by", "before", "next", "from")
_SUBJECTS = ("nsubj", "nsubjpass", "expl", "csubj")
_ASIDE = ("relcl", "appos", "parataxis", "meta", "intj", "dep", "advcl", "mark")
_MARKS = '()[]“”"–—'
_PARTS_OF_DAY = word_set("morning afternoon evening night noon")
_BESIDE = word_set("earlier later early late as")
_ANY = re.compile(r"\b(?:an?|any|every|each|most)\s+$", re.IGNORECASE)
_SPACED = re.compile(r"\s+([,.;:])")
_LEADING = re.compile(
    r"^(?:[\s,.;:“”\"'’–—-]+|(?:that|and|but|which|when|while|after|because|as|if)\s)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"[\s,.;:“”\"'’–—-]+$")
_JUST_PAST = timedelta(days=92)
"""What ended so lately is meant with a verb of the present, rather than the next such time."""
_MOST_WORDS = 12
_MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Dated:
    """What a sentence dates: its words for the time, the days meant, and a short title.

    `title` are the words of the event's own clause without the time, twelve at most.
    """

    named: str
    days: Days
    title: str


def event_days(sentence: str, published: date | None) -> Days | None:
    """The first and the last day of what a sentence reports; None where it names no such time.

    A time that leaves its year or week open is the next one after a verb of planning, a future
    or a conditional ("offered to meet on Saturday", "would end on 31 December"), and after one of
    the present unless the last is three months past at most ("decides in June"), else the last;
    the day of publication counts as either. Of several times, a day goes before a month, and
    the time of the event before that of its telling. Years and decades alone are no such time.

    >>> event_days("The strike would end on Friday, Orr said on Monday.", date(2031, 3, 5))
    (datetime.date(2031, 3, 7), datetime.date(2031, 3, 7))
    """
    found = dated(sentence, published)
    return found.days if found else None


def earlier_year(sentence: str, published: date | None) -> Days | None:
    """The year before that of publication in which all of what a sentence reports happened.

    >>> earlier_year("The mill, rebuilt last year, was founded in 1904.", date(2031, 3, 5))
    (datetime.date(1904, 1, 1), datetime.date(1904, 12, 31))
    >>> earlier_year("It was the worst fire since 1904.", date(2031, 3, 5)) is None
    True
    """
    times = moments(sentence, published)
    found = [
        (each.days[0], place)
        for each, place in zip(times, _places(sentence, times), strict=True)
        if each.unit == "year" and each.days and each.days[0][0].year == each.days[0][1].year
    ]
    if not found:
        return None
    [doc] = analyse([sentence])
    for days, place in found:
        verb = _verb(doc, *place)
        if verb is None or not _is_past(verb):
            continue
        if verb.dep_ != "ROOT" and not (verb.dep_ == "ccomp" and verb.head.lower_ in SAYING):
            continue
        between = {each.lower_ for each in _between(doc, verb, place)}
        if between <= _DURING and (published is None or days[1].year < published.year):
            return days
    return None


def dated(sentence: str, published: date | None) -> Dated | None:
    """The event that a sentence dates, as `event_days` finds its days.

    >>> found = dated("On Monday the old mill, built in 1904, burnt down.", date(2031, 3, 5))
    >>> found.named, found.title
    ('Monday', 'The old mill burnt down')

    The row of a table dates none.
    """
    if CELLS in sentence:
        return None
    found = moments(sentence, published)
    known = [
        (each, place)
        for each, place in zip(found, _places(sentence, found), strict=True)
        if each.days and each.unit != "year" and not _is_no_time(sentence, *place)
    ]
    if not known:
        return None
    [doc] = analyse([sentence])
    return _dated(doc, [each for each, _ in known], [place for _, place in known], published)


def _is_no_time(sentence: str, start: int, end: int) -> bool:
    """Whether a time is part of a name ("the Lindow TODAY") or any such day ("on a Friday")."""
    return sentence[start:end].isupper() or _ANY.search(sentence, 0, start) is not None


def _dated(
    doc: Doc, known: list[Moment], places: list[tuple[int, int]], published: date | None
) -> Dated:
    heads = [_verb(doc, *place) for place in places]
    best = min(
        range(len(known)), key=lambda n: (_tells(heads[n]), known[n].unit != "day", places[n])
    )
    moment, verb, place = known[best], heads[best], places[best]
    days = _meant(moment, published, _looks_ahead(doc, verb, place), _is_present(doc, verb, place))
    for other, (start, _) in zip(known, places, strict=True):
        # "Friday of next week" is the Friday in it.
        if doc.text[place[1] : start].strip() == "of" and other.unit != "day":
            first, last = other.days[0]
            each_day = map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
            found = (day for day in each_day if day.weekday() == moment.weekday)
            days = next(((day, day) for day in found), days)
    return Dated(moment.text, days, _title(doc, verb, places))


def _places(sentence: str, known: list[Moment]) -> list[tuple[int, int]]:
    """Where the words of each time stand; they are in order."""
    places, at = [], 0
    for each in known:
        at = sentence.index(each.text, at)
        places.append((at, at + len(each.text)))
        at += len(each.text)
    return places


def _meant(moment: Moment, published: date | None, ahead: bool, present: bool) -> Days:
    if published is None:
        return moment.days[0]
    days = moment.days
    if moment.month and not moment.year:
        years = (published.year + step for step in (-1, 0, 1))
        spans = (span_of(year, moment.month, moment.day) for year in years)
        days = tuple(span for span in spans if span) or days
    last = max((each for each in days if each[0] <= published), default=days[0])
    if ahead or (present and published - last[1] > _JUST_PAST):
        return min((each for each in days if each[1] >= published), default=days[0])
    return last


def _verb(doc: Doc, start: int, end: int) -> Token | None:
    """The verb on which a time depends."""
    above = _at(doc, (start, end)).ancestors
    return next((each for each in above if each.pos_ in ("VERB", "AUX")), None)


def _between(doc: Doc, verb: Token, place: tuple[int, int]) -> list[Token]:
    """The words through which a time hangs on a verb, without its own."""
    led = (each for each in _at(doc, place).ancestors if verb.is_ancestor(each))
    return [each for each in led if not _overlaps(each, [place])]


def _at(doc: Doc, place: tuple[int, int]) -> Token:
    """The first word of a time."""
    return next(token for token in doc if place[0] < token.idx + len(token))


def _tells(verb: Token | None) -> bool:
    """Whether a verb says only when something was said, and what was said follows."""
    return (
        verb is not None
        and verb.lower_ in SAYING
        and any(each.dep_ in ("ccomp", "parataxis") for each in (verb, *verb.children))
    )


def _looks_ahead(doc: Doc, verb: Token | None, place: tuple[int, int]) -> bool:
    before = next((t for t in reversed(doc) if t.idx + len(t) <= place[0] and t.is_alpha), None)
    named = doc.text[slice(*place)].lower()
    if named.startswith(("next", "tomorrow", "the day after")):
        return True
    if (before is not None and before.lower_ == "of") or doc.text.startswith(
        ("'s", "’s"), place[1]
    ):
        return False
    if verb is None:
        return before is not None and before.lower_ in _AHEAD
    if before is not None and before.lower_ in _AHEAD and not _is_past(verb):
        return True
    if before is not None and before.lower_ in ("for", "until", "till"):
        return True
    if before is not None and before.lower_ == "to" and verb.lower_ in _MOVED:
        return True
    return any(_is_ahead(each) for each in _governing(verb))


def _is_present(doc: Doc, verb: Token | None, place: tuple[int, int]) -> bool:
    """Whether a time hangs on a verb of the present itself, and is not one since when it lasts."""
    if verb is None or verb.lower_ in SAYING:
        return False
    between = _between(doc, verb, place)
    if any(each.pos_ == "NOUN" or each.lower_ == "since" for each in between):
        return False
    helpers = [each.lower_ for each in verb.children if each.dep_ in ("aux", "auxpass")]
    if helpers:
        return helpers[0] in _PRESENT_HELPERS
    return verb.tag_ in ("VBZ", "VBP")


def _governing(verb: Token) -> Iterator[Token]:
    """The verb, and those on which it leans without a subject of its own."""
    for _ in range(_MOST_STEPS):
        yield verb
        own = any(each.dep_ in _SUBJECTS for each in verb.children)
        leans = verb.dep_ in ("conj", "auxpass") or (verb.dep_ == "xcomp" and _is_bare(verb))
        if own or not leans or verb.head is verb:
            return
        verb = verb.head


def _is_bare(verb: Token) -> bool:
    return verb.tag_ in ("VB", "VBG") and verb.head.pos_ in ("VERB", "AUX", "ADJ")


def _is_ahead(verb: Token) -> bool:
    helpers = [each.lower_.lstrip("’'") for each in verb.children if each.dep_ in ("aux", "neg")]
    if not _MODALS.isdisjoint(helpers):
        return "have" not in helpers
    if "to" in helpers:
        above = verb.head
        planned = above.lower_ in _PLANNING or any(
            each.lower_ in _PLANNING for each in above.children if each.dep_ in ("acomp", "attr")
        )
        is_to = above.lower_ in ("is", "are") and verb.dep_ == "xcomp"
        return planned or is_to or verb.dep_ in ("acl", "relcl")
    if verb.lower_ in _STRONGLY_PLANNING or any(
        each.lower_ in _STRONGLY_PLANNING for each in verb.children if each.dep_ == "acomp"
    ):
        return True
    if verb.tag_ == "VBG" and any(each in ("is", "are", "’s", "'s") for each in helpers):
        return True
    return verb.tag_ in ("VBZ", "VBP") and verb.lower_ in _TIMETABLED


def _is_past(verb: Token) -> bool:
    helpers = {each.lower_ for each in verb.children if each.dep_ in ("aux", "auxpass")}
    return verb.tag_ == "VBD" or (
        verb.tag_ == "VBN" and not helpers.isdisjoint(("was", "were", "had", "has", "have"))
    )


def _title(doc: Doc, verb: Token | None, times: list[tuple[int, int]]) -> str:
    """The words of the clause in which an event is told, or of the whole sentence."""
    times = [each for each in times if not doc.text.startswith(("'s", "’s"), each[1])]
    top, joined = verb, None
    for _ in range(_MOST_STEPS):
        if top is None or any(each.dep_ in _SUBJECTS for each in top.children):
            break
        joined = joined or (top if top.dep_ == "conj" else None)
        top = top.head if top.head is not top else None
    if top is None:
        chosen = list(doc)
    elif joined is not None:
        helps = (*_SUBJECTS, *(("aux", "auxpass") if joined.tag_ == "VBN" else ()))
        shared = [each for each in top.children if each.dep_ in helps]
        both = [*shared, joined]
        chosen = sorted({token for each in both for token in _own(each, verb)}, key=attrgetter("i"))
    else:
        chosen = sorted(_own(top, verb), key=attrgetter("i"))
    if top is not None and top.dep_ == "relcl":
        spoken_of = [each for each in top.head.subtree if each.i <= top.head.i]
        chosen = spoken_of + [each for each in chosen if each.tag_ not in ("WP", "WDT")]
    text = _joined([each for each in chosen if not _is_time(each, times)])
    words = _LEADING.sub("", _TRAILING.sub("", " ".join(_SPACED.sub(r"\1", text).split()))).split()
    short = " ".join(words[:_MOST_WORDS]).rstrip(",;:") + " …" * (len(words) > _MOST_WORDS)
    return short[:1].upper() + short[1:] if words else shortened(doc.text, 80)


def _joined(tokens: list[Token]) -> str:
    """The tokens as they are written, with a space where others were left out."""
    apart = [two.i - one.i > 1 and not two.is_punct for one, two in pairwise(tokens)]
    gaps = [
        " " if gap and not each.whitespace_ else ""
        for each, gap in zip(tokens, apart, strict=False)
    ]
    return "".join(each.text_with_ws + gap for each, gap in zip(tokens, [*gaps, ""], strict=False))


def _own(top: Token, dated: Token | None) -> Iterator[Token]:
    """The tokens of a clause without what is said besides: relative clauses, appositions."""
    yield top
    aside = [each for each in top.children if _is_aside(each, dated)]
    commas = {place for each in aside for place in (each.left_edge.i - 1, each.right_edge.i + 1)}
    for child in top.children:
        if child not in aside and not (child.is_punct and child.i in commas):
            yield from _own(child, dated)


def _is_aside(token: Token, dated: Token | None) -> bool:
    """Whether a part of a clause can be left out of its title, since the time is not in it."""
    if dated is not None and (dated is token or token.is_ancestor(dated)):
        return False
    is_clause = token.dep_ == "conj" and token.pos_ in ("VERB", "AUX")
    joins = token.dep_ == "cc" and any(
        each.dep_ == "conj" and _is_aside(each, dated) for each in token.head.children
    )
    inserted = (
        token.dep_ == "acl" and token.left_edge.i > 0 and token.left_edge.nbor(-1).text == ","
    )
    return (
        token.dep_ in _ASIDE
        or is_clause
        or joins
        or inserted
        or (token.is_punct and token.text in _MARKS)
    )


def _is_time(token: Token, times: list[tuple[int, int]]) -> bool:
    """Whether a word is one of a time, or the "on" before it."""
    led = [*token.children, *token.doc[token.i + 1 : token.i + 2]]
    before, after = token.doc[token.i - 1 : token.i], token.doc[token.i + 1 : token.i + 3]
    if _overlaps(token, times):
        return True
    if token.lower_ in _PARTS_OF_DAY or token.dep_ == "case":
        return any(_overlaps(each, times) for each in before)
    if token.lower_ in _BESIDE:
        return any(_overlaps(each, times) for each in after)
    return token.pos_ == "ADP" and any(
        (_overlaps(each, times) and (each.dep_ == "pobj" or each.i == token.i + 1))
        or (each.lower_ in _PARTS_OF_DAY and any(_overlaps(t, times) for t in each.children))
        for each in led
    )


def _overlaps(token: Token, places: list[tuple[int, int]]) -> bool:
    return any(a < token.idx + len(token) and token.idx < b for a, b in places)
