"""Words that surround reporting and are never evidence: credits, captions, links, advertisements.

Each rule sees one sentence or paragraph, by its words alone. Rules are for English, and some
links and advertisements also in French, German and Spanish.
"""

from __future__ import annotations

import re

from rag.language.words import word_set

CELLS = " | "
"""What parts the cells of a table's row in plain text."""

_AGENCY = (
    r"(?:AFP|AP|Reuters|REUTERS|Getty(?: Images)?|Shutterstock|iStock(?:photo)?|Alamy|Bloomberg|CNN"
    r"|EPA(?:-EFE)?|EFE|Xinhua|TASS|ANSA|dpa|UPI|PA|PA Wire|(?:Zuma|ZUMA)(?: Press)?"
    r"|NurPhoto|Sipa(?: USA)?|SIPA|Redux|Magnum|Anadolu(?: Agency)?|Pool|POOL"
    r"|USA TODAY(?: Sports| NETWORK)?)"
)
_CREDIT_END = re.compile(
    rf"(?:\S ?/ ?{_AGENCY}|\bGetty Images|\bShutterstock|\bvia {_AGENCY})"
    rf"(?: (?:Photos?|Images|file))?(?: ?/ ?(?:[Ff]ile|FILE|Pool))?\)?$"
)
_CREDIT_START = re.compile(
    rf"(?:[A-Z][\w.'’-]+ ){{1,3}}?[A-Z][\w.'’-]+ ?/ ?{_AGENCY}(?: ?/ ?{_AGENCY})* (?=[A-Z])"
    r"|(?:Photos?|Photographs?|Pictures?|Images?|Mandatory [Cc]redit)(?: [Cc]redits?)?"
    r"(?::| (?:by|courtesy)\b) ?(?=\S)"
)
_CREDIT_BRACKET = re.compile(
    r"\((?:(?:Image|Photo|Picture)s?(?: credit)?:|Photos? by|AP Photo)[^()]*\)$"
)
_CREDIT_WORDS = 60
_SHORT_CREDIT_WORDS = 14
_BULLETS = r"[\s►▶︎•♦👉🔎*_(\[-]*"
_RELATED = re.compile(
    rf"{_BULLETS}(?:related(?: (?:articles?|story|stories|links?|coverage|content|reading|news))?"
    r"|(?:read )?more|read(?: (?:also|next|this|the (?:full|whole) story(?: here)?))?"
    r"|see (?:also|more)"
    r"|also read|don[’']t miss|you may (?:also )?like|in case you missed it|icymi|recommended"
    r"|keep reading|more (?:coverage|news)|previously|previous coverage|people are also reading"
    r"|(?:à )?lire aussi|mehr zum thema|lesen sie auch|siehe auch|lea también) ?:"
    r"(?!\s*$)",
    re.IGNORECASE,
)
_RELATED_LENGTH = 260
_GLUED = re.compile(
    rf"{_BULLETS}[‘'“\"]?[^\W\d_](?:[^.:!?\n]{{1,70}}[^\W\d]['’\"”]?:(?=[A-Z‘'\"“])"
    rf"|[^.:!?\n]{{1,70}}\?(?=[A-Z]))"
)
_GLUED_FIELD = re.compile(
    rf"{_BULLETS}(?:where|when|cost|price|who|what|how|why|time|date|location|address|phone|hours"
    rf"|rating"
    r"|director|cast|starring|note|correction|clarification|corrections?|details|tickets|info"
    r"|answer"
    r"|question|winner|score|editor[’']s note|[qa])\b[^:?]{0,12}[:?]",
    re.IGNORECASE,
)
_GLUED_CORRECTION = re.compile(
    r"\b(?:earlier|previous) version|\bmisstated|\bincorrect|\bcorrected", re.IGNORECASE
)
_VIDEO = re.compile(r"(?:Video Ad Feedback\b.*)?\b\d{1,2}:\d\d - Source: \S+", re.DOTALL)
_ADDRESS_ONLY = re.compile(r"https?://\S+")
_PROMPT_HINTS = ("sign up", "follow ", *word_set("subscribe newsletter inbox abonn inscri suscr"))
_PROMPT = re.compile(
    rf"{_BULLETS}(?:"
    r"subscribe (?:to|now|today|here|for)\b"
    r"|sign up (?:for|to) (?:our|my)\b"
    r"|(?:abonnieren sie|abonnez-vous|inscrivez-vous à (?:notre|nos)|suscríbase)\b"
    r"|sign up\b.{0,120}\b(?:newsletter|inbox|e-?mails?|alerts|updates|free|today|here|now)\b"
    r"|sign up (?:here|now|today|for alerts)\b"
    r"|would you like to receive .{0,60}newsletter"
    r"|get (?:our|the|cnn|usa).{0,80}newsletter"
    r"|follow .{3,60} on (?:twitter|x|facebook|instagram|threads|bluesky)\b"
    r")",
    re.IGNORECASE | re.DOTALL,
)
_PROMPT_INSIDE = re.compile(
    r"(?:^|[.?!:)—–-]\s*)[\"“(]?(?:sign up|subscribe|get|register)\b.{0,120}"
    r"\b(?:newsletters?|inbox)\b"
    r"|\b(?:newsletters?|inbox)\b.{0,120}\b(?:sign up|subscribe)"
    r"(?: (?:right )?(?:here|now|today|for free))"
    r"|\bdelivered (?:\w+ )?to your (?:e-?mail )?inbox\b",
    re.IGNORECASE | re.DOTALL,
)
_SAYS = re.compile(r"\b(?:said|says|told|tweeted|according to)\b")
_PROMPT_WORDS = 45

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAY = (
    rf"(?:{_MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {_MONTH},? \d{{4}}"
    r"|in this (?:file|undated) (?:photo|image))"
)
_POSES = (
    r"(?:walk|stand|speak|look|hold|pose|arrive|attend|sit|wait|gesture|wave|leave|watch|work"
    r"|celebrate"
    r"|react|smile|show|gather|listen|ride|run|talk|greet|hug|march|protest|play|deliver|answer"
    r"|embrace"
    r"|mourn|pray)(?:e?s)?|(?:carr|testif)(?:y|ies)|(?:is|are) (?:seen|pictured|shown)"
    r"|takes questions"
)
_CAPTION = re.compile(rf"[^“”\"]{{3,200}}?\b(?:{_POSES})\b[^“”\"]{{0,220}}\b{_DAY}")
"""Somebody does something now, on a day with its year: no report says it so."""

_PICTURE = r"(?:photo|image|photograph|file photo|handout|picture|video)"
_POINTING = re.compile(
    r"\(?(?:Pictured|Seen here|Photographed|Above|Below|From left|Left to right|Clockwise"
    r"|(?:FILE|File)(?: photo)?)\b ?(?:[:,(–—-]|to right|in this|is |are |from |on )"
    rf"|(?:An?|The|This|In this|Undated|Aerial) (?:[\w-]+ ){{0,3}}{_PICTURE}"
    r" (?:taken|provided|released|made|obtained|by|from|posted|shows|showing|of)\b"
    r"|\((?:AP |Getty |Reuters )?(?:Photo|Image|Video|Credit|Picture|Graphic|Screenshot)s?\b"
)
_CREDIT_ALONE = re.compile(
    rf"\(?(?:(?:[A-Z][\w.'’-]*,? ){{0,5}}?[A-Z][\w.'’-]*)? ?/ ?(?:{_AGENCY}"
    rf"|[A-Z][\w ]+)(?:\b.{{0,40}})?$"
    r"|(?:[A-Z][\w.'’-]+ ){1,4}(?:via |for )?(?:Getty Images|Shutterstock|AP Images)\)?\.?$"
    r"|(?:AP|Getty|Reuters|AFP)(?: Photo)?/.{0,60}$"
)
_SITES = r"(?:X|Twitter|Facebook|Instagram|Threads|TikTok|YouTube|LinkedIn|Bluesky)"
_DESK = re.compile(
    r"\W{0,3}(?:"
    + "|".join(
        (
            # Where a reporter can be reached.
            r"(?:Reach|Contact|E-?mail|Follow|Tweet) (?:him|her|them|me|us|the (?:author"
            r"|reporters?|writer))\b",
            r"(?:Reach|Contact|E-?mail|Follow|Tweet) (?:[A-Z@][\w.'’-]+ ){0,5}[\w@.'’-]+ (?:on|at"
            r"|via)\b.{0,120}$",
            rf"(?:Follow|Like|Find|Join|Connect with) .{{2,60}} on {_SITES}\b",
            r"Have (?:a|any) (?:tip|question|story|comment|feedback)s?\b|Got a (?:tip|question)\b",
            # What became of the text.
            r"(?:This|The) (?:breaking news )?(?:story|article|post|report|headline|live blog"
            r"|piece|column)"
            r" (?:was|is|has been|will be|contains|originally|first|may be)"
            r" (?:being |first |originally |also |automatically )?(?:updated|corrected|published"
            r"|produced"
            r"|developing|appeared|edited|breaking|supported|funded|adapted|sponsored|affiliate)",
            r"(?:A version of )?[Tt]his (?:story|article) (?:first |originally )?(?:appeared"
            r"|ran) (?:in|on)\b",
            r"(?:Editor[’']s|EDITOR[’']S) (?:[Nn]ote|NOTE):?",
            # Who worked on it.
            r"[^\n]{0,250}?\bcontributed (?:reporting )?(?:to|for) this"
            r" (?:report|story|article|piece)",
            r"(?:Contributing|Reporting|Writing|Editing|Additional reporting|Compiled)(?: (?:by"
            r"|from)\b|:)",
            r"Copyright\b|©|All rights reserved",
            # Links and advertisements.
            r"(?:Play|Shop|Solve|Check out|Download|Try) (?:the|our|this season[’']s|today[’']s)\b"
            r"[^.,:]{0,60}\.?$",
            r"(?:Click (?:here|the|on|below|through)|Tap here)\b",
            r"(?:Read|See|Watch|Listen|View|Learn|Find|Hear) (?:more|also|next|the full|full|it"
            r"|out more|all)"
            r" ?(?:here|story|stories|about|on|at|interview|coverage|now|[:.]|$)",
            r"(?:Related|Read more|See also|More|Watch|Read|Listen|Photos|Video|Opinion"
            r"|Live updates|LIVE|MORE"
            r"|WATCH|READ|RELATED|PHOTOS|VIDEO) ?(?::|\||\bfrom (?:CNN|NPR|USA TODAY)\b)",
            r"For (?:the latest|more|full|live|all)\b[^.]{0,60}?, (?:view|see|follow|visit|read"
            r"|check|click|go to|listen|watch) ",
            r"(?:Follow|Watch|Listen) (?:live|along)\b",
            # What a podcast or a newsletter offers.
            r"(?:On|In) (?:today|yesterday|tomorrow|this (?:week|month)|(?:Mon|Tues|Wednes|Thurs"
            r"|Fri|Satur|Sun)day)[’']s (?:special )?(?:episode|edition|podcast|newsletter)\b",
            r"(?:Hit|Press) play\b",
            r"A[Dd][Vv][Ee][Rr][Tt][Ii][Ss][Ee][Mm][Ee][Nn][Tt]$|Story continues\b"
            r"|Video Ad Feedback",
            r"If you(?: or someone you know|[’']re| are)\b.{0,200}\b(?:lifeline|hotline|988)\b",
            r"(?:You can )?(?:[Ss]ubscribe|[Ss]ign up) (?:to|for) ",
        )
    )
    + ")"
)
_LETTERHEAD = re.compile(
    r"\W*(?:(?:for )?(?:immediate release|release (?:on|at|after)\b)[^.]{0,60}$"
    r"|(?:press|news|media) (?:release|advisory|statement)[\W\d]*$|embargo(?:ed)?\b[^.]{0,80}$"
    r"|(?:(?:media|press|news|public|investor) )?(?:contacts?|enquiries|inquiries)"
    r"(?: (?:person|information|details|for (?:the )?(?:media|press)))?: ?.{0,200}$"
    r"|(?:tel(?:ephone)?|phone|fax|mobile|cell|e-?mail)\b\.?:? ?(?:[\d+() .-]{7,}|[^ ]*@).{0,80}$"
    r"|(?:for (?:more|further|additional)|more|further) (?:information|details)\b[^.]{0,80}?"
    r"(?: (?:contact|call|visit|e-?mail|write to|go to|see|at)\b|:)"
    r"|notes? (?:to|for) (?:the )?editors?\W*$)",
    re.IGNORECASE,
)
"""What stands at the head and the foot of a statement to the press."""

_YEAR = re.compile(r"\d{4}|in this")
_TIMED = re.compile(r"\b\d{1,2}:\d\d\s*[-–—]\s*Source:|^\W{0,3}\d{1,2}:\d\d$")

_LIVE = re.compile(
    r"\blive\b(?!\s+(?:in|with|on|music)\b)|\bas it happened\b|\blive-?(?:blog|ticker|updates?)"
    r"|\b(?:news-?)?ticker\b|\ben direct\b|^direct\b|\bminuto a minuto\b|\ben (?:vivo|directo)\b"
    r"|\bin diretta\b|\bao vivo\b|\bna żywo\b|\bdirekt(?:rapport|e)?:|\bliveblog\b",
    re.IGNORECASE,
)

_FEED_FOOT = re.compile(
    r"(?:The (?:post|article) .{1,300} (?:first appeared|appeared first) on .{1,120}"
    r"|Der Beitrag .{1,300} erschien zuerst auf .{1,120}"
    r"|L[’']article .{1,300} est apparu en premier sur .{1,120}"
    r"|(?:La entrada|El artículo) .{1,300} (?:se publicó primero|aparece primero) en .{1,120}"
    r"|L[’']articolo .{1,300} (?:proviene da|sembra essere il primo su) .{1,120}"
    r"|Het bericht .{1,300} (?:verscheen eerst|is (?:als )?eerst(?:e)? verschenen) op .{1,120}"
    r"|(?:O post|O artigo) .{1,300} apareceu primeiro em .{1,120}"
    r"|Artykuł .{1,300} pochodzi z serwisu .{1,120}"
    r"|Inlägget .{1,300} dök först upp på .{1,120}|Innlegget .{1,300} dukket først opp på .{1,120})"
)


_MAIL_HEAD = re.compile(
    r"(?:view|read|open|see) (?:this|it|the|in)\b.{0,60}\b(?:browser|web|online|app)\b.{0,100}"
    r"|(?:trouble|problems|can[’']?t) (?:view|read|see)ing .{0,80}"
    r"|(?:was this|forwarded this)\b.{0,40}\b(?:e-?mail|newsletter|message|forwarded)\b.{0,80}"
    r"|.{0,60}\b(?:im|in deinem|in ihrem) (?:web)?browser (?:ansehen|anzeigen|öffnen|lesen)\W*"
    r"|(?:zur )?(?:online|web)-?(?:version|ansicht)\W*"
    r"|.{0,60}nicht (?:richtig|korrekt) (?:dar|ange).{0,60}"
    r"|(?:voir|lire|afficher|consulter) .{0,40}(?:en ligne|navigateur)\W*|version en ligne\W*"
    r"|ver .{0,40}(?:navegador|en línea|online|na web)\W*|visualizza .{0,40}browser\W*"
    r"|bekijk .{0,40}(?:browser|online)\W*|(?:online|web) ?versie\W*"
    r"|(?:visa|vis|se) .{0,40}(?:webbläsaren?|nettleseren?|browseren?)\W*",
    re.IGNORECASE,
)
_MAIL_FOOT = re.compile(
    r"\bunsubscribe\b"
    r"|\b(?:manage|update|change) (?:your )?(?:e-?mail )?(?:preferences|subscription)"
    r"|\b(?:our|the) mailing address|\bfree subscriber to\b|\bupgrade (?:to paid|your subscription)"
    r"|\byou(?:[’']re| are)? receiv\w+ this\b|\bthis (?:e-?mail|message|newsletter) was sent to\b"
    r"|\babmelden\b|\babbestellen\b|\baustragen\b|\bsie erhalten diese|\bpostanschrift\b"
    r"|\bdés(?:inscri|abonn)\w+|\bvous recevez ce|\bdar(?:se|te|me)? de baja\b"
    r"|\bcancelar (?:la |mi |su |tu )?suscripci|\brecibe[ns]? este (?:correo|bolet|mensaje)"
    r"|\bdisiscri\w+|\bannulla l[’']iscrizione|\bricevi questa|\buitschrijven\b|\bafmelden\b"
    r"|\bje ontvangt deze|\bu ontvangt deze|\bcancelar (?:a )?(?:inscrição|assinatura)|\bdescadastr"
    r"|\bavregistrera\b|\bavprenumerera\b|\bmeld deg av\b|\bafmeld\b|\bwypisz|отписаться"
    r"|配信停止|退订|退訂|구독 ?취소|수신 ?거부|\A\W*(?:copyright\b|©)",
    re.IGNORECASE,
)


def is_mail_head(words: str) -> bool:
    """Whether a paragraph above a newsletter leads to the same text elsewhere, or to its form."""
    return _MAIL_HEAD.fullmatch(words) is not None


def is_mail_foot(words: str) -> bool:
    """Whether a paragraph below a newsletter is about its delivery: how to unsubscribe, to whom."""
    return _MAIL_FOOT.search(words) is not None


def is_feed_foot(words: str) -> bool:
    """Whether a paragraph only says where a feed's entry comes from, as WordPress adds it."""
    return _FEED_FOOT.fullmatch(words) is not None


def is_live_title(title: str) -> bool:
    """Whether a title may be that of a live blog; its posts say whether it is."""
    return _LIVE.search(title) is not None


def is_furniture(sentence: str) -> bool:
    """Whether a sentence is no reporting: a caption, credit, note of the desk, link or advert.

    Where a rule is in doubt, the sentence counts as reporting. Empty words are furniture.

    >>> [is_furniture(s) for s in ("Reach Bo Lind on X at @bo.", "Bo Lind sold the ferry.")]
    [True, False]
    """
    words = " ".join(sentence.split())
    if not re.search(r"\w", words):
        return True
    return bool(
        is_related_link(words)
        or is_newsletter(words)
        or is_credit(words)
        or _DESK.match(words)
        or (_LETTERHEAD.match(words) and not _SAYS.search(words))
        or _TIMED.search(words)
        or _CREDIT_ALONE.match(words)
        or _POINTING.match(words)
        or (_YEAR.search(words) and _CAPTION.match(words))
    )


def is_related_link(words: str) -> bool:
    """Whether words point to another article or a video: "Read more: ..."."""
    # All the patterns below need one of these characters.
    if len(words) > _RELATED_LENGTH or (":" not in words and "?" not in words):
        return False
    if _RELATED.match(words) or _VIDEO.fullmatch(words) or _ADDRESS_ONLY.fullmatch(words):
        return True
    found = _GLUED.match(words)
    if found is None or _GLUED_FIELD.match(words) or _GLUED_CORRECTION.search(words):
        return False
    headline = len(words[found.end() :].split())
    return 4 <= headline <= (9 if words.endswith(".") else 22)


def is_newsletter(words: str) -> bool:
    """Whether words advertise a newsletter, a subscription or an account to follow."""
    folded = words.lower()
    if not any(map(folded.__contains__, _PROMPT_HINTS)):
        return False
    if _PROMPT.match(words):
        return True
    return (
        words.count(" ") < _PROMPT_WORDS
        and not _SAYS.search(words)
        and _PROMPT_INSIDE.search(words) is not None
    )


def is_credit(words: str) -> bool:
    """Whether words name the source of a picture, with or without its caption."""
    length = words.count(" ") + 1
    if length > _CREDIT_WORDS:
        return False
    ends = words[-1].isalnum() or words[-1] == ")"
    if ends and (
        _CREDIT_END.search(words, max(0, len(words) - 80)) or _CREDIT_BRACKET.search(words)
    ):
        return True
    found = _CREDIT_START.match(words)
    return found is not None and ("/" in found.group() or length <= _SHORT_CREDIT_WORDS)
