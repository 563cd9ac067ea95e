"""Several questions in one text, each to be asked alone. The rules are for English."""

from __future__ import annotations

import re

from rag.language.entities import stems
from rag.questions.form import read_form
from rag.questions.form_rules import AUXILIARY

_MARK = re.compile(r"(?<=\?)\s+")
_AND_ASKS = re.compile(
    r",?\s+(?:and|but|also)\s+(?=(?:who|what|when|where|why|which|how)\b)", re.IGNORECASE
)
_LEANS = re.compile(
    r"\b(?:he|she|it|they|him|his|her|hers|them|their|theirs|its|this|that|these|those|one|ones"
    r"|else|instead|too|so|(?<!is )(?<!are )(?<!was )(?<!were )there)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    rf"(?:who|what|when|where|why|which|how|tell|give|show|{AUXILIARY})\b", re.IGNORECASE
)
_FEWEST_WORDS = 3


def questions_apart(text: str) -> tuple[str, ...]:
    """The questions of a text that asks several about different things, in order; else none.

    A part that leans on another ("and what did he invent?"), or shares a word with it, is no
    question apart.

    >>> questions_apart("Who is Ann Orr? How many wolves are there?")
    ('Who is Ann Orr?', 'How many wolves are there?')
    >>> questions_apart("Who is Ann Orr and what did she sell?")
    ()
    """
    parts = [part for marked in _MARK.split(text.strip()) for part in _AND_ASKS.split(marked)]
    found = [f"{part[0].upper()}{part[1:].rstrip(' ?.,;')}?" for part in parts if part]
    if len(found) < 2 or not all(map(_stands_alone, found)):
        return ()
    words = [word for each in found for word in set(stems(each))]
    return tuple(found) if len(words) == len(set(words)) else ()


def _stands_alone(question: str) -> bool:
    form = read_form(question)
    whole = len(question.split()) >= _FEWEST_WORDS and bool(form.subject or form.matter)
    return whole and _ASKS.match(question) is not None and not _LEANS.search(question)
