"""Words of saying in a sentence: whose they are, and which words they report.

Rules are for English; knows one sentence with its quotations, and names in the text before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.language.analysis import analyse, is_negated, is_passive
from rag.language.entities import Quotation, quotations
from rag.language.speaker_names import Places, speaker_at
from rag.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

SAYING = word_set(
    "say says said saying tell tells told telling add adds added adding ask asks asked asking write"
    " writes wrote writing tweet tweets tweeted tweeting post posts posted posting reply replies"
    " replied replying state states stated stating explain explains explained explaining insist"
    " insists insisted insisting warn warns warned warning argue argues argued arguing claim claims"
    " claimed claiming admit admits admitted admitting announce announces announced announcing"
    " recall recalls recalled recalling note notes noted noting continue continues continued"
    " continuing conclude concludes concluded concluding declare declares declared declaring remark"
    " remarks remarked comment comments commented commenting respond responds responded responding"
    " joke jokes joked joking shout shouts shouted shouting testify testifies testified testifying"
    " acknowledge acknowledges acknowledged acknowledging suggest suggests suggested suggesting"
    " urge"
    " urges urged urging vow vows vowed vowing promise promises promised promising complain"
    " complains complained complaining confirm confirms confirmed confirming observe observes"
    " observed predict predicts predicted predicting allege alleges alleged alleging deny denies"
    " denied denying describe describes described describing call calls called calling estimate"
    " estimates estimated stress stresses stressed stressing emphasize emphasizes emphasized"
    " emphasise emphasised believe believes believed think thinks thought express expresses"
    " expressed reveal reveals revealed report reports reported disclose disclosed praise praised"
    " criticize criticized criticise criticised condemn condemns condemned blast blasted slam"
    " slammed thank thanked agree agrees agreed read reads caption captioned reiterate reiterated"
    " concede conceded quip quipped exclaim exclaimed chant chanted sing sang whisper whispered"
    " contend contends contended assert asserts asserted maintain maintains maintained"
)
"""Forms of verbs that introduce words; as verbs only."""
_PLAINLY_SAYING = word_set(
    "say says said saying tell tells told telling add adds added adding write writes wrote writing"
    " tweet tweeted tweets post posted posts state stated states explain explained explains insist"
    " insisted insists warn warned warns argue argued argues claim claimed claims admit admitted"
    " announce announced announces recall recalled note noted notes conclude concluded declare"
    " declared testify testified acknowledge acknowledged suggest suggested suggests vow vowed"
    " promise promised complain complained confirm confirmed confirms predict predicted predicts"
    " allege alleged alleges deny denied denies estimate estimated estimates stress stressed"
    " emphasize emphasized reiterate reiterated concede conceded contend contends contended assert"
    " asserted asserts maintain maintained maintains urge urged urges reveal revealed reveals"
    " adding"
    " saying warning noting arguing stating insisting claiming telling respond responded agree"
    " agreed believe believes believed think thinks"
)
"""Those whose clause is reported speech, also without quotation marks."""
_WITH_OBJECT = word_set(
    "denied denies urged urges announced announces promised promises confirmed confirms"
    " acknowledged admitted predicted predicts warned warns vowed vows"
)
"""What they report may be a noun: "announced the sale"."""
_TO_SOMEONE = word_set("told tells tell telling")
_LONG = 5
_NOT_SAID = word_set("declined refused declines refuses decline refuse failed fails able unable")
SPEAKING_FOR = re.compile(r"(?:spokes\w+|representative|official|aide|office|campaign)s?$")
_CUE = re.compile(rf"\b(?:{'|'.join(sorted(SAYING))}|according)\b", re.IGNORECASE)
_WHOLE = 4


@dataclass(frozen=True, slots=True)
class Cue:
    """A word of saying: the characters of it with its speaker, and of what is said."""

    verb: str
    speaker: str
    start: int
    end: int
    said: tuple[int, int] | None


def read_together(text: str, statements: Sequence[tuple[int, int]]) -> None:
    """Analyses at once those of the statements that `cues_of` will read.

    One by one they take three times as long.
    """
    shown = (
        _without_quotations(text, left, right, quoted_in(text, left, right))[0]
        for left, right in statements
    )
    analyse([each for each in shown if _CUE.search(each)])


def quoted_in(text: str, left: int, right: int) -> list[Quotation]:
    """The quotations of `text[left:right]`, at their places in the whole text."""
    return [Quotation(left + each.start, left + each.end) for each in quotations(text[left:right])]


def cues_of(
    text: str, left: int, right: int, marks: Sequence[Quotation], leads_on: bool
) -> list[Cue]:
    """The words of saying outside the quotations of a statement, with their speakers."""
    shown, places = _without_quotations(text, left, right, marks)
    if not _CUE.search(shown):
        return []
    [doc] = analyse([shown])
    found = []
    for token in doc:
        if places[token.idx] is None:
            continue
        if (
            token.lower_ == "according"
            and token.i + 1 < len(doc)
            and doc[token.i + 1].lower_ == "to"
        ):
            found.append(_according(text, left, doc, token, places))
        elif token.lower_ in SAYING and token.tag_.startswith("VB"):
            found.append(_saying(text, left, doc, token, places, bool(marks) or leads_on))
    return [cue for cue in found if cue is not None]


def _without_quotations(
    text: str, left: int, right: int, marks: Sequence[Quotation]
) -> tuple[str, Places]:
    """A statement whose quoted sentences are cut to three words, which the parser reads better."""
    shown: list[str] = []
    places: Places = []
    at = left
    for quote in marks:
        inside = text[quote.start : quote.end]
        places += range(at, quote.start)
        shown.append(text[at : quote.start])
        whole = inside[:1].isupper() and len(inside.split()) >= _WHOLE
        stand_in = "It is so" + (inside[-1] if inside[-1] in ",.!?" else "") if whole else inside
        shown.append(stand_in)
        places += [None] * len(stand_in)
        at = quote.end
    shown.append(text[at:right])
    places += range(at, right)
    places.append(right)
    return "".join(shown), places


def _saying(
    text: str, left: int, doc: Doc, verb: Token, places: Places, with_quotes: bool
) -> Cue | None:
    if _denied(verb):
        return None
    subject = _speaker_token(doc, verb)
    if subject is None:
        return None
    said = _reported(doc, verb, subject, places)
    if said is None and not with_quotes:
        return None
    speaker = speaker_at(text, left, doc, subject, places)
    first, last = min(subject.i, verb.i), max(subject.i, verb.i)
    return Cue(verb.text, speaker, *_characters(doc, first, last + 1, places), said)


def _according(text: str, left: int, doc: Doc, token: Token, places: Places) -> Cue | None:
    to = doc[token.i + 1]
    named = [child for child in to.children if child.dep_ == "pobj"] or [
        child for child in token.children if child.dep_ == "pobj"
    ]
    if not named:
        return None
    speaker = speaker_at(text, left, doc, named[0], places)
    end = max(named[0].right_edge.i, to.i) + 1
    start, stop = _characters(doc, token.i, end, places)
    before = _trimmed(doc, 0, token.i)
    after = _trimmed(doc, end, len(doc))
    pieces = [piece for piece in (before, after) if piece]
    longest = max(pieces, key=lambda piece: piece[1] - piece[0], default=None)
    said = _characters(doc, *longest, places) if longest else None
    return Cue("according to", speaker, start, stop, said)


def _denied(verb: Token) -> bool:
    """Whether nothing was said: "did not say", "declined to say"."""
    if is_negated(verb):
        return True
    if verb.dep_ in ("xcomp", "ccomp") and verb.head.lower_ in _NOT_SAID:
        return True
    return any(child.dep_ == "auxpass" for child in verb.children) and not _agent(verb)


def _agent(verb: Token) -> Token | None:
    for child in verb.children:
        if child.dep_ == "agent":
            return next((token for token in child.children if token.dep_ == "pobj"), None)
    return None


def _speaker_token(doc: Doc, verb: Token) -> Token | None:
    """The head of the phrase that names the speaker; None where there is none to be sure of."""
    if is_passive(verb):
        return _agent(verb)
    subjects = [child for child in verb.children if child.dep_ == "nsubj"]
    if subjects:
        who = subjects[0]
        if who.tag_ in ("WP", "WDT") and verb.dep_ == "relcl":
            return verb.head
        return None if who.tag_ in ("WP", "WDT", "EX") else who
    if verb.i + 1 < len(doc) and verb.i and doc[verb.i - 1].text in (",", "”", '"', "’", "?", "!"):
        after = [
            child
            for child in verb.rights
            if child.dep_ in ("dobj", "attr", "oprd", "npadvmod", "dep")
        ]
        near = [child for child in after if child.left_edge.i == verb.i + 1]
        if (
            near
            and verb.tag_ in ("VBD", "VBZ", "VBP")
            and verb.lower_ not in ("told", "asked", "tells")
        ):
            return near[0]
    odd = [c for c in verb.lefts if c.dep_ in ("compound", "nmod") and c.i == verb.i - 1]
    if odd and verb.tag_ in ("VBD", "VBZ", "VBP") and odd[0].pos_ in ("PROPN", "NOUN"):
        return odd[0]
    if verb.tag_ == "VBN" and not any(c.dep_ == "aux" for c in verb.children):
        return None
    climbs = {
        "conj": ("VBD", "VBZ", "VBP", "VB", "VBN", "VBG"),
        "advcl": ("VBG",),
        "xcomp": ("VB", "VBG"),
        "dep": ("VBG",),
    }
    if verb.tag_ in climbs.get(verb.dep_, ()) and verb.head != verb:
        return _speaker_token(doc, verb.head) if verb.head.pos_ in ("VERB", "AUX") else None
    if verb.dep_ == "acl" and verb.tag_ == "VBG" and _can_speak(verb.head):
        return verb.head
    return None


def _can_speak(noun: Token) -> bool:
    return noun.pos_ == "PROPN" or bool(SPEAKING_FOR.match(noun.lower_))


def _reported(doc: Doc, verb: Token, subject: Token, places: Places) -> tuple[int, int] | None:
    """The characters of reported speech that hangs on a word of saying."""
    if verb.lower_ not in _PLAINLY_SAYING:
        return None
    clauses = [c for c in verb.children if c.dep_ in ("ccomp", "xcomp")]
    for clause in clauses:
        first, last = clause.left_edge.i, clause.right_edge.i + 1
        if first <= verb.i < last:
            # A parenthesis within what is said: "The mill, Orr said, is sold."
            first, last = clause.left_edge.i, clause.right_edge.i + 1
        return _reach(doc, first, last, places)
    if verb.dep_ == "parataxis" or (verb.dep_ in ("ccomp", "advcl") and verb.head.i < verb.i):
        if verb.head.i > verb.i:
            return _reach(doc, verb.head.left_edge.i, verb.head.right_edge.i + 1, places)
        if _comma_before(doc, min(verb.left_edge.i, subject.left_edge.i)):
            return _reach(doc, 0, min(verb.left_edge.i, subject.left_edge.i), places)
        return None
    objects = [c for c in verb.rights if c.dep_ in ("dobj", "prep") and c != subject]
    if verb.lower_ not in _WITH_OBJECT:
        # Headline-like clauses are often read as one long noun phrase.
        objects = [c for c in objects if c.dep_ == "dobj" and len(list(c.subtree)) >= _LONG]
    if objects and verb.lower_ not in _TO_SOMEONE:
        return _reach(doc, objects[0].left_edge.i, objects[-1].right_edge.i + 1, places)
    return None


def _comma_before(doc: Doc, place: int) -> bool:
    return place > 0 and doc[place - 1].text in (",", "—", "–", "”", '"')


def _reach(doc: Doc, first: int, last: int, places: Places) -> tuple[int, int] | None:
    trimmed = _trimmed(doc, first, last)
    return _characters(doc, *trimmed, places) if trimmed else None


def _trimmed(doc: Doc, first: int, last: int) -> tuple[int, int] | None:
    while first < last and (doc[first].is_punct or doc[first].is_space) and not doc[first].is_quote:
        first += 1
    while (
        first < last
        and (doc[last - 1].is_punct or doc[last - 1].is_space)
        and not doc[last - 1].is_quote
    ):
        last -= 1
    words = [token for token in doc[first:last] if token.is_alpha]
    return (first, last) if len(words) > 1 else None


def _characters(doc: Doc, first: int, last: int, places: Places) -> tuple[int, int]:
    """The characters of the text for these tokens; a stand-in reaches over its quotation."""
    start, end = doc[first].idx, doc[last - 1].idx + len(doc[last - 1])
    while start and places[start] is None:
        start -= 1
    while end < len(places) - 1 and places[end] is None:
        end += 1
    begin = places[start]
    stop = places[end - 1]
    finish = places[end] if stop is None else stop + 1
    return begin or 0, finish or 0
