"""What a claim is held against, read once: sentences, words, numbers and times of cited text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

from rag.language.dates import local_time
from rag.language.entities import folded, stems
from rag.language.introductions import introductions
from rag.language.moments import Moment, moments, named_days
from rag.language.opposites import base, counters, implied, kinds
from rag.language.quantities import Quantity, joined_numbers, quantities
from rag.language.roles import clauses_of
from rag.language.sentences import sentence_spans
from rag.language.words import without_possessive
from rag.records import Article, Citation, Published

Severity = Literal["quote altered", "unsupported", "partly"]
_Fact = Literal["quotation", "number", "date", "name", "stance", "role"]
FindingKind = _Fact | Literal["words", "added", "joined", "meaning", "judge", "language"]

NAMED = re.compile(r"(?:[A-Z]\.)+[A-Z]?|[^\W\d_][\w'’-]*(?<!['’])")
"""A word, or initials with their full stops."""

_BEGINNING = re.compile(r"(?:^|[.!?:]\s|\n)\W*$|[“\"‘]$")
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SPACE = re.compile(r"\s")
_SHORT = 60
_REFERS_BACK = re.compile(
    r"\b(?:this|that|it|so|these|the (?:claim|accusation|report|charge)s?)\b", re.IGNORECASE
)
_DOER = re.compile(r"\b[a-z]{3,}(?:[aeo]r|ist)\b")
_LOOK_BACK = 8
_BEFORE_IT = 2
_FIRST, _MOST_NAMING = 3, 6
_FEWEST_SHARED = 0.3


@dataclass(frozen=True, slots=True)
class Finding:
    """What speaks against a claim, and the reason as a reader is told it.

    `absent` says that something of the claim is not there, with nothing else in its place.
    """

    verdict: Severity
    reason: str
    kind: FindingKind
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A cited sentence with its words in order, folded, and its content words."""

    text: str
    words: tuple[str, ...]
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an article: characters `start` to `end` of `article`, its content words."""

    article: str
    start: int
    end: int
    stems: frozenset[str]
    cited: bool

    @property
    def text(self) -> str:
        """The sentence on one line, its characters where they stand in the article."""
        return _SPACE.sub(" ", self.article[self.start : self.end])


class Evidence:
    """Cited texts, and around them all that their articles say.

    `outlets` are the publishers. Where there are no articles, texts stand for themselves.
    """

    def __init__(
        self,
        texts: Sequence[str],
        around: Sequence[str] = (),
        published: Sequence[Published | None] = (),
        outlets: Sequence[str] = (),
        titles: Sequence[str] = (),
    ) -> None:
        self.texts = tuple(texts)
        self.around = tuple(around) or self.texts
        self.outlets = tuple(outlets)
        self._titles = tuple(titles)
        self._introduced: dict[frozenset[str], tuple[str, ...]] = {}
        self._dates = tuple(published) or (None,) * len(self.texts)

    @classmethod
    def cited(cls, citations: Sequence[Citation]) -> Evidence:
        """The quotes of the citations, with their articles around them."""
        articles = list({c.article.id: c.article for c in citations}.values())
        return cls(
            [citation.quote for citation in citations],
            [_all_of(article) for article in articles],
            [citation.article.published for citation in citations],
            [article.publisher for article in articles],
            [article.title for article in articles],
        )

    @property
    def published(self) -> date | None:
        """The day of the first article whose date is known to the day."""
        return next((day for day in map(_day, self._dates) if day), None)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of the cited texts, in order."""
        spans = [(text, span) for text in self.texts for span in sentence_spans(text)]
        return tuple(sentence(text[start:end]) for text, (start, end) in spans)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The sentences of the articles, in order, each with where it stands; cited or not."""
        found = []
        for text in self.around:
            cited = [(at, at + len(quote)) for quote in self.texts if (at := text.find(quote)) >= 0]
            for start, end, words in _statements(text):
                inside = any(start < right and left < end for left, right in cited)
                found.append(Statement(text, start, end, words, inside))
        return tuple(found)

    @cached_property
    def context(self) -> frozenset[str]:
        """The base forms of the words of what is cited, of the sentences around it, of the titles.

        Two words that follow one another are there as one too: "put_off".
        """
        found: list[str] = []
        for at, each in enumerate(self.statements):
            if any(near.cited for near in self.statements[max(0, at - 1) : at + _BEFORE_IT + 1]):
                found.append(each.text)
        return frozenset().union(*map(bases_of, (*found, *self.texts, *self._titles)))

    @cached_property
    def implied(self) -> frozenset[str]:
        """The base forms that the words of the context bear out, themselves among them."""
        known = self.context
        return frozenset().union(known, *map(implied, known), *map(kinds, known))

    def about(self, claim: Sentence, cited: int, around: int) -> list[Statement]:
        """So many cited statements, and others, that share most content words with the claim."""
        shared = [
            (not each.cited, -len(each.stems & claim.stems), at)
            for at, each in enumerate(self.statements)
            if each.stems & claim.stems
        ]
        within = sorted(each for each in shared if not each[0])[:cited]
        others = sorted(each for each in shared if each[0])[:around]
        return [self.statements[at] for _, _, at in (*within, *others)]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The base forms of the words of the articles, and of each two that follow one another."""
        return frozenset().union(*map(bases_of, (*self.around, *self.texts)))

    @cached_property
    def small_words(self) -> frozenset[str]:
        """The words that the articles write with a small first letter."""
        return frozenset(re.findall(r"\b[a-z]\w+", "\n".join(self.around)))

    @cached_property
    def doers(self) -> frozenset[str]:
        """The base forms of the words of the articles for whoever does something: "mediator"."""
        words = _DOER.findall("\n".join(self.around))
        return frozenset(base(word) for word in words)

    def naming(self, names: frozenset[str]) -> list[Statement]:
        """The cited statements with a name, given folded, and the first others of the articles."""
        found = [each for each in self.statements if names & _names_in(each.text)]
        return [each for at, each in enumerate(found) if at < _FIRST or each.cited][:_MOST_NAMING]

    def introduced(self, names: frozenset[str]) -> tuple[str, ...]:
        """The phrases by which the articles introduce whoever bears a name, given folded."""
        if names not in self._introduced:
            found: list[str] = []
            for each in self.naming(names):
                found += _introductions(each.text, max(names & _names_in(each.text), key=len))
            self._introduced[names] = tuple(dict.fromkeys(found))
        return self._introduced[names]

    def described(self, names: frozenset[str]) -> frozenset[str]:
        """The base forms of the words by which the articles introduce whoever bears a name."""
        return frozenset(
            base(word) for said in self.introduced(names) for word in _WORD.findall(said.lower())
        )

    def describes(self, names: frozenset[str], words: frozenset[str]) -> bool:
        """Whether the articles introduce whoever bears a name by one of these base forms."""
        return bool(self.described(names) & words)

    @cached_property
    def actors(self) -> frozenset[str]:
        """The base forms of the nouns of the articles that do something or have it done to them."""
        found = [one for each in self.statements for one in clauses_of(each.text)]
        return frozenset(
            each.head
            for one in found
            if not one.predicate
            for each in (one.agent, one.patient)
            if each is not None and not each.pronoun and not each.names
        )

    def counters(self, word: str, only: Statement | None = None) -> bool:
        """Whether a cited sentence with a base form, or the short one after it, may deny it.

        "He rejected this" denies what stands before it. With `only`, that sentence alone counts.
        """
        for at, each in enumerate(self.statements):
            if not each.cited or only not in (None, each) or word not in bases_of(each.text):
                continue
            if counters(each.text, word):
                return True
            after = "".join(one.text for one in self.statements[at + 1 : at + 2])
            short = len(after) <= _SHORT and _REFERS_BACK.search(after)
            if short and counters(after, word):
                return True
        return False

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The cited texts without regard to case and marks."""
        return tuple(map(folded, self.texts))

    @cached_property
    def folded_around(self) -> tuple[str, ...]:
        """The articles without regard to case and marks."""
        return tuple(map(folded, self.around))

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """What the cited texts count or measure; days of the month are no such thing."""
        # A space that a tokenizer left in "1, 187" or "3. 5" is no end of the number.
        joined = map(joined_numbers, self.texts)
        read = dict.fromkeys([*self.texts, *joined])
        found = [quantity for text in read for quantity in quantities(text)]
        return tuple(quantity for quantity in found if quantity.unit != "day")

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """The times that the cited texts name, as seen from their articles' dates."""
        dated = zip(self.texts, self._dates, strict=True)
        return tuple(moment for text, date in dated for moment in moments(text, _day(date)))

    @cached_property
    def moments_around(self) -> tuple[Moment, ...]:
        """The times that the articles name, as seen from the date of the first."""
        return tuple(moment for text in self.around for moment in moments(text, self.published))

    @cached_property
    def dates(self) -> tuple[Moment, ...]:
        """When the articles appeared."""
        return tuple(_moment(published) for published in self._dates if published)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The content words of the cited texts."""
        return frozenset(stem for text in self.texts for stem in stems(text))

    @cached_property
    def known(self) -> frozenset[str]:
        """The content words of the articles, and of what they say of themselves."""
        return frozenset(stem for text in self.around for stem in stems(text)) | self.stems

    @cached_property
    def names(self) -> frozenset[str]:
        """Words that the articles write with a capital where no sentence begins, folded."""
        return frozenset(map(folded, capitalised([*self.around, *self.texts])))

    def nearest(self, claim: Sentence, least: float = _FEWEST_SHARED) -> Sentence | None:
        """The cited sentence with most of the claim's content words; None below that share."""
        if not claim.stems or not self.sentences:
            return None
        best = max(self.sentences, key=lambda held: len(held.stems & claim.stems))
        return best if len(best.stems & claim.stems) >= least * len(claim.stems) else None


@lru_cache(64)
def _statements(text: str) -> tuple[tuple[int, int, frozenset[str]], ...]:
    return tuple(
        (start, end, frozenset(stems(text[start:end]))) for start, end in sentence_spans(text)
    )


@lru_cache(1_024)
def _introductions(text: str, name: str) -> tuple[str, ...]:
    """What a sentence says of whoever bears a name, the name as "The owner is Ann Orr" too."""
    found = [text[each.start : each.end] for each in introductions(text, name)]
    for clause in clauses_of(text):
        named = next((each for how, each in clause.others if how == "is"), None)
        if named is not None and name in named.names and clause.agent and not clause.denied:
            found.append(text[clause.agent.start : clause.agent.end])
        for each in clause.arguments:
            if name in each.names and len(each.words) > len(each.names):
                found.append(text[each.start : each.end])
    return tuple(found)


@lru_cache(1_024)
def _names_in(text: str) -> frozenset[str]:
    words = text.casefold().replace("’", "'").split()
    return frozenset(re.sub(r"'s$", "", word.strip(".,;:!?()“”\"'")) for word in words)


@lru_cache(1_024)
def bases_of(text: str) -> frozenset[str]:
    """The base forms of the words of a text, and each two that follow one another: "put_off"."""
    words = [base(word) for word in _WORD.findall(text.lower())]
    return frozenset(words) | {f"{one}_{two}" for one, two in pairwise(words)}


def sentence(text: str) -> Sentence:
    """The text with its words; those that carry no content stay in `words`."""
    words = tuple(word.replace("’", "'") for word in _WORD.findall(text))
    return Sentence(text, words, frozenset(stems(text)))


def capitalised(texts: Iterable[str]) -> list[str]:
    """The words with a capital that begin no sentence and no quotation, without "'s".

    >>> capitalised(["Nobody saw Ann Orr's paper. Rain fell."])
    ['Ann', 'Orr']
    """
    found = []
    for text in texts:
        for word in NAMED.finditer(text):
            if word[0][0].isupper() and not _BEGINNING.search(
                text, max(0, word.start() - _LOOK_BACK), word.start()
            ):
                found.append(without_possessive(word[0]))
    return found


ABSENT = " is not in the cited text"
"""How the reason ends where nothing is in the place of what a claim says."""


def mismatch(
    said: str, rivals: Sequence[str], kind: Literal["number", "date", "name", "role"]
) -> Finding:
    """That the claim's `said` is not there: with what is in its place, if one thing is."""
    different = list(dict.fromkeys(rivals))
    if len(different) == 1:
        return Finding("unsupported", f"the article says {different[0]}, not {said}", kind)
    return Finding("unsupported", f"{said}{ABSENT}", kind, absent=True)


def _all_of(article: Article) -> str:
    """Everything an article says, and says of itself."""
    about = [article.title, article.publisher, *article.authors]
    return "\n\n".join([article.text, *filter(None, about)])


def _day(published: Published | None) -> date | None:
    if published is None or published.precision in ("year", "month"):
        return None
    return local_time(published).date()


def _moment(published: Published) -> Moment:
    first = local_time(published).date()
    last = first
    if published.precision == "year":
        last = first.replace(month=12, day=31)
    elif published.precision == "month":
        last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return named_days(first, last, str(published))
