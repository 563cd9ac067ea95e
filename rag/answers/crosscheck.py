"""A language model's sentences against what the reader found in the same passages.

The check of a sentence by what it cites knows one place of one article. What the reader knows
besides: that another passage corrects it, that a later figure stands elsewhere, that outlets
differ, that the question takes something for granted which an article denies, and whether there
is an answer at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.answers.candidates import CandidateSentence, names_one
from rag.answers.conflicts import Conflicts
from rag.answers.extractive import OPENINGS, OTHERWISE, Assessment
from rag.answers.false_presuppositions import Contradiction
from rag.answers.timeline import OF_THEN
from rag.answers.wording import LINE_BREAK, introduction, word
from rag.language.figures import Quantity, figures, quantity
from rag.language.moments import moments
from rag.language.opposites import base
from rag.language.words import shortened
from rag.questions.expected_answer import particular
from rag.records import Citation, Claim, Verdict
from rag.verification.citing import FAILING, Cited
from rag.verification.markers import without_markers

TAKEN_BACK = "{where} took that back: “{quote}”"
OUTDATED = "a later figure stands in {where}: “{quote}”"
DIFFERS = "{where} gives another figure: “{quote}”"
DENIED = "{where}, says otherwise: “{quote}”"
NO_EVIDENCE = "Dateline's own reading of the articles finds no sentence that answers the question"

CORRECTED = "A correction says:"
"""What is said before a sentence that puts right what an answer left out for it."""

_QUOTED = 160
_DENIES = re.compile(
    r"\b(?:not|no|never|nobody|none|neither|nor|cannot|without|contrary|instead|rather|denied|denies"
    r"|refused|rejected|false|wrong|incorrect)\b|n[’']t\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")


SURE = 0.6
"""The reader's confidence from which a model's answer must not do without what the reader found."""


def is_sure(found: Assessment) -> bool:
    """Whether the reader has an answer of its own that it is sure of."""
    return found.answered and found.confidence >= SURE


@dataclass(frozen=True, slots=True)
class Crosscheck:
    """What the reader knows of one question's passages; `found` where it has read them."""

    question: str
    known: Conflicts
    found: Assessment

    def checked(self, cited: Cited) -> Cited:
        """The same text, with the verdicts that its claims have after what the reader knows.

        A claim becomes worse, never better, and its reason names the article that stands against
        it. What repeats something corrected, an older figure as if it were the latest, or what the
        question takes for granted against an article, fails; where outlets only differ, and where
        the reader finds no answer, a claim holds in part.
        """
        claims = tuple(self._checked(cited, claim) for claim in cited.claims)
        return replace(cited, claims=claims)

    def supplemented(self, cited: Cited) -> Cited:
        """The text with the articles' sentences that it must not go without, at its end.

        These are the one that denies what the question takes for granted, the later or other
        figure, what a correction puts right, where the reader would show it, and the one that
        names what is asked for, where the reader is sure and the text names nothing of that kind.
        """
        for opening, sentence in list(self._lacking(cited)):
            cited = _with_sentence(cited, opening, sentence)
        return cited

    def _checked(self, cited: Cited, claim: Claim) -> Claim:
        if claim.verdict in FAILING or not claim.citations:
            return claim
        for find in (self._taken_back, self._outdated, self._denied):
            if doubt := find(cited, claim):
                verdict, reason = doubt
                return replace(claim, verdict=verdict, reasons=(reason,))
        if not self.found.answered and claim.verdict == "supported":
            return replace(claim, verdict="partly", reasons=(*claim.reasons, NO_EVIDENCE))
        return claim

    def _taken_back(self, cited: Cited, claim: Claim) -> _Doubt:
        """A claim that says what a correction took back."""
        text = _words(cited, claim)
        for notice in self.known.notices:
            if notice.repeated_in(text) and any(
                notice.overrules(_candidate(each)) for each in _cited(cited, claim)
            ):
                return "unsupported", said_of(TAKEN_BACK, notice.right or notice.notice)
        return None

    def _outdated(self, cited: Cited, claim: Claim) -> _Doubt:
        """A claim that gives an older figure, or one outlet's, where no claim has the other."""
        other = self._other_figure(cited)
        asked = quantity(self.question)
        if other is None or self.known.figures is None or asked is None:
            return None
        value, sentence = other
        text = _words(cited, claim)
        if not _values(text, asked) & (self._figures() - {value}):
            return None
        if self.known.figures.how == "differ":
            return "partly", said_of(DIFFERS, sentence)
        dated = bool(OF_THEN.search(text)) or any(each.month for each in moments(text, None))
        return "partly" if dated else "unsupported", said_of(OUTDATED, sentence)

    def _denied(self, cited: Cited, claim: Claim) -> _Doubt:
        """A claim that repeats what the question takes for granted against an article."""
        against = self.found.told.against
        if against is None or _deals_with(cited, claim, against):
            return None
        presumed = {base(word.lower()) for word in _WORD.findall(against.presumed)}
        said = {base(word.lower()) for word in _WORD.findall(_words(cited, claim))}
        if presumed and presumed <= said:
            return "unsupported", said_of(DENIED, against.sentence)
        return None

    def _of_the_kind(self, cited: Cited) -> CandidateSentence | None:
        """The reader's best sentence, if it names what is asked for and the text does not."""
        wanted = particular(self.question)
        if wanted is None or not is_sure(self.found) or not self.found.told.sentences:
            return None
        best = self.found.told.sentences[0]
        if any(names_one(wanted, _words(cited, claim)) for claim in cited.claims):
            return None
        return best if names_one(wanted, best.text) else None

    def _figures(self) -> frozenset[float]:
        given = self.known.figures.given if self.known.figures else ()
        return frozenset(value for value, _ in given)

    def _other_figure(self, cited: Cited) -> tuple[float, CandidateSentence] | None:
        """The latest figure, or of outlets that differ another one, if the text lacks it.

        None where the text has it, where it gives no figure and the reader would not either, and
        where the question asks for an earlier one.
        """
        known, asked = self.known.figures, quantity(self.question)
        if known is None or not known.given or asked is None or OF_THEN.search(self.question):
            return None
        said = frozenset[float]().union(
            *(_values(_words(cited, claim), asked) for claim in cited.claims)
        )
        if not said & self._figures() and not self.found.answered:
            return None
        if known.how != "differ":
            return None if known.given[0][0] in said else known.given[0]
        first = list(dict.fromkeys(value for value, _ in known.given))[:2]
        return next(((v, s) for v, s in known.given if v in first and v not in said), None)

    def _lacking(self, cited: Cited) -> Iterator[tuple[str, CandidateSentence]]:
        against = self.found.told.against
        if against and not any(_deals_with(cited, claim, against) for claim in cited.claims):
            yield OTHERWISE, against.sentence
        shown = {each.text for each in self.found.told.sentences}
        quoted = {each.quote for each in cited.citations}
        for notice in self.known.notices:
            right = notice.right
            if right and right.text in shown - quoted and not notice.put_right_in(cited.text):
                yield CORRECTED, right
                return
        if named := self._of_the_kind(cited):
            yield NAMED, named
        if other := self._other_figure(cited):
            how = self.known.figures.how if self.known.figures else "several"
            yield OPENINGS["differ"] if how == "differ" else LATER, other[1]


_Doubt = tuple[Verdict, str] | None
"""The verdict that a claim gets at most, and why; None for no doubt."""

NAMED = "In the article’s words:"
"""What is said before the sentence that names what is asked for."""

LATER = "A later article gives another figure:"
"""What is said before the sentence with it."""


def _with_sentence(cited: Cited, opening: str, sentence: CandidateSentence) -> Cited:
    """The text with a sentence of an article after it, in the article's words, and its citation."""
    taken = [*cited.unresolved, *(each.number for each in cited.citations)]
    number = max(taken, default=0) + 1
    worded = word([sentence], opening)
    (claim,) = worded.claims
    (citation,) = worded.citations
    start = len(cited.text.rstrip()) + len(LINE_BREAK)
    text = worded.text.removesuffix("[1]") + f"[{number}]"
    new = replace(claim, start=claim.start + start, end=start + len(text), citations=(number,))
    return replace(
        cited,
        text=f"{cited.text.rstrip()}{LINE_BREAK}{text}",
        claims=(*cited.claims, new),
        citations=(*cited.citations, replace(citation, number=number)),
        places=(),
    )


def _words(cited: Cited, claim: Claim) -> str:
    return without_markers(cited.text[claim.start : claim.end])


def _cited(cited: Cited, claim: Claim) -> list[Citation]:
    return [each for each in cited.citations if each.number in claim.citations]


def _candidate(citation: Citation) -> CandidateSentence:
    return CandidateSentence(citation.article, citation.start, citation.end, 0, 0, 0.0)


def _values(text: str, asked: Quantity) -> frozenset[float]:
    """The figures in a text that can be of the quantity asked for."""
    return frozenset(each.value for each in figures(text, asked))


def _deals_with(cited: Cited, claim: Claim, against: Contradiction) -> bool:
    """Whether a claim rests on the sentence that denies the premise, or denies it itself."""
    sentence = against.sentence
    same_article = False
    for each in _cited(cited, claim):
        if each.article.id != sentence.article.id:
            continue
        same_article = True
        if each.start < sentence.end and sentence.start < each.end:
            return True
    return same_article and bool(_DENIES.search(_words(cited, claim)))


def said_of(reason: str, sentence: CandidateSentence) -> str:
    """A reason with where the sentence stands, and its words."""
    where = introduction(sentence.article).removesuffix(": ") or sentence.article.title
    return reason.format(where=where or "an article", quote=shortened(sentence.text, _QUOTED))
