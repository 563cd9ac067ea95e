"""Whether any sentence says what a question asks of its subject: its words, a deed, a name.

An archive that knows a subject well has much that is near to a question about it and answers
none of it. The rules are English, and few: they would rather let an answer pass.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from rag.answers.asked_clause import LIGHT, WORD, bases, lacks_deed, written_names
from rag.answers.candidates import READ_CHARACTERS, names_asked
from rag.answers.evidence import Evidence
from rag.answers.holders import office_asked
from rag.language.entities import stems
from rag.language.name_matching import mentions
from rag.language.opposites import base, converses, implied, near, reworded
from rag.language.referents import is_person_noun
from rag.language.speech_cues import SAYING
from rag.language.words import without_possessive, word_set
from rag.questions.asked_words import question_words
from rag.questions.expected_answer import Kind, asked_for, harm_asked, tells_of_harm
from rag.questions.form import Form, read_form
from rag.records import Hit

_ON_A_WHOLE = frozenset({"topic", "overview", "event", "latest", "chronology"})
_OWNED = re.compile(r"(?P<who>[\w’'.-]+(?: [\w’'.-]+)?)['’]s (?P<what>[\w’'-]+(?: [\w’'-]+)?)")
_TELLING = 3
"""From how many letters on a word of a topic tells what it is about."""

_SPEAKS = 0.4
"""How well a speaker must fit whom the question means: not by the surname alone."""

_SHARED = 0.2
"""What share of the words of a question stands in a sentence that may give a name."""

_NEAR_MATTER = 0.3
"""The cosine with what was spoken of from which words are about it without sharing any."""

_NEAR_OCCASION = 0.25
"""The cosine with when it was spoken from which a sentence tells of that."""

_AROUND = 400
"""The characters before and after a sentence in which it is said whom or what it is about."""

_FITS, _GOOD = 0.55, 8
"""How well a sentence fits that has the kind of thing asked for, and how many are looked at."""

_UNNAMED = re.compile(r"\b(?:hurt|injured|wounded|killed|died|dead|rescued|arrested)\b")
_OF_A_KIND = frozenset[Kind]({"person", "place", "number", "percent", "money", "date"})
_ACTS = re.compile(
    r"(?:and |so |but )?who (?:(?:will|would|has|have|had|is|was|are|were) )?"
    r"(?!(?:is|was|are|were|the|a|an)\b)(?P<verb>[a-z]+)\b|which [a-z]+ (?P<did>[a-z]+ed)\b",
    re.IGNORECASE,
)
"""“Who won?”, “who will host?”: a sentence must tell the verb."""
_OF_SAYING = SAYING | word_set("compared contrasted likened mocked")
"""“Who joked that ...?”: whoever says it does so, in whatever words."""
_OF_A_NOUN = re.compile(r"(?:and |so |but )?(?:which|what) [a-z]", re.IGNORECASE)
_OF_A_SERIES = re.compile(
    r"\b(?:chapter|day|episode|game|heat|lap|match|part|phase|race|round|season|set|stage|test|wave"
    r"|week) \d{1,3}\b",
    re.IGNORECASE,
)
_WHEN = "after|before|when|while|during|at|in|upon"
_SAID = re.compile(r"\b(?:said|says|told|added|wrote|writes|tweeted|announced|replied)\b")
_HOLDS = re.compile(
    r"(?![’']s)(?:(?!\bnot\b|n[’']t\b)[^.;:“”]){0,60}?"
    r"\b(?:expect|believ|think|thought|hop|fear|want|back|oppos|support|criticis|criticiz|welcom"
    r"|urg|call|prais|condemn|reject|den(?:y|ie)|demand|promis|pledg|suggest|refus|react|respon"
    r"|declin|apologi[sz]|defend|attack|blam|warn|vow|plan|propos|agree|disagree)\w*",
    re.IGNORECASE,
)
"""What somebody does who takes a stand, without a verb of speech."""

_PLACED = re.compile(r"\b(?:to|for|of|with|by|on|about|against|from|at|over) (?:the )?$")
"""What stands before somebody who does nothing: "they apologised to Orr, whom they blame"."""

_PLAIN = frozenset(
    base(word)
    for word in word_set(
        "people person name names man woman thing things time times date day year month week place"
        " part number amount total kind sort type old long far away big high much many new last"
        " first next latest now ago left according so use try like want plan know see think go"
        " still even ever really actually exactly official worst best more most less least one"
        " two three about whats hows whos currently"
    )
)
"""Words that an answer to a question with them need not have."""

_KIN_WORDS = {
    word: "|".join(words.split())
    for words in (
        "wife spouse married husband partner wed divorced ex-wife ex-husband widow widower",
        "mother mom mum parent parents father dad",
        "son daughter child children kids sons daughters",
        "brother sister sibling siblings brothers sisters twin",
        "girlfriend boyfriend fiance fiancee fiancé fiancée dating engaged",
    )
    for word in words.split()
}
_KIN = re.compile(rf"\w (?:ex[- ])?({'|'.join(_KIN_WORDS)})$", re.IGNORECASE)
"""Relatives of somebody, as the subject of a question; each with the words that tell of one."""

_ORIGIN = 5
"""The letters that words of one origin share."""

_TIMES = word_set("the a of day date week month year decade century")
_OF_A_TIME = re.compile(r"(?:1[5-9]|20)\d\d|[0-3]?\d|(?:1[5-9]|20)\d\d-[01]?\d(?:-[0-3]\d)?")
_NAME_OF = re.compile(
    r"\bname of (?:the|a|an) (?P<noun>[a-z-]+(?: [a-z-]+){0,2}?)"
    r"(?=\W*$| (?:who|that|which|whose|of|in|on|at|from|for|behind|killed|hurt|injured|charged"
    r"|arrested)\b)"
    r"|\bwho(?: is|[’']?s| was) the (?P<who>[a-z-]+(?: [a-z-]+)?) (?:who|that|whose|of|in|on|at|for"
    r"|from|behind)\b"
    r"|\bwho(?: is|[’']?s| was) the (?:anonymous|unnamed|unidentified|unknown|mystery)"
    r" (?P<unknown>[a-z-]+)"
    r"|\bwhat (?:is|was) the (?P<called>[a-z-]+(?: [a-z-]+){0,2}?) (?:called|named)\b"
    r"|\b(?:what|who)(?: is|[’']?s| was) the (?P<owner>[a-z-]+)[’']s name\b",
    re.IGNORECASE,
)
_FULL_NAME = r"[A-Z][\w’'-]+(?: (?:[A-Z]\.|de|van|von|al|bin|del|la))?(?: [A-Z][\w’'-]+)+"


def lacks_relation(
    question: str, form: Form, hits: Sequence[Hit], evidence: Sequence[Evidence]
) -> bool:
    """Whether no sentence of the evidence can be what a question of that form asks for.

    A statement needs a sentence in which the one whom the question means speaks, on what is asked.
    "Did Orr sue Lind?" needs one with that deed, or its opposite, beside who or what is named.
    "What is the name of the driver?" needs a name that is given to a driver, and "Orr's oath"
    an article that has both. "How much was Orr fined?" needs an amount in a sentence on a fine, and
    "Why was Orr jailed?" a sentence on jail, in whatever words. False where nothing of this is
    asked, and for languages other than English.
    """
    english = [each for each in evidence if each.sentence.article.language in ("", "en")]
    if not english:
        return False
    if form.name in _ON_A_WHOLE:
        return _apart(form, hits)
    if form.name == "statement":
        then = _of_occasion(question, form, english)
        return bool(form.matter) and not any(_says_of_it(each, form, then) for each in english)
    if form.name == "yes or no":
        return lacks_deed(question, hits, english)
    if form.name in ("cause", "date", "fact") and lacks_deed(question, hits, english):
        return True
    if form.name == "definition" and (kin := _KIN.search(form.subject)):
        named = _KIN_WORDS[kin[1].lower()]
        return not any(re.search(rf"\b(?:{named})\b", each.text, re.IGNORECASE) for each in english)
    asked = _NAME_OF.search(question) if form.name in ("fact", "definition") else None
    names = _names_in(question, hits)
    english = (names and _on_them(english, names)) or english
    if asked is None:
        return _untold(question, form, hits, english)
    noun = next(filter(None, asked.groups())).split()[-1].lower()
    shared = [each.text for each in english if each.signals["own"] >= _SHARED]
    if noun in _PEOPLE | _OFFICES or is_person_noun(noun):
        does = _DOERS.get(noun, noun)
        acts = (does in bases(each.text) for each in english if each.signals["fit"] == 1)
        acted = does != noun and any(acts)
        return not acted and not any(_gives_name(noun, text, question) for text in shared)
    return noun in _THINGS and not any(_names_thing(noun, text, question) for text in shared)


def says_all(question: str, evidence: Evidence, matter: str = "", *, loosely: bool = False) -> bool:
    """Whether a sentence has the very kind of thing that is asked for, and all that is asked of it.

    With its title it has every word of the question, or another for it, but for those that tell the
    form; one of them at least in the sentence and no name. Where it has all of the `matter`, the
    others may stand around it. Of fewer than two words nothing is sure. Loose wordings count only
    `loosely`, and not for what is counted.
    """
    asked = _asked_words(question)
    counted = bases(asked_for(question).focus)
    if _OF_A_NOUN.match(question):
        asked -= counted

    def told_by(word: str, found: Collection[str]) -> bool:
        loose = loosely and word not in counted
        return _worded(word, found) if loose else _told(word, found)

    sentence = evidence.sentence
    told = {word for word in bases(matter) & asked if told_by(word, bases(evidence.text))}
    around = _AROUND if told and told == bases(matter) & asked else 0
    near_it = sentence.article.text[max(0, sentence.start - around) : sentence.end + around]
    found = bases(f"{sentence.article.title} {near_it}")
    plain = bases(" ".join(word for word in evidence.text.split() if word[:1].islower()))
    sure = len(asked) > 1 and evidence.signals.get("fit") == 1
    # Only what is somebody's age fits "how old": no other word need tell it.
    aged = question.lower().startswith("how old")
    sure = sure and (aged or any(told_by(word, plain) for word in asked))
    return sure and all(told_by(word, found) for word in asked)


def _untold(question: str, form: Form, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> bool:
    """Whether no good sentence with the kind of thing that is asked for tells what is asked of it.

    Of the words that are asked, those count whose other wordings are known, where there are any.
    Words of a title say what an article is about, not what a sentence of it tells.
    """
    asked = _asked_words(question) - _names_in(question, hits)
    if acts := _ACTS.match(question):
        deed = (acts["verb"] or acts["did"]).lower()
        asked = asked - {base(deed)} if deed in _OF_SAYING else asked & {base(deed)} or asked
    if form.name == "cause" and question.lower().startswith("why"):
        asked &= bases(form.matter)
        return bool(asked) and not any(_tells(asked, each) for each in evidence)
    kind = asked_for(question).kind
    if kind not in _OF_A_KIND or form.name not in ("fact", "figure", "date"):
        return False
    if harm := harm_asked(question):
        told = (tells_of_harm(harm, e.text) for e in evidence if e.signals["fit"] >= _FITS)
        return not any(told)
    known = frozenset(w for w in asked if form.name != "fact" and len(near(w) | reworded(w)) > 1)
    fits = 0.0 if kind == "person" and _UNNAMED.search(question) else _FITS
    one = _OF_A_SERIES.search(question)
    best = [
        each
        for each in evidence
        if each.signals["fit"] >= fits and (one is None or _is_near(one[0], each))
    ][:_GOOD]
    tells = (
        _tells(((known or asked) - bases(e.sentence.article.title)) or asked, e, loose=not known)
        for e in best
    )
    return bool(asked) and not any(tells)


def _is_near(words: str, evidence: Evidence) -> bool:
    """Whether some words stand in a sentence, before it or in its title."""
    sentence = evidence.sentence
    text = sentence.article.text[max(0, sentence.start - _AROUND // 2) : sentence.end]
    return words.lower() in f"{sentence.article.title} {text}".lower()


def _tells(asked: Collection[str], evidence: Evidence, *, loose: bool = True) -> bool:
    """Whether a sentence has one of these words, or another for it, that is no name there."""
    words = (word for word in evidence.text.split() if not word[:1].isupper())
    found = bases(" ".join(word for word in words if word != "following"))
    return any(
        _worded(word, found) or (loose and any(word in implied(each) for each in found))
        for word in asked
    )


def _on_them(evidence: Sequence[Evidence], names: frozenset[str]) -> list[Evidence]:
    """The sentences of articles that have more than half of the names of a question."""
    articles = {each.sentence.article.id: each.sentence.article for each in evidence}
    held = {
        id_: len(names & bases(f"{article.title} {article.text[:READ_CHARACTERS]}"))
        for id_, article in articles.items()
    }
    return [each for each in evidence if 2 * held[each.sentence.article.id] > len(names)]


def _names_in(question: str, hits: Sequence[Hit]) -> frozenset[str]:
    """The base forms of the names in a question, as the hits or its own capitals write them."""
    texts = [hit.text for hit in hits]
    words = [without_possessive(word.lower()) for word in WORD.findall(question)]
    names = written_names(hits) | names_asked(question)
    for pair in pairwise(word for word in words if stems(word)):
        one, other = (re.escape(word.capitalize()) for word in pair)
        if any(re.search(rf"\b{one} (?:of |the |for )*{other}\b", text) for text in texts):
            names |= {*pair}
    return frozenset(base(word) for word in words if word in names)


def _asked_words(question: str) -> set[str]:
    """The base forms of the words of a question that an answer says in some way."""
    cue = slice(*read_form(question).cue)
    spoken = f"{question[: cue.start]} {question[cue.stop :]}"
    return set(bases(spoken.lower()) - LIGHT - _PLAIN)


def _told(word: str, found: Collection[str]) -> bool:
    """Whether a text with these base forms has a word, one near it, or one of its origin."""
    if not (near(word) | converses(word)).isdisjoint(found):
        return True
    return any(len(word) >= _ORIGIN and word[:_ORIGIN] == each[:_ORIGIN] for each in found)


def _worded(word: str, found: Collection[str]) -> bool:
    """Whether a text with these base forms has a word, or another for it."""
    return _told(word, found) or not reworded(word).isdisjoint(found)


def _apart(form: Form, hits: Sequence[Hit]) -> bool:
    """Whether no article has both X and what is X's: "Orr's oath"; nor a word of a bare topic."""
    texts = (f"{hit.article.title} {hit.article.text[:READ_CHARACTERS]}" for hit in hits)
    if owned := _OWNED.fullmatch(form.subject):
        wanted = frozenset().union(*(near(word) for word in bases(owned["what"])))
        who = owned["who"]
        both = (wanted & bases(text) for text in texts if mentions(text, who))
        return bool(wanted) and not any(both)
    if _is_no_time(form.subject):
        return True
    if form.name != "topic":
        return False
    asked = {word for word in bases(form.subject) if len(word) >= _TELLING}
    return bool(asked) and all(asked.isdisjoint(bases(text)) for text in texts)


def _is_no_time(subject: str) -> bool:
    """Whether a subject is nothing but a time that cannot be: "the year 3025", "day 2025-13-45"."""
    words = {word.lower() for word in WORD.findall(subject)} - _TIMES
    numbers = {word for word in words if word[0].isdigit()}
    return bool(numbers) and words == numbers and not all(map(_OF_A_TIME.fullmatch, numbers))


def names_office(subject: str) -> bool:
    """Whether the subject of a question is an office by its noun: "the leader of the union"."""
    office = office_asked(subject) if _OFFICE_OF.match(subject) else None
    return office is not None and not office.role.isdisjoint(_OFFICES)


def _of_occasion(question: str, form: Form, evidence: Sequence[Evidence]) -> frozenset[str]:
    """The articles that tell of when somebody spoke ("at the rally"); none where that is not asked.

    Words of an occasion need not be about it.
    """
    if not re.search(rf"\b(?:{_WHEN}) {re.escape(form.matter)}", question):
        return frozenset()
    return frozenset(
        each.sentence.article.id
        for each in evidence
        if each.signals["matter near"] > 0 or each.signals["to matter"] >= _NEAR_OCCASION
    )


def _says_of_it(evidence: Evidence, form: Form, then: Collection[str]) -> bool:
    """Whether the one who is asked about speaks, or takes a stand, on what is asked.

    What is said in the articles that tell of the occasion (`then`) counts as well.
    """
    own = evidence.signals
    says = own["says"] if _stands(evidence.text, form.subject) else 0.0
    speaks = max(own["speaks"], says * (1 - own["another speaks"]))
    by_office = form.subject.lower().startswith("the ") and own.get("subject") == 1
    if by_office and _SAID.search(evidence.text):
        speaks = 1.0
    about = own["matter near"] > 0 or own["to matter"] >= _NEAR_MATTER
    about = about or evidence.sentence.article.id in then
    about = about or _is_occasion(form.matter, evidence.sentence.article.title)
    return about and (speaks >= _SPEAKS or _takes_a_stand(evidence.text, form.subject))


def _is_occasion(matter: str, title: str) -> bool:
    """Whether a title has at least half of the words of what somebody spoke of, or when."""
    words = bases(matter)
    return bool(words) and 2 * len(words & bases(title)) >= len(words)


def _takes_a_stand(text: str, who: str) -> bool:
    return any(_HOLDS.match(text, end) for end in _stands(text, who))


def _stands(text: str, who: str) -> list[int]:
    """Where each mention of somebody ends who may do something: after no preposition."""
    return [each.end for each in mentions(text, who) if not _PLACED.search(text, 0, each.start)]


def _names_thing(noun: str, text: str, question: str) -> bool:
    """Whether a sentence gives such a thing a name that is new to the question."""
    name = r"[“\"‘]?(?P<name>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)"
    patterns = (
        rf"\b{noun}s?\b[^.;:]{{0,60}}?\b(?:named|called|dubbed|known as),? (?:the )?{name}",
        rf"\b{noun}s?,? {name}",
        rf"\b{name}[”\"’]?,? (?:an?|the|who|which|was|is) (?:[\w’'-]+ ){{0,5}}?{noun}\b",
    )
    found = (match["name"] for pattern in patterns for match in re.finditer(pattern, text))
    return any(not set(each.lower().split()) <= set(question.lower().split()) for each in found)


def _gives_name(noun: str, text: str, question: str) -> bool:
    """Whether a sentence gives a name, new to the question, to somebody whom the noun may mean."""
    nouns = "|".join(sorted(_PEOPLE)) if noun in _PEOPLE else re.escape(noun)
    patterns = (
        rf"\b(?:{nouns})s?\b(?:[^.;:]{{0,60}}?\b(?:named|called|known as|was|is|as))?[,:(]? "
        rf"[“\"‘]?(?P<name>{_FULL_NAME})",
        rf"(?P<name>{_FULL_NAME}),? (?:\d+, )?(?:an? |the |who |was |is )(?:[\w’'-]+ ){{0,5}}?"
        rf"(?:{nouns})\b",
        rf"(?P<name>{_FULL_NAME}),? (?:aged )?\d{{1,2}}(?:,|-year-old| )",
    )
    found = (match["name"] for pattern in patterns for match in re.finditer(pattern, text))
    return any(set(each.lower().split()).isdisjoint(question.lower().split()) for each in found)


_OFFICE_OF = re.compile(r"the (?:[\w-]+ ){1,3}?(?:of|at) ", re.IGNORECASE)
_PEOPLE, _THINGS = question_words("persons"), question_words("named")
_DOERS = {"winner": "win", "loser": "lose", "scorer": "score", "killer": "kill", "owner": "own"}
"""People by what they do, with its base form: who won is the winner."""

_OFFICES = word_set(
    "head leader executive director president chair coach captain manager mayor governor minister"
    " chancellor king queen pope senator superintendent principal commissioner sheriff dean editor"
)
