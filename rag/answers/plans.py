"""What is shown for each form of question: how many sentences, which ones, in which order."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from rag.answers.candidates import CandidateSentence
from rag.answers.evidence import Evidence
from rag.language.analysis import analyse
from rag.language.context import is_background, is_continuation
from rag.language.entities import stems
from rag.language.introductions import introductions
from rag.language.moments import without_moments
from rag.language.opposites import base, reworded
from rag.language.referents import SUBJECTS
from rag.language.speakers import is_of_person
from rag.language.words import word_count
from rag.questions.form import FormName

Order = Literal["best", "newest", "story", "best, then story", "best, then text"]
"""By score; the newest article first; as a story runs, the oldest first; or the best sentence,
then the others as the texts run, its article first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """At most so many sentences and words, none scored more than `within` below the best.

    After the first, a sentence gains `presenting` where it says who or what the subject is, and
    may be as much further below the best; it loses `repeating` where all its words stand in those
    chosen already. The title of its article must come at least `titled` times as near to the
    question in meaning as those of the best sentences, and the article must have at least
    `whole` times as many of the subject's words, or others for them, as the one with most. With
    `spoken`, the answer opens with words on the matter that have their speaker beside them. How the
    newest article on the subject opens is shown where it is no more than `newest` below the best.
    """

    sentences: int
    words: int
    order: Order = "best"
    within: float = 2.5
    presenting: float = 0.0
    repeating: float = 0.0
    titled: float = 0.0
    whole: float = 0.0
    spoken: bool = False
    newest: float = 0.0


MAX_SENTENCES, MAX_WORDS = 3, 80
"""What is shown where nothing else is planned."""

_SHORT = Plan(MAX_SENTENCES, MAX_WORDS, within=math.inf)

PLANS: Mapping[FormName, Plan] = MappingProxyType(
    {
        "definition": Plan(3, 80, presenting=1.5, repeating=1.0),
        "statement": Plan(6, 130, "best, then text", spoken=True),
        "event": Plan(4, 80, within=3.5),
        "latest": Plan(6, 130, "newest", within=1.5, newest=2.5),
        "overview": Plan(8, 200, "best, then story", within=5.0, titled=0.4, whole=0.6),
        "chronology": Plan(10, 250, "story", within=5.0, whole=0.6),
        "topic": Plan(8, 200, "best, then story", whole=0.6),
        "cause": Plan(8, 170),
        "list": Plan(8, 170, "best, then text", within=math.inf),
        "comparison": Plan(8, 200),
        "yes or no": Plan(MAX_SENTENCES, MAX_WORDS, within=3.0),
        "figure": _SHORT,
        "date": _SHORT,
        "fact": _SHORT,
    }
)

_NO_OPENING, _LEANING = 0.5, 0.3
"""What a sentence loses as the first one that begins with "But", tells of years ago, or has a
pronoun for its subject."""

_NAMED, _VERBATIM, _MARKS = 0.6, 0.6, frozenset("“\"‘'")
"""What the speaker's name adds to a statement as the first, and words in marks beside it; marks."""

_SPEAKER = 0.5
"""How well a speaker must fit whom a question means, to be that one."""

_BEFALLS = 1.0
"""What "The mill burnt" gains over "A man was hurt in the mill" where the mill is asked about."""

_OBJECTS = frozenset({"dobj", "ccomp", "xcomp", "attr", "acomp"})
"""What a verb has beside its subject where that does, says or is something."""

_WITH_SUBJECT = 0.6
"""What share of the words of the subject the title and opening of an article on it have."""

_WORD = re.compile(r"[^\W\d_]+")
_ALIKE = 0.7
_ABOUT, _BEST = 0.4, 3
"""What share of the most that the best three sentences cover of a question others must cover."""


def choose(
    form: FormName, evidence: Sequence[Evidence], subject: str = ""
) -> list[CandidateSentence]:
    """The sentences that are shown, in the order of the plan; `evidence` is best first.

    What mostly repeats a sentence already chosen is left out, and so are what does not fit and
    what is less about the subject than the best sentences are. What tells of a whole does so in
    one language.
    """
    plan = PLANS.get(form, _SHORT)
    left = _most(evidence, "coverage", _ABOUT)
    if plan.titled:
        left = _most(left, "title", plan.titled)
    if plan.whole and left:
        left = _on_the_whole(left, plan.whole, subject)
    if plan.order == "best, then story" and left:
        left = _in_one_language(left)
    if plan.spoken:
        left = _of_the_speaker(left, subject)
    chosen: list[Evidence] = []
    said: set[str] = set()
    room = plan.words
    best = left[0].score if left else 0.0
    if plan.newest and (news := _newest_opening(left, best - plan.newest)):
        left = [news, *(each for each in left if each is not news)]
    while left and len(chosen) < plan.sentences:
        worth = [_worth(each, plan, said) for each in left]
        each = left.pop(worth.index(max(worth)) if plan.presenting or plan.repeating else 0)
        within = plan.within + (plan.presenting and plan.presenting * each.signals["introduces"])
        if chosen and each.score < best - within:
            continue
        length = word_count(each.text)
        if chosen and (length > room or any(alike(each.text, o.text) for o in chosen)):
            continue
        chosen.append(each)
        said |= _words(each)
        room -= length
    if form == "event" and len(chosen) > 1:
        chosen = [replace(e, score=e.score + _befalls(e.text, subject)) for e in chosen]
    return [each.sentence for each in _ordered(chosen, plan)]


def _in_one_language(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Those in the language of the best, and those of an unknown one."""
    best = evidence[0].sentence.article.language
    known = ("", best or "en")
    return [each for each in evidence if each.sentence.article.language in known]


def _of_the_speaker(evidence: Sequence[Evidence], subject: str) -> list[Evidence]:
    """Those of articles in which the person speaks whose words are asked for, if any does.

    An organisation speaks through others, whom its articles need not tie to it.
    """
    articles = {e.sentence.article.id for e in evidence if e.signals["speaks"] >= _SPEAKER}
    if not articles or not any(_gives_office(each.text, subject) for each in evidence):
        return list(evidence)
    return [each for each in evidence if each.sentence.article.id in articles]


def _gives_office(text: str, name: str) -> bool:
    """Whether a sentence says of a name what only a person is: "Ann Orr, the mayor"."""
    return any(is_of_person(text[i.start : i.end]) for i in introductions(text, name))


def _on_the_whole(evidence: Sequence[Evidence], share: float, subject: str) -> list[Evidence]:
    """Those of articles with at least that share of the most of the subject that one has.

    Those in other languages than the best stay: they have other words for it.
    """
    asked = [reworded(word) for word in _bases(without_moments(subject))]
    texts: dict[str, list[str]] = {}
    for each in evidence:
        article = each.sentence.article
        texts.setdefault(article.id, [article.title]).append(each.text)
    held = {id_: _bases(" ".join(said)) for id_, said in texts.items()}
    has = {id_: sum(not word.isdisjoint(found) for word in asked) for id_, found in held.items()}
    least = share * max(has.values(), default=0)
    comparable = {each.sentence.article.id for each in _in_one_language(evidence)}
    left = {id_ for id_, found in has.items() if found >= least or id_ not in comparable}
    return [each for each in evidence if each.sentence.article.id in left]


def _bases(text: str) -> AbstractSet[str]:
    """The base forms of the content words of a text."""
    return {base(word) for word in _WORD.findall(text) if stems(word)}


def _befalls(text: str, subject: str) -> float:
    """What a sentence gains as an opening that says what its grammatical subject went through."""
    asked = frozenset(map(base, stems(subject)))
    [doc] = analyse([text])
    found = (token for token in doc if token.dep_ in SUBJECTS and base(token.text) in asked)
    acts = (any(each.dep_ in _OBJECTS for each in token.head.children) for token in found)
    return 0.0 if all(acts) else _BEFALLS


def _newest_opening(evidence: Sequence[Evidence], least: float) -> Evidence | None:
    """How the newest article opens whose title and opening have the subject; None if too low."""
    openings = [
        each
        for each in evidence
        if each.signals["opens"]
        and min(each.signals["subject"], each.signals["headline"]) >= _WITH_SUBJECT
    ]
    newest = max((each.day.date() for each in openings), default=None)
    latest = [each for each in openings if each.day.date() == newest and each.score >= least]
    return max(latest, key=lambda each: (each.signals["lead"], each.score), default=None)


def _most(evidence: Sequence[Evidence], signal: str, share: float) -> list[Evidence]:
    """Those with at least that share of the most that the best of them have of a signal."""
    most = max((each.signals[signal] for each in evidence[:_BEST]), default=0.0)
    return [each for each in evidence if each.signals[signal] >= min(most, share * most)]


def _worth(evidence: Evidence, plan: Plan, said: AbstractSet[str]) -> float:
    """The score of a sentence beside those that are chosen, by the words that these have said."""
    if not said or not (plan.presenting or plan.repeating):
        return evidence.score
    words = _words(evidence)
    again = len(words & said) / max(1, len(words))
    presents = evidence.signals["introduces"]
    return evidence.score + plan.presenting * presents - plan.repeating * again


def _words(evidence: Evidence) -> AbstractSet[str]:
    return frozenset(stems(evidence.text))


def _ordered(chosen: Sequence[Evidence], plan: Plan) -> list[Evidence]:
    order = plan.order
    if order != "story":
        chosen = sorted(chosen, key=lambda each: _as_opening(each, plan), reverse=True)
    if order == "newest":
        return sorted(chosen, key=lambda each: each.day.date(), reverse=True)
    if order == "best":
        return list(chosen)
    if order == "best, then text":
        place = {each.sentence.article.id: n for n, each in reversed([*enumerate(chosen)])}
        rest = sorted(
            chosen[1:], key=lambda each: (place[each.sentence.article.id], each.sentence.start)
        )
        return [*chosen[:1], *rest]
    led = 1 if order == "best, then story" else 0
    story = sorted(chosen[led:], key=lambda each: (each.day, each.sentence.start))
    return [*chosen[:led], *story]


def _as_opening(evidence: Evidence, plan: Plan) -> float:
    """What a sentence counts for as the first of an answer, which nothing stands before."""
    before = is_continuation(evidence.text) + is_background(evidence.text)
    leans = evidence.signals.get("leans", 0.0)
    worth = evidence.score - _NO_OPENING * before
    if not plan.spoken:
        return worth - _LEANING * leans
    own = evidence.signals
    # "I" within quotation marks is the speaker.
    leans = 0.0 if evidence.text[0] in _MARKS else leans
    on_matter = own["matter"] + own["to matter"]
    named = own["says"] * (_NAMED + _VERBATIM * own["quoted"])
    return worth + on_matter + named - 2 * _LEANING * leans


def alike(one: str, other: str) -> bool:
    """Whether one of two sentences has seven in ten of the words of the other."""
    first, second = set(one.lower().split()), set(other.lower().split())
    return len(first & second) >= _ALIKE * min(len(first), len(second))
