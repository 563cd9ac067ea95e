"""A kept conversation as a file to take away, and whether such a file still holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rag.archive import Archive
from rag.conversations.escaping import without_controls
from rag.errors import ArchiveError, QueryError
from rag.language.words import shortened
from rag.records import article_dict
from rag.store import KeptConversation, KeptTurn
from rag.store.rows import article_digest
from rag.verification.quotes.records import Recheck

FORMAT = "dateline conversation"
VERSION = 1
_MEND = "give the JSON that `dateline export` wrote, not its Markdown"
_CONTROLS_SHOWN = (
    "Control characters are shown as \ufffd; the JSON export has each as it stands in its article."
)
_SHORT = 60
_MARKUP = re.compile(r"([\\`*_{}\[\]<>!|~$&])")
_AT_THE_START = re.compile(r"^([#+=-]|\d+(?=[.)]))")


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

    Articles that the archive no longer holds are listed without a digest.
    """
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
                "answer": dict(turn.answer),
            }
            for turn in kept.turns
        ],
        "articles": list(_cited(kept.turns, archive)),
    }


def export_markdown(kept: KeptConversation, archive: Archive) -> str:
    """The same to be read: each answer with its quotes, where they stand, and their addresses.

    Whatever a reader, an article or a model wrote is escaped: none of it is markup, and no
    control character of it reaches a terminal.
    """
    exported = export_json(kept, archive)
    digests = {(each["id"], each["revision"]): each["digest"] for each in exported["articles"]}
    lines = [f"# {_plain(kept.summary.title)}", ""]
    lines += [f"Exported from Dateline; begun {_minute(exported['started'])}.", ""]
    for turn in kept.turns:
        lines += _turn_lines(turn, digests)
    text = "\n".join(lines).rstrip() + "\n"
    shown = without_controls(text)
    return shown if shown == text else f"{shown}\n{_CONTROLS_SHOWN}\n"


def verify_export(exported: Mapping[str, Any], archive: Archive) -> Verified:
    """Whether what was exported still holds; raises QueryError for what is no export."""
    turns = _listed(exported, "turns")
    answers = tuple(archive.recheck(_answer(turn)) for turn in turns)
    findings = [
        finding
        for each in _listed(exported, "articles")
        if (finding := _changed(each, archive)) is not None
    ]
    cited = {
        str(citation.get("article_id"))
        for turn in turns
        for citation in _answer(turn).get("citations", ())
    }
    listed = {str(each.get("id")) for each in _listed(exported, "articles")}
    findings += [f"the export cites {id_!r}, but does not list it" for id_ in cited - listed]
    return Verified(str(exported.get("title", "")), answers, tuple(sorted(findings)))


def _cited(turns: Sequence[KeptTurn], archive: Archive) -> Iterator[dict[str, Any]]:
    """Each cited revision of an article once, in the order of the first citations."""
    cited = {
        (str(each["article_id"]), each.get("revision")): each
        for turn in turns
        for each in turn.answer.get("citations", ())
    }
    for (id_, revision), told in cited.items():
        try:
            article = archive.article(id_, revision)
        except ArchiveError:
            names = ("title", "publisher", "published", "url")
            identity = {"id": id_} | {name: told.get(name) for name in names}
            yield identity | {"revision": revision, "digest": None}
        else:
            digest = article_digest(article)
            yield article_dict(article) | {"revision": article.revision, "digest": digest}


def _changed(told: Mapping[str, Any], archive: Archive) -> str | None:
    """What became of an article since it was exported; None where it is the same."""
    id_, revision, digest = told.get("id"), told.get("revision"), told.get("digest")
    if not isinstance(id_, str) or not isinstance(revision, int) or isinstance(revision, bool):
        msg = f"this is no export: an article is {dict(told)!r:.80}; {_MEND}"
        raise QueryError(msg)
    try:
        article = archive.article(id_, revision)
    except ArchiveError:
        return f"the archive does not hold revision {revision} of {id_!r}"
    if article_digest(article) != digest:
        return f"revision {revision} of {id_!r} is not what was exported: its digest differs"
    return None


def _turn_lines(turn: KeptTurn, digests: Mapping[tuple[str, Any], Any]) -> Iterator[str]:
    answer = turn.answer
    yield from (f"## {_plain(turn.question)}", "")
    as_of = _minute(str(answer.get("as_of", "")))
    yield from (f"Asked {_minute(turn.at.isoformat())}, answered as of {as_of}.", "")
    for paragraph in str(answer.get("text", "")).split("\n\n"):
        yield from (_plain(paragraph), "")
    for citation in answer.get("citations", ()):
        yield from _citation_lines(citation, digests)


def _citation_lines(
    told: Mapping[str, Any], digests: Mapping[tuple[str, Any], Any]
) -> Iterator[str]:
    id_, revision = str(told["article_id"]), told.get("revision")
    names = (told.get("publisher"), told.get("published"), told.get("title"))
    yield from (
        f"> {_plain(str(told['quote']))}",
        ">",
        f"> \\[{told['number']}\\] {_plain(', '.join(str(name) for name in names if name))}  ",
        f"> address: {_plain(str(told.get('url') or 'none'))}  ",
        f"> article {_plain(id_)}, revision {revision}, characters {told['start']} to "
        f"{told['end']}, digest {digests.get((id_, revision))}",
        "",
    )


def _minute(moment: str) -> str:
    """A moment as people read it; text that is none as it stands."""
    try:
        return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return _plain(moment)


def _plain(text: str) -> str:
    """Text on one line, of which Markdown makes no markup, no link and no picture."""
    escaped = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    # A backslash before a digit would be shown as one.
    return _AT_THE_START.sub(lambda start: _guarded(start[1]), escaped)


def _guarded(start: str) -> str:
    return f"&#{ord(start[0])};{start[1:]}" if start[0].isdigit() else f"\\{start}"


def _listed(exported: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    kind, version = exported.get("format"), exported.get("version")
    if (kind, version) != (FORMAT, VERSION):
        msg = f"this is no export, but {kind!r:.40} of version {version!r:.20}; {_MEND}"
        raise QueryError(msg)
    found = exported.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        msg = f"this is no export: {name!r} must be a list of objects; {_MEND}"
        raise QueryError(msg)
    return found


def _answer(turn: Mapping[str, Any]) -> Mapping[str, Any]:
    answer = turn.get("answer")
    if not isinstance(answer, dict):
        told = shortened(repr(answer), _SHORT)
        msg = f"this is no export: an answer must be an object, not {told}; {_MEND}"
        raise QueryError(msg)
    return answer
