"""What an outlet says of its own article: the kind, the place and the moment."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.notices import Notice, corrected_part, find_notices, retraction, updated_at
from rag.records import Published

BODY = "The ferry Osprey sank off Brell on Friday, and four of its sailors died in the cold."


def kinds(text: str) -> list[str]:
    return [notice.kind for notice in find_notices(text)]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Correction: The Osprey had four sailors, not five.", "correction"),
        ("CORRECTION — A caption named the wrong harbour.", "correction"),
        ("Corrections & Clarifications: The toll was four.", "correction"),
        ("Correction, May 5, 2025: The toll was four.", "correction"),
        ("*An earlier version of this story misstated the toll.", "correction"),
        ("(A previous version of this article contained an error.)", "correction"),
        ("In an earlier version of this report we said that five had died.", "correction"),
        ("This story has been updated to correct the spelling of Brell.", "correction"),
        ("(This May 5 story has been corrected to say four.)", "correction"),
        ("This article was corrected on 5 May 2025.", "correction"),
        ("(Corrects paragraph 3 to say four, not five)", "correction"),
        ("(Refiles to fix typo in headline)", "correction"),
        ("Editor’s note: Earlier versions of this story misstated the toll.", "correction"),
        ("Clarification: The Osprey is licensed for the strait.", "clarification"),
        ("This story has been updated to clarify who owns the Osprey.", "clarification"),
        ("(Clarifies who owns the ferry in headline)", "clarification"),
        ("This article has been clarified to say who owns the Osprey.", "clarification"),
        ("Editor's note: Mara Lind is a former sailor.", "editor's note"),
        ("Note to readers: We will report more.", "editor's note"),
        ("Updated May 5, 2025, 3:15 p.m. ET", "update"),
        ("May 3, 2025 Updated May 5, 2025, 3:15 p.m. ET", "update"),
        ("Last updated: 5 May 2025", "update"),
        ("This story has been updated with what the owner said.", "update"),
        ("Our report was updated to add a map.", "update"),
        ("(Updates with owner's reply, changes headline)", "update"),
        ("This replaces an earlier version, which had no toll.", "replacement"),
        ("This version corrects and replaces the earlier story.", "replacement"),
        ("(Supersedes the previous version)", "replacement"),
        ("This article has been retracted.", "retraction"),
        ("This story was withdrawn because its author made up quotes.", "retraction"),
        ("The Courier has withdrawn this story.", "retraction"),
        ("We are retracting this article.", "retraction"),
        ("RETRACTED: Ferry is not to be sold", "retraction"),
        ("RETRACTED Ferry is not to be sold", "retraction"),
        ("Retraction: We said that the ferry sank. It did not.", "retraction"),
        ("Editor's note: This column has been removed from our website.", "retraction"),
    ],
)
def test_a_notice_is_known_at_the_head_and_at_the_tail(words: str, kind: str) -> None:
    start = words.index(words.strip("(*"))
    (head,) = find_notices(f"{words}\n\n{BODY}")
    assert (head.kind, head.start, head.end) == (kind, start, len(words))
    (tail,) = find_notices(f"{BODY}\n\n{words}")
    assert (tail.kind, tail.start) == (kind, len(BODY) + 2 + start)


@pytest.mark.parametrize(
    "words",
    [
        "The drug was withdrawn after two patients died.",
        "The minister has withdrawn the bill.",
        "The journal has retracted the article, its editor said.",
        "The ministry has withdrawn this report.",
        "“This article has been retracted,” the journal says on its page.",
        'The site showed a line. "This story has been retracted. We are sorry," it read.',
        "This report was revised by the ministry on Monday.",
        "Retracted claims about the ferry are still shared, the police say.",
        "The senator has withdrawn this column, his office says.",
        "Prices fell in what brokers called a correction.",
        "Updated boosters offer some protection, a study has found.",
        "The list will be updated every day.",
        "The new model replaces an earlier version of the car.",
        "An earlier version of the bill was rejected in May 2025.",
        "He said he had corrected an error in the ship's log.",
        "The town clarified where boats may moor.",
    ],
)
def test_reporting_is_no_notice(words: str) -> None:
    assert kinds(f"{words}\n\n{BODY}") == []
    assert kinds(f"{BODY}\n\n{words}") == []


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("Updated May 5, 2025, 3:15 p.m. ET", "2025-05-05T19:15Z"),
        ("Updated at 3:15 p.m. on May 5, 2025", "2025-05-05T15:15Z"),
        ("Published May 3, 2025 | Updated: 5 May 2025, 15:20 GMT", "2025-05-05T15:20Z"),
        ("Last updated 2025-05-05T10:11:12Z", "2025-05-05T10:11:12Z"),
        ("(This story was updated on Monday, May 5, 2025, to add a map.)", "2025-05-05"),
        ("Correction, May 5, 2025: The toll was four.", "2025-05-05"),
        ("Editor's note: This was first published on May 1, 2025. It is updated.", "None"),
        ("This story has been updated to say that the vote of May 5, 2025 is void.", "None"),
        ("Correction: The ferry sank on May 3, 2025.", "None"),
    ],
)
def test_the_moment_is_that_of_the_change(words: str, at: str) -> None:
    (notice,) = find_notices(f"{words}\n\n{BODY}")
    assert str(notice.at) == at


@pytest.mark.parametrize(
    ("words", "published", "at"),
    [
        ("Correction, 3 April: Four died.", (2026, 3, 13), "2026-04-03"),
        ("Correction, April 3: Four died.", (2026, 4, 3), "2026-04-03"),
        ("Editor’s note, Jan. 2: This story was updated.", (2025, 12, 30), "2026-01-02"),
        ("This story was updated at 3:15 p.m. on Friday, Jan. 2.", (2025, 12, 30), "2026-01-02"),
        ("Correction, 2 April: Four died.", (2026, 4, 3), "None"),
        ("Correction, 3 April: Four died.", None, "None"),
        ("Correction, May 31, 2025: Four died.", (2026, 4, 3), "2025-05-31"),
        ("Correction, 31 June: Four died.", (2026, 4, 3), "None"),
    ],
)
def test_a_day_without_a_year_follows_the_publication(
    words: str, published: tuple[int, int, int] | None, at: str
) -> None:
    day = Published(datetime(*published, tzinfo=UTC), "day") if published else None
    assert [str(each.at) for each in find_notices(f"{words}\n\n{BODY}", day)] == [at]


def test_the_latest_moment_counts_and_there_may_be_none() -> None:
    text = f"Updated May 5, 2025\n\n{BODY}\n\nCorrection, May 7, 2025: Four died."
    assert str(updated_at(find_notices(text))) == "2025-05-07"
    assert updated_at(find_notices(BODY)) is None
    assert updated_at([Notice("correction", 0, 9)]) is None


def test_a_notice_in_the_middle_is_somebody_elses() -> None:
    words = "This article has been retracted."
    paragraphs = [f"{BODY} {n}" for n in range(20)]
    assert kinds("\n\n".join([*paragraphs[:10], words, *paragraphs[10:]])) == []
    # Of a retraction even the fourth paragraph is too far in.
    assert kinds("\n\n".join([*paragraphs[:3], words, *paragraphs[3:]])) == []
    assert kinds("\n\n".join([*paragraphs[:2], words, *paragraphs[2:]])) == ["retraction"]


def test_a_notice_may_follow_other_words_of_its_paragraph() -> None:
    text = f"{BODY}\n\nContributing: Mara Lind.This story was updated to add a map."
    (notice,) = find_notices(text)
    assert text[notice.start : notice.end] == "This story was updated to add a map."


def test_a_whole_article_is_taken_back_or_not() -> None:
    text = f"{BODY}\n\n*This article\nhas been retracted.\n\n"
    assert retraction(text) == "This article has been retracted."
    assert retraction(f"Correction: Four died.\n\n{BODY}") == ""
    assert retraction(f"The drug was withdrawn.\n\n{BODY}") == ""


def test_what_is_taken_back_follows_the_words_that_take_it_back() -> None:
    assert corrected_part("An earlier version of this story misstated the toll.") == " the toll."
    assert (
        corrected_part("Our story wrongly gave the toll as five, in error.")
        == " the toll as five, in error."
    )
    assert corrected_part("The story said five.") is None


@given(
    st.lists(
        st.sampled_from(
            [
                "Updated May 5, 2025",
                "Correction: ",
                "This article has been retracted.",
                BODY,
                "\n\n",
                "\n",
                "(",
                "“",
                "*",
                " ",
                "é",
                "An earlier version of this story",
                "misstated",
                "\u2028",
                ".",
            ]
        )
    )
)
def test_notices_are_ordered_spans_of_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    found = find_notices(text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("This story has been withdrawn because it was made up. Ann fled.", "made up."),
        ("RETRACTED: Ann Orr fled the town. She is in Sochi.", "RETRACTED"),
        ("Retraction: We retract this article. Its author made it up.", "made it up."),
        ("Editor's note: This article has been retracted. We are sorry.", "We are sorry."),
    ],
)
def test_a_retraction_tells_nothing_of_what_it_takes_back(text: str, told: str) -> None:
    found = retraction(f"{text}\n\n{BODY}")
    assert found.endswith(told)
    assert "Ann" not in found


@pytest.mark.parametrize(
    "words",
    [
        "In einer früheren Version dieses Artikels hieß es, das Rohr sei 421 Meter lang.",
        "Dans une première version de cet article, la conduite mesurait 421 mètres.",
        "Una versión anterior de esta noticia decía que eran 421 metros.",
        "Erramos: versão anterior deste texto informava 421 metros.",
        "In een eerdere versie van dit artikel stond 421 meter.",
    ],
)
def test_corrections_of_other_languages_are_corrections(words: str) -> None:
    text = f"{'It rained. ' * 12}\n\n{words}"
    assert [(each.kind, text[each.start : each.end]) for each in find_notices(text)] == [
        ("correction", words)
    ]
