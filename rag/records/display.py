"""Records as a person sees them: in a console, in a notebook, as rows of a table.

What is shown of a record is short. Everything that comes from an article is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from rag.records.published import local_iso

if TYPE_CHECKING:
    import pandas

    from rag.records import Answer, Article, Citation, Hit

LONGEST = 80
"""How many characters of a text are shown in a line."""

_WHOLE = frozenset({"rank", "citation", "start", "end"})
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


def short(text: str, most: int = LONGEST) -> str:
    """The text in one line, cut between words where it is longer than `most` characters.

    >>> short("One two three four", 12)
    'One two …'
    """
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut else cut} …"


def source(article: Article) -> str:
    """The outlet and the day of an article, as far as they are known: "Radio North, 2025-04-12"."""
    day = local_iso(article.published)[:10] if article.published else ""
    return ", ".join(filter(None, [article.publisher, day]))


def article_repr(article: Article) -> str:
    """An article in a line: its id, title, outlet, day and length."""
    named = ", ".join(filter(None, [repr(short(article.title)), source(article)]))
    return f"<Article {article.id!r}: {named}; {len(article.text):,} characters>"


def hit_repr(hit: Hit) -> str:
    """A hit in a line: its rank, score, source and first words."""
    named = source(hit.article) or hit.article.id
    return f"<Hit {hit.rank}, score {hit.score:.3f}: {short(hit.text)!r} ({named})>"


def report_repr(counts: Mapping[Any, int], odd: int) -> str:
    """What became of the inputs of a run, in a line.

    >>> report_repr({"added": 25, "failed": 1}, 4)
    '<IngestReport: 25 added, 1 failed; 4 look odd>'
    """
    named = ", ".join(f"{number:,} {kind}" for kind, number in sorted(counts.items()) if number)
    return f"<IngestReport: {named or 'nothing read'}{f'; {odd:,} look odd' * bool(odd)}>"


def citation_repr(citation: Citation) -> str:
    """A citation in a line: its number, first words and source."""
    named = source(citation.article) or citation.article.id
    return f"<Citation [{citation.number}]: {short(citation.quote)!r} ({named})>"


def answer_repr(answer: Answer) -> str:
    """An answer in a line: the question, what it says first, and how much it cites."""
    if answer.abstained:
        return f"<Answer to {short(answer.question)!r}: declined, {short(answer.reason)!r}>"
    count = len(answer.citations)
    cites = f"{count} citation{'s' if count != 1 else ''}"
    return f"<Answer to {short(answer.question)!r}: {short(answer.text)!r}; {cites}>"


def answer_str(answer: Answer) -> str:
    """What `print` shows of an answer: its text, or why it was declined."""
    return answer.text or answer.reason


def article_html(article: Article) -> str:
    """An article as HTML: title, source and its whole text, which can be opened."""
    paragraphs = "".join(f"<p>{escape(each)}</p>" for each in article.text.split("\n\n") if each)
    return (
        f"<article><h4>{_linked(article)}</h4><p>{escape(source(article))}</p>"
        f"<details><summary>{len(article.text):,} characters</summary>{paragraphs}</details>"
        "</article>"
    )


def article_markdown(article: Article) -> str:
    """An article as Markdown: title, source and the beginning of its text."""
    lines = [
        f"**{_marked(article.title)}**",
        _marked(source(article)),
        _marked(short(article.text, 400)),
    ]
    return "\n\n".join(filter(None, lines))


def answer_html(answer: Answer) -> str:
    """An answer as HTML: each sentence with its verdict, the citations, each linked."""
    if answer.abstained:
        body = f"<p><em>{escape(answer.reason or answer.text)}</em></p>"
    else:
        body = f"<p>{'<br>'.join(map(escape, answer.text.splitlines()))}</p>"
        body += _doubts_html(answer)
    listed = cited_html(answer.citations)
    return f"<section><h4>{escape(answer.question)}</h4>{body}{listed}</section>"


def cited_html(citations: Iterable[Citation]) -> str:
    """The cited words as a numbered list, each with its article; "" where there are none."""
    cited = "".join(
        f'<li value="{each.number}"><q>{escape(each.quote)}</q> {_linked(each.article)}'
        f" ({escape(source(each.article))})</li>"
        for each in citations
    )
    return f"<ol>{cited}</ol>" if cited else ""


def answer_markdown(answer: Answer) -> str:
    """An answer as Markdown: the question, the text, and a numbered list of its citations."""
    text = answer.reason if answer.abstained and answer.reason else answer.text
    parts = [f"**{_marked(answer.question)}**", _marked(text)]
    for each in answer.citations:
        named = _marked(each.article.title or each.article.id)
        link = f"[{named}]({each.article.url})" if _is_web(each.article.url) else named
        about = _marked(source(each.article))
        parts.append(f"{each.number}. “{_marked(short(each.quote, 400))}” {link} ({about})")
    return "\n\n".join(parts)


def hits_html(hits: Sequence[Hit]) -> str:
    """Hits as an HTML table, best first: rank, score, source, title and words."""
    rows = "".join(
        f"<tr><td>{hit.rank}</td><td>{hit.score:.3f}</td><td>{escape(source(hit.article))}</td>"
        f"<td>{_linked(hit.article)}</td><td>{escape(short(hit.text, 240))}</td></tr>"
        for hit in hits
    )
    return table_html(("", "score", "source", "article", "passage"), rows)


def table_html(names: Iterable[str], rows: str) -> str:
    """A table with the names of its columns above its rows, which are HTML already."""
    head = "".join(f"<th>{name}</th>" for name in names)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def frame(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pandas.DataFrame:
    """The rows as a table of pandas with these columns, which it has without rows, too.

    Numbers and offsets stay whole beside rows that have none. Raises ImportError, with what to
    install, where pandas is missing.
    """
    try:
        import pandas
    except ImportError as error:
        msg = "to_pandas needs pandas; run: pip install pandas"
        raise ImportError(msg) from error
    table = pandas.DataFrame(list(rows), columns=list(columns))
    return table.astype(dict.fromkeys(_WHOLE.intersection(columns), "Int64"))


def _doubts_html(answer: Answer) -> str:
    doubts = "".join(
        f"<li>{escape(claim.verdict)}: {escape(answer.text[claim.start : claim.end])}"
        f"{escape(' (' + '; '.join(claim.reasons) + ')' if claim.reasons else '')}</li>"
        for claim in answer.claims
        if claim.verdict != "supported"
    )
    return f"<ul>{doubts}</ul>" if doubts else ""


def _linked(article: Article) -> str:
    title = escape(article.title or article.id)
    if not _is_web(article.url):
        return title
    return f'<a href="{escape(article.url)}" rel="noreferrer">{title}</a>'


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _marked(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


CLAIM_COLUMNS = (
    "sentence", "verdict", "reasons", "citation", "quote", "publisher", "published", "title",
    "url", "article_id", "start", "end",
)  # fmt: skip
"""What a table of an answer or a checked draft has: a row for each sentence and citation of it."""

HIT_COLUMNS = (
    "rank", "score", "text", "publisher", "published", "title", "url", "article_id", "start",
    "end", "also_in",
)  # fmt: skip
"""What a table of hits has: a row for each hit, best first."""


def claim_rows(answer: Answer) -> Iterator[dict[str, Any]]:
    """A row for each sentence of an answer and each citation of it, in their order."""
    for claim in answer.claims:
        words, reasons = answer.text[claim.start : claim.end], "; ".join(claim.reasons)
        said = {"sentence": words, "verdict": claim.verdict, "reasons": reasons}
        yield from cited_rows(said, claim.citations, answer.citations)


def cited_rows(
    sentence: Mapping[str, Any], numbers: Sequence[int], citations: Iterable[Citation]
) -> Iterator[dict[str, Any]]:
    """What is said of a sentence, once for each of its citations, with what that cites."""
    cited = {each.number: each for each in citations}
    for number in numbers or (None,):
        row = dict(sentence)
        if number in cited:
            each = cited[number]
            row |= {"citation": number, "quote": each.quote}
            row |= placed(each.article, each.start, each.end)
        yield row


def hit_rows(hits: Iterable[Hit]) -> Iterator[dict[str, Any]]:
    """A row for each hit, in their order."""
    for hit in hits:
        row = {"rank": hit.rank, "score": hit.score, "text": hit.text, "also_in": list(hit.also_in)}
        yield row | placed(hit.article, hit.passage.start, hit.passage.end)


def placed(article: Article, start: int, end: int) -> dict[str, Any]:
    """The columns of a table that say where words stand."""
    return {
        "publisher": article.publisher,
        "published": article.published.at if article.published else None,
        "title": article.title,
        "url": article.url,
        "article_id": article.id,
        "start": start,
        "end": end,
    }
