"""Says a question in fewer and other words than the sentence it was made from.

A search by words finds a question that repeats its sentence without fail, which tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.evaluation.making.words import AUXILIARIES, BASES, FIRST_PERSON, SYNONYMS

_ADVERB = re.compile(
    r"\s(?:reportedly|officially|basically|really|currently|recently|actually|previously|formally"
    r"|initially|approximately|nearly|heavily|suddenly|already|arguably)\b"
)
_TITLE = re.compile(
    r"\b([a-z]+\s)(?:Vice President|President|Prime Minister|Director|Judge|Mayor|Governor"
    r"|Senator|Secretary|Chairman|Coach|Superintendent|Sheriff|Pope|Bishop)\s(?=[A-Z])"
)
_TAIL = re.compile(
    r"\s(?:during|after|before|when|while|because|rather than|due to|amid|following|as part of"
    r"|in order to|stemming from|related to|(?<!ed )(?<!en )(?<!ing )to (?!the\b|an?\b)[a-z]+)\s"
)
# Verbs, and other words, that mean little without what follows them.
_NEEDS_MORE = re.compile(
    r"\b(?:thought|set|due|able|have|has|had|forecast|going|want|need|plan|hope|likely|supposed"
    r"|said|begin|start|try|agree|refuse|decide|continue|were|was|is|are|did|until)$"
    r"|\bthe (?:first|only|last|next|same|best|most)\b"
    r"|\b(?:enough|too|both|either|neither|not|between)\b"
)
_REPLACEABLE = re.compile(r"\b(?:(an?)\s)?([a-z]+)\b")
_QUOTED = re.compile(r"(“[^”]*”)")
_I_WAS = re.compile(r"\b(?:I am|I was|we are|I['’]m|we['’]re)(?!\w)", re.IGNORECASE)
_SPEAKER = re.compile(rf"\b(?:{'|'.join(FIRST_PERSON)})\b", re.IGNORECASE)
_READER = re.compile(r"\b(?:you|your|yours)\b|\b(?:let|let['’]s)\b", re.IGNORECASE)
_SAID_TAIL = re.compile(r",?\s(?:in|at|over|and|but|because|when|while|which|especially)\s")
_LEAST_WORDS = 8
_LEAST_AFTER_VERB = 3


def shorter(question: str) -> Iterator[str]:
    """The question with less and less left out, at last the question itself.

    >>> list(shorter("How many staff of Quarne Line suddenly went on strike to demand pay?"))[0]
    'How many staff of Quarne Line went on strike?'
    """
    if "“" not in question:
        bare = _TITLE.sub(r"\1", _ADVERB.sub("", question))
        said = question.startswith("Who said that ")
        for tail in (_SAID_TAIL if said else _TAIL).finditer(bare):
            kept = bare[: tail.start()].rstrip(",")
            whole = _is_said_whole(kept) if said else len(kept.split()) >= _LEAST_WORDS
            if whole and not _NEEDS_MORE.search(kept):
                yield f"{kept}?"
        yield bare
    yield question


def in_other_words(question: str) -> str:
    """The question with common words of the same meaning, but for names and quotations.

    >>> in_other_words("How many employees of a large Film Fund said “employees first”?")
    'How many workers of a big Film Fund said “employees first”?'
    """
    parts = _QUOTED.split(question)
    return "".join(part if part.startswith("“") else _replaced(part) for part in parts)


def reported(words: str) -> str:
    """What somebody said as others report it; "" where it speaks to a reader.

    >>> reported("I felt the road drop away behind me, and we were glad to see our boat")
    'they felt the road drop away behind them, and they were glad to see their boat'
    """
    if _READER.search(words):
        return ""
    told = _I_WAS.sub("they were", words)
    return _SPEAKER.sub(lambda word: FIRST_PERSON[word[0].lower()], told)


def _is_said_whole(kept: str) -> bool:
    """Whether a statement has a verb, and enough after it, to be asked about alone."""
    words = kept.split()
    verbs = [n for n, word in enumerate(words) if word in AUXILIARIES or word in BASES]
    return bool(verbs) and len(words) - verbs[0] > _LEAST_AFTER_VERB


def _replaced(text: str) -> str:
    return _REPLACEABLE.sub(_other_word, text)


def _other_word(found: re.Match[str]) -> str:
    article, word = found[1], SYNONYMS.get(found[2], "")
    if not word:
        return found[0]
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}" if article else word
