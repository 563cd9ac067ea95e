"""A kept conversation as a file to take away, and whether such a file still holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rag.archive import Archive
from rag.conversations.escaping import one_line_markdown, without_controls
from rag.conversations.stored_answers import UNREADABLE
from rag.errors import ArchiveError, QueryError
from rag.records import article_dict
from rag.records.answer_json import (
    IDENTITY,
    AnswerJson,
    ArticleJson,
    CitationJson,
    Model,
    Moment,
    Revision,
    read_answer,
    read_model,
)
from rag.store import KeptConversation, KeptTurn
from rag.store.rows import article_digest
from rag.verification.quotes.records import Recheck

FORMAT = "dateline conversation"
VERSION = 1
NEAREST = "Nearest, but no answer:"
"""What stands before the citations of a declined answer."""

_MEND = "give the JSON that `dateline export` wrote, not its Markdown"
_CONTROLS_SHOWN = (
    "Control characters are shown as \ufffd; the JSON export has each as it stands in its article."
)


class TurnJson(Model):
    """A question of an exported conversation with its answer."""

    number: int
    question: str
    at: Moment
    answer: AnswerJson


class ExportedArticle(ArticleJson):
    """A cited revision; its digest is null where the archive did not hold it."""

    revision: Revision | None
    digest: str | None


class ExportJson(Model):
    """A conversation as `dateline export` writes it."""

    title: str = ""
    turns: list[TurnJson]
    articles: list[ExportedArticle]


@dataclass(frozen=True, slots=True)
class Verified:
    """An export held against the archive: each answer, and the articles that are others now."""

    title: str
    answers: tuple[Recheck, ...]
    findings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all of it still holds."""
        return not self.findings and all(answer.holds for answer in self.answers)

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values: what `dateline verify-export --json` prints."""
        return {
            "title": self.title,
            "holds": self.holds,
            "answers": [answer.to_dict() for answer in self.answers],
            "findings": list(self.findings),
        }


def export_json(kept: KeptConversation, archive: Archive) -> dict[str, Any]:
    """The conversation with every answer in full, and the digest of each cited article.

    Articles that the archive no longer holds are listed without a digest. An answer that
    cannot be read is exported as it is stored; `verify_export` says what is wrong with it.
    """
    answers = [readable_answer(turn) for turn in kept.turns]
    return {
        "format": FORMAT,
        "version": VERSION,
        "id": kept.summary.id,
        "title": kept.summary.title,
        "started": kept.summary.started.isoformat(),
        "changed": kept.summary.changed.isoformat(),
        "turns": [
            {
                "number": turn.number,
                "question": turn.question,
                "at": turn.at.isoformat(),
                "answer": answer.to_dict() if answer else dict(turn.answer),
            }
            for turn, answer in zip(kept.turns, answers, strict=True)
        ],
        "articles": [each.to_dict() for each in cited_articles(answers, archive)],
    }


def export_markdown(kept: KeptConversation, archive: Archive) -> str:
    """The same to be read: each answer with its quotes, where they stand, and their addresses.

    Whatever a reader, an article or a model wrote is escaped: none of it is markup, and no
    control character of it reaches a terminal.
    """
    exported = export_json(kept, archive)
    digests = {(each["id"], each["revision"]): each["digest"] for each in exported["articles"]}
    lines = [f"# {one_line_markdown(kept.summary.title)}", ""]
    lines += [f"Exported from Dateline; begun {minute(kept.summary.started)}.", ""]
    for turn in kept.turns:
        lines += _turn_lines(turn, digests)
    text = "\n".join(lines).rstrip() + "\n"
    shown = without_controls(text)
    return shown if shown == text else f"{shown}\n{_CONTROLS_SHOWN}\n"


def one_answer(kept: KeptConversation, number: int) -> KeptConversation:
    """The conversation with that answer alone, named by its question; QueryError for none."""
    turns = tuple(turn for turn in kept.turns if turn.number == number)
    if not turns:
        msg = f"conversation {kept.summary.id!r} has no answer {number}; it has {len(kept.turns)}"
        raise QueryError(msg)
    summary = replace(kept.summary, title=" ".join(turns[0].question.split()), turns=1)
    return replace(kept, summary=summary, turns=turns)


def verify_export(exported: Mapping[str, Any], archive: Archive) -> Verified:
    """Whether what was exported still holds; raises QueryError for what is no export."""
    kind, version = exported.get("format"), exported.get("version")
    if (kind, version) != (FORMAT, VERSION):
        msg = f"this is no export, but {kind!r:.40} of version {version!r:.20}; {_MEND}"
        raise QueryError(msg)
    export = read_model(ExportJson, exported, "export", _MEND)
    answers = [turn.answer for turn in export.turns]
    changes = [_changed(each, archive) for each in export.articles]
    cited = {citation.article_id for answer in answers for citation in answer.citations}
    missing = cited - {each.id for each in export.articles}
    findings = [finding for finding in changes if finding is not None]
    findings += [f"the export cites {id_!r}, but does not list it" for id_ in missing]
    rechecked = tuple(archive.recheck(answer) for answer in answers)
    return Verified(export.title, rechecked, tuple(sorted(findings)))


def readable_answer(turn: KeptTurn) -> AnswerJson | None:
    """The answer of a turn; None where what is stored is no answer."""
    try:
        return read_answer(turn.answer)
    except QueryError:
        return None


def cited_articles(
    answers: Sequence[AnswerJson | None], archive: Archive
) -> Iterator[ExportedArticle]:
    """Each cited revision of an article once, in the order of the first citations."""
    cited = {
        (each.article_id, each.revision): each
        for answer in answers
        if answer
        for each in answer.citations
    }
    for (id_, revision), said in cited.items():
        try:
            article = archive.article(id_, revision)
        except ArchiveError:
            identity = {name: getattr(said, name) for name in IDENTITY}
            yield ExportedArticle(id=id_, **identity, revision=revision, digest=None)
        else:
            identity = article_dict(article)
            digest = article_digest(article)
            yield ExportedArticle(**identity, revision=article.revision, digest=digest)


def _changed(said: ExportedArticle, archive: Archive) -> str | None:
    """What became of an article since it was exported; None where it is the same."""
    id_, revision = said.id, said.revision
    try:
        article = archive.article(id_, revision)
    except ArchiveError:
        which = f"revision {revision} of {id_!r}" if revision else repr(id_)
        return f"the archive does not hold {which}"
    if article_digest(article) != said.digest:
        which = f"revision {article.revision} of {id_!r}"
        return f"{which} is not what was exported: its digest differs"
    return None


def _turn_lines(turn: KeptTurn, digests: Mapping[tuple[str, Any], Any]) -> Iterator[str]:
    answer = readable_answer(turn)
    yield from (f"## {one_line_markdown(turn.question)}", "", asked_at(turn, answer), "")
    text = answer.text if answer else str(turn.answer.get("text", ""))
    for paragraph in text.split("\n\n"):
        yield from (one_line_markdown(paragraph), "")
    if answer and answer.abstained and answer.citations:
        yield from (NEAREST, "")
    for citation in answer.citations if answer else ():
        yield from _citation_lines(citation, digests)


def asked_at(turn: KeptTurn, answer: AnswerJson | None) -> str:
    """When a question was asked, and as of when it was answered."""
    if answer is None:
        return f"Asked {minute(turn.at)}. {UNREADABLE}"
    return f"Asked {minute(turn.at)}, answered as of {minute(answer.as_of)}."


def _citation_lines(said: CitationJson, digests: Mapping[tuple[str, Any], Any]) -> Iterator[str]:
    id_, revision = said.article_id, said.revision
    names = (said.publisher, said.published, said.title)
    yield from (
        f"> {one_line_markdown(said.quote)}",
        ">",
        f"> \\[{said.number}\\] {one_line_markdown(', '.join(name for name in names if name))}  ",
        f"> address: {one_line_markdown(said.url or 'none')}  ",
        f"> article {one_line_markdown(id_)}, revision {revision}, characters {said.start} to "
        f"{said.end}, digest {digests.get((id_, revision))}",
        "",
    )


def minute(moment: datetime) -> str:
    """The moment in words, to the minute: "2025-05-03 14:00 UTC"."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
