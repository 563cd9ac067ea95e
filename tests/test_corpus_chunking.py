"""Passages are whole sentences, in order, within the limit, with nothing lost."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.chunking import Chunk, chunk, embedding_text
from rag.records import Article, Span
from tests.builders import article, words

PROSE = "One two three. Four five six. Seven eight nine. Ten eleven twelve."


def texts(source: Article, limit: int) -> list[str]:
    return [source.text[c.start : c.end] for c in chunk(source, words, limit)]


def test_sentences_are_packed_evenly_up_to_the_limit() -> None:
    assert texts(article(PROSE), 12) == [PROSE]
    # 12 words at most 9 a passage need two passages, of 6 words each rather than 9 and 3.
    assert texts(article(PROSE), 9) == [
        "One two three. Four five six.",
        "Seven eight nine. Ten eleven twelve.",
    ]
    assert len(texts(article(PROSE), 3)) == 4


def test_a_sentence_over_the_limit_stands_alone_and_whole() -> None:
    source = article("Short one. This sentence has rather more words than three. Short two.")
    assert texts(source, 3) == [
        "Short one.",
        "This sentence has rather more words than three.",
        "Short two.",
    ]


def test_furniture_is_left_out_and_headings_are_kept_as_context() -> None:
    text = "By Mara Lind\n\nThe mill closed.\n\nWhat is next\n\nThe owners meet. \n\nRead: here"
    heading = text.index("What")
    spans = [
        Span(0, 12, "byline"),
        Span(heading, heading + 12, "heading"),
        Span(text.index("Read"), len(text), "related link"),
    ]
    source = article(text, furniture=spans)
    assert [(source.text[c.start : c.end], c.heading) for c in chunk(source, words, 50)] == [
        ("The mill closed.", ""),
        ("The owners meet.", "What is next"),
    ]


def test_an_article_of_furniture_alone_has_no_passages() -> None:
    assert chunk(article("By Mara Lind", furniture=[Span(0, 12, "byline")]), words, 10) == []
    assert chunk(article(" \n "), words, 10) == []


def test_a_passage_is_encoded_with_its_title_and_heading() -> None:
    source = article("It sank.", title="Ferry lost")
    assert embedding_text(source, 0, 8, "At sea") == "Ferry lost — At sea\nIt sank."
    assert embedding_text(source, 0, 8, "") == "Ferry lost\nIt sank."
    assert embedding_text(article("It sank."), 0, 8, "") == "It sank."


@st.composite
def furnished(draw: st.DrawFn) -> Article:
    text = draw(st.text(alphabet="aB .!?\n“”\u00a0\u2028é", max_size=120))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [Span(a, b, "byline") for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return article(text, furniture=spans)


@given(furnished(), st.integers(1, 6))
def test_passages_are_ordered_spans_within_the_limit_that_lose_nothing(
    source: Article, limit: int
) -> None:
    chunks = chunk(source, words, limit)
    assert all(0 <= c.start < c.end <= len(source.text) for c in chunks)
    assert all(a.end <= b.start for a, b in pairwise(chunks))
    sentences = chunk(source, words, 1)
    assert all(_holds(source, c, sentences, limit) for c in chunks)
    kept = {i for c in chunks for i in range(c.start, c.end)}
    furniture = {i for s in source.furniture for i in range(s.start, s.end)}
    lost = set(range(len(source.text))) - kept - furniture
    assert all(source.text[i].isspace() for i in lost)
    assert kept.isdisjoint(furniture)


def _holds(source: Article, piece: Chunk, sentences: list[Chunk], limit: int) -> bool:
    """Whether a passage is within the limit, or one sentence (as a limit of one cuts them)."""
    inside = [s for s in sentences if piece.start <= s.start and s.end <= piece.end]
    counted = sum(words([source.text[s.start : s.end] for s in inside]))
    return counted <= limit or len(inside) == 1
