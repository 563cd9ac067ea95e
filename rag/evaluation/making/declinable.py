"""Questions that the archive cannot answer, about names that do occur in it.

That nothing answers them is checked word by word: no article that holds the name holds a
word in which the answer would be told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from rag.evaluation.making.choosing import Candidate
from rag.evaluation.making.survey import Material, Occurrences
from rag.evaluation.making.wording import asked_stems
from rag.evaluation.making.words import NO_PLACES
from rag.reading.facts import stems

_DETAILS = (
    ("Which university did {} go to?", "university college school study graduate degree student"),
    ("Who is {} married to?", "wife husband spouse marry marriage wedding couple partner divorce"),
    ("How many children does {} have?", "child children son daughter father mother parent kid"),
    ("In which town was {} born?", "born birth native grew hometown childhood"),
    ("How much does {} earn in a year?", "salary earn earnings pay paid income wage"),
    ("How tall is {}?", "tall height feet foot inches metres meters centimetres"),
    (
        "Which instrument does {} play?",
        "instrument piano guitar violin drums flute cello band music",
    ),
    ("Which party did {} vote for?", "vote voted voter party ballot election elected"),
    ("When did {} retire?", "retire retirement retired retiring"),
    (
        "Which street does {} live in?",
        "live lives lived home house resident street road neighborhood",
    ),
)
_IN_PLACE = re.compile(r"(?<=\sin\s)[A-Z][a-z]+(?:\s[A-Z][a-z]+)?(?![\w’'-]|\s[A-Z])")
_LEAST_ARTICLES = 3
_RAREST = 2
_ELSEWHERE_TURNS = 4


@dataclass(frozen=True, slots=True)
class Declinable:
    """A question about a `name` that nothing answers, if no article holds both it and the answer.

    An article that holds the stems of the name is suspected of an answer if it also holds as
    many of the `telling` stems as are `enough`, of several the rarest. Questions of the same
    detail are of one `kind`.
    """

    question: str
    kind: str
    name: tuple[str, ...]
    telling: tuple[str, ...]
    enough: int
    material: Material


def detail_questions(candidates: Sequence[Candidate]) -> list[Declinable]:
    """Questions about details of speakers and of people of known age, several for each."""
    named = {name: c.material for c in candidates if (name := _person(c))}
    found = []
    for name, material in sorted(named.items()):
        surname = tuple(stems(name.split()[-1]))
        for question, telling in _DETAILS if surname else ():
            words = tuple(dict.fromkeys(stems(telling)))
            asked = question.format(name)
            found.append(Declinable(asked, question, surname, words, 1, material))
    return found


def elsewhere_questions(candidates: Sequence[Candidate], seed: int) -> list[Declinable]:
    """Questions of how many or when, moved to a place where nothing of the kind is told."""
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    places = _places(candidates)
    found: list[Declinable] = []
    for candidate in candidates:
        asked = candidate.draft.question
        here = _IN_PLACE.search(asked)
        if candidate.draft.type != "number" or here is None or here[0] not in places:
            continue
        there = random.choice([place for place in places if place != here[0]] or [here[0]])
        moved = f"{asked[: here.start()]}{there}{asked[here.end() :]}"
        kept = [stem for stem in asked_stems(asked) if stem not in stems(f"x {here[0]}")]
        if there != here[0] and here[0] not in f"{asked[: here.start()]}{asked[here.end() :]}":
            found.append(
                Declinable(
                    question=moved,
                    kind=f"elsewhere {len(found) % _ELSEWHERE_TURNS}",
                    name=tuple(stems(there)),
                    telling=tuple(dict.fromkeys(kept)),
                    enough=_RAREST,
                    material=candidate.material,
                )
            )
    return found


def untold(questions: Sequence[Declinable], found: Occurrences) -> Iterator[Declinable]:
    """Those of the questions that no article answers.

    Of what a moved question is about, the two rarest words stand in no article together with
    the place; of a detail's words, none does with the name.
    """
    for each in questions:
        rarest = sorted(each.telling, key=lambda stem: (len(found.holding([stem])), stem))
        whole = [rarest[: each.enough]]
        together = [[stem] for stem in rarest] if each.enough == 1 else whole
        if not any(found.holding([*each.name, *stems_]) for stems_ in together):
            yield each


def varied(questions: Sequence[Declinable], count: int, seed: int) -> list[Declinable]:
    """At most `count` of the questions, one an article, of kinds that take turns."""
    left = sorted(questions, key=lambda each: (each.material.article.id, each.question))
    Random(seed).shuffle(left)  # noqa: S311 - a sample, not a secret
    taken: list[Declinable] = []
    kinds: Counter[str] = Counter()
    while left and len(taken) < count:
        best = min(left, key=lambda each: kinds[each.kind])
        taken.append(best)
        kinds[best.kind] += 1
        left = [each for each in left if each.material is not best.material]
    return taken


def wanted_stems(questions: Sequence[Declinable]) -> set[str]:
    """The stems that must be looked up to check the questions."""
    return {stem for each in questions for stem in (*each.name, *each.telling)}


def _person(candidate: Candidate) -> str:
    draft = candidate.draft
    if draft.type == "who_said":
        return draft.answers[0] if " " in draft.answers[0] else ""
    return draft.question[len("How old was ") : -1] if draft.type == "age" else ""


def _places(candidates: Sequence[Candidate]) -> list[str]:
    """The names that follow "in" in several of the articles."""
    texts = {c.material.article.id: c.material.article.text for c in candidates}
    counts: Counter[str] = Counter()
    for text in texts.values():
        counts.update(set(_IN_PLACE.findall(text)))
    return sorted(
        place
        for place, count in counts.items()
        if count >= _LEAST_ARTICLES and not NO_PLACES.intersection(place.split())
    )
