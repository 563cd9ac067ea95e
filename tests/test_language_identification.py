"""The language of a text, given or found."""

from __future__ import annotations

import pytest

from rag.language.identification import detect_language, language_code


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "en"), ("EN", "en"), ("en-GB", "en"), ("pt_BR", "pt"), (" de ", "de"),
        ("English", ""), ("eng", ""), ("", ""), ("e", ""), ("42", ""),
    ],
)  # fmt: skip
def test_the_code_at_the_start_of_a_tag(tag: str, expected: str) -> None:
    assert language_code(tag) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferry sailed again on Monday, the harbour office said in a statement.", "en"),
        ("Die Fähre fuhr am Montag wieder, wie das Hafenamt in einer Erklärung sagte.", "de"),
        ("Le bac a repris lundi, a annoncé la capitainerie dans un communiqué.", "fr"),
        ("Паром снова отправился в понедельник, сообщило управление порта города.", "ru"),
    ],
)
def test_a_sentence_tells_its_language(text: str, expected: str) -> None:
    assert detect_language(text) == expected


def test_fewer_than_40_letters_tell_nothing() -> None:
    assert detect_language("") == ""
    assert detect_language("The ferry sailed again. 1234567890 1234567890") == ""
    assert detect_language("the ferry sailed again on monday as the " + "1 " * 20) == ""
    assert detect_language("the ferry sailed again on monday as they were told") == "en"


def test_only_the_beginning_counts() -> None:
    german = "Die Fähre fuhr am Montag wieder, wie das Hafenamt sagte. " * 8
    assert detect_language(german + "The ferry sailed again. " * 500) == "de"
