"""Which articles are looked at for an excerpt: by phrase, by rare words, by their whole text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.records import Article
from rag.verification.quotes.matching import runs
from rag.verification.quotes.tracing import Candidates
from tests.builders import open_archive, row, write_jsonl

ROWS = [
    row(1, 'The old ferry of Brell was "sold" to the islanders. A lamp burns at 100% there.'),
    row(2, "The ferry was old when Brell sold it to the islanders."),
    row(3, "A bridge was built. The keeper of the lamp was sold a ferry in Brell."),
]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS), vectors=False)
        yield opened


def candidates(archive: Archive) -> Candidates:
    rankers = archive.snapshot()
    return Candidates(rankers.store, rankers.lexical)


def numbers(articles: list[Article]) -> list[str]:
    return [article.id.rpartition("/")[2] for article in articles]


def test_phrases_are_looked_up_word_for_word_with_their_stop_words_open(archive: Archive) -> None:
    lexical = archive.snapshot().lexical
    assert lexical.holding(["old ferry of Brell"], 5) == [1]
    # "of" is not indexed, and stands for any one word that is not either.
    assert lexical.holding(["old ferry in Brell"], 5) == [1]
    assert lexical.holding(["ferry old Brell"], 5) == []
    assert lexical.holding(['"sold" to the \\ islanders', "built"], 5) == [3, 1]
    assert len(lexical.holding(["lamp"], 1)) == 1
    assert lexical.holding([], 5) == lexical.holding(["the"], 5) == []


def test_articles_come_by_phrase_then_by_rare_words(archive: Archive) -> None:
    found = candidates(archive)
    assert [numbers(batch) for batch in found.holding(runs("the old ferry of Brell"))] == [["1"]]
    assert set(numbers(found.sharing(runs("ferry of the islanders")))) == {"1", "2", "3"}
    assert list(found.holding(runs("no such words"))) == []


def test_rare_words_weigh_more_and_none_too_much(archive: Archive) -> None:
    found = candidates(archive)
    assert found.weight("the") == 0.5
    # Counted as one of 1,000 passages: ln(1 + 999.5 / 1.5), and three of them hold "ferry".
    assert found.weight("bridge") == pytest.approx(6.503, abs=1e-3)
    assert found.weight("ferry") == pytest.approx(5.656, abs=1e-3)
    assert found.weight("47") == pytest.approx(7.602, abs=1e-3)
    assert found.telling(runs("the bridge")) == pytest.approx(found.weight("bridge"))


def test_whole_texts_are_searched_for_a_stretch_as_it_stands(archive: Archive) -> None:
    found = candidates(archive)
    assert numbers(found.containing(runs("sold it to the islanders"))) == ["2"]
    assert found.containing(runs("sold")) == []
    store = archive.snapshot().store
    assert numbers(store.containing("ferry", 2)) == ["1", "2"]
    assert numbers(store.containing("100%", 5)) == ["1"]
    assert store.containing("10_%", 5) == []
