"""Passages as rows of a Milvus collection, and filters as conditions on them; asks no server.

A row has a passage's words twice: as text, so that a server can count and find them, and as a
sparse vector whose inner product with that of a query is at least its BM25 score. Words are
those of `rag.indexes.analysis`, never a server's own, so that both engines rank alike.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rag.indexes import analysis
from rag.indexes.milvus_server import Row, Sparse, quoted
from rag.records import Article, Filters, Passage
from rag.store import STILL, UNKNOWN_DATE
from rag.store.revisions import ALWAYS, Intervals
from rag.store.rows import is_edge_of_day, seconds, wall_clock

if TYPE_CHECKING:
    from pymilvus import CollectionSchema
    from pymilvus.milvus_client.index import IndexParams

K1, B = 1.2, 0.75
FIELDS = ("title", "text")
BUCKETS = 64
"""Among so many parts passages are spread evenly by their ids, so that some can stand for all."""

NOTE = 2**62
"""The id of the row in which an index notes how far it has come; it is of no passage."""

_NEVER = 2**62
_LONGEST = 65_535
_DIMENSIONS = 2**32 - 3
_NO_WORDS: Sparse = {0: 1.0}
_SHORTEST_PART = 4
_REST = 3
_STEM = re.compile(rf"(.{{{_SHORTEST_PART + _REST},}})0([a-z]{{2}})([01])")

Means = Mapping[str, float]
"""The mean number of words in each of the FIELDS."""


def schema(dimension: int) -> CollectionSchema:
    """The fields of a row, with a vector of so many numbers; without any for 0."""
    from pymilvus import DataType, MilvusClient

    made = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    made.add_field("id", DataType.INT64, is_primary=True)
    made.add_field("article", DataType.VARCHAR, max_length=_LONGEST)
    for name in FIELDS:
        made.add_field(
            name,
            DataType.VARCHAR,
            max_length=_LONGEST,
            enable_analyzer=True,
            enable_match=True,
            analyzer_params={"tokenizer": "standard"},
        )
        made.add_field(f"{name}_length", DataType.INT64)
        made.add_field(f"{name}_mean", DataType.DOUBLE)
    for name in ("publisher", "language", "section"):
        made.add_field(name, DataType.VARCHAR, max_length=_LONGEST)
    for name in ("published", "local", "since", "until", "added", "ended", "bucket"):
        made.add_field(name, DataType.INT64)
    made.add_field("embedded", DataType.BOOL)
    for name in ("words", "whole"):
        made.add_field(name, DataType.SPARSE_FLOAT_VECTOR)
    if dimension:
        made.add_field("dense", DataType.FLOAT_VECTOR, dim=dimension)
    return made


def indexes(dimension: int) -> IndexParams:
    """What a server looks rows up by."""
    from pymilvus import MilvusClient

    made = MilvusClient.prepare_index_params()
    for name in ("words", "whole"):
        made.add_index(name, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    if dimension:
        made.add_index("dense", index_type="AUTOINDEX", metric_type="IP")
    for name in ("article", "publisher", "language", "section", "published", "local", "ended"):
        made.add_index(name, index_type="INVERTED")
    return made


def note_row(text: str, dimension: int) -> Row:
    """The row in which an index notes something."""
    numbers = ("published", "local", "since", "until", "ended", "bucket")
    lengths = [f"{name}_{what}" for name in FIELDS for what in ("length", "mean")]
    return {
        **dict.fromkeys(("article", "text", "publisher", "language", "section"), ""),
        **dict.fromkeys((*numbers, *lengths), 0),
        **dict.fromkeys(("words", "whole"), _NO_WORDS),
        **_not_embedded(dimension),
        "id": NOTE,
        "title": text,
        "added": _NEVER,
    }


def rows_of(
    article: Article, passages: Sequence[Passage], means: Means, validity: Intervals
) -> Iterator[Row]:
    """The rows of a revision's passages, but for when they were added, and for their vectors."""
    since, until = validity.get((article.id, article.revision), ALWAYS)
    title = analysis.indexed_words(article.title, article.language)
    bodies = [
        analysis.indexed_words(article.text[each.start : each.end], article.language)
        for each in passages
    ]
    whole = {word for body in (title, *bodies) for word in body}
    for passage, body in zip(passages, bodies, strict=True):
        text = [*analysis.indexed_words(passage.heading, article.language), *body]
        words: dict[str, Sequence[str]] = {"title": title, "text": text}
        first = passage is passages[0]
        yield {
            "id": passage.id,
            "article": article.id,
            **_texts(words, means),
            "publisher": article.publisher,
            "language": article.language,
            "section": article.section,
            "published": seconds(article.published.at) if article.published else UNKNOWN_DATE,
            "local": wall_clock(article.published) if article.published else UNKNOWN_DATE,
            "since": since,
            "until": until,
            "bucket": passage.id % BUCKETS,
            "whole": (_presence("whole", whole | _longer(whole)) if first else {}) or _NO_WORDS,
        }


def added(row: Row, change: int, dimension: int, *, current: bool) -> Row:
    """A row as it is put in by a change, without a vector yet."""
    ended = STILL if current else change
    return {**row, "added": change, "ended": ended, **_not_embedded(dimension)}


def mean_lengths(lengths: Sequence[Mapping[str, int]]) -> dict[str, float]:
    """The mean length of each of the FIELDS of some rows; 1 where none has a word."""
    count = len(lengths) or 1
    means = {name: sum(each[f"{name}_length"] for each in lengths) / count for name in FIELDS}
    return {name: mean or 1.0 for name, mean in means.items()}


def frequency(row: Row, field: str, stored: float) -> int:
    """How often a word is in a field of a row, by what the row's sparse vector says of it."""
    norm = _norm(row[f"{field}_length"], row[f"{field}_mean"])
    return round(stored * norm / (K1 + 1 - stored))


def saturated(often: int, length: int, mean: float) -> float:
    """BM25's weight of a word that is so often in a field of such a length; its idf apart.

    >>> saturated(1, 10, 10.0), round(saturated(3, 10, 10.0), 4)
    (1.0, 1.5714)
    """
    return often * (K1 + 1) / (often + _norm(length, mean))


def place(field: str, word: str) -> int:
    """The dimension of a field's word in sparse vectors, from 1; two words rarely share one."""
    return zlib.crc32(f"{field} {word}".encode()) % _DIMENSIONS + 1


def parts(stem: str, term: str) -> Iterator[str]:
    """The words that longer words with a part like this are also stored under.

    >>> list(parts("tunnel0de0", "tunnel"))
    ['lennut0p0de1', 'tunnel0p0de0']
    """
    for pattern in analysis.compounds(stem, term):
        yield pattern.replace(f"{analysis.REST}0", "0p0")


def encoded(words: Collection[str]) -> str:
    """Words as a server stores them in a text, each between blanks, and never divides them.

    >>> encoded(["ferri", "隧道"])
    ' ferri u96a79053 '
    """
    plain = (each if each.isascii() else f"u{each.encode('utf-16-be').hex()}" for each in words)
    return f" {' '.join(plain)} " if words else ""


def has_any(field: str, words: Sequence[str]) -> str:
    """The condition that a field has one of some words."""
    return f'text_match({field}, "{encoded(words).strip()}")'


def has_phrase(field: str, words: Sequence[str]) -> str:
    """The condition that some words follow each other in a field."""
    each = [has_any(field, [word]) for word in dict.fromkeys(words)]
    follow = [f'{field} like "%{encoded(words)}%"'] if len(words) > 1 else []
    return " and ".join([*each, *follow])


def visible(change: int) -> str:
    """The condition that a passage was current at a change of the archive."""
    return f"added <= {change} and ended > {change}"


def condition(filters: Filters, change: int) -> str:
    """What filters ask of a passage, in the archive as it was at a change."""
    asked = [visible(change)]
    if filters.as_of is not None:
        at = seconds(filters.as_of)
        asked = [f"added <= {change} and since < {at} and (until >= {at} or ended > {change})"]
    if (first := filters.published_from) is not None:
        asked.append(f"{_compared(first)} >= {seconds(first)}")
    if (before := filters.published_before) is not None:
        asked.append(f"{_compared(before)} < {seconds(before)} and published > {UNKNOWN_DATE}")
    if filters.publishers:
        asked.append(f"publisher in {quoted(filters.publishers)}")
    for name in ("language", "section"):
        if value := getattr(filters, name):
            asked.append(f"{name} in {quoted([value])}")
    return " and ".join(asked)


def _compared(bound: datetime) -> str:
    return "local" if is_edge_of_day(bound) else "published"


def _not_embedded(dimension: int) -> Row:
    return {"embedded": False, **({"dense": [0.0] * dimension} if dimension else {})}


def _texts(words: Mapping[str, Sequence[str]], means: Means) -> Row:
    """The fields of a row that its words make, as they count among passages of mean length."""
    row: Row = {"words": {}}
    for name in FIELDS:
        own = words[name]
        longer = sorted(_longer(own))
        row[name] = _cut(encoded([*own, *longer]))
        row[f"{name}_length"], row[f"{name}_mean"] = len(own), means[name]
        row["words"] |= _presence(name, longer)
        for word in set(own):
            row["words"][place(name, word)] = saturated(own.count(word), len(own), means[name])
    row["words"] = row["words"] or _NO_WORDS
    return row


def _presence(field: str, words: Collection[str]) -> Sparse:
    return {place(field, each): 1.0 for each in words}


def _longer(words: Collection[str]) -> set[str]:
    """The parts under which words are also stored; see `parts`."""
    found = {match.groups() for word in words if (match := _STEM.fullmatch(word))}
    return {
        f"{stem[:end]}0p0{language}{way}"
        for stem, language, way in found
        if language in analysis.COMPOUNDING
        for end in range(_SHORTEST_PART, len(stem) - _REST + 1)
    }


def _cut(text: str) -> str:
    """As much of a text as a field takes, whole words."""
    return text if len(text) <= _LONGEST else text[: text.rindex(" ", 0, _LONGEST) + 1]


def _norm(length: int, mean: float) -> float:
    return K1 * (1 - B + B * _counted(length) / mean)


def _counted(length: int) -> int:
    """A length as tantivy counts it, in one byte: in steps of an eighth beyond 40 words.

    >>> _counted(39), _counted(41), _counted(100), _counted(1000)
    (39, 40, 96, 984)
    """
    if length < 40:
        return length
    step = 1 << (length - 24).bit_length() - 4
    return 24 + (length - 24) // step * step
