"""Renders the conversation as HTML: questions, answers with links, declined answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from rag.answers.wording import introduction
from rag.conversations.escaping import BLANK_LINES, text
from rag.records import Answer, Claim
from rag.web.conversation import nearest, reference_to
from rag.web.rendering.chips import understood_html
from rag.web.rendering.marks import join, linked, place_attributes, tips, verdict_mark
from rag.web.rendering.steps import describe_filters, steps_html

_LIST_INTRODUCTION = " Nearest articles:"


def welcome_html(examples: Sequence[str]) -> str:
    """The welcome before the first question, with example questions."""
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
    """A question and its reply; screen readers do not announce a busy reply yet."""
    return str(
        Markup(
            '<section class="turn" data-turn="{}"><h2 class="question" dir="auto">'
            '<span class="unseen">You asked: </span>{}</h2>'
            '<div class="reply" aria-busy="{}">{}</div>{}</section>'
        ).format(
            number,
            text(question),
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
        return Markup('<div class="streaming">{}</div>').format(paragraphs)
    note = "Stopped. What is written so far has not been checked against the articles."
    return paragraphs + _note(note if written.strip() else "Stopped.")


def answer_html(
    answer: Answer,
    number: int,
    *,
    as_of: str = "",
    without: Sequence[str] = (),
    by_words: int | None = None,
) -> Markup:
    """The answer to question `number`: its sentences with links to what they cite.

    Only links made here are markup; whatever an article, a question or a model wrote is
    shown as it stands. `as_of` is the date that was asked for, as it was typed, and
    `without` what the reader wanted not to be understood as a date or an outlet. `by_words`
    is how many of the passages found share a word with the question.
    """
    kind = "declined" if answer.abstained else "answer"
    words = _declined(answer, number) if answer.abstained else _answered(answer, number)
    return Markup('{}<div class="{}">{}</div>{}{}{}').format(
        understood_html(answer.question, answer.understood, without),
        kind,
        words,
        join(_notes(answer, as_of)),
        steps_html(answer, as_of=as_of, by_words=by_words),
        tips(answer, number),
    )


def _answered(answer: Answer, number: int) -> Markup:
    """The paragraphs of the text, each with its claims."""
    position = 0
    paragraphs: list[Markup] = []
    for gap in [*BLANK_LINES.finditer(answer.text), None]:
        end = gap.start() if gap else len(answer.text)
        if answer.text[position:end].strip():
            paragraphs.append(_paragraph(join(_pieces(answer, number, position, end))))
        position = gap.end() if gap else end
    return join(paragraphs)


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
        yield verdict_mark(claim, number, place)
        position = last
    yield linked(answer, number, answer.text[position:end], cited)


def _claim(answer: Answer, number: int, claim: Claim, words: str) -> Markup:
    """A claim's words; if they quote an article, its outlet and date are styled separately."""
    for citation in answer.citations:
        origin = introduction(citation.article)
        if citation.number in claim.citations and words.startswith(origin + citation.quote):
            rest = words[len(origin) + len(citation.quote) :]
            return Markup('<span class="origin">{}</span>{}{}').format(
                text(origin), text(citation.quote), linked(answer, number, rest, claim.citations)
            )
    return linked(answer, number, words, claim.citations)


def _declined(answer: Answer, number: int) -> Markup:
    """A declined answer: why there is no answer, the nearest articles, and what to try."""
    words = BLANK_LINES.split(answer.text.strip())[0].removesuffix(_LIST_INTRODUCTION)
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
    tries = [Markup("<li>{}</li>").format(text(each)) for each in answer.suggestions]
    return Markup('<p class="no-answer">{}</p>{}{}{}').format(
        text(words),
        _because(answer),
        _list("Nearest articles", "nearest", links),
        _list("What you can try", "tries", tries),
    )


def _because(answer: Answer) -> Markup:
    """Why there is no answer, without the name of its kind."""
    why = answer.reason.partition(": ")[2]
    if not why:
        return Markup("")
    return Markup('<p class="because">{}.</p>').format(text(why[0].upper() + why[1:]))


def _list(heading: str, kind: str, items: Sequence[Markup]) -> Markup:
    if not items:
        return Markup("")
    return Markup('<h3 class="{}">{}</h3><ul>{}</ul>').format(kind, heading, join(items))


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


def _note(note: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(text(note))


def _paragraph(inner: Markup) -> Markup:
    return Markup('<p dir="auto">{}</p>').format(inner)
