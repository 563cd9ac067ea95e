"""When events are, resolved against Wednesday 5 March 2031 by hand; invented sentences."""

from __future__ import annotations

from datetime import date

import pytest

from rag.language.event_days import dated, earlier_year, event_days

WEDNESDAY = date(2031, 3, 5)


@pytest.mark.parametrize(
    ("sentence", "first"),
    [
        ("The mill burnt on Monday.", "2031-03-03"),
        ("Trials of the owners will begin on Monday.", "2031-03-10"),
        ("The company offered to meet on Saturday.", "2031-03-08"),
        ("The company met the union on Saturday.", "2031-03-01"),
        ("The report is due on Friday.", "2031-03-07"),
        ("Orr was forced to close the shop on Friday.", "2031-02-28"),
        ("The scheme would end on 31 December, the ministry said.", "2031-12-31"),
        ("The scheme ended on 31 December.", "2030-12-31"),
        ("The scheme ended on 1 April.", "2030-04-01"),
        ("Orr must pay the fine by 31 January.", "2032-01-31"),
        ("The union called a strike for Monday.", "2031-03-10"),
        ("The bridge has been closed since Monday.", "2031-03-03"),
        ("The court postponed the hearing to Friday.", "2031-03-07"),
        ("Voters go to the polls on Sunday.", "2031-03-09"),
        ("A vote to be held on Thursday may decide it.", "2031-03-06"),
        ("The hearing is fixed for Friday of next week.", "2031-03-14"),
        ("The flood of March will cost the town 61 million crowns.", "2031-03-01"),
        ("The ferry sank on 3 May 2030.", "2030-05-03"),
        ("Orr spoke on Wednesday.", "2031-03-05"),
        ("Orr will speak on Wednesday.", "2031-03-05"),
        ("The council decides on the plan in April.", "2031-04-01"),
        ("The ruins are cleared in June.", "2031-06-01"),
        ("The school does not reopen in May.", "2031-05-01"),
        ("The photo shows the pier in January.", "2031-01-01"),
        ("She leads the party since November.", "2030-11-01"),
        ("The book tells the story of a strike in May.", "2030-05-01"),
    ],
)
def test_a_weekday_is_the_next_after_a_verb_that_looks_ahead_else_the_last(
    sentence: str, first: str
) -> None:
    days = event_days(sentence, WEDNESDAY)
    assert days is not None
    assert days[0].isoformat() == first


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("The ministry said on Monday that the ferry sank on Friday.", "Friday"),
        ("Orr said on Monday that she was glad.", "Monday"),
        ("The mill, which opened in May, burnt down on Monday.", "Monday"),
    ],
)
def test_the_time_of_the_event_goes_before_that_of_its_telling(sentence: str, named: str) -> None:
    found = dated(sentence, WEDNESDAY)
    assert found is not None
    assert found.named == named


@pytest.mark.parametrize(
    "sentence",
    ["", "It rained.", "The mill was built in 1904.", "If it fails on a Friday, fish die.",
     "Lindow TODAY reporter Ann Orr explains."],
)  # fmt: skip
def test_what_names_no_day_is_none(sentence: str) -> None:
    assert event_days(sentence, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("sentence", "year"),
    [
        ("The club was founded in 1854.", 1854),
        ("The plan was agreed last year, Orr said.", 2030),
        ("Orr said the hall burnt down in 1931.", 1931),
        ("The mill, built in 1904, burnt down.", 0),
        ("It was the worst fire since 1990.", 0),
        ("The club has rowed there since 1854.", 0),
        ("The 1997 flood destroyed the bridge.", 0),
        ("In 2031 the club was renamed.", 0),
        ("It rained.", 0),
    ],
)
def test_a_year_before_that_of_publication_is_of_its_own_verb(sentence: str, year: int) -> None:
    found = earlier_year(sentence, WEDNESDAY)
    assert (found[0].year if found else 0) == year


def test_without_a_date_of_publication_only_whole_dates_have_days() -> None:
    assert event_days("The mill burnt on Monday.", None) is None
    assert event_days("The mill burnt on 3 May 2030.", None) == (date(2030, 5, 3),) * 2


@pytest.mark.parametrize(
    ("sentence", "title"),
    [
        ("On Monday the old mill, built in 1904, burnt down.", "The old mill burnt down"),
        ("Orr told reporters on Tuesday that she would resign on Friday.", "She would resign"),
        ("He was arrested on Sunday and appeared in court.", "He was arrested"),
        ("The board has taken samples and will publish the values in May.",
         "The board will publish the values"),
        ("Deaths rose after the fire that began on Monday.", "The fire began"),
        ("She won in Sunday’s run-off by 412 votes.", "She won in Sunday’s run-off by 412 votes"),
        ("The brigade put out the fire in the old mill by the river near the lower lock on Monday.",
         "The brigade put out the fire in the old mill by the …"),
    ],
)  # fmt: skip
def test_a_title_is_the_events_own_clause_of_twelve_words_at_most(
    sentence: str, title: str
) -> None:
    found = dated(sentence, WEDNESDAY)
    assert found is not None
    assert found.title == title
