"""Questions about the archive itself and about Dateline, told from questions about the news.

It reads the question alone: what the archive holds is for `rag.retrieval.about_archive`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from rag.language.outlet_names import OutletMention, find_mentions
from rag.questions.times import publication_times
from rag.records import Message

Kind = Literal[
    "outlets",
    "count",
    "list",
    "reported",
    "oldest",
    "newest",
    "span",
    "languages",
    "greeting",
    "thanks",
    "goodbye",
    "abilities",
    "speaking",
    "identity",
    "workings",
]
"""Every kind there is.

outlets: which there are. count: how many articles. list: which articles. reported: what was
published at a time or by an outlet. oldest, newest, span: the first article, the last, both.
languages: those of the articles. The others are about Dateline: a greeting, thanks, a goodbye,
what it can do, which language it speaks, who it is, how it works.
"""
Per = Literal["", "month", "year", "outlet"]

_CHAT = frozenset(
    ("greeting", "thanks", "goodbye", "abilities", "speaking", "identity", "workings")
)


@dataclass(frozen=True, slots=True)
class AboutArchive:
    """What a question asks of the archive, or of Dateline.

    `topic` is what the articles are about, "" where that is left open; with `mentioning` it
    is enough that they name it. `author` is who wrote them, `language` the one in which they
    are, or that Dateline is asked to speak, in English. `per` is what counts are broken down by. `times` are the characters of
    the question that say when the articles appeared, `outlets` those that say who published
    them. One that is `doubtful` is about the archive only if the archive has such an author.
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
        return self.kind in _CHAT


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
    written = question.replace("’", "'").replace("‘", "'")  # noqa: RUF001
    whole = _plain(written)
    if (chat := _chat(whole)) is not None:
        return chat
    cut = _cut(written, publishers)
    text = _plain(_greeted(cut.text))
    language = _IN_LANGUAGE.search(text)
    if language:
        text = f"{text[: language.start()]} {_LANGUAGE}{text[language.end() :]}"
    found = _read(text)
    if found is None or found.is_chat:
        return None
    tongue = language[1].title() if language else ""
    return replace(found, times=cut.times, outlets=cut.outlets, language=tongue)


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
_OUTLET, _TIME, _LANGUAGE = "\x00", "\x01", "\x02"
_SIGNS = re.compile("[\x00-\x02]")

# Chat

_ADDRESSED = r"(?:\s*,?\s+(?:there|dateline|all|everyone|everybody|again|you|folks|mate|friend))?"
_HELLO = (
    r"(?:hello|hi|hey|hiya|howdy|greetings|hallo|bonjour|hola|moin|ciao|guten (?:tag|morgen|abend)"
    rf"|(?:a very )?good (?:morning|afternoon|evening|day)){_ADDRESSED}"
)
_HOW_ARE_YOU = r"(?:how are (?:you|things)(?: doing)?(?: today)?|how's it going|what's up|sup)"
_THANKS = (
    r"(?:(?:many |ok(?:ay)? |great |perfect |lovely )?(?:thanks|thank you|thank u|thx|ty|cheers"
    r"|much appreciated|appreciated|ta|merci|danke|gracias))"
)
_PRAISE = (
    r"(?:(?:really |very |so |most |super |extremely |quite |just )*"
    r"(?:useful|helpful|great|perfect|nice|good|interesting|brilliant|kind|clear|excellent|awesome"
    r"|amazing|lovely|cool|wonderful|what i (?:needed|wanted)|all(?: i (?:needed|wanted))?)"
    r"(?: of you)?(?: answer| help| job| work)?)"
)
_AFTER_THANKS = (
    rf"(?:(?:so|very) much(?: indeed)?|a lot|a million|again|indeed|dateline|mate|you"
    rf"|for (?:that|this|it|(?:all )?(?:the|your) (?:help|answers?|information|info|time)|everything"
    rf"|helping(?: me)?)"
    rf"|(?:that|this|it)(?:'s|s)? (?:(?:is|was|has been|will be) )?{_PRAISE}|{_PRAISE}"
    rf"|that(?:'ll| will) be all|you(?:'ve| have)? (?:been|were|are) {_PRAISE}|bye|got it)"
)
_THING = r"(?:things?|questions?|stuff|topics?)"
_IT = r"(?:you|u|dateline|this (?:archive|assistant|bot|chat|site|thing|tool|program|app))"
_CHATS: tuple[tuple[Kind, str], ...] = (
    ("greeting", rf"{_HELLO}(?:[\s,.!]+(?:{_HELLO}|{_HOW_ARE_YOU}))*|{_HOW_ARE_YOU}"),
    (
        "thanks",
        rf"(?:(?:ok(?:ay)?|great|perfect|nice|wow|super)[\s,.!]+)*{_THANKS}(?:[\s,.!-]+{_AFTER_THANKS})*"
        rf"|(?:that|this|it)(?:'s|s)? (?:(?:is|was) )?{_PRAISE}(?:[\s,.!]+{_THANKS}"
        rf"(?:[\s,.!-]+{_AFTER_THANKS})*)|i appreciate (?:it|that|your help)",
    ),
    ("goodbye", r"(?:bye|bye bye|goodbye|good bye|good night|see you(?: later| soon)?|farewell)"),
    (
        "abilities",
        r"(?:and |so )?(?:what|which)(?: else)? (?:can|could|do|should|may) (?:you|u|i|we)"
        r" (?:do|ask|help|answer|offer|ask about|do here|do with (?:you|this))"
        r"(?: with)?(?: (?:you|u|here|for me|about|exactly|of you))*"
        rf"|(?:what|which)(?: (?:kinds?|sorts?|types?) of)? {_THING} (?:can|could|should|may|do)"
        r" (?:you|u|i|we) (?:ask|answer|do|know|understand|help with)(?: (?:you|u|here|about|of you))*"
        r"|how (?:can|do|could|would) (?:you|u|i|we) (?:help|use|ask|get started|begin|start)"
        rf"(?: (?:{_IT}|me|us|a question|here|questions))*"
        r"|what are you (?:able to do|for|good (?:at|for)|capable of)|what are your (?:abilities"
        r"|capabilities|features|functions)|help(?: me)?|what do you do|what do you know"
        r"|(?:can|could|will) you help(?: me)?(?: out)?",
    ),
    (
        "speaking",
        r"(?:can|do|could|will|would) (?:you|u|dateline) (?:also )?(?:speak|understand|talk|read|write"
        r"|reply|answer|respond)(?: (?:to me|questions))?(?: in| to me in)? (?P<language>LANGUAGE)"
        r"|(?P<german>sprichst du deutsch|sprechen sie deutsch)|(?P<french>parlez[- ]vous fran[cç]ais"
        r"|tu parles fran[cç]ais)|¿?\s*(?P<spanish>hablas? espa[nñ]ol)"
        r"|(?:what|which) languages? (?:can|do|could) (?:you|u|dateline) (?:speak|understand|know"
        r"|talk|answer in|write|reply in|support)|in (?:what|which) languages? (?:can|do) (?:you|i)"
        r" (?:answer|reply|ask|write|speak)(?: (?:you|questions|here))*",
    ),
    (
        "identity",
        r"(?:who|what) (?:are|r) (?:you|u)|(?:who|what)(?: is|'s) dateline|what(?: is|'s) your name"
        r"|who (?:made|built|created|wrote|developed|runs) (?:you|dateline)"
        r"|are (?:you|u) (?:an? )?(?:real )?(?:bot|chatbot|robot|ai|a\.i\.|human|person|machine|computer"
        r"|chatgpt|gpt|llm|language model|journalist|search engine)(?: or (?:an? )?\w+)?"
        r"|are you there|tell me about (?:yourself|dateline)",
    ),
    (
        "workings",
        rf"how do(?:es)? {_IT} work|how do (?:you|u) (?:answer|find|get|know|do that|do this)"
        r"(?: (?:this|that|it|questions|my questions|answers|the answers|your answers|things))?"
        r"|where do(?:es)? (?:you|your (?:answers|information|data|knowledge|facts)) (?:come|get (?:them"
        r"|this|your (?:answers|information|data)))(?: from)?"
        r"|can i (?:trust|rely on) (?:you|your answers)|do (?:you|u) (?:ever )?(?:make (?:things|stuff)"
        r" up|make up (?:things|answers|facts)|hallucinate|lie|use (?:ai|chatgpt|a language model))"
        r"|are (?:you|your answers) (?:always )?(?:reliable|accurate|correct|right)",
    ),
)
_LANGUAGES = (
    "arabic|bengali|bulgarian|catalan|chinese|croatian|czech|danish|dutch|english|finnish|french"
    "|german|greek|hebrew|hindi|hungarian|indonesian|irish|italian|japanese|korean|latin|mandarin"
    "|norwegian|persian|polish|portuguese|romanian|russian|serbian|slovak|spanish|swahili|swedish"
    "|tamil|thai|turkish|ukrainian|urdu|vietnamese|welsh|deutsch|fran[cç]ais|espa[nñ]ol|italiano"
    "|other languages|any other languages?|another language|foreign languages"
)


_TONGUES = _LANGUAGES.partition("|deutsch")[0].replace("english|", "")


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_CHAT_RULES = tuple(
    (kind, _compiled(pattern.replace("LANGUAGE", _LANGUAGES))) for kind, pattern in _CHATS
)
_IN_LANGUAGE = _compiled(rf"(?<=\w) (?:written |published )?in ({_TONGUES})\b")
_GREETING = _compiled(rf"\s*(?:{_HELLO}|{_THANKS})\s*[,.!:;–—-]+\s*")
_ALONE = _compiled(r"(?:please|pls|sorry|excuse me)[\s,]+|[\s,]+(?:please|pls|then|though)$")
_END = " \t\r\n.,;:!?…-–—\"“”'*()"


def _plain(text: str) -> str:
    """The text in one line, without marks around it and with the words of the trade mended."""
    return _mended(" ".join(text.split()).strip(_END))


def _chat(text: str) -> AboutArchive | None:
    whole = _ALONE.sub("", text).strip(_END)
    greeted = _GREETING.match(whole)
    for each in (whole, whole[greeted.end() :].strip(_END) if greeted else ""):
        for kind, rule in _CHAT_RULES:
            if each and (found := rule.fullmatch(each)):
                return AboutArchive(kind, language=_language(found))
    return None


def _language(found: re.Match[str]) -> str:
    """The language that a question asks Dateline to speak; "" where it leaves that open."""
    named = {name: words for name, words in found.groupdict().items() if words}
    if "language" in named and "language" not in named["language"].casefold():
        known = {"deutsch": "German", "fran": "French", "espa": "Spanish", "italiano": "Italian"}
        words = named["language"].casefold()
        return next((name for key, name in known.items() if words.startswith(key)), words.title())
    return next((name.title() for name in named if name != "language"), "")


def _greeted(text: str) -> str:
    """The text without a greeting or thanks before it."""
    found = _GREETING.match(text)
    return text[found.end() :] if found else text


# Typos

_TRADE = ("article", "articles", "outlet", "outlets", "archive", "language", "languages") + (
    "newspaper", "newspapers", "published", "publish", "oldest", "newest", "mention"
)  # fmt: skip
_KNOWN = frozenset((*_TRADE, "archived", "archives", "mentions", "coldest", "boldest"))
_WORD = re.compile(r"[A-Za-z]{6,}")


def _mended(text: str) -> str:
    """The text with slips of one letter in the words of the trade put right."""
    return _WORD.sub(lambda found: _mend(found[0]), text)


def _mend(word: str) -> str:
    small = word.lower()
    if small in _KNOWN:
        return word
    return next((each for each in _TRADE if _one_slip(small, each)), word)


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too many or swapped with the next, but not the first."""
    if typed[0] != meant[0]:
        return False
    if len(typed) == len(meant):
        wrong = [
            place for place, pair in enumerate(zip(typed, meant, strict=True)) if len({*pair}) > 1
        ]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return swapped and typed[wrong[0]] + typed[wrong[1]] == meant[wrong[1]] + meant[wrong[0]]
    short, long = sorted((typed, meant), key=len)
    if len(long) != len(short) + 1:
        return False
    return any(long[:place] + long[place + 1 :] == short for place in range(1, len(long)))


# Times and outlets

_READ_AT = datetime(2200, 1, 1, tzinfo=UTC)
"""When times are looked for; only where they stand counts, not which days they are."""

_LEADS_TO_TIME = _compiled(
    r"(?:\b(?:in|on|from|of|for|during|dated|since|at|within|over|around)"
    r"(?:\s+(?:the\s+(?:month|year|day|week)\s+of|the|all(?:\s+of)?))?|,)\s*$"
)
_OWN_LEAD = _compiled(
    r"(?:since|after|before|until|till|up to|between|from|in|on|during|over|within|this|last|past"
    r"|the (?:last|past)|yesterday|today|tonight|earlier|prior|following|no later)\b"
)
_BARE_YEAR = _compiled(r"\s*(?P<year>(?:1[89]|20)\d\d)\s*[.?!]*\s*")
_MEDIA = (
    r"(?:articles?|stories|story|pieces|reports|reporting|coverage|headlines|news|items|archives?)"
)
_PUBLISHES = (
    r"(?:publish(?:ed)?|print(?:ed)?|report(?:ed)?(?: on)?|wr(?:ite|ote|itten)|carr(?:y|ied)"
    r"|cover(?:ed)?|run|ran|have|had|got|about)"
)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A question with signs in the place of its times and outlets, and where those stood."""

    text: str
    times: tuple[tuple[int, int], ...]
    outlets: tuple[OutletMention, ...]


def _cut(question: str, publishers: Collection[str]) -> _Cut:
    times = [(start, end, lead) for start, end, lead in _times(question)]
    typed = question.title() if question == question.lower() else question
    outlets = [
        mention
        for mention in find_mentions(typed if len(typed) == len(question) else question, publishers)
        if all(mention.end <= start or end <= mention.start for start, end, _ in times)
        and _publishes(question, mention, [(lead, end) for _, end, lead in times])
    ]
    signs = [(lead, end, _TIME) for _, end, lead in times]
    signs += [(each.start, each.end, _OUTLET) for each in outlets]
    text = question
    for start, end, sign in sorted(signs, reverse=True):
        text = f"{text[:start]} {sign} {text[end:]}"
    return _Cut(text, tuple((start, end) for start, end, _ in times), tuple(outlets))


def _times(question: str) -> Iterator[tuple[int, int, int]]:
    """Where a time stands that says when articles appeared, and where what leads to it starts.

    A year that is part of a name, such as "the 2020 election", is none.
    """
    for found in publication_times(question, _READ_AT):
        before, after = question[: found.start], question[found.end :]
        lead = _LEADS_TO_TIME.search(before)
        alone = not before.strip(_END) and (not after.strip(_END) or "," in after[:2])
        only = not before.strip(_END) and not after.strip(_END)
        if lead and not re.match(r"\s+[\w'-]+\s+(?:race|election|war)", after):
            yield found.start, found.end, lead.start()
        elif alone or only or _OWN_LEAD.match(found.words) or not before.strip(_END):
            yield found.start, found.end, found.start
        elif _OUTLET_BEFORE.search(before):
            yield found.start, found.end, found.start
    if year := _BARE_YEAR.fullmatch(question):
        yield year.start("year"), year.end("year"), year.start("year")


_OUTLET_BEFORE = re.compile(r"\b[A-Z][\w.]*,?\s*$")


def _publishes(question: str, mention: OutletMention, times: Sequence[tuple[int, int]]) -> bool:
    """Whether the question asks for what an outlet published, not for what is said of it."""
    for start, end in sorted(times, reverse=True):
        blank = " " * (end - start)
        question = question[:start] + blank + question[end:]
    before, after = question[: mention.start], question[mention.end :]
    if not before.strip(_END) and not after.strip(_END):
        return True
    if re.search(
        r"\b(?:from|by|in|of|published by|that|which|does|did|has|have|do)\s+$", before, re.I
    ):
        asks = re.search(r"\b(?:that|which|does|did|has|have|do)\s+$", before, re.I)
        return not asks or re.match(rf"\s+(?:also\s+)?{_PUBLISHES}\b", after, re.I) is not None
    return re.match(rf"(?:'s)?\s+{_MEDIA}\b", after, re.I) is not None


# Archive

_YOU = (
    r"(?:you|u|(?:the|this|your|our) (?:news )?(?:archive|database|collection|corpus)|dateline|we)"
)
_HAVE = (
    rf"(?:(?:do|does|did|has|have|can|could) {_YOU} (?:have|hold|got|contain|store|keep|carry|include"
    rf"|find|list|know of|publish|cover)(?: got)?|have {_YOU}(?: got)?|(?:that )?{_YOU}"
    r"(?:'ve| have| has| hold| holds| contain| contains| got)(?: got)?"
    rf"|(?:has|have) {_OUTLET}(?= about\b)|(?:did|does|has|have|do) {_OUTLET} (?:also )?(?:publish(?:ed)?|print(?:ed)?|write|written"
    r"|run|carry|carried|have|got)(?: got)?|(?:that )?"
    rf"{_OUTLET} (?:has )?(?:published|printed|wrote|written|carried|ran|has)|are there|is there"
    r"|there (?:are|is)|exist)"
)
_HERE = (
    r"(?:(?:in|from|within|held in|stored in) (?:the|this|your|our) (?:news )?(?:archive|database"
    r"|collection|corpus)|in here|here|in store|on file|in total|in all|all together|altogether"
    r"|overall|at the moment|right now|so far|at all|for me|available|by now|(?:was|were|been|are|is)?"
    r" ?(?:published|dated)(?= *(?:\x01|$)))"
)
_POLITE = _compiled(
    r"(?:(?:please|pls|ok|okay|so|and|also|well|um|then)[\s,]+"
    r"|(?:can|could|would|will) you (?:please )?(?=tell|show|list|give|find|count)"
    r"|(?:tell|let) me(?: know)? (?=how|what|which|when|whether|about the (?:oldest|newest))"
    r"|do you know (?=how|what|which)|i(?:'d| would) like to (?:know|see) |i want(?: to (?:know|see))? "
    r"|i need )+"
)
_HAVE_RULE, _HERE_RULE = (
    _compiled(rf"(?<![\w\x00]){pattern}(?![\w'])") for pattern in (_HAVE, _HERE)
)
_PER = _compiled(
    r"[\s,]*\b(?:by|per|for each|for every|each|every|in each|broken down by|grouped by|a)\s+"
    r"(?P<per>month|year|outlet|source|newspaper|publisher)\b"
)
_NOUN = r"(?:(?:news |newspaper )?(?:articles?|stories|pieces|items|reports|texts))"
_LINK = (
    r"(?:(?:(?:that|which) )?(?:(?:are|is|were) )?(?P<link>about|on|regarding|concerning|covering"
    r"|related to|relating to|dealing with|to do with|talk about|deal with|cover"
    r"|mention(?:s|ing|ed)?|nam(?:e|es|ing)|contain(?:ing)?|containing the words?|with the words?"
    r"|featuring|(?:say|saying|with) (?:something|anything) about) (?P<topic>.+))"
)
_LEAD = r"(?:list|show|give|find|display|get|name|enumerate|see|search for|look up)(?: me| us)?"
_ALL = (
    r"(?:(?:a |the )?(?:full |complete )?list of )?(?:(?:all|every|the|any|some|your|other|more|of"
    r"|latest|newest|recent|most|last|oldest|different|distinct|news|total) )*"
)
_EVERYTHING = r"(?:everything|anything|whatever|all|what|which|what all|something)"
_OLDEST, _NEWEST = r"(?:oldest|earliest|first)", r"(?:newest|latest|most recent|last|youngest)"
_SOURCE = (
    r"(?:(?:news )?(?:outlets?|sources|newspapers|papers|publishers|publications|media|sites|websites"
    r"|media outlets|organi[sz]ations|providers|titles))"
)
_NAME = r"(?P<author>[^\W\d_][\w.'-]*(?: [^\W\d_][\w.'-]*){0,4})"
_GO = r"(?:go(?:es)?|reach(?:es)?|stretch(?:es)?|date)"
_ARCHIVES = r"(?:(?:the|this|your|our) (?:news )?(?:archive|database|collection|corpus|articles)|you|u|it all)"

_OUTLETS_RULES = tuple(
    map(
        _compiled,
        (
            r"(?:what|which) (?:news )?(?:outlets|newspapers)",
            rf"(?:what|which) {_SOURCE}(?: (?:are|is)(?: (?:in|on|there|these|included|covered"
            rf"|available|represented|part of|this from|the articles from))*(?: {_ARCHIVES})?| HAVE"
            rf"| (?:do|does|can) (?:you|this|it) (?:use|read|search|draw on|cover|know|include|index"
            rf"|have|work with|rely on))",
            rf"(?:{_LEAD} )?(?:(?:all|the|your|a list of|available|names? of) )*(?:(?:news )?outlets|newspapers)",
            rf"(?:{_LEAD} )?(?:(?:all|the|available) )*(?:your {_SOURCE}|{_SOURCE} HAVE)",
            rf"(?:what|who)(?:'s|s| are| is) (?:the|your) {_SOURCE}(?: (?:in|of) {_ARCHIVES})?",
            rf"how many (?:different )?{_SOURCE}(?: HAVE| are in {_ARCHIVES})",
            r"where do (?:your|the|these|all) (?:articles|stories|texts) come from",
            rf"(?:what|which) {_SOURCE} (?:(?:have )?(?:reported on|wrote about|written about)|covered"
            rf"(?! up)|HAVE about|have {_NOUN} (?:about|on)) (?P<topic>.+)",
            rf"(?:what|which) {_SOURCE} (?:do|are) (?:your|the|these) articles(?: come)? from",
        ),
    )
)
_LANGUAGE_RULES = tuple(
    map(
        _compiled,
        (
            r"(?:(?:what|which)|in (?:what|which)) languages? (?:are|is) (?:the|your|these|all)"
            r" (?:articles|stories|texts|archive|archives)(?: (?:written|published))?(?: in)?",
            rf"(?:what|which) languages?(?: HAVE| are in {_ARCHIVES}| does {_ARCHIVES} cover| are there)?",
            r"(?:HAVE )?(?:any )?articles in (?:other|which|what|foreign|more) languages?(?: HAVE)?",
            r"(?:are|is) (?:all (?:of )?)?(?:(?:your|the|these) )?articles (?:all )?in english",
        ),
    )
)
_SPAN_RULES = tuple(
    map(
        _compiled,
        (
            rf"(?:what|which) (?:period|time ?span|time ?frame|years?|dates?|date range|time range|time"
            rf"|range of dates)(?: (?:do|does|is|are) {_ARCHIVES} (?:cover|span|from)| HAVE"
            rf"| (?:is|are) covered(?: by {_ARCHIVES})?)",
            rf"(?:what is|what's) the (?:date range|time ?span|period)(?: of {_ARCHIVES})?",
            rf"from when to when (?:do|does) {_ARCHIVES} {_GO}",
        ),
    )
)
_END_RULES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, _compiled(pattern.replace("WHICH", words)))
    for kind, words in (("oldest", _OLDEST), ("newest", _NEWEST))
    for pattern in (
        r"(?:(?:what|which)(?:'s|s| is| are| was)? |LEAD )?(?:the |your )?WHICH article(?: HAVE)?"
        r"(?: (?:about|on) (?P<topic>.+))?".replace("LEAD", _LEAD),
        r"(?:what|which)(?:'s|s| is| was)? your (?:very )?WHICH (?:story|piece|report|text|item)",
        r"(?:what|which)(?:'s|s| is| was)? (?:the )?(?:very )?WHICH (?:story|piece|report|text|item|one)"
        r" (?:HAVE|HERE)",
        r"how (?:old|recent|new) is (?:your|the) WHICH (?:article|story)(?: HERE)?",
        r"(?:when|what date|what day)(?: was| is)? (?:your|the) WHICH (?:article|story)"
        r"(?: from| published)?(?: HERE| HAVE)?",
    )
)
_OLDEST_RULE = _compiled(
    rf"how far back (?:do|does|can) {_ARCHIVES} {_GO}(?: back)?|how old is {_ARCHIVES}"
    rf"|(?:since|from) when (?:do|does) {_ARCHIVES} (?:have|hold|cover|go|date)(?: \w+)?"
    rf"|when (?:do|does) {_ARCHIVES} (?:start|begin)|how far (?:do|does) {_ARCHIVES} go back"
)
_NEWEST_RULE = _compiled(
    rf"how (?:up[- ]to[- ]date|recent|current|fresh) (?:is|are) {_ARCHIVES}"
    rf"|when (?:do|does) {_ARCHIVES} (?:end|stop)|when (?:was|were) {_ARCHIVES} last updated"
    rf"|(?:until|up to) when (?:do|does) {_ARCHIVES} (?:go|reach)"
)
_COUNT_RULE = _compiled(
    rf"(?:how many|(?:what is |what's )?the (?:total )?number of|number of|count(?: of)?|how much) "
    rf"{_ALL}(?P<noun>{_NOUN})(?: (?:are|is|were))?(?: {_LINK})?"
)
_LIST_RULE = _compiled(rf"(?P<lead>{_LEAD} )?{_ALL}(?P<noun>{_NOUN}|headlines)(?: {_LINK})?")
_WHAT_RULE = _compiled(
    rf"(?P<lead>{_LEAD} )?(?:{_EVERYTHING}|what (?:kind|sort) of)(?: {_ALL}(?P<noun>{_NOUN}))?(?: {_LINK})?"
)
_AUTHOR_RULES = (
    (
        False,
        _compiled(
            rf"(?:(?:how many|number of|{_LEAD}|which|what) )?(?:(?:{_EVERYTHING} )?{_ALL}(?:{_NOUN})"
            rf"|(?:{_LEAD} )?(?:everything|anything|whatever))"
            rf"(?: (?:that )?(?:were|was|are|is))?(?: (?:written|authored|filed|penned|bylined))? by {_NAME}"
        ),
    ),
    (
        False,
        _compiled(
            rf"(?:{_LEAD}|which|what|how many) {_ALL}{_NOUN} (?:did|has|have) {_NAME} (?:write|written)"
        ),
    ),
    (False, _compiled(rf"{_LEAD} (?:all |the )?{_NAME}'s? (?:articles|stories|bylines|byline)")),
    (True, _compiled(rf"what (?:else )?(?:did|has|have) {_NAME} (?:write|written)")),
)
_REPORTED_RULES = tuple(
    map(
        _compiled,
        (
            r"what(?:'s|s| is| was| were| has been| had been)? (?:published|reported|printed|written"
            r"|covered|new|going on|the news|in the (?:news|papers?)|happening)"
            r"(?: (?:by|in|from) \x00)? \x01",
            r"what(?: all)? (?:happened|took place|occurred|went on|has happened|was going on) \x01",
            r"(?:on |in )?\x01 what (?:happened|took place|was (?:published|reported)|was in the news)",
            r"what (?:did|does|has|have) \x00 (?:also )?(?:report|publish|write|carry|print|cover|run"
            r"|reported|published|written|carried|printed|covered|have|got|report on|write about)"
            r"(?: \x01)?",
            r"\x01 what did \x00 (?:report|publish|write|carry|print|cover|run)",
            r"what did \x00 say \x01|what(?:'s| is|s| was) (?:new )?(?:in|on|from) \x00(?: \x01)?",
            r"(?:(?:the )?(?:news|headlines|coverage|what \x00 had|events?) )?(?:(?:of|from|in|on|by) )?"
            r"(?:\x00 )?(?:(?:articles|news|coverage|stories|reports|headlines) )?\x01(?: \x00)?",
            r"(?:(?:the )?(?:news|coverage) (?:from|by|of|in) )?\x00(?: (?:articles|stories|headlines"
            r"|reports|coverage|news))?",
        ),
    )
)
_FINITE = _compiled(
    r"\b(?:did|does|do|was|were|is|are|has|have|had|will|would|can|could|should|might)\b"
)
_MOST_WORDS = 12
_QUANTIFIED = _compiled(r"\b(?:how many|number of|count)\b")
_NO_NAMES = frozenset(
    "a an and any date day each every him her it me month name outlet page section source subject"
    " that the their them theme these this those topic type week whom year you yourself".split()
)


def _read(text: str) -> AboutArchive | None:
    """What the text asks of the archive: signs stand for times and outlets."""
    text = _POLITE.sub("", text, count=1).strip(_END)
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
    return " ".join(text.split()).strip(_END)


def _marked(text: str) -> str:
    """The text with one word each for what asks what the archive has, and for where that is."""
    text = _HAVE_RULE.sub(" HAVE ", text)
    return " ".join(_HERE_RULE.sub(" HERE ", text).split())


def _outlets(text: str) -> AboutArchive | None:
    bare = " ".join(_marked(_bare(text)).replace("HERE", "").split()).strip(_END)
    for each in (_bare(text), bare):
        for rule in _OUTLETS_RULES:
            topic = (found := rule.fullmatch(each)) and found.groupdict().get("topic")
            if found and (not topic or _is_topic(topic)):
                return AboutArchive("outlets", topic=topic or "")
        if any(rule.fullmatch(each) for rule in _LANGUAGE_RULES):
            return AboutArchive("languages")
    return None


def _end(text: str) -> AboutArchive | None:
    bare = _bare(text)
    if any(rule.fullmatch(bare) for rule in _SPAN_RULES):
        return AboutArchive("span")
    if _OLDEST_RULE.fullmatch(bare):
        return AboutArchive("oldest")
    if _NEWEST_RULE.fullmatch(bare):
        return AboutArchive("newest")
    for each in (bare, _marked(bare)):
        for kind, rule in _END_RULES:
            if found := rule.fullmatch(each):
                topic = found.groupdict().get("topic") or ""
                topic = topic.replace("HAVE", "").replace("HERE", "").strip(_END)
                if not topic or _is_topic(topic):
                    return AboutArchive(kind, topic=topic)
    return None


def _author(text: str) -> AboutArchive | None:
    bare = _bare(text)
    asks = _marked(bare).replace("HAVE", " ").replace("HERE", " ")
    for each in dict.fromkeys((bare, " ".join(asks.split()).strip(_END))):
        for doubtful, rule in _AUTHOR_RULES:
            found = rule.fullmatch(each)
            if found and _is_name(found["author"]):
                kind: Kind = "count" if _QUANTIFIED.match(each) else "list"
                return AboutArchive(kind, author=found["author"], doubtful=doubtful)
    return None


def _reported(text: str) -> AboutArchive | None:
    signed = " ".join(text.split()).strip(_END)
    signed = re.sub(r"\s*,\s*(?=[\x00\x01])|(?<=[\x00\x01])\s*,\s*", " ", signed)
    signed = re.sub(r"(?<=\x00)'s\b", "", signed)
    if any(rule.fullmatch(signed.strip()) for rule in _REPORTED_RULES):
        return AboutArchive("reported")
    return None


def _count(text: str) -> AboutArchive | None:
    found, has, per = _asked(_COUNT_RULE, text)
    if found is None or not _has_subject(found, has=has, text=text):
        return None
    if found[0].casefold().startswith("how much") or not _fits(found, has=has):
        return None
    return _about("count", found, per)


def _list(text: str) -> AboutArchive | None:
    found, has, per = _asked(_LIST_RULE, text)
    if found is not None and _fits(found, has=has or bool(found["lead"])):
        articles = "article" in (found["noun"] or "").casefold()
        if found["lead"] or has or _is_signed(text) or (articles and found["link"]):
            return _about("list", found, per)
    found, has, per = _asked(_WHAT_RULE, text)
    if found is None or not _fits(found, has=has):
        return None
    signed = _is_signed(text)
    asks = has or (found["noun"] and found["link"]) or (signed and not found["link"])
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
    if named := _PER.search(bare):
        word = named["per"].casefold()
        per = "month" if word == "month" else "year" if word == "year" else "outlet"
        bare = f"{bare[: named.start()]} {bare[named.end() :]}"
    return rule.fullmatch(" ".join(bare.split()).strip(_END)), has, per


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
    return len(words.split()) <= _MOST_WORDS and not _FINITE.search(words)


def _is_name(words: str) -> bool:
    found = words.casefold().split()
    return not _NO_NAMES.intersection(found) and not _FINITE.search(words)


def _about(kind: Kind, found: re.Match[str], per: Per) -> AboutArchive:
    topic = (found["topic"] or "").strip(_END)
    mentioning = bool(re.match(r"mention|nam|contain|with|featur|say", found["link"] or "", re.I))
    return AboutArchive(kind, topic=topic, mentioning=mentioning, per=per)
