"""What single paragraphs of furniture look like, and what reporting must not be taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus.rules import (
    dateline_end,
    is_byline,
    is_date_line,
    is_heading,
    is_name_line,
    is_reporting,
    paragraph_kind,
)

REPORTING = [
    "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said.",
    "“We will not sign,” she told Reuters.",
    "Tarn told AFP/Reuters that he would stay.",
    "More than 300 people signed the petition.",
    "Related charges were dropped in March.",
    "Photos of the wreck were shown to the jury on Friday.",
    "Image rights cost the club 2 million crowns.",
    "Sign up began on Monday at the town hall.",
    "Subscribers will pay 5 crowns more a month from June, the Ledger said.",
    "Scammers sent messages to every inbox in the office, police said.",
    "The firm told customers to sign up for the newsletter by May, Tarn said.",
    "Score: Rovers 3, Albion 1",
    "Where:Town hall, 7 p.m. on Thursday and Friday",
    "Correction:An earlier version of this article misstated the price of a ticket.",
    "8:25 p.m.: The last boat leaves.",
    "March 17:Ferries stop at noon, dining rooms close and schools send their pupils home.",
    "He said:“We stay.”",
    "Follow the coast road for two miles, then turn left.",
    "By Friday the water had reached the second floor of the school, the mayor said.",
    "— Film-processing labs of the past century.",
    "- two boats were lost",
    "They met on 3/4 of the days, once at AP",
    "1.2 million crowns",
]


@pytest.mark.parametrize("words", REPORTING)
def test_reporting_is_never_typed(words: str) -> None:
    assert paragraph_kind(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "Related article: Ferry returns to Lorn Sound",
        "RELATED:Ferry returns",
        "► Related: Ferry returns",
        "Read more: Ferry returns",
        "More:Ferry returns. What to know before you go.",
        "Read the full story here:Ferry returns",
        "See also: Ferry returns",
        "In case you missed it:Ferry returns",
        "À lire aussi : Le bac est de retour",
        "Mehr zum Thema: Die Fähre ist zurück",
        "Harbour news:Ferry returns to Lorn Sound after repairs",
        "Is the bridge safe?Engineers explain what they found",
        "'A miracle':How the crew of the Osprey survived",
        "Video Ad Feedback Ferry returns 02:16 - Source: LNA",
        "https://harbour.example/ferry",
    ],
)
def test_related_links(words: str) -> None:
    assert paragraph_kind(words) == "related link"


@pytest.mark.parametrize(
    "words",
    [
        "Divers at the wreck on Sunday. Mara Lind/AFP/Getty Images",
        "Divers at the wreck on Sunday. Mara Lind / Reuters",
        "Mara Lind/AP",
        "Ivo Tarn leaves court. Courtesy of Vesk TV via AP",
        "Ivo Tarn in March Getty Images",
        "Mara Lind/Reuters Divers at the wreck on Sunday.",
        "Divers at the wreck (Image credit: Mara Lind for the museum)",
        "Divers at the wreck. (AP Photo/Mara Lind)",
        "Photo: Mara Lind",
        "Photo by Mara Lind / LNA",
        "Mandatory Credit: Mara Lind-Harbour Post",
        "Shutterstock",
    ],
)
def test_photo_credits(words: str) -> None:
    assert paragraph_kind(words) == "photo credit"


def test_a_credit_of_more_than_60_words_is_reporting() -> None:
    credit = "Mara Lind/AP"
    assert paragraph_kind("word " * 58 + credit) == "photo credit"
    assert paragraph_kind("word " * 59 + credit) is None


@pytest.mark.parametrize(
    "words",
    [
        "Sign up for the Gazette’s morning newsletter and get the valley’s news at 7.",
        "Sign up for our breakfast bulletin and hear the headlines before 7.",
        "Subscribe to Ledger Briefing, our weekday letter.",
        "What is everyone talking about? Sign up for our trending newsletter.",
        "Editor’s Note: This story is from the Tide newsletter. To get it, sign up here.",
        "(You can get “Five Things” delivered to your inbox daily. Sign up here.)",
        "Would you like to receive the Weekday newsletter ?",
        "Follow Mara Lind on Twitter: @maralind.",
        "Get our free weekly newsletter",
        "Abonnieren Sie unseren Brief am Morgen.",
        "Inscrivez-vous à notre lettre du matin.",
    ],
)
def test_newsletter_prompts(words: str) -> None:
    assert paragraph_kind(words) == "newsletter"


def test_an_editors_note_that_sells_nothing_is_no_furniture() -> None:
    assert paragraph_kind("Editor’s Note: Mara Lind is a marine engineer in Vesk.") is None


@pytest.mark.parametrize(
    "words",
    ["— Mara Lind", "-- Mara Lind", "-Mara Lind, Ivo Tarn", "Contributing: Mara Lind; Reuters"],
)
def test_signatures(words: str) -> None:
    assert paragraph_kind(words) == "byline"


@pytest.mark.parametrize(
    "words", ["Original url:", "Original URL: https://a.example/b", "Originally published at: x"]
)
def test_original_urls(words: str) -> None:
    assert paragraph_kind(words) == "original url"


def test_a_paragraph_of_more_than_700_characters_is_never_looked_at() -> None:
    assert paragraph_kind("Subscribe to " + "x" * 687) == "newsletter"
    assert paragraph_kind("Subscribe to " + "x" * 688) is None


@pytest.mark.parametrize(
    "words",
    [
        "By Mara Lind",
        "By Mara Lind and Ivo Tarn for LNA",
        "BY MARA LIND",
        "By Mara Lind, arts correspondent",
        "By Radio North foreign desk",
        "Von Jost Hagemeyn, Radio North auf Deutsch",
    ],
)
def test_bylines(words: str) -> None:
    assert is_byline(words)


@pytest.mark.parametrize(
    "words",
    [
        "By noon the ferry had left",
        "By Monday, the ferry had left the harbour.",
        "Mara Lind",
        "By " + "Mara Lind, " * 9,
        "",
    ],
)
def test_other_lines_are_no_bylines(words: str) -> None:
    assert not is_byline(words)


def test_names_stand_above_the_reporting() -> None:
    assert is_name_line("Mara Lind and Ivo Tarn")
    assert is_name_line("The Harbour Post")
    assert is_name_line("From staff and wire reports")
    assert not is_name_line("Parents ‘blackmailed’ over tests")
    assert not is_name_line("Osier Bridge Falls.")
    assert not is_name_line("Day 28")
    assert is_name_line("สมชาย ใจดี")
    assert not is_name_line("เรือข้ามฟากกลับมาให้บริการในวันจันทร์หลังหยุดไปแปดเดือน")


@pytest.mark.parametrize(
    "words",
    [
        "September 11, 2020",
        "11 September 2020, 09:30 CET",
        "Updated March 7, 2013, 4:20 p.m. ET",
        "Feb. 2, 2022 Updated Feb. 11, 2022, 6:37 p.m. ET",
        "2020-09-11",
        "32 Foo 2020",
        "11 de septiembre de 2020",
    ],
)
def test_date_lines_readable_or_not(words: str) -> None:
    assert is_date_line(words)


@pytest.mark.parametrize(
    "words",
    [
        "Election 2020",
        "The council approved the bridge on 11 September 2020 without debate.",
        "On March 7, 2013, council members rejected another petition",
        "9:30",
        "",
    ],
)
def test_lines_that_only_hold_a_date_are_no_date_lines(words: str) -> None:
    assert not is_date_line(words)


def test_reporting_is_long_or_ends_as_a_sentence_does() -> None:
    assert is_reporting("The ferry sailed on Monday.")
    assert is_reporting("“The ferry has sailed.”")
    assert is_reporting("x" * 80)
    assert not is_reporting("x" * 79)
    assert not is_reporting("It sailed.")
    assert not is_reporting("The ferry and its enemies")


@pytest.mark.parametrize(
    "words",
    [
        "Mass meetings",
        "Ten years of secrets",
        "Bridge shut until July 15",
        "‘We saw it coming’ in the valley",
        "What happens next?",
        "Is the bridge safe?",
        "Une alarme débranchée",
    ],
)
def test_headings(words: str) -> None:
    assert is_heading(words)


@pytest.mark.parametrize(
    "words",
    [
        "The ferry sailed.",
        "Best picture: The Lock Keeper",
        "Rovers 3, Albion 1",
        "from 15 crowns",
        "From $15",
        "- Two boats",
        "• Two boats",
        "7. Rabbit",
        "(6:45 a.m.)",
        "8:05 TARN",
        "“We stay,”",
        "Lind said nothing",
        "Done. Next please",
        "♦",
        "one two three four five six seven eight nine ten eleven",
        "“Who is he?”",
        "write to mara@harbour.example",
    ],
)
def test_other_short_lines_are_no_headings(words: str) -> None:
    assert not is_heading(words)


@pytest.mark.parametrize(
    ("dateline", "rest"),
    [
        ("CNN —", ""),
        ("New York CNN Business —", ""),
        ("(CNN) ", "The ferry sailed."),
        ("Vesk (Reuters) ", "The ferry sailed."),
        ("MINSK (AFP) - ", "The ferry sailed."),
        ("VESK — ", "The ferry sailed."),
        ("VESK—", "The ferry sailed."),
        ("VESK -- ", "“We sailed,” she said."),
        ("UPPER LISK, Tarn – ", "The ferry sailed."),
        ("ST. OMBRE, N.H. − ", "12 boats sailed."),
        ("SAINT-OMBRE (LNA) - ", "The ferry sailed."),
        ("LONDON, March 3 (LNA) – ", "The ferry sailed."),
        ("VESK, 3 March 2025 (LNA) – ", "The ferry sailed."),
        ("Port of Vesk, Lorn (LNA) — ", "The ferry sailed."),
        ("**VESK (LNA)** — ", "The ferry sailed."),
        ("VESK/TOLBECK — ", "The ferry sailed."),
        ("ÖRENBY (LNA) — ", "The ferry sailed."),
    ],
)
def test_datelines_end_where_the_sentence_begins(dateline: str, rest: str) -> None:
    text = f"By Mara Lind\n\n{dateline}{rest}"
    start = text.index(dateline)
    assert dateline_end(text, start, len(text)) == start + len(dateline)


@pytest.mark.parametrize(
    "text",
    [
        "NASA — the agency that built it — said so.",
        "COVID-19 – The disease spread.",
        "McDowell’s menu – The new one – is out.",
        "PFAS is an acronym.",
        "A special boat is about to sail – and it is new.",
        "World Health Organization (WHO) Director-General Tarn said so.",
        "What – Another book?",
        "Twelve boats (all new) sailed - They were fast.",
        "CNN previously reported an obituary.",
        "I — We sailed.",
    ],
)
def test_sentences_with_a_dash_have_no_dateline(text: str) -> None:
    assert dateline_end(text, 0, len(text)) == 0


@settings(deadline=None)
@given(st.text(alphabet='AB ab.,()—-/:"CNP\n*', max_size=120))
def test_a_dateline_lies_within_its_paragraph(text: str) -> None:
    assert 0 <= dateline_end(text, 0, len(text)) <= len(text)
