"""Whether cited text bears out a claim: rules that can be followed by hand, and no model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from rag.reading.facts import (
    MARKER,
    Number,
    folded,
    names,
    numbers,
    quotations,
    stems,
    without_numbers,
)
from rag.records import Article, Citation, Verdict

SUPPORTED_SHARE = 0.6
"""A claim is supported if this share of its content words stands in the cited text."""

PARTLY_SHARE = 0.3
"""Below SUPPORTED_SHARE, and from here on, it is partly supported."""

Finding = tuple[Verdict, str]

_WORST: tuple[Verdict, ...] = ("quote altered", "unsupported", "partly", "supported")
_SHOWN_WORDS = 3
_NEAR = 0.5
_INTRODUCTION = re.compile(r"[^:\n“\"]{1,80}:\s+(?=\S)")
_PARENTHESISED_DATE = re.compile(r"\([^()]*\d[^()]*\):\s+$")
_LEFT_OUT = re.compile(r"\s*[\[(]?\.\.\.[\])]?\s*")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def verify(claim_text: str, evidence: Sequence[Citation]) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict on a claim by the text it cites, and the reasons for any but `supported`.

    Quotations, numbers and names are looked up first, then the share of content words.
    A claim that stands word for word in the cited text is supported whatever it says.
    """
    if not evidence:
        return "unsupported", ("no passage is cited",)
    claim = MARKER.sub("", claim_text).strip()
    introduction, body = _divided(claim, evidence)
    if _is_verbatim(body, evidence):
        findings = list(_numbers(introduction, evidence))
    else:
        findings = [
            *_quotations(body, evidence),
            *_numbers(claim, evidence),
            *_names(claim, evidence),
            *_words(body, evidence),
        ]
    found: list[Verdict] = ["supported", *(finding for finding, _ in findings)]
    verdict = min(found, key=_WORST.index)
    return verdict, tuple(dict.fromkeys(reason for _, reason in findings))


def _divided(claim: str, evidence: Sequence[Citation]) -> tuple[str, str]:
    """The introduction ("Radio North, 3 May 2031: ") and what it introduces."""
    match = _INTRODUCTION.match(claim)
    if not match:
        return "", claim
    outlets = [citation.article.publisher for citation in evidence]
    named = any(outlet and match[0].startswith(outlet) for outlet in outlets)
    if named or _PARENTHESISED_DATE.search(match[0]):
        return match[0], claim[match.end() :]
    return "", claim


def _is_verbatim(body: str, evidence: Sequence[Citation]) -> bool:
    sought = folded(body).strip(" '.")
    whole = rf"(?<!\w){re.escape(sought)}(?!\w)"
    return bool(sought) and any(re.search(whole, folded(c.quote)) for c in evidence)


def _quotations(body: str, evidence: Sequence[Citation]) -> Iterator[Finding]:
    """Quotations that stand nowhere in the cited articles, with the wording nearest to them."""
    texts = [folded(citation.quote) for citation in evidence]
    for quotation in quotations(body):
        if any(_stands_in(quotation, text) for text in texts):
            continue
        if any(_stands_in(quotation, folded(article.text)) for article in _articles(evidence)):
            continue
        nearest = _nearest(quotation, evidence)
        yield (
            "quote altered",
            f"the article has “{nearest}”, not “{quotation}”"
            if nearest
            else f"“{quotation}” does not stand in the cited article",
        )


def _stands_in(quotation: str, text: str) -> bool:
    """Whether the parts of a quotation, between marks of omission, follow each other there."""
    position = 0
    for part in _LEFT_OUT.split(folded(quotation).strip(" '.,;:!?")):
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def _nearest(quotation: str, evidence: Sequence[Citation]) -> str:
    """As many words of the cited text as the quotation has, where the two agree; else ""."""
    sought = _bare_words(quotation)
    best, wording = _NEAR, ""
    for citation in evidence:
        words = citation.quote.split()
        there = _bare_words(citation.quote)
        block = SequenceMatcher(None, there, sought, autojunk=False).find_longest_match()
        start = max(0, block.a - block.b)
        window = there[start : start + len(sought)]
        ratio = SequenceMatcher(None, window, sought, autojunk=False).ratio()
        if ratio >= best:
            best, wording = ratio, " ".join(words[start : start + len(sought)])
    return wording.strip("“”\"‘’'.,;")


def _bare_words(text: str) -> list[str]:
    return [folded(word).strip("'.,;:!?()") for word in text.split()]


def _numbers(text: str, evidence: Sequence[Citation]) -> Iterator[Finding]:
    """Numbers that neither the cited text nor the date of its article holds."""
    articles = _articles(evidence)
    for article in articles:
        if article.published:
            text = text.replace(f"{article.published.at:%Y-%m-%d}", " ")
    claimed = numbers(text)
    cited = [number for citation in evidence for number in numbers(citation.quote)]
    dates = [(n.kind, n.value) for article in articles for n in _date(article)]
    for number in claimed:
        if any(number.equals(other) for other in cited) or (number.kind, number.value) in dates:
            continue
        rivals = {
            other.text
            for other in cited
            if other.kind == number.kind and not any(other.equals(said) for said in claimed)
        }
        if len(rivals) == 1:
            yield "unsupported", f"the article says {rivals.pop()}, not {number.text}"
        else:
            yield "unsupported", f"{number.text} does not stand in the cited text"


def _date(article: Article) -> list[Number]:
    at = article.published and article.published.at
    return [Number(at.year, "year", ""), Number(at.day, "day", "")] if at else []


def _names(claim: str, evidence: Sequence[Citation]) -> Iterator[Finding]:
    """Names that stand neither in the cited text nor anywhere else in its article."""
    missing = _missing(names(claim), _stems_of_quotes(evidence))
    if missing:
        for name in _missing(missing, _stems_of_articles(evidence)):
            yield "partly", f"{name} does not stand in the cited article"


def _words(body: str, evidence: Sequence[Citation]) -> Iterator[Finding]:
    """Too small a share of the content words; a name may also stand elsewhere in the article."""
    wording = without_numbers(body)
    said = set(stems(wording))
    if not said:
        if not numbers(body):
            yield "partly", "it holds no word that could be looked up"
        return
    known = _stems_of_quotes(evidence)
    words = _WORD.findall(wording)
    capitalised = {stem for word in words if word[0].isupper() for stem in stems(word)} - known
    if capitalised:
        known |= capitalised & _stems_of_articles(evidence)
    share = len(said & known) / len(said)
    if share < SUPPORTED_SHARE:
        missing = ", ".join(_missing(words, known)[:_SHOWN_WORDS])
        verdict: Verdict = "partly" if share >= PARTLY_SHARE else "unsupported"
        yield verdict, f"the cited text does not mention {missing}"


def _stems_of_quotes(evidence: Sequence[Citation]) -> set[str]:
    return {stem for citation in evidence for stem in stems(citation.quote)}


def _stems_of_articles(evidence: Sequence[Citation]) -> set[str]:
    return {stem for article in _articles(evidence) for stem in stems(_all_of(article))}


def _missing(words: Iterable[str], known: set[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if not set(stems(word)) <= known]


def _articles(evidence: Sequence[Citation]) -> list[Article]:
    return list({c.article.id: c.article for c in evidence}.values())


def _all_of(article: Article) -> str:
    """Everything an article says, and says of itself."""
    date = f"{article.published.at:%A %B}" if article.published else ""
    return " ".join([article.text, article.title, article.publisher, *article.authors, date])
