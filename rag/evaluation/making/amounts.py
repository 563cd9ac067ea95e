"""How many, how much, how old: questions whose answer is the one number of a sentence."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from rag.evaluation.making.drafts import Draft
from rag.evaluation.making.wording import Clause, clause, is_clear, plain, tidy
from rag.evaluation.making.words import (
    AUXILIARIES,
    BASES,
    BETWEEN,
    CURRENCIES,
    MONEY_VERBS,
    NO_NOUN,
    PLURALS,
    PREPOSITIONS,
    SPANS_OF_TIME,
)
from rag.reading.facts import numbers

_ROUGHLY = (
    r"(?:(?:about|some|nearly|almost|around|over|roughly|approximately|just|only|up to|at least"
    r"|more than|fewer than|less than|an estimated|a total of|just over|just under|as many as"
    r"|a record|close to)\s)*"
)
_UNIT = r"(?:metres?|meters?|kilometres?|kilometers?|miles?|feet|foot|km|inches|centimetres?)"
_VERB_LAST = re.compile(
    r"(?:\w+ed|\w+ing|\w+en|made|built|sold|won|lost|paid|spent|found|held|sent)$"
)
_INFINITIVE = re.compile(r"\b(?:to|will|would|can|could)\s\w+$")
_FULL_NAME = r"[A-Z][a-zà-ÿ'’-]+(?:\s[A-Z]\.)?(?:\s[A-Z][A-Za-zà-ÿ'’-]+){1,2}"
_AGED = re.compile(rf"(?<![\w’'-])({_FULL_NAME}),\s(\d\d?),")
_LONG = re.compile(rf"^({_ROUGHLY})(NUM\s{_UNIT})\s(long|high|tall|wide|deep)\b(.*)$")
_HAVE = {"has": "does", "have": "do", "had": "did"}
_TELLS_WHEN = ("after", "before", "into", "from", "since", "on", "until")
_MOST_NOUN = 4
_MOST_VERBS = 3
_SLOT = "NUM"


def amount_drafts(sentence: str, common: Container[str] = ()) -> Iterator[Draft]:
    """Questions for the one number of a sentence, in digits or words; none where it has others.

    >>> [d.question for d in amount_drafts("Some 640 visitors were stranded on Quarne Island.")]
    ['How many visitors were stranded on Quarne Island?']
    """
    yield from _ages(sentence)
    text = plain(sentence, common)
    counted = [number for number in numbers(text) if number.kind not in ("year", "day")]
    if len(counted) != 1 or not text:
        return
    shown = counted[0].text
    around = re.compile(rf"(?<![\w.,$€£¥-]){re.escape(shown)}(?![\w-])")
    if len(around.findall(text)) != 1 or not re.search(r"[\d ]|^[a-zA-Z]+$", shown):
        return
    slotted = around.sub(_SLOT, text)
    for question, unit in _questions(slotted, counted[0].kind):
        answer = " ".join([shown, unit]).strip()
        asked = tidy(question)
        if _SLOT not in asked and is_clear(asked, shown):
            yield Draft(asked, (answer,), sentence, "number")


def _questions(text: str, kind: str) -> Iterator[tuple[str, str]]:
    """Questions about the slot in a text, each with the unit that belongs to the answer."""
    if begins := re.match(rf"^{_ROUGHLY}{_SLOT}\s(.+)$", text, re.IGNORECASE):
        yield from _of_subject(begins[1], kind)
        return
    divided = clause(text)
    if divided is not None:
        yield from _of_object(divided, kind)


def _of_subject(rest: str, kind: str) -> Iterator[tuple[str, str]]:
    if kind == "percent":
        if rest.startswith("of ") and _has_verb(rest):
            yield f"What percentage {rest}", ""
        return
    if kind == "money":
        if re.match(r"(?:was|were|has|had|is|will)\b", rest):
            yield f"How much money {rest}", ""
        return
    noun = _noun(rest)
    named = re.match(r"\s(?:is|are|was|were)\s(?:the|an?)\b", rest[len(noun) :])
    if noun and not named and not SPANS_OF_TIME.intersection(noun.split()):
        if noun in CURRENCIES or not _has_verb(rest):
            return
        yield f"How many {rest}", ""


def _of_object(part: Clause, kind: str) -> Iterator[tuple[str, str]]:
    if (tall := _LONG.match(part.rest)) and part.auxiliary in ("is", "was", "are", "were"):
        yield f"How {tall[3]} {part.asked(tall[4].strip())}", tall[2].split()[-1]
        return
    found = re.match(rf"^(.*?)\s?\b{_ROUGHLY}{_SLOT}(?:\s(.+))?$", part.rest)
    if found is None:
        return
    before, after = found[1].strip(), found[2] or ""
    if kind == "percent":
        yield from _change(part, before, after)
    elif kind == "money":
        yield from _cost(part, before, after, "")
    else:
        noun = _noun(after)
        of = _of_what(after[len(noun) :].strip()) if noun else ""
        noun = f"{noun} {of}".strip()
        rest = after[len(noun) :].strip()
        first = rest.split()[0] if rest else "in"
        if first not in PREPOSITIONS or (noun in SPANS_OF_TIME and first in _TELLS_WHEN):
            return
        if noun in CURRENCIES:
            yield from _cost(part, before, rest, noun)
        elif noun and _takes_object(part, before):
            yield _many(part, before, noun, rest), ""


def _has_verb(words: str) -> bool:
    return any(word in AUXILIARIES or word in BASES for word in words.split()[1:])


def _many(part: Clause, before: str, noun: str, rest: str) -> str:
    if noun == "people" and part.base in ("kill", "hurt", "displace"):
        participle = {"kill": "killed", "hurt": "hurt", "displace": "displaced"}[part.base]
        return f"How many people were {participle} by {part.subject} {rest}"
    return f"How many {noun} {_asked(part, f'{before} {rest}')}"


def _asked(part: Clause, rest: str) -> str:
    """The question's order of words; to own or to have to is asked for with "do"."""
    rest = rest.strip()
    verb = next((word for word in rest.split() if not word.endswith("ly")), "")
    if part.auxiliary in _HAVE and not _VERB_LAST.match(verb):
        return f"{_HAVE[part.auxiliary]} {part.subject} have {rest}"
    return part.asked(rest)


def _takes_object(part: Clause, before: str) -> bool:
    """Whether the number follows the verb itself, so that it can move to the front."""
    if not before:
        return bool(part.base) or part.auxiliary in ("has", "have", "had")
    words = before.split()
    if part.base or len(words) > _MOST_VERBS or BETWEEN.intersection(words):
        return False
    return bool(_VERB_LAST.search(before) or _INFINITIVE.search(f"{part.auxiliary} {before}"))


def _cost(part: Clause, before: str, after: str, unit: str) -> Iterator[tuple[str, str]]:
    """Questions for a sum of money."""
    if after and after.split()[0] not in PREPOSITIONS:
        return
    last = before.split()[-1:] if before else [part.base]
    if last == ["for"] and part.auxiliary and len(before.split()) <= _MOST_VERBS:
        yield f"For how much {part.asked(f'{before[:-4]} {after}')}", unit
    elif part.base in MONEY_VERBS and not before:
        yield f"How much {part.asked(after)}", unit
    elif part.auxiliary and _takes_object(part, before) and before:
        yield f"How much {_asked(part, f'{before} {after}')}", unit


def _change(part: Clause, before: str, after: str) -> Iterator[tuple[str, str]]:
    """Questions for a change in per cent."""
    if part.base in ("rise", "fall", "grow") and before in ("", "by"):
        yield f"By what percentage {part.asked(after)}", ""


def _ages(sentence: str) -> Iterator[Draft]:
    for found in _AGED.finditer(sentence):
        question = f"How old was {found[1]}?"
        if len(_AGED.findall(sentence)) == 1:
            yield Draft(question, (found[2],), sentence, "age")


def _of_what(text: str) -> str:
    """The "of rain" that a text begins with; "" of another."""
    words = text.split()
    if words[:1] != ["of"]:
        return ""
    ends = next((n for n, word in enumerate(words) if word in PREPOSITIONS), len(words))
    return " ".join(words[:ends])


def _noun(text: str) -> str:
    """The words of a plural that a text begins with, such as "silver coins"; "" of another."""
    words: list[str] = []
    for word in text.split():
        if word.lower() in NO_NOUN:
            return ""
        words.append(word)
        if word in PLURALS or (word.endswith("s") and not word.endswith("ss")):
            return " ".join(words)
        if len(words) == _MOST_NOUN or not word.isalpha():
            return ""
    return ""
