"""What is said of the archive and of Dateline: counts, lists of articles, greetings.

It words what was gathered; gathering it is for `rag.retrieval.about_archive`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rag.answers.wording import LINE_BREAK, VERBATIM, Worded, introduction
from rag.language.languages import language_name
from rag.language.periods import day_in_words
from rag.questions.about_archive import AboutArchive
from rag.records import Article, Citation, Claim, Passage

MOST_LISTED = 20
"""How many articles a list shows, newest first; it says how many more there are."""

COUNTED_LISTED = 10
"""How many are shown where only their number was asked for."""

FEW = 5
"""Of so few articles each is shown with the sentence that is cited."""

_CITED_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article of a list, with the sentence of it (`start` to `end`) that is cited.

    That is the sentence it opens with; in a list of somebody's articles, what names them.
    """

    article: Article
    passage: Passage
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OutletCount:
    """How many articles an outlet has; `hosts` are other names of it, each with its own number."""

    name: str
    articles: int
    hosts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an archive holds of what a question asks for.

    `scope` are the outlets and times that count, in words ("of May 2025"); "" for all.
    `count` are the articles asked for: about the topic, by the author, or all in scope.
    `distinct` counts those once that are copies of each other. `mentions` are the articles
    that mention the topic, those about it among them. `credited` are articles that name the
    author in a note only. `first` and `last` are when the first and the last article in scope
    appeared. `examples` are questions that this archive can be asked.
    """

    asked: AboutArchive
    scope: str = ""
    count: int = 0
    distinct: int = 0
    mentions: int = 0
    credited: int = 0
    listed: tuple[ListedArticle, ...] = ()
    outlets: tuple[OutletCount, ...] = ()
    languages: tuple[tuple[str, int], ...] = ()
    periods: tuple[tuple[str, int], ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    examples: tuple[str, ...] = ()


def word_holdings(held: Holdings) -> Worded:
    """The answer to a question about the archive or about Dateline.

    One paragraph says how many, one follows for each article listed. Its marker is a link;
    only a sentence that is shown in the article's own words is a claim.
    """
    if held.asked.is_chat:
        return Worded(_chat(held))
    kind = held.asked.kind
    if kind == "outlets":
        return _with_articles(_outlets(held), held)
    if kind == "languages":
        return Worded(_languages(held))
    if kind in ("oldest", "newest", "span"):
        return _with_articles(_ends(held), held)
    opening = _author(held) if held.asked.author else _counted(held)
    if held.asked.per and held.count:
        rows = [f"- {name}: {count:,}" for name, count in _broken_down(held)]
        return Worded(LINE_BREAK.join([f"{opening} By {held.asked.per}:", "\n".join(rows)]))
    return _with_articles(opening, held)


def articles(count: int) -> str:
    """A number of articles in words.

    >>> articles(0), articles(1), articles(1500)
    ('no article', '1 article', '1,500 articles')
    """
    if count == 0:
        return "no article"
    return f"{count:,} article{'s' * (count != 1)}"


def _with_articles(opening: str, held: Holdings) -> Worded:
    """The opening, a paragraph for each article listed, and how many more there are."""
    lines = [opening]
    claims: list[Claim] = []
    citations: list[Citation] = []
    few = len(held.listed) <= FEW
    for number, each in enumerate(held.listed, start=1):
        article, quote = each.article, each.article.text[each.start : each.end]
        title = " ".join(article.title.split()) or article.id
        line = f"{introduction(article)}{title}"
        if few and len(quote) <= _CITED_CHARACTERS and _differ(title, quote):
            line += "" if title.endswith((".", "?", "!", "…")) else "."
            start = sum(len(one) + len(LINE_BREAK) for one in lines) + len(line) + 1
            line += f" {quote} [{number}]"
            end = start + len(quote) + len(f" [{number}]")
            claims.append(Claim(start, end, (number,), "supported", (VERBATIM,)))
        else:
            line += f" [{number}]"
        lines.append(line)
        citations.append(Citation(number, article, each.start, each.end))
    shown = held.mentions if _lists_mentions(held) else held.count + held.credited
    if held.listed and held.asked.kind not in ("oldest", "newest", "span", "outlets"):
        more = shown - len(held.listed)
        lines += [f"And {more:,} more."] if more > 0 else []
    return Worded(LINE_BREAK.join(lines), tuple(claims), tuple(citations))


def _differ(title: str, quote: str) -> bool:
    return title.casefold().strip(" .") != quote.casefold().strip(" .")


def _lists_mentions(held: Holdings) -> bool:
    """Whether the articles listed are those that mention the topic, not those about it."""
    return bool(held.asked.topic) and (held.asked.mentioning or not held.count)


def _counted(held: Holdings) -> str:
    """How many articles are what is asked for, and what that means."""
    scope = f" {held.scope}" if held.scope else ""
    if not held.asked.topic:
        said = f"The archive holds {articles(held.count)}{scope}."
        return f"{said}{_copies(held)}"
    topic, mentions = f"“{held.asked.topic}”", held.mentions
    if held.asked.mentioning:
        said = f"{_capital(articles(mentions))}{scope} mention{'s' * (mentions < 2)} {topic}."
        if mentions:
            said += f" {_of_them(held.count, mentions)} it in the title or the opening."
        return f"{said}{_copies(held)}"
    if not held.count:
        said = f"No article{scope} is about {topic}: none names it in its title or opening."
        return f"{said} {_mention(mentions)}{_copies(held)}"
    theirs = "its title or opening names" if held.count == 1 else "their titles or openings name"
    are = "is" if held.count == 1 else "are"
    said = f"{_capital(articles(held.count))}{scope} {are} about {topic}: {theirs} it."
    if mentions == held.count:
        return f"{said} No other mentions it.{_copies(held)}"
    return f"{said} {_mention(mentions)}{_copies(held)}"


def _mention(mentions: int) -> str:
    if not mentions:
        return "None mentions it."
    return f"{mentions:,} mention{'s' * (mentions == 1)} it at all."


def _of_them(count: int, mentions: int) -> str:
    """How many of the articles name the topic up front, with the verb.

    >>> _of_them(3, 4), _of_them(4, 4), _of_them(0, 4), _of_them(1, 1)
    ('3 of them name', 'All of them name', 'None of them names', 'It names')
    """
    if count == mentions:
        return "All of them name" if count > 1 else "It names"
    if mentions == 1:
        return "It does not name"
    return f"{count or 'None':} of them {_name(count)}"


def _name(count: int) -> str:
    return "name" if count > 1 else "names"


def _copies(held: Holdings) -> str:
    total = held.mentions if _lists_mentions(held) else held.count + held.credited
    if not held.distinct or held.distinct >= total:
        return ""
    return f" Counting copies of one text once, there are {held.distinct:,}."


def _author(held: Holdings) -> str:
    """How many articles name somebody as their author, or in a note on who worked on them."""
    name, scope = held.asked.author, f" {held.scope}" if held.scope else ""
    if not (held.count or held.credited):
        return f"No article{scope} names {name} as its author."
    said = f"{_capital(articles(held.count))}{scope} {_name(held.count)} {name} as author."
    if held.count == 1:
        said = f"1 article{scope} names {name} as its author."
    if held.count == 0:
        said = f"No article{scope} lists {name} as its author."
    if held.credited:
        verb = "credits" if held.credited == 1 else "credit"
        said += (
            f" {held.credited:,} {verb} {name} in a note in the text, which may stand for a part "
            "of the work."
        )
    return f"{said}{_copies(held)}"


def _outlets(held: Holdings) -> str:
    scope = f" {held.scope}" if held.scope else ""
    topic = ""
    if held.asked.topic:
        topic = f" that mention{'s' * (held.mentions < 2)} “{held.asked.topic}”"
    if not held.outlets:
        return f"The archive holds no article{scope}{topic}."
    total = sum(one.articles for one in held.outlets)
    known = [one for one in held.outlets if one.name]
    outlets = f"{len(known):,} outlet{'s' * (len(known) != 1)}"
    said = f"The archive holds {articles(total)}{scope}{topic} by {outlets}:"
    return LINE_BREAK.join([said, "\n".join(f"- {_outlet(one)}" for one in held.outlets)])


def _outlet(one: OutletCount) -> str:
    """An outlet with its number of articles; what its other hosts have is in that number."""
    hosts = ", ".join(f"{count:,} of {name}" for name, count in one.hosts)
    counted = f", among them {hosts}" if hosts else ""
    return f"{one.name or 'outlet unknown'}: {articles(one.articles)}{counted}"


def _languages(held: Holdings) -> str:
    scope = f" {held.scope}" if held.scope else ""
    if not held.languages:
        return f"The archive holds no article{scope}."
    rows = "\n".join(f"- {_language(code)}: {articles(count)}" for code, count in held.languages)
    return LINE_BREAK.join([f"The archive holds {articles(held.count)}{scope}:", rows])


def _language(code: str) -> str:
    return language_name(code) if code else "language unknown"


def _ends(held: Holdings) -> str:
    """When the first or the last article in scope appeared, or both."""
    scope = f" {held.scope}" if held.scope else ""
    topic = f" about “{held.asked.topic}”" if held.asked.topic else ""
    if not (held.first and held.last):
        return f"The archive holds no dated article{scope}{topic}."
    first, last = (day_in_words(each.date()) for each in (held.first, held.last))
    if held.asked.kind == "oldest":
        return f"The oldest article{scope}{topic} is of {first}."
    if held.asked.kind == "newest":
        return f"The newest article{scope}{topic} is of {last}."
    return f"The articles{scope}{topic} are of {first} to {last}. The oldest and the newest:"


def _broken_down(held: Holdings) -> Sequence[tuple[str, int]]:
    if held.asked.per == "outlet":
        return [(one.name or "outlet unknown", one.articles) for one in held.outlets]
    return held.periods


def _chat(held: Holdings) -> str:
    said = {
        "thanks": "You're welcome.",
        "goodbye": "Goodbye.",
    }
    kind = held.asked.kind
    if kind in said:
        return said[kind]
    if kind == "greeting":
        example = f" For example: “{held.examples[0]}”" if held.examples else ""
        return (
            f"Hello. This is Dateline, an assistant for this news archive{_size(held)}. "
            f"What would you like to know?{example}"
        )
    if kind == "speaking":
        return _speaking(held)
    if kind == "abilities":
        return _abilities(held)
    return _workings(held)


def _size(held: Holdings) -> str:
    if not held.count:
        return ", which holds no article yet"
    return f" of {articles(held.count)}"


def _span(held: Holdings) -> str:
    if not (held.first and held.last):
        return ""
    first, last = (day_in_words(each.date()) for each in (held.first, held.last))
    return f" from {first}" + (f" to {last}" if first != last else "")


def _abilities(held: Holdings) -> str:
    said = (
        f"Dateline answers questions from the articles in this archive{_size(held)}{_span(held)}. "
        "It quotes the sentences that answer and links each to its place in the article. Where "
        "the archive holds no answer, it says so."
    )
    ways = (
        "You can ask who somebody is, what somebody said, what happened, what is new, when and "
        "why; for a figure, a list, a comparison, a summary or a timeline; and what the archive "
        "holds: how many articles, which outlets, what appeared on a day. English works best."
    )
    return LINE_BREAK.join([said, ways, *_for_example(held)])


def _for_example(held: Holdings) -> list[str]:
    rows = [f"- {example}" for example in held.examples]
    return [LINE_BREAK.join(["For example:", "\n".join(rows)])] if rows else []


def _speaking(held: Holdings) -> str:
    asked = held.asked.language
    languages = [f"{_language(code)} ({count:,})" for code, count in held.languages]
    quoted = (
        f" It quotes articles in the language in which they are written: {', '.join(languages)}."
        if languages
        else ""
    )
    if asked == "English":
        return f"Yes. Dateline answers in English.{quoted}"
    no = "No. " if asked else ""
    return f"{no}Dateline answers in English, and understands questions in English best.{quoted}"


def _workings(held: Holdings) -> str:
    said = (
        f"Dateline is a program, not a person. It searches this news archive{_size(held)}"
        f"{_span(held)} and answers in the articles' own words, with a link to each sentence that "
        "it quotes. Where the archive holds no answer, it says so."
    )
    model = (
        "A language model writes answers only where one is set up, and then each of its sentences "
        "is checked against the articles. Please check what matters to you in the articles."
    )
    return LINE_BREAK.join([said, model])


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
