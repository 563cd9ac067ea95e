"""Replies in every form that models choose, made plain sentences with markers."""

from __future__ import annotations

import pytest

from rag.answers.prompts import NO_ANSWER
from rag.answers.replies import as_it_comes, plain_text
from rag.llms import ScriptedModel
from tests.builders import drained

SO = "The mill burnt [1]."


@pytest.mark.parametrize(
    "text",
    [
        SO,
        f"Answer: {SO}",
        f"**Answer:** {SO}",
        f"Final answer: {SO}",
        f"Antwort: {SO}",
        f"## Answer\n{SO}",
        f"### Summary\n\n{SO}\n\n### Sources\n- Harbour Post",
        f"{SO}\n\nSources:\n[1] Harbour Post, 3 May 2031",
        f"{SO}\n\n**Sources:** [1] Harbour Post",
        f"{SO}\n\n---\n[1] Harbour Post",
        "The mill burnt [^a].\n\n[^a]: Passage 1",
        f"TL;DR: {SO}",
        f"Q: What burnt?\n\nA: {SO}",
        f"Confidence: high\n{SO}",
        f"<p>{SO}</p>",
        f"<answer><sentence>{SO}</sentence></answer>",
        "The answer is The mill burnt [1].",
        "The mill burnt [^1].\n\n[^1]: Harbour Post, passage 1",
        "The mill burnt [^3].\n\n[^3]: passage 1",
        "answer: The mill burnt.\ncitations: [1]",
        f"<response>{SO}</response>",
        f"Step 1: read the passages.\nFinal answer: {SO}",
        f"# What burnt?\n\n{SO}",
        f'{SO}\n\nSupporting quote: "The mill"',
        '{"status": "ok", "answer_text": "The mill burnt.", "passage_numbers": [1]}',
        f"{SO}\n\nFootnotes\n[1] Harbour Post",
        f"Okay, let's see. {SO}",
        f"{SO}\n\nDisclaimer: a model wrote this.",
        'The mill burnt <a href="#1">[1]</a>.',
        f"{SO}\n\nWord count: 3",
        f"{SO}\n\n**Related questions:**\n- What burnt?\n- And then?",
        '{"reply": {"value": "The mill burnt.", "citation": "P1"}}',
        "The mill burnt.\n\nSources: passages 1.",
        f"{SO}\n\n(Note: I used only the passages provided.)",
        f"{SO} Please note that this answer is based only on the passages above.",
        f"```\n{SO}\n```",
        f"> {SO}",
        "**The mill** burnt [1].",
        "The _mill_ burnt [1].",
        f"🔥 {SO} ✅",
        f"Based on the passages, {SO[0].lower()}{SO[1:]}",
        f"According to the provided articles, {SO[0].lower()}{SO[1:]}",
        f"The passages say that {SO[0].lower()}{SO[1:]}",
        f"Sure! Here is the answer:\n\n{SO}",
        f"Certainly! Based on the passages provided, {SO[0].lower()}{SO[1:]}",
        f"{SO} Let me know if you need more details!",
        f"{SO}\n\nI hope this helps!",
        f"{SO} If you would like more information, feel free to ask. Happy to help!",
        f"<think>A mill?</think>{SO}",
        '{"answer": "The mill burnt.", "citations": [1]}',
        '{"answer": "The mill burnt [1].", "citations": [1]}',
        '```json\n{"answer": "The mill burnt.", "citations": [1]}\n```',
        '{"answered": true, "sentences": [{"text": "The mill burnt.", "passages": ["P1"]}]}',
        '[{"sentence": "The mill burnt.", "passage": 1}]',
        '{"response": {"text": "The mill burnt.", "sources": [{"passage": 1, "outlet": "Post"}]}}',
        'Here is the JSON:\n{"answer": "The mill burnt.", "sources": "[1]"}',
    ],
)
def test_a_right_answer_is_its_plain_sentence_in_whatever_form(text: str) -> None:
    assert plain_text(text) == SO


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (f"- {SO}\n- It rained [2].", f"- {SO}\n- It rained [2]."),
        ("| What | Where |\n|---|---|\n| Mill | Osk [1] |", "- Mill, Osk [1]"),
        ("- **Burnt:** the mill [1].", "- Burnt: the mill [1]."),
        ('{"answered": false, "sentences": []}', NO_ANSWER),
        ("[1] The mill burnt.", "[1] The mill burnt."),
        ("The answer is no.", "The answer is no."),
        (f"{SO}<br>It rained [2].", f"{SO}\nIt rained [2]."),
        ("| Asked | So |\n|---|---|\n| What burnt? | Mill | [1] |", "- Mill [1]"),
        ("{The mill} burnt.", "{The mill} burnt."),
        ("I hope it rains.", "I hope it rains."),
        ("The mill burnt.¹ It rained.²\n\n¹ Passage 2", "The mill burnt. [2] It rained.²"),
        ("The mill burnt.*\n\n*Passage 2", "The mill burnt. [2]"),
        ("It covers 4 km².\n\n² is no note.", "It covers 4 km².\n\n² is no note."),
        ("It sank [1]. The note: I quit.", "It sank [1]. The note: I quit."),
        ("It sank [2]. It burnt.\n\nSources: 1", "It sank [2]. It burnt."),
        ("Sources: the mayor and a baker.", "Sources: the mayor and a baker."),
        ("It costs 5 * 3 * 2 crowns [1].", "It costs 5 * 3 * 2 crowns [1]."),
        ("", ""),
    ],
)
def test_what_belongs_to_the_answer_stays(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_a_reply_in_json_streams_its_sentences() -> None:
    raw = (
        '{"answered": true, "sentences": [{"text": "The old mill burnt.", "passages": ["P1"]}, '
        '{"text": "It rained all day.", "passages": ["P2", "P1"]}]}'
    )
    pieces, reply = drained(as_it_comes(ScriptedModel(raw).stream(())))
    shown = "".join(pieces)
    assert reply.text == raw
    assert shown.startswith("The old mill burnt")
    assert "{" not in shown
    assert plain_text(raw) == "The old mill burnt [1]. It rained all day [2][1]."
    pieces, _ = drained(as_it_comes(ScriptedModel(f"[1] {SO}").stream(())))
    assert "".join(pieces) == f"[1] {SO}"


def test_a_reply_in_json_that_is_cut_gives_what_came_of_it() -> None:
    raw = '{"answered": true, "sentences": [{"text": "The mill burnt.", "passages": ["P1"]}, {"te'
    assert plain_text(raw) == SO
    for end in range(len(raw)):
        assert isinstance(plain_text(raw[:end]), str)


def test_each_sentence_of_one_text_has_the_passages_beside_it_and_all_are_streamed() -> None:
    raw = (
        '{"answered": true, "sentences": [{"text": "It sank. Nobody died.", "passages": ["P2"]}, '
        '{"text": "The mill burnt.", "passages": ["P1", "P3"]}]}'
    )
    assert plain_text(raw) == "It sank [2]. Nobody died [2]. The mill burnt [1][3]."
    shown = "".join(drained(as_it_comes(ScriptedModel(raw).stream(())))[0])
    assert shown == "It sank. Nobody died. The mill burnt."
