"""The words of an archive as the reader of answers compares them, in a question's language."""

from __future__ import annotations

from rag.indexes import analysis
from rag.indexes.protocols import LexicalSearcher
from rag.language.function_words import question_language


class QuestionVocabulary:
    """Words by their stems in the language that a question gives away; in English, else.

    `terms` divides the question and the sentences it is compared with alike: “Gewerkschaften”
    and “Gewerkschaft” are one word to a German question.
    """

    def __init__(self, question: str, lexical: LexicalSearcher) -> None:
        self._language = question_language(question)
        self._lexical = lexical

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are compared; those that make a question are left out."""
        if self._language not in analysis.STEMMERS:
            return self._lexical.terms(text)
        return analysis.stemmed_terms(text, self._language)

    def rarity(self, term: str) -> float:
        """The inverse document frequency of one of the `terms`."""
        return self._lexical.rarity(term)
