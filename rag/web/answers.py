"""The conversation as HTML: questions, answers with citation links, declined answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup

from rag.answering.wording import introduction
from rag.escaping import BLANK_LINES, shortened, text
from rag.records import Answer, Citation, Claim, Filters, Verdict
from rag.web.conversation import citation_key, nearest

_MARKER = re.compile(r"\[(\d{1,6})\]")
DOUBTS: Mapping[Verdict, str] = {
    "partly": "partly supported",
    "unsupported": "not supported",
    "quote altered": "quotation altered",
}
"""How the page words a verdict that is not "supported"."""

_TITLE_CHARACTERS = 240
_LIST_INTRODUCTION = " Nearest articles:"


def welcome_html(examples: Sequence[str]) -> str:
    """What the conversation shows before the first question, with examples to choose."""
    buttons = [
        Markup('<li><button type="button" class="example">{}</button></li>').format(text(example))
        for example in examples
    ]
    listed = Markup('<p class="try">For example</p><ul>{}</ul>').format(Markup("").join(buttons))
    return str(
        Markup(
            '<div class="welcome"><h2>What would you like to know?</h2><p>Every sentence of an '
            "answer cites the exact sentence of the article it rests on. Where the archive holds "
            "no answer, Dateline says so.</p>{}</div>"
        ).format(listed if buttons else "")
    )


def turn_html(number: int, question: str, reply: Markup, *, busy: bool = False) -> str:
    """One question and what is said to it; a reader is not told of a busy reply yet."""
    return str(
        Markup(
            '<section class="turn" data-turn="{}"><h2 class="question" dir="auto">'
            '<span class="unseen">You asked: </span>{}</h2>'
            '<div class="reply" aria-busy="{}">{}</div></section>'
        ).format(number, text(question), "true" if busy else "false", reply)
    )


def working_html(what: str) -> Markup:
    """The reply while nothing of it is there yet."""
    return Markup('<p class="working">{}</p>').format(text(what))


def partial_html(written: str, *, stopped: bool = False) -> Markup:
    """A reply as far as it is written; its markers are no links before it is checked."""
    paragraphs = _join(
        _paragraph(text(part)) for part in BLANK_LINES.split(written) if part.strip()
    )
    if not stopped:
        return Markup('<div class="streaming">{}</div>').format(paragraphs)
    note = "Stopped. What is written so far has not been checked against the articles."
    return paragraphs + _note(note if written.strip() else "Stopped.")


def answer_html(
    answer: Answer, number: int, *, as_of: str = "", without: Sequence[str] = ()
) -> Markup:
    """The answer to question `number`: its sentences with links to what they cite.

    Only links made here are markup; whatever an article, a question or a model wrote is
    shown as it stands. `as_of` is the date that was asked for, as it was typed, and
    `without` what the reader wanted not to be understood as a date or an outlet.
    """
    kind = "declined" if answer.abstained else "answer"
    said = _declined(answer, number) if answer.abstained else _answered(answer, number)
    return Markup('<div class="{}">{}</div>{}').format(
        kind, said, _join([*_understood(answer, without), *_notes(answer, as_of)])
    )


def _answered(answer: Answer, number: int) -> Markup:
    """Paragraphs of the text, each with the claims that lie in it."""
    position = 0
    paragraphs: list[Markup] = []
    for gap in [*BLANK_LINES.finditer(answer.text), None]:
        end = gap.start() if gap else len(answer.text)
        if answer.text[position:end].strip():
            paragraphs.append(_paragraph(_join(_pieces(answer, number, position, end))))
        position = gap.end() if gap else end
    return _join(paragraphs)


def _pieces(answer: Answer, number: int, start: int, end: int) -> Iterator[Markup]:
    position = start
    for claim in sorted(answer.claims, key=lambda claim: claim.start):
        first, last = max(claim.start, position), min(claim.end, end)
        if first >= last:
            continue
        yield _linked(answer, number, answer.text[position:first], ())
        yield _claim(answer, number, claim, answer.text[first:last])
        position = last
    yield _linked(answer, number, answer.text[position:end], ())


def _claim(answer: Answer, number: int, claim: Claim, said: str) -> Markup:
    """A claim's words; where they are an article's own, its outlet and date are set apart."""
    for citation in answer.citations:
        origin = introduction(citation.article)
        if citation.number in claim.citations and said.startswith(origin + citation.quote):
            rest = said[len(origin) + len(citation.quote) :]
            return Markup('<span class="origin">{}</span>{}{}').format(
                text(origin), text(citation.quote), _linked(answer, number, rest, claim.citations)
            )
    return _linked(answer, number, said, claim.citations) + _doubt(claim)


def _doubt(claim: Claim) -> Markup:
    """What was found against a claim, if anything was; the reasons are its title."""
    if claim.verdict == "supported":
        return Markup("")
    return Markup(' <span class="verdict" title="{}">{}</span>').format(
        text("; ".join(claim.reasons)), DOUBTS[claim.verdict]
    )


def _linked(answer: Answer, number: int, said: str, cited: Sequence[int]) -> Markup:
    """The text with its markers as links; a marker that points nowhere is shown as such."""
    known = {citation.number: citation for citation in answer.citations}
    pieces: list[Markup] = []
    position = 0
    for marker in _MARKER.finditer(said):
        value = int(marker[1])
        if value in known and value in cited:
            shown = _link(number, known[value])
        elif value in answer.unresolved:
            shown = _unresolved(value)
        else:
            continue
        pieces += [text(said[position : marker.start()]), shown]
        position = marker.end()
    return _join([*pieces, text(said[position:])])


def _link(number: int, citation: Citation) -> Markup:
    where = introduction(citation.article) or f"{citation.article.id}: "
    title = text(shortened(where + citation.quote, _TITLE_CHARACTERS))
    return Markup('<a class="cite" href="#{}" title="{}" aria-label="[{}] {}">[{}]</a>').format(
        citation_key(number, citation),
        title,
        citation.number,
        text(where.removesuffix(": ")),
        citation.number,
    )


def _unresolved(value: int) -> Markup:
    why = "This number points at no article."
    return Markup('<span class="unresolved" title="{}">[{}?]</span>').format(why, value)


def _declined(answer: Answer, number: int) -> Markup:
    """Plain words that there is no answer, and links to the nearest articles."""
    said = BLANK_LINES.split(answer.text.strip())[0].removesuffix(_LIST_INTRODUCTION)
    links = [
        Markup('<li><a class="near" href="#near-{}-{}">{}{}</a></li>').format(
            number,
            place,
            Markup('<span class="origin">{}</span>').format(text(introduction(hit.article))),
            text(hit.article.title or hit.article.id),
        )
        for place, hit in enumerate(nearest(answer), start=1)
    ]
    listed = Markup('<p class="nearest">Nearest articles</p><ul>{}</ul>').format(_join(links))
    return Markup("<p>{}</p>{}").format(text(said), listed if links else "")


def _understood(answer: Answer, without: Sequence[str]) -> Iterator[Markup]:
    """What words of the question were taken to ask for, each with a button that drops it."""
    for one in answer.understood:
        how = "only" if one.strict else "preferred"
        yield Markup(
            '<p class="note">“{}” was taken as: {}{} <button type="button" class="drop"'
            ' data-question="{}" data-without="{}" aria-label="Ask again without “{}”">×</button>'
            "</p>"
        ).format(
            text(one.words),
            text(one.meaning),
            f" ({how})." if one.held else ", of which the archive holds nothing.",
            text(answer.question),
            json.dumps([*without, one.words]),
            text(one.words),
        )


def _notes(answer: Answer, as_of: str) -> Iterator[Markup]:
    yield from map(_note, answer.notes)
    if answer.unresolved:
        numbers = ", ".join(f"[{value}]" for value in answer.unresolved)
        yield _note(f"The answer cites {numbers}, which no article in the archive stands behind.")
    if asked := describe_filters(answer.filters, as_of):
        yield _note(f"Searched only {asked}.")
    if answer.coverage < 1:
        yield _note(
            f"{answer.coverage:.0%} of the archive could be searched by meaning, "
            "the rest by its words."
        )


def describe_filters(filters: Filters, as_of: str = "") -> str:
    """The filters in words: "from 2025-03-01, by Radio North"; "" where nothing is asked."""
    parts = [
        f"from {filters.published_from:%Y-%m-%d}" if filters.published_from else "",
        f"before {filters.published_before:%Y-%m-%d}" if filters.published_before else "",
        f"by {' or '.join(filters.publishers)}" if filters.publishers else "",
        f"in language {filters.language!r}" if filters.language else "",
        f"what was published up to {as_of}" if as_of else "",
    ]
    return ", ".join(part for part in parts if part)


def _note(said: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(text(said))


def _paragraph(inner: Markup) -> Markup:
    return Markup('<p dir="auto">{}</p>').format(inner)


def _join(pieces: Iterable[Markup]) -> Markup:
    return Markup("").join(pieces)
