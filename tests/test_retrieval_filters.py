"""Filters from words: dates from start to end of what they name, outlets as they are spelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rag.errors import QueryError
from rag.records import Filters
from rag.retrieval.filters import parse_as_of, parse_filters

OUTLETS = ["The Courier", "Radio North", ""]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "start", "before"),
    [
        ("2020-09-11", utc(2020, 9, 11), utc(2020, 9, 12)),
        ("2020-12", utc(2020, 12, 1), utc(2021, 1, 1)),
        ("2020", utc(2020, 1, 1), utc(2021, 1, 1)),
        ("September 11, 2020", utc(2020, 9, 11), utc(2020, 9, 12)),
        ("2020-09-11T10:30:00+02:00", utc(2020, 9, 11, 8, 30), utc(2020, 9, 11, 8, 30, 1)),
    ],
)
def test_a_date_counts_from_its_start_to_its_end(
    text: str, start: datetime, before: datetime
) -> None:
    filters = parse_filters(text, text, known_publishers=())
    assert filters == Filters(published_from=start, published_before=before)


def test_nothing_asked_filters_nothing() -> None:
    assert parse_filters(known_publishers=OUTLETS) == Filters()


def test_outlets_match_however_they_are_capitalised() -> None:
    filters = parse_filters(
        publishers=["the courier", " RADIO NORTH "], language=" EN ", known_publishers=OUTLETS
    )
    assert filters == Filters(publishers=("The Courier", "Radio North"), language="en")


def test_an_unknown_outlet_is_an_error_that_names_the_near_ones() -> None:
    with pytest.raises(QueryError, match=r"no outlet 'Curier'; it holds 'The Courier'$"):
        parse_filters(publishers=["Curier"], known_publishers=OUTLETS)
    # "post" has 4 letters in common with the 12 of "harbour post": 2 * 4 / 16 is half.
    known = [*OUTLETS, "Harbour Post"]
    with pytest.raises(QueryError, match=r"no outlet 'Post'; it holds 'Harbour Post'$"):
        parse_filters(publishers=["Post"], known_publishers=known)
    with pytest.raises(QueryError, match="no outlet 'X'; it holds none"):
        parse_filters(publishers=["X"], known_publishers=[])


def test_a_section_matches_however_it_is_capitalised_and_an_unknown_one_is_an_error() -> None:
    known = ["Sport", "Home news", ""]
    filters = parse_filters(section=" home NEWS ", known_publishers=(), known_sections=known)
    assert filters == Filters(section="Home news")
    with pytest.raises(QueryError, match=r"no section 'Sprt'; it holds 'Sport'$"):
        parse_filters(section="Sprt", known_publishers=(), known_sections=known)
    with pytest.raises(QueryError, match=r"no section 'X'; it holds 'Home news', 'Sport'$"):
        parse_filters(section="X", known_publishers=(), known_sections=known)


@pytest.mark.parametrize("text", ["yesterday-ish", "2020-13-45", "32 May 2020", "-"])
def test_an_impossible_date_is_an_error_that_names_the_option(text: str) -> None:
    with pytest.raises(QueryError, match=r"--from .* is not a date; write it as 2020-09-11"):
        parse_filters(published_from=text, known_publishers=())


def test_a_range_that_ends_before_it_begins_is_an_error() -> None:
    with pytest.raises(QueryError, match="from '2021' is after to '2020'"):
        parse_filters("2021", "2020", known_publishers=())


def test_as_of_a_day_includes_the_day_and_nothing_after() -> None:
    as_of = parse_as_of("2020-09-11")
    assert as_of == utc(2020, 9, 12)
    assert Filters().no_later_than(as_of).published_before == as_of
    earlier = Filters(published_before=utc(2020, 1, 1), language="en")
    assert earlier.no_later_than(as_of) == replace(earlier, as_of=as_of)
    later = Filters(published_before=utc(2022, 1, 1))
    assert later.no_later_than(as_of) == Filters(published_before=as_of, as_of=as_of)
