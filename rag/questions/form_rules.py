"""The rules that tell the form of an English question, in the order in which they are tried.

They are written for `AskedWords.text`: lower case, one space between words, contractions apart,
marks as words of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

AUXILIARY = (
    r"is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
)
_WH = r"who|what|when|where|why|which|how|whose|whom"
_INTENSIVE = (
    r"(?: (?:on earth|in the world|the hell|the heck|exactly|actually|really|precisely|again"
    r"|else|else's))?"
)
_BE = r"(?:is|are|was|were)"
BOUNDARY = (
    r" (?:in|at|on|from|by|during|of|to|with|since|after|before|for|into|about|over|under|near"
    r"|between|against|through|than|until|up|out|down|off|as|if|when|because|while|the|a|an|its"
    r"|his|her|their|who|that|which|where)(?= |$)"
)
"""Words with which a verb's phrase or a preposition's begins, after the words of a subject."""

PREPOSITION = (
    r"in|at|on|from|by|during|of|to|with|since|after|before|for|into|about|over|under|near|outside"
    r"|inside|between|against|through"
)
POLITE = re.compile(
    r"(?:(?:please|hi|hello|hey|hey there|ok|okay|so|and|but|also|dateline|um|oh|quick question"
    r"|sorry"
    r"|thanks|thank you|remind me|quickly)\b(?! far)|(?:well|now|right|yes|no|then|question"
    r"|cheers) ,"
    r"|[^\w\s$€£¥]| )*(?=[^ ])"
)
THANKS = re.compile(
    r"(?:^| )(?:please|thanks|thank you|cheers|ta|for me|to me|briefly|in short|in brief|asap|then"
    r"|[^\w\s'])$"
)
PREAMBLE = re.compile(
    r"(?:i|my|we|our|i'm|i am|he|she|they|it|there|this|that)\b(?! (?:need|want) (?:a|an|the"
    r"|some)\b)"
)
LEAD_IN = re.compile(
    r"(?:.* )?(?:(?:need|needs|want|wants|like|love|trying|hoping|have|keen|curious) to (?:know"
    r"|find"
    r" out|understand|hear|see|learn)|wonder|wondering|tell (?:me|us)|explain(?: to me| to us)?"
    r"|do you know|does anyone know|any idea|any ideas|can you say|find out|figure out|show me"
    r"|let me know|remind me|ask|asking|i forget|not sure|look up|check)(?: about| exactly)?"
    rf"(?: ,| :)? (?=(?:{_WH}|whether|if)\b)"
)
ADJUNCT = re.compile(
    r"(?:in|on|at|after|before|during|for|according to|since|by|with|following|as of|among|of|from"
    r"|given|when|while|(?P<told>regarding|concerning|about)) (?P<about>[^?]*?) [,:] "
    rf"(?=(?:{_WH}|do|does|did|is|are|was|were|has|have)\b)"
)
AND_ASKS = re.compile(
    rf" (?:, )?(?:and|but|or|plus) (?:also )?(?=(?:{_WH}|whether|did|does|do|is|was|has|will)\b)"
    rf"| , (?:incl|including|especially)\b(?: \.)?| [,(] ?(?=(?:{_WH}|did|does|do|is|was"
    rf"|has)\b)| \("
)
"""Where a second question begins."""

ASKING = re.compile(rf"(?:{_WH}|whether|{AUXILIARY}|name|list|give|tell|describe|explain)\b")
TIME = re.compile(
    r" (?:(?:on|in|by|since|during|last|this|next|at) )?(?:the )?(?:(?:last|this|next|past) "
    r"(?:\w+ )?(?:days?|weeks?|months?|years?|weekend|morning|night|summer|winter|spring|autumn"
    r"|fall)"
    r"|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)days?|today|yesterday|tonight|so far"
    r"|to date|(?:right )?now"
    r"|(?:19|20)\d\d)(?: (?:morning|afternoon|evening|night))?$"
)
_DATED = (
    r"in|from|between|since|during|to|until|and|january|february|march|april|may|june|july|august"
    r"|september|october|november|december|(?:19|20)\d\d|\d\d?"
)
"""The words of a period after what it is of: "from march to june 2025"."""
REQUESTS = frozenset({"latest", "overview", "chronology", "comparison"})
"""Forms that ask for a whole, of what another sentence may name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A form and what its questions look like; `whole` where the second question counts, too.

    The names of groups are the slots of a `Form`, and its `cue`.
    """

    name: str
    pattern: re.Pattern[str]
    whole: bool


def _rules(name: str, *patterns: str, whole: bool = False) -> tuple[Rule, ...]:
    return tuple(Rule(name, re.compile(pattern), whole) for pattern in patterns)


_SAY = (
    r"(?:say|tell|think|write|tweet|post|testify|comment|respond|reply|react|argue|claim|warn"
    r"|make of|feel|believe|promise|demand|propose|apologi[sz]e for|have to say|suggest"
    r"|want to say)"
)
_SAID = (
    r"(?:said|told|thought|written|wrote|tweeted|posted|testified|commented|responded|replied"
    r"|reacted|argued|claimed|warned|made of|felt|saying|thinking|telling|writing|promised|demanded"
    r"|proposed|suggested|spoken|called for)"
)
_SPEAKER = r"(?P<subject>(?:(?! (?:that|who|which) ).)+?)"
_ADVERB = (
    r"(?:(?:really|actually|ever|have|had|has|been|going to|publicly|also|first|just|reportedly) )*"
)
_NO_CLAUSE = (
    r"(?! (?:is|was|are|were|made|makes|caused|causes|led|will|would|can|could|should|may|might|has"
    r"|had|have|happened|happens|went)\b)"
)
"""What is said to be so is no statement: "What do experts say made it fall?"."""

_REACT = (
    r"(?:react|respond|reply|feel|take|reacted|responded|replied|reacting|responding|felt|taken)"
)
_REPLY = (
    r"(?:response|reaction|reply|answer|rebuttal|take|view|views|position|stance|opinion|opinions"
    r"|comments?|statements?|remarks?|words|quotes?|thoughts|feelings)"
)
_ABOUT = r"(?: (?:about|on|to|of|regarding|over|concerning|when|that|after|as|in|for|at|with))?"
_WHOLE = (
    r"(?:summary|summaries|overview|recap|run ?down|run-?down|primer|explainer|gist|low-?down"
    r"|basics"
    r"|key (?:facts|points)|main (?:facts|points)|full story|whole story|background(?:er)?"
    r"|back ?story|brief(?:ing)?|history|context|info|information|details|tldr)"
)
_OF = r"(?:of|on|about|to|for|into|behind|regarding|around)"
_REPORTS = (
    r"(?:reports|accounts|papers|outlets|sources|versions|newspapers|articles|figures|numbers"
    r"|witnesses)"
)
_NEWS = r"(?:news|updates?|word|developments?|info|information|progress)"
_MANY = (
    r"(?:how (?:many|much|old|far|tall|high|big|large|long|fast|deep|heavy|hot|cold|wide|often"
    r"|likely|rich|expensive|late|close|small|strong|loud|bad)\b(?: of)?)"
)

RULES: tuple[Rule, ...] = (
    *_rules(
        "comparison",
        r"^(?P<cue>compare|contrast) (?P<a>.+?) (?:and|with|to|against|vs) (?P<b>.+)",
        rf"^how (?:{AUXILIARY}) (?P<a>.+?) (?P<cue>compared?|stack up|measure up|differ|different)"
        r" (?:to|with|from|against) (?P<b>.+)",
        rf"^(?:how|where) (?:{AUXILIARY}) (?P<a>.+?) and (?P<b>.+?) "
        r"(?P<cue>differ|compare|disagree|diverge|different)\b",
        r"(?P<cue>differences?|similarit(?:y|ies)|contrast|comparison) (?:between|of) "
        r"(?P<a>.+?) (?:and|vs) (?P<b>.+)",
        r"^(?!why|how come)(?:what (?:is|are|was|were) )?(?P<a>.+?) (?P<cue>compared (?:to|with)"
        r"|as opposed to) (?P<b>(?!\d|last|a year|a month|previous|other|any|before|normal).+)",
        rf"^(?P<a>.+?) (?P<cue>vs) (?P<b>(?:{_WH}) .+)",
        rf"^(?!(?:{_WH}|{AUXILIARY}|tell|give|any|latest"
        rf"|timeline)\b)(?P<a>.+?) (?P<cue>vs) (?P<b>.+)",
        rf"(?:^(?P<subject>.+?) , )?(?:^| )(?:do|did|does) (?:the |all |both )*{_REPORTS} "
        r"(?P<cue>(?:all )?(?:agree|disagree|differ|match|contradict|conflict|say the same))\b",
        r"^(?:do|did|does) (?P<a>.+?) and (?P<b>.+?) (?:both |really )?"
        r"(?P<cue>agree|disagree|differ|contradict)\b",
        r"^(?:who|which|what) (?=.*(?:er|more|less|better|worse|first|most|sooner)\b).+ , "
        r"(?P<a>[^,]+?) (?P<cue>or) (?P<b>[^,]+)$",
        r"^what (?:do|did|does) (?P<a>.+?) and (?P<b>.+?) (?P<cue>have in common)",
        whole=True,
    ),
    *_rules(
        "chronology",
        r"^(?!give|show|make|send|draw|write|an? |the )(?P<subject>.+?"
        rf") (?P<cue>timeline|chronology)(?: (?:,|-|{_DATED}))*$",
        r"(?P<cue>(?:timeline|time line|chronology|sequence of events|order of events|chain of"
        r" events|key dates|key moments|course of events)s?) (?:of|on|for|in|about|from|behind)"
        r" (?P<subject>.+)",
        r"^(?:(?:give|show|make|send|draw up|write)(?: me| us)? )?(?:a |the )?(?P<cue>timeline"
        r"|chronology|key dates)\b",
        r"^how (?:did|has|have) (?P<subject>.+?) (?P<cue>unfold(?:ed)?|play(?:ed)? out|evolved?"
        r"|develop(?:ed)?|progress(?:ed)?|escalated?|come together|go down|gone down)\b",
        r"^how (?P<subject>.+?) (?P<cue>unfolded|played out|evolved)\b",
        r"^(?:what (?:is|are|was|were) )?(?:the )?(?P<cue>events) (?:leading(?: up)?"
        r"|that led(?: up)?)"
        r" to (?P<subject>.+)",
        r"^(?:(?:take|walk|run|lead) (?:me|us) through )?(?P<subject>.+?) (?:, )?(?P<cue>step"
        r" by step"
        r"|day by day|blow by blow|(?:in )?chronological(?: order)?|with (?:the )?dates)\b",
        whole=True,
    ),
    *_rules(
        "overview",
        rf"^(?:(?:i|we|my \w+|our \w+|can you|could you|would you|will you|would like|am|'d|'m"
        rf"|just) )*"
        r"(?P<cue>(?:give|get|write|do|need|needs|want|wants|have|make|offer|provide|send|show"
        r"|prepare"
        rf"|looking for|after|like)\b(?: \S+){{0,6}}? {_WHOLE})(?: {_OF} (?P<subject>.+))?$",
        rf"^(?:(?:a|an|the|some|quick|short|brief|full|little"
        rf"|one-paragraph) )*(?P<cue>{_WHOLE}) {_OF}"
        r" (?P<subject>.+)",
        rf"^(?!(?:{_WH}|{AUXILIARY})\b)(?P<subject>.+?) (?P<cue>(?:in a nutshell|in brief|tldr"
        rf"|summary"
        r"|overview|recap|background|explained|explainer|briefing))$",
        r"^(?:(?:can|could|would|will) you |(?:i|we) (?:want|need"
        r"|would like) you to )?(?P<cue>summari[sz]e|sum up|recap|outline"
        r"|describe|explain|break down|brief (?:me|us)(?: on| about)?"
        r"|(?:catch|bring|get) (?:me|us) up(?: to (?:speed|date))?(?: on| with| about)?"
        r"|fill (?:me|us) in(?: on| about)?|(?:run|walk|talk|take) (?:me|us) through"
        r"|tell (?:me|us) (?:more |all |everything |something |a bit |a little )?about"
        r"|(?:teach|inform) (?:me|us) (?:about|on))(?: (?P<subject>.+))?$",
        r"^(?P<cue>what (?:do|can) (?:you|we) (?:know|tell me"
        r"|say) (?:so far )?about) (?P<subject>.+)",
        r"^(?P<cue>what is (?:already |so far )?known(?: so far)?(?: about)?)(?:"
        r" (?P<subject>.+))?$",
        rf"^what {_BE} (?P<subject>.+?) (?P<cue>(?:all )?about)$",
        rf"^(?P<cue>what {_BE} (?:the|all the) (?:story|deal|fuss|row|controversy|background"
        r"|history|key points|main points|key facts|gist|context)"
        r"(?: (?:with|behind|on|of|about|to|over|around|in))?)(?: (?P<subject>.+))?$",
        r"^(?:(?:i|we) (?:need|want) |(?:have you )?got |do you have |is there |find (?:me )?)?"
        r"(?P<cue>(?:everything|anything|something|all|more|what you (?:have|know|have got))"
        r" (?:you know )?(?:about|on|regarding)) (?P<subject>.+)",
        r"^(?P<cue>what (?:do|should) i need to know about|what should i know about)"
        r" (?P<subject>.+)",
        whole=True,
    ),
    *_rules(
        "latest",
        rf"^(?:what {_BE} |have you (?:got )?|is there |are there |got |give (?:me|us) "
        rf"|tell (?:me|us) )?"
        r"(?:any(?:thing)? |the |all the |your )*(?P<cue>(?:very )?"
        r"(?:latest|newest|most recent|breaking|new|recent)"
        rf"(?: {_NEWS}| status| state| situation| headlines?)*)"
        r" (?:on|about|with|regarding|in|from|of|around|re) (?P<subject>.+)",
        rf"^(?:and |so )?what (?:is|are) (?:the )?(?P<cue>latest|newest|new|news)(?: {_NEWS})?$",
        r"^(?:the )?(?P<cue>latest|update me|updates?|news)$",
        rf"^(?:(?:is|are) there |do you have |have you (?:got )?|got |what is the )?"
        rf"(?P<cue>(?:any |some |an |the |more |fresh |further )?{_NEWS}) (?:on|about|from|in"
        rf"|regarding"
        r"|of|with) (?P<subject>.+)",
        r"^(?P<cue>update (?:me|us)(?: on| about)?)(?: (?P<subject>.+))?$",
        rf"^(?!(?:{_WH}|{AUXILIARY})\b)(?P<subject>.+?) (?P<cue>(?:the )?(?:latest|newest"
        rf"|most recent)"
        r"(?: (?:news|numbers?|figures?|updates?|developments?|status|tally|total|count|data"
        r"|results?)"
        r")?|updates?|news)$",
        r"^(?P<cue>where (?:do|did) (?:things|matters|we) stand)(?: (?:with|on|in|at|regarding)"
        r" (?P<subject>.+))?",
        r"^(?P<cue>where) (?:does|do) (?P<subject>.+?) stand(?: now| today| at the moment"
        r"| currently)?$",
        r"^(?P<cue>where are (?:we|things)(?: now)?) (?:with|on|in|at) (?P<subject>.+)",
        r"^(?:what is )?(?:the )?(?P<cue>(?:current )?(?:status|state of play|state of affairs)"
        r"|current"
        r" situation) (?:of|with|on|in|at|for) (?P<subject>.+)",
        r"^(?P<cue>what is (?:happening|going on)(?: now| currently| at the moment)?) (?:with"
        r"|in|at|to)"
        r" (?P<subject>.+?) (?:now|right now|currently|at the moment|today|these days)$",
        r"^(?P<cue>has (?:anything|something) (?:new |else )?(?:happened|changed"
        r"|come out)) (?:with|on"
        r"|in|to|about|since) (?P<subject>.+)",
        r"^(?P<cue>how) (?:is|are) (?P<subject>.+?) (?:going|getting on|coming along|progressing)"
        r"(?: now| so far)?$",
        whole=True,
    ),
    *_rules(
        "event",
        rf"^what{_INTENSIVE}(?: (?:has|have|had|is|was|will))? (?P<cue>happened|happening"
        rf"|happens|happen"
        r"|occurred|went on|going on|gone on|took place|went wrong|went down|become of"
        r"|became of|kicked"
        r" off|up with)(?: (?:to|at|in|with|on|outside|during|inside|near|by|around|over|of"
        r"|when|after))?"
        r"(?: (?P<subject>.+))?$",
        rf"^what{_INTENSIVE} (?:did|does) (?P<cue>happen) (?:to|at|in|with|on) (?P<subject>.+)",
        rf"^what{_INTENSIVE} {_BE} (?P<cue>(?:the matter|wrong|up|the problem) with) "
        r"(?P<subject>.+)",
        rf"^(?!(?:{_WH}|{AUXILIARY})\b)(?P<subject>.+?) (?:[,:-] )?(?P<cue>what (?:has"
        rf" )?happened)$",
    ),
    *_rules(
        "figure",
        rf"^(?:(?:about|around|approximately|roughly|just|exactly|and|by|for|to|over|at|in|of"
        rf"|after) )*"
        rf"(?P<cue>{_MANY})(?! (?:do|does|can) (?:you|i|we|one)\b)",
        r"^(?P<cue>what) (?:does|did|do|will|would) .+? (?:cost|weigh|measure|earn)$",
        r"^(?:(?:about|around|by|for|to|at|in|of) )?(?P<cue>(?:what|which) (?:percentage|percent"
        r"|proportion|share|fraction|number|amount|age|price|size|magnitude|temperature|speed|score"
        r"|salary|distance|length|height|weight|margin|rate|sum))\b",
    ),
    *_rules(
        "statement",
        rf"^(?P<cue>what{_INTENSIVE}) (?:do|does|did|will|would|should|might|could|can) {_SPEAKER}"
        rf" {_ADVERB}{_SAY}{_NO_CLAUSE}{_ABOUT}(?: (?P<matter>.+))?$",
        rf"^(?P<cue>what{_INTENSIVE}) (?:has|have|had) {_SPEAKER}"
        rf" {_ADVERB}{_SAID}{_NO_CLAUSE}{_ABOUT}"
        r"(?: (?P<matter>.+))?$",
        rf"^(?P<cue>what{_INTENSIVE}) (?:is|are|was|were) {_SPEAKER} {_ADVERB}(?:saying|telling"
        rf"|thinking|writing|demanding|proposing|claiming|promising){_NO_CLAUSE}{_ABOUT}"
        r"(?: (?P<matter>.+))?$",
        rf"^(?P<cue>what) (?P<subject>(?!happened|caused|led|made|did|is|was|been|kind|type"
        rf"|sort|else)\S+(?: \S+){{0,6}}?)"
        rf" (?:has |have |had )?(?:said|thinks?|says|wrote|thought"
        rf"|told)\b{_ABOUT}(?: (?P<matter>.+))?$",
        rf"^(?P<cue>how) (?:{AUXILIARY}) (?P<subject>.+?) (?:publicly |first )?{_REACT}"
        r" (?:to|about|when|on|after|over|towards?|by|with) (?P<matter>.+)$",
        rf"^(?P<cue>how) (?:{AUXILIARY}) (?P<subject>.+?) (?:react|respond|reacted|responded|reply"
        r"|replied)$",
        r"^(?P<cue>how) (?P<subject>.+?) (?:reacted|responded|replied) to (?P<matter>.+)$",
        rf"^(?:(?:what|how) {_BE} )?(?P<subject>[^,]+?) (?:'s|') (?:\S+ )??(?P<cue>{_REPLY})"
        rf" (?:to|on|about|regarding|over|of|towards?|concerning)(?: (?P<matter>.+))$",
        rf"^(?:what {_BE} )?(?:the |any |some )?(?P<cue>{_REPLY}) (?:of|from|by) (?P<subject>.+?)"
        r" (?:to|on|about|regarding|over) (?P<matter>.+)$",
        rf"^(?:what {_BE} )?(?:the |any |some )?(?P<cue>reactions?|responses?) (?:to"
        rf"|on) (?P<matter>.+)$",
        r"^(?P<cue>quotes?|comments?|statements?|remarks) (?:from|by) (?P<subject>.+?)(?: (?:on"
        r"|about)"
        r" (?P<matter>.+))?$",
        r"^where (?:does|do|did) (?P<subject>.+?) (?P<cue>stand) (?:on|about|over) (?P<matter>.+)$",
        r"^(?:did|has|have) (?P<subject>(?:(?! (?:really|actually|ever)\b).)+?) (?P<cue>say"
        r"|said|comment(?:ed)?|respond(?:ed)?|react(?:ed)?|spoken)"
        r"(?: (?:on|to|about|out|that))?(?: (?P<matter>.+))?$",
    ),
    *_rules("measure", rf"^(?:what{_INTENSIVE} {_BE} )?(?P<matter>.+)$"),
    *_rules(
        "date",
        rf"^(?:(?:and|since|until|by|from|on|in|at|around|for|about) )*(?P<cue>when{_INTENSIVE}"
        rf"|(?:what"
        r"|which)(?: (?:exact|calendar|other))? (?:day|date|time(?: of (?:day|night|year))?"
        r"|year|month|week|weekday|decade|century)"
        r"|how soon|how long ago|how recently)\b(?! of the)",
        r"^(?:what (?:is|was) )?(?:the )?(?:exact |start |end |release |launch "
        r"|due )?(?P<cue>date|day"
        r"|deadline) (?:of|for) (?P<subject>.+)$",
    ),
    *_rules(
        "cause",
        rf"^(?P<cue>why{_INTENSIVE}|how come|for what reason|what for)(?= |$)",
        rf"^(?P<cue>what{_INTENSIVE} (?:(?:actually|really|also|has|have|had|is|was|were"
        rf"|are) )?(?:caused"
        r"|causes|causing|led to|leads to|triggered|triggers|makes|made|behind|prompted|prompts"
        r"|explains"
        r"|sparked|drove|drives|driving|brought about|started|set off))(?: (?P<subject>.+))?$",
        rf"^(?:what {_BE} )?(?:the |a )?(?:main |real |official )?(?P<cue>reasons?|causes?"
        rf"|motives?|logic"
        r"|reasoning|rationale) (?:for|of|behind|why|that)(?: (?P<subject>.+))?$",
        r"^(?P<cue>what) (?:did|does|has|have) (?P<subject>.+?) (?:die|died) (?:of|from)$",
        r"^(?P<cue>what killed) (?P<subject>.+)$",
        r"^(?P<cue>how to) (?P<subject>.+)$",
        rf"^(?P<cue>how{_INTENSIVE})(?= (?:{AUXILIARY}) \S)",
        rf"^(?!(?:{_WH}|{AUXILIARY})\b)(?P<subject>.+?) (?:[,:-] )?(?P<cue>why|how come|how)$",
        r"^(?P<cue>(?:how|why)) (?P<subject>\S.*)$",
    ),
    *_rules(
        "list",
        r"^(?P<cue>(?:name|list|enumerate|give (?:me|us) (?:a|the) (?:full |complete )?list of"
        r"|(?:a |the"
        r" )?(?:full |complete )?list of|who all))(?: (?:all|some|every|the|of|me|for)\b)*"
        r" (?P<subject>.+)$",
        r"^(?P<cue>what) (?:was|were|has been|got) (?:agreed|decided|discussed|proposed|promised"
        r"|announced)\b(?: (?:at|in|by|on|during))?(?: (?P<subject>.+))?$",
        rf"^(?P<cue>what) (?:{AUXILIARY}) (?P<subject>.+?) (?:announced?|unveil(?:ed)?"
        r"|reveal(?:ed)?|introduced?|launch(?:ed)?)(?: (?:at|in|on|during) (?P<matter>.+))?$",
    ),
    *_rules(
        "which", r"^(?P<cue>which|what) (?:other |of )?(?:the |these |those )?(?P<noun>\w+.*)$"
    ),
    *_rules(
        "who is",
        rf"^(?P<cue>who{_INTENSIVE} (?:is|was|(?P<many>are|were)){_INTENSIVE})"
        rf" (?P<subject>(?!(?:it|he|she|they|this|that)$)[^,(]+)",
        r"^(?P<cue>who) (?P<subject>[^,]+?) (?:is|was|(?P<many>are|were))$",
    ),
    *_rules(
        "definition",
        r"^(?P<subject>[^,]+?) (?:[,:-] )?(?P<cue>(?:who|what) (?:is|was|are|were) (?:it|he|she"
        r"|they"
        r"|this|that))$",
        r"^(?P<subject>[^,]+?) (?:[,:-] )(?P<cue>who|what) (?:is|was|are|were)(?: that| this)?$",
        rf"^(?!(?:{_WH}|{AUXILIARY})\b)(?P<subject>[^,]+?) (?:[,:-] )?(?P<cue>who)$",
        whole=True,
    ),
    *_rules(
        "definition",
        r"^(?P<cue>define|definition of|meaning of|what is the (?:definition|meaning) of"
        r"|what is meant by)"
        r" (?P<subject>.+)$",
        r"^(?P<cue>what) (?:does|did|do) (?P<subject>.+?) (?:mean|stand for)$",
    ),
    *_rules(
        "what is",
        rf"^(?P<cue>what{_INTENSIVE} (?:is|was|(?P<many>are|were)){_INTENSIVE})"
        r" (?P<subject>(?!(?:it|he|she|they|this|that)$)[^,(]+)",
        r"^(?P<cue>what) (?P<subject>[^,]+?) (?:is|was|(?P<many>are|were))$",
    ),
    *_rules(
        "topic",
        r"^(?P<cue>on|about|re|regarding|concerning|search(?: for)?|find|look (?:up|for))(?: :)?"
        rf" (?P<subject>(?!.*\b(?:{_WH}|{AUXILIARY})\b).+)$",
    ),
    *_rules("yes or no", rf"^(?P<cue>(?:{AUXILIARY}|whether|if))\b"),
    *_rules("fact", rf"^(?P<cue>what|where|whom|with whom|to whom)(?= (?:{AUXILIARY}) \S)"),
)
