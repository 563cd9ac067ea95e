"""Words by which a sentence says that something is not so, without a "not": "escaped relegation".

Rules are for English.
"""

from __future__ import annotations

import re

from rag.language.opposites import base, near

_COUNTERS = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject\w*|refus\w+|declin\w+|stop\w*|halt\w*|prevent\w*|avoid\w*"
    r"|escap\w+|avert\w*|evad\w+|exclud\w+|beyond|without|lack\w*|fail\w*|rul(?:e|ed|es|ing) out"
    r"|instead|rather|still (?:need|ha[sd]|have|to)\w*|needs?|await\w*|pending|yet|drop(?:s|ped|ping)?"
    r"|abandon\w*|scrap\w*|cancel\w*|call(?:s|ed|ing)? off|ceas\w+|oppos\w+|object\w*|absen\w+"
    r"|miss(?:es|ed|ing)?|acquit\w*|clear(?:s|ed)?|negative|no|not|never|none|nobody|nothing|nor"
    r"|neither|cannot|\w+n['’]t|hardly|scarcely|barely|until|against|despite|unchanged|intact"
    r"|untouched|dismiss\w*|disput\w+|condemn\w*|barr?ed|bann\w+|suspend\w*|unable|impossible|resist\w*"
    r"|withdr[ae]w\w*|keep\w*|kept|remain\w*|stay\w*|so far)(?!\w)",
    re.IGNORECASE,
)


def counters(text: str, word: str) -> bool:
    """Whether a text may deny something, by a word of another act than `word`, a base form.

    >>> counters("Rovers escaped relegation.", base("relegated"))
    True
    >>> counters("The plan was rejected.", base("reject"))
    False
    """
    own = near(word) | {word}
    return any(base(match[0].split()[0]) not in own for match in _COUNTERS.finditer(text))
