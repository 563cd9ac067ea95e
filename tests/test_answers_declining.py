"""Why there is no answer, what to try instead, and when evidence is old."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from rag.answers.candidates import CandidateSentence
from rag.answers.declining import reason, ways_on, why
from rag.answers.question import Question
from rag.answers.wording import old_evidence, spoken_date, word
from rag.questions.form import Form
from rag.records import Citation, Filters, Hit, Passage, Published, Understood, WayOn
from tests.builders import article

JUNE = datetime(2025, 6, 1, tzinfo=UTC)
MARCH = datetime(2025, 3, 1, tzinfo=UTC)
FERRY = article("The ferry of Orrenby sank on Friday.", title="Ferry lost", day="2025-05-03")
HIT = Hit(Passage(1, FERRY.id, 1, 0, len(FERRY.text)), FERRY, 1.0, 1)


def question(text: str = "Who owned the ferry?", filters: Filters | None = None) -> Question:
    return Question(
        text=text,
        standalone=text,
        form=Form("fact"),
        history=(),
        filters=filters or Filters(),
        as_of=JUNE,
        understood=(),
        coverage=1.0,
        retrieval_seconds=0.0,
        holdings=(MARCH, datetime(2025, 5, 3, tzinfo=UTC)),
    )


def test_each_reason_is_a_sentence_of_a_known_kind() -> None:
    late = question(filters=Filters(published_from=datetime(2025, 5, 20, tzinfo=UTC)))
    assert reason(late, []) == (
        "outside the dates: the filters ask for a time without articles; "
        "its articles are of 1 March 2025 to 3 May 2025"
    )
    assert reason(question(), []) == (
        "nothing found: no article shares a word or a meaning with the question"
    )
    assert reason(question(filters=Filters(language="fr")), []) == (
        "nothing found: no article that the filters leave shares a word or a meaning with the "
        "question"
    )
    given = [reason(question(), [HIT]), reason(question(), []), reason(late, [])]
    assert [why(each) for each in given] == [
        "found but not answered",
        "nothing found",
        "outside the dates",
    ]
    assert why("") is None
    assert why("the model found no answer in the passages") is None


def test_what_is_not_held_is_named() -> None:
    lacking = Understood("in 2019", 0, 7, "2019", Filters(), strict=False, held=False)
    asked = replace(question(), understood=(lacking,))
    assert reason(asked, [HIT]).startswith("outside the dates: the archive holds nothing of 2019")
    text = "ask without “in 2019”; its articles are of 1 March 2025 to 3 May 2025"
    assert ways_on(asked, [HIT]) == (WayOn(text, asked.text, ignore=("in 2019",)),)


def test_a_name_that_is_nearly_held_is_suggested() -> None:
    [way] = ways_on(question("What sank at Orenby, and is Orenby flooded?"), [HIT])
    assert way.text == "did you mean “Orrenby”? No article found here has “Orenby”"
    assert way.question == "What sank at Orrenby, and is Orrenby flooded?"


def test_a_name_in_lower_case_is_put_right_too() -> None:
    asked = replace(question("who is orenby"), form=Form("definition", subject="orenby"))
    assert [way.question for way in ways_on(asked, [HIT])] == ["who is Orrenby"]


def test_a_reading_that_left_articles_out_can_be_ignored() -> None:
    strict = Understood("in May", 9, 15, "May 2025", Filters(published_from=MARCH), strict=True)
    vague = replace(strict, words="lately", strict=False)
    asked = replace(question("What sank in May?"), understood=(strict, vague))
    text = "ask without “in May”, which was taken as: only May 2025"
    assert ways_on(asked, []) == (WayOn(text, "What sank in May?", ignore=("in May",)),)


def test_only_what_articles_name_is_said_to_be_reported_on() -> None:
    ferry = replace(question(), form=Form("figure", "the Orrenby ferry", "crew drowned"))
    told = "the archive reports on “the Orrenby ferry”, but gives no figure for “crew drowned”"
    assert reason(ferry, [HIT], known=True) == f"found but not answered: {told}"
    weather = replace(question(), form=Form("figure", "the weather in Brell", "rain fell"))
    assert reason(weather, [HIT], known=True) == (
        "found but not answered: articles come near it, but none of their sentences answers"
    )


def test_the_subject_can_be_asked_about_where_an_article_names_it() -> None:
    form = Form("statement", subject="the ferry", matter="tolls")
    asked = replace(question("What did the ferry say about tolls?"), form=form)
    text = "ask what the archive has on “the ferry”"
    assert ways_on(asked, [HIT]) == (WayOn(text, "Tell me about the ferry."),)
    elsewhere = replace(asked, form=replace(form, subject="Ann Orr"))
    assert [way.question for way in ways_on(elsewhere, [HIT])] == [""]


def test_every_filter_can_be_dropped_and_there_is_always_something_to_try() -> None:
    filters = Filters(published_from=MARCH, publishers=("Radio North",), language="fr")
    text = "Who owned the ferry?"
    dates, outlet, language = ways_on(question(filters=filters), [])
    assert dates == WayOn(
        "drop the filter on dates", text, drop=("published_from", "published_before")
    )
    assert outlet == WayOn("drop the filter on the outlet Radio North", text, drop=("publishers",))
    assert language == WayOn("drop the filter on the language 'fr'", text, drop=("language",))
    assert filters.without(dates.drop) == replace(filters, published_from=None)
    assert ways_on(question(), [HIT]) == (WayOn("ask with other words, or for one single fact"),)


def test_old_evidence_is_named_where_the_latest_is_asked_for() -> None:
    cited = Citation(1, FERRY, 0, 9)
    latest = replace(question("What is the latest on the ferry?"), as_of=JUNE)
    assert old_evidence(latest, [cited]) == ()  # 29 days
    later = replace(latest, as_of=datetime(2025, 8, 1, tzinfo=UTC))
    assert old_evidence(later, [cited]) == (
        "The newest evidence is from 3 May 2025, 2 months before 31 July 2025. "
        "The archive ends on 3 May 2025.",
    )
    growing = replace(later, holdings=(MARCH, datetime(2025, 7, 2, tzinfo=UTC)))
    assert old_evidence(growing, [cited]) == (
        "The newest evidence is from 3 May 2025, 2 months before 31 July 2025. "
        "It may be out of date.",
    )
    assert old_evidence(later, []) == ()
    undated = Citation(1, replace(FERRY, published=None), 0, 9)
    assert old_evidence(later, [undated]) == ()


def test_a_date_is_told_as_precisely_as_it_is_known() -> None:
    may = datetime(2025, 5, 3, tzinfo=UTC)
    told = [spoken_date(Published(may, precision)) for precision in ("year", "month", "day")]
    assert told == ["2025", "May 2025", "3 May 2025"]


def test_what_an_opening_does_not_speak_of_is_set_apart() -> None:
    other = article("A boat sank. It was old.", "north.example/1", publisher="Radio North")
    spans = [(FERRY, 0, len(FERRY.text)), (other, 0, 12), (other, 13, 24)]
    sentences = [CandidateSentence(each, start, end, 1, 1, 1.0) for each, start, end in spans]
    worded = word(sentences, "Outlets differ:", further=1)
    ferry = "The Courier, 3 May 2025: The ferry of Orrenby sank on Friday. [1]"
    boat = "Radio North, 3 May 2025: A boat sank. [2]"
    # What is set apart is a paragraph of its own also where it goes on in the same article.
    old = "Radio North, 3 May 2025: It was old. [3]"
    assert worded.text == f"Outlets differ:\n\n{ferry}\n\n{boat}\n\nAlso:\n\n{old}"
    claimed = [worded.text[claim.start : claim.end] for claim in worded.claims]
    assert claimed == [ferry, boat, old]
    together = word(sentences, "Outlets differ:").text
    assert together == f"Outlets differ:\n\n{ferry}\n\n{boat} It was old. [3]"


def test_a_day_that_no_calendar_has_is_named() -> None:
    asked = question("What happened on 31 February 2025?")
    assert asked.lacking == "31 February 2025"
    assert reason(asked, [HIT]) == "outside the dates: there is no 31 February 2025"


def test_times_that_exclude_each_other_are_named() -> None:
    text = "What happened in May 2025 in June 2024?"

    def month(start: int, words: str, year: int, number: int) -> Understood:
        first = datetime(year, number, 1, tzinfo=UTC)
        filters = Filters(first, datetime(year, number + 1, 1, tzinfo=UTC))
        return Understood(words, start, start + len(words), words, filters, strict=False)

    both = (month(14, "in May 2025", 2025, 5), month(26, "in June 2024", 2024, 6))
    assert reason(replace(question(text), understood=both), [HIT]) == (
        "outside the dates: “in May 2025” and “in June 2024” exclude each other; ask for one of "
        "them"
    )
    assert "exclude" not in reason(replace(question(text), understood=both[:1]), [HIT])
