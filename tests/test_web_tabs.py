"""What the tabs beside the conversation show: filters as chips, results, evidence, the archive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.maintenance.doctor.findings import Finding
from rag.web.chat import Chat
from rag.web.conversation import Conversation
from rag.web.facts import languages, sections
from rag.web.form import LIMITS, Form
from rag.web.rendering.chips import filters_html, understood_html
from rag.web.tabs.archive import health_of, overview_of, section_of
from rag.web.tabs.evidence import evidence_of
from rag.web.tabs.filters import EVERY, chosen_html, without
from rag.web.tabs.search import searched
from tests.builders import open_archive, row, write_jsonl

ROWS = [
    row(
        1,
        "The ferry sank on Friday. All were saved.",
        title="&lt;b&gt;Ferry&lt;/b&gt;",
        section="Sea & air",
    ),
    row(
        2,
        "The harbour of Marsk was flooded on Monday after three days of rain.",
        publisher="The Packet",
        date="2025-06-10",
    ),
]


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    folder = tmp_path_factory.mktemp("tabs")
    with open_archive(folder / "archive") as archive:
        archive.ingest(write_jsonl(folder / "corpus.jsonl", ROWS))
        yield Chat(archive)


@pytest.fixture
def nothing(tmp_path: Path) -> Iterator[Chat]:
    """A chat over an archive that is not there."""
    with open_archive(tmp_path / "none") as archive:
        yield Chat(archive)


def values(**given: Any) -> tuple[Any, ...]:
    """The values of the page's filters."""
    return tuple(given.get(name, [] if name == "publishers" else "") for name in LIMITS)


def test_each_filter_of_a_form_has_a_name_on_the_page() -> None:
    assert Form.of("", range(1, len(LIMITS) + 1)).as_of == len(LIMITS)  # type: ignore[comparison-overlap]
    assert Form.of("q", values()) == Form("q")


def test_a_filter_that_is_set_is_a_chip_that_drops_it() -> None:
    one = filters_html(Form("", section="Sea & <b>"), EVERY)
    assert one == (
        '<span class="chip" dir="auto"><span class="what">Section</span> Sea &amp; &lt;b&gt;'
        '<button type="button" class="drop" data-name="section" '
        'aria-label="Drop the filter Section: Sea &amp; &lt;b&gt;">×</button></span>'
    )
    several = filters_html(Form("", " 2025 ", publishers=["A", "B"], as_of=" "), EVERY)
    assert several.count('class="chip"') == 2
    assert "</span> A, B<" in several
    assert several.endswith('data-name="every">Clear all</button>')
    assert filters_html(Form("a question"), EVERY) == ""


def test_what_is_wrong_with_a_filter_is_said_in_its_place(chat: Chat) -> None:
    said = chosen_html(chat, values(published_from="soon", language="en"))
    assert said.startswith('<p class="problem" role="alert">From: &#39;soon&#39; is not a date')
    assert 'data-name="as_of"' in chosen_html(chat, values(as_of="2025"))


def test_dropping_a_filter_leaves_the_others() -> None:
    given = values(published_from="2025", publishers=["The Packet"], as_of="2025")
    assert without("publishers", given) == values(published_from="2025", as_of="2025")
    assert without(EVERY, given) == values()
    assert without("unknown", given) == given


def test_choices_are_counted_and_begin_with_any(chat: Chat, nothing: Chat) -> None:
    assert sections(chat.archive) == [("any", ""), ("Sea & air (1)", "Sea & air")]
    assert languages(chat.archive) == [("any", ""), ("en (2)", "en")]
    assert sections(nothing.archive) == languages(nothing.archive) == [("any", "")]


def test_what_words_were_taken_to_mean_is_a_chip_that_asks_again(chat: Chat) -> None:
    question = "What sank on 3 May 2025?"
    understood = chat.archive.understand(question)
    shown = understood_html(question, understood, ("before",))
    assert shown.count('class="chip"') == len(understood) == 1
    assert "&#34;before&#34;, &#34;on 3 May 2025&#34;" in shown
    assert understood_html(question, (), ()) == ""


def test_results_mark_the_words_and_escape_the_rest(chat: Chat) -> None:
    shown = searched(chat, Form("ferries"))
    assert "The <mark>ferry</mark> sank on Friday." in shown
    assert "&lt;b&gt;Ferry&lt;/b&gt;" in shown
    assert "for “ferries”" in shown
    assert "Nothing was found for “ferry”" in searched(chat, Form("ferry", "2026"))
    assert "From: &#39;soon&#39; is not a date" in searched(chat, Form("ferry", "soon"))


def test_results_show_no_syntax_of_markdown(tmp_path: Path) -> None:
    article = (
        "# Wall of **custard**\n\nThe bed is *soft clay* & see [the report](https://a.example/r)."
        "\n\n> Nobody builds on <clay>.\n"
    )
    file = tmp_path / "wall.md"
    file.write_text(article, encoding="utf-8")
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(file)
        shown = searched(Chat(archive), Form("soft clay"))
    (passage,) = re.findall(r'<p class="passage"[^>]*>(.*?)</p>', shown, re.DOTALL)
    assert passage == (
        "The bed is <mark>soft</mark> <mark>clay</mark> &amp; see the report.\n\n"
        "Nobody builds on &lt;<mark>clay</mark>&gt;."
    )


def test_the_rows_of_a_table_stay_rows_in_results(tmp_path: Path) -> None:
    file = tmp_path / "crew.txt"
    file.write_text("Boats of the ferry line.\n\nBoat | Crew\n\nHeron | 4", encoding="utf-8")
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(file)
        shown = searched(Chat(archive), Form("heron"))
    assert "ferry line.\n\nBoat | Crew\n<mark>Heron</mark> | 4</p>" in shown


def test_more_results_are_a_click_away_until_all_are_listed(tmp_path: Path) -> None:
    rows = [row(n, f"Ferry number {n} sailed to pier {n * 7}.") for n in range(1, 26)]
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
        first, more = (searched(Chat(archive), Form("+ferry"), most=most) for most in (20, 40))
    assert "The first 20 passages of 20 articles" in first
    assert 'data-most="40">Show more</button>' in first
    assert ">25 passages of 25 articles" in more
    assert "Show more" not in more


def test_evidence_is_of_the_subject_else_of_the_last_answer(chat: Chat) -> None:
    named = evidence_of(chat, Form("ferry sank"), Conversation())
    assert "Evidence for “ferry sank”" in named
    # 3 May 2025 is a Saturday.
    assert '<time datetime="2025-05-02">2 May 2025</time>' in named
    assert "Ask a question first" in evidence_of(chat, Form(""), Conversation())
    *_, last = chat.ask(
        Form("Why was the harbour of Marsk flooded after days of rain?"), Conversation()
    )
    of_answer = evidence_of(chat, Form(" "), last.conversation)
    assert "Evidence for “Why was the harbour of Marsk flooded after days of rain?”" in of_answer
    assert '<time datetime="2025-06-09">9 June 2025</time>' in of_answer
    assert "does not answer" not in of_answer
    *_, last = chat.ask(Form("Who won the zebra cup on Friday?"), Conversation())
    of_declined = evidence_of(chat, Form(""), last.conversation)
    assert "zebra cup on Friday?”, which the archive does not answer; these" in of_declined


def test_the_archive_tells_its_figures_and_lists_its_shelves(chat: Chat) -> None:
    shown = overview_of(chat)
    assert "<dt>Articles</dt><dd>2</dd>" in shown
    assert 'data-outlet="The Packet"' in shown
    assert "No input failed." in shown
    june = section_of(chat, Form(""), None, "2025-06")
    assert "Articles of June 2025" in june
    assert june.count("<li>") == 1
    none = section_of(chat, Form("", published_from="2026"), "The Courier", None)
    assert "0 articles" in none


def test_what_is_not_there_is_said_with_what_mends_it(nothing: Chat) -> None:
    for said in (
        overview_of(nothing),
        section_of(nothing, Form(""), None, "2025-06"),
        searched(nothing, Form("ferry")),
        evidence_of(nothing, Form("ferry"), Conversation()),
    ):
        assert 'role="alert"' in said
        assert "dateline ingest" in said


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([], "Nothing is wrong."),
        ([Finding("x", "note", "a <i>thing</i>", "it means", "do so")], "good to know"),
        ([Finding("x", "wrong", "a thing", "it means", "do so")], "This needs a look"),
    ],
)
def test_health_is_told_in_words(findings: Sequence[Finding], said: str) -> None:
    shown = health_of(lambda: findings)
    assert said in shown
    assert "<i>" not in shown
