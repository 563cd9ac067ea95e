from __future__ import annotations

import html
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from rag.answers.wording import introduction
from rag.archive import Archive
from rag.cli.samples import example_questions, sample_folder
from rag.cli.serving import build_if_missing
from rag.conversations.escaping import language_code, text, web_address
from rag.errors import ConfigError
from rag.language.words import shortened
from rag.llms import ScriptedModel
from rag.records import (
    Answer,
    Article,
    Citation,
    Claim,
    Filters,
    Hit,
    Message,
    Passage,
    Published,
    Span,
    Understood,
    Verdict,
    WayOn,
)
from rag.store import Selection
from rag.verification.citing import FOUND
from rag.verification.quotes.records import Change, RecheckedCitation
from rag.web.chat import GONE, UNEXPECTED, Chat, Frame, in_page_words
from rag.web.conversation import Conversation, Reference, Turn, references
from rag.web.facts import facts_html, is_growing, outlets
from rag.web.form import Form
from rag.web.preparation import Preparation
from rag.web.rendering.answers import answer_html, partial_html, turn_html
from rag.web.rendering.article import article_html, panel_error
from rag.web.rendering.chips import understood_html
from rag.web.rendering.marks import verdict_mark
from rag.web.rendering.start import start_html
from rag.web.rendering.steps import describe_filters
from rag.web.server.serving import listen, page_address
from rag.web.views.opened import OpenedArticle
from rag.web.views.start import Start
from tests.builders import article, open_archive, row, write_jsonl

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SEEDS = Path(__file__).parent.parent / "seeds"
STEPS = "How this was found"
ODD = st.text(alphabet="ab .<>&\"'\n\r\t[]()!1*_`${}#\u202e\u00a0é", max_size=60)


class Seen(HTMLParser):
    """What a browser would make of HTML: its tags, its links, its text, and the marked text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.marked = ""
        self._in_mark = False
        self.feed(str(markup))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self._in_mark = self._in_mark or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = self._in_mark and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data if self._in_mark else ""


def answered(*quotes: tuple[Article, int, int], **fields: object) -> Answer:
    """An answer in the articles' own words, one paragraph for each quote."""
    citations = [Citation(n, *quote) for n, quote in enumerate(quotes, start=1)]
    lines = [f"{introduction(c.article)}{c.quote} [{c.number}]" for c in citations]
    starts = [sum(len(line) + 2 for line in lines[:n]) for n in range(len(lines))]
    claims = tuple(
        Claim(start, start + len(line), (citation.number,), "supported")
        for start, line, citation in zip(starts, lines, citations, strict=True)
    )
    whole = Answer("Q?", "Q?", "\n\n".join(lines), NOW, claims, tuple(citations))
    return replace(whole, **fields)  # type: ignore[arg-type]


def said(markup: str) -> str:
    """The text of an answer without the steps that led to it."""
    return Seen(markup).text.partition(STEPS)[0]


def hit(of: Article, rank: int = 1, start: int = 0, end: int = 3) -> Hit:
    return Hit(Passage(rank, of.id, of.revision, start, end), of, 1.0, rank)


def reference(of: Article, start: int, end: int) -> Reference:
    return Reference("cite", of.id, of.revision, start, end)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("a\r\nb\rc", "a&#13;\nb&#13;c"),
        ("a\0b\ud800c", "a\ufffdb\ufffdc"),
        ("**bold** ![x](http://e.example/p.png) ${1+1} {{a}}", None),
    ],
)
def test_text_is_escaped_and_nothing_else(value: str, shown: str | None) -> None:
    assert str(text(value)) == (value if shown is None else shown)


@given(ODD)
def test_a_browser_reads_escaped_text_as_it_was(value: str) -> None:
    assert html.unescape(str(text(value))) == value
    assert not set(text(value)) & set("<>\"'\r")


@given(ODD, st.integers(1, 20))
def test_shortened_text_is_one_line_within_the_limit(value: str, limit: int) -> None:
    short = shortened(value, limit)
    assert len(short) <= limit
    assert short == " ".join(value.split()) or short.endswith("…")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://a.example/1", "https://a.example/1"),
        (" http://a.example ", "http://a.example"),
        ("javascript:alert(1)", ""),
        ("JAVASCRIPT://a.example/%0aalert(1)", ""),
        ("data:text/html,x", ""),
        ("//a.example/1", ""),
        ("https:/a", ""),
        ("https://[oops", ""),
        ("", ""),
    ],
)
def test_only_http_addresses_become_links(url: str, address: str) -> None:
    assert web_address(url) == address


def test_only_language_codes_are_passed_on() -> None:
    assert [language_code(code) for code in ("de", "EN", 'x" onload="', "")] == ["de", "", "", ""]


def test_an_article_is_shown_whole_with_the_cited_words_marked() -> None:
    story = replace(
        article("By A. Smith\n\nIt sank. All <lived>.\nNone was hurt.", title="A & B"),
        authors=("A. Smith",),
        section="Region",
        furniture=(Span(0, 11, "byline"),),
    )
    opened = OpenedArticle(story, 1, ("Radio North", "<The Packet>"))
    shown = article_html(opened, "cite-1-1", reference(story, 13, 21))
    head, tools, body = shown.partition('<div class="tools"')
    assert head == (
        '<article data-key="cite-1-1" lang="en"><header><p class="outlet">The Courier</p>'
        '<h2 dir="auto">A &amp; B</h2><p class="facts">By A. Smith '
        '<span class="dot" aria-hidden="true">·</span> <time datetime="2025-05-03">'
        "3 May 2025</time> "
        '<span class="dot" aria-hidden="true">·</span> Region '
        '<span class="dot" aria-hidden="true">·</span> '
        '<a class="original" href="https://courier.example/ferry#:~:text=It%20sank." '
        'target="_blank" rel="noopener noreferrer nofollow">Original'
        '<span class="unseen"> (opens in a new tab)</span></a></p>'
        '<p class="also">Also carried by Radio North, &lt;The Packet&gt;</p></header>'
    )
    assert tools
    assert body.partition('<div class="body">')[2] == (
        '<p dir="auto" class="aside folded">'
        '<span class="furniture byline">By A. Smith</span></p>\n'
        '<p dir="auto"><mark id="cite-target" class="cite" tabindex="-1">It sank.</mark>'
        " All &lt;lived&gt;.\nNone was hurt.</p>\n</div>"
        '<p class="return"><a class="back" href="#cite-1-1">Back to the answer</a></p></article>'
    )


def test_the_page_of_a_paged_article_is_named() -> None:
    report = Article("report.pdf", "", "", "One. Two. Three.", pages=(0, 5, 10))
    one = article_html(OpenedArticle(report, 1), "cite-1-1", reference(report, 5, 9))
    assert "date unknown · page 2‹" in Seen(one).text
    two = article_html(OpenedArticle(report, 1), "cite-1-1", reference(report, 5, 16))
    assert "date unknown · pages 2–3‹" in Seen(two).text


def test_what_is_not_known_of_an_article_is_said_or_left_out() -> None:
    bare = replace(article(day="", publisher="", language="??"), url="javascript:alert(1)")
    shown = article_html(OpenedArticle(bare, 1), "cite-1-1", reference(bare, 0, 3))
    assert '<p class="outlet">Outlet unknown</p>' in shown
    assert '<h2 dir="auto">courier.example/ferry</h2>' in shown
    assert Seen(shown).text.startswith("Outlet unknowncourier.example/ferrydate unknown‹")
    assert 'lang=""' in shown
    assert "javascript" not in shown


def test_a_moment_is_given_in_the_time_of_its_zone() -> None:
    published = Published(datetime(2025, 5, 3, 4, 5, tzinfo=UTC), "minute", "+02:00")
    second = replace(article(), revision=2, published=published)
    shown = article_html(OpenedArticle(second, 2), "cite-1-1", reference(second, 0, 3))
    assert "3 May 2025, 06:05 +02:00 · revision 2 · Original" in Seen(shown).text
    assert "superseded" not in shown


def test_a_superseded_revision_says_what_has_become_of_the_cited_words() -> None:
    story = replace(article("It cost 47 crowns."), revision=2)
    place = reference(story, 0, 18)
    changes = (Change("same", "It cost", "It cost"), Change("replaced", "47", "<41>"))
    now = RecheckedCitation(1, story.id, "changed", "", "", "It cost <41>", 5, 17, changes)
    shown = article_html(OpenedArticle(story, 3, now=now), "cite-1-1", place)
    assert (
        "This is revision 2. The outlet has published a later text, revision 3." in Seen(shown).text
    )
    assert "are not in it any more; where they were, it reads:" in shown
    assert (
        'It cost <del><span class="unseen">was: </span>47</del> '
        '<ins><span class="unseen">is: </span>&lt;41&gt;</ins></p>'
    ) in shown
    assert 'data-place="[&#34;courier.example/ferry&#34;, 3, 5, 17]"' in shown
    same = replace(now, status="holds", stored="It cost 47 crowns.", changes=())
    shown = article_html(OpenedArticle(story, 3, now=same), "cite-1-1", place)
    assert "The marked words are still in it." in shown
    assert "<del>" not in shown
    gone = replace(now, stored="", changes=())
    shown = article_html(OpenedArticle(story, 3, now=gone), "cite-1-1", place)
    assert "The marked words are not in it, nor anything like them." in shown


def test_an_error_in_the_panel_is_escaped_and_announced() -> None:
    shown = panel_error("no article '<b>'")
    assert 'role="alert"' in shown
    assert "<p>no article &#39;&lt;b&gt;&#39;</p>" in shown


def test_a_verbatim_claim_shows_its_origin_its_words_and_its_link() -> None:
    story = article('It "sank" [2] <i>. So it did.')
    shown = answer_html(answered((story, 0, 18)), 4)
    assert shown.startswith(
        '<div class="answer"><blockquote class="quoted"><p dir="auto">'
        '<span class="origin">The Courier, 3 May 2025: </span>'
        "<q>It &#34;sank&#34; [2] &lt;i&gt;.</q> "
        '<a class="cite" href="#cite-4-1" data-place="[&#34;courier.example/ferry&#34;, 1, 0, 18]"'
        ' data-kind="cite" aria-label="[1] The Courier, 3 May 2025"'
        ' aria-describedby="tip-cite-4-1">[1]</a></p></blockquote></div><details class="steps">'
    )
    assert shown.endswith(
        '<div class="tips"><div class="tip" role="tooltip" id="tip-cite-4-1">'
        '<p class="origin">The Courier, 3 May 2025</p>'
        '<p dir="auto">“It &#34;sank&#34; [2] &lt;i&gt;.”</p></div></div>'
    )


def test_words_that_open_with_a_mark_of_their_own_get_no_marks_around_them() -> None:
    story = article("“It sank,” said Orr. So it did.")
    shown = answer_html(answered((story, 0, 20)), 4)
    assert '<q class="marked">“It sank,” said Orr.</q>' in shown


def test_a_bracketed_number_within_quoted_words_is_no_link() -> None:
    first, second = article("Rule [2] holds."), article("Rule [1] fell.", "courier.example/2")
    shown = answer_html(answered((first, 0, 15), (second, 0, 14)), 1)
    assert Seen(shown).links == ["#cite-1-1", "#cite-1-2"]
    assert said(shown) == (
        "The Courier, 3 May 2025: Rule [2] holds. [1]The Courier, 3 May 2025: Rule [1] fell. [2]"
    )


def test_a_model_answer_links_each_marker_and_shows_those_that_point_nowhere() -> None:
    story = article("The ferry sank. Nobody drowned.")
    text = "It sank [1] and all lived [1][2].\n\nA whale did it [7]. See [3]."
    claims = (
        Claim(0, 33, (1, 2), "supported"),
        Claim(35, 63, (), "unsupported", ("no article says <so>",)),
    )
    citations = (Citation(1, story, 0, 15), Citation(2, story, 16, 31))
    answer = Answer("Q?", "Q?", text, NOW, claims=claims, citations=citations, unresolved=(7,))
    shown = answer_html(answer, 2)
    assert Seen(shown).links == ["#cite-2-1", "#cite-2-1", "#cite-2-2"]
    assert said(shown) == (
        "It sank [1] and all lived [1][2]. ✓ supported"
        "A whale did it [7?] (points at no article). See [3]. ✕ not supported"
        "The answer cites [7], which no article in the archive stands behind."
    )
    assert '<button type="button" class="verdict unsupported" aria-describedby="why-2-2">' in shown
    assert (
        'role="tooltip" id="why-2-2"><p class="origin">Not supported</p>'
        '<p dir="auto">no article says &lt;so&gt;</p></div>'
    ) in shown
    assert shown.count('id="tip-cite-2-1"') == 1


def test_what_was_found_elsewhere_says_so() -> None:
    found = verdict_mark(Claim(0, 3, (1,), "supported", (FOUND,)), 1, 1)
    assert '<button type="button" class="verdict supported" aria-describedby="why-1-1">' in found
    plain = verdict_mark(Claim(0, 3, (1,), "supported", ("the article says it",)), 1, 1)
    assert "<button" not in plain


@pytest.mark.parametrize(
    ("verdict", "mark"),
    [
        ("supported", "✓ supported"),
        ("partly", "◐ partly supported"),
        ("unsupported", "✕ not supported"),
        ("quote altered", "≠ quotation altered"),
    ],
)
def test_each_verdict_has_a_sign_and_words_of_its_own(verdict: Verdict, mark: str) -> None:
    shown = verdict_mark(Claim(0, 3, (), verdict), 1, 1)
    assert Seen(shown).text == f" {mark}"
    assert f'class="verdict {verdict.replace(" ", "-")}"' in shown


def test_a_declined_answer_offers_each_of_the_nearest_articles_once() -> None:
    one, two = article(title="<One>"), article(article_id="b", title="Two", publisher="")
    three, four = article(article_id="c", day=""), article(article_id="d")
    hits = tuple(hit(a, n) for n, a in enumerate([one, one, two, three, four], start=1))
    declined = Answer(
        "Q?",
        "Q?",
        "The archive does not answer this. Nearest articles:\n\n- The Courier: One",
        NOW,
        hits=hits,
        abstained=True,
        reason="found but not answered: articles come near <it>",
        ways_on=(
            WayOn("drop the filter on dates", "Q?", drop=("published_from", "published_before")),
            WayOn("did you mean “<Marsk>”?", "<Marsk>?"),
            WayOn("ask with other words"),
        ),
    )
    shown = answer_html(declined, 5)
    assert shown.startswith(
        '<div class="declined"><p class="no-answer">The archive does not answer this.</p>'
        '<p class="because">Articles come near &lt;it&gt;.</p>'
        '<h3 class="nearest">Nearest articles</h3><ul>'
        '<li><a class="near" href="#near-5-1" '
        'data-place="[&#34;courier.example/ferry&#34;, 1, 0, 3]" data-kind="near">'
        '<span class="origin">The Courier, 3 May 2025: </span>&lt;One&gt;</a></li>'
    )
    assert Seen(shown).links == ["#near-5-1", "#near-5-2", "#near-5-3"]
    assert shown.partition("</details>")[0].count("<li>") == 6
    assert (
        '<h3 class="tries">What you can try</h3><ul>'
        '<li><button type="button" class="way" data-question="Q?" data-without="[]" '
        'data-drop="[&#34;published_from&#34;, &#34;published_before&#34;]">'
        "Drop the filter on dates</button></li>"
        '<li><button type="button" class="way" data-question="&lt;Marsk&gt;?" data-without="[]" '
        'data-drop="[]">Did you mean “&lt;Marsk&gt;”?</button></li>'
        "<li>Ask with other words</li></ul></div>"
    ) in shown


def test_a_way_on_keeps_what_was_dropped_before_where_its_question_has_the_words() -> None:
    ways = (WayOn("ask without “today”", "Who is Ann today?", ignore=("today",)),)
    ways += (WayOn("did you mean “Anna”?", "Who is Anna today?"),)
    ways += (WayOn("ask what the archive has on “Ann”", "Tell me about Ann."),)
    declined = Answer("Who is Ann today?", "Q", "No.", NOW, abstained=True, ways_on=ways)
    shown = answer_html(declined, 1, without=["who is", "last week"])
    without = re.findall(r'class="way" data-question="[^"]*" data-without="([^"]*)"', shown)
    assert [json.loads(html.unescape(each)) for each in without] == [
        ["who is", "last week", "today"],
        ["who is"],
        [],
    ]


def test_a_declined_answer_shows_its_nearest_sentences_as_such() -> None:
    story = article("The ferry <sailed>. It sank.")
    declined = Answer(
        "Who steered?",
        "Who steered?",
        "The archive reports on the ferry, but names no helmsman. Nearest sentences:",
        NOW,
        citations=(Citation(1, story, 0, 19), Citation(2, story, 20, 28)),
        hits=(hit(story),),
        abstained=True,
    )
    shown = answer_html(declined, 4)
    assert said(shown).startswith(
        "The archive reports on the ferry, but names no helmsman.Nearest"
        "The Courier, 3 May 2025: The ferry <sailed>. [1]"
        "The Courier, 3 May 2025: It sank. [2]"
    )
    assert Seen(shown).links == ["#near-4-1", "#near-4-2"]
    assert 'id="tip-near-4-2"' in shown
    assert not any(words in shown for words in ("supported", "Nearest articles", "cite-4-1"))
    assert references(4, declined) == {
        "near-4-1": Reference("near", story.id, 1, 0, 19),
        "near-4-2": Reference("near", story.id, 1, 20, 28),
    }


def test_what_a_follow_up_was_taken_to_mean_can_be_edited() -> None:
    follow_up = replace(answered((article(), 0, 3)), standalone="Who <steered> the ferry?")
    assert (
        '</div><p class="taken">Understood as: <button type="button" class="edit" dir="auto" '
        'data-question="Who &lt;steered&gt; the ferry?" title="Edit this question">'
        "Who &lt;steered&gt; the ferry?</button></p>"
    ) in answer_html(follow_up, 2)
    same = replace(follow_up, standalone=f" {follow_up.question}  ")
    assert "Understood as" not in answer_html(same, 2)


def test_a_reading_that_was_dropped_can_be_taken_back() -> None:
    form = Understood("Who is", 0, 6, "who or what “Ann” is", Filters(), strict=False)
    shown = understood_html("Who is Ann today?", [form], ["today"])
    assert Seen(shown).text == "“Who is” read as: who or what “Ann” is×“today” not used↺"
    without = re.findall(r'data-without="([^"]*)"', shown)
    assert [json.loads(html.unescape(each)) for each in without] == [["today", "Who is"], []]


def test_a_declined_answer_with_nothing_near_is_one_sentence() -> None:
    nothing = Answer("Q?", "Q?", "The archive holds nothing on this.", NOW, abstained=True)
    assert answer_html(nothing, 1).startswith(
        '<div class="declined"><p class="no-answer">The archive holds nothing on this.</p></div>'
    )


def test_notes_filters_and_coverage_are_told() -> None:
    filters = Filters(
        datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC), ("A <x>", "B"), "de"
    )
    answer = answered((article(), 0, 3), filters=filters, coverage=0.25, notes=("Fell back.",))
    assert said(answer_html(answer, 1, as_of="2025-05")).endswith(
        "Fell back."
        "Searched only from 2025-03-01, before 2025-04-01, by A <x> or B, in language 'de', "
        "what was published up to 2025-05."
        "25% of the archive could be searched by meaning, the rest by its words."
    )
    assert describe_filters(Filters()) == ""


@given(ODD.filter(lambda value: bool(value.strip())), ODD)
def test_no_text_becomes_markup_in_an_answer(quoted: str, publisher: str) -> None:
    story = article(quoted, publisher=publisher, title=publisher)
    shown = turn_html(1, quoted, answer_html(answered((story, 0, len(quoted))), 1))
    seen = Seen(shown)
    steps = {"details", "summary", "dl", "dt", "dd"}
    words = {"section", "h2", "div", "p", "span", "a", "button", "blockquote", "q"}
    assert set(seen.tags) <= words | steps
    assert set(seen.links) <= {"#cite-1-1"}


def test_a_reply_in_the_making_has_no_links_and_a_stopped_one_says_so() -> None:
    assert partial_html("One [1].\n\n<b>") == (
        '<div class="streaming"><p dir="auto">One [1].</p><p dir="auto">&lt;b&gt;</p></div>'
        '<p class="working">Writing; not checked yet</p>'
    )
    assert partial_html("One [1].", stopped=True) == (
        '<div class="unchecked"><p dir="auto">One [1].</p></div><p class="note">Stopped: not '
        "checked. Nothing above has been compared with the articles.</p>"
    )
    assert partial_html(" ", stopped=True) == '<p class="note">Stopped.</p>'


def test_the_welcome_offers_examples_where_there_are_any() -> None:
    assert '<button type="button" class="example">A &lt;b&gt;?</button>' in start_html(
        Start(examples=("A <b>?",))
    )
    assert "For example" not in start_html(Start())


def test_links_lead_to_the_revision_they_were_made_from() -> None:
    story = replace(article(), revision=2)
    kept = references(3, answered((story, 0, 3), (story, 4, 9)))
    assert kept == {
        "cite-3-1": Reference("cite", story.id, 2, 0, 3),
        "cite-3-2": Reference("cite", story.id, 2, 4, 9),
    }
    declined = Answer("Q?", "Q?", "No.", NOW, hits=(hit(story, start=2, end=8),), abstained=True)
    assert references(3, declined) == {"near-3-1": Reference("near", story.id, 2, 2, 8)}


def test_a_conversation_is_the_history_of_the_next_question() -> None:
    place = Reference("cite", "a", 1, 0, 1)
    said = Conversation().with_turn(Turn("One?", "<1>", "Yes.", {"cite-1-1": place}))
    said = said.with_turn(Turn("Two?", "<2>"))
    assert said.history() == [
        Message("user", "One?"),
        Message("assistant", "Yes."),
        Message("user", "Two?"),
    ]
    assert said.html() == ["<1>", "<2>"]
    assert said.reference("cite-1-1") == place
    assert said.reference("cite-2-1") is None
    assert said.first_key() == ""
    assert Conversation(said.turns[:1]).first_key() == "cite-1-1"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    rows = [
        row(1, "The Lindow ferry sank on Friday. All passengers lived."),
        row(2, "Rain fell in Marsk. The old harbour flooded.", publisher="The Packet"),
    ]
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "rows.jsonl", rows))
        yield opened


def frames(chat: Chat, question: str, said: Conversation | None = None, **form: str) -> list[Frame]:
    return list(chat.ask(Form(question, **form), said or Conversation()))


def test_an_answer_comes_with_the_first_cited_article_opened(archive: Archive) -> None:
    first, *_, last = frames(Chat(archive), "When was it that the Lindow ferry sank?")
    assert (first.question, first.panel) == ("", None)
    assert first.turns
    assert 'aria-busy="true"' in first.turns[-1]
    assert "Searching the archive" in (first.turns or ())[0]
    assert (last.question, last.problem) == (None, "")
    assert last.turns
    assert 'aria-busy="false"' in last.turns[-1]
    assert Seen((last.turns or ())[0]).links[0] == "#cite-1-1"
    assert Seen(last.panel or "").marked == "The Lindow ferry sank on Friday."
    assert last.conversation.turns[0].finished


def test_a_declined_answer_opens_the_nearest_article(archive: Archive) -> None:
    last = frames(Chat(archive), "Which zebra played on Friday?")[-1]
    assert 'class="declined"' in (last.turns or ())[0]
    assert 'class="near"' in (last.panel or "")


@pytest.mark.parametrize(
    ("question", "form", "problem"),
    [
        ("  ", {}, "the question is empty; ask about something in the archive"),
        ("why " * 1001, {}, "the question has 4,004 characters; 4,000 are the most"),
        (
            "Ferry?",
            {"published_from": "someday"},
            "From: 'someday' is not a date; write it as 2020-09-11, 2020-09 or 2020",
        ),
        (
            "Ferry?",
            {"published_to": "<b>"},
            "To: '<b>' is not a date; write it as 2020-09-11, 2020-09 or 2020",
        ),
        (
            "Ferry?",
            {"as_of": "never"},
            "As of: 'never' is not a date; write it as 2020-09-11, 2020-09 or 2020",
        ),
    ],
)
def test_what_cannot_be_asked_is_handed_back_with_the_reason(
    archive: Archive, question: str, form: dict[str, str], problem: str
) -> None:
    said = frames(Chat(archive), "Ferry?")[-1].conversation
    last = frames(Chat(archive), question, said, **form)[-1]
    assert (last.question, last.problem) == (question, problem)
    assert last.conversation == said
    assert last.panel is None


def test_filters_are_applied(archive: Archive) -> None:
    question = "What flooded, the old harbour?"
    form = Form(question, publishers=["The Packet"], published_from=" 2025 ", as_of="2025-06")
    last = list(Chat(archive).ask(form, Conversation()))[-1]
    seen = Seen((last.turns or ())[0])
    assert "The old harbour flooded." in seen.text
    assert "from 2025-01-01, by The Packet, what was published up to 2025-06." in seen.text
    early = frames(Chat(archive), "What flooded, the old harbour?", as_of="2024")[-1]
    assert "The archive holds nothing on this." in (early.turns or ())[0]


def test_a_follow_up_is_asked_with_the_conversation(archive: Archive) -> None:
    model = ScriptedModel("The ferry sank [1].", "All of them [1].")
    chat = Chat(archive, model)
    said = frames(chat, "When was it that the Lindow ferry sank?")[-1].conversation
    last = frames(chat, "And did they live?", said)[-1]
    asked = [message.content for message in model.asked[1]]
    assert "When was it that the Lindow ferry sank?" in " ".join(asked)
    assert [len(last.turns or ()), last.conversation.turns[1].question] == [2, "And did they live?"]


def test_pieces_are_shown_while_they_come(archive: Archive) -> None:
    _, *middle, last = frames(Chat(archive, ScriptedModel("It sank [1].")), "Lindow ferry?")
    assert all('aria-busy="true"' in (frame.turns or ())[0] for frame in middle)
    assert middle[-1].conversation.turns[-1].text == "It sank [1]."
    assert not middle[-1].conversation.turns[-1].finished
    assert "It sank [1]." in Seen((middle[-1].turns or ())[0]).text
    assert 'href="#cite-1-1"' not in (middle[-1].turns or ())[0]
    assert 'href="#cite-1-1"' in (last.turns or ())[0]


def test_an_unforeseen_failure_is_logged_not_shown(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        last = frames(
            Chat(archive, ScriptedModel(ZeroDivisionError())),
            "When was it that the Lindow ferry sank?",
        )[-1]
    assert (last.problem, last.question) == (
        UNEXPECTED.format("question"),
        "When was it that the Lindow ferry sank?",
    )
    assert "ZeroDivisionError" in caplog.text


def test_an_archive_that_is_not_there_is_a_problem_with_a_remedy(tmp_path: Path) -> None:
    chat = Chat(open_archive(tmp_path / "none"))
    problem = frames(chat, "Ferry?")[-1].problem or ""
    assert problem.startswith("there is no archive in ")
    assert facts_html(chat).startswith("there is no archive in ")
    assert outlets(chat.archive) == []
    assert not is_growing(chat.archive)


def test_stopping_keeps_what_was_written_and_touches_no_finished_answer(archive: Archive) -> None:
    chat = Chat(archive)
    begun = frames(chat, "Lindow ferry?")[0].conversation
    stopped = chat.stop(begun)
    assert "Stopped." in (stopped.turns or ())[0]
    assert stopped.conversation.turns[0].finished
    assert 'aria-busy="false"' in (stopped.turns or ())[0]
    done = frames(chat, "Lindow ferry?")[-1].conversation
    assert chat.stop(done).conversation == done
    assert chat.stop(Conversation()).conversation == Conversation()


def test_a_new_conversation_starts_with_the_welcome(archive: Archive) -> None:
    frame = Chat(archive, examples=["Who sank?"]).clear()
    assert frame.conversation == Conversation()
    assert "Who sank?" in (frame.turns or ())[0]
    assert "Choose a citation" in (frame.panel or "")


def test_a_key_opens_only_what_its_own_conversation_cites(archive: Archive) -> None:
    chat = Chat(archive)
    mine = frames(chat, "When was it that the Lindow ferry sank?")[-1].conversation
    assert Seen(chat.panel("cite-1-1", mine)).marked == "The Lindow ferry sank on Friday."
    for key in ("cite-9-9", "../../etc/passwd", ""):
        assert GONE in chat.panel(key, mine)
    assert GONE in chat.panel("cite-1-1", Conversation())


def test_an_article_that_is_gone_is_reported_in_the_panel(archive: Archive) -> None:
    lost = Turn("Q?", "", references={"cite-1-1": Reference("cite", "a.example/x", 1, 0, 1)})
    shown = Chat(archive).panel("cite-1-1", Conversation((lost,)))
    assert 'role="alert"' in shown
    assert "a.example/x" in shown


def test_a_revised_article_is_shown_as_it_was_cited(archive: Archive, tmp_path: Path) -> None:
    chat = Chat(archive)
    said = frames(chat, "When was it that the Lindow ferry sank?")[-1].conversation
    revised = [row(1, "Correction: the Lindow ferry sank on Sunday.")]
    archive.ingest(write_jsonl(tmp_path / "revised.jsonl", revised))
    shown = Seen(chat.panel("cite-1-1", said))
    assert shown.marked == "The Lindow ferry sank on Friday."
    assert "The outlet has published a later text, revision 2." in shown.text
    assert "where they were, it reads:" in shown.text


def test_error_messages_name_the_fields_of_the_page() -> None:
    assert in_page_words("--as-of 'x' is not a date") == "As of: 'x' is not a date"
    assert in_page_words("nothing to say") == "nothing to say"


def test_the_facts_count_articles_outlets_and_coverage(archive: Archive, tmp_path: Path) -> None:
    assert facts_html(Chat(archive)) == (
        '2 articles · 2 outlets<span class="how"> · searched by words and meaning · '
        "answered in the articles&#39; own words</span>"
    )
    assert outlets(archive) == [
        ("The Courier (1)", "The Courier"),
        ("The Packet (1)", "The Packet"),
    ]
    archive.ingest(
        write_jsonl(tmp_path / "more.jsonl", [row(3, "Snow."), row(4, "Hail.")]), vectors=False
    )
    assert is_growing(archive)
    assert facts_html(Chat(archive, ScriptedModel())) == (
        '4 articles · 2 outlets<span class="how"> · searched by words, 50% by meaning so far · '
        "worded by scripted</span>"
    )


def test_examples_are_those_whose_articles_the_archive_holds(
    archive: Archive, tmp_path: Path
) -> None:
    held, absent = ["courier.example/1"], ["courier.example/99"]
    rows: list[dict[str, object]] = [
        {"question": "What of the absent?", "gold_ids": absent, "example": True},
        {"question": "What became of the ferry?", "gold_ids": held, "example": True},
        {"question": "How many ferry trips became rare?", "gold_ids": held},
        {"question": "How much rain?", "gold_ids": held, "example": True},
    ]
    path = write_jsonl(tmp_path / "questions.jsonl", rows)
    assert example_questions(path, archive) == ["What became of the ferry?", "How much rain?"]
    assert example_questions(tmp_path / "none.jsonl", archive) == []


def test_the_examples_of_the_sample_articles_are_answered_from_their_articles(
    tmp_path: Path,
) -> None:
    path = SEEDS / "questions.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    gold = {row["question"]: row["gold_ids"] for row in rows if row.get("example")}
    with open_archive(tmp_path / "samples") as archive:
        archive.ingest(SEEDS, vectors=False)
        assert example_questions(path, archive) == list(gold)
        for question, articles in gold.items():
            answer = archive.ask(question)
            assert answer.evidence[0].article.id in articles, question
    assert len(gold) == 4


def test_a_taken_port_is_named_with_the_setting_that_mends_it() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} of 127.0.0.1 .*; set DATELINE_PORT"):
            listen("127.0.0.1", port)


def test_a_host_that_is_not_this_machine_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'no such host' is not an address.*DATELINE_HOST"):
        listen("no such host", 0)


def test_the_address_can_be_typed_into_a_browser() -> None:
    assert page_address("0.0.0.0", 80) == page_address("::", 80) == "http://127.0.0.1:80"
    assert page_address("::1", 7860) == "http://[::1]:7860"
    assert page_address("192.0.2.1", 7860) == "http://192.0.2.1:7860"


def test_the_app_says_what_is_missing_and_leaves_an_archive_as_it_is(
    archive: Archive, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"no archive in .*none.*dateline ingest PATH.*--samples"):
        build_if_missing(open_archive(tmp_path / "none"), tmp_path / "seeds")
    build_if_missing(archive, sample_folder())
    assert archive.counts()[0] == 2
    everything = Selection(ids=tuple(archive.article_ids()))
    archive.removals.delete(archive.removals.find(everything), "asked for")
    build_if_missing(archive, None)
    assert archive.counts()[0] == 0


def test_the_app_ends_with_status_2_and_no_traceback_where_it_cannot_listen(
    tmp_path: Path,
) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, app.__file__],
            cwd=tmp_path,
            env={**os.environ, "DATELINE_PORT": port, "DATELINE_ARCHIVE": str(tmp_path / "a")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: cannot listen on port {port} of 127.0.0.1")
    assert not (tmp_path / "a").exists()


def test_preparation_answers_once_and_embeds_the_rest(archive: Archive, tmp_path: Path) -> None:
    archive.ingest(write_jsonl(tmp_path / "more.jsonl", [row(3, "Snow.")]), vectors=False)
    told: list[str] = []
    preparation = Preparation(archive, "Lindow ferry?", 0.0, told.append)
    preparation.start()
    preparation.join()
    assert told[0].startswith("first answer after ")
    assert told[1:] == ["embedded 1 passages: all can be found by meaning now"]
    assert archive.coverage() == 1.0


def test_preparation_that_is_stopped_embeds_no_more(archive: Archive, tmp_path: Path) -> None:
    archive.ingest(write_jsonl(tmp_path / "more.jsonl", [row(3, "Snow.")]), vectors=False)
    preparation: Preparation

    def stop_at_once(_: str) -> None:
        preparation.cancel()

    preparation = Preparation(archive, "Lindow ferry?", 0.0, stop_at_once)
    preparation.start()
    preparation.join()
    assert archive.coverage() < 1


def test_preparation_reports_what_hinders_it(tmp_path: Path) -> None:
    told: list[str] = []
    preparation = Preparation(open_archive(tmp_path / "none"), "Ferry?", 0.0, told.append)
    preparation.start()
    preparation.join()
    assert told[0].startswith("not everything can be found by meaning: there is no archive in ")
