"""Turns a draft into an article: sets id, date, language and boilerplate for all formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

from rag.corpus.boilerplate import find_furniture
from rag.corpus.bylines import is_person, opens_byline, parse_authors
from rag.corpus.drafts import Draft, Read
from rag.corpus.mojibake import remark
from rag.corpus.page_visible_dates import is_of_birth
from rag.corpus.rules import BESIDE_A_DATE, is_date_line, is_name_line
from rag.corpus.urls import canonical_id, is_web_address, publisher_of, slug_words
from rag.corpus.written_dates import written_dates
from rag.errors import CorpusError
from rag.language.dates import parse_published
from rag.language.identification import language_code, likely_language
from rag.language.normalizing import without_invisible
from rag.language.outlet_names import name_of_host, seems_outlet
from rag.records import Article, FurnitureKind, Published, Span

_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")
_BETWEEN_PARTS = re.compile(r"\s[|·•–—-]\s")
_TITLE_LENGTH = 100
_CLOCK_TOLERANCE = timedelta(days=1)
_LEAST_FOR_LANGUAGE = 160
_TO_COME = "lies in the future"


def assemble(draft: Draft, now: datetime) -> Read:
    """The article of a draft, with a warning for each field that cannot be used.

    Its id is the canonical URL, else the source's id, else "file:" and the absolute path.
    A page's own name for its outlet counts where it fits the host, else the host is the outlet.
    A date more than a day after `now` counts as unknown. One that was embargoed appeared when
    the embargo ended. Raises EmbargoError while it lasts.
    """
    freed = _embargo_end(draft.embargoed, now)
    furniture = find_furniture(draft.text, draft.blocks)
    lines = _first_of_each(draft, furniture)
    url, url_warnings = _url(draft, furniture)
    date_line, byline = lines.get("date", ""), lines.get("byline", "")
    beside = _beside_dates([date_line, *byline.splitlines()[1:]])
    stated = (*draft.site_names, *beside)
    site_name = "" if draft.publisher else name_of_host(publisher_of(url), stated)
    if not byline and opens_byline(date_line):
        date_line, byline = "", date_line
    line = _beside_name(date_line) or _date_in(byline)
    published, date_warnings = _published(draft, line, now)
    if freed is not None and (published is None or published.at < freed.at):
        published, date_warnings = freed, (f"was embargoed; dated by the end of that, {freed}",)
    # A bare name without "By" may be the outlet's.
    named = byline if opens_byline(byline) else _part_of(date_line, opens_byline)
    authors = parse_authors(_undated_lines(named)) if named else ()
    beside += _beside_dates(byline.splitlines()[:1])
    outlet = next(filter(None, (_part_of(each, seems_outlet) for each in beside)), "")
    article = Article(
        id=_identity(url, draft),
        url=url,
        title=_title(draft, lines, url),
        text=draft.text,
        publisher=draft.publisher or site_name or publisher_of(url) or outlet,
        authors=draft.authors or authors or _makers(draft.made_by),
        published=published,
        language=_language(draft),
        section=draft.section,
        furniture=furniture,
        pages=draft.pages,
    )
    settled = not any(_TO_COME in warning for warning in date_warnings)
    odd = remark(article.title) or remark(draft.text)
    warnings = (*draft.warnings, *url_warnings, *date_warnings, *((odd,) if odd else ()))
    captured, modified = (_past(value, now) for value in (draft.captured, draft.modified))
    dated = modified or (published.at if published else None)
    return Read(
        article,
        draft.path,
        warnings,
        settled,
        captured,
        dated,
        site_name=site_name,
        changed=modified,
    )


def _identity(url: str, draft: Draft) -> str:
    """The article's address, else its id in its source, else its file.

    The address of a whole site stands for no article of it, where the source has an id for that.
    """
    address = canonical_id(url)
    if draft.source_id and address == publisher_of(url):
        return draft.source_id
    return address or draft.source_id or f"file:{Path(draft.path).absolute()}"


def _language(draft: Draft) -> str:
    """The language that the format states, unless a text of some length is clearly in another."""
    if len(draft.text) < _LEAST_FOR_LANGUAGE and (code := language_code(draft.language)):
        return code
    return likely_language(draft.language, draft.text)


def _beside_dates(lines: Iterable[str]) -> list[str]:
    """What stands beside the date of each line: "Radio North" of "Radio North, 3 May 2025"."""
    found = ((line, next(written_dates(line), "")) for line in lines)
    return [line.replace(date, "").strip(BESIDE_A_DATE) for line, date in found if date]


def _part_of(line: str, is_it: Callable[[str], bool]) -> str:
    """The first part of a line that is such a one: "By Mara Lind" of "Post | By Mara Lind"."""
    return next(filter(is_it, _parts(line)), "")


def _parts(line: str) -> list[str]:
    """What bars and dashes part in a line."""
    parts = (part.strip(BESIDE_A_DATE) for part in _BETWEEN_PARTS.split(line))
    return [part for part in parts if part]


def _makers(made_by: str) -> tuple[str, ...]:
    """The persons among those whom a file's properties call its authors, who may be accounts."""
    return tuple(name for name in parse_authors(made_by) if is_person(name))


def _undated_lines(byline: str) -> str:
    """A byline without the lines from "Radio North, 3 May" on, whose names are no authors."""
    first, *others = byline.splitlines()
    return "\n".join([first, *takewhile(lambda line: not is_date_line(line), others)])


def _date_in(byline: str) -> str:
    """The date beside names in a line, the line itself if it has one that is not read."""
    return next(written_dates(byline), byline if is_date_line(byline) else "")


def _beside_name(line: str) -> str:
    """The date of a line that has a name besides ("Benni 10. September 2017"); else the line."""
    found = list(written_dates(line)) if parse_published(line) is None else []
    rest = line.replace(found[0], "") if len(found) == 1 else ""
    names = _parts(rest)
    return found[0] if names and all(map(is_name_line, names)) and not is_of_birth(rest) else line


class EmbargoError(CorpusError):
    """The article may not be used yet."""


def _embargo_end(written: str, now: datetime) -> Published | None:
    """When the embargo ended, None if there was none; raises EmbargoError if it lasts."""
    if not written:
        return None
    end = parse_published(written)
    if end is None:
        msg = f"embargoed, and the end of it, {written!r:.60}, cannot be read as a date"
        raise EmbargoError(msg)
    if end.at > now:
        msg = f"embargoed until {written:.60}; read it again after that"
        raise EmbargoError(msg)
    return end


def _first_of_each(draft: Draft, furniture: tuple[Span, ...]) -> Mapping[FurnitureKind, str]:
    """The words of the first block of each kind of boilerplate."""
    words = {block.start: block.words for block in draft.blocks}
    first: dict[FurnitureKind, str] = {}
    for span in furniture:
        if words[span.start]:
            first.setdefault(span.kind, words[span.start])
    return first


def _url(draft: Draft, furniture: tuple[Span, ...]) -> tuple[str, tuple[str, ...]]:
    if is_web_address(draft.url):
        return draft.url.strip(), ()
    warnings = (f"url {draft.url!r:.80} is no web address; left out",) if draft.url else ()
    for span in furniture:
        if span.kind == "original url" and (
            found := _ADDRESS.search(draft.text, span.start, span.end)
        ):
            return found.group(), warnings
    return "", warnings


def _published(draft: Draft, line: str, now: datetime) -> tuple[Published | None, tuple[str, ...]]:
    value = draft.date or line
    published, wrong = _dated(value, now) if value else (None, "no date found")
    made, _ = _dated(draft.created, now) if draft.created else (None, "")
    if published is not None:
        return published, ()
    if made is not None:
        return made, (f"{wrong}; dated by when the file was made, {made}",)
    return None, (f"{wrong}; kept as unknown",) if value or draft.dated else ()


def _dated(value: str, now: datetime) -> tuple[Published | None, str]:
    """The moment of a date, or what is wrong with it."""
    published = parse_published(value)
    if published is None:
        return None, f"date {value!r:.80} cannot be read"
    if published.at > now + _CLOCK_TOLERANCE:
        return None, f"date {value!r:.80} {_TO_COME}"
    return published, ""


def _past(value: str, now: datetime) -> datetime | None:
    """The moment that a file states, None for none that can be read, or one to come."""
    published, _ = _dated(value, now) if value else (None, "")
    return published.at if published else None


def _title(draft: Draft, lines: Mapping[FurnitureKind, str], url: str) -> str:
    """The draft's title, else a title line, an opening heading, the URL's words, or any line."""
    if title := draft.title or lines.get("title", ""):
        return " ".join(without_invisible(title).split())
    opening = draft.blocks[0].words if draft.blocks else draft.text
    # A first line by itself is a title, even if it could be a name.
    named = lines.get("byline") == opening and not opens_byline(opening)
    if lines.get("heading") == opening or named:
        return opening
    if words := slug_words(url):
        return words
    furniture = set(lines.values())
    body = (block.words for block in draft.blocks if block.words not in furniture)
    line = " ".join(next(body, opening).split())
    return line if len(line) <= _TITLE_LENGTH else line[:_TITLE_LENGTH].rsplit(" ", 1)[0] + " …"
