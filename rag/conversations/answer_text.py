"""An answer as text to take away, with the source of each citation below it."""

from __future__ import annotations

from rag.answers.wording import spoken_pages
from rag.conversations.escaping import BLANK_LINES, one_line_markdown
from rag.conversations.references import reference
from rag.records import Answer, Citation

_NEAREST = "Nearest, but no answer:"


def answer_plain(answer: Answer) -> str:
    """The question, the answer as it was given, and its sources by number."""
    sources = [f"[{each.number}] {_source(each)}" for each in answer.citations]
    return _joined(answer, answer.question, answer.text, sources)


def answer_markdown(answer: Answer) -> str:
    """The same as Markdown: nothing that anybody wrote becomes markup."""
    paragraphs = [one_line_markdown(each) for each in BLANK_LINES.split(answer.text)]
    sources = [
        rf"\[{each.number}\] {reference(each.article, 'markdown', _pages(each))}  "
        for each in answer.citations
    ]
    question = f"**{one_line_markdown(answer.question)}**"
    return _joined(answer, question, "\n\n".join(filter(None, paragraphs)), sources)


def _joined(answer: Answer, question: str, words: str, sources: list[str]) -> str:
    nearest = [_NEAREST] if answer.abstained and sources else []
    listed = "\n".join([*nearest, *sources]).rstrip()
    return "\n\n".join(filter(None, [question, words.strip(), listed]))


def _source(cited: Citation) -> str:
    return reference(cited.article, "plain", _pages(cited))


def _pages(cited: Citation) -> str:
    return spoken_pages(cited.article, cited.start, cited.end)
