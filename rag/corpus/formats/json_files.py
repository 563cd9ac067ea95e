"""Reads JSON files: arrays, answers of services, ninjs, JSON Feed, exports of Ghost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.corpus.decoding import EMPTY
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.columns import configured_columns
from rag.corpus.formats.json_articles import LISTS, JsonArticles, of_feed
from rag.corpus.formats.json_stream import Damage, Rest, entries
from rag.corpus.formats.left_out import summed_up
from rag.corpus.formats.text_stream import TextStream, opened
from rag.errors import CorpusError


@dataclass(frozen=True, slots=True)
class JsonReader:
    """Reads an article, a list of articles, or many objects one after the other.

    A bad entry does not stop the others. The names of the fields are those of tables;
    `columns.toml` beside the file may name others.
    """

    suffixes: tuple[str, ...] = (".json", ".json.gz")

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """Each article with the path "file:number", or of a file with one article "file"."""
        articles = JsonArticles(configured_columns(path))
        with opened(path) as file:
            if not file.read(1).strip():
                raise CorpusError(EMPTY)
            file.seek(0)
            where = printable_path(path)
            yield from summed_up(where, _outcomes(where, TextStream(file), articles))


def _outcomes(where: str, text: TextStream, articles: JsonArticles) -> Iterator[Draft | Unread]:
    number = 0
    found = False
    for piece in entries(text, LISTS):
        warnings = text.notes()
        if isinstance(piece, Damage):
            yield Unread(where, piece.reason)
        elif isinstance(piece.value, Rest):
            continue
        elif not isinstance(piece.value, dict):
            number += 1
            reason = f"not an article: it is no object but {type(piece.value).__name__}"
            yield Unread(f"{where}:{number}", reason)
        elif piece.listed:
            number += 1
            record = of_feed(piece.value, piece.before)
            yield from articles.of_record(f"{where}:{number}", record, warnings)
        else:
            place = f"{where}:{number}" if (number := number + 1) > 1 else where
            yield from articles.of_document(place, piece.value, warnings)
        found = True
    if not found:
        msg = "holds no article: its list is empty"
        raise CorpusError(msg)
