"""Renders a checked draft and a traced quotation as HTML, with links to their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.drafts.records import CheckedDraft, CheckedSentence, summary_of
from rag.language.words import shortened
from rag.records import Citation
from rag.verification.quotes.records import QuoteMatch, Trace
from rag.web.conversation import Kind, reference_to
from rag.web.rendering.article import difference_html
from rag.web.rendering.markdown import as_seen
from rag.web.rendering.marks import VERDICTS, join, origin, place_attributes
from rag.web.rendering.tables import hint_html

_EMPTY = (
    "Each sentence of a draft gets a verdict and the nearest sentences of the archive. A quotation "
    "is traced: whether an article has it, word for word, and as whose words."
)
_LONGEST = 600
_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "exact": ("✓", "as quoted"),
    "altered": ("≠", "altered"),
    "attributed to someone else": ("✕", "someone else’s words"),
    "not found": ("✕", "not found"),
}


def no_check() -> str:
    """The hint before the first check, as HTML."""
    return str(hint_html(_EMPTY))


def progress_html(done: int, total: int) -> str:
    """How many sentences of a draft are checked while the check goes on."""
    if not total:
        return str(Markup('<p class="working">Reading the draft</p>'))
    return str(
        Markup(
            '<p class="working">Checked {} of {} sentences</p>'
            '<progress aria-label="Sentences checked" value="{}" max="{}"></progress>'
        ).format(f"{done:,}", f"{total:,}", done, total)
    )


def status_html(said: str) -> str:
    """A line on how a check ended."""
    return str(Markup('<p class="told">{}</p>').format(text(said)))


def summary_html(checked: CheckedDraft) -> str:
    """The counts of a check in the page's words for verdicts."""
    return status_html(summary_of(checked, {name: words for name, (_, words) in VERDICTS.items()}))


def sentences_html(checked: CheckedDraft, first: int = 0) -> str:
    """The sentences of a draft from the `first` on, each with its verdict and its evidence."""
    citations = {one.number: one for one in checked.citations}
    listed = join(
        _sentence(checked, one, citations, place)
        for place, one in enumerate(checked.sentences[first:], start=first)
    )
    return str(Markup('<ol class="checked">{}</ol>').format(listed))


def trace_html(trace: Trace) -> str:
    """Where quoted words stand: the outcome, why, and each story that has them."""
    sign, words = _OUTCOMES[trace.outcome]
    kind = "supported" if trace.outcome == "exact" else "unsupported"
    verdict = _verdict(kind, sign, words, (trace.reason,) if trace.reason else ())
    matches = join(
        _match(trace, match, place) for place, match in enumerate(trace.matches, start=1)
    )
    return str(
        Markup(
            '<div class="traced"><p class="sentence" dir="auto">{}</p>{}<ul class="sources">{}</ul>'
            "</div>"
        ).format(text(" ".join(trace.text.split())), verdict, matches)
    )


def _sentence(
    checked: CheckedDraft, one: CheckedSentence, citations: Mapping[int, Citation], place: int
) -> Markup:
    words = text(" ".join(checked.text[one.start : one.end].split()))
    if one.verdict is None:
        return Markup(
            '<li class="calm"><p class="sentence" dir="auto">{}</p>'
            '<p class="outcome"><span class="verdict nothing">– nothing to verify: {}</span></p>'
            "</li>"
        ).format(words, text(one.nothing))
    sign, label = VERDICTS[one.verdict]
    kind = one.verdict.replace(" ", "-")
    cited: Kind = "cite" if one.verdict in ("supported", "partly") else "near"
    sources = join(
        _source(
            f"draft-{checked.begun}-{place}",
            cited,
            citations[number],
            checked.also_in.get(number, ()),
        )
        for number in one.citations
    )
    return Markup('<li class="{}"><p class="sentence" dir="auto">{}</p>{}{}{}</li>').format(
        "calm" if one.verdict == "supported" else "doubted",
        words,
        _verdict(kind, sign, label, one.reasons),
        join(difference_html(quote.changes) for quote in one.quotations if quote.changes),
        Markup('<ul class="sources">{}</ul>').format(sources) if sources else "",
    )


def _verdict(kind: str, sign: str, label: str, reasons: Sequence[str]) -> Markup:
    why = "; ".join(reasons)
    return Markup(
        '<p class="outcome"><span class="verdict {}"><span aria-hidden="true">{}</span> {}</span>'
        '<span class="why" dir="auto">{}</span></p>'
    ).format(kind, sign, text(label), text(f" {why[:1].upper()}{why[1:]}." if why else ""))


def _match(trace: Trace, match: QuoteMatch, place: int) -> Markup:
    cited: Kind = "cite" if trace.outcome == "exact" else "near"
    said = f"said by {match.said_by}" if match.said_by else ""
    found = _source(f"quote-{place}", cited, match.citation, match.also_in, said)
    return found + difference_html(match.changes)


def _source(
    name: str, kind: Kind, citation: Citation, also_in: Sequence[str], said: str = ""
) -> Markup:
    article = citation.article
    place = reference_to(kind, article, (citation.start, citation.end))
    # Of the place, too: the same sentence of another draft is another link.
    key = f"{kind}-{name}-{crc32(place.place().encode()):x}"
    notes = join(_notes(citation, also_in, said))
    return Markup(
        '<li><a class="open" dir="auto" {}>“{}”</a><p class="origin" dir="auto">{}</p></li>'
    ).format(
        place_attributes(key, place),
        text(shortened(as_seen(citation), _LONGEST)),
        notes,
    )


def _notes(citation: Citation, also_in: Sequence[str], said: str) -> Iterator[Markup]:
    yield text(origin(citation.article))
    for note in (said, f"also carried by {', '.join(also_in)}" if also_in else ""):
        if note:
            yield text(f" · {note}")
