"""What a sentence needs to be understood alone: its referent, a verb, something to say.

Rules are for English.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.language.analysis import analyse
from rag.language.referents import (
    PERSON_PRONOUNS,
    PLURAL_PRONOUNS,
    SUBJECTS,
    THING_PRONOUNS,
    Referent,
    is_female,
    is_person_noun,
    main_subject,
    referent,
)
from rag.language.speakers import OFFICES
from rag.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_DEMONSTRATIVES = word_set("this that these those such")
_UNIQUE = word_set(
    "government police president sun moon world weather economy internet public media market"
    " markets military army navy pope king queen earth sky sea ocean north south east west"
    " pandemic virus coronavirus future past present time day week month year morning"
    " afternoon evening night weekend election elections press state nation law truth fact"
    " idea answer question problem point result reason difference rest majority number same"
    " house senate congress court parliament rich poor young old unemployment united"
    " european"
)
"""Nouns that need no sentence before them: "the government", "the sun"."""

_OF_NOTHING = word_set("rained snowed seems seemed appears turns")
_PAIRS = word_set("pair couple two duo brothers sisters")
_RELATIVE = re.compile(
    r"\b(?:his|her|their) (?:[a-z]+[- ]){0,2}(?:wife|husband|widow|widower|mother|father|parents?"
    r"|son|daughter|children|brother|sister|twin|grandson|granddaughter|grandmother|grandfather|uncle"
    r"|aunt|nephew|niece|cousin),? (?P<first>[A-Z][\w’'-]+)(?: [A-Z][\w’'.-]*)*? "
    r"(?P<last>[A-Z][\w’'-]+)\b"
)
_SUCCESSION = re.compile(
    r"[“\"‘]?(?:(?:So|Nor|Neither) (?:did|does|do|is|are|was|were|has|have|had|will|would|can"
    r"|could)\b"
    r"|(?:But|And|Yet|So) (?:that|this|it|he|she|they|those|these|not|neither|both|some|others)\b"
    r"|(?:If|Even) (?:so|not)\b|Among (?:them|those)\b|(?:One|Some|Many|Most|All|None|Each|Two"
    r"|Half) of"
    r" (?:them|those|these|his|her|their|its)\b|(?:Others?|Another|Both|Neither|Instead|In response"
    r"|As a result|The same|The (?:former|latter)|The (?:two|three|four|other|others))\b(?! of))"
)
_SO_DID = re.compile(
    r"[“\"‘]?(?:And |But )?(?:So|Nor|Neither|As) (?:did|does|do|is|are|was|were|has|have|had|will"
    r"|would|can|could)"
    r"\b[^,;]*$"
)
_ONWARD = r"(?:what|why|how|where|when|who|which|everything|more|the (?:latest|full|list|rundown)"
_ONWARD += r"|(?:a|another|one last) (?:(?:closer|quick|brief|full|deeper) )?(?:look|list|guide))"
_TEASER = re.compile(
    r"(?:"
    rf"(?:[^.:“”\"]{{0,120}}, )?here(?:[’']s| is| are) {_ONWARD}\b[^.:“”\"]{{0,160}}[.:]?"
    r"|here(?:[’']s| is| are) some\b[^.]{0,70}[.:]?"
    r"|(?:that|this|it)(?:[’']s| is) not all[.!]|what (?:happened|we know|to know)[^.]{0,40}[?.:]?"
    r"|[^.:“”\"]{0,120}\b(?:fills|walks) (?:us|you|listeners) (?:in|through)\b[^.“”\"]{0,60}[.:]?"
    r"|[^.:“”\"]{0,80}\b(?:issued|released|gave) the following (?:statement|response|reply)\b"
    r"[^.“”\"]{0,60}[.:]?"
    r")",
    re.IGNORECASE,
)
_TEASER_HINTS = (
    *("here’s", "here's", "here is", "here are", "not all", "what ", "the following", " us "),
    *(" you ", "listeners", " updated", "ai-assisted", "more", "read", "related", "watch"),
    *("video", "photos"),
)
"""Each teaser holds one of these: most sentences are told apart by them alone."""

_DESK_NOTE = re.compile(
    r"(?:correction|clarification|editor[’']s note)s?\b[^:.]{0,30}: ?"
    r"(?:this|an earlier version of this) (?:story|article|post|report) (?:was|has been) updated\b"
    r"(?!.{0,80}\bthat\b)"
    r"|AI-assisted summary\b",
    re.IGNORECASE,
)
_GLUED_LINK = re.compile(r"(?:More|Read|Related|Watch|Video|Photos)(?=[A-Z][a-z]+ )")


def is_teaser(sentence: str) -> bool:
    """Whether a sentence says nothing itself: it announces what follows, or is a note of the desk.

    >>> [is_teaser(s) for s in ("Here's a look at the strike.", "Here, Orr sold the mill.")]
    [True, False]
    """
    folded = sentence.casefold()
    if not any(map(folded.__contains__, _TEASER_HINTS)):
        return False
    plain = " ".join(sentence.split())
    return bool(_TEASER.fullmatch(plain) or _DESK_NOTE.match(plain) or _GLUED_LINK.match(plain))


_CONTINUES = re.compile(
    r"[“\"‘']?(?:But|And|Plus|So|Also|Yet|Or|Still|Meanwhile|However|Instead|Then|Moreover|Though"
    r"|Although|In addition|On the other hand)\b"
)
_BACKGROUND = re.compile(
    r"\b(?:initially|originally|previously|formerly|historically|in the past"
    r"|earlier this (?:year|month)|last (?:year|month|summer|autumn|fall|spring|winter|season)"
    r"|(?:years?|months?|decades?) (?:ago|earlier|before)|for (?:years|decades|centuries))\b",
    re.IGNORECASE,
)


def is_continuation(sentence: str) -> bool:
    """Whether a sentence begins as one that goes on from another ("But the mill burnt").

    >>> [is_continuation(s) for s in ("Plus, Orr left.", "Orr left, but Lind stayed.")]
    [True, False]
    """
    return _CONTINUES.match(sentence.strip()) is not None


def is_background(sentence: str) -> bool:
    """Whether a sentence tells of a time before what is reported ("Orr won two years ago").

    >>> [is_background(s) for s in ("The mill, built decades ago, burnt.", "The mill burnt.")]
    [True, False]
    """
    return _BACKGROUND.search(sentence) is not None


def depends_on_context(sentence: str) -> bool:
    """Whether the subject of a sentence stands for something that an earlier one names.

    A pronoun, "her lawyer", "the company", "the 58-year-old", or an opening such as "So did".

    >>> [depends_on_context(s) for s in ("He left.", "Ann Orr left.", "The firm closed its mill.")]
    [True, False, True]
    """
    if _SUCCESSION.match(sentence.strip()):
        return True
    subject = main_subject(analyse([sentence])[0])
    return subject is not None and _kind_of(subject) is not None


def antecedent(text: str, start: int, end: int) -> str | None:
    """The name for which the subject of `text[start:end]`, a sentence, stands; None if unsure.

    It is a name or short noun phrase of the same paragraph or the one before, in the fullest
    form that the text up to there has. A sentence that needs none gives None.

    >>> text = "Ann Orr sold the ferry. She left."
    >>> antecedent(text, 24, 33)
    'Ann Orr'
    """
    if named := _relative_of(text, start, end):
        return named
    subject = main_subject(analyse([text[start:end]])[0])
    if subject is None:
        return None
    kind = _kind_of(subject)
    if kind is None or _names_someone_before(subject):
        return None
    female = is_female(subject.lower_ if subject.pos_ == "PRON" else _possessor(subject))
    name = referent(text, start, kind, female, subject.lower_)
    if name and subject.lower_ in OFFICES and not _has_office(text[:end], name, subject.lower_):
        return None
    return name


def _relative_of(text: str, start: int, end: int) -> str | None:
    """Whose relative a sentence presents: who bears the same last name in the text before it."""
    found = _RELATIVE.search(text, start, end)
    if found is None:
        return None
    same = rf"\b([A-Z][\w’'-]+(?: [A-Z][\w’'.-]*)*?) {re.escape(found['last'])}\b"
    named = [each[0] for each in re.finditer(same, text[:start]) if each[1] != found["first"]]
    return named[-1] if named else None


def _has_office(text: str, name: str, office: str) -> bool:
    """Whether a sentence of a text has both a name, by its last word, and an office."""
    named = re.escape(name.split()[-1])
    both = rf"\b{office}\b[^.\n]*\b{named}\b|\b{named}\b[^.\n]*\b{office}\b"
    return re.search(both, text, re.IGNORECASE) is not None


def is_fragment(sentence: str) -> bool:
    """Whether a sentence has no finite verb or says nothing: "So did Bo Lind.", "He did.".

    >>> [is_fragment(s) for s in ("So did Bo Lind.", "Not so fast.", "The mill burnt.")]
    [True, True, False]
    """
    plain = sentence.strip()
    if _SO_DID.match(plain) or is_teaser(plain):
        return True
    [doc] = analyse([plain])
    verbs = [token for token in doc if token.tag_ in ("VBD", "VBZ", "VBP", "MD")]
    if not verbs:
        return not any(
            token.dep_ == "ROOT"
            and token.tag_ in ("VB", "VBN")
            and (token.tag_ == "VB" or any(child.dep_ in SUBJECTS for child in token.children))
            for token in doc
        )
    words = [token for token in doc if token.is_alpha]
    return len(words) <= 3 and all(
        token.pos_ in ("PRON", "AUX", "PART", "DET", "ADV") or token.lower_ in ("did", "does", "do")
        for token in words
    )


def _kind_of(subject: Token) -> Referent | None:
    """What a subject must stand for; None where it stands for itself."""
    word = subject.lower_
    if subject.pos_ == "PRON" or word in _DEMONSTRATIVES:
        if word in PERSON_PRONOUNS:
            return "person"
        if word in PLURAL_PRONOUNS:
            return "people"
        if word in THING_PRONOUNS:
            return None if _empty_it(subject) else "thing"
        if word in _DEMONSTRATIVES and not any(
            c.dep_ in ("relcl", "prep", "acl") for c in subject.children
        ):
            return "thing"
        return None
    owner = _possessor(subject)
    if owner in PERSON_PRONOUNS:
        return "person"
    if owner in PLURAL_PRONOUNS:
        return "people"
    if owner in THING_PRONOUNS:
        return "thing"
    return _described(subject)


def _names_someone_before(subject: Token) -> bool:
    """Whether a clause before the subject has a subject of its own: "Although Orr left, she"."""
    return any(
        token.dep_ in SUBJECTS and token.pos_ == "PROPN" for token in subject.doc[: subject.i]
    )


def _described(subject: Token) -> Referent | None:
    """What "the company" or "the 58-year-old" stands for; None for a subject that says itself."""
    determiner = next((c for c in subject.lefts if c.dep_ == "det"), None)
    if determiner is None or determiner.lower_ not in ("the", "this", "that", "these", "those"):
        return None
    if subject.pos_ == "PROPN" or any(token.pos_ == "PROPN" for token in subject.subtree):
        return None
    if any(child.dep_ in ("relcl", "acl", "prep", "appos") for child in subject.children):
        return None
    word = subject.lower_
    if _aged(subject):
        return "person"
    if determiner.lower_ == "the" and (word in _UNIQUE or subject.tag_ == "JJ"):
        return None
    if word in _PAIRS:
        return "people"
    if is_person_noun(word):
        return "person"
    if determiner.lower_ == "the" and subject.tag_ == "NNS":
        return None
    return "thing"


def _aged(subject: Token) -> bool:
    """Whether a word ends "58-year-old"."""
    return bool(re.search(r"\d-year-old$", subject.doc.text[: subject.idx + len(subject)]))


def _empty_it(subject: Token) -> bool:
    """Whether "it" stands for nothing: "it is unclear whether", "it rained", "it was X who"."""
    verb = subject.head
    if subject.dep_ == "expl" or verb.lower_ in _OF_NOTHING:
        return True
    later = [child for child in verb.children if child.i > verb.i]
    clause = any(child.dep_ in ("ccomp", "csubj", "xcomp", "advcl", "relcl") for child in later)
    telling = any(child.dep_ in ("acomp", "attr") for child in later)
    deep = any(
        child.dep_ in ("acomp", "attr")
        and any(c.dep_ in ("ccomp", "xcomp", "relcl", "acl", "csubj") for c in child.children)
        for child in later
    )
    return verb.lower_ in ("is", "was", "'s", "’s", "be", "been", "became", "takes", "took") and (
        (telling and clause) or deep
    )


def _possessor(subject: Token) -> str:
    """The pronoun that owns the subject: "her" of "her lawyer"; "" where there is none."""
    first = next((child for child in subject.lefts if child.dep_ == "poss"), None)
    return first.lower_ if first is not None and first.tag_ == "PRP$" else ""
