"""Who said it: questions whose answer is the named speaker of a sentence."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from rag.evaluation.making.drafts import Draft
from rag.evaluation.making.paraphrasing import reported
from rag.evaluation.making.wording import uncapitalised
from rag.reading.facts import names, numbers, stems
from rag.sentences import sentence_spans

_NAME = (
    r"[A-Z][a-zà-ÿ'’-]+(?:\s[A-Z]\.)?"
    r"(?:\s(?:(?:de|van|von|der|al|bin)\s)?[A-Z][A-Za-zà-ÿ'’-]+){1,2}"
)
_SURNAME = r"(?!(?:He|She|It|They|We|I|You|Who|The|One)\b)[A-Z][a-zà-ÿ’'-]{2,}"
_SAID = r"(?:said|says|told\s[^,.“”\"]{2,40}|added|recalled|warned|explained|argued)"
_QUOTED = re.compile(
    rf"^[“\"](?P<quote>[^“”\"]+),[”\"]\s(?:(?P<a>{_NAME}|{_SURNAME})(?:,\s[^,“”\"]{{3,80}},)?\s{_SAID}\b"
    rf"|(?:said|says)\s(?P<b>{_NAME}|{_SURNAME})(?=[,.]))[^“”\"]*\.$"
)
_REPORTED = re.compile(
    rf"^(?P<a>{_NAME}|{_SURNAME})(?:,\s[^,“”\"]{{3,80}},)?\ssaid\s(?:on\s[A-Z]\w+day\s)?that\s(?P<clause>[^“”\"]+)\.$"
)
_SPEAKERS_OWN = re.compile(
    r"\b(?:I|we|me|us|my|our|he|she|they|him|her|his|their|them|this|that|these|those|it|you"
    r"|here|there)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"^(?:(?:Mr|Mrs|Ms|Dr|President|Prime|Minister|Senator|Judge|Police|Chief|But|And|Mayor"
    r"|Bishop|Rep|Sen|Gov|Governor|Justice|General|Captain|Sheriff|Professor|Secretary|Coach|Sir"
    r"|Officer|Detective|Attorney|Chairman|Director|Democratic|Republican|Lord|King|Queen|Prince"
    r"|Princess|Pope|Father|Rev|Commissioner|Superintendent|Premier|Chancellor|Ambassador|Councillor|Councilman|Councilwoman)\b\.?\s?)+"
)
_NO_PERSON = re.compile(r"^(?:The|An?)\s|\b(?:Sen|Rep|Gov|Dr|Sgt|Lt|Col|Gen|Capt|Rev|Mr|Mrs|Ms)$")
_CLAUSE_END = re.compile(r",\s(?=(?:but|so|because|while)\s)|;\s")
_LINK = re.compile(
    r"^(?:(?:but|and|so|because|well|yes|no|look|somehow|overall|together|again|\w+ly(?=,))\b,?\s)+",
    re.IGNORECASE,
)
_OPENS_BADLY = re.compile(
    r"(?:this|that|these|those|it|he|she|they|there|here|if|when|while|although|as|since|to|not"
    r"|against|about|just|simply|only|or|nor)\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?:not only|here|he|she|him|her|his|hers|this|these|such|same|today|tomorrow|yesterday"
    r"|tonight|now)\b",
    re.IGNORECASE,
)
_LEAST_STEMS = 4
_LEAST_STEMS_OF_VAGUE = 8
_LEAST_WORDS, _MOST_WORDS = 6, 18


def speaker_drafts(sentence: str, common: Container[str] = ()) -> Iterator[Draft]:
    """A question for the speaker of a direct quotation, or of a plain reported statement.

    Of a quotation its longest clause is asked for, so that the words around it are missing.

    >>> [d.question for d in speaker_drafts(
    ...     "“Well, hardly any tin is dug in Europe in our days,” said Isolde Crandt."
    ... )]
    ['Who said that hardly any tin is dug in Europe in their days?']
    """
    shown = " ".join(sentence.split())
    if found := _QUOTED.match(shown):
        words = _longest_part(found["quote"], common)
        if _tells_much(words):
            told = reported(words)
            asked = f"Who said that {told}?" if told else f"Who said “{words}”?"
            yield from _draft(asked, found["a"] or found["b"], sentence, common)
    elif found := _REPORTED.match(shown):
        words = found["clause"]
        if _tells_much(words) and names(f"x {words}") and not _SPEAKERS_OWN.search(words):
            yield from _draft(f"Who said that {words}?", found["a"], sentence, common)


def _longest_part(quote: str, common: Container[str]) -> str:
    """The longest clause of a quotation, as it would follow other words."""
    spans = sentence_spans(quote)
    whole = [quote[a:b] for a, b in spans if a == 0 or not quote[a].islower()]
    parts = [part for sentence in whole for part in _CLAUSE_END.split(sentence)]
    longest = _LINK.sub("", max(parts, key=len).strip(" ,."))
    return uncapitalised(longest, common)


def _draft(question: str, named: str, sentence: str, common: Container[str]) -> Iterator[Draft]:
    speaker = _TITLE.sub("", named)
    surname = speaker.split()[-1] if speaker else ""
    if not speaker or _NO_PERSON.search(speaker) or surname.lower() in question.lower():
        return
    if " " in speaker or speaker.lower() not in common:
        yield Draft(question, tuple(dict.fromkeys((speaker, surname))), sentence, "who_said")


def _tells_much(words: str) -> bool:
    said = len(set(stems(words)))
    particular = bool(names(f"x {words}") or numbers(words))
    return (
        _LEAST_WORDS <= len(words.split()) <= _MOST_WORDS
        and not set("'‘’").intersection(words[:1] + words[-1:])
        and not set("…()[]“”‘—–*").intersection(words)
        and not _SOMEBODY.search(words)
        and not _OPENS_BADLY.match(words)
        and said >= (_LEAST_STEMS if particular else _LEAST_STEMS_OF_VAGUE)
    )
