"""A question as people type it, as words in one spelling, each with its place; and what these are.

Endings and closed lists of English tell verbs, plurals, participles and superlatives.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate

from rag.language.words import word_set
from rag.questions.form_rules import AUXILIARY, BOUNDARY, TIME

# Vowel signs of Indic and Thai scripts and accents typed apart stand inside words.
_IN_WORD = r"[\w\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0e30-\u0e4e]"
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}|\b[wW]/(?=\s)"
    rf"|[$€£¥]?{_IN_WORD}+(?:(?:[.,:](?=\d)|['’ʼ&/.-](?=\w)){_IN_WORD}+)*%?"
    r"|[^\w\s]"
)
_CLITIC = re.compile(r"(?<=\w)['’ʼ](?:s|re|ve|ll|d)$|(?<=s)['’ʼ]$", re.IGNORECASE)
_NEGATED = re.compile(r"(\w+?)n['’ʼ]?t")
_AUXILIARY = re.compile(
    "is|are|was|were|do|does|did|has|have|had|ca|can|could|wo|will|would|should|may|might|must"
)
_ASKING = ("who", "what", "when", "where", "why", "which", "how")
_SPELLED = {
    "'re": "are",
    "'ve": "have",
    "'ll": "will",
    "'d": "would",
    "pls": "please",
    "plz": "please",
    "w/": "with",
    "versus": "vs",
    "thx": "thanks",
    "tl;dr": "tldr",
    "ca": "can",
    "wo": "will",
    "time-line": "timeline",
    "wot": "what",
    "&": "and",
}
_ENDS = frozenset("?!.")
_SHORT = re.compile(
    "dr|mr|mrs|ms|mx|st|rev|gen|gov|sen|rep|lt|col|sgt|capt|prof|hon|jr|sr|vs|no|inc|ltd|co|[a-z]"
)
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
_ADVERBS = word_set("first last ever also really actually finally even just")
_SHORTEST = 4
_ARTICLES = "the|a|an|this|that|its|his|her|their|to|of"
_FIRSTS = word_set("most least one best worst first last next only new latest")
_BESIDE = word_set(
    "behind responsible eligible next able currently in charge due on at to for more most less not"
    " going with likely still now"
)


@cache
def question_words(kind: str) -> frozenset[str]:
    """The English words of one kind that questions are read by, in lower case; see the lexicon."""
    source = files("rag.language") / "lexicons" / "questions_en.toml"
    return frozenset(_lexicon(source.read_text(encoding="utf-8"))[kind].split())


@dataclass(frozen=True, slots=True)
class AskedWords:
    """Words of a question in one spelling, and where each stands in the question.

    Case, contractions ("who's", "whos"), and a wrong letter in a word that tells a form count
    for nothing; punctuation marks are words of their own.

    >>> read_words("Whos Ann Orr").text
    'who is ann orr'
    """

    question: str
    words: tuple[str, ...]
    places: tuple[tuple[int, int], ...]

    @property
    def text(self) -> str:
        """The words with one space between them."""
        return " ".join(self.words)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the question that characters of `text` stand for; (0, 0) for none."""
        starts = [0, *accumulate(len(word) + 1 for word in self.words)][: len(self.words)]
        if start >= end or not starts:
            return 0, 0
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
        return self.places[first][0], self.places[last][1]

    def as_asked(self, start: int, end: int) -> str:
        """What the question has there, without the marks around it.

        A full stop that is part of a word, as in "L.A.", stays.
        """
        while end > start and self.text[end - 1] in " ?!,;:.(-–—\"“'‘" and not self._dotted(end):
            end -= 1
        while start < end and self.text[start] in " ?!,;:.)-–—\"”'’":
            start += 1
        left, right = self.place(start, end)
        return self.question[left:right]

    def numbers(self, start: int, end: int) -> range:
        """The numbers of the words from character `start` of `text` to `end`."""
        first = self.text[:start].count(" ") + (self.text[start : start + 1] == " ")
        return range(first, first + len(self.text[start:end].split()))

    def part(self, first: int, last: int) -> AskedWords:
        """The words from the first to before the last of these."""
        return AskedWords(self.question, self.words[first:last], self.places[first:last])

    def after(self, at: int) -> AskedWords:
        """The words from character `at` of `text` on."""
        return self.part(self.text[:at].count(" "), len(self.words))

    def before(self, at: int) -> AskedWords:
        """The words that end before character `at` of `text`."""
        return self.part(0, len(self.text[:at].split()))

    def sentences(self) -> list[AskedWords]:
        """The sentences in order, each with its closing mark."""
        found, first = [], 0
        for at, word in enumerate(self.words):
            if word in _ENDS and not self._abbreviates(at):
                found.append(self.part(first, at + 1))
                first = at + 1
        found.append(self.part(first, len(self.words)))
        return [each for each in found if any(word[0].isalnum() for word in each.words)]

    def capitals_tell(self) -> bool:
        """Whether capitals mark names here: not in capitals, title case or lower case alone."""
        letters = [self.question[start:end] for start, end in self.places]
        long = [word for word in letters[1:] if len(word) > 3 and word.isalpha()]
        small = sum(word.islower() for word in long)
        return small > 0 and any(word[0].isupper() for word in letters[1:])

    def is_name(self, at: int) -> bool:
        """Whether capitals mark word number `at` as a name."""
        start, _ = self.places[at]
        return self.question[start].isupper() and self.capitals_tell()

    def _dotted(self, end: int) -> bool:
        return "." in self.text[:end].rsplit(" ", 1)[-1][:-1]

    def _abbreviates(self, at: int) -> bool:
        """Whether the full stop there belongs to the word before it, as in "Dr. Ladapo"."""
        start, _ = self.places[at]
        touches = at > 0 and self.places[at - 1][1] == start
        before = self.words[at - 1] if touches else ""
        inside = self.question[start + 1 : start + 2].strip() not in ("", '"', "”", ")", "'", "’")
        return self.words[at] == "." and (_SHORT.fullmatch(before) is not None or inside)


def read_words(question: str) -> AskedWords:
    """The words of a question in order."""
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(question):
        for start, end in _split(question, *match.span()):
            plain = question[start:end].lower().replace("’", "'").replace("ʼ", "'")
            before = words[-1] if words else ""
            for word in _spelled(plain, before, first=not words or before in _ENDS):
                words.append(word)
                places.append((start, end))
    return AskedWords(question, tuple(words), tuple(places))


def _split(question: str, start: int, end: int) -> list[tuple[int, int]]:
    """A word and what is contracted with it, apart."""
    clitic = _CLITIC.search(question[start:end])
    if clitic is None:
        return [(start, end)]
    return [(start, start + clitic.start()), (start + clitic.start(), end)]


def _spelled(word: str, before: str, *, first: bool) -> list[str]:
    if word == "'s":
        return ["is" if before in (*_ASKING, "it", "that", "there", "he", "she") else "'s"]
    if word in _SPELLED:
        return [_SPELLED[word]]
    if word[-1:] == "s" and word[:-1] in _ASKING:
        return [word[:-1], "is"]
    negated = _NEGATED.fullmatch(word)
    if negated and _AUXILIARY.fullmatch(negated[1]):
        return [_SPELLED.get(negated[1], negated[1])]
    if first and (asking := _misspelled_asking().get(word)):
        return [asking]
    return [_mended(word)]


@cache
def _mended(word: str) -> str:
    """A word that tells a form in place of one that differs from it by one slip."""
    cues = question_words("cues")
    if len(word) < _LONG or word in cues or not word.isalpha():
        return word
    near = sorted(cue for cue in cues if abs(len(cue) - len(word)) < 2 and one_slip(word, cue))
    inflected = any(word in (f"{cue}s", f"{cue}d", f"{cue}ed", f"{cue}ing") for cue in cues)
    return near[0] if near and not inflected else word


_LONG = 6


def one_slip(one: str, other: str) -> bool:
    """Whether one letter too many, too few or wrong, or two swapped, make one of the other."""
    if len(one) > len(other):
        one, other = other, one
    at = next((n for n, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1), -1)
    if at < 0:
        return len(other) - len(one) == 1
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at : at + 2][::-1] == other[at : at + 2] and one[at + 2 :] == other[at + 2 :]
    return swapped or one[at + 1 :] == other[at + 1 :]


@cache
def _misspelled_asking() -> dict[str, str]:
    """The question words with two letters swapped or an inner one missing, that are no words."""
    wrong: dict[str, str] = {}
    for word in _ASKING:
        for at in range(len(word) - 1):
            wrong.setdefault(f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}", word)
            if at and len(word) > 3:
                wrong.setdefault(f"{word[:at]}{word[at + 1 :]}", word)
    return {each: word for each, word in wrong.items() if each not in {"were", "whit", "wee"}}


@cache
def _lexicon(text: str) -> dict[str, str]:
    return tomllib.loads(text)


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
