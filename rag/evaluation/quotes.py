"""Whether excerpts are traced to the articles they come from, and foreign ones to none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.archive import Archive
from rag.corpus import canonical_id
from rag.errors import CorpusError
from rag.evaluation.answers import verbatim
from rag.evaluation.datasets import (
    Record,
    Required,
    Text,
    article_id,
    checked,
    data_file,
    period,
    rows_by_qid,
)
from rag.evaluation.labels import archive_facts, listed
from rag.evaluation.report import Row
from rag.evaluation.runner import Loaded, Suite, sample_row, shown
from rag.language.outlet_names import find_mentions
from rag.records import Article
from rag.verification.quotes.records import Trace

QUOTES = "quotes.jsonl"
_SHOWN = 3


class QuotedExcerpt(Record):
    """An excerpt with what is known of its article; all but the words is empty for a foreign one.

    A field that the file leaves empty is not compared.
    """

    qid: Required
    excerpt: Required
    gold_id: Text = ""
    title: Text = ""
    publisher: Text = ""
    date: Text = ""
    url: Text = ""

    @property
    def gold(self) -> tuple[str, ...]:
        """The ids of its article: the one given, and that of its address."""
        ids = [article_id(each) for each in (self.gold_id, self.url) if each and self.gold_id]
        return tuple(dict.fromkeys(ids))

    @property
    def foreign(self) -> bool:
        """Whether no article of the data has it."""
        return not self.gold_id


@dataclass(frozen=True)
class Quotes(Suite[QuotedExcerpt, Trace]):
    """Traces every excerpt, and compares its article with what is known.

    `fully_right` is the share with article, title, publisher, date and URL all right;
    `foreign_declined` that of foreign excerpts that are traced to no article.
    """

    name = "quotes"
    counted = "excerpts"
    system = "full"
    groups = ()

    archive: Archive
    data: Path

    def load(self) -> Loaded[QuotedExcerpt]:
        """The foreign excerpts, and those whose article the archive holds."""
        loaded = load_excerpts(self.data)
        known = set(self.archive.article_ids())
        lost = [each for each in loaded if not each.foreign and not known.intersection(each.gold)]
        labelled = sum(not each.foreign for each in loaded)
        if lost and len(lost) == labelled:
            msg = f"{self.archive.folder} holds none of the excerpts' articles; name their archive"
            raise CorpusError(msg)
        names = listed([repr(each.gold[0]) for each in lost])
        warning = f"excerpts left out, whose article is not in the archive: {names}"
        return Loaded(
            [each for each in loaded if each not in lost],
            archive_facts(self.archive)
            | {"labelled": labelled - len(lost), "foreign": len(loaded) - labelled}
            | {"left_out": len(lost)},
            (warning,) if lost else (),
        )

    def ask(self, sample: QuotedExcerpt) -> Trace:
        """Where the excerpt stands."""
        return self.archive.trace(sample.excerpt)

    def measure(self, sample: QuotedExcerpt, answer: Trace) -> Row:
        """Whether the first match is right in every field; of a foreign excerpt, none is."""
        wrong: list[str] = []
        if sample.foreign:
            measures = {"foreign_declined": float(not answer.matches)}
        else:
            found = answer.matches
            wrong = wrong_fields(sample, found[0].article) if found else ["article"]
            measures = {"fully_right": float(not wrong)}
        score = next(iter(measures.values()))
        cited = [match.citation for match in answer.matches]
        if cited:
            measures["slice_equals_quote"] = float(verbatim(self.archive, cited))
        return sample_row(
            sample.qid,
            sample.excerpt,
            measures=measures,
            score=score,
            type="foreign" if sample.foreign else "",
            date=sample.date,
            expected=list(sample.gold[:1]) or ["not found"],
            outcome=answer.outcome,
            wrong=wrong,
            found=[shown(citation.article, citation.quote) for citation in cited[:_SHOWN]],
        )


def load_excerpts(data: Path) -> list[QuotedExcerpt]:
    """The excerpts of a folder's `quotes.jsonl`, or of a file, in its order.

    A row has `qid` and `excerpt`; and `gold_id`, `title`, `publisher`, `date` and `url` unless
    the excerpt is foreign. Raises ConfigError without such a file, CorpusError for a bad row.
    """
    wanted = "excerpts; write one JSON object with 'qid' and 'excerpt' a line"
    return rows_by_qid(data_file(data, QUOTES), _excerpt, wanted)


def _excerpt(row: Any, where: str) -> QuotedExcerpt:
    given = checked(QuotedExcerpt, row, where)
    return given.model_copy(update={"date": period(given.date, where)[0]})


def wrong_fields(excerpt: QuotedExcerpt, article: Article) -> list[str]:
    """The fields of the article that are not what the data says, by name.

    Ids and URLs are compared by their canonical form, dates as far as both are known, outlets
    by the names they go by: "CNN" is cnn.com.
    """
    date = str(article.published or "")
    wanted = excerpt.title.casefold().split()
    compared = {
        "article": article.id in excerpt.gold,
        "title": not wanted or wanted == article.title.casefold().split(),
        "publisher": _same_outlet(excerpt.publisher, article.publisher),
        # "2025-05" and "2025-05-03" agree as far as both are known.
        "date": not excerpt.date
        or (date != "" and (excerpt.date.startswith(date) or date.startswith(excerpt.date))),
        "url": not excerpt.url or canonical_id(excerpt.url) == canonical_id(article.url),
    }
    return [name for name, right in compared.items() if not right]


def _same_outlet(given: str, known: str) -> bool:
    if not given or given.casefold() == known.casefold():
        return True
    return any(
        one in mention.publishers
        for name, one in ((given, known), (known, given))
        for mention in find_mentions(f"according to {name}", [one])
    )
