"""How likely the sentences that were read are to answer a question."""

from __future__ import annotations

import math
from dataclasses import dataclass

THRESHOLD = 0.5
"""The confidence below which the archive is said not to answer; calibrated, see LOG.md."""

# Round numbers near a logistic fit that was cross-validated; see LOG.md.
_NEAR = 12.0
_WORDS = 2.5
_NAMES = 1.0
_MARGIN = 4.0
_WIDEST_MARGIN = 1.0
_LEAD = 2.0
_WIDEST_LEAD = 1.5
_CHOICE = -1.0
_OFFSET = -5.3
_RELATION = 20.0
_NEAR_ENOUGH = 0.97


@dataclass(frozen=True, slots=True)
class AnswerSignals:
    """What speaks for an answer, each the higher the better.

    Of the subject: `subject` is the cosine of the nearest title, or of a sentence that is far
    nearer; `words` tells how rare the words are that the question shares with one passage;
    `names` is the share of its names that one passage holds; `margin` is how far the first
    hit's score is above that of the eighth, and `lead` above that of the twentieth. `choice`
    is the rarity of a word that no passage holds, the logarithm of twice the number of
    passages: the more there are, the nearer comes one of them by chance.
    Of the relation: `answer` is the best sentence's cosine with and without names, added.
    """

    subject: float
    words: float
    names: float
    margin: float
    lead: float
    choice: float
    answer: float


def confidence(evidence: AnswerSignals) -> float:
    """The probability that the archive knows the subject, times that it tells what is asked.

    A product, since neither makes up for the other: an archive may know all about a ferry
    and not where it was built.

    >>> from dataclasses import replace
    >>> ferry = AnswerSignals(
    ...     subject=0.7, words=3.4, names=1.0, margin=0.6, lead=1.0, choice=12.0, answer=1.2
    ... )
    >>> round(confidence(ferry), 2), round(confidence(replace(ferry, answer=0.9)), 2)
    (0.98, 0.2)
    """
    return knows_subject(evidence) * _logistic(_RELATION * (evidence.answer - _NEAR_ENOUGH))


def knows_subject(evidence: AnswerSignals) -> float:
    """The probability that the archive knows the subject, whatever it tells of it."""
    return _logistic(
        _NEAR * evidence.subject
        + _WORDS * evidence.words
        + _NAMES * evidence.names
        + _MARGIN * min(evidence.margin, _WIDEST_MARGIN)
        + _LEAD * min(evidence.lead, _WIDEST_LEAD)
        + _CHOICE * evidence.choice
        + _OFFSET
    )


def by_words(coverage: float) -> float:
    """The same where meaning is not known, by the best sentence's share of the question's words.

    >>> by_words(0.2) < THRESHOLD < by_words(0.8)
    True
    """
    return _logistic(9.0 * coverage - 4.2)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
