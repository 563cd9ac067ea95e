"""Whether any sentence tells the deed of a question "Did X ...?" or "When will X ...?", by X.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from rag.answers.asked_clause import AskedClause, read_asked
from rag.answers.candidates import READ_CHARACTERS, known_names
from rag.answers.evidence import Evidence
from rag.language.analysis import analyse
from rag.language.entities import stems
from rag.language.opposites import base, converses, implied, near, opposites, reworded
from rag.language.propositions import propositions
from rag.language.speech_cues import SAYING
from rag.language.words import without_possessive, word_set
from rag.questions.asked_words import participles
from rag.records import Hit

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
"""A word, with apostrophes, full stops and hyphens within it."""

_DID = re.compile(
    r"(?:and |so |but )?(?:(?:why|when|where|how|whom?) )?(?=did\b(?!n['’]t| not\b))"
    r"|(?:and |so |but )?(?:when|where) (?=(?P<now>does|do|will)\b(?!n['’]t| not\b))",
    re.IGNORECASE,
)
_WAS = re.compile(
    r"(?:and |so |but )?(?:why|when|where|how|(?P<who>who)) "
    r"(?:was|were|will(?=.* be\b)|(?:is|are)(?=.* (?:being|to be)\b)) ",
    re.IGNORECASE,
)
LIGHT = frozenset(map(base, word_set("be have do get give make take go come say tell happen mean")))
"""Verbs that say too little to be looked for."""

_WORDED = frozenset(
    map(
        base,
        SAYING | word_set("mention refer cite discuss talk speak want need think feel believe"),
    )
)
"""What is shown to be done by the words of whoever does it, or is only in their mind."""


@lru_cache(1_024)
def bases(text: str) -> frozenset[str]:
    """The base forms of the words of a text that say something."""
    words = map(without_possessive, WORD.findall(text))
    return frozenset(base(word) for word in words if stems(word))


def written_names(hits: Sequence[Hit]) -> frozenset[str]:
    """The names in the hits, in small letters, without those that are words there as well."""
    texts = [hit.text for hit in hits]
    return known_names(texts).difference(*map(_words, texts))


@lru_cache(1_024)
def _words(text: str) -> frozenset[str]:
    """All words of a text as they stand there."""
    return frozenset(WORD.findall(text))


def _full_name(question: str, last: str, hits: Sequence[Hit]) -> str:
    """The name of two words that ends so in a question, as it or the hits write it; else "".

    `last` is a base form.
    """
    words = WORD.findall(question)
    for one, other in pairwise(words):
        name = f"{one[0].upper()}{one[1:]} {other[0].upper()}{other[1:]}"
        if base(other) == last and stems(one) and any(name in hit.text for hit in hits):
            return name
    return ""


def lacks_deed(question: str, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> bool:
    """Whether no sentence has the verb of such a question beside X, in whatever words.

    Where the question takes it for granted, one where it is done to X is none, if X does it in no
    other. False for other questions.
    """
    verb, doer = _deed(question, hits)
    did = _DID.match(question)
    active = did is not None and not did["now"]
    loose = active or re.search(r"\b(?:was|were)\b", question, re.IGNORECASE) is None
    presumes = not question.lower().startswith("did")
    if not verb or verb in LIGHT or (presumes and verb in _WORDED):
        return False
    wanted = near(verb) | opposites(verb) | converses(verb)
    wanted |= frozenset() if active else reworded(verb)
    others = frozenset([doer]) if doer else bases(question) - {verb}
    named = bases(_full_name(question, doer, hits)) if doer else frozenset[str]()
    telling = []
    for each in evidence:
        found = bases(each.text)
        tells = not wanted.isdisjoint(found)
        tells = tells or (loose and any(verb in implied(word) for word in found))
        if named and not named <= bases(each.sentence.article.text[:READ_CHARACTERS]):
            continue
        if tells and not others.isdisjoint(found | bases(each.sentence.article.title)):
            telling.append(each.text)
    if not active or not presumes:
        return not telling
    who = _doer(read_asked(question), verb)
    roles = {_role(text, near(verb), who) for text in telling} if who else set[str]()
    return not telling or ("done to" in roles and "does" not in roles)


def _doer(asked: AskedClause, verb: str) -> frozenset[str]:
    """The words of whoever a question has do it, by word order; none where it does not say."""
    places = range(asked.helper + 2, len(asked.words))
    found = (asked.at(n, verb, "same") for n in places if asked.words[n].stem == verb)
    reading = next(filter(None, found), None)
    return reading.subject if reading and not reading.passive else frozenset()


def _role(text: str, acts: frozenset[str], who: frozenset[str]) -> str:
    """Whether somebody "does" one of some acts in a sentence, or has it "done to" them; else "".

    It is done to whom it is "against", too: "a lawsuit against Orr".
    """
    told = [said for said in propositions(text) if said.verb.partition("_")[0] in acts]
    if any(said.agent.pronoun or who & said.agent.words for said in told):
        return "does"
    against = (base(word) for word in re.findall(r"\bagainst (?:the )?([\w’'-]+)", text))
    suffers = any(who & said.patient.words for said in told) or not who.isdisjoint(against)
    return "done to" if suffers else ""


def _deed(question: str, hits: Sequence[Hit]) -> tuple[str, str]:
    """The verb and the head of the subject of a question "Did X ...?", by their base forms.

    Questions in small letters get the capitals that the hits write their words with.
    """
    asks = _DID.match(question)
    if asks is None or _WAS.match(question):
        return _done(question)
    names = written_names(hits)
    said = question[asks.end() :]
    plain = said
    if said.islower():
        plain = WORD.sub(lambda m: m[0].capitalize() if m[0] in names else m[0], said)
    [doc] = analyse([plain])
    root = next(token for token in doc if token.dep_ == "ROOT")
    if root.pos_ == "VERB" and root.tag_ == "VB":
        doers = [child for child in root.children if child.dep_ == "nsubj"]
        return base(root.text), base(doers[0].text) if doers else ""
    others = [each.lower_ for each in doc if each.is_lower and each.is_alpha and not each.is_stop]
    return (base(others[0]), "") if len(others) == 1 else ("", "")


def _done(question: str) -> tuple[str, str]:
    """The participle of a question "Who was ...?", by its base form, beside no head."""
    asks = _WAS.match(question)
    words = WORD.findall(question[asks.end() :]) if asks else []
    if asks and asks["who"]:
        words = words[:1]
    relative = next((n for n, word in enumerate(words) if word in ("who", "that", "which")), None)
    done = re.compile(participles())
    verb = next((w for w in words[:relative] if w.islower() and done.fullmatch(w)), "")
    return base(verb) if verb else "", ""
