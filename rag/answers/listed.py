"""A sentence, or a list with its points, that names what a question asks a list of, counted.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.answers.candidates import READ_CHARACTERS, CandidateSentence
from rag.language.analysis import analyse
from rag.language.entities import NUMERALS, stems
from rag.language.sentences import sentence_spans
from rag.language.words import word_count
from rag.questions.asked_words import is_plural, question_words, read_words
from rag.questions.form import Form
from rag.records import Article, Hit

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from rag.answers.plans import Plan

_POINT = re.compile(r"[ \t]*(?:[-–—•*·◦▪]|\(?\d{1,2}[.)]|\(?[a-z]\))[ \t]+\S[^\n]*")
_FEWEST_POINTS, _FEWEST_ITEMS = 2, 3
_MOST_WORDS = 130
_LONGEST_LEAD = 300
_LISTS_READ = 10
_AROUND = 4_000
_LARGEST_WORD = 12
_OPEN_ENDED = re.compile(
    r"\b(?:includ(?:e[sd]?|ing)|among|such as|others?|more|several|and so on|etc|like)\b",
    re.IGNORECASE,
)
_FEWEST_ENTRIES, _MOST_ENTRIES = 3, 15
_LONGEST_HEAD, _SHORTEST_ENTRY = 12, 8
_ENTRIES_WORDS = 200
"""How many words entries may have with their first sentences; else their heads alone are shown."""

_HEAD = re.compile(r"(?:\d{4}: ?|\d{1,2}[.)] ?)?[\"“‘']?(?:the )?[A-Z0-9][^:]*[^\s.:;,!?—–-]")
_RUN_IN = re.compile(r"(?P<head>[A-Z0-9“\"‘'][^:\n]{2,100}): (?=[“\"‘']?[A-Z0-9])")
_ANNOUNCES = re.compile(
    r":$|\bhere(?:[’']s| is| are)\b|\blook at\b|\b(?:following|below|list of|guide to)\b",
    re.IGNORECASE,
)
_SMALL = 4
_NAMED = re.compile(r"[^\W\d_]{3,}|\d{2,}")
_SEPARATOR = re.compile(r",\s*(?:and|or)\b|,|;|\b(?:and|or)\b")
_NOMINAL = frozenset({"NOUN", "PROPN"})


@dataclass(frozen=True, slots=True)
class Listing:
    """Characters of an article that list `count` things; `more` where they say it is not all.

    `others` are further parts of the list, which follow the `sentence`.
    """

    sentence: CandidateSentence
    count: int
    more: bool = False
    points: bool = False
    others: tuple[CandidateSentence, ...] = ()

    @property
    def opening(self) -> str:
        """What is said before it: "One sentence names 5:"."""
        number = f"at least {self.count}" if self.more else str(self.count)
        return f"A list of {number}:" if self.points else f"One sentence names {number}:"

    @property
    def parts(self) -> tuple[CandidateSentence, ...]:
        """All that is shown of it."""
        return (self.sentence, *self.others)

    def holds(self, other: CandidateSentence) -> bool:
        """Whether another sentence stands within the list."""
        own = self.sentence
        same = own.article.id == other.article.id
        return same and own.start <= other.start and other.end <= own.end

    def room(self, plan: Plan) -> tuple[int, int]:
        """How many sentences and words an answer with it may have: as many as it needs itself."""
        words = sum(word_count(each.text) for each in self.parts)
        return max(plan.sentences, len(self.parts)), max(plan.words, words)


def listing(form: Form, hits: Sequence[Hit], read: Sequence[CandidateSentence]) -> Listing | None:
    """The list with points, the entries, or the sentence read, that lists what is asked for.

    Entries under heads count where the title or the line above says that it lists them. The
    others must tie the list to the noun of the question: "the villages of A, B and C", "A, B and
    C were evacuated" for "Which villages were evacuated?", or the sentence before counts as many
    villages. Where the number of items is not sure, there is none.

    >>> from rag.records import Article
    >>> article = Article("a", "", "", "The villages of Aldern, Corm and Dunlo were evacuated.")
    >>> read = [CandidateSentence(article, 0, len(article.text), 1, 1, 1.0)]
    >>> listing(Form("list", "villages were evacuated"), [], read).opening
    'One sentence names 3:'
    """
    noun, doing = asked_items(form)
    if not noun:
        return None
    found = next(_with_points(noun, doing, hits[:_LISTS_READ]), None)
    if found is None:
        found = next(_with_heads(noun, doing, read), None)
    if found is not None:
        return found
    ordered = (one for each in read if (one := _in_sentence(each, noun, doing)) is not None)
    return max(ordered, key=lambda each: each.count, default=None)


def asked_items(form: Form) -> tuple[frozenset[str], frozenset[str]]:
    """The stem of the plural noun that is to be listed, and those of the words after it.

    >>> sorted(asked_items(Form("list", "the candidates for mayor"))[0])
    ['candid']
    """
    words = read_words(form.subject).words
    for place, word in enumerate(words):
        if word in question_words("people") or (is_plural(word) and len(word) > 3):
            return _stems(word), _stems(" ".join(words[place + 1 :]))
    return frozenset(), frozenset()


def _with_points(
    noun: frozenset[str], doing: frozenset[str], hits: Sequence[Hit]
) -> Iterator[Listing]:
    """Lists with points whose lead names what is asked for, in an article on it; best hit first."""
    for hit in hits:
        article = hit.article
        for lead, points in _lists(article, hit.passage.start, hit.passage.end):
            above = article.text[slice(*lead)]
            about = _stems(f"{article.title} {hit.text}")
            if not noun & _stems(above) or not doing <= about | noun:
                continue
            start, end, count = lead[0], points[0][1], 1
            for _, right in points[1:]:
                if word_count(article.text[start:right]) > _MOST_WORDS:
                    break
                end, count = right, count + 1
            if count < len(points):
                continue
            place = CandidateSentence(article, start, end, hit.passage.id, hit.rank, 1.0)
            more = _OPEN_ENDED.search(above) is not None
            yield Listing(place, count, more, points=True)


def _with_heads(
    noun: frozenset[str], doing: frozenset[str], read: Sequence[CandidateSentence]
) -> Iterator[Listing]:
    """Entries with heads ("1967: Vesk Bridge") in the articles read, as many as there are."""
    for article, place in {
        each.article.id: (each.article, each) for each in [*read][::-1]
    }.values():
        if article.language not in ("", "en"):
            continue
        found, left_out = _entries(article)
        before = article.text[: found[0][0][0]] if found else ""
        lead = next((line for line in reversed(before.splitlines()) if line.strip()), "")
        above = f"{article.title} {lead if _ANNOUNCES.search(lead.strip()) else ''}"
        about = _stems(f"{article.title} {article.text[:_AROUND]}")
        if not found or not noun & _stems(above) or 2 * len(doing & about) < len(doing):
            continue
        shown = [(head[0], end) for head, end in found]
        if sum(word_count(article.text[left:right]) for left, right in shown) > _ENTRIES_WORDS:
            shown = [head for head, _ in found]
        more = left_out > 0 or len(shown) > _MOST_ENTRIES
        first, *others = (
            CandidateSentence(article, *span, place.passage, place.rank, 1.0)
            for span in shown[:_MOST_ENTRIES]
        )
        yield Listing(first, len(others) + 1, more, points=True, others=tuple(others))


def _entries(article: Article) -> tuple[list[Entry], int]:
    """The heads of entries of one kind, each with where the first sentence after it ends.

    A head is a line of its own, or what stands before a colon, that is no clause; of half of
    them, words come again in what follows. Second is how many other lines may be heads; there are
    no entries where these are more, and where there are fewer than three.
    """
    text = article.text[:READ_CHARACTERS]
    apart = [(part.start, part.end) for part in article.furniture if part.kind != "heading"]
    lines = [
        (m.start(), m.end())
        for m in re.finditer(r"[^\n]*\S[^\n]*", text)
        if not any(start <= m.start() < end for start, end in apart)
    ]
    alone: list[tuple[Entry, float]] = []
    run_in: list[tuple[Entry, float]] = []
    for (start, end), (start_after, end_after) in zip(lines, [*lines[1:], (0, 0)], strict=True):
        line, after = text[start:end].strip(), text[start_after:end_after]
        within = _RUN_IN.match(text, start, end)
        if within and (likely := _head_of(within["head"], text[within.end() : end])) > 0:
            run_in.append(((within.span("head"), _first_end(article, start, end)), likely))
        elif _HEAD.fullmatch(line) and word_count(after) >= _SHORTEST_ENTRY:
            entry = (start, start + len(line)), _first_end(article, start_after, end_after)
            alone.append((entry, _head_of(line, after)))
    for found in sorted((alone, run_in), key=len, reverse=True):
        sure = [entry for entry, likely in found if likely == 1]
        entries = [entry for entry, likely in found if likely]
        if len(sure) >= _FEWEST_ENTRIES and 2 * len(sure) >= len(found):
            return entries, len(found) - len(entries)
    return [], 0


def _head_of(head: str, entry: str) -> float:
    """Whether a line heads what follows it: 1 for a noun phrase that comes again there.

    A half where it is a name or numbered, and 0 for a clause and anything else.
    """
    if word_count(head) > _LONGEST_HEAD or word_count(entry) < _SHORTEST_ENTRY:
        return 0.0
    numbered = head[0].isdigit()
    clause = any(token.tag_ in ("VBD", "VBZ", "VBP", "MD") for token in analyse([head])[0])
    if clause and not numbered:
        return 0.0
    words = [word for word in _NAMED.findall(head) if len(word) > _SMALL or word[0].isupper()]
    named = {word.lower() for word in words if word[0].isupper()}
    if named & {word.lower() for word in _NAMED.findall(entry)}:
        return 1.0
    is_name = len(named) > 1 and all(word[0].isupper() or word.isdigit() for word in words)
    return 0.5 if is_name or numbered else 0.0


def _first_end(article: Article, start: int, end: int) -> int:
    """Where the first sentence of these characters ends."""
    return sentence_spans(article.text, start, end, article.language)[0][1]


def _lists(article: Article, start: int, end: int) -> Iterator[tuple[Span, list[Span]]]:
    """Each list that touches these characters: its lead and its points."""
    left = article.text.rfind("\n", 0, max(0, start - _AROUND)) + 1
    lead: Span | None = None
    points: list[Span] = []
    for line in [*re.finditer(r"[^\n]+", article.text[left : end + _AROUND]), None]:
        shown = line[0].strip() if line else ""
        if line and not shown:
            continue
        if line and _POINT.fullmatch(line[0]):
            points.append((left + line.start(), left + line.end()))
            continue
        whole = lead is not None and len(points) >= _FEWEST_POINTS
        if whole and lead and lead[0] < end and points[-1][1] > start:
            yield lead, points
        points = []
        lead = None
        if line and len(shown) <= _LONGEST_LEAD:
            lead = left + line.start(), left + line.end()


Span = tuple[int, int]
Entry = tuple[Span, int]
"""A head, and where the first sentence after it ends."""


def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(text))


def _in_sentence(
    sentence: CandidateSentence, noun: frozenset[str], doing: frozenset[str]
) -> Listing | None:
    """The longest series in a sentence that is tied to what is asked for."""
    if sentence.article.language not in ("", "en"):
        return None
    text = sentence.text
    [doc] = analyse([text])
    best: Listing | None = None
    for head in doc:
        items = _series(doc, head)
        if len(items) < _FEWEST_ITEMS or (best is not None and len(items) <= best.count):
            continue
        before = _before(sentence)
        counted = _counted_before(before, len(items), noun)
        on_it = not doing or bool(doing & _stems(text))
        if counted or (on_it and _tied(head, items, noun, doing)):
            best = Listing(sentence, len(items), _OPEN_ENDED.search(text) is not None)
    return best


def _series(doc: Doc, head: Token) -> list[Token]:
    """The items that begin with this token; none where commas and grammar count differently."""
    joined = any(child.dep_ == "conj" for child in head.children)
    if not joined or head.dep_ == "conj" or not _can_be_item(head):
        return []
    items = [head, *(token for token in head.conjuncts if token.i > head.i)]
    if not all(map(_can_be_item, items)):
        return []
    between = doc[items[0].i : items[-1].i + 1].text
    return items if len(_SEPARATOR.findall(between)) == len(items) - 1 else []


def _can_be_item(token: Token) -> bool:
    return token.pos_ in _NOMINAL or (token.text[:1].isupper() and token.i > 0)


def _tied(head: Token, items: Sequence[Token], noun: frozenset[str], doing: frozenset[str]) -> bool:
    """Whether the items are the things asked for, by what they hang on."""
    if noun & _stems(items[-1].text) or noun & _stems(head.text):
        return True
    for above in list(head.ancestors)[:3]:
        if above.pos_ in _NOMINAL:
            return bool(noun & _stems(above.text))
        if above.pos_ in ("VERB", "AUX"):
            subjects = (c for c in above.children if c.dep_ in ("nsubj", "nsubjpass"))
            copula = above.lower_ in ("is", "are", "was", "were")
            named = any(noun & _stems(each.text) for each in subjects)
            return (copula and named) or bool(doing & _stems(above.text))
    return False


def _before(sentence: CandidateSentence) -> str:
    """The text before a sentence as far as one sentence may reach."""
    return sentence.article.text[max(0, sentence.start - _LONGEST_LEAD) : sentence.start]


def _counted_before(before: str, count: int, noun: frozenset[str]) -> bool:
    """Whether the text before counts as many of the things asked for: "Five villages were ..."."""
    words = re.findall(r"\w+", before.lower())
    number = NUMERALS[count] if count <= _LARGEST_WORD else str(count)
    return any(
        word in (number, str(count)) and noun & _stems(" ".join(words[place + 1 : place + 4]))
        for place, word in enumerate(words)
    )
