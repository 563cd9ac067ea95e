"""How an answer is put into words without a model: introductions, quotes, declining, its age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rag.answers.candidates import CandidateSentence
from rag.answers.question import Question
from rag.language.context import antecedent, depends_on_context
from rag.language.dates import local_time
from rag.language.periods import day_in_words
from rag.questions.times import recency
from rag.records import Article, Citation, Claim, Hit, Published

NEAREST = 3
"""How many of the nearest articles are named where there is no answer."""

VERBATIM = "the article says it in these words"
ALSO = "Also:"
"""What stands before sentences of which the opening of an answer does not speak."""

NO_ANSWER = "The archive does not answer this."

LINE_BREAK = "\n\n"

OLD = timedelta(days=30)
"""How old evidence may be for a question about the latest; in daily news, a month is long."""

_MONTH = 30
_YEAR = 365


@dataclass(frozen=True, slots=True)
class Worded:
    """The text of an answer with its claims and citations."""

    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()


def word(
    sentences: Sequence[CandidateSentence],
    opening: str = "",
    further: int = 0,
    *,
    heads: Sequence[str] = (),
) -> Worded:
    """The sentences as they stand, each before its marker, after the outlet and date they are from.

    What follows each other in one article is one paragraph. A sentence whose subject only the
    text before it names has that name before it, in brackets. An `opening` stands on a line of
    its own before them, and is part of no claim; so does what sets apart the last `further`
    sentences, of which it does not speak. `heads` stand before the sentences, such as the
    days of a chronology; a paragraph has one.

    >>> article = Article("a", "", "", "It sank. It was old.", "Radio North")
    >>> spans = [(0, 8), (9, 20)]
    >>> word([CandidateSentence(article, *span, 1, 1, 1.0) for span in spans]).text
    'Radio North: It sank. [1] It was old. [2]'
    """
    text = opening
    claims: list[Claim] = []
    citations: list[Citation] = []
    for place, sentence in enumerate(sentences):
        before = sentences[place - 1] if place else None
        apart = further and place == len(sentences) - further
        if apart:
            text += f"{LINE_BREAK if text else ''}{ALSO}"
        goes_on = before is not None and before.article == sentence.article
        under_one_head = not heads or (place > 0 and heads[place] == heads[place - 1])
        joined = goes_on and not apart and under_one_head
        text += " " if joined else LINE_BREAK if text else ""
        start = len(text)
        if not joined:
            text += f"{heads[place]} – " if heads else ""
            text += introduction(sentence.article)
        text += f"{_bracketed(sentence, before if joined else None)}{sentence.text} [{place + 1}]"
        citations.append(Citation(place + 1, sentence.article, sentence.start, sentence.end))
        claims.append(Claim(start, len(text), (place + 1,), "supported", (VERBATIM,)))
    return Worded(text, tuple(claims), tuple(citations))


def _bracketed(sentence: CandidateSentence, before: CandidateSentence | None) -> str:
    """The name that the sentence's pronoun stands for, in brackets; "" where it needs none."""
    article = sentence.article
    adjoins = before is not None and not article.text[before.end : sentence.start].strip()
    if adjoins or article.language not in ("", "en") or not depends_on_context(sentence.text):
        return ""
    name = antecedent(article.text, sentence.start, sentence.end)
    usable = name and not name.isupper() and name not in sentence.text
    return f"[{name}] " if usable else ""


def introduction(article: Article) -> str:
    """Outlet and date as they stand before a quoted sentence: "Radio North, 3 May 2025: "."""
    parts = [article.publisher, spoken_date(article.published) if article.published else ""]
    named = ", ".join(part for part in parts if part)
    return f"{named}: " if named else ""


def spoken_pages(article: Article, start: int, end: int) -> str:
    """The pages on which these characters stand, in words; "" where the article has none.

    >>> article = Article("a", "", "", "One. Two.", pages=(0, 5))
    >>> spoken_pages(article, 0, 4), spoken_pages(article, 0, 9)
    ('page 1', 'pages 1–2')
    """
    pages = article.pages_of(start, end)
    if len(pages) > 1:
        return f"pages {pages[0]}–{pages[-1]}"
    return f"page {pages[0]}" if pages else ""


def spoken_date(published: Published) -> str:
    """The date as prose has it, as precise as it is known; the day of the place of publication.

    >>> from datetime import UTC, datetime
    >>> spoken_date(Published(datetime(2025, 5, 3, tzinfo=UTC), "day"))
    '3 May 2025'
    """
    local = local_time(published)
    if published.precision == "year":
        return f"{local:%Y}"
    month = f"{local:%B %Y}"
    return month if published.precision == "month" else f"{local.day} {month}"


def decline(
    hits: Sequence[Hit], nearest: Sequence[CandidateSentence] = (), stale: str = ""
) -> Worded:
    """What is said instead of an answer: that there is none, and what comes nearest.

    The `nearest` sentences are its citations, and no claims: nothing says that they answer.
    Without any, the nearest articles are named. `stale` says how old the newest article is,
    where that is why there is no answer.
    """
    if nearest:
        said = f"The archive has nothing new: {stale}." if stale else NO_ANSWER
        return Worded(said, (), word(nearest).citations)
    articles = {hit.article.id: hit.article for hit in hits}
    named = [
        f"- {introduction(article)}{article.title or article.id}"
        for article in list(articles.values())[:NEAREST]
    ]
    if not named:
        return Worded("The archive holds nothing on this.")
    lines = [f"{NO_ANSWER} Nearest articles:", *named]
    return Worded(LINE_BREAK.join(lines))


def old_evidence(asked: Question, citations: Sequence[Citation]) -> tuple[str, ...]:
    """A note that the evidence is old, if the question asks for the latest and it is; else none.

    The newest article cited counts. Without dated citations there is nothing to say. Of an
    archive that ends that long before the day asked, the note says so.
    """
    dates = [each.article.published for each in citations if each.article.published]
    if not dates or recency(asked.standalone, asked.understood) != "latest":
        return ()
    newest = max(dates, key=lambda published: published.at)
    if asked.as_of - newest.at <= OLD:
        return ()
    today = asked.day
    age = _in_words(local_time(newest).date(), today)
    said = f"The newest evidence is from {spoken_date(newest)}, {age} before {day_in_words(today)}."
    if asked.holdings and has_ended(asked):
        return (f"{said} The archive ends on {day_in_words(asked.holdings[1].date())}.",)
    return (f"{said} It may be out of date.",)


def has_ended(asked: Question) -> bool:
    """Whether the newest article of the archive is too old for a question about the latest."""
    return asked.holdings is not None and asked.as_of - asked.holdings[1] > OLD


def _in_words(then: date, now: date) -> str:
    """How much time lies between two days, in the largest unit that makes at least two.

    >>> _in_words(date(2031, 3, 1), date(2031, 6, 10))
    '3 months'
    """
    days = (now - then).days
    for unit, length in (("year", _YEAR), ("month", _MONTH)):
        if days >= 2 * length:
            return f"{days // length} {unit}s"
    return f"{days} days"
