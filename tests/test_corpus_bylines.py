"""The names in a byline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.bylines import named_authors, opens_byline, parse_authors


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("By Mara Lind", ("Mara Lind",)),
        ("By [Mara Lind and Ivo Tarn for LNA](#)", ("Mara Lind", "Ivo Tarn")),
        ("By [Mara Lind](#a) and [Ivo Tarn](#b)", ("Mara Lind", "Ivo Tarn")),
        ("By Mara Lind, Ivo Tarn and Jo-Ann O’Dell", ("Mara Lind", "Ivo Tarn", "Jo-Ann O’Dell")),
        ("By Mara Lind, and Ivo Tarn", ("Mara Lind", "Ivo Tarn")),
        ("By Mara Lind & Ivo Tarn", ("Mara Lind", "Ivo Tarn")),
        ("BY MARA LIND", ("MARA LIND",)),
        ("**By Mara Lind**", ("Mara Lind",)),
        ("By Mara Lind | The Harbour Post", ("Mara Lind",)),
        ("By Mara Lind, The Harbour Post", ("Mara Lind",)),
        ("By Mara Lind, LNA", ("Mara Lind",)),
        ("By Mara Lind in Vesk", ("Mara Lind",)),
        ("By Mara Lind, arts correspondent", ("Mara Lind",)),
        ("By Mara Lind - 3 min read", ("Mara Lind",)),
        ("By Mara Lind (@maralind)", ("Mara Lind",)),
        ("By Ivo Tarn, Jr. and Mara Lind", ("Ivo Tarn Jr.", "Mara Lind")),
        ("Von Jost van der Meer, Radio auf Deutsch", ("Jost van der Meer",)),
        ("Par Clémence Vaudrey", ("Clémence Vaudrey",)),
        ("By LNA", ("LNA",)),
        ("By LNA staff", ()),
        ("By our foreign desk", ()),
        ("By Mara Lind and Mara Lind", ("Mara Lind",)),
        ("Mara Lind; Ivo Tarn", ("Mara Lind", "Ivo Tarn")),
        ("Lind, Mara", ("Mara Lind",)),
        ("LIND, Mara", ("Mara LIND",)),
        ("Lind, M. and Tarn, Ivo", ("M. Lind", "Ivo Tarn")),
        ("Lind, Mara, Tarn, Ivo", ("Mara Lind", "Ivo Tarn")),
        ("Lind Marr, Mara", ("Mara Lind Marr",)),
        ("by jane-doe", ("Jane Doe",)),
        ("jane_doe", ("Jane Doe",)),
        ("By jane-doe and ivo-tarn-2", ("Jane Doe", "Ivo Tarn")),
        ("by admin-user", ()),
        ("by web-editor and jane-doe", ("Jane Doe",)),
        ("By Lind, Mara (Staff Writer)", ("Mara Lind",)),
        ("von Trier, Lars", ("Lars von Trier",)),
        ("Reuters, London", ("Reuters", "London")),
        ("Lind, AP", ("Lind",)),
        ("", ()),
        ("By", ()),
    ],
)
def test_people_are_named_once_and_agencies_only_alone(
    byline: str, expected: tuple[str, ...]
) -> None:
    assert parse_authors(byline) == expected


def test_only_a_name_after_by_opens_a_byline() -> None:
    assert opens_byline("By Mara Lind")
    assert opens_byline("By [Mara Lind](#)")
    assert not opens_byline("By noon the ferry had left")
    assert not opens_byline("Bypass opens")
    assert opens_byline("by jane-doe")
    assert opens_byline("by admin-user")
    assert not opens_byline("by-and-by the ferry left")
    assert not opens_byline("by mid-May the ferry had left")
    assert not opens_byline("Mara Lind")


@given(st.text(alphabet="By MaraLind,&and()[]|-for. ", max_size=60))
def test_names_are_never_empty_or_repeated(byline: str) -> None:
    authors = parse_authors(byline)
    assert all(author.strip() == author != "" for author in authors)
    assert len(set(authors)) == len(authors)


def test_a_name_that_ends_in_by_stays_whole() -> None:
    assert parse_authors("By [Eskil Norby](#)") == ("Eskil Norby",)


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("publisher", ()),
        ("Unknown", ()),
        ("219.79.38.192", ()),
        ("----", ()),
        ("Who writes for the Courier?", ()),
        ("Https Www.Courier.Example Author Mara Lind", ()),
        ("Mara Lind, www.lind.example", ("Mara Lind",)),
        ("Mara Lind (mara@lind.example)", ("Mara Lind",)),
    ],
)
def test_what_names_nobody_is_no_author(field: str, named: tuple[str, ...]) -> None:
    assert named_authors(field) == named


def test_agencies_offices_and_addresses_beside_a_name() -> None:
    assert named_authors("Mira Oldenkamp avec AFP") == ("Mira Oldenkamp", "AFP")
    assert named_authors("https://social.example/mira, Mira Oldenkamp") == ("Mira Oldenkamp",)
    assert named_authors("記者陳大文／台北報導") == ("陳大文",)
    assert parse_authors("Von Mira Oldenkamp, RADIO NORTH") == ("Mira Oldenkamp",)
