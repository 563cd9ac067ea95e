"""Whether a claim says yes, no or perhaps where what it cites does: negation and modality.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from rag.language.entities import QUOTED, stems
from rag.language.moments import without_moments
from rag.language.opposites import base, contraries, converses
from rag.language.words import word_set
from rag.verification.checks.evidence import Evidence, Finding, Sentence, sentence

Modality = Literal["fact", "possible", "planned", "coming", "done", "said"]

_NO = (
    r"no one|nobody|nothing|not|n['’]t|cannot|never|nor|neither|without|no longer"
    r"|(?:den(?:y|ies|ied|ying)"
    r"|refus(?:e|es|ed|ing)(?: to)?|fail(?:s|ed|ing)? to|declin(?:e|es|ed|ing) to)(?: that)?"
    r"|no(?= (?!more|fewer|less|later|doubt|sooner)\w)|none of|rul(?:e|es|ed) out"
    r"|unlikely to|false(?:ly)?|(?:rather than|instead of)|lack(?:s|ed|ing)?"
)
_CUES: dict[Modality, str] = {
    "possible": r"may|might|could|perhaps|possibly|maybe|is possible that|likely to"
    r"|whether(?: or not)? to",
    "planned": r"would|should|plan(?:s|ned)? to|want(?:s|ed)? to|hop(?:e|es|ed) to|aim(?:s|ed)? to"
    r"|intend(?:s|ed)? to|consider(?:s|ed|ing)?|threaten(?:s|ed)? to|expected to|propos(?:es|ed) to"
    r"|due to|set to|ready to|willing to|tried to|trying to|tries to",
    "coming": r"will|shall|['’]ll|is to|are to|going to",
    "said": r"allegedly|reportedly|alleged to|said to|believed to|thought to|suspected of"
    r"|accused of|suspected|alleged|claimed to|rumou?red to"
    r"|(?:almost|nearly)(?! (?:\d+|half|all|every|an?|one|two|three|four"
    r"|five|six|ten|twenty|thirty|forty|fifty)\b)",
    "done": r"has|have|had",
}
_NEGATION = re.compile(rf"(?:\b|(?<=\w)(?=n['’]t))(?:{_NO})(?!\w)", re.IGNORECASE)
_MODALITY = tuple(
    (name, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE))
    for name, words in _CUES.items()
)
_SUPPOSES = re.compile(r"(?:should|if|unless)\b(?![^?]*\?)", re.IGNORECASE)
_NOT_YET = re.compile(r"(?:\bnot|n['’]t) (?:\w+ )?yet\b|\byet to\b", re.IGNORECASE)
_STOPS = re.compile(r"[,;:.!?()—–]|\b(?:but|because|although|though|while|which|who)\b")
_FILLER = re.compile(
    r"\w+ly$|also|even|yet|ever|still|just|been|be|being|have|had|having|only|both|all|already"
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_WORDS = re.compile(r"\w+")
_MARK = " notnot "
_FEW = frozenset({"few", "for", "against"})
_EFFORT = word_set("try attempt seek begin start help manage")
_NOT_AMONG = re.compile(
    r"(?P<who>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2}) (?:is|was|are|were)"
    r" (?:not (?:one of|among|part of) (?:them|these|those)|none of (?:them|these|those))"
)
_COMPARING = word_set("more less few")
_SAME = 0.75
_SHORT = 3
_SHARED = 0.5
_VERDICTS: dict[Modality, str] = {
    "possible": "it may happen",
    "planned": "it is planned",
    "coming": "it will happen",
    "done": "it has happened",
    "said": "it is said to be so",
    "fact": "it is so",
}
_WEAKER: dict[Modality, frozenset[Modality]] = {
    "possible": frozenset({"coming", "done", "fact"}),
    "said": frozenset({"done", "fact"}),
    "coming": frozenset({"possible", "done"}),
    "done": frozenset(),
    "planned": frozenset(),
    "fact": frozenset(),
}


@dataclass(frozen=True, slots=True)
class _Stances:
    """The content words that negations and modal words govern first, and all content words."""

    denied: frozenset[str]
    modal: dict[str, Modality]
    stems: frozenset[str]


def stance(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """What the nearest cited sentence denies, affirms or only holds possible, unlike the claim."""
    said = sentence(claim)
    if excepted := _excepted(said, evidence):
        yield Finding("unsupported", f"the article says that {excepted}", "stance")
        return
    nearest = evidence.nearest(said, _SHARED)
    if nearest is None:
        return
    if _differs_by_no(claim, nearest.text):
        yield Finding(
            "unsupported", "the article says the opposite: one of them has a “not”", "stance"
        )
        return
    if exchanged := _exchanged_words(claim, nearest.text):
        reason = f"the article says {exchanged[0]}, not {exchanged[1]}"
        yield Finding("unsupported", reason, "stance")
        return
    mine, held = _stances(claim), _stances(nearest.text)
    if mine.denied and held.denied:
        # "Said that it had not failed" and "denied that it had failed" are for the syntax to tell.
        yield from _modality(mine, held)
        return
    everywhere = [_stances(each.text) for each in evidence.sentences]
    # "Without a licence it cannot open" says no more than that it needs one.
    twice = len(_NEGATION.findall(claim)) > 1 and len(mine.denied) > 1
    for stem in () if twice else sorted(mine.denied & held.stems - held.denied):
        waiting = held.modal.get(stem) in ("possible", "planned", "coming")
        if _SUPPOSES.match(claim) or (waiting and _NOT_YET.search(claim)):
            continue
        if not any(stem in other.denied for other in everywhere) and not evidence.counters(stem):
            yield Finding(
                "unsupported", _denial(claim, stem, "the article does not deny"), "stance"
            )
            return
    for stem in sorted(held.denied & mine.stems - mine.denied):
        if all(stem in other.denied for other in everywhere if stem in other.stems):
            yield Finding(
                "unsupported", _denial(nearest.text, stem, "the article denies"), "stance"
            )
            return
    yield from _modality(mine, held)
    if len(mine.denied) % 2 == len(held.denied) % 2:
        words = [sentence(without_moments(each.text)).words for each in (said, nearest)]
        yield from _opposite(words[0], words[1], evidence.sentences)


def _excepted(said: Sentence, evidence: Evidence) -> str:
    """What says that a name of the claim is not among those of the sentence before; else ""."""
    for before, each in pairwise(evidence.statements):
        match = _NOT_AMONG.search(each.text)
        if match is None or not said.stems & before.stems:
            continue
        name = frozenset(stems(match["who"]))
        rest = said.stems - name
        # Who is meant stands in the claim, and what is said of the others.
        if name & said.stems and len(rest & before.stems) >= _SHARED * len(rest):
            return match[0]
    return ""


def _differs_by_no(claim: str, held: str) -> bool:
    """Whether the claim's words stand there, but for a negation in the midst of one of them."""
    if (len(_NEGATION.findall(claim)) + len(_NEGATION.findall(held))) % 2 == 0:
        return False
    said, there = (_WORDS.findall(_NEGATION.sub(_MARK, text).lower()) for text in (claim, held))
    matcher = SequenceMatcher(None, there, said, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks())
    if shared < _SAME * len(said):
        return False
    for tag, a, b, x, y in matcher.get_opcodes():
        chunk = [*there[a:b], *said[x:y]]
        if tag != "equal" and len(chunk) <= _SHORT and chunk.count(_MARK.strip()) % 2:
            return True
    return False


def _exchanged_words(claim: str, held: str) -> tuple[str, str] | None:
    """Two words that say the opposite, or look at an act from its two sides, in the same place.

    The rest of the claim stands there as it is.
    """
    said, there = (_WORDS.findall(text.lower()) for text in (claim, held))
    matcher = SequenceMatcher(None, there, said, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks())
    if shared < _SAME * len(said):
        return None
    for tag, a, b, x, y in matcher.get_opcodes():
        if tag == "replace" and b - a == y - x == 1:
            one, two = base(there[a]), base(said[x])
            if two in contraries(one) or two in converses(one):
                return there[a], said[x]
    return None


def _modality(mine: _Stances, held: _Stances) -> Iterator[Finding]:
    """The first shared word of which one says that it may be, the other that it is or will be."""
    for stem in sorted({*mine.modal, *held.modal} & mine.stems & held.stems):
        there, here = held.modal.get(stem, "fact"), mine.modal.get(stem, "fact")
        if here in _WEAKER[there] and not (there == "possible" and stem in mine.denied):
            reason = f"the article says that {_VERDICTS[there]}, not that {_VERDICTS[here]}"
            yield Finding("partly", reason, "stance")
            return


def _opposite(
    mine: tuple[str, ...], held: tuple[str, ...], others: Sequence[Sentence]
) -> Iterator[Finding]:
    """A word of the claim where the cited sentence has its opposite, and has not the word."""
    here, there = ({base(word): word.lower() for word in words} for words in (mine, held))
    for word in sorted(here.keys() - there.keys()):
        against = (contraries(word) & there.keys()) - here.keys() - _FEW
        if word in _COMPARING and not _same_next(mine, word, held, against):
            continue
        elsewhere = any(
            word in map(base, each.words) and len(each.stems & frozenset(stems(" ".join(mine)))) > 2
            for each in others
        )
        if against and not elsewhere and not contraries(min(against)) & there.keys():
            reason = f"the article says {there[min(against)]}, not {here[word]}"
            yield Finding("unsupported", reason, "stance")
            return


def _same_next(
    mine: tuple[str, ...], word: str, held: tuple[str, ...], others: Iterable[str]
) -> bool:
    """Whether what follows a word in the one follows one of the others in the other: "more pay"."""
    after = {base(two) for one, two in pairwise(mine) if base(one) == word}
    there = {base(two) for one, two in pairwise(held) if base(one) in others}
    return bool(after & there)


def _stances(text: str) -> _Stances:
    plain = without_moments(QUOTED.sub(lambda match: match[0].replace(".", " "), text))
    denied = {stem for match in _NEGATION.finditer(plain) if (stem := _governed(plain, match))}
    modal: dict[str, Modality] = {}
    for name, pattern in _MODALITY:
        for match in pattern.finditer(plain):
            if stem := _governed(plain, match, _EFFORT):
                modal.setdefault(stem, name)
    return _Stances(frozenset(denied), modal, frozenset(stems(plain)))


def _governed(text: str, match: re.Match[str], also: frozenset[str] = frozenset()) -> str:
    """The first content word after a cue, within its clause; "" where there is none.

    Words of `also` are passed over, as fillers are.
    """
    stop = _STOPS.search(text, match.end())
    for word in _WORD.findall(text, match.end(), stop.start() if stop else len(text)):
        idle = word.lower() in also or _FILLER.fullmatch(word.lower())
        found = [] if idle else stems(word)
        if found:
            return str(found[0])
    return ""


def _denial(text: str, stem: str, said: str) -> str:
    """The reason with the word as the text has it."""
    word = next(w for w in _WORD.findall(text) if stem in stems(w))
    return f"{said} “{word}”"
