"""An answer in the articles' own sentences, in which order, or declined where none will do."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answers.agreement import AGREED, agreement, corroborated
from rag.answers.asked_relation import lacks_relation, names_office
from rag.answers.candidates import CandidateSentence, day_of
from rag.answers.causes import several_causes
from rag.answers.corrections import corrected, corrections
from rag.answers.declining import contradicted, reason, stale_evidence, unmentioned, ways_on
from rag.answers.evidence import READ_HITS, Evidence, hits_shown
from rag.answers.false_presuppositions import Contradiction, contradiction, miscount
from rag.answers.holders import Holder, holder
from rag.answers.listed import listing
from rag.answers.namesakes import Namesake, namesakes
from rag.answers.other_language import usable_hits
from rag.answers.plans import MAX_SENTENCES, MAX_WORDS, PLANS, alike, choose
from rag.answers.polarity import Polarity, polarity
from rag.answers.question import Question, ReadingAids
from rag.answers.reading import Reading, read
from rag.answers.scoring import THRESHOLD
from rag.answers.timeline import DifferingFigures, How, several_figures, with_later_figures
from rag.answers.wording import NEAREST, Worded, decline, old_evidence, word
from rag.language.dates import local_time
from rag.language.event_days import earlier_year, event_days
from rag.language.name_matching import mentions
from rag.language.periods import Period, days
from rag.language.words import question_language, word_count
from rag.questions.expected_answer import asked_for, harm_asked, tells_of_harm
from rag.questions.form import FormName
from rag.questions.sub_queries import questions_apart
from rag.records import Answer, Hit, Message, Similarity

OPENINGS: Mapping[How, str] = {
    "changed": "The figure has changed; the latest comes first:",
    "differ": "Outlets differ:",
    "several": "The articles give more than one figure; the latest comes first:",
    "accounts": "Outlets give different accounts:",
}
"""What is said before sentences that belong together; no claim of its own."""

_SHARED_MEANING = 0.25
"""The cosine from which a sentence has something to do with a question; mere noise stays below."""

UNSURE = 0.4
"""The most confidence in what is new that is no longer new, and of a name that nobody mentions."""

HELD = 0.75
"""The least confidence where a sentence gives somebody the very office that is asked for."""
_OF_PEOPLE = frozenset[FormName](
    {"definition", "statement", "event", "latest", "overview", "topic", "chronology"}
)
"""The forms whose subject may be somebody with a namesake."""

_WHO = re.compile(r"\bwho(?:[’']?s|['’]re)?\b", re.IGNORECASE)
_WHO_WAS = re.compile(r"\bwho (?:was|were)\b", re.IGNORECASE)

YES_OR_NO: Mapping[Polarity, str] = {"yes": "Yes:", "no": "No:"}

OTHERWISE = "The articles say otherwise:"
"""What is said before a sentence that contradicts what the question takes for granted."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The sentences of an answer, and what introduces the first of them; "" where nothing does.

    `further` sentences are shown besides those that the opening speaks of, and `heads` stand
    before the sentences: the days of a chronology, the names of people who are told apart.
    """

    sentences: tuple[CandidateSentence, ...] = ()
    opening: str = ""
    further: int = 0
    against: Contradiction | None = None
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the reader makes of the hits, before anything is written.

    `answered` says whether their sentences are an answer. They are none where the newest of them
    is too old for a question about the latest (`stale` says how old), or where the question names
    somebody `unmentioned`. `told` are the sentences that would be shown. `people` are those whom
    the one name of the question may mean, where there are several; `note` is on the language.
    """

    reading: Reading
    stale: str
    unmentioned: str
    answered: bool
    told: Telling
    people: tuple[Namesake, ...] = ()
    note: str = ""

    @property
    def outdated(self) -> bool:
        """Whether the sentences would answer, were they not too old."""
        return bool(self.stale) and self.reading.confidence >= THRESHOLD

    @property
    def confidence(self) -> float:
        """How likely the sentences are to answer, from 0 to 1."""
        doubtful = self.stale or self.unmentioned
        return min(self.reading.confidence, UNSURE) if doubtful else self.reading.confidence


def extract(asked: Question, hits: Sequence[Hit], reader: ReadingAids) -> Answer:
    """The sentences of the hits that answer best, or a declined answer below the threshold.

    A question that takes something for granted which an article denies is answered with what
    the article says; `reason` then says that the premise is contradicted. A declined answer
    cites the sentences that come nearest, and claims nothing.
    """
    started = time.perf_counter()
    asked.trail.at("read")
    found = assess(asked, hits, reader)
    asked.trail.at("compose")
    return compose(asked, hits, found, (), started)


def assess(asked: Question, hits: Sequence[Hit], reader: ReadingAids) -> Assessment:
    """What the reader makes of the hits; those in a language that does not serve are left out."""
    note = ""
    if language := question_language(asked.standalone):
        hits, note = usable_hits(asked.standalone, language, hits)
    reading = _with_something_new(asked, read_for(asked, hits, reader))
    past = _WHO_WAS.search(asked.standalone) is not None
    held = holder(asked.form.subject, hits, past=past) if _asks_who(asked) else None
    if held is not None:
        reading = _with_holder(reading, held)
    elif reading.confidence >= THRESHOLD and _lacks_relation(asked, hits, reading):
        reading = replace(reading, confidence=min(reading.confidence, UNSURE))
    stale = stale_evidence(asked, reading.sentences)
    unknown = unmentioned(asked.standalone, hits, reader.vocabulary)
    outdated = bool(stale) and reading.confidence >= THRESHOLD
    answered = reading.confidence >= THRESHOLD and not outdated and not unknown
    people = namesakes(asked.form, hits) if answered and asked.form.name in _OF_PEOPLE else ()
    told = Telling()
    if people and _asks_who(asked):
        told = _each_of(people, asked)
    elif not asked.lacking:
        told = tell(asked, hits, reading, reader.similarity, answered=answered)
    return Assessment(reading, stale, unknown, answered, told, people, note)


def _lacks_relation(asked: Question, hits: Sequence[Hit], reading: Reading) -> bool:
    """Whether nothing says what is asked of the subject, however near it comes."""
    unnamed = _asks_who(asked) and names_office(asked.form.subject)
    # Put after the question that it leans on, it says more than a sentence can.
    joined = asked.standalone != asked.text and asked.standalone.endswith(f" {asked.text}")
    return unnamed or (
        not joined and lacks_relation(asked.standalone, asked.form, hits, reading.evidence)
    )


def _asks_who(asked: Question) -> bool:
    cue = asked.standalone[slice(*asked.form.cue)] or asked.form.subject
    return asked.form.name in ("definition", "fact") and _WHO.search(cue) is not None


def _with_holder(reading: Reading, held: Holder) -> Reading:
    """The reading with the sentence that says who holds the office first, then what names them."""
    others = [each for each in reading.sentences if mentions(each.text, held.name)]
    apart = [each for each in others if not alike(each.text, held.sentence.text)]
    sentences = (held.sentence, *apart)[:MAX_SENTENCES]
    return replace(reading, sentences=sentences, confidence=max(reading.confidence, HELD))


def _each_of(people: Sequence[Namesake], asked: Question) -> Telling:
    """What presents each of the people whom the name may mean, under the full name."""
    opening = f"The archive has {len(people)} people called “{asked.form.subject}”:"
    sentences, heads = zip(*((each.sentence, each.name) for each in people), strict=True)
    return Telling(sentences, opening, heads=heads)


def compose(
    asked: Question,
    hits: Sequence[Hit],
    found: Assessment,
    notes: tuple[str, ...],
    started: float,
) -> Answer:
    """The answer that the reader's assessment comes to, in the articles' own sentences."""
    told, reading = found.told, found.reading
    declined = not told.sentences
    nearest = corrected(_nearest(reading, found.stale), corrections(hits)) if declined else ()
    near = hits if any(map(_is_near, reading.evidence)) else ()
    worded = decline(near, nearest, found.stale if found.outdated else "")
    if not declined:
        worded = word(told.sentences, told.opening, told.further, heads=told.heads)
    return Answer(
        question=asked.text,
        standalone=asked.standalone,
        text=worded.text,
        as_of=asked.as_of,
        claims=worded.claims,
        citations=worded.citations,
        hits=hits_shown(near if declined else hits, told.sentences),
        abstained=declined,
        reason=_reason(asked, near, found) if declined or told.against else "",
        ways_on=ways_on(asked, hits) if declined else (),
        confidence=found.confidence,
        filters=asked.filters,
        understood=asked.understood,
        coverage=asked.coverage,
        notes=(*notes, *(() if declined else _answered_in_part(asked, worded, found))),
        timings=asked.timings(started),
    )


def _answered_in_part(asked: Question, worded: Worded, found: Assessment) -> tuple[str, ...]:
    """Notes on what an answer may lack: what is new, whom it means, the others of several asked."""
    notes = old_evidence(asked, worded.citations)
    if found.note:
        notes += (found.note,)
    if people := found.people:
        listed = ", ".join(each.presented for each in people)
        notes += (
            f"“{asked.form.subject}” may be one of {len(people)} people: {listed}. "
            "Ask with the full name for one of them",
        )
    if several := questions_apart(asked.standalone):
        listed = " ".join(f"“{each}”" for each in several)
        notes += (f"You asked {len(several)} questions; ask each alone: {listed}",)
    return notes


def _with_something_new(asked: Question, reading: Reading) -> Reading:
    """The reading, but not with all that the answer before has shown, and no more.

    What answers best stays, since it may answer another question as well; the rest is chosen
    from what has not been shown. Who asks the same again gets the same.
    """
    *_, before, answer = (Message("user", ""), Message("user", ""), *asked.history)
    same = before.content.strip() == asked.text.strip()
    shown = "" if same or answer.role != "assistant" else answer.content
    if not reading.sentences or any(each.text not in shown for each in reading.sentences):
        return reading
    best = next(each.sentence for each in reading.evidence if each.sentence in reading.sentences)
    fresh = [each for each in reading.evidence if each.text not in shown]
    room = max(1, len(reading.sentences) - 1)
    return replace(reading, sentences=(best, *choose(asked.form.name, fresh)[:room]))


def _is_near(evidence: Evidence) -> bool:
    """Whether a sentence shares a word or a meaning with the question at all."""
    return bool(evidence.signals["coverage"]) or evidence.signals["closeness"] >= _SHARED_MEANING


def _nearest(reading: Reading, stale: str) -> Sequence[CandidateSentence]:
    """What comes nearest to an answer, of a subject that the archive knows."""
    if stale:
        return reading.sentences[:NEAREST]
    known = reading.known >= THRESHOLD
    return [each.sentence for each in reading.evidence[:NEAREST]] if known else ()


def read_for(asked: Question, hits: Sequence[Hit], reader: ReadingAids) -> Reading:
    """What the hits say, with the confidence that its answer is one that the question wants.

    Where only a corroborated answer is one, that they agree stands for that a sentence tells it.
    """
    reading = read(asked.standalone, asked.form, hits, reader.vocabulary, reader.similarity)
    if not asked.corroborated:
        return reading
    share = agreement(asked_for(asked.standalone), hits[:READ_HITS], reading.nearness)
    return replace(reading, confidence=reading.known * corroborated(share), agreed=share)


def tell(
    asked: Question,
    hits: Sequence[Hit],
    reading: Reading,
    similarity: Similarity | None,
    *,
    answered: bool,
) -> Telling:
    """What is told of the hits: against a false premise, of several figures or causes, or as read.

    What a correction took back is not told; what puts it right is. A false premise is named
    also where there is no answer.
    """
    question = asked.standalone
    against = contradiction(question, hits) or miscount(question, hits)
    if not answered and against is None:
        return Telling()
    notices = corrections(hits)
    read = corrected(reading.sentences, notices) if answered else []
    if against is not None and not any(each.overrules(against.sentence) for each in notices):
        return _introduced([against.sentence], read, OTHERWISE, against)
    if asked.form.name == "chronology":
        return _by_day(read)
    if asked.form.name == "yes or no":
        return _yes_or_no(asked, read)
    if asked.form.name == "list" and (listed := listing(reading.form, hits, read)) is not None:
        beside = [each for each in read if not (listed.others or listed.holds(each))]
        sentences = _fitting([*listed.parts, *beside], *listed.room(PLANS["list"]))
        return Telling(sentences, listed.opening, len(sentences) - len(listed.parts))
    account = _account(question, hits, read, similarity)
    if account is None:
        return Telling(with_later_figures(asked.form.name, read, hits, similarity))
    told = corrected(account.sentences, notices)
    return _introduced(told, read, OPENINGS[account.how] if len(told) > 1 else "")


def _by_day(read: Sequence[CandidateSentence]) -> Telling:
    """The sentences in the order of what they report, each after its day, month or year.

    One that names none has the day of its article, and one without either comes last.
    """
    dated = [(_event_days(each), each) for each in read]
    dated.sort(key=lambda item: (item[0] is None, item[0].first if item[0] else date.min))
    heads = tuple(str(period or "Undated") for period, _ in dated)
    return Telling(tuple(each for _, each in dated), heads=heads)


def _event_days(sentence: CandidateSentence) -> Period | None:
    published, text = sentence.article.published, sentence.text
    known = local_time(published).date() if published else None
    found = None
    if sentence.article.language in ("", "en"):
        found = event_days(text, known) or earlier_year(text, known)
    return days(*found) if found else days(known) if known else None


def _yes_or_no(asked: Question, read: Sequence[CandidateSentence]) -> Telling:
    """The sentences, after a yes or a no where the newest that says either is sure of it."""
    said = [(each, polarity(asked.standalone, asked.form, each.text)) for each in read]
    sure = [(each, answer) for each, answer in said if answer]
    newest = max((day_of(each.article) for each, _ in sure), default=None)
    answers = {answer for each, answer in sure if day_of(each.article) == newest}
    if len(answers) != 1:
        return Telling(tuple(read))
    first = next(each for each, _ in sure if day_of(each.article) == newest)
    rest = [each for each in read if each != first]
    return Telling((first, *rest), YES_OR_NO[answers.pop()])


def _reason(asked: Question, hits: Sequence[Hit], found: Assessment) -> str:
    if found.told.against:
        return contradicted(found.told.against.sentence)
    if found.outdated:
        return f"found but not answered: {found.stale}"
    return reason(
        asked,
        hits,
        unmentioned=found.unmentioned,
        disagreed=found.reading.agreed < AGREED,
        known=found.reading.known >= THRESHOLD,
    )


def _introduced(
    told: Sequence[CandidateSentence],
    read: Sequence[CandidateSentence],
    opening: str,
    against: Contradiction | None = None,
) -> Telling:
    """What the opening speaks of, then what else was read, as far as there is room."""
    sentences = _fitting([*told, *read])
    spoken_of = {each.text for each in told}
    further = sum(each.text not in spoken_of for each in sentences) if opening else 0
    return Telling(sentences, opening, further, against)


def _account(
    question: str,
    hits: Sequence[Hit],
    read: Sequence[CandidateSentence],
    similarity: Similarity | None,
) -> DifferingFigures | None:
    """Figures or causes that belong together, where they tell of what the best sentence does."""
    found = several_figures(question, hits, similarity)
    if found and (harm := harm_asked(question)):
        found = found if all(tells_of_harm(harm, each.text) for each in found.sentences) else None
    return found or several_causes(question, hits, similarity)


def _fitting(
    sentences: Sequence[CandidateSentence], most: int = MAX_SENTENCES, words: int = MAX_WORDS
) -> tuple[CandidateSentence, ...]:
    """The first sentences that fit into an answer, each place of an article once."""
    chosen: dict[str, CandidateSentence] = {}
    room = words
    for each in sentences:
        length = word_count(each.text)
        if each.text not in chosen and (length <= room or not chosen):
            chosen[each.text] = each
            room -= length
    return tuple(chosen.values())[:most]
