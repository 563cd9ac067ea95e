"""The form of a question: what kind of answer it asks for, about whom or what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from rag.questions.about_archive import read_about_archive
from rag.questions.asked_words import (
    AskedWords,
    clause_slots,
    has_name,
    is_participle,
    is_plural,
    is_superlative,
    participles,
    question_words,
    read_words,
)
from rag.questions.form_rules import (
    ADJUNCT,
    AND_ASKS,
    ASKING,
    AUXILIARY,
    BOUNDARY,
    LEAD_IN,
    POLITE,
    PREAMBLE,
    REQUESTS,
    RULES,
    THANKS,
    TIME,
)
from rag.records import Filters, Understood

FormName = Literal[
    "definition",
    "statement",
    "event",
    "latest",
    "overview",
    "chronology",
    "topic",
    "cause",
    "list",
    "comparison",
    "yes or no",
    "figure",
    "date",
    "fact",
    "archive",
    "chat",
]
"""Every form there is.

definition: who or what is it? statement: what did somebody say? event: what happened?
latest: what is new? overview: summarise, tell me about. chronology: a dated sequence.
topic: a bare name or noun phrase. cause: why or how. list: which ones, several of them.
comparison: two sides. figure: how many, how much. date: when. fact: any other single fact.
archive: about the articles held. chat: about Dateline, a greeting, thanks.
"""


@dataclass(frozen=True, slots=True)
class Form:
    """What a question asks for: its form, and the words of the question that fill it.

    `subject` is whom or what the answer is about, as the question has it ("karoline leavitt",
    "the mine"), and the speaker of a statement. `matter` is what is asked about it: what was
    spoken of, what a figure measures, the verb and object of a yes-or-no question. `sides` are
    what a comparison compares. Each is "" or () where the question does not say. `cue` are the
    characters of the question that tell its form, (0, 0) where none do.
    """

    name: FormName
    subject: str = ""
    matter: str = ""
    sides: tuple[str, ...] = ()
    cue: tuple[int, int] = (0, 0)


MEANINGS: Mapping[FormName, str] = MappingProxyType(
    {
        "definition": "who or what “{subject}” is",
        "statement": "what “{subject}” said",
        "event": "what happened",
        "latest": "the latest news",
        "overview": "an overview",
        "chronology": "a timeline",
        "cause": "why or how",
        "list": "a list",
        "comparison": "a comparison",
        "yes or no": "yes or no",
        "figure": "a number",
        "date": "a date",
        "archive": "about this archive",
        "chat": "about Dateline itself",
    }
)
"""What is said of a form to whoever asks; a topic and a fact go without saying."""

_MOST_WORDS_OF_A_TOPIC = 12
_MOST_CHARACTERS = 2_000
_OUTLET = "\x00"
_OUTLETS = rf"(?:the\s+)?{_OUTLET}+"
_REPORTED = re.compile(
    rf"\s*(?P<cue>what\s+(?:do|does|did|has|have|is|are|was|were)\s+{_OUTLETS}"
    rf"(?:\s*(?:,|&|\band\b|\bor\b)\s*{_OUTLETS})*\s+(?:each\s+|both\s+|also\s+)?"
    r"(?:say|said|saying|report|reported|reporting|write|written|writing)\s+(?:about|on|of))"
    r"\s+(?P<matter>\w.*)",
    re.IGNORECASE | re.DOTALL,
)
_PRONOUNS = frozenset(
    ["it", "he", "she", "they", "this", "that", "these", "those", "there", "him", "her", "them"]
)


# Several steps of one question ask for it.
@lru_cache(maxsize=256)
def read_form(question: str) -> Form:
    """The form of a whole question; a "fact" where no rule knows better.

    Of several sentences, a request for a whole ("Give me a summary") decides, then the first
    that asks; a preamble only where none does.

    >>> form = read_form("what did ann orr say about the ferry?")
    >>> form.name, form.subject, form.matter
    ('statement', 'ann orr', 'the ferry')
    """
    if (outside := _outside_the_news(question)) is not None:
        return outside
    sentences = read_words(question[:_MOST_CHARACTERS]).sentences()
    read = [_sentence(sentence) for sentence in sentences]
    asked = [form for form, asks in read if form is not None and asks]
    said = [form for form, _ in read if form is not None]
    if not said:
        return Form("fact", subject=question.strip())
    chosen = next((form for form in asked if _is_request(form)), (asked or said)[0])
    if chosen.subject:
        return chosen
    return replace(chosen, subject=next((form.subject for form in said if form.subject), ""))


def reported_form(question: str, understood: Sequence[Understood]) -> Form | None:
    """The form of a question what outlets reported of something: an overview of that; else None.

    `understood` says which words of the question name the outlets.

    >>> question = "What did Radio North report about the strike?"
    >>> outlet = Understood(question[9:20], 9, 20, "", Filters(publishers=("Radio North",)), True)
    >>> form = reported_form(question, [outlet])
    >>> form.name, form.subject, question[slice(*form.cue)]
    ('overview', 'the strike', 'What did Radio North report about')
    """
    blanked = question
    for one in understood:
        if one.filters.publishers and one.end:
            blanked = blanked[: one.start] + _OUTLET * (one.end - one.start) + blanked[one.end :]
    if _OUTLET not in blanked or not (asks := _REPORTED.fullmatch(blanked)):
        return None
    form = read_form(f"Tell me about {question[asks.start('matter') :]}")
    return replace(form, cue=(0, asks.end("cue"))) if form.name == "overview" else None


def _outside_the_news(question: str) -> Form | None:
    """The form of a question about the archive or about Dateline; None for one about the news."""
    about = read_about_archive(question)
    if about is None:
        return None
    return whole_form("chat" if about.is_chat else "archive", question)


def whole_form(name: Literal["archive", "chat"], question: str) -> Form:
    """The form of a question that all of its words tell."""
    return Form(name, subject=question.strip(), cue=(0, len(question)))


def form_understood(form: Form, question: str) -> tuple[Understood, ...]:
    """The form as a reading that is shown and can be dropped; none where it needs no word.

    >>> [one] = form_understood(read_form("Who is Ann Orr?"), "Who is Ann Orr?")
    >>> one.words, one.meaning, one.of_hits
    ('Who is', 'who or what “Ann Orr” is', False)
    """
    start, end = form.cue
    if form.name not in MEANINGS or start == end:
        return ()
    meaning = MEANINGS[form.name].format(subject=form.subject or "somebody")
    return (Understood(question[start:end], start, end, meaning, Filters(), strict=False),)


def _is_request(form: Form) -> bool:
    """Whether a sentence asks for a whole of what another sentence names."""
    return form.name in REQUESTS and not form.subject


def _sentence(sentence: AskedWords) -> tuple[Form | None, bool]:
    """The form of one sentence, if it has one, and whether it asks rather than says."""
    words = _without_courtesies(sentence)
    if not words.words:
        return None, False
    lead = LEAD_IN.match(words.text)
    says = PREAMBLE.match(words.text) is not None and lead is None
    words = words.after(lead.end()) if lead else words
    about = ""
    if adjunct := ADJUNCT.match(words.text):
        about = words.as_asked(*adjunct.span("about")) if adjunct["told"] else ""
        words = words.after(adjunct.end())
    form = _by_rules(words) or _by_word_order(words)
    if about and form.name in ("figure", "date"):
        rest = " ".join(filter(None, (form.subject, form.matter)))
        form = replace(form, subject=about, matter=rest)
    if form.name == "yes or no" and words.words[0] == "if" and not lead:
        form = Form("fact", subject=form.subject)
    asks = ASKING.match(words.text) is not None or form.name not in ("fact", "topic")
    return form, sentence.words[-1] == "?" or (asks and not says)


def _without_courtesies(words: AskedWords) -> AskedWords:
    while (match := POLITE.match(words.text)) and match.end():
        words = words.after(match.end())
    while match := THANKS.search(words.text):
        words = words.before(match.start())
    return words


def _by_rules(words: AskedWords) -> Form | None:
    """The form of the first rule that matches; what is asked besides is left to others."""
    cut = AND_ASKS.search(words.text)
    head = words.before(cut.start()) if cut else words
    for rule in RULES:
        for part in (words,) if rule.whole else (head,):
            match = rule.pattern.search(part.text)
            if match and (form := _form(rule.name, match, part)):
                return form
    return None


def _form(name: str, match: re.Match[str], words: AskedWords) -> Form | None:
    """The form with its slots filled; None where a closer look denies it."""
    groups = match.groupdict()

    def slot(group: str) -> str:
        """The words of a group of the pattern as they were asked; "" for none."""
        return words.as_asked(*match.span(group)) if groups.get(group) else ""

    cue = words.place(*match.span("cue")) if groups.get("cue") else words.place(*match.span())
    subject, matter = slot("subject"), slot("matter")
    sides = tuple(filter(None, (slot("a"), slot("b"))))
    form = Form("fact", _named(subject), matter, sides, cue)
    match name:
        case "who is":
            return _who(form, words, match)
        case "what is":
            return _what(form, words, match)
        case "which":
            return _which(form, words, match)
        case "measure":
            return _measure(form, words, match)
        case "figure" | "date" | "cause" | "yes or no" | "fact":
            return _of_clause(replace(form, name=name), words, match)
        case _:
            return replace(form, name=name)  # type: ignore[arg-type]


def _named(subject: str) -> str:
    return "" if subject.lower() in _PRONOUNS else subject


def _who(form: Form, words: AskedWords, match: re.Match[str]) -> Form | None:
    """Who somebody is; a fact where it asks who holds an office, a list where who they are."""
    start = words.text[: match.start("subject")].count(" ")
    rest = words.words[start:]
    if not rest or is_participle(words, start):
        return replace(form, subject=words.as_asked(match.start("subject"), len(words.text)))
    phrase = match["subject"]
    if "'s" in phrase.split():
        return form
    if rest[0] in ("the", "some", "other"):
        head = re.split(BOUNDARY, phrase)[0].split()
        bare = head == phrase.split()
        some = head[-1] in question_words("people") or (is_plural(head[-1]) and not bare)
        if match["many"] and some and not words.is_name(start + len(head) - 1):
            return replace(form, name="list")
        titled = len(head) > 2 and head[1] in question_words("titles")
        known = bare and not is_superlative(head)
        if not titled and not known and not has_name(words, start + 1, start + len(head)):
            return form
    return replace(form, name="definition")


def _what(form: Form, words: AskedWords, match: re.Match[str]) -> Form | None:
    """What a thing is; a fact where it asks for something of another thing."""
    start = words.text[: match.start("subject")].count(" ")
    phrase = match["subject"]
    head = re.split(BOUNDARY, phrase)[0].split()
    last = head[-1] if head else ""
    if not head or is_participle(words, start) or (last.endswith("ing") and match["many"]):
        return form
    if match["many"] and is_plural(last) and (head[0] == "the" or "'s" in head):
        return replace(form, name="list")
    related = last in question_words("relations")
    longer = phrase != " ".join(head)
    known = head[0] in ("a", "an") or (has_name(words, start, start + len(head)) and not related)
    does = re.search(
        rf" (?:called|named|known as|\w{{2,}}ed)$|(?:{participles()}) (?:to|for|with|as|of|into)\b",
        f" {phrase}",
    ) or re.fullmatch("to|for|with|as|of|by|from|like|into", words.words[-1])
    doing = last.endswith("ing") and len(head) > 1 and longer
    unknown = (related or longer) and not known
    if does or doing or unknown or is_superlative(head) or "'s" in head:
        return form
    return replace(form, name="definition")


def _measure(form: Form, words: AskedWords, match: re.Match[str]) -> Form | None:
    """A figure where a noun of measure is asked for: "death toll from the storm"; else None."""
    phrase = TIME.sub("", match["matter"])
    bound = re.search(rf"{BOUNDARY}(?= )", phrase.removeprefix("the "))
    shift = len(phrase) - len(phrase.removeprefix("the "))
    end = shift + bound.start() if bound else len(phrase)
    head = phrase[:end].split()
    asked = match.start("matter") > 0
    if not head or head[-1] not in question_words("measures") or not (asked or bound):
        return None
    if not asked and ASKING.search(phrase):
        return None
    start = match.start("matter")
    time = TIME.search(words.text, start + end)
    stop = time.start() if time else len(words.text)
    after = start + shift + bound.end() if bound else stop
    subject = words.as_asked(after, stop) or words.as_asked(start, start + end)
    measured = words.as_asked(start, start + end)
    cue = words.place(start + end - len(head[-1]), start + end)
    return replace(form, name="figure", subject=subject, matter=measured, cue=cue)


def _which(form: Form, words: AskedWords, match: re.Match[str]) -> Form | None:
    """A list where several are asked for: "which states have"; else a fact."""
    start = words.text[: match.start("noun")].count(" ")
    form = replace(form, subject=words.as_asked(match.start("noun"), len(words.text)))
    nouns = words.words[start : start + 5]
    if re.fullmatch(rf"{AUXILIARY}|{BOUNDARY.strip()}", nouns[0]):
        return None
    for at, word in enumerate(nouns):
        after = words.words[start + at + 1 :][:1]
        if re.fullmatch(rf"(?:{AUXILIARY}|{BOUNDARY.strip()})", word):
            break
        verb_follows = bool(after) and re.fullmatch(
            rf"{AUXILIARY}|who|that|\w+ed|{'|'.join(question_words('participles'))}", after[0]
        )
        if is_plural(word) and (at == 0 or verb_follows):
            return replace(form, name="list")
    return form


def _of_clause(form: Form, words: AskedWords, match: re.Match[str]) -> Form:
    """The form with the clause after its cue parted into subject and matter."""
    if form.subject:
        return form
    subject, matter = clause_slots(form.name, words, match.span("cue"))
    return replace(form, subject=_named(subject), matter=matter)


def _by_word_order(words: AskedWords) -> Form:
    """A bare noun phrase is a topic; anything else, and what is in other letters, a fact."""
    subject = words.as_asked(0, len(words.text))
    wordy = len(words.words) > _MOST_WORDS_OF_A_TOPIC
    asks = re.search(
        rf"(?:^| )(?:{AUXILIARY}|who|what|when|where|why|how|which|i|me|you)(?= |$)", words.text
    )
    known = re.search("[a-z]", words.text)
    return Form("fact" if wordy or asks or not known else "topic", subject=subject)
