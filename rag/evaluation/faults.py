"""Whether the checker catches one thing changed in a true claim, and spares true ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from rag.archive import Archive
from rag.errors import ConfigError
from rag.evaluation.labels import archive_facts
from rag.evaluation.measures import SEED
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, Suite, sample_row, shown
from rag.evaluation.seeding import (
    FAULTS,
    REPHRASINGS,
    Spare,
    names_in,
    rephrase,
    seed_fault,
    words_in,
)
from rag.language.sentences import sentence_spans
from rag.records import Article, Citation
from rag.verification.citing import Check, Judged
from rag.verification.verify import verify

FAULTS_MADE = 300

_FEWEST_WORDS, _MOST_WORDS = 6, 45
_OF_ONE_SENTENCE = 2
_ARTICLES = 300
_SENTENCES_A_FAULT = 10
_SAMPLED = 500
_STATEMENT = re.compile(r"\.[”\"’']*$")
_MARKUP = re.compile(r"[#*\[\]|_<>]|https?:")


@dataclass(frozen=True, slots=True)
class MadeClaim:
    """A claim with the sentence it rests on; `changed` says what was, "" in a true one."""

    text: str
    type: str
    citation: Citation = field(repr=False)
    changed: str = ""

    @property
    def qid(self) -> str:
        """Where the sentence stands, and what was made of it."""
        return (
            f"{self.citation.article.id}#{self.citation.start} {self.type} {self.changed}".strip()
        )


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
        articles = list(self.archive.articles())
        made = make_claims(articles, self.count, self.seed)
        kinds = Counter(claim.type for claim in made if claim.changed)
        if not kinds:
            msg = (
                f"{self.archive.folder} has no sentence to put a fault into; "
                "name an archive with English articles: --archive"
            )
            raise ConfigError(msg)
        total, none = kinds.total(), ", ".join(kind for kind in FAULTS if not kinds[kind])
        few = f"faults made: {total:,} of {self.count:,}; the archive has too few sentences"
        warnings = [few] if total < self.count else []
        warnings += [f"no sentence of the archive takes a fault of: {none}"] if none else []
        counts = {"faults": total, "true_claims": len(made) - total, "seed": self.seed}
        return Loaded(made, archive_facts(self.archive) | counts, tuple(warnings))

    def ask(self, sample: MadeClaim) -> Judged:
        """The checker's verdict with its reasons."""
        return self.check(sample.text, [sample.citation])

    def measure(self, sample: MadeClaim, answer: Judged) -> Row:
        """Whether a fault is caught, or a true claim flagged."""
        verdict, reasons = answer
        flagged = float(verdict != "supported")
        if sample.changed:
            measures = {"caught": flagged, f"caught_{sample.type}": flagged}
        else:
            kind = "verbatim" if sample.type == "verbatim" else "rephrased"
            measures = {"wrongly_flagged": flagged, f"wrongly_flagged_{kind}": flagged}
        return sample_row(
            sample.qid,
            sample.text,
            measures=measures,
            score=flagged if sample.changed else 1 - flagged,
            type=sample.type,
            expected=[f"caught: {sample.changed}" if sample.changed else "supported"],
            verdict=verdict,
            reasons=list(reasons),
            found=[shown(sample.citation.article, f"{verdict}: {'; '.join(reasons)}")],
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
    spares = _spares({c.article.id: c.article for c in sentences}.values())
    uses: Counter[Citation] = Counter()

    def seeded(kind: str, some: Sequence[Citation], otherwise: bool = False) -> Iterator[MadeClaim]:
        """Claims with one fault of a kind, every other one from a reworded sentence."""
        for citation in some:
            text = _otherwise(citation, random) if otherwise else citation.quote
            fault = seed_fault(text, kind, spares[citation.article.id], random)
            fits = fault and fault.text not in citation.article.text
            if fault and fits and uses[citation] < _OF_ONE_SENTENCE:
                otherwise = not otherwise
                yield MadeClaim(fault.text, kind, citation, fault.changed)

    rarity = {kind: len(list(seeded(kind, sentences[:_SAMPLED]))) for kind in FAULTS}
    false: list[MadeClaim] = []
    # The rarest kind comes first, and what it lacks is shared among the others.
    for done, kind in enumerate(sorted(FAULTS, key=rarity.__getitem__)):
        wanted = -(-(count - len(false)) // (len(FAULTS) - done))
        for claim in islice(seeded(kind, sentences), max(0, wanted)):
            uses[claim.citation] += 1
            false.append(claim)
    true = [MadeClaim(c.quote, "verbatim", c) for c in sentences if uses[c]]
    for way in REPHRASINGS:
        rephrased = ((rephrase(c.quote, way, c.article), c) for c in sentences)
        made = (MadeClaim(text, way, c) for text, c in rephrased if text)
        true += islice(made, -(-count // len(FAULTS)))
    return [*false, *true]


def _otherwise(citation: Citation, random: Random) -> str:
    """The sentence rephrased in the first way that a random order of them allows."""
    ways = random.sample(REPHRASINGS, len(REPHRASINGS))
    rephrased = (rephrase(citation.quote, way, citation.article) for way in ways)
    return next((text for text in rephrased if text), citation.quote)


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
