"""Makes a follow-up question whole by rules: what it leaves out comes from the turn before.

The rules are for English. They know the question before, itself whole, and how its answer opens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from rag.language.comparisons import tidy
from rag.language.entities import stems
from rag.language.letter_pairs import dense_runs
from rag.language.opposites import in_dictionary
from rag.language.words import question_language, without_possessive
from rag.questions.asked_words import question_words, read_words
from rag.questions.earlier_turn import BARE, NAME, NO_NAME, EarlierTurn, bare_question
from rag.questions.form import read_form
from rag.questions.form_rules import AUXILIARY, BOUNDARY, PREPOSITION, TIME

_GOING_ON = re.compile(
    r"(?:\W*\b(?:and|but|so|ok|okay|then|also|well|oh|now|yes|yeah|no|right|really|sure|thanks"
    r"|thank you)\b(?!-)[\s,.!]*)*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:(?:what|how) about|what of|tell me about|same for)\s+", re.IGNORECASE)
_MANY, _NAME_WORDS = 8, 3
_WH = r"who|what|when|where|why|which|how|whose|whom"
_HOW_LONG = re.compile(r"(?:for )?how long", re.IGNORECASE)
_BEFORE_IT = re.compile(
    r"the (?P<which>one|time|year|month) (?P<when>before|after)(?: (?:that|it|this|last))?"
    r"|the (?P<other>previous|next|earlier|following|other) one"
)
_PRONOUN = re.compile(
    r"\b(?P<person>he|she|him|his|her|hers)\b|\b(?P<group>they|them|their|theirs|those|these)\b"
    r"|\b(?P<thing>its|it|that|this)\b(?! (?:\w+ )?(?:week|month|year|time|day|morning|night"
    r"|one)\b)"
)
_ABOUT_IT = re.compile(r"\s+(?:about|of|on|to|over) (?:it|that|this)\W*$", re.IGNORECASE)
_OF_AN_ACT = re.compile(
    r" (?:be |been |get )?(?:done|over|final|finali[sz]ed|complete|completed|finished|happen\w*"
    r"|take place|go through)\b"
)
"""What is said of something that is done, not of a thing."""

_SEVERAL = re.compile(r"\b(?:they|them|theirs?)\b", re.IGNORECASE)
_POSSESSIVE = frozenset({"his", "its", "their"})
_PEOPLE_OF = {
    "injured": "were injured",
    "wounded": "were wounded",
    "hurt": "were hurt",
    "dead": "died",
    "deaths": "died",
    "survivors": "survived",
    "missing": "are missing",
    "homeless": "are homeless",
}
_COUNTED = frozenset(_PEOPLE_OF) - {"dead", "deaths"} | {"evacuated"}
_ORDINAL = re.compile(r"the (first|second|third|fourth|fifth|last|latest|previous|other) one")
_LAST = re.compile(
    r"\b(?:the|its|his|her|their) (?P<which>last|latest|most recent|newest|recent|first|second"
    r"|third|fourth|fifth|sixth|current) (?P<noun>.+)"
)


@dataclass(frozen=True, slots=True)
class Completed:
    """A follow-up made whole; `anew` where it opens a subject of its own.

    It is not `sure` where no rule knew where the subject belongs, so that it only stands before
    the question ("About the ferry strike: ..."), where one thing stands for two pronouns, and where
    "they" may be others than what the question before is about. One that names a subject itself
    ("Was the bridge safe?") may be of the story before or of another: it stays `as_asked`.
    """

    question: str
    anew: bool = False
    sure: bool = True
    as_asked: bool = False


def completed_by(question: str, before: str, reply: str) -> Completed | None:
    """The follow-up as a question that a stranger understands; None where no rule knows how.

    `before` is the question before it, itself whole, and `reply` how its answer opens.

    >>> completed_by("And the injured?", "How many died in the mill fire?", "").question
    'How many were injured in the mill fire?'
    >>> completed_by("What about the ferry strike?", "How many died in the mill fire?", "")
    Completed(question='Tell me about the ferry strike', anew=True, sure=True, as_asked=False)
    """
    asked = question[_GOING_ON.match(question).end() :].strip()  # type: ignore[union-attr]
    foreign = question_language(question) or dense_runs(question)
    if not asked or not before or foreign:
        return None
    turn = EarlierTurn(before.strip(), reply)
    bare = asked.rstrip(" ?!.")
    if whole := _of_a_whole(bare, f"{before} {reply}"):
        return whole
    about = _ABOUT.match(bare)
    fragment = bare[about.end() :] if about else bare
    if BARE.fullmatch(bare.lower()) or _HOW_LONG.fullmatch(bare):
        found = bare_question(bare, turn)
        return _completed(found)
    if not (about or _is_fragment(bare)):
        found = _of_clause(bare, turn) or _pronouns(bare, turn)
        if found:
            doubtful = found.count(turn.topic) > 1 or (
                turn.topic in found and bool(_SEVERAL.search(bare))
            )
            completed = _completed(found)
            return completed and replace(completed, sure=not (turn.topic and doubtful))
        if not turn.topic:
            return None
        put = _with_topic(bare, turn)
        completed = _completed(put)
        known = put != bare and not put.startswith("About ")
        return completed and replace(completed, sure=known, as_asked=put == bare)
    found = _earlier_one(fragment, turn) or _people(fragment, turn) or _measure(fragment, turn)
    found = found or _placed(fragment, turn) or _replaced(fragment, turn)
    if found:
        return _completed(found)
    if set(stems(fragment)) & set(stems(f"{before} {reply}")) or not stems(fragment):
        return None
    return Completed(f"Tell me about {fragment}", anew=True)


def _of_a_whole(asked: str, before: str) -> Completed | None:
    """“Latest on the mine” as it is: it names its story itself; None for other questions.

    What befell a thing may be a part of the story before, so that it opens no subject of its own.
    """
    form = read_form(asked)
    subject = set(stems(form.subject))
    befell = form.name == "event" and not _is_person(form.subject)
    whole = befell or form.name in ("latest", "chronology")
    if not whole or not subject or _PRONOUN.search(asked.lower()):
        return None
    completed = _completed(asked)
    return completed and replace(completed, anew=not befell and subject.isdisjoint(stems(before)))


def _of_clause(asked: str, turn: EarlierTurn) -> str:
    """“Is that good for them?” asks it of the whole of a yes-or-no question before."""
    that = re.match(r"(is|was|would|will) (?:that|this) (?P<rest>.+)$", asked, re.IGNORECASE)
    form = turn.form
    if that is None or form.name != "yes or no" or not form.subject or not form.matter:
        return ""
    auxiliary = turn.question.split()[0].lower()
    if auxiliary in ("did", "do", "does"):
        return ""
    return f"{asked[: that.end(1)]} it {that['rest']} if {form.subject} {auxiliary} {form.matter}"


def _pronouns(asked: str, turn: EarlierTurn) -> str:
    """The question with what its pronouns stand for; "" where none is known."""
    meant: dict[str, str] = {}
    parts: list[str] = []
    at = 0
    for match in _PRONOUN.finditer(asked.lower()):
        kind = str(match.lastgroup)
        if kind in meant or (kind == "thing" and _clausal(asked, match)):
            continue
        stands_for = getattr(turn, kind)
        if kind == "thing" and _OF_AN_ACT.match(asked.lower(), match.end()):
            stands_for = turn.act or stands_for
        if kind == "thing" and stands_for and stands_for == meant.get("person"):
            stands_for = turn.topic if turn.topic != stands_for else ""
            stands_for = stands_for or turn.form.subject
        if kind == "thing" and "person" in meant and turn.form.subject not in ("", meant["person"]):
            stands_for = turn.form.subject
        only_her = kind == "thing" and stands_for.lower() == meant.get("person", "-").lower()
        if only_her and (about := _ABOUT_IT.search(asked[at:])):
            # "What did she say about it?" of nothing but her: whatever she said.
            return "".join([*parts, asked[at : at + about.start()]])
        if re.match(r"(?:The|An?)\b", stands_for) and match.start():
            stands_for = f"{stands_for[0].lower()}{stands_for[1:]}"
        if not stands_for or stands_for.lower() in asked.lower():
            continue
        if stands_for.startswith("what ") and asked.lower().startswith("what "):
            # "What was what happened at the port worth?" says nothing.
            continue
        meant[kind] = stands_for
        owns = match[0] in _POSSESSIVE or (match[0] == "her" and _has_noun(asked, match.end()))
        parts += [asked[at : match.start()], _owner(stands_for) if owns else stands_for]
        at = match.end()
    return "".join([*parts, asked[at:]]) if meant else ""


def _clausal(asked: str, match: re.Match[str]) -> bool:
    """Whether "that" opens a clause or points at a noun, or "it" is no pronoun: "IT"."""
    word, after = match[0], asked[match.end() :]
    if word in ("that", "this"):
        verb = re.match(rf"\s+(?:{AUXILIARY}|mean|happen\w*|cost|affect\w*|last)\b|\W*$", after)
        return verb is None
    return asked[match.start() : match.end()] == "IT"


def _has_noun(asked: str, end: int) -> bool:
    return re.match(rf"\s+(?!(?:{PREPOSITION}|and|or|the|a|an)\b)\w", asked[end:]) is not None


def _owner(name: str) -> str:
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def _with_topic(asked: str, turn: EarlierTurn) -> str:
    """The question with the subject of the one before put to it."""
    form = read_form(asked)
    if form.name == "statement" and not form.matter:
        local = re.search(r"\bthe (?=(?:state|city|country|county|town|local|national)\b)", asked)
        place = turn.form.subject if turn.form.subject in turn.names else ""
        if local and place:
            asked = f"{asked[: local.end()]}{place} {asked[local.end() :]}"
        return f"{asked} about {turn.topic}"
    if turn.form.name == "event" and form.name in ("cause", "fact") and _PRONOUN.search(asked):
        return f"{asked} {turn.placed}"
    part = re.search(
        r"\bthe (?:\w+ ){0,2}?\w+(?=$| (?:due|over|on|out|held|ready|finished|done)\b)", asked
    )
    if part and form.name in ("date", "figure", "fact", "yes or no") and len(asked.split()) < _MANY:
        tied = _part(part[0], turn)
        acted = re.match(rf"who (?!(?:{AUXILIARY})\b)", asked, re.IGNORECASE)
        if (acted or form.name == "yes or no") and tied.startswith(f"{part[0]} of "):
            return asked
        return f"{asked[: part.start()]}{tied}{asked[part.end() :]}"
    return f"About {turn.topic}: {asked}"


def _part(part: str, turn: EarlierTurn) -> str:
    """A part of what the question before is about: "the cost of the mine"."""
    topic = turn.topic
    head = re.split(BOUNDARY, topic.lower())[0].rsplit(" ", 1)[-1]
    if head == part.lower().rsplit(" ", 1)[-1]:
        return topic if re.match(r"(?:the|a|an|its) ", topic) else f"the {topic}"
    placed = re.search(rf"\b(?:in|at|near|outside|inside) {re.escape(topic)}$", turn.bare)
    tied = placed[0] if placed else topic
    return f"{part} {tied}" if re.match(rf"(?:{PREPOSITION}) ", tied) else f"{part} of {tied}"


def _is_fragment(asked: str) -> bool:
    """Whether it has no verb of its own: "the injured", "at federal level"."""
    text = read_words(asked).text
    return (
        re.search(rf"(?:^| )(?:{AUXILIARY}|{_WH}|name|list|give|tell|show|compare)(?= |$)", text)
        is None
    )


def _earlier_one(fragment: str, turn: EarlierTurn) -> str:
    """“The one before that”, of the last or the third of a kind in the question before."""
    asked = _BEFORE_IT.fullmatch(fragment.lower())
    found = _LAST.search(turn.bare)
    ordinal = re.fullmatch(r"the (\w+)(?: one)?", fragment.lower())
    if found and ordinal and _LAST.fullmatch(f"the {ordinal[1]} one"):
        start, end = found.span("which")
        return f"{turn.bare[:start]}{ordinal[1]}{turn.bare[end:]}"
    if found is None and (one := _ORDINAL.fullmatch(fragment.lower())):
        first = re.search(r"\b(?P<article>the|an?) (?=\w)", turn.bare, re.IGNORECASE)
        put = f"the {one[1]} "
        if first and not _LAST.match(turn.bare, first.start()):
            return f"{turn.bare[: first.start()]}{put}{turn.bare[first.end() :]}"
    if asked is None or found is None:
        return ""
    cut = re.search(BOUNDARY, found["noun"])
    noun = found["noun"][: cut.start()] if cut else found["noun"]
    rest = found["noun"][len(noun) :]
    after = "after" in (asked["when"] or "") or asked["other"] in ("next", "following")
    if beside := turn.beside(found["which"], noun, after=after):
        return f"{turn.bare[: found.start()]}the {beside} {noun}{rest}"
    return (
        f"{turn.bare[: found.start()]}the {noun} {'after' if after else 'before'} "
        f"the {found['which']} one{rest}"
    )


def _people(fragment: str, turn: EarlierTurn) -> str:
    """“The injured”, in the place of those whom the question before counts or names."""
    head = re.fullmatch(r"(?:the )?(?:other )?(\w+)", fragment.lower())
    if head is None:
        return ""
    word = head[1]
    predicate = _PEOPLE_OF.get(word) or (f"were {word}" if re.fullmatch(r"\w{3,}ed", word) else "")
    if not predicate or not turn.placed:
        return ""
    text = turn.words.text
    place = re.search(rf" (?:{PREPOSITION}|when|after|because)(?= )", text)
    rest = turn.words.as_asked(place.start(), len(text)) if place else turn.placed
    who = re.match(r"who (?:was|were|is|are|has been|have been|died)\b", text)
    # Of "who", the verb is that of one or several: "was injured". The hurt are counted, not named.
    if who and word not in _COUNTED:
        return f"Who {predicate.replace('were ', 'was ')} {rest}"
    return f"How many {predicate} {rest}"


def _measure(fragment: str, turn: EarlierTurn) -> str:
    """“The cost”, “the name”: asked of what the question before is about."""
    words = fragment.lower().split()
    known = question_words("measures") | question_words("relations")
    if len(words) > 3 or words[:1] != ["the"] or words[-1] not in known or not turn.topic:
        return ""
    return f"What was {fragment} of {turn.topic}"


def _placed(fragment: str, turn: EarlierTurn) -> str:
    """“In France”, in the place of “in Spain”, else after the question before."""
    found = re.match(rf"({PREPOSITION}) (?P<rest>.+)", fragment, re.IGNORECASE)
    if found is None:
        return ""
    text = turn.bare
    year = re.search(r"\b(?:19|20)\d\d\b", text)
    if year and re.fullmatch(r"\d{4}", found["rest"]):
        return f"{text[: year.start()]}{found['rest']}{text[year.end() :]}"
    if (time := TIME.search(text.lower())) and TIME.search(f" {fragment.lower()}"):
        return f"{text[: time.start()]} {fragment}"
    same = list(re.finditer(rf"\b{found[1]} (?=[A-Z])", text)) if found["rest"][0].isupper() else []
    if same and not TIME.search(f" {text[same[-1].start() :].lower()}"):
        name = NAME.match(text, same[-1].end())
        if name:
            return f"{text[: name.start()]}{found['rest']}{text[name.end() :]}"
    which = re.match(rf"(?:which|what) \w+ (?P<aux>{AUXILIARY})\b", text, re.IGNORECASE)
    if which and re.search(r"\b(?:level|scale)$", fragment):
        single = {"have": "has", "are": "is", "were": "was", "do": "does"}
        text = f"Who {single.get(which['aux'], which['aux'])}{text[which.end() :]}"
    return f"{text} {fragment}"


def _replaced(fragment: str, turn: EarlierTurn) -> str:
    """The question before with the name, or the noun of the same kind, that the fragment names."""
    text = turn.bare
    name = re.sub(r"^the ", "", fragment)
    named = bool(NAME.fullmatch(name)) and not NO_NAME.fullmatch(name.split()[0])
    small = fragment == fragment.lower() and not re.match(
        r"(?:the|a|an|any|some|his|her|its)\b", fragment
    )
    if (named or small) and len(fragment.split()) <= _NAME_WORDS:
        subject = turn.form.subject
        old = next((name for name in turn.names if name in subject), "")
        old = old or (turn.names[-1] if turn.names else "")
        plain = not re.match(r"(?:the|a|an)\b", subject.lower())
        if not old and (small or named) and plain and 0 < len(subject.split()) <= _NAME_WORDS:
            old = _small_name(subject) or subject
        placed = re.search(r"\b(?:in|at|from) (\w+)$", text)
        if not old and placed and len(fragment.split()) == 1:
            old = placed[1]
        if old and old.lower() != name.lower():
            after_article = re.search(rf"\bthe {re.escape(old)}", text)
            return text.replace(old, name if after_article else fragment, 1)
    if not fragment:
        return ""
    head = fragment.split()[-1]
    if _is_person(fragment) and _is_person(turn.form.subject):
        return text.replace(turn.form.subject, fragment, 1)
    alike = re.search(
        rf"\b(?:the|a|an|its|his|her|their)(?: [\w’'-]+){{0,4}}? {re.escape(head)}\b",
        text,
        re.IGNORECASE,
    )
    if alike and not set(alike[0].lower().split()).issuperset(fragment.lower().split()):
        return f"{text[: alike.start()]}{fragment}{text[alike.end() :]}"
    return ""


def _small_name(subject: str) -> str:
    """The name in small letters with which a subject begins: "orr" of "orr bond"; else "".

    A name is what no dictionary has.
    """
    words = subject.split()
    name = [*takewhile(lambda word: not in_dictionary(without_possessive(word)), words)]
    return " ".join(name) if len(name) < len(words) else ""


def _is_person(phrase: str) -> bool:
    """Whether a phrase ends in what people are: "the mayor", "the striking drivers"."""
    head = phrase.lower().rsplit(" ", 1)[-1]
    return bool({head, f"{head}s"} & (question_words("people") | question_words("titles")))


def _completed(question: str) -> Completed | None:
    """The question with a capital and its mark, as it is shown; None without words."""
    text = tidy(question)
    if not re.search(r"\w", text):
        return None
    return Completed(f"{text[0].upper()}{text[1:]}?")
