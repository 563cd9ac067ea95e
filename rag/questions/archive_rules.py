"""The wordings in which people ask what an archive holds, as patterns over a marked question.

Times, outlets and languages of articles are signs in it (`rag.questions.marks`); "HAVE" stands
for "do you have" and "HERE" for "in the archive".
"""

from __future__ import annotations

import re
from typing import Literal

from rag.questions.marks import OUTLET, compiled

End = Literal["oldest", "newest"]

_YOU = (
    r"(?:you|u|(?:the|this|your|our) (?:news )?(?:archive|database|collection|corpus)|dateline|we)"
)
_HAVE = (
    rf"(?:(?:do|does|did|has|have|can|could) {_YOU} (?:have|hold|got|contain|store|keep|carry"
    rf"|include"
    rf"|find|list|know of|publish|cover)(?: got)?|have {_YOU}(?: got)?|(?:that )?{_YOU}"
    r"(?:'ve| have| has| hold| holds| contain| contains| got)(?: got)?"
    rf"|(?:has|have) {OUTLET}(?= about\b)|(?:did|does|has|have|do) {OUTLET} (?:also"
    rf" )?(?:publish(?:ed)?|print(?:ed)?|write|written"
    r"|run|carry|carried|have|got)(?: got)?|(?:that )?"
    rf"{OUTLET} (?:has )?(?:published|printed|wrote|written|carried|ran|has)|are there|is there"
    r"|there (?:are|is)|exist)"
)
_HERE = (
    r"(?:(?:in|from|within|held in|stored in) (?:the|this|your|our) (?:news )?(?:archive|database"
    r"|collection|corpus)|in here|here|in store|on file|in total|in all|all together|altogether"
    r"|overall|at the moment|right now|so far|at all|for me|available|by now|(?:was|were|been|are"
    r"|is)?"
    r" ?(?:published|dated)(?= *(?:\x01|$)))"
)
POLITE = compiled(
    r"(?:(?:please|pls|ok|okay|so|and|also|well|um|then)[\s,]+"
    r"|(?:can|could|would|will) you (?:please )?(?=tell|show|list|give|find|count)"
    r"|(?:tell|let) me(?: know)? (?=how|what|which|when|whether|about the (?:oldest|newest))"
    r"|do you know (?=how|what|which)|i(?:'d| would) like to (?:know|see) |i want(?: to (?:know"
    r"|see))? "
    r"|i need )+"
)
HAVE_RULE, HERE_RULE = (compiled(rf"(?<![\w\x00]){pattern}(?![\w'])") for pattern in (_HAVE, _HERE))
PER = compiled(
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
    r"(?:(?:news )?(?:outlets?|sources|newspapers|papers|publishers|publications|media|sites"
    r"|websites"
    r"|media outlets|organi[sz]ations|providers|titles))"
)
_NAME = r"(?P<author>[^\W\d_][\w.'-]*(?: [^\W\d_][\w.'-]*){0,4})"
_GO = r"(?:go(?:es)?|reach(?:es)?|stretch(?:es)?|date)"
_ARCHIVES = (
    r"(?:(?:the|this|your|our) (?:news )?(?:archive|database|collection|corpus|articles)|you|u"
    r"|it all)"
)

OUTLETS_RULES = tuple(
    map(
        compiled,
        (
            r"(?:what|which) (?:news )?(?:outlets|newspapers)",
            rf"what(?:'s| is) in {_ARCHIVES}",
            rf"(?:what|which) {_SOURCE}(?: (?:are|is)(?: (?:in|on|there|these|included|covered"
            rf"|available|represented|part of|this from|the articles from))*(?: {_ARCHIVES})?| HAVE"
            rf"| (?:do|does|can) (?:you|this|it) (?:use|read|search|draw on|cover|know|include"
            rf"|index"
            rf"|have|work with|rely on))",
            rf"(?:{_LEAD} )?(?:(?:all|the|your|a list of|available|names? of) )*(?:(?:news"
            rf" )?outlets|newspapers)",
            rf"(?:{_LEAD} )?(?:(?:all|the|available) )*(?:your {_SOURCE}|{_SOURCE} HAVE)",
            rf"(?:what|who)(?:'s|s| are| is) (?:the|your) {_SOURCE}(?: (?:in|of) {_ARCHIVES})?",
            rf"how many (?:different )?{_SOURCE}(?: HAVE| are in {_ARCHIVES})",
            r"where do (?:your|the|these|all) (?:articles|stories|texts) come from",
            rf"(?:what|which) {_SOURCE} (?:(?:have )?(?:reported on|wrote about|written about)"
            rf"|covered"
            rf"(?! up)|HAVE about|have {_NOUN} (?:about|on)) (?P<topic>.+)",
            rf"(?:what|which) {_SOURCE} (?:do|are) (?:your|the|these) articles(?: come)? from",
        ),
    )
)
LANGUAGE_RULES = tuple(
    map(
        compiled,
        (
            r"(?:(?:what|which)|in (?:what|which)) languages? (?:are|is) (?:the|your|these|all)"
            r" (?:articles|stories|texts|archive|archives)(?: (?:written|published))?(?: in)?",
            rf"(?:what|which) languages?(?: HAVE| are in {_ARCHIVES}| does {_ARCHIVES} cover| are"
            rf" there)?",
            r"(?:HAVE )?(?:any )?articles in (?:other|which|what|foreign|more) languages?(?:"
            r" HAVE)?",
            r"(?:are|is) (?:all (?:of )?)?(?:(?:your|the|these) )?articles (?:all )?in english",
        ),
    )
)
SPAN_RULES = tuple(
    map(
        compiled,
        (
            rf"(?:what|which) (?:period|time ?span|time ?frame|years?|dates?|date range|time"
            rf" range|time"
            rf"|range of dates)(?: (?:do|does|is|are) {_ARCHIVES} (?:cover|span|from)| HAVE"
            rf"| (?:is|are) covered(?: by {_ARCHIVES})?)",
            rf"(?:what is|what's) the (?:date range|time ?span|period)(?: of {_ARCHIVES})?",
            rf"(?:(?:what|which)(?:'s|s| is| are| was| were)? )?(?:the |your )?{_OLDEST}"
            rf"(?: article| story)? and (?:the |your )?{_NEWEST} (?:articles?|story|stories)",
            rf"from when to when (?:do|does) {_ARCHIVES} {_GO}",
        ),
    )
)
_ENDS: tuple[tuple[End, str], ...] = (("oldest", _OLDEST), ("newest", _NEWEST))
END_RULES: tuple[tuple[End, re.Pattern[str]], ...] = tuple(
    (kind, compiled(pattern.replace("WHICH", words)))
    for kind, words in _ENDS
    for pattern in (
        r"(?:(?:what|which)(?:'s|s| is| are| was)? |LEAD )?(?:the |your )?WHICH article(?: HAVE)?"
        r"(?: (?:about|on) (?P<topic>.+))?".replace("LEAD", _LEAD),
        r"(?:what|which)(?:'s|s| is| was)? your (?:very )?WHICH (?:story|piece|report|text|item)",
        r"(?:what|which)(?:'s|s| is| was)? (?:the )?(?:very )?WHICH (?:story|piece|report|text"
        r"|item|one)"
        r" (?:HAVE|HERE)",
        r"how (?:old|recent|new) is (?:your|the) WHICH (?:article|story)(?: HERE)?",
        r"(?:when|what date|what day)(?: was| is)? (?:your|the) WHICH (?:article|story)"
        r"(?: from| published)?(?: HERE| HAVE)?",
    )
)
OLDEST_RULE = compiled(
    rf"how far back (?:do|does|can) {_ARCHIVES} {_GO}(?: back)?|how old is {_ARCHIVES}"
    rf"|(?:since|from) when (?:do|does) {_ARCHIVES} (?:have|hold|cover|go|date)(?: \w+)?"
    rf"|when (?:do|does) {_ARCHIVES} (?:start|begin)|how far (?:do|does) {_ARCHIVES} go back"
)
NEWEST_RULE = compiled(
    rf"how (?:up[- ]to[- ]date|recent|current|fresh) (?:is|are) {_ARCHIVES}"
    rf"|when (?:do|does) {_ARCHIVES} (?:end|stop)|when (?:was|were) {_ARCHIVES} last updated"
    rf"|(?:until|up to) when (?:do|does) {_ARCHIVES} (?:go|reach)"
)
COUNT_RULE = compiled(
    rf"(?:how many|(?:what is |what's )?the (?:total )?number of|number of|count(?: of)?|how much) "
    rf"{_ALL}(?P<noun>{_NOUN})(?: (?:are|is|were))?(?: {_LINK})?"
)
LIST_RULE = compiled(rf"(?P<lead>{_LEAD} )?{_ALL}(?P<noun>{_NOUN}|headlines)(?: {_LINK})?")
WHAT_RULE = compiled(
    rf"(?P<lead>{_LEAD} )?(?:{_EVERYTHING}|what (?:kind|sort) of)(?: {_ALL}(?P<noun>{_NOUN}))?(?:"
    rf" {_LINK})?"
)
AUTHOR_RULES = (
    (
        False,
        compiled(
            rf"(?:(?:how many|number of|{_LEAD}|which|what) )?(?:(?:{_EVERYTHING}"
            rf" )?{_ALL}(?:{_NOUN})"
            rf"|(?:{_LEAD} )?(?:everything|anything|whatever))"
            rf"(?: (?:that )?(?:were|was|are|is))?(?: (?:written|authored|filed|penned|bylined))?"
            rf" by {_NAME}"
        ),
    ),
    (
        False,
        compiled(
            rf"(?:{_LEAD}|which|what|how many) {_ALL}{_NOUN} (?:did|has|have) {_NAME} (?:write"
            rf"|written)"
        ),
    ),
    (False, compiled(rf"{_LEAD} (?:all |the )?{_NAME}'s? (?:articles|stories|bylines|byline)")),
    (True, compiled(rf"what (?:else )?(?:did|has|have) {_NAME} (?:write|written)")),
)
REPORTED_RULES = tuple(
    map(
        compiled,
        (
            r"what(?:'s|s| is| was| were| has been| had been)? (?:published|reported|printed"
            r"|written"
            r"|covered|new|going on|the news|in the (?:news|papers?)|happening)"
            r"(?: (?:by|in|from) \x00)? \x01",
            r"what(?: all)? (?:happened|took place|occurred|went on|has happened|was going on)"
            r" \x01",
            r"(?:on |in )?\x01 what (?:happened|took place|was (?:published|reported)|was in the"
            r" news)",
            r"what (?:did|does|has|have) \x00 (?:also )?(?:report|publish|write|carry|print|cover"
            r"|run"
            r"|reported|published|written|carried|printed|covered|have|got|report on|write about)"
            r"(?: \x01)?",
            r"\x01 's (?:news|headlines|articles|stories|papers?)",
            r"\x01 what did \x00 (?:report|publish|write|carry|print|cover|run)",
            r"what did \x00 say \x01|what(?:'s| is|s| was) (?:new )?(?:in|on|from) \x00(?: \x01)?",
            r"(?:(?:the )?(?:news|headlines|coverage|what \x00 had|events?) )?(?:(?:of|from|in|on"
            r"|by) )?"
            r"(?:\x00 )?(?:(?:articles|news|coverage|stories|reports|headlines) )?\x01(?: \x00)?",
            r"(?:(?:the )?(?:news|coverage) (?:from|by|of|in) )?\x00(?: (?:articles|stories"
            r"|headlines"
            r"|reports|coverage|news))?",
        ),
    )
)
