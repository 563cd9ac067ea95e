"""Measures whether the checker catches one thing changed in a true claim, and spares true ones."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any

from rag.archive import Archive, Progress
from rag.errors import ConfigError
from rag.evaluation.baseline import current_articles
from rag.evaluation.copies import share_interval
from rag.evaluation.journal import Row
from rag.evaluation.rephrasing import REPHRASINGS, rephrase
from rag.evaluation.report import Report
from rag.evaluation.runner import Evaluated, archive_facts
from rag.evaluation.seeding import FAULTS, Seeded, Spare, seed_fault
from rag.evaluation.summary import grouped, summarise
from rag.reading.checks.evidence import capitalised
from rag.reading.facts import stems
from rag.reading.moments import moments
from rag.reading.verification import verify
from rag.records import Article, Citation, Verdict
from rag.sentences import sentence_spans

SEED = 2_000
FAULTS_MADE = 300

_FEWEST_WORDS, _MOST_WORDS = 6, 45
_OF_ONE_SENTENCE = 2
_ARTICLES = 300
_SENTENCES_A_FAULT = 10
_SAMPLED = 500
_STATEMENT = re.compile(r"\.[”\"’']*$")
_MARKUP = re.compile(r"[#*\[\]|_<>]|https?:")

Check = Callable[[str, Sequence[Citation]], tuple[Verdict, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class FaultOptions:
    """How many faults to make at least; `now` dates the report, `seed` draws them."""

    now: datetime
    faults: int = FAULTS_MADE
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim with the sentence it rests on; `fault` is None for one that is true."""

    text: str
    type: str
    citation: Citation
    fault: Seeded | None = None


def evaluate_faults(
    archive: Archive, options: FaultOptions, progress: Progress, check: Check = verify
) -> Evaluated:
    """Checks claims with one fault each, and true ones, made from an archive's own sentences.

    A fault is caught by any verdict but "supported", and a true claim is flagged by it. Faults
    are shared evenly among their kinds, as far as the archive has sentences for each. Raises
    ConfigError where none can be made.
    """
    started = time.perf_counter()
    made = claims(current_articles(archive), options)
    if not any(claim.fault for claim in made):
        msg = (
            f"{archive.folder} has no sentence to put a fault into; "
            "name an archive with English articles: --archive"
        )
        raise ConfigError(msg)
    rows = []
    for number, claim in enumerate(made):
        progress("checking", number, len(made))
        rows.append(_row(number, claim, check))
    progress("checking", len(made), len(made))
    report = _report(options, rows, archive_facts(archive), time.perf_counter() - started)
    return Evaluated(report, tuple(_fewer(options, rows)))


def claims(articles: Iterable[Article], options: FaultOptions) -> list[Claimed]:
    """Faults of each kind, then the true claims: those sentences verbatim, and rephrased.

    Every other fault is put into a sentence that is also said otherwise, if it can be.
    """
    random = Random(options.seed)  # noqa: S311 - a sample, not a secret
    drawn = sorted(articles, key=lambda article: article.id)
    random.shuffle(drawn)
    drawn = drawn[: max(_ARTICLES, options.faults)]
    found = [citation for article in drawn for citation in _sentences(article)]
    sentences = list({citation.quote: citation for citation in reversed(found)}.values())
    random.shuffle(sentences)
    sentences = sentences[: _SENTENCES_A_FAULT * options.faults]
    maker = _Maker(sentences, random)
    false = maker.faults(options.faults)
    verbatim = [Claimed(citation.quote, "verbatim", citation) for citation in maker.used]
    return [*false, *verbatim, *_rephrased(sentences, -(-options.faults // len(FAULTS)))]


def _rephrased(sentences: Sequence[Citation], most: int) -> Iterator[Claimed]:
    """True claims: at most so many sentences for each way of saying them otherwise."""
    for kind in REPHRASINGS:
        said = ((rephrase(c.quote, kind, c.article), c) for c in sentences)
        yield from islice((Claimed(text, kind, c) for text, c in said if text), most)


class _Maker:
    """Puts faults into sentences, and knows which it has used."""

    def __init__(self, sentences: Sequence[Citation], random: Random) -> None:
        self._sentences = sentences
        self._random = random
        self._spares = _spares({c.article.id: c.article for c in sentences}.values())
        self._uses: Counter[Citation] = Counter()

    @property
    def used(self) -> list[Citation]:
        """The sentences that faults were put into, in their order."""
        return [citation for citation in self._sentences if self._uses[citation]]

    def faults(self, count: int) -> list[Claimed]:
        """So many faults of as many kinds as there are, each kind with its share."""
        random = Random(SEED)  # noqa: S311 - a sample, not a secret
        spare = self._spares
        possible = {
            kind: sum(
                seed_fault(c.quote, kind, spare[c.article.id], random) is not None
                for c in self._sentences[:_SAMPLED]
            )
            for kind in FAULTS
        }
        made: list[Claimed] = []
        # The rarest kind comes first, and what it lacks is shared among the others.
        for done, kind in enumerate(sorted(FAULTS, key=possible.__getitem__)):
            wanted = -(-(count - len(made)) // (len(FAULTS) - done))
            made += islice(self._of_kind(kind), max(0, wanted))
        return made

    def _of_kind(self, kind: str) -> Iterator[Claimed]:
        otherwise = False
        for citation in self._sentences:
            if self._uses[citation] >= _OF_ONE_SENTENCE:
                continue
            said = self._otherwise(citation) if otherwise else citation.quote
            fault = seed_fault(said, kind, self._spares[citation.article.id], self._random)
            if fault is not None and fault.text not in citation.article.text:
                self._uses[citation] += 1
                otherwise = not otherwise
                yield Claimed(fault.text, kind, citation, fault)

    def _otherwise(self, citation: Citation) -> str:
        """The sentence rephrased in the first way that a random order of them allows."""
        ways = self._random.sample(REPHRASINGS, len(REPHRASINGS))
        said = (rephrase(citation.quote, way, citation.article) for way in ways)
        return next((text for text in said if text), citation.quote)


def _sentences(article: Article) -> Iterator[Citation]:
    """The sentences of an article that report something, each as a citation of itself."""
    if article.language not in ("", "en"):
        return
    taken = [(span.start, span.end) for span in article.furniture]
    for start, end in sentence_spans(article.text):
        quote = article.text[start:end]
        apart = all(end <= first or last <= start for first, last in taken)
        fits = _FEWEST_WORDS <= len(quote.split()) <= _MOST_WORDS and not _MARKUP.search(quote)
        if apart and fits and _STATEMENT.search(quote):
            yield Citation(1, article, start, end)


def _spares(articles: Iterable[Article]) -> dict[str, Spare]:
    known = list(articles)
    small = {word for article in known for word in re.findall(r"\b[a-z][\w-]+", article.text)}
    named = {article.id: _names(article, small) for article in known}
    everyone = sorted({name for found in named.values() for name in found})
    return {article.id: Spare(named[article.id], _words(article), everyone) for article in known}


def _names(article: Article, small: Container[str]) -> list[str]:
    """Words that the article writes with a capital, no article without, and that name no time."""
    return sorted(
        name
        for name in set(capitalised([article.text]))
        if len(name) > 3
        and name.isalpha()
        and name.lower() not in small
        and not moments(f"in {name}", None)
    )


def _words(article: Article) -> list[str]:
    words = sorted(set(re.findall(r"(?<!\w)[a-z]{5,}(?!\w)", article.text)))
    return [word for word in words if stems(word)]


def _row(number: int, claim: Claimed, check: Check) -> Row:
    started = time.perf_counter()
    verdict, reasons = check(claim.text, [claim.citation])
    seconds = time.perf_counter() - started
    flagged = float(verdict != "supported")
    measures = {"caught": flagged} if claim.fault else {"wrongly_flagged": flagged}
    if claim.fault:
        measures[f"caught_{claim.type}"] = flagged
    else:
        kind = "verbatim" if claim.type == "verbatim" else "rephrased"
        measures[f"wrongly_flagged_{kind}"] = flagged
    return {
        "qid": f"{claim.citation.article.id}#{claim.citation.start}/{claim.type}/{number}",
        "question": claim.text,
        "type": claim.type,
        "year": "",
        "date": "",
        "expected": [f"caught: {claim.fault.changed}" if claim.fault else "supported"],
        "verdict": verdict,
        "reasons": list(reasons),
        "measures": measures,
        "score": flagged if claim.fault else 1 - flagged,
        "seconds": seconds,
        "found": [
            {
                "id": claim.citation.article.id,
                "title": claim.citation.article.title,
                "text": f"{verdict}: {'; '.join(reasons)}",
            }
        ],
    }


def _report(
    options: FaultOptions, rows: Sequence[Row], facts: dict[str, Any], seconds: float
) -> Report:
    sizes = Counter(name for row in rows for name in row["measures"])
    measures = dict(sorted(summarise(rows).items()))
    return Report(
        suite="faults",
        data=str(facts["archive"]).rsplit("/", 1)[-1],
        system="checker",
        n=len(rows),
        measures=measures,
        intervals={name: share_interval(value, sizes[name]) for name, value in measures.items()},
        settings={
            **facts,
            "as_of": False,
            "faults": sizes["caught"],
            "true_claims": sizes["wrongly_flagged"],
            "seed": options.seed,
            "date": f"{options.now:%Y-%m-%d}",
        },
        timings={
            "seconds": round(seconds, 2),
            "milliseconds_a_claim": round(1000 * sum(r["seconds"] for r in rows) / len(rows), 2),
        },
        by_type=grouped(rows, lambda row: str(row["type"])),
        counted="claims",
        questions=rows,
    )


def _fewer(options: FaultOptions, rows: Sequence[Row]) -> Iterator[str]:
    made = Counter(row["type"] for row in rows)
    total = sum(made[kind] for kind in FAULTS)
    if total < options.faults:
        yield f"faults made: {total:,} of {options.faults:,}; the archive has too few sentences"
    if none := [kind for kind in FAULTS if not made[kind]]:
        yield f"no sentence of the archive takes a fault of: {', '.join(none)}"
