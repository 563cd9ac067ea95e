"""The question before a follow-up and the opening of its answer: what a pronoun may mean there."""

from __future__ import annotations

import re
from functools import cached_property

from rag.language.analysis import analyse
from rag.language.referents import is_person_noun
from rag.language.words import without_possessive
from rag.questions.asked_words import AskedWords, is_plural, question_words, read_words
from rag.questions.form import Form, read_form
from rag.questions.form_rules import AUXILIARY, BOUNDARY, PREPOSITION

NAME = re.compile(
    r"\b[A-ZÀ-Þ][\w’'.-]*\w(?:\s+(?:(?:de|del|della|van|von|der|al|bin|ibn|of|da|la|le)\s+)?"
    r"[A-ZÀ-Þ][\w’'.-]*\w)*"
)
NO_NAME = re.compile(
    "the|an?|in|on|at|it|he|she|they|but|and|as|for|this|that|when|after|before|during|yes|no|i",
    re.IGNORECASE,
)
"""Words that are no part of a name where a sentence begins with them."""

_NO_FIRST = re.compile(
    rf"{NO_NAME.pattern}|who|what|when|where|why|which|how|whose|whom|{AUXILIARY}", re.IGNORECASE
)
_OPENS = 4
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth"),
)
_DONE = rf"{'|'.join(sorted(question_words('participles')))}|died|\w{{2,}}ed"
BARE = re.compile(
    rf"(?P<wh>why|how come|how|when|where|since when|until when)(?: (?:{AUXILIARY})"
    r" (?:that|this|it)(?: (?:happen|happened|happening|take place|so|be|was|all))?| exactly| not"
    r"| so| was that)?"
)
"""A question of a question word, perhaps with a word that points back."""


class EarlierTurn:
    """The question before and the opening of its answer, as far as a follow-up may mean them."""

    def __init__(self, question: str, reply: str) -> None:
        self.question = question
        self.reply = reply
        self.words: AskedWords = read_words(question)
        self.form: Form = read_form(question)

    @cached_property
    def bare(self) -> str:
        """The question without its mark."""
        return self.question.rstrip(" ?!.")

    @cached_property
    def names(self) -> list[str]:
        """Names by their capitals, where these tell; else none."""
        return _names(self.bare) if self.words.capitals_tell() else []

    @cached_property
    def topic(self) -> str:
        """What the question is about; "" where it does not say."""
        form = self.form
        if about := re.match(r"About (.+?): ", self.question):
            return about[1]
        if form.name == "yes or no" and re.match(r"an? ", form.subject, re.IGNORECASE):
            definite = re.search(r"\b(?:the|[A-Z])\b.*", form.matter)
            return definite[0] if definite else form.subject
        if form.name == "statement" and form.matter:
            return form.matter
        if form.name == "fact" and form.matter and form.subject:
            return form.subject
        if form.name in ("fact", "list") or not form.subject:
            return self._after_verb() or " and ".join(self.names) or form.subject
        if form.name == "yes or no" and len(self.names) > 1:
            return " and ".join(self.names)
        return form.subject

    @cached_property
    def person(self) -> str:
        """Whom "he" or "she" may mean; "" for nobody."""
        form, known = self.form, self.names
        in_reply = _people(self.reply)
        new = next((name for name in in_reply if name not in self.question), "")
        leads = bool(new) and 0 <= self.reply.find(new) < _OPENS
        asks = self.words.words[:1] in (("who",), ("which",), ("whose",))
        if (form.name == "fact" and asks and not form.matter) or (
            form.name in ("event", "fact") and leads
        ):
            unnamed = f"the one {self.bare[0].lower()}{self.bare[1:]}"
            return new or next(iter(in_reply), unnamed if unnamed[8:11] == "who" else form.subject)
        if form.name == "event" and form.subject and not self._is_of_something:
            return _somebody(self.reply) or (new if form.subject not in known else form.subject)
        if form.name in ("definition", "statement", "event") and form.subject:
            return _owner_of(form.subject)
        if (owner := _owner_of(form.subject)) != form.subject:
            return owner
        subject = form.subject if form.name not in ("fact", "list") or form.matter else ""
        head = subject.rsplit(" ", 1)[-1].lower()
        role = {head, f"{head}s"} & (question_words("people") | question_words("titles"))
        if subject and (role or any(subject == name for name in known)):
            return subject
        several = [name for name in known if " " in name and name not in subject]
        return several[-1] if several else subject or (known[-1] if known else new)

    @cached_property
    def group(self) -> str:
        """Whom "they" may mean; "" for nobody."""
        text = self.words.text.rstrip(" ?!.")
        counted = re.match(
            rf"how many (?P<noun>.+?) (?P<be>are|were|have been)? ?(?P<rest>(?:{_DONE})(?: .+)?)$",
            text,
        )
        if counted:
            noun, rest = self._as_asked(counted, "noun"), self._as_asked(counted, "rest")
            return f"the {noun} {rest}" if counted["be"] else f"the {noun} who {rest}"
        listed = re.match(
            rf"(?:which|what) (?P<noun>.+?) (?P<rest>(?:{AUXILIARY}|{_DONE}) .+)$", text
        )
        if listed and self.form.name == "list":
            noun, rest = self._as_asked(listed, "noun"), self._as_asked(listed, "rest")
            return f"the {noun} that {rest}"
        head = re.split(BOUNDARY, self.form.subject.lower())[0].rsplit(" ", 1)[-1]
        several = head in question_words("people") or (self._is_beside and is_plural(head))
        if self.form.name == "event" and several:
            return self.form.subject
        placed = self.form.name == "event" and not self._is_of_something
        if placed or (self.form.name == "fact" and not self.form.matter):
            return self._answer
        return self.form.subject

    @cached_property
    def thing(self) -> str:
        """What "it" may mean; "" for nothing."""
        form = self.form
        which = re.match(rf"(?:which|what) (?!(?:{AUXILIARY})\b)(\w+) ", self.words.text)
        if which and form.name == "fact":
            pattern = rf"\b(?i:the|a|an)\b(?: \w+){{0,2}} {which[1]}\b(?: [A-Z][\w’'-]*)*"
            found = re.search(pattern, self.reply)
            new = next((name for name in _names(self.reply) if name not in self.question), "")
            return f"{found[0][0].lower()}{found[0][1:]}" if found else new or self.topic
        relative = re.match(
            rf"what (?P<aux>is|are|was|were|has|have|had) (?P<subject>.+?) "
            rf"(?P<rest>(?:{_DONE})(?: .+)?)$",
            self.words.text.rstrip(" ?!."),
        )
        if relative and form.name == "fact":
            subject, rest = self._as_asked(relative, "subject"), self._as_asked(relative, "rest")
            return f"what {subject} {relative['aux']} {rest}"
        if form.name == "event" and form.subject and not self._is_of_something:
            return f"what happened {self.placed}"
        return form.matter if form.name == "statement" and form.matter else self.topic

    @cached_property
    def act(self) -> str:
        """What a yes-or-no question has somebody do: "Orr buying the mill"; "" of others."""
        form = self.form
        does = form.name == "yes or no" and form.matter.partition(" ")[0].endswith("ing")
        return f"{form.subject} {form.matter}" if does and form.subject else ""

    @cached_property
    def placed(self) -> str:
        """The subject with the preposition before it: "at the mill", "in the mill fire"."""
        subject = self.form.subject or self.topic
        found = re.search(rf"\b((?:{PREPOSITION}|when)\s+){re.escape(subject)}$", self.bare)
        return f"{found[1]}{subject}" if found else f"in {subject}" if subject else ""

    def beside(self, which: str, noun: str, *, after: bool) -> str:
        """The ordinal before that of a thing, or after it; "" where neither turn gives its own.

        >>> EarlierTurn("", "The sixth test flight failed.").beside("last", "flight", after=False)
        'fifth'
        """
        words = "|".join(re.escape(word) for word in noun.lower().split() if len(word) >= _OPENS)
        told = re.search(
            rf"\b({'|'.join(_ORDINALS)})(?: [\w’'-]+){{0,5}}? (?:{words})\b", self.reply.lower()
        )
        own = which if which in _ORDINALS else told[1] if told and words else ""
        place = (_ORDINALS.index(own) if own else len(_ORDINALS)) + (1 if after else -1)
        return _ORDINALS[place] if own and 0 <= place < len(_ORDINALS) else ""

    @property
    def _is_of_something(self) -> bool:
        """Whether what happened to something or somebody is asked, not what happened somewhere."""
        before = self.question[: self.question.find(self.form.subject)].strip().lower()
        return before.endswith(" to")

    @property
    def _is_beside(self) -> bool:
        """Whether what goes on "with" somebody or something is asked."""
        return self.placed.startswith("with ")

    @cached_property
    def _answer(self) -> str:
        """Who did it, as the answer opens: its words before the verb of "who bought ..."."""
        verb = re.match(r"(?:who|which \w+|what \w+) (\w+)", self.words.text)
        found = verb and re.match(rf"[^\w]*((?:[\w’'-]+ ){{1,{_OPENS}}}){verb[1]}\b", self.reply)
        if not found:
            return ""
        words = found[1].strip()
        return f"{words[0].lower()}{words[1:]}" if re.match(r"(?:The|A|An)\b", words) else words

    def _after_verb(self) -> str:
        """What follows "who won" or "which ship hit"; "" of other questions."""
        text = self.words.text.rstrip(" ?!.")
        helped = re.match(rf"(?:who|which \w+|what \w+) (?:{AUXILIARY}) \w+ (?P<rest>.+)", text)
        found = helped or re.match(r"(?:who|which \w+|what \w+) \w+ (?P<rest>.+)", text)
        return self._as_asked(found, "rest") if found else ""

    def _as_asked(self, match: re.Match[str], group: str) -> str:
        return self.words.as_asked(*match.span(group))


def _people(text: str) -> list[str]:
    """The full names in a text in order, but for those that its grammar has for something else."""
    found = [name for name in _names(text) if " " in name]
    if not found:
        return []
    [doc] = analyse([text], named=True)
    others = [each.text for each in doc.ents if each.label_ not in ("PERSON", "WORK_OF_ART")]
    return [name for name in found if not any(name in other for other in others)]


def _somebody(text: str) -> str:
    """Whom without a name a text tells of first: "the 51-year-old woman"; "" for nobody.

    >>> _somebody("Police shot a 51-year-old Orrenby woman on Monday.")
    'the 51-year-old Orrenby woman'
    """
    for found in re.finditer(r"\ban? ((?:[\w’'-]+ ){0,3}?([a-z-]+))\b", text):
        if is_person_noun(found[2]):
            return f"the {found[1]}"
    return ""


def _owner_of(subject: str) -> str:
    """The person of whom something is a subject: "king charles" of "king charles coronation".

    >>> _owner_of("Ann Orr’s visa"), _owner_of("the trial of ann orr"), _owner_of("the ferry crash")
    ('Ann Orr', 'ann orr', 'the ferry crash')
    """
    owned = question_words("belongings")
    if parted := re.fullmatch(r"(?:(?:the|a) )?(\w+) of (?P<owner>.+)", subject, re.IGNORECASE):
        return parted["owner"] if parted[1].lower() in owned else subject
    head, _, last = subject.rpartition(" ")
    words = head.lower().split()
    if last.lower() not in owned or not words:
        return subject
    bare = words[-1].removesuffix("'s").removesuffix("’s")
    person = is_person_noun(bare) or bare in question_words("titles")
    if (words[0] in ("the", "a", "an") and not person) or (len(words) == 1 and bare[-1] != "s"):
        return head[:-2] if bare != words[-1] else subject
    return without_possessive(head)


def _names(text: str) -> list[str]:
    """Names by their capitals in order, without the first word where it is none."""
    found = []
    for match in NAME.finditer(text):
        words = without_possessive(match[0]).split()
        while words and _NO_FIRST.fullmatch(words[0]):
            words = words[1:]
        if words:
            found.append(" ".join(words))
    return found


def bare_question(asked: str, turn: EarlierTurn) -> str:
    """A single question word asks it of what the question before says: "why?", "when was that?"."""
    match = BARE.fullmatch(asked.lower())
    if match is None:
        return f"{asked} did {turn.topic} last" if turn.topic else ""
    wh = f"{asked[: len(match['wh'])]}"
    text, form = turn.bare, turn.form
    if re.match(rf"(?:{AUXILIARY})\b", text, re.IGNORECASE):
        return f"{wh} {text[0].lower()}{text[1:]}"
    helped = re.match(
        rf"(?:why|when|where|how(?: (?:long|far|often|soon))?)(?= (?:{AUXILIARY})\b)",
        text,
        re.IGNORECASE,
    )
    if helped:
        return f"{wh}{text[helped.end() :]}"
    said = re.match(
        rf"what( (?:{AUXILIARY}) .+? (?:say|said|write|think|tweet))\b", text, re.IGNORECASE
    )
    if said:
        return f"{wh}{said[1]} this{text[said.end() :]}"
    did = re.match(rf"(?:who|which \w+) (?!(?:{AUXILIARY})\b)(?P<rest>.+)", text, re.IGNORECASE)
    if did:
        named = turn.person if text.lower() not in turn.person.lower() else ""
        whom = named if named and named not in text else turn.group
        return f"{wh} was it that {whom} {did['rest']}" if whom and form.name == "fact" else ""
    who = re.match(r"(?:who|which \w+) (?P<aux>is|are|was|were) (?P<rest>.+)", text, re.IGNORECASE)
    if who and form.name == "fact" and turn.person:
        return f"{wh} {who['aux']} {turn.person} {who['rest']}"
    counted = re.match(
        r"how many (?P<noun>.+?) (?P<aux>are|were|have|had) (?P<rest>.+)", text, re.IGNORECASE
    )
    if counted:
        return f"{wh} {counted['aux']} {counted['noun']} {counted['rest']}"
    if form.name == "event" and form.subject:
        return f"{wh} did it happen {turn.placed}"
    if not turn.topic or form.name == "definition":
        return ""
    if wh.lower() in ("why", "how come"):
        return f"What is the reason for {turn.topic}"
    return f"{wh} did {turn.topic} happen" if wh.lower() == "how" else f"{wh} was {turn.topic}"
