"""Whether the checker catches one thing changed in a true claim, and spares true ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from rag.archive import Archive
from rag.errors import ConfigError
from rag.evaluation.archive_access import archive_facts, current_articles
from rag.evaluation.measures import SEED
from rag.evaluation.rephrasing import REPHRASINGS, rephrase
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, Suite, sample_row
from rag.evaluation.seeding import FAULTS, Seeded, Spare, names_in, seed_fault, words_in
from rag.reading.verification import verify
from rag.records import Article, Citation, Verdict
from rag.sentences import sentence_spans

FAULTS_MADE = 300

_FEWEST_WORDS, _MOST_WORDS = 6, 45
_OF_ONE_SENTENCE = 2
_ARTICLES = 300
_SENTENCES_A_FAULT = 10
_SAMPLED = 500
_STATEMENT = re.compile(r"\.[”\"’']*$")
_MARKUP = re.compile(r"[#*\[\]|_<>]|https?:")

Judged = tuple[Verdict, tuple[str, ...]]
Check = Callable[[str, Sequence[Citation]], Judged]


@dataclass(frozen=True, slots=True)
class MadeClaim:
    """A claim with the sentence it rests on; `fault` is None for one that is true."""

    qid: str
    text: str
    type: str
    citation: Citation = field(repr=False)
    fault: Seeded | None = None


@dataclass(frozen=True)
class Faults(Suite[MadeClaim, Judged]):
    """Checks claims with one fault each, and true ones, made from an archive's own sentences.

    A fault is caught by any verdict but "supported", and a true claim is flagged by it. Faults
    are shared evenly among their kinds, as far as the archive has sentences for each.
    """

    name = "faults"
    counted = "claims"
    system = "checker"
    groups = ("type",)

    archive: Archive
    count: int = FAULTS_MADE
    seed: int = SEED
    check: Check = verify

    @property
    def data_set(self) -> str:
        """The name of the archive."""
        return self.archive.folder.name

    def load(self) -> Loaded[MadeClaim]:
        """Faults of each kind, then the true claims; ConfigError where none can be made."""
        articles = [article for article, _ in current_articles(self.archive)]
        made = make_claims(articles, self.count, self.seed)
        kinds = Counter(claim.type for claim in made if claim.fault)
        if not kinds:
            msg = (
                f"{self.archive.folder} has no sentence to put a fault into; "
                "name an archive with English articles: --archive"
            )
            raise ConfigError(msg)
        none = ", ".join(kind for kind in FAULTS if not kinds[kind])
        warnings = [
            f"faults made: {kinds.total():,} of {self.count:,}; the archive has too few sentences"
            if kinds.total() < self.count
            else "",
            f"no sentence of the archive takes a fault of: {none}" if none else "",
        ]
        counts = {"faults": kinds.total(), "true_claims": len(made) - kinds.total()}
        return Loaded(
            made,
            archive_facts(self.archive) | counts | {"seed": self.seed},
            tuple(filter(None, warnings)),
        )

    def ask(self, sample: MadeClaim) -> Judged:
        """The checker's verdict with its reasons."""
        return self.check(sample.text, [sample.citation])

    def measure(self, sample: MadeClaim, answer: Judged) -> Row:
        """Whether a fault is caught, or a true claim flagged."""
        verdict, reasons = answer
        flagged = float(verdict != "supported")
        if sample.fault:
            measures = {"caught": flagged, f"caught_{sample.type}": flagged}
        else:
            kind = "verbatim" if sample.type == "verbatim" else "rephrased"
            measures = {"wrongly_flagged": flagged, f"wrongly_flagged_{kind}": flagged}
        article = sample.citation.article
        shown = f"{verdict}: {'; '.join(reasons)}"
        return sample_row(
            sample.qid,
            sample.text,
            measures=measures,
            score=flagged if sample.fault else 1 - flagged,
            type=sample.type,
            expected=[f"caught: {sample.fault.changed}" if sample.fault else "supported"],
            verdict=verdict,
            reasons=list(reasons),
            found=[{"id": article.id, "title": article.title, "text": shown}],
        )


def make_claims(articles: Iterable[Article], count: int, seed: int) -> list[MadeClaim]:
    """Faults of each kind, then the true claims: those sentences verbatim, and rephrased.

    Every other fault is put into a sentence that is also said otherwise, if it can be.
    """
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    drawn = sorted(articles, key=lambda article: article.id)
    random.shuffle(drawn)
    found = [one for article in drawn[: max(_ARTICLES, count)] for one in _sentences(article)]
    sentences = list({citation.quote: citation for citation in reversed(found)}.values())
    random.shuffle(sentences)
    sentences = sentences[: _SENTENCES_A_FAULT * count]
    false = _make_faults(sentences, count, random)
    used = {fault.citation for fault in false}
    true = [_claim(c.quote, "verbatim", c) for c in sentences if c in used]
    for way in REPHRASINGS:
        said = ((rephrase(c.quote, way, c.article), c) for c in sentences)
        made = (_claim(text, way, c) for text, c in said if text)
        true += islice(made, -(-count // len(FAULTS)))
    return [*false, *true]


def _make_faults(sentences: Sequence[Citation], count: int, random: Random) -> list[MadeClaim]:
    """So many faults of as many kinds as there are, each kind with its share."""
    spares = _spares({c.article.id: c.article for c in sentences}.values())
    possible = {
        kind: sum(
            seed_fault(c.quote, kind, spares[c.article.id], random) is not None
            for c in sentences[:_SAMPLED]
        )
        for kind in FAULTS
    }
    uses: Counter[Citation] = Counter()
    made: list[MadeClaim] = []

    def of_kind(kind: str) -> Iterator[MadeClaim]:
        otherwise = False
        for citation in sentences:
            if uses[citation] >= _OF_ONE_SENTENCE:
                continue
            said = _otherwise(citation, random) if otherwise else citation.quote
            fault = seed_fault(said, kind, spares[citation.article.id], random)
            if fault is not None and fault.text not in citation.article.text:
                uses[citation] += 1
                otherwise = not otherwise
                yield _claim(fault.text, kind, citation, fault)

    # The rarest kind comes first, and what it lacks is shared among the others.
    for done, kind in enumerate(sorted(FAULTS, key=possible.__getitem__)):
        wanted = -(-(count - len(made)) // (len(FAULTS) - done))
        made += islice(of_kind(kind), max(0, wanted))
    return made


def _claim(text: str, kind: str, citation: Citation, fault: Seeded | None = None) -> MadeClaim:
    changed = f" ({fault.changed})" if fault else ""
    return MadeClaim(
        f"{citation.article.id}#{citation.start}/{kind}{changed}", text, kind, citation, fault
    )


def _otherwise(citation: Citation, random: Random) -> str:
    """The sentence rephrased in the first way that a random order of them allows."""
    ways = random.sample(REPHRASINGS, len(REPHRASINGS))
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
    """What faults in each article draw on; what any article writes small is no name."""
    known = list(articles)
    small = {word for article in known for word in words_in(article.text)}
    named = {
        article.id: [name for name in names_in(article.text) if name.lower() not in small]
        for article in known
    }
    everyone = sorted({name for found in named.values() for name in found})
    return {
        article.id: Spare(named[article.id], words_in(article.text), everyone) for article in known
    }
