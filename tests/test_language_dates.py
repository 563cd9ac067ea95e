"""Dates as articles write them."""

from __future__ import annotations

import time
import warnings
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.language.dates import parse_published


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-09-11", "2020-09-11"),
        ("2020/09/11", "2020-09-11"),
        ("2020.9.1", "2020-09-01"),
        ("20200911", "2020-09-11"),
        ("2020-09", "2020-09"),
        ("2020/9", "2020-09"),
        ("2020", "2020"),
        ("September 2020", "2020-09"),
        ("September 11, 2020", "2020-09-11"),
        ("Sept. 11, 2020", "2020-09-11"),
        ("SEP 11 2020", "2020-09-11"),
        ("Friday, September 11th, 2020", "2020-09-11"),
        ("11 September 2020", "2020-09-11"),
        ("11th of September 2020", "2020-09-11"),
        ("11. September 2020", "2020-09-11"),
        ("11-Sep-2020", "2020-09-11"),
        ("Published: 11 September 2020", "2020-09-11"),
        ("Last updated on May 4, 2020", "2020-05-04"),
        ("13/04/2020", "2020-04-13"),
        ("04/13/2020", "2020-04-13"),
        ("04/04/2020", "2020-04-04"),
        ("03.04.2020", "2020-04-03"),
        ("  11\n September\u00a02020 ", "2020-09-11"),
        ("11 de septiembre de 2020", "2020-09-11"),
        ("11 septembre 2020", "2020-09-11"),
        ("2020年9月11日", "2020-09-11"),
    ],
)
def test_days_months_and_years(text: str, expected: str) -> None:
    published = parse_published(text)
    assert str(published) == expected
    assert published is not None
    assert published.zone == ""


@pytest.mark.parametrize(
    ("text", "expected", "zone"),
    [
        ("2020-09-11T09:30", "2020-09-11T09:30Z", ""),
        ("2020-09-11T09:30:15Z", "2020-09-11T09:30:15Z", "Z"),
        ("2020-09-11T09:30:15.250Z", "2020-09-11T09:30:15Z", "Z"),
        ("2020-09-11T09:30:15+02:00", "2020-09-11T07:30:15Z", "+02:00"),
        ("2020-09-11 09:30:15 +0530", "2020-09-11T04:00:15Z", "+0530"),
        ("2020-09-11 23:30 −03:00", "2020-09-12T02:30Z", "−03:00"),
        ("20200911T093015Z", "2020-09-11T09:30:15Z", "Z"),
        ("Fri, 11 Sep 2020 09:30:15 +0200", "2020-09-11T07:30:15Z", "+0200"),
        ("Fri, 11 Sep 2020 09:30:15 GMT", "2020-09-11T09:30:15Z", "GMT"),
        ("11 September 2020, 09:30 CET", "2020-09-11T08:30Z", "CET"),
        ("September 11, 2020 at 9:30 p.m. EST", "2020-09-12T02:30Z", "EST"),
        ("4:15 PM EDT, Thu March 7, 2013", "2013-03-07T20:15Z", "EDT"),
        ("12 a.m. January 1, 2020", "2020-01-01T00:00Z", ""),
        ("12 p.m. January 1, 2020", "2020-01-01T12:00Z", ""),
        ("Sep 11 2020 09:30:00 GMT+0200 (Central European Summer Time)",
         "2020-09-11T07:30:00Z", "GMT+0200"),
        ("Updated March 7, 2013, 4:20 p.m. ET", "2013-03-07T21:20Z", "ET"),
        ("Updated July 7, 2013, 4:20 p.m. ET", "2013-07-07T20:20Z", "ET"),
        ("11 septembre 2020 à 9h30 CET", "2020-09-11T08:30Z", "CET"),
        ("1599811200", "2020-09-11T08:00:00Z", ""),
        ("1599811200000", "2020-09-11T08:00:00Z", ""),
    ],
)  # fmt: skip
def test_times_are_stored_in_utc_and_the_zone_as_given(text: str, expected: str, zone: str) -> None:
    published = parse_published(text)
    assert published is not None
    assert (str(published), published.zone) == (expected, zone)


def test_a_time_without_a_zone_is_in_utc_whatever_the_machines_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "XYZ-9")
        time.tzset()
        assert str(parse_published("2020-09-11T09:30")) == "2020-09-11T09:30Z"
        assert str(parse_published("20200911T093015")) == "2020-09-11T09:30:15Z"
        assert str(parse_published("11 septembre 2020")) == "2020-09-11"
    time.tzset()


def test_the_first_of_two_dates_is_when_the_article_appeared() -> None:
    line = "Feb. 2, 2022 Updated Feb. 11, 2022, 6:37 p.m. ET"
    assert str(parse_published(line)) == "2022-02-02"


def test_a_time_in_an_unknown_zone_leaves_the_day() -> None:
    published = parse_published("11 September 2020 09:30 XQT")
    assert published is not None
    assert (str(published), published.zone) == ("2020-09-11", "XQT")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "yesterday",
        "last Monday 2020",
        "32 Foo 2020",
        "Election 2020",
        "2020-02-30",
        "February 30, 2021",
        "30 février 2020",
        "2020-13-01",
        "2021-02-29T10:00:00Z",
        "25:00 11 September 2020",
        "13:00 p.m. 11 September 2020",
        "0001-01-01T00:00:00",
        "1599-12-31",
        "99999-01-01",
        "11 September 2020 " * 6,
        "11 September",
        "9:30",
        "٢٠²²",
    ],
)
def test_what_names_no_possible_date_is_none(text: str) -> None:
    assert parse_published(text) is None


def test_an_order_of_day_and_month_is_never_guessed() -> None:
    assert parse_published("03/04/2020") is None
    assert parse_published("03-04-2020") is None


def test_the_last_day_of_february_depends_on_the_year() -> None:
    assert str(parse_published("29 February 2020")) == "2020-02-29"
    assert parse_published("29 February 2021") is None


def test_a_zone_cannot_push_a_date_out_of_the_calendar() -> None:
    assert parse_published("9999-12-31T23:59:00-14:00") is None


@settings(deadline=None)
@given(st.dates(min_value=date(1600, 1, 1)))
def test_every_day_is_read_as_written(day: date) -> None:
    assert str(parse_published(str(day))) == str(day)


@settings(deadline=None)
@given(st.text(alphabet="0123456789 -/:.,TZ+SeptMay年", max_size=24))
def test_odd_texts_give_a_date_or_none_and_no_warning(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        published = parse_published(text)
    assert published is None or published.at.year >= 1600
