"""Whether cited text bears out a claim: rules first, then meaning, then a judge if there is one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from embeddings import EntailmentModel
from rag.language.entities import folded
from rag.records import Citation, Similarity, Verdict
from rag.verification.checks.across import across, by_language, claim_language, foreign
from rag.verification.checks.additions import additions
from rag.verification.checks.amounts import amounts, counted
from rag.verification.checks.binding import binding
from rag.verification.checks.dates import appeared, dates, seen_from
from rag.verification.checks.evidence import ABSENT, Evidence, Finding
from rag.verification.checks.naming import naming
from rag.verification.checks.quoting import quoting, sayers
from rag.verification.checks.roles import roles
from rag.verification.checks.stance import stance
from rag.verification.checks.titles import titles
from rag.verification.checks.wording import Wording, joined, lacking, wording
from rag.verification.judge import FOLLOWS, Judge, entailment
from rag.verification.markers import MARKER

SUPPORT_THRESHOLD = 0.5
"""The score from which a claim is grounded: where meanings are compared, it needs no more words."""

MIN_SIMILARITY = 0.35
"""Below this closeness in meaning a claim is not supported, though its words stand there."""

_SAME_THING = 0.5

_CHECKS: tuple[Callable[[str, Evidence], Iterable[Finding]], ...] = (
    quoting,
    amounts,
    counted,
    binding,
    dates,
    naming,
    titles,
    stance,
    roles,
    sayers,
    additions,
    joined,
)
_WORST: tuple[Verdict, ...] = ("quote altered", "unsupported", "partly", "supported")
_INTRODUCTION = re.compile(r"[^:\n“\"]{1,80}:\s+(?=\S)")
_FRAME = (
    r"(?:(?:the\s+)?{name}\s+(?:report(?:ed|s)|said|says|wrote|writes)\s+that|"
    r"according\s+to\s+(?:the\s+)?{name}(?:\s*\([^()]*\)|,?\s+(?:of|on)\s+[^,]{{4,20}})?,)\s+"
)
_OPENER = re.compile(
    r"^(?:(?:however|overall|moreover|furthermore|therefore|thus|hence|meanwhile|indeed|instead|also"
    r"|still|yes|no|finally|in (?:short|summary|total|fact|addition|particular)"
    r"|in (?:conclusion|other words)"
    r"|as a result|for (?:example|instance)|to (?:sum up|summarise|summarize)|by contrast"
    r"|on the other hand|in contrast|first|second|third|answer|(?!only|early|daily)[a-z]{4,}ly"
    r"|(?:based on|according to) the (?:passages?|articles?|sources?|text|provided [a-z]+))"
    r"\s*[,:]\s+|(?:passage \d+|the (?:passages?|articles?)) (?:says?|states?|reports?) that\s+)+",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^(?:\d{1,2}[.)]|[•*-])\s+")
_PARENTHESISED_DATE = re.compile(r"\([^()]*\d[^()]*\):\s+$")

# What each share of the wording adds to the score, and what a finding takes away, before the
# logistic function; round numbers from the middle of where the measures do not move.
_RUNS = 4.0
_COVERAGE = 1.0
_CLOSENESS = 4.0
_WEAKEST = 1.0
_LENGTH = -0.4
_SCATTERED = 8.0
_COSTS = {"quotation": 1.0, "number": 2.0, "date": 2.0, "name": 0.7, "stance": 0.7, "role": 0.7}
_OFFSET = -4.0
_ENTAILED = 8.0

# From this share of its words on, a claim copies the text.
_COPIES = 0.8

# What closeness is taken to be where meanings are not compared, by the share of words held.
_UNCOMPARED = 0.9


@dataclass(frozen=True, slots=True)
class _Examined:
    """All that was found out about a claim."""

    findings: tuple[Finding, ...]
    wording: Wording
    words_held: int


def verify(
    claim_text: str,
    evidence: Sequence[Citation],
    similarity: Similarity | None = None,
    judge: Judge | None = None,
    today: date | None = None,
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict on a claim by the text it cites, and the reasons for any but `supported`.

    Quotations, numbers, dates, names, negation and modality are looked up first, then the
    share of content words. `similarity` compares meanings where none of these decides, and
    `judge` is asked last. A claim that stands word for word in the cited text is supported
    whatever it says, and neither is asked about it. Of articles in another language than
    English, numbers, days and negation are checked where there are rules for it; a claim that
    is not the same sentence, or in another language than its articles, is at most `partly`
    supported unless the `judge` finds more. `today` is the day on which the claim is read:
    "tomorrow" must be that of the article; unknown, it is at most `partly` supported.
    """
    if not evidence:
        return "unsupported", ("no passage is cited",)
    held = Evidence.cited(evidence)
    claim = _bare(claim_text)
    introduction, body = _divided(claim, held)
    about = [*amounts(_without(held.outlets, introduction), held), *appeared(introduction, held)]
    if not introduction:
        verbatim = today is None and _is_verbatim(body, held)
        about += [] if verbatim else seen_from(body, held, today)
    if _is_verbatim(body, held):
        return _verdict(about)
    codes = foreign(evidence)
    mine, theirs = claim_language(body), codes or ("en",)
    if mine and mine not in theirs:
        apart = [*about, *quoting(body, held), *across(body, held, mine, theirs)]
        return _verdict(_judged(body, held, apart, judge) if judge else apart)
    if codes:
        return _verdict([*about, *quoting(body, held), *by_language(body, held, codes)])
    examined = _examine(body, held, None)
    if similarity and all(found.verdict == "partly" for found in examined.findings):
        examined = replace(examined, wording=wording(body, held, similarity))
    findings = [*about, *examined.findings, *_of_meaning(examined)]
    return _verdict(_judged(body, held, findings, judge) if judge else findings)


def refutes(evidence: Sequence[Citation], claim_text: str) -> bool:
    """Whether cited text says otherwise than a claim, not only less: of the same thing, a fact.

    It is of the same thing where it shares half of the claim's content words. Where claim and
    text are of different languages, no.
    """
    held = Evidence.cited(evidence)
    _, body = _divided(_bare(claim_text), held)
    if not evidence or foreign(evidence) or claim_language(body) not in ("", "en"):
        return False
    about = wording(body, held, None)
    if about.empty or about.coverage < _SAME_THING:
        return False
    return any(
        finding.verdict == "unsupported" and not finding.absent
        for check in _CHECKS
        for finding in check(body, held)
    )


def grounding(
    claim_text: str,
    evidence_texts: Sequence[str],
    similarity: Similarity | None = None,
    model: EntailmentModel | None = None,
) -> float:
    """How well the texts bear out a claim, from 0 to 1, by the findings that `verify` goes by.

    What a `model` for entailment thinks counts as much as all the wording together.

    >>> grounding("The ferry sank.", ["The ferry sank on Monday."]) > 0.5
    True
    """
    claim = _bare(claim_text)
    value = _value(_examine(claim, Evidence(evidence_texts), similarity))
    found = entailment(claim, evidence_texts, model) if model else None
    if found is not None:
        value += _ENTAILED * (found.entailed - FOLLOWS)
    return _logistic(value)


def _bare(claim_text: str) -> str:
    """The claim without markers, the number of a list, and words such as "However,"."""
    plain = _LISTED.sub("", MARKER.sub("", claim_text).strip())
    bare = _OPENER.sub("", plain)
    return bare[:1].upper() + bare[1:] if bare != plain else plain


def _examine(claim: str, evidence: Evidence, similarity: Similarity | None) -> _Examined:
    found = [finding for check in _CHECKS for finding in check(claim, evidence)]
    worded = wording(claim, evidence, similarity)
    if any(finding.kind == "stance" and finding.verdict == "unsupported" for finding in found):
        # The syntax only says the same once more.
        found = [finding for finding in found if finding.kind != "role"]
    if any(lacking(worded)):
        # So many words are not there that meaning decides, not one act.
        found = [finding for finding in found if finding.kind != "words"]
    held = sum(len(one.words) for one in evidence.sentences)
    return _Examined(tuple(found), worded, held)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _value(examined: _Examined) -> float:
    """The sum before the logistic function."""
    found = examined.wording
    close = _UNCOMPARED * found.coverage if found.closeness is None else found.closeness
    weakest = close if found.weakest is None else found.weakest
    kinds = {finding.kind for finding in examined.findings}
    length = math.log((20 + examined.words_held) / 100)
    # In a long text single words stand by chance: what copies it has to copy it in a row.
    scattered = max(length, 0.0) * (1 - found.runs) if found.copied >= _COPIES else 0.0
    return (
        _OFFSET
        + _RUNS * found.runs
        + _COVERAGE * found.coverage
        + _CLOSENESS * close
        + _WEAKEST * weakest
        + _LENGTH * length
        - _SCATTERED * scattered
        - sum(_COSTS.get(kind, 0.0) for kind in kinds)
    )


def _of_meaning(examined: _Examined) -> list[Finding]:
    """What the share of words and, where meanings were compared, the score say together."""
    found = examined.wording
    missing = list(lacking(found))
    if found.closeness is None or found.empty:
        return missing
    if not missing and found.closeness < MIN_SIMILARITY:
        return [Finding("partly", "its words stand there, but in another sense", "meaning")]
    return missing if _logistic(_value(examined)) < SUPPORT_THRESHOLD else []


def _judged(
    body: str, evidence: Evidence, findings: Sequence[Finding], judge: Judge
) -> list[Finding]:
    """The findings with the judge's opinion: it overrules words and meaning, never a fact.

    Who did what, and how surely, is a fact where the article says otherwise; where it only may,
    the judge decides. A claim that a fact already refutes is not put to it.
    """
    facts = [finding for finding in findings if not _is_open(finding)]
    if any(finding.verdict != "partly" for finding in facts):
        return facts
    opinion = judge(body, evidence.texts)
    if opinion is None:
        return list(findings)
    if opinion.verdict == "supported":
        return facts
    reason = opinion.reason or f"the judge holds it {opinion.verdict}"
    return [*facts, Finding(opinion.verdict, reason, "judge")]


def _is_open(finding: Finding) -> bool:
    return finding.kind in ("words", "added", "joined", "meaning", "language") or (
        finding.kind == "role" and finding.verdict == "partly"
    )


def _verdict(findings: Sequence[Finding]) -> tuple[Verdict, tuple[str, ...]]:
    found: list[Verdict] = ["supported", *(finding.verdict for finding in findings)]
    reasons = dict.fromkeys(finding.reason for finding in findings)
    # "The article says 6.5, not 9" says, too, that 9 is not there.
    told = [
        finding.reason
        for finding in findings
        if finding.kind == "number"
        and finding.absent
        and any(each.endswith(f", not {finding.reason.removesuffix(ABSENT)}") for each in reasons)
    ]
    return min(found, key=_WORST.index), tuple(each for each in reasons if each not in told)


def _divided(claim: str, evidence: Evidence) -> tuple[str, str]:
    """The introduction ("Radio North, 3 May 2031: ") and what it introduces.

    "Radio North reported that" is one too, if that outlet is cited.
    """
    for outlet in filter(None, evidence.outlets):
        name = re.escape(outlet.removeprefix("The "))
        frame = re.match(_FRAME.format(name=name), claim, re.IGNORECASE)
        if frame:
            return frame[0], claim[frame.end() :]
    match = _INTRODUCTION.match(claim)
    if not match:
        return "", claim
    named = any(outlet and match[0].startswith(outlet) for outlet in evidence.outlets)
    if named or _PARENTHESISED_DATE.search(match[0]):
        return match[0], claim[match.end() :]
    return "", claim


def _without(outlets: Sequence[str], introduction: str) -> str:
    """The introduction without the outlets' names, which may hold a number of their own."""
    for outlet in filter(None, outlets):
        introduction = introduction.replace(outlet, " ")
    return introduction


def _is_verbatim(body: str, evidence: Evidence) -> bool:
    """Whether the cited text holds all the words as they stand, and none of them in part."""
    sought = folded(body).strip(" '.")
    return bool(sought) and any(_holds(text, sought) for text in evidence.folded)


def _holds(text: str, sought: str) -> bool:
    at = text.find(sought)
    while at >= 0:
        around = text[max(0, at - 1) : at] + text[at + len(sought) :][:1]
        if not any(character.isalnum() or character == "_" for character in around):
            return True
        at = text.find(sought, at + 1)
    return False
