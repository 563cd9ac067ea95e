"""A quotation with its reference, as prose, Markdown and bibliographies have it.

It knows articles and citations, no answer and no page. What is not known of an article is left
out; nothing is made up. AP and Chicago set quotation marks within the quotation as single ones,
as these styles do; `plain` and `markdown` leave each character as it stands in the article.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Literal, get_args
from urllib.parse import quote, urlencode, urlsplit

from rag.answers.wording import spoken_date, spoken_pages
from rag.conversations.escaping import one_line_markdown, web_address
from rag.language.dates import local_time
from rag.records import Article, Citation, Published

Style = Literal["plain", "markdown", "ap", "chicago", "bibtex"]
STYLES: tuple[Style, ...] = get_args(Style)

_AP_MONTHS = (
    *("Jan.", "Feb.", "March", "April", "May", "June"),
    *("July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."),
)
_MOST_NAMED = 3
_CLOSING = "\"'”’»)"
_DOUBLE = re.compile(r"[\"“”„]")
_OPENS = re.compile(r"(?:^|[\s(\[—–-])$")
_WORD = re.compile(r"[A-Za-z0-9]+")
_SMALL = frozenset({"a", "an", "the", "of", "in", "on", "at", "to", "for", "and", "or"})
_AND = re.compile(r"\s(?:and|und|et|y)\s|,", re.IGNORECASE)
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
}
_IN_ADDRESS = {"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"}
_LONGEST_WHOLE = 8
_EDGE = 4
_DIRECTIVE = ":~:"


def quotation(cited: Citation, style: Style = "plain", words: str = "") -> str:
    """The cited words with their reference; BibTeX has them in the field `quotation`.

    `words` stand for the stored characters where these have markup that no reader sees.

    >>> article = Article("a", "https://a.example/1", "Lost", "It sank.", "Radio North")
    >>> quotation(Citation(1, article, 0, 8), "chicago")
    '“It sank.” “Lost,” Radio North, n.d., https://a.example/1.'
    """
    pages = spoken_pages(cited.article, cited.start, cited.end)
    return _QUOTATIONS[style](words or cited.quote, cited.article, pages)


def reference(article: Article, style: Style = "plain", pages: str = "") -> str:
    """The article as the style names its source; `pages` as `spoken_pages` words them.

    >>> article = Article("a", "https://a.example/1", "Lost", "It sank.", "Radio North", ("A. B.",))
    >>> reference(article), reference(article, "ap")
    ('A. B., “Lost,” Radio North, https://a.example/1', 'A. B. in Radio North (“Lost,” https://a.example/1)')
    """
    return _REFERENCES[style](article, pages)


def _plain(article: Article, pages: str) -> str:
    return _listed(
        _names(article.authors, " and "),
        _titled(article.title),
        article.publisher,
        spoken_date(article.published) if article.published else "",
        pages,
        web_address(article.url),
    )


def _markdown(article: Article, pages: str) -> str:
    address = web_address(article.url)
    title = one_line_markdown(article.title or (article.id if address else ""))
    linked = f"[{title}](<{_bare(address)}>)" if address and title else title
    outlet = one_line_markdown(article.publisher)
    return ", ".join(
        part
        for part in (
            one_line_markdown(_names(article.authors, " and ")),
            linked,
            f"*{outlet}*" if outlet else "",
            spoken_date(article.published) if article.published else "",
            pages,
        )
        if part
    )


def _ap(article: Article, pages: str) -> str:
    """Attribution as AP has it: who reported it, in what and when, and where it can be read."""
    who, outlet = _names(article.authors, " and "), article.publisher
    when = _ap_date(article.published) if article.published else ""
    if article.published and _is_day(article.published) and (who or outlet):
        when = f"on {when}"
    named = " ".join(filter(None, [who, f"in {outlet}" if who and outlet else outlet, when]))
    within = _listed(_titled(_single(article.title)), pages, web_address(article.url))
    return f"{named} ({within})" if named and within else named or within


def _chicago(article: Article, pages: str) -> str:
    """A note of the Chicago Manual of Style, 17th edition: from four authors on, the first."""
    note = _listed(
        _chicago_names(article.authors),
        _titled(_single(article.title)),
        article.publisher,
        _american_date(article.published) if article.published else "n.d.",
        pages,
        web_address(article.url),
        no_comma_after=(),
    )
    return note if note.endswith("n.d.") else f"{note}."


def _bibtex(article: Article, pages: str, quote: str = "") -> str:
    at = local_time(article.published) if article.published else None
    precision = article.published.precision if article.published else ""
    fields = {
        "author": " and ".join(map(_bibtex_name, article.authors)),
        "title": f"{{{_latex(article.title)}}}" if article.title else "",
        "journal": _latex(article.publisher),
        "year": f"{at:%Y}" if at else "",
        "month": f"{at:%b}".lower() if at and precision != "year" else "",
        "day": str(at.day) if at and precision not in ("year", "month") else "",
        "pages": pages.partition(" ")[2].replace("–", "--"),
        "url": _escaped(web_address(article.url), _IN_ADDRESS),
        "quotation": _latex(" ".join(quote.split())),
    }
    bare = ("month",)
    lines = [
        f"  {name} = {value if name in bare else f'{{{value}}}'},"
        for name, value in fields.items()
        if value
    ]
    kind = "article" if article.publisher else "misc"
    return "\n".join([f"@{kind}{{{_key(article)},", *lines, "}"])


def _quoted_plain(quote: str, article: Article, pages: str) -> str:
    return f"“{quote}” — {_plain(article, pages)}".removesuffix(" — ")


def _quoted_markdown(quote: str, article: Article, pages: str) -> str:
    source = _markdown(article, pages)
    quoted = f"> {one_line_markdown(quote)}"
    return f"{quoted}\n>\n> — {source}" if source else quoted


def _quoted_ap(quote: str, article: Article, pages: str) -> str:
    quoted, source = _single(" ".join(quote.split())), _ap(article, pages)
    if article.authors or article.publisher:
        return f"“{_before_comma(quoted)}” according to {source}."
    return f"“{quoted}” ({source})" if source else f"“{quoted}”"


def _quoted_chicago(quote: str, article: Article, pages: str) -> str:
    return f"“{_single(' '.join(quote.split()))}” {_chicago(article, pages)}"


_REFERENCES: Mapping[Style, Callable[[Article, str], str]] = {
    "plain": _plain,
    "markdown": _markdown,
    "ap": _ap,
    "chicago": _chicago,
    "bibtex": _bibtex,
}
_QUOTATIONS: Mapping[Style, Callable[[str, Article, str], str]] = {
    "plain": _quoted_plain,
    "markdown": _quoted_markdown,
    "ap": _quoted_ap,
    "chicago": _quoted_chicago,
    "bibtex": lambda quote, article, pages: _bibtex(article, pages, quote),
}


def _bare(address: str) -> str:
    """The address within angle brackets, where these and line ends would end it."""
    return _escaped(address, {"<": "%3C", ">": "%3E", "\n": "%0A", "\r": "", "\\": "%5C"})


def _titled(title: str) -> str:
    return f"“{title}”" if title else ""


def _listed(*parts: str, no_comma_after: tuple[str, ...] = ("?", "!")) -> str:
    """The parts with commas between; the comma after a title stands within its marks.

    None stands after a title that ends in one of `no_comma_after`.
    """
    line = ""
    for part in filter(None, parts):
        if line.endswith("”"):
            inner = line[:-1]
            line = f"{inner}{'' if inner.endswith((*no_comma_after, ',')) else ','}” {part}"
        else:
            line += f", {part}" if line else part
    return line


def _names(authors: tuple[str, ...], last: str) -> str:
    """All the authors, with commas but for the last: "A, B and C"."""
    *others, end = authors or ("",)
    return f"{', '.join(others)}{last}{end}" if others else end


def _chicago_names(authors: tuple[str, ...]) -> str:
    if len(authors) > _MOST_NAMED:
        return f"{authors[0]} et al."
    return _names(authors, ", and " if len(authors) == _MOST_NAMED else " and ")


def _single(words: str) -> str:
    """The words with single quotation marks for double ones, as they stand within double ones."""

    def nested(found: re.Match[str]) -> str:
        """The single mark for a double one."""
        if found[0] in "“„":
            return "‘"
        if found[0] == "”":
            return "’"
        return "‘" if _OPENS.search(words, 0, found.start()) else "’"

    return _DOUBLE.sub(nested, words)


def _before_comma(quote: str) -> str:
    """The quotation as it stands before the words that attribute it: with a comma for its stop."""
    end = quote.rstrip(_CLOSING)
    closing = quote[len(end) :]
    if end.endswith((",", "?", "!", "…", "—", "-")):
        return quote
    return f"{end.rstrip('.;:')},{closing}"


def _is_day(published: Published) -> bool:
    return published.precision not in ("year", "month")


def _ap_date(published: Published) -> str:
    """The date as AP has it: months are short before a day only, and five never are."""
    local = local_time(published)
    if published.precision == "year":
        return f"{local:%Y}"
    if published.precision == "month":
        return f"{local:%B %Y}"
    return f"{_AP_MONTHS[local.month - 1]} {local.day}, {local:%Y}"


def _american_date(published: Published) -> str:
    local = local_time(published)
    return f"{local:%B} {local.day}, {local:%Y}" if _is_day(published) else spoken_date(published)


def _bibtex_name(name: str) -> str:
    """A name; one that BibTeX would take apart wrongly, such as of a body, in braces."""
    escaped = _latex(name)
    return f"{{{escaped}}}" if _AND.search(name) or len(name.split()) > _MOST_NAMED else escaped


def _key(article: Article) -> str:
    """A key of Latin letters and digits: last name or outlet, year, first word of the title."""
    who = (article.authors or (article.publisher,))[0].split()
    year = f"{local_time(article.published):%Y}" if article.published else ""
    title = [word for word in _words(article.title) if word not in _SMALL][:1]
    name = [word for word in _words(" ".join(who[-1:])) if word not in _SMALL]
    return f"{''.join(name)}{year}{''.join(title)}" or "article"


def _words(value: str) -> list[str]:
    marked = unicodedata.normalize("NFKD", value)
    plain = "".join(each for each in marked if not unicodedata.combining(each))
    return [word.lower() for word in _WORD.findall(plain)]


def _latex(value: str) -> str:
    return _escaped(" ".join(value.split()), _LATEX)


def _escaped(value: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in value)


def at_sentence(url: str, words: str, page: int = 0) -> str:
    """The address of a web page, opened at the words; of a PDF, at the `page` from 1 on.

    Short words are named whole, longer ones by their first and last words, so that a page whose
    markup differs still has them. "" for what is no address of a web page.

    >>> at_sentence("https://a.example/1", "Six, or so: well-known & loved.")
    'https://a.example/1#:~:text=Six%2C%20or%20so%3A%20well%2Dknown%20%26%20loved.'
    """
    address = web_address(url)
    if not address:
        return ""
    base, _, fragment = address.partition("#")
    fragment = fragment.partition(_DIRECTIVE)[0]
    if page and urlsplit(base).path.lower().endswith(".pdf"):
        return f"{base}#page={page}"
    found = words.split()
    if not found:
        return f"{base}#{fragment}" if fragment else base
    return f"{base}#{fragment}{_DIRECTIVE}text={_range(found)}"


def in_page(article_id: str, revision: int, start: int, end: int) -> str:
    """The query of the page that opens an article at some of its characters.

    >>> in_page("a.example/1", 2, 10, 45)
    '?article=a.example%2F1&revision=2&at=10-45'
    """
    asked = {"article": article_id, "revision": revision, "at": f"{start}-{end}"}
    return "?" + urlencode(asked, errors="replace")


def _range(words: list[str]) -> str:
    if len(words) <= _LONGEST_WHOLE:
        return _encoded(words)
    return f"{_encoded(words[:_EDGE])},{_encoded(words[-_EDGE:])}"


def _encoded(words: list[str]) -> str:
    """The words as text of a directive, where a comma, an ampersand and a hyphen mean something."""
    # Half of a surrogate pair has no UTF-8.
    return quote(" ".join(words), safe="", errors="replace").replace("-", "%2D")
