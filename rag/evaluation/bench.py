"""Times how fast this machine searches, indexes and embeds, as ratios where it can."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from embeddings import Encoder, SentenceTransformerEncoder
from embeddings.model_files import model_files
from rag.archive import Archive, Progress
from rag.config import Settings
from rag.corpus.chunking import embedding_text
from rag.errors import ConfigError
from rag.evaluation.bench_data import write_articles
from rag.evaluation.datasets import load_questions
from rag.evaluation.measures import percentiles
from rag.evaluation.tables import Table
from rag.records import Article, article_dict

Bare = Callable[[list[str]], object]
Timed = dict[str, Any]
_ROUNDS = 2
_QUERIES = 200
_K = 10


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What to time: `data` gives the queries, `articles` a file to index, `texts` to embed."""

    data: Path | None = None
    articles: Path | None = None
    texts: int = 256


def bench(
    archive: Archive, settings: Settings, options: BenchOptions, progress: Progress
) -> dict[str, Timed]:
    """Times searching, then indexing by words, then embedding; the archive stays as it is.

    Memory is the peak after searching, before the other two add to it.
    """
    steps: dict[str, Callable[[], Timed]] = {
        "search": lambda: time_search(archive, queries(archive, options.data)),
        "memory": lambda: {"peak_mb": peak_megabytes()},
    }
    if options.articles is not None:
        steps["index"] = partial(time_indexing, options.articles, settings)
    if options.texts:
        bare = bare_encode(settings.encoder, archive.encoder)
        steps["embed"] = partial(time_embedding, archive, settings, options.texts, bare)
    return one_by_one(steps, progress)


def one_by_one(steps: Mapping[str, Callable[[], Timed]], progress: Progress) -> dict[str, Timed]:
    """What each step measures, one after the other."""
    results: dict[str, Timed] = {}
    for done, (name, step) in enumerate(steps.items()):
        progress("measuring", done, len(steps))
        results[name] = step()
    progress("measuring", len(steps), len(steps))
    return results


def queries(archive: Archive, data: Path | None) -> list[str]:
    """The questions of a data set, else the titles of the archive; 200 at most."""
    if data is not None:
        return [question.question for question in load_questions(data)][:_QUERIES]
    titles = (article.title for article in archive.articles() if article.title.strip())
    found = list(islice(titles, _QUERIES))
    if not found:
        msg = f"no article of {archive.folder} has a title to search for; give questions: --data"
        raise ConfigError(msg)
    return found


def time_search(archive: Archive, texts: Sequence[str]) -> Timed:
    """Median and 95th percentile of a search for ten hits, the archive open and warm."""
    archive.search(texts[0], _K)
    spent = [seconds(partial(archive.search, text, _K)) for text in texts]
    articles, passages, embedded = archive.counts()
    sizes = {"articles": articles, "passages": passages, "embedded": embedded}
    return {"queries": len(texts), **sizes, **percentiles(spent)}


def time_indexing(articles: Path, settings: Settings) -> Timed:
    """Articles a second from a file into the word index of a new archive."""
    with TemporaryDirectory() as folder, Archive.open(folder, settings=settings) as archive:
        spent = seconds(lambda: archive.ingest(articles, vectors=False))
        count, passages, _ = archive.counts()
    sizes = {"articles": count, "passages": passages}
    return {**sizes, "seconds": round(spent, 2), "articles_per_second": round(count / spent, 1)}


def time_embedding(archive: Archive, settings: Settings, texts: int, bare: Bare) -> Timed:
    """Passages a second that `Archive.embed` adds to a new archive, against the encoder alone.

    Both take the same whole articles, `texts` passages or a few more, in turns, so that a
    change in the machine's load meets both.
    """
    encoder = archive.encoder
    # As many as are measured: few texts take another way.
    encoder.encode_document(["warm"] * texts)
    bare(["warm"] * texts)
    spent = {"ours": 0.0, "bare": 0.0}
    count = 0
    with TemporaryDirectory() as name:
        folder = Path(name)
        target = Archive.open(folder / "archive", settings=settings, encoder=encoder)
        for turn, articles in enumerate(_rounds(archive, texts)):
            rows = [{**article_dict(article), "text": article.text} for article in articles]
            target.ingest(write_articles(folder / f"{turn}.jsonl", rows), vectors=False)
            words = embedded_texts(target, [article.id for article in articles])
            count += len(words)
            timed: list[tuple[str, Callable[[], object]]] = [("ours", target.embed)]
            timed.insert(turn % 2, ("bare", partial(bare, words)))
            for who, run in timed:
                spent[who] += seconds(run)
        target.close()
    return {
        "texts": count,
        "passages_per_second": round(count / spent["ours"], 1),
        "bare_per_second": round(count / spent["bare"], 1),
        "ratio": round(spent["bare"] / spent["ours"], 3),
    }


def bare_encode(name: str, encoder: Encoder) -> Bare:
    """The library's own `SentenceTransformer.encode`; for another encoder, its own method."""
    if not isinstance(encoder, SentenceTransformerEncoder):
        return encoder.encode_document
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_files(name).folder), local_files_only=True)
    return lambda texts: model.encode(texts, show_progress_bar=False)


def peak_megabytes() -> float:
    """The most memory this process has held, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, Linux kilobytes.
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


def bench_table(results: dict[str, Timed]) -> Table:
    """One line for each figure."""
    rows = [
        (f"{step} {name}".replace("_", " "), f"{value:,}")
        for step, timed in results.items()
        for name, value in timed.items()
    ]
    return Table(("what", "figure"), tuple(rows))


def _rounds(archive: Archive, texts: int) -> list[list[Article]]:
    """Articles with at least that many passages, or all there are, dealt into the rounds."""
    taken: list[Article] = []
    count = 0
    for article, passages in archive.articles_with_passages():
        if count >= texts:
            break
        if passages:
            taken.append(article)
            count += len(passages)
    if not taken:
        msg = f"{archive.folder} holds no passages; ingest articles first"
        raise ConfigError(msg)
    return [taken[turn::_ROUNDS] for turn in range(min(_ROUNDS, len(taken)))]


def embedded_texts(archive: Archive, ids: Sequence[str] | None = None) -> list[str]:
    """What is encoded of the passages of these articles, of all without `ids`."""
    return [
        embedding_text(article, passage.start, passage.end, passage.heading)
        for article, passages in archive.articles_with_passages(ids)
        for passage in passages
    ]


def seconds(run: Callable[[], object]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
