"""A draft divided into sentences with exact offsets, whatever it was written with."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.drafts.sentences import draft_sentences

MARKDOWN = """---
title: Ferry
---
# Ferry sinks off Cape Orrin

By Ada Brandt

LINDOW (RNA) - The **Lindow ferry** sank on [Friday](http://x.example/a_(b)). Why did it sink?

- All 41 people were saved[^1].
- 1. The *old* ferry was built in 1962.

| Ship | Dead |
|---|---|

> ## Background
> The harbour was closed.

```
print("The ferry sank.")
```
***
"""


def read(text: str) -> list[tuple[str, str]]:
    """The words of each sentence, and why there is nothing to verify in it."""
    return [(one.words, one.nothing()) for one in draft_sentences(text)]


def test_markdown_is_read_without_its_marks() -> None:
    assert read(MARKDOWN) == [
        ("--- title: Ferry ---", "front matter"),
        ("Ferry sinks off Cape Orrin", ""),
        ("By Ada Brandt", "a byline"),
        ("The Lindow ferry sank on Friday.", ""),
        ("Why did it sink?", "a question"),
        ("All 41 people were saved.", ""),
        ("The old ferry was built in 1962.", ""),
        ("| Ship | Dead |", "a row of a table"),
        ("|---|---|", "a row of a table"),
        ("Background", "a heading"),
        ("The harbour was closed.", ""),
        ('``` print("The ferry sank.") ```', "code"),
        ("", "no words"),
    ]
    third = draft_sentences(MARKDOWN)[3]
    assert MARKDOWN[third.start : third.end] == (
        "The **Lindow ferry** sank on [Friday](http://x.example/a_(b))."
    )


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "It went at 47 km/h. Eleven were hurt. It is 5 m. Nobody minds. It cost 3 m. crowns.",
            [
                "It went at 47 km/h.",
                "Eleven were hurt.",
                "It is 5 m.",
                "Nobody minds.",
                "It cost 3 m. crowns.",
            ],
        ),
        # Only wrapped: by a mail program, in a terminal.
        (
            "The ferry sank on Friday\nwith 41 people aboard, and all\nof them were saved at noon.",
            ["The ferry sank on Friday with 41 people aboard, and all of them were saved at noon."],
        ),
        # A headline, paragraphs and a list with no blank line between them.
        (
            "Ferry sinks\nThe Lindow ferry sank on Friday, the harbour office said.\n* It burnt.",
            [
                "Ferry sinks",
                "The Lindow ferry sank on Friday, the harbour office said.",
                "It burnt.",
            ],
        ),
        # Line ends of Windows and of old Macs.
        ("It sank.\r\n\r\nIt burnt.\rIt rained.", ["It sank.", "It burnt.", "It rained."]),
        # Paragraphs indented as typewriters do it.
        ("    It sank.\n\n    It burnt.", ["It sank.", "It burnt."]),
        ("<p>It <b>sank</b>.</p>\n<p>It burnt.</p>", ["It sank.", "It burnt."]),
        # What only looks like markup stays.
        ("It cost 5 * 3 crowns, snake_case said.", ["It cost 5 * 3 crowns, snake_case said."]),
        ("桥塌了。没有人受伤。", ["桥塌了。", "没有人受伤。"]),
        ("  \n\t ", []),
        ("", []),
    ],
)
def test_a_draft_is_divided_as_its_writer_meant_it(text: str, sentences: list[str]) -> None:
    found = draft_sentences(text)
    assert [one.words for one in found] == sentences


@given(st.text(alphabet='aB1 .?!\n\r\t*_#>|-[]()`"“””:é桥', max_size=120))
def test_no_word_is_lost_and_every_offset_holds(text: str) -> None:
    found = draft_sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert len(one.words) == len(one.places)
        for character, place in zip(one.words, one.places, strict=True):
            assert one.start <= place < one.end
            assert character == text[place] or text[place].isspace()
    inside = {place for one in found for place in range(one.start, one.end)}
    outside = "".join(c for place, c in enumerate(text) if place not in inside)
    # What stands before a sentence is a list's or a quote's mark, or its number.
    assert not any(c.isalpha() for c in outside), (text, outside)


def test_a_quotation_is_found_again_in_the_draft() -> None:
    text = "He said “we had **four** minutes” to her."
    (one,) = draft_sentences(text)
    start = one.words.index("we had")
    assert one.words == "He said “we had four minutes” to her."
    first, last = one.span(start, start + len("we had four minutes"))
    assert text[first:last] == "we had **four** minutes"
