"""Greetings, thanks and questions about Dateline itself, told from questions about the news."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.questions.marks import END, compiled

ChatKind = Literal["greeting", "thanks", "goodbye", "abilities", "speaking", "identity", "workings"]
"""A greeting, thanks, a goodbye; what Dateline can do, speaks, is, and how it works."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A greeting, thanks, or a question about Dateline; `language` is one it is asked to speak."""

    kind: ChatKind
    language: str = ""


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
    rf"|for (?:that|this|it|(?:all )?(?:the|your) (?:help|answers?|information|info|time)"
    rf"|everything"
    rf"|helping(?: me)?)"
    rf"|(?:that|this|it)(?:'s|s)? (?:(?:is|was|has been|will be) )?{_PRAISE}|{_PRAISE}"
    rf"|that(?:'ll| will) be all|you(?:'ve| have)? (?:been|were|are) {_PRAISE}|bye|got it)"
)
_THING = r"(?:things?|questions?|stuff|topics?)"
_IT = r"(?:you|u|dateline|this (?:archive|assistant|bot|chat|site|thing|tool|program|app))"
_CHATS: tuple[tuple[ChatKind, str], ...] = (
    ("greeting", rf"{_HELLO}(?:[\s,.!]+(?:{_HELLO}|{_HOW_ARE_YOU}))*|{_HOW_ARE_YOU}"),
    (
        "thanks",
        rf"(?:(?:ok(?:ay)?|great|perfect|nice|wow"
        rf"|super)[\s,.!]+)*{_THANKS}(?:[\s,.!-]+{_AFTER_THANKS})*"
        rf"|(?:that|this|it)(?:'s|s)? (?:(?:is|was) )?{_PRAISE}(?:[\s,.!]+{_THANKS}"
        rf"(?:[\s,.!-]+{_AFTER_THANKS})*)?|i appreciate (?:it|that|your help)",
    ),
    ("goodbye", r"(?:bye|bye bye|goodbye|good bye|good night|see you(?: later| soon)?|farewell)"),
    (
        "abilities",
        r"(?:and |so )?(?:what|which)(?: else)? (?:can|could|do|should|may) (?:you|u|i|we)"
        r" (?:do|ask|help|answer|offer|ask about|do here|do with (?:you|this))"
        r"(?: with)?(?: (?:you|u|here|for me|about|exactly|of you))*"
        rf"|(?:what|which)(?: (?:kinds?|sorts?|types?) of)? {_THING} (?:can|could|should|may|do)"
        r" (?:you|u|i|we) (?:ask|answer|do|know|understand|help with)(?: (?:you|u|here|about|of"
        r" you))*"
        r"|how (?:can|do|could|would) (?:you|u|i|we) (?:help|use|ask|get started|begin|start)"
        rf"(?: (?:{_IT}|me|us|a question|here|questions))*"
        r"|what are you (?:able to do|for|good (?:at|for)|capable of)|what are your (?:abilities"
        r"|capabilities|features|functions)|help(?: me)?|what do you do|what do you know"
        r"|(?:can|could|will) you help(?: me)?(?: out)?",
    ),
    (
        "speaking",
        r"(?:can|do|could|will|would) (?:you|u|dateline) (?:also )?(?:speak|understand|talk|read"
        r"|write"
        r"|reply|answer|respond)(?: (?:to me|questions))?(?: in| to me in)? (?P<language>LANGUAGE)"
        r"|(?P<german>sprichst du deutsch|sprechen sie deutsch)|(?P<french>parlez[- ]vous"
        r" fran[cç]ais"
        r"|tu parles fran[cç]ais)|¿?\s*(?P<spanish>hablas? espa[nñ]ol)"
        r"|(?:what|which) languages? (?:can|do|could) (?:you|u|dateline) (?:speak|understand|know"
        r"|talk|answer in|write|reply in|support)|in (?:what|which) languages? (?:can|do) (?:you|i)"
        r" (?:answer|reply|ask|write|speak)(?: (?:you|questions|here))*",
    ),
    (
        "identity",
        r"(?:who|what) (?:are|r) (?:you|u)|(?:who|what)(?: is|'s) dateline|what(?: is|'s) your name"
        r"|who (?:made|built|created|wrote|developed|runs) (?:you|dateline)"
        r"|are (?:you|u) (?:an? )?(?:real )?(?:bot|chatbot|robot|ai|a\.i\.|human|person|machine"
        r"|computer"
        r"|chatgpt|gpt|llm|language model|journalist|search engine)(?: or (?:an? )?\w+)?"
        r"|are you there|tell me about (?:yourself|dateline)",
    ),
    (
        "workings",
        rf"how do(?:es)? {_IT} work|how do (?:you|u) (?:answer|find|get|know|do that|do this)"
        r"(?: (?:this|that|it|questions|my questions|answers|the answers|your answers|things))?"
        r"|where do(?:es)? (?:you|your (?:answers|information|data|knowledge|facts)) (?:come|get"
        r" (?:them"
        r"|this|your (?:answers|information|data)))(?: from)?"
        r"|can i (?:trust|rely on) (?:you|your answers)|do (?:you|u) (?:ever )?(?:make (?:things"
        r"|stuff)"
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


_CHAT_RULES = tuple(
    (kind, compiled(pattern.replace("LANGUAGE", _LANGUAGES))) for kind, pattern in _CHATS
)
IN_LANGUAGE = compiled(rf"(?<=\w) (?:written |published )?in ({_TONGUES})\b")
"""A language that articles are in; English is left out, in which most are."""

_GREETING = compiled(rf"\s*(?:{_HELLO}|{_THANKS})\s*[,.!:;–—-]+\s*")
_ALONE = compiled(r"(?:please|pls|sorry|excuse me)[\s,]+|[\s,]+(?:please|pls|then|though)$")


def read_chat(text: str) -> Chat | None:
    """What a text in one line says or asks beside the news; None for all else.

    The whole text must be that, but for a greeting before it and "please".

    >>> read_chat("hello, can you speak German?")
    Chat(kind='speaking', language='German')
    >>> read_chat("Hello Kitty has a new owner") is None
    True
    """
    whole = _ALONE.sub("", text).strip(END)
    for each in (whole, without_greeting(whole).strip(END)):
        for kind, rule in _CHAT_RULES:
            if each and (found := rule.fullmatch(each)):
                return Chat(kind, _language(found))
    return None


def _language(found: re.Match[str]) -> str:
    """The language that a question asks Dateline to speak; "" where it leaves that open."""
    named = {name: words for name, words in found.groupdict().items() if words}
    if "language" in named and "language" not in named["language"].casefold():
        known = {"deutsch": "German", "fran": "French", "espa": "Spanish", "italiano": "Italian"}
        words = named["language"].casefold()
        return next((name for key, name in known.items() if words.startswith(key)), words.title())
    return next((name.title() for name in named if name != "language"), "")


def without_greeting(text: str) -> str:
    """The text without a greeting or thanks before it."""
    found = _GREETING.match(text)
    return text[found.end() :] if found else text
