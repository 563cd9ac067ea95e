"""Renders the archive as HTML: articles by outlet and month, last ingest, and health."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.language.periods import day_in_words
from rag.maintenance.doctor.findings import Finding, is_sound
from rag.maintenance.holdings import Holdings
from rag.store.runs import Outcome
from rag.web.rendering.marks import headline_item, join, section
from rag.web.rendering.steps import count
from rag.web.rendering.tables import hint_html, table_html
from rag.web.views.shelves import ArchiveSection, Listing

_BARS = 24
_NAMED = 20


def archive_html(
    holdings: Holdings, shelves: Sequence[ArchiveSection], failed: Sequence[Outcome], now: datetime
) -> str:
    """The overview: figures, outlets, months and the last ingest."""
    by_month = sum((Counter(shelf.months) for shelf in shelves), Counter())
    months = dict(sorted(by_month.items()))
    return str(
        join(
            [
                _figures(holdings),
                section("Outlets", _outlets(shelves, list(months), now)),
                section("Articles by month", _months(months)),
                section("Last ingest", _last_run(holdings, failed)),
            ]
        )
    )


def listing_html(listing: Listing, what: str) -> str:
    """A list of articles as links; `what` is its heading."""
    listed = len(listing.articles)
    more = f"; the newest {listed} are listed" if listed < listing.total else ""
    rows = [
        headline_item(f"near-listed-{place}", article)
        for place, article in enumerate(listing.articles, start=1)
    ]
    return str(
        Markup('<h2 tabindex="-1">{}</h2><p class="told" role="status">{}{}</p><ul>{}</ul>').format(
            text(what), count(listing.total, "article"), more, join(rows)
        )
    )


def health_html(findings: Sequence[Finding]) -> str:
    """The findings of an examination, worst first."""
    if not findings:
        return str(Markup('<p class="told" role="status">Nothing is wrong.</p>'))
    sound = (
        "Nothing is wrong; this is good to know:" if is_sound(findings) else "This needs a look:"
    )
    rows = [
        Markup(
            '<li class="{}"><p><strong>{}</strong> {}</p><p>{}</p><p><code>{}</code></p></li>'
        ).format(each.severity, each.severity, text(each.what), text(each.means), text(each.mend))
        for each in findings
    ]
    return str(
        Markup('<p class="told" role="status">{}</p><ul class="findings">{}</ul>').format(
            sound, join(rows)
        )
    )


def _figures(holdings: Holdings) -> Markup:
    ends = [day_in_words(each.date()) for each in (holdings.first, holdings.last) if each]
    dates = " to ".join(dict.fromkeys(ends)) or "unknown"
    figures = {
        "Articles": f"{holdings.articles:,}",
        "Revisions": f"{holdings.revisions:,}",
        "Withdrawn": f"{holdings.withdrawn:,}",
        "Passages": f"{holdings.passages:,}",
        "Found by meaning": f"{holdings.coverage:.0%}",
        "Published": dates,
        "On disk": f"{sum(holdings.sizes.values()) / 1e6:,.1f} MB",
    }
    rows = (
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, text(value))
        for name, value in figures.items()
    )
    return Markup('<dl class="figures">{}</dl>').format(join(rows))


def _outlets(shelves: Sequence[ArchiveSection], months: Sequence[str], now: datetime) -> Markup:
    if not shelves:
        return hint_html("The archive holds no article yet.")
    heads = ("Outlet", "Articles", "First", "Newest", "Last new", "By month")
    return table_html("Articles by outlet", heads, (_outlet(each, months, now) for each in shelves))


def _outlet(shelf: ArchiveSection, months: Sequence[str], now: datetime) -> list[Markup]:
    days = [
        Markup('<span class="whole">{}</span>').format(day)
        for day in (
            *(f"{at.day} {at:%b %Y}" if at else "unknown" for at in (shelf.first, shelf.last)),
            _ago((now - shelf.last).days) if shelf.last else "unknown",
        )
    ]
    button = Markup('<button type="button" class="list" data-outlet="{0}">{1}</button>').format(
        text(shelf.publisher), text(shelf.publisher or "Outlet unknown")
    )
    return [button, text(f"{shelf.articles:,}"), *days, _bars(shelf.months, months)]


def _ago(days: int) -> str:
    return f"{count(days, 'day')} ago" if days > 0 else "today"


def _bars(counts: Mapping[str, int], months: Sequence[str]) -> Markup:
    """A bar for each of the last months, with a height by its number of articles."""
    visible = [month for month in months if month][-_BARS:]
    most = max((counts.get(month, 0) for month in visible), default=0) or 1
    bars = join(
        Markup('<rect x="{}" y="{}" width="3" height="{}"/>').format(place * 4, 20 - high, high)
        for place, month in enumerate(visible)
        if (high := round(20 * counts.get(month, 0) / most) or int(month in counts))
    )
    return Markup('<svg class="bars" aria-hidden="true" width="{}" height="20">{}</svg>').format(
        max(4 * len(visible), 4), bars
    )


def _months(months: Mapping[str, int]) -> Markup:
    most = max(months.values(), default=1)
    rows = [
        Markup(
            '<li><button type="button" class="list" data-month="{}">{}</button>'
            '<span class="bar" style="--share: {:.3f}" aria-hidden="true"></span>'
            '<span class="number">{:,}</span></li>'
        ).format(month, named_month(month), articles / most, articles)
        for month, articles in reversed(list(months.items()))
    ]
    return Markup('<ul class="months">{}</ul>').format(join(rows))


def named_month(month: str) -> str:
    """The month in words: "March 2025"; "undated" for ""."""
    return f"{datetime.strptime(month, '%Y-%m').replace(tzinfo=UTC):%B %Y}" if month else "undated"


def _last_run(holdings: Holdings, failed: Sequence[Outcome]) -> Markup:
    run = holdings.last_run
    if run is None:
        return hint_html("Nothing was ingested yet.")
    started = datetime.fromtimestamp(run.started, UTC)
    ended = "" if run.finished is not None else "; it was interrupted or is still running"
    summary = Markup("<p>{:%Y-%m-%d %H:%M} UTC{}. {}</p>").format(
        started, ended, f"{count(len(failed), 'input')} failed:" if failed else "No input failed."
    )
    listed = join(
        Markup('<li><span class="path">{}</span>: {}</li>').format(text(each.path), text(each.note))
        for each in failed[:_NAMED]
    )
    if failed:
        summary += Markup('<ul class="failures">{}</ul>').format(listed)
    if len(failed) > _NAMED:
        summary += Markup("<p>and {:,} more</p>").format(len(failed) - _NAMED)
    return summary
