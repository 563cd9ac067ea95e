"""Recognises notices of an outlet about its own article: corrections, updates, retractions.

The wordings are English, but for labels of corrections. A notice is at the start or the end of
an article and is about the article itself: "the drug was withdrawn" is reporting. In doubt, a
paragraph is reporting: a missed notice costs less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.corpus.boilerplate import Block, paragraphs
from rag.language.dates import parse_published
from rag.language.sentences import sentence_spans
from rag.records import Published

NoticeKind = Literal[
    "correction", "clarification", "editor's note", "update", "replacement", "retraction"
]

_HEAD = 8
_TAIL = 6
_WHOLE_ARTICLE = 3
"""A retraction is among so many first or last paragraphs: others report one of someone else."""

_LONGEST = 1_500
_DATED_WITHIN = 300

_MONTH_DAY = (
    r"(?:[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8}\.?)"
)
_STORY = r"(?:story|article|piece|post|column|item|dispatch|obituary|interview|op-ed|editorial)"
_LIST = r"(?:report|page|review|list|guide|transcript|headline|file|graphic|caption)"
_THIS = rf"(?:this|our) (?:{_MONTH_DAY} )?(?:online |news |print |live |opinion |breaking )?"
_EARLIER = (
    r"(?:in )?(?:an? |the |our )?(?:earlier|previous|prior|original|first) (?:online |print )?"
    rf"versions? of (?:this|the|our) (?:\w+ ){{0,2}}(?:{_STORY}|{_LIST}|listing)"
)
_WAS = r"(?:has|have|had|was|were)(?: (?:been|since|also|further|last))*"
_TO_WHAT = r"(?=.{0,40}\b(?:to (?:include|add|correct|clarify|reflect|remove|fix|note)|with)\b)"

LABELS_ABROAD = (
    r"korrektur|berichtigung|richtigstellung|rectificatif|erratum|correctif|corrección"
    r"|rectificación"
    r"|fe de err(?:ores|atas)|errata corrige|correzione|rettifica|correção|errata|rättelse|rettelse"
    r"|rectificatie|correctie|sprostowanie|erramos|esclarecimento|aclaración|opravný|oikaisu"
    r"|düzeltme|исправление|поправка|訂正|更正|정정"
)
"""Labels of corrections in other languages."""

_EARLIER_ABROAD = re.compile(
    r"(?:in (?:einer|der) (?:früheren|ersten|vorigen|vorherigen|ursprünglichen) (?:version|fassung)"
    r" (?:dieses|des)"
    r"|(?:dans )?une (?:version précédente|première version|version antérieure) de ce"
    r"|(?:en )?una (?:primera versión|versión (?:anterior|previa)) de est"
    r"|(?:in )?una (?:prima versione|(?:precedente versione|versione precedente)) di quest"
    r"|(?:em )?(?:uma |a )?(?:versão anterior|primeira versão) des[st]"
    r"|in een eerdere versie van d|i en (?:tidligere|tidigare) ver(?:sjon|sion) a[vf] d"
    r"|w (?:pierwotnej|poprzedniej|wcześniejszej) wersji t)",
    re.IGNORECASE,
)
"""How other languages say that an earlier version of the article was wrong."""

_LABEL = re.compile(
    r"(?P<label>corrections?(?: ?(?:&|and|/) ?clarifications?)?|clarifications?|retraction"
    rf"|{LABELS_ABROAD}"
    r"|editor[’']?s[’']? note|note (?:to|for) (?:our )?(?:readers|editors))"
    r"(?:[ ,(](?:[^:.;—–]|\.(?= ?\d)){1,40})? ?(?::|[—–]| - )",
    re.IGNORECASE,
)
_WIRE = re.compile(
    r"\(?(?P<verb>corrects|clarifies|refiles|updates|recasts)\b(?=.{0,80}\b"
    r"(?:paragraphs?|headline|spelling|byline|dateline|typo|to (?:say|show|fix|add|correct"
    r"|remove|clarify))\b)",
    re.IGNORECASE,
)
_IN_NOTE = re.compile(
    r"[\s(\[]*(?P<verb>correct(?:s|ed|ing|ion)|clarif(?:ies|ied|ying|ication)"
    r"|retract(?:s|ed|ing|ion)|replac(?:es|ing))\b",
    re.IGNORECASE,
)
_IN_NOTE_KINDS: Mapping[str, NoticeKind] = {
    "corre": "correction",
    "clari": "clarification",
    "retra": "retraction",
    "repla": "replacement",
}
_RETRACTED = re.compile(
    rf"{_THIS}{_STORY} {_WAS}(?: (?:formally|fully))? (?:retracted|withdrawn|unpublished|taken down"
    r"|removed (?:from (?:our|the|its) (?:web)?sites?|(?:because|as|after) (?:it|we)\b))"
    r"|(?:we|(?-i:[A-Z][\w’'.]*(?: [A-Z][\w’'.]*){0,4})) (?:(?:have|has|are|is) )?"
    r"(?:hereby |formally )?(?:retract(?:s|ed|ing)?|withdr(?:aws?|ew|awn|awing)) "
    rf"(?:this|our) {_STORY}\b(?![’'])"
    r"|retracted: |(?-i:RETRACTED) |retraction:",
    re.IGNORECASE,
)
_STAMP = re.compile(r"retracted(?=: | )", re.IGNORECASE)
_MAY_RETRACT = ("retract", "withdr", "unpublished", "taken down", "removed")
_REPLACES = re.compile(
    rf"(?:this|the following) (?:{_STORY}|version|report|text)? ?(?:corrects and )?"
    r"(?:replaces|supersedes) (?:all |an? |our |the )?"
    r"(?:earlier|previous|prior|original|older|one|version|story|item)"
    r"|\(?(?:corrects and )?(?:replaces|supersedes) (?:an? |the |all )?"
    r"(?:earlier|previous|prior|original) (?:versions?|story|item)",
    re.IGNORECASE,
)
_EDITED = re.compile(
    rf"{_THIS}(?:{_STORY} {_WAS}|{_LIST} {_WAS}{_TO_WHAT}) "
    r"(?:updated|revised|amended|edited|changed|refiled|modified)\b",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    rf"{_THIS}(?:{_STORY}|{_LIST}) {_WAS} corrected\b"
    rf"|{_EARLIER}\b.{{0,80}}?\b(?:said|stated|gave|reported|named|put|described|contained"
    r"|included|had|used|listed|mis\w+|wrong(?:ly)?|incorrect(?:ly)?|mistaken(?:ly)?|erroneously"
    r"|inaccura\w+|errors?)\b",
    re.IGNORECASE | re.DOTALL,
)
_CLARIFIED = re.compile(rf"{_THIS}(?:{_STORY}|{_LIST}) {_WAS} clarified\b", re.IGNORECASE)
_ERROR = re.compile(
    r"\bcorrect(?:ed|s|ion)?\b|\berrors?\b|\bmis(?:stat|spel|identif|report)\w*|\btypos?\b"
    r"|\bincorrect|\bwrong|\binaccura",
    re.IGNORECASE,
)
_CLARITY = re.compile(r"\bclarif(?:y|ies|ied|ication)\b|\bmake clear\b", re.IGNORECASE)
_UPDATE = re.compile(r"(?:last )?updated?\b", re.IGNORECASE)
_UPDATE_LINE = 120
_OPENING = re.compile(r"(?:^|(?<=[.!?)\]]))[\s*_(\[•►–—-]*")
_DOUBLE_MARKS = re.compile(r"[\"“”]")

_CLOCK = r"\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.? ?m\.?)?(?: \(?[A-Z]{1,5}\b\)?)?"
_DAY = (
    r"(?:[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2}(?:st|nd|rd|th)? (?:of )?"
    r"[A-Z][a-z]{2,8}\.?,? \d{4}|\d{4}-\d\d-\d\d)"
)
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,? )?"
_CHANGED = (
    r"\b(?:updated?|corrected|corrections?|clarifi(?:ed|cations?)|note|amended|revised|modified"
    r"|retracted|withdrawn|retraction|removed)\b(?:[\s,:;(|–—-]|\b(?:on|at|as of|last)\b)*"
)
_WHEN = re.compile(
    rf"{_CHANGED}(?P<when>{_CLOCK}[, ]+(?:on )?{_WEEKDAY}{_DAY}"
    rf"|{_WEEKDAY}{_DAY}(?:(?:,| at|T|,? [|–—-])? ?\d{{1,2}}:\d\d(?::\d\d)?(?: ?[ap]\.? ?m\b\.?)?"
    r"(?: ?(?:Z|[+-]\d\d:?\d\d|\(?[A-Z]{1,5}\b\)?))?)?)",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_WITHOUT_YEAR = re.compile(
    rf"{_CHANGED}(?:{_CLOCK}[, ]+(?:on )?)?{_WEEKDAY}"
    rf"(?P<day>{_MONTH} \d{{1,2}}|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH})\b(?!,? ?\d)",
    re.IGNORECASE,
)
_WITHIN_DAYS = 300

_TAKES_BACK = re.compile(
    r"\b(?:(?:an?|our|this|the)\s+)?(?:earlier|previous|original|first|our|this)\s+"
    r"(?:online\s+|print\s+)?(?:versions?|report|article|story|edition|headline|caption)\b"
    r".{0,60}?\b(?:said|stated|gave|reported|named|put|described|misstated|misidentified|misspelled"
    r"|(?:wrongly|incorrectly|mistakenly|erroneously)\s+\w+)\b",
    re.IGNORECASE | re.DOTALL,
)
_IS_NOTICE = re.compile(
    r"\b(?:correct(?:ion|ed|s)|clarification|amended|wrong(?:ly)?|incorrect(?:ly)?|in error"
    r"|mistaken(?:ly)?|erroneously|misstated|misidentified|misspelled|earlier version"
    r"|previous version)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Characters `start` to `end` of an article: a notice of the outlet about the article.

    `at` is when the correction or update was made, None if the notice gives no date.
    """

    kind: NoticeKind
    start: int
    end: int
    at: Published | None = None


def find_notices(text: str, published: Published | None = None) -> tuple[Notice, ...]:
    """The notices of an article, in order, not overlapping.

    A date without a year is the first such date on or after the publication.

    >>> [(n.kind, str(n.at)) for n in find_notices("Updated May 5, 2025, 3:15 p.m. ET")]
    [('update', '2025-05-05T19:15Z')]
    """
    blocks = paragraphs(text)
    return tuple(_in_blocks(text, blocks, published))


def updated_at(notices: Sequence[Notice]) -> Published | None:
    """The latest change that the notices state, None if they state none."""
    moments = [notice.at for notice in notices if notice.at is not None]
    return max(moments, key=lambda published: published.at, default=None)


def retraction(text: str) -> str:
    """The words that retract a whole article; "" if there are none.

    >>> retraction("This article has been retracted. It sank.")
    'This article has been retracted.'
    """
    folded = text.casefold()
    notices = find_notices(text) if any(word in folded for word in _MAY_RETRACT) else ()
    found = next((each for each in notices if each.kind == "retraction"), None)
    return " ".join(_own_words(text[found.start : found.end]).split()) if found else ""


def _own_words(notice: str) -> str:
    """The outlet's own words in a retraction; all of it if it begins with a label."""
    if _LABEL.match(notice):
        return notice
    # "RETRACTED: " comes before a headline or the first sentence.
    stamp = _STAMP.match(notice)
    return stamp[0] if stamp else notice[slice(*sentence_spans(notice)[0])]


def corrected_part(sentence: str) -> str | None:
    """The statement that a notice corrects, with what follows it; None for other sentences.

    >>> corrected_part("An earlier version of this story misstated the toll.")
    ' the toll.'
    """
    found = _TAKES_BACK.search(sentence)
    return sentence[found.end() :] if found and _IS_NOTICE.search(sentence) else None


def _in_blocks(text: str, blocks: Sequence[Block], published: Published | None) -> Iterator[Notice]:
    last = len(blocks)
    for place, block in enumerate(blocks):
        if _HEAD <= place < last - _TAIL:
            continue
        words = text[block.start : block.end][:_LONGEST].replace("\n", " ")
        outer = place < _WHOLE_ARTICLE or place >= last - _WHOLE_ARTICLE
        if found := _notice(words, outer=outer):
            kind, start = found
            notice = words[start:].rstrip()
            at = _when(notice) or _in_its_year(notice, published)
            yield Notice(kind, block.start + start, block.start + start + len(notice), at)


def _notice(words: str, *, outer: bool) -> tuple[NoticeKind, int] | None:
    """The kind of the notice in a paragraph and its offset; None if there is none."""
    first = _OPENING.match(words)
    start = first.end() if first else 0
    if label := _LABEL.match(words, start):
        kind = _labelled(label["label"].lower(), words[label.end() :], outer=outer)
        return kind, start
    if wire := _WIRE.match(words, start):
        verb = wire["verb"].lower()
        kinds: dict[str, NoticeKind] = {"clarifies": "clarification", "updates": "update"}
        return kinds.get(verb, "correction"), start
    if len(words) <= _UPDATE_LINE and (_UPDATE.search(words)) and _when(words):
        return "update", start
    for opening in _OPENING.finditer(words):
        # A quoted sentence is by somebody else.
        quoted = len(_DOUBLE_MARKS.findall(words, 0, opening.end())) % 2
        spoken = None if quoted else _spoken(words, opening.end(), outer=outer)
        if spoken:
            return spoken, opening.end()
    return None


def _labelled(label: str, rest: str, *, outer: bool) -> NoticeKind:
    spoken = (_spoken(rest, opening.end(), outer=outer) for opening in _OPENING.finditer(rest))
    kinds = [kind for kind in spoken if kind]
    if label.startswith("retraction") or "retraction" in kinds:
        return "retraction"
    if label.startswith("clarification"):
        return "clarification"
    if not label.startswith(("editor", "note")):
        return "correction"
    if not kinds and (verb := _IN_NOTE.match(rest)):
        return _IN_NOTE_KINDS[verb["verb"][:5].lower()]
    return kinds[0] if kinds else "editor's note"


def _spoken(words: str, start: int, *, outer: bool) -> NoticeKind | None:
    """The kind of the notice in the sentence at `start`; None if it is none."""
    if outer and _RETRACTED.match(words, start):
        return "retraction"
    if _REPLACES.match(words, start):
        return "replacement"
    if _CORRECTED.match(words, start) or _EARLIER_ABROAD.match(words, start):
        return "correction"
    if _CLARIFIED.match(words, start):
        return "clarification"
    if _EDITED.match(words, start) is None:
        return None
    if _ERROR.search(words, start):
        return "correction"
    return "clarification" if _CLARITY.search(words, start) else "update"


def _when(notice: str) -> Published | None:
    """The moment that a notice states, None if it states none."""
    found = _WHEN.search(notice[:_DATED_WITHIN])
    return parse_published(found["when"]) if found else None


def _in_its_year(notice: str, published: Published | None) -> Published | None:
    """The day that a notice states without a year, on or soon after the publication."""
    found = _WITHOUT_YEAR.search(notice[:_DATED_WITHIN])
    if found is None or published is None:
        return None
    for year in (published.at.year, published.at.year + 1):
        at = parse_published(f"{found['day']} {year}")
        if at and 0 <= (at.at.date() - published.at.date()).days <= _WITHIN_DAYS:
            return at
    return None
