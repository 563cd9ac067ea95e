"""Suggests what to ask next: questions made of the evidence, each of which the archive answers."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from rag.errors import RagError
from rag.records import Answer, Hit
from rag.web.chat import Chat
from rag.web.conversation import Conversation, Turn
from rag.web.form import Form
from rag.web.views.evidence import events, hits_of, sayings, subject_of

MOST = 3
"""The most suggestions after an answer."""

TRIED = 5
"""The most questions that are put to the archive to find them."""

_READ = 8
_FEWEST_EVENTS = 3
_NAME = re.compile(r"[^\W\d_][\w.’'-]*(?: [\w.’'-]+){1,3}")
_SUBJECT = re.compile(r"(?:the |a |an )?[\w’'-]+(?: [\w’'-]+){0,4}", re.IGNORECASE)
_OPENS = re.compile(r"(?:at|by|for|from|in|of|on|to|with)\b", re.IGNORECASE)
_WHEN = re.compile(r"(?:when|where|how)(?= (?:did|was|were|is|are|has|have) )", re.IGNORECASE)

_busy = threading.Lock()


def follow_ups(chat: Chat, conversation: Conversation, form: Form) -> list[str]:
    """What to ask after the last answer, at most MOST questions; none after a declined one.

    Each was put to the archive, with the conversation and the filters of the `form`, and cites
    something that the conversation has not cited. One reader at a time gets any: answers go first.
    """
    last = conversation.turns[-1] if conversation.turns else None
    if last is None or not last.finished or last.declined or not last.passages:
        return []
    if not _busy.acquire(blocking=False):
        return []
    try:
        hits = hits_of(chat.archive, last.passages[:_READ])
        asked = {turn.question.casefold() for turn in conversation.turns}
        fresh = [each for each in candidates(last, hits) if each.casefold() not in asked]
        return list(_answered(chat, conversation, form, fresh[:TRIED]))
    except RagError:
        return []
    finally:
        _busy.release()


def candidates(last: Turn, hits: Sequence[Hit]) -> list[str]:
    """Questions that the hits suggest beside what the turn's answer says, the best first.

    What somebody said who is quoted in them, why something happened, who somebody is, and how
    it went on. None is yet known to have an answer.
    """
    question = last.searched or last.question
    subject = subject_of(question)
    spelled = _spelled(subject.words, hits)
    is_subject = _SUBJECT.fullmatch(subject.words) and not _OPENS.match(subject.words)
    about = f" about {spelled}" if is_subject else ""
    speakers = dict.fromkeys(each.speaker for each in sayings(hits, subject))
    named = [each for each in speakers if _NAME.fullmatch(each) and each.istitle()]
    quoted = [
        f"What did {each} say{about if each not in about else ''}?"
        for each in named
        if each not in last.text
    ]
    people = [f"Who is {each}?" for each in named if each not in question]
    why = [_WHEN.sub("Why", question, count=1)] if _WHEN.match(question) else []
    several = bool(about) and len(events(hits, subject)) >= _FEWEST_EVENTS
    course = [f"Give me a timeline of {spelled}."] if several else []
    rounds = zip_longest(quoted[:2], [*why, *course][:2], people[:2])
    return [each for each in chain.from_iterable(rounds) if each]


def _spelled(words: str, hits: Sequence[Hit]) -> str:
    """The words as the hits write them, where these write one with a capital within sentences.

    Whoever types in a hurry writes no capitals; what is asked next is to be read.
    """
    written = " ".join(hit.text for hit in hits)

    def as_written(found: re.Match[str]) -> str:
        """The word with the capitals that it has within a sentence."""
        word = found[0]
        inside = re.findall(rf"(?<=[^\W\d_A-Z] )((?i:{re.escape(word)}))\b", written)
        return inside[0] if inside and not any(map(str.islower, inside)) else word

    return re.sub(r"\b[^\W\d_]{2,}\b", as_written, words)


def _answered(
    chat: Chat, conversation: Conversation, form: Form, questions: Sequence[str]
) -> Iterator[str]:
    """Those of the questions that have an answer which cites something new, at most MOST."""
    filters, as_of = chat.limits(form)
    history = conversation.history()
    known = {
        (each.article_id, each.start)
        for turn in conversation.turns
        for each in turn.references.values()
    }
    found = 0
    for question in questions:
        answer = chat.archive.ask(question, history, filters=filters, as_of=as_of)
        cited = {(each.article.id, each.start) for each in answer.evidence}
        if cited - known and _is_plain(answer):
            known |= cited
            found += 1
            yield question
        if found == MOST:
            return


def _is_plain(answer: Answer) -> bool:
    """Whether an answer takes nothing of its question back."""
    return not (answer.abstained or answer.reason or answer.understood_as)
