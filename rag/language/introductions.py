"""Where a sentence says who or what someone is: a role, an apposition, "X is a ...", "known as X".

It reads one sentence or headline; it knows nothing about articles. Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.language.analysis import analyse
from rag.language.descriptions import (
    KINDS,
    can_be_role,
    content_words,
    first_of_its_kind,
    strength_of,
    tells,
    weight_of,
)
from rag.language.name_matching import TITLES, Mention, alike, mentions, name_words
from rag.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_NAMING = word_set("known called named nicknamed dubbed titled entitled codenamed")
_BREAK = frozenset({",", ";", "—", "–", "--", "-", "(", ")", ":", "“", "”", '"', "..."})
_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_AGE = re.compile(r"\d{1,3}(?:-year-old)?$")


@dataclass(frozen=True, slots=True)
class Introduction:
    """Characters `start` to `end` of a sentence, which say who or what somebody is.

    `strength` is from 0 to 1: 1 for a full definition beside the name, less for a bare title, a
    passing role, half a name or a typo.
    """

    start: int
    end: int
    strength: float


def introductions(text: str, name: str, *, pronoun: bool = False) -> list[Introduction]:
    """What a sentence or headline says of who or what `name` is, strongest first.

    `name` may be half a name, in lower case, misspelt or with a title. With `pronoun`, the
    subject of the sentence stands for it: a pronoun, or a description such as "the mayor". Ties
    keep the order of the text; a sentence without the name gives nothing.

    >>> text = "Ann Orr, the mayor of Tolbeck, spoke."
    >>> [(text[each.start : each.end], each.strength) for each in introductions(text, "orr")]
    [('the mayor of Tolbeck', 0.9)]
    """
    named = mentions(text, name)
    if not named and not pronoun:
        return []
    [doc] = analyse([text])
    found: dict[tuple[int, int], float] = {}
    for likeness, span in _places(doc, named, frozenset(name_words(name)), pronoun):
        for start, end, strength in _said_of(span):
            place = _trimmed(doc, start, end)
            if place and not (span.start_char <= place[0] and place[1] <= span.end_char):
                score = round(strength * likeness, 3)
                found[place] = max(found.get(place, 0.0), score)
    ordered = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return [Introduction(*place, strength) for place, strength in ordered]


def _places(
    doc: Doc, named: list[Mention], asked: frozenset[str], pronoun: bool
) -> Iterator[tuple[float, Span]]:
    """The likeness and tokens of each mention, without a role that stands before the name."""
    for mention in named:
        span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
        if span is None:
            continue
        first, last = span.start, span.end
        while (
            last - first > 1
            and (can_be_role(doc[first]) or doc[first].lower_ in TITLES)
            and not any(alike(doc[first].lower_, word) for word in asked)
        ):
            first += 1
        yield mention.likeness, doc[first:last]
    if pronoun and (subject := _main_subject(doc)) is not None:
        yield 0.9, doc[subject.left_edge.i : subject.i + 1]


def _main_subject(doc: Doc) -> Token | None:
    roots = [token for token in doc if token.dep_ == "ROOT"]
    for verb in roots:
        for child in verb.children:
            if child.dep_ in _SUBJECTS:
                return child
    return next((token for token in doc if token.dep_ in _SUBJECTS), None)


Found = tuple[int, int, float]
"""First token, the token after the last, strength."""


def _said_of(span: Span) -> Iterator[Found]:
    """Everything that the sentence says of one mention, as tokens."""
    doc = span.doc
    head: Token = span.root
    yield from _before(span, head)
    yield from _beside(doc, span, head)
    yield from _after(doc, span, head)
    yield from _as_subject(doc, head)
    yield from _fronted(doc, span)
    if what := first_of_its_kind(doc, span.end, head):
        yield what.left_edge.i, what.right_edge.i + 1, 0.9
    yield from _leader(doc, span, head)
    yield from _naming(doc, span, head)


def _before(span: Span, head: Token) -> Iterator[Found]:
    """A role before the name: "Tolbeck mayor Ann Orr", "the ferry operator Brell Line"."""
    doc = span.doc
    first = span.start
    if head.dep_ in ("compound", "nmod", "amod") and head.head.i >= span.end:
        return
    # The parser often takes the role, not the name, as what the rest hangs on.
    while first > 0 and _goes_before(doc[first - 1], first == span.start):
        first -= 1
    if first == span.start:
        return
    words = [token for token in doc[first : span.start] if token.is_alpha or "-" in token.text]
    content = [
        token for token in words if token.pos_ not in ("DET", "ADP", "PRON", "PART", "CCONJ")
    ]
    nouns = [token for token in content if can_be_role(token)]
    titles = [token for token in doc[first : span.start] if token.lower_.strip(".") in TITLES]
    if nouns or titles:
        yield first, span.start, weight_of(content)


def _goes_before(token: Token, adjoining: bool) -> bool:
    if token.text in _BREAK or token.is_space:
        return False
    if token.pos_ in ("NOUN", "ADJ", "PROPN", "NUM") or token.tag_ in (
        "POS",
        "HYPH",
        "NNPS",
        "VBG",
        "VBN",
    ):
        return not (token.tag_ in ("VBG", "VBN") and adjoining)
    if token.text == "." and token.i and token.nbor(-1).lower_ in TITLES:
        return True
    if token.tag_ in ("DT", "PRP$") and not adjoining:
        return True
    return (
        token.lower_ in ("of", "and", "&")
        and not adjoining
        and token.i > 0
        and (
            token.nbor(-1).pos_ in ("NOUN", "PROPN", "ADJ")
            and token.nbor(1).pos_ != "DET"
            and can_be_role(token.nbor(-1))
        )
    )


def _beside(doc: Doc, span: Span, head: Token) -> Iterator[Found]:
    """An apposition, a clause with "who", or a participle that belongs to the name."""
    tops = [head]
    if head.dep_ in ("appos", "compound", "nmod") and head.head.i not in range(
        span.start, span.end
    ):
        tops.append(head.head)
        other = head.head
        if head.dep_ == "appos" and head.head.i < span.start and can_be_role(other):
            content = content_words(doc, other.left_edge.i, span.start)
            yield other.left_edge.i, span.start, weight_of(content)
    for child in head.children:
        if child.i < span.end:
            continue
        if child.dep_ == "relcl" and not tells(child) and not _speaks(child):
            yield child.left_edge.i, child.right_edge.i + 1, 0.45
        elif child.dep_ == "appos" or (child.dep_ in ("relcl", "acl") and tells(child)):
            end = child.right_edge.i + 1
            content = content_words(doc, child.left_edge.i, end)
            if (
                child.dep_ == "appos"
                and not any(can_be_role(token) for token in (child, *child.lefts))
                and child.pos_ == "NUM"
                and _AGE.match(child.text)
                and child.text != "0"
            ):
                yield child.left_edge.i, end, 0.3
                continue
            weight = weight_of(content)
            if child.dep_ == "relcl":
                weight *= 0.85
            elif child.dep_ == "acl":
                weight *= 0.8
            yield child.left_edge.i, end, weight


def _after(doc: Doc, span: Span, head: Token) -> Iterator[Found]:
    """What stands between commas, brackets or dashes after a name, where the parser missed it."""
    at = span.end
    if at + 1 >= len(doc):
        return
    opening = doc[at]
    if opening.text not in (",", "(", "—", "–", "--", "-"):
        return
    first = at + 1
    if doc[first].like_num and first + 1 < len(doc) and doc[first + 1].text == ",":
        first += 2
    if first >= len(doc) or not _opens_description(doc[first]):
        return
    closing = {"(": (")",), ",": (",", ".", ";", "—", "–", "”", '"')}.get(
        opening.text, (opening.text, ".")
    )
    last = first
    while last < len(doc) and doc[last].text not in closing:
        last += 1
    while last + 1 < len(doc) and doc[last].text == "," and _goes_on(doc, first, last):
        last += 1
        while last < len(doc) and doc[last].text not in closing:
            last += 1
    piece = doc[first:last]
    clause = doc[first].lower_ in ("who", "whose", "which")
    finite = [
        token
        for token in piece
        if token.tag_ in ("VBD", "VBZ", "VBP", "MD") and not _turned(token, first)
    ]
    embedded = any(token.tag_ in ("WP", "WDT", "WP$", "WRB") for token in piece)
    if finite and not embedded and not clause:
        return
    content = content_words(doc, first, last)
    if clause:
        verb = finite[0] if finite else None
        if verb is None or not tells(verb):
            return
        yield first, last, weight_of(content) * 0.85
    elif any(can_be_role(token) for token in piece):
        yield first, last, weight_of(content)


def _turned(token: Token, first: int) -> bool:
    """Whether it is the "turned" of "a surgeon turned writer", which the parser has as a verb."""
    return token.lower_ == "turned" and token.i > first and can_be_role(token.nbor(-1))


def _goes_on(doc: Doc, first: int, comma: int) -> bool:
    """Whether a description goes on after this comma: a place ("of Vesk, Ohio, ...") or a list."""
    following = doc[comma + 1] if comma + 1 < len(doc) else None
    return (
        following is not None
        and following.head.i in range(first, comma)
        and following.dep_ in ("appos", "relcl", "conj", "acl", "npadvmod")
    )


def _opens_description(token: Token) -> bool:
    if token.lower_ in ("a", "an", "the", "who", "whose", "which", "one", "formerly", "once"):
        return True
    return token.tag_ in ("PRP$", "JJ", "JJS", "NN", "NNS", "NNP", "CD") and _is_nominal(token)


def _is_nominal(token: Token) -> bool:
    return token.dep_ not in _SUBJECTS and token.head.dep_ not in ("conj",)


def _as_subject(doc: Doc, head: Token) -> Iterator[Found]:
    """What the name is the subject of: "X is the mayor", "X was formed in 1992"."""
    top = head
    while top.dep_ in ("compound", "appos", "nmod") and top.head != top:
        if top.dep_ != "appos" and top.head.pos_ == "NOUN" and not KINDS.match(top.head.lower_):
            # "The Brell Line drivers were hired" says nothing of the line.
            return
        top = top.head
    if top.dep_ not in _SUBJECTS:
        return
    for child in top.head.children:
        if (
            child.dep_ in ("advcl", "acl")
            and child.tag_ == "VBN"
            and child.i < top.i
            and tells(child)
        ):
            yield child.i, child.right_edge.i + 1, 0.8
    for verb in (top.head, *(child for child in top.head.children if child.dep_ == "conj")):
        if verb != top.head and any(child.dep_ in _SUBJECTS for child in verb.children):
            continue
        if (strength := strength_of(verb)) > 0:
            auxiliaries = [
                c.i for c in verb.children if c.dep_ in ("aux", "auxpass", "neg") and c.i > top.i
            ]
            yield min([verb.i, *auxiliaries]), _end_of_clause(verb), strength


def _end_of_clause(verb: Token) -> int:
    """The token after the verb's complements; clauses joined to it are left out."""
    end = verb.i + 1
    for child in verb.rights:
        if child.dep_ in ("conj", "cc", "ccomp", "parataxis") or (
            child.dep_ == "punct" and child.text != ","
        ):
            break
        if child.dep_ == "advcl" and end > verb.i + 1:
            break
        end = max(end, child.right_edge.i + 1)
    return end


def _naming(doc: Doc, span: Span, head: Token) -> Iterator[Found]:
    """What bears the name: "a gang known as X", "a ferry called X", "the X gang"."""
    at = span.start - 1
    while at > 0 and (doc[at].lower_ in ("as", "the", "simply") or doc[at].is_quote):
        at -= 1
    if at > 0 and doc[at].lower_ in _NAMING:
        verb = doc[at]
        thing = verb.head
        if verb.dep_ in ("acl", "relcl", "amod", "advcl") and thing.pos_ in ("NOUN", "PROPN"):
            content = content_words(doc, thing.left_edge.i, verb.i)
            yield thing.left_edge.i, span.start, weight_of(content) * 0.95
        elif any(child.dep_ in _SUBJECTS and child.pos_ == "NOUN" for child in verb.children):
            subject = next(child for child in verb.children if child.dep_ in _SUBJECTS)
            content = content_words(doc, subject.left_edge.i, subject.right_edge.i + 1)
            yield subject.left_edge.i, span.start, weight_of(content) * 0.9
    owner = head.head
    if head.dep_ in ("compound", "nmod") and owner.i >= span.end and owner.pos_ == "NOUN":
        adjoining = doc[span.end : owner.i + 1]
        if all(token.pos_ in ("NOUN", "ADJ") for token in adjoining) and KINDS.match(owner.lower_):
            content = [
                token
                for token in doc[head.head.left_edge.i : span.start]
                if token.pos_ in ("NOUN", "ADJ")
            ]
            yield owner.left_edge.i, owner.i + 1, weight_of([*content, *adjoining]) * 0.7


def _speaks(verb: Token) -> bool:
    """Whether a verb is one of saying, which tells nothing of who says it."""
    return verb.lower_ in ("said", "says", "told", "spoke", "wrote", "declined", "was", "were")


def _leader(doc: Doc, span: Span, head: Token) -> Iterator[Found]:
    """Whom a passive clause makes the leader of a thing: "The office, led by X"."""
    verb = head.head.head if head.head.dep_ == "agent" else None
    if verb is None or verb.lower_ not in _LED or verb.dep_ not in ("acl", "relcl"):
        return
    if verb.head.i < verb.i < span.start:
        yield verb.head.left_edge.i, span.start, 0.5


_LED = word_set("led headed run owned founded created chaired directed coached written built")


def _fronted(doc: Doc, span: Span) -> Iterator[Found]:
    """A description that opens the sentence: "A former mayor of Vesk, Orr moved ..."."""
    comma = span.start - 1
    while comma > 0 and doc[comma].lower_.strip(".") in TITLES | {"the"}:
        comma -= 1
    if (
        comma < 3
        or doc[comma].text != ","
        or doc[0].lower_ not in ("a", "an", "the", "one", "once")
    ):
        return
    piece = doc[:comma]
    if any(token.text == "," or token.tag_ in ("VBD", "VBZ", "VBP", "MD") for token in piece):
        return
    if any(can_be_role(token) for token in piece) and doc[span.end - 1].dep_ in _SUBJECTS:
        yield 0, comma, weight_of(content_words(doc, 0, comma))


def _trimmed(doc: Doc, first: int, last: int) -> tuple[int, int] | None:
    """The characters of these tokens without punctuation at their ends."""
    while (
        first < last
        and (doc[first].is_punct or doc[first].is_space)
        and doc[first].text not in ("“", '"')
    ):
        first += 1
    while (
        first < last
        and (doc[last - 1].is_punct or doc[last - 1].tag_ == "DT" or doc[last - 1].is_space)
        and doc[last - 1].text not in ("”", '"')
    ):
        last -= 1
    if first >= last:
        return None
    end = doc[last - 1].idx + len(doc[last - 1])
    return doc[first].idx, end
