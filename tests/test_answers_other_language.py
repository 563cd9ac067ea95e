"""A question in another language is answered from articles about its subject, or not at all."""

from __future__ import annotations

import pytest

from rag.answers.other_language import usable_hits
from rag.language.words import question_language
from rag.records import Hit
from tests.builders import article, hit

BREAD = hit(article("Les boulangers de la ville ont vendu 4000 pains.", "x/1", language="fr"))
FERRY = hit(article("The ferry strike in Lindow lasted nine days in 2025.", "x/2"), 2)
STRIKE = hit(article("La grève du ferry de Lindow a duré neuf jours.", "x/3", language="fr"), 3)


def used(question: str, *hits: Hit) -> tuple[list[str], str]:
    found, note = usable_hits(question, question_language(question), hits)
    return [each.article.id for each in found], note


@pytest.mark.parametrize(
    "question",
    [
        "Combien de temps la grève a-t-elle duré à Lindow ?",
        "Wie lange hat der Streik in Lindow gedauert?",
        "¿Cuánto duró la huelga de los barcos en Lindow?",
        "Quanto è durato lo sciopero dei traghetti nel 2025?",
        "Hoe lang duurde de staking van de veerboot in Lindow?",
    ],
)
def test_a_name_or_a_number_leads_to_an_english_article_and_it_is_said(question: str) -> None:
    ids, note = used(question, BREAD, FERRY)
    assert "x/2" in ids
    assert "English" in note
    assert note.startswith("You asked in ")


@pytest.mark.parametrize(
    "question",
    [
        "Pourquoi la piscine de la ville est-elle fermée ?",
        "Pourquoi les élèves de Valmont ont-ils quitté leur école ?",
        "Warum ist das Schwimmbad in Valmont noch nicht offen?",
    ],
)
def test_an_unrelated_article_in_the_language_is_no_answer(question: str) -> None:
    assert used(question, BREAD, FERRY) == ([], "")


def test_an_article_in_the_language_about_the_subject_answers() -> None:
    ids, note = used("Combien de temps la grève a-t-elle duré à Lindow ?", STRIKE, FERRY)
    assert (ids, note) == (["x/3", "x/2"], "")
