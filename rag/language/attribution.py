"""Who says what in an article: quotations and reported speech with their speakers.

Rules are for English. Where they cannot tell, nobody is named: better no speaker than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.language.analysis import analyse
from rag.language.context import referent
from rag.language.introductions import introductions, is_role
from rag.language.name_matching import TITLES, alike, bare_name, fullest_name, mentions, name_words
from rag.language.quotation_marks import Quotation, quotations
from rag.language.sentences import sentence_spans
from rag.language.words import Wording

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SAYING = frozenset(
    "say says said saying tell tells told telling add adds added adding ask asks asked asking write"
    " writes wrote writing tweet tweets tweeted tweeting post posts posted posting reply replies"
    " replied replying state states stated stating explain explains explained explaining insist"
    " insists insisted insisting warn warns warned warning argue argues argued arguing claim claims"
    " claimed claiming admit admits admitted admitting announce announces announced announcing"
    " recall recalls recalled recalling note notes noted noting continue continues continued"
    " continuing conclude concludes concluded concluding declare declares declared declaring remark"
    " remarks remarked comment comments commented commenting respond responds responded responding"
    " joke jokes joked joking shout shouts shouted shouting testify testifies testified testifying"
    " acknowledge acknowledges acknowledged acknowledging suggest suggests suggested suggesting urge"
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
    " contend contends contended assert asserts asserted maintain maintains maintained".split()
)
"""Forms of verbs that introduce words; as verbs only."""

_PLAINLY_SAYING = frozenset(
    "say says said saying tell tells told telling add adds added adding write writes wrote writing"
    " tweet tweeted tweets post posted posts state stated states explain explained explains insist"
    " insisted insists warn warned warns argue argued argues claim claimed claims admit admitted"
    " announce announced announces recall recalled note noted notes conclude concluded declare"
    " declared testify testified acknowledge acknowledged suggest suggested suggests vow vowed"
    " promise promised complain complained confirm confirmed confirms predict predicted predicts"
    " allege alleged alleges deny denied denies estimate estimated estimates stress stressed"
    " emphasize emphasized reiterate reiterated concede conceded contend contends contended assert"
    " asserted asserts maintain maintained maintains urge urged urges reveal revealed reveals adding"
    " saying warning noting arguing stating insisting claiming telling respond responded agree"
    " agreed believe believes believed think thinks".split()
)
"""Those whose clause is reported speech, also without quotation marks."""

_WITH_OBJECT = frozenset(
    "denied denies urged urges announced announces promised promises confirmed confirms"
    " acknowledged admitted predicted predicts warned warns vowed vows".split()
)
"""What they report may be a noun: "announced the sale"."""

_TO_SOMEONE = frozenset("told tells tell telling".split())
_LONG = 5
_NOT_SAID = frozenset(
    "declined refused declines refuses decline refuse failed fails able unable".split()
)
_SPEAKING_FOR = re.compile(r"(?:spokes\w+|representative|official|aide|office|campaign)s?$")
_CLOSE_TO = re.compile(
    r"(?:lawyer|attorney|agent|mother|father|wife|husband|brother|sister|son|daughter|friend|family"
    r"|publicist|manager|widow|colleague|neighbor|neighbour|supporter|ally|rival|critic|relative)s?$"
)
_CUE = re.compile(rf"\b(?:{'|'.join(sorted(_SAYING))}|according)\b", re.IGNORECASE)
_NAME = (
    r"(?:[A-Z][\w’'.-]*[^\W_]|[A-Z])(?: (?:(?:de|da|del|der|den|la|van|von|bin|al|of|the) ){0,2}"
    r"(?:[A-Z]\.|[A-Z][\w’'.-]*[^\W_])){0,4}"
)
_DASHED = re.compile(rf"^[\s,.]*[-–—~]+\s*(?P<who>{_NAME})\b[^\n]{{0,60}}$")
_COLON = re.compile(rf"^\s*(?P<who>{_NAME})\s*:\s*$")
_OPENS = re.compile(r"\s*[“\"]")
_LEADS_ON = re.compile(r":\s*$")
_PARAGRAPH = re.compile(r"[^\n]+")
_REACH = 60
"""A quotation belongs to a word of saying that is no further from it, in characters."""

_FEWEST_WORDS = 4
"""Fewer words in quotation marks, which nobody is said to say, are a title or a term."""

_FEWEST_SAID, _LONGEST_FRAME = 4, 12
_BACK = 3
"""So many paragraphs before a passage are read for who is speaking."""

_TITLE_ALONE, _ENOUGH = 0.2, 60
_OFFICES = TITLES | frozenset(
    "pope governor senator representative president executive minister mayor founder director"
    " head leader king queen chair spokesperson owner author coach manager sheriff captain"
    " commissioner superintendent principal chancellor dean speaker pastor officer lawyer attorney"
    " mother father wife husband brother sister son daughter suspect victim".split()
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Characters `start` to `end` of a text are the words, or the sense, of `speaker`.

    `quoted` tells a quotation (without its marks) from reported speech. `speaker` is a name in
    the fullest form that the text had before, or a phrase as it stands ("her agent"); "" where
    it is not sure. `cue` is the word that says so: "said", "according to"; "" without one.
    """

    speaker: str
    start: int
    end: int
    quoted: bool
    cue: str


@dataclass(frozen=True, slots=True)
class Attributed:
    """Words in quotation marks, cut out of a text that also says who said them."""

    words: str
    speaker: str


@dataclass(frozen=True, slots=True)
class _Cue:
    """A word of saying: the characters of it with its speaker, and of what is said."""

    verb: str
    speaker: str
    start: int
    end: int
    said: tuple[int, int] | None


def attributions(text: str, start: int, end: int) -> list[Attribution]:
    """What of `text[start:end]` is somebody's words, in order; text before it is read for names.

    Those that reach into the range come whole. A quotation inside reported speech comes besides
    it. Quotations of fewer than four words come only where the text says who said them.

    >>> text = "Ann Orr sold it. “I am glad,” she said."
    >>> attributions(text, 17, 39)
    [Attribution(speaker='Ann Orr', start=18, end=28, quoted=True, cue='said')]
    """
    paragraphs = [match.span() for match in _PARAGRAPH.finditer(text)]
    inside = [n for n, (left, right) in enumerate(paragraphs) if left < end and right > start]
    if not inside:
        return []
    first = inside[0]
    while first > max(0, inside[0] - _BACK) and _OPENS.match(text, paragraphs[first][0]):
        first -= 1
    last = inside[-1]
    while last + 1 < min(len(paragraphs), inside[-1] + _BACK) and _left_open(
        text, paragraphs[last]
    ):
        last += 1
    found: list[Attribution] = []
    carried = ""
    for number in range(first, last + 1):
        ours, carried = _paragraph(text, paragraphs[number], carried)
        found += ours
    found = _filled_backwards(text, found, paragraphs)
    return [each for each in found if each.start < end and each.end > start]


def said_by(text: str, start: int, end: int) -> str:
    """Whom an article has say its quoted words from `start` to `end`; "" where it names nobody.

    >>> text = "“It is sold,” said Ann Orr, the mayor."
    >>> said_by(text, 1, 11)
    'Ann Orr'
    """
    for each in attributions(text, start, end):
        if each.quoted and each.speaker:
            name = re.sub(r"^(?:[Tt]he|[Aa]n?) (?=[A-Z])", "", each.speaker)
            return name if name[0].isupper() else ""
    return ""


def attributed(text: str) -> Attributed | None:
    """The quotation that a text holds and whom it has say it; None where it is no such text.

    >>> attributed('“The ferry,” Ann Orr said on Monday, “is sold.”')
    Attributed(words='The ferry, ... is sold.', speaker='Ann Orr')
    """
    quoted = quotations(text)
    words = sum(len(Wording(text[each.start : each.end])) for each in quoted)
    frame = _outside(text, quoted)
    if words < _FEWEST_SAID or len(Wording(" ".join(frame))) > _LONGEST_FRAME:
        return None
    speaker = next((name for each in quoted if (name := said_by(text, each.start, each.end))), "")
    if not speaker:
        return None
    said = " ... ".join(text[each.start : each.end] for each in quoted)
    return Attributed(said, speaker)


def _outside(text: str, quoted: Sequence[Quotation]) -> list[str]:
    """What a text says before, between and after its quotations, without their marks."""
    pieces, at = [], 0
    for each in quoted:
        pieces.append(text[at : max(at, each.start - 1)])
        at = each.end + 1
    pieces.append(text[at:])
    return [piece for piece in pieces if re.search(r"\w", piece)]


def _left_open(text: str, paragraph: tuple[int, int]) -> bool:
    """Whether a quotation is open at the end of a paragraph and goes on in the next."""
    shown = text[slice(*paragraph)]
    return shown.rfind("“") > shown.rfind("”") or shown.count('"') % 2 == 1


def _paragraph(text: str, place: tuple[int, int], carried: str) -> tuple[list[Attribution], str]:
    """The attributions of a paragraph, and who may go on speaking in the next one.

    `carried` is who spoke at the end of the paragraph before, where a quotation may go on.
    """
    begin, stop = place
    found: list[Attribution] = []
    speaking = carried
    for left, right in _statements(text, begin, stop):
        marks = [
            Quotation(left + each.start, left + each.end) for each in quotations(text[left:right])
        ]
        leads_on = right >= stop and bool(_LEADS_ON.search(text[left:right]))
        cues = _cues(text, left, right, marks, leads_on)
        bare = not re.search(
            r"\w", "".join(_outside(text[left:right], quotations(text[left:right])))
        )
        for cue in cues:
            if cue.said is not None and not any(_same_place(cue.said, quote) for quote in marks):
                found.append(Attribution(cue.speaker, *cue.said, quoted=False, cue=cue.verb))
        for quote in marks:
            cue = _nearest(cues, quote)
            few = len(Wording(text[quote.start : quote.end])) < _FEWEST_WORDS
            if cue is not None:
                found.append(Attribution(cue.speaker, quote.start, quote.end, True, cue.verb))
            elif not few:
                speaker = speaking if bare else _by_layout(text, left, right, quote)
                found.append(Attribution(speaker, quote.start, quote.end, True, ""))
        if cues:
            speakers = {cue.speaker for cue in cues}
            speaking = cues[-1].speaker if len(speakers) == 1 else ""
        elif not bare:
            speaking = ""
    goes_on = speaking
    return sorted(found, key=lambda each: (each.start, -each.end)), goes_on


def _same_place(said: tuple[int, int], quote: Quotation) -> bool:
    """Whether reported speech is no more than one quotation."""
    return quote.start - 2 <= said[0] and said[1] <= quote.end + 2


def _by_layout(text: str, left: int, right: int, quote: Quotation) -> str:
    """Who is named after a dash or before a colon beside a quotation."""
    if match := _DASHED.match(text[quote.end + 1 : right]):
        return match["who"]
    if match := _COLON.match(text[left : quote.start - 1]):
        return match["who"]
    return ""


def _filled_backwards(
    text: str, found: Sequence[Attribution], paragraphs: Sequence[tuple[int, int]]
) -> list[Attribution]:
    """Quotations left open, whose speaker is named only where they end."""
    filled = list(found)
    for place in range(len(filled) - 2, -1, -1):
        ours, next_one = filled[place], filled[place + 1]
        if ours.speaker or ours.cue or not ours.quoted or not next_one.quoted:
            continue
        between = text[ours.end : next_one.start]
        apart = "\n" in between
        if re.search(r"\w", between) or (apart and "”" in between.split("\n")[0]):
            continue
        filled[place] = replace(ours, speaker=next_one.speaker)
    return filled


def _statements(text: str, begin: int, stop: int) -> list[tuple[int, int]]:
    """The sentences of a paragraph, those that one quotation holds together as one."""
    marks = [(begin + q.start, begin + q.end) for q in quotations(text[begin:stop])]
    joined: list[tuple[int, int]] = []
    for left, right in sentence_spans(text, begin, stop):
        if joined and any(a < joined[-1][1] <= b and left <= b for a, b in marks):
            joined[-1] = (joined[-1][0], right)
        elif joined and re.match(r"[a-z]", text[left:right]):
            joined[-1] = (joined[-1][0], right)
        else:
            joined.append((left, right))
    return joined


def _cues(
    text: str, left: int, right: int, marks: Sequence[Quotation], leads_on: bool
) -> list[_Cue]:
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
        elif token.lower_ in _SAYING and token.tag_.startswith("VB"):
            found.append(_saying(text, left, doc, token, places, bool(marks) or leads_on))
    return [cue for cue in found if cue is not None]


Places = list[int | None]
"""For each character of a shortened statement its place in the text; None for a stand-in."""


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
        whole = inside[:1].isupper() and len(inside.split()) >= _FEWEST_WORDS
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
) -> _Cue | None:
    if _denied(verb):
        return None
    subject = _speaker_token(doc, verb)
    if subject is None:
        return None
    said = _reported(doc, verb, subject, places)
    if said is None and not with_quotes:
        return None
    speaker = _named(text, left, doc, subject, places)
    first, last = min(subject.i, verb.i), max(subject.i, verb.i)
    return _Cue(verb.text, speaker, *_characters(doc, first, last + 1, places), said)


def _according(text: str, left: int, doc: Doc, token: Token, places: Places) -> _Cue | None:
    to = doc[token.i + 1]
    named = [child for child in to.children if child.dep_ == "pobj"] or [
        child for child in token.children if child.dep_ == "pobj"
    ]
    if not named:
        return None
    speaker = _named(text, left, doc, named[0], places)
    end = max(named[0].right_edge.i, to.i) + 1
    start, stop = _characters(doc, token.i, end, places)
    before = _trimmed(doc, 0, token.i)
    after = _trimmed(doc, end, len(doc))
    pieces = [piece for piece in (before, after) if piece]
    longest = max(pieces, key=lambda piece: piece[1] - piece[0], default=None)
    said = _characters(doc, *longest, places) if longest else None
    return _Cue("according to", speaker, start, stop, said)


def _denied(verb: Token) -> bool:
    """Whether nothing was said: "did not say", "declined to say"."""
    if any(child.dep_ == "neg" for child in verb.children):
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
    if any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children):
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
    return noun.pos_ == "PROPN" or bool(_SPEAKING_FOR.match(noun.lower_))


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


def _named(text: str, left: int, doc: Doc, head: Token, places: Places) -> str:
    """The speaker at a token: the fullest name, a phrase as it stands, "" where unsure."""
    at = places[head.idx]
    before = text[: left if at is None else at]
    if head.pos_ == "PRON" or head.lower_ in (
        "this",
        "that",
        "these",
        "those",
        "both",
        "all",
        "some",
        "many",
    ):
        return _pronoun(text, left, doc, head)
    conjuncts = [token for token in head.conjuncts if token.i > head.i]
    if conjuncts:
        return " ".join(doc[head.left_edge.i : conjuncts[-1].i + 1].text.split())
    if head.pos_ == "PROPN":
        return fullest_name(before, _proper(doc, head))
    apposed = [c for c in head.children if c.dep_ == "appos" and c.pos_ == "PROPN" and c.i > head.i]
    if apposed and apposed[0].i - head.i <= 8:
        return fullest_name(before, _proper(doc, apposed[0]))
    return _phrase(doc, head)


def _proper(doc: Doc, head: Token) -> str:
    """A name without titles and roles before it: "Ann Orr" of "Tolbeck mayor Ann Orr"."""
    first = head.i
    while first > head.left_edge.i and _part_of_name(doc[first - 1]):
        first -= 1
    last = head.i + 1
    while (
        last < len(doc)
        and doc[last].pos_ == "PROPN"
        and doc[last].dep_ in ("compound", "flat", "appos", "nmod")
        and doc[last - 1].whitespace_
    ):
        last += 1
    name = bare_name(re.sub(r"['’]s?$", "", " ".join(doc[first:last].text.split())))
    owner = next((c for c in head.lefts if c.dep_ == "poss"), None)
    if owner is not None:
        return " ".join(doc[head.left_edge.i : last].text.split())
    of = next((c for c in head.rights if c.dep_ == "prep" and c.lower_ in ("of", "for")), None)
    if of is not None and of.i == last and any(t.pos_ == "PROPN" for t in of.subtree):
        return f"{name} {' '.join(doc[of.i : of.right_edge.i + 1].text.split())}"
    return name


def _part_of_name(token: Token) -> bool:
    if token.pos_ == "PROPN" or token.text in ("&", ".", "-"):
        return True
    return token.lower_ in ("al", "bin", "de", "van", "von", "la", "del", "der", "el", "da")


def _phrase(doc: Doc, head: Token) -> str:
    """A speaker without a name as the text has it, to the end of "of ...": "a spokeswoman of Y"."""
    last = head.i + 1
    for child in head.rights:
        if (
            child.dep_ == "prep"
            and child.i == last
            and child.lower_ in ("of", "for", "from", "at", "with", "in")
        ):
            end = child.right_edge.i + 1
            if end - child.i > 8:
                break
            last = end
    words = " ".join(doc[head.left_edge.i : last].text.split())
    begins = head.left_edge.i == 0 and head.left_edge.pos_ != "PROPN"
    return words[0].lower() + words[1:] if begins and not words[:2].isupper() else words


def _pronoun(text: str, left: int, doc: Doc, head: Token) -> str:
    """Whom the pronoun of a speaker stands for, where the sentences before leave no doubt."""
    kinds = {"he": False, "she": True}
    word = head.lower_
    if word in kinds:
        own = _only_person_before(text, left, doc, head)
        if own is not None:
            return own
        return referent(text, left, "person", kinds[word]) or ""
    if word == "it":
        return referent(text, left, "thing", None, word) or ""
    if word == "they":
        return referent(text, left, "people") or ""
    return ""


def _only_person_before(text: str, left: int, doc: Doc, head: Token) -> str | None:
    """The one person that the statement names before the pronoun; "" for several, None for none."""
    if head.i < 4:
        return None
    analyse([doc.text], named=True)
    people = {
        re.sub(r"['’]s?$", "", name.text): name
        for name in doc.ents
        if name.label_ == "PERSON" and name.end <= head.i
    }
    if not people:
        return None
    return fullest_name(text[:left], next(iter(people))) if len(people) == 1 else ""


def _nearest(cues: Sequence[_Cue], quote: Quotation) -> _Cue | None:
    """The word of saying to which a quotation belongs; None where none is near enough."""

    def distance(cue: _Cue) -> int:
        if cue.said is not None and cue.said[0] <= quote.start and quote.end <= cue.said[1] + 1:
            return 0
        if cue.end <= quote.start:
            return quote.start - cue.end
        return max(0, cue.start - quote.end) // 2

    best = min(cues, key=distance, default=None)
    return best if best is not None and distance(best) <= _REACH else None


def same_person(one: str, other: str) -> bool:
    """Whether two names may be of the same speaker: they share a name, or one is an acronym.

    >>> same_person("President Orr", "Ann Orr"), same_person("WFC", "World Ferry Council")
    (True, True)
    """
    ours, theirs = _telling(one), _telling(other)
    if ours & theirs or not ours or not theirs:
        return True
    return _initials(one) == "".join(theirs) or _initials(other) == "".join(ours)


def _telling(name: str) -> set[str]:
    return {word for word in name_words(name) if len(word) > 1} - _NO_NAMES


_NO_NAMES = frozenset(
    "a an and as at but by for from he her his in it of on or she the their they to with".split()
)


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.findall(r"[A-Z]\w+", name)).casefold()


def matches_speaker(speaker: str, asked: str, around: str = "") -> float:
    """How well the speaker of an attribution fits whom a question names, from 0 to 1.

    By name, half a name, acronym or typo; by role ("the pope", "oregon's governor") with what
    the article `around` says of either. Words of somebody who speaks for an organisation count
    as nearly its own; those of somebody's agent, lawyer or mother are not his or hers. An empty
    speaker fits nobody.

    >>> matches_speaker("Ann Orr", "orr"), matches_speaker("Ann Orr", "bo lind")
    (1.0, 0.0)
    >>> matches_speaker("Ann Orr", "tolbeck's mayor", "Ann Orr, the mayor of Tolbeck, spoke.")
    0.9
    """
    if not name_words(speaker) or not name_words(asked):
        return 0.0
    return max(_by_name(speaker, asked, around), _by_role(speaker, asked, around))


def _by_name(speaker: str, asked: str, around: str) -> float:
    """How well two names agree, word by word."""
    ours, theirs = name_words(speaker), name_words(asked)
    if ours == theirs:
        return 1.0
    if _initials(speaker) == "".join(theirs) or _initials(asked) == "".join(ours):
        return 0.95
    shared = [word for word in theirs if any(alike(word, other) for other in ours)]
    if not shared or all(word in _NO_NAMES | TITLES for word in shared):
        return 0.0
    if _speaks_for(speaker) and not _speaks_for(asked):
        return 0.8 if len(shared) == len(theirs) and _for_organisation(asked, around) else 0.1
    if len(shared) == len(theirs) and (
        len(theirs) > 1 or ours[-1:] == theirs or _is_last(ours, theirs)
    ):
        return 1.0 if set(shared) <= set(ours) else 0.9
    if all(any(alike(word, other) for other in theirs) for word in ours):
        return 0.9
    if len(theirs) == 1:
        return 0.7
    last = alike(ours[-1], theirs[-1])
    return 0.3 if last and len(ours) > 1 and not alike(ours[0], theirs[0]) else 0.5 if last else 0.1


def _is_last(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    return alike(ours[-1], theirs[-1])


def _speaks_for(speaker: str) -> bool:
    words = re.findall(r"[\w-]+", speaker.casefold())
    return any(_SPEAKING_FOR.match(word) or _CLOSE_TO.match(word) for word in words)


def _for_organisation(asked: str, around: str) -> bool:
    """Whether an article names `asked` as something other than a person."""
    found = mentions(around, asked)
    if not found:
        return False
    left, right = max(0, found[0].start - 100), found[0].end + 100
    [doc] = analyse([around[left:right]], named=True)
    people = [name for name in doc.ents if name.label_ == "PERSON"]
    at = found[0].start - left
    return not any(name.start_char <= at < name.end_char for name in people)


_ROLE_WORDS = {
    "gov": "governor",
    "sen": "senator",
    "rep": "representative",
    "pres": "president",
    "ceo": "executive",
    "chief": "executive",
    "pontiff": "pope",
    "prez": "president",
    "premier": "minister",
    "pm": "minister",
    "congressman": "representative",
    "congresswoman": "representative",
    "spokesman": "spokesperson",
    "spokeswoman": "spokesperson",
    "chairman": "chair",
    "chairwoman": "chair",
    "monarch": "king",
    "creator": "founder",
    "boss": "executive",
    "cop": "officer",
    "vp": "vice",
}
_ROLE_FILLERS = _NO_NAMES | frozenset(
    "former new current ex who what top its this that prime".split()
)


def _role_words(words: str) -> list[str]:
    found = [word for part in name_words(f"x {words}")[1:] for word in part.split("-")]
    return [_ROLE_WORDS.get(word, word) for word in found if word not in _ROLE_FILLERS]


def _by_role(speaker: str, asked: str, around: str) -> float:
    """How well a speaker fits a role that is asked for, or a role that speaks a name asked for."""
    wanted = _role_words(asked)
    if not wanted or (_speaks_for(speaker) and not _speaks_for(asked)):
        return 0.0
    own = _role_words(speaker)
    if _covers(own, wanted) == 1 and (set(wanted) & _OFFICES or len(wanted) > 1):
        return 0.9
    if not around:
        return 0.0
    described = [*own, *_described(speaker, around)]
    role = [word for word in wanted if word in described]
    if role and any(word in _OFFICES or is_role(word) for word in role):
        rest = [word for word in wanted if word not in role]
        everywhere = set(_role_words(around))
        if not rest:
            return 0.9
        if len(rest) <= len(role) and all(_anywhere(word, everywhere) for word in rest):
            return 0.8
        return 0.0
    if speaker[:1].islower() or speaker.casefold().startswith(("the ", "a ", "an ")):
        roles = [word for word in own if word not in wanted]
        if roles and _covers(_described(asked, around), roles) == 1:
            return 0.8
    return 0.0


def _anywhere(word: str, words: set[str]) -> bool:
    return word in words or any(alike(word, other) for other in words)


def _covers(ours: Sequence[str], wanted: Sequence[str]) -> float:
    """The share of the wanted words that are among ours."""
    return sum(word in ours for word in wanted) / len(wanted) if wanted else 0.0


def _described(name: str, around: str) -> list[str]:
    """The words with which an article introduces a name, folded; titles included."""
    found: list[str] = []
    for left, right in sentence_spans(around):
        sentence = around[left:right]
        if not mentions(sentence, name):
            continue
        for each in introductions(sentence, name):
            if each.strength >= _TITLE_ALONE:
                found += _role_words(sentence[each.start : each.end])
        if len(found) > _ENOUGH:
            break
    return found
