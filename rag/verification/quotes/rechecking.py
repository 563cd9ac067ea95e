"""A saved answer against the articles as they are now; believes nothing that the file says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rag.errors import QueryError
from rag.language.words import Wording
from rag.records import Article, Citation, Verdict, article_dict
from rag.store import Store
from rag.verification.quotes.alignment import nearest
from rag.verification.quotes.differences import word_diff
from rag.verification.quotes.marks import literal_runs
from rag.verification.quotes.records import Change, Recheck, RecheckedCitation

Check = Callable[[str, Sequence[Citation]], tuple[Verdict, tuple[str, ...]]]
"""What says whether a claim is borne out by what it cites, such as `verification.verify`."""

_SHOWN = 80
_ALIKE = 0.5
_IDENTITY = ("title", "publisher", "published", "url")
_KINDS: Mapping[str, type] = {
    "number": int,
    "article_id": str,
    "start": int,
    "end": int,
    "quote": str,
    "text": str,
    "verdict": str,
    "citations": list,
}


def recheck(answer: Mapping[str, Any], store: Store, check: Check) -> Recheck:
    """Whether each citation of an answer, as `Answer.to_dict` gave it, still holds.

    A citation holds where the article has its words, at the same place or at another one, and
    is what the answer says it is. Claims that held are checked again by what they cite; what
    differs is told in `findings`. Raises QueryError for what is no answer.
    """
    told = _list_of(answer, "citations", ("number", "article_id", "start", "end", "quote"))
    claims = _list_of(answer, "claims", ("text", "start", "end", "citations", "verdict"))
    text, question = (_field(answer, name, str, "") for name in ("text", "question"))
    articles = {id_: _article(store, id_) for id_ in {each["article_id"] for each in told}}
    rechecked = [_rechecked(each, articles[each["article_id"]], store) for each in told]
    evidence = {
        each.number: Citation(each.number, article, each.start, each.end)
        for each in rechecked
        if each.status == "holds" and (article := articles[each.article_id])
    }
    listed = {each.number for each in rechecked}
    findings = [
        finding
        for claim in claims
        for finding in (*_misplaced(claim, text, listed), *_unborne(claim, evidence, check))
    ]
    return Recheck(question, tuple(rechecked), tuple(findings))


def _article(store: Store, article_id: str) -> Article | None:
    """The article as it is now; None where the archive has none of the name."""
    return next((article for article, _ in store.current([article_id])), None)


def _rechecked(told: Mapping[str, Any], article: Article | None, store: Store) -> RecheckedCitation:
    number, article_id, quote = told["number"], told["article_id"], told["quote"]
    if article is None:
        unknown = f"the archive holds no article {article_id!r} any more"
        reason = store.tombstones.missing(article_id) or unknown
        return RecheckedCitation(number, article_id, "missing", reason, quote)
    start = _place(quote, article.text, told["start"])
    if start is None:
        return _changed(told, article, store)
    end = start + len(quote)
    if wrong := _other_identity(told, article):
        return RecheckedCitation(number, article_id, "changed", wrong, quote, quote, start, end)
    moved = start != told["start"] or end != told["end"]
    reason = "the same words stand at another place of the article now" if moved else ""
    return RecheckedCitation(number, article_id, "holds", reason, quote, quote, start, end)


def _place(quote: str, text: str, start: int) -> int | None:
    """Where the words stand, at `start` if they do; else the place nearest to it, else None."""
    if not quote.strip():
        return None
    if start >= 0 and text.startswith(quote, start):
        return start
    before, after = text.rfind(quote, 0, max(0, start)), text.find(quote, max(0, start))
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - start), default=None)


def _changed(told: Mapping[str, Any], article: Article, store: Store) -> RecheckedCitation:
    quote = told["quote"]
    start, end = _nearest(quote, article.text)
    stored = article.text[start:end]
    changes = word_diff(quote, stored) if stored else ()
    reason = _reason(quote, stored, changes)
    if _was_in(store, article, quote):
        reason += f"; revision {article.revision} of the article has replaced what was cited"
    return RecheckedCitation(
        number=told["number"],
        article_id=article.id,
        status="changed",
        reason=reason,
        quote=quote,
        stored=stored,
        start=start,
        end=end,
        changes=changes,
    )


def _nearest(quote: str, text: str) -> tuple[int, int]:
    """Where the text has most of the words; (0, 0) where it has too few."""
    runs = literal_runs(quote)
    found = nearest(runs, Wording(text), lambda _word: 1.0) if len(runs[0].wording) else None
    if found is None or found.share < _ALIKE:
        return 0, 0
    (start, end), trail = (
        found.spans[0],
        len(quote) - runs[0].wording.span(0, len(runs[0].wording) - 1)[1],
    )
    while trail and end < len(text) and not text[end].isalnum() and not text[end].isspace():
        end, trail = end + 1, trail - 1
    return start, end


def _reason(quote: str, stored: str, changes: Sequence[Change]) -> str:
    if not quote.strip():
        return "the citation quotes nothing"
    if not stored:
        return "the article does not have these words"
    differing = [change for change in changes if change.kind != "same"]
    if not differing:
        return f"the article reads “{_short(stored)}”"
    told = [
        f"“{_short(change.stored)}”, not “{_short(change.asked)}”"
        if change.kind == "replaced"
        else f"“{_short(change.stored)}” besides"
        if change.stored
        else f"no “{_short(change.asked)}”"
        for change in differing
    ]
    return f"the article now has {'; '.join(told)}"


def _was_in(store: Store, article: Article, quote: str) -> bool:
    """Whether an earlier revision of the article has the words."""
    earlier = range(article.revision - 1, 0, -1)
    return any(quote in store.article(article.id, revision).text for revision in earlier)


def _other_identity(told: Mapping[str, Any], article: Article) -> str:
    """What the answer says of the article that is not so; "" where all is."""
    known = article_dict(article)
    return "; ".join(
        f"the article's {name} is {known[name]!r}, not {told[name]!r}"
        for name in _IDENTITY
        if name in told and told[name] != known[name]
    )


def _misplaced(claim: Mapping[str, Any], text: str, listed: set[int]) -> Iterator[str]:
    """Where a claim is not what the answer's text has, or cites what is not listed."""
    if text[max(0, claim["start"]) : max(0, claim["end"])] != claim["text"]:
        yield f"the answer's text does not have the claim “{_short(claim['text'])}” in its place"
    if lost := [number for number in claim["citations"] if number not in listed]:
        numbers = ", ".join(map(str, lost))
        yield f"the claim “{_short(claim['text'])}” cites {numbers}, which the answer does not list"


def _unborne(
    claim: Mapping[str, Any], evidence: Mapping[int, Citation], check: Check
) -> Iterator[str]:
    """Why a claim that was supported is not, by citations that all hold."""
    cited = [evidence[number] for number in claim["citations"] if number in evidence]
    if claim["verdict"] != "supported" or len(cited) < len(claim["citations"]) or not cited:
        return
    verdict, reasons = check(claim["text"], cited)
    if verdict != "supported":
        why = f": {'; '.join(reasons)}" if reasons else ""
        yield f"the claim “{_short(claim['text'])}” is not supported by what it cites{why}"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"


def _list_of(answer: Mapping[str, Any], name: str, fields: Sequence[str]) -> list[dict[str, Any]]:
    """The objects that an answer lists under a name, each with its fields checked."""
    if not isinstance(answer, Mapping):
        msg = f"an answer must be a JSON object, not {type(answer).__name__}; {_MEND}"
        raise QueryError(msg)
    found = _field(answer, name, list, None)
    for place, each in enumerate(found, start=1):
        where = f"{name}[{place}]"
        if not isinstance(each, dict):
            msg = f"{where} must be an object, not {each!r:.40}; {_MEND}"
            raise QueryError(msg)
        for field in fields:
            _field(each, field, _KINDS[field], None, f"{where}: ")
    return list(found)


_MEND = "give what `dateline ask --json` printed"


def _field(row: Mapping[str, Any], name: str, kind: type, default: Any, where: str = "") -> Any:
    value = row.get(name, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        told = "is missing" if value is None else f"must be {kind.__name__}, not {value!r:.40}"
        msg = f"this is no answer: {where}{name!r} {told}; {_MEND}"
        raise QueryError(msg)
    return value
