"""Questions about the archive itself and about Dateline, told from questions about the news.

It reads the question alone: what the archive holds is for `rag.retrieval.about_archive`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from rag.language.outlet_names import OutletMention
from rag.questions.about_dateline import IN_LANGUAGE, ChatKind, read_chat, without_greeting
from rag.questions.archive_rules import (
    AUTHOR_RULES,
    COUNT_RULE,
    END_RULES,
    HAVE_RULE,
    HERE_RULE,
    LANGUAGE_RULES,
    LIST_RULE,
    NEWEST_RULE,
    OLDEST_RULE,
    OUTLETS_RULES,
    PER,
    POLITE,
    REPORTED_RULES,
    SPAN_RULES,
    WHAT_RULE,
)
from rag.questions.marks import END, LANGUAGE, OUTLET, TIME, compiled, mark, plain
from rag.records import Message

Kind = (
    Literal["outlets", "count", "list", "reported", "oldest", "newest", "span", "languages"]
    | ChatKind
)
"""Every kind there is.

outlets: which there are. count: how many articles. list: which articles. reported: what was
published at a time or by an outlet. oldest, newest, span: the first article, the last, both.
languages: those of the articles. The others are about Dateline.
"""
Per = Literal["", "month", "year", "outlet"]


@dataclass(frozen=True, slots=True)
class AboutArchive:
    """What a question asks of the archive, or of Dateline.

    `topic` is what the articles are about, "" where that is left open; with `mentioning` it
    is enough that they name it. `author` is who wrote them, `language` the one in which they
    are, or that Dateline is asked to speak, by its English name. `per` is what counts are broken
    down by. `times` are the characters of the question that say when the articles appeared,
    `outlets` those that say who published them. One that is `doubtful` is about the archive only
    if the archive has such an author.
    """

    kind: Kind
    topic: str = ""
    mentioning: bool = False
    author: str = ""
    language: str = ""
    per: Per = ""
    times: tuple[tuple[int, int], ...] = ()
    outlets: tuple[OutletMention, ...] = ()
    doubtful: bool = False

    @property
    def is_chat(self) -> bool:
        """Whether it is about Dateline, or a greeting or thanks, not about the articles."""
        return self.kind in get_args(ChatKind)


def read_about_archive(question: str, publishers: Collection[str] = ()) -> AboutArchive | None:
    """What a question asks of the archive or of Dateline; None for one about the news.

    `publishers` are the archive's outlets: without them a question that names one is taken
    for one about the news. Case, typos and a greeting before it do not matter. A question
    that could be about the news is taken to be: "How many articles of the treaty ...".

    >>> found = read_about_archive("how many artciles about the ferry do you have?")
    >>> found.kind, found.topic
    ('count', 'the ferry')
    >>> read_about_archive("How many stories does the tower have?") is None
    True
    """
    if len(question) > _LONGEST:
        return None
    written = question.replace("\u2019", "'").replace("\u2018", "'")
    if (chat := read_chat(plain(written))) is not None:
        return AboutArchive(chat.kind, language=chat.language)
    marked = mark(written, publishers)
    text = plain(without_greeting(marked.text))
    language = IN_LANGUAGE.search(text)
    if language:
        text = f"{text[: language.start()]} {LANGUAGE}{text[language.end() :]}"
    found = _read(text)
    if found is None:
        return None
    spoken = language[1].title() if language else ""
    return replace(found, times=marked.times, outlets=marked.outlets, language=spoken)


def without_chat(history: Sequence[Message]) -> tuple[Message, ...]:
    """The conversation without thanks, greetings and the like, and what was replied to them.

    >>> turns = [Message("user", "Who won?"), Message("assistant", "Orr. [1]")]
    >>> without_chat([*turns, Message("user", "Thanks!"), Message("assistant", "Welcome.")])
    (Message(role='user', content='Who won?'), Message(role='assistant', content='Orr. [1]'))
    """
    chat = False
    found: list[Message] = []
    for turn in history:
        if turn.role == "user":
            asked = read_about_archive(turn.content)
            chat = asked is not None and asked.is_chat
        if not chat or turn.role == "system":
            found.append(turn)
    return tuple(found)


_LONGEST = 300
_SIGNS = re.compile(f"[{OUTLET}{TIME}{LANGUAGE}]")
_WHAT_IT_HAS = compiled(
    r"\b(?:what|which|whatever|everything|anything|something|all)(?: else| all| that| there)? H"
    r"|HAVE (?:anything|something|everything|all)\b"
)
_FINITE = compiled(
    r"\b(?:did|does|do|was|were|is|are|has|have|had|will|would|can|could|should|might)\b"
)
_MOST_WORDS = 12
_QUANTIFIED = compiled(r"\b(?:how many|number of|count)\b")
_NO_NAME = compiled(
    r"\b(?:an?|and|any|date|day|each|every|him|her|it|me|month|name|outlet|page|section|source"
    r"|subject|that|the|their|them|theme|these|this|those|topic|type|week|whom|year|you)\b"
)


def _read(text: str) -> AboutArchive | None:
    """What the text asks of the archive: signs stand for times and outlets."""
    polite = POLITE.match(text)
    text = text[polite.end() :].strip(END) if polite else text.strip(END)
    parts = [part for part in re.split(r"\s*(?:[,;?]\s*and|[,;?]|\band)\s+", text) if part]
    # "The newest story" alone may be one about the news; beside another end it is not.
    ends = (
        [_end(part) or _end(f"{part} here") for part in parts] if len(parts) in (2, 3) else [None]
    )
    if all(ends) and not any(end.topic for end in ends if end):
        kinds = {end.kind for end in ends if end}
        return AboutArchive("span" if len(kinds) > 1 else kinds.pop())
    for rule in (_outlets, _end, _author, _reported, _count, _list):
        if (found := rule(text)) is not None:
            return found
    return None


def _bare(text: str) -> str:
    """The text without its times and outlets."""
    text = re.sub(
        r"(?:\b(?:from|by|in|of)\s+)?\x00(?:'s)?|[\x01\x02]|(?:,\s*)?\bpublished by\s+\x00",
        " ",
        text,
    )
    return " ".join(text.split()).strip(END)


def _marked(text: str) -> str:
    """The text with one word each for what asks what the archive has, and for where that is."""
    text = HAVE_RULE.sub(" HAVE ", text)
    return " ".join(HERE_RULE.sub(" HERE ", text).split())


def _outlets(text: str) -> AboutArchive | None:
    bare = " ".join(_marked(_bare(text)).replace("HERE", "").split()).strip(END)
    for each in (_bare(text), bare):
        for rule in OUTLETS_RULES:
            topic = (found := rule.fullmatch(each)) and found.groupdict().get("topic")
            if found and (not topic or _is_topic(topic)):
                return AboutArchive("outlets", topic=topic or "")
        if any(rule.fullmatch(each) for rule in LANGUAGE_RULES):
            return AboutArchive("languages")
    return None


def _end(text: str) -> AboutArchive | None:
    bare = _bare(text)
    if any(rule.fullmatch(bare) for rule in SPAN_RULES):
        return AboutArchive("span")
    if OLDEST_RULE.fullmatch(bare):
        return AboutArchive("oldest")
    if NEWEST_RULE.fullmatch(bare):
        return AboutArchive("newest")
    for each in (bare, _marked(bare)):
        for kind, rule in END_RULES:
            if found := rule.fullmatch(each):
                topic = found.groupdict().get("topic") or ""
                topic = topic.replace("HAVE", "").replace("HERE", "").strip(END)
                if not topic or _is_topic(topic):
                    return AboutArchive(kind, topic=topic)
    return None


def _author(text: str) -> AboutArchive | None:
    bare = _bare(text)
    asks = _marked(bare).replace("HAVE", " ").replace("HERE", " ")
    for each in dict.fromkeys((bare, " ".join(asks.split()).strip(END))):
        for doubtful, rule in AUTHOR_RULES:
            found = rule.fullmatch(each)
            if found and _is_name(found["author"]):
                kind: Kind = "count" if _QUANTIFIED.match(each) else "list"
                return AboutArchive(kind, author=found["author"], doubtful=doubtful)
    return None


def _reported(text: str) -> AboutArchive | None:
    signed = " ".join(text.split()).strip(END)
    signed = re.sub(r"\s*,\s*(?=[\x00\x01])|(?<=[\x00\x01])\s*,\s*", " ", signed)
    signed = re.sub(r"(?<=\x00)'s\b", "", signed)
    if any(rule.fullmatch(signed.strip()) for rule in REPORTED_RULES):
        return AboutArchive("reported")
    return None


def _count(text: str) -> AboutArchive | None:
    found, has, per = _asked(COUNT_RULE, text)
    if found is None or not _has_subject(found, has=has, text=text):
        return None
    if found[0].casefold().startswith("how much") or not _fits(found, has=has):
        return None
    return _about("count", found, per)


def _list(text: str) -> AboutArchive | None:
    found, has, per = _asked(LIST_RULE, text)
    if found is not None and _fits(found, has=has or bool(found["lead"])):
        articles = "article" in (found["noun"] or "").casefold()
        newest = articles and re.match(r"(?:the )?(?:latest|newest|most recent) ", found[0], re.I)
        linked = articles and found["link"]
        if found["lead"] or has or _is_signed(text) or linked or newest:
            return _about("list", found, per)
    found, has, per = _asked(WHAT_RULE, text)
    has = has and bool((found and found["noun"]) or _WHAT_IT_HAS.search(_marked(text)))
    if found is None or not _fits(found, has=has):
        return None
    signed = _is_signed(text)
    any_of = re.match(r"anything|everything", found[0], re.IGNORECASE)
    linked = found["link"] and (found["noun"] or any_of)
    asks = has or linked or (signed and not found["link"])
    if signed and not has and re.match(r"what|which|something", found[0], re.IGNORECASE):
        return None
    if not asks:
        return None
    everything = not (found["topic"] or found["noun"] or _is_signed(text))
    return _about("count" if everything else "list", found, per)


def _asked(rule: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, bool, Per]:
    """What a rule finds, whether the text asks what the archive has, and per what."""
    marked = _marked(text)
    has = "HAVE" in marked or "HERE" in marked
    per: Per = ""
    bare = _bare(marked.replace("HAVE", " ").replace("HERE", " "))
    if named := PER.search(bare):
        word = named["per"].casefold()
        per = "month" if word == "month" else "year" if word == "year" else "outlet"
        bare = f"{bare[: named.start()]} {bare[named.end() :]}"
    return rule.fullmatch(" ".join(bare.split()).strip(END)), has, per


def _has_subject(found: re.Match[str], *, has: bool, text: str) -> bool:
    """Whether more is asked than "how many stories": in a thread those may be floors."""
    articles = "article" in found["noun"].casefold()
    return articles or has or bool(found["link"]) or _is_signed(text)


def _is_signed(text: str) -> bool:
    """Whether the text names a time, an outlet or a language of articles."""
    return _SIGNS.search(text) is not None


def _fits(found: re.Match[str], *, has: bool) -> bool:
    """Whether what articles are about is a topic; "stories on" a thing may be its floors."""
    link, topic = found["link"] or "", found["topic"] or ""
    if not link:
        return True
    articles = "article" in (found["noun"] or "").casefold()
    if link.casefold() in ("on", "cover", "covering", "name") and not (has or articles):
        return False
    return _is_topic(topic)


def _is_topic(words: str) -> bool:
    several = "?" in words or "!" in words
    return len(words.split()) <= _MOST_WORDS and not several and not _FINITE.search(words)


def _is_name(words: str) -> bool:
    return not _NO_NAME.search(words) and not _FINITE.search(words)


def _about(kind: Kind, found: re.Match[str], per: Per) -> AboutArchive:
    topic = (found["topic"] or "").strip(END)
    mentioning = bool(re.match(r"mention|nam|contain|with|featur|say", found["link"] or "", re.I))
    return AboutArchive(kind, topic=topic, mentioning=mentioning, per=per)
