"""The tab for evidence: for the last answer, or for a subject that you enter."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from typing import Any

from rag.asking import ANSWER_HITS
from rag.errors import RagError
from rag.web.chat import Chat, in_page_words
from rag.web.conversation import Conversation
from rag.web.form import Form
from rag.web.parts import SHOWN_WAITING, Parts, bare_textbox, html_part, private
from rag.web.rendering.evidence import evidence_html, no_evidence
from rag.web.rendering.tables import problem_html
from rag.web.tabs.ask import connect_opening
from rag.web.views.evidence import evidence, hits_of

EVIDENCE = '<section aria-label="Evidence" tabindex="0">${value}</section>'


def evidence_tab(chat: Chat, parts: Parts) -> None:
    """Adds the tab to the page."""
    import gradio as gr

    with gr.Tab("Evidence", id="evidence", elem_id="tab-evidence") as tab:
        with gr.Row(elem_id="evidencing"):
            subject = bare_textbox("Evidence for", "Any subject", "subject", scale=8)
            go = gr.Button("Show", variant="primary", elem_id="show", scale=1, min_width=88)
        view = html_part(no_evidence(), EVIDENCE, "evidence", ["opening.js"])

    def show(subject: str, conversation: Conversation, *limits: Any) -> str:
        """All evidence on a subject."""
        return evidence_of(chat, Form.of(subject, limits), conversation)

    inputs = [subject, parts.conversation, *parts.limits]
    gr.on(
        [subject.submit, go.click, tab.select],
        show,
        inputs,
        view,
        trigger_mode="always_last",
        **(private() | SHOWN_WAITING),
    )
    connect_opening(chat, parts, view)


def evidence_of(chat: Chat, form: Form, conversation: Conversation) -> str:
    """The evidence for the subject of a form, or for the last answer if it has none, as HTML."""
    archive = chat.archive
    try:
        if form.question.strip():
            filters, as_of = chat.limits(form)
            hits = archive.search(form.question, ANSWER_HITS, filters=filters, as_of=as_of)
            return evidence_html(evidence(archive, form.question.strip(), hits))
        last = next((turn for turn in reversed(conversation.turns) if turn.passages), None)
        if last is None:
            return no_evidence()
        found = evidence(archive, last.searched, hits_of(archive, last.passages))
        return evidence_html(found, declined=last.declined)
    except RagError as error:
        return problem_html(in_page_words(str(error)))
