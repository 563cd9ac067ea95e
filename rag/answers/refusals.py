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
    r"|(?:provided|given|supplied|available)\s+(?:texts?|articles?|sources?|documents?|information|materials?|report(?:ing|s)|"
    r"coverage|stories|pieces|records)|(?:texts?|articles?|sources?|documents?|information|materials?|report(?:ing|s)|coverage)\s+"
    r"(?:provided|given|supplied|at\s+hand|shown)|these\s+(?:texts?|articles?|sources?|documents?|materials?|reports|stories|pieces))"
)
_SOURCES = (
    rf"(?:{_PASSAGES}|{_GIVEN}(?:articles?|sources?|documents?|texts?|materials?|information))"
)
_SAY = (
    r"(?:say|mention|contain|provide|state|give|hold|answer|specify|include|tell|report|discuss|"
    r"name|identify|indicate|reveal|explain|describe|address|cover|offer|show|disclose|clarify|"
    r"detail|list|make (?:it )?clear|refer|have|support|confirm|establish|record|note|touch|"
    r"seem|appear|go into|extend|reach|speak|help|let|allow|shed|deal with|concern)"
)
_SAID = (
    r"(?:mentioned|stated|specified|answered|given|said|provided|named|identified|reported|"
    r"disclosed|addressed|covered|found|included|indicated|described|discussed|available|clear|"
    r"known|explained|recorded|listed|revealed|contained|present|supported|determined|established|"
    r"inferred|derived|told)"
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
    rf"\b{_PASSAGES}\b(?:\W+[\w’'-]+){{0,6}}?\W+(?:leaves?\s+(?:\w+\s+){{1,6}}?(?:open|unanswered|unclear|unsaid)|"
    rf"(?:stops?|falls?)\s+short|(?:says?|tells?|reveals?)\s+(?:me\s+|us\s+)?(?:nothing|little))\b",
    rf"\b{_PASSAGES}\b(?:\W+[\w’'-]+){{0,4}}?\W+(?:only|merely|just|solely)\b[^.!?]*(?:,\s*(?:but\s+)?not\b|\brather\s+"
    r"than\b|\bwithout\s+(?:saying|naming|mentioning|stating|giving|identifying|explaining))",
    rf"\b(?:this|that|it|which)(?:['’]s|\s+is|\s+was){_NOT}?\s+(?:something|anything|a\s+(?:question|matter|topic|point))"
    rf"\s+(?:that\s+|which\s+)?(?:the\s+|these\s+)?{_SOURCES}\b",
    rf"\b{_SOURCES}\b[^.!?]*\b(?:but|though|although|yet)\s+not\s+(?:who|whom|whose|what|when|where|why|how|which|(?:by|to|from|for)\s+whom)\b",
    rf"\b{_PASSAGES}\b\s+(?:are|is|were|only)?\s*(?:\w+\s+)?(?:about|on|concern(?:ed\s+with)?|deal\s+with|discuss|cover|address)\s+"
    rf"(?:something|some|an?other|other|different|quite|entirely|unrelated)\b(?:\W+\w+){{0,4}}\W*\Z",
    rf"\b(?:absent|missing)\s+from\s+(?:all\s+(?:of\s+)?)?(?:the\s+|these\s+)?{_PASSAGES}\b",
    rf"\b(?:beyond|outside)\s+(?:the\s+scope\s+of\s+)?(?:what\s+)?(?:the\s+|these\s+)?{_PASSAGES}\b",
    rf"\b{_PASSAGES}\b[^.!?]*\b(?:but|and|yet)\s+none\s+(?:of\s+(?:them|these|those)\s+)?(?:actually\s+)?(?:{_SAY}s?|answers|"
    r"contains|touches)\b",
    rf"\Ano\s+(?:\w+\s+)?{_INFORMATION}s?\s+(?:is|are|was|were|can\s+be|could\s+be)\s+(?:made|given|found|provided|available|"
    rf"offered)\b[^.!?]*\b{_SOURCES}\b",
    rf"\A(?:i|we)(?:['’]d|\s+would)?\s+(?:need|require)\s+(?:more|additional|further|other)\s+(?:\w+\s+)?(?:{_INFORMATION}s?|"
    r"context|passages|articles)\b",
    rf"\A(?:more|additional|further)\s+(?:{_INFORMATION}s?|context|passages|articles)\s+(?:is|are|would\s+be)\s+(?:needed|"
    r"required|necessary)\s+to\s+(?:answer|say|tell)\b",
    r"\b(?:impossible|unable|unclear|not\s+possible|cannot|can['’]t|not\s+able)\b[^.!?]*\b(?:from|based\s+on|given|with)\s+"
    r"(?:what|everything|all\s+that)\s+(?:is|was|i|we|you)\b[^.!?]*\b(?:given|here|available|provided|shown|have|see)\b",
    rf"\b{_SOURCES}\b\s+(?:lacks?|(?:has|have)\s+no|makes?\s+no)\b",
    rf"\b(?:none|neither|nothing|no\s+one|nowhere)\b(?:\W+\w+){{0,5}}?\W+{_SOURCES}\b",
    rf"\bno\s+(?:{_GIVEN})(?:passages?|excerpts?|articles?|sources?|documents?)\b(?:\W+\w+){{0,5}}?\W+"
    rf"{_SAY}s?\b",
    rf"\b(?:no|not|nowhere|unclear|unknown|uncertain|impossible|unable|cannot|\w+n['’]t)\b[^.!?]*\b"
    rf"(?:in|from|by|within|on|with)\s+(?:any\s+of\s+)?(?:the\s+|these\s+|this\s+|those\s+)?{_PASSAGES}\b",
    rf"\b(?:in|from|by|within|on|with)\s+(?:the\s+|these\s+|this\s+)?{_PASSAGES}\b[^.!?]*?\b(?:"
    rf"not\s+(?:\w+\s+)?{_SAID}|cannot|can['’]t|can\s+not|unclear|unknown|no\s+{_INFORMATION}|not\s+possible)",
    rf"\b(?:there\s+(?:is|are|was|were)|there['’]s|i\s+(?:see|have|find|found)|we\s+have)\s+(?:no|not\s+enough|"
    rf"insufficient|nothing)\s+(?:\w+\s+){{0,2}}{_INFORMATION}?\b(?=[^.!?]*\b(?:{_SOURCES}|answer|question)\b)",
    r"\Athere\s+(?:is|are)\s+(?:no|not\s+enough|insufficient)\s+(?:\w+\s+)?(?:information|mention|answer|"
    r"evidence|indication)\b",
    r"\b(?:i|we)(?:['’]m|\s+am|\s+are|['’]re)?\s+(?:sorry,?\s+(?:but\s+)?(?:i|we)\s+)?(?:cannot|can['’]t|"
    r"can\s+not|could\s+not|couldn['’]t|(?:am\s+|are\s+|was\s+|were\s+)?(?:unable|not\s+able)\s+to|do\s+not|don['’]t|did\s+not|"
    r"didn['’]t)\s+(?:\w+\s+){0,2}(?:answer|find|determine|say|tell|locate|confirm|identify|know|see|verify|help|work\s+out|establish|"
    r"provide|have\s+(?:\w+\s+)?(?:information|data|details|evidence|access))\b",
    r"\b(?:the|this|that|your)\s+(?:question|answer|information)(?:\s+\w+){0,6}?\s+(?:cannot|can['’]t|can\s+not|could\s+not|"
    r"is\s+not|was\s+not|isn['’]t|remains)\s+(?:be\s+)?(?:\w+\s+)?(?:answered|determined|found|known|given|"
    r"provided|available|answerable|stated|mentioned|unknown|unclear|unanswered|established)\b",
    rf"\A(?:(?:this|that|it)(?:['’]s)?\s+)?(?:(?:is|was)\s+)?(?:(?:is|was)n['’]t\s+|not\s+|un|(?:cannot|can['’]t)\s+be\s+)-?"
    rf"(?:\w+ly\s+)?(?:{_SAID}|answerable|clear|known|specified)(?:\s+(?:here|anywhere|there))?\W*\Z",
    rf"\A(?:(?:this|that|it)\s+)?(?:cannot|can['’]t|could\s+not|couldn['’]t)\s+be\s+(?:{_SAID}|said)\b[^.!?]*\b{_SOURCES}\b",
    r"\A(?:it\s+is\s+|it['’]s\s+)?(?:unknown|unclear|unanswerable|n/?a|none|no\s+(?:answer|information|data|idea|mention|"
    r"relevant\s+\w+)(?:\s+(?:found|given|available|provided))?|nothing(?:\s+found)?|insufficient\s+(?:information|data|evidence|"
    r"context)|not\s+enough\s+(?:information|data|evidence|context))\b(?:\s+to\s+(?:answer|say|tell)\b[^.]*)?\W*\Z",
    r"\b(?:insufficient|not\s+enough)\s+(?:information|context|evidence|data|detail)s?\b",
    r"\bit\s+is(?:\s+not|n['’]t)\s+possible\s+to\s+(?:say|tell|determine|answer|know|establish)\b",
)
_UNCITED = (
    rf"\A(?:it|this|that)\s+(?:is|was|remains)(?:\s+not|n['’]t)\s+{_SAID}\b[^.]{{0,60}}\W*\Z",
    r"\A(?:it|this|that)(?:['’]s|\s+is|\s+was|\s+remains)\s+(?:unclear|unknown|impossible|hard|difficult|anyone['’]s\s+guess)\b",
    rf"\Ano\s+(?:\w+\s+)?{_INFORMATION}s?\s+(?:is|are|was|were)\s+(?:given|provided|available|found|mentioned|offered)\b",
    rf"\A(?:the|their|his|her|its)\s+(?:[\w’'-]+\s+){{1,4}}?(?:is|are|was|were)(?:\s+not|n['’]t)\s+(?:\w+\s+)?{_SAID}\W*\Z",
    rf"\A(?:who|whom|whose|what|when|where|why|how|which|whether)\b[^.!?]*\b(?:is|are|was|were|remains?|stays?)\s+(?:left\s+)?"
    rf"(?:open|unsaid|un(?:clear|known|answered|stated|said|mentioned|specified)|not\s+(?:\w+\s+)?{_SAID})\W*\Z",
    r"\A(?:cannot|can['’]t|could\s+not|couldn['’]t|unable\s+to|not\s+able\s+to)\s+(?:answer|say|tell|determine|find\s+out)\b"
    r"[^.!?]{0,60}\W*\Z",
    r"\A(?:diese|die|eine)\s+(?:information(?:en)?|angaben?|antwort)\b[^.!?]*\b(?:nicht|fehl\w+|kein\w*)\b[^.!?]*\W*\Z",
    r"\A(?:cette|ces|les?|la|esta|estas|la|las|questa|queste|le|essa|as?)\s+(?:informations?|réponse|informaci[oó]n(?:es)?|"
    r"respuesta|informazion[ei]|risposta|informaç(?:ão|ões)|resposta)\b[^.!?]*(?:\bn(?:e\b|['’])|\b(?:no|non|não)\b)[^.!?]*\W*\Z",
    r"\A(?:this|that|the|such)\s+(?:information|detail|answer|data|name|figure)s?\s+(?:is|are|was|remains?)\s+"
    r"un(?:available|known|clear|stated|specified)\W*\Z",
    rf"\Ano\s+(?:\w+\s+)?{_INFORMATION}s?\s+(?:of|about|on|regarding|concerning|as\s+to)\s+(?:this|that|it|who|what|when|where|why|how)"
    r"\b[^.!?]{0,60}\W*\Z",
    r"\Athere(?:['’]s|\s+is)\s+no\s+(?:way\s+(?:to|of)|telling)\b",
)
"""What says so only in a sentence that cites nothing: articles report such things as well."""

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
    r"\bje\s+ne\s+(?:peux|sais|trouve)\b[^.!?]*\bpas\b|\b(?:on|nous)\s+n[e'’]\s*\w+\s+(?:pas|rien)\b[^.!?]*\b(?:passages|articles|extraits|sources|textes)\b|\bje\s+n['’]ai\b[^.!?]*\b(?:pas|rien|aucune?)\b"
    r"|\b(?:non|pas)\s+(?:mentionné|précisé|indiqué)e?\b",
    r"\b(?:pasajes|artículos|fragmentos|fuentes|textos|trechos|passagens|artigos|textos|passaggi|articoli|brani|testi|fonti)\b"
    r"[^.!?]*\b(?:no|não|non|nada|ningun\w*|ningún|nenhum\w*|nessun\w*)\b|\b(?:no|não|non|nada|ningun\w*|ningún|nenhum\w*|nessun\w*)"
    r"\b[^.!?]*\b(?:pasajes|artículos|fragmentos|textos|trechos|passagens|artigos|passaggi|brani|testi)\b",
    r"\bningun[oa]\s+de\s+los\s+(?:pasajes|artículos|textos)\b|\bno\s+(?:se\s+menciona|puedo\s+responder|hay\s+(?:información|datos|respuesta|detalles))",
    r"\b(?:passager\w*|artiklar\w*|\w*avsnitt\w*|uddrag\w*)\b[^.!?]*\b(?:inte|ikke|inge[nt]|inga|intet)\b",
    r"\b(?:fragment\w*|artykuł\w*|źród\w*)\b[^.!?]*\b(?:nie|żad\w+|brak)\b|\bbrak\s+informacji\b",
    r"\b(?:отрыв\w*|фрагмент\w*|стать\w*|источник\w*)\b[^.!?]*\b(?:не|нет|ни)\b",
    r"(?:段落|文章|资料|文中|記事)[^。]{0,40}(?:没有|未|无|ありません|ない)",
    r"\bnessun\w*\s+(?:risposta|informazione|menzione)",
    r"\b(?:passages|artikelen|fragmenten|bronnen|teksten)\b[^.!?]*\b(?:geen|niet|niets)\b",
)
_NOTHING = re.compile("|".join((*_ENGLISH, *_OTHERS)), re.IGNORECASE)
_NOTHING_UNCITED = re.compile("|".join(_UNCITED), re.IGNORECASE)
_THEY_DO_NOT = re.compile(
    rf"\A\s*(?:they|it|none|neither|nothing)\s+(?:(?:do|does|did|can|could){_NOT}|never|fails?\s+to)\s+(?:\w+\s+){{0,2}}{_SAY}\b"
    rf"|\A\s*(?:none|neither|nothing)\s+(?:of\s+(?:them|these|those)\s+)?{_SAY}s?\b",
    re.IGNORECASE,
)
"""Of passages that were named before."""
_OF_WHAT_IS_SHOWN = re.compile(
    rf"\b{_PASSAGES}\b|\bi\b|\bwe\s+(?:have|find|found|see|do|did|can|could|cannot|are|were)\b|\b(?:your|this)\s+question\b"
    r"|\bnothing\s+(?:in\s+)?here\b",
    re.IGNORECASE,
)
_OF_ANY_SOURCE = re.compile(rf"\b{_SOURCES}\b", re.IGNORECASE)
_ABSENT = re.compile(
    r"\b(?:no|not|none|nobody|no\s+one|nothing|nowhere|never|neither|nor|cannot|unable|unclear|unknown|uncertain|impossible|"
    r"silent|missing|absent|insufficient|without|lack(?:s|ing)?|fails?|any(?:where)?\s+mention)\b|\w+n['’]t\b",
    re.IGNORECASE,
)
_TO_TELL = re.compile(
    rf"\b(?:{_SAY}s?|{_SAID}|{_INFORMATION}s?|find|determine|tell|learn|answer(?:s|ed|able)?|enough|sufficient|clue|hint|trace)\b"
    r"|\bnothing\s+(?:\w+\s+){0,2}(?:on|about|regarding|concerning)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\bun(?:answered|answerable|clear|known|stated|specified|named|resolved|mentioned|said|identified|addressed|explained|"
    r"reported|disclosed)\b|\bleft?\s+open\b",
    re.IGNORECASE,
)
_REPORTING = re.compile(
    rf"\b(?:{_SOURCES}\s+(?:\w+\s+)?{_SAY}s?\s+that|(?:according\s+to|as\s+per)\s+(?:the\s+|these\s+)?{_SOURCES}\s*,)",
    re.IGNORECASE,
)
"""What is about the passages, is said to be absent, and is telling: together that is a refusal."""
_REGRETS = re.compile(
    r"\A(?:(?:(?:i['’]m|i\s+am|we['’]re)\s+)?(?:so\s+|very\s+)?(?:sorry|afraid)|apologies|my\s+apologies|unfortunately|regrettably|"
    r"sadly|leider|malheureusement|lamentablemente|alas|no)\b[,:;—–.-]?\s*(?:but\s+|that\s+)?",
    re.IGNORECASE,
)
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
    said = _REGRETS.sub("", words)
    cites = _PLAIN_MARKER.search(sentence)
    if not (_NOTHING.search(words) or _NOTHING.search(said) or _is_absent(said, cited=bool(cites))):
        return not cites and any(map(_NOTHING_UNCITED.search, (said, words)))
    if cites and (goes_on := _GOES_ON.search(sentence)):
        after = goes_on["after"] or goes_on["rest"] or ""
        if goes_on["rest"] and _THEY_DO_NOT.match(without_markers(after)):
            return True
        return bool(_NOTHING.search(after)) and not _PLAIN_MARKER.search(after)
    return not borne_out or bool(_ABOUT_PASSAGES.search(words))


def _is_absent(words: str, *, cited: bool) -> bool:
    """Whether a sentence tells of the passages, or of whoever reads them, that something lacks.

    Articles and documents are passages only in one that cites nothing.
    """
    rest = _REPORTING.sub(" ", words)
    about = _OF_WHAT_IS_SHOWN.search(rest) or (not cited and _OF_ANY_SOURCE.search(rest))
    if not about:
        return False
    return bool(_OPEN.search(rest) or (_ABSENT.search(rest) and _TO_TELL.search(rest)))
