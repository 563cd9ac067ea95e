"""A model's reply made an answer that holds: asked for once more, or cut back, and said so."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.answers.prompts import Fault
from rag.answers.refusals import says_nothing
from rag.errors import ProviderError
from rag.language.entities import names, numbers
from rag.language.words import shortened
from rag.llms import Reply
from rag.records import Claim, LeftOut
from rag.verification.citing import FAILING, Cited, sentence_places
from rag.verification.markers import MARKER, without_markers

Again = Callable[[Sequence[Fault]], Reply]
"""Asks the model for its answer once more, naming the sentences at fault."""


class Bind(Protocol):
    """Makes citations of a text's markers; none gets a number that is reserved."""

    def __call__(self, text: str, reserved: Collection[int] = ()) -> Cited:
        """The text with its sentences bound to what they rest on, and checked."""


BROKEN_OFF = "The language model's answer broke off; its unfinished last sentence is left out."
CUT_AT_LIMIT = (
    "The language model's answer reached its limit of {limit} tokens; its unfinished last sentence "
    "is left out."
)
FILTERED = (
    "A content filter of the language model's server ended its answer; the unfinished last "
    "sentence is left out."
)
MENDED = (
    "The articles did not bear out all of the language model's first answer; "
    "it was asked once to mend it."
)
LEFT_OUT = "Left out of the language model's answer, as the articles do not bear it out:"

_NAMED = 3
_SHOWN_CHARACTERS = 120
_FINISHED = re.compile(r"(?:[.!?…。！？؟:]|\|)[\s\"'”’»)*_`]*$")
_CERTAIN_END = re.compile(
    r"(?:(?<![\d.])(?<!\b\w)[.!?…。！？؟]|[!?…。！？؟])[\"'”’»)*_`]*\s*$|\|\s*$"
)
_PART_OF_MARKER = re.compile(r"\s*[\[【(]\s*[A-Za-z]{0,9}[\s:]?[\d,;\s-]*\Z")
_NUMBERED = re.compile(
    r"^[ \t]*[(\[]?(?P<number>\d{1,2})[.):\]]{1,2}[ \t]+"
    r"(?P<sentence>[^\n]*(?:\n(?![ \t]*[(\[]?\d{1,2}[.):\]])[^\n]+)*)",
    re.MULTILINE,
)
_GIVEN_UP = re.compile(
    r"\W*(?:(?:leave|left|leaving) (?:it |this )?out|omit(?:ted)?|none|n/?a)?\W*", re.IGNORECASE
)
_EMPTY_ITEM = re.compile(r"^[ \t]*(?:(?:[-*•>#]+|\d{1,3}[.)])[ \t]*)?$\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What is left of a reply once it holds, and what the reader is to know.

    `declined` means that the reply says only that there is no answer; without claims and
    without having declined, nothing of it holds.
    """

    cited: Cited
    notes: tuple[str, ...] = ()
    declined: bool = False
    left_out: tuple[LeftOut, ...] = ()


def mend(reply: Reply, bind: Bind, again: Again | None, limit: int) -> Repaired:
    """The reply with citations, where its claims fail that of a second one, or what holds of it.

    A sentence fails that no passage bears out, or whose quotation is altered. `again` is
    called at most once; what it offers takes the place of these sentences alone. Without it, and
    where it does not help, they are left out. A last sentence that is broken off is left out
    first, and sentences said before; a reply is taken to be broken off, too, where it has all the
    `limit` tokens it may have. `bind` makes citations of its markers, and checks it.
    """
    finished = _finished(reply, limit)
    notes = (*reply.notes, *((_why_cut(reply, limit),) if finished != reply.text else ()))
    whole = _unrepeated(finished)
    first = bind(whole)
    if declines(first):
        return _declined(first, notes)
    faults = faults_of(whole, first)
    if not faults:
        return Repaired(_of_answers(first), notes)
    second = _asked_again(again, faults) if _worth_asking(first, faults) else None
    offered = _offered(_finished(second, limit), len(faults)) if second else None
    if offered is None or not any(offered):
        return _cut_back(whole, first, bind, notes)
    return _mended(whole, first, faults, offered, bind, notes)


def _mended(
    whole: str,
    first: Cited,
    faults: Sequence[Fault],
    offered: Sequence[str | None],
    bind: Bind,
    notes: tuple[str, ...],
) -> Repaired:
    """The answer with the sentences that were offered in the place of those that fail.

    Of what is offered, what fails is left out. Without anything that holds in it, and where it
    only says that there is no answer, it is as if nothing had been offered.
    """
    stays = bool(_without(whole, [(fault.start, fault.end) for fault in faults]))
    pairs = [(fault, "" if stays and new and _gives_up(new) else new)
             for fault, new in zip(faults, offered, strict=True)]  # fmt: skip
    text = whole
    for fault, new in reversed(pairs):
        text = text[: fault.start] + (new or "") + text[fault.end :]
    text = _unrepeated(_without(text, ()))
    second, cut = bind(text), _cut_back(whole, first, bind, notes)
    if declines(second):
        return cut if cut.cited.claims and not cut.declined else _declined(second, notes)
    given_up = [fault for fault, new in pairs if new == ""]
    mended = _cut_back(text, second, bind, (*notes, MENDED), given_up)
    gains = len(mended.cited.claims) > len(cut.cited.claims)
    return mended if gains and not mended.declined else cut


def _gives_up(offered: str) -> bool:
    return len(sentence_places(offered)) == 1 and says_nothing(offered)


def _offered(reply: str, count: int) -> list[str | None]:
    r"""What a second reply has for each of the `count` sentences at fault, "" where it gives up.

    A reply whose lines do not begin with their numbers stands for all of them, in the place of
    the first; None for the others.

    >>> _offered("1. It sank [2].\n2. leave out", 2), _offered("It sank [2].", 2)
    (['It sank [2].', ''], ['It sank [2].', None])
    """
    lines = list(_NUMBERED.finditer(reply))
    named = {int(line["number"]): line["sentence"].strip() for line in lines}
    if not lines or len(named) < len(lines) or not named.keys() <= set(range(1, count + 1)):
        return [reply.strip(), *[None] * (count - 1)]
    said = [named.get(number, "") for number in range(1, count + 1)]
    return ["" if _GIVEN_UP.fullmatch(without_markers(each)) else each for each in said]


def _declined(cited: Cited, notes: tuple[str, ...] = ()) -> Repaired:
    """What only says that there is no answer: it cites nothing."""
    lost = cited.unresolved
    return Repaired(Cited(without_markers(cited.text).strip(), cited.claims, (), lost), notes, True)


def _of_answers(cited: Cited) -> Cited:
    """The text with those of its sentences as claims that say something of the matter."""
    said = tuple(claim for claim in cited.claims if not _says_nothing(cited, claim))
    return replace(cited, claims=said, places=())


def faults_of(text: str, cited: Cited) -> list[Fault]:
    """The sentences of `text` that fail, as they stand in it, each with the reasons."""
    return [
        Fault(text[start:end].strip(), claim.reasons, start, end)
        for claim, (start, end) in zip(cited.claims, cited.places, strict=True)
        if claim.verdict in FAILING and not _says_nothing(cited, claim)
    ]


def declines(cited: Cited) -> bool:
    """Whether all that a text says is that the passages hold no answer."""
    return bool(cited.claims) and all(_says_nothing(cited, claim) for claim in cited.claims)


def _says_nothing(cited: Cited, claim: Claim) -> bool:
    """Whether a sentence only says what the passages do not hold."""
    borne_out = bool(claim.citations) and claim.verdict == "supported"
    return says_nothing(cited.text[claim.start : claim.end], borne_out=borne_out)


def _worth_asking(cited: Cited, faults: Sequence[Fault]) -> bool:
    """Whether a fault is more than idle words beside what holds, such as "I hope this helps!"."""
    holds = any(claim.citations and claim.verdict not in FAILING for claim in cited.claims)
    said = [fault.sentence for fault in faults]
    return not holds or any(MARKER.search(one) or names(one) or numbers(one) for one in said)


def _asked_again(again: Again | None, faults: Sequence[Fault]) -> Reply | None:
    try:
        return again(faults) if again else None
    except ProviderError:
        return None


def _cut_back(
    text: str,
    cited: Cited,
    bind: Bind,
    notes: tuple[str, ...],
    given_up: Sequence[Fault] = (),
) -> Repaired:
    """What is left without the sentences that fail; numbers that lead nowhere stay listed.

    Those `given_up` before are named together with these.
    """
    lost = cited.unresolved
    left_out = list(given_up)
    while faults := faults_of(text, cited):
        left_out += faults
        text = _without(text, [(fault.start, fault.end) for fault in faults])
        cited = bind(text, lost)
    if declines(cited):
        return _declined(cited, notes)
    if not any(claim.citations for claim in cited.claims):
        return Repaired(Cited("", (), (), lost), notes)
    lost = tuple(dict.fromkeys((*lost, *cited.unresolved)))
    told = (*notes, _left_out(left_out)) if left_out else notes
    cut = tuple(LeftOut(without_markers(each.sentence), each.reasons) for each in left_out)
    return Repaired(replace(_of_answers(cited), unresolved=lost), told, left_out=cut)


def _without(text: str, places: Collection[tuple[int, int]]) -> str:
    """The text without these places, and without the list items that they leave empty."""
    for start, end in sorted(places, reverse=True):
        before, after = text[:start], text[end:]
        text = before + (after[1:] if before[-1:] == " " and after[:1] == " " else after)
    return "\n\n".join(
        part for block in text.split("\n\n") if (part := _EMPTY_ITEM.sub("", block).strip())
    )


def _finished(reply: Reply, limit: int) -> str:
    """The reply without a last sentence that is broken off.

    A reply that ended by itself has none. One that was cut loses its last sentence, unless it
    certainly ends: a full stop after a digit or an initial may be one in the middle. Where the
    model does not say how it ended, an only sentence may do without a full stop.

    >>> _finished(Reply("It sank. Pay rises by 6.", finish="length"), 9)
    'It sank.'
    """
    text = _PART_OF_MARKER.sub("", reply.text) if reply.finish != "stop" else reply.text
    places = sentence_places(text)
    if reply.finish == "stop" or not places:
        return text
    is_cut = reply.finish in ("length", "filtered")
    only = len(places) == 1 and not is_cut
    if only and reply.usage.completion_tokens < limit:
        return text
    start, end = places[-1]
    last = text[start:end]
    if _marked(last) and not is_cut:
        return text
    ended = _CERTAIN_END if is_cut else _FINISHED
    if ended.search(last) or (_FINISHED.search(without_markers(last)) and _marked(last)):
        return text
    return text[:start].rstrip()


def _why_cut(reply: Reply, limit: int) -> str:
    match reply.finish:
        case "length":
            return CUT_AT_LIMIT.format(limit=limit)
        case "filtered":
            return FILTERED
    return BROKEN_OFF


def _unrepeated(text: str) -> str:
    """The text without sentences that it has said before, as a model does that goes round."""
    seen: set[str] = set()
    repeated = []
    for start, end in sentence_places(text):
        words = " ".join(without_markers(text[start:end]).casefold().split())
        if words in seen:
            repeated.append((start, end))
        seen.add(words)
    return _without(text, repeated) if repeated else text


def _marked(sentence: str) -> bool:
    """Whether a sentence ends with a marker."""
    return any(match.end() == len(sentence) for match in MARKER.finditer(sentence))


def _left_out(faults: Sequence[Fault]) -> str:
    named = [
        f"“{shortened(without_markers(fault.sentence), _SHOWN_CHARACTERS)}” "
        f"({'; '.join(fault.reasons)})"
        for fault in faults[:_NAMED]
    ]
    more = f" and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
    return f"{LEFT_OUT} {', '.join(named)}{more}."
