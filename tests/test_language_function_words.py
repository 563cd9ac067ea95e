"""The language of short questions, and the words in them that tell nothing of a subject."""

from __future__ import annotations

import pytest

from rag.indexes.analysis import terms
from rag.language.function_words import function_words, question_language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Quand la grève des ferries a-t-elle pris fin ?", "fr"),
        ("Wie viele Menschen starben beim Einsturz der Brücke?", "de"),
        ("¿Cuándo terminó la huelga de los ferris?", "es"),
        ("Quando è finito lo sciopero dei traghetti?", "it"),
        ("Wanneer eindigde de staking van de veerboten?", "nl"),
        ("När slutade strejken på färjorna?", "sv"),
        ("When did the ferry strike end?", ""),
        ("Who is Anna von der Marsk?", ""),
        ("Summarise the E. coli outbreak in Marsk", ""),
        ("mayor of marren", ""),
        ("La Torre", ""),
        ("Когда?", ""),
        ("", ""),
        ("Quand la grève a-t-elle pris fin ? " * 18, ""),
    ],
)
def test_function_words_give_the_language_away(question: str, language: str) -> None:
    assert question_language(question) == language


def test_english_and_unknown_languages_have_no_list() -> None:
    assert function_words("When did it end?", "en") == frozenset()
    assert function_words("When did it end?", "xx") == frozenset()


def test_only_what_tells_of_the_subject_is_searched_for() -> None:
    assert terms("Wann endete der Streik der Fähren?") == ["endet", "streik", "fahren"]
    assert terms("When did the strike end?") == ["strike", "end"]
