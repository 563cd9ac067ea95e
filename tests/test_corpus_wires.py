"""Which agency an article credits: datelines, bylines and closing lines, not photographs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.corpus.boilerplate import find_furniture, paragraphs
from rag.corpus.wires import is_by, wire_of
from rag.records import Article
from tests.builders import article

BODY = "The ferry Marigold sailed again on Monday after a pause of nine days, its owner said."


def read(text: str, publisher: str = "The Courier", authors: Sequence[str] = ()) -> Article:
    """An article with its furniture, as a reader of files makes it."""
    found = find_furniture(text, paragraphs(text))
    return replace(article(text, publisher=publisher, furniture=found), authors=tuple(authors))


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        (f"VESK (LNA) - {BODY}", "LNA"),
        (f"VESK, Kelmark (Reuters) — {BODY}", "Reuters"),
        (f"# Ferry sails\n\nBy LNA staff\n\nMay 3, 2025\n\n{BODY}", "LNA"),
        (f"By [LNA](#)\n\n{BODY}", "LNA"),
        (f"By Lowland News Agency\n\n{BODY}", "Lowland News Agency"),
        (f"By Mara Lind, Associated Press\n\n{BODY}", "AP"),
        (f"Mara Lind\n\nThe Associated Press\n\n{BODY}", "AP"),
        (f"Mara Lind and Ivo Tarn\n\nReuters\n\n{BODY}", "Reuters"),
        (f"MARA LIND AP Technology Writer\n\n{BODY}", ""),
        (f"{BODY}\n\n— Reuters", "Reuters"),
        (f"{BODY}\n\n(AFP)", "AFP"),
        (f"{BODY}\n\n© 2025 AFP", "AFP"),
        (f"{BODY}\n\nCopyright 2025 The Associated Press.", "AP"),
        (f"{BODY}\n\nReuters contributed to this report.", "Reuters"),
    ],
)
def test_the_agency_is_named_where_the_text_credits_it(text: str, agency: str) -> None:
    assert wire_of(read(text)) == agency


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "",
        f"VESK — {BODY}",
        f"VESK (population 900) — {BODY}",
        f"By MARA LIND\n\n{BODY}",
        f"By Mara Lind and Ivo Tarn\n\n{BODY}",
        f"The ferry Marigold. Mara Lind/AFP/Getty Images\n\n{BODY}",
        f"{BODY}\n\nThe mayor told Reuters that he was glad.",
        f"{BODY}\n\nContributing: Ivo Tarn, The Courier; The Associated Press",
        f"{BODY}\n\n"
        + "Rain fell in Vesk all day and all night. " * 20
        + "\n\nReuters\n\n"
        + BODY * 9,
    ],
)
def test_photographs_quotations_and_names_in_capitals_credit_nobody(text: str) -> None:
    assert wire_of(read(text)) == ""


def test_authors_name_the_agency_and_a_named_author_outweighs_a_contribution() -> None:
    assert wire_of(read(BODY, authors=["AFP"])) == "AFP"
    assert wire_of(read(BODY, authors=["LNA"])) == "LNA"
    contributed = f"{BODY}\n\nReuters contributed to this report."
    assert wire_of(read(contributed, authors=["Mara Lind"])) == ""


@pytest.mark.parametrize("publisher", ["Lowland News Agency", "lna.example", "LNA"])
def test_an_agencys_own_article_comes_from_nobody_else(publisher: str) -> None:
    assert wire_of(read(f"VESK (LNA) - {BODY}", publisher)) == ""
    assert wire_of(read(f"VESK (Reuters) - {BODY}", publisher)) == "Reuters"


@pytest.mark.parametrize(
    ("publisher", "agency", "expected"),
    [
        ("apnews.com", "AP", True),
        ("The Associated Press", "AP", True),
        ("Associated Press", "AP", True),
        ("www.reuters.com", "Reuters", True),
        ("Agence France-Presse", "AFP", True),
        ("lna.example", "Lowland News Agency", True),
        ("Lowland News Agency (LNA)", "LNA", True),
        ("The Courier", "AP", False),
        ("apple.example", "AP", False),
        ("", "AP", False),
        ("The Courier", "", False),
    ],
)
def test_an_outlet_is_the_agency_by_name_host_or_initials(
    publisher: str, agency: str, expected: bool
) -> None:
    assert is_by(publisher, agency) is expected
