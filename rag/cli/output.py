"""What a person sees of hits, answers, reports and quotations in the terminal; decides nothing."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from rag.answers.wording import introduction, spoken_pages
from rag.cli.terminal import complain, is_watched, note, say, say_marked, shown
from rag.records import Answer, Article, Citation, Hit, Understood, Verdict
from rag.store import OutcomeKind
from rag.verification.quotes.records import Recheck, Trace
from rag.verification.quotes.records import shown as diff_shown

if TYPE_CHECKING:
    from rag.ingest import IngestReport

NEAREST = "Nearest, but no answer:"
"""What is printed before the citations of a declined answer."""

STYLES: Mapping[Verdict, str] = {
    "supported": "green",
    "partly": "yellow",
    "unsupported": "red",
    "quote altered": "bold red",
}
"""The colour of each verdict on what a model wrote, on a terminal."""

_RARE = frozenset[OutcomeKind]({"deleted", "skipped"})


def print_report(report: IngestReport) -> None:
    """Prints the counts of a run, every failure with its reason, notes, and what looked odd."""
    named = [kind for kind in get_args(OutcomeKind) if kind not in _RARE or report.counts[kind]]
    say(", ".join(f"{report.counts[kind]:,} {kind}" for kind in named))
    for outcome in report.notable:
        if outcome.kind == "failed":
            complain(f"{outcome.path}: {outcome.note}")
        else:
            note(f"{outcome.path}: {outcome.note}")
    for line in report.odd.summary():
        note(f"looked odd: {line}")


def print_hits(hits: Sequence[Hit], nothing: str = "") -> None:
    """Prints hits as a list to read, in their order, or that there are none, and why."""
    if not hits:
        say(f"nothing found: {nothing}" if nothing else "nothing found")
    for hit in hits:
        _print_found(hit.rank, replace(hit.article, published=hit.published), hit.also_in, hit.text)
        say_marked(f"   [dim]{shown(place(hit.article, hit.passage.start, hit.passage.end))}[/]\n")


def _print_found(number: int, article: Article, also_in: Sequence[str], words: str) -> None:
    """Prints a numbered article, other outlets that carry it, and its words."""
    also = f" (also in {', '.join(also_in)})" if also_in else ""
    title, outlet = shown(article.title or article.id), shown(introduction(article))
    say_marked(f"[bold]{number}.[/] {outlet}[bold]{title}[/]{shown(also)}")
    say_marked(f"   {shown(' '.join(words.split()))}")


def place(article: Article, start: int, end: int) -> str:
    """Where these characters stand: the article's address or id, and the page where it has some.

    >>> article = Article("file:a.pdf", "", "", "One. Two.", pages=(0, 5))
    >>> place(article, 0, 4), place(article, 0, 9)
    ('file:a.pdf, page 1', 'file:a.pdf, pages 1–2')
    """
    address = article.url or article.id
    pages = spoken_pages(article, start, end)
    return f"{address}, {pages}" if pages else address


def print_answer(answer: Answer) -> None:
    """Prints an answer, its notes and its numbered sources; of a declined one what is nearest.

    What a model wrote is coloured by its verdicts on a terminal, and each sentence that is not
    supported is named below, with the reasons.
    """
    print_understood_as(answer)
    for text in answer.notes:
        note(text)
    if answer.model and is_watched():
        say_marked(_coloured(answer))
    else:
        say(answer.text)
    if answer.abstained and answer.reason and answer.reason not in answer.text:
        say(answer.reason)
    for claim in answer.claims if answer.model else ():
        if claim.verdict != "supported":
            words = " ".join(answer.text[claim.start : claim.end].split())
            why = f": {'; '.join(claim.reasons)}" if claim.reasons else ""
            style = STYLES[claim.verdict]
            say_marked(f"[{style}]{claim.verdict}[/] {shown(f'“{words}”{why}')}")
    if answer.nearest:
        say(f"\n{NEAREST}")
        for citation in answer.nearest:
            say(f"{introduction(citation.article)}{citation.quote} [{citation.number}]")
    if answer.citations:
        say("")
        print_numbered(answer.citations)
    print_unresolved(answer)
    print_ways_on(answer)


def print_numbered(citations: Sequence[Citation]) -> None:
    """Prints where each number leads: title, address and page; those of one place in one line."""
    places: dict[tuple[str, str], list[Citation]] = {}
    for each in citations:
        key = (each.article.id, place(each.article, each.start, each.end))
        places.setdefault(key, []).append(each)
    for (_, where), those in places.items():
        numbers = " ".join(f"[{each.number}]" for each in those)
        title = those[0].article.title or those[0].article.id
        say(f"{numbers} {title} — {where}", "dim")


def _coloured(answer: Answer) -> str:
    """The answer in rich's markup, each sentence in the colour of its verdict."""
    parts, done = [], 0
    for claim in sorted(answer.claims, key=lambda claim: claim.start):
        if claim.start < done:
            continue
        words = shown(answer.text[claim.start : claim.end])
        parts.append(shown(answer.text[done : claim.start]))
        parts.append(f"[{STYLES[claim.verdict]}]{words}[/]")
        done = claim.end
    return "".join([*parts, shown(answer.text[done:])])


def print_understood_as(answer: Answer) -> None:
    """Says what a follow-up was taken to ask, where that is not what was typed."""
    if answer.understood_as:
        note(f"Understood as: {answer.understood_as}")


def print_ways_on(answer: Answer, *, numbered: bool = False) -> None:
    """Prints what to try where there is no answer; `numbered`, what can be done has its number."""
    if not answer.ways_on:
        return
    can_choose = numbered and any(way.question for way in answer.ways_on)
    say("\nWhat you can try (type its number):" if can_choose else "\nWhat you can try:")
    for number, way in enumerate(answer.ways_on, start=1):
        say(f"  {f'{number}.' if can_choose and way.question else '-'} {way.text}")


def print_unresolved(answer: Answer) -> None:
    """Says which numbers an answer cites that no passage has, if it does."""
    if answer.unresolved:
        numbers = ", ".join(map(str, answer.unresolved))
        complain(f"the answer cites {numbers}, which no passage has")


def print_trace(trace: Trace) -> None:
    """Prints where words stand, with a word diff where the article has others."""
    reason = f": {trace.reason}" if trace.reason else ""
    say(f"{trace.outcome}{reason}")
    for match in trace.matches:
        article, cited = match.article, match.citation
        words = diff_shown(match.changes) if match.changes else cited.quote
        _print_found(cited.number, article, match.also_in, words)
        if match.said_by:
            say_marked(f"   said by {shown(match.said_by)}")
        where = place(article, cited.start, cited.end)
        where = f"{where}, characters {cited.start} to {cited.end}"
        say_marked(f"   [dim]{shown(where)}[/]\n")


def print_recheck(found: Recheck) -> None:
    """Prints each citation of a saved answer with what became of it."""
    for each in found.citations:
        reason = f": {each.reason}" if each.reason else ""
        say(f"[{each.number}] {each.article_id} {each.status}{reason}")
        if each.changes:
            say_marked(f"    {shown(' '.join(diff_shown(each.changes).split()))}")
    for finding in found.findings:
        say(finding)
    if not found.citations:
        say("the answer cites nothing")
    say("all of it holds" if found.holds else "the answer no longer holds as it was given")


def print_understood(understood: Sequence[Understood], option: str = "--ignore") -> None:
    """Says what words of the question were taken to ask for, and how to drop them."""
    for one in understood:
        how = ", only" if one.strict else ", preferred" if one.of_hits else ""
        if not one.held:
            how = ", the archive holds nothing of it"
        note(f"{one.words!r}: {one.meaning}{how} ({option} {shlex.quote(one.words)})")


def print_coverage(coverage: float, folder: Path) -> None:
    """Says how much of the archive can be found by meaning, unless all of it can."""
    if coverage < 1.0:
        note(
            f"{coverage:.0%} of the passages are embedded; the rest is found by its words only "
            f"(dateline embed --archive {folder})"
        )
