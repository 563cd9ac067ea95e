"""Sentences in which a model says that the passages hold no answer, in its own words."""

from __future__ import annotations

import re

from rag.verification.markers import without_markers

_GIVEN = (
    r"(?:(?:provided|given|above|supplied|available|retrieved|numbered|present|shown|listed|"
    r"cited|news|archive(?:d|['’]s)?|relevant)\s+)*"
)
_PASSAGES = (
    rf"(?:{_GIVEN}(?:passages?|excerpts?|snippets?|search results|context|(?:news )?archive)"
    r"|(?:provided|given|supplied)\s+(?:texts?|articles?|sources?|documents?|information|materials?))"
)
_SOURCES = (
    rf"(?:{_PASSAGES}|{_GIVEN}(?:articles?|sources?|documents?|texts?|materials?|information))"
)
_SAY = (
    r"(?:say|mention|contain|provide|state|give|hold|answer|specify|include|tell|report|discuss|"
    r"name|identify|indicate|reveal|explain|describe|address|cover|offer|show|disclose|clarify|"
    r"detail|list|make (?:it )?clear|refer|have|support|confirm|establish|record|note|touch)"
)
_SAID = (
    r"(?:mentioned|stated|specified|answered|given|said|provided|named|identified|reported|"
    r"disclosed|addressed|covered|found|included|indicated|described|discussed|available|clear|"
    r"known|explained|recorded|listed|revealed|contained|present|supported)"
)
_NOT = r"(?:\s+not|n['’]t|not)"
_INFORMATION = (
    r"(?:information|details?|mention|answer|evidence|data|indication|reference|statement|word|"
    r"record|passage|article|source|figures?|name|date|explanation|reason|content|basis)"
)
_ENGLISH = (
    rf"\b{_SOURCES}\b(?:\W+[\w’'-]+){{0,14}}?\W+(?:do|does|did|can|could){_NOT}\s+(?:\w+\s+){{0,2}}{_SAY}\b",
    rf"\b{_SOURCES}\b(?:\W+[\w’'-]+){{0,14}}?\W+(?:never|fail(?:s|ed)?\s+to)\s+(?:\w+\s+)?{_SAY}\b",
    rf"\b{_SOURCES}\b(?:\W+[\w’'-]+){{0,6}}?\W+{_SAY}s?\s+(?:no|nothing|neither)\b",
    rf"\b{_SOURCES}\b\s+(?:is|are|was|were|remains?)\s+(?:silent|unclear|insufficient|not\s+(?:enough|sufficient))",
    rf"\b{_SOURCES}\b\s+(?:lacks?|(?:has|have)\s+no|makes?\s+no)\b",
    rf"\b(?:none|neither|nothing|no\s+one|nowhere)\b(?:\W+\w+){{0,5}}?\W+{_SOURCES}\b",
    rf"\bno\s+(?:{_GIVEN})(?:passages?|excerpts?|articles?|sources?|documents?)\b(?:\W+\w+){{0,5}}?\W+"
    rf"{_SAY}s?\b",
    rf"\b(?:no|not|nowhere|unclear|unknown|uncertain|impossible|unable)\b[^.!?]*\b"
    rf"(?:in|from|by|within|on|with)\s+(?:any\s+of\s+)?(?:the\s+|these\s+|this\s+|those\s+)?{_PASSAGES}\b",
    rf"\b(?:in|from|by|within|on|with)\s+(?:the\s+|these\s+|this\s+)?{_PASSAGES}\b[^.!?]*?\b(?:"
    rf"not\s+(?:\w+\s+)?{_SAID}|cannot|can['’]t|can\s+not|unclear|unknown|no\s+{_INFORMATION}|not\s+possible)",
    rf"\b(?:there\s+(?:is|are|was|were)|there['’]s|i\s+(?:see|have|find|found)|we\s+have)\s+(?:no|not\s+enough|"
    rf"insufficient|nothing)\s+(?:\w+\s+){{0,2}}{_INFORMATION}?\b(?=[^.!?]*\b(?:{_SOURCES}|answer|question)\b)",
    r"\Athere\s+(?:is|are)\s+(?:no|not\s+enough|insufficient)\s+(?:\w+\s+)?(?:information|mention|answer|"
    r"evidence|indication)\b",
    r"\b(?:i|we)(?:['’]m|\s+am|\s+are|['’]re)?\s+(?:sorry,?\s+(?:but\s+)?(?:i|we)\s+)?(?:cannot|can['’]t|"
    r"can\s+not|could\s+not|couldn['’]t|(?:am\s+|are\s+)?(?:unable|not\s+able)\s+to|do\s+not|don['’]t|did\s+not|"
    r"didn['’]t)\s+(?:\w+\s+){0,2}(?:answer|find|determine|say|tell|locate|confirm|identify|know|see|verify|"
    r"provide|have\s+(?:\w+\s+)?(?:information|data|details|evidence|access))\b",
    r"\b(?:the|this|that|your)\s+(?:question|answer|information)(?:\s+\w+){0,6}?\s+(?:cannot|can['’]t|can\s+not|could\s+not|"
    r"is\s+not|was\s+not|isn['’]t|remains)\s+(?:be\s+)?(?:\w+\s+)?(?:answered|determined|found|known|given|"
    r"provided|available|answerable|stated|mentioned|unknown|unclear|unanswered|established)\b",
    rf"\A(?:(?:this|that|it)\s+(?:is|was)\s+)?(?:not|un)\s*-?(?:{_SAID}|answerable|clear|known|specified)"
    r"(?:\s+(?:here|anywhere))?\W*\Z",
    r"\A(?:it\s+is\s+|it['’]s\s+)?(?:unknown|unclear|unanswerable|n/?a|none|no\s+(?:answer|information|data|idea|mention|"
    r"relevant\s+\w+)(?:\s+(?:found|given|available|provided))?|nothing(?:\s+found)?|insufficient\s+(?:information|data|evidence|"
    r"context)|not\s+enough\s+(?:information|data|evidence|context))\b(?:\s+to\s+(?:answer|say|tell)\b[^.]*)?\W*\Z",
    r"\b(?:insufficient|not\s+enough)\s+(?:information|context|evidence|data|detail)s?\b",
    r"\bit\s+is(?:\s+not|n['’]t)\s+possible\s+to\s+(?:say|tell|determine|answer|know|establish)\b",
    rf"\A(?:it|this|that)\s+(?:is|was|remains)(?:\s+not|n['’]t)\s+{_SAID}\b[^.]{{0,40}}\W*\Z",
)
_OTHERS = (
    r"\b(?:passagen?|textstellen?|artikeln?|quellen?|texten?|archiv|auszüge[n]?)\b[^.!?]*\b(?:kein\w*|nicht|nichts|"
    r"nirgends|weder)\b",
    r"\b(?:kein\w*|nichts?|nirgends|weder)\b[^.!?]*\b(?:passagen?|textstellen?|auszügen?|archiv)\b",
    r"\bich\s+kann\b[^.!?]*\bnicht\s+(?:beantworten|sagen|finden|feststellen|bestätigen)",
    r"\b(?:lässt|kann)\s+(?:sich\s+)?[^.!?]*\bnicht\s+(?:beantworten|beantwortet|sagen|ermitteln|feststellen|entnehmen)",
    r"\b(?:dazu|darüber|hierzu)\b[^.!?]*\b(?:nichts|kein\w*|nicht)\b",
    r"\A(?:nicht\s+(?:erwähnt|genannt|bekannt|angegeben)|keine?\s+(?:angaben?|antwort|information(?:en)?)|unbekannt|"
    r"unklar|das\s+ist\s+(?:nicht\s+(?:bekannt|ersichtlich|klar)|unklar))\W*\Z",
    r"\b(?:passages|articles|extraits|sources|archives?|documents)\b[^.!?]*\b(?:ne|n['’])\s*\w+[^.!?]*\b(?:pas|aucune?|"
    r"rien|jamais)\b",
    r"\baucune?\s+(?:des\s+)?(?:passages?|articles?|extraits?|réponse|information|mention)\b",
    r"\bje\s+ne\s+(?:peux|sais|trouve)\b[^.!?]*\bpas\b|\b(?:non|pas)\s+(?:mentionné|précisé|indiqué)e?\b",
    r"\b(?:pasajes|artículos|fragmentos|fuentes|textos)\b[^.!?]*\bno\s+(?:se\s+)?(?:mencion|dic|conti|indic|especific|respond|"
    r"inclu|nombr|ofrec|aclar|proporc)\w*",
    r"\bningun[oa]\s+de\s+los\s+(?:pasajes|artículos|textos)\b|\bno\s+(?:se\s+menciona|puedo\s+responder|hay\s+información)",
    r"\b(?:passaggi|articoli|brani|testi|fonti)\b[^.!?]*\bnon\s+\w+|\bnessun\w*\s+(?:dei\s+)?(?:passaggi|brani|risposta)",
    r"\b(?:passages|artikelen|fragmenten|bronnen|teksten)\b[^.!?]*\b(?:geen|niet|niets)\b",
)
_NOTHING = re.compile("|".join((*_ENGLISH, *_OTHERS)), re.IGNORECASE)
_ABOUT_PASSAGES = re.compile(
    rf"\b(?!(?:news )?archive\b){_PASSAGES}\b|\bpassagen?\b|\b(?:i|we|ich|je)\b", re.IGNORECASE
)
_GOES_ON = re.compile(
    r"[,;—–:]\s*(?:but|however|though|although|yet|while|only|aber|jedoch|mais|pero)\b(?P<after>[^.!?]*)"
    r"|\A(?:although|though|while|even\s+though)\b[^,]*,(?P<rest>[^.!?]*)",
    re.IGNORECASE,
)
_LONGEST = 500
_QUOTED = re.compile(r"[“„«][^”“»]{0,400}[”“»]|\"[^\"]{0,400}\"")
_PLAIN_MARKER = re.compile(r"\[\d{1,3}\]")


def says_nothing(sentence: str, *, borne_out: bool = False) -> bool:
    """Whether all that a sentence says is that the passages do not hold something.

    A sentence that goes on with something it cites is none, nor is one that is `borne_out` by
    what it cites, unless it speaks of the passages themselves: an article may report that
    documents do not name anybody.

    >>> says_nothing("None of the passages mention a mediator [1].")
    True
    >>> says_nothing("The passages do not name her, but a bishop mediated [1].")
    False
    """
    words = _QUOTED.sub(" ", without_markers(sentence[:_LONGEST])).strip()
    if not _NOTHING.search(words):
        return False
    if _PLAIN_MARKER.search(sentence) and (goes_on := _GOES_ON.search(sentence)):
        after = goes_on["after"] or goes_on["rest"] or ""
        return bool(_NOTHING.search(after)) and not _PLAIN_MARKER.search(after)
    return not borne_out or bool(_ABOUT_PASSAGES.search(words))
