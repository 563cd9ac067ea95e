"""A saved answer against the articles as they are now; believes nothing that the file says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rag.language.words import Wording
from rag.records import Article, Citation, article_json, citation_json
from rag.records.answer_json import IDENTITY, AnswerJson, CitationJson, ClaimJson
from rag.store import Store
from rag.verification.citing import Check
from rag.verification.quotes.matching import literal_runs, nearest
from rag.verification.quotes.records import Change, Recheck, RecheckedCitation, word_diff

_SHOWN = 80
_ALIKE = 0.5


def recheck(answer: AnswerJson, store: Store, check: Check) -> Recheck:
    """Whether each citation of a saved answer still holds.

    A citation holds where the article has its words, at the same place or at another one, and
    is what the answer says it is. Claims that held are checked again by what they cite; what
    differs is told in `findings`.
    """
    articles = {id_: _article(store, id_) for id_ in {each.article_id for each in answer.citations}}
    rechecked = [_rechecked(each, articles[each.article_id], store) for each in answer.citations]
    evidence = {
        each.number: Citation(each.number, article, each.start, each.end)
        for each in rechecked
        if each.status == "holds" and (article := articles[each.article_id])
    }
    listed = {each.number for each in rechecked}
    findings = [
        finding
        for claim in answer.claims
        for finding in (*_misplaced(claim, answer.text, listed), *_unborne(claim, evidence, check))
    ]
    if answer.abstained and answer.claims:
        findings.append("the answer is declined, and yet it makes claims")
    return Recheck(answer.question, tuple(rechecked), tuple(findings))


def recheck_words(cited: Citation, store: Store) -> RecheckedCitation:
    """Whether the words of one revision of an article stand in the current one, and where."""
    article = _article(store, cited.article.id)
    words = citation_json(cited)
    if article is not None:
        now = article_json(article)
        words = words.model_copy(update={name: getattr(now, name) for name in IDENTITY})
    return _rechecked(words, article, store)


def _article(store: Store, article_id: str) -> Article | None:
    """The article as it is now; None where the archive has none of the name."""
    return next((article for article, _ in store.current([article_id])), None)


def _rechecked(told: CitationJson, article: Article | None, store: Store) -> RecheckedCitation:
    number, article_id, quote = told.number, told.article_id, told.quote
    if article is None:
        unknown = f"the archive holds no article {article_id!r} any more"
        reason = store.tombstones.missing(article_id) or unknown
        return RecheckedCitation(number, article_id, "missing", reason, quote)
    start = _place(quote, article.text, told.start)
    if start is None:
        return _changed(told, article, store)
    end = start + len(quote)
    if wrong := _other_identity(told, article):
        return RecheckedCitation(number, article_id, "changed", wrong, quote, quote, start, end)
    moved = (start, end) != (told.start, told.end)
    reason = "the same words stand at another place of the article now" if moved else ""
    return RecheckedCitation(number, article_id, "holds", reason, quote, quote, start, end)


def _place(quote: str, text: str, start: int) -> int | None:
    """Where the words stand, at `start` if they do; else the place nearest to it, else None."""
    if not quote.strip():
        return None
    if text.startswith(quote, start):
        return start
    before, after = text.rfind(quote, 0, start), text.find(quote, start)
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - start), default=None)


def _changed(told: CitationJson, article: Article, store: Store) -> RecheckedCitation:
    quote = told.quote
    start, end = _nearest(quote, article.text)
    stored = article.text[start:end]
    changes = word_diff(quote, stored) if stored else ()
    reason = _reason(quote, stored, changes)
    if _was_in(store, article, quote):
        reason += f"; revision {article.revision} of the article has replaced what was cited"
    return RecheckedCitation(
        number=told.number,
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


def _other_identity(told: CitationJson, article: Article) -> str:
    """What the answer says of the article that is not so; "" where all is."""
    now = article_json(article)
    said = [(name, getattr(now, name), getattr(told, name)) for name in IDENTITY]
    return "; ".join(
        f"the article's {name} is {known!r}, not {other!r}"
        for name, known, other in said
        if known != other
    )


def _misplaced(claim: ClaimJson, text: str, listed: set[int]) -> Iterator[str]:
    """Where a claim is not what the answer's text has, or cites what is not listed."""
    if text[claim.start : claim.end] != claim.text:
        yield f"the answer's text does not have the claim “{_short(claim.text)}” in its place"
    if lost := [number for number in claim.citations if number not in listed]:
        numbers = ", ".join(map(str, lost))
        yield f"the claim “{_short(claim.text)}” cites {numbers}, which the answer does not list"


def _unborne(claim: ClaimJson, evidence: Mapping[int, Citation], check: Check) -> Iterator[str]:
    """Why a claim that was supported is not, by citations that all hold."""
    cited = [evidence[number] for number in claim.citations if number in evidence]
    if claim.verdict != "supported" or len(cited) < len(claim.citations) or not cited:
        return
    verdict, reasons = check(claim.text, cited)
    if verdict != "supported":
        why = f": {'; '.join(reasons)}" if reasons else ""
        yield f"the claim “{_short(claim.text)}” is not supported by what it cites{why}"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"
