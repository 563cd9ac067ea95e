"""What the words of a question are, as far as endings and closed lists of English tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from rag.questions.asked_words import AskedWords, question_words
from rag.questions.form_rules import AUXILIARY, BOUNDARY, TIME

_HELPER = re.compile(rf"(?:^| )(?:{AUXILIARY})(?= )")
_PLACED = re.compile(
    r"(?: (?:up|out|down|off|away))? (?:in|at|on|from|by|during|of|to|with|since|after|before|for"
    r"|into|about|over|under|near|between|against|through|when|if|because(?: of)?)(?= )"
    r"|(?= (?:the|a|an|its|his|her|their) )"
)
_ACTS = re.compile(
    r" (?!the |an? |it |he |she |they |we )(?:still |also |have |be )?\w+"
    r"(?= (?:up|out|down|off|away|in|at|on|from|by|of|to|with|for|the|an?|its|his|her|their) )"
)
"""What is counted does something itself: "how many jobs will | go at the hospital"."""

_PAIR = 2
_ADVERBS = frozenset(
    ["first", "last", "ever", "also", "really", "actually", "finally", "even", "just"]
)
_SHORTEST = 4
_ARTICLES = "the|a|an|this|that|its|his|her|their|to|of"
_FIRSTS = frozenset(
    ["most", "least", "one", "best", "worst", "first", "last", "next", "only", "new", "latest"]
)
_BESIDE = frozenset(
    [
        "behind",
        "responsible",
        "eligible",
        "next",
        "able",
        "currently",
        "in",
        "charge",
        "due",
        "on",
        "at",
        "to",
        "for",
        "more",
        "most",
        "less",
        "not",
        "going",
        "with",
        "likely",
        "still",
        "now",
    ]
)


def clause_slots(form: str, words: AskedWords, cue: tuple[int, int]) -> tuple[str, str]:
    """The subject and the matter of the clause after the `cue` of a form.

    Without a parser: after an auxiliary the subject goes to the word before the first
    preposition or article, which is the verb; else it is what follows the first preposition.
    """
    first = cue[1]
    time = TIME.search(words.text, first)
    last = time.start() if time else len(words.text)
    clause = words.text[first:last]
    helper = re.match("", clause) if form == "yes or no" else _HELPER.search(clause)
    at = first + helper.end() if helper else first
    rest = clause[at - first :]
    if form in ("date", "cause") and (helper is None or helper.start()):
        end = first + helper.start() if helper else last
        return words.as_asked(first, end), words.as_asked(end, last)
    if empty := re.match(r" (?:it|there)(?: (?:no|any|so much|so many|such))?(?= \w+ )", rest):
        return words.as_asked(at + empty.end(), last), ""
    acts = form == "figure" and helper and helper.start() > 0 and _ACTS.match(rest)
    done = re.match(rf" (?:not |(?:been |being |be )?(?:{participles()})(?= |$))", rest)
    if helper and not (done or acts):
        auxiliary = words.text[cue[0] : at].rsplit(" ", 1)[-1]
        named = [words.is_name(number) for number in words.numbers(at, last)]
        predicated = form in ("cause", "yes or no")
        verb = at + _verb(rest, auxiliary, named, predicated=predicated)
        measured = words.as_asked(first, first + helper.start())
        return words.as_asked(at, verb), f"{measured} {words.as_asked(verb, last)}".strip()
    place = _PLACED.search(clause)
    start, after = place.span() if place else (0, 0)
    return words.as_asked(first + after, last), words.as_asked(first, first + start)


def _verb(clause: str, auxiliary: str, named: Sequence[bool], *, predicated: bool) -> int:
    """Where the verb begins in a clause whose auxiliary has been said; its end where none does.

    After "did" it is a verb that ends the clause, else the last word before an article, a
    preposition or a name that can be one: it is no name, ends in no "s", and leaves a subject
    before it. After "was" and "has" it is a participle, or what is `predicated` last.
    """
    words = list(re.finditer(r"\S+", clause))
    if re.fullmatch("is|was|were|are|am|has|have|had", auxiliary):
        return _predicate(clause, words, predicated=predicated)
    last = len(words) - 1
    ends = last > 0 and words[-1][0] in question_words("verbs")
    if ends and not re.fullmatch(_ARTICLES, words[-2][0]):
        return words[last - (words[-2][0] in _ADVERBS)].start()
    content = 0
    for at, word in enumerate(words):
        after = words[at + 1][0] if at < last else ""
        bound = not after or (re.fullmatch(BOUNDARY.strip(), after) and after != "of")
        between = 0 < at < last and named[at - 1] and named[at + 1]
        small = re.fullmatch(rf"{BOUNDARY.strip()}|\d+|all|any|some|not|two|three", word[0])
        verbal = not small and not named[at] and not re.search(r"[^s]s$", word[0])
        if content and (word[0] in _ADVERBS or ((bound or between) and verbal)):
            return word.start()
        content += not small
    return len(clause)


def _predicate(clause: str, words: Sequence[re.Match[str]], *, predicated: bool) -> int:
    """Where the participle of a clause begins, or what is `predicated` of its subject."""
    done = re.compile(rf"{participles()}|\w{{3,}}ing|to|due|worth|able|about|still|so|over")
    found = [each.start() for each in words[1:] if done.fullmatch(each[0])]
    bounds = (each.start() for each in words[1:] if re.fullmatch(BOUNDARY.strip(), each[0]))
    bound = next(bounds, len(clause))
    if found or not predicated or len(words) < _PAIR:
        return max((at for at in found if at < bound), default=(*found, len(clause))[0])
    nouns = re.search(r"(?<! of)(?<! in)(?<! at)(?<! on) (?:a|an|the) ", clause[words[0].end() :])
    return words[0].end() + nouns.start() + 1 if nouns else words[-1].start()


def is_plural(word: str) -> bool:
    """Whether a noun names several, by its ending or the lexicon.

    >>> is_plural("states"), is_plural("crisis"), is_plural("people")
    (True, False, True)
    """
    if word in question_words("singulars"):
        return False
    ends = len(word) >= _SHORTEST and re.fullmatch(r"\w+[^siu\W]s", word)
    return word in question_words("plurals") or bool(ends)


def is_superlative(phrase: Sequence[str]) -> bool:
    """Whether one of the first words singles something out: "the tallest", "the only"."""
    return any(
        word in _FIRSTS or (word.endswith("est") and len(word) > _SHORTEST + 1)
        for word in phrase[:3]
    )


def is_participle(words: AskedWords, at: int) -> bool:
    """Whether a word after "who is" says what somebody does: "elected mayor", "running for"."""
    word = words.words[at] if at < len(words.words) else ""
    after = words.words[at + 1] if at + 1 < len(words.words) else ""
    if words.is_name(at) or word in ("the", "a", "an", "king"):
        return False
    if word in question_words("participles") or word in _BESIDE:
        return True
    if word.endswith("ing") and len(word) > _SHORTEST:
        return bool(after)
    if word in question_words("elected"):
        return True
    bound = not after or re.fullmatch(BOUNDARY.strip(), after) is not None
    return word.endswith("ed") and len(word) > _SHORTEST and bound


def has_name(words: AskedWords, first: int, last: int) -> bool:
    """Whether capitals mark one of the words from the first to before the last as a name."""
    return any(words.is_name(at) for at in range(first, min(last, len(words.words))))


@cache
def participles() -> str:
    """A pattern of participles: those of the lexicon, and what ends in "ed"."""
    irregular = "|".join(sorted(question_words("participles")))
    return rf"{irregular}|\w{{2,}}ed"
