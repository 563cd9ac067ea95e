"""Why there is no answer, in a sentence, and what to try instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal, get_args

from rag.answers.candidates import CandidateSentence, Vocabulary
from rag.answers.question import Question
from rag.answers.wording import OLD, has_ended, introduction
from rag.language.entities import names, stems
from rag.language.periods import day_in_words
from rag.language.temporal_expressions import impossible_day
from rag.questions.asked_words import read_words
from rag.questions.form import Form, FormName
from rag.questions.sub_queries import questions_apart
from rag.records import FilterName, Filters, Hit, WayOn
from rag.records.published import local_time

Why = Literal[
    "nothing found",
    "found but not answered",
    "outside the dates",
    "the premise is contradicted",
    "withdrawn",
]
"""Every reason there is; `Answer.reason` begins with one of them, and a colon follows."""

MOST_WAYS_ON = 4
_ALIKE = 0.75
_FEWEST_LETTERS = 4
_STEM = 5
"""So many letters at the start two words of one origin have in common."""

_WHOLE = frozenset[FormName]({"fact", "topic", "overview", "archive", "chat"})
"""Forms that ask for a whole already, or whose subject is the whole question."""

_OTHER_WORDS = "ask with other words, or for one single fact"


def reason(
    asked: Question,
    hits: Sequence[Hit],
    *,
    unmentioned: str = "",
    disagreed: bool = False,
    known: bool = False,
) -> str:
    """One sentence that says why a question has no answer.

    Where the archive is `known` to report on the subject, it says what is missing; an
    `unmentioned` name is.
    """
    if day := impossible_day(asked.standalone):
        return f"outside the dates: there is no {day}"
    if asked.lacking:
        return f"outside the dates: the archive holds nothing of {asked.lacking}{_reach(asked)}"
    if hits and (several := questions_apart(asked.standalone)):
        return f"found but not answered: you asked {len(several)} questions at once; ask each alone"
    if times := _exclusive_times(asked):
        return f"outside the dates: {times} exclude each other; ask for one of them"
    if unmentioned:
        return f"found but not answered: no article mentions “{unmentioned}”"
    if hits and disagreed:
        return "found but not answered: too few of the articles found agree on an answer"
    if hits and known and _is_of(asked.form.subject, hits):
        return f"found but not answered: {missing(asked.form)}"
    if hits:
        return "found but not answered: articles come near it, but none of their sentences answers"
    if _misses(asked):
        return f"outside the dates: the filters ask for a time without articles{_reach(asked)}"
    limits = " that the filters leave" if asked.filters != Filters() else ""
    return f"nothing found: no article{limits} shares a word or a meaning with the question"


def _is_of(subject: str, hits: Sequence[Hit]) -> bool:
    """Whether the hits have at least half of the words of a subject; true where there is none."""
    sought = set(stems(subject))
    found = {stem for hit in hits for stem in stems(f"{hit.article.title} {hit.text}")}
    return 2 * len(sought & found) >= len(sought)


def _exclusive_times(asked: Question) -> str:
    """The times that a question names where none of their days are the same; "" where some are."""
    named = [one for one in asked.understood if one.end and one.filters.published_before]
    starts = [one.filters.published_from for one in named if one.filters.published_from]
    ends = [one.filters.published_before for one in named if one.filters.published_before]
    apart = len(starts) > 1 and max(starts) >= min(ends)
    return " and ".join(f"“{one.words}”" for one in named) if apart else ""


def missing(form: Form) -> str:
    """What no sentence says, in words, of a question whose subject the archive reports on.

    >>> missing(Form("figure", "the ferry", "crew drowned"))
    'the archive reports on “the ferry”, but gives no figure for “crew drowned”'
    """
    if form.subject and form.name in _OF_A_WHOLE:
        return f"articles come near it, but none is about “{form.subject}”"
    on = f"the archive reports on “{form.subject}”" if form.subject else "the archive reports on it"
    if form.name == "fact" or not form.subject:
        return "articles are about it, but none of their sentences says what you ask"
    return f"{on}, but {_MISSING.get(form.name, 'none of its sentences says what you ask')}".format(
        f"“{form.matter}”" if form.matter else "this"
    )


_OF_A_WHOLE = frozenset[FormName]({"topic", "overview", "event", "latest", "chronology"})
_MISSING: Mapping[FormName, str] = MappingProxyType(
    {
        "definition": "does not say who or what that is",
        "statement": "quotes nothing that they said of {}",
        "figure": "gives no figure for {}",
        "date": "gives no day for {}",
        "cause": "gives no cause of {}",
        "list": "names none",
        "yes or no": "does not say whether {}",
    }
)


def stale_evidence(asked: Question, sentences: Sequence[CandidateSentence]) -> str:
    """How old the newest article is, where the latest is asked for and it is too old; else "".

    What has no date is not called old. An archive that ends long before the day asked, of any
    matter, has its latest then, and a note says when that was (`old_evidence`).
    """
    days = [local_time(each.article.published) for each in sentences if each.article.published]
    if asked.form.name != "latest" or not days or asked.as_of - max(days) <= OLD:
        return ""
    if has_ended(asked):
        return ""
    newest, today = day_in_words(max(days).date()), day_in_words(asked.day)
    return f"the newest article on this is of {newest}, and you ask on {today}"


def unmentioned(question: str, hits: Sequence[Hit], vocabulary: Vocabulary) -> str:
    """The first name of a question that the archive has nowhere; "" where it has them all.

    A name much like a word of the articles found counts as mistyped, one that begins like such
    a word as derived from it ("Cumbrian", of Cumbria). Acronyms are not looked for, and nothing
    where capitals do not tell what is a name.
    """
    if not hits or not read_words(question).capitals_tell():
        return ""
    unknown = vocabulary.rarity("")
    found = {word.casefold() for hit in hits for word in re.findall(r"\w+", _seen(hit))}
    for name in names(question):
        folded, terms = name.casefold(), vocabulary.terms(name)
        if len(name) < _FEWEST_LETTERS or name.isupper() or not terms or folded in found:
            continue
        derived = any(word.startswith(folded[:_STEM]) for word in found)
        known = any(vocabulary.rarity(term) < unknown for term in terms)
        if not known and not derived and not get_close_matches(folded, found, 1, _ALIKE):
            return name
    return ""


def _seen(hit: Hit) -> str:
    article = hit.article
    return " ".join((article.publisher, *article.authors, article.title, hit.text))


def withheld(told: str) -> str:
    """One sentence that says what would have been an answer, had it not been withdrawn."""
    return f"withdrawn: {told}"


def contradicted(sentence: CandidateSentence) -> str:
    """One sentence that says which article speaks against what the question takes for granted."""
    article = sentence.article
    where = introduction(article).removesuffix(": ") or article.title or article.id
    return f"the premise is contradicted: {where}, says otherwise"


def why(reason: str) -> Why | None:
    """The kind of a reason; None for "" and for what a language model gave as one.

    >>> why("nothing found: no article shares a word or a meaning with the question")
    'nothing found'
    """
    return next((kind for kind in get_args(Why) if reason.startswith(kind)), None)


def ways_on(asked: Question, hits: Sequence[Hit]) -> tuple[WayOn, ...]:
    """What to try where there is no answer, the most promising first; never nothing.

    Of several questions in one each is asked alone.
    "Did you mean Marren?" asks with that name, "ask without “in May”" asks the same without that
    reading, "ask what the archive has on the ferry" asks about the subject alone, and "drop the
    filter on dates" asks the same without it. Where none of these helps, there is advice.
    """
    found = [
        *(WayOn(f"ask only “{each}”", each) for each in questions_apart(asked.standalone)),
        *_similar_names(asked, hits),
        *_without_readings(asked),
        *_without_filters(asked),
        *_subject_alone(asked, hits),
    ]
    return tuple(found[:MOST_WAYS_ON]) or (WayOn(_OTHER_WORDS),)


def _similar_names(asked: Question, hits: Sequence[Hit]) -> Iterator[WayOn]:
    """Names of the question that no article found holds, each with the most like it in a hit."""
    question, subject = asked.standalone, asked.form.subject
    held = "\n".join(hit.article.text for hit in hits).casefold()
    # Who writes everything in lower case names the subject without capitals.
    asked_names = dict.fromkeys(names(question) or subject.split())
    unheld = [each for each in asked_names if each.casefold() not in held]
    if not unheld:
        return
    found = "\n".join(part for hit in hits for part in (hit.article.title, hit.text))
    known = {name.casefold(): name for name in names(found)}
    for name in unheld:
        if name.casefold() in known or len(name) < _FEWEST_LETTERS:
            continue
        for alike in get_close_matches(name.casefold(), known, n=1, cutoff=_ALIKE):
            # A name is made of letters, digits and their marks: nothing in it is an escape.
            other = re.sub(rf"\b{re.escape(name)}\b", known[alike], question)
            text = f"did you mean “{known[alike]}”? No article found here has “{name}”"
            yield WayOn(text, other if other != question else "")


def _without_readings(asked: Question) -> Iterator[WayOn]:
    """Without each reading that left articles out, or all of them."""
    for one in asked.understood:
        if not one.held:
            text = f"ask without “{one.words}”{_reach(asked)}"
            yield WayOn(text, asked.text, ignore=(one.words,))
        elif one.strict:
            text = f"ask without “{one.words}”, which was taken as: only {one.meaning}"
            yield WayOn(text, asked.text, ignore=(one.words,))


def _without_filters(asked: Question) -> Iterator[WayOn]:
    filters = asked.filters
    if filters.published_from or filters.published_before:
        dates: tuple[FilterName, ...] = ("published_from", "published_before")
        yield WayOn("drop the filter on dates", asked.text, drop=dates)
    if filters.publishers:
        outlets = " or ".join(filters.publishers)
        yield WayOn(f"drop the filter on the outlet {outlets}", asked.text, drop=("publishers",))
    if filters.language:
        text = f"drop the filter on the language {filters.language!r}"
        yield WayOn(text, asked.text, drop=("language",))
    if filters.section:
        text = f"drop the filter on the section {filters.section!r}"
        yield WayOn(text, asked.text, drop=("section",))


def _subject_alone(asked: Question, hits: Sequence[Hit]) -> Iterator[WayOn]:
    """All that there is on what the question is about, where an article found names it."""
    subject = asked.form.subject
    if not subject or asked.form.name in _WHOLE:
        return
    if any(subject.casefold() in hit.article.text.casefold() for hit in hits):
        yield WayOn(f"ask what the archive has on “{subject}”", f"Tell me about {subject}.")


def _misses(asked: Question) -> bool:
    """Whether the filters ask for a time before the first article, or after the last."""
    if asked.holdings is None:
        return False
    first, last = asked.holdings
    filters = asked.filters
    too_late = filters.published_from is not None and filters.published_from > last
    return too_late or (filters.published_before is not None and filters.published_before <= first)


def _reach(asked: Question) -> str:
    return f"; its articles are of {_span(asked)}" if asked.holdings else ""


def _span(asked: Question) -> str:
    if asked.holdings is None:
        return ""
    first, last = (day_in_words(moment.date()) for moment in asked.holdings)
    return first if first == last else f"{first} to {last}"
