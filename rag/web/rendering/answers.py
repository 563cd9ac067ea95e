"""Renders the conversation as HTML: questions, answers with links, declined answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from rag.answers.wording import introduction
from rag.conversations.escaping import BLANK_LINES, text
from rag.records import Answer, Citation, Claim, WayOn
from rag.web.conversation import nearest, reference_to
from rag.web.rendering.changes import changes_html, is_shown_as_change
from rag.web.rendering.chips import again_attributes, understood_html
from rag.web.rendering.markdown import as_seen
from rag.web.rendering.marks import (
    citation_link,
    join,
    linked,
    place_attributes,
    tips,
    verdict_mark,
)
from rag.web.rendering.quoted import only_quotes, quotation
from rag.web.rendering.steps import describe_filters, spent, steps_html
from rag.web.rendering.taking import answer_tools_html

_LIST_INTRODUCTION = re.compile(r"\s*[^.?!:]*:$")
"""What ends the first paragraph of a declined answer: the page has headings of its own."""

WRITING = "Writing; not checked yet"
UNCHECKED = "Stopped: not checked. Nothing above has been compared with the articles."

_LONG = 240
"""A question of more characters does not stay in view: it would cover its answer."""

_EDIT = Markup(
    '<button type="button" class="edit-asked" aria-label="Edit and ask again">Edit</button>'
)
_QUOTED = Markup('<blockquote class="quoted">{}</blockquote>')
_HEADLINE = Markup('<span class="headline" dir="auto">{}</span>')


def follow_ups_html(number: int, asked: str, questions: Sequence[str]) -> str:
    """What to ask after the turn with this number and question, hidden until it is placed there."""
    if not questions:
        return ""
    buttons = join(
        Markup('<li><button type="button" class="example" dir="auto">{}</button></li>').format(
            text(question)
        )
        for question in questions
    )
    return str(
        Markup(
            '<div class="follow-ups" hidden data-turn="{}" data-asked="{}">'
            "<p>You could ask next</p><ul>{}</ul></div>"
        ).format(number, text(asked), buttons)
    )


def turn_html(number: int, question: str, reply: Markup, *, busy: bool = False) -> str:
    """A question and its reply; screen readers do not announce a busy reply yet.

    The question can be edited and asked again once the reply is there.
    """
    return str(
        Markup(
            '<section class="turn" data-turn="{}"><div class="asked{}">'
            '<h2 class="question" dir="auto"><span class="unseen">You asked: </span>{}</h2>{}</div>'
            '<div class="reply" aria-busy="{}">{}</div>{}</section>'
        ).format(
            number,
            " long" if len(question) > _LONG else "",
            text(question),
            "" if busy else _EDIT,
            "true" if busy else "false",
            reply,
            "" if busy else Markup('<div class="feedback" data-turn="{}"></div>').format(number),
        )
    )


def working_html(what: str) -> Markup:
    """The reply before its first words."""
    return Markup('<p class="working">{}</p>').format(text(what))


def partial_html(written: str, *, stopped: bool = False) -> Markup:
    """The reply written so far; its markers become links once it is checked."""
    paragraphs = join(_paragraph(text(part)) for part in BLANK_LINES.split(written) if part.strip())
    if not stopped:
        return Markup('<div class="streaming">{}</div>{}').format(paragraphs, working_html(WRITING))
    if not written.strip():
        return _note("Stopped.")
    return Markup('<div class="unchecked">{}</div>{}').format(paragraphs, _note(UNCHECKED))


def answer_html(
    answer: Answer,
    number: int,
    *,
    as_of: str = "",
    without: Sequence[str] = (),
    by_words: int | None = None,
    first: str = "",
) -> Markup:
    """The answer to question `number`: its sentences with links to what they cite.

    Only links made here are markup; whatever an article, a question or a model wrote is
    shown as it stands. `as_of` is the date that was asked for, as it was typed, and
    `without` the words that were to be understood as nothing. `by_words`
    is how many of the passages found share a word with the question, and `first` what a model
    first wrote, before it was checked.
    """
    kind = "declined" if answer.abstained else "answer"
    words = _declined(answer, number, without) if answer.abstained else _answered(answer, number)
    return Markup('<div class="{}">{}</div>{}{}{}{}{}{}{}').format(
        kind,
        words,
        changes_html(answer, first),
        # Below the answer, so that its words stay where they were while it was written.
        _understood_as(answer),
        understood_html(answer.question, answer.understood, without),
        join(_notes(answer, as_of)),
        steps_html(answer, as_of=as_of, by_words=by_words),
        answer_tools_html(answer),
        tips(answer, number),
    )


def _understood_as(answer: Answer) -> Markup:
    """What a follow-up was taken to ask; a click puts it into the question box."""
    if not answer.understood_as:
        return Markup("")
    return Markup(
        '<p class="taken">Understood as: <button type="button" class="edit" dir="auto" '
        'data-question="{0}" title="Edit this question">{0}</button></p>'
    ).format(text(answer.understood_as))


def _answered(answer: Answer, number: int) -> Markup:
    """The paragraphs of the text, each with its claims; what is only quoted is set apart."""
    position, above = 0, ""
    paragraphs: list[Markup] = []
    for gap in [*BLANK_LINES.finditer(answer.text), None]:
        end = gap.start() if gap else len(answer.text)
        if answer.text[position:end].strip():
            headline = _headline(answer, position)
            shown = _HEADLINE.format(text(headline)) if headline and headline != above else ""
            inner = Markup("{}{}").format(shown, join(_pieces(answer, number, position, end)))
            only = only_quotes(answer, position, end)
            paragraphs.append(_QUOTED.format(_paragraph(inner)) if only else _paragraph(inner))
            above = headline
        position = gap.end() if gap else end
    return join(paragraphs)


def _headline(answer: Answer, at: int) -> str:
    """The title of the article whose words begin there, after its outlet and date; else ""."""
    claim = next((each for each in answer.claims if each.start == at), None)
    for citation in answer.citations:
        origin = introduction(citation.article)
        if claim and citation.number in claim.citations and answer.text.startswith(origin, at):
            return citation.article.title if origin else ""
    return ""


def _pieces(answer: Answer, number: int, start: int, end: int) -> Iterator[Markup]:
    position = start
    # A list of articles links to each without a claim about what it says.
    cited = [each.number for each in answer.citations]
    ordered = sorted(enumerate(answer.claims, start=1), key=lambda each: each[1].start)
    for place, claim in ordered:
        first, last = max(claim.start, position), min(claim.end, end)
        if first >= last:
            continue
        yield linked(answer, number, answer.text[position:first], cited)
        yield _claim(answer, number, claim, answer.text[first:last])
        if quotation(answer, claim) is None or claim.verdict != "supported":
            yield verdict_mark(claim, number, place)
        position = last
    yield linked(answer, number, answer.text[position:end], cited)


def _claim(answer: Answer, number: int, claim: Claim, words: str) -> Markup:
    """A claim's words; if they quote an article, its outlet and date are styled separately."""
    quoted = quotation(answer, claim)
    if quoted is None:
        return linked(answer, number, words, claim.citations)
    origin = text(quoted.day + quoted.origin)
    return Markup("{}{}{}{}").format(
        Markup('<span class="origin">{}</span>').format(origin) if origin else "",
        text(quoted.name),
        _quote(quoted.cited),
        linked(answer, number, quoted.after, claim.citations),
    )


def _quote(citation: Citation, direction: str = "") -> Markup:
    """The cited words; they have no marks around them where they open with a mark of their own."""
    words = as_seen(citation)
    marked = Markup(' class="marked"') if words[:1] in '“"„«' else ""
    return Markup("<q{}{}>{}</q>").format(marked, direction, text(words))


def _declined(answer: Answer, number: int, without: Sequence[str]) -> Markup:
    """A declined answer: why there is no answer, what is nearest, and what to try."""
    words = _LIST_INTRODUCTION.sub("", BLANK_LINES.split(answer.text.strip())[0])
    sentences = [_nearest_sentence(citation, number) for citation in answer.nearest]
    links = [
        Markup('<li><a class="near" {}>{}{}</a></li>').format(
            place_attributes(
                f"near-{number}-{place}",
                reference_to("near", hit.article, (hit.passage.start, hit.passage.end)),
            ),
            Markup('<span class="origin">{}</span>').format(text(introduction(hit.article))),
            text(hit.article.title or hit.article.id),
        )
        for place, hit in enumerate(nearest(answer), start=1)
    ]
    tries = [_way_on(way, answer, without) for way in answer.ways_on]
    return Markup('<p class="no-answer">{}</p>{}{}{}{}').format(
        linked(answer, number, words, [each.number for each in answer.nearest]),
        _because(answer),
        _list("Nearest", "sentences", sentences),
        _list("Nearest articles", "nearest", links),
        _list("What you can try", "tries", tries),
    )


def _nearest_sentence(citation: Citation, number: int) -> Markup:
    return Markup('<li><span class="origin">{}</span>{} {}</li>').format(
        text(introduction(citation.article)),
        _quote(citation, Markup(' dir="auto"')),
        citation_link(number, citation, "near"),
    )


def _way_on(way: WayOn, answer: Answer, without: Sequence[str]) -> Markup:
    """A button that asks what the way on says; advice alone is text."""
    words = text(way.text[:1].upper() + way.text[1:])
    if not way.question:
        return Markup("<li>{}</li>").format(words)
    same = way.question == answer.question
    still = [each for each in without if same or each.casefold() in way.question.casefold()]
    return Markup(
        '<li><button type="button" class="way" {} data-drop="{}">{}</button></li>'
    ).format(
        again_attributes(way.question, [*still, *way.ignore]), json.dumps(list(way.drop)), words
    )


def _because(answer: Answer) -> Markup:
    """Why there is no answer, without the name of its kind, where the text does not say it."""
    why = answer.reason.partition(": ")[2]
    if not why or why in answer.text:
        return Markup("")
    return Markup('<p class="because">{}.</p>').format(text(why[0].upper() + why[1:]))


def _list(heading: str, kind: str, items: Sequence[Markup]) -> Markup:
    if not items:
        return Markup("")
    return Markup('<h3 class="{}">{}</h3><ul>{}</ul>').format(kind, heading, join(items))


def _notes(answer: Answer, as_of: str) -> Iterator[Markup]:
    if answer.model or answer.usage.requests:
        yield _note(spent(answer))
    yield from (_note(one) for one in answer.notes if not is_shown_as_change(one, answer))
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


def _note(note: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(text(note))


def _paragraph(inner: Markup) -> Markup:
    return Markup('<p dir="auto">{}</p>').format(inner)
