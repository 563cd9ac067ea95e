"""Whether real pages are read as their authors meant them: date, authors, title and paragraphs.

The folder is a copy of the public test pages of flairNLP/fundus (gzipped pages, their truth in
a JSON file for each outlet, their addresses in `meta.info`) or of adbar/htmldate (pages, their days
in `eval_*.json`). Both are found at any depth below it.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.corpus.assembling import assemble
from rag.corpus.decoding import SIZE_LIMIT
from rag.corpus.drafts import Read
from rag.corpus.webpage import page_draft
from rag.errors import ConfigError, CorpusError
from rag.evaluation.datasets import data_json
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, Suite, sample_row
from rag.evaluation.tables import Table
from rag.language.dates import local_time
from rag.language.normalizing import without_invisible

_FOLDERS = ("test_set", "cache", "eval", ".")
_NO_LETTERS = re.compile(r"[\W_]+")
_DAY = re.compile(r"_\d{4}_\d\d_\d\d\.html(?:\.gz)?\Z")
_OUTCOMES = ("right", "one day off", "wrong", "unknown with a note", "unknown", "not read")


@dataclass(frozen=True, slots=True)
class TestPage:
    """A page with what is true of it; a field that is None is not compared.

    `date` is an ISO date, or a moment with or without a zone; without one it is by the clocks
    of the page, and midnight means the day.
    """

    __test__ = False

    qid: str
    path: Path
    url: str
    date: str
    title: str | None = None
    authors: tuple[str, ...] | None = None
    paragraphs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Pages(Suite[TestPage, Read | str]):
    """Reads every page as a saved file, and compares what is known of it.

    `day` and `minute` are shares of the pages with the right day and the right minute,
    `paragraphs` is the mean share of a page's paragraphs that the text holds, letter for
    letter; `authors` and `title` must be equal but for case, blanks and order.
    """

    name = "pages"
    counted = "pages"
    system = "full"
    groups = ("type",)

    data: Path

    def load(self) -> Loaded[TestPage]:
        """The pages below the folder, by name."""
        pages = load_pages(self.data)
        return Loaded(pages, {"pages": len(pages)})

    def ask(self, sample: TestPage) -> Read | str:
        """The article of the page, or why it has none."""
        try:
            return assemble(page_draft(sample.qid, _page_bytes(sample.path)), datetime.now(UTC))
        except CorpusError as error:
            return str(error)

    def measure(self, sample: TestPage, answer: Read | str) -> Row:
        """What is right of the page; nothing is where it could not be read."""
        outcome, measures = _outcome(sample, answer), {"day": 0.0}
        measures["day"] = float(outcome == "right")
        if "T" in sample.date or " " in sample.date:
            measures["minute"] = float(not isinstance(answer, str) and _same_minute(sample, answer))
        wrong = [] if outcome == "right" else [f"date: {outcome}"]
        for name, share in _compared(sample, answer):
            measures[name] = share
            wrong += [name] if share < 1 else []
        found = answer.article if isinstance(answer, Read) else None
        return sample_row(
            sample.qid,
            sample.url,
            measures=measures,
            score=sum(measures.values()) / len(measures),
            type=sample.qid.partition("/")[0] if sample.authors is not None else "",
            date=sample.date[:10],
            expected=[str(each) for each in (sample.date, sample.title, sample.authors) if each],
            outcome=outcome,
            wrong=wrong,
            warnings=list(answer.warnings) if isinstance(answer, Read) else [answer],
            found=[{"id": str(found.published), "title": found.title, "text": str(found.authors)}]
            if found
            else [],
        )

    def tables(self, rows: Sequence[Row]) -> Mapping[str, Table]:
        """How many pages have each outcome of the date."""
        counts = Counter(row["outcome"] for row in rows)
        counted = tuple((name, f"{counts[name]:,}") for name in _OUTCOMES)
        return {"Dates": Table(("date", "pages"), counted)}


def load_pages(folder: Path) -> list[TestPage]:
    """The pages of both kinds below a folder, in order of their names.

    Raises ConfigError for a folder without any, CorpusError for truth that cannot be read.
    """
    found = [*_outlets_pages(folder), *_dated_pages(folder)]
    if not found:
        msg = (
            f"{folder} holds no test pages; name a folder with a copy of fundus'"
            " tests/resources/parser/test_data or of htmldate's tests"
        )
        raise ConfigError(msg)
    distinct = {page.qid: page for page in found}
    return [distinct[qid] for qid in sorted(distinct)]


def _outlets_pages(folder: Path) -> Iterator[TestPage]:
    """Pages as fundus has them: versions of a parser by age, and a page for each."""
    for meta in sorted(folder.rglob("meta.info")):
        addresses = _json(meta)
        for truth in sorted(meta.parent.glob("*.json")):
            files = (path.name for path in meta.parent.iterdir() if _DAY.search(path.name))
            pages = sorted(name for name in files if _DAY.sub("", name) == truth.stem)
            versions = _json(truth)
            by_age = sorted(versions, key=lambda name: [int(n) for n in re.findall(r"\d+", name)])
            for page, version in zip(pages, by_age, strict=False):
                known = versions[version]
                if known.get("publishing_date"):
                    yield TestPage(
                        f"{meta.parent.name}/{page.partition('.')[0]}",
                        meta.parent / page,
                        str(addresses.get(page, {}).get("url", "")),
                        str(known["publishing_date"]),
                        known.get("title"),
                        tuple(known.get("authors") or ()),
                        tuple(_paragraphs(known.get("body") or {})),
                    )


def _paragraphs(body: Mapping[str, Any]) -> Iterator[str]:
    yield from body.get("summary", ())
    for section in body.get("sections", ()):
        yield from section.get("paragraphs", ())


def _dated_pages(folder: Path) -> Iterator[TestPage]:
    """Pages as htmldate has them: an address with the page's file and day."""
    for truth in sorted(folder.rglob("eval_*.json")):
        for url, known in _json(truth).items():
            places = (truth.parent / place / known["file"] for place in _FOLDERS)
            path = next((each for each in places if each.is_file()), None)
            # Pages without a day have NaN there.
            if path is not None and isinstance(known.get("date"), str) and known["date"]:
                yield TestPage(f"{truth.stem}/{url}", path, url, known["date"])


def _json(path: Path) -> dict[str, Any]:
    data: Any = data_json(path)
    if not isinstance(data, dict):
        msg = f"{path} is no JSON object; it must have a field for each page"
        raise CorpusError(msg)
    return data


def _page_bytes(path: Path) -> bytes:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return file.read(SIZE_LIMIT + 1)


def _outcome(sample: TestPage, answer: Read | str) -> str:
    if isinstance(answer, str):
        return "not read"
    published = answer.article.published
    if published is None:
        return "unknown with a note" if answer.warnings else "unknown"
    truth = datetime.fromisoformat(sample.date)
    days = {published.at.date(), local_time(published).date()}
    known = {truth.date(), truth.astimezone(UTC).date() if truth.tzinfo else truth.date()}
    # A truth by the clock holds in its zone and in UTC; one by the day holds where it appeared.
    own = days if truth.tzinfo else {local_time(published).date()}
    if published.precision in ("month", "year"):
        return "wrong"
    if own & known:
        return "right"
    apart = min(abs((one - other).days) for one in days for other in known)
    return "one day off" if apart <= 1 else "wrong"


def _same_minute(sample: TestPage, answer: Read) -> bool:
    published, truth = answer.article.published, datetime.fromisoformat(sample.date)
    if published is None:
        return False
    if (truth.hour, truth.minute) == (0, 0) and published.precision == "day":
        return published.at.date() == truth.date()
    if published.precision not in ("minute", "second"):
        return False
    if truth.tzinfo is None and (truth.hour, truth.minute) == (0, 0):
        return local_time(published).date() == truth.date()
    if truth.tzinfo is None:
        clocks = (local_time(published), published.at)
        return _minute(truth) in [_minute(clock.replace(tzinfo=None)) for clock in clocks]
    return _minute(truth.astimezone(UTC)) == _minute(published.at)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _compared(sample: TestPage, answer: Read | str) -> Iterator[tuple[str, float]]:
    article = answer.article if isinstance(answer, Read) else None
    if sample.title is not None:
        same = article is not None and _folded(sample.title) == _folded(article.title)
        yield "title", float(same)
    if sample.authors is not None:
        known = sorted(map(_folded, sample.authors))
        same = article is not None and known == sorted(map(_folded, article.authors))
        yield "authors", float(same)
    if sample.paragraphs:
        text = _letters(article.text) if article is not None else ""
        found = sum(_letters(paragraph) in text for paragraph in sample.paragraphs)
        yield "paragraphs", found / len(sample.paragraphs)


def _folded(text: str) -> str:
    return " ".join(without_invisible(text).casefold().split())


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text.casefold())
