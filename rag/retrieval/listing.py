"""Articles counted and listed: by outlet, about a topic, by an author, with the cited sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from rag.answers.about_archive import ListedArticle, OutletCount
from rag.corpus.bylines import opens_byline
from rag.corpus.notices import find_notices
from rag.indexes.analysis import indexed_words, terms
from rag.language.outlet_names import same_outlets
from rag.language.periods import day_in_words
from rag.language.sentences import sentence_spans
from rag.records import Article, Filters, Passage
from rag.records.published import local_time
from rag.retrieval.snapshot import Snapshot
from rag.store import UNKNOWN_DATE
from rag.store.filter_columns import Integers

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEAR = 12
"""An article mentions a topic of several words where all stand within so many words."""

OPENING_WORDS = 80
"""How many words make the opening of an article: the first sentence or two, or a paragraph more."""

_BATCH = 400
_RECENT = 40
_SHORTEST_LEAD = 5
_CAPITALS = re.compile(r"\b[A-Z][\w-]*[a-z]\w*(?: [A-Z][\w-]*[a-z]\w*)+")
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
_PARAGRAPH = re.compile(r"[^\n]+")
_TRADE = (
    r"(?:reporter|correspondent|editor|writer|journalist|columnist|producer|critic|contributor"
    r"|photographer|freelancer?|intern|fellow|blogger|author of this)"
)


def first_passages_of(filters: Filters, snapshot: Snapshot) -> tuple[int, ...]:
    """The first passage of each article that satisfies the filters, the newest article first."""
    facets = snapshot.facets
    found = np.unique(facets.first_passages(facets.matching(filters)))
    if not len(found):
        return ()
    published = facets.published_at(found)
    return tuple(found[np.lexsort((found, -published))].tolist())


def span(
    first_passages: Sequence[int], snapshot: Snapshot
) -> tuple[datetime | None, datetime | None]:
    """When the first and the last of the articles appeared, given newest first; None if unknown.

    By the clocks of the places where they did, though both have UTC as their zone.
    """
    known = dated_first_passages(first_passages, snapshot)
    if not known:
        return None, None
    ends = snapshot.facets.local_at(np.array([known[-1], known[0]], dtype=np.int64))
    first, last = (_EPOCH + timedelta(seconds=int(at)) for at in ends)
    return first, last


def dated_first_passages(first_passages: Sequence[int], snapshot: Snapshot) -> tuple[int, ...]:
    """Those of the articles whose date is known, in the order given."""
    published = snapshot.facets.published_at(np.array(first_passages, dtype=np.int64))
    return tuple(
        id_ for id_, at in zip(first_passages, published, strict=True) if at != UNKNOWN_DATE
    )


def _column(first_passages: Sequence[int], values: Integers, snapshot: Snapshot) -> Integers:
    places = np.searchsorted(snapshot.facets.ids, np.array(first_passages, dtype=np.int64))
    column: Integers = values[places]
    return column


def counts(
    first_passages: Sequence[int], name: str, snapshot: Snapshot
) -> tuple[tuple[str, int], ...]:
    """How many articles each outlet or language has, the most first, then by name."""
    facets = snapshot.facets
    column, known = {
        "publisher": (facets.publisher, facets.publishers),
        "language": (facets.language, facets.languages),
    }[name]
    counted = Counter(known[place] for place in _column(first_passages, column, snapshot).tolist())
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def outlet_counts(first_passages: Sequence[int], snapshot: Snapshot) -> tuple[OutletCount, ...]:
    """The outlets with their articles; hosts of one outlet are counted together."""
    counted = dict(counts(first_passages, "publisher", snapshot))
    found = [
        OutletCount(
            group[0],
            sum(counted[name] for name in group),
            tuple((name, counted[name]) for name in group[1:]),
        )
        for group in same_outlets([name for name in counted if name])
    ]
    if "" in counted:
        found.append(OutletCount("", counted[""]))
    return tuple(sorted(found, key=lambda one: (not one.name, -one.articles, one.name)))


def period_counts(
    first_passages: Sequence[int], per: str, snapshot: Snapshot
) -> tuple[tuple[str, int], ...]:
    """How many articles appeared in each month or year, in the order of time."""
    published = snapshot.facets.local_at(np.array(first_passages, dtype=np.int64))
    days = [_EPOCH + timedelta(seconds=int(at)) for at in published if at != UNKNOWN_DATE]
    counted = Counter((day.year, day.month if per == "month" else 1) for day in days)
    found = [
        (f"{datetime(year, month, 1, tzinfo=UTC):{'%B %Y' if per == 'month' else '%Y'}}", count)
        for (year, month), count in sorted(counted.items())
    ]
    undated = len(first_passages) - len(days)
    return (*found, ("date unknown", undated)) if undated else tuple(found)


def count_distinct(first_passages: Sequence[int], snapshot: Snapshot) -> int:
    """How many texts there are among the articles, where near-duplicates are one."""
    owners = snapshot.store.owners(first_passages)
    ids = [owners[id_] for id_ in first_passages if id_ in owners]
    groups: dict[str, str] = {}
    for first in range(0, len(ids), _BATCH):
        groups |= snapshot.store.groups(ids[first : first + _BATCH])
    return len({groups.get(id_, id_) for id_ in ids})


def read(
    first_passages: Sequence[int], snapshot: Snapshot
) -> Iterator[tuple[int, tuple[Passage, Article]]]:
    """Each opening with its passage and its article, in the order given."""
    for first in range(0, len(first_passages), _BATCH):
        batch = first_passages[first : first + _BATCH]
        found = snapshot.store.passages(batch)
        yield from ((id_, found[id_]) for id_ in batch if id_ in found)


def listed_articles(first_passages: Sequence[int], snapshot: Snapshot) -> tuple[ListedArticle, ...]:
    """The articles with the sentence that each opens with, in the order given."""
    return tuple(
        ListedArticle(article, passage, *opening_sentence(article, passage))
        for _, (passage, article) in read(first_passages, snapshot)
    )


def opening_sentence(article: Article, passage: Passage) -> tuple[int, int]:
    """The first sentence of an article that says something; a correction's notice does not."""
    text = article.text[passage.start : passage.end]
    spans = sentence_spans(text) or [(0, len(text))]
    notices = find_notices(article.text, article.published)
    fits = [
        (start, end)
        for start, end in spans
        if len(text[start:end].split()) >= _SHORTEST_LEAD
        and not any(
            each.start < passage.start + end and passage.start + start < each.end
            for each in notices
        )
    ]
    start, end = (fits or spans)[0]
    return passage.start + start, passage.start + end


def naming(
    topic: str, first_passages: Sequence[int], snapshot: Snapshot
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The articles about a topic, and all that mention it, in the order given.

    One is about it whose title and first 80 words have all its words, in whatever form.
    """
    query = _POSSESSIVE.sub("", topic)
    wanted = frozenset(terms(query))
    if not wanted:
        return (), ()
    whole = sum(snapshot.lexical.term_weights(query).values())
    covered = snapshot.lexical.article_coverage(query, first_passages)
    holding = [id_ for id_ in first_passages if covered.get(id_, 0.0) >= whole * (1 - 1e-6)]
    about: list[int] = []
    mentioning: list[int] = []
    for id_, (passage, article) in read(holding, snapshot):
        is_about = wanted <= {*indexed_words(f"{article.title}\n{lead(article, passage)}")}
        about += [id_] if is_about else []
        if is_about or len(wanted) == 1 or _stand_close(wanted, indexed_words(article.text)):
            mentioning.append(id_)
    return tuple(about), tuple(mentioning)


def lead(article: Article, passage: Passage) -> str:
    """The first 80 words of an article, without the notices and what else is no reporting."""
    text = article.text[passage.start :]
    words = list(re.finditer(r"\S+", text))[:OPENING_WORDS]
    return text[: words[-1].end()] if words else ""


def _stand_close(wanted: frozenset[str], words: Iterable[str]) -> bool:
    """Whether all the words stand within a dozen of the text's words."""
    last: dict[str, int] = {}
    for place, word in enumerate(words):
        if word in wanted:
            last[word] = place
            if len(last) == len(wanted) and place - min(last.values()) < NEAR:
                return True
    return False


def signs_it(article: Article, name: str) -> tuple[bool, tuple[int, int] | None] | None:
    """Whether somebody is an article's author or is credited in a note, and where it says so.

    None for who is only written about.
    """
    rule = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    listed = any(rule.search(author) for author in article.authors)
    spans = [span for span in article.furniture if span.kind == "byline"]
    for span in spans:
        line = article.text[span.start : span.end]
        if rule.search(line):
            return listed or opens_byline(line), (span.start, span.end)
    if listed:
        return True, None
    note = re.compile(
        rf"\W*{re.escape(name)},?\s+(?:(?:covers|reports|writes|contributed|can be reached|"
        rf"helped)\b|(?:is|was)\s+(?:an?|the)\b[^.]{{0,80}}\b{_TRADE}\b|[^.]{{0,40}}\b{_TRADE}\b"
        rf"[^.]{{0,20}}\W*$)|\W*(?:contributing|contributors?|reporting by|written by|editing by|"
        rf"additional reporting|with reporting)\b[^\n]*(?<!\w){re.escape(name)}(?!\w)",
        re.IGNORECASE,
    )
    for paragraph in _PARAGRAPH.finditer(article.text):
        if note.match(paragraph[0]):
            start, end = (sentence_spans(paragraph[0]) or [(0, len(paragraph[0]))])[0]
            return False, (paragraph.start() + start, paragraph.start() + end)
    return None


def example_questions(first_passages: Sequence[int], snapshot: Snapshot) -> tuple[str, ...]:
    """Questions that this archive can be asked, about names in its newest headlines."""
    outlets = {name.casefold() for name in snapshot.facets.publishers}
    subjects: list[str] = []
    day = ""
    for _, (passage, article) in read(first_passages[:_RECENT], snapshot):
        for name in _headline_names(article, passage):
            known = {word for one in subjects for word in one.split()}
            if name.casefold() not in outlets and known.isdisjoint(name.split()):
                subjects.append(name)
                break
        if not day and article.publisher and article.published:
            day = f"What did {article.publisher} report on {_day(article)}?"
    asks = ("What is the latest on {}?", "Tell me about {}.", "How many articles mention {}?")
    found = [ask.format(name) for ask, name in zip(asks, subjects, strict=False)]
    return tuple([*found, day] if day else found)


def headline_name(article: Article) -> str:
    """The first name in an article's headline that its opening has too; "" without one."""
    whole = Passage(0, article.id, article.revision, 0, len(article.text))
    return next(_headline_names(article, whole), "")


def _headline_names(article: Article, passage: Passage) -> Iterator[str]:
    """Names of two words or three that stand in an article's opening and in its headline."""
    for found in _CAPITALS.finditer(lead(article, passage)):
        words = found[0].split()
        for length in (3, 2):
            for first in range(len(words) - length + 1):
                name = " ".join(words[first : first + length])
                if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", article.title):
                    yield name


def _day(article: Article) -> str:
    return day_in_words(local_time(article.published).date()) if article.published else ""
