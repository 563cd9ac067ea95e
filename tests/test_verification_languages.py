"""Claims on German, French and Polish articles, each verdict worked out by hand."""

from __future__ import annotations

import pytest

from rag.records import Citation, Verdict
from rag.verification.verify import verify
from tests.builders import article

GERMAN = "Der Bürgermeister ist am Montag zurückgetreten."
GERMAN_NOT = "Der Bürgermeister ist nicht zurückgetreten."
FRENCH = "Le maire a démissionné lundi."
FRENCH_NOT = "Le maire n'a pas démissionné."
POLISH = "Burmistrz zrezygnował w poniedziałek."


def cited(text: str, language: str) -> list[Citation]:
    return [Citation(1, article(text, language=language), 0, len(text))]


@pytest.mark.parametrize(
    ("claim", "text", "language", "verdict", "reason"),
    [
        (GERMAN_NOT, GERMAN, "de", "unsupported", "does not deny “zurückgetreten”"),
        ("Der Bürgermeister ist zurückgetreten.", GERMAN_NOT, "de", "unsupported", "denies"),
        (FRENCH_NOT, FRENCH, "fr-FR", "unsupported", "does not deny “démissionné”"),
        ("Le maire a démissionné.", FRENCH_NOT, "fr", "unsupported", "denies “démissionné”"),
        ("Es kamen 1200 Leute.", "Es kamen 1.200 Leute.", "de", "supported", ""),
        ("Es kamen 1,2 Leute.", "Es kamen 1.200 Leute.", "de", "unsupported", "1.200, not 1,2"),
        ("Cela coûte 1200,50 euros.", "Cela coûte 1 200,50 euros.", "fr", "supported", ""),
        ("Cela coûte 1 300 euros.", "Cela coûte 1 200 euros.", "fr", "unsupported", "not 1 300"),
        ("Er trat am Freitag ab.", "Er trat am Montag ab.", "de", "unsupported", "montag, not"),
        ("Er trat vielleicht ab.", "Er trat ab.", "de", "partly", "want of rules for German"),
        ("Burmistrz nie zrezygnował.", POLISH, "pl", "partly", "want of rules for Polish"),
        (GERMAN, GERMAN, "de", "supported", ""),
        (FRENCH, FRENCH, "fr", "supported", ""),
        (POLISH, POLISH, "pl", "supported", ""),
        (GERMAN_NOT, GERMAN, "", "unsupported", "does not deny"),
    ],
)
def test_a_claim_is_checked_by_the_rules_of_its_articles_language(
    claim: str, text: str, language: str, verdict: Verdict, reason: str
) -> None:
    found, reasons = verify(claim, cited(text, language))
    assert (found, reason in " ".join(reasons)) == (verdict, True), reasons
    assert reasons or found == "supported"
