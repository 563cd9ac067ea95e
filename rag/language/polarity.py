"""Words by which a sentence says that something is not so, without a "not": "escaped relegation".

Rules are for English.
"""

from __future__ import annotations

import re

from rag.language.opposites import base, near

_COUNTERS = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject\w*|refus\w+|declin\w+|stop\w*|halt\w*|prevent\w*|avoid\w*"
    r"|escap\w+|avert\w*|evad\w+|exclud\w+|beyond|without|lack\w*|fail\w*|rul(?:e|ed|es|ing) out"
    r"|instead|needs?|still has to|await\w*|pending|yet|drop(?:s|ped|ping)?|abandon\w*|scrap\w*"
    r"|cancel\w*|call(?:s|ed|ing)? off|ceas\w+|oppos\w+|objection\w*|absen\w+|miss(?:es|ed|ing)?"
    r"|acquit\w*|clear(?:s|ed)?|hardly|scarcely|barely|despite|unchanged|intact|untouched"
    r"|dismiss\w*|disput\w+|condemn\w*"
    r"|barr?ed|bann\w+|suspend\w*|unable|impossible|resist\w*|withdr[ae]w\w*)(?!\w)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_REACH = 60
"""A word counters another that is no further from it, in characters."""


def counters(text: str, word: str) -> bool:
    """Whether a text may deny an act, `word` by its base form, by a word close to it.

    A "not" is for the syntax to read.

    >>> counters("Rovers escaped relegation.", base("relegated"))
    True
    >>> counters("The plan was rejected.", base("reject"))
    False
    """
    own = near(word) | {word}
    acts = [match.start() for match in _WORD.finditer(text) if base(match[0]) == word]
    return any(
        base(match[0].split()[0]) not in own
        and (not acts or min(abs(match.start() - at) for at in acts) <= _REACH)
        for match in _COUNTERS.finditer(text)
    )
