"""The tab "Check" without a browser: what is shown of a draft and of a quotation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.web.chat import UNEXPECTED, Chat
from rag.web.checking import (
    CheckFrame,
    PastedDraft,
    check,
    check_the_rest,
    stopped,
    trace,
)
from rag.web.conversation import Conversation
from rag.web.form import Form
from tests.builders import open_archive, row, write_jsonl

FERRY = (
    "The Lindow ferry sank on Friday with 41 people aboard. "
    "“We had four minutes to leave her,” said the captain, Ilse Varga."
)
ROWS = [row(1, FERRY), row(2, FERRY, publisher="Lake Post", date="2025-05-04")]


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Chat]:
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS))
        yield Chat(archive)


def html(frame: CheckFrame) -> str:
    return "".join(frame.pieces)


def test_sentences_are_shown_as_they_are_checked(chat: Chat) -> None:
    draft = "The Lindow ferry sank on Friday with 43 people aboard. Why? <b>It</b> & them."
    ticks = count()
    frames = list(check(chat, Form(draft), lambda: float(next(ticks))))
    assert [frame.busy for frame in frames] == [True, True, True, True, False]
    assert "Reading the draft" in frames[0].status
    assert "Checked 2 of 3 sentences" in frames[2].status
    assert [len(frame.draft.pieces) for frame in frames] == [0, 1, 2, 3, 3]
    assert "3 sentences: 1 not supported, 2 with nothing to verify." in frames[-1].status
    shown = html(frames[-1])
    assert "The article says 41, not 43." in shown
    assert "– nothing to verify: a question" in shown
    assert "&lt;b&gt;It&lt;/b&gt; &amp; them." in shown
    assert 'data-place="[&#34;courier.example/1&#34;, 1, 0, 54]"' in shown
    assert "also carried by Lake Post" in shown
    assert frames[-1].draft.unchecked_from is None


def test_the_evidence_opens_in_the_article_panel(chat: Chat) -> None:
    *_, last = check(chat, Form("The Lindow ferry sank on Friday with 41 people aboard."))
    (key,) = re.findall(r'href="#(cite-draft-0-0-[0-9a-f]+)"', html(last))
    panel = chat.panel(key, Conversation(), '["courier.example/1", 1, 0, 54]')
    assert (
        '<mark id="cite-target" class="cite" tabindex="-1">'
        "The Lindow ferry sank on Friday with 41 people aboard.</mark>" in panel
    )
    assert "Back to the list" in panel


def test_what_is_left_is_checked_below(chat: Chat) -> None:
    draft = " ".join(f"Zorbian penguin {n} ate violins." for n in range(4))
    slow = count(step=40)
    first = list(check(chat, Form(draft), lambda: float(next(slow))))
    done = first[-1].draft
    assert done.unchecked_from is None or done.unchecked_from > 0
    begun = PastedDraft(Form(draft), ("<p>before</p>",), 2, 4, draft.index("Zorbian penguin 2"))
    *_, last = check_the_rest(chat, begun)
    assert html(last).startswith("<p>before</p>")
    assert html(last).count('class="sentence"') == 2
    assert (last.draft.done, last.draft.total, last.draft.unchecked_from) == (4, 4, None)
    assert list(check_the_rest(chat, last.draft)) == []
    assert "Stopped after 2 of 4 sentences." in stopped(begun).status


def test_a_quotation_is_traced_with_a_word_diff(chat: Chat) -> None:
    altered = html(trace(chat, Form("“We had five minutes to leave her,” said Ilse Varga")))
    assert "≠</span> altered" in altered
    assert '<del><span class="unseen">was: </span>five</del>' in altered
    assert '<ins><span class="unseen">is: </span>four</ins>' in altered
    assert "said by Ilse Varga" in altered
    exact = html(trace(chat, Form("We had four minutes to leave her")))
    assert "✓</span> as quoted" in exact
    assert 'data-kind="cite"' in exact
    other = html(trace(chat, Form("“We had four minutes to leave her,” said Bo Lind")))
    assert "someone else’s words" in other
    nowhere = html(trace(chat, Form("The quays of Marsk are made of violins")))
    assert "not found" in nowhere


def test_filters_count_and_what_is_wrong_is_said(chat: Chat) -> None:
    post = Form("The Lindow ferry sank on Friday with 41 people aboard.", publishers=["Lake Post"])
    *_, last = check(chat, post)
    assert "courier.example/2" in html(last)
    for form, told in (
        (Form("  "), "the draft is empty"),
        (Form("...!"), "has no words"),
        (Form("It sank.", as_of="soon"), "As of: &#39;soon&#39; is not a date"),
    ):
        *_, refused = check(chat, form)
        assert told in refused.status
        assert not refused.busy
    assert "the text is empty" in trace(chat, Form("")).status


def test_what_fails_on_the_server_loses_no_text(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Archive, "checking", lambda *_: 1 / 0)
    *_, last = check(chat, Form("It sank."))
    assert UNEXPECTED.format("text") in last.status
    assert last.draft.form.question == "It sank."
