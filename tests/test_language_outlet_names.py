"""The names that outlets go by."""

from __future__ import annotations

import pytest

from rag.language.outlet_names import find_mentions, name_of_host


def named(words: str, *publishers: str) -> tuple[str, ...]:
    """The publishers that the words mean; each further outlet found would be an error."""
    question = f"what did {words} report?"
    mentions = list(find_mentions(question, publishers))
    assert all(question[one.start : one.end] == words for one in mentions)
    assert len(mentions) < 2
    return mentions[0].publishers if mentions else ()


@pytest.mark.parametrize(
    "words",
    [
        "The Marren Courier",
        "the Marren Courier",
        "Marren Courier",
        "the MARREN COURIER",
        "The Courier",
        "the Courier",
        "marren courier",
        "marrencourier.example",
        "www.marrencourier.example",
    ],
)
def test_an_outlet_by_its_name_or_part_of_it(words: str) -> None:
    assert named(words, "The Marren Courier") == ("The Marren Courier",)


@pytest.mark.parametrize("words", ["Courier", "the courier", "Marren", "the Marren", "TMC"])
def test_too_little_of_a_name_is_none(words: str) -> None:
    assert named(words, "The Marren Courier") == ()


@pytest.mark.parametrize(
    ("words", "publisher"),
    [
        ("LNA", "Lowland News Agency"),
        ("LNA", "Lowland News Agency (LNA)"),
        ("Lowland News Agency", "Lowland News Agency (LNA)"),
        ("LNA", "LNA (Lowland News Agency)"),
        ("the Lowland News Agency", "LNA"),
        ("the Lowland News Agency", "lna.example"),
        ("LNA", "lna.example"),
        ("the TPT", "The Tolbeck Post and Times"),
        ("Tolbeck Online", "Tolbeck Online/The Quay Journal"),
        ("The Quay Journal", "Tolbeck Online/The Quay Journal"),
        ("The Post", "The Post (UK)"),
    ],
)
def test_an_outlet_by_its_initials_or_one_of_two_names(words: str, publisher: str) -> None:
    assert named(words, publisher) == (publisher,)


@pytest.mark.parametrize(
    ("words", "publisher"),
    [
        ("Lna", "Lowland News Agency"),
        ("the UK", "The Post (UK)"),
        ("RN", "Radio North"),
        ("the Long Nosed Apes", "lna.example"),
        ("the North", "Radio North"),
        ("the Agency", "Lowland News Agency"),
        ("Post", "The Post"),
    ],
)
def test_what_is_no_name(words: str, publisher: str) -> None:
    assert named(words, publisher) == ()


@pytest.mark.parametrize(
    ("words", "publishers"),
    [
        ("CNN", ("cnn.com", "edition.cnn.com")),
        ("the BBC", ("bbc.co.uk", "bbc.com")),
        ("BBC News", ("bbc.com", "The BBC")),
        ("the New York Times", ("nytimes.com",)),
        ("the NYT", ("The New York Times", "nytimes.com")),
        ("nytimes.com", ("The New York Times",)),
        ("USA TODAY", ("usatoday.com",)),
        ("the AP", ("apnews.com",)),
        ("the Guardian", ("theguardian.com",)),
        ("Sky News", ("news.sky.com",)),
        ("the Daily Telegraph", ("The Telegraph",)),
        ("Radio North", ("radionorth.example",)),
        ("The Week", ("theweek.co.uk",)),
    ],
)
def test_hosts_and_well_known_names(words: str, publishers: tuple[str, ...]) -> None:
    assert named(words, *publishers, "The Quay Journal") == tuple(sorted(publishers))


def test_a_host_in_full_is_that_host_alone() -> None:
    assert named("bbc.co.uk", "bbc.com", "bbc.co.uk") == ("bbc.co.uk",)
    assert named("bbc.co.uk", "bbc.com") == ("bbc.com",)


@pytest.mark.parametrize("host", ["covid.cdc.gov", "cdc.edu", "cdc.int", "cdc.gov.example.mil"])
def test_offices_and_schools_are_known_by_their_hosts_only(host: str) -> None:
    assert named("the CDC", host) == ()
    assert named(host, host) == (host,)


def test_a_short_name_that_two_outlets_share_means_neither() -> None:
    assert named("the Courier", "The Marren Courier", "The Tolbeck Courier") == ()
    assert named("LNA", "Lowland News Agency", "Lisk News Agency") == ()
    assert named("the Courier", "The Marren Courier", "marrencourier.example") == (
        "The Marren Courier",
    )


def test_a_full_name_wins_over_a_short_one() -> None:
    both = ("The Courier", "The Marren Courier")
    assert named("the Courier", *both) == ("The Courier",)
    assert named("the Marren Courier", *both) == ("The Marren Courier",)


def test_the_longest_name_counts() -> None:
    assert named("the Marren Courier Weekly", "Marren Courier Weekly", "Marren Courier") == (
        "Marren Courier Weekly",
    )


def test_a_name_is_no_part_of_a_longer_one_nor_the_word_that_opens_a_sentence() -> None:
    publishers = ["Radio North", "Tidings"]
    assert [*find_mentions("What did Old Radio North report?", publishers)] == []
    assert [*find_mentions("Tidings of the flood reached whom?", publishers)] == []
    assert [len(m.publishers) for m in find_mentions("What did Tidings say?", publishers)] == [1]


def test_a_possessive_ends_a_name() -> None:
    publishers = ["The Marren Courier", "People's Quay"]
    [courier, quay] = find_mentions("the Courier's and People's Quay’s", publishers)
    assert (courier.publishers, quay.publishers) == (("The Marren Courier",), ("People's Quay",))
    assert (courier.end, quay.start, quay.end) == (11, 18, 31)


def test_capitals_are_noted() -> None:
    [one, other] = find_mentions("Radio North or radio north", ["Radio North"])
    assert (one.capitals, other.capitals) == (True, False)


def test_half_a_capital_is_another_word() -> None:
    assert named("the USA today", "usatoday.com") == ()


def test_a_thousand_outlets_are_told_apart() -> None:
    publishers = [f"The {town} {paper}" for town in TOWNS for paper in PAPERS]
    assert len(publishers) == 1_000
    for publisher in publishers[::100]:
        assert named(publisher, *publishers) == (publisher,)
        assert named(f"the {publisher.split()[-1]}", *publishers) == ()


TOWNS = [f"{a}{b}" for a in ("Mar", "Tol", "Kel", "Gre", "Lis") for b in "abcdefghijklmnopqrst"]
PAPERS = [
    "Courier",
    "Gazette",
    "Ledger",
    "Packet",
    "Herald",
    "Post",
    "Star",
    "Echo",
    "Sun",
    "Argus",
]


@pytest.mark.parametrize(
    ("host", "stated", "name"),
    [
        ("smh.com.au", ["The Sydney Morning Herald"], "The Sydney Morning Herald"),
        ("latimes.com", ["Los Angeles Times"], "Los Angeles Times"),
        ("timesofindia.indiatimes.com", ["The Times of India"], "The Times of India"),
        ("sueddeutsche.de", ["SZ.de", "Süddeutsche Zeitung"], "Süddeutsche Zeitung"),
        ("elpais.com", ["@el_pais", "EL PAÍS"], "EL PAÍS"),
        ("lemonde.fr", ["Le Monde.fr"], "Le Monde.fr"),
        ("n-tv.de", ["n-tv NACHRICHTEN"], "n-tv NACHRICHTEN"),
        ("20min.ch", ["20 Minuten"], "20 Minuten"),
        ("lna.example", ["Lowland  News\nAgency"], "Lowland News Agency"),
        ("harbour.example", ["harbour.example", "The Courier"], ""),
        ("r.example", ["Reuters"], ""),
        ("news.city.example", ["News"], ""),
        ("bbc.com", ["BBC Sport and everything else that we have"], ""),
        ("", ["The Courier"], ""),
        ("harbour.example", ["Harbour" + " a" * 26], ""),
    ],
)
def test_a_name_that_a_page_states_must_fit_its_host(
    host: str, stated: list[str], name: str
) -> None:
    assert name_of_host(host, stated) == name
