"""Removes the words of deleted articles from saved answers: of conversations and of remarks.

An answer keeps its question, its citation numbers, and every sentence that rests on other
articles only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from rag.store import schema
from rag.store.rows import storable

WITHDRAWN = "[withdrawn]"
"""Replaces words of a deleted article."""

RESTED = "an article that it rests on was deleted"
"""Why a sentence of an answer no longer counts as supported."""

_RUN = 5
"""So many words in a row identify an article; shorter runs occur in any text."""

_SHORTEST = 3
_WORD = re.compile(r"\w+")
_Run = tuple[str, ...]
_PARTS = ("text", "claims", "citations", "hits")
_TURNS, _FEEDBACK = schema.turns.c, schema.feedback.c


def mentioned(answer: Mapping[str, Any]) -> set[str]:
    """The ids of the articles that an answer, as `Answer.to_dict` gives it, cites or found."""
    cited = {str(each.get("article_id", "")) for each in _objects(answer, "citations")}
    return cited | {_found_id(hit) for hit in _objects(answer, "hits")}


def words_of(answer: Mapping[str, Any], gone: Collection[str]) -> list[str]:
    """The titles, quotes and passages of the articles `gone` in an answer."""
    return list(dict.fromkeys(_quoted_texts(answer, lambda id_: id_ in gone)))


def redacted(
    answer: Mapping[str, Any], gone: Collection[str], words: Sequence[str] = ()
) -> dict[str, Any]:
    """The answer without the words of the articles `gone` and of the texts `words`.

    Quotes, titles and passages of these articles become `WITHDRAWN`, and so does each sentence
    that cites one of them. Elsewhere, runs of five of their words are replaced, unless the
    question or another cited or found article has the same run.
    """
    others = [*_quoted_texts(answer, lambda id_: id_ not in gone), str(answer.get("question", ""))]
    cut = _Cut([*words_of(answer, gone), *words], others)
    rest = {
        name: value if name == "question" else cut(value)
        for name, value in answer.items()
        if name not in _PARTS
    }
    numbers = {
        each.get("number")
        for each in _objects(answer, "citations")
        if each.get("article_id") in gone
    }
    text, claims = _sentences(answer, numbers, cut)
    parts = {
        "text": text,
        "claims": claims,
        "citations": [_citation(each, gone) for each in _objects(answer, "citations")],
        "hits": [_hit(each, gone) for each in _objects(answer, "hits")],
    }
    return {name: (rest | parts)[name] for name in answer}


def without_words(text: str, words: Sequence[str]) -> str:
    """The text with each run of the words replaced by `WITHDRAWN`.

    >>> without_words("He wrote: all forty people came ashore. True?", ["All forty people came."])
    'He wrote: [withdrawn] ashore. True?'
    """
    return str(_Cut(words, ())(text))


class _Cut:
    """Replaces the words of some texts in every string of a JSON value."""

    def __init__(self, words: Iterable[str], others: Iterable[str]) -> None:
        texts = [text for text in words if text != WITHDRAWN]
        allowed = {run for text in others for run in _runs(text)}
        self._runs = {run for text in texts for run in _runs(text)} - allowed
        self._lengths = sorted({len(run) for run in self._runs}, reverse=True)
        whole = {text.strip() for text in texts if len(_words(text)) > 1 or len(text) > _RUN}
        self._whole = sorted(whole - set(others), key=len, reverse=True)

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {name: self(each) for name, each in value.items()}
        return [self(each) for each in value] if isinstance(value, list) else value

    def _text(self, text: str) -> str:
        for whole in self._whole:
            text = text.replace(whole, WITHDRAWN)
        found = list(_WORD.finditer(text))
        folded = [match.group().casefold() for match in found]
        marked = [False] * len(found)
        for length in self._lengths:
            for first in range(len(folded) - length + 1):
                if tuple(folded[first : first + length]) in self._runs:
                    marked[first : first + length] = [True] * length
        pieces, end = [], 0
        for first, last in _stretches(marked):
            pieces += [text[end : found[first].start()], WITHDRAWN]
            end = found[last].end()
        return "".join([*pieces, text[end:]])


def _stretches(marked: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The first and last position of each run of marked words."""
    first = None
    for place, one in enumerate([*marked, False]):
        if one and first is None:
            first = place
        elif not one and first is not None:
            yield first, place - 1
            first = None


def _runs(text: str) -> Iterator[_Run]:
    words = _words(text)
    length = min(_RUN, len(words))
    if length >= _SHORTEST:
        yield from (tuple(words[n : n + length]) for n in range(len(words) - length + 1))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _sentences(
    answer: Mapping[str, Any], numbers: Collection[object], cut: _Cut
) -> tuple[str, list[dict[str, Any]]]:
    """The redacted text of an answer, and its claims with their new offsets."""
    text, claims = str(answer.get("text", "")), _objects(answer, "claims")
    spans = [_span(claim, len(text)) for claim in claims]
    resting = [any(number in numbers for number in _listed(claim, "citations")) for claim in claims]
    ends = sorted({0, len(text), *(place for span in spans for place in span)})
    pieces, moved, done = [], {0: 0}, 0
    for start, end in pairwise(ends):
        over = [n for n, span in enumerate(spans) if resting[n] and span[0] <= start < span[1]]
        piece = text[start:end] if not over else ""
        if over and spans[over[0]][0] == start:
            piece = WITHDRAWN + "".join(f" [{n}]" for n in _listed(claims[over[0]], "citations"))
        pieces.append(piece if over else cut(piece))
        done += len(pieces[-1])
        moved[end] = done
    new = "".join(pieces)
    moved_claims = []
    for claim, (start, end), rests in zip(claims, spans, resting, strict=True):
        place = {"text": new[moved[start] : moved[end]], "start": moved[start], "end": moved[end]}
        reasons = [RESTED] if rests else cut(_listed(claim, "reasons"))
        verdict = {"verdict": "unsupported"} if rests else {}
        moved_claims.append({**claim, **place, **verdict, "reasons": reasons})
    return new, moved_claims


def _span(claim: Mapping[str, Any], length: int) -> tuple[int, int]:
    start, end = (min(max(int(claim.get(name) or 0), 0), length) for name in ("start", "end"))
    return start, max(start, end)


def _citation(citation: dict[str, Any], gone: Collection[str]) -> dict[str, Any]:
    if citation.get("article_id") not in gone:
        return citation
    return citation | {"title": WITHDRAWN, "quote": WITHDRAWN}


def _hit(hit: dict[str, Any], gone: Collection[str]) -> dict[str, Any]:
    if _found_id(hit) not in gone:
        return hit
    article, passage = _object(hit, "article"), _object(hit, "passage")
    return hit | {
        "article": article | {"title": WITHDRAWN},
        "passage": passage | {"text": WITHDRAWN},
    }


def _quoted_texts(answer: Mapping[str, Any], wanted: Callable[[object], bool]) -> Iterator[str]:
    """The titles, quotes and passages of the articles whose ids are wanted."""
    for each in _objects(answer, "citations"):
        if wanted(each.get("article_id")):
            yield from (str(each.get(name) or "") for name in ("title", "quote"))
    for hit in _objects(answer, "hits"):
        if wanted(_found_id(hit)):
            yield str(_object(hit, "article").get("title") or "")
            yield str(_object(hit, "passage").get("text") or "")


def _found_id(hit: Mapping[str, Any]) -> str:
    return str(_object(hit, "article").get("id", ""))


def _object(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _objects(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [each for each in _listed(value, name) if isinstance(each, dict)]


def _listed(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    return found if isinstance(found, list) else []


def redact_saved_answers(connection: Connection, article_ids: Collection[str]) -> None:
    """Removes the words of articles from every saved answer and remark.

    A conversation that has quoted an article may repeat its words later without a citation,
    so this goes through all its answers.
    """
    gone = set(article_ids)
    turns = _turns(connection, gone)
    if turns:
        query = update(schema.turns).where(
            _TURNS.conversation_id == bindparam("of"), _TURNS.number == bindparam("nth")
        )
        connection.execute(query.values(answer=bindparam("redacted")), turns)
    remarks = _remarks(connection, gone)
    if remarks:
        query = update(schema.feedback).where(_FEEDBACK.id == bindparam("of"))
        query = query.values(answer=bindparam("redacted"), note=bindparam("remark"))
        connection.execute(query, remarks)


def without_deleted(connection: Connection, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as it can be saved now, redacted if a source was deleted in the meantime."""
    answer = storable(dict(answer))
    deletions = schema.deletions.c
    query = select(deletions.article_id).where(deletions.article_id.in_(mentioned(answer)))
    gone = set(connection.scalars(query))
    return redacted(answer, gone) if gone else dict(answer)


def _turns(connection: Connection, gone: set[str]) -> list[dict[str, Any]]:
    rows: Any = connection.execute(
        select(_TURNS.conversation_id, _TURNS.number, _TURNS.answer).order_by(
            _TURNS.conversation_id, _TURNS.number
        )
    )
    changed = []
    for of, group in groupby(rows, key=lambda row: row.conversation_id):
        answers = [(row.number, row.answer) for row in group if isinstance(row.answer, dict)]
        for number, new in _conversation(answers, gone):
            changed.append({"of": of, "nth": number, "redacted": new})
    return changed


def _conversation(
    answers: Sequence[tuple[int, dict[str, Any]]], gone: set[str]
) -> list[tuple[int, dict[str, Any]]]:
    """The answers of one conversation that redacting changes, with their numbers."""
    words = [text for _, answer in answers for text in words_of(answer, gone)]
    if not words and not any(mentioned(answer) & gone for _, answer in answers):
        return []
    new = [(number, answer, redacted(answer, gone, words)) for number, answer in answers]
    return [(number, after) for number, before, after in new if after != before]


def _remarks(connection: Connection, gone: set[str]) -> list[dict[str, Any]]:
    query = select(_FEEDBACK.id, _FEEDBACK.note, _FEEDBACK.answer)
    changed = []
    for row in connection.execute(query):
        if isinstance(row.answer, dict) and mentioned(row.answer) & gone:
            note = without_words(row.note, words_of(row.answer, gone))
            answer = redacted(row.answer, gone)
            changed.append({"of": row.id, "redacted": answer, "remark": note})
    return changed
