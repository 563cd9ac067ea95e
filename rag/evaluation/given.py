"""Questions that come with their own passages, as the RGB benchmark writes them.

Each line has a `query`, its `answer`, passages that hold it (`positive`) and passages that do
not (`negative`): asked of the first it must be answered, of the second declined.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.archive import Archive
from rag.errors import CorpusError
from rag.evaluation.datasets import UNANSWERABLE, EvalQuestion, data_rows

SIDES = ("positive", "negative")


@dataclass(frozen=True, slots=True)
class Given:
    """A question with the only passages it may be answered from; `outlet` names them."""

    question: EvalQuestion
    passages: tuple[str, ...]

    @property
    def outlet(self) -> str:
        """The outlet under which its passages, and no others, stand in an archive."""
        return f"given for {self.question.qid}"


def is_given(path: Path) -> bool:
    """Whether a file holds questions with passages; what cannot be read does not."""
    if not path.is_file():
        return False
    first = next(iter(data_rows(path)), None)
    return first is not None and any(side in first[1] for side in SIDES)


def load_given(path: Path) -> list[Given]:
    """Each question twice, with its positive and with its negative passages, where it has any.

    Raises CorpusError naming file and line for a row without query or of another kind.
    """
    return [one for where, row in data_rows(path) for one in _sides(row, where)]


def store_given(given: Sequence[Given], archive: Archive, folder: Path) -> None:
    """Puts the passages into an archive, each an article of its question's own outlet."""
    texts = [(one.outlet, text) for one in given for text in one.passages]
    file = folder / "passages.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for number, (outlet, text) in enumerate(texts):
            url = f"https://given.example/{number}"
            row = {"url": url, "title": "", "text": text, "publisher": outlet}
            lines.write(json.dumps(row) + "\n")
    archive.ingest(file)


def _sides(row: Mapping[str, Any], where: str) -> Iterator[Given]:
    query = row.get("query")
    if not isinstance(query, str) or not query.strip():
        msg = f"{where}: 'query' must be the question, not {query!r:.80}"
        raise CorpusError(msg)
    for side in SIDES:
        passages = row.get(side) or []
        if not isinstance(passages, list) or not all(isinstance(text, str) for text in passages):
            msg = f"{where}: {side!r} must be a list of texts, not {passages!r:.80}"
            raise CorpusError(msg)
        held = side == "positive"
        question = EvalQuestion(
            qid=f"{row.get('id', where)}/{side}",
            question=query.strip(),
            where=where,
            type=side if held else UNANSWERABLE,
            answers=tuple(_answers(row.get("answer"))) if held else (),
        )
        if passages:
            yield Given(question, tuple(text for text in passages if text.strip()))


def _answers(value: object) -> Iterator[str]:
    """The answers of a text, or of lists of such."""
    if isinstance(value, list):
        for item in value:
            yield from _answers(item)
    elif isinstance(value, str) and value.strip():
        yield value.strip()
