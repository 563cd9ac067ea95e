"""Cuts an article into passages of whole sentences; knows nothing about indexes.

Boilerplate (bylines, photo credits, related links, ...) is left out, so a passage ends
where boilerplate begins. Headings are not part of any passage but stay with it as context.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.language.sentences import sentence_spans
from rag.records import Article

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage not yet stored: characters `start` to `end` of an article, under `heading`."""

    start: int
    end: int
    heading: str = ""


def chunk(article: Article, count_tokens: CountTokens, limit: int) -> list[Chunk]:
    """The article's sentences packed into passages of at most `limit` tokens, in order.

    Every sentence outside boilerplate is in exactly one passage; passages do not
    overlap. A passage exceeds the limit only if it is a single sentence. The tokens
    of a passage are counted as the sum over its sentences. No text, no passages.
    """
    return chunk_all([article], count_tokens, limit)[0]


def chunk_all(
    articles: Sequence[Article], count_tokens: CountTokens, limit: int
) -> list[list[Chunk]]:
    """The passages of each article, as `chunk` cuts it.

    It counts the tokens of all articles in one call, which is twice as fast.
    """
    blocks = [[*_sentences(article)] for article in articles]
    counts = iter(
        count_tokens(
            [
                article.text[start:end]
                for article, parts in zip(articles, blocks, strict=True)
                for _, spans in parts
                for start, end in spans
            ]
        )
    )
    sized = [
        [(heading, [(*span, next(counts)) for span in spans]) for heading, spans in parts]
        for parts in blocks
    ]
    return [
        [
            Chunk(start, end, heading)
            for heading, sentences in parts
            for start, end in _pack(sentences, limit)
        ]
        for parts in sized
    ]


def embedding_text(article: Article, start: int, end: int, heading: str) -> str:
    """The text that is encoded for a passage: title and heading as context, then its words."""
    context = " — ".join(part for part in (article.title, heading) if part)
    return f"{context}\n{article.text[start:end]}" if context else article.text[start:end]


def _sentences(article: Article) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """The sentences of each stretch of reporting, with the heading above it."""
    for start, end, heading in _reporting(article):
        spans = sentence_spans(article.text, start, end, article.language, passages=True)
        yield heading, spans


def _reporting(article: Article) -> Iterator[tuple[int, int, str]]:
    """The stretches between boilerplate, each with the heading above it."""
    heading = ""
    position = 0
    for span in article.furniture:
        if span.start > position:
            yield position, span.start, heading
        if span.kind == "heading":
            heading = article.text[span.start : span.end].strip(" #*_\n")
        position = span.end
    if position < len(article.text):
        yield position, len(article.text), heading


def _pack(sentences: Sequence[tuple[int, int, int]], limit: int) -> Iterator[tuple[int, int]]:
    """Spans of neighbouring sentences (start, end, tokens), as even as the limit allows.

    Filling each passage up would leave a last one of a line or two, which makes a poor
    vector. So the stretch is divided into as few equal shares as the limit allows.
    """
    total = sum(tokens for _, _, tokens in sentences)
    if not sentences:
        return
    share = total / max(1, -(-total // limit))
    cuts = [0]
    size = 0
    for index, (_, _, tokens) in enumerate(sentences):
        over = size + tokens > limit or size + tokens / 2 > share
        if size and over:
            cuts.append(index)
            size = 0
        size += tokens
    cuts.append(len(sentences))
    for first, after in pairwise(cuts):
        yield sentences[first][0], sentences[after - 1][1]
