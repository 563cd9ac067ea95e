"""A report as one HTML file that needs nothing else: no script, no font, no address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from rag.escaping import shortened, text
from rag.evaluation.journal import Row
from rag.evaluation.report import Comparison, Report, comparison_table, group_table, main_table
from rag.evaluation.roc import roc_figure
from rag.evaluation.summary import worst
from rag.evaluation.tables import Table, figure, span

_STYLE = Markup("""
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c2126; background: #fff; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; white-space: nowrap; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #d8dde2; text-align: right; }
th:first-child, td:first-child { text-align: left; }
svg { max-width: 100%; height: auto; }
svg text { font: 13px system-ui, sans-serif; fill: currentColor; }
article { border-top: 1px solid #d8dde2; padding: .5rem 0; }
article h3 { font-size: 1rem; margin: .5rem 0; }
.quiet { color: #58626c; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e9ec; background: #16191c; } .quiet { color: #a5afb8; }
}
""")
_PAGE = Markup("""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body>{body}</body></html>
""")
_LEFT, _WIDTH, _ROW = 150, 460, 46
_COLOURS = ("#1f6feb", "#9aa4ad")
_SNIPPET = 240
_SHOWN = 3


def html_page(report: Report, comparison: Comparison | None = None) -> str:
    """The whole page: plot, tables, the worst twenty questions and the settings; all escaped."""
    title = f"{report.suite}: {report.system} on {report.data}"
    parts = [
        Markup("<h1>{}</h1>").format(text(title)),
        Markup('<p class="quiet">{} {}, {}. The lines are 95 % intervals.</p>').format(
            f"{report.n:,}", report.counted, text(str(report.settings["date"]))
        ),
        _legend(report),
        _plot(report),
        roc_figure(report.questions),
        _table("Measures", main_table(report)),
        _compared(comparison),
        _groups(report),
        _worst(report),
        _settings(report),
    ]
    return str(_PAGE.format(title=text(title), style=_STYLE, body=Markup().join(parts)))


def _legend(report: Report) -> Markup:
    """What the colours of the bars stand for."""
    names = [report.system, *([report.baseline["system"]] if report.baseline else [])]
    return Markup("<p>{}</p>").format(
        Markup(" ").join(
            Markup('<span style="color:{}">■</span> {}').format(colour, text(name))
            for colour, name in zip(_COLOURS, names, strict=False)
        )
    )


def _plot(report: Report) -> Markup:
    """A bar for each measure that is a share, the baseline's below it."""
    shares = [name for name, value in report.measures.items() if _is_share(name, value)]
    parts: list[Markup] = []
    for row, name in enumerate(shares):
        top = row * _ROW
        parts.append(Markup('<text x="0" y="{}">{}</text>').format(top + 18, text(name)))
        parts.append(_bar(top + 4, report.measures[name], report.intervals[name], _COLOURS[0]))
        if report.baseline and name in report.baseline["measures"]:
            other = report.baseline
            value, bounds = other["measures"][name], other["intervals"][name]
            parts.append(_bar(top + 22, value, bounds, _COLOURS[1]))
    return Markup(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{label}">'
        "{bars}</svg>"
    ).format(
        w=_LEFT + _WIDTH + 150,
        h=len(shares) * _ROW,
        label=text(f"Measures of {report.system}"),
        bars=Markup().join(parts),
    )


def _is_share(name: str, value: float) -> bool:
    return not name.startswith("median") and 0 <= value <= 1


def _bar(top: int, value: float, bounds: Sequence[float], colour: str) -> Markup:
    low, high = (_LEFT + _WIDTH * bound for bound in bounds)
    middle = top + 8
    return Markup(
        '<rect x="{x}" y="{y}" width="{width:.1f}" height="16" fill="{colour}"/>'
        '<path d="M{low:.1f} {m}H{high:.1f}M{low:.1f} {t}V{b}M{high:.1f} {t}V{b}" '
        'stroke="currentColor" fill="none"/>'
        '<text x="{label}" y="{base}">{figure} <tspan opacity=".7">{span}</tspan></text>'
    ).format(
        x=_LEFT,
        y=top,
        width=_WIDTH * value,
        colour=colour,
        low=low,
        high=high,
        m=middle,
        t=middle - 4,
        b=middle + 4,
        label=_LEFT + _WIDTH + 8,
        base=top + 13,
        figure=figure(value),
        span=span(bounds),
    )


def _table(title: str, table: Table) -> Markup:
    heading = Markup().join(Markup("<th>{}</th>").format(text(cell)) for cell in table.heading)
    rows = Markup().join(
        Markup("<tr>{}</tr>").format(
            Markup().join(Markup("<td>{}</td>").format(text(cell)) for cell in row)
        )
        for row in table.rows
    )
    return Markup(
        '<h2>{}</h2><div class="wide"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(text(title), heading, rows)


def _compared(comparison: Comparison | None) -> Markup:
    if comparison is None:
        return Markup()
    title = f"Against {comparison.report} ({comparison.system})"
    return _table(title, comparison_table(comparison))


def _groups(report: Report) -> Markup:
    names = list(report.measures)
    by = (("type", report.by_type), ("year", report.by_year), ("turn", report.by_turn))
    return Markup().join(
        _table(f"By {name}", group_table(name, groups, names)) for name, groups in by if groups
    )


def _worst(report: Report) -> Markup:
    shown = worst(report.questions)
    if not shown:
        return Markup("<h2>Worst {0}</h2><p>All {0} have a full score.</p>").format(report.counted)
    parts = Markup().join(_question(row) for row in shown)
    return Markup("<h2>The worst {} {}</h2>{}").format(len(shown), report.counted, parts)


def _question(row: Row) -> Markup:
    return Markup(
        '<article><h3>{question}</h3><p class="quiet">{qid} · score {score}{date}</p>'
        "<p>Expected: {expected}</p><p>Found instead:</p><ol>{found}</ol></article>"
    ).format(
        question=text(row["question"]),
        qid=text(row["qid"]),
        score=figure(row["score"]),
        date=text(f" · asked {row['date']}" if row["date"] else ""),
        expected=_listed(row["expected"]),
        found=Markup().join(
            Markup('<li><b>{}</b> <span class="quiet">{}</span><br>{}</li>').format(
                text(item["title"] or item["id"]),
                text(item["id"]),
                text(shortened(item["text"], _SNIPPET)),
            )
            for item in row["found"][:_SHOWN]
        )
        or Markup("<li>nothing</li>"),
    )


def _listed(expected: Iterable[str]) -> Markup:
    return Markup("; ").join(text(item) for item in expected) or Markup("to be declined")


def _settings(report: Report) -> Markup:
    values = {**report.settings, **report.timings}
    rows = [(name, str(value)) for name, value in values.items()]
    return _table("Settings and timings", Table(("name", "value"), tuple(rows)))
