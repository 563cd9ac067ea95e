"""Figures that several articles give for one thing, and causes on which outlets differ."""

from __future__ import annotations

from pathlib import Path

from rag.answers.candidates import CandidateSentence
from rag.answers.causes import several_causes
from rag.answers.timeline import DifferingFigures, several_figures, with_later_figures
from rag.language.figures import Quantity, figures, meanings, quantity
from rag.questions.form import FormName
from rag.records import Article
from tests.builders import article, hits, open_archive, row, write_jsonl

ASKED = "How many people died in the Tolle mine fire?"


def told(text: str, day: str, publisher: str = "The Courier") -> Article:
    name = f"{publisher.lower().replace(' ', '')}.example/{day}"
    return article(text, name, title="Fire in the Tolle mine", publisher=publisher, day=day)


def figures_of(*articles: Article, asked: str = ASKED) -> DifferingFigures | None:
    return several_figures(asked, hits(*articles), None)


FIRST = told("Seven people died in the Tolle mine fire.", "2025-05-03")
SECOND = told("Nine people have died in the Tolle mine fire, up from seven.", "2025-05-09")
RIVAL = told("Eight people died in the Tolle mine fire.", "2025-05-04", "Radio North")


def test_a_figure_that_changed_is_told_latest_first() -> None:
    account = figures_of(FIRST, SECOND)
    assert account is not None
    assert [each.article for each in account.sentences] == [SECOND, FIRST]
    assert account.how == "changed"


def test_outlets_that_give_other_figures_at_once_differ() -> None:
    account = figures_of(FIRST, RIVAL)
    assert account is not None
    assert [each.article.publisher for each in account.sentences] == ["Radio North", "The Courier"]
    assert account.how == "differ"


def test_figures_of_different_weeks_are_several() -> None:
    later = told("Eight people died in the Tolle mine fire.", "2025-05-20", "Radio North")
    account = figures_of(FIRST, later)
    assert account is not None
    assert account.how == "several"


def test_a_figure_that_was_corrected_is_told_by_no_account(tmp_path: Path) -> None:
    texts = [
        ("The Courier", "2025-05-03", "Seven people died in the Tolle mine fire."),
        ("Radio North", "2025-05-04", "Eight people died in the Tolle mine fire."),
        ("The Courier", "2025-05-05", "Correction: an earlier version of this article said that "
         "seven people died. Nine people died in the Tolle mine fire."),
    ]  # fmt: skip
    rows = [
        row(n, text, publisher=outlet, date=day, title="Fire in the Tolle mine")
        for n, (outlet, day, text) in enumerate(texts)
    ]
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", rows), vectors=False)
        quotes = [citation.quote for citation in archive.ask(ASKED).citations]
    assert quotes == [
        "Nine people died in the Tolle mine fire.",
        "Eight people died in the Tolle mine fire.",
    ]


def test_only_figures_of_the_thing_are_told() -> None:
    # People who came to a market did not die, whatever else their article is about.
    market = told("At noon 20 people came to the market.", "2025-05-04", "Radio North")
    # Another accident is as recent, and of the same size.
    flood = article("Eight people drowned at Orrenby.", "c.example/flood", title="Floods")
    for other in (market, flood):
        account = figures_of(FIRST, SECOND, other)
        assert account is not None
        assert [each.article for each in account.sentences] == [SECOND, FIRST]


def test_one_figure_in_many_articles_is_no_account() -> None:
    again = told("The Tolle mine fire killed seven people.", "2025-05-06", "Radio North")
    assert figures_of(FIRST, again) is None


def test_figures_half_a_year_apart_are_not_of_one_thing() -> None:
    assert figures_of(FIRST, told("Nine people died in the Tolle mine fire.", "2026-02-01")) is None


def test_a_question_for_no_quantity_has_no_figures() -> None:
    assert figures_of(FIRST, SECOND, asked="Who led the rescue at the Tolle mine?") is None
    assert figures_of(asked=ASKED) is None


def test_the_quantity_asked_for_has_a_unit_and_a_thing() -> None:
    boats = quantity("How many boats sank in May?")
    assert boats == Quantity("count", meanings("boats"), meanings("many sank in May"))
    money = quantity("How much did the new quay cost?")
    assert money is not None
    assert money.unit == "money"
    clock = quantity("What time did the fire start?")
    assert clock is not None
    assert clock.unit == "clock"


def values(sentence: str, asked: str) -> list[float]:
    found = quantity(asked)
    assert found is not None
    return [figure.value for figure in figures(sentence, found)]


def test_parts_and_additions_are_no_figures_of_the_thing() -> None:
    asked = "How many boats sank?"
    assert values("Two of the 31 boats sank.", asked) == [31.0]
    assert values("Another 4 boats sank, and 3 more burned.", asked) == []
    assert values("Some 12 boats sank and 40 houses burned.", asked) == [12.0]


def test_sums_are_read_with_their_scale_and_times_as_minutes() -> None:
    assert values("The quay cost 61 million crowns.", "How much did the quay cost?") == [61e6]
    assert values("It began at 7.30pm.", "What time did it begin?") == [19 * 60 + 30]
    assert values("It began at 12am.", "What time did it begin?") == [0.0]


def test_what_was_said_before_is_known_as_earlier() -> None:
    asked = quantity("How many people died?")
    assert asked is not None
    found = figures("Nine people died, not the seven first reported.", asked)
    assert [(figure.value, figure.earlier) for figure in found] == [(9.0, False), (7.0, True)]


WHY = "Why did the Osier dam burst?"
RAIN = told("The Osier dam burst because of three days of rain.", "2025-05-03")
CRACKS = told("The Osier dam burst owing to cracks in its wall.", "2025-05-04", "Radio North")


def test_causes_of_two_outlets_are_both_told() -> None:
    account = several_causes(WHY, hits(RAIN, CRACKS), None)
    assert account is not None
    assert account.how == "accounts"
    assert {each.article.publisher for each in account.sentences} == {"The Courier", "Radio North"}


def test_causes_are_told_where_the_best_is_close_enough_to_the_question() -> None:
    found = hits(RAIN, CRACKS)
    assert several_causes(WHY, found, lambda _question, texts: [0.5] * len(texts)) is not None
    assert several_causes(WHY, found, lambda _question, texts: [0.49] * len(texts)) is None


def test_one_outlet_or_one_cause_is_no_second_account() -> None:
    own = told("The Osier dam burst owing to cracks in its wall.", "2025-05-04")
    assert several_causes(WHY, hits(RAIN, own), None) is None
    same = told("The Osier dam burst due to three days of rain.", "2025-05-04", "Radio North")
    assert several_causes(WHY, hits(RAIN, same), None) is None
    assert several_causes("Who built the Osier dam?", hits(RAIN, CRACKS), None) is None


BURNT = told("Damage of 38 million crowns was done in the Tolle mine fire.", "2025-05-03")
DEARER = told(
    "The Tolle mine fire will cost 61 million crowns, well above the 38 million first estimated.",
    "2025-05-20",
)


def test_what_took_a_figure_back_stands_behind_it_or_first_where_the_newest_is_asked_for() -> None:
    found = hits(BURNT, DEARER)
    account = several_figures("How much money did the Tolle mine fire cost?", found, None)
    assert account is not None
    new, old = account.sentences

    def shown(form: FormName, *read: CandidateSentence) -> list[Article]:
        return [each.article for each in with_later_figures(form, read, found, None)]

    assert shown("event", old) == [BURNT, DEARER]
    assert shown("latest", old) == [DEARER, BURNT]
    # Nothing is added twice, and a question for one fact gets that fact.
    assert shown("event", new, old) == [DEARER, BURNT]
    assert shown("fact", old) == [BURNT]


def test_a_figure_that_another_outlet_gives_at_once_takes_none_back() -> None:
    account = figures_of(FIRST, RIVAL)
    assert account is not None
    _, first = account.sentences
    assert with_later_figures("event", [first], hits(FIRST, RIVAL), None) == (first,)
