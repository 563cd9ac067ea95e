"""From words to where they stand: exact, altered, said by someone else, or not found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from rag.errors import QueryError
from rag.indexes.protocols import NO_FILTERS, LexicalSearcher
from rag.language.attribution import attributed, said_by
from rag.language.letter_pairs import dense_runs, pairs_of
from rag.language.speakers import same_person
from rag.language.words import Wording
from rag.records import Article, Citation, Filters
from rag.store import Store
from rag.verification.quotes.matching import Excerpt, Found, Run, excerpt, find_exact, find_nearest
from rag.verification.quotes.records import QuoteMatch, Trace, TraceOutcome, word_diff

_WINDOW = 8
_WINDOWS = 6
_EVERY = 60
_PASSAGES = 48
_BATCH = 12
_CONTAINING = 32
_PLAIN = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+){0,5}")
_FEWEST_LETTERS = 4
_NEAR_PASSAGES = 24
_NEAR_ARTICLES = 8
_RAREST = 20
_HEAVIEST = 8.0
_STOP_WORD = 0.5


class Candidates:
    """Looks for articles that share phrases or rare words with an excerpt."""

    def __init__(
        self, store: Store, lexical: LexicalSearcher, filters: Filters = NO_FILTERS
    ) -> None:
        self._store = store
        self._lexical = lexical
        self._filters = filters
        self._weights: dict[str, float] = {}

    def holding(self, runs: Sequence[Run]) -> Iterator[list[Article]]:
        """The articles with a passage that holds part of the runs word for word, most first.

        They come in batches, so that whoever has found enough need not read the rest.
        """
        phrases = [phrase for run in runs for phrase in _windows(run.wording)]
        found = self._lexical.holding(phrases, _PASSAGES, self._filters)
        for first in range(0, len(found), _BATCH):
            yield self._articles(found[first : first + _BATCH])

    def containing(self, runs: Sequence[Run]) -> list[Article]:
        """The articles whose text has the longest plain stretch of the runs, indexed or not."""
        longest = _longest_plain(runs)
        found = self._store.containing(longest, _CONTAINING, self._filters) if longest else []
        return [article for article in found if self._admits(article)]

    def withdrawn(self, runs: Sequence[Run]) -> list[Article]:
        """The same of withdrawn articles, in all their revisions, whenever these stood."""
        longest = _longest_plain(runs)
        return self._store.tombstones.containing(longest, _CONTAINING) if longest else []

    def why_withdrawn(self, article: Article) -> str:
        """When an article was withdrawn, and why; "" where it no longer is."""
        found = self._store.tombstones.withdrawn([article.id])
        return str(found[article.id]) if article.id in found else ""

    def sharing(self, runs: Sequence[Run]) -> list[Article]:
        """The few articles with a passage that shares most of the runs' rare words."""
        words = sorted(
            {word for run in runs for word in [*run.wording.folded, *pairs_of(run.wording.text)]},
            key=lambda word: (-self.weight(word), word),
        )
        found = self._lexical.search(" ".join(words[:_RAREST]), _NEAR_PASSAGES, self._filters)
        return self._articles([id_ for id_, _ in found])[:_NEAR_ARTICLES]

    def copies(self, articles: Sequence[Article]) -> dict[str, str]:
        """The group of each of the articles that is a near-duplicate of others."""
        return self._store.groups(sorted(article.id for article in articles))

    def members(self, groups: set[str]) -> list[Article]:
        """The articles of these groups."""
        found = self._store.members(sorted(groups), self._filters) if groups else {}
        every = (article for group in sorted(found) for article in found[group])
        return [article for article in every if self._admits(article)]

    def checked(self, article: Article) -> Article:
        """The article, read again; raises ArchiveError where it is not what was stored."""
        return self._store.article(article.id, article.revision)

    def weight(self, word: str) -> float:
        """How rare a word is in the archive; little for words that no index holds."""
        if word not in self._weights:
            terms = self._lexical.terms(word)
            rarity = sum(map(self._lexical.rarity, terms)) if terms else _STOP_WORD
            self._weights[word] = min(rarity, _HEAVIEST)
        return self._weights[word]

    def telling(self, runs: Sequence[Run]) -> float:
        """How rare the words of the runs are together: the sum over their different stems."""
        terms = {term for run in runs for term in self._lexical.terms(run.wording.text)}
        return sum(map(self._lexical.rarity, terms))

    def _admits(self, article: Article) -> bool:
        """Whether an article satisfies the filters but for the dates, which the store applies."""
        asked = self._filters
        if asked.publishers and article.publisher not in asked.publishers:
            return False
        if asked.section and article.section.casefold() != asked.section.casefold():
            return False
        return not asked.language or article.language == asked.language

    def _articles(self, passage_ids: Sequence[int]) -> list[Article]:
        found = self._store.passages(passage_ids)
        articles = [found[id_][1] for id_ in passage_ids if id_ in found]
        return list({article.id: article for article in articles}.values())


def _longest_plain(runs: Sequence[Run]) -> str:
    """The longest stretch of a few plain words; "" where there is none of two.

    Of scripts without spaces, four letters that follow each other are enough.
    """
    texts = [run.wording.text for run in runs]
    plain = [match.group() for text in texts for match in _PLAIN.finditer(text)]
    longest = max(plain, key=len, default="")
    dense = max((each for text in texts for each in dense_runs(text)), key=len, default="")
    if len(dense) >= max(_FEWEST_LETTERS, len(longest) // _FEWEST_LETTERS):
        return dense
    return longest if " " in longest else ""


def _windows(wording: Wording) -> Iterator[str]:
    """Stretches of the words to look up: a passage may end anywhere, but not in all of them."""
    length = len(wording)
    if length <= _WINDOW:
        starts = [0]
    else:
        count = min(_WINDOWS, 2 + length // _EVERY)
        starts = [(length - _WINDOW) * n // (count - 1) for n in range(count)]
    for start in starts:
        left, right = wording.span(start, min(start + _WINDOW, length) - 1)
        yield wording.text[left:right]


MAX_WORDS = 2_000
MAX_CHARACTERS = 20_000

FEWEST_WORDS = 4
"""Fewer words than these stand in some article by chance."""

TELLING = 4.6
"""So rare must the words be: fewer than one passage in a hundred holds all of them."""

COMMON = 20
"""Words that stand in this many articles, copies apart, tell of none of them."""

COMMON_ALTERED = 4
"""So do other words that this many articles have as nearly as each other."""

_ALTERED_FEWEST = 5
_ALTERED_WEIGHT = 12.0
_SURELY = 0.85
"""Words that share so much with an article's are not looked for outside the indexes."""

_MOST_MATCHES = 10
_UNDATED = datetime.max.replace(tzinfo=UTC)


def trace(
    text: str, speaker: str, store: Store, lexical: LexicalSearcher, filters: Filters = NO_FILTERS
) -> Trace:
    """Where the words of a text stand in the archive, and whether `speaker` said them.

    In articles that the `filters` admit, as they stood at their `as_of`, where it is given.

    A text such as `"..." said Ann Orr` names its speaker itself; of `he said that "..."`, the words
    in quotation marks are looked for. Where several articles have
    the words, the best comes first: the one that agrees to the last mark, then the earliest
    story, then its original. Raises QueryError for a text that cannot be traced.
    """
    _check(text)
    tracing = _Tracing(Candidates(store, lexical, filters))
    sought = excerpt(text)
    found = tracing.exact(sought)
    near: Sequence[Found] = ()
    said = None if found else attributed(text)
    if said is not None:
        words = excerpt(said.words)
        have_words = tracing.exact(words)
        # "He said on Friday" may be what differs: then the whole text is compared.
        if have_words and not said.speaker:
            near = tracing.nearest(sought)
        if not near:
            sought, found = words, have_words
    if not (found or near):
        near = tracing.nearest(sought)
    speaker = speaker.strip() or (said.speaker if said else "")
    outcome, reason, matches = tracing.judged(sought, found, near, speaker)
    return Trace(text, outcome, reason, speaker, tuple(matches))


def _check(text: str) -> None:
    if not text.strip():
        msg = "the text is empty; give the words that are to be traced"
        raise QueryError(msg)
    if len(text) > MAX_CHARACTERS or len(text.split()) > MAX_WORDS:
        msg = (
            f"the text has {len(text.split()):,} words and {len(text):,} characters; "
            f"{MAX_WORDS:,} and {MAX_CHARACTERS:,} are the most that can be traced"
        )
        raise QueryError(msg)
    if not len(Wording(text)):
        msg = f"the text {text.strip()!r:.40} holds no word; give the words that are to be traced"
        raise QueryError(msg)


Judged = tuple[TraceOutcome, str, list[QuoteMatch]]


class _Tracing:
    """One search; each article is divided into words once."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._wordings: dict[str, Wording] = {}

    def exact(self, sought: Excerpt) -> list[Found]:
        """The articles that have all the words, their copies included; in no order."""
        asked = sought.runs or sought.literal
        found = self._held(sought, asked) or self._all_exact(
            sought, self._candidates.sharing(asked)
        )
        known = {each.article.id for each in found}
        groups = set(self._groups(found).values())
        others = [each for each in self._candidates.members(groups) if each.id not in known]
        return [*found, *self._all_exact(sought, others)]

    def _held(self, sought: Excerpt, asked: Sequence[Run]) -> list[Found]:
        """The articles with a passage that has some of the words, as long as they have them all."""
        held: dict[str, Found] = {}
        for missed, articles in enumerate(self._candidates.holding(asked)):
            found = self._all_exact(sought, articles)
            held |= {each.article.id: each for each in found}
            if missed and not found:
                break
        return list(held.values())

    def _unindexed(self, sought: Excerpt) -> list[Found]:
        """The articles that have all the words where no index holds them, as in furniture."""
        return self._all_exact(sought, self._candidates.containing(sought.runs or sought.literal))

    def judged(
        self, sought: Excerpt, found: Sequence[Found], near: Sequence[Found], speaker: str
    ) -> Judged:
        """The outcome, its reason, and the matches with the best first."""
        if not found and all(each.share < _SURELY for each in near):
            found = self._unindexed(sought)
        if reason := self._too_common(sought, found, near):
            return "not found", reason, []
        if found:
            return _by_speaker(list(self._matches(found, sought.text)), speaker)
        withdrawn = self._withdrawn(sought)
        if not near:
            return "not found", withdrawn or "no article of the archive has these words", []
        matches = list(self._matches(near, sought.text))
        return "altered", "; ".join(filter(None, [_altered(matches[0]), withdrawn])), matches

    def _withdrawn(self, sought: Excerpt) -> str:
        """That the words stand in an article that was withdrawn; "" where they do not."""
        for article in self._candidates.withdrawn(sought.runs or sought.literal):
            if find_exact(sought, article, Wording(article.text)):
                told = self._candidates.why_withdrawn(article)
                return f"the article that has these words, {article.id!r}, was {told}"
        return ""

    def _too_common(self, sought: Excerpt, found: Sequence[Found], near: Sequence[Found]) -> str:
        """Why the words cannot tell of one article; "" where they can."""
        if sought.length < FEWEST_WORDS:
            return f"too short to be traced: {FEWEST_WORDS} words are the fewest"
        if self._candidates.telling(sought.runs) < TELLING:
            return "too common to be traced: words like these stand in many articles"
        groups = self._groups([*found, *near])
        stories = {groups.get(each.article.id, each.article.id) for each in found or near}
        if len(stories) >= (COMMON if found else COMMON_ALTERED):
            return f"too common to be traced: {len(stories)} articles have these words, or more"
        return ""

    def nearest(self, sought: Excerpt) -> list[Found]:
        """The article that has most of the words, and those that have as many."""
        if sought.length < _ALTERED_FEWEST:
            return []
        weigh = self._candidates.weight
        near = [
            found
            for article in self._candidates.sharing(sought.runs)
            if (found := find_nearest(sought, article, self._wording(article), weigh))
            and found.weight >= _ALTERED_WEIGHT
        ]
        best = max((found.share for found in near), default=0.0)
        return [found for found in near if found.share == best]

    def _all_exact(self, sought: Excerpt, articles: Iterable[Article]) -> list[Found]:
        found = (find_exact(sought, article, self._wording(article)) for article in articles)
        return [each for each in found if each]

    def _wording(self, article: Article) -> Wording:
        if article.id not in self._wordings:
            self._wordings[article.id] = Wording(article.text)
        return self._wordings[article.id]

    def _groups(self, found: Iterable[Found]) -> dict[str, str]:
        return self._candidates.copies([each.article for each in found])

    def _matches(self, found: Sequence[Found], text: str) -> Iterator[QuoteMatch]:
        """A match for each story, the best first; its copies are named in it."""
        groups = self._groups(found)
        stories: dict[str, list[Found]] = {}
        for each in sorted(found, key=_earliest_first(found, groups)):
            stories.setdefault(groups.get(each.article.id, each.article.id), []).append(each)
        for number, (best, *copies) in enumerate(list(stories.values())[:_MOST_MATCHES], 1):
            article = self._candidates.checked(best.article)
            own = {article.publisher, ""}
            yield QuoteMatch(
                Citation(number, article, best.start, best.end),
                best.parts,
                () if best.exact else word_diff(text, best.asked_for),
                said_by(article.text, best.start, best.end),
                tuple(sorted({each.article.publisher for each in copies} - own)),
                tuple(sorted(each.article.id for each in copies)),
            )


def _earliest_first(
    found: Sequence[Found], groups: dict[str, str]
) -> Callable[[Found], tuple[int, datetime, str, bool, datetime, str]]:
    """Best agreement first, then the story that was first seen, then its original."""

    def group(each: Found) -> str:
        """The group of near-duplicates that the article is in, else its own id."""
        return groups.get(each.article.id, each.article.id)

    first: dict[str, datetime] = {}
    for each in found:
        first[group(each)] = min(first.get(group(each), _UNDATED), _date(each.article))

    return lambda each: (
        each.agreement,
        first[group(each)],
        group(each),
        group(each) != each.article.id,
        _date(each.article),
        each.article.id,
    )


def _date(article: Article) -> datetime:
    return article.published.at if article.published else _UNDATED


def _by_speaker(matches: list[QuoteMatch], speaker: str) -> Judged:
    """The matches where the named speaker says it first; else who does say it."""
    if not speaker:
        return "exact", "", matches
    by_speaker = [
        each for each in matches if not each.said_by or same_person(each.said_by, speaker)
    ]
    if not by_speaker:
        other = matches[0].said_by
        return "attributed to someone else", f"the article has {other} say it", matches
    best = next((each for each in by_speaker if each.said_by), by_speaker[0])
    rest = [each for each in matches if each is not best]
    reason = "" if best.said_by else f"the article does not tell whether {speaker} said it"
    return "exact", reason, [best, *rest]


def _altered(match: QuoteMatch) -> str:
    changed = [change for change in match.changes if change.kind != "same"]
    first = changed[0] if changed else None
    if first is None:
        return "the article has these words in another way"
    if not first.asked:
        return f"the article has “{first.stored}” besides"
    if not first.stored:
        return f"the article does not have “{first.asked}”"
    return f"the article has “{first.stored}”, not “{first.asked}”"
